/* Files that are not what they should be: each gives one error that names the file and the line, and no image. And the
 * readers whose files have several forms. */
#include "tests/unit/table_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void ptp_bad(const char *text, const char *words)
{
    file_text("p.txt", text);
    compile_bad(PAIRS("\"p.txt\"", "cms ptp"), words);
}

static void test_ptp_mistakes(void **state)
{
    (void)state;
#define GOOD ROW("1000A", "2000B", "", "20200101", "*", "1")
    ptp_bad(HEADER GOOD "1000A\t3000C\t\t2020", "p.txt, line 8: the file ends in the middle of this line");
    ptp_bad(HEADER GOOD "1000A\t3000C\t\t2020\r\n", "p.txt, line 8: this row has too few fields");
    ptp_bad(HEADER GOOD "1000A\t300", "line 8: the file ends");
    ptp_bad(HEADER, "the file ends before the rows of the table begin");
    ptp_bad("", "the file is empty");
    ptp_bad("<!DOCTYPE html>\n<html><body>File not found</body></html>\n", "p.txt, line 1: this is a web page");
    ptp_bad("PK\3\4 and so on\n", "line 1: this is an archive");
    ptp_bad(HEADER ROW("1000A", "2000B", "", "*", "20200101", "1"), "line 7: the fourth field is the first day");
    ptp_bad(HEADER ROW("1000A", "2000B", "", "20210101", "20200101", "1"), "line 7: this row would end before");
    ptp_bad(HEADER ROW("1000A", "2000B", "", "1", "20200101", "20200101"), "line 7: the sixth field");
    ptp_bad(HEADER ROW("1000A", "2000B", "20200101", "", "*", "1"), "line 7: the third field");
    ptp_bad(HEADER GOOD ROW("*", "2000B", "1000A", "", "*", "1"), "line 8: `*` is no code");
    ptp_bad(HEADER ROW("1000A", "2000B", "", "20201301", "*", "1"), "line 7: `20201301` is no date");
    ptp_bad(HEADER ROW("1000A", "2000B", "", "02020101", "*", "1"), "line 7: ");
    ptp_bad(HEADER ROW("1000A", "2000B", "", "20200101", "*", "2"), "line 7: the sixth field");
    ptp_bad("Column 2\tColumn 1\t*=in existence\tEffective\tDeletion\tModifier\tRationale\r\n" GOOD,
            "line 1: the column `Column 1` does not stand in its place");
    ptp_bad("code,at most\n1000A,1\n", "the file ends before the rows");
    file_text("x-v302r0.txt", HEADER GOOD); /* the notice is of 2025, version 302 of 2024 */
    compile_bad(PAIRS("\"x-v302r0.txt\"", "cms ptp"),
                "line 7: the file's name says 2024, the notice above the table 2025");
    compile_bad(PAIRS("\"nowhere.txt\"", "cms ptp"), "cannot be read");
    file_text("p.txt", HEADER GOOD);
    compile_bad(PAIRS("\"p.txt\"", "cms pairs"), "no such reader");
}

static void mue_bad(const char *text, const char *words)
{
    file_text("M_Eff_04-01-2026.csv", text);
    compile_bad(LIMITS("\"M_Eff_04-01-2026.csv\"", "cms mue", ""), words);
}

static void test_mue_mistakes(void **state)
{
    (void)state;
    mue_bad(NOTICE COLUMNS UNITS "4000D,1", "line 9: the file ends in the middle");
    mue_bad(NOTICE COLUMNS UNITS "4000D,1\n", "line 9: this row has too few fields");
    mue_bad(NOTICE COLUMNS UNITS "4000D,1,2 Date,\"Said\n", "line 9: the file ends inside of a quoted field");
    mue_bad(NOTICE COLUMNS "4000D,2 Date,1,Said\n", "line 6: the units are no number");
    mue_bad(NOTICE COLUMNS "4000D,1,4 Date,Said\n", "line 6: the adjudication indicator is 1, 2 or 3");
    mue_bad(NOTICE COLUMNS "1,4000D,2,Said\n", "line 6: the units are no number");
    mue_bad(NOTICE COLUMNS "40,10,2,Said\n", "line 6: `40` is no code");
    mue_bad(NOTICE "Practitioner Services MUE Values,\"HCPCS/\nCPT Code\",MUE Adjudication Indicator,MUE Rationale\n",
            "line 4: the columns stand in another order");
    mue_bad(UNITS, "line 1: the header is missing");
    mue_bad("hcpcs_code,mue_units,mue_mai,mue_rationale\n1000A,7,3,Said\n", "the header is missing");
    mue_bad(NOTICE, "the file ends before the rows of the table begin");
    mue_bad(" \n<html>not found</html>\n", "line 1: this is a web page");
    file_text("M_Eff_04-01-2016.csv", NOTICE COLUMNS UNITS);
    compile_bad(LIMITS("\"M_Eff_04-01-2016.csv\"", "cms mue", ""), "the file's name says 2016");
    file_text("M_Eff_04-01-2026.csv", NOTICE COLUMNS UNITS);
    compile_bad(LIMITS("\"M_Eff_04-01-2026.csv\"", "cms mue", ", effective 2026-07-01 until 2026-09-30"),
                "the quarter from 2026-04-01 on, the rules here are in effect from 2026-07-01");
    file_text("M.csv", NOTICE COLUMNS UNITS);
    compile_bad(LIMITS("\"M.csv\"", "cms mue", ""), "does not say from when on");
    file_text("t.csv", "hcpcs_code,mue_units,mue_rationale\n1000A,7,Said\n");
    compile_bad(LIMITS("\"t.csv\"", "mue table", ""), "line 1: the header has no column `mue_mai`");
    compile_bad(LIMITS("\"M.csv\"", "mue table", ""), "line 1: the header has no column");
}

#define ADD_ON(file)                                                                                                   \
    "relation add \"Add-on codes\", cite BOOK\n  from file \"" file "\" as cms aoc\n"                                  \
    "rule both \"Both\", cite BOOK\n  for each line where add lists code, 1, beside\n  then note \"a pair\"\n"

static int add_on(const char *code, int64_t type, const char *primary, const char *date)
{
    int64_t keys[3] = {packed(code), type, packed(primary)};
    return relation_find(h.p, relation_called("add/3"), keys, days_of(date)) != NULL;
}

static void test_aoc_table(void **state)
{
    (void)state;
    file_text("a_2026q3.tsv", "aoc_edit_type\tadd_on_code\tprimary_code\tedit_effective_date\n"
                              "1\t1000A\t2000B\t2013-04-01\n2\t3000C\tCCCCC\t20130401\n3\t4000D\t2000B\t2013091\n");
    compile_good(ADD_ON("a_2026q3.tsv"));
    assert_true(add_on("1000A", 1, "2000B", "2013-04-01"));
    assert_false(add_on("1000A", 1, "2000B", "2013-03-31"));
    assert_false(add_on("1000A", 3, "2000B", "2013-04-01"));
    assert_true(add_on("3000C", 2, "CCCCC", "2013-04-01"));
    assert_true(add_on("4000D", 3, "2000B", "2013-04-01"));
    assert_false(add_on("4000D", 3, "2000B", "2013-03-31"));
    /* the workbook as text: a notice above, all columns, in its own words; the earliest end counts */
    file_text(
        "a_2026q3.tsv",
        "CPT copyright 2025 by those who own it\t\t\t\t\t\t\t\r\n"
        "AOC_Edit_Type\tAdd-On_Code\tAOC_DelDT\tPrimary_Code\tPrimary_Code_DelDT\tAOC_Edit_EffDT\tAOC_Edit_DelDT\t"
        "Special_Instruction_Notes\r\n"
        "1\t1000A\t\t2000B\t\t2013091\t\tNoted so\r\n1\t1000A\t2020366\t2000C\t2019365\t2013091\t2021001\t\r\n");
    compile_good(ADD_ON("a_2026q3.tsv"));
    assert_true(add_on("1000A", 1, "2000B", "2026-04-01"));
    assert_true(add_on("1000A", 1, "2000C", "2019-12-31"));
    assert_false(add_on("1000A", 1, "2000C", "2020-01-01"));
}

static void test_aoc_lines(void **state)
{
    (void)state;
    file_text("AOC_V2026Q3-F-MCR.txt", "11000A   2000B             2013091\r\n"
                                       "23000C   CCCCC             2013091             Contractor Defined 1234567\r\n"
                                       "34000D   2000B             2024366   2025365\r\n"
                                       "11000A   2000C   2019365   2013091   2021001\r\n"
                                       "15000E   2000B   2019365   2013091   2015001   12345 note\r\n");
    compile_good(ADD_ON("AOC_V2026Q3-F-MCR.txt"));
    assert_int_equal(h.p->relations[relation_called("add/3")].rows, 5);
    assert_true(add_on("1000A", 1, "2000B", "2013-04-01"));
    assert_false(add_on("1000A", 1, "2000B", "2013-03-31"));
    assert_true(add_on("3000C", 2, "CCCCC", "2030-01-01"));
    assert_false(add_on("4000D", 3, "2000B", "2024-12-30"));
    assert_true(add_on("4000D", 3, "2000B", "2024-12-31"));
    assert_true(add_on("4000D", 3, "2000B", "2025-12-31"));
    assert_false(add_on("4000D", 3, "2000B", "2026-01-01"));
    assert_true(add_on("1000A", 1, "2000C", "2019-12-31"));
    assert_false(add_on("1000A", 1, "2000C", "2020-01-01"));
    assert_true(add_on("5000E", 1, "2000B", "2015-01-01"));
    assert_false(add_on("5000E", 1, "2000B", "2015-01-02"));
    /* the add-on code's own end; a notice above; LF */
    file_text("AOC_V2026Q3-F-MCR.txt", "copyright 2026 by those who own it\n11000A           2000B   2013091\n"
                                       "11000B   2020366 2000B   2013091\n");
    compile_good(ADD_ON("AOC_V2026Q3-F-MCR.txt"));
    assert_true(add_on("1000B", 1, "2000B", "2020-12-31"));
    assert_false(add_on("1000B", 1, "2000B", "2021-01-01"));
}

static void aoc_bad(const char *text, const char *words)
{
    file_text("AOC_V2026Q3-F-MCR.txt", text);
    compile_bad(ADD_ON("AOC_V2026Q3-F-MCR.txt"), words);
}

static void test_aoc_mistakes(void **state)
{
    (void)state;
#define LINE "11000A   2000B   2013091\r\n"
    aoc_bad(LINE "41000A   2000B   2013091\r\n", "line 2: the type is 1, 2 or 3");
    aoc_bad(LINE "11000A   2000B   20130", "line 2: the file ends in the middle");
    aoc_bad(LINE "11000A   2000B   20130\r\n", "line 2: this is no row of the table");
    aoc_bad(LINE "2000B   11000A   2013091\r\n", "line 2: this is no row of the table");
    aoc_bad(LINE "1000A1   2000B   2013367\r\n", "line 2: `2013367` is no date");
    aoc_bad(LINE "11000A   2000B  2013091\r\n11000A  2013091 2000B 2013091\r\n11000A 2000B 2013091\r\n"
                 "11000A     2000B    2013091\r\n",
            "the dates do not stand under those above");
    aoc_bad(LINE "11000A   2000B           2013091\r\n", "no column of dates is filled in every line");
    aoc_bad("11000A   2000B   2027091\r\n", "line 1: this row begins on 2027-04-01, the file's name says the quarter");
    aoc_bad("copyright 2016\r\n" LINE, "line 2: the file's name says 2026, the notice above the table 2016");
    aoc_bad("nothing of the kind\r\n", "the file ends before the rows");
    aoc_bad("", "the file is empty");
    file_text("a_2026q3.tsv", "aoc_edit_type\tadd_on_code\tprimary_code\tedit_effective_date\n4\t1\t2\t3\n");
    compile_bad(ADD_ON("a_2026q3.tsv"), "a_2026q3.tsv, line 2: the type is 1, 2 or 3");
    file_text("a_2026q3.tsv", "aoc_edit_type\tadd_on_code\tedit_effective_date\n1\t1000A\t2013-04-01\n");
    compile_bad(ADD_ON("a_2026q3.tsv"), "line 1: the header has no column `primary_code`");
    file_text("a_2026q3.tsv", "aoc_edit_type\tadd_on_code\tprimary_code\tedit_effective_date\n1\t1000A\t2000B\t2013");
    compile_bad(ADD_ON("a_2026q3.tsv"), "line 2: the file ends in the middle");
    file_text("a_2026q3.tsv", "aoc_edit_type\tadd_on_code\tprimary_code\tedit_effective_date\n1\t1000A\t2000B\n");
    compile_bad(ADD_ON("a_2026q3.tsv"), "line 2: this row has too few fields");
}

/* Bytes that are no table, whatever the reader. */
static void test_bytes(void **state)
{
    (void)state;
    static const char utf16[] = "\xff\xfe"
                                "C\0P\0T\0\n\0",
                      wide[] = "\0C\0P\0T\0\n", zeros[] = GOOD "\0\0\0\0\0\0";
    file_bytes("p.txt", utf16, sizeof utf16 - 1);
    compile_bad(PAIRS("\"p.txt\"", "cms ptp"), "p.txt, line 1: this is UTF-16");
    file_bytes("p.txt", wide, sizeof wide - 1);
    compile_bad(PAIRS("\"p.txt\"", "cms ptp"), "p.txt, line 1: this is UTF-16");
    file_bytes("p.txt", zeros, sizeof zeros - 1);
    compile_bad(PAIRS("\"p.txt\"", "cms ptp"), "p.txt, line 2: there are zero bytes here");
    compile_bad(LIMITS("\"p.txt\"", "mue table", ""), "p.txt, line 2: there are zero bytes here");
    ptp_bad("{\"error\": \"not found\"}\n", "line 1: this is a web page or a document");
    ptp_bad("%PDF-1.7\n", "line 1: this is a web page or a document");
    ptp_bad("\x1f\x8b\x08 and so on\n", "line 1: this is an archive");
    ptp_bad("\x28\xb5\x2f\xfd and so on\n", "line 1: this is an archive");
    ptp_bad("\xd0\xcf\x11\xe0 and so on\n", "line 1: this is an archive or a workbook");
    ptp_bad("1000A\t2000B\r3000C\t4000D\r", "its lines end with CR alone");
    ptp_bad("\n\n", "the file ends before");
    file_text("p.csv", "");
    compile_bad(PAIRS("\"p.csv\"", "csv"), "p.csv, line 1: the file is empty");
    /* LF alone is as good as CRLF */
    file_text("p.txt", "Column 1\tColumn 2\t*\tEffective\tDeletion\tModifier\tRationale\n"
                       "1000A\t2000B\t\t20200101\t*\t1\tSaid\n");
    compile_good(PAIRS("\"p.txt\"", "cms ptp"));
    assert_true(pairs_has("1000A", "2000B", 1, "2020-01-01"));
}

/* Cut behind a whole row: seen only where the number of rows is stated. */
static void test_rows(void **state)
{
    (void)state;
    file_text("p.txt", HEADER GOOD ROW("1000A", "3000C", "", "20200101", "20200101", "9"));
    file_text("q.txt", HEADER GOOD);
    compile_good(PAIRS("\"p.txt\"", "cms ptp, 2 rows"));
    compile_good(PAIRS("\"p.txt\", \"q.txt\"", "cms ptp, 3 rows"));
    compile_bad(PAIRS("\"p.txt\"", "cms ptp, 12345 rows"),
                "the files have 2 rows, 12345 are expected; the last is p.txt, line 8");
    compile_bad(PAIRS("\"p.txt\"", "cms ptp, 1 rows"), "the files have 2 rows, 1 are expected");
    file_text("a.csv", "column_1,column_2,indicator\n1000A,2000B,1\n");
    compile_good(PAIRS("\"a.csv\"", "csv, 1 rows"));
    compile_bad(PAIRS("\"a.csv\"", "csv, 2 rows"), "the files have 1 rows, 2 are expected");
    table_compile(PAIRS("\"a.csv\"", "csv, 2 lines"));
    assert_null(h.p);
    assert_non_null(strstr(h.report.at, "from file \"…\" as cms ptp, 2546017 rows"));
}

/* Names that do not go together. */
static void test_releases(void **state)
{
    static const char *const names[] = {"x-v322r0-f1.txt", "x-v322r0-f2.txt", "x-v322r0-f3.txt", "x-v322r0-f4.txt",
                                        "x-v321r0-f4.txt", "x-v322r1-f4.txt", "y-v322r0-f4.txt", "x-v321r0.txt"};
    (void)state;
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) file_text(names[i], HEADER GOOD);
#define THREE "\"x-v322r0-f1.txt\", \"x-v322r0-f2.txt\", \"x-v322r0-f3.txt\""
    compile_good(PAIRS(THREE ", \"x-v322r0-f4.txt\"", "cms ptp"));
    compile_bad(PAIRS(THREE ", \"x-v321r0-f4.txt\"", "cms ptp"),
                "part 4 of this table is missing; x-v321r0-f4.txt is of another release, from 2026-04-01 on");
    compile_bad(PAIRS(THREE ", \"x-v322r1-f4.txt\"", "cms ptp"),
                "x-v322r1-f4.txt: this is another revision of the table than x-v322r0-f1.txt");
    compile_bad(PAIRS(THREE ", \"y-v322r0-f4.txt\"", "cms ptp"),
                "y-v322r0-f4.txt: this is not the same table as x-v322r0-f1.txt");
    compile_bad(PAIRS("\"x-v321r0.txt\", \"x-v321r0.txt\"", "cms ptp"), "x-v321r0.txt is of the same quarter");
    compile_bad(PAIRS("\"x-v321r0.txt\", \"p.txt\"", "cms ptp"), "p.txt: the name of this file does not say");
    file_text("x-v322r0-f4.txt", "CPT copyright 2026\r\n" GOOD);
    compile_bad(PAIRS(THREE ", \"x-v322r0-f4.txt\"", "cms ptp"),
                "x-v322r0-f4.txt, line 2: the notice above says 2026, that of x-v322r0-f1.txt 2025");
    file_text("x-v322r0-f4.txt", HEADER ROW("1000A", "2000B", "", "20261231", "*", "1"));
    compile_good(PAIRS(THREE ", \"x-v322r0-f4.txt\"", "cms ptp"));
    file_text("x-v322r0-f4.txt", HEADER ROW("1000A", "2000B", "", "20270701", "*", "1"));
    compile_bad(PAIRS(THREE ", \"x-v322r0-f4.txt\"", "cms ptp"), "line 7: this row begins on 2027-07-01");
    file_text("A_Eff_04-01-2026.csv", NOTICE COLUMNS UNITS);
    file_text("B_Eff_07-01-2026.csv", NOTICE COLUMNS UNITS);
    compile_bad(LIMITS("\"A_Eff_04-01-2026.csv\", \"B_Eff_07-01-2026.csv\"", "cms mue", ""),
                "B_Eff_07-01-2026.csv: this is not the same table as A_Eff_04-01-2026.csv");
}

/* The note of an answer on this date, or NULL. */
static const char *note_on(const char *date, const char *lines)
{
    static char json[512];
    char encounter[256];
    edict_evaluator *e;
    edict_error error;
    edict_answer answer;
    snprintf(encounter, sizeof encounter, "{\"id\": \"x\", \"date\": \"%s\"%s}", date, lines);
    assert_int_equal(edict_evaluator_new(h.p, NULL, &e, &error), EDICT_OK);
    assert_int_equal(edict_evaluate(e, encounter, strlen(encounter), 1, &answer, &error), EDICT_OK);
    assert_false(answer.no_rules);
    assert_in_range(answer.findings[EDICT_NOTE], 0, 1);
    snprintf(json, sizeof json, "%s", answer.json + (answer.size > 400 ? answer.size - 400 : 0));
    const char *note = answer.findings[EDICT_NOTE] ? strstr(json, "no table of the quarter") : NULL;
    edict_evaluator_free(e);
    return note;
}

static void noted(const char *date, const char *lines, const char *words)
{
    const char *note = note_on(date, lines);
    if (!words != !note) fail_msg("%s: %s", date, note ? note : "no note");
    if (words && !strstr(note, words)) fail_msg("%s: %s", date, note);
}

static void test_quarters(void **state)
{
    (void)state;
#define TWO_LINES                                                                                                      \
    ", \"lines\": [{\"code\": \"9000Z\", \"beside\": \"1000A\", \"units\": 1}, {\"code\": \"9001Z\", \"beside\": "     \
    "\"1000A\", "                                                                                                      \
    "\"units\": 1}]"
    file_text("M_Eff_01-01-2026.csv", NOTICE COLUMNS UNITS);
    file_text("M_Eff_07-01-2026.csv", NOTICE COLUMNS UNITS);
    compile_good(LIMITS("\"M_Eff_07-01-2026.csv\", \"M_Eff_01-01-2026.csv\"", "cms mue", ""));
    noted("2025-12-31", TWO_LINES, "2025-12-31 is loaded; that of 2026-01-01 to 2026-03-31 answers (most)");
    noted("2026-01-01", TWO_LINES, NULL);
    noted("2026-03-31", TWO_LINES, NULL);
    noted("2026-04-01", TWO_LINES, "that of 2026-01-01 to 2026-03-31 answers");
    noted("2026-06-30", TWO_LINES, "that of 2026-01-01 to 2026-03-31 answers");
    noted("2026-07-01", TWO_LINES, NULL);
    noted("2026-09-30", TWO_LINES, NULL);
    noted("2026-10-01", TWO_LINES, "that of 2026-07-01 to 2026-09-30 answers");
    noted("2026-10-01", "", NULL); /* nothing was asked */
    compile_good(LIMITS("\"M_Eff_01-01-2026.csv\"", "cms mue", ", effective 2026-01-01 until 2026-04-30"));
    noted("2026-04-30", TWO_LINES, "that of 2026-01-01 to 2026-03-31 answers");
    noted("2026-05-01", TWO_LINES, NULL); /* the limit itself does not hold */
    file_text("x-v322r0.txt", HEADER GOOD);
    compile_good("bundle pairs \"Pairs\", cite BOOK\n  of line\n  from file \"x-v322r0.txt\" as cms ptp\n");
    noted("2026-06-30", TWO_LINES, "that of 2026-07-01 to 2026-09-30 answers (pairs)");
    noted("2026-09-30", TWO_LINES, NULL);
    file_text("p.txt", HEADER GOOD); /* the name says nothing: nothing is known */
    compile_good("bundle pairs \"Pairs\", cite BOOK\n  of line\n  from file \"p.txt\" as cms ptp\n");
    noted("2001-06-30", TWO_LINES, NULL);
    file_text("AOC_V2026Q3.txt", LINE);
    compile_good(ADD_ON("AOC_V2026Q3.txt"));
    noted("2026-10-30", TWO_LINES, "that of 2026-07-01 to 2026-09-30 answers (add)");
    noted("2026-10-30", "", NULL);
}

int main(void)
{
#define HERE(name) cmocka_unit_test_setup_teardown(test_##name, here_start, here_end)
    const struct CMUnitTest tests[] = {HERE(ptp_mistakes), HERE(mue_mistakes), HERE(aoc_table),
                                       HERE(aoc_lines),    HERE(aoc_mistakes), HERE(bytes),
                                       HERE(rows),         HERE(releases),     HERE(quarters)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
