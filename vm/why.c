/* Reasons: nodes of a DAG in a growing pool, equal recent ones shared; and the growing of every pool. */
#include "vm/eval.h"
#include "vm/limits.h"

#include <stdlib.h>

int pool_room(struct edict_evaluator *e, void **at, uint32_t *room, uint32_t need, size_t each)
{
    if (need <= *room)
        return 1;
    uint32_t grown = *room < 64 ? 64 : *room;
    while (grown < need)
        grown = grown > UINT32_MAX / 2 ? UINT32_MAX : grown * 2;
    void *moved = (size_t)grown > SIZE_MAX / each ? NULL : realloc(*at, grown * each);
    if (!moved) {
        eval_fail(e, EDICT_MEMORY, "no_memory", "no memory");
        return 0;
    }
    e->allocations++;
    *at = moved;
    *room = grown;
    return 1;
}

/* The node (kind, a, b), made unless the cache knows it. 0: no room; the evaluation has failed then. */
static uint32_t why_node(struct edict_evaluator *e, uint32_t kind, uint32_t a, uint32_t b)
{
    uint64_t mixed = ((uint64_t)a << 32 | b) * 0x9E3779B97F4A7C15u + kind * 0xC2B2AE3D27D4EB4Fu;
    uint32_t *slot = &e->why_cache[(mixed >> 40) % WHY_CACHE];
    if (*slot && *slot < e->why_count) {
        const struct why_node *n = &e->whys[*slot];
        if (n->kind == kind && n->a == a && n->b == b)
            return *slot;
    }
    if (e->why_count >= LIMIT_REASONS) {
        eval_limit(e, "reasons", LIMIT_REASONS);
        return 1;
    }
    void *at = e->whys;
    int ok = pool_room(e, &at, &e->why_room, e->why_count + 1, sizeof *e->whys);
    e->whys = at;
    if (!ok)
        return 1;
    const int behind_a = kind == WHY_BOTH && e->whys[a >> 1].bare, behind_b = kind != WHY_FACT && e->whys[b >> 1].bare;
    const int bare = behind_a || behind_b || (kind == WHY_HOLD && b <= (WHY_STATE_ABSENT | WHY_HELD));
    e->whys[e->why_count] = (struct why_node){ (uint16_t)kind, (uint16_t)bare, a, b };
    return *slot = e->why_count++;
}

uint32_t why_fact(struct edict_evaluator *e, uint32_t fact, uint32_t record)
{
    return why_node(e, WHY_FACT, fact, record) << 1;
}

uint32_t why_hold(struct edict_evaluator *e, uint32_t row, uint32_t behind)
{
    return why_node(e, WHY_HOLD, row, behind) << 1 | WHY_HELD;
}

/* Is `part` all of `whole` or one of its two halves? */
static int why_holds(const struct edict_evaluator *e, uint32_t whole, uint32_t part)
{
    const struct why_node *n = &e->whys[whole >> 1];
    return n->kind == WHY_BOTH && (n->a == part || n->b == part);
}

uint32_t why_both(struct edict_evaluator *e, uint32_t a, uint32_t b)
{
    if (a == WHY_STATE_ABSENT || why_holds(e, b, a))
        return b;
    if (b == WHY_STATE_ABSENT || why_holds(e, a, b))
        return a;
    return why_node(e, WHY_BOTH, a, b) << 1 | ((a | b) & WHY_HELD);
}
