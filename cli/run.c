/* edict run: encounters in, one answer a line out, a summary on standard error. */
#include "cli.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { RUN_SET = 1, RUN_FAIL_ON, RUN_STRICT, RUN_SHOW_VALUES, RUN_PRETTY, RUN_ASCII, RUN_QUIET };
static const struct option run_options[] = {
    {"set", 's', "POLICY=VALUE", RUN_SET}, {"fail-on", 0, "KIND,...", RUN_FAIL_ON}, {"strict", 0, NULL, RUN_STRICT},
    {"show-values", 0, NULL, RUN_SHOW_VALUES}, {"pretty", 'p', NULL, RUN_PRETTY}, {"ascii", 0, NULL, RUN_ASCII},
    {"quiet", 'q', NULL, RUN_QUIET}, OPTION_COMMON, OPTION_PACKS, OPTION_LAST};
static const char *const kind_names[EDICT_KINDS] = {"deny", "change", "missing", "hold", "review", "note"};

struct run {
    const struct command *command;
    struct options options;
    struct output *out;
    struct pack *packs;
    edict_evaluator **evaluators;
    size_t pack_count;
    const char **sets;                  /* POLICY=VALUE */
    size_t set_count;
    edict_evaluator_options evaluator_options;
    int fail_on[EDICT_KINDS];
    int pretty, quiet, progress, pages;
    struct page page;
    const char *file;
    uint64_t answered, held, no_rules, refused, failing, file_size;
    struct timespec began, shown;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* --set */

static int set_unknown(const struct run *run, const char *policy, size_t size)
{
    const char *names[256], *values, *name, *near;
    char given[80];
    size_t count = 0;
    snprintf(given, sizeof given, "%.*s", (int)(size < 79 ? size : 79), policy);
    for (size_t p = 0; p < run->pack_count; p++)
        for (unsigned i = 0; count < 256 && (name = edict_program_policy(run->packs[p].program, i, &values)); i++)
            names[count++] = name;
    near = name_nearest(given, names, count);
    if (near)
        return usage_error(run->command, "no policy %s; did you mean %s?", given, near);
    message("run: no policy %s; the pack has:", given);
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "  %s\n", names[i]);
    return EXIT_USAGE;
}

/* One --set on every pack that has the policy. */
static int set_apply(struct run *run, const char *set)
{
    size_t size = strcspn(set, "="), taken = 0;
    char *policy = size && set[size] ? strndup(set, size) : NULL;
    if (!policy)
        return usage_error(run->command, "--set takes POLICY=VALUE, not %s", set);
    for (size_t p = 0; p < run->pack_count; p++) {
        const char *name, *values = NULL;
        edict_error error = {0};
        unsigned i = 0;
        while ((name = edict_program_policy(run->packs[p].program, i, &values)) && strcmp(name, policy) != 0)
            i++;
        if (!name)
            continue;
        taken++;
        edict_status status = edict_evaluator_set(run->evaluators[p], policy, set + size + 1, &error);
        if (status != EDICT_OK) {
            message("run: %s is no value of %s; it takes %s", set + size + 1, policy, values ? values : error.expected);
            free(policy);
            return EXIT_USAGE;
        }
    }
    free(policy);
    return taken ? EXIT_FINE : set_unknown(run, set, size);
}

static void evaluators_close(struct run *run)
{
    for (size_t p = 0; p < run->pack_count; p++) {
        edict_evaluator_free(run->evaluators[p]);
        run->evaluators[p] = NULL;
    }
}

/* Evaluators are made anew for each file: they report each unknown key once. */
static int evaluators_open(struct run *run)
{
    edict_error error = {0};
    evaluators_close(run);
    for (size_t p = 0; p < run->pack_count; p++) {
        const struct pack *pack = &run->packs[p];
        if (edict_evaluator_new(pack->program, &run->evaluator_options, &run->evaluators[p], &error) != EDICT_OK) {
            message("%s: %s", pack->path, error.message);
            return EXIT_INTERNAL;
        }
    }
    for (size_t i = 0; i < run->set_count; i++) {
        int exit = set_apply(run, run->sets[i]);
        if (exit != EXIT_FINE)
            return exit;
    }
    return EXIT_FINE;
}

/* Progress and summary */

static double seconds_since(const struct timespec *then)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

static void progress_show(struct run *run, const struct reader *r)
{
    if (!run->progress || seconds_since(&run->began) < 1 || seconds_since(&run->shown) < 0.2)
        return;
    clock_gettime(CLOCK_MONOTONIC, &run->shown);
    fprintf(stderr, "\r\033[K%s: %llu answered, %llu refused", run->file, (unsigned long long)run->answered,
            (unsigned long long)run->refused);
    if (run->file_size)
        fprintf(stderr, ", %u %%", (unsigned)((double)r->bytes * 100 / (double)run->file_size));
    run->progress = 2;
}

static void progress_clear(struct run *run)
{
    if (run->progress == 2)
        fprintf(stderr, "\r\033[K");
    if (run->progress)
        run->progress = 1;
}

static void summary_print(const struct run *run)
{
    if (run->quiet)
        return;
    fprintf(stderr, "edict: %llu answered", (unsigned long long)run->answered);
    if (run->held)
        fprintf(stderr, " (%llu held", (unsigned long long)run->held);
    if (run->no_rules)
        fprintf(stderr, "%s%llu no rules", run->held ? ", " : " (", (unsigned long long)run->no_rules);
    if (run->held || run->no_rules)
        fputc(')', stderr);
    fprintf(stderr, ", %llu refused", (unsigned long long)run->refused);
    if (run->failing)
        fprintf(stderr, ", %llu with findings asked to fail on", (unsigned long long)run->failing);
    fputc('\n', stderr);
}

/* Encounters */

static void answer_put(struct run *run, const char *encounter, size_t encounter_size, const char *json, size_t size)
{
    if (run->pretty) {
        if (run->pages++)
            output_text(run->out, "\n\n");
        page_print(&run->page, encounter, encounter_size, json, size);
    } else {
        output_put(run->out, json, size);
        output_put(run->out, "\n", 1);
    }
}

/* An error object of the contract for what the library never saw. */
static void refusal_put(struct run *run, const char *code, const char *text, const char *expected, uint64_t line)
{
    json_t *object = json_pack("{s:{s:s,s:s,s:s,s:s,s:s},s:I,s:i}", "error", "code", code, "message", text, "pointer",
                               "", "expected", expected, "found", "", "line", (json_int_t)line, "offset", 0);
    char *json = object ? json_dumps(object, 0) : NULL;
    run->refused++;
    if (json)
        answer_put(run, "", 0, json, strlen(json));
    else
        run->out->error = ENOMEM;
    free(json);
    json_decref(object);
}

/* The first pack that answers; the first one too for what is no encounter: its evaluator says why. */
static edict_evaluator *evaluator_choose(struct run *run, const char *json, size_t size)
{
    if (run->pack_count == 1)
        return run->evaluators[0];
    for (size_t p = 0; p < run->pack_count; p++) {
        int answers = edict_answers(run->evaluators[p], json, size);
        if (answers)
            return answers > 0 ? run->evaluators[p] : run->evaluators[0];
    }
    return NULL;
}

static int encounter_run(struct run *run, const char *json, size_t size, uint64_t line)
{
    edict_answer answer = {0};
    edict_error error = {0};
    const char *key;
    edict_evaluator *evaluator = evaluator_choose(run, json, size);
    if (!evaluator) {
        refusal_put(run, "no_pack", "none of the packs given answers this encounter", "", line);
        return EXIT_FINE;
    }
    edict_status status = edict_evaluate(evaluator, json, size, line, &answer, &error);
    if (status == EDICT_OK) {
        int failing = run->fail_on[EDICT_HOLD] && answer.held;
        run->answered++;
        run->held += answer.held != 0;
        run->no_rules += answer.no_rules != 0;
        for (int kind = 0; kind < EDICT_KINDS; kind++)
            failing |= run->fail_on[kind] && answer.findings[kind];
        run->failing += failing != 0;
    } else if (status == EDICT_INPUT || status == EDICT_LIMIT || status == EDICT_RANGE) {
        run->refused++;
    } else {
        message("%s:%llu: %s", run->file, (unsigned long long)line, error.message);
        return EXIT_INTERNAL;
    }
    answer_put(run, json, size, answer.json, answer.size);
    while (!run->quiet && (key = edict_unknown_key(evaluator))) {
        progress_clear(run);
        message("%s:%llu: warning: unknown key \"%s\" is ignored", run->file, (unsigned long long)line, key);
    }
    return EXIT_FINE;
}

static void run_idle(void *context)
{
    struct run *run = context;
    output_flush(run->out);
}

static int file_run(struct run *run, const char *path)
{
    struct reader reader;
    struct stat status;
    int exit = evaluators_open(run);
    if (exit != EXIT_FINE)
        return exit;
    run->file = strcmp(path, "-") == 0 ? "standard input" : path;
    if (reader_open(&reader, path) != 0) {
        message("%s: %s", path, strerror(errno));
        return EXIT_INPUT;
    }
    run->file_size = fstat(reader.fd, &status) == 0 && S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0;
    reader.idle = run_idle;
    reader.context = run;
    if (terminal_is(reader.fd) && !run->quiet)
        fprintf(stderr, "edict: reading encounters from the terminal, one JSON object a line; Ctrl-D ends\n");
    enum read_result result = READ_END;
    for (unsigned count = 0; !interrupted && !run->out->error && exit == EXIT_FINE; count++) {
        const char *bytes = "";
        size_t size = 0;
        uint64_t line = 0;
        result = reader_next(&reader, &bytes, &size, &line);
        if (result == READ_END || result == READ_FAILED)
            break;
        if (result == READ_LONG)
            refusal_put(run, "too_long", "the encounter is too long", "at most 16 MiB", line);
        else
            exit = encounter_run(run, bytes, size, line);
        if (count % 64 == 0)
            progress_show(run, &reader);
    }
    if (result == READ_FAILED && !interrupted) {
        message("%s: %s", run->file, strerror(errno));
        exit = errno == ENOMEM ? EXIT_INTERNAL : EXIT_INPUT;
    }
    reader_close(&reader);
    return exit;
}

/* Arguments */

static int fail_on_take(struct run *run, const char *kinds)
{
    for (const char *at = kinds;; at++) {
        size_t size = strcspn(at, ",");
        int kind = 0;
        while (kind < EDICT_KINDS && (strlen(kind_names[kind]) != size || memcmp(kind_names[kind], at, size) != 0))
            kind++;
        if (kind == EDICT_KINDS)
            return usage_error(run->command, "--fail-on takes deny, change, missing, hold, review, note; not %.*s",
                               size < 40 ? (int)size : 40, at);
        run->fail_on[kind] = 1;
        at += size;
        if (!*at)
            return EXIT_FINE;
    }
}

static int run_arguments(struct run *run)
{
    struct options *o = &run->options;
    int id, exit = EXIT_FINE;
    while (exit == EXIT_FINE && (id = options_next(o)) != OPTION_END) {
        switch (id) {
        case RUN_SET: run->sets[run->set_count++] = o->value; break;
        case RUN_FAIL_ON: exit = fail_on_take(run, o->value); break;
        case RUN_STRICT: run->evaluator_options.strict = 1; break;
        case RUN_SHOW_VALUES: run->evaluator_options.show_values = 1; break;
        case RUN_PRETTY: run->pretty = 1; break;
        case RUN_ASCII: run->page.ascii = 1; break;
        case RUN_QUIET: run->quiet = 1; break;
        default: exit = EXIT_USAGE;
        }
    }
    if (o->format && run->pretty && o->json)
        exit = usage_error(run->command, "--pretty prints text, --format json does not");
    run->pretty |= o->format && !o->json;
    return exit;
}

static int run_packs(struct run *run, size_t *inputs)
{
    struct options *o = &run->options;
    size_t kept = 0;
    for (size_t i = 0; i < o->word_count; i++) {
        if (!path_is_pack(o->words[i])) {
            o->words[kept++] = o->words[i];
            continue;
        }
        int exit = pack_open(&run->packs[run->pack_count++], o->words[i], o, PACK_ERRORS);
        if (exit != EXIT_FINE)
            return exit;
    }
    if (!run->pack_count)
        return usage_error(run->command, "no pack given: a .edict source or a .edx image");
    if (!kept)
        o->words[kept++] = "-";
    *inputs = kept;
    return EXIT_FINE;
}

static int run_files(struct run *run)
{
    size_t inputs = 0;
    struct sigaction act = {.sa_handler = on_interrupt};
    int exit = run_packs(run, &inputs);
    if (exit == EXIT_FINE)
        exit = evaluators_open(run);    /* --set is judged before anything is read */
    if (exit != EXIT_FINE)
        return exit;
    int bad_input = 0;
    sigaction(SIGINT, &act, NULL);
    clock_gettime(CLOCK_MONOTONIC, &run->began);
    run->shown = run->began;
    for (size_t i = 0; i < inputs && !interrupted && !run->out->error && exit != EXIT_INTERNAL; i++) {
        exit = file_run(run, run->options.words[i]);
        bad_input |= exit == EXIT_INPUT;
    }
    output_flush(run->out);
    progress_clear(run);
    if (!run->out->error)    /* what could not be written was not answered; main says why */
        summary_print(run);
    if (exit == EXIT_INTERNAL)
        return exit;
    if (interrupted)
        return EXIT_INTERRUPTED;
    if (run->refused || bad_input)
        return EXIT_INPUT;
    return run->failing ? EXIT_FINDINGS : EXIT_FINE;
}

static int run_run(const struct command *command, int argc, char **argv)
{
    struct run run = {.command = command, .out = output_standard()};
    size_t room = (size_t)argc + 1;
    int exit = options_start(&run.options, command, run_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    run.packs = calloc(room, sizeof *run.packs);
    run.evaluators = calloc(room, sizeof(edict_evaluator *));
    run.sets = calloc(room, sizeof *run.sets);
    exit = run.packs && run.evaluators && run.sets ? run_arguments(&run) : EXIT_INTERNAL;
    if (exit == EXIT_FINE) {
        run.page.out = run.out;
        run.page.color = terminal_color(1, run.options.color);
        run.page.width = terminal_width(1);
        run.page.ascii |= !terminal_utf8();
        run.progress = terminal_is(2) && !terminal_is(1) && !run.quiet;
        exit = run_files(&run);
    }
    if (run.evaluators)
        evaluators_close(&run);
    for (size_t p = 0; p < run.pack_count; p++)
        pack_close(&run.packs[p]);
    free(run.packs);
    free(run.evaluators);
    free(run.sets);
    options_free(&run.options);
    return exit;
}

const struct command command_run = {
    "run", "answer encounters: charges and findings, one JSON object each",
    "Usage: edict run PACK... [OPTION]... [FILE]...\n"
    "\n"
    "Answers the encounters in the files (- or none: standard input), one JSON\n"
    "object a line; the answers go to standard output in the same order. A PACK is\n"
    "a rule source (.edict) or an image (.edx); every other argument is a FILE.\n"
    "A file may also hold objects over several lines, or an array of objects.\n"
    "One pack answers everything. Of several, the first one given whose `answers`\n"
    "condition and dates fit answers; where none fits, an error object says so.\n"
    "\n"
    "  -s, --set POLICY=VALUE  choose another value of a policy; repeatable\n"
    "      --fail-on KIND,...  exit 1 when there is a finding of these kinds: deny,\n"
    "                          change, missing, hold, review, note\n"
    "  -p, --pretty            a page for each encounter: timeline, charges, findings\n"
    "      --format text|json  text: as --pretty; json: as without\n"
    "      --ascii             pages without box and block characters\n"
    "      --color WHEN        always, never, auto (terminal, and NO_COLOR not set)\n"
    "      --strict            unknown keys are errors, not warnings\n"
    "      --show-values       errors and warnings may quote the input\n"
    "  -I, --search DIR        where base packs are looked for; repeatable\n"
    "  -q, --quiet             no warnings, progress or summary\n"
    "\n"
    "  edict run hospital.edx day.ndjson > answers.ndjson\n"
    "  edict run --pretty --set rounding=down hospital.edict one.json\n"
    "\n"
    "A line that is no encounter gives an error object in its place; the others are\n"
    "still answered. The summary stands on standard error.\n"
    "Exit status: 0 answered, 1 findings of --fail-on, 2 bad rules, 3 a line was\n"
    "refused or a file not read (goes before 1), 4 usage, 5 internal, 130 Ctrl-C.\n",
    run_run};
