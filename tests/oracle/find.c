/* Rules: where their conditions hold, and what they say. */
#include "tests/oracle/oracle.h"

#include <stdlib.h>
#include <string.h>

static struct value condition(struct run *r, const struct rule *rule, const struct place *p)
{
    struct value c = exists_of(r, rule->kind, p->outer ? p->o : p->i);
    if (rule->pair) {
        struct place outer = {.kind = p->outer, .i = p->o};
        c = cell_and(r, c, asked(r, &outer, rule->pair, p->i));
    }
    if (rule->via) c = cell_and(r, c, documented(charge_source(r, p->i, rule->via) >= 0));
    if (rule->where) c = cell_and(r, c, eval(r, p, rule->where));
    const int failed = r->failed, nobody = !c.why && !c.v;
    if (rule->when) c = cell_and(r, c, eval(r, p, rule->when));
    /* Of a record that `where` rules out it is left open whether a question was asked (SPEC.md, 4.1). */
    if (r->o->lenient && nobody) r->failed = failed;
    int in_force = rule->item->from <= r->date && r->date <= rule->item->until;
    return in_force ? c : documented(0);
}

struct value *rule_conditions(struct run *r, const struct rule *rule, struct place **places, uint32_t *count)
{
    uint32_t n = size_of_kind(r, rule->kind), all = rule->pair ? n * n : n;
    struct value *conditions = run_room(r, all, sizeof *conditions);
    *places = run_room(r, all, sizeof **places);
    *count = all;
    for (uint32_t i = 0; i < all; i++) {
        struct place *p = &(*places)[i];
        *p = (struct place){.kind = rule->kind, .i = i};
        if (rule->pair) *p = (struct place){.kind = rule->kind, .i = i % n, .outer = rule->kind, .o = i / n};
        conditions[i] = condition(r, rule, p);
    }
    return conditions;
}

static const struct {
    enum ast_op op;
    enum finding_kind kind;
} says[] = {{OP_DENY, FIND_DENY},           {OP_MISSING, FIND_MISSING},    {OP_HOLD, FIND_HOLD},
            {OP_REVIEW, FIND_REVIEW},       {OP_NOTE, FIND_NOTE},          {OP_WITHDRAW, FIND_NOTE},
            {OP_CHANGE_UNITS, FIND_CHANGE}, {OP_CHANGE_CODE, FIND_CHANGE}, {OP_CHANGE_MODIFIERS, FIND_CHANGE}};

static struct finding *finding_new(struct run *r, const struct finding *like)
{
    hold_say(r, NULL, r->o->m->encounter, 0, NULL);
    struct finding *f = &r->findings[r->finding_count - 1];
    *f = *like;
    return f;
}

static void subject_set(struct run *r, const struct rule *rule, const struct place *p, struct finding *f)
{
    f->stage = r->stage;
    f->kind_of = rule->kind;
    f->record = p->i;
    if (rule->kind == r->o->m->encounter) f->kind_of = NULL;
    if (rule->pair) {
        f->record = p->o;
        f->other_kind = rule->kind;
        f->other = p->i;
    } else if (rule->kind->domain == DOMAIN_CROSS) {
        uint32_t n = size_of_kind(r, rule->kind->source);
        f->kind_of = f->other_kind = rule->kind->source;
        f->record = p->i / n;
        f->other = p->i % n;
    }
}

/* A change says the whole line as it should be, where the record has code,
 * units and modifiers. */
static void line_set(struct run *r, const struct rule *rule, const struct place *p, struct finding *f)
{
    static const char *const names[] = {"code", "units", "modifiers"};
    f->whole = f->changes;
    for (unsigned i = 0; i < 3 && f->whole; i++) f->whole = field_find(rule->kind, text_of(names[i])) != NULL;
    for (unsigned i = 0; i < 3 && f->whole; i++) {
        struct field *x = field_find(rule->kind, text_of(names[i]));
        f->line[i] = column_of(r, x)->cells[x->kind == r->o->m->encounter ? 0 : p->i];
    }
}

/* Two rules that want different things of one record: both are told, and a
 * person must look. */
static void rival_say(struct run *r, const struct finding *f)
{
    for (uint32_t i = 0; f->changes && i < r->finding_count; i++) {
        const struct finding *o = &r->findings[i];
        if (o->kind != f->kind || !o->changes || o->rule->effect.op != f->rule->effect.op || o->kind_of != f->kind_of ||
            o->stage != f->stage || o->record != f->record || o->row == f->row || o->value == f->value)
            continue;
        struct finding both = *f;
        both.kind = FIND_REVIEW;
        both.rival = o->row;
        both.changes = 0;
        finding_new(r, &both);
        return;
    }
}

static void say(struct run *r, const struct rule *rule, enum finding_kind kind, const struct place *places,
                const struct value *conditions, uint32_t n)
{
    enum ast_op op = rule->effect.op;
    int changes = op == OP_CHANGE_UNITS || op == OP_CHANGE_CODE || op == OP_CHANGE_MODIFIERS;
    const struct trace *row = trace_of(r->o, &rule->effect, rule->item, NULL,
                                       kind == FIND_HOLD && rule->effect.message ? rule->effect.message : "");
    for (uint32_t i = 0; i < n; i++) {
        struct finding f = {.kind = kind, .row = row, .rule = rule};
        struct value value = changes ? eval(r, &places[i], rule->effect.value) : documented(0);
        for (unsigned k = 0; k < rule->effect.arg_count; k++) f.args[k] = eval(r, &places[i], rule->effect.args[k]);
        if (!conditions[i].why && !conditions[i].v) continue;
        subject_set(r, rule, &places[i], &f);
        f.why = reason_both(r, conditions[i].why, value.why);
        if (f.why) f.kind = FIND_HOLD;
        else {
            f.changes = changes;
            f.value = value.v;
            line_set(r, rule, &places[i], &f);
        }
        rival_say(r, &f);
        finding_new(r, &f);
    }
}

void rule_run(struct run *r, const struct rule *rule)
{
    struct place *places;
    uint32_t n;
    struct value *conditions = rule_conditions(r, rule, &places, &n);
    if (rule->phase == 1) {
        effect_run(r, rule, conditions);
        if (rule->effect.op != OP_WITHDRAW || !rule->effect.message || !*rule->effect.message) return;
    }
    for (size_t k = 0; k < sizeof says / sizeof *says; k++)
        if (says[k].op == rule->effect.op) say(r, rule, says[k].kind, places, conditions, n);
}
