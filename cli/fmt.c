/* edict fmt: rule text in its one form. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum { FMT_CHECK = 1, FMT_WRITE };
static const struct option fmt_options[] = {
    {"check", 0, NULL, FMT_CHECK}, {"write", 'w', NULL, FMT_WRITE}, OPTION_LAST};

static int fmt_formatted(const char *path, const struct text *before, const struct text *after, int mode)
{
    int same = before->size == after->size && memcmp(before->bytes, after->bytes, after->size) == 0;
    if (mode == FMT_CHECK) {
        if (!same)
            output_print(output_standard(), "%s\n", path);
        return same ? EXIT_FINE : EXIT_FINDINGS;
    }
    if (mode == FMT_WRITE && strcmp(path, "-") != 0)
        return same || file_replace(path, after->bytes, after->size) == 0 ? EXIT_FINE : EXIT_INTERNAL;
    output_put(output_standard(), after->bytes, after->size);
    return EXIT_FINE;
}

static int fmt_file(const char *path, int mode)
{
    struct text before = {0}, after = {0};
    int exit = file_read(path, &before) == 0 ? EXIT_FINE : EXIT_INPUT;
    if (exit == EXIT_FINE) {
        text_put(&after, "", 0);
        const char *name = strcmp(path, "-") == 0 ? "<standard input>" : path;
        edict_status status = edict_format(name, before.bytes, before.size, text_put, &after);
        if (after.failed || status == EDICT_MEMORY) {
            message("no memory");
            exit = EXIT_INTERNAL;
        } else if (status != EDICT_OK) {    /* what came are the diagnostics */
            output_put(output_error(), after.bytes, after.size);
            output_flush(output_error());
            exit = status == EDICT_RULES || status == EDICT_LIMIT ? EXIT_RULES : status_exit(status);
        } else {
            exit = fmt_formatted(path, &before, &after, mode);
        }
    }
    free(before.bytes);
    free(after.bytes);
    return exit;
}

static int fmt_run(const struct command *command, int argc, char **argv)
{
    struct options o;
    int id, mode = 0, exit = options_start(&o, command, fmt_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    while ((id = options_next(&o)) > 0)
        mode = mode == FMT_CHECK ? mode : id;
    if (id == OPTION_BAD)
        exit = EXIT_USAGE;
    else if (!o.word_count)
        exit = usage_error(command, "no file given (- is standard input)");
    else
        for (size_t i = 0; i < o.word_count && exit != EXIT_INTERNAL; i++) {
            int one = fmt_file(o.words[i], mode);
            exit = one > exit ? one : exit;
        }
    options_free(&o);
    return exit;
}

const struct command command_fmt = {
    "fmt", "write rule text in its one form",
    "Usage: edict fmt FILE... [OPTION]...\n"
    "\n"
    "Prints the files formatted: columns aligned, indentation even, comments kept.\n"
    "The meaning stays what it was. - is standard input.\n"
    "\n"
    "  -w, --write   replace each file that is not formatted\n"
    "      --check   change nothing; print the names of files that are not formatted\n"
    "\n"
    "  edict fmt -w rules/hospital.edict\n"
    "  edict fmt --check rules/*.edict\n"
    "\n"
    "Exit status: 0 fine, 1 --check found files that are not formatted, 2 mistakes in\n"
    "the text, 3 a file could not be read, 4 usage, 5 a file could not be written.\n",
    fmt_run};
