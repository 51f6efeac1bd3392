/* The bytes of an answer: stored numbers, codes and texts; texts that are escaped or longer than any room made for
 * them; an answer that ends at any byte; charges whose reasons are remembered. */
#include "tests/unit/table_fixture.h"
#include "vm/result.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void test_numbers(void **state)
{
    (void)state;
    int64_t n[60] = { INT64_MIN, INT64_MAX, -1, -9, -10, -99, -100, 0 };
    uint32_t count = 8;
    for (int64_t power = 1; count < 58; power *= 10) {
        n[count++] = power - 1;
        n[count++] = power;
        if (power > INT64_MAX / 10) break;
    }
    for (uint32_t i = 0; i < count; i++) {
        char wanted[32], stored[STORE_VALUE];
        snprintf(wanted, sizeof wanted, "%" PRId64, n[i]);
        *store_int(stored, n[i]) = 0;
        assert_string_equal(stored, wanted);
    }
}

static void test_codes(void **state)
{
    char stored[STORE_VALUE];
    (void)state;
    for (uint32_t n = 1; n <= 8; n++) {
        char text[9] = "A1B2C3D4", wanted[16];
        text[n] = 0;
        snprintf(wanted, sizeof wanted, "\"%s\"", text);
        *store_code(stored, packed(text)) = 0;
        assert_string_equal(stored, wanted);
    }
    *store_code(stored, 0) = 0;
    assert_string_equal(stored, "\"none\"");
}

/* Texts of every length up to 70 with something to escape at every place, or nothing; the buffer is as small as it can
 * be, so that it grows at every point. */
static void test_texts(void **state)
{
    static const char special[] = "\"\\\n\x01\x7f\x1f";
    (void)state;
    for (size_t size = 0; size <= 70; size++)
        for (size_t at = 0; at <= size; at++)
            for (const char *c = special; *c; c++) {
                struct buffer plain, out;
                char text[72];
                memset(text, 'x', sizeof text);
                text[at] = *c;
                buffer_init(&plain, 0);
                buffer_init(&out, 0);
                buffer_text(&plain, "<");
                buffer_escaped(&plain, text, size);
                buffer_text(&plain, ">");
                char *to = buffer_open(&out, STORE_VALUE + STORE_OVER);
                to = store_text(&out, store(to, "<"), 1, text, size);
                buffer_close(&out, store(to, ">"));
                assert_string_equal(out.at, plain.at);
                buffer_free(&plain);
                buffer_free(&out);
            }
}

static void test_room(void **state)
{
    struct buffer b;
    (void)state;
    buffer_init(&b, 300);
    char *to = buffer_open(&b, 10);
    assert_non_null(to);
    to = store(to, "0123456789");
    assert_true(store_more(&b, &to, 100, 50));      /* there already */
    assert_int_equal(b.size, 0);
    assert_true(store_more(&b, &to, 1000, 1000));   /* more than the ceiling: room, but not to be kept */
    assert_int_equal(b.size, 10);
    memset(to, 'x', 290);
    buffer_close(&b, to + 290);
    assert_int_equal(b.size, 300);
    assert_false(b.failed);
    to = buffer_open(&b, 1);
    *to = 'y';
    buffer_close(&b, to + 1);
    assert_int_equal(b.failed, BUFFER_FULL);
    assert_int_equal(b.size, 300);
    assert_int_equal(b.at[300], 0);
    assert_null(buffer_open(&b, 1));
    to = b.at;
    assert_false(store_more(&b, &to, 10000, 0));
    assert_ptr_equal(to, b.at);
    buffer_free(&b);
}

#define FACTS \
    "pack test.answer\n  title \"answers\"\n  version 1\n  effective 2000-01-01 until open\n\n" \
    "cite BOOK \"A book\", read 2026-01-01\ncite LAW \"A law\", read 2026-01-01\n\n" \
    "facts encounter \"A day\" known by id\n" \
    "  | fact | type            | not documented |\n" \
    "  | id   | text            | refused        |\n" \
    "  | date | date of service | refused        |\n\n" \
    "facts service \"A service\" in services known by id\n" \
    "  | fact      | type         | not documented |\n" \
    "  | id        | text         | position \"s\"   |\n" \
    "  | code      | code         | 1000A          |\n" \
    "  | a         | count        | 0              |\n" \
    "  | b         | count        | 0              |\n" \
    "  | dose      | decimal mg   |                |\n" \
    "  | note      | text         |                |\n" \
    "  | key       | yes or no    |                |\n" \
    "  | start     | time         |                |\n" \
    "  | modifiers | list of code | empty          |\n\n" \
    "facts line \"A line\" in lines known as line\n" \
    "  | fact | type  | not documented |\n" \
    "  | line | count | position       |\n" \
    "  | code | code  | refused        |\n"

static edict_program *answer_program(const char *items)
{
    edict_compilation *c = NULL;
    edict_program *p = NULL;
    edict_error error;
    struct buffer pack;
    size_t size;
    buffer_init(&pack, 0);
    buffer_text(&pack, FACTS);
    buffer_text(&pack, items);
    file_bytes("answer.edict", pack.at, pack.size);
    buffer_free(&pack);
    assert_int_equal(edict_compile(path_of("answer.edict"), NULL, &c, &error), EDICT_OK);
    struct buffer report;
    buffer_init(&report, 0);
    edict_compilation_report(c, 0, (void (*)(void *, const char *, size_t))buffer_add, &report);
    const void *image = edict_compilation_image(c, &size);
    if (!image) fail_msg("%s", report.at);
    assert_int_equal(edict_program_load(image, size, &p, &error), EDICT_OK);
    buffer_free(&report);
    edict_compilation_free(c);
    return p;
}

/* The encounter, answered as by an evaluator that answered nothing before. */
static void answer_is_new(const edict_program *p, edict_evaluator *e, const char *encounter)
{
    edict_evaluator *fresh = NULL;
    edict_answer answer, wanted;
    edict_error error;
    const size_t size = strlen(encounter);
    assert_int_equal(edict_evaluator_new(p, NULL, &fresh, &error), EDICT_OK);
    assert_int_equal(edict_evaluate(fresh, encounter, size, 1, &wanted, &error), EDICT_OK);
    assert_int_equal(edict_evaluate(e, encounter, size, 1, &answer, &error), EDICT_OK);
    assert_string_equal(answer.json, wanted.json);
    edict_evaluator_free(fresh);
}

/* More reasons than are remembered, each met twice; and more in one charge than are remembered at all. */
static void test_reasons(void **state)
{
    enum { STEPS = 60 };
    struct buffer text, encounter;
    (void)state;
    buffer_init(&text, 0);
    buffer_init(&encounter, 0);
    for (const char *fact = "a"; fact; fact = *fact == 'a' ? "b" : NULL) {
        buffer_printf(&text, "table a_long_name_for_the_step_of_%s of service \"Step\", "
            "first row that matches, cite %s\n", fact, *fact == 'a' ? "BOOK" : "LAW");
        buffer_printf(&text, "  | %s | a_long_name_for_the_step_of_%s |\n", fact, fact);
        for (unsigned i = 0; i < STEPS; i++) buffer_printf(&text, "  | %u | %u |\n", i, i);
        buffer_text(&text, "  | otherwise | 0 |\n");
    }
    buffer_text(&text, "bill service \"Pay\", every row that matches, cite BOOK\n"
        "  | a_long_name_for_the_step_of_a | a_long_name_for_the_step_of_b | code | units |\n"
        "  | from 0 | from 0 | 1000A | 1 |\n");
    buffer_byte(&text, 0);
    edict_program *p = answer_program(text.at);
    edict_evaluator *e = NULL;
    edict_error error;
    edict_answer answer;
    assert_int_equal(edict_evaluator_new(p, NULL, &e, &error), EDICT_OK);
    for (unsigned i = 0; i < STEPS * STEPS; i++) {
        char one[160], wanted[256];
        snprintf(one, sizeof one, "{\"id\": \"e\", \"date\": \"2026-01-01\", \"services\": [{\"a\": %u, \"b\": %u}]}",
            i % STEPS, i / STEPS);
        snprintf(wanted, sizeof wanted, "\"because\": [\"bill service#1\", \"a_long_name_for_the_step_of_a#%u\", "
            "\"a_long_name_for_the_step_of_b#%u\"], \"cite\": [\"BOOK\", \"LAW\"]}", i % STEPS + 1, i / STEPS + 1);
        for (int twice = 0; twice < 2; twice++) {
            assert_int_equal(edict_evaluate(e, one, strlen(one), 1, &answer, &error), EDICT_OK);
            if (!strstr(answer.json, wanted)) fail_msg("%s is not in %s", wanted, answer.json);
        }
    }
    buffer_text(&encounter, "{\"id\": \"e\", \"date\": \"2026-01-01\", \"services\": [");
    for (unsigned i = 0; i < STEPS * 2; i++)
        buffer_printf(&encounter, "%s{\"a\": %u, \"b\": %u}", i ? ", " : "", i % STEPS, (i * 7 + i / STEPS) % STEPS);
    buffer_text(&encounter, "]}");
    struct wording *w = input_of(e)->wording;
    for (int twice = 0; twice < 2; twice++) { /* also after so many lists that they are counted from 1 again */
        answer_is_new(p, e, encounter.at);
        w->telling = w->generation = UINT32_MAX;
    }
    answer_is_new(p, e, encounter.at);
    edict_evaluator_free(e);
    edict_program_free(p);
    buffer_free(&text);
    buffer_free(&encounter);
}

/* With a ceiling at any byte the answer is refused; with room for all of it, it is what it was. */
static void ceilings_try(const edict_program *p, const char *encounter)
{
    edict_evaluator *e = NULL;
    edict_answer answer;
    edict_error error;
    const size_t size = strlen(encounter);
    assert_int_equal(edict_evaluator_new(p, NULL, &e, &error), EDICT_OK);
    if (edict_evaluate(e, encounter, size, 1, &answer, &error) != EDICT_OK) fail_msg("%s", error.message);
    struct buffer wanted;
    buffer_init(&wanted, 0);
    buffer_add(&wanted, answer.json, answer.size);
    const size_t ceiling = e->out.ceiling, step = answer.size > 4000 ? 37 : 1;
    for (size_t most = 0; most < wanted.size; most += step) {
        struct buffer small;
        buffer_free(&e->out);
        buffer_init(&small, most ? most : 1);
        e->out = small;
        assert_int_equal(edict_evaluate(e, encounter, size, 1, &answer, &error), EDICT_LIMIT);
    }
    buffer_free(&e->out);
    buffer_init(&e->out, wanted.size);
    assert_int_equal(edict_evaluate(e, encounter, size, 1, &answer, &error), EDICT_OK);
    assert_int_equal(answer.size, wanted.size);
    assert_memory_equal(answer.json, wanted.at, wanted.size);
    e->out.ceiling = ceiling;
    buffer_free(&wanted);
    edict_evaluator_free(e);
}

#define ITEMS \
    "bill service \"Pay\", every row that matches, cite BOOK\n" \
    "  | a | code | units | modifiers |\n" \
    "  | from 0 | 1000A | a | |\n" \
    "rule said \"Said\", cite BOOK, LAW\n  for each service where a from 1\n" \
    "  then deny \"{id} of {code}: \\\"{a}\\\" and {modifiers} on {date}, but not {b}\"\n"

static void test_ceilings(void **state)
{
    (void)state;
    edict_program *p = answer_program(ITEMS);
    ceilings_try(p, "{\"id\": \"e\", \"date\": \"2026-01-01\"}");
    ceilings_try(p, "{\"id\": \"e\\\"\\n\", \"date\": \"2026-01-01\", \"services\": [{\"a\": 1}, "
        "{\"a\": 12345, \"id\": \"\\u0001\"}, "
        "{\"a\": 7, \"id\": \"a name that is longer than what a value has room for, so that room is made\"}]}");
    struct buffer long_one;
    buffer_init(&long_one, 0);
    buffer_text(&long_one, "{\"id\": \"");
    for (unsigned i = 0; i < 500; i++) buffer_text(&long_one, "long \\\\ ");
    buffer_text(&long_one, "\", \"date\": \"2026-01-01\", \"services\": [");
    for (unsigned i = 0; i < 100; i++)
        buffer_printf(&long_one, "%s{\"a\": %u, \"id\": \"%s%u\", \"modifiers\": [\"A1\", \"B2\", \"C3\", \"D4\"]}",
            i ? ", " : "", i, i % 10 ? "s" : "a name that is longer than what a value has room for ", i);
    buffer_text(&long_one, "]}");
    ceilings_try(p, long_one.at);
    buffer_free(&long_one);
    edict_program_free(p);
}

/* Messages with operands of all kinds: what a service says, and the message that comes. */
static void test_messages(void **state)
{
    static const struct { const char *service, *message; } said[] = {
        { "", "<0> <1000A> <not documented> <not documented> <none> <not documented> <not documented> <s1>" },
        { "\"a\": 7, \"b\": 500000, \"code\": \"ABCDE\", \"dose\": 12.5, \"note\": \"\", \"key\": true",
            "<-499993> <ABCDE> <12.5> <> <none> <yes> <not documented> <s1>" },
        { "\"b\": 12, \"note\": \"\\\"\\u0001\\n\\\\\", "
          "\"start\": \"2026-01-01T01:02\", \"modifiers\": [\"A1\", \"B2\"]",
            "<-12> <1000A> <not documented> <\\\"\\u0001\\n\\\\> <A1, B2> <not documented> <2026-01-01T01:02> <s1>" },
        { "\"a\": 100, \"id\": \"e\", \"note\": \"0123456789012345678901234567\"",
            "<100> <1000A>"
            " <not documented> <0123456789012345678901234567> <none> <not documented> <not documented> <e>" },
        { "\"note\": \"01234567890123456789012345678\\t\"",
            "<0> <1000A>"
            " <not documented> <01234567890123456789012345678\\t> <none> <not documented> <not documented> <s1>" },
    };
    edict_evaluator *e = NULL;
    edict_error error;
    edict_answer answer;
    (void)state;
    edict_program *p = answer_program("define less of service \"Less\", cite BOOK\n  is a - b\n"
        "rule said \"Said\", cite BOOK\n  for each service\n"
        "  then note \"<{less}> <{code}> <{dose}> <{note}> <{modifiers}> <{key}> <{start}> <{id}>\"\n");
    assert_int_equal(edict_evaluator_new(p, NULL, &e, &error), EDICT_OK);
    for (unsigned i = 0; i < sizeof said / sizeof *said; i++) {
        char one[256], wanted[256];
        snprintf(one, sizeof one, "{\"id\": \"e\", \"date\": \"2026-01-01\", \"services\": [{%s}]}", said[i].service);
        snprintf(wanted, sizeof wanted, ", \"message\": \"%s\", \"cite\": [\"BOOK\"]}]}", said[i].message);
        if (edict_evaluate(e, one, strlen(one), 1, &answer, &error)) fail_msg("%s: %s", one, error.message);
        if (!strstr(answer.json, wanted)) fail_msg("%s is not in %s", wanted, answer.json);
    }
    edict_evaluator_free(e);
    edict_program_free(p);
}

/* Records that stand behind a group, named by the first of them; a message longer than what is copied in line. */
static void test_behind(void **state)
{
    edict_evaluator *e = NULL;
    edict_error error;
    edict_answer answer;
    struct buffer encounter;
    (void)state;
    edict_program *p = answer_program("group line into heap \"Heaps\", first row that matches, cite BOOK\n"
        "  | code | together by |\n  | any | code |\n  size is the number of line\n"
        "rule heaped \"Heaped\", cite BOOK\n  for each heap where size from 2\n"
        "  then note \"{size} lines of one code, which is said in so many words that it takes more room than most "
        "messages do, and is copied in another way\"\n"
        "rule served \"Served\", cite BOOK\n  for each service\n  then note \"none\"\n");
    assert_int_equal(edict_evaluator_new(p, NULL, &e, &error), EDICT_OK);
    buffer_init(&encounter, 0);
    buffer_text(&encounter, "{\"id\": \"e\", \"date\": \"2026-01-01\", \"services\": [{}], \"lines\": [");
    for (unsigned i = 0; i < 80; i++)
        buffer_printf(&encounter, "%s{\"code\": \"%uA\"}", i ? ", " : "", i < 70 ? 100 + i / 35 : 200);
    buffer_text(&encounter, "]}");
    assert_int_equal(edict_evaluate(e, encounter.at, encounter.size, 1, &answer, &error), EDICT_OK);
    const char *const wanted[] = { "\"rule\": \"heaped\", \"line\": 1, \"message\": \"35 lines of one code, ",
        "\"rule\": \"heaped\", \"line\": 36, \"message\": \"35 lines",
        "\"rule\": \"heaped\", \"line\": 71, \"message\": \"10 lines",
        "\"rule\": \"served\", \"services\": [\"s1\"], \"message\": \"none\", \"cite\": [\"BOOK\"]}]}" };
    for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!strstr(answer.json, wanted[i])) fail_msg("%s is not in %s", wanted[i], answer.json);
    edict_evaluator_free(e);
    edict_program_free(p);
    buffer_free(&encounter);
}

#define HERE(name) cmocka_unit_test_setup_teardown(test_##name, here_start, here_end)

int main(void)
{
    const struct CMUnitTest tests[] = { HERE(numbers), HERE(codes), HERE(texts), HERE(room), HERE(reasons),
        HERE(ceilings), HERE(messages), HERE(behind) };
    return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
