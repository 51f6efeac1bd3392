/* Items that have another name in the new version and are else the same: their names are taken for the same one when
 * both versions are compared, and a hybrid uses the name of the one or the other version everywhere. */
#include "compiler/difference.h"

#include <string.h>

/* ---- which nodes name something */

static int is_word_permitted(const struct edict_difference *d, struct text t)
{
    for (int side = 0; side < 2; side++) {
        const struct model *m = side ? &d->now->model : &d->old->model;
        for (unsigned i = 0; i < m->word_count; i++)
            if (text_is(t, m->words[i])) return 1;
    }
    return 0;
}

static int names_something(const struct edict_difference *d, const struct ast_node *n)
{
    switch (n->kind) {
    case AST_VALUE: return n->op == OP_WORD && !is_word_permitted(d, n->text);
    case AST_LABEL:
    case AST_TITLE:
    case AST_CELL: return 0;
    default: return 1;
    }
}

/* A text with `{NAME}` in it, the name exchanged; or NULL. */
static const char *message_map(struct arena *arena, struct text t, struct text from, struct text to)
{
    for (uint32_t i = 0; i + from.size + 2 <= t.size; i++)
        if (t.at[i] == '{' && t.at[i + from.size + 1] == '}' && !memcmp(t.at + i + 1, from.at, from.size))
            return arena_printf(arena, "%.*s%.*s%.*s", (int)i + 1, t.at, (int)to.size, to.at,
                                (int)(t.size - i - 1 - from.size), t.at + i + 1 + from.size);
    return NULL;
}

int node_is_old(const struct edict_difference *d, const struct ast_node *n)
{
    return n->span.source < d->old->model.source_count;
}

/* What the node says with the names changed; `chosen`: of the changes, or NULL for the new names everywhere. */
struct text name_mapped(struct edict_difference *d, struct arena *arena, const struct ast_node *n,
                        const unsigned char *chosen)
{
    const int old = node_is_old(d, n);
    struct text t = n->text;
    for (const struct rename *r = d->renames; r && t.size; r = r->next) {
        const int applied = !chosen || chosen[r->change->number];
        if (old != applied) continue;
        const struct text from = old ? r->old : r->now, to = old ? r->now : r->old;
        if (n->kind == AST_EFFECT) {
            const char *words = message_map(arena, t, from, to);
            if (words) t = text_of(words);
        } else if (text_equal(t, from) && names_something(d, n)) return to;
    }
    return t;
}

static int node_changes(struct edict_difference *d, struct arena *arena, const struct ast_node *n,
                        const unsigned char *chosen)
{
    struct text t = name_mapped(d, arena, n, chosen);
    if (t.size != n->text.size || (t.size && memcmp(t.at, n->text.at, t.size))) return 1;
    for (const struct ast_node *c = n->first; c; c = c->next)
        if (node_changes(d, arena, c, chosen)) return 1;
    return 0;
}

static struct ast_node *node_rename(struct edict_difference *d, struct arena *arena, const struct ast_node *n,
                                    const unsigned char *chosen)
{
    struct ast_node *to = arena_alloc(arena, sizeof *to);
    if (!to) return NULL;
    *to = *n;
    to->text = name_mapped(d, arena, n, chosen);
    to->first = to->last = to->next = NULL;
    for (const struct ast_node *c = n->first; c; c = c->next) {
        struct ast_node *child = node_rename(d, arena, c, chosen);
        if (!child) return NULL;
        ast_append(to, child);
    }
    return to;
}

const struct ast_node *names_apply(struct edict_difference *d, struct arena *arena, const struct ast_node *n,
                                   const unsigned char *chosen)
{
    if (!n || !d->renames || !node_changes(d, arena, n, chosen)) return n;
    const struct ast_node *to = node_rename(d, arena, n, chosen);
    return to ? to : n;
}

/* ---- finding them */

/* All that an item says, names that only one version has made one and the same. */
static void masked(struct edict_difference *d, struct buffer *b, const struct ast_node *n, const struct text *lost,
                   unsigned count)
{
    if (!n || n->kind == AST_LABEL || n->kind == AST_CITE) return;
    buffer_printf(b, "(%d %d ", (int)n->kind, (int)n->op);
    unsigned i = 0;
    while (i < count && !text_equal(n->text, lost[i])) i++;
    if (i < count && names_something(d, n)) buffer_byte(b, '*');
    else if (n->kind == AST_EFFECT) {
        const char *words = NULL;
        for (i = 0; i < count && !words; i++) words = message_map(&d->arena, n->text, lost[i], text_of("*"));
        buffer_text(b, words ? words : text_copy(d, n->text));
    } else buffer_json(b, n->text.at ? n->text.at : "", n->text.size);
    for (const struct ast_node *c = n->first; c; c = c->next) masked(d, b, c, lost, count);
    buffer_byte(b, ')');
}

static const char *item_masked(struct edict_difference *d, const struct item *it, const struct text *lost,
                               unsigned count)
{
    struct buffer b;
    buffer_init_in(&b, 0, &d->arena);
    for (const struct ast_node *c = it->node->first; c; c = c->next)
        if (c->kind != AST_ROWS && c->kind != AST_ENTRIES && c->kind != AST_EXCEPT && c->kind != AST_EFFECTIVE)
            masked(d, &b, c, lost, count);
    masked(d, &b, it->header, lost, count);
    for (unsigned r = 0; r < it->row_count; r++) {
        buffer_printf(&b, "{%d %d}", it->rows[r].from, it->rows[r].until);
        masked(d, &b, it->rows[r].node, lost, count);
    }
    for (unsigned e = 0; e < it->entry_count; e++) {
        buffer_printf(&b, "<%d %d %d>", it->entries[e].from, it->entries[e].until, it->entries[e].except);
        masked(d, &b, it->entries[e].node, lost, count);
    }
    const char *out = text_copy(d, (struct text){b.at, (uint32_t)b.size});
    if (b.failed) d->oom = 1;
    buffer_free(&b);
    return out;
}

/* Is the name that of something else too? Then nobody can tell which of them is meant. */
static int name_taken(const struct edict_difference *d, const struct item *it, struct text name)
{
    for (unsigned i = 0; i < d->pair_count; i++) {
        const struct item *o = d->pairs[i].old, *n = d->pairs[i].now;
        if ((o && o != it && o->kind != AST_CITE_ITEM && text_equal(o->name, name)) ||
            (n && n != it && n->kind != AST_CITE_ITEM && text_equal(n->name, name)))
            return 1;
    }
    for (int side = 0; side < 2; side++) {
        const struct model *m = side ? &d->now->model : &d->old->model;
        for (const struct kind *k = m->kinds; k; k = k->next)
            for (const struct field *f = k->fields; f; f = f->next)
                if (f->how == FIELD_FACT && text_equal(f->name, name)) return 1;
        for (const struct field *f = it ? m->policies : NULL; f; f = f->next)
            if (text_equal(f->name, name)) return 1;
    }
    return 0;
}

static int label_same(const struct item *a, const struct item *b)
{
    const struct ast_node *x = ast_child(a->node, AST_LABEL), *y = ast_child(b->node, AST_LABEL);
    return x && y && x->text.size && text_equal(x->text, y->text);
}

static int shows_in_answers(const struct item *it)
{
    switch (it->kind) {
    case AST_RULE:
    case AST_BUNDLE:
    case AST_LIMIT:
    case AST_TABLE:
    case AST_THRESHOLD:
    case AST_CHOOSE:
    case AST_BILL: return 1;
    default: return 0;
    }
}

static struct rename *rename_new(struct edict_difference *d, struct text old, struct text now)
{
    struct rename *r = arena_zero(&d->arena, 1, sizeof *r);
    if (!r) {
        d->oom = 1;
        return NULL;
    }
    *r = (struct rename){.old = old, .now = now, .next = d->renames};
    d->renames = r;
    return r;
}

static void rename_add(struct edict_difference *d, struct pair *p, struct pair *q)
{
    struct rename *r = rename_new(d, p->old->name, q->now->name);
    if (!r) return;
    r->change = change_new(d, "rename", shows_in_answers(p->old), item_text(d, p->old));
    change_say(d, r->change, "%s is now called %s", item_words(d, p->old), text_copy(d, r->now));
    p->now = q->now;
    p->renamed = r->change;
    q->now = NULL; /* an empty pair: passed over */
}

/* Policies: the same values, of which the same one holds, and the same question. */
static int policy_same(const struct field *a, const struct field *b)
{
    const struct policy *x = a->policy, *y = b->policy;
    if (x->count != y->count || x->is != y->is || strcmp(x->decides, y->decides)) return 0;
    for (unsigned i = 0; i < x->count; i++)
        if (strcmp(x->values[i].written, y->values[i].written)) return 0;
    return 1;
}

static int policy_has(const struct model *m, struct text name)
{
    const struct field *f = m->policies;
    while (f && !text_equal(f->name, name)) f = f->next;
    return f != NULL;
}

static void policies_find(struct edict_difference *d)
{
    for (const struct field *a = d->old->model.policies; a; a = a->next)
        for (const struct field *b = d->now->model.policies; b; b = b->next) {
            if (policy_has(&d->now->model, a->name) || policy_has(&d->old->model, b->name) || !policy_same(a, b) ||
                name_taken(d, NULL, a->name) || name_taken(d, NULL, b->name))
                continue;
            struct rename *r = d->renames;
            while (r && !text_equal(r->old, a->name) && !text_equal(r->now, b->name)) r = r->next;
            if (r || !(r = rename_new(d, a->name, b->name))) continue;
            const char *old = text_copy(d, a->name), *item = arena_printf(&d->arena, "policy %s", old);
            r->change = change_new(d, "rename", 0, item ? item : "");
            change_say(d, r->change, "policy %s is now called %s", old, text_copy(d, b->name));
        }
}

struct text name_new(const struct edict_difference *d, struct text old)
{
    for (const struct rename *r = d->renames; r; r = r->next)
        if (text_equal(r->old, old)) return r->now;
    return old;
}

void renames_find(struct edict_difference *d)
{
    struct text *lost = arena_alloc(&d->arena, (d->pair_count + 1) * sizeof *lost);
    unsigned count = 0;
    if (!lost) {
        d->oom = 1;
        return;
    }
    for (unsigned i = 0; i < d->pair_count; i++) {
        const struct pair *p = &d->pairs[i];
        const struct item *it = !p->old ? p->now : !p->now ? p->old : NULL;
        if (it && it->kind != AST_CITE_ITEM && it->kind != AST_POLICIES && it->kind != AST_ORDER)
            lost[count++] = it->name;
    }
    for (int exact = 1; exact >= 0; exact--)
        for (unsigned i = 0; i < d->pair_count; i++)
            for (unsigned k = 0; k < d->pair_count; k++) {
                struct pair *p = &d->pairs[i], *q = &d->pairs[k];
                if (!p->old || p->now || q->old || !q->now || p->old->kind != q->now->kind) continue;
                if (p->old->kind == AST_CITE_ITEM || p->old->kind == AST_POLICIES || p->old->kind == AST_FACTS)
                    continue;
                if (name_taken(d, p->old, p->old->name) || name_taken(d, q->now, q->now->name)) continue;
                if (exact ? same_text(item_masked(d, p->old, lost, count), item_masked(d, q->now, lost, count))
                          : label_same(p->old, q->now))
                    rename_add(d, p, q);
            }
    policies_find(d);
}
