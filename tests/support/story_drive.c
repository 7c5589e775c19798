#include "support/story_drive.h"

#include "support/paused.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { DEDUPE_DAYS = 35, HISTORY_OPEN_DAYS = 90, TICKS_MAX = 100000, DECISIONS_MAX = 10000 };

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

static struct hw_engine *engine_new(void)
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
    struct hw_engine *engine = NULL;
    enum hw_status status = hw_engine_new(&options, &engine);

    HW_ASSERT(status == HW_OK);
    return engine;
}

void drive_open(struct drive *drive)
{
    *drive = (struct drive){.accepted_ms = HW_TIME_NONE, .engine = engine_new()};
}

void drive_close(struct drive *drive)
{
    hw_engine_free(drive->engine);
    free(drive->journal);
}

static void make_room(struct drive *drive)
{
    if (drive->room - drive->size >= HW_RECORD_SIZE_MAX)
        return;
    drive->room = drive->room * 2 + 2 * (size_t)HW_RECORD_SIZE_MAX;
    drive->journal = realloc(drive->journal, drive->room);
    HW_ASSERT(drive->journal != NULL);
}

static void apply(struct drive *drive, const struct hw_event *event, int64_t accepted_ms)
{
    uint8_t *record;
    size_t size;
    enum hw_status status;

    make_room(drive);
    record = drive->journal + drive->size;
    size = hw_record_encode(
        event, drive->sequence + 1, accepted_ms, record, drive->room - drive->size);
    HW_ASSERT(size > 0);
    status = hw_engine_apply(drive->engine, hw_slice_of(record, size));
    HW_ASSERT(status == HW_OK);
    drive->size += size;
    drive->sequence++;
    drive->accepted_ms = accepted_ms;
    if (drive->broken_at == 0 &&
        (!hw_routing_holds(drive->engine) ||
            paused_is_broken(drive->engine, event->kind < HW_KIND_DECIDED_PROPOSAL)))
        drive->broken_at = drive->sequence;
    if (drive->heard != NULL)
        drive->heard(drive->context, event);
}

/* What the engine decided, until it has nothing more to say. */
static void decide(struct drive *drive)
{
    const struct hw_event *decided;

    for (unsigned count = 0; (decided = hw_engine_decided(drive->engine)) != NULL; count++) {
        struct hw_event copy = *decided;

        HW_ASSERT(count < DECISIONS_MAX);
        apply(drive, &copy, drive->accepted_ms);
    }
}

static void tick(struct drive *drive, int64_t accepted_ms)
{
    struct hw_event event;

    hw_event_init(&event, HW_KIND_CLOCK_TICK);
    event.happened = event.recorded = hw_time_at(accepted_ms);
    hw_event_finish(&event);
    apply(drive, &event, accepted_ms);
    decide(drive);
}

void drive_resume(struct drive *drive, int64_t at_ms)
{
    struct hw_event event;

    hw_event_init(&event, HW_KIND_CLOCK_TICK);
    event.happened = event.recorded = hw_time_at(at_ms);
    if (hw_engine_wants_resuming(drive->engine))
        hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text("resumed"));
    hw_event_finish(&event);
    apply(drive, &event, at_ms);
    decide(drive);
}

void drive_take(struct drive *drive, const struct hw_event *event, int64_t accepted_ms)
{
    if (hw_engine_due_ms(drive->engine) <= accepted_ms)
        tick(drive, accepted_ms);
    HW_ASSERT(hw_engine_due_ms(drive->engine) > accepted_ms);
    apply(drive, event, accepted_ms);
    decide(drive);
}

void drive_until(struct drive *drive, int64_t at_ms)
{
    for (unsigned ticks = 0; hw_engine_due_ms(drive->engine) <= at_ms; ticks++) {
        int64_t due_ms = hw_engine_due_ms(drive->engine);

        HW_ASSERT(ticks < TICKS_MAX);
        tick(drive, due_ms > drive->accepted_ms ? due_ms : drive->accepted_ms);
    }
}

/* ---- replay ---- */

/* An engine from an image of another, which is freed; NULL when they differ. */
static struct hw_engine *through_image(struct hw_engine *engine)
{
    struct hw_engine *loaded = engine_new();
    enum hw_status status = HW_OK;

    for (uint32_t part = 0; part < hw_engine_image_count(engine) && status == HW_OK; part++)
        status = hw_engine_image_load(loaded, part, hw_engine_image_part(engine, part));
    if (status == HW_OK &&
        !hw_hash_equal(hw_engine_state_digest(loaded), hw_engine_state_digest(engine)))
        status = HW_E_DAMAGED;
    if (status == HW_OK)
        status = hw_engine_image_end(loaded);
    hw_engine_free(engine);
    if (status == HW_OK)
        return loaded;
    hw_engine_free(loaded);
    return NULL;
}

static const char *differs(const struct drive *drive, const struct hw_engine *again)
{
    if (hw_engine_decisions_differ(again) != 0)
        return "replay would have decided otherwise";
    if (!hw_hash_equal(hw_engine_state_digest(drive->engine), hw_engine_state_digest(again)))
        return "replay gives another state";
    return NULL;
}

const char *drive_replay(const struct drive *drive, uint64_t image_after)
{
    struct hw_engine *again = engine_new();
    const char *difference;

    for (size_t used = 0; used < drive->size;) {
        struct hw_slice rest = hw_slice_of(drive->journal + used, drive->size - used);
        struct hw_record_header header;

        if (hw_record_header(rest, &header) != HW_OK ||
            hw_engine_apply(again, hw_slice_of(rest.data, header.size)) != HW_OK) {
            hw_engine_free(again);
            return "a record of the journal is not taken again";
        }
        used += header.size;
        if (header.sequence == image_after)
            again = through_image(again);
        if (again == NULL)
            return "an image gives another state";
    }
    difference = differs(drive, again);
    hw_engine_free(again);
    return difference;
}
