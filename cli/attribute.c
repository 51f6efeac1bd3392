/* Attribution. Old rules with a set of changes are compiled when first asked for, once for all threads, and every set
 * is tried on the encounter itself. Which sets are tried, and in which order, depends on the encounter and the two
 * versions alone, so the result does not depend on threads or on the other encounters. */
#include "attribute.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SETS_MAX = 1000,    /* hybrids kept: beyond it nothing more is searched */
    OPEN_MAX = 24       /* evaluators of hybrids open at once in a thread */
};

struct set {
    unsigned *changes;
    size_t count;
    edict_program *program;    /* NULL: these do not stand by themselves */
    int is_new;                /* the same rules as the new version, so the same answers: nothing is to be tried */
};
struct attribution {
    edict_difference *difference;
    struct evaluators of;
    edict_program *old, *now;
    edict_change *changes;
    unsigned count;            /* that can alter an answer */
    struct set *sets[SETS_MAX];
    size_t set_count;
    const struct set **units;  /* of each change that does not stand alone: the least set that has it and does */
    unsigned char *asked;      /* units is known */
    pthread_mutex_t lock;
};
struct attributor {
    struct attribution *a;
    edict_evaluator *old, *now;
    edict_evaluator *evaluators[SETS_MAX];    /* by number of set */
    size_t open[OPEN_MAX], opened;            /* the last ones: numbers + 1, in a ring */
    struct outcome tried;
    unsigned *order, *scores;
    const struct set **moved;                 /* units that alone make some difference */
};

static edict_evaluator *evaluator_make(const struct attribution *a, const edict_program *program)
{
    struct pack pack = {.program = (edict_program *)(uintptr_t)program};
    struct evaluators of = a->of;
    int exit;
    of.packs = &pack;
    of.pack_count = 1;
    edict_evaluator **row = evaluators_open(&of, &exit), *made = row ? row[0] : NULL;
    free(row);
    return made;
}

/* ---- shared: sets and their programs */

static int program_make(const void *image, size_t size, edict_program **out)
{
    edict_error error = {0};
    if (!image || edict_program_load(image, size, out, &error) == EDICT_OK)
        return image ? EXIT_FINE : EXIT_INTERNAL;
    message("%s", error.message);
    return EXIT_RULES;
}

struct attribution *attribution_new(edict_difference *difference, const struct evaluators *of, int *exit)
{
    struct attribution *a = calloc(1, sizeof *a);
    edict_change change;
    size_t size;
    *exit = EXIT_INTERNAL;
    if (!a)
        return NULL;
    a->difference = difference;
    a->of = *of;
    pthread_mutex_init(&a->lock, NULL);
    while (edict_difference_change(difference, a->count, &change) && change.answers)
        a->count++;
    a->changes = calloc(a->count + 1, sizeof *a->changes);
    a->units = calloc(a->count + 1, sizeof *a->units);
    a->asked = calloc(a->count + 1, 1);
    for (unsigned i = 0; a->changes && i < a->count; i++)
        edict_difference_change(difference, i, &a->changes[i]);
    const void *image = edict_difference_old(difference, &size);
    if (a->changes && a->units && a->asked)
        *exit = program_make(image, size, &a->old);
    image = edict_difference_new(difference, &size);
    if (*exit == EXIT_FINE)
        *exit = program_make(image, size, &a->now);
    if (*exit == EXIT_FINE)
        return a;
    attribution_free(a);
    return NULL;
}

void attribution_free(struct attribution *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->set_count; i++) {
        edict_program_free(a->sets[i]->program);
        free(a->sets[i]->changes);
        free(a->sets[i]);
    }
    edict_program_free(a->old);
    edict_program_free(a->now);
    pthread_mutex_destroy(&a->lock);
    free(a->changes);
    free(a->units);
    free(a->asked);
    free(a);
}

unsigned attribution_changes(const struct attribution *a) { return a->count; }
const edict_program *attribution_old(const struct attribution *a) { return a->old; }
const edict_program *attribution_new_program(const struct attribution *a) { return a->now; }

/* With the lock held. *number of the set; NULL: no memory, or too many. */
static const struct set *set_locked(struct attribution *a, const unsigned *changes, size_t count, size_t *number)
{
    for (*number = 0; *number < a->set_count; ++*number) {
        const struct set *s = a->sets[*number];
        if (s->count == count && memcmp(s->changes, changes, count * sizeof *changes) == 0)
            return s;
    }
    struct set *made = a->set_count < SETS_MAX ? calloc(1, sizeof *made) : NULL;
    if (!made || !(made->changes = malloc((count + 1) * sizeof *changes))) {
        free(made);
        return NULL;
    }
    memcpy(made->changes, changes, count * sizeof *changes);
    made->count = count;
    const void *image;
    size_t size;
    edict_error error = {0};
    if (edict_difference_image(a->difference, changes, count, &image, &size, &error) == EDICT_OK)
        program_make(image, size, &made->program);
    made->is_new = made->program && strcmp(edict_program_rules(made->program), edict_program_rules(a->now)) == 0;
    return a->sets[a->set_count++] = made;
}

static const struct set *set_find(struct attribution *a, const unsigned *changes, size_t count, size_t *number)
{
    pthread_mutex_lock(&a->lock);
    const struct set *s = set_locked(a, changes, count, number);
    pthread_mutex_unlock(&a->lock);
    return s;
}

/* The change with what it needs. NULL: it stands with nothing. */
static const struct set *unit_find(struct attribution *a, unsigned change, size_t *number)
{
    pthread_mutex_lock(&a->lock);
    const struct set *s = set_locked(a, &change, 1, number);
    if (s && !s->program && !a->asked[change]) {
        const unsigned *needed;
        size_t count = edict_difference_needed(a->difference, &change, 1, &needed);
        unsigned *copy = count ? malloc(count * sizeof *copy) : NULL;    /* it lives until the next call only */
        if (copy) {
            memcpy(copy, needed, count * sizeof *copy);
            a->units[change] = set_locked(a, copy, count, number);
        }
        free(copy);
        a->asked[change] = 1;
    }
    if (s && !s->program) {
        s = a->units[change];
        for (*number = 0; s && a->sets[*number] != s; ++*number)
            ;
    }
    pthread_mutex_unlock(&a->lock);
    return s && s->program ? s : NULL;
}

/* ---- one thread */

struct attributor *attributor_new(struct attribution *a)
{
    struct attributor *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->a = a;
    t->order = calloc(a->count + 1, sizeof *t->order);
    t->scores = calloc(a->count + 1, sizeof *t->scores);
    t->moved = calloc(a->count + 1, sizeof *t->moved);
    t->old = evaluator_make(a, a->old);
    t->now = evaluator_make(a, a->now);
    if (t->order && t->scores && t->moved && t->old && t->now)
        return t;
    attributor_free(t);
    return NULL;
}

void attributor_free(struct attributor *t)
{
    if (!t)
        return;
    edict_evaluator_free(t->old);
    edict_evaluator_free(t->now);
    for (size_t i = 0; i < SETS_MAX; i++)
        edict_evaluator_free(t->evaluators[i]);
    outcome_free(&t->tried);
    free(t->order);
    free(t->scores);
    free(t->moved);
    free(t);
}

static int evaluate(edict_evaluator *evaluator, const char *json, size_t size, edict_answer *answer)
{
    edict_error error = {0};
    *answer = (edict_answer){0};
    edict_status status = edict_evaluate(evaluator, json, size, 0, answer, &error);
    return status == EDICT_OK || status == EDICT_INPUT || status == EDICT_LIMIT || status == EDICT_RANGE ? 0 : -1;
}

static int outcome_same(const struct outcome *a, const struct outcome *b)
{
    if (a->status != b->status || a->count != b->count || a->words != b->words)
        return 0;
    for (size_t i = 0; i < a->count; i++) {
        const struct piece *x = &a->elements[i].text, *y = &b->elements[i].text;
        if (x->size != y->size || memcmp(a->bytes.bytes + x->at, b->bytes.bytes + y->at, x->size) != 0)
            return 0;
    }
    return 1;
}

size_t attributor_ahead(struct attributor *t, const edict_encounter *encounters, size_t count)
{
    size_t old = edict_evaluate_ahead(t->old, encounters, count);
    return old ? edict_evaluate_ahead(t->now, encounters, old) : 0;
}

int attributor_compare(struct attributor *t, const char *json, size_t size, struct both *both)
{
    if (evaluate(t->old, json, size, &both->old) != 0 || evaluate(t->now, json, size, &both->now) != 0)
        return -1;
    if (answers_same(both->old.json, both->old.size, both->now.json, both->now.size))
        return 0;
    if (outcome_read(&both->old_outcome, both->old.json, both->old.size) != 0 ||
        outcome_read(&both->now_outcome, both->now.json, both->now.size) != 0)
        return -1;
    return !outcome_same(&both->old_outcome, &both->now_outcome);
}

/* What the old rules with this set answer: fills t->tried. 1 the new answer, 2 the old one, 0 another, -1 trouble,
 * -2 the set stands not by itself. */
static int set_try(struct attributor *t, const struct set *s, size_t number, const char *json, size_t size,
                   const struct both *both)
{
    edict_answer answer;
    if (!s)
        return -1;
    if (!s->program)
        return -2;
    if (s->is_new)
        return 1;
    if (!t->evaluators[number]) {
        size_t *place = &t->open[t->opened++ % OPEN_MAX];
        if (*place) {
            edict_evaluator_free(t->evaluators[*place - 1]);
            t->evaluators[*place - 1] = NULL;
        }
        *place = number + 1;
        if (!(t->evaluators[number] = evaluator_make(t->a, s->program)))
            return -1;
    }
    if (evaluate(t->evaluators[number], json, size, &answer) != 0)
        return -1;
    if (answers_same(answer.json, answer.size, both->now.json, both->now.size))
        return 1;
    if (answers_same(answer.json, answer.size, both->old.json, both->old.size))
        return 2;
    if (outcome_read(&t->tried, answer.json, answer.size) != 0)
        return -1;
    return outcome_same(&t->tried, &both->now_outcome) ? 1 : outcome_same(&t->tried, &both->old_outcome) ? 2 : 0;
}

/* ---- order of trying: what the reasons of the difference name, what the encounter names, policies, the rest */

static const char *word_second(const char *item, size_t *size)
{
    const char *at = strchr(item, ' ');
    at = at ? at + 1 : item;
    *size = strcspn(at, " ");
    return at;
}

static int named_in(const struct outcome *o, const char *name, size_t size)
{
    for (size_t i = 0; i < o->count; i++) {
        const struct piece *why = &o->elements[i].why;
        const char *at = o->bytes.bytes + why->at, *end = at + why->size;
        while ((at = memmem(at, (size_t)(end - at), name, size))) {
            if (at + size == end || at[size] == '#' || at[size] == ',')
                return 1;
            at += size;
        }
    }
    return 0;
}

static int text_in(const edict_answer *answer, const char *word, size_t size)
{
    return memmem(answer->json, answer->size, word, size) != NULL;
}

static void order_make(struct attributor *t, const char *json, size_t size, const struct both *both)
{
    for (unsigned i = 0; i < t->a->count; i++) {
        const edict_change *c = &t->a->changes[i];
        size_t name_size, last_size;
        const char *name = word_second(c->item, &name_size), *last = strrchr(c->item, ' ');
        last = last ? last + 1 : c->item;
        last_size = strlen(last);
        unsigned score = 1;
        if (named_in(&both->old_outcome, name, name_size) || named_in(&both->now_outcome, name, name_size))
            score = 4;
        else if (strcmp(c->kind, "codes") == 0 || strcmp(c->kind, "relation") == 0)
            score = memmem(json, size, last, last_size) || text_in(&both->old, last, last_size) ||
                    text_in(&both->now, last, last_size) ? 3 : c->count > 1 ? 2 : 0;
        else if (strcmp(c->kind, "policy") == 0)
            score = 2;
        unsigned at = i;
        for (; at && t->scores[at - 1] < score; at--) {
            t->scores[at] = t->scores[at - 1];
            t->order[at] = t->order[at - 1];
        }
        t->scores[at] = score;
        t->order[at] = i;
    }
}

/* ---- sets of changes */

static int changes_add(struct attributed *out, unsigned change)
{
    size_t at = 0;
    while (at < out->count && out->changes[at] < change)
        at++;
    if (at < out->count && out->changes[at] == change)
        return 1;
    if (out->count == out->room) {
        size_t room = out->room * 2 + 8;
        unsigned *grown = realloc(out->changes, room * sizeof *grown);
        if (!grown)
            return 0;
        out->changes = grown;
        out->room = room;
    }
    memmove(out->changes + at + 1, out->changes + at, (out->count - at) * sizeof *out->changes);
    out->changes[at] = change;
    out->count++;
    return 1;
}

static int set_add(struct attributed *out, const struct set *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (!changes_add(out, s->changes[i]))
            return 0;
    return 1;
}

static int changes_try(struct attributor *t, const struct attributed *of, const char *json, size_t size,
                       const struct both *both)
{
    size_t number;
    const struct set *s = set_find(t->a, of->changes, of->count, &number);
    return set_try(t, s, number, json, size, both);
}

/* Leaves out what can be left out: runs of changes, shorter and shorter, to single ones. */
static int changes_reduce(struct attributor *t, struct attributed *out, const char *json, size_t size,
                          const struct both *both)
{
    unsigned *all = malloc((out->count + 1) * sizeof *all);
    if (!all)
        return -1;
    for (size_t run = (out->count + 1) / 2; run; run = run == 1 ? 0 : (run + 1) / 2)
        for (size_t from = 0; from < out->count && out->count > 1;) {
            size_t count = out->count, to = from + run < count ? from + run : count;
            memcpy(all, out->changes, count * sizeof *all);
            memmove(out->changes + from, out->changes + to, (count - to) * sizeof *all);
            out->count = count - (to - from);
            int came = out->count ? changes_try(t, out, json, size, both) : 0;
            if (came == -1) {
                free(all);
                return -1;
            }
            if (came == 1)
                continue;
            memcpy(out->changes, all, count * sizeof *all);
            out->count = count;
            from = to;
        }
    free(all);
    return 0;
}

/* ---- does every part of the difference come from one change alone? */

static int element_has(const struct outcome *o, const struct outcome *of, const struct element *e)
{
    for (size_t i = 0; i < o->count; i++)
        if (o->elements[i].text.size == e->text.size &&
            memcmp(o->bytes.bytes + o->elements[i].text.at, of->bytes.bytes + e->text.at, e->text.size) == 0)
            return 1;
    return 0;
}

/* Marks the elements of `from` that are not in `to`, and that `tried` lost too. 0: `tried` lost another one. */
static int parts_mark(const struct outcome *from, const struct outcome *to, const struct outcome *tried,
                      unsigned char *marks)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct element *e = &from->elements[i];
        if (element_has(tried, from, e))
            continue;
        if (element_has(to, from, e))
            return 0;
        marks[i] = 1;
    }
    return 1;
}

/* The same for what came: elements of `to` that are not in `from`. */
static int parts_came(const struct outcome *from, const struct outcome *to, const struct outcome *tried,
                      unsigned char *marks)
{
    for (size_t i = 0; i < tried->count; i++)
        if (!element_has(from, tried, &tried->elements[i]) && !element_has(to, tried, &tried->elements[i]))
            return 0;
    for (size_t i = 0; i < to->count; i++)
        if (!element_has(from, to, &to->elements[i]) && element_has(tried, to, &to->elements[i]))
            marks[i] = 1;
    return 1;
}

static int marks_full(const struct outcome *of, const struct outcome *other, const unsigned char *marks)
{
    for (size_t i = 0; i < of->count; i++)
        if (!marks[i] && !element_has(other, of, &of->elements[i]))
            return 0;
    return 1;
}

static int are_parts(struct attributor *t, const struct attributed *out, size_t moved, const char *json, size_t size,
                     const struct both *both)
{
    const struct outcome *old = &both->old_outcome, *now = &both->now_outcome;
    unsigned char *lost = calloc(old->count + 1, 1), *came = calloc(now->count + 1, 1);
    int good = lost && came;
    for (size_t m = 0; good && m < moved; m++) {
        size_t number, in = 0;
        for (size_t i = 0; i < t->moved[m]->count; i++)
            for (size_t k = 0; k < out->count; k++)
                in += out->changes[k] == t->moved[m]->changes[i];
        if (in < t->moved[m]->count)
            continue;
        const struct set *s = set_find(t->a, t->moved[m]->changes, t->moved[m]->count, &number);
        good = set_try(t, s, number, json, size, both) == 0 && parts_mark(old, now, &t->tried, lost) &&
               parts_came(old, now, &t->tried, came);
    }
    good = good && marks_full(old, now, lost) && marks_full(now, old, came);
    free(lost);
    free(came);
    return good;
}

/* Several changes: those that move something alone; where they are not enough, all. */
static int several_find(struct attributor *t, size_t moved, const char *json, size_t size, const struct both *both,
                        struct attributed *out)
{
    for (size_t m = 0; m < moved; m++)
        if (!set_add(out, t->moved[m]))
            return -1;
    int came = out->count ? changes_try(t, out, json, size, both) : 0;
    if (came != 1) {
        for (unsigned i = 0; i < t->a->count; i++)
            if (!changes_add(out, i))
                return -1;
        came = changes_try(t, out, json, size, both);
    }
    if (came != 1) {    /* the new version itself has another answer: cannot be, but say so */
        out->how = HOW_UNKNOWN;
        out->count = 0;
        return 0;
    }
    if (changes_reduce(t, out, json, size, both) != 0) {
        out->how = HOW_UNKNOWN;
        out->count = 0;
        return 0;
    }
    out->how = are_parts(t, out, moved, json, size, both) ? HOW_PARTS : HOW_TOGETHER;
    return 0;
}

int attributor_find(struct attributor *t, const char *json, size_t size, const struct both *both,
                    struct attributed *out)
{
    size_t moved = 0;
    out->count = 0;
    out->how = HOW_SINGLE;
    order_make(t, json, size, both);
    for (unsigned i = 0; i < t->a->count; i++) {
        size_t number;
        const struct set *s = unit_find(t->a, t->order[i], &number);
        if (!s)
            continue;    /* stands with nothing: only all together */
        int known = 0;
        for (size_t m = 0; m < moved; m++)
            known |= t->moved[m] == s;
        int came = known ? 2 : set_try(t, s, number, json, size, both);
        if (came == 1)
            return set_add(out, s) ? 0 : -1;
        if (came == 0)
            t->moved[moved++] = s;
        if (came == -1)
            break;
    }
    return several_find(t, moved, json, size, both, out);
}
