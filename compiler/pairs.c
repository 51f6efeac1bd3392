/* Large relations of two codes: see pairs.h. */
#include "compiler/pairs.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define CHUNK_LEAST 8192u
#define CHUNK_MOST (1u << 18)

static int64_t *value_at(const struct numbering *n, uint32_t i) { return n->values + (size_t)i * n->width; }

/* A code fills its number from the top: only the top of the product knows all of its characters. */
static uint64_t place_of_value(const struct numbering *n, const int64_t *value)
{
    return n->width == 1 ? (uint64_t)*value * 0x9e3779b97f4a7c15u >> 40 : XXH3_64bits(value, n->width * sizeof *value);
}

static inline int same_value(const struct numbering *n, uint32_t i, const int64_t *value)
{
    const int64_t *had = value_at(n, i);
    return n->width == 1 ? *had == *value : memcmp(had, value, n->width * sizeof *value) == 0;
}

static int numbering_grow(struct model *m, struct numbering *n)
{
    uint32_t room = n->room ? n->room * 2 : 1024, mask = room * 4 - 1;
    int64_t *values = arena_alloc(m->arena, (size_t)room * n->width * sizeof *values);
    uint16_t *index = arena_zero(m->arena, room * (size_t)4, sizeof *index);
    if (!values || !index) return 0;
    if (n->count) memcpy(values, n->values, (size_t)n->count * n->width * sizeof *values);
    n->values = values;
    n->index = index;
    n->room = room;
    for (uint32_t i = 0; i < n->count; i++) {
        uint64_t at = place_of_value(n, value_at(n, i));
        while (index[at & mask]) at++;
        index[at & mask] = (uint16_t)(i + 1);
    }
    return 1;
}

/* The value's number, or NONE. */
static uint32_t number_of(struct model *m, struct numbering *n, const int64_t *value)
{
    if (n->count && same_value(n, n->last, value)) return n->last;
    if (n->count == n->room && !numbering_grow(m, n)) return NONE;
    uint32_t mask = n->room * 4 - 1;
    uint64_t at = place_of_value(n, value);
    for (; n->index[at & mask]; at++) {
        uint32_t i = n->index[at & mask] - 1u;
        if (same_value(n, i, value)) return n->last = i;
    }
    if (n->count == NUMBERS_MAX) return NONE;
    memcpy(value_at(n, n->count), value, n->width * sizeof *value);
    n->index[at & mask] = (uint16_t)++n->count;
    return n->last = n->count - 1;
}

struct pairs *pairs_new(struct model *m, unsigned columns)
{
    struct pairs *p = arena_zero(m->arena, 1, sizeof *p);
    if (!p) return NULL;
    p->codes.width = 1;
    p->tails.width = columns; /* two codes less, two dates more */
    return p;
}

int pairs_add(struct model *m, struct pairs *p, const int64_t *cells, unsigned columns, int32_t from, int32_t until)
{
    int64_t tail[64];
    if (columns < 2 || columns > 64) return 0;
    for (unsigned c = 2; c < columns; c++) tail[c - 2] = cells[c];
    tail[columns - 2] = from;
    tail[columns - 1] = until;
    uint32_t a = number_of(m, &p->codes, cells), b = number_of(m, &p->codes, cells + 1),
             t = number_of(m, &p->tails, tail);
    if (a == NONE || b == NONE || t == NONE) return 0;
    if (!p->now || p->now->count == p->now->room) {
        uint32_t room = !p->now ? CHUNK_LEAST : p->now->room < CHUNK_MOST ? p->now->room * 2 : CHUNK_MOST;
        struct pair_chunk *more = arena_alloc(m->arena, sizeof *more + room * sizeof *more->rows);
        if (!more) return 0;
        *more = (struct pair_chunk){.room = room};
        if (p->now) p->now->next = more;
        else p->first = more;
        p->now = more;
    }
    p->now->rows[p->now->count++] = (struct pair_row){(uint16_t)a, (uint16_t)b, (uint16_t)t};
    p->rows++;
    return 1;
}

void relation_expand(struct model *m, struct relation *r)
{
    struct pairs *p = r->pairs;
    if (!p || r->cells) return;
    unsigned columns = r->column_count;
    r->cells = arena_alloc(m->arena, (size_t)(p->rows + 1) * columns * sizeof *r->cells);
    r->origins = arena_zero(m->arena, p->rows + 1, sizeof *r->origins);
    struct item_row *validity = arena_zero(m->arena, p->tails.count + 1u, sizeof *validity);
    if (!r->cells || !r->origins || !validity) {
        m->oom = 1;
        r->row_count = 0;
        return;
    }
    for (uint32_t i = 0; i < p->tails.count; i++) {
        validity[i].from = (int32_t)value_at(&p->tails, i)[columns - 2];
        validity[i].until = (int32_t)value_at(&p->tails, i)[columns - 1];
    }
    size_t n = 0;
    for (const struct pair_chunk *k = p->first; k; k = k->next)
        for (uint32_t i = 0; i < k->count; i++, n++) {
            int64_t *to = r->cells + n * columns;
            to[0] = *value_at(&p->codes, k->rows[i].first);
            to[1] = *value_at(&p->codes, k->rows[i].second);
            memcpy(to + 2, value_at(&p->tails, k->rows[i].tail), (columns - 2) * sizeof *to);
            r->origins[n] = &validity[k->rows[i].tail];
        }
    r->row_count = (unsigned)n;
}

struct ranked {
    int64_t value;
    uint32_t number;
};
static int rank_order(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return x->value < y->value ? -1 : x->value > y->value;
}
static int packed_order(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void rows_sort(uint32_t *rows, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (rows[i - 1] > rows[i]) {
            qsort(rows, count, sizeof *rows, packed_order);
            return;
        }
}

struct image_relation pairs_relation(const struct pairs *p)
{
    return (struct image_relation){
        .codes = p->codes.count, .filter_words = p->filter_words, .pairs_at = p->at, .pairs = p->rows};
}

/* Where the bits of each first code begin, and the end. */
static void filter_place(uint32_t *filter_starts, const uint32_t *starts, uint32_t codes)
{
    filter_starts[0] = 0;
    for (uint32_t i = 0; i < codes; i++)
        filter_starts[i + 1] = filter_starts[i] + filter_bits(starts[i + 1] - starts[i]) / 64;
}

static void filter_fill(uint64_t *filter, const uint32_t *filter_starts, const uint32_t *starts, const uint32_t *rows,
                        uint32_t codes)
{
    for (uint32_t i = 0; i < codes; i++) {
        const uint32_t words = filter_starts[i + 1] - filter_starts[i];
        uint64_t *of = filter + filter_starts[i];
        for (uint32_t k = starts[i]; k < starts[i + 1]; k++) {
            const uint32_t mark = rows[k] >> 16, shift = filter_shift(words);
            of[filter_word(mark, shift)] |= filter_mask(mark, shift);
        }
    }
}

static void index_fill(uint16_t *index, uint32_t slots, const struct ranked *ranked, uint32_t codes)
{
    for (uint32_t i = 0; i < codes; i++) {
        uint32_t at = code_pairs_slot(ranked[i].value, slots);
        while (index[at]) at = (at + 1) & (slots - 1);
        index[at] = (uint16_t)(i + 1);
    }
}

int pairs_write(struct model *m, struct pairs *p, struct buffer *out)
{
    static const char zeros[8];
    uint32_t codes = p->codes.count, slots = code_pairs_slots(codes);
    if (p->written) return 1;
    struct ranked *ranked = arena_alloc(m->arena, (codes + 1u) * sizeof *ranked);
    uint16_t *rank = arena_alloc(m->arena, (codes + 1u) * sizeof *rank);
    uint32_t *starts = arena_zero(m->arena, codes + 2u, sizeof *starts);
    uint32_t *filter_starts = arena_alloc(m->arena, (codes + 1u) * sizeof *filter_starts);
    uint16_t *index = arena_zero(m->arena, slots, sizeof *index);
    uint32_t *rows = arena_heap(m->arena, NULL, (size_t)(p->rows + 1) * sizeof *rows);
    if (!ranked || !rank || !starts || !filter_starts || !index || !rows) {
        arena_heap_free(m->arena, rows);
        return 0;
    }
    for (uint32_t i = 0; i < codes; i++) ranked[i] = (struct ranked){p->codes.values[i], i};
    qsort(ranked, codes, sizeof *ranked, rank_order);
    for (uint32_t i = 0; i < codes; i++) rank[ranked[i].number] = (uint16_t)i;
    for (const struct pair_chunk *k = p->first; k; k = k->next)
        for (uint32_t i = 0; i < k->count; i++) starts[rank[k->rows[i].first] + 2u]++;
    for (uint32_t i = 2; i < codes + 2; i++) starts[i] += starts[i - 1];
    for (const struct pair_chunk *k = p->first; k; k = k->next)
        for (uint32_t i = 0; i < k->count; i++)
            rows[starts[rank[k->rows[i].first] + 1u]++] = code_mark(rank[k->rows[i].second]) << 16 | k->rows[i].tail;
    for (uint32_t i = 0; i < codes; i++) rows_sort(rows + starts[i], starts[i + 1] - starts[i]);
    filter_place(filter_starts, starts, codes);
    uint64_t *filter = arena_zero(m->arena, filter_starts[codes] + 1u, sizeof *filter);
    if (!filter) {
        arena_heap_free(m->arena, rows);
        return 0;
    }
    filter_fill(filter, filter_starts, starts, rows, codes);
    index_fill(index, slots, ranked, codes);
    buffer_add(out, zeros, (8 - out->size % 8) % 8);
    p->at = out->size;
    p->filter_words = filter_starts[codes];
    p->written = 1;
    for (uint32_t i = 0; i < codes; i++) buffer_add(out, &ranked[i].value, sizeof ranked[i].value);
    buffer_add(out, filter, p->filter_words * sizeof *filter);
    buffer_add(out, starts, (codes + 1u) * sizeof *starts);
    buffer_add(out, filter_starts, (codes + 1u) * sizeof *filter_starts);
    buffer_add(out, rows, (size_t)p->rows * sizeof *rows);
    buffer_add(out, index, slots * sizeof *index);
    arena_heap_free(m->arena, rows);
    return !out->failed;
}

int pairs_give(struct arena *arena, const struct model *m, const struct relation *r, struct table_rows *t)
{
    const struct pairs *p = r->pairs;
    const unsigned n = t->columns;
    struct item_row *validity = arena_zero(arena, p->tails.count + 1u, sizeof *validity);
    size_t at = 0;
    if (!validity) return 0;
    for (uint32_t i = 0; i < p->tails.count; i++) {
        validity[i].from = (int32_t)value_at(&p->tails, i)[n - 2];
        validity[i].until = (int32_t)value_at(&p->tails, i)[n - 1];
    }
    for (const struct pair_chunk *k = p->first; k; k = k->next)
        for (uint32_t i = 0; i < k->count; i++, at++) {
            const int64_t *tail = value_at(&p->tails, k->rows[i].tail);
            int64_t *to = t->cells + at * n;
            to[0] = *value_at(&p->codes, k->rows[i].first);
            to[1] = *value_at(&p->codes, k->rows[i].second);
            for (unsigned c = 2; c < n; c++)
                to[c] = t->types[c] == TYPE_WORD ? (int64_t)(intptr_t)m->words[tail[c - 2]] : tail[c - 2];
            t->origins[at] = &validity[k->rows[i].tail];
        }
    return 1;
}
