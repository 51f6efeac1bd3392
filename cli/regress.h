/* What edict regress consists of: differences, what of them was approved, and the report. */
#ifndef EDICT_CLI_REGRESS_H
#define EDICT_CLI_REGRESS_H

#include "attribute.h"
#include "causes.h"
#include "report.h"

/* How an encounter is different: another outcome; the same, said in other words; not in the baseline; not in the corpus
 * any more. */
enum difference_kind { DIFFERENCE_OUTCOME, DIFFERENCE_WORDS, DIFFERENCE_NEW, DIFFERENCE_GONE };
struct difference {
    enum difference_kind kind;
    char digest[17], result[17];      /* of the encounter; of what it came to, which is what is approved */
    char *id, *old, *now;             /* outcomes; "" where there is none */
    struct causes causes;             /* none of new and gone encounters */
    const struct approval *approval;  /* NULL: not approved */
};

/* Approvals: who meant what, and why. Their file stands beside the baseline, BASELINE.approved. */
struct approval { const char *number, *date, *by, *what, *reason; };
struct approved {
    const char *digest, *kind, *result, *approval;
    struct causes causes;
};
struct approvals {
    struct text file;
    struct approval *all;
    struct approved *each;            /* sorted by digest */
    size_t count, each_count;
};
int approvals_read(struct approvals *a, const char *path);    /* no file: none */
void approvals_free(struct approvals *a);
/* The approval of just this difference whose causes are all as they were when it was approved, or NULL. */
const struct approval *approval_find(const struct approvals *a, const struct versions *v, const struct difference *d);

/* `--approve`: words "all", "cause NAME", "encounter ID". */
struct approving { const char **all; size_t count; const char *reason, *by; };
int approving_means(const struct approving *approving, const struct difference *d);
/* Adds what is meant of the differences that are not approved to the file; *added counts them. */
int approvals_write(const char *path, const struct approving *approving, const struct approvals *before,
                    const struct difference *differences, size_t count, size_t *added);

struct regress {
    struct answering answering;       /* first: what the pool's context begins with */
    struct options options;
    struct pack pack;
    struct baseline baseline;
    struct versions versions;
    struct kept_item *items;
    size_t item_count;
    struct approvals approvals;
    struct approving approving;
    struct difference *differences;
    size_t difference_count, difference_room;
    uint64_t met, same;
    unsigned threads;
    int quiet, show_all, color;
    const char *old;                  /* the pack of the baseline, to prove causes; or NULL */
    edict_difference *difference;     /* of it and the pack */
    struct attribution *attribution;
    struct attributor *attributor;
    struct report report;             /* JUnit, TAP: a case an encounter */
    const char *path;
};
/* What there is to tell for people or as JSON, once all is known. */
void regress_tell(const struct regress *r);
const char *difference_kind_word(enum difference_kind kind);
/* "family, row 14; policy x" */
void causes_put(const struct causes *causes, struct text *to);

#endif
