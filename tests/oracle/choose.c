/* Choices: one record of each partition (or several, spaced), by criteria one
 * after another. */
#include "tests/oracle/oracle.h"

#include <stdlib.h>
#include <string.h>

struct choice {
    struct run *r;
    struct kind *kind;
    struct item *item;
    const struct way *way;
    struct value *out; /* what one trial says, by record */
};

static struct value criterion_cell(struct choice *c, const struct expr *e, uint32_t i)
{
    struct place p = {.kind = c->kind, .i = i};
    return eval(c->r, &p, e);
}

/* All that are left are in doubt. */
static void doubt(struct choice *c, const uint32_t *left, uint32_t n, const struct reason *why)
{
    for (uint32_t i = 0; i < n; i++) c->out[left[i]] = undocumented(why);
}

/* The best level; one in doubt competes for as long as it may be as good. */
static int by_level(struct choice *c, const struct criterion *k, uint32_t *left, uint32_t *n)
{
    int64_t best = INT64_MAX;
    uint32_t kept = 0;
    const struct reason *why = NULL;
    for (uint32_t i = 0; i < *n; i++) {
        struct value x = criterion_cell(c, k->a, left[i]);
        if (!x.why && x.v < best) best = x.v;
    }
    for (uint32_t i = 0; i < *n; i++) {
        struct value x = criterion_cell(c, k->a, left[i]);
        if (x.v > best) continue;
        why = reason_both(c->r, why, x.why);
        left[kept++] = left[i];
    }
    *n = kept;
    if (kept < 2 || !why) return 1;
    doubt(c, left, kept, why);
    return 0;
}

static int by_size(struct choice *c, const struct criterion *k, uint32_t *left, uint32_t *n)
{
    const struct type *t = &k->a->type;
    const struct reason *why = NULL;
    struct value best = {0, &no_such_thing};
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *n; i++) {
        struct value x = criterion_cell(c, k->a, left[i]);
        if (x.why && !(k->flag && !x.why->held)) why = reason_both(c->r, why, x.why);
        if (x.why) continue;
        int order = best.why ? 0 : value_compare(t, x.v, best.v);
        if (best.why || (k->kind == CRITERION_GREATEST ? order > 0 : order < 0)) best = x;
    }
    if (why) {
        doubt(c, left, *n, why);
        return 0;
    }
    if (best.why) return 1;
    for (uint32_t i = 0; i < *n; i++) {
        struct value x = criterion_cell(c, k->a, left[i]);
        if (!x.why && value_same(t, x.v, best.v)) left[kept++] = left[i];
    }
    *n = kept;
    return 1;
}

static int by_where(struct choice *c, const struct criterion *k, uint32_t *left, uint32_t *n)
{
    const struct reason *why = NULL;
    uint32_t yes = 0, kept = 0;
    for (uint32_t i = 0; i < *n; i++) {
        struct value x = criterion_cell(c, k->a, left[i]);
        why = reason_both(c->r, why, x.why);
        yes += !x.why && x.v;
    }
    for (uint32_t i = 0; yes && i < *n; i++) {
        struct value x = criterion_cell(c, k->a, left[i]);
        if (x.why || x.v) left[kept++] = left[i];
    }
    if (yes) *n = kept;
    if (*n < 2 || !why) return 1;
    doubt(c, left, *n, why);
    return 0;
}

/* In order of `b` the first, then each that is far enough from the last one
 * chosen. */
static void spaced(struct choice *c, const struct criterion *k, uint32_t *left, uint32_t n)
{
    struct value gap = criterion_cell(c, k->a, n ? left[0] : 0);
    const struct reason *why = gap.why;
    for (uint32_t i = 0; i < n; i++) why = reason_both(c->r, why, criterion_cell(c, k->b, left[i]).why);
    if (why && n > 1) {
        doubt(c, left, n, why);
        return;
    }
    for (uint32_t i = 1; i < n; i++)
        for (uint32_t at = i; at; at--) {
            uint32_t x = left[at];
            if (criterion_cell(c, k->b, x).v >= criterion_cell(c, k->b, left[at - 1]).v) break;
            left[at] = left[at - 1];
            left[at - 1] = x;
        }
    __extension__ __int128 next = 0;
    for (uint32_t i = 0; i < n; i++) {
        int64_t at = criterion_cell(c, k->b, left[i]).v;
        if (i && at < next) continue;
        c->out[left[i]] = documented(1);
        next = at;
        next += gap.v;
    }
}

/* Chooses among `list`; c->out says what of each. */
static void trial(struct choice *c, const uint32_t *list, uint32_t n)
{
    uint32_t *left = run_room(c->r, n, sizeof *left);
    const struct criterion *asks = NULL;
    for (uint32_t i = 0; i < n; i++) c->out[left[i] = list[i]] = documented(0);
    for (unsigned i = 0; i < c->way->count; i++) {
        const struct criterion *k = &c->way->criteria[i];
        int on = 1;
        if (n < 2 && k->kind != CRITERION_SPACED) continue;
        switch (k->kind) {
        case CRITERION_LEVEL: on = by_level(c, k, left, &n); break;
        case CRITERION_WHERE:
            asks = k;
            on = by_where(c, k, left, &n);
            break;
        case CRITERION_HOLD: {
            const struct reason *behind = NULL;
            for (uint32_t q = 0; asks && q < n; q++)
                behind = reason_both(c->r, behind, criterion_cell(c, asks->b ? asks->b : asks->a, left[q]).why);
            doubt(c, left, n, reason_hold(c->r, trace_of(c->r->o, k, c->item, NULL, k->hold), behind));
            on = 0;
            break;
        }
        case CRITERION_SPACED:
            spaced(c, k, left, n);
            on = 0;
            break;
        default: on = by_size(c, k, left, &n);
        }
        if (!on) return;
    }
    if (n) c->out[left[0]] = documented(1);
}

/* One partition. With candidates in doubt, the choice is made with them and
 * without: what comes out the same stands. */
static void choose_among(struct choice *c, const uint32_t *all, uint32_t n, const struct reason *const *doubts,
                         struct value *result)
{
    struct run *r = c->r;
    uint32_t certain = 0, *list = run_room(r, n, sizeof *list), size = size_of_kind(r, c->kind);
    struct value *together = run_room(r, size, sizeof *together), *alone = run_room(r, size, sizeof *alone);
    const struct reason *why = NULL;
    int moves = 0, is_spaced = 0;
    for (unsigned k = 0; k < c->way->count; k++) is_spaced |= c->way->criteria[k].kind == CRITERION_SPACED;
    for (uint32_t i = 0; i < n; i++) why = reason_both(r, why, doubts[all[i]]);
    c->out = together;
    trial(c, all, n);
    for (uint32_t i = 0; i < n; i++) result[all[i]] = together[all[i]];
    if (!why) return;
    c->out = alone;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = 0, me = all[i];
        if (!doubts[me]) continue;
        for (uint32_t j = 0; j < n; j++)
            if (!doubts[all[j]] || j == i) list[k++] = all[j];
        trial(c, list, k);
        const struct reason *w = reason_both(r, alone[me].why, together[me].why);
        int may = w || alone[me].v || together[me].v;
        moves |= alone[me].why || alone[me].v;
        result[me] = may ? undocumented(reason_both(r, doubts[me], w)) : documented(0);
    }
    for (uint32_t i = 0; i < n; i++)
        if (!doubts[all[i]]) list[certain++] = all[i];
    trial(c, list, certain);
    for (uint32_t i = 0; i < certain; i++) {
        uint32_t me = list[i];
        const struct reason *w = reason_both(r, alone[me].why, together[me].why);
        int same = !w && alone[me].v == together[me].v && !(is_spaced && moves);
        result[me] = same ? documented(alone[me].v) : undocumented(reason_both(r, w, why));
    }
}

/* The way that is taken: the first whose condition is yes. NULL: none; its
 * doubt in `why`. */
static const struct way *way_taken(struct run *r, const struct choose *c, const struct reason **why)
{
    struct place top = {.kind = r->o->m->encounter};
    const struct way *taken = NULL;
    int open = 1;
    *why = &no_such_thing;
    for (unsigned i = 0; i < c->way_count; i++) {
        struct value when = c->ways[i].when ? eval(r, &top, c->ways[i].when) : documented(1);
        if (!open || (!when.why && !when.v)) continue;
        open = 0;
        *why = when.why;
        taken = when.why ? NULL : &c->ways[i];
    }
    return taken;
}

/* Works all criteria out, taken or not. */
static void criteria_touch(struct run *r, const struct choose *c, const struct place *p)
{
    for (unsigned w = 0; w < c->way_count; w++)
        for (unsigned k = 0; k < c->ways[w].count; k++) {
            if (c->ways[w].criteria[k].a) eval(r, p, c->ways[w].criteria[k].a);
            if (c->ways[w].criteria[k].b) eval(r, p, c->ways[w].criteria[k].b);
        }
}

static int one_partition(const struct choose *c, const struct value *a, const struct value *b)
{
    for (unsigned k = 0; k < c->per_count; k++)
        if (!value_same(&c->per[k]->type, a[k].v, b[k].v)) return 0;
    return 1;
}

void choose_column(struct run *r, struct field *f, struct column *col)
{
    const struct choose *c = f->choose;
    uint32_t size = size_of_kind(r, f->kind), n = 0;
    uint32_t *list = run_room(r, size, sizeof *list), *part = run_room(r, size, sizeof *part);
    const struct reason **doubts = run_room(r, size, sizeof *doubts), *open = NULL, *why;
    struct value *keys = run_room(r, (size_t)size * (c->per_count + 1), sizeof *keys);
    const struct way *way = way_taken(r, c, &why);
    for (uint32_t i = 0; i < size; i++) {
        struct place p = {.kind = f->kind, .i = i};
        struct value exists = exists_of(r, f->kind, i), among = c->among ? eval(r, &p, c->among) : documented(1);
        struct value *key = keys + (size_t)i * c->per_count;
        criteria_touch(r, c, &p);
        for (unsigned k = 0; k < c->per_count; k++) key[k] = eval(r, &p, c->per[k]);
        if ((!exists.why && !exists.v) || (!among.why && !among.v)) continue;
        doubts[i] = reason_both(r, exists.why, among.why);
        list[n++] = i;
        for (unsigned k = 0; k < c->per_count; k++) open = reason_both(r, open, key[k].why);
    }
    if (n && !way) open = reason_both(r, open, why);
    struct choice choice = {.r = r, .kind = f->kind, .item = f->item, .way = way};
    for (uint32_t i = 0; open && i < n; i++) col->cells[list[i]] = undocumented(reason_both(r, open, doubts[list[i]]));
    for (uint32_t i = 0; !open && i < n; i++) {
        uint32_t count = 0;
        int seen = 0;
        for (uint32_t q = 0; q < i; q++)
            seen |= one_partition(c, keys + (size_t)list[q] * c->per_count, keys + (size_t)list[i] * c->per_count);
        for (uint32_t q = i; !seen && q < n; q++)
            if (one_partition(c, keys + (size_t)list[q] * c->per_count, keys + (size_t)list[i] * c->per_count))
                part[count++] = list[q];
        if (!seen) choose_among(&choice, part, count, doubts, col->cells);
    }
    for (uint32_t i = 0; i < size; i++)
        if (way && !col->cells[i].why && col->cells[i].v)
            col->rows[i] = POINTER(trace_of(r->o, way, f->item, NULL, ""));
}
