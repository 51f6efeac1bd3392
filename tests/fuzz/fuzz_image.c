/* Fuzzing of images: refused with a reason, or checked, listed and run within bounds. */
#include "tests/fuzz/fuzz.h"

#include "edict.h"

#include <stdlib.h>
#include <string.h>

static void put_nothing(void *context, const char *bytes, size_t size)
{
    (void)bytes;
    *(size_t *)context += size;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char encounter[] = "{\"id\": \"a\", \"payer\": \"small\", \"date\": \"2026-03-02\", \"services\": ["
        "{\"drug\": \"X1001\", \"method\": \"push\"}, {}]}";
    edict_program *program = NULL;
    edict_evaluator *e = NULL;
    edict_error error;
    edict_answer answer;
    size_t put = 0;
    if (edict_program_load(bytes, size, &program, &error) != EDICT_OK) {
        if (!error.message[0]) abort();
        return 0;
    }
    edict_program_check(program, &error);
    edict_program_list(program, put_nothing, &put);
    edict_program_schema(program, put_nothing, &put);
    edict_program_cost(program, put_nothing, &put);
    if (edict_evaluator_new(program, NULL, &e, &error) == EDICT_OK) {
        edict_answers(e, encounter, sizeof encounter - 1);
        edict_evaluate(e, encounter, sizeof encounter - 1, 1, &answer, &error);
        edict_evaluator_free(e);
    }
    edict_program_free(program);
    return 0;
}
