/* Matching of rows, and what is made of it: TABLE, HIER; and the time ladder: STEP and its inverse. Matching is
 * three-valued: a row is certain, impossible or possible, and a possible row carries the reasons. */
#include "vm/eval.h"

const uint32_t *match_open(struct match *m, struct edict_evaluator *e, uint32_t domain, const uint32_t *at)
{
    *m = (struct match){ .e = e, .domain = domain, .plan = rows_plan(e, at), .count = *at };
    at++;
    m->columns = eval_alloc(e, m->count, sizeof *m->columns);
    if (!m->columns)
        return NULL;
    for (uint32_t i = 0; i < m->count; i++, at += 2)
        m->columns[i] = (struct match_column){ cells_of(e, at[0], domain), at[1] };
    m->date = cells_of(e, e->program->header->date_register, domain);
    return rows_open(m) ? at : NULL;
}

static unsigned code_bytes(int64_t code)
{
    unsigned n = 0;
    for (uint64_t c = (uint64_t)code; c; c <<= 8)
        n++;
    return n;
}

/* One test of a documented value; the reasons of an operand in doubt are put into `why`. */
static int test_value(const struct match *m, const uint32_t *cell, int64_t v, size_t record, uint32_t *why)
{
    const uint32_t test = cell[0] & ~(uint32_t)CELL_NEGATED;
    if (test == CELL_IN) {
        *why = cell_w(&m->date, record);
        return set_has(m->e, cell[1], v, cell_v(&m->date, record));
    }
    const struct cells x = cells_of(m->e, cell[1], m->domain);
    const int64_t low = cell_v(&x, record);
    *why = cell_w(&x, record);
    switch (test) {
    case CELL_EQ: return v == low;
    case CELL_GE: return v >= low;
    case CELL_LE: return v <= low;
    case CELL_GT: return v > low;
    case CELL_LT: return v < low;
    default: break;
    }
    const struct cells y = cells_of(m->e, cell[2], m->domain);
    *why = why_merge(m->e, *why, cell_w(&y, record));
    return low <= v && v <= cell_v(&y, record) && (test == CELL_RANGE || code_bytes(v) == code_bytes(low));
}

/* One alternative; MATCH_MAYBE puts its reasons into `why`. */
static enum match_result match_test(
    const struct match *m, const struct match_column *c, const uint32_t *cell, size_t record, uint32_t *why)
{
    const uint32_t w = cell_w(&c->cells, record), test = cell[0] & ~(uint32_t)CELL_NEGATED;
    const int negated = (cell[0] & CELL_NEGATED) != 0, asks = test == CELL_UNDOC || test == CELL_DOC;
    *why = 0;
    if (w & WHY_HELD || (w && !asks && !c->named)) {
        *why = w;
        return MATCH_MAYBE;
    }
    if (asks)
        return ((test == CELL_UNDOC) == (w != 0)) != negated ? MATCH_YES : MATCH_NO;
    if (w)
        return MATCH_NO;
    const int yes = test_value(m, cell, cell_v(&c->cells, record), record, why);
    return *why ? MATCH_MAYBE : yes != negated ? MATCH_YES : MATCH_NO;
}

/* One column of a row: the reasons of MATCH_MAYBE go into `why`. */
static enum match_result match_tests(
    const struct match *m, uint32_t column, const uint32_t *at, uint32_t count, size_t record, uint32_t *why)
{
    enum match_result cell = count ? MATCH_NO : MATCH_YES;
    for (const uint32_t *end = at + (size_t)count * 3; at < end && cell != MATCH_YES; at += 3) {
        uint32_t one_why;
        const enum match_result one = match_test(m, &m->columns[column], at, record, &one_why);
        if (one == MATCH_NO)
            continue;
        cell = one;
        *why = why_merge(m->e, *why, one_why);
    }
    return cell;
}

enum match_result match_cell(
    const struct match *m, uint32_t column, const uint32_t *tests, uint32_t count, size_t record)
{
    uint32_t why = 0;
    return match_tests(m, column, tests, count, record, &why);
}

enum match_result match_row(struct match *m, const uint32_t *cells, size_t record)
{
    const uint32_t *at = cells + 1;
    uint32_t row_why = 0;
    if (m->tested && !(m->tested & ~m->decided)) {
        m->why = 0;
        return MATCH_YES;
    }
    for (uint32_t i = 0; i < m->count; i++) {
        const uint32_t count = *at++;
        uint32_t cell_why = 0;
        if (!count || (i < 64 && m->decided >> i & 1)) {
            at += (size_t)count * 3;
            continue;
        }
        const enum match_result cell = match_tests(m, i, at, count, record, &cell_why);
        at += (size_t)count * 3;
        if (cell == MATCH_NO)
            return MATCH_NO;
        if (cell == MATCH_MAYBE)
            row_why = why_merge(m->e, row_why, cell_why);
    }
    m->why = row_why;
    return row_why ? MATCH_MAYBE : MATCH_YES;
}

const uint32_t *match_skip(const uint32_t *cells)
{
    uint32_t columns = *cells++;
    while (columns--)
        cells += 1 + (size_t)*cells * 3;
    return cells;
}

uint32_t match_behind(const struct match *m, const uint32_t *cells, size_t record, int asked)
{
    const uint32_t *at = cells + 1;
    uint32_t tested = 0, any = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        const uint32_t count = *at++, w = cell_w(&m->columns[i].cells, record);
        int asks = 0;
        for (uint32_t k = 0; k < count; k++, at += 3)
            asks |= (at[0] & ~(uint32_t)CELL_NEGATED) == CELL_UNDOC;
        if (asks)
            tested = why_merge(m->e, tested, w);
        if (asked || count)
            any = why_merge(m->e, any, w);
    }
    return asked && tested ? tested : any;
}

struct table_row {
    const uint32_t *cells;
    uint32_t row, kind, reg;
};
struct hit {
    const struct table_row *row;
    uint32_t why;
};

/* Rows possible for a record, up to the first certain one. `*sure` says whether there is one. */
static uint32_t table_hits(struct match *m, const struct table_row *rows, uint32_t count, uint32_t policy,
    size_t record, struct hit *hits, const struct table_row **sure, const struct table_row **second)
{
    uint32_t n = 0;
    *sure = *second = NULL;
    rows_begin(m, record);
    for (uint32_t r = rows_next(m, 0, count); r < count; r = rows_next(m, r + 1, count)) {
        const enum match_result is = match_row(m, rows[r].cells, record);
        if (is == MATCH_NO)
            continue;
        if (*sure && is == MATCH_YES) {
            *second = &rows[r];
            return n;
        }
        if (*sure)
            continue;
        hits[n++] = (struct hit){ &rows[r], is == MATCH_MAYBE ? m->why : 0 };
        if (is == MATCH_YES) {
            *sure = &rows[r];
            if (policy == HIT_FIRST)
                return n;
        }
    }
    return n;
}

static uint32_t row_result(struct match *m, const struct table_row *row, size_t record, int64_t *v)
{
    *v = 0;
    if (row->kind == RESULT_REGISTER) {
        const struct cells c = cells_of(m->e, row->reg, m->domain);
        *v = cell_v(&c, record);
        return cell_w(&c, record);
    }
    if (row->kind == RESULT_HOLD)
        return why_hold(m->e, row->row, match_behind(m, row->cells, record, 1));
    const uint32_t behind = match_behind(m, row->cells, record, 0);
    return behind ? behind : WHY_STATE_ABSENT;
}

/* The result of a record's hits; `*row`: the trace row that decided, -1: none did. */
static uint32_t table_result(struct match *m, uint32_t type, const struct hit *hits, uint32_t count,
    const struct table_row *sure, size_t record, int64_t *v, int64_t *row)
{
    *row = -1;
    *v = 0;
    if (!count)
        return WHY_STATE_ABSENT;
    uint32_t w = row_result(m, hits[0].row, record, v);
    if (count == 1 && sure) {
        *row = sure->row;
        return w;
    }
    int same = sure && !w;
    w = why_merge(m->e, hits[0].why, w);
    for (uint32_t i = 1; i < count; i++) {
        int64_t other;
        const uint32_t state = row_result(m, hits[i].row, record, &other);
        same = same && !state && value_same(m->e, type, other, *v);
        w = why_merge(m->e, w, why_merge(m->e, hits[i].why, state));
    }
    if (same) {
        *row = sure->row;
        return 0;
    }
    *v = 0;
    return w;
}

void eval_table(struct edict_evaluator *e, const uint32_t *at)
{
    struct column *o = column_new(e, at[0]), *trace = column_new(e, at[1]);
    if (!o || !trace || !column_cells(e, o))
        return;
    const uint32_t policy = at[2], type = e->program->registers[at[0]].type;
    struct match m;
    at = match_open(&m, e, reg_domain(e, at[0]), at + 3);
    const uint32_t count = at ? *at++ : 0;
    struct table_row *rows = at ? eval_alloc(e, count, sizeof *rows) : NULL;
    struct hit *hits = rows ? eval_alloc(e, count, sizeof *hits) : NULL;
    struct cells *results = hits ? eval_alloc(e, count, sizeof *results) : NULL;
    if (!results)
        return;
    for (uint32_t r = 0; r < count; r++) {
        const uint32_t *tail = match_skip(at + 1);
        rows[r] = (struct table_row){ at + 1, at[0], tail[0], tail[1] };
        if (rows[r].kind == RESULT_REGISTER)
            results[r] = cells_of(e, rows[r].reg, m.domain);
        at = tail + 2;
    }
    const int certain = rows_certain(&m);
    for (uint32_t i = 0; i < o->n; i++) {
        const struct table_row *sure, *second;
        const uint64_t left = certain ? m.alive[i] : 0;
        if (left && (policy == HIT_FIRST || !(left & (left - 1)))) {
            const uint32_t r = (uint32_t)__builtin_ctzll(left);
            if (rows[r].kind == RESULT_REGISTER) {
                o->v[i] = cell_v(&results[r], i);
                o->w[i] = cell_w(&results[r], i);
                trace->v[i] = rows[r].row;
                continue;
            }
        }
        const uint32_t n = table_hits(&m, rows, count, policy, i, hits, &sure, &second);
        o->w[i] = table_result(&m, type, hits, n, sure, i, &o->v[i], &trace->v[i]);
        if (second) {
            o->v[i] = 0;
            o->w[i] = why_hold(e, second->row, 0);
            trace->v[i] = second->row;
        }
    }
    column_settle(o);
}

void eval_hier(struct edict_evaluator *e, const uint32_t *at)
{
    struct column *o = column_new(e, at[0]);
    if (!o || !column_states(e, o))
        return;
    struct match m;
    at = match_open(&m, e, reg_domain(e, at[0]), at + 1);
    const uint32_t count = at ? *at++ : 0;
    const uint32_t **rows = at ? eval_alloc(e, count, sizeof *rows) : NULL;
    for (uint32_t r = 0; rows && r < count; r++, at = match_skip(at + 1))
        rows[r] = at + 1;
    for (uint32_t i = 0; rows && i < o->n; i++) {
        int possible = 0;
        o->v[i] = count;
        rows_begin(&m, i);
        for (uint32_t r = rows_next(&m, 0, count); r < count; r = rows_next(&m, r + 1, count)) {
            const enum match_result is = match_row(&m, rows[r], i);
            if (is == MATCH_NO)
                continue;
            if (!possible)
                o->v[i] = r;
            if (is == MATCH_YES)
                break;
            possible = 1;
            o->w[i] = why_merge(e, o->w[i], m.why);
        }
    }
    column_settle(o);
}

/* Number of the last rung from <= x, `count` where there is none; its state. */
static uint32_t ladder_rung(struct edict_evaluator *e, const struct ladder *l, size_t record, int64_t x, uint32_t *rung)
{
    uint32_t w = 0;
    *rung = l->count;
    for (uint32_t i = 0; i < l->count; i++) {
        const struct cells from = cells_of(e, l->rungs[(size_t)i * l->each], l->domain);
        w = why_merge(e, w, cell_w(&from, record));
        if (cell_v(&from, record) <= x)
            *rung = i;
    }
    return w;
}

static uint32_t rung_units(
    struct edict_evaluator *e, const struct ladder *l, size_t record, uint32_t rung, int64_t *units)
{
    const uint32_t word = l->rungs[(size_t)rung * l->each + l->units_at];
    *units = word;
    if (l->units_direct)
        return 0;
    const struct cells c = cells_of(e, word, l->domain);
    *units = cell_v(&c, record);
    return cell_w(&c, record);
}

/* Stride and more of the part above the last rung; 0 in *stride: there is none. */
static uint32_t ladder_stride(
    struct edict_evaluator *e, const struct ladder *l, size_t record, int64_t *stride, int64_t *more)
{
    *stride = *more = 0;
    if (l->stride == NONE || l->more == NONE || !l->count)
        return 0;
    const struct cells s = cells_of(e, l->stride, l->domain), a = cells_of(e, l->more, l->domain);
    const uint32_t w = why_merge(e, cell_w(&s, record), cell_w(&a, record));
    if (!w && cell_v(&s, record) > 0) {
        *stride = cell_v(&s, record);
        *more = cell_v(&a, record);
    }
    return w;
}

uint32_t ladder_units(
    struct edict_evaluator *e, const struct ladder *l, size_t record, int64_t x, int64_t *units, uint32_t *rung)
{
    *units = 0;
    uint32_t w = ladder_rung(e, l, record, x, rung);
    if (w || *rung == l->count)
        return w;
    w = rung_units(e, l, record, *rung, units);
    if (w || *rung + 1 < l->count)
        return w;
    int64_t stride, more, beyond;
    w = ladder_stride(e, l, record, &stride, &more);
    if (!w && stride) {
        const struct cells last = cells_of(e, l->rungs[(size_t)*rung * l->each], l->domain);
        if (__builtin_sub_overflow(x, cell_v(&last, record), &beyond) ||
            __builtin_mul_overflow(beyond / stride, more, &beyond) || __builtin_add_overflow(*units, beyond, units))
            eval_range(e);
    }
    return w;
}

uint32_t ladder_need(struct edict_evaluator *e, const struct ladder *l, size_t record, int64_t unit, int64_t *x)
{
    int64_t units = 0, stride, more;
    *x = INT64_MAX;
    for (uint32_t i = 0; i < l->count; i++) {
        const struct cells from = cells_of(e, l->rungs[(size_t)i * l->each], l->domain);
        const uint32_t w = why_merge(e, cell_w(&from, record), rung_units(e, l, record, i, &units));
        if (w)
            return w;
        if (units >= unit) {
            *x = cell_v(&from, record);
            return 0;
        }
    }
    const uint32_t w = ladder_stride(e, l, record, &stride, &more);
    if (!w && stride && more > 0) {
        const struct cells last = cells_of(e, l->rungs[(size_t)(l->count - 1) * l->each], l->domain);
        int64_t steps, far;
        if (!__builtin_sub_overflow(unit, units, &steps) &&
            !__builtin_mul_overflow(steps / more + (steps % more != 0), stride, &far) &&
            !__builtin_add_overflow(far, cell_v(&last, record), &far))
            *x = far;
    }
    return w;
}

/* The one cell that a register has for all records. 0: it has several, or is not documented. */
static int cell_of_all(const struct edict_evaluator *e, uint32_t reg, int64_t *value)
{
    const struct column *c = &e->columns[reg];
    if (e->program->registers[reg].domain || c->n != 1 || c->w)
        return 0;
    *value = c->v[0];
    return 1;
}

/* A ladder of few rungs with the same bounds, units and stride for all records, as nearly all are. 0: it is not one, or
 * a result is out of range: then another way must do it. */
static int step_plain(struct edict_evaluator *e, const struct ladder *l, const struct cells *a, const struct column *o,
    const struct column *trace)
{
    enum { RUNGS = 16 };
    int64_t from[RUNGS + 1], units[RUNGS + 1] = { 0 }, stride = 0, more = 0;
    if (!l->count || l->count > RUNGS)
        return 0;
    if (l->stride != NONE && l->more != NONE &&
        (!cell_of_all(e, l->stride, &stride) || !cell_of_all(e, l->more, &more)))
        return 0;
    for (uint32_t k = 0; k < l->count; k++) {
        const uint32_t *rung = l->rungs + (size_t)k * l->each;
        if (!cell_of_all(e, rung[0], &from[k + 1]) || !cell_of_all(e, rung[l->units_at], &units[k + 1]))
            return 0;
    }
    int64_t *v = o->v, *row = trace->v;
    int over = 0;
    for (uint32_t i = 0; i < o->n; i++) {
        const int64_t known = a->w ? -(int64_t)(cell_w(a, i) == 0) : -1, x = cell_v(a, i);
        int64_t beyond = 0;
        uint32_t rung = 0; /* the last one from <= x, from 1 on; no branch tells which */
        for (uint32_t k = 1; k <= l->count; k++)
            rung ^= (rung ^ k) & (0 - (uint32_t)(from[k] <= x));
        if (stride > 0 && rung == l->count && known)
            over |= __builtin_sub_overflow(x, from[rung], &beyond) ||
                    __builtin_mul_overflow(beyond / stride, more, &beyond);
        over |= __builtin_add_overflow(units[rung], beyond, &beyond);
        v[i] = beyond & known;
        row[i] = (int64_t)l->rungs[(int64_t)(rung - (rung != 0)) * l->each - 1] | ~known; /* its trace row, or -1 */
    }
    return !over;
}

void eval_step(struct edict_evaluator *e, const uint32_t *at)
{
    const uint32_t in = reg_domain(e, at[0]);
    const struct cells a = cells_of(e, at[2], in);
    struct column *o = column_new(e, at[0]), *trace = column_new(e, at[1]);
    if (!o || !trace)
        return;
    const uint32_t count = at[3], *rungs = at + 4, *tail = rungs + (size_t)count * 3;
    const struct ladder l = {
        .domain = in, .rungs = rungs + 1, .count = count, .each = 3, .units_at = 1, .stride = tail[0], .more = tail[1]
    };
    if (step_plain(e, &l, &a, o, trace)) {
        states_merge(e, o, &a, &a);
        return;
    }
    if (!column_states(e, o))
        return;
    for (uint32_t i = 0; i < o->n; i++) {
        uint32_t rung = count;
        o->v[i] = 0;
        o->w[i] = cell_w(&a, i);
        if (!o->w[i])
            o->w[i] = ladder_units(e, &l, i, cell_v(&a, i), &o->v[i], &rung);
        if (o->w[i])
            o->v[i] = 0;
        trace->v[i] = o->w[i] || !count ? -1 : (int64_t)rungs[(size_t)(rung < count ? rung : 0) * 3];
    }
    column_settle(o);
}
