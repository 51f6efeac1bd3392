/* The verifier: what it must refuse, and that damaged images are refused or run without harm. */
#include "tests/unit/vm_fixture.h"

static void refused(void)
{
    size_t size;
    unsigned char *image = builder_image(&f.b, &size);
    assert_int_equal(edict_program_load(image, size, &f.p, &f.error), EDICT_IMAGE);
    assert_string_equal(f.error.code, "damaged_image");
    assert_null(f.p);
    free(image);
}

static void test_verifier_refuses(void **state)
{
    (void)state;
    const uint32_t a = fact(TYPE_COUNT, 0, 0, 0), t = reg(TYPE_BOOL), u = reg(TYPE_BOOL), r = root(TYPE_BOOL),
                   start = f.b.code_size;
    const struct {
        enum op op;
        uint32_t words[12], count;
    } wrong[] = {
        { OP_CODE_NOT, { t, a }, 2 }, /* type */
        { OP_CODE_NOT, { t, u }, 2 }, /* read before it is written */
        { OP_CODE_NOT, { t, t }, 2 },
        { OP_CODE_NOT, { f.yes, f.no }, 2 }, /* written twice */
        { OP_CODE_EQ, { r, a, f.one }, 3 },  /* domains */
        { OP_CODE_NOT, { t, 9999 }, 2 },
        { OP_CODE_NOT, { t, f.yes, f.yes }, 3 }, /* too long */
        { OP_CODE_NOT, { t }, 1 },
        { OP_CODE_HOLDIF, { t, f.yes, 99, 0 }, 4 },       /* no such row */
        { OP_CODE_HOLDIF, { t, f.yes, 1, 3, f.yes }, 5 }, /* group count */
        { OP_CODE_LISTS, { t, 0, 0, 0 }, 4 },             /* no such relation */
        { OP_CODE_GATHER, { t, f.one, f.yes }, 3 },       /* no link */
        { OP_CODE_INDEX, { t }, 1 },
        { OP_CODES, { 0 }, 1 },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        f.b.code_size = start;
        builder_op(&f.b, wrong[i].op, wrong[i].words, wrong[i].count);
        refused();
    }
    f.b.code_size = start;
    OP(&f.b, NOT, t, f.yes);
    OP(&f.b, NOT, t, f.no);
    refused();
    f.b.code_size = start;
    f.b.header.answers_register = f.yes;
    f.b.header.answers_at = 1;
    refused();
    f.b.header.answers_at = 0;
    assert_int_equal(run(), EDICT_OK);
}

static void put_nothing(void *context, const char *bytes, size_t size)
{
    *(size_t *)context += size + (size > 0 && bytes[0] == 0);
}

/* An image with every kind of instruction: for damage and for the listing. */
static void build_all(void)
{
    const struct image_range range = { (uint64_t)code_of("A"), (uint64_t)code_of("Z"), 0, INT32_MAX };
    const int64_t cells[] = { 1, 10, 0, INT32_MAX, 1 };
    const uint32_t set = builder_set(&f.b, &range, 1), relation = builder_relation(&f.b, 2, 1, cells, 1);
    const uint32_t a = fact(TYPE_COUNT, 1, 2, 1), b = fact(TYPE_BOOL, 1, 1, 0),
                   code = fact(TYPE_CODE, code_of("A"), code_of("B"), 0);
    const uint32_t start = fact(TYPE_TIME, 28800000, 28800010, 28800100),
                   stop = fact(TYPE_TIME, 28800090, 28800020, 28800400);
    const uint32_t x = builder_word(&f.b, "red"), word = builder_const(&f.b, TYPE_WORD, x),
                   none = builder_const(&f.b, TYPE_CODE, 0);
    const uint32_t wf = fact(TYPE_WORD, 0, 0, 0), in = reg(TYPE_BOOL), eq = reg(TYPE_BOOL), look = reg(TYPE_COUNT),
                   level = reg(TYPE_LEVEL);
    const uint32_t span = reg(TYPE_TIMES), minutes = reg(TYPE_MINUTES), units = reg(TYPE_COUNT), trace = reg(TYPE_ROW),
                   t = reg(TYPE_COUNT);
    const uint32_t ttrace = reg(TYPE_ROW), o = reg(TYPE_BOOL), otrace = reg(TYPE_ROW),
                   pairs = builder_domain(&f.b, DOMAIN_CROSS, f.list, f.list);
    const uint32_t px = builder_link(&f.b, pairs, f.list), py = builder_link(&f.b, pairs, f.list),
                   pa = builder_reg(&f.b, pairs, TYPE_BOOL);
    const uint32_t any = reg(TYPE_BOOL), from = builder_const(&f.b, TYPE_MINUTES, 16);
    miss(b, 1);
    miss(a, 2);
    f.b.facts[1].missing = MISSING_DEFAULT;
    OP(&f.b, EQ, eq, wf, word);
    OP(&f.b, IN, in, code, set, 0);
    OP(&f.b, LOOKUP, look, relation, 1, 1, a, 0);
    OP(&f.b, SPAN, span, start, stop, 1);
    OP(&f.b, LENGTH, minutes, span);
    OP(&f.b, STEP, units, trace, minutes, 1, 2, from, f.one, from, f.one);
    OP(&f.b, TABLE, t, ttrace, HIT_FIRST, 2, a, 1, code, 0, 2, 1, 2, 1, CELL_EQ, f.one, NONE, 2, CELL_CODES, none, none,
        CELL_IN, set, NONE, RESULT_REGISTER, look, 2, 2, 1, CELL_UNDOC, NONE, NONE, 0, RESULT_HOLD, NONE);
    OP(&f.b, HIER, level, 1, a, 0, 2, 6, 1, 1, CELL_EQ, f.one, NONE, 6, 1, 1, CELL_EQ, f.two, NONE);
    OP(&f.b, CROSS, pairs, px, py, 0, 0, NONE, NONE);
    OP(&f.b, GATHER, pa, px, b);
    OP(&f.b, ANY, any, py, pa);
    group_op(a, KEY_UNBROKEN, start, stop);
    const uint32_t best = builder_reg(&f.b, f.groups, TYPE_COUNT), identity = builder_reg(&f.b, f.groups, TYPE_SET);
    const uint32_t all = builder_reg(&f.b, f.groups, TYPE_TIMES), agree = builder_reg(&f.b, f.groups, TYPE_CODE);
    OP(&f.b, BEST, best, f.link_to, b, level, look);
    OP(&f.b, SETOF, identity, f.link_to, NONE, 2, a, code);
    OP(&f.b, UNION, all, f.link_to, NONE, span);
    OP(&f.b, AGREE, agree, f.link_to, NONE, code, 3);
    OP(&f.b, CHOOSE, o, otrace, NONE, b, 1, wf, 1, 4, NONE, 3, CRITERION_LEVEL, level, NONE, 0, CRITERION_WHERE, b, a,
        0, CRITERION_SPACED, from, start, 0);
    emit_op(b, code, units, minutes, span, none);
    OP(&f.b, EFFECT, 8, EFFECT_MODIFIER, f.yes, builder_const(&f.b, TYPE_CODE, code_of("M")));
    OP(&f.b, CAP, 9, f.yes, f.two, f.charge_code);
    merge_op(f.charge_code);
    OP(&f.b, FIND, 3, FIND_HOLD, pa, NONE, 1, 2, pa, f.two, CHANGE_UNITS, f.one);
    f.b.header.answers_register = f.yes;
}

/* Runs an image that was accepted on facts that fit it, whatever it has become. */
static void run_anyhow(const edict_program *p)
{
    struct edict_evaluator e = { .program = p };
    size_t listed = 0;
    assert_int_equal(eval_new(&e), EDICT_OK);
    int64_t *v = calloc((size_t)p->fact_count * MAX_RECORDS + 1, sizeof *v);
    uint32_t *w = calloc((size_t)p->fact_count * MAX_RECORDS + 1, sizeof *w);
    assert_non_null(v);
    assert_non_null(w);
    for (uint32_t i = 0; i < p->domain_count; i++)
        if (p->domains[i].kind == DOMAIN_LIST)
            e.sizes[i] = 3;
    for (uint32_t i = 0; i < p->fact_count; i++) {
        const struct image_fact *fact_of = &p->facts[i];
        for (uint32_t k = 0; k < 3; k++) {
            const int64_t value = fact_of->reg < MAX_REGS ? f.v[fact_of->reg][k] : 0;
            v[i * MAX_RECORDS + k] = program_value_fits(p, fact_of->type, value) ? value : 0;
            if (fact_of->reg < MAX_REGS && f.w[fact_of->reg][k])
                w[i * MAX_RECORDS + k] = why_fact(&e, i, k);
        }
        e.columns[fact_of->reg] = (struct column){ v + i * MAX_RECORDS, w + i * MAX_RECORDS, e.sizes[fact_of->domain] };
    }
    e.pinned_base = e.why_count;
    eval_run(&e, p->code_size);
    if (p->header->answers_register != NONE)
        eval_run(&e, p->header->answers_at);
    edict_program_list(p, put_nothing, &listed);
    eval_free(&e);
    free(v);
    free(w);
}

static void test_listing(void **state)
{
    (void)state;
    size_t listed = 0;
    build_all();
    assert_int_equal(run(), EDICT_OK);
    edict_program_list(f.p, put_nothing, &listed);
    assert_true(listed > 1000);
    assert_true(f.e.charge_count > 0);
    assert_true(f.e.finding_count > 0);
}

static void test_damage(void **state)
{
    (void)state;
    size_t size, accepted = 0;
    build_all();
    unsigned char *image = builder_image(&f.b, &size);
    static const unsigned char changes[] = { 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff };
    for (size_t at = 0; at < size; at++)
        for (size_t k = 0; k < sizeof changes; k++) {
            edict_program *p;
            image[at] ^= changes[k];
            if (edict_program_load(image, size, &p, &f.error) == EDICT_OK) {
                accepted++;
                assert_true(at < 48 || !edict_program_intact(p));
                run_anyhow(p);
                edict_program_free(p);
            }
            image[at] ^= changes[k];
        }
    assert_true(accepted > 0);
    for (size_t cut = 0; cut < size; cut += 7) {
        edict_program *p;
        assert_int_equal(edict_program_load(image, cut, &p, &f.error), EDICT_IMAGE);
    }
    free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(verifier_refuses),
        TEST(listing),
        TEST(damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
