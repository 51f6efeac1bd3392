/* What stands whatever the missing facts are: each value that they can take is
 * tried out in an evaluation of its own. */
#include "tests/oracle/world.h"

#include <stdlib.h>
#include <string.h>

void *worlds_room(struct worlds *w, size_t count, size_t each)
{
    void *at = arena_zero(w->arena, count ? count : 1, each);
    if (!at) abort();
    return at;
}

static struct text kept(struct worlds *w, const struct buffer *b)
{
    const char *at = arena_copy(w->arena, b->at ? b->at : "", b->size);
    if (!at) abort();
    return (struct text){at, (uint32_t)b->size};
}

struct value *fact_cell(struct worlds *w, const struct field *f, uint32_t record)
{
    return &w->e->facts[known_of(w->o, (struct field *)(intptr_t)f)->number][record];
}

static void blamed_add(struct worlds *w, struct field *f, uint32_t record)
{
    for (uint32_t i = 0; i < w->blamed_count; i++)
        if (w->blamed[i].fact == f && w->blamed[i].record == record) return;
    if (w->blamed_count == w->blamed_room) {
        struct missing *more = worlds_room(w, w->blamed_room * 2 + 16, sizeof *more);
        if (w->blamed_count) memcpy(more, w->blamed, w->blamed_count * sizeof *more);
        w->blamed_room = w->blamed_room * 2 + 16;
        w->blamed = more;
    }
    w->blamed[w->blamed_count++] = (struct missing){f, record};
}

static int row_known(const struct worlds *w, const struct trace *row)
{
    for (uint32_t i = 0; i < w->row_count; i++)
        if (w->rows[i] == row) return 1;
    return 0;
}

static void blamed_gather(struct worlds *w, const struct holds *h, int first)
{
    for (uint32_t i = 0; i < h->blame_count; i++) {
        const struct hold *x = h->blames[i].hold;
        const struct lack *lack = &x->entries[h->blames[i].entry];
        if (lack->dropped || !fact_cell(w, x->fact, lack->record)->why) continue;
        blamed_add(w, x->fact, lack->record);
        if (!first || !x->said || row_known(w, x->row)) continue;
        if (w->row_count == w->row_room) {
            const struct trace **more = worlds_room(w, w->row_room * 2 + 16, sizeof *more);
            if (w->row_count) memcpy(more, w->rows, w->row_count * sizeof *more);
            w->row_room = w->row_room * 2 + 16;
            w->rows = more;
        }
        w->rows[w->row_count++] = x->row;
    }
}

/* ---- which facts are tried out within a budget of worlds */

struct plan {
    uint32_t worlds, trials, left;
};

static struct plan plan_make(struct worlds *w, uint32_t budget, int fine, int make)
{
    struct plan plan = {1, 0, 0};
    if (make) {
        w->trial_count = 0;
        w->trials = worlds_room(w, w->blamed_count, sizeof *w->trials);
    }
    for (uint32_t i = 0; i < w->blamed_count; i++) {
        candidates_find(w, i, fine);
        if (!w->number_count) continue;
        if (w->number_count > budget / plan.worlds) {
            plan.left++;
            continue;
        }
        plan.worlds *= w->number_count;
        plan.trials++;
        if (!make) continue;
        struct trial *t = &w->trials[w->trial_count++];
        *t = (struct trial){.fact = w->blamed[i].fact, .record = w->blamed[i].record, .count = w->number_count};
        t->why = fact_cell(w, t->fact, t->record)->why;
        t->candidates = worlds_room(w, t->count, sizeof *t->candidates);
        for (uint32_t k = 0; k < t->count; k++) t->candidates[k].value = w->numbers[k];
    }
    return plan;
}

/* Sets every cell that is missing for this fact's sake: its own, and those of
 * records that stand for it. */
static void trial_set(struct worlds *w, const struct trial *t, struct value to)
{
    *fact_cell(w, t->fact, t->record) = to;
    for (uint32_t i = 0; i < t->follower_count; i++) *t->followers[i] = to;
}

static void followers_find(struct worlds *w, struct trial *t)
{
    struct oracle *o = w->o;
    for (int pass = 0; pass < 2; pass++) {
        t->follower_count = 0;
        for (uint32_t i = 0; i < o->kind_count; i++)
            for (struct field *f = o->kinds[i]->fields; f; f = f->next) {
                if (f->how != FIELD_FACT || f->fact->missing != MISSING_SAME || f->fact->same != t->fact) continue;
                for (uint32_t k = 0; k < w->e->sizes[i]; k++) {
                    if (fact_cell(w, f, k)->why != t->why) continue;
                    if (pass) t->followers[t->follower_count] = fact_cell(w, f, k);
                    t->follower_count++;
                }
            }
        if (!pass) t->followers = worlds_room(w, t->follower_count, sizeof *t->followers);
    }
}

/* ---- what a world gives */

static int outcome_is(const struct outcome *o, const struct final *f)
{
    const struct type list = {TYPE_CODES, NULL, ""};
    return text_equal(o->list, f->list) && o->code == f->code && o->date == f->date &&
           value_same(&list, POINTER(o->modifiers), POINTER(f->modifiers));
}

static const struct final *final_like(const struct run *r, const struct outcome *o)
{
    for (uint32_t i = 0; i < r->final_count; i++)
        if (outcome_is(o, &r->finals[i])) return &r->finals[i];
    return NULL;
}

static struct outcome outcome_of(struct worlds *w, const struct final *f)
{
    struct codes *c = worlds_room(w, 1, sizeof *c + f->modifiers->count * sizeof *c->at);
    memcpy(c, f->modifiers, sizeof *c + f->modifiers->count * sizeof *c->at);
    return (struct outcome){f->list, f->code, f->units, f->date, c};
}

static void outcome_meet(const struct run *r, struct outcome *o)
{
    const struct final *f = o->units > 0 ? final_like(r, o) : NULL;
    int64_t units = f ? f->units : 0;
    if (units < o->units) o->units = units;
}

static void candidate_meet(struct worlds *w, struct candidate *c)
{
    const struct run *r = w->run;
    if (c->met++) {
        for (uint32_t i = 0; i < c->count; i++) outcome_meet(r, &c->outcomes[i]);
        return;
    }
    c->outcomes = worlds_room(w, r->final_count, sizeof *c->outcomes);
    for (uint32_t i = 0; i < r->final_count; i++) c->outcomes[c->count++] = outcome_of(w, &r->finals[i]);
}

static struct text tail_of(struct worlds *w, struct run *r, const struct charge *first)
{
    struct buffer b;
    buffer_init(&b, 0);
    put_tail_json(r, first, &b);
    struct text t = kept(w, &b);
    buffer_free(&b);
    return t;
}

static struct text finding_text(struct worlds *w, struct run *r, const struct finding *f, int key)
{
    struct buffer b;
    buffer_init(&b, 0);
    put_finding_json(r, f, key, &b);
    struct text t = kept(w, &b);
    buffer_free(&b);
    return t;
}

static void standing_meet(struct worlds *w, int first)
{
    struct run *r = w->run;
    if (first) {
        w->standing = worlds_room(w, r->final_count, sizeof *w->standing);
        w->standing_count = 0;
    }
    for (uint32_t i = 0; first && i < r->final_count; i++) {
        struct outcome o = outcome_of(w, &r->finals[i]);
        w->standing[w->standing_count++] =
            (struct standing){o.list, o.code, o.units, o.date, o.modifiers, tail_of(w, r, r->finals[i].first)};
    }
    for (uint32_t i = 0; !first && i < w->standing_count; i++) {
        struct standing *s = &w->standing[i];
        struct outcome o = {s->list, s->code, s->units, s->date, s->modifiers};
        outcome_meet(r, &o);
        s->units = o.units;
    }
}

/* Keeps the findings that every world so far has. */
static void findings_meet(struct worlds *w, int first)
{
    struct run *r = w->run;
    if (r->finding_count > FINDINGS) {
        w->finding_count = 0;
        return;
    }
    if (first) {
        w->findings = worlds_room(w, r->finding_count, sizeof *w->findings);
        w->finding_count = 0;
        for (uint32_t i = 0; i < r->finding_count; i++) {
            const struct finding *f = &r->findings[i];
            if (f->kind == FIND_HOLD) continue;
            w->findings[w->finding_count++] = (struct lasting){finding_text(w, r, f, 0), finding_text(w, r, f, 1), 1};
        }
        return;
    }
    char *met = worlds_room(w, w->finding_count, 1);
    for (uint32_t i = 0; w->finding_count && i < r->finding_count; i++) {
        if (r->findings[i].kind == FIND_HOLD) continue;
        struct text key = finding_text(w, r, &r->findings[i], 1);
        uint32_t k = 0;
        while (k < w->finding_count && (!w->findings[k].alive || met[k] || !text_equal(w->findings[k].key, key))) k++;
        if (k < w->finding_count) met[k] = 1;
    }
    for (uint32_t k = 0; k < w->finding_count; k++) w->findings[k].alive = w->findings[k].alive && met[k];
}

/* No encounter is in this world: with the values tried, a rule that asked for
 * them still finds no answer. */
static int impossible(struct worlds *w, const struct holds *h)
{
    int refused = 0;
    for (uint32_t i = 0; i < h->count; i++) {
        const struct hold *x = h->list[i];
        for (uint32_t k = 0; k < x->count; k++)
            if (!x->entries[k].dropped && fact_cell(w, x->fact, x->entries[k].record)->why) return 0;
        refused |= x->said && row_known(w, x->row);
    }
    return refused;
}

static int trials_next(struct worlds *w)
{
    for (uint32_t i = w->trial_count; i-- > 0; w->trials[i].now = 0)
        if (++w->trials[i].now < w->trials[i].count) return 1;
    return 0;
}

static int modifiers_few(const struct run *r)
{
    for (uint32_t i = 0; i < r->final_count; i++)
        if (r->finals[i].modifiers->count > MODIFIERS) return 0;
    return 1;
}

/* How many worlds are possible; -1: one of them has no answer. */
static int64_t round_run(struct worlds *w)
{
    int64_t possible = 0;
    w->standing_count = w->finding_count = 0;
    do {
        struct holds holds;
        for (uint32_t i = 0; i < w->trial_count; i++)
            trial_set(w, &w->trials[i], documented(w->trials[i].candidates[w->trials[i].now].value));
        run_begin(w->run, w->o, w->e);
        run_all(w->run);
        if (w->run->failed) return -1;
        holds_find(w->run, &holds);
        if (holds.count && impossible(w, &holds)) continue;
        blamed_gather(w, &holds, 0);
        if (!modifiers_few(w->run)) return -1;
        standing_meet(w, possible == 0);
        findings_meet(w, possible == 0);
        for (uint32_t i = 0; i < w->trial_count; i++) candidate_meet(w, &w->trials[i].candidates[w->trials[i].now]);
        possible++;
    } while (trials_next(w));
    return possible;
}

/* Facts that come up only in some worlds are added, up to three rounds. */
static int rounds_run(struct worlds *w, uint32_t budget)
{
    uint32_t blamed = 0;
    int64_t possible = 0;
    for (int i = 0; i < ROUNDS && w->blamed_count > blamed; i++) {
        uint32_t few = budget < FINE ? budget : FINE;
        int fine = !plan_make(w, few, 1, 0).left;
        struct plan plan = plan_make(w, fine ? few : budget, fine, 0);
        if (plan.trials <= w->trial_count) break;
        plan_make(w, fine ? few : budget, fine, 1);
        for (uint32_t k = 0; k < w->trial_count; k++) followers_find(w, &w->trials[k]);
        budget -= plan.worlds;
        blamed = w->blamed_count;
        possible = round_run(w);
        for (uint32_t k = 0; k < w->trial_count; k++) trial_set(w, &w->trials[k], undocumented(w->trials[k].why));
        if (possible < 0) return 0;
    }
    return possible > 0;
}

/* ---- what is told of it */

static int outcomes_same(const struct candidate *a, const struct candidate *b)
{
    const struct type list = {TYPE_CODES, NULL, ""};
    uint32_t n = 0, m = 0;
    for (uint32_t i = 0; i < b->count; i++) m += b->outcomes[i].units > 0;
    for (uint32_t i = 0; i < a->count; i++) {
        const struct outcome *x = &a->outcomes[i];
        int found = 0;
        if (x->units <= 0) continue;
        n++;
        for (uint32_t k = 0; k < b->count && !found; k++) {
            const struct outcome *y = &b->outcomes[k];
            found = y->units == x->units && text_equal(x->list, y->list) && x->code == y->code && x->date == y->date &&
                    value_same(&list, POINTER(x->modifiers), POINTER(y->modifiers));
        }
        if (!found) return 0;
    }
    return n == m;
}

static void put_class_value(struct oracle *o, struct buffer *out, const char *key, const struct type *t, int64_t v)
{
    buffer_printf(out, "\"%s\": ", key);
    if (t->base == TYPE_BOOL) {
        buffer_text(out, v ? "true" : "false");
        return;
    }
    if (t->base != TYPE_COUNT) buffer_byte(out, '"');
    put_value_text(o, out, t, v);
    if (t->base != TYPE_COUNT) buffer_byte(out, '"');
}

static void put_outcomes(struct buffer *out, const struct candidate *c)
{
    int n = 0;
    buffer_text(out, "\"charges\": [");
    for (uint32_t i = 0; i < c->count; i++) {
        if (c->outcomes[i].units <= 0) continue;
        buffer_text(out, n++ ? ", {\"code\": " : "{\"code\": ");
        put_code_json(out, c->outcomes[i].code);
        buffer_text(out, ", \"units\": ");
        buffer_int(out, c->outcomes[i].units);
        buffer_text(out, ", \"modifiers\": ");
        put_codes_json(out, c->outcomes[i].modifiers);
        buffer_byte(out, '}');
    }
    buffer_byte(out, ']');
}

/* Neighbouring times and counts that give the same are one class, until the
 * next one begins. 0: all give the same. */
static int classes_put(struct worlds *w, const struct trial *t, struct buffer *out)
{
    const struct type *type = &t->fact->type;
    int ranges = type->base == TYPE_TIME || type->base == TYPE_COUNT, differ = 0, n = 0;
    buffer_byte(out, '[');
    for (uint32_t i = 0, end; i < t->count; i = end) {
        const struct candidate *c = &t->candidates[i];
        end = i + 1;
        while (ranges && c->met && end < t->count && t->candidates[end].met && outcomes_same(c, &t->candidates[end]))
            end++;
        if (!c->met) continue;
        int open = type->base == TYPE_COUNT && end == t->count;
        int64_t last = !ranges          ? c->value
                       : end < t->count ? t->candidates[end].value - 1
                                        : t->candidates[end - 1].value;
        buffer_text(out, n++ ? ", {" : "{");
        put_class_value(w->o, out, last == c->value && !open ? "value" : "from", type, c->value);
        buffer_text(out, ", ");
        if (last != c->value && !open) {
            put_class_value(w->o, out, "to", type, last);
            buffer_text(out, ", ");
        }
        put_outcomes(out, c);
        buffer_byte(out, '}');
        for (uint32_t k = 0; k < i; k++) differ |= t->candidates[k].met && !outcomes_same(&t->candidates[k], c);
    }
    buffer_byte(out, ']');
    return differ;
}

static void settle(struct worlds *w, struct settled *out)
{
    struct run *r = w->first;
    out->active = 1;
    out->standing = w->standing;
    for (uint32_t i = 0; i < w->standing_count; i++) {
        struct standing s = w->standing[i];
        struct outcome o = {s.list, s.code, s.units, s.date, s.modifiers};
        const struct final *f = final_like(r, &o);
        if (s.units <= 0) continue;
        if (f) s.tail = tail_of(w, r, f->first); /* what is charged anyway is told with its own reasons */
        out->standing[out->standing_count++] = s;
    }
    for (uint32_t i = 0; i < r->finding_count; i++) { /* what is found anyway is told once */
        if (r->findings[i].kind == FIND_HOLD || !w->finding_count) continue;
        struct text key = finding_text(w, r, &r->findings[i], 1);
        uint32_t k = 0;
        while (k < w->finding_count && (!w->findings[k].alive || !text_equal(w->findings[k].key, key))) k++;
        if (k < w->finding_count) w->findings[k].alive = 0;
    }
    out->findings = w->findings;
    out->finding_count = w->finding_count;
    out->classes = worlds_room(w, w->trial_count, sizeof *out->classes);
    for (uint32_t i = 0; i < w->trial_count; i++) {
        struct buffer b;
        buffer_init(&b, 0);
        if (w->trials[i].fact->type.base != TYPE_TEXT && classes_put(w, &w->trials[i], &b))
            out->classes[out->class_count++] = (struct classes){w->trials[i].fact, w->trials[i].record, kept(w, &b)};
        buffer_free(&b);
    }
}

void worlds_settle(struct run *r, struct arena *a, uint32_t budget, struct settled *out)
{
    struct run world = {0};
    struct worlds w = {.o = r->o, .e = r->e, .first = r, .run = &world, .arena = a};
    struct holds holds;
    *out = (struct settled){0};
    holds_find(r, &holds);
    blamed_gather(&w, &holds, 1);
    if (!w.blamed_count) return;
    arena_init(&world.arena, 0);
    if (rounds_run(&w, budget)) settle(&w, out);
    arena_free(&world.arena);
}
