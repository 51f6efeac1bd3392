/* An evaluation whose memory ends at one piece after another, by the ceiling of its arena. It ends with
 * EDICT_MEMORY and no answer, and the next one with room for it answers what it would have answered at first.
 * (Failing malloc itself: tests/sweep.) Runs in the root. */
#include "edict_compile.h"
#include "tests/unit/vm_fixture.h"

#include <stdio.h>

static void test_every_piece_of_every_instruction(void **state)
{
    (void)state;
    build_all();
    assert_int_equal(run(), EDICT_OK);
    const uint32_t charges = f.e.charge_count, finals = f.e.final_count, findings = f.e.finding_count;
    const size_t used = f.e.arena.used;
    assert_true(charges > 0 && finals > 0 && findings > 0 && used > 1000);
    size_t refused = 0;
    for (size_t ceiling = 1; ceiling < used; ceiling += 16) {
        f.e.arena.ceiling = ceiling;
        assert_int_equal(again(), EDICT_MEMORY);
        assert_string_equal(f.error.code, "no_memory");
        refused++;
    }
    assert_true(refused > 100);
    f.e.arena.ceiling = 0;
    assert_int_equal(again(), EDICT_OK);
    assert_int_equal(f.e.charge_count, charges);
    assert_int_equal(f.e.final_count, finals);
    assert_int_equal(f.e.finding_count, findings);
    assert_int_equal(f.e.arena.used, used);
}

/* One encounter, its ceiling raised step by step until it is answered: the answer is the one without a ceiling. */
static void encounter_try(edict_evaluator *e, const char *json, size_t steps)
{
    edict_answer answer;
    edict_error error;
    const size_t size = strlen(json);
    e->arena.ceiling = 0;
    const edict_status status = edict_evaluate(e, json, size, 1, &answer, &error);
    char *wanted = malloc(answer.size + 1);
    assert_non_null(wanted);
    const size_t wanted_size = answer.size, used = e->arena.used;
    memcpy(wanted, answer.json, wanted_size);
    const size_t step = steps && used / steps > 16 ? used / steps : 16;
    edict_status last = EDICT_MEMORY;
    for (size_t ceiling = 1; last == EDICT_MEMORY; ceiling += step) {
        assert_true(ceiling < 100 * used + 1000);
        e->arena.ceiling = ceiling;
        last = edict_evaluate(e, json, size, 1, &answer, &error);
        if (last != EDICT_MEMORY) break;
        assert_string_equal(error.code, "no_memory");
        edict_charge charge;
        edict_finding finding;
        assert_false(edict_charge_at(e, 0, &charge));
        assert_false(edict_finding_at(e, 0, &finding));
    }
    assert_int_equal(last, status);
    assert_int_equal(answer.size, wanted_size);
    assert_memory_equal(answer.json, wanted, wanted_size);
    free(wanted);
}

static void pack_try(const char *pack, const char *path, size_t most, size_t steps)
{
    edict_compilation *c = NULL;
    edict_program *p = NULL;
    edict_evaluator *e = NULL;
    edict_error error;
    size_t size, room = 0, count = 0;
    char *line = NULL;
    assert_int_equal(edict_compile(pack, NULL, &c, &error), EDICT_OK);
    const void *image = edict_compilation_image(c, &size);
    assert_non_null(image);
    assert_int_equal(edict_program_load(image, size, &p, &error), EDICT_OK);
    edict_compilation_free(c);
    assert_int_equal(edict_evaluator_new(p, NULL, &e, &error), EDICT_OK);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (count++ < most && getline(&line, &room, file) >= 0) encounter_try(e, line, steps);
    assert_true(count > 3);
    fclose(file);
    free(line);
    edict_evaluator_free(e);
    edict_program_free(p);
}

static void test_pieces_of_an_encounter(void **state)
{
    (void)state;
    pack_try("tests/sweep/sweep.edict", "tests/sweep/sweep.ndjson", 5, 100);
}

static void test_the_hospital(void **state)
{
    (void)state;
    pack_try("rulesets/medicare/hospital.edict", "examples/hospital.ndjson", 4, 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_piece_of_every_instruction),
        cmocka_unit_test(test_pieces_of_an_encounter),
        cmocka_unit_test(test_the_hospital),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
