/* The groundwork: arena, places in a source, distances of words, diagnostics, dates. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/date.h"
#include "base/diag.h"
#include "base/source.h"

#include <stdio.h>
#include <string.h>

/* ---- arena */

static void test_arena_aligns(void **state)
{
    struct arena a;
    (void)state;
    arena_init(&a, 0);
    for (size_t size = 0; size < 70; size++) {
        unsigned char *at = arena_alloc(&a, size);
        assert_non_null(at);
        assert_int_equal((uintptr_t)at % 16, 0);
        memset(at, 0xa5, size);
    }
    unsigned char *big = arena_zero(&a, 3, 1 << 20);
    assert_non_null(big);
    assert_int_equal((uintptr_t)big % 16, 0);
    assert_int_equal(big[0] | big[(3 << 20) - 1], 0);
    arena_free(&a);
    assert_null(a.first);
}

static void fill(struct arena *a, unsigned seed)
{
    for (int i = 0; i < 400; i++) {
        seed = seed * 1664525u + 1013904223u;
        size_t size = (seed >> 16) % 9000;
        unsigned char *at = arena_alloc(a, size);
        assert_non_null(at);
        memset(at, i, size);
    }
}

static void test_arena_reset_keeps_blocks(void **state)
{
    struct arena a;
    (void)state;
    arena_init(&a, 0);
    fill(&a, 1);
    size_t used = a.used, blocks = a.blocks;
    assert_true(used > 400 * 1000 && blocks > 1);
    for (int i = 0; i < 5; i++) {
        arena_reset(&a);
        assert_int_equal(a.used, 0);
        fill(&a, 1);
        assert_int_equal(a.used, used);
        assert_int_equal(a.blocks, blocks);
    }
    arena_free(&a);
}

/* Large and small requests in ever different orders find the blocks that are there. */
static void test_arena_warm_in_any_order(void **state)
{
    struct arena a;
    size_t warm = 0;
    (void)state;
    arena_init(&a, 0);
    for (unsigned round = 0; round < 200; round++) {
        arena_reset(&a);
        for (unsigned i = 0; i < 40; i++)
            assert_non_null(arena_alloc(&a, i == round % 40 ? 3u << 20 : 12000));
        if (round == 40)
            warm = a.blocks;
    }
    assert_true(a.blocks <= warm + 2);
    arena_free(&a);
}

static void test_arena_ceiling(void **state)
{
    struct arena a;
    (void)state;
    arena_init(&a, 1000);
    assert_null(arena_alloc(&a, 1001));
    assert_non_null(arena_alloc(&a, 900));
    assert_null(arena_alloc(&a, 200));
    assert_non_null(arena_alloc(&a, 16));
    arena_reset(&a);
    assert_non_null(arena_alloc(&a, 900));
    arena_free(&a);
    assert_int_equal(a.ceiling, 1000);
    arena_init(&a, 0);
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_alloc(&a, SIZE_MAX - 15));
    assert_null(arena_zero(&a, SIZE_MAX / 2, 4));
    assert_null(arena_copy(&a, "", SIZE_MAX));
    arena_free(&a);
}

static void test_arena_texts(void **state)
{
    struct arena a;
    (void)state;
    arena_init(&a, 0);
    assert_string_equal(arena_copy(&a, "abcdef", 3), "abc");
    assert_string_equal(arena_copy(&a, NULL, 0), "");
    assert_string_equal(arena_printf(&a, "%s is %d", "seven", 7), "seven is 7");
    assert_string_equal(arena_printf(&a, "%s", ""), "");
    arena_free(&a);
}

/* ---- places */

static struct source source_of(const char *bytes)
{
    return (struct source){ "a.edict", bytes, (uint32_t)strlen(bytes) };
}

static void assert_position(const struct source *s, uint32_t offset, uint32_t line, uint32_t column)
{
    uint32_t l, c;
    source_position(s, offset, &l, &c);
    assert_int_equal(l, line);
    assert_int_equal(c, column);
}

static void test_source_position(void **state)
{
    (void)state;
    struct source s = source_of("ab\r\né€x\n\nend");
    assert_position(&s, 0, 1, 1);
    assert_position(&s, 2, 1, 3);
    assert_position(&s, 4, 2, 1);
    assert_position(&s, 6, 2, 2);    /* behind two bytes of é */
    assert_position(&s, 9, 2, 3);    /* behind three bytes of € */
    assert_position(&s, 11, 3, 1);
    assert_position(&s, 12, 4, 1);
    assert_position(&s, 15, 4, 4);
    assert_position(&s, 99, 4, 4);   /* beyond the end: the end */
    struct source empty = source_of("");
    assert_position(&empty, 0, 1, 1);
    assert_int_equal(source_line(&empty, 7).size, 0);
}

static void test_source_line(void **state)
{
    (void)state;
    struct source s = source_of("ab\r\né€x\n\nend");
    assert_true(text_is(source_line(&s, 0), "ab"));
    assert_true(text_is(source_line(&s, 3), "ab"));
    assert_true(text_is(source_line(&s, 4), "é€x"));
    assert_true(text_is(source_line(&s, 11), ""));
    assert_true(text_is(source_line(&s, 14), "end"));
    assert_true(text_is(source_line(&s, 99), "end"));
}

static void test_text_compare(void **state)
{
    (void)state;
    assert_true(text_compare(text_of("ab"), text_of("abc")) < 0);
    assert_true(text_compare(text_of("b"), text_of("abc")) > 0);
    assert_true(text_compare(text_of("\xc3"), text_of("a")) > 0);
    assert_int_equal(text_compare(text_of("ab"), text_of("ab")), 0);
    assert_int_equal(text_compare((struct text){ NULL, 0 }, text_of("")), 0);
    assert_true(text_equal((struct text){ NULL, 0 }, text_of("")));
    assert_false(text_is(text_of("ab"), "abc"));
}

static unsigned distance(const char *a, const char *b, unsigned limit)
{
    unsigned there = text_distance(text_of(a), text_of(b), limit);
    assert_int_equal(there, text_distance(text_of(b), text_of(a), limit));
    return there;
}

static void test_text_distance(void **state)
{
    char longer[80];
    (void)state;
    assert_int_equal(distance("family", "family", 3), 0);
    assert_int_equal(distance("Family", "fAMILY", 3), 0);
    assert_int_equal(distance("famly", "family", 3), 1);
    assert_int_equal(distance("faimly", "family", 3), 1);    /* two letters exchanged */
    assert_int_equal(distance("", "abc", 5), 3);
    assert_int_equal(distance("", "", 0), 0);
    assert_int_equal(distance("kitten", "sitting", 5), 3);
    assert_int_equal(distance("kitten", "sitting", 2), 3);   /* limit + 1 */
    assert_int_equal(distance("abcdef", "uvwxyz", 2), 3);
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    assert_int_equal(distance(longer, longer, 2), 0);
    assert_int_equal(distance(longer, "a", 2), 3);
}

static void test_suggestions(void **state)
{
    static const char *const words[] = { "family", "given_as", "role", "no" };
    (void)state;
    assert_string_equal(diag_suggest(text_of("famly"), words, 4), "family");
    assert_string_equal(diag_suggest(text_of("givn_sa"), words, 4), "given_as");
    assert_string_equal(diag_suggest(text_of("roel"), words, 4), "role");
    assert_null(diag_suggest(text_of("on"), words, 4));      /* too short to guess */
    assert_null(diag_suggest(text_of("purpose"), words, 4));
    assert_null(diag_suggest(text_of("family"), words, 0));
}

/* ---- diagnostics */

struct place {
    struct arena arena;
    struct diags diags;
    struct buffer out;
};

static void place_open(struct place *p)
{
    arena_init(&p->arena, 0);
    diags_init(&p->diags, &p->arena);
    buffer_init(&p->out, 0);
}

static void place_close(struct place *p)
{
    buffer_free(&p->out);
    arena_free(&p->arena);
}

static struct span span_of(uint32_t source, uint32_t from, uint32_t to)
{
    return (struct span){ source, from, to };
}

static void assert_renders(struct place *p, const struct source *sources, size_t count, const char *wanted)
{
    buffer_clear(&p->out);
    diag_render(&p->out, p->diags.first, sources, count, 0);
    assert_string_equal(p->out.at, wanted);
    assert_null(strchr(p->out.at, 033));
}

static void test_diag_table(void **state)
{
    (void)state;
    for (unsigned i = 0; i < DIAG_COUNT; i++) {
        const struct diag_info *a = &diag_infos[i];
        assert_int_equal(a->code[0], a->severity == DIAG_ERROR ? 'E' : 'W');
        assert_int_equal(strlen(a->code), 4);
        assert_true(strlen(a->title) > 5 && strlen(a->why) > 80);
        assert_int_equal(a->bad[0] == 0, a->good[0] == 0);
        assert_true(!a->bad[0] || strcmp(a->bad, a->good) != 0);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(a->code, diag_infos[k].code);
    }
}

static void test_diag_counts_and_duplicates(void **state)
{
    struct place p;
    (void)state;
    place_open(&p);
    assert_non_null(diag_add(&p.diags, DIAG_SYNTAX, span_of(0, 1, 2), "one"));
    assert_null(diag_add(&p.diags, DIAG_SYNTAX, span_of(0, 1, 2), "the same again"));
    assert_non_null(diag_add(&p.diags, DIAG_BAD_CELL, span_of(0, 1, 2), "another code"));
    assert_non_null(diag_add(&p.diags, DIAG_SYNTAX, span_of(1, 1, 2), "another source"));
    assert_non_null(diag_add(&p.diags, DIAG_UNUSED, span_of(0, 1, 3), "%s", "a warning"));
    assert_int_equal(p.diags.errors, 3);
    assert_int_equal(p.diags.warnings, 1);
    diag_hint(&p.diags, NULL, "nothing");
    diag_other(NULL, span_of(0, 0, 1), "nothing");
    for (uint32_t i = 0; i < 300; i++) {
        struct diag *d = diag_add(&p.diags, DIAG_SYNTAX, span_of(0, 10 + i, 11 + i), "many");
        assert_int_equal(d != NULL, i + 4 < p.diags.limit);
    }
    assert_int_equal(p.diags.errors, 303);
    unsigned kept = 0;
    for (struct diag *d = p.diags.first; d; d = d->next)
        kept++;
    assert_int_equal(kept, p.diags.limit);
    place_close(&p);
}

static void test_diag_sorts(void **state)
{
    static const uint32_t at[][2] = { { 1, 5 }, { 0, 9 }, { 0, 3 }, { 1, 0 }, { 0, 3 }, { 0, 0 }, { 0, 3 } };
    static const char *const wanted[] = { "5", "2", "4", "6", "1", "3", "0" };
    struct place p;
    (void)state;
    place_open(&p);
    diags_sort(&p.diags);
    assert_null(p.diags.last);
    for (uint32_t i = 0; i < 7; i++)
        assert_non_null(diag_add(&p.diags, DIAG_SYNTAX, span_of(at[i][0], at[i][1], at[i][1] + i), "%u", (unsigned)i));
    diags_sort(&p.diags);
    unsigned n = 0;
    for (struct diag *d = p.diags.first; d; d = d->next)
        assert_string_equal(d->message, wanted[n++]);
    assert_int_equal(n, 7);
    assert_string_equal(p.diags.last->message, "0");
    place_close(&p);
}

static void test_diag_renders(void **state)
{
    struct source s = source_of("rule é\r\n\tthen\tfamly is\r\n");
    struct place p;
    (void)state;
    place_open(&p);
    struct diag *d = diag_add(&p.diags, DIAG_UNKNOWN_NAME, span_of(0, 15, 20), "`famly` is not known here");
    assert_renders(&p, &s, 1,
                   "a.edict:2:7: error E101: `famly` is not known here\n"
                   "     2 | \tthen\tfamly is\n"
                   "       | \t    \t^~~~~\n");
    diag_hint(&p.diags, d, "did you mean `%s`?\n| a | b |", "family");
    diag_other(d, span_of(0, 5, 7), "declared here");
    assert_renders(&p, &s, 1,
                   "a.edict:2:7: error E101: `famly` is not known here\n"
                   "     2 | \tthen\tfamly is\n"
                   "       | \t    \t^~~~~\n"
                   "       = did you mean `family`?\n"
                   "       | | a | b |\n"
                   "  a.edict:1:6: note: declared here\n"
                   "     1 | rule é\n"
                   "       |      ^\n");
    assert_renders(&p, &s, 0,
                   "error E101: `famly` is not known here\n"
                   "       = did you mean `family`?\n"
                   "       | | a | b |\n");
    buffer_clear(&p.out);
    diag_render(&p.out, d, &s, 1, 1);
    assert_non_null(strstr(p.out.at, "\033[1;31merror E101:"));
    place_close(&p);
}

/* A span over several lines, at the end of the file, or beyond it, stays inside its first line. */
static void test_diag_renders_at_the_edge(void **state)
{
    struct source s = source_of("ab\ncd");
    struct place p;
    (void)state;
    place_open(&p);
    diag_add(&p.diags, DIAG_SYNTAX, span_of(0, 1, 5), "m");
    assert_renders(&p, &s, 1, "a.edict:1:2: error E001: m\n     1 | ab\n       |  ^\n");
    p.diags.first->span = span_of(0, 5, 5);
    assert_renders(&p, &s, 1, "a.edict:2:3: error E001: m\n     2 | cd\n       |   ^\n");
    p.diags.first->span = span_of(0, 50, 60);
    assert_renders(&p, &s, 1, "a.edict:2:3: error E001: m\n     2 | cd\n       |   ^\n");
    struct source controls = source_of("a\033[2Jb\n");
    p.diags.first->span = span_of(0, 5, 6);
    assert_renders(&p, &controls, 1, "a.edict:1:6: error E001: m\n     1 | a [2Jb\n       |      ^\n");
    place_close(&p);
}

/* Of a long line the part around the span is shown, cut between characters; the caret stands below its character. */
static void test_diag_renders_long_lines(void **state)
{
    char text[1001];
    struct place p;
    (void)state;
    place_open(&p);
    for (size_t i = 0; i + 1 < sizeof text; i += 2)
        memcpy(text + i, "é", 2);
    text[700] = 'X';
    text[701] = 'Y';
    text[1000] = 0;
    struct source s = source_of(text);
    diag_add(&p.diags, DIAG_SYNTAX, span_of(0, 700, 702), "m");
    buffer_clear(&p.out);
    diag_render(&p.out, p.diags.first, &s, 1, 0);
    char *line = strchr(p.out.at, '\n') + 1, *caret = strchr(line, '\n') + 1;
    size_t before = 0;
    for (char *at = line; *at != 'X'; at++)
        before += ((unsigned char)*at & 0xc0) != 0x80;
    assert_int_equal(strcspn(caret, "^"), before);
    assert_true(caret - line < 140 && before < 75);
    assert_memory_equal(line, "     1 | …é", strlen("     1 | …é"));
    assert_memory_equal(caret - strlen("é…\n"), "é…\n", strlen("é…\n"));
    p.diags.first->span = span_of(0, 0, 4);
    buffer_clear(&p.out);
    diag_render(&p.out, p.diags.first, &s, 1, 0);
    assert_non_null(strstr(p.out.at, "     1 | éé"));
    assert_non_null(strstr(p.out.at, "       | ^~\n"));
    place_close(&p);
}

static void test_diag_json(void **state)
{
    struct source s = source_of("a\n\"é\" x\n");
    struct place p;
    (void)state;
    place_open(&p);
    struct diag *d = diag_add(&p.diags, DIAG_UNUSED, span_of(0, 2, 6), "\"é\"");
    diag_render_json(&p.out, d, &s, 1);
    assert_string_equal(p.out.at,
                        "{\"code\":\"W503\",\"severity\":\"warning\",\"file\":\"a.edict\",\"line\":2,\"column\":1,"
                        "\"end_line\":2,\"end_column\":4,\"message\":\"\\\"é\\\"\",\"hint\":null,\"other\":null}");
    diag_hint(&p.diags, d, "h");
    diag_other(d, span_of(0, 0, 1), NULL);
    buffer_clear(&p.out);
    diag_render_json(&p.out, d, &s, 1);
    assert_non_null(strstr(p.out.at, ",\"hint\":\"h\",\"other\":{\"note\":\"\",\"file\":\"a.edict\",\"line\":1,"
                                     "\"column\":1,\"end_line\":1,\"end_column\":2}}"));
    place_close(&p);
}

/* ---- dates */

static void test_date_validity(void **state)
{
    (void)state;
    assert_true(date_valid(1900, 1, 1) && date_valid(2199, 12, 31));
    assert_false(date_valid(1899, 12, 31) || date_valid(2200, 1, 1));
    assert_false(date_valid(2026, 0, 1) || date_valid(2026, 13, 1) || date_valid(2026, 4, 31));
    assert_false(date_valid(2026, 4, 0) || date_valid(2024, 2, 30));
    assert_true(date_valid(2024, 2, 29) && date_valid(2000, 2, 29));
    assert_false(date_valid(1900, 2, 29) || date_valid(2100, 2, 29) || date_valid(2026, 2, 29));
    assert_int_equal(date_month_days(2024, 2), 29);
    assert_int_equal(date_month_days(2026, 12), 31);
    assert_int_equal(date_month_days(2026, 13), 0);
}

static void test_date_round_trip(void **state)
{
    int32_t next = date_days(1900, 1, 1);
    (void)state;
    assert_int_equal(date_days(1970, 1, 1), 0);
    assert_int_equal(date_days(2000, 3, 1), 11017);
    for (int year = 1900; year <= 2199; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= date_month_days(year, month); day++, next++) {
                int y, m, d;
                int32_t parsed;
                char text[11], wanted[40];
                assert_true(date_valid(year, month, day));
                assert_int_equal(date_days(year, month, day), next);
                date_parts(next, &y, &m, &d);
                assert_true(y == year && m == month && d == day);
                date_text(next, text);
                snprintf(wanted, sizeof wanted, "%04d-%02d-%02d", year, month, day);
                assert_string_equal(text, wanted);
                assert_true(date_parse(text, &parsed));
                assert_int_equal(parsed, next);
            }
    assert_int_equal(next, date_days(1900, 1, 1) + 300 * 365 + 73);
}

/* A damaged image can list any number as a date: far outside the years there is a text too, and no overflow. */
static void test_date_text_of_any_number(void **state)
{
    static const int32_t any[] = { INT32_MAX, INT32_MIN, INT32_MAX - 719467, INT32_MIN + 146096 };
    (void)state;
    for (size_t i = 0; i < sizeof any / sizeof *any; i++) {
        char text[11];
        int y, m, d;
        date_text(any[i], text);
        assert_string_equal(text, "0000-00-00");
        date_parts(any[i], &y, &m, &d);
        assert_true(m >= 1 && m <= 12 && d >= 1 && d <= 31);
        assert_true((any[i] < 0) == (y < 0));
    }
}

static void test_date_parse_refuses(void **state)
{
    static const char *const wrong[] = { "", "2026-1-01", "2026/01/01", "2026-02-30", "20260101xx", "1899-12-31",
                                         "2026-00-10", "2026-01-0", "-026-01-01", "2026-01-3a" };
    int32_t days = 7;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(date_parse(wrong[i], &days));
    assert_int_equal(days, 7);
}

static int32_t years(const char *from, const char *to)
{
    int32_t a = 0, b = 0;
    assert_true(date_parse(from, &a));
    assert_true(date_parse(to, &b));
    return date_years(a, b);
}

static void test_date_years(void **state)
{
    (void)state;
    assert_int_equal(years("2000-05-20", "2018-05-19"), 17);
    assert_int_equal(years("2000-05-20", "2018-05-20"), 18);
    assert_int_equal(years("2000-02-29", "2018-02-28"), 17);
    assert_int_equal(years("2000-02-29", "2018-03-01"), 18);
    assert_int_equal(years("2000-02-29", "2020-02-29"), 20);
    assert_int_equal(years("2026-03-01", "2026-03-01"), 0);
    assert_true(years("2026-03-02", "2026-03-01") < 0);
}

/* Room that was made beforehand holds what comes, and keeps what was there; a ceiling stays one. */
static void test_buffer_expect(void **state)
{
    (void)state;
    enum { MANY = 3 << 20 };
    struct buffer b;
    buffer_init(&b, 0);
    buffer_text(&b, "before");
    buffer_expect(&b, MANY);
    const char *at = b.at;
    for (unsigned i = 0; i < MANY; i++) buffer_byte(&b, (char)('a' + i % 26));
    assert_ptr_equal(b.at, at);
    assert_int_equal(b.failed, 0);
    assert_int_equal(b.size, MANY + 6);
    assert_memory_equal(b.at, "beforeabc", 9);
    assert_int_equal(b.at[b.size - 1], 'a' + (MANY - 1) % 26);
    buffer_free(&b);
    buffer_init(&b, 100);
    buffer_expect(&b, 101);
    assert_int_equal(b.failed, BUFFER_FULL);
    buffer_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena_aligns), cmocka_unit_test(test_arena_reset_keeps_blocks),
        cmocka_unit_test(test_arena_warm_in_any_order), cmocka_unit_test(test_arena_ceiling),
        cmocka_unit_test(test_arena_texts), cmocka_unit_test(test_buffer_expect),
        cmocka_unit_test(test_source_position), cmocka_unit_test(test_source_line),
        cmocka_unit_test(test_text_compare), cmocka_unit_test(test_text_distance), cmocka_unit_test(test_suggestions),
        cmocka_unit_test(test_diag_table), cmocka_unit_test(test_diag_counts_and_duplicates),
        cmocka_unit_test(test_diag_sorts), cmocka_unit_test(test_diag_renders),
        cmocka_unit_test(test_diag_renders_at_the_edge), cmocka_unit_test(test_diag_renders_long_lines),
        cmocka_unit_test(test_diag_json), cmocka_unit_test(test_date_validity), cmocka_unit_test(test_date_round_trip),
        cmocka_unit_test(test_date_text_of_any_number),
        cmocka_unit_test(test_date_parse_refuses), cmocka_unit_test(test_date_years),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
