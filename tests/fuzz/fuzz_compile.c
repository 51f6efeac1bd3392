/* Fuzzing of rule text: compiled, or its mistakes told; what compiles is an image that is accepted, and whose rules are
 * those of the text. Table files: fuzz_table.c. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory.h"

#include "edict_compile.h"

#include <stdlib.h>

static void put_nothing(void *context, const char *bytes, size_t size)
{
    (void)bytes;
    *(size_t *)context += size;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    edict_compilation *c = NULL;
    edict_program *program = NULL;
    edict_error error = { 0 };
    size_t put = 0, image_size;
    memory_file("pack.edict", bytes, size);
    if (edict_compile("pack.edict", NULL, &c, &error) != EDICT_OK) return 0;
    edict_compilation_report(c, 1, put_nothing, &put);
    if (edict_compilation_errors(c) && !put) abort();
    const void *image = edict_compilation_image(c, &image_size);
    if (!image != (edict_compilation_errors(c) > 0)) abort();
    if (image && edict_program_load(image, image_size, &program, &error) != EDICT_OK) abort();
    if (program && edict_program_check(program, &error) != EDICT_OK) abort();
    edict_program_free(program);
    edict_compilation_free(c);
    return 0;
}
