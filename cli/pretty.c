/* The page of `run --pretty`: one encounter as a coder reads it. It knows the contract of encounter and result. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_string(value) ? json_string_value(value) : "";
}

static void scalar_add(struct text *t, json_t *value)
{
    char number[40] = "";
    if (json_is_string(value)) {
        text_put(t, json_string_value(value), json_string_length(value));
        return;
    }
    if (json_is_integer(value))
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(number, sizeof number, "%.10g", json_real_value(value));
    else if (json_is_boolean(value))
        snprintf(number, sizeof number, "%s", json_is_true(value) ? "yes" : "no");
    text_put(t, number, strlen(number));
}

static void word_add(struct text *t, const char *word)
{
    text_put(t, word, strlen(word));
}

static void list_add(struct text *t, json_t *list, const char *between)
{
    size_t i;
    json_t *value;
    json_array_foreach(list, i, value) {
        if (i)
            word_add(t, between);
        scalar_add(t, value);
    }
}

/* CODE-mod-mod ×units */
static void charge_add(const struct page *page, struct text *t, json_t *charge, int units)
{
    json_t *modifiers = json_object_get(charge, "modifiers"), *count = json_object_get(charge, "units");
    scalar_add(t, json_object_get(charge, "code"));
    if (json_array_size(modifiers)) {
        word_add(t, "-");
        list_add(t, modifiers, "-");
    }
    if (units && count) {
        word_add(t, page->ascii ? " x" : " ×");
        scalar_add(t, count);
    }
}

static char *text_done(struct text *t)
{
    text_put(t, "", 0);
    return t->failed ? NULL : t->bytes;
}

static void charges_print(const struct page *page, const char *heading, json_t *list)
{
    size_t i;
    json_t *charge;
    if (!json_array_size(list))
        return;
    unsigned cite_width = page->width / 5, services_width = page->width / 8;
    unsigned because_width = page->width - 2 - 12 - 7 - services_width - cite_width - 4;
    struct cell head[] = {{heading, 14, PAINT_HEADING}, {"units", 7, PAINT_DIM}, {"for", services_width, PAINT_DIM},
                          {"because", because_width, PAINT_DIM}, {"source", cite_width, PAINT_DIM}};
    page_row(page, 0, head, 5);
    json_array_foreach(list, i, charge) {
        struct text code = {0}, units = {0}, services = {0}, because = {0}, cite = {0};
        charge_add(page, &code, charge, 0);
        word_add(&units, page->ascii ? "x" : "×");
        scalar_add(&units, json_object_get(charge, "units"));
        list_add(&services, json_object_get(charge, "services"), " ");
        list_add(&because, json_object_get(charge, "because"), ", ");
        list_add(&cite, json_object_get(charge, "cite"), ", ");
        struct cell cells[] = {{text_done(&code), 12, PAINT_GOOD}, {text_done(&units), 7, PAINT_PLAIN},
                               {text_done(&services), services_width, PAINT_PLAIN},
                               {text_done(&because), because_width, PAINT_PLAIN},
                               {text_done(&cite), cite_width, PAINT_DIM}};
        page_row(page, 2, cells, 5);
        free(code.bytes);
        free(units.bytes);
        free(services.bytes);
        free(because.bytes);
        free(cite.bytes);
    }
    output_text(page->out, "\n");
}

static enum paint kind_paint(const char *kind)
{
    static const struct { const char *kind; enum paint paint; } paints[] = {
        {"deny", PAINT_BAD}, {"hold", PAINT_BAD}, {"change", PAINT_WARN}, {"missing", PAINT_WARN},
        {"review", PAINT_WARN}};
    for (size_t i = 0; i < sizeof paints / sizeof paints[0]; i++)
        if (strcmp(paints[i].kind, kind) == 0)
            return paints[i].paint;
    return PAINT_DIM;
}

/* Where a finding points: lines, services, fact, and the charge it speaks of. */
static char *finding_place(const struct page *page, json_t *finding)
{
    struct text t = {0};
    json_t *line = json_object_get(finding, "line"), *other = json_object_get(finding, "other_line");
    if (line) {
        word_add(&t, "line ");
        scalar_add(&t, line);
    }
    if (other) {
        word_add(&t, t.size ? " with " : "line ");
        scalar_add(&t, other);
    }
    if (json_array_size(json_object_get(finding, "services"))) {
        word_add(&t, t.size ? ", " : "");
        list_add(&t, json_object_get(finding, "services"), " ");
    }
    if (*text_of(finding, "fact")) {
        word_add(&t, t.size ? " " : "");
        word_add(&t, text_of(finding, "fact"));
    }
    if (*text_of(finding, "code")) {
        word_add(&t, t.size ? ": " : "");
        charge_add(page, &t, finding, 1);
    }
    return text_done(&t);
}

/* One class of values of a missing fact: its words, then the charges that it would give. */
static char *value_text(const struct page *page, json_t *value)
{
    struct text t = {0};
    const char *key;
    json_t *part;
    if (!json_is_object(value)) {
        scalar_add(&t, value);
        return text_done(&t);
    }
    json_object_foreach(value, key, part) {
        if (strcmp(key, "charges") == 0)
            continue;
        word_add(&t, t.size ? ", " : "");
        if (strncmp(key, "value", 5) != 0) {
            word_add(&t, key);
            word_add(&t, " ");
        }
        if (json_is_array(part))
            list_add(&t, part, page->ascii ? "-" : "–");
        else
            scalar_add(&t, part);
    }
    json_t *charges = json_object_get(value, "charges");
    if (charges) {
        size_t i;
        word_add(&t, page->ascii ? " -> " : " → ");
        json_array_foreach(charges, i, part) {
            word_add(&t, i ? ", " : "");
            if (json_is_object(part))
                charge_add(page, &t, part, 1);
            else
                scalar_add(&t, part);
        }
        if (!json_array_size(charges))
            word_add(&t, "nothing");
    }
    return text_done(&t);
}

static void findings_print(const struct page *page, json_t *list)
{
    size_t i, v;
    json_t *finding, *value;
    if (!json_array_size(list))
        return;
    unsigned place_width = page->width / 4;
    page_paint(page, PAINT_HEADING, "Findings");
    output_text(page->out, "\n");
    json_array_foreach(list, i, finding) {
        const char *kind = text_of(finding, "kind");
        struct text source = {0};
        char *place = finding_place(page, finding);
        struct cell cells[] = {{kind, 7, kind_paint(kind)}, {place, place_width, PAINT_PLAIN},
                               {text_of(finding, "message"), 0, PAINT_PLAIN}};
        page_row(page, 2, cells, 3);
        json_array_foreach(json_object_get(finding, "values"), v, value) {
            char *text = value_text(page, value);
            struct cell cell[] = {{page->ascii ? "-" : "·", 1, PAINT_DIM}, {text, 0, PAINT_PLAIN}};
            page_row(page, 2 + 8 + place_width + 1, cell, 2);
            free(text);
        }
        word_add(&source, text_of(finding, "rule"));
        if (json_array_size(json_object_get(finding, "cite"))) {
            word_add(&source, page->ascii ? " - " : " · ");
            list_add(&source, json_object_get(finding, "cite"), ", ");
        }
        struct cell from = {text_done(&source), 0, PAINT_DIM};
        page_row(page, 2 + 8 + place_width + 1, &from, 1);
        free(source.bytes);
        free(place);
    }
    output_text(page->out, "\n");
}

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

static void header_print(const struct page *page, json_t *encounter, json_t *answer)
{
    static const char *const keys[] = {"setting", "claim", "payer"};
    struct text t = {0};
    const char *status = text_of(answer, "status"), *date = text_of(answer, "date");
    word_add(&t, text_of(answer, "encounter"));
    word_add(&t, "  ");
    word_add(&t, *date ? date : text_of(encounter, "date"));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (*text_of(encounter, keys[i])) {
            word_add(&t, i ? ", " : "  ");
            word_add(&t, text_of(encounter, keys[i]));
        }
    unsigned status_width = text_width(status), room = page->width - status_width - 2;
    char *text = text_done(&t), *clean = text_clean(page, text ? text : "", room);
    page_paint(page, PAINT_HEADING, clean ? clean : "");
    output_print(page->out, "%*s", (int)(page->width - status_width - (clean ? text_width(clean) : 0)), "");
    page_paint(page, strcmp(status, "complete") == 0 ? PAINT_GOOD : PAINT_BAD, status);
    output_text(page->out, "\n");
    rule_print(page);
    free(text);
    free(clean);
}

static void error_print(const struct page *page, json_t *answer)
{
    struct text at = {0};
    json_t *error = json_object_get(answer, "error");
    word_add(&at, "line ");
    scalar_add(&at, json_object_get(answer, "line"));
    if (*text_of(error, "pointer")) {
        word_add(&at, ", ");
        word_add(&at, text_of(error, "pointer"));
    }
    struct cell head[] = {{"refused", 8, PAINT_BAD}, {text_done(&at), 0, PAINT_PLAIN}};
    page_row(page, 0, head, 2);
    rule_print(page);
    struct cell message = {text_of(error, "message"), 0, PAINT_PLAIN};
    page_row(page, 2, &message, 1);
    if (*text_of(error, "expected")) {
        struct cell expected[] = {{"expected", 8, PAINT_DIM}, {text_of(error, "expected"), 0, PAINT_PLAIN}};
        page_row(page, 2, expected, 2);
    }
    free(at.bytes);
}

void page_print(const struct page *page, const char *encounter, size_t encounter_size, const char *answer, size_t size)
{
    json_t *asked = json_loadb(encounter, encounter_size, 0, NULL), *given = json_loadb(answer, size, 0, NULL);
    json_t *charges = json_object_get(given, "charges"), *drugs = json_object_get(given, "drug_lines");
    if (!given) {
        output_put(page->out, answer, size);
        output_text(page->out, "\n");
    } else if (json_object_get(given, "error")) {
        error_print(page, given);
    } else {
        header_print(page, asked, given);
        timeline_print(page, json_object_get(asked, "services"));
        charges_print(page, "Charges", charges);
        charges_print(page, "Drugs", drugs);
        if (!json_array_size(charges) && !json_array_size(drugs))
            output_text(page->out, json_array_size(json_object_get(asked, "services")) ? "No charges.\n\n" : "");
        findings_print(page, json_object_get(given, "findings"));
        output_print(page->out, "%s", "");
        struct cell pack = {text_of(given, "pack"), 0, PAINT_DIM};
        page_row(page, 0, &pack, 1);
    }
    json_decref(asked);
    json_decref(given);
}
