/* A file from its first byte to its last, as records: quoted fields through libcsv, others line by line in place. */
#include "compiler/files.h"

#include <errno.h>
#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK (1u << 18)

struct block {
    struct reading *x;
    FILE *file;
    char *at;
    size_t used;
    uint64_t line; /* lines taken */
    XXH3_state_t *hash;
    struct csv_parser csv;
};

static struct text trimmed(const char *at, size_t size)
{
    while (size && (at[size - 1] == ' ' || at[size - 1] == '\t' || at[size - 1] == '\r')) size--;
    while (size && *at == ' ') {
        at++;
        size--;
    }
    return (struct text){at, (uint32_t)size};
}

static void on_field(void *at, size_t size, void *context)
{
    struct reading *x = context;
    if (x->fields > FILE_COLUMNS) return;
    if (size) buffer_add(&x->scratch, at, size);
    x->sizes[x->fields++] = (uint32_t)size;
}

static void on_record(int end, void *context)
{
    struct reading *x = context;
    struct text fields[FILE_COLUMNS];
    const char *at = x->scratch.at ? x->scratch.at : "";
    (void)end;
    if (x->fields > FILE_COLUMNS) file_error(x, "too many columns", "a table file has at most 32 columns");
    if (x->scratch.failed) file_error(x, "this record is too long", "check the quotes");
    for (unsigned i = 0; i < x->fields && !x->bad; i++) {
        fields[i] = trimmed(at, x->sizes[i]);
        at += x->sizes[i];
    }
    if (!x->bad) {
        x->records++;
        x->layout->record(x, fields, x->fields);
    }
    buffer_clear(&x->scratch);
    x->fields = 0;
}

static void line_split(struct reading *x, char *at, size_t size)
{
    struct text fields[FILE_COLUMNS];
    unsigned n = 0;
    if (!trimmed(at, size).size) return;
    for (char *end = at + size, *stop; at <= end; at = stop + 1) {
        stop = memchr(at, x->layout->separator, (size_t)(end - at));
        if (!stop) stop = end;
        if (n == FILE_COLUMNS) {
            file_error(x, "too many columns", "a table file has at most 32 columns");
            return;
        }
        fields[n++] = trimmed(at, (size_t)(stop - at));
    }
    x->records++;
    x->layout->record(x, fields, n);
}

/* One line with its end, or the last one without. A record is told by the line that it begins in. */
static void line_take(struct block *b, char *at, size_t size)
{
    struct reading *x = b->x;
    b->line++;
    if (!x->layout->quoted) {
        x->line = b->line;
        line_split(x, at, size && at[size - 1] == '\n' ? size - 1 : size);
        return;
    }
    if (b->csv.pstate == 0) x->line = b->line; /* between records */
    if (csv_parse(&b->csv, at, size, on_field, on_record, x) == size) return;
    if (csv_error(&b->csv) == CSV_ENOMEM) arena_fail(x->m->arena);
    else file_error(x, csv_strerror(csv_error(&b->csv)), "check the quotes");
}

static int begins(const struct block *b, size_t at, const char *with, size_t size)
{
    return b->used - at >= size && !memcmp(b->at + at, with, size);
}

/* Is it a table at all? */
static void start_look(struct reading *x, struct block *b)
{
    size_t i = 0;
    if (begins(b, 0, "\xff\xfe", 2) || begins(b, 0, "\xfe\xff", 2) || (b->used > 1 && !b->at[0] != !b->at[1])) {
        file_error(x, "this is UTF-16, two bytes a character",
                   "save it as plain text, UTF-8 or Latin-1, or take the file as it was published");
        return;
    }
    if (begins(b, 0, "\xef\xbb\xbf", 3)) {
        memmove(b->at, b->at + 3, b->used - 3);
        b->used -= 3;
    }
    while (i < b->used && strchr(" \t\r\n", b->at[i]) && b->at[i]) i++;
    if (i == b->used) return;
    if (b->at[i] == '<' || begins(b, i, "%PDF", 4) || b->at[i] == '{')
        file_error(x, "this is a web page or a document, not a table",
                   "the download gave something else than the table: download it again");
    else if (begins(b, 0, "PK\3\4", 4) || begins(b, 0, "\xd0\xcf\x11\xe0", 4) || begins(b, 0, "\x1f\x8b", 2) ||
             begins(b, 0, "\x28\xb5\x2f\xfd", 4) || begins(b, 0, "7z\xbc\xaf", 4))
        file_error(x, "this is an archive or a workbook, not a table",
                   "unpack it; of a workbook, take the text file that is published beside it");
    else if (!memchr(b->at, '\n', b->used) && memchr(b->at, '\r', b->used - 1))
        file_error(x, "its lines end with CR alone", "save it with line ends LF or CRLF");
}

/* Room that a download left empty reads as zeros. */
static void zeros_look(struct reading *x, const struct block *b, const char *from)
{
    const char *zero = memchr(from, 0, (size_t)(b->at + b->used - from));
    if (!zero) return;
    x->line = b->line + 1;
    for (const char *at = b->at; at < zero; at++) x->line += *at == '\n';
    file_error(x, "there are zero bytes here, which no text has",
               "only a part of it was downloaded: download it again");
}

/* Every whole line of the block; what is left moves to its front. */
static void block_take(struct block *b)
{
    struct reading *x = b->x;
    char *at = b->at, *end = b->at + b->used;
    for (char *stop; !x->bad && at < end && (stop = memchr(at, '\n', (size_t)(end - at))); at = stop + 1)
        line_take(b, at, (size_t)(stop + 1 - at));
    b->used = (size_t)(end - at);
    if (b->used && at != b->at) memmove(b->at, at, b->used);
    if (b->used == BLOCK) file_error(x, "this line is too long", "is it the table itself?");
}

static void blocks_read(struct block *b)
{
    struct reading *x = b->x;
    size_t got;
    int started = 0;
    while (!x->bad && (got = fread(b->at + b->used, 1, BLOCK - b->used, b->file)) > 0) {
        if (b->hash) {
            XXH3_128bits_update(b->hash, b->at + b->used, got);
            x->file->size += got;
        }
        const char *from = b->at + b->used;
        b->used += got;
        if (!started++) {
            start_look(x, b);
            from = b->at;
        }
        if (!x->bad) zeros_look(x, b, from);
        if (!x->bad) block_take(b);
    }
    if (!x->bad && !started && !ferror(b->file)) file_error(x, "the file is empty", "download it again");
    if (!x->bad && ferror(b->file)) file_error(x, "the file could not be read to its end", "try again, or copy it");
    if (!x->bad && b->used) {
        if (x->layout->closed) {
            x->line = b->line + 1;
            file_error(x, "the file ends in the middle of this line", "it is cut off: download it again");
        } else line_take(b, b->at, b->used);
    }
    if (!x->bad && x->layout->quoted && csv_fini(&b->csv, on_field, on_record, x) != 0)
        file_error(x, "the file ends inside of a quoted field that begins here",
                   "it is cut off, or a quote is missing");
}

static void blocks_run(void *context) { blocks_read(context); }

int file_records(struct reading *x, XXH3_state_t *hash)
{
    struct block b = {.x = x, .file = fopen(x->part->path, "rb"), .at = malloc(BLOCK), .hash = hash};
    x->fields = 0;
    buffer_clear(&x->scratch);
    if (!b.at || (!b.file && errno == ENOMEM)) {
        free(b.at);
        if (b.file) fclose(b.file);
        arena_fail(x->m->arena);
        return 0;
    }
    if (!b.file || csv_init(&b.csv, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        part_error(x, "the file cannot be read",
                   x->r->item->given ? "the path is relative to the directory in which you are"
                                     : "the path is relative to the file that names it");
        if (b.file) fclose(b.file);
        free(b.at);
        return 0;
    }
    csv_set_delim(&b.csv, (unsigned char)x->layout->separator);
    const int whole = arena_run(x->m->arena, blocks_run, &b);
    csv_free(&b.csv);
    fclose(b.file);
    free(b.at);
    if (!whole) {
        arena_fail(x->m->arena);
        return 0;
    }
    if (!x->bad && x->layout->end) x->layout->end(x);
    return !x->bad;
}
