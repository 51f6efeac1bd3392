/* Private to rerun.c and alike.c: what the runs after the first have in common with it. Items are registers, then
 * domains. */
#ifndef EDICT_VM_RERUN_H
#define EDICT_VM_RERUN_H

#include "vm/eval.h"

/* Of an item, in one run: left by another run; as in the first run; different, in some lane. */
enum item_state { ITEM_OLD, ITEM_SAME, ITEM_OTHER };

struct rerun {
    uint32_t *items;        /* what instructions depend on and make, one behind the other */
    uint32_t *makers;       /* of each item: number + 1 of the instruction that makes it; 0: none */
    unsigned char *reached; /* of each item: enum reach */
    uint32_t *live, live_count;
    /* The first run, of one lane: its columns, the sizes of its domains, why charges were held back when those of
     * charges were made, the ends of its pools. */
    struct column *columns;
    uint32_t *sizes, *pairs, *held, whys, codes, intervals;
    void *identities;
    struct arena_mark mark;
    /* The same in `lanes` lanes, made when somebody asks for it. */
    struct arena arena;
    uint32_t lanes;
    struct column *wide; /* v NULL: not made yet */
    uint32_t **firsts, **owners;
    unsigned char *states; /* of each item: enum item_state, of this run */
};

/* Has the lane what the first run had, in this column? */
int lane_as_first(const struct edict_evaluator *e, uint32_t reg, uint32_t lane);

#endif
