/* Questions about all pairs of an encounter's lines, of a relation that keeps its codes apart: against the rows. */
#include "tests/unit/table_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRSTS = 130, SECONDS = 90, LINES = 9, ENCOUNTERS = 60 };

static unsigned seed;
static unsigned drawn(unsigned below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* Code number i: those up to FIRSTS stand in the first column, those from FIRSTS / 2 on in the second one. */
static int has_row(unsigned i, unsigned k)
{
    return i < FIRSTS && k >= FIRSTS / 2 && k < FIRSTS / 2 + SECONDS && i != k && (i * 5 + k * 3) % 9 < 4 + (i == 7);
}
/* 0 whatever the modifier; 1 without one; 2: until 2024 as 1, then as 0; 3: only until 2024. */
static unsigned kind_of_row(unsigned i, unsigned k) { return (i * 3 + k) % 4; }

static void pack_make(void)
{
    FILE *f = fopen(path_of("pairs.csv"), "w");
    assert_non_null(f);
    fputs("column_1,column_2,indicator,effective,until\n", f);
    for (unsigned i = 0; i < FIRSTS; i++)
        for (unsigned k = 0; k < FIRSTS + SECONDS; k++) {
            if (!has_row(i, k)) continue;
            const unsigned kind = kind_of_row(i, k);
            if (kind < 2) fprintf(f, "%04uA,%04uA,%u,,\n", i, k, kind);
            if (kind > 1) fprintf(f, "%04uA,%04uA,1,,2024-12-31\n", i, k);
            if (kind == 2) fprintf(f, "%04uA,%04uA,0,2025-01-01,\n", i, k);
        }
    fclose(f);
    compile_good("codes lifting, cite BOOK\n  59\n"
                 "bundle pairs, cite BOOK\n  of line\n  lifted by lifting\n  from file \"pairs.csv\" as csv\n"
                 "rule beside, cite BOOK\n  for each line\n"
                 "  when any other line where pairs lists this beside, code, 1\n  then note \"a pair\"\n");
    assert_true(h.p->relations[relation_called("pairs/3")].codes > 0);
}

struct findings {
    unsigned denied, notes;
};

/* An encounter of so many lines, and what is found. */
static struct findings encounter_draw(char *to, size_t size, unsigned lines)
{
    unsigned code[LINES], beside[LINES], lifted[LINES];
    const int late = (int)drawn(2);
    struct findings f = {0, 0};
    size_t n = (size_t)snprintf(to, size, "{\"id\": \"x\", \"date\": \"%s\", \"lines\": [",
                                late ? "2025-06-01" : "2024-06-01");
    for (unsigned i = 0; i < lines; i++) {
        code[i] = drawn(5) ? FIRSTS / 2 - 9 + drawn(SECONDS + 18) : 7;
        beside[i] = drawn(FIRSTS);
        lifted[i] = !drawn(5);
        n += (size_t)snprintf(to + n, size - n, "%s{\"code\": \"%04uA\", \"beside\": \"%04uA\", \"units\": 1, ",
                              i ? ", " : "", code[i], beside[i]);
        n += (size_t)snprintf(to + n, size - n, "\"modifiers\": [%s]}", lifted[i] ? "\"59\"" : "");
    }
    snprintf(to + n, size - n, "]}");
    for (unsigned i = 0; i < lines; i++) {
        unsigned noted = 0;
        for (unsigned k = 0; k < lines; k++) {
            const unsigned kind = kind_of_row(code[i], code[k]), other = kind_of_row(beside[i], code[k]);
            if (i == k) continue;
            if (has_row(code[i], code[k]))
                f.denied += kind == 0 || (kind == 2 && late) || ((kind == 1 || !late) && !lifted[i] && !lifted[k]);
            noted |= has_row(beside[i], code[k]) && (other == 1 || (other > 1 && !late));
        }
        f.notes += noted;
    }
    return f;
}

static void test_codes_of_lines(void **state)
{
    (void)state;
    edict_evaluator *e;
    edict_error error;
    edict_answer answer;
    char text[2048];
    struct findings all = {0, 0};
    pack_make();
    assert_int_equal(edict_evaluator_new(h.p, NULL, &e, &error), EDICT_OK);
    for (unsigned i = 0; i < ENCOUNTERS; i++) {
        const struct findings f = encounter_draw(text, sizeof text, i % (LINES + 1));
        assert_int_equal(edict_evaluate(e, text, strlen(text), i + 1, &answer, &error), EDICT_OK);
        assert_int_equal(answer.findings[EDICT_DENY], f.denied);
        assert_int_equal(answer.findings[EDICT_NOTE], f.notes);
        all.denied += f.denied;
        all.notes += f.notes;
    }
    assert_true(all.denied > 100 && all.notes > 30);
    edict_evaluator_free(e);
}

/* Whatever the bytes of the packed rows are, there is an answer. */
static void test_codes_hostile(void **state)
{
    (void)state;
    size_t size;
    edict_error error;
    edict_answer answer;
    pack_make();
    const void *image = edict_compilation_image(h.made, &size);
    const struct image_slice s = ((const struct image_header *)image)->sections[SECTION_PAIRS];
    unsigned char *bytes = malloc(size);
    assert_non_null(bytes);
    for (unsigned round = 0; round < 40; round++) {
        edict_evaluator *e;
        char text[2048];
        memcpy(bytes, image, size);
        for (unsigned n = 0; n < 2000; n++)
            bytes[s.offset + drawn(n % 2 ? (unsigned)s.size : 2800)] = (unsigned char)drawn(256);
        edict_program_free(h.p);
        h.p = NULL;
        assert_int_equal(edict_program_load(bytes, size, &h.p, &error), EDICT_OK);
        assert_int_equal(edict_evaluator_new(h.p, NULL, &e, &error), EDICT_OK);
        for (unsigned i = 0; i < ENCOUNTERS; i++) {
            encounter_draw(text, sizeof text, LINES);
            assert_int_equal(edict_evaluate(e, text, strlen(text), i + 1, &answer, &error), EDICT_OK);
        }
        edict_evaluator_free(e);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_codes_of_lines, here_start, here_end),
        cmocka_unit_test_setup_teardown(test_codes_hostile, here_start, here_end),
    };
    return cmocka_run_group_tests_name("codes", tests, NULL, NULL);
}
