/* What was written: the tree that the grammar builds, with spans and comments, for the formatter and the compiler.
 * One shape for every node; the kinds and their children are listed in ast.def. Nothing here knows what names mean. */
#ifndef EDICT_LANG_AST_H
#define EDICT_LANG_AST_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"

enum ast_kind {
#define NODE(kind, word, children) AST_##kind,
#include "lang/ast.def"
#undef NODE
    AST_KINDS
};

enum ast_op {
    OP_NONE,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV_UP,
    OP_DIV_DOWN,
    OP_DIV_NEAR,
    OP_IF,
    OP_MINUTES_OF,
    OP_OUTSIDE,
    OP_SHARED,
    OP_RUNS,
    OP_TIMES_OF,
    OP_NUMBER_OF,
    OP_SUM_OF,
    OP_YEARS,
    OP_DAYS,
    OP_LOOKUP,
    OP_THIS,
    OP_FIRST,
    OP_SECOND,
    OP_FACT,
    OP_AND,
    OP_OR,
    OP_NOT,
    OP_IS,
    OP_IS_NOT,
    OP_IN,
    OP_NOT_IN,
    OP_DOCUMENTED,
    OP_UNDOCUMENTED,
    OP_DOCUMENTED_AS,
    OP_FROM,
    OP_UP_TO,
    OP_BELOW,
    OP_OVER,
    OP_ONE_OF,
    OP_NOT_ONE_OF,
    OP_ANY,
    OP_NO,
    OP_ANY_OF,
    OP_NONE_OF,
    OP_LISTS,
    OP_THIS_FIRST,
    OP_THIS_SECOND,
    OP_OTHER,
    OP_EQ,
    OP_RANGE,
    OP_EMPTY,
    OP_OTHERWISE,
    OP_VALUES,
    OP_HOLD,
    OP_EXPR,
    OP_THEN_EVERY,
    OP_MORE,
    OP_TYPE,
    OP_RAW,
    OP_TEXT,
    OP_CODE,
    OP_LIST_OF_CODE,
    OP_YES_NO,
    OP_COUNT,
    OP_DECIMAL,
    OP_MONEY,
    OP_DATE,
    OP_TIME,
    OP_DATE_OF_SERVICE,
    OP_MINUTES,
    OP_ADD_MODIFIER,
    OP_WITHDRAW,
    OP_REVIEW,
    OP_NOTE,
    OP_DENY,
    OP_MISSING,
    OP_CHANGE_UNITS,
    OP_CHANGE_CODE,
    OP_CHANGE_MODIFIERS,
    OP_CHARGE,
    OP_HIGHEST,
    OP_GREATEST,
    OP_LEAST,
    OP_WHERE,
    OP_SPACED,
    OP_EARLIEST,
    OP_LATEST,
    OP_SET_OF,
    OP_ALL_TO,
    OP_YES_WHERE_ANY,
    OP_FIRST_ROW,
    OP_ONE_ROW,
    OP_EVERY_ROW,
    OP_KNOWN_AS,
    OP_WORD,
    OP_NUMBER,
    OP_QUANTITY,
    OP_MIXED,
    OP_DATE_LITERAL,
    OP_TEXT_LITERAL,
    /* special cells of facts: | refused | empty | position | hold "…" */
    OP_REFUSED,
    OP_POSITION
};

struct ast_node {
    uint8_t kind, op; /* enum ast_kind, enum ast_op: a large pack has some million nodes, of 64 bytes each */
    uint16_t depth;   /* levels below it */
    struct span span;
    struct text text;
    struct {
        uint32_t from, to;
    } name; /* where `text` stands, ast_name: the whole node, or the name inside it */
    struct ast_node *first, *last, *next;
};

/* A comment, kept for the formatter. `own_line`: nothing else stands on its line. */
struct ast_comment {
    struct span span;
    int own_line;
    struct ast_comment *next;
};

struct ast_file {
    struct ast_node *root;        /* AST_FILE */
    struct ast_comment *comments; /* in order of place */
    int cut;                      /* the rest was not read: nested too deep */
};

struct ast_node *ast_new(struct arena *a, enum ast_kind kind, enum ast_op op, struct span span);
struct ast_node *ast_append(struct ast_node *parent, struct ast_node *child); /* child may be NULL; returns parent */
static inline struct span ast_name(const struct ast_node *n)
{
    return (struct span){n->span.source, n->name.from, n->name.to};
}
/* First child of a kind, or NULL. */
struct ast_node *ast_child(const struct ast_node *n, enum ast_kind kind);
struct ast_node *ast_nth(const struct ast_node *n, unsigned index);
unsigned ast_count(const struct ast_node *n);
const char *ast_kind_word(enum ast_kind kind);
/* A cell of a table, hierarchy, group or bill that holds codes only, two or more, is read as one node without children,
 * a run (run.h): op OP_VALUES, `text` the whole of it. These give such a cell, or all such cells below a node, their
 * children. No memory: it stays a run. */
void ast_open(struct arena *a, const struct ast_node *cell);
void ast_open_all(struct arena *a, const struct ast_node *n);

/* Reads source number `index`. Always gives a tree; what could not be read is BROKEN and in `diags`. The tree's texts
 * point into the arena. NULL: no memory. */
struct ast_file *lang_parse(struct arena *a, struct diags *diags, const struct source *source, uint32_t index);
/* The same without a copy: the source's bytes stand where they may be written, with two zeros behind them. They are the
 * same afterwards, and the tree's texts point into them. */
struct ast_file *lang_parse_here(struct arena *a, struct diags *diags, const struct source *source, uint32_t index);

/* The canonical form: items in their order, rows aligned, comments kept. Idempotent; the tree of its output is the tree
 * of its input. The file must have parsed without errors. */
void lang_format(struct buffer *out, const struct source *source, const struct ast_file *file);

#endif
