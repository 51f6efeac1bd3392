/* A growing byte buffer, born with its ceiling. After a failure (no memory, ceiling) it keeps what it has, refuses
 * more and says so in `failed`: check once at the end, not after each append. */
#ifndef EDICT_BASE_BUFFER_H
#define EDICT_BASE_BUFFER_H

#include "base/arena.h"
#include "base/source.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buffer {
    char *at;        /* always 0-terminated once something was added; NULL when empty */
    size_t size, room, ceiling;
    int failed;      /* 0, or which of these */
    struct arena *arena;    /* whose memory it is; NULL: its own */
};
enum { BUFFER_NO_MEMORY = 1, BUFFER_FULL };   /* FULL: its ceiling */

void buffer_init(struct buffer *b, size_t ceiling);   /* ceiling 0: SIZE_MAX / 2 */
/* Its memory is the arena's, in which it may end early (arena_run): no need to be freed then. */
void buffer_init_in(struct buffer *b, size_t ceiling, struct arena *arena);
void buffer_free(struct buffer *b);
void buffer_clear(struct buffer *b);                  /* keeps the room */
void buffer_expect(struct buffer *b, size_t more);    /* room for so many bytes at once: they come soon */
/* Makes room first; what buffer_add does where there is none. */
void buffer_add_more(struct buffer *b, const void *at, size_t size);
static inline void buffer_add(struct buffer *b, const void *at, size_t size)
{
    if (b->failed || size >= b->room - b->size || b->size + size > b->ceiling) {
        buffer_add_more(b, at, size);
        return;
    }
    if (size)
        memcpy(b->at + b->size, at, size);
    b->size += size;
    b->at[b->size] = 0;
}
static inline void buffer_text(struct buffer *b, const char *word) { buffer_add(b, word, strlen(word)); }
static inline void buffer_byte(struct buffer *b, char c)
{
    if (b->failed || b->size + 1 >= b->room || b->size >= b->ceiling) {
        buffer_add_more(b, &c, 1);
        return;
    }
    b->at[b->size++] = c;
    b->at[b->size] = 0;
}
/* Room for `most` bytes behind what is there, to be stored without further checks; buffer_close tells where they end.
 * NULL: no room, or failed before. What passes the ceiling is forgotten. */
char *buffer_open_more(struct buffer *b, size_t most);
static inline char *buffer_open(struct buffer *b, size_t most)
{
    if (b->failed || most >= b->room - b->size) return buffer_open_more(b, most);
    return b->at + b->size;
}
static inline void buffer_close(struct buffer *b, const char *end)
{
    const size_t size = (size_t)(end - b->at);
    if (size > b->ceiling) b->failed = BUFFER_FULL;
    else b->size = size;
    b->at[b->size] = 0;
}
void buffer_int(struct buffer *b, int64_t n);
void buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A JSON string with its quotes; control characters, quotes and backslashes escaped, other bytes as they are. */
void buffer_json(struct buffer *b, const char *at, size_t size);
void buffer_escaped(struct buffer *b, const char *at, size_t size);    /* without the quotes */
/* Is a byte of these eight escaped? All at once. */
static inline int json_word_escapes(uint64_t v)
{
    const uint64_t ones = UINT64_MAX / 255, tops = ones << 7;
    const uint64_t quote = v ^ ones * '"', slash = v ^ ones * '\\', del = v ^ ones * 0x7f;
    const uint64_t marks = ((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((del - ones) & ~del);
    return ((((v - ones * 0x20) & ~v) | marks) & tops) != 0;
}

#endif
