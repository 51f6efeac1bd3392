/* What a decoder by hand is made of: strings, blanks, values that nobody asked for, dates, numbers, keys as numbers.
 * The text needs readable bytes behind its end. */
#ifndef BENCH_SCAN_H
#define BENCH_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __AVX2__
#include <immintrin.h>
#endif

static inline int32_t day_of(int y, int m, int d)
{
    y -= m <= 2;
    const int era = y / 400, of_era = y - era * 400, of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct day { char text[10]; int32_t number; }; /* the last one read: most times of an encounter are of one day */

static inline uint64_t eight(const char *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}

/* From behind the opening quote to behind the closing one. */
static inline const char *text_skip(const char *p)
{
#ifdef __AVX2__
    const __m256i quote = _mm256_set1_epi8('"'), escape = _mm256_set1_epi8('\\');
    for (;;) {
        const __m256i v = _mm256_loadu_si256((const __m256i *)p);
        const uint32_t quotes = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, quote));
        const uint32_t either = quotes | (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, escape));
        if (!either) {
            p += 32;
            continue;
        }
        const int at = __builtin_ctz(either);
        if (quotes >> at & 1) return p + at + 1;
        p += at + 2;
    }
#else
    for (; *p != '"'; p++)
        if (*p == '\\') p++;
    return p + 1;
#endif
}

static inline const char *blank_skip(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\r') p++;
    return p;
}

static inline const char *value_skip(const char *p)
{
    int depth = 0;
    do {
        if (*p == '"') p = text_skip(p + 1);
        else if (*p == '{' || *p == '[') depth++, p++;
        else if (*p == '}' || *p == ']') depth--, p++;
        else if (*p == '\n') return p;
        else if (depth) p++;
        else
            while (*p != ',' && *p != '}' && *p != ']' && *p != '\n') p++;
    } while (depth);
    return p;
}

static inline int two(const char *p) { return (p[0] - '0') * 10 + p[1] - '0'; }

static inline int32_t date_of(const char *p, struct day *day)
{
    if (memcmp(p, day->text, 10) != 0) {
        memcpy(day->text, p, 10);
        day->number = day_of(two(p) * 100 + two(p + 2), two(p + 5), two(p + 8));
    }
    return day->number;
}
static inline int32_t time_of(const char *p, struct day *day)
{
    return date_of(p, day) * 1440 + two(p + 11) * 60 + two(p + 14);
}

static inline const char *number_of(const char *p, uint32_t *out)
{
    uint32_t n = 0;
    for (; (unsigned)(*p - '0') < 10; p++)
        n = n * 10 + (uint32_t)(*p - '0');
    *out = n;
    return p;
}

#define KEY(a, b, c, d, e, f, g, h)                                                                                    \
    ((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 | (uint64_t)(d) << 24 | (uint64_t)(e) << 32              \
        | (uint64_t)(f) << 40 | (uint64_t)(g) << 48 | (uint64_t)(h) << 56)

/* `"key":` as a number of its first eight bytes; longer ones are none of ours: 0. NULL: no key. */
static inline const char *key_read(const char *p, uint64_t *key)
{
    if (*p++ != '"') return NULL;
    const char *end = p;
    while (*end != '"' && *end != '\n' && *end != '\\') end++;
    const size_t size = (size_t)(end - p);
    *key = size > 8 ? 0 : size == 8 ? eight(p) : eight(p) & ((1ull << size * 8) - 1);
    if (*end == '\\') end = text_skip(end) - 1;
    if (*end != '"') return NULL;
    p = blank_skip(end + 1);
    return *p == ':' ? blank_skip(p + 1) : NULL;
}

/* Behind a member or element: 1 another one follows, 0 closed, -1 neither. */
static inline int follows(const char **at, char close)
{
    const char *p = blank_skip(*at);
    const char c = *p;
    *at = c == ',' ? blank_skip(p + 1) : p + 1;
    return c == ',' ? 1 : c == close ? 0 : -1;
}

/* For decoders that expect the usual order of keys: what stands at p, else OTHERWISE. */
#define EXPECT(literal)                                                                                                \
    do {                                                                                                               \
        if (memcmp(p, literal, sizeof(literal) - 1) != 0) return OTHERWISE;                                            \
        p += sizeof(literal) - 1;                                                                                      \
    } while (0)
#define PASS_NUMBER() while ((unsigned)(*p - '0') < 10 || *p == '.') p++

#endif
