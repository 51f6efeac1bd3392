/* Large relations of two codes: each code is looked up once a record, then each pair of records among the rows of the
 * first one's code. What is found serves every question of the same two columns. */
#include "vm/eval.h"

#include <stdlib.h>
#include <string.h>

/* Places of codes in relations that were met before. */
enum { PLACE_CACHE_BITS = 11, NO_PLACE = UINT16_MAX + 1 };
struct code_place {
    int64_t code;
    uint32_t relation; /* its number + 1 */
    uint32_t place;    /* among the relation's codes, or NO_PLACE */
};

/* Pairs of the records of a domain whose codes a relation has, found for two of its columns. */
struct code_pairs {
    uint32_t run, relation, a, b; /* of the run, for these registers */
    uint32_t count;
    struct code_pair {
        uint32_t at, row, rows; /* the record; the relation's rows of its codes */
    } *list;
};

int codes_cache_new(struct edict_evaluator *e)
{
    e->place_cache = calloc((size_t)1 << PLACE_CACHE_BITS, sizeof *e->place_cache);
    e->code_pairs = calloc(1, sizeof *e->code_pairs);
    return e->place_cache && e->code_pairs;
}

/* The rows of a relation: for each first code, where its rows begin; of each row, the place of its second code and the
 * number of its tail. */
static const uint32_t *row_starts(const struct edict_program *p, const struct image_relation *r)
{
    return (const void *)(p->pairs + r->pairs_at + r->codes * sizeof(int64_t));
}
static const uint32_t *pair_rows(const struct edict_program *p, const struct image_relation *r)
{
    return row_starts(p, r) + r->codes + 1;
}

static uint32_t code_find(const struct edict_program *p, const struct image_relation *r, int64_t code)
{
    const int64_t *codes = (const void *)(p->pairs + r->pairs_at);
    uint32_t low = 0, high = r->codes;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (codes[middle] < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->codes && codes[low] == code ? low : NO_PLACE;
}

static uint32_t code_place(struct edict_evaluator *e, uint32_t relation, int64_t code)
{
    const uint64_t mixed = ((uint64_t)code ^ (uint64_t)relation << 17) * 0x9E3779B97F4A7C15u;
    struct code_place *c = &e->place_cache[mixed >> (64 - PLACE_CACHE_BITS)];
    if (c->code != code || c->relation != relation + 1)
        *c = (struct code_place){ code, relation + 1, code_find(e->program, &e->program->relations[relation], code) };
    return c->place;
}

/* The rows whose first code stands at a place. */
struct rows_span {
    uint32_t from, count;
};
static struct rows_span rows_of(const struct edict_program *p, const struct image_relation *r, uint32_t place)
{
    const uint32_t *starts = row_starts(p, r);
    if (place == NO_PLACE)
        return (struct rows_span){ 0, 0 };
    const uint64_t end = starts[place + 1] < r->pairs ? starts[place + 1] : r->pairs;
    return (struct rows_span){ starts[place], starts[place] < end ? (uint32_t)(end - starts[place]) : 0 };
}

/* The rows of a first code as they are searched: from a power of two of them to the next smaller one. `before`: the
 * word before the first of them; `rest`: how many there are more than that power; `half` of the power. */
struct search {
    const uint32_t *before;
    uint32_t rest, half;
};
static const uint32_t no_rows[2];

static struct search search_of(const uint32_t *rows, struct rows_span s)
{
    if (!s.count)
        return (struct search){ no_rows, 0, 0 };
    const uint32_t power = (uint32_t)1 << (31 - __builtin_clz(s.count));
    return (struct search){ rows + s.from - 1, s.count - power, power / 2 };
}

/* The word before the first row that has its second code not before this place, or before the last row. Nothing is
 * branched on, so that several searches run side by side. */
static inline const uint32_t *search_run(const struct search *s, uint32_t place)
{
    const uint32_t least = place << 16, *at = s->before;
    size_t step = s->half;
    at = at[step * 2] < least ? at + s->rest : at;
    for (; step; step >>= 1) {
        const uint32_t *to = at + step;
        at = *to < least ? to : at;
    }
    return at;
}

/* How many rows of these have this second code, and in `*row` the first of them. */
static uint32_t rows_alike(const uint32_t *rows, struct rows_span s, uint32_t place, uint32_t *row)
{
    const struct search search = search_of(rows, s);
    const uint32_t *first = search_run(&search, place) + 1, *at = first, *end = rows + s.from + s.count;
    if (!s.count)
        return 0;
    while (at < end && *at >> 16 == place)
        at++;
    *row = (uint32_t)(first - rows);
    return (uint32_t)(at - first);
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

static const int64_t *row_at_places(const struct edict_program *p, const struct image_relation *r, uint32_t a,
    uint32_t b, const int64_t *keys, int64_t date)
{
    const uint32_t *rows = pair_rows(p, r);
    uint32_t row = 0, count = rows_alike(rows, rows_of(p, r, a), b, &row);
    return rows_least(p, r, rows + row, count, keys + 2, date);
}

const int64_t *pairs_find(
    const struct edict_program *p, const struct image_relation *r, const int64_t *keys, int64_t date)
{
    return row_at_places(p, r, code_find(p, r, keys[0]), code_find(p, r, keys[1]), keys, date);
}

const int64_t *pairs_find_again(struct edict_evaluator *e, uint32_t relation, const int64_t *keys, int64_t date)
{
    const uint32_t a = code_place(e, relation, keys[0]), b = code_place(e, relation, keys[1]);
    return row_at_places(e->program, &e->program->relations[relation], a, b, keys, date);
}

/* Which pairs of records have pairs of codes, as far as can be seen without a branch: one too many where a code is
 * unknown. */
static uint32_t pairs_meet(const struct search *firsts, const int64_t *x, const uint32_t *places, const int64_t *y,
    uint32_t count, struct code_pair *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t place = places[y[i]], *row = search_run(&firsts[x[i]], place);
        out[n].at = i;
        n += (row[1] ^ place << 16) <= UINT16_MAX;
    }
    return n;
}

static void codes_place(struct edict_evaluator *e, uint32_t relation, const struct key_source *s, uint32_t *places)
{
    for (uint32_t i = 0; i < s->records; i++)
        places[i] = code_place(e, relation, s->v[i * s->step]);
}

/* Finds for all pairs of records which have a pair of codes. */
static void code_pairs_find(struct edict_evaluator *e, struct code_pairs *c, const struct key_source *a,
    const struct key_source *b, uint32_t records)
{
    const struct edict_program *p = e->program;
    const struct image_relation *r = &p->relations[c->relation];
    const uint32_t *rows = pair_rows(p, r);
    uint32_t *as = eval_alloc(e, a->records, sizeof *as), *bs = eval_alloc(e, b->records, sizeof *bs);
    struct search *firsts = eval_alloc(e, a->records, sizeof *firsts);
    c->list = eval_alloc(e, (size_t)records + 1, sizeof *c->list);
    if (e->status != EDICT_OK)
        return;
    codes_place(e, c->relation, a, as);
    codes_place(e, c->relation, b, bs);
    for (uint32_t i = 0; i < a->records; i++)
        firsts[i] = search_of(rows, rows_of(p, r, as[i]));
    const uint32_t met = pairs_meet(firsts, a->at, bs, b->at, records, c->list);
    for (uint32_t i = 0; i < met; i++) {
        const uint32_t at = c->list[i].at;
        struct code_pair *pair = &c->list[c->count];
        pair->at = at;
        pair->rows = rows_alike(rows, rows_of(p, r, as[a->at[at]]), bs[b->at[at]], &pair->row);
        c->count += pair->rows != 0;
    }
}

int pairs_list(struct edict_evaluator *e, uint32_t relation, const uint32_t *regs, const struct cells *keys,
    const struct cells *date, struct column *o)
{
    const struct key_source a = key_source(e, regs[0], &keys[0], o->n), b = key_source(e, regs[1], &keys[1], o->n);
    const struct edict_program *p = e->program;
    const struct image_relation *r = &p->relations[relation];
    struct code_pairs *c = e->code_pairs;
    int64_t *further = eval_alloc(e, r->keys, sizeof *further);
    uint32_t at = 0;
    if (!a.at || !b.at)
        return 0;
    if ((c->run ^ e->run) | (c->relation ^ relation) | (c->a ^ regs[0]) | (c->b ^ regs[1])) {
        *c = (struct code_pairs){ .run = e->run, .relation = relation, .a = regs[0], .b = regs[1] };
        code_pairs_find(e, c, &a, &b, o->n);
    }
    if (e->status != EDICT_OK)
        return 1;
    for (uint32_t i = 0; i < c->count; i++) {
        const struct code_pair *pair = &c->list[i];
        while (at < pair->at)
            o->v[at++] = 0;
        for (uint32_t k = 2; k < r->keys; k++)
            further[k - 2] = cell_v(&keys[k], pair->at);
        const uint32_t *rows = pair_rows(p, r) + pair->row;
        o->v[at++] = rows_least(p, r, rows, pair->rows, further, cell_v(date, pair->at)) != NULL;
    }
    while (at < o->n)
        o->v[at++] = 0;
    return 1;
}
