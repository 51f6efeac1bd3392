/* Answers a corpus several times in one process through the public interface, as a host would:
 * rounds IMAGE FILE ROUNDS. On standard output what opening the image took (microseconds) and the last round's counts:
 * that of allocations is what a warm host still pays. And the refused and held, which hostile corpora are about. */
#include "edict.h"

#include "bench/clock.h"

#include <stdio.h>
#include <string.h>

enum { TOGETHER = 64, OPENINGS = 9 };

static char *text;
static edict_encounter *line;
static size_t lines;

static void fail(const char *what)
{
    fprintf(stderr, "rounds: %s\n", what);
    exit(1);
}

static void corpus_read(const char *path)
{
    FILE *in = fopen(path, "rb");
    size_t size = 0, room = 1 << 20;
    text = malloc(room);
    while (in && text) {
        const size_t n = fread(text + size, 1, room - size, in);
        size += n;
        if (n == 0) break;
        if (size == room) text = realloc(text, room *= 2);
    }
    if (!in || !text || ferror(in)) fail("cannot read the corpus");
    fclose(in);
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    line = malloc((lines + 1) * sizeof *line);
    if (!line) fail("no memory");
    char *p = text;
    for (size_t i = 0; i < lines; i++) {
        char *end = memchr(p, '\n', (size_t)(text + size - p));
        line[i] = (edict_encounter){ p, (size_t)(end - p) };
        p = end + 1;
    }
}

struct counts { unsigned long refused, held, bytes, dispatches, allocations; };

static struct counts round_run(edict_evaluator *e)
{
    struct counts c = { 0, 0, 0, 0, edict_evaluator_allocations(e) };
    size_t taken = 0;
    for (size_t i = 0; i < lines; i++) {
        edict_answer answer;
        const size_t left = lines - i;
        if (taken == 0) taken = edict_evaluate_ahead(e, line + i, left < TOGETHER ? left : TOGETHER);
        if (taken) taken--;
        c.refused += edict_evaluate(e, line[i].json, line[i].size, i + 1, &answer, NULL) != EDICT_OK;
        c.held += answer.held != 0;
        c.bytes += answer.size;
        c.dispatches += edict_evaluator_dispatches(e);
    }
    c.allocations = edict_evaluator_allocations(e) - c.allocations;
    return c;
}

int main(int count, char **words)
{
    edict_program *program;
    edict_evaluator *e;
    edict_error error;
    struct counts c = { 0, 0, 0, 0, 0 };
    double took = 0;
    if (count != 4) fail("usage: rounds IMAGE FILE ROUNDS");
    double opening[OPENINGS];
    for (int i = 0; i < OPENINGS; i++) {
        opening[i] = clock_now();
        if (edict_program_open(words[1], &program, &error) != EDICT_OK) fail(error.message);
        opening[i] = clock_now() - opening[i];
        if (i + 1 < OPENINGS) edict_program_free(program);
    }
    if (edict_evaluator_new(program, NULL, &e, &error) != EDICT_OK) fail(error.message);
    corpus_read(words[2]);
    for (int i = atoi(words[3]); i > 0; i--) {
        took = clock_now();
        c = round_run(e);
        took = clock_now() - took;
    }
    printf("encounters %zu\nrefused %lu\nheld %lu\nbytes %lu\n", lines, c.refused, c.held, c.bytes);
    printf("open_us %.0f\n", clock_median(opening, OPENINGS) * 1e6);
    printf("dispatches %lu\nallocations %lu\nseconds %.6f\n", c.dispatches, c.allocations, took);
    edict_evaluator_free(e);
    edict_program_free(program);
    free(line);
    free(text);
    return 0;
}
