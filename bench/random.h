/* Numbers for the generators: the same seed gives the same corpus on every machine. */
#ifndef EDICT_BENCH_RANDOM_H
#define EDICT_BENCH_RANDOM_H

#include <stdint.h>

struct random { uint64_t a, b; };

static inline uint64_t random_mix(uint64_t *x)
{
    uint64_t z = (*x += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static inline struct random random_from(uint64_t seed)
{
    struct random r = { random_mix(&seed), 0 };
    r.b = random_mix(&seed);
    return r;
}

/* xorshift128+ */
static inline uint64_t random_next(struct random *r)
{
    uint64_t a = r->a, b = r->b;
    r->a = b;
    a ^= a << 23;
    r->b = a ^ b ^ a >> 18 ^ b >> 5;
    return r->b + b;
}

/* 0 to n - 1. */
static inline uint32_t random_below(struct random *r, uint32_t n)
{
    return (uint32_t)((random_next(r) >> 32) * n >> 32);
}

/* Yes in `tenths` of a thousand cases. */
static inline int random_yes(struct random *r, uint32_t thousandths)
{
    return random_below(r, 1000) < thousandths;
}

#endif
