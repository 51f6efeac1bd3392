/* What only the whole table shows: rows that overlap where exactly one may match, holes, hierarchies that leave members
 * out, rows that can never match, and names that nothing uses. Values of a column fall into finitely many classes;
 * combinations of classes are tried. */
#include "compiler/model.h"

#include <string.h>

/* A class of values of one column, by a representative. */
struct value_class {
    enum { CLASS_VALUE, CLASS_UNDOC, CLASS_OTHER, CLASS_BELOW, CLASS_FROM } is;
    int64_t value;
    int64_t high;
};
struct classes {
    struct value_class at[CLASSES_MAX];
    unsigned count;
    int known;
};

static int is_number(enum value_type t)
{
    return t == TYPE_COUNT || t == TYPE_DECIMAL || t == TYPE_MONEY || t == TYPE_MINUTES || t == TYPE_DAYS ||
           t == TYPE_YEARS || t == TYPE_DATE || t == TYPE_TIME;
}

static void class_add(struct classes *c, struct value_class v)
{
    if (c->count == CLASSES_MAX) {
        c->known = 0;
        return;
    }
    c->at[c->count++] = v;
}

/* Where a class begins. 0: there is no room for one more. */
static int cut_add(int64_t *cuts, unsigned *n, int64_t v)
{
    unsigned at = 0;
    while (at < *n && cuts[at] < v) at++;
    if (at < *n && cuts[at] == v) return 1;
    if (*n == CLASSES_MAX) return 0;
    memmove(cuts + at + 1, cuts + at, (*n - at) * sizeof *cuts);
    cuts[at] = v;
    ++*n;
    return 1;
}

/* Bounds that are names (policies) are one symbol: below it, or from it on. Several symbols, or symbols mixed with
 * numbers: not analysed. */
static void number_classes(const struct table *t, unsigned column, struct classes *c)
{
    int64_t cuts[CLASSES_MAX];
    unsigned n = 0;
    const struct field *symbol = NULL;
    int constants = 0;
    for (unsigned r = 0; r < t->row_count; r++)
        for (unsigned a = 0; a < t->rows[r].cells[column].count; a++) {
            const struct alt alt = cell_alt(&t->rows[r].cells[column], a), *x = &alt;
            if (x->test == CELL_UNDOC || x->test == CELL_DOC) continue;
            if (x->x && x->x->op == X_FIELD) {
                if (symbol && symbol != x->x->field) {
                    c->known = 0;
                    return;
                }
                symbol = x->x->field;
                if (x->test != CELL_GE && x->test != CELL_LT) {
                    c->known = 0;
                    return;
                }
                continue;
            }
            if (!x->x || x->x->op != X_CONST || (x->y && x->y->op != X_CONST) || x->test == CELL_IN) {
                c->known = 0;
                return;
            }
            constants = 1;
            int64_t v = x->x->value;
            int room = 1;
            if (x->test == CELL_EQ || x->test == CELL_RANGE || x->test == CELL_GE || x->test == CELL_LT)
                room &= cut_add(cuts, &n, v);
            if (x->test == CELL_EQ || x->test == CELL_LE || x->test == CELL_GT) room &= cut_add(cuts, &n, v + 1);
            if (x->test == CELL_RANGE) room &= cut_add(cuts, &n, x->y->value + 1);
            if (!room) { /* a class without a bound inside would be told wider than it is */
                c->known = 0;
                return;
            }
        }
    if (symbol && constants) {
        c->known = 0;
        return;
    }
    if (symbol) {
        class_add(c, (struct value_class){CLASS_BELOW, 0, 0});
        class_add(c, (struct value_class){CLASS_FROM, 0, 0});
        return;
    }
    enum value_type base = t->columns[column]->type.base;
    int64_t lowest = base == TYPE_DATE || base == TYPE_TIME ? INT64_MIN : 0;
    if (!n || cuts[0] > lowest) class_add(c, (struct value_class){CLASS_VALUE, lowest, n ? cuts[0] - 1 : INT64_MAX});
    for (unsigned i = 0; i < n; i++)
        if (cuts[i] >= lowest)
            class_add(c, (struct value_class){CLASS_VALUE, cuts[i], i + 1 < n ? cuts[i + 1] - 1 : INT64_MAX});
}

static void classes_of(const struct table *t, unsigned column, struct classes *c)
{
    const struct type *type = &t->columns[column]->type;
    *c = (struct classes){.known = 1};
    if (type->base == TYPE_WORD && type->words)
        for (uint32_t i = 0; i < type->words->count; i++)
            class_add(c, (struct value_class){CLASS_VALUE, type->words->atoms[i], type->words->atoms[i]});
    else if (type->base == TYPE_BOOL) {
        class_add(c, (struct value_class){CLASS_VALUE, 1, 1});
        class_add(c, (struct value_class){CLASS_VALUE, 0, 0});
    } else if (is_number(type->base)) number_classes(t, column, c);
    else {
        int read = 0;
        for (unsigned r = 0; r < t->row_count; r++)
            for (unsigned a = 0; a < t->rows[r].cells[column].count; a++) {
                const struct alt alt = cell_alt(&t->rows[r].cells[column], a), *x = &alt;
                if (x->test == CELL_UNDOC || x->test == CELL_DOC) continue;
                read = 1;
                if (x->test != CELL_EQ || !x->x || x->x->op != X_CONST) c->known = 0;
                else class_add(c, (struct value_class){CLASS_VALUE, x->x->value, x->x->value});
            }
        (void)read;
        class_add(c, (struct value_class){CLASS_OTHER, 0, 0});
    }
    if (t->named[column] || expr_maybe(t->columns[column])) class_add(c, (struct value_class){CLASS_UNDOC, 0, 0});
}

static int alt_takes(const struct alt *x, const struct value_class *v)
{
    if (x->test == CELL_UNDOC || x->test == CELL_DOC) return (x->test == CELL_UNDOC) == (v->is == CLASS_UNDOC);
    if (v->is == CLASS_UNDOC) return 0;
    int in = 0;
    if (v->is == CLASS_BELOW || v->is == CLASS_FROM) in = (x->test == CELL_GE) == (v->is == CLASS_FROM);
    else if (v->is == CLASS_OTHER) in = 0;
    else {
        int64_t a = x->x && x->x->op == X_CONST ? x->x->value : 0;
        switch (x->test) {
        case CELL_EQ: in = v->value == a; break;
        case CELL_RANGE:
        case CELL_CODES: in = v->value >= a && x->y && v->value <= x->y->value; break;
        case CELL_GE: in = v->value >= a; break;
        case CELL_LE: in = v->value <= a; break;
        case CELL_GT: in = v->value > a; break;
        case CELL_LT: in = v->value < a; break;
        default: in = 0;
        }
    }
    return in != x->negated;
}

static int cell_takes(const struct cell *c, const struct value_class *v)
{
    for (unsigned a = 0; a < c->count; a++) {
        const struct alt alt = cell_alt(c, a);
        if (alt_takes(&alt, v)) return 1;
    }
    return c->count == 0;
}

static void class_write(struct model *m, struct buffer *b, const struct table *t, unsigned column,
                        const struct value_class *v)
{
    const struct type *type = &t->columns[column]->type;
    const char *unit = type->base == TYPE_MINUTES ? " min"
                       : type->base == TYPE_DAYS  ? " days"
                       : type->base == TYPE_YEARS ? " years"
                                                  : "";
    if (v->is == CLASS_UNDOC) buffer_text(b, "?");
    else if (v->is == CLASS_OTHER) buffer_text(b, "any");
    else if (v->is == CLASS_BELOW || v->is == CLASS_FROM) {
        const struct expr *bound = NULL;
        for (unsigned r = 0; r < t->row_count; r++)
            for (unsigned a = 0; a < t->rows[r].cells[column].count; a++)
                if (cell_alt(&t->rows[r].cells[column], a).x) bound = cell_alt(&t->rows[r].cells[column], a).x;
        buffer_printf(b, "%s %s", v->is == CLASS_BELOW ? "below" : "from",
                      bound && bound->field ? text_z(m, bound->field->name) : "…");
    } else if (type->base == TYPE_WORD) buffer_text(b, m->words[v->value]);
    else if (type->base == TYPE_BOOL) buffer_text(b, v->value ? "yes" : "no");
    else if (type->base == TYPE_CODE || type->base == TYPE_TEXT || type->base == TYPE_DATE || type->base == TYPE_TIME)
        buffer_text(b, "any");
    else {
        int64_t scale = type->base == TYPE_DECIMAL || type->base == TYPE_MONEY ? 1000000 : 1;
        if (v->high == INT64_MAX) buffer_printf(b, "from %lld%s", (long long)(v->value / scale), unit);
        else if (v->value == v->high) buffer_printf(b, "%lld%s", (long long)(v->value / scale), unit);
        else if (v->value == 0) buffer_printf(b, "up to %lld%s", (long long)(v->high / scale), unit);
        else buffer_printf(b, "%lld to %lld%s", (long long)(v->value / scale), (long long)(v->high / scale), unit);
    }
}

static int row_is_open(const struct table *t, const struct row *r)
{
    for (unsigned c = 0; c < t->column_count; c++)
        if (r->cells[c].count) return 0;
    return r->from->from == DATE_MIN_OPEN && r->from->until == DATE_OPEN;
}

static int row_takes(const struct table *t, const struct row *r, const struct classes *all, const unsigned *at)
{
    for (unsigned c = 0; c < t->column_count; c++)
        if (!cell_takes(&r->cells[c], &all[c].at[at[c]])) return 0;
    return 1;
}

/* The missing row, ready to paste. Columns whose class does not matter for the hole are written `any`. */
static const char *hole_row(struct model *m, const struct table *t, const struct classes *all, const unsigned *at,
                            const char *result)
{
    struct buffer b;
    buffer_init_in(&b, 0, m->arena);
    buffer_text(&b, "|");
    for (unsigned c = 0; c < t->column_count; c++) {
        unsigned probe[TABLE_COLUMNS_MAX];
        int matters = 0;
        memcpy(probe, at, t->column_count * sizeof *probe);
        for (unsigned k = 0; k < all[c].count && !matters; k++) {
            probe[c] = k;
            for (unsigned r = 0; r < t->row_count; r++) matters |= row_takes(t, &t->rows[r], all, probe);
        }
        buffer_byte(&b, ' ');
        if (matters) class_write(m, &b, t, c, &all[c].at[at[c]]);
        else buffer_text(&b, "any");
        buffer_text(&b, " |");
    }
    buffer_text(&b, result);
    const char *out = arena_copy(m->arena, b.at, b.size);
    buffer_free(&b);
    return out ? out : "";
}

static void holes_find(struct model *m, struct table *t, int hierarchy)
{
    struct classes *all = arena_zero(m->arena, t->column_count + 1u, sizeof *all);
    unsigned at[TABLE_COLUMNS_MAX] = {0};
    if (!all) {
        m->oom = 1;
        return;
    }
    if (!t->column_count) return;
    for (unsigned r = 0; r < t->row_count; r++) {
        if (t->rows[r].from->from != DATE_MIN_OPEN || t->rows[r].from->until != DATE_OPEN) return;
        if (row_is_open(t, &t->rows[r])) return; /* otherwise */
    }
    uint64_t total = 1;
    for (unsigned c = 0; c < t->column_count; c++) {
        classes_of(t, c, &all[c]);
        if (!all[c].known || !all[c].count) return;
        total *= all[c].count;
        if (total > COMBINATIONS_MAX) return;
    }
    for (;;) {
        unsigned r = 0;
        while (r < t->row_count && !row_takes(t, &t->rows[r], all, at)) r++;
        if (r == t->row_count) {
            struct diag *d =
                diag_add(m->diags, hierarchy ? DIAG_HIERARCHY_HOLE : DIAG_TABLE_HOLE, t->item->node->span,
                         hierarchy ? "hierarchy %s leaves a member out" : "table %s has no row for some values",
                         text_z(m, t->item->name));
            diag_hint(m->diags, d,
                      hierarchy ? "put it on a level, or end with | otherwise |:\n%s"
                                : "add the missing row, or end with | otherwise |:\n%s",
                      hole_row(m, t, all, at, hierarchy ? "" : " … |"));
            return;
        }
        unsigned c = 0;
        while (c < t->column_count && ++at[c] == all[c].count) at[c++] = 0;
        if (c == t->column_count) return;
    }
}

static void overlaps_find(struct model *m, struct table *t)
{
    struct classes *all = arena_zero(m->arena, t->column_count + 1u, sizeof *all);
    if (!all) {
        m->oom = 1;
        return;
    }
    for (unsigned c = 0; c < t->column_count; c++) {
        classes_of(t, c, &all[c]);
        if (!all[c].known) return;
    }
    for (unsigned j = 1; j < t->row_count; j++)
        for (unsigned i = 0; i < j; i++) {
            const struct row *a = &t->rows[i], *b = &t->rows[j];
            if (a->from->until < b->from->from || b->from->until < a->from->from) continue;
            unsigned at[TABLE_COLUMNS_MAX], c = 0;
            for (; c < t->column_count; c++) {
                unsigned k = 0;
                while (k < all[c].count &&
                       !(cell_takes(&a->cells[c], &all[c].at[k]) && cell_takes(&b->cells[c], &all[c].at[k])))
                    k++;
                if (k == all[c].count) break;
                at[c] = k;
            }
            if (c < t->column_count) continue;
            struct buffer example;
            buffer_init_in(&example, 0, m->arena);
            for (c = 0; c < t->column_count; c++) {
                if (c) buffer_text(&example, ", ");
                class_write(m, &example, t, c, &all[c].at[at[c]]);
            }
            struct diag *d = diag_add(m->diags, DIAG_ROWS_OVERLAP, b->from->node->span,
                                      "this row and an earlier one both match (%s)", example.at ? example.at : "");
            diag_other(d, a->from->node->span, "the earlier row");
            diag_hint(m->diags, d,
                      "exactly one row may match: narrow one of the two, or write `first row that matches`");
            buffer_free(&example);
            break;
        }
}

void table_analyse(struct model *m, struct table *t)
{
    int hierarchy = t->item->kind == AST_HIERARCHY, few = t->row_count <= ANALYSED_ROWS_MAX;
    if (few) cells_open(m, t);
    if (few && (t->item->kind == AST_TABLE || hierarchy)) holes_find(m, t, hierarchy);
    if (few && t->hit == HIT_ONE && t->item->kind == AST_TABLE) overlaps_find(m, t);
    for (unsigned r = 0; t->hit == HIT_FIRST && r + 1 < t->row_count; r++)
        if (row_is_open(t, &t->rows[r])) {
            struct diag *d =
                diag_add(m->diags, DIAG_UNREACHABLE_ROW, t->rows[r + 1].from->node->span, "no record gets to this row");
            diag_other(d, t->rows[r].from->node->span, "this row takes everything that is left");
            diag_hint(m->diags, d, "put the row above it, or take it out");
            break;
        }
}

/* Does the `decides` text say that the switch acts before the encounter is written? */
static int outside(const struct field *f) { return !strncmp(f->policy->decides, "outside the engine", 18); }

void analyse_all(struct model *m)
{
    for (struct kind *k = m->kinds; k; k = k->next) {
        if (k->group && k->group->table) table_analyse(m, k->group->table);
        for (struct field *f = k->fields; f; f = f->next)
            if (f->table && (f->how == FIELD_TABLE || f->how == FIELD_HIER)) table_analyse(m, f->table);
    }
    for (struct field *f = m->policies; f; f = f->next) {
        if (f->used || outside(f)) continue;
        struct diag *d = diag_add(m->diags, DIAG_UNUSED, f->span, "nothing asks for policy %s", text_z(m, f->name));
        diag_hint(m->diags, d, "use it, take it out, or begin what it decides with \"outside the engine\"");
    }
    for (unsigned i = 0; i < m->set_count; i++) {
        if (m->sets[i].used) continue;
        struct diag *d = diag_add(m->diags, DIAG_UNUSED, m->sets[i].item->node->span, "nothing asks for the list %s",
                                  text_z(m, m->sets[i].name));
        diag_hint(m->diags, d, "use it, or take it out");
    }
    for (unsigned i = 0; i < m->relation_count; i++) {
        if (m->relations[i].used || m->relations[i].item->kind != AST_RELATION) continue;
        struct diag *d = diag_add(m->diags, DIAG_UNUSED, m->relations[i].item->node->span,
                                  "nothing asks for the relation %s", text_z(m, m->relations[i].name));
        diag_hint(m->diags, d, "use it, or take it out");
    }
}
