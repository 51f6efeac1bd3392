/* What FIND says of which records, what it keeps once and what apart; and folds and findings whose domain only a later
 * operand gives. */
#include "tests/unit/vm_fixture.h"

static void found_are(uint32_t count)
{
    assert_int_equal(again(), EDICT_OK);
    assert_int_equal(f.e.finding_count, count);
}

/* A link of the encounter itself links every record to it. */
static void test_all_of_the_encounter(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_COUNT, 5, 3, 9), m = fact(TYPE_BOOL, 0, 1, 1), zero = builder_reg(&f.b, 0, TYPE_LINK),
                   level = reg(TYPE_LEVEL), any = root(TYPE_BOOL), sum = root(TYPE_COUNT), count = root(TYPE_COUNT),
                   best = root(TYPE_COUNT), sets[] = { root(TYPE_SET), root(TYPE_SET) };
    f.b.consts[f.b.const_count++] = (struct image_const){ .reg = zero };
    OP(&f.b, ANY, any, zero, m);
    OP(&f.b, SUM, sum, zero, NONE, a);
    OP(&f.b, COUNT, count, zero, NONE);
    OP(&f.b, HIER, level, 1, a, 0, 2, 6, 1, 1, CELL_EQ, f.one, NONE, 6, 1, 1, CELL_EQ, f.two, NONE);
    OP(&f.b, BEST, best, zero, NONE, level, a);
    OP(&f.b, SETOF, sets[0], zero, NONE, 1, a);
    OP(&f.b, SETOF, sets[1], zero, NONE, 2, a, f.one);
    assert_int_equal(run(), EDICT_OK);
    IS(any, 0, 1);
    IS(sum, 0, 17);
    IS(count, 0, 1); /* the encounter alone: nothing names the list */
    IS(best, 0, 5);
    assert_int_equal(STATE(sets[0], 0), 0);
    assert_int_not_equal(f.e.columns[sets[0]].v[0], f.e.columns[sets[1]].v[0]);
    f.v[a][0] = f.v[a][1] = f.v[a][2] = 5;
    assert_int_equal(again(), EDICT_OK);
    IS(sum, 0, 15);
}

/* The condition is of the encounter, the records are those that exist. */
static void test_what_exists(void **state)
{
    (void)state;
    const uint32_t m = fact(TYPE_BOOL, 1, 0, 1);
    OP(&f.b, FIND, 3, FIND_NOTE, f.yes, m, 1, 0, CHANGE_NOTHING, NONE);
    assert_int_equal(run(), EDICT_OK);
    found_are(2);
    assert_int_equal(f.e.findings[1].domain, f.list);
    assert_int_equal(f.e.findings[1].record, 2);
    miss(m, 1);
    bind_facts();
    found_are(3);
    assert_int_equal(f.e.findings[1].kind, FIND_HOLD);
}

/* Findings that differ in one thing are kept apart, whatever it is. */
static void test_apart(void **state)
{
    (void)state;
    const uint32_t first = builder_string(&f.b, "first"), second = builder_string(&f.b, "second"),
                   code = builder_const(&f.b, TYPE_CODE, 1), m = fact(TYPE_BOOL, 1, 0, 0);
    for (int twice = 0; twice < 2; twice++) {
        OP(&f.b, FIND, 3, FIND_NOTE, f.yes, NONE, first, 0, CHANGE_NOTHING, NONE);
        OP(&f.b, FIND, 4, FIND_NOTE, f.yes, NONE, first, 0, CHANGE_NOTHING, NONE);
        OP(&f.b, FIND, 3, FIND_NOTE, f.yes, NONE, second, 0, CHANGE_NOTHING, NONE);
        OP(&f.b, FIND, 3, FIND_NOTE, m, NONE, first, 0, CHANGE_NOTHING, NONE);
        OP(&f.b, FIND, 3, FIND_DENY, f.yes, NONE, first, 0, CHANGE_NOTHING, NONE);
        OP(&f.b, FIND, 3, FIND_DENY, f.yes, NONE, first, 0, CHANGE_UNITS, f.one);
        OP(&f.b, FIND, 3, FIND_DENY, f.yes, NONE, first, 0, CHANGE_UNITS, f.two);
        OP(&f.b, FIND, 3, FIND_DENY, f.yes, NONE, first, 0, CHANGE_CODE, code);
    }
    assert_int_equal(run(), EDICT_OK);
    found_are(8);
}

/* Thousands, so that many share a place in the index of what was found. */
static void test_thousands(void **state)
{
    (void)state;
    enum { RECORDS = 40, ROWS = 6 };
    const uint32_t self = builder_link(&f.b, f.list, f.list), all = reg(TYPE_BOOL), held = root(TYPE_BOOL),
                   open = root(TYPE_BOOL), pairs = builder_domain(&f.b, DOMAIN_CROSS, f.list, f.list),
                   x = builder_link(&f.b, pairs, f.list), y = builder_link(&f.b, pairs, f.list),
                   each = builder_reg(&f.b, pairs, TYPE_BOOL);
    f.sizes[f.list] = RECORDS;
    OP(&f.b, INDEX, self);
    OP(&f.b, DOC, all, self);
    OP(&f.b, CROSS, pairs, x, y, 1, 0, NONE, NONE, 0);
    OP(&f.b, GATHER, each, x, all);
    OP(&f.b, HOLDIF, held, f.yes, 1, 1, f.unknown);
    OP(&f.b, HOLDIF, open, f.yes, 2, 1, f.unknown);
    for (int twice = 0; twice < 2; twice++) {
        for (uint32_t row = 1; row <= ROWS; row++) {
            OP(&f.b, FIND, row, FIND_NOTE, f.yes, all, 1, 0, CHANGE_NOTHING, NONE);
            OP(&f.b, FIND, row, FIND_NOTE, held, all, 1, 0, CHANGE_NOTHING, NONE);
            OP(&f.b, FIND, row, FIND_NOTE, open, all, 1, 0, CHANGE_NOTHING, NONE);
        }
        OP(&f.b, FIND, 1, FIND_NOTE, each, NONE, 1, 0, CHANGE_NOTHING, NONE);
    }
    assert_int_equal(run(), EDICT_OK);
    found_are(RECORDS * (3 * ROWS + RECORDS - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_of_the_encounter),
        TEST(what_exists),
        TEST(apart),
        TEST(thousands),
    };
    return cmocka_run_group_tests_name("findings", tests, NULL, NULL);
}
