/* Bad input, told well: what encounters of the world hold, with a real pack, through the public door. Each gives an
 * error with its place or the right answer, loses nothing else, and shows nobody's values. Runs in the root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "edict_compile.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "{\"id\": \"E\", \"setting\": \"facility\", \"date\": \"2026-03-02\""
#define SERVICE HEAD ", \"services\": [{\"drug\": \"J1745\", \"method\": \"infusion\", \"route\": \"IV\"," \
    " \"purpose\": \"treatment\", \"complex\": true, \"site\": \"1\""
#define LINE HEAD ", \"services\": [], \"lines\": [{\"code\": \"96365\""

static edict_program *program;
static edict_evaluator *plain, *shown;
static edict_answer answer;
static edict_error error;

static int setup(void **state)
{
    static const edict_evaluator_options show = { .show_values = 1 };
    edict_compilation *c = NULL;
    size_t size;
    (void)state;
    if (edict_compile("rulesets/medicare/hospital.edict", NULL, &c, &error) != EDICT_OK) return -1;
    const void *image = edict_compilation_image(c, &size);
    const int bad = !image || edict_program_load(image, size, &program, &error) != EDICT_OK;
    edict_compilation_free(c);
    return bad || edict_evaluator_new(program, NULL, &plain, &error) != EDICT_OK ||
        edict_evaluator_new(program, &show, &shown, &error) != EDICT_OK;
}

static int teardown(void **state)
{
    (void)state;
    edict_evaluator_free(plain);
    edict_evaluator_free(shown);
    edict_program_free(program);
    return 0;
}

/* The evaluator is not hurt: the next encounter is answered. */
static void goes_on(void)
{
    edict_answer after;
    edict_error none;
    const char *good = SERVICE ", \"start\": \"2026-03-02T09:00\", \"stop\": \"2026-03-02T10:00\"}]}";
    assert_int_equal(edict_evaluate(plain, good, strlen(good), 1, &after, &none), EDICT_OK);
    assert_non_null(strstr(after.json, "\"code\": \"96413\", \"units\": 1"));
}

/* Refused with this code at the place of `at` (its first occurrence; NULL: not looked at), this pointer, this found. */
static void refused_bytes(const char *json, size_t size, const char *code, const char *at, const char *pointer,
    const char *found)
{
    const edict_status status = edict_evaluate(plain, json, size, 7, &answer, &error);
    assert_true(status == EDICT_INPUT || status == EDICT_LIMIT);
    assert_string_equal(error.code, code);
    assert_string_equal(error.pointer, pointer);
    assert_string_equal(error.found, found);
    assert_int_equal(error.line, 7);
    if (at) assert_int_equal(error.offset, strstr(json, at) - json);
    assert_true(error.message[0] != 0);
    assert_int_equal(memcmp(answer.json, "{\"error\": {\"code\": \"", 20), 0);
    assert_null(strstr(answer.json, "SECRET"));
    goes_on();
}

static void refused(const char *json, const char *code, const char *at, const char *pointer, const char *found)
{
    refused_bytes(json, strlen(json), code, at, pointer, found);
}

static void answers(const char *json, const char *holds)
{
    assert_int_equal(edict_evaluate(plain, json, strlen(json), 7, &answer, &error), EDICT_OK);
    if (!strstr(answer.json, holds)) fail_msg("%s is not in %s", holds, answer.json);
}

static void test_nul_bytes(void **state)
{
    (void)state;
    static const char inside[] = HEAD ", \"payer\": \"SECRET\0\"}", between[] = HEAD ",\0 \"payer\": \"x\"}";
    static const char behind[] = HEAD "}\0";
    refused_bytes(inside, sizeof inside - 1, "bad_json", NULL, "/payer", "the control character U+0000");
    assert_int_equal(error.offset, strlen(inside));
    refused_bytes(between, sizeof between - 1, "bad_json", NULL, "", "the control character U+0000");
    refused_bytes(behind, sizeof behind - 1, "bad_json", NULL, "", "the control character U+0000");
    answers(HEAD ", \"payer\": \"a\\u0000b\"}", "\"complete\"");
    answers(HEAD ", \"a\\u0000b\": 1}", "\"complete\"");
}

static void test_bytes_that_are_no_utf8(void **state)
{
    (void)state;
    refused(HEAD ", \"payer\": \"SECRET\xff\"}", "bad_utf8", "\xff", "/payer", "a character or byte beyond ASCII");
    refused(HEAD ", \"payer\": \"\xc0\xaf\"}", "bad_utf8", "\xc0", "/payer", "a character or byte beyond ASCII");
    refused(HEAD ", \"payer\": \"\xed\xa0\x80\"}", "bad_utf8", "\xed", "/payer", "a character or byte beyond ASCII");
    refused(HEAD ", \"\xff\": 1}", "bad_utf8", "\xff", "", "a character or byte beyond ASCII");
    refused(HEAD ", \xff}", "bad_json", "\xff", "", "a character or byte beyond ASCII");
}

static void test_byte_order_mark(void **state)
{
    (void)state;
    const char *json = "\xef\xbb\xbf" HEAD "}";
    assert_int_equal(edict_evaluate(plain, json, strlen(json), 1, &answer, &error), EDICT_OK);
    refused(json, "bad_json", "\xef", "", "a byte order mark");
    json = "\xef\xbb\xbf" HEAD ", \"setting\": 1}";
    assert_int_equal(edict_evaluate(plain, json, strlen(json), 1, &answer, &error), EDICT_INPUT);
    assert_int_equal(error.offset, strrchr(json, 's') - json - 1);
}

static void test_line_ends_of_windows(void **state)
{
    (void)state;
    answers("{\r\n\"id\": \"E\",\r\n \"setting\": \"facility\",\r\n\"date\":\r\"2026-03-02\"\r\n}\r\n", "\"complete\"");
    refused(HEAD ", \"payer\": \"SECRET\r\n\"}", "bad_json", "\r", "/payer", "the control character U+000D");
}

static void test_lone_surrogates(void **state)
{
    (void)state;
    refused(HEAD ", \"payer\": \"\\ud800\"}", "bad_json", "\\ud800", "/payer", "the character \\");
    refused(HEAD ", \"payer\": \"\\udc00SECRET\"}", "bad_json", "\\udc00", "/payer", "the character \\");
    refused(HEAD ", \"payer\": \"\\ud800\\u0041\"}", "bad_json", "\\ud800", "/payer", "the character \\");
    refused(HEAD ", \"\\ud800\": 1}", "bad_json", "\\ud800", "", "the character \\");
    answers(HEAD ", \"payer\": \"\\ud83d\\ude00\"}", "\"complete\"");
}

static void test_strings_of_ten_megabytes(void **state)
{
    (void)state;
    static const char *const before[] = { HEAD ", \"payer\": \"", HEAD ", \"other\": \"", HEAD ", \"" };
    static const char *const after[] = { "\"}", "\"}", "\": 1}" };
    static const char *const pointers[] = { "/payer", "", "" };
    const size_t size = 10u << 20;
    char *json = malloc(size + 512);
    assert_non_null(json);
    for (int i = 0; i < 3; i++)
        for (int escaped = 0; escaped < 2; escaped++) {
            const size_t front = strlen(before[i]);
            memcpy(json, before[i], front);
            memset(json + front, 'A', size);
            if (escaped) memcpy(json + front, "\\n", 2);
            strcpy(json + front + size, after[i]);
            refused(json, "limit", NULL, pointers[i], "");
            assert_int_equal(error.offset, front - 1);
            assert_non_null(strstr(error.message, "JSON_TEXT_BYTES"));
        }
    free(json);
}

static void test_duplicate_keys(void **state)
{
    (void)state;
    refused(HEAD ", \"setting\": \"SECRET\"}", "duplicate_key", NULL, "/setting", "");
    refused(HEAD ", \"other\": 1, \"other\": 2}", "duplicate_key", NULL, "/other", "");
    refused(HEAD ", \"services\": [], \"services\": []}", "duplicate_key", NULL, "/services", "");
    refused(LINE ", \"units\": 1, \"units\": 2}]}", "duplicate_key", "\"units\": 2", "/lines/0/units", "");
    refused(LINE ", \"x\": 1, \"x\": 2}]}", "duplicate_key", "\"x\": 2", "/lines/0/x", "");
}

static void test_times_that_run_backwards(void **state)
{
    (void)state;
    answers(SERVICE ", \"start\": \"2026-03-02T09:45\", \"stop\": \"2026-03-02T09:00\"}]}", "stop lies before start");
    assert_true(answer.held);
    answers(HEAD ", \"services\": ["
        "{\"drug\": \"J1885\", \"method\": \"push\", \"route\": \"IV\", \"start\": \"2026-03-02T11:00\"},"
        "{\"drug\": \"J2405\", \"method\": \"push\", \"route\": \"IV\", \"start\": \"2026-03-02T10:00\"}]}",
        "\"charges\": [{");
}

static void test_times_and_dates_that_are_none(void **state)
{
    (void)state;
    static const char *const times[] = { "2026-03-02T25:61", "2026-03-02T24:00", "2026-03-02T09:60", "2026-02-30T09:00",
        "2026-13-01T09:00", "1899-12-31T09:00", "2200-01-01T09:00", "2026-03-02T09:00Z", "2026-03-02T09:00+01:00",
        "2026-03-02", "09:00", "", "2026-3-2T9:00", "2026-03-02T09:00 " };
    static const char *const dates[] = { "2026-02-30", "2026-02-29", "2026-04-31", "2026-00-01", "2026-01-00",
        "1899-12-31", "2200-01-01", "20260302", "2026/03/02", "03-02-2026", "2026-03-02T00:00", "0000-00-00", "" };
    char json[512], found[64];
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        snprintf(json, sizeof json, SERVICE ", \"start\": \"%s\"}]}", times[i]);
        snprintf(found, sizeof found, "a string of %zu bytes", strlen(times[i]));
        refused(json, "bad_time", NULL, "/services/0/start", found);
    }
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        snprintf(json, sizeof json, "{\"id\": \"E\", \"setting\": \"facility\", \"date\": \"%s\"}", dates[i]);
        snprintf(found, sizeof found, "a string of %zu bytes", strlen(dates[i]));
        refused(json, "bad_date", NULL, "/date", found);
    }
    answers("{\"id\": \"E\", \"setting\": \"facility\", \"date\": \"1900-01-01\"}", "no_rules");
    answers("{\"id\": \"E\", \"setting\": \"facility\", \"date\": \"2199-12-31\"}", "\"date\": \"2199-12-31\"");
}

/* The day's limit is the pack's affair; the machine answers exactly: 960 hours, one of them the first. */
static void test_a_service_of_forty_days(void **state)
{
    (void)state;
    answers(SERVICE ", \"start\": \"2026-03-02T09:00\", \"stop\": \"2026-04-11T09:00\"}]}",
        "\"code\": \"96413\", \"units\": 1");
    int64_t further = 0;
    edict_charge charge;
    for (unsigned i = 0; edict_charge_at(plain, i, &charge); i++)
        if (!strcmp(charge.code, "96415")) further += charge.units;
    assert_int_equal(further, 40 * 24 - 1);
    refused(SERVICE ", \"start\": \"1900-01-01T00:00\", \"stop\": \"2199-12-31T23:59\"}]}", "limit", NULL, "", "");
    assert_non_null(strstr(error.message, "more than 10000 units of one ladder (LIMIT_EARNED_UNITS)"));
}

static void test_units_out_of_range(void **state)
{
    (void)state;
    refused(LINE ", \"units\": -3}]}", "number_range", "-3", "/lines/0/units", "a number");
    assert_string_equal(error.expected, "from 0 to 2147483647");
    refused(LINE ", \"units\": 2147483648}]}", "number_range", "2147483648", "/lines/0/units", "a number");
    refused(LINE ", \"units\": 1e999999999999}]}", "number_range", "1e999999999999", "/lines/0/units", "a number");
    refused(LINE ", \"units\": -1e400}]}", "number_range", "-1e400", "/lines/0/units", "a number");
    refused(LINE ", \"units\": 1.5}]}", "wrong_type", "1.5", "/lines/0/units", "a number");
    refused(LINE ", \"units\": 1e-999999999}]}", "wrong_type", "1e-999999999", "/lines/0/units", "a number");
    refused(LINE ", \"units\": \"SECRET\"}]}", "wrong_type", "\"SECRET", "/lines/0/units", "a string of 6 bytes");
    refused(LINE ", \"units\": true}]}", "wrong_type", "true}", "/lines/0/units", "true or false");
    refused(LINE ", \"units\": {}}]}", "wrong_type", "{}", "/lines/0/units", "an object");
    refused(LINE ", \"units\": [3]}]}", "wrong_type", "[3]", "/lines/0/units", "a list");
    answers(LINE ", \"units\": 2147483647}]}", "\"line\": 1");
    answers(LINE ", \"units\": 2147483647}, {\"code\": \"96365\", \"units\": 2147483647}]}", "\"line\": 2");
    answers(LINE ", \"units\": -0}]}", "\"status\"");
}

static void test_what_is_no_object(void **state)
{
    (void)state;
    refused("[1]", "wrong_type", "[", "", "a list");
    refused("null", "wrong_type", "n", "", "null");
    refused("nothing", "bad_json", "n", "", "a word");
    refused("SECRET", "bad_json", "S", "", "a word or character");
    refused("", "bad_json", "", "", "the end of the text");
    refused(HEAD, "bad_json", NULL, "", "the end of the text");
    refused(HEAD "}}", "bad_json", NULL, "", "the character }");
    refused("{\"id\": \"E\", \"date\": \"2026-03-02\"}", "missing_fact", NULL, "/setting", "nothing");
}

/* With show_values, and only then, `found` quotes; what it quotes is well formed whatever came. */
static void test_values_are_shown_on_demand(void **state)
{
    (void)state;
    const char *json = LINE ", \"units\": \"SECRET\"}]}";
    assert_int_equal(edict_evaluate(shown, json, strlen(json), 1, &answer, &error), EDICT_INPUT);
    assert_string_equal(error.found, "\"SECRET\"");
    assert_null(strstr(error.message, "SECRET"));
    json = HEAD ", \"payer\": \"SECRET\xff";
    assert_int_equal(edict_evaluate(shown, json, strlen(json), 1, &answer, &error), EDICT_INPUT);
    assert_null(strchr(error.found, '\xff'));
    json = HEAD ", \"payer\": SECRET\xff";
    assert_int_equal(edict_evaluate(shown, json, strlen(json), 1, &answer, &error), EDICT_INPUT);
    assert_null(strchr(error.found, '\xff'));
}

/* A key that does not read like the name of a fact may be a patient's: warnings and pointers leave it out. */
static void test_keys_of_patients(void **state)
{
    (void)state;
    static const edict_evaluator_options strict = { .strict = 1 };
    edict_evaluator *e = NULL;
    const char *json = HEAD ", \"SECRET Jane\": 1, \"MRN0012345\": 2, \"ward_7\": 3}";
    assert_int_equal(edict_evaluator_new(program, NULL, &e, &error), EDICT_OK);
    assert_int_equal(edict_evaluate(e, json, strlen(json), 1, &answer, &error), EDICT_OK);
    assert_string_equal(edict_unknown_key(e), "encounter.(not shown)");
    assert_string_equal(edict_unknown_key(e), "encounter.(not shown)");
    assert_string_equal(edict_unknown_key(e), "encounter.ward_7");
    assert_null(edict_unknown_key(e));
    edict_evaluator_free(e);
    assert_int_equal(edict_evaluate(shown, json, strlen(json), 1, &answer, &error), EDICT_OK);
    assert_string_equal(edict_unknown_key(shown), "encounter.SECRET Jane");
    assert_int_equal(edict_evaluator_new(program, &strict, &e, &error), EDICT_OK);
    assert_int_equal(edict_evaluate(e, json, strlen(json), 1, &answer, &error), EDICT_INPUT);
    assert_string_equal(error.pointer, "/(not shown)");
    edict_evaluator_free(e);
}

/* Texts whose first letter says what a reader must do: y accept, n refuse, i either, without harm. */
struct sample { const char *name, *bytes; size_t size; };
#define SAMPLE(name, bytes) { name, bytes, sizeof bytes - 1 }

static void sample_check(const struct sample *s)
{
    static const char before[] = HEAD ", \"other\": ", after[] = ", \"payer\": \"x\"}";
    char *json = malloc(s->size + sizeof before + sizeof after);
    assert_non_null(json);
    memcpy(json, before, sizeof before - 1);
    memcpy(json + sizeof before - 1, s->bytes, s->size);
    memcpy(json + sizeof before - 1 + s->size, after, sizeof after);
    const size_t size = sizeof before - 1 + s->size + sizeof after - 1;
    const edict_status inside = edict_evaluate(plain, json, size, 1, &answer, &error);
    if ((s->name[0] == 'y' && inside != EDICT_OK) || (s->name[0] == 'n' && inside == EDICT_OK))
        fail_msg("%s as a value: %s", s->name, inside == EDICT_OK ? "accepted" : error.message);
    /* By itself it is no encounter; whether it is JSON, the code says. */
    const edict_status alone = edict_evaluate(plain, s->bytes, s->size, 2, &answer, &error);
    const int read = strcmp(error.code, "bad_json") != 0 && strcmp(error.code, "bad_utf8") != 0;
    assert_true(alone == EDICT_INPUT || alone == EDICT_LIMIT);
    if (s->name[0] == 'y' && !read) fail_msg("%s: %s", s->name, error.message);
    free(json);
}

static void test_samples_of_json(void **state)
{
    static const struct sample samples[] = {
        SAMPLE("y_array", "[1, [], {}, null, true, false]"), SAMPLE("y_blank", " \t\r\n[ ] \n"),
        SAMPLE("y_text", "[\"\\u0000 \\\" \\\\ \\/ \\b\\f\\n\\r\\t \\ud83d\\ude00 \xf0\x9f\x98\x80\"]"),
        SAMPLE("y_numbers", "[0, -0, 1e5, 1E-5, 123456789012345678901234567890, 0.1e+3, 1e99999]"),
        SAMPLE("y_twice", "{\"a\": 1, \"a\": 2}"), SAMPLE("y_delete", "[\"\x7f\"]"),
        SAMPLE("n_comma", "[1,]"), SAMPLE("n_two", "[1] [2]"), SAMPLE("n_comment", "[1] /* */"), SAMPLE("n_none", ""),
        SAMPLE("n_hex", "[0x1]"), SAMPLE("n_plus", "[+1]"), SAMPLE("n_point", "[1.]"), SAMPLE("n_zero", "[01]"),
        SAMPLE("n_nan", "[NaN]"), SAMPLE("n_single", "['a']"), SAMPLE("n_tab", "[\"\t\"]"), SAMPLE("n_nul", "[\0]"),
        SAMPLE("n_open", "[[[["), SAMPLE("n_close", "]"), SAMPLE("n_colon", "{\"a\"::1}"), SAMPLE("n_key", "{a: 1}"),
        SAMPLE("n_escape", "[\"\\x41\"]"), SAMPLE("n_star", "[*]"), SAMPLE("n_word", "[nul]"), SAMPLE("n_form", "[\f]"),
        SAMPLE("i_surrogate", "[\"\\ud800\"]"), SAMPLE("i_utf8", "[\"\xff\"]"), SAMPLE("i_utf16", "\xff\xfe[\0]\0"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) sample_check(&samples[i]);
}

/* The published suite of JSON texts, where it lies beside the project. */
static void test_published_suite_of_json(void **state)
{
    const char *const place = "../shared/data/json/test_parsing";
    DIR *directory = opendir(place);
    struct dirent *entry;
    unsigned checked = 0;
    (void)state;
    if (!directory) skip();
    while ((entry = readdir(directory))) {
        char path[512];
        static char bytes[1 << 20];
        if (!strstr(entry->d_name, ".json")) continue;
        snprintf(path, sizeof path, "%s/%s", place, entry->d_name);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        const struct sample s = { entry->d_name, bytes, fread(bytes, 1, sizeof bytes, file) };
        fclose(file);
        sample_check(&s);
        checked++;
    }
    closedir(directory);
    assert_true(checked > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nul_bytes), cmocka_unit_test(test_bytes_that_are_no_utf8),
        cmocka_unit_test(test_byte_order_mark), cmocka_unit_test(test_line_ends_of_windows),
        cmocka_unit_test(test_lone_surrogates), cmocka_unit_test(test_strings_of_ten_megabytes),
        cmocka_unit_test(test_duplicate_keys), cmocka_unit_test(test_times_that_run_backwards),
        cmocka_unit_test(test_times_and_dates_that_are_none), cmocka_unit_test(test_a_service_of_forty_days),
        cmocka_unit_test(test_units_out_of_range), cmocka_unit_test(test_what_is_no_object),
        cmocka_unit_test(test_values_are_shown_on_demand), cmocka_unit_test(test_keys_of_patients),
        cmocka_unit_test(test_samples_of_json), cmocka_unit_test(test_published_suite_of_json),
    };
    return cmocka_run_group_tests_name("input", tests, setup, teardown);
}
