/* Groups: which records belong together. */
#include "tests/oracle/oracle.h"

#include <string.h>

struct placed {
    int in; /* belongs to a group, for certain or perhaps */
    int alone;
    const struct row *row;
    const struct reason *doubt;
    struct value *keys, start, stop;
    uint32_t leader; /* a member that stands for the group */
};

static void place_one(struct run *r, struct kind *k, uint32_t i, struct placed *out, const struct reason **all_doubt)
{
    struct group *g = k->group;
    struct place p = {.kind = k->source, .i = i};
    struct value where = exists_of(r, k->source, i);
    const struct value *columns = columns_eval(r, g->table, &p);
    const struct reason *open = NULL, *why;
    *out = (struct placed){.leader = i};
    if (g->where) where = cell_and(r, where, eval(r, &p, g->where));
    rows_touch(r, g->table, &p);
    if (g->start) out->start = column_of(r, g->start)->cells[g->start->kind == r->o->m->encounter ? 0 : i];
    if (g->stop) out->stop = column_of(r, g->stop)->cells[g->stop->kind == r->o->m->encounter ? 0 : i];
    for (unsigned n = 0; n < g->table->row_count; n++)
        for (unsigned c = 0; c < g->table->rows[n].key_count; c++) eval(r, &p, g->table->rows[n].keys[c]);
    if (!where.why && !where.v) return;
    for (unsigned n = 0; n < g->table->row_count; n++) {
        enum fit fit = row_fit(r, g->table, &g->table->rows[n], columns, &p, &why);
        if (fit == FITS_NOT) continue;
        out->row = &g->table->rows[n];
        if (fit == FITS) break;
        open = reason_both(r, open, why);
    }
    if (!out->row) return;
    out->keys = run_room(r, out->row->key_count, sizeof *out->keys);
    for (unsigned c = 0; c < out->row->key_count; c++) {
        out->keys[c] = eval(r, &p, out->row->keys[c]);
        if (!open) open = out->keys[c].why;
    }
    out->in = 1;
    out->doubt = reason_both(r, where.why, open);
    out->alone = out->doubt || out->row->mode == KEY_ALONE;
    /* Where it belongs is open: it may belong to any group. */
    if (open) *all_doubt = reason_both(r, *all_doubt, reason_both(r, open, where.why));
}

static int together(const struct placed *a, const struct placed *b)
{
    if (a->row != b->row) return 0;
    for (unsigned c = 0; c < a->row->key_count; c++)
        if (!value_same(&a->row->keys[c]->type, a->keys[c].v, b->keys[c].v)) return 0;
    return 1;
}

/* Of records that belong together, only runs that follow each other without a
 * gap. */
static void unbroken(struct placed *all, uint32_t *members, uint32_t count)
{
    uint32_t n = 0, head = 0;
    int running = 0;
    int64_t reach = 0;
    for (uint32_t k = 0; k < count; k++) {
        all[members[k]].leader = members[k];
        if (!all[members[k]].start.why) members[n++] = members[k];
    }
    for (uint32_t k = 1; k < n; k++)
        for (uint32_t at = k; at && all[members[at]].start.v < all[members[at - 1]].start.v; at--) {
            uint32_t x = members[at];
            members[at] = members[at - 1];
            members[at - 1] = x;
        }
    for (uint32_t k = 0; k < n; k++) {
        struct placed *x = &all[members[k]];
        int joins = running && x->start.v <= reach;
        if (joins) x->leader = head;
        else head = members[k];
        if (x->stop.why) running = 0; /* nobody knows how long: the run ends with it */
        else {
            reach = joins && reach > x->stop.v ? reach : x->stop.v;
            running = 1;
        }
    }
}

void group_make(struct run *r, struct kind *k)
{
    uint32_t number = kind_number_of(r->o, k), n = size_of_kind(r, k->source), count = 0;
    struct placed *all = run_room(r, n, sizeof *all);
    uint32_t *members = run_room(r, n, sizeof *members);
    const struct reason *all_doubt = NULL;
    int64_t *groups = r->groups[number] = run_room(r, n, sizeof *groups);
    for (uint32_t i = 0; i < n; i++) place_one(r, k, i, &all[i], &all_doubt);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t q = 0; all[i].in && !all[i].alone && q < i; q++)
            if (all[q].in && !all[q].alone && all[q].leader == q && together(&all[q], &all[i])) {
                all[i].leader = q;
                break;
            }
    uint32_t *leaders = run_room(r, n, sizeof *leaders);
    for (uint32_t i = 0; i < n; i++) leaders[i] = all[i].leader;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t size = 0;
        if (!all[i].in || all[i].alone || leaders[i] != i || all[i].row->mode != KEY_UNBROKEN) continue;
        for (uint32_t q = i; q < n; q++)
            if (all[q].in && !all[q].alone && leaders[q] == i) members[size++] = q;
        unbroken(all, members, size);
    }
    r->exists[number] = run_room(r, n, sizeof **r->exists);
    for (uint32_t i = 0; i < n; i++) {
        groups[i] = -1;
        for (uint32_t q = 0; all[i].in && q < i; q++)
            if (all[q].in && all[q].leader == all[i].leader) groups[i] = groups[q];
        if (!all[i].in || groups[i] >= 0) continue;
        const struct reason *why = reason_both(r, all[i].doubt, all_doubt);
        r->exists[number][count] = why ? undocumented(why) : documented(1);
        groups[i] = count++;
    }
    r->sizes[number] = count;
}
