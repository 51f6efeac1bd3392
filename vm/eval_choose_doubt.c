/* CHOOSE where something is in doubt, or records are taken at a distance. With candidates in doubt the choice is made
 * among the certain ones and among all: what is the same both times stands, the rest is in doubt. */
#include "vm/choose.h"

/* What a run says of each record: value and state, indexed by record. */
struct outcome {
    int64_t *v;
    uint32_t *w;
};

struct doubt {
    uint32_t *left, *kept; /* working lists */
    uint32_t *tail, *next, *part, *some;
    uint32_t *candidacy; /* state of each record's */
    struct outcome alone, together;
};

/* Puts all that are left in doubt. Returns 0: the run is over. */
static int choice_doubt(struct choice *c, const uint32_t *left, uint32_t n, uint32_t why, struct outcome *out)
{
    for (uint32_t i = 0; i < n; i++)
        out->w[left[i]] = why_merge(c->e, out->w[left[i]], why);
    return 0;
}

/* The least level wins; a level in doubt may become as good as its value says. */
static int narrow_level(struct choice *c, const struct criterion *k, uint32_t *left, uint32_t *n, struct outcome *out)
{
    int64_t best = INT64_MAX;
    uint32_t kept = 0, why = 0;
    for (uint32_t i = 0; i < *n; i++)
        if (!cell_w(&k->a, left[i]) && cell_v(&k->a, left[i]) < best)
            best = cell_v(&k->a, left[i]);
    for (uint32_t i = 0; i < *n; i++) {
        if (cell_v(&k->a, left[i]) > best)
            continue;
        why = why_merge(c->e, why, cell_w(&k->a, left[i]));
        left[kept++] = left[i];
    }
    *n = kept;
    return kept > 1 && why ? choice_doubt(c, left, kept, why, out) : 1;
}

static int narrow_extreme(struct choice *c, const struct criterion *k, uint32_t *left, uint32_t *n, struct outcome *out)
{
    const int greatest = k->kind == CRITERION_GREATEST;
    int64_t best = 0;
    uint32_t kept = 0, why = 0, known = 0;
    for (uint32_t i = 0; i < *n; i++) {
        const uint32_t w = cell_w(&k->a, left[i]);
        const int64_t x = cell_v(&k->a, left[i]);
        if (w)
            why = why_merge(c->e, why, k->number && !(w & WHY_HELD) ? 0 : w);
        else if (!known++ || (greatest ? x > best : x < best))
            best = x;
    }
    if (why)
        return choice_doubt(c, left, *n, why, out);
    for (uint32_t i = 0; known && i < *n; i++)
        if (!cell_w(&k->a, left[i]) && cell_v(&k->a, left[i]) == best)
            left[kept++] = left[i];
    *n = known ? kept : *n;
    return 1;
}

static int narrow_where(struct choice *c, const struct criterion *k, uint32_t *left, uint32_t *n, struct outcome *out)
{
    uint32_t why = 0, yes = 0, kept = 0;
    for (uint32_t i = 0; i < *n; i++) {
        const uint32_t w = cell_w(&k->a, left[i]);
        why = why_merge(c->e, why, w);
        yes += !w && cell_v(&k->a, left[i]);
    }
    for (uint32_t i = 0; yes && i < *n; i++)
        if (cell_w(&k->a, left[i]) || cell_v(&k->a, left[i]))
            left[kept++] = left[i];
    *n = yes ? kept : *n;
    return *n > 1 && why ? choice_doubt(c, left, *n, why, out) : 1;
}

static int by_cell(const void *context, uint32_t a, uint32_t b)
{
    const struct cells *c = context;
    const int64_t x = cell_v(c, a), y = cell_v(c, b);
    return x < y ? -1 : x > y;
}

/* Takes every one that is far enough from the last one taken. */
static void choose_spaced(struct choice *c, const struct criterion *k, uint32_t *left, uint32_t n, struct outcome *out)
{
    uint32_t why = cell_w(&k->a, c->lane);
    for (uint32_t i = 0; i < n; i++)
        why = why_merge(c->e, why, cell_w(&k->b, left[i]));
    if (why && n > 1) {
        choice_doubt(c, left, n, why, out);
        return;
    }
    eval_sort(c->e, left, n, by_cell, &k->b);
    int64_t last = 0, next = 0;
    for (uint32_t i = 0; i < n; i++) {
        const int64_t at = cell_v(&k->b, left[i]);
        if (i && at < next)
            continue;
        out->v[left[i]] = 1;
        last = at;
        if (n > 1 && __builtin_add_overflow(last, cell_v(&k->a, c->lane), &next))
            next = INT64_MAX;
    }
}

/* Chooses among `list`; sets v and w of exactly these records. */
static void choice_run(struct choice *c, const uint32_t *list, uint32_t n, struct outcome *out)
{
    uint32_t *left = c->doubt->left;
    const struct criterion *blame = NULL;
    for (uint32_t i = 0; i < n; i++) {
        left[i] = list[i];
        out->v[list[i]] = out->w[list[i]] = 0;
    }
    for (uint32_t i = 0; i < c->way->count && (n > 1 || c->way->criteria[i].kind == CRITERION_SPACED); i++) {
        const struct criterion *k = &c->way->criteria[i];
        int on = 1;
        switch (k->kind) {
        case CRITERION_LEVEL: on = narrow_level(c, k, left, &n, out); break;
        case CRITERION_WHERE:
            blame = k;
            on = narrow_where(c, k, left, &n, out);
            break;
        case CRITERION_HOLD: {
            uint32_t behind = 0;
            for (uint32_t r = 0; blame && r < n; r++)
                behind = why_merge(c->e, behind, cell_w(&blame->b, left[r]));
            on = choice_doubt(c, left, n, why_hold(c->e, k->number, behind), out);
            break;
        }
        case CRITERION_SPACED:
            choose_spaced(c, k, left, n, out);
            on = 0;
            break;
        default: on = narrow_extreme(c, k, left, &n, out);
        }
        if (!on)
            return;
    }
    if (n)
        out->v[left[0]] = 1;
}

static void choice_set(struct choice *c, uint32_t i, int64_t yes, uint32_t w)
{
    c->o->v[i] = w ? 0 : yes;
    c->o->w[i] = w;
    c->trace->v[i] = yes && !w ? c->way->row : -1;
}

/* One partition: `all` its candidates in record order, `doubt` the state of each record's candidacy. */
static void choose_among(struct choice *c, const uint32_t *all, uint32_t n, const uint32_t *doubt, uint32_t *some,
    struct outcome *alone, struct outcome *together)
{
    uint32_t certain = 0, why = 0, moves = 0;
    for (uint32_t i = 0; i < n; i++) {
        why = why_merge(c->e, why, doubt[all[i]]);
        if (!doubt[all[i]])
            some[certain++] = all[i];
    }
    choice_run(c, all, n, together);
    if (!why) {
        for (uint32_t i = 0; i < n; i++)
            choice_set(c, all[i], together->v[all[i]], together->w[all[i]]);
        return;
    }
    for (uint32_t i = 0; i < n; i++) { /* each one in doubt: with the certain ones, in record order */
        const uint32_t r = all[i];
        if (!doubt[r])
            continue;
        uint32_t k = 0;
        for (uint32_t j = 0; j < n; j++)
            if (!doubt[all[j]] || j == i)
                c->doubt->kept[k++] = all[j];
        choice_run(c, c->doubt->kept, k, alone);
        const uint32_t w = why_merge(c->e, alone->w[r], together->w[r]);
        moves |= alone->w[r] || alone->v[r];
        choice_set(c, r, 0, w || alone->v[r] || together->v[r] ? why_merge(c->e, doubt[r], w) : 0);
    }
    choice_run(c, some, certain, alone);
    for (uint32_t i = 0; i < certain; i++) {
        const uint32_t r = some[i], w = why_merge(c->e, alone->w[r], together->w[r]);
        const int same = !w && alone->v[r] == together->v[r] && !(c->way->spaced && moves);
        choice_set(c, r, alone->v[r], same ? 0 : why_merge(c->e, w, why));
    }
}

/* Deals the candidates into partitions and chooses in each. */
static void choose_all(struct choice *c)
{
    struct doubt *d = c->doubt;
    const uint32_t *first = c->first, from = c->ends[c->lane], end = c->ends[c->lane + 1];
    uint32_t *next = d->next, *tail = d->tail;
    for (uint32_t i = from; i < end; i++) {
        next[i] = NONE;
        if (first[i] != i)
            next[tail[first[i]]] = i;
        tail[first[i]] = i;
    }
    for (uint32_t i = from; i < end && c->e->status == EDICT_OK; i++) {
        uint32_t count = 0;
        for (uint32_t k = first[i] == i ? i : NONE; k != NONE; k = next[k])
            d->part[count++] = c->list[k];
        if (count)
            choose_among(c, d->part, count, d->candidacy, d->some, &d->alone, &d->together);
    }
}

/* Memory for all lanes, and a state for every record. */
static int doubt_new(struct choice *c)
{
    struct edict_evaluator *e = c->e;
    struct doubt *d = eval_alloc(e, 1, sizeof *d);
    if (!d || !column_states(e, c->o))
        return 0;
    uint32_t **lists[] = { &d->left, &d->kept, &d->tail, &d->next, &d->part, &d->some, &d->candidacy,
        &d->alone.w, &d->together.w };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (!(*lists[i] = eval_alloc(e, c->o->n, sizeof **lists[i])))
            return 0;
    d->alone.v = eval_alloc(e, c->o->n, sizeof *d->alone.v);
    d->together.v = eval_alloc(e, c->o->n, sizeof *d->together.v);
    c->doubt = d;
    return d->alone.v && d->together.v;
}

void choose_doubt(struct choice *c, uint32_t way)
{
    struct edict_evaluator *e = c->e;
    if (!c->doubt && !doubt_new(c))
        return;
    uint32_t open = 0, *candidacy = c->doubt->candidacy;
    const uint32_t from = c->ends[c->lane], end = c->ends[c->lane + 1];
    for (uint32_t i = from; i < end; i++) {
        const uint32_t r = c->list[i];
        candidacy[r] = why_merge(e, cell_w(&c->exists, r), cell_w(&c->where, r));
        for (uint32_t k = 0; k < c->key_count; k++)
            open = why_merge(e, open, cell_w(&c->keys[k], r));
    }
    open = why_merge(e, open, way);
    if (!open && e->status == EDICT_OK)
        choose_all(c);
    for (uint32_t i = from; open && i < end; i++)
        choice_set(c, c->list[i], 0, why_merge(e, open, candidacy[c->list[i]]));
}
