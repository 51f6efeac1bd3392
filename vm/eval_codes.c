/* Large relations of two codes (code_pairs.h): each code is looked up once a record; two bits tell of a pair of records
 * whether there may be rows, and only then they are looked for, about where the second code's mark says. What is found
 * serves every question of the same two columns. */
#include "vm/eval.h"
#include "vm/marks.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBERED = 8 };

/* What a run knows of the codes of a register's cells in a relation, of each record. */
struct code_numbers {
    uint32_t run, relation, reg, records;
    const int64_t *codes; /* the cells: those of an encounter's code stand for the records of several domains */
    const uint32_t *numbers, *marks;
    const struct filter *filters; /* NULL: not asked for as first codes yet */
};

/* Pairs of the records of a domain whose codes a relation has, found for two of its columns. */
struct code_pairs {
    uint32_t run, relation, a, b; /* of the run, for these registers */
    uint32_t count;
    struct code_pair {
        uint32_t at, row, rows; /* the record; the relation's rows of its codes */
    } *list;
};

int codes_new(struct edict_evaluator *e)
{
    e->code_numbers = calloc(NUMBERED, sizeof *e->code_numbers);
    e->code_pairs = calloc(1, sizeof *e->code_pairs);
    return e->code_numbers && e->code_pairs;
}

/* NULL: not known. */
static struct code_numbers *numbers_known(
    const struct edict_evaluator *e, uint32_t relation, uint32_t reg, const int64_t *codes, uint32_t records)
{
    for (uint32_t k = 0; k < NUMBERED; k++) {
        struct code_numbers *c = &e->code_numbers[k];
        if (c->run == e->run && c->relation == relation && c->reg == reg && c->codes == codes &&
            c->records == records)
            return c;
    }
    return NULL;
}

/* NULL: failed. */
static struct code_numbers *numbers_of(struct edict_evaluator *e, const struct code_pairs_layout *l, uint32_t relation,
    uint32_t reg, const int64_t *codes, size_t step, uint32_t records)
{
    struct code_numbers *c = numbers_known(e, relation, reg, codes, records);
    if (c)
        return c;
    uint32_t *numbers = eval_alloc(e, records, sizeof *numbers), *marks = eval_alloc(e, records, sizeof *marks);
    if (!numbers || !marks)
        return NULL;
    for (uint32_t i = 0; i < records; i++)
        __builtin_prefetch(&l->index[code_pairs_slot(codes[i * step], l->slots)]);
    for (uint32_t i = 0; i < records; i++)
        __builtin_prefetch(&l->codes[l->index[code_pairs_slot(codes[i * step], l->slots)]]);
    for (uint32_t i = 0; i < records; i++)
        numbers[i] = code_number(l, codes[i * step]);
    for (uint32_t i = 0; i < records; i++)
        marks[i] = code_mark(numbers[i]);
    c = &e->code_numbers[reg % NUMBERED];
    *c = (struct code_numbers){ e->run, relation, reg, records, codes, numbers, marks, NULL };
    return c;
}

/* The rows of a first code. */
struct rows_span {
    uint32_t from, count;
};
static struct rows_span rows_of(const struct code_pairs_layout *l, const struct image_relation *r, uint32_t number)
{
    if (number == NO_CODE)
        return (struct rows_span){ 0, 0 };
    const uint32_t from = l->starts[number];
    const uint64_t end = l->starts[number + 1] < r->pairs ? l->starts[number + 1] : r->pairs;
    return (struct rows_span){ from, from < end ? (uint32_t)(end - from) : 0 };
}

static const uint64_t no_rows;
static struct filter filter_of(const struct code_pairs_layout *l, const struct image_relation *r, uint32_t number)
{
    const uint32_t from = number == NO_CODE ? 0 : l->filter_starts[number];
    const uint32_t end = number == NO_CODE ? 0 : l->filter_starts[number + 1], words = end - from;
    if (from >= end || end > r->filter_words || words & (words - 1) || words > FILTER_BITS_MOST / 64)
        return (struct filter){ &no_rows, 16 };
    return (struct filter){ l->filter + from, filter_shift(words) };
}

/* About where the rows with a mark begin among these: marks lie evenly. */
static inline uint32_t row_guess(struct rows_span s, uint32_t mark)
{
    return s.from + (uint32_t)((uint64_t)mark * s.count >> 16);
}

/* The first row of these with a mark not below this one, or their end. */
static inline uint32_t row_search(const uint32_t *rows, struct rows_span s, uint32_t mark)
{
    enum { NEAR = BELOW_AT_ONCE };
    const uint32_t end = s.from + s.count, least = mark << 16, guess = row_guess(s, mark);
    uint32_t low = s.from, high = end, at = guess;
    if (s.count < NEAR) {
        while (at > low && rows[at - 1] >= least)
            at--;
        while (at < high && rows[at] < least)
            at++;
        return at;
    }
    /* Nearly always within so many, which are counted: no branch tells where. */
    const uint32_t near = guess < low + NEAR / 2 ? low : guess + NEAR / 2 > end ? end - NEAR : guess - NEAR / 2;
    const uint32_t below = count_below(rows + near, least);
    if ((below || near == low) && (below < NEAR || near + NEAR == end))
        return near + below;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (rows[middle] < least)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* How many rows from this one on have this mark. */
static uint32_t rows_alike(const uint32_t *rows, struct rows_span s, uint32_t row, uint32_t mark)
{
    const uint32_t end = s.from + s.count;
    uint32_t at = row;
    if (end - row >= 2) { /* one mostly, or none: no branch tells */
        const uint32_t one = rows[row] >> 16 == mark, two = one & (rows[row + 1] >> 16 == mark);
        if (!two)
            return one;
    }
    while (at < end && rows[at] >> 16 == mark)
        at++;
    return at - row;
}

/* The least row, by its dates and then by its cells, among those of a pair of codes that agree with the further keys
 * and hold on the date: what the search in sorted rows would find first. */
static const int64_t *rows_least(const struct edict_program *p, const struct image_relation *r, const uint32_t *rows,
    uint32_t count, const int64_t *further, int64_t date)
{
    const int64_t *cells = p->cells + r->at, *best = NULL;
    const size_t width = (size_t)r->columns + 3;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t tail = rows[i] & UINT16_MAX;
        if (tail >= r->rows)
            continue;
        const int64_t *row = cells + tail * width;
        if (row[r->columns] > date || date > row[r->columns + 1] || keys_order(row + 2, further, r->keys - 2) != 0)
            continue;
        int order = best ? keys_order(row + r->columns, best + r->columns, 2) : -1;
        if (order == 0)
            order = keys_order(row + r->keys, best + r->keys, r->columns - r->keys);
        if (order < 0)
            best = row;
    }
    return best && row_good(p, r, best) ? best : NULL;
}

const int64_t *pairs_find(
    const struct edict_program *p, const struct image_relation *r, const int64_t *keys, int64_t date)
{
    const struct code_pairs_layout l = code_pairs_layout(p->pairs, r);
    const struct rows_span s = rows_of(&l, r, code_number(&l, keys[0]));
    const uint32_t second = code_number(&l, keys[1]);
    if (!s.count || second == NO_CODE)
        return NULL;
    const uint32_t row = row_search(l.rows, s, code_mark(second));
    return rows_least(p, r, l.rows + row, rows_alike(l.rows, s, row, code_mark(second)), keys + 2, date);
}

/* What tells of first codes whether there may be rows. NULL: failed. */
static const struct filter *filters_of(struct edict_evaluator *e, const struct code_pairs_layout *l,
    const struct image_relation *r, struct code_numbers *c)
{
    if (c->filters)
        return c->filters;
    struct filter *f = eval_alloc(e, c->records, sizeof *f);
    for (uint32_t i = 0; f && i < c->records; i++) {
        f[i] = filter_of(l, r, c->numbers[i]);
        const uint32_t words = f[i].shift > 10 ? 1 : 1024u >> f[i].shift;
        for (uint32_t k = 0; k < words && k < 64; k += 8) __builtin_prefetch(f[i].words + k);
    }
    return c->filters = f;
}
int pairs_marks(struct edict_evaluator *e, struct pairs_question *q)
{
    const struct edict_program *p = e->program;
    const struct image_relation *r = &p->relations[q->relation];
    const struct code_pairs_layout l = code_pairs_layout(p->pairs, r);
    for (uint32_t k = 0; k < 2; k++) {
        const struct cells c = cells_of(e, q->regs[k], q->domains[k]);
        struct code_numbers *of = NULL;
        if (c.w || !c.step ||
            !(of = numbers_of(e, &l, q->relation, q->regs[k], c.v, c.step, e->sizes[q->domains[k]])))
            return 0;
        q->marks = of->marks;
        q->numbers = of->numbers;
        if (!k && !(q->filters = filters_of(e, &l, r, of)))
            return 0;
    }
    return 1;
}

void pairs_may(const struct pairs_question *q, uint32_t side, uint32_t records, unsigned char *may)
{
    for (uint32_t i = 0; !side && i < records; i++)
        may[i] |= q->filters[i].words != &no_rows;
    for (uint32_t i = 0; side && i < records; i++)
        may[i] |= q->numbers[i] != NO_CODE;
}

void pairs_keep(const struct pairs_question *q, const int64_t *first, const int64_t *second, uint32_t count,
    unsigned char *keep)
{
    for (uint32_t i = 0; i < count; i++)
        keep[i] |= (unsigned char)filter_has(&q->filters[first[i]], q->marks[second[i]]);
}

/* Finds for all pairs of records which have a pair of codes. `a`, `b`: numbers of the records behind the links. */
static void code_pairs_find(struct edict_evaluator *e, struct code_pairs *c, const struct code_pairs_layout *l,
    const struct key_source *a, const struct key_source *b, uint32_t records)
{
    const struct image_relation *r = &e->program->relations[c->relation];
    struct code_numbers *first = numbers_of(e, l, c->relation, a->reg, a->v, a->step, a->records);
    const struct filter *filters = first ? filters_of(e, l, r, first) : NULL;
    const uint32_t *as = first ? first->numbers : NULL;
    const struct code_numbers *second = numbers_of(e, l, c->relation, b->reg, b->v, b->step, b->records);
    c->list = eval_alloc(e, (size_t)records + 1, sizeof *c->list);
    if (e->status != EDICT_OK)
        return;
    const uint32_t *bs = second->numbers, *marks = second->marks;
    uint32_t met = 0, may = 0;
    for (uint32_t i = 0; i < records; i++) {
        c->list[met].at = i;
        met += filter_has(&filters[a->at[i]], marks[b->at[i]]);
    }
    for (uint32_t i = 0; i < met; i++) {
        const uint32_t at = c->list[i].at;
        const struct rows_span s = rows_of(l, r, as[a->at[at]]);
        c->list[may] = (struct code_pair){ at, s.from, s.count };
        __builtin_prefetch(&l->rows[row_guess(s, marks[b->at[at]])]);
        may += s.count && bs[b->at[at]] != NO_CODE;
    }
    for (uint32_t i = 0; i < may; i++) {
        const struct code_pair pair = c->list[i];
        const struct rows_span s = { pair.row, pair.rows };
        const uint32_t mark = marks[b->at[pair.at]], row = row_search(l->rows, s, mark);
        c->list[c->count] = (struct code_pair){ pair.at, row, rows_alike(l->rows, s, row, mark) };
        c->count += c->list[c->count].rows != 0;
    }
}

/* Were the codes gathered by links of pairs from so few records, or of ones whose numbers are known, that it is worth
 * numbering those? */
static int numbers_serve(
    const struct edict_evaluator *e, uint32_t relation, const struct key_source *s, uint32_t records)
{
    return s->at && s->step && (s->records < records || numbers_known(e, relation, s->reg, s->v, s->records));
}

int pairs_list(struct edict_evaluator *e, uint32_t relation, const uint32_t *regs, const struct cells *keys,
    const struct cells *date, struct column *o)
{
    const struct key_source a = key_source(e, regs[0], &keys[0], o->n), b = key_source(e, regs[1], &keys[1], o->n);
    const struct edict_program *p = e->program;
    const struct image_relation *r = &p->relations[relation];
    const struct code_pairs_layout l = code_pairs_layout(p->pairs, r);
    struct code_pairs *c = e->code_pairs;
    int64_t *further = eval_alloc(e, r->keys, sizeof *further);
    if (!numbers_serve(e, relation, &a, o->n) || !numbers_serve(e, relation, &b, o->n))
        return 0;
    if ((c->run ^ e->run) | (c->relation ^ relation) | (c->a ^ regs[0]) | (c->b ^ regs[1])) {
        *c = (struct code_pairs){ .run = e->run, .relation = relation, .a = regs[0], .b = regs[1] };
        code_pairs_find(e, c, &l, &a, &b, o->n);
    }
    if (e->status != EDICT_OK)
        return 1;
    memset(o->v, 0, o->n * sizeof *o->v);
    for (uint32_t i = 0; i < c->count; i++) {
        const struct code_pair *pair = &c->list[i];
        for (uint32_t k = 2; k < r->keys; k++)
            further[k - 2] = cell_v(&keys[k], pair->at);
        o->v[pair->at] = rows_least(p, r, l.rows + pair->row, pair->rows, further, cell_v(date, pair->at)) != NULL;
    }
    return 1;
}
