/* The JSON reader: every token, every refusal, exact offsets and numbers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "vm/json.h"

#include <stdlib.h>
#include <string.h>

static char scratch[JSON_TEXT_BYTES];

/* Reads all; the code of the error, or "". */
static const char *all(struct json *j, const char *text, size_t size)
{
    enum json_token t;
    json_start(j, text, size, scratch);
    do t = json_next(j);
    while (t != JSON_ERROR && t != JSON_END);
    return j->code;
}

static void accepts(const char *text)
{
    struct json j;
    assert_string_equal(all(&j, text, strlen(text)), "");
}

static void refuses(const char *text, size_t size, const char *code, size_t offset)
{
    struct json j;
    assert_string_equal(all(&j, text, size), code);
    assert_int_equal(j.offset, offset);
    assert_true(j.message[0] != 0);
}
#define REFUSES(text, offset) refuses(text, sizeof text - 1, "bad_json", offset)

static void test_tokens(void **state)
{
    (void)state;
    static const enum json_token want[] = { JSON_OBJECT, JSON_KEY, JSON_ARRAY, JSON_NUMBER, JSON_STRING, JSON_TRUE,
        JSON_FALSE,
        JSON_NULL, JSON_ARRAY_END, JSON_KEY, JSON_OBJECT, JSON_OBJECT_END, JSON_KEY, JSON_ARRAY, JSON_ARRAY_END,
            JSON_OBJECT_END,
        JSON_END, JSON_END };
    const char *text = " {\"a\" : [ -1.5e+3, \"x\", true,false , null],\r\n \"b\":{},\"c\":[]} \n";
    struct json j;
    json_start(&j, text, strlen(text), scratch);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        assert_int_equal(json_next(&j), want[i]);
        if (i == 1) assert_true(text_is(j.text, "a"));
        if (i == 3) {
            assert_true(text_is(j.text, "-1.5e+3"));
            assert_int_equal(j.offset, 10);
        }
    }
    accepts("0"); accepts("-0"); accepts("[]"); accepts("\"\""); accepts("[[[]]]"); accepts("{\"\":0}"); accepts("1E5");
}

static void test_syntax(void **state)
{
    (void)state;
    REFUSES("", 0); REFUSES(" ", 1); REFUSES("{", 1); REFUSES("[1,]", 3); REFUSES("{\"a\":1,}", 7); REFUSES("[1 2]", 3);
    REFUSES("{\"a\" 1}", 5); REFUSES("{a:1}", 1); REFUSES("01", 0); REFUSES("1.", 0); REFUSES(".5", 0); REFUSES("-", 0);
    REFUSES("+1", 0); REFUSES("1e", 0); REFUSES("tru", 0); REFUSES("nul", 0); REFUSES("NaN", 0); REFUSES("'a'", 0);
    REFUSES("\"a", 0); REFUSES("\"a\nb\"", 2); REFUSES("\"\\x\"", 1); REFUSES("\"\\u12g4\"", 1); REFUSES("\"\\", 1);
    REFUSES("\"\\ud800\\uzzzz\"", 1); REFUSES("\"\\ud800\\ue000\"", 1); REFUSES("\"\\ud800\\n12345\"", 1);
    REFUSES("\"\\ud800x12345\"", 1); REFUSES("\"\\u12\"", 1);
    REFUSES("[1", 2); REFUSES("{\"a\":1", 6);
    REFUSES("\"\\ud800\"", 1); REFUSES("\"\\udc00\"", 1); REFUSES("\"\\ud800\\u0041\"", 1); REFUSES("1 2",
        2); REFUSES("]", 0);
    REFUSES("[}", 1); REFUSES("{]", 1); REFUSES("[1}", 2); REFUSES("{} x", 3); REFUSES("[,1]", 1); REFUSES("truex", 4);
    REFUSES("\xef\xbb\xbf{}", 0); REFUSES("{\"a\":1 \"b\":2}", 7); REFUSES("[1,", 3); REFUSES("\0",
        0); REFUSES("//\n1", 0);
}

static void test_utf8(void **state)
{
    (void)state;
    static const char *const bad[] = { "\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82",
            "\xf0\x9f\x92" };
    char text[16];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        size_t n = strlen(bad[i]);
        text[0] = '"';
        memcpy(text + 1, bad[i], n);
        text[n + 1] = '"';
        refuses(text, n + 2, "bad_utf8", 1);
    }
    refuses("[\"a\\n\xff\"]", 7, "bad_utf8", 5);
    accepts("\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x92\x89 \xed\x9f\xbf \xf4\x8f\xbf\xbf\"");
}

static void test_escapes(void **state)
{
    (void)state;
    const char *text = "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83d\\udc89z\"";
    struct json j;
    json_start(&j, text, strlen(text), scratch);
    assert_int_equal(json_next(&j), JSON_STRING);
    const char *want = "a\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x92\x89z";
    assert_int_equal(j.text.size, strlen(want));
    assert_memory_equal(j.text.at, want, strlen(want));
    json_start(&j, "\"\\u0000\"", 8, scratch);
    assert_int_equal(json_next(&j), JSON_STRING);
    assert_int_equal(j.text.size, 1);
}

static void test_limits(void **state)
{
    (void)state;
    char deep[JSON_DEPTH * 2 + 2];
    memset(deep, '[', sizeof deep);
    refuses(deep, sizeof deep, "limit", JSON_DEPTH);
    memset(deep + JSON_DEPTH, ']', JSON_DEPTH);
    struct json j;
    assert_string_equal(all(&j, deep, JSON_DEPTH * 2), "");
    size_t size = JSON_TEXT_BYTES + 3;
    char *long_text = malloc(size);
    memset(long_text, 'x', size);
    long_text[0] = long_text[size - 1] = '"';
    refuses(long_text, size, "limit", 0);
    long_text[size - 2] = '"';
    assert_string_equal(all(&j, long_text, size - 1), "");
    memcpy(long_text + 1, "\\n", 2);
    assert_string_equal(all(&j, long_text, size - 1), "");
    free(long_text);
}

static void test_skip(void **state)
{
    (void)state;
    const char *text = "{\"a\":{\"b\":[1,{\"c\":null}],\"d\":\"x\"},\"e\":7}";
    struct json j;
    json_start(&j, text, strlen(text), scratch);
    assert_int_equal(json_next(&j), JSON_OBJECT);
    assert_int_equal(json_next(&j), JSON_KEY);
    assert_true(json_skip(&j, json_next(&j)));
    assert_int_equal(json_next(&j), JSON_KEY);
    assert_true(text_is(j.text, "e"));
    json_start(&j, "[1,{\"a\":}]", 10, scratch);
    assert_false(json_skip(&j, json_next(&j)));
}

static void number(const char *text, unsigned scale, int result, int64_t want)
{
    int64_t v = 0;
    assert_int_equal(json_integer_read((struct text){ text, (uint32_t)strlen(text) }, scale, &v), result);
    if (result == 1) assert_true(v == want);
}

static void test_numbers(void **state)
{
    (void)state;
    number("0", 0, 1, 0); number("-0", 0, 1, 0); number("12", 0, 1, 12); number("-12", 0, 1, -12); number("2.0", 0, 1,
        2);
    number("2e0", 0, 1, 2); number("20e-1", 0, 1, 2); number("1.5", 0, 0, 0); number("1e2", 0, 1,
        100); number("0.5e1", 0, 1, 5);
    number("1.5", 6, 1, 1500000); number("0.1", 6, 1, 100000); number("0.000001", 6, 1, 1); number("0.0000001", 6, 0,
        0);
    number("0.0000010", 6, 1, 1); number("1e-6", 6, 1, 1); number("1e-7", 6, 0, 0); number("0e-99999999999", 6, 1, 0);
    number("0.000", 0, 1, 0); number("100.000000", 6, 1, 100000000); number("1050", 0, 1, 1050); number("10.50", 6, 1,
        10500000);
    number("9223372036854775807", 0, 1, INT64_MAX); number("9223372036854775808", 0, -1, 0);
    number("9223372036854.775807", 6, 1, INT64_MAX); number("9223372036854.775808", 6, -1, 0); number("1e400", 0, -1,
        0);
    number("1e999999999999999999", 0, -1, 0); number("-9223372036854775807", 0, 1, -INT64_MAX);
    number("1.00000000000000000000000", 6, 1, 1000000); number("1.00000000000000000000001", 6, 0, 0);
    number("18446744073709551615", 0, -1, 0); number("18446744073709551619", 0, -1, 0); number("", 0, 1, 0);
    number("1e+2", 0, 1, 100); number("1E2", 0, 1, 100); number("5e", 0, 1, 5); number("5e-", 0, 1, 5);
    number("184467440737095516190", 0, -1, 0); number("10000000000000000000000", 0, -1, 0); number("0e9", 0, 1, 0);
    number("123456789012345678901234567890", 0, -1, 0); number("0.000000000000000000000000000001", 6, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_tokens), cmocka_unit_test(test_syntax),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_escapes), cmocka_unit_test(test_limits), cmocka_unit_test(test_skip),
            cmocka_unit_test(test_numbers) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
