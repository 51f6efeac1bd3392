/* Keys compared sixteen at once, by a byte of each: where the bytes are alike the keys still have to be compared. And
 * numbers that stand side by side, several at once. */
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

/* Which of eight numbers are this one: a bit of each. */
static inline uint32_t eight_alike(const int64_t *at, int64_t number)
{
    uint32_t alike = 0;
#ifdef __SSE2__
    const __m128i wanted = _mm_set1_epi64x(number);
    for (int k = 0; k < 8; k += 2) {
        const __m128i same = _mm_cmpeq_epi32(_mm_loadu_si128((const __m128i *)(const void *)(at + k)), wanted);
        const __m128i both = _mm_and_si128(same, _mm_shuffle_epi32(same, _MM_SHUFFLE(2, 3, 0, 1)));
        alike |= (uint32_t)_mm_movemask_pd(_mm_castsi128_pd(both)) << k;
    }
#else
    for (uint32_t k = 0; k < 8; k++)
        alike |= (uint32_t)(at[k] == number) << k;
#endif
    return alike;
}

/* How many of these numbers are below this one. */
enum { BELOW_AT_ONCE = 32 };
static inline uint32_t count_below(const uint32_t *at, uint32_t number)
{
#ifdef __SSE2__
    const __m128i turn = _mm_set1_epi32(INT32_MIN); /* the processor compares with signs only */
    const __m128i limit = _mm_xor_si128(_mm_set1_epi32((int32_t)number), turn);
    __m128i below = _mm_setzero_si128();
    for (int k = 0; k < BELOW_AT_ONCE; k += 4) {
        const __m128i four = _mm_xor_si128(_mm_loadu_si128((const __m128i *)(const void *)(at + k)), turn);
        below = _mm_sub_epi32(below, _mm_cmpgt_epi32(limit, four));
    }
    below = _mm_add_epi32(below, _mm_shuffle_epi32(below, _MM_SHUFFLE(1, 0, 3, 2)));
    below = _mm_add_epi32(below, _mm_shuffle_epi32(below, _MM_SHUFFLE(2, 3, 0, 1)));
    return (uint32_t)_mm_cvtsi128_si32(below);
#else
    uint32_t below = 0;
    for (int k = 0; k < BELOW_AT_ONCE; k++)
        below += at[k] < number;
    return below;
#endif
}

#endif
