/* The old version with some of the changes: composed items of both versions in one model, compiled. Of every slot the
 * new parts are taken where its change was chosen. */
#include "compiler/diff_tables.h"

#include <assert.h>
#include <string.h>

struct hybrid {
    struct edict_difference *d;
    const unsigned char *chosen;
    struct arena *arena;
    int oom;
};

static int takes(const struct hybrid *h, const struct change *c) { return c && h->chosen[c->number]; }

static void *make(struct hybrid *h, size_t count, size_t size)
{
    void *at = arena_zero(h->arena, count ? count : 1, size);
    if (!at) h->oom = 1;
    return at;
}

/* A copy of one node, its children shared. */
static struct ast_node *node_copy(struct hybrid *h, const struct ast_node *n)
{
    struct ast_node *c = make(h, 1, sizeof *c);
    if (!c) return NULL;
    *c = *n;
    c->next = NULL;
    return c;
}

static void child_copy(struct hybrid *h, struct ast_node *to, const struct ast_node *n)
{
    struct ast_node *c = n ? node_copy(h, n) : NULL;
    if (c) ast_append(to, c);
}

/* ---- rows under another header */

static const struct ast_node *cell_named(const struct part *row, const struct ast_node *name)
{
    const struct ast_node *h = row->header ? row->header->first : NULL, *c = row->node->first;
    for (; h && c; h = h->next, c = c->next)
        if (text_equal(h->text, name->text)) return c;
    return NULL;
}

static int headers_same(const struct ast_node *a, const struct ast_node *b)
{
    if (a == b) return 1;
    if (!a || !b) return 0;
    a = a->first;
    b = b->first;
    for (; a && b; a = a->next, b = b->next)
        if (!text_equal(a->text, b->text)) return 0;
    return !a && !b;
}

static const struct ast_node *row_lay(struct hybrid *h, const struct part *row, const struct ast_node *header)
{
    if (headers_same(row->header, header)) return row->node;
    struct ast_node *n = node_copy(h, row->node);
    if (!n) return row->node;
    n->first = n->last = NULL;
    int first = 1;
    for (const struct ast_node *c = header->first; c; c = c->next) {
        const struct ast_node *cell = cell_named(row, c);
        if (first && row->node->first && row->node->first->op == OP_OTHERWISE) cell = row->node->first;
        else if (cell && cell->op == OP_OTHERWISE) cell = NULL; /* it stands in the first column alone */
        struct ast_node empty = {.kind = AST_CELL, .op = OP_EMPTY, .text = {"", 0}, .span = row->node->span};
        child_copy(h, n, cell ? cell : &empty);
        first = 0;
    }
    return n;
}

static int opens(const struct ast_node *cell)
{
    return !cell || cell->op == OP_ANY || cell->op == OP_EMPTY || cell->op == OP_OTHERWISE;
}

/* The old columns, of the new ones those that a row at hand says something in; without old ones in which none does. */
static const struct ast_node *header_make(struct hybrid *h, const struct pair *p, const struct part *rows,
                                          unsigned count)
{
    const struct ast_node *old = names_apply(h->d, h->arena, p->old ? p->old->header : NULL, h->chosen),
                          *now = names_apply(h->d, h->arena, p->now ? p->now->header : NULL, h->chosen);
    if (!old || !now || headers_same(old, now)) return old ? old : now;
    struct ast_node *n = node_copy(h, old);
    if (!n) return old;
    n->first = n->last = NULL;
    for (int side = 1; side >= 0; side--) /* new columns first: they ask, results stand behind */
        for (const struct ast_node *c = side ? now->first : old->first; c; c = c->next) {
            const struct ast_node *o = side ? old->first : now->first;
            while (o && !text_equal(o->text, c->text)) o = o->next;
            if (side && o) continue;
            int said = 0;
            for (unsigned i = 0; i < count; i++) said |= !opens(cell_named(&rows[i], c));
            if (o || said) child_copy(h, n, c);
        }
    return n;
}

/* ---- items */

static unsigned parts_count(const struct hybrid *h, const struct pair *p, enum slot_kind kind)
{
    unsigned n = 0;
    for (const struct slot *s = p->first; s; s = s->next)
        if (s->kind == kind) n += takes(h, s->change) ? s->news : s->olds;
    return n;
}

static struct part *parts_take(struct hybrid *h, const struct pair *p, enum slot_kind kind, unsigned *count)
{
    unsigned n = 0;
    struct part *all = make(h, parts_count(h, p, kind) + 1u, sizeof *all);
    for (const struct slot *s = p->first; s && all; s = s->next) {
        if (s->kind != kind) continue;
        int now = takes(h, s->change);
        unsigned more = now ? s->news : s->olds;
        if (more) memcpy(all + n, now ? s->now : s->old, more * sizeof *all);
        for (; more; more--, n++) {
            all[n].node = names_apply(h->d, h->arena, all[n].node, h->chosen);
            all[n].header = names_apply(h->d, h->arena, all[n].header, h->chosen);
        }
    }
    *count = n;
    return all;
}

static void rows_take(struct hybrid *h, const struct pair *p, struct item *it)
{
    unsigned n;
    struct part *parts = parts_take(h, p, SLOT_ROW, &n);
    it->rows = make(h, n + 1u, sizeof *it->rows);
    if (!parts || !it->rows) return;
    it->header = header_make(h, p, parts, n);
    it->row_count = n;
    for (unsigned i = 0; i < n; i++)
        it->rows[i] = (struct item_row){row_lay(h, &parts[i], it->header), parts[i].from, parts[i].until, parts[i].cite,
                                        parts[i].number};
}

static void entries_take(struct hybrid *h, const struct pair *p, struct item *it)
{
    unsigned n;
    struct part *parts = parts_take(h, p, SLOT_ENTRY, &n);
    it->entries = make(h, n + 1u, sizeof *it->entries);
    if (!parts || !it->entries) return;
    it->entry_count = n;
    for (unsigned i = 0; i < n; i++)
        it->entries[i] =
            (struct item_entry){parts[i].node, parts[i].from, parts[i].until, parts[i].except, parts[i].cite};
}

static int slot_has(const struct slot *s, const struct ast_node *clause)
{
    for (unsigned i = 0; i < s->olds; i++)
        if (s->old[i].node == clause) return 1;
    return 0;
}

static void slot_put(struct hybrid *h, struct ast_node *to, const struct slot *s)
{
    const int now = takes(h, s->change);
    for (unsigned i = 0; i < (now ? s->news : s->olds); i++)
        child_copy(h, to, names_apply(h->d, h->arena, (now ? s->now : s->old)[i].node, h->chosen));
}

/* Clauses where they stand in the old version, new ones behind them. */
static struct ast_node *clauses_join(struct hybrid *h, const struct pair *p, const struct item *it)
{
    struct ast_node *node = node_copy(h, names_apply(h->d, h->arena, p->old->node, h->chosen));
    const struct item *dated = takes(h, p->dates) ? p->now : p->old;
    int cited = 0;
    if (!node) return NULL;
    node->first = node->last = NULL;
    for (const struct ast_node *c = p->old->node->first; c; c = c->next) {
        if (c->kind == AST_CITE && !cited++) child_copy(h, node, it->cite);
        for (const struct slot *s = p->first; s; s = s->next)
            if (s->kind == SLOT_CLAUSE && s->olds && s->old->node == c) slot_put(h, node, s);
            else if (s->kind == SLOT_CLAUSE && slot_has(s, c)) break; /* a further one of the same slot */
    }
    if (!cited) child_copy(h, node, it->cite);
    for (const struct slot *s = p->first; s; s = s->next)
        if (s->kind == SLOT_CLAUSE && !s->olds) slot_put(h, node, s);
    child_copy(h, node, ast_child(dated->node, AST_EFFECTIVE));
    return node;
}

/* A row of the old version with the values of the new one in the columns that were chosen. */
static void row_mix(struct hybrid *h, const struct table_pair *t, struct table_rows *to, size_t first, size_t last)
{
    const struct key_difference *x = &t->differences[first];
    const unsigned n = to->columns;
    int64_t *cells = to->cells + to->count * n;
    memcpy(cells, t->old->cells + x->old->at * n, n * sizeof *cells);
    to->origins[to->count++] = t->old->origins[x->old->at];
    for (size_t i = first; i < last; i++) {
        const struct key_difference *y = &t->differences[i];
        if (!takes(h, y->change)) continue;
        cells[y->column] = table_cell(y->now, y->column);
        to->origins[to->count - 1] = t->now->origins[y->now->at];
        for (unsigned c = t->keys; c < n; c++)
            if (table_follows(t, c, y->column)) cells[c] = table_cell(y->now, c);
    }
}

static void rows_copy(struct table_rows *to, const struct table_row *rows, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const unsigned n = to->columns;
        memcpy(to->cells + to->count * n, rows[i].of->cells + rows[i].at * n, n * sizeof *to->cells);
        to->origins[to->count++] = rows[i].of->origins[rows[i].at];
    }
}

static int is_filed(const struct item *it) { return it->given || ast_child(it->node, AST_FROM_FILE); }

static const struct table_rows *table_make(struct hybrid *h, const struct pair *p, const struct table_pair *t)
{
    int from_file = is_filed(p->old) || is_filed(p->now), chosen = 0;
    if (t->whole) return takes(h, t->whole) ? t->now : t->old;
    for (size_t i = 0; i < t->count; i++) chosen |= takes(h, t->differences[i].change);
    if (!chosen) return from_file ? t->old : NULL;
    struct table_rows *to = make(h, 1, sizeof *to);
    if (!to) return NULL;
    *to = *t->old;
    to->count = 0;
    to->packed = t->old->packed || t->now->packed;
    to->cells = arena_alloc(h->arena, (t->old->count + t->now->count + 1) * to->columns * sizeof *to->cells);
    to->origins = arena_alloc(h->arena, (t->old->count + t->now->count + 1) * sizeof *to->origins);
    if (!to->cells || !to->origins) {
        h->oom = 1;
        return NULL;
    }
    for (size_t i = 0; i < t->olds; i++)
        if (!t->differs[i]) rows_copy(to, &t->old_rows[i], 1);
    for (size_t i = 0, end; i < t->count; i = end) {
        const struct key_difference *x = &t->differences[i];
        for (end = i + 1; end < t->count && x->olds && t->differences[end].old == x->old; end++) {}
        if (end > i + 1) row_mix(h, t, to, i, end);
        else if (takes(h, x->change)) rows_copy(to, x->now, x->news);
        else rows_copy(to, x->old, x->olds);
    }
    return to;
}

/* Is nothing of it chosen? Then it is the old one as it stands; but a table from files, which are not read again. */
static int is_untouched(const struct hybrid *h, const struct pair *p)
{
    if (takes(h, p->dates) || takes(h, p->cite) || (p->table && (is_filed(p->old) || is_filed(p->now)))) return 0;
    for (const struct slot *s = p->first; s; s = s->next)
        if (takes(h, s->change)) return 0;
    if (!p->table) return 1;
    for (size_t i = 0; i < p->table->count; i++)
        if (takes(h, p->table->differences[i].change)) return 0;
    return !takes(h, p->table->whole);
}

/* The item with the names that are chosen, its own too. */
static void names_take(struct hybrid *h, const struct pair *p, struct item *it)
{
    struct item_row *rows = make(h, it->row_count, sizeof *rows);
    struct item_entry *entries = make(h, it->entry_count, sizeof *entries);
    assert(!p->renamed || (p->old && p->now));
    if (p->renamed) it->name = takes(h, p->renamed) ? p->now->name : p->old->name;
    it->node = names_apply(h->d, h->arena, it->node, h->chosen);
    it->header = names_apply(h->d, h->arena, it->header, h->chosen);
    for (unsigned i = 0; i < it->row_count && rows; i++) {
        rows[i] = it->rows[i];
        rows[i].node = names_apply(h->d, h->arena, rows[i].node, h->chosen);
    }
    for (unsigned i = 0; i < it->entry_count && entries; i++) {
        entries[i] = it->entries[i];
        entries[i].node = names_apply(h->d, h->arena, entries[i].node, h->chosen);
    }
    it->rows = rows;
    it->entries = entries;
}

static struct item *item_make(struct hybrid *h, const struct pair *p)
{
    const struct item *from = p->old;
    if (p->whole) from = takes(h, p->whole) ? p->now : p->old;
    else if (!p->old) from = p->now;
    if (!from && p->now && p->now->kind == AST_CITE_ITEM) from = p->now; /* so that it can be cited */
    if (!from && p->old && p->old->kind == AST_CITE_ITEM) from = p->old;
    struct item *it = from ? make(h, 1, sizeof *it) : NULL;
    if (!it) return NULL;
    *it = *from;
    it->id = NONE;
    it->used = 0;
    it->next = NULL;
    if (h->d->renames) names_take(h, p, it);
    if (it->kind == AST_POLICIES) {
        rows_take(h, p, it);
        return it;
    }
    if (p->whole || !p->old || !p->now || it->kind == AST_CITE_ITEM || is_untouched(h, p)) return it;
    if (takes(h, p->dates)) {
        it->from = p->now->from;
        it->until = p->now->until;
    }
    if (takes(h, p->cite)) it->cite = p->now->cite;
    it->node = clauses_join(h, p, it);
    if (p->table) {
        it->ready = table_make(h, p, p->table);
        if (it->ready) it->row_count = 0;
        if (!p->old->header || takes(h, p->table->whole)) it->header = p->now->header;
        return it;
    }
    rows_take(h, p, it);
    entries_take(h, p, it);
    return it;
}

/* ---- the pack */

static struct pack *pack_make(struct hybrid *h)
{
    struct edict_difference *d = h->d;
    const struct pack *old = d->old->model.packs, *now = d->read.packs;
    struct pack *p = make(h, 1, sizeof *p);
    if (!p) return NULL;
    *p = *old;
    if (takes(h, d->effective)) {
        p->from = now->from;
        p->until = now->until;
    }
    struct ast_node *n = node_copy(h, old->node);
    if (!n) return NULL;
    n->first = n->last = NULL;
    for (const struct ast_node *c = old->node->first; c; c = c->next)
        if (c->kind != AST_ANSWERS) child_copy(h, n, c);
    const struct ast_node *answers = ast_child(takes(h, d->answers) ? now->node : old->node, AST_ANSWERS);
    child_copy(h, n, names_apply(d, h->arena, answers, h->chosen));
    p->node = n;
    return p;
}

/* Of which version are the settings of this policy? */
static int policy_takes(const struct hybrid *h, struct text name)
{
    for (unsigned i = 0; i < h->d->pair_count; i++) {
        const struct pair *p = &h->d->pairs[i];
        const struct item *it = p->old ? p->old : p->now;
        if (!it || it->kind != AST_POLICIES) continue;
        for (const struct slot *s = p->first; s; s = s->next)
            if (text_equal(s->policy, name) || text_equal(name_new(h->d, s->policy), name)) return takes(h, s->change);
    }
    return 0;
}

static void settings_take(struct hybrid *h, struct model *m)
{
    struct setting **last = &m->settings;
    for (int now = 0; now < 2; now++)
        for (const struct setting *s = now ? h->d->read.settings : h->d->old->model.settings; s; s = s->next) {
            struct setting *copy = policy_takes(h, s->policy) == now ? make(h, 1, sizeof *copy) : NULL;
            if (!copy) continue;
            *copy = *s;
            struct ast_node named = {.kind = AST_NAME, .text = s->policy, .span = s->row->span};
            copy->policy = name_mapped(h->d, h->arena, &named, h->chosen);
            copy->next = NULL;
            *last = copy;
            last = &copy->next;
        }
}

struct edict_compilation *hybrid_make(struct edict_difference *d, const unsigned char *chosen)
{
    struct edict_compilation *c = compilation_new();
    if (!c) return NULL;
    struct hybrid h = {.d = d, .chosen = chosen, .arena = &c->arena};
    struct model *m = &c->model;
    m->sources = d->sources;
    m->source_count = m->source_room = d->source_count;
    m->packs = pack_make(&h);
    struct item **last = &m->items;
    for (unsigned i = 0; i < d->pair_count && !h.oom; i++) {
        struct item *it = item_make(&h, &d->pairs[i]);
        if (!it) continue;
        *last = it;
        last = &it->next;
    }
    settings_take(&h, m);
    if (h.oom || !compilation_finish(c)) {
        edict_compilation_free(c);
        return NULL;
    }
    return c;
}
