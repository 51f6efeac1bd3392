/* What happens to emitted charges: CLOSE makes them records, EFFECT and CAP change or withhold them, MERGE adds up what
 * is equal and puts the rest in order. */
#include "vm/eval.h"

#include <stddef.h>
#include <string.h>

static int list_has(const struct edict_evaluator *e, int64_t list, int64_t code)
{
    for (uint32_t k = 0; k < LIST_SIZE(list); k++)
        if (e->codes[LIST_AT(list) + k] == code)
            return 1;
    return 0;
}

/* Why charges were held back so far: only they spoke yet (EMIT; then EFFECT and CAP). */
static void charges_doubt_note(struct edict_evaluator *e)
{
    for (uint32_t lane = 0; lane < e->lanes; lane++)
        for (uint32_t i = e->finding_heads[lane]; i != NONE; i = e->findings[i].next)
            e->charges_held[lane] = why_merge(e, e->charges_held[lane], e->findings[i].why);
}

void eval_close(struct edict_evaluator *e, const uint32_t *at)
{
    const uint32_t n = e->sizes[at[0]] = e->charge_count;
    lanes_sort(e, e->charges, n, sizeof *e->charges, offsetof(struct charge, lane), e->charge_firsts);
    uint32_t *firsts = lanes_new(e, at[0]);
    if (firsts)
        memcpy(firsts, e->charge_firsts, ((size_t)e->lanes + 1) * sizeof *firsts);
    if (e->status != EDICT_OK || !lanes_close(e, at[0]))
        return;
    charges_doubt_note(e);
    struct column *code = column_new(e, at[1]), *units = column_new(e, at[2]), *date = column_new(e, at[3]);
    struct column *modifiers = column_new(e, at[4]);
    for (uint32_t i = 0; code && units && date && modifiers && i < n; i++) {
        code->v[i] = e->charges[i].code;
        units->v[i] = e->charges[i].units;
        date->v[i] = e->charges[i].date;
        modifiers->v[i] = e->charges[i].modifiers;
    }
    for (uint32_t k = 0; k < at[5]; k++) {
        const uint32_t domain = at[6 + 2 * k];
        struct column *link = column_new(e, at[7 + 2 * k]);
        for (uint32_t i = 0; link && i < n; i++)
            link->v[i] = e->charges[i].domain == domain ? (int64_t)e->charges[i].record : -1;
    }
}

static void charge_hold(struct edict_evaluator *e, struct charge *c, uint32_t row, uint32_t why, const uint32_t *at)
{
    c->withheld = 1;
    finding_hold(e, row, c->domain, c->record, why, at);
}

static void charge_modifier(struct edict_evaluator *e, struct charge *c, int64_t code, uint32_t row)
{
    const uint32_t n = LIST_SIZE(c->modifiers);
    int64_t *out = codes_room(e, (size_t)n + 1);
    if (!out)
        return;
    for (uint32_t k = 0; k < n; k++)
        out[k] = e->codes[LIST_AT(c->modifiers) + k];
    out[n] = code;
    c->modifiers = list_take(&e->code_count, n + 1);
    if (c->effect_count < sizeof c->effects / sizeof *c->effects)
        c->effects[c->effect_count++] = row;
}

void eval_effect(struct edict_evaluator *e, const uint32_t *at)
{
    const uint32_t in = e->charge_domain;
    const struct cells when = cells_of(e, at[2], in), argument = cells_if(e, at[3], in);
    const int modifier = at[1] == EFFECT_MODIFIER;
    for (uint32_t i = 0; i < e->charge_count && e->status == EDICT_OK; i++) {
        struct charge *c = &e->charges[i];
        const uint32_t w = cell_w(&when, i), a = modifier ? cell_w(&argument, i) : 0;
        if (c->withheld || (!w && !cell_v(&when, i)))
            continue;
        if (modifier && !a && (!cell_v(&argument, i) || list_has(e, c->modifiers, cell_v(&argument, i))))
            continue;
        if (w || a)
            charge_hold(e, c, at[0], why_merge(e, w, a), at);
        else if (modifier)
            charge_modifier(e, c, cell_v(&argument, i), at[0]);
        else
            c->withheld = 1;
    }
}

/* Units that charges with one key have used up, and those that perhaps count too. */
struct cap {
    int64_t key, used, perhaps;
    uint32_t why, lane;
};

static int same_cap(const void *context, uint32_t a, uint32_t b)
{
    const struct cap *caps = context;
    return caps[a].key == caps[b].key && caps[a].lane == caps[b].lane;
}

/* Cuts charge c to what is left of the limit; `why`: it is in doubt whether the limit applies to it. */
static void cap_charge(
    struct edict_evaluator *e, struct charge *c, struct cap *cap, int64_t most, uint32_t why, const uint32_t *at)
{
    int64_t room, worst;
    if (__builtin_sub_overflow(most, cap->used, &room) || __builtin_sub_overflow(room, cap->perhaps, &worst)) {
        eval_range(e);
        return;
    }
    const int fits = c->units <= worst, doubt = why || (!fits && room > 0 && room != worst);
    if (fits || doubt) {
        int64_t *used = doubt ? &cap->perhaps : &cap->used;
        if (__builtin_add_overflow(*used, c->units, used))
            eval_range(e);
        cap->why = why_merge(e, cap->why, why);
        if (!fits)
            charge_hold(e, c, at[0], cap->why, at);
    } else {
        c->units = room > 0 ? room : 0;
        c->withheld = c->units == 0;
        cap->used = most > cap->used ? most : cap->used;
    }
}

void eval_cap(struct edict_evaluator *e, const uint32_t *at)
{
    const uint32_t in = e->charge_domain;
    const struct cells where = cells_of(e, at[1], in), most = cells_of(e, at[2], in), key = cells_of(e, at[3], in);
    struct cap *caps = eval_zero(e, e->charge_count, sizeof *caps);
    struct eval_index index;
    uint32_t count = 0, open = 0, lane = 0; /* open: reasons why some charge may count under any key */
    if (!caps || !index_new(e, &index, e->charge_count))
        return;
    for (uint32_t i = 0; i < e->charge_count && e->status == EDICT_OK; i++) {
        struct charge *c = &e->charges[i];
        if (c->lane != lane) {
            open = 0;
            lane = c->lane;
        }
        const uint32_t w = cell_w(&where, i), doubt = why_merge(e, cell_w(&most, i), cell_w(&key, i));
        if (c->withheld || (!w && !cell_v(&where, i)))
            continue;
        if (doubt || open) {
            open = why_merge(e, open, doubt);
            charge_hold(e, c, at[0], why_merge(e, open, w), at);
            continue;
        }
        caps[count].key = cell_v(&key, i);
        caps[count].lane = lane;
        const uint32_t k = index_add(&index, hash_mix(1 + lane, (uint64_t)caps[count].key), count, same_cap, caps);
        count += k == count;
        cap_charge(e, c, &caps[k], cell_v(&most, i), w, at);
    }
}

static void modifiers_sort(struct edict_evaluator *e, struct charge *c)
{
    const uint32_t n = LIST_SIZE(c->modifiers);
    int64_t *out = n > 1 ? codes_room(e, n) : NULL;
    if (!out)
        return;
    for (uint32_t i = 0; i < n; i++) {
        const int64_t code = e->codes[LIST_AT(c->modifiers) + i];
        uint32_t k = i;
        for (; k && out[k - 1] > code; k--)
            out[k] = out[k - 1];
        out[k] = code;
    }
    c->modifiers = list_take(&e->code_count, n);
}

static int same_charge(const void *context, uint32_t a, uint32_t b)
{
    const struct edict_evaluator *e = context;
    const struct charge *x = &e->charges[a], *y = &e->charges[b];
    const uint32_t n = LIST_SIZE(x->modifiers);
    if (x->lane != y->lane || x->list != y->list || x->code != y->code || x->date != y->date ||
        n != LIST_SIZE(y->modifiers))
        return 0;
    for (uint32_t k = 0; k < n; k++)
        if (e->codes[LIST_AT(x->modifiers) + k] != e->codes[LIST_AT(y->modifiers) + k])
            return 0;
    return 1;
}

static uint64_t charge_hash(const struct edict_evaluator *e, const struct charge *c)
{
    uint64_t hash = hash_mix(hash_mix(c->list + ((uint64_t)c->lane << 32), (uint64_t)c->code), (uint64_t)c->date);
    for (uint32_t k = 0; k < LIST_SIZE(c->modifiers); k++)
        hash = hash_mix(hash, (uint64_t)e->codes[LIST_AT(c->modifiers) + k]);
    return hash;
}

struct merging {
    const struct cells *cells;
    const uint32_t *criteria;
    uint32_t count;
    const struct final_charge *finals;
};

/* Order of two charges of a lane's answer, by the criteria over the first of those that were added up. What is not
 * documented comes last. */
static int by_criteria(const void *context, uint32_t a, uint32_t b)
{
    const struct merging *m = context;
    const uint32_t x = m->finals[a].first, y = m->finals[b].first;
    for (uint32_t i = 0; i < m->count; i++) {
        const uint32_t *k = m->criteria + (size_t)i * 3;
        const struct cells c = m->cells[i];
        const uint32_t p = cell_w(&c, x), q = cell_w(&c, y);
        const int64_t v = cell_v(&c, x), u = cell_v(&c, y);
        if (p || q) {
            if (!p != !q)
                return p ? 1 : -1;
        } else if (v != u) {
            return (v < u) == (k[0] != CRITERION_GREATEST) ? -1 : 1;
        }
    }
    return 0;
}

/* Adds up equal charges into `finals`; returns how many there are. */
static uint32_t charges_add_up(struct edict_evaluator *e, struct final_charge *finals, struct eval_index *index)
{
    uint32_t count = 0;
    uint32_t *final = eval_alloc(e, e->charge_count, sizeof *final);
    for (uint32_t i = 0; final && i < e->charge_count && e->status == EDICT_OK; i++) {
        struct charge *c = &e->charges[i];
        c->next = NONE;
        modifiers_sort(e, c); /* a note may still show one that was withdrawn */
        if (c->withheld)
            continue;
        const uint32_t first = index_add(index, charge_hash(e, c), i, same_charge, e);
        if (first == i) {
            final[i] = count;
            finals[count++] = (struct final_charge){ c->list, c->lane, c->code, c->units, c->date, c->modifiers, i, i };
            continue;
        }
        struct final_charge *f = &finals[final[first]];
        if (__builtin_add_overflow(f->units, c->units, &f->units))
            eval_range(e);
        e->charges[f->last].next = i;
        f->last = i;
    }
    return count;
}

void eval_merge(struct edict_evaluator *e, const uint32_t *at)
{
    struct final_charge *finals = eval_alloc(e, e->charge_count, sizeof *finals);
    struct eval_index index;
    if (!finals || !index_new(e, &index, e->charge_count))
        return;
    const uint32_t n = charges_add_up(e, finals, &index);
    struct cells *cells = eval_alloc(e, at[7], sizeof *cells);
    for (uint32_t i = 0; cells && i < at[7]; i++)
        cells[i] = cells_of(e, at[9 + 3 * i], at[1]);
    const struct merging m = { cells, at + 8, at[7], finals };
    uint32_t *order = eval_alloc(e, n, sizeof *order);
    void *pool = e->finals;
    int ok = order && cells && pool_room(e, &pool, &e->final_room, n, sizeof *e->finals);
    e->finals = pool;
    if (!ok)
        return;
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    lanes_sort(e, finals, n, sizeof *finals, offsetof(struct final_charge, lane), e->final_firsts);
    for (uint32_t lane = 0; lane < e->lanes; lane++)
        eval_sort(e, order + e->final_firsts[lane], e->final_firsts[lane + 1] - e->final_firsts[lane], by_criteria, &m);
    e->sizes[at[0]] = e->final_count = n;
    charges_doubt_note(e);
    for (uint32_t i = 0; i < n; i++)
        e->finals[i] = finals[order[i]];
    uint32_t *firsts = lanes_new(e, at[0]);
    if (firsts)
        memcpy(firsts, e->final_firsts, ((size_t)e->lanes + 1) * sizeof *firsts);
    if (e->status != EDICT_OK || !lanes_close(e, at[0]))
        return;
    struct column *code = column_new(e, at[2]), *units = column_new(e, at[3]), *date = column_new(e, at[4]);
    struct column *modifiers = column_new(e, at[5]), *link = column_new(e, at[6]);
    for (uint32_t i = 0; code && units && date && modifiers && link && i < n; i++) {
        const struct final_charge *f = &e->finals[i];
        code->v[i] = f->code;
        units->v[i] = f->units;
        date->v[i] = f->date;
        modifiers->v[i] = f->modifiers;
        link->v[i] = f->first;
    }
}
