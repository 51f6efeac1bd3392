/* Pairs of records (CROSS). Of both sides only the records that their conditions leave are looked at, and eight keys
 * are compared at once by a byte of each. */
#include "vm/eval.h"
#include "vm/limits.h"

#include <string.h>

/* The records of one side that its condition leaves, those of lane k from ends[k] to ends[k + 1]. */
struct side {
    uint32_t *list;
    uint32_t ends[LANES_MOST + 1];
};

static int side_open(struct edict_evaluator *e, struct side *s, uint32_t domain, uint32_t condition)
{
    const struct cells c = cells_if(e, condition, domain);
    const int every = !c.step && (c.v[0] || c.w), none = !c.step && !every;
    uint32_t *list = s->list = eval_alloc(e, e->sizes[domain], sizeof *list), n = 0;
    for (uint32_t i = 0, all = e->sizes[domain]; list && every && i < all; i++)
        list[i] = i;
    s->ends[0] = 0;
    for (uint32_t lane = 0; list && lane < e->lanes; lane++) {
        const uint32_t end = lane_end(e, domain, lane);
        if (every)
            n = end;
        else if (!none && !c.w)
            for (uint32_t i = lane_first(e, domain, lane); i < end; i++) {
                list[n] = i;
                n += c.v[i] != 0;
            }
        else if (!none)
            for (uint32_t i = lane_first(e, domain, lane); i < end; i++) {
                list[n] = i;
                n += c.v[i] || c.w[i];
            }
        s->ends[lane + 1] = n;
    }
    return list != NULL;
}

struct pairing {
    const struct cells *x, *y; /* keys of both sides; v NULL: the record's number */
    uint32_t count;
    int apart;                  /* no record with itself */
    const int64_t *plain;       /* the first keys of the records of y's list, where all of them are documented */
    const unsigned char *marks; /* a byte of each */
};

static inline int64_t key_of(const struct cells *c, uint32_t i) { return c->v ? cell_v(c, i) : i; }

/* Keys from number `from` on. */
static int pair_stands(const struct pairing *p, uint32_t from, uint32_t i, uint32_t j)
{
    for (uint32_t k = from; k < p->count; k++)
        if (!cell_w(&p->x[k], i) && !cell_w(&p->y[k], j) && key_of(&p->x[k], i) != key_of(&p->y[k], j))
            return 0;
    return 1;
}

enum { MARKS = 8 }; /* in a word */

static inline unsigned char key_mark(int64_t key) { return (unsigned char)((uint64_t)key * 0x9E3779B97F4A7C15u >> 56); }

/* The pairs of record i with those in the list from `from` to `to`: their number. One that does not stand is written
 * and then written over. */
static size_t pairs_of(
    const struct pairing *p, uint32_t i, const uint32_t *list, uint32_t from, uint32_t to, int64_t *x, int64_t *y)
{
    const uint64_t low = 0x7f7f7f7f7f7f7f7fu;
    const uint32_t itself = p->apart ? i : NONE;
    size_t n = 0;
    if (!p->count || !p->plain || cell_w(&p->x[0], i)) {
        for (uint32_t k = from; k < to; k++) {
            x[n] = i;
            y[n] = list[k];
            n += list[k] != itself && (!p->count || pair_stands(p, 0, i, list[k]));
        }
        return n;
    }
    const int64_t key = key_of(&p->x[0], i);
    const uint64_t mark = key_mark(key) * (~(uint64_t)0 / 255);
    for (uint32_t at = from; at < to; at += MARKS) {
        uint64_t word;
        memcpy(&word, p->marks + at, sizeof word);
        word ^= mark;
        word = ~(((word & low) + low) | word | low); /* the high bit of each byte that was 0 */
        if (to - at < MARKS)
            word &= ((uint64_t)1 << (to - at) * 8) - 1;
        for (; word; word &= word - 1) {
            const uint32_t k = at + (uint32_t)__builtin_ctzll(word) / 8;
            x[n] = i;
            y[n] = list[k];
            n += p->plain[k] == key && list[k] != itself && (p->count == 1 || pair_stands(p, 1, i, list[k]));
        }
    }
    return n;
}

/* The first keys of the records in y's list and their marks; none where not all of them are documented. */
static int keys_plain(struct edict_evaluator *e, struct pairing *p, const uint32_t *list, uint32_t count)
{
    if (!p->count || p->y[0].w)
        return 1;
    int64_t *plain = eval_alloc(e, count, sizeof *plain);
    unsigned char *marks = eval_alloc(e, (size_t)count + MARKS, 1);
    if (!plain || !marks)
        return 0;
    for (uint32_t k = 0; k < count; k++)
        plain[k] = key_of(&p->y[0], list[k]);
    for (uint32_t k = 0; k < count; k++)
        marks[k] = key_mark(plain[k]);
    memset(marks + count, 0, MARKS); /* read with those before them */
    p->plain = plain;
    p->marks = marks;
    return 1;
}

static int pairing_open(struct edict_evaluator *e, struct pairing *p, const uint32_t *at, const struct side *y)
{
    const struct image_domain *d = &e->program->domains[at[0]];
    struct cells *keys = eval_alloc(e, (size_t)at[4] * 2, sizeof *keys);
    if (!keys)
        return 0;
    *p = (struct pairing){ .x = keys, .y = keys + at[4], .count = at[4], .apart = at[3] != 0 };
    for (uint32_t k = 0; k < p->count; k++) {
        const uint32_t a = at[5 + 2 * k], b = at[6 + 2 * k];
        keys[k] = a == NONE ? (struct cells){ NULL, NULL, 0 } : cells_of(e, a, d->a);
        keys[p->count + k] = b == NONE ? (struct cells){ NULL, NULL, 0 } : cells_of(e, b, d->b);
    }
    return keys_plain(e, p, y->list, y->ends[e->lanes]);
}

void eval_cross(struct edict_evaluator *e, const uint32_t *at)
{
    const struct image_domain *d = &e->program->domains[at[0]];
    const uint32_t *conditions = at + 5 + 2 * (size_t)at[4];
    uint32_t *firsts = lanes_new(e, at[0]);
    uint64_t all = 0;
    for (uint32_t lane = 0; lane < e->lanes && e->status == EDICT_OK; lane++) {
        const uint64_t count = lane_end(e, d->a, lane) - lane_first(e, d->a, lane);
        all += count * (lane_end(e, d->b, lane) - lane_first(e, d->b, lane));
        if (all > LIMIT_PAIRS)
            eval_limit(e, "pairs of records", LIMIT_PAIRS);
    }
    struct side a = { .list = NULL }, b = { .list = NULL };
    struct pairing p;
    if (e->status != EDICT_OK || !side_open(e, &a, d->a, conditions[0]) || !side_open(e, &b, d->b, conditions[1]) ||
        !pairing_open(e, &p, at, &b))
        return;
    size_t most = 1, n = 0; /* one that does not stand may be written behind all others */
    for (uint32_t lane = 0; lane < e->lanes; lane++)
        most += (size_t)(a.ends[lane + 1] - a.ends[lane]) * (b.ends[lane + 1] - b.ends[lane]);
    int64_t *x = eval_alloc(e, most * 2, sizeof *x);
    if (!x)
        return;
    int64_t *y = x + most;
    for (uint32_t lane = 0; lane < e->lanes; lane++) {
        const uint32_t from = b.ends[lane], end = b.ends[lane + 1];
        for (uint32_t i = a.ends[lane]; from < end && i < a.ends[lane + 1]; i++)
            n += pairs_of(&p, a.list[i], b.list, from, end, x + n, y + n);
        if (firsts)
            firsts[lane + 1] = (uint32_t)n;
    }
    e->all_pairs[at[0]] = (uint32_t)all;
    e->sizes[at[0]] = (uint32_t)n;
    e->columns[at[1]] = (struct column){ x, NULL, (uint32_t)n, 0 };
    e->columns[at[2]] = (struct column){ y, NULL, (uint32_t)n, 0 };
    e->pairs[0][at[0]] = x;
    e->pairs[1][at[0]] = y;
}

uint32_t lane_of_pair(const struct edict_evaluator *e, uint32_t domain, uint32_t record)
{
    return lane_of(e, e->program->domains[domain].a, (uint32_t)e->pairs[0][domain][record]);
}
