/* Which items both versions have, which are new or gone; and what differs in their clauses: conditions, expressions,
 * criteria, effects, dates, sources. Rows and entries: diff_rows.c, diff_codes.c. */
#include "compiler/difference.h"

#include "base/date.h"

#include <stdlib.h>
#include <string.h>

static const char *kind_word(const struct item *it)
{
    switch (it->kind) {
    case AST_CITE_ITEM: return "cite";
    case AST_ORDER: return "order";
    default: return ast_kind_word(it->kind);
    }
}

/* ---- clauses */

/* Clauses that are compared together: what defines a `define`, all ways of a `choose`. */
static int clause_class(const struct ast_node *n) { return n->kind == AST_WHEN ? AST_IS : (int)n->kind; }

static int is_clause(const struct ast_node *n)
{
    return n->kind != AST_ROWS && n->kind != AST_ENTRIES && n->kind != AST_EXCEPT && n->kind != AST_EFFECTIVE &&
           n->kind != AST_CITE;
}

static int same_class(const struct ast_node *a, const struct ast_node *b)
{
    if (!is_clause(a) || clause_class(a) != clause_class(b)) return 0;
    return a->kind != AST_FOLD || text_equal(a->text, b->text);
}

static struct part clause_part(const struct ast_node *n) { return (struct part){.node = n}; }

static void clauses_take(struct edict_difference *d, struct slot *s, int now, const struct ast_node *item,
                         const struct ast_node *like)
{
    for (const struct ast_node *c = item->first; c; c = c->next)
        if (same_class(c, like)) part_add(d, s, now, clause_part(c));
}

static const char *parts_canon(struct edict_difference *d, const struct part *parts, unsigned count)
{
    struct buffer b;
    buffer_init_in(&b, 0, &d->arena);
    for (unsigned i = 0; i < count; i++) {
        const struct ast_node *n = parts[i].node, *label = ast_child(n, AST_LABEL);
        buffer_text(&b, node_canon(d, n));
        if (n->kind == AST_LABEL) buffer_json(&b, n->text.at, n->text.size);
        if (label) buffer_json(&b, label->text.at, label->text.size); /* what to hold with, a path */
        if (n->kind == AST_FROM_FILE)
            for (const struct ast_node *l = label ? label->next : NULL; l; l = l->next)
                buffer_json(&b, l->text.at, l->text.size);
    }
    const char *out = text_copy(d, (struct text){b.at, (uint32_t)b.size});
    if (b.failed) d->oom = 1;
    buffer_free(&b);
    return out;
}

static const char *parts_text(struct edict_difference *d, const struct part *parts, unsigned count)
{
    const char *out = "";
    for (unsigned i = 0; i < count; i++) {
        out = arena_printf(&d->arena, "%s%s%s", out, *out ? "; " : "", node_text(d, parts[i].node));
        if (!out) return "";
    }
    return out;
}

/* ---- conditions: which of their parts come and go */

enum { CONJUNCTS = 64 };
struct conjuncts {
    const struct ast_node *at[CONJUNCTS];
    const char *canon[CONJUNCTS];
    unsigned count;
};

static void conjuncts_read(struct edict_difference *d, struct conjuncts *c, const struct ast_node *n)
{
    if (!n) return;
    if (n->kind == AST_COND && n->op == OP_AND) {
        for (const struct ast_node *x = n->first; x; x = x->next) conjuncts_read(d, c, x);
    } else if (c->count < CONJUNCTS) {
        c->canon[c->count] = node_canon(d, n);
        c->at[c->count++] = n;
    }
}

static const char *conjuncts_left(struct edict_difference *d, const struct conjuncts *a, const struct conjuncts *b,
                                  unsigned *count)
{
    const char *out = "";
    *count = 0;
    for (unsigned i = 0; i < a->count; i++) {
        unsigned k = 0;
        while (k < b->count && strcmp(a->canon[i], b->canon[k]) != 0) k++;
        if (k < b->count) continue;
        out = arena_printf(&d->arena, "%s%s%s", out, *out ? " and " : "", node_text(d, a->at[i]));
        if (!out) return "";
        ++*count;
    }
    return out;
}

static const char *condition_words(struct edict_difference *d, const struct ast_node *old, const struct ast_node *now)
{
    struct conjuncts a = {.count = 0}, b = {.count = 0};
    unsigned lost, won;
    conjuncts_read(d, &a, old);
    conjuncts_read(d, &b, now);
    const char *less = conjuncts_left(d, &a, &b, &lost), *more = conjuncts_left(d, &b, &a, &won);
    const char *out = lost && won ? arena_printf(&d->arena, "%s -> %s", less, more)
                      : lost      ? arena_printf(&d->arena, "no longer asks for %s", less)
                                  : arena_printf(&d->arena, "now also asks for %s", more);
    return out ? out : "";
}

/* `for each KIND [of KIND] where …`: the condition where only it differs. */
static const char *condition_of(struct edict_difference *d, const struct slot *s)
{
    if (s->olds != 1 || s->news != 1) return NULL;
    const struct ast_node *a = s->old->node, *b = s->now->node;
    if (a->kind != b->kind) return NULL;
    if (a->kind == AST_FOR_EACH) {
        const struct ast_node *of = ast_child(a, AST_OF), *to = ast_child(b, AST_OF), *x = ast_child(a, AST_WHERE),
                              *y = ast_child(b, AST_WHERE);
        if (!text_equal(a->text, b->text) || !same_text(node_canon(d, of), node_canon(d, to))) return NULL;
        return condition_words(d, x ? x->first : NULL, y ? y->first : NULL);
    }
    if (a->kind == AST_WHEN || a->kind == AST_WHERE || a->kind == AST_AMONG)
        return condition_words(d, a->first, b->first);
    return NULL;
}

static const char *effect_words(struct edict_difference *d, const struct ast_node *a, const struct ast_node *b)
{
    const struct ast_node *x = a->first, *y = b->first;
    const char *out = NULL;
    if (x && y && x->op == y->op && same_text(node_canon(d, x->first), node_canon(d, y->first)) && x->text.size)
        out = arena_printf(&d->arena, "says \"%s\" -> \"%s\"", text_copy(d, x->text), text_copy(d, y->text));
    else out = arena_printf(&d->arena, "%s -> %s", node_text(d, a), node_text(d, b));
    return out ? out : "";
}

/* The quarters of a relation's files: "2026Q2". */
static const char *quarters_text(struct edict_difference *d, const struct model *m, const struct item *it)
{
    const char *out = "";
    for (unsigned i = 0; i < m->relation_count; i++) {
        const struct relation *r = &m->relations[i];
        if (r->item->kind != it->kind || !text_equal(r->name, it->name)) continue;
        for (unsigned q = 0; q < r->quarter_count && out; q++) {
            int year, month, day;
            date_parts(r->quarters[q].from, &year, &month, &day);
            out = arena_printf(&d->arena, "%s%s%dQ%d", out, q ? ", " : "", year, (month + 2) / 3);
        }
    }
    return out ? out : "";
}

/* Rows are compared by themselves; here is only which files they come from, and of which quarters. */
static void files_say(struct edict_difference *d, struct pair *p, struct slot *s)
{
    const char *a = quarters_text(d, &d->old->model, p->old), *b = quarters_text(d, &d->now->model, p->now);
    int quarters = strcmp(a, b) != 0;
    struct change *c = s->change = change_new(d, "table file", quarters, item_text(d, p->old));
    change_cite(d, c, p->now->cite);
    if (quarters)
        change_say(d, c, "%s: table of %s -> %s", item_words(d, p->now), *a ? a : "no quarter", *b ? b : "no quarter");
    else
        change_say(d, c, "%s: %s -> %s", item_words(d, p->now), s->olds ? node_text(d, s->old->node) : "rows",
                   s->news ? node_text(d, s->now->node) : "rows");
}

static void clause_say(struct edict_difference *d, struct pair *p, struct slot *s)
{
    const struct ast_node *any = s->olds ? s->old->node : s->now->node;
    int speaks = p->old->kind == AST_BUNDLE || p->old->kind == AST_LIMIT, label = any->kind == AST_LABEL;
    const char *name = arena_printf(&d->arena, "%s%s%s", item_text(d, p->old), any->kind == AST_FOLD ? " " : "",
                                    any->kind == AST_FOLD ? text_copy(d, any->text) : "");
    struct change *c = s->change =
        change_new(d, label && !speaks ? "label" : kind_word(p->old), !label || speaks, name ? name : "");
    const char *words = item_words(d, p->now), *cond = condition_of(d, s);
    change_cite(d, c, p->now->cite);
    if (label)
        change_say(d, c, "%s: says \"%s\" -> \"%s\"", item_text(d, p->old), s->olds ? text_copy(d, any->text) : "",
                   s->news ? text_copy(d, s->now->node->text) : "");
    else if (cond) change_say(d, c, "%s: %s", words, cond);
    else if (any->kind == AST_THEN && s->olds && s->news)
        change_say(d, c, "%s: %s", words, effect_words(d, s->old->node, s->now->node));
    else if (!s->olds) change_say(d, c, "%s: %s added", words, parts_text(d, s->now, s->news));
    else if (!s->news) change_say(d, c, "%s: %s left out", words, parts_text(d, s->old, s->olds));
    else change_say(d, c, "%s: %s -> %s", words, parts_text(d, s->old, s->olds), parts_text(d, s->now, s->news));
}

static void clause_compare(struct edict_difference *d, struct pair *p, const struct ast_node *like)
{
    struct slot *s = slot_new(d, p, SLOT_CLAUSE);
    clauses_take(d, s, 0, p->old->node, like);
    clauses_take(d, s, 1, p->now->node, like);
    if (same_text(parts_canon(d, s->old, s->olds), parts_canon(d, s->now, s->news))) return;
    if (like->kind == AST_FROM_FILE) files_say(d, p, s);
    else clause_say(d, p, s);
}

static int seen_before(const struct ast_node *item, const struct ast_node *n)
{
    for (const struct ast_node *c = item->first; c && c != n; c = c->next)
        if (same_class(c, n)) return 1;
    return 0;
}

static int item_has(const struct ast_node *item, const struct ast_node *n)
{
    for (const struct ast_node *c = item->first; c; c = c->next)
        if (same_class(c, n)) return 1;
    return 0;
}

static void clauses_compare(struct edict_difference *d, struct pair *p)
{
    const struct ast_node *old = p->old->node, *now = p->now->node;
    for (const struct ast_node *c = old->first; c; c = c->next)
        if (is_clause(c) && !seen_before(old, c)) clause_compare(d, p, c);
    for (const struct ast_node *c = now->first; c; c = c->next)
        if (is_clause(c) && !seen_before(now, c) && !item_has(old, c)) clause_compare(d, p, c);
}

/* ---- dates and sources of an item as a whole */

static const char *span_text(struct edict_difference *d, int32_t from, int32_t until)
{
    const char *a = date_shown(d, from), *b = date_shown(d, until);
    if (!a && !b) return "always";
    const char *out = arena_printf(&d->arena, "%s%s%s%s%s", a ? "from " : "", a ? a : "", a && b ? " " : "",
                                   b ? "until " : "", b ? b : "");
    return out ? out : "";
}

static void dates_compare(struct edict_difference *d, struct pair *p)
{
    const struct item *a = p->old, *b = p->now;
    int whole = a->kind == AST_RULE || ast_child(a->node, AST_FROM_FILE);
    if (!whole || (a->from == b->from && a->until == b->until)) return;
    struct change *c = p->dates = change_new(d, "dates", 1, item_text(d, a));
    change_cite(d, c, b->cite);
    change_say(d, c, "%s: in effect %s -> %s", item_words(d, b), span_text(d, a->from, a->until),
               span_text(d, b->from, b->until));
}

static void cite_compare(struct edict_difference *d, struct pair *p)
{
    const char *a = cites_text(d, p->old->cite), *b = cites_text(d, p->now->cite);
    if (same_text(node_canon(d, p->old->cite), node_canon(d, p->now->cite))) return;
    struct change *c = p->cite = change_new(d, "cite", 1, item_text(d, p->old));
    change_cite(d, c, p->now->cite);
    change_say(d, c, "%s: source %s -> %s", item_words(d, p->now), *a ? a : "none", *b ? b : "none");
}

/* ---- items */

/* Do they differ in what no slot can hold: what the item is of? */
static int is_other(struct edict_difference *d, const struct item *a, const struct item *b)
{
    if (a->kind != b->kind) return 1;
    if (a->kind != AST_GROUP && a->kind != AST_PAIR && a->kind != AST_BILL && a->kind != AST_ORDER) return 0;
    return !text_equal(name_mapped(d, &d->arena, a->node, NULL), b->node->text);
}

static void whole_say(struct edict_difference *d, struct pair *p)
{
    const struct item *it = p->now ? p->now : p->old;
    int answers = it->kind != AST_CITE_ITEM;
    struct change *c = p->whole = change_new(d, answers ? "item" : "cite", answers, item_text(d, it));
    const struct ast_node *then = ast_child(it->node, AST_THEN);
    if (p->now) change_cite(d, c, p->now->cite);
    if (p->now && (it->from != DATE_MIN_OPEN || it->until != DATE_OPEN)) change_dates(d, c, it->from, it->until);
    if (p->old && p->now) change_say(d, c, "%s is now %s", item_words(d, p->old), item_words(d, p->now));
    else
        change_say(d, c, "%s %s%s%s", item_words(d, it), p->now ? "added" : "removed", then ? ": " : "",
                   then ? node_text(d, then) : "");
}

static void cite_item_compare(struct edict_difference *d, struct pair *p)
{
    static const enum ast_kind said[] = {AST_LABEL, AST_SECTION, AST_URL, AST_READ};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        const struct ast_node *a = ast_child(p->old->node, said[i]), *b = ast_child(p->now->node, said[i]);
        const struct ast_node *x = a && a->first ? a->first : a, *y = b && b->first ? b->first : b;
        struct text none = {"", 0}, t = x ? x->text : none, u = y ? y->text : none;
        if (text_equal(t, u)) continue;
        struct change *c = change_new(d, "cite", 0, item_text(d, p->old));
        change_say(d, c, "%s: %s \"%s\" -> \"%s\"", item_text(d, p->old),
                   said[i] == AST_LABEL ? "title" : ast_kind_word(said[i]), text_copy(d, t), text_copy(d, u));
    }
}

static int is_table(const struct item *it)
{
    return it->kind == AST_RELATION || it->kind == AST_BUNDLE || it->kind == AST_LIMIT;
}

static void pair_compare(struct edict_difference *d, struct pair *p)
{
    if (!p->old && !p->now) return; /* renamed */
    if ((p->old ? p->old : p->now)->kind == AST_POLICIES) {
        policies_compare(d, p);
        return;
    }
    if (!p->old || !p->now || is_other(d, p->old, p->now)) {
        whole_say(d, p);
        return;
    }
    if (p->old->kind == AST_CITE_ITEM) {
        cite_item_compare(d, p);
        return;
    }
    clauses_compare(d, p);
    dates_compare(d, p);
    cite_compare(d, p);
    if (p->old->kind == AST_CODES) codes_compare(d, p);
    else if (!is_table(p->old) || !tables_compare(d, p)) rows_compare(d, p);
}

/* By kind and name, as composed items stand. */
static int place_order(const struct item *a, const struct item *b)
{
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return text_compare(a->name, b->name);
}

static void pairs_make(struct edict_difference *d)
{
    unsigned n = 0;
    struct item *a = d->old->model.items, *b = d->read.items;
    for (const struct item *it = a; it; it = it->next) n++;
    for (const struct item *it = b; it; it = it->next) n++;
    d->pairs = arena_zero(&d->arena, n + 1u, sizeof *d->pairs);
    if (!d->pairs) {
        d->oom = 1;
        return;
    }
    while (a || b) {
        int order = !a ? 1 : !b ? -1 : place_order(a, b);
        struct pair *p = &d->pairs[d->pair_count++];
        if (order <= 0) p->old = a;
        if (order >= 0) p->now = b;
        if (order <= 0) a = a->next;
        if (order >= 0) b = b->next;
    }
}

/* ---- the pack itself */

static void pack_compare(struct edict_difference *d)
{
    static const enum ast_kind said[] = {AST_TITLE, AST_VERSION, AST_OWNER};
    const struct pack *a = d->old->model.packs, *b = d->read.packs;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        const struct ast_node *x = ast_child(a->node, said[i]), *y = ast_child(b->node, said[i]);
        struct text none = {"", 0}, t = x ? x->text : none, u = y ? y->text : none;
        if (text_equal(t, u)) continue;
        struct change *c = change_new(d, "header", 0, ast_kind_word(said[i]));
        change_say(d, c, "%s of the pack: %s -> %s", ast_kind_word(said[i]), text_copy(d, t), text_copy(d, u));
    }
    if (a->from != b->from || a->until != b->until) {
        d->effective = change_new(d, "dates", 1, "pack effective");
        change_say(d, d->effective, "the pack is in effect %s -> %s", span_text(d, a->from, a->until),
                   span_text(d, b->from, b->until));
    }
    const struct ast_node *x = ast_child(a->node, AST_ANSWERS), *y = ast_child(b->node, AST_ANSWERS);
    if (!same_text(node_canon(d, x), node_canon(d, y))) {
        d->answers = change_new(d, "answers", 1, "pack answers");
        change_say(d, d->answers, "the pack answers %s -> %s", x ? node_text(d, x->first) : "every encounter",
                   y ? node_text(d, y->first) : "every encounter");
    }
}

/* ---- tests: those of the pack itself, each by what it says */

static const struct ast_node *tests_rows(const struct ast_node *item)
{
    return item->kind == AST_TESTS ? ast_child(item, AST_ROWS) : NULL;
}

static int tests_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, *count of them. NULL: no memory. */
static const char **tests_read(struct edict_difference *d, const struct pack *p, unsigned *count)
{
    unsigned n = 0, room = 1;
    for (const struct ast_node *t = p->file->root->first; t; t = t->next)
        for (const struct ast_node *r = tests_rows(t) ? tests_rows(t)->first : NULL; r; r = r->next) room++;
    const char **all = arena_alloc(&d->arena, room * sizeof *all);
    if (!all) return NULL;
    for (const struct ast_node *t = p->file->root->first; t; t = t->next) {
        const struct ast_node *rows = tests_rows(t);
        const char *before = "";
        for (const struct ast_node *c = t->first; rows && c; c = c->next)
            if (c->kind == AST_DEFAULTS) before = arena_printf(&d->arena, "%s%s", before, node_canon(d, c));
        const struct ast_node *header = rows ? ast_child(rows, AST_HEADER) : NULL;
        const char *columns = node_canon(d, header);
        for (const struct ast_node *r = rows ? rows->first : NULL; r; r = r->next) {
            if (r->kind != AST_ROW) continue;
            const char *test = arena_printf(&d->arena, "%s%s%s", before ? before : "", columns, node_canon(d, r));
            if (test) all[n++] = test;
        }
    }
    qsort(all, n, sizeof *all, tests_order);
    *count = n;
    return all;
}

static unsigned tests_less(const char *const *a, unsigned n, const char *const *b, unsigned m)
{
    unsigned less = 0;
    for (unsigned i = 0, k = 0; i < n; i++) {
        while (k < m && strcmp(b[k], a[i]) < 0) k++;
        less += k == m || strcmp(a[i], b[k]) != 0;
    }
    return less;
}

static void tests_compare(struct edict_difference *d)
{
    unsigned n = 0, m = 0;
    const char **a = tests_read(d, d->old->model.packs, &n), **b = tests_read(d, d->read.packs, &m);
    if (!a || !b) {
        d->oom = 1;
        return;
    }
    unsigned lost = tests_less(a, n, b, m), won = tests_less(b, m, a, n);
    if (!lost && !won) return;
    struct change *c = change_new(d, "tests", 0, "tests");
    change_say(d, c, "tests of the pack: %u new, %u gone", won, lost);
}

void items_compare(struct edict_difference *d)
{
    pack_compare(d);
    tests_compare(d);
    pairs_make(d);
    if (!d->oom) renames_find(d);
    for (unsigned i = 0; i < d->pair_count && !d->oom; i++) pair_compare(d, &d->pairs[i]);
}
