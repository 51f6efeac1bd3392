/* Conditions and expressions: names resolved, types and units checked, what may be undocumented followed. The result is
 * a typed tree; it says nothing of registers. */
#include "compiler/check_expr.h"

#include <string.h>

struct expr *expr_new(struct model *m, enum expr_op op, enum value_type base, struct span span)
{
    struct expr *e = arena_zero(m->arena, 1, sizeof *e);
    if (!e) {
        m->oom = 1;
        e = &m->spare;
    }
    e->op = op;
    e->type = (struct type){base, NULL, ""};
    e->span = span;
    return e;
}

struct expr *expr_const(struct model *m, struct type type, int64_t value, struct span span)
{
    struct expr *e = expr_new(m, X_CONST, type.base, span);
    e->type = type;
    e->value = value;
    return e;
}

struct expr *expr_two(struct model *m, enum expr_op op, enum value_type base, struct expr *a, struct expr *b,
                      struct span span)
{
    if (!a || !b) return NULL;
    struct expr *e = expr_new(m, op, base, span);
    e->a = a;
    e->b = b;
    return e;
}

struct expr *expr_one(struct model *m, enum expr_op op, enum value_type base, struct expr *a, struct span span)
{
    if (!a) return NULL;
    struct expr *e = expr_new(m, op, base, span);
    e->a = a;
    return e;
}

struct expr *field_expr(struct model *m, struct field *f, enum expr_where at, struct span span)
{
    if (!f) return NULL;
    field_check(m, f);
    f->used = 1;
    if (f->state == BROKEN) return NULL;
    struct expr *e = expr_new(m, X_FIELD, f->type.base, span);
    e->type = f->type;
    e->field = f;
    e->at = at;
    return e;
}

struct expr *name_check(struct model *m, struct scope *s, struct text name, struct span span)
{
    struct field *f;
    if ((f = field_of(m, s->record, name)))
        return field_expr(m, f, s->record == m->encounter ? AT_ENCOUNTER : AT_RECORD, span);
    if (s->via && (f = field_of(m, s->via, name))) {
        struct expr *e = field_expr(m, f, AT_RECORD, span);
        if (e) e->via = s->via;
        return e;
    }
    if (s->pair && (f = field_of(m, s->pair, name))) {
        if (s->query) s->query->correlated = 1;
        return field_expr(m, f, AT_PAIR, span);
    }
    if ((f = field_of(m, m->encounter, name))) return field_expr(m, f, AT_ENCOUNTER, span);
    for (f = m->policies; f; f = f->next)
        if (text_equal(f->name, name)) return field_expr(m, f, AT_ENCOUNTER, span);
    unknown_name(m, span, name, s);
    return NULL;
}

/* this X: the outer record of a question. */
struct expr *this_check(struct model *m, struct scope *s, const struct ast_node *n)
{
    struct scope *o = s->outer;
    if (!o) {
        struct diag *d = diag_add(m->diags, DIAG_UNKNOWN_NAME, n->span,
                                  "`this` stands only inside a question (any …, no …, number of …)");
        diag_hint(m->diags, d, "here the record at hand is meant anyway: write `%s`", text_z(m, n->text));
        return NULL;
    }
    if (s->query) s->query->correlated = 1;
    struct field *f = field_of(m, o->record, n->text);
    struct kind *via = NULL;
    if (!f && o->via && (f = field_of(m, o->via, n->text))) via = o->via;
    if (!f && (field_of(m, m->encounter, n->text))) return name_check(m, o, n->text, n->span);
    if (!f) {
        unknown_name(m, n->span, n->text, o);
        return NULL;
    }
    struct expr *e = field_expr(m, f, o->record == m->encounter ? AT_ENCOUNTER : AT_THIS, n->span);
    if (e) e->via = via;
    return e;
}

static int number_like(enum value_type t) { return t == TYPE_COUNT || t == TYPE_DECIMAL || t == TYPE_MONEY; }

static struct expr *scaled(struct model *m, struct expr *e, enum value_type want)
{
    if (!e || e->type.base != TYPE_COUNT || (want != TYPE_DECIMAL && want != TYPE_MONEY)) return e;
    struct expr *s = expr_one(m, X_SCALE, want, e, e->span);
    return s;
}

/* Lists and clock intervals are no single value: they are never equal as a whole. Reports where it is one. */
int single_value(struct model *m, const struct expr *e)
{
    if (e->type.base != TYPE_CODES && e->type.base != TYPE_TIMES) return 1;
    const int list = e->type.base == TYPE_CODES;
    mistake(m, DIAG_WRONG_TYPE, e->span,
            list ? "ask for its members: `any of NAME in CODES`, `none of NAME in CODES`"
                 : "compare its start, its end or its `minutes of`",
            "%s cannot be compared as a whole", type_name(m, &e->type));
    return 0;
}

/* Texts and sets are equal or not, and nothing more. */
int ordered_value(struct model *m, const struct expr *e)
{
    if (!single_value(m, e)) return 0;
    if (e->type.base != TYPE_TEXT && e->type.base != TYPE_SET) return 1;
    mistake(m, DIAG_WRONG_TYPE, e->span, "name a number, a time, a date or a code", "%s has no order",
            type_name(m, &e->type));
    return 0;
}

/* Makes two operands comparable, or reports. */
int match_types(struct model *m, struct expr **a, struct expr **b)
{
    if (!*a || !*b) return 0;
    if (number_like((*a)->type.base) && number_like((*b)->type.base)) {
        *a = scaled(m, *a, (*b)->type.base);
        *b = scaled(m, *b, (*a)->type.base);
    }
    const struct type *x = &(*a)->type, *y = &(*b)->type;
    if ((x->base == TYPE_COUNT_OF || y->base == TYPE_COUNT_OF) && m->diags->errors) return 0; /* reported already */
    if (x->base != y->base) {
        int codes = (x->base == TYPE_CODE && y->base == TYPE_COUNT) || (x->base == TYPE_COUNT && y->base == TYPE_CODE);
        struct diag *d = diag_add(m->diags, codes ? DIAG_CODE_COUNT : DIAG_WRONG_TYPE, (*b)->span,
                                  "%s cannot be compared with %s", type_name(m, y), type_name(m, x));
        diag_hint(m->diags, d,
                  codes ? "a code never compares with a count" : "both sides must be of one kind and unit");
        return 0;
    }
    if (x->base == TYPE_WORD && x->words && y->words) {
        for (uint32_t i = 0; i < x->words->count; i++)
            if (word_set_has(y->words, x->words->atoms[i])) return 1;
        struct diag *d = diag_add(m->diags, DIAG_NOT_A_WORD, (*b)->span, "these can never be equal: %s, and %s",
                                  type_name(m, x), type_name(m, y));
        diag_hint(m->diags, d, "compare facts that share words");
        return 0;
    }
    /* What counts may stand for any amount; an amount without a unit is none with one. */
    if (x->base == TYPE_DECIMAL && strcmp(x->unit, y->unit) != 0 && (*a)->op != X_SCALE && (*b)->op != X_SCALE) {
        struct diag *d = diag_add(m->diags, DIAG_WRONG_UNIT, (*b)->span, "%s is expected here, this is %s",
                                  type_name(m, x), type_name(m, y));
        diag_hint(m->diags, d, "both sides must carry the same unit");
        return 0;
    }
    return 1;
}

/* An operand where a value is expected: a literal of the wanted type, or a fact. */
struct expr *operand_check(struct model *m, struct scope *s, const struct ast_node *n, const struct type *want)
{
    if (n->kind != AST_VALUE) return expr_check(m, s, n, want);
    return value_check(m, n, want, s);
}

struct expr *query_check(struct model *m, struct scope *s, const struct ast_node *n, const char *field,
                         struct span field_span)
{
    struct kind *k = kind_need(m, n->text, n->span);
    if (!k) return NULL;
    if (k->domain == DOMAIN_ROOT || k->domain == DOMAIN_CROSS) {
        struct diag *d = diag_add(m->diags, DIAG_UNKNOWN_KIND, n->span, "there are not several %s records to ask about",
                                  text_z(m, k->name));
        diag_hint(m->diags, d,
                  k->domain == DOMAIN_ROOT ? "ask for a fact of the encounter by its name"
                                           : "ask about the records that the pair is made of");
        return NULL;
    }
    if (s->outer) {
        struct diag *d = diag_add(m->diags, DIAG_NESTED_QUERY, n->span,
                                  "a question about %s stands inside another question", text_z(m, k->name));
        diag_hint(m->diags, d, "give the inner one a name: define … of %s, and ask for that name here",
                  text_z(m, s->record->name));
        return NULL;
    }
    if (k == m->charge && s->phase == 0) s->phase = 3; /* noted; the field that asks is made after the charges */
    kind_check(m, k);
    struct query *q = arena_zero(m->arena, 1, sizeof *q);
    if (!q) {
        m->oom = 1;
        return NULL;
    }
    q->kind = k;
    q->other = n->op == OP_OTHER;
    q->correlated = q->other;
    const struct ast_node *of = ast_child(n, AST_OF);
    if (of && text_is(of->text, "this")) {
        q->members = q->correlated = 1;
        if (!s->record->source && s->record->domain == DOMAIN_GROUP) return NULL; /* reported where it is made */
        if (s->record->source != k) {
            mistake(m, DIAG_UNKNOWN_KIND, of->span, "`of this` asks for the records that the one at hand was made of",
                    "a %s is not made of %s records", text_z(m, s->record->name), text_z(m, k->name));
            return NULL;
        }
    } else if (of) {
        q->via = kind_find(m, of->text);
        if (!q->via) {
            unknown_name(m, of->span, of->text, NULL);
            return NULL;
        }
        kind_check(m, q->via);
    }
    struct scope inner = {.record = k, .via = q->via, .outer = s, .query = q, .phase = s->phase};
    for (struct kind *p = m->kinds; p; p = p->next)
        if (p->domain == DOMAIN_CROSS && p->source == k && s->record == k) inner.pair = p;
    const struct ast_node *same = ast_child(n, AST_SAME);
    q->same_count = ast_count(same);
    q->same = arena_zero(m->arena, q->same_count + 1u, sizeof *q->same);
    unsigned i = 0;
    struct expr *cond = NULL;
    for (const struct ast_node *c = same ? same->first : NULL; c; c = c->next) {
        struct expr *a = name_check(m, &inner, c->text, c->span);
        struct ast_node here = *c;
        struct expr *b = this_check(m, &inner, &here);
        if (!match_types(m, &a, &b) || !single_value(m, a)) return NULL;
        q->correlated = 1;
        struct expr *eq = expr_two(m, X_EQ, TYPE_BOOL, a, b, c->span);
        cond = cond ? expr_two(m, X_AND, TYPE_BOOL, cond, eq, c->span) : eq;
        if (a->field) q->same[i++] = a->field;
    }
    q->same_count = i;
    const struct ast_node *where = ast_child(n, AST_WHERE);
    if (where) {
        struct expr *w = cond_check(m, &inner, where->first);
        if (!w) return NULL;
        cond = cond ? expr_two(m, X_AND, TYPE_BOOL, cond, w, w->span) : w;
    }
    q->where = cond;
    struct expr *e = expr_new(m, X_ANY, TYPE_BOOL, n->span);
    e->query = q;
    if (field) {
        q->field = field_of(m, k, text_of(field));
        if (!q->field && q->via) q->field = field_of(m, q->via, text_of(field));
        if (!q->field) {
            unknown_name(m, field_span, text_of(field), &inner);
            return NULL;
        }
        field_check(m, q->field);
        q->field->used = 1;
        if (q->field->state == BROKEN) return NULL;
    }
    return e;
}

static struct expr *times_operand(struct model *m, struct scope *s, const struct ast_node *n)
{
    struct expr *e = expr_check(m, s, n, NULL);
    if (e && e->type.base != TYPE_TIMES) {
        struct diag *d = diag_add(m->diags, DIAG_WRONG_TYPE, e->span, "clock intervals are expected here, this is %s",
                                  type_name(m, &e->type));
        diag_hint(m->diags, d, "name a fact made by `all … to …` or `times of …`");
        return NULL;
    }
    return e;
}

struct expr *typed(struct model *m, struct expr *e, enum value_type base, const char *wanted)
{
    if (!e || e->type.base == base) return e;
    mistake(m, DIAG_WRONG_TYPE, e->span, "name a fact of that kind, or define one", "%s is expected here, this is %s",
            wanted, type_name(m, &e->type));
    return NULL;
}

static struct expr *arithmetic(struct model *m, struct scope *s, const struct ast_node *n)
{
    struct expr *a = expr_check(m, s, n->first, NULL), *b = expr_check(m, s, n->last, NULL);
    if (!a || !b) return NULL;
    enum value_type x = a->type.base, y = b->type.base;
    if (n->op == OP_ADD || n->op == OP_SUB) {
        struct expr *e;
        if (n->op == OP_SUB && (x == TYPE_TIME || x == TYPE_DATE) && x == y)
            return expr_two(m, X_SUB, x == TYPE_TIME ? TYPE_MINUTES : TYPE_DAYS, a, b, n->span);
        if ((x == TYPE_TIME && y == TYPE_MINUTES) || (x == TYPE_DATE && y == TYPE_DAYS))
            return expr_two(m, n->op == OP_ADD ? X_ADD : X_SUB, x, a, b, n->span);
        if (!match_types(m, &a, &b)) return NULL;
        x = a->type.base;
        if (!number_like(x) && x != TYPE_MINUTES && x != TYPE_DAYS && x != TYPE_YEARS) {
            mistake(m, DIAG_WRONG_TYPE, n->span, "counts, amounts, money and times in minutes can be added up",
                    "%s cannot be added up", type_name(m, &a->type));
            return NULL;
        }
        e = expr_two(m, n->op == OP_ADD ? X_ADD : X_SUB, x, a, b, n->span);
        if (e) e->type = a->type;
        return e;
    }
    if (n->op == OP_MUL) {
        if (!number_like(x) && x != TYPE_MINUTES) {
            struct expr *t = a;
            a = b;
            b = t;
            x = a->type.base;
            y = b->type.base;
        }
        if (!number_like(y) || !(number_like(x) || x == TYPE_MINUTES) || (x == TYPE_MINUTES && y != TYPE_COUNT)) {
            mistake(m, DIAG_WRONG_TYPE, n->span, "a time or an amount can be multiplied with a count",
                    "%s cannot be multiplied with %s", type_name(m, &a->type), type_name(m, &b->type));
            return NULL;
        }
        if (x == TYPE_COUNT && y != TYPE_COUNT) {
            struct expr *t = a;
            a = b;
            b = t;
        }
        struct expr *e = expr_two(m, X_MUL, a->type.base, a, b, n->span);
        if (!e) return NULL;
        e->type = a->type.base == b->type.base && !*a->type.unit ? b->type : a->type;
        e->value = a->type.base != TYPE_COUNT && a->type.base != TYPE_MINUTES && b->type.base != TYPE_COUNT ? 6 : 0;
        return e;
    }
    /* division is always rounded: both sides of one type give a count */
    if (number_like(x) && number_like(y)) {
        a = scaled(m, a, y);
        b = scaled(m, b, a->type.base);
    }
    if (a->type.base != b->type.base && !(a->type.base == TYPE_MINUTES && y == TYPE_COUNT)) {
        match_types(m, &a, &b);
        return NULL;
    }
    if (!number_like(a->type.base) && a->type.base != TYPE_MINUTES && a->type.base != TYPE_DAYS &&
        a->type.base != TYPE_YEARS) {
        mistake(m, DIAG_WRONG_TYPE, n->span, "counts, amounts, money and times can be divided",
                "%s cannot be divided", type_name(m, &a->type));
        return NULL;
    }
    if (a->type.base == TYPE_DECIMAL && !match_types(m, &a, &b)) return NULL;
    struct expr *e =
        expr_two(m, X_DIV, a->type.base == TYPE_MINUTES && y == TYPE_COUNT ? TYPE_MINUTES : TYPE_COUNT, a, b, n->span);
    if (e) e->value = n->op == OP_DIV_UP ? 0 : n->op == OP_DIV_DOWN ? 1 : 2;
    return e;
}

/* A column of counts has no amounts: with a point in one of its values it would be of amounts. */
int key_fits(struct model *m, const struct expr *column, struct text name)
{
    if (column->op != X_SCALE) return 1;
    struct diag *d = diag_add(m->diags, DIAG_WRONG_TYPE, column->span, "the column `%s` counts, this is an amount",
                              text_z(m, name));
    diag_hint(m->diags, d, "write one of its values with a point (2.0): then it is a column of amounts");
    return 0;
}

static struct expr *lookup_check(struct model *m, struct scope *s, const struct ast_node *n)
{
    const struct ast_node *name = n->first;
    struct relation *r = relation_named(m, name->text);
    if (!r) {
        unknown_name(m, name->span, name->text, NULL);
        return NULL;
    }
    relation_check(m, r);
    if (r->state == BROKEN) return NULL;
    relation_asked(m, r, s->record);
    unsigned column = 0;
    while (column < r->column_count && !text_equal(r->columns[column], n->text)) column++;
    unsigned keys = ast_count(n) - 1;
    if (column == r->column_count) {
        struct diag *d = diag_add(m->diags, DIAG_UNKNOWN_NAME, n->span, "%s has no column `%s`", text_z(m, r->name),
                                  text_z(m, n->text));
        struct names names = {0};
        for (unsigned i = 0; i < r->column_count; i++) names_add(m, &names, r->columns[i]);
        names_hint(m, d, n->text, &names, "name one of its columns");
        return NULL;
    }
    struct expr *e = expr_new(m, X_LOOKUP, r->types[column].base, n->span);
    e->type = r->types[column];
    e->relation = r;
    e->value = column;
    e->args = arena_zero(m->arena, keys + 1u, sizeof *e->args);
    if (keys + 1 > r->column_count) {
        mistake(m, DIAG_WRONG_TYPE, n->span, "give one value for each of the other columns, in their order",
                "%s has %u columns, too few for %u keys and a result", text_z(m, r->name), r->column_count, keys);
        return NULL;
    }
    for (const struct ast_node *k = name->next; k; k = k->next) {
        unsigned c = e->arg_count;
        if (c >= column) c++; /* keys are the columns before the one asked for, then those after it */
        struct expr *a = expr_check(m, s, k, &r->types[c]);
        struct expr *t = expr_const(m, r->types[c], 0, k->span);
        if (!match_types(m, &a, &t) || !key_fits(m, t, r->columns[c])) return NULL;
        e->args[e->arg_count++] = a;
    }
    return e;
}

struct expr *expr_check(struct model *m, struct scope *s, const struct ast_node *n, const struct type *want)
{
    struct expr *a, *b;
    if (!n) return NULL;
    if (n->kind == AST_VALUE) {
        if (n->op == OP_WORD && !text_is(n->text, "yes") && !text_is(n->text, "no") && !text_is(n->text, "none") &&
            n->text.at[0] >= 'a')
            return name_check(m, s, n->text, n->span);
        return value_check(m, n, want, s);
    }
    if (n->kind == AST_COND) return cond_check(m, s, n);
    switch (n->op) {
    case OP_FACT: {
        int64_t code;
        struct ast_node v = *n;
        v.kind = AST_VALUE;
        v.op = OP_WORD;
        if (text_is(n->text, "yes") || text_is(n->text, "no") || text_is(n->text, "none"))
            return value_check(m, &v, want, s);
        if (n->text.at[0] < 'a' && code_pack(n->text, &code) && !field_of(m, s->record, n->text))
            return value_check(m, &v, want, s);
        return name_check(m, s, n->text, n->span);
    }
    case OP_THIS: return this_check(m, s, n);
    case OP_FIRST:
    case OP_SECOND: {
        struct kind *pair = s->record->domain == DOMAIN_CROSS ? s->record : NULL;
        if (!pair) {
            struct diag *d = diag_add(m->diags, DIAG_UNKNOWN_NAME, n->span,
                                      "`first` and `second` belong to the definitions of a pair");
            diag_hint(m->diags, d, "define … of the pair's name");
            return NULL;
        }
        struct field *f = field_of(m, pair->source, n->text);
        if (!f) {
            struct scope of = {.record = pair->source};
            unknown_name(m, n->span, n->text, &of);
            return NULL;
        }
        return field_expr(m, f, n->op == OP_FIRST ? AT_FIRST : AT_SECOND, n->span);
    }
    case OP_ADD:
    case OP_SUB:
    case OP_MUL:
    case OP_DIV_UP:
    case OP_DIV_DOWN:
    case OP_DIV_NEAR: return arithmetic(m, s, n);
    case OP_MINUTES_OF: return expr_one(m, X_LENGTH, TYPE_MINUTES, times_operand(m, s, n->first), n->span);
    case OP_OUTSIDE:
    case OP_SHARED:
        a = times_operand(m, s, n->first);
        b = times_operand(m, s, n->last);
        return expr_two(m, n->op == OP_OUTSIDE ? X_OUTSIDE : X_SHARED, TYPE_TIMES, a, b, n->span);
    case OP_RUNS: {
        struct type minutes = {TYPE_MINUTES, NULL, ""};
        a = times_operand(m, s, n->first);
        b = expr_check(m, s, n->last, &minutes);
        return expr_two(m, X_RUNS, TYPE_TIMES, a, typed(m, b, TYPE_MINUTES, "a time in minutes"), n->span);
    }
    case OP_YEARS:
    case OP_DAYS:
        a = typed(m, expr_check(m, s, n->first, NULL), TYPE_DATE, "a date");
        b = typed(m, expr_check(m, s, n->last, NULL), TYPE_DATE, "a date");
        if (n->op == OP_YEARS) return expr_two(m, X_YEARS, TYPE_YEARS, a, b, n->span);
        return expr_two(m, X_SUB, TYPE_DAYS, b, a, n->span);
    case OP_IF: {
        a = expr_check(m, s, n->first, want);
        struct expr *c = cond_check(m, s, n->first->next);
        b = expr_check(m, s, n->last, a ? &a->type : want);
        if (!a || !b || !c) return NULL;
        if (a->type.base == TYPE_WORD && b->type.base == TYPE_WORD) {
            struct type both = {TYPE_WORD, word_set_union(m, a->type.words, b->type.words), ""};
            a->type = b->type = both;
        } else if (!match_types(m, &a, &b)) return NULL;
        struct expr *e = expr_two(m, X_IF, a->type.base, a, b, n->span);
        e->c = c;
        e->type = a->type;
        return e;
    }
    case OP_NUMBER_OF:
        a = query_check(m, s, n->first, NULL, n->span);
        if (a) {
            a->op = X_COUNT;
            a->type.base = TYPE_COUNT;
            a->span = n->span;
        }
        return a;
    case OP_SUM_OF:
        a = query_check(m, s, n->first->next, text_z(m, n->first->text), n->first->span);
        if (!a) return NULL;
        a->op = X_SUM;
        a->type = a->query->field->type;
        if (!number_like(a->type.base) && a->type.base != TYPE_MINUTES) {
            mistake(m, DIAG_WRONG_TYPE, n->first->span, "counts, amounts, money and times in minutes can be added up",
                    "%s cannot be added up", type_name(m, &a->type));
            return NULL;
        }
        return a;
    case OP_TIMES_OF: {
        struct kind *k = kind_find(m, n->first->text);
        const char *field = "times";
        if (k) kind_check(m, k);
        for (struct field *f = k ? k->fields : NULL; f; f = f->next)
            if (f->how == FIELD_FOLD && f->fold && f->fold->op == OP_ALL_TO) field = text_z(m, f->name);
        a = query_check(m, s, n->first, field, n->first->span);
        if (a) {
            a->op = X_TIMES;
            a->type.base = TYPE_TIMES;
        }
        return a;
    }
    case OP_LOOKUP: return lookup_check(m, s, n);
    default: return cond_check(m, s, n);
    }
}
