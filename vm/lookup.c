/* Look-ups in code sets and relations: the image's sorted rows, an index over those that fit into a little memory, and
 * what an evaluator has met before. */
#include "vm/eval.h"

#include <assert.h>
#include <stdlib.h>

enum { DATE_FIRST = -25567, DATE_LAST = 84005 };

static unsigned code_length(uint64_t code)
{
    unsigned n = 0;
    for (; code; code <<= 8)
        n++;
    return n;
}

static int set_search(const struct edict_program *p, uint32_t set, int64_t code, int64_t date)
{
    const struct image_set *s = &p->sets[set];
    const struct image_range *r = p->ranges + s->at;
    const uint64_t *reach = p->reach + s->at, c = (uint64_t)code;
    uint32_t low = 0, high = s->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r[middle].lo <= c)
            low = middle + 1;
        else
            high = middle;
    }
    while (low-- && reach[low] >= c)
        if (r[low].hi >= c && r[low].from <= date && date <= r[low].until && code_length(r[low].lo) == code_length(c))
            return 1;
    return 0;
}

/* Answers met before, by code, set and date; of a set that is the same on every date the date is 0. */
enum { SET_CACHE_BITS = 12 };
struct set_answer {
    int64_t code;
    uint32_t set; /* number of the set + 1 */
    int32_t date;
    int has;
};

/* Places of codes in relations of pairs that were met before. */
enum { PLACE_CACHE_BITS = 11 };
struct code_place {
    int64_t code;
    uint32_t relation; /* its number + 1 */
    uint32_t place;    /* how many codes it has: it has not this one */
};

/* Pairs of codes that were met before: where their rows begin. */
enum { PAIR_CACHE_BITS = 13 };
struct pair_place {
    int64_t a, b;
    uint32_t relation;   /* its number + 1 */
    uint32_t row, count; /* the first of its rows of the pair; how many */
};

int lookup_caches_new(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    int pairs = 0;
    for (uint32_t i = 0; i < p->relation_count; i++)
        pairs |= p->relations[i].codes != 0;
    e->pair_cache = calloc(pairs ? (size_t)1 << PAIR_CACHE_BITS : 1, sizeof *e->pair_cache);
    e->set_cache = calloc((size_t)1 << SET_CACHE_BITS, sizeof *e->set_cache);
    e->place_cache = calloc((size_t)1 << PLACE_CACHE_BITS, sizeof *e->place_cache);
    e->set_dated = calloc((size_t)p->set_count + 1, 1);
    for (uint32_t i = 0; e->set_dated && i < p->set_count; i++)
        for (uint32_t k = 0; k < p->sets[i].count; k++) {
            const struct image_range *r = &p->ranges[p->sets[i].at + k];
            e->set_dated[i] |= r->from > DATE_FIRST || r->until < DATE_LAST;
        }
    return e->set_cache && e->set_dated && e->place_cache && e->pair_cache;
}

int set_has(const struct edict_evaluator *e, uint32_t set, int64_t code, int64_t date)
{
    if (date < DATE_FIRST || date > DATE_LAST)
        return set_search(e->program, set, code, date);
    const int32_t day = e->set_dated[set] ? (int32_t)date : 0;
    const uint64_t mixed = ((uint64_t)code ^ (uint64_t)set << 17 ^ (uint64_t)(uint32_t)day << 40) * 0x9E3779B97F4A7C15u;
    struct set_answer *a = &e->set_cache[mixed >> (64 - SET_CACHE_BITS)];
    if (a->code != code || a->set != set + 1 || a->date != day)
        *a = (struct set_answer){ code, set + 1, day, set_search(e->program, set, code, date) };
    return a->has;
}

static int keys_order(const int64_t *row, const int64_t *keys, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (row[i] != keys[i])
            return row[i] < keys[i] ? -1 : 1;
    return 0;
}

/* Where a sorted list of codes has this one, or `count`. */
static uint32_t code_find(const int64_t *codes, uint32_t count, int64_t code)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (codes[middle] < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && codes[low] == code ? low : count;
}

/* A row that an image's opening has looked at, or that is as good: of a large relation only look-ups look at rows. */
static int row_good(const struct edict_program *p, const struct image_relation *r, const int64_t *row)
{
    return relation_looked_at(r) || program_value_fits(p, TYPE_ROW, row[r->columns + 2]);
}

/* The rows of a relation of pairs: for each first code, where its rows begin; of each row, the place of its second code
 * and the number of its tail. */
struct pair_rows {
    const uint32_t *starts, *rows;
};

static struct pair_rows pair_rows(const struct edict_program *p, const struct image_relation *r)
{
    const int64_t *codes = (const void *)(p->pairs + r->pairs_at);
    const uint32_t *starts = (const void *)(codes + r->codes);
    return (struct pair_rows){ starts, starts + r->codes + 1 };
}

/* How many rows there are of both codes (by their places), and in `*row` the first. */
static uint32_t pair_search(const struct image_relation *r, const struct pair_rows *t, uint32_t a, uint32_t b,
    uint32_t *row)
{
    const uint64_t end = t->starts[a + 1] < r->pairs ? t->starts[a + 1] : r->pairs;
    uint64_t low = t->starts[a], high = end;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (t->rows[middle] >> 16 < b)
            low = middle + 1;
        else
            high = middle;
    }
    for (high = low; high < end && t->rows[high] >> 16 == b; high++) {}
    *row = (uint32_t)low;
    return (uint32_t)(high - low);
}

/* The least row, by its dates and then by its cells, among those of a pair of codes that agree with the further keys
 * and hold on the date: what the search in sorted rows would find first. */
static const int64_t *pairs_find(const struct edict_program *p, const struct image_relation *r, const uint32_t *rows,
    uint32_t count, const int64_t *keys, int64_t date)
{
    const int64_t *cells = p->cells + r->at, *best = NULL;
    const size_t width = (size_t)r->columns + 3;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t tail = rows[i] & UINT16_MAX;
        if (tail >= r->rows)
            continue;
        const int64_t *row = cells + tail * width;
        if (row[r->columns] > date || date > row[r->columns + 1] || keys_order(row + 2, keys + 2, r->keys - 2) != 0)
            continue;
        int order = best ? keys_order(row + r->columns, best + r->columns, 2) : -1;
        if (order == 0)
            order = keys_order(row + r->keys, best + r->keys, r->columns - r->keys);
        if (order < 0)
            best = row;
    }
    return best && row_good(p, r, best) ? best : NULL;
}

/* Where the search for keys begins. */
static uint32_t keys_slot(const struct relation_index *x, const int64_t *keys, uint32_t count)
{
    uint64_t hash = count;
    for (uint32_t i = 0; i < count; i++)
        hash = (hash ^ (uint64_t)keys[i]) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(hash >> x->shift);
}

int relations_index(struct edict_program *p)
{
    p->indexes = calloc((size_t)p->relation_count + 1, sizeof *p->indexes);
    for (uint32_t k = 0; p->indexes && k < p->relation_count; k++) {
        const struct image_relation *r = &p->relations[k];
        struct relation_index *x = &p->indexes[k];
        const size_t width = (size_t)r->columns + 3;
        if (r->codes || !r->rows || !relation_looked_at(r))
            continue;
        for (x->shift = 60; (uint64_t)1 << (64 - x->shift) < r->rows * 2; x->shift--) {}
        x->mask = ((uint32_t)1 << (64 - x->shift)) - 1;
        x->slots = calloc((size_t)x->mask + 1, sizeof *x->slots);
        if (!x->slots)
            return 0;
        for (uint32_t i = 0; i < r->rows; i++) {
            const int64_t *row = p->cells + r->at + i * width;
            for (uint32_t c = 0; c < r->keys && c < INDEX_KEYS; c++)
                x->known[c][key_hash12(row[c]) / 64] |= (uint64_t)1 << key_hash12(row[c]) % 64;
            if (i && keys_order(row, row - width, r->keys) == 0)
                continue;
            uint32_t at = keys_slot(x, row, r->keys);
            while (x->slots[at])
                at = (at + 1) & x->mask;
            x->slots[at] = i + 1;
        }
    }
    return p->indexes != NULL;
}

void relations_free(struct edict_program *p)
{
    for (uint32_t k = 0; p->indexes && k < p->relation_count; k++)
        free(p->indexes[k].slots);
    free(p->indexes);
}

/* The first of the rows with these keys, or the number of rows: of a relation without an index. */
static size_t relation_search(const struct edict_program *p, const struct image_relation *r, const int64_t *keys)
{
    const int64_t *cells = p->cells + r->at;
    size_t width = (size_t)r->columns + 3, low = 0, high = r->rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (keys_order(cells + middle * width, keys, r->keys) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A relation of pairs without the memory of an evaluator. */
static const int64_t *pairs_find_anew(
    const struct edict_program *p, const struct image_relation *r, const int64_t *keys, int64_t date)
{
    const int64_t *codes = (const void *)(p->pairs + r->pairs_at);
    const struct pair_rows t = pair_rows(p, r);
    const uint32_t a = code_find(codes, r->codes, keys[0]), b = code_find(codes, r->codes, keys[1]);
    uint32_t row, count = a == r->codes || b == r->codes ? 0 : pair_search(r, &t, a, b, &row);
    return count ? pairs_find(p, r, t.rows + row, count, keys, date) : NULL;
}

const int64_t *relation_find(const struct edict_program *p, uint32_t relation, const int64_t *keys, int64_t date)
{
    const struct image_relation *r = &p->relations[relation];
    const struct relation_index *x = &p->indexes[relation];
    const int64_t *cells = p->cells + r->at;
    const size_t width = (size_t)r->columns + 3;
    size_t at;
    if (x->slots) {
        uint32_t slot = keys_slot(x, keys, r->keys);
        while (x->slots[slot] && keys_order(cells + (x->slots[slot] - 1) * width, keys, r->keys) != 0)
            slot = (slot + 1) & x->mask;
        if (!x->slots[slot])
            return NULL;
        at = x->slots[slot] - 1;
    } else if (r->codes) {
        return pairs_find_anew(p, r, keys, date);
    } else {
        at = relation_search(p, r, keys);
    }
    for (; at < r->rows && keys_order(cells + at * width, keys, r->keys) == 0; at++) {
        const int64_t *row = cells + at * width;
        if (row[r->columns] <= date && date <= row[r->columns + 1])
            return row_good(p, r, row) ? row : NULL;
    }
    return NULL;
}

static uint32_t code_place(struct edict_evaluator *e, uint32_t relation, int64_t code)
{
    const struct image_relation *r = &e->program->relations[relation];
    const uint64_t mixed = ((uint64_t)code ^ (uint64_t)relation << 17) * 0x9E3779B97F4A7C15u;
    struct code_place *c = &e->place_cache[mixed >> (64 - PLACE_CACHE_BITS)];
    if (c->code != code || c->relation != relation + 1)
        *c = (struct code_place){ code, relation + 1,
            code_find((const void *)(e->program->pairs + r->pairs_at), r->codes, code) };
    return c->place;
}

static struct pair_place pair_place(struct edict_evaluator *e, uint32_t relation, int64_t x, int64_t y)
{
    const struct image_relation *r = &e->program->relations[relation];
    const struct pair_rows t = pair_rows(e->program, r);
    const uint32_t a = code_place(e, relation, x), b = a < r->codes ? code_place(e, relation, y) : a;
    struct pair_place place = { x, y, relation + 1, 0, 0 };
    if (a < r->codes && b < r->codes)
        place.count = pair_search(r, &t, a, b, &place.row);
    return place;
}

/* The memory of a pair of codes, filled. */
static inline const struct pair_place *pair_met(struct edict_evaluator *e, uint32_t relation, int64_t x, int64_t y)
{
    const uint64_t mixed = ((uint64_t)x * 0x9E3779B97F4A7C15u ^ (uint64_t)y ^ relation) * 0xC2B2AE3D27D4EB4Fu;
    struct pair_place *place = &e->pair_cache[mixed >> (64 - PAIR_CACHE_BITS)];
    if (place->a != x || place->b != y || place->relation != relation + 1)
        *place = pair_place(e, relation, x, y);
    return place;
}

const int64_t *pairs_find_again(struct edict_evaluator *e, uint32_t relation, const int64_t *keys, int64_t date)
{
    const struct edict_program *p = e->program;
    const struct image_relation *r = &p->relations[relation];
    const struct pair_place *place = pair_met(e, relation, keys[0], keys[1]);
    return place->count ? pairs_find(p, r, pair_rows(p, r).rows + place->row, place->count, keys, date) : NULL;
}

void pairs_list(struct edict_evaluator *e, uint32_t relation, const struct cells *keys, const struct cells *date,
    int64_t *has, uint32_t count)
{
    const struct edict_program *p = e->program;
    const struct image_relation *r = &p->relations[relation];
    const uint32_t *rows = pair_rows(p, r).rows;
    const struct cells a = keys[0], b = keys[1];
    assert(r->keys == 3);
    for (uint32_t i = 0; i < count; i++) {
        const struct pair_place *place = pair_met(e, relation, cell_v(&a, i), cell_v(&b, i));
        has[i] = 0;
        if (place->count) {
            const int64_t key[3] = { place->a, place->b, cell_v(&keys[2], i) };
            has[i] = pairs_find(p, r, rows + place->row, place->count, key, cell_v(date, i)) != NULL;
        }
    }
}
