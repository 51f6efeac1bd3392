/* The fixture of the VM tests. */
#include "tests/unit/vm_fixture.h"

struct fixture f;

void bind_facts(void)
{
    struct edict_evaluator *e = &f.e;
    for (uint32_t i = 0; i < f.p->domain_count; i++)
        if (f.p->domains[i].kind == DOMAIN_LIST)
            e->sizes[i] = f.sizes[i];
    for (uint32_t i = 0; i < f.p->fact_count; i++) {
        const uint32_t reg = f.p->facts[i].reg;
        for (uint32_t k = 0; k < MAX_RECORDS; k++)
            if (f.w[reg][k])
                f.w[reg][k] = why_fact(e, i, k);
        e->columns[reg] = (struct column){ f.v[reg], f.w[reg], e->sizes[f.p->facts[i].domain], 0 };
    }
    e->pinned.whys = e->why_count;
}

edict_status again(void) { return eval_run(&f.e, f.p->code_size); }

edict_status run(void)
{
    size_t size;
    unsigned char *image = builder_image(&f.b, &size);
    assert_int_equal(edict_program_load(image, size, &f.p, &f.error), EDICT_OK);
    free(image);
    assert_true(edict_program_intact(f.p));
    f.e.program = f.p;
    f.e.error = &f.error;
    assert_int_equal(eval_new(&f.e), EDICT_OK);
    bind_facts();
    return again();
}

int setup(void **state)
{
    (void)state;
    memset(&f, 0, sizeof f);
    builder_start(&f.b);
    f.list = builder_domain(&f.b, DOMAIN_LIST, NONE, NONE);
    f.sizes[f.list] = 3;
    f.v[0][0] = 20000;
    f.yes = builder_const(&f.b, TYPE_BOOL, 1);
    f.no = builder_const(&f.b, TYPE_BOOL, 0);
    f.one = builder_const(&f.b, TYPE_COUNT, 1);
    f.two = builder_const(&f.b, TYPE_COUNT, 2);
    f.unknown = builder_absent(&f.b, TYPE_COUNT);
    for (int i = 0; i < 12; i++)
        builder_row(&f.b);
    return 0;
}

int teardown(void **state)
{
    (void)state;
    eval_free(&f.e);
    edict_program_free(f.p);
    f.p = NULL;
    return 0;
}

uint32_t fact(enum value_type type, int64_t a, int64_t b, int64_t c)
{
    const uint32_t reg = builder_fact(&f.b, f.list, type);
    f.v[reg][0] = a;
    f.v[reg][1] = b;
    f.v[reg][2] = c;
    return reg;
}

void miss(uint32_t reg, uint32_t i)
{
    f.v[reg][i] = 0;
    f.w[reg][i] = 1;
}

uint32_t reg(enum value_type type) { return builder_reg(&f.b, f.list, type); }

uint32_t root(enum value_type type) { return builder_reg(&f.b, 0, type); }

void group_op(uint32_t key, uint32_t mode, uint32_t start, uint32_t stop)
{
    f.groups = builder_domain(&f.b, DOMAIN_GROUP, f.list, NONE);
    f.exists = builder_reg(&f.b, f.groups, TYPE_BOOL);
    f.link_to = builder_link(&f.b, f.list, f.groups);
    f.b.domains[f.groups].link = f.link_to;
    OP(&f.b, GROUP, f.groups, f.list, f.exists, f.link_to, NONE, 1, key, 0, 1, 1, 1, 0, mode, 1, key, start, stop);
}

void emit_op(uint32_t when, uint32_t code, uint32_t units, uint32_t quantity, uint32_t times, uint32_t modifier)
{
    const uint32_t from = builder_const(&f.b, TYPE_MINUTES, 16), every = builder_const(&f.b, TYPE_MINUTES, 60);
    f.charges = builder_domain(&f.b, DOMAIN_CHARGES, NONE, NONE);
    OP(&f.b, EMIT, 0, f.charges, f.list, NONE, HIT_EVERY, 1, when, 0, 1, 7, 1, 1, CELL_EQ, f.yes, NONE, code, units, 1,
        modifier, quantity, 1, from, 1, every, f.one, NONE, times, 0);
    const uint32_t c = f.charges, date = builder_reg(&f.b, c, TYPE_DATE), mods = builder_reg(&f.b, c, TYPE_CODES);
    f.charge_code = builder_reg(&f.b, c, TYPE_CODE);
    f.charge_units = builder_reg(&f.b, c, TYPE_COUNT);
    OP(&f.b, CLOSE, c, f.charge_code, f.charge_units, date, mods, 1, f.list, builder_link(&f.b, c, f.list));
}

void merge_op(uint32_t criterion)
{
    const uint32_t m = f.final = builder_domain(&f.b, DOMAIN_FINAL, f.charges, NONE);
    f.final_units = builder_reg(&f.b, m, TYPE_COUNT);
    OP(&f.b, MERGE, m, f.charges, builder_reg(&f.b, m, TYPE_CODE), f.final_units, builder_reg(&f.b, m, TYPE_DATE),
        builder_reg(&f.b, m, TYPE_CODES), builder_link(&f.b, m, f.charges), 1, CRITERION_LEAST, criterion, 0);
}

/* The instructions on cells and the folds that build_all has no use for. */
static void rest_ops(uint32_t a, uint32_t b, uint32_t code, uint32_t span, uint32_t level, uint32_t start)
{
    const struct image_range range = { (uint64_t)code_of("B"), (uint64_t)code_of("B"), 0, INT32_MAX };
    const int64_t cells[] = { code_of("A"), 0, INT32_MAX, 1 };
    const uint32_t set = builder_set(&f.b, &range, 1), relation = builder_relation(&f.b, 1, 1, cells, 1),
                   codes = fact(TYPE_CODES, 0, 0, 0), day = reg(TYPE_DATE), self = builder_link(&f.b, f.list, f.list),
                   shared = reg(TYPE_TIMES), least = builder_const(&f.b, TYPE_MINUTES, 5),
                   members = builder_reg(&f.b, f.groups, TYPE_COUNT);
    OP(&f.b, NOT, reg(TYPE_BOOL), b);
    OP(&f.b, LT, reg(TYPE_BOOL), a, f.one);
    OP(&f.b, LE, reg(TYPE_BOOL), f.one, a);
    OP(&f.b, AND, reg(TYPE_BOOL), b, f.yes);
    OP(&f.b, OR, reg(TYPE_BOOL), b, f.no);
    OP(&f.b, ADD, reg(TYPE_COUNT), a, f.two);
    OP(&f.b, SUB, reg(TYPE_COUNT), a, f.two);
    OP(&f.b, MUL, reg(TYPE_COUNT), a, f.two, 0);
    OP(&f.b, DIV, reg(TYPE_COUNT), a, f.two, 2);
    OP(&f.b, SCALE, reg(TYPE_DECIMAL), a);
    OP(&f.b, DOC, reg(TYPE_BOOL), a);
    OP(&f.b, DOCOR, reg(TYPE_COUNT), a, f.one);
    OP(&f.b, IF, reg(TYPE_COUNT), b, a, f.two);
    OP(&f.b, ANYIN, reg(TYPE_BOOL), codes, set, 0);
    OP(&f.b, HAS, reg(TYPE_BOOL), codes, code);
    OP(&f.b, LISTS, reg(TYPE_BOOL), relation, 1, code, 0);
    OP(&f.b, OUTSIDE, reg(TYPE_TIMES), span, span);
    OP(&f.b, SHARED, shared, span, span);
    OP(&f.b, RUNS, reg(TYPE_TIMES), shared, least);
    OP(&f.b, DATEOF, day, start);
    OP(&f.b, WEEKOF, reg(TYPE_DATE), day);
    OP(&f.b, YEARS, reg(TYPE_YEARS), 0, day);
    OP(&f.b, HOLDIF, reg(TYPE_COUNT), a, 1, 1, b);
    OP(&f.b, INDEX, self);
    OP(&f.b, ORDER2, reg(TYPE_BOOL), self, self, a, a);
    OP(&f.b, COUNT, members, f.link_to, b);
    OP(&f.b, SUM, builder_reg(&f.b, f.groups, TYPE_COUNT), f.link_to, NONE, a);
    OP(&f.b, MIN, builder_reg(&f.b, f.groups, TYPE_COUNT), f.link_to, NONE, a);
    OP(&f.b, MAX, builder_reg(&f.b, f.groups, TYPE_COUNT), f.link_to, b, a);
    OP(&f.b, FIRST, builder_reg(&f.b, f.groups, TYPE_LEVEL), f.link_to, NONE, level);
}

void build_all(void)
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
    OP(&f.b, CROSS, pairs, px, py, 0, 0, NONE, NONE, 0);
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
    rest_ops(a, b, code, span, level, start);
    f.b.header.answers_register = f.yes;
}
