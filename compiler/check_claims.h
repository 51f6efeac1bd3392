/* What bundle and limit share: expressions over records that stand for claim lines. */
#ifndef EDICT_COMPILER_CHECK_CLAIMS_H
#define EDICT_COMPILER_CHECK_CLAIMS_H

#include "compiler/model.h"

/* Yes-or-no of two; NULL: one of them is. */
struct expr *claim_two(struct model *m, enum expr_op op, struct expr *a, struct expr *b);
struct expr *claim_one(struct model *m, enum expr_op op, enum value_type base, struct expr *a);
/* A fact of the kind by its name; reports when there is none. */
struct expr *claim_fact(struct model *m, struct kind *k, const char *name, enum expr_where at, struct span span);
/* The same of a fact that means something to bundles and limits: code, units, modifiers, date, each of its type. */
struct expr *claim_known(struct model *m, struct kind *k, const char *name, enum expr_where at, struct span span);
/* The kind behind `of`; reports. */
struct kind *claim_subject(struct model *m, struct item *it);
int claim_column(const struct relation *r, const char *name); /* -1: none */

#endif
