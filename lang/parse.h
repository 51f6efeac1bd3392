/* What scanner, grammar and the wording of syntax errors share while one source is read. Private to lang/. */
#ifndef EDICT_LANG_PARSE_H
#define EDICT_LANG_PARSE_H

#include <setjmp.h>

#include "lang/ast.h"

struct parse_place {
    uint32_t from, to;
}; /* bytes of the source: bison's location */
#define YYLLOC_DEFAULT(now, rhs, n)                                                                                    \
    do {                                                                                                               \
        (now).from = (n) ? YYRHSLOC(rhs, 1).from : YYRHSLOC(rhs, 0).to;                                                \
        (now).to = (n) ? YYRHSLOC(rhs, n).to : YYRHSLOC(rhs, 0).to;                                                    \
    } while (0)

/* Deeper trees are refused: a level is a node. */
enum { COLUMNS_MAX = 128, DEPTH_MAX = 100 };
/* Longer words and texts are refused, in bytes. */
enum { WORD_BYTES = 128, TEXT_BYTES = 65536 };

struct parse {
    jmp_buf no_memory; /* lang_parse */
    struct arena *arena;
    struct diags *diags;
    const struct source *source;
    uint32_t index; /* of the source */
    struct ast_file *file;
    struct ast_comment *last_comment;
    uint32_t at;                   /* byte where the next token starts */
    uint32_t item_at, item_before; /* where this item and the one before it begin */
    uint32_t bad_at;               /* last place of a reported lexical error; UINT32_MAX: none */
    int item, item_kind_before;    /* tokens of the keywords of this item and the one before */
    unsigned items;                /* begun so far */
    int begun, header_seen, after_then;
    int changed;      /* of `changes`: token of the kind of item that is changed */
    int last, before; /* the tokens given last and before that, and where the latter stands */
    struct parse_place last_at, before_at;
    unsigned column;
    unsigned char free_column[COLUMNS_MAX], type_column[COLUMNS_MAX], code_column[COLUMNS_MAX];
};

static inline struct span parse_span(const struct parse *p, struct parse_place at)
{
    return (struct span){p->index, at.from, at.to};
}

/* Ends the reading of this source: only for generated code, which knows no other way. */
_Noreturn static inline void parse_no_memory(struct parse *p)
{
    longjmp(p->no_memory, 1);
}

/* build.c */
struct ast_node *parse_lookup(struct parse *p, struct text t, struct parse_place at);
struct ast_node *parse_type(struct parse *p, struct text name, struct parse_place at);
/* What `changes` and `retires` name: kind NULL when only a name is given. */
struct ast_node *parse_target(struct parse *p, const struct text *kind, struct parse_place kind_at, struct text name,
                              struct parse_place at);
/* One more part of an item's first line, or clause of a pack: each stands once, where it means something. */
struct ast_node *parse_part(struct parse *p, struct ast_node *parts, struct ast_node *part);
/* A cell that is a run of codes (run.h). */
struct ast_node *parse_run(struct parse *p, struct text run, struct parse_place at);
void parse_units_word(struct parse *p, struct text word, struct parse_place at);
void parse_rows_word(struct parse *p, struct text word, struct parse_place at);
void parse_too_deep(struct parse *p, struct parse_place at);
/* The item as it is; or a broken one in its place when a mistake was reported in it, or it is nested too deep. */
struct ast_node *parse_item(struct parse *p, struct ast_node *item, struct parse_place at);
/* An item that the parser gave up, or more of it. */
void parse_lost(struct parse *p, struct parse_place at);

/* syntax.c */
struct ast_node *parse_broken(struct parse *p, struct parse_place at);
/* One diagnostic for a token (0: the end) that does not fit. found, expected: tokens as the grammar words them. */
void syntax_report(struct parse *p, struct parse_place at, int token, const char *found, const char *const *expected,
                   int count);
int item_keyword(struct text word); /* token, or 0 */
void character_odd(struct parse *p, struct parse_place at);
/* after_unknown: the item before it was none either. */
void item_unknown(struct parse *p, struct parse_place at, int after_unknown);

#endif
