/*
 * generate.h - histories that nobody would think of: from a seed, always the same.
 *
 * One to four people, one to five stays, five to forty messages with updates, late, doubled,
 * cancelled, merged, parted, moved, coarse, far ahead, claimed by two organisations, with waits.
 */
#ifndef HW_TEST_GENERATE_H
#define HW_TEST_GENERATE_H

#include "homeward/event.h"

#include <stdio.h>

enum { GENERATED_MAX = 64 };

struct generated {
    struct hw_event events[GENERATED_MAX]; /* finished, in order of arrival; texts are static */
    uint32_t count;
    int64_t asked_ms; /* a moment not before the last arrival, around the end of the history */
};

/* The history of a seed. */
void generate(uint64_t seed, struct generated *ret_generated);

/* Another order of arrival. */
void generate_shuffle(struct generated *generated, uint64_t seed);

/* One line a message, for whoever must find out what went wrong. */
void generate_print(const struct generated *generated, FILE *out);

#endif
