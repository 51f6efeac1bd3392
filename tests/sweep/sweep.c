/* The allocation sweep: each public call with its n-th allocation failing, for every n until it needs no more; once
 * alone, and every seventh with all that follow. Whatever fails, nothing crashes, nothing leaks, and what is said to
 * have succeeded is what it would have been. malloc, calloc, realloc and free are this program's own (failing.c), for
 * the libraries too. One `ok` or `not ok` a call. Runs in the root. */
#include "edict_compile.h"
#include "tests/sweep/failing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a call put or answered, told by its length and a sum of its bytes: no memory is needed to compare it. */
struct trace { size_t size; unsigned long long sum; };

static void trace_put(void *context, const char *bytes, size_t size)
{
    struct trace *t = context;
    for (size_t i = 0; i < size; i++)
        t->sum = (t->sum ^ (unsigned char)bytes[i]) * 1099511628211u;
    t->size += size;
}

static void trace_text(struct trace *t, const char *text)
{
    trace_put(t, text ? text : "(none)", text ? strlen(text) : 6);
}

static const char *failing;    /* what went wrong, or NULL */

static void wrong(const char *what)
{
    static char kept[320];    /* an error's message does not outlive its call */
    if (failing)
        return;
    snprintf(kept, sizeof kept, "%s", what);
    failing = kept;
}

/* 1: the call succeeded. An error must be of memory, and say so. */
static int good(edict_status status, const edict_error *error)
{
    if (status == EDICT_OK)
        return 1;
    if (status != EDICT_MEMORY)
        wrong(error->message[0] ? error->message : "a status that is not EDICT_MEMORY");
    else if (!error->message[0] || error->status != EDICT_MEMORY)
        wrong("EDICT_MEMORY without a message");
    return 0;
}

static const char *const pack = "tests/sweep/sweep.edict", *const mistakes = "tests/sweep/mistakes.edict";
static const char *const files = "tests/sweep/files.edict";
static char encounters[8][2048], held[8][2048];
static size_t encounter_count, held_count;
static edict_program *program, *held_program;    /* of pack and of held.edict, made without failures */
static unsigned char *image, *held_image;
static size_t image_size, held_size;
static char *source;

/* The calls. Each does its work from nothing to nothing and gives 1 where all of it succeeded. */

static int do_compile(const char *path, struct trace *t)
{
    edict_compilation *c = NULL;
    edict_error error = {0};
    size_t size = 0;
    const int done = good(edict_compile(path, NULL, &c, &error), &error);
    if (done) {
        const void *made = edict_compilation_image(c, &size);
        if (made)
            trace_put(t, made, size);
        t->sum += edict_compilation_errors(c) * 1000 + edict_compilation_warnings(c);
        t->sum += (unsigned long long)edict_compilation_took(c, 0);
        trace_text(t, edict_compilation_base(c));
    } else if (c) {
        wrong("a compilation in spite of an error");
    }
    edict_compilation_free(c);
    return done;
}

static int call_compile(struct trace *t) { return do_compile(pack, t); }
static int call_compile_mistakes(struct trace *t) { return do_compile(mistakes, t); }
static int call_compile_files(struct trace *t) { return do_compile(files, t); }

static int call_report(struct trace *t)
{
    edict_compilation *c = NULL;
    edict_error error = {0};
    struct trace text = {0, 0};
    const int done = good(edict_compile(mistakes, NULL, &c, &error), &error);
    if (done) {
        edict_compilation_report(c, 1, trace_put, &text);
        edict_compilation_report_json(c, trace_put, &text);
        if (!failing_now)
            *t = text;
    }
    edict_compilation_free(c);
    return 0;    /* what is put in want of memory may be short: only that it ends well is asked */
}

static void test_put(void *context, const edict_test *test)
{
    trace_text(context, test->name);
    trace_text(context, test->passed ? "passed" : test->got);
}

static int call_test(struct trace *t)
{
    edict_compilation *c = NULL;
    edict_error error = {0};
    struct trace text = {0, 0};
    if (good(edict_compile(pack, NULL, &c, &error), &error))
        edict_compilation_test(c, NULL, test_put, &text);
    if (!failing_now)
        *t = text;
    edict_compilation_free(c);
    return 0;
}

static int call_items(struct trace *t)
{
    edict_compilation *c = NULL;
    edict_error error = {0};
    const edict_item *items = NULL;
    size_t count = 0;
    int done = good(edict_compile(pack, NULL, &c, &error), &error);
    if (done) {
        const edict_status status = edict_compilation_items(c, &items, &count);
        done = status == EDICT_OK;
        if (status != EDICT_OK && status != EDICT_MEMORY)
            wrong("items: a status that is not EDICT_MEMORY");
        for (size_t i = 0; done && i < count; i++)
            trace_text(t, items[i].name);
    }
    edict_compilation_free(c);
    return done;
}

static int call_format(struct trace *t)
{
    struct trace text = {0, 0};
    const edict_status status = edict_format("sweep.edict", source, strlen(source), trace_put, &text);
    if (status == EDICT_OK)
        *t = text;
    else if (status != EDICT_MEMORY)
        wrong("format: a status that is not EDICT_MEMORY");
    return status == EDICT_OK;
}

static int call_diff(struct trace *t)
{
    edict_difference *d = NULL;
    edict_error error = {0};
    edict_change change;
    const unsigned first = 0, *needed;
    size_t size = 0;
    const void *made;
    int done = good(edict_diff("tests/sweep/files_before.edict", files, NULL, &d, &error), &error);
    for (unsigned i = 0; done && edict_difference_change(d, i, &change); i++)
        trace_text(t, change.words);
    if (done) {
        struct trace rows = {0, 0};    /* short in want of memory */
        for (unsigned i = 0; edict_difference_change(d, i, &change); i++)
            edict_difference_rows(d, i, trace_put, &rows);
        if ((made = edict_difference_old(d, &size)))
            trace_put(t, made, size);
        if ((made = edict_difference_new(d, &size)))
            trace_put(t, made, size);
        t->sum += (unsigned long long)edict_difference_same(d);
        const edict_status status = edict_difference_image(d, &first, 1, &made, &size, &error);
        done = status == EDICT_RULES || good(status, &error);
        done &= edict_difference_needed(d, &first, 1, &needed) > 0;
    }
    edict_difference_free(d);
    return done;
}

/* What needs no memory at all. */
static int call_ask(struct trace *t)
{
    char hash[33];
    const char *values, *name;
    trace_text(t, edict_program_pack(program));
    trace_text(t, edict_program_version(program));
    trace_text(t, edict_program_title(program));
    for (unsigned i = 0; (name = edict_program_table(program, i, hash)); i++)
        trace_text(t, name);
    for (unsigned i = 0; (name = edict_program_policy(program, i, &values)); i++) {
        trace_text(t, name);
        trace_text(t, edict_program_policy_value(program, i));
    }
    if (!edict_program_intact(program))
        wrong("intact");
    if (edict_explain("E303") == NULL || edict_explanation_at(0) == NULL)
        wrong("explain");
    return 1;
}

static int call_load(struct trace *t)
{
    edict_program *p = NULL;
    edict_error error = {0};
    const int done = good(edict_program_load(image, image_size, &p, &error), &error);
    if (done)
        trace_text(t, edict_program_image(p));
    if (done && edict_program_check(p, &error) != EDICT_OK)
        wrong("check");
    edict_program_free(p);
    return done;
}

static int call_view(struct trace *t)
{
    edict_program *p = NULL;
    edict_error error = {0};
    const int done = good(edict_program_view(image, image_size, &p, &error), &error);
    if (done)
        trace_text(t, edict_program_image(p));
    edict_program_free(p);
    return done;
}

static int call_open(struct trace *t)
{
    edict_program *p = NULL;
    edict_error error = {0};
    const int done = good(edict_program_open("tests/sweep/sweep.edx", &p, &error), &error);
    if (done)
        trace_text(t, edict_program_rules(p));
    edict_program_free(p);
    return done;
}

static int call_list(struct trace *t)
{
    struct trace text = {0, 0};
    edict_program_list(program, trace_put, &text);
    edict_program_schema(program, trace_put, &text);
    edict_program_cost(program, trace_put, &text);
    if (!failing_now)
        *t = text;
    return 0;
}

static struct trace answers[8];    /* of the encounters, where nothing fails */

/* One evaluator over all encounters. One that failed goes on with the next, but for the last, which takes long: nothing
 * else is lost, and its answers are the same. */
static int do_evaluate(struct trace *t, int again)
{
    const edict_evaluator_options options = {.show_values = 1};
    edict_evaluator *e = NULL;
    edict_error error = {0};
    int done = good(edict_evaluator_new(program, &options, &e, &error), &error);
    if (done)
        done = good(edict_evaluator_set(e, "billed", "no", &error), &error);
    const int set = done;
    for (size_t i = 0; e && i < encounter_count * (again ? 2u : 1u); i++) {
        const size_t number = i % encounter_count;
        const char *json = encounters[number];
        edict_answer answer = {0};
        edict_charge charge;
        edict_finding finding;
        if ((!done || again) && number + 1 == encounter_count)
            continue;
        edict_answers(e, json, strlen(json));
        if (again)
            edict_evaluate_ahead(e, (const edict_encounter[2]){{json, strlen(json)}, {json, strlen(json)}}, 2);
        const edict_status status = edict_evaluate(e, json, strlen(json), 1, &answer, &error);
        if (status == EDICT_MEMORY) {
            good(status, &error);
            done = 0;
            continue;
        }
        struct trace told = {0, 0};
        trace_put(&told, answer.json, answer.size);
        if (!failing_now)
            answers[number] = told;
        else if (set && (told.size != answers[number].size || told.sum != answers[number].sum))
            wrong("an encounter has another answer");
        t->size += told.size;
        t->sum = t->sum * 31 + told.sum;
        size_t seen = 0;    /* these end early where there is no memory: only that they end well is asked */
        for (unsigned k = 0; edict_charge_at(e, k, &charge); k++)
            seen += strlen(charge.code);
        for (unsigned k = 0; edict_finding_at(e, k, &finding); k++)
            seen += strlen(finding.kind);
        for (const char *key; (key = edict_unknown_key(e));)
            seen += strlen(key);
        seen += edict_evaluator_allocations(e) + edict_evaluator_dispatches(e);
        (void)seen;
    }
    edict_evaluator_free(e);
    return done;
}

static int call_evaluate(struct trace *t) { return do_evaluate(t, 0); }
static int call_evaluate_twice(struct trace *t) { return do_evaluate(t, 1); }

static const char *held_now;    /* of held */

/* A new evaluator for one held encounter: its first allocations are those of the reasons and worlds. It is read ahead
 * with itself, so that the first answer comes from a second evaluator. */
static int call_evaluate_held(struct trace *t)
{
    const edict_encounter pair[2] = {{held_now, strlen(held_now)}, {held_now, strlen(held_now)}};
    static struct trace right;
    edict_evaluator *e = NULL;
    edict_error error = {0};
    int done = good(edict_evaluator_new(held_program, NULL, &e, &error), &error);
    if (done)
        edict_evaluate_ahead(e, pair, 2);
    for (int k = 0; e && k < 2; k++) {
        edict_answer answer = {0};
        struct trace told = {0, 0};
        if (!good(edict_evaluate(e, held_now, pair->size, 0, &answer, &error), &error)) {
            done = 0;
            continue;
        }
        trace_put(&told, answer.json, answer.size);
        if (!failing_now)
            right = told;
        else if (told.size != right.size || told.sum != right.sum)
            wrong("a held encounter has another answer");
        t->sum = t->sum * 31 + told.sum;
        t->size += told.size;
    }
    edict_evaluator_free(e);
    return done;
}

/* Does the call with what fails now, and compares. */
static void attempt(int (*call)(struct trace *t), const struct trace *wanted)
{
    struct trace got = {0, 0};
    const long kept = live;
    const int done = call(&got);
    failing_end();
    if (live != kept)
        wrong("it leaks");
    if (done && (got.size != wanted->size || got.sum != wanted->sum))
        wrong("it succeeded with something else");
}

static void sweep(const char *name, int (*call)(struct trace *t))
{
    struct trace wanted = {0, 0};
    failing = NULL;
    failing_begin(0, 0);
    const long before = live;
    call(&wanted);
    const unsigned long needs = asked;
    unsigned long n = 0;
    failing_end();
    fflush(stdout);
    if (live != before)
        wrong("it leaks, also when nothing fails");
    for (int all = 0; all < 2; all++)
        for (unsigned long i = 1; i <= needs && !failing; i += all ? 7 : 1) {
            n = i;
            failing_begin(n, all ? (unsigned long)-1 : n);
            attempt(call, &wanted);
        }
    if (failing)
        printf("not ok - %s, allocation %lu of %lu: %s\n", name, n, needs, failing);
    else
        printf("ok - %s: %lu allocations, each failed alone, every seventh with all behind it\n", name, needs);
    fflush(stdout);
}

static char *file_whole(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *bytes = calloc(1, 1 << 16);
    if (!f || !bytes || !fread(bytes, 1, (1 << 16) - 1, f)) {
        printf("not ok - %s cannot be read\n", path);
        exit(1);
    }
    fclose(f);
    return bytes;
}

static size_t lines_read(const char *path, char (*lines)[2048], size_t most)
{
    size_t count = 0;
    FILE *f = fopen(path, "r");
    while (f && count < most && fgets(lines[count], sizeof *lines, f))
        count++;
    if (f)
        fclose(f);
    return count;
}

/* The pack compiled and opened, without failures. Ends the program where that is not possible. */
static unsigned char *image_made(const char *path, size_t *size, edict_program **p)
{
    edict_compilation *c = NULL;
    edict_error error = {0};
    const void *made = edict_compile(path, NULL, &c, &error) == EDICT_OK ? edict_compilation_image(c, size) : NULL;
    unsigned char *copy = made ? malloc(*size) : NULL;
    if (copy)
        memcpy(copy, made, *size);
    edict_compilation_free(c);
    if (copy && edict_program_load(copy, *size, p, &error) == EDICT_OK)
        return copy;
    printf("not ok - %s does not compile: %s\n", path, error.message);
    exit(1);
}

int main(void)
{
    encounter_count = lines_read("tests/sweep/sweep.ndjson", encounters, sizeof encounters / sizeof *encounters);
    held_count = lines_read("tests/sweep/held.ndjson", held, sizeof held / sizeof *held);
    source = file_whole(pack);
    image = image_made(pack, &image_size, &program);
    held_image = image_made("tests/sweep/held.edict", &held_size, &held_program);
    FILE *f = fopen("tests/sweep/sweep.edx", "wb");
    if (!encounter_count || !held_count || !f || fwrite(image, 1, image_size, f) != image_size || fclose(f) != 0) {
        printf("not ok - no encounters, or sweep.edx cannot be written\n");
        return 1;
    }
    sweep("compile", call_compile);
    sweep("compile rules with mistakes", call_compile_mistakes);
    sweep("compile tables from files", call_compile_files);
    sweep("report", call_report);
    sweep("test", call_test);
    sweep("items", call_items);
    sweep("format", call_format);
    sweep("diff", call_diff);
    sweep("ask a program", call_ask);
    sweep("load and check", call_load);
    sweep("view", call_view);
    sweep("open", call_open);
    sweep("list, schema, cost", call_list);
    sweep("evaluate", call_evaluate);
    sweep("evaluate again", call_evaluate_twice);
    for (size_t i = 0; i < held_count; i++) {
        held_now = held[i];
        sweep("evaluate what is held", call_evaluate_held);
    }
    remove("tests/sweep/sweep.edx");
    edict_program_free(program);
    edict_program_free(held_program);
    free(image);
    free(held_image);
    free(source);
    return 0;
}
