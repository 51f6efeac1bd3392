/* Tables from files: every reader with a small file as it is published, and large tables of pairs against the same rows
 * cell by cell. Every way in which a file can be wrong: test_files.c. */
#include "tests/unit/table_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_ptp(void **state)
{
    (void)state;
    file_text("p.txt",
              HEADER ROW("1000A", "2000B", "", "20200101", "20211231", "1")
                  ROW("1000A", "2000B", "", "20220101", "*", "0") ROW("3000C", "1000A", "*", "19960101", "*", "1")
                      ROW("3000C", "4000D", "", "20200101", "20200101", "9")
                          ROW("5000E", "4000D", "", "", "20200131", "1"));
    compile_good(PAIRS("\"p.txt\"", "cms ptp"));
    assert_int_equal(h.p->relations[relation_called("pairs/3")].rows, 4);
    assert_true(pairs_has("1000A", "2000B", 1, "2021-12-31"));
    assert_false(pairs_has("1000A", "2000B", 1, "2022-01-01"));
    assert_false(pairs_has("1000A", "2000B", 1, "2019-12-31"));
    assert_true(pairs_has("1000A", "2000B", 0, "2022-01-01"));
    assert_false(pairs_has("2000B", "1000A", 0, "2022-01-01"));
    assert_true(pairs_has("3000C", "1000A", 1, "1990-01-01"));
    assert_false(pairs_has("3000C", "4000D", 9, "2020-01-01"));
    assert_true(pairs_has("5000E", "4000D", 1, "1990-01-01"));
    assert_true(pairs_has("5000E", "4000D", 1, "2020-01-31"));
    assert_false(pairs_has("5000E", "4000D", 1, "2020-02-01"));
}

static void test_ptp_parts(void **state)
{
    (void)state;
    file_text("x-v322r0-f1.txt", HEADER ROW("1000A", "2000B", "", "20200101", "*", "1"));
    file_text("x-v322r0-f2.txt", HEADER ROW("2000B", "3000C", "", "20200101", "*", "1"));
    file_text("x-v322r0-f3.txt", HEADER ROW("3000C", "4000D", "", "20200101", "*", "1"));
    file_text("x-v322r0-f4.txt", HEADER ROW("4000D", "5000E", "", "20200101", "*", "1"));
    file_text("x-v321r0.txt",
              HEADER ROW("1000A", "2000B", "", "20200101", "*", "1") ROW("1000A", "9000X", "", "20200101", "*", "1"));
#define FOUR "\"x-v322r0-f1.txt\", \"x-v322r0-f2.txt\", \"x-v322r0-f3.txt\", \"x-v322r0-f4.txt\""
    compile_good(PAIRS(FOUR, "cms ptp"));
    assert_true(pairs_has("4000D", "5000E", 1, "2026-08-01"));
    assert_int_equal(h.p->source_count, 5);
    /* two quarters side by side: the earlier one answers until the later one begins */
    compile_good(PAIRS("\"x-v321r0.txt\", " FOUR, "cms ptp"));
    assert_true(pairs_has("1000A", "9000X", 1, "2026-06-30"));
    assert_false(pairs_has("1000A", "9000X", 1, "2026-07-01"));
    assert_true(pairs_has("1000A", "9000X", 1, "2024-01-01"));
    assert_false(pairs_has("4000D", "5000E", 1, "2026-06-30"));
    assert_true(pairs_has("4000D", "5000E", 1, "2031-01-01"));
    compile_bad(PAIRS("\"x-v322r0-f1.txt\", \"x-v322r0-f2.txt\", \"x-v322r0-f4.txt\"", "cms ptp"),
                "part 3 of this table is missing");
    compile_bad(PAIRS("\"x-v322r0-f1.txt\", \"x-v322r0-f2.txt\", \"x-v322r0-f2.txt\"", "cms ptp"), "named twice");
}

static void test_mue(void **state)
{
    (void)state;
    file_text("M_Eff_04-01-2026.csv", NOTICE COLUMNS UNITS);
    file_text("M_Eff_07-01-2026.csv", NOTICE COLUMNS "1000A,5,3 Date of Service Edit: Clinical,Said\n");
    compile_good(LIMITS("\"M_Eff_04-01-2026.csv\"", "cms mue", ""));
    assert_int_equal(most_units("1000A", "date", "2026-04-01"), 1);
    assert_int_equal(most_units("1000A", "line", "2026-04-01"), -1);
    assert_int_equal(most_units("2000B", "line", "2026-04-01"), 40);
    assert_int_equal(most_units("3000C", "date", "2026-04-01"), 0);
    assert_int_equal(most_units("1000A", "date", "2020-01-01"), 1); /* before the only quarter: that one */
    compile_good(LIMITS("\"M_Eff_07-01-2026.csv\", \"M_Eff_04-01-2026.csv\"", "cms mue", ""));
    assert_int_equal(most_units("1000A", "date", "2026-06-30"), 1);
    assert_int_equal(most_units("1000A", "date", "2026-07-01"), 5);
    assert_int_equal(most_units("2000B", "line", "2026-06-30"), 40);
    assert_int_equal(most_units("2000B", "line", "2026-07-01"), -1);
    compile_good(LIMITS("\"M_Eff_04-01-2026.csv\"", "cms mue", ", effective 2026-04-01 until 2026-06-30"));
    assert_int_equal(most_units("1000A", "date", "2026-06-30"), 1);
    assert_int_equal(most_units("1000A", "date", "2026-07-01"), -1);
    file_text("t_2024q3.csv", "hcpcs_code,mue_units,mue_mai,mue_rationale\n1000A,7,3,Said\n2000B,2,1,Said\n");
    compile_good(LIMITS("\"t_2024q3.csv\"", "mue table", ""));
    assert_int_equal(most_units("1000A", "date", "2024-07-01"), 7);
    assert_int_equal(most_units("2000B", "line", "2024-07-01"), 2);
}

static void test_plain(void **state)
{
    (void)state;
    file_text("a.csv", "\xef\xbb\xbf"
                       "column_1,column_2,indicator,until,note\n1000A,2000B,1,20201231,\"two\nlines\"\n"
                       "1000A,3000C,1,,\n");
    file_text("b.csv", "column_1,column_2,indicator,until,note\n5000E,2000B,1,*,x");
    compile_good(PAIRS("\"a.csv\", \"b.csv\"", "csv"));
    assert_true(pairs_has("1000A", "2000B", 1, "2020-12-31"));
    assert_false(pairs_has("1000A", "2000B", 1, "2021-01-01"));
    assert_true(pairs_has("5000E", "2000B", 1, "2021-01-01"));
    file_text("b.csv", "column_1,column_2,until,indicator,note\n5000E,2000B,*,1,x\n");
    compile_bad(PAIRS("\"a.csv\", \"b.csv\"", "csv"), "b.csv, line 1: the files have different columns");
    /* as many columns as there may be, of which the first differs: none is looked for behind the last */
    char first[32 * 6 + 1], second[32 * 6 + 1];
    for (unsigned c = 0; c < 32; c++) snprintf(first + c * 4, 5, "c%02u%c", c, c < 31 ? ',' : '\n');
    for (unsigned c = 0; c < 32; c++) snprintf(first + 128 + c * 2, 3, "1%c", c < 31 ? ',' : '\n');
    memcpy(second, first, sizeof second);
    second[1] = 'x';
    file_text("a.csv", first);
    file_text("b.csv", second);
    compile_bad(PAIRS("\"a.csv\", \"b.csv\"", "csv"), "b.csv, line 1: the files have different columns");
    file_text("a.csv", "column_1,column_2,indicator\n1000A,\"2000B,1\n");
    compile_bad(PAIRS("\"a.csv\"", "csv"), "a.csv, line 2: ");
    file_text("a.csv", "column_1,column_2,indicator\n\n1000A,2000B\n");
    compile_bad(PAIRS("\"a.csv\"", "csv"), "a.csv, line 3: this record has fewer fields");
}

/* ---- large tables of pairs */

enum { CODES = 70, ROWS_EACH = 4000, PARTS = 3 };

static void code_text(unsigned n, char out[8]) { snprintf(out, 8, "%04u%c", n * 37 % 10000, 'A' + (int)(n % 26)); }

/* The same rows in one file and in parts that are too small to be packed. */
static void rows_write(void)
{
    unsigned seed = 5;
    FILE *whole = fopen(path_of("whole.csv"), "w");
    assert_non_null(whole);
    fputs("column_1,column_2,kind,number,effective,until\n", whole);
    for (unsigned part = 0; part < PARTS; part++) {
        char name[32];
        snprintf(name, sizeof name, "part%u.csv", part);
        FILE *f = fopen(path_of(name), "w");
        assert_non_null(f);
        fputs("column_1,column_2,kind,number,effective,until\n", f);
        for (unsigned i = 0; i < ROWS_EACH; i++) {
            char a[8], b[8], row[96];
            seed = seed * 1664525u + 1013904223u;
            code_text(seed >> 8 & 63, a);
            code_text(seed >> 16 & 63, b);
            snprintf(row, sizeof row, "%s,%s,%s,%u,%s,%s\n", a, b, seed >> 24 & 1 ? "red" : "blue", seed >> 25 & 3,
                     seed >> 27 & 1 ? "2020-01-01" : "", seed >> 28 & 1 ? "2021-06-30" : "");
            fputs(row, f);
            fputs(row, whole);
        }
        fclose(f);
    }
    fclose(whole);
}

static const char many[] = "relation w \"All\", cite BOOK\n  from file \"whole.csv\" as csv\n"
                           "relation a \"Part\", cite BOOK\n  from file \"part0.csv\" as csv\n"
                           "relation b \"Part\", cite BOOK\n  from file \"part1.csv\" as csv\n"
                           "relation c \"Part\", cite BOOK\n  from file \"part2.csv\" as csv\n";

/* Rules that ask each of the four in every way. */
static char *questions(void)
{
    struct buffer b;
    buffer_init(&b, 0);
    buffer_text(&b, many);
    for (const char *r = "wabc"; *r; r++) {
        buffer_printf(&b, "rule %c1 \"x\", cite BOOK\n  for each line where %c lists code\n  then note \"x\"\n", *r,
                      *r);
        buffer_printf(&b, "rule %c2 \"x\", cite BOOK\n  for each line where %c lists code, beside\n  then note \"x\"\n",
                      *r, *r);
        buffer_printf(
            &b, "rule %c3 \"x\", cite BOOK\n  for each line where %c lists code, beside, tint\n  then note \"x\"\n", *r,
            *r);
        buffer_printf(
            &b, "rule %c4 \"x\", cite BOOK\n  for each line where %c lists code, beside, tint, 1\n  then note \"x\"\n",
            *r, *r);
    }
    return b.at;
}

/* Dates first, then the cells behind the codes. */
static int row_before(const int64_t *a, const int64_t *b)
{
    static const unsigned order[] = {4, 5, 2, 3};
    for (unsigned i = 0; i < 4; i++)
        if (a[order[i]] != b[order[i]]) return a[order[i]] < b[order[i]];
    return 0;
}

static void test_pairs_are_rows(void **state)
{
    static const char *const dates[] = {"2019-12-31", "2020-01-01", "2021-06-30", "2021-07-01"};
    (void)state;
    rows_write();
    char *items = questions();
    compile_good(items);
    free(items);
    for (unsigned keys = 1; keys <= 4; keys++) {
        uint32_t r[4];
        for (unsigned k = 0; k < 4; k++) {
            char name[8];
            snprintf(name, sizeof name, "%c/%u", "wabc"[k], keys);
            r[k] = relation_called(name);
        }
        assert_int_equal(h.p->relations[r[0]].codes > 0, keys > 1);
        assert_int_equal(h.p->relations[r[1]].codes, 0);
        unsigned found = 0;
        for (unsigned i = 0; i < CODES * CODES * 4 * 8; i++) {
            char a[8], b[8];
            int64_t key[4] = {0, 0, i / 4 & 1, i / 8 & 3}, date = days_of(dates[i & 3]);
            code_text(i / 32 % CODES, a);
            code_text(i / 32 / CODES, b);
            key[0] = packed(a);
            key[1] = packed(b);
            const int64_t *one = relation_find(h.p, r[0], key, date), *best = NULL;
            for (unsigned k = 1; k < 4; k++) {
                const int64_t *row = relation_find(h.p, r[k], key, date);
                if (row && (!best || row_before(row, best))) best = row;
            }
            assert_int_equal(one != NULL, best != NULL);
            found += one != NULL;
            if (one && keys > 1) assert_memory_equal(one + 2, best + 2, 4 * sizeof *one);
        }
        assert_true(found > 1000);
    }
}

/* Look-ups of one column: the one before it, the one behind it, and one whose keys do not begin with both codes. */
static void test_pairs_lookup(void **state)
{
    (void)state;
    FILE *f = fopen(path_of("big.csv"), "w");
    assert_non_null(f);
    fputs("column_1,column_2,alpha,beta\n", f);
    for (unsigned i = 0; i < 90; i++)
        for (unsigned k = 0; k < 60; k++) fprintf(f, "%04uA,%04uB,%u,%u\n", i, k, i % 7, k % 5 + 10);
    fclose(f);
    compile_good(
        "relation big \"All\", cite BOOK\n  from file \"big.csv\" as csv\n"
        "define one_is of line \"One\", cite BOOK\n  is alpha from big for code, beside\n"
        "define two_is of line \"Two\", cite BOOK\n  is beta from big for code, beside, 3\n"
        "define three_is of line \"Three\", cite BOOK\n  is beta from big for code, beside\n"
        "rule r \"x\", cite BOOK\n  for each line where one_is documented and one_is is 3\n  then note \"x\"\n"
        "rule s \"x\", cite BOOK\n  for each line where two_is documented and two_is is 12\n  then note \"x\"\n");
    edict_evaluator *e;
    edict_error error;
    edict_answer answer;
    static const char day_of_lines[] = "{\"id\": \"x\", \"date\": \"2026-01-01\", \"lines\": [{\"code\": \"0003A\", "
                                       "\"beside\": \"0002B\", \"units\": 1},"
                                       "{\"code\": \"0004A\", \"beside\": \"0002B\", \"units\": 1}, {\"code\": "
                                       "\"0002B\", \"beside\": \"0003A\", \"units\": 1}]}";
    assert_int_equal(edict_evaluator_new(h.p, NULL, &e, &error), EDICT_OK);
    assert_int_equal(edict_evaluate(e, day_of_lines, sizeof day_of_lines - 1, 1, &answer, &error), EDICT_OK);
    assert_int_equal(answer.findings[EDICT_NOTE], 2);
    assert_non_null(strstr(answer.json, "\"rule\": \"r\", \"line\": 1"));
    assert_non_null(strstr(answer.json, "\"rule\": \"s\", \"line\": 1"));
    edict_evaluator_free(e);
}

/* A pack on top adds rows: beside packed ones, and beside others. */
static void test_rows_added(void **state)
{
    (void)state;
    FILE *f = fopen(path_of("pairs.csv"), "w");
    assert_non_null(f);
    fputs("column_1,column_2,indicator,until\n", f);
    for (unsigned i = 0; i < 90; i++)
        for (unsigned k = 0; k < 60; k++) fprintf(f, "%04uA,%04uB,%u,\n", i, k, k % 2);
    fclose(f);
    for (int packed = 0; packed < 2; packed++) {
        if (!packed) file_text("few.csv", "column_1,column_2,indicator,until\n0001A,0001B,1,\n");
        compile_good(packed ? PAIRS("\"pairs.csv\"", "csv") : PAIRS("\"few.csv\"", "csv"));
        child_compile(
            "changes relation pairs, effective 2020-01-01 until 2020-12-31\n  add row | 7000X, 0001A | 8000X | 1 |\n");
        if (!h.p) fail_msg("%s", h.report.at);
        assert_int_equal(h.p->relations[relation_called("pairs/3")].codes > 0, packed);
        assert_true(pairs_has("7000X", "8000X", 1, "2020-01-01"));
        assert_true(pairs_has("0001A", "8000X", 1, "2020-12-31"));
        assert_false(pairs_has("0001A", "8000X", 1, "2021-01-01"));
        assert_false(pairs_has("0001A", "8000X", 1, "2019-12-31"));
        assert_true(pairs_has("0001A", "0001B", 1, "2021-01-01"));
        child_compile("changes relation pairs\n  add row | 7000X | 8000X | 1 | 2 |\n");
        assert_non_null(strstr(h.report.at, "the file gives pairs 3 columns, this row has 4"));
        child_compile("changes relation pairs\n  add row | 7000X | 8000X | red |\n");
        assert_null(h.p);
        child_compile("changes relation pairs\n  remove row | 0001A | 0001B |\n");
        assert_non_null(strstr(h.report.at, "rows can be added"));
    }
}

/* Whatever the bytes of the packed rows are: a look-up ends, and finds a row of the table or none. */
static void test_pairs_hostile(void **state)
{
    (void)state;
    size_t size;
    edict_error error;
    rows_write();
    char *items = questions();
    compile_good(items);
    free(items);
    const void *image = edict_compilation_image(h.made, &size);
    unsigned char *bytes = malloc(size);
    assert_non_null(bytes);
    unsigned seed = 11;
    for (unsigned round = 0; round < 40; round++) {
        memcpy(bytes, image, size);
        const struct image_slice s = ((const struct image_header *)image)->sections[SECTION_PAIRS];
        assert_true(s.size > 4 * PARTS * ROWS_EACH);
        for (unsigned n = 0; n < 4000; n++) {
            seed = seed * 1664525u + 1013904223u;
            bytes[s.offset + (seed >> 4) % (n % 2 ? s.size : 1200)] = (unsigned char)(seed >> 24);
        }
        edict_program_free(h.p);
        h.p = NULL;
        assert_int_equal(edict_program_load(bytes, size, &h.p, &error), EDICT_OK);
        const uint32_t r = relation_called("w/3");
        const struct image_relation *relation = &h.p->relations[r];
        for (unsigned i = 0; i < CODES * CODES; i++) {
            char a[8], b[8];
            code_text(i % CODES, a);
            code_text(i / CODES, b);
            int64_t key[3] = {packed(a), packed(b), 1};
            const int64_t *row = relation_find(h.p, r, key, days_of("2020-06-01"));
            if (row) assert_in_range((uint64_t)(row - h.p->cells) - relation->at, 0, relation->rows * 7 - 1);
        }
    }
    /* what the header says about them is looked at */
    memcpy(bytes, image, size);
    struct image_header *header = (void *)bytes;
    struct image_relation *all = (void *)(bytes + header->sections[SECTION_RELATIONS].offset);
    for (unsigned i = 0; i < header->sections[SECTION_RELATIONS].size / sizeof *all; i++) {
        if (!all[i].codes) continue;
        const struct image_relation was = all[i];
        edict_program *none = NULL;
#define REFUSED(field, value)                                                                                          \
    do {                                                                                                               \
        all[i].field = value;                                                                                          \
        assert_int_equal(edict_program_load(bytes, size, &none, &error), EDICT_IMAGE);                                 \
        all[i] = was;                                                                                                  \
    } while (0)
        REFUSED(codes, was.codes + 1000000);
        REFUSED(pairs, UINT64_MAX);
        REFUSED(pairs, was.pairs + 1000000);
        REFUSED(pairs_at, UINT64_MAX - 7);
        REFUSED(pairs_at, was.pairs_at + 4);
        REFUSED(keys, 1);
    }
    free(bytes);
}

/* A relation that is too large to be looked at when its image is opened opens whatever its rows hold; and a look-up
 * of a row that makes no sense finds none; of one that was spoilt otherwise what is there. */
static void test_large(void **state)
{
    (void)state;
    struct buffer rows;
    buffer_init(&rows, 1u << 20);
    buffer_text(&rows, "code,most,tone\n");
    enum { ROWS = RELATION_LOOKED_AT + 1000 };
    for (unsigned i = 0; i < ROWS; i++) buffer_printf(&rows, "L%05u,%u,%s\n", i, i % 90, i % 2 ? "red" : "blue");
    assert_false(rows.failed);
    file_bytes("large.csv", rows.at, rows.size);
    buffer_free(&rows);
    compile_good("relation large, cite BOOK\n  from file \"large.csv\" as csv\n"
                 "define most of line, cite BOOK\n  is most from large for code\n"
                 "define tone of line, cite BOOK\n  is tone from large for code\n"
                 "rule toned, cite BOOK\n  for each line where tone documented\n  then note \"{code} {tone}\"\n"
                 "rule much, cite BOOK\n  for each line where most documented\n  then note \"{most}\"\n");
    size_t size;
    const unsigned char *made = edict_compilation_image(h.made, &size);
    unsigned char *bytes = malloc(size);
    assert_non_null(bytes);
    memcpy(bytes, made, size);
    const uint32_t r = relation_called("large/1,0,1,2");
    const struct image_relation relation = h.p->relations[r];
    assert_int_equal(relation.rows, ROWS);
    const int64_t date = days_of("2026-03-02"), first = packed("L00000"), last = packed("L33767");
    assert_int_equal(relation_find(h.p, r, &first, date)[1], 0);
    assert_int_equal(relation_find(h.p, r, &last, date)[1], 33767 % 90);
    const size_t cells = ((const struct image_header *)bytes)->sections[SECTION_CELLS].offset + relation.at * 8;
    const int64_t nonsense = INT64_MAX;
    memcpy(bytes + cells + 5 * 8, &nonsense, 8);                          /* where the first row stands in the pack */
    memcpy(bytes + cells + ((size_t)ROWS - 1) * 6 * 8 + 8, &nonsense, 8); /* what the last one gives */
    memcpy(bytes + cells + 700 * 6 * 8, &nonsense, 8);                    /* a key, no longer in its order */
    memcpy(bytes + cells + 901 * 6 * 8 + 16, &nonsense, 8);                /* no word at all */
    edict_error error;
    edict_program_free(h.p);
    h.p = NULL;
    assert_int_equal(edict_program_load(bytes, size, &h.p, &error), EDICT_OK);
    assert_null(relation_find(h.p, r, &first, date));
    assert_true(relation_find(h.p, r, &last, date)[1] == nonsense);
    edict_evaluator *e = NULL;
    edict_answer answer;
    assert_int_equal(edict_evaluator_new(h.p, NULL, &e, &error), EDICT_OK);
    static const char asked[] = "{\"id\": \"1\", \"date\": \"2026-03-02\", \"lines\": ["
                                "{\"code\": \"L00901\", \"beside\": \"A1\", \"units\": 1},"
                                "{\"code\": \"L00000\",\"beside\": \"A1\", \"units\": 1},"
                                " {\"code\": \"L00700\", \"beside\": \"A1\", \"units\": 1},"
                                " {\"code\": \"L33766\", \"beside\": \"A1\", \"units\": 1}]}";
    assert_int_equal(edict_evaluate(e, asked, sizeof asked - 1, 0, &answer, &error), EDICT_OK);
    assert_non_null(strstr(answer.json, "\"message\": \"16\""));
    assert_null(strstr(answer.json, "\"message\": \"0\""));
    assert_non_null(strstr(answer.json, "\"message\": \"L33766 blue\""));
    assert_null(strstr(answer.json, "L00901 "));
    edict_evaluator_free(e);
    free(bytes);
}

int main(void)
{
#define HERE(name) cmocka_unit_test_setup_teardown(test_##name, here_start, here_end)
    const struct CMUnitTest tests[] = {HERE(ptp),           HERE(ptp_parts),      HERE(mue),
                                       HERE(plain),         HERE(pairs_are_rows), HERE(pairs_lookup),
                                       HERE(pairs_hostile), HERE(rows_added),     HERE(large)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
