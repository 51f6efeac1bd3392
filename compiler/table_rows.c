/* Rows of relations out of a model and into another one: words and texts change their numbers, all else stays. */
#include "compiler/archive.h"
#include "compiler/pairs.h"

#include <string.h>

static int64_t cell_out(const struct model *m, enum value_type type, int64_t value)
{
    return type == TYPE_WORD ? (int64_t)(intptr_t)m->words[value] : value;
}

struct table_rows *rows_give_out(struct arena *arena, const struct model *m, const struct relation *r)
{
    const unsigned n = r->column_count;
    const size_t rows = r->pairs && !r->cells ? (size_t)r->pairs->rows : r->row_count;
    struct table_rows *t = arena_zero(arena, 1, sizeof *t);
    if (!t) return NULL;
    t->columns = n;
    t->count = rows;
    t->packed = r->pairs && !r->cells;
    t->names = r->columns;
    t->types = arena_zero(arena, n + 1u, sizeof *t->types);
    t->units = arena_zero(arena, n + 1u, sizeof *t->units);
    t->cells = arena_alloc(arena, (rows + 1) * n * sizeof *t->cells);
    t->origins = arena_alloc(arena, (rows + 1) * sizeof *t->origins);
    if (!t->types || !t->units || !t->cells || !t->origins) return NULL;
    for (unsigned c = 0; c < n; c++) {
        t->types[c] = r->types[c].base;
        t->units[c] = r->types[c].unit ? r->types[c].unit : "";
    }
    if (t->packed) return pairs_give(arena, m, r, t) ? t : NULL;
    for (size_t i = 0; i < rows; i++) {
        for (unsigned c = 0; c < n; c++) t->cells[i * n + c] = cell_out(m, t->types[c], r->cells[i * n + c]);
        t->origins[i] = r->origins[i];
    }
    return t;
}

/* ---- into a model */

static int64_t cell_in(struct model *m, struct type *type, int64_t value)
{
    if (type->base != TYPE_WORD) return value;
    uint32_t atom = word_atom(m, text_of((const char *)(intptr_t)value));
    if (!type->words) type->words = word_set_of(m, &atom, 1);
    else if (!word_set_has(type->words, atom)) type->words = word_set_union(m, type->words, word_set_of(m, &atom, 1));
    return atom;
}

int rows_take_in(struct model *m, struct relation *r, const struct table_rows *t)
{
    const unsigned n = t->columns;
    int64_t row[TABLE_COLUMNS_MAX + 1];
    r->column_count = n;
    r->columns = t->names;
    r->types = arena_zero(m->arena, n + 1u, sizeof *r->types);
    int packed = t->packed && t->count > PAIRS_LEAST && n > 1 && t->types[0] == TYPE_CODE && t->types[1] == TYPE_CODE;
    if (packed) r->pairs = pairs_new(m, n);
    else {
        r->cells = arena_alloc(m->arena, (t->count + 1) * n * sizeof *r->cells);
        r->origins = arena_alloc(m->arena, (t->count + 1) * sizeof *r->origins);
    }
    if (!r->types || n > TABLE_COLUMNS_MAX || (packed ? !r->pairs : !r->cells || !r->origins)) {
        m->oom = 1;
        return 0;
    }
    for (unsigned c = 0; c < n; c++) r->types[c] = (struct type){t->types[c], NULL, t->units[c]};
    for (size_t i = 0; i < t->count; i++) {
        for (unsigned c = 0; c < n; c++) row[c] = cell_in(m, &r->types[c], t->cells[i * n + c]);
        if (packed) {
            if (pairs_add(m, r->pairs, row, n, t->origins[i]->from, t->origins[i]->until)) continue;
            m->oom = 1;
            return 0;
        }
        memcpy(r->cells + i * n, row, n * sizeof *row);
        r->origins[i] = t->origins[i];
    }
    r->row_count = packed ? 0 : (unsigned)t->count;
    return !m->oom;
}
