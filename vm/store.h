/* The answer's bytes, stored into room that was made beforehand (buffer_open). Each gives back where the next byte
 * goes, and may store up to STORE_OVER bytes more than it says: what comes next is stored over them. */
#ifndef EDICT_VM_STORE_H
#define EDICT_VM_STORE_H

#include "base/buffer.h"

#include <string.h>

/* Room: for a number, a code or a date with its quotes and a comma; for what is no list of a charge or finding. */
enum { STORE_OVER = 64, STORE_VALUE = 32, STORE_CHARGE = 256 };

#define store(to, literal) ((char *)memcpy((to), (literal), sizeof(literal) - 1) + sizeof(literal) - 1)

/* Bytes of which STORE_OVER more may be read: pieces of the wording. */
static inline char *store_piece(char *to, const char *at, size_t size)
{
    if (size > 128) return (char *)memcpy(to, at, size) + size;
    memcpy(to, at, STORE_OVER); /* most are shorter: no branch tells how long */
    if (size > STORE_OVER) memcpy(to + STORE_OVER, at + STORE_OVER, STORE_OVER);
    return to + size;
}

/* Two digits for each number below 100. */
extern const char store_pairs[200];

static inline char *store_int(char *to, int64_t n)
{
    if ((uint64_t)n < 10) {
        *to = (char)('0' + n);
        return to + 1;
    }
    if ((uint64_t)n < 100) return (char *)memcpy(to, store_pairs + n * 2, 2) + 2;
    char digits[24];
    size_t at = 22;
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    for (; rest >= 100; rest /= 100, at -= 2) memcpy(digits + at, store_pairs + rest % 100 * 2, 2);
    memcpy(digits + at, store_pairs + rest * 2, 2);
    at += rest < 10;
    *to = '-';
    to += n < 0;
    memcpy(to, digits + at, 24 - at);
    return to + (24 - at);
}

/* The bytes of a code, packed from the top; those behind the first that is 0 are not told. */
static inline uint32_t code_bytes(int64_t code, char text[8])
{
    const uint64_t bytes = __builtin_bswap64((uint64_t)code), ones = UINT64_MAX / 255;
    const uint64_t ends = (bytes - ones) & ~bytes & ones << 7;
    memcpy(text, &bytes, sizeof bytes);
    return ends ? (uint32_t)__builtin_ctzll(ends) / 8 : 8;
}

/* With quotes; 0 is `none`. */
static inline char *store_code(char *to, int64_t code)
{
    *to++ = '"';
    to = code ? to + code_bytes(code, to) : store(to, "none");
    *to = '"';
    return to + 1;
}

/* More room, where what comes next (`most`) and what comes then (`rest`) may not have it. 0: none, nothing is lost that
 * was made before. */
int store_grow(struct buffer *out, char **to, size_t most);
static inline int store_more(struct buffer *out, char **to, size_t most, size_t rest)
{
    most += rest + STORE_OVER;
    return (size_t)(out->at + out->room - *to) > most || store_grow(out, to, most);
}

/* Room again, behind what was added; where there is none, from `at` on, as before. */
char *store_reopen(struct buffer *out, size_t at, size_t rest);

/* Less than eight bytes, at least one, with blanks behind them. */
static inline uint64_t word_short(const char *at, size_t size)
{
    uint32_t low = 0, high = 0;
    const uint64_t blanks = UINT64_MAX / 255 * ' ' << size * 8;
    if (size < 4)
        return (uint64_t)(unsigned char)at[0] | (uint64_t)(unsigned char)at[size / 2] << size / 2 * 8 |
            (uint64_t)(unsigned char)at[size - 1] << (size - 1) * 8 | blanks;
    memcpy(&low, at, 4);
    memcpy(&high, at + size - 4, 4);
    return low | (uint64_t)high << (size - 4) * 8 | blanks;
}

/* A text escaped as JSON. `rest`: what comes then. */
char *store_long(struct buffer *out, char *to, size_t rest, const char *text, size_t size);
static inline char *store_text(struct buffer *out, char *to, size_t rest, const char *at, size_t size)
{
    if (size > STORE_VALUE - 4) return store_long(out, to, rest, at, size);
    char *next = to;
    uint64_t word = 0;
    size_t left = size;
    for (; left >= 8; left -= 8, at += 8, next += 8) {
        memcpy(&word, at, 8);
        if (json_word_escapes(word)) return store_long(out, to, rest, at - (next - to), size);
        memcpy(next, &word, 8);
    }
    if (!left) return next;
    word = word_short(at, left);
    if (json_word_escapes(word)) return store_long(out, to, rest, at - (next - to), size);
    memcpy(next, &word, 8);
    return next + left;
}

#endif
