/* Runs taken apart: the alternatives become the nodes that the grammar makes of any other cell. */
#include "lang/run.h"

#include <string.h>

/* The commas, eight bytes at a time: a byte of `same` is 0 where one stands, its highest bit in `there` says so. */
unsigned run_count(struct text run)
{
    const uint64_t ones = 0x0101010101010101u, low = 0x7f * ones;
    uint64_t count = 0;
    uint32_t i = 0;
    for (; i + 8 <= run.size; i += 8) {
        uint64_t same;
        memcpy(&same, run.at + i, 8);
        same ^= ',' * ones;
        const uint64_t there = ~(((same & low) + low) | same | low) >> 7;
        count += there * ones >> 56;
    }
    for (; i < run.size; i++) count += run.at[i] == ',';
    return run.size ? (unsigned)count + 1 : 0;
}

/* What a tree says does not change when a run is opened, so its readers may have it constant. */
static struct ast_node *own(const struct ast_node *n)
{
    union {
        const struct ast_node *given;
        struct ast_node *own;
    } u = {n};
    return u.own;
}

void ast_open(struct arena *a, const struct ast_node *cell)
{
    if (!cell || !ast_is_run(cell)) return;
    struct ast_node all = {.kind = AST_CELL};
    struct text rest = cell->text;
    for (struct text code; (code = run_code(&rest)).size;) {
        struct ast_node *alt = ast_new(a, AST_ALT, OP_EQ, run_span(cell, code));
        struct ast_node *value = ast_new(a, AST_VALUE, run_op(code), run_span(cell, code));
        if (!alt || !value) return;
        value->text = code;
        ast_append(&all, ast_append(alt, value));
    }
    struct ast_node *n = own(cell);
    n->first = all.first;
    n->last = all.last;
    n->text = (struct text){"", 0};
}

void ast_open_all(struct arena *a, const struct ast_node *n)
{
    if (!n) return;
    ast_open(a, n);
    if (n->kind == AST_CELL) return;
    for (const struct ast_node *c = n->first; c; c = c->next) ast_open_all(a, c);
}
