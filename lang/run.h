/* Runs: cells of codes only, with commas between, as large packs have them by the hundred thousand. Such a cell stays
 * one node whose text is the whole run, until somebody asks for its alternatives one by one (ast_open). */
#ifndef EDICT_LANG_RUN_H
#define EDICT_LANG_RUN_H

#include "lang/ast.h"

/* Bytes of the longest code in a run: longer ones make an ordinary cell. */
enum { RUN_CODE_BYTES = 8 };

static inline int ast_is_run(const struct ast_node *n)
{
    return n->kind == AST_CELL && n->op == OP_VALUES && !n->first && n->text.size;
}
/* Between codes there are only blanks and commas, which come before all letters, digits and the dot. */
static inline int run_letter(char c) { return c > ','; }
/* The first code of `rest`, which begins behind it then; of size 0 at the end. */
static inline struct text run_code(struct text *rest)
{
    const char *at = rest->at, *end = at + rest->size;
    while (at < end && !run_letter(*at)) at++;
    struct text code = {at, 0};
    while (at < end && run_letter(*at)) at++;
    code.size = (uint32_t)(at - code.at);
    *rest = (struct text){at, (uint32_t)(end - at)};
    return code;
}
/* What a code is as a value: OP_WORD, OP_NUMBER or OP_MIXED. */
static inline enum ast_op run_op(struct text code)
{
    if (*code.at > '9') return code.size > 3 && code.at[3] == '.' ? OP_MIXED : OP_WORD;
    for (uint32_t i = 1; i < code.size; i++)
        if (code.at[i] > '9') return OP_MIXED;
    return OP_NUMBER;
}
/* How many codes a run has. */
unsigned run_count(struct text run);
/* Where a code of the run `cell` stands. */
static inline struct span run_span(const struct ast_node *cell, struct text code)
{
    const uint32_t from = cell->span.from + (uint32_t)(code.at - cell->text.at);
    return (struct span){cell->span.source, from, from + code.size};
}

#endif
