/* bundle and limit: words of the field for what would otherwise be a relation and a rule. They become just that. */
#include "compiler/pairs.h"

#include <string.h>

static struct expr *two(struct model *m, enum expr_op op, struct expr *a, struct expr *b)
{
    if (!a || !b) return NULL;
    struct expr *e = expr_new(m, op, TYPE_BOOL, a->span);
    e->a = a;
    e->b = b;
    return e;
}

static struct expr *one(struct model *m, enum expr_op op, enum value_type base, struct expr *a)
{
    if (!a) return NULL;
    struct expr *e = expr_new(m, op, base, a->span);
    e->a = a;
    return e;
}

static struct expr *fact(struct model *m, struct kind *k, const char *name, enum expr_where at, struct span span)
{
    struct field *f = field_of(m, k, text_of(name));
    if (!f) {
        struct scope s = {.record = k};
        unknown_name(m, span, text_of(name), &s);
        return NULL;
    }
    return field_expr(m, f, at, span);
}

static struct kind *subject(struct model *m, struct item *it)
{
    const struct ast_node *of = ast_child(it->node, AST_OF);
    struct kind *k = of ? kind_find(m, of->text) : NULL;
    if (!k && of) unknown_name(m, of->span, of->text, NULL);
    return k;
}

static int column_named(const struct relation *r, const char *name)
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
        struct expr *e = two(m, X_EQ, fact(m, k, name, AT_RECORD, c->span), fact(m, k, name, AT_THIS, c->span));
        *out = *out ? two(m, X_AND, *out, e) : e;
        if (!*out) return 0;
    }
    if (!where) return 1;
    struct expr *e = cond_check(m, inner, where->first);
    *out = *out ? two(m, X_AND, *out, e) : e;
    return *out != NULL;
}

/* column 1 is paid, column 2 is not, on the same claim (and `with same …`): indicator 0 always, 1 unless a modifier
 * lifts it, any other number never (NCCI correspondence language: 9, the edit is not in force). A rule for each of the
 * two, so that its sentence says whether a modifier could help. Returns how many rules. */
int bundle_check(struct model *m, struct item *it, struct rule *out)
{
    struct kind *k = subject(m, it);
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
    struct query *q = arena_zero(m->arena, 1, sizeof *q);
    struct expr **args = arena_zero(m->arena, 2, sizeof *args);
    if (!q || !args) {
        m->oom = 1;
        return 0;
    }
    *q = (struct query){.kind = k, .other = 1, .correlated = 1};
    struct scope outer = {.record = k, .phase = 2}, inner = {.record = k, .outer = &outer, .query = q, .phase = 2};
    args[0] = fact(m, k, "code", AT_THIS, span);
    args[1] = fact(m, k, "code", AT_RECORD, span);
    const struct ast_node *lifted = ast_child(it->node, AST_LIFTED_BY), *label = ast_child(it->node, AST_LABEL);
    struct expr *bypass = NULL, *terms;
    if (lifted) {
        struct code_set *set = set_find(m, lifted->text);
        if (!set) {
            unknown_name(m, lifted->span, lifted->text, NULL);
            return 0;
        }
        set_check(m, set);
        struct expr *a = one(m, X_ANY_IN, TYPE_BOOL, fact(m, k, "modifiers", AT_THIS, span));
        struct expr *b = one(m, X_ANY_IN, TYPE_BOOL, fact(m, k, "modifiers", AT_RECORD, span));
        if (!a || !b) return 0;
        a->set = b->set = set;
        bypass = one(m, X_NOT, TYPE_BOOL, two(m, X_OR, a, b));
    }
    if (!pair_terms(m, it, k, &inner, &terms)) return 0;
    int told = column_named(r, "indicator") == 2, count = 0;
    struct expr *never = NULL;
    for (int64_t indicator = 0; indicator < (told ? 2 : 1); indicator++) {
        struct type number = {TYPE_COUNT, NULL, ""};
        struct expr *when = lists(m, r, args[1], args[0], told ? expr_const(m, number, indicator, span) : NULL);
        if (indicator == 0) never = when;
        else when = two(m, X_AND, when, one(m, X_NOT, TYPE_BOOL, never)); /* rows of two indicators: the stricter */
        int lifts = bypass && (!told || indicator == 1);
        if (lifts) when = two(m, X_AND, when, bypass);
        if (terms) when = two(m, X_AND, when, terms);
        if (!when) return 0;
        struct rule *rule = &out[count++];
        *rule = (struct rule){.item = it, .kind = k, .phase = 2, .when = when, .pair = q};
        rule->effect.op = OP_DENY;
        rule->effect.args = args;
        rule->effect.arg_count = 2;
        rule->effect.message = arena_printf(
            m->arena, "%s: {0} is not paid beside {1}%s%s", label ? text_z(m, label->text) : text_z(m, it->name),
            lifts    ? " without a modifier that lifts it"
            : bypass ? ", whatever the modifier"
                     : "",
            !told            ? ""
            : indicator == 0 ? " (indicator 0)"
                             : " (indicator 1)");
    }
    return count;
}

static const char *const periods[] = {"line", "date", "week", "encounter"};

/* Over billed lines: one rule a period. Over charges: caps. */
int limit_check(struct model *m, struct item *it, struct rule *out)
{
    struct kind *k = subject(m, it);
    struct relation *r = relation_named(m, it->name);
    struct span span = it->node->span;
    if (!k || !r) return 0;
    relation_check(m, r);
    if (r->state == BROKEN) return 0;
    relation_asked(m, r, k);
    int code = column_named(r, "code"), most = column_named(r, "at most"), per = column_named(r, "per");
    if (code < 0 || most < 0 || per < 0 || r->types[code].base != TYPE_CODE || r->types[most].base != TYPE_COUNT ||
        r->types[per].base != TYPE_WORD) {
        struct diag *d = diag_add(m->diags, DIAG_BAD_TABLE, (it->header ? it->header->span : it->node->span),
                                  "a limit has the columns code, at most and per");
        diag_hint(m->diags, d, "write: | code | at most | per |, and per line, date, week or encounter");
        return 0;
    }
    relation_expand(m, r);
    uint32_t atoms[4];
    for (unsigned i = 0; i < 4; i++) atoms[i] = word_atom(m, text_of(periods[i]));
    unsigned used = 0;
    for (unsigned i = 0; i < r->row_count; i++) {
        uint32_t atom = (uint32_t)r->cells[(size_t)i * r->column_count + (unsigned)per];
        unsigned p = 0;
        while (p < 4 && atoms[p] != atom) p++;
        if (p == 4) {
            struct diag *d = diag_add(m->diags, DIAG_NOT_A_WORD, r->origins[i]->node ? r->origins[i]->node->span : span,
                                      "a limit is per line, date, week or encounter");
            const char *near = diag_suggest(text_of(m->words[atom]), periods, 4);
            if (near) diag_hint(m->diags, d, "did you mean `%s`?", near);
            else diag_hint(m->diags, d, "write one of these");
            return 0;
        }
        used |= 1u << p;
        if (k == m->charge) {
            int full = !(m->cap_count & (m->cap_count - 1)); /* room is a power of two */
            struct cap *caps =
                full ? arena_zero(m->arena, m->cap_count ? m->cap_count * 2u : 1u, sizeof *caps) : m->caps;
            if (!caps) {
                m->oom = 1;
                return 0;
            }
            if (full && m->cap_count) memcpy(caps, m->caps, m->cap_count * sizeof *caps);
            caps[m->cap_count++] =
                (struct cap){it, r->origins[i], r->cells[(size_t)i * r->column_count + (unsigned)code],
                             r->cells[(size_t)i * r->column_count + (unsigned)most],
                             p == 1   ? 1
                             : p == 2 ? 2
                                      : 0};
            m->caps = caps;
        }
    }
    if (k == m->charge) {
        const struct ast_node *extra = ast_child(it->node, AST_WHERE);
        if (!extra) extra = ast_child(it->node, AST_LIFTED_BY);
        if (extra || used & 1u) {
            struct diag *d = diag_add(m->diags, DIAG_BAD_TABLE, extra ? extra->span : it->node->span,
                                      "a limit of charges counts by code and by date, week or encounter only");
            diag_hint(m->diags, d, "for anything else write a rule: for each charge … then withdraw \"…\"");
        }
        return 0;
    }
    const struct ast_node *lifted = ast_child(it->node, AST_LIFTED_BY), *where = ast_child(it->node, AST_WHERE),
                          *label = ast_child(it->node, AST_LABEL);
    struct code_set *set = lifted ? set_find(m, lifted->text) : NULL;
    if (lifted && !set) {
        unknown_name(m, lifted->span, lifted->text, NULL);
        return 0;
    }
    if (set) set_check(m, set);
    int count = 0;
    for (unsigned p = 0; p < 4; p++) {
        if (!(used >> p & 1)) continue;
        struct scope outer = {.record = k, .phase = 2};
        struct expr *max = expr_new(m, X_LOOKUP, TYPE_COUNT, span);
        max->relation = r;
        max->value = most;
        max->args = arena_zero(m->arena, 2, sizeof *max->args);
        if (!max->args) {
            m->oom = 1;
            return 0;
        }
        struct expr *keys[2] = {fact(m, k, "code", AT_RECORD, span),
                                expr_const(m, r->types[per], (int64_t)atoms[p], span)};
        max->args[0] = keys[code < per ? 0 : 1];
        max->args[1] = keys[code < per ? 1 : 0];
        max->arg_count = 2;
        struct expr *sum = fact(m, k, "units", AT_RECORD, span);
        if (p > 0 && sum) {
            struct query *q = arena_zero(m->arena, 1, sizeof *q);
            if (!q) {
                m->oom = 1;
                return 0;
            }
            *q = (struct query){.kind = k, .correlated = 1, .field = sum->field};
            q->where = two(m, X_EQ, fact(m, k, "code", AT_RECORD, span), fact(m, k, "code", AT_THIS, span));
            struct expr *a = p == 3 ? NULL : fact(m, k, "date", AT_RECORD, span),
                        *b = p == 3 ? NULL : fact(m, k, "date", AT_THIS, span);
            if (p == 2) {
                a = one(m, X_WEEK, TYPE_DATE, a);
                b = one(m, X_WEEK, TYPE_DATE, b);
            }
            if (a) q->where = two(m, X_AND, q->where, two(m, X_EQ, a, b));
            struct expr *mods = set ? one(m, X_ANY_IN, TYPE_BOOL, fact(m, k, "modifiers", AT_RECORD, span)) : NULL;
            if (mods) {
                mods->set = set;
                q->where = two(m, X_AND, q->where, one(m, X_NOT, TYPE_BOOL, mods));
            }
            sum = expr_new(m, X_SUM, TYPE_COUNT, span);
            sum->query = q;
        }
        struct expr *cond = two(m, X_AND, one(m, X_DOC, TYPE_BOOL, max), two(m, X_LT, max, sum));
        struct expr *mods = set ? one(m, X_ANY_IN, TYPE_BOOL, fact(m, k, "modifiers", AT_RECORD, span)) : NULL;
        if (mods) {
            mods->set = set;
            cond = two(m, X_AND, cond, one(m, X_NOT, TYPE_BOOL, mods));
        }
        out[count] = (struct rule){.item = it, .kind = k, .phase = 2, .when = cond};
        if (where) out[count].where = cond_check(m, &outer, where->first);
        out[count].effect.op = OP_DENY;
        out[count].effect.args = arena_zero(m->arena, 2, sizeof *out[count].effect.args);
        if (!cond || !out[count].effect.args) return count;
        out[count].effect.args[out[count].effect.arg_count++] = fact(m, k, "code", AT_RECORD, span);
        out[count].effect.args[out[count].effect.arg_count++] = max;
        out[count].effect.message = arena_printf(m->arena, "%s: more than {1} units of {0} per %s",
                                                 label ? text_z(m, label->text) : text_z(m, it->name), periods[p]);
        count++;
    }
    return count;
}
