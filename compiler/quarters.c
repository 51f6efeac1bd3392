/* Where no table of the date's own quarter was given, the nearest one answers, and a note says so: once for each such
 * table, and only where it was asked, that is where there are records of a kind for which its rows are looked up. The
 * note is a rule like any other. Which rows answer when is decided where files are read: files.c. */
#include "compiler/model.h"

#include "base/date.h"

#include <string.h>

void relation_asked(struct model *m, struct relation *r, struct kind *k)
{
    while (k && k->source) k = k->source; /* groups and pairs: there are some where there are records */
    for (const struct asked *a = r->asked; a; a = a->next)
        if (a->kind == k) return;
    struct asked *a = arena_zero(m->arena, 1, sizeof *a);
    if (!a) m->oom = 1;
    if (!a || !k) return;
    *a = (struct asked){k, r->asked};
    r->asked = a;
}

static struct expr *two(struct model *m, enum expr_op op, struct expr *a, struct expr *b)
{
    if (!a || !b) return a ? a : b;
    struct expr *e = expr_new(m, op, TYPE_BOOL, a->span);
    e->a = a;
    e->b = b;
    return e;
}

static struct expr *any_of(struct model *m, struct kind *k, struct span span)
{
    struct expr *e = expr_new(m, X_ANY, TYPE_BOOL, span);
    e->query = arena_zero(m->arena, 1, sizeof *e->query);
    if (e->query) e->query->kind = k;
    else m->oom = 1;
    return e;
}

/* NULL: always. */
static struct expr *asked_any(struct model *m, const struct relation *r, struct span span)
{
    struct expr *all = NULL;
    for (const struct asked *a = r->asked; a; a = a->next) {
        if (a->kind == m->encounter) return NULL;
        all = two(m, X_OR, any_of(m, a->kind, span), all);
    }
    return all;
}

static const char *day(struct model *m, int32_t date)
{
    char text[11];
    date_text(date, text);
    return arena_copy(m->arena, text, strlen(text));
}

/* The days from a to b are answered by quarter q of the relation. */
static void days_tell(struct model *m, const struct relation *r, int32_t a, int32_t b, const struct quarter *q)
{
    struct item *it = r->item;
    struct span span = it->node->span;
    struct type date = {TYPE_DATE, NULL, ""};
    struct rule *to = &m->rules[m->rule_count];
    if (a < it->from) a = it->from;
    if (b > it->until) b = it->until;
    if (a > b) return;
    *to = (struct rule){.item = it, .kind = m->encounter, .phase = 2};
    struct expr *of = field_expr(m, m->date, AT_RECORD, span), *when = asked_any(m, r, span);
    if (a != DATE_MIN_OPEN) when = two(m, X_AND, two(m, X_LE, expr_const(m, date, a, span), of), when);
    if (b != DATE_OPEN) when = two(m, X_AND, two(m, X_LE, of, expr_const(m, date, b, span)), when);
    to->when = when;
    to->effect.op = OP_NOTE;
    to->effect.args = arena_zero(m->arena, 1, sizeof *to->effect.args);
    if (!to->effect.args) {
        m->oom = 1;
        return;
    }
    to->effect.args[to->effect.arg_count++] = of;
    const struct ast_node *label = ast_child(it->node, AST_LABEL);
    to->effect.message = arena_printf(
        m->arena, "%s: no table of the quarter of {0} is loaded; that of %s to %s answers (%s)",
        label ? text_z(m, label->text) : text_z(m, it->name), day(m, q->from), day(m, q->until), text_z(m, it->name));
    m->rule_count++;
}

void quarters_tell(struct model *m)
{
    unsigned more = 0;
    for (unsigned i = 0; i < m->relation_count; i++) more += m->relations[i].quarter_count + 1u;
    struct rule *all = arena_zero(m->arena, m->rule_count + more, sizeof *all);
    if (!all || !m->date) return;
    if (m->rule_count) memcpy(all, m->rules, m->rule_count * sizeof *all);
    m->rules = all;
    for (unsigned i = 0; i < m->relation_count; i++) {
        const struct relation *r = &m->relations[i];
        if (!r->quarter_count || !r->asked || r->state != CHECKED) continue;
        days_tell(m, r, DATE_MIN_OPEN, r->quarters[0].from - 1, &r->quarters[0]);
        for (unsigned q = 0; q < r->quarter_count; q++) {
            int32_t next = q + 1 < r->quarter_count ? r->quarters[q + 1].from - 1 : DATE_OPEN;
            if (r->quarters[q].until < next) days_tell(m, r, r->quarters[q].until + 1, next, &r->quarters[q]);
        }
    }
}
