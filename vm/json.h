/* A strict pull reader of JSON (RFC 8259): one token at a time, no tree, no allocation. UTF-8 is validated,
 * escapes are decoded, depth and text length are limited, and every token knows its exact byte offset. What the
 * tokens mean is bind.c's affair. */
#ifndef EDICT_VM_JSON_H
#define EDICT_VM_JSON_H

#include "base/source.h"

#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define JSON_DEPTH 64u              /* objects and arrays inside each other */
#define JSON_TEXT_BYTES 65536u      /* one string, decoded */

/* What may come next: of the reader and of bind_fast.c. */
enum json_state {
    STATE_VALUE, STATE_VALUE_OR_END, STATE_KEY, STATE_KEY_OR_END, STATE_AFTER, STATE_DONE, STATE_BROKEN
};

enum json_token {
    JSON_ERROR,                     /* and so it stays; see code, message, offset */
    JSON_OBJECT, JSON_OBJECT_END, JSON_ARRAY, JSON_ARRAY_END,
    JSON_KEY,                       /* its value is the next token */
    JSON_STRING, JSON_NUMBER, JSON_TRUE, JSON_FALSE, JSON_NULL,
    JSON_END                        /* nothing but white space was left */
};

struct json {
    const char *at;
    size_t size, pos;
    size_t offset;                  /* first byte of the last token, or of what is wrong */
    struct text text;               /* KEY, STRING decoded; NUMBER as written. Until the next token */
    unsigned depth;
    unsigned char state;            /* enum json_state */
    unsigned char open[JSON_DEPTH]; /* '{' or '[' */
    char *scratch;                  /* JSON_TEXT_BYTES bytes, the caller's: decoded texts that hold escapes */
    const char *code, *message;     /* after JSON_ERROR; constants. code "limit": a limit, not a mistake of syntax */
};

void json_start(struct json *j, const char *at, size_t size, char *scratch);
enum json_token json_next(struct json *j);
/* Reads to the end of the value that starts with `token` (just returned). 0: JSON_ERROR was met. */
int json_skip(struct json *j, enum json_token token);
/* A number's text times 10^scale, exactly: 1 done, 0 it has more decimal places, -1 it does not fit into 64 bits. */
int json_integer_read(struct text number, unsigned scale, int64_t *out);

/* Bytes from `at` on, at most `left` and `most`, that stand in a string as themselves: ASCII but for the quote, the
 * backslash and control characters. */
static inline unsigned json_plain(const char *at, size_t left, size_t most)
{
    size_t n = 0;
    if (left > most) left = most;
#ifdef __SSE2__
    for (; left - n >= 16; n += 16) {
        const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(at + n));
        /* as signed bytes: below 0x20 are control characters and everything that is not ASCII */
        const __m128i odd = _mm_or_si128(_mm_cmplt_epi8(x, _mm_set1_epi8(0x20)),
            _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'))));
        const unsigned mask = (unsigned)_mm_movemask_epi8(odd);
        if (mask) return (unsigned)n + (unsigned)__builtin_ctz(mask);
    }
#endif
    for (; n < left; n++) {
        const unsigned char c = (unsigned char)at[n];
        if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\') break;
    }
    return (unsigned)n;
}

#endif
