/* What the making of pairs (CROSS) already says about each pair: that its keys are equal, that its conditions hold,
 * that it is no record with itself. Where the columns behind are documented everywhere, the instructions that ask for
 * it again answer yes without being carried out, and what only they read is not made. Found with the evaluator. */
#include "vm/eval.h"

#include <stdlib.h>

/* The output is yes everywhere if these columns are documented everywhere; NONE: nothing more is asked. */
struct implied {
    uint32_t a, b;
};

struct finder {
    const struct edict_evaluator *e;
    uint32_t *crosses; /* of each domain: code offset + 1 of the CROSS that makes it */
    uint32_t *uses;    /* of each register */
    uint32_t *readers; /* of each register: its last reader, an output of an instruction with nothing else */
    uint32_t output;   /* of the instruction being walked, or NONE */
};

/* The operands of the instruction that writes a register, if it is one of this kind; else NULL. */
static const uint32_t *written_by(const struct finder *f, uint32_t reg, enum op op)
{
    const uint32_t at = reg == NONE ? 0 : f->e->writers[reg];
    return at && (f->e->program->code[at - 1] & 0xff) == op ? f->e->program->code + at : NULL;
}

/* Is the register what a link of pairs finds in another one? */
static int gathers(const struct finder *f, uint32_t reg, uint32_t link, uint32_t from)
{
    const uint32_t *at = written_by(f, reg, OP_CODE_GATHER);
    return from == NONE ? reg == link : at && at[1] == link && at[2] == from;
}

/* An image may have any number of keys and parts of a condition: no more than these are looked at. */
enum { KEYS_MOST = 8, PARTS_MOST = 64 };

/* Does a condition that is yes say that another one is? `left`: parts that may still be looked at. */
static int says(const struct finder *f, uint32_t condition, uint32_t other, uint32_t *left)
{
    if (condition == other || !*left)
        return condition == other;
    --*left;
    const uint32_t *at = written_by(f, condition, OP_CODE_AND);
    return at && (says(f, at[1], other, left) || says(f, at[2], other, left));
}

/* Of an instruction over the pairs of `cross` (its operands): what it has to ask to be yes. 0: it is not implied. */
static int implied_by(const struct finder *f, const uint32_t *cross, enum op op, const uint32_t *at, struct implied *is)
{
    const uint32_t x = cross[1], y = cross[2], *keys = cross + 5, *conditions = keys + 2 * (size_t)cross[4];
    *is = (struct implied){ NONE, NONE };
    if (op == OP_CODE_GATHER && (at[1] == x || at[1] == y)) {
        uint32_t left = PARTS_MOST;
        is->a = conditions[at[1] == y];
        return is->a != NONE && says(f, is->a, at[2], &left);
    }
    if (op == OP_CODE_NOT) {
        const uint32_t *same = written_by(f, at[1], OP_CODE_EQ);
        return cross[3] && same && ((same[1] == x && same[2] == y) || (same[1] == y && same[2] == x));
    }
    for (uint32_t k = 0; op == OP_CODE_EQ && k < cross[4] && k < KEYS_MOST; k++) {
        *is = (struct implied){ keys[(size_t)2 * k], keys[(size_t)2 * k + 1] };
        if ((gathers(f, at[1], x, is->a) && gathers(f, at[2], y, is->b)) ||
            (gathers(f, at[2], x, is->a) && gathers(f, at[1], y, is->b)))
            return 1;
    }
    return 0;
}

static int operand_read(void *context, const struct operand *o)
{
    struct finder *f = context;
    const struct edict_program *p = f->e->program;
    const uint32_t test = *o->word & ~(uint32_t)CELL_NEGATED;
    const int is_test = o->letter == 'A' && test <= CELL_CODES && test != CELL_IN;
    const uint32_t regs[2] = { is_test ? o->word[1] : *o->word, is_test ? o->word[2] : NONE };
    if (!is_test && o->letter != 'i' && o->letter != 'm' && o->letter != 'l')
        return 1;
    for (int i = 0; i < 2; i++)
        if (regs[i] < p->register_count) {
            f->uses[regs[i]]++;
            f->readers[regs[i]] = f->output;
        }
    return 1;
}

/* Fills uses and readers. */
static void readers_find(struct finder *f)
{
    const struct edict_program *p = f->e->program;
    for (const struct step *s = f->e->steps; s->at != NONE; s++) {
        f->output = s->column ? s->column : NONE;
        layout_walk(op_infos[s->op].operands, p->code + s->at + 1, p->code + s->at + (p->code[s->at] >> 8),
            operand_read, f);
        if (s->op == OP_CODE_CROSS)
            f->crosses[p->code[s->at + 1]] = s->at + 1;
    }
}

static void steps_mark(struct edict_evaluator *e, const struct finder *f)
{
    const struct edict_program *p = e->program;
    uint32_t count = 0, *number = f->crosses + p->domain_count; /* of each register: its entry + 1 */
    for (struct step *s = e->steps; s->at != NONE; s++) {
        const uint32_t cross = s->column ? f->crosses[s->domain] : 0;
        if (!cross || !implied_by(f, p->code + cross, (enum op)s->op, p->code + s->at + 1, &e->implied[count]))
            continue;
        number[s->column] = s->sure = ++count;
    }
    for (struct step *s = e->steps; s->at != NONE; s++)
        if (s->column && f->crosses[s->domain] && f->uses[s->column] == 1 && f->readers[s->column] != NONE)
            s->needless = number[f->readers[s->column]];
}

int implied_new(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    const size_t registers = (size_t)p->register_count + 1;
    struct finder f = { .e = e, .crosses = calloc(p->domain_count + registers, sizeof *f.crosses),
        .uses = calloc(registers, sizeof *f.uses), .readers = calloc(registers, sizeof *f.readers) };
    e->implied = calloc(registers, sizeof *e->implied);
    const int good = f.crosses && f.uses && f.readers && e->implied;
    if (good) {
        readers_find(&f);
        steps_mark(e, &f);
    }
    free(f.crosses);
    free(f.uses);
    free(f.readers);
    return good;
}

int implied_holds(const struct edict_evaluator *e, uint32_t number)
{
    const struct implied *is = &e->implied[number - 1];
    return (is->a == NONE || !e->columns[is->a].w) && (is->b == NONE || !e->columns[is->b].w);
}

const int64_t *yes_cells(struct edict_evaluator *e, uint32_t n)
{
    if (n > e->yes_count) {
        e->yes = eval_alloc(e, n, sizeof *e->yes);
        e->yes_count = e->yes ? n : 0;
        for (uint32_t i = 0; e->yes && i < n; i++)
            e->yes[i] = 1;
    }
    return e->yes;
}

void implied_yes(struct edict_evaluator *e, uint32_t reg)
{
    const uint32_t n = e->sizes[reg_domain(e, reg)];
    yes_cells(e, n);
    e->columns[reg] = (struct column){ .v = e->yes, .n = n, .yes = 1 };
}
