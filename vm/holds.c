/* From the reasons of an evaluation to the holds of the answer: every fact that is to blame is named once for
 * each rule that asks for it, with all the records that lack it. Used by the result and, to know which facts to
 * try out, by worlds.c. */
#include "vm/result.h"

#include <stdlib.h>
#include <string.h>

struct holds *holds_of(struct edict_evaluator *e)
{
    struct input *in = input_of(e);
    if (!in->holds) {
        in->holds = calloc(1, sizeof *in->holds);
        if (!in->holds) e->status = EDICT_MEMORY;
        else e->allocations++;
    }
    return in->holds;
}

void holds_free(struct edict_evaluator *e)
{
    struct holds *h = input_of(e)->holds;
    if (!h) return;
    free(h->list);
    free(h->entries);
    free(h->marks);
    free(h->stack);
    free(h->queue);
    free(h->rows);
    free(h);
    input_of(e)->holds = NULL;
}

static int words_room(struct edict_evaluator *e, uint32_t **at, uint32_t *room, uint32_t need)
{
    void *pool = *at;
    int ok = pool_room(e, &pool, room, need, sizeof **at);
    *at = pool;
    return ok;
}

/* The hold with this key, made if it is new. NULL: no memory. */
static struct hold *hold_get(struct edict_evaluator *e, struct holds *h, const struct hold *like)
{
    for (uint32_t i = 0; i < h->count; i++) {
        struct hold *old = &h->list[i];
        if (old->said == like->said && old->fact == like->fact && old->pinned == like->pinned
            && (old->row == like->row || (!like->said && like->fact != NONE))
            && (like->fact != NONE || (old->domain == like->domain && old->record == like->record))) return old;
    }
    void *pool = h->list;
    int ok = pool_room(e, &pool, &h->room, h->count + 1, sizeof *h->list);
    h->list = pool;
    if (!ok) return NULL;
    h->list[h->count] = *like;
    return &h->list[h->count++];
}

static int entry_add(struct edict_evaluator *e, struct holds *h, struct hold *hold, uint32_t record)
{
    uint32_t number = (uint32_t)(hold - h->list);
    for (uint32_t i = 0; i < h->entry_count; i++)
        if (h->entries[i].hold == number && h->entries[i].record == record) return 1;
    void *pool = h->entries;
    int ok = pool_room(e, &pool, &h->entry_room, h->entry_count + 1, sizeof *h->entries);
    h->entries = pool;
    if (!ok) return 0;
    h->entries[h->entry_count++] = (struct hold_entry){ number, record };
    hold->count++;
    return 1;
}

static int blame(struct edict_evaluator *e, struct holds *h, struct hold like, uint32_t fact, uint32_t record)
{
    const struct image_fact *f = &e->program->facts[fact];
    like.fact = fact;
    like.domain = f->domain;
    like.record = NONE;
    if (f->domain != 0 && e->program->domains[f->domain].known_as) like.pinned = record;
    struct hold *hold = hold_get(e, h, &like);
    return hold && entry_add(e, h, hold, record);
}

/* A rule holds although everything is documented: where an interval's end lies before its begin, its end is to
 * blame. */
static int blame_reversed(struct edict_evaluator *e, struct holds *h, struct hold like, uint32_t *found)
{
    const struct edict_program *p = e->program;
    for (uint32_t at = 0; at < p->code_size; at += p->code[at] >> 8) {
        if ((p->code[at] & 0xff) != OP_CODE_SPAN || p->code[at + 4] != like.row) continue;
        uint32_t fact = fact_of_register(p, p->code[at + 3]);
        if (fact == NONE || fact_of_register(p, p->code[at + 2]) == NONE) continue;
        const struct column *a = &e->columns[p->code[at + 2]], *b = &e->columns[p->code[at + 3]];
        const uint32_t domain = p->facts[fact].domain, first = lane_first(e, domain, e->lane);
        for (uint32_t r = first; r < b->n && r < a->n && r < lane_end(e, domain, e->lane); r++) {
            if ((a->w && a->w[r]) || (b->w && b->w[r]) || b->v[r] >= a->v[r]) continue;
            ++*found;
            if (!blame(e, h, like, fact, r - first)) return 0;
        }
    }
    return 1;
}

/* Walks the reasons from `state` up to rules that hold: missing facts are blamed on `like`, rules are queued. */
static int walk(struct edict_evaluator *e, struct holds *h, uint32_t state, const struct hold *like, uint32_t *found,
                uint32_t *queued)
{
    uint32_t depth = 0;
    h->generation++;
    if (!words_room(e, &h->stack, &h->stack_room, 2)) return 0;
    h->stack[depth++] = state;
    while (depth > 0) {
        uint32_t now = h->stack[--depth], node = now >> 1;
        if (node == 0 || h->marks[node] == h->generation) continue;
        h->marks[node] = h->generation;
        const struct why_node *n = &e->whys[node];
        if (n->kind == WHY_FACT) {
            ++*found;
            if (!blame(e, h, *like, n->a, n->b)) return 0;
        } else if (n->kind == WHY_BOTH) {
            if (!words_room(e, &h->stack, &h->stack_room, depth + 2)) return 0;
            h->stack[depth++] = n->b;
            h->stack[depth++] = n->a;
        } else if (n->kind == WHY_HOLD) {
            ++*found;
            if (!words_room(e, &h->queue, &h->queue_room, *queued + 1)) return 0;
            h->queue[(*queued)++] = node;
        }
    }
    return 1;
}

static int finding_gather(struct edict_evaluator *e, struct holds *h, uint32_t i)
{
    const struct finding *f = &e->findings[i];
    struct hold like = { i, f->row, 0, NONE, f->domain, f->record, 0, NONE };
    uint32_t found = 0, queued = 0;
    if (!walk(e, h, f->why, &like, &found, &queued)) return 0;
    if (!found && !hold_get(e, h, &like)) return 0;
    for (uint32_t q = 0; q < queued; q++) {
        const struct why_node *n = &e->whys[h->queue[q]];
        uint32_t seen = 0;
        while (seen < q && h->queue[seen] != h->queue[q]) seen++;
        if (seen < q) continue;
        struct hold said = { i, n->a, 1, NONE, f->domain, f->record, 0, NONE };
        found = 0;
        if (!walk(e, h, n->b, &said, &found, &queued)) return 0;
        if (!found && !blame_reversed(e, h, said, &found)) return 0;
        if (!found && !hold_get(e, h, &said)) return 0;
    }
    return 1;
}

/* What a rule of its own asks for need not be said again. */
static void drop_said(struct holds *h)
{
    for (uint32_t i = 0; i < h->entry_count; i++) {
        struct hold *plain = &h->list[h->entries[i].hold];
        if (plain->said) continue;
        for (uint32_t q = 0; q < h->entry_count; q++) {
            const struct hold *said = &h->list[h->entries[q].hold];
            if (!said->said || said->fact != plain->fact || h->entries[q].record != h->entries[i].record) continue;
            h->entries[i].record = NONE;
            plain->count--;
            break;
        }
    }
}

int holds_gather(struct edict_evaluator *e)
{
    struct holds *h = holds_of(e);
    if (!h) return 0;
    h->count = h->entry_count = 0;
    uint32_t had = h->mark_room;
    if (!words_room(e, &h->marks, &h->mark_room, e->why_count)) return 0;
    memset(h->marks + had, 0, (h->mark_room - had) * sizeof *h->marks);
    for (uint32_t i = e->finding_firsts[e->lane]; i < e->finding_firsts[e->lane + 1]; i++) {
        const struct finding *f = &e->findings[i];
        if (f->kind == FIND_HOLD && f->why && !finding_gather(e, h, i)) return 0;
    }
    drop_said(h);
    return 1;
}

uint32_t behind_collect(const struct edict_evaluator *e, uint32_t want, uint32_t domain, uint32_t record,
    unsigned char *marks)
{
    const struct edict_program *p = e->program;
    uint32_t n = 0;
    if (domain == NONE || record == NONE) return 0;
    if (domain == want) {
        const uint32_t first = lane_first(e, want, e->lane);
        if (record >= lane_end(e, want, e->lane) || marks[record - first]) return 0;
        return marks[record - first] = 1;
    }
    const struct image_domain *d = &p->domains[domain];
    if (d->kind == DOMAIN_GROUP) {
        const struct column *link = &e->columns[d->link];
        const uint32_t end = link->n ? lane_end(e, d->a, e->lane) : 0;
        for (uint32_t r = lane_first(e, d->a, e->lane); r < end; r++)
            if (link->v[r] == (int64_t)record && !(link->w && link->w[r])) n += behind_collect(e, want, d->a, r, marks);
    } else if (d->kind == DOMAIN_CHARGES && record < e->charge_count) {
        n = behind_collect(e, want, e->charges[record].domain, e->charges[record].record, marks);
    } else if (d->kind == DOMAIN_FINAL && record < e->final_count) {
        for (uint32_t c = e->finals[record].first; c != NONE; c = e->charges[c].next)
            n += behind_collect(e, want, e->charges[c].domain, e->charges[c].record, marks);
    }
    return n;
}
