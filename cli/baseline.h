/* The baseline of a regression suite: what a pack answered to a corpus, and what its rules were, in one text file that
 * stands well in version control: a line an encounter, in the order of the corpus, with fields between tabs. Nothing of
 * an encounter is in it but its identifier, a hash, and the outcome of its answer. */
#ifndef EDICT_CLI_BASELINE_H
#define EDICT_CLI_BASELINE_H

#include "outcome.h"
#include "pool.h"

/* One encounter as kept, its texts zero-terminated in the file's bytes. */
struct kept {
    /* words: hash of the words, 8 digits, and of the whole answer, 16. why: numbers of reasons, one a charge, ","
     * between; or "-" */
    const char *digest, *words, *outcome, *why, *id;
    int used;                                           /* met again in the corpus */
};
struct kept_row { unsigned number; uint32_t meaning; };
struct kept_item {
    const char *name;
    uint64_t meaning, heading;
    struct kept_row *rows;
    size_t row_count;
};
struct baseline {
    struct text file;
    const char *pack, *rules, *image, *program;
    const char **sets, **corpus, **why;                 /* why: by number, from 0; reasons ", " between */
    size_t set_count, corpus_count, why_count;
    struct kept *kept;
    struct kept_item *items;                            /* sorted by name */
    size_t kept_count, item_count;
    uint32_t *table;                                    /* digest to kept + 1; open, a power of two */
    size_t table_size;
};
/* Exit status; what is wrong is said with its line. */
int baseline_read(struct baseline *b, const char *path);
void baseline_free(struct baseline *b);
/* The first encounter of this digest that was not met yet, or NULL. */
struct kept *baseline_find(struct baseline *b, const char *digest);
/* Any encounter of this digest, met or not: for several threads at a time. Or NULL. */
const struct kept *baseline_known(const struct baseline *b, const char *digest);
/* The items of a pack in the same form. EXIT_FINE also for an image, that tells no items: *items NULL. */
int items_read(const struct pack *pack, struct kept_item **items, const edict_item **full, size_t *count);
void items_free(struct kept_item *items, size_t count);
const struct kept_item *item_kept(const struct kept_item *items, size_t count, const char *name, size_t size);

/* Fields of the files of this kind: tab, line end and backslash as \t, \n, \\. */
void field_put(struct text *to, const char *text, size_t size);
void field_read(char *field);    /* in place */

/* Evaluation as snapshot and regress need it: a pool's worker and work. The pool's context begins with this. `answer`
 * is "DIGEST\tWORDS\tOUTCOME", `aside` the identifier as a field, then for each charge its reasons, a line each. An
 * answer that `known` holds byte for byte (NULL: none is known) is not read again: its outcome is the one kept, and
 * `aside` only names the encounter. */
struct answering {
    struct evaluators of;
    const struct baseline *known;
};
enum { ANSWER_WORDS = 17, ANSWER_OUTCOME = ANSWER_WORDS + 8 + 16 + 1 };    /* where the fields of `answer` begin */
void *answering_open(void *context);
void answering_close(void *worker);
size_t answering_ahead(void *context, void *state, const struct pool_item *const *items, size_t count);
int answering_work(void *context, void *state, struct pool_item *item, struct text *answer_text, struct text *aside);

#endif
