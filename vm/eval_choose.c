/* CHOOSE: one record (or, spaced, several) of each partition, by criteria one after another. With candidates in doubt
 * the choice is made among the certain ones and among all: what is the same both times stands, the rest is in doubt. */
#include "vm/eval.h"

struct criterion {
    uint32_t kind, number;
    struct cells a, b;
};

/* What a run says of each record: value and state, indexed by record. */
struct outcome {
    int64_t *v;
    uint32_t *w;
};

struct choice {
    struct edict_evaluator *e;
    const struct criterion *criteria;
    uint32_t criterion_count;
    int spaced;
    const uint32_t *keys;
    uint32_t key_count;
    uint32_t domain, lane; /* of the records; the lane at hand */
    uint32_t *left, *kept; /* working lists */
    uint32_t *head, *tail, *next, *part, *some;
    struct outcome alone, together;
    struct column *o, *trace;
    int64_t row; /* of the way taken */
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
    uint32_t *left = c->left;
    const struct criterion *blame = NULL;
    for (uint32_t i = 0; i < n; i++) {
        left[i] = list[i];
        out->v[list[i]] = out->w[list[i]] = 0;
    }
    for (uint32_t i = 0; i < c->criterion_count && (n > 1 || c->criteria[i].kind == CRITERION_SPACED); i++) {
        const struct criterion *k = &c->criteria[i];
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
    c->trace->v[i] = yes && !w ? c->row : -1;
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
                c->kept[k++] = all[j];
        choice_run(c, c->kept, k, alone);
        const uint32_t w = why_merge(c->e, alone->w[r], together->w[r]);
        moves |= alone->w[r] || alone->v[r];
        choice_set(c, r, 0, w || alone->v[r] || together->v[r] ? why_merge(c->e, doubt[r], w) : 0);
    }
    choice_run(c, some, certain, alone);
    for (uint32_t i = 0; i < certain; i++) {
        const uint32_t r = some[i], w = why_merge(c->e, alone->w[r], together->w[r]);
        const int same = !w && alone->v[r] == together->v[r] && !(c->spaced && moves);
        choice_set(c, r, alone->v[r], same ? 0 : why_merge(c->e, w, why));
    }
}

static int same_partition(const void *context, uint32_t a, uint32_t b)
{
    const struct choice *c = context;
    for (uint32_t k = 0; k < c->key_count; k++) {
        const struct cells key = cells_of(c->e, c->keys[k], c->domain);
        if (cell_v(&key, a) != cell_v(&key, b))
            return 0;
    }
    return 1;
}

/* Deals the candidates into partitions and chooses in each. */
static void choose_all(struct choice *c, const uint32_t *list, uint32_t n, const uint32_t *doubt)
{
    struct edict_evaluator *e = c->e;
    uint32_t *head = c->head, *next = c->next, *tail = c->tail, *part = c->part;
    struct eval_index index;
    if (!index_new(e, &index, n))
        return;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t r = list[i];
        uint64_t hash = 1;
        for (uint32_t k = 0; k < c->key_count; k++) {
            const struct cells key = cells_of(e, c->keys[k], c->domain);
            hash = hash_mix(hash, (uint64_t)cell_v(&key, r));
        }
        head[r] = index_add(&index, hash, r, same_partition, c);
        next[r] = NONE;
        if (head[r] != r)
            next[tail[head[r]]] = r;
        tail[head[r]] = r;
    }
    for (uint32_t i = 0; i < n && e->status == EDICT_OK; i++) {
        uint32_t count = 0;
        if (head[list[i]] != list[i])
            continue;
        for (uint32_t r = list[i]; r != NONE; r = next[r])
            part[count++] = r;
        choose_among(c, part, count, doubt, c->some, &c->alone, &c->together);
    }
}

static int choice_scratch(struct choice *c, uint32_t records)
{
    struct edict_evaluator *e = c->e;
    uint32_t **lists[] = { &c->left, &c->kept, &c->head, &c->tail, &c->next, &c->part, &c->some, &c->alone.w,
        &c->together.w };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (!(*lists[i] = eval_alloc(e, records, sizeof **lists[i])))
            return 0;
    c->alone.v = eval_alloc(e, records, sizeof *c->alone.v);
    c->together.v = eval_alloc(e, records, sizeof *c->together.v);
    return c->alone.v && c->together.v;
}

/* The first way whose condition is true; its criteria. State: the condition is in doubt, or there is no way. */
static uint32_t choice_way(struct choice *c, const uint32_t *at)
{
    struct edict_evaluator *e = c->e;
    for (uint32_t ways = *at++; ways; ways--) {
        const struct cells when = cells_if(e, at[1], 0);
        const uint32_t row = at[0], count = at[2], *k = at + 3;
        at = k + (size_t)count * 4;
        if (cell_w(&when, c->lane))
            return cell_w(&when, c->lane);
        if (!cell_v(&when, c->lane))
            continue;
        struct criterion *list = eval_alloc(e, count, sizeof *list);
        for (uint32_t i = 0; list && i < count; i++, k += 4) {
            const int second = k[0] == CRITERION_WHERE || k[0] == CRITERION_SPACED;
            list[i] = (struct criterion){ .kind = k[0], .number = k[3] };
            list[i].a = k[0] == CRITERION_HOLD ? cells_if(e, NONE, 0)
                        : cells_of(e, k[1], k[0] == CRITERION_SPACED ? 0 : c->domain);
            list[i].b = second && k[2] != NONE ? cells_of(e, k[2], c->domain) : list[i].a;
            c->spaced |= k[0] == CRITERION_SPACED;
        }
        c->criteria = list;
        c->criterion_count = list ? count : 0;
        c->row = row;
        return 0;
    }
    return WHY_STATE_ABSENT;
}

/* One lane: its candidates, then the choice among them. */
static void choose_lane(
    struct choice *c, const struct cells *exists, const struct cells *where, uint32_t *list, uint32_t *doubt)
{
    struct edict_evaluator *e = c->e;
    uint32_t n = 0, open = 0;
    for (uint32_t i = lane_first(e, c->domain, c->lane); i < lane_end(e, c->domain, c->lane); i++) {
        const uint32_t x = cell_w(exists, i), y = cell_w(where, i);
        choice_set(c, i, 0, 0);
        if ((!x && !cell_v(exists, i)) || (!y && !cell_v(where, i)))
            continue;
        doubt[i] = why_merge(e, x, y);
        list[n++] = i;
        for (uint32_t k = 0; k < c->key_count; k++) {
            const struct cells key = cells_of(e, c->keys[k], c->domain);
            open = why_merge(e, open, cell_w(&key, i));
        }
    }
    if (n) {
        c->spaced = 0;
        const uint32_t way = choice_way(c, c->keys + c->key_count);
        open = why_merge(e, open, way);
    }
    if (!open && n && e->status == EDICT_OK)
        choose_all(c, list, n, doubt);
    for (uint32_t i = 0; open && i < n; i++)
        choice_set(c, list[i], 0, why_merge(e, open, doubt[list[i]]));
}

void eval_choose(struct edict_evaluator *e, const uint32_t *at)
{
    struct choice c = {
        .e = e, .o = column_new(e, at[0]), .trace = column_new(e, at[1]), .keys = at + 5, .key_count = at[4],
        .domain = reg_domain(e, at[0])
    };
    if (!c.o || !c.trace || !column_states(e, c.o))
        return;
    const struct cells exists = cells_if(e, at[2], c.domain), where = cells_if(e, at[3], c.domain);
    uint32_t *list = eval_alloc(e, c.o->n, sizeof *list), *doubt = eval_zero(e, c.o->n, sizeof *doubt);
    if (!list || !doubt || !choice_scratch(&c, c.o->n))
        return;
    for (c.lane = 0; c.lane < e->lanes && e->status == EDICT_OK; c.lane++)
        choose_lane(&c, &exists, &where, list, doubt);
    column_settle(c.o);
}
