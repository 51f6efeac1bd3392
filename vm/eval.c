/* The evaluator's frame: its memory, the loop over the instructions, and what all instruction families share. */
#include "vm/eval.h"
#include "vm/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const int64_t cell_yes = 1;

void eval_fail(struct edict_evaluator *e, edict_status status, const char *code, const char *format, ...)
{
    if (e->status != EDICT_OK)
        return;
    e->status = status;
    if (!e->error)
        return;
    *e->error = (edict_error){ .status = status };
    snprintf(e->error->code, sizeof e->error->code, "%s", code);
    va_list args;
    va_start(args, format);
    vsnprintf(e->error->message, sizeof e->error->message, format, args);
    va_end(args);
}

void eval_limit_named(struct edict_evaluator *e, const char *what, uint32_t limit, const char *name)
{
    eval_fail(e, EDICT_LIMIT, "limit", "more than %u %s (%s)", limit, what, name);
}

void eval_range(struct edict_evaluator *e)
{
    eval_fail(e, EDICT_RANGE, "range", "a number left the range of exact arithmetic");
}

void eval_alloc_failed(struct edict_evaluator *e, size_t count, size_t each)
{
    if (count > (LIMIT_MEMORY - e->arena.used) / each)
        eval_fail(e, EDICT_LIMIT, "limit", "more than %u MiB of memory for one encounter (LIMIT_MEMORY)",
            (unsigned)(LIMIT_MEMORY >> 20));
    else
        eval_fail(e, EDICT_MEMORY, "no_memory", "no memory");
}

void *eval_zero(struct edict_evaluator *e, size_t count, size_t each)
{
    void *at = eval_alloc(e, count, each);
    return at ? memset(at, 0, count * each) : NULL;
}

uint32_t *column_states(struct edict_evaluator *e, struct column *c) { return c->w = eval_zero(e, c->n, sizeof *c->w); }

void column_settle(struct column *c)
{
    const uint32_t *w = c->w, n = w ? c->n : 0;
    uint32_t any = 0;
    for (uint32_t i = 0; i < n; i++)
        any |= w[i];
    if (!any)
        c->w = NULL;
}

void eval_sort(struct edict_evaluator *e, uint32_t *list, uint32_t count, eval_order *order, const void *context)
{
    if (count <= 16) {
        for (uint32_t i = 1; i < count; i++) {
            uint32_t item = list[i], k = i;
            for (; k && order(context, item, list[k - 1]) < 0; k--)
                list[k] = list[k - 1];
            list[k] = item;
        }
        return;
    }
    uint32_t *other = eval_alloc(e, count, sizeof *other), *from = list, *to = other;
    if (!other)
        return;
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t at = 0; at < count; at += 2 * width) {
            size_t middle = at + width < count ? at + width : count;
            size_t end = at + 2 * width < count ? at + 2 * width : count;
            size_t a = at, b = middle;
            for (size_t k = at; k < end; k++)
                to[k] = a < middle && (b >= end || order(context, from[b], from[a]) >= 0) ? from[a++] : from[b++];
        }
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != list)
        memcpy(list, from, count * sizeof *list);
}

int index_new(struct edict_evaluator *e, struct eval_index *x, uint32_t count)
{
    uint32_t size = 16;
    while (size < 2 * (size_t)count)
        size *= 2;
    x->mask = size - 1;
    x->slots = eval_alloc(e, size, sizeof *x->slots);
    if (!x->slots)
        return 0;
    memset(x->slots, 0xff, size * sizeof *x->slots);
    return 1;
}

uint32_t index_add(struct eval_index *x, uint64_t hash, uint32_t item, eval_equal *equal, const void *context)
{
    uint32_t at = (uint32_t)(hash >> 32 ^ hash) & x->mask;
    for (; x->slots[at] != NONE; at = (at + 1) & x->mask)
        if (equal(context, x->slots[at], item))
            return x->slots[at];
    return x->slots[at] = item;
}

int64_t *codes_room(struct edict_evaluator *e, size_t need)
{
    if (need > LIMIT_CODES - (size_t)e->code_count) {
        eval_limit(e, "codes in lists", LIMIT_CODES);
        return NULL;
    }
    void *at = e->codes;
    int ok = pool_room(e, &at, &e->code_room, e->code_count + (uint32_t)need, sizeof *e->codes);
    e->codes = at;
    return ok ? e->codes + e->code_count : NULL;
}

int list_same(const struct edict_evaluator *e, uint32_t type, int64_t x, int64_t y)
{
    if (LIST_SIZE(x) != LIST_SIZE(y))
        return 0;
    for (uint32_t i = 0; i < LIST_SIZE(x); i++)
        if (type == TYPE_CODES ? e->codes[LIST_AT(x) + i] != e->codes[LIST_AT(y) + i]
                               : e->intervals[LIST_AT(x) + i].from != e->intervals[LIST_AT(y) + i].from ||
                                     e->intervals[LIST_AT(x) + i].to != e->intervals[LIST_AT(y) + i].to)
            return 0;
    return 1;
}

static const int64_t nothing_v;
static const uint32_t nothing_w;

struct cells cells_spread(struct edict_evaluator *e, uint32_t reg, uint32_t domain)
{
    const struct column *c = &e->columns[reg];
    struct spread *s = &e->spreads[reg];
    if (s->domain == domain && s->run == e->run)
        return (struct cells){ s->v, s->w, 1 };
    const uint32_t n = e->sizes[domain];
    int64_t *v = eval_alloc(e, n, sizeof *v);
    uint32_t *w = c->w ? eval_alloc(e, n, sizeof *w) : NULL;
    if (!v || (c->w && !w))
        return (struct cells){ &nothing_v, &nothing_w, 0 };
    const uint32_t *owner = e->owners[domain]; /* several lanes: of one lane there is one cell */
    for (uint32_t i = 0; owner && i < n; i++)
        v[i] = c->v[owner[i]];
    for (uint32_t i = 0; w && owner && i < n; i++)
        w[i] = c->w[owner[i]];
    for (uint32_t i = 0; !owner && i < n; i++) {
        const uint32_t lane = lane_of_pair(e, domain, i);
        v[i] = c->v[lane];
        if (w)
            w[i] = c->w[lane];
    }
    *s = (struct spread){ domain, e->run, v, w };
    return (struct cells){ v, w, 1 };
}

uint32_t *lanes_new(struct edict_evaluator *e, uint32_t domain)
{
    uint32_t *firsts = e->lanes > 1 ? eval_zero(e, e->lanes + 1, sizeof *firsts) : NULL;
    return e->firsts[domain] = firsts;
}

int lanes_close(struct edict_evaluator *e, uint32_t domain)
{
    if (e->lanes == 1)
        return 1;
    const uint32_t *first = e->firsts[domain];
    e->sizes[domain] = first[e->lanes];
    enum { FEW = 16 }; /* as many are written anyhow, and written over by the next lane: no branch tells how many */
    uint32_t *owner = e->owners[domain] = eval_alloc(e, (size_t)e->sizes[domain] + FEW, sizeof *owner);
    for (uint32_t lane = 0; owner && lane < e->lanes; lane++) {
        uint32_t *to = owner + first[lane];
        for (uint32_t i = 0; i < FEW; i++)
            to[i] = lane;
        for (uint32_t i = FEW; i < first[lane + 1] - first[lane]; i++)
            to[i] = lane;
    }
    return owner != NULL;
}

void lanes_sort(struct edict_evaluator *e, void *items, uint32_t count, size_t each, size_t lane, uint32_t *firsts)
{
    const unsigned char *from = items;
    if (e->lanes == 1) {
        firsts[0] = 0;
        firsts[1] = count;
        return;
    }
    memset(firsts, 0, ((size_t)e->lanes + 1) * sizeof *firsts);
    uint32_t next[LANES_MOST], of, last = 0;
    int sorted = 1;
    for (uint32_t i = 0; i < count; i++) {
        memcpy(&of, from + i * each + lane, sizeof of);
        firsts[of + 1]++;
        sorted &= last <= of;
        last = of;
    }
    for (uint32_t k = 0; k < e->lanes; k++) {
        firsts[k + 1] += firsts[k];
        next[k] = firsts[k];
    }
    unsigned char *copy = sorted ? NULL : eval_alloc(e, count, each);
    if (!copy)
        return;
    for (uint32_t i = 0; i < count; i++) {
        memcpy(&of, from + i * each + lane, sizeof of);
        memcpy(copy + next[of]++ * each, from + i * each, each);
    }
    memcpy(items, copy, count * each);
}

static void eval_one(struct edict_evaluator *e, enum op op, const uint32_t *at)
{
    switch (op) {
    case OP_CODE_SPAN:
    case OP_CODE_OUTSIDE:
    case OP_CODE_SHARED:
    case OP_CODE_RUNS:
    case OP_CODE_LENGTH: eval_times(e, op, at); break;
    case OP_CODE_CROSS: eval_cross(e, at); break;
    case OP_CODE_ANY:
    case OP_CODE_COUNT:
    case OP_CODE_SUM:
    case OP_CODE_MIN:
    case OP_CODE_MAX:
    case OP_CODE_FIRST:
    case OP_CODE_AGREE:
    case OP_CODE_SETOF:
    case OP_CODE_BEST:
    case OP_CODE_UNION: eval_fold(e, op, at); break;
    case OP_CODE_TABLE: eval_table(e, at); break;
    case OP_CODE_HIER: eval_hier(e, at); break;
    case OP_CODE_STEP: eval_step(e, at); break;
    case OP_CODE_GROUP: eval_group(e, at); break;
    case OP_CODE_CHOOSE: eval_choose(e, at); break;
    case OP_CODE_EMIT: eval_emit(e, at); break;
    case OP_CODE_CLOSE: eval_close(e, at); break;
    case OP_CODE_EFFECT: eval_effect(e, at); break;
    case OP_CODE_CAP: eval_cap(e, at); break;
    case OP_CODE_MERGE: eval_merge(e, at); break;
    case OP_CODE_FIND: eval_find(e, at); break;
    default: eval_cells(e, op, at);
    }
}

void eval_forget(struct edict_evaluator *e)
{
    e->charge_count = e->final_count = e->finding_count = e->arg_count = 0;
    e->run++;
    e->yes_count = 0;
    for (uint32_t i = 0; i < e->lanes; i++) {
        e->charges_held[i] = 0;
        e->finding_heads[i] = e->finding_tails[i] = NONE;
    }
    memset(e->charge_firsts, 0, sizeof e->charge_firsts);
    memset(e->final_firsts, 0, sizeof e->final_firsts);
}

/* A constant that links to the encounter links each lane to its own. */
void lanes_number(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    for (uint32_t i = 0; i < p->const_count; i++) {
        const struct image_register *r = &p->registers[p->consts[i].reg];
        if (r->type == TYPE_LINK && r->target == 0 && p->consts[i].value == 0)
            e->columns[p->consts[i].reg] = (struct column){ e->lane_numbers, NULL, e->lanes, 0 };
    }
}

/* Facts, policies and constants stay. */
void eval_restart(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    arena_back(&e->arena, e->pinned.arena);
    e->status = EDICT_OK;
    e->identities = NULL;
    e->why_count = e->pinned.whys < 2 ? 2 : e->pinned.whys;
    e->code_count = e->pinned.codes;
    e->interval_count = e->pinned.intervals;
    eval_forget(e);
    lanes_number(e);
    for (uint32_t i = 0; i < p->domain_count; i++) {
        if (p->domains[i].kind == DOMAIN_ROOT)
            e->sizes[i] = e->lanes;
        else if (p->domains[i].kind != DOMAIN_LIST)
            e->sizes[i] = e->all_pairs[i] = 0;
        else if (e->lanes > 1)
            lanes_close(e, i);
        else if (e->sizes[i] > LIMIT_RECORDS)
            eval_fail(e, EDICT_LIMIT, "limit", "more than %d records in \"%s\" (LIMIT_RECORDS)", LIMIT_RECORDS,
                program_string(p, p->domains[i].name));
    }
}

void eval_step_run(struct edict_evaluator *e, const struct step *s, const uint32_t *code)
{
    if (s->column && !e->sizes[s->domain]) { /* nobody to do it for */
        e->columns[s->column] = (struct column){ NULL, NULL, 0, 0 };
        return;
    }
    if (s->sure && implied_holds(e, s->sure)) {
        implied_yes(e, s->column);
        return;
    }
    if (s->needless && implied_holds(e, s->needless)) {
        e->columns[s->column] = (struct column){ NULL, NULL, 0, 0 };
        return;
    }
    e->dispatches++;
    eval_one(e, (enum op)s->op, code + s->at + 1);
}

void eval_cells_count(struct edict_evaluator *e)
{
    e->cells = 0;
    for (uint32_t i = 0; i < e->program->domain_count; i++)
        e->cells += (uint64_t)e->outputs[i] *
                    (e->program->domains[i].kind == DOMAIN_CROSS ? e->all_pairs[i] : e->sizes[i]);
}

static uint64_t lane_size(const struct edict_evaluator *e, uint32_t domain, uint32_t lane)
{
    return e->sizes[domain] ? lane_end(e, domain, lane) - lane_first(e, domain, lane) : 0;
}

uint64_t eval_lane_cells(const struct edict_evaluator *e, uint32_t lane)
{
    uint64_t cells = 0;
    for (uint32_t i = 0; i < e->program->domain_count; i++) {
        const struct image_domain *d = &e->program->domains[i];
        cells += e->outputs[i] * (d->kind == DOMAIN_CROSS ? lane_size(e, d->a, lane) * lane_size(e, d->b, lane)
                                                          : lane_size(e, i, lane));
    }
    return cells;
}

edict_status eval_run(struct edict_evaluator *e, uint32_t to)
{
    eval_restart(e);
    const uint32_t *code = e->program->code;
    for (const struct step *s = e->steps; s->at < to && e->status == EDICT_OK; s++)
        eval_step_run(e, s, code);
    findings_close(e);
    eval_cells_count(e);
    return e->status;
}

static void consts_fill(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    for (uint32_t i = 0; i < p->const_count; i++) {
        const struct image_const *c = &p->consts[i];
        e->const_values[i] = c->value;
        e->fixed[c->reg] = 1;
        e->const_states[i] = c->state ? WHY_STATE_ABSENT : 0;
        e->columns[c->reg] = (struct column){ &e->const_values[i], c->state ? &e->const_states[i] : NULL, 1, 0 };
    }
}

/* An instruction whose only effect is its one output column. */
static int op_is_column(enum op op)
{
    return op <= OP_CODE_INDEX || (op >= OP_CODE_ANY && op <= OP_CODE_BEST) || op == OP_CODE_HIER;
}

static void steps_fill(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    struct step *s = e->steps;
    for (uint32_t at = 0; at < p->code_size; at += p->code[at] >> 8, s++) {
        const enum op op = (enum op)(p->code[at] & 0xff);
        *s = (struct step){ .at = at, .op = op };
        if (op_is_column(op)) {
            s->column = p->code[at + 1];
            s->domain = p->registers[s->column].domain;
            e->writers[s->column] = at + 1;
        }
    }
    *s = (struct step){ .at = NONE };
}

/* Every register but constants, facts and policies is written by an instruction. */
static void outputs_count(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    for (uint32_t i = 0; i < p->register_count; i++)
        e->outputs[p->registers[i].domain]++;
    e->outputs[0] -= p->const_count + p->policy_count;
    for (uint32_t i = 0; i < p->fact_count; i++)
        e->outputs[p->facts[i].domain]--;
}

edict_status eval_new(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    enum { FIRST_WHYS = 1024 };
    const size_t domains = (size_t)p->domain_count + 1;
    e->lanes = 1;
    for (uint32_t lane = 0; lane < LANES_MOST; lane++)
        e->lane_numbers[lane] = lane;
    arena_init(&e->arena, LIMIT_MEMORY);
    e->columns = calloc((size_t)p->register_count + 1, sizeof *e->columns);
    e->sizes = calloc((size_t)p->domain_count + 1, sizeof *e->sizes);
    e->const_values = calloc((size_t)p->const_count + 1, sizeof *e->const_values);
    e->const_states = calloc((size_t)p->const_count + 1, sizeof *e->const_states);
    e->firsts = calloc(domains, sizeof *e->firsts);
    e->owners = calloc(domains, sizeof *e->owners);
    e->all_pairs = calloc(domains, sizeof *e->all_pairs);
    uint32_t instructions = 0;
    for (uint32_t at = 0; at < p->code_size; at += p->code[at] >> 8)
        instructions++;
    e->steps = calloc((size_t)instructions + 1, sizeof *e->steps);
    e->outputs = calloc(domains, sizeof *e->outputs);
    e->writers = calloc((size_t)p->register_count + 1, sizeof *e->writers);
    e->pairs[0] = calloc(domains, sizeof *e->pairs[0]);
    e->pairs[1] = calloc(domains, sizeof *e->pairs[1]);
    e->spreads = calloc((size_t)p->register_count + 1, sizeof *e->spreads);
    e->fixed = calloc((size_t)p->register_count + 1, 1);
    e->why_cache = calloc(WHY_CACHE, sizeof *e->why_cache);
    e->whys = calloc(FIRST_WHYS, sizeof *e->whys);
    if (!e->columns || !e->sizes || !e->const_values || !e->const_states || !e->why_cache || !e->whys ||
        !e->firsts || !e->owners || !e->outputs || !e->pairs[0] || !e->pairs[1] || !e->spreads || !e->fixed ||
        !e->all_pairs || !e->steps || !e->writers ||
        !lookup_caches_new(e)) {
        eval_free(e);
        return EDICT_MEMORY;
    }
    e->allocations += 15;
    e->why_room = FIRST_WHYS;
    e->whys[1].kind = WHY_ABSENT;
    e->why_count = e->pinned.whys = 2;
    e->sizes[0] = 1;
    consts_fill(e);
    outputs_count(e);
    steps_fill(e);
    if (!implied_new(e) || !kin_new(e)) {
        eval_free(e);
        return EDICT_MEMORY;
    }
    for (uint32_t i = 0; i < p->domain_count; i++)
        if (p->domains[i].kind == DOMAIN_CHARGES)
            e->charge_domain = i;
    if (rows_new(e))
        return EDICT_OK;
    eval_free(e);
    return EDICT_MEMORY;
}

void eval_free(struct edict_evaluator *e)
{
    void *owned[] = { e->columns, e->sizes, e->const_values, e->const_states, e->why_cache, e->whys, e->intervals,
        e->codes, e->charges, e->finals, e->findings, e->args, e->firsts, e->owners, e->outputs, e->pairs[0],
        e->pairs[1], e->spreads, e->set_cache, e->set_dated, e->rows_met, e->pair_ends, e->code_numbers, e->code_pairs,
        e->hash_parts, e->fixed, e->all_pairs, e->steps, e->writers, e->implied, e->pair_lists };
    rows_free(e);
    rerun_free(e);
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    arena_free(&e->arena);
    e->columns = NULL;
    e->sizes = NULL;
    e->const_values = NULL;
    e->const_states = NULL;
    e->why_cache = NULL;
    e->whys = NULL;
    e->intervals = NULL;
    e->codes = NULL;
    e->charges = NULL;
    e->finals = NULL;
    e->findings = NULL;
    e->firsts = e->owners = NULL;
    e->outputs = NULL;
    e->pairs[0] = e->pairs[1] = NULL;
    e->spreads = NULL;
    e->set_cache = NULL;
    e->rows_met = NULL;
    e->pair_ends = NULL;
    e->code_numbers = NULL;
    e->hash_parts = NULL;
    e->code_pairs = NULL;
    e->set_dated = NULL;
    e->fixed = NULL;
    e->all_pairs = NULL;
    e->steps = NULL;
    e->writers = NULL;
    e->implied = NULL;
    e->pair_lists = NULL;
    e->args = NULL;
}
