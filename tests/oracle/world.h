/* What world.c and candidate.c share: the facts that are tried out. */
#ifndef EDICT_TESTS_ORACLE_WORLD_H
#define EDICT_TESTS_ORACLE_WORLD_H

#include "tests/oracle/oracle.h"

enum { LIMIT_NEW = 1000, ROUNDS = 3, FINE = 256, TEXTS = 4, MODIFIERS = 8, FINDINGS = 64, DAY = 1440 };

struct outcome { /* a charge, and the least units of it in the worlds met */
    struct text list;
    int64_t code, units, date;
    const struct codes *modifiers;
};
struct candidate {
    int64_t value;
    uint32_t met, count;
    struct outcome *outcomes;
};
struct trial {
    struct field *fact;
    uint32_t record, count, now;
    struct candidate *candidates;
    const struct reason *why; /* to be put back */
    struct value **followers;
    uint32_t follower_count;
};
struct missing {
    struct field *fact;
    uint32_t record;
};
struct worlds {
    struct oracle *o;
    struct encounter *e;
    struct run *first; /* the evaluation in which the facts are missing */
    struct run *run;   /* of one world */
    struct arena *arena;
    struct missing *blamed;
    uint32_t blamed_count, blamed_room;
    const struct trace **rows; /* rules that hold while a fact is missing */
    uint32_t row_count, row_room;
    struct trial *trials;
    uint32_t trial_count;
    int64_t *numbers;
    uint32_t number_count, number_room;
    struct standing *standing;
    uint32_t standing_count;
    struct lasting *findings;
    uint32_t finding_count;
};

void *worlds_room(struct worlds *w, size_t count, size_t each);
struct value *fact_cell(struct worlds *w, const struct field *f, uint32_t record);
/* The candidates of a missing fact into w->numbers, in their order, each once.
 */
void candidates_find(struct worlds *w, uint32_t number, int fine);

#endif
