/*
 * schedule.h - what is yet to happen in a simulation, earliest first; at one moment what matters
 * first (ends before answers before calls), then who came first.
 */
#ifndef HW_BENCH_SCHEDULE_H
#define HW_BENCH_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

struct schedule_entry {
    int64_t at_ms;
    uint32_t what, who, which;
    uint32_t number; /* in order of being added */
    uint64_t more;
};

struct schedule {
    struct schedule_entry *entries; /* a heap */
    size_t count, room;
    uint32_t added;
};

void schedule_add(
    struct schedule *schedule, int64_t at_ms, uint32_t what, uint32_t who, uint32_t which);
void schedule_put(struct schedule *schedule, struct schedule_entry entry);

/* INT64_MAX: nothing. */
int64_t schedule_next_ms(const struct schedule *schedule);
struct schedule_entry schedule_take(struct schedule *schedule);
void schedule_free(struct schedule *schedule);

/* memory; ends the program when it is NULL. */
void *schedule_need(void *memory);

#endif
