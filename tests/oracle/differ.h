/* The campaign: the VM and the reference evaluator answer the same encounters
 * by the same pack; every byte must agree. */
#ifndef EDICT_TESTS_ORACLE_DIFFER_H
#define EDICT_TESTS_ORACLE_DIFFER_H

#include "edict_compile.h"
#include "tests/oracle/oracle.h"

/* A pack compiled once, for both. */
struct subject {
    edict_compilation *compilation;
    edict_program *program;
    edict_evaluator *evaluator;
    struct oracle *oracle;
    struct buffer answer;
    int together; /* the VM was told of several encounters at once */
};
/* 1; 0: the pack has mistakes (printed if `loud`); -1: it has none, but its
 * image is refused. */
int subject_open(struct subject *s, const char *path, const char *const *search, int loud);
/* The same with a fault put into the image (bend.c); 0 also where there is nothing to put it into. */
int subject_open_bent(struct subject *s, const char *path, unsigned bend);
void subject_close(struct subject *s);
/* Sets a policy on both sides. */
int subject_set(struct subject *s, const char *policy, const char *value);
void subject_unset(struct subject *s);
/* Both answers to one encounter: 1 they agree, 0 they do not; then `report` (unless NULL) has both. 2: it is beyond a
 * limit of the VM, and was not compared. */
int subject_ask(struct subject *s, const char *json, size_t size, struct buffer *report);

/* Choices come from the bytes while there are any, if they are given: so a fuzzer makes them. Then, or without, from
 * the state. */
struct random {
    uint64_t state;
    const uint8_t *at, *end;
};
uint64_t random_next(struct random *r);
uint32_t random_below(struct random *r, uint32_t n);
int random_one_in(struct random *r, uint32_t n);

/* make_pack.c: the text of a random pack. */
void pack_make(struct random *r, struct buffer *out);
/* make_payer.c: a pack that extends the one in `file`, whose text is `base`. */
void payer_make(struct random *r, const struct buffer *base, const char *file, struct buffer *out);
/* make_encounter.c: an encounter by the pack's own facts. */
void encounter_make(struct random *r, const struct oracle *o, struct buffer *out);

/* dozen.c: so many encounters, at most a dozen, by the pack's own facts, under random policies. Most are announced to
 * the VM all at once, as `edict run` does, so that it may work several out together. `each` gets one after the other;
 * 0: enough. */
enum { DOZEN = 12 };
typedef int dozen_ask(void *context, struct subject *s, const struct buffer *json);
int dozen_make(struct subject *s, struct random *r, size_t count, dozen_ask *each, void *context);

#endif
