/* The instructions of ops.def as data, and their fingerprint. Beside ops.def and image.h the one header of vm/ that the
 * compiler may include: it stamps an image with the fingerprint of the instructions that it was written for. */
#ifndef EDICT_VM_OPS_H
#define EDICT_VM_OPS_H

#include "vm/image.h"

struct op_info { const char *name, *operands, *types, *what; };
extern const struct op_info op_infos[OP_CODES];
/* Low 32 bits of XXH3-64 over "name operands\n" of every instruction: an image for other instructions is refused. */
uint32_t ops_fingerprint(void);

#endif
