/* Seconds of the processor in this thread, which a machine shared with others tells as well; the median of several. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdlib.h>
#include <time.h>

enum { CLOCK_ROUNDS = 64 };

static inline double clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline int clock_order(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Sorts them. */
static inline double clock_median(double *took, int count)
{
    qsort(took, (size_t)count, sizeof *took, clock_order);
    return took[count / 2];
}

#endif
