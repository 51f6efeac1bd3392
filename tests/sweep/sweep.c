/* The allocation sweep: each public call with its n-th allocation failing, for every n until it needs no more; once
 * alone, and every seventh with all that follow. Whatever fails, nothing crashes, nothing leaks, and what is said to
 * have succeeded is what it would have been. malloc, calloc, realloc and free are wrapped by the linker. One `ok`
 * or `not ok` a call. Runs in the root. */
#include "edict_compile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *at, size_t size);
void __real_free(void *at);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *at, size_t size);
void __wrap_free(void *at);

static unsigned long asked, fail_at, fail_to;    /* allocations number fail_at to fail_to fail; counted from 1 */
static long live;

static int refused(void)
{
    if (++asked < fail_at || asked > fail_to)
        return 0;
    errno = ENOMEM;
    return 1;
}

void *__wrap_malloc(size_t size)
{
    void *at = refused() ? NULL : __real_malloc(size);
    live += at != NULL;
    return at;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *at = refused() ? NULL : __real_calloc(count, size);
    live += at != NULL;
    return at;
}

void *__wrap_realloc(void *before, size_t size)
{
    void *at = refused() ? NULL : __real_realloc(before, size);
    live += at != NULL && !before;
    return at;
}

void __wrap_free(void *at)
{
    live -= at != NULL;
    __real_free(at);
}

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
    if (!failing)
        failing = what;
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
static char encounters[8][2048];
static size_t encounter_count;
static edict_program *program;    /* of pack, made without failures */
static unsigned char *image;
static size_t image_size;
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
        if (!fail_at)
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
    if (!fail_at)
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
        const edict_status status = edict_difference_image(d, &first, 1, &made, &size, &error);
        done = status == EDICT_RULES || good(status, &error);
        done &= edict_difference_needed(d, &first, 1, &needed) > 0;
    }
    edict_difference_free(d);
    return done;
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
    if (!fail_at)
        *t = text;
    return 0;
}

/* One evaluator over all encounters. One that failed goes on with the next: nothing else is lost. */
static int do_evaluate(struct trace *t, int again)
{
    const edict_evaluator_options options = {.show_values = 1};
    edict_evaluator *e = NULL;
    edict_error error = {0};
    int done = good(edict_evaluator_new(program, &options, &e, &error), &error);
    if (done)
        good(edict_evaluator_set(e, "billed", "no", &error), &error);
    for (size_t i = 0; e && i < encounter_count * (again ? 2u : 1u); i++) {
        const char *json = encounters[i % encounter_count];
        edict_answer answer = {0};
        edict_charge charge;
        edict_finding finding;
        edict_answers(e, json, strlen(json));
        const edict_status status = edict_evaluate(e, json, strlen(json), 1, &answer, &error);
        if (status == EDICT_MEMORY) {
            good(status, &error);
            done = 0;
            continue;
        }
        trace_put(t, answer.json, answer.size);
        size_t seen = 0;    /* these end early where there is no memory: only that they end well is asked */
        for (unsigned k = 0; edict_charge_at(e, k, &charge); k++)
            seen += strlen(charge.code);
        for (unsigned k = 0; edict_finding_at(e, k, &finding); k++)
            seen += strlen(finding.kind);
        for (const char *key; (key = edict_unknown_key(e));)
            seen += strlen(key);
        (void)seen;
    }
    edict_evaluator_free(e);
    return done;
}

static int call_evaluate(struct trace *t) { return do_evaluate(t, 0); }
static int call_evaluate_twice(struct trace *t) { return do_evaluate(t, 1); }

static void sweep(const char *name, int (*call)(struct trace *t))
{
    struct trace wanted = {0, 0};
    unsigned long n = 0, tried = 0;
    failing = NULL;
    fail_at = fail_to = 0;
    asked = 0;
    const long before = live;
    call(&wanted);
    const unsigned long needs = asked;
    if (live != before)
        wrong("it leaks, also when nothing fails");
    for (int all = 0; all < 2 && !failing; all++)
        for (n = 1; n <= needs && !failing; n += all ? 7 : 1) {
            struct trace got = {0, 0};
            const long kept = live;
            fail_at = n;
            fail_to = all ? (unsigned long)-1 : n;
            asked = 0;
            const int done = call(&got);
            fail_to = 0;
            tried++;
            if (live != kept)
                wrong("it leaks");
            if (done && (got.size != wanted.size || got.sum != wanted.sum))
                wrong("it succeeded with something else");
        }
    if (failing)
        printf("not ok - %s, allocation %lu of %lu: %s\n", name, n - 1, needs, failing);
    else
        printf("ok - %s: %lu allocations, each failed alone, every seventh with all behind it\n", name, needs);
    fflush(stdout);
    fail_at = 0;
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

int main(void)
{
    edict_compilation *c = NULL;
    edict_error error = {0};
    FILE *f = fopen("tests/sweep/sweep.ndjson", "r");
    while (f && encounter_count < 8 && fgets(encounters[encounter_count], sizeof encounters[0], f))
        encounter_count++;
    if (f)
        fclose(f);
    source = file_whole(pack);
    const void *made = NULL;
    if (edict_compile(pack, NULL, &c, &error) == EDICT_OK)
        made = edict_compilation_image(c, &image_size);
    image = made ? malloc(image_size) : NULL;
    if (!image || !encounter_count) {
        printf("not ok - %s does not compile, or has no encounters\n", pack);
        return 1;
    }
    memcpy(image, made, image_size);
    edict_compilation_free(c);
    f = fopen("tests/sweep/sweep.edx", "wb");
    if (!f || fwrite(image, 1, image_size, f) != image_size || fclose(f) != 0 ||
        edict_program_load(image, image_size, &program, &error) != EDICT_OK) {
        printf("not ok - %s\n", error.message);
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
    sweep("load and check", call_load);
    sweep("open", call_open);
    sweep("list, schema, cost", call_list);
    sweep("evaluate", call_evaluate);
    sweep("evaluate again", call_evaluate_twice);
    remove("tests/sweep/sweep.edx");
    edict_program_free(program);
    free(image);
    free(source);
    return 0;
}
