/* Small images in memory: arrays that are laid out as sections. */
#include "tests/unit/image_builder.h"

#include "vm/program.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define ADD(b, list, counter) (assert((b)->counter < sizeof(b)->list / sizeof *(b)->list), &(b)->list[(b)->counter++])

void builder_start(struct image_builder *b)
{
    memset(b, 0, sizeof *b);
    builder_string(b, "");
    builder_string(b, "pack");
    b->header.pack_name = b->header.pack_title = b->header.pack_owner = b->header.pack_version = 1;
    b->header.until = INT32_MAX;
    b->header.answers_register = b->header.source_shown = NONE;
    builder_domain(b, DOMAIN_ROOT, NONE, NONE);
    b->header.date_register = builder_fact(b, 0, TYPE_DATE);
    b->facts[0].is_selector = 1;
    const char *source = "table x\n  | a | b |\n";
    uint32_t at = b->strings[builder_string(b, source)].at;
    *ADD(b, sources, source_count) = (struct image_source){ .name = 1, .at = at, .size = strlen(source) };
    *ADD(b, items, item_count) = (struct image_item){ .name = 1, .to = 7 };
    *ADD(b, lists, list_count) = builder_string(b, "charges");
}

uint32_t builder_string(struct image_builder *b, const char *text)
{
    uint32_t size = (uint32_t)strlen(text);
    assert(b->text_size + size + 1 <= sizeof b->text);
    memcpy(b->text + b->text_size, text, size + 1);
    *ADD(b, strings, string_count) = (struct image_string){ b->text_size, size };
    b->text_size += size + 1;
    return b->string_count - 1;
}

uint32_t builder_word(struct image_builder *b, const char *text)
{
    *ADD(b, words, word_count) = builder_string(b, text);
    return b->word_count - 1;
}

uint32_t builder_domain(struct image_builder *b, enum domain_kind kind, uint32_t x, uint32_t y)
{
    *ADD(b, domains, domain_count) =
        (struct image_domain){ .name = 1, .kind = kind, .key = 1, .a = x, .b = y, .known = NONE, .link = NONE };
    return b->domain_count - 1;
}

uint32_t builder_reg(struct image_builder *b, uint32_t domain, enum value_type type)
{
    *ADD(b, registers, register_count) = (struct image_register){ .domain = (uint16_t)domain, .type = (uint8_t)type };
    return b->register_count - 1;
}

uint32_t builder_link(struct image_builder *b, uint32_t domain, uint32_t target)
{
    uint32_t reg = builder_reg(b, domain, TYPE_LINK);
    b->registers[reg].target = target;
    return reg;
}

uint32_t builder_fact(struct image_builder *b, uint32_t domain, enum value_type type)
{
    uint32_t reg = builder_reg(b, domain, type);
    *ADD(b, facts, fact_count) = (struct image_fact){ .name = 1, .domain = domain, .reg = reg, .type = type };
    return reg;
}

uint32_t builder_const(struct image_builder *b, enum value_type type, int64_t value)
{
    uint32_t reg = builder_reg(b, 0, type);
    *ADD(b, consts, const_count) = (struct image_const){ .reg = reg, .value = value };
    return reg;
}

uint32_t builder_absent(struct image_builder *b, enum value_type type)
{
    uint32_t reg = builder_const(b, type, 0);
    b->consts[b->const_count - 1].state = 1;
    return reg;
}

uint32_t builder_row(struct image_builder *b)
{
    *ADD(b, rows, row_count) = (struct image_row){ .number = b->row_count, .from = 8, .to = 10 };
    return b->row_count - 1;
}

uint32_t builder_set(struct image_builder *b, const struct image_range *ranges, uint32_t count)
{
    *ADD(b, sets, set_count) = (struct image_set){ .name = 1, .at = b->range_count, .count = count, .item = 0 };
    for (uint32_t i = 0; i < count; i++)
        *ADD(b, ranges, range_count) = ranges[i];
    return b->set_count - 1;
}

uint32_t builder_relation(struct image_builder *b, uint32_t columns, uint32_t keys, const int64_t *cells, uint32_t rows)
{
    *ADD(b, relations, relation_count) =
        (struct image_relation){ .name = 1, .columns = columns, .keys = keys, .at = b->cell_count, .rows = rows };
    for (uint32_t i = 0; i < rows * (columns + 3); i++)
        *ADD(b, cells, cell_count) = cells[i];
    return b->relation_count - 1;
}

void builder_op(struct image_builder *b, enum op op, const uint32_t *words, size_t count)
{
    *ADD(b, code, code_size) = (uint32_t)op | (uint32_t)(count + 1) << 8;
    for (size_t i = 0; i < count; i++)
        *ADD(b, code, code_size) = words[i];
}

unsigned char *builder_image(struct image_builder *b, size_t *size)
{
    const struct {
        const void *at;
        size_t size;
    } sections[SECTION_COUNT] = {
#define SECTION(number, list, counter) [number] = { b->list, b->counter * sizeof *b->list }
        SECTION(SECTION_STRINGS, strings, string_count),
        SECTION(SECTION_TEXT, text, text_size),
        SECTION(SECTION_WORDS, words, word_count),
        SECTION(SECTION_DOMAINS, domains, domain_count),
        SECTION(SECTION_REGISTERS, registers, register_count),
        SECTION(SECTION_CONSTS, consts, const_count),
        SECTION(SECTION_FACTS, facts, fact_count),
        SECTION(SECTION_FACT_WORDS, fact_words, fact_word_count),
        SECTION(SECTION_POLICIES, policies, policy_count),
        SECTION(SECTION_SETTINGS, settings, setting_count),
        SECTION(SECTION_SETS, sets, set_count),
        SECTION(SECTION_SET_RANGES, ranges, range_count),
        SECTION(SECTION_RELATIONS, relations, relation_count),
        SECTION(SECTION_CELLS, cells, cell_count),
        SECTION(SECTION_CODE, code, code_size),
        SECTION(SECTION_ITEMS, items, item_count),
        SECTION(SECTION_ROWS, rows, row_count),
        SECTION(SECTION_LISTS, lists, list_count),
        SECTION(SECTION_SOURCES, sources, source_count),
        SECTION(SECTION_CITES, cites, cite_count),
        SECTION(SECTION_CITE_REFS, cite_refs, cite_ref_count),
        SECTION(SECTION_BOUNDS, bounds, bound_count),
        SECTION(SECTION_COLUMNS, columns, column_count),
        SECTION(SECTION_GIVEN, given, given_count),
        SECTION(SECTION_PAIRS, pairs, pairs_count),
#undef SECTION
    };
    size_t at = (sizeof b->header + 15) / 16 * 16;
    memcpy(b->header.magic, IMAGE_MAGIC, 8);
    b->header.format = IMAGE_FORMAT;
    b->header.ops = ops_fingerprint();
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        b->header.sections[i] = (struct image_slice){ at, sections[i].size };
        at = (at + sections[i].size + 15) / 16 * 16;
    }
    b->header.size = *size = at;
    unsigned char *image = calloc(1, at);
    assert(image);
    memcpy(image, &b->header, sizeof b->header);
    for (size_t i = 0; i < SECTION_COUNT; i++)
        if (sections[i].size)
            memcpy(image + b->header.sections[i].offset, sections[i].at, sections[i].size);
    XXH128_canonical_t hash;
    XXH128_canonicalFromHash(&hash, XXH3_128bits(image, at));
    memcpy(image + offsetof(struct image_header, image_hash), hash.digest, 16);
    return image;
}

int64_t code_of(const char *text)
{
    uint64_t code = 0;
    for (unsigned i = 0; i < 8; i++)
        code = code << 8 | (*text ? (unsigned char)*text++ : 0);
    return (int64_t)code;
}
