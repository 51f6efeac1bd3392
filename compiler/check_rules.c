/* Bills and rules: what is charged and what is said, and that everything said has a source. */
#include "compiler/check_expr.h"
#include "compiler/model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void bill_check(struct model *m, struct item *it, struct bill *b)
{
    b->item = it;
    b->kind = kind_need(m, it->node->text, ast_name(it->node));
    if (!b->kind) return;
    if (!kind_serves(m, b->kind, ast_name(it->node), "charges")) return;
    kind_check(m, b->kind);
    struct scope s = {.record = b->kind};
    b->table = table_check(m, it, &s, 2, AST_BILL);
    const struct ast_node *into = ast_child(it->node, AST_INTO), *dated = ast_child(it->node, AST_DATED),
                          *in = ast_child(it->node, AST_CODES_IN);
    b->list = into ? into->text : text_of("charges");
    if (dated && dated->first) {
        const struct ast_node *a = dated->first, *q = a->next, *t = q ? q->next : NULL;
        struct expr *e = name_check(m, &s, a->text, a->span);
        if (e && e->type.base != TYPE_TIME && e->type.base != TYPE_DATE)
            mistake(m, DIAG_WRONG_TYPE, a->span, "name a fact that is a date or a time",
                    "a date or clock time is expected here");
        else if (e) b->dated = e->field;
        if (q && !text_is(q->text, "units")) {
            e = name_check(m, &s, q->text, q->span);
            if (e && e->field->how != FIELD_STEP) {
                struct diag *d =
                    diag_add(m->diags, DIAG_WRONG_TYPE, q->span, "`%s` is no threshold", text_z(m, q->text));
                diag_hint(m->diags, d, "write `units when earned in …`, or name a threshold");
            } else if (e) b->ladder = e->field;
        }
        if (t) {
            e = name_check(m, &s, t->text, t->span);
            if (e && e->type.base != TYPE_TIMES)
                mistake(m, DIAG_WRONG_TYPE, t->span, "name a fact made by `all … to …` or `times of …`",
                        "clock intervals are expected here");
            else if (e) b->ladder_times = e->field;
        }
    }
    if (in) {
        b->codes = set_find(m, in->text);
        if (!b->codes) unknown_name(m, in->span, in->text, NULL);
        else set_check(m, b->codes);
    }
    if (b->codes && b->codes->state == BROKEN) return;
    if (b->codes && !b->codes->count) {
        assert(in);
        struct diag *d = mistake(m, DIAG_CODE_OUTSIDE, in->span, "add the codes to it, or take `codes in` out",
                                 "the list %s is empty", text_z(m, b->codes->name));
        diag_other(d, b->codes->item->node->span, "the list");
        return;
    }
    for (unsigned r = 0; b->table && b->codes && r < b->table->row_count; r++) {
        const struct expr *e = b->table->rows[r].code;
        if (!e || e->op != X_CONST || !e->value || code_listed(b->codes, (uint64_t)e->value)) continue;
        struct diag *d = diag_add(m->diags, DIAG_CODE_OUTSIDE, e->span, "this code is not on the list %s",
                                  text_z(m, b->codes->name));
        diag_other(d, b->codes->item->node->span, "the list");
        diag_hint(m->diags, d, "correct the code, or add it to the list");
    }
}

/* {name} in a message: the fact's value is put there when the finding is worded. */
static void message_check(struct model *m, struct scope *s, struct effect *e, const struct ast_node *n)
{
    struct text t = n->text;
    struct buffer b;
    buffer_init_in(&b, 0, m->arena);
    e->args = arena_zero(m->arena, MESSAGE_FACTS_MAX, sizeof *e->args);
    for (uint32_t i = 0; i < t.size; i++) {
        uint32_t j = i + 1;
        while (t.at[i] == '{' && j < t.size && t.at[j] != '}') j++;
        if (t.at[i] != '{' || j == t.size || !e->args) {
            buffer_byte(&b, t.at[i]);
            continue;
        }
        if (e->arg_count == MESSAGE_FACTS_MAX) {
            mistake(m, DIAG_LIMIT, n->span, "name fewer facts", "a message names at most %d facts", MESSAGE_FACTS_MAX);
            break;
        }
        struct text name = {t.at + i + 1, j - i - 1};
        struct expr *x = name_check(m, s, name, n->span);
        if (x) {
            buffer_printf(&b, "{%u}", e->arg_count);
            e->args[e->arg_count++] = x;
        }
        i = j;
    }
    e->message = arena_copy(m->arena, b.at ? b.at : "", b.size);
    buffer_free(&b);
}

static struct expr *both(struct model *m, struct expr *a, struct expr *b)
{
    if (!a || !b) return a ? a : b;
    struct expr *e = expr_new(m, X_AND, TYPE_BOOL, a->span);
    e->a = a;
    e->b = b;
    return e;
}

static int rule_check(struct model *m, struct item *it, struct rule *r)
{
    const struct ast_node *each = ast_child(it->node, AST_FOR_EACH), *when = ast_child(it->node, AST_WHEN),
                          *then = ast_child(it->node, AST_THEN);
    const struct ast_node *effect = then ? then->first : NULL, *of = each ? ast_child(each, AST_OF) : NULL,
                          *where = each ? ast_child(each, AST_WHERE) : NULL;
    *r = (struct rule){.item = it};
    if (!each || !effect) return 0;
    r->kind = kind_need(m, each->text, ast_name(each));
    if (!r->kind) return 0;
    kind_check(m, r->kind);
    if (of) {
        r->via = kind_need(m, of->text, of->span);
        if (!r->via) return 0;
        kind_check(m, r->via);
    }
    r->effect.op = effect->op;
    int modifies = effect->op == OP_ADD_MODIFIER || effect->op == OP_WITHDRAW;
    if (modifies && r->kind != m->charge) {
        struct diag *d = diag_add(m->diags, DIAG_WRONG_TYPE, effect->span, "only a charge can be changed like this");
        diag_hint(m->diags, d, "write: for each charge …");
        return 0;
    }
    if (effect->op == OP_CHARGE && !kind_serves(m, r->kind, ast_name(each), "charges")) return 0;
    r->phase = modifies ? 1 : effect->op == OP_CHARGE ? 0 : 2;
    struct scope s = {.record = r->kind, .via = r->via, .phase = r->phase};
    if (r->kind->domain == DOMAIN_CROSS) s.pair = r->kind;
    if (where) {
        r->where = cond_check(m, &s, where->first);
        if (!r->where) return 0;
    }
    if (when) {
        r->when = cond_check(m, &s, when->first);
        if (!r->when) return 0;
    }
    struct expr *all = both(m, r->where, r->when);
    if (all) guard(m, all, "the rule");
    if (s.phase == 3) {
        struct diag *d =
            diag_add(m->diags, DIAG_CYCLE, it->node->span, "this rule makes charges and asks about charges");
        diag_hint(m->diags, d, "a rule that charges may only ask for what is known before charges are made");
        return 0;
    }
    struct type code = {TYPE_CODE, NULL, ""}, count = {TYPE_COUNT, NULL, ""};
    const struct ast_node *a = effect->first;
    switch (effect->op) {
    case OP_ADD_MODIFIER:
    case OP_CHANGE_CODE:
    case OP_CHANGE_MODIFIERS:
    case OP_CHARGE:
        r->effect.value = a ? expr_check(m, &s, a, &code) : NULL;
        if (!r->effect.value) return 0;
        if (r->effect.value->type.base != TYPE_CODE) {
            mistake(m, DIAG_WRONG_TYPE, a->span, "write a code, or name a fact that is one",
                    "a code is expected here, this is %s", type_name(m, &r->effect.value->type));
            return 0;
        }
        if (effect->op == OP_CHARGE) {
            r->effect.units = a->next ? expr_check(m, &s, a->next, &count) : expr_const(m, count, 1, a->span);
            if (!r->effect.units || !typed(m, r->effect.units, TYPE_COUNT, "a count")) return 0;
        }
        break;
    case OP_CHANGE_UNITS:
        r->effect.value = a ? expr_check(m, &s, a, &count) : NULL;
        if (!r->effect.value) return 0;
        if (r->effect.value->type.base != TYPE_COUNT) {
            mistake(m, DIAG_WRONG_TYPE, a->span, "write a number, or name a fact that counts",
                    "a count is expected here, this is %s", type_name(m, &r->effect.value->type));
            return 0;
        }
        break;
    default: break;
    }
    message_check(m, &s, &r->effect, effect);
    return 1;
}

/* A source that a reader can find again has a section and the day it was read. Asked for by a strict check only. */
static void source_check(struct model *m, const struct item *it)
{
    const int section = ast_child(it->node, AST_SECTION) != NULL, read = ast_child(it->node, AST_READ) != NULL;
    if (section && read) return;
    struct diag *d = diag_add(m->diags, DIAG_VAGUE_SOURCE, it->node->span, "the source %s names no %s",
                              text_z(m, it->name), section ? "day on which it was read" : "section");
    diag_hint(m->diags, d,
              section ? "end the line with: , read 2026-01-31"
                      : "say where in it the rule stands, behind the title: , section \"4.2\"");
}

static int cite_order(const void *a, const void *b)
{
    const struct item *const *x = a, *const *y = b;
    return text_compare((*x)->name, (*y)->name);
}

/* The sources, by name; each name is there once. */
static unsigned cites_sorted(struct model *m, struct item ***out)
{
    unsigned n = 0;
    for (const struct item *it = m->items; it; it = it->next) n += it->kind == AST_CITE_ITEM;
    *out = arena_alloc(m->arena, (n + 1) * sizeof **out);
    if (!*out) {
        m->oom = 1;
        return 0;
    }
    n = 0;
    for (struct item *it = m->items; it; it = it->next)
        if (it->kind == AST_CITE_ITEM) (*out)[n++] = it;
    qsort(*out, n, sizeof **out, cite_order);
    return n;
}

static void cites_check(struct model *m)
{
    struct item **cites;
    const unsigned count = cites_sorted(m, &cites);
    for (struct item *it = m->items; it; it = it->next) {
        if (m->strict && it->kind == AST_CITE_ITEM) source_check(m, it);
        const struct ast_node *lists[1] = {it->cite};
        for (const struct ast_node *c = lists[0] ? lists[0]->first : NULL; c; c = c->next) {
            const struct item wanted = {.name = c->text}, *key = &wanted;
            struct item **known = count ? bsearch(&key, cites, count, sizeof *cites, cite_order) : NULL;
            if (known) (*known)->used = 1;
            if (known || name_is_lost(m, c->text) || said_before(m, DIAG_UNKNOWN_CITE, c->text, c->span)) continue;
            struct diag *d =
                diag_add(m->diags, DIAG_UNKNOWN_CITE, c->span, "there is no source called `%s`", text_z(m, c->text));
            said_note(m, DIAG_UNKNOWN_CITE, c->text, d);
            struct names n = {0};
            for (struct item *o = m->items; o; o = o->next)
                if (o->kind == AST_CITE_ITEM) names_add(m, &n, o->name);
            names_hint(m, d, c->text, &n, "declare it: cite %s \"title\", read 2026-01-31", text_z(m, c->text));
        }
        int rule = it->kind == AST_TABLE || it->kind == AST_THRESHOLD || it->kind == AST_HIERARCHY ||
                   it->kind == AST_CHOOSE || it->kind == AST_BILL || it->kind == AST_RULE || it->kind == AST_BUNDLE ||
                   it->kind == AST_LIMIT;
        int column = 0;
        for (const struct ast_node *h = it->header ? it->header->first : NULL; h; h = h->next)
            column |= text_is(h->text, "cite");
        if (!rule || it->cite || column) continue;
        struct diag *d = diag_add(m->diags, DIAG_NO_CITATION, it->node->span, "%s %s has no source",
                                  ast_kind_word(it->kind), text_z(m, it->name));
        diag_hint(m->diags, d, "end its first line with: , cite KEY");
    }
}

static void unnamed(struct model *m, const struct item *it)
{
    if (it)
        mistake(m, DIAG_SYNTAX, it->node->span, "this is a fault of the compiler: please report it",
                "this %s has a mistake that could not be named", ast_kind_word(it->kind));
}

/* Nothing is ever left out without a word. */
static void all_checked(struct model *m)
{
    for (const struct kind *k = m->kinds; k; k = k->next) {
        if (k->state == BROKEN) unnamed(m, k->item);
        for (const struct field *f = k->fields; f; f = f->next)
            if (f->state != CHECKED) unnamed(m, f->item);
    }
    for (unsigned i = 0; i < m->bill_count; i++)
        if (!m->bills[i].table) unnamed(m, m->bills[i].item);
    for (unsigned i = 0; i < m->set_count; i++)
        if (m->sets[i].state != CHECKED) unnamed(m, m->sets[i].item);
    for (unsigned i = 0; i < m->relation_count; i++)
        if (m->relations[i].state != CHECKED) unnamed(m, m->relations[i].item);
    unsigned last = 0; /* rules stand in the order of their items */
    for (const struct item *it = m->items; it; it = it->next) {
        unsigned i = last;
        if (it->kind != AST_RULE && it->kind != AST_BUNDLE) continue;
        while (i < m->rule_count && m->rules[i].item != it) i++;
        if (i == m->rule_count) unnamed(m, it);
        else last = i;
    }
}

void check_all(struct model *m)
{
    unsigned rules = 0, bills = 0;
    for (struct item *it = m->items; it; it = it->next) {
        bills += it->kind == AST_BILL;
        rules += it->kind == AST_RULE || it->kind == AST_BUNDLE || it->kind == AST_LIMIT;
    }
    m->bills = arena_zero(m->arena, bills + 1u, sizeof *m->bills);
    m->rules = arena_zero(m->arena, rules * 4 + 1u, sizeof *m->rules);
    if (!m->bills || !m->rules) {
        m->oom = 1;
        return;
    }
    for (unsigned i = 0; i < m->set_count; i++) set_check(m, &m->sets[i]);
    for (struct kind *k = m->kinds; k; k = k->next) kind_check(m, k);
    for (struct kind *k = m->kinds; k; k = k->next)
        for (struct field *f = k->fields; f; f = f->next) field_check(m, f);
    const struct ast_node *answers = m->packs->node ? ast_child(m->packs->node, AST_ANSWERS) : NULL;
    if (answers) {
        struct scope top = {.record = m->encounter};
        m->answers = cond_check(m, &top, answers->first);
    }
    for (struct item *it = m->items; it; it = it->next) {
        if (it->kind == AST_BILL) bill_check(m, it, &m->bills[m->bill_count++]);
        if (it->kind == AST_RULE && rule_check(m, it, &m->rules[m->rule_count])) m->rule_count++;
        if (it->kind == AST_BUNDLE) m->rule_count += (unsigned)bundle_check(m, it, &m->rules[m->rule_count]);
        if (it->kind == AST_LIMIT) m->rule_count += (unsigned)limit_check(m, it, &m->rules[m->rule_count]);
        if (it->kind == AST_ORDER) {
            const struct ast_node *of = ast_child(it->node, AST_OF);
            m->order_via = of ? kind_need(m, of->text, of->span) : NULL;
            struct scope s = {.record = m->charge, .via = m->order_via, .phase = 1};
            unsigned count;
            ways_check(m, &s, it->node, &m->order, &count);
        }
    }
    for (unsigned i = 0; i < m->relation_count; i++) relation_check(m, &m->relations[i]);
    quarters_tell(m);
    cites_check(m);
    if (!m->diags->errors && !m->oom) all_checked(m);
}
