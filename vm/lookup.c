/* Look-ups in code sets and relations: the image's sorted rows, an index over those that fit into a little memory, and
 * what an evaluator has met before. */
#include "vm/eval.h"

#include <stdlib.h>

enum { DATE_FIRST = -25567, DATE_LAST = 84005 };

static unsigned code_length(uint64_t code)
{
    unsigned n = 0;
    for (; code; code <<= 8)
        n++;
    return n;
}

static int set_search(const struct edict_program *p, uint32_t set, int64_t code, int64_t date)
{
    const struct image_set *s = &p->sets[set];
    const struct image_range *r = p->ranges + s->at;
    const uint64_t *reach = p->reach + s->at, c = (uint64_t)code;
    uint32_t low = 0, high = s->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r[middle].lo <= c)
            low = middle + 1;
        else
            high = middle;
    }
    while (low-- && reach[low] >= c)
        if (r[low].hi >= c && r[low].from <= date && date <= r[low].until && code_length(r[low].lo) == code_length(c))
            return 1;
    return 0;
}

/* Answers met before, by code, set and date; of a set that is the same on every date the date is 0. */
enum { SET_CACHE_BITS = 12 };
struct set_answer {
    int64_t code;
    uint32_t set; /* number of the set + 1 */
    int32_t date;
    int has;
};

int lookup_caches_new(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    e->set_cache = calloc((size_t)1 << SET_CACHE_BITS, sizeof *e->set_cache);
    e->set_dated = calloc((size_t)p->set_count + 1, 1);
    for (uint32_t i = 0; e->set_dated && i < p->set_count; i++)
        for (uint32_t k = 0; k < p->sets[i].count; k++) {
            const struct image_range *r = &p->ranges[p->sets[i].at + k];
            e->set_dated[i] |= r->from > DATE_FIRST || r->until < DATE_LAST;
        }
    return e->set_cache && e->set_dated && codes_cache_new(e);
}

int set_has(const struct edict_evaluator *e, uint32_t set, int64_t code, int64_t date)
{
    if (date < DATE_FIRST || date > DATE_LAST)
        return set_search(e->program, set, code, date);
    const int32_t day = e->set_dated[set] ? (int32_t)date : 0;
    const uint64_t mixed = ((uint64_t)code ^ (uint64_t)set << 17 ^ (uint64_t)(uint32_t)day << 40) * 0x9E3779B97F4A7C15u;
    struct set_answer *a = &e->set_cache[mixed >> (64 - SET_CACHE_BITS)];
    if (a->code != code || a->set != set + 1 || a->date != day)
        *a = (struct set_answer){ code, set + 1, day, set_search(e->program, set, code, date) };
    return a->has;
}

/* Where the search for keys begins. */
static uint32_t keys_slot(const struct relation_index *x, const int64_t *keys, uint32_t count)
{
    uint64_t hash = count;
    for (uint32_t i = 0; i < count; i++)
        hash = (hash ^ (uint64_t)keys[i]) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(hash >> x->shift);
}

int relations_index(struct edict_program *p)
{
    p->indexes = calloc((size_t)p->relation_count + 1, sizeof *p->indexes);
    for (uint32_t k = 0; p->indexes && k < p->relation_count; k++) {
        const struct image_relation *r = &p->relations[k];
        struct relation_index *x = &p->indexes[k];
        const size_t width = (size_t)r->columns + 3;
        if (r->codes || !r->rows || !relation_looked_at(r))
            continue;
        for (x->shift = 60; (uint64_t)1 << (64 - x->shift) < r->rows * 2; x->shift--) {}
        x->mask = ((uint32_t)1 << (64 - x->shift)) - 1;
        x->slots = calloc((size_t)x->mask + 1, sizeof *x->slots);
        if (!x->slots)
            return 0;
        for (uint32_t i = 0; i < r->rows; i++) {
            const int64_t *row = p->cells + r->at + i * width;
            for (uint32_t c = 0; c < r->keys && c < INDEX_KEYS; c++)
                x->known[c][key_hash12(row[c]) / 64] |= (uint64_t)1 << key_hash12(row[c]) % 64;
            if (i && keys_order(row, row - width, r->keys) == 0)
                continue;
            uint32_t at = keys_slot(x, row, r->keys);
            while (x->slots[at])
                at = (at + 1) & x->mask;
            x->slots[at] = i + 1;
        }
    }
    return p->indexes != NULL;
}

void relations_free(struct edict_program *p)
{
    for (uint32_t k = 0; p->indexes && k < p->relation_count; k++)
        free(p->indexes[k].slots);
    free(p->indexes);
}

/* The first of the rows with these keys, or the number of rows: of a relation without an index. */
static size_t relation_search(const struct edict_program *p, const struct image_relation *r, const int64_t *keys)
{
    const int64_t *cells = p->cells + r->at;
    size_t width = (size_t)r->columns + 3, low = 0, high = r->rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (keys_order(cells + middle * width, keys, r->keys) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const int64_t *relation_find(const struct edict_program *p, uint32_t relation, const int64_t *keys, int64_t date)
{
    const struct image_relation *r = &p->relations[relation];
    const struct relation_index *x = &p->indexes[relation];
    const int64_t *cells = p->cells + r->at;
    const size_t width = (size_t)r->columns + 3;
    size_t at;
    if (x->slots) {
        uint32_t slot = keys_slot(x, keys, r->keys);
        while (x->slots[slot] && keys_order(cells + (x->slots[slot] - 1) * width, keys, r->keys) != 0)
            slot = (slot + 1) & x->mask;
        if (!x->slots[slot])
            return NULL;
        at = x->slots[slot] - 1;
    } else if (r->codes) {
        return pairs_find(p, r, keys, date);
    } else {
        at = relation_search(p, r, keys);
    }
    for (; at < r->rows && keys_order(cells + at * width, keys, r->keys) == 0; at++) {
        const int64_t *row = cells + at * width;
        if (row[r->columns] <= date && date <= row[r->columns + 1])
            return row_good(p, r, row) ? row : NULL;
    }
    return NULL;
}
