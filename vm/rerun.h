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
    unsigned char *states, *begins; /* of each item: enum item_state, of this run; when a run begins */
    unsigned char *quiet; /* of each instruction: one of charges or findings that had none to tell in the first run */
    unsigned char *narrow; /* … one of which narrow.c may carry out some records alone */
};

/* Has the lane what the first run had, in this column? */
int lane_as_first(const struct edict_evaluator *e, uint32_t reg, uint32_t lane);
int lanes_as_first(const struct edict_evaluator *e, uint32_t reg); /* all lanes */
/* narrow.c: carries an instruction out for those records alone of which something is not as in the first run. 0: this
 * one has to be carried out for all. */
int op_is_narrow(enum op op);
int step_narrow(struct edict_evaluator *e, const struct step *s);
/* `size` bytes once for each lane. */
void lanes_copy(void *to, const void *from, size_t size, uint32_t lanes);

#endif
