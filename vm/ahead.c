/* Encounters evaluated together before they are asked for (edict_evaluate_ahead). What the lanes cannot share, an
 * encounter that is held, refused or beyond a limit, is left to a second evaluator, one by one. */
#include "vm/bind.h"
#include "vm/result.h"

#include <stdlib.h>
#include <string.h>

enum { AHEAD_LANES = 64, AHEAD_BYTES = 256 << 10 };

struct ahead_slot {
    const char *json;
    size_t size;
    int shared;             /* the lane of the same number (below) has its answer */
    uint32_t lane, unknown; /* unknown keys met up to it */
};
struct ahead {
    struct edict_evaluator *alone; /* NULL: not needed yet */
    struct ahead_slot slots[AHEAD_LANES];
    uint32_t count, next;
    uint64_t dispatches; /* of one of them */
    int asked_alone;     /* the last answer came from `alone` */
    int together;        /* the program can be evaluated in lanes: 1 yes, -1 no, 0 not known yet */
};

/* Only equality of texts, links and sets is the same in company: their numbers are not. */
static int operand_fits(void *context, const struct operand *o)
{
    const struct edict_program *p = ((const struct edict_program *const *)context)[0];
    const uint32_t op = *((const uint32_t *const *)context)[1] & 0xff, n = *o->word;
    const uint32_t test = n & ~(uint32_t)CELL_NEGATED;
    switch (o->letter) {
    case 'A':
        return test == CELL_EQ || test == CELL_IN || test >= CELL_UNDOC || p->registers[o->word[1]].type != TYPE_TEXT;
    case 'i':
    case 'm':
        if (n >= p->register_count)
            return 1;
        if (op == OP_CODE_FIND)
            return p->registers[n].type != TYPE_LINK && p->registers[n].type != TYPE_SET;
        if (op == OP_CODE_LT || op == OP_CODE_LE || op == OP_CODE_MIN || op == OP_CODE_MAX || op == OP_CODE_ORDER2 ||
            op == OP_CODE_MERGE || (op == OP_CODE_CHOOSE && o->depth == 2))
            return p->registers[n].type != TYPE_TEXT && p->registers[n].type != TYPE_SET;
        return 1;
    default: return 1;
    }
}

static int lanes_fit(const struct edict_program *p)
{
    for (uint32_t at = 0; at < p->code_size; at += p->code[at] >> 8) {
        const void *context[2] = { p, &p->code[at] };
        if (!layout_walk(op_infos[p->code[at] & 0xff].operands, &p->code[at + 1], &p->code[at] + (p->code[at] >> 8),
                operand_fits, context))
            return 0;
    }
    return 1;
}

static struct ahead *ahead_of(struct edict_evaluator *e)
{
    if (!e->ahead) {
        e->ahead = calloc(1, sizeof *e->ahead);
        e->allocations++;
    }
    if (e->ahead && !e->ahead->together)
        e->ahead->together = lanes_fit(e->program) ? 1 : -1;
    return e->ahead && e->ahead->together > 0 ? e->ahead : NULL;
}

void ahead_free(struct edict_evaluator *e)
{
    if (!e->ahead)
        return;
    alone_free(e->ahead->alone);
    free(e->ahead);
    e->ahead = NULL;
}

void ahead_drop(struct edict_evaluator *e)
{
    if (e->ahead)
        e->ahead->count = e->ahead->next = 0;
}

uint32_t ahead_unknown(const struct edict_evaluator *e)
{
    const struct ahead *a = e->ahead;
    return a && a->next && a->next < a->count ? a->slots[a->next - 1].unknown : input_of(e)->unknown_count;
}

struct edict_evaluator *ahead_answered(const struct edict_evaluator *e)
{
    return e->ahead && e->ahead->asked_alone ? e->ahead->alone : (struct edict_evaluator *)e;
}

uint64_t ahead_allocations(const struct edict_evaluator *e)
{
    return e->ahead && e->ahead->alone ? alone_allocations(e->ahead->alone) : 0;
}

size_t edict_evaluate_ahead(edict_evaluator *e, const edict_encounter *encounters, size_t count)
{
    struct ahead *a = ahead_of(e);
    edict_error error;
    size_t bytes = 0;
    if (!a || count < 2)
        return 0;
    ahead_drop(e);
    bind_start(e);
    for (; a->count < count && a->count < AHEAD_LANES && bytes < AHEAD_BYTES; a->count++) {
        const edict_encounter *from = &encounters[a->count];
        const int marked = from->size >= 3 && memcmp(from->json, "\xef\xbb\xbf", 3) == 0;
        struct ahead_slot *s = &a->slots[a->count];
        bytes += from->size;
        *s = (struct ahead_slot){ from->json, from->size, 0, e->lanes, 0 };
        if (!marked && bytes < AHEAD_BYTES && bind_add(e, from->json, from->size, &error) == EDICT_OK) {
            e->lane = s->lane;
            s->shared = in_effect(e);
        }
        s->unknown = input_of(e)->unknown_count;
    }
    e->dispatches = 0;
    int good = e->lanes > 0;
    if (good) {
        bind_end(e);
        good = eval_run(e, e->program->code_size) == EDICT_OK;
        a->dispatches = e->dispatches / e->lanes;
    }
    for (uint32_t i = 0; i < a->count; i++)
        a->slots[i].shared = a->slots[i].shared && good && !lane_held(e, a->slots[i].lane);
    e->error = NULL;
    e->lane = 0;
    return a->count;
}

/* The second evaluator, with the policies of the first. */
static struct edict_evaluator *alone_of(struct edict_evaluator *e)
{
    struct ahead *a = e->ahead;
    edict_error error;
    if (!a->alone && alone_new(e->program, &e->options, &a->alone, &error) != EDICT_OK)
        return NULL;
    memcpy(a->alone->policy_values, e->policy_values, e->program->policy_count * sizeof *e->policy_values);
    memcpy(a->alone->policy_set, e->policy_set, e->program->policy_count);
    return a->alone;
}

int ahead_answer(struct edict_evaluator *e, const char *json, size_t size, uint64_t line, edict_answer *answer,
    edict_error *error, edict_status *status)
{
    struct ahead *a = e->ahead;
    if (a)
        a->asked_alone = 0;
    if (!a || a->next == a->count || a->slots[a->next].json != json || a->slots[a->next].size != size) {
        ahead_drop(e);
        return 0;
    }
    const struct ahead_slot *s = &a->slots[a->next];
    struct edict_evaluator *alone = s->shared ? NULL : alone_of(e);
    if (!s->shared && !alone) {
        ahead_drop(e);
        return 0;
    }
    a->next++;
    if (alone) {
        a->asked_alone = 1;
        *status = alone_evaluate(alone, json, size, line, answer, error);
        e->dispatches = alone->dispatches;
        return 1;
    }
    e->lane = s->lane;
    e->status = EDICT_OK;
    e->dispatches = a->dispatches;
    result_write(e, answer, 0);
    *status = e->status;
    if (!e->out.failed && *status == EDICT_OK)
        return 1;
    ahead_drop(e); /* too large an answer, or no memory: the usual way finds out which */
    return 0;
}
