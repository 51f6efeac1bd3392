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
struct part;

/* What a reader knows of a layout. */
struct layout {
    const char *words[2];
    char separator;
    int quoted;       /* fields may stand in quotes; else a line is a record */
    int closed;       /* the last line has its end: else the file is cut off */
    unsigned passes;  /* 2: what the columns are is not known before */
    const char *hint; /* what such a file looks like */
    int (*begin)(struct reading *x);
    int (*between)(struct reading *x); /* the passes; NULL: nothing to do */
    void (*record)(struct reading *x, const struct text *fields, unsigned count);
    void (*end)(struct reading *x);                    /* of each file */
    void (*name)(const char *name, struct part *part); /* what the file's name says */
    /* could these first bytes of a file be of this layout? NULL: nobody can tell */
    int (*looks)(struct text head);
    int dated;      /* a name without a day is refused */
    unsigned parts; /* files of a numbered table: at least so many; 0: any */
};

/* One file. What its name does not say stays as it is: day DATE_MIN_OPEN, the numbers 0. */
struct part {
    const char *name, *path;
    struct span span;
    int32_t day;            /* first day of its quarter */
    int32_t from, until;    /* the part of time that it answers for */
    unsigned part;          /* number among the parts of one table */
    unsigned revision;      /* + 1 */
    struct text stem, tail; /* which table it is, whatever the quarter: the name in front of it and behind it */
    int year;               /* of the notice above the table */
    unsigned dates_at;      /* where the first day in force stands in its lines, + 1; 0: not known */
};

struct reading {
    struct model *m;
    struct relation *r;
    const struct ast_node *from;
    const struct layout *layout;
    struct part *part, *parts;
    unsigned part_count;
    uint64_t line, records, rows; /* of this file; rows: of all that were kept */
    uint64_t seen;                /* rows of all files, kept or not */
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
    int worded;      /* 1: lines of words, -1: a table with a header, 0: not known yet */
    uint32_t atoms[2];
    int32_t newest; /* of all dates of this file */
    struct {
        unsigned at, count;
    } dates[4]; /* where dates stand in the lines of this file, and in how many */
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

/* ---- files_name.c: what the names of published files say, and whether they go together */
int quarter_of(int year, int quarter, int32_t *day);
int32_t quarter_end(int32_t day);
void version_name(const char *name, struct part *part);
void effective_name(const char *name, struct part *part);
void quarter_name(const char *name, struct part *part);
void release_name(const char *name, struct part *part);
const char *day_text(struct reading *x, int32_t day);
/* Each part once and all of them; one table, one revision. Reports. */
void parts_check(struct reading *x);

/* ---- files_read.c: one file from its first byte to its last. 0: reported. */
int file_records(struct reading *x, XXH3_state_t *hash);

/* ---- files_fields.c: what the layouts share */
int digits_read(const char *at, unsigned size, int *out);
int looks_like_code(struct text t); /* five capital letters and digits, most of them digits */
int64_t code_field(struct reading *x, struct text t);
int32_t plausible_date(struct reading *x, struct text t, int32_t open);
/* Does a row begin long after the quarter that the file's name says? */
void begin_look(struct reading *x, int32_t from);
/* A record above the rows of a table. */
void notice_look(struct reading *x, const struct text *fields, unsigned count);
void year_look(struct reading *x); /* behind it: do the notice and the file's name speak of one year? */
void end_look(struct reading *x);  /* of a file with a notice */

/* A table whose header has known names, in any order; `*_code`: whatever ends like this. */
struct wanted {
    const char *names[3];
    int optional;
};
/* The header: x->target[i] is where the i-th wanted column stands, or FILE_COLUMNS. */
void wanted_find(struct reading *x, const struct text *fields, unsigned count, const struct wanted *w, unsigned wanted);
int fields_fit(struct reading *x, unsigned count);

/* ---- files_addon.c */
int addon_begin(struct reading *x);
int addon_between(struct reading *x);
int addon_looks(struct text head);
void addon_record(struct reading *x, const struct text *fields, unsigned count);
void addon_end(struct reading *x);

/* ---- files_table.c, files_layout.c */
int table_begin(struct reading *x);
void table_record(struct reading *x, const struct text *fields, unsigned count);
int table_types(struct reading *x);
const struct layout *layout_find(const struct ast_node *reader);
/* The layout that the file looks like; NULL: none, or it cannot be read. */
const struct layout *layout_recognise(struct arena *arena, const char *path);

#endif
