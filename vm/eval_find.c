/* FIND, and the list of findings. Equal findings (row, kind, subject, reason, what changes) of different instructions
 * are kept once. */
#include "vm/eval.h"
#include "vm/limits.h"

#include <stddef.h>

static int finding_same(const struct finding *a, const struct finding *b)
{
    return a->lane == b->lane && a->row == b->row && a->kind == b->kind && a->domain == b->domain &&
           a->record == b->record && a->other_domain == b->other_domain && a->other == b->other && a->why == b->why &&
           a->message == b->message && a->change == b->change && a->value == b->value;
}

static struct finding_slot *finding_slot(struct edict_evaluator *e, const struct finding *f)
{
    const uint64_t a = (uint64_t)f->row << 32 | f->record, b = (uint64_t)f->why << 32 | f->other;
    return &e->finding_slots[((a * 0x9E3779B97F4A7C15u + b * 0xC2B2AE3D27D4EB4Fu) >> 40) % FINDING_SLOTS];
}

void finding_add(struct edict_evaluator *e, const struct finding *f)
{
    struct finding_slot *slot = finding_slot(e, f);
    e->findings_told++;
    const uint32_t last = slot->run == e->run ? slot->last : NONE;
    for (uint32_t i = last; i < e->finding_count; i = e->findings[i].same)
        if (e->findings[i].code_at < f->code_at && finding_same(&e->findings[i], f))
            return;
    if (e->finding_count >= LIMIT_FINDINGS) {
        eval_limit(e, "findings", LIMIT_FINDINGS);
        return;
    }
    void *at = e->findings;
    int ok = pool_room(e, &at, &e->finding_room, e->finding_count + 1, sizeof *e->findings);
    e->findings = at;
    if (!ok)
        return;
    uint32_t *tail = &e->finding_tails[f->lane];
    *(*tail == NONE ? &e->finding_heads[f->lane] : &e->findings[*tail].next) = e->finding_count;
    *tail = e->finding_count;
    e->findings[e->finding_count] = *f;
    e->findings[e->finding_count].same = last;
    e->findings[e->finding_count].next = NONE;
    *slot = (struct finding_slot){ e->run, e->finding_count++ };
}

void findings_close(struct edict_evaluator *e)
{
    lanes_sort(e, e->findings, e->finding_count, sizeof *e->findings, offsetof(struct finding, lane),
        e->finding_firsts);
}

/* Two rules that want different things of one record: no order decides, a person must look (both are named). */
static void finding_rival(struct edict_evaluator *e, const struct finding *f)
{
    for (uint32_t i = f->change == CHANGE_NOTHING ? NONE : e->finding_heads[f->lane]; i != NONE;
         i = e->findings[i].next) {
        const struct finding *o = &e->findings[i];
        if (o->kind != f->kind || o->change != f->change || o->domain != f->domain || o->record != f->record ||
            o->row == f->row || o->value == f->value)
            continue;
        struct finding both = *f;
        both.kind = FIND_REVIEW;
        both.rival = o->row + 1;
        both.message = both.args = 0;
        both.change = CHANGE_NOTHING;
        finding_add(e, &both);
        return;
    }
}

void finding_hold(
    struct edict_evaluator *e, uint32_t row, uint32_t domain, uint32_t record, uint32_t why, const uint32_t *at)
{
    const struct finding f = { .kind = FIND_HOLD,
        .row = row,
        .lane = lane_of(e, domain, record),
        .domain = domain ? domain : NONE,
        .record = domain ? record : NONE,
        .other_domain = NONE,
        .other = NONE,
        .why = why,
        .code_at = (uint32_t)(at - 1 - e->program->code) };
    finding_add(e, &f);
}

/* Subject of record i of a domain: nothing for the encounter, both for a pair. */
static void finding_subject(const struct edict_evaluator *e, struct finding *f, uint32_t domain, uint32_t i)
{
    const struct image_domain *d = &e->program->domains[domain];
    f->lane = lane_of(e, domain, i);
    f->domain = domain ? domain : NONE;
    f->record = domain ? i : NONE;
    f->other_domain = f->other = NONE;
    if (d->kind == DOMAIN_CROSS) {
        f->domain = d->a;
        f->record = (uint32_t)e->pairs[0][domain][i];
        f->other_domain = d->b;
        f->other = (uint32_t)e->pairs[1][domain][i];
    }
}

static int finding_args(struct edict_evaluator *e, struct finding *f, const uint32_t *regs, uint32_t count,
    uint32_t domain, uint32_t i)
{
    if (count > LIMIT_ARGUMENTS - e->arg_count) {
        eval_limit(e, "operands of messages", LIMIT_ARGUMENTS);
        return 0;
    }
    void *at = e->args;
    int ok = pool_room(e, &at, &e->arg_room, e->arg_count + count, sizeof *e->args);
    e->args = at;
    f->args_at = e->arg_count;
    f->args = count;
    for (uint32_t k = 0; ok && k < count; k++) {
        const struct cells c = cells_of(e, regs[k], domain);
        e->args[e->arg_count++] =
            (struct argument){ e->program->registers[regs[k]].type, cell_w(&c, i), cell_v(&c, i) };
    }
    return ok;
}

void eval_find(struct edict_evaluator *e, const uint32_t *at)
{
    const uint32_t *args = at + 6, arg_count = at[5], change = args[arg_count], to = args[arg_count + 1];
    uint32_t domain = reg_domain(e, at[2]);
    if (!domain && at[3] != NONE)
        domain = reg_domain(e, at[3]);
    const uint32_t count = e->sizes[domain];
    if (!count)
        return;
    const struct cells when = cells_of(e, at[2], domain), exists = cells_if(e, at[3], domain);
    const struct cells value = cells_if(e, to, domain);
    const int listed = !when.w && when.step;
    uint32_t n = count, *list = listed ? eval_alloc(e, (size_t)count + 1, sizeof *list) : NULL;
    if (listed && list) { /* mostly no */
        n = 0;
        for (uint32_t i = 0; i < count; i++) {
            list[n] = i;
            n += when.v[i] != 0;
        }
    }
    for (uint32_t k = 0; k < n && e->status == EDICT_OK; k++) {
        const uint32_t i = list ? list[k] : k;
        const uint32_t w = cell_w(&when, i), x = cell_w(&exists, i);
        if ((!w && !cell_v(&when, i)) || (!x && !cell_v(&exists, i)))
            continue;
        const uint32_t doubt = why_merge(e, why_merge(e, w, x), change == CHANGE_NOTHING ? 0 : cell_w(&value, i));
        struct finding f = { .kind = doubt ? FIND_HOLD : at[1],
            .row = at[0],
            .why = doubt,
            .code_at = (uint32_t)(at - 1 - e->program->code) };
        finding_subject(e, &f, domain, i);
        if (!doubt) {
            f.message = at[4];
            f.change = change;
            f.value = change == CHANGE_NOTHING ? 0 : cell_v(&value, i);
            if (!finding_args(e, &f, args, arg_count, domain, i))
                return;
        }
        finding_rival(e, &f);
        finding_add(e, &f);
    }
}
