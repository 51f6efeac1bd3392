/* Look-ups in relations (LISTS, LOOKUP): keys that are certain, row by row of a domain. */
#include "vm/eval.h"

#include <string.h>

static inline const int64_t *find_row(struct edict_evaluator *e, uint32_t relation, const int64_t *key, int64_t date)
{
    return e->program->relations[relation].codes ? pairs_find_again(e, relation, key, date)
                                                 : relation_find(e->program, relation, key, date);
}

/* A value of a relation that the image's opening has looked at, or that is as good. */
static int value_good(const struct edict_evaluator *e, uint32_t relation, int64_t value, uint32_t reg)
{
    const struct edict_program *p = e->program;
    return relation_looked_at(&p->relations[relation]) || program_value_fits(p, p->registers[reg].type, value);
}

struct key_source key_source(struct edict_evaluator *e, uint32_t reg, const struct cells *key, uint32_t records)
{
    const uint32_t *gather = e->program->code + e->writers[reg], domain = reg_domain(e, reg);
    if (e->writers[reg] && (gather[-1] & 0xff) == OP_CODE_GATHER && key->step) {
        const uint32_t link = gather[1], target = e->program->registers[link].target;
        const int64_t *to = e->columns[link].v;
        const struct cells all = cells_of(e, gather[2], target);
        if (to && (to == e->pairs[0][domain] || to == e->pairs[1][domain]) && e->sizes[target] < records && !all.w)
            return (struct key_source){ all.v, to, all.step, e->sizes[target] };
    }
    return (struct key_source){ key->v, NULL, key->step, records };
}

/* Leaves of the listed records those with a key that occurs in the relation's column: their number. A key that was
 * gathered by a link of pairs is asked for once a record that it was gathered from. */
static uint32_t keys_occur(
    struct edict_evaluator *e, const uint64_t *known, const struct key_source *s, uint32_t *list, uint32_t count)
{
    uint32_t n = 0;
    if (!s->at && !s->step)
        return bits_know(known, s->v[0]) ? count : 0;
    if (!s->at) {
        for (uint32_t k = 0; k < count; k++) {
            const uint32_t i = list[n] = list[k];
            n += (uint32_t)bits_know(known, s->v[i]);
        }
        return n;
    }
    unsigned char *yes = eval_alloc(e, s->records, 1);
    for (uint32_t i = 0; yes && i < s->records; i++)
        yes[i] = (unsigned char)bits_know(known, s->v[i * s->step]);
    for (uint32_t k = 0; yes && k < count; k++) {
        const uint32_t i = list[n] = list[k];
        n += yes[s->at[i]];
    }
    return n;
}

/* LISTS with documented keys: mostly, one of them occurs in no row. */
static void lists_certain(struct edict_evaluator *e, uint32_t relation, const uint32_t *regs, const struct cells *keys,
    uint32_t count, const struct cells *date, struct column *o, int64_t *key)
{
    const struct relation_index *x = &e->program->indexes[relation];
    const uint32_t n = o->n;
    uint32_t left = n, at = 0, *list = eval_alloc(e, n, sizeof *list);
    int64_t *v = o->v;
    if (!list)
        return;
    for (uint32_t i = 0; i < n; i++)
        list[i] = i;
    for (uint32_t k = 0; x->slots && left && k < count && k < INDEX_KEYS; k++) {
        const struct key_source s = key_source(e, regs[k], &keys[k], n);
        left = keys_occur(e, x->known[k], &s, list, left);
    }
    for (uint32_t k = 0; k < left; k++) {
        const uint32_t i = list[k];
        while (at < i)
            v[at++] = 0;
        for (uint32_t c = 0; c < count; c++)
            key[c] = cell_v(&keys[c], i);
        v[at++] = find_row(e, relation, key, cell_v(date, i)) != NULL;
    }
    while (at < n)
        v[at++] = 0;
}

/* LISTS (R, keys, date) and LOOKUP (R, column, keys, date). */
void eval_relation(struct edict_evaluator *e, enum op op, const uint32_t *at)
{
    const uint32_t relation = at[1], *keys = at + (op == OP_CODE_LOOKUP ? 3 : 2);
    const uint32_t in = reg_domain(e, at[0]), count = *keys++;
    const struct cells date = cells_of(e, keys[count], in);
    struct column *o = column_new(e, at[0]);
    int64_t *key = eval_alloc(e, count, sizeof *key);
    struct cells *cells = eval_alloc(e, count, sizeof *cells);
    if (!o || !key || !cells)
        return;
    uint32_t doubt = date.w != NULL;
    for (uint32_t k = 0; k < count; k++) {
        cells[k] = cells_of(e, keys[k], in);
        doubt |= cells[k].w != NULL;
    }
    if (op == OP_CODE_LISTS && !doubt) {
        if (!e->program->relations[relation].codes || !pairs_list(e, relation, keys, cells, &date, o))
            lists_certain(e, relation, keys, cells, count, &date, o, key);
        return;
    }
    if (!column_cells(e, o))
        return;
    for (uint32_t i = 0; i < o->n; i++) {
        uint32_t w = cell_w(&date, i);
        for (uint32_t k = 0; k < count; k++) {
            key[k] = cell_v(&cells[k], i);
            w = why_merge(e, w, cell_w(&cells[k], i));
        }
        const int64_t *row = w ? NULL : find_row(e, relation, key, cell_v(&date, i));
        if (op == OP_CODE_LISTS) {
            o->v[i] = row != NULL;
            o->w[i] = w;
        } else {
            const int found = row && value_good(e, relation, row[at[2]], at[0]);
            o->v[i] = found ? row[at[2]] : 0;
            o->w[i] = found ? 0 : w ? w : WHY_STATE_ABSENT;
        }
    }
    column_settle(o);
}
