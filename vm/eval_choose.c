/* CHOOSE: one record (or, spaced, several) of each partition, by criteria one after another. Here where nothing is in
 * doubt: each record is compared with the best one before it of its partition. */
#include "vm/choose.h"

#include <string.h>

/* The criteria of a way, and which of them put records in order. */
static int criteria_open(struct choice *c, struct way *way, const uint32_t *at)
{
    struct criterion *list = eval_alloc(c->e, way->count, sizeof *list);
    for (uint32_t i = 0; list && i < way->count; i++, at += 4) {
        const uint32_t kind = at[0];
        struct criterion *k = &list[i];
        *k = (struct criterion){ .kind = kind, .number = at[3] };
        k->a = kind == CRITERION_HOLD ? cells_if(c->e, NONE, 0)
                                      : cells_of(c->e, at[1], kind == CRITERION_SPACED ? 0 : c->domain);
        k->b = (kind == CRITERION_WHERE || kind == CRITERION_SPACED) && at[2] != NONE ? cells_of(c->e, at[2], c->domain)
                                                                                   : k->a;
        way->spaced |= kind == CRITERION_SPACED;
        way->holds |= kind == CRITERION_HOLD;
        way->ranks += !way->holds;
        c->stated |= k->a.w != NULL;
    }
    way->criteria = list;
    return list != NULL;
}

static int ways_open(struct choice *c, const uint32_t *at)
{
    struct way *ways = eval_alloc(c->e, c->way_count = *at++, sizeof *ways);
    for (uint32_t i = 0; ways && i < c->way_count; i++) {
        ways[i] = (struct way){ .row = at[0], .when = cells_if(c->e, at[1], 0), .count = at[2] };
        if (!criteria_open(c, &ways[i], at + 3))
            return 0;
        at += 3 + (size_t)ways[i].count * 4;
    }
    c->ways = ways;
    return ways != NULL;
}

/* The first way whose condition is true. State: the condition is in doubt, or there is no way. */
static uint32_t choice_way(struct choice *c)
{
    for (c->way = c->ways; c->way < c->ways + c->way_count; c->way++) {
        const uint32_t w = cell_w(&c->way->when, c->lane);
        if (w || cell_v(&c->way->when, c->lane))
            return w;
    }
    return WHY_STATE_ABSENT;
}

static void candidates_find(struct choice *c)
{
    const struct cells x = c->exists, y = c->where;
    const uint32_t all = c->o->n;
    const int certain = !x.w && !y.w;
    uint32_t *list = c->list, *behind = c->first, n = 0; /* first: not in use yet */
    for (uint32_t i = 0; certain && i < all; i++) {
        list[n] = i;
        n += (x.v[i * x.step] != 0) & (y.v[i * y.step] != 0);
        behind[i] = n;
    }
    for (uint32_t i = 0; !certain && i < all; i++) {
        list[n] = i;
        n += (cell_v(&x, i) || cell_w(&x, i)) && (cell_v(&y, i) || cell_w(&y, i));
        behind[i] = n;
    }
    uint32_t own[LANES_MOST + 1];
    lanes_end(lanes_first(c->e, c->domain, own), behind, c->e->lanes, c->ends);
}

static int partitions_find(struct choice *c)
{
    const uint32_t n = c->ends[c->e->lanes], *list = c->list;
    int64_t *keys = eval_alloc(c->e, n, sizeof *keys * (c->key_count + (size_t)1)), *to = keys;
    for (uint32_t k = 0; keys && k < c->key_count; k++) {
        const struct cells key = c->keys[k];
        for (uint32_t i = 0; i < n; i++)
            to[i] = cell_v(&key, list[i]);
        to += n;
    }
    return keys && firsts_find(c->e, keys, c->key_count, c->ends, c->first);
}

/* What the criteria of a way say of the candidates: the least comes first. */
static const int64_t *ranks_find(const struct choice *c, const struct way *way)
{
    const uint32_t n = c->ends[c->e->lanes], *list = c->list;
    int64_t *ranks = eval_alloc(c->e, n, sizeof *ranks * (way->ranks + (size_t)1)), *to = ranks;
    for (uint32_t k = 0; ranks && k < way->ranks; k++) {
        const struct cells cells = way->criteria[k].a;
        const uint32_t kind = way->criteria[k].kind;
        const int64_t flip = kind == CRITERION_GREATEST ? -1 : 0;
        for (uint32_t i = 0; i < n; i++)
            to[i] = cell_v(&cells, list[i]) ^ flip;
        for (uint32_t i = 0; kind == CRITERION_WHERE && i < n; i++)
            to[i] = !to[i];
        to += n;
    }
    return ranks;
}

/* Is a cell of the lane's candidates in doubt? */
static int doubted(const struct choice *c, const struct cells *cells)
{
    uint32_t any = 0;
    for (uint32_t i = c->ends[c->lane]; cells->w && i < c->ends[c->lane + 1]; i++)
        any |= cells->w[c->list[i] * cells->step];
    return any != 0;
}

static int choice_doubted(const struct choice *c)
{
    int any = doubted(c, &c->exists) || doubted(c, &c->where);
    for (uint32_t k = 0; k < c->key_count; k++)
        any = any || doubted(c, &c->keys[k]);
    for (uint32_t k = 0; k < c->way->ranks; k++)
        any = any || doubted(c, &c->way->criteria[k].a);
    return any;
}

/* Each of the candidates with the best one before it, by what a way says. Was there a tie? */
static uint32_t choose_among(struct choice *c, const struct way *way, uint32_t from, uint32_t end)
{
    const uint32_t *list = c->list, *first = c->first, n = c->ends[c->e->lanes];
    const int64_t *ranks = way->said, *ranks_end = ranks + (size_t)n * way->ranks;
    int64_t *o = c->o->v, *trace = c->trace->v;
    uint32_t tied = 0, *best = c->best;
    for (uint32_t i = from; i < end; i++) {
        best[i] = i;
        const uint32_t b = best[first[i]];
        uint32_t less = 0, equal = 1; /* an image may name no criterion: then the first one stays */
        for (const int64_t *k = ranks; k < ranks_end; k += n) {
            less |= equal & (k[i] < k[b]);
            equal &= k[i] == k[b];
        }
        const uint32_t winner = less ? i : b, loser = less ? b : i;
        tied |= equal & (i != b);
        best[first[i]] = winner;
        o[list[loser]] = 0;
        trace[list[loser]] = -1;
        o[list[winner]] = 1;
        trace[list[winner]] = way->row;
    }
    return tied;
}

/* The candidates of the lane. 0: it does not go without doubt. */
static int choose_certain(struct choice *c)
{
    struct way *way = c->way;
    if (way->spaced || (c->stated && choice_doubted(c)))
        return 0;
    if (!way->said && !(way->said = ranks_find(c, way)))
        return 1;
    return !(choose_among(c, way, c->ends[c->lane], c->ends[c->lane + 1]) && way->holds);
}

/* All candidates at once, where the one way is everybody's and nothing can be in doubt. 0: not done. */
static int choose_plain(struct choice *c)
{
    struct way *way = c->ways;
    const struct cells when = way->when;
    if (c->stated || c->way_count != 1 || when.step || when.w || !when.v[0] || way->spaced || way->holds)
        return 0;
    if ((way->said = ranks_find(c, way)))
        choose_among(c, way, 0, c->ends[c->e->lanes]);
    return 1;
}

static int choice_open(struct choice *c, const uint32_t *at)
{
    struct edict_evaluator *e = c->e;
    struct cells *keys = eval_alloc(e, c->key_count = at[4], sizeof *keys);
    c->exists = cells_if(e, at[2], c->domain);
    c->where = cells_if(e, at[3], c->domain);
    c->stated = c->exists.w || c->where.w;
    for (uint32_t k = 0; keys && k < c->key_count; k++) {
        keys[k] = cells_of(e, at[5 + k], c->domain);
        c->stated |= keys[k].w != NULL;
    }
    c->keys = keys;
    c->list = eval_alloc(e, c->o->n + (size_t)1, sizeof *c->list); /* one behind the last is written too */
    c->first = eval_alloc(e, c->o->n, sizeof *c->first);
    c->best = eval_alloc(e, c->o->n, sizeof *c->best);
    return keys && c->list && c->first && c->best && ways_open(c, at + 5 + c->key_count);
}

void eval_choose(struct edict_evaluator *e, const uint32_t *at)
{
    struct choice c = { .e = e, .o = column_new(e, at[0]), .trace = column_new(e, at[1]),
        .domain = reg_domain(e, at[0]) };
    if (!c.o || !c.trace || !choice_open(&c, at))
        return;
    memset(c.o->v, 0, c.o->n * sizeof *c.o->v);
    memset(c.trace->v, 0xff, c.o->n * sizeof *c.trace->v); /* -1 */
    candidates_find(&c);
    if (!partitions_find(&c))
        return;
    const int plain = choose_plain(&c);
    for (; !plain && c.lane < e->lanes && e->status == EDICT_OK; c.lane++) {
        const int some = c.ends[c.lane] < c.ends[c.lane + 1];
        const uint32_t way = some ? choice_way(&c) : 0;
        if (some && (way || !choose_certain(&c)))
            choose_doubt(&c, way);
    }
    column_settle(c.o);
}
