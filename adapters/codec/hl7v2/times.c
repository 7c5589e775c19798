/* Times of a message, and which of them is the event time. */
#include "codec/hl7v2/reader.h"

/* A time with its flags; false if it is none. */
static bool parse_time(struct hl7_reader *reader, struct hw_slice text, struct hw_time *ret_time)
{
    if (hw_time_parse_hl7(text, ret_time) != HW_OK)
        return false;
    if (ret_time->flags & HW_TIME_AMBIGUOUS)
        reader->scratch.flags |= HW_FLAG_TIME_AMBIGUOUS;
    if (ret_time->flags & HW_TIME_MISSING)
        reader->scratch.flags |= HW_FLAG_TIME_MISSING;
    return true;
}

/* Whether all fourteen bytes are digits, and so no delimiters. */
static bool is_digits(const struct hl7_clock *clock)
{
    const uint64_t high = UINT64_C(0xf0f0f0f0f0f0f0f0), zeros = UINT64_C(0x3030303030303030);
    const uint64_t six = UINT64_C(0x0606060606060606);

    return (((clock->first ^ zeros) | (clock->last ^ zeros) | ((clock->first + six) ^ zeros) |
                ((clock->last + six) ^ zeros)) &
               high) == 0;
}

/*
 * A field of fourteen bytes, as most times are.  Most messages say the same one several times: the
 * last ones are kept.
 */
static enum hl7_said read_second(
    struct hl7_reader *reader, struct hw_slice raw, struct hw_time *ret_time)
{
    struct hl7_clock clock;
    enum hl7_said said;

    memcpy(&clock.first, raw.data, 8);
    memcpy(&clock.last, raw.data + HL7_CLOCK_SIZE - 8, 8);
    for (uint32_t i = 0; i < HL7_CLOCKS; i++) {
        if (reader->clocks[i].first == clock.first && reader->clocks[i].last == clock.last) {
            *ret_time = reader->clocks[i].time;
            return HL7_GIVEN;
        }
    }
    said = hl7_time_said(reader, is_digits(&clock) ? raw : hl7_first(reader, raw), ret_time);
    if (said == HL7_GIVEN) {
        clock.time = *ret_time;
        reader->clocks[reader->clocks_count++ % HL7_CLOCKS] = clock;
    }
    return said;
}

enum hl7_said hl7_time(struct hl7_reader *reader, struct hw_slice raw, struct hw_time *ret_time)
{
    if (raw.size == HL7_CLOCK_SIZE)
        return read_second(reader, raw, ret_time);
    return raw.size == 0 ? HL7_ABSENT : hl7_time_said(reader, hl7_first(reader, raw), ret_time);
}

enum hl7_said hl7_time_said(
    struct hl7_reader *reader, struct hw_slice said, struct hw_time *ret_time)
{
    if (said.size == 0)
        return HL7_ABSENT;
    if (hl7_is_null(said))
        return HL7_CLEARED;
    return parse_time(reader, said, ret_time) ? HL7_GIVEN : HL7_UNREADABLE;
}

void hl7_times_read(struct hl7_reader *reader)
{
    static const char words[] =
        "the time cannot be read: send YYYYMMDDHHMM[SS][+ZZZZ], or leave the field empty";
    const struct hl7_segment *evn = &reader->message.evn;

    reader->sent = reader->recorded = reader->occurred = hw_time_none();
    if (hl7_time(reader, hl7_msh_field(&reader->message, 7), &reader->sent) == HL7_UNREADABLE)
        reader->scratch.flags |= HW_FLAG_VALUE_DROPPED;
    if (hl7_time(reader, hl7_field(evn, 2), &reader->recorded) == HL7_UNREADABLE)
        hl7_fault(reader, HL7_RANK_VALUE, 102, "EVN", 2, 0, words);
    if (hl7_time(reader, hl7_field(evn, 6), &reader->occurred) == HL7_UNREADABLE)
        hl7_fault(reader, HL7_RANK_VALUE, 102, "EVN", 6, 0, words);
}

static bool is_said(const struct hw_event *event, enum hw_field field, struct hw_time *ret_time)
{
    if (!hw_event_has(event, field))
        return false;
    *ret_time = event->values[field].time;
    return true;
}

struct hw_time hl7_event_time(const struct hl7_reader *reader)
{
    const struct hw_event *event = reader->event;
    bool discharge = reader->trigger->kind == HW_KIND_SPELL_DISCHARGED;
    struct hw_time time;

    if (hw_time_is(reader->occurred))
        return reader->occurred;
    if (hw_time_is(reader->recorded))
        return reader->recorded;
    if (hw_time_is(reader->sent))
        return reader->sent;
    if (is_said(event, discharge ? HW_FIELD_DISCHARGED_AT : HW_FIELD_ADMITTED_AT, &time) ||
        is_said(event, discharge ? HW_FIELD_ADMITTED_AT : HW_FIELD_DISCHARGED_AT, &time))
        return time;
    return hw_time_none();
}
