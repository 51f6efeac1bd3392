/* Plain tables, csv and tsv: the first record names the columns, and what stands in a column tells its type. effective
 * and until are dates, note and rationale are left out. */
#include "compiler/files.h"

#include <string.h>

int table_begin(struct reading *x)
{
    (void)x;
    return 1;
}

static void columns_name(struct reading *x, const struct text *fields, unsigned count)
{
    if (x->pass) return;
    int same = x->first_file || count == x->columns;
    for (unsigned c = 0; c < count && !x->bad; c++) {
        struct text t = fields[c];
        if (!t.size) file_error(x, "a column has no name", "the first record names the columns");
        if (!x->first_file) {
            same = same && text_equal(t, x->header[c]);
            continue;
        }
        x->header[c] = text_of(text_z(x->m, t));
        x->use[c] = text_is(t, "effective") ? COLUMN_FROM : text_is(t, "until") ? COLUMN_UNTIL : COLUMN_VALUE;
        if (text_is(t, "note") || text_is(t, "rationale")) x->use[c] = COLUMN_LEFT_OUT;
    }
    if (x->first_file) x->columns = count;
    else if (!same) file_error(x, "the files have different columns", "one table, one header");
}

/* First pass: what a column holds. */
static void value_look(struct reading *x, unsigned c, struct text t)
{
    int64_t code, scaled;
    int number = t.size > 0;
    for (uint32_t i = 0; i < t.size; i++) number &= (t.at[i] >= '0' && t.at[i] <= '9') || t.at[i] == '.';
    if (number && memchr(t.at, '.', t.size)) x->decimals[c] = 1;
    else if (number && t.size < 5) x->numbers[c] = 1;
    else if (code_pack(t, &code)) x->letters[c] = 1;
    else x->words[c] = 1;
    if (number && !number_read(t, &scaled))
        file_error(x, "a number is out of range", "numbers have at most twelve digits");
}

static int64_t value_read(struct reading *x, unsigned c, struct text t)
{
    struct type *type = &x->r->types[x->target[c]];
    int64_t value = 0;
    switch (type->base) {
    case TYPE_CODE:
        if (!code_pack(t, &value))
            file_error(x, "this is no code", "codes are capital letters and digits, at most eight");
        return value;
    case TYPE_WORD: {
        uint32_t atom = word_atom(x->m, t);
        if (!word_set_has(type->words, atom))
            type->words = word_set_union(x->m, type->words, word_set_of(x->m, &atom, 1));
        return atom;
    }
    default:
        for (uint32_t i = 0; i < t.size; i++)
            if ((t.at[i] < '0' || t.at[i] > '9') && t.at[i] != '.') t.size = 0;
        if (!t.size || !number_read(t, &value))
            file_error(x, "this is no number", "write digits, with a point where there is one");
        return type->base == TYPE_DECIMAL ? value : value / 1000000;
    }
}

void table_record(struct reading *x, const struct text *fields, unsigned count)
{
    int64_t cells[FILE_COLUMNS];
    int32_t from = DATE_MIN_OPEN, until = DATE_OPEN;
    if (x->records == 1) {
        columns_name(x, fields, count);
        return;
    }
    while (count > x->columns && !fields[count - 1].size) count--;
    if (count > x->columns)
        file_error(x, "this record has more fields than the header", "check the separator and the quotes");
    if (count < x->columns)
        file_error(x, "this record has fewer fields than the header", "the file may be cut off, or a quote is missing");
    for (unsigned c = 0; c < count && !x->bad; c++) {
        if (x->use[c] == COLUMN_FROM) from = date_field(x, fields[c], DATE_MIN_OPEN);
        else if (x->use[c] == COLUMN_UNTIL) until = date_field(x, fields[c], DATE_OPEN);
        else if (x->use[c] == COLUMN_VALUE && x->pass) cells[x->target[c]] = value_read(x, c, fields[c]);
        else if (x->use[c] == COLUMN_VALUE) value_look(x, c, fields[c]);
    }
    if (x->pass) x->seen++;
    if (!x->bad && x->pass) row_keep(x, cells, from, until);
}

int table_types(struct reading *x)
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
            x->line = 1;
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
