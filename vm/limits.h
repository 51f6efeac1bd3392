/* Limits of one evaluation: each ends it with EDICT_LIMIT and its name in the message. */
#ifndef EDICT_VM_LIMITS_H
#define EDICT_VM_LIMITS_H

#include <stddef.h>
#include <stdint.h>

enum {
    LIMIT_RECORDS = 500,   /* records of one list of the encounter */
    LIMIT_PAIRS = 250000,  /* records of a domain of pairs */
    LIMIT_CHARGES = 10000, /* charges emitted */
    LIMIT_FINDINGS = 10000,
    LIMIT_REASONS = 4000000,   /* nodes of the reasons */
    LIMIT_INTERVALS = 4000000, /* intervals in all */
    LIMIT_CODES = 4000000,     /* codes in lists, in all */
    LIMIT_ARGUMENTS = 100000,  /* operands of messages, in all */
    LIMIT_EARNED_UNITS = 10000 /* units of one ladder that are dated one by one */
};
#define LIMIT_MEMORY ((size_t)512 << 20) /* bytes of columns and scratch */
#define ANSWER_BYTES ((size_t)256 << 20) /* one answer's JSON */
#define VIEW_BYTES ((size_t)64 << 20)    /* texts handed out by edict_charge_at and edict_finding_at */
#define WORLDS_BYTES ((size_t)64 << 20)  /* what worlds keep as text, each of two buffers */

#endif
