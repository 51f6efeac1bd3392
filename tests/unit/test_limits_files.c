/* Limits of SPEC.md, 26, that tables and their files meet: rows, columns and codes of a file, what a table is analysed
 * for, differences told one by one. Each at its last value, and one beyond. */
#include "tests/unit/table_fixture.h"

#include "compiler/files.h"
#include "lang/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct buffer text;

static int text_start(void **state)
{
    buffer_init(&text, 0);
    return here_start(state);
}

static int text_end(void **state)
{
    buffer_free(&text);
    return here_end(state);
}

static void text_compile(void)
{
    table_compile(text.at);
}

static void compiles(void)
{
    text_compile();
    if (!h.p) fail_msg("%.3000s", h.report.at);
}

/* The table is analysed: its mistake is found. */
static void found(const char *code, const char *words)
{
    text_compile();
    if (h.p || !strstr(h.report.at, code) || !strstr(h.report.at, words))
        fail_msg("%s, %s: %.3000s", code, words, h.report.at ? h.report.at : "compiles");
}

/* A file of 16,000,001 rows is 96 MB: the last rows are handed on as the readers do, with the others counted before. */
static void test_rows_of_a_file(void **state)
{
    (void)state;
    for (unsigned plain = 0; plain < 2; plain++) {
        struct arena arena;
        struct diags diags;
        struct model m = { .arena = &arena, .diags = &diags };
        struct item item = { .from = DATE_MIN_OPEN, .until = DATE_OPEN };
        struct part part = { .name = "large.csv", .from = DATE_MIN_OPEN, .until = DATE_OPEN };
        struct relation r = { .item = &item };
        struct reading x = { .m = &m, .r = &r, .part = &part, .rows = FILE_ROWS_MAX - 1 };
        static const char *const names[] = { "a", "b" };
        const enum value_type types[] = { TYPE_CODE, plain ? TYPE_COUNT : TYPE_CODE };
        const int64_t cells[] = { packed("A1"), packed("B1") };
        arena_init(&arena, 0);
        diags_init(&diags, &arena);
        assert_true(columns_set(&x, names, types, 2));
        if (!plain) {
            row_keep(&x, cells, DATE_MIN_OPEN, DATE_OPEN);
            assert_int_equal(x.bad, 0);
            assert_int_equal(r.pairs->rows, 1);
        } else {
            x.rows = FILE_ROWS_MAX;
        }
        row_keep(&x, cells, DATE_MIN_OPEN, DATE_OPEN);
        assert_int_equal(x.bad, 1);
        assert_int_equal(diags.errors, 1);
        assert_int_equal(diags.first->code, DIAG_TABLE_FILE);
        assert_non_null(strstr(diags.first->message, "large.csv"));
        assert_non_null(strstr(diags.first->message, "too many rows"));
        assert_string_equal(diags.first->hint, "a table has at most 16 million rows");
        assert_int_equal(r.row_count, 0);
        arena_free(&arena);
    }
}

static void wide_file(const char *name, unsigned columns, char separator)
{
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    for (unsigned c = 0; c < columns; c++) fprintf(file, "c%u%c", c, c + 1 < columns ? separator : '\n');
    for (unsigned c = 0; c < columns; c++) fprintf(file, "A%u%c", c, c + 1 < columns ? separator : '\n');
    fclose(file);
}

static void test_columns_of_a_file(void **state)
{
    (void)state;
    static const struct { const char *name, *items; char separator; } files[] = {
        { "wide.csv", "relation wide, cite BOOK\n  from file \"wide.csv\" as csv\n", ',' },
        { "wide.tsv", "relation wide, cite BOOK\n  from file \"wide.tsv\" as tsv\n", '\t' },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        wide_file(files[i].name, FILE_COLUMNS, files[i].separator);
        compile_good(files[i].items);
        wide_file(files[i].name, FILE_COLUMNS + 1, files[i].separator);
        compile_bad(files[i].items, "a table file has at most 32 columns");
        wide_file(files[i].name, 40 * FILE_COLUMNS, files[i].separator);
        compile_bad(files[i].items, "too many columns");
    }
}

/* Of a layout in which each line is a record. */
static void test_columns_of_lines(void **state)
{
    (void)state;
    char line[FILE_COLUMNS + 64] = "";
    struct buffer file;
    buffer_init(&file, 0);
    buffer_text(&file, HEADER ROW("1000A", "2000B", "", "20200101", "*", "1"));
    memset(line, '\t', FILE_COLUMNS);
    memcpy(line + FILE_COLUMNS, "end\r\n", 6);
    buffer_text(&file, line);
    file_text("p.txt", file.at);
    buffer_free(&file);
    compile_bad(PAIRS("\"p.txt\"", "cms ptp"), "too many columns");
}

/* Pairs of so many different codes in all. */
static void codes_file(unsigned codes)
{
    FILE *file = fopen(path_of("codes.csv"), "w");
    assert_non_null(file);
    fprintf(file, "column_1,column_2,indicator\n");
    for (unsigned i = 0; i < codes; i += 2) fprintf(file, "A%04X,A%04X,1\n", i, i + 1 < codes ? i + 1 : 0);
    fprintf(file, "A0000,A0001,0\n");
    fclose(file);
}

static void test_codes_of_a_table_of_pairs(void **state)
{
    (void)state;
    codes_file(NUMBERS_MAX);
    compile_good(PAIRS("\"codes.csv\"", "csv"));
    assert_true(pairs_has("A0000", "A0001", 1, "2026-01-01"));
    assert_true(pairs_has("AFFFE", "A0000", 1, "2026-01-01"));
    assert_false(pairs_has("AFFFF", "A0000", 1, "2026-01-01"));
    codes_file(NUMBERS_MAX + 1);
    compile_bad(PAIRS("\"codes.csv\"", "csv"), "a table of two codes has at most 65,535 of each");
}

/* What stands beside the codes counts as one: here, rows of one day each. */
static void days_file(unsigned days)
{
    FILE *file = fopen(path_of("days.csv"), "w");
    char from[11];
    assert_non_null(file);
    fprintf(file, "column_1,column_2,indicator,effective,until\n");
    for (unsigned i = 0; i < days; i++) {
        date_text((int32_t)(days_of("2000-01-01") + i), from);
        fprintf(file, "A0000,A0001,1,%s,%s\n", from, from);
    }
    fclose(file);
}

static void test_what_stands_beside_a_pair(void **state)
{
    (void)state;
    days_file(NUMBERS_MAX);
    compile_good(PAIRS("\"days.csv\"", "csv"));
    assert_true(pairs_has("A0000", "A0001", 1, "2000-01-01"));
    assert_true(pairs_has("A0000", "A0001", 1, "2179-06-05"));
    assert_false(pairs_has("A0000", "A0001", 1, "2179-06-07"));
    days_file(NUMBERS_MAX + 1);
    compile_bad(PAIRS("\"days.csv\"", "csv"), "combinations of what stands beside them");
}

/* ---- columns of a table whose last one is free text */

static void wide_facts(unsigned columns)
{
    buffer_clear(&text);
    buffer_text(&text, "facts job \"Job\" in jobs known by id\n  | fact | type | not documented |");
    for (unsigned i = 4; i < columns; i++) buffer_printf(&text, " c%u |", i);
    buffer_text(&text, " means |\n  | id | text | position \"j\" |");
    for (unsigned i = 4; i < columns; i++) buffer_text(&text, " |");
    buffer_text(&text, " free text: (as \"it\" comes, |\n");
}

static void test_columns_of_a_table(void **state)
{
    (void)state;
    wide_facts(COLUMNS_MAX);
    text_compile();
    if (strstr(h.report.at ? h.report.at : "", "E009") || strstr(h.report.at ? h.report.at : "", "E001"))
        fail_msg("%.3000s", h.report.at);
    for (unsigned more = 1; more < 400; more *= 20) {
        wide_facts(COLUMNS_MAX + more);
        found("E009", "a table has at most 128 columns");
        assert_int_equal(edict_compilation_errors(h.made), 1);
    }
}

/* ---- what a table is analysed for */

#define USE "rule r, cite BOOK\n  for each job where t is x\n  then note \"n\"\n"

/* Jobs with facts a, b, … of so many words each; the beginning of a table of them. */
static void words_begin(const unsigned *words, unsigned facts, const char *hit)
{
    buffer_clear(&text);
    buffer_text(&text, "facts job \"Job\" in jobs known by id\n  | fact | type | not documented |\n"
                       "  | id | text | position \"j\" |\n");
    for (unsigned f = 0; f < facts; f++) {
        buffer_printf(&text, "  | %c | one of %c0", 'a' + (int)f, 'a' + (int)f);
        for (unsigned i = 1; i < words[f]; i++) buffer_printf(&text, ", %c%u", 'a' + (int)f, i);
        buffer_printf(&text, " | %c0 |\n", 'a' + (int)f);
    }
    buffer_printf(&text, "table t of job, %s, cite BOOK\n  |", hit);
    for (unsigned f = 0; f < facts; f++) buffer_printf(&text, " %c |", 'a' + (int)f);
    buffer_text(&text, " t |\n");
}

static void test_combinations_of_a_table(void **state)
{
    (void)state;
    unsigned words[] = { 100, 100, 20 };
    assert_int_equal(words[0] * words[1] * words[2], COMBINATIONS_MAX);
    words_begin(words, 3, "first row that matches");
    buffer_text(&text, "  | any | any | not c19 | x |\n  | not a99 | any | any | x |\n"
                       "  | any | not b99 | any | x |\n" USE);
    found("E304", "| a99 | b99 | c19 |");    /* the last combination of all */
    words[2]++;
    words_begin(words, 3, "first row that matches");
    buffer_text(&text, "  | a0 | any | any | x |\n" USE);
    compiles();    /* nothing is said of a table that was not looked at */
}

static void test_words_of_a_column(void **state)
{
    (void)state;
    static const char *const hits[] = { "first row that matches", "exactly one row matches" };
    for (unsigned words = CLASSES_MAX; words <= CLASSES_MAX + 1; words++)
        for (unsigned one = 0; one < 2; one++) {
            words_begin(&words, 1, hits[one]);
            buffer_text(&text, one ? "  | any | x |\n  | a3 | x |\n" USE : "  | not a127 | x |\n" USE);
            if (words > CLASSES_MAX) compiles();
            else if (one) found("E303", "both match (a3)");
            else found("E304", "| a127 |");
        }
}

static void numbers_begin(void)
{
    buffer_clear(&text);
    buffer_text(&text, "facts job \"Job\" in jobs known by id\n  | fact | type | not documented |\n"
                       "  | id | text | position \"j\" |\n  | n | count | 1 |\n"
                       "table t of job, first row that matches, cite BOOK\n  | n | t |\n");
}

/* Each number has a row: so many cuts, and classes between them. 0 is left out. */
static void numbers_each(unsigned to)
{
    numbers_begin();
    for (unsigned n = 1; n < to; n++) buffer_printf(&text, "  | %u | x |\n", n);
    buffer_printf(&text, "  | from %u | x |\n" USE, to);
}

static void test_numbers_of_a_column(void **state)
{
    (void)state;
    numbers_each(CLASSES_MAX - 1);
    found("E304", "| 0 |");
    numbers_each(CLASSES_MAX);
    compiles();
    numbers_each(10 * CLASSES_MAX);
    compiles();
    /* no class may be told wider than it is because there was no room for a bound inside */
    for (unsigned bound = 0; bound < 2; bound++) {
        numbers_begin();
        for (unsigned n = 0; n < CLASSES_MAX - 2; n++) buffer_printf(&text, "  | %u | x |\n", n);
        buffer_printf(&text, "  | from 1000 | x |\n%s" USE, bound ? "  | 500 to 999 | x |\n" : "");
        if (bound) compiles();
        else found("E304", "| 126 to 999 |");
    }
}

/* Each combination may be asked of each row, and each row compared with each. */
static void test_rows_of_an_analysed_table(void **state)
{
    (void)state;
    const unsigned words = 2;
    for (unsigned rows = ANALYSED_ROWS_MAX; rows <= ANALYSED_ROWS_MAX + 1; rows++)
        for (unsigned one = 0; one < 2; one++) {
            words_begin(&words, 1, one ? "exactly one row matches" : "first row that matches");
            for (unsigned i = 1; i < rows; i++) buffer_text(&text, "  | a0 | x |\n");
            buffer_text(&text, one ? "  | any | x |\n" USE : "  | not a1 | x |\n" USE);
            if (rows > ANALYSED_ROWS_MAX) compiles();
            else if (one) found("E303", "both match (a0)");
            else found("E304", "| a1 |");
        }
}

/* ---- what is told of two versions */

static void version_file(const char *name, const char *items)
{
    buffer_clear(&text);
    buffer_text(&text, "pack a.b\n  title \"x\"\n  version 1\n  effective 2020-01-01 until open\n\n"
                       "cite BOOK \"b\", read 2026-01-01\n\nfacts encounter \"Day\" known by id\n"
                       "  | fact | type | not documented |\n  | id | text | refused |\n"
                       "  | date | date of service | refused |\n\nfacts line in lines known as line\n"
                       "  | fact | type | not documented |\n  | line | count | position |\n"
                       "  | code | code | refused |\n\n");
    buffer_text(&text, items);
    file_text(name, text.at);
}

/* Changes that are told, the words of the first in *words (until the difference is freed). */
static unsigned changes_of(edict_difference **d, const char **words)
{
    edict_error error;
    edict_change change;
    char old[256];
    unsigned n = 0;
    snprintf(old, sizeof old, "%s", path_of("old.edict"));
    if (edict_diff(old, path_of("new.edict"), NULL, d, &error) != EDICT_OK) fail_msg("%s", error.message);
    for (; edict_difference_change(*d, n, &change); n++)
        if (!n) *words = change.words;
    return n;
}

static void test_differences_told_one_by_one(void **state)
{
    (void)state;
    for (unsigned rows = APART_MAX; rows <= APART_MAX + 1; rows++) {
        edict_difference *d = NULL;
        const char *words = NULL;
        struct buffer items;
        buffer_init(&items, 0);
        for (unsigned now = 0; now < 2; now++) {
            buffer_clear(&items);
            buffer_text(&items, "relation size_of, cite BOOK\n  | code | size |\n");
            for (unsigned i = 0; i < rows; i++) buffer_printf(&items, "  | A%04u | %u |\n", i, i + now);
            buffer_text(&items, "rule r, cite BOOK\n  for each line where size_of lists code, 7\n  then note \"n\"\n");
            version_file(now ? "new.edict" : "old.edict", items.at);
        }
        const unsigned changes = changes_of(&d, &words);
        if (rows > APART_MAX) {
            assert_int_equal(changes, 1);
            assert_string_equal(words, "relation size_of: 41 sizes changed");
        } else {
            assert_int_equal(changes, rows);
            assert_string_equal(words, "relation size_of: code A0000: size 0 -> 1");
        }
        edict_difference_free(d);
        buffer_free(&items);
    }
}

/* 4,096 of them were compared, so that one more at the beginning was also one less at the end. */
static void test_tests_of_two_versions(void **state)
{
    (void)state;
    edict_difference *d = NULL;
    const char *words = NULL;
    struct buffer items;
    buffer_init(&items, 0);
    for (unsigned now = 0; now < 2; now++) {
        buffer_clear(&items);
        buffer_text(&items, "tests\n  | test | lines | expect |\n");
        for (unsigned i = 0; i < 5000; i++) buffer_printf(&items, "  | t%u | A%04u | nothing |\n", i, i);
        for (unsigned i = 0; i < 3 * now; i++) buffer_text(&items, "  | another | B0001 | nothing |\n");
        version_file(now ? "new.edict" : "old.edict", items.at);
    }
    assert_int_equal(changes_of(&d, &words), 1);
    assert_string_equal(words, "tests of the pack: 3 new, 0 gone");
    edict_difference_free(d);
    buffer_free(&items);
}

int main(void)
{
#define LIMIT(name) cmocka_unit_test_setup_teardown(test_##name, text_start, text_end)
    const struct CMUnitTest tests[] = {
        LIMIT(rows_of_a_file), LIMIT(columns_of_a_file), LIMIT(columns_of_lines), LIMIT(codes_of_a_table_of_pairs),
        LIMIT(what_stands_beside_a_pair), LIMIT(columns_of_a_table), LIMIT(combinations_of_a_table),
        LIMIT(words_of_a_column), LIMIT(numbers_of_a_column), LIMIT(rows_of_an_analysed_table),
        LIMIT(differences_told_one_by_one), LIMIT(tests_of_two_versions),
    };
    return cmocka_run_group_tests_name("limits of files", tests, NULL, NULL);
}
