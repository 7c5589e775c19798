/*
 * feed.h - an engine without a journal, fed as replay feeds it, and as the runtime does: was the
 * message seen, is a timer due, apply.  Its memory can be weighed: pages that are really there, not
 * address space.
 */
#ifndef HW_BENCH_FEED_H
#define HW_BENCH_FEED_H

#include "bench.h"
#include "homeward/engine.h"
#include "mix.h"

enum { BENCH_RANGES_MAX = 256, BENCH_AHEAD = 15, BENCH_AHEAD_MAX = 16 };

struct bench_feed {
    struct hw_engine *engine;
    uint64_t sequence, duplicates, ticks;
    struct {
        uint8_t *start;
        size_t size, committed;
    } ranges[BENCH_RANGES_MAX]; /* of address space, as the engine reserved it */
    unsigned ranges_count;
    struct hw_expect ahead[BENCH_AHEAD_MAX]; /* of record i, at i modulo their number */
};

/* Limits that hold so many people, each with a stay: those of a county where they are enough. */
struct hw_limits bench_limits(uint32_t people);

/* Ends the program when there is no memory.  feed stays where it is until closed. */
void bench_feed_open(
    struct bench_feed *feed, uint32_t people, int64_t dedupe_ms, int64_t history_open_ms);
void bench_feed_close(struct bench_feed *feed);

/* Take one record; sequence and accepted time are put into it.  A duplicate is only counted. */
void bench_feed_take(struct bench_feed *feed, const struct bench_mixed *mixed, uint8_t *record);

/* A batch, each record at its start in bytes; what comes is expected while others are taken. */
void bench_feed_take_all(
    struct bench_feed *feed, const struct bench_mixed *mixed, uint32_t count, uint8_t *bytes);

/*
 * What is expected when record i is taken: a step for each of those that follow it.  From
 * i = -BENCH_AHEAD on: some steps go before the first record.
 */
void bench_feed_expect(struct bench_feed *feed, const struct bench_mixed *mixed, int64_t count,
    const uint8_t *bytes, int64_t i);

/* Fire what is due until at_ms. */
void bench_feed_tick(struct bench_feed *feed, int64_t at_ms);

/* Bytes of the engine's memory that the system has given pages for. */
uint64_t bench_feed_resident(const struct bench_feed *feed);

#endif
