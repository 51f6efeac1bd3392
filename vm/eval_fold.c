/* Folds over the records that link to one: ANY, COUNT, SUM, MIN, MAX, FIRST, AGREE, UNION, SETOF, BEST. A record whose
 * link is in doubt may belong to any target, so it puts all of them in doubt ("taint"). */
#include "vm/eval.h"

#include <assert.h>

struct fold {
    struct edict_evaluator *e;
    struct cells link, mask;
    uint32_t domain, target; /* of the records, of what they link to */
    uint32_t records, targets;
    struct column *o;
    uint32_t *w;    /* states of the targets */
    uint32_t *seen; /* members counted for each target */
    uint32_t taint[LANES_MOST];
    int tainted;
    int certain; /* every link and every mask is documented */
    int doubted; /* a target is in doubt */
};

/* What is asked about charges is in doubt for as long as one of them was held back: it may be there yet. */
static void charges_doubt(struct fold *f)
{
    const struct edict_evaluator *e = f->e;
    const struct image_domain *d = &e->program->domains[f->domain];
    if (d->kind == DOMAIN_CROSS)
        d = &e->program->domains[d->b];
    assert(e->lanes > 0);
    for (uint32_t lane = 0; lane < e->lanes; lane++) {
        f->taint[lane] = d->kind == DOMAIN_FINAL || d->kind == DOMAIN_CHARGES ? e->charges_held[lane] : 0;
        f->tainted |= f->taint[lane] != 0;
    }
}

/* Without states: what is certain needs none. */
static int fold_begin(struct fold *f, struct edict_evaluator *e, const uint32_t *at, uint32_t value)
{
    uint32_t domain = reg_domain(e, at[1]);
    if (!domain && at[2] != NONE)
        domain = reg_domain(e, at[2]);
    if (!domain && value != NONE)
        domain = reg_domain(e, value);
    f->e = e;
    f->link = cells_of(e, at[1], domain);
    f->mask = cells_if(e, at[2], domain);
    f->domain = domain;
    f->target = reg_domain(e, at[0]);
    f->tainted = f->doubted = 0;
    f->certain = !f->link.w && !f->mask.w;
    f->records = e->sizes[domain];
    f->o = column_new(e, at[0]);
    if (!f->o)
        return 0;
    f->targets = f->o->n;
    f->w = f->seen = NULL;
    charges_doubt(f);
    return 1;
}

static int fold_states(struct fold *f)
{
    f->w = column_states(f->e, f->o);
    f->seen = eval_zero(f->e, f->targets, sizeof *f->seen);
    return f->w && f->seen;
}

static int fold_open(struct fold *f, struct edict_evaluator *e, const uint32_t *at, uint32_t value)
{
    return fold_begin(f, e, at, value) && fold_states(f);
}

/* Record i certainly does not count. */
static inline int fold_skips(const struct fold *f, uint32_t i)
{
    return !f->mask.v[i * f->mask.step] && !(f->mask.w && f->mask.w[i * f->mask.step]);
}

/* The target that record i certainly or perhaps links to, or -1; notes the taint. */
static int64_t fold_link_doubt(struct fold *f, uint32_t i)
{
    const uint32_t w = cell_w(&f->link, i), m = cell_w(&f->mask, i);
    if (!m && !cell_v(&f->mask, i))
        return -1;
    if (w && w != WHY_STATE_ABSENT) {
        uint32_t *taint = &f->taint[lane_of(f->e, f->domain, i)];
        *taint = why_merge(f->e, *taint, why_merge(f->e, w, m));
        f->tainted = 1;
    }
    return w ? -1 : cell_v(&f->link, i);
}

static inline int64_t fold_link(struct fold *f, uint32_t i)
{
    if (f->certain)
        return cell_v(&f->mask, i) ? cell_v(&f->link, i) : -1;
    return fold_link_doubt(f, i);
}

static inline void fold_doubt(struct fold *f, int64_t target, uint32_t w)
{
    f->w[target] = why_merge(f->e, f->w[target], w);
    f->doubted |= w != 0;
}

static uint32_t fold_taint(const struct fold *f, uint32_t target)
{
    return f->tainted ? f->taint[lane_of(f->e, f->target, target)] : 0;
}

/* The target that record i is certainly counted for, or -1; a mask in doubt puts the target in doubt. */
static inline int64_t fold_member(struct fold *f, uint32_t i)
{
    const int64_t target = fold_link(f, i);
    const uint32_t m = f->certain || target < 0 ? 0 : cell_w(&f->mask, i);
    if (m)
        fold_doubt(f, target, m);
    return m ? -1 : target;
}

/* `none`: state of a target that no record was counted for. */
static void fold_close(struct fold *f, uint32_t none)
{
    if (!none && !f->tainted && !f->doubted) {
        f->o->w = NULL;
        return;
    }
    for (uint32_t t = 0; t < f->targets; t++) {
        f->w[t] = why_merge(f->e, f->w[t], fold_taint(f, t));
        if (!f->w[t] && !f->seen[t])
            f->w[t] = none;
        if (f->w[t])
            f->o->v[t] = 0;
    }
    column_settle(f->o);
}

static void fold_clear(struct fold *f)
{
    for (uint32_t t = 0; t < f->targets; t++)
        f->o->v[t] = 0;
}

/* All ones where record i, which links to `t`, counts, else 0: `t &` it is the first target then, for which it counts
 * nothing. */
static inline int64_t fold_counts(const struct fold *f, uint32_t i, int64_t t)
{
    return -(int64_t)((cell_v(&f->mask, i) != 0) & (t >= 0));
}

static void fold_any(struct edict_evaluator *e, const uint32_t *at)
{
    struct fold f;
    if (!fold_begin(&f, e, at, NONE))
        return;
    fold_clear(&f);
    const int plain = f.certain && f.mask.step;
    int64_t *v = f.o->v;
    for (uint32_t i = 0; plain && i < f.records; i++) {
        const int64_t t = cell_v(&f.link, i), counts = fold_counts(&f, i, t);
        v[t & counts] |= counts & 1;
    }
    if ((plain && !f.tainted) || !fold_states(&f))
        return;
    for (uint32_t i = 0; !plain && i < f.records; i++) {
        if (fold_skips(&f, i))
            continue;
        const int64_t t = fold_member(&f, i);
        if (t >= 0)
            v[t] = 1;
    }
    if (f.certain && !f.tainted) {
        f.o->w = NULL;
        return;
    }
    for (uint32_t t = 0; t < f.targets; t++)
        f.w[t] = v[t] ? 0 : why_merge(e, f.w[t], fold_taint(&f, t));
    column_settle(f.o);
}

static void fold_count(struct edict_evaluator *e, const uint32_t *at)
{
    struct fold f;
    if (!fold_open(&f, e, at, NONE))
        return;
    fold_clear(&f);
    for (uint32_t i = 0; i < f.records; i++) {
        if (fold_skips(&f, i))
            continue;
        const int64_t t = fold_member(&f, i);
        if (t >= 0)
            f.o->v[t]++;
    }
    fold_close(&f, 0);
}

/* SUM and AGREE where all that is asked is documented and a value is one number: without branches. */
static void sum_plain(struct fold *f, const struct cells *a)
{
    int64_t *v = f->o->v;
    int over = 0;
    for (uint32_t i = 0; i < f->records; i++) {
        const int64_t t = cell_v(&f->link, i), counts = fold_counts(f, i, t);
        over |= __builtin_add_overflow(v[t & counts], cell_v(a, i) & counts, &v[t & counts]);
    }
    if (over)
        eval_range(f->e);
}

/* row: of the hold where they differ. */
static void agree_plain(struct fold *f, const struct cells *a, uint32_t row)
{
    struct edict_evaluator *e = f->e;
    int64_t *v = f->o->v;
    uint32_t *seen = eval_zero(e, f->targets, sizeof *seen), any = 0;
    uint32_t *differ = eval_zero(e, f->targets, sizeof *differ);
    if (!seen || !differ)
        return;
    for (uint32_t i = 0; i < f->records; i++) {
        const int64_t t = cell_v(&f->link, i), x = cell_v(a, i), counts = fold_counts(f, i, t), place = t & counts;
        const int64_t first = counts & -(int64_t)(seen[place] == 0);
        v[place] = (v[place] & ~first) | (x & first);
        differ[place] |= (uint32_t)(counts & (v[place] != x));
        seen[place] |= (uint32_t)(counts & 1);
    }
    for (uint32_t t = 0; t < f->targets; t++)
        any |= differ[t] | !seen[t];
    if (!any || !column_cells(e, f->o))
        return;
    for (uint32_t t = 0; t < f->targets; t++) {
        f->o->w[t] = differ[t] ? why_hold(e, row, 0) : seen[t] ? 0 : WHY_STATE_ABSENT;
        v[t] = f->o->w[t] ? 0 : v[t];
    }
}

/* SUM, MIN, MAX, AGREE: one pass, the result so far in the output cell. */
static void fold_values(struct edict_evaluator *e, enum op op, const uint32_t *at)
{
    struct fold f;
    if (!fold_begin(&f, e, at, at[3]))
        return;
    const struct cells a = cells_of(e, at[3], f.domain);
    const uint32_t type = e->program->registers[at[0]].type;
    fold_clear(&f);
    const int plain = f.certain && !f.tainted && !a.w;
    if (plain && op == OP_CODE_SUM) {
        sum_plain(&f, &a);
        return;
    }
    if (plain && op == OP_CODE_AGREE && !is_list(type)) {
        agree_plain(&f, &a, at[4]);
        return;
    }
    uint32_t *differ = op == OP_CODE_AGREE ? eval_zero(e, f.targets, sizeof *differ) : NULL;
    if ((op == OP_CODE_AGREE && !differ) || !fold_states(&f))
        return;
    for (uint32_t i = 0; i < f.records; i++) {
        if (fold_skips(&f, i))
            continue;
        const int64_t t = fold_member(&f, i);
        if (t < 0)
            continue;
        const uint32_t w = cell_w(&a, i);
        const int64_t x = cell_v(&a, i);
        int64_t *o = &f.o->v[t];
        if (w) {
            fold_doubt(&f, t, w);
            continue;
        }
        const int first = f.seen[t]++ == 0;
        if (op == OP_CODE_SUM) {
            if (__builtin_add_overflow(*o, x, o))
                eval_range(e);
        } else if (first || (op == OP_CODE_MIN && x < *o) || (op == OP_CODE_MAX && x > *o)) {
            *o = x;
        } else if (op == OP_CODE_AGREE && !value_same(e, type, x, *o)) {
            differ[t] = 1;
        }
    }
    for (uint32_t t = 0; differ && t < f.targets; t++)
        if (differ[t])
            fold_doubt(&f, t, why_hold(e, at[4], f.w[t]));
    fold_close(&f, op == OP_CODE_SUM ? 0 : WHY_STATE_ABSENT);
}

static void fold_first(struct edict_evaluator *e, const uint32_t *at)
{
    struct fold f;
    if (!fold_open(&f, e, at, at[3]))
        return;
    const struct cells a = cells_of(e, at[3], f.domain);
    for (uint32_t i = 0; i < f.records; i++) {
        if (fold_skips(&f, i))
            continue;
        const int64_t t = fold_link(&f, i);
        if (t < 0 || f.seen[t])
            continue;
        const uint32_t m = cell_w(&f.mask, i);
        f.seen[t] = !m;
        fold_doubt(&f, t, m);
        if (!m) {
            f.o->v[t] = cell_v(&a, i);
            fold_doubt(&f, t, cell_w(&a, i));
        }
    }
    fold_close(&f, WHY_STATE_ABSENT);
}

/* The certain members of every target in record order: those of t are list[start[t]] to list[start[t + 1]]. */
static int fold_members(struct fold *f, uint32_t **start, uint32_t **list)
{
    int64_t *target = eval_alloc(f->e, f->records, sizeof *target);
    uint32_t *s = eval_zero(f->e, (size_t)f->targets + 2, sizeof *s);
    *list = eval_alloc(f->e, f->records, sizeof **list);
    if (!target || !s || !*list)
        return 0;
    for (uint32_t i = 0; i < f->records; i++) {
        target[i] = fold_member(f, i);
        if (target[i] >= 0)
            s[target[i] + 2]++;
    }
    for (uint32_t t = 0; t < f->targets; t++)
        s[t + 2] += s[t + 1];
    for (uint32_t i = 0; i < f->records; i++)
        if (target[i] >= 0)
            (*list)[s[target[i] + 1]++] = i;
    *start = s;
    return 1;
}

static void fold_union(struct edict_evaluator *e, const uint32_t *at)
{
    struct fold f;
    uint32_t *start, *list;
    if (!fold_open(&f, e, at, at[3]) || !fold_members(&f, &start, &list))
        return;
    const struct cells a = cells_of(e, at[3], f.domain);
    for (uint32_t t = 0; t < f.targets && e->status == EDICT_OK; t++) {
        for (uint32_t k = start[t]; a.w && k < start[t + 1]; k++)
            fold_doubt(&f, t, cell_w(&a, list[k]));
        f.o->v[t] = f.w[t] ? 0 : times_union(e, a.v, list + start[t], start[t + 1] - start[t], a.step);
    }
    fold_close(&f, 0);
}

/* Sets of tuples met so far, by content. A tuple is `width` pairs (value, is it documented). */
struct identity {
    struct identity *next;
    uint64_t hash;
    uint32_t width, count, number;
    const int64_t *parts;
};
struct identities {
    struct identity *heads[IDENTITY_HEADS];
    uint32_t count;
};
_Static_assert(sizeof(struct identities) <= IDENTITIES_SIZE, "rerun.c copies it");

struct tuples {
    const int64_t *parts;
    uint32_t words;
};

static int tuple_order(const struct tuples *s, uint32_t a, uint32_t b)
{
    const int64_t *x = s->parts + (size_t)a * s->words, *y = s->parts + (size_t)b * s->words;
    for (uint32_t i = 0; i < s->words; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

static int by_tuple(const void *context, uint32_t a, uint32_t b) { return tuple_order(context, a, b); }

static int64_t identity_of(struct edict_evaluator *e, const int64_t *parts, uint32_t words, uint32_t count)
{
    struct identities *all = e->identities;
    if (!all && !(all = e->identities = eval_zero(e, 1, IDENTITIES_SIZE)))
        return 0;
    const size_t size = (size_t)words * count;
    uint64_t hash = hash_mix(words, count);
    for (size_t i = 0; i < size; i++)
        hash = hash_mix(hash, (uint64_t)parts[i]);
    struct identity **head = &all->heads[hash % IDENTITY_HEADS];
    for (struct identity *x = *head; x; x = x->next) {
        size_t i = 0;
        if (x->hash != hash || x->width != words || x->count != count)
            continue;
        while (i < size && x->parts[i] == parts[i])
            i++;
        if (i == size)
            return x->number;
    }
    struct identity *x = eval_alloc(e, 1, sizeof *x);
    if (!x)
        return 0;
    *x = (struct identity){ *head, hash, words, count, all->count++, parts };
    *head = x;
    return x->number;
}

static void fold_setof(struct edict_evaluator *e, const uint32_t *at)
{
    struct fold f;
    uint32_t *start, *list;
    const uint32_t width = at[3], *regs = at + 4;
    if (!fold_open(&f, e, at, width ? regs[0] : NONE) || !fold_members(&f, &start, &list))
        return;
    uint32_t *order = eval_alloc(e, f.records, sizeof *order);
    for (uint32_t t = 0; order && t < f.targets; t++) {
        const uint32_t count = start[t + 1] - start[t];
        struct tuples s = { NULL, width * 2 };
        int64_t *parts = eval_alloc(e, (size_t)count * s.words, sizeof *parts);
        int64_t *sorted = eval_alloc(e, (size_t)count * s.words, sizeof *sorted);
        if (!parts || !sorted)
            return;
        for (uint32_t k = 0; k < count; k++) {
            order[k] = k;
            for (uint32_t c = 0; c < width; c++) {
                const struct cells a = cells_of(e, regs[c], f.domain);
                const uint32_t i = list[start[t] + k], w = cell_w(&a, i);
                parts[(size_t)k * s.words + 2 * (size_t)c] = w ? 0 : cell_v(&a, i);
                parts[(size_t)k * s.words + 2 * (size_t)c + 1] = w != 0;
            }
        }
        s.parts = parts;
        eval_sort(e, order, count, by_tuple, &s);
        uint32_t unique = 0;
        for (uint32_t k = 0; k < count; k++) {
            if (k && tuple_order(&s, order[k - 1], order[k]) == 0)
                continue;
            for (uint32_t c = 0; c < s.words; c++)
                sorted[(size_t)unique * s.words + c] = parts[(size_t)order[k] * s.words + c];
            unique++;
        }
        f.o->v[t] = identity_of(e, sorted, s.words, unique);
    }
    fold_close(&f, 0);
}

/* BEST: a member in doubt matters where its best possible level beats the best certain one and its value is another. */
static void fold_best(struct edict_evaluator *e, const uint32_t *at)
{
    struct fold f;
    if (!fold_open(&f, e, at, reg_domain(e, at[3]) ? at[3] : at[4]))
        return;
    const struct cells level = cells_of(e, at[3], f.domain), value = cells_of(e, at[4], f.domain);
    uint32_t *best = eval_alloc(e, f.targets, sizeof *best);
    if (!best)
        return;
    for (uint32_t t = 0; t < f.targets; t++)
        best[t] = NONE;
    for (uint32_t i = 0; i < f.records; i++) {
        if (fold_skips(&f, i))
            continue;
        const int64_t t = fold_link(&f, i);
        if (t < 0)
            continue;
        f.seen[t]++;
        if (cell_w(&f.mask, i) || cell_w(&level, i))
            continue;
        if (best[t] == NONE || cell_v(&level, i) < cell_v(&level, best[t]))
            best[t] = i;
    }
    for (uint32_t i = 0; i < f.records; i++) {
        if (fold_skips(&f, i))
            continue;
        const int64_t t = fold_link(&f, i);
        const uint32_t m = cell_w(&f.mask, i), doubt = why_merge(e, m, cell_w(&level, i));
        if (t < 0 || !doubt)
            continue;
        if (f.seen[t] == 1 && !m) { /* the only one: whatever its level is */
            best[t] = i;
            continue;
        }
        const uint32_t b = best[t];
        if (b == NONE)
            fold_doubt(&f, t, doubt);
        else if (cell_v(&level, i) < cell_v(&level, b) || (cell_v(&level, i) == cell_v(&level, b) && i < b))
            if (cell_w(&value, i) || cell_w(&value, b) || cell_v(&value, i) != cell_v(&value, b))
                fold_doubt(&f, t, doubt);
    }
    for (uint32_t t = 0; t < f.targets; t++) {
        f.o->v[t] = best[t] == NONE ? 0 : cell_v(&value, best[t]);
        if (best[t] != NONE && !f.w[t])
            f.w[t] = cell_w(&value, best[t]);
    }
    fold_close(&f, WHY_STATE_ABSENT);
}

/* Where each record links to the target of its own number and counts for it, and all values are documented, the fold
 * is the column of the values. */
static int fold_alone(struct edict_evaluator *e, const uint32_t *at)
{
    const struct column *link = &e->columns[at[1]], *values = &e->columns[at[3]];
    const uint32_t domain = reg_domain(e, at[1]), n = e->sizes[domain];
    const uint32_t kind = e->program->domains[domain].kind;
    uint32_t other = at[2] != NONE || !domain || reg_domain(e, at[3]) != domain || link->w || values->w ||
                     e->sizes[reg_domain(e, at[0])] != n || kind == DOMAIN_FINAL || kind == DOMAIN_CHARGES ||
                     kind == DOMAIN_CROSS;
    for (uint32_t i = 0; !other && i < n; i++)
        other = link->v[i] != i;
    if (!other)
        e->columns[at[0]] = *values;
    return !other;
}

void eval_fold(struct edict_evaluator *e, enum op op, const uint32_t *at)
{
    const int of_one = op == OP_CODE_SUM || op == OP_CODE_MIN || op == OP_CODE_MAX || op == OP_CODE_FIRST ||
                       op == OP_CODE_AGREE || op == OP_CODE_UNION;
    if (of_one && fold_alone(e, at))
        return;
    switch (op) {
    case OP_CODE_ANY: fold_any(e, at); break;
    case OP_CODE_COUNT: fold_count(e, at); break;
    case OP_CODE_FIRST: fold_first(e, at); break;
    case OP_CODE_UNION: fold_union(e, at); break;
    case OP_CODE_SETOF: fold_setof(e, at); break;
    case OP_CODE_BEST: fold_best(e, at); break;
    default: fold_values(e, op, at);
    }
}
