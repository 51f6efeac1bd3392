/* Numbers at the ends of exact arithmetic: an evaluation that leaves it ends with EDICT_RANGE, and the evaluator goes
 * on with the next. */
#include "tests/unit/vm_fixture.h"

/* The value in the first record is too large for the instruction; then it is `small`, and all is well. */
static void too_large(uint32_t fact_reg, int64_t small)
{
    assert_int_equal(run(), EDICT_RANGE);
    assert_string_equal(f.error.code, "range");
    f.v[fact_reg][0] = small;
    assert_int_equal(again(), EDICT_OK);
}

static void test_scale(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_COUNT, INT64_MAX / 2, 1, 1), o = reg(TYPE_DECIMAL);
    OP(&f.b, SCALE, o, a);
    too_large(a, -2);
    IS3(o, -2000000, 1000000, 1000000);
}

static void test_subtract(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_COUNT, INT64_MIN, 1, 1), o = reg(TYPE_COUNT);
    OP(&f.b, SUB, o, a, f.one);
    too_large(a, 5);
    IS3(o, 4, 0, 0);
}

static void test_years(void **state)
{
    (void)state;
    const uint32_t from = fact(TYPE_DATE, 400000, 0, 0), to = fact(TYPE_DATE, 365, 364, 20000), o = reg(TYPE_YEARS);
    OP(&f.b, YEARS, o, from, to);
    too_large(from, 0);
    IS3(o, 1, 0, 54);
    f.v[from][0] = -400000;
    assert_int_equal(again(), EDICT_RANGE);
    f.v[from][0] = 0;
    f.v[to][0] = 400000;
    assert_int_equal(again(), EDICT_RANGE);
    f.v[to][0] = -400000;
    assert_int_equal(again(), EDICT_RANGE);
}

static void test_sum(void **state)
{
    (void)state;
    const uint32_t key = fact(TYPE_COUNT, 7, 7, 7), a = fact(TYPE_COUNT, INT64_MAX, 1, 2);
    group_op(key, KEY_TOGETHER, NONE, NONE);
    const uint32_t o = builder_reg(&f.b, f.groups, TYPE_COUNT);
    OP(&f.b, SUM, o, f.link_to, NONE, a);
    too_large(a, 3);
    IS(o, 0, 6);
}

static void charges_of(uint32_t units)
{
    const uint32_t when = fact(TYPE_BOOL, 1, 1, 1), code = fact(TYPE_CODE, code_of("A"), code_of("A"), code_of("A")),
                   none = builder_const(&f.b, TYPE_CODE, 0);
    emit_op(when, code, units, NONE, NONE, none);
}

static void test_merged_units(void **state)
{
    (void)state;
    const uint32_t units = fact(TYPE_COUNT, INT64_MAX, 1, 2);
    charges_of(units);
    merge_op(f.charge_code);
    too_large(units, 4);
    assert_int_equal(f.e.final_count, 1);
    assert_int_equal(f.e.finals[0].units, 7);
}

static void test_capped_units(void **state)
{
    (void)state;
    const uint32_t units = fact(TYPE_COUNT, 2, 3, 2);
    charges_of(units);
    OP(&f.b, CAP, 9, f.yes, builder_const(&f.b, TYPE_COUNT, 4), f.charge_code);
    merge_op(f.charge_code);
    assert_int_equal(run(), EDICT_OK);
    assert_int_equal(f.e.final_count, 1);
    assert_int_equal(f.e.finals[0].units, 4);
}

static void test_ways_to_divide(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_COUNT, 7, -7, 8), b = fact(TYPE_COUNT, 2, 2, 0), up = reg(TYPE_COUNT),
                   down = reg(TYPE_COUNT), half = reg(TYPE_COUNT);
    OP(&f.b, DIV, up, a, b, 0);
    OP(&f.b, DIV, down, a, b, 1);
    OP(&f.b, DIV, half, a, b, 2);
    assert_int_equal(run(), EDICT_OK);
    IS(up, 0, 4);
    IS(up, 1, -3);
    IS(down, 0, 3);
    IS(down, 1, -4);
    IS(half, 0, 4);
    IS(half, 1, -3);
    OPEN(up, 2); /* by nothing: not documented */
    OPEN(down, 2);
    OPEN(half, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(scale), TEST(subtract), TEST(years), TEST(sum), TEST(merged_units), TEST(capped_units),
        TEST(ways_to_divide),
    };
    return cmocka_run_group_tests_name("range", tests, NULL, NULL);
}
