/* Tables, hierarchies and thresholds: rows and cells as operands. */
#include "compiler/lower.h"
#include "lang/run.h"

#include <assert.h>

void match_columns(struct lower *l, struct vec *out, const struct table *t, const struct place *p)
{
    word_put(l, out, t->column_count + (unsigned)t->dated);
    for (unsigned c = 0; c < t->column_count; c++) {
        word_put(l, out, lower_expr(l, p, t->columns[c]));
        word_put(l, out, (uint32_t)t->named[c]);
    }
    if (t->dated) {
        word_put(l, out, l->date);
        word_put(l, out, 0);
    }
}

static uint32_t bound_reg(struct lower *l, const struct place *p, const struct expr *e)
{
    return e ? lower_expr(l, p, e) : l->always;
}

/* One test of equality for each code of a run. They are read some at a time, so that their places in memory can come
 * while others are looked up. */
static void codes_put(struct lower *l, struct vec *out, const struct cell *cell)
{
    enum { AHEAD = 32 };
    int64_t codes[AHEAD];
    struct text rest = cell->run->text;
    for (unsigned n = AHEAD; n == AHEAD;) {
        for (n = 0; n < AHEAD; n++) {
            const struct text t = run_code(&rest);
            if (!t.size) break;
            code_pack(t, &codes[n]);
            const_expect(l, TYPE_CODE, codes[n]);
        }
        for (unsigned i = 0; i < n; i++) {
            word_put(l, out, CELL_EQ);
            word_put(l, out, const_reg(l, TYPE_CODE, codes[i], 0));
            word_put(l, out, l->always);
        }
    }
}

void match_cells(struct lower *l, struct vec *out, const struct table *t, const struct row *row, const struct place *p)
{
    word_put(l, out, t->column_count + (unsigned)t->dated);
    for (unsigned c = 0; c < t->column_count; c++) {
        word_put(l, out, row->cells[c].count);
        if (row->cells[c].run) {
            codes_put(l, out, &row->cells[c]);
            continue;
        }
        for (unsigned a = 0; a < row->cells[c].count; a++) {
            const struct alt *alt = &row->cells[c].alts[a];
            word_put(l, out, (uint32_t)alt->test | (alt->negated ? (uint32_t)CELL_NEGATED : 0));
            word_put(l, out, alt->test == CELL_IN ? set_id(l, alt->set) : bound_reg(l, p, alt->x));
            word_put(l, out, bound_reg(l, p, alt->y));
        }
    }
    if (!t->dated) return;
    int32_t from = row->from->from, until = row->from->until;
    if (from == DATE_MIN_OPEN && until == DATE_OPEN) {
        word_put(l, out, 0);
        return;
    }
    word_put(l, out, 1);
    uint32_t a = from == DATE_MIN_OPEN ? NONE : const_reg(l, TYPE_DATE, from, 0),
             b = until == DATE_OPEN ? NONE : const_reg(l, TYPE_DATE, until, 0);
    word_put(l, out, b == NONE ? CELL_GE : a == NONE ? CELL_LE : CELL_RANGE);
    word_put(l, out, a == NONE ? b : a);
    word_put(l, out, b == NONE ? a : b);
}

uint32_t lower_table(struct lower *l, struct field *f, const struct place *p)
{
    struct table *t = f->table;
    struct vec v = {0};
    unsigned at = f->kind == l->m->charge && l->phase == 2;
    /* operands first: they may emit instructions of their own */
    struct vec columns = {0}, rows = {0};
    match_columns(l, &columns, t, p);
    word_put(l, &rows, t->row_count);
    for (unsigned r = 0; r < t->row_count; r++) {
        struct row *row = &t->rows[r];
        row->id = row_id(l, t->item, row->from, row->result.kind == RESULT_HOLD ? row->result.hold : NULL,
                         row->from->node->span);
        word_put(l, &rows, row->id);
        match_cells(l, &rows, t, row, p);
        word_put(l, &rows, row->result.kind);
        word_put(l, &rows, row->result.expr ? lower_expr(l, p, row->result.expr) : const_reg(l, f->type.base, 0, 1));
    }
    uint32_t value = reg_new(l, p->domain, f->type.base, 0), which = reg_new(l, p->domain, TYPE_ROW, 0);
    word_put(l, &v, value);
    word_put(l, &v, which);
    word_put(l, &v, t->hit);
    words_move(l, &v, &columns);
    words_move(l, &v, &rows);
    words_give(l, OP_CODE_TABLE, &v);
    f->row_reg[at] = which;
    return value;
}

uint32_t lower_hier(struct lower *l, struct field *f, const struct place *p)
{
    struct table *t = f->table;
    struct vec v = {0}, columns = {0}, rows = {0};
    match_columns(l, &columns, t, p);
    word_put(l, &rows, t->row_count);
    for (unsigned r = 0; r < t->row_count; r++) {
        word_put(l, &rows, row_id(l, t->item, t->rows[r].from, NULL, t->rows[r].from->node->span));
        match_cells(l, &rows, t, &t->rows[r], p);
    }
    uint32_t value = reg_new(l, p->domain, TYPE_LEVEL, 0);
    word_put(l, &v, value);
    words_move(l, &v, &columns);
    words_move(l, &v, &rows);
    words_give(l, OP_CODE_HIER, &v);
    return value;
}

/* Days on which some row of the threshold begins or ends, ascending; the first is open. */
static unsigned ladder_epochs(struct lower *l, const struct table *t, int32_t *from, unsigned room)
{
    unsigned n = 1;
    from[0] = DATE_MIN_OPEN;
    for (unsigned r = 0; r < t->row_count; r++) {
        int32_t days[2] = {t->rows[r].from->from,
                           t->rows[r].from->until == DATE_OPEN ? DATE_MIN_OPEN : t->rows[r].from->until + 1};
        for (unsigned k = 0; k < 2; k++) {
            unsigned at = 0;
            while (at < n && from[at] < days[k]) at++;
            if (at < n && from[at] == days[k]) continue;
            if (n == room) {
                mistake(l->m, DIAG_LIMIT, t->item->node->span, "make two thresholds",
                        "the rows of a threshold change on at most %d dates", LADDER_DATES_MAX);
                return n;
            }
            for (unsigned x = n++; x > at; x--) from[x] = from[x - 1];
            from[at] = days[k];
        }
    }
    return n;
}

static unsigned rungs_on(const struct table *t, int32_t day, const struct row **out)
{
    unsigned n = 0;
    for (unsigned r = 0; r < t->row_count; r++)
        if (t->rows[r].from->from <= day && day <= t->rows[r].from->until) out[n++] = &t->rows[r];
    return n;
}

/* A rung whose bound changes by date: the later epochs first, each behind the day on which it begins. */
static uint32_t rung_bound(struct lower *l, const struct table *t, const struct place *p, unsigned rung,
                           const int32_t *epochs, unsigned count)
{
    const struct row *rows[LADDER_ROWS_MAX];
    unsigned n = rungs_on(t, epochs[0], rows);
    assert(rung < n);    /* ladder_shape saw to it */
    (void)n;
    uint32_t bound = lower_expr(l, p, rows[rung]->result.expr);
    for (unsigned e = 1; e < count; e++) {
        rungs_on(t, epochs[e], rows);
        uint32_t later = ir2(l, OP_CODE_LE, 0, TYPE_BOOL, const_reg(l, TYPE_DATE, epochs[e], 0), l->date);
        uint32_t w[3] = {later, lower_expr(l, p, rows[rung]->result.expr), bound};
        uint32_t domain = reg_domain(l, w[1]) ? reg_domain(l, w[1]) : reg_domain(l, w[2]);
        bound = ir_op(l, OP_CODE_IF, domain, reg_type(l, w[1]), 0, w, 3);
    }
    return bound;
}

/* Dated rows may move bounds, not add steps: the number of rungs and what they give is the same on every date. */
static unsigned ladder_shape(struct lower *l, const struct table *t, const int32_t *epochs, unsigned count)
{
    const struct row *first[LADDER_ROWS_MAX], *rows[LADDER_ROWS_MAX];
    unsigned n = rungs_on(t, epochs[0], first), good = n > 0;
    for (unsigned e = 1; e < count && good; e++) {
        good = rungs_on(t, epochs[e], rows) == n;
        for (unsigned r = 0; r < n && good; r++) good = rows[r]->count == first[r]->count;
    }
    if (good) return n;
    struct diag *d = diag_add(l->m->diags, DIAG_BAD_TABLE, t->item->node->span,
                              "threshold %s has other steps on some dates", text_z(l->m, t->item->name));
    diag_hint(
        l->m->diags, d,
        "replace a row by one with the same count and another bound; where the steps differ, make two thresholds");
    return 0;
}

void step_words(struct lower *l, struct vec *out, const struct table *t, const struct place *p)
{
    int32_t epochs[LADDER_DATES_MAX];
    const struct row *rows[LADDER_ROWS_MAX];
    unsigned count = ladder_epochs(l, t, epochs, LADDER_DATES_MAX), n = ladder_shape(l, t, epochs, count);
    unsigned last = rungs_on(t, epochs[count - 1], rows);
    assert(last >= n);
    (void)last;
    word_put(l, out, n);
    for (unsigned r = 0; r < n; r++) {
        word_put(l, out, rung_bound(l, t, p, r, epochs, count));
        word_put(l, out, (uint32_t)rows[r]->count);
    }
    word_put(l, out, t->every ? lower_expr(l, p, t->every) : NONE);
    word_put(l, out, t->every ? lower_expr(l, p, t->more) : NONE);
}

/* The ladder as it stands from one day on. */
static void step_on(struct lower *l, const struct table *t, const struct place *p, int32_t day, uint32_t *value,
                    uint32_t *which)
{
    struct vec v = {0}, rungs = {0};
    const struct row *rows[LADDER_ROWS_MAX];
    unsigned n = rungs_on(t, day, rows);
    uint32_t x = lower_expr(l, p, t->columns[0]);
    for (unsigned r = 0; r < n; r++) {
        word_put(l, &rungs, row_id(l, t->item, rows[r]->from, NULL, rows[r]->from->node->span));
        word_put(l, &rungs, lower_expr(l, p, rows[r]->result.expr));
        word_put(l, &rungs, const_reg(l, TYPE_COUNT, rows[r]->count, 0));
    }
    word_put(l, &rungs, t->every ? lower_expr(l, p, t->every) : NONE);
    word_put(l, &rungs, t->every ? lower_expr(l, p, t->more) : NONE);
    word_put(l, &v, *value = reg_new(l, p->domain, TYPE_COUNT, 0));
    word_put(l, &v, *which = reg_new(l, p->domain, TYPE_ROW, 0));
    word_put(l, &v, x);
    word_put(l, &v, n);
    words_move(l, &v, &rungs);
    words_give(l, OP_CODE_STEP, &v);
}

uint32_t lower_step(struct lower *l, struct field *f, const struct place *p)
{
    int32_t epochs[LADDER_DATES_MAX];
    unsigned at = f->kind == l->m->charge && l->phase == 2,
             count = ladder_epochs(l, f->table, epochs, LADDER_DATES_MAX);
    uint32_t value, which, next, next_row;
    ladder_shape(l, f->table, epochs, count);
    step_on(l, f->table, p, epochs[0], &value, &which);
    for (unsigned e = 1; e < count; e++) {
        step_on(l, f->table, p, epochs[e], &next, &next_row);
        uint32_t later = ir2(l, OP_CODE_LE, 0, TYPE_BOOL, const_reg(l, TYPE_DATE, epochs[e], 0), l->date);
        uint32_t values[3] = {later, next, value}, rows[3] = {later, next_row, which};
        value = ir_op(l, OP_CODE_IF, p->domain, TYPE_COUNT, 0, values, 3);
        which = ir_op(l, OP_CODE_IF, p->domain, TYPE_ROW, 0, rows, 3);
    }
    f->row_reg[at] = which;
    return value;
}
