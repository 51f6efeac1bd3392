/* Condition cells of tables, hierarchies, group keys and bills in the model: alternatives, or the codes of a run
 * (lang/run.h). */
#ifndef EDICT_COMPILER_CELLS_H
#define EDICT_COMPILER_CELLS_H

#include "lang/ast.h"
#include "vm/image.h"

struct model;
struct expr;
struct code_set;

/* A code in condition cells: all cells share it. */
struct constant {
    struct expr *expr;
    uint32_t reg; /* its register, set by lowering; NONE before */
};
struct constant_place {
    int64_t code;
    struct constant *constant; /* NULL: a free place */
};

struct alt {
    enum cell_test test;
    int negated;
    struct expr *x, *y;
    struct code_set *set;
    struct span span;
};
struct cell {
    struct alt *alts;
    struct constant **codes; /* of a run of codes (lang/run.h), instead of `alts` */
    unsigned count;
    struct span span;
};
/* An alternative of a cell, whichever way the cell keeps it. */
static inline struct alt cell_alt(const struct cell *c, unsigned i)
{
    return c->codes ? (struct alt){.test = CELL_EQ, .x = c->codes[i]->expr} : c->alts[i];
}

/* The expression of a code, for all cells that have it. NULL: no memory. */
struct constant *constant_code(struct model *m, int64_t code, struct span span);
/* The codes of a run; 0: no memory. */
int run_read(struct model *m, const struct ast_node *run, struct cell *out);

#endif
