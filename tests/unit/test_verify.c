/* The verifier: what it must refuse, and that damaged images are refused or run without harm. What each of its refusals
 * says: test_refusals.c. */
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
        e.columns[fact_of->reg] =
            (struct column){ v + i * MAX_RECORDS, w + i * MAX_RECORDS, e.sizes[fact_of->domain], 0 };
    }
    e.pinned.whys = e.why_count;
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

/* The instruction that a refusal names: its address; none: the code's end. */
static uint32_t named(void)
{
    const char *at = strstr(f.error.message, " at ");
    return at ? (uint32_t)strtoul(at + 4, NULL, 10) : f.b.code_size;
}

/* Every operand becomes every register, and more: refused by its instruction or a later one, or run without harm. */
static void test_every_operand(void **state)
{
    (void)state;
    size_t size, accepted = 0, refusals = 0, kinds = 0;
    uint32_t next = 0, pc = 0;
    unsigned met[OP_CODES] = { 0 };
    build_all();
    unsigned char *image = builder_image(&f.b, &size);
    uint32_t *code = (void *)(image + f.b.header.sections[SECTION_CODE].offset);
    for (uint32_t at = 0; at < f.b.code_size; at++) {
        const uint32_t old = code[at];
        if (at == next) {
            pc = at;
            next += old >> 8;
            kinds += !met[old & 0xff]++;
            continue;
        }
        for (uint32_t n = 0; n <= f.b.register_count; n++) {
            edict_program *p;
            code[at] = n < f.b.register_count ? n : NONE;
            if (edict_program_load(image, size, &p, &f.error) == EDICT_OK) {
                accepted++;
                run_anyhow(p);
                edict_program_free(p);
            } else {
                refusals++;
                assert_int_equal(f.error.status, EDICT_IMAGE);
                assert_true(named() >= pc);
            }
        }
        code[at] = old;
    }
    assert_int_equal(kinds, OP_CODES);
    assert_true(accepted > 100 && refusals > 100);
    free(image);
}

/* ops.def: the types have the shape of the operands, each type is one that the legend names. */
static void test_types_have_the_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < OP_CODES; i++) {
        const struct op_info *op = &op_infos[i];
        assert_int_equal(strlen(op->types), strlen(op->operands));
        assert_int_equal(strspn(op->types, "bcCdtDTqSLRkxev*.()"), strlen(op->types));
        for (size_t k = 0; op->types[k]; k++) {
            const char operand = op->operands[k], type = op->types[k];
            if (strchr("()", operand) || strchr("()", type))
                assert_int_equal(operand, type);
            else
                assert_true((strchr("oilm", operand) != NULL) == (type != '.') || operand == 's');
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(verifier_refuses),
        TEST(types_have_the_shape),
        TEST(listing),
        TEST(damage),
        TEST(every_operand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
