/* The command of the campaign: README.md beside this file says how it is used.
 */
#include "tests/oracle/differ.h"

#include "tests/oracle/bend.h"
#include "tests/oracle/rewrite.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const search[] = {"rulesets"};

struct tally {
    unsigned long asked, bad;
    int quiet;
};

static void tell(struct subject *s, const char *json, size_t size, const char *where, struct tally *t)
{
    struct buffer report;
    buffer_init(&report, 0);
    const int agree = subject_ask(s, json, size, &report);
    t->asked += agree < 2;
    if (!agree) {
        t->bad++;
        if (!t->quiet) printf("not ok %s\n%s", where, report.at ? report.at : "");
    }
    buffer_free(&report);
}

/* A line is an encounter, or a case that holds one, with the policies under
 * which it stands. */
static void line_ask(struct subject *s, char *line, const char *where, struct tally *t)
{
    json_t *one = json_loads(line, 0, NULL), *inner = json_object_get(one, "encounter"), *value;
    if (!json_is_object(inner)) tell(s, line, strlen(line), where, t);
    else {
        const char *policy;
        char *json = json_dumps(inner, 0);
        json_object_foreach(json_object_get(one, "policy"), policy, value)
            subject_set(s, policy, json_string_value(value)); /* not every pack has every policy */
        tell(s, json, strlen(json), where, t);
        subject_unset(s);
        free(json);
    }
    json_decref(one);
}

static int file_ask(struct subject *s, const char *path, struct tally *t)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;
    if (!f) return 0;
    while ((size = getline(&line, &capacity, f)) >= 0) {
        while (size && (line[size - 1] == '\n' || line[size - 1] == '\r')) line[--size] = 0;
        if (size) line_ask(s, line, path, t);
    }
    free(line);
    fclose(f);
    return 1;
}

struct asking {
    struct tally *t;
    const char *where;
    unsigned long bad; /* so many before; more are enough, if `once` */
    int once;
};

static int random_tell(void *context, struct subject *s, const struct buffer *json)
{
    const struct asking *a = context;
    tell(s, json->at, json->size, a->where, a->t);
    return !a->once || a->t->bad == a->bad;
}

/* `once`: after a difference the rest of this pack would only repeat it. */
static void random_ask(struct subject *s, struct random *r, unsigned long count, const char *where, struct tally *t,
                       int once)
{
    struct asking a = {t, where, t->bad, once};
    for (unsigned long n; count; count -= n) {
        n = count < DOZEN ? count : DOZEN;
        if (!dozen_make(s, r, n, random_tell, &a)) return;
    }
}

/* differ pack PACK [POLICY=VALUE | FILE | random COUNT SEED]… */
static int pack_main(int count, char **args)
{
    struct subject s;
    struct tally t = {0};
    if (subject_open(&s, args[0], search, 1) <= 0) return 2;
    for (int i = 1; i < count; i++) {
        char *is = strchr(args[i], '=');
        if (!strcmp(args[i], "random") && i + 2 < count) {
            struct random r = {.state = strtoull(args[i + 2], NULL, 10)};
            random_ask(&s, &r, strtoul(args[i + 1], NULL, 10), args[0], &t, 0);
            i += 2;
        } else if (is) {
            *is = 0;
            if (!subject_set(&s, args[i], is + 1)) printf("not ok %s: no %s=%s\n", args[0], args[i], is + 1);
        } else if (!file_ask(&s, args[i], &t)) printf("not ok %s cannot be read\n", args[i]);
    }
    printf("%s %s: %lu encounters, %lu differ\n", t.bad || !t.asked ? "not ok" : "ok", args[0], t.asked, t.bad);
    subject_close(&s);
    return t.bad != 0;
}

/* ---- random packs */

enum { EACH = 60, BAD_MOST = 20 };

/* Pack number `n` of a seed: its text and, behind it, the chance that its
 * encounters come from. */
static struct random pack_of(uint64_t seed, uint64_t n, struct buffer *text)
{
    struct random r = {.state = seed * 0x9E3779B97F4A7C15u ^ n * 0xD1B54A32D192ED03u};
    pack_make(&r, text);
    return r;
}

static int text_save(const char *path, const struct buffer *text)
{
    FILE *f = fopen(path, "wb");
    int good = f && fwrite(text->at, 1, text->size, f) == text->size;
    return f && fclose(f) == 0 && good;
}

/* The files of a campaign: a pack, and one that may stand on it. */
struct files {
    char pack[64], payer[64];
    struct buffer text, other;
};

static int files_open(struct files *f)
{
    char room[] = "/tmp/differ-XXXXXX";
    *f = (struct files){.pack = ""};
    if (!mkdtemp(room)) return 0;
    snprintf(f->pack, sizeof f->pack, "%s/base.edict", room);
    snprintf(f->payer, sizeof f->payer, "%s/payer.edict", room);
    buffer_init(&f->text, 0);
    buffer_init(&f->other, 0);
    return 1;
}

static void files_close(struct files *f)
{
    unlink(f->pack);
    unlink(f->payer);
    *strrchr(f->pack, '/') = 0;
    rmdir(f->pack);
    buffer_free(&f->text);
    buffer_free(&f->other);
}

/* Pack number `n`, and every fourth time a payer's on top of it. The path to be opened; NULL: no room. */
static const char *files_make(struct files *f, uint64_t seed, uint64_t n, struct random *r)
{
    *r = pack_of(seed, n, &f->text);
    if (!text_save(f->pack, &f->text)) return NULL;
    if (!random_one_in(r, 4)) return f->pack;
    payer_make(r, &f->text, "base.edict", &f->other);
    return text_save(f->payer, &f->other) ? f->payer : NULL;
}

/* differ campaign COUNT SEED: so many pairs of a random pack and a random encounter. */
static int campaign_main(unsigned long count, uint64_t seed)
{
    struct files f;
    struct tally t = {0};
    unsigned long packs = 0, refused = 0;
    if (!files_open(&f)) return 2;
    for (uint64_t n = 0; t.asked < count && t.bad < BAD_MOST; n++) {
        struct random r;
        struct subject s;
        char where[64];
        unsigned long left = count - t.asked;
        const char *path = files_make(&f, seed, n, &r);
        if (!path) break;
        snprintf(where, sizeof where, "pack %llu of seed %llu", (unsigned long long)n, (unsigned long long)seed);
        int open = subject_open(&s, path, NULL, 0);
        if (open < 0) {
            t.bad++;
            printf("not ok %s: it is accepted, and its image refused\n", where);
        }
        if (open <= 0) {
            refused++;
            continue;
        }
        packs++;
        random_ask(&s, &r, left < EACH ? left : EACH, where, &t, 1);
        subject_close(&s);
    }
    files_close(&f);
    printf("%s campaign of seed %llu: %lu pairs of %lu packs (%lu more were no valid packs), %lu differ\n",
           t.bad || !t.asked ? "not ok" : "ok", (unsigned long long)seed, t.asked, packs, refused, t.bad);
    return t.bad != 0;
}

/* differ teeth SEED: faults that are put in on purpose; for each, how soon it is noticed. */
static int teeth_main(uint64_t seed)
{
    enum { PAIRS_MOST = 20000 };
    char path[] = "/tmp/differ-XXXXXX.edict";
    int file = mkstemps(path, 6), missed = 0;
    struct buffer text;
    if (file < 0) return 2;
    close(file);
    buffer_init(&text, 0);
    for (unsigned i = 0; i < bend_count(); i++) {
        struct tally t = {.quiet = 1};
        clock_t start = clock();
        for (uint64_t n = 0; !t.bad && t.asked < PAIRS_MOST && n < PAIRS_MOST; n++) {
            struct random r = pack_of(seed, n, &text);
            struct subject s;
            if (!text_save(path, &text)) break;
            if (!subject_open_bent(&s, path, i)) continue;
            random_ask(&s, &r, EACH, "", &t, 1);
            subject_close(&s);
        }
        missed += !t.bad;
        printf("%s fault: %s: noticed by pair %lu, in %.1f s\n", t.bad ? "ok" : "not ok", bend_what(i), t.asked,
               (double)(clock() - start) / CLOCKS_PER_SEC);
    }
    unlink(path);
    buffer_free(&text);
    return missed != 0;
}

/* One encounter for two packs that say the same. */
static void twins_ask(struct subject *a, struct subject *b, const struct buffer *json, const char *where,
                      struct tally *t)
{
    struct buffer plain[2];
    edict_answer x, y;
    edict_status p = edict_evaluate(a->evaluator, json->at, json->size, 1, &x, NULL),
                 q = edict_evaluate(b->evaluator, json->at, json->size, 1, &y, NULL);
    buffer_init(&plain[0], 0);
    buffer_init(&plain[1], 0);
    answer_plain(&plain[0], x.json, x.size);
    answer_plain(&plain[1], y.json, y.size);
    t->asked++;
    /* Which of several mistakes is told may depend on the order of facts. */
    if (p != q ||
        (p == EDICT_OK && (plain[0].size != plain[1].size || memcmp(plain[0].at, plain[1].at, plain[0].size) != 0))) {
        t->bad++;
        printf("not ok %s\nencounter %s\nas written %s\nrewritten  %s\n", where, json->at, plain[0].at, plain[1].at);
    }
    buffer_free(&plain[0]);
    buffer_free(&plain[1]);
}

static void twins_open(struct subject *a, const char *path, unsigned how, struct random *r, const char *where,
                       struct tally *t)
{
    enum { ENCOUNTERS = 10 };
    struct subject b;
    struct buffer json;
    buffer_init(&json, 0);
    if (subject_open(&b, path, NULL, 0) <= 0) {
        t->bad++;
        printf("not ok %s: it is no valid pack any more\n", where);
        buffer_free(&json);
        return;
    }
    if (rewrite_keeps_rules(how) && strcmp(edict_program_rules(a->program), edict_program_rules(b.program)) != 0) {
        t->bad++;
        printf("not ok %s: its meaning has another identity\n", where);
    }
    for (unsigned i = 0, bad = (unsigned)t->bad; i < ENCOUNTERS && t->bad == bad; i++) {
        encounter_make(r, a->oracle, &json);
        twins_ask(a, &b, &json, where, t);
    }
    buffer_free(&json);
    subject_close(&b);
}

/* differ rewrites COUNT SEED: random packs, and the same rules said otherwise. */
static int rewrites_main(unsigned long count, uint64_t seed)
{
    char path[] = "/tmp/differ-XXXXXX.edict";
    int file = mkstemps(path, 6);
    struct tally t = {0};
    struct buffer text, other;
    if (file < 0) return 2;
    close(file);
    buffer_init(&text, 0);
    buffer_init(&other, 0);
    for (uint64_t n = 0; t.asked < count && t.bad < BAD_MOST; n++) {
        struct random r = pack_of(seed, n, &text);
        struct subject a;
        if (!text_save(path, &text)) break;
        if (subject_open(&a, path, NULL, 0) <= 0) continue;
        for (unsigned how = 0; how < rewrite_count(); how++) {
            char where[96];
            snprintf(where, sizeof where, "pack %llu of seed %llu, %s", (unsigned long long)n, (unsigned long long)seed,
                     rewrite_what(how));
            if (rewrite(&r, how, &text, &other) && text_save(path, &other)) twins_open(&a, path, how, &r, where, &t);
        }
        subject_close(&a);
    }
    unlink(path);
    buffer_free(&text);
    buffer_free(&other);
    printf("%s rewrites of seed %llu: %lu answers, %lu differ\n", t.bad || !t.asked ? "not ok" : "ok",
           (unsigned long long)seed, t.asked, t.bad);
    return t.bad != 0;
}

/* differ show SEED NUMBER: the text of one random pack. */
static int show_main(uint64_t seed, uint64_t n)
{
    struct files f;
    struct random r;
    if (!files_open(&f)) return 2;
    const int payer = files_make(&f, seed, n, &r) == f.payer;
    fwrite(f.text.at, 1, f.text.size, stdout);
    if (payer) printf("\n# ---- payer.edict\n\n%s", f.other.at);
    files_close(&f);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 2 && !strcmp(argv[1], "pack")) return pack_main(argc - 2, argv + 2);
    if (argc == 4 && !strcmp(argv[1], "campaign"))
        return campaign_main(strtoul(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
    if (argc == 4 && !strcmp(argv[1], "rewrites"))
        return rewrites_main(strtoul(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
    if (argc == 3 && !strcmp(argv[1], "teeth")) return teeth_main(strtoull(argv[2], NULL, 10));
    if (argc == 4 && !strcmp(argv[1], "show"))
        return show_main(strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
    fprintf(stderr, "usage: differ pack PACK [POLICY=VALUE | FILE | random COUNT SEED]...\n"
                    "       differ campaign COUNT SEED\n"
                    "       differ show SEED NUMBER\n"
                    "       differ teeth SEED\n"
                    "       differ rewrites COUNT SEED\n");
    return 2;
}
