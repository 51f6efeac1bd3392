/* One source text and places in it. A span is a pair of byte offsets; lines and columns are computed when somebody
 * asks. Used by every stage that can point at a rule file. */
#ifndef EDICT_BASE_SOURCE_H
#define EDICT_BASE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

/* Half-open byte range [from, to) of source number `source` of a compilation (0 is the pack that was asked for). */
struct span {
    uint32_t source;
    uint32_t from;
    uint32_t to;
};

/* A borrowed piece of text, not terminated. Lives as long as what it points into (usually an arena). */
struct text {
    const char *at;
    uint32_t size;
};

struct source {
    const char *name;   /* as shown and stored in images: relative to the directory of the pack asked for */
    const char *bytes;  /* UTF-8, `size` bytes and one terminating 0; owned by whoever made the source */
    uint32_t size;
};

/* One-based line and column of byte `offset`; the column counts characters (UTF-8 code points), not bytes. */
void source_position(const struct source *s, uint32_t offset, uint32_t *line, uint32_t *column);

/* The line that holds `offset`, without its line end. */
struct text source_line(const struct source *s, uint32_t offset);

int text_equal(struct text a, struct text b);
int text_is(struct text a, const char *word);   /* word: 0-terminated */
int text_compare(struct text a, struct text b); /* byte order, as memcmp; shorter first */
struct text text_of(const char *word);

/* Edit distance of two words (Damerau-Levenshtein, ASCII case ignored), at most `limit` + 1. For suggestions. */
unsigned text_distance(struct text a, struct text b, unsigned limit);

#endif
