/* Rows of one item in both versions, laid out under the columns of both headers together, so that they can be
 * compared cell by cell. What diff_rows.c and diff_row_words.c share. */
#ifndef EDICT_COMPILER_DIFF_ROWS_H
#define EDICT_COMPILER_DIFF_ROWS_H

#include "compiler/difference.h"

struct row_column {
    struct text name;
    int quiet;  /* explains, dates or cites: no part of what the row says */
    int result; /* says what comes, not when */
};

struct row_view {
    const struct item_row *row;
    struct part part;
    const char **canon, **shown; /* by column; "" for `any` and what is left out */
    const char *body;            /* all that counts, in one text */
    const char *cite;
    int otherwise;
    int match;  /* number of the row in the other version that says the same, or -1 */
    int placed; /* in a slot */
    int moves;  /* stands elsewhere in the other version, where that can decide */
    struct change *moved;
};

struct row_sides {
    struct pair *pair;
    struct row_column columns[2 * TABLE_COLUMNS_MAX + 8];
    unsigned column_count;
    struct row_view *old, *now;
    unsigned olds, news;
    int ordered; /* which row stands first can decide */
};

/* ---- diff_row_words.c */
/* "fact value, fact value": what a row asks for. */
const char *row_when(struct edict_difference *d, const struct row_sides *s, const struct row_view *r);
void row_added_say(struct edict_difference *d, const struct row_sides *s, struct change *c, const struct row_view *r,
                   int added);
void row_changed_say(struct edict_difference *d, const struct row_sides *s, struct change *c, const struct row_view *a,
                     const struct row_view *b);
struct change *row_change_new(struct edict_difference *d, const struct row_sides *s, const struct row_view *r);

#endif
