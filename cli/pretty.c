/* The page of `run --pretty`: one encounter as a coder reads it. It knows the contract of encounter and result. */
#include "page.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void rule_print(const struct page *page)
{
    struct text t = {0};
    for (unsigned i = 0; i < page->width; i++)
        word_add(&t, page->ascii ? "-" : "─");
    char *line = text_done(&t);
    page_paint(page, PAINT_DIM, line ? line : "");
    output_text(page->out, "\n");
    free(line);
}

/* What the encounter says of itself: everything but its lists of objects. */
static void facts_print(const struct page *page, json_t *encounter)
{
    struct text t = {0};
    const char *key;
    json_t *value;
    json_object_foreach(encounter, key, value) {
        int objects = json_is_object(value) || json_is_object(json_array_get(value, 0));
        int empty = json_is_null(value) || (json_is_array(value) && !json_array_size(value));
        if (objects || empty || strcmp(key, "id") == 0 || strcmp(key, "date") == 0)
            continue;
        if (t.size)
            word_add(&t, page->ascii ? ", " : " · ");
        word_add(&t, key);
        word_add(&t, " ");
        value_add(&t, value, " ");
    }
    struct cell facts = {text_done(&t), 0, PAINT_DIM};
    if (t.size)
        page_row(page, 0, &facts, 1);
    free(t.bytes);
}

static void header_print(const struct page *page, json_t *encounter, json_t *answer)
{
    struct text t = {0};
    const char *status = member_text(answer, "status"), *date = member_text(answer, "date");
    int none = strcmp(status, "no_rules") == 0;
    const char *shown = none ? "no rules on this date" : status;
    word_add(&t, member_text(answer, "encounter"));
    word_add(&t, "  ");
    word_add(&t, *date ? date : member_text(encounter, "date"));
    unsigned room = page->width - text_width(shown) - 2;
    char *text = text_done(&t), *clean = text_clean(page, text ? text : "", room);
    page_paint(page, PAINT_HEADING, clean ? clean : "");
    page_blank(page, room + 2 - text_width(clean ? clean : ""));
    page_paint(page, strcmp(status, "complete") == 0 ? PAINT_GOOD : none ? PAINT_WARN : PAINT_BAD, shown);
    output_text(page->out, "\n");
    facts_print(page, encounter);
    rule_print(page);
    free(text);
    free(clean);
}

/* "other_lines": Other lines */
static char *heading_text(const char *key)
{
    struct text t = {0};
    word_add(&t, key);
    for (size_t i = 0; i < t.size; i++)
        t.bytes[i] = t.bytes[i] == '_' ? ' ' : i ? t.bytes[i] : (char)toupper((unsigned char)t.bytes[i]);
    return text_done(&t);
}

struct columns { unsigned code, units, services, date; };

static void column_fit(unsigned *width, struct text *t)
{
    char *text = text_done(t);
    unsigned need = text ? text_width(text) : 0;
    if (need > *width)
        *width = need;
    free(text);
}

static int is_list(const char *key, json_t *value)
{
    return json_array_size(value) && strcmp(key, "findings") != 0;
}

/* Columns wide enough for what stands in all lists, so that the lists line up. */
static struct columns columns_fit(const struct page *page, json_t *answer)
{
    struct columns fit = {.code = 10, .units = 5, .services = 3};
    const char *key, *date = member_text(answer, "date");
    json_t *list, *charge;
    size_t i;
    json_object_foreach(answer, key, list) {
        if (!is_list(key, list))
            continue;
        json_array_foreach(list, i, charge) {
            struct text code = {0}, units = {0}, services = {0};
            code_add(&code, charge);
            word_add(&units, "x");
            value_add(&units, json_object_get(charge, "units"), "");
            value_add(&services, records_of(charge), " ");
            column_fit(&fit.code, &code);
            column_fit(&fit.units, &units);
            column_fit(&fit.services, &services);
            if (strcmp(member_text(charge, "date"), date) != 0)
                fit.date = 10;
        }
    }
    if (fit.code > page->width / 4)
        fit.code = page->width / 4;
    if (fit.services > page->width / 5)
        fit.services = page->width / 5;
    fit.services++;    /* two blanks before what follows */
    return fit;
}

static void charge_print(const struct page *page, const struct columns *fit, json_t *charge)
{
    struct text code = {0}, units = {0}, services = {0}, because = {0}, cite = {0};
    code_add(&code, charge);
    word_add(&units, page->ascii ? "x" : "×");
    value_add(&units, json_object_get(charge, "units"), "");
    value_add(&services, records_of(charge), " ");
    value_add(&because, json_object_get(charge, "because"), ", ");
    value_add(&cite, json_object_get(charge, "cite"), ", ");
    struct cell cells[5] = {{text_done(&code), fit->code, PAINT_GOOD}, {text_done(&units), fit->units, PAINT_PLAIN},
                            {text_done(&services), fit->services, PAINT_PLAIN}};
    size_t count = 3;
    if (fit->date)
        cells[count++] = (struct cell){member_text(charge, "date"), fit->date, PAINT_PLAIN};
    cells[count++] = (struct cell){text_done(&because), 0, PAINT_PLAIN};
    page_row(page, 2, cells, count);
    unsigned indent = 2 + fit->code + 1 + fit->units + 1 + fit->services + 1 + (fit->date ? fit->date + 1 : 0);
    struct cell source = {text_done(&cite), 0, PAINT_DIM};
    if (cite.size)
        page_row(page, indent, &source, 1);
    free(code.bytes);
    free(units.bytes);
    free(services.bytes);
    free(because.bytes);
    free(cite.bytes);
}

/* Every list of charges that the answer has, under its own name. Gives how many. */
static size_t charges_print(const struct page *page, json_t *answer)
{
    const char *key;
    json_t *list, *charge;
    size_t i, lists = 0;
    struct columns fit = columns_fit(page, answer);
    json_object_foreach(answer, key, list) {
        if (!is_list(key, list))
            continue;
        char *heading = heading_text(key);
        struct cell head[5] = {{heading, 2 + fit.code, PAINT_HEADING}, {"units", fit.units, PAINT_DIM},
                               {"for", fit.services, PAINT_DIM}};
        size_t count = 3;
        if (fit.date)
            head[count++] = (struct cell){"date", fit.date, PAINT_DIM};
        head[count++] = (struct cell){"rules, and their sources", 0, PAINT_DIM};
        page_row(page, 0, head, count);
        json_array_foreach(list, i, charge)
            charge_print(page, &fit, charge);
        output_text(page->out, "\n");
        free(heading);
        lists++;
    }
    return lists;
}

/* Does any finding speak of that billed line? */
static int kinds_speak(json_t *findings, json_int_t line)
{
    size_t i;
    json_t *finding;
    json_array_foreach(findings, i, finding)
        if (json_integer_value(json_object_get(finding, "line")) == line)
            return 1;
    return 0;
}

/* The kinds of findings that speak of a billed line. */
static void kinds_print(const struct page *page, json_t *findings, json_int_t line)
{
    size_t i;
    json_t *finding;
    unsigned seen = 0;
    json_array_foreach(findings, i, finding) {
        static const char *const kinds[] = {"deny", "change", "missing", "hold", "review", "note"};
        const char *kind = member_text(finding, "kind");
        if (json_integer_value(json_object_get(finding, "line")) != line)
            continue;
        for (unsigned k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
            if (strcmp(kinds[k], kind) == 0 && !(seen & 1u << k)) {
                output_text(page->out, seen ? ", " : "  ");
                page_paint(page, kind_paint(kind), kind);
                seen |= 1u << k;
            }
    }
}

static void billed_print(const struct page *page, json_t *lines, json_t *findings)
{
    size_t i;
    json_t *line;
    if (!json_array_size(lines))
        return;
    page_paint(page, PAINT_HEADING, "Billed");
    output_text(page->out, "\n");
    unsigned code_width = 10, units_width = 0;    /* as wide as the widest, so that what follows stands in columns */
    json_array_foreach(lines, i, line) {
        struct text code = {0}, units = {0};
        code_add(&code, line);
        value_add(&units, json_object_get(line, "units"), "");
        char *c = text_done(&code), *u = text_done(&units);
        unsigned wide = c ? text_width(c) : 0, of = u && *u ? text_width(u) + 1 : 0;
        code_width = wide > 24 ? 24 : wide > code_width ? wide : code_width;
        units_width = of > units_width && of < 12 ? of : units_width;
        free(c);
        free(u);
    }
    json_array_foreach(lines, i, line) {
        struct text code = {0}, units = {0};
        json_t *number = json_object_get(line, "line");
        json_int_t n = json_is_integer(number) ? json_integer_value(number) : (json_int_t)i + 1;
        code_add(&code, line);
        if (json_object_get(line, "units")) {
            word_add(&units, page->ascii ? "x" : "×");
            value_add(&units, json_object_get(line, "units"), "");
        }
        char *c = text_done(&code), *u = text_done(&units), *clean = text_clean(page, c ? c : "", 24);
        const unsigned wide = clean ? text_width(clean) : 0, of = u ? text_width(u) : 0;
        output_print(page->out, "  %3lld  %s", (long long)n, clean ? clean : "");
        if (of || kinds_speak(findings, n)) {
            page_blank(page, code_width + 1 - (wide < code_width ? wide : code_width));
            output_text(page->out, u ? u : "");
        }
        if (kinds_speak(findings, n))
            page_blank(page, units_width > of ? units_width - of : 0);
        kinds_print(page, findings, n);
        output_text(page->out, "\n");
        free(c);
        free(u);
        free(clean);
    }
    output_text(page->out, "\n");
}

static void error_print(const struct page *page, json_t *answer)
{
    struct text at = {0};
    json_t *error = json_object_get(answer, "error");
    word_add(&at, "line ");
    value_add(&at, json_object_get(answer, "line"), "");
    if (*member_text(error, "pointer")) {
        word_add(&at, ", ");
        word_add(&at, member_text(error, "pointer"));
    }
    struct cell head[] = {{"refused", 7, PAINT_BAD}, {text_done(&at), 0, PAINT_HEADING}};
    page_row(page, 0, head, 2);
    rule_print(page);
    struct cell message = {member_text(error, "message"), 0, PAINT_PLAIN};
    page_row(page, 2, &message, 1);
    if (*member_text(error, "expected")) {
        struct cell expected[] = {{"expected", 8, PAINT_DIM}, {member_text(error, "expected"), 0, PAINT_PLAIN}};
        page_row(page, 2, expected, 2);
    }
    free(at.bytes);
}

void page_print(const struct page *page, const char *encounter, size_t encounter_size, const char *answer, size_t size)
{
    json_t *asked = json_loadb(encounter, encounter_size, 0, NULL), *given = json_loadb(answer, size, 0, NULL);
    if (!given) {
        output_put(page->out, answer, size);
        output_text(page->out, "\n");
    } else if (json_object_get(given, "error")) {
        error_print(page, given);
    } else {
        json_t *findings = json_object_get(given, "findings");
        int none = strcmp(member_text(given, "status"), "no_rules") == 0;
        header_print(page, asked, given);
        timeline_print(page, asked, given);
        if (!charges_print(page, given) && !none && json_array_size(json_object_get(asked, "services")))
            output_text(page->out, "No charges.\n\n");
        billed_print(page, json_object_get(asked, "lines"), findings);
        findings_print(page, given);
        struct cell pack = {member_text(given, "pack"), 0, PAINT_DIM};
        page_row(page, 0, &pack, 1);
    }
    json_decref(asked);
    json_decref(given);
}
