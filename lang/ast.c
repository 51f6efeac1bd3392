/* Nodes of the tree, and the door of lang/: from bytes to a tree with comments. */
#include "lang/parse.h"
#include "lang/grammar.h"
#include "lang/scanner.h"

#include <errno.h>
#include <string.h>

struct ast_node *ast_new(struct arena *a, enum ast_kind kind, enum ast_op op, struct span span)
{
    struct ast_node *n = arena_zero(a, 1, sizeof *n);
    if (!n) return NULL;
    n->kind = (uint8_t)kind;
    n->op = (uint8_t)op;
    n->span = span;
    n->name.from = span.from;
    n->name.to = span.to;
    n->text = (struct text){"", 0};
    return n;
}

struct ast_node *ast_append(struct ast_node *parent, struct ast_node *child)
{
    if (!child) return parent;
    if (parent->last) parent->last->next = child;
    else parent->first = child;
    parent->last = child;
    if (parent->depth <= child->depth && child->depth < UINT16_MAX) parent->depth = (uint16_t)(child->depth + 1);
    return parent;
}

struct ast_node *ast_child(const struct ast_node *n, enum ast_kind kind)
{
    for (struct ast_node *c = n ? n->first : NULL; c; c = c->next)
        if (c->kind == kind) return c;
    return NULL;
}

struct ast_node *ast_nth(const struct ast_node *n, unsigned index)
{
    struct ast_node *c = n ? n->first : NULL;
    while (c && index--) c = c->next;
    return c;
}

unsigned ast_count(const struct ast_node *n)
{
    unsigned count = 0;
    for (const struct ast_node *c = n ? n->first : NULL; c; c = c->next) count++;
    return count;
}

const char *ast_kind_word(enum ast_kind kind)
{
    static const char *const words[] = {
#define NODE(kind, word, children) word,
#include "lang/ast.def"
#undef NODE
    };
    return words[kind];
}

/* Scanner and parser over one source, whose bytes may be written. 1: no memory. */
static int file_parse(struct parse *p, char *const bytes, struct ast_file *file)
{
    void *scanner = NULL;
    if (setjmp(p->no_memory) || yylex_init_extra(p, &scanner)) return 1;
    if (!yy_scan_buffer(bytes + p->at, p->source->size - p->at + 2u, scanner)) return 1;
    errno = 0;
    file->cut = yyparse(scanner, p) == 2;    /* the parser's own stack was full … */
    const int failed = file->cut && errno == ENOMEM;    /* … or could not grow: it tells by errno alone */
    yylex_destroy(scanner);
    return failed;
}

struct ast_file *lang_parse_here(struct arena *a, struct diags *diags, const struct source *source, uint32_t index)
{
    struct ast_file *file = arena_zero(a, 1, sizeof *file);
    struct parse p = {.arena = a, .diags = diags, .source = source, .index = index, .file = file, .bad_at = UINT32_MAX};
    union {
        const char *given;
        char *own;
    } bytes = {source->bytes};
    if (source->size >= 3 && !memcmp(source->bytes, "\xEF\xBB\xBF", 3)) p.at = 3;
    if (!file || !(file->root = ast_new(a, AST_FILE, OP_NONE, (struct span){index, 0, source->size}))) return NULL;
    /* Generated code knows nothing of ending early: meanwhile a want of memory is only noted. */
    jmp_buf *escape = a->escape;
    a->escape = NULL;
    const int failed = file_parse(&p, bytes.own, file);
    a->escape = escape;
    if (failed || a->failed) arena_fail(a);
    return failed || a->failed ? NULL : file;
}

struct ast_file *lang_parse(struct arena *a, struct diags *diags, const struct source *source, uint32_t index)
{
    char *copy = arena_alloc(a, source->size + 2u);
    if (!copy) return NULL;
    memcpy(copy, source->bytes, source->size);
    copy[source->size] = copy[source->size + 1] = 0;
    const struct source copied = {source->name, copy, source->size};
    return lang_parse_here(a, diags, &copied, index);
}
