/* Sixty changes of the shipped packs, drawn by a seed over every kind of item: `edict_diff` names each real one, and
 * nothing else; of those that change nothing it says nothing. What is true is written down before it runs. Then each
 * change stands among all others, and its hybrid is the pack in which it was made alone. */
#include "edict_compile.h"

#include "rule_edits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[64];
static const char *const sources[] = {"rulesets/facts/encounter.edict", "rulesets/cpt/administration.edict",
                                      "rulesets/medicare/office.edict", "rulesets/medicare/hospital.edict",
                                      "rulesets/commercial/select_health.edict"};
enum { SOURCES = sizeof sources / sizeof *sources };

static void path_in(char *out, size_t room, const char *source)
{
    snprintf(out, room, "%s/%s", directory, source + strlen("rulesets/"));
}

static void text_write(const struct rule_text *t, const char *path)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    for (unsigned i = 0; i < t->count; i++) fprintf(f, "%s\n", t->lines[i]);
    fclose(f);
}

/* The packs as they are shipped, in the directory. */
static void packs_restore(void)
{
    char path[256];
    for (size_t i = 0; i < SOURCES; i++) {
        struct rule_text t;
        assert_true(rule_text_read(&t, sources[i]));
        path_in(path, sizeof path, sources[i]);
        text_write(&t, path);
        rule_text_free(&t);
    }
}

static int compiles(const char *path)
{
    edict_compilation *c = NULL;
    edict_error error = {0};
    int good = edict_compile(path, NULL, &c, &error) == EDICT_OK && !edict_compilation_errors(c);
    edict_compilation_free(c);
    return good;
}

/* The pack in which the change can be seen. */
static const char *pack_of(const char *source) { return strcmp(source, sources[0]) ? source : sources[1]; }

/* Draws until the changed pack is one; then the truth stands. 0: no place was found. */
static int edit_draw(const struct rule_edit_kind *kind, uint64_t *seed, struct rule_truth *truth)
{
    char path[256], pack[256];
    path_in(path, sizeof path, kind->path);
    path_in(pack, sizeof pack, pack_of(kind->path));
    for (unsigned i = 0; i < 40; i++) {
        struct rule_text t;
        assert_true(rule_text_read(&t, kind->path));
        memset(truth, 0, sizeof *truth);
        truth->edit = kind->name;
        int made = kind->make(&t, seed, truth);
        if (made) text_write(&t, path);
        rule_text_free(&t);
        if (made && compiles(pack)) return 1;
    }
    return 0;
}

static int change_fits(const edict_change *c, const struct rule_truth *x)
{
    if (strcmp(c->kind, x->kind)) return 0;
    if (x->effective && (!c->effective || strcmp(c->effective, x->effective))) return 0;
    for (size_t i = 0; i < 3; i++)
        if (!strstr(c->words, x->words[i])) return 0;
    return 1;
}

/* NULL: as it must be. */
static const char *wrong(edict_difference *d, const struct rule_truth *x)
{
    edict_change c;
    unsigned counted = 0, named = 0;
    for (unsigned i = 0; edict_difference_change(d, i, &c); i++) {
        int fits = x->kind && change_fits(&c, x);
        named += (unsigned)fits;
        counted += c.answers && !(fits && x->quiet);
    }
    if (!x->kind) return counted ? "something is said of nothing" : NULL;
    if (named != 1) return named ? "it is said twice" : "it is not said";
    return counted != (x->quiet ? 0 : 1) ? "something else is said" : NULL;
}

static void tell(edict_difference *d, const struct rule_truth *x, const char *what)
{
    edict_change c;
    print_error("%s: %s\n  true: %s `%s` `%s` `%s` %s\n", x->edit, what, x->kind ? x->kind : "nothing", x->words[0],
                x->words[1], x->words[2], x->effective ? x->effective : "");
    for (unsigned i = 0; edict_difference_change(d, i, &c); i++)
        print_error("  said%s: %s: %s %s\n", c.answers ? "" : " quietly", c.kind, c.words,
                    c.effective ? c.effective : "");
}

static edict_difference *compare(const char *old, const char *now)
{
    edict_difference *d = NULL;
    edict_error error = {0};
    if (edict_diff(old, now, NULL, &d, &error) != EDICT_OK) fail_msg("%s, %s: %s", old, now, error.message);
    return d;
}

static unsigned drawn, missed;

static void kind_try(const struct rule_edit_kind *kind, uint64_t *seed)
{
    for (unsigned n = 0; n < kind->times; n++) {
        struct rule_truth truth;
        char now[256];
        packs_restore();
        if (!edit_draw(kind, seed, &truth)) {
            print_error("no place for: %s\n", kind->name);
            missed++;
            continue;
        }
        path_in(now, sizeof now, pack_of(kind->path));
        edict_difference *d = compare(pack_of(kind->path), now);
        const char *what = wrong(d, &truth);
        drawn++;
        if (what) {
            tell(d, &truth, what);
            missed++;
        }
        edict_difference_free(d);
    }
}

static void test_drawn(void **state)
{
    (void)state;
    uint64_t seed = 20260701;
    const char *given = getenv("SEED");
    if (given) seed = strtoull(given, NULL, 10);
    drawn = missed = 0;
    for (unsigned i = 0; i < rule_edit_real_count; i++) kind_try(&rule_edits_real[i], &seed);
    unsigned real = drawn;
    for (unsigned i = 0; i < rule_edit_none_count; i++) kind_try(&rule_edits_none[i], &seed);
    assert_int_equal(missed, 0);
    assert_true(real >= 40 && drawn - real >= 10 && drawn >= 60);
}

/* ---- all of them together */

static void edit_apply(const struct rule_edit_kind *kind, uint64_t *seed, struct rule_truth *truth, int *made)
{
    struct rule_text t, before;
    char path[256];
    path_in(path, sizeof path, kind->path);
    assert_true(rule_text_read(&before, path) && rule_text_read(&t, path));
    memset(truth, 0, sizeof *truth);
    truth->edit = kind->name;
    *made = kind->make(&t, seed, truth);
    if (*made) {
        text_write(&t, path);
        char pack[256];
        path_in(pack, sizeof pack, sources[1]);
        if (!compiles(pack)) *made = 0;
        if (!*made) text_write(&before, path);
    }
    rule_text_free(&t);
    rule_text_free(&before);
}

static int rules_of(const char *path, char out[33])
{
    edict_compilation *c = NULL;
    edict_program *p = NULL;
    edict_error error = {0};
    size_t size = 0;
    int good = edict_compile(path, NULL, &c, &error) == EDICT_OK;
    const void *image = good ? edict_compilation_image(c, &size) : NULL;
    good = image && edict_program_load(image, size, &p, &error) == EDICT_OK;
    if (good) strcpy(out, edict_program_rules(p));
    edict_program_free(p);
    edict_compilation_free(c);
    return good;
}

/* Rules of the hybrid of one change; 0: it does not stand alone. */
static int hybrid_rules(edict_difference *d, unsigned change, char out[33])
{
    const void *image;
    size_t size;
    edict_error error = {0};
    edict_program *p = NULL;
    if (edict_difference_image(d, &change, 1, &image, &size, &error) != EDICT_OK) return 0;
    assert_int_equal(edict_program_load(image, size, &p, &error), EDICT_OK);
    strcpy(out, edict_program_rules(p));
    edict_program_free(p);
    return 1;
}

enum { TOGETHER = 64 };

/* Changes of the base made one on top of the other: each is told, and the hybrid with it alone has the very rules of
 * the pack in which it alone was made. Lists and tables of values are written anew there, so their rules have another
 * identity: for these it is enough that they compile. */
static void test_together(void **state)
{
    (void)state;
    static struct rule_truth truths[TOGETHER];
    static char alone[TOGETHER][33];
    char path[256], old_rules[33], rules[33];
    uint64_t seed = 42;
    unsigned count = 0, exact = 0;
    path_in(path, sizeof path, sources[1]);
    packs_restore();
    assert_true(rules_of(path, old_rules));
    for (unsigned i = 0; i < rule_edit_real_count && count < TOGETHER; i++) {
        const struct rule_edit_kind *kind = &rule_edits_real[i];
        uint64_t before = seed;
        int made;
        if (strcmp(pack_of(kind->path), sources[1]) || !strcmp(kind->name, "a name")) continue;
        /* alone, to know its rules; then again on top of the others, the same by the same seed */
        char kept[256], both[600];
        snprintf(kept, sizeof kept, "%s/kept", directory);
        snprintf(both, sizeof both, "cp -R %s/facts %s/cpt %s/", directory, directory, kept);
        mkdir(kept, 0700);
        assert_int_equal(system(both), 0);
        packs_restore();
        edit_apply(kind, &seed, &truths[count], &made);
        int known = made && rules_of(path, alone[count]);
        snprintf(both, sizeof both, "cp -R %s/facts %s/cpt %s/", kept, kept, directory);
        assert_int_equal(system(both), 0);
        seed = before;
        if (known) edit_apply(kind, &seed, &truths[count], &made);
        if (known && made) count++;
        seed = before + 1 + i;
    }
    assert_true(count >= 15);
    edict_difference *d = compare(sources[1], path);
    edict_change c;
    for (unsigned i = 0; edict_difference_change(d, i, &c) && c.answers; i++) {
        const unsigned *needed;
        if (!hybrid_rules(d, i, rules)) {
            assert_true(edict_difference_needed(d, &i, 1, &needed) > 1);
            continue;
        }
        for (unsigned k = 0; k < count; k++) exact += !strcmp(rules, alone[k]);
    }
    unsigned told = 0;
    for (unsigned k = 0; k < count; k++) {
        unsigned named = 0;
        for (unsigned i = 0; edict_difference_change(d, i, &c); i++) named += (unsigned)change_fits(&c, &truths[k]);
        told += named > 0;
        if (!named) tell(d, &truths[k], "it is not said among others");
    }
    edict_difference_free(d);
    assert_int_equal(told, count);
    if (exact < count * 2 / 3) fail_msg("%u of %u hybrids have the rules of the change alone", exact, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_drawn), cmocka_unit_test(test_together)};
    static const char *const rooms[] = {"", "/facts", "/cpt", "/medicare", "/commercial"};
    char path[200];
    snprintf(directory, sizeof directory, "/tmp/edict-drawn-XXXXXX");
    if (!mkdtemp(directory)) return 1;
    for (size_t i = 1; i < 5; i++) {
        snprintf(path, sizeof path, "%s%s", directory, rooms[i]);
        mkdir(path, 0700);
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(path, sizeof path, "rm -r %s", directory);
    return system(path) || failed;
}
