/* Charges: what bills make, what rules and limits do to it, what is added up.
 */
#include "tests/oracle/oracle.h"

#include <stdlib.h>
#include <string.h>

void hold_say(struct run *r, const struct trace *row, struct kind *k, uint32_t record, const struct reason *why)
{
    if (r->finding_count == r->finding_room) {
        uint32_t room = r->finding_room * 2 + 16;
        struct finding *more = run_room(r, room, sizeof *more);
        if (r->finding_count) memcpy(more, r->findings, r->finding_count * sizeof *more);
        r->findings = more;
        r->finding_room = room;
    }
    int top = k == r->o->m->encounter;
    r->findings[r->finding_count++] = (struct finding){
        .kind = FIND_HOLD, .row = row, .kind_of = top ? NULL : k, .stage = r->stage, .record = record, .why = why};
}

void charge_make(struct run *r, const struct charge *c)
{
    if (r->charge_count == r->charge_room) {
        uint32_t room = r->charge_room * 2 + 16;
        struct charge **more = run_room(r, room, sizeof *more);
        if (r->charge_count) memcpy(more, r->charges, r->charge_count * sizeof *more);
        r->charges = more;
        r->charge_room = room;
    }
    struct charge *x = run_room(r, 1, sizeof *x);
    *x = *c;
    x->left = c->units;
    x->now = c->modifiers;
    x->number = r->charge_count;
    r->charges[r->charge_count++] = x;
}

/* ---- bills */

/* One record of a bill, and what has been held for it so far. */
struct billing {
    const struct bill *b;
    const struct table *t;
    const struct value *columns;
    struct place p;
    struct value exists;
    uint32_t held_from;
};
/* What a row would charge. */
struct offer {
    struct value code, units;
    struct value *modifiers;
};

static const struct trace *bill_trace(struct run *r, const struct table *t, const struct row *row)
{
    return trace_of(r->o, row, t->item, row->from, row->result.kind == RESULT_HOLD ? row->result.hold : "");
}

/* A hold in the code column: held where what its row calls not documented is
 * missing. */
static struct value held_code(struct run *r, const struct billing *b, const struct row *row)
{
    const struct reason *behind = NULL;
    int asks = 0;
    for (unsigned c = 0; c < b->t->column_count; c++)
        for (unsigned a = 0; a < row->cells[c].count; a++)
            if (cell_alt(&row->cells[c], a).test == CELL_UNDOC) {
                behind = reason_both(r, behind, b->columns[c].why);
                asks = 1;
                break;
            }
    if (!asks) behind = &no_such_thing;
    if (!behind) return documented(0);
    return undocumented(behind->held ? behind : reason_hold(r, bill_trace(r, b->t, row), behind));
}

static struct offer row_offer(struct run *r, const struct billing *b, const struct row *row)
{
    struct offer o = {.modifiers = run_room(r, row->modifier_count, sizeof *o.modifiers)};
    if (row->result.kind == RESULT_HOLD) {
        o.code = held_code(r, b, row);
        o.units = documented(1);
        return o;
    }
    o.code = eval(r, &b->p, row->code);
    o.units = eval(r, &b->p, row->units);
    for (unsigned i = 0; i < row->modifier_count; i++) o.modifiers[i] = eval(r, &b->p, row->modifiers[i]);
    return o;
}

static int offers_nothing(const struct offer *o)
{
    return (!o->code.why && !o->code.v) || (!o->units.why && o->units.v <= 0);
}

static const struct codes *modifier_list(struct run *r, const struct offer *o, unsigned count)
{
    int64_t *list = run_room(r, count, sizeof *list);
    uint32_t n = 0;
    for (unsigned i = 0; i < count; i++) {
        uint32_t k = 0;
        while (k < n && list[k] != o->modifiers[i].v) k++;
        if (o->modifiers[i].v && k == n) list[n++] = o->modifiers[i].v;
    }
    return codes_of(r, list, n);
}

static void bill_hold(struct run *r, const struct billing *b, const struct row *row, const struct reason *why)
{
    for (uint32_t i = b->held_from; i < r->finding_count; i++)
        if (r->findings[i].why == why) return; /* said of this record already */
    hold_say(r, bill_trace(r, b->t, row), b->b->kind, b->p.i, why);
}

/* The day of minute number `need` of the times; beyond their end that of the
 * last minute. */
static int64_t day_earned(const struct times *t, int64_t need)
{
    for (uint32_t i = 0; i < t->count; i++) {
        int64_t minutes = t->at[i].to - t->at[i].from;
        if (need <= minutes) return day_of_minute(need > 0 ? t->at[i].from + need - 1 : t->at[i].from);
        need -= minutes;
    }
    return day_of_minute(t->at[t->count - 1].to - 1);
}

static const struct reason *charge_earned(struct run *r, const struct billing *b, const struct row *row,
                                          struct charge *c, const struct times *times)
{
    enum { DATED_MOST = 10000 }; /* a limit of SPEC.md, 26: a world that breaks it has no answer */
    int64_t units = c->units;
    uint32_t made = r->charge_count;
    c->units = 0;
    if (units > DATED_MOST) {
        r->failed = 1;
        return NULL;
    }
    for (int64_t u = 1; u <= units; u++) {
        struct value need = rungs_need(r, row->ladder->table, &b->p, u);
        if (need.why) {
            r->charge_count = made;
            return need.why;
        }
        int64_t day = day_earned(times, need.v);
        if (c->units && day != c->date) {
            charge_make(r, c);
            c->units = 0;
        }
        c->date = day;
        c->units++;
    }
    charge_make(r, c);
    return NULL;
}

static struct value field_at(struct run *r, struct field *f, uint32_t i)
{
    return column_of(r, f)->cells[f->kind == r->o->m->encounter ? 0 : i];
}

static void row_charge(struct run *r, const struct billing *b, const struct row *row, const struct reason *why)
{
    const struct bill *bill = b->b;
    struct offer o = row_offer(r, b, row);
    if (offers_nothing(&o)) return;
    why = reason_both(r, why, reason_both(r, o.code.why, o.units.why));
    const struct reason *modifiers = NULL;
    for (unsigned i = 0; i < row->modifier_count; i++) modifiers = reason_both(r, modifiers, o.modifiers[i].why);
    why = reason_both(r, why, modifiers);
    struct value dated = bill->dated ? field_at(r, bill->dated, b->p.i) : undocumented(&no_such_thing);
    struct value times = bill->ladder_times ? field_at(r, bill->ladder_times, b->p.i) : undocumented(&no_such_thing);
    if (why) {
        bill_hold(r, b, row, why);
        return;
    }
    struct charge c = {.list = bill->list,
                       .kind = bill->kind,
                       .record = b->p.i,
                       .code = o.code.v,
                       .units = o.units.v,
                       .date = dated.why                             ? r->date
                               : bill->dated->type.base == TYPE_TIME ? day_of_minute(dated.v)
                                                                     : dated.v,
                       .modifiers = modifier_list(r, &o, row->modifier_count),
                       .row = bill_trace(r, b->t, row),
                       .bill = bill,
                       .bill_row = (unsigned)(row - b->t->rows)};
    int earned = row->ladder && bill->ladder_times && (!bill->ladder || bill->ladder == row->ladder) && !times.why &&
                 TIMES(times.v)->count;
    if (!earned) charge_make(r, &c);
    else if ((why = charge_earned(r, b, row, &c, TIMES(times.v)))) bill_hold(r, b, row, why);
}

static int offers_same(struct run *r, const struct billing *b, const struct row *x, const struct row *y)
{
    struct offer p = row_offer(r, b, x), q = row_offer(r, b, y);
    if (offers_nothing(&p) && offers_nothing(&q)) return 1;
    int earned = b->b->ladder_times && ((x->ladder && (!b->b->ladder || b->b->ladder == x->ladder)) ||
                                        (y->ladder && (!b->b->ladder || b->b->ladder == y->ladder)));
    if (x->modifier_count != y->modifier_count || earned) return 0;
    if (p.code.why || q.code.why || p.units.why || q.units.why || p.code.v != q.code.v || p.units.v != q.units.v)
        return 0;
    for (unsigned i = 0; i < x->modifier_count; i++)
        if (p.modifiers[i].why || q.modifiers[i].why || p.modifiers[i].v != q.modifiers[i].v) return 0;
    return 1;
}

/* The first row that fits charges; where rows before it perhaps fit, only if
 * all of them would charge the same. */
static void first_row(struct run *r, const struct billing *b)
{
    const struct row **hits = run_room(r, b->t->row_count, sizeof *hits), *speaks = NULL;
    const struct reason *why = b->exists.why, *one;
    unsigned n = 0;
    int sure = 0, same = 1;
    for (unsigned i = 0; i < b->t->row_count && !sure; i++) {
        enum fit fit = row_fit(r, b->t, &b->t->rows[i], b->columns, &b->p, &one);
        if (fit == FITS_NOT) continue;
        hits[n++] = &b->t->rows[i];
        why = reason_both(r, why, one);
        sure = fit == FITS;
    }
    for (unsigned i = 0; i < n; i++) {
        struct offer o = row_offer(r, b, hits[i]);
        same = same && offers_same(r, b, hits[i], hits[n - 1]);
        if (!speaks && !offers_nothing(&o)) speaks = hits[i];
    }
    if (!speaks) return;
    if (sure && (same || n == 1)) row_charge(r, b, hits[n - 1], b->exists.why);
    else bill_hold(r, b, speaks, why);
}

void bill_run(struct run *r, const struct bill *bill)
{
    uint32_t n = size_of_kind(r, bill->kind);
    for (uint32_t i = 0; i < n; i++) {
        struct billing b = {.b = bill, .t = bill->table, .p = {.kind = bill->kind, .i = i}};
        const struct reason *why;
        b.exists = exists_of(r, bill->kind, i);
        b.held_from = r->finding_count;
        b.columns = columns_eval(r, b.t, &b.p);
        rows_touch(r, b.t, &b.p);
        if (!b.exists.why && !b.exists.v) continue;
        if (b.t->hit == HIT_FIRST) {
            first_row(r, &b);
            continue;
        }
        for (unsigned k = 0; k < b.t->row_count; k++)
            if (row_fit(r, b.t, &b.t->rows[k], b.columns, &b.p, &why) != FITS_NOT)
                row_charge(r, &b, &b.t->rows[k], reason_both(r, b.exists.why, why));
    }
}

/* rule … then charge */
void charge_rule_run(struct run *r, const struct rule *rule)
{
    struct place *places;
    uint32_t n;
    struct value *conditions = rule_conditions(r, rule, &places, &n);
    const struct trace *row = trace_of(r->o, rule, rule->item, NULL, "");
    for (uint32_t i = 0; i < n; i++) {
        struct offer o = {.code = eval(r, &places[i], rule->effect.value),
                          .units = eval(r, &places[i], rule->effect.units)};
        if ((!conditions[i].why && !conditions[i].v) || offers_nothing(&o)) continue;
        const struct reason *why = reason_both(r, conditions[i].why, reason_both(r, o.code.why, o.units.why));
        struct charge c = {.list = text_of("charges"),
                           .kind = rule->kind,
                           .record = places[i].i,
                           .code = o.code.v,
                           .units = o.units.v,
                           .date = r->date,
                           .modifiers = codes_of(r, NULL, 0),
                           .row = row};
        if (why) hold_say(r, row, rule->kind, places[i].i, why);
        else charge_make(r, &c);
    }
}

/* ---- what rules and limits do to charges */

static void charge_hold(struct run *r, struct charge *c, const struct trace *row, const struct reason *why)
{
    c->withheld = 1;
    hold_say(r, row, c->kind, c->record, why);
}

void effect_run(struct run *r, const struct rule *rule, struct value *conditions)
{
    const struct trace *row = trace_of(r->o, rule, rule->item, NULL, "");
    for (uint32_t i = 0; i < r->charge_count; i++) {
        struct charge *c = r->charges[i];
        struct place p = {.kind = r->o->m->charge, .i = i};
        int adds = rule->effect.op == OP_ADD_MODIFIER;
        struct value x = adds ? eval(r, &p, rule->effect.value) : documented(0);
        if (c->withheld || (!conditions[i].why && !conditions[i].v)) continue;
        if (adds && !x.why && (!x.v || codes_have(c->now, x.v))) continue;
        const struct reason *why = reason_both(r, conditions[i].why, x.why);
        if (why) charge_hold(r, c, row, why);
        else if (!adds) c->withheld = 1;
        else {
            int64_t *list = run_room(r, c->now->count + 1u, sizeof *list);
            if (c->now->count) memcpy(list, c->now->at, c->now->count * sizeof *list);
            list[c->now->count] = x.v;
            c->now = codes_of(r, list, c->now->count + 1);
            if (c->effect_count < sizeof c->effects / sizeof *c->effects) c->effects[c->effect_count++] = row;
        }
    }
}

static int cap_shares(const struct cap *cap, const struct charge *x, const struct charge *y)
{
    int64_t a = x->date, b = y->date;
    if (cap->per == 2) {
        a -= ((a + 4) % 7 + 7) % 7;
        b -= ((b + 4) % 7 + 7) % 7;
    }
    return !cap->per || a == b;
}

/* The limit over charges in the order in which they were made; a charge that
 * perhaps counts leaves room in doubt. */
void cap_run(struct run *r, const struct cap *cap)
{
    const struct trace *row = trace_of(r->o, cap, cap->item, cap->row, "");
    int in_force = cap->row->from <= r->date && r->date <= cap->row->until;
    int64_t *surely = run_room(r, r->charge_count + 1u, sizeof *surely);
    int64_t *perhaps = run_room(r, r->charge_count + 1u, sizeof *perhaps);
    const struct reason **doubts = run_room(r, r->charge_count + 1u, sizeof *doubts);
    for (uint32_t i = 0; i < r->charge_count; i++) {
        struct charge *c = r->charges[i];
        struct place p = {.kind = r->o->m->charge, .i = i};
        surely[i] = perhaps[i] = 0;
        doubts[i] = NULL;
        if (c->withheld || !in_force || c->code != cap->code) continue;
        const struct value where = cap->where ? eval(r, &p, cap->where) : documented(1);
        if (!where.why && !where.v) continue;
        int64_t used = 0, open = 0;
        const struct reason *why = NULL;
        for (uint32_t q = 0; q < i; q++) {
            if (r->charges[q]->code != cap->code || !cap_shares(cap, c, r->charges[q])) continue;
            used = exact_add(r, used, surely[q]);
            open = exact_add(r, open, perhaps[q]);
            why = reason_both(r, why, doubts[q]);
        }
        const int64_t room = exact_sub(r, cap->most, used), worst = exact_sub(r, room, open);
        const int fits = c->left <= worst;
        if (where.why || (!fits && room > 0 && room != worst)) {
            perhaps[i] = c->left;
            doubts[i] = where.why;
            if (!fits) charge_hold(r, c, row, reason_both(r, why, where.why));
        } else {
            if (!fits) c->left = room > 0 ? room : 0;
            surely[i] = c->left;
            c->withheld = c->left == 0;
        }
    }
}

static const struct codes *codes_sorted(struct run *r, const struct codes *c)
{
    int64_t *list = run_room(r, c->count, sizeof *list);
    for (uint32_t i = 0; i < c->count; i++) {
        uint32_t k = i;
        for (; k && list[k - 1] > c->at[i]; k--) list[k] = list[k - 1];
        list[k] = c->at[i];
    }
    return codes_of(r, list, c->count);
}

static int final_before(struct run *r, const struct charge *x, const struct charge *y)
{
    const struct way *order = r->o->m->order;
    for (unsigned i = 0; order && i < order->count; i++) {
        const struct criterion *k = &order->criteria[i];
        if (k->kind != CRITERION_LEVEL && k->kind != CRITERION_GREATEST && k->kind != CRITERION_LEAST) continue;
        struct place p = {.kind = r->o->m->charge, .i = x->number}, q = {.kind = r->o->m->charge, .i = y->number};
        struct value a = eval(r, &p, k->a), b = eval(r, &q, k->a);
        if (!a.why != !b.why) return !a.why; /* what is not documented comes last */
        int order_of = a.why ? 0 : value_compare(&k->a->type, a.v, b.v);
        if (order_of) return (order_of < 0) == (k->kind != CRITERION_GREATEST);
    }
    return 0;
}

/* Why charges were held back so far: only they spoke yet. */
void charges_doubt(struct run *r)
{
    for (uint32_t i = 0; i < r->finding_count; i++)
        r->charges_held = reason_both(r, r->charges_held, r->findings[i].why);
}

void charges_merge(struct run *r)
{
    struct final *all = run_room(r, r->charge_count, sizeof *all);
    const struct type list = {TYPE_CODES, NULL, ""};
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->charge_count; i++) { /* the order is worked out for all, also for those that are gone
                                                      */
        struct place p = {.kind = r->o->m->charge, .i = i};
        for (unsigned k = 0; r->o->m->order && k < r->o->m->order->count; k++)
            if (r->o->m->order->criteria[k].kind <= CRITERION_LEAST) eval(r, &p, r->o->m->order->criteria[k].a);
    }
    for (uint32_t i = 0; i < r->charge_count; i++) {
        struct charge *c = r->charges[i];
        c->now = codes_sorted(r, c->now);
        if (c->withheld) continue;
        uint32_t k = 0;
        while (k < n && !(text_equal(all[k].list, c->list) && all[k].code == c->code && all[k].date == c->date &&
                          value_same(&list, POINTER(all[k].modifiers), POINTER(c->now))))
            k++;
        if (k == n) all[n++] = (struct final){c->list, c->code, c->left, c->date, c->now, c, c};
        else {
            all[k].units = exact_add(r, all[k].units, c->left);
            all[k].last->more = c;
            all[k].last = c;
        }
    }
    for (uint32_t i = 1; i < n; i++)
        for (uint32_t k = i; k && final_before(r, all[k].first, all[k - 1].first); k--) {
            struct final x = all[k];
            all[k] = all[k - 1];
            all[k - 1] = x;
        }
    r->finals = all;
    r->final_count = n;
    charges_doubt(r);
}
