/* Pairs of records that no row of a relation speaks of are not made (CROSS). What is left is a little more: a relation
 * is asked for a bit by its keys' hash, or of its pairs of codes (eval_codes.c), not for its rows and their dates. */
#include "vm/listed.h"

#include <stdlib.h>

enum { SIDE_NEITHER, SIDE_X, SIDE_Y, PARTS = 8 };

/* Cells times the factor of a key's place: what a run has worked out already. */
struct hash_part {
    uint32_t run, reg, records; /* a constant may stand for the records of several domains */
    uint64_t factor;
    const int64_t *cells;
    const uint64_t *part;
};

int hash_parts_new(struct edict_evaluator *e)
{
    return (e->hash_parts = calloc(PARTS, sizeof *e->hash_parts)) != NULL;
}

/* NULL: failed. */
static const uint64_t *part_of(
    struct edict_evaluator *e, uint32_t reg, const struct cells *c, uint32_t records, uint64_t factor)
{
    struct hash_part *to = &e->hash_parts[(reg ^ (uint32_t)(factor >> 61)) % PARTS];
    if (to->run == e->run && to->reg == reg && to->factor == factor && to->cells == c->v &&
        to->records == records)
        return to->part;
    uint64_t *part = eval_alloc(e, records, sizeof *part);
    for (uint32_t i = 0; part && i < records; i++)
        part[i] = (uint64_t)cell_v(c, i) * factor;
    *to = (struct hash_part){ part ? e->run : 0, reg, records, factor, c->v, part };
    return part;
}

/* The part of a further key of the same records. */
static const uint64_t *parts_sum(struct edict_evaluator *e, const uint64_t *a, const uint64_t *b, uint32_t records)
{
    uint64_t *sum = eval_alloc(e, records, sizeof *sum);
    for (uint32_t i = 0; sum && i < records; i++)
        sum[i] = a[i] + b[i];
    return sum;
}

/* `at`: how many keys, and of each its side and register. 0: one is not documented somewhere (or it failed). */
static int parts_open(struct edict_evaluator *e, const struct image_domain *d, const uint32_t *at, struct listing *l)
{
    uint64_t factor = KEY_FACTOR_FIRST;
    for (uint32_t k = 0; k < at[0]; k++, factor = key_factor_next(factor)) {
        const uint32_t side = at[1 + 2 * k], reg = at[2 + 2 * k];
        const uint32_t domain = side == SIDE_X ? d->a : side == SIDE_Y ? d->b : 0, n = e->sizes[domain];
        const struct cells c = cells_of(e, reg, domain);
        if (c.w || (!domain && c.step))
            return 0;
        if (!domain) {
            l->fixed += (uint64_t)c.v[0] * factor;
            continue;
        }
        const uint64_t **to = &l->parts[side - 1], *part = part_of(e, reg, &c, n, factor);
        if (!part || !(*to = *to ? parts_sum(e, *to, part, n) : part))
            return 0;
        l->keys[side - 1]++;
    }
    return l->parts[0] && l->parts[1];
}

/* `at`: the relation, and what follows. */
static int listing_open(struct edict_evaluator *e, const struct image_domain *d, const uint32_t *at, struct listing *l)
{
    *l = (struct listing){ .index = &e->program->indexes[at[0]] };
    if (!e->program->relations[at[0]].codes)
        return l->index->slots && parts_open(e, d, at + 1, l);
    l->turned = at[2] == SIDE_Y;
    l->codes = (struct pairs_question){ .relation = at[0], .regs = { at[3], at[5] },
        .domains = { l->turned ? d->b : d->a, l->turned ? d->a : d->b } };
    return pairs_marks(e, &l->codes);
}

int listed_open(struct edict_evaluator *e, const struct image_domain *d, const uint32_t *at, struct listed *listed)
{
    listed->count = at[0] <= LISTINGS ? at[0] : 0;
    at++;
    for (uint32_t k = 0; k < listed->count; k++, at += 2 + 2 * (size_t)at[1])
        if (!listing_open(e, d, at, &listed->of[k]))
            listed->count = 0;
    return e->status == EDICT_OK;
}

int listed_may(const struct listed *listed, uint32_t side, uint32_t records, unsigned char *may)
{
    for (uint32_t k = 0; k < listed->count; k++) {
        const struct listing *l = &listed->of[k];
        const uint64_t *part = l->parts[side];
        if (!l->codes.filters && l->keys[side] != 1)
            return 0;
        if (l->codes.filters)
            pairs_may(&l->codes, side != l->turned, records, may);
        else if (!k || part != l[-1].parts[side] || l->index != l[-1].index) /* else the one before has said it */
            for (uint32_t i = 0; i < records; i++)
                may[i] |= (unsigned char)index_knows(l->index, part[i]);
    }
    return 1;
}

void listed_keep(
    const struct listed *listed, const int64_t *x, const int64_t *y, uint32_t count, unsigned char *keep)
{
    for (uint32_t k = 0; k < listed->count; k++) {
        const struct listing *l = &listed->of[k];
        const uint64_t fixed = l->fixed, *a = l->parts[0], *b = l->parts[1];
        if (!l->codes.filters)
            for (uint32_t i = 0; i < count; i++)
                keep[i] |= (unsigned char)index_knows(l->index, fixed + a[x[i]] + b[y[i]]);
        else
            pairs_keep(&l->codes, l->turned ? y : x, l->turned ? x : y, count, keep);
    }
}

uint32_t listed_pairs(const struct listing *l, uint32_t i, const struct second_list *second, int64_t *x, int64_t *y)
{
    const uint32_t *list = second->list, count = second->count, itself = second->itself;
    uint32_t n = 0;
    if (l->codes.filters && !l->turned) {
        const struct filter f = l->codes.filters[i];
        const uint32_t *marks = l->codes.marks;
        for (uint32_t k = 0; k < count; k++) {
            x[n] = i;
            y[n] = list[k];
            n += filter_has(&f, marks[list[k]]) & (list[k] != itself);
        }
    } else if (l->codes.filters) {
        const struct filter *filters = l->codes.filters;
        const uint32_t mark = l->codes.marks[i];
        for (uint32_t k = 0; k < count; k++) {
            x[n] = i;
            y[n] = list[k];
            n += filter_has(&filters[list[k]], mark) & (list[k] != itself);
        }
    } else {
        const uint64_t hash = l->fixed + l->parts[0][i], *part = l->parts[1];
        for (uint32_t k = 0; k < count; k++) {
            x[n] = i;
            y[n] = list[k];
            n += index_knows(l->index, hash + part[list[k]]) & (list[k] != itself);
        }
    }
    return n;
}
