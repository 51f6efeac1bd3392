/* Images damaged one by one, systematically: every section, every field of its elements, every operand of every kind of
 * instruction, with values at the edges; size and hash are right again each time. Each is refused with a reason or
 * runs within its bounds. Then 1,500 by chance, as the campaign makes them (tests/mutate). Runs in the root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "edict_compile.h"
#include "tests/mutate/mutation.h"
#include "vm/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ELEMENTS = 7, CHANCES = 1500 };

static unsigned char *image, *copy;
static size_t image_size;
static char *encounters[3];
static size_t encounter_count, refused, accepted;

static void image_make(const char *pack, const char *path)
{
    edict_compilation *c = NULL;
    edict_error error;
    size_t room = 0;
    assert_int_equal(edict_compile(pack, NULL, &c, &error), EDICT_OK);
    const void *made = edict_compilation_image(c, &image_size);
    assert_non_null(made);
    image = malloc(image_size);
    copy = malloc(image_size + 4096);
    assert_true(image && copy);
    memcpy(image, made, image_size);
    edict_compilation_free(c);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    for (encounter_count = refused = accepted = 0; encounter_count < sizeof encounters / sizeof *encounters;
         encounter_count++, room = 0)
        if (getline(&encounters[encounter_count], &room, file) < 0) break;
    fclose(file);
    assert_true(encounter_count > 0);
}

static void image_free(void)
{
    free(image);
    free(copy);
    for (size_t i = 0; i < sizeof encounters / sizeof *encounters; i++) {
        free(encounters[i]);
        encounters[i] = NULL;
    }
}

static void put_nothing(void *context, const char *bytes, size_t size)
{
    (void)bytes;
    *(size_t *)context += size;
}

/* Instructions of a program: no more than so many are run an evaluation, and no more evaluations than there may be. */
static void bounds_hold(const edict_evaluator *e, uint64_t instructions)
{
    assert_true(edict_evaluator_dispatches(e) <= instructions * 1025);
}

static void try(const unsigned char *bytes, size_t size)
{
    edict_program *program = NULL;
    edict_evaluator *e = NULL;
    edict_error error = { 0 };
    size_t put = 0;
    if (edict_program_load(bytes, size, &program, &error) != EDICT_OK) {
        assert_int_equal(error.status, EDICT_IMAGE);
        assert_true(error.message[0] && error.code[0]);
        refused++;
        return;
    }
    accepted++;
    edict_program_check(program, &error);
    edict_program_list(program, put_nothing, &put);
    edict_program_schema(program, put_nothing, &put);
    assert_int_equal(edict_evaluator_new(program, NULL, &e, &error), EDICT_OK);
    for (size_t i = 0; i < encounter_count; i++) {
        edict_answer answer;
        const edict_status status =
            edict_evaluate(e, encounters[i], strlen(encounters[i]), 1, &answer, &error);
        assert_true(status == EDICT_OK || status == EDICT_INPUT || status == EDICT_LIMIT || status == EDICT_RANGE);
        assert_true(answer.size > 0 && (status == EDICT_OK || error.message[0]));
        bounds_hold(e, size / 4);
    }
    edict_evaluator_free(e);
    edict_program_free(program);
}

/* The word at `at` with four other values. */
static void word_try(size_t at)
{
    uint32_t old;
    memcpy(&old, image + at, 4);
    const uint32_t values[] = { old + 1, 0xffffffff, old ^ 0x80000000, old ? 0 : 7 };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct mutation m = { .bytes = copy, .size = image_size, .room = image_size };
        memcpy(copy, image, image_size);
        memcpy(copy + at, &values[i], 4);
        if (at < offsetof(struct image_header, size) || at >= offsetof(struct image_header, rules_hash))
            mutation_seal(&m);
        try(copy, image_size);
    }
}

static void sections_try(void)
{
    const struct image_header *h = (const void *)image;
    for (size_t at = 0; at < sizeof *h; at += 4) word_try(at);
    for (unsigned s = 0; s < SECTION_COUNT; s++) {
        const size_t each = mutation_element(s), step = each < 4 ? 4 : each;
        const size_t count = h->sections[s].size / step;
        for (size_t i = 0; i < ELEMENTS && i < count; i++) {
            const size_t n = i == 0 ? 0 : i == 1 ? count - 1 : i * (count - 1) / ELEMENTS;
            for (size_t at = 0; at < step; at += 4) word_try(h->sections[s].offset + n * step + at);
        }
    }
}

/* Every word of the first two instructions of each kind; long ones: their first words and their last. */
static void code_try(void)
{
    const struct image_slice s = ((const struct image_header *)(const void *)image)->sections[SECTION_CODE];
    unsigned met[OP_CODES] = { 0 };
    for (size_t at = s.offset; at < s.offset + s.size;) {
        uint32_t word;
        memcpy(&word, image + at, 4);
        const size_t words = word >> 8;
        if (met[word & 0xff]++ < 2)
            for (size_t k = 0; k < words; k++)
                if (k < 24 || k + 8 > words) word_try(at + 4 * k);
        at += words * 4;
    }
    unsigned kinds = 0;
    for (size_t i = 0; i < OP_CODES; i++) kinds += met[i] > 0;
    assert_true(kinds > OP_CODES / 2);
}

static void test_every_section_and_field(void **state)
{
    (void)state;
    image_make("rulesets/medicare/hospital.edict", "examples/hospital.ndjson");
    sections_try();
    assert_true(refused + accepted > 1500);
    assert_true(refused > 500 && accepted > 50);
    image_free();
}

static void test_every_instruction(void **state)
{
    (void)state;
    image_make("rulesets/medicare/hospital.edict", "examples/hospital.ndjson");
    code_try();
    assert_true(refused + accepted > 1500);
    assert_true(refused > 1000 && accepted > 50);
    image_free();
}

static void test_by_chance(void **state)
{
    (void)state;
    image_make("tests/tables/whole.edict", "tests/mutate/tables.ndjson");
    size_t sealed = 0;
    for (uint64_t n = 0; n < CHANCES; n++) {
        struct mutation m = { .bytes = copy, .room = image_size + 4096 };
        mutation_make(&m, image, image_size, n);
        sealed += (size_t)m.sealed;
        try(m.bytes, m.size);
    }
    assert_true(sealed * 10 > CHANCES * 4);
    assert_true(accepted * 20 > CHANCES);
    image_free();
}

/* Constants far out of what the language can say: a ladder is not counted up from there, nor a stride added beyond. */
static void test_constants_far_out(void **state)
{
    static const int64_t far[] = { INT64_MIN, -4000000000000000000, INT64_MAX, 4000000000000000000 };
    (void)state;
    image_make("tests/unit/ladder.edict", "tests/unit/ladder.ndjson");
    struct image_slice s;
    memcpy(&s, image + offsetof(struct image_header, sections) + SECTION_CONSTS * sizeof s, sizeof s);
    for (uint64_t at = 0; at < s.size; at += sizeof(struct image_const))
        for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
            struct mutation m = { .bytes = copy, .size = image_size, .room = image_size };
            memcpy(copy, image, image_size);
            memcpy(copy + s.offset + at + offsetof(struct image_const, value), &far[i], sizeof far[i]);
            mutation_seal(&m);
            try(copy, image_size);
        }
    assert_true(accepted > 0);
    image_free();
}

/* The link of a domain that is no group, which worlds would read. */
static void test_links_of_what_is_no_group(void **state)
{
    (void)state;
    image_make("rulesets/medicare/hospital.edict", "examples/hospital.ndjson");
    struct image_slice s;
    struct image_domain d;
    edict_program *program;
    edict_error error;
    size_t groups = 0, others = 0;
    memcpy(&s, image + offsetof(struct image_header, sections) + SECTION_DOMAINS * sizeof s, sizeof s);
    for (uint64_t at = 0; at < s.size; at += sizeof d) {
        struct mutation m = { .bytes = copy, .size = image_size, .room = image_size };
        memcpy(&d, image + s.offset + at, sizeof d);
        groups += d.kind == DOMAIN_GROUP;
        if (d.kind == DOMAIN_GROUP) continue;
        others++;
        assert_int_equal(d.link, NONE);
        for (uint32_t link = 0; link < 3; link++) {
            d.link = link ? NONE - link : 0;
            memcpy(copy, image, image_size);
            memcpy(copy + s.offset + at, &d, sizeof d);
            mutation_seal(&m);
            assert_int_equal(edict_program_load(copy, image_size, &program, &error), EDICT_IMAGE);
        }
    }
    assert_true(groups > 0 && others > 3);
    image_free();
}

static void test_cut_anywhere(void **state)
{
    (void)state;
    image_make("tests/cli/packs/small.edict", "tests/cli/packs/small.ndjson");
    for (size_t size = 0; size < image_size; size += size < 600 ? 1 : 13) {
        struct mutation m = { .bytes = copy, .size = size, .room = size };
        memcpy(copy, image, size);
        if (size >= sizeof(struct image_header)) mutation_seal(&m);
        try(copy, size);
    }
    assert_true(refused > 500);
    image_free();
}

/* The program that verify and sign ask: bytes that were built, and tables whose insides hold. */
static void test_check_finds_what_opening_does_not(void **state)
{
    edict_program *program = NULL;
    edict_error error;
    (void)state;
    image_make("tests/cli/packs/small.edict", "tests/cli/packs/small.ndjson");
    assert_int_equal(edict_program_load(image, image_size, &program, &error), EDICT_OK);
    assert_int_equal(edict_program_check(program, &error), EDICT_OK);
    edict_program_free(program);
    const struct image_slice text = ((const struct image_header *)(const void *)image)->sections[SECTION_TEXT];
    memcpy(copy, image, image_size);
    copy[text.offset + text.size - 10] ^= 1;
    assert_int_equal(edict_program_load(copy, image_size, &program, &error), EDICT_OK);
    assert_int_equal(edict_program_check(program, &error), EDICT_IMAGE);
    assert_string_equal(error.code, "damaged_image");
    edict_program_free(program);
    image_free();
}

/* Bytes of the caller's are read where they stand, checked like all others, and left to the caller. */
static void test_view(void **state)
{
    edict_program *program = NULL, *copied = NULL;
    edict_error error;
    size_t put = 0, put_copied = 0;
    (void)state;
    image_make("tests/cli/packs/small.edict", "tests/cli/packs/small.ndjson");
    assert_int_equal(edict_program_view(image, image_size, &program, &error), EDICT_OK);
    assert_int_equal(edict_program_load(image, image_size, &copied, &error), EDICT_OK);
    assert_string_equal(edict_program_image(program), edict_program_image(copied));
    const char *pack = edict_program_pack(program);
    assert_true(pack > (const char *)image && pack < (const char *)image + image_size);
    edict_program_list(program, put_nothing, &put);
    edict_program_list(copied, put_nothing, &put_copied);
    assert_int_equal(put, put_copied);
    edict_program_free(program);
    edict_program_free(copied);
    memcpy(copy + 8, image, image_size);
    assert_int_equal(edict_program_view(copy + 8, image_size, &program, &error), EDICT_USAGE);
    assert_string_equal(error.code, "unaligned_image");
    assert_null(program);
    assert_int_equal(edict_program_view(image, image_size - 1, &program, &error), EDICT_IMAGE);
    assert_int_equal(edict_program_view(image, 0, &program, &error), EDICT_IMAGE);
    assert_null(program);
    assert_memory_equal(copy + 8, image, image_size);
    image_free();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_section_and_field), cmocka_unit_test(test_every_instruction),
        cmocka_unit_test(test_by_chance), cmocka_unit_test(test_constants_far_out),
        cmocka_unit_test(test_links_of_what_is_no_group), cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_check_finds_what_opening_does_not), cmocka_unit_test(test_view),
    };
    return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
