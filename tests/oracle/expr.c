/* Expressions and conditions, at one record. Every operand is worked out, also
 * one that does not decide: where a number leaves exact arithmetic, the
 * encounter has no answer. */
#include "tests/oracle/oracle.h"

#include "base/date.h"
#include "compiler/pairs.h"

#include <stdlib.h>

enum { FIRST_DAY = -25567, LAST_DAY = 84005, MICRO = 1000000 };

struct value cell_and(struct run *r, struct value a, struct value b)
{
    if ((!a.why && !a.v) || (!b.why && !b.v)) return documented(0);
    const struct reason *why = reason_both(r, a.why, b.why);
    return why ? undocumented(why) : documented(1);
}

struct value cell_or(struct run *r, struct value a, struct value b)
{
    if ((!a.why && a.v) || (!b.why && b.v)) return documented(1);
    const struct reason *why = reason_both(r, a.why, b.why);
    return why ? undocumented(why) : documented(0);
}

/* Which of two records of a paired kind comes later: by the fact, then by place
 * in the list. */
struct value pair_second(struct run *r, struct kind *pair, uint32_t x, uint32_t y)
{
    const struct column *key = column_of(r, pair->key);
    int top = pair->key->kind == r->o->m->encounter;
    struct value a = key->cells[top ? 0 : x], b = key->cells[top ? 0 : y];
    if (x == y) return documented(0);
    const struct reason *why = reason_both(r, a.why, b.why);
    if (why) return undocumented(why);
    int order = value_compare(&pair->key->type, a.v, b.v);
    return documented(order > 0 || (order == 0 && x > y));
}

static struct value if_cell(const struct type *t, struct value c, struct value yes, struct value no)
{
    if (!c.why) return c.v ? yes : no;
    return yes.why || no.why || !value_same(t, yes.v, no.v) ? undocumented(c.why) : yes;
}

static struct value field_cell(struct run *r, const struct place *p, const struct expr *e)
{
    struct field *f = e->field;
    const struct column *c = column_of(r, f);
    if (f->kind == r->o->m->encounter) return c->cells[0];
    if (p->kind == r->o->m->encounter) return of_encounter_cell(r, f, p); /* no record asks */
    uint32_t i = p->i;
    switch (e->at) {
    case AT_THIS: i = p->o; break;
    case AT_PAIR: i = p->o * size_of_kind(r, p->kind) + p->i; break;
    case AT_FIRST:
    case AT_SECOND: {
        uint32_t n = size_of_kind(r, p->kind->source), x = p->i / n, y = p->i % n;
        if (field_of_encounter(r->o, f)) return c->cells[x]; /* the same for both, in whatever state */
        struct value second = pair_second(r, p->kind, x, y);
        return e->at == AT_FIRST ? if_cell(&f->type, second, c->cells[y], c->cells[x])
                                 : if_cell(&f->type, second, c->cells[x], c->cells[y]);
    }
    default: break;
    }
    if (e->via) {
        int64_t from = charge_source(r, i, e->via);
        return from < 0 ? undocumented(&no_such_thing) : c->cells[from];
    }
    return c->cells[i];
}

/* ---- relations */

static int cells_order(const int64_t *a, const int64_t *b, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
}

/* Rows by the code or value in one column, so that large tables are not read
 * from end to end for every question. */
struct reading {
    uint32_t *rows; /* sorted by that column */
};
static const struct relation *sorting;
static uint32_t sorting_by;
static int rows_order(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = cells_order(sorting->cells + (size_t)x * sorting->column_count + sorting_by,
                            sorting->cells + (size_t)y * sorting->column_count + sorting_by, 1);
    return order ? order : x < y ? -1 : x > y;
}

static const struct reading *reading_of(struct oracle *o, struct relation *rel, uint32_t column)
{
    const void *key = (const char *)(const void *)rel + column; /* one address for each column */
    struct reading *x = pointer_get(o->readings, key);
    if (x) return x;
    relation_expand(o->m, rel);
    x = arena_zero(&o->arena, 1, sizeof *x);
    if (!x || !(x->rows = arena_zero(&o->arena, rel->row_count + 1u, sizeof *x->rows))) abort();
    for (uint32_t i = 0; i < rel->row_count; i++) x->rows[i] = i;
    sorting = rel;
    sorting_by = column;
    if (rel->row_count) qsort(x->rows, rel->row_count, sizeof *x->rows, rows_order);
    pointer_put(o->readings, key, x);
    return x;
}

/* A cell as a value of the key's type: a count stands in a column of decimals
 * and the other way round. */
static int cell_is(const struct oracle *o, const struct type *column, int64_t cell, const struct type *type, int64_t v)
{
    if (column->base == TYPE_WORD) return o->rank[cell] == v;
    if (column->base == TYPE_TEXT) {
        const struct phrase *x = PHRASE(v);
        return !x->invented && text_is((struct text){x->at, x->size}, (const char *)(intptr_t)cell);
    }
    int a = column->base == TYPE_DECIMAL || column->base == TYPE_MONEY,
        b = type->base == TYPE_DECIMAL || type->base == TYPE_MONEY;
    __extension__ __int128 x = cell, y = v;
    if (a && !b) y *= MICRO;
    if (b && !a) x *= MICRO;
    return x == y;
}

/* The row in force whose `columns` have these values, the earliest where
 * several (equal) ones do; NULL: none. */
const int64_t *relation_row(struct run *r, struct relation *rel, const struct value *keys, const struct type *types,
                            const uint32_t *columns, uint32_t count)
{
    struct oracle *o = r->o;
    const struct reading *x = reading_of(o, rel, columns[0]);
    uint32_t low = 0, high = rel->row_count, width = rel->column_count;
    int plain = rel->types[columns[0]].base == TYPE_CODE;
    if (plain)
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (rel->cells[(size_t)x->rows[middle] * width + columns[0]] < keys[0].v) low = middle + 1;
            else high = middle;
        }
    const int64_t *best = NULL;
    for (; low < rel->row_count; low++) {
        const int64_t *row = rel->cells + (size_t)x->rows[low] * width;
        const struct item_row *origin = rel->origins[x->rows[low]];
        if (plain && row[columns[0]] != keys[0].v) break;
        if (origin->from > r->date || origin->until < r->date) continue;
        uint32_t k = 0;
        while (k < count && cell_is(o, &rel->types[columns[k]], row[columns[k]], &types[k], keys[k].v)) k++;
        if (k == count && !best) best = row;
    }
    return best;
}

static struct value relation_cell(struct run *r, const struct place *p, const struct expr *e)
{
    struct relation *rel = e->relation;
    struct value keys[TABLE_COLUMNS_MAX];
    struct type types[TABLE_COLUMNS_MAX];
    uint32_t columns[TABLE_COLUMNS_MAX];
    const struct reason *why = NULL;
    for (unsigned i = 0; i < e->arg_count; i++) {
        keys[i] = eval(r, p, e->args[i]);
        types[i] = e->args[i]->type;
        columns[i] = e->op == X_LOOKUP && i >= (unsigned)e->value ? i + 1 : i;
        why = reason_both(r, why, keys[i].why);
    }
    if (why) return undocumented(why);
    const int64_t *row = relation_row(r, rel, keys, types, columns, e->arg_count);
    if (e->op == X_LISTS) return documented(row != NULL);
    if (!row) return undocumented(&no_such_thing);
    int64_t v = row[e->value];
    if (e->type.base == TYPE_WORD) v = r->o->rank[v];
    if (e->type.base == TYPE_TEXT) {
        struct phrase *x = run_room(r, 1, sizeof *x);
        struct text t = text_of((const char *)(intptr_t)v);
        *x = (struct phrase){t.at, t.size, 0};
        v = POINTER(x);
    }
    return documented(v);
}

/* ---- the rest */

static struct value const_cell(struct run *r, const struct expr *e)
{
    if (e->type.base == TYPE_WORD) return documented(r->o->rank[e->value]);
    if (e->type.base != TYPE_TEXT) return documented(e->value);
    struct phrase *x = run_room(r, 1, sizeof *x);
    struct text t = text_of((const char *)(intptr_t)e->value);
    *x = (struct phrase){t.at, t.size, 0};
    return documented(POINTER(x));
}

static int64_t week_begin(struct run *r, int64_t day)
{
    int64_t since = exact_add(r, day, 4) % 7; /* 1970-01-01 was a Thursday */
    return exact_sub(r, day, since < 0 ? since + 7 : since);
}

static int64_t years_between(struct run *r, int64_t from, int64_t to)
{
    if (from >= FIRST_DAY && from <= LAST_DAY && to >= FIRST_DAY && to <= LAST_DAY)
        return date_years((int32_t)from, (int32_t)to);
    r->failed = 1;
    return 0;
}

/* Of one or two documented values. */
static struct value strict(struct run *r, const struct expr *e, int64_t x, int64_t y)
{
    switch (e->op) {
    case X_ADD: return documented(exact_add(r, x, y));
    case X_SUB: return documented(exact_sub(r, x, y));
    case X_MUL: return documented(exact_mul_div(r, x, y, e->value ? MICRO : 1, 2));
    case X_DIV: return y ? documented(exact_mul_div(r, x, 1, y, (int)e->value)) : undocumented(&no_such_thing);
    case X_SCALE: return documented(exact_mul(r, x, MICRO));
    case X_LENGTH: return documented(times_length(r, TIMES(x)));
    case X_OUTSIDE: return documented(POINTER(times_outside(r, TIMES(x), TIMES(y))));
    case X_SHARED: return documented(POINTER(times_shared(r, TIMES(x), TIMES(y))));
    case X_RUNS: return documented(POINTER(times_runs(r, TIMES(x), y)));
    case X_YEARS: return documented(years_between(r, x, y));
    case X_NOT: return documented(!x);
    case X_EQ: return documented(value_same(&e->a->type, x, y));
    case X_LT: return documented(value_compare(&e->a->type, x, y) < 0);
    case X_LE: return documented(value_compare(&e->a->type, x, y) <= 0);
    case X_WEEK: return documented(week_begin(r, x));
    case X_IN: return documented(set_lists(e->set, x, r->date));
    case X_ANY_IN:
        for (uint32_t i = 0; i < CODES(x)->count; i++)
            if (set_lists(e->set, CODES(x)->at[i], r->date)) return documented(1);
        return documented(0);
    default: abort();
    }
}

struct value eval(struct run *r, const struct place *p, const struct expr *e)
{
    switch (e->op) {
    case X_CONST: return const_cell(r, e);
    case X_ABSENT: return undocumented(&no_such_thing);
    case X_FIELD: return field_cell(r, p, e);
    case X_ANY:
    case X_COUNT:
    case X_SUM:
    case X_TIMES: return ask(r, p, e);
    case X_LISTS:
    case X_LOOKUP: return relation_cell(r, p, e);
    case X_SECOND: return pair_second(r, e->via, p->o, p->i);
    default: break;
    }
    struct value none = {0, NULL}, a = eval(r, p, e->a), b = e->b ? eval(r, p, e->b) : none,
                 c = e->c ? eval(r, p, e->c) : none;
    switch (e->op) {
    case X_AND: return cell_and(r, a, b);
    case X_OR: return cell_or(r, a, b);
    case X_DOC: return a.why && a.why->held ? a : documented(!a.why);
    case X_DOC_OR: return a.why && !a.why->held ? b : a;
    case X_IF: return if_cell(&e->type, c, a, b);
    default: break;
    }
    const struct reason *why = reason_both(r, a.why, b.why);
    return why ? undocumented(why) : strict(r, e, a.v, b.v);
}
