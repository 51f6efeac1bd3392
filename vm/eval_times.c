/* Interval sets: SPAN, OUTSIDE, SHARED, RUNS, LENGTH, and the union that folds make. A set is a slice of the interval
 * pool, sorted, disjoint, not touching. */
#include "vm/eval.h"
#include "vm/limits.h"

struct interval *times_room(struct edict_evaluator *e, size_t need)
{
    if (need > LIMIT_INTERVALS - (size_t)e->interval_count) {
        eval_limit(e, "intervals", LIMIT_INTERVALS);
        return NULL;
    }
    void *at = e->intervals;
    int ok = pool_room(e, &at, &e->interval_room, e->interval_count + (uint32_t)need, sizeof *e->intervals);
    e->intervals = at;
    return ok ? e->intervals + e->interval_count : NULL;
}

static int64_t times_outside(struct edict_evaluator *e, int64_t a, int64_t b)
{
    const uint32_t na = LIST_SIZE(a), nb = LIST_SIZE(b);
    struct interval *out = na ? times_room(e, (size_t)na + nb) : NULL;
    if (!out)
        return 0;
    const struct interval *x = e->intervals + LIST_AT(a), *y = e->intervals + LIST_AT(b);
    uint32_t n = 0, k = 0;
    for (uint32_t i = 0; i < na; i++) {
        int64_t from = x[i].from;
        while (k < nb && y[k].to <= from)
            k++;
        for (uint32_t j = k; j < nb && y[j].from < x[i].to; j++) {
            if (from < y[j].from)
                out[n++] = (struct interval){ from, y[j].from };
            from = y[j].to;
        }
        if (from < x[i].to)
            out[n++] = (struct interval){ from, x[i].to };
    }
    return list_take(&e->interval_count, n);
}

static int64_t times_shared(struct edict_evaluator *e, int64_t a, int64_t b)
{
    const uint32_t na = LIST_SIZE(a), nb = LIST_SIZE(b);
    struct interval *out = na && nb ? times_room(e, (size_t)na + nb) : NULL;
    if (!out)
        return 0;
    const struct interval *x = e->intervals + LIST_AT(a), *y = e->intervals + LIST_AT(b);
    uint32_t n = 0, i = 0, k = 0;
    while (i < na && k < nb) {
        int64_t from = x[i].from > y[k].from ? x[i].from : y[k].from;
        int64_t to = x[i].to < y[k].to ? x[i].to : y[k].to;
        if (from < to)
            out[n++] = (struct interval){ from, to };
        if (x[i].to < y[k].to)
            i++;
        else
            k++;
    }
    return list_take(&e->interval_count, n);
}

static int64_t interval_minutes(struct edict_evaluator *e, struct interval x)
{
    int64_t minutes;
    if (!__builtin_sub_overflow(x.to, x.from, &minutes))
        return minutes;
    eval_range(e);
    return 0;
}

static int64_t times_runs(struct edict_evaluator *e, int64_t a, int64_t least)
{
    const uint32_t na = LIST_SIZE(a);
    struct interval *out = na ? times_room(e, na) : NULL;
    if (!out)
        return 0;
    const struct interval *x = e->intervals + LIST_AT(a);
    uint32_t n = 0;
    for (uint32_t i = 0; i < na; i++)
        if (interval_minutes(e, x[i]) >= least)
            out[n++] = x[i];
    return list_take(&e->interval_count, n);
}

static int64_t times_length(struct edict_evaluator *e, int64_t a)
{
    int64_t all = 0;
    for (uint32_t i = 0; i < LIST_SIZE(a); i++)
        if (__builtin_add_overflow(all, interval_minutes(e, e->intervals[LIST_AT(a) + i]), &all))
            eval_range(e);
    return all;
}

static int64_t times_span(struct edict_evaluator *e, int64_t from, int64_t to)
{
    struct interval *out = from < to ? times_room(e, 1) : NULL;
    if (!out)
        return 0;
    *out = (struct interval){ from, to };
    return list_take(&e->interval_count, 1);
}

static int by_from(const void *context, uint32_t a, uint32_t b)
{
    const struct interval *x = context;
    return x[a].from < x[b].from ? -1 : x[a].from > x[b].from;
}

/* Sorts and joins `count` intervals of any order that stand at the end of the pool, not counted yet. */
static int64_t times_join(struct edict_evaluator *e, uint32_t count)
{
    struct interval *all = e->intervals + e->interval_count;
    uint32_t *order = count > 1 ? eval_alloc(e, count, sizeof *order) : NULL;
    struct interval *copy = order ? eval_alloc(e, count, sizeof *copy) : NULL;
    if (!copy)
        return list_take(&e->interval_count, e->status == EDICT_OK ? count : 0);
    for (uint32_t i = 0; i < count; i++) {
        order[i] = i;
        copy[i] = all[i];
    }
    eval_sort(e, order, count, by_from, copy);
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct interval x = copy[order[i]];
        if (n && x.from <= all[n - 1].to)
            all[n - 1].to = x.to > all[n - 1].to ? x.to : all[n - 1].to;
        else
            all[n++] = x;
    }
    return list_take(&e->interval_count, n);
}

int64_t times_union(
    struct edict_evaluator *e, const int64_t *sets, const uint32_t *members, uint32_t count, size_t step)
{
    size_t need = 0;
    int64_t only = 0;
    uint32_t filled = 0;
    for (uint32_t i = 0; i < count; i++) {
        const int64_t set = sets[members[i] * step];
        need += LIST_SIZE(set);
        if (LIST_SIZE(set)) {
            only = set;
            filled++;
        }
    }
    if (filled <= 1)
        return only;
    struct interval *out = times_room(e, need);
    if (!out)
        return 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++) {
        const int64_t set = sets[members[i] * step];
        for (uint32_t k = 0; k < LIST_SIZE(set); k++)
            out[n++] = e->intervals[LIST_AT(set) + k];
    }
    return times_join(e, n);
}

/* The first interval of a set, of none one of no length; the pool has room for one at least. Without branches: which
 * sets are empty, and which overlap, changes from record to record. */
static inline struct interval times_first(const struct interval *pool, int64_t set)
{
    const struct interval *first = pool + LIST_AT(set);
    const int64_t mask = -(int64_t)(LIST_SIZE(set) != 0);
    return (struct interval){ first->from & mask, first->to & mask };
}

/* Nearly every set is one interval or none. */
static void eval_shared(struct edict_evaluator *e, const struct column *o, const struct cells *a, const struct cells *b)
{
    const uint32_t *w = o->w, n = o->n;
    int64_t *v = o->v;
    for (uint32_t i = 0; i < n; i++) {
        const int64_t documented = w ? -(int64_t)(w[i] == 0) : -1;
        const int64_t x = cell_v(a, i) & documented, y = cell_v(b, i) & documented;
        const uint32_t count = e->interval_count;
        if ((LIST_SIZE(x) | LIST_SIZE(y)) > 1 || count >= e->interval_room || count >= LIMIT_INTERVALS) {
            v[i] = times_shared(e, x, y);
            continue;
        }
        const struct interval p = times_first(e->intervals, x), q = times_first(e->intervals, y);
        const struct interval both = { p.from > q.from ? p.from : q.from, p.to < q.to ? p.to : q.to };
        const uint32_t one = both.from < both.to;
        e->intervals[count] = both;
        e->interval_count = count + one;
        v[i] = LIST_REF(count, 1) & -(int64_t)one;
    }
}

static void eval_length(struct edict_evaluator *e, const struct column *o, const struct cells *a)
{
    const uint32_t *w = o->w, n = o->n;
    int64_t *v = o->v;
    for (uint32_t i = 0; i < n; i++) {
        const int64_t x = cell_v(a, i) & (w ? -(int64_t)(w[i] == 0) : -1);
        v[i] = LIST_SIZE(x) > 1 || !e->interval_room ? times_length(e, x)
                                                        : interval_minutes(e, times_first(e->intervals, x));
    }
}

static void eval_span(struct edict_evaluator *e, const uint32_t *at, struct column *o, const struct cells *a,
    const struct cells *b)
{
    if (!o->w && !column_states(e, o))
        return;
    for (uint32_t i = 0; i < o->n; i++) {
        const int64_t x = cell_v(a, i), y = cell_v(b, i);
        o->v[i] = 0;
        if (o->w[i])
            continue;
        if (y < x)
            o->w[i] = why_hold(e, at[3], 0);
        else
            o->v[i] = times_span(e, x, y);
    }
    column_settle(o);
}

void eval_times(struct edict_evaluator *e, enum op op, const uint32_t *at)
{
    const uint32_t in = reg_domain(e, at[0]);
    const struct cells a = cells_of(e, at[1], in), b = op == OP_CODE_LENGTH ? a : cells_of(e, at[2], in);
    struct column *o = column_new(e, at[0]);
    if (!o)
        return;
    states_merge(e, o, &a, &b);
    switch (op) {
    case OP_CODE_SPAN: eval_span(e, at, o, &a, &b); break;
    case OP_CODE_SHARED: eval_shared(e, o, &a, &b); break;
    case OP_CODE_LENGTH: eval_length(e, o, &a); break;
    default:
        for (uint32_t i = 0; i < o->n; i++) {
            const int64_t x = cell_v(&a, i), y = cell_v(&b, i);
            if (o->w && o->w[i])
                o->v[i] = 0;
            else
                o->v[i] = op == OP_CODE_RUNS ? times_runs(e, x, y) : times_outside(e, x, y);
        }
    }
}
