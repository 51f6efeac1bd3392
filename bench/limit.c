/* The limit as a program: hand-written C for a workload.
 *   limit tables DIRECTORY                                     CSV to DIRECTORY/limit.tables
 *   limit run DIRECTORY FILE [derived] [learnt] [threads N]    answers on standard output, in order
 *   limit time DIRECTORY FILE ROUNDS                           each part by itself: name, nanoseconds an encounter
 * The tables are mapped. Bounded memory: blocks of the file in, answers of a block out. */
#include WORKLOAD /* struct tables, encounter, answer; what decodes, evaluates, writes */
#include "bench/clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 1 << 20, LONGEST = 1 << 16, THREADS = 64 };

static const struct tables *tables;
static int file, derived_only;
static size_t file_size, turn;
static decode_line *decoder = decode;
static atomic_size_t next_block;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;

static void fail(const char *what)
{
    fprintf(stderr, "limit: %s\n", what);
    exit(1);
}

static void put(const char *p, size_t size)
{
    while (size) {
        const ssize_t n = write(1, p, size);
        if (n <= 0) fail("cannot write");
        p += n;
        size -= (size_t)n;
    }
}

/* Blocks in turn; a line belongs to the block in which it begins. */
static void *work(void *unused)
{
    char *text = malloc(BLOCK + LONGEST + PAST_END), *out = NULL;
    size_t room = 0;
    struct encounter e;
    struct answer *a = malloc(sizeof *a);
    memset(&e, 0, sizeof e);
    if (!text || !a) fail("no memory");
    for (;;) {
        const size_t number = atomic_fetch_add(&next_block, 1), at = number * BLOCK;
        size_t have = 0, written = 0;
        if (at >= file_size) break;
        /* One byte before the block tells whether a line begins with it. */
        const size_t before = at > 0;
        for (ssize_t n; have < BLOCK + LONGEST; have += (size_t)n)
            if ((n = pread(file, text + have, BLOCK + LONGEST - have, (off_t)(at - before + have))) <= 0) break;
        memset(text + have, 0, PAST_END);
        const char *end = text + have, *p = text, *last = text + (have < before + BLOCK ? have : before + BLOCK);
        if (before) {
            const char *line_end = memchr(text, '\n', have);
            p = line_end ? line_end + 1 : end;
        }
        while (p < last) {
            const char *line_end = memchr(p, '\n', (size_t)(end - p));
            if (!line_end) line_end = end;
            if (room < written + ANSWER_BYTES && !(out = realloc(out, room = 2 * room + (4 * ANSWER_BYTES))))
                fail("no memory");
            if (!decoder(p, &e)) fail("a line that is no encounter");
            (derived_only ? evaluate_derived : evaluate)(tables, &e, a);
            written += answer_write(&e, a, derived_only, out + written);
            p = line_end + 1;
        }
        pthread_mutex_lock(&lock);
        while (turn != number) pthread_cond_wait(&moved, &lock);
        pthread_mutex_unlock(&lock);
        put(out, written);
        pthread_mutex_lock(&lock);
        turn = number + 1;
        pthread_cond_broadcast(&moved);
        pthread_mutex_unlock(&lock);
    }
    free(text);
    free(out);
    free(a);
    return unused;
}

/* The tables as a file that is mapped. */
static int tables_save(const char *path)
{
    FILE *out = fopen(path, "wb");
    const int well = out && fwrite(tables, sizeof *tables, 1, out) == 1;
    return (!out || fclose(out) == 0) && well;
}

static const struct tables *tables_map(const char *path)
{
    const int from = open(path, O_RDONLY);
    struct stat facts;
    void *t = MAP_FAILED;
    if (from >= 0 && fstat(from, &facts) == 0 && (size_t)facts.st_size == sizeof(struct tables))
        t = mmap(NULL, sizeof(struct tables), PROT_READ, MAP_SHARED, from, 0);
    if (from >= 0) close(from);
    return t == MAP_FAILED ? NULL : t;
}

static void run(unsigned threads)
{
    pthread_t thread[THREADS];
    for (unsigned i = 1; i < threads; i++)
        if (pthread_create(&thread[i], NULL, work, NULL)) fail("no thread");
    work(NULL);
    for (unsigned i = 1; i < threads; i++)
        pthread_join(thread[i], NULL);
}

/* ---- Each part by itself, over the whole file in memory. */
static const char *text;
static const char **line;
static size_t lines;
static struct encounter *all;
static struct answer *some;
enum { SOME = 2000 };
static char *sink;

static void time_decode(void)
{
    for (size_t i = 0; i < lines; i++)
        if (!decoder(line[i], &all[i])) fail("a line that is no encounter");
}
static evaluate_encounter *evaluator;
static void time_evaluate(void)
{
    for (size_t i = 0; i < lines; i++)
        evaluator(tables, &all[i], &some[0]);
}
static void time_both(void)
{
    struct encounter e;
    memset(&e, 0, sizeof e);
    for (size_t i = 0; i < lines; i++) {
        decoder(line[i], &e);
        evaluator(tables, &e, &some[0]);
    }
}
static void time_write(void)
{
    for (size_t i = 0; i < lines; i++)
        answer_write(&all[i % SOME], &some[i % SOME], 0, sink);
}

static void timed(const char *name, void (*part)(void), int rounds)
{
    double took[CLOCK_ROUNDS];
    for (int i = -1; i < rounds; i++) { /* the first one warms */
        const double from = clock_now();
        part();
        if (i >= 0) took[i] = clock_now() - from;
    }
    printf("%s %.1f\n", name, clock_median(took, rounds) / (double)lines * 1e9);
    fflush(stdout);
}

static void time_parts(int rounds)
{
    char *bytes = malloc(file_size + PAST_END);
    size_t have = 0;
    for (ssize_t n; bytes && (n = read(file, bytes + have, file_size - have)) > 0; have += (size_t)n);
    if (!bytes || have != file_size) fail("cannot read");
    memset(bytes + have, 0, PAST_END);
    text = bytes;
    for (size_t i = 0; i < have; i++)
        lines += bytes[i] == '\n';
    line = malloc(lines * sizeof *line);
    all = calloc(lines, sizeof *all);
    some = malloc(SOME * sizeof *some);
    sink = malloc(ANSWER_BYTES);
    if (!line || !all || !some || !sink) fail("no memory");
    for (size_t i = 0; i < lines; i++, text = (const char *)memchr(text, '\n', (size_t)(bytes + have - text)) + 1)
        line[i] = text;
    decoder = decode_learnt;
    timed("decode_learnt", time_decode, rounds);
    decoder = decode;
    timed("decode", time_decode, rounds);
    for (const struct evaluation *part = evaluations; part->name; part++) {
        evaluator = part->run;
        timed(part->name, time_evaluate, rounds);
    }
    timed("decode_evaluate", time_both, rounds);
    for (size_t i = 0; i < SOME; i++)
        evaluate(tables, &all[i % lines], &some[i]);
    timed("write", time_write, rounds);
}

int main(int count, char **words)
{
    char path[1024];
    unsigned threads = 1;
    struct stat facts;
    if (count < 3) fail("what? see the head of limit.c");
    snprintf(path, sizeof path, "%s/limit.tables", words[2]);
    if (strcmp(words[1], "tables") == 0) {
        const double from = clock_now();
        tables = tables_read(words[2]);
        const double read_in = clock_now() - from;
        if (!tables || !tables_save(path)) fail("no tables");
        printf("tables_read %.1f\n", read_in * 1e3);
        return 0;
    }
    if (count < 4 || !(tables = tables_map(path))) fail("which file? are there tables? make them: limit tables");
    if ((file = open(words[3], O_RDONLY)) < 0 || fstat(file, &facts)) fail("cannot open the file");
    file_size = (size_t)facts.st_size;
    if (strcmp(words[1], "time") == 0) {
        const int rounds = count > 4 ? atoi(words[4]) : 5;
        time_parts(rounds < 1 ? 1 : rounds > CLOCK_ROUNDS ? CLOCK_ROUNDS : rounds);
        return 0;
    }
    for (int i = 4; i < count; i++) {
        if (strcmp(words[i], "derived") == 0) derived_only = 1;
        if (strcmp(words[i], "learnt") == 0) decoder = decode_learnt;
        if (strcmp(words[i], "threads") == 0 && i + 1 < count) threads = (unsigned)atoi(words[++i]);
    }
    run(threads < 1 ? 1 : threads > THREADS ? THREADS : threads);
    return 0;
}
