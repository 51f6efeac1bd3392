/* What the comparison of two versions shares. A pair is one item in both versions; it falls into slots (a clause, a
 * row, an entry of a list, a policy), each with what stands there in the old and in the new version. A slot that
 * differs belongs to a change. A hybrid takes of every slot the new parts where its change was chosen, else the old
 * ones. */
#ifndef EDICT_COMPILER_DIFFERENCE_H
#define EDICT_COMPILER_DIFFERENCE_H

#include "compiler/archive.h"
#include "compiler/compile.h"

struct change {
    edict_change shown;
    int order; /* of kinds, for sorting */
    unsigned number;
    struct change *next;
};

enum slot_kind { SLOT_CLAUSE, SLOT_ROW, SLOT_ENTRY };

/* One thing that stands in a slot, of either version. */
struct part {
    const struct ast_node *node;   /* clause, row or entry */
    const struct ast_node *header; /* of a row: its columns */
    int32_t from, until;
    const struct ast_node *cite;
    int number, except;
};

struct slot {
    enum slot_kind kind;
    struct part *old, *now;
    unsigned olds, news;
    struct change *change; /* NULL: both are the same */
    struct text policy;    /* of a row of policies: its settings go with it */
    struct slot *next;
};

/* An item that is called differently in the new version. */
struct rename {
    struct text old, now;
    struct change *change;
    struct rename *next;
};

struct pair {
    struct item *old, *now; /* either may be NULL: added, removed */
    struct change *whole;   /* added, removed, or replaced as a whole */
    struct change *dates, *cite, *renamed;
    struct slot *first, *last;
    struct table_pair *table; /* of a relation, bundle, limit (diff_tables.h) */
};

/* One of the two versions. */
struct version {
    const char *path;
    struct archive archive; /* of an image: bytes NULL for a source */
    struct edict_compilation *made;
};

struct edict_difference {
    struct arena arena;
    struct version versions[2];
    struct diags diags; /* of reading the new version once more */
    struct edict_compilation *old, *now;
    struct model read;      /* the new version composed, its sources numbered behind the old one's */
    struct source *sources; /* of both */
    unsigned source_count;
    struct pair *pairs;
    unsigned pair_count;
    struct rename *renames;
    struct change *first, *last, **all;
    unsigned count, answering; /* changes; those that can alter an answer come first */
    struct edict_compilation *hybrid;
    unsigned *needed;
    struct change *effective, *answers; /* of the pack */
    struct change spare;                /* stand in when there is no memory: the comparison is thrown away */
    struct slot spare_slot;
    int oom;
};

/* ---- difference.c */
struct change *change_new(struct edict_difference *d, const char *kind, int answers, const char *item);
/* The sentence. */
void change_say(struct edict_difference *d, struct change *c, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Days of service on which it makes a difference. */
void change_dates(struct edict_difference *d, struct change *c, int32_t from, int32_t until);
void change_cite(struct edict_difference *d, struct change *c, const struct ast_node *cite);
struct slot *slot_new(struct edict_difference *d, struct pair *p, enum slot_kind kind);
void part_add(struct edict_difference *d, struct slot *s, int now, struct part part);

/* ---- diff_text.c: nodes as texts */
/* What a node says, the same for all ways of writing it: hours and minutes, `a, b` and `b, a`. NULL: "". */
const char *node_canon(struct edict_difference *d, const struct ast_node *n);
/* As it is written, blanks made one. */
const char *node_text(struct edict_difference *d, const struct ast_node *n);
const char *text_copy(struct edict_difference *d, struct text t);
const char *date_shown(struct edict_difference *d, int32_t day);
/* "table family" */
const char *item_text(struct edict_difference *d, const struct item *it);
/* The same with its label behind: "table family (what a service is)". */
const char *item_words(struct edict_difference *d, const struct item *it);
const char *cites_text(struct edict_difference *d, const struct ast_node *cite);
int same_text(const char *a, const char *b);

/* ---- diff_names.c */
void renames_find(struct edict_difference *d);
int node_is_old(const struct edict_difference *d, const struct ast_node *n);
/* What the node says with the names changed; `chosen`: of the changes, or NULL for the new names everywhere. */
struct text name_mapped(struct edict_difference *d, struct arena *arena, const struct ast_node *n,
                        const unsigned char *chosen);
/* What the new version calls it. */
struct text name_new(const struct edict_difference *d, struct text old);
/* The same of a whole tree: a copy where a name in it changes. */
const struct ast_node *names_apply(struct edict_difference *d, struct arena *arena, const struct ast_node *n,
                                   const unsigned char *chosen);

/* ---- diff_items.c */
void items_compare(struct edict_difference *d);
/* ---- diff_order.c: does no record fit both rows of the item? 0 also where that is not seen */
int rows_apart(const struct model *m, const struct item *it, unsigned a, unsigned b);

/* ---- diff_rows.c, diff_codes.c, diff_policies.c */
void rows_compare(struct edict_difference *d, struct pair *p);
int tables_compare(struct edict_difference *d, struct pair *p);
/* The rows of a counted change, a line each. */
void tables_tell(struct edict_difference *d, const struct change *c, edict_put *put, void *context);
void codes_compare(struct edict_difference *d, struct pair *p);
void policies_compare(struct edict_difference *d, struct pair *p);

/* ---- diff_hybrid.c: the old version with the chosen changes. NULL: no memory. */
struct edict_compilation *hybrid_make(struct edict_difference *d, const unsigned char *chosen);

#endif
