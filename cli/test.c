/* edict test: runs the tests that stand in packs, several packs at once, for people and for machines. */
#include "pool.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEST_ONLY = 1, TEST_VERBOSE, TEST_THREADS };
static const struct option test_options[] = {
    {"only", 0, "TEXT", TEST_ONLY}, {"verbose", 'v', NULL, TEST_VERBOSE}, {"threads", 0, "N", TEST_THREADS},
    OPTION_REPORTS, OPTION_PACKS, OPTION_TABLES, OPTION_LAST};

/* What a test came to, kept until it is its turn to be told. */
struct told { char *name, *place, *wanted, *got; int passed; };
struct tested {
    struct pack pack;
    int exit, failed;
    struct told *tests;
    size_t count, room;
};
struct tests {
    const struct options *options;
    const char *only;
    struct tested *packs;
    struct report report;
    unsigned long passed, all;
    int color, verbose, ran, exit;
};

static void test_keep(void *context, const edict_test *test)
{
    struct tested *to = context;
    if (to->count == to->room) {
        size_t room = to->room * 2 + 64;
        struct told *grown = realloc(to->tests, room * sizeof *grown);
        if (!grown) {
            to->exit = EXIT_INTERNAL;
            return;
        }
        to->tests = grown;
        to->room = room;
    }
    struct told *t = &to->tests[to->count++];
    *t = (struct told){strdup(test->name ? test->name : ""), strdup(test->place ? test->place : ""),
                       strdup(test->wanted ? test->wanted : ""), strdup(test->got ? test->got : ""), test->passed};
    if (!t->name || !t->place || !t->wanted || !t->got)
        to->exit = EXIT_INTERNAL;
}

/* In any thread: says nothing. */
static void pack_test(void *context, size_t number)
{
    struct tests *tests = context;
    struct tested *to = &tests->packs[number];
    to->exit = pack_compile_quiet(&to->pack, tests->options->words[number], tests->options, 0);
    if (to->exit != EXIT_FINE || edict_compilation_errors(to->pack.compilation))
        return;
    to->failed = edict_compilation_test(to->pack.compilation, tests->only, test_keep, to);
}

static void test_print(struct tests *tests, const char *pack, const struct told *t)
{
    struct output *out = output_standard();
    const char *bad = tests->color ? "\033[31m" : "", *good = tests->color ? "\033[32m" : "";
    const char *end = tests->color ? "\033[0m" : "";
    tests->all++;
    tests->passed += t->passed != 0;
    if (tests->report.format != REPORT_NONE) {
        char summary[200];
        struct text detail = {0};
        snprintf(summary, sizeof summary, "%s: wanted %s", t->place, t->wanted);
        text_put(&detail, "wanted  ", 8);
        text_put(&detail, t->wanted, strlen(t->wanted));
        text_put(&detail, "\ngot     ", 9);
        text_put(&detail, t->got, strlen(t->got));
        report_case(&tests->report, pack, t->name, t->passed, summary, detail.bytes);
        free(detail.bytes);
    } else if (tests->options->json) {
        json_t *line = json_pack("{s:o,s:o,s:o,s:b}", "pack", json_text(pack), "test", json_text(t->name), "place",
                                 json_text(t->place), "passed", t->passed != 0);
        if (line && !t->passed) {
            json_object_set_new(line, "wanted", json_text(t->wanted));
            json_object_set_new(line, "got", json_text(t->got));
        }
        output_json(out, line);
    } else if (!t->passed) {
        output_print(out, "%sfailed%s  %s: %s\n  wanted  %s\n  got     %s\n", bad, end, t->place, t->name, t->wanted,
                     t->got);
    } else if (tests->verbose) {
        output_print(out, "%spassed%s  %s: %s\n", good, end, t->place, t->name);
    }
}

static void pack_tell(void *context, size_t number)
{
    struct tests *tests = context;
    struct tested *to = &tests->packs[number];
    const char *path = tests->options->words[number];
    tables_mark(tests->options, &to->pack);
    if (to->exit != EXIT_FINE && !to->pack.compilation) {
        message("%s", to->pack.problem);
        report_case(&tests->report, path, "can be read", 0, to->pack.problem, NULL);
        report_suite_end(&tests->report, path);
    } else if (edict_compilation_errors(to->pack.compilation)) {
        to->exit = pack_report(&to->pack, output_error(), terminal_color(2, tests->options->color));
        report_case(&tests->report, path, "compiles", 0, "the rules have mistakes: edict check tells them", NULL);
        report_suite_end(&tests->report, path);
    } else {
        tests->ran = 1;
        for (size_t t = 0; t < to->count; t++)
            test_print(tests, path, &to->tests[t]);
        report_suite_end(&tests->report, path);
        if (to->exit == EXIT_FINE)
            to->exit = to->failed < 0 ? EXIT_RULES : to->failed > 0 ? EXIT_FINDINGS : EXIT_FINE;
    }
    tests->exit = to->exit > tests->exit ? to->exit : tests->exit;
    for (size_t t = 0; t < to->count; t++) {
        free(to->tests[t].name);
        free(to->tests[t].place);
        free(to->tests[t].wanted);
        free(to->tests[t].got);
    }
    free(to->tests);
    pack_close(&to->pack);
}

static int packs_test(const struct command *command, struct tests *tests, unsigned threads)
{
    const struct options *o = tests->options;
    tests->packs = calloc(o->word_count, sizeof *tests->packs);
    if (!tests->packs)
        return EXIT_INTERNAL;
    tasks_run(o->word_count, threads, pack_test, pack_tell, tests);
    free(tests->packs);
    report_end(&tests->report, "edict test");
    output_flush(output_standard());
    if (tests->only && !tests->all && tests->exit == EXIT_FINE)
        return usage_error(command, "no test has \"%s\" in its name", tests->only);
    if (tests->ran)
        output_print(o->json || tests->report.format ? output_error() : output_standard(), "%lu of %lu tests pass\n",
                     tests->passed, tests->all);
    return tests->exit;
}

static int test_run(const struct command *command, int argc, char **argv)
{
    struct options o;
    struct tests tests = {.options = &o};
    unsigned threads = pool_cores();
    int id, exit = options_start(&o, command, test_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    while (exit == EXIT_FINE && (id = options_next(&o)) != OPTION_END) {
        switch (id) {
        case TEST_ONLY: tests.only = o.value; break;
        case TEST_VERBOSE: tests.verbose = 1; break;
        case TEST_THREADS: exit = pool_threads_take(command, o.value, &threads); break;
        default: exit = EXIT_USAGE;
        }
    }
    tests.color = terminal_color(1, o.color);
    tests.report = (struct report){.format = report_format_read(o.format), .out = output_standard()};
    if (exit == EXIT_FINE && !o.word_count)
        exit = usage_error(command, "no pack given");
    if (exit == EXIT_FINE)
        exit = tables_named(&o, o.word_count);
    if (exit == EXIT_FINE)
        exit = packs_test(command, &tests, threads);
    if (exit == EXIT_FINE)
        exit = tables_taken(&o);
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
    "      --only TEXT      only tests with TEXT in their name\n"
    "  -v, --verbose        print the passed ones too\n"
    "      --format FORMAT  text; json: one test a line; junit: JUnit XML; tap: TAP\n"
    "      --threads N      packs tested at once; as many as cores if not given\n"
    "      --color WHEN     always, never, auto (terminal, and NO_COLOR not set)\n"
    "  -I, --search DIR     where base packs are looked for; repeatable\n"
    "  -t, --table NAME=FILE  rows of a table from files: see edict build --help\n"
    "\n"
    "  edict test rules/hospital.edict\n"
    "  edict test --only \"stop time\" rules/*.edict\n"
    "  edict test --format junit rules/*.edict > tests.xml\n"
    "\n"
    "Exit status: 0 all pass, 1 some fail, 2 bad rules, 3 a file could not be read,\n"
    "4 usage (also: --only fits no test), 5 internal.\n",
    test_run};
