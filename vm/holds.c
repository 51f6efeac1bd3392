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
    free(h->known.slots);
    free(h->entered.slots);
    free(h->asked.slots);
    free(h->marks);
    free(h->rules);
    free(h->stack);
    free(h->queue);
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

static void index_clear(struct hold_index *x)
{
    x->count = 0;
    if (++x->generation == 0) { /* after so many encounters nothing old may look new */
        memset(x->slots, 0, x->room * sizeof *x->slots);
        x->generation = 1;
    }
}

static uint32_t index_hash(uint32_t a, uint32_t b)
{
    const uint64_t mixed = ((uint64_t)a << 32 | b) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(mixed >> 32);
}

/* The slot from `at` on that has this hash, or the free one behind them: at most half are taken. */
static struct hold_slot *index_slot(const struct hold_index *x, uint32_t hash, uint32_t *at)
{
    for (;; ++*at) {
        struct hold_slot *slot = &x->slots[*at & (x->room - 1)];
        if (slot->generation != x->generation || slot->hash == hash) return slot;
    }
}

/* Room for one more. 0: no memory. */
static int index_room(struct edict_evaluator *e, struct hold_index *x)
{
    if (x->count * 2 < x->room) return 1;
    const uint32_t room = x->room ? x->room * 2 : 64;
    struct hold_slot *slots = calloc(room, sizeof *slots);
    if (!slots) {
        e->status = EDICT_MEMORY;
        return 0;
    }
    e->allocations++;
    struct hold_index grown = { slots, room, x->count, x->generation ? x->generation : 1 };
    for (uint32_t i = 0; i < x->room; i++) {
        if (x->slots[i].generation != x->generation) continue;
        uint32_t at = x->slots[i].hash;
        while (grown.slots[at & (room - 1)].generation == grown.generation) at++;
        grown.slots[at & (room - 1)] = x->slots[i];
    }
    free(x->slots);
    *x = grown;
    return 1;
}

static void index_put(struct hold_index *x, struct hold_slot *slot, uint32_t number, uint32_t hash)
{
    *slot = (struct hold_slot){ x->generation, number, hash };
    x->count++;
}

static int hold_same(const struct hold *a, const struct hold *b)
{
    return a->said == b->said && a->fact == b->fact && a->pinned == b->pinned
        && (a->row == b->row || (!a->said && a->fact != NONE))
        && (a->fact != NONE || (a->domain == b->domain && a->record == b->record));
}

/* The hold with this key, made if it is new. NULL: no memory. */
static struct hold *hold_get(struct edict_evaluator *e, struct holds *h, const struct hold *like)
{
    const uint32_t hash = index_hash(like->fact != NONE ? like->fact : like->record,
        like->fact != NONE ? like->said + like->pinned * 2 : like->row);
    uint32_t at = hash;
    struct hold_slot *slot;
    if (!index_room(e, &h->known)) return NULL;
    for (; (slot = index_slot(&h->known, hash, &at))->generation == h->known.generation; at++)
        if (hold_same(&h->list[slot->number], like)) return &h->list[slot->number];
    void *pool = h->list;
    int ok = pool_room(e, &pool, &h->room, h->count + 1, sizeof *h->list);
    h->list = pool;
    if (!ok) return NULL;
    index_put(&h->known, slot, h->count, hash);
    h->list[h->count] = *like;
    return &h->list[h->count++];
}

static int entry_add(struct edict_evaluator *e, struct holds *h, struct hold *hold, uint32_t record)
{
    const uint32_t number = (uint32_t)(hold - h->list), hash = index_hash(number, record);
    uint32_t at = hash;
    struct hold_slot *slot;
    if (!index_room(e, &h->entered)) return 0;
    for (; (slot = index_slot(&h->entered, hash, &at))->generation == h->entered.generation; at++) {
        const struct hold_entry *old = &h->entries[slot->number];
        if (old->hold == number && old->record == record) return 1;
    }
    void *pool = h->entries;
    int ok = pool_room(e, &pool, &h->entry_room, h->entry_count + 1, sizeof *h->entries);
    h->entries = pool;
    if (!ok) return 0;
    index_put(&h->entered, slot, h->entry_count, hash);
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

/* Of hold_mark.rules: what no rule asks for, and the first rules, have a bit each; the last bit: a hold was told. */
#define BIT_PLAIN 1u
#define BIT_RULE(number) ((number) < 30 ? 2u << (number) : 0)
#define BIT_TOLD (1u << 31)

/* What the gathering knows of a reason, fresh where it is the first to meet it. */
static struct hold_mark *mark_of(struct holds *h, uint32_t node)
{
    struct hold_mark *m = &h->marks[node];
    if (m->gathering != h->gathering) *m = (struct hold_mark){ .gathering = h->gathering };
    return m;
}

/* Walks the reasons from `state` up to rules that hold: missing facts are blamed on `like`, rules are queued. What was
 * walked for this rule before (`bit`) is told already, and is walked again only to come to holds that ask for no fact.
 * 0: no memory. */
static int walk(struct edict_evaluator *e, struct holds *h, uint32_t state, const struct hold *like, uint32_t bit,
    uint32_t *queued)
{
    uint32_t depth = 0;
    h->walk++;
    if (!words_room(e, &h->stack, &h->stack_room, 2)) return 0;
    h->stack[depth++] = state;
    while (depth > 0) {
        const uint32_t node = h->stack[--depth] >> 1;
        const struct why_node *n = &e->whys[node];
        struct hold_mark *m = mark_of(h, node);
        if (node == 0 || m->walk == h->walk) continue;
        const int told = (m->rules & bit) != 0;
        if (told && !n->bare) continue;
        m->walk = h->walk;
        m->rules |= bit;
        if (n->kind == WHY_FACT) {
            if (!told && !blame(e, h, *like, n->a, n->b)) return 0;
        } else if (n->kind == WHY_BOTH) {
            if (!words_room(e, &h->stack, &h->stack_room, depth + 2)) return 0;
            h->stack[depth++] = n->b;
            h->stack[depth++] = n->a;
        } else if (n->kind == WHY_HOLD) {
            if (!words_room(e, &h->queue, &h->queue_room, *queued + 1)) return 0;
            h->queue[(*queued)++] = node;
        }
    }
    return 1;
}

/* The number of a rule that holds, in this gathering. NONE: no memory. */
static uint32_t rule_number(struct edict_evaluator *e, struct holds *h, uint32_t row)
{
    for (uint32_t i = 0; i < h->rule_count; i++)
        if (h->rules[i].row == row) return i;
    void *pool = h->rules;
    int ok = pool_room(e, &pool, &h->rule_room, h->rule_count + 1, sizeof *h->rules);
    h->rules = pool;
    if (!ok) return NONE;
    h->rules[h->rule_count] = (struct hold_rule){ row, 0, 0 };
    return h->rule_count++;
}

/* A rule's hold that no missing fact stands behind: ends before their begins are, else its record is told. */
static int bare_tell(struct edict_evaluator *e, struct holds *h, const struct hold *said, uint32_t rule)
{
    uint32_t found = 0;
    if (!h->rules[rule].looked && !blame_reversed(e, h, *said, &found)) return 0;
    h->rules[rule].reversed |= found > 0;
    h->rules[rule].looked = 1;
    return h->rules[rule].reversed || hold_get(e, h, said);
}

/* A state that names a fact or a hold. */
static int has_reason(uint32_t state) { return (state | WHY_HELD) > (WHY_STATE_ABSENT | WHY_HELD); }

static int finding_gather(struct edict_evaluator *e, struct holds *h, uint32_t i)
{
    const struct finding *f = &e->findings[i];
    const struct hold like = { i, f->row, 0, NONE, f->domain, f->record, 0, NONE };
    uint32_t queued = 0;
    if (!has_reason(f->why)) return hold_get(e, h, &like) != NULL;
    if (!walk(e, h, f->why, &like, BIT_PLAIN, &queued)) return 0;
    for (uint32_t q = 0; q < queued; q++) {
        const uint32_t node = h->queue[q];
        const struct why_node *n = &e->whys[node];
        struct hold_mark *m = mark_of(h, node);
        /* Once for each finding; again for another one only where its record has to be told. */
        if (m->finding == i + 1 || ((m->rules & BIT_TOLD) && !n->bare)) continue;
        m->finding = i + 1;
        m->rules |= BIT_TOLD;
        const struct hold said = { i, n->a, 1, NONE, f->domain, f->record, 0, NONE };
        const uint32_t rule = rule_number(e, h, n->a);
        if (rule == NONE) return 0;
        const uint32_t bit = BIT_RULE(rule);
        if (has_reason(n->b) ? !walk(e, h, n->b, &said, bit, &queued) : !bare_tell(e, h, &said, rule)) return 0;
    }
    return 1;
}

/* What a rule of its own asks for need not be said again. 0: no memory. */
static int drop_said(struct edict_evaluator *e, struct holds *h)
{
    for (uint32_t i = 0; i < h->entry_count; i++) {
        const struct hold *said = &h->list[h->entries[i].hold];
        const uint32_t hash = index_hash(said->fact, h->entries[i].record);
        uint32_t at = hash;
        if (!said->said) continue;
        if (!index_room(e, &h->asked)) return 0;
        struct hold_slot *slot;
        while ((slot = index_slot(&h->asked, hash, &at))->generation == h->asked.generation) at++;
        index_put(&h->asked, slot, i, hash);
    }
    for (uint32_t i = 0; i < h->entry_count; i++) {
        struct hold *plain = &h->list[h->entries[i].hold];
        const uint32_t hash = index_hash(plain->fact, h->entries[i].record);
        const struct hold_slot *slot;
        if (plain->said || h->asked.count == 0) continue;
        for (uint32_t at = hash; (slot = index_slot(&h->asked, hash, &at))->generation == h->asked.generation; at++) {
            const struct hold_entry *other = &h->entries[slot->number];
            if (h->list[other->hold].fact != plain->fact || other->record != h->entries[i].record) continue;
            h->entries[i].record = NONE;
            plain->count--;
            break;
        }
    }
    return 1;
}

int holds_gather(struct edict_evaluator *e)
{
    struct holds *h = holds_of(e);
    if (!h) return 0;
    h->count = h->entry_count = h->rule_count = 0;
    index_clear(&h->known);
    index_clear(&h->entered);
    index_clear(&h->asked);
    uint32_t had = h->mark_room;
    void *marks = h->marks;
    const int ok = pool_room(e, &marks, &h->mark_room, e->why_count, sizeof *h->marks);
    h->marks = marks;
    if (!ok) return 0;
    memset(h->marks + had, 0, (h->mark_room - had) * sizeof *h->marks);
    if (++h->gathering == 0) {
        memset(h->marks, 0, h->mark_room * sizeof *h->marks);
        h->gathering = 1;
    }
    for (uint32_t i = e->finding_firsts[e->lane]; i < e->finding_firsts[e->lane + 1]; i++) {
        const struct finding *f = &e->findings[i];
        if (f->kind == FIND_HOLD && f->why && !finding_gather(e, h, i)) return 0;
    }
    return drop_said(e, h);
}

uint32_t behind_collect(const struct edict_evaluator *e, uint32_t want, uint32_t domain, uint32_t record,
    struct marks *marks)
{
    const struct edict_program *p = e->program;
    uint32_t n = 0;
    if (domain == NONE || record == NONE) return 0;
    if (domain == want) {
        const uint32_t first = lane_first(e, want, e->lane);
        if (record >= lane_end(e, want, e->lane) || mark_is(marks, record - first)) return 0;
        mark_set(marks, record - first);
        return 1;
    }
    const struct image_domain *d = &p->domains[domain];
    if (d->kind == DOMAIN_GROUP) {
        const struct column *link = &e->columns[d->link];
        const uint32_t end = link->n ? lane_end(e, d->a, e->lane) : 0;
        const uint32_t first = lane_first(e, d->a, e->lane);
        if (d->a == want && end > first && end - first <= LINKED_MOST) {
            const uint64_t bits = linked_bits(link, first, end - first, (int64_t)record);
            for (uint64_t left = bits & ~marks->word[0]; left; left &= left - 1) n++;
            marks->word[0] |= bits;
            return n;
        }
        for (uint32_t r = first; r < end; r++) {
            if (link->v[r] != (int64_t)record || (link->w && link->w[r])) continue;
            if (d->a != want) {
                n += behind_collect(e, want, d->a, r, marks);
            } else {
                n += (uint32_t)!mark_is(marks, r - first);
                mark_set(marks, r - first);
            }
        }
    } else if (d->kind == DOMAIN_CHARGES && record < e->charge_count) {
        n = behind_collect(e, want, e->charges[record].domain, e->charges[record].record, marks);
    } else if (d->kind == DOMAIN_FINAL && record < e->final_count) {
        for (uint32_t c = e->finals[record].first; c != NONE; c = e->charges[c].next)
            n += behind_collect(e, want, e->charges[c].domain, e->charges[c].record, marks);
    }
    return n;
}
