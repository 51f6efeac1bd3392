/* bundle: a word of the field for what would otherwise be a relation and a rule. It becomes just that; what it shares
 * with limit (check_limit.c). */
#include "compiler/check_claims.h"
#include "compiler/pairs.h"

#include <string.h>

struct expr *claim_two(struct model *m, enum expr_op op, struct expr *a, struct expr *b)
{
    if (!a || !b) return NULL;
    struct expr *e = expr_new(m, op, TYPE_BOOL, a->span);
    e->a = a;
    e->b = b;
    return e;
}

struct expr *claim_one(struct model *m, enum expr_op op, enum value_type base, struct expr *a)
{
    if (!a) return NULL;
    struct expr *e = expr_new(m, op, base, a->span);
    e->a = a;
    return e;
}

struct expr *claim_fact(struct model *m, struct kind *k, const char *name, enum expr_where at, struct span span)
{
    struct field *f = field_of(m, k, text_of(name));
    if (!f) {
        struct scope s = {.record = k};
        unknown_name(m, span, text_of(name), &s);
        return NULL;
    }
    return field_expr(m, f, at, span);
}

struct expr *claim_known(struct model *m, struct kind *k, const char *name, enum expr_where at, struct span span)
{
    static const struct {
        const char *name;
        enum value_type base;
    } known[] = {{"code", TYPE_CODE}, {"units", TYPE_COUNT}, {"modifiers", TYPE_CODES}, {"date", TYPE_DATE}};
    struct expr *e = claim_fact(m, k, name, at, span);
    for (size_t i = 0; e && i < sizeof known / sizeof *known; i++) {
        const struct type wanted = {.base = known[i].base};
        if (strcmp(known[i].name, name) != 0 || e->type.base == wanted.base) continue;
        mistake(m, DIAG_WRONG_TYPE, span, "give it this type among the facts, or another name",
                "`%s` of %s is %s; here it has to be %s", name, text_z(m, k->name), type_name(m, &e->type),
                type_name(m, &wanted));
        return NULL;
    }
    return e;
}

struct kind *claim_subject(struct model *m, struct item *it)
{
    const struct ast_node *of = ast_child(it->node, AST_OF);
    struct kind *k = of ? kind_find(m, of->text) : NULL;
    if (!k && of) unknown_name(m, of->span, of->text, NULL);
    return k;
}

int claim_column(const struct relation *r, const char *name)
{
    for (unsigned i = 0; i < r->column_count; i++)
        if (text_is(r->columns[i], name)) return (int)i;
    return -1;
}

static struct expr *lists(struct model *m, struct relation *r, struct expr *first, struct expr *second,
                          struct expr *third)
{
    struct expr *e = expr_new(m, X_LISTS, TYPE_BOOL, r->item->node->span);
    e->relation = r;
    e->args = arena_zero(m->arena, 3, sizeof *e->args);
    if (!e->args || !first || !second) return NULL;
    e->args[e->arg_count++] = first;
    e->args[e->arg_count++] = second;
    if (third) e->args[e->arg_count++] = third;
    return e;
}

/* What both records of a pair must have in common, and what is asked of them: `with same …`, `where …`. */
static int pair_terms(struct model *m, struct item *it, struct kind *k, struct scope *inner, struct expr **out)
{
    const struct ast_node *same = ast_child(it->node, AST_SAME), *where = ast_child(it->node, AST_WHERE);
    *out = NULL;
    for (const struct ast_node *c = same ? same->first : NULL; c; c = c->next) {
        const char *name = text_z(m, c->text);
        struct expr *e =
            claim_two(m, X_EQ, claim_fact(m, k, name, AT_RECORD, c->span), claim_fact(m, k, name, AT_THIS, c->span));
        *out = *out ? claim_two(m, X_AND, *out, e) : e;
        if (!*out) return 0;
    }
    if (!where) return 1;
    struct expr *e = cond_check(m, inner, where->first);
    *out = *out ? claim_two(m, X_AND, *out, e) : e;
    return *out != NULL;
}

/* column 1 is paid, column 2 is not, on the same claim (and `with same …`): indicator 0 always, 1 unless a modifier
 * lifts it, any other number never (NCCI correspondence language: 9, the edit is not in force). A rule for each of the
 * two, so that its sentence says whether a modifier could help. Returns how many rules. */
/* An indicator that is misspelt, stands elsewhere or is no number would lift every pair. */
static int bundle_columns(struct model *m, const struct item *it, const struct relation *r)
{
    static const char *const third[] = {"indicator"};
    const struct ast_node *wrong = NULL;
    const char *near = NULL;
    for (unsigned c = 2; it->header && c < r->column_count; c++)
        if ((near = diag_suggest(r->columns[c], third, 1)) && !text_is(r->columns[c], near))
            wrong = ast_nth(it->header, c);
    const int at = claim_column(r, "indicator");
    if (!wrong && (at < 0 || (at == 2 && r->types[at].base == TYPE_COUNT))) return 1;
    struct diag *d = diag_add(m->diags, DIAG_BAD_TABLE,
                              wrong        ? wrong->span
                              : it->header ? ast_nth(it->header, (unsigned)at)->span
                                           : it->node->span,
                              wrong     ? "a bundle has no column `%s`"
                              : at == 2 ? "the column `%s` holds numbers: 0, 1"
                                        : "the column `%s` stands third, behind the two codes",
                              wrong ? text_z(m, wrong->text) : "indicator");
    diag_hint(m->diags, d, "write: | column_1 | column_2 | indicator |, and `effective`, `until` where wanted");
    return 0;
}

int bundle_check(struct model *m, struct item *it, struct rule *out)
{
    struct kind *k = claim_subject(m, it);
    struct relation *r = relation_named(m, it->name);
    struct span span = it->node->span;
    if (!k || !r) return 0;
    relation_check(m, r);
    if (r->state == BROKEN) return 0;
    relation_asked(m, r, k);
    if (r->column_count < 2 || r->types[0].base != TYPE_CODE || r->types[1].base != TYPE_CODE) {
        struct diag *d = diag_add(m->diags, DIAG_BAD_TABLE, (it->header ? it->header->span : it->node->span),
                                  "a bundle has the columns column_1 and column_2, both codes");
        diag_hint(m->diags, d, "write: | column_1 | column_2 | indicator |");
        return 0;
    }
    if (!bundle_columns(m, it, r)) return 0;
    struct query *q = arena_zero(m->arena, 1, sizeof *q);
    struct expr **args = arena_zero(m->arena, 2, sizeof *args);
    if (!q || !args) {
        m->oom = 1;
        return 0;
    }
    *q = (struct query){.kind = k, .other = 1, .correlated = 1};
    struct scope outer = {.record = k, .phase = 2}, inner = {.record = k, .outer = &outer, .query = q, .phase = 2};
    args[0] = claim_known(m, k, "code", AT_THIS, span);
    args[1] = claim_known(m, k, "code", AT_RECORD, span);
    const struct ast_node *lifted = ast_child(it->node, AST_LIFTED_BY), *label = ast_child(it->node, AST_LABEL);
    struct expr *bypass = NULL, *terms;
    if (lifted) {
        struct code_set *set = set_find(m, lifted->text);
        if (!set) {
            unknown_name(m, lifted->span, lifted->text, NULL);
            return 0;
        }
        set_check(m, set);
        struct expr *a = claim_one(m, X_ANY_IN, TYPE_BOOL, claim_known(m, k, "modifiers", AT_THIS, span));
        struct expr *b = claim_one(m, X_ANY_IN, TYPE_BOOL, claim_known(m, k, "modifiers", AT_RECORD, span));
        if (!a || !b) return 0;
        a->set = b->set = set;
        bypass = claim_one(m, X_NOT, TYPE_BOOL, claim_two(m, X_OR, a, b));
    }
    if (!pair_terms(m, it, k, &inner, &terms)) return 0;
    int told = claim_column(r, "indicator") == 2, count = 0;
    struct expr *never = NULL, *listed = NULL;
    for (int64_t indicator = 0; indicator < (told ? 2 : 1); indicator++) {
        struct type number = {TYPE_COUNT, NULL, ""};
        struct expr *when = lists(m, r, args[1], args[0], told ? expr_const(m, number, indicator, span) : NULL);
        listed = indicator == 0 ? when : claim_two(m, X_OR, listed, when);
        if (indicator == 0) never = when;
        else
            when = claim_two(m, X_AND, when,
                             claim_one(m, X_NOT, TYPE_BOOL, never)); /* rows of two indicators: the stricter */
        int lifts = bypass && (!told || indicator == 1);
        if (lifts) when = claim_two(m, X_AND, when, bypass);
        if (terms) when = claim_two(m, X_AND, when, terms);
        if (!when) return 0;
        struct rule *rule = &out[count++];
        *rule = (struct rule){.item = it, .kind = k, .phase = 2, .when = when, .pair = q};
        rule->effect.op = OP_DENY;
        rule->effect.args = args;
        rule->effect.arg_count = 2;
        rule->effect.message = arena_printf(m->arena, "%s: {0} is not paid beside {1}%s%s",
                                            label ? text_z(m, label->text) : text_z(m, it->name),
                                            lifts    ? " without a modifier that lifts it"
                                            : bypass ? ", whatever the modifier"
                                                     : "",
                                            !told            ? ""
                                            : indicator == 0 ? " (indicator 0)"
                                                             : " (indicator 1)");
    }
    for (int i = 0; i < count; i++) out[i].listed = listed;
    return count;
}
