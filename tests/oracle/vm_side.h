/* See vm_side.c. */
#ifndef EDICT_TESTS_ORACLE_VM_SIDE_H
#define EDICT_TESTS_ORACLE_VM_SIDE_H

#include "edict.h"

uint32_t vm_worlds(const edict_evaluator *e);

#endif
