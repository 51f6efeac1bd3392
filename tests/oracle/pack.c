/* A checked model made ready to be asked: numbers for its kinds and facts,
 * words in their order, policies tried out. */
#include "tests/oracle/oracle.h"

#include <stdlib.h>
#include <string.h>

/* ---- maps from addresses */

static size_t slot_of(const struct pointer_map *m, const void *key)
{
    uint64_t hash = (uint64_t)(uintptr_t)key * 0x9E3779B97F4A7C15u;
    size_t at = (size_t)(hash >> 20) & (m->room - 1);
    while (m->keys[at] && m->keys[at] != key) at = (at + 1) & (m->room - 1);
    return at;
}

void *pointer_get(const struct pointer_map *m, const void *key) { return m->room ? m->values[slot_of(m, key)] : NULL; }

void pointer_put(struct pointer_map *m, const void *key, void *value)
{
    if (m->count * 2 >= m->room) {
        struct pointer_map more = {.room = m->room ? m->room * 2 : 64};
        more.keys = calloc(more.room, sizeof *more.keys);
        more.values = calloc(more.room, sizeof *more.values);
        if (!more.keys || !more.values) abort();
        for (size_t i = 0; i < m->room; i++)
            if (m->keys[i]) pointer_put(&more, m->keys[i], m->values[i]);
        pointer_free(m);
        *m = more;
    }
    size_t at = slot_of(m, key);
    m->count += m->keys[at] == NULL;
    m->keys[at] = key;
    m->values[at] = value;
}

void pointer_free(struct pointer_map *m)
{
    free(m->keys);
    free(m->values);
    *m = (struct pointer_map){0};
}

/* ---- numbers and names */

struct known *known_of(struct oracle *o, struct field *f)
{
    struct known *k = pointer_get(&o->fields, f);
    if (k) return k;
    k = arena_zero(&o->arena, 1, sizeof *k);
    if (!k) abort();
    *k = (struct known){.field = f, .number = o->field_count++};
    pointer_put(&o->fields, f, k);
    return k;
}

uint32_t kind_number_of(const struct oracle *o, const struct kind *k)
{
    for (uint32_t i = 0; i < o->kind_count; i++)
        if (o->kinds[i] == k) return i;
    abort();
}

const struct trace *trace_of(struct oracle *o, const void *key, struct item *it, const struct item_row *row,
                             const char *hold)
{
    struct trace *t = pointer_get(&o->traces, key);
    if (t) return t;
    t = arena_zero(&o->arena, 1, sizeof *t);
    const char *kept = arena_copy(&o->arena, hold ? hold : "", strlen(hold ? hold : ""));
    if (!t || !kept) abort();
    *t = (struct trace){.item = it, .row = row, .hold = kept};
    pointer_put(&o->traces, key, t);
    return t;
}

static void words_rank(struct oracle *o)
{
    const struct model *m = o->m;
    o->rank = arena_zero(&o->arena, m->word_count + 1u, sizeof *o->rank);
    o->ranked = arena_zero(&o->arena, m->word_count + 1u, sizeof *o->ranked);
    if (!o->rank || !o->ranked) abort();
    for (unsigned i = 0; i < m->word_count; i++) {
        for (unsigned k = 0; k < m->word_count; k++) o->rank[i] += strcmp(m->words[k], m->words[i]) < 0;
        o->ranked[o->rank[i]] = i;
    }
}

static void kinds_number(struct oracle *o)
{
    for (struct kind *k = o->m->kinds; k && o->kind_count < KINDS_MOST; k = k->next) {
        o->kinds[o->kind_count++] = k;
        for (struct field *f = k->fields; f; f = f->next) known_of(o, f);
        if (k->domain != DOMAIN_LIST) continue;
        uint32_t at = o->list_count++;
        for (; at && text_compare(k->name, o->lists[at - 1]->name) < 0; at--) o->lists[at] = o->lists[at - 1];
        o->lists[at] = k;
    }
    for (struct field *f = o->m->policies; f; f = f->next) known_of(o, f);
    for (uint32_t i = 0; i < o->list_count && !o->shown; i++)
        if (o->lists[i]->known && !o->lists[i]->known_as) o->shown = o->lists[i];
}

static void results_name(struct oracle *o)
{
    o->results[o->result_count++] = text_of("charges");
    for (unsigned i = 0; i < o->m->bill_count; i++) {
        uint32_t k = 0;
        while (k < o->result_count && !text_equal(o->results[k], o->m->bills[i].list)) k++;
        if (k == o->result_count && k < sizeof o->results / sizeof *o->results)
            o->results[o->result_count++] = o->m->bills[i].list;
    }
}

struct oracle *oracle_new(struct model *m)
{
    struct oracle *o = calloc(1, sizeof *o);
    if (!o || !(o->encounter = calloc(1, sizeof *o->encounter)) || !(o->run = calloc(1, sizeof *o->run)) ||
        !(o->readings = calloc(1, sizeof(struct pointer_map))))
        abort();
    o->m = m;
    o->rules = o->image = "";
    arena_init(&o->arena, 0);
    arena_init(&o->encounter->arena, 0);
    arena_init(&o->run->arena, 0);
    words_rank(o);
    kinds_number(o);
    results_name(o);
    reach_all(o);
    return o;
}

void oracle_free(struct oracle *o)
{
    if (!o) return;
    pointer_free(&o->fields);
    pointer_free(&o->traces);
    pointer_free(&o->chosen);
    pointer_free(o->readings);
    arena_free(&o->run->arena);
    arena_free(&o->encounter->arena);
    arena_free(&o->arena);
    free(o->readings);
    free(o->run);
    free(o->encounter);
    free(o->wants);
    free(o->alone);
    free(o->bounds);
    free(o);
}

int oracle_set(struct oracle *o, const char *policy, const char *value)
{
    size_t size = strlen(value);
    for (struct field *f = o->m->policies; f; f = f->next)
        for (int exact = 1; text_is(f->name, policy) && exact >= 0; exact--)
            for (unsigned i = 0; i < f->policy->count; i++) {
                const char *written = f->policy->values[i].written;
                int unitless = !strncmp(written, value, size) && written[size] == ' ' && size;
                if (strcmp(written, value) != 0 && !(!exact && unitless)) continue;
                unsigned *set = arena_zero(&o->arena, 1, sizeof *set);
                if (!set) abort();
                *set = i;
                pointer_put(&o->chosen, f, set);
                return 1;
            }
    return 0;
}

void oracle_unset(struct oracle *o) { pointer_free(&o->chosen); }

/* The documented fact that a name is another name of. */
struct field *plain_fact(struct field *f)
{
    while (f->how == FIELD_DEFINE && !f->required_count && f->expr->op == X_FIELD && !f->expr->via &&
           f->expr->at == AT_RECORD)
        f = f->expr->field;
    return f;
}

/* ---- does something say the same for all records? */

int field_of_encounter(const struct oracle *o, const struct field *f)
{
    if (f->kind == o->m->encounter) return 1;
    if (f->how == FIELD_AGREED) return field_of_encounter(o, f->source);
    if (f->how != FIELD_DEFINE || !of_encounter(o, f->expr)) return 0;
    for (unsigned i = 0; i < f->required_count; i++)
        if (!of_encounter(o, f->required[i])) return 0;
    return 1;
}

int of_encounter(const struct oracle *o, const struct expr *e)
{
    if (!e) return 1;
    if (e->op == X_FIELD)
        return field_of_encounter(o, e->field) && (!e->via || e->field->kind == o->m->encounter);
    if (e->query) return !e->query->correlated;
    if (e->op == X_SECOND) return 0;
    for (unsigned i = 0; i < e->arg_count; i++)
        if (!of_encounter(o, e->args[i])) return 0;
    return of_encounter(o, e->a) && of_encounter(o, e->b) && of_encounter(o, e->c);
}
