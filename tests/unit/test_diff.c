/* The comparison of two versions by its door: what it says of a change, and what its hybrids answer. Two packs are
 * written into a directory of their own; a case gives a line of the old one and what stands there in the new one. */
#include "edict_compile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char pack[] = //
    "pack demo.diff\n"
    "  title     \"One\"\n"
    "  version   1\n"
    "  effective 2020-01-01 until open\n"
    "\n"
    "cite BOOK \"A book\", read 2026-01-31\n"
    "cite PAGE \"A page\", read 2026-01-31\n"
    "\n"
    "facts encounter known by id\n"
    "  | fact | type            | not documented |\n"
    "  | id   | text            | refused        |\n"
    "  | date | date of service | refused        |\n"
    "\n"
    "facts service in services known by id\n"
    "  | fact   | type                 | not documented       |\n"
    "  | id     | text                 | position \"s\"         |\n"
    "  | drug   | code                 | refused              |\n"
    "  | length | minutes              | hold \"how long?\"     |\n"
    "  | way    | one of drip, shot    | drip                 |\n"
    "\n"
    "policies\n"
    "  | policy | one of         | is     | decides       | cite |\n"
    "  | least  | 16 min, 31 min | 16 min | what is short | BOOK |\n"
    "\n"
    "codes dear, cite BOOK\n"
    "  A1000 \"gold\", A2000 to A2009, A3000\n"
    "\n"
    "codes cheap, cite BOOK\n"
    "  B1000, dear\n"
    "  except A3000\n"
    "\n"
    "table worth of service \"What it is\", first row that matches, cite BOOK\n"
    "  | way       | drug  | length     | worth |\n"
    "  | drip      | dear  | from least | high  |\n"
    "  | drip      | cheap | any        | low   |\n"
    "  | shot      | any   | any        | low   |\n"
    "  | otherwise |       |            | none_of_it |\n"
    "\n"
    "threshold hours of service \"Hours\", cite BOOK\n"
    "  | length            | hours  |\n"
    "  | from 31 min       | 1      |\n"
    "  | from 91 min       | 2      |\n"
    "  | then every 60 min | 1 more |\n"
    "\n"
    "hierarchy rank of service, cite BOOK\n"
    "  | worth |\n"
    "  | high  |\n"
    "  | low   |\n"
    "  | otherwise |\n"
    "\n"
    "choose best of service per encounter, cite BOOK\n"
    "  by highest rank, then greatest length\n"
    "\n"
    "bill service, every row that matches, cite BOOK\n"
    "  | worth | way  | code  | units |\n"
    "  | high  | any  | X1000 | 1     |\n"
    "  | low   | drip | X2000 | 1     |\n"
    "  | low   | shot | X2500 | 1     |\n"
    "\n"
    "bill service as more, every row that matches, cite BOOK\n"
    "  | best | code  | units |\n"
    "  | yes  | X3000 | hours |\n"
    "\n"
    "relation size_of \"Sizes\", cite BOOK\n"
    "  | drug         | size | kind_of |\n"
    "  | A1000, A2000 | 5    | gram    |\n"
    "  | A3000        | 7    | drop    |\n"
    "\n"
    "define amount of service, cite BOOK\n"
    "  is size from size_of for drug\n"
    "\n"
    "rule large, cite BOOK\n"
    "  for each service where amount documented and amount over 6\n"
    "  then note \"large\"\n"
    "\n"
    "rule long \"Too long\", cite BOOK\n"
    "  for each service where way is drip and length over 600 min\n"
    "  then review \"is this so?\"\n";

static char directory[64];

static void file_write(const char *name, const char *from, const char *to)
{
    char path[128];
    const char *at = from ? strstr(pack, from) : NULL;
    if (from && !at) fail_msg("the pack has no `%s`", from);
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    if (!from) fputs(pack, f);
    else fprintf(f, "%.*s%s%s", (int)(at - pack), pack, to, at + strlen(from));
    fclose(f);
}

static edict_difference *diff_of(const char *from, const char *to)
{
    char a[128], b[128];
    edict_difference *d = NULL;
    edict_error error = {0};
    file_write("old.edict", NULL, NULL);
    file_write("new.edict", from, to);
    snprintf(a, sizeof a, "%s/old.edict", directory);
    snprintf(b, sizeof b, "%s/new.edict", directory);
    if (edict_diff(a, b, NULL, &d, &error) != EDICT_OK) fail_msg("%s -> %s: %s", from, to, error.message);
    return d;
}

/* Exactly this is said, and nothing else that counts; NULL: nothing. */
static void says(const char *from, const char *to, const char *kind, const char *words, const char *effective)
{
    edict_difference *d = diff_of(from, to);
    edict_change c = {0};
    unsigned n = 0;
    while (edict_difference_change(d, n, &c) && c.answers) n++;
    if (n != (words ? 1u : 0u)) {
        for (unsigned i = 0; edict_difference_change(d, i, &c); i++) print_error("  %s: %s\n", c.kind, c.words);
        fail_msg("%s -> %s: %u changes", from, to, n);
    }
    if (words) {
        edict_difference_change(d, 0, &c);
        assert_string_equal(c.words, words);
        assert_string_equal(c.kind, kind);
        assert_string_equal(c.effective ? c.effective : "", effective ? effective : "");
    }
    edict_difference_free(d);
}

static void test_words(void **state)
{
    (void)state;
    says("16 min | what", "31 min | what", "policy", "policy least: 16 min -> 31 min", NULL);
    says("A1000 \"gold\", ", "", "codes", "A1000 (gold) removed from dear", NULL);
    says("A3000\n\n", "A3000, A4000 effective 2026-07-01\n\n", "codes", "A4000 added to dear", "2026-07-01");
    says("A1000 \"gold\"", "A1000 \"gold\" until 2026-06-30", "codes", "A1000 (gold) removed from dear", "2026-07-01");
    says("A2000 to A2009", "A2000 to A2004, A2006 to A2009", "codes", "A2005 removed from dear", NULL);
    says("B1000, dear", "B1000, A3000", "codes", "the list dear removed from cheap", NULL);
    says("  except A3000", "  except A3000, A2001", "codes", "A2001 taken out of cheap", NULL);
    says("from 91 min       | 2 ", "from 90 min       | 2 ", "threshold",
         "threshold hours (Hours), 2: from 91 min -> from 90 min", NULL);
    says("| high  | any  | X1000 |", "| high  | any  | X1001 |", "bill",
         "bill service: worth high, units 1: code X1000 -> X1001", NULL);
    says("  | high  |\n  | low   |\n", "  | low   |\n  | high  |\n", "hierarchy",
         "hierarchy rank: worth high moves before otherwise", NULL);
    says("greatest length", "least length", "choose",
         "choose best: by highest rank, then greatest length -> by highest rank, then least length", NULL);
    says("length over 600 min", "length over 10.5 hours", "rule",
         "rule long (Too long): length over 600 min -> length over 10.5 hours", NULL);
    says("way is drip and ", "", "rule", "rule long (Too long): no longer asks for way is drip", NULL);
    says("is this so?", "is that so?", "rule", "rule long (Too long): says \"is this so?\" -> \"is that so?\"", NULL);
    says("rule long \"Too long\"", "rule long \"Too long\", effective 2026-07-01", "dates",
         "rule long (Too long): in effect always -> from 2026-07-01", NULL);
    says("rule long \"Too long\", cite BOOK", "rule long \"Too long\", cite PAGE", "cite",
         "rule long (Too long): source BOOK -> PAGE", NULL);
    says("  | low   | shot | X2500 | 1     |\n", "", "bill",
         "bill service: row removed: worth low, way shot gives code X2500, units 1", NULL);
    says("| drip                 |", "| shot                 |", "facts",
         "facts service, way: not documented drip -> shot", NULL);
}

static unsigned change_find(edict_difference *d, const char *item)
{
    edict_change c;
    unsigned i = 0;
    while (edict_difference_change(d, i, &c) && strcmp(c.item, item)) i++;
    if (!edict_difference_change(d, i, &c)) fail_msg("no change of %s", item);
    return i;
}

/* Another name is a rename, whoever uses it; two names that change places with what stands behind them are none. */
static void test_names(void **state)
{
    (void)state;
    edict_change c;
    edict_difference *d;
    d = diff_of(
        "  | A3000        | 7    | drop    |\n\ndefine amount of service, cite BOOK\n  is size from size_of for "
        "drug\n\n"
        "rule large, cite BOOK\n  for each service where amount documented and amount over 6\n  then note \"large\"\n",
        "  | A3000        | 7    | drop    |\n\ndefine parts of service, cite BOOK\n  is size from size_of for drug\n\n"
        "rule large, cite BOOK\n  for each service where parts documented and parts over 7\n  then note \"large\"\n");
    unsigned rename = change_find(d, "define amount"), rule = change_find(d, "rule large");
    assert_true(edict_difference_change(d, rename, &c) && !strcmp(c.kind, "rename"));
    assert_string_equal(c.words, "define amount is now called parts");
    assert_true(edict_difference_change(d, rule, &c));
    assert_string_equal(c.words, "rule large: amount over 6 -> parts over 7");
    assert_int_equal(edict_difference_change(d, 2, &c), 0);
    edict_difference_free(d);
}

static void line_take(void *context, const char *bytes, size_t size)
{
    char *to = context;
    size_t used = strlen(to);
    if (used + size < 2048) memcpy(to + used, bytes, size);
}

/* What is counted can be asked for row by row; what is taken out of a list and of the lists in it is one change. */
static void test_counted(void **state)
{
    (void)state;
    char rows[2048] = "";
    edict_change c;
    edict_difference *d = diff_of("| A1000, A2000 | 5    | gram    |", "| A1000, A2000 | 6    | gram    |");
    assert_true(edict_difference_change(d, 0, &c));
    assert_int_equal(c.count, 2);
    edict_difference_rows(d, 0, line_take, rows);
    assert_string_equal(rows, "A1000: size 5 -> 6\nA2000: size 5 -> 6\n");
    edict_difference_free(d);
    says("  B1000, dear\n  except A3000", "  B1000, dear\n  except A3000, B1000", "codes", "B1000 removed from cheap",
         NULL);
}

/* A bound that moves from a day on is one change, and so is taking that back. */
static void test_dated(void **state)
{
    (void)state;
    static const char plain[] = "  | length            | hours  |\n"
                                "  | from 31 min       | 1      |\n"
                                "  | from 91 min       | 2      |\n"
                                "  | then every 60 min | 1 more |\n";
    static const char dated[] = "  | length            | hours  | effective  | until      |\n"
                                "  | from 31 min       | 1      |            |            |\n"
                                "  | from 91 min       | 2      |            | 2026-06-30 |\n"
                                "  | from 76 min       | 2      | 2026-07-01 |            |\n"
                                "  | then every 60 min | 1 more |            |            |\n";
    char a[128], b[128];
    edict_change c;
    says(plain, dated, "threshold", "threshold hours (Hours), 2: from 91 min -> from 76 min", "2026-07-01");
    edict_difference *d = NULL;
    edict_error error = {0};
    snprintf(a, sizeof a, "%s/old.edict", directory);
    snprintf(b, sizeof b, "%s/new.edict", directory);
    assert_int_equal(edict_diff(b, a, NULL, &d, &error), EDICT_OK);
    assert_true(edict_difference_change(d, 0, &c));
    assert_string_equal(c.words, "threshold hours (Hours), 2: from 76 min -> from 91 min");
    assert_string_equal(c.effective, "2026-07-01");
    assert_int_equal(edict_difference_change(d, 1, &c), 0);
    edict_difference_free(d);
}

/* Rows of which the first decides: their order counts where a record can fit both. */
static void test_order(void **state)
{
    (void)state;
    says("  | drip      | cheap | any        | low   |\n  | shot      | any   | any        | low   |\n",
         "  | shot      | any   | any        | low   |\n  | drip      | cheap | any        | low   |\n", NULL, NULL,
         NULL);
    says("  | drip      | dear  | from least | high  |\n  | drip      | cheap | any        | low   |\n",
         "  | drip      | cheap | any        | low   |\n  | drip      | dear  | from least | high  |\n", "order",
         "table worth (What it is): way drip, drug dear, length from least moves before way shot", NULL);
    says("  | low   | drip | X2000 | 1     |\n  | low   | shot | X2500 | 1     |\n",
         "  | low   | shot | X2500 | 1     |\n  | low   | drip | X2000 | 1     |\n", NULL, NULL, NULL);
}

static void test_tables(void **state)
{
    (void)state;
    says("| A3000        | 7    | drop    |", "| A3000        | 8    | drop    |", "relation",
         "relation size_of (Sizes): code A3000: size 7 -> 8", NULL);
    says("  | A3000        | 7    | drop    |\n", "", "relation",
         "relation size_of (Sizes): code A3000 removed (size 7, kind_of drop)", NULL);
    says("| A1000, A2000 | 5    | gram    |", "| A1000 | 5 | gram |\n  | A2000 | 5 | grain |", "relation",
         "relation size_of (Sizes): code A2000: kind_of gram -> grain", NULL);
    says("| A1000, A2000 | 5    | gram    |", "| A1000, A2000 | 6    | gram    |", "relation",
         "relation size_of (Sizes): codes A1000, A2000: size 5 -> 6", NULL);
    says("| A1000, A2000 | 5    | gram    |", "| A1000, A2000 | 5.5  | gram    |", "relation",
         "relation size_of (Sizes): codes A1000, A2000: size 5 -> 5.5", NULL);
    says("  | A1000, A2000 | 5    | gram    |\n  | A3000        | 7    | drop    |\n",
         "  | A2000 | 5 | gram |\n  | A3000        | 7    | drop    |\n  | A1000 | 5 | gram |\n", NULL, NULL, NULL);
    says("  | drug         | size | kind_of |\n  | A1000, A2000 | 5    | gram    |\n  | A3000        | 7    | drop    "
         "|\n",
         "  | drug         | size | kind_of | effective  |\n  | A1000, A2000 | 5    | gram    |            |\n"
         "  | A3000        | 7    | drop    |            |\n  | A4000        | 7    | drop    | 2026-07-01 |\n",
         "relation", "relation size_of (Sizes): code A4000 added (size 7, kind_of drop)", "2026-07-01");
}

/* What changes nothing: form, comments, ways of writing, labels, order where it decides nothing. */
static void test_nothing(void **state)
{
    (void)state;
    says("policies\n", "# a comment\npolicies # and another\n", NULL, NULL, NULL);
    says("  | policy | one of         | is     |", "  |policy|one of|   is|", NULL, NULL, NULL);
    says("A1000 \"gold\", A2000 to A2009, A3000", "A3000, A1000 \"silver\", A2005 to A2009, A2000 to A2004", NULL, NULL,
         NULL);
    says("  | low   | drip | X2000 | 1     |\n  | low   | shot | X2500 | 1     |\n",
         "  | low   | shot | X2500 | 1     |\n  | low   | drip | X2000 | 1     |\n", NULL, NULL, NULL);
    says("way is drip and length over 600 min", "length over 10 hours and way is drip", NULL, NULL, NULL);
    says("\"Too long\"", "\"Much too long\"", NULL, NULL, NULL);
    says("what is short", "what counts as short", NULL, NULL, NULL);
    says("A book", "The book", NULL, NULL, NULL);
    says("version   1", "version   2", NULL, NULL, NULL);
    says("16 min, 31 min |", "31 min, 16 min |", NULL, NULL, NULL);
    says("| high  | any  |", "| high  |      |", NULL, NULL, NULL);
    says("  | worth | way  | code  | units |\n  | high  | any  | X1000 | 1     |\n  | low   | drip | X2000 | 1     |\n"
         "  | low   | shot | X2500 | 1     |\n",
         "  | way  | worth | code  | units |\n  | any  | high  | X1000 | 1     |\n  | drip | low   | X2000 | 1     |\n"
         "  | shot | low   | X2500 | 1     |\n",
         NULL, NULL, NULL);
}

static void image_write(const char *source, const char *name)
{
    char path[128];
    edict_compilation *c = NULL;
    edict_error error = {0};
    size_t size;
    snprintf(path, sizeof path, "%s/%s", directory, source);
    assert_int_equal(edict_compile(path, NULL, &c, &error), EDICT_OK);
    const void *image = edict_compilation_image(c, &size);
    assert_non_null(image);
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(image, 1, size, f), size);
    fclose(f);
    edict_compilation_free(c);
}

/* Images carry what is compared: the sources may be gone, and so may the files of tables. */
static void test_images(void **state)
{
    (void)state;
    static const char rows[] = "  | drug         | size | kind_of |\n  | A1000, A2000 | 5    | gram    |\n"
                               "  | A3000        | 7    | drop    |\n";
    char path[128], a[128], b[128];
    snprintf(path, sizeof path, "%s/sizes.csv", directory);
    for (int now = 0; now < 2; now++) {
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        fprintf(f, "drug,size,kind_of\nA1000,5,gram\n%sA3000,%d,drop\n", now ? "" : "A2000,5,gram\n", now ? 8 : 7);
        fclose(f);
        file_write(now ? "new.edict" : "old.edict", rows, "  from file \"sizes.csv\" as csv\n");
        image_write(now ? "new.edict" : "old.edict", now ? "new.edx" : "old.edx");
    }
    static const char *const gone[] = {"old.edict", "new.edict", "sizes.csv"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, gone[i]);
        assert_int_equal(remove(path), 0);
    }
    snprintf(a, sizeof a, "%s/old.edx", directory);
    snprintf(b, sizeof b, "%s/new.edx", directory);
    edict_difference *d = NULL;
    edict_error error = {0};
    edict_change c;
    if (edict_diff(a, b, NULL, &d, &error) != EDICT_OK) fail_msg("%s", error.message);
    assert_false(edict_difference_same(d));
    assert_int_equal(edict_difference_change(d, 0, &c), 1);
    assert_string_equal(c.words, "relation size_of (Sizes): code A2000 removed (size 5, kind_of gram)");
    assert_int_equal(edict_difference_change(d, 1, &c), 1);
    assert_string_equal(c.words, "relation size_of (Sizes): code A3000: size 7 -> 8");
    assert_int_equal(edict_difference_change(d, 2, &c), 0);
    for (unsigned i = 0; i < 2; i++) {
        const void *image;
        size_t size;
        edict_program *program = NULL;
        assert_int_equal(edict_difference_image(d, &i, 1, &image, &size, &error), EDICT_OK);
        assert_int_equal(edict_program_load(image, size, &program, &error), EDICT_OK);
        edict_program_free(program);
    }
    edict_difference_free(d);
    assert_int_equal(edict_diff(a, a, NULL, &d, &error), EDICT_OK);
    assert_true(edict_difference_same(d));
    edict_difference_free(d);
    /* Not every file that begins like an image is one. */
    FILE *f = fopen(b, "r+b");
    assert_non_null(f);
    fseek(f, 5000, SEEK_SET);
    fputc('#', f);
    fclose(f);
    assert_int_equal(edict_diff(a, b, NULL, &d, &error), EDICT_IMAGE);
    assert_non_null(strstr(error.message, "new.edx"));
}

static const char encounter[] = "{\"id\": \"E\", \"date\": \"2026-03-02\", \"services\": ["
                                "{\"drug\": \"A1000\", \"length\": 100}, {\"drug\": \"A3000\", \"length\": 20}]}";

/* The charges of an image: "X1000 x1, …". */
static void charges_of(const void *image, size_t size, char *out, size_t room)
{
    edict_program *program = NULL;
    edict_evaluator *evaluator = NULL;
    edict_error error = {0};
    edict_answer answer;
    edict_charge c;
    *out = 0;
    if (edict_program_load(image, size, &program, &error) != EDICT_OK) fail_msg("%s", error.message);
    assert_int_equal(edict_evaluator_new(program, NULL, &evaluator, &error), EDICT_OK);
    assert_int_equal(edict_evaluate(evaluator, encounter, sizeof encounter - 1, 1, &answer, &error), EDICT_OK);
    for (unsigned i = 0; edict_charge_at(evaluator, i, &c); i++)
        snprintf(out + strlen(out), room - strlen(out), "%s%s x%d", i ? ", " : "", c.code, (int)c.units);
    edict_evaluator_free(evaluator);
    edict_program_free(program);
}

static void hybrid_is(edict_difference *d, unsigned change, const char *charges)
{
    edict_error error = {0};
    const void *image;
    size_t size;
    char got[256];
    if (edict_difference_image(d, &change, 1, &image, &size, &error) != EDICT_OK) fail_msg("%s", error.message);
    charges_of(image, size, got, sizeof got);
    assert_string_equal(got, charges);
}

/* Each change by itself gives what it alone changes. */
static void test_hybrids(void **state)
{
    (void)state;
    edict_difference *d =
        diff_of("codes dear, cite BOOK\n  A1000 \"gold\", A2000 to A2009, A3000\n\n"
                "codes cheap, cite BOOK\n  B1000, dear\n  except A3000\n",
                "codes dear, cite BOOK\n  A2000 to A2009, A3000\n\ncodes cheap, cite BOOK\n  B1000, dear, A1000\n");
    size_t size;
    char got[256];
    const void *image = edict_difference_old(d, &size);
    charges_of(image, size, got, sizeof got);
    assert_string_equal(got, "X3000 x2, X1000 x2");
    hybrid_is(d, change_find(d, "codes dear A1000"), "X1000 x1");
    hybrid_is(d, change_find(d, "codes cheap A1000"), "X3000 x2, X1000 x2");
    unsigned both[] = {change_find(d, "codes dear A1000"), change_find(d, "codes cheap A1000")};
    edict_error error = {0};
    assert_int_equal(edict_difference_image(d, both, 2, &image, &size, &error), EDICT_OK);
    charges_of(image, size, got, sizeof got);
    assert_string_equal(got, "X2000 x1, X1000 x1");
    unsigned none = 99;
    assert_int_equal(edict_difference_image(d, &none, 1, &image, &size, &error), EDICT_USAGE);
    edict_difference_free(d);
}

/* A new list and the row that uses it: the row needs the list, the list needs nothing. */
static void test_needed(void **state)
{
    (void)state;
    edict_difference *d = diff_of("table worth of service \"What it is\", first row that matches, cite BOOK\n"
                                  "  | way       | drug  | length     | worth |\n",
                                  "codes rare, cite BOOK\n  A3000\n\n"
                                  "table worth of service \"What it is\", first row that matches, cite BOOK\n"
                                  "  | way       | drug  | length     | worth |\n"
                                  "  | any       | rare  | any        | low   |\n");
    unsigned list = change_find(d, "codes rare"), row = change_find(d, "table worth drug rare");
    const unsigned *needed;
    const void *image;
    size_t size;
    edict_error error = {0};
    assert_int_equal(edict_difference_image(d, &row, 1, &image, &size, &error), EDICT_RULES);
    assert_non_null(strstr(error.message, "rare"));
    assert_int_equal(edict_difference_needed(d, &row, 1, &needed), 2);
    assert_true(needed[0] + needed[1] == list + row);
    assert_int_equal(edict_difference_needed(d, &list, 1, &needed), 1);
    assert_int_equal(needed[0], list);
    edict_difference_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_words),   cmocka_unit_test(test_names),
                                       cmocka_unit_test(test_order),   cmocka_unit_test(test_dated),
                                       cmocka_unit_test(test_counted), cmocka_unit_test(test_tables),
                                       cmocka_unit_test(test_images),  cmocka_unit_test(test_nothing),
                                       cmocka_unit_test(test_hybrids), cmocka_unit_test(test_needed)};
    snprintf(directory, sizeof directory, "/tmp/edict-diff-XXXXXX");
    if (!mkdtemp(directory)) return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char path[128];
    static const char *const files[] = {"old.edict", "new.edict", "old.edx", "new.edx", "sizes.csv"};
    for (size_t i = 0; i < 5; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, files[i]);
        remove(path);
    }
    rmdir(directory);
    return failed;
}
