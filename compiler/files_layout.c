/* The layouts that are published, as they are published: where the columns stand and how they are written. What codes
 * there are and what they mean is in the files. */
#include "compiler/files.h"

#include "base/date.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_RECORDS 20u /* a header is at most so long */
#define NOTICE_YEARS 2     /* a notice's year is at most so far behind the table's */
#define MANY_ROWS 10000u   /* a table of so many rows has changes of its own year */

static int is_digit(char c) { return c >= '0' && c <= '9'; }

static int digits(const char *at, unsigned size, int *out)
{
    *out = 0;
    for (unsigned i = 0; i < size; i++) {
        if (!is_digit(at[i])) return 0;
        *out = *out * 10 + (at[i] - '0');
    }
    return 1;
}

/* Five capital letters and digits, most of them digits. */
static int looks_like_code(struct text t)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < t.size; i++) {
        if (!is_digit(t.at[i]) && (t.at[i] < 'A' || t.at[i] > 'Z')) return 0;
        n += is_digit(t.at[i]) != 0;
    }
    return t.size == 5 && n >= 3;
}

static int text_has(struct text t, const char *part)
{
    size_t size = strlen(part);
    for (uint32_t i = 0; i + size <= t.size; i++)
        if (!memcmp(t.at + i, part, size)) return 1;
    return 0;
}

static int64_t code_field(struct reading *x, struct text t)
{
    int64_t code = 0;
    if (t.size != 5 || !code_pack(t, &code))
        file_error(x, arena_printf(x->m->arena, "`%.*s` is no code", t.size < 40 ? (int)t.size : 40, t.at),
                   "codes have five characters: are columns exchanged, or is the file cut off?");
    return code;
}

static int32_t plausible_date(struct reading *x, struct text t, int32_t open)
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
static void notice_look(struct reading *x, const struct text *fields, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        for (uint32_t k = 0; k + 14 <= fields[i].size && !x->year; k++)
            if (!memcmp(fields[i].at + k, "copyright ", 10)) digits(fields[i].at + k + 10, 4, &x->year);
    if (x->records > HEADER_RECORDS)
        file_error(x, "the rows of the table do not begin here, nor above", x->layout->hint);
}

/* Behind the header: do the notice and the file's name speak of one year? */
static void year_look(struct reading *x)
{
    int y, m, d;
    x->began = 1;
    if (!x->year || x->part->day == DATE_MIN_OPEN) return;
    date_parts(x->part->day, &y, &m, &d);
    if (y < x->year || y > x->year + NOTICE_YEARS)
        file_error(x, arena_printf(x->m->arena, "the file's name says %d, the notice above the table %d", y, x->year),
                   "it is the table of another year, or its name was altered");
}

static void end_look(struct reading *x)
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

/* ---- names of files */

static int32_t quarter_day(int year, int quarter)
{
    return year >= 1990 && year < 2100 && quarter >= 1 && quarter <= 4 ? date_days(year, 3 * quarter - 2, 1)
                                                                       : DATE_MIN_OPEN;
}

/* …-v322r0-f1.txt: the third quarter of the 32nd year, first part. */
static void version_name(const char *name, int32_t *day, unsigned *part)
{
    int version, n;
    for (const char *at = name; *at; at++) {
        if (!strncmp(at, "-v", 2) && strlen(at) > 5 && digits(at + 2, 3, &version) && at[5] == 'r')
            *day = quarter_day(1994 + version / 10, version % 10 + 1);
        if (!strncmp(at, "-f", 2) && digits(at + 2, 1, &n) && n > 0 && !strcmp(at + 3, ".txt")) *part = (unsigned)n;
    }
}

/* …_Eff_04-01-2026.csv */
static void effective_name(const char *name, int32_t *day, unsigned *part)
{
    int y, m, d;
    const char *at = strstr(name, "_Eff_");
    (void)part;
    if (at && strlen(at) >= 15 && digits(at + 5, 2, &m) && digits(at + 8, 2, &d) && digits(at + 11, 4, &y) &&
        y >= 1990 && y < 2100 && date_valid(y, m, d))
        *day = date_days(y, m, d);
}

/* …_2026q3… */
static void quarter_name(const char *name, int32_t *day, unsigned *part)
{
    int y, q;
    (void)part;
    for (const char *at = name; strlen(at) >= 6; at++)
        if (digits(at, 4, &y) && (at[4] == 'q' || at[4] == 'Q') && digits(at + 5, 1, &q)) *day = quarter_day(y, q);
}

/* ---- pairs of codes: ptp */

static int ptp_begin(struct reading *x)
{
    static const char *const names[] = {"column_1", "column_2", "indicator"};
    static const enum value_type types[] = {TYPE_CODE, TYPE_CODE, TYPE_COUNT};
    return columns_set(x, names, types, 3);
}

static void ptp_header(struct reading *x, const struct text *fields, unsigned count)
{
    static const char *const names[] = {"Column 1", "Column 2", NULL, "Effective", "Deletion", "Modifier"};
    int named = 0;
    for (unsigned i = 0; i < count; i++) named |= text_is(fields[i], "Column 1") || text_is(fields[i], "Column 2");
    for (unsigned i = 0; named && i < 6; i++)
        if (names[i] && (i >= count || !text_is(fields[i], names[i])))
            file_error(x, arena_printf(x->m->arena, "the column `%s` does not stand in its place", names[i]),
                       x->layout->hint);
    notice_look(x, fields, count);
}

static void ptp_record(struct reading *x, const struct text *fields, unsigned count)
{
    if (!x->began && (count < 2 || !looks_like_code(fields[0]) || !looks_like_code(fields[1]))) {
        ptp_header(x, fields, count);
        return;
    }
    if (!x->began) year_look(x);
    if (count != 7) {
        file_error(x, count < 7 ? "this row has too few fields" : "this row has too many fields",
                   "the file is cut off, or it is no table of pairs: download it again");
        return;
    }
    int64_t cells[3] = {code_field(x, fields[0]), code_field(x, fields[1]),
                        fields[5].size ? fields[5].at[0] - '0' : -1};
    if (fields[5].size != 1 || (cells[2] != 0 && cells[2] != 1 && cells[2] != 9))
        file_error(x, "the sixth field, the modifier indicator, is 0, 1 or 9", x->layout->hint);
    if (fields[2].size && !text_is(fields[2], "*"))
        file_error(x, "the third field is empty or `*`", "are columns exchanged?");
    if (text_is(fields[3], "*")) file_error(x, "the fourth field is the first day in force", "are columns exchanged?");
    int32_t from = plausible_date(x, fields[3], DATE_MIN_OPEN), until = plausible_date(x, fields[4], DATE_OPEN);
    if (x->bad || cells[2] == 9) return; /* 9: never in force */
    if (from > until) {
        file_error(x, "this row would end before it begins", "are the fourth and the fifth column exchanged?");
        return;
    }
    row_keep(x, cells, fields[2].size ? DATE_MIN_OPEN : from, until);
}

/* ---- most units of a code: mue */

static int mue_begin(struct reading *x)
{
    static const char *const names[] = {"code", "at most", "per", "mai"};
    static const enum value_type types[] = {TYPE_CODE, TYPE_COUNT, TYPE_WORD, TYPE_COUNT};
    if (!columns_set(x, names, types, 4)) return 0;
    x->atoms[0] = word_atom(x->m, text_of("line"));
    x->atoms[1] = word_atom(x->m, text_of("date"));
    x->r->types[2].words = word_set_of(x->m, x->atoms, 2);
    return 1;
}

static void mue_row(struct reading *x, struct text code, struct text units, struct text indicator)
{
    int most, mai = indicator.size && is_digit(*indicator.at) ? *indicator.at - '0' : 0;
    if (units.size == 0 || units.size > 8 || !digits(units.at, units.size, &most)) {
        file_error(x, "the units are no number", x->layout->hint);
        return;
    }
    if (mai < 1 || mai > 3 || (indicator.size > 1 && is_digit(indicator.at[1])))
        file_error(x, "the adjudication indicator is 1, 2 or 3", x->layout->hint);
    int64_t cells[4] = {code_field(x, code), most, x->atoms[mai != 1], mai};
    if (!x->bad) row_keep(x, cells, DATE_MIN_OPEN, DATE_OPEN);
}

static void mue_record(struct reading *x, const struct text *fields, unsigned count)
{
    if (!x->began) {
        int units = 0, indicator = 0, named = 0;
        for (unsigned i = 0; i < count; i++) {
            units = i == 1 && text_has(fields[i], "MUE Values") ? 1 : units;
            indicator = i == 2 && text_has(fields[i], "MUE Adjudication Indicator") ? 1 : indicator;
            named |= text_has(fields[i], "MUE Values") || text_has(fields[i], "MUE Adjudication Indicator");
        }
        if (named && (!units || !indicator || count < 4 || !text_has(fields[0], "Code")))
            file_error(x, "the columns stand in another order", x->layout->hint);
        else if (named) year_look(x);
        else if (count && looks_like_code(fields[0])) file_error(x, "the header is missing", x->layout->hint);
        else notice_look(x, fields, count);
        return;
    }
    if (count != 4)
        file_error(x, count < 4 ? "this row has too few fields" : "this row has too many fields",
                   "the file is cut off, or a quote is missing: download it again");
    else mue_row(x, fields[0], fields[1], fields[2]);
}

/* ---- tables with a header of known names, in any order */

struct wanted {
    const char *names[3];
    int optional;
};

/* `*_code`: whatever ends like this. */
static int name_fits(struct text t, const char *name)
{
    size_t size = strlen(name) - 1;
    if (*name != '*') return text_is(t, name);
    return t.size > size && !memcmp(t.at + t.size - size, name + 1, size);
}

/* The header: x->target[i] is where the i-th wanted column stands, or FILE_COLUMNS. */
static void wanted_find(struct reading *x, const struct text *fields, unsigned count, const struct wanted *w,
                        unsigned wanted)
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

static int fields_fit(struct reading *x, unsigned count)
{
    if (count == x->columns) return 1;
    file_error(x, count < x->columns ? "this row has too few fields" : "this row has too many fields",
               "the file is cut off, or a quote is missing: download it again");
    return 0;
}

static void mue_table_record(struct reading *x, const struct text *fields, unsigned count)
{
    static const struct wanted names[] = {{{"code", "*_code"}, 0}, {{"mue_units"}, 0}, {{"mue_mai"}, 0}};
    if (!x->began) wanted_find(x, fields, count, names, 3);
    else if (fields_fit(x, count)) mue_row(x, fields[x->target[0]], fields[x->target[1]], fields[x->target[2]]);
}

/* ---- codes that stand only beside others: aoc */

static int aoc_begin(struct reading *x)
{
    static const char *const names[] = {"add_on", "primary", "type"};
    static const enum value_type types[] = {TYPE_CODE, TYPE_CODE, TYPE_COUNT};
    return columns_set(x, names, types, 3);
}

/* Also yyyyddd, the day of the year. */
static int32_t aoc_date(struct reading *x, const struct text *fields, unsigned column, int32_t open)
{
    int y, n;
    if (column == FILE_COLUMNS) return open;
    struct text t = fields[column];
    if (t.size == 7 && digits(t.at, 4, &y) && digits(t.at + 4, 3, &n) && y >= 1980 && y <= 2100 && n > 0 && n <= 366)
        return date_days(y, 1, 1) + n - 1;
    return plausible_date(x, t, open);
}

static void aoc_record(struct reading *x, const struct text *fields, unsigned count)
{
    static const struct wanted names[] = {{{"add_on_code"}, 0},
                                          {{"primary_code"}, 0},
                                          {{"aoc_edit_type", "type"}, 0},
                                          {{"edit_effective_date", "aoc_edit_effdt", "effective"}, 0},
                                          {{"edit_deletion_date", "aoc_edit_deldt", "until"}, 1}};
    if (!x->began) {
        wanted_find(x, fields, count, names, 5);
        return;
    }
    if (!fields_fit(x, count)) return;
    struct text type = fields[x->target[2]];
    if (type.size != 1 || *type.at < '1' || *type.at > '3') {
        file_error(x, "the type is 1, 2 or 3", x->layout->hint);
        return;
    }
    int64_t cells[3] = {code_field(x, fields[x->target[0]]), code_field(x, fields[x->target[1]]), *type.at - '0'};
    int32_t from = aoc_date(x, fields, x->target[3], DATE_MIN_OPEN);
    int32_t until = aoc_date(x, fields, x->target[4], DATE_OPEN);
    if (!x->bad) row_keep(x, cells, from, until);
}

/* ---- which there are */

static void rows_look(struct reading *x)
{
    if (x->records < 2) file_error(x, "there are no rows", "the first record names the columns, rows follow");
}

static const struct layout layouts[] = {
    {.words = {"csv", NULL},
     .separator = ',',
     .quoted = 1,
     .passes = 2,
     .begin = table_begin,
     .record = table_record,
     .end = rows_look},
    {.words = {"tsv", NULL},
     .separator = '\t',
     .quoted = 1,
     .passes = 2,
     .begin = table_begin,
     .record = table_record,
     .end = rows_look},
    {.words = {"cms", "ptp"},
     .separator = '\t',
     .closed = 1,
     .passes = 1,
     .hint = "seven fields between tabs: column 1, column 2, `*` for before 1996, effective, deletion, modifier "
             "indicator, rationale",
     .begin = ptp_begin,
     .record = ptp_record,
     .end = end_look,
     .name = version_name,
     .parts = 4},
    {.words = {"cms", "mue"},
     .separator = ',',
     .quoted = 1,
     .closed = 1,
     .passes = 1,
     .hint = "a notice, a header, then code, units, indicator, rationale; a table with the header mue_units is read "
             "with: as mue table",
     .begin = mue_begin,
     .record = mue_record,
     .end = end_look,
     .name = effective_name,
     .dated = 1},
    {.words = {"mue", "table"},
     .separator = ',',
     .quoted = 1,
     .closed = 1,
     .passes = 1,
     .hint = "the columns …_code, mue_units and mue_mai; the file as it is published is read with: as cms mue",
     .begin = mue_begin,
     .record = mue_table_record,
     .end = rows_look,
     .name = quarter_name},
    {.words = {"cms", "aoc"},
     .separator = '\t',
     .closed = 1,
     .passes = 1,
     .hint = "between tabs: aoc_edit_type, add_on_code, primary_code, edit_effective_date",
     .begin = aoc_begin,
     .record = aoc_record,
     .end = rows_look,
     .name = quarter_name},
};

const struct layout *layout_find(const struct ast_node *reader)
{
    for (size_t i = 0; reader && i < sizeof layouts / sizeof *layouts; i++) {
        const struct ast_node *second = reader->next;
        if (!text_is(reader->text, layouts[i].words[0])) continue;
        if (!layouts[i].words[1] ? !second : second && !second->next && text_is(second->text, layouts[i].words[1]))
            return &layouts[i];
    }
    return NULL;
}
