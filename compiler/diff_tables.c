/* Rows of relations, bundles and limits in both versions, whether they stand in the pack or in files: which keys are
 * new or gone, under which a value or a date is another, which pairs changed places. */
#include "compiler/diff_tables.h"

#include <stdlib.h>
#include <string.h>

int64_t table_cell(const struct table_row *r, unsigned column) { return r->of->cells[r->at * r->of->columns + column]; }

static int cell_order(enum value_type type, int64_t a, int64_t b)
{
    if (type == TYPE_WORD || type == TYPE_TEXT) return strcmp((const char *)(intptr_t)a, (const char *)(intptr_t)b);
    return a < b ? -1 : a > b;
}

static int keys_order(const struct table_row *a, const struct table_row *b, unsigned columns)
{
    for (unsigned c = 0; c < columns; c++) {
        int order = cell_order(a->of->types[c], table_cell(a, c), table_cell(b, c));
        if (order) return order;
    }
    return 0;
}

static int dates_order(const struct table_row *a, const struct table_row *b)
{
    const struct item_row *x = a->of->origins[a->at], *y = b->of->origins[b->at];
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return x->until < y->until ? -1 : x->until > y->until;
}

/* By all columns, then dates. */
static int row_order(const void *a, const void *b)
{
    const struct table_row *x = a, *y = b;
    int order = keys_order(x, y, x->of->columns);
    return order ? order : dates_order(x, y);
}

int table_cells_same(const struct table_pair *t, const struct table_row *a, const struct table_row *b, unsigned column)
{
    return !cell_order(t->old->types[column], table_cell(a, column), table_cell(b, column));
}

static int rows_same(const struct table_row *a, const struct table_row *b) { return !row_order(a, b); }

/* ---- reading */

static const struct relation *relation_of(const struct model *m, const struct item *it)
{
    for (unsigned i = 0; i < m->relation_count; i++) {
        const struct relation *r = &m->relations[i];
        if (r->item->kind == it->kind && text_equal(r->name, it->name))
            return r->state == CHECKED && r->column_count ? r : NULL;
    }
    return NULL;
}

/* Rows of the new version are those of its second reading, whose places are numbered behind the old sources. */
static void origins_move(struct table_rows *t, const struct relation *r, const struct item *to)
{
    const struct item *from = r->item;
    for (size_t i = 0; i < t->count; i++) {
        const struct item_row *o = t->origins[i];
        if (o->node && o >= from->rows && o < from->rows + from->row_count) t->origins[i] = &to->rows[o - from->rows];
    }
}

static struct table_row *rows_sort(struct edict_difference *d, const struct table_rows *t, size_t *count)
{
    size_t n = 0;
    struct table_row *rows = arena_alloc(&d->arena, (t->count + 1) * sizeof *rows);
    if (!rows) {
        d->oom = 1;
        return NULL;
    }
    for (size_t i = 0; i < t->count; i++) rows[i] = (struct table_row){t, i};
    if (t->count) qsort(rows, t->count, sizeof *rows, row_order);
    for (size_t i = 1; i < t->count; i++) /* the same row twice says nothing more */
        if (!rows_same(&rows[n], &rows[i])) rows[++n] = rows[i];
    *count = t->count ? n + 1 : 0;
    return rows;
}

/* A column of counts beside one of decimals: both are decimals. */
static void type_widen(struct table_rows *t, unsigned column)
{
    t->types[column] = TYPE_DECIMAL;
    for (size_t i = 0; i < t->count; i++) t->cells[i * t->columns + column] *= 1000000;
}

static int columns_same(struct table_rows *a, struct table_rows *b)
{
    if (a->columns != b->columns) return 0;
    for (unsigned c = 0; c < a->columns; c++) {
        if (!text_equal(a->names[c], b->names[c])) return 0;
        if (a->types[c] == TYPE_COUNT && b->types[c] == TYPE_DECIMAL) type_widen(a, c);
        else if (a->types[c] == TYPE_DECIMAL && b->types[c] == TYPE_COUNT) type_widen(b, c);
        if (a->types[c] != b->types[c] || strcmp(a->units[c], b->units[c]) != 0) return 0;
    }
    return 1;
}

/* The last columns of a limit that it does not read: published tables have one that rows in packs do not. */
static void unused_drop(struct table_rows *t)
{
    const unsigned was = t->columns;
    while (t->columns > 1 && !text_is(t->names[t->columns - 1], "code") &&
           !text_is(t->names[t->columns - 1], "at most") && !text_is(t->names[t->columns - 1], "per"))
        t->columns--;
    for (size_t i = 0; i < t->count && was != t->columns; i++)
        memmove(t->cells + i * t->columns, t->cells + i * was, t->columns * sizeof *t->cells);
}

/* Do so many columns name a row on every day? */
static int keys_name(const struct table_row *rows, size_t count, unsigned keys)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count && !keys_order(&rows[i], &rows[k], keys); k++) {
            const struct item_row *a = rows[i].of->origins[rows[i].at], *b = rows[k].of->origins[rows[k].at];
            if (a->from <= b->until && b->from <= a->until && keys_order(&rows[i], &rows[k], rows[i].of->columns))
                return 0;
        }
    return 1;
}

/* ---- comparing */

static struct key_difference *difference_add(struct edict_difference *d, struct table_pair *t)
{
    if (t->count == t->room) {
        size_t room = t->room ? t->room * 2 : 64;
        struct key_difference *more = arena_alloc(&d->arena, room * sizeof *more);
        if (!more) {
            d->oom = 1;
            return NULL;
        }
        if (t->count) memcpy(more, t->differences, t->count * sizeof *more);
        t->differences = more;
        t->room = room;
    }
    t->differences[t->count] = (struct key_difference){.what = KEY_ADDED};
    return &t->differences[t->count++];
}

static const struct item_row *days_of(const struct table_row *r) { return r->of->origins[r->at]; }

/* `per` follows from the indicator where both stand in a published table. */
int table_follows(const struct table_pair *t, unsigned column, unsigned indicator)
{
    return text_is(t->old->names[column], "per") && text_is(t->old->names[indicator], "mai");
}

static int column_follows(const struct table_pair *t, unsigned column, const struct table_row *a,
                          const struct table_row *b)
{
    for (unsigned c = 0; c < t->old->columns; c++)
        if (table_follows(t, column, c) && !table_cells_same(t, a, b, c)) return 1;
    return 0;
}

static void key_compare(struct edict_difference *d, struct table_pair *t, const struct table_row *a, unsigned n,
                        const struct table_row *b, unsigned m)
{
    unsigned i = 0;
    while (i < n && i < m && rows_same(&a[i], &b[i])) i++;
    if (i == n && i == m) return;
    for (i = 0; i < n; i++) t->differs[a + i - t->old_rows] = 1;
    struct key_difference whole = {
        .what = n ? m ? KEY_DATES : KEY_DELETED : KEY_ADDED, .old = a, .now = b, .olds = n, .news = m};
    if (n && m) {
        const struct table_row *x = &a[n - 1], *y = &b[m - 1];
        int same = !keys_order(x, y, t->old->columns), single = n == 1 && m == 1 && !dates_order(x, y);
        int32_t ends = days_of(x)->until, ends_now = days_of(y)->until;
        if (same && ends == DATE_OPEN && ends_now != DATE_OPEN) whole.what = KEY_DELETED;
        else if (same && ends != DATE_OPEN && ends_now == DATE_OPEN) whole.what = KEY_ADDED;
        for (unsigned c = t->keys; c < t->old->columns && !same; c++) {
            if (table_cells_same(t, x, y, c) || column_follows(t, c, x, y)) continue;
            whole.what = KEY_CHANGED;
            whole.column = c;
            struct key_difference *to = difference_add(d, t);
            if (!to) return;
            *to = whole;
            if (!single) return; /* not to be taken apart by columns */
        }
        if (!same) return;
    }
    struct key_difference *to = difference_add(d, t);
    if (to) *to = whole;
}

/* The other way round: the key of a row with its first two columns exchanged. */
static int swap_order(const struct key_difference *a, const struct key_difference *b)
{
    const struct table_row *x = a->olds ? a->old : a->now, *y = b->olds ? b->old : b->now;
    for (unsigned c = 0; c < 2; c++) {
        int order = cell_order(x->of->types[c], table_cell(x, c), table_cell(y, 1 - c));
        if (order) return order;
    }
    return 0;
}

static int swap_sorted(const void *a, const void *b)
{
    const struct key_difference *x = *(struct key_difference *const *)a, *y = *(struct key_difference *const *)b;
    const struct table_row *r = x->olds ? x->old : x->now, *s = y->olds ? y->old : y->now;
    return keys_order(r, s, 2);
}

static int swap_find(const void *key, const void *element)
{
    return -swap_order(*(struct key_difference *const *)element, *(struct key_difference *const *)key);
}

/* Pairs of which one is gone and its mirror image is new. */
static void swaps_find(struct edict_difference *d, struct table_pair *t)
{
    if (t->keys != 2 || t->old->types[0] != TYPE_CODE || t->old->types[1] != TYPE_CODE || !t->count) return;
    struct key_difference **gone = arena_alloc(&d->arena, t->count * sizeof *gone);
    size_t n = 0;
    if (!gone) {
        d->oom = 1;
        return;
    }
    for (size_t i = 0; i < t->count; i++)
        if (t->differences[i].what == KEY_DELETED) gone[n++] = &t->differences[i];
    if (!n) return;
    qsort(gone, n, sizeof *gone, swap_sorted);
    for (size_t i = 0; i < t->count; i++) {
        struct key_difference *x = &t->differences[i];
        if (x->what != KEY_ADDED) continue;
        struct key_difference **found = bsearch(&x, gone, n, sizeof *gone, swap_find);
        if (found && (*found)->what == KEY_DELETED) x->what = (*found)->what = KEY_SWAPPED;
    }
}

static void rows_walk(struct edict_difference *d, struct table_pair *t)
{
    size_t i = 0, k = 0, n = t->olds, m = t->news;
    while ((i < n || k < m) && !d->oom) {
        int order = i == n ? 1 : k == m ? -1 : keys_order(&t->old_rows[i], &t->new_rows[k], t->keys);
        size_t a = i, b = k;
        if (order <= 0) do
                i++;
            while (i < n && !keys_order(&t->old_rows[a], &t->old_rows[i], t->keys));
        if (order >= 0) do
                k++;
            while (k < m && !keys_order(&t->new_rows[b], &t->new_rows[k], t->keys));
        key_compare(d, t, t->old_rows + a, (unsigned)(i - a), t->new_rows + b, (unsigned)(k - b));
    }
}

static void columns_change(struct edict_difference *d, struct pair *p, struct table_pair *t)
{
    const char *a = "", *b = "";
    for (unsigned c = 0; c < t->old->columns && a; c++)
        a = arena_printf(&d->arena, "%s%s%s", a, c ? ", " : "", text_copy(d, t->old->names[c]));
    for (unsigned c = 0; c < t->now->columns && b; c++)
        b = arena_printf(&d->arena, "%s%s%s", b, c ? ", " : "", text_copy(d, t->now->names[c]));
    t->whole = change_new(d, ast_kind_word(p->old->kind), 1, item_text(d, p->old));
    change_cite(d, t->whole, p->now->cite);
    change_say(d, t->whole, "%s: columns %s -> %s", item_words(d, p->now), a ? a : "", b ? b : "");
}

/* 0: it has no checked rows in one of the versions. */
int tables_compare(struct edict_difference *d, struct pair *p)
{
    const struct relation *a = relation_of(&d->old->model, p->old), *b = relation_of(&d->now->model, p->now);
    struct table_pair *t = a && b ? arena_zero(&d->arena, 1, sizeof *t) : NULL;
    if (!a || !b) return 0;
    if (t) {
        t->old = rows_give_out(&d->arena, &d->old->model, a);
        t->now = rows_give_out(&d->arena, &d->now->model, b);
    }
    if (!t || !t->old || !t->now) {
        d->oom = 1;
        return 1;
    }
    p->table = t;
    origins_move(t->now, b, p->now);
    if (p->old->kind == AST_LIMIT && t->old->columns != t->now->columns) {
        unused_drop(t->old);
        unused_drop(t->now);
    }
    if (!columns_same(t->old, t->now)) {
        columns_change(d, p, t);
        return 1;
    }
    t->old_rows = rows_sort(d, t->old, &t->olds);
    t->new_rows = rows_sort(d, t->now, &t->news);
    t->differs = arena_zero(&d->arena, t->old->count + 1, 1);
    if (!t->differs) d->oom = 1;
    if (d->oom) return 1;
    t->keys = p->old->kind == AST_BUNDLE ? 2 : 1;
    while (t->keys < t->old->columns &&
           (!keys_name(t->old_rows, t->olds, t->keys) || !keys_name(t->new_rows, t->news, t->keys)))
        t->keys++;
    rows_walk(d, t);
    swaps_find(d, t);
    table_changes(d, p, t);
    return 1;
}
