/* edict effect: what a payer's pack really changes, against the pack that it extends. */
#include "compare.h"

#include <stdlib.h>
#include <string.h>

enum { EFFECT_ALL = 1 };
static const struct option effect_options[] = {
    {"all", 'a', NULL, EFFECT_ALL}, OPTION_COMPARE, OPTION_COMMON, OPTION_PACKS, OPTION_LAST};

/* The base as the compiler found it: beside the pack, or in a --search directory. */
static int base_find(const struct options *o, const char *path, char **base)
{
    struct pack pack = {0};
    int exit = path_is_image(path)
                   ? usage_error(o->command, "%s is an image: its base is no file; give both to edict diff", path)
                   : pack_compile(&pack, path, o, 0);
    if (exit != EXIT_FINE)
        return exit;
    const char *found = edict_compilation_base(pack.compilation);
    if (edict_compilation_errors(pack.compilation))
        exit = pack_report(&pack, output_error(), terminal_color(2, o->color));
    else if (!found)
        exit = usage_error(o->command, "%s extends no other pack", path);
    else
        exit = (*base = strdup(found)) ? EXIT_FINE : EXIT_INTERNAL;
    pack_close(&pack);
    return exit;
}

static int effect_run(const struct command *command, int argc, char **argv)
{
    struct options o;
    struct comparing c;
    char *base = NULL;
    int id, exit = options_start(&o, command, effect_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    exit = comparing_start(&c, argc);
    while (exit == EXIT_FINE && (id = options_next(&o)) != OPTION_END) {
        if (id == EFFECT_ALL)
            c.all = 1;
        else
            exit = comparing_take(&c, &o, id);
    }
    if (exit == EXIT_FINE && !o.word_count)
        exit = usage_error(command, "no pack given");
    if (exit == EXIT_FINE)
        exit = comparing_ready(&c, &o, 1);
    if (exit == EXIT_FINE)
        exit = base_find(&o, o.words[0], &base);
    if (exit == EXIT_FINE)
        exit = packs_compare(&o, &c, base, o.words[0]);
    free(base);
    comparing_free(&c);
    options_free(&o);
    return exit;
}

const struct command command_effect = {
    "effect", "say what a payer's pack changes against its base",
    "Usage: edict effect PACK [--corpus FILE...] [OPTION]...\n"
    "\n"
    "The same as edict diff, between the pack that PACK extends and PACK itself: each\n"
    "thing that the payer wants otherwise in one sentence, and with a corpus which\n"
    "encounters come out differently by it, with units and money.\n"
    "\n"
    "  -a, --all               also what no answer depends on; with a corpus whole\n"
    "                          tables and three encounters of each cause\n"
    "      --format text|json  as for edict diff\n"
    "      --corpus FILE...    encounters; further files may follow\n"
    "      --ndjson FILE       every difference, one a line\n"
    "      --html FILE         the report as one page for a browser or a printer\n"
    "  -s, --set POLICY=VALUE  in both packs, where they have it; repeatable\n"
    "      --threads N         as many as cores if not given\n"
    "      --color WHEN        always, never, auto (terminal, and NO_COLOR not set)\n"
    "  -I, --search DIR        where base packs are looked for; repeatable\n"
    "  -q, --quiet             no progress\n"
    "\n"
    "  edict effect rules/payer.edict --corpus day.ndjson\n"
    "\n"
    "Exit status: 0 the payer changes nothing (with a corpus: no encounter comes out\n"
    "differently), 1 changes, 2 bad rules, 3 a file could not be read, 4 usage,\n"
    "5 internal, 130 Ctrl-C.\n",
    effect_run};
