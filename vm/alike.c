/* Worlds of a held encounter that come to the same. After a probe (rerun.c) all that the rest of the evaluation reads
 * of a lane is written down; lanes with the same bytes have the same charges and findings. */
#include "vm/rerun.h"

static void number_put(struct buffer *out, uint64_t number) { buffer_add(out, &number, sizeof number); }

/* Lists by what is in them: two equal ones may stand at different places. */
static void list_put(const struct edict_evaluator *e, struct buffer *out, uint32_t type, int64_t list)
{
    const uint32_t at = (uint32_t)((uint64_t)list >> 24), size = (uint32_t)(list & 0xffffff);
    number_put(out, size);
    if (!size) return;
    if (type == TYPE_CODES)
        buffer_add(out, e->codes + at, size * sizeof *e->codes);
    else
        buffer_add(out, e->intervals + at, size * sizeof *e->intervals);
}

/* The numbers of sets say which of one run are equal, nothing more. */
static void value_put(const struct edict_evaluator *e, struct buffer *out, const struct image_register *r,
    uint32_t lane, uint32_t run, int64_t v)
{
    if (r->type == TYPE_CODES || r->type == TYPE_TIMES) {
        list_put(e, out, r->type, v);
        return;
    }
    if (r->type == TYPE_SET)
        number_put(out, run);
    number_put(out, (uint64_t)(r->type == TYPE_LINK && v >= 0 ? v - lane_first(e, r->target, lane) : v));
}

static void cells_put(const struct edict_evaluator *e, struct buffer *out, uint32_t reg, int states_only, uint32_t lane,
    uint32_t run)
{
    const struct image_register *r = &e->program->registers[reg];
    const struct column *c = &e->columns[reg];
    const uint32_t from = !c->n ? 0 : r->domain ? lane_first(e, r->domain, lane) : lane_cell(c, lane);
    const uint32_t end = !c->n ? 0 : r->domain ? lane_end(e, r->domain, lane) : from + 1;
    uint32_t doubt = 0;
    for (uint32_t i = from; i < end && c->w; i++)
        doubt |= c->w[i];
    number_put(out, (uint64_t)(end - from) << 1 | (doubt != 0));
    if (from == end) return; /* and perhaps no column */
    if (doubt)
        buffer_add(out, c->w + from, (end - from) * sizeof *c->w);
    if (states_only)
        return;
    if (!doubt && r->type < TYPE_CODES) {
        buffer_add(out, c->v + from, (end - from) * sizeof *c->v);
        return;
    }
    for (uint32_t i = from; i < end; i++)
        if (!c->w || !c->w[i])
            value_put(e, out, r, lane, run, c->v[i]);
}

static void charge_put(const struct edict_evaluator *e, struct buffer *out, const struct charge *c)
{
    const uint64_t said[] = { c->list, c->domain, c->record - lane_first(e, c->domain, c->lane), (uint64_t)c->code,
        (uint64_t)c->units, (uint64_t)c->date, c->row, c->emit };
    buffer_add(out, said, sizeof said);
    list_put(e, out, TYPE_CODES, c->modifiers);
}

int lane_as_first(const struct edict_evaluator *e, uint32_t reg, uint32_t lane)
{
    const struct image_register *r = &e->program->registers[reg];
    const struct column *c = &e->columns[reg], *first = &e->rerun->columns[reg];
    const size_t n = first->n, at = lane * n;
    if (c->n != n * e->lanes || !c->w != !first->w || lane_first(e, r->domain, lane) != at ||
        lane_end(e, r->domain, lane) != at + n)
        return 0;
    if (c->w && memcmp(c->w + at, first->w, n * sizeof *c->w) != 0)
        return 0;
    if (!c->w && !is_list(r->type) && r->type != TYPE_LINK)
        return !n || memcmp(c->v + at, first->v, n * sizeof *c->v) == 0;
    const int64_t offset = r->type == TYPE_LINK ? (int64_t)lane * e->rerun->sizes[r->target] : 0;
    for (size_t i = 0; i < n; i++) {
        const int64_t v = first->v[i] + (r->type == TYPE_LINK && first->v[i] >= 0 ? offset : 0);
        if (!(c->w && c->w[at + i]) && !value_same(e, r->type, c->v[at + i], v))
            return 0;
    }
    return 1;
}

/* Has every lane `size` bytes as the first run? */
static int bytes_as_first(const void *lanes, const void *first, size_t size, uint32_t count)
{
    return memcmp(lanes, first, size) == 0 && memcmp((const char *)lanes + size, lanes, size * (count - 1)) == 0;
}

int lanes_as_first(const struct edict_evaluator *e, uint32_t reg)
{
    const struct image_register *r = &e->program->registers[reg];
    const struct column *c = &e->columns[reg], *first = &e->rerun->columns[reg];
    const size_t n = first->n;
    if (c->n != n * e->lanes || !c->w != !first->w)
        return 0;
    uint32_t lane = 0;
    if (n && !c->w && !is_list(r->type) && r->type != TYPE_LINK) {
        while (lane < e->lanes && lane_first(e, r->domain, lane) == lane * n)
            lane++;
        return lane == e->lanes && bytes_as_first(c->v, first->v, n * sizeof *c->v, e->lanes);
    }
    while (lane < e->lanes && lane_as_first(e, reg, lane))
        lane++;
    return lane == e->lanes;
}

void lane_state(const struct edict_evaluator *e, uint32_t lane, uint32_t run, struct buffer *out)
{
    const struct rerun *r = e->rerun;
    const uint32_t registers = e->program->register_count;
    for (uint32_t i = 0; i < r->live_count; i++) { /* as in the first run: nothing */
        const uint32_t item = r->live[i] & ~LIVE_STATES, domain = item - registers;
        if (r->states[item] != ITEM_OTHER)
            continue;
        if (item >= registers) {
            number_put(out, i);
            number_put(out, lane_end(e, domain, lane) - lane_first(e, domain, lane));
        } else if (!r->makers[item] || !lane_as_first(e, item, lane)) {
            number_put(out, i);
            cells_put(e, out, item, r->live[i] != item, lane, run);
        }
    }
    for (uint32_t i = 0; i < e->charge_count; i++)
        if (e->charges[i].lane == lane)
            charge_put(e, out, &e->charges[i]);
    for (uint32_t i = e->finding_heads[lane]; i != NONE; i = e->findings[i].next) { /* holds of EMIT */
        const struct finding *f = &e->findings[i];
        const uint32_t first = f->record == NONE ? 0 : lane_first(e, f->domain, lane);
        const uint64_t said[] = { f->row, f->record - first, f->why, f->code_at };
        buffer_add(out, said, sizeof said);
    }
}
