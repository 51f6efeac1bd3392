/* Tables given beside the pack: `[PACK:]NAME=FILE[,FILE]… [as READER] [, N rows]`. The rows of that bundle, limit or
 * relation come from the files instead of the pack; rows that packs on top of it add stay. The text is a source of its
 * own, so that what is wrong is shown in it; it is no part of the image. */
#include "compiler/model.h"

#include <string.h>

struct given {
    struct model *m;
    const char *text;
    uint32_t source;
};

static struct span span_at(const struct given *g, const char *from, const char *to)
{
    return (struct span){g->source, (uint32_t)(from - g->text), (uint32_t)(to - g->text)};
}

static struct ast_node *node_at(const struct given *g, enum ast_kind kind, enum ast_op op, const char *from,
                                const char *to)
{
    struct ast_node *n = ast_new(g->m->arena, kind, op, span_at(g, from, to));
    if (!n) {
        g->m->oom = 1;
        return NULL;
    }
    n->text = (struct text){from, (uint32_t)(to - from)};
    return n;
}

static void add(struct ast_node *to, struct ast_node *child)
{
    if (to && child) ast_append(to, child);
}

static void wrong(const struct given *g, const char *from, const char *to, const char *what, const char *hint)
{
    struct diag *d = diag_add(g->m->diags, DIAG_TABLE_FILE, span_at(g, from, to), "%s", what);
    diag_hint(g->m->diags, d, "%s", hint);
}

static void trim(const char **from, const char **to)
{
    while (*from < *to && **from == ' ') ++*from;
    while (*from < *to && (*to)[-1] == ' ') --*to;
}

static struct item *item_named(const struct given *g, const char *from, const char *to)
{
    static const enum ast_kind kinds[] = {AST_BUNDLE, AST_LIMIT, AST_RELATION};
    struct text name = {from, (uint32_t)(to - from)};
    struct names all = {0};
    for (unsigned i = 0; i < 3; i++) {
        struct item *it = item_find(g->m, kinds[i], name);
        if (it) return it;
    }
    for (const struct item *it = g->m->items; it; it = it->next)
        if (it->kind == AST_BUNDLE || it->kind == AST_LIMIT || it->kind == AST_RELATION)
            names_add(g->m, &all, it->name);
    if (g->m->all_lost) return NULL;
    struct diag *d = diag_add(g->m->diags, DIAG_TABLE_FILE, span_at(g, from, to),
                              "the pack has no bundle, limit or relation called `%.*s`", (int)name.size, from);
    names_hint(g->m, d, name, &all, "`edict list PACK` shows what it has");
    return NULL;
}

/* Words of the reader, then perhaps a comma and how many rows. */
static void reader_add(const struct given *g, struct ast_node *node, const char *at, const char *end)
{
    const char *comma = memchr(at, ',', (size_t)(end - at)), *stop = comma ? comma : end;
    while (at < stop) {
        const char *from = at;
        while (at < stop && *at != ' ') at++;
        if (at > from) add(node, node_at(g, AST_NAME, 0, from, at));
        while (at < stop && *at == ' ') at++;
    }
    if (!comma) return;
    const char *from = comma + 1, *to = end;
    trim(&from, &to);
    const char *digits = from;
    while (digits < to && *digits >= '0' && *digits <= '9') digits++;
    if (digits == from || digits + 5 != to || memcmp(digits, " rows", 5) != 0)
        wrong(g, from, to, "a number of rows is expected here", "write: as cms ptp, 2546017 rows");
    else add(node, node_at(g, AST_VALUE, OP_NUMBER, from, digits));
}

static const char *last_as(const char *text)
{
    const char *found = NULL;
    for (const char *at = text; (at = strstr(at, " as ")); at++) found = at;
    return found;
}

static void rows_replace(const struct given *g, struct item *it, const char *from, const char *to)
{
    unsigned kept = 0;
    if (it->altered)
        wrong(g, from, to, "a pack takes rows out of this table, or replaces some; the file would bring them back",
              "let the pack read the file: from file \"…\"; or let it add rows only");
    for (unsigned i = 0; i < it->row_count; i++)
        if (it->rows[i].node->span.source != it->pack->source) it->rows[kept++] = it->rows[i];
    it->row_count = kept;
}

static void table_give(const struct given *g, const char *name, const char *equals)
{
    const char *end = g->text + strlen(g->text), *as = last_as(equals), *stop = as ? as : end;
    struct item *it = item_named(g, name, equals);
    if (!it) return;
    struct ast_node *node = it->given;
    if (!node) {
        it->given = node = node_at(g, AST_FROM_FILE, 0, equals + 1, end);
        if (node) node->text = (struct text){"", 0}; /* where files lie means nothing */
        rows_replace(g, it, name, equals);
    }
    for (const char *at = equals + 1; at <= stop;) {
        const char *comma = memchr(at, ',', (size_t)(stop - at)), *from = at, *to = comma ? comma : stop;
        trim(&from, &to);
        if (from == to) wrong(g, at, to, "a file is expected here", "write: NAME=FILE, or NAME=FILE,FILE");
        else add(node, node_at(g, AST_LABEL, 0, from, to));
        if (!comma) break;
        at = comma + 1;
    }
    if (as && node && !ast_child(node, AST_NAME)) reader_add(g, node, as + 4, end);
}

/* The name in front of the colon that stands before the equals sign. */
static struct text pack_named(const char *table)
{
    const char *equals = strchr(table, '='), *colon = equals ? memchr(table, ':', (size_t)(equals - table)) : NULL;
    return (struct text){table, colon ? (uint32_t)(colon - table) : 0};
}

int table_is_for(const struct model *m, const char *table)
{
    const struct text pack = pack_named(table);
    return !pack.size || (m->packs && text_equal(pack, m->packs->name));
}

void tables_give(struct model *m, const char *const *tables, size_t count)
{
    for (size_t i = 0; i < count && m->packs; i++) {
        struct given g = {m, arena_copy(m->arena, tables[i], strlen(tables[i])), m->source_count};
        if (!g.text || m->source_count == m->source_room) {
            m->oom = 1;
            return;
        }
        const char *equals = strchr(g.text, '=');
        const struct text pack = pack_named(g.text);
        if (!table_is_for(m, g.text)) continue;
        m->sources[m->source_count++] = (struct source){"--table", g.text, (uint32_t)strlen(g.text)};
        if (!equals)
            wrong(&g, g.text, g.text + strlen(g.text), "it does not say for what the file is", "write: NAME=FILE");
        else table_give(&g, pack.size ? g.text + pack.size + 1 : g.text, equals);
    }
}
