/* Reads a command's options by its table; usage errors name what was meant. */
#include "cli.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int usage_error(const struct command *command, const char *format, ...)
{
    char text[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (command)
        message("%s: %s (see: edict %s --help)", command->name, text, command->name);
    else
        message("%s (see: edict --help)", text);
    return EXIT_USAGE;
}

static unsigned name_distance(const char *a, const char *b)
{
    enum { MOST = 48 };
    size_t m = strlen(a), n = strlen(b);
    unsigned row[MOST + 1];
    if (m > MOST || n > MOST)
        return MOST;
    for (size_t j = 0; j <= n; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= m; i++) {
        unsigned corner = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= n; j++) {
            unsigned best = corner + (a[i - 1] != b[j - 1]);
            corner = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[n];
}

const char *name_nearest(const char *name, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    unsigned least = (unsigned)strlen(name) / 3 + 2;
    for (size_t i = 0; i < count; i++) {
        unsigned distance = name_distance(name, names[i]);
        if (distance < least) {
            least = distance;
            nearest = names[i];
        }
    }
    return nearest;
}

int options_start(struct options *o, const struct command *command, const struct option *table, int argc, char **argv)
{
    size_t room = (size_t)argc + 1;
    *o = (struct options){.command = command, .table = table, .argc = argc, .argv = argv, .color = "auto"};
    o->search = calloc(room, sizeof *o->search);
    o->words = calloc(room, sizeof *o->words);
    o->tables = calloc(room, sizeof *o->tables);
    o->taken = calloc(room, sizeof *o->taken);
    if (o->search && o->words && o->tables && o->taken)
        return EXIT_FINE;
    options_free(o);
    message("no memory");
    return EXIT_INTERNAL;
}

void options_free(struct options *o)
{
    free(o->search);
    free(o->words);
    free(o->tables);
    free(o->taken);
}

static int option_unknown(const struct options *o, const char *name, size_t size)
{
    const char *names[32];
    char text[64];
    size_t count = 0;
    snprintf(text, sizeof text, "%.*s", (int)(size < 60 ? size : 60), name);
    for (const struct option *t = o->table; t->name && count < 31; t++)
        names[count++] = t->name;
    names[count++] = "help";
    const char *near = name_nearest(text, names, count);
    if (near)
        usage_error(o->command, "unknown option --%s; did you mean --%s?", text, near);
    else
        usage_error(o->command, "unknown option --%s", text);
    return OPTION_BAD;
}

/* "text|json": the words that an option takes. */
static int word_among(const char *words, const char *word)
{
    assert(words && word);
    size_t size = strlen(word), one;
    for (const char *at = words; size; at += one + 1) {
        one = strcspn(at, "|");
        if (one == size && memcmp(at, word, size) == 0)
            return 1;
        if (!at[one])
            break;
    }
    return 0;
}

static int option_take(struct options *o, const struct option *option)
{
    switch (option->id) {
    case OPTION_COLOR:
        if (!word_among("always|never|auto", o->value)) {
            usage_error(o->command, "--color takes always, never or auto");
            return OPTION_BAD;
        }
        o->color = o->value;
        return OPTION_WORD;
    case OPTION_FORMAT:
        assert(o->value);
        if (!word_among(option->value, o->value)) {
            usage_error(o->command, "--format takes one of %s", option->value);
            return OPTION_BAD;
        }
        o->format = o->value;
        o->json = strcmp(o->value, "json") == 0;
        return OPTION_WORD;
    case OPTION_TABLE:
        o->tables[o->table_count++] = o->value;
        return OPTION_WORD;
    case OPTION_SEARCH:
        o->search[o->searches++] = o->value;
        return OPTION_WORD;
    default:
        return option->id;
    }
}

static int option_long(struct options *o, const char *name)
{
    size_t size = strcspn(name, "=");
    for (const struct option *t = o->table; t->name; t++) {
        if (strlen(t->name) != size || memcmp(t->name, name, size) != 0)
            continue;
        o->value = name[size] ? name + size + 1 : NULL;
        if (!t->value && o->value) {
            usage_error(o->command, "--%s takes no value", t->name);
            return OPTION_BAD;
        }
        if (t->value && !o->value) {
            if (o->at >= o->argc) {
                usage_error(o->command, "--%s needs %s", t->name, t->value);
                return OPTION_BAD;
            }
            o->value = o->argv[o->at++];
        }
        return option_take(o, t);
    }
    return option_unknown(o, name, size);
}

static int option_short(struct options *o, const char *word)
{
    for (const struct option *t = o->table; t->name; t++) {
        if (!t->letter || t->letter != word[1])
            continue;
        if (!t->value && word[2]) {
            usage_error(o->command, "-%c takes no value: %s", t->letter, word);
            return OPTION_BAD;
        }
        o->value = word[2] ? word + 2 : NULL;
        if (t->value && !o->value) {
            if (o->at >= o->argc) {
                usage_error(o->command, "-%c needs %s", t->letter, t->value);
                return OPTION_BAD;
            }
            o->value = o->argv[o->at++];
        }
        return option_take(o, t);
    }
    usage_error(o->command, "unknown option %s", word);
    return OPTION_BAD;
}

int options_next(struct options *o)
{
    int id = OPTION_WORD;
    while (id == OPTION_WORD && o->at < o->argc) {
        const char *word = o->argv[o->at++];
        if (o->words_only || word[0] != '-' || !word[1])
            o->words[o->word_count++] = word;
        else if (strcmp(word, "--") == 0)
            o->words_only = 1;
        else if (word[1] == '-')
            id = option_long(o, word + 2);
        else
            id = option_short(o, word);
    }
    return id == OPTION_WORD ? OPTION_END : id;
}
