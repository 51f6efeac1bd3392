/* See vm_side.c. */
#ifndef EDICT_TESTS_ORACLE_VM_SIDE_H
#define EDICT_TESTS_ORACLE_VM_SIDE_H

#include "edict.h"

enum { VM_WORLDS_MOST = 1024 }; /* of an encounter that is not large */
/* After an evaluation of one encounter alone. */
uint32_t vm_worlds(const edict_evaluator *e);

#endif
