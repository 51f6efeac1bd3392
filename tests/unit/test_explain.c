/* The examples of `edict explain`: the bad one gives its own code once and nothing else, the good one nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "edict_compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct text_out {
    char *at;
    size_t size;
};

static void text_put(void *context, const char *bytes, size_t size)
{
    struct text_out *t = context;
    t->at = realloc(t->at, t->size + size + 1);
    assert_non_null(t->at);
    memcpy(t->at + t->size, bytes, size);
    t->size += size;
    t->at[t->size] = 0;
}

/* What the compiler says of a pack that is given as text. */
static struct text_out report_of(const char *rules, int strict)
{
    char path[] = "/tmp/edict-explain-XXXXXX";
    struct text_out out = {calloc(1, 1), 0};
    edict_compilation *c = NULL;
    edict_error error;
    const edict_compile_options options = {.strict = strict};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *f = fdopen(fd, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(rules, 1, strlen(rules), f), strlen(rules));
    fclose(f);
    assert_int_equal(edict_compile(path, &options, &c, &error), EDICT_OK);
    edict_compilation_report(c, 0, text_put, &out);
    size_t size;
    if (!edict_compilation_errors(c)) assert_non_null(edict_compilation_image(c, &size));
    edict_compilation_free(c);
    unlink(path);
    return out;
}

static unsigned said(const char *report, const char *what)
{
    unsigned n = 0;
    for (const char *at = report; (at = strstr(at, what)); at += strlen(what)) n++;
    return n;
}

static unsigned messages(const char *report) { return said(report, ": error E") + said(report, ": warning W"); }

static void test_examples(void **state)
{
    int failed = 0;
    const edict_explanation *e;
    (void)state;
    for (unsigned i = 0; (e = edict_explanation_at(i)); i++) {
        char own[32];
        snprintf(own, sizeof own, ": %s %s: ", e->error ? "error" : "warning", e->code);
        assert_true(*e->title && *e->why);
        if (!strcmp(e->code, "E009")) continue; /* a limit: too long to show */
        const int strict = !strcmp(e->code, "W505"); /* only a strict check says it */
        struct text_out bad = report_of(e->bad, strict), good = report_of(e->good, strict);
        if (said(bad.at, own) != 1 || messages(bad.at) != 1 || !strstr(bad.at, "\n       = ")) {
            print_error("%s: the bad example gives\n%s", e->code, bad.at);
            failed = 1;
        }
        if (good.size) {
            print_error("%s: the good example gives\n%s", e->code, good.at);
            failed = 1;
        }
        free(bad.at);
        free(good.at);
    }
    assert_false(failed);
}

static void test_codes(void **state)
{
    const edict_explanation *e, *o;
    (void)state;
    for (unsigned i = 0; (e = edict_explanation_at(i)); i++) {
        assert_ptr_equal(edict_explain(e->code), e);
        assert_int_equal(strlen(e->code), 4);
        assert_int_equal(e->code[0], e->error ? 'E' : 'W');
        for (unsigned k = 0; (o = edict_explanation_at(k)); k++) assert_true(o == e || strcmp(o->code, e->code) != 0);
    }
    assert_null(edict_explain("E999"));
    assert_null(edict_explanation_at(100000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_examples), cmocka_unit_test(test_codes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
