/* Questions about other records, and folds over the members of groups. */
#include "tests/oracle/oracle.h"

#include <stdlib.h>
#include <string.h>

int64_t charge_source(const struct run *r, uint32_t i, const struct kind *k)
{
    const struct charge *c = r->stage == 2 ? r->finals[i].first : r->charges[i];
    return c->kind == k ? (int64_t)c->record : -1;
}

struct value asked(struct run *r, const struct place *p, const struct query *q, uint32_t j)
{
    struct value yes = documented(1);
    const int failed = r->failed;
    if (q->other && p->kind == q->kind && j == p->i) yes = documented(0);
    if (q->members && r->groups[kind_number_of(r->o, p->kind)][j] != (int64_t)p->i) yes = documented(0);
    if (q->via && charge_source(r, j, q->via) < 0) yes = documented(0);
    yes = cell_and(r, yes, exists_of(r, q->kind, j));
    struct place inner = {.kind = q->kind, .i = j, .outer = p->kind, .o = p->i};
    if (q->where) yes = cell_and(r, yes, eval(r, &inner, q->where));
    /* A record that is ruled out decides nothing; whether the rest was worked out for it is left open (SPEC.md, 4.1).
     */
    if (r->o->lenient && !yes.why && !yes.v) r->failed = failed;
    return yes;
}

/* What has been gathered of one record's question, or of one group's fold. */
struct gathered {
    const struct type *type;
    int64_t v;
    const struct reason *why;
    uint32_t count;
    struct stretch *all;
    uint32_t all_count, all_room;
};

static void gather_times(struct run *r, struct gathered *g, const struct times *t)
{
    if (g->all_count + t->count > g->all_room) {
        uint32_t room = (g->all_count + t->count) * 2 + 8;
        struct stretch *more = run_room(r, room, sizeof *more);
        if (g->all_count) memcpy(more, g->all, g->all_count * sizeof *more);
        g->all = more;
        g->all_room = room;
    }
    if (t->count) memcpy(g->all + g->all_count, t->at, t->count * sizeof *t->at);
    g->all_count += t->count;
}

struct value ask(struct run *r, const struct place *p, const struct expr *e)
{
    const struct query *q = e->query;
    struct gathered g = {.type = &e->type};
    uint32_t n = size_of_kind(r, q->kind), yes = 0;
    if (q->members) size_of_kind(r, p->kind);
    struct value *is = run_room(r, n, sizeof *is), *x = run_room(r, n, sizeof *x);
    for (uint32_t j = 0; j < n; j++) {
        struct place inner = {.kind = q->kind, .i = j, .outer = p->kind, .o = p->i};
        is[j] = asked(r, p, q, j);
        if (!q->field) continue;
        struct expr value = {.op = X_FIELD, .type = q->field->type, .field = q->field, .at = AT_RECORD};
        if (q->field->kind != q->kind) value.via = q->via;
        x[j] = eval(r, &inner, &value);
    }
    for (uint32_t j = 0; j < n; j++) {
        if (is[j].why) g.why = reason_both(r, g.why, is[j].why);
        if (is[j].why || !is[j].v) continue;
        yes++;
        if (e->op == X_SUM) g.why = reason_both(r, g.why, x[j].why);
        if (e->op == X_SUM && !x[j].why) g.v = exact_add(r, g.v, x[j].v);
    }
    /* Which records are meant is asked first, then what their times are. */
    for (uint32_t j = 0; e->op == X_TIMES && j < n; j++) {
        if (is[j].why || !is[j].v) continue;
        g.why = reason_both(r, g.why, x[j].why);
        if (!x[j].why) gather_times(r, &g, TIMES(x[j].v));
    }
    if (e->op == X_ANY && yes) return documented(1);
    /* A charge that is held back may be there yet. */
    if (q->kind == r->o->m->charge) g.why = reason_both(r, g.why, r->charges_held);
    if (g.why) return undocumented(g.why);
    switch (e->op) {
    case X_COUNT: return documented(yes);
    case X_SUM: return documented(g.v);
    case X_TIMES: return documented(POINTER(times_join(r, g.all, g.all_count)));
    default: return documented(0);
    }
}

/* ---- folds: one cell for each group */

static struct value member(struct run *r, struct field *group_fact, unsigned part, uint32_t i)
{
    struct place p = {.kind = group_fact->kind->source, .i = i};
    return eval(r, &p, group_fact->fold->parts[part]);
}

/* The interval of one member. */
static struct value stretch_of(struct run *r, struct field *f, uint32_t i)
{
    struct value from = member(r, f, 0, i), to = member(r, f, 1, i);
    const struct reason *why = reason_both(r, from.why, to.why);
    if (why) return undocumented(why);
    if (to.v < from.v) {
        const char *hold = arena_printf(&r->arena, "%.*s lies before %.*s", (int)f->fold->parts[1]->field->name.size,
                                        f->fold->parts[1]->field->name.at, (int)f->fold->parts[0]->field->name.size,
                                        f->fold->parts[0]->field->name.at);
        struct trace *t = (struct trace *)trace_of(r->o, f, f->item, NULL, hold);
        t->interval = f;
        return undocumented(reason_hold(r, t, NULL));
    }
    struct stretch one = {from.v, to.v};
    return documented(POINTER(times_join(r, &one, 1)));
}

static struct value fold_values(struct run *r, struct field *f, uint32_t group, const int64_t *groups, uint32_t n)
{
    struct gathered g = {.type = &f->type};
    for (uint32_t i = 0; i < n; i++) {
        if (groups[i] != (int64_t)group) continue;
        struct value x = f->fold->op == OP_ALL_TO ? stretch_of(r, f, i) : member(r, f, 0, i);
        if (f->fold->op == OP_FIRST) return x;
        g.why = reason_both(r, g.why, x.why);
        if (x.why) continue;
        int order = g.count && f->fold->op != OP_ALL_TO ? value_compare(g.type, x.v, g.v) : 0;
        switch (f->fold->op) {
        case OP_EARLIEST: g.v = !g.count || order < 0 ? x.v : g.v; break;
        case OP_LATEST: g.v = !g.count || order > 0 ? x.v : g.v; break;
        case OP_SUM_OF: g.v = exact_add(r, g.v, x.v); break;
        default: gather_times(r, &g, TIMES(x.v)); break;
        }
        g.count++;
    }
    if (g.why) return undocumented(g.why);
    if (f->fold->op == OP_ALL_TO) return documented(POINTER(times_join(r, g.all, g.all_count)));
    return documented(g.v);
}

static struct value fold_any(struct run *r, struct field *f, uint32_t group, const int64_t *groups, uint32_t n)
{
    struct value any = documented(0);
    for (uint32_t i = 0; i < n; i++)
        if (groups[i] == (int64_t)group) any = cell_or(r, any, member(r, f, 0, i));
    return any;
}

static struct bag *bag_new(struct run *r, struct field *f, uint32_t members)
{
    struct bag *b = run_room(r, 1, sizeof *b);
    struct type *types = run_room(r, f->fold->count, sizeof *types);
    for (unsigned k = 0; k < f->fold->count; k++) types[k] = f->fold->parts[k]->type;
    *b = (struct bag){.width = f->fold->count, .types = types};
    b->at = run_room(r, (size_t)members * b->width, sizeof *b->at);
    return b;
}

static int tuple_compare(const struct bag *b, const struct value *x, const struct value *y)
{
    for (uint32_t k = 0; k < b->width; k++) {
        if (!x[k].why != !y[k].why) return x[k].why ? 1 : -1;
        int order = x[k].why ? 0 : value_compare(&b->types[k], x[k].v, y[k].v);
        if (order) return order;
    }
    return 0;
}

/* The set of the members' values; a value that is not documented is one of its
 * own. */
static struct value fold_set(struct run *r, struct field *f, uint32_t group, const int64_t *groups, uint32_t n)
{
    struct bag *b = bag_new(r, f, n);
    struct value *one = run_room(r, b->width, sizeof *one);
    for (uint32_t i = 0; i < n; i++) {
        if (groups[i] != (int64_t)group) continue;
        for (uint32_t k = 0; k < b->width; k++) one[k] = member(r, f, k, i);
        uint32_t at = 0;
        while (at < b->count && tuple_compare(b, &b->at[(size_t)at * b->width], one) < 0) at++;
        if (at < b->count && tuple_compare(b, &b->at[(size_t)at * b->width], one) == 0) continue;
        memmove(&b->at[(size_t)(at + 1) * b->width], &b->at[(size_t)at * b->width],
                (size_t)(b->count - at) * b->width * sizeof *b->at);
        memcpy(&b->at[(size_t)at * b->width], one, b->width * sizeof *one);
        b->count++;
    }
    return documented(POINTER(b));
}

/* F of the member that stands highest. One whose level is in doubt matters
 * where it may stand higher than the best of the others and has another value.
 */
static struct value fold_highest(struct run *r, struct field *f, uint32_t group, const int64_t *groups, uint32_t n)
{
    int64_t best = -1;
    const struct reason *why = NULL;
    uint32_t members = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (groups[i] != (int64_t)group) continue;
        members++;
        struct value level = member(r, f, 1, i);
        if (!level.why && (best < 0 || level.v < member(r, f, 1, (uint32_t)best).v)) best = i;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (groups[i] != (int64_t)group) continue;
        struct value level = member(r, f, 1, i);
        if (!level.why) continue;
        if (members == 1) return member(r, f, 0, i); /* the only one: whatever its level is */
        if (best < 0) {
            why = reason_both(r, why, level.why);
            continue;
        }
        struct value top = member(r, f, 1, (uint32_t)best), x = member(r, f, 0, i), y = member(r, f, 0, (uint32_t)best);
        int higher = level.v < top.v || (level.v == top.v && i < best);
        if (higher && (x.why || y.why || !value_same(&f->type, x.v, y.v))) why = reason_both(r, why, level.why);
    }
    return why ? undocumented(why) : member(r, f, 0, (uint32_t)best);
}

/* What all members have in common. */
static struct value fold_agreed(struct run *r, struct field *f, uint32_t group, const int64_t *groups, uint32_t n)
{
    const struct column *source = column_of(r, f->source);
    struct value first = {0, NULL};
    const struct reason *why = NULL;
    int count = 0, differ = 0;
    if (f->source->kind == r->o->m->encounter) return source->cells[0];
    for (uint32_t i = 0; i < n; i++) {
        if (groups[i] != (int64_t)group) continue;
        struct value x = source->cells[i];
        why = reason_both(r, why, x.why);
        if (x.why) continue;
        if (count++ == 0) first = x;
        else differ |= !value_same(&f->type, x.v, first.v);
    }
    if (differ) {
        const char *hold = arena_printf(&r->arena, "one %.*s for all of the %.*s", (int)f->name.size, f->name.at,
                                        (int)f->kind->name.size, f->kind->name.at);
        why = reason_both(r, why, reason_hold(r, trace_of(r->o, f, f->kind->item, NULL, hold), why));
    }
    return why ? undocumented(why) : first;
}

void fold_column(struct run *r, struct field *f, struct column *c)
{
    uint32_t count = size_of_kind(r, f->kind), n = size_of_kind(r, f->kind->source);
    const int64_t *groups = r->groups[kind_number_of(r->o, f->kind)];
    for (uint32_t g = 0; g < count; g++) {
        if (f->how == FIELD_AGREED) {
            c->cells[g] = fold_agreed(r, f, g, groups, n);
            continue;
        }
        switch (f->fold->op) {
        case OP_NUMBER_OF:
            c->cells[g] = documented(0);
            for (uint32_t i = 0; i < n; i++) c->cells[g].v += groups[i] == (int64_t)g;
            break;
        case OP_YES_WHERE_ANY: c->cells[g] = fold_any(r, f, g, groups, n); break;
        case OP_SET_OF: c->cells[g] = fold_set(r, f, g, groups, n); break;
        case OP_HIGHEST: c->cells[g] = fold_highest(r, f, g, groups, n); break;
        default: c->cells[g] = fold_values(r, f, g, groups, n);
        }
        if (c->cells[g].why) c->cells[g].v = 0;
    }
}
