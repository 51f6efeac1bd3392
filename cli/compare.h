/* The corpus half of `diff` and `effect`: their options, and the report of two versions over encounters. */
#ifndef EDICT_CLI_COMPARE_H
#define EDICT_CLI_COMPARE_H

#include "cli.h"

enum { COMPARE_CORPUS = 100, COMPARE_NDJSON, COMPARE_HTML, COMPARE_SET, COMPARE_THREADS, COMPARE_QUIET };
#define OPTION_COMPARE                                                                         \
    {"corpus", 0, "FILE", COMPARE_CORPUS}, {"ndjson", 0, "FILE", COMPARE_NDJSON},              \
    {"html", 0, "FILE", COMPARE_HTML}, {"set", 's', "POLICY=VALUE", COMPARE_SET},              \
    {"threads", 0, "N", COMPARE_THREADS}, {"quiet", 'q', NULL, COMPARE_QUIET}
struct comparing {
    const char **corpus, **sets;
    size_t corpus_count, set_count;
    const char *ndjson, *html;
    unsigned threads;
    int quiet, all;
};
int comparing_start(struct comparing *c, int argc);    /* exit status */
/* One of the options above; 1: it is none of them. */
int comparing_take(struct comparing *c, const struct options *o, int id);
/* After the options: words from `first` on are files of the corpus too. Exit status. */
int comparing_ready(struct comparing *c, const struct options *o, size_t first);
void comparing_free(struct comparing *c);
/* The report, as text or JSON on standard output, as HTML and NDJSON in files. Exit status: findings when some
 * encounter comes out differently. */
int comparing_run(const struct comparing *c, const struct options *o, edict_difference *difference);

/* diff.c: two packs compared: the changes listed, or their effect on the corpus. */
int packs_compare(const struct options *o, const struct comparing *c, const char *old, const char *now);

#endif
