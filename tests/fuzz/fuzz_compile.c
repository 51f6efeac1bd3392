/* Fuzzing of rule text and table files: the first byte chooses. A pack is compiled, mistakes told, its image read;
 * or a pack of ours reads the bytes as a table, by each reader. */
#include "tests/fuzz/fuzz.h"

#include "edict_compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const readers[] = { "csv", "tsv", "cms ptp", "cms mue", "mue table", "cms aoc" };
static const char head[] = "pack fuzz.files\n  title \"x\"\n  version 1\n  effective 2020-01-01 until open\n\n"
    "cite BOOK \"b\", section \"1\", read 2026-01-01\n\nfacts encounter \"Day\" known by id\n"
    "  | fact | type | not documented |\n  | id | text | refused |\n  | date | date of service | refused |\n\n"
    "facts line \"Line\" in lines known as line\n  | fact | type | not documented |\n  | line | count | position |\n"
    "  | code | code | refused |\n  | units | count | 1 |\n  | modifiers | list of code | empty |\n"
    "  | date | date | date |\n\n";

static char directory[] = "/tmp/edict-fuzz-XXXXXX";

static void file_write(const char *name, const void *a, size_t an, const void *b, size_t bn)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(a, 1, an, f) != an || fwrite(b, 1, bn, f) != bn || fclose(f)) abort();
}

static void directory_remove(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    if (system(command)) return;
}

static void put_nothing(void *context, const char *bytes, size_t size)
{
    (void)bytes;
    *(size_t *)context += size;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static int begun;
    edict_compilation *c = NULL;
    edict_program *program = NULL;
    edict_error error = { 0 };
    char path[128];
    size_t put = 0, image_size;
    if (!begun) {
        if (!mkdtemp(directory)) abort();
        atexit(directory_remove);
        begun = 1;
    }
    const unsigned which = size ? bytes[0] : 0;
    if (which >= 'a' && which < 'a' + sizeof readers / sizeof *readers) {
        char items[512];
        const char *reader = readers[which - 'a'];
        const int limit = strstr(reader, "mue") != NULL;
        snprintf(items, sizeof items, "%s t \"T\", cite BOOK\n  of line\n  from file \"t_Eff_07-01-2026.csv\" as %s\n",
            limit ? "limit" : "bundle", reader);
        file_write("t_Eff_07-01-2026.csv", bytes + 1, size - 1, "", 0);
        file_write("pack.edict", head, sizeof head - 1, items, strlen(items));
    } else {
        file_write("pack.edict", bytes, size, "", 0);
    }
    snprintf(path, sizeof path, "%s/pack.edict", directory);
    if (edict_compile(path, NULL, &c, &error) != EDICT_OK) return 0;
    edict_compilation_report(c, 1, put_nothing, &put);
    if (edict_compilation_errors(c) && !put) abort();
    const void *image = edict_compilation_image(c, &image_size);
    if (image && edict_program_load(image, image_size, &program, &error) != EDICT_OK) abort();
    if (program && edict_program_check(program, &error) != EDICT_OK) abort();
    edict_program_free(program);
    edict_compilation_free(c);
    return 0;
}
