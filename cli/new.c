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
    char line[PATH_MAX + 256];
    snprintf(line, sizeof line, format, a, b);
    new_print(t, line);
}

/* The base's policies as rows to choose from: what each is now, and what it may be. */
static void new_policies(struct text *t, const edict_program *base)
{
    const char *name, *values;
    size_t name_width = strlen("policy"), value_width = strlen("is");
    for (unsigned i = 0; base && (name = edict_program_policy(base, i, NULL)); i++) {
        const char *value = edict_program_policy_value(base, i);
        if (strlen(name) > name_width)
            name_width = strlen(name);
        if (value && strlen(value) > value_width)
            value_width = strlen(value);
    }
    char line[1024];
    snprintf(line, sizeof line, "#   | %-*s | %-*s | cite   |\n", (int)name_width, "policy", (int)value_width, "is");
    new_print(t, line);
    for (unsigned i = 0; base && (name = edict_program_policy(base, i, &values)); i++) {
        const char *value = edict_program_policy_value(base, i);
        snprintf(line, sizeof line, "#   | %-*s | %-*s | POLICY | # %s\n", (int)name_width, name, (int)value_width,
                 value ? value : "", values);
        new_print(t, line);
    }
    if (!base)
        new_print(t, "#   | policy | value | POLICY | # a name and a value from the base's `policies`\n");
}

/* Tests to begin with: the shortest rows of the first table of tests in the base that gives services. */

enum { TEST_CELLS = 24, TEST_ROWS = 3 };
struct cut { const char *at; size_t size; };
struct row { struct cut cells[TEST_CELLS]; size_t count, length; };

static struct cut line_take(const char **at)
{
    struct cut line = {*at, strcspn(*at, "\n")};
    *at += line.size + ((*at)[line.size] == '\n');
    while (line.size && strchr(" \t\r", line.at[line.size - 1]))
        line.size--;
    return line;
}

/* `  | a | b |`: its cells without the blanks around them; 0 for another line. */
static size_t row_read(struct row *row, struct cut line)
{
    *row = (struct row){.count = 0};
    while (line.size && *line.at == ' ')
        line.at++, line.size--;
    if (!line.size || *line.at != '|')
        return 0;
    while (line.size > 1 && row->count < TEST_CELLS) {
        const char *from = line.at + 1, *end = memchr(from, '|', line.size - 1);
        if (!end)
            break;
        line.size -= (size_t)(end - line.at);
        line.at = end;
        while (from < end && *from == ' ')
            from++;
        while (end > from && end[-1] == ' ')
            end--;
        row->cells[row->count++] = (struct cut){from, (size_t)(end - from)};
        row->length += (size_t)(end - from);
    }
    return row->count;
}

static int row_has(const struct row *row, const char *cell)
{
    for (size_t i = 0; i < row->count; i++)
        if (row->cells[i].size == strlen(cell) && memcmp(row->cells[i].at, cell, row->cells[i].size) == 0)
            return 1;
    return 0;
}

/* Keeps the shortest rows, in the order in which they stand. */
static void row_keep(struct row *kept, size_t *count, const struct row *row)
{
    size_t longest = 0;
    if (*count < TEST_ROWS) {
        kept[(*count)++] = *row;
        return;
    }
    for (size_t i = 1; i < *count; i++)
        if (kept[i].length > kept[longest].length)
            longest = i;
    if (row->length >= kept[longest].length)
        return;
    memmove(&kept[longest], &kept[longest + 1], (*count - 1 - longest) * sizeof *kept);
    kept[*count - 1] = *row;
}

static void rows_print(struct text *t, const struct row *head, const struct row *rows, size_t count)
{
    for (size_t r = 0; r <= count; r++) {
        const struct row *row = r ? &rows[r - 1] : head;
        new_print(t, "  |");
        for (size_t c = 0; c < head->count; c++) {
            int used = 0;
            for (size_t i = 0; i < count; i++)
                used |= c < rows[i].count && rows[i].cells[c].size;
            if (!used || c >= row->count)
                continue;
            new_print(t, " ");
            text_put(t, row->cells[c].at, row->cells[c].size);
            new_print(t, " |");
        }
        new_print(t, "\n");
    }
}

/* 1: tests were written. */
static int new_tests(struct text *t, const char *base)
{
    struct row head, row, kept[TEST_ROWS];
    while (*base) {
        size_t count = 0;
        struct cut line = line_take(&base), every[8];
        size_t everies = 0;
        head.count = 0;
        if (line.size < 5 || memcmp(line.at, "tests", 5) != 0)
            continue;
        while (*base && (strchr(" \t\r\n#", *base))) {
            line = line_take(&base);
            if (row_read(&row, line) && !head.count)
                head = row;
            else if (row.count == head.count && head.count)
                row_keep(kept, &count, &row);
            else if (!head.count && line.size && *line.at == ' ' && everies < 8 && line.at[strspn(line.at, " ")] != '#')
                every[everies++] = line;
        }
        if (!count || !row_has(&head, "services"))
            continue;
        new_print(t, "tests \"As the base has it\"\n");
        for (size_t i = 0; i < everies; i++) {
            text_put(t, every[i].at, every[i].size);
            new_print(t, "\n");
        }
        rows_print(t, &head, kept, count);
        return 1;
    }
    return 0;
}

static void new_text(struct text *t, const char *name, const char *base_name, const char *from, const char *source,
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
                 "# belongs to it. Take the `# ` off an item below, put your own words into it, then:\n"
                 "# edict check FILE, edict test FILE, edict run --pretty FILE ENCOUNTERS.\n\n");
    new_line(t, from ? "pack %s extends %s " : "pack %s extends %s\n", name, base_name);
    if (from)
        new_line(t, "from \"%s\"%s\n", from, "");
    new_line(t, "  title     \"%s\"\n  version   %s.1\n", name, year);
    new_print(t, "  owner     \"who answers for these rules\"\n");
    new_line(t, "  effective %s-01-01 until open%s\n", year, "");
    new_line(t, "  answers   payer is \"%s\"%s\n\n", payer, "");
    new_print(t, "# Every difference names its source: a key, a title, where in it, and the day it was read.\n");
    new_line(t, "cite POLICY \"the payer's published policy\", section \"which of it\", read %s-01-01%s\n\n", year, "");
    new_print(t, "# 1. Policies are the base's switches. A row sets one; a column `effective` may date it.\n"
                 "#    Keep the rows that differ. To try one first: edict run FILE --set POLICY=VALUE\n"
                 "# sets\n");
    new_policies(t, base);
    new_print(t, "\n# 2. Lists and tables of the base are changed by name. A change that changes nothing is\n"
                 "#    reported, so that none is lost when the base moves on.\n"
                 "# changes codes name_of_a_list, cite POLICY\n"
                 "#   add    CODE \"what it is\"\n"
                 "#   remove CODE\n"
                 "# changes table name_of_a_table, cite POLICY\n"
                 "#   replace row | as | it | was |\n"
                 "#   with row    | as | it | is  |\n"
                 "# retires rule name_of_a_rule, cite POLICY\n"
                 "\n# 3. A rule of your own: what the base does not look at.\n"
                 "# rule own_rule \"what it is for\", cite POLICY\n"
                 "#   for each line where code is CODE and units over 1\n"
                 "#   then review \"more than one unit: send the record\"\n"
                 "\n# 4. Tests stand beside the rules: a row is an encounter and what must come of it, `?` is\n"
                 "#    what is not documented. A difference deserves two: the last day before it, and the first.\n");
    if (!source || !new_tests(t, source))
        new_print(t, "# tests\n"
                     "#   | test            | services              | expect       |\n"
                     "#   | what it must do | CODE, how 10:00-11:30 | CODE x2      |\n"
                     "#   | what must hold  | CODE, how 10:00-?     | hold \"stop\" |\n");
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

/* The pack in the formatter's own form. */
static int new_written(struct options *o, struct text *t, const char *file)
{
    struct text formatted = {0};
    int exit = EXIT_FINE;
    if (!t->failed && edict_format("new", t->bytes, t->size, text_put, &formatted) == EDICT_OK && formatted.size) {
        free(t->bytes);
        *t = formatted;
    } else {
        free(formatted.bytes);
    }
    if (t->failed)
        exit = EXIT_INTERNAL;
    else if (!file)
        output_put(output_standard(), t->bytes, t->size);
    else if (access(file, F_OK) == 0)
        exit = usage_error(o->command, "%s exists already", file);
    else if (file_replace(file, t->bytes, t->size) != 0)
        exit = EXIT_INTERNAL;
    return exit;
}

static int new_make(struct options *o, const char *base_name, const char *from, const char *file)
{
    struct pack base = {0};
    struct text t = {0}, source = {0};
    char room[PATH_MAX];
    int exit = from ? pack_open(&base, from, o, PACK_ERRORS) : EXIT_FINE;
    if (exit == EXIT_FINE && from && !base.compilation)
        exit = usage_error(o->command, "%s is an image; --from takes the base pack's source", from);
    if (exit == EXIT_FINE && !base_name)
        base_name = edict_program_pack(base.program);
    if (exit == EXIT_FINE && from && strcmp(base_name, edict_program_pack(base.program)) != 0)
        exit = usage_error(o->command, "%s holds %s, not %s", from, edict_program_pack(base.program), base_name);
    if (exit == EXIT_FINE && from && file_read(from, &source) != 0)
        exit = EXIT_INPUT;
    if (exit == EXIT_FINE) {
        new_text(&t, o->words[0], base_name, from ? path_relative(from, file, room, sizeof room) : NULL,
                 source.bytes, base.program);
        exit = new_written(o, &t, file);
    }
    free(t.bytes);
    free(source.bytes);
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
    "(policies, changed lists and tables, own rules) ready in comments, and tests of\n"
    "the base to begin with. It passes `edict check --strict` and `edict test`.\n"
    "\n"
    "  -e, --extends BASE  the base pack's name\n"
    "  -f, --from FILE     the base pack's source: the new pack names the file, lists\n"
    "                      its policies and takes tests from it\n"
    "  -o, --output FILE   write a file, which must not exist yet\n"
    "  -I, --search DIR    where base packs are looked for; repeatable\n"
    "\n"
    "  edict new acme.office --extends base.office --from rules/office.edict\n"
    "\n"
    "Exit status: 0 success, 2 the base has mistakes, 3 a file could not be read,\n"
    "4 usage, 5 internal.\n",
    new_run};
