/* Fields and kinds are checked when first needed, so that order never matters and a circle is found where it closes. */
#include "compiler/check_expr.h"

#include <assert.h>
#include <string.h>

static int stands_before(struct span a, struct span b)
{
    return a.source != b.source ? a.source < b.source : a.from < b.from;
}

/* Shows the way round, from the step that is written first. */
static void cycle_report(struct model *m, struct field *f)
{
    unsigned from = 0, first, steps;
    struct buffer way, places;
    while (from < m->depth && m->path[from] != f) from++;
    assert(from < m->depth);
    first = from;
    for (unsigned i = from; i < m->depth; i++)
        if (stands_before(m->path[i]->span, m->path[first]->span)) first = i;
    steps = m->depth - from;
    buffer_init_in(&way, 0, m->arena);
    buffer_init_in(&places, 0, m->arena);
    for (unsigned i = 0; i <= steps; i++) {
        const struct field *g = m->path[from + (first - from + i) % steps];
        const struct source *source = &m->sources[g->span.source];
        uint32_t line, column;
        source_position(source, g->span.from, &line, &column);
        buffer_printf(&way, "%s%s of %s", i ? " → " : "", text_z(m, g->name), text_z(m, g->kind->name));
        if (i < steps) buffer_printf(&places, "\n%s:%u: %s", source->name, (unsigned)line, text_z(m, g->name));
    }
    struct diag *d =
        diag_add(m->diags, DIAG_CYCLE, m->path[first]->span, "this goes round in a circle: %s", way.at ? way.at : "");
    diag_hint(m->diags, d, "let one of them rest on documented facts alone%s", places.at ? places.at : "");
    buffer_free(&way);
    buffer_free(&places);
    for (unsigned i = from; i < m->depth; i++) m->path[i]->state = BROKEN;
}

static struct field *fold_part(struct model *m, struct kind *k, const struct ast_node *n)
{
    struct field *f = field_of(m, k, n->text);
    struct scope s = {.record = k};
    if (!f) {
        unknown_name(m, n->span, n->text, &s);
        return NULL;
    }
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
    if (fold->op == OP_NUMBER_OF) {
        f->type = (struct type){TYPE_COUNT, NULL, ""};
        return 1;
    }
    if (ast_count(n) > NAMES_MAX) {
        mistake(m, DIAG_LIMIT, n->span, "name fewer facts", "a set is made of at most %d facts", NAMES_MAX);
        return 0;
    }
    for (const struct ast_node *c = n->first; c; c = c->next) {
        struct field *p = fold_part(m, source, c);
        if (!p) return 0;
        struct expr *e = field_expr(m, p, AT_RECORD, c->span);
        if (!e || (fold->op == OP_SET_OF && !single_value(m, e)) ||
            ((fold->op == OP_EARLIEST || fold->op == OP_LATEST) && !ordered_value(m, e)))
            return 0;
        fold->parts[fold->count++] = e;
        if (fold->op != OP_SET_OF) f->maybe |= p->maybe;
    }
    if (!fold->count) return 0;
    assert(n->first);
    f->type = fold->parts[0]->type;
    switch (fold->op) {
    case OP_SET_OF: f->type = (struct type){TYPE_SET, NULL, ""}; break;
    case OP_ALL_TO:
        if (fold->count != 2 || fold->parts[0]->type.base != TYPE_TIME || fold->parts[1]->type.base != TYPE_TIME) {
            mistake(m, DIAG_WRONG_TYPE, n->span, "name the fact when a record starts, and the one when it ends",
                    "`all … to …` wants two clock times");
            return 0;
        }
        f->type = (struct type){TYPE_TIMES, NULL, ""};
        break;
    case OP_HIGHEST:
        if (fold->count != 2 || fold->parts[1]->type.base != TYPE_LEVEL) {
            struct diag *d = diag_add(m->diags, DIAG_WRONG_TYPE, n->last ? n->last->span : n->span,
                                      "`highest … by …` wants a hierarchy");
            diag_hint(m->diags, d, "write: is the highest %s by the name of a hierarchy of %s",
                      text_z(m, n->first->text), text_z(m, source->name));
            return 0;
        }
        break;
    case OP_SUM_OF:
        if (f->type.base != TYPE_COUNT && f->type.base != TYPE_DECIMAL && f->type.base != TYPE_MONEY &&
            f->type.base != TYPE_MINUTES) {
            mistake(m, DIAG_WRONG_TYPE, n->span, "counts, amounts, money and times in minutes can be added up",
                    "%s cannot be added up", type_name(m, &f->type));
            return 0;
        }
        break;
    case OP_YES_WHERE_ANY:
        if (f->type.base != TYPE_BOOL) {
            mistake(m, DIAG_WRONG_TYPE, n->span, "name a fact that is yes or no",
                    "yes or no is expected here, this is %s", type_name(m, &f->type));
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
        if (ast_count(r) > NAMES_MAX) {
            mistake(m, DIAG_LIMIT, r->span, "name fewer facts", "`requires` names at most %d facts", NAMES_MAX - 1);
            return 0;
        }
        f->required = arena_zero(m->arena, ast_count(r) + 1u, sizeof *f->required);
        for (const struct ast_node *c = r->first; c && f->required; c = c->next) {
            if (c->kind == AST_LABEL) {
                f->required_hold = text_z(m, c->text);
                continue;
            }
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
    if (!c) {
        m->oom = 1;
        return;
    }
    f->type = (struct type){TYPE_BOOL, NULL, ""};
    if (f->kind != m->charge && !kind_serves(m, f->kind, it->node->span, "a choice")) return;
    const struct ast_node *per = ast_child(it->node, AST_PER), *among = ast_child(it->node, AST_AMONG);
    c->per = arena_zero(m->arena, ast_count(per) + 1u, sizeof *c->per);
    for (const struct ast_node *n = per ? per->first : NULL; n && c->per; n = n->next) {
        struct expr *e = name_check(m, &s, n->text, n->span);
        if (e && single_value(m, e)) {
            guard(m, e, "`per`");
            c->per[c->per_count++] = e;
        }
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
    if (!*ways) {
        m->oom = 1;
        return;
    }
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
            case OP_HOLD:
                k->kind = CRITERION_HOLD;
                k->hold = text_z(m, c->text);
                break;
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
                if (!k->a || !k->b || !ordered_value(m, k->b)) continue;
                guard(m, k->b, "`every one from`");
                break;
            }
            default:
                k->a = name_check(m, s, c->text, ast_name(c));
                if (!k->a) continue;
                k->flag = ast_child(c, AST_DOCUMENTED_FLAG) != NULL;
                if (c->op == OP_HIGHEST) {
                    k->kind = CRITERION_LEVEL;
                    if (k->a->type.base != TYPE_LEVEL) {
                        struct diag *d =
                            diag_add(m->diags, DIAG_WRONG_TYPE, ast_name(c), "`highest` wants a hierarchy, `%s` is %s",
                                     text_z(m, c->text), type_name(m, &k->a->type));
                        diag_hint(m->diags, d, "for a number write `greatest %s`, for a time `longest %s`",
                                  text_z(m, c->text), text_z(m, c->text));
                    }
                } else {
                    k->kind = c->op == OP_GREATEST ? CRITERION_GREATEST : CRITERION_LEAST;
                    ordered_value(m, k->a);
                    if (!k->flag) {
                        struct diag *d = NULL;
                        if (expr_maybe(k->a))
                            d = diag_add(m->diags, DIAG_UNGUARDED, ast_name(c),
                                         "`%s` may be not documented for one that competes", text_z(m, c->text));
                        if (d)
                            diag_hint(m->diags, d, "write `%s if documented`, so that those without it do not compete",
                                      text_z(m, c->text));
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
            f->maybe |= x->kind == RESULT_NONE || (x->expr && expr_maybe_in_row(x->expr, f->table, &f->table->rows[r]));
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

static void too_deep(struct model *m, struct field *f)
{
    mistake(m, DIAG_LIMIT, f->span, "let some of them rest on documented facts",
            "definitions stand on each other more than %d deep", DEFINITIONS_DEEP);
    f->state = BROKEN;
}

/* The field being checked stands on this one. The order of checking does not matter: nor does that of items. */
static void level_raise(const struct model *m, const struct field *f)
{
    struct field *above = m->depth ? m->path[m->depth - 1] : NULL;
    if (above && above->level <= f->level) above->level = f->level + 1;
}

void field_check(struct model *m, struct field *f)
{
    if (f->state == CHECKED) level_raise(m, f);
    if (f->state == CHECKED || f->state == BROKEN) return;
    if (f->state == CHECKING) {
        cycle_report(m, f);
        return;
    }
    if (m->depth == sizeof m->path / sizeof *m->path) {
        too_deep(m, f);
        return;
    }
    f->state = CHECKING;
    m->path[m->depth++] = f;
    int good = field_check_now(m, f);
    m->depth--;
    if (f->state == CHECKING) f->state = good ? CHECKED : BROKEN;
    if (f->state == CHECKED && f->level >= DEFINITIONS_DEEP) too_deep(m, f);
    level_raise(m, f);
}

void kind_check(struct model *m, struct kind *k)
{
    if (!k || k->state == CHECKED || k->state == BROKEN) return;
    if (k->state == CHECKING) {
        if (k->told++) return;
        struct field *f = m->depth ? m->path[m->depth - 1] : NULL;
        struct diag *d = diag_add(m->diags, DIAG_CYCLE, f ? f->span : k->item->node->span,
                                  "%s is needed to make %s records, and is made from them",
                                  f ? text_z(m, f->name) : "this", text_z(m, k->name));
        diag_other(d, k->item->node->span, "made here");
        diag_hint(m->diags, d, "how records are grouped may only depend on what is known before: facts of %s",
                  k->source ? text_z(m, k->source->name) : "the source");
        return;
    }
    k->state = CHECKING;
    const char *serves = k->domain == DOMAIN_CROSS ? "pairs" : "groups";
    if (!k->source || !kind_serves(m, k->source, ast_name(k->item->node), serves)) {
        k->state = BROKEN;
        return;
    }
    kind_check(m, k->source);
    if (k->domain == DOMAIN_CROSS) {
        const struct ast_node *by = ast_child(k->item->node, AST_BY);
        k->state = CHECKED;
        struct scope s = {.record = k->source};
        k->key = by ? field_of(m, k->source, by->text) : NULL;
        if (!k->key) {
            unknown_name(m, by ? by->span : k->item->node->span, by ? by->text : k->name, &s);
            k->state = BROKEN;
            return;
        }
        struct expr *key = field_expr(m, k->key, AT_RECORD, by->span);
        if (!key || !ordered_value(m, key)) k->state = BROKEN;
        return;
    }
    struct scope s = {.record = k->source};
    k->group = arena_zero(m->arena, 1, sizeof *k->group);
    if (!k->group) {
        m->oom = 1;
        return;
    }
    const struct ast_node *where = ast_child(k->item->node, AST_WHERE);
    if (where) {
        k->group->where = cond_check(m, &s, where->first);
        if (k->group->where) guard(m, k->group->where, "`where`");
    }
    k->group->table = table_check(m, k->item, &s, 1, AST_GROUP);
    int spans = 0;
    for (const struct ast_node *n = k->item->node->first; n; n = n->next)
        if (n->kind == AST_FOLD && n->op == OP_ALL_TO && n->first && n->first->next) {
            spans = 1;
            k->group->start = fold_part(m, k->source, n->first);
            k->group->stop = fold_part(m, k->source, n->first->next);
        }
    for (unsigned r = 0; k->group->table && r < k->group->table->row_count; r++)
        if (k->group->table->rows[r].mode == KEY_UNBROKEN && !spans) {
            struct diag *d = diag_add(m->diags, DIAG_BAD_TABLE, k->group->table->rows[r].from->node->span,
                                      "`unbroken` needs to know when a record starts and stops");
            diag_hint(m->diags, d, "add a line below the table: times is the all start to stop");
        }
    k->state = k->group->table ? CHECKED : BROKEN;
}
