/* See memory.c. */
#ifndef EDICT_TESTS_FUZZ_MEMORY_H
#define EDICT_TESTS_FUZZ_MEMORY_H

#include <stddef.h>

/* From now on whoever opens `path` for reading finds these bytes, which are copied. A path is a text that lives on. */
void memory_file(const char *path, const void *bytes, size_t size);

#endif
