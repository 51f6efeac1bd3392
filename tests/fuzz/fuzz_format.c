/* Fuzzing of rule text: formatted, or its mistakes are told; what was formatted is formatted, and stays the same. */
#include "tests/fuzz/fuzz.h"

#include "edict_compile.h"

#include <stdlib.h>
#include <string.h>

struct text { char *at; size_t size, room; };

static void text_put(void *context, const char *bytes, size_t size)
{
    struct text *t = context;
    if (t->size + size > t->room) {
        t->room = (t->size + size) * 2 + 64;
        t->at = realloc(t->at, t->room);
        if (!t->at) abort();
    }
    memcpy(t->at + t->size, bytes, size);
    t->size += size;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct text once = {0}, twice = {0};
    if (edict_format("fuzz.edict", (const char *)bytes, size, text_put, &once) == EDICT_OK && once.size) {
        if (edict_format("fuzz.edict", once.at, once.size, text_put, &twice) != EDICT_OK) abort();
        if (once.size != twice.size || memcmp(once.at, twice.at, once.size) != 0) abort();
    }
    free(once.at);
    free(twice.at);
    return 0;
}
