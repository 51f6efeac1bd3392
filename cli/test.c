/* edict test: runs the tests that stand in packs. */
#include "cli.h"

#include <string.h>

enum { TEST_ONLY = 1, TEST_VERBOSE };
static const struct option test_options[] = {
    {"only", 0, "TEXT", TEST_ONLY}, {"verbose", 'v', NULL, TEST_VERBOSE}, OPTION_COMMON, OPTION_PACKS, OPTION_LAST};

struct tests { const char *pack; unsigned long passed, all; int json, color, verbose, ran; };

static void test_put(void *context, const edict_test *test)
{
    struct tests *tests = context;
    struct output *out = output_standard();
    const char *name = test->name ? test->name : "", *place = test->place ? test->place : "";
    const char *wanted = test->wanted ? test->wanted : "", *got = test->got ? test->got : "";
    const char *bad = tests->color ? "\033[31m" : "", *good = tests->color ? "\033[32m" : "";
    const char *end = tests->color ? "\033[0m" : "";
    tests->all++;
    tests->passed += test->passed != 0;
    if (tests->json) {
        json_t *line = json_pack("{s:o,s:o,s:o,s:b}", "pack", json_text(tests->pack), "test", json_text(name), "place",
                                 json_text(place), "passed", test->passed != 0);
        if (line && !test->passed) {
            json_object_set_new(line, "wanted", json_text(wanted));
            json_object_set_new(line, "got", json_text(got));
        }
        output_json(out, line);
    } else if (!test->passed) {
        output_print(out, "%sfailed%s  %s: %s\n  wanted  %s\n  got     %s\n", bad, end, place, name, wanted, got);
    } else if (tests->verbose) {
        output_print(out, "%spassed%s  %s: %s\n", good, end, place, name);
    }
}

static int test_pack(const struct options *o, const char *path, const char *only, struct tests *tests)
{
    struct pack pack;
    int exit = pack_compile(&pack, path, o, 0);
    if (exit == EXIT_FINE && edict_compilation_errors(pack.compilation)) {
        exit = pack_report(&pack, output_error(), terminal_color(2, o->color));
    } else if (exit == EXIT_FINE) {
        tests->pack = path;
        tests->ran = 1;
        int failed = edict_compilation_test(pack.compilation, only, test_put, tests);
        exit = failed < 0 ? EXIT_RULES : failed > 0 ? EXIT_FINDINGS : EXIT_FINE;
    }
    pack_close(&pack);
    return exit;
}

static int test_run(const struct command *command, int argc, char **argv)
{
    struct options o;
    struct tests tests = {0};
    const char *only = NULL;
    int id, exit = options_start(&o, command, test_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    while ((id = options_next(&o)) > 0) {
        if (id == TEST_ONLY)
            only = o.value;
        else
            tests.verbose = 1;
    }
    tests.json = o.json;
    tests.color = terminal_color(1, o.color);
    if (id == OPTION_BAD) {
        exit = EXIT_USAGE;
    } else if (!o.word_count) {
        exit = usage_error(command, "no pack given");
    } else {
        for (size_t i = 0; i < o.word_count && exit != EXIT_INTERNAL; i++) {
            int one = test_pack(&o, o.words[i], only, &tests);
            exit = one > exit ? one : exit;
        }
        output_flush(output_standard());
        if (only && !tests.all && exit == EXIT_FINE)
            exit = usage_error(command, "no test has \"%s\" in its name", only);
        else if (tests.ran)
            output_print(o.json ? output_error() : output_standard(), "%lu of %lu tests pass\n", tests.passed,
                         tests.all);
    }
    options_free(&o);
    return exit;
}

const struct command command_test = {
    "test", "run the tests that stand in packs",
    "Usage: edict test PACK... [OPTION]...\n"
    "\n"
    "Runs every row of the packs' own `tests` (those of a base hold for the base). A\n"
    "failed one is printed with its place, what was wanted and what came.\n"
    "\n"
    "      --only TEXT     only tests with TEXT in their name\n"
    "  -v, --verbose       print the passed ones too\n"
    "      --format json   one test a line, as JSON\n"
    "      --color WHEN    always, never, auto (terminal, and NO_COLOR not set)\n"
    "  -I, --search DIR    where base packs are looked for; repeatable\n"
    "\n"
    "  edict test rules/hospital.edict\n"
    "  edict test --only \"stop time\" rules/*.edict\n"
    "\n"
    "Exit status: 0 all pass, 1 some fail, 2 bad rules, 3 a file could not be read,\n"
    "4 usage (also: --only fits no test), 5 internal.\n",
    test_run};
