/* What scanner, grammar and the wording of syntax errors share while one source is read. Private to lang/. */
#ifndef EDICT_LANG_PARSE_H
#define EDICT_LANG_PARSE_H

#include "lang/ast.h"

struct place {
    uint32_t from, to;
}; /* bytes of the source: bison's location */
#define YYLLOC_DEFAULT(now, rhs, n)                                                                                    \
    do {                                                                                                               \
        (now).from = (n) ? YYRHSLOC(rhs, 1).from : YYRHSLOC(rhs, 0).to;                                                \
        (now).to = (n) ? YYRHSLOC(rhs, n).to : YYRHSLOC(rhs, 0).to;                                                    \
    } while (0)

enum { COLUMNS_MAX = 128 };

struct parse {
    struct arena *arena;
    struct diags *diags;
    const struct source *source;
    uint32_t index; /* of the source */
    struct ast_file *file;
    struct ast_comment *last_comment;
    uint32_t at;                   /* byte where the next token starts */
    uint32_t item_at, item_before; /* where this item and the one before it begin */
    uint32_t bad_at;               /* last place of a reported lexical error; UINT32_MAX: none */
    int item;                      /* token of the item's keyword */
    int header_seen, after_bar, after_then, last;
    unsigned column;
    unsigned char free_column[COLUMNS_MAX], type_column[COLUMNS_MAX];
};

static inline struct span parse_span(const struct parse *p, struct place at)
{
    return (struct span){p->index, at.from, at.to};
}

/* syntax.c */
struct ast_node *parse_broken(struct parse *p, struct place at);
/* One diagnostic for a token that does not fit. expected: token names as the grammar words them. */
void syntax_report(struct parse *p, struct place at, int found_end, const char *found, const char *const *expected,
                   int count);
int item_keyword(struct text word); /* token, or 0 */
void item_unknown(struct parse *p, struct place at);

#endif
