/* Add-on codes and the codes that they may stand beside, in the two forms in which they come: lines of words, and a
 * table between tabs with a header. What codes there are is in the files.
 *
 *     20054T   CCCCC   2013091   …
 *
 * A line has the type and the add-on code together in its first six places, then, where it is deleted, its date, the
 * primary code, the date of that code's deletion, the first and the last day of the pair, a note. Dates are yyyyddd,
 * the day of the year. All but the first day in force may be missing; they stand under each other, so the first day is
 * the date that every line has. */
#include "compiler/files.h"

#include "base/date.h"

#include <string.h>

enum { DATE_WIDTH = 7, CODE_WIDTH = 5, DATES_MAX = 4 };

int addon_begin(struct reading *x)
{
    static const char *const names[] = {"add_on", "type", "primary"};
    static const enum value_type types[] = {TYPE_CODE, TYPE_COUNT, TYPE_CODE};
    return columns_set(x, names, types, 3);
}

int addon_between(struct reading *x)
{
    (void)x;
    return 1;
}

/* yyyyddd, the day of the year; or as other tables write dates. All zeros or all nines: none. */
static int32_t addon_date(struct reading *x, struct text t, int32_t open)
{
    int y, n, valid;
    if (t.size == DATE_WIDTH && digits_read(t.at, 4, &y) && digits_read(t.at + 4, 3, &n)) {
        if ((y == 0 && n == 0) || (y == 9999 && n == 999)) return open;
        valid = y >= 1980 && y <= 2100 && n > 0 && (n <= 365 || (n == 366 && date_valid(y, 2, 29)));
        if (valid) return date_days(y, 1, 1) + n - 1;
        file_error(x, arena_printf(x->m->arena, "`%.*s` is no date", (int)t.size, t.at),
                   "dates are written yyyyddd, the year and the day of the year: 2013091 is 2013-04-01");
        return open;
    }
    return plausible_date(x, t, open);
}

static int32_t earlier(int32_t a, int32_t b) { return a < b ? a : b; }

static void addon_row(struct reading *x, int type, struct text add_on, struct text primary, int32_t from, int32_t until)
{
    int64_t cells[3] = {code_field(x, add_on), type, code_field(x, primary)};
    begin_look(x, from);
    if (x->pass == 0) return;
    x->seen++;
    if (!x->bad) row_keep(x, cells, from, until);
}

/* ---- lines */

struct words {
    const char *line, *at, *end;
};

static struct text word_next(struct words *w)
{
    while (w->at < w->end && (*w->at == ' ' || *w->at == '\t')) w->at++;
    const char *from = w->at;
    while (w->at < w->end && *w->at != ' ' && *w->at != '\t') w->at++;
    return (struct text){from, (uint32_t)(w->at - from)};
}

static int is_date(struct text t)
{
    int n;
    return t.size == DATE_WIDTH && digits_read(t.at, DATE_WIDTH, &n);
}

static int is_code(struct text t)
{
    int64_t code;
    return t.size == CODE_WIDTH && code_pack(t, &code);
}

struct addon_line {
    struct text add_on, primary, retired, dates[DATES_MAX];
    unsigned places[DATES_MAX], count;
};

static int line_read(const char *at, size_t size, struct addon_line *out)
{
    struct words w = {at, at, at + size};
    struct text first = word_next(&w), t;
    *out = (struct addon_line){0};
    if (first.size != 1 + CODE_WIDTH || first.at != at || *at < '0' || *at > '9') return 0;
    out->add_on = (struct text){at + 1, CODE_WIDTH};
    t = word_next(&w);
    if (is_date(t)) {
        out->retired = t;
        t = word_next(&w);
    }
    out->primary = t;
    if (!is_code(out->add_on) || !is_code(t)) return 0;
    for (t = word_next(&w); is_date(t) && out->count < DATES_MAX; t = word_next(&w)) {
        out->places[out->count] = (unsigned)(t.at - at);
        out->dates[out->count++] = t;
    }
    return out->count > 0;
}

/* First pass: in which places dates stand. */
static void places_count(struct reading *x, const struct addon_line *l)
{
    for (unsigned i = 0; i < l->count; i++) {
        unsigned k = 0;
        while (k < DATES_MAX && x->dates[k].count && x->dates[k].at != l->places[i]) k++;
        if (k == DATES_MAX) {
            file_error(x, "the dates do not stand under those above", x->layout->hint);
            return;
        }
        x->dates[k].at = l->places[i];
        x->dates[k].count++;
    }
}

static void line_take(struct reading *x, const char *at, size_t size)
{
    struct addon_line l;
    if (!line_read(at, size, &l)) {
        if (x->began) file_error(x, "this is no row of the table", x->layout->hint);
        else notice_look(x, &(struct text){at, (uint32_t)size}, 1);
        return;
    }
    if (!x->began) year_look(x);
    x->columns++; /* lines */
    if (*at < '1' || *at > '3') {
        file_error(x, "the type is 1, 2 or 3", x->layout->hint);
        return;
    }
    if (x->pass == 0) {
        places_count(x, &l);
        for (unsigned i = 0; i < l.count; i++) addon_date(x, l.dates[i], 0);
        return;
    }
    int32_t from = DATE_MIN_OPEN, until = addon_date(x, l.retired, DATE_OPEN);
    for (unsigned i = 0; i < l.count; i++) {
        if (l.places[i] + 1 == x->part->dates_at) from = addon_date(x, l.dates[i], DATE_MIN_OPEN);
        else until = earlier(until, addon_date(x, l.dates[i], DATE_OPEN));
    }
    addon_row(x, *at - '0', l.add_on, l.primary, from, until);
}

/* ---- a table with a header */

enum { ADD_ON, PRIMARY, KIND, FROM, UNTIL, ADD_ON_UNTIL, PRIMARY_UNTIL, COLUMNS };
static const struct wanted columns[COLUMNS] = {{{"add_on_code"}, 0},
                                               {{"primary_code"}, 0},
                                               {{"aoc_edit_type", "type"}, 0},
                                               {{"edit_effective_date", "aoc_edit_effdt", "effective"}, 0},
                                               {{"edit_deletion_date", "aoc_edit_deldt", "until"}, 1},
                                               {{"aoc_deldt", "add_on_deletion_date"}, 1},
                                               {{"primary_code_deldt", "primary_deletion_date"}, 1}};

static void table_take(struct reading *x, const struct text *fields, unsigned count)
{
    struct text none = {"", 0}, f[COLUMNS];
    if (!x->began) {
        unsigned filled = 0;
        for (unsigned i = 0; i < count; i++) filled += fields[i].size > 0;
        if (filled < 3) notice_look(x, fields, count);
        else wanted_find(x, fields, count, columns, COLUMNS);
        return;
    }
    if (!fields_fit(x, count)) return;
    for (unsigned i = 0; i < COLUMNS; i++) f[i] = x->target[i] == FILE_COLUMNS ? none : fields[x->target[i]];
    if (f[KIND].size != 1 || *f[KIND].at < '1' || *f[KIND].at > '3') {
        file_error(x, "the type is 1, 2 or 3", x->layout->hint);
        return;
    }
    int32_t from = addon_date(x, f[FROM], DATE_MIN_OPEN), until = addon_date(x, f[UNTIL], DATE_OPEN);
    until = earlier(until, addon_date(x, f[ADD_ON_UNTIL], DATE_OPEN));
    until = earlier(until, addon_date(x, f[PRIMARY_UNTIL], DATE_OPEN));
    addon_row(x, *f[KIND].at - '0', f[ADD_ON], f[PRIMARY], from, until);
}

/* Lines have no tabs, or words of a line between them. */
void addon_record(struct reading *x, const struct text *fields, unsigned count)
{
    struct addon_line l;
    if (x->records == 1) {
        memset(x->dates, 0, sizeof x->dates);
        x->columns = 0;
        x->worded = 0;
    }
    const char *end = fields[count - 1].at + fields[count - 1].size;
    size_t size = (size_t)(end - fields[0].at);
    if (!x->began && !x->worded) x->worded = line_read(fields[0].at, size, &l) ? 1 : count > 2 ? -1 : 0;
    if (x->worded < 0) table_take(x, fields, count);
    else line_take(x, fields[0].at, size);
}

void addon_end(struct reading *x)
{
    if (!x->began || (x->worded < 0 ? x->records < 2 : !x->columns)) {
        file_error(x, "the file ends before the rows of the table begin", x->layout->hint);
        return;
    }
    if (x->worded < 0 || x->pass) return;
    for (unsigned k = 0; k < DATES_MAX && !x->part->dates_at; k++)
        if (x->dates[k].count == x->columns) x->part->dates_at = x->dates[k].at + 1;
    if (!x->part->dates_at) file_error(x, "no column of dates is filled in every line", x->layout->hint);
}

int addon_looks(struct text head)
{
    struct addon_line l;
    const char *end = memchr(head.at, '\n', head.size);
    size_t size = end ? (size_t)(end - head.at) : head.size;
    while (size && head.at[size - 1] == '\r') size--;
    if (line_read(head.at, size, &l)) return 1;
    for (uint32_t i = 0; i + 11 <= head.size; i++)
        if (!memcmp(head.at + i, "add_on_code", 11) || !memcmp(head.at + i, "Add-On_Code", 11)) return 1;
    return 0;
}
