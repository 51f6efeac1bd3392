/* edict version. */
#include "cli.h"

static const struct option version_options[] = {{"format", 0, "text|json", OPTION_FORMAT}, OPTION_LAST};

static int version_run(const struct command *command, int argc, char **argv)
{
    struct options o;
    int exit = options_start(&o, command, version_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    if (options_next(&o) == OPTION_BAD)
        exit = EXIT_USAGE;
    else if (o.word_count)
        exit = usage_error(command, "takes no argument");
    else if (o.json)
        output_json(output_standard(), json_pack("{s:s}", "version", EDICT_VERSION));
    else
        output_text(output_standard(), "edict " EDICT_VERSION "\n");
    options_free(&o);
    return exit;
}

const struct command command_version = {
    "version", "print the version",
    "Usage: edict version [--format json]\n"
    "\n"
    "  edict version\n"
    "\n"
    "Exit status: 0 success, 4 usage.\n",
    version_run};
