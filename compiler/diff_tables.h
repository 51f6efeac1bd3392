/* Relations, bundles and limits in both versions: rows by their keys. What diff_tables.c, diff_table_words.c and
 * diff_hybrid.c share. */
#ifndef EDICT_COMPILER_DIFF_TABLES_H
#define EDICT_COMPILER_DIFF_TABLES_H

#include "compiler/difference.h"

/* A row, to be sorted. */
struct table_row {
    const struct table_rows *of;
    size_t at;
};

enum key_change { KEY_ADDED, KEY_DELETED, KEY_CHANGED, KEY_DATES, KEY_SWAPPED, KEY_CHANGES };

/* What differs under one key (or, swapped, under two). */
struct key_difference {
    enum key_change what;
    unsigned column; /* KEY_CHANGED: which */
    const struct table_row *old, *now;
    unsigned olds, news;
    struct change *change;
};

struct table_pair {
    struct table_rows *old, *now;
    struct table_row *old_rows, *new_rows; /* sorted, each once */
    size_t olds, news;
    unsigned keys; /* leading columns that name a row */
    struct key_difference *differences;
    size_t count, room;
    unsigned char *differs; /* by place in old_rows: it stands in a difference */
    struct change *whole;   /* other columns */
};

int64_t table_cell(const struct table_row *r, unsigned column);
int table_cells_same(const struct table_pair *t, const struct table_row *a, const struct table_row *b, unsigned column);

/* Does the one column say again what the other one says? */
int table_follows(const struct table_pair *t, unsigned column, unsigned indicator);

/* ---- diff_table_words.c: one change for each difference, or for all alike where they are many */
void table_changes(struct edict_difference *d, struct pair *p, struct table_pair *t);

#endif
