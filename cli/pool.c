/* The runner of encounters: the calling thread reads, fills batches, and takes them back in order; other threads work
 * on them. A ring of batches bounds what is in flight. The answers do not depend on the number of threads: order is
 * the input's, and nothing a worker learns reaches the answer of another encounter. */
#include "pool.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BATCH_ITEMS = 256,
    BATCH_BYTES = 1 << 17,        /* a batch is closed when it holds as much */
    BATCH_KEPT = 1 << 20,         /* buffers larger than this are given back */
    FLIGHT_BYTES = 32 << 20,      /* encounters in all batches: more waits */
    BATCHES_A_THREAD = 4
};
struct slot {
    struct pool_item item;
    size_t input, answer, aside;                   /* where they begin */
};
struct batch {
    struct slot slots[BATCH_ITEMS];
    size_t count, worked;                          /* items in it; items worked on, from the first */
    struct text input, answers, asides;
    int done, exit;
};
struct pool {
    const struct pool_jobs *jobs;
    const char *const *files;
    struct batch *ring;
    unsigned room;                                 /* batches in the ring */
    uint64_t filling, claimed, taken;              /* numbers of batches; in the ring at number % room */
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    pthread_t threads[POOL_THREADS_MAX];
    unsigned started, waiting;
    int ending;                                    /* no more batches come, or no more are wanted */
    int watched;                                   /* the caller waits on the event descriptor too */
    int event;
    void *own;                                     /* the worker of the calling thread */
    size_t flight;                                 /* bytes of input between filling and taken */
    uint64_t number;
    struct reader reader;
    uint64_t file_size;
    const char *name;
    size_t file;
    int exit, in_over;                             /* in_over: an encounter that is too long is being dropped */
};

/* Ctrl-C: the flag stops everybody at the next encounter, the event wakes the caller. */
static atomic_int interrupted, interrupt_event = -1;

static void on_interrupt(int number)
{
    int event = atomic_load(&interrupt_event), error = errno;
    (void)number;
    atomic_store(&interrupted, 1);
    if (event >= 0 && write(event, &(uint64_t){1}, sizeof(uint64_t)) < 0)
        errno = error;
    errno = error;
}

unsigned pool_cores(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : (int)sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > POOL_THREADS_MAX ? POOL_THREADS_MAX : (unsigned)count;
}

int pool_threads_take(const struct command *command, const char *text, unsigned *threads)
{
    char *end;
    unsigned long value = *text >= '0' && *text <= '9' ? strtoul(text, &end, 10) : 0;
    if (!value || *end || value > POOL_THREADS_MAX)
        return usage_error(command, "--threads takes a number from 1 to %d, not %s", POOL_THREADS_MAX, text);
    *threads = (unsigned)value;
    return EXIT_FINE;
}

const char *pool_file_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* Working */

/* Shows `work` what comes next in the same file. Returns how many of them it took in. */
static size_t slots_ahead(const struct pool *pool, void *worker, const struct slot *s, size_t count)
{
    const struct pool_item *items[POOL_AHEAD];
    size_t n = 0;
    while (n < count && n < POOL_AHEAD && s[n].item.file == s->item.file && !s[n].item.too_long) {
        items[n] = &s[n].item;
        n++;
    }
    return n ? pool->jobs->ahead(pool->jobs->context, worker, items, n) : 0;
}

static void batch_work(const struct pool *pool, void **worker, struct batch *b)
{
    const struct pool_jobs *jobs = pool->jobs;
    if (!*worker && jobs->worker_open && !(*worker = jobs->worker_open(jobs->context))) {
        b->exit = EXIT_INTERNAL;
        return;
    }
    size_t ahead = 0;
    for (size_t i = 0; i < b->count; i++)
        b->slots[i].item.bytes = b->input.bytes + b->slots[i].input;
    while (b->worked < b->count && b->exit == EXIT_FINE && !atomic_load(&interrupted)) {
        struct slot *s = &b->slots[b->worked];
        if (jobs->ahead && b->worked >= ahead)
            ahead = b->worked + slots_ahead(pool, *worker, s, b->count - b->worked);
        s->answer = b->answers.size;
        s->aside = b->asides.size;
        b->exit = jobs->work(jobs->context, *worker, &s->item, &b->answers, &b->asides);
        s->item.answer_size = b->answers.size - s->answer;
        s->item.aside_size = b->asides.size - s->aside;
        b->worked++;
        if (b->answers.failed || b->asides.failed)
            b->exit = EXIT_INTERNAL;
    }
}

static void worker_end(const struct pool *pool, void *worker)
{
    if (worker && pool->jobs->worker_close)
        pool->jobs->worker_close(worker);
}

static void *thread_main(void *context)
{
    struct pool *pool = context;
    void *worker = NULL;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        pool->waiting++;
        while (pool->claimed == pool->filling && !pool->ending)
            pthread_cond_wait(&pool->work, &pool->lock);
        pool->waiting--;
        if (pool->claimed == pool->filling)
            break;
        struct batch *b = &pool->ring[pool->claimed++ % pool->room];
        pthread_mutex_unlock(&pool->lock);
        batch_work(pool, &worker, b);
        pthread_mutex_lock(&pool->lock);
        b->done = 1;
        pthread_cond_signal(&pool->done);
        if (pool->watched && write(pool->event, &(uint64_t){1}, sizeof(uint64_t)) < 0)
            pool->watched = 0;
    }
    pthread_mutex_unlock(&pool->lock);
    worker_end(pool, worker);
    return NULL;
}

static int thread_start(struct pool *pool)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);    /* signals are the caller's */
    int failed = pthread_create(&pool->threads[pool->started], NULL, thread_main, pool);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pool->started += !failed;
    return failed;
}

/* Taking */

static void text_reset(struct text *t)
{
    t->size = 0;
    if (t->room <= BATCH_KEPT && !t->failed)
        return;
    free(t->bytes);
    *t = (struct text){0};
}

/* Takes the oldest batch, which is done, and makes room. */
static void batch_take(struct pool *pool)
{
    struct batch *b = &pool->ring[pool->taken % pool->room];
    const struct pool_jobs *jobs = pool->jobs;
    for (size_t i = 0; i < b->worked && pool->exit == EXIT_FINE; i++) {
        struct slot *s = &b->slots[i];
        s->item.bytes = b->input.bytes + s->input;
        s->item.answer = b->answers.bytes ? b->answers.bytes + s->answer : "";
        s->item.aside = b->asides.bytes ? b->asides.bytes + s->aside : "";
        pool->exit = jobs->take(jobs->context, &s->item);
    }
    if (pool->exit == EXIT_FINE)
        pool->exit = b->exit;
    if (pool->exit == EXIT_FINE && b->worked < b->count)
        pool->exit = EXIT_INTERRUPTED;
    pool->flight -= b->input.size;
    text_reset(&b->input);
    text_reset(&b->answers);
    text_reset(&b->asides);
    b->count = b->worked = 0;
    b->done = 0;
    b->exit = EXIT_FINE;
    pool->taken++;
    if (jobs->progress && pool->name)
        jobs->progress(jobs->context, pool->name,
                       pool->file_size ? (int)((double)pool->reader.bytes * 100 / (double)pool->file_size) : -1);
}

/* Takes what is done; waits until at most `left` batches are out. */
static void batches_take(struct pool *pool, uint64_t left)
{
    for (;;) {
        pthread_mutex_lock(&pool->lock);
        const struct batch *b = &pool->ring[pool->taken % pool->room];
        uint64_t out = pool->filling - pool->taken;
        while (out > left && !b->done)
            pthread_cond_wait(&pool->done, &pool->lock);
        int done = out && b->done;
        pthread_mutex_unlock(&pool->lock);
        if (!done)
            return;
        batch_take(pool);
    }
}

/* Hands the batch being filled to the workers. `last`: nothing follows for a while. A short input, or one that comes
 * piece by piece, needs no other thread. */
static void batch_submit(struct pool *pool, int last)
{
    struct batch *b = &pool->ring[pool->filling % pool->room];
    if (!b->count)
        return;
    pool->flight += b->input.size;
    pthread_mutex_lock(&pool->lock);
    int busy = !pool->waiting;
    pthread_mutex_unlock(&pool->lock);
    int alone = pool->jobs->threads <= 1 || (last && !pool->started);
    if (!alone && busy && pool->started < pool->jobs->threads)
        alone = thread_start(pool) != 0 && !pool->started;
    if (alone) {
        batch_work(pool, &pool->own, b);
        b->done = 1;
        pool->filling++;
        pool->claimed++;
        batch_take(pool);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->filling++;
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    batches_take(pool, pool->flight > FLIGHT_BYTES ? 0 : pool->room - 1);
}

/* Nothing to read at the moment: what was read is worked on and taken while we wait for more. */
static int pool_idle(void *context)
{
    struct pool *pool = context;
    batch_submit(pool, 1);
    for (;;) {
        struct pollfd wait[2] = {{.fd = pool->reader.fd, .events = POLLIN}, {.fd = pool->event, .events = POLLIN}};
        uint64_t count;
        pthread_mutex_lock(&pool->lock);
        pool->watched = 1;
        pthread_mutex_unlock(&pool->lock);
        batches_take(pool, UINT64_MAX);
        if (pool->taken == pool->filling)
            pool->jobs->flush(pool->jobs->context);
        if (atomic_load(&interrupted) || pool->exit != EXIT_FINE)
            return 1;
        int ready = poll(wait, 2, -1);
        if (ready < 0 && errno != EINTR)
            return 1;
        if (ready > 0 && wait[1].revents && read(pool->event, &count, sizeof count) < 0 && errno != EAGAIN)
            return 1;
        pthread_mutex_lock(&pool->lock);
        pool->watched = 0;
        pthread_mutex_unlock(&pool->lock);
        if (ready > 0 && wait[0].revents)
            return 0;
    }
}

/* Reading */

static int item_add(struct pool *pool, enum read_result result, const char *bytes, size_t size, uint64_t line)
{
    struct batch *b = &pool->ring[pool->filling % pool->room];
    struct slot *s = &b->slots[b->count++];
    *s = (struct slot){.item = {.size = size, .line = line, .number = pool->number++, .file = pool->file,
                                .too_long = result == READ_LONG}, .input = b->input.size};
    text_put(&b->input, bytes, size);
    text_put(&b->input, "", 1);
    if (b->input.failed)
        return EXIT_INTERNAL;
    if (b->count == BATCH_ITEMS || b->input.size >= BATCH_BYTES)
        batch_submit(pool, 0);
    return EXIT_FINE;
}

/* A piece of an encounter that is too long: behind everything before it. */
static void pool_over(void *context, const char *bytes, size_t size)
{
    struct pool *pool = context;
    if (!pool->in_over) {
        batch_submit(pool, 1);
        batches_take(pool, 0);
    }
    pool->in_over = 1;
    if (pool->exit == EXIT_FINE)
        pool->jobs->over(pool->jobs->context, bytes, size);
}

/* Everything read is worked on and taken before something is said: messages stand in order too. */
static void pool_settle(struct pool *pool)
{
    batch_submit(pool, 1);
    batches_take(pool, 0);
    if (pool->jobs->progress_clear)
        pool->jobs->progress_clear(pool->jobs->context);
}

static int file_read_all(struct pool *pool, const char *path)
{
    struct stat status;
    pool->name = pool_file_name(path);
    if (reader_open(&pool->reader, path) != 0) {
        int error = errno;
        pool->name = NULL;
        pool_settle(pool);
        message("%s: %s", path, strerror(error));
        return EXIT_INPUT;
    }
    pool->file_size =
        fstat(pool->reader.fd, &status) == 0 && S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
    pool->reader.idle = pool_idle;
    pool->reader.over = pool->jobs->over ? pool_over : NULL;
    pool->reader.context = pool;
    if (terminal_is(pool->reader.fd) && !pool->jobs->quiet)
        message("reading encounters from the terminal, one JSON object a line; Ctrl-D ends");
    int exit = EXIT_FINE;
    enum read_result result = READ_END;
    while (!atomic_load(&interrupted) && pool->exit == EXIT_FINE && exit == EXIT_FINE) {
        const char *bytes = "";
        size_t size = 0;
        uint64_t line = 0;
        result = reader_next(&pool->reader, &bytes, &size, &line);
        if (result == READ_END || result == READ_FAILED)
            break;
        exit = item_add(pool, result, bytes, size, line);
        pool->in_over = 0;
    }
    if (result == READ_FAILED && !atomic_load(&interrupted) && pool->exit == EXIT_FINE) {
        int error = errno;
        pool_settle(pool);
        message("%s: %s", pool->name, strerror(error));
        exit = error == ENOMEM ? EXIT_INTERNAL : EXIT_INPUT;
    }
    pool->name = NULL;
    reader_close(&pool->reader);
    return exit;
}

static void pool_end(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->ending = 1;
    if (pool->exit != EXIT_FINE)
        pool->claimed = pool->filling;    /* what nobody wants is not begun */
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned t = 0; t < pool->started; t++)
        pthread_join(pool->threads[t], NULL);
    worker_end(pool, pool->own);
    for (unsigned i = 0; i < pool->room; i++) {
        free(pool->ring[i].input.bytes);
        free(pool->ring[i].answers.bytes);
        free(pool->ring[i].asides.bytes);
    }
    free(pool->ring);
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->done);
    pthread_mutex_destroy(&pool->lock);
}

int pool_run(const struct pool_jobs *jobs, const char *const *files, size_t count)
{
    struct sigaction act = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction before[sizeof signals / sizeof *signals];
    struct pool pool = {.jobs = jobs, .files = files, .event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    int bad_input = 0;
    pool.room = jobs->threads > 1 ? jobs->threads * BATCHES_A_THREAD : 1;
    pool.ring = calloc(pool.room, sizeof *pool.ring);
    if (!pool.ring || pool.event < 0) {
        message("no memory");
        free(pool.ring);
        return EXIT_INTERNAL;
    }
    pthread_mutex_init(&pool.lock, NULL);
    pthread_cond_init(&pool.work, NULL);
    pthread_cond_init(&pool.done, NULL);
    atomic_store(&interrupted, 0);
    atomic_store(&interrupt_event, pool.event);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        sigaction(signals[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN)    /* nohup, and a shell's background */
            sigaction(signals[i], &act, NULL);
    }
    int exit = EXIT_FINE;
    for (pool.file = 0; pool.file < count; pool.file++) {
        exit = file_read_all(&pool, files[pool.file]);
        bad_input |= exit == EXIT_INPUT;
        if (exit == EXIT_INTERNAL || pool.exit != EXIT_FINE || atomic_load(&interrupted))
            break;
    }
    if (!atomic_load(&interrupted))
        batch_submit(&pool, 1);
    batches_take(&pool, 0);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &before[i], NULL);
    atomic_store(&interrupt_event, -1);
    if (pool.exit == EXIT_FINE)
        pool.exit = exit == EXIT_INTERNAL           ? EXIT_INTERNAL
                    : atomic_load(&interrupted) ? EXIT_INTERRUPTED
                    : bad_input                 ? EXIT_INPUT
                                                : EXIT_FINE;
    pool_end(&pool);
    close(pool.event);
    return pool.exit;
}
