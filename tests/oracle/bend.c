/* Faults that a compiler could have, put into an image on purpose: each makes one kind of operand or table wrong, in
 * every pack. The campaign must notice all of them; only this program can make them. */
#include "tests/oracle/bend.h"

#include "vm/program.h"

#include <string.h>

struct image {
    unsigned char *bytes;
    size_t size;
    const struct bend *bend;
    enum op op;
    int changed;
};

static void *section(struct image *m, enum image_section which, size_t each, uint64_t *count)
{
    struct image_header h;
    memcpy(&h, m->bytes, sizeof h);
    *count = h.sections[which].size / each;
    return m->bytes + h.sections[which].offset;
}

/* ---- operands */

struct bend {
    const char *what;
    void (*operand)(struct image *m, const struct operand *o, uint32_t *word); /* at each operand, or NULL */
    void (*whole)(struct image *m);                                            /* once an image, or NULL */
    enum op from, to;                                                          /* one instruction for another one */
};

static void set(struct image *m, uint32_t *word, uint32_t to)
{
    m->changed |= *word != to;
    *word = to;
}

static void test_change(struct image *m, const struct operand *o, uint32_t *word, enum cell_test a, enum cell_test b)
{
    if (o->letter == 'A' && (*word & ~(uint32_t)CELL_NEGATED) == a) set(m, word, b | (*word & CELL_NEGATED));
}
static void lower_bound(struct image *m, const struct operand *o, uint32_t *w)
{
    test_change(m, o, w, CELL_GE, CELL_GT);
}
static void upper_bound(struct image *m, const struct operand *o, uint32_t *w)
{
    test_change(m, o, w, CELL_LE, CELL_LT);
}
static void missing(struct image *m, const struct operand *o, uint32_t *w)
{
    test_change(m, o, w, CELL_UNDOC, CELL_DOC);
}
static void code_range(struct image *m, const struct operand *o, uint32_t *w)
{
    test_change(m, o, w, CELL_CODES, CELL_RANGE);
}
static void negation(struct image *m, const struct operand *o, uint32_t *w)
{
    if (o->letter == 'A' && *w & CELL_NEGATED) set(m, w, *w & ~(uint32_t)CELL_NEGATED);
}
static void named(struct image *m, const struct operand *o, uint32_t *w) /* a column that names `?` */
{
    if ((m->op == OP_CODE_TABLE || m->op == OP_CODE_HIER) && o->letter == 'n' && o->depth == 1 && *w == 1 &&
        o->place < 8)
        set(m, w, 0);
}
static void hit_policy(struct image *m, const struct operand *o, uint32_t *w)
{
    if (m->op == OP_CODE_TABLE && o->letter == 'n' && o->depth == 0 && *w == HIT_FIRST) set(m, w, HIT_ONE);
    if (m->op == OP_CODE_EMIT && o->letter == 'n' && o->place == 4 && *w == HIT_FIRST) set(m, w, HIT_EVERY);
}
static void rounding(struct image *m, const struct operand *o, uint32_t *w)
{
    if (m->op == OP_CODE_DIV && o->letter == 'n') set(m, w, *w == 0 ? 1 : 0);
}
static void swap_extreme(struct image *m, uint32_t *w)
{
    if (*w == CRITERION_GREATEST) set(m, w, CRITERION_LEAST);
    else if (*w == CRITERION_LEAST) set(m, w, CRITERION_GREATEST);
}
static void choice(struct image *m, const struct operand *o, uint32_t *w)
{
    if (m->op == OP_CODE_CHOOSE && o->place == 11) swap_extreme(m, w);
}
static void charge_order(struct image *m, const struct operand *o, uint32_t *w)
{
    if (m->op == OP_CODE_MERGE && o->place == 8) swap_extreme(m, w);
}
static void key_mode_of(struct image *m, const struct operand *o, uint32_t *w)
{
    if (m->op == OP_CODE_GROUP && o->place == 16 && *w == KEY_UNBROKEN) set(m, w, KEY_TOGETHER);
}
static void because(struct image *m, const struct operand *o, uint32_t *w)
{
    if (m->op == OP_CODE_EMIT && o->place == 32) set(m, w, *w & 0xff);
}
/* ---- whole instructions */

static void order_keys(struct image *m, const struct operand *o, uint32_t *w)
{
    if (m->op == OP_CODE_ORDER2 && o->place == 3) { /* the two keys changed round */
        uint32_t x = w[0];
        set(m, &w[0], w[1]);
        w[1] = x;
    }
}
static void if_sides(struct image *m, const struct operand *o, uint32_t *w)
{
    if (m->op == OP_CODE_IF && o->place == 2) {
        uint32_t x = w[0];
        set(m, &w[0], w[1]);
        w[1] = x;
    }
}
static void stride(struct image *m, const struct operand *o, uint32_t *w)
{
    if (m->op == OP_CODE_STEP && o->letter == 'm') set(m, w, NONE);
}
static void minutes_earned(struct image *m, const struct operand *o, uint32_t *w)
{
    if (m->op == OP_CODE_EMIT && o->place == 30) set(m, w, NONE);
}

/* ---- tables of the image */

static void constants(struct image *m)
{
    uint64_t n, registers;
    struct image_const *c = section(m, SECTION_CONSTS, sizeof *c, &n);
    const struct image_register *r = section(m, SECTION_REGISTERS, sizeof *r, &registers);
    for (uint64_t i = 0; i < n; i++)
        if (r[c[i].reg].type == TYPE_COUNT && c[i].value > 1) {
            c[i].value++;
            m->changed = 1;
        }
}

static void list_dates(struct image *m)
{
    uint64_t n;
    struct image_range *r = section(m, SECTION_SET_RANGES, sizeof *r, &n);
    for (uint64_t i = 0; i < n; i++)
        if (r[i].until != INT32_MAX) {
            r[i].until += 31;
            m->changed = 1;
        }
}

static void sources(struct image *m)
{
    uint64_t n, cites;
    uint32_t *refs = section(m, SECTION_CITE_REFS, sizeof *refs, &n);
    section(m, SECTION_CITES, sizeof(struct image_cite), &cites);
    for (uint64_t i = 0; i < n; i++) set(m, &refs[i], (uint32_t)((refs[i] + 1) % cites));
}

static void row_numbers(struct image *m)
{
    uint64_t n;
    struct image_row *r = section(m, SECTION_ROWS, sizeof *r, &n);
    for (uint64_t i = 0; i < n; i++)
        if (r[i].number > 1) set(m, &r[i].number, r[i].number - 1);
}

static void policies(struct image *m)
{
    uint64_t n, count;
    struct image_policy *p = section(m, SECTION_POLICIES, sizeof *p, &n);
    struct image_setting *s = section(m, SECTION_SETTINGS, sizeof *s, &count);
    for (uint64_t i = 0; i < n; i++)
        if (p[i].settings && p[i].words > 1) {
            s[p[i].settings_at].value = s[p[i].values_at].value;
            m->changed = 1;
        }
}

static void defaults(struct image *m)
{
    uint64_t n;
    struct image_fact *f = section(m, SECTION_FACTS, sizeof *f, &n);
    for (uint64_t i = 0; i < n; i++)
        if (f[i].missing == MISSING_DEFAULT && f[i].type == TYPE_COUNT) {
            f[i].value++;
            m->changed = 1;
        }
}

static const struct bend bends[] = {
    {.what = "a lower bound in a cell is exclusive", .operand = lower_bound},
    {.what = "an upper bound in a cell is exclusive", .operand = upper_bound},
    {.what = "`?` asks whether it is documented", .operand = missing},
    {.what = "a range of codes takes codes of any length", .operand = code_range},
    {.what = "`not` in a cell is lost", .operand = negation},
    {.what = "that a column names `?` is lost", .operand = named},
    {.what = "the first row becomes the only row, and every row", .operand = hit_policy},
    {.what = "quotients are rounded another way", .operand = rounding},
    {.what = "greatest and least are exchanged in choices", .operand = choice},
    {.what = "greatest and least are exchanged in the order of charges", .operand = charge_order},
    {.what = "unbroken runs are only together", .operand = key_mode_of},
    {.what = "reasons of one row are told of all", .operand = because},
    {.what = "the keys of a pair are exchanged", .operand = order_keys},
    {.what = "the sides of an `if` are exchanged", .operand = if_sides},
    {.what = "a threshold ends with its last row", .operand = stride},
    {.what = "units are not dated when earned", .operand = minutes_earned},
    {.what = "`up to` is `below`", .from = OP_CODE_LE, .to = OP_CODE_LT},
    {.what = "`and` is `or`", .from = OP_CODE_AND, .to = OP_CODE_OR},
    {.what = "the earliest is the latest", .from = OP_CODE_MIN, .to = OP_CODE_MAX},
    {.what = "`outside` is `shared with`", .from = OP_CODE_OUTSIDE, .to = OP_CODE_SHARED},
    {.what = "a sum is a difference", .from = OP_CODE_ADD, .to = OP_CODE_SUB},
    {.what = "counts are one more", .whole = constants},
    {.what = "codes stay on their list a month longer", .whole = list_dates},
    {.what = "another source is cited", .whole = sources},
    {.what = "rows are numbered otherwise", .whole = row_numbers},
    {.what = "a policy holds its first value", .whole = policies},
    {.what = "a default is one more", .whole = defaults},
};

unsigned bend_count(void) { return sizeof bends / sizeof *bends; }
const char *bend_what(unsigned number) { return bends[number].what; }

static int operand_bend(void *context, const struct operand *o)
{
    struct image *m = context;
    m->bend->operand(m, o, (uint32_t *)(uintptr_t)o->word);
    return 1;
}

int bend_image(void *bytes, size_t size, unsigned number)
{
    struct image m = {.bytes = bytes, .size = size, .bend = &bends[number]};
    uint64_t words;
    uint32_t *code = section(&m, SECTION_CODE, sizeof *code, &words);
    if (m.bend->whole) m.bend->whole(&m);
    for (uint64_t at = 0; at < words && !m.bend->whole; at += code[at] >> 8) {
        m.op = (enum op)(code[at] & 0xff);
        if (m.bend->operand)
            layout_walk(op_infos[m.op].operands, code + at + 1, code + at + (code[at] >> 8), operand_bend, &m);
        else if (m.op == m.bend->from) set(&m, &code[at], (code[at] & ~(uint32_t)0xff) | m.bend->to);
    }
    return m.changed;
}
