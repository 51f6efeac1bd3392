/* limit: a word of the field for what would otherwise be a relation and a rule. Over billed records it becomes one rule
 * a period, over charges caps. */
#include "compiler/check_claims.h"
#include "compiler/pairs.h"

#include <string.h>

enum period { PER_LINE, PER_DATE, PER_WEEK, PER_ENCOUNTER, PERIODS };
static const char *const periods[PERIODS] = {"line", "date", "week", "encounter"};

struct limit {
    struct model *m;
    struct item *item;
    struct kind *kind;
    struct relation *relation;
    struct span span;
    unsigned code, most, per; /* columns */
    uint32_t atoms[PERIODS];
    unsigned used; /* bit: some row is per this period */
    const struct ast_node *where;
    struct code_set *lifting;
    const char *units, *until; /* facts: how many, and the last day for which; NULL: on its own date only */
};

static struct expr * and (struct limit * l, struct expr *a, struct expr *b) { return claim_two(l->m, X_AND, a, b); }
static struct expr *fact(struct limit *l, const char *name, enum expr_where at)
{
    return claim_known(l->m, l->kind, name, at, l->span);
}
static struct expr *same_code(struct limit *l)
{
    return claim_two(l->m, X_EQ, fact(l, "code", AT_RECORD), fact(l, "code", AT_THIS));
}

/* The condition, and no modifier that lifts. */
static struct expr *and_not_lifted(struct limit *l, struct expr *cond)
{
    if (!l->lifting) return cond;
    struct expr *any = claim_one(l->m, X_ANY_IN, TYPE_BOOL, fact(l, "modifiers", AT_RECORD));
    if (!any) return NULL;
    any->set = l->lifting;
    any = claim_one(l->m, X_NOT, TYPE_BOOL, any);
    return cond ? and(l, cond, any) : any;
}

static int columns_find(struct limit *l)
{
    const struct relation *r = l->relation;
    int code = claim_column(r, "code"), most = claim_column(r, "at most"), per = claim_column(r, "per");
    if (code >= 0 && most >= 0 && per >= 0 && r->types[code].base == TYPE_CODE && r->types[most].base == TYPE_COUNT &&
        r->types[per].base == TYPE_WORD) {
        l->code = (unsigned)code;
        l->most = (unsigned)most;
        l->per = (unsigned)per;
        return 1;
    }
    mistake(l->m, DIAG_BAD_TABLE, l->item->header ? l->item->header->span : l->span,
            "write: | code | at most | per |, and per line, date, week or encounter",
            "a limit has the columns code, at most and per");
    return 0;
}

static enum period period_of(struct limit *l, unsigned row)
{
    const struct relation *r = l->relation;
    uint32_t atom = (uint32_t)r->cells[(size_t)row * r->column_count + l->per];
    unsigned p = 0;
    while (p < PERIODS && l->atoms[p] != atom) p++;
    if (p < PERIODS) return (enum period)p;
    const struct ast_node *node = r->origins[row]->node;
    const char *near = diag_suggest(text_of(l->m->words[atom]), periods, PERIODS);
    struct diag *d = diag_add(l->m->diags, DIAG_NOT_A_WORD, node ? node->span : l->span,
                              "a limit is per line, date, week or encounter");
    if (near) diag_hint(l->m->diags, d, "did you mean `%s`?", near);
    else diag_hint(l->m->diags, d, "write one of these");
    return PERIODS;
}

static int set_named(struct limit *l, const struct ast_node *lifted)
{
    if (!lifted) return 1;
    l->lifting = set_find(l->m, lifted->text);
    if (!l->lifting) {
        unknown_name(l->m, lifted->span, lifted->text, NULL);
        return 0;
    }
    set_check(l->m, l->lifting);
    return l->lifting->state != BROKEN;
}

/* A fact that `counted by` names, and its type. */
static int counted_fact(struct limit *l, const struct ast_node *n, enum value_type base, const char *what,
                        const char **name)
{
    if (!n) return 1;
    *name = text_z(l->m, n->text);
    struct expr *e = claim_fact(l->m, l->kind, *name, AT_RECORD, n->span);
    if (e && e->type.base != base)
        mistake(l->m, DIAG_WRONG_TYPE, n->span, what, "`%s` is %s", *name, type_name(l->m, &e->type));
    return e && e->type.base == base;
}

/* ---- charges: cut, row by row */

static int cap_add(struct limit *l, unsigned row, enum period p, struct expr *where)
{
    struct model *m = l->m;
    const struct relation *r = l->relation;
    const int64_t *cells = r->cells + (size_t)row * r->column_count;
    if (!(m->cap_count & (m->cap_count - 1))) { /* room is a power of two */
        struct cap *caps = arena_zero(m->arena, m->cap_count ? m->cap_count * 2u : 1u, sizeof *caps);
        if (!caps) {
            m->oom = 1;
            return 0;
        }
        if (m->cap_count) memcpy(caps, m->caps, m->cap_count * sizeof *caps);
        m->caps = caps;
    }
    m->caps[m->cap_count++] = (struct cap){.item = l->item,
                                           .row = r->origins[row],
                                           .code = cells[l->code],
                                           .most = cells[l->most],
                                           .per = p == PER_DATE   ? 1
                                                  : p == PER_WEEK ? 2
                                                                  : 0,
                                           .where = where};
    return 1;
}

static void caps_make(struct limit *l)
{
    struct scope s = {.record = l->kind, .phase = 1};
    const struct ast_node *counted = ast_child(l->item->node, AST_COUNTED_BY);
    if (counted || l->used & 1u << PER_LINE) {
        mistake(l->m, DIAG_BAD_TABLE, counted ? counted->span : l->span,
                "for anything else write a rule: for each charge … then withdraw \"…\"",
                "a limit of charges counts units by code and by date, week or encounter only");
        return;
    }
    struct expr *where = l->where ? cond_check(l->m, &s, l->where->first) : NULL;
    if (l->where && !where) return;
    where = and_not_lifted(l, where);
    for (unsigned i = 0; i < l->relation->row_count; i++)
        if (!cap_add(l, i, period_of(l, i), where)) return;
}

/* ---- other records: denied, one rule a period */

/* What the row of this code and period allows. */
static struct expr *most_allowed(struct limit *l, enum period p, enum expr_where at)
{
    struct expr *e = expr_new(l->m, X_LOOKUP, TYPE_COUNT, l->span);
    struct expr *keys[2] = {fact(l, "code", at),
                            expr_const(l->m, l->relation->types[l->per], (int64_t)l->atoms[p], l->span)};
    e->relation = l->relation;
    e->value = (int64_t)l->most;
    e->args = arena_zero(l->m->arena, 2, sizeof *e->args);
    if (!e->args || !keys[0]) {
        l->m->oom |= !e->args;
        return NULL;
    }
    e->args[0] = keys[l->code < l->per ? 0 : 1];
    e->args[1] = keys[l->code < l->per ? 1 : 0];
    e->arg_count = 2;
    return e;
}

static struct query *query_of(struct limit *l, int other)
{
    struct query *q = arena_zero(l->m->arena, 1, sizeof *q);
    if (!q) l->m->oom = 1;
    else *q = (struct query){.kind = l->kind, .other = other, .correlated = 1};
    return q;
}

/* Units of all records of its code in its period. */
static struct expr *units_together(struct limit *l, enum period p)
{
    struct model *m = l->m;
    struct expr *units = fact(l, p == PER_DATE ? l->units : "units", AT_RECORD), *when = same_code(l);
    struct query *q = query_of(l, 0);
    if (!q || !units) return NULL;
    if (p == PER_DATE && l->until) { /* that cover its first day */
        when = and(l, when, claim_two(m, X_LE, fact(l, "date", AT_RECORD), fact(l, "date", AT_THIS)));
        when = and(l, when, claim_two(m, X_LE, fact(l, "date", AT_THIS), fact(l, l->until, AT_RECORD)));
    } else if (p != PER_ENCOUNTER) {
        struct expr *a = fact(l, "date", AT_RECORD), *b = fact(l, "date", AT_THIS);
        if (p == PER_WEEK) {
            a = claim_one(m, X_WEEK, TYPE_DATE, a);
            b = claim_one(m, X_WEEK, TYPE_DATE, b);
        }
        when = and(l, when, claim_two(m, X_EQ, a, b));
    }
    q->field = units->field;
    q->where = and_not_lifted(l, when);
    struct expr *sum = expr_new(m, X_SUM, TYPE_COUNT, l->span);
    sum->query = q;
    return q->where ? sum : NULL;
}

/* Records that span days: more than allowed on some day that this one covers. The count changes only where a record
 * begins, so its own first day and those of the records that begin while it lasts are all days that matter. */
static struct expr *over_some_day(struct limit *l, struct expr *most)
{
    struct model *m = l->m;
    const char *name = arena_printf(m->arena, "%s on its first day", text_z(m, l->item->name));
    struct field *f = name ? field_new(m, l->kind, text_of(name), FIELD_DEFINE, l->item, l->span) : NULL;
    struct query *q = query_of(l, 1);
    if (!f || !q) return NULL;
    f->type = (struct type){TYPE_COUNT, NULL, ""};
    f->state = CHECKED;
    f->used = 1;
    f->expr = units_together(l, PER_DATE);
    struct expr *when = same_code(l);
    when = and(l, when, claim_two(m, X_LT, fact(l, "date", AT_THIS), fact(l, "date", AT_RECORD)));
    when = and(l, when, claim_two(m, X_LE, fact(l, "date", AT_RECORD), fact(l, l->until, AT_THIS)));
    when = and(l, when, claim_two(m, X_LT, most_allowed(l, PER_DATE, AT_THIS), field_expr(m, f, AT_RECORD, l->span)));
    q->where = and_not_lifted(l, when);
    struct expr *later = expr_new(m, X_ANY, TYPE_BOOL, l->span);
    later->query = q;
    if (!f->expr || !q->where) return NULL;
    return claim_two(m, X_OR, claim_two(m, X_LT, most, field_expr(m, f, AT_RECORD, l->span)), later);
}

static int period_rule(struct limit *l, enum period p, struct rule *out)
{
    struct model *m = l->m;
    struct scope scope = {.record = l->kind, .phase = 2};
    struct expr *most = most_allowed(l, p, AT_RECORD), *over;
    if (p == PER_LINE) over = claim_two(m, X_LT, most, fact(l, l->units, AT_RECORD));
    else if (p == PER_DATE && l->until) over = most ? over_some_day(l, most) : NULL;
    else over = claim_two(m, X_LT, most, units_together(l, p));
    *out = (struct rule){.item = l->item, .kind = l->kind, .phase = 2};
    out->when = and_not_lifted(l, and(l, claim_one(m, X_DOC, TYPE_BOOL, most), over));
    if (l->where) out->where = cond_check(m, &scope, l->where->first);
    out->effect.op = OP_DENY;
    out->effect.args = arena_zero(m->arena, 2, sizeof *out->effect.args);
    if (!out->effect.args) m->oom = 1;
    if (!out->when || !out->effect.args || (l->where && !out->where)) return 0;
    out->effect.args[out->effect.arg_count++] = fact(l, "code", AT_RECORD);
    out->effect.args[out->effect.arg_count++] = most;
    const struct ast_node *label = ast_child(l->item->node, AST_LABEL);
    out->effect.message = arena_printf(m->arena, "%s: {0}, at most {1} per %s",
                                       label ? text_z(m, label->text) : text_z(m, l->item->name), periods[p]);
    return 1;
}

int limit_check(struct model *m, struct item *it, struct rule *out)
{
    struct limit l = {.m = m,
                      .item = it,
                      .kind = claim_subject(m, it),
                      .relation = relation_named(m, it->name),
                      .span = it->node->span,
                      .where = ast_child(it->node, AST_WHERE),
                      .units = "units"};
    if (!l.kind || !l.relation) return 0;
    relation_check(m, l.relation);
    if (l.relation->state == BROKEN) return 0;
    relation_asked(m, l.relation, l.kind);
    if (!columns_find(&l)) return 0;
    relation_expand(m, l.relation);
    for (unsigned i = 0; i < PERIODS; i++) l.atoms[i] = word_atom(m, text_of(periods[i]));
    for (unsigned i = 0; i < l.relation->row_count; i++) {
        enum period p = period_of(&l, i);
        if (p == PERIODS) return 0;
        l.used |= 1u << p;
    }
    if (!set_named(&l, ast_child(it->node, AST_LIFTED_BY))) return 0;
    if (l.kind == m->charge) {
        caps_make(&l);
        return 0;
    }
    const struct ast_node *counted = ast_child(it->node, AST_COUNTED_BY);
    if (!counted_fact(&l, counted, TYPE_COUNT, "name a fact that counts", &l.units) ||
        !counted_fact(&l, counted ? ast_child(counted, AST_UNTIL) : NULL, TYPE_DATE, "name a fact that is a date",
                      &l.until))
        return 0;
    int count = 0;
    for (unsigned p = 0; p < PERIODS; p++)
        if (l.used >> p & 1 && period_rule(&l, (enum period)p, &out[count])) count++;
    return count;
}
