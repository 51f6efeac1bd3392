/* Every refusal of the verifier: one small image in which everything is right and everything is there, one thing made
 * wrong at a time, and the words that say so. */
#include "tests/unit/vm_fixture.h"

enum { FAR = 9999 };

/* Adds to the image with every instruction what it has no use for: policies, citations, columns, pairs, bounds. */
static void build_more(void)
{
    struct image_builder *b = &f.b;
    const uint32_t word = fact(TYPE_WORD, 0, 0, 0), given = fact(TYPE_COUNT, 1, 1, 1), label = fact(TYPE_TEXT, 1, 1, 1),
                   rest = fact(TYPE_TEXT, 1, 1, 1), same = fact(TYPE_DATE, 0, 0, 0), many = fact(TYPE_CODES, 0, 0, 0);
    (void)many;
    struct image_fact *last = &b->facts[b->fact_count];
    b->fact_words[b->fact_word_count++] = 0;
    b->fact_words[b->fact_word_count++] = 1;
    last[-6].words = 1;
    last[-6].reg = word;
    last[-5].missing = MISSING_DEFAULT;
    last[-5].reg = given;
    last[-4].missing = MISSING_POSITION;
    last[-4].value = 1;
    last[-4].reg = label;
    last[-3].missing = MISSING_DEFAULT;
    last[-3].value = 1;
    last[-3].reg = rest;
    last[-2].missing = MISSING_SAME;
    last[-2].value = 0;
    last[-2].reg = same;
    last[-1].missing = MISSING_EMPTY;
    b->settings[b->setting_count++] = (struct image_setting){ 0, INT32_MAX, 0 };
    b->policies[b->policy_count++] = (struct image_policy){
        .name = 1, .reg = root(TYPE_WORD), .type = TYPE_WORD, .words = 1, .settings = 1, .item = 0 };
    b->policies[b->policy_count++] = (struct image_policy){
        .name = 1, .reg = root(TYPE_BOOL), .type = TYPE_BOOL, .words_at = 1, .words = 1, .settings = 1, .item = NONE };
    b->cites[b->cite_count++] = (struct image_cite){ .key = 1, .title = 1 };
    b->cite_refs[b->cite_ref_count++] = 0;
    b->items[0].cites = b->rows[1].cites = 1;
    b->bounds[b->bound_count++] = (struct image_bound){ .type = TYPE_COUNT };
    b->given[b->given_count++] = 1;
    const int64_t cells[] = { 0, 0, 7, 0, INT32_MAX, 1 };
    builder_relation(b, 3, 2, cells, 1);
    b->relations[b->relation_count - 1].codes = 2;
    b->relations[b->relation_count - 1].pairs = 1;
    b->pairs[0] = code_of("A");
    b->pairs[1] = code_of("B");
    b->relations[b->relation_count - 1].filter_words = 1;
    b->pairs[2] = -1;
    const uint32_t starts_and_row[8] = { 0, 1, 1, 0, 1, 1, 0, 0 }; /* of rows, of words; one row, the index */
    memcpy(b->pairs + 3, starts_and_row, sizeof starts_and_row);
    b->pairs_count = 11;
    b->columns[b->column_count++] = (struct image_column){ .relation = 0, .place = 1, .name = 1, .type = TYPE_COUNT };
}

static struct image_builder whole;

static int setup_whole(void **state)
{
    setup(state);
    build_all();
    build_more();
    whole = f.b;
    return 0;
}

/* The image as it is now is refused with these words; then it is whole again. */
static void refused_for(const char *words, int line)
{
    size_t size;
    unsigned char *image = builder_image(&f.b, &size);
    const edict_status status = edict_program_load(image, size, &f.p, &f.error);
    free(image);
    if (status != EDICT_IMAGE || !strstr(f.error.message, words))
        fail_msg("line %d: not \"%s\" but \"%s\"", line, words, status == EDICT_OK ? "(accepted)" : f.error.message);
    assert_string_equal(f.error.code, "damaged_image");
    assert_null(f.p);
    f.b = whole;
}

static void accepted_now(void)
{
    size_t size;
    unsigned char *image = builder_image(&f.b, &size);
    if (edict_program_load(image, size, &f.p, &f.error) != EDICT_OK)
        fail_msg("refused: %s", f.error.message);
    free(image);
    edict_program_free(f.p);
    f.p = NULL;
    f.b = whole;
}

#define REFUSED(words, ...) \
    do { \
        __VA_ARGS__; \
        refused_for("damaged: " words, __LINE__); \
    } while (0)
#define ACCEPTED(...) \
    do { \
        __VA_ARGS__; \
        accepted_now(); \
    } while (0)
#define B f.b

/* Number of the last element of a list, as a reference into the builder. */
#define LAST(list, counter) f.b.list[f.b.counter - 1]

static void test_texts(void **state)
{
    (void)state;
    ACCEPTED();
    REFUSED("string 1", B.strings[1].at = B.text_size);
    REFUSED("string 1", B.strings[1].size = B.text_size);
    REFUSED("string 1", B.strings[1].size--);
    REFUSED("string 0", B.strings[0] = B.strings[1]);
    REFUSED("string 0", B.string_count = 0);
    REFUSED("word 0", B.words[0] = FAR);
    REFUSED("word 1", B.words[B.word_count++] = B.words[0]);
    REFUSED("list 0", B.lists[0] = FAR);
    REFUSED("list 0", B.list_count = 0);
    REFUSED("table 0", B.given[0] = FAR);
    REFUSED("source 0", B.sources[0].name = FAR);
    REFUSED("source 0", B.sources[0].at = B.text_size + 1);
    REFUSED("source 0", B.sources[0].size = B.text_size);
    REFUSED("pack name", B.header.pack_name = FAR);
    REFUSED("pack name", B.header.pack_version = FAR);
    REFUSED("pack name", B.header.pack_title = FAR);
    REFUSED("pack name", B.header.pack_owner = FAR);
}

static void test_domains(void **state)
{
    (void)state;
    const uint32_t group = f.groups, pairs = group - 1, list = f.list, final = f.final;
    assert_int_equal(B.domains[pairs].kind, DOMAIN_CROSS);
    REFUSED("domain 0", B.domains[0].name = FAR);
    REFUSED("domain 0", B.domains[0].kind = DOMAIN_LIST);
    REFUSED("domain 1", B.domains[list].kind = DOMAIN_ROOT);
    REFUSED("domain 1", B.domains[list].kind = FAR);
    REFUSED("domain 1", B.domains[list].key = FAR);
    REFUSED("domain", B.domains[group].a = group);
    REFUSED("domain", B.domains[pairs].a = pairs);
    REFUSED("domain", B.domains[pairs].b = pairs);
    REFUSED("domain", B.domains[group].a = pairs);
    REFUSED("domain", B.domains[group].a = 0);
    REFUSED("domain", builder_domain(&B, DOMAIN_CROSS, pairs, list));
    REFUSED("domain", builder_domain(&B, DOMAIN_CROSS, list, pairs));
    REFUSED("domain", B.domains[final].a = list);
    REFUSED("domain", builder_domain(&B, DOMAIN_CHARGES, NONE, NONE));
    REFUSED("domain 1", B.domains[list].known = FAR);
    REFUSED("domain 1", B.domains[list].known = f.yes);
    REFUSED("domain", B.domains[group].link = FAR);
    REFUSED("domain", B.domains[group].link = f.yes);
    REFUSED("domain", B.domains[group].link = B.facts[1].reg);
    REFUSED("domain", B.domains[group].link = builder_link(&B, list, list));
    REFUSED("domain", B.domain_count = 0);
    REFUSED("domain", B.header.source_shown = FAR);
    REFUSED("domain", B.header.source_shown = 0);
    ACCEPTED(B.header.source_shown = list);
    REFUSED("register 5", B.registers[5].domain = FAR);
    REFUSED("register 5", B.registers[5].type = TYPE_COUNT_OF);
    REFUSED("register", B.registers[f.link_to].target = FAR; B.domains[group].link = f.link_to + 1;
        B.registers[f.link_to + 1] = (struct image_register){ (uint16_t)list, TYPE_LINK, 0, group });
    REFUSED("domain", B.domains[group].link = builder_link(&B, list, group));
    ACCEPTED(B.domains[list].known = B.facts[1].reg);
    REFUSED("domain 1", B.domains[list].known = reg(TYPE_COUNT));
}

static void test_consts_and_bounds(void **state)
{
    (void)state;
    REFUSED("constant 0", B.consts[0].reg = FAR);
    REFUSED("constant 0", B.consts[0].reg = B.facts[1].reg);
    REFUSED("constant 0", B.consts[0].state = 2);
    REFUSED("constant 0", B.consts[0].value = 2);
    REFUSED("constant 0", B.consts[0].value = -1);
    REFUSED("constant 0", B.consts[0].state = 1);
    REFUSED("constant", builder_const(&B, TYPE_LINK, 1));
    REFUSED("constant", builder_const(&B, TYPE_ROW, -2));
    REFUSED("constant", builder_const(&B, TYPE_ROW, FAR));
    REFUSED("constant", builder_const(&B, TYPE_WORD, -1));
    REFUSED("constant", builder_const(&B, TYPE_WORD, FAR));
    REFUSED("constant", builder_const(&B, TYPE_TEXT, -1));
    REFUSED("constant", builder_const(&B, TYPE_TEXT, FAR));
    REFUSED("constant", builder_const(&B, TYPE_CODES, 1));
    REFUSED("constant", builder_const(&B, TYPE_CODE, -1));
    REFUSED("constant", builder_const(&B, TYPE_LINK, 0); LAST(registers, register_count).target = 1);
    ACCEPTED(builder_const(&B, TYPE_LINK, 0));
    ACCEPTED(builder_const(&B, TYPE_LINK, -1));
    ACCEPTED(builder_const(&B, TYPE_ROW, -1));
    REFUSED("bound 0", B.bounds[0].type = TYPE_COUNT_OF);
    REFUSED("a register is bound twice", B.consts[1].reg = B.consts[0].reg);
    REFUSED("a register is bound twice", B.policies[1].reg = f.yes);
    REFUSED("a register is bound twice", B.facts[2].reg = B.facts[1].reg; B.facts[2].type = TYPE_COUNT;
        B.facts[2].missing = 0);
    REFUSED("a register is bound twice or not at all", B.header.date_register = FAR);
    REFUSED("a register is bound twice or not at all", B.header.date_register = f.yes);
    REFUSED("a register is bound twice or not at all", B.header.date_register = root(TYPE_DATE));
    REFUSED("a register is bound twice or not at all", B.header.date_register = B.facts[B.fact_count - 2].reg);
    REFUSED("a register is bound twice or not at all", B.facts[B.fact_count - 2].value = root(TYPE_DATE));
    REFUSED("a register is bound twice or not at all", B.policies[1].type = TYPE_DATE;
        B.registers[B.policies[1].reg].type = TYPE_DATE; B.header.date_register = B.policies[1].reg);
    REFUSED("a register is bound twice or not at all", B.policies[1].type = TYPE_DATE;
        B.registers[B.policies[1].reg].type = TYPE_DATE; B.facts[B.fact_count - 2].value = B.policies[1].reg);
}

static void test_facts(void **state)
{
    (void)state;
    const uint32_t n = f.b.fact_count, word = n - 6, number = n - 5, label = n - 4, text = n - 3, same = n - 2,
                   many = n - 1;
    struct image_fact *at = B.facts;
    REFUSED("fact 1", at[1].name = FAR);
    REFUSED("fact 1", at[1].hold = FAR);
    REFUSED("fact 1", at[1].unit = FAR);
    REFUSED("fact 1", at[1].reg = FAR);
    REFUSED("fact 1", at[1].domain = FAR);
    REFUSED("fact 1", at[1].domain = f.groups);
    REFUSED("fact 1", at[1].domain = 0);
    REFUSED("fact 1", at[1].type = TYPE_BOOL);
    REFUSED("fact", fact(TYPE_TIMES, 0, 0, 0));
    REFUSED("fact", at[word].words_at = FAR);
    REFUSED("fact", at[word].words = FAR);
    REFUSED("fact", B.fact_words[0] = FAR);
    REFUSED("fact", at[text].words = 2; B.fact_words[1] = FAR);
    REFUSED("fact", at[word].missing = MISSING_DEFAULT; at[word].value = FAR);
    REFUSED("fact", at[text].value = FAR);
    REFUSED("fact", at[number].missing = MISSING_EMPTY);
    REFUSED("fact", at[label].value = -1);
    REFUSED("fact", at[label].value = FAR);
    REFUSED("fact", at[many].missing = MISSING_POSITION);
    ACCEPTED(at[number].missing = MISSING_POSITION);
    REFUSED("fact", at[same].value = -1);
    REFUSED("fact", at[same].value = FAR);
    REFUSED("fact", at[same].value = f.yes);
    REFUSED("fact", at[same].value = at[1].reg);
    REFUSED("fact", at[same].missing = FAR);
}

static void test_policies(void **state)
{
    (void)state;
    struct image_policy *at = B.policies;
    REFUSED("policy 0", at[0].name = FAR);
    REFUSED("policy 0", at[0].type = TYPE_SET);
    REFUSED("policy 0", at[0].type = TYPE_CODES);
    REFUSED("policy 0", at[0].reg = FAR);
    REFUSED("policy 0", at[0].reg = f.yes);
    REFUSED("policy 0", at[0].reg = reg(TYPE_WORD));
    REFUSED("policy 0", at[0].words_at = FAR);
    REFUSED("policy 0", at[0].settings_at = FAR);
    REFUSED("policy 1", at[1].values_at = FAR);
    REFUSED("policy 0", at[0].item = FAR);
    REFUSED("policy 0", B.settings[0].value = FAR);
    REFUSED("policy 1", B.settings[B.setting_count++].value = 2; at[1].settings_at = 1);
    REFUSED("policy 1", B.settings[B.setting_count++].value = 2; at[1].values_at = 1);
}

static void test_tables(void **state)
{
    (void)state;
    const uint32_t pairs = B.relation_count - 1;
    struct image_relation *at = B.relations;
    REFUSED("code set 0", B.sets[0].name = FAR);
    REFUSED("code set 0", B.sets[0].at = FAR);
    REFUSED("code set 0", B.sets[0].count = FAR);
    REFUSED("code set 0", B.sets[0].item = FAR);
    ACCEPTED(B.sets[0].item = NONE);
    REFUSED("code set 0", B.ranges[0].lo = B.ranges[0].hi + 1);
    REFUSED("code set 1", B.ranges[2] = B.ranges[0]; B.ranges[2].lo--; B.range_count++; B.sets[1].count = 2);
    REFUSED("relation 0", at[0].name = FAR);
    REFUSED("relation 0", at[0].keys = at[0].columns + 1);
    REFUSED("relation 0", at[0].item = FAR);
    REFUSED("relation 0", at[0].at = FAR);
    REFUSED("relation 0", at[0].rows = FAR);
    REFUSED("relation 0", B.cells[4] = FAR);
    REFUSED("relation 2", at[pairs].columns = 1; at[pairs].keys = 1);
    REFUSED("relation 2", at[pairs].keys = 1);
    REFUSED("relation 2", at[pairs].codes = UINT16_MAX + 2u);
    REFUSED("relation 2", at[pairs].pairs_at = 4);
    REFUSED("relation 2", at[pairs].pairs_at = FAR * 8);
    REFUSED("relation 2", at[pairs].codes = 4);
    REFUSED("relation 2", at[pairs].pairs = 4);
    REFUSED("relation 2", at[pairs].pairs = FAR);
    REFUSED("relation 2", at[pairs].filter_words = 3);
    REFUSED("relation 2", at[pairs].filter_words = FAR);
    REFUSED("column 0", B.columns[0].relation = FAR);
    REFUSED("column 0", B.columns[0].place = 2);
    REFUSED("column 0", B.columns[0].name = FAR);
    REFUSED("column 0", B.columns[0].unit = FAR);
    REFUSED("column 0", B.columns[0].type = TYPE_COUNT_OF);
    const int64_t rows[] = { 2, 1, 0, 9, 1, 1, 1, 0, 9, 1 }, dates[] = { 1, 1, 5, 9, 1, 1, 1, 4, 9, 1 };
    REFUSED("relation 3", builder_relation(&B, 2, 1, rows, 2));
    REFUSED("relation 3", builder_relation(&B, 2, 1, dates, 2));
    ACCEPTED(builder_relation(&B, 2, 1, rows + 5, 1));
}

static void test_items(void **state)
{
    (void)state;
    REFUSED("item 0", B.items[0].name = FAR);
    REFUSED("item 0", B.items[0].label = FAR);
    REFUSED("item 0", B.items[0].kind = ITEM_ORDER + 1);
    REFUSED("item 0", B.items[0].source = 1);
    REFUSED("item 0", B.items[0].from = B.items[0].to + 1);
    REFUSED("item 0", B.items[0].to = FAR);
    REFUSED("item 0", B.items[0].source = NONE);
    REFUSED("item 0", B.items[0].source = NONE; B.items[0].from = 1);
    ACCEPTED(B.items[0].source = NONE; B.items[0].to = 0);
    REFUSED("item 0", B.items[0].cites_at = 2);
    REFUSED("item 0", B.items[0].cites = 2);
    REFUSED("row 1", B.rows[1].item = FAR);
    REFUSED("row 1", B.rows[1].hold = FAR);
    REFUSED("row 1", B.rows[1].source = 1);
    REFUSED("row 1", B.rows[1].cites_at = 2);
    REFUSED("citation 0", B.cites[0].key = FAR);
    REFUSED("citation 0", B.cites[0].title = FAR);
    REFUSED("citation 0", B.cites[0].section = FAR);
    REFUSED("citation 0", B.cites[0].url = FAR);
    REFUSED("citation reference 0", B.cite_refs[0] = 1);
}

/* Operand k of the first instruction of this kind. */
static uint32_t *operand(enum op op, uint32_t k)
{
    for (uint32_t at = 0; at < B.code_size; at += B.code[at] >> 8)
        if ((B.code[at] & 0xff) == (uint32_t)op)
            return B.code + at + 1 + k;
    fail_msg("no instruction %d", (int)op);
    return NULL;
}

#define WRONG(name, k, value) REFUSED("instruction " #name " at ", *operand(OP_CODE_##name, k) = (value))
/* One more instruction at the end. */
#define WRONG_NEW(name, ...) REFUSED("instruction " #name " at ", OP(&B, name, __VA_ARGS__))
#define GOOD_NEW(name, ...) ACCEPTED(OP(&B, name, __VA_ARGS__))

static void test_values_that_compare(void **state)
{
    (void)state;
    const uint32_t t = reg(TYPE_BOOL), other = builder_link(&B, f.list, f.list), codes = B.facts[B.fact_count - 1].reg,
                   x = reg(TYPE_COUNT), money = reg(TYPE_MONEY), charge = builder_reg(&B, f.charges, TYPE_BOOL);
    whole = f.b;
    WRONG_NEW(EQ, t, codes, codes);                      /* lists have no order */
    WRONG_NEW(EQ, t, f.yes, f.one);                      /* types */
    WRONG_NEW(EQ, t, f.link_to, *operand(OP_CODE_INDEX, 0)); /* links to different domains */
    WRONG_NEW(EQ, t, f.yes, charge);                     /* never written */
    WRONG_NEW(EQ, t, f.exists, f.yes);                   /* of another domain */
    GOOD_NEW(EQ, t, f.link_to, f.link_to);
    GOOD_NEW(ADD, money, f.one, f.two);                  /* quantities stand in for each other */
    GOOD_NEW(DOCOR, x, f.one, *operand(OP_CODE_LENGTH, 0));
    WRONG_NEW(DOCOR, x, f.one, f.yes);
    WRONG_NEW(MUL, x, f.one, f.two, 5);
    GOOD_NEW(MUL, money, f.one, f.two, 6);
    WRONG_NEW(DIV, x, f.one, f.two, 3);
    WRONG_NEW(ADD, x, f.one, f.yes);
    GOOD_NEW(ADD, x, 0, B.facts[4].reg);                 /* a date and a time are numbers too */
    WRONG_NEW(INDEX, f.link_to);                         /* written twice */
    WRONG_NEW(INDEX, builder_link(&B, f.list, 0));       /* not a link to its own domain */
    GOOD_NEW(INDEX, other);
    WRONG_NEW(ORDER2, t, f.link_to, *operand(OP_CODE_INDEX, 0), f.one, f.one);
    WRONG_NEW(HAS, t, codes, f.yes);
}

/* The relations of a CROSS. */
static void test_listings(void **state)
{
    (void)state;
    const uint32_t b = B.facts[2].reg, n = builder_reg(&B, f.groups, TYPE_COUNT);
    const uint32_t two = builder_domain(&B, DOMAIN_CROSS, f.list, f.list), x = builder_link(&B, two, f.list),
                   y = builder_link(&B, two, f.list), code = B.facts[3].reg, of_pairs = B.relation_count - 1;
    whole = f.b;
    GOOD_NEW(CROSS, two, x, y, 0, 0, NONE, NONE, 1, 0, 1, 1, b);
    WRONG_NEW(CROSS, two, x, y, 0, 0, NONE, NONE, 1, FAR, 1, 1, b);
    WRONG_NEW(CROSS, two, x, y, 0, 0, NONE, NONE, 1, 0, 2, 1, b, 2, b); /* it has one key */
    WRONG_NEW(CROSS, two, x, y, 0, 0, NONE, NONE, 1, 0, 1, 3, b);
    WRONG_NEW(CROSS, two, x, y, 0, 0, NONE, NONE, 1, 0, 1, 0, b);       /* of neither record */
    WRONG_NEW(CROSS, two, x, y, 0, 0, NONE, NONE, 1, 0, 1, 1, FAR);
    WRONG_NEW(CROSS, two, x, y, 0, 0, NONE, NONE, 1, 0, 1, 1, n);       /* of another domain */
    GOOD_NEW(CROSS, two, x, y, 0, 0, NONE, NONE, 1, of_pairs, 2, 1, code, 2, code);
    GOOD_NEW(CROSS, two, x, y, 0, 0, NONE, NONE, 1, of_pairs, 2, 2, code, 1, code);
    WRONG_NEW(CROSS, two, x, y, 0, 0, NONE, NONE, 1, of_pairs, 2, 1, code, 1, code);
    WRONG_NEW(CROSS, two, x, y, 0, 0, NONE, NONE, 1, of_pairs, 2, 0, code, 2, code);
    WRONG_NEW(CROSS, two, x, y, 0, 0, NONE, NONE, 1, of_pairs, 1, 1, code);
}

static void test_folds_and_domains(void **state)
{
    (void)state;
    const uint32_t n = builder_reg(&B, f.groups, TYPE_COUNT), s = builder_reg(&B, f.groups, TYPE_SET),
                   late = builder_domain(&B, DOMAIN_GROUP, f.list, NONE), b = B.facts[2].reg,
                   to_late = builder_link(&B, f.list, late), pairs = f.groups - 1;
    B.domains[late].link = to_late;
    whole = f.b;
    REFUSED("domain", (void)0);                              /* a group that nothing makes */
    WRONG_NEW(COUNT, n, FAR, b);
    WRONG_NEW(COUNT, n, b, b);
    WRONG_NEW(COUNT, builder_reg(&B, late, TYPE_COUNT), to_late, b); /* its records are not made */
    WRONG(CROSS, 0, f.list);
    WRONG(CROSS, 0, FAR);
    WRONG(CROSS, 1, f.link_to);
    WRONG(CROSS, 3, 2);
    WRONG_NEW(CROSS, pairs, 0, 0, 0, 0, NONE, NONE, 0);      /* made twice */
    WRONG(GROUP, 0, FAR);
    WRONG(GROUP, 0, f.list);
    WRONG(GROUP, 1, 0);
    WRONG(GROUP, 12, KEY_UNBROKEN + 1);
    REFUSED("instruction GROUP", *operand(OP_CODE_GROUP, 12) = KEY_UNBROKEN; *operand(OP_CODE_GROUP, 15) = NONE);
    REFUSED("instruction GROUP", *operand(OP_CODE_GROUP, 12) = KEY_UNBROKEN; *operand(OP_CODE_GROUP, 16) = NONE);
    WRONG(CLOSE, 0, f.list);
    WRONG(CLOSE, 0, FAR);
    WRONG(CLOSE, 6, 0);                                      /* the link names other records */
    WRONG(EMIT, 0, FAR);
    WRONG(EMIT, 1, f.list);
    WRONG(EMIT, 2, FAR);
    WRONG(EMIT, 2, pairs);
    WRONG(EMIT, 2, f.charges);
    WRONG(EMIT, 4, HIT_ONE);
    WRONG(EFFECT, 1, EFFECT_WITHDRAW + 1);
    WRONG(EFFECT, 3, f.yes);
    REFUSED("instruction EFFECT", *operand(OP_CODE_EFFECT, 1) = EFFECT_WITHDRAW; *operand(OP_CODE_EFFECT, 3) = FAR);
    ACCEPTED(*operand(OP_CODE_EFFECT, 1) = EFFECT_WITHDRAW; *operand(OP_CODE_EFFECT, 3) = NONE; B.domain_count--;
        B.registers[to_late].target = 0);
    WRONG(CAP, 1, FAR);
    WRONG(MERGE, 0, f.list);
    WRONG(MERGE, 1, f.list);
    WRONG(MERGE, 8, CRITERION_LEAST + 1);
    WRONG_NEW(EFFECT, 8, EFFECT_WITHDRAW, f.yes, NONE);      /* the charges are final */
    WRONG_NEW(CAP, 9, f.yes, f.two, f.charge_code);
    WRONG_NEW(MERGE, f.final, f.charges, 0, 0, 0, 0, 0, 0);
    WRONG_NEW(EMIT, 0, f.charges, f.list, NONE, HIT_EVERY, 0, 0, NONE, NONE, 0); /* they are closed */
    WRONG_NEW(SETOF, s, f.link_to, NONE, 1, FAR);
    WRONG_NEW(BEST, n, f.link_to, NONE, b, b);
}

static void test_tables_and_findings(void **state)
{
    (void)state;
    const uint32_t t = reg(TYPE_COUNT), row = reg(TYPE_ROW), a = B.facts[1].reg, code = B.facts[3].reg,
                   yes = reg(TYPE_BOOL), x = builder_const(&B, TYPE_CODE, 0);
    whole = f.b;
#define TABLE_OF(hit, column, test, p, q, kind, result) \
    t, row, hit, 1, column, 0, 1, 1, 1, 1, test, p, q, kind, result
    GOOD_NEW(TABLE, TABLE_OF(HIT_ONE, a, CELL_RANGE, f.one, f.two, RESULT_NONE, 0));
    GOOD_NEW(TABLE, TABLE_OF(HIT_FIRST, a, CELL_EQ | CELL_NEGATED, f.one, NONE, RESULT_REGISTER, a));
    WRONG_NEW(TABLE, TABLE_OF(HIT_EVERY, a, CELL_EQ, f.one, NONE, RESULT_REGISTER, a));
    WRONG_NEW(TABLE, TABLE_OF(HIT_FIRST, a, CELL_DOC + 1, f.one, NONE, RESULT_REGISTER, a));
    WRONG_NEW(TABLE, TABLE_OF(HIT_FIRST, a, CELL_EQ, f.yes, NONE, RESULT_REGISTER, a));
    WRONG_NEW(TABLE, TABLE_OF(HIT_FIRST, a, CELL_EQ, FAR, NONE, RESULT_REGISTER, a));
    WRONG_NEW(TABLE, TABLE_OF(HIT_FIRST, a, CELL_RANGE, f.one, f.yes, RESULT_REGISTER, a));
    WRONG_NEW(TABLE, TABLE_OF(HIT_FIRST, a, CELL_CODES, f.one, f.two, RESULT_REGISTER, a));
    WRONG_NEW(TABLE, TABLE_OF(HIT_FIRST, code, CELL_CODES, x, f.one, RESULT_REGISTER, a));
    WRONG_NEW(TABLE, TABLE_OF(HIT_FIRST, a, CELL_IN, 0, NONE, RESULT_REGISTER, a));
    WRONG_NEW(TABLE, TABLE_OF(HIT_FIRST, code, CELL_IN, FAR, NONE, RESULT_REGISTER, a));
    WRONG_NEW(TABLE, TABLE_OF(HIT_FIRST, a, CELL_EQ, f.one, NONE, RESULT_NONE + 1, a));
    WRONG_NEW(TABLE, TABLE_OF(HIT_FIRST, a, CELL_EQ, f.one, NONE, RESULT_REGISTER, f.yes));
    WRONG_NEW(TABLE, TABLE_OF(HIT_FIRST, FAR, CELL_EQ, f.one, NONE, RESULT_REGISTER, a));
    WRONG_NEW(TABLE, t, row, HIT_FIRST, 1, a, 0, 1, 1, 0, RESULT_REGISTER, a); /* cells and columns */
    WRONG_NEW(TABLE, t, row, HIT_FIRST, 1, a, 0, 1, FAR, 1, 0, RESULT_NONE, 0);
    WRONG_NEW(LOOKUP, t, 0, 2, 1, a, 0);                     /* no such column */
    WRONG_NEW(LOOKUP, t, 0, 1, 2, a, a, 0);                  /* keys */
    WRONG_NEW(LOOKUP, yes, 0, 1, 1, a, 0);                   /* the values are no yes or no */
    WRONG_NEW(LOOKUP, reg(TYPE_CODES), 0, 1, 1, a, 0);
    WRONG_NEW(LOOKUP, t, 2, 1, 2, code, code, 0);            /* a code of the pairs */
    GOOD_NEW(LOOKUP, t, 2, 2, 2, code, code, 0);
    WRONG_NEW(LISTS, yes, 2, 1, code, 0);
#define FIND_OF(kind, change, to) 3, kind, f.yes, NONE, 1, 0, change, to
    GOOD_NEW(FIND, FIND_OF(FIND_NOTE, CHANGE_NOTHING, NONE));
    GOOD_NEW(FIND, FIND_OF(FIND_NOTE, CHANGE_CODE, x));
    GOOD_NEW(FIND, FIND_OF(FIND_NOTE, CHANGE_MODIFIERS, x));
    WRONG_NEW(FIND, FIND_OF(FIND_NOTE + 1, CHANGE_NOTHING, NONE));
    WRONG_NEW(FIND, FIND_OF(FIND_NOTE, CHANGE_MODIFIERS + 1, NONE));
    WRONG_NEW(FIND, FIND_OF(FIND_NOTE, CHANGE_UNITS, x));
    WRONG_NEW(FIND, FIND_OF(FIND_NOTE, CHANGE_UNITS, NONE));
    WRONG_NEW(FIND, FIND_OF(FIND_NOTE, CHANGE_CODE, f.one));
    WRONG_NEW(FIND, FIND_OF(FIND_NOTE, CHANGE_MODIFIERS, f.one));
    WRONG_NEW(FIND, 3, FIND_NOTE, f.one, NONE, 1, 0, CHANGE_NOTHING, NONE);
    WRONG_NEW(FIND, 3, FIND_NOTE, f.yes, f.one, 1, 0, CHANGE_NOTHING, NONE);
#define CHOOSE_BY(kind, p, q, n) yes, row, NONE, NONE, 0, 1, 4, NONE, 1, kind, p, q, n
    GOOD_NEW(CHOOSE, CHOOSE_BY(CRITERION_GREATEST, a, NONE, 0));
    GOOD_NEW(CHOOSE, CHOOSE_BY(CRITERION_WHERE, f.yes, f.yes, 0));
    GOOD_NEW(CHOOSE, CHOOSE_BY(CRITERION_HOLD, NONE, NONE, 1));
    WRONG_NEW(CHOOSE, CHOOSE_BY(CRITERION_HOLD, NONE, NONE, FAR));
    WRONG_NEW(CHOOSE, CHOOSE_BY(CRITERION_HOLD + 1, a, NONE, 0));
    WRONG_NEW(CHOOSE, CHOOSE_BY(CRITERION_LEVEL, a, NONE, 0));
    WRONG_NEW(CHOOSE, CHOOSE_BY(CRITERION_LEAST, FAR, NONE, 0));
    WRONG_NEW(CHOOSE, CHOOSE_BY(CRITERION_WHERE, a, NONE, 0));
    WRONG_NEW(CHOOSE, CHOOSE_BY(CRITERION_WHERE, f.yes, FAR, 0));
    WRONG_NEW(CHOOSE, CHOOSE_BY(CRITERION_SPACED, f.yes, a, 0));
    WRONG_NEW(CHOOSE, CHOOSE_BY(CRITERION_SPACED, a, a, 0)); /* the distance is of the encounter */
    WRONG_NEW(CHOOSE, CHOOSE_BY(CRITERION_SPACED, f.one, FAR, 0));
    WRONG_NEW(CHOOSE, yes, row, NONE, NONE, 0, 1, 4, a, 0);
    WRONG_NEW(CHOOSE, yes, row, NONE, NONE, 0, 1, 4, f.one, 0);
    WRONG_NEW(CHOOSE, yes, row, f.one, NONE, 0, 0);
    REFUSED("answers register", B.header.answers_register = FAR);
    REFUSED("answers register", B.header.answers_register = f.one);
    REFUSED("answers register", B.header.answers_register = B.facts[2].reg);
    REFUSED("answers register", B.header.answers_at = 1);
    ACCEPTED(B.header.answers_at = B.code_size);
    REFUSED("instruction ? at 0", B.code[0] |= 0xff);
    REFUSED("instruction EQ at 0", B.code[0] &= 0xff);
    REFUSED("instruction EQ at 0", B.code[0] |= 0xfffff00);
}

#define WHOLE(name) cmocka_unit_test_setup_teardown(test_##name, setup_whole, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        WHOLE(texts), WHOLE(domains), WHOLE(consts_and_bounds), WHOLE(facts), WHOLE(policies), WHOLE(tables),
        WHOLE(items), WHOLE(values_that_compare), WHOLE(folds_and_domains), WHOLE(listings), WHOLE(tables_and_findings),
    };
    return cmocka_run_group_tests_name("refusals", tests, NULL, NULL);
}
