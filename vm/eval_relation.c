/* Look-ups in relations (LISTS, LOOKUP): for all records of a column at once. First those that no row can have the keys
 * of are ruled out, by the hash of their keys. */
#include "vm/eval.h"

#include <stdlib.h>
#include <string.h>

struct lookup {
    struct edict_evaluator *e;
    uint32_t relation, domain, records, count;
    const uint32_t *regs; /* of the keys */
    struct cells *keys, date;
    const int64_t *links[2]; /* of a domain of pairs */
};

/* The rows that were last found in a relation: of the records `list` those in `rows`. */
struct rows_met {
    uint32_t run, domain, found; /* in this run, for records of this domain */
    const uint32_t *regs;        /* of the keys and the date */
    const uint32_t *list;
    const int64_t *const *rows;
};

/* Where the pairs of each record end in a domain of pairs. */
struct pair_ends {
    uint32_t run, domain;
    const uint32_t *ends;
};

int rows_met_new(struct edict_evaluator *e)
{
    e->rows_met = calloc((size_t)e->program->relation_count + 1, sizeof *e->rows_met);
    e->pair_ends = calloc(1, sizeof *e->pair_ends);
    return e->rows_met && e->pair_ends;
}

struct key_source key_source(struct edict_evaluator *e, uint32_t reg, const struct cells *key, uint32_t records)
{
    const uint32_t *gather = e->program->code + e->writers[reg], domain = reg_domain(e, reg);
    if (e->writers[reg] && (gather[-1] & 0xff) == OP_CODE_GATHER && key->step) {
        const uint32_t link = gather[1], target = e->program->registers[link].target;
        const int64_t *to = e->columns[link].v;
        const struct cells all = cells_of(e, gather[2], target);
        if (to && (to == e->pairs[0][domain] || to == e->pairs[1][domain]) && !all.w)
            return (struct key_source){ all.v, to, all.step, e->sizes[target], gather[2] };
    }
    return (struct key_source){ key->v, NULL, key->step, records, reg };
}

/* The hashes of keys, in parts: of each record; of the records that the two links of a domain of pairs name; the same
 * for all. */
struct hashes {
    uint64_t *own, *linked[2]; /* NULL: there are no such keys */
    uint64_t fixed;
    uint32_t first_keys, firsts; /* of the first link: keys, records */
};

/* Adds a key, each value times the factor. 0: failed. */
static int hash_add(const struct lookup *l, struct hashes *h, const struct key_source *s, uint64_t factor)
{
    const uint32_t side = s->at != l->links[0], n = s->records;
    uint64_t **to = s->at ? &h->linked[side] : &h->own;
    if (!s->step) {
        h->fixed += (uint64_t)s->v[0] * factor;
        return 1;
    }
    const int more = *to != NULL;
    if (!more && !(*to = eval_alloc(l->e, n, sizeof **to)))
        return 0;
    if (s->at && !side) {
        h->first_keys++;
        h->firsts = n;
    }
    uint64_t *hash = *to;
    for (uint32_t i = 0; more && i < n; i++)
        hash[i] += (uint64_t)s->v[i] * factor;
    for (uint32_t i = 0; !more && i < n; i++)
        hash[i] = (uint64_t)s->v[i] * factor;
    return 1;
}

/* The hash of one record's keys. */
static inline uint64_t hash_of(const struct lookup *l, const struct hashes *h, uint32_t i)
{
    return h->fixed + (h->own ? h->own[i] : 0) + (h->linked[0] ? h->linked[0][l->links[0][i]] : 0) +
           (h->linked[1] ? h->linked[1][l->links[1][i]] : 0);
}

static inline uint32_t known_has(const uint64_t *known, unsigned shift, uint64_t hash)
{
    return (uint32_t)(known[hash >> shift >> 6] >> (hash >> shift & 63)) & 1;
}

/* Where the pairs of each record of the first side end; they begin where those of the record before end. NULL: failed.
 */
static const uint32_t *pair_ends(const struct lookup *l, uint32_t records)
{
    struct pair_ends *p = l->e->pair_ends;
    if (p->run == l->e->run && p->domain == l->domain)
        return p->ends;
    uint32_t *ends = eval_zero(l->e, records, sizeof *ends);
    *p = (struct pair_ends){ l->e->run, l->domain, ends };
    for (uint32_t i = 0; ends && i < l->records; i++)
        ends[l->links[0][i]] = i + 1;
    for (uint32_t x = 1; ends && x < records; x++)
        ends[x] = ends[x] ? ends[x] : ends[x - 1];
    return ends;
}

/* The pairs that may have a row. A record of the first side whose one key no row has is passed over with its pairs. */
static uint32_t pairs_known(
    const struct lookup *l, const struct hashes *h, const struct relation_index *index, uint32_t *restrict list)
{
    const uint64_t *restrict known = index->known, *restrict part = h->linked[1];
    const int64_t *restrict y = l->links[1];
    const uint32_t shift = index->known_for, records = h->firsts, *ends = pair_ends(l, records);
    uint32_t n = 0, from = 0;
    if (!ends)
        return 0;
    for (uint32_t x = 0; x < records; from = ends[x++]) {
        const uint64_t hash = h->fixed + h->linked[0][x];
        if (h->first_keys == 1 && !known_has(known, shift, h->linked[0][x]))
            continue;
        for (uint32_t i = from; i < ends[x]; i++) {
            list[n] = i;
            n += known_has(known, shift, hash + part[y[i]]);
        }
    }
    return n;
}

/* The records that may have a row, by the hash of their keys, and their hashes. `every`: without asking. */
static uint32_t records_known(const struct lookup *l, const struct hashes *h, const struct relation_index *index,
    uint32_t every, uint32_t *restrict list, uint64_t *restrict hashes)
{
    const uint64_t *restrict known = index->known, *own = h->own, fixed = h->fixed;
    const uint32_t shift = index->known_for, alone = own && !h->linked[0] && !h->linked[1];
    uint32_t n = 0;
    for (uint32_t i = 0; alone && i < l->records; i++) {
        const uint64_t hash = fixed + own[i];
        list[n] = i;
        hashes[n] = hash;
        n += every | known_has(known, shift, hash);
    }
    for (uint32_t i = 0; !alone && i < l->records; i++) {
        const uint64_t hash = hash_of(l, h, i);
        list[n] = i;
        hashes[n] = hash;
        n += every | known_has(known, shift, hash);
    }
    return n;
}

static uint32_t rows_all(const struct lookup *l, uint32_t *list)
{
    for (uint32_t i = 0; i < l->records; i++)
        list[i] = i;
    return l->records;
}

enum { STRAIGHT = 4096 };

/* The records that may have a row, if the relation has an index, and their hashes. */
static uint32_t rows_may(const struct lookup *l, uint32_t *list, uint64_t *hash)
{
    const struct edict_program *p = l->e->program;
    const struct relation_index *x = &p->indexes[l->relation];
    struct hashes h = { .fixed = 0 };
    uint64_t factor = KEY_FACTOR_FIRST;
    for (uint32_t k = 0; k < l->count; k++, factor = key_factor_next(factor)) {
        struct key_source s = key_source(l->e, l->regs[k], &l->keys[k], l->records);
        if (s.records >= l->records) /* as many as there are pairs: nothing is saved */
            s = (struct key_source){ l->keys[k].v, NULL, l->keys[k].step, l->records, l->regs[k] };
        if (!hash_add(l, &h, &s, factor))
            return 0;
    }
    const int paired = h.linked[0] && h.linked[1] && !h.own;
    const int straight = l->count == 1 && p->relations[l->relation].rows > STRAIGHT; /* bits are as far as slots */
    const uint32_t count = paired ? pairs_known(l, &h, x, list)
                                  : records_known(l, &h, x, (uint32_t)straight, list, hash);
    for (uint32_t k = 0; paired && k < count; k++)
        hash[k] = hash_of(l, &h, list[k]);
    for (uint32_t k = 0; k < count; k++)
        __builtin_prefetch(&x->slots[hash[k] >> x->shift]);
    for (uint32_t k = 0; k < count; k++)
        __builtin_prefetch(slot_row(p, l->relation, x->slots[hash[k] >> x->shift]));
    return count;
}

/* The row of each record that has one, into m. `w`: NULL, or the records' states: of those that are in doubt nothing is
 * looked up. */
static void rows_find(const struct lookup *l, const uint32_t *w, struct rows_met *m)
{
    const struct edict_program *p = l->e->program;
    const struct relation_index *x = &p->indexes[l->relation];
    const struct image_relation *r = &p->relations[l->relation];
    uint64_t *hash = eval_alloc(l->e, l->records, sizeof *hash);
    uint32_t *list = eval_alloc(l->e, l->records, sizeof *list);
    const int64_t **rows = eval_alloc(l->e, l->records, sizeof *rows);
    int64_t *key = eval_alloc(l->e, l->count, sizeof *key);
    if (l->e->status != EDICT_OK)
        return;
    const uint32_t left = x->slots ? rows_may(l, list, hash) : rows_all(l, list);
    uint32_t found = 0;
    for (uint32_t k = 0; k < left; k++) {
        const uint32_t i = list[k];
        const int64_t date = cell_v(&l->date, i);
        if (w && w[i])
            continue;
        for (uint32_t c = 0; c < l->count; c++)
            key[c] = cell_v(&l->keys[c], i);
        const int64_t *row = x->slots ? index_find(p, r, x, hash[k], key, date)
                                      : relation_find(p, l->relation, key, date);
        list[found] = i;
        rows[found] = row;
        found += row != NULL;
    }
    m->found = found;
    m->list = list;
    m->rows = rows;
}

/* The same, unless it was found for another instruction already. */
static const struct rows_met *rows_meet(const struct lookup *l, const uint32_t *w)
{
    struct rows_met *m = &l->e->rows_met[l->relation];
    if (m->run == l->e->run && m->domain == l->domain && !memcmp(m->regs, l->regs, (l->count + 1) * sizeof *m->regs))
        return m;
    *m = (struct rows_met){ .run = l->e->run, .domain = l->domain, .regs = l->regs };
    rows_find(l, w, m);
    return m;
}

static void lists_write(struct column *o, const struct rows_met *m)
{
    memset(o->v, 0, o->n * sizeof *o->v);
    for (uint32_t k = 0; k < m->found; k++)
        o->v[m->list[k]] = 1;
    column_settle(o);
}

/* A column of the rows that were found. */
static void lookup_write(const struct lookup *l, uint32_t reg, uint32_t column, const struct rows_met *m)
{
    const struct edict_program *p = l->e->program;
    struct column *o = &l->e->columns[reg];
    const int good = relation_looked_at(&p->relations[l->relation]);
    memset(o->v, 0, o->n * sizeof *o->v);
    if (!o->w && !column_states(l->e, o))
        return;
    uint32_t at = 0;
    for (uint32_t k = 0; k < m->found; k++, at++) {
        const uint32_t i = m->list[k];
        const int64_t value = m->rows[k][column];
        for (; at < i; at++)
            o->w[at] = o->w[at] ? o->w[at] : WHY_STATE_ABSENT;
        if (good || program_value_fits(p, p->registers[reg].type, value))
            o->v[i] = value;
        else
            o->w[i] = WHY_STATE_ABSENT;
    }
    for (; at < o->n; at++)
        o->w[at] = o->w[at] ? o->w[at] : WHY_STATE_ABSENT;
    column_settle(o);
}

/* The states of keys and date, into the column. 0: failed. */
static int doubt_write(const struct lookup *l, struct column *o)
{
    if (!column_cells(l->e, o))
        return 0;
    for (uint32_t i = 0; i < o->n; i++) {
        uint32_t w = cell_w(&l->date, i);
        for (uint32_t k = 0; k < l->count; k++)
            w = why_merge(l->e, w, cell_w(&l->keys[k], i));
        o->w[i] = w;
    }
    return 1;
}

/* LISTS (R, keys, date) and LOOKUP (R, column, keys, date). */
void eval_relation(struct edict_evaluator *e, enum op op, const uint32_t *at)
{
    const uint32_t *keys = at + (op == OP_CODE_LOOKUP ? 3 : 2), in = reg_domain(e, at[0]), count = *keys++;
    struct column *o = column_new(e, at[0]);
    struct lookup l = { e, at[1], in, e->sizes[in], count, keys, eval_alloc(e, count, sizeof *l.keys),
        cells_of(e, keys[count], in), { e->pairs[0][in], e->pairs[1][in] } };
    uint32_t doubt = l.date.w != NULL;
    if (!o || !l.keys)
        return;
    for (uint32_t k = 0; k < count; k++) {
        l.keys[k] = cells_of(e, keys[k], in);
        doubt |= l.keys[k].w != NULL;
    }
    if (op == OP_CODE_LISTS && !doubt && e->program->relations[l.relation].codes &&
        pairs_list(e, l.relation, keys, l.keys, &l.date, o))
        return;
    if (doubt && !doubt_write(&l, o))
        return;
    const struct rows_met *m = rows_meet(&l, o->w);
    if (e->status != EDICT_OK)
        return;
    if (op == OP_CODE_LOOKUP)
        lookup_write(&l, at[0], at[2], m);
    else
        lists_write(o, m);
}
