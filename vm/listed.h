/* Which pairs of records the relations of a CROSS may list, seen quickly: eval_listed.c. */
#ifndef EDICT_VM_LISTED_H
#define EDICT_VM_LISTED_H

#include "vm/eval.h"

enum { LISTINGS = 4 };

/* One relation: either the hashes of its keys in parts, or its pairs of codes. */
struct listing {
    const struct relation_index *index;
    uint64_t fixed;
    const uint64_t *parts[2];  /* of the hash, of each record of x and of y; fixed: of keys of neither */
    uint32_t keys[2];          /* how many of x and of y */
    uint32_t turned;           /* the first code is y's */
    struct pairs_question codes; /* filters NULL: it is not one */
};
struct listed {
    uint32_t count; /* 0: every pair stays */
    struct listing of[LISTINGS];
};

/* `at`: the operands of the CROSS of domain d from the number of relations on. Nothing is left out where a key is not
 * documented. 0: failed. */
int listed_open(struct edict_evaluator *e, const struct image_domain *d, const uint32_t *at, struct listed *listed);
/* Sets may for the records of x (side 0) or y (1) that are in some row. 0: not to be seen from one record. */
int listed_may(const struct listed *listed, uint32_t side, uint32_t records, unsigned char *may);
/* Sets keep for the pairs that one of the relations may list. */
void listed_keep(
    const struct listed *listed, const int64_t *x, const int64_t *y, uint32_t count, unsigned char *keep);
/* Makes the pairs of one record of x with those of a list that a relation may list, and says how many; one more may be
 * written. `itself`: a record of y that is left out, or NONE. */
struct second_list {
    const uint32_t *list;
    uint32_t count, itself;
};
uint32_t listed_pairs(const struct listing *l, uint32_t i, const struct second_list *second, int64_t *x, int64_t *y);

#endif
