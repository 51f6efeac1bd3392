/* What an image carries of what it was made from: the sources, and the rows of tables that stood in files. With it a
 * pack is compiled again, and compared, without any file beside it. */
#ifndef EDICT_COMPILER_ARCHIVE_H
#define EDICT_COMPILER_ARCHIVE_H

#include "compiler/model.h"

#include "edict.h"

/* Rows of a relation apart from any model: one value a cell. Words and texts stand as `const char *`. */
struct table_rows {
    unsigned columns;
    struct text *names;
    enum value_type *types;
    const char **units; /* of decimals, or "" */
    int64_t *cells;
    const struct item_row **origins; /* with the dates; node NULL: from a file */
    size_t count;
    int packed; /* large: kept in `pairs` when the first two columns are codes */
};

struct archive {
    struct arena *arena;
    const unsigned char *bytes; /* the image, verified */
    size_t size;
    struct source *sources;
    unsigned source_count;
    struct archive_table *tables;
    const char **given; /* tables given beside the pack, as options of the compilation */
    unsigned given_count;
};

/* Opens an image and checks all of it. The archive and its bytes live in the arena. EDICT_IO, EDICT_IMAGE,
 * EDICT_MEMORY. */
edict_status archive_open(struct archive *a, struct arena *arena, const char *path, edict_error *error);
/* Does the file begin like an image? -1: no memory to look. */
int archive_is(const char *path);
const struct image_header *archive_header(const struct archive *a);
/* The rows of an item whose table stood in files, or NULL. */
const struct table_rows *archive_table(const struct model *m, const struct item *it);
/* Fills the hash of a table file by its name. 0: there is none such. */
int archive_file(const struct archive *a, struct data_file *file);

/* Rows into a relation of the model; out of one (in `arena`). 0: no memory. */
int rows_take_in(struct model *m, struct relation *r, const struct table_rows *t);
struct table_rows *rows_give_out(struct arena *arena, const struct model *m, const struct relation *r);

#endif
