/* What check_table.c and check_threshold.c share: columns of a header and values of cells. */
#ifndef EDICT_COMPILER_CHECK_TABLE_H
#define EDICT_COMPILER_CHECK_TABLE_H

#include "compiler/model.h"

struct layout {
    unsigned cells;   /* columns of the header, all */
    unsigned inputs;  /* conditions: the first so many */
    unsigned results; /* then so many results */
    const struct ast_node *header;
};

/* 0: reported. */
int layout_read(struct model *m, struct item *it, unsigned results, struct layout *out);
int row_in(struct model *m, const struct item *it, const struct layout *l, unsigned r);
int columns_check(struct model *m, struct table *t, struct scope *s, const struct layout *l);
/* A bound or value in a cell: a literal of the column's type, or the name of a fact or policy of that type. */
struct expr *bound_check(struct model *m, struct scope *s, const struct ast_node *v, const struct type *want);

#endif
