#include "reference.h"
#include "support/model.h"
#include "support/story_drive.h"

#include <stdlib.h>

/* As compare.c: findings that model and engine need not agree on; nor on what was decided. */
#define BIT(name) (UINT64_C(1) << HW_FINDING_##name)
static const uint64_t findings_compared = ~(BIT(BACKDATED) | BIT(AFTER_DEATH) | BIT(LATE_SEALED) |
    BIT(TOO_MANY_FACTS) | BIT(READY_OUTSIDE_STAY) | BIT(SIDE_NOT_ALLOWED) | BIT(REASON_UNKNOWN) |
    BIT(IDENTITY_UNCONFIRMED) | BIT(TWO_OPEN_STAYS) | DUMP_INFERRED);

static struct hw_hash hash_text(char *text)
{
    struct hw_hash hash = hw_hash_bytes(hw_slice_text(text));

    free(text);
    return hash;
}

struct hw_hash reference_text(struct hw_engine *engine)
{
    return hash_text(dump_engine(engine, findings_compared));
}

static void tell(const void *record, size_t record_size, struct drive *drive, struct model *model)
{
    static uint64_t buffer[HW_RECORD_SIZE_MAX / sizeof(uint64_t)];
    struct hw_event event;
    size_t size;

    HW_ASSERT(hw_record_decode(hw_slice_of(record, record_size), true, &event) == HW_OK);
    drive_take(drive, &event, FEED_START_MS);
    if (event.kind ==
        HW_KIND_REFERRAL_RECEIVED) { /* It says who people are, and nothing of stays. */
        event.kind = HW_KIND_PERSON_UPDATED;
        event.set = 0;
        event.visit = (struct hw_visit){0};
        event.has_stay = false;
    }
    size =
        hw_record_encode(&event, drive->sequence, FEED_START_MS, (uint8_t *)buffer, sizeof buffer);
    HW_ASSERT(size > 0);
    model_take(model, hw_slice_of(buffer, size));
}

static void tell_message(const struct message *message, struct drive *drive, struct model *model)
{
    for (unsigned i = 0; i < message->records_count; i++)
        tell(message->records[i], message->record_sizes[i], drive, model);
}

static void work_out(const struct feeds *feeds, uint64_t set, struct reference *reference)
{
    struct model *model = model_new();
    const struct chronicle *told;
    struct drive drive;
    uint32_t count;

    drive_open(&drive);
    for (unsigned i = 0; i < feeds->count; i++)
        if (set >> i & 1u)
            tell_message(&feeds->messages[i], &drive, model);
    for (unsigned i = 0; i < feeds->referrals_count; i++)
        if (set >> (MESSAGES_MAX + i) & 1u)
            tell(feeds->referrals[i].bytes, feeds->referrals[i].size, &drive, model);
    count = model_chronicles(model, &told);
    reference->set = set;
    reference->digest = hw_engine_history_digest(drive.engine);
    reference->text = hash_text(dump_chronicles(told, count, findings_compared));
    drive_close(&drive);
    model_free(model);
}

const struct reference *reference_of(struct oracle *oracle, uint64_t set)
{
    struct reference *reference;

    for (unsigned i = 0; i < oracle->references_count; i++)
        if (oracle->references[i].set == set)
            return &oracle->references[i];
    if (oracle->references_count == REFERENCES_MAX)
        oracle->references_count = 0;
    reference = &oracle->references[oracle->references_count++];
    work_out(oracle->ledger->feeds, set, reference);
    return reference;
}
