/* edict check: the diagnostics of packs. */
#include "cli.h"

enum { CHECK_STRICT = 1 };
static const struct option check_options[] = {
    {"strict", 0, NULL, CHECK_STRICT}, OPTION_COMMON, OPTION_PACKS, OPTION_TABLES, OPTION_LAST};

static int check_pack(const struct options *o, const char *path, int strict)
{
    struct output *out = output_standard();
    struct pack pack;
    int exit = pack_compile(&pack, path, o, strict);
    if (exit == EXIT_FINE) {
        size_t errors = edict_compilation_errors(pack.compilation);
        size_t warnings = edict_compilation_warnings(pack.compilation);
        if (o->json) {
            edict_compilation_report_json(pack.compilation, output_put, out);
            output_flush(out);
        } else {
            pack_report(&pack, out, terminal_color(1, o->color));
        }
        output_print(o->json ? output_error() : out, "%s: %zu error%s, %zu warning%s\n", path, errors,
                     errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
        if (errors || (strict && warnings))
            exit = EXIT_RULES;
    }
    pack_close(&pack);
    return exit;
}

static int check_run(const struct command *command, int argc, char **argv)
{
    struct options o;
    int id, strict = 0, exit = options_start(&o, command, check_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    while ((id = options_next(&o)) == CHECK_STRICT)
        strict = 1;
    if (id == OPTION_BAD)
        exit = EXIT_USAGE;
    else if (!o.word_count)
        exit = usage_error(command, "no pack given");
    else
        exit = tables_named(&o, o.word_count);
    const int asked = exit == EXIT_FINE;
    for (size_t i = 0; asked && i < o.word_count && exit != EXIT_INTERNAL; i++) {
        int one = check_pack(&o, o.words[i], strict);
        exit = one > exit ? one : exit;
    }
    if (exit == EXIT_FINE)
        exit = tables_taken(&o);
    options_free(&o);
    return exit;
}

const struct command command_check = {
    "check", "say what is wrong or doubtful in packs",
    "Usage: edict check PACK... [OPTION]...\n"
    "\n"
    "Compiles the packs with their bases and prints each mistake with its place, a\n"
    "code and what to do. `edict explain CODE` says more about a code.\n"
    "\n"
    "      --strict        warnings count as errors\n"
    "      --format json   one diagnostic a line, as JSON\n"
    "      --color WHEN    always, never, auto (terminal, and NO_COLOR not set)\n"
    "  -I, --search DIR    where base packs are looked for; repeatable\n"
    "  -t, --table NAME=FILE  rows of a table from files: see edict build --help\n"
    "\n"
    "  edict check rules/hospital.edict\n"
    "  edict check --strict --format json *.edict > diagnostics.ndjson\n"
    "\n"
    "Exit status: 0 no errors, 2 errors (or warnings, with --strict), 3 a file could\n"
    "not be read, 4 usage, 5 internal.\n",
    check_run};
