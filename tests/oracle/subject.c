/* One pack, asked twice: by the VM and by the reference evaluator. */
#include "tests/oracle/differ.h"

#include "compiler/compile.h"
#include "tests/oracle/bend.h"
#include "tests/oracle/vm_side.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(void *context, const char *bytes, size_t size) { fwrite(bytes, 1, size, context); }

static int oracle_open(struct subject *s)
{
    cells_open_all(&s->compilation->model);
    s->oracle = oracle_new(&s->compilation->model);
    s->oracle->rules = edict_program_rules(s->program);
    s->oracle->image = edict_program_image(s->program);
    return 1;
}

int subject_open(struct subject *s, const char *path, const char *const *search, int loud)
{
    edict_error error;
    edict_compile_options options = {.search = search, .searches = search ? 1 : 0};
    size_t size;
    *s = (struct subject){0};
    buffer_init(&s->answer, 0);
    if (edict_compile(path, &options, &s->compilation, &error) != EDICT_OK) {
        if (loud) fprintf(stderr, "%s: %s\n", path, error.message);
        return 0;
    }
    const void *image = edict_compilation_image(s->compilation, &size);
    if (image && edict_program_load(image, size, &s->program, &error) == EDICT_OK &&
        edict_evaluator_new(s->program, NULL, &s->evaluator, &error) == EDICT_OK)
        return oracle_open(s);
    if (loud && image) fprintf(stderr, "%s: %s\n", path, error.message);
    if (loud && !image) edict_compilation_report(s->compilation, 0, put, stderr);
    subject_close(s);
    return image ? -1 : 0;
}

int subject_open_bent(struct subject *s, const char *path, unsigned bend)
{
    edict_error error;
    size_t size;
    int good = 0;
    *s = (struct subject){0};
    buffer_init(&s->answer, 0);
    if (edict_compile(path, NULL, &s->compilation, &error) != EDICT_OK) return 0;
    const void *image = edict_compilation_image(s->compilation, &size);
    void *bent = image ? malloc(size) : NULL;
    if (bent) {
        memcpy(bent, image, size);
        good = bend_image(bent, size, bend) && edict_program_load(bent, size, &s->program, &error) == EDICT_OK &&
               edict_evaluator_new(s->program, NULL, &s->evaluator, &error) == EDICT_OK;
        free(bent);
    }
    if (good) return oracle_open(s);
    subject_close(s);
    return 0;
}

void subject_close(struct subject *s)
{
    oracle_free(s->oracle);
    edict_evaluator_free(s->evaluator);
    edict_program_free(s->program);
    edict_compilation_free(s->compilation);
    buffer_free(&s->answer);
    *s = (struct subject){0};
}

int subject_set(struct subject *s, const char *policy, const char *value)
{
    edict_error error;
    int vm = edict_evaluator_set(s->evaluator, policy, value, &error) == EDICT_OK;
    int oracle = oracle_set(s->oracle, policy, value);
    return vm && oracle;
}

void subject_unset(struct subject *s)
{
    const char *name, *values;
    for (unsigned i = 0; (name = edict_program_policy(s->program, i, &values)); i++)
        edict_evaluator_set(s->evaluator, name, NULL, NULL);
    oracle_unset(s->oracle);
}

static void report_add(struct buffer *report, const char *who, const char *at, size_t size)
{
    if (!report) return;
    buffer_text(report, who);
    buffer_add(report, at ? at : "", size);
    buffer_byte(report, '\n');
}

int subject_ask(struct subject *s, const char *json, size_t size, struct buffer *report)
{
    edict_answer vm;
    edict_error error = {0};
    edict_evaluate(s->evaluator, json, size, 1, &vm, &error);
    if (error.status == EDICT_LIMIT) return 2; /* the reference evaluator has no limits */
    uint32_t worlds = s->together ? VM_WORLDS_MOST : vm_worlds(s->evaluator);
    int good = oracle_answer(s->oracle, json, size, worlds, &s->answer), same;
    if (good) {
        same = vm.size == s->answer.size && !memcmp(vm.json, s->answer.at, vm.size);
        if (!same) { /* what ruled out records do not decide is left open */
            s->oracle->lenient = 1;
            oracle_answer(s->oracle, json, size, worlds, &s->answer);
            same = vm.size == s->answer.size && !memcmp(vm.json, s->answer.at, vm.size);
            s->oracle->lenient = 0;
        }
    } else {
        const struct refusal *x = &s->oracle->encounter->refusal;
        same = error.status == EDICT_INPUT && !strcmp(x->code, error.code) && !strcmp(x->pointer, error.pointer);
        buffer_printf(&s->answer, "refused: %s at %s", x->code, x->pointer);
    }
    if (same) return 1;
    report_add(report, "encounter ", json, size);
    report_add(report, "vm        ", vm.json, vm.size);
    report_add(report, "reference ", s->answer.at, s->answer.size);
    return 0;
}

/* ---- chance: the same from the same seed or bytes, anywhere */

/* One of a fuzzer's bytes is one choice, so that a changed byte changes one. */
static uint64_t bytes_next(struct random *r, size_t most)
{
    uint64_t x = 0;
    for (size_t i = 0; i < most && r->at < r->end; i++) x = x << 8 | *r->at++;
    return x;
}

uint64_t random_next(struct random *r)
{
    if (r->at < r->end) return bytes_next(r, 8);
    uint64_t x = r->state += 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

uint32_t random_below(struct random *r, uint32_t n)
{
    if (!n) return 0;
    if (r->at < r->end) return (uint32_t)(bytes_next(r, n <= 256 ? 1 : n <= 65536 ? 2 : 4) % n);
    return (uint32_t)((random_next(r) >> 32) * n >> 32);
}

int random_one_in(struct random *r, uint32_t n) { return random_below(r, n) == 0; }
