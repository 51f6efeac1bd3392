/* Does it matter which of two rows stands first? Not where no record fits both: then some column asks for values that
 * exclude each other. Asked of the checked tables, in which names are resolved. What is not seen here counts. */
#include "compiler/difference.h"

#include <string.h>

static const struct table *table_of(const struct model *m, const struct item *it)
{
    for (unsigned i = 0; i < m->bill_count; i++)
        if (m->bills[i].item->kind == it->kind && text_equal(m->bills[i].item->name, it->name))
            return m->bills[i].table;
    for (const struct kind *k = m->kinds; k; k = k->next) {
        if (k->group && k->item && k->item->kind == it->kind && text_equal(k->item->name, it->name))
            return k->group->table;
        for (const struct field *f = k->fields; f; f = f->next)
            if (f->table && f->item && f->item->kind == it->kind && text_equal(f->item->name, it->name))
                return f->table;
    }
    return NULL;
}

/* Numbers from lo to hi; 0: it is no such test. */
static int interval_of(const struct alt *a, int64_t *lo, int64_t *hi)
{
    if (a->negated || !a->x || a->x->op != X_CONST || (a->test == CELL_RANGE && (!a->y || a->y->op != X_CONST)))
        return 0;
    if (a->x->type.base == TYPE_TEXT) return 0;
    *lo = INT64_MIN;
    *hi = INT64_MAX;
    switch (a->test) {
    case CELL_EQ: *lo = *hi = a->x->value; return 1;
    case CELL_RANGE:
    case CELL_CODES:
        if (!a->y || a->y->op != X_CONST) return 0;
        *lo = a->x->value;
        *hi = a->y->value;
        return 1;
    case CELL_GE: *lo = a->x->value; return 1;
    case CELL_GT: *lo = a->x->value < INT64_MAX ? a->x->value + 1 : INT64_MAX; return 1;
    case CELL_LE: *hi = a->x->value; return 1;
    case CELL_LT: *hi = a->x->value > INT64_MIN ? a->x->value - 1 : INT64_MIN; return 1;
    default: return 0;
    }
}

static int lists_apart(const struct code_set *a, const struct code_set *b)
{
    for (unsigned i = 0; i < a->count; i++)
        for (unsigned k = 0; k < b->count; k++)
            if (a->ranges[i].lo <= b->ranges[k].hi && b->ranges[k].lo <= a->ranges[i].hi) return 0;
    return 1;
}

static int is_missing(const struct alt *a) { return a->test == CELL_UNDOC && !a->negated; }

static int alts_apart(const struct alt *a, const struct alt *b)
{
    int64_t alo, ahi, blo, bhi;
    if (is_missing(a) != is_missing(b)) return 1; /* a value never fits where there is none */
    if (is_missing(a)) return 0;
    if (interval_of(a, &alo, &ahi) && interval_of(b, &blo, &bhi)) return ahi < blo || bhi < alo;
    if (a->negated || b->negated) return 0;
    if (a->test == CELL_IN && b->test == CELL_IN && a->set && b->set) return lists_apart(a->set, b->set);
    if (b->test == CELL_IN) return alts_apart(b, a);
    if (a->test == CELL_IN && a->set && b->test == CELL_EQ && b->x && b->x->op == X_CONST)
        return !code_listed(a->set, (uint64_t)b->x->value);
    if (a->test == CELL_EQ && b->test == CELL_EQ && a->x && b->x && a->x->op == X_CONST && b->x->op == X_CONST &&
        a->x->type.base == TYPE_TEXT && b->x->type.base == TYPE_TEXT)
        return strcmp((const char *)(intptr_t)a->x->value, (const char *)(intptr_t)b->x->value) != 0;
    return 0;
}

static int cells_apart(const struct cell *a, const struct cell *b)
{
    if (!a->count || !b->count) return 0;
    for (unsigned i = 0; i < a->count; i++)
        for (unsigned k = 0; k < b->count; k++) {
            const struct alt x = cell_alt(a, i), y = cell_alt(b, k);
            if (!alts_apart(&x, &y)) return 0;
        }
    return 1;
}

static int dates_apart(const struct item_row *a, const struct item_row *b)
{
    return a->until < b->from || b->until < a->from;
}

int rows_apart(const struct model *m, const struct item *it, unsigned a, unsigned b)
{
    const struct table *t = table_of(m, it);
    if (!t || a >= t->row_count || b >= t->row_count || t->row_count != it->row_count) return 0;
    if (dates_apart(&it->rows[a], &it->rows[b])) return 1;
    for (unsigned c = 0; c < t->column_count; c++)
        if (t->rows[a].cells && t->rows[b].cells && cells_apart(&t->rows[a].cells[c], &t->rows[b].cells[c])) return 1;
    return 0;
}
