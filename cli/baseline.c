/* Reads baselines, and lists the items of a pack as baselines keep them. Written in snapshot.c. */
#include "baseline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void field_put(struct text *to, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        static const char plain[] = "\t\n\r\\", escaped[] = "tnr\\";
        const char *at = text[i] ? strchr(plain, text[i]) : NULL;
        text_put(to, at ? "\\" : text + i, 1);
        if (at)
            text_put(to, escaped + (at - plain), 1);
    }
}

void field_read(char *field)
{
    char *to = field;
    for (const char *c = field; *c; c++) {
        if (*c == '\\' && c[1]) {
            c++;
            *to++ = *c == 't' ? '\t' : *c == 'n' ? '\n' : *c == 'r' ? '\r' : *c;
        } else {
            *to++ = *c;
        }
    }
    *to = 0;
}

/* Cuts the next field off; "" where there is none. */
static char *field_next(char **line)
{
    char *field = *line, *end = strchr(field, '\t');
    *line = end ? end + 1 : field + strlen(field);
    if (end)
        *end = 0;
    return field;
}

static int room_for(void *array, size_t count, size_t size)
{
    void **at = array;
    if (count & (count - 1))    /* grows at powers of two */
        return 1;
    void *grown = realloc(*at, (count ? count * 2 : 1) * size);
    if (grown)
        *at = grown;
    return grown != NULL;
}

static int text_add(const char ***texts, size_t *count, const char *text)
{
    if (!room_for(texts, *count, sizeof **texts))
        return 0;
    (*texts)[(*count)++] = text;
    return 1;
}

static int item_take(struct baseline *b, char *line)
{
    if (!room_for(&b->items, b->item_count, sizeof *b->items))
        return 0;
    struct kept_item *item = &b->items[b->item_count++];
    char *name = field_next(&line);
    field_read(name);
    *item = (struct kept_item){.name = name};
    item->meaning = strtoull(field_next(&line), NULL, 16);
    item->heading = strtoull(field_next(&line), NULL, 16);
    for (char *row = field_next(&line), *end; *row; row = end) {
        struct kept_row r = {.number = (unsigned)strtoul(row, &end, 10)};
        r.meaning = *end == '=' ? (uint32_t)strtoul(end + 1, &end, 16) : 0;
        if (end == row || !room_for(&item->rows, item->row_count, sizeof *item->rows))
            return end == row;
        item->rows[item->row_count++] = r;
    }
    return 1;
}

static int kept_take(struct baseline *b, char *line)
{
    if (!room_for(&b->kept, b->kept_count, sizeof *b->kept))
        return 0;
    struct kept *k = &b->kept[b->kept_count++];
    *k = (struct kept){.digest = field_next(&line)};
    k->words = field_next(&line);
    k->outcome = field_next(&line);
    k->why = field_next(&line);
    k->id = field_next(&line);
    return 1;
}

static int is_digest(const char *line)
{
    return strspn(line, "0123456789abcdef") == 16 && line[16] == '\t';
}

/* 1; 0: no memory; -1: not a line of a baseline. */
static int line_take(struct baseline *b, char *line)
{
    if (is_digest(line))
        return kept_take(b, line);
    char *word = field_next(&line);
    if (strcmp(word, "pack") == 0)
        b->pack = line;
    else if (strcmp(word, "rules") == 0)
        b->rules = line;
    else if (strcmp(word, "image") == 0)
        b->image = line;
    else if (strcmp(word, "program") == 0)
        b->program = line;
    else if (strcmp(word, "set") == 0)
        return text_add(&b->sets, &b->set_count, line);
    else if (strcmp(word, "corpus") == 0)
        return field_read(line), text_add(&b->corpus, &b->corpus_count, line);
    else if (strcmp(word, "item") == 0)
        return item_take(b, line);
    else if (strcmp(word, "because") == 0)
        return text_add(&b->why, &b->why_count, line);
    else
        return *word == '#' || !*word ? 1 : -1;
    return 1;
}

static int item_order(const void *a, const void *b)
{
    return strcmp(((const struct kept_item *)a)->name, ((const struct kept_item *)b)->name);
}

static size_t digest_slot(const struct baseline *b, const char *digest)
{
    return (size_t)strtoull(digest, NULL, 16) & (b->table_size - 1);
}

static int table_make(struct baseline *b)
{
    for (b->table_size = 16; b->table_size < b->kept_count * 2; b->table_size *= 2)
        ;
    b->table = calloc(b->table_size, sizeof *b->table);
    for (size_t i = 0; b->table && i < b->kept_count; i++) {
        size_t at = digest_slot(b, b->kept[i].digest);
        while (b->table[at])
            at = (at + 1) & (b->table_size - 1);
        b->table[at] = (uint32_t)i + 1;
    }
    return b->table != NULL;
}

struct kept *baseline_find(struct baseline *b, const char *digest)
{
    for (size_t at = digest_slot(b, digest); b->table[at]; at = (at + 1) & (b->table_size - 1)) {
        struct kept *k = &b->kept[b->table[at] - 1];
        if (!k->used && strcmp(k->digest, digest) == 0)
            return k;
    }
    return NULL;
}

const struct kept *baseline_known(const struct baseline *b, const char *digest)
{
    for (size_t at = digest_slot(b, digest); b->table[at]; at = (at + 1) & (b->table_size - 1))
        if (strcmp(b->kept[b->table[at] - 1].digest, digest) == 0)
            return &b->kept[b->table[at] - 1];
    return NULL;
}

int baseline_read(struct baseline *b, const char *path)
{
    static const char first[] = "edict baseline 1";
    *b = (struct baseline){0};
    if (file_read(path, &b->file) != 0)
        return EXIT_INPUT;
    unsigned long number = 0;
    int took = 1, ended = 0;
    for (char *line = b->file.bytes, *next; *line && took > 0 && !ended; line = next) {
        char *end = strchr(line, '\n');
        next = end ? end + 1 : line + strlen(line);
        if (end)
            *end = 0;
        size_t size = strlen(line);
        if (size && line[size - 1] == '\r')
            line[size - 1] = 0;
        if (++number == 1 && strcmp(line, first) != 0) {
            message("%s: this is no baseline of edict snapshot: its first line is not \"%s\"", path, first);
            return EXIT_INPUT;
        }
        ended = strncmp(line, "end\t", 4) == 0;
        took = number == 1 || ended ? 1 : line_take(b, line);
        if (ended && strtoull(line + 4, NULL, 10) != b->kept_count)
            took = -1;
    }
    if (took > 0 && (!ended || !b->pack || !b->rules || !b->image || !b->program)) {
        message("%s: the baseline is cut off: make it again", path);
        return EXIT_INPUT;
    }
    if (took < 0) {
        message("%s:%lu: not a line of a baseline", path, number);
        return EXIT_INPUT;
    }
    if (b->items)
        qsort(b->items, b->item_count, sizeof *b->items, item_order);
    return took && table_make(b) ? EXIT_FINE : EXIT_INTERNAL;
}

void items_free(struct kept_item *items, size_t count)
{
    for (size_t i = 0; items && i < count; i++)
        free(items[i].rows);
    free(items);
}

void baseline_free(struct baseline *b)
{
    items_free(b->items, b->item_count);
    free(b->kept);
    free(b->table);
    free(b->sets);
    free(b->corpus);
    free(b->why);
    free(b->file.bytes);
    *b = (struct baseline){0};
}

/* ---- items of a pack */

int items_read(const struct pack *pack, struct kept_item **items, const edict_item **full, size_t *count)
{
    *items = NULL;
    *count = 0;
    if (!pack->compilation)
        return EXIT_FINE;
    if (edict_compilation_items(pack->compilation, full, count) != EDICT_OK)
        return EXIT_INTERNAL;
    struct kept_item *made = calloc(*count + 1, sizeof *made);
    if (!made)
        return EXIT_INTERNAL;
    *items = made;
    for (size_t i = 0; i < *count; i++) {
        const edict_item *from = &(*full)[i];
        made[i] = (struct kept_item){from->name, from->meaning, from->heading,
                                     calloc(from->row_count + 1, sizeof(struct kept_row)), from->row_count};
        if (!made[i].rows)
            return EXIT_INTERNAL;
        for (size_t r = 0; r < from->row_count; r++)
            made[i].rows[r] = (struct kept_row){from->rows[r].number, (uint32_t)from->rows[r].meaning};
    }
    return EXIT_FINE;
}

const struct kept_item *item_kept(const struct kept_item *items, size_t count, const char *name, size_t size)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(items[i].name) == size && memcmp(items[i].name, name, size) == 0)
            return &items[i];
    return NULL;
}
