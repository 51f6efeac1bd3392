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
        e->columns[reg] = (struct column){ f.v[reg], f.w[reg], e->sizes[f.p->facts[i].domain] };
    }
    e->pinned_base = e->why_count;
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
