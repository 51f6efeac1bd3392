/* Values of every type as the text of an answer, and as defaults in the JSON Schema. */
#include "vm/result.h"

#include "tests/unit/vm_fixture.h"

#include <stdio.h>

static void said_is(enum value_type type, int64_t value, const char *wanted)
{
    struct buffer out;
    buffer_init(&out, 0);
    result_value(&f.e, &out, type, value);
    buffer_byte(&out, 0);
    assert_string_equal(out.at, wanted);
    buffer_free(&out);
}

static void test_values(void **state)
{
    (void)state;
    builder_word(&f.b, "red");
    assert_int_equal(run(), EDICT_OK);
    const int64_t codes[] = { code_of("A1"), code_of("B2") };
    memcpy(codes_room(&f.e, 2), codes, sizeof codes);
    f.e.code_count = 2;
    said_is(TYPE_BOOL, 1, "yes");
    said_is(TYPE_BOOL, 0, "no");
    said_is(TYPE_WORD, 0, "red");
    said_is(TYPE_CODE, 0, "none");
    said_is(TYPE_CODE, code_of("ABCDEFGH"), "ABCDEFGH");
    said_is(TYPE_COUNT, -3, "-3");
    said_is(TYPE_DECIMAL, 12500000, "12.5");
    said_is(TYPE_DECIMAL, -2000000, "-2");
    said_is(TYPE_MONEY, 12500000, "12.50");
    said_is(TYPE_MONEY, -1, "-0.000001");
    said_is(TYPE_MINUTES, 1, "1 min");
    said_is(TYPE_DAYS, 1, "1 day");
    said_is(TYPE_DAYS, 2, "2 days");
    said_is(TYPE_YEARS, 1, "1 year");
    said_is(TYPE_YEARS, 0, "0 years");
    said_is(TYPE_DATE, 0, "1970-01-01");
    said_is(TYPE_TIME, 61, "1970-01-01T01:01");
    said_is(TYPE_TIME, -1, "1969-12-31T23:59");
    said_is(TYPE_CODES, 2, "A1, B2");
    said_is(TYPE_CODES, 1 << 24 | 1, "B2");
    said_is(TYPE_CODES, 0, "none");
    const struct interval times[] = { { 0, 61 }, { 1440, 1500 } };
    memcpy(times_room(&f.e, 2), times, sizeof times);
    f.e.interval_count = 2;
    said_is(TYPE_TIMES, 2, "1970-01-01T00:00 to 1970-01-01T01:01, 1970-01-02T00:00 to 1970-01-02T01:00");
    said_is(TYPE_TIMES, 0, "");
    said_is(TYPE_ROW, 3, "pack#4");
    said_is(TYPE_LINK, 2, "2");
}

/* A damaged image may give what stands nowhere. */
static void test_nonsense(void **state)
{
    (void)state;
    builder_word(&f.b, "red");
    assert_int_equal(run(), EDICT_OK);
    said_is(TYPE_WORD, -1, "");
    said_is(TYPE_WORD, 99, "");
    said_is(TYPE_ROW, -1, "");
    said_is(TYPE_ROW, 99, "");
    said_is(TYPE_CODES, 70 << 24 | 1, "");
    said_is(TYPE_TIMES, 70 << 24 | 1, "");
}

static void schema_put(void *context, const char *bytes, size_t size) { buffer_add(context, bytes, size); }

static void default_is(enum value_type type, int64_t value, const char *wanted)
{
    struct image_fact *added = &f.b.facts[f.b.fact_count];
    struct buffer out;
    buffer_init(&out, 0);
    fact(type, 0, 0, 0);
    added->missing = MISSING_DEFAULT;
    added->value = value;
    added->name = builder_string(&f.b, "given");
    if (type == TYPE_WORD)
        added->words = 1;
    size_t size;
    unsigned char *image = builder_image(&f.b, &size);
    edict_program *p;
    assert_int_equal(edict_program_load(image, size, &p, &f.error), EDICT_OK);
    free(image);
    edict_program_schema(p, schema_put, &out);
    buffer_byte(&out, 0);
    char text[64];
    snprintf(text, sizeof text, "\"default\": %s}", wanted);
    if (!strstr(out.at, text))
        fail_msg("no %s in %s", text, strstr(out.at, "\"given\""));
    buffer_free(&out);
    edict_program_free(p);
    f.b.fact_count--;
}

static void test_defaults(void **state)
{
    (void)state;
    builder_word(&f.b, "red");
    f.b.fact_words[f.b.fact_word_count++] = 0;
    const uint32_t text = builder_string(&f.b, "as \"is\"");
    default_is(TYPE_BOOL, 1, "true");
    default_is(TYPE_BOOL, 0, "false");
    default_is(TYPE_WORD, 0, "\"red\"");
    default_is(TYPE_TEXT, text, "\"as \\\"is\\\"\"");
    default_is(TYPE_CODE, code_of("A1"), "\"A1\"");
    default_is(TYPE_CODE, code_of("ABCDEFGH"), "\"ABCDEFGH\"");
    default_is(TYPE_DATE, 31, "\"1970-02-01\"");
    default_is(TYPE_COUNT, -2, "-2");
    default_is(TYPE_DECIMAL, 1500000, "1.500000");
    default_is(TYPE_DECIMAL, -1500000, "-1.500000");
    default_is(TYPE_MONEY, -1, "-0.000001");
}

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(values), TEST(nonsense), TEST(defaults) };
    return cmocka_run_group_tests_name("texts of values", tests, NULL, NULL);
}
