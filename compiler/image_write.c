/* The model as an image: the fixed tables first (words, kinds, facts, policies, sources), then the instructions, then
 * one block of bytes. Everything comes in an order that only the sources decide, so the same sources give the same
 * bytes anywhere. */
#include "compiler/lower.h"
#include "vm/ops.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define VEC_ADD(l, v, type) ((type *)vec_add(l, &(v), sizeof(type), 1))

static int z_order(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static void words_number(struct lower *l)
{
    struct model *m = l->m;
    const char **sorted = arena_zero(m->arena, m->word_count + 1u, sizeof *sorted);
    l->word_ids = arena_zero(m->arena, m->word_count + 1u, sizeof *l->word_ids);
    l->word_strings = arena_zero(m->arena, m->word_count + 1u, sizeof *l->word_strings);
    if (!sorted || !l->word_ids || !l->word_strings) {
        l->failed = 1;
        return;
    }
    for (unsigned i = 0; i < m->word_count; i++) sorted[i] = m->words[i];
    qsort(sorted, m->word_count, sizeof *sorted, z_order);
    for (unsigned i = 0; i < m->word_count; i++) {
        const char **at = bsearch(&m->words[i], sorted, m->word_count, sizeof *sorted, z_order);
        l->word_ids[i] = (uint32_t)(at - sorted);
        l->word_strings[at - sorted] = string_id(l, m->words[i]);
    }
    l->word_count = m->word_count;
}

static void cites_number(struct lower *l)
{
    for (struct item *it = l->m->items; it; it = it->next) {
        if (it->kind != AST_CITE_ITEM) continue;
        const struct ast_node *label = ast_child(it->node, AST_LABEL), *section = ast_child(it->node, AST_SECTION),
                              *url = ast_child(it->node, AST_URL), *read = ast_child(it->node, AST_READ),
                              *date = read ? ast_child(read, AST_DATE) : NULL;
        int32_t day = 0;
        if (date && !date_read(l->m, date, &day)) day = 0;
        struct image_cite c = {.key = string_text(l, it->name),
                               .title = label ? string_text(l, label->text) : 0,
                               .section = section ? string_text(l, section->text) : 0,
                               .url = url ? string_text(l, url->text) : 0,
                               .read = day};
        *VEC_ADD(l, l->cites, struct image_cite) = c;
    }
}

static void words_add(struct lower *l, const struct word_set *s, uint32_t *at, uint32_t *count)
{
    *at = l->fact_words.count;
    *count = 0;
    for (uint32_t i = 0; s && i < s->count; i++) {
        *VEC_ADD(l, l->fact_words, uint32_t) = l->word_ids[s->atoms[i]];
        ++*count;
    }
}

static struct kind *kinds_sorted(struct model *m, unsigned n)
{
    struct kind *found = NULL; /* the n-th list kind by name */
    unsigned at = 0;
    const char *last = "";
    do {
        found = NULL;
        for (struct kind *k = m->kinds; k; k = k->next)
            if (k->domain == DOMAIN_LIST && (at == 0 || text_compare(k->name, text_of(last)) > 0) &&
                (!found || text_compare(k->name, found->name) < 0))
                found = k;
        if (found) last = text_z(m, found->name);
    } while (found && at++ < n);
    return found;
}

static void fact_number(struct lower *l, struct field *f, uint32_t domain)
{
    struct fact *x = f->fact;
    f->reg[0] = f->reg[1] = reg_new(l, domain, f->type.base, 0);
    struct image_fact out = {.name = string_text(l, f->name),
                             .domain = domain,
                             .reg = f->reg[0],
                             .type = f->type.base,
                             .missing = x->missing,
                             .hold = x->hold ? string_id(l, x->hold) : 0,
                             .unit = f->type.unit ? string_id(l, f->type.unit) : 0,
                             .is_selector = (uint32_t)x->selector,
                             .value = x->value};
    if (f->type.base == TYPE_WORD) words_add(l, f->type.words, &out.words_at, &out.words);
    if (x->missing == MISSING_DEFAULT && f->type.base == TYPE_WORD) out.value = (int64_t)l->word_ids[x->value];
    if (x->missing == MISSING_DEFAULT && f->type.base == TYPE_TEXT) out.value = (int64_t)string_id(l, x->text);
    if (x->missing == MISSING_POSITION) out.value = (int64_t)string_id(l, x->prefix);
    if (x->missing == MISSING_SAME) out.value = (int64_t)x->same->reg[0];
    *VEC_ADD(l, l->facts, struct image_fact) = out;
}

/* Facts in the order of their rows. */
static void kind_number(struct lower *l, struct kind *k, uint32_t domain)
{
    struct field *rows[FACTS_MAX];
    unsigned n = 0;
    for (struct field *f = k->fields; f; f = f->next)
        if (f->how == FIELD_FACT) rows[n++] = f;
    k->id[0] = domain;
    while (n-- > 0) fact_number(l, rows[n], domain);
    if (k->known) VEC(l->domains, struct image_domain)[domain].known = k->known->reg[0];
    VEC(l->domains, struct image_domain)[domain].known_as = (uint32_t)k->known_as;
}

static void bound_add(struct lower *l, enum value_type type, int64_t value)
{
    if (type != TYPE_MINUTES && type != TYPE_COUNT && type != TYPE_DECIMAL && type != TYPE_DAYS && type != TYPE_YEARS)
        return;
    *VEC_ADD(l, l->bounds, struct image_bound) = (struct image_bound){type, 0, value};
}

static void policies_number(struct lower *l)
{
    struct model *m = l->m;
    struct field *sorted[POLICIES_MAX];
    unsigned n = 0;
    for (struct field *f = m->policies; f; f = f->next) {
        unsigned at = n++;
        while (at && text_compare(f->name, sorted[at - 1]->name) < 0) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = f;
    }
    for (unsigned i = 0; i < n; i++) {
        struct field *f = sorted[i];
        struct policy *p = f->policy;
        f->reg[0] = f->reg[1] = reg_new(l, 0, f->type.base, 0);
        struct image_policy out = {
            .name = string_text(l, f->name), .reg = f->reg[0], .type = f->type.base, .item = item_id(l, f->item)};
        out.words_at = l->fact_words.count;
        for (unsigned v = 0; v < p->count; v++) {
            *VEC_ADD(l, l->fact_words, uint32_t) =
                f->type.base == TYPE_WORD ? l->word_ids[p->values[v].value] : string_id(l, p->values[v].written);
            out.words++;
        }
        out.values_at = l->settings.count;
        for (unsigned v = 0; v < p->count; v++) {
            int64_t value = f->type.base == TYPE_WORD ? (int64_t)l->word_ids[p->values[v].value] : p->values[v].value;
            *VEC_ADD(l, l->settings, struct image_setting) = (struct image_setting){INT32_MIN, INT32_MAX, value};
            bound_add(l, f->type.base, value);
        }
        out.settings_at = l->settings.count;
        struct image_setting *values = VEC(l->settings, struct image_setting) + out.values_at;
        int64_t now = p->count ? values[p->is].value : 0;
        *VEC_ADD(l, l->settings, struct image_setting) = (struct image_setting){INT32_MIN, INT32_MAX, now};
        for (unsigned d = 0; d < p->dated_count; d++) {
            int64_t value = VEC(l->settings, struct image_setting)[out.values_at + p->dated[d].value].value;
            *VEC_ADD(l, l->settings, struct image_setting) =
                (struct image_setting){p->dated[d].from, p->dated[d].until, value};
        }
        out.settings = 1 + p->dated_count;
        *VEC_ADD(l, l->policies, struct image_policy) = out;
    }
}

static void ladder_bounds(struct lower *l, const struct table *t)
{
    if (!t->every || t->every->op != X_CONST || t->every->value <= 0 || !t->row_count) return;
    const struct expr *last = t->rows[t->row_count - 1].result.expr;
    if (!last || last->op != X_CONST) return;
    for (int64_t x = last->value, i = 0; i < 24 && x <= 1440; i++, x += t->every->value)
        bound_add(l, t->columns[0]->type.base, x);
}

static int bound_order(const void *a, const void *b)
{
    const struct image_bound *x = a, *y = b;
    if (x->type != y->type) return x->type < y->type ? -1 : 1;
    return x->value < y->value ? -1 : x->value > y->value;
}

static void bounds_number(struct lower *l)
{
    for (uint32_t i = 0; i < l->consts.count; i++) {
        struct image_const c = VEC(l->consts, struct image_const)[i];
        if (!c.state) bound_add(l, reg_type(l, c.reg), c.value);
    }
    for (struct kind *k = l->m->kinds; k; k = k->next)
        for (struct field *f = k->fields; f; f = f->next)
            if (f->how == FIELD_STEP && f->table) ladder_bounds(l, f->table);
    if (!l->bounds.count) return;
    struct image_bound *all = l->bounds.at;
    uint32_t n = 1;
    qsort(all, l->bounds.count, sizeof *all, bound_order);
    for (uint32_t i = 1; i < l->bounds.count; i++) /* each once */
        if (bound_order(&all[i], &all[n - 1])) all[n++] = all[i];
    l->bounds.count = n;
}

static void sources_number(struct lower *l)
{
    const unsigned packs = l->m->pack_sources ? l->m->pack_sources : l->m->source_count;
    for (unsigned i = 0; i < packs; i++) {
        const struct source *s = &l->m->sources[i];
        struct image_source out = {.name = string_id(l, s->name), .at = l->text.size, .size = s->size};
        XXH128_canonical_t hash;
        XXH128_canonicalFromHash(&hash, XXH3_128bits(s->bytes, s->size));
        memcpy(out.hash, hash.digest, sizeof out.hash);
        buffer_add(&l->text, s->bytes, s->size);
        buffer_byte(&l->text, 0);
        *VEC_ADD(l, l->sources, struct image_source) = out;
    }
}

/* Files that relations were read from: name and hash, without their text. */
static void files_number(struct lower *l)
{
    for (const struct data_file *f = l->m->files; f; f = f->next) {
        struct image_source out = {.name = string_id(l, f->name), .at = l->text.size};
        memcpy(out.hash, f->hash, sizeof out.hash);
        *VEC_ADD(l, l->sources, struct image_source) = out;
    }
}

struct piece {
    enum image_section section;
    const void *at;
    uint64_t size;
};

static void pieces_put(struct buffer *out, struct image_header *h, const struct piece *pieces, size_t count)
{
    static const char zeros[16];
    size_t all = sizeof *h;
    for (size_t i = 0; i < count; i++) all += (size_t)pieces[i].size + sizeof zeros;
    buffer_expect(out, all);
    buffer_add(out, h, sizeof *h);
    for (const struct piece *p = pieces; p < pieces + count; p++) {
        buffer_add(out, zeros, (16 - out->size % 16) % 16);
        h->sections[p->section] = (struct image_slice){out->size, p->size};
        if (p->size) buffer_add(out, p->at, (size_t)p->size);
    }
}

int image_write(struct lower *l, struct buffer *out)
{
    struct model *m = l->m;
    buffer_init_in(&l->text, 0, l->m->arena);
    buffer_init_in(&l->pairs, 0, l->m->arena);
    string_id(l, "");
    words_number(l);
    cites_number(l);
    *VEC_ADD(l, l->lists, uint32_t) = string_id(l, "charges");
    domain_new(
        l,
        (struct image_domain){
            .name = string_id(l, "encounter"), .kind = DOMAIN_ROOT, .a = NONE, .b = NONE, .known = NONE, .link = NONE});
    kind_number(l, m->encounter, 0);
    uint32_t shown = NONE;
    for (unsigned i = 0;; i++) {
        struct kind *k = kinds_sorted(m, i);
        if (!k) break;
        uint32_t d = domain_new(l, (struct image_domain){.name = string_text(l, k->name),
                                                         .kind = DOMAIN_LIST,
                                                         .key = string_text(l, k->list_key),
                                                         .a = NONE,
                                                         .b = NONE,
                                                         .known = NONE,
                                                         .link = NONE});
        kind_number(l, k, d);
        if (shown == NONE && k->known && !k->known_as) shown = d;
    }
    policies_number(l);
    l->date = m->date->reg[0];
    l->always = const_reg(l, TYPE_BOOL, 1, 0);
    l->billed = domain_new(
        l,
        (struct image_domain){
            .name = string_id(l, "charge"), .kind = DOMAIN_CHARGES, .a = NONE, .b = NONE, .known = NONE, .link = NONE});
    l->final = domain_new(l, (struct image_domain){.name = string_id(l, "charge"),
                                                   .kind = DOMAIN_FINAL,
                                                   .a = l->billed,
                                                   .b = NONE,
                                                   .known = NONE,
                                                   .link = NONE});
    lower_all(l);
    dead_remove(l);
    columns_number(l);
    bounds_number(l);
    const struct ast_node *pack = m->packs->node;
    const struct ast_node *title = ast_child(pack, AST_TITLE), *version = ast_child(pack, AST_VERSION),
                          *owner = ast_child(pack, AST_OWNER);
    struct image_header h = {.format = IMAGE_FORMAT,
                             .ops = ops_fingerprint(),
                             .pack_name = string_text(l, m->packs->name),
                             .pack_version = version ? string_text(l, version->text) : 0,
                             .pack_title = title ? string_text(l, title->text) : 0,
                             .pack_owner = owner ? string_text(l, owner->text) : 0,
                             .from = m->packs->from,
                             .until = m->packs->until,
                             .date_register = l->date,
                             .answers_register = l->answers,
                             .source_shown = shown,
                             .answers_at = l->answers_at};
    memcpy(h.magic, IMAGE_MAGIC, 8);
    rules_identity(m, h.rules_hash);
    sources_number(l);
    files_number(l);
    if (l->failed || m->oom || l->text.failed) {
        buffer_free(&l->text);
        buffer_free(&l->pairs);
        return 0;
    }
#define SECTION(name, vec, type) {SECTION_##name, l->vec.at, l->vec.count * sizeof(type)}
    const struct piece pieces[] = {
        {SECTION_STRINGS, l->strings.at, l->strings.count * sizeof(struct image_string)},
        {SECTION_TEXT, l->text.at, l->text.size},
        {SECTION_WORDS, l->word_strings, l->word_count * sizeof(uint32_t)},
        SECTION(DOMAINS, domains, struct image_domain),
        SECTION(REGISTERS, registers, struct image_register),
        SECTION(CONSTS, consts, struct image_const),
        SECTION(FACTS, facts, struct image_fact),
        SECTION(FACT_WORDS, fact_words, uint32_t),
        SECTION(POLICIES, policies, struct image_policy),
        SECTION(SETTINGS, settings, struct image_setting),
        SECTION(SETS, sets, struct image_set),
        SECTION(SET_RANGES, ranges, struct image_range),
        SECTION(RELATIONS, relations, struct image_relation),
        SECTION(CELLS, cells, int64_t),
        SECTION(CODE, code, uint32_t),
        SECTION(ITEMS, items, struct image_item),
        SECTION(ROWS, rows, struct image_row),
        SECTION(CITES, cites, struct image_cite),
        SECTION(CITE_REFS, cite_refs, uint32_t),
        SECTION(BOUNDS, bounds, struct image_bound),
        SECTION(LISTS, lists, uint32_t),
        SECTION(SOURCES, sources, struct image_source),
        {SECTION_PAIRS, l->pairs.at, l->pairs.size},
        {SECTION_COLUMNS, l->columns.at, l->columns.count * sizeof(struct image_column)},
        {SECTION_GIVEN, l->given.at, l->given.count * sizeof(uint32_t)},
    };
#undef SECTION
    pieces_put(out, &h, pieces, sizeof pieces / sizeof *pieces);
    buffer_free(&l->text);
    buffer_free(&l->pairs);
    if (out->failed) return 0;
    h.size = out->size;
    memcpy(out->at, &h, sizeof h);
    XXH128_canonical_t hash;
    XXH128_canonicalFromHash(&hash, XXH3_128bits(out->at, out->size));
    memcpy(h.image_hash, hash.digest, sizeof h.image_hash);
    memcpy(out->at, &h, sizeof h);
    return 1;
}
