/* The values that a missing fact may have: one for every class of values that
 * the pack can tell apart (SPEC.md, 19.2).
 */
#include "tests/oracle/world.h"

#include <string.h>

static void number_add(struct worlds *w, int64_t v)
{
    if (w->number_count == w->number_room) {
        int64_t *more = worlds_room(w, w->number_room * 2 + 64, sizeof *more);
        if (w->number_count) memcpy(more, w->numbers, w->number_count * sizeof *more);
        w->number_room = w->number_room * 2 + 64;
        w->numbers = more;
    }
    w->numbers[w->number_count++] = v;
}

/* The other end of the interval that has this fact as one end; NULL: there is
 * none. */
static struct field *partner(const struct oracle *o, const struct field *f, int *is_end)
{
    for (uint32_t i = 0; i < o->want_count; i++) {
        const struct fold *fold = o->wants[i].field->how == FIELD_FOLD ? o->wants[i].field->fold : NULL;
        if (!fold || fold->op != OP_ALL_TO) continue;
        struct field *from = plain_fact(fold->parts[0]->field), *to = plain_fact(fold->parts[1]->field);
        *is_end = to == f;
        if (from == f || to == f) return to == f ? from : to;
    }
    return NULL;
}

static void within(struct worlds *w, int64_t v, int64_t low, int64_t high)
{
    if (v >= low && v <= high) number_add(w, v);
}

/* Both sides of every number of minutes from `base` on. */
static void around(struct worlds *w, int64_t base, int64_t sign, int64_t low, int64_t high)
{
    for (uint32_t i = 0; i < w->o->bound_count; i++) {
        const struct bound *b = &w->o->bounds[i];
        if (b->type != TYPE_MINUTES || b->value < 0 || b->value > DAY) continue;
        within(w, base + sign * b->value, low, high);
        within(w, base + sign * b->value + 1, low, high);
    }
}

static void clocks(struct worlds *w, int fine, int64_t low, int64_t high)
{
    for (uint32_t i = 0; i < w->o->kind_count; i++)
        for (struct field *f = w->o->kinds[i]->fields; f; f = f->next)
            for (uint32_t n = 0; f->how == FIELD_FACT && f->type.base == TYPE_TIME && n < w->e->sizes[i]; n++) {
                const struct value *c = fact_cell(w, f, n);
                if (c->why) continue;
                within(w, c->v, low, high);
                within(w, c->v + 1, low, high);
                if (!fine) continue;
                around(w, c->v, 1, low, high);
                around(w, c->v, -1, low, high);
            }
}

/* Every further step of a threshold of minutes. */
static void steps(struct worlds *w, int64_t base, int64_t sign, int64_t low, int64_t high)
{
    struct run *r = w->first;
    struct place top = {.kind = w->o->m->encounter};
    for (uint32_t i = 0; i < w->o->want_count; i++) {
        const struct field *f = w->o->wants[i].field;
        const struct table *t = f->how == FIELD_STEP ? f->table : NULL;
        if (!t || !t->every || t->columns[0]->type.base != TYPE_MINUTES) continue;
        for (unsigned k = 0; k < t->row_count; k++) { /* the last row of any date */
            const struct expr *from = t->rows[k].result.expr;
            int last = 1;
            for (unsigned q = k + 1; q < t->row_count; q++)
                last = last && !(t->rows[q].from->from <= t->rows[k].from->until &&
                                 t->rows[k].from->from <= t->rows[q].from->until);
            if (!last || !of_encounter(w->o, from) || !of_encounter(w->o, t->every)) continue;
            struct value m = eval(r, &top, from), every = eval(r, &top, t->every);
            if (m.why || every.why || every.v <= 0) continue;
            for (int64_t v = m.v; v <= DAY; v += every.v) within(w, base + sign * (sign > 0 ? v : v - 1), low, high);
        }
    }
}

/* The middle of every documented interval; as far behind each clock time as that is from the other end. */
static void halves(struct worlds *w, int64_t base, int64_t low, int64_t high)
{
    for (uint32_t i = 0; i < w->o->want_count; i++) {
        const struct fold *fold = w->o->wants[i].field->how == FIELD_FOLD ? w->o->wants[i].field->fold : NULL;
        if (!fold || fold->op != OP_ALL_TO) continue;
        struct field *from = plain_fact(fold->parts[0]->field), *to = plain_fact(fold->parts[1]->field);
        if (from->how != FIELD_FACT || to->how != FIELD_FACT || from->kind != to->kind) continue;
        uint32_t k = 0;
        while (k < w->o->kind_count && w->o->kinds[k] != from->kind) k++;
        for (uint32_t n = 0; k < w->o->kind_count && n < w->e->sizes[k]; n++) {
            const struct value *a = fact_cell(w, from, n), *b = fact_cell(w, to, n);
            if (a->why || b->why) continue;
            within(w, a->v + (b->v - a->v) / 2, low, high);
            within(w, a->v + (b->v - a->v) / 2 + 1, low, high);
        }
    }
    for (uint32_t i = 0; i < w->o->kind_count; i++)
        for (struct field *f = w->o->kinds[i]->fields; f; f = f->next)
            for (uint32_t n = 0; f->how == FIELD_FACT && f->type.base == TYPE_TIME && n < w->e->sizes[i]; n++) {
                const struct value *c = fact_cell(w, f, n);
                if (c->why) continue;
                within(w, 2 * c->v - base - 1, low, high);
                within(w, 2 * c->v - base, low, high);
            }
}

static void time_candidates(struct worlds *w, const struct missing *x, int fine)
{
    int is_end;
    struct field *other = partner(w->o, x->fact, &is_end);
    if (!other || other->kind != x->fact->kind) {
        clocks(w, 1, INT64_MIN / 2, INT64_MAX / 2);
        return;
    }
    struct value c =
        other->how == FIELD_FACT ? *fact_cell(w, other, x->record) : column_of(w->first, other)->cells[x->record];
    if (c.why) { /* the other end is missing too: where that matters nobody can
                    say how long it was */
        for (uint32_t i = 0; i < w->blamed_count; i++)
            if (w->blamed[i].fact == other && w->blamed[i].record == x->record) return;
        clocks(w, 1, INT64_MIN / 2, INT64_MAX / 2);
        return;
    }
    int64_t sign = is_end ? 1 : -1, low = is_end ? c.v + 1 : c.v - DAY, high = is_end ? c.v + DAY : c.v - 1;
    number_add(w, low);
    number_add(w, high);
    around(w, c.v, sign, low, high);
    clocks(w, fine, low, high);
    halves(w, c.v, low, high);
    if (fine) steps(w, c.v, sign, low, high);
}

static int64_t phrase_new(struct worlds *w, struct text t, int invented)
{
    struct phrase *p = worlds_room(w, 1, sizeof *p);
    *p = (struct phrase){t.at, t.size, invented};
    return POINTER(p);
}

/* What stands in other records, the pack's own texts, and new ones: as many as
 * are missing, all different. */
static void text_candidates(struct worlds *w, uint32_t number)
{
    const struct missing *x = &w->blamed[number];
    uint32_t same = 0;
    if (w->o->text_count > TEXTS) return;
    for (uint32_t i = 0; i < w->o->text_count; i++) number_add(w, phrase_new(w, text_of(w->o->texts[i]), 0));
    for (uint32_t i = 0; i < w->e->sizes[kind_number_of(w->o, x->fact->kind)]; i++)
        if (!fact_cell(w, x->fact, i)->why) number_add(w, fact_cell(w, x->fact, i)->v);
    for (uint32_t i = 0; i < number; i++) same += w->blamed[i].fact == x->fact;
    for (uint32_t i = 0; i <= same; i++)
        number_add(w, phrase_new(w, text_of(""), (int)(known_of(w->o, x->fact)->number * LIMIT_NEW + i + 1)));
}

void candidates_find(struct worlds *w, uint32_t number, int fine)
{
    const struct missing *x = &w->blamed[number];
    const struct type *t = &x->fact->type;
    w->number_count = 0;
    if (t->base == TYPE_BOOL || t->base == TYPE_COUNT)
        for (int64_t i = 0; i < 2; i++) number_add(w, i);
    for (uint32_t i = 0; t->base == TYPE_WORD && i < t->words->count; i++)
        number_add(w, w->o->rank[t->words->atoms[i]]);
    for (uint32_t i = 0; t->base == TYPE_COUNT && i < w->o->bound_count; i++)
        for (int64_t d = 0; d < 2 && w->o->bounds[i].type == TYPE_COUNT && w->o->bounds[i].value >= 0; d++)
            number_add(w, w->o->bounds[i].value + d);
    if (t->base == TYPE_TIME) time_candidates(w, x, fine);
    if (t->base == TYPE_TEXT) text_candidates(w, number);
    uint32_t n = 0;
    for (uint32_t i = 0; i < w->number_count; i++) { /* sorted, each once */
        uint32_t at = n;
        int64_t v = w->numbers[i];
        while (at && value_compare(t, v, w->numbers[at - 1]) < 0) at--;
        if (at && value_same(t, v, w->numbers[at - 1])) continue;
        memmove(w->numbers + at + 1, w->numbers + at, (n - at) * sizeof *w->numbers);
        w->numbers[at] = v;
        n++;
    }
    w->number_count = n;
}
