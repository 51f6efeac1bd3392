/* What an encounter does not say: its facts that are missing, when everything was read, because a fact may stand for
 * another that comes later in the text. */
#include "vm/bind.h"

#include <stdio.h>

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

/* The states of a fact that its records must document: the reason is looked for among all only where the one that was
 * met last is gone. */
static void asked_fill(struct edict_evaluator *e, uint32_t fact, uint32_t first, uint32_t n)
{
    struct input *in = input_of(e);
    uint32_t *w = in->columns[fact].w + first, *known = &in->missing[(size_t)fact * MISSING_PLACES];
    for (uint32_t place = 0; place < n; place++) {
        if (w[place] != STATE_UNSET) continue;
        uint32_t node = place < MISSING_PLACES ? known[place] : UINT32_MAX;
        const struct why_node *why = node < e->why_count ? &e->whys[node] : NULL;
        if (!why || why->a != fact || why->b != place || why->kind != WHY_FACT) {
            node = why_fact(e, fact, place) >> 1;
            if (place < MISSING_PLACES) known[place] = node;
        }
        w[place] = node << 1;
    }
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
