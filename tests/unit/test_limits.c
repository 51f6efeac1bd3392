/* Every limit of SPEC.md, 26, gone beyond: an error that names it, never a crash, never silence. Rule text first, then
 * encounters. */
#include "tests/unit/vm_fixture.h"

#include "base/buffer.h"
#include "compiler/limits.h"
#include "edict_compile.h"
#include "lang/parse.h"
#include "vm/bind.h"
#include "vm/limits.h"

#include <stdio.h>
#include <unistd.h>

#define FACTS \
    "  title \"x\"\n  version 1\n  effective 2020-01-01 until open\n\n" \
    "cite BOOK \"b\", section \"1\", read 2026-01-01\n\nfacts encounter \"Day\" known by id\n" \
    "  | fact | type | not documented |\n  | id | text | refused |\n  | date | date of service | refused |\n\n" \
    "facts job \"Job\" in jobs known by id\n  | fact | type | not documented |\n  | id | text | position \"j\" |\n" \
    "  | part | code | hold \"part?\" |\n  | parts | count | 1 |\n  | kind | one of wash, paint | hold \"kind?\" |\n" \
    "  | start | time | hold \"start?\" |\n  | stop | time | hold \"stop?\" |\n  | marks | list of code | empty |\n\n"

static char directory[] = "/tmp/edict-limits-XXXXXX";
static struct buffer text, report;
static edict_compilation *made;
static edict_program *program;

static int here_start(void **state)
{
    (void)state;
    buffer_init(&text, 0);
    buffer_init(&report, 0);
    return mkdtemp(directory) ? 0 : -1;
}

static void made_free(void)
{
    edict_program_free(program);
    edict_compilation_free(made);
    program = NULL;
    made = NULL;
    buffer_clear(&report);
}

static int here_end(void **state)
{
    char command[128];
    (void)state;
    made_free();
    buffer_free(&text);
    buffer_free(&report);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s.edict", directory, name);
    return path;
}

static void file_write(const char *name)
{
    FILE *file = fopen(path_of(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text.at, 1, text.size, file), text.size);
    fclose(file);
}

static void report_put(void *context, const char *bytes, size_t size) { buffer_add(context, bytes, size); }

static void begin(void)
{
    buffer_clear(&text);
    buffer_text(&text, "pack a.b\n" FACTS);
}

static void compile(void)
{
    edict_error error;
    size_t size;
    made_free();
    file_write("pack");
    assert_int_equal(edict_compile(path_of("pack"), NULL, &made, &error), EDICT_OK);
    edict_compilation_report(made, 0, report_put, &report);
    const void *image = edict_compilation_image(made, &size);
    if (image && edict_program_load(image, size, &program, &error) != EDICT_OK) fail_msg("%s", error.message);
}

/* E009, and these words. */
static void beyond(const char *words)
{
    compile();
    if (program || !report.at || !strstr(report.at, "E009") || !strstr(report.at, words))
        fail_msg("%s: %s\n%.3000s", words, program ? "compiled" : "other", report.at ? report.at : "");
}

static void within(void)
{
    compile();
    if (!program) fail_msg("%.3000s", report.at);
}

static void many(unsigned count, const char *format)
{
    for (unsigned i = 0; i < count; i++) {
        char piece[256];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(piece, sizeof piece, format, i, i);
#pragma GCC diagnostic pop
        buffer_text(&text, piece);
    }
}

static void test_source_size(void **state)
{
    (void)state;
    edict_error error;
    begin();
    file_write("large");
    assert_int_equal(truncate(path_of("large"), SOURCE_MAX + 1), 0);
    made_free();
    assert_int_equal(edict_compile(path_of("large"), NULL, &made, &error), EDICT_IO);
    assert_non_null(strstr(error.message, "SOURCE_MAX"));
    assert_null(made);
}

static void test_packs_in_a_chain(void **state)
{
    (void)state;
    for (unsigned i = 0; i <= BASES_MAX; i++) {
        buffer_clear(&text);
        buffer_printf(&text, "pack a.p%u", i);
        if (i) buffer_printf(&text, " extends a.p%u from \"p%u.edict\"\n  title \"x\"\n  version 1\n"
            "  effective 2020-01-01 until open\n", i - 1, i - 1);
        else buffer_text(&text, "\n" FACTS);
        char name[32];
        snprintf(name, sizeof name, "p%u", i);
        if (i < BASES_MAX - 1) file_write(name);
        if (i == BASES_MAX - 1) {
            within();
            file_write(name);
        }
    }
    beyond("a pack may stand on at most 15 others");
    buffer_clear(&text);
    buffer_text(&text, "pack a.b extends a.b from \"pack.edict\"\n  title \"x\"\n  version 1\n"
        "  effective 2020-01-01 until open\n");
    compile();
    assert_null(program);
    assert_non_null(report.at);
}

static void test_words_and_texts(void **state)
{
    (void)state;
    begin();
    buffer_text(&text, "rule r");
    for (unsigned i = 1; i < WORD_BYTES; i++) buffer_byte(&text, 'r');
    buffer_text(&text, ", cite BOOK\n  for each job where kind is wash\n  then note \"n\"\n");
    within();
    begin();
    buffer_text(&text, "rule r");
    for (unsigned i = 0; i < WORD_BYTES; i++) buffer_byte(&text, 'r');
    buffer_text(&text, ", cite BOOK\n  for each job where kind is wash\n  then note \"n\"\n");
    beyond("this word is longer than 128 bytes");
    begin();
    buffer_text(&text, "rule r, cite BOOK\n  for each job where kind is wash\n  then note \"");
    for (unsigned i = 0; i < TEXT_BYTES; i++) buffer_byte(&text, 'n');
    buffer_text(&text, "\"\n");
    beyond("this text is longer than 65536 bytes");
}

static void test_nesting(void **state)
{
    (void)state;
    begin();
    buffer_text(&text, "rule r, cite BOOK\n  for each job where ");
    for (unsigned i = 0; i < 2 * DEPTH_MAX; i++) buffer_byte(&text, '(');
    buffer_text(&text, "kind is wash");
    for (unsigned i = 0; i < 2 * DEPTH_MAX; i++) buffer_byte(&text, ')');
    buffer_text(&text, "\n  then note \"n\"\n");
    beyond("nested more than 100 levels");
    begin();
    buffer_text(&text, "define d0 of job, cite BOOK\n  is parts\n");
    for (unsigned i = 1; i <= DEFINITIONS_DEEP + 1; i++)
        buffer_printf(&text, "define d%u of job, cite BOOK\n  is d%u + 1\n", i, i - 1);
    buffer_printf(&text, "bill job, every row that matches, cite BOOK\n  | kind | code | units |\n"
        "  | wash | A1 | d%u |\n", DEFINITIONS_DEEP + 1);
    beyond("definitions stand on each other more than 64 deep");
    begin();    /* the same in the other order */
    for (unsigned i = DEFINITIONS_DEEP + 1; i; i--)
        buffer_printf(&text, "define d%u of job, cite BOOK\n  is d%u + 1\n", i, i - 1);
    buffer_text(&text, "define d0 of job, cite BOOK\n  is parts\n");
    beyond("definitions stand on each other more than 64 deep");
    begin();
    buffer_text(&text, "codes l0 \"l\", cite BOOK\n  A1\n");
    for (unsigned i = 1; i <= LISTS_DEEP + 1; i++)
        buffer_printf(&text, "codes l%u \"l\", cite BOOK\n  l%u\n", i, i - 1);
    beyond("lists stand in lists more than 64 deep");
    begin();
    for (unsigned i = LISTS_DEEP + 1; i; i--) buffer_printf(&text, "codes l%u \"l\", cite BOOK\n  l%u\n", i, i - 1);
    buffer_text(&text, "codes l0 \"l\", cite BOOK\n  A1\n");
    beyond("lists stand in lists more than 64 deep");
}

static void test_rows_and_columns(void **state)
{
    (void)state;
    begin();
    buffer_text(&text, "relation r, cite BOOK\n  | a | b |\n");
    many(ROWS_MAX + 1, "  | A1 | B1 |\n");
    beyond("more than 500000 rows");
    begin();
    buffer_text(&text, "relation r, cite BOOK\n  |");
    many(TABLE_COLUMNS_MAX + 1, " c%u |");
    buffer_text(&text, "\n  |");
    many(TABLE_COLUMNS_MAX + 1, " A%u |");
    buffer_text(&text, "\n");
    beyond("at most 60 columns");
    begin();
    buffer_text(&text, "threshold t of job, cite BOOK\n  | parts | t |\n");
    buffer_text(&text, "  | up to 0 | 0 |\n");
    many(LADDER_ROWS_MAX + 1, "  | from %u | 1%u |\n");
    beyond("64");
}

static void test_counts_of_names(void **state)
{
    (void)state;
    begin();
    many(KINDS_MAX + 1, "facts k%u \"k\" in k%u known by id\n  | fact | type | not documented |\n"
        "  | id | text | position \"k\" |\n");
    beyond("more than 64 kinds");
    begin();
    buffer_text(&text, "facts k \"k\" in ks known by id\n  | fact | type | not documented |\n");
    buffer_text(&text, "  | id | text | position \"k\" |\n");
    many(FACTS_MAX, "  | f%u | text | |\n");
    beyond("1000");
    begin();
    buffer_text(&text, "policies\n  | policy | one of | is | decides |\n");
    many(POLICIES_MAX + 1, "  | p%u | yes, no | yes | x |\n");
    beyond("1000");
    begin();
    buffer_text(&text, "facts k \"k\" in ks known by id\n  | fact | type | not documented |\n"
        "  | id | text | position |\n");
    buffer_text(&text, "  | w | one of a");
    many(WORDS_MAX, ", w%u");
    buffer_text(&text, " | |\n");
    beyond("4096 words");
    begin();
    buffer_text(&text, "rule r, cite BOOK\n  for each job where kind is wash\n  then note \"");
    many(MESSAGE_FACTS_MAX + 1, "{parts} ");
    buffer_text(&text, "\"\n");
    beyond("at most 10 facts");
}

static void test_names_in_one_place(void **state)
{
    (void)state;
    begin();
    buffer_text(&text, "facts k \"k\" in ks known by id\n  | fact | type | not documented |\n"
        "  | id | text | position \"k\" |\n");
    many(NAMES_MAX + 1, "  | f%u | count | hold \"f?\" |\n");
    const size_t facts = text.size;
    buffer_text(&text, "define d of k, cite BOOK\n  requires f0");
    for (unsigned i = 1; i < NAMES_MAX; i++) buffer_printf(&text, ", f%u", i);
    buffer_text(&text, " documented, else hold \"d?\"\n  is f0\n");
    beyond("`requires` names at most 29 facts");
    text.size = facts;
    buffer_text(&text, "group k into heap \"h\", first row that matches, cite BOOK\n"
        "  | f0 | together by |\n  | any | f0");
    for (unsigned i = 1; i <= NAMES_MAX; i++) buffer_printf(&text, ", f%u", i);
    buffer_text(&text, " |\n");
    beyond("at most 30 facts decide what belongs together");
    text.size = facts;
    buffer_text(&text, "group k into heap \"h\", first row that matches, cite BOOK\n"
        "  | f0 | together by |\n  | any | f0 |\n  all is set of f0");
    for (unsigned i = 1; i <= NAMES_MAX; i++) buffer_printf(&text, ", f%u", i);
    buffer_text(&text, "\n");
    beyond("a set is made of at most 30 facts");
}

/* One rung that moves each year, without a gap: as many dates as rows, the first is open. */
static void test_dates_of_a_threshold(void **state)
{
    (void)state;
    for (unsigned rows = LADDER_DATES_MAX; rows <= LADDER_DATES_MAX + 1u; rows++) {
        begin();
        buffer_text(&text, "threshold t of job, cite BOOK\n  | parts | t | effective | until |\n"
            "  | up to 0 | 0 | | |\n  | from 1 | 1 | | 2020-12-31 |\n");
        for (unsigned i = 2; i < rows; i++)
            buffer_printf(&text, "  | from %u | 1 | %u-01-01 | %u-12-31 |\n", i, 2019 + i, 2019 + i);
        buffer_printf(&text, "  | from %u | 1 | %u-01-01 | |\n", rows, 2019 + rows);
        buffer_text(&text, "bill job, every row that matches, cite BOOK\n  | t | code | units |\n"
            "  | from 1 | A1 | t |\n");
        if (rows > LADDER_DATES_MAX) beyond("the rows of a threshold change on at most 32 dates");
        else within();
    }
}

/* 160 × 160 × 160 combinations in a row of 1,600 bytes. */
static void test_combinations_of_a_relation(void **state)
{
    (void)state;
    begin();
    buffer_text(&text, "relation r, cite BOOK\n  | a | b | c |\n");
    for (unsigned column = 0; column < 3; column++) {
        buffer_text(&text, column ? " | A0" : "  | A0");
        many(159, ", B%u");
    }
    buffer_text(&text, " |\n");
    assert_int_equal(RELATION_ROWS_MAX, 4000000);
    beyond("4000000");
}

/* Evaluation: packs that make much of an encounter. */

static edict_evaluator *evaluator;
static edict_error error_now;
static edict_answer answer;

static void evaluate_beyond(struct buffer *encounter, const char *name)
{
    assert_int_equal(edict_evaluator_new(program, NULL, &evaluator, &error_now), EDICT_OK);
    assert_int_equal(edict_evaluate(evaluator, encounter->at, encounter->size, 1, &answer, &error_now), EDICT_LIMIT);
    assert_string_equal(error_now.code, "limit");
    if (!strstr(error_now.message, name)) fail_msg("%s", error_now.message);
    assert_non_null(strstr(answer.json, name));
    const char *after = "{\"id\": \"E\", \"date\": \"2026-03-02\", \"jobs\": []}";
    assert_int_equal(edict_evaluate(evaluator, after, strlen(after), 2, &answer, &error_now), EDICT_OK);
    edict_evaluator_free(evaluator);
    buffer_free(encounter);
}

static struct buffer jobs(unsigned count, const char *job)
{
    struct buffer b;
    buffer_init(&b, 0);
    buffer_text(&b, "{\"id\": \"E\", \"date\": \"2026-03-02\", \"jobs\": [");
    for (unsigned i = 0; i < count; i++) buffer_printf(&b, "%s{%s}", i ? "," : "", job);
    buffer_text(&b, "]}");
    return b;
}

static void test_records(void **state)
{
    (void)state;
    begin();
    within();
    struct buffer b = jobs(LIMIT_RECORDS, ""), beyond_it = jobs(LIMIT_RECORDS + 1, "");
    assert_int_equal(edict_evaluator_new(program, NULL, &evaluator, &error_now), EDICT_OK);
    assert_int_equal(edict_evaluate(evaluator, b.at, b.size, 1, &answer, &error_now), EDICT_OK);
    edict_evaluator_free(evaluator);
    buffer_free(&b);
    evaluate_beyond(&beyond_it, "LIMIT_RECORDS");
    assert_string_equal(error_now.pointer, "");
}

static void test_bytes_of_an_encounter(void **state)
{
    (void)state;
    begin();
    within();
    struct buffer b = jobs(1, "");
    while (b.size <= ENCOUNTER_BYTES) buffer_text(&b, "                                                    ");
    evaluate_beyond(&b, "ENCOUNTER_BYTES");
}

static void test_charges_and_findings(void **state)
{
    (void)state;
    begin();
    buffer_text(&text, "bill job, every row that matches, cite BOOK\n  | kind | code | units |\n");
    many(LIMIT_CHARGES / LIMIT_RECORDS + 1, "  | wash | A%u | 1 |\n");
    within();
    struct buffer b = jobs(LIMIT_RECORDS, "\"kind\": \"wash\"");
    evaluate_beyond(&b, "LIMIT_CHARGES");
    begin();
    many(LIMIT_FINDINGS / LIMIT_RECORDS + 1,
        "rule r%u, cite BOOK\n  for each job where kind is wash\n  then note \"n\"\n");
    within();
    b = jobs(LIMIT_RECORDS, "\"kind\": \"wash\"");
    evaluate_beyond(&b, "LIMIT_FINDINGS");
}

static void test_pairs(void **state)
{
    (void)state;
    begin();
    buffer_text(&text, "bill job, every row that matches, cite BOOK\n  | kind | code | units |\n");
    many(2, "  | wash | A%u | 1 |\n");
    buffer_text(&text, "rule r, cite BOOK\n  for each charge where code is A0\n"
        "  when any other charge where code is A1\n  then add modifier X\n");
    within();
    struct buffer b = jobs(LIMIT_RECORDS, "\"kind\": \"wash\"");
    evaluate_beyond(&b, "LIMIT_PAIRS");
}

static void test_codes_in_lists(void **state)
{
    (void)state;
    begin();
    within();
    struct buffer marks;
    buffer_init(&marks, 0);
    buffer_text(&marks, "\"marks\": [\"A\"");
    for (unsigned i = 0; i < LIMIT_CODES / LIMIT_RECORDS; i++) buffer_text(&marks, ",\"A\"");
    buffer_text(&marks, "]");
    struct buffer b = jobs(LIMIT_RECORDS, marks.at);
    buffer_free(&marks);
    evaluate_beyond(&b, "LIMIT_CODES");
}

static int charged(unsigned count)
{
    struct buffer b = jobs(count, "");
    assert_int_equal(edict_evaluate(evaluator, b.at, b.size, 1, &answer, &error_now), EDICT_OK);
    buffer_free(&b);
    assert_true(answer.held);
    const char *units = strstr(answer.json, "\"units\": ");
    return units ? atoi(units + 9) : 0;
}

/* Each job is washed or painted, and charged either way: a kind that is tried out stands. */
static void test_worlds(void **state)
{
    (void)state;
    begin();
    buffer_text(&text, "bill job, every row that matches, cite BOOK\n  | kind | code | units |\n  | wash | A1 | 1 |\n"
        "  | paint | A1 | 1 |\n");
    within();
    assert_int_equal(edict_evaluator_new(program, NULL, &evaluator, &error_now), EDICT_OK);
    assert_int_equal(WORLDS_MAX, 1 << 10);
    assert_int_equal(charged(9), 9);
    assert_int_equal(charged(10), 10);
    assert_int_equal(charged(11), 10);   /* the eleventh stays not documented: poorer, and never wrong */
    assert_int_equal(charged(400), 10);
    edict_evaluator_free(evaluator);
}

/* Ids of 32 KB, and a finding that names them all, again and again. */
static void test_bytes_of_an_answer(void **state)
{
    (void)state;
    begin();
    buffer_text(&text, "group job into task \"All\", first row that matches, cite BOOK\n  | kind | together by |\n"
        "  | any | kind |\n  kind is the kind of the first\n");
    many(20, "rule r%u, cite BOOK\n  for each task\n  then note \"n\"\n");
    compile();
    if (!program) {
        buffer_clear(&text);
        buffer_text(&text, "pack a.b\n" FACTS "group job into task \"All\", first row that matches, cite BOOK\n"
            "  | kind | together by |\n  | any | kind |\n");
        many(20, "rule r%u, cite BOOK\n  for each task\n  then note \"n\"\n");
        within();
    }
    struct buffer b;
    buffer_init(&b, 0);
    buffer_text(&b, "{\"id\": \"E\", \"date\": \"2026-03-02\", \"jobs\": [");
    for (unsigned i = 0; i < LIMIT_RECORDS; i++)
        buffer_printf(&b, "%s{\"kind\": \"wash\", \"id\": \"%032000u\"}", i ? "," : "", i);
    buffer_text(&b, "]}");
    evaluate_beyond(&b, "ANSWER_BYTES");
}

/* Pools that no encounter of a sensible pack fills: asked directly. */
static void limit_is(const char *name)
{
    assert_int_equal(f.e.status, EDICT_LIMIT);
    if (!strstr(f.error.message, name)) fail_msg("%s", f.error.message);
    f.e.status = EDICT_OK;
}

static void test_pools(void **state)
{
    (void)state;
    assert_int_equal(run(), EDICT_OK);
    assert_null(times_room(&f.e, LIMIT_INTERVALS + 1u));
    limit_is("LIMIT_INTERVALS");
    assert_null(codes_room(&f.e, LIMIT_CODES + 1u));
    limit_is("LIMIT_CODES");
    assert_null(eval_alloc(&f.e, LIMIT_MEMORY + 1, 1));
    limit_is("LIMIT_MEMORY");
    const uint32_t whys = f.e.why_count;
    f.e.why_count = LIMIT_REASONS;
    why_hold(&f.e, 3, 0);
    limit_is("LIMIT_REASONS");
    f.e.why_count = whys;
}

static void test_operands_of_messages(void **state)
{
    (void)state;
    const uint32_t when = fact(TYPE_BOOL, 1, 1, 1);
    OP(&f.b, FIND, 3, FIND_NOTE, when, NONE, 1, 1, f.two, CHANGE_NOTHING, NONE);
    assert_int_equal(run(), EDICT_OK);
    assert_int_equal(f.e.finding_count, 3);
    assert_true(f.e.arg_count >= 3);
}

/* 8,000 findings of ten facts each, and what the line should be. */
static void test_too_many_operands_of_messages(void **state)
{
    (void)state;
    begin();
    buffer_text(&text, "facts line \"Line\" in lines known by line\n  | fact | type | not documented |\n"
        "  | line | count | position |\n  | code | code | refused |\n  | units | count | 1 |\n"
        "  | modifiers | list of code | empty |\n");
    for (unsigned i = 0; i < 16; i++) {
        buffer_printf(&text, "rule r%u, cite BOOK\n  for each line where units over 1\n  then change units to 1 \"", i);
        many(MESSAGE_FACTS_MAX, "{units} ");
        buffer_text(&text, "\"\n");
    }
    within();
    struct buffer b = jobs(0, "");
    b.size--;
    buffer_text(&b, ", \"lines\": [");
    for (unsigned i = 0; i < LIMIT_RECORDS; i++) buffer_printf(&b, "%s{\"code\": \"A1\", \"units\": 2}", i ? "," : "");
    buffer_text(&b, "]}");
    evaluate_beyond(&b, "LIMIT_ARGUMENTS");
}

static void test_records_bound_past_the_reader(void **state)
{
    (void)state;
    const uint32_t pairs = builder_domain(&f.b, DOMAIN_CROSS, f.list, f.list);
    const uint32_t x = builder_link(&f.b, pairs, f.list), y = builder_link(&f.b, pairs, f.list);
    OP(&f.b, CROSS, pairs, x, y, 0, 0, NONE, NONE, 0);
    assert_int_equal(run(), EDICT_OK);
    f.sizes[f.list] = LIMIT_RECORDS + 1;
    bind_facts();
    assert_int_equal(again(), EDICT_LIMIT);
    limit_is("LIMIT_RECORDS");
}

/* What the headers name, the table of limits explains. */
static void test_the_specification_lists_them_all(void **state)
{
    (void)state;
    static const char *const headers[] = { "compiler/limits.h", "vm/limits.h", "lang/parse.h", "vm/json.h",
        "vm/bind.h", "vm/worlds.h", "compiler/files.h", "compiler/pairs.h" };
    static char spec[1 << 20], line[512];
    FILE *file = fopen("SPEC.md", "r");
    assert_non_null(file);
    const size_t size = fread(spec, 1, sizeof spec - 1, file);
    fclose(file);
    spec[size] = 0;
    const char *section = strstr(spec, "## 26 Limits");
    assert_non_null(section);
    unsigned names = 0;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        assert_non_null(file = fopen(headers[i], "r"));
        while (fgets(line, sizeof line, file))
            for (char *at = line; *at;) {
                const size_t n = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
                char quoted[64];
                const int defined = !strncmp(at + n, " = ", 3) || !strncmp(line, "#define ", 8);
                if (n > 3 && n < 60 && defined && at[0] != '_' && !strstr(line, "#define EDICT")
                    && !(at > line && at[-1] == '(')) {
                    snprintf(quoted, sizeof quoted, "`%.*s`", (int)n, at);
                    const int limit = strstr(quoted, "MAX`") || strstr(quoted, "DEEP`") || strstr(quoted, "BYTES`")
                        || !strncmp(quoted, "`LIMIT_", 7)
                        || (!strncmp(quoted, "`WORLDS_", 8) && !strstr(quoted, "LANES"))
                        || strstr(quoted, "DEPTH`");    /* WORLDS_LANES changes no answer */
                    names += (unsigned)limit;
                    if (limit && !strstr(section, quoted)) fail_msg("SPEC.md, 26, does not have %s", quoted);
                }
                at += n ? n : 1;
            }
        fclose(file);
    }
    assert_true(names > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_source_size), cmocka_unit_test(test_packs_in_a_chain),
        cmocka_unit_test(test_words_and_texts), cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_rows_and_columns), cmocka_unit_test(test_counts_of_names),
        cmocka_unit_test(test_names_in_one_place), cmocka_unit_test(test_dates_of_a_threshold),
        cmocka_unit_test(test_combinations_of_a_relation), cmocka_unit_test(test_worlds),
        cmocka_unit_test(test_records), cmocka_unit_test(test_bytes_of_an_encounter),
        cmocka_unit_test(test_charges_and_findings), cmocka_unit_test(test_codes_in_lists),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_bytes_of_an_answer), TEST(pools), TEST(operands_of_messages),
        cmocka_unit_test(test_too_many_operands_of_messages),
        TEST(records_bound_past_the_reader),
        cmocka_unit_test(test_the_specification_lists_them_all),
    };
    return cmocka_run_group_tests_name("limits", tests, here_start, here_end);
}
