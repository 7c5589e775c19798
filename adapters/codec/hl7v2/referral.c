/*
 * What a REF message says of a referral beside person and tracking segments (CONTRACT 3.1).
 *
 * RF1 says how urgent it is and from when support is needed; PV1 describes the visit that the
 * referral comes from (HL7 v2.8, 11.4.1): out of an inpatient stay it is step-down, without a stay
 * or out of another class it is step-up, and where the class says nothing a person says it.  What
 * hl7.mapping has said already stands.
 */
#include "codec/hl7v2/reader.h"

static struct hw_slice ei_field(
    const struct hl7_reader *reader, const struct hl7_segment *segment, uint32_t number)
{
    return hl7_first_repetition(reader, hl7_field(segment, number));
}

/* A referral is AUTHORITY/ID: RF1-6, else ORC-2, else OBR-2, else sender and control id. */
static void read_name(struct hl7_reader *reader)
{
    const struct hw_slice names[] = {
        ei_field(reader, &reader->message.rf1, 6),
        ei_field(reader, &reader->message.orc, 2),
        ei_field(reader, &reader->message.obr, 2),
    };
    struct hw_slice authority = reader->source, id = {0};
    struct hw_slice first, last;

    for (size_t i = 0; i < sizeof names / sizeof *names && id.size == 0; i++) {
        id = hl7_text(&reader->scratch, hl7_component(reader, names[i], 1));
        if (id.size == 0 || hl7_is_null(id)) {
            id = (struct hw_slice){0};
            continue;
        }
        authority = hl7_text(&reader->scratch, hl7_component(reader, names[i], 2));
        if (authority.size == 0)
            authority = reader->facility;
    }
    if (id.size == 0)
        id = hl7_text(&reader->scratch, reader->reading->control_id);
    id = hl7_cut(&reader->scratch, id, HL7_IDENTIFIER_SIZE_MAX);
    authority = hl7_cut(&reader->scratch, authority, 2 * HL7_AUTHORITY_SIZE_MAX + 1);
    first = hl7_scratch_copy(&reader->scratch, authority.data, authority.size);
    (void)hl7_scratch_copy(&reader->scratch, "/", 1);
    last = hl7_scratch_copy(&reader->scratch, id.data, id.size);
    if (last.size > 0)
        hw_event_set_text(reader->event, HW_FIELD_REFERRAL,
            hw_slice_of(first.data, (size_t)(last.data + last.size - first.data)));
}

/* ---- particulars ---- */

/* RF1-2 (table 0280), and our own words. */
static const struct {
    const char *said, *urgency;
} urgencies[] = {
    {"S", "2h"},
    {"A", "2d"},
    {"R", "routine"},
    {"2h", "2h"},
    {"2d", "2d"},
    {"routine", "routine"},
};

static void read_urgency(struct hl7_reader *reader)
{
    struct hw_slice said = hl7_text(&reader->scratch,
        hl7_trim(hl7_component(reader, ei_field(reader, &reader->message.rf1, 2), 1)));

    if (said.size == 0 || hl7_is_null(said) || hw_event_has(reader->event, HW_FIELD_URGENCY))
        return;
    for (size_t i = 0; i < sizeof urgencies / sizeof *urgencies; i++)
        if (hw_slice_is(said, urgencies[i].said)) {
            hw_event_set_text(reader->event, HW_FIELD_URGENCY, hw_slice_text(urgencies[i].urgency));
            return;
        }
    reader->event->flags |= HW_FLAG_CODE_UNKNOWN;
    hw_event_set_text(reader->event, HW_FIELD_URGENCY, said);
}

/* RF1-7: from when the referral is in effect. */
static void read_needed_from(struct hl7_reader *reader)
{
    struct hw_slice said =
        hl7_trim(hl7_component(reader, ei_field(reader, &reader->message.rf1, 7), 1));
    struct hw_time time;

    if (said.size == 0 || hw_event_has(reader->event, HW_FIELD_NEEDED_FROM))
        return;
    if (hl7_is_null(said))
        hw_event_clear(reader->event, HW_FIELD_NEEDED_FROM);
    else if (hw_time_parse_hl7(said, &time) == HW_OK)
        hw_event_set_time(reader->event, HW_FIELD_NEEDED_FROM, time);
    else
        reader->event->flags |= HW_FLAG_VALUE_DROPPED;
}

/* An update without PV1 says nothing of the way; a new referral without one is from outside. */
static void read_direction(struct hl7_reader *reader, const struct hl7_class *class)
{
    bool has_visit = reader->pv1->count > 0;
    const char *direction = NULL;

    if (hw_event_has(reader->event, HW_FIELD_DIRECTION))
        return;
    if (!has_visit)
        direction = reader->trigger->kind == HW_KIND_REFERRAL_RECEIVED ? "step_up" : NULL;
    else if (class->said == HL7_CLASS_KNOWN)
        direction = class->inpatient ? "step_down" : "step_up";
    if (direction != NULL)
        hw_event_set_text(reader->event, HW_FIELD_DIRECTION, hw_slice_text(direction));
}

/* In whole years when it happened, as matching asks for it. */
static void read_age(struct hl7_reader *reader)
{
    struct hw_event *event = reader->event;
    struct hw_slice said =
        hl7_trim(hl7_component(reader, hl7_first_repetition(reader, hl7_field(reader->pid, 7)), 1));
    struct hw_time born;
    int32_t day;
    int years = 0;

    if (event->born.size == 0 || !hw_time_is(event->happened) ||
        hw_time_parse_hl7(said, &born) != HW_OK)
        return;
    day = hw_london_day(event->happened.start_ms);
    while (years < 150 && hw_day_of_age(hw_london_day(born.start_ms), years + 1) <= day)
        years++;
    hw_event_set_number(event, HW_FIELD_AGE_YEARS, years);
}

void hl7_referral_read(struct hl7_reader *reader, const struct hl7_class *class)
{
    read_name(reader);
    if (reader->trigger->kind == HW_KIND_REFERRAL_WITHDRAWN)
        return;
    read_direction(reader, class);
    read_urgency(reader);
    read_needed_from(reader);
    read_age(reader);
}
