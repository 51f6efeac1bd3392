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

void *eval_alloc(struct edict_evaluator *e, size_t count, size_t each)
{
    void *at = count > LIMIT_MEMORY / each ? NULL : arena_alloc(&e->arena, count * each);
    if (!at) {
        if (count > (LIMIT_MEMORY - e->arena.used) / each)
            eval_fail(e, EDICT_LIMIT, "limit", "more than %u MiB of memory for one encounter (LIMIT_MEMORY)",
                (unsigned)(LIMIT_MEMORY >> 20));
        else
            eval_fail(e, EDICT_MEMORY, "no_memory", "no memory");
    }
    return at;
}

void *eval_zero(struct edict_evaluator *e, size_t count, size_t each)
{
    void *at = eval_alloc(e, count, each);
    return at ? memset(at, 0, count * each) : NULL;
}

struct column *column_new(struct edict_evaluator *e, uint32_t reg)
{
    struct column *c = &e->columns[reg];
    c->n = e->sizes[reg_domain(e, reg)];
    e->cells += c->n;
    c->w = NULL;
    c->v = c->n ? eval_alloc(e, c->n, sizeof *c->v) : NULL;
    return c->v ? c : NULL;
}

uint32_t *column_states(struct edict_evaluator *e, struct column *c) { return c->w = eval_zero(e, c->n, sizeof *c->w); }

void column_settle(struct column *c)
{
    uint32_t any = 0;
    for (uint32_t i = 0; c->w && i < c->n; i++)
        any |= c->w[i];
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

static unsigned code_length(uint64_t code)
{
    unsigned n = 0;
    for (; code; code <<= 8)
        n++;
    return n;
}

int set_has(const struct edict_program *p, uint32_t set, int64_t code, int64_t date)
{
    const struct image_set *s = &p->sets[set];
    const struct image_range *r = p->ranges + s->at;
    const uint64_t *reach = p->reach + s->at, c = (uint64_t)code;
    uint32_t low = 0, high = s->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r[middle].lo <= c)
            low = middle + 1;
        else
            high = middle;
    }
    while (low-- && reach[low] >= c)
        if (r[low].hi >= c && r[low].from <= date && date <= r[low].until && code_length(r[low].lo) == code_length(c))
            return 1;
    return 0;
}

static int keys_order(const int64_t *row, const int64_t *keys, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (row[i] != keys[i])
            return row[i] < keys[i] ? -1 : 1;
    return 0;
}

/* Where a sorted list of codes has this one, or `count`. */
static uint32_t code_find(const int64_t *codes, uint32_t count, int64_t code)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (codes[middle] < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && codes[low] == code ? low : count;
}

/* The least row, by its dates and then by its cells, among those of both codes that agree with the further keys and
 * hold on the date: what the search in sorted rows would find first. */
static const int64_t *pairs_find(
    const struct edict_program *p, const struct image_relation *r, const int64_t *keys, int64_t date)
{
    const int64_t *codes = (const void *)(p->pairs + r->pairs_at), *cells = p->cells + r->at, *best = NULL;
    const uint32_t *starts = (const void *)(codes + r->codes), *rows = starts + r->codes + 1;
    const uint32_t a = code_find(codes, r->codes, keys[0]);
    const uint32_t b = a < r->codes ? code_find(codes, r->codes, keys[1]) : r->codes;
    if (b == r->codes)
        return NULL;
    const size_t width = (size_t)r->columns + 3;
    const uint64_t end = starts[a + 1] < r->pairs ? starts[a + 1] : r->pairs;
    uint64_t low = starts[a], high = end;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (rows[middle] >> 16 < b)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < end && rows[low] >> 16 == b; low++) {
        const uint32_t tail = rows[low] & UINT16_MAX;
        if (tail >= r->rows)
            continue;
        const int64_t *row = cells + tail * width;
        if (row[r->columns] > date || date > row[r->columns + 1] || keys_order(row + 2, keys + 2, r->keys - 2) != 0)
            continue;
        int order = best ? keys_order(row + r->columns, best + r->columns, 2) : -1;
        if (order == 0)
            order = keys_order(row + r->keys, best + r->keys, r->columns - r->keys);
        if (order < 0)
            best = row;
    }
    return best;
}

const int64_t *relation_find(const struct edict_program *p, uint32_t relation, const int64_t *keys, int64_t date)
{
    const struct image_relation *r = &p->relations[relation];
    const int64_t *cells = p->cells + r->at;
    size_t width = (size_t)r->columns + 3, low = 0, high = r->rows;
    if (r->codes)
        return pairs_find(p, r, keys, date);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (keys_order(cells + middle * width, keys, r->keys) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < r->rows && keys_order(cells + low * width, keys, r->keys) == 0; low++) {
        const int64_t *row = cells + low * width;
        if (row[r->columns] <= date && date <= row[r->columns + 1])
            return row;
    }
    return NULL;
}

static void eval_one(struct edict_evaluator *e, enum op op, const uint32_t *at)
{
    switch (op) {
    case OP_CODE_SPAN:
    case OP_CODE_OUTSIDE:
    case OP_CODE_SHARED:
    case OP_CODE_RUNS:
    case OP_CODE_LENGTH: eval_times(e, op, at); break;
    case OP_CODE_CROSS:
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

/* Forgets what the last run made; facts, policies and constants stay. */
static void eval_restart(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    arena_reset(&e->arena);
    e->status = EDICT_OK;
    e->identities = NULL;
    e->why_count = e->pinned_base < 2 ? 2 : e->pinned_base;
    e->code_count = e->pinned_codes;
    e->interval_count = e->charge_count = e->final_count = e->finding_count = e->arg_count = 0;
    for (uint32_t i = 0; i < p->domain_count; i++) {
        if (p->domains[i].kind == DOMAIN_ROOT)
            e->sizes[i] = 1;
        else if (p->domains[i].kind != DOMAIN_LIST)
            e->sizes[i] = 0;
        else if (e->sizes[i] > LIMIT_RECORDS)
            eval_fail(e, EDICT_LIMIT, "limit", "more than %d records in \"%s\" (LIMIT_RECORDS)", LIMIT_RECORDS,
                program_string(p, p->domains[i].name));
    }
}

edict_status eval_run(struct edict_evaluator *e, uint32_t to)
{
    eval_restart(e);
    e->charges_held = 0;
    e->cells = 0;
    const uint32_t *at = e->program->code, *end = at + to;
    while (at < end && e->status == EDICT_OK) {
        e->dispatches++;
        eval_one(e, (enum op)(*at & 0xff), at + 1);
        at += *at >> 8;
    }
    return e->status;
}

static void consts_fill(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    for (uint32_t i = 0; i < p->const_count; i++) {
        const struct image_const *c = &p->consts[i];
        e->const_values[i] = c->value;
        e->const_states[i] = c->state ? WHY_STATE_ABSENT : 0;
        e->columns[c->reg] = (struct column){ &e->const_values[i], c->state ? &e->const_states[i] : NULL, 1 };
    }
}

edict_status eval_new(struct edict_evaluator *e)
{
    const struct edict_program *p = e->program;
    enum { FIRST_WHYS = 1024 };
    arena_init(&e->arena, LIMIT_MEMORY);
    e->columns = calloc((size_t)p->register_count + 1, sizeof *e->columns);
    e->sizes = calloc((size_t)p->domain_count + 1, sizeof *e->sizes);
    e->const_values = calloc((size_t)p->const_count + 1, sizeof *e->const_values);
    e->const_states = calloc((size_t)p->const_count + 1, sizeof *e->const_states);
    e->why_cache = calloc(WHY_CACHE, sizeof *e->why_cache);
    e->whys = calloc(FIRST_WHYS, sizeof *e->whys);
    if (!e->columns || !e->sizes || !e->const_values || !e->const_states || !e->why_cache || !e->whys) {
        eval_free(e);
        return EDICT_MEMORY;
    }
    e->allocations += 6;
    e->why_room = FIRST_WHYS;
    e->whys[1].kind = WHY_ABSENT;
    e->why_count = e->pinned_base = 2;
    e->sizes[0] = 1;
    consts_fill(e);
    return EDICT_OK;
}

void eval_free(struct edict_evaluator *e)
{
    void *owned[] = { e->columns, e->sizes, e->const_values, e->const_states, e->why_cache, e->whys, e->intervals,
        e->codes, e->charges, e->finals, e->findings, e->args };
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
    e->args = NULL;
}
