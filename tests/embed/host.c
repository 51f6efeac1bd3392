/* A C host of the run half: loads one image, answers a corpus from several threads, and finds every answer to be the
 * one that a single thread gave, with no allocation once warm. Usage: host IMAGE CORPUS.ndjson */
#include <edict.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names that the library uses inside: they are the host's own. */
int arena_init(void);
int arena_init(void) { return 1; }
const char *text_equal = "a host's";

enum { THREADS = 8, ROUNDS = 20, LINES = 4096 };
struct corpus { char *text; const char *line[LINES]; size_t size[LINES], count; char *answer[LINES]; };
struct worker { const edict_program *program; const struct corpus *corpus; int failures; };

static int corpus_read(struct corpus *c, const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size = 0, got;
    if (!file)
        return 0;
    c->text = malloc(1 << 24);
    while (c->text && (got = fread(c->text + size, 1, ((size_t)1 << 24) - 1 - size, file)) > 0)
        size += got;
    fclose(file);
    if (!c->text)
        return 0;
    c->text[size] = 0;
    for (char *at = c->text; *at && c->count < LINES; ) {
        char *end = strchr(at, '\n');
        size_t length = end ? (size_t)(end - at) : strlen(at);
        if (length) {
            c->line[c->count] = at;
            c->size[c->count++] = length;
        }
        at += length + (end != NULL);
    }
    return c->count > 0;
}

static void *work(void *context)
{
    struct worker *w = context;
    edict_evaluator *evaluator = NULL;
    edict_answer answer;
    edict_error error;
    uint64_t warm = 0;
    if (edict_evaluator_new(w->program, NULL, &evaluator, &error) != EDICT_OK) {
        w->failures = 1;
        return NULL;
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < w->corpus->count; i++) {
            edict_evaluate(evaluator, w->corpus->line[i], w->corpus->size[i], i + 1, &answer, &error);
            const char *wanted = w->corpus->answer[i];
            if (strlen(wanted) != answer.size || memcmp(wanted, answer.json, answer.size) != 0)
                w->failures++;
        }
        if (round == 0)
            warm = edict_evaluator_allocations(evaluator);
    }
    if (edict_evaluator_allocations(evaluator) != warm) {
        fprintf(stderr, "host: allocations grew from %llu to %llu\n", (unsigned long long)warm,
                (unsigned long long)edict_evaluator_allocations(evaluator));
        w->failures++;
    }
    edict_evaluator_free(evaluator);
    return NULL;
}

int main(int argc, char **argv)
{
    static struct corpus corpus;
    edict_program *program = NULL;
    edict_evaluator *evaluator = NULL;
    edict_answer answer;
    edict_error error;
    struct worker workers[THREADS];
    pthread_t threads[THREADS];
    int failures = 0;
    if (argc != 3 || !corpus_read(&corpus, argv[2])) {
        fprintf(stderr, "usage: host IMAGE CORPUS.ndjson\n");
        return 2;
    }
    if (edict_program_open(argv[1], &program, &error) != EDICT_OK ||
        edict_evaluator_new(program, NULL, &evaluator, &error) != EDICT_OK) {
        fprintf(stderr, "host: %s\n", error.message);
        return 1;
    }
    for (size_t i = 0; i < corpus.count; i++) {
        edict_evaluate(evaluator, corpus.line[i], corpus.size[i], i + 1, &answer, &error);
        corpus.answer[i] = malloc(answer.size + 1);
        if (!corpus.answer[i])
            return 1;
        memcpy(corpus.answer[i], answer.json, answer.size);
        corpus.answer[i][answer.size] = 0;
    }
    edict_evaluator_free(evaluator);
    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){program, &corpus, 0};
        if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0)
            return 1;
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        failures += workers[i].failures;
    }
    printf("%s@%s: %zu encounters, %d threads, %d rounds, %d differences\n", edict_program_pack(program),
           edict_program_version(program), corpus.count, THREADS, ROUNDS, failures);
    edict_program_free(program);
    for (size_t i = 0; i < corpus.count; i++)
        free(corpus.answer[i]);
    free(corpus.text);
    return failures != 0;
}
