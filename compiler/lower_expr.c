/* Typed expressions to instructions. A question (any, no, sum …) becomes a cross of two domains, elementwise work over
 * it, and one fold back. Fields are lowered when first needed, so instructions come out in dependency order. */
#include "compiler/lower.h"

#include <string.h>

uint32_t and_reg(struct lower *l, uint32_t domain, uint32_t a, uint32_t b)
{
    if (a == NONE || b == NONE) return a == NONE ? b : a;
    return ir2(l, OP_CODE_AND, domain, TYPE_BOOL, a, b);
}

/* The view of a kind's pairs that is open; NULL: of all of them. */
static struct view *view_of(const struct lower *l, const struct kind *k)
{
    struct view *v = l->view ? &VEC(l->views, struct view)[l->view - 1] : NULL;
    return v && v->kind == k ? v : NULL;
}

/* The pairs of a kind of pairs, as they are seen now. */
static struct cross pairs_of(struct lower *l, const struct kind *k)
{
    const struct view *v = view_of(l, k);
    if (v) return v->pairs;
    const uint32_t d = kind_domain(l, k->source);
    return *cross_of(l, d, d);
}

uint32_t kind_domain(struct lower *l, struct kind *k)
{
    if (k == l->m->charge) return l->phase == 2 ? l->final : l->billed;
    if (view_of(l, k)) return view_of(l, k)->pairs.domain;
    if (k->id[0] != NONE) return k->id[0];
    const uint32_t premise = l->premise;
    l->premise = NONE;
    if (k->domain == DOMAIN_CROSS) k->id[0] = pairs_of(l, k).domain;
    else lower_group(l, k);
    l->premise = premise;
    return k->id[0];
}

uint32_t kind_exists(struct lower *l, struct kind *k)
{
    if (k == l->m->charge) return NONE;
    kind_domain(l, k);
    if (k->domain != DOMAIN_CROSS) return k->exists;
    uint32_t one = kind_exists(l, k->source); /* a pair is there where both of its records are */
    if (one == NONE) return NONE;
    struct place p = place_of(l, k);
    return and_reg(l, p.domain, gather(l, p.outer, one), gather(l, p.inner, one));
}

struct place place_of(struct lower *l, struct kind *k)
{
    struct place p = {.domain = kind_domain(l, k), .record = k, .inner = NONE, .outer = NONE};
    if (k->domain == DOMAIN_CROSS) {
        const struct cross c = pairs_of(l, k);
        p.outer = c.x;
        p.inner = c.y;
    }
    return p;
}

uint32_t charge_link(struct lower *l, struct kind *to)
{
    for (unsigned i = 0; i < l->from_count; i++)
        if (l->from[i].kind == to) return l->phase == 2 ? gather(l, l->final_link, l->from[i].link) : l->from[i].link;
    return NONE;
}

/* The order of the two records of a pair: yes where x (this, outer) comes after y. */
static uint32_t second_reg(struct lower *l, struct kind *pair)
{
    const struct cross c = pairs_of(l, pair);
    const uint32_t key = field_reg(l, pair->key), w[4] = {c.x, c.y, gather(l, c.x, key), gather(l, c.y, key)};
    return ir_op(l, OP_CODE_ORDER2, c.domain, TYPE_BOOL, 0, w, 4);
}

static uint32_t at_link(struct lower *l, uint32_t link, uint32_t reg)
{
    return link == NONE ? reg : gather(l, link, reg);
}

/* What is the same for all records of a kind, as a fact of the charges that came from one: of others it is none. */
static uint32_t from_kind(struct lower *l, struct kind *k, uint32_t reg)
{
    const uint32_t link = charge_link(l, k), none = const_reg(l, reg_type(l, reg), 0, 1);
    if (link == NONE) return none;
    uint32_t w[3] = {links_somewhere(l, reg_domain(l, link), link), reg, none};
    return ir_op(l, OP_CODE_IF, reg_domain(l, link), reg_type(l, reg), 0, w, 3);
}

static uint32_t lower_field(struct lower *l, const struct place *p, const struct expr *e)
{
    struct field *f = e->field;
    uint32_t reg = field_reg(l, f);
    if (reg_domain(l, reg) == 0 && e->via && f->kind != l->m->encounter) reg = from_kind(l, e->via, reg);
    if (reg_domain(l, reg) == 0) return reg;
    uint32_t link = NONE;
    switch (e->at) {
    case AT_ENCOUNTER:
    case AT_PAIR: return reg;
    case AT_RECORD: link = p->cross ? p->inner : NONE; break;
    case AT_THIS: link = p->outer; break;
    case AT_FIRST:
    case AT_SECOND: {
        uint32_t second = second_reg(l, p->record), x = gather(l, p->outer, reg), y = gather(l, p->inner, reg);
        uint32_t w[3] = {second, e->at == AT_FIRST ? y : x, e->at == AT_FIRST ? x : y};
        return ir_op(l, OP_CODE_IF, p->domain, reg_type(l, reg), 0, w, 3);
    }
    }
    if (e->via && reg_domain(l, reg) != kind_domain(l, l->m->charge)) {
        /* through the charge to the record it came from */
        uint32_t from = charge_link(l, e->via);
        if (from == NONE) return const_reg(l, reg_type(l, reg), 0, 1);
        reg = gather(l, from, reg);
    }
    return at_link(l, link, reg);
}

enum spoken { SPOKEN_NOT, SPOKEN_PAIRS, SPOKEN_ELSE };

/* Does a condition ask about a pair as such (of the kind *of), or ask a question of its own (SPOKEN_ELSE)? */
static enum spoken spoken_of(const struct expr *e, struct kind **of)
{
    if (!e) return SPOKEN_NOT;
    if (e->query || e->at == AT_FIRST || e->at == AT_SECOND) return SPOKEN_ELSE;
    enum spoken most = SPOKEN_NOT;
    if (e->op == X_SECOND || e->at == AT_PAIR) {
        struct kind *k = e->op == X_SECOND ? e->via : e->field->kind;
        if (*of && *of != k) return SPOKEN_ELSE;
        *of = k;
        most = SPOKEN_PAIRS;
    }
    const struct expr *parts[3] = {e->a, e->b, e->c};
    for (unsigned i = 0; i < 3 + e->arg_count && most != SPOKEN_ELSE; i++) {
        const enum spoken is = spoken_of(i < 3 ? parts[i] : e->args[i - 3], of);
        most = is > most ? is : most;
    }
    return most;
}
static int speaks_of_pairs(const struct expr *e)
{
    struct kind *of = NULL;
    return spoken_of(e, &of) != SPOKEN_NOT;
}

/* What both records of a pair must have in common: the equations that a condition is joined of. */
static void keys_find(struct lower *l, const struct expr *e, struct cross *like)
{
    if (!e || like->key_count == CROSS_KEYS) return;
    if (e->op == X_AND) {
        keys_find(l, e->a, like);
        keys_find(l, e->b, like);
        return;
    }
    if (e->op != X_EQ || e->a->op != X_FIELD || e->b->op != X_FIELD || e->a->via || e->b->via) return;
    const struct expr *x = e->a->at == AT_THIS ? e->a : e->b, *y = x == e->a ? e->b : e->a;
    if (x->at != AT_THIS || y->at != AT_RECORD) return;
    const uint32_t a = field_reg(l, x->field), b = field_reg(l, y->field);
    if (reg_domain(l, a) != like->a || reg_domain(l, b) != like->b || !like->a) return;
    uint32_t *key = like->keys + (size_t)2 * like->key_count++;
    key[0] = a;
    key[1] = b;
}

enum { SIDE_THIS = 1, SIDE_RECORD = 2, SIDE_NEITHER = 4 };

/* Which of both records an expression asks; SIDE_NEITHER: it does more than compare what is there. */
static unsigned sides_of(const struct expr *e)
{
    if (!e) return 0;
    unsigned sides = 0;
    switch (e->op) {
    case X_CONST: break;
    case X_FIELD:
        if (e->via) return SIDE_NEITHER;
        sides = e->at == AT_THIS        ? SIDE_THIS
                : e->at == AT_RECORD    ? SIDE_RECORD
                : e->at == AT_ENCOUNTER ? 0
                                        : SIDE_NEITHER;
        break;
    case X_AND:
    case X_OR:
    case X_NOT:
    case X_EQ:
    case X_LT:
    case X_LE:
    case X_IN:
    case X_ANY_IN:
    case X_DOC:
    case X_DOC_OR: break;
    default: return SIDE_NEITHER;
    }
    return sides | sides_of(e->a) | sides_of(e->b) | sides_of(e->c);
}

/* The conditions on one of both records that a condition is joined of, computed on that record. */
static void conditions_find(struct lower *l, const struct expr *e, const struct place *x, const struct place *y,
                            struct cross *like)
{
    if (!e) return;
    if (e->op == X_AND) {
        conditions_find(l, e->a, x, y, like);
        conditions_find(l, e->b, x, y, like);
        return;
    }
    const unsigned sides = sides_of(e);
    if (sides != SIDE_THIS && sides != SIDE_RECORD) return;
    const uint32_t domain = sides == SIDE_THIS ? like->a : like->b, reg = lower_expr(l, sides == SIDE_THIS ? x : y, e);
    if (!domain || reg_domain(l, reg) != domain) return;
    uint32_t *condition = sides == SIDE_THIS ? &like->if_a : &like->if_b;
    *condition = and_reg(l, domain, *condition, reg);
}

/* A key of a look-up by both records: whose it is, and its register. 0: not one that a CROSS can ask for. */
static int listed_key(struct lower *l, const struct expr *e, const struct cross *like, uint32_t *side, uint32_t *reg)
{
    if (e->op == X_CONST) {
        *side = 0;
        *reg = const_reg(l, e->type.base, const_value(l, e), 0);
        return 1;
    }
    if (e->op != X_FIELD || e->via || (e->at != AT_THIS && e->at != AT_RECORD)) return 0;
    const uint32_t domain = e->at == AT_THIS ? like->a : like->b;
    *side = e->at == AT_THIS ? 1 : 2;
    *reg = field_reg(l, e->field);
    return domain && reg_domain(l, *reg) == domain;
}

/* Both records' codes in a relation, as CROSS asks for them. 0: it cannot. */
static int listed_add(struct lower *l, const struct expr *e, struct cross *like)
{
    struct relation *r = e->relation;
    uint32_t order[TABLE_COLUMNS_MAX], keys = e->arg_count, w[2 + 2 * TABLE_COLUMNS_MAX] = {0}, n = 2, sides = 0;
    for (uint32_t c = 0; c < r->column_count; c++) order[c] = c;
    for (uint32_t i = 0; i < keys; i++, n += 2) {
        if (r->types[i].base == TYPE_DECIMAL || !listed_key(l, e->args[i], like, &w[n], &w[n + 1])) return 0;
        sides |= (uint32_t)1 << w[n];
    }
    w[0] = relation_id(l, r, order, keys, 0);
    w[1] = keys;
    if (!l->failed && VEC(l->relations, struct image_relation)[w[0]].codes) { /* its rows are found by two codes */
        w[1] = 2;
        n = 6;
        sides = (uint32_t)1 << w[2] | (uint32_t)1 << w[4];
    }
    if ((sides & 6) != 6 || n > CROSS_LISTED - like->listed_size) return 0;
    for (uint32_t at = 0; at < like->listed_size; at += 2 + 2 * like->listed[at + 1])
        if (like->listed[at + 1] == w[1] && !memcmp(like->listed + at, w, n * sizeof *w)) return 1; /* asked already */
    memcpy(like->listed + like->listed_size, w, n * sizeof *w);
    like->listed_size += n;
    like->relations++;
    return 1;
}

/* A condition that no pair meets which certain relations do not list: a look-up by both records, one of several, or
 * something that is joined of such a one. 0: it is none. */
static int listed_find(struct lower *l, const struct expr *e, struct cross *like)
{
    if (!e) return 0;
    if (e->op == X_AND) return listed_find(l, e->a, like) || listed_find(l, e->b, like);
    if (e->op == X_LISTS) return listed_add(l, e, like);
    if (e->op != X_OR) return 0;
    const uint32_t relations = like->relations, size = like->listed_size;
    if (listed_find(l, e->a, like) && listed_find(l, e->b, like)) return 1;
    like->relations = relations;
    like->listed_size = size;
    return 0;
}

/* Opens the view of a kind's pairs that is these. */
static void view_open(struct lower *l, struct kind *k, const struct cross *pairs)
{
    for (uint32_t i = 0; i < l->views.count; i++) {
        const struct view *v = &VEC(l->views, struct view)[i];
        if (v->kind != k || v->pairs.domain != pairs->domain) continue;
        l->view = i + 1;
        return;
    }
    struct view *v = vec_add(l, &l->views, sizeof *v, 1);
    *v = (struct view){.kind = k, .pairs = *pairs};
    l->view = l->views.count;
}

/* Is it a question about pairs of one kind, so that what it asks need be worked out for its own pairs only? Of a rule's
 * pairs more is asked than its question. */
static int is_viewed(const struct lower *l, const struct place *outer, const struct query *q, const struct rule *rule,
                     struct kind **pairs)
{
    return spoken_of(q->where, pairs) == SPOKEN_PAIRS && !rule && q->correlated && !outer->cross &&
           (*pairs)->source == q->kind && outer->record == q->kind && q->kind != l->m->charge;
}

uint32_t query_mask(struct lower *l, const struct place *outer, const struct query *q, const struct rule *rule,
                    struct place *inner, struct cross **cross)
{
    struct kind *k = q->kind, *pairs = NULL;
    uint32_t a = q->correlated ? outer->domain : 0, b = kind_domain(l, k), exists = kind_exists(l, k), mask = NONE;
    struct cross like = {.a = a, .b = b, .if_a = NONE, .if_b = NONE};
    const struct expr *when = rule ? rule->when : NULL;
    const int viewed = is_viewed(l, outer, q, rule, &pairs);
    const uint32_t view = l->view, premise = l->premise;
    l->premise = NONE;
    if (viewed || !speaks_of_pairs(q->where)) {
        like.apart = q->other && a == b;
        if (q->members && outer->record->group) {
            like.keys[0] = NONE;
            like.keys[1] = outer->record->group->link;
            like.key_count = 1;
        }
        keys_find(l, q->where, &like);
        if (k->domain != DOMAIN_CROSS && !outer->cross) {
            const struct place x = *outer, y = place_of(l, k);
            if (exists != NONE && reg_domain(l, exists) == b && b) like.if_b = exists;
            conditions_find(l, q->where, &x, &y, &like);
            if (premise != NONE && a && reg_domain(l, premise) == a) like.if_a = and_reg(l, a, like.if_a, premise);
            if (!speaks_of_pairs(when)) keys_find(l, when, &like);
            if (!listed_find(l, q->where, &like) && rule) listed_find(l, rule->listed, &like);
        }
    }
    struct cross c = *cross_like(l, &like);
    if (viewed) view_open(l, pairs, &c);
    *inner = (struct place){
        .domain = c.domain, .inner = c.y, .outer = c.x, .record = k, .outer_record = outer->record, .cross = 1};
    if (q->other && a == b)
        mask = ir1(l, OP_CODE_NOT, c.domain, TYPE_BOOL, ir2(l, OP_CODE_EQ, c.domain, TYPE_BOOL, c.x, c.y));
    if (q->members && outer->record->group)
        mask = and_reg(l, c.domain, mask,
                       ir2(l, OP_CODE_EQ, c.domain, TYPE_BOOL, gather(l, c.y, outer->record->group->link), c.x));
    if (q->via) {
        uint32_t link = charge_link(l, q->via);
        uint32_t is = link == NONE ? const_reg(l, TYPE_BOOL, 0, 0) : links_somewhere(l, b, link);
        mask = and_reg(l, c.domain, mask, gather(l, c.y, is));
    }
    if (exists != NONE) mask = and_reg(l, c.domain, mask, gather(l, c.y, exists));
    if (q->where) mask = and_reg(l, c.domain, mask, lower_expr(l, inner, q->where));
    l->view = view;
    l->premise = premise;
    if (mask != NONE && reg_domain(l, mask) == 0) mask = ir2(l, OP_CODE_AND, c.domain, TYPE_BOOL, mask, l->always);
    *cross = cross_like(l, &like);
    return mask;
}

static uint32_t lower_query(struct lower *l, const struct place *p, const struct expr *e)
{
    struct place inner;
    struct cross *c;
    const struct query *q = e->query;
    if (q->kind == l->m->charge && (l->phase == 0 || (l->phase == 1 && p->record != l->m->charge))) {
        struct diag *d =
            diag_add(l->m->diags, DIAG_CYCLE, e->span, "this asks about charges, and charges are made from it");
        diag_hint(l->m->diags, d, "ask about charges in a `rule`, or in a definition that only rules use");
        return const_reg(l, e->type.base, 0, 0);
    }
    uint32_t mask = query_mask(l, p, q, NULL, &inner, &c), x = c->x, target = c->a, y = c->y;
    uint32_t w[3] = {x, mask, NONE};
    if (e->op == X_ANY) return ir_op(l, OP_CODE_ANY, target, TYPE_BOOL, 0, w, 2);
    if (e->op == X_COUNT) return ir_op(l, OP_CODE_COUNT, target, TYPE_COUNT, 0, w, 2);
    uint32_t field = field_reg(l, q->field);
    if (q->field->kind != q->kind && q->via) {
        uint32_t link = charge_link(l, q->via);
        field = link == NONE ? const_reg(l, reg_type(l, field), 0, 1) : gather(l, link, field);
    }
    w[2] = gather(l, y, field);
    return ir_op(l, e->op == X_SUM ? OP_CODE_SUM : OP_CODE_UNION, target, e->type.base, 0, w, 3);
}

static uint32_t lower_keys(struct lower *l, const struct place *p, const struct expr *e)
{
    struct relation *r = e->relation;
    /* The columns as they stand, so that all look-ups with these keys share their rows; a column before its last key
     * comes right behind it. */
    uint32_t order[TABLE_COLUMNS_MAX] = {0}, w[TABLE_COLUMNS_MAX + 8], count = 0, keys = e->arg_count;
    const uint32_t column = e->op == X_LOOKUP ? (uint32_t)e->value : keys, at = column < keys ? keys : column;
    for (uint32_t c = 0; c < r->column_count; c++) order[c] = c;
    if (column < keys) {
        memmove(order + column, order + column + 1, (keys - column) * sizeof *order);
        order[keys] = column;
    }
    w[count++] = relation_id(l, r, order, keys, e->op == X_LOOKUP);
    if (e->op == X_LOOKUP) w[count++] = at;
    w[count++] = keys;
    uint32_t domain = 0;
    for (unsigned i = 0; i < e->arg_count; i++) {
        uint32_t reg = lower_expr(l, p, e->args[i]);
        if (r->types[order[i]].base == TYPE_DECIMAL && reg_type(l, reg) == TYPE_COUNT)
            reg = ir1(l, OP_CODE_SCALE, reg_domain(l, reg), TYPE_DECIMAL, reg);
        if (reg_domain(l, reg)) domain = reg_domain(l, reg);
        w[count++] = reg;
    }
    w[count++] = l->date;
    return ir_op(l, e->op == X_LOOKUP ? OP_CODE_LOOKUP : OP_CODE_LISTS, domain, e->type.base, 0, w, count);
}

/* `x is yes` is x, `x is no` is not x: in every state. */
static uint32_t equal_reg(struct lower *l, const struct expr *e, uint32_t domain, uint32_t a, uint32_t b)
{
    const int first = e->a->op == X_CONST || !e->b;
    const struct expr *is = first ? e->a : e->b;
    const uint32_t what = first ? b : a;
    if (is->op != X_CONST || is->type.base != TYPE_BOOL) return ir2(l, OP_CODE_EQ, domain, TYPE_BOOL, a, b);
    return const_value(l, is) ? what : ir1(l, OP_CODE_NOT, domain, TYPE_BOOL, what);
}

uint32_t lower_expr(struct lower *l, const struct place *p, const struct expr *e)
{
    if (!e) {
        l->failed = 1;
        return l->always;
    }
    switch (e->op) {
    case X_CONST: return const_reg(l, e->type.base, const_value(l, e), 0);
    case X_ABSENT: return const_reg(l, e->type.base, 0, 1);
    case X_FIELD: return lower_field(l, p, e);
    case X_ANY:
    case X_COUNT:
    case X_SUM:
    case X_TIMES: return lower_query(l, p, e);
    case X_LISTS:
    case X_LOOKUP: return lower_keys(l, p, e);
    case X_SECOND: return second_reg(l, e->via);
    default: break;
    }
    uint32_t a = lower_expr(l, p, e->a), b = e->b ? lower_expr(l, p, e->b) : NONE,
             c = e->c ? lower_expr(l, p, e->c) : NONE;
    uint32_t domain = reg_domain(l, a);
    if (!domain && b != NONE) domain = reg_domain(l, b);
    if (!domain && c != NONE) domain = reg_domain(l, c);
    enum value_type t = e->type.base;
    switch (e->op) {
    case X_ADD: return ir2(l, OP_CODE_ADD, domain, t, a, b);
    case X_SUB: return ir2(l, OP_CODE_SUB, domain, t, a, b);
    case X_MUL: {
        uint32_t w[3] = {a, b, (uint32_t)e->value};
        return ir_op(l, OP_CODE_MUL, domain, t, 0, w, 3);
    }
    case X_DIV: {
        uint32_t w[3] = {a, b, (uint32_t)e->value};
        return ir_op(l, OP_CODE_DIV, domain, t, 0, w, 3);
    }
    case X_SCALE: return ir1(l, OP_CODE_SCALE, domain, t, a);
    case X_IF: {
        uint32_t w[3] = {c, a, b};
        return ir_op(l, OP_CODE_IF, domain, t, 0, w, 3);
    }
    case X_LENGTH: return ir1(l, OP_CODE_LENGTH, domain, t, a);
    case X_OUTSIDE: return ir2(l, OP_CODE_OUTSIDE, domain, t, a, b);
    case X_SHARED: return ir2(l, OP_CODE_SHARED, domain, t, a, b);
    case X_RUNS: return ir2(l, OP_CODE_RUNS, domain, t, a, b);
    case X_YEARS: return ir2(l, OP_CODE_YEARS, domain, t, a, b);
    case X_AND: return ir2(l, OP_CODE_AND, domain, t, a, b);
    case X_OR: return ir2(l, OP_CODE_OR, domain, t, a, b);
    case X_NOT: return ir1(l, OP_CODE_NOT, domain, t, a);
    case X_EQ: return equal_reg(l, e, domain, a, b);
    case X_LT: return ir2(l, OP_CODE_LT, domain, t, a, b);
    case X_LE: return ir2(l, OP_CODE_LE, domain, t, a, b);
    case X_DOC: return ir1(l, OP_CODE_DOC, domain, t, a);
    case X_DOC_OR: return ir2(l, OP_CODE_DOCOR, domain, t, a, b);
    case X_WEEK: return ir1(l, OP_CODE_WEEKOF, domain, t, a);
    case X_IN:
    case X_ANY_IN: {
        uint32_t w[3] = {a, set_id(l, e->set), l->date};
        return ir_op(l, e->op == X_IN ? OP_CODE_IN : OP_CODE_ANYIN, domain, t, 0, w, 3);
    }
    default: l->failed = 1; return l->always;
    }
}

static uint32_t lower_define(struct lower *l, struct field *f, const struct place *p)
{
    uint32_t reg = lower_expr(l, p, f->expr);
    if (!f->required_count) return reg;
    uint32_t row = row_id(l, f->item, NULL, f->required_hold, f->span), w[NAMES_MAX + 4], n = 0;
    uint32_t domain = reg_domain(l, reg);
    w[n++] = reg;
    w[n++] = row;
    w[n++] = f->required_count;
    for (unsigned i = 0; i < f->required_count; i++) {
        w[n] = lower_expr(l, p, f->required[i]);
        if (reg_domain(l, w[n])) domain = reg_domain(l, w[n]);
        n++;
    }
    return ir_op(l, OP_CODE_HOLDIF, domain, f->type.base, 0, w, n);
}

/* What was lowered of a field already, as it is seen now; NONE: nothing. */
static uint32_t field_had(const struct lower *l, const struct field *f)
{
    const struct view *v = view_of(l, f->kind);
    for (uint32_t i = 0; v && i < v->fields.count; i++)
        if (VEC(v->fields, struct view_field)[i].field == f) return VEC(v->fields, struct view_field)[i].reg;
    return v ? NONE : f->reg[f->kind == l->m->charge && l->phase == 2];
}

static uint32_t field_keep(struct lower *l, struct field *f, uint32_t reg)
{
    struct view *v = view_of(l, f->kind);
    if (!v) return f->reg[f->kind == l->m->charge && l->phase == 2] = reg;
    struct view_field *to = vec_add(l, &v->fields, sizeof *to, 1);
    *to = (struct view_field){f, reg};
    return reg;
}

static uint32_t field_lower(struct lower *l, struct field *f)
{
    struct place p = place_of(l, f->kind);
    switch (f->how) {
    case FIELD_DEFINE: return lower_define(l, f, &p);
    case FIELD_TABLE: return lower_table(l, f, &p);
    case FIELD_HIER: return lower_hier(l, f, &p);
    case FIELD_STEP: return lower_step(l, f, &p);
    case FIELD_CHOOSE: return lower_choose(l, f);
    case FIELD_FOLD: return lower_fold(l, f);
    case FIELD_AGREED: {
        uint32_t source = field_reg(l, f->source);
        if (reg_domain(l, source) == 0) return source;
        const char *hold =
            arena_printf(l->m->arena, "one %s for all of the %s", text_z(l->m, f->name), text_z(l->m, f->kind->name));
        uint32_t w[4] = {f->kind->group->link, NONE, source,
                         row_id(l, f->kind->item, NULL, hold, f->kind->item->node->span)};
        return ir_op(l, OP_CODE_AGREE, p.domain, f->type.base, 0, w, 4);
    }
    default: l->failed = 1; return l->always;
    }
}

uint32_t field_reg(struct lower *l, struct field *f)
{
    const uint32_t had = field_had(l, f), view = l->view, premise = l->premise;
    const int again = l->rows_again;
    if (had != NONE) return had;
    l->premise = NONE;
    if (!view_of(l, f->kind)) l->view = 0;
    l->rows_again = f->kind->domain == DOMAIN_CROSS && l->views.count;
    const uint32_t reg = field_lower(l, f);
    l->rows_again = again;
    const uint32_t kept = field_keep(l, f, reg);
    l->view = view;
    l->premise = premise;
    return kept;
}
