/* Judges the program by encounters with their answers: each line has `encounter`, `expect` (charges as a set, status)
 * and the `policy` under which it holds. Institutional claims go through the hospital's pack, the others through the
 * office's. Only administration charges are compared, as the key has no drug lines. Usage: answers FILE.jsonl, from the
 * root. */
#include "edict_compile.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PACKS = 2, LINES = 200, LINE = 64 };
static const char *const paths[PACKS] = {"rulesets/medicare/hospital.edict", "rulesets/medicare/office.edict"};

struct set {
    char line[LINES][LINE];
    size_t count;
};

static int by_text(const void *a, const void *b) { return strcmp(a, b); }

/* Charges as sorted lines "96413-59 x1". */
static void collect(struct set *to, json_t *charges)
{
    size_t i, k;
    json_t *charge, *modifier;
    to->count = 0;
    json_array_foreach(charges, i, charge)
    {
        char *out = to->line[to->count];
        json_t *units = json_object_get(charge, "units");
        if (to->count == LINES) return;
        snprintf(out, LINE, "%s", json_string_value(json_object_get(charge, "code")));
        json_array_foreach(json_object_get(charge, "modifiers"), k, modifier)
            snprintf(out + strlen(out), LINE - strlen(out), "-%s", json_string_value(modifier));
        snprintf(out + strlen(out), LINE - strlen(out), " x%d", units ? (int)json_integer_value(units) : 1);
        to->count++;
    }
    qsort(to->line, to->count, LINE, by_text);
}

static int is_same(const struct set *a, const struct set *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++)
        if (strcmp(a->line[i], b->line[i])) return 0;
    return a->count == b->count;
}

static void print_set(const char *title, const struct set *s)
{
    printf("#   %s:", title);
    for (size_t i = 0; i < s->count; i++) printf(" %s%s", s->line[i], i + 1 < s->count ? "," : "");
    printf(s->count ? "\n" : " nothing\n");
}

static edict_program *program_make(const char *path)
{
    edict_compilation *c = NULL;
    edict_program *program = NULL;
    edict_error error;
    size_t size;
    if (edict_compile(path, NULL, &c, &error) == EDICT_OK) {
        const void *image = edict_compilation_image(c, &size);
        if (image) edict_program_load(image, size, &program, &error);
    }
    edict_compilation_free(c);
    return program;
}

static const char *text(json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

/* The case's answer, or NULL. */
static json_t *answer(const edict_program *program, json_t *one)
{
    edict_evaluator *evaluator = NULL;
    edict_answer got;
    edict_error error;
    const char *policy;
    json_t *value, *result = NULL;
    char *encounter = json_dumps(json_object_get(one, "encounter"), 0);
    int good = edict_evaluator_new(program, NULL, &evaluator, &error) == EDICT_OK;
    json_object_foreach(json_object_get(one, "policy"), policy, value) good =
        good && edict_evaluator_set(evaluator, policy, json_string_value(value), &error) == EDICT_OK;
    if (good && edict_evaluate(evaluator, encounter, strlen(encounter), 1, &got, &error) == EDICT_OK)
        result = json_loadb(got.json, got.size, 0, NULL);
    if (!result) printf("#   %s\n", error.message);
    edict_evaluator_free(evaluator);
    free(encounter);
    return result;
}

static int judge(edict_program *const *programs, json_t *one)
{
    static struct set wanted, came;
    json_t *encounter = json_object_get(one, "encounter"), *expect = json_object_get(one, "expect");
    const char *claim = text(encounter, "claim"), *status = text(expect, "status");
    const int office = *claim ? !strcmp(claim, "professional") : !strcmp(text(encounter, "setting"), "office");
    json_t *result = answer(programs[office], one);
    collect(&wanted, json_object_get(expect, "charges"));
    collect(&came, json_object_get(result, "charges"));
    const int good =
        result && is_same(&wanted, &came) && !strcmp(*status ? status : "complete", text(result, "status"));
    printf("%s %s\n", good ? "ok" : "not ok", text(one, "id"));
    if (!good) {
        print_set("wanted", &wanted);
        print_set("came", &came);
        printf("#   status %s\n", text(result, "status"));
    }
    json_decref(result);
    return !good;
}

int main(int argc, char **argv)
{
    edict_program *programs[PACKS];
    char *line = NULL;
    size_t capacity = 0;
    unsigned cases = 0, bad = 0;
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    for (int i = 0; i < PACKS; i++) programs[i] = program_make(paths[i]);
    if (!file || !programs[0] || !programs[1]) {
        printf("not ok %s\n", file ? "a pack has mistakes" : "usage: answers FILE.jsonl, from the root");
        return 1;
    }
    while (getline(&line, &capacity, file) >= 0) {
        json_t *one = json_loads(line, 0, NULL);
        bad += one ? (unsigned)judge(programs, one) : 1;
        cases++;
        json_decref(one);
    }
    fclose(file);
    free(line);
    for (int i = 0; i < PACKS; i++) edict_program_free(programs[i]);
    return bad || !cases;
}
