/* Lists of codes with their dates and exceptions, and relations: tables of plain values that are looked up. */
#include "compiler/pairs.h"

#include <stdlib.h>
#include <string.h>

/* ---- lists of codes */

struct ranges {
    struct arena *arena;
    struct code_range *at;
    unsigned count, room;
};

static void range_add(struct ranges *r, uint64_t lo, uint64_t hi, int32_t from, int32_t until)
{
    if (from > until) return;
    if (r->count == r->room) {
        unsigned room = r->room ? r->room * 2 : 64;
        struct code_range *more = arena_heap(r->arena, r->at, room * sizeof *more);
        if (!more) return;
        r->at = more;
        r->room = room;
    }
    r->at[r->count++] = (struct code_range){lo, hi, from, until};
}

static unsigned size_of(uint64_t code)
{
    unsigned n = 0;
    while (n < 8 && (code >> (56 - 8 * n) & 0xff)) n++;
    return n;
}

/* Takes codes [lo, hi] on [from, until] out. Returns whether anything was in. */
static int range_cut(struct ranges *r, uint64_t lo, uint64_t hi, int32_t from, int32_t until)
{
    struct ranges out = {.arena = r->arena};
    int hit = 0;
    for (unsigned i = 0; i < r->count; i++) {
        struct code_range x = r->at[i];
        if (size_of(x.lo) != size_of(lo) || x.hi < lo || hi < x.lo || x.until < from || until < x.from) {
            range_add(&out, x.lo, x.hi, x.from, x.until);
            continue;
        }
        hit = 1;
        if (x.lo < lo) range_add(&out, x.lo, code_before(lo), x.from, x.until);
        if (x.hi > hi) range_add(&out, code_next(hi), x.hi, x.from, x.until);
        uint64_t a = x.lo > lo ? x.lo : lo, b = x.hi < hi ? x.hi : hi;
        if (x.from < from) range_add(&out, a, b, x.from, from - 1);
        if (x.until > until) range_add(&out, a, b, until + 1, x.until);
    }
    arena_heap_free(r->arena, r->at);
    *r = out;
    return hit;
}

static int range_covered(const struct ranges *r, uint64_t lo, uint64_t hi, int32_t from, int32_t until)
{
    for (unsigned i = 0; i < r->count; i++)
        if (size_of(r->at[i].lo) == size_of(lo) && r->at[i].lo <= lo && hi <= r->at[i].hi && r->at[i].from <= from &&
            until <= r->at[i].until)
            return 1;
    return 0;
}

static int range_order(const void *a, const void *b)
{
    const struct code_range *x = a, *y = b;
    if (x->lo != y->lo) return x->lo < y->lo ? -1 : 1;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return x->hi < y->hi ? -1 : x->hi > y->hi;
}

static void list_circle(struct model *m, const struct code_set *again, struct span span)
{
    unsigned i = 0;
    struct buffer way;
    buffer_init_in(&way, 0, m->arena);
    while (i < m->lists_deep && m->lists[i] != again) i++;
    for (; i < m->lists_deep; i++) buffer_printf(&way, "%s → ", text_z(m, m->lists[i]->name));
    mistake(m, DIAG_CYCLE, span, "take one of them out of the other", "the list %s contains itself: %s%s",
            text_z(m, again->name), way.at ? way.at : "", text_z(m, again->name));
    buffer_free(&way);
}

static void entry_apply(struct model *m, struct code_set *s, struct ranges *r, const struct item_entry *e)
{
    const struct ast_node *a = ast_nth(e->node, 0), *b = a ? a->next : NULL;
    struct type code = {TYPE_CODE, NULL, ""};
    if (!a) return;
    if (b && b->kind != AST_VALUE) b = NULL;
    if (a->op == OP_WORD && a->text.at[0] >= 'a') { /* another list */
        struct code_set *o = set_find(m, a->text);
        if (!o || o == s) {
            unknown_name(m, a->span, a->text, NULL);
            s->state = BROKEN;
            return;
        }
        if (o->state == CHECKING) {
            list_circle(m, o, a->span);
            s->state = BROKEN;
            return;
        }
        set_check(m, o);
        if (o->state == BROKEN) s->state = BROKEN;
        for (unsigned i = 0; i < o->count; i++) {
            struct code_range x = o->ranges[i];
            if (x.from < e->from) x.from = e->from;
            if (x.until > e->until) x.until = e->until;
            if (e->except) range_cut(r, x.lo, x.hi, x.from, x.until);
            else range_add(r, x.lo, x.hi, x.from, x.until);
        }
        return;
    }
    struct expr *lo = value_check(m, a, &code, NULL), *hi = b ? value_check(m, b, &code, NULL) : lo;
    if (!lo || !hi) {
        s->state = BROKEN;
        return;
    }
    uint64_t x = (uint64_t)lo->value, y = (uint64_t)hi->value;
    if (size_of(x) != size_of(y) || x > y) {
        struct diag *d = diag_add(m->diags, DIAG_BAD_CELL, e->node->span, "this range of codes is empty");
        diag_hint(m->diags, d, "both ends have the same number of characters, the lower one stands first");
        s->state = BROKEN;
        return;
    }
    if (e->except) {
        if (range_cut(r, x, y, e->from, e->until) || s->state == BROKEN) return;
        const char *name = text_z(m, a->text);
        struct diag *d = diag_add(m->diags, e->except == 2 ? DIAG_DEAD_OVERRIDE : DIAG_CODE_OUTSIDE, e->node->span,
                                  "%s is not on the list %s", name, text_z(m, s->name));
        diag_hint(m->diags, d,
                  e->except == 2 ? "leave this out: it changes nothing"
                                 : "`except` takes out codes that the entries before it put in");
        return;
    }
    if (range_covered(r, x, y, e->from, e->until)) {
        struct diag *d = diag_add(m->diags, DIAG_DEAD_OVERRIDE, e->node->span, "%s is on the list %s already",
                                  text_z(m, a->text), text_z(m, s->name));
        diag_hint(m->diags, d, "leave this out: it changes nothing");
        return;
    }
    range_add(r, x, y, e->from, e->until);
}

static void lists_too_deep(struct model *m, struct code_set *s)
{
    struct text what = text_of("lists");
    if (!said_before(m, DIAG_LIMIT, what, s->item->node->span))
        said_note(m, DIAG_LIMIT, what,
                  mistake(m, DIAG_LIMIT, s->item->node->span, "name the codes themselves",
                          "lists stand in lists more than %d deep", LISTS_DEEP));
    s->state = BROKEN;
}

/* The list being checked holds this one. */
static void list_level_raise(const struct model *m, const struct code_set *s)
{
    struct code_set *above = m->lists_deep ? m->lists[m->lists_deep - 1] : NULL;
    if (above && above->level <= s->level) above->level = s->level + 1;
}

void set_check(struct model *m, struct code_set *s)
{
    if (s->state == CHECKED) list_level_raise(m, s);
    if (s->state != UNCHECKED) return;
    if (m->lists_deep == LISTS_DEEP) {
        lists_too_deep(m, s);
        return;
    }
    s->state = CHECKING;
    m->lists[m->lists_deep++] = s;
    struct ranges r = {.arena = m->arena};
    for (unsigned i = 0; i < s->item->entry_count; i++) entry_apply(m, s, &r, &s->item->entries[i]);
    if (r.count) qsort(r.at, r.count, sizeof *r.at, range_order);
    s->ranges = arena_alloc(m->arena, (r.count ? r.count : 1) * sizeof *r.at);
    if (!s->ranges) m->oom = 1;
    else if (r.count) memcpy(s->ranges, r.at, r.count * sizeof *r.at);
    s->count = r.count;
    arena_heap_free(m->arena, r.at);
    m->lists_deep--;
    if (s->state == CHECKING) s->state = CHECKED;
    if (s->state == CHECKED && s->level >= LISTS_DEEP) lists_too_deep(m, s);
    list_level_raise(m, s);
}

/* Is the code on the list on some date? For checks of literal codes. */
int code_listed(const struct code_set *s, uint64_t code)
{
    for (unsigned i = 0; i < s->count; i++)
        if (size_of(s->ranges[i].lo) == size_of(code) && s->ranges[i].lo <= code && code <= s->ranges[i].hi) return 1;
    return 0;
}

/* ---- relations: every combination of the alternatives of a row is a row */

static unsigned alternatives(const struct ast_node *cell)
{
    return cell && cell->op == OP_VALUES ? ast_count(cell) : 1;
}

/* A count of any size: the column is known to count. */
static struct expr *count_read(struct model *m, const struct ast_node *v)
{
    int64_t scaled;
    struct type count = {TYPE_COUNT, NULL, ""};
    if (v->op != OP_NUMBER || !number_read(v->text, &scaled) || scaled % 1000000)
        return value_check(m, v, &count, NULL);
    return expr_const(m, count, scaled / 1000000, v->span);
}

/* Once a column: a whole column of dates or blanks is one mistake of its header. */
static void cell_unplain(struct model *m, const struct item *it, unsigned column, const struct ast_node *cell)
{
    const struct ast_node *name = ast_nth(it->header, column);
    const char *near = column_trailer_near(name->text);
    if (said_before(m, DIAG_BAD_CELL, name->text, cell->span)) return;
    struct diag *d;
    if (near) d = diag_add(m->diags, DIAG_BAD_CELL, name->span, "`%s` is no column of its own", text_z(m, name->text));
    else d = diag_add(m->diags, DIAG_BAD_CELL, cell->span, "a plain value is expected here");
    if (near) diag_hint(m->diags, d, "did you mean `%s`?", near);
    else diag_hint(m->diags, d, "write a code, a number, a word or a text; several with commas between");
    said_note(m, DIAG_BAD_CELL, name->text, d);
}

static size_t combinations(const struct item_row *row, unsigned columns)
{
    size_t n = 1;
    for (unsigned c = 0; c < columns; c++) n *= alternatives(row_cell(row, (int)c));
    return n;
}

/* The k-th combination of a row's values. 0: reported, and the relation is broken. */
static int values_read(struct model *m, struct relation *r, const struct item_row *row, unsigned columns, size_t k,
                       int64_t *out)
{
    for (unsigned c = 0; c < columns; c++) {
        const struct ast_node *cell = row_cell(row, (int)c);
        unsigned n = alternatives(cell);
        const struct ast_node *a = cell->op == OP_VALUES ? ast_nth(cell, (unsigned)(k % n)) : NULL;
        k /= n;
        struct expr *e = a && a->first && a->op == OP_EQ && r->types[c].base == TYPE_COUNT ? count_read(m, a->first)
                         : a && a->first && a->op == OP_EQ
                             ? value_check(m, a->first, r->types[c].base == TYPE_WORD ? NULL : &r->types[c], NULL)
                             : NULL;
        if (!e) {
            if (!a || a->op != OP_EQ) cell_unplain(m, r->item, c, cell);
            r->state = BROKEN;
            return 0;
        }
        if (r->types[c].base == TYPE_COUNT_OF) r->types[c] = e->type;
        else if (e->type.base == TYPE_WORD && !word_set_has(r->types[c].words, (uint32_t)e->value))
            r->types[c].words = word_set_union(m, r->types[c].words, e->type.words);
        if (r->types[c].words && r->types[c].words->count > WORDS_MAX) {
            mistake(m, DIAG_LIMIT, cell->span, "write them between quotation marks, as texts",
                    "a column may have %d different words", WORDS_MAX);
            r->state = BROKEN;
            return 0;
        }
        out[c] = e->value;
    }
    return 1;
}

/* Rows that packs add to a table that is read from a file: its first columns; what they leave out is 0. */
static int rows_add(struct model *m, struct relation *r)
{
    struct item *it = r->item;
    size_t more = 0;
    for (unsigned i = 0; i < it->row_count; i++) {
        unsigned cells = ast_count(it->rows[i].node);
        if (cells < 2 || cells > r->column_count) {
            mistake(m, DIAG_TOO_MANY_CELLS, it->rows[i].node->span, "write its first columns, in their order",
                    "the file gives %s %u columns, this row has %u", text_z(m, r->name), r->column_count, cells);
            return 0;
        }
        more += combinations(&it->rows[i], cells);
        if (more > RELATION_ROWS_MAX) {
            mistake(m, DIAG_LIMIT, it->rows[i].node->span, "put them into the file", "more than %d rows are added",
                    RELATION_ROWS_MAX);
            return 0;
        }
    }
    const size_t width = r->column_count, total = r->pairs ? more : r->row_count + more;
    int64_t *cells = arena_zero(m->arena, total * width + 1, sizeof *cells);
    const struct item_row **origins = arena_zero(m->arena, total + 1, sizeof *origins);
    if (!cells || !origins) {
        m->oom = 1;
        return 0;
    }
    size_t n = r->pairs ? 0 : r->row_count;
    if (n) memcpy(cells, r->cells, n * width * sizeof *cells);
    if (n) memcpy(origins, r->origins, n * sizeof *origins);
    for (unsigned i = 0; i < it->row_count; i++) {
        const struct item_row *row = &it->rows[i];
        const unsigned count = ast_count(row->node);
        const size_t combos = combinations(row, count);
        for (size_t k = 0; k < combos; k++) {
            if (!values_read(m, r, row, count, k, cells + n * width)) return 0;
            if (r->pairs && !pairs_add(m, r->pairs, cells + n * width, r->column_count, row->from, row->until))
                return 0;
            origins[n++] = row;
        }
    }
    if (r->pairs) return 1;
    r->cells = cells;
    r->origins = origins;
    r->row_count = (unsigned)n;
    return 1;
}

void relation_check(struct model *m, struct relation *r)
{
    if (r->state != UNCHECKED) return;
    struct item *it = r->item;
    r->state = CHECKED;
    const struct ast_node *file = it->given ? it->given : ast_child(it->node, AST_FROM_FILE);
    if (file || it->ready) {
        if (!(file ? relation_file(m, r, file) : rows_take_in(m, r, it->ready)) ||
            (!it->ready && it->row_count && !rows_add(m, r)))
            r->state = BROKEN;
        return;
    }
    if (!it->header || !it->row_count) {
        mistake(m, DIAG_BAD_TABLE, it->node->span, "a header row names the columns, each row below gives their values",
                "%s %s has no rows", ast_kind_word(it->kind), text_z(m, it->name));
        r->state = BROKEN;
        return;
    }
    unsigned columns;
    if (!header_body(m, it->header, &columns) || !columns_few(m, it->header)) {
        r->state = BROKEN;
        return;
    }
    r->column_count = columns;
    r->columns = arena_zero(m->arena, columns + 1u, sizeof *r->columns);
    r->types = arena_zero(m->arena, columns + 1u, sizeof *r->types);
    size_t total = 0;
    for (unsigned i = 0; i < it->row_count; i++) {
        size_t n = 1;
        for (unsigned c = 0; c < columns && n <= RELATION_ROWS_MAX; c++)
            n *= alternatives(row_cell(&it->rows[i], (int)c));
        total += n;
        if (total <= RELATION_ROWS_MAX) continue;
        struct diag *d = diag_add(m->diags, DIAG_LIMIT, it->rows[i].node->span,
                                  "%s %s has more than %d rows, each value of a cell counted by itself",
                                  ast_kind_word(it->kind), text_z(m, it->name), RELATION_ROWS_MAX);
        diag_hint(m->diags, d, "split it");
        r->state = BROKEN;
        return;
    }
    r->cells = arena_zero(m->arena, total * columns + 1, sizeof *r->cells);
    r->origins = arena_zero(m->arena, total + 1, sizeof *r->origins);
    if (!r->columns || !r->types || !r->cells || !r->origins) {
        m->oom = 1;
        r->state = BROKEN;
        return;
    }
    unsigned c = 0;
    for (const struct ast_node *h = it->header->first; h && c < columns; h = h->next, c++) {
        r->columns[c] = h->text;
        r->types[c] = (struct type){TYPE_COUNT_OF, NULL, ""};
        int decimal = 0, codes = 0, small = 0;
        for (unsigned i = 0; i < it->row_count; i++)
            for (const struct ast_node *a = row_cell(&it->rows[i], (int)c) ? row_cell(&it->rows[i], (int)c)->first
                                                                           : NULL;
                 a; a = a->next) {
                const struct ast_node *v = a->first;
                if (!v) continue;
                int64_t code;
                small |= v->op == OP_NUMBER && !five_digits(v) && v->text.size < 5;
                decimal |= v->op == OP_NUMBER && memchr(v->text.at, '.', v->text.size) != NULL;
                codes |= v->op == OP_MIXED || five_digits(v) ||
                         (v->op == OP_WORD && code_pack(v->text, &code) && v->text.size > 1 && v->text.at[1] >= '0' &&
                          v->text.at[1] <= '9');
            }
        if (codes && !(small && text_is(h->text, "at most"))) r->types[c].base = TYPE_CODE;
        else if (small && codes) r->types[c].base = TYPE_COUNT;
        else if (decimal) r->types[c].base = TYPE_DECIMAL;
    }
    for (unsigned i = 0; i < it->row_count; i++) {
        const struct item_row *row = &it->rows[i];
        if (!row_fits(m, it, i, columns)) {
            r->state = BROKEN;
            continue;
        }
        const size_t combos = combinations(row, columns);
        for (size_t k = 0; k < combos && r->state != BROKEN; k++)
            if (values_read(m, r, row, columns, k, r->cells + (size_t)r->row_count * columns))
                r->origins[r->row_count++] = row;
    }
}
