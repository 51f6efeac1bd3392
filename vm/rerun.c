/* The same lanes evaluated again and again, in which only some facts have other values (the worlds of a held
 * encounter): what does not depend on them is evaluated once. Charges and findings are always made anew. A run can also
 * be a probe: most values that are tried make no difference once they have been compared with the bounds of the pack,
 * and lanes that are equal after the comparisons need not be evaluated both. */
#include "vm/eval.h"

#include <stdlib.h>
#include <string.h>

/* What an instruction depends on and what it makes, as places in evaluator.reached: registers, behind them domains.
 * Listed once for all instructions, one behind the other: how many of the first, how many of the second, then both. */
struct listing {
    const struct edict_program *p;
    uint32_t *items; /* NULL: only counted */
    uint32_t count;
    int outputs;  /* is it the turn of what is made? */
    int subjects; /* an instruction that names the records of its operands */
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
        if (n < registers && l->subjects && l->p->registers[n].domain)
            item_add(l, registers + l->p->registers[n].domain);
    } else if (o->letter == 'k') {
        item_add(l, registers + n);
    } else if (o->letter == 'o') {
        item_add(l, registers + l->p->registers[n].domain);
    }
    return 1;
}

static void steps_list(struct edict_evaluator *e, struct listing *l)
{
    const struct edict_program *p = l->p;
    for (struct step *s = e->steps; s->at != NONE; s++) {
        const uint32_t *at = p->code + s->at, *end = at + (*at >> 8), head = l->count;
        const char *layout = op_infos[s->op].operands;
        const enum op op = (enum op)s->op;
        s->items = head;
        l->count += 2;
        l->outputs = 0;
        l->subjects = op == OP_CODE_FIND || op == OP_CODE_EFFECT || op == OP_CODE_CAP;
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
    const size_t registers = p->register_count, domains = p->domain_count;
    struct listing l = { .p = p };
    if (e->reached)
        return 1;
    steps_list(e, &l);
    e->reach_items = calloc((size_t)l.count + 1, sizeof *e->reach_items);
    e->live = e->reach_items ? calloc(3 * (registers + domains), sizeof *e->live) : NULL;
    e->reached = e->live ? calloc(registers + domains, 1) : NULL;
    if (!e->reached) {
        free(e->reach_items);
        free(e->live);
        e->reach_items = e->live = NULL;
        return 0;
    }
    e->allocations += 3;
    e->kept.cells = e->live + 2 * registers + domains;
    e->kept.sizes = e->kept.cells + registers;
    e->kept.pairs = e->kept.sizes + domains;
    l = (struct listing){ .p = p, .items = e->reach_items };
    steps_list(e, &l);
    return 1;
}

/* What evaluator.reached says of an item: it depends on the facts; it is a number or time made of them, on which each
 * value shows; it depends on charges; a probe needs it, makes it; it is in `live`. */
enum { REACHED = 1, FINE = 2, LATE = 4, NEEDED = 8, PROBED = 16, LIVE = 32 };

/* Types of values that are only told apart by comparing them with others. */
static int type_is_fine(uint32_t type) { return (type >= TYPE_COUNT && type <= TYPE_TIME) || type == TYPE_TIMES; }

static int op_is_late(enum op op) { return op_is_remade(op) && op != OP_CODE_EMIT; }

/* Which instructions are kept; which read what shows each value. */
static void plan_reach(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    unsigned char *reached = e->reached;
    for (struct step *s = e->steps; s->at != NONE; s++) {
        const uint32_t *item = e->reach_items + s->items, *makes = item + 2 + item[0];
        unsigned found = op_is_remade((enum op)s->op) ? REACHED : 0;
        for (uint32_t i = 0; i < item[0]; i++)
            found |= reached[item[2 + i]];
        if (op_is_late((enum op)s->op))
            found |= LATE;
        s->kept = !(found & REACHED);
        s->probed = (found & (FINE | LATE)) == FINE;
        for (uint32_t i = 0; i < item[1] && found; i++) {
            const int is_fine = makes[i] < p->register_count && type_is_fine(p->registers[makes[i]].type);
            reached[makes[i]] |= (unsigned char)((found & (REACHED | LATE)) | (s->probed && is_fine ? FINE : 0));
        }
    }
}

/* What a probe needs besides. */
static void plan_probe(struct edict_evaluator *e)
{
    unsigned char *reached = e->reached;
    uint32_t n = 0;
    while (e->steps[n].at != NONE)
        n++;
    while (n-- > 0) {
        struct step *s = &e->steps[n];
        const uint32_t *item = e->reach_items + s->items, *makes = item + 2 + item[0];
        for (uint32_t i = 0; i < item[1]; i++)
            s->probed |= (reached[makes[i]] & (NEEDED | REACHED)) == (NEEDED | REACHED);
        for (uint32_t i = 0; i < item[1] && s->probed; i++)
            reached[makes[i]] |= PROBED;
        for (uint32_t i = 0; i < item[0] && s->probed; i++)
            reached[item[2 + i]] |= NEEDED;
    }
}

static void live_add(struct edict_evaluator *e, uint32_t item)
{
    if ((e->reached[item] & (PROBED | LIVE)) != PROBED)
        return;
    e->reached[item] |= LIVE;
    e->live[e->live_count++] = item;
}

/* What a probe makes and others read: the other instructions, and those who write the answer. Where ends lie before
 * their begins they look for the record by themselves (blame_reversed); the interval's state says which it is. */
static void plan_live(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    e->live_count = 0;
    for (const struct step *s = e->steps; s->at != NONE; s++) {
        const uint32_t *item = e->reach_items + s->items;
        for (uint32_t i = 0; i < item[0] && !s->kept && !s->probed; i++)
            live_add(e, item[2 + i]);
        if (s->op == OP_CODE_SPAN && s->probed)
            e->live[e->live_count++] = s->column | LIVE_STATES;
    }
    for (uint32_t i = 0; i < p->domain_count; i++) {
        if (p->domains[i].known != NONE)
            live_add(e, p->domains[i].known);
        if (p->domains[i].link != NONE)
            live_add(e, p->domains[i].link);
    }
}

int rerun_plan(struct edict_evaluator *e, const unsigned char *facts)
{
    const struct edict_program *p = e->program;
    if (!reach_new(e))
        return 0;
    memset(e->reached, 0, (size_t)p->register_count + p->domain_count);
    for (uint32_t i = 0; i < p->fact_count; i++)
        e->reached[p->facts[i].reg] = facts[i] ? REACHED | FINE | PROBED : 0;
    plan_reach(e);
    plan_probe(e);
    plan_live(e);
    return 1;
}

edict_status rerun_start(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    struct kept *k = &e->kept;
    eval_restart(e);
    for (const struct step *s = e->steps; s->at != NONE && e->status == EDICT_OK; s++)
        if (s->kept)
            eval_step_run(e, s, p->code);
    k->identities = NULL;
    if (e->identities && (k->identities = eval_alloc(e, 1, IDENTITIES_SIZE))) /* later runs put theirs in front */
        memcpy(k->identities, e->identities, IDENTITIES_SIZE);
    k->mark = arena_mark(&e->arena);
    k->whys = e->why_count;
    k->codes = e->code_count;
    k->intervals = e->interval_count;
    k->lanes = e->lanes;
    for (uint32_t i = 0; i < p->register_count; i++)
        k->cells[i] = e->columns[i].n;
    memcpy(k->sizes, e->sizes, p->domain_count * sizeof *k->sizes);
    memcpy(k->pairs, e->all_pairs, p->domain_count * sizeof *k->pairs);
    return e->status;
}

/* What is kept, as the first lanes have it: all of them have the same. Facts are the caller's. */
static void lanes_narrow(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    const struct kept *k = &e->kept;
    const uint32_t lanes = e->lanes, of = k->lanes;
    if (of == 1)
        return;
    for (uint32_t i = 0; i < p->domain_count; i++)
        if (!(e->reached[p->register_count + i] & REACHED)) {
            e->sizes[i] = k->sizes[i] / of * lanes;
            e->all_pairs[i] = k->pairs[i] / of * lanes;
        }
    for (uint32_t i = 0; i < p->register_count; i++)
        if (!(e->reached[i] & REACHED) && k->cells[i] != 1)
            e->columns[i].n = k->cells[i] / of * lanes;
}

edict_status rerun(struct edict_evaluator *e, enum rerun_kind kind)
{
    const struct kept *k = &e->kept;
    const uint32_t *code = e->program->code;
    arena_back(&e->arena, k->mark);
    e->status = EDICT_OK;
    if (k->identities)
        memcpy(e->identities, k->identities, IDENTITIES_SIZE);
    else
        e->identities = NULL;
    if (kind != RERUN_PROBE_AGAIN)
        e->why_count = k->whys;
    e->code_count = k->codes;
    e->interval_count = k->intervals;
    eval_forget(e);
    lanes_narrow(e);
    for (const struct step *s = e->steps; s->at != NONE && e->status == EDICT_OK; s++)
        if (kind == RERUN_WHOLE ? !s->kept : s->probed)
            eval_step_run(e, s, code);
    if (kind == RERUN_WHOLE)
        findings_close(e);
    return e->status;
}
