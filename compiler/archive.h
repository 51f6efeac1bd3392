/* What an image carries of what it was made from: the sources, and the rows of tables that stood in files. With it a
 * pack is compiled again, and compared, without any file beside it. */
#ifndef EDICT_COMPILER_ARCHIVE_H
#define EDICT_COMPILER_ARCHIVE_H

#include "compiler/model.h"

#include "edict.h"

/* Rows of a relation apart from any model. Cells of words and texts hold a `const char *`. */
struct table_rows {
    unsigned columns;
    struct text *names;
    enum value_type *types;
    const char **units; /* of decimals, or "" */
    int64_t *cells;     /* of a row: its columns, then its first and last day */
    size_t count;
};

struct archive {
    struct source *sources;
    unsigned source_count;
};

#endif
