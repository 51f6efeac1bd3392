/* Another evaluation of the same lanes in which only some facts have other values (the worlds of a held encounter):
 * what does not depend on them stays as the last full run left it. Charges and findings are always made anew. */
#include "vm/eval.h"

#include <stdlib.h>
#include <string.h>

/* What an instruction depends on and what it makes, as places in evaluator.reached: registers, behind them domains.
 * Listed once for all instructions, one behind the other: how many of the first, how many of the second, then both. */
struct listing {
    const struct edict_program *p;
    uint32_t *items; /* NULL: only counted */
    uint32_t count;
    int outputs; /* is it the turn of what is made? */
};

static void item_add(struct listing *l, uint32_t item)
{
    if (l->items)
        l->items[l->count] = item;
    l->count++;
}

static int operand_list(void *context, const struct operand *o)
{
    struct listing *l = context;
    const uint32_t n = *o->word, test = n & ~(uint32_t)CELL_NEGATED, registers = l->p->register_count;
    if (l->outputs) {
        if (o->letter == 'o')
            item_add(l, n);
    } else if (o->letter == 'A') {
        if (test < CELL_IN)
            item_add(l, o->word[1]);
        if (test == CELL_RANGE || test == CELL_CODES)
            item_add(l, o->word[2]);
    } else if (o->letter == 'i' || o->letter == 'm' || o->letter == 'l') {
        if (n < registers)
            item_add(l, n);
    } else if (o->letter == 'k') {
        item_add(l, registers + n);
    } else if (o->letter == 'o') {
        item_add(l, registers + l->p->registers[n].domain);
    }
    return 1;
}

static void steps_list(const struct edict_evaluator *e, struct listing *l)
{
    const struct edict_program *p = l->p;
    for (const struct step *s = e->steps; s->at != NONE; s++) {
        const uint32_t *at = p->code + s->at, *end = at + (*at >> 8), head = l->count;
        const char *layout = op_infos[s->op].operands;
        const enum op op = (enum op)s->op;
        l->count += 2;
        l->outputs = 0;
        layout_walk(layout, at + 1, end, operand_list, l);
        if (op == OP_CODE_CROSS) {
            item_add(l, p->register_count + p->domains[at[1]].a);
            item_add(l, p->register_count + p->domains[at[1]].b);
        }
        const uint32_t between = l->count;
        l->outputs = 1;
        layout_walk(layout, at + 1, end, operand_list, l);
        if (op == OP_CODE_CROSS || op == OP_CODE_GROUP || op == OP_CODE_CLOSE || op == OP_CODE_MERGE)
            item_add(l, p->register_count + at[1]);
        if (l->items) {
            l->items[head] = between - head - 2;
            l->items[head + 1] = l->count - between;
        }
    }
}

static int op_is_remade(enum op op)
{
    return op == OP_CODE_EMIT || op == OP_CODE_CLOSE || op == OP_CODE_EFFECT || op == OP_CODE_CAP ||
           op == OP_CODE_MERGE || op == OP_CODE_FIND;
}

static int reach_new(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    struct listing l = { .p = p };
    if (e->reached)
        return 1;
    steps_list(e, &l);
    e->reach_items = calloc((size_t)l.count + 1, sizeof *e->reach_items);
    e->reached = e->reach_items ? calloc((size_t)p->register_count + p->domain_count + 1, 1) : NULL;
    e->allocations += e->reached ? 2 : 0;
    if (!e->reached) {
        free(e->reach_items);
        e->reach_items = NULL;
        return 0;
    }
    l = (struct listing){ .p = p, .items = e->reach_items };
    steps_list(e, &l);
    return 1;
}

int rerun_plan(struct edict_evaluator *e, const unsigned char *facts)
{
    const struct edict_program *p = e->program;
    if (!reach_new(e))
        return 0;
    unsigned char *reached = e->reached;
    memset(reached, 0, (size_t)p->register_count + p->domain_count);
    for (uint32_t i = 0; i < p->fact_count; i++)
        reached[p->facts[i].reg] = facts[i];
    const uint32_t *item = e->reach_items;
    for (struct step *s = e->steps; s->at != NONE; s++) {
        const uint32_t depends = item[0], makes = item[1];
        int found = op_is_remade((enum op)s->op);
        item += 2;
        for (uint32_t i = 0; i < depends && !found; i++)
            found = reached[item[i]];
        item += depends;
        s->kept = !found;
        for (uint32_t i = 0; i < makes && found; i++)
            reached[item[i]] = 1;
        item += makes;
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
