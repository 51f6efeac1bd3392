/* Nodes that take more than a line to build: look-ups, types, what a change names; and the limit on nesting. */
#include "lang/parse.h"
#include "lang/grammar.h"

#include <string.h>

static int is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* `column from relation for`, one token, becomes a node: its text is the column. */
struct ast_node *parse_lookup(struct parse *p, struct text t, struct parse_place at)
{
    uint32_t column = 0, from, end = t.size;
    while (column < t.size && !is_blank(t.at[column])) column++;
    while (end > 0 && !is_blank(t.at[end - 1])) end--; /* for */
    while (end > 0 && is_blank(t.at[end - 1])) end--;
    for (from = end; from > 0 && !is_blank(t.at[from - 1]);) from--;
    struct ast_node *n = ast_new(p->arena, AST_EXPR, OP_LOOKUP, parse_span(p, at));
    struct ast_node *relation =
        ast_new(p->arena, AST_NAME, OP_NONE, (struct span){p->index, at.from + from, at.from + end});
    if (!n || !relation) return NULL;
    n->text = (struct text){t.at, column};
    relation->text = (struct text){t.at + from, end - from};
    return ast_append(n, relation);
}

struct ast_node *parse_type(struct parse *p, struct text name, struct parse_place at)
{
    static const struct {
        const char *word;
        enum ast_op op;
    } types[] = {{"text", OP_TEXT},   {"code", OP_CODE},       {"count", OP_COUNT}, {"decimal", OP_DECIMAL},
                 {"money", OP_MONEY}, {"minutes", OP_MINUTES}, {"date", OP_DATE}};
    enum { COUNT = sizeof types / sizeof *types };
    const char *words[COUNT];
    enum ast_op op = OP_NONE;
    for (size_t i = 0; i < COUNT; i++) {
        words[i] = types[i].word;
        if (text_is(name, types[i].word)) op = types[i].op;
    }
    if (op == OP_NONE) {
        struct diag *d =
            diag_add(p->diags, DIAG_SYNTAX, parse_span(p, at), "`%.*s` is no type of result", (int)name.size, name.at);
        const char *near = diag_suggest(name, words, COUNT);
        if (near) diag_hint(p->diags, d, "did you mean `%s`?", near);
        else
            diag_hint(
                p->diags, d,
                "types are code, count, decimal, money, minutes, date, text, yes or no; a table of words needs no "
                "`gives`");
        p->bad_at = at.from;
    }
    return ast_new(p->arena, AST_TYPE, op, parse_span(p, at));
}

/* The kind of item that a word names, or AST_FILE. */
static enum ast_kind kind_named(struct text t)
{
    for (int k = AST_PACK; k <= AST_TESTS; k++)
        if (text_is(t, ast_kind_word((enum ast_kind)k))) return (enum ast_kind)k;
    return AST_FILE;
}

struct ast_node *parse_target(struct parse *p, const struct text *kind, struct parse_place kind_at, struct text name,
                              struct parse_place at)
{
    struct ast_node *n = ast_new(p->arena, AST_CHANGES, OP_NONE, parse_span(p, at));
    enum ast_kind k = kind_named(kind ? *kind : name);
    if (!n) return NULL;
    n->text = name;
    if (kind && k == AST_FILE) {
        const char *words[AST_TESTS - AST_PACK + 1];
        size_t count = 0;
        for (int i = AST_PACK; i <= AST_TESTS; i++) words[count++] = ast_kind_word((enum ast_kind)i);
        const char *near = diag_suggest(*kind, words, count);
        struct diag *d = diag_add(p->diags, DIAG_SYNTAX, parse_span(p, kind_at), "`%.*s` is no kind of item",
                                  (int)kind->size, kind->at);
        if (near) diag_hint(p->diags, d, "did you mean `%s`?", near);
        else
            diag_hint(p->diags, d,
                      "write what is changed, and its name: codes, table, threshold, hierarchy, group, bill, rule …");
        p->bad_at = kind_at.from;
        n->kind = AST_BROKEN;
    }
    if (kind || k == AST_POLICIES || k == AST_ORDER) n->op = (uint8_t)k;
    return n;
}

/* Does the item at hand have such a part? */
static int part_fits(int item, enum ast_kind kind)
{
    switch (kind) {
    case AST_HIT: return item == K_TABLE || item == K_GROUP || item == K_BILL;
    case AST_GIVES: return item == K_TABLE;
    case AST_CODES_IN:
    case AST_INTO: return item == K_BILL;
    default: return 1;
    }
}

struct ast_node *parse_part(struct parse *p, struct ast_node *parts, struct ast_node *part)
{
    if (!parts || !part) return parts;
    int fits = part_fits(p->item, part->kind), again = ast_child(parts, part->kind) != NULL;
    if (!fits || again) {
        const char *word = part->kind == AST_HIT     ? "which row decides"
                           : part->kind == AST_LABEL ? "a text for it"
                                                     : arena_printf(p->arena, "`%s`", ast_kind_word(part->kind));
        struct diag *d = diag_add(p->diags, DIAG_SYNTAX, part->span,
                                  fits ? "%s is said twice" : "%s cannot be said here", word ? word : "");
        diag_hint(p->diags, d,
                  fits && part->kind == AST_CITE ? "several keys stand behind one `cite`, with commas between"
                  : fits                         ? "leave one of them"
                                                 : "take it out");
        p->bad_at = part->span.from;
        if (d && p->source->bytes[d->span.from] == ',') d->span.from++; /* `, cite` is one token */
        while (d && is_blank(p->source->bytes[d->span.from])) d->span.from++;
    }
    return ast_append(parts, part);
}

struct ast_node *parse_run(struct parse *p, struct text run, struct parse_place at)
{
    struct ast_node *n = ast_new(p->arena, AST_CELL, OP_VALUES, parse_span(p, at));
    if (!n) return NULL;
    n->text = run;
    n->depth = 2; /* of its alternatives, and of their values */
    return n;
}

static void word_wanted(struct parse *p, struct text word, struct parse_place at, const char *wanted, const char *hint)
{
    if (text_is(word, wanted)) return;
    struct diag *d =
        diag_add(p->diags, DIAG_SYNTAX, parse_span(p, at), "`%.*s` cannot stand here", (int)word.size, word.at);
    diag_hint(p->diags, d, "%s", hint);
    p->bad_at = at.from;
}

void parse_units_word(struct parse *p, struct text word, struct parse_place at)
{
    word_wanted(p, word, at, "units", "write how many: charge CODE units 1");
}

void parse_rows_word(struct parse *p, struct text word, struct parse_place at)
{
    word_wanted(p, word, at, "rows", "write how many rows the files have: from file \"…\" as cms ptp, 2546017 rows");
}

void parse_too_deep(struct parse *p, struct parse_place at)
{
    if (p->bad_at != UINT32_MAX && p->bad_at >= p->item_at) return;
    struct diag *d =
        diag_add(p->diags, DIAG_LIMIT, parse_span(p, at), "this is nested more than %d levels deep", DEPTH_MAX);
    diag_hint(p->diags, d, "give a part of it a name with `define`, and use that name here");
    p->bad_at = at.from;
}

struct ast_node *parse_item(struct parse *p, struct ast_node *item, struct parse_place at)
{
    if (!item) return NULL;
    const struct ast_node *n = item;
    if (item->depth > DEPTH_MAX) {
        for (unsigned level = 0; level < DEPTH_MAX; level++)
            for (const struct ast_node *c = n->first; c; c = c->next)
                if (c->depth + 1 == n->depth) {
                    n = c;
                    break;
                }
        parse_too_deep(p, (struct parse_place){n->span.from, n->span.to});
    } else if (p->bad_at == UINT32_MAX || p->bad_at < at.from || p->bad_at > at.to) return item;
    return parse_broken(p, at);
}

void parse_lost(struct parse *p, struct parse_place at)
{
    struct ast_node *last = p->file->root->last;
    int more = last && last->kind == AST_BROKEN && last->span.from >= p->item_at && at.from >= p->item_at;
    struct ast_node *n = more ? NULL : parse_broken(p, at);
    if (n) ast_append(p->file->root, n);
}
