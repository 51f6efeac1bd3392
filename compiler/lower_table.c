/* Tables, hierarchies and thresholds: rows and cells as operands. */
#include "compiler/lower.h"

static void put(struct lower *l, struct vec *v, uint32_t word)
{
    uint32_t *w = vec_add(l, v, sizeof *w, 1);
    *w = word;
}

int table_is_dated(const struct table *t)
{
    for (unsigned r = 0; r < t->row_count; r++)
        if (t->rows[r].from->from != DATE_MIN_OPEN || t->rows[r].from->until != DATE_OPEN) return 1;
    return 0;
}

void match_columns(struct lower *l, struct vec *out, const struct table *t, const struct place *p)
{
    int dated = table_is_dated(t);
    put(l, out, t->column_count + (unsigned)dated);
    for (unsigned c = 0; c < t->column_count; c++) {
        put(l, out, lower_expr(l, p, t->columns[c]));
        put(l, out, (uint32_t)t->named[c]);
    }
    if (dated) {
        put(l, out, l->date);
        put(l, out, 0);
    }
}

static uint32_t bound_reg(struct lower *l, const struct place *p, const struct expr *e)
{
    return e ? lower_expr(l, p, e) : l->always;
}

void match_cells(struct lower *l, struct vec *out, const struct table *t, const struct row *row, const struct place *p)
{
    int dated = table_is_dated(t);
    put(l, out, t->column_count + (unsigned)dated);
    for (unsigned c = 0; c < t->column_count; c++) {
        put(l, out, row->cells[c].count);
        for (unsigned a = 0; a < row->cells[c].count; a++) {
            const struct alt *alt = &row->cells[c].alts[a];
            put(l, out, (uint32_t)alt->test | (alt->negated ? (uint32_t)CELL_NEGATED : 0));
            put(l, out, alt->test == CELL_IN ? set_id(l, alt->set) : bound_reg(l, p, alt->x));
            put(l, out, bound_reg(l, p, alt->y));
        }
    }
    if (!dated) return;
    int32_t from = row->from->from, until = row->from->until;
    if (from == DATE_MIN_OPEN && until == DATE_OPEN) {
        put(l, out, 0);
        return;
    }
    put(l, out, 1);
    uint32_t a = from == DATE_MIN_OPEN ? NONE : const_reg(l, TYPE_DATE, from, 0),
             b = until == DATE_OPEN ? NONE : const_reg(l, TYPE_DATE, until, 0);
    put(l, out, b == NONE ? CELL_GE : a == NONE ? CELL_LE : CELL_RANGE);
    put(l, out, a == NONE ? b : a);
    put(l, out, b == NONE ? a : b);
}

static void put_all(struct lower *l, enum op op, const struct vec *v) { ir_put(l, op, VEC(*v, uint32_t), v->count); }

uint32_t lower_table(struct lower *l, struct field *f, const struct place *p)
{
    struct table *t = f->table;
    struct vec v = {0};
    unsigned at = f->kind == l->m->charge && l->phase == 2;
    /* operands first: they may emit instructions of their own */
    struct vec columns = {0}, rows = {0};
    match_columns(l, &columns, t, p);
    put(l, &rows, t->row_count);
    for (unsigned r = 0; r < t->row_count; r++) {
        struct row *row = &t->rows[r];
        row->id = row_id(l, t->item, row->from, row->result.kind == RESULT_HOLD ? row->result.hold : NULL,
                         row->from->node->span);
        put(l, &rows, row->id);
        match_cells(l, &rows, t, row, p);
        put(l, &rows, row->result.kind);
        put(l, &rows, row->result.expr ? lower_expr(l, p, row->result.expr) : const_reg(l, f->type.base, 0, 1));
    }
    uint32_t value = reg_new(l, p->domain, f->type.base, 0), which = reg_new(l, p->domain, TYPE_ROW, 0);
    put(l, &v, value);
    put(l, &v, which);
    put(l, &v, t->hit);
    for (uint32_t i = 0; i < columns.count; i++) put(l, &v, VEC(columns, uint32_t)[i]);
    for (uint32_t i = 0; i < rows.count; i++) put(l, &v, VEC(rows, uint32_t)[i]);
    put_all(l, OP_CODE_TABLE, &v);
    f->row_reg[at] = which;
    return value;
}

uint32_t lower_hier(struct lower *l, struct field *f, const struct place *p)
{
    struct table *t = f->table;
    struct vec v = {0}, columns = {0}, rows = {0};
    match_columns(l, &columns, t, p);
    put(l, &rows, t->row_count);
    for (unsigned r = 0; r < t->row_count; r++) {
        put(l, &rows, row_id(l, t->item, t->rows[r].from, NULL, t->rows[r].from->node->span));
        match_cells(l, &rows, t, &t->rows[r], p);
    }
    uint32_t value = reg_new(l, p->domain, TYPE_LEVEL, 0);
    put(l, &v, value);
    for (uint32_t i = 0; i < columns.count; i++) put(l, &v, VEC(columns, uint32_t)[i]);
    for (uint32_t i = 0; i < rows.count; i++) put(l, &v, VEC(rows, uint32_t)[i]);
    put_all(l, OP_CODE_HIER, &v);
    return value;
}

void step_words(struct lower *l, struct vec *out, const struct table *t, const struct place *p, int with_rows)
{
    put(l, out, t->row_count);
    for (unsigned r = 0; r < t->row_count; r++) {
        if (with_rows) put(l, out, row_id(l, t->item, t->rows[r].from, NULL, t->rows[r].from->node->span));
        put(l, out, lower_expr(l, p, t->rows[r].result.expr));
        put(l, out, with_rows ? const_reg(l, TYPE_COUNT, t->rows[r].count, 0) : (uint32_t)t->rows[r].count);
    }
    put(l, out, t->every ? lower_expr(l, p, t->every) : NONE);
    put(l, out, t->every ? lower_expr(l, p, t->more) : NONE);
}

uint32_t lower_step(struct lower *l, struct field *f, const struct place *p)
{
    struct vec v = {0}, rungs = {0};
    unsigned at = f->kind == l->m->charge && l->phase == 2;
    uint32_t x = lower_expr(l, p, f->table->columns[0]);
    step_words(l, &rungs, f->table, p, 1);
    uint32_t value = reg_new(l, p->domain, TYPE_COUNT, 0), which = reg_new(l, p->domain, TYPE_ROW, 0);
    put(l, &v, value);
    put(l, &v, which);
    put(l, &v, x);
    for (uint32_t i = 0; i < rungs.count; i++) put(l, &v, VEC(rungs, uint32_t)[i]);
    put_all(l, OP_CODE_STEP, &v);
    f->row_reg[at] = which;
    return value;
}
