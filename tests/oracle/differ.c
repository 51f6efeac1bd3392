/* The command of the campaign: README.md beside this file says how it is used. */
#include "tests/oracle/differ.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const search[] = {"rulesets"};

struct tally {
    unsigned long asked, bad;
};

static void tell(struct subject *s, const char *json, size_t size, const char *where, struct tally *t)
{
    struct buffer report;
    buffer_init(&report, 0);
    t->asked++;
    if (!subject_ask(s, json, size, &report)) {
        t->bad++;
        printf("not ok %s\n%s", where, report.at ? report.at : "");
    }
    buffer_free(&report);
}

/* A line is an encounter, or a case that holds one, with the policies under which it stands. */
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

/* Policies at random values. */
static void policies_toss(struct subject *s, struct random *r)
{
    const char *name, *values;
    subject_unset(s);
    for (unsigned i = 0; (name = edict_program_policy(s->program, i, &values)); i++) {
        char all[2048], *word = all, *next;
        uint32_t n = 1;
        if (!random_one_in(r, 4)) continue;
        snprintf(all, sizeof all, "%s", values);
        for (const char *c = all; *c; c++) n += *c == ',';
        for (n = random_below(r, n); n && (next = strstr(word, ", ")); n--) word = next + 2;
        if ((next = strstr(word, ", "))) *next = 0;
        subject_set(s, name, word);
    }
}

static void random_ask(struct subject *s, struct random *r, unsigned long count, const char *where, struct tally *t)
{
    struct buffer json;
    buffer_init(&json, 0);
    for (unsigned long i = 0; i < count; i++) {
        if (i % 8 == 0) policies_toss(s, r);
        encounter_make(r, s->oracle, &json);
        tell(s, json.at, json.size, where, t);
    }
    subject_unset(s);
    buffer_free(&json);
}

/* differ pack PACK [POLICY=VALUE | FILE | random COUNT SEED]… */
static int pack_main(int count, char **args)
{
    struct subject s;
    struct tally t = {0};
    if (!subject_open(&s, args[0], search, 1)) return 2;
    for (int i = 1; i < count; i++) {
        char *is = strchr(args[i], '=');
        if (!strcmp(args[i], "random") && i + 2 < count) {
            struct random r = {strtoull(args[i + 2], NULL, 10)};
            random_ask(&s, &r, strtoul(args[i + 1], NULL, 10), args[0], &t);
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

int main(int argc, char **argv)
{
    if (argc > 2 && !strcmp(argv[1], "pack")) return pack_main(argc - 2, argv + 2);
    fprintf(stderr, "usage: differ pack PACK [POLICY=VALUE | FILE | random COUNT SEED]...\n");
    return 2;
}
