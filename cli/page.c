/* Text on a page: clean, measured, wrapped in columns, painted. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

static int continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

unsigned text_width(const char *text)
{
    unsigned width = 0;
    for (; *text; text++)
        width += !continues(*text);
    return width;
}

/* Size of the character at `text` if it may be shown, else 0. C1 controls are two bytes of UTF-8. */
static size_t character_size(const char *text, int ascii)
{
    unsigned char c = (unsigned char)*text;
    size_t size = 1;
    if (c < 0x80)
        return c >= 0x20 && c != 0x7f;
    if (ascii)
        return 0;
    while (continues(text[size]))
        size++;
    return c == 0xc2 && (unsigned char)text[1] < 0xa0 ? 0 : size;
}

char *text_clean(const struct page *page, const char *text, unsigned width)
{
    struct text t = {0};
    unsigned used = 0, all = text_width(text);
    text_put(&t, "", 0);
    while (*text) {
        size_t size = character_size(text, page->ascii), step = 1;
        if (width && all > width && used + 1 == width) {
            text_put(&t, page->ascii ? "~" : "…", page->ascii ? 1 : 3);
            break;
        }
        text_put(&t, size ? text : "?", size ? size : 1);
        while (continues(text[step]))
            step++;
        text += step;
        used++;
    }
    return t.failed ? NULL : t.bytes;
}

void page_paint(const struct page *page, enum paint paint, const char *text)
{
    static const char *const codes[] = {"",         "\033[1m",  "\033[2m",  "\033[36m",
                                        "\033[33m", "\033[32m", "\033[33m", "\033[31m"};
    if (page->color && paint != PAINT_PLAIN)
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
        if (!continues(text[size]) && ++used > width)
            return text[size] == ' ' ? size : at_blank ? at_blank : size;
        if (text[size] == ' ')
            at_blank = size;
        size++;
    }
    return size;
}

static void page_blank(const struct page *page, unsigned count)
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
                gap = widths[i] + 1 - text_width(line);
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
