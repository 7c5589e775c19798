#include "support/story_drive.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { DEDUPE_DAYS = 35, HISTORY_OPEN_DAYS = 90, TICKS_MAX = 100000 };

static void *reserve(void *context, size_t size)
{
    void *memory = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    (void)context;
    return memory == MAP_FAILED ? NULL : memory;
}

static bool commit(void *context, void *address, size_t size)
{
    (void)context;
    return mprotect(address, size, PROT_READ | PROT_WRITE) == 0;
}

static void release(void *context, void *address, size_t size)
{
    (void)context;
    (void)munmap(address, size);
}

void drive_open(struct drive *drive)
{
    struct hw_engine_options options = {
        .limits = {.identifiers = 1u << 16,
            .stays = 1u << 16,
            .facts = 1u << 18,
            .charges = 1u << 18,
            .texts = 1u << 16,
            .text_bytes = 1u << 22,
            .message_ids = 1u << 14},
        .memory = {.reserve = reserve, .commit = commit, .release = release},
        .hash_key = {1, 2},
        .dedupe_ms = DEDUPE_DAYS * HW_DAY_MS,
        .history_open_ms = HISTORY_OPEN_DAYS * HW_DAY_MS,
        .check_short_cuts = true,
    };
    enum hw_status status;

    *drive = (struct drive){.accepted_ms = HW_TIME_NONE};
    status = hw_engine_new(&options, &drive->engine);
    HW_ASSERT(status == HW_OK);
}

void drive_close(struct drive *drive)
{
    hw_engine_free(drive->engine);
}

static void apply(struct drive *drive, const struct hw_event *event, int64_t accepted_ms)
{
    static _Thread_local uint64_t buffer[HW_RECORD_SIZE_MAX / sizeof(uint64_t)];
    size_t size =
        hw_record_encode(event, drive->sequence + 1, accepted_ms, (uint8_t *)buffer, sizeof buffer);
    enum hw_status status;

    HW_ASSERT(size > 0);
    status = hw_engine_apply(drive->engine, hw_slice_of(buffer, size));
    HW_ASSERT(status == HW_OK);
    drive->sequence++;
    drive->accepted_ms = accepted_ms;
}

static void tick(struct drive *drive, int64_t accepted_ms)
{
    struct hw_event event;

    hw_event_init(&event, HW_KIND_CLOCK_TICK);
    event.happened = event.recorded = hw_time_at(accepted_ms);
    hw_event_finish(&event);
    apply(drive, &event, accepted_ms);
}

void drive_take(struct drive *drive, const struct hw_event *event, int64_t accepted_ms)
{
    if (hw_engine_due_ms(drive->engine) <= accepted_ms)
        tick(drive, accepted_ms);
    HW_ASSERT(hw_engine_due_ms(drive->engine) > accepted_ms);
    apply(drive, event, accepted_ms);
}

void drive_until(struct drive *drive, int64_t at_ms)
{
    for (unsigned ticks = 0; hw_engine_due_ms(drive->engine) <= at_ms; ticks++) {
        int64_t due_ms = hw_engine_due_ms(drive->engine);

        HW_ASSERT(ticks < TICKS_MAX);
        tick(drive, due_ms > drive->accepted_ms ? due_ms : drive->accepted_ms);
    }
}
