/* Places in a source text and small operations on borrowed text. */
#include "base/source.h"

#include <string.h>

void source_position(const struct source *s, uint32_t offset, uint32_t *line, uint32_t *column)
{
    if (offset > s->size)
        offset = s->size;
    uint32_t lines = 1, start = 0;
    for (const char *at = s->bytes, *end = s->bytes + offset, *found;
         at < end && (found = memchr(at, '\n', (size_t)(end - at))); at = found + 1) {
        lines++;
        start = (uint32_t)(found + 1 - s->bytes);
    }
    uint32_t characters = 1;
    for (uint32_t i = start; i < offset; i++)
        characters += ((unsigned char)s->bytes[i] & 0xc0) != 0x80;
    *line = lines;
    *column = characters;
}

struct text source_line(const struct source *s, uint32_t offset)
{
    if (offset > s->size)
        offset = s->size;
    uint32_t from = offset, to = offset;
    while (from > 0 && s->bytes[from - 1] != '\n')
        from--;
    while (to < s->size && s->bytes[to] != '\n')
        to++;
    if (to > from && s->bytes[to - 1] == '\r')
        to--;
    return (struct text){ s->bytes + from, to - from };
}

int text_equal(struct text a, struct text b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

int text_is(struct text a, const char *word)
{
    return text_equal(a, text_of(word));
}

int text_compare(struct text a, struct text b)
{
    uint32_t size = a.size < b.size ? a.size : b.size;
    int order = size ? memcmp(a.at, b.at, size) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

struct text text_of(const char *word)
{
    return (struct text){ word, (uint32_t)strlen(word) };
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned text_distance(struct text a, struct text b, unsigned limit)
{
    enum { LONGEST = 63 };
    if (a.size > LONGEST || b.size > LONGEST)
        return text_equal(a, b) ? 0 : limit + 1;
    unsigned rows[3][LONGEST + 1];
    unsigned *before = rows[0], *last = rows[1], *now = rows[2];
    for (unsigned j = 0; j <= b.size; j++)
        before[j] = last[j] = j;
    for (unsigned i = 1; i <= a.size; i++) {
        now[0] = i;
        for (unsigned j = 1; j <= b.size; j++) {
            unsigned char p = lower(a.at[i - 1]), q = lower(b.at[j - 1]);
            now[j] = least(least(last[j] + 1, now[j - 1] + 1), last[j - 1] + (p != q));
            if (i > 1 && j > 1 && p == lower(b.at[j - 2]) && q == lower(a.at[i - 2]))
                now[j] = least(now[j], before[j - 2] + 1);
        }
        unsigned *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b.size] > limit ? limit + 1 : last[b.size];
}
