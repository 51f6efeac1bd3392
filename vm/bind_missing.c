/* What an encounter does not say: its facts that are missing, when everything was read, because a fact may stand for
 * another that comes later in the text. */
#include "vm/bind.h"

#include <stdio.h>
#include <string.h>

static edict_status no_memory(struct edict_evaluator *e)
{
    return input_error(e, EDICT_MEMORY, "no_memory", 0, "", "no memory");
}

/* The value and state of a fact that record `r` does not document. */
static edict_status missing_fill(struct edict_evaluator *e, uint32_t fact, uint32_t r)
{
    struct input *in = input_of(e);
    const struct edict_program *p = e->program;
    const struct image_fact *f = &p->facts[fact];
    struct fact_column *c = &in->columns[fact];
    const struct column *from;
    char text[64];
    c->w[r] = 0;
    switch (f->missing) {
    case MISSING_REFUSED:
        in->domain = f->domain;
        in->record = r;
        in->fact = fact;
        return input_error(e, EDICT_INPUT, "missing_fact", in->starts[f->domain][r],
            "a value: this fact must be documented",
                           "`%s` is missing", program_string(p, f->name));
    case MISSING_POSITION:
        snprintf(text, sizeof text, "%.40s%u", program_string(p, (uint32_t)f->value),
            r - bind_first(e, f->domain) + 1);
        c->v[r] = texts_intern(e, text_of(text));
        return c->v[r] < 0 ? no_memory(e) : EDICT_OK;
    default:    /* MISSING_SAME */
        from = &e->columns[f->value];
        c->v[r] = from->v[lane_cell(from, in->lane)];
        c->w[r] = from->w ? from->w[lane_cell(from, in->lane)] : 0;
        return EDICT_OK;
    }
}

/* The reason that the record of this place has not a fact is looked for among all only where the one that was met last
 * is gone. */
static inline uint32_t reason_of(struct edict_evaluator *e, uint32_t fact, uint32_t place)
{
    uint32_t *known = &input_of(e)->missing[(size_t)fact * MISSING_PLACES];
    const uint32_t node = place < MISSING_PLACES ? known[place] : UINT32_MAX;
    const struct why_node *why = node < e->why_count ? &e->whys[node] : NULL;
    if (why && why->a == fact && why->b == place && why->kind == WHY_FACT) return node;
    const uint32_t found = why_fact(e, fact, place) >> 1;
    if (place < MISSING_PLACES) known[place] = found;
    return found;
}

/* The states of a fact that its records must document. */
static void asked_fill(struct edict_evaluator *e, uint32_t fact, uint32_t first, uint32_t n)
{
    struct fact_column *c = &input_of(e)->columns[fact];
    uint32_t *w = c->w + first;
    for (; c->reasons < n && c->reasons < MISSING_PLACES; c->reasons++) (void)reason_of(e, fact, c->reasons);
    for (uint32_t place = 0; place < n; place++)
        if (w[place] == STATE_UNSET) w[place] = reason_of(e, fact, place) << 1;
}

void facts_meet(struct edict_evaluator *e, uint32_t domain, uint32_t record, uint64_t facts)
{
    struct input *in = input_of(e);
    const uint32_t first = lane_at(in, domain, in->lane);
    in->met[domain] |= facts;
    for (; facts; facts &= facts - 1) {
        const uint32_t fact = in->facts_of[in->facts_at[domain] + (uint32_t)__builtin_ctzll(facts)];
        struct fact_column *c = &in->columns[fact];
        c->clean = 0;
        for (uint32_t r = 0; r < record; r++) {
            c->v[r] = c->value;
            c->w[r] = c->given ? 0 : STATE_UNSET;
        }
        if (c->given) continue;
        for (uint32_t lane = 0; lane < in->lane; lane++) {
            const uint32_t at = lane_at(in, domain, lane);
            asked_fill(e, fact, at, lane_at(in, domain, lane + 1) - at);
        }
        in->doubts[fact / 64] |= (uint64_t)(first > 0) << fact % 64;
        in->gaps[fact / 64] |= (uint64_t)(record > first) << fact % 64;
    }
}

/* The reasons of late facts, before they are written for all lanes: there what fails could not be told any more. */
static void late_ready(struct edict_evaluator *e, uint32_t domain)
{
    struct input *in = input_of(e);
    const uint32_t n = e->sizes[domain] - bind_first(e, domain);
    const uint64_t late = in->late[domain] & ~in->met[domain];
    if (n > MISSING_PLACES) {
        facts_meet(e, domain, e->sizes[domain], late);
        return;
    }
    for (uint64_t left = late; left; left &= left - 1) {
        const uint32_t fact = in->facts_of[in->facts_at[domain] + (uint32_t)__builtin_ctzll(left)];
        for (uint32_t place = in->ready[domain]; place < n && !in->columns[fact].given; place++)
            (void)reason_of(e, fact, place);
    }
    in->ready[domain] = n;
}

struct column late_column(struct edict_evaluator *e, uint32_t fact)
{
    const struct input *in = input_of(e);
    const uint32_t domain = e->program->facts[fact].domain, n = e->sizes[domain];
    struct fact_column *c = &in->columns[fact];
    uint32_t states[MISSING_PLACES] = { 0 };
    for (; c->clean < n; c->clean++) c->v[c->clean] = c->value;
    if (c->given || !n) return (struct column){ c->v, NULL, n, 0 };
    for (uint32_t i = 0; i < MISSING_PLACES && i < in->ready[domain]; i++)
        states[i] = in->missing[(size_t)fact * MISSING_PLACES + i] << 1;
    for (uint32_t lane = 0; lane < e->lanes; lane++) {
        const uint32_t first = lane_at(in, domain, lane), end = lane_at(in, domain, lane + 1);
        for (uint32_t r = first; r < end; r += FILL_CELLS)
            memcpy(c->w + r, states + (r - first), FILL_CELLS * sizeof *c->w);
    }
    return (struct column){ c->v, c->w, n, 0 };
}

static edict_status column_finish(struct edict_evaluator *e, uint32_t fact)
{
    const struct image_fact *f = &e->program->facts[fact];
    const struct fact_column *c = &input_of(e)->columns[fact];
    const uint32_t first = bind_first(e, f->domain), n = e->sizes[f->domain];
    if (f->missing == MISSING_ASKED) {
        asked_fill(e, fact, first, n - first);
        return EDICT_OK;
    }
    for (uint32_t r = first; r < n; r++) {
        if (c->w[r] != STATE_UNSET) continue;
        edict_status status = missing_fill(e, fact, r);
        if (status != EDICT_OK) return status;
    }
    return EDICT_OK;
}

/* No two records of a list have one name. */
static edict_status names_check(struct edict_evaluator *e, uint32_t domain)
{
    struct input *in = input_of(e);
    const uint32_t fact = in->known_facts[domain], first = bind_first(e, domain), n = e->sizes[domain];
    if (fact == NONE) return EDICT_OK;
    const struct fact_column *c = &in->columns[fact];
    uint32_t r = first + 1;
    while (r < n && c->v[r] > c->v[r - 1]) r++;     /* mostly they count up */
    for (; r < n; r++)
        for (uint32_t q = first; q < r; q++) {
            if (c->v[q] != c->v[r] || c->w[q] || c->w[r]) continue;
            in->domain = domain;
            in->record = r;
            in->fact = fact;
            return input_error(e, EDICT_INPUT, "duplicate_id", in->starts[domain][r],
                "a name of its own for every entry",
                               "entries %u and %u of the list have the same name", q - first, r - first);
        }
    return EDICT_OK;
}

edict_status bind_missing(struct edict_evaluator *e)
{
    const struct input *in = input_of(e);
    const struct edict_program *p = e->program;
    edict_status status = EDICT_OK;
    for (uint32_t i = 0; i < in->facts_at[1]; i++) {
        const struct fact_column *c = &in->columns[in->facts_of[i]];
        e->columns[p->facts[in->facts_of[i]].reg] = (struct column){ c->v, c->w, e->sizes[0], 0 };
    }
    if (!in->ready[0]) late_ready(e, 0);
    for (uint32_t i = 0; i < in->list_count; i++) {
        const uint32_t d = in->lists[i];
        if (e->sizes[d] - bind_first(e, d) > in->ready[d] && in->late[d] & ~in->met[d]) late_ready(e, d);
    }
    /* A fact that stands for another comes after it; two rounds suffice, because it stands for one that asks or
     * has a default. */
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < in->fact_words; i++)
            for (uint64_t left = in->gaps[i] & (round ? in->same[i] : ~in->same[i]); left && status == EDICT_OK;
                left &= left - 1)
                status = column_finish(e, i * 64 + (uint32_t)__builtin_ctzll(left));
    for (uint32_t i = 0; i < in->list_count && status == EDICT_OK; i++) status = names_check(e, in->lists[i]);
    return status;
}
