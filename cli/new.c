/* edict new: a payer pack to start from. It passes `edict check` as printed; its comments teach. */
#include "cli.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { NEW_EXTENDS = 1, NEW_FROM, NEW_OUTPUT };
static const struct option new_options[] = {{"extends", 'e', "BASE", NEW_EXTENDS}, {"from", 'f', "FILE", NEW_FROM},
                                            {"output", 'o', "FILE", NEW_OUTPUT}, OPTION_PACKS, OPTION_LAST};

static int name_good(const char *name)
{
    size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.");
    return size && !name[size] && name[0] >= 'a' && name[0] <= 'z' && !strstr(name, "..") && name[size - 1] != '.' &&
           !strstr(name, ".0") && size < 100;
}

static void new_print(struct text *t, const char *text)
{
    text_put(t, text, strlen(text));
}

static void new_line(struct text *t, const char *format, const char *a, const char *b)
{
    char line[1024];
    snprintf(line, sizeof line, format, a, b);
    new_print(t, line);
}

/* The base's policies as rows to choose from. */
static void new_policies(struct text *t, const edict_program *base)
{
    const char *name, *values;
    for (unsigned i = 0; base && (name = edict_program_policy(base, i, &values)); i++) {
        char first[64];
        snprintf(first, sizeof first, "%.*s", (int)strcspn(values ? values : "", ","), values ? values : "");
        new_line(t, "#   | %-22s | %-12s", name, first);
        new_line(t, " |          # one of: %s%s\n", values ? values : "", "");
    }
    if (!base)
        new_print(t, "#   | name_of_a_policy       | its value    |\n");
}

static void new_text(struct text *t, const char *name, const char *base_name, const char *from,
                     const edict_program *base)
{
    char payer[104], year[8];
    time_t now = time(NULL);
    struct tm date;
    gmtime_r(&now, &date);
    snprintf(year, sizeof year, "%d", (date.tm_year + 1900) % 10000);
    snprintf(payer, sizeof payer, "%.*s", (int)strcspn(name, "."), name);
    new_line(t, "# %s: says only what differs from %s; everything else is the base's.\n", name, base_name);
    new_print(t, "# `#` begins a comment. A word in the first column begins an item; what is indented\n"
                 "# belongs to it. Take the `#` off an item below to use it, then: edict check, edict test.\n\n");
    if (from)
        new_line(t, "pack %s extends ", name, "");
    else
        new_line(t, "pack %s extends %s\n", name, base_name);
    if (from)
        new_line(t, "%s from \"%s\"\n", base_name, from);
    new_line(t, "  title     \"%s\"\n  version   %s.1\n", name, year);
    new_print(t, "  owner     \"who answers for these rules\"\n");
    new_line(t, "  effective %s-01-01 until open%s\n", year, "");
    new_line(t, "  answers   payer is \"%s\"%s\n\n", payer, "");
    new_print(t, "# Each difference names its source: a key, a title, and the day it was read.\n");
    new_line(t, "cite POLICY \"the payer's published policy\", read %s-01-01%s\n\n", year, "");
    new_print(t, "# 1. Policies are switches of the base. A row chooses a value; `effective` may date it.\n"
                 "#    Try one first: edict run PACK --set policy=value FILE\n"
                 "# sets\n"
                 "#   | policy                 | is           | cite |\n");
    new_policies(t, base);
    new_print(t, "\n# 2. Named lists and tables of the base are changed by name; a change that changes nothing\n"
                 "#    is reported. `edict list` of the base shows the names.\n"
                 "# changes codes name_of_a_list, cite POLICY\n"
                 "#   add    CODE \"what it is\"\n"
                 "#   remove CODE\n"
                 "# changes table name_of_a_table, cite POLICY\n"
                 "#   replace row | as | it | was |\n"
                 "#   with row    | as | it | is  |\n"
                 "# retires rule name_of_a_rule, cite POLICY\n\n"
                 "# 3. A rule of the payer's own: it flags what the base does not know.\n"
                 "# rule own_rule \"what it is for\", cite POLICY\n"
                 "#   for each line where code is CODE and units over 1\n"
                 "#   then review \"more than one unit: the payer asks for the record\"\n\n"
                 "# 4. Tests stand beside the rules: one row a day, `?` is what is not documented.\n"
                 "# tests\n"
                 "#   | test              | setting | services                       | expect        |\n"
                 "#   | what it must do   | office  | CODE infusion 10:00-11:31      | CODE, CODE x2 |\n"
                 "#   | what must hold    | office  | CODE infusion 10:00-?          | hold \"stop\"   |\n");
}

/* `from` as it is written in a file of the directory where the pack will stand. */
static const char *path_relative(const char *from, const char *file, char *room, size_t size)
{
    char there[PATH_MAX], here[PATH_MAX], directory[PATH_MAX];
    const char *slash = file ? strrchr(file, '/') : NULL;
    if (from[0] == '/' || !slash)
        return from;
    snprintf(directory, sizeof directory, "%.*s", (int)(slash - file) + 1, file);
    if (!realpath(from, there) || !realpath(directory, here))
        return from;
    size_t same = 0, used = 0, i = 0;
    for (; there[i] && there[i] == here[i]; i++)
        if (there[i] == '/')
            same = i + 1;
    if (!here[i] && there[i] == '/')    /* the base is below */
        same = i + 1;
    room[0] = 0;
    for (const char *at = same > strlen(here) ? "" : here + same; *at; at += strcspn(at, "/"), at += *at == '/')
        used += (size_t)snprintf(room + used, used < size ? size - used : 0, "../");
    if (used + strlen(there + same) >= size)
        return from;
    strcpy(room + used, there + same);
    return room;
}

static int new_make(struct options *o, const char *base_name, const char *from, const char *file)
{
    struct pack base = {0};
    struct text t = {0};
    char room[PATH_MAX];
    int exit = from ? pack_open(&base, from, o, PACK_ERRORS) : EXIT_FINE;
    if (exit == EXIT_FINE && !base_name)
        base_name = edict_program_pack(base.program);
    if (exit == EXIT_FINE && from && strcmp(base_name, edict_program_pack(base.program)) != 0)
        exit = usage_error(o->command, "%s holds %s, not %s", from, edict_program_pack(base.program), base_name);
    if (exit == EXIT_FINE) {
        new_text(&t, o->words[0], base_name, from ? path_relative(from, file, room, sizeof room) : NULL, base.program);
        if (t.failed)
            exit = EXIT_INTERNAL;
        else if (!file)
            output_put(output_standard(), t.bytes, t.size);
        else if (access(file, F_OK) == 0)
            exit = usage_error(o->command, "%s exists already", file);
        else if (file_replace(file, t.bytes, t.size) != 0)
            exit = EXIT_INTERNAL;
    }
    free(t.bytes);
    pack_close(&base);
    return exit;
}

static int new_run(const struct command *command, int argc, char **argv)
{
    struct options o;
    const char *base = NULL, *from = NULL, *file = NULL;
    int id, exit = options_start(&o, command, new_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    while ((id = options_next(&o)) > 0)
        *(id == NEW_EXTENDS ? &base : id == NEW_FROM ? &from : &file) = o.value;
    if (id == OPTION_BAD)
        exit = EXIT_USAGE;
    else if (o.word_count != 1)
        exit = usage_error(command, "takes one name, not %zu", o.word_count);
    else if (!name_good(o.words[0]) || (base && !name_good(base)))
        exit = usage_error(command, "a pack's name is lower-case words with dots: acme.commercial");
    else if (!base && !from)
        exit = usage_error(command, "--extends BASE or --from FILE says what it starts from");
    else
        exit = new_make(&o, base, from, file);
    options_free(&o);
    return exit;
}

const struct command command_new = {
    "new", "print a payer pack to start from",
    "Usage: edict new NAME --extends BASE [--from FILE] [-o FILE]\n"
    "\n"
    "Prints a pack that says nothing yet but what it extends, with the ways to differ\n"
    "(policies, changed lists and tables, own rules, tests) ready in comments. It\n"
    "passes `edict check` as it is.\n"
    "\n"
    "  -e, --extends BASE  the base pack's name\n"
    "  -f, --from FILE     the base pack's source: its policies are listed, and the\n"
    "                      new pack names the file\n"
    "  -o, --output FILE   write a file, which must not exist yet\n"
    "  -I, --search DIR    where base packs are looked for; repeatable\n"
    "\n"
    "  edict new acme.office --extends base.office --from rules/office.edict\n"
    "\n"
    "Exit status: 0 success, 2 the base has mistakes, 3 a file could not be read,\n"
    "4 usage, 5 internal.\n",
    new_run};
