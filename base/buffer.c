/* Buffer: growing bytes with a ceiling. Nothing here fails loudly; `failed` is read once at the end. */
#include "base/buffer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buffer_init(struct buffer *b, size_t ceiling)
{
    *b = (struct buffer){ .ceiling = ceiling && ceiling < SIZE_MAX / 2 ? ceiling : SIZE_MAX / 2 };
}

void buffer_init_in(struct buffer *b, size_t ceiling, struct arena *arena)
{
    buffer_init(b, ceiling);
    b->arena = arena;
}

void buffer_free(struct buffer *b)
{
    if (b->arena)
        arena_heap_free(b->arena, b->at);
    else
        free(b->at);
    buffer_init_in(b, b->ceiling, b->arena);
}

void buffer_clear(struct buffer *b)
{
    b->size = 0;
    b->failed = 0;
    if (b->at)
        b->at[0] = 0;
}

/* So many bytes in all. */
static int buffer_room(struct buffer *b, size_t need)
{
    if (need <= b->room)
        return 1;
    size_t room = b->room < 128 ? 256 : b->room * 2;
    if (room > b->ceiling)
        room = b->ceiling + 1;
    if (room < need)
        room = need;
    char *at = b->arena ? arena_heap(b->arena, b->at, room) : realloc(b->at, room);
    if (!at) {
        b->failed = BUFFER_NO_MEMORY;
        return 0;
    }
    b->at = at;
    b->room = room;
    return 1;
}

/* Room for `more` bytes and the terminating 0. */
static int buffer_reserve(struct buffer *b, size_t more)
{
    if (b->failed)
        return 0;
    if (more > b->ceiling || b->size > b->ceiling - more) {
        b->failed = BUFFER_FULL;
        return 0;
    }
    return buffer_room(b, b->size + more + 1);
}

char *buffer_open_more(struct buffer *b, size_t most)
{
    return !b->failed && buffer_room(b, b->size + most + 1) ? b->at + b->size : NULL;
}

void buffer_expect(struct buffer *b, size_t more)
{
    if (buffer_reserve(b, more))
        pages_take(b->at + b->size, more);
}

void buffer_add_more(struct buffer *b, const void *at, size_t size)
{
    if (!buffer_reserve(b, size))
        return;
    if (size)
        memcpy(b->at + b->size, at, size);
    b->size += size;
    b->at[b->size] = 0;
}

void buffer_int(struct buffer *b, int64_t n)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    do
        digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (n < 0)
        digits[--at] = '-';
    buffer_add(b, digits + at, sizeof digits - at);
}

void buffer_printf(struct buffer *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (size < 0)
        b->failed = BUFFER_NO_MEMORY;
    if (size <= 0 || !buffer_reserve(b, (size_t)size))
        return;
    va_start(args, format);
    vsnprintf(b->at + b->size, (size_t)size + 1, format, args);
    va_end(args);
    b->size += (size_t)size;
}

static int word_escapes_at(const char *at)
{
    uint64_t v;
    memcpy(&v, at, sizeof v);
    return json_word_escapes(v);
}

void buffer_escaped(struct buffer *b, const char *at, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    size_t done = 0;
    for (size_t i = 0; i < size; i++) {
        while (size - i > 8 && !word_escapes_at(at + i)) i += 8;
        unsigned char c = (unsigned char)at[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        if (i > done)
            buffer_add(b, at + done, i - done);
        done = i + 1;
        char escape[6] = { '\\', (char)c, '0', '0', hex[c >> 4], hex[c & 15] };
        if (c == '"' || c == '\\') {
            buffer_add(b, escape, 2);
        } else if (c == '\n' || c == '\t' || c == '\r') {
            escape[1] = c == '\n' ? 'n' : c == '\t' ? 't' : 'r';
            buffer_add(b, escape, 2);
        } else {
            escape[1] = 'u';
            buffer_add(b, escape, 6);
        }
    }
    if (size > done)
        buffer_add(b, at + done, size - done);
}

void buffer_json(struct buffer *b, const char *at, size_t size)
{
    buffer_byte(b, '"');
    buffer_escaped(b, at, size);
    buffer_byte(b, '"');
}
