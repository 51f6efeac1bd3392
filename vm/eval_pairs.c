/* Pairs of records (CROSS). Of both sides only the records that their conditions leave are looked at, and sixteen keys
 * are compared at once by a byte of each. Where several questions are about the same two domains and begin with the
 * same keys, the pairs of which these are equal are found once in a run, and each question takes from them what
 * stands. */
#include "vm/listed.h"
#include "vm/limits.h"
#include "vm/marks.h"

#include <stdlib.h>
#include <string.h>

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
    uint32_t *behind = eval_alloc(e, all, sizeof *behind);
    if (!behind)
        return 0;
    for (uint32_t i = 0; i < all; i++) {
        list[n] = i;
        n += (c.v[i] != 0) | (c.w ? c.w[i] != 0 : 0);
        behind[i] = n;
    }
    lanes_end(first, behind, lanes, s->ends);
    return 1;
}

struct pairing {
    const struct cells *x, *y; /* keys of both sides; v NULL: the record's number */
    uint32_t count;
    int apart;                  /* no record with itself */
    const int64_t *plain;       /* the first keys of the records of y's list, where all of them are documented */
    const unsigned char *marks; /* a byte of each */
    const struct listing *listed; /* without keys: the one relation that may list them; or NULL */
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

enum { FEW = 8 }; /* looked at one by one */

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

/* Those that the relation may list. */
static size_t pairs_listed(const struct pairing *p, const struct ends *s)
{
    size_t n = 0;
    for (const uint32_t *a = s->a; a < s->a_end; a++) {
        const struct second_list second = { s->list + s->from, s->to - s->from, p->apart ? *a : NONE };
        n += listed_pairs(p->listed, *a, &second, s->x + n, s->y + n);
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

/* By the one key, where it is documented everywhere: fewer records than are worth their marks. */
static size_t pairs_few(const struct pairing *p, const struct ends *s)
{
    const uint32_t from = s->from, to = s->to, *list = s->list, apart = p->apart ? 0 : NONE;
    const int64_t *plain = p->plain;
    int64_t *x = s->x, *y = s->y;
    size_t n = 0;
    for (const uint32_t *a = s->a, *a_end = s->a_end; a < a_end; a++) {
        const uint32_t i = *a, itself = i | apart;
        const int64_t key = key_of(&p->x[0], i);
        for (uint32_t k = from; k < to; k++) {
            x[n] = i;
            y[n] = list[k];
            n += (plain[k] == key) & (list[k] != itself);
        }
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
    if (alone && plain && !p->x[0].w && to - from <= FEW)
        return pairs_few(p, s);
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

/* The first `count` keys of a CROSS (its operands). */
static int pairing_open(struct edict_evaluator *e, struct pairing *p, const uint32_t *at, uint32_t count)
{
    const struct image_domain *d = &e->program->domains[at[0]];
    struct cells *keys = eval_alloc(e, (size_t)count * 2, sizeof *keys);
    if (!keys)
        return 0;
    *p = (struct pairing){ .x = keys, .y = keys + count, .count = count, .apart = at[3] != 0 };
    for (uint32_t k = 0; k < count; k++) {
        const uint32_t a = at[5 + 2 * k], b = at[6 + 2 * k];
        keys[k] = a == NONE ? (struct cells){ NULL, NULL, 0 } : cells_of(e, a, d->a);
        keys[count + k] = b == NONE ? (struct cells){ NULL, NULL, 0 } : cells_of(e, b, d->b);
    }
    return 1;
}

/* Both domains' records of each lane. */
struct bounds {
    const uint32_t *first, *second;
    uint32_t own[2][LANES_MOST + 1];
};

/* The pairs of some records of both sides; `ends`, if not NULL: of the lanes. 0: failed. */
static int pairs_make(struct edict_evaluator *e, struct pairing *p, const struct side *a, const struct side *b,
    struct pair_list *found, uint32_t *ends)
{
    size_t most = 1, n = 0; /* one that does not stand may be written behind all others */
    for (uint32_t lane = 0; lane < e->lanes; lane++)
        most += (size_t)(a->ends[lane + 1] - a->ends[lane]) * (b->ends[lane + 1] - b->ends[lane]);
    int64_t *x = eval_alloc(e, most * 2, sizeof *x);
    if (!x || !keys_plain(e, p, b->list, b->ends[e->lanes]))
        return 0;
    int64_t *y = x + most;
    for (uint32_t lane = 0; lane < e->lanes; lane++) {
        const struct ends s = { a->list + a->ends[lane], a->list + a->ends[lane + 1], b->list, b->ends[lane],
            b->ends[lane + 1], x + n, y + n };
        n += p->count ? pairs_keyed(p, &s) : p->listed ? pairs_listed(p, &s) : pairs_all(p, &s);
        if (ends)
            ends[lane + 1] = (uint32_t)n;
    }
    found->x = x;
    found->y = y;
    found->n = (uint32_t)n;
    return 1;
}

/* Those of a question's kin: all pairs of which the first key is equal, or not documented. NULL: failed. */
static const struct pair_list *kin_pairs(struct edict_evaluator *e, const uint32_t *at, const struct bounds *of)
{
    const struct image_domain *d = &e->program->domains[at[0]];
    struct pair_list *all = &e->pair_lists[e->pair_lists[at[0]].kin - 1];
    const int64_t *key = e->columns[at[5]].v, *other = e->columns[at[6]].v;
    if (all->run == e->run && all->key == key && all->other == other)
        return all;
    struct pairing p;
    struct side a = { .list = NULL }, b = a;
    if (!side_open(e, &a, d->a, NONE, of->first) || !side_open(e, &b, d->b, NONE, of->second) ||
        !pairing_open(e, &p, at, 1))
        return NULL;
    p.apart = 0;
    if (!pairs_make(e, &p, &a, &b, all, NULL))
        return NULL;
    all->run = e->run;
    all->key = key;
    all->other = other;
    return all;
}

/* Of each record of one side whether its condition leaves it, as a cell that is not 0; NULL: all of them. *some: it
 * leaves any. */
static const int64_t *side_cells(struct edict_evaluator *e, uint32_t domain, uint32_t condition, int *some)
{
    const struct cells c = cells_if(e, condition, domain);
    const uint32_t n = e->sizes[domain];
    *some = 1;
    if (!c.step) {
        *some = c.v[0] || c.w;
        return NULL;
    }
    int64_t any = 0, *left = c.w ? eval_alloc(e, n, sizeof *left) : NULL;
    for (uint32_t i = 0; !c.w && i < n; i++)
        any |= c.v[i];
    for (uint32_t i = 0; left && i < n; i++)
        any |= left[i] = c.v[i] | c.w[i];
    *some = any != 0;
    return c.w ? left : c.v;
}

/* What is left of a list of pairs, step by step: each step copies all to the place of the last that stood. */
struct taking {
    const int64_t *from_x, *from_y; /* of the next step */
    int64_t *x, *y;
    uint32_t n;
};

#define TAKE(T, STANDS) \
    do { \
        const int64_t *from_x_ = (T)->from_x, *from_y_ = (T)->from_y; \
        int64_t *x_ = (T)->x, *y_ = (T)->y; \
        uint32_t n_ = 0; \
        const uint32_t all_ = (T)->n; \
        for (uint32_t at_ = 0; at_ < all_; at_++) { \
            const int64_t i = from_x_[at_], j = from_y_[at_]; \
            x_[n_] = i; \
            y_[n_] = j; \
            n_ += (STANDS); \
        } \
        *(T) = (struct taking){ x_, y_, x_, y_, n_ }; \
    } while (0)

/* `left`, `right`: NULL where every record of that side is left. */
static void take_sides(struct taking *t, const int64_t *left, const int64_t *right, int apart)
{
    if (left && right && apart)
        TAKE(t, (left[i] != 0) & (right[j] != 0) & (i != j));
    else if (left && right)
        TAKE(t, (left[i] != 0) & (right[j] != 0));
    else if (left && apart)
        TAKE(t, (left[i] != 0) & (i != j));
    else if (left)
        TAKE(t, left[i] != 0);
    else if (right && apart)
        TAKE(t, (right[j] != 0) & (i != j));
    else if (right)
        TAKE(t, right[j] != 0);
    else if (apart)
        TAKE(t, i != j);
    else {
        memcpy(t->x, t->from_x, t->n * sizeof *t->x);
        memcpy(t->y, t->from_y, t->n * sizeof *t->y);
        *t = (struct taking){ t->x, t->y, t->x, t->y, t->n };
    }
}

/* Where the pairs of each lane end. */
static void lanes_count(
    const struct edict_evaluator *e, uint32_t domain, const int64_t *x, uint32_t n, uint32_t *firsts)
{
    const uint32_t *owners = e->owners[domain];
    memset(firsts, 0, ((size_t)e->lanes + 1) * sizeof *firsts);
    for (uint32_t i = 0; owners && i < n; i++)
        firsts[owners[x[i]] + 1]++;
    for (uint32_t i = 0; !owners && i < n; i++)
        firsts[lane_of(e, domain, (uint32_t)x[i]) + 1]++;
    for (uint32_t lane = 0; lane < e->lanes; lane++)
        firsts[lane + 1] += firsts[lane];
}

/* By the keys from number 1 on. */
static void take_keys(struct taking *t, const struct pairing *p)
{
    for (uint32_t k = 1; k < p->count; k++) {
        const struct cells *a = &p->x[k], *b = &p->y[k];
        const int64_t *key = a->v, *other = b->v;
        if (a->w || b->w || !a->step || !b->step)
            TAKE(t, cell_w(a, (size_t)i) || cell_w(b, (size_t)j) || key_of(a, (uint32_t)i) == key_of(b, (uint32_t)j));
        else
            TAKE(t, key[i] == other[j]);
    }
}

static void cross_kin(
    struct edict_evaluator *e, const uint32_t *at, const struct bounds *of, struct pair_list *found, uint32_t *firsts)
{
    const struct image_domain *d = &e->program->domains[at[0]];
    const uint32_t *conditions = at + 5 + 2 * (size_t)at[4];
    int some[2];
    const int64_t *left = side_cells(e, d->a, conditions[0], &some[0]);
    const int64_t *right = side_cells(e, d->b, conditions[1], &some[1]);
    if (!some[0] || !some[1])
        return;
    const struct pair_list *all = kin_pairs(e, at, of);
    struct pairing p;
    if (e->status != EDICT_OK || !all || !all->n || !pairing_open(e, &p, at, at[4]))
        return;
    int64_t *x = eval_alloc(e, (size_t)all->n * 2, sizeof *x);
    if (!x)
        return;
    struct taking t = { all->x, all->y, x, x + all->n, all->n };
    take_sides(&t, left, right, p.apart);
    take_keys(&t, &p);
    if (firsts)
        lanes_count(e, d->a, t.x, t.n, firsts);
    *found = (struct pair_list){ .x = t.x, .y = t.y, .n = t.n };
}

/* Leaves of a side's records those that may be in a row. */
static void side_narrow(struct edict_evaluator *e, struct side *s, const struct listed *listed, uint32_t side,
    uint32_t records)
{
    const uint32_t all = s->ends[e->lanes];
    unsigned char *may = eval_zero(e, records, 1);
    uint32_t *behind = all ? eval_alloc(e, all, sizeof *behind) : NULL, n = 0;
    if (!may || !behind || !listed_may(listed, side, records, may))
        return;
    for (uint32_t i = 0; i < all; i++) {
        const uint32_t record = s->list[i];
        s->list[n] = record;
        n += may[record];
        behind[i] = n;
    }
    lanes_end(s->ends, behind, e->lanes, s->ends);
}

/* Leaves of the pairs those that a relation may list; `domain`: of their first records. */
static void take_listed(
    struct edict_evaluator *e, const struct listed *listed, uint32_t domain, struct pair_list *found, uint32_t *firsts)
{
    const uint32_t n = found->n;
    unsigned char *keep = n ? eval_zero(e, n, 1) : NULL;
    if (!keep)
        return;
    listed_keep(listed, found->x, found->y, n, keep);
    struct taking t = { found->x, found->y, found->x, found->y, n };
    TAKE(&t, keep[at_] != 0);
    found->n = t.n;
    if (firsts)
        lanes_count(e, domain, t.x, t.n, firsts);
}

static void cross_alone(
    struct edict_evaluator *e, const uint32_t *at, const struct bounds *of, struct pair_list *found, uint32_t *firsts)
{
    const struct image_domain *d = &e->program->domains[at[0]];
    const uint32_t *conditions = at + 5 + 2 * (size_t)at[4];
    struct side a = { .list = NULL }, b = a;
    struct listed listed = { .count = 0 };
    struct pairing p;
    if (!side_open(e, &a, d->a, conditions[0], of->first) || !side_open(e, &b, d->b, conditions[1], of->second) ||
        (conditions[2] && !listed_open(e, d, conditions + 2, &listed)))
        return;
    if (listed.count) {
        side_narrow(e, &a, &listed, 0, e->sizes[d->a]);
        side_narrow(e, &b, &listed, 1, e->sizes[d->b]);
    }
    if (!a.ends[e->lanes] || !b.ends[e->lanes] || !pairing_open(e, &p, at, at[4]))
        return;
    p.listed = listed.count == 1 && !p.count ? &listed.of[0] : NULL;
    if (pairs_make(e, &p, &a, &b, found, firsts) && listed.count && !p.listed)
        take_listed(e, &listed, d->a, found, firsts);
}

/* How many pairs two domains have: counted once a run for all questions about the same two. */
static uint64_t pairs_in_all(struct edict_evaluator *e, uint32_t domain, const struct bounds *of)
{
    const uint32_t first = e->pair_lists[domain].first;
    struct pair_list *counted = &e->pair_lists[first];
    uint64_t all = 0;
    if (counted->counted == e->run)
        return e->all_pairs[first];
    for (uint32_t lane = 0; lane < e->lanes && all <= LIMIT_PAIRS; lane++)
        all += (uint64_t)(of->first[lane + 1] - of->first[lane]) * (of->second[lane + 1] - of->second[lane]);
    counted->counted = first == domain && all <= LIMIT_PAIRS ? e->run : 0;
    return all;
}

enum { KIN_PAIRS = 1 << 16 }; /* kept for a question's kin at most: of more each question finds its own */

void eval_cross(struct edict_evaluator *e, const uint32_t *at)
{
    const struct image_domain *d = &e->program->domains[at[0]];
    struct bounds of = { .first = NULL };
    of.first = lanes_first(e, d->a, of.own[0]);
    of.second = lanes_first(e, d->b, of.own[1]);
    uint32_t *firsts = lanes_new(e, at[0]);
    const uint64_t all = pairs_in_all(e, at[0], &of);
    if (all > LIMIT_PAIRS)
        eval_limit(e, "pairs of records", LIMIT_PAIRS);
    if (e->status != EDICT_OK)
        return;
    struct pair_list found = { .x = NULL };
    (e->pair_lists[at[0]].kin && all <= KIN_PAIRS ? cross_kin : cross_alone)(e, at, &of, &found, firsts);
    e->all_pairs[at[0]] = (uint32_t)all;
    e->sizes[at[0]] = found.n;
    e->columns[at[1]] = (struct column){ found.x, NULL, found.n, 0 };
    e->columns[at[2]] = (struct column){ found.y, NULL, found.n, 0 };
    e->pairs[0][at[0]] = found.x;
    e->pairs[1][at[0]] = found.y;
}

enum { FAR = 64 }; /* domains, questions between two that are alike, at most */

/* The first domain of pairs of the same two domains: an earlier one, or this. */
static uint32_t first_alike(const struct edict_program *p, uint32_t domain)
{
    const struct image_domain *d = &p->domains[domain];
    for (uint32_t k = domain > FAR ? domain - FAR : 0; d->kind == DOMAIN_CROSS && k < domain; k++)
        if (p->domains[k].kind == DOMAIN_CROSS && p->domains[k].a == d->a && p->domains[k].b == d->b)
            return k;
    return domain;
}

/* Is it about the same two domains, and is the first key the same? */
static int is_kin(const struct edict_program *p, const uint32_t *at, const uint32_t *other)
{
    const struct image_domain *d = &p->domains[at[0]], *with = &p->domains[other[0]];
    return d->a == with->a && d->b == with->b && at[5] == other[5] && at[6] == other[6];
}

int kin_new(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    const uint32_t *before[FAR], *at;
    uint32_t count = 0;
    e->pair_lists = calloc((size_t)p->domain_count + 1, sizeof *e->pair_lists);
    for (uint32_t d = 0; e->pair_lists && d < p->domain_count; d++)
        e->pair_lists[d].first = first_alike(p, d);
    for (const struct step *s = e->steps; e->pair_lists && s->at != NONE; s++) {
        at = p->code + s->at + 1;
        if (s->op != OP_CODE_CROSS || !at[4] || at[5] == NONE || at[6] == NONE || at[7 + 2 * (size_t)at[4]])
            continue; /* what relations leave is less than what a first key leaves */
        for (uint32_t k = 0; k < count && k < FAR && !e->pair_lists[at[0]].kin; k++)
            if (is_kin(p, at, before[k])) {
                struct pair_list *first = &e->pair_lists[before[k][0]];
                first->kin = first->kin ? first->kin : before[k][0] + 1;
                e->pair_lists[at[0]].kin = first->kin;
            }
        before[count++ % FAR] = at;
    }
    return e->pair_lists != NULL;
}

uint32_t lane_of_pair(const struct edict_evaluator *e, uint32_t domain, uint32_t record)
{
    return lane_of(e, e->program->domains[domain].a, (uint32_t)e->pairs[0][domain][record]);
}
