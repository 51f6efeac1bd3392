/* How a large relation of two codes lies in the image (SECTION_PAIRS, struct image_relation): what the compiler writes
 * and the evaluator reads. */
#ifndef EDICT_VM_CODE_PAIRS_H
#define EDICT_VM_CODE_PAIRS_H

#include "vm/image.h"

#include <stddef.h>

enum { FILTER_BITS_A_ROW = 8, FILTER_BITS_LEAST = 64, FILTER_BITS_MOST = 1 << 16 };

struct code_pairs_layout {
    const int64_t *codes;          /* sorted; a code's number is its place */
    const uint64_t *filter;        /* words of bits */
    const uint32_t *starts;        /* of each first code: its first row; and the end */
    const uint32_t *filter_starts; /* of each first code: its first word; and the end */
    const uint32_t *rows;          /* mark of the second code << 16 | row of CELLS; sorted for each first code */
    const uint16_t *index;         /* of each slot: number + 1 of a code, or 0 */
    uint32_t count, slots;         /* codes; a power of two */
};

/* How many slots the index of so many codes has: a power of two, at most half of them in use. */
static inline uint32_t code_pairs_slots(uint32_t codes)
{
    return codes <= 8 ? 16 : (uint32_t)2 << (31 - __builtin_clz(2 * codes - 1));
}
/* Only the top of the product knows all characters of a code. */
static inline uint32_t code_pairs_slot(int64_t code, uint32_t slots)
{
    return (uint32_t)((uint64_t)code * 0x9E3779B97F4A7C15u >> 40) & (slots - 1);
}

/* How many bits answer for the rows of one first code; of none: 0. */
static inline uint32_t filter_bits(uint32_t rows)
{
    uint32_t bits = FILTER_BITS_LEAST;
    while (bits < FILTER_BITS_MOST && bits / FILTER_BITS_A_ROW < rows)
        bits *= 2;
    return rows ? bits : 0;
}
/* The mark of a second code: its number, mixed so that the marks of any codes lie evenly from 0 to 2^16. */
static inline uint32_t code_mark(uint32_t number) { return number * 40503u & UINT16_MAX; }
static inline uint32_t code_of_mark(uint32_t mark) { return mark * 30599u & UINT16_MAX; }
/* The word for a mark, of 2^(10 - shift) words, and the two bits in it that are set for a row: one is too often set by
 * another row. */
static inline uint32_t filter_word(uint32_t mark, unsigned shift) { return mark >> shift >> 6; }
static inline uint64_t filter_mask(uint32_t mark, unsigned shift)
{
    return (uint64_t)1 << (mark >> shift & 63) | (uint64_t)1 << (mark & 63);
}
/* 16 less the logarithm of the bits in so many words, a power of two. */
static inline unsigned filter_shift(uint32_t words) { return 10u - (unsigned)__builtin_ctz(words); }

/* Bytes of all parts; `words` of the filter. */
static inline uint64_t code_pairs_size(uint32_t codes, uint32_t words, uint64_t rows)
{
    return codes * sizeof(int64_t) + words * sizeof(uint64_t) + 2 * ((uint64_t)codes + 1) * sizeof(uint32_t) +
           rows * sizeof(uint32_t) + code_pairs_slots(codes) * sizeof(uint16_t);
}
/* `pairs`: the section. */
static inline struct code_pairs_layout code_pairs_layout(const unsigned char *pairs, const struct image_relation *r)
{
    struct code_pairs_layout l;
    l.codes = (const void *)(pairs + r->pairs_at);
    l.filter = (const void *)(l.codes + r->codes);
    l.starts = (const void *)(l.filter + r->filter_words);
    l.filter_starts = l.starts + r->codes + 1;
    l.rows = l.filter_starts + r->codes + 1;
    l.index = (const void *)(l.rows + r->pairs);
    l.count = r->codes;
    l.slots = code_pairs_slots(r->codes);
    return l;
}

enum { NO_CODE = UINT16_MAX + 1 };
/* The code's number, or NO_CODE. Nearly all are found in the first two slots: no branch tells in which. */
static inline uint32_t code_number(const struct code_pairs_layout *l, int64_t code)
{
    uint32_t at = code_pairs_slot(code, l->slots);
    const uint32_t one = l->index[at], two = l->index[(at + 1) & (l->slots - 1)], last = l->count - 1;
    const uint32_t first = one - 1 < last ? one - 1 : last, second = two - 1 < last ? two - 1 : last;
    const uint32_t is_first = l->codes[first] == code, is_second = l->codes[second] == code;
    if ((one != 0) & (is_first | ((two != 0) & is_second)))
        return second ^ ((second ^ first) & (0 - is_first));
    for (uint32_t n = 0; n < l->slots && l->index[at]; n++, at = (at + 1) & (l->slots - 1)) {
        const uint32_t number = l->index[at] - 1u;
        if (number < l->count && l->codes[number] == code)
            return number;
    }
    return NO_CODE;
}

#endif
