/* A random pack on top of another one: settings with dates, changes of lists and rows, rules taken out, a rule added.
 */
#include "tests/oracle/differ.h"

#include <stdio.h>
#include <string.h>

struct line {
    const char *at;
    int size;
};

/* The lines of the text that begin so; how many (at most `room`). */
static unsigned lines_find(const struct buffer *text, const char *begin, struct line *out, unsigned room)
{
    unsigned n = 0;
    const size_t size = strlen(begin);
    for (const char *line = text->at, *end = line + text->size, *next; line < end && n < room; line = next) {
        next = memchr(line, '\n', (size_t)(end - line));
        next = next ? next + 1 : end;
        if ((size_t)(next - line) > size && !memcmp(line, begin, size))
            out[n++] = (struct line){line, (int)(next - line - 1)};
    }
    return n;
}

static void put_dates(struct random *r, struct buffer *out)
{
    if (random_one_in(r, 3)) return;
    buffer_printf(out, ", effective 2026-0%u-01", 1 + random_below(r, 4));
    if (random_one_in(r, 2)) buffer_printf(out, " until 2026-0%u-15", 5 + random_below(r, 3));
}

static void settings_make(struct random *r, const struct buffer *base, struct buffer *out)
{
    struct line rows[8];
    unsigned n = lines_find(base, "  | policy_", rows, 8);
    if (!n) return;
    buffer_text(out, "sets\n  | policy | is | effective | until | cite |\n");
    for (unsigned i = 0; i < n; i++) {
        char name[24], values[80];
        if (sscanf(rows[i].at, "  | %23[a-z_0-9] | %79[^|]", name, values) != 2) continue;
        char *word = strtok(values, ",");
        for (uint32_t k = random_below(r, 3); k && word; k--) {
            char *next = strtok(NULL, ",");
            word = next ? next : word;
        }
        while (word && *word == ' ') word++;
        for (char *end = word ? word + strlen(word) : NULL; end && end > word && end[-1] == ' ';) *--end = 0;
        buffer_printf(out, "  | %s | %s | %s | %s | P1 |\n", name, word ? word : "",
                      random_one_in(r, 2) ? "2026-02-01" : "", random_one_in(r, 2) ? "2026-06-30" : "");
    }
    buffer_byte(out, '\n');
}

/* Takes a row of a bill out, or puts another charge there. */
static void bill_change(struct random *r, const struct buffer *base, struct buffer *out)
{
    struct line bills[8], rows[16];
    unsigned n = lines_find(base, "bill ", bills, 8), k;
    char kind[24], name[24];
    if (!n) return;
    const struct line *bill = &bills[random_below(r, n)];
    if (sscanf(bill->at, "bill %23[a-z] as %23[a-z_0-9]", kind, name) != 2) return;
    struct buffer rest = *base;
    rest.size = (size_t)(base->at + base->size - bill->at);
    rest.at = (char *)(uintptr_t)bill->at;
    const char *end = strstr(bill->at, "\n\n");
    if (end) rest.size = (size_t)(end - bill->at) + 1;
    k = lines_find(&rest, "  | ", rows, 16);
    if (k < 3) return;
    const struct line *row = &rows[1 + random_below(r, k - 1)];
    buffer_printf(out, "changes bill %s as %s", kind, name);
    put_dates(r, out);
    buffer_printf(out, ", cite P1\n  remove row %.*s\n\n", row->size - 2, row->at + 2);
}

void payer_make(struct random *r, const struct buffer *base, const char *file, struct buffer *out)
{
    struct line rules[16];
    unsigned n = lines_find(base, "rule rule_", rules, 16);
    char name[24];
    buffer_clear(out);
    buffer_printf(out, "pack made.payer extends made.up from \"%s\"\n  title \"A payer\"\n  version 2\n", file);
    buffer_text(out, "  effective 2025-01-01 until open\n\ncite P1 \"Payer\", section \"1\", read 2026-01-01\n\n");
    settings_make(r, base, out);
    if (random_one_in(r, 2)) {
        buffer_text(out, "changes codes list_1");
        put_dates(r, out);
        buffer_text(out, ", cite P1\n  add B10, C9\n  remove A2\n\n");
    }
    if (random_one_in(r, 2)) bill_change(r, base, out);
    if (n && random_one_in(r, 2) && sscanf(rules[random_below(r, n)].at, "rule %23[a-z_0-9]", name) == 1)
        buffer_printf(out, "retires rule %s, cite P1\n\n", name);
    buffer_text(out, "rule payer_says, cite P1\n  for each item where n documented\n  then note \"{n} of {id}\"\n");
}
