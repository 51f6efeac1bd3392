/* Conditions: comparisons, membership, questions about other records. */
#include "compiler/check_expr.h"

static struct expr *equals(struct model *m, struct scope *s, struct expr *a, const struct ast_node *right,
                           struct span span)
{
    if (!a) return NULL;
    struct expr *b = operand_check(m, s, right, &a->type);
    if (!b || !match_types(m, &a, &b) || !single_value(m, a)) return NULL;
    return expr_two(m, X_EQ, TYPE_BOOL, a, b, span);
}

static struct expr *list_check(struct model *m, struct scope *s, const struct ast_node *n)
{
    (void)s;
    struct code_set *set = set_find(m, n->text);
    if (set) {
        set_check(m, set);
        if (set->state == BROKEN) return NULL;
    } else {
        unknown_list(m, n->span, n->text);
        return NULL;
    }
    struct expr *e = expr_new(m, X_CONST, TYPE_CODE, n->span);
    e->set = set;
    return e;
}

/* Many parts make a tree, not a chain: nobody who walks it goes deep. */
static struct expr *join(struct model *m, enum expr_op op, struct expr **all, unsigned count, struct span span)
{
    enum { CHAIN = 16 };
    struct expr *e = count ? all[0] : NULL;
    if (count > CHAIN)
        return expr_two(m, op, TYPE_BOOL, join(m, op, all, count / 2, span),
                        join(m, op, all + count / 2, count - count / 2, span), span);
    for (unsigned i = 1; i < count; i++) e = expr_two(m, op, TYPE_BOOL, e, all[i], span);
    return e;
}

static struct expr *joined_check(struct model *m, struct scope *s, const struct ast_node *n)
{
    struct expr **all = arena_zero(m->arena, ast_count(n) + 1u, sizeof *all);
    unsigned count = 0;
    if (!all) {
        m->oom = 1;
        return NULL;
    }
    for (const struct ast_node *c = n->first; c; c = c->next) all[count++] = cond_check(m, s, c);
    return join(m, n->op == OP_AND ? X_AND : X_OR, all, count, n->span);
}

static struct expr *one_of_check(struct model *m, struct scope *s, const struct ast_node *n)
{
    struct expr **all = arena_zero(m->arena, ast_count(n) + 1u, sizeof *all), *a = expr_check(m, s, n->first, NULL);
    unsigned count = 0;
    if (!a || !all) return NULL;
    for (const struct ast_node *v = n->first->next; v; v = v->next) {
        all[count] = equals(m, s, a, v, v->span);
        if (!all[count++]) return NULL;
    }
    return join(m, X_OR, all, count, n->span);
}

struct expr *cond_check(struct model *m, struct scope *s, const struct ast_node *n)
{
    struct expr *a, *b, *e = NULL;
    struct span span = n->span;
    if (n->kind != AST_COND) {
        a = expr_check(m, s, n, NULL);
        if (a && a->type.base != TYPE_BOOL) {
            struct diag *d = diag_add(m->diags, DIAG_WRONG_TYPE, a->span, "a condition is expected here, this is %s",
                                      type_name(m, &a->type));
            diag_hint(m->diags, d, "say what is asked of it: … is …, … from …, … documented");
            return NULL;
        }
        return a;
    }
    switch (n->op) {
    case OP_AND:
    case OP_OR: return joined_check(m, s, n);
    case OP_NOT: return expr_one(m, X_NOT, TYPE_BOOL, cond_check(m, s, n->first), span);
    case OP_IS:
    case OP_IS_NOT:
        e = equals(m, s, expr_check(m, s, n->first, NULL), n->last, span);
        return n->op == OP_IS ? e : expr_one(m, X_NOT, TYPE_BOOL, e, span);
    case OP_ONE_OF:
    case OP_NOT_ONE_OF:
        e = one_of_check(m, s, n);
        return n->op == OP_ONE_OF ? e : expr_one(m, X_NOT, TYPE_BOOL, e, span);
    case OP_IN:
    case OP_NOT_IN:
        a = typed(m, expr_check(m, s, n->first, NULL), TYPE_CODE, "a code");
        b = list_check(m, s, n->last);
        if (!a || !b) return NULL;
        e = expr_one(m, X_IN, TYPE_BOOL, a, span);
        e->set = b->set;
        return n->op == OP_IN ? e : expr_one(m, X_NOT, TYPE_BOOL, e, span);
    case OP_ANY_OF:
    case OP_NONE_OF:
        a = typed(m, name_check(m, s, n->first->text, n->first->span), TYPE_CODES, "a list of codes");
        b = list_check(m, s, n->last);
        if (!a || !b) return NULL;
        e = expr_one(m, X_ANY_IN, TYPE_BOOL, a, span);
        e->set = b->set;
        return n->op == OP_ANY_OF ? e : expr_one(m, X_NOT, TYPE_BOOL, e, span);
    case OP_DOCUMENTED:
    case OP_UNDOCUMENTED:
        e = expr_one(m, X_DOC, TYPE_BOOL, expr_check(m, s, n->first, NULL), span);
        return n->op == OP_DOCUMENTED ? e : expr_one(m, X_NOT, TYPE_BOOL, e, span);
    case OP_DOCUMENTED_AS:
        e = equals(m, s, expr_check(m, s, n->first, NULL), n->last, span);
        b = expr_const(m, (struct type){TYPE_BOOL, NULL, ""}, 0, span);
        return expr_two(m, X_DOC_OR, TYPE_BOOL, e, b, span);
    case OP_FROM:
    case OP_UP_TO:
    case OP_BELOW:
    case OP_OVER: {
        a = expr_check(m, s, n->first, NULL);
        if (!a) return NULL;
        if (a->type.base == TYPE_CODE || a->type.base == TYPE_WORD || a->type.base == TYPE_TEXT) {
            struct diag *d = diag_add(m->diags, a->type.base == TYPE_CODE ? DIAG_CODE_COUNT : DIAG_WRONG_TYPE,
                                      n->last->span, "%s has no size to compare", type_name(m, &a->type));
            diag_hint(m->diags, d, "for a range of codes make a list (codes …) and ask `in`");
            return NULL;
        }
        b = operand_check(m, s, n->last, &a->type);
        if (!match_types(m, &a, &b)) return NULL;
        if (n->op == OP_FROM) return expr_two(m, X_LE, TYPE_BOOL, b, a, span);
        if (n->op == OP_UP_TO) return expr_two(m, X_LE, TYPE_BOOL, a, b, span);
        return n->op == OP_BELOW ? expr_two(m, X_LT, TYPE_BOOL, a, b, span) : expr_two(m, X_LT, TYPE_BOOL, b, a, span);
    }
    case OP_ANY:
    case OP_NO:
        e = query_check(m, s, n->first, NULL, span);
        return n->op == OP_ANY ? e : expr_one(m, X_NOT, TYPE_BOOL, e, span);
    case OP_LISTS: {
        struct relation *r = relation_named(m, n->text);
        if (!r) {
            unknown_name(m, span, n->text, NULL);
            return NULL;
        }
        relation_check(m, r);
        if (r->state == BROKEN) return NULL;
        relation_asked(m, r, s->record);
        e = expr_new(m, X_LISTS, TYPE_BOOL, span);
        e->relation = r;
        e->args = arena_zero(m->arena, ast_count(n) + 1u, sizeof *e->args);
        for (const struct ast_node *k = n->first; k; k = k->next) {
            if (e->arg_count == r->column_count) {
                mistake(m, DIAG_TOO_MANY_CELLS, k->span, "ask with one value for each column, in their order",
                        "%s has only %u columns", text_z(m, r->name), r->column_count);
                return NULL;
            }
            a = expr_check(m, s, k, &r->types[e->arg_count]);
            b = expr_const(m, r->types[e->arg_count], 0, k->span);
            if (!match_types(m, &a, &b) || !key_fits(m, b, r->columns[e->arg_count])) return NULL;
            e->args[e->arg_count++] = a;
        }
        return e;
    }
    case OP_THIS_FIRST:
    case OP_THIS_SECOND:
        if (!s->pair || !s->outer) {
            if (anything_lost(m)) return NULL; /* perhaps the pair */
            struct diag *d = diag_add(m->diags, DIAG_UNKNOWN_NAME, span, "there is no order between these records");
            diag_hint(m->diags, d,
                      "`this is first` and `this is second` need a `pair` of the kind, and stand in a question about "
                      "another record of it");
            return NULL;
        }
        if (s->query) s->query->correlated = 1;
        kind_check(m, s->pair);
        e = expr_new(m, X_SECOND, TYPE_BOOL, span);
        e->via = s->pair;
        return n->op == OP_THIS_SECOND ? e : expr_one(m, X_NOT, TYPE_BOOL, e, span);
    default:
        mistake(m, DIAG_SYNTAX, span, "say what is asked of it: … is …, … from …, … documented",
                "a condition is expected here");
        return NULL;
    }
}
