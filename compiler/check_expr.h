/* What check_expr.c and check_cond.c share. */
#ifndef EDICT_COMPILER_CHECK_EXPR_H
#define EDICT_COMPILER_CHECK_EXPR_H

#include "compiler/model.h"

struct expr *expr_two(struct model *m, enum expr_op op, enum value_type base, struct expr *a, struct expr *b,
                      struct span span);
struct expr *expr_one(struct model *m, enum expr_op op, enum value_type base, struct expr *a, struct span span);
struct expr *this_check(struct model *m, struct scope *s, const struct ast_node *n);
/* Is it one value, that equals another or not? Does one come before another? Else it is reported. */
int single_value(struct model *m, const struct expr *e);
int ordered_value(struct model *m, const struct expr *e);
int key_fits(struct model *m, const struct expr *column, struct text name);
int match_types(struct model *m, struct expr **a, struct expr **b);
struct expr *operand_check(struct model *m, struct scope *s, const struct ast_node *n, const struct type *want);
struct expr *query_check(struct model *m, struct scope *s, const struct ast_node *n, const char *field,
                         struct span field_span);
struct expr *typed(struct model *m, struct expr *e, enum value_type base, const char *wanted);

#endif
