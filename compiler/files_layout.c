/* The layouts that are published, as they are published: where the columns stand and how they are written. What codes
 * there are and what they mean is in the files. */
#include "compiler/files.h"

#include "base/date.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static int is_digit(char c) { return c >= '0' && c <= '9'; }

static int text_has(struct text t, const char *part)
{
    size_t size = strlen(part);
    for (uint32_t i = 0; i + size <= t.size; i++)
        if (!memcmp(t.at + i, part, size)) return 1;
    return 0;
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
    x->seen++;
    if (x->bad || cells[2] == 9) return; /* 9: never in force */
    if (from > until) {
        file_error(x, "this row would end before it begins", "are the fourth and the fifth column exchanged?");
        return;
    }
    begin_look(x, from);
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
    if (units.size == 0 || units.size > 8 || !digits_read(units.at, units.size, &most)) {
        file_error(x, "the units are no number", x->layout->hint);
        return;
    }
    if (mai < 1 || mai > 3 || (indicator.size > 1 && is_digit(indicator.at[1])))
        file_error(x, "the adjudication indicator is 1, 2 or 3", x->layout->hint);
    int64_t cells[4] = {code_field(x, code), most, x->atoms[mai != 1], mai};
    x->seen++;
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

static void mue_table_record(struct reading *x, const struct text *fields, unsigned count)
{
    static const struct wanted names[] = {{{"code", "*_code"}, 0}, {{"mue_units"}, 0}, {{"mue_mai"}, 0}};
    if (!x->began) wanted_find(x, fields, count, names, 3);
    else if (fields_fit(x, count)) mue_row(x, fields[x->target[0]], fields[x->target[1]], fields[x->target[2]]);
}

/* ---- which there are */

static int ptp_looks(struct text head) { return text_has(head, "Column 1\tColumn 2\t"); }
static int mue_looks(struct text head) { return text_has(head, "MUE Values") && text_has(head, "MUE Adjudication"); }
static int mue_table_looks(struct text head) { return text_has(head, "mue_units") && text_has(head, "mue_mai"); }

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
     .between = table_types,
     .record = table_record,
     .end = rows_look},
    {.words = {"tsv", NULL},
     .separator = '\t',
     .quoted = 1,
     .passes = 2,
     .begin = table_begin,
     .between = table_types,
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
     .looks = ptp_looks,
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
     .looks = mue_looks,
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
     .name = quarter_name,
     .looks = mue_table_looks},
    {.words = {"cms", "aoc"},
     .separator = '\t',
     .closed = 1,
     .passes = 2,
     .hint =
         "type and add-on code together, primary code, dates as yyyyddd; or between tabs with a header: aoc_edit_type, "
         "add_on_code, primary_code, edit_effective_date",
     .begin = addon_begin,
     .between = addon_between,
     .record = addon_record,
     .end = addon_end,
     .name = release_name,
     .looks = addon_looks},
};

const struct layout *layout_find(const struct ast_node *reader)
{
    for (size_t i = 0; reader && i < sizeof layouts / sizeof *layouts; i++) {
        const struct ast_node *second = reader->next && reader->next->kind == AST_NAME ? reader->next : NULL;
        const struct ast_node *third = second ? second->next : NULL;
        if (!text_is(reader->text, layouts[i].words[0])) continue;
        if (third && third->kind == AST_NAME) return NULL;
        if (!layouts[i].words[1] ? !second : second && text_is(second->text, layouts[i].words[1])) return &layouts[i];
    }
    return NULL;
}

static int is_plain(const char *head, size_t size)
{
    if (!size || strchr("<{%", *head)) return 0;
    for (size_t i = 0; i < size && i < 4; i++)
        if (((unsigned char)head[i] < ' ' && !strchr("\t\r\n", head[i])) || !head[i] || (unsigned char)head[i] > 126)
            return 0;
    return size < 2 || memcmp(head, "PK", 2) != 0;
}

const struct layout *layout_recognise(struct arena *arena, const char *path)
{
    char head[8192];
    FILE *f = fopen(path, "rb");
    if (!f && errno == ENOMEM) arena_fail(arena);
    size_t size = f ? fread(head, 1, sizeof head, f) : 0;
    if (f) fclose(f);
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (layouts[i].looks && layouts[i].looks((struct text){head, (uint32_t)size})) return &layouts[i];
    if (!is_plain(head, size)) return &layouts[2]; /* whichever reads it says what is wrong */
    const char *end = memchr(head, '\n', size), *dot = strrchr(path, '.');
    size_t first = end ? (size_t)(end - head) : size;
    if (dot && !strcasecmp(dot, ".csv") && memchr(head, ',', first)) return &layouts[0];
    if (dot && !strcasecmp(dot, ".tsv") && memchr(head, '\t', first)) return &layouts[1];
    return NULL;
}
