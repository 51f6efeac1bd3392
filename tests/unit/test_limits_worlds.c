/* Limits of SPEC.md, 26, that held encounters meet: beyond each the answer says less, and nothing wrong. Then what is
 * kept of unknown keys, and what hosts are handed out. Each at its last value, and one beyond. */
#include "tests/unit/table_fixture.h"

#include "vm/bind.h"
#include "vm/limits.h"
#include "vm/worlds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct buffer text, encounter;
static edict_evaluator *evaluator;
static edict_answer answer;
static edict_error error;

static int worlds_start(void **state)
{
    buffer_init(&text, 0);
    buffer_init(&encounter, 0);
    return here_start(state);
}

static int worlds_end(void **state)
{
    edict_evaluator_free(evaluator);
    evaluator = NULL;
    buffer_free(&text);
    buffer_free(&encounter);
    return here_end(state);
}

static void report_put(void *context, const char *bytes, size_t size) { buffer_add(context, bytes, size); }

static void pack_begin(void)
{
    buffer_clear(&text);
    buffer_text(&text, "pack a.b\n  title \"x\"\n  version 1\n  effective 2020-01-01 until open\n\n"
        "cite BOOK \"b\", read 2026-01-01\n\nfacts encounter \"Day\" known by id\n"
        "  | fact | type | not documented |\n  | id | text | refused |\n  | date | date of service | refused |\n\n"
        "facts job \"Job\" in jobs known by id\n  | fact | type | not documented |\n  | id | text | position \"j\" |\n"
        "  | kind | one of wash, paint | hold \"kind?\" |\n  | part | code | P1 |\n"
        "  | bench | text | hold \"bench?\" |\n  | start | time | hold \"start?\" |\n"
        "  | stop | time | hold \"stop?\" |\n"
        "  | marks | list of code | empty |\n"
        "  | a | yes or no | hold \"a?\" |\n  | b | yes or no | hold \"b?\" |\n  | c | yes or no | hold \"c?\" |\n"
        "  | d | yes or no | hold \"d?\" |\n\n");
}

static void pack_made(void)
{
    size_t size;
    edict_evaluator_free(evaluator);
    edict_program_free(h.p);
    edict_compilation_free(h.made);
    evaluator = NULL;
    h.p = NULL;
    h.made = NULL;
    buffer_clear(&h.report);
    file_text("pack.edict", text.at);
    assert_int_equal(edict_compile(path_of("pack.edict"), NULL, &h.made, &error), EDICT_OK);
    edict_compilation_report(h.made, 0, report_put, &h.report);
    const void *image = edict_compilation_image(h.made, &size);
    if (!image) fail_msg("%.3000s", h.report.at);
    assert_int_equal(edict_program_load(image, size, &h.p, &error), EDICT_OK);
    assert_int_equal(edict_evaluator_new(h.p, NULL, &evaluator, &error), EDICT_OK);
}

static void pack(const char *items)
{
    pack_begin();
    buffer_text(&text, items);
    pack_made();
}

static void jobs_begin(void)
{
    buffer_clear(&encounter);
    buffer_text(&encounter, "{\"id\": \"E\", \"date\": \"2026-03-02\", \"jobs\": [");
}

static void jobs_add(unsigned count, const char *job)
{
    for (unsigned i = 0; i < count; i++)
        buffer_printf(&encounter, "%s{%s}", encounter.at[encounter.size - 1] == '[' ? "" : ",", job);
}

/* Held; the units that are charged of the code. */
static int units_of(const char *code)
{
    char wanted[64];
    buffer_text(&encounter, "]}");
    if (edict_evaluate(evaluator, encounter.at, encounter.size, 1, &answer, &error) != EDICT_OK)
        fail_msg("%s", error.message);
    assert_true(answer.held);
    snprintf(wanted, sizeof wanted, "\"code\": \"%s\", \"units\": ", code);
    const char *findings = strstr(answer.json, "\"findings\""), *at = strstr(answer.json, wanted);
    return at && at < findings ? atoi(at + strlen(wanted)) : 0;
}

static unsigned times_told(const char *words)
{
    unsigned n = 0;
    for (const char *at = answer.json; (at = strstr(at, words)); at++) n++;
    return n;
}

#define EITHER "bill job, every row that matches, cite BOOK\n  | kind | code | units |\n  | wash | A1 | 1 |\n" \
    "  | paint | A1 | 1 |\n"

/* Each further fact is asked only when the one before it is yes, and the job is charged whatever they say. */
static void test_rounds(void **state)
{
    (void)state;
    pack("define v3 of job, cite BOOK\n  is 1 if c is yes else 2\n"
         "define v2 of job, cite BOOK\n  is v3 if b is yes else 3\n"
         "define v1 of job, cite BOOK\n  is v2 if a is yes else 4\n"
         "bill job, every row that matches, cite BOOK\n  | v1 | code | units |\n  | from 1 | A1 | 1 |\n");
    jobs_begin();
    jobs_add(1, "");
    assert_int_equal(units_of("A1"), 1);
    assert_int_equal(input_of(evaluator)->worlds->trial_count, WORLDS_ROUNDS);
    pack("define v4 of job, cite BOOK\n  is 1 if d is yes else 5\n"
         "define v3 of job, cite BOOK\n  is v4 if c is yes else 2\n"
         "define v2 of job, cite BOOK\n  is v3 if b is yes else 3\n"
         "define v1 of job, cite BOOK\n  is v2 if a is yes else 4\n"
         "bill job, every row that matches, cite BOOK\n  | v1 | code | units |\n  | from 1 | A1 | 1 |\n");
    jobs_begin();
    jobs_add(1, "");
    assert_int_equal(units_of("A1"), 0);
    assert_int_equal(input_of(evaluator)->worlds->trial_count, WORLDS_ROUNDS);
    jobs_begin();
    jobs_add(1, "\"a\": true");
    assert_int_equal(units_of("A1"), 1);
}

/* A bench is tried out, while the pack compares it with at most four texts. */
static void test_texts(void **state)
{
    (void)state;
    for (unsigned texts = WORLDS_TEXTS; texts <= WORLDS_TEXTS + 1; texts++) {
        pack_begin();
        buffer_text(&text, "bill job, every row that matches, cite BOOK\n  | bench | code | units |\n"
            "  | \"t0\" | A1 | 1 |\n  | not \"t0\" | A1 | 1 |\n");
        for (unsigned i = 1; i < texts; i++) buffer_printf(&text, "  | \"t%u\" | B1 | 1 |\n", i);
        pack_made();
        jobs_begin();
        jobs_add(1, "");
        jobs_add(1, "\"bench\": \"t0\"");
        assert_int_equal(units_of("A1"), texts > WORLDS_TEXTS ? 1 : 2);
        assert_int_equal(times_told("bench?"), 1);
    }
}

/* Of the job whose kind is not documented the note stands in every world. */
static void test_findings(void **state)
{
    (void)state;
    pack(EITHER "rule r, cite BOOK\n  for each job where kind is wash or kind is paint\n  then note \"noted\"\n");
    for (unsigned all = WORLDS_FINDINGS; all <= WORLDS_FINDINGS + 1; all++) {
        jobs_begin();
        jobs_add(all - 1, "\"kind\": \"wash\"");
        jobs_add(1, "");
        assert_int_equal(units_of("A1"), all);
        assert_int_equal(times_told("\"noted\""), all > WORLDS_FINDINGS ? all - 1 : all);
        assert_int_equal(times_told("kind?"), 1);
    }
}

static void test_modifiers(void **state)
{
    (void)state;
    for (unsigned marks = WORLDS_MODIFIERS; marks <= WORLDS_MODIFIERS + 1; marks++) {
        char cell[64] = "M0", last[64];
        for (unsigned i = 1; i < marks; i++)
            snprintf(cell + strlen(cell), sizeof cell - strlen(cell), ", M%u", i % 10);
        pack_begin();
        buffer_printf(&text, "bill job, every row that matches, cite BOOK\n  | kind | code | units | modifiers |\n"
            "  | wash | A1 | 1 | %s |\n  | paint | A1 | 1 | %s |\n", cell, cell);
        pack_made();
        jobs_begin();
        jobs_add(1, "");
        jobs_add(1, "\"kind\": \"wash\"");
        assert_int_equal(units_of("A1"), marks > WORLDS_MODIFIERS ? 1 : 2);
        snprintf(last, sizeof last, "\"M%u\"], \"date\"", marks - 1);
        assert_int_equal(times_told(last), 1);
        assert_int_equal(times_told("kind?"), 1);
    }
}

/* Records with many columns: so many worlds as write 20,971,520 cells. */
static void test_cells(void **state)
{
    (void)state;
    pack_begin();
    buffer_text(&text, EITHER);
    for (unsigned i = 0; i < 100; i++)
        buffer_printf(&text, "rule r%u, cite BOOK\n  for each job where part is P%u\n  then note \"n\"\n", i, i + 2);
    pack_made();
    for (unsigned records = 100; records <= LIMIT_RECORDS; records += LIMIT_RECORDS - 100) {
        jobs_begin();
        jobs_add(records, "");
        const int known = units_of("A1");
        const uint64_t cells = ((struct edict_evaluator *)evaluator)->cells, most = WORLDS_CELLS / (cells + 1);
        assert_int_equal(known, records == 100 ? 10 : most >= 256 ? 8 : 7);
        assert_int_equal(records > 100, most < WORLDS_MAX);
        assert_in_range(most, 128, records > 100 ? 511 : 100 * WORLDS_MAX);
        assert_in_range(input_of(evaluator)->worlds->written, 1, WORLDS_WRITTEN);
    }
}

/* Hours of which the end of one is not documented, and so many others. */
#define LENGTHS "group job into course, first row that matches, cite BOOK\n  | part | together by |\n" \
    "  | any | id |\n  times is all start to stop\ndefine length of course, cite BOOK\n  is minutes of times\n" \
    "bill course, every row that matches, cite BOOK\n  | length | code | units |\n" \
    "  | up to 15 min | A1 | 1 |\n  | 16 min to 90 min | A1 | 2 |\n  | from 91 min | A1 | 3 |\n"

static void test_finer_times(void **state)
{
    (void)state;
    unsigned before = 0, last = 0, fine = 0, coarse = 0;
    pack(LENGTHS);
    for (unsigned others = 0; others < 40 && !coarse; others++) {
        jobs_begin();
        jobs_add(1, "\"start\": \"2026-03-02T08:00\"");
        for (unsigned i = 0; i < others; i++) {
            char job[96];
            snprintf(job, sizeof job, "\"start\": \"2026-03-02T%02u:%02u\", \"stop\": \"2026-03-02T%02u:%02u\"",
                9 + i / 4, i * 13 % 60, 10 + i / 4, i * 13 % 60);
            jobs_add(1, job);
        }
        assert_int_equal(units_of("A1"), others * 2 + 1);    /* the least that the open one may be is a unit */
        const struct worlds *w = input_of(evaluator)->worlds;
        assert_int_equal(w->trial_count, 1);
        coarse = others && w->trials[0].count < last;
        if (coarse) break;
        before = last;
        fine = last = w->trials[0].count;
    }
    assert_true(coarse);
    assert_in_range(fine, WORLDS_FINE / 2, WORLDS_FINE);
    assert_true(fine + 2 * (fine - before) > WORLDS_FINE);
}

/* 500 jobs in one task, whose charges name each of their ids. */
static void test_bytes(void **state)
{
    (void)state;
    for (unsigned charges = 1; charges <= 5; charges += 4) {
        pack_begin();
        buffer_text(&text, EITHER "group job into task \"All\", first row that matches, cite BOOK\n"
            "  | part | together by |\n  | any | part |\n"
            "bill task, every row that matches, cite BOOK\n  | part | code | units |\n");
        for (unsigned i = 0; i < charges; i++) buffer_printf(&text, "  | P1 | T%u | 1 |\n", i);
        pack_made();
        jobs_begin();
        for (unsigned i = 0; i < LIMIT_RECORDS; i++)
            buffer_printf(&encounter, "%s{\"id\": \"%032000u\"%s}", i ? "," : "", i, i ? ", \"kind\": \"wash\"" : "");
        assert_int_equal(units_of("A1"), charges > 1 ? LIMIT_RECORDS - 1 : LIMIT_RECORDS);
        assert_int_equal(times_told("\"code\": \"T0\", \"units\": 1"), 1);
        assert_int_equal(times_told("kind?"), 1);
        assert_int_equal(input_of(evaluator)->worlds->text.ceiling, WORLDS_BYTES);
    }
}

/* ---- what is kept of unknown keys */

/* A name, as keys of three digits and more are not told. */
#define KEY_LETTERS(i) 'a' + (int)((i) / 400), 'a' + (int)((i) / 20 % 20), 'a' + (int)((i) % 20)

static void test_unknown_keys(void **state)
{
    (void)state;
    unsigned told = 0;
    pack(EITHER);
    buffer_text(&encounter, "{\"id\": \"E\", \"date\": \"2026-03-02\"");
    for (unsigned i = 0; i <= UNKNOWN_KEYS; i++)
        buffer_printf(&encounter, ", \"other_%c%c%c\": [%u, {}]", KEY_LETTERS(i), i);
    buffer_printf(&encounter, ", \"other_%c%c%c\": 1", KEY_LETTERS(UNKNOWN_KEYS));    /* the last one twice */
    buffer_text(&encounter, ", \"jobs\": [{\"kind\": \"wash\"}]}");
    assert_int_equal(edict_evaluate(evaluator, encounter.at, encounter.size, 1, &answer, &error), EDICT_OK);
    assert_int_equal(times_told("\"A1\""), 1);
    for (const char *key; (key = edict_unknown_key(evaluator)); told++) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, "encounter.other_%c%c%c", KEY_LETTERS(told));
        assert_string_equal(key, wanted);
    }
    assert_int_equal(told, UNKNOWN_KEYS);
    /* none of a later encounter is new; a value is checked all the same */
    static const char later[] = "{\"id\": \"F\", \"date\": \"2026-03-02\", \"later\": 1, \"jobs\": []}";
    assert_int_equal(edict_evaluate(evaluator, later, sizeof later - 1, 2, &answer, &error), EDICT_OK);
    assert_null(edict_unknown_key(evaluator));
    static const char broken[] = "{\"id\": \"F\", \"date\": \"2026-03-02\", \"later\": 1x, \"jobs\": []}";
    assert_int_equal(edict_evaluate(evaluator, broken, sizeof broken - 1, 3, &answer, &error), EDICT_INPUT);
}

/* ---- what hosts are handed out */

/* 1.5 million codes, so many times in one message of at most 32 MiB. */
static void test_bytes_of_a_message(void **state)
{
    (void)state;
    for (unsigned times = 2; times <= 3; times++) {
        edict_finding finding = { "", "", "" };
        edict_charge charge;
        pack_begin();
        buffer_text(&text, "bill job, every row that matches, cite BOOK\n  | part | code | units |\n  | P1 | A1 | 1 |\n"
            "rule r, cite BOOK\n  for each job where part is P1\n  then note \"");
        for (unsigned i = 0; i < times; i++) buffer_text(&text, "{marks} ");
        buffer_text(&text, "\"\n");
        pack_made();
        jobs_begin();
        buffer_text(&encounter, "{\"marks\": [\"ABCDEFGH\"");
        while (encounter.size + 64 < ENCOUNTER_BYTES) buffer_text(&encounter, ",\"ABCDEFGH\"");
        buffer_text(&encounter, "]}]}");
        const edict_status status = edict_evaluate(evaluator, encounter.at, encounter.size, 1, &answer, &error);
        assert_int_equal(status, times > 2 ? EDICT_LIMIT : EDICT_OK);
        if (times > 2) assert_non_null(strstr(answer.json, "ANSWER_BYTES"));
        assert_int_equal(edict_charge_at(evaluator, 0, &charge), times == 2);
        assert_int_equal(edict_finding_at(evaluator, 0, &finding), times == 2);
        assert_in_range(strlen(finding.message), times == 2 ? 30000000 : 0, times == 2 ? 33554432 : 0);
    }
}

/* No message and no list of modifiers is so long as what may be handed out: the same with less room. */
static void test_bytes_of_a_view(void **state)
{
    (void)state;
    edict_finding finding;
    edict_charge charge;
    pack("bill job, every row that matches, cite BOOK\n  | part | code | units |\n  | P1 | A1 | 1 |\n"
         "rule r, cite BOOK\n  for each job where part is P1\n  then note \"noted\"\n");
    struct buffer *view = &((struct edict_evaluator *)evaluator)->view;
    assert_int_equal(view->ceiling, VIEW_BYTES);
    jobs_begin();
    jobs_add(1, "");
    buffer_text(&encounter, "]}");
    assert_int_equal(edict_evaluate(evaluator, encounter.at, encounter.size, 1, &answer, &error), EDICT_OK);
    const size_t of_charge = sizeof "A1" + sizeof "" + sizeof "2026-03-02" - 1,
                 of_finding = sizeof "note" + sizeof "r" + sizeof "noted";
    view->ceiling = of_charge;
    assert_int_equal(edict_charge_at(evaluator, 0, &charge), 1);
    assert_string_equal(charge.date, "2026-03-02");
    view->ceiling = of_charge - 1;
    assert_int_equal(edict_charge_at(evaluator, 0, &charge), 0);
    assert_string_equal(charge.code, "");
    view->ceiling = of_finding;
    assert_int_equal(edict_finding_at(evaluator, 0, &finding), 1);
    assert_string_equal(finding.message, "noted");
    view->ceiling = of_finding - 1;
    assert_int_equal(edict_finding_at(evaluator, 0, &finding), 0);
    assert_string_equal(finding.message, "");
}

int main(void)
{
#define LIMIT(name) cmocka_unit_test_setup_teardown(test_##name, worlds_start, worlds_end)
    const struct CMUnitTest tests[] = {
        LIMIT(rounds), LIMIT(texts), LIMIT(findings), LIMIT(modifiers), LIMIT(cells),
        LIMIT(finer_times), LIMIT(bytes), LIMIT(unknown_keys), LIMIT(bytes_of_a_message), LIMIT(bytes_of_a_view),
    };
    return cmocka_run_group_tests_name("limits of worlds", tests, NULL, NULL);
}
