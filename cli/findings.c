/* The findings of a page: what each is about, its message, what every value of a missing fact would give, its rule. */
#include "page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_SHOWN = 8, LADDER = 3 };

enum paint kind_paint(const char *kind)
{
    static const struct { const char *kind; enum paint paint; } paints[] = {
        {"deny", PAINT_BAD}, {"hold", PAINT_BAD}, {"change", PAINT_WARN}, {"missing", PAINT_WARN},
        {"review", PAINT_WARN}};
    for (size_t i = 0; i < sizeof paints / sizeof paints[0]; i++)
        if (strcmp(paints[i].kind, kind) == 0)
            return paints[i].paint;
    return PAINT_DIM;
}

/* What a finding is about: lines, services and their fact, or the charge it speaks of. */
static char *finding_place(const struct page *page, json_t *finding)
{
    struct text t = {0};
    json_t *line = json_object_get(finding, "line"), *other = json_object_get(finding, "other_line");
    if (line) {
        word_add(&t, "line ");
        value_add(&t, line, "");
    }
    if (other) {
        word_add(&t, t.size ? " with " : "line ");
        value_add(&t, other, "");
    }
    if (json_array_size(records_of(finding))) {
        word_add(&t, t.size ? ", " : "");
        value_add(&t, records_of(finding), " ");
    }
    if (*member_text(finding, "fact")) {
        word_add(&t, t.size ? " " : "");
        word_add(&t, member_text(finding, "fact"));
    }
    if (json_object_get(finding, "code")) {
        word_add(&t, !t.size ? "" : line ? page->ascii ? " -> " : " → " : ": ");
        code_add(&t, finding);
        units_add(page, &t, finding);
    }
    return text_done(&t);
}

/* A value as it is charted: clock times without the date that the encounter has. */
static void charted_add(struct text *t, json_t *value, const char *date)
{
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    if (minutes_read(text) == NO_TIME)
        value_add(t, value, " ");
    else if (strncmp(text, date, 10) == 0)
        word_add(t, text + 11);
    else {
        text_put(t, text + 5, 5);
        word_add(t, " ");
        word_add(t, text + 11);
    }
}

/* "if stop is 10:16 to 10:30"; the last class of times is open: "if stop is 10:31 or later". */
static char *condition_text(const char *fact, json_t *first, json_t *last, int open, const char *date)
{
    struct text t = {0};
    json_t *from = json_object_get(first, "from"), *to = json_object_get(last, "to");
    json_t *value = json_object_get(first, "value");
    word_add(&t, "if ");
    word_add(&t, fact);
    word_add(&t, " is ");
    charted_add(&t, from ? from : value, date);
    if (open) {
        word_add(&t, " or later");
    } else if (to || first != last) {
        word_add(&t, " to ");
        charted_add(&t, to ? to : json_object_get(last, "value"), date);
    }
    return text_done(&t);
}

/* The same codes in the same order: the classes differ in units alone. */
static int charges_alike(json_t *a, json_t *b)
{
    json_t *x = json_object_get(a, "charges"), *y = json_object_get(b, "charges"), *part;
    size_t i;
    if (json_array_size(x) != json_array_size(y))
        return 0;
    json_array_foreach(x, i, part) {
        json_t *other = json_array_get(y, i);
        if (!json_equal(json_object_get(part, "code"), json_object_get(other, "code")) ||
            !json_equal(json_object_get(part, "modifiers"), json_object_get(other, "modifiers")))
            return 0;
    }
    return 1;
}

/* The charges of a class, or of a run of alike ones: units from the first to the last. */
static char *outcome_text(const struct page *page, json_t *first, json_t *last)
{
    struct text t = {0};
    json_t *charges = json_object_get(first, "charges"), *to = json_object_get(last, "charges"), *charge;
    size_t i;
    json_array_foreach(charges, i, charge) {
        json_t *a = json_object_get(charge, "units"), *b = json_object_get(json_array_get(to, i), "units");
        word_add(&t, i ? ", " : "");
        code_add(&t, charge);
        if (!b || json_equal(a, b)) {
            units_add(page, &t, charge);
            continue;
        }
        word_add(&t, page->ascii ? " x" : "\u00a0×");
        value_add(&t, a, "");
        word_add(&t, page->ascii ? "-" : "–");
        value_add(&t, b, "");
    }
    if (!json_array_size(charges))
        word_add(&t, "no charge");
    return text_done(&t);
}

/* Where the run of classes that differ in units alone ends; a short run is not worth it. */
static size_t ladder_end(json_t *values, size_t from)
{
    size_t end = from + 1;
    json_t *first = json_array_get(values, from);
    if (!json_object_get(first, "from"))
        return end;
    while (end < json_array_size(values) && charges_alike(first, json_array_get(values, end)))
        end++;
    return end - from < LADDER ? from + 1 : end;
}

static void values_print(const struct page *page, unsigned indent, json_t *finding, const char *date)
{
    struct row { char *when, *gives; } rows[VALUES_SHOWN] = {{0}};
    json_t *values = json_object_get(finding, "values");
    size_t shown = 0, at = 0, all = json_array_size(values);
    unsigned width = 0, room = (page->width - indent) * 3 / 5;
    for (; at < all && shown < VALUES_SHOWN; shown++) {
        size_t end = ladder_end(values, at);
        json_t *first = json_array_get(values, at), *last = json_array_get(values, end - 1);
        const char *from = member_text(first, "from");
        int open = end == all && all > 1 && minutes_read(from) != NO_TIME;
        rows[shown].when = condition_text(member_text(finding, "fact"), first, last, open, date);
        rows[shown].gives = outcome_text(page, first, last);
        unsigned need = rows[shown].when ? text_width(rows[shown].when) : 0;
        width = need > width ? need : width;
        at = end;
    }
    for (size_t i = 0; i < shown; i++) {
        struct cell cells[] = {{rows[i].when, width < room ? width : room, PAINT_PLAIN},
                               {page->ascii ? "->" : "→", page->ascii ? 2 : 1, PAINT_DIM},
                               {rows[i].gives, 0, PAINT_PLAIN}};
        page_row(page, indent, cells, 3);
        free(rows[i].when);
        free(rows[i].gives);
    }
    if (at < all) {
        char text[80];
        snprintf(text, sizeof text, "and %zu more %s; the answer in JSON has them all", all - at,
                 all - at == 1 ? "value" : "values");
        struct cell more = {text, 0, PAINT_DIM};
        page_row(page, indent, &more, 1);
    }
}

void findings_print(const struct page *page, json_t *answer)
{
    size_t i;
    json_t *finding, *list = json_object_get(answer, "findings");
    unsigned width = 0, most = page->width / 4;
    if (!json_array_size(list))
        return;
    json_array_foreach(list, i, finding) {
        char *place = finding_place(page, finding);
        unsigned need = place ? text_width(place) : 0;
        width = need > width ? need : width;
        free(place);
    }
    width = (width > most ? most : width) + 1;    /* two blanks before the message */
    page_paint(page, PAINT_HEADING, "Findings");
    output_text(page->out, "\n");
    json_array_foreach(list, i, finding) {
        const char *kind = member_text(finding, "kind");
        unsigned indent = 2 + 7 + 1 + width + 1;
        struct text source = {0};
        char *place = finding_place(page, finding);
        struct cell cells[] = {{kind, 7, kind_paint(kind)}, {place, width, PAINT_PLAIN},
                               {member_text(finding, "message"), 0, PAINT_PLAIN}};
        page_row(page, 2, cells, 3);
        values_print(page, indent, finding, member_text(answer, "date"));
        word_add(&source, member_text(finding, "rule"));
        if (json_array_size(json_object_get(finding, "cite"))) {
            word_add(&source, ": ");
            value_add(&source, json_object_get(finding, "cite"), ", ");
        }
        struct cell from = {text_done(&source), 0, PAINT_DIM};
        page_row(page, indent, &from, 1);
        free(source.bytes);
        free(place);
    }
    output_text(page->out, "\n");
}
