/*
 * mix.h - records in the proportions the core is measured by: of a thousand, 600 updates, 10
 * cancels, 1 merge; the others admissions, moves, reviews and discharges; 50 are late (they
 * happened before what was said last) and 20 are said twice.
 */
#ifndef HW_BENCH_MIX_H
#define HW_BENCH_MIX_H

#include "homeward/record.h"

struct bench_mix; /* Opaque. */

enum { BENCH_STEP_MS = 40 }; /* a busy county */

/* step_ms: from one message to the next. */
struct bench_mix *bench_mix_new(uint32_t people, uint64_t seed, int64_t step_ms);
/* The time before the first record; without: the start of 2026's second week. */
void bench_mix_start(struct bench_mix *mix, int64_t start_ms);
/* No merges from now on: each leaves an identifier that is known for good. */
void bench_mix_no_merges(struct bench_mix *mix);
void bench_mix_free(struct bench_mix *mix);

/* The first records admit everybody once: how many there are. */
uint32_t bench_mix_first(const struct bench_mix *mix);

/* What is needed to take a record as the runtime takes it. */
struct bench_mixed {
    struct hw_hash message_id_hash, message_hash;
    int64_t at_ms; /* accepted */
    size_t start, size;
};

/*
 * Write the next record (sequence and accepted time still to be put in) to buffer.  Its texts are
 * copied.  buffer has HW_RECORD_SIZE_MAX bytes.
 */
void bench_mix_next(struct bench_mix *mix, uint8_t *buffer, struct bench_mixed *ret_mixed);

struct bench_mix_counts {
    uint64_t admissions, updates, cancels, merges, late, doubled, all;
};
struct bench_mix_counts bench_mix_counts(const struct bench_mix *mix);

#endif
