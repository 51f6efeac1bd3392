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
    /* Files that a bundle, limit or relation takes its rows from instead of the pack's own:
     * "[PACK:]NAME=FILE[,FILE]... [as READER][, N rows]", as the command's --table. With PACK only for the pack of that
     * name. Without `as` the layout is recognised. Paths are the process's, not relative to the pack. */
    const char *const *tables;
    size_t table_count;
} edict_compile_options;

/* Compiles the pack file and its bases. EDICT_OK also when the rules have mistakes: ask edict_compilation_errors. The
 * compilation is made even then. EDICT_IO: the file itself could not be read. */
edict_status edict_compile(const char *path, const edict_compile_options *options, edict_compilation **out,
                           edict_error *error);
void edict_compilation_free(edict_compilation *compilation);

/* Was the table of the options, by its index, for this pack: without PACK, or with its name? */
int edict_compilation_took(const edict_compilation *compilation, size_t table);
size_t edict_compilation_errors(const edict_compilation *compilation);
size_t edict_compilation_warnings(const edict_compilation *compilation);
/* The file of the pack that this one extends, as it was opened, or NULL: it extends none. Of the compilation. */
const char *edict_compilation_base(const edict_compilation *compilation);
/* All diagnostics as text (colour: ANSI) or as NDJSON. */
void edict_compilation_report(const edict_compilation *compilation, int colour, edict_put *put, void *context);
void edict_compilation_report_json(const edict_compilation *compilation, edict_put *put, void *context);
/* The image, or NULL when there are errors. Belongs to the compilation. */
const void *edict_compilation_image(const edict_compilation *compilation, size_t *size);

/* Runs the tests that stand in the pack file itself (those of its bases hold for the bases). For each: name,
 * "file:line", passed, and for a failed one what was wanted and what came. Returns the number of failed tests, or -1
 * when the pack has errors or there is no memory. only: substring of the name, or NULL. */
typedef struct edict_test {
    const char *name, *place;
    int passed;
    const char *wanted, *got;
} edict_test;
typedef void edict_test_put(void *context, const edict_test *test);
int edict_compilation_test(edict_compilation *compilation, const char *only, edict_test_put *put, void *context);

/* What the composed pack consists of, each with what it means: two packs in which an item has the same `meaning` say
 * the same there. Names are those of `because` and `rule` in answers; what answers never name has its kind before its
 * name ("policy NAME", "codes NAME", "facts NAME", "file NAME"). `meaning` covers the rows too; `rows` tell each one by
 * the number that `because` shows. Hashes of 64 bits, as stable as `rules`. */
typedef struct edict_item_row { unsigned number; uint64_t meaning; } edict_item_row;
typedef struct edict_item {
    const char *name;
    uint64_t meaning, heading;      /* with its rows; without them */
    const edict_item_row *rows;     /* in their order; none of policies and facts */
    size_t row_count;
    const unsigned *reads;          /* indices of the items that it names */
    size_t read_count;
} edict_item;
/* All items; they belong to the compilation. Not thread-safe. EDICT_RULES: the pack has mistakes. */
edict_status edict_compilation_items(edict_compilation *compilation, const edict_item **items, size_t *count);

/* Formats rule text. With mistakes in it: EDICT_RULES, and the diagnostics are put instead. */
edict_status edict_format(const char *name, const char *bytes, size_t size, edict_put *put, void *context);

/* A diagnostic's explanation by its stable code ("E303"), or NULL; index form for lists (NULL past the end). */
typedef struct edict_explanation { const char *code, *title, *why, *bad, *good; int error; } edict_explanation;
const edict_explanation *edict_explain(const char *code);
const edict_explanation *edict_explanation_at(unsigned index);

/* ---- Two versions of the rules: what changes, in the words of the field, and what each change does by itself.
 *
 * Compared is what the packs mean once composed with their bases. Formatting, comments, names of files, the order of
 * items, and the order of rows where it decides nothing make no difference. OLD and NEW are sources (.edict) or images;
 * an image carries its sources and tables, so it is compared without any file beside it. The two may be versions of one
 * pack or different packs. */
typedef struct edict_difference edict_difference;
/* EDICT_OK also when nothing differs. EDICT_IO, EDICT_IMAGE: a file cannot be read; EDICT_RULES: a source has mistakes
 * (the message says which and how many; `edict_compile` tells them). */
edict_status edict_diff(const char *old_path, const char *new_path, const edict_compile_options *options,
                        edict_difference **out, edict_error *error);
void edict_difference_free(edict_difference *difference);

/* One change; the texts belong to the difference. They stand in an order of their own that depends on the two versions
 * only: by kind of item, name and place. */
typedef struct edict_change {
    const char *item;      /* what is changed, the same in any two versions: "policy NAME", "codes LIST CODE" … */
    const char *kind;      /* "policy", "codes", "row", "threshold", "hierarchy", "order", "rule", "define", "choose",
                              "group", "bill", "table", "relation", "bundle", "limit", "facts", "dates", "answers",
                              "table file", "cite", "item" (added or removed as a whole), "rename", "label",
                              "header", "tests" */
    const char *words;     /* one sentence without a full stop */
    const char *effective; /* first day of service on which it makes a difference ("2026-07-01"), or NULL: always */
    const char *until;     /* last one, or NULL: without end */
    const char *cite;      /* keys of the sources that the new version cites for it, ", " between; or "" */
    int answers;           /* 0: no answer can differ by it (title, label, tests, what a citation says …) */
    unsigned long long count; /* of how many alike: "697 codes added" is one change of 697; else 1 */
} edict_change;
/* 0 past the end. Changes that can alter an answer come first. */
int edict_difference_change(const edict_difference *difference, unsigned index, edict_change *out);

/* The rows of a counted change ("697 codes added"), each a line that says what happens to it: "A1 added (at most 3)".
 * Nothing for other changes. */
void edict_difference_rows(edict_difference *difference, unsigned change, edict_put *put, void *context);

/* OLD with these changes alone, compiled; rows keep the numbers of their own version. None of them: OLD; all that can
 * alter an answer: NEW. The image belongs to the difference until the next call of this function or of
 * edict_difference_needed; its sources are those of both. EDICT_RULES: these do not make a pack by themselves
 * (`error->message` says why): ask edict_difference_needed. EDICT_USAGE: no such change. Not thread-safe. */
edict_status edict_difference_image(edict_difference *difference, const unsigned *changes, size_t count,
                                    const void **image, size_t *size, edict_error *error);
/* The least that has to be applied together with these changes, themselves included, in rising order: a list and the
 * row that uses it. Belongs to the difference until the next call. Gives how many; 0: no memory. */
size_t edict_difference_needed(edict_difference *difference, const unsigned *changes, size_t count,
                               const unsigned **needed);
/* The images themselves: of a source, what edict_compile gives; of an image, its own bytes. Theirs until freed. */
const void *edict_difference_old(const edict_difference *difference, size_t *size);
const void *edict_difference_new(const edict_difference *difference, size_t *size);
/* Are the rules the same by their identity? Then no change alters an answer. */
int edict_difference_same(const edict_difference *difference);

#ifdef __cplusplus
}
#endif
#endif
