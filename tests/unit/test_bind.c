/* Binding, result and worlds over a hand-made program: what an encounter may say,
    what is answered when it says too little. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/date.h"
#include "vm/bind.h"
#include "vm/emit.h"
#include "vm/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOT, SERVICE, LINE, CHARGE, FINAL, DOMAINS };
enum { R_ID, R_SETTING, R_DATE, R_CLAIM, R_DIAGNOSES, S_ID, S_DRUG, S_METHOD, S_START, S_STOP, S_PRIMARY, S_DOSE,
    S_SITE, S_VISIT,
    S_KIND, L_LINE, L_CODE, L_UNITS, L_MARKS, L_DATE, L_PRICE, FACTS,
    C_15 = FACTS, C_16, C_1, C_2, C_A, C_B, P_MODE, P_FLOOR, S_SPAN, S_LENGTH, D_CODE, D_UNITS, D_DATE, D_MARKS, D_LINK,
    F_CODE, F_UNITS, F_DATE, F_MARKS, F_LINK, REGISTERS };

static char text[4096];
static struct image_string strings[128];
static uint32_t string_count, text_size;
static struct image_header header;
static struct image_fact facts[FACTS];
static struct image_register registers[REGISTERS];
static struct image_const consts[8];
static struct image_policy policies[2];
static uint32_t words[8], fact_words[16], code[256], lists[2], code_size;
static struct edict_program program;

static uint32_t str(const char *s)
{
    uint32_t size = (uint32_t)strlen(s);
    for (uint32_t i = 0; i < string_count; i++)
        if (strings[i].size == size && memcmp(text + strings[i].at, s, size) == 0) return i;
    strings[string_count] = (struct image_string){ text_size, size };
    memcpy(text + text_size, s, size + 1);
    text_size += size + 1;
    return string_count++;
}

static void fact(uint32_t reg, const char *name, uint32_t domain, uint32_t type, uint32_t missing, int64_t value)
{
    facts[reg] = (struct image_fact){ .name = str(name), .domain = domain, .reg = reg, .type = type,
        .missing = missing, .value = value };
    registers[reg] = (struct image_register){ (uint16_t)domain, (uint8_t)type, 0, 0 };
}

static void constant(uint32_t n, uint32_t reg, uint32_t type, int64_t value)
{
    registers[reg] = (struct image_register){ 0, (uint8_t)type, 0, 0 };
    consts[n] = (struct image_const){ reg, 0, value };
}

static int64_t packed(const char *s)
{
    int64_t v;
    assert_true(code_read(text_of(s), &v));
    return v;
}

static void op(enum op o, const uint32_t *operands, uint32_t count)
{
    code[code_size] = (uint32_t)o | (count + 1) << 8;
    memcpy(code + code_size + 1, operands, count * sizeof *operands);
    code_size += count + 1;
}
#define OP(o, ...) op(OP_CODE_##o, (const uint32_t[]){ __VA_ARGS__ }, \
    sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static struct image_domain domains[DOMAINS];
static struct image_item items[2];
static struct image_row rows[4];
static struct image_cite cites[2];
static uint32_t cite_refs[2] = { 0, 1 };
static struct image_bound bounds[2] = { { TYPE_MINUTES, 0, 15 }, { TYPE_MINUTES, 0, 16 } };
static struct image_setting settings[6];

static void make_facts(void)
{
    fact(R_ID, "id", ROOT, TYPE_TEXT, MISSING_REFUSED, 0);
    fact(R_SETTING, "setting", ROOT, TYPE_WORD, MISSING_REFUSED, 0);
    fact(R_DATE, "date", ROOT, TYPE_DATE, MISSING_REFUSED, 0);
    fact(R_CLAIM, "claim", ROOT, TYPE_WORD, MISSING_ASKED, 0);
    fact(R_DIAGNOSES, "diagnoses", ROOT, TYPE_CODES, MISSING_EMPTY, 0);
    fact(S_ID, "id", SERVICE, TYPE_TEXT, MISSING_POSITION, str("s"));
    fact(S_DRUG, "drug", SERVICE, TYPE_CODE, MISSING_ASKED, 0);
    fact(S_METHOD, "method", SERVICE, TYPE_WORD, MISSING_ASKED, 0);
    fact(S_START, "start", SERVICE, TYPE_TIME, MISSING_ASKED, 0);
    fact(S_STOP, "stop", SERVICE, TYPE_TIME, MISSING_ASKED, 0);
    fact(S_PRIMARY, "primary", SERVICE, TYPE_BOOL, MISSING_ASKED, 0);
    fact(S_DOSE, "dose", SERVICE, TYPE_DECIMAL, MISSING_ASKED, 0);
    fact(S_SITE, "site", SERVICE, TYPE_TEXT, MISSING_ASKED, 0);
    fact(S_VISIT, "visit", SERVICE, TYPE_COUNT, MISSING_DEFAULT, 1);
    fact(S_KIND, "kind", SERVICE, TYPE_WORD, MISSING_SAME, R_CLAIM);
    fact(L_LINE, "line", LINE, TYPE_COUNT, MISSING_POSITION, 0);
    fact(L_CODE, "code", LINE, TYPE_CODE, MISSING_REFUSED, 0);
    fact(L_UNITS, "units", LINE, TYPE_COUNT, MISSING_ASKED, 0);
    fact(L_MARKS, "modifiers", LINE, TYPE_CODES, MISSING_EMPTY, 0);
    fact(L_DATE, "date", LINE, TYPE_DATE, MISSING_SAME, R_DATE);
    fact(L_PRICE, "charge", LINE, TYPE_MONEY, MISSING_ASKED, 0);
    const char *const w[] = { "facility", "infusion", "institutional", "office", "professional", "push" };
    for (uint32_t i = 0; i < 6; i++) words[i] = str(w[i]);
    const uint32_t slices[] = { 0, 3, 2, 4, 1, 5, 2, 4 };
    memcpy(fact_words, slices, sizeof slices);
    const uint32_t wordy[] = { R_SETTING, R_CLAIM, S_METHOD, S_KIND };
    for (uint32_t i = 0; i < 4; i++) {
        facts[wordy[i]].words_at = i * 2;
        facts[wordy[i]].words = 2;
    }
    fact_words[8] = 1; fact_words[9] = 5; fact_words[10] = str("31 min"); fact_words[11] = str("16 min");
    policies[0] = (struct image_policy){ .name = str("mode"), .reg = P_MODE, .type = TYPE_WORD, .words_at = 8,
        .words = 2,
        .settings_at = 0, .settings = 2 };
    policies[1] = (struct image_policy){ .name = str("floor"), .reg = P_FLOOR, .type = TYPE_MINUTES, .words_at = 10,
        .words = 2,
        .settings_at = 2, .settings = 1, .values_at = 3 };
    settings[0] = (struct image_setting){ date_days(2020, 1, 1), INT32_MAX, 1 };
    settings[1] = (struct image_setting){ date_days(2026, 1, 1), date_days(2026, 6, 30), 5 };
    settings[2] = (struct image_setting){ date_days(2020, 1, 1), INT32_MAX, 31 };
    settings[3].value = 31;
    settings[4].value = 16;
    registers[P_MODE] = (struct image_register){ 0, TYPE_WORD, 0, 0 };
    registers[P_FLOOR] = (struct image_register){ 0, TYPE_MINUTES, 0, 0 };
}

static void make_code(void)
{
    constant(0, C_15, TYPE_MINUTES, 15);
    constant(1, C_16, TYPE_MINUTES, 16);
    constant(2, C_1, TYPE_COUNT, 1);
    constant(3, C_2, TYPE_COUNT, 2);
    constant(4, C_A, TYPE_CODE, packed("AAA1"));
    constant(5, C_B, TYPE_CODE, packed("BBB2"));
    registers[S_SPAN] = (struct image_register){ SERVICE, TYPE_TIMES, 0, 0 };
    registers[S_LENGTH] = (struct image_register){ SERVICE, TYPE_MINUTES, 0, 0 };
    const uint8_t types[] = { TYPE_CODE, TYPE_COUNT, TYPE_DATE, TYPE_CODES, TYPE_LINK };
    for (uint32_t i = 0; i < 5; i++) {
        registers[D_CODE + i] = (struct image_register){ CHARGE, types[i], 0, i == 4 ? SERVICE : 0 };
        registers[F_CODE + i] = (struct image_register){ FINAL, types[i], 0, i == 4 ? CHARGE : 0 };
    }
    OP(SPAN, S_SPAN, S_START, S_STOP, 3);
    OP(LENGTH, S_LENGTH, S_SPAN);
    /* Up to 15 minutes one A, from 16 on two of them and a B. */
    OP(EMIT, 0, CHARGE, SERVICE, NONE, HIT_EVERY, 1, S_LENGTH, 0, 3,
       0, 1, 1, CELL_LE, C_15, NONE, C_A, C_1, 0, NONE, 0, NONE, NONE,
       1, 1, 1, CELL_GE, C_16, NONE, C_A, C_2, 0, NONE, 0, NONE, NONE,
       2, 1, 1, CELL_GE, C_16, NONE, C_B, C_1, 0, NONE, 0, NONE, NONE,
       NONE, NONE, 0);
    OP(CLOSE, CHARGE, D_CODE, D_UNITS, D_DATE, D_MARKS, 1, SERVICE, D_LINK);
    OP(MERGE, FINAL, CHARGE, F_CODE, F_UNITS, F_DATE, F_MARKS, F_LINK, 0);
}

static int make(void **state)
{
    (void)state;
    str("");
    make_facts();
    make_code();
    domains[ROOT] = (struct image_domain){ str("encounter"), DOMAIN_ROOT, 0, NONE, NONE, R_ID, 0, NONE };
    domains[SERVICE] = (struct image_domain){ str("service"), DOMAIN_LIST, str("services"), NONE, NONE, S_ID, 0, NONE };
    domains[LINE] = (struct image_domain){ str("line"), DOMAIN_LIST, str("lines"), NONE, NONE, L_LINE, 1, NONE };
    domains[CHARGE] = (struct image_domain){ str("charge"), DOMAIN_CHARGES, 0, NONE, NONE, NONE, 0, NONE };
    domains[FINAL] = (struct image_domain){ str("answer"), DOMAIN_FINAL, 0, CHARGE, NONE, NONE, 0, NONE };
    items[0] = (struct image_item){ .name = str("billing"), .kind = ITEM_BILL, .cites_at = 0, .cites = 2 };
    items[1] = (struct image_item){ .name = str("times"), .kind = ITEM_FACTS };
    for (uint32_t i = 0; i < 3; i++) rows[i] = (struct image_row){ .item = 0, .number = i + 1 };
    rows[2].cites_at = 1;
    rows[2].cites = 1;
    rows[3] = (struct image_row){ .item = 1, .hold = str("the end lies before the begin") };
    cites[0].key = str("IOM");
    cites[1].key = str("NCCI");
    lists[0] = str("charges");
    lists[1] = str("drug_lines");
    header = (struct image_header){ .pack_name = str("test.pack"), .pack_version = str("2026.1"),
        .from = date_days(2024, 1, 1),
        .until = INT32_MAX, .date_register = R_DATE, .answers_register = NONE, .source_shown = SERVICE };
    program = (struct edict_program){ .header = &header, .strings = strings, .string_count = string_count, .text = text,
        .text_size = text_size, .words = words, .word_count = 6, .domains = domains, .domain_count = DOMAINS,
            .registers = registers,
        .register_count = REGISTERS, .consts = consts, .const_count = 6, .facts = facts, .fact_count = FACTS,
        .fact_words = fact_words, .fact_word_count = 12, .policies = policies, .policy_count = 2, .settings = settings,
        .setting_count = 5, .code = code, .code_size = code_size, .items = items, .item_count = 2, .rows = rows,
            .row_count = 4,
        .cites = cites, .cite_count = 2, .cite_refs = cite_refs, .cite_ref_count = 2, .bounds = bounds,
            .bound_count = 2,
        .lists = lists, .list_count = 2, .image_hex = "0f", .rules_hex = "9a" };
    return 0;
}

static struct edict_evaluator *evaluator(int strict, int show)
{
    struct edict_evaluator *e;
    const edict_evaluator_options options = { strict, show };
    assert_int_equal(edict_evaluator_new(&program, &options, &e, NULL), EDICT_OK);
    return e;
}

static edict_status bind(struct edict_evaluator *e, const char *json, edict_error *error)
{
    *error = (edict_error){ .status = EDICT_OK };
    return bind_encounter(e, json, strlen(json), error);
}

#define HEAD "{\"id\": \"E1\", \"setting\": \"facility\", \"date\": \"2026-03-02\""
#define SERVICES(x) HEAD ", \"services\": [" x "]}"
#define LINES(x) HEAD ", \"lines\": [" x "]}"

static const struct column *cells(const struct edict_evaluator *e, uint32_t reg) { return &e->columns[reg]; }

static void test_values(void **state)
{
    (void)state;
    struct edict_evaluator *e = evaluator(1, 0);
    edict_error error;
    const char *json = HEAD ", \"claim\": null, \"diagnoses\": [\"z51.11\", \"C50.911\"], \"services\":"
        " [{\"drug\": \"j0696\", \"method\":"
        " \"push\", \"start\": \"2026-03-02T23:59:30.25\", \"primary\": true, \"dose\": 1.25, \"site\":"
        " \"facility\"}, {\"id\": \"x\","
        " \"site\": \"arm\", \"visit\": 2}, {\"site\": \"\\u0061rm\"}], \"lines\": [{\"code\": \"96413\","
        " \"charge\": 12.5,"
        " \"modifiers\": [\"59\"]}, {\"code\": \"96365\", \"date\": \"2026-03-03\", \"units\": 2.0,"
        " \"modifiers\": []}]}";
    assert_int_equal(bind(e, json, &error), EDICT_OK);
    assert_int_equal(e->sizes[SERVICE], 3);
    assert_int_equal(e->sizes[LINE], 2);
    assert_int_equal(cells(e, R_SETTING)->v[0], 0);
    assert_int_equal(cells(e, R_DATE)->v[0], date_days(2026, 3, 2));
    assert_int_not_equal(cells(e, R_CLAIM)->w[0], 0);
    int64_t list = cells(e, R_DIAGNOSES)->v[0];
    assert_int_equal(list & 0xffffff, 2);
    assert_true(e->codes[list >> 24] == packed("Z5111"));
    assert_true(cells(e, S_DRUG)->v[0] == packed("J0696"));
    assert_int_equal(cells(e, S_METHOD)->v[0], 5);
    assert_int_equal(cells(e, S_START)->v[0], (int64_t)date_days(2026, 3, 2) * 1440 + 23 * 60 + 59);
    assert_int_equal(cells(e, S_PRIMARY)->v[0], 1);
    assert_int_equal(cells(e, S_DOSE)->v[0], 1250000);
    assert_int_equal(cells(e, S_SITE)->v[0], words[0]);
    assert_true(cells(e, S_SITE)->v[1] >= string_count);
    assert_int_equal(cells(e, S_SITE)->v[1], cells(e, S_SITE)->v[2]);
    assert_true(text_is(bind_text(e, cells(e, S_SITE)->v[2]), "arm"));
    assert_true(text_is(bind_text(e, cells(e, S_ID)->v[0]), "s1"));
    assert_true(text_is(bind_text(e, cells(e, S_ID)->v[2]), "s3"));
    assert_int_equal(cells(e, S_VISIT)->v[0], 1);
    assert_int_equal(cells(e, S_VISIT)->v[1], 2);
    assert_int_equal(cells(e, S_STOP)->w[2], why_fact(e, S_STOP, 2));
    assert_int_equal(cells(e, S_KIND)->w[1], cells(e, R_CLAIM)->w[0]);
    assert_int_equal(cells(e, L_LINE)->v[1], 2);
    assert_int_equal(cells(e, L_UNITS)->v[1], 2);
    assert_int_equal(cells(e, L_PRICE)->v[0], 12500000);
    assert_int_equal(cells(e, L_DATE)->v[0], date_days(2026, 3, 2));
    assert_int_equal(cells(e, L_DATE)->v[1], date_days(2026, 3, 3));
    assert_int_equal(cells(e, L_MARKS)->v[1], 0);
    edict_evaluator_free(e);
}

static void refused(const char *json, const char *want, const char *pointer)
{
    struct edict_evaluator *e = evaluator(1, 0);
    edict_error error;
    edict_status status = bind(e, json, &error);
    assert_true(status == EDICT_INPUT || status == EDICT_LIMIT);
    assert_string_equal(error.code, want);
    assert_string_equal(error.pointer, pointer);
    assert_true(error.message[0] != 0);
    assert_null(strstr(error.message, "secret"));
    assert_null(strstr(error.expected, "secret"));
    assert_null(strstr(error.found, "secret"));
    edict_evaluator_free(e);
}

static void test_refusals(void **state)
{
    (void)state;
    refused("[]", "wrong_type", "");
    refused("{} x", "bad_json", "");
    refused("{}", "missing_fact", "/id");
    refused("{\"id\": \"a\", \"setting\": null, \"date\": \"2026-03-02\"}", "missing_fact", "/setting");
    refused(HEAD ", \"id\": \"b\"}", "duplicate_key", "/id");
    refused(HEAD ", \"services\": [], \"services\": []}", "duplicate_key", "/services");
    refused(HEAD ", \"claim\": \"secret\"}", "no_such_value", "/claim");
    refused(HEAD ", \"claim\": true}", "wrong_type", "/claim");
    refused(HEAD ", \"colour\": 1}", "unknown_key", "/colour");
    refused(HEAD ", \"a/b~\": 1}", "unknown_key", "/a~1b~0");
    refused(HEAD ", \"services\": {}}", "wrong_type", "/services");
    refused(SERVICES("{}, 3"), "wrong_type", "/services/1");
    refused(SERVICES("{\"colour\": 1}"), "unknown_key", "/services/0/colour");
    refused(SERVICES("{\"drug\": \"J06966969\"}"), "bad_code", "/services/0/drug");
    refused(SERVICES("{\"drug\": \"\"}"), "bad_code", "/services/0/drug");
    refused(SERVICES("{}, {\"drug\": \"sec-ret\"}"), "bad_code", "/services/1/drug");
    refused(SERVICES("{\"drug\": 96413}"), "wrong_type", "/services/0/drug");
    refused(SERVICES("{\"visit\": 1.5}"), "wrong_type", "/services/0/visit");
    refused(SERVICES("{\"visit\": 2147483648}"), "number_range", "/services/0/visit");
    refused(SERVICES("{\"visit\": \"1\"}"), "wrong_type", "/services/0/visit");
    refused(SERVICES("{\"dose\": 0.0000001}"), "number_range", "/services/0/dose");
    refused(SERVICES("{\"dose\": 1e20}"), "number_range", "/services/0/dose");
    refused(SERVICES("{\"id\": \"s2\"}, {}"), "duplicate_id", "/services/1/id");
    refused(SERVICES("{\"start\": \"2026-03-02T24:00\"}"), "bad_time", "/services/0/start");
    refused(SERVICES("{\"start\": \"2026-03-02T09:00Z\"}"), "bad_time", "/services/0/start");
    refused(SERVICES("{\"start\": \"2026-03-02T09:00:00+01:00\"}"), "bad_time", "/services/0/start");
    refused(SERVICES("{\"start\": \"2026-02-29T09:00\"}"), "bad_time", "/services/0/start");
    refused(SERVICES("{\"start\": \"2026-03-02T09:00:60\"}"), "bad_time", "/services/0/start");
    refused(SERVICES("{\"start\": \"2026-03-02T09:00:00.\"}"), "bad_time", "/services/0/start");
    refused(SERVICES("{\"start\": \"2026-03-02 09:00\"}"), "bad_time", "/services/0/start");
    refused(LINES("{}"), "missing_fact", "/lines/0/code");
    refused(LINES("{\"code\": \"1\", \"date\": \"1899-12-31\"}"), "bad_date", "/lines/0/date");
    refused(LINES("{\"code\": \"1\", \"modifiers\": [\"59\", null]}"), "wrong_type", "/lines/0/modifiers/1");
    refused(LINES("{\"code\": \"1\", \"modifiers\": [\"59\", \"+\"]}"), "bad_code", "/lines/0/modifiers/1");
    refused(LINES("{\"code\": \"1\", \"modifiers\": \"59\"}"), "wrong_type", "/lines/0/modifiers");
    char many[LIMIT_RECORDS * 3 + 200] = HEAD ", \"services\": [{}";
    for (int i = 0; i < LIMIT_RECORDS; i++) strcat(many, ",{}");
    strcat(many, "]}");
    refused(many, "limit", "/services");
}

static void test_show_values(void **state)
{
    (void)state;
    struct edict_evaluator *e = evaluator(0, 1);
    edict_error error;
    const char *json = HEAD ", \"claim\": \"secret\"}";
    assert_int_equal(bind(e, json, &error), EDICT_INPUT);
    assert_string_equal(error.found, "\"secret\"");
    assert_string_equal(error.expected, "institutional, professional");
    assert_int_equal(error.offset, strstr(json, "\"secret") - json);
    edict_evaluator_free(e);
}

static void test_unknown_keys(void **state)
{
    (void)state;
    struct edict_evaluator *e = evaluator(0, 0);
    edict_error error;
    const char *json = HEAD ", \"a\": {\"b\": [1]}, \"services\": [{\"c\": 1}, {\"c\": 2}]}";
    assert_int_equal(bind(e, json, &error), EDICT_OK);
    assert_string_equal(edict_unknown_key(e), "encounter.a");
    assert_string_equal(edict_unknown_key(e), "service.c");
    assert_null(edict_unknown_key(e));
    assert_int_equal(bind(e, json, &error), EDICT_OK);
    assert_null(edict_unknown_key(e));
    assert_int_equal(bind(e, HEAD ", \"a\": {\"b\": [1,]}}", &error), EDICT_INPUT);
    assert_string_equal(error.code, "bad_json");
    assert_int_equal(bind(e, HEAD ", \"a\": 1, \"a\": 2}", &error), EDICT_INPUT);
    assert_string_equal(error.code, "duplicate_key");
    edict_evaluator_free(e);
}

static void test_policies(void **state)
{
    (void)state;
    struct edict_evaluator *e = evaluator(0, 0);
    edict_error error;
    assert_int_equal(bind(e, HEAD "}", &error), EDICT_OK);
    bind_policies(e);
    assert_int_equal(cells(e, P_MODE)->v[0], 5);
    assert_int_equal(cells(e, P_FLOOR)->v[0], 31);
    assert_int_equal(edict_evaluator_set(e, "floor", "16", &error), EDICT_OK);
    assert_int_equal(edict_evaluator_set(e, "mode", "infusion", &error), EDICT_OK);
    bind_policies(e);
    assert_int_equal(cells(e, P_MODE)->v[0], 1);
    assert_int_equal(cells(e, P_FLOOR)->v[0], 16);
    assert_int_equal(edict_evaluator_set(e, "floor", "16 min", &error), EDICT_OK);
    assert_int_equal(edict_evaluator_set(e, "floor", "1", &error), EDICT_USAGE);
    assert_string_equal(error.expected, "31 min, 16 min");
    assert_int_equal(edict_evaluator_set(e, "flor", "1", &error), EDICT_USAGE);
    assert_string_equal(error.expected, "mode, floor");
    assert_int_equal(edict_evaluator_set(e, "mode", NULL, &error), EDICT_OK);
    assert_int_equal(bind(e, "{\"id\": \"a\", \"setting\": \"office\", \"date\": \"2026-07-01\"}", &error), EDICT_OK);
    bind_policies(e);
    assert_int_equal(cells(e, P_MODE)->v[0], 1);
    edict_evaluator_free(e);
}

static void answers(struct edict_evaluator *e, const char *json, const char *want)
{
    edict_answer answer;
    edict_error error;
    edict_evaluate(e, json, strlen(json), 1, &answer, &error);
    assert_non_null(answer.json);
    assert_int_equal(answer.size, strlen(answer.json));
    assert_string_equal(answer.json, want);
}

#define ANSWER(date, status) \
    "{\"encounter\": \"E1\", \"pack\": \"test.pack@2026.1\", \"rules\": \"9a\", \"image\": \"0f\", \"date\": \"" \
    date "\", \"status\": \"" status "\", "

static void test_complete(void **state)
{
    (void)state;
    struct edict_evaluator *e = evaluator(0, 0);
    answers(e, SERVICES("{\"start\": \"2026-03-02T09:00\", \"stop\": \"2026-03-02T09:15\"}"), ANSWER("2026-03-02",
        "complete")
        "\"charges\": [{\"code\": \"AAA1\", \"units\": 1, \"modifiers\": [], \"date\": \"2026-03-02\","
        " \"services\": [\"s1\"],"
        " \"because\": [\"billing#1\"], \"cite\": [\"IOM\", \"NCCI\"]}], \"drug_lines\": [], \"findings\": []}");
    answers(e, SERVICES("{\"start\": \"2026-03-02T09:00\", \"stop\": \"2026-03-02T09:20\"}, {\"id\": \"q\", \"start\":"
        " \"2026-03-02T10:00\", \"stop\": \"2026-03-02T10:01\"}"), ANSWER("2026-03-02", "complete")
        "\"charges\": [{\"code\": \"AAA1\", \"units\": 3, \"modifiers\": [], \"date\": \"2026-03-02\","
        " \"services\": [\"s1\", \"q\"],"
        " \"because\": [\"billing#2\", \"billing#1\"], \"cite\": [\"IOM\", \"NCCI\"]}, {\"code\": \"BBB2\","
        " \"units\": 1, \"modifiers\": [],"
        " \"date\": \"2026-03-02\", \"services\": [\"s1\"], \"because\": [\"billing#3\"], \"cite\": [\"NCCI\"]}],"
        " \"drug_lines\": [],"
        " \"findings\": []}");
    answers(e, "\xef\xbb\xbf{\"id\": \"E1\", \"setting\": \"office\", \"date\": \"2023-12-31\"}", ANSWER("2023-12-31",
        "no_rules")
        "\"charges\": [], \"drug_lines\": [], \"findings\": []}");
    answers(e, "{",
        "{\"error\": {\"code\": \"bad_json\", \"message\": \"the text ends too early\", \"pointer\": \"\","
        " \"expected\": \"\", \"found\": \"the end of the text\"},"
        " \"line\": 1, \"offset\": 1}");
    edict_evaluator_free(e);
}

static void test_worlds(void **state)
{
    (void)state;
    struct edict_evaluator *e = evaluator(0, 0);
    const char *json = SERVICES("{\"start\": \"2026-03-02T09:00\"}");
    const char *want = ANSWER("2026-03-02", "held")
        "\"charges\": [{\"code\": \"AAA1\", \"units\": 1, \"modifiers\": [], \"date\": \"2026-03-02\","
        " \"services\": [\"s1\"],"
        " \"because\": [\"billing#1\"], \"cite\": [\"IOM\", \"NCCI\"]}], \"drug_lines\": [], \"findings\":"
        " [{\"kind\": \"hold\","
        " \"rule\": \"billing\", \"services\": [\"s1\"], \"fact\": \"stop\", \"values\": [{\"from\":"
        " \"2026-03-02T09:01\", \"to\":"
        " \"2026-03-02T09:15\", \"charges\": [{\"code\": \"AAA1\", \"units\": 1, \"modifiers\": []}]}, {\"from\":"
        " \"2026-03-02T09:16\","
        " \"to\": \"2026-03-03T09:00\", \"charges\": [{\"code\": \"AAA1\", \"units\": 2, \"modifiers\": []},"
        " {\"code\": \"BBB2\","
        " \"units\": 1, \"modifiers\": []}]}], \"message\": \"document the stop of s1\", \"cite\": [\"IOM\","
        " \"NCCI\"]}]}";
    answers(e, json, want);
    edict_answer answer;
    assert_int_equal(edict_evaluate(e, json, strlen(json), 2, &answer, NULL), EDICT_OK);
    assert_int_equal(answer.held, 1);
    assert_int_equal(answer.findings[EDICT_HOLD], 1);
    uint64_t before = edict_evaluator_allocations(e);
    for (int i = 0; i < 10; i++) answers(e, json, want);
    assert_int_equal(edict_evaluator_allocations(e), before);
    /* The begin is missing: the classes come in the order of clock times. */
    assert_int_equal(edict_evaluate(e, SERVICES("{\"stop\": \"2026-03-02T09:00\"}"),
        strlen(SERVICES("{\"stop\": \"2026-03-02T09:00\"}")),
                                    2, &answer, NULL), EDICT_OK);
    assert_non_null(strstr(answer.json, "{\"from\": \"2026-03-01T09:00\", \"to\": \"2026-03-02T08:44\""));
    assert_non_null(strstr(answer.json, "{\"from\": \"2026-03-02T08:45\", \"to\": \"2026-03-02T08:59\""));
    assert_non_null(strstr(answer.json, "\"fact\": \"start\""));
    /* The end lies before the begin. */
    const char *reversed = SERVICES("{\"start\": \"2026-03-02T09:10\", \"stop\": \"2026-03-02T09:00\"},"
        " {\"start\": \"2026-03-02T09:00\","
        " \"stop\": \"2026-03-02T09:10\"}");
    assert_int_equal(edict_evaluate(e, reversed, strlen(reversed), 2, &answer, NULL), EDICT_OK);
    assert_non_null(strstr(answer.json,
        "{\"kind\": \"hold\", \"rule\": \"times\", \"services\": [\"s1\"], \"fact\": \"stop\", \"message\":"
                                        " \"the end lies before the begin\", \"cite\": []}"));
    assert_non_null(strstr(answer.json, "\"units\": 1"));
    /* Two ends are missing: each is asked for by one finding. */
    const char *both = SERVICES("{\"start\": \"2026-03-02T09:00\"}, {\"start\": \"2026-03-02T09:00\"}");
    assert_int_equal(edict_evaluate(e, both, strlen(both), 2, &answer, NULL), EDICT_OK);
    assert_non_null(strstr(answer.json, "\"code\": \"AAA1\", \"units\": 2"));
    assert_non_null(strstr(answer.json,
        "\"services\": [\"s1\", \"s2\"], \"fact\": \"stop\", \"message\": \"document the stop of s1, s2\""));
    edict_evaluator_free(e);
}

static void collect(void *context, const char *bytes, size_t size)
{
    buffer_add(context, bytes, size);
}

static void test_schema(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 0);
    edict_program_schema(&program, collect, &out);
    assert_non_null(strstr(out.at, "\"required\": [\"id\", \"setting\", \"date\"]"));
    assert_non_null(strstr(out.at, "\"method\": {\"enum\": [\"infusion\", \"push\", null]}"));
    assert_non_null(strstr(out.at, "\"visit\": {\"type\": [\"integer\", \"null\"], \"default\": 1}"));
    struct json j;
    static char scratch[JSON_TEXT_BYTES];
    json_start(&j, out.at, out.size, scratch);
    assert_true(json_skip(&j, json_next(&j)));
    assert_int_equal(json_next(&j), JSON_END);
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_values), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_show_values), cmocka_unit_test(test_unknown_keys), cmocka_unit_test(test_policies),
        cmocka_unit_test(test_complete), cmocka_unit_test(test_worlds), cmocka_unit_test(test_schema) };
    return cmocka_run_group_tests(tests, make, NULL);
}
