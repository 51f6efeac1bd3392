/* What a compilation holds; shared by the files behind include/edict_compile.h. */
#ifndef EDICT_COMPILER_COMPILE_H
#define EDICT_COMPILER_COMPILE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/diag.h"
#include "compiler/model.h"
#include "edict_compile.h"

struct edict_compilation {
    struct arena arena;
    struct diags diags;
    struct model model;
    struct buffer image;
    struct source *shown; /* the sources named as they were opened, for reports: a place that the reader can go to */
    const char *const *tables; /* of the options, copied */
    size_t table_count;
    int strict, broken;   /* broken: some item could not be read, so names may be missing */
};

/* message: a format with one %s, for `what`. */
void error_fill(edict_error *error, edict_status status, const char *code, const char *message, const char *what);

/* The pipeline in three steps, for those who bring the items themselves. An empty compilation, or NULL: no memory. */
struct edict_compilation *compilation_new(void);
/* `given`: sources that are read instead of files (of which the first is the pack), or NULL. */
edict_status compilation_read(struct edict_compilation *c, const char *path, const struct archive *given,
                              const edict_compile_options *options, edict_error *error);
/* From the composed items in `model` to the image. 0: no memory. */
int compilation_finish(struct edict_compilation *c);

#endif
