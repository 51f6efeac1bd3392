/* edict explain: what a diagnostic's code means. */
#include "page.h"

#include <ctype.h>
#include <stdio.h>

static const struct option explain_options[] = {OPTION_COMMON, OPTION_LAST};

static void explain_json(const edict_explanation *e)
{
    output_json(output_standard(),
                json_pack("{s:o,s:s,s:o,s:o,s:o,s:o}", "code", json_text(e->code), "kind",
                          e->error ? "error" : "warning",
                          "title", json_text(e->title ? e->title : ""), "why", json_text(e->why ? e->why : ""),
                          "bad", json_text(e->bad ? e->bad : ""), "good", json_text(e->good ? e->good : "")));
}

/* A text of several lines under a heading, indented. */
static void explain_block(const char *heading, const char *text)
{
    struct output *out = output_standard();
    if (!text || !*text)
        return;
    output_print(out, "\n%s\n", heading);
    while (*text) {
        const char *end = text;
        while (*end && *end != '\n')
            end++;
        output_print(out, end > text ? "  %.*s\n" : "%.*s\n", (int)(end - text), text);
        text = *end ? end + 1 : end;
    }
}

static void explain_text(const edict_explanation *e, int color)
{
    struct page page = {.out = output_standard(), .color = color};
    page.ascii = !terminal_utf8();
    page.width = terminal_width(1);
    struct cell why = {e->why ? e->why : "", 78, PAINT_PLAIN};
    page_paint(&page, PAINT_HEADING, e->code);
    output_print(page.out, "  %s: %s\n\n", e->error ? "error" : "warning", e->title ? e->title : "");
    if (*why.text)
        page_row(&page, 0, &why, 1);
    explain_block("Refused:", e->bad);
    explain_block("Accepted:", e->good);
}

static int explain_code(const struct options *o, const char *given)
{
    const edict_explanation *e;
    const char *names[512];
    size_t count = 0;
    char code[16];
    size_t i = 0;
    for (; i < sizeof code - 1 && given[i]; i++)
        code[i] = (char)toupper((unsigned char)given[i]);
    code[i] = 0;
    e = edict_explain(code);
    if (e) {
        if (o->json)
            explain_json(e);
        else
            explain_text(e, terminal_color(1, o->color));
        return EXIT_FINE;
    }
    while (count < 512 && (e = edict_explanation_at((unsigned)count)))
        names[count++] = e->code;
    const char *near = name_nearest(code, names, count);
    if (near)
        return usage_error(o->command, "no code %s; did you mean %s?", code, near);
    return usage_error(o->command, "no code %s", code);
}

static int explain_run(const struct command *command, int argc, char **argv)
{
    struct options o;
    const edict_explanation *e;
    int exit = options_start(&o, command, explain_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    if (options_next(&o) == OPTION_BAD)
        exit = EXIT_USAGE;
    for (size_t i = 0; i < o.word_count && exit == EXIT_FINE; i++) {
        if (i && !o.json)
            output_text(output_standard(), "\n");
        exit = explain_code(&o, o.words[i]);
    }
    for (unsigned i = 0; !o.word_count && exit == EXIT_FINE && (e = edict_explanation_at(i)); i++) {
        if (o.json)
            explain_json(e);
        else
            output_print(output_standard(), "%-6s%-9s%s\n", e->code, e->error ? "error" : "warning", e->title);
    }
    options_free(&o);
    return exit;
}

const struct command command_explain = {
    "explain", "say what a diagnostic's code means",
    "Usage: edict explain [CODE]... [OPTION]...\n"
    "\n"
    "Prints why the compiler says it, text that provokes it, and the same text put\n"
    "right. Without a code: all codes with their titles.\n"
    "\n"
    "      --format json   one code a line, as JSON\n"
    "      --color WHEN    always, never, auto (terminal, and NO_COLOR not set)\n"
    "\n"
    "  edict explain E303\n"
    "\n"
    "Exit status: 0 success, 4 usage (also: no such code).\n",
    explain_run};
