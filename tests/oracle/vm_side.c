/* What the campaign must know of the VM's inside: how many cells an evaluation
 * wrote, on which the number of worlds that it may try out depends, and
 * whether these wrote too many (SPEC.md, 19.4). Nothing of it reaches the reference evaluator but that
 * number. */
#include "tests/oracle/vm_side.h"

#include "vm/bind.h"
#include "vm/worlds.h"

uint32_t vm_worlds(const edict_evaluator *e)
{
    const struct worlds *w = input_of(e)->worlds;
    if (w && w->written > WORLDS_WRITTEN) return 0;
    uint64_t affordable = WORLDS_CELLS / (e->cells + 1);
    return affordable < WORLDS_MAX ? (uint32_t)affordable : WORLDS_MAX;
}
