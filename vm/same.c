/* Which of some records have the same keys as one before them. */
#include "vm/eval.h"
#include "vm/marks.h"

#include <string.h>

struct tuples {
    const int64_t *keys;
    uint32_t width, count;
    const unsigned char *marks;
};

static inline int tuples_same(const struct tuples *t, uint32_t a, uint32_t b)
{
    int same = t->keys[a] == t->keys[b];
    for (uint32_t k = 1; same && k < t->width; k++)
        same = t->keys[(size_t)k * t->count + a] == t->keys[(size_t)k * t->count + b];
    return same;
}

static int same_tuple(const void *context, uint32_t a, uint32_t b) { return tuples_same(context, a, b); }

static inline uint64_t tuple_hash(const struct tuples *t, uint32_t i)
{
    const int64_t *key = t->keys, *end = key + (size_t)t->count * t->width;
    uint64_t hash = (uint64_t)key[i];
    while ((key += t->count) < end)
        hash = hash_mix(hash, (uint64_t)key[i]);
    return hash;
}

/* Of many records, which would take long to compare with each other. */
static int firsts_many(struct edict_evaluator *e, const struct tuples *t, uint32_t from, uint32_t end, uint32_t *first)
{
    struct eval_index index;
    if (!index_new(e, &index, end - from))
        return 0;
    for (uint32_t i = from; i < end; i++)
        first[i] = index_add(&index, hash_mix(1, tuple_hash(t, i)), i, same_tuple, t);
    return 1;
}

/* The first one from `from` on that is like number i: at last i itself. */
static inline uint32_t first_like(const struct tuples *t, uint32_t from, uint32_t i)
{
    for (;; from += MARKS)
        for (uint32_t alike = marks_alike(t->marks + from, t->marks[i]); alike; alike &= alike - 1) {
            const uint32_t j = from + (uint32_t)__builtin_ctz(alike);
            if (j == i || tuples_same(t, j, i))
                return j;
        }
}

/* Of each the first of its lane: the lanes' first ones, and then the last of these that came. */
static void first_of_lanes(const uint32_t *ends, uint32_t lanes, uint32_t *first)
{
    const uint32_t count = ends[lanes];
    memset(first, 0, count * sizeof *first);
    for (uint32_t lane = 0; lane < lanes && ends[lane] < count; lane++)
        first[ends[lane]] = ends[lane];
    for (uint32_t i = 0, last = 0; i < count; i++)
        first[i] = last = first[i] > last ? first[i] : last;
}

int firsts_find(
    struct edict_evaluator *e, const int64_t *keys, uint32_t width, const uint32_t *ends, uint32_t *first)
{
    enum { FEW = 4 * MARKS };
    const uint32_t count = ends[e->lanes];
    if (!width) {
        first_of_lanes(ends, e->lanes, first);
        return 1;
    }
    unsigned char *marks = eval_alloc(e, (size_t)count + MARKS, 1);
    const struct tuples t = { keys, width, count, marks };
    if (!marks)
        return 0;
    for (uint32_t i = 0; i < count; i++)
        marks[i] = key_mark((int64_t)tuple_hash(&t, i));
    memset(marks + count, 0, MARKS); /* read with those before them */
    for (uint32_t lane = 0; lane < e->lanes; lane++) {
        const uint32_t from = ends[lane], end = ends[lane + 1];
        if (end - from > FEW && !firsts_many(e, &t, from, end, first))
            return 0;
        for (uint32_t i = from; end - from <= FEW && i < end; i++)
            first[i] = first_like(&t, from, i);
    }
    return 1;
}
