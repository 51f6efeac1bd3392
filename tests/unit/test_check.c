/* Opening an image that is a file or none; what opening leaves out and `edict_program_check` looks at: the insides of
 * large tables of pairs, and whether the bytes are those that were built. Damage that opening itself refuses:
 * test_verify.c, test_damage.c. */
#include "tests/unit/table_fixture.h"
#include "vm/code_pairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODES = 100, EACH = 60 };
enum {
    CODE_SAME,
    CODE_NONE,
    START_FIRST,
    START_DOWN,
    START_END,
    ROW_CODE,
    ROW_ROW,
    ROW_TWICE,
    BIT_LOST,
    BITS_FEWER,
    BITS_END,
    PLACE_LOST,
    WAYS
};

static void pairs_write(void)
{
    FILE *f = fopen(path_of("many.csv"), "w");
    assert_non_null(f);
    fputs("column_1,column_2,indicator,until,note\n", f);
    for (int a = 0; a < CODES; a++)
        for (int b = 1; b <= EACH; b++) fprintf(f, "A%04d,A%04d,%d,*,x\n", a, (a + b) % CODES, b % 2);
    assert_int_equal(fclose(f), 0);
}

static struct image_relation *large_relation(void)
{
    for (uint32_t i = 0; i < h.p->relation_count; i++)
        if (h.p->relations[i].codes) return (struct image_relation *)(uintptr_t)&h.p->relations[i];
    fail_msg("no table is kept as pairs");
    return NULL;
}

/* Breaks one promise of the table (vm/image.h), in the program's own copy of the image. */
static void pairs_break(const struct image_relation *r, int way)
{
    const struct code_pairs_layout l = code_pairs_layout(h.p->pairs, r);
    int64_t *code = (int64_t *)(uintptr_t)l.codes;
    uint32_t *start = (uint32_t *)(uintptr_t)l.starts, *row = (uint32_t *)(uintptr_t)l.rows;
    uint32_t *bits = (uint32_t *)(uintptr_t)l.filter_starts;
    switch (way) {
    case CODE_SAME: code[1] = code[0]; break;
    case CODE_NONE: code[0] = -1; break;
    case START_FIRST: start[0] = 1; break;
    case START_DOWN: start[5] = start[6] + 1; break;
    case START_END: start[r->codes]--; break;
    case ROW_CODE: row[0] = code_mark(r->codes) << 16; break;
    case BIT_LOST: ((uint64_t *)(uintptr_t)l.filter)[bits[3]] = 0; break;
    case BITS_FEWER: bits[4]--; break;
    case BITS_END: bits[r->codes]++; break;
    case PLACE_LOST: ((uint16_t *)(uintptr_t)l.index)[code_pairs_slot(code[7], l.slots)] = 0; break;
    case ROW_ROW: row[start[3]] = (row[start[3]] & 0xffff0000u) | (uint32_t)r->rows; break;
    default: row[1] = row[0]; break;
    }
}

static void test_pairs_inside(void **state)
{
    (void)state;
    for (int way = 0; way < WAYS; way++) {
        edict_error error;
        pairs_write();
        compile_good(PAIRS("\"many.csv\"", "csv"));
        assert_int_equal(edict_program_check(h.p, &error), EDICT_OK);
        assert_int_equal(error.status, EDICT_OK);
        pairs_break(large_relation(), way);
        if (edict_program_check(h.p, &error) != EDICT_IMAGE || !strstr(error.message, "pairs of relation"))
            fail_msg("way %d: %s", way, error.message);
        assert_string_equal(error.code, "damaged_image");
        assert_int_equal(edict_program_check(h.p, NULL), EDICT_IMAGE);
    }
}

/* A text that says something else breaks no promise, but it is not what was built. */
static void test_other_bytes(void **state)
{
    edict_error error;
    (void)state;
    pairs_write();
    compile_good(PAIRS("\"many.csv\"", "csv"));
    char *title = (char *)(uintptr_t)edict_program_title(h.p);
    assert_string_equal(title, "tables");
    title[0] = 'T';
    assert_int_equal(edict_program_check(h.p, &error), EDICT_IMAGE);
    assert_non_null(strstr(error.message, "not those that were built"));
    title[0] = 't';
    assert_int_equal(edict_program_check(h.p, &error), EDICT_OK);
}

static void test_open(void **state)
{
    const struct {
        const char *path, *words;
        edict_status status;
    } bad[] = {
        {path_of("none.edx"), "cannot be read: No such file", EDICT_IO},
        {h.directory, "cannot be read: Is a directory", EDICT_IO},
        {"/dev/null", "it is no file on a disk", EDICT_IO},
    };
    edict_program *p = NULL;
    edict_error error;
    size_t size = 0;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(edict_program_open(bad[i].path, &p, &error), bad[i].status);
        assert_null(p);
        assert_non_null(strstr(error.message, bad[i].words));
        assert_string_equal(error.code, "cannot_read");
        assert_int_equal(edict_program_open(bad[i].path, &p, NULL), bad[i].status);
    }
    file_text("empty.edx", "");
    assert_int_equal(edict_program_open(path_of("empty.edx"), &p, &error), EDICT_IMAGE);
    assert_non_null(strstr(error.message, "the image is empty"));
    pairs_write();
    compile_good(PAIRS("\"many.csv\"", "csv"));
    const void *image = edict_compilation_image(h.made, &size);
    file_bytes("good.edx", image, size);
    assert_int_equal(edict_program_open(path_of("good.edx"), &p, &error), EDICT_OK);
    assert_string_equal(edict_program_pack(p), "test.tables");
    assert_int_equal(edict_program_check(p, &error), EDICT_OK);
    edict_program_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pairs_inside, here_start, here_end),
        cmocka_unit_test_setup_teardown(test_other_bytes, here_start, here_end),
        cmocka_unit_test_setup_teardown(test_open, here_start, here_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
