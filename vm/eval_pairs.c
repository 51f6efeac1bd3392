/* Pairs of records (CROSS). Of both sides only the records that their conditions leave are looked at, and sixteen keys
 * are compared at once by a byte of each. */
#include "vm/eval.h"
#include "vm/limits.h"
#include "vm/marks.h"

#include <string.h>

/* Where the records of each lane begin in a domain, and the end. */
static const uint32_t *lane_bounds(const struct edict_evaluator *e, uint32_t domain, uint32_t *own)
{
    if (domain && e->lanes > 1)
        return e->firsts[domain];
    for (uint32_t lane = 0; lane <= e->lanes; lane++)
        own[lane] = lane_first(e, domain, lane);
    return own;
}

/* The records of one side that its condition leaves, those of lane k from ends[k] to ends[k + 1]. */
struct side {
    uint32_t *list;
    uint32_t ends[LANES_MOST + 1];
};

static int side_open(
    struct edict_evaluator *e, struct side *s, uint32_t domain, uint32_t condition, const uint32_t *first)
{
    const struct cells c = cells_if(e, condition, domain);
    const uint32_t all = e->sizes[domain], lanes = e->lanes;
    uint32_t *list = s->list = eval_alloc(e, all, sizeof *list), n = 0;
    if (!list)
        return 0;
    if (!c.step) { /* all of them, or none */
        const int every = c.v[0] || c.w;
        for (uint32_t i = 0; i < all; i++)
            list[i] = i;
        for (uint32_t lane = 0; lane <= lanes; lane++)
            s->ends[lane] = every ? first[lane] : 0;
        return 1;
    }
    s->ends[0] = 0;
    for (uint32_t lane = 0, i = 0; lane < lanes; lane++) {
        const uint32_t end = first[lane + 1];
        for (; !c.w && i < end; i++) {
            list[n] = i;
            n += c.v[i] != 0;
        }
        for (; i < end; i++) {
            list[n] = i;
            n += c.v[i] || c.w[i];
        }
        s->ends[lane + 1] = n;
    }
    return 1;
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

/* Where the pairs of a lane come from and go to. One that does not stand is written and then written over. */
struct ends {
    const uint32_t *a, *a_end, *list;
    uint32_t from, to;
    int64_t *x, *y;
};

/* Without keys. */
static size_t pairs_all(const struct pairing *p, const struct ends *s)
{
    int64_t *x = s->x, *y = s->y;
    size_t n = 0;
    for (const uint32_t *a = s->a; a < s->a_end; a++) {
        const uint32_t i = *a, itself = p->apart ? i : NONE;
        for (uint32_t k = s->from; k < s->to; k++) {
            x[n] = i;
            y[n] = s->list[k];
            n += s->list[k] != itself;
        }
    }
    return n;
}

/* Of one record, key by key. */
static size_t pairs_slow(const struct pairing *p, const struct ends *s, uint32_t i, size_t n)
{
    const uint32_t itself = p->apart ? i : NONE;
    for (uint32_t k = s->from; k < s->to; k++) {
        s->x[n] = i;
        s->y[n] = s->list[k];
        n += s->list[k] != itself && pair_stands(p, 0, i, s->list[k]);
    }
    return n;
}

/* By the first key; where it is alike, by the others. */
static size_t pairs_keyed(const struct pairing *p, const struct ends *s)
{
    const uint32_t from = s->from, to = s->to, *list = s->list, apart = p->apart ? 0 : NONE;
    const unsigned char *marks = p->marks;
    const int64_t *plain = p->plain;
    const int alone = p->count == 1;
    int64_t *x = s->x, *y = s->y;
    size_t n = 0;
    for (const uint32_t *a = s->a, *a_end = s->a_end; a < a_end; a++) {
        const uint32_t i = *a, itself = i | apart;
        if (!plain || cell_w(&p->x[0], i)) {
            n = pairs_slow(p, s, i, n);
            continue;
        }
        const int64_t key = key_of(&p->x[0], i);
        const unsigned char mark = key_mark(key);
        for (uint32_t at = from; at < to; at += MARKS) {
            uint32_t alike = marks_alike(marks + at, mark);
            if (to - at < MARKS)
                alike &= ((uint32_t)1 << (to - at)) - 1;
            for (; alike; alike &= alike - 1) {
                const uint32_t k = at + (uint32_t)__builtin_ctz(alike), j = list[k];
                const uint32_t stands = (plain[k] == key) & (j != itself);
                x[n] = i;
                y[n] = j;
                n += alone ? stands : stands && pair_stands(p, 1, i, j);
            }
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
    uint32_t own[2][LANES_MOST + 1] = { { 0 } }, *firsts = lanes_new(e, at[0]);
    const uint32_t *first = lane_bounds(e, d->a, own[0]), *second = lane_bounds(e, d->b, own[1]);
    uint64_t all = 0;
    for (uint32_t lane = 0; lane < e->lanes && e->status == EDICT_OK; lane++) {
        all += (uint64_t)(first[lane + 1] - first[lane]) * (second[lane + 1] - second[lane]);
        if (all > LIMIT_PAIRS)
            eval_limit(e, "pairs of records", LIMIT_PAIRS);
    }
    struct side a = { .list = NULL }, b = { .list = NULL };
    struct pairing p;
    if (e->status != EDICT_OK || !side_open(e, &a, d->a, conditions[0], first) ||
        !side_open(e, &b, d->b, conditions[1], second) || !pairing_open(e, &p, at, &b))
        return;
    size_t most = 1, n = 0; /* one that does not stand may be written behind all others */
    for (uint32_t lane = 0; lane < e->lanes; lane++)
        most += (size_t)(a.ends[lane + 1] - a.ends[lane]) * (b.ends[lane + 1] - b.ends[lane]);
    int64_t *x = eval_alloc(e, most * 2, sizeof *x);
    if (!x)
        return;
    int64_t *y = x + most;
    for (uint32_t lane = 0; lane < e->lanes; lane++) {
        const struct ends s = { a.list + a.ends[lane], a.list + a.ends[lane + 1], b.list, b.ends[lane],
            b.ends[lane + 1], x + n, y + n };
        n += p.count ? pairs_keyed(&p, &s) : pairs_all(&p, &s);
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
