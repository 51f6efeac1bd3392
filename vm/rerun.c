/* Another evaluation of the same lanes in which only some facts have other values (the worlds of a held encounter):
 * what does not depend on them stays as the last full run left it. Charges and findings are always made anew. */
#include "vm/eval.h"

#include <stdlib.h>
#include <string.h>

struct reach {
    const struct edict_program *p;
    unsigned char *regs, *domains; /* that depend on the facts */
    int found;
};

static int operand_reach(void *context, const struct operand *o)
{
    struct reach *r = context;
    const uint32_t n = *o->word, test = n & ~(uint32_t)CELL_NEGATED;
    if (o->letter == 'A') {
        if (test < CELL_IN)
            r->found |= r->regs[o->word[1]];
        if (test == CELL_RANGE || test == CELL_CODES)
            r->found |= r->regs[o->word[2]];
    } else if (o->letter == 'i' || o->letter == 'm' || o->letter == 'l') {
        if (n < r->p->register_count)
            r->found |= r->regs[n];
    } else if (o->letter == 'k') {
        r->found |= r->domains[n];
    } else if (o->letter == 'o') {
        r->found |= r->domains[r->p->registers[n].domain];
    }
    return 1;
}

static int output_reach(void *context, const struct operand *o)
{
    struct reach *r = context;
    if (o->letter == 'o')
        r->regs[*o->word] = 1;
    return 1;
}

static int op_is_remade(enum op op)
{
    return op == OP_CODE_EMIT || op == OP_CODE_CLOSE || op == OP_CODE_EFFECT || op == OP_CODE_CAP ||
           op == OP_CODE_MERGE || op == OP_CODE_FIND;
}

int rerun_plan(struct edict_evaluator *e, const unsigned char *facts)
{
    const struct edict_program *p = e->program;
    if (!e->reached) {
        e->reached = calloc((size_t)p->register_count + p->domain_count + 1, 1);
        e->allocations += e->reached != NULL;
    }
    if (!e->reached)
        return 0;
    struct reach r = { p, e->reached, e->reached + p->register_count, 0 };
    memset(e->reached, 0, (size_t)p->register_count + p->domain_count);
    for (uint32_t i = 0; i < p->fact_count; i++)
        r.regs[p->facts[i].reg] = facts[i];
    for (struct step *s = e->steps; s->at != NONE; s++) {
        const uint32_t *at = p->code + s->at, *end = at + (*at >> 8);
        const char *layout = op_infos[s->op].operands;
        const enum op op = (enum op)s->op;
        r.found = op_is_remade(op);
        if (op == OP_CODE_CROSS)
            r.found |= r.domains[p->domains[at[1]].a] | r.domains[p->domains[at[1]].b];
        layout_walk(layout, at + 1, end, operand_reach, &r);
        s->kept = !r.found;
        if (!r.found)
            continue;
        layout_walk(layout, at + 1, end, output_reach, &r);
        if (op == OP_CODE_CROSS || op == OP_CODE_GROUP || op == OP_CODE_CLOSE || op == OP_CODE_MERGE)
            r.domains[at[1]] = 1;
    }
    return 1;
}

int rerun_keep(struct edict_evaluator *e)
{
    struct kept *k = &e->kept;
    if (e->identities) { /* later runs put theirs in front */
        k->identities = eval_alloc(e, 1, IDENTITIES_SIZE);
        if (!k->identities)
            return 0;
        memcpy(k->identities, e->identities, IDENTITIES_SIZE);
    } else {
        k->identities = NULL;
    }
    k->mark = arena_mark(&e->arena);
    k->whys = e->why_count;
    k->codes = e->code_count;
    k->intervals = e->interval_count;
    return 1;
}

edict_status rerun(struct edict_evaluator *e)
{
    const struct kept *k = &e->kept;
    const uint32_t *code = e->program->code;
    arena_back(&e->arena, k->mark);
    e->status = EDICT_OK;
    if (k->identities)
        memcpy(e->identities, k->identities, IDENTITIES_SIZE);
    else
        e->identities = NULL;
    e->why_count = k->whys;
    e->code_count = k->codes;
    e->interval_count = k->intervals;
    eval_forget(e);
    for (const struct step *s = e->steps; s->at != NONE && e->status == EDICT_OK; s++)
        if (!s->kept)
            eval_step_run(e, s, code);
    findings_close(e);
    eval_cells_count(e);
    return e->status;
}
