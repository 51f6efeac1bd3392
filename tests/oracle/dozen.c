/* Random encounters for both, a dozen at a time, under random policies. What is done with each is the caller's. */
#include "tests/oracle/differ.h"

#include <stdio.h>
#include <string.h>

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

int dozen_make(struct subject *s, struct random *r, size_t count, dozen_ask *each, void *context)
{
    struct buffer json[DOZEN];
    edict_encounter all[DOZEN];
    size_t known = 0;
    int more = 1;
    policies_toss(s, r);
    for (size_t i = 0; i < count; i++) {
        buffer_init(&json[i], 0);
        encounter_make(r, s->oracle, &json[i]);
        all[i] = (edict_encounter){json[i].at, json[i].size};
    }
    const int announced = !random_one_in(r, 3);
    for (size_t i = 0; i < count && more; i++) {
        if (announced && i == known) known = i + edict_evaluate_ahead(s->evaluator, all + i, count - i);
        s->together = i < known;
        more = each(context, s, &json[i]);
        if (known <= i) known = i + 1;
    }
    s->together = 0;
    subject_unset(s);
    for (size_t i = 0; i < count; i++) buffer_free(&json[i]);
    return more;
}
