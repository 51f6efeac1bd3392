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

/* Which records have a key that occurs in a column of the relation. A key that was gathered by a link of pairs is asked
 * for once a record that it was gathered from: `at` is then the link, else NULL. */
struct occurs {
    const unsigned char *yes;
    const int64_t *at;
};

static int occurs_open(struct edict_evaluator *e, struct occurs *o, const struct relation_index *x, uint32_t column,
    uint32_t reg, const struct cells *key, uint32_t records)
{
    const struct key_source from = key_source(e, reg, key, records);
    unsigned char *yes = eval_alloc(e, from.records, 1);
    const uint64_t *known = x->known[column];
    for (uint32_t i = 0; yes && i < from.records; i++)
        yes[i] = (unsigned char)bits_know(known, from.v[i * from.step]);
    o->yes = yes;
    o->at = from.at;
    return yes != NULL;
}

/* LISTS with three documented keys, the question of all pairs of codes: most are ruled out by their first two. */
static void lists_three(struct edict_evaluator *e, uint32_t relation, const uint32_t *regs, const struct cells *keys,
    const struct cells *date, struct column *o)
{
    const struct relation_index *x = &e->program->indexes[relation];
    const uint32_t n = o->n;
    int64_t *v = o->v;
    struct occurs a, b;
    const int indexed = x->slots != NULL;
    if (indexed && !keys[2].step && !key_known(x, 2, keys[2].v[0])) {
        memset(v, 0, n * sizeof *v);
        return;
    }
    if (indexed && (!occurs_open(e, &a, x, 0, regs[0], &keys[0], n) || !occurs_open(e, &b, x, 1, regs[1], &keys[1], n)))
        return;
    const int gathered = indexed && a.at && b.at;
    for (uint32_t i = 0; i < n; i++) {
        v[i] = 0;
        if (gathered) { /* of all pairs of records: mostly none */
            while (i < n && !(a.yes[a.at[i]] & b.yes[b.at[i]]))
                v[i++] = 0;
            if (i == n)
                return;
        } else if (indexed && !(a.yes[a.at ? a.at[i] : i] & b.yes[b.at ? b.at[i] : i])) {
            continue;
        }
        const int64_t key[3] = { cell_v(&keys[0], i), cell_v(&keys[1], i), cell_v(&keys[2], i) };
        v[i] = relation_find(e->program, relation, key, cell_v(date, i)) != NULL;
    }
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
    const int pairs = e->program->relations[relation].codes != 0;
    if (pairs && op == OP_CODE_LISTS && !doubt && pairs_list(e, relation, keys, cells, &date, o))
        return;
    if (op == OP_CODE_LISTS && !doubt && !pairs && count == 3) {
        lists_three(e, relation, keys, cells, &date, o);
        return;
    }
    if (op == OP_CODE_LISTS && !doubt) {
        for (uint32_t i = 0; i < o->n; i++) {
            for (uint32_t k = 0; k < count; k++)
                key[k] = cell_v(&cells[k], i);
            o->v[i] = find_row(e, relation, key, cell_v(&date, i)) != NULL;
        }
        return;
    }
    if (!column_states(e, o))
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
