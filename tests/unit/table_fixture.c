/* See table_fixture.h. */
#include "tests/unit/table_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char facts[] = "pack test.tables\n  title \"tables\"\n  version 1\n  effective 2000-01-01 until open\n\n"
                            "cite BOOK \"A book\", read 2026-01-01\n\n"
                            "facts encounter \"A day\" known by id\n"
                            "  | fact | type            | not documented |\n"
                            "  | id   | text            | refused        |\n"
                            "  | date | date of service | refused        |\n\n"
                            "facts line \"A line\" in lines known as line\n"
                            "  | fact      | type         | not documented |\n"
                            "  | line      | count        | position       |\n"
                            "  | code      | code         | refused        |\n"
                            "  | beside    | code         | refused        |\n"
                            "  | units     | count        | refused        |\n"
                            "  | tint      | one of red, blue | blue       |\n"
                            "  | modifiers | list of code | empty          |\n"
                            "  | date      | date         | date           |\n\n";

struct here h;

int here_start(void **state)
{
    (void)state;
    strcpy(h.directory, "/tmp/edict_tables_XXXXXX");
    buffer_init(&h.report, 0);
    h.made = NULL;
    h.p = NULL;
    return mkdtemp(h.directory) ? 0 : -1;
}

static void made_free(void)
{
    edict_program_free(h.p);
    edict_compilation_free(h.made);
    h.p = NULL;
    h.made = NULL;
    buffer_clear(&h.report);
}

int here_end(void **state)
{
    char command[128];
    (void)state;
    made_free();
    buffer_free(&h.report);
    snprintf(command, sizeof command, "rm -r '%s'", h.directory);
    return system(command);
}

const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", h.directory, name);
    return path;
}

void file_bytes(const char *name, const char *bytes, size_t size)
{
    FILE *f = fopen(path_of(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    fclose(f);
}
void file_text(const char *name, const char *text) { file_bytes(name, text, strlen(text)); }

static void report_put(void *context, const char *bytes, size_t size) { buffer_add(context, bytes, size); }

static void text_compile(const char *name, const char *first, const char *items)
{
    edict_error error;
    struct buffer pack;
    size_t size;
    made_free();
    buffer_init(&pack, 0);
    buffer_text(&pack, first);
    buffer_text(&pack, items);
    file_bytes(name, pack.at, pack.size);
    buffer_free(&pack);
    assert_int_equal(edict_compile(path_of(name), NULL, &h.made, &error), EDICT_OK);
    edict_compilation_report(h.made, 0, report_put, &h.report);
    const void *image = edict_compilation_image(h.made, &size);
    assert_int_equal(image == NULL, edict_compilation_errors(h.made) > 0);
    if (image && edict_program_load(image, size, &h.p, &error) != EDICT_OK) fail_msg("%s", error.message);
}

void table_compile(const char *items) { text_compile("pack.edict", facts, items); }

void child_compile(const char *items)
{
    text_compile("child.edict",
                 "pack test.child extends test.tables from \"pack.edict\"\n  title \"child\"\n  version 1\n"
                 "  effective 2000-01-01 until open\n\n",
                 items);
}

void compile_good(const char *items)
{
    table_compile(items);
    if (!h.p) fail_msg("%s", h.report.at);
}

/* One error, E405, whose text has these words. */
void compile_bad(const char *items, const char *words)
{
    table_compile(items);
    if (h.p || !h.report.at) fail_msg("no error: %s", words);
    if (!strstr(h.report.at, "E405") || !strstr(h.report.at, words)) fail_msg("%s\n%s", words, h.report.at);
    assert_int_equal(edict_compilation_errors(h.made), 1);
}

int64_t packed(const char *text)
{
    uint64_t v = 0;
    for (unsigned i = 0; text[i]; i++) v |= (uint64_t)(unsigned char)text[i] << (56 - 8 * i);
    return (int64_t)v;
}
int64_t days_of(const char *text)
{
    int32_t d;
    assert_true(date_parse(text, &d));
    return d;
}

uint32_t relation_called(const char *begin)
{
    for (uint32_t i = 0; i < h.p->relation_count; i++)
        if (!strncmp(program_string(h.p, h.p->relations[i].name), begin, strlen(begin))) return i;
    fail_msg("no relation %s", begin);
    return 0;
}

int word_is(int64_t word, const char *text) { return !strcmp(program_string(h.p, h.p->words[word]), text); }

/* Does the relation have the pair with the indicator on the date? */
int pairs_has(const char *a, const char *b, int64_t indicator, const char *date)
{
    int64_t keys[3] = {packed(a), packed(b), indicator};
    return relation_find(h.p, relation_called("pairs/3"), keys, days_of(date)) != NULL;
}

int64_t most_units(const char *what, const char *per, const char *date)
{
    const uint32_t r = relation_called("most/2");
    for (uint32_t i = 0; i < h.p->word_count; i++) {
        int64_t keys[2] = {packed(what), i};
        const int64_t *row = word_is(i, per) ? relation_find(h.p, r, keys, days_of(date)) : NULL;
        if (row) return row[2];
    }
    return -1;
}
