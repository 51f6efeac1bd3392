/* What the fuzz targets share: a target takes bytes; whatever they are, nothing crashes, hangs or leaks. */
#ifndef EDICT_TESTS_FUZZ_H
#define EDICT_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
