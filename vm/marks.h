/* Keys compared sixteen at once, by a byte of each. Where the bytes are alike the keys still have to be compared. */
#ifndef EDICT_VM_MARKS_H
#define EDICT_VM_MARKS_H

#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { MARKS = 16 }; /* looked at together */

static inline unsigned char key_mark(int64_t key) { return (unsigned char)((uint64_t)key * 0x9E3779B97F4A7C15u >> 56); }

/* Which of the marks are this one: a bit of each. */
static inline uint32_t marks_alike(const unsigned char *marks, unsigned char mark)
{
#ifdef __SSE2__
    const __m128i all = _mm_loadu_si128((const __m128i *)(const void *)marks);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(all, _mm_set1_epi8((char)mark)));
#else
    uint32_t alike = 0;
    for (uint32_t k = 0; k < MARKS; k++)
        alike |= (uint32_t)(marks[k] == mark) << k;
    return alike;
#endif
}

#endif
