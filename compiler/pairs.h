/* Rows of a relation in little room: two codes each, and what follows them (further columns, dates) once for all rows
 * that agree in it. A table of some million rows takes six bytes a row here, four in the image. */
#ifndef EDICT_COMPILER_PAIRS_H
#define EDICT_COMPILER_PAIRS_H

#include "base/buffer.h"
#include "compiler/archive.h"
#include "vm/code_pairs.h"

#define PAIRS_LEAST 4096u /* fewer rows are kept cell by cell */

struct pair_row {
    uint16_t first, second, tail;
};
struct pair_chunk {
    struct pair_chunk *next;
    uint32_t count, room;
    struct pair_row rows[];
};
#define NUMBERS_MAX 65535u /* different codes of a table, and different tails */
/* Different values, numbered as they come; `width` numbers each. */
struct numbering {
    int64_t *values;
    uint32_t count, room, width, last;
    uint16_t *index; /* of 4 * room: number + 1 */
};
struct pairs {
    struct numbering codes, tails; /* a tail: the columns from the third on, from, until */
    struct pair_chunk *first, *now;
    uint64_t rows;
    /* in the image, once written */
    int written;
    uint32_t filter_words;
    uint64_t at;
};

struct pairs *pairs_new(struct model *m, unsigned columns);
/* The codes are cells[0] and cells[1]. 0: more different codes or tails than can be numbered, or no memory. */
int pairs_add(struct model *m, struct pairs *p, const int64_t *cells, unsigned columns, int32_t from, int32_t until);
/* Cell by cell after all: for few rows, and for look-ups that do not begin with both codes. */
void relation_expand(struct model *m, struct relation *r);
/* The rows, for rows_give_out. 0: no memory. */
int pairs_give(struct arena *arena, const struct model *m, const struct relation *r, struct table_rows *t);
/* Sorted by both codes, for SECTION_PAIRS. 0: no memory. */
int pairs_write(struct model *m, struct pairs *p, struct buffer *out);
/* Where it was written: of the relation in the image what concerns its pairs; the rest is 0. */
struct image_relation pairs_relation(const struct pairs *p);

#endif
