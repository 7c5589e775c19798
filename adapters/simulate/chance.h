/*
 * chance.h - the simulator's own chance: xoshiro256** (Blackman and Vigna, 2018), integers only.
 *
 * Each stay and each purpose has a stream of its own, so that drawing more in one place changes
 * nothing in another.  The same seed and stream give the same numbers on every machine.
 */
#ifndef HW_SIM_CHANCE_H
#define HW_SIM_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hw_sim_chance {
    uint64_t word[4];
};

/* Every rate of the simulator is in this many. */
enum { HW_SIM_RATE_WHOLE = 100000 };

/* splitmix64: one well mixed number of another. */
static inline uint64_t hw_sim_mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

static inline void hw_sim_chance_seed(struct hw_sim_chance *chance, uint64_t seed, uint64_t stream)
{
    uint64_t state = hw_sim_mix(seed) ^ (stream * UINT64_C(0xd1342543de82ef95));

    for (int i = 0; i < 4; i++) {
        state += UINT64_C(0x9e3779b97f4a7c15);
        chance->word[i] = hw_sim_mix(state);
    }
}

static inline uint64_t hw_sim_rotate(uint64_t value, int by)
{
    return (value << by) | (value >> (64 - by));
}

static inline uint64_t hw_sim_chance_next(struct hw_sim_chance *chance)
{
    uint64_t *word = chance->word;
    uint64_t result = hw_sim_rotate(word[1] * 5, 7) * 9;
    uint64_t carried = word[1] << 17;

    word[2] ^= word[0];
    word[3] ^= word[1];
    word[1] ^= word[2];
    word[0] ^= word[3];
    word[2] ^= carried;
    word[3] = hw_sim_rotate(word[3], 45);
    return result;
}

/* 0..bound-1; bound from 1.  The bias of multiplying 32 bits is below one in four thousand million.
 */
static inline uint32_t hw_sim_below(struct hw_sim_chance *chance, uint32_t bound)
{
    return (uint32_t)(((hw_sim_chance_next(chance) >> 32) * bound) >> 32);
}

/* least..most, both included. */
static inline int hw_sim_between(struct hw_sim_chance *chance, int least, int most)
{
    return least + (int)hw_sim_below(chance, (uint32_t)(most - least + 1));
}

/* True rate times in HW_SIM_RATE_WHOLE. */
static inline bool hw_sim_happens(struct hw_sim_chance *chance, uint32_t rate)
{
    return hw_sim_below(chance, HW_SIM_RATE_WHOLE) < rate;
}

/* The index of one of count weights, each as likely as it is heavy. */
static inline uint32_t hw_sim_pick(
    struct hw_sim_chance *chance, const uint16_t *weights, uint32_t count)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < count; i++)
        sum += weights[i];
    uint32_t at = hw_sim_below(chance, sum);
    for (uint32_t i = 0; i < count; i++) {
        if (at < weights[i])
            return i;
        at -= weights[i];
    }
    return count - 1;
}

#endif
