/* edict list: the instructions of a pack beside its source. */
#include "cli.h"

enum { LIST_COST = 1 };
static const struct option list_options[] = {{"cost", 0, NULL, LIST_COST}, {"color", 0, "WHEN", OPTION_COLOR},
                                             OPTION_PACKS, OPTION_TABLES, OPTION_LAST};

static int list_run(const struct command *command, int argc, char **argv)
{
    struct options o;
    struct pack pack = {0};
    int id, cost = 0;
    int exit = options_start(&o, command, list_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    while ((id = options_next(&o)) > 0)
        cost = 1;
    if (id == OPTION_BAD)
        exit = EXIT_USAGE;
    else if (o.word_count != 1)
        exit = usage_error(command, "takes one pack, not %zu", o.word_count);
    else
        exit = pack_open(&pack, o.words[0], &o, PACK_ERRORS);
    if (exit == EXIT_FINE)
        exit = tables_taken(&o);
    if (exit == EXIT_FINE)
        (cost ? edict_program_cost : edict_program_list)(pack.program, output_put, output_standard());
    pack_close(&pack);
    options_free(&o);
    return exit;
}

const struct command command_list = {
    "list", "show the instructions of a pack beside its source",
    "Usage: edict list PACK [OPTION]...\n"
    "\n"
    "Prints what the pack (source or image) was compiled to: each instruction with\n"
    "its operands, beside the place in the rules that it comes from.\n"
    "\n"
    "      --cost          the worst case alone: steps and memory of one encounter\n"
    "      --color WHEN    always, never, auto; for diagnostics\n"
    "  -I, --search DIR    where base packs are looked for; repeatable\n"
    "  -t, --table NAME=FILE  rows of a table from files: see edict build --help\n"
    "\n"
    "  edict list hospital.edx | less\n"
    "\n"
    "Exit status: 0 success, 2 bad rules or image, 3 a file could not be read,\n"
    "4 usage, 5 internal.\n",
    list_run};
