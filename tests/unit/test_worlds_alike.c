/* Worlds that come to the same are evaluated once, and what is as in the first run is not evaluated again: the answers
 * are those of every world for itself. */
#include "tests/unit/table_fixture.h"

#include "vm/bind.h"
#include "vm/limits.h"
#include "vm/rerun.h"
#include "vm/worlds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct buffer told;
static edict_evaluator *evaluator;
static edict_answer answer;
static edict_error error;

static int alike_start(void **state)
{
    buffer_init(&told, 0);
    return here_start(state);
}

static int alike_end(void **state)
{
    edict_evaluator_free(evaluator);
    evaluator = NULL;
    buffer_free(&told);
    return here_end(state);
}

static void report_put(void *context, const char *bytes, size_t size) { buffer_add(context, bytes, size); }

static void pack(const char *path)
{
    size_t size;
    edict_evaluator_free(evaluator);
    edict_program_free(h.p);
    edict_compilation_free(h.made);
    evaluator = NULL;
    h.p = NULL;
    h.made = NULL;
    buffer_clear(&h.report);
    assert_int_equal(edict_compile(path, NULL, &h.made, &error), EDICT_OK);
    edict_compilation_report(h.made, 0, report_put, &h.report);
    const void *image = edict_compilation_image(h.made, &size);
    if (!image) fail_msg("%.3000s", h.report.at);
    assert_int_equal(edict_program_load(image, size, &h.p, &error), EDICT_OK);
    assert_int_equal(edict_evaluator_new(h.p, NULL, &evaluator, &error), EDICT_OK);
}

static const struct worlds *held(const char *encounter)
{
    if (edict_evaluate(evaluator, encounter, strlen(encounter), 1, &answer, &error) != EDICT_OK)
        fail_msg("%s", error.message);
    assert_true(answer.held);
    return input_of(evaluator)->worlds;
}

/* The same answer when the states of lanes cannot be written down, and when the lanes cannot be filled. */
static void same_each_way(const char *encounter)
{
    struct worlds *w = input_of(evaluator)->worlds;
    held(encounter);
    const uint64_t written = w->written;
    buffer_clear(&told);
    buffer_add(&told, answer.json, answer.size);
    w->bytes.ceiling = 1;
    held(encounter);
    assert_string_equal(answer.json, told.at);
    assert_int_equal(w->written, written);
    w->bytes.ceiling = WORLDS_BYTES;
    const size_t ceiling = evaluator->rerun->arena.ceiling;
    evaluator->rerun->arena.ceiling = 1;
    held(encounter);
    assert_string_equal(answer.json, told.at);
    evaluator->rerun->arena.ceiling = ceiling;
    held(encounter);
    assert_string_equal(answer.json, told.at);
    assert_int_equal(w->written, written);
}

#define SERVICE(id, drug, rest) "{\"id\": \"" id "\", \"drug\": \"" drug "\", \"method\": \"infusion\", " \
    "\"route\": \"IV\", \"purpose\": \"treatment\"" rest "}"
#define DAY(services, lines) "{\"id\": \"E\", \"date\": \"2026-03-02\", \"setting\": \"facility\", " \
    "\"payer\": \"medicare\", \"claim\": \"institutional\", \"services\": [" services "], \"lines\": [" lines "]}"
#define LINES "{\"line\": 1, \"code\": \"96413\", \"units\": 1, \"modifiers\": [\"59\"]}, " \
    "{\"line\": 2, \"code\": \"96366\", \"units\": 2, \"modifiers\": []}"

static void test_hospital(void **state)
{
    (void)state;
    pack("rulesets/medicare/hospital.edict");
    const char *const days[] = {
        DAY(SERVICE("s1", "J9045", ", \"start\": \"2026-03-02T08:00\"") ", "
            SERVICE("s2", "J1745", ", \"start\": \"2026-03-02T09:00\", \"stop\": \"2026-03-02T10:40\", \"site\": \"L\"")
            ", " SERVICE("s3", "J9190", ", \"start\": \"2026-03-02T11:00\", \"stop\": \"2026-03-02T11:31\""), LINES),
        DAY(SERVICE("s1", "J9045", ", \"stop\": \"2026-03-02T08:50\", \"site\": \"L\"") ", "
            SERVICE("s2", "J1745", ", \"start\": \"2026-03-02T08:10\", \"stop\": \"2026-03-02T10:40\"") ", "
            SERVICE("s3", "J7030", ", \"start\": \"2026-03-02T11:00\", \"site\": \"R\""), LINES),
        DAY(SERVICE("s1", "J9045", "") ", " SERVICE("s2", "J1745", ", \"start\": \"2026-03-02T23:10\""), LINES),
        DAY(SERVICE("s1", "J1745", "") ", " SERVICE("s2", "J7030", ", \"complex\": true"), LINES)
    };
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        held(days[i]);
        same_each_way(days[i]);
    }
    const struct worlds *w = held(days[0]);
    uint32_t worlds = 1;
    for (uint32_t i = 0; i < w->trial_count; i++) worlds *= w->trials[i].count;
    assert_in_range(worlds, 64, WORLDS_MAX);
    assert_in_range(w->state_count, 2, worlds / 2);
}

/* Counts of which each is billed otherwise: the probe of the first lanes shows that it is in vain. */
static void test_counts(void **state)
{
    (void)state;
    struct buffer text;
    buffer_init(&text, 0);
    buffer_text(&text, "pack a.b\n  title \"x\"\n  version 1\n  effective 2020-01-01 until open\n\n"
        "cite BOOK \"b\", read 2026-01-01\n\nfacts encounter \"Day\" known by id\n"
        "  | fact | type | not documented |\n  | id | text | refused |\n  | date | date of service | refused |\n\n"
        "facts job \"Job\" in jobs known by id\n  | fact | type | not documented |\n"
        "  | id | text | position \"j\" |\n  | n | count | hold \"n?\" |\n\n"
        "bill job, first row that matches, cite BOOK\n  | n | code | units | modifiers |\n");
    for (unsigned i = 0; i < 50; i++) buffer_printf(&text, "  | %u | A1 | %u | M1 |\n", i, i + 1);
    buffer_text(&text, "  | otherwise | A1 | 1 | M1 |\n");
    file_text("pack.edict", text.at);
    pack(path_of("pack.edict"));
    const char *day = "{\"id\": \"E\", \"date\": \"2026-03-02\", \"jobs\": [{\"n\": 3}, {}, {\"n\": 7}]}";
    const struct worlds *w = held(day);
    assert_in_range(w->trials[0].count, 50, 60);
    assert_int_equal(w->state_count, WORLDS_LANES);
    same_each_way(day);
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(test_hospital, alike_start, alike_end),
        cmocka_unit_test_setup_teardown(test_counts, alike_start, alike_end) };
    return cmocka_run_group_tests_name("worlds that are alike", tests, NULL, NULL);
}
