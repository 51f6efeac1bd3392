/* Evaluation holds steady: once warm it asks for no memory, answers the same bytes again, and one program serves many
 * threads. Over the examples, with the hospital's and the office's pack; runs in the project's root. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "edict_compile.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENCOUNTERS = 200, THREADS = 4, ROUNDS = 10 };

struct corpus {
    char *line[ENCOUNTERS];
    size_t count;
};

static void corpus_read(struct corpus *corpus, const char *path)
{
    FILE *file = fopen(path, "r");
    size_t capacity = 0;
    assert_non_null(file);
    memset(corpus, 0, sizeof *corpus);
    while (corpus->count < ENCOUNTERS && getline(&corpus->line[corpus->count], &capacity, file) >= 0) {
        corpus->count++;
        capacity = 0;
    }
    fclose(file);
    assert_true(corpus->count >= 5);
}

static void corpus_free(struct corpus *corpus)
{
    for (size_t i = 0; i < ENCOUNTERS; i++) free(corpus->line[i]);
}

static edict_program *program_make(const char *path)
{
    edict_compilation *c = NULL;
    edict_program *program = NULL;
    edict_error error;
    size_t size;
    assert_int_equal(edict_compile(path, NULL, &c, &error), EDICT_OK);
    const void *image = edict_compilation_image(c, &size);
    assert_non_null(image);
    assert_int_equal(edict_program_load(image, size, &program, &error), EDICT_OK);
    edict_compilation_free(c);
    return program;
}

/* All answers in one text. */
static char *pass(edict_evaluator *evaluator, const struct corpus *corpus)
{
    char *all = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&all, &size);
    for (size_t i = 0; out && i < corpus->count; i++) {
        edict_answer answer;
        edict_error error;
        edict_evaluate(evaluator, corpus->line[i], strlen(corpus->line[i]), i + 1, &answer, &error);
        fwrite(answer.json, 1, answer.size, out);
        fputc('\n', out);
    }
    if (out) fclose(out);
    return all;
}

static void check_allocations(const char *pack, const char *path)
{
    struct corpus corpus;
    edict_evaluator *evaluator = NULL;
    edict_error error;
    edict_program *program = program_make(pack);
    corpus_read(&corpus, path);
    assert_int_equal(edict_evaluator_new(program, NULL, &evaluator, &error), EDICT_OK);
    char *first = pass(evaluator, &corpus);
    const uint64_t warm = edict_evaluator_allocations(evaluator);
    char *second = pass(evaluator, &corpus);
    assert_true(warm > 0);
    assert_int_equal(edict_evaluator_allocations(evaluator), warm);
    assert_string_equal(first, second);
    free(first);
    free(second);
    edict_evaluator_free(evaluator);
    edict_program_free(program);
    corpus_free(&corpus);
}

static void test_hospital_asks_for_no_memory(void **state)
{
    (void)state;
    check_allocations("rulesets/medicare/hospital.edict", "examples/hospital.ndjson");
}

static void test_office_asks_for_no_memory(void **state)
{
    (void)state;
    check_allocations("rulesets/medicare/office.edict", "examples/office.ndjson");
}

struct worker {
    const edict_program *program;
    const struct corpus *corpus;
    const char *wanted;
    unsigned same;
};

static void *work(void *context)
{
    struct worker *w = context;
    edict_evaluator *evaluator = NULL;
    edict_error error;
    if (edict_evaluator_new(w->program, NULL, &evaluator, &error) != EDICT_OK) return NULL;
    for (int i = 0; i < ROUNDS; i++) {
        char *all = pass(evaluator, w->corpus);
        w->same += all && !strcmp(all, w->wanted);
        free(all);
    }
    edict_evaluator_free(evaluator);
    return NULL;
}

static void test_one_program_many_threads(void **state)
{
    struct corpus corpus;
    struct worker workers[THREADS];
    pthread_t threads[THREADS];
    edict_evaluator *evaluator = NULL;
    edict_error error;
    edict_program *program = program_make("rulesets/medicare/hospital.edict");
    (void)state;
    corpus_read(&corpus, "examples/hospital.ndjson");
    assert_int_equal(edict_evaluator_new(program, NULL, &evaluator, &error), EDICT_OK);
    char *wanted = pass(evaluator, &corpus);
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){program, &corpus, wanted, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(workers[i].same, ROUNDS);
    }
    free(wanted);
    edict_evaluator_free(evaluator);
    edict_program_free(program);
    corpus_free(&corpus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hospital_asks_for_no_memory),
        cmocka_unit_test(test_office_asks_for_no_memory),
        cmocka_unit_test(test_one_program_many_threads),
    };
    return cmocka_run_group_tests_name("steady", tests, NULL, NULL);
}
