/* Growing bytes: what they hold, their ceiling, texts as JSON. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buffer.h"

#include <stdio.h>
#include <string.h>

static void test_buffer_adds(void **state)
{
    struct buffer b;
    (void)state;
    buffer_init(&b, 0);
    buffer_text(&b, "a");
    buffer_byte(&b, 'b');
    buffer_printf(&b, "%d%s", 12, "c");
    buffer_int(&b, INT64_MIN);
    buffer_byte(&b, ' ');
    buffer_int(&b, INT64_MAX);
    buffer_int(&b, 0);
    assert_string_equal(b.at, "ab12c-9223372036854775808 92233720368547758070");
    buffer_clear(&b);
    assert_int_equal(b.size, 0);
    for (int i = 0; i < 1000; i++)
        buffer_byte(&b, (char)('a' + i % 26));
    assert_int_equal(b.size, 1000);
    assert_int_equal(strlen(b.at), 1000);
    assert_false(b.failed);
    buffer_free(&b);
    assert_null(b.at);
}

static void test_buffer_ceiling(void **state)
{
    struct buffer b;
    (void)state;
    buffer_init(&b, 5);
    buffer_text(&b, "abc");
    buffer_text(&b, "def");
    assert_true(b.failed);
    assert_string_equal(b.at, "abc");
    buffer_byte(&b, 'd');
    assert_string_equal(b.at, "abc");   /* refuses everything after the first failure */
    buffer_clear(&b);
    assert_false(b.failed);
    buffer_text(&b, "abcd");
    buffer_byte(&b, 'e');
    assert_false(b.failed);
    buffer_byte(&b, 'f');
    assert_true(b.failed);
    assert_string_equal(b.at, "abcde");
    buffer_clear(&b);
    buffer_printf(&b, "%06d", 1);
    assert_true(b.failed);
    assert_int_equal(b.size, 0);
    buffer_free(&b);
    assert_int_equal(b.ceiling, 5);
    buffer_init(&b, SIZE_MAX);
    buffer_text(&b, "fine");
    assert_false(b.failed);
    buffer_free(&b);
}

static void test_buffer_json(void **state)
{
    static const char raw[] = "a\"b\\c\n\t\r\x01\x1f\x7f\0é";
    struct buffer b;
    (void)state;
    buffer_init(&b, 0);
    buffer_json(&b, raw, sizeof raw - 1);
    assert_string_equal(b.at, "\"a\\\"b\\\\c\\n\\t\\r\\u0001\\u001f\\u007f\\u0000é\"");
    buffer_clear(&b);
    buffer_json(&b, NULL, 0);
    assert_string_equal(b.at, "\"\"");
    buffer_free(&b);
}

/* Eight bytes are looked at together: a byte anywhere among others is written as it is alone. */
static void test_buffer_json_words(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 256 * 24; n++) {
        char raw[25] = "\x80\x7e !#[]\xff\x80\x7e !#[]\xff\x80\x7e !#[]\xff", *byte = &raw[n / 256];
        struct buffer all = { .ceiling = 200 }, one = all;
        *byte = (char)n;
        buffer_json(&one, byte, 1);
        buffer_json(&all, raw, 24);
        assert_int_equal(all.size, 23 + one.size);
        assert_memory_equal(all.at + 1 + n / 256, one.at + 1, one.size - 2);
        buffer_free(&all);
        buffer_free(&one);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buffer_adds), cmocka_unit_test(test_buffer_ceiling),
        cmocka_unit_test(test_buffer_json), cmocka_unit_test(test_buffer_json_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
