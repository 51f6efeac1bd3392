/* Allocations of this process that are counted and fail when asked to: see failing.c. */
#ifndef EDICT_TESTS_SWEEP_FAILING_H
#define EDICT_TESTS_SWEEP_FAILING_H

extern unsigned long asked;         /* allocations since failing_begin */
extern long live;                   /* allocations that were not freed */
extern int failing_now;             /* an allocation was made to fail, or will be */

/* Allocations number `from` to `to` fail, counted from 1; 0: none. */
void failing_begin(unsigned long from, unsigned long to);
void failing_end(void);

#endif
