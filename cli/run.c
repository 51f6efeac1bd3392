/* edict run: encounters in, one answer a line out, a summary on standard error. */
#include "pool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUN_SET = 1, RUN_FAIL_ON, RUN_STRICT, RUN_SHOW_VALUES, RUN_PRETTY, RUN_ASCII, RUN_QUIET, RUN_THREADS,
    RUN_SIGNED, RUN_ERRORS };
static const struct option run_options[] = {
    {"set", 's', "POLICY=VALUE", RUN_SET}, {"fail-on", 0, "KIND,...", RUN_FAIL_ON}, {"strict", 0, NULL, RUN_STRICT},
    {"show-values", 0, NULL, RUN_SHOW_VALUES}, {"pretty", 'p', NULL, RUN_PRETTY}, {"ascii", 0, NULL, RUN_ASCII},
    {"threads", 0, "N", RUN_THREADS}, {"quiet", 'q', NULL, RUN_QUIET}, {"require-signed", 0, "KEYRING", RUN_SIGNED},
    {"errors", 'e', "FILE", RUN_ERRORS}, OPTION_COMMON, OPTION_PACKS, OPTION_TABLES, OPTION_LAST};
static const char *const kind_names[EDICT_KINDS] = {"deny", "change", "missing", "hold", "review", "note"};

struct run {
    const struct command *command;
    struct options options;
    struct output *out;
    struct pack *packs;
    struct evaluators of;
    int fail_on[EDICT_KINDS];
    int pretty, quiet, progress, pages;
    unsigned threads;
    struct page page;
    const char *keyring;                /* --require-signed */
    const char *errors_path;            /* --errors */
    struct output *errors;              /* NULL: not asked for */
    uint64_t answered, held, no_rules, refused, failing;
    struct timespec began, shown;
    struct text keys;                   /* unknown keys told of this file: pack, key, zero … */
    size_t keys_file;
};

/* What one encounter came to: the mark of its pool_item. */
enum { MARK_ANSWERED = 1, MARK_HELD = 2, MARK_NO_RULES = 4, MARK_REFUSED = 8, MARK_FAILING = 16, MARK_FATAL = 32 };

/* Progress and summary */

static double seconds_since(const struct timespec *then)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

static void progress_show(void *context, const char *file, int percent)
{
    struct run *run = context;
    if (!run->progress || seconds_since(&run->began) < 1 || seconds_since(&run->shown) < 0.2)
        return;
    clock_gettime(CLOCK_MONOTONIC, &run->shown);
    fprintf(stderr, "\r\033[K%s: %llu answered, %llu refused", file, (unsigned long long)run->answered,
            (unsigned long long)run->refused);
    if (percent >= 0)
        fprintf(stderr, ", %d %%", percent);
    run->progress = 2;
}

static void progress_clear(void *context)
{
    struct run *run = context;
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

/* Working on an encounter: in any thread */

struct worker {
    const struct evaluators *of;
    edict_evaluator **evaluators;
    size_t file;
};

static void *worker_open(void *context)
{
    struct run *run = context;
    struct worker *worker = calloc(1, sizeof *worker);
    if (worker)
        *worker = (struct worker){.of = &run->of};
    return worker;
}

static void worker_close(void *context)
{
    struct worker *worker = context;
    evaluators_close(worker->of, worker->evaluators);
    free(worker);
}

/* Evaluators are made anew for each file: they report each unknown key once. */
static int worker_evaluators(struct worker *worker, size_t file)
{
    int exit = EXIT_FINE;
    if (worker->evaluators && worker->file == file)
        return EXIT_FINE;
    evaluators_close(worker->of, worker->evaluators);
    worker->evaluators = evaluators_open(worker->of, &exit);
    worker->file = file;
    return exit;
}

/* An error object of the contract for what the library never saw. */
static void refusal_put(struct text *to, const char *code, const char *text, const char *expected, uint64_t line)
{
    json_t *object = json_pack("{s:{s:s,s:s,s:s,s:s,s:s},s:I,s:i}", "error", "code", code, "message", text, "pointer",
                               "", "expected", expected, "found", "", "line", (json_int_t)line, "offset", 0);
    char *json = object ? json_dumps(object, 0) : NULL;
    if (json)
        text_put(to, json, strlen(json));
    else
        to->failed = 1;
    free(json);
    json_decref(object);
}

/* The first pack that answers; the first one too for what is no encounter: its evaluator says why. */
static size_t pack_choose(const struct worker *worker, const char *json, size_t size)
{
    for (size_t p = 0; worker->of->pack_count > 1 && p < worker->of->pack_count; p++) {
        int answers = edict_answers(worker->evaluators[p], json, size);
        if (answers)
            return answers > 0 ? p : 0;
    }
    return worker->of->pack_count > 1 ? worker->of->pack_count : 0;
}

static size_t encounters_ahead(void *context, void *state, const struct pool_item *const *items, size_t count)
{
    struct worker *worker = state;
    edict_encounter encounters[POOL_AHEAD];
    (void)context;
    if (worker->of->pack_count != 1 || worker_evaluators(worker, items[0]->file) != EXIT_FINE)
        return count;
    for (size_t i = 0; i < count; i++)
        encounters[i] = (edict_encounter){items[i]->bytes, items[i]->size};
    return edict_evaluate_ahead(worker->evaluators[0], encounters, count);
}

/* The answer goes to `answer_text`; unknown keys, a line each behind the number of the pack, or a fatal message go to
 * `aside`. */
static int encounter_work(void *context, void *state, struct pool_item *item, struct text *answer_text,
                          struct text *aside)
{
    const struct run *run = context;
    struct worker *worker = state;
    edict_answer answer;
    edict_error error;  /* both are the evaluator's to fill */
    const char *key;
    char number[24];
    int exit = worker_evaluators(worker, item->file);
    if (exit != EXIT_FINE)
        return exit;
    item->mark = MARK_REFUSED;
    if (item->too_long) {
        refusal_put(answer_text, "too_long", "the encounter is too long", "at most 16 MiB", item->line);
        return EXIT_FINE;
    }
    size_t pack = pack_choose(worker, item->bytes, item->size);
    if (pack == worker->of->pack_count) {
        refusal_put(answer_text, "no_pack", "none of the packs given answers this encounter", "", item->line);
        return EXIT_FINE;
    }
    edict_evaluator *evaluator = worker->evaluators[pack];
    edict_status status = edict_evaluate(evaluator, item->bytes, item->size, item->line, &answer, &error);
    if (status == EDICT_OK) {
        int failing = run->fail_on[EDICT_HOLD] && answer.held;
        for (int kind = 0; kind < EDICT_KINDS; kind++)
            failing |= run->fail_on[kind] && answer.findings[kind];
        item->mark = MARK_ANSWERED | (answer.held ? MARK_HELD : 0U) | (answer.no_rules ? MARK_NO_RULES : 0U) |
                     (failing ? MARK_FAILING : 0U);
    } else if (status != EDICT_INPUT && status != EDICT_LIMIT && status != EDICT_RANGE) {
        item->mark = MARK_FATAL;
        text_put(aside, error.message, strlen(error.message));
        return EXIT_FINE;    /* said and ended where it is taken */
    }
    text_put(answer_text, answer.json, answer.size);
    while (!run->quiet && (key = edict_unknown_key(evaluator))) {
        snprintf(number, sizeof number, "%zu ", pack);
        text_put(aside, number, strlen(number));
        text_put(aside, key, strlen(key));
        text_put(aside, "\n", 1);
    }
    return EXIT_FINE;
}

/* Taking what came of it: in one thread, in order */

/* Each worker tells each key of a file once, and so many of them; the same holds of all workers together. */
static int key_is_new(struct run *run, const char *key, size_t size)
{
    enum { KEYS_MAX = 1024 };
    size_t pack = strcspn(key, " ") + 1, count = 0;
    for (size_t at = 0; at < run->keys.size; at += strlen(run->keys.bytes + at) + 1) {
        const char *told = run->keys.bytes + at;
        if (strlen(told) == size && memcmp(told, key, size) == 0)
            return 0;
        count += memcmp(told, key, pack) == 0;
    }
    if (count >= KEYS_MAX)
        return 0;
    text_put(&run->keys, key, size);
    text_put(&run->keys, "", 1);
    return 1;
}

static void keys_tell(struct run *run, const struct pool_item *item)
{
    const char *file = pool_file_name(run->options.words[item->file]), *at = item->aside;
    const char *end = at + item->aside_size;
    if (run->keys_file != item->file)
        run->keys.size = 0;
    run->keys_file = item->file;
    for (const char *stop; at < end; at = stop + 1) {
        stop = memchr(at, '\n', (size_t)(end - at));
        if (!key_is_new(run, at, (size_t)(stop - at)))
            continue;
        const char *key = at + strcspn(at, " ") + 1;
        progress_clear(run);
        message("%s:%llu: warning: unknown key \"%.*s\" is ignored", file, (unsigned long long)item->line,
                (int)(stop - key), key);
    }
}

/* --errors: a refused encounter as it came; one that is too long comes in pieces before it is taken. */
static void refused_over(void *context, const char *bytes, size_t size)
{
    struct run *run = context;
    output_put(run->errors, bytes, size);
}

static void refused_keep(struct run *run, const struct pool_item *item)
{
    output_put(run->errors, item->bytes, item->size);
    if (!item->size || item->bytes[item->size - 1] != '\n')
        output_put(run->errors, "\n", 1);
}

static int encounter_take(void *context, const struct pool_item *item)
{
    struct run *run = context;
    if (item->mark & MARK_FATAL) {
        message("%s:%llu: %.*s", pool_file_name(run->options.words[item->file]), (unsigned long long)item->line,
                (int)item->aside_size, item->aside);
        return EXIT_INTERNAL;
    }
    run->answered += (item->mark & MARK_ANSWERED) != 0;
    run->held += (item->mark & MARK_HELD) != 0;
    run->no_rules += (item->mark & MARK_NO_RULES) != 0;
    run->refused += (item->mark & MARK_REFUSED) != 0;
    run->failing += (item->mark & MARK_FAILING) != 0;
    if (run->pretty) {
        if (run->pages++)
            output_text(run->out, "\n\n");
        page_print(&run->page, item->bytes, item->size, item->answer, item->answer_size);
    } else {
        output_put(run->out, item->answer, item->answer_size);
        output_put(run->out, "\n", 1);
    }
    if (run->errors && (item->mark & MARK_REFUSED))
        refused_keep(run, item);
    if (item->aside_size)
        keys_tell(run, item);
    /* nobody reads on, or the disk is full */
    return run->out->error || (run->errors && run->errors->error) ? EXIT_INTERNAL : EXIT_FINE;
}

static void run_flush(void *context)
{
    struct run *run = context;
    output_flush(run->out);
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
        case RUN_SET: run->of.sets[run->of.set_count++] = o->value; break;
        case RUN_FAIL_ON: exit = fail_on_take(run, o->value); break;
        case RUN_STRICT: run->of.options.strict = 1; break;
        case RUN_SHOW_VALUES: run->of.options.show_values = 1; break;
        case RUN_PRETTY: run->pretty = 1; break;
        case RUN_ASCII: run->page.ascii = 1; break;
        case RUN_QUIET: run->quiet = 1; break;
        case RUN_THREADS: exit = pool_threads_take(run->command, o->value, &run->threads); break;
        case RUN_SIGNED: run->keyring = o->value; break;
        case RUN_ERRORS: run->errors_path = o->value; break;
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
    size_t kept = 0, packs = 0;
    for (size_t i = 0; i < o->word_count; i++)
        packs += path_is_pack(o->words[i]) != 0;
    if (tables_named(o, packs) != EXIT_FINE)
        return EXIT_USAGE;
    for (size_t i = 0; i < o->word_count; i++) {
        if (!path_is_pack(o->words[i])) {
            o->words[kept++] = o->words[i];
            continue;
        }
        struct pack *pack = &run->packs[run->of.pack_count++];
        int exit = run->keyring ? pack_open_signed(pack, o->words[i], run->keyring)
                                : pack_open(pack, o->words[i], o, PACK_ERRORS);
        if (exit != EXIT_FINE)
            return exit;
    }
    if (!run->of.pack_count)
        return usage_error(run->command, "no pack given: a .edict source or a .edx image");
    if (tables_taken(o) != EXIT_FINE)
        return EXIT_USAGE;
    if (!kept)
        o->words[kept++] = "-";
    *inputs = kept;
    return EXIT_FINE;
}

static int run_files(struct run *run)
{
    const struct pool_jobs jobs = {.context = run, .worker_open = worker_open, .worker_close = worker_close,
                                   .work = encounter_work, .ahead = encounters_ahead,
                                   .take = encounter_take, .flush = run_flush,
                                   .over = run->errors_path ? refused_over : NULL,
                                   .progress = run->progress ? progress_show : NULL,
                                   .progress_clear = progress_clear, .threads = run->threads, .quiet = run->quiet};
    struct replacement *errors = NULL;
    size_t inputs = 0;
    int exit = run_packs(run, &inputs);
    if (exit != EXIT_FINE)
        return exit;
    edict_evaluator **tried = evaluators_open(&run->of, &exit);    /* --set is judged before anything is read */
    evaluators_close(&run->of, tried);
    if (exit != EXIT_FINE)
        return exit;
    if (run->errors_path && !(errors = replacement_open(run->errors_path, 1)))
        return EXIT_INTERNAL;
    run->errors = errors ? replacement_output(errors) : NULL;
    clock_gettime(CLOCK_MONOTONIC, &run->began);
    run->shown = run->began;
    exit = pool_run(&jobs, run->options.words, inputs);
    output_flush(run->out);
    progress_clear(run);
    if (errors && replacement_close(errors, 1) != 0)
        exit = EXIT_INTERNAL;
    if (run->out->error)    /* what could not be written was not answered; main says why */
        return run->out->error == EPIPE ? EXIT_FINE : EXIT_INTERNAL;
    summary_print(run);
    if (exit == EXIT_INTERNAL || exit == EXIT_INTERRUPTED)
        return exit;
    if (run->refused || exit == EXIT_INPUT)
        return EXIT_INPUT;
    return run->failing ? EXIT_FINDINGS : EXIT_FINE;
}

static int run_run(const struct command *command, int argc, char **argv)
{
    struct run run = {.command = command, .out = output_standard(), .threads = pool_cores()};
    size_t room = (size_t)argc + 1;
    int exit = options_start(&run.options, command, run_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    run.packs = calloc(room, sizeof *run.packs);
    run.of.command = command;
    run.of.packs = run.packs;
    run.of.sets = calloc(room, sizeof *run.of.sets);
    exit = run.packs && run.of.sets ? run_arguments(&run) : EXIT_INTERNAL;
    if (exit == EXIT_FINE) {
        run.page.out = run.out;
        run.page.color = terminal_color(1, run.options.color);
        run.page.width = terminal_width(1);
        run.page.ascii |= !terminal_utf8();
        run.progress = terminal_is(2) && !terminal_is(1) && !run.quiet;
        exit = run_files(&run);
    }
    for (size_t p = 0; p < run.of.pack_count; p++)
        pack_close(&run.packs[p]);
    free(run.packs);
    free(run.of.sets);
    free(run.keys.bytes);
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
    "      --threads N         threads that answer; as many as cores if not given\n"
    "  -e, --errors FILE       the refused encounters, as they came, to be corrected\n"
    "      --strict            unknown keys are errors, not warnings\n"
    "      --show-values       errors and warnings may quote the input\n"
    "  -I, --search DIR        where base packs are looked for; repeatable\n"
    "  -t, --table NAME=FILE   rows of a table from files: see edict build --help\n"
    "      --require-signed F  only images signed by a key of keyring F (edict sign)\n"
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
