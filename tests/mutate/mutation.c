/* See mutation.h. Every change is something that a damaged disk, an old compiler or an attacker could leave. */
#include "tests/mutate/mutation.h"

#include "vm/image.h"
#include "vm/ops.h"

#include <string.h>
#include <xxhash.h>

#define EACH(section, type) [SECTION_##section] = sizeof(type)
static const unsigned elements[SECTION_COUNT] = {
    EACH(STRINGS, struct image_string), EACH(TEXT, char), EACH(WORDS, uint32_t), EACH(DOMAINS, struct image_domain),
    EACH(REGISTERS, struct image_register), EACH(CONSTS, struct image_const), EACH(FACTS, struct image_fact),
    EACH(FACT_WORDS, uint32_t), EACH(POLICIES, struct image_policy), EACH(SETTINGS, struct image_setting),
    EACH(SETS, struct image_set), EACH(SET_RANGES, struct image_range), EACH(RELATIONS, struct image_relation),
    EACH(CELLS, int64_t), EACH(CODE, uint32_t), EACH(ITEMS, struct image_item), EACH(ROWS, struct image_row),
    EACH(CITES, struct image_cite), EACH(CITE_REFS, uint32_t), EACH(BOUNDS, struct image_bound), EACH(LISTS, uint32_t),
    EACH(SOURCES, struct image_source), EACH(PAIRS, char), EACH(COLUMNS, struct image_column), EACH(GIVEN, uint32_t),
};
_Static_assert(SECTION_GIVEN + 1 == SECTION_COUNT, "a new section needs its line above");

unsigned mutation_element(unsigned section) { return elements[section]; }

uint64_t mutation_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint64_t below(uint64_t *state, uint64_t n) { return n ? mutation_random(state) % n : 0; }

/* The slice of a section, cut to what is there: an earlier change may have spoilt the directory. */
static struct image_slice slice(const struct mutation *m, unsigned section)
{
    struct image_slice s = { 0, 0 };
    if (m->size < sizeof(struct image_header))
        return s;
    memcpy(&s, m->bytes + offsetof(struct image_header, sections) + section * sizeof s, sizeof s);
    if (s.offset > m->size || s.size > m->size - s.offset)
        s = (struct image_slice){ 0, 0 };
    return s;
}

/* A value for a word of 32 bits: near the old one, at an edge, or of another word of the same column. */
static uint32_t word_value(uint64_t *state, uint32_t old, uint32_t other)
{
    static const uint32_t edges[] = { 0, 1, 2, 0xffffffff, 0xfffffffe, 0x7fffffff, 0x80000000, 0xffff, 0x10000, 255,
        256 };
    switch (below(state, 8)) {
    case 0: return old + 1;
    case 1: return old - 1;
    case 2: return edges[below(state, sizeof edges / sizeof *edges)];
    case 3: return old ^ 1u << below(state, 32);
    case 4: return (uint32_t)mutation_random(state);
    case 5: return (uint32_t)below(state, 64);
    default: return other;
    }
}

static void word_change(struct mutation *m, uint64_t *state, size_t at, size_t other)
{
    uint32_t old, another;
    if (at + 4 > m->size || other + 4 > m->size)
        return;
    memcpy(&old, m->bytes + at, 4);
    memcpy(&another, m->bytes + other, 4);
    old = word_value(state, old, another);
    memcpy(m->bytes + at, &old, 4);
}

static void element_change(struct mutation *m, uint64_t *state, unsigned section)
{
    const struct image_slice s = slice(m, section);
    const size_t each = elements[section], count = s.size / each;
    if (!count)
        return;
    const size_t a = s.offset + below(state, count) * each, b = s.offset + below(state, count) * each;
    if (each == 1) {
        m->bytes[a] = (unsigned char)(below(state, 2) ? mutation_random(state) : m->bytes[b]);
    } else if (below(state, 6) == 0) {    /* two elements change places */
        unsigned char keep[128];
        memcpy(keep, m->bytes + a, each);
        memmove(m->bytes + a, m->bytes + b, each);
        memcpy(m->bytes + b, keep, each);
    } else {
        const size_t word = below(state, each / 4) * 4;
        word_change(m, state, a + word, b + word);
    }
}

/* The instruction number `n` (modulo how many there are); its words, 0 when the code cannot be walked. */
static uint32_t instruction(const struct mutation *m, struct image_slice s, uint64_t n, size_t *at)
{
    uint32_t count = 0;
    for (int pass = 0; pass < 2; pass++) {
        uint64_t left = count ? n % count : 0;
        for (size_t pc = 0; pc + 4 <= s.size;) {
            uint32_t word;
            memcpy(&word, m->bytes + s.offset + pc, 4);
            if (!(word >> 8) || (word >> 8) > (s.size - pc) / 4)
                return 0;
            if (pass && !left--) {
                *at = s.offset + pc;
                return word >> 8;
            }
            count += !pass;
            pc += (size_t)(word >> 8) * 4;
        }
    }
    return 0;
}

static void code_change(struct mutation *m, uint64_t *state)
{
    const struct image_slice s = slice(m, SECTION_CODE);
    size_t a = 0, b = 0;
    const uint32_t n = instruction(m, s, mutation_random(state), &a), k = instruction(m, s, mutation_random(state), &b);
    if (!n || !k) {
        element_change(m, state, SECTION_CODE);
        return;
    }
    switch (below(state, 6)) {
    case 0:    /* another operation with the same operands */
        m->bytes[a] = (unsigned char)below(state, OP_CODES + 1);
        break;
    case 1:    /* another size */
        word_change(m, state, a, b);
        break;
    case 2:    /* one instruction in the place of another */
        if (n == k)
            memmove(m->bytes + a, m->bytes + b, (size_t)n * 4);
        break;
    default:    /* an operand: one of the same instruction, or of any */
        if (n > 1) {
            const size_t to = a + 4 + below(state, n - 1) * 4;
            word_change(m, state, to, below(state, 2) ? a + 4 + below(state, n - 1) * 4
                                                      : b + (k > 1 ? 4 + below(state, k - 1) * 4 : 0));
        }
    }
}

/* Header and directory: fields, slices longer or shorter by elements, slices changed for each other. */
static void header_change(struct mutation *m, uint64_t *state)
{
    const size_t directory = offsetof(struct image_header, sections);
    const size_t slot = directory + below(state, SECTION_COUNT) * sizeof(struct image_slice);
    if (m->size < sizeof(struct image_header))
        return;
    switch (below(state, 4)) {
    case 0:
        word_change(m, state, below(state, directory / 4) * 4, below(state, directory / 4) * 4);
        break;
    case 1:
        word_change(m, state, slot + below(state, 4) * 4, slot);
        break;
    case 2: {
        uint64_t value;
        const unsigned section = (unsigned)((slot - directory) / sizeof(struct image_slice));
        const size_t at = slot + (below(state, 4) ? 8 : 0);
        memcpy(&value, m->bytes + at, 8);
        value += (below(state, 2) ? 1 : (uint64_t)-1) * elements[section] * (1 + below(state, 3));
        memcpy(m->bytes + at, &value, 8);
        break;
    }
    default: {
        const size_t other = directory + below(state, SECTION_COUNT) * sizeof(struct image_slice);
        unsigned char keep[sizeof(struct image_slice)];
        memcpy(keep, m->bytes + slot, sizeof keep);
        memmove(m->bytes + slot, m->bytes + other, sizeof keep);
        memcpy(m->bytes + other, keep, sizeof keep);
    }
    }
}

/* What needs no knowledge: bits, runs of bytes, the end. */
static void bytes_change(struct mutation *m, uint64_t *state)
{
    const size_t at = below(state, m->size);
    switch (below(state, 4)) {
    case 0: m->bytes[at] ^= (unsigned char)(1u << below(state, 8)); break;
    case 1: {
        const size_t n = 1 + below(state, 64), to = m->size - at < n ? m->size - at : n;
        memset(m->bytes + at, (int)below(state, 256), to);
        break;
    }
    case 2: m->size = at ? at : 1; break;
    default: {
        const size_t more = below(state, m->room - m->size + 1);
        memset(m->bytes + m->size, (int)below(state, 256), more);
        m->size += more;
    }
    }
}

void mutation_seal(struct mutation *m)
{
    struct image_header *h = (void *)m->bytes;
    XXH128_canonical_t hash;
    h->size = m->size;
    memset(h->image_hash, 0, sizeof h->image_hash);
    XXH128_canonicalFromHash(&hash, XXH3_128bits(m->bytes, m->size));
    memcpy(h->image_hash, hash.digest, sizeof h->image_hash);
    m->sealed = 1;
}

void mutation_make(struct mutation *m, const unsigned char *from, size_t size, uint64_t number)
{
    uint64_t state = number * 0x2545f4914f6cdd1du + 1;
    memcpy(m->bytes, from, size);
    m->size = size;
    m->sealed = 0;
    const uint64_t changes = below(&state, 3) ? 1 : 2 + below(&state, 3);
    for (uint64_t i = 0; i < changes; i++) {
        const uint64_t kind = below(&state, 32);
        if (kind == 0) {
            m->section = SECTION_COUNT + 1;
            bytes_change(m, &state);
        } else if (kind <= 2) {
            m->section = SECTION_COUNT;
            header_change(m, &state);
        } else if (kind <= 9) {
            m->section = SECTION_CODE;
            code_change(m, &state);
        } else {
            m->section = (unsigned)below(&state, SECTION_COUNT);
            for (unsigned k = 0; k < SECTION_COUNT && !slice(m, m->section).size; k++)
                m->section = (unsigned)below(&state, SECTION_COUNT);
            element_change(m, &state, m->section);
        }
    }
    if (m->size >= sizeof(struct image_header) && below(&state, 8))
        mutation_seal(m);
}
