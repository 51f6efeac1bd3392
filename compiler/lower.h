/* From the model to instructions over columns. Medicine ends here: what comes out knows records, columns, sets and
 * tables only. */
#ifndef EDICT_COMPILER_LOWER_H
#define EDICT_COMPILER_LOWER_H

#include "base/buffer.h"
#include "compiler/model.h"

struct vec {
    void *at;
    uint32_t count, room;
}; /* grows; elements of one size */

/* The pairs of two domains: all, or those that differ in no key and that a relation may list. */
enum { CROSS_KEYS = 4, CROSS_LISTED = 40 };
struct cross {
    uint32_t a, b, domain, x, y;
    uint32_t apart, key_count, keys[2 * CROSS_KEYS];       /* registers of a and of b, or NONE: the record itself */
    uint32_t if_a, if_b;                                   /* conditions on either record, or NONE */
    uint32_t relations, listed_size, listed[CROSS_LISTED]; /* operands of CROSS: relations and their keys */
};
/* The fields of a kind of pairs, worked out for those pairs only that a question has made. */
struct view {
    struct kind *kind;
    struct cross pairs;
    struct vec fields; /* struct view_field */
};
struct view_field {
    const struct field *field;
    uint32_t reg;
};
struct cse {
    uint64_t hash;
    uint32_t at, size, reg;
}; /* operands in `keys` */

struct lower {
    struct model *m;
    int phase;       /* 0 facts, 1 charges as emitted, 2 final */
    struct vec code; /* uint32_t */
    struct vec registers, consts, domains, items, rows, cites, cite_refs, sets, ranges, relations, cells, facts,
        fact_words, policies, settings, bounds, lists, sources, columns, given;
    struct vec strings; /* struct image_string */
    struct buffer text, pairs;
    struct vec crosses, memo, keys;
    struct vec views;
    uint32_t view;        /* 1 + the view in which fields of its kind are lowered now; 0: of all pairs */
    uint32_t premise;     /* a condition of the record at hand without which nothing asked of it counts, or NONE */
    int rows_again;       /* rows may have been given out already, for another view */
    uint32_t *memo_index; /* open addressing: number + 1 */
    uint32_t memo_room;
    struct vec origins;   /* struct origin, one a register */
    struct vec looked_up; /* uint32_t, one a relation: a look-up asks for it, so that its keys are unique */
    uint32_t *string_index;
    uint32_t string_index_room;
    uint32_t *const_index; /* open addressing: number + 1; the first const_indexed constants stand in it */
    uint32_t const_index_room, const_indexed;
    uint32_t *word_ids; /* atom → word id */
    uint32_t word_count;
    uint32_t *word_strings;
    uint32_t date, always;  /* registers */
    uint32_t billed, final; /* domains */
    uint32_t final_link;    /* final charge → first billed */
    struct {
        struct kind *kind;
        uint32_t link;
    } from[KINDS_MAX];
    unsigned from_count; /* billed charge → source record */
    uint32_t answers, answers_at;
    int failed;
};

/* How a register came about: the operands of its GATHER (link, source) or AND; op OP_CODES: another way. */
struct origin {
    uint32_t op, a, b;
};

/* Where columns are computed: a domain, and how to reach the two records when it is a cross. */
struct place {
    uint32_t domain;
    uint32_t inner, outer;
    struct kind *record, *outer_record;
    int cross;
};

void *vec_add(struct lower *l, struct vec *v, size_t each, uint32_t count);
/* The operands of one instruction, while they are gathered: words of the heap, that words_give and words_move take. A
 * vec is of words or of vec_add, never both. */
void words_grow(struct lower *l, struct vec *v, uint32_t count);
static inline void word_put(struct lower *l, struct vec *v, uint32_t word)
{
    if (v->count == v->room) words_grow(l, v, 1);
    if (v->count < v->room) ((uint32_t *)v->at)[v->count++] = word;
}
/* Behind the others; `more` is empty then. */
void words_move(struct lower *l, struct vec *v, struct vec *more);
/* As the operands of an instruction; `v` is empty then. */
void words_give(struct lower *l, enum op op, struct vec *v);
#define VEC(v, type) ((type *)(v).at)

/* ---- ir.c */
uint32_t string_id(struct lower *l, const char *z);
uint32_t string_text(struct lower *l, struct text t);
uint32_t reg_new(struct lower *l, uint32_t domain, enum value_type type, uint32_t target);
enum value_type reg_type(const struct lower *l, uint32_t reg);
uint32_t reg_domain(const struct lower *l, uint32_t reg);
uint32_t const_reg(struct lower *l, enum value_type type, int64_t value, int absent);
/* It will be asked for soon. */
void const_expect(struct lower *l, enum value_type type, int64_t value);
/* Appends one instruction; words are its operands. */
void ir_put(struct lower *l, enum op op, const uint32_t *words, uint32_t count);
/* A pure instruction whose first operand is its only output; equal ones are made once. `rest`: the operands after the
 * output. */
uint32_t ir_op(struct lower *l, enum op op, uint32_t domain, enum value_type type, uint32_t target,
               const uint32_t *rest, uint32_t count);
uint32_t ir1(struct lower *l, enum op op, uint32_t domain, enum value_type type, uint32_t a);
uint32_t ir2(struct lower *l, enum op op, uint32_t domain, enum value_type type, uint32_t a, uint32_t b);
/* yes where a record's link names a record (is not -1) */
uint32_t links_somewhere(struct lower *l, uint32_t domain, uint32_t link);
uint32_t gather(struct lower *l, uint32_t link, uint32_t reg);
struct cross *cross_of(struct lower *l, uint32_t a, uint32_t b);
/* The same, by a, b, apart and keys of `like`. */
struct cross *cross_like(struct lower *l, const struct cross *like);
uint32_t domain_new(struct lower *l, struct image_domain d);
uint32_t item_id(struct lower *l, struct item *it);
uint32_t row_id(struct lower *l, struct item *it, const struct item_row *row, const char *hold, struct span span);
uint32_t set_id(struct lower *l, struct code_set *s);
/* image_tables.c: what the columns of tables from files are, so that they can be read out of the image again. */
void columns_number(struct lower *l);
/* The relation with its columns in the order `order` (keys first); one answer: no two rows with the same keys. */
uint32_t relation_id(struct lower *l, struct relation *r, const uint32_t *order, uint32_t keys, int one_answer);
int64_t const_value(struct lower *l, const struct expr *e);

/* ---- reduce.c */
/* The register of an instruction on pairs that asks one of their two records only, computed on that record and
 * gathered; NONE: it must be computed on the pairs. */
uint32_t one_sided(struct lower *l, enum op op, uint32_t domain, enum value_type type, uint32_t target,
                   const uint32_t *rest, uint32_t count);
/* Takes out instructions that nobody reads and that cannot fail. */
void dead_remove(struct lower *l);

/* ---- lower_expr.c */
uint32_t lower_expr(struct lower *l, const struct place *p, const struct expr *e);
uint32_t field_reg(struct lower *l, struct field *f);
uint32_t kind_domain(struct lower *l, struct kind *k);
struct place place_of(struct lower *l, struct kind *k);
struct place place_pair(struct lower *l, struct kind *outer, struct kind *inner);
uint32_t kind_exists(struct lower *l, struct kind *k);                      /* register or NONE */
uint32_t charge_link(struct lower *l, struct kind *to);                     /* link of the current charges to a kind */
uint32_t and_reg(struct lower *l, uint32_t domain, uint32_t a, uint32_t b); /* NONE counts as yes */
/* The condition of a query on its pairs, which it makes. `rule`: the one whose pair it is, or NULL; pairs that its own
 * condition rules out need not be made. */
uint32_t query_mask(struct lower *l, const struct place *outer, const struct query *q, const struct rule *rule,
                    struct place *inner, struct cross **cross);

/* ---- lower_table.c */
uint32_t lower_table(struct lower *l, struct field *f, const struct place *p);
uint32_t lower_hier(struct lower *l, struct field *f, const struct place *p);
uint32_t lower_step(struct lower *l, struct field *f, const struct place *p);
void match_columns(struct lower *l, struct vec *out, const struct table *t, const struct place *p);
void match_cells(struct lower *l, struct vec *out, const struct table *t, const struct row *row, const struct place *p);
void step_words(struct lower *l, struct vec *out, const struct table *t, const struct place *p);

/* ---- lower_items.c */
void lower_group(struct lower *l, struct kind *k);
uint32_t lower_choose(struct lower *l, struct field *f);
uint32_t lower_fold(struct lower *l, struct field *f);
void lower_all(struct lower *l);

/* ---- image_write.c, identity.c */
int image_write(struct lower *l, struct buffer *out);
void rules_identity(struct model *m, unsigned char out[16]);

#endif
