/* Text on a page: clean, measured, wrapped in columns, painted; and the few JSON values that pages show, as text. */
#include "page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static int continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* One character of UTF-8: its bytes and its columns; bytes that are none are one column each. */
struct character { size_t size; unsigned width, shown; };

static struct character character_at(const struct page *page, const char *text)
{
    unsigned char c = (unsigned char)*text;
    struct character it = {1, 1, c >= 0x20 && c < 0x7f};
    if (c < 0xc2 || c > 0xf4)
        return it;
    size_t size = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    wchar_t point = (wchar_t)(c & (0xff >> (size + 1)));
    for (it.size = 1; it.size < size && continues(text[it.size]); it.size++)
        point = (wchar_t)(point << 6 | (text[it.size] & 0x3f));
    if (page && page->ascii)
        return it;
    int width = it.size == size ? wcwidth(point) : -1;
    it.shown = width >= 0;    /* not the controls U+0080 to U+009F, nor what turns the direction of writing */
    it.shown &= !(point >= 0x202a && point <= 0x202e) && !(point >= 0x2066 && point <= 0x2069);
    it.width = it.shown ? (unsigned)width : 1;
    return it;
}

unsigned text_width(const char *text)
{
    unsigned width = 0;
    while (*text) {
        struct character it = character_at(NULL, text);
        width += it.width;
        text += it.size;
    }
    return width;
}

char *text_clean(const struct page *page, const char *text, unsigned width)
{
    struct text t = {0};
    unsigned used = 0, cut = width && text_width(text) > width;
    text_put(&t, "", 0);
    for (; *text;) {
        struct character it = character_at(page, text);
        if (cut && used + it.width + 1 > width)
            break;
        text_put(&t, it.shown ? text : "?", it.shown ? it.size : 1);
        used += it.width;
        text += it.size;
    }
    if (cut)
        text_put(&t, page->ascii ? "~" : "…", page->ascii ? 1 : 3);
    return t.failed ? NULL : t.bytes;
}

void page_paint(const struct page *page, enum paint paint, const char *text)
{
    static const char *const codes[] = {"",         "\033[1m",  "\033[2m",  "\033[36m",
                                        "\033[33m", "\033[32m", "\033[33m", "\033[31m"};
    if (page->color && paint != PAINT_PLAIN && *text)
        output_print(page->out, "%s%s\033[0m", codes[paint], text);
    else
        output_text(page->out, text);
}

/* Bytes of the next line of at most `width` columns: cut at a blank, or in the word that is longer than a line. */
static size_t line_size(const char *text, unsigned width)
{
    size_t size = 0, at_blank = 0;
    unsigned used = 0;
    while (text[size] && text[size] != '\n') {
        struct character it = character_at(NULL, text + size);
        if ((used += it.width) > width)
            return text[size] == ' ' ? size : at_blank ? at_blank : size ? size : it.size;
        if (text[size] == ' ')
            at_blank = size;
        size += it.size;
    }
    return size;
}

void page_blank(const struct page *page, unsigned count)
{
    while (count--)
        output_put(page->out, " ", 1);
}

void page_row(const struct page *page, unsigned indent, const struct cell *cells, size_t count)
{
    enum { MOST = 8 };
    char *clean[MOST];
    const char *at[MOST];
    unsigned widths[MOST], used = indent;
    if (count > MOST)
        count = MOST;
    for (size_t i = 0; i < count; i++) {
        unsigned rest = page->width > used + 10 ? page->width - used : 10;
        widths[i] = cells[i].width ? cells[i].width : rest;
        clean[i] = text_clean(page, cells[i].text ? cells[i].text : "", 0);
        at[i] = clean[i] ? clean[i] : "";
        used += widths[i] + 1;
    }
    for (int more = 1; more;) {
        unsigned gap = indent;
        more = 0;
        for (size_t i = 0; i < count; i++) {
            size_t size = line_size(at[i], widths[i]);
            char *line = strndup(at[i], size);
            if (line && size) {
                page_blank(page, gap);
                page_paint(page, cells[i].paint, line);
                unsigned width = text_width(line);
                gap = width < widths[i] ? widths[i] + 1 - width : 1;
            } else {
                gap += widths[i] + 1;
            }
            free(line);
            at[i] += size;
            at[i] += *at[i] == ' ';
            more |= *at[i] != 0;
        }
        output_put(page->out, "\n", 1);
    }
    for (size_t i = 0; i < count; i++)
        free(clean[i]);
}

const char *member_text(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_string(value) ? json_string_value(value) : "";
}

void word_add(struct text *t, const char *word)
{
    text_put(t, word, strlen(word));
}

char *text_done(struct text *t)
{
    text_put(t, "", 0);
    return t->failed ? NULL : t->bytes;
}

void value_add(struct text *t, json_t *value, const char *between)
{
    char number[40] = "";
    size_t i;
    json_t *part;
    if (json_is_string(value)) {
        text_put(t, json_string_value(value), json_string_length(value));
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, part) {
            word_add(t, i ? between : "");
            value_add(t, part, between);
        }
    } else {
        if (json_is_integer(value))
            snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        else if (json_is_real(value))
            snprintf(number, sizeof number, "%.10g", json_real_value(value));
        else if (json_is_boolean(value))
            snprintf(number, sizeof number, "%s", json_is_true(value) ? "yes" : "no");
        word_add(t, number);
    }
}

void code_add(struct text *t, json_t *charge)
{
    json_t *modifiers = json_object_get(charge, "modifiers");
    value_add(t, json_object_get(charge, "code"), "-");
    if (json_array_size(modifiers)) {
        word_add(t, "-");
        value_add(t, modifiers, "-");
    }
}

void units_add(const struct page *page, struct text *t, json_t *charge)
{
    json_t *units = json_object_get(charge, "units");
    if (units && !(json_is_integer(units) && json_integer_value(units) == 1)) {
        word_add(t, page->ascii ? " x" : "\u00a0×");    /* stays on its line */
        value_add(t, units, "");
    }
}

json_t *records_of(json_t *object)
{
    static const char *const own[] = {"modifiers", "because", "cite", "values"};
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        size_t i = 0, count = sizeof own / sizeof own[0];
        while (i < count && strcmp(own[i], key) != 0)
            i++;
        if (i == count && json_is_array(value))
            return value;
    }
    return NULL;
}
