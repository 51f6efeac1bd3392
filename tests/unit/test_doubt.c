/* Records whose place, number or condition is in doubt: what folds, pairs, limits and instructions on cells make of
 * them. */
#include "tests/unit/vm_fixture.h"

static uint32_t together(int64_t a, int64_t b, int64_t c)
{
    const uint32_t key = fact(TYPE_COUNT, a, b, c);
    group_op(key, KEY_TOGETHER, NONE, NONE);
    return key;
}

static uint32_t of_groups(enum value_type type) { return builder_reg(&f.b, f.groups, type); }

/* The second record may belong to any group, so nothing is known of a group but what the others decide alone. */
static void test_link_held(void **state)
{
    (void)state;
    const uint32_t open = fact(TYPE_BOOL, 1, 0, 1), mask = fact(TYPE_BOOL, 1, 1, 0), a = fact(TYPE_COUNT, 4, 5, 6);
    miss(open, 1);
    together(7, 7, 8);
    const uint32_t link = builder_link(&f.b, f.list, f.groups), count = of_groups(TYPE_COUNT),
                   any = of_groups(TYPE_BOOL), sum = of_groups(TYPE_COUNT), back = reg(TYPE_BOOL);
    OP(&f.b, HOLDIF, link, f.link_to, 1, 1, open);
    OP(&f.b, COUNT, count, link, NONE);
    OP(&f.b, ANY, any, link, mask);
    OP(&f.b, SUM, sum, link, NONE, a);
    OP(&f.b, GATHER, back, link, f.exists);
    assert_int_equal(run(), EDICT_OK);
    HELD(count, 0);
    HELD(count, 1);
    IS(any, 0, 1);
    HELD(any, 1);
    HELD(sum, 0);
    HELD(sum, 1);
    IS(back, 0, 1);
    HELD(back, 1);
    IS(back, 2, 1);
    f.v[open][1] = 1;
    f.w[open][1] = 0;
    bind_facts();
    assert_int_equal(again(), EDICT_OK);
    IS(count, 0, 2);
    IS(count, 1, 1);
    IS(any, 1, 0);
    IS(sum, 0, 9);
}

/* The first record counts perhaps; it would be the best, so it matters where its value is not that of the second. */
static void test_best_perhaps(void **state)
{
    (void)state;
    const uint32_t mask = fact(TYPE_BOOL, 0, 1, 1), level = fact(TYPE_COUNT, 3, 3, 5),
                   value = fact(TYPE_COUNT, 9, 9, 1);
    miss(mask, 0);
    together(7, 7, 7);
    const uint32_t ranks = reg(TYPE_LEVEL), best = of_groups(TYPE_COUNT);
    OP(&f.b, HIER, ranks, 1, level, 0, 2, 6, 1, 1, CELL_EQ, builder_const(&f.b, TYPE_COUNT, 3), NONE, 6, 1, 1, CELL_EQ,
        builder_const(&f.b, TYPE_COUNT, 5), NONE);
    OP(&f.b, BEST, best, f.link_to, mask, ranks, value);
    assert_int_equal(run(), EDICT_OK);
    IS(best, 0, 9);
    f.v[value][0] = 8;
    assert_int_equal(again(), EDICT_OK);
    OPEN(best, 0);
    f.v[level][0] = 5; /* worse than the second: whether it counts is the same */
    assert_int_equal(again(), EDICT_OK);
    IS(best, 0, 9);
    f.v[level][0] = 3;
    miss(value, 0);
    bind_facts();
    assert_int_equal(again(), EDICT_OK);
    OPEN(best, 0);
    f.w[value][0] = 0;
    f.v[value][0] = 9;
    miss(value, 1);
    bind_facts();
    assert_int_equal(again(), EDICT_OK);
    OPEN(best, 0);
}

static uint32_t pairs_by(uint32_t a, uint32_t b, uint32_t if_a, uint32_t if_b)
{
    const uint32_t pairs = builder_domain(&f.b, DOMAIN_CROSS, f.list, f.list), x = builder_link(&f.b, pairs, f.list),
                   y = builder_link(&f.b, pairs, f.list);
    OP(&f.b, CROSS, pairs, x, y, 0, 1, a, b, if_a, if_b, 0);
    return x;
}

static void pairs_are(uint32_t x, const char *wanted)
{
    char text[64] = "";
    for (uint32_t i = 0; i < f.e.columns[x].n; i++) {
        const char pair[] = { (char)('0' + f.e.columns[x].v[i]), (char)('0' + f.e.columns[x + 1].v[i]), ' ', 0 };
        strcat(text, pair);
    }
    assert_string_equal(text, wanted);
}

/* A key that is not documented may be any, and a condition that is not may hold. */
static void test_pairs(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_COUNT, 5, 0, 6), b = fact(TYPE_COUNT, 5, 6, 6), when = fact(TYPE_BOOL, 1, 0, 0);
    miss(a, 1);
    miss(when, 1);
    const uint32_t keys = pairs_by(a, b, NONE, NONE), turned = pairs_by(b, a, NONE, NONE),
                   some = pairs_by(a, b, when, NONE), others = pairs_by(a, b, NONE, when);
    assert_int_equal(run(), EDICT_OK);
    pairs_are(keys, "00 10 11 12 21 22 ");
    pairs_are(turned, "00 01 11 12 21 22 ");
    pairs_are(some, "00 10 11 12 ");
    pairs_are(others, "00 10 11 21 ");
}

/* What the making of pairs says already is not asked again where it is documented, and is asked where it is not. */
static void test_implied(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_COUNT, 5, 3, 5), when = fact(TYPE_BOOL, 1, 1, 0), both = reg(TYPE_BOOL);
    const uint32_t pairs = builder_domain(&f.b, DOMAIN_CROSS, f.list, f.list), x = builder_link(&f.b, pairs, f.list),
                   y = builder_link(&f.b, pairs, f.list);
    uint32_t is[7], any = reg(TYPE_BOOL), some = reg(TYPE_BOOL);
    for (int i = 0; i < 7; i++)
        is[i] = builder_reg(&f.b, pairs, TYPE_BOOL);
    const uint32_t ax = builder_reg(&f.b, pairs, TYPE_COUNT), ay = builder_reg(&f.b, pairs, TYPE_COUNT);
    OP(&f.b, AND, both, when, f.yes);
    OP(&f.b, CROSS, pairs, x, y, 1, 1, a, a, NONE, both, 0);
    OP(&f.b, GATHER, ax, x, a);
    OP(&f.b, GATHER, ay, y, a);
    OP(&f.b, EQ, is[0], ay, ax);
    OP(&f.b, EQ, is[1], x, y);
    OP(&f.b, NOT, is[2], is[1]);
    OP(&f.b, GATHER, is[3], y, when);
    OP(&f.b, AND, is[4], is[0], is[2]);
    OP(&f.b, AND, is[5], is[4], is[3]);
    OP(&f.b, OR, is[6], is[1], is[3]);
    OP(&f.b, ANY, any, x, is[5]);
    OP(&f.b, ANY, some, x, is[6]);
    assert_int_equal(run(), EDICT_OK);
    for (int round = 0; round < 2; round++) {
        f.e.columns[a].w = f.e.columns[when].w = NULL;
        assert_int_equal(again(), EDICT_OK);
        IS3(any, 0, 0, 1);
        IS3(some, 0, 0, 1);
        assert_true(f.e.columns[is[0]].yes && f.e.columns[is[2]].yes && f.e.columns[is[3]].yes);
        assert_int_equal(f.e.columns[ax].n + f.e.columns[ay].n, 0);
        miss(a, 1);
        bind_facts();
        assert_int_equal(again(), EDICT_OK);
        OPEN(any, 0);
        OPEN(any, 1);
        IS(any, 2, 1);
        assert_int_equal(f.e.columns[ax].n, 4);
        f.w[a][1] = 0;
        f.v[a][1] = 3;
        miss(when, 0);
        bind_facts();
        assert_int_equal(again(), EDICT_OK);
        IS(any, 0, 0);
        IS(any, 1, 0);
        OPEN(any, 2);
        OPEN(some, 2);
        f.w[when][0] = 0;
        f.v[when][0] = 1;
        bind_facts();
    }
}

static uint32_t of_charges(uint32_t of_list, enum value_type type, uint32_t link)
{
    const uint32_t r = builder_reg(&f.b, f.charges, type);
    OP(&f.b, GATHER, r, link, of_list);
    return r;
}

static struct limit {
    uint32_t units, most, where;
} limit;

/* Three charges of one code; the limit of the first applies perhaps. */
static void limited(int64_t a, int64_t b, int64_t c, int64_t most)
{
    const uint32_t when = fact(TYPE_BOOL, 1, 1, 1), code = fact(TYPE_CODE, code_of("A"), code_of("A"), code_of("A")),
                   none = builder_const(&f.b, TYPE_CODE, 0);
    limit.units = fact(TYPE_COUNT, a, b, c);
    limit.most = fact(TYPE_COUNT, most, most, most);
    limit.where = fact(TYPE_BOOL, 0, 1, 1);
    miss(limit.where, 0);
    emit_op(when, code, limit.units, NONE, NONE, none);
    const uint32_t link = f.b.code[f.b.code_size - 1], where = of_charges(limit.where, TYPE_BOOL, link),
                   top = of_charges(limit.most, TYPE_COUNT, link);
    OP(&f.b, CAP, 9, where, top, f.charge_code);
    merge_op(f.charge_code);
}

static uint32_t findings(void)
{
    uint32_t n = 0;
    for (uint32_t i = f.e.finding_heads[0]; i != NONE; i = f.e.findings[i].next)
        n++;
    return n;
}

/* What the first used up perhaps is not left for certain: the others are held, not cut. */
static void test_limit_perhaps(void **state)
{
    (void)state;
    limited(2, 3, 2, 4);
    assert_int_equal(run(), EDICT_OK);
    assert_int_equal(f.e.final_count, 1);
    assert_int_equal(f.e.finals[0].units, 2);
    assert_int_equal(findings(), 2);
    f.w[limit.where][0] = 0; /* it does not apply to the first */
    bind_facts();
    assert_int_equal(again(), EDICT_OK);
    assert_int_equal(f.e.finals[0].units, 6);
    assert_int_equal(findings(), 0);
    f.v[limit.where][0] = 1; /* it does */
    assert_int_equal(again(), EDICT_OK);
    assert_int_equal(f.e.finals[0].units, 4);
    assert_int_equal(findings(), 0);
}

/* Neither what is left, nor what is perhaps left, nor what was perhaps used up leaves exact arithmetic unseen. */
static void test_limit_range(void **state)
{
    (void)state;
    limited(2, 3, 2, INT64_MIN);
    assert_int_equal(run(), EDICT_RANGE);
    assert_string_equal(f.error.code, "range");
    f.w[limit.where][0] = 0;
    f.v[limit.where][0] = 1;
    f.v[limit.most][0] = 10;
    bind_facts();
    assert_int_equal(again(), EDICT_RANGE);
    for (int i = 0; i < 3; i++)
        f.v[limit.most][i] = 10;
    miss(limit.where, 0);
    miss(limit.where, 1);
    f.v[limit.units][0] = INT64_MAX;
    bind_facts();
    assert_int_equal(again(), EDICT_RANGE);
    f.v[limit.units][0] = 2;
    assert_int_equal(again(), EDICT_OK);
}

static void test_lengths(void **state)
{
    (void)state;
    const uint32_t from = fact(TYPE_TIME, INT64_MIN, 0, 5), to = fact(TYPE_TIME, INT64_MAX, 10, 6),
                   span = reg(TYPE_TIMES), minutes = reg(TYPE_MINUTES);
    OP(&f.b, SPAN, span, from, to, 1);
    OP(&f.b, LENGTH, minutes, span);
    together(7, 7, 7);
    const uint32_t all = of_groups(TYPE_TIMES), sum = of_groups(TYPE_MINUTES);
    OP(&f.b, UNION, all, f.link_to, NONE, span);
    OP(&f.b, LENGTH, sum, all);
    assert_int_equal(run(), EDICT_RANGE); /* one interval */
    assert_string_equal(f.error.code, "range");
    f.v[to][0] = -2;
    f.v[to][1] = INT64_MAX;
    assert_int_equal(again(), EDICT_RANGE); /* both together */
    f.v[from][0] = -12;
    f.v[to][1] = 10;
    assert_int_equal(again(), EDICT_OK);
    IS3(minutes, 10, 10, 1);
    IS(sum, 0, 20);
}

/* Every shape of operands: each record's own, one for all, undocumented. */
static void test_shapes(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_COUNT, 5, 6, 0), b = fact(TYPE_COUNT, 1, 2, 3), sure = fact(TYPE_BOOL, 1, 0, 1),
                   day = fact(TYPE_DATE, 3, 4, 0), at = fact(TYPE_TIME, 1441, -1, 0), bool_a = fact(TYPE_BOOL, 1, 0, 0);
    miss(a, 2);
    miss(day, 2);
    miss(at, 2);
    miss(bool_a, 2);
    uint32_t o[16];
    for (int i = 0; i < 10; i++)
        o[i] = reg(TYPE_COUNT);
    OP(&f.b, ADD, o[0], b, b);
    OP(&f.b, ADD, o[1], f.two, b);
    OP(&f.b, ADD, o[2], f.two, a);
    OP(&f.b, SUB, o[3], b, b);
    OP(&f.b, SUB, o[4], f.two, b);
    OP(&f.b, SUB, o[5], b, a);
    OP(&f.b, IF, o[6], sure, a, b);
    OP(&f.b, IF, o[7], sure, b, a);
    OP(&f.b, ADD, o[8], f.unknown, b);
    OP(&f.b, IF, o[9], sure, b, f.two);
    const uint32_t not_a = reg(TYPE_BOOL), le = reg(TYPE_BOOL), le_one = reg(TYPE_BOOL), scaled = reg(TYPE_DECIMAL),
                   date = reg(TYPE_DATE), week = reg(TYPE_DATE);
    OP(&f.b, NOT, not_a, bool_a);
    OP(&f.b, LE, le, a, b);
    OP(&f.b, LE, le_one, f.two, b);
    OP(&f.b, SCALE, scaled, a);
    OP(&f.b, DATEOF, date, at);
    OP(&f.b, WEEKOF, week, day);
    assert_int_equal(run(), EDICT_OK);
    IS3(o[0], 2, 4, 6);
    IS3(o[1], 3, 4, 5);
    IS(o[2], 0, 7);
    OPEN(o[2], 2);
    IS3(o[3], 0, 0, 0);
    IS3(o[4], 1, 0, -1);
    IS(o[5], 1, -4);
    OPEN(o[5], 2);
    IS(o[6], 1, 2);
    OPEN(o[6], 2);
    IS3(o[7], 1, 6, 3);
    OPEN(o[8], 0);
    IS3(o[9], 1, 2, 3);
    IS(not_a, 0, 0);
    IS(not_a, 1, 1);
    OPEN(not_a, 2);
    IS(le, 0, 0);
    OPEN(le, 2);
    IS3(le_one, 0, 1, 1);
    IS(scaled, 1, 6000000);
    OPEN(scaled, 2);
    IS(date, 0, 1);
    IS(date, 1, -1);
    OPEN(date, 2);
    IS(week, 0, 3); /* 1970-01-04 was a Sunday */
    IS(week, 1, 3);
    OPEN(week, 2);
    f.v[day][0] = INT64_MAX;
    assert_int_equal(again(), EDICT_RANGE);
    f.v[day][0] = INT64_MIN;
    assert_int_equal(again(), EDICT_RANGE);
    f.v[day][0] = 3;
    f.v[b][0] = INT64_MAX;
    assert_int_equal(again(), EDICT_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(link_held), TEST(best_perhaps), TEST(pairs), TEST(implied), TEST(limit_perhaps), TEST(limit_range),
        TEST(lengths), TEST(shapes),
    };
    return cmocka_run_group_tests_name("doubt", tests, NULL, NULL);
}
