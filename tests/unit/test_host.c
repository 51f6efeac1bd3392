/* What programs that embed the library may do: ask in any order, hand over nonsense, leave out what they do not
 * want. */
#include "tests/unit/table_fixture.h"

#include <stdlib.h>
#include <string.h>

#define JOBS                                                                                                           \
    "facts job \"A job\" in jobs known by id\n"                                                                        \
    "  | fact  | type                | not documented            |\n"                                                  \
    "  | id    | text                | position \"j\"            |\n"                                                  \
    "  | start | time                | hold \"when did it start?\" |\n"                                                \
    "  | stop  | time                | hold \"when did it end?\"   |\n"  \
    "  | paid  | yes or no           | no                        |\n"                                                  \
    "  | grams | decimal             | 1                         |\n"                                                  \
    "  | less  | minutes             | 3 min                     |\n"                                                  \
    "policies\n  | policy | one of | is | decides | cite |\n"                                                          \
    "  | least | 16 min, 31 min | 31 min | when | BOOK |\n  | way | front, back | back | which | BOOK |\n"             \
    "  | fee | X1, X2 | X2 | which code | BOOK |\n"                                                                    \
    "bill job, every row that matches, cite BOOK\n"                                                                    \
    "  | paid | way | code | units |\n  | yes | any | A1 | 1 |\n  | no | back | B1 | 2 |\n"                            \
    "rule early, cite BOOK\n  for each job where start is the stop\n  then note \"{id}: early\"\n"         \
    "rule two, cite BOOK\n  for each charge where code is B1\n  then add modifier 59\n"                                \
    "rule three, cite BOOK\n  for each charge where code is B1\n  then add modifier XS\n"                              \
    "rule said, cite BOOK\n  for each encounter where id is not \"\"\n  then note \"{id}\"\n"

static edict_error error;

static edict_evaluator *evaluator(void)
{
    edict_evaluator *e = NULL;
    assert_int_equal(edict_evaluator_new(h.p, NULL, &e, &error), EDICT_OK);
    return e;
}

static edict_status evaluate(edict_evaluator *e, const char *json)
{
    return edict_evaluate(e, json, strlen(json), 0, NULL, &error);
}

/* Charges and findings as values: several modifiers, and texts with whatever JSON has to escape. */
static void test_values(void **state)
{
    (void)state;
    compile_good(JOBS);
    edict_evaluator *e = evaluator();
    edict_charge charge;
    edict_finding finding;
    assert_false(edict_charge_at(e, 0, &charge));
    assert_false(edict_finding_at(e, 0, &finding));
    assert_int_equal(evaluate(e,
        "{\"id\": \"a \\\"b\\\" \\\\ {c} [d]\\n\\t\\u0001\", \"date\": \"2026-03-02\", \"jobs\": ["
        "{\"start\": \"2026-03-02T10:00\", \"stop\": \"2026-03-02T10:30\"}]}"), EDICT_OK);
    assert_true(edict_charge_at(e, 0, &charge));
    assert_string_equal(charge.code, "B1");
    assert_string_equal(charge.modifiers, "59-XS");
    assert_string_equal(charge.date, "2026-03-02");
    assert_int_equal(charge.units, 2);
    assert_false(edict_charge_at(e, 1, &charge));
    assert_true(edict_finding_at(e, 0, &finding));
    assert_string_equal(finding.message, "a \"b\" \\ {c} [d]\n\t?");
    assert_string_equal(finding.rule, "said");
    assert_false(edict_finding_at(e, 1, &finding));
    /* What stands although the encounter is held, told without its own evaluation's charges. */
    assert_int_equal(evaluate(e, "{\"id\": \"h\", \"date\": \"2026-03-02\", \"jobs\": [{}]}"), EDICT_OK);
    assert_true(edict_charge_at(e, 0, &charge));
    assert_string_equal(charge.modifiers, "59-XS");
    assert_string_equal(charge.date, "2026-03-02");
    edict_evaluator_free(e);
}

/* An answer that nobody wants, errors that nobody wants, lines beyond what an error holds, the mark of UTF-8. */
static void test_left_out(void **state)
{
    (void)state;
    static const char marked[] = "\xef\xbb\xbf{\"id\": \"1\", \"date\": \"2026-03-02\"}", half[] = "\xef\xbb{}";
    compile_good(JOBS);
    edict_evaluator *e = evaluator();
    assert_int_equal(edict_evaluate(e, marked + 3, sizeof marked - 4, 0, NULL, NULL), EDICT_OK);
    assert_int_equal(edict_evaluate(e, "{", 1, (uint64_t)1 << 40, NULL, &error), EDICT_INPUT);
    assert_int_equal(error.line, UINT32_MAX);
    assert_int_equal(edict_evaluate(e, "{", 1, 1, NULL, NULL), EDICT_INPUT);
    assert_int_equal(edict_evaluate(e, marked, sizeof marked - 1, 1, NULL, &error), EDICT_OK);
    assert_int_equal(edict_evaluate(e, marked, sizeof marked - 1, 2, NULL, &error), EDICT_INPUT);
    assert_int_equal(edict_evaluate(e, half, sizeof half - 1, 1, NULL, &error), EDICT_INPUT);
    assert_int_equal(edict_answers(e, marked, sizeof marked - 1), 1);
    assert_int_equal(edict_answers(e, half, sizeof half - 1), -1);
    assert_int_equal(edict_answers(e, "{}", 2), -1);
    edict_evaluator_free(e);
}

static void test_policies(void **state)
{
    (void)state;
    static const char *const given[] = { "X2", "31 min", "back" };
    const char *values;
    compile_good(JOBS);
    edict_evaluator *e = evaluator();
    for (unsigned i = 0; i < 3; i++) assert_string_equal(edict_program_policy_value(h.p, i), given[i]);
    assert_null(edict_program_policy_value(h.p, 3));
    assert_null(edict_program_policy(h.p, 3, &values));
    assert_int_equal(edict_evaluator_set(e, "least", "16", &error), EDICT_OK);
    assert_int_equal(edict_evaluator_set(e, "least", "16 min", NULL), EDICT_OK);
    static const char *const wrong[] = { "", "1", "16 ", "16 m", "16 min ", "min" };
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(edict_evaluator_set(e, "least", wrong[i], &error), EDICT_USAGE);
        assert_string_equal(error.expected, "16 min, 31 min");
    }
    assert_int_equal(edict_evaluator_set(e, "most", "1", NULL), EDICT_USAGE);
    assert_int_equal(edict_evaluator_set(e, "least", NULL, NULL), EDICT_OK);
    edict_evaluator_free(e);
}

/* Encounters read ahead, then asked for in another order, in other words, or not at all: the answers are the same. */
static void test_ahead(void **state)
{
    (void)state;
    static const char *const json[] = { "{\"id\": \"1\", \"date\": \"2026-03-02\", \"jobs\": [{\"paid\": true}]}",
        "\xef\xbb\xbf{\"id\": \"2\", \"date\": \"2026-03-02\"}", "{}",
        "{\"id\": \"4\", \"date\": \"2026-03-02\", \"jobs\": [{}]}", "{\"id\": \"5\", \"date\": \"1999-03-02\"}", "" };
    enum { COUNT = sizeof json / sizeof *json };
    char *right[COUNT];
    edict_encounter all[COUNT];
    compile_good(JOBS);
    edict_evaluator *e = evaluator();
    for (size_t i = 0; i < COUNT; i++) {
        edict_answer answer;
        all[i] = (edict_encounter){ json[i], strlen(json[i]) };
        edict_evaluate(e, json[i], all[i].size, 1, &answer, &error);
        right[i] = strndup(answer.json, answer.size);
    }
    assert_int_equal(edict_evaluate_ahead(e, all, 1), 0);
    for (size_t from = 0; from < COUNT; from++)
        for (size_t step = 1; step < COUNT; step++) {
            assert_int_equal(edict_evaluate_ahead(e, all, COUNT), COUNT);
            for (size_t k = 0, i = from; k < COUNT; k++, i = (i + step) % COUNT) {
                edict_answer answer;
                edict_evaluate(e, json[i], all[i].size, 1, &answer, &error);
                assert_int_equal(answer.size, strlen(right[i]));
                assert_memory_equal(answer.json, right[i], answer.size);
            }
        }
    assert_int_equal(edict_evaluate_ahead(e, all, COUNT), COUNT);
    assert_int_equal(edict_evaluate(e, json[0], all[0].size - 1, 1, NULL, &error), EDICT_INPUT);
    for (size_t i = 0; i < COUNT; i++) free(right[i]);
    edict_evaluator_free(e);
}

/* An evaluator that has learnt how records are written says of every other byte what a new one says. */
static void test_every_byte(void **state)
{
    (void)state;
    static const char whole[] = "{\"id\":\"1\",\"date\":\"2026-03-02\",\"jobs\":["
        "{\"id\":\"a\",\"start\":\"2026-03-02T08:59\",\"paid\":true,\"grams\":1.5,\"less\":12},"
        "{\"id\":\"b\",\"start\":\"2026-03-02T09:00:30\",\"paid\":false,\"grams\":20,\"less\":0}],"
        "\"lines\":[{\"line\":7,\"code\":\"A1\",\"beside\":\"b2.3\",\"units\":10,\"tint\":\"red\","
        "\"modifiers\":[\"59\",\"XS\"],\"date\":\"2026-03-01\"}]}";
    static const char bytes[] = "\"\\{}[],:. 09/-eAtz@\xff\xc3";
    enum { SIZE = sizeof whole - 1 };
    compile_good(JOBS);
    edict_evaluator *learnt = evaluator();
    for (size_t at = 0; at <= SIZE; at++)
        for (size_t b = 0; b < sizeof bytes; b++) {
            char text[SIZE + 1];
            size_t size = SIZE;
            memcpy(text, whole, SIZE + 1);
            if (b == sizeof bytes - 1) size = at; /* cut off here */
            else if (at < SIZE) text[at] = bytes[b];
            edict_answer a, c;
            edict_evaluator *fresh = evaluator();
            assert_int_equal(edict_evaluate(learnt, whole, SIZE, 0, &a, &error), EDICT_OK);
            const edict_status first = edict_evaluate(learnt, text, size, 0, &a, &error);
            const edict_status second = edict_evaluate(fresh, text, size, 0, &c, &error);
            if (first != second || a.size != c.size || memcmp(a.json, c.json, a.size) != 0)
                fail_msg("byte %zu is %c: %.*s, and %.*s", at, bytes[b], (int)a.size, a.json, (int)c.size, c.json);
            edict_evaluator_free(fresh);
        }
    edict_evaluator_free(learnt);
}

#define HERE(name) cmocka_unit_test_setup_teardown(test_##name, here_start, here_end)

int main(void)
{
    const struct CMUnitTest tests[] = { HERE(values), HERE(left_out), HERE(policies), HERE(ahead), HERE(every_byte) };
    return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
