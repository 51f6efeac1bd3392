/* What the tests of tables from files share: a directory of its own for each test, packs compiled from it, look-ups. */
#ifndef EDICT_TESTS_TABLE_FIXTURE_H
#define EDICT_TESTS_TABLE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buffer.h"
#include "base/date.h"
#include "edict_compile.h"
#include "vm/eval.h"
#include "vm/program.h"

struct here {
    char directory[64];
    struct buffer report;
    edict_compilation *made;
    edict_program *p;
};
extern struct here h;

int here_start(void **state);
int here_end(void **state);
const char *path_of(const char *name);
void file_bytes(const char *name, const char *bytes, size_t size);
void file_text(const char *name, const char *text);
/* Compiles the facts and these items; the image is loaded when there are no errors. */
void table_compile(const char *items);
/* A pack on top of the one compiled last. */
void child_compile(const char *items);
void compile_good(const char *items);
/* One error, E405, whose text has these words. */
void compile_bad(const char *items, const char *words);
int64_t packed(const char *text);
int64_t days_of(const char *text);
uint32_t relation_called(const char *begin);
int word_is(int64_t word, const char *text);
/* Does the relation `pairs` have the pair with the indicator on the date? */
int pairs_has(const char *a, const char *b, int64_t indicator, const char *date);
/* What the limit `most` allows of the code on the date; -1: no row. */
int64_t most_units(const char *what, const char *per, const char *date);

#define PAIRS(files, reader)                                                                                           \
    "relation pairs \"Pairs\", cite BOOK\n  from file " files " as " reader "\n"                                       \
    "rule both \"Both\", cite BOOK\n  for each line where pairs lists code, beside, 1\n  then note \"a pair\"\n"
#define HEADER                                                                                                         \
    "CPT only copyright 2025 American Medical Association.  All rights reserved.\t\t\t\t\t\t\r\n"                      \
    "Column1/Column2 Edits\t\t\t\t\t\t\r\n"                                                                            \
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\t\r\n"                      \
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n"                                                               \
    "\t\t\t\t*=no data\t1=allowed\t\r\n"                                                                               \
    "\t\t\t\t\t9=not applicable\t\r\n"
#define ROW(a, b, old, from, until, indicator)                                                                         \
    a "\t" b "\t" old "\t" from "\t" until "\t" indicator "\tSaid somewhere \"so\"\r\n"
#define LIMITS(files, reader, effective)                                                                               \
    "limit most \"Most\", cite BOOK" effective "\n  of line\n  from file " files " as " reader "\n"
#define NOTICE "\"Notice, copyright 2025 by those who own it.\n\nMore of it, \"\"quoted\"\"\",,,\n"
#define COLUMNS "\"HCPCS/\nCPT Code\",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n"
#define UNITS                                                                                                          \
    "1000A,1,2 Date of Service Edit: Policy,Said\n2000B,40,1 Line Edit,\"Said, so\"\n3000C,0,3 Date of Service,S\n"

#endif
