/* Which changes of the rules made an answer another one: proved by evaluating the old rules with those changes alone.
 * One attribution is shared by all threads; each has an attributor of its own. */
#ifndef EDICT_CLI_ATTRIBUTE_H
#define EDICT_CLI_ATTRIBUTE_H

#include "outcome.h"

enum how {
    HOW_SINGLE,      /* the one change, alone (with what it cannot stand without), makes the new answer */
    HOW_PARTS,       /* several, each alone makes its part of the difference, and together all of it */
    HOW_TOGETHER,    /* several that make the new answer only together; none can be left out */
    HOW_UNKNOWN      /* not found within bounds: too many changes */
};
struct attributed { enum how how; unsigned *changes; size_t count, room; };    /* in rising order */

struct attribution;
/* options and sets as in `of`; its packs are not used. NULL: *exit says why, and it was said. */
struct attribution *attribution_new(edict_difference *difference, const struct evaluators *of, int *exit);
void attribution_free(struct attribution *a);
/* Changes that can alter an answer: numbers from 0. */
unsigned attribution_changes(const struct attribution *a);
const edict_program *attribution_old(const struct attribution *a);
const edict_program *attribution_new_program(const struct attribution *a);

struct attributor;
struct attributor *attributor_new(struct attribution *a);
void attributor_free(struct attributor *t);
/* Evaluates an encounter by both versions. 0 the same, 1 different, -1 no memory. The answers live until the next call;
 * outcomes are filled when they differ. */
struct both { edict_answer old, now; struct outcome old_outcome, now_outcome; };
int attributor_compare(struct attributor *t, const char *json, size_t size, struct both *both);
/* The next comparisons will be of these; gives how many both versions took in. */
size_t attributor_ahead(struct attributor *t, const edict_encounter *encounters, size_t count);
/* Of two different answers. 0; -1: no memory. */
int attributor_find(struct attributor *t, const char *json, size_t size, const struct both *both,
                    struct attributed *out);

#endif
