/* edict schema: the JSON Schema of the encounters that a pack reads. */
#include "cli.h"

static const struct option schema_options[] = {{"color", 0, "WHEN", OPTION_COLOR}, OPTION_PACKS, OPTION_LAST};

static int schema_run(const struct command *command, int argc, char **argv)
{
    struct options o;
    struct pack pack = {0};
    int exit = options_start(&o, command, schema_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    if (options_next(&o) == OPTION_BAD)
        exit = EXIT_USAGE;
    else if (o.word_count != 1)
        exit = usage_error(command, "takes one pack, not %zu", o.word_count);
    else
        exit = pack_open(&pack, o.words[0], &o, PACK_ERRORS);
    if (exit == EXIT_FINE)
        edict_program_schema(pack.program, output_put, output_standard());
    pack_close(&pack);
    options_free(&o);
    return exit;
}

const struct command command_schema = {
    "schema", "print the JSON Schema of a pack's facts",
    "Usage: edict schema PACK [OPTION]...\n"
    "\n"
    "Prints the JSON Schema (draft 2020-12) of an encounter as the pack (source or\n"
    "image) reads it: names, types, permitted words and defaults of the facts.\n"
    "\n"
    "      --color WHEN    always, never, auto; for diagnostics\n"
    "  -I, --search DIR    where base packs are looked for; repeatable\n"
    "\n"
    "  edict schema hospital.edx > encounter.schema.json\n"
    "\n"
    "Exit status: 0 success, 2 bad rules or image, 3 a file could not be read,\n"
    "4 usage, 5 internal.\n",
    schema_run};
