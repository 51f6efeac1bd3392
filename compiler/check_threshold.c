/* Thresholds: a ladder of quantities, each rung a count, and perhaps a stride at its end. */
#include "compiler/check_table.h"

static const char *unit_name(enum value_type base)
{
    return base == TYPE_MINUTES ? " min" : base == TYPE_DAYS ? " days" : base == TYPE_YEARS ? " years" : "";
}

/* The row before ends at `end`, this one begins at `x`: nothing between, nothing in both. */
static void rungs_meet(struct model *m, const struct expr *end, const struct expr *x, struct span span)
{
    enum value_type base = x->type.base;
    if (base == TYPE_DECIMAL || base == TYPE_MONEY) return; /* has no next value */
    int64_t from = end->value + 1, to = x->value - 1;
    const char *unit = unit_name(base);
    if (from == x->value) return;
    if (from > to) {
        int64_t t = from - 1;
        from = x->value;
        to = t;
    }
    int hole = x->value > end->value + 1;
    const char *range = from == to ? arena_printf(m->arena, "%lld%s", (long long)from, unit)
                                   : arena_printf(m->arena, "%lld to %lld%s", (long long)from, (long long)to, unit);
    struct diag *d = diag_add(m->diags, hole ? DIAG_TABLE_HOLE : DIAG_ROWS_OVERLAP, span,
                              hole ? "nothing is said for %s" : "%s stands in two rows", range ? range : "");
    diag_other(d, end->span, "the row before ends here");
    diag_hint(m->diags, d, "write: from %lld%s", (long long)end->value + 1, unit);
}

struct table *threshold_check(struct model *m, struct item *it, struct scope *s)
{
    struct layout l;
    struct table *t = arena_zero(m->arena, 1, sizeof *t);
    if (!t) {
        m->oom = 1;
        return NULL;
    }
    t->item = it;
    if (!layout_read(m, it, 1, &l)) return NULL;
    if (l.inputs != 1) {
        mistake(m, DIAG_BAD_TABLE, l.header->span, "write: | quantity | name of the threshold |",
                "a threshold has two columns: the quantity and what it gives");
        return NULL;
    }
    if (it->row_count > LADDER_ROWS_MAX) {
        mistake(m, DIAG_LIMIT, it->rows[LADDER_ROWS_MAX].node->span, "end with `then every …`",
                "a threshold has at most %d rows", LADDER_ROWS_MAX);
        return NULL;
    }
    if (!columns_check(m, t, s, &l)) return NULL;
    if (!t->columns[0]) return NULL;
    const struct type *want = &t->columns[0]->type;
    t->rows = arena_zero(m->arena, it->row_count + 1u, sizeof *t->rows);
    if (!t->rows) {
        m->oom = 1;
        return NULL;
    }
    struct type count = {TYPE_COUNT, NULL, ""};
    const struct expr *end = NULL; /* `up to` of the row before */
    int good = 1;
    for (unsigned r = 0; r < it->row_count; r++) {
        const struct ast_node *n = it->rows[r].node;
        if (!row_in(m, it, &l, r)) {
            good = 0;
            continue;
        }
        const struct ast_node *q = n->first, *v = q->next;
        const struct ast_node *a = q->op == OP_VALUES ? q->first : NULL;
        if (q->op == OP_THEN_EVERY) {
            if (t->every)
                mistake(m, DIAG_BAD_TABLE, q->span, "leave one of them", "a threshold has one row `then every`");
            t->every = bound_check(m, s, q->first, want);
            t->more = v->op == OP_MORE ? value_check(m, v->first, &count, s) : NULL;
            if (!t->more) {
                mistake(m, DIAG_BAD_CELL, v->span, "write: 1 more", "a step adds to the count");
                good = 0;
            }
            if (!t->every) good = 0;
            else if (t->every->op == X_CONST && t->every->value <= 0) {
                mistake(m, DIAG_BAD_CELL, q->span, "write how long a step is", "a step must be more than nothing");
                good = 0;
            }
            continue;
        }
        const struct ast_node *number =
            v->op == OP_VALUES && v->first && v->first->op == OP_EQ && !v->first->next ? v->first->first : NULL;
        struct expr *units = number ? value_check(m, number, &count, s) : NULL;
        if (number && !units) {
            good = 0;
            continue;
        }
        if (!a || a->next || !units || (a->op != OP_UP_TO && a->op != OP_FROM && a->op != OP_RANGE)) {
            struct diag *d =
                diag_add(m->diags, DIAG_BAD_CELL, a && !units ? v->span : q->span,
                         "a threshold row is `up to …`, `from …`, `A to B` or `then every …`, and a count");
            diag_hint(m->diags, d, "| from 2 hours | 1 |");
            good = 0;
            continue;
        }
        struct expr *x = bound_check(m, s, a->first, want),
                    *y = a->op == OP_RANGE ? bound_check(m, s, a->first->next, want) : NULL;
        if (!x || (a->op == OP_RANGE && !y)) {
            good = 0;
            continue;
        }
        if (a->op != OP_UP_TO && end && end->op == X_CONST && x->op == X_CONST) rungs_meet(m, end, x, q->span);
        end = a->op == OP_UP_TO ? x : a->op == OP_RANGE ? y : NULL;
        if (a->op == OP_UP_TO) {
            if (units->value != 0) {
                mistake(m, DIAG_BAD_CELL, v->span, "write 0", "below the first step there is nothing to count");
                good = 0;
            }
            continue;
        }
        struct row *row = &t->rows[t->row_count++];
        row->from = &it->rows[r];
        row->id = NONE;
        row->cells = arena_zero(m->arena, 1, sizeof *row->cells);
        row->result.expr = x;
        row->count = units->value;
    }
    if (good && !t->row_count) {
        mistake(m, DIAG_BAD_TABLE, it->node->span, "say from which quantity on something counts: | from … | 1 |",
                "a threshold needs at least one row with `from`");
        return NULL;
    }
    return good ? t : NULL;
}
