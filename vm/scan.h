/* Bytes of a text that is not terminated, looked at eight or sixteen at a time: what the reader of encounters compares
 * and reads without tokens (bind_fast.c). */
#ifndef EDICT_VM_SCAN_H
#define EDICT_VM_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/* Bytes to compare with: the first sixteen, and which of them count. token: the user's. */
enum { MARK_HEAD = 16, MARK_ROOM = 255 };
struct mark { char head[MARK_HEAD]; uint32_t which; uint8_t size, token; };

/* A mark that nothing is like. */
#define MARK_NONE ((struct mark){ .which = 1u << MARK_HEAD })

static inline struct mark bytes_mark(const char *bytes, uint32_t size)
{
    struct mark m = { .size = (uint8_t)size, .which = size < MARK_HEAD ? ((uint32_t)1 << size) - 1 : 0xffff };
    memcpy(m.head, bytes, size < MARK_HEAD ? size : MARK_HEAD);
    return m;
}

/* Are the bytes at `p`, of which sixteen may be looked at, as those of the mark, as far as it has them? */
static inline int mark_same(const struct mark *m, const char *p)
{
#ifdef __SSE2__
    const __m128i a = _mm_loadu_si128((const __m128i *)(const void *)m->head);
    const __m128i b = _mm_loadu_si128((const __m128i *)(const void *)p);
    return !(~(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(a, b)) & m->which);
#else
    return memcmp(m->head, p, m->size < MARK_HEAD ? m->size : MARK_HEAD) == 0 && m->size;
#endif
}

/* Every byte, of which '0' was taken by xor, is a digit's value. */
static inline int are_digits(uint64_t x)
{
    return !((x | (x + 0x0606060606060606u)) & 0xf0f0f0f0f0f0f0f0u);
}

#endif
