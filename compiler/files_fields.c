/* What the readers of published layouts share: fields, dates, the notice above a table, headers of known names. */
#include "compiler/files.h"

#include "base/date.h"

#include <string.h>

#define HEADER_RECORDS 20u /* a header is at most so long */
#define NOTICE_YEARS 2     /* a notice's year is at most so far behind the table's */
#define QUARTER_DAYS 92    /* so long before its quarter a row may be announced */
#define MANY_ROWS 10000u   /* a table of so many rows has changes of its own year */

static int is_digit(char c) { return c >= '0' && c <= '9'; }

int digits_read(const char *at, unsigned size, int *out)
{
    *out = 0;
    for (unsigned i = 0; i < size; i++) {
        if (!is_digit(at[i])) return 0;
        *out = *out * 10 + (at[i] - '0');
    }
    return 1;
}

/* Five capital letters and digits, most of them digits. */
int looks_like_code(struct text t)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < t.size; i++) {
        if (!is_digit(t.at[i]) && (t.at[i] < 'A' || t.at[i] > 'Z')) return 0;
        n += is_digit(t.at[i]) != 0;
    }
    return t.size == 5 && n >= 3;
}

int64_t code_field(struct reading *x, struct text t)
{
    int64_t code = 0;
    if (t.size != 5 || !code_pack(t, &code))
        file_error(x, arena_printf(x->m->arena, "`%.*s` is no code", t.size < 40 ? (int)t.size : 40, t.at),
                   "codes have five characters: are columns exchanged, or is the file cut off?");
    return code;
}

int32_t plausible_date(struct reading *x, struct text t, int32_t open)
{
    int y, m, d;
    int32_t day = date_field(x, t, open);
    if (day == open || x->bad) return day;
    date_parts(day, &y, &m, &d);
    if (y < 1980 || y > 2100) file_error(x, "a date of this year cannot be right", "check the columns of dates");
    if (day > x->newest) x->newest = day;
    return day;
}

/* "… copyright 2025 …": the year that the notice above the table names. */
void notice_look(struct reading *x, const struct text *fields, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        for (uint32_t k = 0; k + 14 <= fields[i].size && !x->year; k++)
            if (!memcmp(fields[i].at + k, "copyright ", 10)) digits_read(fields[i].at + k + 10, 4, &x->year);
    if (x->records > HEADER_RECORDS)
        file_error(x, "the rows of the table do not begin here, nor above", x->layout->hint);
}

/* Behind the header: do the notice and the file's name speak of one year? */
void year_look(struct reading *x)
{
    int y, m, d;
    x->began = 1;
    x->part->year = x->year;
    for (const struct part *o = x->parts; x->year && o < x->parts + x->part_count; o++)
        if (o->day == x->part->day && o->year && o->year != x->year) {
            file_error(x,
                       arena_printf(x->m->arena, "the notice above says %d, that of %s %d", x->year, o->name, o->year),
                       "the parts are of different years: download them again");
            return;
        }
    if (!x->year || x->part->day == DATE_MIN_OPEN) return;
    date_parts(x->part->day, &y, &m, &d);
    if (y < x->year || y > x->year + NOTICE_YEARS)
        file_error(x, arena_printf(x->m->arena, "the file's name says %d, the notice above the table %d", y, x->year),
                   "it is the table of another year, or its name was altered");
}

void begin_look(struct reading *x, int32_t from)
{
    if (from == DATE_MIN_OPEN || x->part->day == DATE_MIN_OPEN || from <= quarter_end(x->part->day) + QUARTER_DAYS)
        return;
    file_error(x,
               arena_printf(x->m->arena, "this row begins on %s, the file's name says the quarter from %s on",
                            day_text(x, from), day_text(x, x->part->day)),
               "it is the table of another year, or its name was altered");
}

void end_look(struct reading *x)
{
    if (!x->began) file_error(x, "the file ends before the rows of the table begin", x->layout->hint);
    else if (x->records >= MANY_ROWS && x->newest != DATE_MIN_OPEN && x->part->day != DATE_MIN_OPEN &&
             x->newest < x->part->day - 366) {
        char text[11];
        date_text(x->newest, text);
        file_error(x, arena_printf(x->m->arena, "nothing in this table is newer than %s", text),
                   "it is the table of another year, or its name was altered");
    }
}

/* ---- tables with a header of known names, in any order */

/* `*_code`: whatever ends like this. */
static int name_fits(struct text t, const char *name)
{
    size_t size = strlen(name) - 1;
    if (*name != '*') return text_is(t, name);
    return t.size > size && !memcmp(t.at + t.size - size, name + 1, size);
}

/* The header: x->target[i] is where the i-th wanted column stands, or FILE_COLUMNS. */
void wanted_find(struct reading *x, const struct text *fields, unsigned count, const struct wanted *w, unsigned wanted)
{
    char lower[64];
    x->began = 1;
    x->columns = count;
    for (unsigned i = 0; i < wanted; i++) {
        x->target[i] = FILE_COLUMNS;
        for (unsigned f = 0; f < count; f++) {
            uint32_t n = 0;
            for (; n < fields[f].size && n < sizeof lower; n++) {
                char c = fields[f].at[n];
                lower[n] = c == '-' || c == ' ' ? '_' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
            }
            for (unsigned k = 0; k < 3 && w[i].names[k]; k++)
                if (name_fits((struct text){lower, n}, w[i].names[k])) x->target[i] = f;
        }
        if (x->target[i] == FILE_COLUMNS && !w[i].optional)
            file_error(x, arena_printf(x->m->arena, "the header has no column `%s`", w[i].names[0]), x->layout->hint);
    }
}

int fields_fit(struct reading *x, unsigned count)
{
    if (count == x->columns) return 1;
    file_error(x, count < x->columns ? "this row has too few fields" : "this row has too many fields",
               "the file is cut off, or a quote is missing: download it again");
    return 0;
}
