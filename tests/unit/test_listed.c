/* Pairs of records that a relation does not list are not made, and nothing else is left out: questions of two lines'
 * codes against the rows one by one, for a small relation and for a large one of pairs; whatever the large one's bytes
 * are. */
#include "tests/unit/table_fixture.h"

#include "vm/code_pairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODES = 120, LINES = 40, FIRSTS = 70 };
static const char question[] =
    "rule one \"x\", cite BOOK\n  for each line\n  when any other line where pairs lists this code, code, 1\n"
    "  then note \"first\"\n"
    "rule two \"x\", cite BOOK\n  for each line\n  when any other line where pairs lists code, this code, 0 or pairs "
    "lists "
    "code, this code, 1\n  then note \"second\"\n";

static unsigned seed;
static unsigned below(unsigned n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

static unsigned char rows[CODES][CODES]; /* of two codes: 1 + the indicator */

/* Of every first code so many rows; codes from FIRSTS on stand first in no row. */
static void rows_write(unsigned each)
{
    FILE *f = fopen(path_of("two.csv"), "w");
    assert_non_null(f);
    memset(rows, 0, sizeof rows);
    fputs("column_1,column_2,indicator\n", f);
    for (unsigned a = 0; a < FIRSTS; a++)
        for (unsigned n = 0; n < each; n++) {
            const unsigned b = (a + 1 + n * 7) % CODES;
            if (rows[a][b]) continue;
            rows[a][b] = (unsigned char)(1 + (a + b) % 2);
            fprintf(f, "A%04u,A%04u,%u\n", a, b, (a + b) % 2);
        }
    assert_int_equal(fclose(f), 0);
}

static void pack_compile(void)
{
    char items[1024];
    snprintf(items, sizeof items, "relation pairs \"Pairs\", cite BOOK\n  from file \"two.csv\" as csv\n%s", question);
    compile_good(items);
}

/* An encounter of lines, some of codes that stand in no row; codes[i]: CODES and more. */
static char *lines_draw(unsigned *codes)
{
    struct buffer b;
    buffer_init(&b, 0);
    buffer_text(&b, "{\"id\": \"x\", \"date\": \"2026-01-01\", \"lines\": [");
    for (unsigned i = 0; i < LINES; i++) {
        codes[i] = below(CODES + 10);
        buffer_printf(&b, "%s{\"code\": \"A%04u\", \"beside\": \"A0000\", \"units\": 1}", i ? ", " : "", codes[i]);
    }
    buffer_text(&b, "]}");
    buffer_byte(&b, 0);
    assert_false(b.failed);
    return b.at;
}

static unsigned listed(const unsigned *codes, unsigned i, int second)
{
    for (unsigned k = 0; k < LINES; k++) {
        const unsigned a = second ? codes[k] : codes[i], b = second ? codes[i] : codes[k];
        if (k == i || a >= CODES || b >= CODES) continue;
        if (second ? rows[a][b] != 0 : rows[a][b] == 2) return 1;
    }
    return 0;
}

static unsigned count_of(const char *text, const char *word)
{
    unsigned n = 0;
    for (const char *at = text; (at = strstr(at, word)); at++) n++;
    return n;
}

static void answers_compare(unsigned rounds)
{
    edict_evaluator *e;
    edict_error error;
    assert_int_equal(edict_evaluator_new(h.p, NULL, &e, &error), EDICT_OK);
    for (unsigned round = 0; round < rounds; round++) {
        unsigned codes[LINES], first = 0, second = 0;
        edict_answer answer;
        char *text = lines_draw(codes);
        for (unsigned i = 0; i < LINES; i++) {
            first += listed(codes, i, 0);
            second += listed(codes, i, 1);
        }
        assert_int_equal(edict_evaluate(e, text, strlen(text), 1, &answer, &error), EDICT_OK);
        assert_int_equal(count_of(answer.json, "\"rule\": \"one\""), first);
        assert_int_equal(count_of(answer.json, "\"rule\": \"two\""), second);
        free(text);
    }
    edict_evaluator_free(e);
}

static const struct image_relation *relation_of_pairs(int large)
{
    for (uint32_t i = 0; i < h.p->relation_count; i++)
        if ((h.p->relations[i].codes != 0) == large) return &h.p->relations[i];
    fail_msg("no such relation");
    return NULL;
}

static void test_small(void **state)
{
    (void)state;
    seed = 3;
    rows_write(2);
    pack_compile();
    assert_int_equal(relation_of_pairs(0)->rows, 2 * FIRSTS);
    answers_compare(50);
}

static void test_large(void **state)
{
    (void)state;
    seed = 5;
    rows_write(CODES - 1);
    pack_compile();
    assert_true(relation_of_pairs(1)->pairs >= 4096);
    assert_true(relation_of_pairs(1)->filter_words > FIRSTS);
    answers_compare(50);
}

/* How many pairs of lines are made. */
static void test_fewer(void **state)
{
    (void)state;
    edict_evaluator *e;
    edict_error error;
    edict_answer answer;
    char text[4096];
    for (int large = 0; large < 2; large++) {
        rows_write(large ? CODES - 1 : 2);
        pack_compile();
        assert_int_equal(edict_evaluator_new(h.p, NULL, &e, &error), EDICT_OK);
        size_t n = (size_t)snprintf(text, sizeof text, "{\"id\": \"x\", \"date\": \"2026-01-01\", \"lines\": [");
        for (unsigned i = 0; i < LINES; i++) /* none of which stands first in a row */
            n += (size_t)snprintf(text + n, sizeof text - n,
                                  "%s{\"code\": \"A%04u\", \"beside\": \"A0000\", \"units\": 1}", i ? ", " : "",
                                  FIRSTS + i);
        n += (size_t)snprintf(text + n, sizeof text - n, "]}");
        assert_int_equal(edict_evaluate(e, text, n, 1, &answer, &error), EDICT_OK);
        unsigned questions = 0;
        for (uint32_t d = 0; d < h.p->domain_count; d++) {
            if (h.p->domains[d].kind != DOMAIN_CROSS) continue;
            questions++;
            assert_true(e->sizes[d] < (large ? 1 : LINES * LINES / 8)); /* some bits of a hash are alike */
            assert_int_equal(e->all_pairs[d], LINES * LINES);
        }
        assert_true(questions >= 1);
        edict_evaluator_free(e);
    }
}

/* Whatever the bytes are: questions end, and read nothing that is not the table's. */
static void test_hostile(void **state)
{
    (void)state;
    size_t size;
    edict_error error;
    seed = 7;
    rows_write(CODES - 1);
    pack_compile();
    const void *image = edict_compilation_image(h.made, &size);
    unsigned char *bytes = malloc(size);
    assert_non_null(bytes);
    const struct image_slice s = ((const struct image_header *)image)->sections[SECTION_PAIRS];
    for (unsigned round = 0; round < 200; round++) {
        memcpy(bytes, image, size);
        for (unsigned n = 0; n < 1 + round * 10; n++)
            bytes[s.offset + below((unsigned)s.size)] = (unsigned char)below(256);
        edict_program_free(h.p);
        h.p = NULL;
        assert_int_equal(edict_program_load(bytes, size, &h.p, &error), EDICT_OK);
        edict_evaluator *e;
        edict_answer answer;
        unsigned codes[LINES];
        char *text = lines_draw(codes);
        assert_int_equal(edict_evaluator_new(h.p, NULL, &e, &error), EDICT_OK);
        assert_int_equal(edict_evaluate(e, text, strlen(text), 1, &answer, &error), EDICT_OK);
        edict_evaluator_free(e);
        free(text);
    }
    free(bytes);
}

/* The index of codes and the bits of the filter: of any number of rows each has its bit. */
static void test_marks(void **state)
{
    (void)state;
    for (uint32_t n = 0; n <= UINT16_MAX; n++) assert_int_equal(code_of_mark(code_mark(n)), n);
    assert_int_equal(filter_bits(0), 0);
    for (uint32_t n = 1; n < 100000; n += 97) {
        const uint32_t bits = filter_bits(n), shift = filter_shift(bits / 64);
        assert_int_equal(bits & (bits - 1), 0);
        assert_int_equal(filter_word(UINT16_MAX, shift), bits / 64 - 1);
        assert_true(bits == FILTER_BITS_MOST || bits >= n * FILTER_BITS_A_ROW);
    }
    for (uint32_t n = 0; n < UINT16_MAX; n++) {
        const uint32_t slots = code_pairs_slots(n);
        assert_true(slots >= 16 && slots >= 2 * n && (slots & (slots - 1)) == 0 && (slots == 16 || slots / 2 < 2 * n));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_small, here_start, here_end),
        cmocka_unit_test_setup_teardown(test_large, here_start, here_end),
        cmocka_unit_test_setup_teardown(test_fewer, here_start, here_end),
        cmocka_unit_test_setup_teardown(test_hostile, here_start, here_end),
        cmocka_unit_test(test_marks),
    };
    return cmocka_run_group_tests_name("pairs that relations list", tests, NULL, NULL);
}
