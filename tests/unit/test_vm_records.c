/* The VM on small images made in memory: groups, choices, charges and findings; doubt and holds. */
#include "tests/unit/vm_fixture.h"

static void test_group(void **state)
{
    (void)state;
    const uint32_t key = fact(TYPE_COUNT, 7, 8, 7);
    group_op(key, KEY_TOGETHER, NONE, NONE);
    assert_int_equal(run(), EDICT_OK);
    assert_int_equal(f.e.sizes[f.groups], 2);
    IS3(f.link_to, 0, 1, 0);
    IS(f.exists, 0, 1);
    f.w[key][2] = WHY_STATE_ABSENT; /* not placed: a group of its own, and every group in doubt */
    assert_int_equal(again(), EDICT_OK);
    assert_int_equal(f.e.sizes[f.groups], 3);
    IS3(f.link_to, 0, 1, 2);
    OPEN(f.exists, 0);
    OPEN(f.exists, 2);
}

static void test_group_unbroken(void **state)
{
    (void)state;
    const uint32_t key = fact(TYPE_COUNT, 7, 7, 7), start = fact(TYPE_TIME, 100, 0, 60),
                   stop = fact(TYPE_TIME, 160, 60, 90);
    group_op(key, KEY_UNBROKEN, start, stop);
    assert_int_equal(run(), EDICT_OK);
    assert_int_equal(f.e.sizes[f.groups], 2);
    IS3(f.link_to, 0, 1, 1);
    f.v[stop][2] = 100;
    assert_int_equal(again(), EDICT_OK);
    IS3(f.link_to, 0, 0, 0);
    f.w[stop][2] = WHY_STATE_ABSENT; /* joins as the last one: the chain ends */
    assert_int_equal(again(), EDICT_OK);
    IS3(f.link_to, 0, 1, 1);
    f.w[start][2] = WHY_STATE_ABSENT;
    assert_int_equal(again(), EDICT_OK);
    IS3(f.link_to, 0, 1, 2);
}

static void test_choose(void **state)
{
    (void)state;
    const uint32_t cand = fact(TYPE_BOOL, 1, 1, 1), x = fact(TYPE_COUNT, 5, 9, 9), o = reg(TYPE_BOOL),
                   trace = reg(TYPE_ROW);
    OP(&f.b, CHOOSE, o, trace, NONE, cand, 0, 1, 4, NONE, 1, CRITERION_GREATEST, x, NONE, 0);
    assert_int_equal(run(), EDICT_OK);
    IS3(o, 0, 1, 0);
    IS3(trace, -1, 4, -1);
    f.w[cand][1] = WHY_STATE_ABSENT; /* the second is perhaps no candidate */
    assert_int_equal(again(), EDICT_OK);
    IS(o, 0, 0);
    OPEN(o, 1);
    OPEN(o, 2);
    f.v[x][1] = 4; /* it cannot win: nothing is in doubt */
    assert_int_equal(again(), EDICT_OK);
    IS3(o, 0, 0, 1);
    f.w[cand][1] = 0;
    f.v[cand][2] = 0;
    assert_int_equal(again(), EDICT_OK);
    IS3(o, 1, 0, 0);
}

/* No pack says so, but an image may: of records that nothing tells apart the first one is chosen; or asked for. */
static void test_choose_unsaid(void **state)
{
    (void)state;
    const uint32_t o = reg(TYPE_BOOL), trace = reg(TYPE_ROW), h = reg(TYPE_BOOL), htrace = reg(TYPE_ROW);
    enum { CELLS = 512 };
    OP(&f.b, CHOOSE, o, trace, NONE, NONE, 0, 1, 4, NONE, 0);
    OP(&f.b, CHOOSE, h, htrace, NONE, NONE, 0, 1, 4, NONE, 1, CRITERION_HOLD, NONE, NONE, 6);
    assert_int_equal(run(), EDICT_OK);
    arena_reset(&f.e.arena); /* what stands in memory that is used again must not matter */
    int64_t *cells = arena_alloc(&f.e.arena, CELLS * sizeof *cells);
    assert_non_null(cells);
    for (int i = 0; i < CELLS; i++)
        cells[i] = -i;
    assert_int_equal(again(), EDICT_OK);
    IS3(o, 1, 0, 0);
    IS3(trace, 4, -1, -1);
    HELD(h, 0);
    HELD(h, 2);
}

static void test_choose_ways(void **state)
{
    (void)state;
    const uint32_t key = fact(TYPE_COUNT, 0, 0, 0), at = fact(TYPE_TIME, 100, 0, 20), o = reg(TYPE_BOOL),
                   trace = reg(TYPE_ROW);
    const uint32_t b = fact(TYPE_BOOL, 0, 0, 0), h = reg(TYPE_BOOL), htrace = reg(TYPE_ROW),
                   blame = fact(TYPE_COUNT, 0, 0, 0);
    const uint32_t gap = builder_const(&f.b, TYPE_MINUTES, 31), level = reg(TYPE_LEVEL), l = reg(TYPE_BOOL),
                   ltrace = reg(TYPE_ROW);
    miss(blame, 0);
    OP(&f.b, CHOOSE, o, trace, NONE, NONE, 1, key, 2, 4, f.no, 0, 5, f.yes, 1, CRITERION_SPACED, gap, at, 0);
    OP(&f.b, CHOOSE, h, htrace, NONE, NONE, 0, 1, 4, NONE, 2, CRITERION_WHERE, b, blame, 0, CRITERION_HOLD, NONE, NONE,
        6);
    OP(&f.b, HIER, level, 1, at, 0, 1, 6, 1, 1, CELL_EQ, builder_const(&f.b, TYPE_TIME, 20), NONE);
    OP(&f.b, CHOOSE, l, ltrace, NONE, NONE, 1, key, 1, 4, NONE, 1, CRITERION_LEVEL, level, NONE, 0);
    assert_int_equal(run(), EDICT_OK);
    IS3(o, 1, 1, 0);
    IS3(trace, 5, 5, -1);
    HELD(h, 0);
    HELD(h, 1);
    assert_int_equal(f.e.whys[STATE(h, 0) >> 1].b, STATE(blame, 0));
    IS3(l, 0, 0, 1);
    f.v[b][1] = 1;
    f.w[at][0] = WHY_STATE_ABSENT; /* its level is in doubt and could be the best */
    assert_int_equal(again(), EDICT_OK);
    IS3(h, 0, 1, 0);
    OPEN(l, 0);
    IS(l, 1, 0);
    OPEN(l, 2);
    OPEN(o, 0);
    OPEN(o, 1);
    f.w[key][2] = WHY_STATE_ABSENT;
    assert_int_equal(again(), EDICT_OK);
    OPEN(l, 1);
}

static void test_emit_merge(void **state)
{
    (void)state;
    const uint32_t when = fact(TYPE_BOOL, 1, 1, 1), code = fact(TYPE_CODE, code_of("B"), code_of("A"), code_of("B"));
    const uint32_t units = fact(TYPE_COUNT, 1, 2, 3), modifier = fact(TYPE_CODE, code_of("M"), 0, code_of("M"));
    emit_op(when, code, units, NONE, NONE, modifier);
    const uint32_t is_a = builder_reg(&f.b, f.charges, TYPE_BOOL), mod = builder_const(&f.b, TYPE_CODE, code_of("C"));
    OP(&f.b, EQ, is_a, f.charge_code, builder_const(&f.b, TYPE_CODE, code_of("A")));
    OP(&f.b, EFFECT, 8, EFFECT_MODIFIER, is_a, mod);
    merge_op(f.charge_code);
    assert_int_equal(run(), EDICT_OK);
    assert_int_equal(f.e.final_count, 2);
    assert_int_equal(f.e.finals[0].code, code_of("A"));
    assert_int_equal(LIST_SIZE(f.e.finals[0].modifiers), 1);
    assert_int_equal(f.e.codes[LIST_AT(f.e.finals[0].modifiers)], code_of("C"));
    assert_int_equal(f.e.finals[1].units, 4);
    assert_int_equal(f.e.finals[1].date, 20000);
    assert_int_equal(f.e.charges[f.e.finals[1].first].next, f.e.finals[1].last);
    IS(f.final_units, 1, 4);
    f.w[when][0] = WHY_STATE_ABSENT; /* held: the rest stands */
    f.v[units][1] = 0;
    assert_int_equal(again(), EDICT_OK);
    assert_int_equal(f.e.final_count, 1);
    assert_int_equal(f.e.finals[0].units, 3);
    assert_int_equal(f.e.finding_count, 1);
    assert_int_equal(f.e.findings[0].kind, FIND_HOLD);
    assert_int_equal(f.e.findings[0].row, 7);
    assert_int_equal(f.e.findings[0].record, 0);
}

static void test_effects_and_caps(void **state)
{
    (void)state;
    const uint32_t when = fact(TYPE_BOOL, 1, 1, 1), code = fact(TYPE_CODE, code_of("B"), code_of("B"), code_of("B"));
    const uint32_t units = fact(TYPE_COUNT, 1, 2, 3), doubt = fact(TYPE_BOOL, 0, 0, 0),
                   none = builder_const(&f.b, TYPE_CODE, 0);
    emit_op(when, code, units, NONE, NONE, none);
    const uint32_t link = f.b.code[f.b.code_size - 1], open = builder_reg(&f.b, f.charges, TYPE_BOOL);
    OP(&f.b, GATHER, open, link, doubt);
    OP(&f.b, EFFECT, 8, EFFECT_WITHDRAW, open, NONE);
    OP(&f.b, CAP, 9, f.yes, builder_const(&f.b, TYPE_COUNT, 4), f.charge_code);
    merge_op(f.charge_units);
    assert_int_equal(run(), EDICT_OK);
    assert_int_equal(f.e.final_count, 1);
    assert_int_equal(f.e.finals[0].units, 4); /* 1 + 2 + 1 of 3 */
    f.w[doubt][1] = WHY_STATE_ABSENT;
    f.v[doubt][0] = 1;
    assert_int_equal(again(), EDICT_OK);
    assert_int_equal(f.e.finals[0].units, 3);
    assert_int_equal(f.e.finding_count, 1);
    assert_int_equal(f.e.findings[0].row, 8);
}

static void test_earned_dates(void **state)
{
    (void)state;
    const uint32_t when = fact(TYPE_BOOL, 1, 0, 0), code = fact(TYPE_CODE, code_of("B"), 1, 1),
                   none = builder_const(&f.b, TYPE_CODE, 0);
    const uint32_t start = fact(TYPE_TIME, 20000 * 1440 - 120, 0, 0), stop = fact(TYPE_TIME, 20000 * 1440 + 390, 0, 0);
    const uint32_t times = reg(TYPE_TIMES), minutes = reg(TYPE_MINUTES), units = reg(TYPE_COUNT), trace = reg(TYPE_ROW);
    const uint32_t from = builder_const(&f.b, TYPE_MINUTES, 16), every = builder_const(&f.b, TYPE_MINUTES, 60);
    OP(&f.b, SPAN, times, start, stop, 1);
    OP(&f.b, LENGTH, minutes, times);
    OP(&f.b, STEP, units, trace, minutes, 1, 2, from, f.one, every, f.one);
    emit_op(when, code, units, minutes, times, none);
    merge_op(f.charge_units);
    assert_int_equal(run(), EDICT_OK);
    IS(units, 0, 9); /* 510 minutes: at 16, 76, … 496 */
    assert_int_equal(f.e.charge_count, 2);
    assert_int_equal(f.e.charges[0].date, 19999);
    assert_int_equal(f.e.charges[0].units, 2);
    assert_int_equal(f.e.charges[1].date, 20000);
    assert_int_equal(f.e.charges[1].units, 7);
}

static void test_findings(void **state)
{
    (void)state;
    const uint32_t when = fact(TYPE_BOOL, 1, 0, 0), message = builder_string(&f.b, "{0}");
    miss(when, 2);
    OP(&f.b, FIND, 3, FIND_DENY, when, NONE, message, 1, f.two, CHANGE_UNITS, f.one);
    OP(&f.b, FIND, 3, FIND_DENY, when, NONE, message, 1, f.two, CHANGE_UNITS, f.one);
    OP(&f.b, FIND, 4, FIND_NOTE, f.yes, NONE, message, 0, CHANGE_NOTHING, NONE);
    assert_int_equal(run(), EDICT_OK);
    assert_int_equal(f.e.finding_count, 3); /* the second rule says the same */
    assert_int_equal(f.e.findings[0].kind, FIND_DENY);
    assert_int_equal(f.e.findings[0].value, 1);
    assert_int_equal(f.e.findings[1].kind, FIND_HOLD);
    assert_int_equal(f.e.findings[1].why, STATE(when, 2));
    assert_int_equal(f.e.findings[2].domain, NONE);
}

static void test_best(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_COUNT, 2, 1, 2), value = fact(TYPE_COUNT, 10, 20, 30), level = reg(TYPE_LEVEL),
                   key = fact(TYPE_COUNT, 1, 1, 1);
    group_op(key, KEY_TOGETHER, NONE, NONE);
    const uint32_t best = builder_reg(&f.b, f.groups, TYPE_COUNT);
    OP(&f.b, HIER, level, 1, a, 0, 2, 6, 1, 1, CELL_EQ, f.one, NONE, 6, 1, 1, CELL_EQ, f.two, NONE);
    OP(&f.b, BEST, best, f.link_to, NONE, level, value);
    assert_int_equal(run(), EDICT_OK);
    IS(best, 0, 20);
    f.w[a][2] = WHY_STATE_ABSENT; /* comes later: at most a tie that it loses */
    assert_int_equal(again(), EDICT_OK);
    IS(best, 0, 20);
    f.w[a][0] = WHY_STATE_ABSENT;
    assert_int_equal(again(), EDICT_OK);
    OPEN(best, 0);
}

static void test_empty_and_warm(void **state)
{
    (void)state;
    test_effects_and_caps(NULL);
    f.sizes[f.list] = 0;
    bind_facts();
    assert_int_equal(again(), EDICT_OK);
    assert_int_equal(f.e.final_count, 0);
    f.sizes[f.list] = 3;
    bind_facts();
    assert_int_equal(again(), EDICT_OK);
    const uint64_t asked = f.e.allocations, blocks = f.e.arena.blocks;
    for (int i = 0; i < 100; i++)
        assert_int_equal(again(), EDICT_OK);
    assert_int_equal(f.e.allocations, asked);
    assert_int_equal(f.e.arena.blocks, blocks);
    f.sizes[f.list] = 501;
    bind_facts();
    assert_int_equal(again(), EDICT_LIMIT);
}

/* Charges are added up where all is equal: one code with eight modifiers is eight of them. */
static void test_modifiers_apart(void **state)
{
    (void)state;
    static const char *const texts[MAX_RECORDS] = { "A", "B", "C", "D", "E", "F", "G", "A" };
    const uint32_t all = fact(TYPE_BOOL, 1, 1, 1), units = fact(TYPE_COUNT, 1, 1, 1), code = fact(TYPE_CODE, 5, 5, 5),
                   modifier = fact(TYPE_CODE, 0, 0, 0);
    f.sizes[f.list] = MAX_RECORDS;
    for (int i = 0; i < MAX_RECORDS; i++) {
        f.v[all][i] = f.v[units][i] = 1;
        f.v[code][i] = code_of("X");
        f.v[modifier][i] = code_of(texts[i]);
    }
    emit_op(all, code, units, NONE, NONE, modifier);
    merge_op(f.charge_code);
    assert_int_equal(run(), EDICT_OK);
    assert_int_equal(f.e.final_count, MAX_RECORDS - 1);
    assert_int_equal(f.e.finals[0].units, 2);
    for (int i = 1; i < MAX_RECORDS - 1; i++) assert_int_equal(f.e.finals[i].units, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(group),
        TEST(group_unbroken),
        TEST(choose),
        TEST(choose_unsaid),
        TEST(choose_ways),
        TEST(emit_merge),
        TEST(effects_and_caps),
        TEST(earned_dates),
        TEST(findings),
        TEST(best),
        TEST(empty_and_warm),
        TEST(modifiers_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
