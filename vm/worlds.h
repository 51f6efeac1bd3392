/* Private to worlds*.c: the facts that are tried out, their candidate values, and what came out. */
#ifndef EDICT_VM_WORLDS_H
#define EDICT_VM_WORLDS_H

#include "vm/result.h"

enum {
    WORLDS_FINE = 256,          /* worlds up to which every bound is tried around every clock time too */
    WORLDS_ROUNDS = 3,          /* facts that come up only while others are tried out are added so often */
    WORLDS_TEXTS = 4,           /* text constants of the image: more, and texts are not tried out */
    WORLDS_FINDINGS = 64,       /* findings of one world that are compared */
    WORLDS_MODIFIERS = 8,
    WORLDS_LANES = 32           /* worlds that are evaluated together */
};

/* A missing fact that is tried out. */
struct trial {
    uint32_t fact, record;
    uint32_t state;             /* of its cell, to be restored */
    uint32_t at, count, now;    /* candidates, ascending; the one that is tried */
};
/* A cell that says the same as a missing fact of the encounter. */
struct follower { uint32_t fact, record, trial; };
/* What one candidate (or all) gives: a list of outcomes, least units over the worlds met. */
struct candidate { int64_t value; uint32_t met, first; };
struct outcome { struct standing what; uint32_t next; };
struct world_finding { uint32_t at, size, kind, alive; uint64_t hash; };
struct world_state { uint64_t hash; size_t at, size; };
struct world_values { uint32_t fact, record, at, size; };
/* An evaluation that is put aside (worlds_keep.c). */
struct kept {
    int is_on;
    struct column *columns;
    uint32_t *sizes;
    const int64_t **links[2];
    struct charge *charges;
    struct final_charge *finals;
    struct finding *findings;
    struct argument *args;
    uint32_t charge_count, final_count, finding_count, arg_count, charge_end, final_end, finding_end;
    struct pinned pinned;       /* as it was */
};

struct worlds {
    int active, ran;            /* something stands; a world was evaluated */
    struct trial *trials; uint32_t trial_count, trial_room;
    struct follower *followers; uint32_t follower_count, follower_room;
    struct candidate *candidates; uint32_t candidate_count, candidate_room;
    struct outcome *outcomes; uint32_t outcome_count, outcome_room;
    struct standing *standing; uint32_t standing_count, standing_room;
    struct world_finding *findings; uint32_t finding_count, finding_room;
    struct world_values *values; uint32_t value_count, value_room;
    uint32_t *rows; uint32_t row_count, row_room;       /* rules that hold while a fact is missing */
    struct hold_entry *blamed; uint32_t blamed_count,
        blamed_room;   /* hold: the fact; in the order in which they came up */
    int64_t *numbers; uint32_t number_count, number_room;
    uint32_t number_most, number_settle;    /* candidates there is room for; numbers at which equal ones are dropped */
    int crowded;                            /* there is no room for so many candidates: no more are looked for */
    uint32_t *kinds; uint32_t kind_room;    /* of each world, from 0: those of one kind come to the same */
    uint32_t *kind_lanes; uint32_t kind_lane_room;  /* lane that stands for a kind; NONE */
    struct world_state *states; uint32_t state_count, state_room;   /* of each kind that was found */
    struct buffer bytes;                /* of them */
    unsigned char *tried; uint32_t tried_room;  /* facts that are, by number */
    uint32_t *sizes; uint32_t size_room;    /* records of each domain of one world */
    struct buffer text, scratch;
    struct kept kept;
    uint64_t written;                   /* cells, of all worlds of the encounter so far */
};

/* Keeps the evaluation of one encounter while others are made of it, unless it is large. 0: no memory. */
int evaluation_keep(struct edict_evaluator *e, struct kept *k);
/* Ends that; the second one brings it back. 0: it has to be made again. */
void evaluation_release(struct edict_evaluator *e, struct kept *k);
int evaluation_back(struct edict_evaluator *e, struct kept *k);
/* Which of w->blamed can be tried out within a budget of worlds; `fine`: all bounds around all clock times. With
 * `make` the trials and their candidates are written into w. */
struct trial_plan { uint32_t worlds, trials, left; };   /* left: facts that the budget has no room for */
struct trial_plan trials_plan(struct edict_evaluator *e, struct worlds *w, uint32_t budget, int fine, int make);
/* Copies the encounter's facts into so many lanes; so many of them are evaluated from now on. 0: no memory. */
int lanes_spread(struct edict_evaluator *e, struct worlds *w, uint32_t lanes);
void lanes_use(struct edict_evaluator *e, const struct worlds *w, uint32_t lanes);
/* Finds the instructions that depend on the facts that are tried (rerun_plan). 0: no memory. */
int trials_reach(struct edict_evaluator *e, struct worlds *w);
/* All worlds of the trials, in `lanes` of them at most at a time (worlds_round.c). Counts those that are possible. -1:
 * one of them failed, or there is no memory. */
int64_t round_run(struct edict_evaluator *e, struct worlds *w, uint32_t worlds, uint32_t lanes);
/* What the world in lane e->lane, with the candidates that are on, gives. `again`: another one that comes to the same
 * was met before. 0: no memory, or too many modifiers. */
int world_meet(struct edict_evaluator *e, struct worlds *w, int again, int64_t *possible);
/* Sets the cells of a lane to the candidates that are on; puts back what was there in lane 0. */
void trials_set(struct edict_evaluator *e, const struct worlds *w, uint32_t lane);
void trials_restore(struct edict_evaluator *e, const struct worlds *w);

#endif
