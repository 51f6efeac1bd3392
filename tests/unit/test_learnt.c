/* What the reader of encounters has learnt never shows: after any other encounter, whole or damaged, one is read, or
 * refused, as by an evaluator that is new. Runs in the project's root. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "edict_compile.h"
#include "vm/bind.h"
#include "vm/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static edict_program *program;

static edict_program *program_make(const char *path)
{
    edict_compilation *c = NULL;
    edict_program *made = NULL;
    edict_error error;
    size_t size;
    assert_int_equal(edict_compile(path, NULL, &c, &error), EDICT_OK);
    const void *image = edict_compilation_image(c, &size);
    assert_non_null(image);
    assert_int_equal(edict_program_load(image, size, &made, &error), EDICT_OK);
    edict_compilation_free(c);
    return made;
}

static int setup(void **state)
{
    (void)state;
    program = program_make("tests/unit/learnt.edict");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    edict_program_free(program);
    return 0;
}

static edict_evaluator *evaluator(const edict_program *p)
{
    static const edict_evaluator_options options = { .show_values = 1 };
    edict_evaluator *e = NULL;
    assert_int_equal(edict_evaluator_new(p, &options, &e, NULL), EDICT_OK);
    return e;
}

/* Read from memory of its own that ends where the text ends. */
static edict_status bind(edict_evaluator *e, const char *json, size_t size, edict_error *error)
{
    char *copy = malloc(size + !size);
    assert_non_null(copy);
    memcpy(copy, json, size);
    memset(error, 0, sizeof *error);
    const edict_status status = bind_encounter(e, copy, size, error);
    free(copy);
    return status;
}

static void same_cell(const edict_evaluator *a, const edict_evaluator *b, const struct image_fact *f, uint32_t r)
{
    const struct column *x = &a->columns[f->reg], *y = &b->columns[f->reg];
    const uint32_t v = x->w ? x->w[r] : 0, w = y->w ? y->w[r] : 0;
    assert_int_equal(v, w);
    if (v) return;
    if (f->type == TYPE_TEXT) {
        assert_true(text_equal(bind_text(a, x->v[r]), bind_text(b, y->v[r])));
    } else if (f->type == TYPE_CODES) {
        const uint64_t p = (uint64_t)x->v[r], q = (uint64_t)y->v[r];
        assert_int_equal(p & 0xffffff, q & 0xffffff);
        for (uint64_t i = 0; i < (p & 0xffffff); i++)
            assert_true(a->codes[(p >> 24) + i] == b->codes[(q >> 24) + i]);
    } else {
        assert_true(x->v[r] == y->v[r]);
    }
}

/* The evaluator reads this text as a new one does. */
static void same_text(edict_evaluator *e, const char *json, size_t size)
{
    edict_evaluator *fresh = evaluator(e->program);
    edict_error error, want;
    const edict_status status = bind(e, json, size, &error);
    if (status != bind(fresh, json, size, &want)) fail_msg("read in another way: %.*s", (int)size, json);
    assert_int_equal(error.offset, want.offset);
    assert_string_equal(error.code, want.code);
    assert_string_equal(error.message, want.message);
    assert_string_equal(error.pointer, want.pointer);
    assert_string_equal(error.expected, want.expected);
    assert_string_equal(error.found, want.found);
    for (uint32_t i = 0; i < e->program->fact_count && status == EDICT_OK; i++) {
        const struct image_fact *f = &e->program->facts[i];
        assert_int_equal(e->sizes[f->domain], fresh->sizes[f->domain]);
        for (uint32_t r = 0; r < e->sizes[f->domain]; r++) same_cell(e, fresh, f, r);
    }
    edict_evaluator_free(fresh);
}

#define SERVICE1 "{\"id\":\"a\",\"drug\":\"J1745\",\"start\":\"2026-03-02T08:04\",\"starts\":\"2026-03-02T08:05:09\"," \
    "\"day\":\"2026-03-02\",\"done\":true,\"note\":\"by \\\"hand\\\"\",\"dose\":40.5,\"site\":\"arm\"}"
#define SERVICE2 "{\"id\":\"b\",\"drug\":\"J12345AB\",\"start\":\"2026-03-02T23:59\",\"starts\":null," \
    "\"day\":\"2026-03-03\",\"done\":false,\"note\":\"\",\"dose\":7,\"site\":\"left upper forearm\"}"
#define LINE1 "{\"n\":1,\"code\":\"96413\",\"units\":1,\"mods\":[],\"price\":12.25}"
#define LINE2 "{\"n\":20,\"code\":\"96415\",\"units\":1234567,\"mods\":[\"59\",\"XU\"],\"price\":0}"
#define GOOD "{\"id\":\"E1\",\"mrn\":12345,\"dos\":\"2026-03-02\",\"where\":\"office\",\"diag\":[\"C509\"]," \
    "\"ward\":\"W\",\"vip\":false,\"services\":[" SERVICE1 "," SERVICE2 "],\"lines\":[" LINE1 "," LINE2 "]}"

#define DAY "{\"id\":\"E1\",\"dos\":\"2026-03-02\""
#define LINES DAY ",\"lines\":[{\"code\":\"A\""
#define SERVICES DAY ",\"services\":[{\"drug\":\"A\""

static const char *const shapes[] = {
    GOOD,
    /* spaced */
    "{ \"id\": \"E1\", \"mrn\": 12345, \"dos\": \"2026-03-02\", \"where\": \"office\", \"diag\": [ \"C509\" ],"
    " \"ward\": \"W\","
    " \"vip\": false, \"services\": [ { \"drug\": \"J1745\" , \"dose\": 1.5 }, { \"drug\" : \"J1746\" } ],"
    " \"lines\": [ ] }",
    "{\n    \"id\": \"E1\",\n    \"dos\": \"2026-03-02\",\n    \"services\": [\n        {\n            \"id\": \"b\",\n"
    "            \"drug\": \"J1745\",\n            \"starts\": \"2026-03-02T08:05:09.5\"\n        },\n        {\n"
    "            \"id\": \"c\",\n            \"drug\": \"J1745\",\n            \"starts\": null\n        }\n    ]\n}\n",
    "{\"id\":\"E1\",                                                                         \"dos\":\"2026-03-02\"}",
    "{\"id\":\"E1\",\"dos\":      \"2026-03-02\"}", DAY "} ",
    /* other orders, keys that are missing, keys that begin like others, the shape changes within a list */
    "{\"dos\":\"2026-03-02\",\"id\":\"E1\"}", DAY "}",
    DAY ",\"lines\":[" LINE2 "],\"services\":[" SERVICE2 "]}",
    DAY ",\"services\":[{\"drug\":\"J1\",\"starts\":\"2026-03-02T08:04\"},"
    "{\"drug\":\"J1\",\"start\":\"2026-03-02T08:04\"},{\"drug\":\"J1\",\"startss\":1},{\"starts\":null,"
    "\"drug\":\"J1\"},"
    "{\"drug\":\"J1\"},{\"drug\":\"J1\",\"site\":\"x\",\"day\":null},{\"drug\":\"J1\",\"day\":\"2026-02-28\"}]}",
    DAY ",\"services\":[{\"drug\":\"J1\",\"a\":1,\"done\":true},{\"drug\":\"J1\",\"b\":[2,{}],"
    "\"done\":true},{\"a\":{\"b\":2},\"drug\":\"J1\"},{\"b\":\"x\",\"drug\":\"J1\"},{\"drug\":\"J1\",\"c\":null,"
    "\"d\":-1e3,"
    "\"e\":\"\\u00e9\",\"f\":\"\xc3\xa9\",\"g\":1.5,\"h\":true,\"i\":false,\"j\":\"a\\nb\"}]}",
    DAY ",\"services\":[],\"lines\":[]}",
    DAY ",\"lines\":null,\"services\":null}",
    DAY ",\"lines\":[" LINE1 "]}",
    "{\"zz\":1,\"id\":\"E1\",\"dos\":\"2026-03-02\"}", "{\"z\\u007a\":1,\"\\u0069d\":\"E1\",\"dos\":\"2026-03-02\"}",
    /* values of each type, as they are rarely written, and wrong */
    DAY ",\"where\":\"a_place_of_another_name\",\"ward\":\"sixteen letters!\"}",
    DAY ",\"where\":\"a_place_or_another_name\"}",
    DAY ",\"where\":\"x\",\"ward\":\"fifteen letters\"}",
    DAY ",\"where\":\"facility\",\"ward\":\"\"}",
    DAY ",\"where\":\"f\\u0061cility\",\"ward\":\"\xc3\xa9\"}",
    "{\"id\":\"E1\",\"dos\":\"2026-02-29\"}", "{\"id\":\"E1\",\"dos\":\"2024-02-29\"}",
    "{\"id\":\"E1\",\"dos\":\"2026-03-00\"}",
    "{\"id\":\"E1\",\"dos\":\"2026-03-32\"}", "{\"id\":\"E1\",\"dos\":\"2026-03-0:\"}",
    "{\"id\":\"E1\",\"dos\":\"2026-03-:1\"}",
    "{\"id\":\"E1\",\"dos\":\"2026-13-01\"}", "{\"id\":\"E1\",\"dos\":\"2026-03-021\"}",
    "{\"id\":\"E1\",\"dos\":20260302}",
    DAY ",\"diag\":[\"A\",\"B\",\"C\",\"D\",\"E\",\"F\",\"G\",\"H\",\"I\",\"J\"]}",
    DAY ",\"diag\":[\"a.1\"],\"lines\":[{\"code\":\"c1\",\"mods\":null}]}",
    DAY ",\"diag\":[\"A\" ,\"B\"]}", DAY ",\"diag\":[\"ABCDEFGHI\"]}",
    DAY ",\"diag\":[\"\"]}", DAY ",\"diag\":[\"A@\"],\"x\":123456}",
    DAY ",\"diag\":[\"A\xc3\xa9\"],\"x\":123456}", DAY ",\"diag\":1}",
    LINES ",\"units\":12345678,\"price\":12345678.5},"
    "{\"code\":\"A\",\"units\":2147483647,\"price\":1234567.654321},{\"code\":\"A\",\"units\":2.0,\"price\":1.5000000},"
    "{\"code\":\"A\",\"units\":1e2,\"price\":25e-1},{\"code\":\"A\",\"units\":0,\"price\":-1}]}",
    LINES ",\"units\":01}]}",
    LINES ",\"units\":1.}]}",
    LINES ",\"price\":1.}]}",
    LINES ",\"price\":1.1234567}]}",
    LINES ",\"price\":1.5e1}]}",
    LINES ",\"units\":2147483648}]}",
    LINES ",\"units\":true}]}",
    LINES ",\"units\":3}]}",
    SERVICES ",\"start\":\"2026-03-02T24:00\",\"site\":\"x\"}]}",
    SERVICES ",\"start\":\"2026-03-02T09:60\",\"site\":\"x\"}]}",
    SERVICES ",\"start\":\"2026-03-02T09:59:60\",\"site\":\"x\"}]}",
    SERVICES ",\"start\":\"2026-03-02T09:59:5\",\"site\":\"x\"}]}",
    SERVICES ",\"start\":\"2026-03-02 09:59\",\"site\":\"x\"}]}",
    SERVICES ",\"start\":\"2026-03-02T09.59\",\"site\":\"x\"}]}",
    SERVICES ",\"start\":\"2026-02-30T09:59\",\"site\":\"x\"}]}",
    SERVICES ",\"start\":null,\"site\":null,\"done\":null}]}",
    SERVICES ",\"done\":1,\"site\":\"x\"}]}",
    /* twice */
    DAY ",\"id\":\"E1\"}", "{\"id\":\"E1\",\"vip\":1,\"dos\":\"2026-03-02\",\"vip\":1}",
    DAY ",\"lines\":[],\"lines\":[]}",
    LINES ",\"n\":7},{\"code\":\"A\",\"n\":5},{\"code\":\"A\",\"n\":7}]}",
    LINES ",\"n\":7},{\"code\":\"A\",\"n\":6},{\"code\":\"A\",\"n\":8}]}",
    /* no encounters */
    "", "{", "{}", "[]", "{,\"id\":\"E1\",\"dos\":\"2026-03-02\"}", "{\"zz\":1\"id\":\"E1\",\"dos\":\"2026-03-02\"}",
    DAY "}}", DAY "", DAY ",}",
    DAY ",\"lines\":[,{\"code\":\"A\"}]}", LINES "},]}",
    DAY ",\"lines\":{\"code\":\"A\"}}", DAY ",\"lines\":[1]}",
    DAY ",\"lines\":[{\"units\":1}]}",
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

/* Every shape, after every other one was read twice. */
static void test_shapes(void **state)
{
    edict_evaluator *e = evaluator(program);
    edict_error error;
    (void)state;
    for (size_t i = 0; i < SHAPES; i++)
        for (size_t k = 0; k < SHAPES; k++) {
            for (int n = 0; n < 2; n++) bind(e, shapes[i], strlen(shapes[i]), &error);
            same_text(e, shapes[k], strlen(shapes[k]));
        }
    edict_evaluator_free(e);
}

/* Cell `r` of a fact is like cell `q` of another evaluator, of as many records before it in its encounter. */
static void same_place(const edict_evaluator *a, const edict_evaluator *b, const struct image_fact *f, uint32_t r,
    uint32_t q)
{
    const struct column *x = &a->columns[f->reg], *y = &b->columns[f->reg];
    const uint32_t v = x->w ? x->w[r] : 0, w = y->w ? y->w[q] : 0;
    assert_int_equal(v != 0, w != 0);
    assert_true(f->type == TYPE_TEXT || f->type == TYPE_CODES || x->v[r] == y->v[q]);
    if (!v) return;
    assert_int_equal(a->whys[v >> 1].kind, b->whys[w >> 1].kind);
    assert_int_equal(a->whys[v >> 1].a, b->whys[w >> 1].a);
    assert_int_equal(a->whys[v >> 1].b, b->whys[w >> 1].b);
}

/* Encounters read together are each read as by a new evaluator, whatever facts those before and behind it name, and
 * where some are refused. The last shape has more records than reasons are remembered of. */
static void test_together(void **state)
{
    enum { LANES = 6, BATCHES = 1500 };
    static const char *const some[] = { DAY "}", LINES "}]}", SERVICES "}]}", LINES "},{\"code\":\"B\"}]}", LINES
        "},{\"code\":\"B\",\"price\":1}]}", SERVICES ",\"done\":true},{\"drug\":\"B\"}]}", SERVICES
        "},{\"drug\":\"B\"},{\"drug\":\"C\"},{\"drug\":\"C\",\"dose\":null},{\"drug\":\"D\"}]}",
        DAY ",\"ward\":\"W\"}", DAY ",\"diag\":[]}", LINES "},{\"code\":\"B\",\"price\":1,\"zz\"}]}", GOOD };
    enum { SOME = sizeof some / sizeof *some };
    edict_evaluator *e = evaluator(program), *fresh[SOME + 1];
    struct buffer many;
    edict_error error;
    edict_status want[SOME + 1];
    const char *texts[SOME + 1];
    uint64_t draw = 1;
    (void)state;
    buffer_init(&many, 0);
    buffer_printf(&many, LINES "}");
    for (uint32_t i = 1; i < MISSING_PLACES + 5u; i++) buffer_printf(&many, ",{\"code\":\"B%u\"}", i);
    buffer_printf(&many, "]}");
    for (uint32_t i = 0; i <= SOME; i++) {
        texts[i] = i < SOME ? some[i] : many.at;
        fresh[i] = evaluator(program);
        want[i] = bind(fresh[i], texts[i], strlen(texts[i]), &error);
    }
    for (int batch = 0; batch < BATCHES; batch++) {
        uint32_t lanes[LANES], count = 0;
        bind_start(e);
        for (int i = 0; i < LANES; i++) {
            draw = draw * 6364136223846793005u + 1442695040888963407u;
            const uint32_t k = (uint32_t)(draw >> 33) % (SOME + 1 - (uint32_t)(batch & 1));
            assert_int_equal(bind_add(e, texts[k], strlen(texts[k]), &error), want[k]);
            if (want[k] == EDICT_OK) lanes[count++] = k;
        }
        if (!count) continue;
        bind_end(e);
        for (uint32_t lane = 0; lane < count; lane++)
            for (uint32_t i = 0; i < program->fact_count; i++) {
                const struct image_fact *f = &program->facts[i];
                const uint32_t first = lane_at(input_of(e), f->domain, lane);
                const uint32_t n = lane_at(input_of(e), f->domain, lane + 1) - first;
                assert_int_equal(n, fresh[lanes[lane]]->sizes[f->domain]);
                for (uint32_t r = 0; r < n; r++) same_place(e, fresh[lanes[lane]], f, first + r, r);
            }
    }
    for (uint32_t i = 0; i <= SOME; i++) edict_evaluator_free(fresh[i]);
    buffer_free(&many);
    edict_evaluator_free(e);
}

/* Each byte of an encounter that is known is replaced, left out, written twice; the text ends there. */
static void test_damage(void **state)
{
    static const char bytes[] = "\"\\ ,:[]{}0x.-\n\x80\x01\x00";
    edict_evaluator *e = evaluator(program);
    edict_error error;
    char text[2048];
    (void)state;
    for (size_t s = 0; s < 3; s++) {
        const size_t size = strlen(shapes[s]);
        for (size_t at = 0; at < size; at++) {
            assert_int_equal(bind(e, shapes[s], size, &error), EDICT_OK);
            same_text(e, shapes[s], at);
            memcpy(text, shapes[s], size);
            for (size_t b = 0; b < sizeof bytes; b++) {
                text[at] = bytes[b];
                same_text(e, text, size);
            }
            memcpy(text + at, shapes[s] + at + 1, size - at - 1);
            same_text(e, text, size - 1);
            memcpy(text + at + 1, shapes[s] + at, size - at);
            text[at] = shapes[s][at];
            same_text(e, text, size + 1);
        }
    }
    edict_evaluator_free(e);
}

/* More unknown keys than have places, and than are remembered; a learnt list at its limit. */
static void test_limits(void **state)
{
    edict_evaluator *e = evaluator(program);
    edict_error error;
    struct buffer text;
    (void)state;
    buffer_init(&text, 0);
    for (int n = UNKNOWN_PLACES - 1; n < (int)UNKNOWN_KEYS + 3; n += n < UNKNOWN_PLACES + 2 ? 1 : 400) {
        buffer_clear(&text);
        buffer_printf(&text, DAY);
        for (int i = 0; i < n; i++) buffer_printf(&text, ",\"u%d\":%d", i, i);
        buffer_printf(&text, ",\"ward\":\"w\"}");
        for (int i = 0; i < 3; i++) assert_int_equal(bind(e, text.at, text.size, &error), EDICT_OK);
        text.size--;
        buffer_printf(&text, ",\"u%d\":0}", n - 1);
        same_text(e, text.at, text.size);
    }
    for (int n = LIMIT_RECORDS - 1; n <= LIMIT_RECORDS + 1; n++) {
        size_t last = 0;
        buffer_clear(&text);
        buffer_printf(&text, DAY ",\"lines\":[");
        for (int i = 0; i < n; i++) {
            if (i) buffer_printf(&text, ",");
            last = text.size;
            buffer_printf(&text, "{\"code\":\"A%d\"}", i);
        }
        buffer_printf(&text, "]}");
        for (int i = 0; i < 2; i++) {
            assert_int_equal(bind(e, text.at, text.size, &error), n > LIMIT_RECORDS ? EDICT_LIMIT : EDICT_OK);
            if (n > LIMIT_RECORDS) assert_int_equal(error.offset, last);
            if (n > LIMIT_RECORDS) assert_string_equal(error.pointer, "/lines");
        }
    }
    buffer_free(&text);
    edict_evaluator_free(e);
}

/* A domain of more facts than one word of a set has bits: each is found, missed, found twice. */
static void test_many_facts(void **state)
{
    char path[] = "/tmp/edict-learnt-XXXXXX.edict";
    const int fd = mkstemps(path, 6);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    edict_error error;
    struct buffer text;
    (void)state;
    assert_non_null(out);
    fprintf(out, "pack learnt.many\n  title \"Many facts\"\n  version 1\n  owner \"tests\"\n"
        "  effective 2020-01-01 until open\nfacts encounter \"One day\" known by id\n"
        "  | fact | type | not documented |\n  | id | text | refused |\n"
        "  | dos | date of service | refused |\nfacts line \"One line\" in lines known as n\n"
        "  | fact | type | not documented |\n  | n | count | position |\n");
    for (int i = 0; i < 140; i++) fprintf(out, "  | f%d | count | |\n", i);
    fclose(out);
    edict_program *many = program_make(path);
    remove(path);
    edict_evaluator *e = evaluator(many);
    buffer_init(&text, 0);
    for (int gap = 0; gap < 142; gap++) {
        buffer_clear(&text);
        buffer_printf(&text, DAY ",\"lines\":[{\"n\":3");
        for (int i = 0; i < 140; i++)
            if (i != gap) buffer_printf(&text, ",\"f%d\":%d", i, i + 1);
        buffer_printf(&text, gap == 141 ? ",\"f139\":1},{}]}" : "},{\"n\":4}]}");
        const edict_status status = bind(e, text.at, text.size, &error);
        assert_int_equal(status, gap == 141 ? EDICT_INPUT : EDICT_OK);
        for (uint32_t i = 0; i < many->fact_count && status == EDICT_OK; i++) {
            const char *name = program_string(many, many->facts[i].name);
            const struct column *c = &e->columns[many->facts[i].reg];
            const int number = name[0] == 'f' ? atoi(name + 1) : -1;
            if (number < 0) continue;
            assert_int_equal(c->w[0] != 0, number == gap);
            assert_int_not_equal(c->w[1], 0);
            assert_int_equal(c->v[0], number == gap ? 0 : number + 1);
        }
        same_text(e, text.at, text.size);
    }
    for (int round = 0; round < 3; round++) {   /* a record that names none of them, when such a one is known */
        buffer_clear(&text);
        buffer_printf(&text, DAY ",\"lines\":[{\"f0\":1},{\"f1\":2,\"f70\":3,\"f139\":4},{}]}");
        same_text(e, text.at, text.size);
        buffer_clear(&text);
        buffer_printf(&text, DAY ",\"lines\":[{},{},{}]}");
        same_text(e, text.at, text.size);
    }
    buffer_free(&text);
    edict_evaluator_free(e);
    edict_program_free(many);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_shapes), cmocka_unit_test(test_damage),
        cmocka_unit_test(test_together), cmocka_unit_test(test_limits), cmocka_unit_test(test_many_facts) };
    return cmocka_run_group_tests(tests, setup, teardown);
}
