/* Building blocks of lowering: growing tables, interned strings and constants, instructions that are made once. */
#include "compiler/lower.h"
#include "compiler/pairs.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

void *vec_add(struct lower *l, struct vec *v, size_t each, uint32_t count)
{
    if (v->count + count > v->room) {
        uint32_t room = v->room ? v->room : 64;
        while (room < v->count + count) room *= 2;
        void *more = arena_zero(l->m->arena, room, each);
        if (!more) {
            l->failed = 1;
            v->count = 0;
            return v->at;
        }
        if (v->count) memcpy(more, v->at, v->count * each);
        v->at = more;
        v->room = room;
    }
    void *at = (char *)v->at + v->count * each;
    v->count += count;
    return at;
}

void words_grow(struct lower *l, struct vec *v, uint32_t count)
{
    uint32_t room = v->room ? v->room : 64;
    while (room < v->count + count) room *= 2;
    void *more = arena_heap(l->m->arena, v->at, room * sizeof(uint32_t));
    if (!more) {
        l->failed = 1;
        return;
    }
    v->at = more;
    v->room = room;
}

static void words_free(struct lower *l, struct vec *v)
{
    arena_heap_free(l->m->arena, v->at);
    *v = (struct vec){0};
}

void words_move(struct lower *l, struct vec *v, struct vec *more)
{
    if (v->room - v->count < more->count) words_grow(l, v, more->count);
    if (more->count && v->room - v->count >= more->count) {
        memcpy(VEC(*v, uint32_t) + v->count, more->at, more->count * sizeof(uint32_t));
        v->count += more->count;
    }
    words_free(l, more);
}

void words_give(struct lower *l, enum op op, struct vec *v)
{
    ir_put(l, op, VEC(*v, uint32_t), v->count);
    words_free(l, v);
}

uint32_t string_text(struct lower *l, struct text t)
{
    if (!l->string_index_room || l->strings.count * 2 > l->string_index_room) {
        uint32_t room = l->string_index_room ? l->string_index_room * 2 : 1024;
        uint32_t *index = arena_zero(l->m->arena, room, sizeof *index);
        if (!index) {
            l->failed = 1;
            return 0;
        }
        for (uint32_t i = 0; i < l->strings.count; i++) {
            struct image_string s = VEC(l->strings, struct image_string)[i];
            uint64_t at = XXH3_64bits(l->text.at + s.at, s.size);
            while (index[at & (room - 1)]) at++;
            index[at & (room - 1)] = i + 1;
        }
        l->string_index = index;
        l->string_index_room = room;
    }
    uint64_t at = XXH3_64bits(t.at ? t.at : "", t.size);
    for (; l->string_index[at & (l->string_index_room - 1)]; at++) {
        uint32_t i = l->string_index[at & (l->string_index_room - 1)] - 1;
        struct image_string s = VEC(l->strings, struct image_string)[i];
        if (s.size == t.size && !memcmp(l->text.at + s.at, t.at ? t.at : "", t.size)) return i;
    }
    struct image_string *s = vec_add(l, &l->strings, sizeof *s, 1);
    s->at = (uint32_t)l->text.size;
    s->size = t.size;
    buffer_add(&l->text, t.at ? t.at : "", t.size);
    buffer_byte(&l->text, 0);
    l->string_index[at & (l->string_index_room - 1)] = l->strings.count;
    return l->strings.count - 1;
}

uint32_t string_id(struct lower *l, const char *z) { return string_text(l, text_of(z ? z : "")); }

uint32_t reg_new(struct lower *l, uint32_t domain, enum value_type type, uint32_t target)
{
    struct image_register *r = vec_add(l, &l->registers, sizeof *r, 1);
    *r = (struct image_register){.domain = (uint16_t)domain, .type = (uint8_t)type, .target = target};
    struct origin *o = vec_add(l, &l->origins, sizeof *o, 1);
    *o = (struct origin){.op = OP_CODES};
    return l->registers.count - 1;
}

enum value_type reg_type(const struct lower *l, uint32_t reg)
{
    return (enum value_type)VEC(l->registers, struct image_register)[reg].type;
}
uint32_t reg_domain(const struct lower *l, uint32_t reg)
{
    return VEC(l->registers, struct image_register)[reg].domain;
}
static uint32_t reg_target(const struct lower *l, uint32_t reg)
{
    return VEC(l->registers, struct image_register)[reg].target;
}

static uint64_t const_hash(enum value_type type, int64_t value, uint32_t state)
{
    const uint64_t v = (uint64_t)value; /* the characters of a code stand in its upper bytes */
    return ((v ^ v >> 32) + ((uint64_t)type << 1 | state)) * 0x9e3779b97f4a7c15u >> 32;
}

/* Brings the index of constants up to date; 0: no memory. */
static int consts_index(struct lower *l)
{
    if (!l->const_index_room || l->consts.count * 2 > l->const_index_room) {
        uint32_t room = l->const_index_room ? l->const_index_room * 2 : 1024;
        while (room < l->consts.count * 2) room *= 2;
        uint32_t *index = arena_zero(l->m->arena, room, sizeof *index);
        if (!index) return 0;
        l->const_index = index;
        l->const_index_room = room;
        l->const_indexed = 0;
    }
    for (; l->const_indexed < l->consts.count; l->const_indexed++) {
        const struct image_const c = VEC(l->consts, struct image_const)[l->const_indexed];
        uint64_t at = const_hash(reg_type(l, c.reg), c.value, c.state);
        while (l->const_index[at & (l->const_index_room - 1)]) at++;
        l->const_index[at & (l->const_index_room - 1)] = l->const_indexed + 1;
    }
    return 1;
}

uint32_t const_reg(struct lower *l, enum value_type type, int64_t value, int absent)
{
    if (!consts_index(l)) {
        l->failed = 1;
        return 0;
    }
    for (uint64_t at = const_hash(type, value, (uint32_t)absent);; at++) {
        const uint32_t number = l->const_index[at & (l->const_index_room - 1)];
        if (!number) break;
        const struct image_const c = VEC(l->consts, struct image_const)[number - 1];
        if (c.value == value && c.state == (uint32_t)absent && reg_type(l, c.reg) == type) return c.reg;
    }
    uint32_t reg = reg_new(l, 0, type, 0);
    struct image_const *c = vec_add(l, &l->consts, sizeof *c, 1);
    *c = (struct image_const){reg, (uint32_t)absent, value};
    return reg;
}

void const_expect(struct lower *l, enum value_type type, int64_t value)
{
    if (l->const_index) __builtin_prefetch(&l->const_index[const_hash(type, value, 0) & (l->const_index_room - 1)]);
}

uint32_t links_somewhere(struct lower *l, uint32_t domain, uint32_t link)
{
    uint32_t target = reg_target(l, link), nowhere = NONE;
    for (uint32_t i = 0; i < l->consts.count && nowhere == NONE; i++) {
        uint32_t reg = VEC(l->consts, struct image_const)[i].reg;
        if (reg_type(l, reg) == TYPE_LINK && reg_target(l, reg) == target) nowhere = reg;
    }
    if (nowhere == NONE) {
        nowhere = reg_new(l, 0, TYPE_LINK, target);
        struct image_const *c = vec_add(l, &l->consts, sizeof *c, 1);
        *c = (struct image_const){nowhere, 0, -1};
    }
    return ir2(l, OP_CODE_LT, domain, TYPE_BOOL, nowhere, link);
}

void ir_put(struct lower *l, enum op op, const uint32_t *words, uint32_t count)
{
    if (count >= 1u << 24) { /* an instruction's size has 24 bits */
        if (!l->m->diags->errors)
            mistake(l->m, DIAG_LIMIT, l->m->packs->node ? l->m->packs->node->span : (struct span){0, 0, 0},
                    "split the largest table of the pack", "a table has too many cells");
        return;
    }
    if (l->code.room - l->code.count < count + 1) words_grow(l, &l->code, count + 1);
    if (l->code.room - l->code.count < count + 1) return;
    uint32_t *at = VEC(l->code, uint32_t) + l->code.count;
    l->code.count += count + 1;
    at[0] = (uint32_t)op | (count + 1) << 8;
    if (count) memcpy(at + 1, words, count * sizeof *at);
}

/* The place of an instruction in the index of those that were made, or where it would stand; NULL: no memory. */
static uint32_t *memo_find(struct lower *l, uint64_t hash, const uint32_t *rest, uint32_t count)
{
    if (l->memo.count * 2 >= l->memo_room) {
        const uint32_t room = l->memo_room ? l->memo_room * 2 : 512;
        uint32_t *index = arena_zero(l->m->arena, room, sizeof *index);
        if (!index) return NULL;
        for (uint32_t i = 0; i < l->memo.count; i++) {
            uint64_t at = VEC(l->memo, struct cse)[i].hash;
            while (index[at & (room - 1)]) at++;
            index[at & (room - 1)] = i + 1;
        }
        l->memo_index = index;
        l->memo_room = room;
    }
    for (uint64_t at = hash;; at++) {
        uint32_t *place = &l->memo_index[at & (l->memo_room - 1)];
        if (!*place) return place;
        const struct cse c = VEC(l->memo, struct cse)[*place - 1];
        if (c.hash == hash && c.size == count && !memcmp(VEC(l->keys, uint32_t) + c.at, rest, count * sizeof *rest))
            return place;
    }
}

uint32_t ir_op(struct lower *l, enum op op, uint32_t domain, enum value_type type, uint32_t target,
               const uint32_t *rest, uint32_t count)
{
    uint32_t head[2] = {op, domain};
    uint64_t hash = XXH3_64bits_withSeed(rest, count * sizeof *rest, XXH3_64bits(head, sizeof head));
    const uint32_t *found = memo_find(l, hash, rest, count);
    if (!found) {
        l->failed = 1;
        return 0;
    }
    if (*found) return VEC(l->memo, struct cse)[*found - 1].reg;
    uint32_t reg = one_sided(l, op, domain, type, target, rest, count), stack[64], *words = stack;
    if (reg != NONE) return reg;
    reg = reg_new(l, domain, type, target);
    if (op == OP_CODE_GATHER || op == OP_CODE_AND)
        VEC(l->origins, struct origin)[reg] = (struct origin){op, rest[0], rest[1]};
    if (count + 1 > 64) words = arena_alloc(l->m->arena, (count + 1) * sizeof *words);
    if (!words) {
        l->failed = 1;
        return reg;
    }
    words[0] = reg;
    if (count) memcpy(words + 1, rest, count * sizeof *rest);
    ir_put(l, op, words, count + 1);
    uint32_t *key = vec_add(l, &l->keys, sizeof *key, count ? count : 1);
    if (count) memcpy(key, rest, count * sizeof *rest);
    struct cse *c = vec_add(l, &l->memo, sizeof *c, 1);
    *c = (struct cse){hash, (uint32_t)(key - VEC(l->keys, uint32_t)), count, reg};
    uint32_t *place = memo_find(l, hash, rest, count); /* others may have been made meanwhile */
    if (place && !*place) *place = l->memo.count;
    return reg;
}

uint32_t ir1(struct lower *l, enum op op, uint32_t domain, enum value_type type, uint32_t a)
{
    return ir_op(l, op, domain, type, 0, &a, 1);
}

uint32_t ir2(struct lower *l, enum op op, uint32_t domain, enum value_type type, uint32_t a, uint32_t b)
{
    uint32_t w[2] = {a, b};
    return ir_op(l, op, domain, type, 0, w, 2);
}

uint32_t gather(struct lower *l, uint32_t link, uint32_t reg)
{
    if (reg_domain(l, reg) == 0) return reg;
    uint32_t w[2] = {link, reg};
    return ir_op(l, OP_CODE_GATHER, reg_domain(l, link), reg_type(l, reg), reg_target(l, reg), w, 2);
}

struct cross *cross_of(struct lower *l, uint32_t a, uint32_t b)
{
    return cross_like(l, &(struct cross){.a = a, .b = b, .if_a = NONE, .if_b = NONE});
}

struct cross *cross_like(struct lower *l, const struct cross *like)
{
    for (uint32_t i = 0; i < l->crosses.count; i++) {
        struct cross *c = &VEC(l->crosses, struct cross)[i];
        if (c->a == like->a && c->b == like->b && c->apart == like->apart && c->key_count == like->key_count &&
            c->if_a == like->if_a && c->if_b == like->if_b && c->listed_size == like->listed_size &&
            !memcmp(c->listed, like->listed, c->listed_size * sizeof *c->listed) &&
            !memcmp(c->keys, like->keys, (size_t)2 * c->key_count * sizeof *c->keys))
            return c;
    }
    const uint32_t a = like->a, b = like->b;
    struct cross *c = vec_add(l, &l->crosses, sizeof *c, 1);
    uint32_t d =
        domain_new(l, (struct image_domain){.kind = DOMAIN_CROSS, .a = a, .b = b, .known = NONE, .link = NONE});
    *c = *like;
    c->domain = d;
    c->x = reg_new(l, d, TYPE_LINK, a);
    c->y = reg_new(l, d, TYPE_LINK, b);
    uint32_t w[8 + 2 * CROSS_KEYS + CROSS_LISTED] = {d, c->x, c->y, c->apart, c->key_count}, n = 5 + 2 * c->key_count;
    memcpy(w + 5, c->keys, (size_t)2 * c->key_count * sizeof *w);
    w[n++] = c->if_a;
    w[n++] = c->if_b;
    w[n++] = c->relations;
    memcpy(w + n, c->listed, c->listed_size * sizeof *w);
    ir_put(l, OP_CODE_CROSS, w, n + c->listed_size);
    return c;
}

uint32_t domain_new(struct lower *l, struct image_domain d)
{
    struct image_domain *to = vec_add(l, &l->domains, sizeof *to, 1);
    *to = d;
    return l->domains.count - 1;
}

static void cites_add(struct lower *l, const struct ast_node *cite, uint32_t *at, uint32_t *count)
{
    *at = l->cite_refs.count;
    for (const struct ast_node *c = cite ? cite->first : NULL; c; c = c->next)
        for (uint32_t i = 0; i < l->cites.count; i++) {
            struct image_string s = VEC(l->strings, struct image_string)[VEC(l->cites, struct image_cite)[i].key];
            if (s.size != c->text.size || memcmp(l->text.at + s.at, c->text.at, s.size) != 0) continue;
            uint32_t *ref = vec_add(l, &l->cite_refs, sizeof *ref, 1);
            *ref = i;
        }
    *count = l->cite_refs.count - *at;
}

uint32_t item_id(struct lower *l, struct item *it)
{
    if (it->id != NONE) return it->id;
    static const struct {
        enum ast_kind ast;
        enum item_kind kind;
    } kinds[] = {{AST_TABLE, ITEM_TABLE},         {AST_DEFINE, ITEM_DEFINE},     {AST_THRESHOLD, ITEM_THRESHOLD},
                 {AST_HIERARCHY, ITEM_HIERARCHY}, {AST_GROUP, ITEM_GROUP},       {AST_PAIR, ITEM_GROUP},
                 {AST_CHOOSE, ITEM_CHOOSE},       {AST_BILL, ITEM_BILL},         {AST_RULE, ITEM_RULE},
                 {AST_BUNDLE, ITEM_BUNDLE},       {AST_LIMIT, ITEM_LIMIT},       {AST_POLICIES, ITEM_POLICY},
                 {AST_CODES, ITEM_CODES},         {AST_RELATION, ITEM_RELATION}, {AST_FACTS, ITEM_FACTS},
                 {AST_ORDER, ITEM_ORDER}};
    const struct ast_node *label = ast_child(it->node, AST_LABEL);
    const char *name = text_z(l->m, it->name);
    if (it->kind == AST_BILL && !ast_child(it->node, AST_AS)) name = arena_printf(l->m->arena, "bill %s", name);
    struct image_item i = {.name = string_id(l, name),
                           .label = label ? string_text(l, label->text) : 0,
                           .source = it->node->span.source,
                           .from = it->node->span.from,
                           .to = it->node->span.to};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (kinds[k].ast == it->kind) i.kind = kinds[k].kind;
    cites_add(l, it->cite, &i.cites_at, &i.cites);
    struct image_item *to = vec_add(l, &l->items, sizeof *to, 1);
    *to = i;
    return it->id = l->items.count - 1;
}

/* The same but for where its citations stand. */
static int row_same(const struct image_row *a, const struct image_row *b)
{
    return a->item == b->item && a->number == b->number && a->hold == b->hold && a->from == b->from && a->to == b->to &&
           a->source == b->source;
}

uint32_t row_id(struct lower *l, struct item *it, const struct item_row *row, const char *hold, struct span span)
{
    struct image_row r = {.item = item_id(l, it),
                          .number = row ? (uint32_t)row->number : 0,
                          .hold = hold ? string_id(l, hold) : 0,
                          .from = span.from,
                          .to = span.to,
                          .source = span.source};
    const struct ast_node *cell = NULL;
    int c = 0;
    for (const struct ast_node *h = row && it->header ? it->header->first : NULL; h; h = h->next, c++)
        if (text_is(h->text, "cite")) cell = ast_nth(row->node, (unsigned)c);
    if (cell && cell->op == OP_VALUES && cell->first) {
        struct ast_node names = {.kind = AST_CITE};
        for (const struct ast_node *a = cell->first; a; a = a->next)
            if (a->first) {
                struct ast_node *copy = arena_zero(l->m->arena, 1, sizeof *copy);
                if (!copy) {
                    l->failed = 1;
                    return 0;
                }
                copy->text = a->first->text;
                ast_append(&names, copy);
            }
        cites_add(l, &names, &r.cites_at, &r.cites);
    } else if (row && row->cite) cites_add(l, row->cite, &r.cites_at, &r.cites);
    for (uint32_t i = 0; l->rows_again && i < l->rows.count; i++)
        if (row_same(&VEC(l->rows, struct image_row)[i], &r)) return i;
    struct image_row *to = vec_add(l, &l->rows, sizeof *to, 1);
    *to = r;
    return l->rows.count - 1;
}

uint32_t set_id(struct lower *l, struct code_set *s)
{
    if (s->id != NONE) return s->id;
    struct image_set *to = vec_add(l, &l->sets, sizeof *to, 1);
    *to = (struct image_set){string_text(l, s->name), l->ranges.count, s->count, item_id(l, s->item)};
    s->id = l->sets.count - 1;
    struct image_range *r = vec_add(l, &l->ranges, sizeof *r, s->count);
    for (uint32_t i = 0; i < s->count; i++)
        r[i] = (struct image_range){s->ranges[i].lo, s->ranges[i].hi, s->ranges[i].from, s->ranges[i].until};
    return s->id;
}

int64_t const_value(struct lower *l, const struct expr *e)
{
    if (e->type.base == TYPE_WORD) return (int64_t)l->word_ids[e->value];
    if (e->type.base == TYPE_TEXT) return (int64_t)string_id(l, (const char *)(intptr_t)e->value);
    return e->value;
}

struct sort_row {
    const int64_t *cells;
    const struct item_row *origin;
    uint32_t width, keys;
};
static int cells_order(const int64_t *a, const int64_t *b, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
}
/* By keys, then dates, then the rest. */
static int row_order(const void *a, const void *b)
{
    const struct sort_row *x = a, *y = b;
    int order = cells_order(x->cells, y->cells, 0, x->keys);
    if (!order) order = cells_order(x->cells, y->cells, x->width - 3, x->width - 1);
    if (!order) order = cells_order(x->cells, y->cells, x->keys, x->width);
    return order;
}

static void overlap_report(struct lower *l, const struct relation *r, struct span span)
{
    struct diag *d = diag_add(l->m->diags, DIAG_ROWS_OVERLAP, span,
                              "two rows of %s have the same keys and another value", text_z(l->m, r->name));
    diag_hint(l->m->diags, d, "a look-up gives one answer: correct a key, or date the rows");
}

/* A look-up gives one answer: two rows with the same keys on one date are a mistake. */
static void keys_unique(struct lower *l, const struct relation *r, const struct sort_row *rows, uint32_t columns,
                        uint32_t keys)
{
    for (unsigned i = 1; i < r->row_count; i++) {
        const int64_t *a = rows[i - 1].cells, *b = rows[i].cells;
        if (memcmp(a, b, keys * sizeof *a) != 0 || a[columns + 1] < b[columns] || b[columns + 1] < a[columns]) continue;
        if (!memcmp(a, b, columns * sizeof *a)) continue;
        const struct item_row *later =
            rows[i].origin->number > rows[i - 1].origin->number ? rows[i].origin : rows[i - 1].origin;
        overlap_report(l, r, later->node ? later->node->span : r->item->node->span);
    }
}

/* The same for large relations: rows of one pair of codes stand together. */
static void pairs_unique(struct lower *l, const struct relation *r, const int64_t *cells, uint32_t keys)
{
    const struct pairs *p = r->pairs;
    const uint32_t columns = r->column_count, width = columns + 3;
    const struct image_relation written = pairs_relation(p);
    const struct code_pairs_layout at = code_pairs_layout((const unsigned char *)l->pairs.at, &written);
    const uint32_t *start = at.starts, *rows = at.rows;
    for (uint32_t c = 0; c < written.codes; c++)
        for (uint32_t i = start[c]; i < start[c + 1]; i++)
            for (uint32_t k = i + 1; k < start[c + 1] && rows[k] >> 16 == rows[i] >> 16; k++) {
                const int64_t *a = cells + (rows[i] & UINT16_MAX) * (size_t)width;
                const int64_t *b = cells + (rows[k] & UINT16_MAX) * (size_t)width;
                if (memcmp(a, b, keys * sizeof *a) != 0 || a[columns + 1] < b[columns] || b[columns + 1] < a[columns] ||
                    !memcmp(a, b, columns * sizeof *a))
                    continue;
                overlap_report(l, r, r->item->node->span);
                return;
            }
}

/* Large relations of two codes: the rest of their rows goes to CELLS, once for all that agree in it. */
static uint32_t pairs_id(struct lower *l, struct relation *r, uint32_t shown, const uint32_t *order, uint32_t keys)
{
    struct pairs *p = r->pairs;
    uint32_t columns = r->column_count, whole = row_id(l, r->item, NULL, NULL, r->item->node->span);
    uint64_t at = l->cells.count;
    if (!pairs_write(l->m, p, &l->pairs)) {
        l->failed = 1;
        return 0;
    }
    for (uint32_t i = 0; i < p->tails.count; i++) {
        const int64_t *tail = p->tails.values + (size_t)i * columns;
        int64_t *to = vec_add(l, &l->cells, sizeof *to, columns + 3);
        to[0] = to[1] = 0;
        for (uint32_t c = 2; c < columns; c++) {
            struct expr e = {.type = r->types[order[c]], .value = tail[order[c] - 2]};
            to[c] = const_value(l, &e);
        }
        to[columns] = tail[columns - 2];
        to[columns + 1] = tail[columns - 1];
        to[columns + 2] = whole;
    }
    uint32_t item = item_id(l, r->item);
    struct image_relation *to = vec_add(l, &l->relations, sizeof *to, 1);
    *to = pairs_relation(p);
    to->name = shown;
    to->columns = columns;
    to->keys = keys;
    to->item = item;
    to->at = at;
    to->rows = p->tails.count;
    return l->relations.count - 1;
}

/* The rows as they stand in the image but for their numbers, and sorted. NULL: no memory. */
static struct sort_row *rows_sorted(struct lower *l, struct relation *r, const uint32_t *order, uint32_t keys)
{
    uint32_t columns = r->column_count, width = columns + 3;
    relation_expand(l->m, r);
    struct sort_row *rows = arena_zero(l->m->arena, r->row_count + 1u, sizeof *rows);
    int64_t *cells = arena_zero(l->m->arena, (size_t)(r->row_count + 1u) * width, sizeof *cells);
    if (!rows || !cells) {
        l->failed = 1;
        return NULL;
    }
    for (unsigned i = 0; i < r->row_count; i++) {
        int64_t *to = cells + (size_t)i * width;
        for (uint32_t c = 0; c < columns; c++) {
            struct expr e = {.type = r->types[order[c]], .value = r->cells[(size_t)i * columns + order[c]]};
            to[c] = const_value(l, &e);
        }
        to[columns] = r->origins[i]->from;
        to[columns + 1] = r->origins[i]->until;
        to[columns + 2] = r->origins[i]->number;
        rows[i] = (struct sort_row){to, r->origins[i], width, keys};
    }
    qsort(rows, r->row_count, sizeof *rows, row_order);
    return rows;
}

static uint32_t rows_id(struct lower *l, struct relation *r, uint32_t shown, uint32_t keys, const struct sort_row *rows)
{
    const uint32_t columns = r->column_count, width = columns + 3;
    uint64_t at = l->cells.count;
    uint32_t whole = NONE; /* rows of a file: the relation itself */
    for (unsigned i = 0; i < r->row_count; i++) {
        const struct item_row *origin = rows[i].origin;
        int64_t *to = vec_add(l, &l->cells, sizeof *to, width);
        memcpy(to, rows[i].cells, width * sizeof *to);
        if (!origin->node && whole == NONE) whole = row_id(l, r->item, NULL, NULL, r->item->node->span);
        to[columns + 2] = origin->node ? row_id(l, r->item, origin, NULL, origin->node->span) : whole;
    }
    uint32_t item = item_id(l, r->item);
    struct image_relation *to = vec_add(l, &l->relations, sizeof *to, 1);
    *to = (struct image_relation){
        .name = shown, .columns = columns, .keys = keys, .item = item, .at = at, .rows = r->row_count};
    return l->relations.count - 1;
}

/* A relation that is there already, or NONE. */
static uint32_t relation_had(const struct lower *l, uint32_t shown)
{
    for (uint32_t i = 0; i < l->relations.count; i++)
        if (VEC(l->relations, struct image_relation)[i].name == shown) return i;
    return NONE;
}

uint32_t relation_id(struct lower *l, struct relation *r, const uint32_t *order, uint32_t keys, int one_answer)
{
    const uint32_t columns = r->column_count;
    char *name = arena_printf(l->m->arena, "%s/%u", text_z(l->m, r->name), keys);
    for (uint32_t i = 0; i < columns && name; i++) name = arena_printf(l->m->arena, "%s,%u", name, order[i]);
    uint32_t shown = string_id(l, name), had = relation_had(l, shown);
    if (had != NONE && VEC(l->looked_up, uint32_t)[had] >= (uint32_t)one_answer) return had;
    const int paired = r->pairs && keys >= 2 && order[0] == 0 && order[1] == 1;
    const struct sort_row *rows = paired ? NULL : rows_sorted(l, r, order, keys);
    if (!paired && !rows) return 0;
    uint32_t id = had != NONE ? had : paired ? pairs_id(l, r, shown, order, keys) : rows_id(l, r, shown, keys, rows);
    if (had == NONE) word_put(l, &l->looked_up, 0);
    if (!one_answer || l->failed) return id;
    VEC(l->looked_up, uint32_t)[id] = 1;
    if (keys == columns) return id;
    if (paired) pairs_unique(l, r, VEC(l->cells, int64_t) + VEC(l->relations, struct image_relation)[id].at, keys);
    else keys_unique(l, r, rows, columns, keys);
    return id;
}
