/* Builds small images in memory for the tests of vm/. Everything is fixed in size and asserts when it is full. */
#ifndef EDICT_TESTS_IMAGE_BUILDER_H
#define EDICT_TESTS_IMAGE_BUILDER_H

#include "vm/image.h"

#include <stddef.h>

struct image_builder {
    struct image_header header;
    char text[8192];
    uint32_t text_size;
    struct image_string strings[256];
    uint32_t string_count;
    uint32_t words[64];
    uint32_t word_count;
    struct image_domain domains[32];
    uint32_t domain_count;
    struct image_register registers[512];
    uint32_t register_count;
    struct image_const consts[256];
    uint32_t const_count;
    struct image_fact facts[64];
    uint32_t fact_count;
    struct image_policy policies[8];
    uint32_t policy_count;
    struct image_setting settings[16];
    uint32_t setting_count;
    uint32_t fact_words[32];
    uint32_t fact_word_count;
    struct image_set sets[8];
    uint32_t set_count;
    struct image_range ranges[32];
    uint32_t range_count;
    struct image_relation relations[4];
    uint32_t relation_count;
    int64_t cells[256];
    uint32_t cell_count;
    uint32_t code[8192];
    uint32_t code_size;
    struct image_item items[8];
    uint32_t item_count;
    struct image_row rows[64];
    uint32_t row_count;
    uint32_t lists[4];
    uint32_t list_count;
    struct image_source sources[1];
    uint32_t source_count;
    struct image_cite cites[4];
    uint32_t cite_count;
    uint32_t cite_refs[4];
    uint32_t cite_ref_count;
    struct image_bound bounds[4];
    uint32_t bound_count;
    struct image_column columns[4];
    uint32_t column_count;
    uint32_t given[4];
    uint32_t given_count;
    int64_t pairs[16];
    uint32_t pairs_count;
};

/* With the encounter (domain 0), its date fact (register 0), one source, one item and the list "charges". */
void builder_start(struct image_builder *b);
uint32_t builder_string(struct image_builder *b, const char *text);
uint32_t builder_word(struct image_builder *b, const char *text); /* in the order of their bytes */
uint32_t builder_domain(struct image_builder *b, enum domain_kind kind, uint32_t x, uint32_t y);
uint32_t builder_reg(struct image_builder *b, uint32_t domain, enum value_type type);
uint32_t builder_link(struct image_builder *b, uint32_t domain, uint32_t target);
uint32_t builder_fact(struct image_builder *b, uint32_t domain, enum value_type type);
uint32_t builder_const(struct image_builder *b, enum value_type type, int64_t value);
uint32_t builder_absent(struct image_builder *b, enum value_type type);
uint32_t builder_row(struct image_builder *b);
uint32_t builder_set(struct image_builder *b, const struct image_range *ranges, uint32_t count);
uint32_t builder_relation(
    struct image_builder *b, uint32_t columns, uint32_t keys, const int64_t *cells, uint32_t rows);
void builder_op(struct image_builder *b, enum op op, const uint32_t *words, size_t count);
#define OP(b, name, ...) \
    builder_op(b, OP_CODE_##name, (const uint32_t[]){ __VA_ARGS__ }, \
        sizeof(const uint32_t[]){ __VA_ARGS__ } / sizeof(uint32_t))
/* The image; free() it. */
unsigned char *builder_image(struct image_builder *b, size_t *size);
/* Packed code. */
int64_t code_of(const char *text);

#endif
