/* Evaluators of packs, with the policies that --set chooses. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int set_unknown(const struct evaluators *of, const char *policy, size_t size)
{
    const char *names[256], *values, *name, *near;
    char given[80];
    size_t count = 0;
    snprintf(given, sizeof given, "%.*s", (int)(size < 79 ? size : 79), policy);
    for (size_t p = 0; p < of->pack_count; p++)
        for (unsigned i = 0; count < 256 && (name = edict_program_policy(of->packs[p].program, i, &values)); i++)
            names[count++] = name;
    near = name_nearest(given, names, count);
    if (near)
        return usage_error(of->command, "no policy %s; did you mean %s?", given, near);
    message("%s: no policy %s; the pack has:", of->command->name, given);
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "  %s\n", names[i]);
    return EXIT_USAGE;
}

/* One --set on every pack that has the policy. */
static int set_apply(const struct evaluators *of, edict_evaluator **evaluators, const char *set)
{
    size_t size = strcspn(set, "="), taken = 0;
    char *policy = size && set[size] ? strndup(set, size) : NULL;
    if (!policy)
        return usage_error(of->command, "--set takes POLICY=VALUE, not %s", set);
    for (size_t p = 0; p < of->pack_count; p++) {
        const char *name, *values = NULL;
        edict_error error = {0};
        unsigned i = 0;
        while ((name = edict_program_policy(of->packs[p].program, i, &values)) && strcmp(name, policy) != 0)
            i++;
        if (!name)
            continue;
        taken++;
        edict_status status = edict_evaluator_set(evaluators[p], policy, set + size + 1, &error);
        if (status != EDICT_OK && of->lenient)
            continue;
        if (status != EDICT_OK) {
            message("%s: %s is no value of %s; it takes %s", of->command->name, set + size + 1, policy,
                    values ? values : error.expected);
            free(policy);
            return EXIT_USAGE;
        }
    }
    free(policy);
    return taken || of->lenient ? EXIT_FINE : set_unknown(of, set, size);
}

void evaluators_close(const struct evaluators *of, edict_evaluator **evaluators)
{
    for (size_t p = 0; evaluators && p < of->pack_count; p++)
        edict_evaluator_free(evaluators[p]);
    free(evaluators);
}

edict_evaluator **evaluators_open(const struct evaluators *of, int *exit)
{
    edict_evaluator **made = calloc(of->pack_count + 1, sizeof *made);
    edict_error error = {0};
    *exit = made ? EXIT_FINE : EXIT_INTERNAL;
    for (size_t p = 0; p < of->pack_count && *exit == EXIT_FINE; p++)
        if (edict_evaluator_new(of->packs[p].program, &of->options, &made[p], &error) != EDICT_OK) {
            message("%s: %s", of->packs[p].path, error.message);
            *exit = EXIT_INTERNAL;
        }
    for (size_t i = 0; i < of->set_count && *exit == EXIT_FINE; i++)
        *exit = set_apply(of, made, of->sets[i]);
    if (*exit == EXIT_FINE)
        return made;
    evaluators_close(of, made);
    return NULL;
}
