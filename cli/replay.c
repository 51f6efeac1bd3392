/* edict replay: archived answers made again from encounters and image, byte for byte; and what another pack says. */
#include "corpus.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPLAY_IMAGE = 1, REPLAY_WITH, REPLAY_SET, REPLAY_ALL, REPLAY_THREADS, REPLAY_QUIET };
static const struct option replay_options[] = {
    {"image", 0, "FILE", REPLAY_IMAGE}, {"with", 0, "PACK", REPLAY_WITH}, {"set", 's', "POLICY=VALUE", REPLAY_SET},
    {"all", 'a', NULL, REPLAY_ALL}, {"threads", 0, "N", REPLAY_THREADS}, {"quiet", 'q', NULL, REPLAY_QUIET},
    OPTION_COMMON, OPTION_PACKS, OPTION_LAST};

struct replay {
    struct options options;
    struct pack *images;
    size_t image_count;
    struct evaluators of;
    const char *with;                     /* a pack to compare with, or NULL */
    struct corpus corpus;                 /* of it: attribution, and the words of causes */
    struct corpus_job job;
    struct reader answers;
    uint64_t made, same, other, skipped, now_other, told, rest;
    unsigned threads;
    int quiet, all, ended;
};
struct worker {
    const struct replay *replay;
    edict_evaluator **evaluators;
    struct attributor *attributor;
    struct both both;
    struct attributed cause;
    struct text old, now;
};

/* ---- in any thread */

static void worker_close(void *context)
{
    struct worker *w = context;
    evaluators_close(&w->replay->of, w->evaluators);
    attributor_free(w->attributor);
    outcome_free(&w->both.old_outcome);
    outcome_free(&w->both.now_outcome);
    free(w->cause.changes);
    free(w->old.bytes);
    free(w->now.bytes);
    free(w);
}

static void *worker_open(void *context)
{
    struct replay *r = context;
    struct worker *w = calloc(1, sizeof *w);
    int exit;
    if (!w)
        return NULL;
    w->replay = r;
    w->evaluators = evaluators_open(&r->of, &exit);
    if (exit == EXIT_FINE && r->with)
        w->attributor = attributor_new(r->corpus.attribution);
    if (exit == EXIT_FINE && (!r->with || w->attributor))
        return w;
    worker_close(w);
    return NULL;
}

/* What the pack of --with says: nothing when it says the same, else the two outcomes and the cause, zero-terminated. */
static int with_put(struct worker *w, const struct pool_item *item, struct text *aside)
{
    int different = attributor_compare(w->attributor, item->bytes, item->size, &w->both);
    if (different <= 0)
        return different;
    if (attributor_find(w->attributor, item->bytes, item->size, &w->both, &w->cause) != 0)
        return -1;
    w->old.size = w->now.size = 0;
    outcome_put(&w->both.old_outcome, &w->old);
    outcome_put(&w->both.now_outcome, &w->now);
    char *words = cause_words(&w->replay->corpus, &w->cause, "->");
    if (!words)
        return -1;
    text_put(aside, w->old.bytes, w->old.size + 1);
    text_put(aside, w->now.bytes, w->now.size + 1);
    text_put(aside, words, strlen(words) + 1);
    free(words);
    return 0;
}

/* The answers of all images, a line each. */
static int encounter_work(void *context, void *state, struct pool_item *item, struct text *answer, struct text *aside)
{
    const struct replay *r = context;
    struct worker *w = state;
    for (size_t i = 0; i < r->image_count && !item->too_long; i++) {
        edict_answer made = {0};
        edict_error error = {0};
        edict_status status =
            edict_evaluate(w->evaluators[i], item->bytes, item->size, item->line, &made, &error);
        if (status != EDICT_OK && status != EDICT_INPUT && status != EDICT_LIMIT && status != EDICT_RANGE)
            return EXIT_INTERNAL;
        text_put(answer, made.json, made.size);
        text_put(answer, "\n", 1);
    }
    return !item->too_long && r->with && with_put(w, item, aside) != 0 ? EXIT_INTERNAL : EXIT_FINE;
}

/* ---- in order: against the archive */

static json_t *id_of(json_t *answer)
{
    json_t *id = json_object_get(answer, "encounter");
    return json_is_string(id) || json_is_integer(id) ? id : NULL;
}

static void name_put(struct text *to, json_t *answer, const struct pool_item *item)
{
    char number[40];
    json_t *id = id_of(answer);
    snprintf(number, sizeof number, "encounter on line %" PRIu64, item->line);
    char *text = json_is_integer(id) ? json_dumps(id, JSON_ENCODE_ANY) : NULL;
    const char *name = json_is_string(id) ? json_string_value(id) : text ? text : number;
    for (const char *c = name; *c; c++)
        text_put(to, (unsigned char)*c < ' ' || *c == 0x7f ? "?" : c, 1);
    free(text);
}

/* The parts of the answer that are not as they were, by their keys. */
static void parts_put(struct text *to, json_t *was, json_t *is)
{
    const char *key;
    json_t *value;
    size_t count = 0;
    json_object_foreach(was, key, value)
        if (!json_equal(value, json_object_get(is, key))) {
            text_put(to, count ? ", " : "", count ? 2 : 0);
            text_put(to, key, strlen(key));
            count++;
        }
    json_object_foreach(is, key, value)
        if (!json_object_get(was, key)) {
            text_put(to, count ? ", " : "", count ? 2 : 0);
            text_put(to, key, strlen(key));
            count++;
        }
    if (!count)
        text_put(to, "the way it is written", 21);
}

static void outcome_line(struct text *to, const char *json, size_t size)
{
    struct outcome o = {0};
    if (outcome_read(&o, json, size) == 0)
        outcome_put(&o, to);
    else
        text_put(to, "no answer", 9);
    text_put(to, "", 0);
    outcome_free(&o);
}

/* The elements of an outcome that the other one has not. */
static void elements_print(const char *outcome, const char *other, const char *mark)
{
    for (const char *at = strchr(outcome, ' '); at && *at;) {
        at += *at == ' ';
        const char *end = strstr(at, "; ");
        char *one = strndup(at, end ? (size_t)(end - at) : strlen(at));
        if (one && !outcome_has(other, one))
            output_print(output_standard(), "  %s %s\n", mark, one);
        free(one);
        at = end ? end + 1 : NULL;
    }
}

/* One thing told of one encounter: text, or a line of JSON. */
static void tell(struct replay *r, const char *what, const char *name, uint64_t line, const char *why, const char *was,
                 const char *is)
{
    enum { TOLD = 20 };
    struct output *out = output_standard();
    if (r->options.json) {
        output_json(out, json_pack("{s:s,s:o,s:I,s:o,s:o,s:o}", "result", what, "encounter", json_text(name), "line",
                                   (json_int_t)line, "why", json_text(why), "old", json_text(was), "new",
                                   json_text(is)));
        return;
    }
    if (!r->all && r->told >= TOLD) {
        r->rest++;
        return;
    }
    r->told++;
    output_print(out, "%s (line %" PRIu64 "): %s\n  by %s\n", name, line, what, why);
    size_t status = strcspn(was, " ");
    if (status != strcspn(is, " ") || strncmp(was, is, status) != 0)
        output_print(out, "  %.*s -> %.*s\n", (int)status, was, (int)strcspn(is, " "), is);
    elements_print(was, is, "-");
    elements_print(is, was, "+");
}

/* The image that an answer names, among those given; image_count: another one, or none named. */
static size_t image_of(const struct replay *r, json_t *answer)
{
    const char *hash = json_string_value(json_object_get(answer, "image"));
    size_t i = 0;
    if (!hash)
        return json_object_get(answer, "error") ? 0 : r->image_count;
    while (i < r->image_count && strcmp(edict_program_image(r->images[i].program), hash) != 0)
        i++;
    return i;
}

static void archived_compare(struct replay *r, const struct pool_item *item, const char *was, size_t was_size)
{
    json_t *archived = json_loadb(was, was_size, 0, NULL);
    const char *made = item->answer, *code;
    json_t *error = json_object_get(archived, "error");
    size_t image = image_of(r, archived), made_size;
    struct text name = {0}, why = {0}, old = {0}, now = {0};
    text_put(&name, "", 0);
    name_put(&name, archived, item);
    code = json_string_value(json_object_get(error, "code"));
    if (item->too_long || (code && (strcmp(code, "no_pack") == 0 || strcmp(code, "too_long") == 0))) {
        r->skipped++;    /* no image said that */
    } else if (image == r->image_count) {
        const char *hash = json_string_value(json_object_get(archived, "image"));
        text_put(&why, hash ? "made by an image that is not given: " : "no answer of edict", hash ? 36 : 18);
        text_put(&why, hash ? hash : "", hash ? strlen(hash) : 0);
        r->other++;
        tell(r, "cannot be made again", name.bytes, item->line, why.bytes, "", "");
    } else {
        for (size_t i = 0; i < image; i++)
            made += strcspn(made, "\n") + 1;
        made_size = strcspn(made, "\n");
        if (made_size == was_size && memcmp(made, was, was_size) == 0) {
            r->same++;
        } else {
            json_t *again = json_loadb(made, made_size, 0, NULL);
            r->other++;
            parts_put(&why, archived, again);
            outcome_line(&old, was, was_size);
            outcome_line(&now, made, made_size);
            tell(r, "comes out differently", name.bytes, item->line, why.bytes, old.bytes, now.bytes);
            json_decref(again);
        }
    }
    if (item->aside_size) {
        const char *before = item->aside, *after = before + strlen(before) + 1;
        r->now_other++;
        tell(r, "would be another answer now", name.bytes, item->line, after + strlen(after) + 1, before, after);
    }
    free(name.bytes);
    free(why.bytes);
    free(old.bytes);
    free(now.bytes);
    json_decref(archived);
}

static int encounter_take(void *context, const struct pool_item *item)
{
    struct replay *r = context;
    const char *was;
    size_t size;
    uint64_t line;
    enum read_result result = reader_next(&r->answers, &was, &size, &line);
    r->made++;
    if (result == READ_ENCOUNTER)
        archived_compare(r, item, was, size);
    else if (!r->ended++)
        message("%s ends before the encounters do: no answer for line %" PRIu64 " and what follows",
                r->options.words[0], item->line);
    r->other += result != READ_ENCOUNTER;
    return output_standard()->error ? EXIT_INTERNAL : EXIT_FINE;
}

static void replay_flush(void *context)
{
    (void)context;
    output_flush(output_standard());
}

/* ---- the whole */

static int with_open(struct replay *r, edict_difference **difference)
{
    struct search search;
    edict_error error = {0};
    int exit = search_make(&search, &r->options);
    if (exit != EXIT_FINE)
        return exit;
    edict_status status = edict_diff(r->images[0].path, r->with, &search.options, difference, &error);
    search_free(&search);
    if (status != EDICT_OK) {
        message("%s", error.message[0] ? error.message : "the image and the pack cannot be compared");
        return status_exit(status);
    }
    r->job = (struct corpus_job){.command = r->of.command, .difference = *difference, .of = r->of};
    r->job.of.lenient = 1;
    return corpus_open(&r->corpus, &r->job);
}

static void summary_tell(const struct replay *r)
{
    struct output *out = r->options.json ? output_error() : output_standard();
    if (r->rest)
        output_print(out, "and %" PRIu64 " more (--all tells them)\n", r->rest);
    output_print(out, "%" PRIu64 " answers: %" PRIu64 " made again byte for byte, %" PRIu64 " not", r->made, r->same,
                 r->other);
    if (r->skipped)
        output_print(out, ", %" PRIu64 " that no image made (no pack, too long)", r->skipped);
    output_text(out, "\n");
    if (r->with)
        output_print(out, "%s: %" PRIu64 " would be another answer now\n", r->with, r->now_other);
}

static int replay_all(struct replay *r)
{
    const struct pool_jobs jobs = {.context = r, .worker_open = worker_open, .worker_close = worker_close,
                                   .work = encounter_work, .take = encounter_take, .flush = replay_flush,
                                   .threads = r->threads, .quiet = r->quiet};
    const char *answers = r->options.words[0], *was;
    size_t size;
    uint64_t line;
    int exit;
    edict_evaluator **tried = evaluators_open(&r->of, &exit);
    evaluators_close(&r->of, tried);
    if (exit != EXIT_FINE)
        return exit;
    if (reader_open(&r->answers, answers) != 0) {
        message("%s: %s", answers, strerror(errno));
        return EXIT_INPUT;
    }
    exit = pool_run(&jobs, r->options.words + 1, r->options.word_count - 1);
    if (exit == EXIT_FINE && !r->ended && reader_next(&r->answers, &was, &size, &line) == READ_ENCOUNTER) {
        message("%s:%" PRIu64 ": more answers than encounters", answers, line);
        exit = EXIT_INPUT;
    }
    reader_close(&r->answers);
    if (exit == EXIT_FINE || exit == EXIT_INPUT)
        summary_tell(r);
    return exit == EXIT_FINE && r->other ? EXIT_FINDINGS : exit;
}

static int replay_arguments(struct replay *r)
{
    struct options *o = &r->options;
    const struct command *command = r->of.command;
    int id, exit = EXIT_FINE;
    while (exit == EXIT_FINE && (id = options_next(o)) != OPTION_END) {
        switch (id) {
        case REPLAY_IMAGE: exit = pack_open(&r->images[r->image_count++], o->value, o, PACK_ERRORS); break;
        case REPLAY_WITH: r->with = o->value; break;
        case REPLAY_SET: r->of.sets[r->of.set_count++] = o->value; break;
        case REPLAY_ALL: r->all = 1; break;
        case REPLAY_THREADS: exit = pool_threads_take(command, o->value, &r->threads); break;
        case REPLAY_QUIET: r->quiet = 1; break;
        default: exit = EXIT_USAGE;
        }
    }
    r->of.pack_count = r->image_count;
    if (exit != EXIT_FINE)
        return exit;
    if (o->word_count < 2)
        return usage_error(command, o->word_count ? "no encounters given" : "no answers given");
    if (!r->image_count)
        return usage_error(command, "say with --image what made the answers");
    if (r->with && r->image_count > 1)
        return usage_error(command, "--with compares one --image with a pack");
    return EXIT_FINE;
}

static int replay_run(const struct command *command, int argc, char **argv)
{
    struct replay r = {.threads = pool_cores()};
    edict_difference *difference = NULL;
    size_t room = (size_t)argc + 1;
    int exit = options_start(&r.options, command, replay_options, argc, argv);
    if (exit != EXIT_FINE)
        return exit;
    r.images = calloc(room, sizeof *r.images);
    r.of = (struct evaluators){.command = command, .packs = r.images, .sets = calloc(room, sizeof(char *))};
    exit = r.images && r.of.sets ? replay_arguments(&r) : EXIT_INTERNAL;
    if (exit == EXIT_FINE && r.with)
        exit = with_open(&r, &difference);
    if (exit == EXIT_FINE)
        exit = replay_all(&r);
    corpus_free(&r.corpus);
    edict_difference_free(difference);
    for (size_t i = 0; r.images && i < r.image_count; i++)
        pack_close(&r.images[i]);
    free(r.images);
    free(r.of.sets);
    options_free(&r.options);
    return exit;
}

const struct command command_replay = {
    "replay", "make archived answers again, and say what would be other now",
    "Usage: edict replay ANSWERS ENCOUNTERS... --image FILE [OPTION]...\n"
    "\n"
    "Answers the encounters again with the image that made the archived answers\n"
    "(each names it) and compares byte for byte. ANSWERS holds one answer for each\n"
    "encounter in their order, as `edict run` wrote them. Of several images each\n"
    "answer is made again by the one it names.\n"
    "\n"
    "      --image FILE        the image (or source) of that time; repeatable\n"
    "      --with PACK         also say which answers PACK would give instead, and by\n"
    "                          which change of the rules\n"
    "  -s, --set POLICY=VALUE  as it was set then; repeatable\n"
    "  -a, --all               tell every difference, not the first 20\n"
    "      --format text|json  json: one difference a line\n"
    "      --threads N         as many as cores if not given\n"
    "      --color WHEN        always, never, auto (terminal, and NO_COLOR not set)\n"
    "  -I, --search DIR        where base packs are looked for; repeatable\n"
    "  -q, --quiet             no remarks on standard error\n"
    "\n"
    "  edict replay may.answers may.ndjson --image may.edx --with rules/office.edict\n"
    "\n"
    "Exit status: 0 all are made again (whatever --with says), 1 some are not, 2 bad\n"
    "rules or image, 3 a file could not be read or answers and encounters do not go\n"
    "together, 4 usage, 5 internal, 130 Ctrl-C.\n",
    replay_run};
