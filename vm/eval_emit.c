/* EMIT: rows that become charges, with the date on which each unit was earned. What is in doubt emits nothing and is
 * held. */
#include "vm/eval.h"
#include "vm/limits.h"

enum { MINUTES_A_DAY = 24 * 60 };

struct emit_line {
    const uint32_t *cells;
    uint32_t row, code, units, quantity;
    struct cells codes, counts; /* of code and units */
    const uint32_t *modifiers;
    uint32_t modifier_count;
    struct ladder ladder;
};

struct emission {
    struct edict_evaluator *e;
    const uint32_t *at; /* operands of the instruction */
    struct match m;
    const struct emit_line *rows;
    uint32_t row_count;
    struct cells exists, date, times;
    int dated, is_time, earned; /* is there a date register, of type TIME; are there times */
    int certain;                /* no row that is left is in doubt */
    uint32_t findings_from;     /* of the record at hand */
};

/* Rows of a record that may emit. */
struct emit_hit {
    const struct emit_line *row;
    uint32_t why;
};

static int64_t day_of(int64_t minute) { return minute / MINUTES_A_DAY - (minute % MINUTES_A_DAY < 0); }

static void emit_hold(struct emission *m, const struct emit_line *row, uint32_t record, uint32_t why)
{
    const struct edict_evaluator *e = m->e;
    for (uint32_t i = m->findings_from; i < e->finding_count; i++)
        if (e->findings[i].why == why)
            return;
    finding_hold(m->e, row->row, m->at[2], record, why, m->at);
}

/* The list of a row's modifiers in the pool; its state. */
static uint32_t emit_modifiers(struct emission *m, const struct emit_line *row, uint32_t record, int64_t *list)
{
    *list = 0;
    int64_t *out = row->modifier_count ? codes_room(m->e, row->modifier_count) : NULL;
    uint32_t n = 0, w = 0;
    for (uint32_t i = 0; out && i < row->modifier_count; i++) {
        const struct cells c = cells_of(m->e, row->modifiers[i], m->m.domain);
        const int64_t code = cell_v(&c, record);
        uint32_t k = 0;
        w = why_merge(m->e, w, cell_w(&c, record));
        while (k < n && out[k] != code)
            k++;
        if (code && k == n)
            out[n++] = code;
    }
    if (!w)
        *list = list_take(&m->e->code_count, n);
    return w;
}

static void charge_add(struct edict_evaluator *e, const struct charge *c)
{
    if (e->charge_count >= LIMIT_CHARGES) {
        eval_limit(e, "charges", LIMIT_CHARGES);
        return;
    }
    void *at = e->charges;
    int ok = pool_room(e, &at, &e->charge_room, e->charge_count + 1, sizeof *e->charges);
    e->charges = at;
    if (ok)
        e->charges[e->charge_count++] = *c;
}

/* Date of minute number `need` of the times; beyond the end: of the last minute. */
static int64_t date_earned(const struct edict_evaluator *e, int64_t times, int64_t need)
{
    const struct interval *x = e->intervals + LIST_AT(times);
    const uint32_t n = LIST_SIZE(times);
    for (uint32_t i = 0; i < n; i++) {
        int64_t minutes;
        if (__builtin_sub_overflow(x[i].to, x[i].from, &minutes))
            break;
        if (need <= minutes)
            return day_of(need > 0 ? x[i].from + need - 1 : x[i].from);
        need -= minutes;
    }
    return day_of(x[n - 1].to - 1);
}

/* Charges of a ladder's units, one for each date on which some were earned. */
static uint32_t emit_earned(struct emission *m, const struct emit_line *row, uint32_t record, struct charge *c)
{
    struct edict_evaluator *e = m->e;
    const int64_t units = c->units, times = cell_v(&m->times, record);
    if (units > LIMIT_EARNED_UNITS) {
        eval_limit(e, "units of one ladder", LIMIT_EARNED_UNITS);
        return 0;
    }
    c->units = 0;
    for (int64_t u = 1; u <= units && e->status == EDICT_OK; u++) {
        int64_t need;
        const uint32_t w = ladder_need(e, &row->ladder, record, u, &need);
        if (w)
            return w;
        const int64_t date = date_earned(e, times, need);
        if (c->units && date != c->date) {
            charge_add(e, c);
            c->units = 0;
        }
        c->date = date;
        c->units++;
    }
    charge_add(e, c);
    return 0;
}

/* Does the row certainly emit nothing: no code or no units? */
static int emits_nothing(const struct emit_line *row, uint32_t record)
{
    const struct cells *code = &row->codes, *units = &row->counts;
    return (!cell_w(code, record) && !cell_v(code, record)) ||
           (!cell_w(units, record) && cell_v(units, record) <= 0);
}

static void emit_row(struct emission *m, const struct emit_line *row, uint32_t record, uint32_t why)
{
    struct edict_evaluator *e = m->e;
    if (emits_nothing(row, record))
        return;
    const struct cells code = row->codes, units = row->counts;
    struct charge c = { .list = m->at[0],
        .domain = m->at[2],
        .record = record,
        .lane = lane_of(e, m->at[2], record),
        .code = cell_v(&code, record),
        .units = cell_v(&units, record),
        .row = row->row,
        .emit = (uint32_t)(m->at - 1 - e->program->code),
        .next = NONE };
    why = why_merge(e, why, why_merge(e, cell_w(&code, record), cell_w(&units, record)));
    why = why_merge(e, why, emit_modifiers(m, row, record, &c.modifiers));
    const int known_date = m->dated && !cell_w(&m->date, record);
    if (known_date)
        c.date = m->is_time ? day_of(cell_v(&m->date, record)) : cell_v(&m->date, record);
    else
        c.date = cell_v(&m->m.date, record);
    if (!known_date)
        why = why_merge(e, why, cell_w(&m->m.date, record));
    const uint32_t charges = e->charge_count;
    if (!why) {
        const int earned =
            m->earned && row->quantity != NONE && !cell_w(&m->times, record) && LIST_SIZE(cell_v(&m->times, record));
        if (earned)
            why = emit_earned(m, row, record, &c);
        else
            charge_add(e, &c);
    }
    if (why) {
        e->charge_count = charges;
        emit_hold(m, row, record, why);
    }
}

/* Would the two rows emit the same, all of it documented? */
static int emits_same(const struct emission *m, const struct emit_line *a, const struct emit_line *b, uint32_t record)
{
    if (emits_nothing(a, record) && emits_nothing(b, record))
        return 1;
    if (a->modifier_count != b->modifier_count || a->quantity != b->quantity || a->quantity != NONE)
        return 0;
    for (uint32_t i = 0; i < a->modifier_count + 2; i++) {
        const uint32_t x = i == 0 ? a->code : i == 1 ? a->units : a->modifiers[i - 2];
        const uint32_t y = i == 0 ? b->code : i == 1 ? b->units : b->modifiers[i - 2];
        const struct cells p = cells_of(m->e, x, m->m.domain), q = cells_of(m->e, y, m->m.domain);
        if (cell_w(&p, record) || cell_w(&q, record) || cell_v(&p, record) != cell_v(&q, record))
            return 0;
    }
    return 1;
}

static void emit_record(struct emission *m, uint32_t record, struct emit_hit *hits, int every)
{
    struct edict_evaluator *e = m->e;
    const uint32_t exists = cell_w(&m->exists, record);
    uint32_t n = 0;
    if (!exists && !cell_v(&m->exists, record))
        return;
    m->findings_from = e->finding_count;
    int sure = 0;
    if (every && m->certain && !exists) { /* the rows left match, whatever the record */
        for (uint64_t left = m->m.alive[record]; left; left &= left - 1)
            emit_row(m, &m->rows[__builtin_ctzll(left)], record, 0);
        return;
    }
    rows_begin(&m->m, record);
    for (uint32_t r = rows_next(&m->m, 0, m->row_count); r < m->row_count && !sure;
         r = rows_next(&m->m, r + 1, m->row_count)) {
        const enum match_result is = match_row(&m->m, m->rows[r].cells, record);
        if (is == MATCH_NO)
            continue;
        const uint32_t why = is == MATCH_MAYBE ? m->m.why : 0;
        if (every)
            emit_row(m, &m->rows[r], record, why_merge(e, exists, why));
        else
            hits[n++] = (struct emit_hit){ &m->rows[r], why };
        sure = !every && is == MATCH_YES;
    }
    if (n == 1 && sure) {
        emit_row(m, hits[0].row, record, exists);
        return;
    }
    int same = 1;
    uint32_t why = exists, speaks = n; /* the first hit that may emit something */
    for (uint32_t i = 0; i < n; i++) {
        same = same && emits_same(m, hits[i].row, hits[n - 1].row, record);
        why = why_merge(e, why, hits[i].why);
        if (speaks == n && !emits_nothing(hits[i].row, record))
            speaks = i;
    }
    if (speaks == n)
        return;
    if (sure && same)
        emit_row(m, hits[n - 1].row, record, exists);
    else
        emit_hold(m, hits[speaks].row, record, why);
}

/* Reads the rows; returns what follows them. */
static const uint32_t *emit_rows(struct emission *m, const uint32_t *at)
{
    m->row_count = *at++;
    struct emit_line *rows = eval_alloc(m->e, m->row_count, sizeof *rows);
    if (!rows)
        return NULL;
    m->rows = rows;
    for (uint32_t r = 0; r < m->row_count; r++, rows++) {
        *rows = (struct emit_line){ .row = at[0], .cells = at + 1 };
        at = match_skip(at + 1);
        rows->code = at[0];
        rows->units = at[1];
        rows->codes = cells_of(m->e, rows->code, m->m.domain);
        rows->counts = cells_of(m->e, rows->units, m->m.domain);
        rows->modifier_count = at[2];
        rows->modifiers = at + 3;
        at += 3 + rows->modifier_count;
        rows->quantity = at[0];
        rows->ladder = (struct ladder){ .domain = m->m.domain, .rungs = at + 2, .count = at[1], .each = 2,
            .units_at = 1, .units_direct = 1 };
        at += 2 + (size_t)rows->ladder.count * 2;
        rows->ladder.stride = at[0];
        rows->ladder.more = at[1];
        at += 2;
    }
    return at;
}

void eval_emit(struct edict_evaluator *e, const uint32_t *at)
{
    struct emission m = { .e = e, .at = at, .exists = cells_if(e, at[3], at[2]) };
    const uint32_t records = e->sizes[at[2]], policy = at[4];
    if (!records)
        return;
    at = match_open(&m.m, e, m.at[2], at + 5);
    at = at ? emit_rows(&m, at) : NULL;
    struct emit_hit *hits = at ? eval_alloc(e, m.row_count, sizeof *hits) : NULL;
    if (!hits)
        return;
    m.certain = rows_certain(&m.m);
    m.dated = at[0] != NONE;
    m.is_time = m.dated && e->program->registers[at[0]].type == TYPE_TIME;
    m.date = cells_if(e, at[0], m.m.domain);
    m.earned = at[1] != NONE;
    m.times = cells_if(e, at[1], m.m.domain);
    for (uint32_t i = 0; i < records && e->status == EDICT_OK; i++)
        emit_record(&m, i, hits, policy == HIT_EVERY);
}
