/* The items of a composed pack, each with what it means and which others it names: by these a comparison of answers
 * finds what may have caused a difference. Names are matched by spelling: an item may be said to read one that it does
 * not, never the other way round. */
#include "compiler/compile.h"
#include "compiler/identity.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

struct listing {
    struct arena *arena;
    struct model *m;
    int good;
    edict_item *items;
    struct text *plain, *alias;    /* what rules call it: its name, the kind it makes */
    const struct item **from;      /* NULL: of no item */
    size_t count, room;
    struct buffer bytes;
};

static uint64_t meaning_take(struct listing *l)
{
    uint64_t hash = XXH3_64bits(l->bytes.at ? l->bytes.at : "", l->bytes.size);
    buffer_clear(&l->bytes);
    return hash;
}

/* What stands in l->bytes becomes the meaning of a new item. */
static edict_item *item_add(struct listing *l, const char *name, struct text plain, const struct item *from)
{
    if (l->count == l->room || !name) return NULL;
    edict_item *to = &l->items[l->count];
    l->plain[l->count] = plain;
    l->from[l->count++] = from;
    *to = (edict_item){.name = name};
    to->meaning = to->heading = meaning_take(l);
    return to;
}

static const char *item_shown(struct listing *l, const struct item *it)
{
    const struct ast_node *as = ast_child(it->node, AST_AS);
    int size = (int)it->name.size;
    if ((it->kind == AST_BILL && !as) || it->kind == AST_CODES || it->kind == AST_FACTS || it->kind == AST_RELATION)
        return arena_printf(l->arena, "%s %.*s", ast_kind_word(it->kind), size, it->name.at);
    return arena_printf(l->arena, "%.*s", size, it->name.at);
}

static void rows_add(struct listing *l, edict_item *to, const struct item *it)
{
    edict_item_row *rows = arena_zero(l->arena, it->row_count + 1u, sizeof *rows);
    if (!rows) return;
    for (unsigned r = 0; r < it->row_count; r++) {
        identity_row(&l->bytes, &it->rows[r]);
        rows[r] = (edict_item_row){(unsigned)it->rows[r].number, meaning_take(l)};
    }
    to->rows = rows;
    to->row_count = it->row_count;
    const uint64_t all[2] = {to->heading, XXH3_64bits(rows, it->row_count * sizeof *rows)};
    to->meaning = XXH3_64bits(all, sizeof all);
}

static void item_list(struct listing *l, const struct item *it)
{
    if (it->kind == AST_CITE_ITEM || it->kind == AST_TESTS || it->kind == AST_POLICIES) return;
    identity_item(&l->bytes, it);
    for (unsigned e = 0; e < it->entry_count; e++) identity_entry(&l->bytes, &it->entries[e]);
    if (it->kind == AST_FACTS)
        for (unsigned r = 0; r < it->row_count; r++) identity_loose_row(&l->bytes, it, &it->rows[r]);
    edict_item *to = item_add(l, item_shown(l, it), it->name, it);
    if (to && it->kind != AST_FACTS && it->row_count) rows_add(l, to, it);
}

static void policy_list(struct listing *l, const struct field *f)
{
    const struct policy *p = f->policy;
    for (unsigned v = 0; v < p->count; v++) buffer_printf(&l->bytes, "%s ", p->values[v].written);
    if (p->is < p->count) buffer_printf(&l->bytes, "is %s ", p->values[p->is].written);
    for (unsigned d = 0; d < p->dated_count; d++)
        buffer_printf(&l->bytes, "[%s %d %d]", p->values[p->dated[d].value].written, p->dated[d].from,
                      p->dated[d].until);
    item_add(l, arena_printf(l->arena, "policy %.*s", (int)f->name.size, f->name.at), f->name, NULL);
}

/* ---- who names whom */

static void text_reads(const struct listing *l, struct text t, unsigned char *reads)
{
    for (size_t i = 0; t.size && i < l->count; i++)
        if ((l->plain[i].size == t.size && memcmp(l->plain[i].at, t.at, t.size) == 0) ||
            (l->alias[i].size == t.size && memcmp(l->alias[i].at, t.at, t.size) == 0))
            reads[i] = 1;
}

static void node_reads(const struct listing *l, const struct ast_node *n, unsigned char *reads)
{
    if (!n) return;
    ast_open(l->arena, n);
    if (n->text.at) text_reads(l, n->text, reads);
    for (const struct ast_node *c = n->first; c; c = c->next) node_reads(l, c, reads);
}

static int reads_fill(struct listing *l, size_t i, unsigned char *reads)
{
    const struct item *it = l->from[i];
    unsigned *at = arena_zero(l->arena, l->count + 1, sizeof *at);
    if (!at) return 0;
    memset(reads, 0, l->count);
    if (it) {
        for (const struct ast_node *c = it->node->first; c; c = c->next)
            if (c->kind != AST_LABEL && c->kind != AST_ROWS) node_reads(l, c, reads);
        node_reads(l, it->header, reads);
        for (unsigned r = 0; r < it->row_count; r++) node_reads(l, it->rows[r].node, reads);
        for (unsigned e = 0; e < it->entry_count; e++) node_reads(l, it->entries[e].node, reads);
        if (ast_child(it->node, AST_FROM_FILE))
            for (size_t f = 0; f < l->count; f++) reads[f] |= !strncmp(l->items[f].name, "file ", 5);
    }
    reads[i] = 0;
    edict_item *to = &l->items[i];
    to->reads = at;
    for (size_t k = 0; k < l->count; k++)
        if (reads[k]) at[to->read_count++] = (unsigned)k;
    return 1;
}

static void items_run(void *context)
{
    struct listing *l = context;
    struct model *m = l->m;
    l->room = 1;
    for (const struct item *it = m->items; it; it = it->next) l->room++;
    for (const struct field *f = m->policies; f; f = f->next) l->room++;
    for (const struct data_file *f = m->files; f; f = f->next) l->room++;
    l->items = arena_zero(l->arena, l->room, sizeof *l->items);
    l->plain = arena_zero(l->arena, l->room, sizeof *l->plain);
    l->alias = arena_zero(l->arena, l->room, sizeof *l->alias);
    l->from = arena_zero(l->arena, l->room, sizeof *l->from);
    unsigned char *reads = arena_zero(l->arena, l->room, 1);
    buffer_init_in(&l->bytes, 0, l->arena);
    for (const struct item *it = m->items; it; it = it->next) item_list(l, it);
    for (const struct field *f = m->policies; f; f = f->next) policy_list(l, f);
    for (const struct data_file *f = m->files; f; f = f->next) {
        buffer_add(&l->bytes, f->hash, sizeof f->hash);
        item_add(l, arena_printf(l->arena, "file %s", f->name), (struct text){"", 0}, NULL);
    }
    buffer_printf(&l->bytes, "%d %d ", m->packs->from, m->packs->until);
    identity_node(&l->bytes, ast_child(m->packs->node, AST_ANSWERS));
    item_add(l, "dates and answers of the pack", (struct text){"", 0}, NULL);
    for (size_t i = 0; i < l->count; i++) {
        const struct ast_node *into = l->from[i] ? ast_child(l->from[i]->node, AST_INTO) : NULL;
        if (into) l->alias[i] = into->text;
    }
    l->good = !l->bytes.failed;
    for (size_t i = 0; i < l->count && l->good; i++) l->good = reads_fill(l, i, reads);
    buffer_free(&l->bytes);
}

edict_status edict_compilation_items(edict_compilation *c, const edict_item **items, size_t *count)
{
    struct listing l = {.arena = &c->arena, .m = &c->model};
    *items = NULL;
    *count = 0;
    if (c->diags.errors || !c->model.packs->node) return EDICT_RULES;
    if (!arena_run(&c->arena, items_run, &l) || !l.good) return EDICT_MEMORY;
    *items = l.items;
    *count = l.count;
    return EDICT_OK;
}
