/* Rows of a relation, bundle or limit from a file beside the pack: `from file "pairs.csv" as csv` (or `as tsv`). The
 * first record names the columns; effective and until are dates (2026-01-31 or 20260131, empty: open). Nothing is taken
 * from half a file. */
#include "compiler/model.h"

#include "base/date.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define FILE_COLUMNS 32
#define FILE_ROWS_MAX 8000000u

enum column_use { COLUMN_VALUE, COLUMN_FROM, COLUMN_UNTIL, COLUMN_LEFT_OUT };

/* First pass: which type each column has. Second pass: the cells. */
struct reading {
    struct model *m;
    struct relation *r;
    const struct ast_node *from;
    const char *name;
    uint64_t record;
    unsigned field, columns;
    enum column_use use[FILE_COLUMNS];
    struct text header[FILE_COLUMNS];
    unsigned target[FILE_COLUMNS]; /* value columns: number in the relation */
    int letters[FILE_COLUMNS], numbers[FILE_COLUMNS], decimals[FILE_COLUMNS], words[FILE_COLUMNS];
    int pass, bad;
    uint64_t rows;
    int64_t *cells;
    int32_t valid_from, valid_until;
    struct item_row *origin, *last;
};

static void file_error(struct reading *x, const char *what, const char *hint)
{
    if (x->bad++) return;
    const struct ast_node *label = ast_child(x->from, AST_LABEL);
    struct diag *d =
        diag_add(x->m->diags, DIAG_TABLE_FILE, label ? label->span : x->from->span,
                 x->record ? "%s, record %llu: %s" : "%s%.0llu: %s", x->name, (unsigned long long)x->record, what);
    diag_hint(x->m->diags, d, "%s", hint);
}

static int date_field(struct reading *x, struct text t, int32_t open)
{
    char iso[11];
    int32_t day = open;
    if (!t.size || text_is(t, "*")) return open;
    if (t.size == 8) {
        snprintf(iso, sizeof iso, "%.4s-%.2s-%.2s", t.at, t.at + 4, t.at + 6);
        if (date_parse(iso, &day)) return day;
    } else if (t.size == 10 && date_parse(t.at, &day)) return day;
    file_error(x, "this is no date", "dates are written 2026-01-31 or 20260131; empty means open");
    return open;
}

static void column_name(struct reading *x, struct text t)
{
    if (x->field == FILE_COLUMNS) {
        file_error(x, "too many columns", "a table file has at most 32 columns");
        return;
    }
    x->header[x->field] = text_of(text_z(x->m, t));
    x->use[x->field] = text_is(t, "effective") ? COLUMN_FROM : text_is(t, "until") ? COLUMN_UNTIL : COLUMN_VALUE;
    if (text_is(t, "note") || text_is(t, "rationale")) x->use[x->field] = COLUMN_LEFT_OUT;
    if (!t.size) file_error(x, "a column has no name", "the first record names the columns");
}

static void value_look(struct reading *x, struct text t)
{
    int64_t code, scaled;
    unsigned c = x->field;
    int number = t.size > 0;
    for (uint32_t i = 0; i < t.size; i++) number &= (t.at[i] >= '0' && t.at[i] <= '9') || t.at[i] == '.';
    if (number && memchr(t.at, '.', t.size)) x->decimals[c] = 1;
    else if (number && t.size < 5) x->numbers[c] = 1;
    else if (code_pack(t, &code)) x->letters[c] = 1;
    else x->words[c] = 1;
    if (number && !number_read(t, &scaled))
        file_error(x, "a number is out of range", "numbers have at most twelve digits");
}

static void value_keep(struct reading *x, struct text t)
{
    struct relation *r = x->r;
    unsigned c = x->target[x->field];
    int64_t *to = x->cells + x->rows * r->column_count + c, scaled;
    switch (r->types[c].base) {
    case TYPE_CODE:
        if (!code_pack(t, to)) file_error(x, "this is no code", "codes are capital letters and digits, at most eight");
        break;
    case TYPE_WORD: {
        uint32_t atom = word_atom(x->m, t);
        *to = atom;
        if (!word_set_has(r->types[c].words, atom))
            r->types[c].words = word_set_union(x->m, r->types[c].words, word_set_of(x->m, &atom, 1));
        break;
    }
    default:
        if (!number_read(t, &scaled))
            file_error(x, "this is no number", "write digits, with a point where there is one");
        else *to = r->types[c].base == TYPE_DECIMAL ? scaled : scaled / 1000000;
    }
}

static void on_field(void *at, size_t size, void *context)
{
    struct reading *x = context;
    struct text t = {at ? at : "", (uint32_t)size};
    while (t.size && (t.at[t.size - 1] == ' ' || t.at[t.size - 1] == '\t')) t.size--;
    while (t.size && *t.at == ' ') {
        t.at++;
        t.size--;
    }
    if (x->bad) return;
    if (x->record == 1) {
        if (!x->pass) column_name(x, t);
        x->field++;
        return;
    }
    if (x->field >= x->columns) {
        if (t.size) file_error(x, "this record has more fields than the header", "check the separator and the quotes");
        return;
    }
    if (x->use[x->field] == COLUMN_FROM) x->valid_from = date_field(x, t, DATE_MIN_OPEN);
    else if (x->use[x->field] == COLUMN_UNTIL) x->valid_until = date_field(x, t, DATE_OPEN);
    else if (x->use[x->field] == COLUMN_VALUE && x->pass) value_keep(x, t);
    else if (x->use[x->field] == COLUMN_VALUE) value_look(x, t);
    x->field++;
}

/* Rows of one validity share their origin: most tables have few. */
static const struct item_row *origin_of(struct reading *x)
{
    if (x->last && x->last->from == x->valid_from && x->last->until == x->valid_until) return x->last;
    x->last = arena_zero(x->m->arena, 1, sizeof *x->last);
    if (!x->last) {
        x->m->oom = 1;
        return NULL;
    }
    *x->last = (struct item_row){NULL, x->valid_from, x->valid_until, NULL, 0};
    return x->last;
}

static void on_record(int end, void *context)
{
    struct reading *x = context;
    (void)end;
    if (x->bad) return;
    if (x->record == 1) {
        if (!x->pass) x->columns = x->field;
    } else if (x->field < x->columns)
        file_error(x, "this record has fewer fields than the header", "the file may be cut off, or a quote is missing");
    else if (x->valid_from > x->valid_until)
        file_error(x, "this row would end before it begins", "until is the last day in force");
    else {
        if (x->pass) x->r->origins[x->rows] = origin_of(x);
        if (++x->rows > FILE_ROWS_MAX) file_error(x, "too many rows", "a table has at most 8 million rows");
    }
    x->record++;
    x->field = 0;
    x->valid_from = DATE_MIN_OPEN;
    x->valid_until = DATE_OPEN;
}

static int file_pass(struct reading *x, const char *path, int tabs, XXH3_state_t *hash, uint64_t *bytes)
{
    struct csv_parser csv;
    char *block = malloc(1 << 16);
    FILE *f = fopen(path, "rb");
    size_t got;
    x->record = 0;
    x->field = 0;
    x->rows = 0;
    x->valid_from = DATE_MIN_OPEN;
    x->valid_until = DATE_OPEN;
    if (!f || !block || csv_init(&csv, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0) {
        file_error(x, "the file cannot be read", "the path is relative to the file that names it");
        if (f) fclose(f);
        free(block);
        return 0;
    }
    if (tabs) csv_set_delim(&csv, '\t');
    x->record = 1;
    *bytes = 0;
    while (!x->bad && (got = fread(block, 1, 1 << 16, f)) > 0) {
        if (hash) XXH3_128bits_update(hash, block, got);
        if (*bytes == 0 && got > 4 && (block[0] == '<' || !memcmp(block, "%PDF", 4)))
            file_error(x, "this is a web page or a document, not a table", "download the table itself");
        *bytes += got;
        if (!x->bad && csv_parse(&csv, block, got, on_field, on_record, x) != got)
            file_error(x, csv_strerror(csv_error(&csv)), "check the quotes");
    }
    if (!x->bad && ferror(f)) file_error(x, "the file could not be read to its end", "try again, or copy it");
    if (!x->bad && csv_fini(&csv, on_field, on_record, x) != 0)
        file_error(x, "the last field is not closed", "the file may be cut off");
    csv_free(&csv);
    fclose(f);
    free(block);
    if (!x->bad && x->rows == 0) file_error(x, "there are no rows", "the first record names the columns, rows follow");
    return !x->bad;
}

static int columns_type(struct reading *x)
{
    struct relation *r = x->r;
    r->columns = arena_zero(x->m->arena, FILE_COLUMNS, sizeof *r->columns);
    r->types = arena_zero(x->m->arena, FILE_COLUMNS, sizeof *r->types);
    if (!r->columns || !r->types) return 0;
    for (unsigned c = 0; c < x->columns; c++) {
        if (x->use[c] != COLUMN_VALUE) continue;
        struct type t = {TYPE_COUNT, NULL, ""};
        int most = text_is(x->header[c], "at most");
        if (x->words[c] && !x->letters[c] && !x->decimals[c]) t.base = TYPE_WORD;
        else if (x->letters[c] && !most) t.base = TYPE_CODE;
        else if (x->decimals[c]) t.base = TYPE_DECIMAL;
        if (x->words[c] && t.base != TYPE_WORD) {
            file_error(x, arena_printf(x->m->arena, "the column %s mixes codes and words", text_z(x->m, x->header[c])),
                       "one column, one kind of value");
            return 0;
        }
        x->target[c] = r->column_count;
        r->columns[r->column_count] = x->header[c];
        r->types[r->column_count++] = t;
    }
    return r->column_count > 0;
}

int relation_file(struct model *m, struct relation *r, const struct ast_node *from)
{
    const struct ast_node *label = ast_child(from, AST_LABEL), *reader = ast_child(from, AST_NAME);
    const struct pack *p = r->item->pack;
    const char *rest = label ? text_z(m, label->text) : "";
    const char *path = path_join(m, directory_of(m, p->path), rest);
    struct reading x = {.m = m, .r = r, .from = from, .name = rest};
    int tabs = reader && text_is(reader->text, "tsv");
    if (!reader || (!tabs && !text_is(reader->text, "csv")) || reader->next) {
        struct diag *d =
            diag_add(m->diags, DIAG_TABLE_FILE, reader ? reader->span : from->span, "there is no such reader");
        diag_hint(m->diags, d, "write: as csv, or: as tsv");
        return 0;
    }
    struct data_file *file = arena_zero(m->arena, 1, sizeof *file);
    XXH3_state_t *hash = XXH3_createState();
    if (!file || !hash) {
        m->oom = 1;
        XXH3_freeState(hash);
        return 0;
    }
    XXH3_128bits_reset(hash);
    int good = file_pass(&x, path, tabs, hash, &file->size) && columns_type(&x);
    XXH128_canonical_t digest;
    XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(hash));
    memcpy(file->hash, digest.digest, sizeof file->hash);
    XXH3_freeState(hash);
    if (!good) return 0;
    r->cells = arena_zero(m->arena, x.rows * r->column_count + 1, sizeof *r->cells);
    r->origins = arena_zero(m->arena, x.rows + 1, sizeof *r->origins);
    if (!r->cells || !r->origins) {
        m->oom = 1;
        return 0;
    }
    x.cells = r->cells;
    x.pass = 1;
    uint64_t again;
    if (!file_pass(&x, path, tabs, NULL, &again)) return 0;
    r->row_count = (unsigned)x.rows;
    file->name = path_join(m, directory_of(m, p->shown), rest);
    struct data_file **last = &m->files;
    while (*last) last = &(*last)->next;
    *last = file;
    return 1;
}
