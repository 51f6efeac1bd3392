/* Fuzzing of encounters: answered, or refused with a code and a message; the evaluator goes on. */
#include "tests/fuzz/fuzz.h"

#include "edict_compile.h"

#include <stdlib.h>
#include <string.h>

static edict_program *program;
static edict_evaluator *plain, *shown;

static void start(void)
{
    static const edict_evaluator_options show = { .show_values = 1, .strict = 1 };
    edict_compilation *c = NULL;
    edict_error error;
    size_t size = 0;
    if (edict_compile("rulesets/medicare/hospital.edict", NULL, &c, &error) != EDICT_OK) abort();
    const void *image = edict_compilation_image(c, &size);
    if (!image || edict_program_load(image, size, &program, &error) != EDICT_OK) abort();
    if (edict_evaluator_new(program, NULL, &plain, &error) != EDICT_OK) abort();
    if (edict_evaluator_new(program, &show, &shown, &error) != EDICT_OK) abort();
    edict_compilation_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    edict_answer answer;
    edict_error error;
    if (!program) start();
    for (int i = 0; i < 2; i++) {
        edict_evaluator *e = i ? shown : plain;
        const edict_status status = edict_evaluate(e, (const char *)bytes, size, 1, &answer, &error);
        if (status == EDICT_OK ? !answer.size : !error.code[0] || !error.message[0]) abort();
        if (status != EDICT_OK && memchr(answer.json, 0, answer.size)) abort();
    }
    return 0;
}
