#include "schedule.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

void *schedule_need(void *memory)
{
    if (memory == NULL) {
        fputs("quality_bench: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

static bool earlier(const struct schedule_entry *a, const struct schedule_entry *b)
{
    if (a->at_ms != b->at_ms)
        return a->at_ms < b->at_ms;
    if (a->what != b->what)
        return a->what < b->what;
    return a->who != b->who ? a->who < b->who : a->number < b->number;
}

void schedule_put(struct schedule *schedule, struct schedule_entry entry)
{
    size_t at = ++schedule->count;

    if (schedule->count >= schedule->room) {
        schedule->room = schedule->room * 2 + 1024;
        schedule->entries =
            schedule_need(realloc(schedule->entries, schedule->room * sizeof *schedule->entries));
    }
    entry.number = schedule->added++;
    for (; at > 1 && earlier(&entry, &schedule->entries[at / 2]); at /= 2)
        schedule->entries[at] = schedule->entries[at / 2];
    schedule->entries[at] = entry;
}

void schedule_add(
    struct schedule *schedule, int64_t at_ms, uint32_t what, uint32_t who, uint32_t which)
{
    schedule_put(schedule,
        (struct schedule_entry){.at_ms = at_ms, .what = what, .who = who, .which = which});
}

int64_t schedule_next_ms(const struct schedule *schedule)
{
    return schedule->count == 0 ? INT64_MAX : schedule->entries[1].at_ms;
}

struct schedule_entry schedule_take(struct schedule *schedule)
{
    struct schedule_entry first = schedule->entries[1], last = schedule->entries[schedule->count--];
    size_t at = 1, child;

    for (; (child = at * 2) <= schedule->count; at = child) {
        if (child < schedule->count &&
            earlier(&schedule->entries[child + 1], &schedule->entries[child]))
            child++;
        if (!earlier(&schedule->entries[child], &last))
            break;
        schedule->entries[at] = schedule->entries[child];
    }
    schedule->entries[at] = last;
    return first;
}

void schedule_free(struct schedule *schedule)
{
    free(schedule->entries);
    *schedule = (struct schedule){0};
}
