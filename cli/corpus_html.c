/* The comparison as one page of HTML that needs nothing else: tables, a chart of the causes, encounters shown whole.
 * It is read on paper too: no colour carries meaning alone, nothing is folded away. */
#include "corpus.h"
#include "report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char style[] =
    "body{font:15px/1.45 system-ui,sans-serif;color:#1a1a1a;background:#fff;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem}"
    "h1{font-size:1.5rem;margin:0 0 .3rem}h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:1px solid #999}"
    "h3{font-size:1rem;margin:1.5rem 0 .3rem}p{margin:.3rem 0}"
    ".big{font-size:1.25rem}.big b{font-size:1.6rem}.soft{color:#555}"
    "table{border-collapse:collapse;width:100%;margin:.4rem 0}th,td{text-align:left;padding:.25rem .5rem;"
    "border-bottom:1px solid #ddd;vertical-align:top}th{border-bottom:2px solid #444}"
    ".n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}"
    "pre{font:12.5px/1.4 ui-monospace,monospace;background:#f6f6f4;border-left:3px solid #bbb;padding:.5rem .7rem;"
    "white-space:pre-wrap;overflow-wrap:anywhere;margin:.3rem 0}"
    ".was{border-color:#b3261e}.now{border-color:#1b6e3c}"
    "svg text{font:13px system-ui,sans-serif;fill:#1a1a1a}svg .bar{fill:#3b6ea5}"
    "section{break-inside:avoid-page}"
    "@media print{body{max-width:none;margin:0;font-size:10.5pt}h2{break-after:avoid}pre{background:none}"
    "tr{break-inside:avoid}a{color:inherit;text-decoration:none}}";

static void put(struct text *to, const char *text) { text_put(to, text, strlen(text)); }

static void print(struct text *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void print(struct text *to, const char *format, ...)
{
    char text[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put(to, text);
}

static void cell(struct text *to, const char *text, int number)
{
    put(to, number ? "<td class=\"n\">" : "<td>");
    xml_put(to, text);
    put(to, "</td>");
}

static void table_begin(struct text *to, const char *title, const char *const *names, unsigned count)
{
    print(to, "<h2>%s</h2>\n<table><thead><tr>", title);
    for (unsigned i = 0; i < count; i++)
        print(to, "<th%s>%s</th>", i ? " class=\"n\"" : "", names[i]);
    put(to, "</tr></thead><tbody>\n");
}

static void tally_cells(struct text *to, const struct tally *t)
{
    char room[40];
    cell(to, number_text(room, (int64_t)t->encounters, 0), 1);
    cell(to, number_text(room, t->old_units, 0), 1);
    cell(to, number_text(room, t->new_units, 0), 1);
    cell(to, number_text(room, t->new_units - t->old_units, 1), 1);
    cell(to, t->priced ? money_text(room, t->new_money - t->old_money, 1) : "", 1);
    put(to, "</tr>\n");
}

static void summary_put(const struct corpus *c, struct text *to)
{
    const edict_program *old = attribution_old(c->attribution), *now = attribution_new_program(c->attribution);
    char a[40], b[40], d[40];
    put(to, "<h1>");
    xml_put(to, edict_program_title(now));
    put(to, "</h1>\n<p class=\"soft\">");
    print(to, "%.200s@%.80s (rules %s) &rarr; ", edict_program_pack(old), edict_program_version(old),
          edict_program_rules(old));
    print(to, "%.200s@%.80s (rules %s)</p>\n", edict_program_pack(now), edict_program_version(now),
          edict_program_rules(now));
    print(to, "<p class=\"big\"><b>%s</b> of %s encounters (%s) come out differently.</p>\n",
          number_text(a, (int64_t)c->changed, 0), number_text(b, (int64_t)c->encounters, 0),
          share_text(d, c->changed, c->encounters));
    print(to, "<p>Newly held: %s. Held no more: %s.", number_text(a, (int64_t)c->held, 0),
          number_text(b, (int64_t)c->answered, 0));
    if (c->refused_now || c->accepted_now)
        print(to, " Newly refused: %s. Refused no more: %s.", number_text(a, (int64_t)c->refused_now, 0),
              number_text(b, (int64_t)c->accepted_now, 0));
    if (c->words)
        print(to, " The same, said in other words or by another source: %s.", number_text(a, (int64_t)c->words, 0));
    if (c->refused)
        print(to, " Refused by both: %s.", number_text(a, (int64_t)c->refused, 0));
    put(to, "</p>\n");
    if (c->move_count)
        print(to, "<p>Units of the charges that differ: %s &rarr; %s (%s).", number_text(a, c->all.old_units, 0),
              number_text(b, c->all.new_units, 0), number_text(d, c->all.new_units - c->all.old_units, 1));
    if (c->all.priced)
        print(to, " Money, where the lines of an encounter say what a unit costs: %s &rarr; %s (%s).",
              money_text(a, c->all.old_money, 0), money_text(b, c->all.new_money, 0),
              money_text(d, c->all.new_money - c->all.old_money, 1));
    put(to, c->move_count ? "</p>\n" : "");
}

/* Bars of the largest causes; the words stand above their bar, so that long ones fit. */
static void chart_put(const struct corpus *c, struct text *to)
{
    enum { BARS = 8, STEP = 42, WIDTH = 900, ROOM = 760 };
    unsigned bars = c->cause_count < BARS ? (unsigned)c->cause_count : BARS;
    print(to, "<svg viewBox=\"0 0 %d %u\" width=\"100%%\" role=\"img\" aria-label=\"Encounters by cause\">\n", WIDTH,
          bars * STEP + 6);
    for (unsigned i = 0; i < bars; i++) {
        char *words = cause_words(c, &c->causes[i].set, "\xe2\x86\x92"), number[40];
        size_t size = words ? strlen(words) : 0;
        unsigned y = i * STEP + 14;
        double width = ROOM * (double)c->causes[i].encounters / (double)c->causes[0].encounters;
        print(to, "<text x=\"0\" y=\"%u\">", y);
        if (size > 116) {    /* cut at a character */
            size = 113;
            while (((unsigned char)words[size] & 0xc0) == 0x80)
                size--;
            memcpy(words + size, "...", 4);
        }
        xml_put(to, words ? words : "");
        print(to, "</text><rect class=\"bar\" x=\"0\" y=\"%u\" width=\"%.1f\" height=\"16\"/>", y + 5,
              width < 1 ? 1 : width);
        print(to, "<text x=\"%.1f\" y=\"%u\">%s</text>\n", (width < 1 ? 1 : width) + 8, y + 18,
              number_text(number, (int64_t)c->causes[i].encounters, 0));
        free(words);
    }
    put(to, "</svg>\n");
}

static void causes_put(const struct corpus *c, struct text *to)
{
    static const char *const names[] = {"Change of the rules", "Encounters", "Share", "Newly held", "Held no more"};
    char room[40];
    table_begin(to, "By cause", names, 5);
    for (size_t i = 0; i < c->cause_count; i++) {
        char *words = cause_words(c, &c->causes[i].set, "\xe2\x86\x92");
        print(to, "<tr><td><a href=\"#c%zu\">", i + 1);
        xml_put(to, words ? words : "");
        put(to, "</a></td>");
        cell(to, number_text(room, (int64_t)c->causes[i].encounters, 0), 1);
        cell(to, share_text(room, c->causes[i].encounters, c->encounters), 1);
        cell(to, number_text(room, (int64_t)c->causes[i].held, 0), 1);
        cell(to, number_text(room, (int64_t)c->causes[i].answered, 0), 1);
        put(to, "</tr>\n");
        free(words);
    }
    put(to, "</tbody></table>\n");
    int titled = 0;
    edict_change change;
    for (unsigned i = 0; i < attribution_changes(c->attribution); i++) {
        if (change_alone(c, i) || !change_met(c, i) || !edict_difference_change(c->job->difference, i, &change))
            continue;
        print(to, "<p>[%u] ", i + 1);
        xml_put(to, change.words);
        put(to, ": never alone</p>\n");
    }
    for (unsigned i = 0; i < attribution_changes(c->attribution); i++) {
        if (change_met(c, i) || !edict_difference_change(c->job->difference, i, &change))
            continue;
        put(to, titled++ ? "<li>" : "<p>Changes that alter no encounter of this corpus:</p><ul><li>");
        xml_put(to, change.words);
        put(to, "</li>\n");
    }
    put(to, titled ? "</ul>\n" : "");
}

static void moves_put(struct text *to, const struct move *moves, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put(to, "<tr><td>");
        xml_put(to, *moves[i].from ? moves[i].from : "nothing");
        put(to, " &rarr; ");
        xml_put(to, *moves[i].to ? moves[i].to : "nothing");
        put(to, "</td>");
        tally_cells(to, &moves[i].tally);
    }
    put(to, "</tbody></table>\n");
}

static void tables_put(const struct corpus *c, struct text *to)
{
    static const char *const codes[] = {"Charge", "Charges", "Units before", "Units after", "Units", "Money"};
    static const char *const findings[] = {"Finding", "Newly", "No more", "Money newly", "Money no more"};
    static const char *const payers[] = {"Payer", "Encounters", "Units before", "Units after", "Units", "Money"};
    char room[40];
    if (c->move_count) {
        table_begin(to, "By code", codes, 6);
        moves_put(to, c->moves, c->move_count);
    }
    if (c->turn_count) {
        table_begin(to, "Findings", findings, 5);
        for (size_t i = 0; i < c->turn_count; i++) {
            const struct turn *t = &c->turns[i];
            put(to, "<tr>");
            cell(to, t->name, 0);
            cell(to, number_text(room, (int64_t)t->came, 0), 1);
            cell(to, number_text(room, (int64_t)t->went, 0), 1);
            cell(to, t->money_came ? money_text(room, t->money_came, 0) : "", 1);
            cell(to, t->money_went ? money_text(room, t->money_went, 0) : "", 1);
            put(to, "</tr>\n");
        }
        put(to, "</tbody></table>\n");
    }
    if (c->payer_count) {
        table_begin(to, "By payer", payers, 6);
        for (size_t i = 0; i < c->payer_count; i++) {
            put(to, "<tr>");
            cell(to, *c->payers[i].name ? c->payers[i].name : "(not said)", 0);
            tally_cells(to, &c->payers[i].tally);
        }
        put(to, "</tbody></table>\n");
    }
}

/* An element a line; those that the other outcome has not stand out. */
static void outcome_put_lines(struct text *to, const char *class, const char *word, const char *outcome,
                              const char *other)
{
    const char *at = outcome ? strchr(outcome, ' ') : NULL;
    print(to, "<pre class=\"%s\">%s ", class, word);
    print(to, "%.*s", outcome ? (int)strcspn(outcome, " ") : 0, outcome ? outcome : "");
    put(to, at ? "" : ", nothing charged or found");
    while (at && *at) {
        at += *at == ' ';
        const char *end = strstr(at, "; ");
        char *one = strndup(at, end ? (size_t)(end - at) : strlen(at));
        int same = !one || !other || outcome_has(other, one);
        put(to, same ? "\n    " : *class == 'w' ? "\n  - <b>" : "\n  + <b>");
        xml_put(to, one ? one : "");
        put(to, same ? "" : "</b>");
        free(one);
        at = end ? end + 1 : NULL;
    }
    put(to, "</pre>\n");
}

/* Its plain facts on one line, then one element of each list a line. */
static void encounter_put(struct text *to, const struct example *e)
{
    json_t *root = json_loadb(e->json, e->size, 0, NULL), *value, *one, *plain = json_object();
    const char *key;
    size_t i;
    put(to, "<pre>");
    if (!json_is_object(root))
        xml_put(to, e->json);
    json_object_foreach(root, key, value)
        if (!json_is_array(value))
            json_object_set(plain, key, value);
    char *text = json_is_object(root) ? json_dumps(plain, 0) : NULL;
    xml_put(to, text ? text : "");
    free(text);
    json_object_foreach(root, key, value) {
        if (!json_is_array(value))
            continue;
        put(to, "\n");
        xml_put(to, key);
        json_array_foreach(value, i, one) {
            text = json_dumps(one, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
            put(to, "\n  ");
            xml_put(to, text ? text : "");
            free(text);
        }
    }
    put(to, "</pre>\n");
    json_decref(plain);
    json_decref(root);
}

static void examples_put(const struct corpus *c, struct text *to)
{
    static const char *const codes[] = {"Charge", "Charges", "Units before", "Units after", "Units", "Money"};
    struct attributor *attributor = examples_open(c);
    char room[40];
    put(to, "<h2>Encounters of each cause, the smallest ones</h2>\n");
    for (size_t i = 0; attributor && i < c->cause_count; i++) {
        const struct cause_of *cause = &c->causes[i];
        char *words = cause_words(c, &cause->set, "\xe2\x86\x92");
        print(to, "<h3 id=\"c%zu\">", i + 1);
        xml_put(to, words ? words : "");
        print(to, " &mdash; %s encounter%s</h3>\n", number_text(room, (int64_t)cause->encounters, 0),
              cause->encounters == 1 ? "" : "s");
        if (cause->move_count) {
            put(to, "<table><thead><tr>");
            for (unsigned k = 0; k < 6; k++)
                print(to, "<th%s>%s</th>", k ? " class=\"n\"" : "", codes[k]);
            put(to, "</tr></thead><tbody>\n");
            moves_put(to, cause->moves, cause->move_count < 8 ? cause->move_count : 8);
        }
        free(words);
        for (size_t e = 0; e < cause->example_count; e++) {
            char *old = NULL, *now = NULL;
            example_read(attributor, &cause->examples[e], &old, &now);
            put(to, "<section><p class=\"soft\">");
            xml_put(to, pool_file_name(c->job->files[cause->examples[e].file]));
            print(to, ":%" PRIu64 "</p>\n", cause->examples[e].line);
            encounter_put(to, &cause->examples[e]);
            outcome_put_lines(to, "was", "was", old, now);
            outcome_put_lines(to, "now", "now", now, old);
            put(to, "</section>\n");
            free(old);
            free(now);
        }
    }
    attributor_free(attributor);
}

int corpus_html(const struct corpus *c, const char *path)
{
    struct text page = {0};
    put(&page, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
               "<meta name=\"viewport\" content=\"width=device-width\"><title>");
    xml_put(&page, edict_program_title(attribution_new_program(c->attribution)));
    put(&page, ": what changes</title><style>");
    put(&page, style);
    put(&page, "</style></head><body>\n");
    summary_put(c, &page);
    if (c->cause_count)
        chart_put(c, &page);
    causes_put(c, &page);
    tables_put(c, &page);
    if (c->cause_count)
        examples_put(c, &page);
    put(&page, "</body></html>\n");
    int exit = page.failed ? EXIT_INTERNAL : file_replace(path, page.bytes, page.size) == 0 ? EXIT_FINE : EXIT_INTERNAL;
    free(page.bytes);
    return exit;
}
