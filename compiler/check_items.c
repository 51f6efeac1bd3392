/* Everything that has a name is declared first; then each item is checked on demand, so that order never matters and a circle is found
 * where it closes. */
#include "compiler/model.h"

#include <string.h>


/* ---- declaring */

static struct kind *kind_new(struct model *m, struct text name, enum domain_kind domain, struct item *it)
{
    struct kind *k = kind_find(m, name);
    if (k) {
        struct diag *d = diag_add(m->diags, DIAG_DEFINED_TWICE, it->node->span, "there is a kind of record called %s already", text_z(m, name));
        if (k->item) diag_other(d, k->item->node->span, "the first one");
        diag_hint(m->diags, d, "give it another name");
        return NULL;
    }
    k = arena_zero(m->arena, 1, sizeof *k);
    if (!k) { m->oom = 1; return NULL; }
    *k = (struct kind){.name = name, .domain = domain, .item = it, .id = {NONE, NONE}, .exists = NONE, .next = m->kinds};
    m->kinds = k;
    return k;
}

static struct kind *kind_need(struct model *m, struct text name, struct span span)
{
    struct kind *k = kind_find(m, name);
    if (k) return k;
    if (name_is_lost(m, name)) return NULL;
    const char *names[128];
    size_t n = 0;
    for (struct kind *o = m->kinds; o && n < 128; o = o->next) names[n++] = text_z(m, o->name);
    struct diag *d = diag_add(m->diags, DIAG_UNKNOWN_KIND, span, "there is no kind of record called `%s`", text_z(m, name));
    const char *near = diag_suggest(name, names, n);
    if (near) diag_hint(m->diags, d, "did you mean `%s`?", near);
    else diag_hint(m->diags, d, "kinds come from `facts`, `group` and `pair`");
    return NULL;
}

static void builtin(struct model *m, struct kind *k, const char *name, enum value_type base)
{
    struct field *f = field_new(m, k, text_of(name), FIELD_BUILTIN, NULL, (struct span){0, 0, 0});
    if (!f) return;
    f->type = (struct type){base, NULL, ""};
    f->state = CHECKED;
}

static void kinds_declare(struct model *m)
{
    for (struct item *it = m->items; it; it = it->next) {
        if (it->kind != AST_FACTS) continue;
        const struct ast_node *in = ast_child(it->node, AST_IN);
        int root = text_is(it->name, "encounter");
        struct kind *k = kind_new(m, it->name, root ? DOMAIN_ROOT : DOMAIN_LIST, it);
        if (!k) continue;
        if (root) m->encounter = k;
        k->list_key = in ? in->text : it->name;
        k->state = CHECKED;
    }
    if (!m->encounter) {
        struct span top = m->packs->node ? m->packs->node->span : (struct span){0, 0, 0};
        struct diag *d = diag_add(m->diags, DIAG_PACK_HEADER, top, "nothing says what an encounter is");
        diag_hint(m->diags, d, "extend a pack that declares it, or write: facts encounter");
        return;
    }
    for (struct item *it = m->items; it; it = it->next) {
        struct kind *k = it->kind == AST_FACTS ? kind_find(m, it->name) : NULL;
        if (k && k->item == it) facts_declare(m, it, k);
    }
    for (struct kind *k = m->kinds; k; k = k->next) {
        const struct ast_node *known = k->item ? ast_child(k->item->node, AST_KNOWN_BY) : NULL;
        if (!known) continue;
        struct scope s = {.record = k};
        k->known = field_find(k, known->text);
        k->known_as = known->op == OP_KNOWN_AS;
        if (!k->known) unknown_name(m, known->span, known->text, &s);
    }
    facts_resolve(m);
    if (!m->date) {
        struct diag *d = diag_add(m->diags, DIAG_PACK_HEADER, m->encounter->item->node->span, "no fact is the date of service");
        diag_hint(m->diags, d, "write in facts encounter: | date | date of service | refused |");
    }
    struct item none = {.node = m->encounter->item->node};
    m->charge = kind_new(m, text_of("charge"), DOMAIN_CHARGES, &none);
    if (m->charge) {
        m->charge->item = NULL;
        m->charge->state = CHECKED;
        builtin(m, m->charge, "code", TYPE_CODE);
        builtin(m, m->charge, "units", TYPE_COUNT);
        builtin(m, m->charge, "date", TYPE_DATE);
        builtin(m, m->charge, "modifiers", TYPE_CODES);
    }
    for (struct item *it = m->items; it; it = it->next)
        if (it->kind == AST_GROUP) kind_new(m, it->name, DOMAIN_GROUP, it);
        else if (it->kind == AST_PAIR) kind_new(m, it->name, DOMAIN_CROSS, it);
    for (struct item *it = m->items; it; it = it->next) {
        if (it->kind != AST_GROUP && it->kind != AST_PAIR) continue;
        struct kind *k = kind_find(m, it->name);
        if (k && k->item == it) k->source = kind_need(m, it->node->text, it->node->span);
    }
}

static void named_declare(struct model *m)
{
    unsigned sets = 0, relations = 0;
    for (struct item *it = m->items; it; it = it->next) {
        sets += it->kind == AST_CODES;
        relations += it->kind == AST_RELATION || it->kind == AST_BUNDLE || it->kind == AST_LIMIT;
    }
    m->sets = arena_zero(m->arena, sets + 1u, sizeof *m->sets);
    m->relations = arena_zero(m->arena, relations + 1u, sizeof *m->relations);
    if (!m->sets || !m->relations) { m->oom = 1; return; }
    for (struct item *it = m->items; it; it = it->next) {
        if (it->kind == AST_CODES) m->sets[m->set_count++] = (struct code_set){.name = it->name, .item = it, .id = NONE};
        if (it->kind == AST_RELATION || it->kind == AST_BUNDLE || it->kind == AST_LIMIT)
            m->relations[m->relation_count++] = (struct relation){.name = it->name, .item = it, .id = NONE};
        if (it->kind == AST_POLICIES) policies_declare(m, it);
    }
    settings_apply(m);
    for (struct item *it = m->items; it; it = it->next) {
        enum field_how how = it->kind == AST_DEFINE ? FIELD_DEFINE : it->kind == AST_TABLE ? FIELD_TABLE : it->kind == AST_THRESHOLD ? FIELD_STEP :
                             it->kind == AST_HIERARCHY ? FIELD_HIER : it->kind == AST_CHOOSE ? FIELD_CHOOSE : FIELD_FACT;
        if (how != FIELD_FACT) {
            const struct ast_node *of = ast_child(it->node, AST_OF);
            struct kind *k = of ? kind_need(m, of->text, of->span) : NULL;
            if (k) field_new(m, k, it->name, how, it, it->node->span);
        }
        struct kind *k = it->kind == AST_GROUP ? kind_find(m, it->name) : NULL;
        if (!k || k->item != it) continue;
        for (const struct ast_node *n = it->node->first; n; n = n->next)
            if (n->kind == AST_FOLD) {
                struct field *f = field_new(m, k, n->text, FIELD_FOLD, it, n->span);
                struct fold *fold = arena_zero(m->arena, 1, sizeof *fold);
                if (!f || !fold) { m->oom = 1; return; }
                fold->op = n->op;
                f->fold = fold;
            }
    }
}

/* ---- fields on demand */

static void cycle_report(struct model *m, struct field *f)
{
    unsigned from = 0;
    struct buffer b;
    while (from < m->depth && m->path[from] != f) from++;
    buffer_init(&b, 0);
    for (unsigned i = from; i < m->depth; i++)
        buffer_printf(&b, "%s.%s → ", text_z(m, m->path[i]->kind->name), text_z(m, m->path[i]->name));
    buffer_printf(&b, "%s.%s", text_z(m, f->kind->name), text_z(m, f->name));
    struct diag *d = diag_add(m->diags, DIAG_CYCLE, f->span, "this goes round in a circle: %s", b.at ? b.at : "");
    buffer_clear(&b);
    for (unsigned i = from; i < m->depth; i++) {
        uint32_t line, column;
        source_position(&m->sources[m->path[i]->span.source], m->path[i]->span.from, &line, &column);
        buffer_printf(&b, "%s%s stands in %s:%u", i > from ? "\n" : "", text_z(m, m->path[i]->name), m->sources[m->path[i]->span.source].name, line);
    }
    diag_hint(m->diags, d, "define what needs only its own facts apart, so that one of these no longer needs the next\n%s", b.at ? b.at : "");
    buffer_free(&b);
    for (unsigned i = from; i < m->depth; i++) m->path[i]->state = BROKEN;
}

static struct field *fold_part(struct model *m, struct kind *k, const struct ast_node *n)
{
    struct field *f = field_of(m, k, n->text);
    struct scope s = {.record = k};
    if (!f) { unknown_name(m, n->span, n->text, &s); return NULL; }
    field_check(m, f);
    f->used = 1;
    return f->state == BROKEN ? NULL : f;
}

static const struct ast_node *fold_node(const struct field *f)
{
    for (const struct ast_node *n = f->item->node->first; n; n = n->next)
        if (n->kind == AST_FOLD && text_equal(n->text, f->name)) return n;
    return NULL;
}

static int fold_check(struct model *m, struct field *f)
{
    const struct ast_node *n = fold_node(f);
    struct kind *source = f->kind->source;
    struct fold *fold = f->fold;
    if (!source || !n) return 0;
    fold->parts = arena_zero(m->arena, ast_count(n) + 1u, sizeof *fold->parts);
    if (fold->op == OP_NUMBER_OF) { f->type = (struct type){TYPE_COUNT, NULL, ""}; return 1; }
    for (const struct ast_node *c = n->first; c; c = c->next) {
        struct field *p = fold_part(m, source, c);
        if (!p) return 0;
        struct expr *e = field_expr(m, p, AT_RECORD, c->span);
        if (!e) return 0;
        fold->parts[fold->count++] = e;
        if (fold->op != OP_SET_OF) f->maybe |= p->maybe;
    }
    if (!fold->count) return 0;
    f->type = fold->parts[0]->type;
    switch (fold->op) {
    case OP_SET_OF: f->type = (struct type){TYPE_SET, NULL, ""}; break;
    case OP_ALL_TO:
        if (fold->count != 2 || fold->parts[0]->type.base != TYPE_TIME || fold->parts[1]->type.base != TYPE_TIME) {
            diag_add(m->diags, DIAG_WRONG_TYPE, n->span, "`all … to …` wants two clock times");
            return 0;
        }
        f->type = (struct type){TYPE_TIMES, NULL, ""};
        break;
    case OP_HIGHEST:
        if (fold->count != 2 || fold->parts[1]->type.base != TYPE_LEVEL) {
            struct diag *d = diag_add(m->diags, DIAG_WRONG_TYPE, n->last ? n->last->span : n->span, "`highest … by …` wants a hierarchy");
            diag_hint(m->diags, d, "write: is the highest %s by the name of a hierarchy of %s", text_z(m, n->first->text), text_z(m, source->name));
            return 0;
        }
        break;
    case OP_SUM_OF:
        if (f->type.base != TYPE_COUNT && f->type.base != TYPE_DECIMAL && f->type.base != TYPE_MONEY && f->type.base != TYPE_MINUTES) {
            diag_add(m->diags, DIAG_WRONG_TYPE, n->span, "%s cannot be added up", type_name(m, &f->type));
            return 0;
        }
        break;
    case OP_YES_WHERE_ANY:
        if (f->type.base != TYPE_BOOL) {
            diag_add(m->diags, DIAG_WRONG_TYPE, n->span, "yes or no is expected here, this is %s", type_name(m, &f->type));
            return 0;
        }
        break;
    default: break;
    }
    return 1;
}

static int define_check(struct model *m, struct field *f, struct scope *s)
{
    const struct ast_node *is = ast_child(f->item->node, AST_IS), *when = ast_child(f->item->node, AST_WHEN);
    f->expr = when ? cond_check(m, s, when->first) : is ? expr_check(m, s, is->first, NULL) : NULL;
    if (!f->expr) return 0;
    f->type = f->expr->type;
    f->maybe = expr_maybe(f->expr);
    for (const struct ast_node *r = f->item->node->first; r; r = r->next) {
        if (r->kind != AST_REQUIRES) continue;
        f->required = arena_zero(m->arena, ast_count(r) + 1u, sizeof *f->required);
        for (const struct ast_node *c = r->first; c && f->required; c = c->next) {
            if (c->kind == AST_LABEL) { f->required_hold = text_z(m, c->text); continue; }
            struct expr *e = name_check(m, s, c->text, c->span);
            if (e) f->required[f->required_count++] = e;
        }
        f->maybe = 0;
    }
    return 1;
}

void choose_check(struct model *m, struct field *f)
{
    struct item *it = f->item;
    struct choose *c = f->choose = arena_zero(m->arena, 1, sizeof *c);
    struct scope s = {.record = f->kind, .phase = 0};
    if (!c) { m->oom = 1; return; }
    f->type = (struct type){TYPE_BOOL, NULL, ""};
    const struct ast_node *per = ast_child(it->node, AST_PER), *among = ast_child(it->node, AST_AMONG);
    c->per = arena_zero(m->arena, ast_count(per) + 1u, sizeof *c->per);
    for (const struct ast_node *n = per ? per->first : NULL; n && c->per; n = n->next) {
        struct expr *e = name_check(m, &s, n->text, n->span);
        if (e) { guard(m, e, "`per`"); c->per[c->per_count++] = e; }
    }
    if (among) {
        c->among = cond_check(m, &s, among->first);
        if (c->among) guard(m, c->among, "`among those where`");
    }
    ways_check(m, &s, it->node, &c->ways, &c->way_count);
}

/* `where primary documented as yes`, without its opt-out: whose missing facts a hold may name. */
static struct expr *without_opt_out(struct model *m, struct expr *e)
{
    if (!e) return NULL;
    if (e->op == X_DOC_OR) return e->a;
    if (e->op != X_AND && e->op != X_OR && e->op != X_NOT) return e;
    struct expr *c = expr_new(m, e->op, TYPE_BOOL, e->span);
    c->a = without_opt_out(m, e->a);
    c->b = without_opt_out(m, e->b);
    return c;
}

void ways_check(struct model *m, struct scope *s, const struct ast_node *item, struct way **ways, unsigned *count)
{
    unsigned n = 0;
    for (const struct ast_node *w = item->first; w; w = w->next) n += w->kind == AST_WAY;
    *ways = arena_zero(m->arena, n + 1u, sizeof **ways);
    *count = 0;
    if (!*ways) { m->oom = 1; return; }
    for (const struct ast_node *w = item->first; w; w = w->next) {
        if (w->kind != AST_WAY) continue;
        struct way *out = &(*ways)[(*count)++];
        out->node = w;
        out->criteria = arena_zero(m->arena, ast_count(w) + 1u, sizeof *out->criteria);
        for (const struct ast_node *c = w->first; c && out->criteria; c = c->next) {
            if (c->kind == AST_WHEN) {
                struct scope top = {.record = m->encounter};
                out->when = cond_check(m, &top, c->first);
                if (out->when) guard(m, out->when, "`when`");
                continue;
            }
            if (c->kind != AST_CRITERION) continue;
            struct criterion *k = &out->criteria[out->count];
            k->span = c->span;
            switch (c->op) {
            case OP_HOLD: k->kind = CRITERION_HOLD; k->hold = text_z(m, c->text); break;
            case OP_WHERE:
                k->kind = CRITERION_WHERE;
                k->a = cond_check(m, s, c->first);
                if (!k->a) continue;
                guard(m, k->a, "`where`");
                k->b = without_opt_out(m, k->a);
                break;
            case OP_SPACED: {
                struct type minutes = {TYPE_MINUTES, NULL, ""};
                k->kind = CRITERION_SPACED;
                k->a = expr_check(m, s, c->first, &minutes);
                k->b = c->first && c->first->next ? name_check(m, s, c->first->next->text, c->first->next->span) : NULL;
                if (!k->a || !k->b) continue;
                guard(m, k->b, "`every one from`");
                break;
            }
            default:
                k->a = name_check(m, s, c->text, c->span);
                if (!k->a) continue;
                k->flag = ast_child(c, AST_DOCUMENTED_FLAG) != NULL;
                if (c->op == OP_HIGHEST) {
                    k->kind = CRITERION_LEVEL;
                    if (k->a->type.base != TYPE_LEVEL) {
                        struct diag *d = diag_add(m->diags, DIAG_WRONG_TYPE, c->span, "`highest` wants a hierarchy, `%s` is %s", text_z(m, c->text),
                                                  type_name(m, &k->a->type));
                        diag_hint(m->diags, d, "for a number write `greatest %s`, for a time `longest %s`", text_z(m, c->text), text_z(m, c->text));
                    }
                } else {
                    k->kind = c->op == OP_GREATEST ? CRITERION_GREATEST : CRITERION_LEAST;
                    if (!k->flag) {
                        struct diag *d = NULL;
                        if (expr_maybe(k->a))
                            d = diag_add(m->diags, DIAG_UNGUARDED, c->span, "`%s` may be not documented for one that competes", text_z(m, c->text));
                        if (d) diag_hint(m->diags, d, "write `%s if documented`, so that those without it do not compete", text_z(m, c->text));
                    }
                }
            }
            out->count++;
        }
    }
}

static int field_check_now(struct model *m, struct field *f)
{
    struct scope s = {.record = f->kind, .phase = 0};
    struct kind *pair = f->kind->domain == DOMAIN_CROSS ? f->kind : NULL;
    int good = 1;
    if (f->how != FIELD_AGREED || f->kind->domain == DOMAIN_GROUP) kind_check(m, f->kind);
    if (f->state == BROKEN) return 0;
    (void)pair;
    switch (f->how) {
    case FIELD_DEFINE: good = define_check(m, f, &s); break;
    case FIELD_TABLE:
        f->table = table_check(m, f->item, &s, 1, AST_TABLE);
        good = f->table != NULL;
        for (unsigned r = 0; good && r < f->table->row_count; r++) {
            const struct result *x = &f->table->rows[r].result;
            f->maybe |= x->kind == RESULT_NONE || (x->expr && expr_maybe(x->expr));
        }
        break;
    case FIELD_STEP:
        f->table = threshold_check(m, f->item, &s);
        f->type = (struct type){TYPE_COUNT, NULL, ""};
        good = f->table != NULL;
        f->maybe = good && expr_maybe(f->table->columns[0]);
        break;
    case FIELD_HIER:
        f->table = table_check(m, f->item, &s, 0, AST_HIERARCHY);
        f->type = (struct type){TYPE_LEVEL, NULL, ""};
        good = f->table != NULL;
        break;
    case FIELD_CHOOSE: choose_check(m, f); break;
    case FIELD_FOLD: good = fold_check(m, f); break;
    case FIELD_AGREED:
        field_check(m, f->source);
        f->source->used = 1;
        f->type = f->source->type;
        f->maybe = f->source->maybe;
        good = f->source->state != BROKEN;
        break;
    default: break;
    }
    f->charges = s.phase == 3;
    return good;
}

void field_check(struct model *m, struct field *f)
{
    if (f->state == CHECKED || f->state == BROKEN) return;
    if (f->state == CHECKING) { cycle_report(m, f); return; }
    if (m->depth == sizeof m->path / sizeof *m->path) {
        diag_add(m->diags, DIAG_LIMIT, f->span, "definitions stand on each other more than %u deep", m->depth);
        f->state = BROKEN;
        return;
    }
    f->state = CHECKING;
    m->path[m->depth++] = f;
    int good = field_check_now(m, f);
    m->depth--;
    if (f->state == CHECKING) f->state = good ? CHECKED : BROKEN;
}

void kind_check(struct model *m, struct kind *k)
{
    if (!k || k->state == CHECKED || k->state == BROKEN) return;
    if (k->state == CHECKING) {
        struct field *f = m->depth ? m->path[m->depth - 1] : NULL;
        struct diag *d = diag_add(m->diags, DIAG_CYCLE, f ? f->span : k->item->node->span, "%s is needed to make %s records, and is made from them",
                                  f ? text_z(m, f->name) : "this", text_z(m, k->name));
        diag_other(d, k->item->node->span, "made here");
        diag_hint(m->diags, d, "how records are grouped may only depend on what is known before: facts of %s", k->source ? text_z(m, k->source->name) : "the source");
        return;
    }
    k->state = CHECKING;
    if (!k->source) { k->state = BROKEN; return; }
    kind_check(m, k->source);
    if (k->domain == DOMAIN_CROSS) {
        const struct ast_node *by = ast_child(k->item->node, AST_BY);
        k->state = CHECKED;
        struct scope s = {.record = k->source};
        k->key = by ? field_of(m, k->source, by->text) : NULL;
        if (!k->key) { unknown_name(m, by ? by->span : k->item->node->span, by ? by->text : k->name, &s); k->state = BROKEN; return; }
        field_check(m, k->key);
        k->key->used = 1;
        return;
    }
    struct scope s = {.record = k->source};
    k->group = arena_zero(m->arena, 1, sizeof *k->group);
    if (!k->group) { m->oom = 1; return; }
    const struct ast_node *where = ast_child(k->item->node, AST_WHERE);
    if (where) {
        k->group->where = cond_check(m, &s, where->first);
        if (k->group->where) guard(m, k->group->where, "`where`");
    }
    k->group->table = table_check(m, k->item, &s, 1, AST_GROUP);
    for (const struct ast_node *n = k->item->node->first; n; n = n->next)
        if (n->kind == AST_FOLD && n->op == OP_ALL_TO && n->first && n->first->next) {
            k->group->start = fold_part(m, k->source, n->first);
            k->group->stop = fold_part(m, k->source, n->first->next);
        }
    for (unsigned r = 0; k->group->table && r < k->group->table->row_count; r++)
        if (k->group->table->rows[r].mode == KEY_UNBROKEN && !k->group->start) {
            struct diag *d = diag_add(m->diags, DIAG_BAD_TABLE, k->group->table->rows[r].from->node->span, "`unbroken` needs to know when a record starts and stops");
            diag_hint(m->diags, d, "add a line below the table: times is the all start to stop");
        }
    k->state = k->group->table ? CHECKED : BROKEN;
}

/* ---- bills and rules */

static void bill_check(struct model *m, struct item *it, struct bill *b)
{
    b->item = it;
    b->kind = kind_need(m, it->node->text, it->node->span);
    if (!b->kind) return;
    kind_check(m, b->kind);
    struct scope s = {.record = b->kind};
    b->table = table_check(m, it, &s, 2, AST_BILL);
    const struct ast_node *into = ast_child(it->node, AST_INTO), *dated = ast_child(it->node, AST_DATED), *in = ast_child(it->node, AST_CODES_IN);
    b->list = into ? into->text : text_of("charges");
    if (dated && dated->first) {
        const struct ast_node *a = dated->first, *q = a->next, *t = q ? q->next : NULL;
        struct expr *e = name_check(m, &s, a->text, a->span);
        if (e && e->type.base != TYPE_TIME && e->type.base != TYPE_DATE) diag_add(m->diags, DIAG_WRONG_TYPE, a->span, "a date or clock time is expected here");
        else if (e) b->dated = e->field;
        if (q && !text_is(q->text, "units")) {
            e = name_check(m, &s, q->text, q->span);
            if (e && e->field->how != FIELD_STEP) {
                struct diag *d = diag_add(m->diags, DIAG_WRONG_TYPE, q->span, "`%s` is no threshold", text_z(m, q->text));
                diag_hint(m->diags, d, "write `units when earned in …`, or name a threshold");
            } else if (e) b->ladder = e->field;
        }
        if (t) {
            e = name_check(m, &s, t->text, t->span);
            if (e && e->type.base != TYPE_TIMES) diag_add(m->diags, DIAG_WRONG_TYPE, t->span, "clock intervals are expected here");
            else if (e) b->ladder_times = e->field;
        }
    }
    if (in) {
        b->codes = set_find(m, in->text);
        if (!b->codes) unknown_name(m, in->span, in->text, NULL);
        else set_check(m, b->codes);
    }
    for (unsigned r = 0; b->table && b->codes && r < b->table->row_count; r++) {
        const struct expr *e = b->table->rows[r].code;
        if (!e || e->op != X_CONST || !e->value || code_listed(b->codes, (uint64_t)e->value)) continue;
        struct diag *d = diag_add(m->diags, DIAG_CODE_OUTSIDE, e->span, "this code is not on the list %s", text_z(m, b->codes->name));
        diag_other(d, b->codes->item->node->span, "the list");
        diag_hint(m->diags, d, "correct the code, or add it to the list");
    }
}

/* {name} in a message: the fact's value is put there when the finding is worded. */
static void message_check(struct model *m, struct scope *s, struct effect *e, const struct ast_node *n)
{
    struct text t = n->text;
    struct buffer b;
    buffer_init(&b, 0);
    e->args = arena_zero(m->arena, 10, sizeof *e->args);
    for (uint32_t i = 0; i < t.size; i++) {
        uint32_t j = i + 1;
        while (t.at[i] == '{' && j < t.size && t.at[j] != '}') j++;
        if (t.at[i] != '{' || j == t.size || e->arg_count == 10 || !e->args) { buffer_byte(&b, t.at[i]); continue; }
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
    const struct ast_node *each = ast_child(it->node, AST_FOR_EACH), *when = ast_child(it->node, AST_WHEN), *then = ast_child(it->node, AST_THEN);
    const struct ast_node *effect = then ? then->first : NULL, *of = each ? ast_child(each, AST_OF) : NULL, *where = each ? ast_child(each, AST_WHERE) : NULL;
    *r = (struct rule){.item = it};
    if (!each || !effect) return 0;
    r->kind = kind_need(m, each->text, each->span);
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
    r->phase = modifies ? 1 : effect->op == OP_CHARGE ? 0 : 2;
    struct scope s = {.record = r->kind, .via = r->via, .phase = r->phase};
    if (r->kind->domain == DOMAIN_CROSS) s.pair = r->kind;
    if (where) { r->where = cond_check(m, &s, where->first); if (!r->where) return 0; }
    if (when) { r->when = cond_check(m, &s, when->first); if (!r->when) return 0; }
    struct expr *all = both(m, r->where, r->when);
    if (all) guard(m, all, "the rule");
    if (s.phase == 3) {
        struct diag *d = diag_add(m->diags, DIAG_CYCLE, it->node->span, "this rule makes charges and asks about charges");
        diag_hint(m->diags, d, "a rule that charges may only ask for what is known before charges are made");
        return 0;
    }
    struct type code = {TYPE_CODE, NULL, ""}, count = {TYPE_COUNT, NULL, ""};
    const struct ast_node *a = effect->first;
    switch (effect->op) {
    case OP_ADD_MODIFIER: case OP_CHANGE_CODE: case OP_CHANGE_MODIFIERS: case OP_CHARGE:
        r->effect.value = a ? expr_check(m, &s, a, &code) : NULL;
        if (!r->effect.value) return 0;
        if (r->effect.value->type.base != TYPE_CODE) {
            diag_add(m->diags, DIAG_WRONG_TYPE, a->span, "a code is expected here, this is %s", type_name(m, &r->effect.value->type));
            return 0;
        }
        if (effect->op == OP_CHARGE) r->effect.units = a->next ? expr_check(m, &s, a->next, &count) : expr_const(m, count, 1, a->span);
        break;
    case OP_CHANGE_UNITS:
        r->effect.value = a ? expr_check(m, &s, a, &count) : NULL;
        if (!r->effect.value) return 0;
        if (r->effect.value->type.base != TYPE_COUNT) {
            diag_add(m->diags, DIAG_WRONG_TYPE, a->span, "a count is expected here, this is %s", type_name(m, &r->effect.value->type));
            return 0;
        }
        break;
    default: break;
    }
    message_check(m, &s, &r->effect, effect);
    return 1;
}

static void cites_check(struct model *m)
{
    for (struct item *it = m->items; it; it = it->next) {
        const struct ast_node *lists[1] = {it->cite};
        for (const struct ast_node *c = lists[0] ? lists[0]->first : NULL; c; c = c->next) {
            int known = 0;
            const char *names[256];
            size_t n = 0;
            for (struct item *o = m->items; o; o = o->next)
                if (o->kind == AST_CITE_ITEM) {
                    known |= text_equal(o->name, c->text);
                    if (text_equal(o->name, c->text)) o->used = 1;
                    if (n < 256) names[n++] = text_z(m, o->name);
                }
            if (known) continue;
            struct diag *d = diag_add(m->diags, DIAG_UNKNOWN_CITE, c->span, "there is no source called `%s`", text_z(m, c->text));
            const char *near = diag_suggest(c->text, names, n);
            if (near) diag_hint(m->diags, d, "did you mean `%s`?", near);
            else diag_hint(m->diags, d, "declare it: cite %s \"title\", read 2026-01-31", text_z(m, c->text));
        }
        int rule = it->kind == AST_TABLE || it->kind == AST_THRESHOLD || it->kind == AST_HIERARCHY || it->kind == AST_CHOOSE || it->kind == AST_BILL ||
                   it->kind == AST_RULE || it->kind == AST_BUNDLE || it->kind == AST_LIMIT;
        int column = 0;
        for (const struct ast_node *h = it->header ? it->header->first : NULL; h; h = h->next) column |= text_is(h->text, "cite");
        if (!rule || it->cite || column) continue;
        struct diag *d = diag_add(m->diags, DIAG_NO_CITATION, it->node->span, "%s %s has no source", ast_kind_word(it->kind), text_z(m, it->name));
        diag_hint(m->diags, d, "end its first line with: , cite KEY");
    }
}

int declare(struct model *m)
{
    kinds_declare(m);
    if (!m->encounter || !m->charge) return 0;
    named_declare(m);
    return 1;
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
    if (!m->bills || !m->rules) { m->oom = 1; return; }
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
    cites_check(m);
}
