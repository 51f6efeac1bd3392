/* Fuzzing of table files: the first byte chooses a pack of ours and the file's name, the rest is what stands in the
 * file; of tables in several files, what stands between bytes 1e. A table that is taken answers, and comes out of the
 * image as it went in; of one that is not, a message says where. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory.h"

#include "edict_compile.h"

#include <stdlib.h>
#include <string.h>

static const char head[] = "pack fuzz.files\n  title \"x\"\n  version 1\n  effective 2000-01-01 until open\n\n"
    "cite BOOK \"b\", section \"1\", read 2026-01-01\n\nfacts encounter \"Day\" known by id\n"
    "  | fact | type | not documented |\n  | id | text | refused |\n  | date | date of service | refused |\n\n"
    "facts line \"Line\" in lines known as line\n  | fact | type | not documented |\n  | line | count | position |\n"
    "  | code | code | refused |\n  | beside | code | A1 |\n  | units | count | 1 |\n"
    "  | tint | one of red, blue | blue |\n  | modifiers | list of code | empty |\n  | date | date | date |\n\n"
    "codes lifts, cite BOOK\n  59, XS\n\n";

#define PAIRS "bundle t \"T\", cite BOOK\n  of line with same date\n  lifted by lifts\n"
#define UNITS "limit t \"T\", cite BOOK\n  of line\n  lifted by lifts\n"
#define LISTED "relation t \"T\", cite BOOK\n"
#define FROM "  from file "
#define LISTS "\nrule r, cite BOOK\n  for each line where t lists beside, code\n  then note \"listed\"\n"
#define GIVES "\ndefine d of line \"D\", cite BOOK\n  is amount from t for code\n\nrule r, cite BOOK\n" \
    "  for each line where d documented and d above 2\n  then note \"{d}\"\n"
enum { FILES = 4 };
static const struct layout {
    const char *items, *files[FILES], *given;
} layouts[] = {
    {LISTED FROM "\"t.csv\" as csv\n", {"t.csv"}, NULL},
    {LISTED FROM "\"t.tsv\" as tsv\n", {"t.tsv"}, NULL},
    {PAIRS FROM "\"t.txt\" as cms ptp\n", {"t.txt"}, NULL},
    {UNITS FROM "\"t_Eff_07-01-2026.csv\" as cms mue\n", {"t_Eff_07-01-2026.csv"}, NULL},
    {UNITS FROM "\"t_2026q3.csv\" as mue table\n", {"t_2026q3.csv"}, NULL},
    {LISTED FROM "\"AOC_V2026Q3-F-MCR.txt\" as cms aoc\n", {"AOC_V2026Q3-F-MCR.txt"}, NULL},
    /* two quarters, all parts of one, rows that are counted */
    {UNITS FROM "\"t_Eff_04-01-2026.csv\", \"t_Eff_07-01-2026.csv\" as cms mue\n",
     {"t_Eff_04-01-2026.csv", "t_Eff_07-01-2026.csv"}, NULL},
    {PAIRS FROM "\"t-v322r0-f1.txt\", \"t-v322r0-f2.txt\", \"t-v322r0-f3.txt\", \"t-v322r0-f4.txt\" as cms ptp\n",
     {"t-v322r0-f1.txt", "t-v322r0-f2.txt", "t-v322r0-f3.txt", "t-v322r0-f4.txt"}, NULL},
    {LISTED FROM "\"AOC_V2026Q2-MCR.txt\", \"AOC_V2026Q3-MCR.txt\" as cms aoc, 4 rows\n",
     {"AOC_V2026Q2-MCR.txt", "AOC_V2026Q3-MCR.txt"}, NULL},
    {"relation t \"T\", cite BOOK, effective 2026-04-01\n" FROM "\"t_2026q2.csv\", \"t_2026q3.csv\" as csv\n",
     {"t_2026q2.csv", "t_2026q3.csv"}, NULL},
    /* plain columns that the rules use */
    {PAIRS FROM "\"t.csv\" as csv\n", {"t.csv"}, NULL},
    {UNITS FROM "\"t.tsv\" as tsv\n", {"t.tsv"}, NULL},
    {LISTED FROM "\"t.csv\" as csv\n" LISTS, {"t.csv"}, NULL},
    {LISTED FROM "\"t.csv\" as csv\n" GIVES, {"t.csv"}, NULL},
    /* in place of the pack's own rows, the layout known by what the file holds */
    {PAIRS "  | column_1 | column_2 | indicator |\n  | A1 | A2 | 1 |\n", {"t.txt"}, "t=t.txt"},
    {UNITS "  | code | at most | per |\n  | A1 | 2 | date |\n", {"t_2026q3.csv"}, "t=t_2026q3.csv, 2 rows"},
    {LISTED "  | code | amount |\n  | A1 | 3 |\n" GIVES, {"t.csv"}, "fuzz.files:t=t.csv as csv"},
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

static const char encounter[] = "{\"id\": \"a\", \"date\": \"2026-07-02\", \"lines\": ["
    "{\"code\": \"A1\", \"beside\": \"A2\", \"units\": 3}, {\"code\": \"96360\", \"modifiers\": [\"59\"]},"
    "{\"code\": \"96365\", \"units\": 9}, {\"code\": \"96366\", \"beside\": \"96365\", \"date\": \"2026-04-01\"},"
    "{\"code\": \"A2\", \"tint\": \"red\", \"units\": 2000000}, {\"code\": \"0999T\"}]}";

static void put_nothing(void *context, const char *bytes, size_t size)
{
    (void)bytes;
    *(size_t *)context += size;
}

/* What stands in the files: each takes up to the next byte 1e, the last one all that is left. */
static void files_fill(const struct layout *x, const uint8_t *bytes, size_t size)
{
    for (int i = 0; i < FILES && x->files[i]; i++) {
        const int last = i + 1 == FILES || !x->files[i + 1];
        const uint8_t *end = last || !size ? NULL : memchr(bytes, 0x1e, size);
        const size_t here = end ? (size_t)(end - bytes) : size, used = here + (end != NULL);
        memory_file(x->files[i], bytes, here);
        bytes += used;
        size -= used;
    }
}

/* The image, compiled again from the tables that it carries, has the rules that it was made with. */
static void image_look(const edict_compile_options *options, const void *image, size_t size)
{
    edict_difference *difference = NULL;
    edict_error error = { 0 };
    memory_file("pack.edx", image, size);
    if (edict_diff("pack.edict", "pack.edx", options, &difference, &error) != EDICT_OK) abort();
    if (!edict_difference_same(difference)) abort();
    edict_difference_free(difference);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    edict_compilation *c = NULL;
    edict_program *program = NULL;
    edict_evaluator *e = NULL;
    edict_error error = { 0 };
    edict_answer answer;
    char text[2048] = "";
    size_t put = 0, image_size;
    if (!size || bytes[0] < 'a' || bytes[0] >= 'a' + LAYOUTS) return 0;
    const struct layout *x = &layouts[bytes[0] - 'a'];
    const edict_compile_options options = { .tables = &x->given, .table_count = x->given != NULL };
    strcat(strcpy(text, head), x->items);
    memory_file("pack.edict", text, strlen(text));
    files_fill(x, bytes + 1, size - 1);
    if (edict_compile("pack.edict", &options, &c, &error) != EDICT_OK) abort();
    edict_compilation_report(c, 1, put_nothing, &put);
    if (edict_compilation_errors(c) && !put) abort();
    const void *image = edict_compilation_image(c, &image_size);
    if (!image != (edict_compilation_errors(c) > 0)) abort();
    if (image) {
        if (edict_program_load(image, image_size, &program, &error) != EDICT_OK) abort();
        if (edict_program_check(program, &error) != EDICT_OK) abort();
        if (edict_evaluator_new(program, NULL, &e, &error) != EDICT_OK) abort();
        if (edict_evaluate(e, encounter, sizeof encounter - 1, 1, &answer, &error) != EDICT_OK) abort();
        if (!answer.size) abort();
        image_look(&options, image, image_size);
    }
    edict_evaluator_free(e);
    edict_program_free(program);
    edict_compilation_free(c);
    return 0;
}
