/* Yes and no, and which of two values: NOT, AND, OR, DOC, DOCOR, IF; and the states of what is made of two columns.
 * Loops are over plain arrays, a cell a record, without branches: a compiler makes them wide. */
#include "vm/eval.h"

/* All ones where a state says documented, else 0. */
static inline int64_t mask_documented(uint32_t w) { return -(int64_t)(w == 0); }

/* The values, states of an operand as a cell for each of n records. NULL: failed. */
WIDE static const int64_t *flat_values(struct edict_evaluator *e, const struct cells *c, uint32_t n)
{
    if (c->step)
        return c->v;
    int64_t *v = eval_alloc(e, n, sizeof *v);
    for (uint32_t i = 0; v && i < n; i++)
        v[i] = c->v[0];
    return v;
}

WIDE static const uint32_t *flat_states(struct edict_evaluator *e, const struct cells *c, uint32_t n)
{
    if (c->w && c->step)
        return c->w;
    uint32_t *w = eval_alloc(e, n, sizeof *w);
    const uint32_t all = cell_w(c, 0);
    for (uint32_t i = 0; w && i < n; i++)
        w[i] = all;
    return w;
}

/* Of two states that are not the same a reason of its own must be made: not 0. */
static inline uint32_t states_differ(uint32_t p, uint32_t q)
{
    return (p ^ q) & -(uint32_t)(p != 0) & -(uint32_t)(q != 0);
}

struct joined {
    uint32_t any, differ;
};

WIDE static struct joined states_join(uint32_t *restrict w, const uint32_t *p, const uint32_t *q, uint32_t n)
{
    struct joined j = { 0, 0 };
    for (uint32_t i = 0; i < n; i++) {
        j.any |= w[i] = p[i] | q[i];
        j.differ |= states_differ(p[i], q[i]);
    }
    return j;
}

/* Reasons where both are not documented, each in its own way, and the result is not either. */
static void states_reason(struct edict_evaluator *e, uint32_t *w, const uint32_t *p, const uint32_t *q, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (w[i] && states_differ(p[i], q[i]))
            w[i] = why_both(e, p[i], q[i]);
}

int states_merge(struct edict_evaluator *e, struct column *o, const struct cells *a, const struct cells *b)
{
    if (!a->w && !b->w)
        return 0;
    const uint32_t n = o->n, *p = flat_states(e, a->w ? a : b, n), *q = a->w && b->w ? flat_states(e, b, n) : p;
    if (!p || !q || !column_cells(e, o))
        return 0;
    const struct joined j = states_join(o->w, p, q, n);
    if (j.differ)
        states_reason(e, o->w, p, q, n);
    if (!j.any)
        o->w = NULL;
    return j.any != 0;
}

WIDE static void cells_clear(int64_t *v, const uint32_t *w, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        v[i] &= mask_documented(w[i]);
}

void values_clear(const struct column *o) { cells_clear(o->v, o->w, o->n); }

struct operands {
    const int64_t *x, *y;
    const uint32_t *p, *q; /* states */
    uint32_t n;
};

static int operands_of(
    struct edict_evaluator *e, struct operands *of, const struct cells *a, const struct cells *b, uint32_t n)
{
    *of = (struct operands){ flat_values(e, a, n), flat_values(e, b, n), flat_states(e, a, n), flat_states(e, b, n),
        n };
    return of->x && of->y && of->p && of->q;
}

/* `decides`: the value that decides alone, 0 for and, 1 for or. */
static inline __attribute__((always_inline)) struct joined logic_states(
    int64_t *restrict v, uint32_t *restrict w, const struct operands *of, int64_t decides)
{
    const int64_t *x = of->x, *y = of->y, other = !decides;
    const uint32_t *p = of->p, *q = of->q, n = of->n;
    struct joined j = { 0, 0 };
    for (uint32_t i = 0; i < n; i++) {
        const int64_t known_x = mask_documented(p[i]), known_y = mask_documented(q[i]);
        const int64_t decided = (((x[i] ^ other) & known_x) | ((y[i] ^ other) & known_y)) & 1;
        const uint32_t left = (uint32_t)decided - 1;
        j.any |= w[i] = (p[i] | q[i]) & left;
        j.differ |= states_differ(p[i], q[i]) & left;
        v[i] = decides ? decided : (decided ^ 1) & known_x & known_y;
    }
    return j;
}

WIDE static struct joined and_states(int64_t *restrict v, uint32_t *restrict w, const struct operands *of)
{
    return logic_states(v, w, of, 0);
}
WIDE static struct joined or_states(int64_t *restrict v, uint32_t *restrict w, const struct operands *of)
{
    return logic_states(v, w, of, 1);
}

static void logic_doubt(
    struct edict_evaluator *e, struct column *o, const struct cells *a, const struct cells *b, int64_t decides)
{
    const uint32_t n = o->n;
    struct operands of;
    if (!operands_of(e, &of, a, b, n) || !column_cells(e, o))
        return;
    const struct joined j = decides ? or_states(o->v, o->w, &of) : and_states(o->v, o->w, &of);
    if (j.differ)
        states_reason(e, o->w, of.p, of.q, n);
    if (!j.any)
        o->w = NULL;
}

WIDE static void eval_and_or(struct edict_evaluator *e, const uint32_t *at, int64_t decides)
{
    const uint32_t in = reg_domain(e, at[0]);
    const struct column *first = &e->columns[at[1]], *second = &e->columns[at[2]];
    if (decides && (first->yes || second->yes)) {
        implied_yes(e, at[0]);
        return;
    }
    const uint32_t other = at[first->yes ? 2 : 1]; /* yes and x: x, unless it has one cell for all records */
    if ((first->yes || second->yes) && reg_domain(e, other) == in) {
        e->columns[at[0]] = e->columns[other];
        return;
    }
    const struct cells a = cells_of(e, at[1], in), b = cells_of(e, at[2], in);
    struct column *o = column_new(e, at[0]);
    if (!o)
        return;
    const uint32_t n = o->n;
    int64_t *v = o->v;
    if (a.w || b.w)
        logic_doubt(e, o, &a, &b, decides);
    else if (decides)
        EACH2(n, a, b, v, x | y);
    else
        EACH2(n, a, b, v, x & y);
}

WIDE static void eval_not(struct edict_evaluator *e, const uint32_t *at)
{
    const struct cells a = cells_of(e, at[1], reg_domain(e, at[0]));
    struct column *o = column_new(e, at[0]);
    if (!o)
        return;
    EACH2(o->n, a, a, o->v, (x & y) == 0);
    if (states_merge(e, o, &a, &a))
        values_clear(o);
}

WIDE static void eval_doc(struct edict_evaluator *e, const uint32_t *at)
{
    const struct cells a = cells_of(e, at[1], reg_domain(e, at[0]));
    if (!a.w) {
        implied_yes(e, at[0]);
        return;
    }
    struct column *o = column_new(e, at[0]);
    const uint32_t n = o ? o->n : 0, *states = o ? flat_states(e, &a, n) : NULL;
    if (!states)
        return;
    int64_t *v = o->v;
    uint32_t all = 0;
    for (uint32_t i = 0; i < n; i++) {
        v[i] = states[i] == 0;
        all |= states[i];
    }
    if (!(all & WHY_HELD) || !column_cells(e, o))
        return;
    for (uint32_t i = 0; i < n; i++)
        o->w[i] = states[i] & -(states[i] & WHY_HELD);
    column_settle(o);
}

WIDE static uint32_t docor_states(int64_t *restrict v, uint32_t *restrict w, const struct operands *of)
{
    const uint32_t *p = of->p, *q = of->q, n = of->n;
    uint32_t any = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t stays = /* documented or held */
            -(p[i] & WHY_HELD) | -(uint32_t)(p[i] == 0);
        const int64_t mask = (int32_t)stays;
        v[i] = (of->x[i] & mask) | (of->y[i] & ~mask);
        any |= w[i] = (p[i] & stays) | (q[i] & ~stays);
    }
    return any;
}

static void eval_docor(struct edict_evaluator *e, const uint32_t *at)
{
    const uint32_t in = reg_domain(e, at[0]);
    const struct cells a = cells_of(e, at[1], in), b = cells_of(e, at[2], in);
    if (in && !a.w && reg_domain(e, at[1]) == in) {
        e->columns[at[0]] = e->columns[at[1]];
        return;
    }
    struct operands of;
    struct column *o = column_new(e, at[0]);
    if (o && operands_of(e, &of, &a, &b, o->n) && column_cells(e, o) && !docor_states(o->v, o->w, &of))
        o->w = NULL;
}

WIDE static void if_values(int64_t *restrict v, const int64_t *asked, const int64_t *x, const int64_t *y, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const int64_t mask = -(int64_t)(asked[i] != 0);
        v[i] = (x[i] & mask) | (y[i] & ~mask);
    }
}

WIDE static uint32_t if_states(
    uint32_t *restrict w, const int64_t *asked, const uint32_t *p, const uint32_t *q, uint32_t n)
{
    uint32_t any = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t mask = -(uint32_t)(asked[i] != 0);
        any |= w[i] = (p[i] & mask) | (q[i] & ~mask);
    }
    return any;
}

/* Of a condition that is not documented nothing comes but what both values say. */
static uint32_t if_doubt(struct edict_evaluator *e, const struct column *o, const uint32_t *asked,
    const struct operands *of, uint32_t type)
{
    uint32_t any = 0;
    for (uint32_t i = 0; i < of->n; i++) {
        if (asked[i]) {
            const int same = !(of->p[i] | of->q[i]) && value_same(e, type, of->x[i], of->y[i]);
            o->w[i] = same ? 0 : asked[i];
            o->v[i] = same ? of->y[i] : 0;
        }
        any |= o->w[i];
    }
    return any;
}

static void eval_if(struct edict_evaluator *e, const uint32_t *at)
{
    const uint32_t in = reg_domain(e, at[0]);
    const struct cells a = cells_of(e, at[1], in), b = cells_of(e, at[2], in), c = cells_of(e, at[3], in);
    struct column *o = column_new(e, at[0]);
    if (!o)
        return;
    const uint32_t n = o->n, type = e->program->registers[at[0]].type;
    const int64_t *x = flat_values(e, &b, n), *y = flat_values(e, &c, n), *asked = flat_values(e, &a, n);
    if (!x || !y || !asked)
        return;
    if_values(o->v, asked, x, y, n);
    struct operands of;
    if ((!a.w && !b.w && !c.w) || !operands_of(e, &of, &b, &c, n) || !column_cells(e, o))
        return;
    uint32_t any = if_states(o->w, asked, of.p, of.q, n);
    const uint32_t *states = a.w ? flat_states(e, &a, n) : NULL;
    if (states)
        any = if_doubt(e, o, states, &of, type);
    if (!any)
        o->w = NULL;
}

void eval_logic(struct edict_evaluator *e, enum op op, const uint32_t *at)
{
    switch (op) {
    case OP_CODE_NOT: eval_not(e, at); break;
    case OP_CODE_AND: eval_and_or(e, at, 0); break;
    case OP_CODE_OR: eval_and_or(e, at, 1); break;
    case OP_CODE_DOC: eval_doc(e, at); break;
    case OP_CODE_DOCOR: eval_docor(e, at); break;
    default: eval_if(e, at);
    }
}
