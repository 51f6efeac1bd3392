/* Edict, the compile half: rule text to diagnostics and an image; format, explain, test. Needs the whole libedict; a
 * program that only runs images links libedict-run alone. Ownership as in edict.h. */
#ifndef EDICT_COMPILE_H
#define EDICT_COMPILE_H

#include "edict.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct edict_compilation edict_compilation;
typedef struct edict_compile_options {
    /* directories in which base packs `a.b` are looked for as a/b.edict, after the pack's own root */
    const char *const *search;
    size_t searches;
    int strict;                  /* warnings count as errors */
} edict_compile_options;

/* Compiles the pack file and its bases. EDICT_OK also when the rules have mistakes: ask edict_compilation_errors. The
 * compilation is made even then. EDICT_IO: the file itself could not be read. */
edict_status edict_compile(const char *path, const edict_compile_options *options, edict_compilation **out,
                           edict_error *error);
void edict_compilation_free(edict_compilation *compilation);

size_t edict_compilation_errors(const edict_compilation *compilation);
size_t edict_compilation_warnings(const edict_compilation *compilation);
/* All diagnostics as text (colour: ANSI) or as NDJSON. */
void edict_compilation_report(const edict_compilation *compilation, int colour, edict_put *put, void *context);
void edict_compilation_report_json(const edict_compilation *compilation, edict_put *put, void *context);
/* The image, or NULL when there are errors. Belongs to the compilation. */
const void *edict_compilation_image(const edict_compilation *compilation, size_t *size);

/* Runs the tests that stand in the pack file itself (those of its bases hold for the bases). For each: name,
 * "file:line", passed, and for a failed one what was wanted and what came. Returns the number of failed tests, or -1
 * when the pack has errors. only: substring of the name, or NULL. */
typedef struct edict_test {
    const char *name, *place;
    int passed;
    const char *wanted, *got;
} edict_test;
typedef void edict_test_put(void *context, const edict_test *test);
int edict_compilation_test(edict_compilation *compilation, const char *only, edict_test_put *put, void *context);

/* Formats rule text. With mistakes in it: EDICT_RULES, and the diagnostics are put instead. */
edict_status edict_format(const char *name, const char *bytes, size_t size, edict_put *put, void *context);

/* A diagnostic's explanation by its stable code ("E303"), or NULL; index form for lists (NULL past the end). */
typedef struct edict_explanation { const char *code, *title, *why, *bad, *good; int error; } edict_explanation;
const edict_explanation *edict_explain(const char *code);
const edict_explanation *edict_explanation_at(unsigned index);

#ifdef __cplusplus
}
#endif
#endif
