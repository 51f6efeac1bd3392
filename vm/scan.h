/* Bytes of a text that is not terminated, looked at eight at a time: what the reader of encounters compares and reads
 * without tokens (bind_fast.c). */
#ifndef EDICT_VM_SCAN_H
#define EDICT_VM_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Eight bytes, the first one lowest. */
static inline uint64_t load8(const char *p)
{
    uint64_t x;
    memcpy(&x, p, sizeof x);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    return x;
}

/* Bytes to compare with, of more than 16 the first and the last eight: two words, which overlap where there are less.
 * need: bytes that must be there to be looked at. token: the user's. */
enum { MARK_ROOM = 255 };
struct mark { uint64_t head, last; uint8_t need, shift, tail, size, token; };

/* A mark that nothing is like. */
#define MARK_NONE ((struct mark){ .head = 1, .need = 8, .shift = 8 })

static inline struct mark bytes_mark(const char *bytes, uint32_t size)
{
    char first[8] = { 0 };
    struct mark m = { .need = (uint8_t)(size < 8 ? 8 : size), .size = (uint8_t)size };
    memcpy(first, bytes, size < 8 ? size : 8);
    m.shift = (uint8_t)(size < 8 ? 64 - 8 * size : 0);
    m.tail = (uint8_t)(size < 8 ? 0 : size - 8);
    m.head = load8(first) << m.shift;
    m.last = size < 8 ? m.head : load8(bytes + m.tail);
    return m;
}

static inline int mark_same(const struct mark *m, const char *p, size_t left)
{
    return left >= m->need && load8(p) << m->shift == m->head && load8(p + m->tail) << m->shift == m->last;
}

/* Every byte, of which '0' was taken by xor, is a digit's value. */
static inline int are_digits(uint64_t x)
{
    return !((x | (x + 0x0606060606060606u)) & 0xf0f0f0f0f0f0f0f0u);
}

#endif
