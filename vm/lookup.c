/* Look-ups in code sets and relations: the image's sorted rows, an index over those that fit into a little memory, and
 * what an evaluator has met before. */
#include "vm/eval.h"

#include <stdlib.h>

enum { KNOWN_BITS = 32 /* a row */, KNOWN_LEAST = 4096 };

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

int lookup_caches_new(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    e->set_cache = calloc((size_t)1 << SET_CACHE_BITS, sizeof *e->set_cache);
    e->set_dated = calloc((size_t)p->set_count + 1, 1);
    for (uint32_t i = 0; e->set_dated && i < p->set_count; i++)
        for (uint32_t k = 0; k < p->sets[i].count; k++) {
            const struct image_range *r = &p->ranges[p->sets[i].at + k];
            e->set_dated[i] |= r->from > DATE_FIRST || r->until < DATE_LAST;
        }
    return e->set_cache && e->set_dated && rows_met_new(e) && codes_new(e) && hash_parts_new(e);
}

int set_ask(const struct edict_evaluator *e, struct set_answer *a, uint32_t set, int64_t code, int64_t date)
{
    const int has = set_search(e->program, set, code, date);
    if (date_is_usual(date))
        *a = (struct set_answer){ code, set + 1, e->set_dated[set] ? (int32_t)date : 0, has };
    return has;
}

static uint64_t keys_hash(const int64_t *keys, uint32_t count)
{
    uint64_t hash = 0, factor = KEY_FACTOR_FIRST;
    for (uint32_t i = 0; i < count; i++, factor = key_factor_next(factor))
        hash += (uint64_t)keys[i] * factor;
    return hash;
}

/* How far a hash is shifted to be one of at least so many numbers, of 16 to 2^20. */
static unsigned shift_for(uint64_t count)
{
    unsigned shift = 60;
    while ((uint64_t)1 << (64 - shift) < count)
        shift--;
    return shift;
}

static void know(struct relation_index *x, uint64_t hash)
{
    x->known[hash >> x->known_for >> 6] |= (uint64_t)1 << (hash >> x->known_for & 63);
}

static int relation_index(const struct edict_program *p, const struct image_relation *r, struct relation_index *x)
{
    const size_t width = (size_t)r->columns + 3;
    x->shift = shift_for(r->rows * 2);
    x->known_for = shift_for(r->rows * KNOWN_BITS > KNOWN_LEAST ? r->rows * KNOWN_BITS : KNOWN_LEAST);
    x->slots = calloc((size_t)1 << (64 - x->shift), sizeof *x->slots);
    x->known = calloc(((size_t)1 << (64 - x->known_for)) / 64, sizeof *x->known);
    for (uint32_t i = 0; x->slots && x->known && i < r->rows; i++) {
        const int64_t *row = p->cells + r->at + i * width;
        if (i && keys_order(row, row - width, r->keys) == 0)
            continue;
        const uint64_t hash = keys_hash(row, r->keys);
        size_t at = hash >> x->shift;
        while (x->slots[at])
            at = slot_next(x, at);
        x->slots[at] = slot_mark(x, hash) << 16 | (i + 1);
        know(x, hash);
        uint64_t factor = KEY_FACTOR_FIRST;
        for (uint32_t k = 0; k < r->keys; k++, factor = key_factor_next(factor))
            know(x, (uint64_t)row[k] * factor);
    }
    return x->slots && x->known;
}

int relations_index(struct edict_program *p)
{
    p->indexes = calloc((size_t)p->relation_count + 1, sizeof *p->indexes);
    for (uint32_t k = 0; p->indexes && k < p->relation_count; k++) {
        const struct image_relation *r = &p->relations[k];
        if (!r->codes && r->rows && relation_looked_at(r) && !relation_index(p, r, &p->indexes[k]))
            return 0;
    }
    return p->indexes != NULL;
}

static void relation_index_free(struct relation_index *x)
{
    free(x->slots);
    free(x->known);
}

void relations_free(struct edict_program *p)
{
    for (uint32_t k = 0; p->indexes && k < p->relation_count; k++)
        relation_index_free(&p->indexes[k]);
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

const int64_t *relation_find(const struct edict_program *p, uint32_t relation, const int64_t *keys, int64_t date)
{
    const struct image_relation *r = &p->relations[relation];
    const struct relation_index *x = &p->indexes[relation];
    if (x->slots)
        return index_find(p, r, x, keys_hash(keys, r->keys), keys, date);
    if (r->codes)
        return pairs_find(p, r, keys, date);
    const int64_t *row = rows_dated(p, r, relation_search(p, r, keys), keys, date);
    return row && row_good(p, r, row) ? row : NULL;
}
