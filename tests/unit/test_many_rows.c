/* Tables with more rows than fit one word of the sets by which rows are ruled out beforehand (vm/rows.c): the first row
 * that matches is found by counting, too. What a row says: tests/cases. */
#include "tests/unit/table_fixture.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 150, CODES = 7, UNITS_MOST = 160 };

/* Row i takes code i % CODES with more than ROWS - i units, so that earlier rows hide a part of the later ones. */
static unsigned row_wanted(unsigned code, unsigned units)
{
    for (unsigned i = 0; i < ROWS; i++)
        if (i % CODES == code && units > ROWS - i) return i + 1;
    return 0;
}

static void test_first_of_many(void **state)
{
    struct buffer text;
    edict_evaluator *e = NULL;
    edict_error error;
    (void)state;
    buffer_init(&text, 0);
    buffer_text(&text, "table step of line \"Steps\", first row that matches, cite BOOK\n  | code | units | step |\n");
    for (unsigned i = 0; i < ROWS; i++)
        buffer_printf(&text, "  | %u000X | over %u | %u |\n", i % CODES, ROWS - i, i + 1);
    buffer_text(&text, "  | otherwise | | 0 |\n");
    buffer_text(&text, "rule said \"Said\", cite BOOK\n  for each line\n  then note \"row {step}.\"\n");
    buffer_byte(&text, 0);
    compile_good(text.at);
    assert_int_equal(edict_evaluator_new(h.p, NULL, &e, &error), EDICT_OK);
    for (unsigned code = 0; code < CODES; code++)
        for (unsigned units = 0; units <= UNITS_MOST; units++) {
            char encounter[256], wanted[32];
            edict_answer answer;
            snprintf(encounter, sizeof encounter,
                     "{\"id\": \"e\", \"date\": \"2026-01-01\", \"lines\": [{\"code\": \"%u000X\", "
                     "\"beside\": \"1000A\", \"units\": %u}]}", code, units);
            snprintf(wanted, sizeof wanted, "\"row %u.\"", row_wanted(code, units));
            assert_int_equal(edict_evaluate(e, encounter, strlen(encounter), 1, &answer, &error), EDICT_OK);
            if (!strstr(answer.json, wanted)) fail_msg("%s: %s is not in %s", encounter, wanted, answer.json);
        }
    edict_evaluator_free(e);
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_first_of_many, here_start, here_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
