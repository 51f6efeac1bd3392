/* Rows between bars: the header's columns resolved, every cell checked against its column, results typed. One reader
 * for tables, hierarchies, group keys and bills; thresholds have their own shape. */
#include "compiler/check_expr.h"
#include "compiler/check_table.h"
#include "lang/run.h"

#include <ctype.h>
#include <string.h>

/* The result column is called like its table: a misspelt `until` would else become the result. */
static int result_named(struct model *m, const struct item *it, const struct ast_node *column)
{
    if (text_equal(column->text, it->name)) return 1;
    const char *near = column_trailer_near(column->text);
    struct diag *d = diag_add(m->diags, DIAG_BAD_TABLE, column->span, "`%s` stands where the result `%s` is expected",
                              text_z(m, column->text), text_z(m, it->name));
    if (near) diag_hint(m->diags, d, "did you mean `%s`?", near);
    else
        diag_hint(m->diags, d,
                  "the last column is called like the %s; behind it only effective, until and cite may stand",
                  ast_kind_word(it->kind));
    return 0;
}

int layout_read(struct model *m, struct item *it, unsigned results, struct layout *out)
{
    const struct ast_node *h = it->header;
    *out = (struct layout){.header = h};
    if (!h || (!it->row_count && !it->changed)) {
        struct diag *d = diag_add(m->diags, DIAG_BAD_TABLE, it->node->span, "%s %s has no rows",
                                  ast_kind_word(it->kind), text_z(m, it->name));
        diag_hint(m->diags, d, "a header row names the columns, each row below gives their values");
        return 0;
    }
    unsigned body;
    out->cells = ast_count(h);
    if (!columns_few(m, h) || !header_body(m, h, &body)) return 0;
    if (body < results) {
        mistake(m, DIAG_BAD_TABLE, h->span, "the last column is the result, those before it are the conditions",
                "this table needs at least %u columns", results + 1);
        return 0;
    }
    out->inputs = body - results;
    out->results = results;
    return results != 1 || it->kind == AST_GROUP || result_named(m, it, ast_nth(h, out->inputs));
}

/* An `otherwise` row of a hierarchy may leave conditions out. */
int row_in(struct model *m, const struct item *it, const struct layout *l, unsigned r)
{
    const struct ast_node *first = it->rows[r].node->first;
    int open = l->results == 0 && first && first->op == OP_OTHERWISE;
    return row_fits(m, it, r, open ? 1 : l->inputs + l->results);
}

static int is_name(const struct ast_node *v)
{
    return v->op == OP_WORD && v->text.size &&
           ((v->text.at[0] >= 'a' && v->text.at[0] <= 'z') || v->text.at[0] == '_') && !text_is(v->text, "yes") &&
           !text_is(v->text, "no") && !text_is(v->text, "none");
}

struct expr *bound_check(struct model *m, struct scope *s, const struct ast_node *v, const struct type *want)
{
    if (v->kind != AST_VALUE) return expr_check(m, s, v, want);
    if (want->base == TYPE_WORD || !is_name(v)) return value_check(m, v, want, s);
    struct expr *e = name_check(m, s, v->text, v->span);
    if (e && e->type.base == TYPE_COUNT && (want->base == TYPE_DECIMAL || want->base == TYPE_MONEY)) {
        struct expr *scale = expr_new(m, X_SCALE, want->base, e->span);
        scale->a = e;
        return scale;
    }
    if (e && e->type.base != want->base && want->base != TYPE_COUNT_OF) {
        struct diag *d = diag_add(m->diags, DIAG_WRONG_TYPE, v->span, "%s is expected here, `%s` is %s",
                                  type_name(m, want), text_z(m, v->text), type_name(m, &e->type));
        diag_hint(m->diags, d, "a name in a cell must be of the column's own kind and unit");
        return NULL;
    }
    return e;
}

/* A cell's value. Large packs have some hundred thousand codes in their cells: those are shared. */
static struct expr *alternative_check(struct model *m, struct scope *s, const struct ast_node *v,
                                      const struct type *want)
{
    int64_t code;
    const int wordish = v->op == OP_WORD || v->op == OP_NUMBER || v->op == OP_MIXED;
    if (want->base == TYPE_CODE && v->kind == AST_VALUE && wordish && !is_name(v) && !text_is(v->text, "none") &&
        code_pack(v->text, &code))
        return expr_code(m, code, v->span);
    return bound_check(m, s, v, want);
}

static int alt_check(struct model *m, struct scope *s, const struct ast_node *n, const struct type *want,
                     struct alt *out)
{
    out->span = n->span;
    if (n->op == OP_NOT) {
        if (!alt_check(m, s, n->first, want, out)) return 0;
        out->negated = !out->negated;
        return 1;
    }
    if (n->op == OP_UNDOCUMENTED) {
        out->test = CELL_UNDOC;
        return 1;
    }
    if (n->op == OP_DOCUMENTED) {
        out->test = CELL_DOC;
        return 1;
    }
    const struct ast_node *v = n->first;
    if (!v) return 0;
    struct expr column = {.type = *want, .span = n->span};
    if (!single_value(m, &column)) return 0;
    if (n->op == OP_EQ && want->base == TYPE_CODE && is_name(v)) {
        struct code_set *set = set_find(m, v->text);
        if (set) {
            set_check(m, set);
            out->test = CELL_IN;
            out->set = set;
            return set->state != BROKEN;
        }
        if (!field_of(m, s->record, v->text) && !field_of(m, m->encounter, v->text)) {
            int known = 0;
            for (struct field *f = m->policies; f; f = f->next) known |= text_equal(f->name, v->text);
            if (!known) {
                unknown_list(m, v->span, v->text);
                return 0;
            }
        }
    }
    int ordered = n->op != OP_EQ;
    if (ordered && (want->base == TYPE_WORD || want->base == TYPE_TEXT || want->base == TYPE_BOOL ||
                    (want->base == TYPE_CODE && n->op != OP_RANGE))) {
        struct diag *d = diag_add(m->diags, want->base == TYPE_CODE ? DIAG_CODE_COUNT : DIAG_WRONG_TYPE, n->span,
                                  "this column holds %s, which has no size", type_name(m, want));
        diag_hint(m->diags, d,
                  want->base == TYPE_CODE ? "write single codes, A to B, or the name of a list"
                                          : "write the permitted values themselves");
        return 0;
    }
    out->x = alternative_check(m, s, v, want);
    if (!out->x) return 0;
    switch (n->op) {
    case OP_EQ: out->test = CELL_EQ; break;
    case OP_UP_TO: out->test = CELL_LE; break;
    case OP_FROM: out->test = CELL_GE; break;
    case OP_BELOW: out->test = CELL_LT; break;
    case OP_OVER: out->test = CELL_GT; break;
    case OP_RANGE:
        out->test = want->base == TYPE_CODE ? CELL_CODES : CELL_RANGE;
        out->y = alternative_check(m, s, v->next, want);
        if (!out->y) return 0;
        if (out->x->op == X_CONST && out->y->op == X_CONST &&
            (want->base == TYPE_CODE ? (uint64_t)out->x->value > (uint64_t)out->y->value
                                     : out->x->value > out->y->value)) {
            struct diag *d = diag_add(m->diags, DIAG_BAD_CELL, n->span, "this range is empty");
            diag_hint(m->diags, d, "write the lower bound first");
            return 0;
        }
        break;
    default:
        mistake(m, DIAG_BAD_CELL, n->span, "write values, from …, up to …, A to B, any or ?",
                "this cell does not fit its column");
        return 0;
    }
    return 1;
}

static int cell_check(struct model *m, struct scope *s, const struct ast_node *n, const struct type *want,
                      struct cell *out)
{
    if (!n) return 1;
    out->span = n->span;
    if (n->op == OP_ANY || n->op == OP_EMPTY || n->op == OP_OTHERWISE) return 1;
    if (n->op == OP_HOLD && n->text.size == 0) return 1;
    if (n->op != OP_VALUES) {
        struct diag *d = diag_add(m->diags, DIAG_BAD_CELL, n->span, "a condition cell is expected in this column");
        diag_hint(m->diags, d, "write values, from …, up to …, A to B, any or ?");
        return 0;
    }
    if (ast_is_run(n)) {
        if (want->base == TYPE_CODE) { /* each stands for itself: nothing can be wrong with it */
            out->run = n;
            out->count = run_count(n->text);
            return 1;
        }
        ast_open(m->arena, n);
    }
    unsigned count = ast_count(n);
    out->alts = arena_zero(m->arena, count ? count : 1, sizeof *out->alts);
    if (!out->alts) {
        m->oom = 1;
        return 0;
    }
    int good = 1;
    for (const struct ast_node *a = n->first; a; a = a->next)
        if (alt_check(m, s, a, want, &out->alts[out->count])) out->count++;
        else good = 0;
    for (unsigned i = 0; i < out->count && out->count > 1; i++)
        if (out->alts[i].negated) {
            struct diag *d = diag_add(m->diags, DIAG_BAD_CELL, n->span,
                                      "alternatives and `not` do not go together: "
                                      "one of them always fits");
            diag_hint(m->diags, d, "write the permitted values, or one `not`");
            return 0;
        }
    return good;
}

/* ---- results */

static void result_type_add(struct model *m, struct type *t, int *known, const struct type *more, struct span span)
{
    if (!*known) {
        *t = *more;
        *known = 1;
        return;
    }
    if (t->base == TYPE_WORD && more->base == TYPE_WORD) {
        t->words = word_set_union(m, t->words, more->words);
        return;
    }
    if (t->base == TYPE_COUNT && more->base == TYPE_DECIMAL) {
        *t = *more;
        return;
    }
    if (t->base == TYPE_DECIMAL && more->base == TYPE_COUNT) return;
    if (t->base != more->base) {
        struct diag *d = diag_add(m->diags, DIAG_WRONG_TYPE, span, "this result is %s, the others are %s",
                                  type_name(m, more), type_name(m, t));
        diag_hint(m->diags, d, "all results of a table are of one kind");
    }
}

/* The result column of a decision table: every cell a constant, `the` expression, hold, or nothing. */
static int results_check(struct model *m, struct item *it, struct table *t, struct scope *s, const struct layout *l,
                         struct field *f)
{
    struct type type = {TYPE_COUNT_OF, NULL, ""};
    int known = 0, broken = 0;
    const struct ast_node *gives = ast_child(it->node, AST_GIVES);
    if (gives && type_read(m, ast_child(gives, AST_TYPE), &type)) known = 2;
    for (int pass = 0; pass < 2; pass++) {
        for (unsigned r = 0; r < t->row_count; r++) {
            const struct ast_node *n = ast_nth(t->rows[r].from->node, l->inputs);
            struct result *out = &t->rows[r].result;
            if (!n) continue;
            out->span = n->span;
            const struct ast_node *v = n->op == OP_VALUES && n->first && n->first->op == OP_EQ ? n->first->first : NULL;
            if (n->op == OP_HOLD) {
                out->kind = RESULT_HOLD;
                out->hold = text_z(m, n->text);
                continue;
            }
            if (n->op == OP_EMPTY || (n->op == OP_VALUES && n->first && n->first->op == OP_UNDOCUMENTED)) {
                out->kind = RESULT_NONE;
                continue;
            }
            if (n->op == OP_EXPR) {
                if (pass == 1) continue;
                out->expr = expr_check(m, s, n->first, known == 2 ? &type : NULL);
                if (out->expr && known < 2) result_type_add(m, &type, &known, &out->expr->type, n->span);
                continue;
            }
            if (!v || n->first->next) {
                struct diag *d = diag_add(m->diags, DIAG_BAD_CELL, n->span, "a result is one value");
                diag_hint(m->diags, d, "write a value, `the` and an expression, or hold \"…\"");
                broken = 1;
                continue;
            }
            if (pass == 0) {
                if (known && !(known == 1 && type.base == TYPE_WORD)) continue;
                struct expr *e = value_check(m, v, known == 2 ? &type : NULL, s);
                if (e && known < 2) result_type_add(m, &type, &known, &e->type, n->span);
                out->expr = e;
            } else if (!out->expr || out->expr->type.base != type.base) {
                if (type.base == TYPE_WORD && known != 2) {
                    uint32_t atom = word_atom(m, v->text);
                    if (!word_set_has(type.words, atom))
                        type.words = word_set_union(m, type.words, word_set_of(m, &atom, 1));
                }
                out->expr = value_check(m, v, &type, s);
            }
        }
    }
    for (unsigned r = 0; r < t->row_count; r++) {
        struct expr *e = t->rows[r].result.expr;
        if (!e && t->rows[r].result.kind == RESULT_REGISTER) broken = 1;
        if (e && e->type.base == TYPE_WORD) {
            if (e->op == X_CONST) e->type = type;
        } else if (e && e->type.base == TYPE_COUNT && type.base == TYPE_DECIMAL) {
            struct expr *scale = expr_new(m, X_SCALE, TYPE_DECIMAL, e->span);
            scale->a = e;
            t->rows[r].result.expr = scale;
        }
    }
    if (!known && !broken) {
        mistake(m, DIAG_BAD_TABLE, it->node->span, "write a value into the last cell of a row",
                "no row of table %s gives a value", text_z(m, it->name));
        broken = 1;
    }
    f->type = type;
    return !broken;
}

static void keys_check(struct model *m, struct row *row, struct scope *s, const struct ast_node *n)
{
    int unknown = 0;
    row->mode = KEY_TOGETHER;
    if (ast_count(n) > NAMES_MAX)
        mistake(m, DIAG_LIMIT, n->span, "name fewer facts", "at most %d facts decide what belongs together", NAMES_MAX);
    row->keys = arena_zero(m->arena, ast_count(n) + 1u, sizeof *row->keys);
    if (!row->keys) {
        m->oom = 1;
        return;
    }
    for (const struct ast_node *a = n->op == OP_VALUES ? n->first : NULL; a; a = a->next) {
        const struct ast_node *v = a->first;
        if (a->op != OP_EQ || !v) {
            mistake(m, DIAG_BAD_CELL, a->span, "name the facts that must agree, or write `alone`",
                    "names of facts are expected here");
            continue;
        }
        if (text_is(v->text, "alone")) {
            row->mode = KEY_ALONE;
            continue;
        }
        if (text_is(v->text, "unbroken")) {
            row->mode = KEY_UNBROKEN;
            continue;
        }
        struct expr *e = name_check(m, s, v->text, v->span);
        if (e && single_value(m, e)) row->keys[row->key_count++] = e;
        else unknown = 1;
    }
    if (!row->key_count && row->mode != KEY_ALONE && !unknown) {
        struct diag *d = diag_add(m->diags, DIAG_BAD_CELL, n->span, "what belongs together?");
        diag_hint(m->diags, d, "name the facts that must agree, or write `alone`");
    }
}

static struct expr *bill_value(struct model *m, struct scope *s, const struct ast_node *v, enum value_type base)
{
    struct type want = {base, NULL, ""};
    struct expr *e = v->kind == AST_VALUE ? bound_check(m, s, v, &want) : expr_check(m, s, v, &want);
    if (e && e->type.base != base) {
        mistake(m, DIAG_WRONG_TYPE, v->span,
                base == TYPE_CODE ? "write a code, or name a fact that is one" : "write a number, or name what counts",
                "%s is expected here, this is %s", type_name(m, &want), type_name(m, &e->type));
        return NULL;
    }
    return e;
}

static void row_guard(struct model *m, const struct table *t, const struct row *row, const struct expr *e,
                      const char *where)
{
    if (e && expr_maybe_in_row(e, t, row)) guard(m, e, where);
}

/* What a cell of a bill gives: one value or expression, NULL where it is empty. Ranges, alternatives are reported. */
static const struct ast_node *bill_cell(struct model *m, const struct ast_node *cell, const char *hint)
{
    if (cell && cell->op == OP_EXPR) return cell->first;
    const struct ast_node *alt = cell && cell->op == OP_VALUES ? cell->first : NULL;
    if (!alt) return NULL;
    if (alt->next || (alt->first && alt->op != OP_EQ)) {
        mistake(m, DIAG_BAD_CELL, cell->span, hint, "what is charged is one value in each row");
        return NULL;
    }
    return alt->first;
}

static void bill_cells(struct model *m, const struct table *t, struct row *row, struct scope *s, int code, int units,
                       int modifiers)
{
    const struct ast_node *n = row->from->node;
    const struct ast_node *c = ast_nth(n, (unsigned)code), *u = ast_nth(n, (unsigned)units);
    const struct ast_node *mods = modifiers < 0 ? NULL : ast_nth(n, (unsigned)modifiers);
    if (c && c->op == OP_HOLD) {
        row->result.kind = RESULT_HOLD;
        row->result.hold = text_z(m, c->text);
        row->result.span = c->span;
        return;
    }
    const size_t before = m->diags->errors;
    const struct ast_node *cv = bill_cell(m, c, "write one code, and a row for each further one");
    const struct ast_node *uv = bill_cell(m, u, "write one count, or the name of a fact that counts");
    row->code = cv ? bill_value(m, s, cv, TYPE_CODE) : expr_const(m, (struct type){TYPE_CODE, NULL, ""}, 0, n->span);
    int nothing = row->code && row->code->op == X_CONST && row->code->value == 0;
    row->units = uv ? bill_value(m, s, uv, TYPE_COUNT) : NULL;
    if (!uv && !nothing && row->code && m->diags->errors == before) {
        struct diag *d = diag_add(m->diags, DIAG_BAD_CELL, u ? u->span : n->span, "how many units?");
        diag_hint(m->diags, d, "write a count, or the name of a fact that counts");
    }
    if (!uv) row->units = expr_const(m, (struct type){TYPE_COUNT, NULL, ""}, 0, n->span);
    if (row->units && row->units->op == X_FIELD && row->units->field->how == FIELD_STEP)
        row->ladder = row->units->field;
    row_guard(m, t, row, row->code, "the code");
    row_guard(m, t, row, row->units, "the number of units");
    row->modifiers = arena_zero(m->arena, ast_count(mods) + 1u, sizeof *row->modifiers);
    if (!mods || mods->op == OP_EMPTY) return;
    const int one = mods->op == OP_EXPR; /* `the` and an expression */
    for (const struct ast_node *a = one || mods->op == OP_VALUES ? mods->first : mods; a && row->modifiers;
         a = one || a == mods ? NULL : a->next) {
        if (a == mods || (!one && (!a->first || a->op != OP_EQ))) {
            mistake(m, DIAG_BAD_CELL, a->span, "write the modifiers, with commas between",
                    "a modifier is a code or the name of a fact");
            continue;
        }
        struct expr *e = bill_value(m, s, one ? a : a->first, TYPE_CODE);
        if (e) {
            row_guard(m, t, row, e, "the modifier");
            row->modifiers[row->modifier_count++] = e;
        }
    }
}

/* ---- the whole */

static int header_index(const struct ast_node *header, const char *name)
{
    int i = 0;
    for (const struct ast_node *c = header->first; c; c = c->next, i++)
        if (text_is(c->text, name)) return i;
    return -1;
}

/* a cell without bars: words of a row, so the header was forgotten. */
static int names_column(struct text t)
{
    static const char *const words[] = {"any", "otherwise", "documented", "not"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_is(t, words[i])) return 0;
    for (uint32_t i = 0; i < t.size; i++)
        if (!isalnum((unsigned char)t.at[i]) && t.at[i] != '_') return 0;
    return t.size && !isdigit((unsigned char)*t.at);
}

int columns_check(struct model *m, struct table *t, struct scope *s, const struct layout *l)
{
    const struct ast_node *h = l->header->first;
    t->columns = arena_zero(m->arena, l->inputs + 1u, sizeof *t->columns);
    t->named = arena_zero(m->arena, l->inputs + 1u, sizeof *t->named);
    t->column_spans = arena_zero(m->arena, l->inputs + 1u, sizeof *t->column_spans);
    if (!t->columns || !t->named || !t->column_spans) {
        m->oom = 1;
        return 0;
    }
    for (unsigned i = 0; i < l->inputs; i++, h = h->next)
        if (!names_column(h->text)) {
            mistake(m, DIAG_BAD_TABLE, h->span, "the first row names the columns: facts, definitions or policies",
                    h->text.size ? "`%s` names no column" : "a column has no name%s", text_z(m, h->text));
            return 0;
        }
    t->column_count = l->inputs;
    h = l->header->first;
    for (unsigned i = 0; i < l->inputs; i++, h = h->next) {
        t->column_spans[i] = h->span;
        t->columns[i] = name_check(m, s, h->text, h->span);
    }
    return 1;
}

/* What a missing row would look like, ready to paste: `?` in one column, any elsewhere. */
static const char *missing_row(struct model *m, const struct table *t, unsigned column)
{
    struct buffer b;
    buffer_init_in(&b, 0, m->arena);
    buffer_text(&b, "|");
    for (unsigned i = 0; i < t->column_count; i++) buffer_text(&b, i == column ? " ? |" : " any |");
    buffer_text(&b, " hold \"document …\" |");
    const char *out = arena_copy(m->arena, b.at, b.size);
    buffer_free(&b);
    return out ? out : "";
}

/* code, units and modifiers are the last columns, and nothing unknown stands behind them. */
static int bill_columns(struct model *m, const struct item *it, const struct layout *l, int code, int units,
                        int modifiers)
{
    unsigned i = 0;
    for (const struct ast_node *c = it->header->first; c && i < l->inputs + l->results; c = c->next, i++) {
        int out = (int)i == code || (int)i == units || (int)i == modifiers;
        if (out == (i >= l->inputs)) continue;
        const struct ast_node *wrong = out ? ast_nth(it->header, l->inputs + l->results - 1) : c;
        const char *near = column_trailer_near(wrong->text);
        struct diag *d =
            diag_add(m->diags, DIAG_BAD_TABLE, wrong->span, "`%s` stands behind the code", text_z(m, wrong->text));
        if (near) diag_hint(m->diags, d, "did you mean `%s`?", near);
        else
            diag_hint(m->diags, d,
                      "conditions stand first, then code, units and modifiers, then effective, until, cite");
        return 0;
    }
    return 1;
}

struct table *table_check(struct model *m, struct item *it, struct scope *s, unsigned results, int kind)
{
    struct layout l;
    struct table *t = arena_zero(m->arena, 1, sizeof *t);
    if (!t) {
        m->oom = 1;
        return NULL;
    }
    t->item = it;
    int code = -1, units = -1, modifiers = -1;
    if (kind == AST_BILL && it->header) {
        code = header_index(it->header, "code");
        units = header_index(it->header, "units");
        modifiers = header_index(it->header, "modifiers");
        if (code < 0 || units < 0) {
            struct diag *d =
                diag_add(m->diags, DIAG_BAD_TABLE, it->header->span, "a bill needs the columns code and units");
            diag_hint(m->diags, d, "the last columns are: | code | units |, and modifiers where there are any");
            return NULL;
        }
        results = modifiers < 0 ? 2 : 3;
    }
    if (!layout_read(m, it, results, &l)) return NULL;
    if (kind == AST_BILL && !bill_columns(m, it, &l, code, units, modifiers)) return NULL;
    if (!header_fits(m, it, l.inputs + l.results) || !columns_check(m, t, s, &l)) return NULL;
    const struct ast_node *hit = ast_child(it->node, AST_HIT);
    if (kind != AST_HIERARCHY && (!hit || (hit->op == OP_EVERY_ROW && kind != AST_BILL))) {
        struct diag *d =
            diag_add(m->diags, DIAG_BAD_TABLE, hit ? hit->span : it->node->span,
                     hit ? "%s %s gives one result, not one for every row" : "%s %s does not say which row decides",
                     ast_kind_word(it->kind), text_z(m, it->name));
        diag_hint(m->diags, d, "write in its first line: %s",
                  kind == AST_BILL ? ", every row that matches" : ", first row that matches");
        return NULL;
    }
    t->hit = !hit || hit->op == OP_FIRST_ROW ? HIT_FIRST : hit->op == OP_ONE_ROW ? HIT_ONE : HIT_EVERY;
    t->rows = arena_zero(m->arena, it->row_count + 1u, sizeof *t->rows);
    if (!t->rows) {
        m->oom = 1;
        return NULL;
    }
    int good = 1;
    for (unsigned r = 0; r < it->row_count; r++) {
        const struct ast_node *n = it->rows[r].node;
        if (!row_in(m, it, &l, r)) {
            good = 0;
            continue;
        }
        struct row *row = &t->rows[t->row_count++];
        row->from = &it->rows[r];
        t->dated |= row->from->from != DATE_MIN_OPEN || row->from->until != DATE_OPEN;
        row->id = NONE;
        row->cells = arena_zero(m->arena, l.inputs + 1u, sizeof *row->cells);
        if (!row->cells) {
            m->oom = 1;
            return NULL;
        }
        const struct ast_node *c = n->first;
        for (const struct ast_node *out = ast_nth(n, l.inputs); out; out = out->next) ast_open(m->arena, out);
        int otherwise = c && c->op == OP_OTHERWISE;
        for (unsigned i = 0; i < l.inputs; i++, c = c ? c->next : NULL) {
            row->cells[i].span = c ? c->span : n->span;
            if (otherwise) continue;
            struct type any = {TYPE_COUNT_OF, NULL, ""};
            if (!t->columns[i]) {
                good = 0;
                continue;
            }
            if (!cell_check(m, s, c, t->columns[i] ? &t->columns[i]->type : &any, &row->cells[i])) good = 0;
            for (unsigned a = 0; !row->cells[i].run && a < row->cells[i].count; a++)
                if (row->cells[i].alts[a].test == CELL_UNDOC || row->cells[i].alts[a].test == CELL_DOC) t->named[i] = 1;
        }
    }
    for (unsigned i = 0; i < t->column_count; i++) {
        if (!t->columns[i]) {
            good = 0;
            continue;
        }
        int read = 0;
        for (unsigned r = 0; r < t->row_count; r++) read |= t->rows[r].cells[i].count > 0;
        if (!good || !read || t->named[i] || !expr_maybe(t->columns[i])) continue;
        const char *name = text_z(m, ast_nth(l.header, i)->text);
        struct diag *d = diag_add(m->diags, DIAG_UNGUARDED, t->column_spans[i],
                                  "`%s` may be not documented, and no row says what happens then", name);
        diag_hint(m->diags, d, "add a row with ? in this column:\n%s", missing_row(m, t, i));
    }
    if (kind == AST_TABLE && good) {
        struct field *f = field_find(s->record, it->name);
        good = f && results_check(m, it, t, s, &l, f);
    }
    for (unsigned r = 0; r < t->row_count; r++) {
        if (kind == AST_GROUP) keys_check(m, &t->rows[r], s, ast_nth(t->rows[r].from->node, l.inputs));
        if (kind == AST_BILL) bill_cells(m, t, &t->rows[r], s, code, units, modifiers);
    }
    return good ? t : NULL;
}
