/* What may be not documented, followed through conditions: a fact that is tested first is safe behind the test.
 * Commitment 6: reading such a fact without saying what happens then is a mistake of the rules. */
#include "compiler/model.h"

struct guards {
    const struct expr *with;
    const struct guards *next;
};

static int same_place(const struct expr *a, const struct expr *b)
{
    return a->op == X_FIELD && b->op == X_FIELD && a->field == b->field && a->at == b->at;
}

/* The first operand that may be undocumented and is not tested first, or NULL. */
static const struct expr *leak(const struct expr *e, const struct guards *g);

static const struct guards *guards_of(const struct expr *e, int negated, const struct guards *g, struct guards *room,
                                      unsigned *n)
{
    if (!e || *n >= 16) return g;
    if (e->op == X_DOC && !negated) {
        room[*n] = (struct guards){e->a, g};
        return &room[(*n)++];
    }
    if (e->op == X_NOT) return guards_of(e->a, !negated, g, room, n);
    if ((e->op == X_AND && !negated) || (e->op == X_OR && negated)) {
        g = guards_of(e->a, negated, g, room, n);
        return guards_of(e->b, negated, g, room, n);
    }
    return g;
}

static const struct expr *leak(const struct expr *e, const struct guards *g)
{
    struct guards room[16];
    unsigned n = 0;
    const struct expr *x = NULL;
    if (!e) return NULL;
    switch (e->op) {
    case X_FIELD:
        if (!e->field->maybe) return NULL;
        for (; g; g = g->next)
            if (same_place(g->with, e)) return NULL;
        return e;
    case X_CONST:
    case X_DOC:
    case X_SECOND: return NULL;
    case X_ABSENT: return e;
    case X_DOC_OR: return leak(e->b, g);
    case X_AND:
    case X_OR:
        g = guards_of(e, e->op == X_OR, g, room, &n);
        x = leak(e->a, g);
        return x ? x : leak(e->b, g);
    case X_IF:
        x = leak(e->c, g);
        if (!x) x = leak(e->a, guards_of(e->c, 0, g, room, &n));
        if (!x) {
            n = 0;
            x = leak(e->b, guards_of(e->c, 1, g, room, &n));
        }
        return x;
    case X_ANY:
    case X_COUNT:
    case X_SUM:
    case X_TIMES:
        x = leak(e->query->where, NULL);
        if (!x && e->query->field && e->query->field->maybe) {
            g = guards_of(e->query->where, 0, NULL, room, &n);
            for (; g; g = g->next)
                if (g->with->op == X_FIELD && g->with->field == e->query->field) return NULL;
            return e;
        }
        return x;
    case X_LOOKUP: return e;
    default:
        x = leak(e->a, g);
        if (!x) x = leak(e->b, g);
        for (unsigned i = 0; !x && i < e->arg_count; i++) x = leak(e->args[i], g);
        return x;
    }
}

/* The documented fact on which a definition rests, where that is what may be missing. */
static const struct field *rests_on(const struct field *f)
{
    const struct expr *x = f->how == FIELD_DEFINE ? leak(f->expr, NULL) : NULL;
    return x && x->op == X_FIELD ? x->field : NULL;
}

void guard(struct model *m, const struct expr *e, const char *where)
{
    const struct expr *x = leak(e, NULL);
    if (!x) return;
    if (x->op != X_FIELD) {
        mistake(m, DIAG_UNGUARDED, x->span, "give it a name with `define`, and ask for NAME documented before",
                "%s may be not documented, and %s does not say what happens then",
                x->op == X_LOOKUP ? "this look-up" : "this", where);
        return;
    }
    const struct field *f = x->field, *under = rests_on(f);
    const char *name = text_z(m, f->name);
    struct text key = text_of(arena_printf(m->arena, "%s of %s", name, text_z(m, f->kind->name)));
    int made = f->how != FIELD_FACT && f->how != FIELD_AGREED;
    if (made && said_before(m, DIAG_UNGUARDED, key, x->span)) return; /* one cure may be where it is made */
    struct diag *d =
        diag_add(m->diags, DIAG_UNGUARDED, x->span,
                 under ? "`%s` may be not documented, as it rests on `%s`, and %s does not say what happens then"
                       : "`%s` may be not documented%.0s, and %s does not say what happens then",
                 name, under ? text_z(m, under->name) : "", where);
    diag_hint(m->diags, d,
              "ask first (`%s documented and …`), or `%s documented as …`, or give the fact a `hold \"…\"` where it is "
              "declared",
              name, name);
    if (made) said_note(m, DIAG_UNGUARDED, key, d);
}

int expr_maybe(const struct expr *e) { return leak(e, NULL) != NULL; }

/* Behind the cells of a row: a column that answers `?` somewhere, and here asks for a value, is documented in this row.
 */
int expr_maybe_in_row(const struct expr *e, const struct table *t, const struct row *row)
{
    struct guards room[64];
    const struct guards *g = NULL;
    unsigned n = 0;
    for (unsigned c = 0; c < t->column_count && n < 64; c++) {
        int asks = row->cells[c].count > 0 && t->named[c] && t->columns[c];
        for (unsigned a = 0; !row->cells[c].run && a < row->cells[c].count; a++) {
            const struct alt alt = row->cells[c].alts[a];
            if ((alt.test == CELL_UNDOC) != alt.negated && (alt.test == CELL_UNDOC || alt.test == CELL_DOC))
                asks = 0;
        }
        if (!asks) continue;
        room[n] = (struct guards){t->columns[c], g};
        g = &room[n++];
    }
    return leak(e, g) != NULL;
}
