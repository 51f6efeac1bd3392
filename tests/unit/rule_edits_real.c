/* Drawn changes that mean something: bounds, rows, lists, dates, levels, policies, conditions, names … The truth is
 * written from the text before and after alone. */
#include "rule_edits.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static int fits_bound(const struct rule_text *t, unsigned i)
{
    return is_row(t, i) && edit_of_item(t, i, "threshold") && strstr(t->lines[i], "from 91 min") &&
           !strstr(t->lines[i - 1], "up to");
}
static int edit_bound(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    char to[32];
    unsigned i = edit_pick(t, seed, fits_bound);
    if (i == EDIT_LINES) return 0;
    snprintf(to, sizeof to, "from %u min", 80 + (unsigned)(rule_random(seed) % 10));
    edit_say_change(x, "threshold", t->name[i], "from 91 min", to);
    return line_swap(t, i, "from 91 min", to);
}

static int fits_every(const struct rule_text *t, unsigned i)
{
    return is_row(t, i) && edit_of_item(t, i, "threshold") && strstr(t->lines[i], "then every 60 min");
}
static int edit_every(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_every);
    if (i == EDIT_LINES) return 0;
    edit_say_change(x, "threshold", t->name[i], "then every 60 min", "then every 45 min");
    return line_swap(t, i, "then every 60 min", "then every 45 min");
}

static int fits_bill(const struct rule_text *t, unsigned i)
{
    char code[EDIT_TEXT];
    if (!is_row(t, i) || !edit_of_item(t, i, "bill") || edit_column_of(t, i, "code") < 0) return 0;
    edit_cell_get(t->lines[i], (unsigned)edit_column_of(t, i, "code"), code, sizeof code);
    return strlen(code) == 5 && isdigit((unsigned char)code[4]) && isdigit((unsigned char)code[0]);
}
static int edit_bill_code(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    char code[EDIT_TEXT];
    unsigned i = edit_pick(t, seed, fits_bill);
    if (i == EDIT_LINES) return 0;
    unsigned column = (unsigned)edit_column_of(t, i, "code");
    edit_cell_get(t->lines[i], column, code, sizeof code);
    const char *to = strcmp(code, "96379") ? "96379" : "96549";
    edit_say_change(x, "bill", t->name[i], code, to);
    edit_cell_set(t, i, column, to);
    return 1;
}
static int edit_bill_out(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    char code[EDIT_TEXT];
    unsigned i = edit_pick(t, seed, fits_bill);
    if (i == EDIT_LINES) return 0;
    edit_cell_get(t->lines[i], (unsigned)edit_column_of(t, i, "code"), code, sizeof code);
    edit_say(x, "bill", t->name[i], "row removed", code);
    line_out(t, i);
    return 1;
}
static int edit_bill_dated(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    char code[EDIT_TEXT], text[8192];
    unsigned i = edit_pick(t, seed, fits_bill);
    if (i == EDIT_LINES || strstr(t->lines[t->header[i]], "until")) return 0;
    edit_cell_get(t->lines[i], (unsigned)edit_column_of(t, i, "code"), code, sizeof code);
    for (unsigned k = (unsigned)t->header[i]; k < t->count && t->lines[k][strspn(t->lines[k], " ")] == '|'; k++) {
        snprintf(text, sizeof text, "%s %s |", t->lines[k],
                 k == (unsigned)t->header[i] ? "until"
                 : k == i                    ? "2026-06-30"
                                             : "");
        line_set(t, k, text);
    }
    edit_say(x, "bill", t->name[i], "row removed", code);
    x->effective = "2026-07-01";
    return 1;
}

static int fits_result(const struct rule_text *t, unsigned i)
{
    const char *l = t->lines[i];
    const char *end = l + strlen(l);
    if (!is_row(t, i) || !edit_of_item(t, i, "table") || strstr(l, "hold \"")) return 0;
    while (end > l && (end[-1] == '|' || end[-1] == ' ')) end--;
    return end > l && islower((unsigned char)end[-1]) && strlen(t->lines[t->header[i]]) == strlen(l);
}
static int edit_result(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    char from[EDIT_TEXT], to[EDIT_TEXT] = "";
    unsigned i = edit_pick(t, seed, fits_result), column = 0, n = 0;
    if (i == EDIT_LINES) return 0;
    for (const char *c = t->lines[i]; *c; c++) column += *c == '|';
    column -= 2;
    edit_cell_get(t->lines[i], column, from, sizeof from);
    for (unsigned k = (unsigned)t->header[i] + 1; k < t->count && is_row(t, k); k++) {
        char other[EDIT_TEXT];
        edit_cell_get(t->lines[k], column, other, sizeof other);
        if (strcmp(other, from) && islower((unsigned char)*other) && !strchr(other, ' ') &&
            rule_random(seed) % ++n == 0)
            strcpy(to, other);
    }
    if (!*to || strchr(from, ' ')) return 0;
    edit_say_change(x, "row", t->name[i], from, to);
    edit_cell_set(t, i, column, to);
    return 1;
}

static int fits_entry(const struct rule_text *t, unsigned i)
{
    const char *l = t->lines[i];
    return edit_of_item(t, i, "codes") && strlen(l) > 9 && !strncmp(l, "  J", 3) && l[7] == ' ' && l[8] == '"';
}
static int edit_code_out(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    char code[8], text[8192];
    unsigned i = edit_pick(t, seed, fits_entry);
    if (i == EDIT_LINES) return 0;
    const char *end = strchr(t->lines[i] + 9, '"');
    if (!end || end[1] != ',' || !end[2]) return 0;
    snprintf(code, sizeof code, "%.5s", t->lines[i] + 2);
    snprintf(text, sizeof text, "  %s", end + 3);
    line_set(t, i, text);
    edit_say(x, "codes", code, "removed from", t->name[i]);
    return 1;
}
static int edit_code_in(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    char code[8], text[8192];
    unsigned i = edit_pick(t, seed, fits_entry);
    if (i == EDIT_LINES) return 0;
    snprintf(code, sizeof code, "K%04u", (unsigned)(rule_random(seed) % 10000));
    snprintf(text, sizeof text, "  %s, %s", code, t->lines[i] + 2);
    line_set(t, i, text);
    edit_say(x, "codes", code, "added to", t->name[i]);
    return 1;
}
static int edit_code_dated(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    char code[8], text[8192];
    unsigned i = edit_pick(t, seed, fits_entry);
    if (i == EDIT_LINES) return 0;
    const char *end = strchr(t->lines[i] + 9, '"');
    if (!end) return 0;
    snprintf(code, sizeof code, "%.5s", t->lines[i] + 2);
    snprintf(text, sizeof text, "%.*s until 2026-03-31%s", (int)(end + 1 - t->lines[i]), t->lines[i], end + 1);
    line_set(t, i, text);
    edit_say(x, "codes", code, "removed from", t->name[i]);
    x->effective = "2026-04-01";
    return 1;
}
static int fits_range(const struct rule_text *t, unsigned i)
{
    return edit_of_item(t, i, "codes") && strstr(t->lines[i], "J9217 to J9219");
}
static int edit_range(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_range);
    if (i == EDIT_LINES) return 0;
    edit_say(x, "codes", "J9218", "removed from", t->name[i]);
    return line_swap(t, i, "J9217 to J9219", "J9217, J9219");
}

static int fits_value(const struct rule_text *t, unsigned i)
{
    char cell[EDIT_TEXT];
    if (!is_row(t, i) || (!edit_of_item(t, i, "limit") && strcmp(t->name[i], "billing_unit"))) return 0;
    edit_cell_get(t->lines[i], 1, cell, sizeof cell);
    return *cell && strlen(cell) < 4 && isdigit((unsigned char)*cell);
}
static int edit_value(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    char from[EDIT_TEXT], to[EDIT_TEXT + 8];
    unsigned i = edit_pick(t, seed, fits_value);
    if (i == EDIT_LINES) return 0;
    edit_cell_get(t->lines[i], 1, from, sizeof from);
    snprintf(to, sizeof to, "%s3", from);
    edit_say_change(x, edit_of_item(t, i, "limit") ? "limit" : "relation", t->name[i], from, to);
    edit_cell_set(t, i, 1, to);
    return 1;
}

static int fits_pair(const struct rule_text *t, unsigned i)
{
    char cell[EDIT_TEXT];
    if (!is_row(t, i) || !edit_of_item(t, i, "bundle")) return 0;
    edit_cell_get(t->lines[i], 0, cell, sizeof cell);
    if (strchr(cell, ',')) return 0;
    edit_cell_get(t->lines[i], 1, cell, sizeof cell);
    return strchr(cell, ',') != NULL;
}
static int edit_pair_out(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    char a[EDIT_TEXT], b[EDIT_TEXT], words[3 * EDIT_TEXT];
    unsigned i = edit_pick(t, seed, fits_pair);
    if (i == EDIT_LINES) return 0;
    edit_cell_get(t->lines[i], 0, a, sizeof a);
    edit_cell_get(t->lines[i], 1, b, sizeof b);
    char *comma = strchr(b, ',');
    snprintf(words, sizeof words, "%s, %.*s", a, (int)(comma - b), b);
    edit_cell_set(t, i, 1, comma + 2);
    words[EDIT_TEXT - 1] = 0;
    edit_say(x, "bundle", t->name[i], words, "deleted");
    return 1;
}
static int edit_indicator(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    char from[EDIT_TEXT];
    unsigned i = edit_pick(t, seed, fits_pair);
    if (i == EDIT_LINES) return 0;
    edit_cell_get(t->lines[i], 2, from, sizeof from);
    const char *to = *from == '1' ? "0" : "1";
    edit_say_change(x, "bundle", t->name[i], from, to);
    edit_cell_set(t, i, 2, to);
    return 1;
}

static int fits_policy(const struct rule_text *t, unsigned i)
{
    return is_row(t, i) && edit_of_item(t, i, "policies") && !strstr(t->lines[i], "outside the engine");
}
static int edit_policy(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    char name[EDIT_TEXT], values[EDIT_TEXT], is[EDIT_TEXT], *to = NULL;
    unsigned i = edit_pick(t, seed, fits_policy), n = 0;
    if (i == EDIT_LINES) return 0;
    edit_cell_get(t->lines[i], 0, name, sizeof name);
    edit_cell_get(t->lines[i], 1, values, sizeof values);
    edit_cell_get(t->lines[i], 2, is, sizeof is);
    for (char *v = strtok(values, ","); v; v = strtok(NULL, ",")) {
        v += *v == ' ';
        if (strcmp(v, is) && rule_random(seed) % ++n == 0) to = v;
    }
    if (!to) return 0;
    edit_say_change(x, "policy", name, is, to);
    edit_cell_set(t, i, 2, to);
    return 1;
}
static int edit_sets(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    (void)seed;
    line_in(t, t->count, "sets");
    line_in(t, t->count, "  | policy           | is     | effective  |");
    line_in(t, t->count, "  | hydration_runs   | each   | 2026-05-01 |");
    edit_say(x, "policy", "hydration_runs: summed -> each", "", "");
    x->effective = "2026-05-01";
    return 1;
}

static int fits_level(const struct rule_text *t, unsigned i)
{
    return is_row(t, i) && edit_of_item(t, i, "hierarchy") && i + 1 < t->count && is_row(t, i + 1) &&
           !strstr(t->lines[i], "otherwise") && !strstr(t->lines[i + 1], "otherwise");
}
static int edit_level(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_level);
    if (i == EDIT_LINES) return 0;
    char *a = t->lines[i];
    t->lines[i] = t->lines[i + 1];
    t->lines[i + 1] = a;
    edit_say(x, "hierarchy", t->name[i], "moves", "");
    return 1;
}

static int fits_service_rule(const struct rule_text *t, unsigned i)
{
    return edit_of_item(t, i, "rule") && strstr(t->lines[i], "for each service where ");
}
static int edit_condition(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_service_rule);
    if (i == EDIT_LINES) return 0;
    edit_say(x, "rule", t->name[i], "now also asks for visit over 0", "");
    return line_swap(t, i, "for each service where ", "for each service where visit over 0 and ");
}
static int fits_message(const struct rule_text *t, unsigned i)
{
    return edit_of_item(t, i, "rule") && !strncmp(t->lines[i], "  then ", 7) && strchr(t->lines[i], '"');
}
static int edit_message(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_message);
    if (i == EDIT_LINES) return 0;
    edit_say(x, "rule", t->name[i], "says \"", "-> \"please: ");
    return line_swap(t, i, "\"", "\"please: ");
}
static int fits_rule(const struct rule_text *t, unsigned i)
{
    return !strncmp(t->lines[i], "rule ", 5) && strstr(t->lines[i], ", cite ") && !strstr(t->lines[i], "effective");
}
static int edit_rule_dated(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_rule);
    if (i == EDIT_LINES) return 0;
    edit_say(x, "dates", t->name[i], "always -> from 2026-07-01", "");
    return line_swap(t, i, ", cite ", ", effective 2026-07-01, cite ");
}
static int edit_rule_out(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_rule);
    if (i == EDIT_LINES) return 0;
    edit_say(x, "item", t->name[i], "removed", "");
    do line_out(t, i);
    while (i < t->count && (!*t->lines[i] || t->lines[i][0] == ' '));
    return 1;
}
static int edit_cite(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_rule);
    if (i == EDIT_LINES) return 0;
    const char *keys = strstr(t->lines[i], ", cite ") + 7;
    if (strchr(keys, ',') || !strcmp(keys, "RAC")) return 0;
    char from[64];
    snprintf(from, sizeof from, ", cite %s", keys);
    edit_say_change(x, "cite", t->name[i], keys, "RAC");
    return line_swap(t, i, from, ", cite RAC");
}
static int fits_define(const struct rule_text *t, unsigned i)
{
    return edit_of_item(t, i, "define") && !strncmp(t->lines[i], "  when ", 7) && !strstr(t->lines[i], " any ") &&
           !strstr(t->lines[i], " or ") && strstr(t->lines[i - 1], "of service");
}
static int edit_define(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_define);
    if (i == EDIT_LINES) return 0;
    edit_say(x, "define", t->name[i], "now also asks for visit over 0", "");
    return line_swap(t, i, "  when ", "  when visit over 0 and ");
}
static int fits_choose(const struct rule_text *t, unsigned i)
{
    return edit_of_item(t, i, "choose") && strstr(t->lines[i], "earliest begins");
}
static int edit_choose(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_choose);
    if (i == EDIT_LINES) return 0;
    edit_say(x, "choose", t->name[i], "latest begins", "");
    return line_swap(t, i, "earliest begins", "latest begins");
}
static int fits_group(const struct rule_text *t, unsigned i)
{
    return is_row(t, i) && edit_of_item(t, i, "group") && strstr(t->lines[i], ", order");
}
static int edit_group(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_group);
    if (i == EDIT_LINES) return 0;
    edit_say(x, "group", t->name[i], "together by", "");
    return line_swap(t, i, ", order", "");
}
static int fits_fold(const struct rule_text *t, unsigned i)
{
    return edit_of_item(t, i, "group") && strstr(t->lines[i], " is the sum of ");
}
static int edit_fold(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_fold);
    if (i == EDIT_LINES) return 0;
    edit_say(x, "group", t->name[i], "sum of", "first");
    return line_swap(t, i, " is the sum of ", " is the first ");
}
static int fits_order(const struct rule_text *t, unsigned i) { return edit_of_item(t, i, "order"); }
static int edit_order(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = EDIT_LINES;
    for (unsigned k = 0; k < 8 && i == EDIT_LINES; k++) {
        unsigned at = edit_pick(t, seed, fits_order);
        if (at < EDIT_LINES && strstr(t->lines[at], "least code")) i = at;
    }
    if (i == EDIT_LINES) return 0;
    edit_say(x, "order", "order charge", "greatest code", "");
    return line_swap(t, i, "least code", "greatest code");
}
static int fits_fact(const struct rule_text *t, unsigned i)
{
    return is_row(t, i) && edit_of_item(t, i, "facts") && strstr(t->lines[i], "hold \"");
}
static int edit_fact(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    char fact[EDIT_TEXT];
    unsigned i = edit_pick(t, seed, fits_fact);
    if (i == EDIT_LINES) return 0;
    edit_cell_get(t->lines[i], 0, fact, sizeof fact);
    edit_say(x, "facts", t->name[i], fact, "-> hold \"please ");
    return line_swap(t, i, "hold \"", "hold \"please ");
}
static int fits_last_fact(const struct rule_text *t, unsigned i)
{
    return is_row(t, i) && edit_of_item(t, i, "facts") && !strcmp(t->name[i], "line") &&
           strstr(t->lines[i], "| charge");
}
static int edit_fact_in(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_last_fact);
    if (i == EDIT_LINES) return 0;
    line_in(t, i + 1,
            "  | allowed   | money        |                                   | what was paid                |");
    edit_say(x, "facts", "line", "allowed added", "money");
    return 1;
}
static int fits_pack(const struct rule_text *t, unsigned i) { return edit_of_item(t, i, "pack"); }
static int pack_line(struct rule_text *t, uint64_t *seed, const char *from, const char *to)
{
    for (unsigned k = 0; k < 60; k++) {
        unsigned i = edit_pick(t, seed, fits_pack);
        if (i < EDIT_LINES && line_swap(t, i, from, to)) return 1;
    }
    return 0;
}
static int edit_pack_dates(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    edit_say(x, "dates", "the pack is in effect", "-> from 2010-01-01", "");
    return pack_line(t, seed, "effective 2009-01-01", "effective 2010-01-01");
}
static int edit_answers(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    edit_say(x, "answers", "the pack answers", "\"medicare_advantage\"", "");
    return pack_line(t, seed, "payer is \"medicare\"", "payer is \"medicare_advantage\"");
}

/* ---- names */

static int fits_named(const struct rule_text *t, unsigned i)
{
    static const char *const kinds[] = {"codes ", "define ", "rule ", "table ", "threshold "};
    for (size_t k = 0; k < 5; k++)
        if (!strncmp(t->lines[i], kinds[k], strlen(kinds[k]))) return strlen(t->name[i]) > 8;
    return 0;
}
static int edit_rename(struct rule_text *t, uint64_t *seed, struct rule_truth *x)
{
    unsigned i = edit_pick(t, seed, fits_named);
    char from[48], to[64];
    if (i == EDIT_LINES) return 0;
    snprintf(from, sizeof from, "%s", t->name[i]);
    snprintf(to, sizeof to, "%s_anew", from);
    edit_say(x, "rename", from, "is now called", to);
    x->quiet = 1;
    for (unsigned k = 0; k < t->count; k++) {
        char out[8192];
        size_t n = 0, size = strlen(from);
        for (const char *c = t->lines[k]; *c && n + 80 < sizeof out;) {
            int begins = c == t->lines[k] || !(isalnum((unsigned char)c[-1]) || c[-1] == '_');
            if (begins && !strncmp(c, from, size) && !isalnum((unsigned char)c[size]) && c[size] != '_') {
                n += (size_t)sprintf(out + n, "%s", to);
                c += size;
            } else out[n++] = *c++;
        }
        out[n] = 0;
        line_set(t, k, out);
    }
    return 1;
}

#define FACTS "rulesets/facts/encounter.edict"
#define BASE "rulesets/cpt/administration.edict"
#define OFFICE "rulesets/medicare/office.edict"
#define HOSPITAL "rulesets/medicare/hospital.edict"
#define PAYER "rulesets/commercial/select_health.edict"
const struct rule_edit_kind rule_edits_real[] = {
    {"a bound", edit_bound, BASE, 1},
    {"a further step", edit_every, BASE, 1},
    {"the code of a row", edit_bill_code, BASE, 2},
    {"a row of a bill taken out", edit_bill_out, BASE, 2},
    {"a row that ends", edit_bill_dated, BASE, 1},
    {"what a row gives", edit_result, BASE, 3},
    {"a code taken out", edit_code_out, BASE, 2},
    {"a new code", edit_code_in, BASE, 2},
    {"a code that ends", edit_code_dated, BASE, 1},
    {"a code out of a range", edit_range, BASE, 1},
    {"a unit", edit_value, BASE, 1},
    {"a limit", edit_value, HOSPITAL, 2},
    {"a pair taken out", edit_pair_out, HOSPITAL, 2},
    {"an indicator", edit_indicator, OFFICE, 1},
    {"a policy", edit_policy, BASE, 3},
    {"a policy set by a payer", edit_sets, PAYER, 1},
    {"two levels", edit_level, BASE, 2},
    {"a condition", edit_condition, BASE, 1},
    {"a message", edit_message, HOSPITAL, 1},
    {"the date of a rule", edit_rule_dated, BASE, 1},
    {"a rule taken out", edit_rule_out, BASE, 1},
    {"another source", edit_cite, BASE, 1},
    {"a definition", edit_define, BASE, 1},
    {"a choice", edit_choose, BASE, 1},
    {"what stands together", edit_group, BASE, 1},
    {"a fact of a group", edit_fold, BASE, 1},
    {"the order of charges", edit_order, BASE, 1},
    {"what a missing fact asks", edit_fact, FACTS, 1},
    {"a new fact", edit_fact_in, FACTS, 1},
    {"the dates of the pack", edit_pack_dates, BASE, 1},
    {"whom the pack answers", edit_answers, OFFICE, 1},
    {"a name", edit_rename, BASE, 2},
};
const unsigned rule_edit_real_count = sizeof rule_edits_real / sizeof *rule_edits_real;
