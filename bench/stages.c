/* Where the time of an answer goes, in one process and one thread: stages IMAGE ENCOUNTERS ROUNDS prints medians in
 * nanoseconds an encounter for reading, evaluating and writing, as `edict run` does them, and instructions of the
 * program carried out for one. Held and refused encounters are counted and left out of the three. */
#include "bench/clock.h"
#include "vm/bind.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOGETHER = 64 }; /* as `edict run` does */

struct corpus { const char *at; size_t size; };
struct times { double read, evaluate, write; };
struct counts { size_t encounters, shared, bytes_in, bytes_out; uint64_t dispatches; };

static double now(void) { return clock_now() * 1e9; }

static struct corpus corpus_open(const char *path)
{
    struct stat about;
    int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &about) != 0 || about.st_size == 0) return (struct corpus){ NULL, 0 };
    void *at = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    close(file);
    return (struct corpus){ at == MAP_FAILED ? NULL : at, (size_t)about.st_size };
}

/* Some encounters from `at` on: read, evaluated, written. Gives where the next one begins. */
static const char *batch_run(struct edict_evaluator *e, const char *at, const char *end, struct times *t,
    struct counts *c)
{
    edict_error error;
    edict_answer answer;
    const double start = now();
    bind_start(e);
    for (int i = 0; i < TOGETHER && at < end; i++) {
        const char *line = memchr(at, '\n', (size_t)(end - at));
        if (!line) line = end;
        (void)bind_add(e, at, (size_t)(line - at), &error);
        c->encounters++;
        c->bytes_in += (size_t)(line - at) + 1;
        at = line + 1;
    }
    if (e->lanes) bind_end(e);
    const double bound = now();
    e->dispatches = 0;
    const int good = e->lanes && eval_run(e, e->program->code_size) == EDICT_OK;
    const double run = now();
    for (uint32_t lane = 0; good && lane < e->lanes; lane++) {
        if (lane_held(e, lane)) continue;
        e->lane = lane;
        result_write(e, &answer, 0);
        c->bytes_out += answer.size;
        c->shared++;
    }
    e->lane = 0;
    t->read += bound - start;
    t->evaluate += run - bound;
    t->write += now() - run;
    c->dispatches += e->dispatches;
    return at;
}

int main(int count, char **words)
{
    edict_program *program = NULL;
    edict_evaluator *e = NULL;
    edict_error error;
    double read[CLOCK_ROUNDS], evaluate[CLOCK_ROUNDS], write[CLOCK_ROUNDS];
    if (count != 4) {
        fprintf(stderr, "usage: stages IMAGE ENCOUNTERS ROUNDS\n");
        return 4;
    }
    const struct corpus corpus = corpus_open(words[2]);
    int rounds = atoi(words[3]);
    if (rounds < 1 || rounds > CLOCK_ROUNDS) rounds = 5;
    if (!corpus.at || edict_program_open(words[1], &program, &error) != EDICT_OK ||
        edict_evaluator_new(program, NULL, &e, &error) != EDICT_OK) {
        fprintf(stderr, "stages: cannot open %s or %s\n", words[1], words[2]);
        return 3;
    }
    struct counts counts = { 0, 0, 0, 0, 0 };
    for (int r = -1; r < rounds; r++) { /* the first to get warm */
        struct times t = { 0, 0, 0 };
        counts = (struct counts){ 0, 0, 0, 0, 0 };
        for (const char *at = corpus.at, *end = at + corpus.size; at < end;) at = batch_run(e, at, end, &t, &counts);
        if (r < 0) continue;
        read[r] = t.read / (double)counts.encounters;
        evaluate[r] = t.evaluate / (double)counts.encounters;
        write[r] = t.write / (double)counts.encounters;
    }
    const double a = clock_median(read, rounds), b = clock_median(evaluate, rounds), c = clock_median(write, rounds);
    printf("encounters %zu bytes_in %zu shared %zu bytes_out %zu", counts.encounters, counts.bytes_in, counts.shared,
        counts.bytes_out);
    printf(" dispatches %.1f read %.0f evaluate %.0f write %.0f all %.0f\n",
        (double)counts.dispatches / (double)counts.encounters, a, b, c, a + b + c);
    edict_evaluator_free(e);
    edict_program_free(program);
    return 0;
}
