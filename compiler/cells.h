/* Condition cells of tables, hierarchies, group keys and bills in the model: alternatives, or the codes of a run
 * (lang/run.h). */
#ifndef EDICT_COMPILER_CELLS_H
#define EDICT_COMPILER_CELLS_H

#include "lang/ast.h"
#include "vm/image.h"

struct model;
struct expr;
struct code_set;
struct table;

/* A code in condition cells: all cells share its expression. */
struct constant {
    int64_t code;
    struct expr *expr; /* NULL: a free place */
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
    const struct ast_node *run; /* the run of codes that it is, instead of `alts` */
    struct expr **codes;        /* those codes, once cells_open was called */
    unsigned count;
    struct span span;
};
/* An alternative of a cell, whichever way the cell keeps it. Only where runs are open (cells_open). */
static inline struct alt cell_alt(const struct cell *c, unsigned i)
{
    return c->run ? (struct alt){.test = CELL_EQ, .x = c->codes[i]} : c->alts[i];
}

/* Runs are kept as they are written: lowering needs no more. Who asks for their codes as alternatives opens them first,
 * those of one table or all of the model. No memory: m->oom, and such a cell has no codes. */
void cells_open(struct model *m, struct table *t);
void cells_open_all(struct model *m);

#endif
