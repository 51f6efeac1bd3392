/* GROUP: places every record of a domain into a group by the first row that matches, and makes the domain of the
 * groups. A record that cannot be placed for certain is a group of its own whose existence is in doubt. */
#include "vm/eval.h"

#include <string.h>

struct group_row {
    const uint32_t *cells;
    const struct cells *keys;
    uint32_t mode, key_count;
};
enum place { PLACE_NONE, PLACE_ALONE, PLACE_KEYED };

struct grouping {
    struct edict_evaluator *e;
    struct match m;
    const struct group_row *rows;
    uint32_t row_count;
    struct cells where, start, stop;
    uint32_t *place; /* enum place of each record */
    uint32_t *row;   /* the row that decided */
    uint32_t *doubt; /* reasons why the record cannot be placed */
    uint32_t *group; /* a record that stands for the group; in the end the group's number */
    uint32_t domain; /* of the records */
    uint32_t taint[LANES_MOST]; /* reasons that put every group in doubt */
    uint32_t doubted;           /* is one of them, or a record's place, in doubt? */
};

/* Row, keys and existence of record i. */
static void group_place(struct grouping *g, uint32_t i)
{
    const struct group_row *row = NULL;
    uint32_t open = 0;
    g->place[i] = PLACE_NONE;
    g->group[i] = i;
    g->doubt[i] = 0;
    const uint32_t where = cell_w(&g->where, i);
    if (!where && !cell_v(&g->where, i))
        return;
    rows_begin(&g->m, i);
    for (uint32_t r = rows_next(&g->m, 0, g->row_count); r < g->row_count; r = rows_next(&g->m, r + 1, g->row_count)) {
        const enum match_result is = match_row(&g->m, g->rows[r].cells, i);
        if (is == MATCH_NO)
            continue;
        row = &g->rows[r];
        if (is == MATCH_YES)
            break;
        open = why_merge(g->e, open, g->m.why);
    }
    if (!row)
        return;
    for (uint32_t k = 0; !open && k < row->key_count; k++)
        open = cell_w(&row->keys[k], i);
    if (open) {
        uint32_t *taint = &g->taint[lane_of(g->e, g->domain, i)];
        *taint = why_merge(g->e, *taint, why_merge(g->e, open, where));
    }
    g->doubt[i] = why_merge(g->e, where, open);
    g->doubted |= g->doubt[i];
    g->row[i] = (uint32_t)(row - g->rows);
    g->place[i] = g->doubt[i] || row->mode == KEY_ALONE ? PLACE_ALONE : PLACE_KEYED;
}

/* All records, where nothing can be in doubt: each goes by the first row that is left. 0: not done. */
static int groups_place(struct grouping *g, uint32_t records)
{
    const struct cells where = g->where;
    const struct match *m = &g->m;
    int doubt = where.w != NULL || !rows_certain(m);
    for (uint32_t r = 0; r < g->row_count; r++) {
        const struct cells *keys = g->rows[r].keys;
        for (uint32_t k = 0; keys && k < g->rows[r].key_count; k++)
            doubt |= keys[k].w != NULL;
    }
    for (uint32_t i = 0; !doubt && i < records; i++) {
        const uint64_t left = m->alive[i] & (0 - (uint64_t)(cell_v(&where, i) != 0));
        const uint32_t row = left ? (uint32_t)__builtin_ctzll(left) : 0;
        const uint32_t place = g->rows[row].mode == KEY_ALONE ? PLACE_ALONE : PLACE_KEYED;
        g->group[i] = i;
        g->doubt[i] = 0;
        g->row[i] = row;
        g->place[i] = left ? place : PLACE_NONE;
    }
    return !doubt;
}

/* The records with keys: those with the same row and keys belong to the first of them. */
static int group_keyed(struct grouping *g, uint32_t records)
{
    struct edict_evaluator *e = g->e;
    uint32_t *list = eval_alloc(e, (size_t)records + 1, sizeof *list), *first = eval_alloc(e, records, sizeof *first);
    uint32_t n = 0;
    uint32_t own[LANES_MOST + 1], ends[LANES_MOST + 1] = { 0 }, width = 0, *behind = first; /* not in use yet */
    for (uint32_t i = 0; list && behind && i < records; i++) {
        list[n] = i;
        n += g->place[i] == PLACE_KEYED;
        behind[i] = n;
    }
    if (behind)
        lanes_end(lanes_first(e, g->domain, own), behind, e->lanes, ends);
    for (uint32_t r = 0; r < g->row_count; r++)
        width = g->rows[r].key_count > width ? g->rows[r].key_count : width;
    const uint32_t numbered = g->row_count > 1; /* the row is one key more */
    int64_t *keys = eval_zero(e, n, sizeof *keys * ((size_t)width + 1));
    if (!list || !first || !keys)
        return 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct group_row *row = &g->rows[g->row[list[i]]];
        for (uint32_t k = 0; k < row->key_count; k++)
            keys[(size_t)k * n + i] = cell_v(&row->keys[k], list[i]);
        if (numbered)
            keys[(size_t)width * n + i] = g->row[list[i]];
    }
    if (!firsts_find(e, keys, width + numbered, ends, first))
        return 0;
    for (uint32_t i = 0; i < n; i++)
        g->group[list[i]] = list[first[i]];
    return 1;
}

static int by_start(const void *context, uint32_t a, uint32_t b)
{
    const struct grouping *g = context;
    const int64_t x = cell_v(&g->start, a), y = cell_v(&g->start, b);
    return x < y ? -1 : x > y;
}

/* Cuts one group into chains of runs that touch: `list` holds its `count` members. */
static void group_chain(struct grouping *g, uint32_t *list, uint32_t count)
{
    uint32_t n = 0, head = NONE;
    int64_t reach = 0;
    for (uint32_t k = 0; k < count; k++) {
        g->group[list[k]] = list[k];
        if (!cell_w(&g->start, list[k]))
            list[n++] = list[k];
    }
    eval_sort(g->e, list, n, by_start, g);
    for (uint32_t k = 0; k < n; k++) {
        const uint32_t i = list[k];
        const int joins = head != NONE && cell_v(&g->start, i) <= reach;
        if (joins)
            g->group[i] = head;
        if (cell_w(&g->stop, i))
            head = NONE;
        else if (!joins || cell_v(&g->stop, i) > reach)
            reach = cell_v(&g->stop, i);
        if (!joins && !cell_w(&g->stop, i))
            head = i;
    }
}

static void group_unbroken(struct grouping *g, uint32_t records)
{
    uint32_t *list = eval_alloc(g->e, records, sizeof *list), *leader = eval_alloc(g->e, records, sizeof *leader);
    if (!list || !leader)
        return;
    memcpy(leader, g->group, records * sizeof *leader);
    for (uint32_t i = 0; i < records; i++) {
        uint32_t n = 0;
        if (g->place[i] != PLACE_KEYED || leader[i] != i || g->rows[g->row[i]].mode != KEY_UNBROKEN)
            continue;
        const uint32_t end = lane_end(g->e, g->domain, lane_of(g->e, g->domain, i));
        for (uint32_t k = i; k < end; k++)
            if (g->place[k] == PLACE_KEYED && leader[k] == i)
                list[n++] = k;
        group_chain(g, list, n);
    }
}

/* Numbers the groups in order of their first member and writes the two columns. */
static void group_write(struct grouping *g, const uint32_t *at, uint32_t records)
{
    struct edict_evaluator *e = g->e;
    uint32_t *number = eval_alloc(e, records, sizeof *number), *first = eval_alloc(e, records, sizeof *first),
             count = 0;
    struct column *link = column_new(e, at[3]);
    uint32_t *firsts = lanes_new(e, at[0]);
    if (!number || !first || (e->lanes > 1 && !firsts))
        return;
    memset(number, 0xff, records * sizeof *number);
    uint32_t own[LANES_MOST + 1], *behind = g->row; /* which row it was nobody asks any more */
    for (uint32_t i = 0; link && i < records; i++) {
        const int placed = g->place[i] != PLACE_NONE;
        uint32_t *n = &number[g->group[i]];
        const int is_new = placed && *n == NONE;
        first[count] = i;
        *n = is_new ? count : *n;
        count += (uint32_t)is_new;
        link->v[i] = placed ? (int64_t)*n : -1;
        behind[i] = count;
    }
    if (firsts)
        lanes_end(lanes_first(e, g->domain, own), behind, e->lanes, firsts);
    e->sizes[at[0]] = count;
    if (!lanes_close(e, at[0]))
        return;
    struct column *exists = column_new(e, at[2]);
    if (!exists || (g->doubted && !column_states(e, exists)))
        return;
    for (uint32_t k = 0; k < count; k++)
        exists->v[k] = 1;
    for (uint32_t k = 0; g->doubted && k < count; k++) {
        exists->w[k] = why_merge(e, g->doubt[first[k]], g->taint[lane_of(e, at[0], k)]);
        exists->v[k] = !exists->w[k];
    }
    column_settle(exists);
}

static int rows_read(struct grouping *g, const uint32_t **at)
{
    struct edict_evaluator *e = g->e;
    struct group_row *rows = eval_alloc(e, g->row_count, sizeof *rows);
    g->rows = rows;
    for (uint32_t r = 0; rows && r < g->row_count; r++) {
        const uint32_t *tail = match_skip(*at + 1);
        struct cells *keys = eval_alloc(e, tail[1], sizeof *keys);
        for (uint32_t k = 0; keys && k < tail[1]; k++)
            keys[k] = cells_of(e, tail[2 + k], g->domain);
        rows[r] = (struct group_row){ *at + 1, keys, tail[0], tail[1] };
        *at = tail + 2 + tail[1];
    }
    return rows && e->status == EDICT_OK;
}

void eval_group(struct edict_evaluator *e, const uint32_t *at)
{
    const uint32_t *head = at, records = e->sizes[at[1]];
    struct grouping g = { .e = e, .domain = at[1], .where = cells_if(e, at[4], at[1]) };
    at = match_open(&g.m, e, g.domain, at + 5);
    g.row_count = at ? *at++ : 0;
    g.place = eval_alloc(e, records, sizeof *g.place);
    g.row = eval_zero(e, records, sizeof *g.row);
    g.doubt = eval_alloc(e, records, sizeof *g.doubt);
    g.group = eval_alloc(e, records, sizeof *g.group);
    if (!at || !g.place || !g.row || !g.doubt || !g.group || !rows_read(&g, &at))
        return;
    g.start = cells_if(e, at[0], g.domain);
    g.stop = cells_if(e, at[1], g.domain);
    int keyed = 0, chains = 0;
    for (uint32_t r = 0; r < g.row_count; r++) {
        keyed |= g.rows[r].mode != KEY_ALONE;
        chains |= g.rows[r].mode == KEY_UNBROKEN;
    }
    const int plain = groups_place(&g, records);
    for (uint32_t i = 0; !plain && i < records; i++)
        group_place(&g, i);
    if (records && keyed && !group_keyed(&g, records))
        return;
    if (chains)
        group_unbroken(&g, records);
    group_write(&g, head, records);
}
