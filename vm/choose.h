/* Private to CHOOSE: eval_choose.c where nothing is in doubt, eval_choose_doubt.c for the rest. */
#ifndef EDICT_VM_CHOOSE_H
#define EDICT_VM_CHOOSE_H

#include "vm/eval.h"

struct criterion {
    uint32_t kind, number;
    struct cells a, b;
};

/* Criteria that hold if a condition is true. `ranks`: so many of them, from the first on, put records in order, then
 * comes one that holds what they leave (`holds`) or nothing. */
struct way {
    int64_t row;
    struct cells when;
    const struct criterion *criteria;
    uint32_t count, ranks;
    int holds, spaced;
    const int64_t *said; /* by those of all candidates, one criterion after the other; NULL: not needed yet */
};

struct choice {
    struct edict_evaluator *e;
    struct column *o, *trace;
    struct cells exists, where;
    const struct cells *keys;
    struct way *ways, *way; /* way: the one taken */
    uint32_t key_count, way_count;
    uint32_t domain, lane; /* of the records; the lane at hand */
    int stated;            /* is a column of the operands not documented everywhere? */
    /* The candidates in record order, those of lane l from ends[l] to ends[l + 1]; of each the number of the first of
     * its lane with the same keys, documented or not; the best of those with the same keys, at the first one. */
    uint32_t *list, *first, *best, ends[LANES_MOST + 1];
    struct doubt *doubt;   /* of eval_choose_doubt.c; NULL: not needed yet */
};

/* Chooses among the candidates of the lane, whatever is in doubt. `way`: the state of the way's choice. */
void choose_doubt(struct choice *c, uint32_t way);

#endif
