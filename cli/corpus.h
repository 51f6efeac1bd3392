/* Two versions of the rules over encounters: what changes, by the changes of the rules that cause it, by code, by
 * payer. The comparison fills the summary; text, JSON and HTML are written from it. */
#ifndef EDICT_CLI_CORPUS_H
#define EDICT_CLI_CORPUS_H

#include "attribute.h"
#include "pool.h"

#include <time.h>

/* Money is in millionths, as the contract's numbers are. */
struct tally { uint64_t encounters; int64_t old_units, new_units, old_money, new_money; uint64_t priced; };

/* A charge that became another one (code and modifiers, its list before it), or came (from ""), or went (to ""). */
struct move { char *from, *to; struct tally tally; };
/* A finding that came or went: "deny ptp". money: what was asked on the billed lines that it is about. */
struct turn { char *name; uint64_t came, went; int64_t money_came, money_went; };
struct payer { char *name; struct tally tally; };
/* An encounter to look at, whole. */
struct example { char *json; size_t size, file; uint64_t line; };
enum { EXAMPLES = 3 };
struct cause_of {
    struct attributed set;
    uint64_t encounters, held, answered;
    struct move *moves;
    size_t move_count;
    struct example examples[EXAMPLES];       /* smallest first */
    size_t example_count;
};

struct corpus_job {
    const struct command *command;
    edict_difference *difference;
    const char *const *files;
    size_t file_count;
    struct evaluators of;                    /* --set */
    unsigned threads;
    int quiet;
    const char *ndjson;                      /* a file for every difference, or NULL */
};
struct progress { int on, shown; struct timespec began, last; };
struct corpus {
    const struct corpus_job *job;
    struct attribution *attribution;
    struct output *ndjson;
    uint64_t encounters, refused, changed, held, answered, refused_now, accepted_now, words;
    struct tally all;
    struct cause_of *causes;                 /* largest first, once all is known */
    struct move *moves;
    struct turn *turns;
    struct payer *payers;
    size_t cause_count, move_count, turn_count, payer_count;
    struct progress progress;
};
/* An exit status. The corpus is the caller's to free, in any case; the job has to live as long. */
int corpus_open(struct corpus *corpus, const struct corpus_job *job);
/* Compares: EXIT_FINDINGS when some encounter comes out differently. */
int corpus_compare(struct corpus *corpus);
void corpus_free(struct corpus *corpus);

/* Reports. `examples`: of each cause, shown whole. */
void corpus_text(const struct corpus *corpus, struct output *out, int color, unsigned examples);
void corpus_json(const struct corpus *corpus, struct output *out);
int corpus_html(const struct corpus *corpus, const char *path);    /* exit status; says what goes wrong */

/* ---- corpus_words.c: what the reports share */
/* The sentence of a cause: its changes, and how they belong together. arrow: written for "->". To free. */
char *cause_words(const struct corpus *corpus, const struct attributed *set, const char *arrow);
const char *how_word(enum how how);
/* "1,234", "-1,234.50" from millionths, "3.4 %"; with `sign` also "+12". The texts stand in `room`. */
const char *number_text(char room[40], int64_t number, int sign);
const char *money_text(char room[40], int64_t millionths, int sign);
const char *share_text(char room[40], uint64_t part, uint64_t of);
/* Evaluates examples again, to show them whole. NULL: no memory. */
struct attributor *examples_open(const struct corpus *corpus);
/* Both outcomes as texts to free, elements parted by "; ". 0; -1: no memory. */
int example_read(struct attributor *attributor, const struct example *example, char **old, char **now);
/* Is this element in an outcome written as text? */
int outcome_has(const char *outcome, const char *element);
/* Does any cause name this change? Any that is one alone? */
int change_met(const struct corpus *corpus, unsigned change);
int change_alone(const struct corpus *corpus, unsigned change);

/* ---- moves.c: what of one difference becomes moves and turns */
struct step { struct piece from, to; int64_t old_units, new_units, old_money, new_money; int priced; };
struct turned { struct piece name; int came; int64_t money; };
struct steps {
    struct text bytes;                       /* names; pieces are of it */
    struct step *steps;
    struct turned *turned;
    size_t step_count, turned_count;
    char payer[80];
};
/* 0; -1: no memory. Reused from call to call. */
int steps_find(struct steps *s, const struct both *both, const char *encounter, size_t size);
void steps_free(struct steps *s);

#endif
