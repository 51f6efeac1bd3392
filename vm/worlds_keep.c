/* The three-valued evaluation of a held encounter, kept while its worlds are evaluated: its columns and reasons stay
 * where they are, what a run writes over is copied, and it need not be made again for the answer. */
#include "vm/eval.h"
#include "vm/limits.h"
#include "vm/worlds.h"

#include <string.h>

static void *copy(struct edict_evaluator *e, const void *from, size_t count, size_t each)
{
    void *at = eval_alloc(e, count + 1, each);
    if (at && count)
        memcpy(at, from, count * each);
    return at;
}

static void put_back(void *to, const void *from, size_t count, size_t each)
{
    if (count)
        memcpy(to, from, count * each);
}

/* What a large one leaves to the worlds might be too little for them. */
int evaluation_keep(struct edict_evaluator *e, struct kept *k)
{
    const struct edict_program *p = e->program;
    if (e->arena.used > LIMIT_MEMORY / 16)
        return 1;
    k->columns = copy(e, e->columns, p->register_count, sizeof *e->columns);
    k->sizes = copy(e, e->sizes, p->domain_count, sizeof *e->sizes);
    k->links[0] = copy(e, e->pairs[0], p->domain_count, sizeof *e->pairs[0]);
    k->links[1] = copy(e, e->pairs[1], p->domain_count, sizeof *e->pairs[1]);
    k->charges = copy(e, e->charges, k->charge_count = e->charge_count, sizeof *e->charges);
    k->finals = copy(e, e->finals, k->final_count = e->final_count, sizeof *e->finals);
    k->findings = copy(e, e->findings, k->finding_count = e->finding_count, sizeof *e->findings);
    k->args = copy(e, e->args, k->arg_count = e->arg_count, sizeof *e->args);
    k->charge_end = e->charge_firsts[1];
    k->final_end = e->final_firsts[1];
    k->finding_end = e->finding_firsts[1];
    if (e->status != EDICT_OK)
        return 0;
    k->pinned = e->pinned;
    e->pinned = (struct pinned){ e->why_count, e->code_count, e->interval_count, arena_mark(&e->arena) };
    k->is_on = 1;
    return 1;
}

void evaluation_release(struct edict_evaluator *e, struct kept *k)
{
    if (k->is_on)
        e->pinned = k->pinned;
    k->is_on = 0;
}

int evaluation_back(struct edict_evaluator *e, struct kept *k)
{
    const struct edict_program *p = e->program;
    const struct fact_column *facts = input_of(e)->columns;
    int stayed = k->is_on; /* a column may be that of a fact */
    for (uint32_t i = 0; i < p->fact_count && stayed; i++) {
        const struct column *c = &k->columns[p->facts[i].reg];
        stayed = c->v == facts[i].v && (!c->w || c->w == facts[i].w);
    }
    if (stayed) {
        e->why_count = e->pinned.whys;
        e->code_count = e->pinned.codes;
        e->interval_count = e->pinned.intervals;
        put_back(e->columns, k->columns, p->register_count, sizeof *e->columns);
        put_back(e->sizes, k->sizes, p->domain_count, sizeof *e->sizes);
        put_back(e->pairs[0], k->links[0], p->domain_count, sizeof *e->pairs[0]);
        put_back(e->pairs[1], k->links[1], p->domain_count, sizeof *e->pairs[1]);
        put_back(e->charges, k->charges, e->charge_count = k->charge_count, sizeof *e->charges);
        put_back(e->finals, k->finals, e->final_count = k->final_count, sizeof *e->finals);
        put_back(e->findings, k->findings, e->finding_count = k->finding_count, sizeof *e->findings);
        put_back(e->args, k->args, e->arg_count = k->arg_count, sizeof *e->args);
        e->charge_firsts[1] = k->charge_end;
        e->final_firsts[1] = k->final_end;
        e->finding_firsts[1] = k->finding_end;
        e->status = EDICT_OK;
    }
    evaluation_release(e, k);
    return stayed;
}
