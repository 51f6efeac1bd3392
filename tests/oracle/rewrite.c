/* The same rules said otherwise: items and rows in another order, other names, another layout, lists and policies in
 * parts. No answer may change. Works on the text of packs as make_pack.c writes them. */
#include "tests/oracle/rewrite.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 256, ROWS = 64 };
static const char prefix[] = "zz_";

struct blocks { /* items, each with what belongs to it */
    struct text at[BLOCKS];
    unsigned count;
};

static void blocks_find(const struct buffer *text, struct blocks *b)
{
    const char *end = text->at + text->size, *line = text->at;
    b->count = 0;
    while (line < end) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        next = next ? next + 1 : end;
        if (isalpha((unsigned char)*line) && b->count < BLOCKS) b->at[b->count++] = (struct text){line, 0};
        if (b->count) b->at[b->count - 1].size = (uint32_t)(next - b->at[b->count - 1].at);
        line = next;
    }
}

static void shuffle(struct random *r, struct text *at, unsigned count)
{
    for (unsigned i = count; i > 1; i--) {
        unsigned k = random_below(r, i);
        struct text x = at[i - 1];
        at[i - 1] = at[k];
        at[k] = x;
    }
}

static int begins(struct text t, const char *word)
{
    return t.size > strlen(word) && !memcmp(t.at, word, strlen(word));
}

static int items_shuffle(struct random *r, const struct buffer *text, struct buffer *out)
{
    struct blocks b;
    blocks_find(text, &b);
    if (b.count < 3) return 0;
    shuffle(r, b.at + 1, b.count - 1); /* the pack's own lines stand first */
    for (unsigned i = 0; i < b.count; i++) {
        buffer_add(out, b.at[i].at, b.at[i].size);
        buffer_byte(out, '\n');
    }
    return 1;
}

/* Rows behind the header of a block. */
static void rows_shuffle_in(struct random *r, struct text block, struct buffer *out)
{
    struct text rows[ROWS];
    unsigned count = 0, seen = 0;
    const char *end = block.at + block.size;
    for (const char *line = block.at, *next; line < end; line = next) {
        next = memchr(line, '\n', (size_t)(end - line));
        next = next ? next + 1 : end;
        const int row = next - line > 3 && !memcmp(line, "  |", 3);
        if (row && seen++ && count < ROWS) {
            rows[count++] = (struct text){line, (uint32_t)(next - line)};
            continue;
        }
        if (!row && count) { /* behind the rows */
            shuffle(r, rows, count);
            for (unsigned i = 0; i < count; i++) buffer_add(out, rows[i].at, rows[i].size);
            count = 0;
        }
        buffer_add(out, line, (size_t)(next - line));
    }
    shuffle(r, rows, count);
    for (unsigned i = 0; i < count; i++) buffer_add(out, rows[i].at, rows[i].size);
}

static int rows_shuffle(struct random *r, const struct buffer *text, struct buffer *out)
{
    struct blocks b;
    blocks_find(text, &b);
    for (unsigned i = 0; i < b.count; i++)
        if (begins(b.at[i], "facts") || begins(b.at[i], "policies") || begins(b.at[i], "relation") ||
            begins(b.at[i], "bundle"))
            rows_shuffle_in(r, b.at[i], out);
        else buffer_add(out, b.at[i].at, b.at[i].size);
    return 1;
}

static int facts_shuffle(struct random *r, const struct buffer *text, struct buffer *out)
{
    struct blocks b;
    blocks_find(text, &b);
    for (unsigned i = 0; i < b.count; i++)
        if (begins(b.at[i], "facts") || begins(b.at[i], "policies")) rows_shuffle_in(r, b.at[i], out);
        else buffer_add(out, b.at[i].at, b.at[i].size);
    return 1;
}

/* Every name that ends in a number gets something in front of it. */
static int names_change(struct random *r, const struct buffer *text, struct buffer *out)
{
    const char *end = text->at + text->size;
    (void)r;
    for (const char *at = text->at; at < end;) {
        const char *word = at;
        while (at < end && (isalnum((unsigned char)*at) || *at == '_')) at++;
        const char *digit = at;
        while (digit > word && isdigit((unsigned char)digit[-1])) digit--;
        if (digit < at && digit > word + 1 && digit[-1] == '_') buffer_text(out, prefix);
        if (at > word) buffer_add(out, word, (size_t)(at - word));
        else buffer_byte(out, *at++);
    }
    return 1;
}

static void format_put(void *context, const char *bytes, size_t size) { buffer_add(context, bytes, size); }

static int layout_change(struct random *r, const struct buffer *text, struct buffer *out)
{
    (void)r;
    return edict_format("made", text->at, text->size, format_put, out) == EDICT_OK;
}

/* A list is put together from two; policies stand in two blocks. */
static int parts_make(struct random *r, const struct buffer *text, struct buffer *out)
{
    struct blocks b;
    int changed = 0;
    (void)r;
    blocks_find(text, &b);
    for (unsigned i = 0; i < b.count; i++) {
        struct text t = b.at[i];
        const char *end = t.at + t.size, *line = memchr(t.at, '\n', t.size), *cut = NULL, *stop = NULL;
        if (line && begins(t, "codes")) {
            stop = memchr(line + 1, '\n', (size_t)(end - line - 1));
            for (const char *c = line + 1; stop && c < stop; c++)
                if (*c == ',' && !cut) cut = c;
        }
        if (!cut) {
            buffer_add(out, t.at, t.size);
            continue;
        }
        changed = 1;
        buffer_printf(out, "codes rest_of_%u, cite K1\n  %.*s\n\n", i, (int)(stop - cut - 2), cut + 2);
        buffer_add(out, t.at, (size_t)(cut - t.at));
        buffer_printf(out, ", rest_of_%u\n\n", i);
    }
    return changed;
}

static const struct {
    const char *what;
    int (*make)(struct random *r, const struct buffer *text, struct buffer *out);
    int keeps_rules;
} all[] = {{"items in another order", items_shuffle, 1},
           {"facts and policies in another order", facts_shuffle, 1},
           {"rows of relations in another order", rows_shuffle, 0},
           {"other names", names_change, 0},
           {"the written form", layout_change, 1},
           {"lists in parts", parts_make, 0}};

unsigned rewrite_count(void) { return sizeof all / sizeof *all; }
const char *rewrite_what(unsigned how) { return all[how].what; }
int rewrite_keeps_rules(unsigned how) { return all[how].keeps_rules; }

int rewrite(struct random *r, unsigned how, const struct buffer *text, struct buffer *out)
{
    buffer_clear(out);
    return all[how].make(r, text, out);
}

void answer_plain(struct buffer *out, const char *json, size_t size)
{
    const char *end = json + size;
    buffer_clear(out);
    for (const char *at = json; at < end;) {
        static const char rules[] = "\"rules\": \"";
        if ((size_t)(end - at) > 80 && !memcmp(at, rules, sizeof rules - 1)) at += sizeof rules - 1 + 32 + 13 + 32;
        if ((size_t)(end - at) > sizeof prefix && !memcmp(at, prefix, sizeof prefix - 1)) at += sizeof prefix - 1;
        else buffer_byte(out, *at++);
    }
}
