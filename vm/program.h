/* A verified image, immutable and shareable between threads: the only thing that an evaluator accepts. Made by
 * program_verify() from bytes that nobody trusts; after it no index in the image needs another check. */
#ifndef EDICT_VM_PROGRAM_H
#define EDICT_VM_PROGRAM_H

#include "edict.h"
#include "vm/image.h"
#include "vm/ops.h"

/* Rows of a relation by hash of their keys. */
struct relation_index {
    uint32_t *slots;           /* further bits of the hash << 16 | row + 1 at the first of equal ones; 0: none */
    uint64_t *known;           /* bits by the hash of all keys, and of each: 0, no row has it */
    unsigned shift, known_for; /* of the hash, for its slot and for its bit */
};
/* The hash of keys is the sum of each key times a factor of its own: its upper bits know all of them. */
static inline uint64_t key_factor_next(uint64_t factor) { return factor * 0xD1342543DE82EF95u; }
#define KEY_FACTOR_FIRST 0x9E3779B97F4A7C15u

/* Relations of up to so many rows are looked at row by row when an image is opened, and have an index. Of larger ones
 * only the place and size are: look-ups find what they can, and a row that makes no sense is no row. */
enum { RELATION_LOOKED_AT = 1 << 15 };
static inline int relation_looked_at(const struct image_relation *r) { return r->rows <= RELATION_LOOKED_AT; }

struct edict_program {
    const unsigned char *bytes;
    size_t size;
    enum { BYTES_OWN, BYTES_MAPPED, BYTES_VIEWED } hold; /* free, munmap, or the caller's */
    const struct image_header *header;
    const struct image_string *strings;  uint32_t string_count;
    const char *text;                    uint64_t text_size;
    const uint32_t *words;               uint32_t word_count;
    const struct image_domain *domains;  uint32_t domain_count;
    const struct image_register *registers; uint32_t register_count;
    const struct image_const *consts;    uint32_t const_count;
    const struct image_fact *facts;      uint32_t fact_count;
    const uint32_t *fact_words;          uint32_t fact_word_count;
    const struct image_policy *policies; uint32_t policy_count;
    const struct image_setting *settings; uint32_t setting_count;
    const struct image_set *sets;        uint32_t set_count;
    const struct image_range *ranges;    uint32_t range_count;
    const struct image_relation *relations; uint32_t relation_count;
    const int64_t *cells;                uint64_t cell_count;
    const unsigned char *pairs;          uint64_t pairs_size;
    const uint32_t *code;                uint32_t code_size;
    const struct image_item *items;      uint32_t item_count;
    const struct image_row *rows;        uint32_t row_count;
    const struct image_cite *cites;      uint32_t cite_count;
    const uint32_t *cite_refs;           uint32_t cite_ref_count;
    const struct image_bound *bounds;    uint32_t bound_count;
    const uint32_t *lists;               uint32_t list_count;
    const struct image_source *sources;  uint32_t source_count;
    const struct image_column *columns;  uint32_t column_count;
    const uint32_t *given;               uint32_t given_count;
    char image_hex[33], rules_hex[33];
    struct relation_index *indexes;      /* derived: one a relation; without slots: searched */
    uint64_t *reach;                     /* derived: greatest `hi` of a set's ranges up to this one */
    char *policy_texts;                  /* derived: permitted values of each policy, ", " between, 0 behind */
    uint32_t *policy_text_at;
};

/* Text of string `n`; ends with a 0 byte in the image (the writer puts one behind every string). */
static inline const char *program_string(const struct edict_program *p, uint32_t n)
{
    return p->text + p->strings[n].at;
}

/* lookup.c: makes the indexes. 0: no memory. */
int relations_index(struct edict_program *p);
void relations_free(struct edict_program *p);

/* One operand met by layout_walk. */
struct operand {
    char letter;             /* of the layout; '(' : the count of a group, ')' : its end */
    uint32_t place;          /* index of the letter in the layout */
    uint32_t depth;          /* groups around it */
    uint32_t number[4];      /* which repetition of each of them */
    const uint32_t *word;    /* the word; for A the first of three */
};
/* Shows the operands at [at, end) in order to `visit` until it returns 0. 1: all were shown, nothing is left over. */
int layout_walk(const char *layout, const uint32_t *at, const uint32_t *end,
                int (*visit)(void *context, const struct operand *operand), void *context);

/* Fills `error` (may be NULL) and returns `status`. */
edict_status image_error(edict_error *error, edict_status status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* verify_code.c, called by program_verify once the sections are known to be sound. */
edict_status program_verify_code(const struct edict_program *p, edict_error *error);
/* Is one value of a type one that the type may have in an image (word and string numbers in range, 0 or 1 …)? */
int program_value_fits(const struct edict_program *p, uint32_t type, int64_t value);

/* Checks header, directory, every index of every section, and the code: operand layout, domains and types of registers
 * on the straight line, single assignment before use. Fills `p` from p->bytes/size. */
edict_status program_verify(struct edict_program *p, edict_error *error);

#endif
