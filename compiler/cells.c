/* Codes in condition cells: each code is one expression for all cells, and a run (lang/run.h) is a list of them. */
#include "compiler/check_expr.h"
#include "lang/run.h"

#include <string.h>

/* A code's characters stand in its upper bytes: the first half is folded in, or the middle of the product would know
 * the last characters only. */
static uint64_t place_of_code(int64_t code)
{
    const uint64_t c = (uint64_t)code;
    return (c ^ c >> 32) * 0x9e3779b97f4a7c15u >> 32;
}

static int codes_grow(struct model *m)
{
    const unsigned room = m->constant_room ? m->constant_room * 2 : 1024;
    struct constant *more = arena_zero(m->arena, room, sizeof *more);
    if (!more) return 0;
    for (unsigned i = 0; i < m->constant_room; i++) {
        if (!m->constants[i].expr) continue;
        uint64_t at = place_of_code(m->constants[i].code);
        while (more[at & (room - 1)].expr) at++;
        more[at & (room - 1)] = m->constants[i];
    }
    m->constants = more;
    m->constant_room = room;
    return 1;
}

struct expr *expr_code(struct model *m, int64_t code, struct span span)
{
    const struct type type = {TYPE_CODE, NULL, ""};
    if (m->constant_count * 2 >= m->constant_room && !codes_grow(m)) return expr_const(m, type, code, span);
    uint64_t at = place_of_code(code);
    struct constant *c = &m->constants[at & (m->constant_room - 1)];
    for (; c->expr; c = &m->constants[++at & (m->constant_room - 1)])
        if (c->code == code) return c->expr;
    *c = (struct constant){code, expr_const(m, type, code, span)};
    m->constant_count++;
    return c->expr;
}

static void cell_open(struct model *m, struct cell *cell)
{
    struct text rest = cell->run->text;
    unsigned count = 0;
    cell->codes = arena_alloc(m->arena, cell->count * sizeof(struct expr *));
    if (!cell->codes) {
        m->oom = 1;
        cell->count = 0;
    }
    for (struct text t; cell->codes && (t = run_code(&rest)).size;) {
        int64_t code = 0;
        code_pack(t, &code);
        cell->codes[count++] = expr_code(m, code, run_span(cell->run, t));
    }
}

void cells_open(struct model *m, struct table *t)
{
    for (unsigned r = 0; t && r < t->row_count; r++)
        for (unsigned c = 0; t->rows[r].cells && c < t->column_count; c++) {
            struct cell *cell = &t->rows[r].cells[c];
            if (cell->run && !cell->codes) cell_open(m, cell);
        }
}

void cells_open_all(struct model *m)
{
    for (struct kind *k = m->kinds; k; k = k->next) {
        if (k->group) cells_open(m, k->group->table);
        for (struct field *f = k->fields; f; f = f->next)
            if (f->how == FIELD_TABLE || f->how == FIELD_HIER) cells_open(m, f->table);
    }
    for (unsigned i = 0; i < m->bill_count; i++) cells_open(m, m->bills[i].table);
}
