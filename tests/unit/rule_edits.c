/* The drawn changes (rule_edits.h). The truth is written from the text before and after alone. */
#include "rule_edits.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t rule_random(uint64_t *seed)
{
    *seed += 0x9e3779b97f4a7c15u;
    uint64_t z = *seed;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* ---- lines */

static void line_know(struct rule_text *t, unsigned i)
{
    const char *l = t->lines[i];
    if (isalpha((unsigned char)*l)) {
        char second[48] = "", as[48] = "";
        t->item[i][0] = 0;
        sscanf(l, "%15s %47s", t->item[i], second);
        const char *at = strstr(l, " into "), *other = strstr(l, " as ");
        if (!strcmp(t->item[i], "group") && at) sscanf(at + 6, "%47s", second);
        if (!strcmp(t->item[i], "bill") && other && sscanf(other + 4, "%47s", as) == 1) strcpy(second, as);
        second[strcspn(second, ",\"")] = 0;
        strcpy(t->name[i], second);
        t->header[i] = -1;
        return;
    }
    if (!i) return;
    strcpy(t->item[i], t->item[i - 1]);
    strcpy(t->name[i], t->name[i - 1]);
    t->header[i] = t->header[i - 1];
    if (l[strspn(l, " ")] == '|' && t->lines[i - 1][strspn(t->lines[i - 1], " ")] != '|') t->header[i] = (int)i;
}

static void know(struct rule_text *t)
{
    for (unsigned i = 0; i < t->count; i++) line_know(t, i);
}

int rule_text_read(struct rule_text *t, const char *path)
{
    char line[8192];
    FILE *f = fopen(path, "rb");
    if (!f) return 0;
    *t = (struct rule_text){.path = path};
    while (t->count < EDIT_LINES && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        t->lines[t->count++] = strdup(line);
    }
    fclose(f);
    know(t);
    return 1;
}

void rule_text_free(struct rule_text *t)
{
    for (unsigned i = 0; i < t->count; i++) free(t->lines[i]);
    t->count = 0;
}

void line_set(struct rule_text *t, unsigned i, const char *text)
{
    free(t->lines[i]);
    t->lines[i] = strdup(text);
}

void line_out(struct rule_text *t, unsigned i)
{
    free(t->lines[i]);
    memmove(t->lines + i, t->lines + i + 1, (t->count - i - 1) * sizeof *t->lines);
    t->count--;
}

void line_in(struct rule_text *t, unsigned i, const char *text)
{
    if (t->count == EDIT_LINES) return;
    memmove(t->lines + i + 1, t->lines + i, (t->count - i) * sizeof *t->lines);
    t->lines[i] = strdup(text);
    t->count++;
}

/* Replaces the first `from` of a line. */
int line_swap(struct rule_text *t, unsigned i, const char *from, const char *to)
{
    char text[8192];
    const char *at = strstr(t->lines[i], from);
    if (!at) return 0;
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - t->lines[i]), t->lines[i], to, at + strlen(from));
    line_set(t, i, text);
    return 1;
}

int is_row(const struct rule_text *t, unsigned i)
{
    const char *l = t->lines[i];
    return l[strspn(l, " ")] == '|' && t->header[i] >= 0 && t->header[i] != (int)i;
}

int edit_of_item(const struct rule_text *t, unsigned i, const char *item) { return !strcmp(t->item[i], item); }

unsigned edit_pick(const struct rule_text *t, uint64_t *seed, line_fits *fits)
{
    unsigned n = 0, at = EDIT_LINES;
    for (unsigned i = 0; i < t->count; i++)
        if (fits(t, i) && rule_random(seed) % ++n == 0) at = i;
    return at;
}

/* ---- cells */

void edit_cell_get(const char *line, unsigned column, char *out, size_t room)
{
    const char *at = strchr(line, '|');
    *out = 0;
    for (; at && column; column--) at = strchr(at + 1, '|');
    if (!at) return;
    at++;
    const char *end = strchr(at, '|');
    if (!end) return;
    while (at < end && *at == ' ') at++;
    while (end > at && end[-1] == ' ') end--;
    snprintf(out, room, "%.*s", (int)(end - at), at);
}

void edit_cell_set(struct rule_text *t, unsigned i, unsigned column, const char *value)
{
    char text[8192];
    const char *l = t->lines[i], *at = strchr(l, '|');
    for (; at && column; column--) at = strchr(at + 1, '|');
    const char *end = at ? strchr(at + 1, '|') : NULL;
    if (!end) return;
    snprintf(text, sizeof text, "%.*s %s %s", (int)(at + 1 - l), l, value, end);
    line_set(t, i, text);
}

int edit_column_of(const struct rule_text *t, unsigned i, const char *name)
{
    char cell[EDIT_TEXT];
    for (unsigned c = 0; c < 40; c++) {
        edit_cell_get(t->lines[t->header[i]], c, cell, sizeof cell);
        if (!strcmp(cell, name)) return (int)c;
    }
    return -1;
}

void edit_say(struct rule_truth *x, const char *kind, const char *a, const char *b, const char *c)
{
    x->kind = kind;
    snprintf(x->words[0], EDIT_TEXT, "%s", a);
    snprintf(x->words[1], EDIT_TEXT, "%s", b);
    snprintf(x->words[2], EDIT_TEXT, "%s", c);
}

void edit_say_change(struct rule_truth *x, const char *kind, const char *name, const char *from, const char *to)
{
    char words[2 * EDIT_TEXT + 8];
    snprintf(words, sizeof words, "%s -> %s", from, to);
    words[EDIT_TEXT - 1] = 0;
    edit_say(x, kind, name, words, "");
}

/* ---- what changes nothing */

static int none(struct rule_truth *x)
{
    x->kind = NULL;
    return 1;
}

static int fits_any(const struct rule_text *t, unsigned i) { return i > 0 && isalpha((unsigned char)*t->lines[i]); }
static int edit_comment(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_any);
    if (i == EDIT_LINES) return 0;
    line_in(t, i, "# what was meant here was asked of the billing office");
    return none(x);
}

static int edit_blanks(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, is_row);
    return i < EDIT_LINES && line_swap(t, i, "| ", "|      ") && none(x);
}

/* The item that begins at a line ends before the next one. */
static unsigned item_end(const struct rule_text *t, unsigned i)
{
    for (i++; i < t->count && !isalpha((unsigned char)*t->lines[i]); i++) {}
    return i;
}

static int edit_item_moved(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_any);
    if (i == EDIT_LINES) return 0;
    for (unsigned n = item_end(t, i) - i; n; n--) {
        char *line = strdup(t->lines[i]);
        line_out(t, i);
        line_in(t, t->count, line);
        free(line);
    }
    return none(x);
}

static int rows_exchange(struct rule_text *t, unsigned i)
{
    char *a = t->lines[i];
    t->lines[i] = t->lines[i + 1];
    t->lines[i + 1] = a;
    return 1;
}

static int is_free_row(const struct rule_text *t, unsigned i)
{
    return is_row(t, i) && i + 1 < t->count && is_row(t, i + 1);
}
static int fits_every_row(const struct rule_text *t, unsigned i)
{
    if (!is_free_row(t, i) || !edit_of_item(t, i, "bill")) return 0;
    unsigned k = i;
    while (k && !isalpha((unsigned char)*t->lines[k])) k--;
    return strstr(t->lines[k], "every row that matches") != NULL;
}
static int edit_bill_order(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_every_row);
    return i < EDIT_LINES && rows_exchange(t, i) && none(x);
}
static int fits_plain_row(const struct rule_text *t, unsigned i)
{
    return is_free_row(t, i) && (edit_of_item(t, i, "relation") || edit_of_item(t, i, "limit") ||
                                 edit_of_item(t, i, "bundle") || edit_of_item(t, i, "policies"));
}
static int edit_plain_order(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_plain_row);
    return i < EDIT_LINES && rows_exchange(t, i) && none(x);
}

/* Two rows of a first-row table of which no record fits both. */
static int fits_apart(const struct rule_text *t, unsigned i)
{
    char a[EDIT_TEXT], b[EDIT_TEXT];
    if (!is_free_row(t, i) || strcmp(t->name[i], "procedure") || !edit_of_item(t, i, "bill")) return 0;
    edit_cell_get(t->lines[i], 0, a, sizeof a);
    edit_cell_get(t->lines[i + 1], 0, b, sizeof b);
    return strcmp(a, b) && strcmp(b, "otherwise");
}
static int edit_apart_order(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_apart);
    return i < EDIT_LINES && rows_exchange(t, i) && none(x);
}

static int fits_label(const struct rule_text *t, unsigned i)
{
    static const char *const kinds[] = {"codes ", "define ", "rule ", "table ", "threshold ", "hierarchy ", "choose "};
    for (size_t k = 0; k < 7; k++)
        if (!strncmp(t->lines[i], kinds[k], strlen(kinds[k]))) return strchr(t->lines[i], '"') != NULL;
    return 0;
}
static int edit_label(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_label);
    return i < EDIT_LINES && line_swap(t, i, "\"", "\"As was said: ") && none(x);
}

static int fits_code_label(const struct rule_text *t, unsigned i)
{
    return edit_of_item(t, i, "codes") && strlen(t->lines[i]) > 9 && !strncmp(t->lines[i], "  J", 3) &&
           t->lines[i][8] == '"';
}
static int edit_code_label(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_code_label);
    return i < EDIT_LINES && line_swap(t, i, "\"", "\"the drug ") && none(x);
}

static int fits_cite(const struct rule_text *t, unsigned i) { return !strncmp(t->lines[i], "cite ", 5); }
static int edit_cite_title(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_cite);
    return i < EDIT_LINES && line_swap(t, i, "\"", "\"Published: ") && none(x);
}

static int edit_version(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    (void)seed;
    for (unsigned i = 0; i < t->count; i++)
        if (line_swap(t, i, "version   2026.1", "version   2026.2")) return none(x);
    return 0;
}

static int fits_hour(const struct rule_text *t, unsigned i)
{
    return is_row(t, i) && edit_of_item(t, i, "threshold") && strstr(t->lines[i], "then every 60 min");
}
static int edit_hour(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_hour);
    return i < EDIT_LINES && line_swap(t, i, "60 min", "1 hour") && none(x);
}

static int fits_open(const struct rule_text *t, unsigned i)
{
    return is_row(t, i) && (edit_of_item(t, i, "table") || edit_of_item(t, i, "bill")) && strstr(t->lines[i], "| any ");
}
static int edit_any(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_open);
    return i < EDIT_LINES && line_swap(t, i, "| any ", "|     ") && none(x);
}

static int fits_two(const struct rule_text *t, unsigned i)
{
    char cell[EDIT_TEXT];
    if (!is_row(t, i) || !edit_of_item(t, i, "bill")) return 0;
    for (unsigned c = 0; c < 6; c++) {
        edit_cell_get(t->lines[i], c, cell, sizeof cell);
        if (strchr(cell, ',')) return 1;
    }
    return 0;
}
static int edit_alternatives(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    char cell[EDIT_TEXT], to[2 * EDIT_TEXT];
    unsigned i = edit_pick(t, seed, fits_two);
    for (unsigned c = 0; i < EDIT_LINES && c < 6; c++) {
        edit_cell_get(t->lines[i], c, cell, sizeof cell);
        char *comma = strchr(cell, ',');
        if (!comma) continue;
        snprintf(to, sizeof to, "%s, %.*s", comma + 2, (int)(comma - cell), cell);
        edit_cell_set(t, i, c, to);
        return none(x);
    }
    return 0;
}

static int fits_split(const struct rule_text *t, unsigned i)
{
    return edit_of_item(t, i, "codes") && strstr(t->lines[i], "J1950 to J1954");
}
static int edit_split(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_split);
    return i < EDIT_LINES && line_swap(t, i, "J1950 to J1954", "J1953 to J1954, J1950 to J1952") && none(x);
}

static int fits_test(const struct rule_text *t, unsigned i) { return is_row(t, i) && edit_of_item(t, i, "tests"); }
static int edit_test(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_test);
    return i < EDIT_LINES && line_swap(t, i, "| ", "| once more, ") && none(x);
}

static int fits_and(const struct rule_text *t, unsigned i)
{
    return edit_of_item(t, i, "define") &&
           strstr(t->lines[i], "  when intravenous is yes and given_as is infusion and ") == t->lines[i];
}
static int edit_and(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_and);
    return i < EDIT_LINES &&
           line_swap(t, i, "intravenous is yes and given_as is infusion",
                     "given_as is infusion and intravenous is yes") &&
           none(x);
}

#define BASE "rulesets/cpt/administration.edict"
#define OFFICE "rulesets/medicare/office.edict"
#define HOSPITAL "rulesets/medicare/hospital.edict"
const struct rule_edit_kind rule_edits_none[] = {
    {"a comment", edit_comment, BASE, 1},
    {"blanks", edit_blanks, OFFICE, 1},
    {"an item elsewhere", edit_item_moved, BASE, 2},
    {"rows of a bill in another order", edit_bill_order, BASE, 1},
    {"rows of a table of values in another order", edit_plain_order, HOSPITAL, 2},
    {"rows that exclude each other in another order", edit_apart_order, BASE, 1},
    {"a label", edit_label, BASE, 1},
    {"the name of a drug", edit_code_label, BASE, 1},
    {"the title of a source", edit_cite_title, BASE, 1},
    {"the version", edit_version, OFFICE, 1},
    {"an hour for its minutes", edit_hour, BASE, 1},
    {"nothing for any", edit_any, BASE, 1},
    {"alternatives in another order", edit_alternatives, BASE, 1},
    {"a range in two", edit_split, BASE, 1},
    {"a test", edit_test, BASE, 1},
    {"conditions in another order", edit_and, BASE, 1},
};
const unsigned rule_edit_none_count = sizeof rule_edits_none / sizeof *rule_edits_none;
