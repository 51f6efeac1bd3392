/* The VM on small images made in memory: cells, intervals, folds, tables, ladders; doubt and holds. */
#include "tests/unit/vm_fixture.h"

static void test_compare_and_logic(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_COUNT, 1, 2, 3), t = fact(TYPE_BOOL, 1, 0, 0);
    const uint32_t eq = reg(TYPE_BOOL), lt = reg(TYPE_BOOL), le = reg(TYPE_BOOL),
                   not = reg(TYPE_BOOL), and = reg(TYPE_BOOL);
    const uint32_t or = reg(TYPE_BOOL), docor = reg(TYPE_BOOL), doc = reg(TYPE_BOOL), with = reg(TYPE_BOOL);
    miss(t, 2);
    OP(&f.b, EQ, eq, a, f.two);
    OP(&f.b, LT, lt, a, f.two);
    OP(&f.b, LE, le, f.two, a);
    OP(&f.b, NOT, not, t);
    OP(&f.b, AND, and, t, lt);
    OP(&f.b, OR, or, t, f.yes);
    OP(&f.b, DOC, doc, t);
    OP(&f.b, DOCOR, docor, t, f.yes);
    OP(&f.b, AND, with, t, f.yes);
    assert_int_equal(run(), EDICT_OK);
    IS3(eq, 0, 1, 0);
    IS3(lt, 1, 0, 0);
    IS3(le, 0, 1, 1);
    IS(not, 0, 0);
    IS(not, 1, 1);
    OPEN(not, 2);
    IS3(and, 1, 0, 0); /* not documented and no: no */
    IS3(or, 1, 1, 1);
    IS3(doc, 1, 1, 0);
    IS3(docor, 1, 0, 1);
    OPEN(with, 2);
    assert_null(f.e.columns[and].w);
    assert_int_equal(f.e.dispatches, 9);
}

static void test_held_goes_through(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_COUNT, 1, 2, 3), b = fact(TYPE_COUNT, 1, 2, 3);
    const uint32_t held = reg(TYPE_COUNT), doc = reg(TYPE_BOOL), docor = reg(TYPE_COUNT), sum = reg(TYPE_COUNT);
    miss(b, 1);
    OP(&f.b, HOLDIF, held, a, 4, 1, b);
    OP(&f.b, DOC, doc, held);
    OP(&f.b, DOCOR, docor, held, f.one);
    OP(&f.b, ADD, sum, held, b);
    assert_int_equal(run(), EDICT_OK);
    IS(held, 0, 1);
    HELD(held, 1);
    IS(held, 2, 3);
    HELD(doc, 1);
    HELD(docor, 1);
    HELD(sum, 1);
    const struct why_node *both = &f.e.whys[STATE(sum, 1) >> 1]; /* neither reason is lost */
    assert_int_equal(both->kind, WHY_BOTH);
    assert_int_equal(both->a, STATE(held, 1));
    assert_int_equal(both->b, STATE(b, 1));
    const struct why_node *n = &f.e.whys[STATE(held, 1) >> 1];
    assert_int_equal(n->kind, WHY_HOLD);
    assert_int_equal(n->a, 4);
    assert_int_equal(n->b, STATE(b, 1));
}

static void test_arithmetic(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_COUNT, 7, -7, 1), z = fact(TYPE_COUNT, 2, 2, 0);
    const uint32_t up = reg(TYPE_COUNT), down = reg(TYPE_COUNT), half = reg(TYPE_COUNT), sub = reg(TYPE_COUNT),
                   s = reg(TYPE_DECIMAL);
    const uint32_t mul = reg(TYPE_DECIMAL), iff = reg(TYPE_COUNT), d = fact(TYPE_DECIMAL, 1500000, 1, 3),
                   c = fact(TYPE_BOOL, 1, 0, 1);
    const uint32_t same = reg(TYPE_COUNT), wide = reg(TYPE_DECIMAL);
    const uint32_t large = fact(TYPE_DECIMAL, 3000000000001, -3000000000001, -1),
                   by = fact(TYPE_DECIMAL, 2500000000000, 2500000000001, INT64_MIN);
    miss(c, 2);
    OP(&f.b, DIV, up, a, z, 0);
    OP(&f.b, DIV, down, a, z, 1);
    OP(&f.b, DIV, half, a, z, 2);
    OP(&f.b, SUB, sub, a, z);
    OP(&f.b, SCALE, s, a);
    OP(&f.b, MUL, mul, d, d, 6);
    OP(&f.b, MUL, wide, large, by, 6); /* the products need more than 64 bits */
    OP(&f.b, IF, iff, c, f.one, f.two);
    OP(&f.b, IF, same, c, f.one, f.one);
    assert_int_equal(run(), EDICT_OK);
    IS(up, 0, 4);
    IS(up, 1, -3);
    OPEN(up, 2);
    IS(down, 0, 3);
    IS(down, 1, -4);
    IS(half, 0, 4);
    IS(half, 1, -3);
    IS3(sub, 5, -9, 1);
    IS3(s, 7000000, -7000000, 1000000);
    IS3(mul, 2250000, 0, 0);
    IS3(wide, 7500000000002500000, -7500000000005500000, 9223372036855);
    IS(iff, 0, 1);
    IS(iff, 1, 2);
    OPEN(iff, 2);
    IS3(same, 1, 1, 1);
}

static void test_overflow_ends_with_range(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_COUNT, INT64_MAX, 0, 0), o = reg(TYPE_COUNT);
    OP(&f.b, ADD, o, a, f.one);
    assert_int_equal(run(), EDICT_RANGE);
    assert_string_equal(f.error.code, "range");
    f.v[a][0] = 5;
    assert_int_equal(again(), EDICT_OK);
    IS(o, 0, 6);
}

static void test_dates(void **state)
{
    (void)state;
    const uint32_t t = fact(TYPE_TIME, 20000 * 1440 + 5, -1, 3 * 1440), d = reg(TYPE_DATE), w = reg(TYPE_DATE),
                   y = reg(TYPE_YEARS);
    OP(&f.b, DATEOF, d, t);
    OP(&f.b, WEEKOF, w, d);
    OP(&f.b, YEARS, y, d, 0);
    assert_int_equal(run(), EDICT_OK);
    IS3(d, 20000, -1, 3);
    IS3(w, 19995, -4, 3); /* 2024-10-04 is a Friday */
    IS3(y, 0, 54, 54);
}

static void test_sets_and_relations(void **state)
{
    (void)state;
    const struct image_range ranges[] = { { (uint64_t)code_of("A1"), (uint64_t)code_of("A9"), 0, INT32_MAX },
        { (uint64_t)code_of("A2"), (uint64_t)code_of("A2"), 0, 10 },
        { (uint64_t)code_of("B100"), (uint64_t)code_of("B200"), 0, 19999 } };
    const uint32_t set = builder_set(&f.b, ranges, 3);
    const int64_t cells[] = { 1, 10, 0, 15000, 0, 1, 11, 15001, INT32_MAX, 1, 3, 30, 0, INT32_MAX, -1 };
    const uint32_t relation = builder_relation(&f.b, 2, 1, cells, 3);
    const uint32_t code = fact(TYPE_CODE, code_of("A5"), code_of("A50"), code_of("B150")),
                   key = fact(TYPE_COUNT, 1, 2, 3);
    const uint32_t in = reg(TYPE_BOOL), lists = reg(TYPE_BOOL), found = reg(TYPE_COUNT), any = root(TYPE_BOOL),
                   has = root(TYPE_BOOL);
    const uint32_t codes = builder_fact(&f.b, 0, TYPE_CODES), a9 = builder_const(&f.b, TYPE_CODE, code_of("A9"));
    OP(&f.b, IN, in, code, set, 0);
    OP(&f.b, LISTS, lists, relation, 1, key, 0);
    OP(&f.b, LOOKUP, found, relation, 1, 1, key, 0);
    OP(&f.b, ANYIN, any, codes, set, 0);
    OP(&f.b, HAS, has, codes, a9);
    f.e.codes = calloc(4, sizeof(int64_t));
    f.e.code_room = 4;
    f.e.pinned.codes = f.e.code_count = 2;
    f.e.codes[0] = code_of("Z");
    f.e.codes[1] = code_of("A9");
    f.v[codes][0] = 2;
    assert_int_equal(run(), EDICT_OK);
    IS3(in, 1, 0, 0);
    IS3(lists, 1, 0, 1);
    IS(found, 0, 11);
    OPEN(found, 1);
    IS(found, 2, 30);
    assert_int_equal(STATE(found, 1), WHY_STATE_ABSENT);
    IS(any, 0, 1);
    IS(has, 0, 1);
}

static void test_intervals(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_TIME, 0, 10, 20), b = fact(TYPE_TIME, 60, 5, 30),
                   index = builder_link(&f.b, f.list, f.list);
    const uint32_t span = reg(TYPE_TIMES), good = reg(TYPE_BOOL), link = builder_link(&f.b, f.list, 0);
    const uint32_t zero = builder_reg(&f.b, 0, TYPE_LINK), all = root(TYPE_TIMES), out = reg(TYPE_TIMES),
                   len = reg(TYPE_MINUTES);
    const uint32_t shared = reg(TYPE_TIMES), len2 = reg(TYPE_MINUTES), runs = reg(TYPE_TIMES), len3 = reg(TYPE_MINUTES),
                   k = root(TYPE_MINUTES);
    const uint32_t ten = builder_const(&f.b, TYPE_MINUTES, 15), third = reg(TYPE_BOOL), mid = root(TYPE_TIMES);
    f.b.consts[f.b.const_count++] = (struct image_const){ .reg = zero };
    OP(&f.b, INDEX, index);
    OP(&f.b, GATHER, link, index, zero);
    OP(&f.b, SPAN, span, a, b, 3);
    OP(&f.b, DOC, good, span);
    OP(&f.b, LE, third, builder_const(&f.b, TYPE_TIME, 20), a);
    OP(&f.b, UNION, mid, link, third, span);
    OP(&f.b, OUTSIDE, out, span, mid);
    OP(&f.b, LENGTH, len, out);
    OP(&f.b, SHARED, shared, span, mid);
    OP(&f.b, LENGTH, len2, shared);
    OP(&f.b, RUNS, runs, span, ten);
    OP(&f.b, LENGTH, len3, runs);
    OP(&f.b, UNION, all, link, NONE, span);
    OP(&f.b, LENGTH, k, all);
    assert_int_equal(run(), EDICT_OK);
    HELD(span, 1);
    HELD(good, 1);
    IS(len, 0, 50);
    IS(len, 2, 0);
    HELD(len, 1);
    IS(len2, 0, 10);
    IS(len2, 2, 10);
    IS(len3, 0, 60);
    IS(len3, 2, 0);
    HELD(all, 0);
    HELD(k, 0);
    f.v[b][1] = 90; /* now 10 to 90 */
    assert_int_equal(again(), EDICT_OK);
    IS(k, 0, 90);
}

static void test_folds(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_COUNT, 5, 3, 9), m = fact(TYPE_BOOL, 1, 1, 0), link = builder_link(&f.b, f.list, 0);
    const uint32_t index = builder_link(&f.b, f.list, f.list), zero = builder_reg(&f.b, 0, TYPE_LINK);
    const uint32_t any = root(TYPE_BOOL), count = root(TYPE_COUNT), sum = root(TYPE_COUNT), min = root(TYPE_COUNT),
                   max = root(TYPE_COUNT);
    const uint32_t first = root(TYPE_COUNT), agree = root(TYPE_COUNT), none = root(TYPE_COUNT), set = root(TYPE_SET),
                   set2 = root(TYPE_SET);
    f.b.consts[f.b.const_count++] = (struct image_const){ .reg = zero };
    OP(&f.b, INDEX, index);
    OP(&f.b, GATHER, link, index, zero);
    OP(&f.b, ANY, any, link, m);
    OP(&f.b, COUNT, count, link, m);
    OP(&f.b, SUM, sum, link, m, a);
    OP(&f.b, MIN, min, link, m, a);
    OP(&f.b, MAX, max, link, m, a);
    OP(&f.b, FIRST, first, link, m, a);
    OP(&f.b, AGREE, agree, link, m, a, 2);
    OP(&f.b, MIN, none, link, f.no, a);
    OP(&f.b, SETOF, set, link, m, 2, a, m);
    OP(&f.b, SETOF, set2, link, NONE, 2, a, m);
    assert_int_equal(run(), EDICT_OK);
    IS(any, 0, 1);
    IS(count, 0, 2);
    IS(sum, 0, 8);
    IS(min, 0, 3);
    IS(max, 0, 5);
    IS(first, 0, 5);
    HELD(agree, 0);
    OPEN(none, 0);
    assert_int_not_equal(f.e.columns[set].v[0], f.e.columns[set2].v[0]);
    f.w[m][1] = WHY_STATE_ABSENT; /* a mask in doubt */
    assert_int_equal(again(), EDICT_OK);
    IS(any, 0, 1);
    OPEN(count, 0);
    OPEN(sum, 0);
    IS(first, 0, 5);
    OPEN(set, 0);
    f.v[m][1] = f.w[m][1] = 0;
    f.v[a][1] = 5;
    f.v[m][1] = 1;
    assert_int_equal(again(), EDICT_OK);
    IS(agree, 0, 5);
}

static void test_pairs(void **state)
{
    (void)state;
    const uint32_t pairs = builder_domain(&f.b, DOMAIN_CROSS, f.list, f.list), a = fact(TYPE_COUNT, 5, 3, 5);
    const uint32_t x = builder_link(&f.b, pairs, f.list), y = builder_link(&f.b, pairs, f.list),
                   ax = builder_reg(&f.b, pairs, TYPE_COUNT);
    const uint32_t ay = builder_reg(&f.b, pairs, TYPE_COUNT), later = builder_reg(&f.b, pairs, TYPE_BOOL),
                   n = reg(TYPE_COUNT);
    OP(&f.b, CROSS, pairs, x, y, 0, 0, NONE, NONE, 0);
    OP(&f.b, GATHER, ax, x, a);
    OP(&f.b, GATHER, ay, y, a);
    OP(&f.b, ORDER2, later, x, y, ax, ay);
    OP(&f.b, COUNT, n, x, later);
    OP(&f.b, FIND, 1, FIND_REVIEW, later, NONE, 0, 1, ax, CHANGE_NOTHING, NONE);
    assert_int_equal(run(), EDICT_OK);
    IS3(n, 1, 0, 2);
    assert_int_equal(f.e.finding_count, 3);
    assert_int_equal(f.e.findings[0].record, 0);
    assert_int_equal(f.e.findings[0].other, 1);
    assert_int_equal(f.e.args[f.e.findings[0].args_at].value, 5);
}

/* Pairs that differ in a key are not made; a key that is missing rules out nothing. */
static void test_pairs_by_key(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_COUNT, 5, 3, 5), b = fact(TYPE_COUNT, 5, 3, 5), to = reg(TYPE_LINK);
    const uint32_t all = reg(TYPE_COUNT), others = reg(TYPE_COUNT), self = reg(TYPE_COUNT);
    f.b.registers[to].target = f.list;
    uint32_t pairs[3], x[3], y[3];
    for (int i = 0; i < 3; i++) {
        pairs[i] = builder_domain(&f.b, DOMAIN_CROSS, f.list, f.list);
        x[i] = builder_link(&f.b, pairs[i], f.list);
        y[i] = builder_link(&f.b, pairs[i], f.list);
    }
    OP(&f.b, INDEX, to);
    OP(&f.b, CROSS, pairs[0], x[0], y[0], 0, 1, a, b, NONE, NONE, 0);
    OP(&f.b, COUNT, all, x[0], NONE);
    OP(&f.b, CROSS, pairs[1], x[1], y[1], 1, 1, b, a, NONE, NONE, 0);
    OP(&f.b, COUNT, others, x[1], NONE);
    OP(&f.b, CROSS, pairs[2], x[2], y[2], 0, 1, NONE, to, NONE, NONE, 0);
    OP(&f.b, COUNT, self, x[2], NONE);
    assert_int_equal(run(), EDICT_OK);
    IS3(all, 2, 1, 2);
    IS3(others, 1, 0, 1);
    IS3(self, 1, 1, 1);
    miss(a, 1);
    bind_facts();
    assert_int_equal(again(), EDICT_OK);
    IS3(all, 2, 3, 2);
    IS3(others, 2, 0, 2);
}

/* Two keys of one record and one of the other; a key that is missing, or more relations than are looked at, leave all
 * pairs. */
static void test_pairs_listed(void **state)
{
    (void)state;
    const int64_t rows[] = { 5, 1, 3, 0, INT32_MAX, 1 };
    const uint32_t listing = builder_relation(&f.b, 3, 3, rows, 1), first = fact(TYPE_COUNT, 5, 3, 5),
                   second = fact(TYPE_COUNT, 1, 2, 3), nothing = builder_const(&f.b, TYPE_COUNT, 0),
                   a = reg(TYPE_COUNT), c = reg(TYPE_COUNT);
    uint32_t pairs[3], x[3], y[3], n[3];
    for (int i = 0; i < 3; i++) {
        pairs[i] = builder_domain(&f.b, DOMAIN_CROSS, f.list, f.list);
        x[i] = builder_link(&f.b, pairs[i], f.list);
        y[i] = builder_link(&f.b, pairs[i], f.list);
        n[i] = reg(TYPE_COUNT);
    }
    OP(&f.b, ADD, a, first, nothing); /* documented everywhere, and known to be */
    OP(&f.b, ADD, c, second, nothing);
#define KEYS(A, B) listing, 3, A, a, A, c, B, a
    OP(&f.b, CROSS, pairs[0], x[0], y[0], 0, 0, NONE, NONE, 1, KEYS(1, 2));
    OP(&f.b, CROSS, pairs[1], x[1], y[1], 1, 0, NONE, NONE, 2, KEYS(2, 1), KEYS(1, 2));
    OP(&f.b, CROSS, pairs[2], x[2], y[2], 0, 0, NONE, NONE, 5, KEYS(1, 2), KEYS(1, 2), KEYS(1, 2), KEYS(1, 2),
        KEYS(1, 2));
#undef KEYS
    for (int i = 0; i < 3; i++) OP(&f.b, COUNT, n[i], x[i], NONE);
    assert_int_equal(run(), EDICT_OK);
    IS3(n[0], 1, 0, 0);
    IS3(n[1], 1, 1, 0);
    IS3(n[2], 3, 3, 3);
    miss(second, 2);
    bind_facts();
    assert_int_equal(again(), EDICT_OK);
    IS3(n[0], 3, 3, 3);
    IS3(n[1], 2, 2, 2);
}

/* A constant may be a key of either record: of groups, of which there are two, and of the three records. */
static void test_pairs_listed_by_constants(void **state)
{
    (void)state;
    const int64_t rows[] = { 7, 5, 0, INT32_MAX, 1 };
    const uint32_t relation = builder_relation(&f.b, 2, 2, rows, 1), a = fact(TYPE_COUNT, 5, 3, 5);
    const uint32_t seven = builder_const(&f.b, TYPE_COUNT, 7), five = builder_const(&f.b, TYPE_COUNT, 5);
    uint32_t n[2];
    group_op(a, KEY_TOGETHER, NONE, NONE);
    const uint32_t domains[2] = { f.groups, f.list };
    for (int i = 0; i < 2; i++) {
        const uint32_t pairs = builder_domain(&f.b, DOMAIN_CROSS, domains[i], domains[i]),
                       x = builder_link(&f.b, pairs, domains[i]), y = builder_link(&f.b, pairs, domains[i]);
        n[i] = builder_reg(&f.b, domains[i], TYPE_COUNT);
        OP(&f.b, CROSS, pairs, x, y, 0, 0, NONE, NONE, 1, relation, 2, 1, seven, 2, five);
        OP(&f.b, COUNT, n[i], x, NONE);
    }
    assert_int_equal(run(), EDICT_OK);
    assert_int_equal(f.e.columns[n[0]].v[0], 2);
    assert_int_equal(f.e.columns[n[0]].v[1], 2);
    IS3(n[1], 3, 3, 3);
}

/* Questions with the same first key find its pairs once, and each takes what stands. */
static void test_pairs_of_a_kin(void **state)
{
    (void)state;
    enum { KIN = 5 };
    const uint32_t a = fact(TYPE_COUNT, 5, 3, 5), c = fact(TYPE_COUNT, 1, 2, 3), later = fact(TYPE_BOOL, 0, 1, 1);
    uint32_t pairs[KIN], x[KIN], y[KIN], n[KIN];
    for (int i = 0; i < KIN; i++) {
        pairs[i] = builder_domain(&f.b, DOMAIN_CROSS, f.list, f.list);
        x[i] = builder_link(&f.b, pairs[i], f.list);
        y[i] = builder_link(&f.b, pairs[i], f.list);
        n[i] = reg(TYPE_COUNT);
    }
    OP(&f.b, CROSS, pairs[0], x[0], y[0], 0, 1, a, a, NONE, f.no, 0);
    OP(&f.b, CROSS, pairs[1], x[1], y[1], 0, 1, a, a, NONE, NONE, 0);
    OP(&f.b, CROSS, pairs[2], x[2], y[2], 1, 1, a, a, NONE, NONE, 0);
    OP(&f.b, CROSS, pairs[3], x[3], y[3], 0, 1, a, a, NONE, later, 0);
    OP(&f.b, CROSS, pairs[4], x[4], y[4], 0, 2, a, a, c, c, NONE, NONE, 0);
    for (int i = 0; i < KIN; i++) OP(&f.b, COUNT, n[i], x[i], NONE);
    assert_int_equal(run(), EDICT_OK);
    IS3(n[0], 0, 0, 0);
    IS3(n[1], 2, 1, 2);
    IS3(n[2], 1, 0, 1);
    IS3(n[3], 1, 1, 1);
    IS3(n[4], 1, 1, 1);
    miss(c, 0); /* a further key that is missing */
    miss(later, 0);
    bind_facts();
    assert_int_equal(again(), EDICT_OK);
    IS3(n[3], 2, 1, 2);
    IS3(n[4], 2, 1, 2);
    miss(a, 1);
    bind_facts();
    assert_int_equal(again(), EDICT_OK);
    IS3(n[0], 0, 0, 0);
    IS3(n[1], 3, 3, 3);
    IS3(n[2], 2, 2, 2);
    IS3(n[4], 3, 2, 2);
}

static void test_table_and_hierarchy(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_COUNT, 1, 2, 0), o = reg(TYPE_COUNT), trace = reg(TYPE_ROW), level = reg(TYPE_LEVEL);
    const uint32_t p = reg(TYPE_COUNT), ptrace = reg(TYPE_ROW), q = reg(TYPE_COUNT), qtrace = reg(TYPE_ROW);
    miss(a, 2);
    /* a is 1: 2; a ?: hold; otherwise: none */
    OP(&f.b, TABLE, o, trace, HIT_FIRST, 1, a, 1, 3, 1, 1, 1, CELL_EQ, f.one, NONE, RESULT_REGISTER, f.two, 2, 1, 1,
        CELL_UNDOC, NONE, NONE, RESULT_HOLD, NONE, 3, 1, 0, RESULT_NONE, NONE);
    /* a is 1: 1; a below 9: 1; otherwise 2: open for the third */
    OP(&f.b, TABLE, p, ptrace, HIT_FIRST, 1, a, 0, 2, 4, 1, 1, CELL_EQ, f.one, NONE, RESULT_REGISTER, f.one, 5, 1, 0,
        RESULT_REGISTER, f.two);
    OP(&f.b, TABLE, q, qtrace, HIT_ONE, 1, a, 0, 2, 4, 1, 2, CELL_EQ, f.one, NONE, CELL_EQ, f.two, NONE,
        RESULT_REGISTER, f.one, 5, 1, 1, CELL_EQ | CELL_NEGATED, f.one, NONE, RESULT_REGISTER, f.one);
    OP(&f.b, HIER, level, 1, a, 0, 2, 6, 1, 1, CELL_EQ, f.two, NONE, 7, 1, 1, CELL_RANGE, f.one, f.two);
    assert_int_equal(run(), EDICT_OK);
    IS(o, 0, 2);
    IS(trace, 0, 1);
    OPEN(o, 1);
    IS(trace, 1, 3);
    HELD(o, 2);
    IS(trace, 2, 2);
    assert_int_equal(f.e.whys[STATE(o, 2) >> 1].b, STATE(a, 2));
    IS(p, 0, 1);
    IS(p, 1, 2);
    OPEN(p, 2);
    IS(ptrace, 2, -1);
    IS(q, 0, 1);
    HELD(q, 1);
    OPEN(q, 2);
    IS(level, 0, 1);
    IS(level, 1, 0);
    OPEN(level, 2);
    assert_int_equal(f.e.columns[level].v[2], 0);
}

static void test_step(void **state)
{
    (void)state;
    const uint32_t x = fact(TYPE_MINUTES, 90, 91, 211), o = reg(TYPE_COUNT), trace = reg(TYPE_ROW);
    const uint32_t from = builder_const(&f.b, TYPE_MINUTES, 16), far = builder_const(&f.b, TYPE_MINUTES, 91),
                   every = builder_const(&f.b, TYPE_MINUTES, 60);
    OP(&f.b, STEP, o, trace, x, 2, 1, from, f.one, 2, far, f.two, every, f.one);
    assert_int_equal(run(), EDICT_OK);
    IS3(o, 1, 2, 4);
    IS3(trace, 1, 2, 2);
    f.v[x][0] = 15;
    f.v[x][1] = 150;
    f.v[x][2] = 151;
    assert_int_equal(again(), EDICT_OK);
    IS3(o, 0, 2, 3);
    IS(trace, 0, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(compare_and_logic),
        TEST(held_goes_through),
        TEST(arithmetic),
        TEST(overflow_ends_with_range),
        TEST(dates),
        TEST(sets_and_relations),
        TEST(intervals),
        TEST(folds),
        TEST(pairs),
        TEST(pairs_by_key),
        TEST(pairs_listed),
        TEST(pairs_listed_by_constants),
        TEST(pairs_of_a_kin),
        TEST(table_and_hierarchy),
        TEST(step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
