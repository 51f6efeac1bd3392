/* Which rows of a table can match a value: for each column whose tests have fixed operands a small memory from value
 * to the set of rows that the value does not rule out. Only those rows are then tested (match_row). */
#include "vm/eval.h"

#include <stdlib.h>
#include <string.h>

enum { MEMORY_BYTES = 1 << 16, MEMORY_MOST = 256, MEMORY_LEAST = 16 };

struct row_memory {
    int64_t value;
    uint64_t dated; /* the date * 2 + 1; 0: nothing here yet */
};
struct row_column {
    int fixed, coded, dated;    /* every operand is a constant; there are code sets; one depends on the date */
    uint32_t shift;             /* of the hash: 64 - log2 of the entries */
    struct row_memory *entries; /* NULL: not fixed */
    uint64_t *sets;             /* rows of each entry; behind them: rows for what is not documented */
    struct code_classes *classes; /* NULL: each value is tested */
};

/* The codes between two constants of a column, of one length, are alike for all of its tests: a class. */
enum { LENGTHS = 9, BOUNDS_MOST = 512 };
struct code_classes {
    uint32_t count; /* of bounds */
    int64_t *bounds; /* sorted; each begins a class */
    uint64_t *rows;  /* of class k and length n: number k * LENGTHS + n */
    unsigned char *known;
};
struct row_plan {
    uint32_t count, words, columns;
    const uint32_t **cells; /* of each row: count of the columns */
    struct row_column *column;
    uint32_t *fixed, fixed_count; /* the columns that are */
    uint64_t tested;              /* the first 64 columns that a row tests */
    uint64_t *alive;              /* of the record at hand, where there are several words */
};

static int operand_fixed(const struct edict_evaluator *e, uint32_t reg)
{
    const struct column *c = &e->columns[reg];
    return c->n == 1 && e->fixed[reg] && !c->w;
}

static int cell_fixed(const struct edict_evaluator *e, const uint32_t *test)
{
    switch (test[0] & ~(uint32_t)CELL_NEGATED) {
    case CELL_IN:
    case CELL_UNDOC:
    case CELL_DOC: return 1;
    case CELL_RANGE:
    case CELL_CODES: return operand_fixed(e, test[1]) && operand_fixed(e, test[2]);
    default: return operand_fixed(e, test[1]);
    }
}

static int bound_order(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void bound_add(struct code_classes *c, uint64_t bound)
{
    if (bound <= INT64_MAX && c->count < BOUNDS_MOST)
        c->bounds[c->count++] = (int64_t)bound;
}

/* Where what a test says of codes may change. */
static void bounds_add(const struct edict_evaluator *e, struct code_classes *c, const uint32_t *test)
{
    const struct edict_program *p = e->program;
    const uint32_t is = test[0] & ~(uint32_t)CELL_NEGATED;
    if (is == CELL_UNDOC || is == CELL_DOC)
        return;
    if (is != CELL_IN) {
        const uint64_t x = (uint64_t)e->columns[test[1]].v[0];
        const uint64_t y = is == CELL_RANGE || is == CELL_CODES ? (uint64_t)e->columns[test[2]].v[0] : x;
        bound_add(c, x);
        bound_add(c, x + 1);
        bound_add(c, y + 1);
        return;
    }
    const struct image_set *s = &p->sets[test[1]];
    for (uint32_t k = 0; k < s->count; k++) {
        bound_add(c, p->ranges[s->at + k].lo);
        bound_add(c, p->ranges[s->at + k].hi + 1);
    }
}

/* The alternatives of one column of a row: how many, and the first. */
static const uint32_t *row_cell(const uint32_t *cells, uint32_t column, uint32_t *count)
{
    const uint32_t *at = cells + 1;
    for (; column; column--)
        at += 1 + (size_t)*at * 3;
    *count = *at;
    return at + 1;
}

static void classes_free(struct code_classes *c)
{
    if (!c)
        return;
    free(c->bounds);
    free(c->rows);
    free(c->known);
    free(c);
}

/* None where there would be too many. 0: no memory. */
static int classes_new(struct edict_evaluator *e, struct row_plan *p, uint32_t column)
{
    struct code_classes *c = p->column[column].classes = calloc(1, sizeof *c);
    if (!c || !(c->bounds = calloc(BOUNDS_MOST, sizeof *c->bounds)))
        return 0;
    for (uint32_t r = 0; r < p->count; r++) {
        uint32_t count;
        const uint32_t *test = row_cell(p->cells[r], column, &count);
        for (uint32_t k = 0; k < count; k++, test += 3)
            bounds_add(e, c, test);
    }
    if (c->count == BOUNDS_MOST) {
        classes_free(c);
        p->column[column].classes = NULL;
        return 1;
    }
    qsort(c->bounds, c->count, sizeof *c->bounds, bound_order);
    c->rows = calloc(((size_t)c->count + 1) * LENGTHS, sizeof *c->rows);
    c->known = calloc(((size_t)c->count + 1) * LENGTHS, 1);
    return c->rows && c->known;
}

/* The class of a code, by the bounds that are not above it, and its length. */
static size_t class_of(const struct code_classes *c, int64_t code)
{
    uint32_t from = 0;
    for (uint32_t left = c->count; left;) {
        const uint32_t half = (left + 1) / 2;
        from += c->bounds[from + half - 1] <= code ? half : 0;
        left -= half;
    }
    return (size_t)from * LENGTHS + (code ? 8u - (unsigned)__builtin_ctzll((uint64_t)code) / 8 : 0);
}

static int column_new_memory(struct edict_evaluator *e, struct row_plan *p, uint32_t column)
{
    struct row_column *c = &p->column[column];
    uint32_t tests = 0;
    c->fixed = 1;
    for (uint32_t r = 0; r < p->count; r++) {
        uint32_t count;
        const uint32_t *test = row_cell(p->cells[r], column, &count);
        for (uint32_t k = 0; k < count; k++, test += 3, tests++) {
            c->fixed &= cell_fixed(e, test);
            if ((test[0] & ~(uint32_t)CELL_NEGATED) != CELL_IN)
                continue;
            c->coded = 1;
            c->dated |= e->set_dated[test[1]];
        }
    }
    c->fixed = c->fixed && tests;
    if (c->fixed && c->coded && !c->dated && p->words == 1 && !classes_new(e, p, column))
        return 0;
    p->tested |= tests && column < 64 ? (uint64_t)1 << column : 0;
    uint32_t size = MEMORY_MOST;
    while (size > MEMORY_LEAST && (size_t)size * p->words * sizeof *c->sets > MEMORY_BYTES)
        size /= 2;
    for (c->shift = 64; (uint32_t)1 << (64 - c->shift) < size;)
        c->shift--;
    if (!c->fixed)
        return 1;
    c->entries = calloc(size, sizeof *c->entries);
    c->sets = calloc(((size_t)size + 1) * p->words, sizeof *c->sets);
    if (!c->entries || !c->sets)
        return 0;
    c->entries[0].value = 1; /* so that in no empty entry stands a value that would be looked for there */
    for (uint32_t r = 0; r < p->count; r++) { /* rows that do not test the column, or ask for what is missing */
        uint32_t count;
        const uint32_t *test = row_cell(p->cells[r], column, &count);
        int fits = !count;
        for (uint32_t k = 0; k < count; k++, test += 3) {
            const uint32_t is = test[0] & ~(uint32_t)CELL_NEGATED;
            if (is == CELL_UNDOC || is == CELL_DOC)
                fits |= (is == CELL_UNDOC) != ((test[0] & CELL_NEGATED) != 0);
        }
        c->sets[(size_t)size * p->words + r / 64] |= (uint64_t)fits << r % 64;
    }
    return 1;
}

/* `at`: count of the columns; the rows end in `tail` words, or so many as `skip` finds. */
static int plan_new(struct edict_evaluator *e, struct row_plan *p, enum op op, const uint32_t *at)
{
    p->columns = *at++;
    at += (size_t)p->columns * 2;
    p->count = *at++;
    p->words = (p->count + 63) / 64;
    if (!p->count)
        return 1;
    p->cells = calloc(p->count, sizeof *p->cells);
    p->column = calloc((size_t)p->columns + 1, sizeof *p->column);
    p->alive = calloc(p->words, sizeof *p->alive);
    p->fixed = calloc((size_t)p->columns + 1, sizeof *p->fixed);
    if (!p->cells || !p->column || !p->alive || !p->fixed)
        return 0;
    for (uint32_t r = 0; r < p->count; r++) {
        p->cells[r] = at + 1;
        at = match_skip(at + 1);
        if (op == OP_CODE_TABLE) {
            at += 2;
        } else if (op == OP_CODE_GROUP) {
            at += 2 + (size_t)at[1];
        } else if (op == OP_CODE_EMIT) {
            at += 3 + (size_t)at[2];
            at += 4 + (size_t)at[1] * 2;
        }
    }
    for (uint32_t k = 0; k < p->columns; k++) {
        if (!column_new_memory(e, p, k))
            return 0;
        if (p->column[k].fixed)
            p->fixed[p->fixed_count++] = k;
    }
    return 1;
}

/* Where the columns of a matching instruction stand behind its first operand; 0: it matches no rows. */
static uint32_t columns_at(enum op op)
{
    switch (op) {
    case OP_CODE_TABLE: return 3;
    case OP_CODE_HIER: return 1;
    case OP_CODE_GROUP:
    case OP_CODE_EMIT: return 5;
    default: return 0;
    }
}

int rows_new(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    uint32_t count = 0;
    for (uint32_t at = 0; at < p->code_size; at += p->code[at] >> 8)
        count += columns_at((enum op)(p->code[at] & 0xff)) != 0;
    e->row_plans = calloc((size_t)count + 1, sizeof *e->row_plans);
    e->row_plan_at = calloc((size_t)p->code_size + 1, sizeof *e->row_plan_at);
    if (!e->row_plans || !e->row_plan_at)
        return 0;
    for (uint32_t at = 0; at < p->code_size; at += p->code[at] >> 8) {
        const enum op op = (enum op)(p->code[at] & 0xff);
        if (!columns_at(op))
            continue;
        const uint32_t *columns = p->code + at + 1 + columns_at(op);
        e->row_plan_at[columns - p->code] = ++e->row_plan_count;
        if (!plan_new(e, &e->row_plans[e->row_plan_count - 1], op, columns))
            return 0;
    }
    return 1;
}

void rows_free(struct edict_evaluator *e)
{
    for (uint32_t i = 0; i < e->row_plan_count; i++) {
        struct row_plan *p = &e->row_plans[i];
        for (uint32_t k = 0; p->column && k < p->columns; k++) {
            free(p->column[k].entries);
            free(p->column[k].sets);
            classes_free(p->column[k].classes);
        }
        free((void *)p->cells);
        free(p->column);
        free(p->fixed);
        free(p->alive);
    }
    free(e->row_plans);
    free(e->row_plan_at);
    e->row_plans = NULL;
    e->row_plan_at = NULL;
    e->row_plan_count = 0;
}

struct row_plan *rows_plan(const struct edict_evaluator *e, const uint32_t *columns)
{
    struct row_plan *p = &e->row_plans[e->row_plan_at[columns - e->program->code] - 1];
    return p->cells ? p : NULL;
}

static inline size_t value_slot(const struct row_column *c, int64_t value, int64_t date)
{
    return (size_t)((((uint64_t)value ^ (uint64_t)date << 48) * 0x9E3779B97F4A7C15u) >> c->shift);
}

/* Tests every row for a value. */
static void rows_test(struct match *m, const struct row_plan *p, uint32_t column, size_t record, uint64_t *set)
{
    memset(set, 0, p->words * sizeof *set);
    for (uint32_t r = 0; r < p->count; r++) {
        uint32_t count;
        const uint32_t *test = row_cell(p->cells[r], column, &count);
        const int fits = match_cell(m, column, test, count, record) != MATCH_NO;
        set[r / 64] |= (uint64_t)fits << r % 64;
    }
}

/* Of a value that has not been met, or not lately. */
static void value_learn(
    struct match *m, struct row_plan *p, uint32_t column, size_t slot, size_t record, int64_t value, int64_t date)
{
    struct row_column *c = &p->column[column];
    uint64_t *set = c->sets + slot * p->words;
    c->entries[slot] = (struct row_memory){ value, (uint64_t)date * 2 + 1 };
    if (!c->classes) {
        rows_test(m, p, column, record, set);
        return;
    }
    const size_t is = class_of(c->classes, value);
    if (!c->classes->known[is])
        rows_test(m, p, column, record, &c->classes->rows[is]);
    c->classes->known[is] = 1;
    *set = c->classes->rows[is];
}

/* The rows that a column's cell does not rule out; NULL: it is in doubt and rules out nothing. */
static const uint64_t *cell_rows(struct match *m, struct row_plan *p, uint32_t k, size_t record)
{
    const struct cells *cells = &m->columns[k].cells;
    const struct row_column *c = &p->column[k];
    const uint32_t w = cell_w(cells, record);
    if (w)
        return w & WHY_HELD || !m->columns[k].named ? NULL : c->sets + ((size_t)1 << (64 - c->shift)) * p->words;
    if (c->coded && cell_w(&m->date, record))
        return NULL;
    const int64_t v = cell_v(cells, record), date = c->dated ? cell_v(&m->date, record) : 0;
    const size_t slot = value_slot(c, v, date);
    if (c->entries[slot].value != v || c->entries[slot].dated != (uint64_t)date * 2 + 1)
        value_learn(m, p, k, slot, record, v, date);
    return c->sets + slot * p->words;
}

/* What one column leaves of the rows of all records: of a column that is documented everywhere, and of one that is not.
 */
static void column_rule_out(struct match *m, struct row_plan *p, uint32_t k, uint32_t records)
{
    const struct cells cells = m->columns[k].cells, date = m->date;
    const struct row_column c = p->column[k];
    uint64_t *alive = m->alive;
    if (!cells.step && !c.dated && records) { /* the same for all of them */
        const uint64_t set = *cell_rows(m, p, k, 0);
        for (uint32_t i = 0; i < records; i++)
            alive[i] &= set;
        return;
    }
    for (uint32_t i = 0; !c.dated && i < records; i++) {
        const int64_t v = cells.v[i];
        const size_t slot = value_slot(&c, v, 0);
        if (c.entries[slot].value != v && alive[i])
            value_learn(m, p, k, slot, i, v, 0);
        alive[i] &= c.sets[slot]; /* of a value that was not met: nothing is left anyhow */
    }
    for (uint32_t i = 0; c.dated && i < records; i++) {
        const int64_t v = cell_v(&cells, i), day = cell_v(&date, i);
        const size_t slot = value_slot(&c, v, day);
        if (((c.entries[slot].value ^ v) | (int64_t)(c.entries[slot].dated ^ ((uint64_t)day * 2 + 1))) && alive[i])
            value_learn(m, p, k, slot, i, v, day);
        alive[i] &= c.sets[slot];
    }
}

/* Where no date is in doubt, without a branch for cells that are not documented. */
static void column_rule_out_missing(struct match *m, struct row_plan *p, uint32_t k, uint32_t records)
{
    const struct cells cells = m->columns[k].cells, date = m->date;
    const struct row_column c = p->column[k];
    const size_t missing = (size_t)1 << (64 - c.shift);
    const uint32_t open = m->columns[k].named ? WHY_HELD : ~(uint32_t)0; /* states that rule out nothing */
    const uint64_t bit = k < 64 ? (uint64_t)1 << k : 0;
    for (uint32_t i = 0; i < records; i++) {
        const int64_t v = cell_v(&cells, i), day = c.dated ? cell_v(&date, i) : 0;
        const uint32_t w = cell_w(&cells, i);
        const uint64_t held = 0 - (uint64_t)((w & open) != 0);
        const size_t met = value_slot(&c, v, day), slot = met ^ ((met ^ missing) & (0 - (size_t)(w != 0)));
        const int64_t other = (c.entries[met].value ^ v) | (int64_t)(c.entries[met].dated ^ ((uint64_t)day * 2 + 1));
        if (other && !w && m->alive[i])
            value_learn(m, p, k, met, i, v, day);
        m->agreed[i] |= m->alive[i] ? bit & ~held : 0;
        m->alive[i] &= c.sets[slot] | held;
    }
}

static void column_rule_out_doubt(struct match *m, struct row_plan *p, uint32_t k, uint32_t records)
{
    if (!(p->column[k].coded && m->date.w)) {
        column_rule_out_missing(m, p, k, records);
        return;
    }
    for (uint32_t i = 0; i < records; i++) {
        const uint64_t *set = m->alive[i] ? cell_rows(m, p, k, i) : NULL;
        if (!set)
            continue;
        m->alive[i] &= *set;
        m->agreed[i] |= k < 64 ? (uint64_t)1 << k : 0;
    }
}

int rows_open(struct match *m)
{
    struct row_plan *p = m->plan;
    const uint32_t records = m->e->sizes[m->domain];
    if (!p || p->words != 1)
        return 1;
    m->alive = eval_alloc(m->e, records, sizeof *m->alive);
    for (uint32_t i = 0; m->alive && i < records; i++)
        m->alive[i] = ~(uint64_t)0 >> (64 - p->count);
    for (uint32_t i = 0; m->alive && i < p->fixed_count; i++) {
        const uint32_t k = p->fixed[i];
        if (!m->columns[k].cells.w && !(p->column[k].coded && m->date.w)) {
            column_rule_out(m, p, k, records);
            m->decided |= k < 64 ? (uint64_t)1 << k : 0;
            continue;
        }
        if (!m->agreed && !(m->agreed = eval_zero(m->e, records, sizeof *m->agreed)))
            return 0;
        column_rule_out_doubt(m, p, k, records);
    }
    m->everywhere = m->decided;
    m->tested = p->columns <= 64 ? p->tested : 0;
    return m->alive != NULL;
}

void rows_begin_wide(struct match *m, size_t record)
{
    struct row_plan *p = m->plan;
    m->decided = 0;
    if (!p)
        return;
    memset(p->alive, 0xff, p->words * sizeof *p->alive);
    for (uint32_t i = 0; i < p->fixed_count; i++) {
        const uint64_t *set = cell_rows(m, p, p->fixed[i], record);
        for (uint32_t word = 0; set && word < p->words; word++)
            p->alive[word] &= set[word];
        m->decided |= set && p->fixed[i] < 64 ? (uint64_t)1 << p->fixed[i] : 0;
    }
}

uint32_t rows_next_wide(const struct match *m, uint32_t from, uint32_t count)
{
    const struct row_plan *p = m->plan;
    if (!p || from >= count)
        return from;
    uint32_t word = from / 64;
    uint64_t bits = p->alive[word] & ~(uint64_t)0 << from % 64;
    while (!bits)
        if (++word == p->words)
            return count;
        else
            bits = p->alive[word];
    const uint32_t next = word * 64 + (uint32_t)__builtin_ctzll(bits);
    return next < count ? next : count;
}
