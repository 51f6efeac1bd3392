/* Encounters of any number, worked on by all cores and taken in the order of the input. What is done with an encounter
 * is the command's; what is read, shared out, kept in order and bounded is this. */
#ifndef EDICT_CLI_POOL_H
#define EDICT_CLI_POOL_H

#include "cli.h"

enum { POOL_THREADS_MAX = 256, POOL_AHEAD = 64 };

/* One encounter on its way. What `work` puts for it comes back, in order, as `answer` and `aside`. */
struct pool_item {
    const char *bytes;                     /* the encounter; "" where too_long */
    size_t size;
    const char *answer, *aside;            /* in `take`: what `work` put */
    size_t answer_size, aside_size;
    uint64_t line, number;                 /* where it begins in its file; counted from 0 over all files */
    size_t file;                           /* index in the list of files */
    int too_long;                          /* longer than READER_LIMIT, and dropped */
    unsigned mark;                         /* free for `work` to tell `take` */
};

/* `work` runs in several threads at once, each with a worker of its own, made when first needed; everything else runs
 * in the thread that called. Both give an exit status: what is not EXIT_FINE ends the run behind this encounter. */
struct pool_jobs {
    void *context;
    void *(*worker_open)(void *context);   /* NULL: no memory; may be left out */
    void (*worker_close)(void *worker);
    int (*work)(void *context, void *worker, struct pool_item *item, struct text *answer, struct text *aside);
    /* The next calls of `work` with this worker will be for these: gives how many it took in, so as to be asked again
     * behind them. May be left out. */
    size_t (*ahead)(void *context, void *worker, const struct pool_item *const *items, size_t count);
    int (*take)(void *context, const struct pool_item *item);
    void (*flush)(void *context);          /* nothing comes for a while: let the reader have what there is */
    /* pieces of an encounter that is too long, behind everything that came before it; `take` is then called for it. May
     * be left out */
    void (*over)(void *context, const char *bytes, size_t size);
    /* now and then: how far the file is, in hundredths, or -1; may be left out */
    void (*progress)(void *context, const char *file, int percent);
    void (*progress_clear)(void *context); /* before something is said on standard error; may be left out */
    unsigned threads;
    int quiet;
};

/* The cores this process may use. */
unsigned pool_cores(void);
/* The value of `--threads N`, 1 to POOL_THREADS_MAX; EXIT_FINE, or said to be wrong usage. */
int pool_threads_take(const struct command *command, const char *text, unsigned *threads);
/* The name of a file for messages: "standard input" for "-". */
const char *pool_file_name(const char *path);

/* Reads all files ("-": standard input) and gives EXIT_FINE, EXIT_INPUT when one could not be read (the others are),
 * EXIT_INTERRUPTED after Ctrl-C (what was worked on until then was taken), or what work or take gave. What is in flight
 * is bounded, whatever the length of the input. The first Ctrl-C ends in order, the second at once; so do SIGTERM and
 * SIGHUP. */
int pool_run(const struct pool_jobs *jobs, const char *const *files, size_t count);

/* Work that is counted beforehand: `work` of each number below `count`, in any thread and order; `take` of each in
 * rising order, in the calling thread. */
void tasks_run(size_t count, unsigned threads, void (*work)(void *context, size_t number),
               void (*take)(void *context, size_t number), void *context);

#endif
