/* Why a cell is not documented or held. A cell's state word is 0 (documented) or node << 1 | held; nodes live in the
 * evaluator and form a DAG: a missing fact, a hold with what lies behind it, or two reasons together. Worded only on
 * output.
 *   not documented: can be asked for (`documented`, `?`)
 *   held: goes through everything, can be neither tested nor caught
 */
#ifndef EDICT_VM_WHY_H
#define EDICT_VM_WHY_H

#include <stdint.h>

enum why_kind { WHY_ABSENT, WHY_FACT, WHY_HOLD, WHY_BOTH };
struct why_node {
    uint16_t kind;
    uint16_t bare;   /* there is a hold behind it, or it is one, that asks for no fact: its record has to be told */
    uint32_t a, b;   /* FACT: index into facts, record · HOLD: trace row, state word behind it or 0 · BOTH: two words */
};
#define WHY_HELD 1u
#define WHY_STATE_ABSENT (1u << 1)   /* node 1, always there: the value does not exist (no row, no group) */

struct edict_evaluator;
/* State words. Each makes at most one node; both 0 gives 0. */
uint32_t why_fact(struct edict_evaluator *e, uint32_t fact, uint32_t record);
uint32_t why_hold(struct edict_evaluator *e, uint32_t row, uint32_t behind);
/* Two different reasons together, neither of them 0. */
uint32_t why_both(struct edict_evaluator *e, uint32_t a, uint32_t b);
/* Both reasons, held where one of them is; equal states stay one. */
static inline uint32_t why_merge(struct edict_evaluator *e, uint32_t a, uint32_t b)
{
    return a == b || !b ? a : !a ? b : why_both(e, a, b);
}

#endif
