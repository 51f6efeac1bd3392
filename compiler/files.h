/* Reading the rows of a relation from files: what the readers share. A reader gets one record after the other, whatever
 * the file looks like, and hands on rows. */
#ifndef EDICT_COMPILER_FILES_H
#define EDICT_COMPILER_FILES_H

#include "compiler/pairs.h"

#include <xxhash.h>

#define FILE_COLUMNS 32
#define FILE_ROWS_MAX 16000000u

enum column_use { COLUMN_VALUE, COLUMN_FROM, COLUMN_UNTIL, COLUMN_LEFT_OUT };

struct reading;

/* What a reader knows of a layout. */
struct layout {
    const char *words[2];
    char separator;
    int quoted;       /* fields may stand in quotes; else a line is a record */
    int closed;       /* the last line has its end: else the file is cut off */
    unsigned passes;  /* 2: the types of the columns are not known before */
    const char *hint; /* what such a file looks like */
    int (*begin)(struct reading *x);
    void (*record)(struct reading *x, const struct text *fields, unsigned count);
    void (*end)(struct reading *x); /* of each file */
    /* what the file's name says: first day in force, number of the part; either may stay as it is */
    void (*name)(const char *name, int32_t *day, unsigned *part);
    int dated;      /* a name without a day is refused */
    unsigned parts; /* files of a numbered table: at least so many; 0: any */
};

struct part {
    const char *name, *path;
    struct span span;
    int32_t day, from, until; /* in force as its name says; the part of time that it answers for */
    unsigned part;
};

struct reading {
    struct model *m;
    struct relation *r;
    const struct ast_node *from;
    const struct layout *layout;
    struct part *part;
    uint64_t line, records, rows; /* of this file; rows: of all */
    uint64_t room;                /* rows that the plain cells have room for */
    unsigned pass;
    int bad, first_file;
    struct item_row *last;
    struct data_file *file;
    /* fields of the record at hand, for quoted files */
    struct buffer scratch;
    uint32_t sizes[FILE_COLUMNS + 1];
    unsigned fields;
    /* of a file with a header */
    unsigned columns, target[FILE_COLUMNS]; /* of a value column: its number in the relation */
    enum column_use use[FILE_COLUMNS];
    struct text header[FILE_COLUMNS];
    int letters[FILE_COLUMNS], numbers[FILE_COLUMNS], decimals[FILE_COLUMNS], words[FILE_COLUMNS];
    int began, year; /* layouts: the header is behind; year of the notice */
    uint32_t atoms[2];
    int32_t newest;
};

/* Reports E405 once, with file and line. */
void file_error(struct reading *x, const char *what, const char *hint);
/* About a file as a whole. */
void part_error(struct reading *x, const char *what, const char *hint);
/* A row with its dates. The relation's columns and types are known. */
void row_keep(struct reading *x, const int64_t *cells, int32_t from, int32_t until);
/* yyyy-mm-dd, yyyymmdd; empty or `*`: open. */
int32_t date_field(struct reading *x, struct text t, int32_t open);
int columns_set(struct reading *x, const char *const *names, const enum value_type *types, unsigned count);

/* ---- files_read.c: one file from its first byte to its last. 0: reported. */
int file_records(struct reading *x, XXH3_state_t *hash);

/* ---- files_table.c, files_layout.c */
int table_begin(struct reading *x);
void table_record(struct reading *x, const struct text *fields, unsigned count);
int table_types(struct reading *x);
const struct layout *layout_find(const struct ast_node *reader);

#endif
