/* The identity of the meaning: a hash over what the composed items say, in an order that does not depend on where they
 * stand. Formatting, comments, order of items, file names, labels and tests do not count; dates, cells, names and cited
 * keys do. */
#include "compiler/identity.h"

#include "compiler/lower.h"
#include "lang/run.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static char *small_put(char *at, uint8_t n)
{
    if (n >= 100) *at++ = (char)('0' + n / 100);
    if (n >= 10) *at++ = (char)('0' + n / 10 % 10);
    *at++ = (char)('0' + n % 10);
    return at;
}

static char *word_copy(char *at, const char *word)
{
    while (*word) *at++ = *word++;
    return at;
}

/* A run says what its alternatives would, one by one. */
static void identity_run(struct buffer *b, const struct ast_node *n)
{
    enum { HEAD = 26 };
    static const enum ast_op ops[] = {OP_WORD, OP_NUMBER, OP_MIXED};
    char heads[3][HEAD + RUN_CODE_BYTES + 4];
    size_t sizes[3];
    for (size_t i = 0; i < 3; i++) {
        char *at = word_copy(small_put(word_copy(heads[i], "("), AST_ALT), " ");
        at = word_copy(small_put(at, OP_EQ), " \"\"(");
        at = word_copy(small_put(at, AST_VALUE), " ");
        at = word_copy(small_put(at, (uint8_t)ops[i]), " \"");
        sizes[i] = (size_t)(at - heads[i]);
    }
    struct text rest = n->text;
    for (struct text code; (code = run_code(&rest)).size;) {
        const enum ast_op op = run_op(code);
        const size_t i = op == OP_WORD ? 0 : op == OP_NUMBER ? 1 : 2;
        char *at = heads[i] + sizes[i];
        for (uint32_t k = 0; k < code.size; k++) *at++ = code.at[k];
        at = word_copy(at, "\"))");
        buffer_add(b, heads[i], (size_t)(at - heads[i]));
    }
}

void identity_node(struct buffer *b, const struct ast_node *n)
{
    if (!n || n->kind == AST_ROWS || n->kind == AST_ENTRIES || n->kind == AST_EXCEPT || n->kind == AST_EFFECTIVE)
        return;
    if (n->kind == AST_LABEL) return;
    char head[12], *at = head;
    *at++ = '(';
    at = small_put(at, n->kind);
    *at++ = ' ';
    at = small_put(at, n->op);
    *at++ = ' ';
    buffer_add(b, head, (size_t)(at - head));
    const int run = ast_is_run(n);
    buffer_json(b, n->text.at && !run ? n->text.at : "", run ? 0 : n->text.size);
    if (run) identity_run(b, n);
    for (const struct ast_node *c = n->first; c; c = c->next) identity_node(b, c);
    buffer_byte(b, ')');
}

/* A label means something in three places: what to hold with, a file's path, a code's name does not. */
void identity_item(struct buffer *b, const struct item *it)
{
    buffer_printf(b, "%d ", (int)it->kind);
    buffer_json(b, it->name.at, it->name.size);
    if (it->kind == AST_BUNDLE || it->kind == AST_LIMIT) {
        const struct ast_node *label = ast_child(it->node, AST_LABEL);
        if (label) buffer_json(b, label->text.at, label->text.size);
    }
    if (it->kind != AST_POLICIES)
        for (const struct ast_node *c = it->node->first; c; c = c->next) {
            if (c->kind == AST_REQUIRES && ast_child(c, AST_LABEL))
                buffer_json(b, ast_child(c, AST_LABEL)->text.at, ast_child(c, AST_LABEL)->text.size);
            identity_node(b, c);
        }
    if (it->given) identity_node(b, it->given);
    buffer_printf(b, "[%d %d]", it->from, it->until);
    if (it->header && it->kind != AST_POLICIES && it->kind != AST_FACTS) identity_node(b, it->header);
}

void identity_row(struct buffer *b, const struct item_row *row)
{
    buffer_printf(b, "{%d %d ", row->from, row->until);
    identity_node(b, row->node);
    identity_node(b, row->cite);
    buffer_byte(b, '}');
}

void identity_entry(struct buffer *b, const struct item_entry *entry)
{
    buffer_printf(b, "<%d %d %d ", entry->from, entry->until, entry->except);
    identity_node(b, entry->node);
}

struct digest {
    unsigned char at[16];
};
static int digest_order(const void *a, const void *b) { return memcmp(a, b, sizeof(struct digest)); }

static void digest_add(struct arena *arena, struct digest **all, unsigned *n, unsigned *room, struct buffer *b)
{
    if (*n == *room) {
        unsigned more = *room ? *room * 2 : 256;
        struct digest *grown = arena_heap(arena, *all, more * sizeof *grown);
        if (!grown) return;
        *all = grown;
        *room = more;
    }
    XXH128_canonical_t c;
    XXH128_canonicalFromHash(&c, XXH3_128bits(b->at ? b->at : "", b->size));
    memcpy((*all)[(*n)++].at, c.digest, sizeof c.digest);
    buffer_clear(b);
}

static int named(const struct ast_node *h, const char *name) { return text_is(h->text, name); }

void identity_loose_row(struct buffer *b, const struct item *it, const struct item_row *row)
{
    const struct ast_node *h = it->header ? it->header->first : NULL, *c = row->node->first;
    buffer_printf(b, "%d:", (int)it->kind);
    if (it->kind == AST_FACTS) buffer_json(b, it->name.at, it->name.size);
    for (; h && c; h = h->next, c = c->next)
        if (!named(h, "decides") && !named(h, "means") && !named(h, "note") && !named(h, "cite")) identity_node(b, c);
}

void rules_identity(struct model *m, unsigned char out[16])
{
    struct digest *all = NULL;
    unsigned n = 0, room = 0;
    struct buffer b;
    buffer_init_in(&b, 0, m->arena);
    for (const struct item *it = m->items; it; it = it->next) {
        if (it->kind == AST_CITE_ITEM) continue;
        identity_item(&b, it);
        for (unsigned r = 0; r < it->row_count; r++) {
            if (it->kind == AST_POLICIES || it->kind == AST_FACTS) continue;
            identity_row(&b, &it->rows[r]);
        }
        for (unsigned e = 0; e < it->entry_count; e++) identity_entry(&b, &it->entries[e]);
        digest_add(m->arena, &all, &n, &room, &b);
        for (unsigned r = 0; r < it->row_count; r++) {
            if (it->kind != AST_POLICIES && it->kind != AST_FACTS) continue;
            identity_loose_row(&b, it, &it->rows[r]);
            digest_add(m->arena, &all, &n, &room, &b);
        }
    }
    for (const struct field *f = m->policies; f; f = f->next)
        for (unsigned d = 0; d < f->policy->dated_count; d++) {
            const struct policy_dated *x = &f->policy->dated[d];
            buffer_printf(&b, "set %u:%.*s %s %d %d", d, (int)f->name.size, f->name.at,
                          f->policy->values[x->value].written, x->from, x->until);
            digest_add(m->arena, &all, &n, &room, &b);
        }
    for (const struct data_file *f = m->files; f; f = f->next) {
        buffer_text(&b, "file ");
        buffer_add(&b, f->hash, sizeof f->hash);
        digest_add(m->arena, &all, &n, &room, &b);
    }
    const struct ast_node *answers = m->packs->node ? ast_child(m->packs->node, AST_ANSWERS) : NULL;
    buffer_printf(&b, "pack %.*s %d %d ", (int)m->packs->name.size, m->packs->name.at, m->packs->from, m->packs->until);
    identity_node(&b, answers);
    digest_add(m->arena, &all, &n, &room, &b);
    buffer_free(&b);
    if (n) qsort(all, n, sizeof *all, digest_order);
    XXH128_canonical_t c;
    XXH128_canonicalFromHash(&c, XXH3_128bits(all ? (const void *)all : "", n * sizeof *all));
    memcpy(out, c.digest, 16);
    arena_heap_free(m->arena, all);
}
