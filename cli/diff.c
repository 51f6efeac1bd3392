/* edict diff: what changes between two versions of the rules, in the words of the field. */
#include "compare.h"

#include <stdlib.h>
#include <string.h>

enum { DIFF_ALL = 1 };
static const struct option diff_options[] = {
    {"all", 'a', NULL, DIFF_ALL}, OPTION_COMPARE, OPTION_COMMON, OPTION_PACKS, OPTION_LAST};

/* What the listing shares. */
struct listing {
    edict_difference *difference;
    struct output *out;
    int color, utf8, all;
    unsigned width;
    unsigned long long answering, quiet;
};

/* Groups of the listing, in their order. */
static const struct group {
    const char *title, *kinds[5];
} groups[] = {{"The pack", {"dates of pack", "answers"}},
              {"Policies", {"policy"}},
              {"Lists of codes", {"codes"}},
              {"Charges", {"bill", "order"}},
              {"Pairs and limits", {"bundle", "limit"}},
              {"Thresholds", {"threshold"}},
              {"Tables and hierarchies", {"row", "table", "hierarchy", "group"}},
              {"Definitions and choices", {"define", "choose", "pair"}},
              {"Rules", {"rule"}},
              {"Tables of values", {"relation", "table file"}},
              {"Facts", {"facts"}},
              {"Added and removed", {"item"}},
              {"Renamed", {"rename"}},
              {"Dates", {"dates"}},
              {"Sources", {"cite"}},
              {"Words only", {"label", "header", "tests"}}};
enum { GROUPS = sizeof groups / sizeof *groups };

static size_t group_of(const edict_change *c)
{
    for (size_t g = 0; g < GROUPS; g++)
        for (size_t k = 0; k < 5 && groups[g].kinds[k]; k++)
            if (strcmp(groups[g].kinds[k], c->kind) == 0)
                return g;
    return GROUPS - 1;
}

static void paint(const struct listing *l, const char *code)
{
    if (l->color)
        output_print(l->out, "\033[%sm", code);
}

/* Columns that the bytes take: UTF-8 continuation bytes take none. */
static unsigned columns_of(const char *at, size_t size)
{
    unsigned n = 0;
    for (size_t i = 0; i < size; i++)
        n += ((unsigned char)at[i] & 0xc0) != 0x80;
    return n;
}

/* The sentence in lines of the terminal's width, four blanks before its further lines. */
static void sentence_put(const struct listing *l, const char *words)
{
    unsigned column = 2;
    output_text(l->out, "  ");
    for (const char *at = words; *at;) {
        size_t size = strcspn(at, " ");
        const char *word = at;
        if (l->utf8 && size == 2 && memcmp(at, "->", 2) == 0) {
            word = "\xe2\x86\x92";
            size = 3;
        }
        unsigned columns = columns_of(word, size);
        if (column > 4 && column + columns + 1 > l->width) {
            output_text(l->out, "\n    ");
            column = 4;
        } else if (at != words) {
            output_text(l->out, " ");
            column++;
        }
        output_print(l->out, "%.*s", (int)size, word);
        column += columns;
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    output_text(l->out, "\n");
}

/* "limit units: 697 codes added": where the count begins that may follow on another one of the same item. */
static size_t count_at(const edict_change *c)
{
    const char *at = strstr(c->words, "): ");
    at = at ? at + 3 : strstr(c->words, ": ") ? strstr(c->words, ": ") + 2 : NULL;
    return at && c->count > 1 && *at >= '0' && *at <= '9' ? (size_t)(at - c->words) : 0;
}

/* The rows of a counted change, each on a line of its own. */
static void rows_put(const struct listing *l, unsigned change)
{
    struct text rows = {0};
    edict_difference_rows(l->difference, change, text_put, &rows);
    for (const char *at = rows.bytes, *end = at + rows.size, *stop; at && at < end; at = stop + 1) {
        stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop)
            break;
        output_print(l->out, "      %.*s\n", (int)(stop - at), at);
    }
    l->out->error |= rows.failed ? 12 : 0;
    free(rows.bytes);
}

/* Counts of one item go into one sentence. Gives the number of the last change that it holds. */
static unsigned change_put(const struct listing *l, unsigned i, const edict_change *c)
{
    struct text words = {0};
    edict_change next;
    const unsigned first = i;
    size_t at = count_at(c);
    text_put(&words, c->words, strlen(c->words));
    while (at && edict_difference_change(l->difference, i + 1, &next) && count_at(&next) == at &&
           strncmp(c->words, next.words, at) == 0) {
        text_put(&words, ", ", 2);
        text_put(&words, next.words + at, strlen(next.words + at));
        i++;
    }
    if (c->effective) {
        text_put(&words, ", effective ", 12);
        text_put(&words, c->effective, strlen(c->effective));
    }
    if (c->until) {
        text_put(&words, c->effective ? " until " : ", until ", c->effective ? 7 : 8);
        text_put(&words, c->until, strlen(c->until));
    }
    if (*c->cite && strcmp(c->kind, "cite") != 0) {
        text_put(&words, " [", 2);
        text_put(&words, c->cite, strlen(c->cite));
        text_put(&words, "]", 1);
    }
    text_put(&words, "", 1);
    if (words.failed)
        l->out->error = 12;
    else
        sentence_put(l, words.bytes);
    free(words.bytes);
    for (unsigned k = first; l->all && at && k <= i; k++)
        rows_put(l, k);
    return i;
}

static void group_put(const struct listing *l, size_t group)
{
    edict_change c;
    int titled = 0;
    for (unsigned i = 0; edict_difference_change(l->difference, i, &c); i++) {
        if (group_of(&c) != group || (!c.answers && !l->all))
            continue;
        if (!titled++) {
            output_text(l->out, "\n");
            paint(l, "1");
            output_text(l->out, groups[group].title);
            paint(l, "0");
            output_text(l->out, "\n");
        }
        i = change_put(l, i, &c);
    }
}

static void counts_read(struct listing *l)
{
    edict_change c;
    for (unsigned i = 0; edict_difference_change(l->difference, i, &c); i++)
        *(c.answers ? &l->answering : &l->quiet) += 1;
}

static int program_load(const void *image, size_t size, edict_program **out)
{
    edict_error error = {0};
    edict_status status = edict_program_load(image, size, out, &error);
    if (status != EDICT_OK)
        message("diff: %s", error.message);
    return status == EDICT_OK ? EXIT_FINE : status_exit(status);
}

static void text_list(struct listing *l, const edict_program *old, const edict_program *now)
{
    const char *arrow = l->utf8 ? "\xe2\x86\x92" : "->";
    output_print(l->out, "%s@%s %s %s@%s: ", edict_program_pack(old), edict_program_version(old), arrow,
                 edict_program_pack(now), edict_program_version(now));
    if (!l->answering)
        output_text(l->out, "no difference\n");
    else
        output_print(l->out, "%llu change%s\n", l->answering, l->answering == 1 ? "" : "s");
    for (size_t g = 0; g < GROUPS; g++)
        group_put(l, g);
    if (l->quiet && !l->all)
        output_print(l->out, "%s%llu more in words that no answer depends on (--all tells %s)\n",
                     l->answering ? "\n" : "", l->quiet, l->quiet == 1 ? "it" : "them");
}

static json_t *side_json(const edict_program *p)
{
    return json_pack("{s:o, s:o, s:s, s:s}", "pack", json_text(edict_program_pack(p)), "version",
                     json_text(edict_program_version(p)), "rules", edict_program_rules(p), "image",
                     edict_program_image(p));
}

static void json_list(struct listing *l, const edict_program *old, const edict_program *now)
{
    edict_change c;
    output_json(l->out, json_pack("{s:o, s:o, s:I, s:I}", "old", side_json(old), "new", side_json(now), "changes",
                                  (json_int_t)l->answering, "words_only", (json_int_t)l->quiet));
    for (unsigned i = 0; edict_difference_change(l->difference, i, &c); i++) {
        if (!c.answers && !l->all)
            continue;
        json_t *o = json_pack("{s:I, s:o, s:o, s:o, s:b, s:I}", "change", (json_int_t)i, "item", json_text(c.item),
                              "kind", json_text(c.kind), "words", json_text(c.words), "answers", c.answers, "count",
                              (json_int_t)c.count);
        if (o && c.effective)
            json_object_set_new(o, "effective", json_text(c.effective));
        if (o && c.until)
            json_object_set_new(o, "until", json_text(c.until));
        if (o && *c.cite)
            json_object_set_new(o, "cite", json_text(c.cite));
        output_json(l->out, o);
    }
}

static int difference_list(struct listing *l, int json)
{
    edict_program *old = NULL, *now = NULL;
    size_t size;
    const void *image = edict_difference_old(l->difference, &size);
    int exit = program_load(image, size, &old);
    image = edict_difference_new(l->difference, &size);
    if (exit == EXIT_FINE)
        exit = program_load(image, size, &now);
    if (exit == EXIT_FINE) {
        counts_read(l);
        if (json)
            json_list(l, old, now);
        else
            text_list(l, old, now);
        if (l->answering)
            exit = EXIT_FINDINGS;
    }
    edict_program_free(old);
    edict_program_free(now);
    return exit;
}

int packs_compare(const struct options *o, const struct comparing *c, const char *old, const char *now)
{
    struct search search;
    edict_error error = {0};
    edict_difference *difference = NULL;
    int exit = search_make(&search, o);
    if (exit != EXIT_FINE)
        return exit;
    edict_status status = edict_diff(old, now, &search.options, &difference, &error);
    if (status != EDICT_OK) {
        message("%s", error.message[0] ? error.message : "the two cannot be compared");
        exit = status_exit(status);
    } else if (c->corpus_count) {
        exit = comparing_run(c, o, difference);
    } else {
        struct listing l = {.difference = difference, .out = output_standard(), .all = c->all, .utf8 = terminal_utf8(),
                            .color = terminal_color(1, o->color), .width = terminal_width(1)};
        exit = difference_list(&l, o->json);
    }
    edict_difference_free(difference);
    search_free(&search);
    return exit;
}

static int diff_run(const struct command *command, int argc, char **argv)
{
    struct options o;
    struct comparing c;
    int id, exit = options_start(&o, command, diff_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    exit = comparing_start(&c, argc);
    while (exit == EXIT_FINE && (id = options_next(&o)) != OPTION_END) {
        if (id == DIFF_ALL)
            c.all = 1;
        else
            exit = comparing_take(&c, &o, id);
    }
    if (exit == EXIT_FINE && (o.word_count < 2 || (o.word_count > 2 && !c.corpus_count)))
        exit = usage_error(command, "takes two packs, the old and the new one, not %zu", o.word_count);
    if (exit == EXIT_FINE)
        exit = comparing_ready(&c, &o, 2);
    if (exit == EXIT_FINE)
        exit = packs_compare(&o, &c, o.words[0], o.words[1]);
    comparing_free(&c);
    options_free(&o);
    return exit;
}

const struct command command_diff = {
    "diff", "say what changes between two versions of the rules",
    "Usage: edict diff OLD NEW [--corpus FILE...] [OPTION]...\n"
    "\n"
    "Compares what two packs mean (sources or images; two versions of one pack, or\n"
    "two packs) and says each change in one sentence. Formatting, comments, names of\n"
    "files and the order of items make no difference.\n"
    "\n"
    "  -a, --all               also what no answer depends on: labels, titles, tests\n"
    "      --format text|json  json: one change a line, behind a line about both;\n"
    "                          with --corpus one object\n"
    "      --color WHEN        always, never, auto (terminal, and NO_COLOR not set)\n"
    "  -I, --search DIR        where base packs are looked for; repeatable\n"
    "\n"
    "With a corpus (files as for run, -: standard input) both answer its encounters:\n"
    "what comes out differently, by the change that causes it. A cause is proved: the\n"
    "old rules with that change alone give the new answer.\n"
    "      --corpus FILE...    encounters; further files may follow\n"
    "      --ndjson FILE       every difference, one a line\n"
    "      --html FILE         the report as one page for a browser or a printer\n"
    "  -a, --all               whole tables, three encounters of each cause\n"
    "  -s, --set POLICY=VALUE  in both versions, where they have it; repeatable\n"
    "      --threads N         as many as cores if not given\n"
    "  -q, --quiet             no progress\n"
    "\n"
    "  edict diff 2026q2/office.edict 2026q3/office.edict\n"
    "  edict diff old.edx rules/office.edict --corpus day.ndjson --html day.html\n"
    "\n"
    "Exit status: 0 no change that can alter an answer (with a corpus: no encounter\n"
    "comes out differently), 1 changes, 2 bad rules or image, 3 a file could not be\n"
    "read, 4 usage, 5 internal, 130 Ctrl-C.\n",
    diff_run};
