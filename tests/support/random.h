/*
 * random.h - chance that can be repeated: splitmix64 from a seed.
 */
#ifndef HW_TEST_RANDOM_H
#define HW_TEST_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state; /* the seed */
};

static inline uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0..bound-1; bound above 0. */
static inline uint64_t random_below(struct random *random, uint64_t bound)
{
    return random_next(random) % bound;
}

#endif
