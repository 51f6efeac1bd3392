/* What stands behind the answers: all that bills, rules and the order of
 * charges are made of, and the constants in it. It is worked out in every
 * encounter; the constants are the bounds around which missing facts are tried
 * out. */
#include "tests/oracle/oracle.h"

#include <stdlib.h>
#include <string.h>

struct reach {
    struct oracle *o;
    int stage, inside; /* inside: an expression that is worked out as a whole */
};

static void bound_add(struct oracle *o, enum value_type type, int64_t value)
{
    if (type == TYPE_TEXT || type == TYPE_WORD) return;
    for (uint32_t i = 0; i < o->bound_count; i++)
        if (o->bounds[i].type == type && o->bounds[i].value == value) return;
    if (o->bound_count == o->bound_room) {
        o->bound_room = o->bound_room * 2 + 32;
        o->bounds = realloc(o->bounds, o->bound_room * sizeof *o->bounds);
        if (!o->bounds) abort();
    }
    o->bounds[o->bound_count++] = (struct bound){type, value};
}

static void text_add(struct oracle *o, const char *text)
{
    for (uint32_t i = 0; i < o->text_count; i++)
        if (!strcmp(o->texts[i], text)) return;
    if (o->text_count < sizeof o->texts / sizeof *o->texts) o->texts[o->text_count++] = text;
}

static void reach_field(struct reach *x, struct field *f);
static void reach_kind(struct reach *x, struct kind *k);

static void alone_add(struct reach *x, const struct expr *e)
{
    struct oracle *o = x->o;
    x->inside = 1;
    if (e->op == X_CONST || e->op == X_ABSENT || e->op == X_FIELD) return;
    if (o->alone_count == o->alone_room) {
        o->alone_room = o->alone_room * 2 + 32;
        o->alone = realloc(o->alone, o->alone_room * sizeof *o->alone);
        if (!o->alone) abort();
    }
    o->alone[o->alone_count++] = (struct alone){e, x->stage};
}

static void reach_expr(struct reach *x, const struct expr *e)
{
    if (!e) return;
    const int inside = x->inside;
    /* Worked out once, also where there is no record that asks. */
    if (!inside && of_encounter(x->o, e)) alone_add(x, e);
    if (e->op == X_CONST && e->type.base == TYPE_TEXT) text_add(x->o, (const char *)(intptr_t)e->value);
    else if (e->op == X_CONST) bound_add(x->o, e->type.base, e->value);
    if (e->op == X_FIELD) {
        reach_field(x, e->field);
        if (e->at == AT_FIRST || e->at == AT_SECOND)
            for (struct kind *k = x->o->m->kinds; k; k = k->next)
                if (k->domain == DOMAIN_CROSS && k->key && k->source == e->field->kind) reach_field(x, k->key);
    }
    if (e->op == X_SECOND) reach_field(x, e->via->key);
    if (e->query) {
        reach_kind(x, e->query->kind);
        if (e->query->via) reach_kind(x, e->query->via);
        x->inside = 0;
        reach_expr(x, e->query->where);
        if (e->query->field) reach_field(x, e->query->field);
    }
    for (unsigned i = 0; i < e->arg_count; i++) reach_expr(x, e->args[i]);
    reach_expr(x, e->a);
    reach_expr(x, e->b);
    reach_expr(x, e->c);
    x->inside = inside;
}

static void reach_cells(struct reach *x, const struct table *t)
{
    for (unsigned c = 0; c < t->column_count; c++) reach_expr(x, t->columns[c]);
    for (unsigned r = 0; r < t->row_count; r++)
        for (unsigned c = 0; c < t->column_count; c++)
            for (unsigned a = 0; a < t->rows[r].cells[c].count; a++) {
                reach_expr(x, cell_alt(&t->rows[r].cells[c], a).x);
                reach_expr(x, cell_alt(&t->rows[r].cells[c], a).y);
            }
}

static void reach_ladder(struct reach *x, const struct table *t)
{
    reach_expr(x, t->columns[0]);
    for (unsigned r = 0; r < t->row_count; r++) reach_expr(x, t->rows[r].result.expr);
    reach_expr(x, t->every);
    reach_expr(x, t->more);
}

static void reach_kind(struct reach *x, struct kind *k)
{
    uint32_t n = kind_number_of(x->o, k);
    const int inside = x->inside;
    if (x->o->kinds_wanted[n]++) return;
    x->inside = 0;
    if (k->source) reach_kind(x, k->source);
    if (!k->group) {
        x->inside = inside;
        return;
    }
    reach_expr(x, k->group->where);
    reach_cells(x, k->group->table);
    for (unsigned r = 0; r < k->group->table->row_count; r++)
        for (unsigned i = 0; i < k->group->table->rows[r].key_count; i++)
            reach_expr(x, k->group->table->rows[r].keys[i]);
    if (k->group->start) reach_field(x, k->group->start);
    if (k->group->stop) reach_field(x, k->group->stop);
    x->inside = inside;
}

static void reach_choose(struct reach *x, const struct choose *c)
{
    reach_expr(x, c->among);
    for (unsigned i = 0; i < c->per_count; i++) reach_expr(x, c->per[i]);
    for (unsigned w = 0; w < c->way_count; w++) {
        reach_expr(x, c->ways[w].when);
        for (unsigned k = 0; k < c->ways[w].count; k++) {
            reach_expr(x, c->ways[w].criteria[k].a);
            reach_expr(x, c->ways[w].criteria[k].b);
        }
    }
}

static void reach_field(struct reach *x, struct field *f)
{
    struct oracle *o = x->o;
    struct known *k = known_of(o, f);
    int again = f->kind == o->m->charge && x->stage == 2;
    const int inside = x->inside;
    if (k->reached[again]) return;
    k->reached[again] = 1;
    x->inside = 0;
    reach_kind(x, f->kind);
    reach_expr(x, f->expr);
    for (unsigned i = 0; i < f->required_count; i++) reach_expr(x, f->required[i]);
    if (f->how == FIELD_STEP) {
        reach_ladder(x, f->table);
        for (unsigned r = 0; r < f->table->row_count; r++) bound_add(o, TYPE_COUNT, f->table->rows[r].count);
    } else if (f->table) {
        reach_cells(x, f->table);
        for (unsigned r = 0; r < f->table->row_count; r++) reach_expr(x, f->table->rows[r].result.expr);
    }
    if (f->choose) reach_choose(x, f->choose);
    for (unsigned i = 0; f->fold && i < f->fold->count; i++) reach_expr(x, f->fold->parts[i]);
    if (f->source) reach_field(x, f->source);
    if (o->want_count == o->want_room) {
        o->want_room = o->want_room * 2 + 64;
        o->wants = realloc(o->wants, o->want_room * sizeof *o->wants);
        if (!o->wants) abort();
    }
    o->wants[o->want_count++] = (struct want){f, x->stage};
    x->inside = inside;
}

static void reach_bill(struct reach *x, const struct bill *b)
{
    reach_kind(x, b->kind);
    reach_cells(x, b->table);
    for (unsigned r = 0; r < b->table->row_count; r++) {
        const struct row *row = &b->table->rows[r];
        if (row->result.kind == RESULT_HOLD) bound_add(x->o, TYPE_COUNT, 1);
        reach_expr(x, row->code);
        reach_expr(x, row->units);
        for (unsigned i = 0; i < row->modifier_count; i++) reach_expr(x, row->modifiers[i]);
        if (row->ladder && b->ladder_times) reach_ladder(x, row->ladder->table);
    }
    if (b->dated) reach_field(x, b->dated);
    if (b->ladder_times) reach_field(x, b->ladder_times);
}

static void reach_rule(struct reach *x, const struct rule *r)
{
    static const char *const line[] = {"code", "units", "modifiers"};
    struct field *f[3];
    int says = r->phase == 2 || (r->effect.op == OP_WITHDRAW && r->effect.message && *r->effect.message);
    int changes =
        r->effect.op == OP_CHANGE_UNITS || r->effect.op == OP_CHANGE_CODE || r->effect.op == OP_CHANGE_MODIFIERS;
    reach_kind(x, r->kind);
    if (r->via) reach_kind(x, r->via);
    if (r->pair) reach_expr(x, r->pair->where);
    reach_expr(x, r->where);
    reach_expr(x, r->when);
    reach_expr(x, r->effect.value);
    if (r->phase == 0) reach_expr(x, r->effect.units);
    for (unsigned i = 0; says && i < r->effect.arg_count; i++) reach_expr(x, r->effect.args[i]);
    for (unsigned i = 0; i < 3 && changes; i++) changes = (f[i] = field_find(r->kind, text_of(line[i]))) != NULL;
    for (unsigned i = 0; i < 3 && changes; i++) reach_field(x, f[i]);
}

/* A threshold gives more and more: each of its steps within a day is a bound,
 * whoever asks for it. */
static void steps_add(struct oracle *o)
{
    for (struct kind *k = o->m->kinds; k; k = k->next)
        for (struct field *f = k->fields; f; f = f->next) {
            const struct table *t = f->how == FIELD_STEP ? f->table : NULL;
            if (!t || !t->every || t->every->op != X_CONST || t->every->value <= 0 || !t->row_count) continue;
            const struct expr *last = t->rows[t->row_count - 1].result.expr;
            int64_t v = last && last->op == X_CONST ? last->value : INT64_MAX;
            for (int i = 0; i < 24 && v <= 1440; i++, v += t->every->value) bound_add(o, t->columns[0]->type.base, v);
        }
}

void reach_all(struct oracle *o)
{
    struct model *m = o->m;
    struct reach x = {.o = o, .stage = 0};
    reach_expr(&x, m->answers);
    for (struct field *f = m->policies; f; f = f->next)
        for (unsigned i = 0; i < f->policy->count; i++) bound_add(o, f->type.base, f->policy->values[i].value);
    for (unsigned i = 0; i < m->bill_count; i++) reach_bill(&x, &m->bills[i]);
    for (unsigned i = 0; i < m->rule_count; i++)
        if (m->rules[i].phase == 0) reach_rule(&x, &m->rules[i]);
    x.stage = 1;
    for (unsigned i = 0; i < m->rule_count; i++)
        if (m->rules[i].phase == 1) reach_rule(&x, &m->rules[i]);
    for (unsigned i = 0; i < m->cap_count; i++) {
        bound_add(o, TYPE_COUNT, m->caps[i].most);
        reach_expr(&x, m->caps[i].where);
    }
    for (unsigned i = 0; m->order && i < m->order->count; i++)
        if (m->order->criteria[i].kind <= CRITERION_LEAST) reach_expr(&x, m->order->criteria[i].a);
    x.stage = 2;
    for (unsigned i = 0; i < m->rule_count; i++)
        if (m->rules[i].phase == 2) reach_rule(&x, &m->rules[i]);
    steps_add(o);
}
