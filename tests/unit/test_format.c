/* The canonical form: layout of handwritten samples, and for every pack of rulesets/ and many random texts that nothing
 * is lost and that formatting twice changes nothing. Runs in the project's root. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lang/ast.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void format(struct buffer *out, const char *at, size_t size)
{
    struct source s = { "sample.edict", at ? at : "", (uint32_t)size };
    buffer_init(out, 0);
    lang_format(out, &s, NULL);
    assert_false(out->failed);
}

static int is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/* Equal but for white space. */
static void assert_nothing_lost(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t i = 0, k = 0;
    for (;; i++, k++) {
        while (i < a_size && is_white(a[i]))
            i++;
        while (k < b_size && is_white(b[k]))
            k++;
        if (i == a_size || k == b_size)
            break;
        assert_int_equal(a[i], b[k]);
    }
    assert_int_equal(i, a_size);
    assert_int_equal(k, b_size);
}

/* What holds for the canonical form of anything. */
static void assert_canonical(const char *at, size_t size)
{
    struct buffer once, twice;
    format(&once, at, size);
    assert_nothing_lost(at, size, once.at, once.size);
    for (size_t i = 0; i < once.size; i++) {
        if (once.at[i] != '\n')
            continue;
        assert_true(i > 0);
        assert_false(is_white(once.at[i - 1]) && once.at[i - 1] != '\n');
        assert_false(i >= 2 && once.at[i - 1] == '\n' && once.at[i - 2] == '\n');
    }
    if (once.size) {
        assert_int_equal(once.at[once.size - 1], '\n');
        assert_false(once.size >= 2 && once.at[once.size - 2] == '\n');
    }
    format(&twice, once.at, once.size);
    assert_int_equal(once.size, twice.size);
    assert_true(once.size == 0 || memcmp(once.at, twice.at, once.size) == 0);
    buffer_free(&once);
    buffer_free(&twice);
}

static void assert_formats(const char *written, const char *wanted)
{
    struct buffer out;
    format(&out, written, strlen(written));
    assert_string_equal(out.at ? out.at : "", wanted);
    buffer_free(&out);
    assert_canonical(written, strlen(written));
    assert_canonical(wanted, strlen(wanted));
}

static void test_items_and_clauses(void **state)
{
    (void)state;
    assert_formats("", "");
    assert_formats("\n  \n\t\n", "");
    assert_formats("\n\nrule  a \"x  y\" ,cite  B,C\n    for each visit  where form is long\n"
                   "        and place is north\n    then note \"z\"\nrule b",
                   "rule a \"x  y\", cite B, C\n  for each visit where form is long\n"
                   "    and place is north\n  then note \"z\"\n\nrule b\n");
    assert_formats("rule a\n\n\n\tthen x\n\n\n\tthen y\n\n\n\nrule b\n", "rule a\n  then x\n\n  then y\n\nrule b\n");
    assert_formats("codes a\n  X1,\n12, 13\n  X2\n", "codes a\n  X1,\n  12, 13\n  X2\n");
    assert_formats("define a of b,\n      cite C\n   is d\n", "define a of b,\n    cite C\n  is d\n");
}

static void test_line_ends(void **state)
{
    (void)state;
    assert_formats("rule a  \r\n\tthen\tb\r\n\r\n", "rule a\n  then b\n");
    assert_formats("table a\r\n  |b|c|\r\n", "table a\n  | b | c |\n");
}

static void test_rows(void **state)
{
    (void)state;
    assert_formats("table a\n| b|long name |c|\n  | é  é |  x,y| \"p | q # r\"|\n|otherwise|\n",
                   "table a\n  | b         | long name | c           |\n"
                   "  | é é       | x,y       | \"p | q # r\" |\n  | otherwise |\n");
    assert_formats("table a\n  ||  |\n  | \"x\\\" | y\" | |\n",
                   "table a\n  |           |  |\n  | \"x\\\" | y\" |  |\n");
    assert_formats("sets\n  | a | b |\n\n  # why\n  | longer | b |\n",
                   "sets\n  | a      | b |\n\n  # why\n  | longer | b |\n");
    assert_formats("bundle a\n  of b\n  | c | d |\n  lifted by e\n  | long | f |\n",
                   "bundle a\n  of b\n  | c | d |\n  lifted by e\n  | long | f |\n");
    assert_formats("table a\n  | b | c\n  | d | longer |\n", "table a\n  | b | c\n  | d | longer |\n");
}

static void test_changes(void **state)
{
    (void)state;
    assert_formats("changes table a,cite B\n  remove row |x|  y   z||\n  replace row | x|y |\n  with row |x|longer|\n"
                   "  add X1,X2\n",
                   "changes table a, cite B\n  remove row  | x | y z | |\n  replace row | x | y |\n"
                   "  with row    | x | longer |\n  add X1, X2\n");
    assert_formats("changes table a\n  replace row | x |\n    with row | y |\n",
                   "changes table a\n  replace row | x |\n    with row | y |\n");
}

static void test_comments(void **state)
{
    (void)state;
    assert_formats("\n# top\n\n\n# above\npack a.b\n  version 1 # one\n# inside\n  title \"t\"\n  # last\n"
                   "# next\nrule b\n",
                   "# top\n\n# above\npack a.b\n  version 1  # one\n  # inside\n  title \"t\"\n  # last\n\n"
                   "# next\nrule b\n");
    assert_formats("table a\n  | b |# c  |\td \n  | longer | #e\n",
                   "table a\n  | b      |  # c  | d\n  | longer |  #e\n");
    assert_formats("rule a\n  then note \"no # comment\"# one\n# end\n",
                   "rule a\n  then note \"no # comment\"  # one\n\n# end\n");
}

static void test_short_clauses_align(void **state)
{
    (void)state;
    assert_formats("pack a.b\n  title \"t\"\n  effective 2026-01-01 until open\n",
                   "pack a.b\n  title     \"t\"\n  effective 2026-01-01 until open\n");
    assert_formats("pack a.b\n  owner\"  a  b\"\n  effective 2026-01-01 until open\n",
                   "pack a.b\n  owner\"  a  b\"\n  effective 2026-01-01 until open\n");
    assert_formats("cite A\"  x\"\ncite LONG \"y\"\n", "cite A\"  x\"\ncite LONG \"y\"\n");
    assert_formats("cite A  \"x\",read 2026-01-01\ncite LONG \"y\"\n\ncite B \"z\"\nrule a\n",
                   "cite A    \"x\", read 2026-01-01\ncite LONG \"y\"\n\ncite B \"z\"\n\nrule a\n");
    assert_formats("group a into b\n  | c |\n  f is the first f\n  times is all start to stop\n",
                   "group a into b\n  | c |\n  f     is the first f\n  times is all start to stop\n");
    assert_formats("choose a of b per c\n  when d is e: highest r\n  when d is longer: least s\n",
                   "choose a of b per c\n  when d is e:      highest r\n  when d is longer: least s\n");
    assert_formats("choose a of b per c\n  when d is e: x\n  when d is one that is far too long for this: y\n",
                   "choose a of b per c\n  when d is e: x\n  when d is one that is far too long for this: y\n");
}

static void test_tests_keep_their_words(void **state)
{
    (void)state;
    assert_formats("tests \"a\"\n  every visit   form long ,place 1,5\n  |test|visits|\n  | x |10:00-?,a 1 ;  b|\n",
                   "tests \"a\"\n  every visit form long ,place 1,5\n  | test | visits          |\n"
                   "  | x    | 10:00-?,a 1 ; b |\n");
}

static void test_open_text_stays(void **state)
{
    (void)state;
    assert_formats("rule  a \"x   y |z\n  |b|  \"c   |\n", "rule  a \"x   y |z\n  |b|  \"c   |\n");
}

static void test_rulesets(void **state)
{
    (void)state;
    glob_t found;
    assert_int_equal(glob("rulesets/*/*.edict", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        FILE *f = fopen(found.gl_pathv[i], "rb");
        assert_non_null(f);
        struct buffer b;
        char piece[4096];
        buffer_init(&b, 0);
        for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;)
            buffer_add(&b, piece, n);
        fclose(f);
        assert_canonical(b.at, b.size);
        buffer_free(&b);
    }
    globfree(&found);
}

/* What `edict explain` shows is in the canonical form. */
static void test_examples(void **state)
{
    (void)state;
    for (unsigned i = 0; i < DIAG_COUNT; i++) {
        assert_formats(diag_infos[i].good, diag_infos[i].good);
        if (i != DIAG_ROW_END)
            assert_formats(diag_infos[i].bad, diag_infos[i].bad);
    }
}

static void test_random_texts(void **state)
{
    static const char *const pieces[] = {
        "\n", "\n", "\n", "\n  ", "\n    ", "\n\t", "\r\n", " ", "  ", "\t", "|", "|", "\"", "\\", "#", ",", ":", "é",
        "1", "a", "longer", " is ", "pack", "\ncite K \"t\"", "\ngroup", "\nchoose", "when ", "\ntests", "\nchanges",
        "\f", "\v", "\r",
    };
    uint32_t seed = 1;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[512];
        size_t size = 0;
        seed = seed * 1664525u + 1013904223u;
        for (unsigned n = (seed >> 16) % 40; n > 0; n--) {
            seed = seed * 1664525u + 1013904223u;
            const char *piece = pieces[(seed >> 16) % (sizeof pieces / sizeof *pieces)];
            memcpy(text + size, piece, strlen(piece));
            size += strlen(piece);
        }
        assert_canonical(text, size);
    }
}

static void test_ceiling(void **state)
{
    (void)state;
    struct source s = { "a", "rule a\n", 7 };
    struct buffer out;
    buffer_init(&out, 3);
    lang_format(&out, &s, NULL);
    assert_true(out.failed);
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items_and_clauses), cmocka_unit_test(test_line_ends), cmocka_unit_test(test_rows),
        cmocka_unit_test(test_changes), cmocka_unit_test(test_comments), cmocka_unit_test(test_short_clauses_align),
        cmocka_unit_test(test_tests_keep_their_words), cmocka_unit_test(test_open_text_stays),
        cmocka_unit_test(test_rulesets), cmocka_unit_test(test_examples), cmocka_unit_test(test_random_texts),
        cmocka_unit_test(test_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
