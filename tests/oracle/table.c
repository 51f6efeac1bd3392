/* Rows between bars: which one fits, for certain or perhaps; tables,
 * hierarchies and thresholds. */
#include "tests/oracle/oracle.h"

#include <stdlib.h>

static int in_force(const struct run *r, const struct row *row)
{
    return row->from->from <= r->date && r->date <= row->from->until;
}

static unsigned code_size(int64_t code)
{
    unsigned n = 0;
    for (uint64_t c = (uint64_t)code; c; c <<= 8) n++;
    return n;
}

/* Does a documented value pass the test of one alternative (without its `not`)?
 */
static int test_passes(struct run *r, const struct alt *alt, const struct type *t, int64_t v, int64_t x, int64_t y)
{
    int order = alt->test == CELL_IN ? 0 : value_compare(t, v, x);
    switch (alt->test) {
    case CELL_EQ: return order == 0;
    case CELL_GE: return order >= 0;
    case CELL_LE: return order <= 0;
    case CELL_GT: return order > 0;
    case CELL_LT: return order < 0;
    case CELL_IN: return set_lists(alt->set, v, r->date);
    case CELL_RANGE: return order >= 0 && value_compare(t, v, y) <= 0;
    case CELL_CODES: return order >= 0 && value_compare(t, v, y) <= 0 && code_size(v) == code_size(x);
    default: abort();
    }
}

static enum fit alt_fit(struct run *r, const struct table *t, unsigned column, const struct alt *alt, struct value c,
                        const struct place *p, const struct reason **why)
{
    int asks = alt->test == CELL_UNDOC || alt->test == CELL_DOC;
    *why = NULL;
    if (c.why && (c.why->held || (!asks && !t->named[column]))) {
        *why = c.why;
        return FITS_PERHAPS;
    }
    if (asks) return ((alt->test == CELL_UNDOC) == (c.why != NULL)) != alt->negated ? FITS : FITS_NOT;
    if (c.why) return FITS_NOT; /* other rows say what happens then */
    struct value x = alt->x ? eval(r, p, alt->x) : documented(0), y = alt->y ? eval(r, p, alt->y) : documented(0);
    *why = reason_both(r, x.why, y.why);
    if (*why) return FITS_PERHAPS;
    return test_passes(r, alt, &t->columns[column]->type, c.v, x.v, y.v) != alt->negated ? FITS : FITS_NOT;
}

enum fit row_fit(struct run *r, const struct table *t, const struct row *row, const struct value *columns,
                 const struct place *p, const struct reason **why)
{
    *why = NULL;
    if (!in_force(r, row)) return FITS_NOT;
    for (unsigned i = 0; i < t->column_count; i++) {
        enum fit cell = row->cells[i].count ? FITS_NOT : FITS;
        const struct reason *cell_why = NULL, *one;
        for (unsigned k = 0; k < row->cells[i].count && cell != FITS; k++) {
            const struct alt alt = cell_alt(&row->cells[i], k);
            enum fit fit = alt_fit(r, t, i, &alt, columns[i], p, &one);
            if (fit == FITS_NOT) continue;
            cell = fit;
            cell_why = reason_both(r, cell_why, one);
        }
        if (cell == FITS_NOT) return FITS_NOT;
        if (cell == FITS_PERHAPS) *why = reason_both(r, *why, cell_why);
    }
    return *why ? FITS_PERHAPS : FITS;
}

struct value *columns_eval(struct run *r, const struct table *t, const struct place *p)
{
    struct value *columns = run_room(r, t->column_count, sizeof *columns);
    for (unsigned i = 0; i < t->column_count; i++) columns[i] = eval(r, p, t->columns[i]);
    return columns;
}

static void touch(struct run *r, const struct place *p, const struct expr *e)
{
    if (e && e->op != X_CONST && e->op != X_FIELD && e->op != X_ABSENT) eval(r, p, e);
}

void rows_touch(struct run *r, const struct table *t, const struct place *p)
{
    for (unsigned i = 0; i < t->row_count; i++) {
        const struct row *row = &t->rows[i];
        for (unsigned c = 0; c < t->column_count; c++)
            for (unsigned k = 0; k < row->cells[c].count; k++) {
                touch(r, p, cell_alt(&row->cells[c], k).x);
                touch(r, p, cell_alt(&row->cells[c], k).y);
            }
        touch(r, p, row->result.expr);
        touch(r, p, row->code);
        touch(r, p, row->units);
        for (unsigned k = 0; k < row->modifier_count; k++) touch(r, p, row->modifiers[k]);
    }
}

/* Why the row's result is missing: what its cells ask for by `?`, or else (with
 * `asked_only` of all columns, otherwise of those that it looks at) what is not
 * documented. */
const struct reason *row_behind(struct run *r, const struct table *t, const struct row *row,
                                const struct value *columns, int asked_only)
{
    const struct reason *asked_for = NULL, *any = NULL;
    for (unsigned i = 0; i < t->column_count; i++) {
        int asks = 0;
        for (unsigned k = 0; k < row->cells[i].count; k++) asks |= cell_alt(&row->cells[i], k).test == CELL_UNDOC;
        if (asks) asked_for = reason_both(r, asked_for, columns[i].why);
        if (asked_only || row->cells[i].count) any = reason_both(r, any, columns[i].why);
    }
    return asked_only && asked_for ? asked_for : any;
}

/* ---- tables */

static const struct trace *row_trace(struct run *r, const struct table *t, const struct row *row)
{
    return trace_of(r->o, row, t->item, row->from, row->result.kind == RESULT_HOLD ? row->result.hold : "");
}

static struct value row_result(struct run *r, const struct table *t, const struct row *row, const struct value *columns,
                               const struct place *p)
{
    if (row->result.kind == RESULT_REGISTER) return eval(r, p, row->result.expr);
    if (row->result.kind == RESULT_HOLD)
        return undocumented(reason_hold(r, row_trace(r, t, row), row_behind(r, t, row, columns, 1)));
    const struct reason *behind = row_behind(r, t, row, columns, 0);
    return undocumented(behind ? behind : &no_such_thing);
}

static struct value table_cell(struct run *r, const struct field *f, const struct place *p, const struct row **by)
{
    const struct table *t = f->table;
    const struct value *columns = columns_eval(r, t, p);
    const struct row *sure = NULL, *second = NULL;
    const struct reason *why, *doubts = NULL;
    struct value first = {0, NULL};
    unsigned hits = 0;
    int same = 1;
    *by = NULL;
    rows_touch(r, t, p);
    /* `first row`: down to the first certain one. `exactly one`: all of them, as
     * a second certain one holds. */
    for (unsigned i = 0; i < t->row_count && !(sure && t->hit == HIT_FIRST) && !second; i++) {
        const struct row *row = &t->rows[i];
        enum fit fit = row_fit(r, t, row, columns, p, &why);
        if (fit == FITS_NOT || (sure && fit == FITS_PERHAPS)) continue;
        if (sure) {
            second = row;
            break;
        }
        if (fit == FITS) sure = row;
        struct value x = row_result(r, t, row, columns, p);
        if (hits++ == 0) first = x;
        same = same && !x.why && value_same(&f->type, x.v, first.v);
        doubts = reason_both(r, doubts, reason_both(r, why, x.why));
    }
    if (second) {
        *by = second;
        return undocumented(reason_hold(r, row_trace(r, t, second), NULL));
    }
    if (!hits) return undocumented(&no_such_thing);
    if (sure && (hits == 1 || same)) {
        *by = sure;
        return first;
    }
    return undocumented(doubts);
}

void table_column(struct run *r, struct field *f, struct column *c)
{
    uint32_t n = size_of_kind(r, f->kind);
    for (uint32_t i = 0; i < n; i++) {
        struct place p = {.kind = f->kind, .i = i};
        const struct row *by;
        c->cells[i] = table_cell(r, f, &p, &by);
        c->rows[i] = by ? POINTER(row_trace(r, f->table, by)) : 0;
    }
}

/* The first row that may fit is the best place still possible; rows that only
 * perhaps fit before the certain one put it in doubt. */
void hierarchy_column(struct run *r, struct field *f, struct column *c)
{
    const struct table *t = f->table;
    uint32_t n = size_of_kind(r, f->kind);
    for (uint32_t i = 0; i < n; i++) {
        struct place p = {.kind = f->kind, .i = i};
        const struct value *columns = columns_eval(r, t, &p);
        const struct reason *why;
        int possible = 0;
        rows_touch(r, t, &p);
        c->cells[i] = documented(t->row_count);
        for (unsigned k = 0; k < t->row_count; k++) {
            enum fit fit = row_fit(r, t, &t->rows[k], columns, &p, &why);
            if (fit == FITS_NOT) continue;
            if (!possible) c->cells[i].v = k;
            if (fit == FITS) break;
            possible = 1;
            c->cells[i].why = reason_both(r, c->cells[i].why, why);
        }
    }
}

/* ---- thresholds */

static unsigned rungs_of(const struct run *r, const struct table *t, const struct row **out)
{
    unsigned n = 0;
    for (unsigned i = 0; i < t->row_count; i++)
        if (in_force(r, &t->rows[i])) out[n++] = &t->rows[i];
    return n;
}

/* What the ladder gives for x, and the row that gives it. */
static struct value ladder_gives(struct run *r, const struct table *t, const struct place *p, int64_t x,
                                 const struct row **by)
{
    const struct row *rungs[LADDER_ROWS_MAX];
    unsigned n = rungs_of(r, t, rungs), at = n;
    const struct reason *why = NULL;
    int64_t top = 0;
    *by = NULL;
    for (unsigned i = 0; i < n; i++) {
        struct value from = eval(r, p, rungs[i]->result.expr);
        why = reason_both(r, why, from.why);
        if (from.v <= x) at = i;
        if (i + 1 == n) top = from.v;
    }
    struct value every = t->every ? eval(r, p, t->every) : documented(0),
                 more = t->every ? eval(r, p, t->more) : documented(0);
    if (why) return undocumented(why);
    if (n) *by = rungs[at < n ? at : 0];
    if (at == n) return documented(0);
    int64_t units = rungs[at]->count;
    if (at + 1 < n || !t->every) return documented(units);
    why = reason_both(r, every.why, more.why);
    if (why) return undocumented(why);
    if (every.v > 0) units = exact_add(r, units, exact_mul(r, exact_sub(r, x, top) / every.v, more.v));
    return documented(units);
}

void ladder_column(struct run *r, struct field *f, struct column *c)
{
    uint32_t n = size_of_kind(r, f->kind);
    for (uint32_t i = 0; i < n; i++) {
        struct place p = {.kind = f->kind, .i = i};
        const struct row *by = NULL;
        struct value x = eval(r, &p, f->table->columns[0]);
        rows_touch(r, f->table, &p);
        c->cells[i] = x.why ? undocumented(x.why) : ladder_gives(r, f->table, &p, x.v, &by);
        if (c->cells[i].why) by = NULL;
        c->rows[i] = by ? POINTER(trace_of(r->o, by, f->item, by->from, "")) : 0;
    }
}

struct value rungs_need(struct run *r, const struct table *t, const struct place *p, int64_t unit)
{
    const struct row *rungs[LADDER_ROWS_MAX];
    unsigned n = rungs_of(r, t, rungs);
    for (unsigned i = 0; i < n; i++) {
        struct value from = eval(r, p, rungs[i]->result.expr);
        if (from.why || rungs[i]->count >= unit) return from;
    }
    if (!t->every || !n) return documented(INT64_MAX);
    struct value every = eval(r, p, t->every), more = eval(r, p, t->more), top = eval(r, p, rungs[n - 1]->result.expr);
    const struct reason *why = reason_both(r, every.why, more.why);
    if (why) return undocumented(why);
    if (every.v <= 0 || more.v <= 0) return documented(INT64_MAX);
    __extension__ __int128 steps = unit - rungs[n - 1]->count, need;
    steps = (steps + more.v - 1) / more.v;
    need = steps * every.v + top.v;
    return documented(need > INT64_MAX ? INT64_MAX : (int64_t)need);
}
