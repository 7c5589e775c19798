#include "stay.h"

#include "homeward/event.h"

#include <stdio.h>

enum bench_said bench_stay_said(const struct bench_stay *stay, uint32_t index)
{
    if (index == 0)
        return BENCH_ADMITTED;
    if (index + 1 == stay->messages)
        return BENCH_DISCHARGED;
    return index % 10 == 5 ? BENCH_MOVED : index % 6 == 3 ? BENCH_REVIEWED : BENCH_UPDATED;
}

static void set_place(const struct bench_stay *stay, struct hw_event *event, int64_t happened_ms)
{
    static const char *const sites[] = {"RWEAA", "RWEAE", "RWEAK"};
    static const char *const wards[] = {"W1", "W2", "W3", "W4", "W5", "W6", "W7"};

    hw_event_set_text(event, HW_FIELD_SITE, hw_slice_text(sites[stay->person % 3]));
    hw_event_set_text(
        event, HW_FIELD_WARD, hw_slice_text(wards[(uint64_t)(happened_ms / HW_HOUR_MS) % 7]));
    hw_event_set_text(event, HW_FIELD_CLASS, hw_slice_text("I"));
}

static void set_review(struct hw_event *event, int64_t happened_ms)
{
    bool is_ready = (happened_ms / HW_HOUR_MS / 6) % 2 != 0;

    hw_event_set_bool(event, HW_FIELD_MEETS, !is_ready);
    if (!is_ready)
        return;
    hw_event_set_text(event, HW_FIELD_REASON, hw_slice_text("E"));
    hw_event_set_text(event, HW_FIELD_RESPONSIBLE, hw_slice_text("SC"));
    hw_event_set_text(event, HW_FIELD_PATHWAY, hw_slice_text("P1"));
}

static void set_content(const struct bench_stay *stay, enum bench_said said, struct hw_event *event,
    int64_t happened_ms)
{
    switch (said) {
    case BENCH_ADMITTED:
        hw_event_set_time(event, HW_FIELD_ADMITTED_AT, event->happened);
        hw_event_set_born(event, hw_time_at(-(int64_t)(stay->person % 20000) * HW_DAY_MS));
        set_place(stay, event, happened_ms);
        break;
    case BENCH_MOVED:
        set_place(stay, event, happened_ms);
        break;
    case BENCH_REVIEWED:
        set_review(event, happened_ms);
        break;
    case BENCH_UPDATED:
        hw_event_set_time(
            event, HW_FIELD_EXPECTED_DISCHARGE, hw_time_at(stay->admitted_ms + 3 * HW_DAY_MS));
        break;
    case BENCH_DISCHARGED:
        hw_event_set_time(event, HW_FIELD_DISCHARGED_AT, event->happened);
        hw_event_set_text(event, HW_FIELD_DESTINATION, hw_slice_text("19"));
        break;
    }
}

void bench_stay_message(const struct bench_stay *stay, enum bench_said said, int64_t happened_ms,
    int64_t at_ms, uint64_t number, uint8_t *record, struct bench_mixed *ret_mixed)
{
    static const enum hw_kind kinds[] = {HW_KIND_SPELL_ADMITTED, HW_KIND_SPELL_MOVED,
        HW_KIND_SPELL_CRITERIA_TO_RESIDE, HW_KIND_SPELL_UPDATED, HW_KIND_SPELL_DISCHARGED};
    char local[16], visit[16], nhs[16], control[24];
    struct hw_event event;

    hw_event_init(&event, kinds[said]);
    event.happened = hw_time_at(happened_ms);
    event.recorded = event.sent = hw_time_at(at_ms);
    event.message_sequence = -1;
    snprintf(control, sizeof control, "M%llu", (unsigned long long)number);
    event.control_id = hw_slice_text(control);
    event.source = hw_slice_text("RWE/PAS");
    event.organisation = hw_slice_text("RWE");
    set_content(stay, said, &event, happened_ms);
    snprintf(local, sizeof local, "S%u", stay->person);
    snprintf(nhs, sizeof nhs, "999%07u", stay->person % 10000000u); /* of those never issued */
    hw_event_add_identifier(&event, HW_IDENTIFIER_NHS, hw_slice_of(NULL, 0), hw_slice_text(nhs));
    hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(local));
    snprintf(visit, sizeof visit, "%u", stay->visit);
    event.visit.authority = hw_slice_text("RWE");
    event.visit.number = hw_slice_text(visit);
    event.message_id_hash = hw_hash_bytes(event.control_id);
    event.message_hash = hw_hash_bytes(hw_slice_of(&event.message_id_hash, sizeof(struct hw_hash)));
    hw_event_finish(&event);
    *ret_mixed = (struct bench_mixed){event.message_id_hash, event.message_hash, at_ms, 0,
        hw_record_encode(&event, 1, 0, record, HW_RECORD_SIZE_MAX)};
}
