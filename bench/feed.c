#define _GNU_SOURCE /* mincore() */

#include "feed.h"

#include "runtime/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void stop(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static void *reserve(void *context, size_t size)
{
    struct bench_feed *feed = context;
    struct hw_memory system = hw_memory_system();
    void *address = system.reserve(system.context, size);

    if (address != NULL) {
        if (feed->ranges_count == BENCH_RANGES_MAX)
            stop("the engine reserves more ranges than are watched");
        feed->ranges[feed->ranges_count].start = address;
        feed->ranges[feed->ranges_count].committed = 0;
        feed->ranges[feed->ranges_count++].size = size;
    }
    return address;
}

static bool commit(void *context, void *address, size_t size)
{
    struct bench_feed *feed = context;
    struct hw_memory system = hw_memory_system();

    for (unsigned i = 0; i < feed->ranges_count; i++) {
        uint8_t *start = feed->ranges[i].start, *end = (uint8_t *)address + size;

        if ((uint8_t *)address >= start && end <= start + feed->ranges[i].size &&
            (size_t)(end - start) > feed->ranges[i].committed)
            feed->ranges[i].committed = (size_t)(end - start);
    }
    return system.commit(system.context, address, size);
}

static void release(void *context, void *address, size_t size)
{
    struct bench_feed *feed = context;
    struct hw_memory system = hw_memory_system();

    for (unsigned i = 0; i < feed->ranges_count; i++) {
        if (feed->ranges[i].start == address)
            feed->ranges[i] = feed->ranges[--feed->ranges_count];
    }
    system.release(system.context, address, size);
}

struct hw_limits bench_limits(uint32_t people)
{
    struct hw_limits limits = hw_limits_default();
    uint32_t times = people / 1000000;

    if (times > 1) {
        limits.identifiers *= times;
        limits.stays *= times;
        limits.facts *= times;
        limits.charges *= times;
    }
    return limits;
}

void bench_feed_open(
    struct bench_feed *feed, uint32_t people, int64_t dedupe_ms, int64_t history_open_ms)
{
    struct hw_engine_options options = {.limits = bench_limits(people),
        .memory = {feed, reserve, commit, release},
        .hash_key = {1, 2},
        .dedupe_ms = dedupe_ms,
        .history_open_ms = history_open_ms};

    memset(feed, 0, sizeof *feed);
    if (hw_engine_new(&options, &feed->engine) != HW_OK)
        stop("out of memory");
}

void bench_feed_close(struct bench_feed *feed)
{
    hw_engine_free(feed->engine);
    feed->engine = NULL;
}

/* Sequence and accepted time stand at 16 and 24 of a record (record.h). */
static void apply(struct bench_feed *feed, uint8_t *record, size_t size, int64_t at_ms)
{
    uint64_t sequence = ++feed->sequence;

    memcpy(record + 16, &sequence, sizeof sequence);
    memcpy(record + 24, &at_ms, sizeof at_ms);
    if (hw_engine_apply(feed->engine, hw_slice_of(record, size)) != HW_OK)
        stop("a record was not applied");
}

void bench_feed_tick(struct bench_feed *feed, int64_t at_ms)
{
    uint8_t record[1024];
    struct hw_event event;

    while (hw_engine_due_ms(feed->engine) <= at_ms) {
        hw_event_init(&event, HW_KIND_CLOCK_TICK);
        apply(feed, record, hw_record_encode(&event, 1, at_ms, record, sizeof record), at_ms);
        feed->ticks++;
    }
}

void bench_feed_take(struct bench_feed *feed, const struct bench_mixed *mixed, uint8_t *record)
{
    uint64_t known;

    if (hw_engine_seen(feed->engine, mixed->message_id_hash, mixed->message_hash, mixed->at_ms,
            &known) == HW_SEEN_DUPLICATE) {
        feed->duplicates++;
        return;
    }
    bench_feed_tick(feed, mixed->at_ms);
    apply(feed, record, mixed->size, mixed->at_ms);
}

enum { BETWEEN = 2, AHEAD = BETWEEN * HW_EXPECT_STEPS }; /* records between two steps; in all */
_Static_assert((int)AHEAD < (int)BENCH_AHEAD_MAX, "each has its own place until it is taken");

void bench_feed_expect(struct bench_feed *feed, const struct bench_mixed *mixed, int64_t count,
    const uint8_t *bytes, int64_t i)
{
    for (unsigned step = 0; step < HW_EXPECT_STEPS; step++) {
        int64_t at = i + BENCH_AHEAD - BETWEEN * (int64_t)step;
        struct hw_expect *ahead = &feed->ahead[at & (BENCH_AHEAD_MAX - 1)];

        if (at < 0 || at >= count)
            continue;
        if (step == 0)
            hw_record_about(hw_slice_of(bytes + mixed[at].start, mixed[at].size), &ahead->about);
        hw_engine_expect(feed->engine, ahead, step);
    }
}

void bench_feed_take_all(
    struct bench_feed *feed, const struct bench_mixed *mixed, uint32_t count, uint8_t *bytes)
{
    for (int64_t i = -BENCH_AHEAD; i < (int64_t)count; i++) {
        bench_feed_expect(feed, mixed, count, bytes, i);
        if (i >= 0)
            bench_feed_take(feed, &mixed[i], bytes + mixed[i].start);
    }
}

uint64_t bench_feed_resident(const struct bench_feed *feed)
{
    enum { STEP = 4096 };
    static unsigned char there[STEP];
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint64_t pages = 0;

    for (unsigned i = 0; i < feed->ranges_count; i++) {
        uint8_t *at = feed->ranges[i].start;
        const uint8_t *end = at + feed->ranges[i].committed;

        while (at < end) {
            size_t size = (size_t)(end - at) < STEP * page ? (size_t)(end - at) : STEP * page;

            if (mincore(at, size, there) != 0)
                stop("mincore failed");
            for (size_t j = 0; j < (size + page - 1) / page; j++)
                pages += there[j] & 1;
            at += size;
        }
    }
    return pages * page;
}
