/* Instructions that work cell by cell on the records of one domain: comparison, arithmetic, look-ups. */
#include "vm/eval.h"

#include "base/date.h"

enum { MINUTES_A_DAY = 24 * 60, MICRO = 1000000, FIRST_DAY = -25567, LAST_DAY = 84005 };

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* o = f(a), f(a, b): strict. EXPR reads x, y and may set `bad` for a number out of range. */
#define STRICT1(NAME, EXPR) \
    WIDE static void NAME(struct edict_evaluator *e, const uint32_t *at) \
    { \
        const struct cells a = cells_of(e, at[1], reg_domain(e, at[0])); \
        struct column *o = column_new(e, at[0]); \
        if (!o || (a.w && !column_states(e, o))) \
            return; \
        int bad = 0; \
        const uint32_t n = o->n; \
        int64_t *v = o->v; \
        if (!a.w) { \
            for (uint32_t i = 0; i < n; i++) { \
                const int64_t x = a.v[i * a.step]; \
                v[i] = (EXPR); \
            } \
        } else { \
            for (uint32_t i = 0; i < n; i++) { \
                const int64_t x = cell_v(&a, i); \
                v[i] = (o->w[i] = cell_w(&a, i)) ? 0 : (EXPR); \
            } \
            column_settle(o); \
        } \
        if (bad) \
            eval_range(e); \
    }
#define STRICT2(NAME, EXPR) \
    WIDE static void NAME(struct edict_evaluator *e, const uint32_t *at) \
    { \
        const uint32_t in = reg_domain(e, at[0]); \
        const struct cells a = cells_of(e, at[1], in), b = cells_of(e, at[2], in); \
        struct column *o = column_new(e, at[0]); \
        if (!o) \
            return; \
        int bad = 0; \
        const uint32_t n = o->n; \
        int64_t *v = o->v; \
        if (!states_merge(e, o, &a, &b)) { \
            EACH2(n, a, b, v, EXPR); \
        } else { \
            const uint32_t *w = o->w; \
            for (uint32_t i = 0; i < n; i++) { /* of what is not documented as of zeros: without a branch */ \
                const int64_t known = -(int64_t)(w[i] == 0); \
                const int64_t x = cell_v(&a, i) & known, y = cell_v(&b, i) & known; \
                v[i] = (EXPR) & known; \
            } \
        } \
        if (bad) \
            eval_range(e); \
    }

/* o = f(a, b) where no operand is out of range: as if all were documented, then the cells that are not. */
#define COMPARE(NAME, EXPR) \
    WIDE static void NAME(struct edict_evaluator *e, const uint32_t *at) \
    { \
        const uint32_t in = reg_domain(e, at[0]); \
        const struct cells a = cells_of(e, at[1], in), b = cells_of(e, at[2], in); \
        struct column *o = column_new(e, at[0]); \
        if (!o) \
            return; \
        const uint32_t n = o->n; \
        int64_t *v = o->v; \
        EACH2(n, a, b, v, EXPR); \
        if (states_merge(e, o, &a, &b)) \
            values_clear(o); \
    }

static int64_t checked_add(int64_t x, int64_t y, int *bad)
{
    int64_t r;
    return __builtin_add_overflow(x, y, &r) ? (*bad = 1, 0) : r;
}

static int64_t checked_sub(int64_t x, int64_t y, int *bad)
{
    int64_t r;
    return __builtin_sub_overflow(x, y, &r) ? (*bad = 1, 0) : r;
}

static int64_t checked_scale(int64_t x, int *bad)
{
    int64_t r;
    return __builtin_mul_overflow(x, (int64_t)MICRO, &r) ? (*bad = 1, 0) : r;
}

static int64_t checked_years(int64_t from, int64_t to, int *bad)
{
    if (from < FIRST_DAY || from > LAST_DAY || to < FIRST_DAY || to > LAST_DAY)
        return *bad = 1, 0;
    return date_years((int32_t)from, (int32_t)to);
}

/* 1970-01-01 was a Thursday, so day -4 a Sunday. */
static int64_t week_of(int64_t day, int *bad)
{
    int64_t since;
    return __builtin_add_overflow(day, 4, &since) ? (*bad = 1, 0)
                                                  : checked_sub(day, since - 7 * floor_div(since, 7), bad);
}

COMPARE(eval_eq, x == y)
COMPARE(eval_lt, x < y)
COMPARE(eval_le, x <= y)
STRICT2(eval_add, checked_add(x, y, &bad))
STRICT2(eval_sub, checked_sub(x, y, &bad))
STRICT1(eval_scale, checked_scale(x, &bad))
STRICT1(eval_dateof, floor_div(x, MINUTES_A_DAY))
STRICT1(eval_weekof, week_of(x, &bad))
STRICT2(eval_years, checked_years(x, y, &bad))

__extension__ typedef __int128 wide;

/* Quotient rounded: 0 up, 1 down, 2 half up. */
static wide round_div(wide a, wide b, uint32_t how)
{
    if (b < 0) {
        a = -a;
        b = -b;
    }
    if ((int64_t)a == a && (int64_t)b == b) { /* nearly always: the processor divides these by itself */
        const int64_t n = (int64_t)a, by = (int64_t)b;
        int64_t whole = n / by, left = n % by;
        if (left < 0) {
            left += by;
            whole--;
        }
        return (wide)whole + (how == 0 ? left > 0 : how == 2 && left >= by - left);
    }
    wide q = a / b, rest = a % b;
    if (rest < 0) {
        rest += b;
        q--;
    }
    return q + (how == 0 ? rest > 0 : how == 2 && 2 * rest >= b);
}

static int64_t narrow(struct edict_evaluator *e, wide n)
{
    if (n >= INT64_MIN && n <= INT64_MAX)
        return (int64_t)n;
    eval_range(e);
    return 0;
}

static void eval_mul_div(struct edict_evaluator *e, enum op op, const uint32_t *at)
{
    const uint32_t in = reg_domain(e, at[0]);
    const struct cells a = cells_of(e, at[1], in), b = cells_of(e, at[2], in);
    struct column *o = column_new(e, at[0]);
    if (!o || !column_cells(e, o))
        return;
    for (uint32_t i = 0; i < o->n; i++) {
        const int64_t x = cell_v(&a, i), y = cell_v(&b, i);
        o->v[i] = 0;
        if ((o->w[i] = why_merge(e, cell_w(&a, i), cell_w(&b, i))))
            continue;
        if (op == OP_CODE_MUL)
            o->v[i] = narrow(e, at[3] ? round_div((wide)x * y, MICRO, 2) : (wide)x * y);
        else if (y == 0)
            o->w[i] = WHY_STATE_ABSENT;
        else
            o->v[i] = narrow(e, round_div(x, y, at[3]));
    }
    column_settle(o);
}

/* IN (a code) and ANYIN (a list of codes). */
/* Is one of a list, which is not empty, in a set? */
static int any_in(const struct edict_evaluator *e, uint32_t set, int64_t list, int64_t day)
{
    const int64_t *codes = e->codes + LIST_AT(list);
    int has = set_has(e, set, codes[0], day);
    for (uint32_t k = 1; k < LIST_SIZE(list) && !has; k++)
        has = set_has(e, set, codes[k], day);
    return has;
}

static void eval_in(struct edict_evaluator *e, enum op op, const uint32_t *at)
{
    const uint32_t in = reg_domain(e, at[0]);
    const struct cells a = cells_of(e, at[1], in), date = cells_of(e, at[3], in);
    struct column *o = column_new(e, at[0]);
    if (!o || ((a.w || date.w) && !column_states(e, o)))
        return;
    if (!o->w && op == OP_CODE_IN) {
        for (uint32_t i = 0; i < o->n; i++)
            o->v[i] = set_has(e, at[2], cell_v(&a, i), cell_v(&date, i));
        return;
    }
    uint32_t n = 0, *list = eval_alloc(e, (size_t)o->n + 1, sizeof *list); /* who has something to look for */
    for (uint32_t i = 0; list && i < o->n; i++) {
        const uint32_t w = o->w ? why_merge(e, cell_w(&a, i), cell_w(&date, i)) : 0;
        o->v[i] = 0;
        if (o->w)
            o->w[i] = w;
        list[n] = i;
        n += (w == 0) & ((op == OP_CODE_IN) | (LIST_SIZE(cell_v(&a, i)) != 0));
    }
    for (uint32_t k = 0; k < n; k++) {
        const uint32_t i = list[k];
        const int64_t x = cell_v(&a, i), day = cell_v(&date, i);
        if (op == OP_CODE_IN)
            o->v[i] = set_has(e, at[2], x, day);
        else
            o->v[i] = any_in(e, at[2], x, day);
    }
    column_settle(o);
}

static int64_t list_has(const struct edict_evaluator *e, int64_t list, int64_t code)
{
    for (uint32_t k = 0; k < LIST_SIZE(list); k++)
        if (e->codes[LIST_AT(list) + k] == code)
            return 1;
    return 0;
}

STRICT2(eval_has, list_has(e, x, y))

static void eval_holdif(struct edict_evaluator *e, const uint32_t *at)
{
    const uint32_t in = reg_domain(e, at[0]);
    const struct cells a = cells_of(e, at[1], in);
    const uint32_t *listed = at + 4, count = at[3];
    struct column *o = column_new(e, at[0]);
    if (!o || !column_cells(e, o))
        return;
    for (uint32_t i = 0; i < o->n; i++) {
        uint32_t behind = 0, w = cell_w(&a, i);
        for (uint32_t k = 0; k < count; k++) {
            const struct cells c = cells_of(e, listed[k], in);
            behind = why_merge(e, behind, cell_w(&c, i));
        }
        if (behind) /* what is held says so itself */
            w = why_merge(e, behind & WHY_HELD ? behind : why_hold(e, at[2], behind), w);
        o->v[i] = cell_v(&a, i);
        o->w[i] = w;
    }
    column_settle(o);
}

WIDE static void eval_order2(struct edict_evaluator *e, const uint32_t *at)
{
    const uint32_t in = reg_domain(e, at[0]);
    const struct cells a = cells_of(e, at[1], in), b = cells_of(e, at[2], in);
    const struct cells c = cells_of(e, at[3], in), d = cells_of(e, at[4], in);
    struct column *o = column_new(e, at[0]);
    if (!o)
        return;
    const uint32_t n = o->n;
    int64_t *v = o->v;
    for (uint32_t i = 0; i < n; i++) {
        const int64_t x = cell_v(&a, i), y = cell_v(&b, i), p = cell_v(&c, i), q = cell_v(&d, i);
        v[i] = (x != y) & ((p > q) | ((p == q) & (x > y)));
    }
    if ((!a.w && !b.w && !c.w && !d.w) || !column_states(e, o))
        return;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t w = why_merge(e, cell_w(&a, i), cell_w(&b, i));
        if (w || cell_v(&a, i) != cell_v(&b, i))
            o->w[i] = why_merge(e, w, why_merge(e, cell_w(&c, i), cell_w(&d, i)));
    }
    values_clear(o);
    column_settle(o);
}

/* By a link of pairs, which always names a record. */
WIDE static int gather_pairs(struct edict_evaluator *e, const uint32_t *at, const struct cells *link,
    const struct cells *a, struct column *o)
{
    const uint32_t n = o->n, in = reg_domain(e, at[1]);
    const int64_t *to = link->v, *from = a->v;
    if (!e->pairs[0][in] || (to != e->pairs[0][in] && to != e->pairs[1][in]) || !a->step)
        return 0;
    int64_t *v = o->v;
    for (uint32_t i = 0; i < n; i++)
        v[i] = from[to[i]];
    if (!a->w || !column_cells(e, o))
        return 1;
    uint32_t *w = o->w, any = 0;
    for (uint32_t i = 0; i < n; i++)
        any |= w[i] = a->w[to[i]];
    if (!any)
        o->w = NULL;
    return 1;
}

WIDE static void eval_gather(struct edict_evaluator *e, const uint32_t *at)
{
    const struct cells link = cells_of(e, at[1], reg_domain(e, at[0]));
    const struct cells a = cells_of(e, at[2], e->program->registers[at[1]].target);
    const uint32_t type = e->program->registers[at[0]].type;
    const int64_t blank = type == TYPE_LINK || type == TYPE_ROW ? -1 : 0;
    struct column *o = column_new(e, at[0]);
    if (!o)
        return;
    const uint32_t n = o->n;
    int64_t *v = o->v;
    if (gather_pairs(e, at, &link, &a, o) || !column_states(e, o))
        return;
    uint32_t *states = o->w, any = 0;
    const int somebody = e->sizes[e->program->registers[at[1]].target] != 0;
    for (uint32_t i = 0; somebody && i < n; i++) { /* who links to nobody: as if to the first, without a branch */
        const uint32_t w = cell_w(&link, i);
        const int64_t to = cell_v(&link, i), linked = -(int64_t)((w == 0) & (to >= 0));
        const size_t place = (size_t)(to & linked);
        const uint32_t nobody = w | (~(uint32_t)linked & -(uint32_t)(w == 0) & WHY_STATE_ABSENT);
        v[i] = (cell_v(&a, place) & linked) | (blank & ~linked);
        any |= states[i] = nobody | (cell_w(&a, place) & (uint32_t)linked);
    }
    for (uint32_t i = 0; !somebody && i < n; i++) {
        const uint32_t w = cell_w(&link, i);
        v[i] = blank;
        any |= states[i] = w ? w : WHY_STATE_ABSENT;
    }
    if (!any)
        o->w = NULL;
}

static void eval_index(struct edict_evaluator *e, const uint32_t *at)
{
    struct column *o = column_new(e, at[0]);
    for (uint32_t i = 0; o && i < o->n; i++)
        o->v[i] = i;
}

void eval_cells(struct edict_evaluator *e, enum op op, const uint32_t *at)
{
    switch (op) {
    case OP_CODE_EQ: eval_eq(e, at); break;
    case OP_CODE_LT: eval_lt(e, at); break;
    case OP_CODE_LE: eval_le(e, at); break;
    case OP_CODE_NOT:
    case OP_CODE_AND:
    case OP_CODE_OR:
    case OP_CODE_DOC:
    case OP_CODE_DOCOR:
    case OP_CODE_IF: eval_logic(e, op, at); break;
    case OP_CODE_ADD: eval_add(e, at); break;
    case OP_CODE_SUB: eval_sub(e, at); break;
    case OP_CODE_MUL:
    case OP_CODE_DIV: eval_mul_div(e, op, at); break;
    case OP_CODE_SCALE: eval_scale(e, at); break;
    case OP_CODE_IN:
    case OP_CODE_ANYIN: eval_in(e, op, at); break;
    case OP_CODE_HAS: eval_has(e, at); break;
    case OP_CODE_LISTS:
    case OP_CODE_LOOKUP: eval_relation(e, op, at); break;
    case OP_CODE_DATEOF: eval_dateof(e, at); break;
    case OP_CODE_WEEKOF: eval_weekof(e, at); break;
    case OP_CODE_YEARS: eval_years(e, at); break;
    case OP_CODE_HOLDIF: eval_holdif(e, at); break;
    case OP_CODE_ORDER2: eval_order2(e, at); break;
    case OP_CODE_GATHER: eval_gather(e, at); break;
    case OP_CODE_INDEX: eval_index(e, at); break;
    default: break;
    }
}
