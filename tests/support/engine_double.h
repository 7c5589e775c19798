/*
 * engine_double.h - an engine that says what a test tells it to, for tests of what reads figures.
 *
 * Stands in for the functions of engine.h and figures.h that answer questions; fill double_engine
 * and link engine_double.c.  References are the prefix and the sequence in decimal.
 */
#ifndef TESTS_ENGINE_DOUBLE_H
#define TESTS_ENGINE_DOUBLE_H

#include "homeward/routing.h"

enum { DOUBLE_ROWS_MAX = 512, DOUBLE_STAYS_MAX = 1024, DOUBLE_TEXTS_MAX = 16 };

struct double_engine {
    uint64_t sequence;
    int64_t accepted_ms;
    int64_t due_ms;
    bool has_room;
    unsigned used_percent;
    const char *texts[DOUBLE_TEXTS_MAX];

    struct hw_figures total;
    int64_t routing[HW_ROUTING_FIGURES]; /* of all, and of every row */
    int64_t beds;
    struct hw_row rows[HW_DIMENSIONS][DOUBLE_ROWS_MAX];
    uint32_t rows_count[HW_DIMENSIONS];
    struct hw_reason_row reasons[8]; /* of every site */
    uint32_t reasons_count;
    uint64_t findings[HW_FINDING_COUNT];

    struct hw_history stays[DOUBLE_STAYS_MAX];
    uint32_t stays_count;
    uint64_t united[2]; /* the stay of the first reference became one with that of the second */
    struct hw_effect effects[64];
    uint32_t effects_count;
};

extern struct double_engine double_engine;

/* The engine pointer that the functions want. */
struct hw_engine *double_engine_pointer(void);

/* Nothing at all, at a moment: 2026-11-21T10:15:00.000Z, sequence 1234. */
void double_engine_reset(void);

/* For hw_resources_options.now_ms: *context, an int64_t. */
int64_t double_now_ms(void *context);

#endif
