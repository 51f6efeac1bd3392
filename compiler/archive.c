/* Reads an image for what it was made from. The image is verified by the same door as for running it, and all of it:
 * the compiler trusts what it reads here. */
#include "compiler/archive.h"

#include "compiler/compile.h"
#include "compiler/pairs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct archive_table {
    uint32_t item; /* of the image */
    struct table_rows rows;
    struct archive_table *next;
};

int archive_is(const char *path)
{
    char head[8];
    FILE *f = fopen(path, "rb");
    if (!f && errno == ENOMEM) return -1;
    size_t got = f ? fread(head, 1, sizeof head, f) : 0;
    if (f) fclose(f);
    return got == sizeof head && !memcmp(head, IMAGE_MAGIC, sizeof head);
}

const struct image_header *archive_header(const struct archive *a) { return (const void *)a->bytes; }

static const void *section(const struct archive *a, enum image_section s, size_t each, uint32_t *count)
{
    const struct image_slice slice = archive_header(a)->sections[s];
    if (count) *count = (uint32_t)(slice.size / each);
    return a->bytes + slice.offset;
}

static const char *string_at(const struct archive *a, uint32_t n)
{
    const struct image_string *strings = section(a, SECTION_STRINGS, sizeof *strings, NULL);
    return (const char *)section(a, SECTION_TEXT, 1, NULL) + strings[n].at;
}

static void *bytes_read(struct arena *arena, const char *path, size_t *size, edict_error *error)
{
    FILE *f = fopen(path, "rb");
    void *bytes = NULL;
    char why[128];
    long end = f && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    *size = end > 0 ? (size_t)end : 0;
    if (end >= 0 && fseek(f, 0, SEEK_SET) == 0) bytes = arena_alloc(arena, *size + 1);
    if (!f && errno == ENOMEM) error_fill(error, EDICT_MEMORY, "memory", "no memory%s", "");
    else if (!f || end < 0)
        error_fill(error, EDICT_IO, "unreadable", "cannot be read: %s", strerror_r(errno, why, sizeof why));
    else if (!bytes) error_fill(error, EDICT_MEMORY, "memory", "no memory%s", "");
    else if (fread(bytes, 1, *size, f) != *size) {
        error_fill(error, EDICT_IO, "unreadable", "cannot be read: %s", strerror_r(errno, why, sizeof why));
        bytes = NULL;
    }
    if (f) fclose(f);
    return bytes;
}

static edict_status bytes_check(const struct archive *a, edict_error *error)
{
    edict_program *p = NULL;
    edict_status status = edict_program_load(a->bytes, a->size, &p, error);
    if (status == EDICT_OK) status = edict_program_check(p, error);
    edict_program_free(p);
    return status;
}

static int sources_read(struct archive *a)
{
    uint32_t count;
    const struct image_source *s = section(a, SECTION_SOURCES, sizeof *s, &count);
    const char *text = section(a, SECTION_TEXT, 1, NULL);
    a->sources = arena_zero(a->arena, count + 1u, sizeof *a->sources);
    if (!a->sources) return 0;
    for (uint32_t i = 0; i < count; i++)
        if (s[i].size)
            a->sources[a->source_count++] =
                (struct source){string_at(a, s[i].name), text + s[i].at, (uint32_t)s[i].size};
    return 1;
}

static int given_read(struct archive *a)
{
    const uint32_t *s = section(a, SECTION_GIVEN, sizeof *s, &a->given_count);
    a->given = arena_zero(a->arena, a->given_count + 1u, sizeof *a->given);
    for (uint32_t i = 0; a->given && i < a->given_count; i++) a->given[i] = string_at(a, s[i]);
    return a->given != NULL;
}

int archive_file(const struct archive *a, struct data_file *file)
{
    uint32_t count;
    const struct image_source *s = section(a, SECTION_SOURCES, sizeof *s, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (s[i].size || strcmp(string_at(a, s[i].name), file->name) != 0) continue;
        memcpy(file->hash, s[i].hash, sizeof file->hash);
        return 1;
    }
    return 0;
}

/* ---- tables */

/* Words and texts by their bytes. A number that points nowhere makes the empty text: nothing in an image that was built
 * here has one. */
static int64_t cell_read(const struct archive *a, uint32_t type, int64_t value)
{
    uint32_t words, strings;
    const uint32_t *word = section(a, SECTION_WORDS, sizeof *word, &words);
    section(a, SECTION_STRINGS, sizeof(struct image_string), &strings);
    if (type == TYPE_WORD) value = value >= 0 && value < words ? word[value] : 0;
    if (type != TYPE_WORD && type != TYPE_TEXT) return value;
    return (int64_t)(intptr_t)string_at(a, value >= 0 && value < strings ? (uint32_t)value : 0);
}

struct table_reading {
    struct archive *a;
    struct table_rows *t;
    const struct image_column *columns;
    const struct image_relation *relation;
    const int64_t *cells;
    struct item_row *last;
};

/* Rows of one validity share their origin, as when they were read from the file. */
static const struct item_row *origin_of(struct table_reading *x, int64_t from, int64_t until)
{
    if (x->last && x->last->from == from && x->last->until == until) return x->last;
    struct item_row *row = arena_zero(x->a->arena, 1, sizeof *row);
    if (!row) return NULL;
    row->from = (int32_t)from;
    row->until = (int32_t)until;
    return x->last = row;
}

static int row_read(struct table_reading *x, size_t at, const int64_t *row)
{
    const unsigned n = x->t->columns;
    for (unsigned c = 0; c < n; c++)
        x->t->cells[at * n + c] = cell_read(x->a, x->columns[c].type, row[x->columns[c].place]);
    return (x->t->origins[at] = origin_of(x, row[n], row[n + 1])) != NULL;
}

static int pairs_read(struct table_reading *x)
{
    const struct image_relation *r = x->relation;
    const unsigned char *pairs = section(x->a, SECTION_PAIRS, 1, NULL);
    const struct code_pairs_layout l = code_pairs_layout(pairs, r);
    const uint32_t *start = l.starts, *rows = l.rows;
    const uint32_t width = r->columns + 3;
    int64_t row[TABLE_COLUMNS_MAX + 3];
    if (width > sizeof row / sizeof *row) return 0;
    for (uint32_t i = 0, at = 0; i < r->codes; i++)
        for (uint32_t k = start[i]; k < start[i + 1]; k++, at++) {
            memcpy(row, x->cells + (size_t)(rows[k] & UINT16_MAX) * width, width * sizeof *row);
            row[0] = l.codes[i];
            row[1] = l.codes[code_of_mark(rows[k] >> 16)];
            if (!row_read(x, at, row)) return 0;
        }
    return 1;
}

static int rows_read(struct table_reading *x)
{
    const struct image_relation *r = x->relation;
    const uint32_t width = r->columns + 3;
    if (r->codes) return pairs_read(x);
    const struct image_row *traced = section(x->a, SECTION_ROWS, sizeof *traced, NULL);
    size_t n = 0;
    for (size_t i = 0; i < r->rows; i++) { /* what packs add to the file stands in them, and comes from there again */
        const int64_t *row = x->cells + i * width, trace = row[r->columns + 2];
        if (trace >= 0 && traced[trace].number) continue;
        if (!row_read(x, n++, row)) return 0;
    }
    x->t->count = n;
    return 1;
}

static int table_read(struct archive *a, const struct image_column *columns, unsigned count)
{
    const struct image_relation *relations = section(a, SECTION_RELATIONS, sizeof *relations, NULL),
                                *r = &relations[columns->relation];
    const int64_t *cells = section(a, SECTION_CELLS, sizeof *cells, NULL);
    struct archive_table *t = arena_zero(a->arena, 1, sizeof *t);
    if (!t || count != r->columns || count > TABLE_COLUMNS_MAX) return 0;
    size_t rows = r->codes ? (size_t)r->pairs : (size_t)r->rows;
    t->item = r->item;
    t->rows = (struct table_rows){.columns = count, .count = rows, .packed = r->codes != 0};
    t->rows.names = arena_zero(a->arena, count + 1u, sizeof *t->rows.names);
    t->rows.types = arena_zero(a->arena, count + 1u, sizeof *t->rows.types);
    t->rows.units = arena_zero(a->arena, count + 1u, sizeof *t->rows.units);
    t->rows.cells = arena_alloc(a->arena, (rows + 1) * count * sizeof *t->rows.cells);
    t->rows.origins = arena_alloc(a->arena, (rows + 1) * sizeof *t->rows.origins);
    if (!t->rows.names || !t->rows.types || !t->rows.units || !t->rows.cells || !t->rows.origins) return 0;
    for (unsigned c = 0; c < count; c++) {
        t->rows.names[c] = text_of(string_at(a, columns[c].name));
        t->rows.types[c] = (enum value_type)columns[c].type;
        t->rows.units[c] = string_at(a, columns[c].unit);
    }
    struct table_reading x = {a, &t->rows, columns, r, cells + r->at, NULL};
    if (!rows_read(&x)) return 0;
    t->next = a->tables;
    a->tables = t;
    return 1;
}

static int tables_read(struct archive *a)
{
    uint32_t count;
    const struct image_column *c = section(a, SECTION_COLUMNS, sizeof *c, &count);
    for (uint32_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && c[end].relation == c[i].relation; end++) {}
        if (!table_read(a, c + i, end - i)) return 0;
    }
    return 1;
}

const struct table_rows *archive_table(const struct model *m, const struct item *it)
{
    const struct archive *a = m->given;
    if (!a) return NULL;
    const struct image_item *items = section(a, SECTION_ITEMS, sizeof *items, NULL);
    enum item_kind kind = it->kind == AST_BUNDLE ? ITEM_BUNDLE : it->kind == AST_LIMIT ? ITEM_LIMIT : ITEM_RELATION;
    for (const struct archive_table *t = a->tables; t; t = t->next)
        if (t->item != NONE && items[t->item].kind == kind && text_is(it->name, string_at(a, items[t->item].name)))
            return &t->rows;
    return NULL;
}

edict_status archive_open(struct archive *a, struct arena *arena, const char *path, edict_error *error)
{
    *a = (struct archive){.arena = arena};
    a->bytes = bytes_read(arena, path, &a->size, error);
    if (!a->bytes) return error ? error->status : EDICT_IO;
    edict_status status = bytes_check(a, error);
    if (status != EDICT_OK) return status;
    if (sources_read(a) && given_read(a) && tables_read(a) && a->source_count) return EDICT_OK;
    error_fill(error, a->sources && !a->source_count ? EDICT_IMAGE : EDICT_MEMORY, "no_sources",
               a->sources && !a->source_count ? "the image holds no sources%s" : "no memory%s", "");
    return a->sources && !a->source_count ? EDICT_IMAGE : EDICT_MEMORY;
}
