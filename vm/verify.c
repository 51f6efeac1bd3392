/* The verifier, first half: header, section directory, and every index in every section but the code (verify_code.c).
 * It trusts nothing but the number of bytes; what it lets pass needs no further check. */
#include "vm/code_pairs.h"
#include "vm/program.h"

#include <string.h>

static const uint32_t section_each[SECTION_COUNT] = {
    [SECTION_STRINGS] = sizeof(struct image_string),
    [SECTION_TEXT] = 1,
    [SECTION_WORDS] = sizeof(uint32_t),
    [SECTION_DOMAINS] = sizeof(struct image_domain),
    [SECTION_REGISTERS] = sizeof(struct image_register),
    [SECTION_CONSTS] = sizeof(struct image_const),
    [SECTION_FACTS] = sizeof(struct image_fact),
    [SECTION_FACT_WORDS] = sizeof(uint32_t),
    [SECTION_POLICIES] = sizeof(struct image_policy),
    [SECTION_SETTINGS] = sizeof(struct image_setting),
    [SECTION_SETS] = sizeof(struct image_set),
    [SECTION_SET_RANGES] = sizeof(struct image_range),
    [SECTION_RELATIONS] = sizeof(struct image_relation),
    [SECTION_CELLS] = sizeof(int64_t),
    [SECTION_CODE] = sizeof(uint32_t),
    [SECTION_ITEMS] = sizeof(struct image_item),
    [SECTION_ROWS] = sizeof(struct image_row),
    [SECTION_CITES] = sizeof(struct image_cite),
    [SECTION_CITE_REFS] = sizeof(uint32_t),
    [SECTION_BOUNDS] = sizeof(struct image_bound),
    [SECTION_LISTS] = sizeof(uint32_t),
    [SECTION_SOURCES] = sizeof(struct image_source),
    [SECTION_PAIRS] = 1,
    [SECTION_COLUMNS] = sizeof(struct image_column),
    [SECTION_GIVEN] = sizeof(uint32_t),
};

static edict_status bad(edict_error *error, const char *what, uint32_t n)
{
    return image_error(error, EDICT_IMAGE, "damaged_image", "the image is damaged: %s %u", what, n);
}

static int is_string(const struct edict_program *p, uint32_t n) { return n < p->string_count; }
static int is_optional(uint32_t n, uint32_t count) { return n == NONE || n < count; }
static int is_slice(uint32_t at, uint32_t size, uint64_t count) { return at <= count && size <= count - at; }

static int is_span(const struct edict_program *p, uint32_t source, uint32_t from, uint32_t to)
{
    return (source == NONE && from == 0 && to == 0) ||
           (source < p->source_count && from <= to && to <= p->sources[source].size);
}

/* A register of the encounter, or NONE. */
static int is_root_register(const struct edict_program *p, uint32_t reg, uint32_t type)
{
    return reg < p->register_count && p->registers[reg].domain == 0 && p->registers[reg].type == type;
}

int program_value_fits(const struct edict_program *p, uint32_t type, int64_t value)
{
    switch (type) {
    case TYPE_BOOL: return value == 0 || value == 1;
    case TYPE_WORD: return value >= 0 && value < p->word_count;
    case TYPE_TEXT: return value >= 0 && value < p->string_count;
    case TYPE_ROW: return value >= -1 && value < (int64_t)p->row_count;
    case TYPE_CODES:
    case TYPE_TIMES:
    case TYPE_SET: return value == 0;
    case TYPE_LINK: return value == -1;
    case TYPE_CODE:
    case TYPE_LEVEL: return value >= 0;
    default: return type < TYPE_COUNT_OF;
    }
}

static edict_status check_header(const struct edict_program *p, edict_error *error)
{
    const struct image_header *h = p->header;
    if (memcmp(h->magic, IMAGE_MAGIC, 8) != 0)
        return image_error(error, EDICT_IMAGE, "no_image", "this is no Edict image");
    if (h->format != IMAGE_FORMAT)
        return image_error(error, EDICT_IMAGE, "other_format", "the image has format %u, this program reads format %u",
            h->format, IMAGE_FORMAT);
    if (h->ops != ops_fingerprint())
        return image_error(
            error, EDICT_IMAGE, "other_format", "the image was compiled for other instructions: compile it again");
    if (h->size != p->size)
        return image_error(error, EDICT_IMAGE, "damaged_image", "the image is cut off or was added to");
    return EDICT_OK;
}

/* The directory, and the pointers and counts of the program. */
static edict_status check_sections(struct edict_program *p, edict_error *error)
{
    uint64_t count[SECTION_COUNT];
    for (uint32_t i = 0; i < SECTION_COUNT; i++) {
        const struct image_slice s = p->header->sections[i];
        if (s.offset % 16 || s.offset < sizeof *p->header || s.offset > p->size || s.size > p->size - s.offset ||
            s.size % section_each[i])
            return bad(error, "section", i);
        count[i] = s.size / section_each[i];
        if (count[i] >= NONE && i != SECTION_CELLS && i != SECTION_TEXT && i != SECTION_PAIRS)
            return bad(error, "section", i);
    }
#define TAKE(section, field, counter) \
    do { \
        p->field = (const void *)(p->bytes + p->header->sections[section].offset); \
        p->counter = (uint32_t)count[section]; \
    } while (0)
    TAKE(SECTION_STRINGS, strings, string_count);
    TAKE(SECTION_WORDS, words, word_count);
    TAKE(SECTION_DOMAINS, domains, domain_count);
    TAKE(SECTION_REGISTERS, registers, register_count);
    TAKE(SECTION_CONSTS, consts, const_count);
    TAKE(SECTION_FACTS, facts, fact_count);
    TAKE(SECTION_FACT_WORDS, fact_words, fact_word_count);
    TAKE(SECTION_POLICIES, policies, policy_count);
    TAKE(SECTION_SETTINGS, settings, setting_count);
    TAKE(SECTION_SETS, sets, set_count);
    TAKE(SECTION_SET_RANGES, ranges, range_count);
    TAKE(SECTION_RELATIONS, relations, relation_count);
    TAKE(SECTION_CODE, code, code_size);
    TAKE(SECTION_ITEMS, items, item_count);
    TAKE(SECTION_ROWS, rows, row_count);
    TAKE(SECTION_CITES, cites, cite_count);
    TAKE(SECTION_CITE_REFS, cite_refs, cite_ref_count);
    TAKE(SECTION_BOUNDS, bounds, bound_count);
    TAKE(SECTION_LISTS, lists, list_count);
    TAKE(SECTION_SOURCES, sources, source_count);
    TAKE(SECTION_COLUMNS, columns, column_count);
    TAKE(SECTION_GIVEN, given, given_count);
#undef TAKE
    p->text = (const char *)(p->bytes + p->header->sections[SECTION_TEXT].offset);
    p->text_size = count[SECTION_TEXT];
    p->cells = (const void *)(p->bytes + p->header->sections[SECTION_CELLS].offset);
    p->cell_count = count[SECTION_CELLS];
    p->pairs = p->bytes + p->header->sections[SECTION_PAIRS].offset;
    p->pairs_size = count[SECTION_PAIRS];
    return EDICT_OK;
}

static int words_order(const struct edict_program *p, uint32_t a, uint32_t b)
{
    return strcmp(program_string(p, p->words[a]), program_string(p, p->words[b]));
}

static edict_status check_texts(const struct edict_program *p, edict_error *error)
{
    for (uint32_t i = 0; i < p->string_count; i++) {
        const struct image_string s = p->strings[i];
        if (s.at >= p->text_size || s.size >= p->text_size - s.at || p->text[(size_t)s.at + s.size])
            return bad(error, "string", i);
    }
    if (!p->string_count || p->strings[0].size)
        return bad(error, "string", 0);
    for (uint32_t i = 0; i < p->word_count; i++)
        if (!is_string(p, p->words[i]) || (i && words_order(p, i - 1, i) >= 0))
            return bad(error, "word", i);
    for (uint32_t i = 0; i < p->list_count; i++)
        if (!is_string(p, p->lists[i]))
            return bad(error, "list", i);
    if (!p->list_count)
        return bad(error, "list", 0);
    for (uint32_t i = 0; i < p->given_count; i++)
        if (!is_string(p, p->given[i]))
            return bad(error, "table", i);
    for (uint32_t i = 0; i < p->source_count; i++)
        if (!is_string(p, p->sources[i].name) || p->sources[i].at > p->text_size ||
            p->sources[i].size > p->text_size - p->sources[i].at || p->sources[i].size > UINT32_MAX)
            return bad(error, "source", i);
    const struct image_header *h = p->header;
    if (!is_string(p, h->pack_name) || !is_string(p, h->pack_version) || !is_string(p, h->pack_title) ||
        !is_string(p, h->pack_owner))
        return bad(error, "pack name", h->pack_name);
    return EDICT_OK;
}

static edict_status check_domains(const struct edict_program *p, edict_error *error)
{
    uint32_t charges = 0;
    for (uint32_t i = 0; i < p->domain_count; i++) {
        const struct image_domain *d = &p->domains[i];
        const int has_a = d->kind == DOMAIN_GROUP || d->kind == DOMAIN_CROSS || d->kind == DOMAIN_FINAL;
        if (!is_string(p, d->name) || d->kind > DOMAIN_FINAL || (d->kind == DOMAIN_ROOT) != (i == 0) || i > UINT16_MAX)
            return bad(error, "domain", i);
        if ((d->kind == DOMAIN_LIST && !is_string(p, d->key)) || (has_a && d->a >= i) ||
            (d->kind == DOMAIN_CROSS && d->b >= i))
            return bad(error, "domain", i);
        if (d->kind == DOMAIN_GROUP && p->domains[d->a].kind != DOMAIN_LIST && p->domains[d->a].kind != DOMAIN_GROUP)
            return bad(error, "domain", i);
        if (d->kind == DOMAIN_CROSS && (p->domains[d->a].kind == DOMAIN_CROSS || p->domains[d->b].kind == DOMAIN_CROSS))
            return bad(error, "domain", i);
        if (d->kind == DOMAIN_FINAL && p->domains[d->a].kind != DOMAIN_CHARGES)
            return bad(error, "domain", i);
        charges += d->kind == DOMAIN_CHARGES;
        if (!is_optional(d->known, p->register_count) || (d->known != NONE && p->registers[d->known].domain != i))
            return bad(error, "domain", i);
        if (d->kind != DOMAIN_GROUP ? d->link != NONE
            : d->link >= p->register_count || p->registers[d->link].domain != d->a ||
              p->registers[d->link].type != TYPE_LINK || p->registers[d->link].target != i)
            return bad(error, "domain", i);
    }
    if (!p->domain_count || charges > 1)
        return bad(error, "domain", p->domain_count);
    const uint32_t shown = p->header->source_shown;
    if (shown != NONE && (shown >= p->domain_count || p->domains[shown].kind != DOMAIN_LIST))
        return bad(error, "domain", shown);
    for (uint32_t i = 0; i < p->register_count; i++) {
        const struct image_register r = p->registers[i];
        if (r.domain >= p->domain_count || r.type >= TYPE_COUNT_OF ||
            (r.type == TYPE_LINK && r.target >= p->domain_count))
            return bad(error, "register", i);
    }
    return EDICT_OK;
}

static edict_status check_consts(const struct edict_program *p, edict_error *error)
{
    for (uint32_t i = 0; i < p->const_count; i++) {
        const struct image_const *c = &p->consts[i];
        if (c->reg >= p->register_count || p->registers[c->reg].domain != 0 || c->state > 1)
            return bad(error, "constant", i);
        const struct image_register r = p->registers[c->reg];
        const int encounter = r.type == TYPE_LINK && r.target == 0 && c->value == 0;
        if (c->state ? c->value != 0 : !encounter && !program_value_fits(p, r.type, c->value))
            return bad(error, "constant", i);
    }
    for (uint32_t i = 0; i < p->bound_count; i++)
        if (p->bounds[i].type >= TYPE_COUNT_OF)
            return bad(error, "bound", i);
    return EDICT_OK;
}

static int is_fact_type(uint32_t type) { return type <= TYPE_CODES; /* not what only instructions make */ }

static int words_fit(const struct edict_program *p, uint32_t at, uint32_t count, int are_words)
{
    if (!is_slice(at, count, p->fact_word_count))
        return 0;
    for (uint32_t i = 0; i < count; i++)
        if (p->fact_words[at + i] >= (are_words ? p->word_count : p->string_count))
            return 0;
    return 1;
}

static int missing_fits(const struct edict_program *p, const struct image_fact *f)
{
    switch (f->missing) {
    case MISSING_ASKED:
    case MISSING_REFUSED: return 1;
    case MISSING_DEFAULT: return program_value_fits(p, f->type, f->value);
    case MISSING_EMPTY: return f->type == TYPE_CODES;
    case MISSING_POSITION:
        return f->type == TYPE_COUNT || (f->type == TYPE_TEXT && f->value >= 0 && f->value < p->string_count);
    case MISSING_SAME:
        return f->value >= 0 && f->value < p->register_count && is_root_register(p, (uint32_t)f->value, f->type);
    default: return 0;
    }
}

static edict_status check_facts(const struct edict_program *p, edict_error *error)
{
    for (uint32_t i = 0; i < p->fact_count; i++) {
        const struct image_fact *f = &p->facts[i];
        if (!is_string(p, f->name) || !is_string(p, f->hold) || !is_string(p, f->unit) || f->reg >= p->register_count)
            return bad(error, "fact", i);
        const struct image_register r = p->registers[f->reg];
        if (f->domain >= p->domain_count || p->domains[f->domain].kind > DOMAIN_LIST || r.domain != f->domain ||
            r.type != f->type)
            return bad(error, "fact", i);
        if (!is_fact_type(f->type) || !words_fit(p, f->words_at, f->words, f->type == TYPE_WORD) || !missing_fits(p, f))
            return bad(error, "fact", i);
    }
    for (uint32_t i = 0; i < p->policy_count; i++) {
        const struct image_policy *s = &p->policies[i];
        const int words = s->type == TYPE_WORD;
        if (!is_string(p, s->name) || !is_fact_type(s->type) || s->type == TYPE_CODES ||
            !is_root_register(p, s->reg, s->type))
            return bad(error, "policy", i);
        if (!words_fit(p, s->words_at, s->words, words) || !is_slice(s->settings_at, s->settings, p->setting_count))
            return bad(error, "policy", i);
        if ((!words && !is_slice(s->values_at, s->words, p->setting_count)) || !is_optional(s->item, p->item_count))
            return bad(error, "policy", i);
        for (uint32_t k = 0; k < s->settings; k++)
            if (!program_value_fits(p, s->type, p->settings[s->settings_at + k].value))
                return bad(error, "policy", i);
        for (uint32_t k = 0; !words && k < s->words; k++)
            if (!program_value_fits(p, s->type, p->settings[s->values_at + k].value))
                return bad(error, "policy", i);
    }
    return EDICT_OK;
}

static int ranges_sorted(const struct image_range *r, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (r[i].lo > r[i].hi || (i && r[i].lo < r[i - 1].lo))
            return 0;
    return 1;
}

static int relation_sorted(const struct edict_program *p, const struct image_relation *r)
{
    const size_t width = (size_t)r->columns + 3;
    for (uint64_t i = 1; i < r->rows; i++) {
        const int64_t *row = p->cells + r->at + i * width, *before = row - width;
        uint32_t k = 0;
        while (k < r->keys && row[k] == before[k])
            k++;
        if (k < r->keys ? row[k] < before[k] : row[r->columns] < before[r->columns])
            return 0;
    }
    return 1;
}

/* Only that the rows of a relation of two codes lie in their section: there may be millions. */
static int pairs_fit(const struct edict_program *p, const struct image_relation *r)
{
    const uint64_t room = r->pairs_at <= p->pairs_size ? p->pairs_size - r->pairs_at : 0;
    return r->columns >= 2 && r->keys >= 2 && r->codes < UINT16_MAX + 1u && r->rows <= UINT16_MAX + 1u &&
           r->pairs_at % 8 == 0 && r->pairs <= room / sizeof(uint32_t) &&
           code_pairs_size(r->codes, r->filter_words, r->pairs) <= room;
}

static edict_status check_tables(const struct edict_program *p, edict_error *error)
{
    for (uint32_t i = 0; i < p->set_count; i++) {
        const struct image_set *s = &p->sets[i];
        if (!is_string(p, s->name) || !is_slice(s->at, s->count, p->range_count) ||
            !is_optional(s->item, p->item_count) || !ranges_sorted(p->ranges + s->at, s->count))
            return bad(error, "code set", i);
    }
    for (uint32_t i = 0; i < p->relation_count; i++) {
        const struct image_relation *r = &p->relations[i];
        const uint64_t width = (uint64_t)r->columns + 3;
        if (!is_string(p, r->name) || r->keys > r->columns || !is_optional(r->item, p->item_count) ||
            r->at > p->cell_count || r->rows > (p->cell_count - r->at) / width ||
            !(r->codes ? pairs_fit(p, r) : !relation_looked_at(r) || relation_sorted(p, r)))
            return bad(error, "relation", i);
        for (uint64_t k = 0; relation_looked_at(r) && k < r->rows; k++)
            if (!program_value_fits(p, TYPE_ROW, p->cells[r->at + k * width + width - 1]))
                return bad(error, "relation", i);
    }
    for (uint32_t i = 0; i < p->column_count; i++) {
        const struct image_column *c = &p->columns[i];
        if (c->relation >= p->relation_count || c->place >= p->relations[c->relation].columns ||
            !is_string(p, c->name) || !is_string(p, c->unit) || c->type >= TYPE_COUNT_OF)
            return bad(error, "column", i);
    }
    return EDICT_OK;
}

static edict_status check_items(const struct edict_program *p, edict_error *error)
{
    for (uint32_t i = 0; i < p->item_count; i++) {
        const struct image_item *t = &p->items[i];
        if (!is_string(p, t->name) || !is_string(p, t->label) || t->kind > ITEM_ORDER ||
            !is_span(p, t->source, t->from, t->to) || !is_slice(t->cites_at, t->cites, p->cite_ref_count))
            return bad(error, "item", i);
    }
    for (uint32_t i = 0; i < p->row_count; i++) {
        const struct image_row *r = &p->rows[i];
        if (r->item >= p->item_count || !is_string(p, r->hold) || !is_span(p, r->source, r->from, r->to) ||
            !is_slice(r->cites_at, r->cites, p->cite_ref_count))
            return bad(error, "row", i);
    }
    for (uint32_t i = 0; i < p->cite_count; i++) {
        const struct image_cite *c = &p->cites[i];
        if (!is_string(p, c->key) || !is_string(p, c->title) || !is_string(p, c->section) || !is_string(p, c->url))
            return bad(error, "citation", i);
    }
    for (uint32_t i = 0; i < p->cite_ref_count; i++)
        if (p->cite_refs[i] >= p->cite_count)
            return bad(error, "citation reference", i);
    return EDICT_OK;
}

edict_status program_verify(struct edict_program *p, edict_error *error)
{
    static const uint16_t order = 1;
    if (*(const unsigned char *)&order != 1)
        return image_error(error, EDICT_IMAGE, "other_format", "images are read on little-endian machines only");
    if (p->size < sizeof *p->header)
        return image_error(error, EDICT_IMAGE, "no_image", "this is no Edict image: too short");
    p->header = (const void *)p->bytes;
    edict_status status = check_header(p, error);
    if (status == EDICT_OK)
        status = check_sections(p, error);
    if (status != EDICT_OK)
        return status;
    static edict_status (*const checks[])(const struct edict_program *, edict_error *) = {
        check_texts,
        check_domains,
        check_consts,
        check_items,
        check_facts,
        check_tables,
        program_verify_code,
    };
    for (size_t i = 0; i < sizeof checks / sizeof *checks && status == EDICT_OK; i++)
        status = checks[i](p, error);
    return status;
}
