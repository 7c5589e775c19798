#include "codec/hl7v2/reader.h"

bool hl7_in_list(struct hw_slice text, const struct hw_slice *list, uint32_t list_count)
{
    if (text.size == 0)
        return false;
    for (uint32_t i = 0; i < list_count; i++)
        if (hw_slice_same(text, list[i]))
            return true;
    return false;
}

void hl7_fault(struct hl7_reader *reader, enum hl7_rank rank, uint16_t code, const char *segment,
    unsigned field, unsigned component, const char *words)
{
    if (rank >= reader->rank)
        return;
    reader->rank = rank;
    hl7_refuse(reader->reading, false, code, words);
    hl7_place(reader->reading->where, segment, reader->group + 1, field, component);
}

static void ignore(struct hw_hl7_reading *reading, const char *meaning)
{
    reading->verdict = HW_VERDICT_IGNORED;
    reading->meaning = meaning;
}

/* A type or trigger that is not in the table; other responses are ignored whatever is set. */
static void set_aside(struct hl7_reader *reader)
{
    bool known_type = hw_slice_is(reader->type, "ADT") || hw_slice_is(reader->type, "REF");

    if (!reader->options->reject_unhandled || reader->message.has_msa)
        ignore(reader->reading, "ignored");
    else if (known_type)
        hl7_header_refuse(reader->reading,
            &(struct hl7_header_fault){201, 9,
                "the trigger event is not handled here: stop sending it, or set hl7.unhandled: "
                "accept"});
    else
        hl7_header_refuse(reader->reading,
            &(struct hl7_header_fault){200, 9,
                "the message type is not handled here: stop sending it, or set hl7.unhandled: "
                "accept"});
}

struct hw_slice hl7_component_text_slow(struct hl7_reader *reader, struct hw_slice component)
{
    return hl7_text(&reader->scratch, hl7_part_first(reader, component));
}

/* The first component of a header field, or its second where that is empty (HD). */
static struct hw_slice hd_text(struct hl7_reader *reader, struct hw_slice field)
{
    struct hw_slice text;

    if (hl7_is_plain(reader, field))
        return field;
    text = hl7_text(&reader->scratch, hl7_component(reader, field, 1));
    if (text.size == 0)
        text = hl7_text(&reader->scratch, hl7_component(reader, field, 2));
    return text;
}

/* What the configuration says of this source; NULL: nothing. */
static const struct hw_hl7_source *find_source(
    const struct hw_hl7_options *options, struct hw_slice source)
{
    for (uint32_t i = 0; i < options->sources_count; i++)
        if (hw_slice_equal(options->sources[i].source, source))
            return &options->sources[i];
    return NULL;
}

static struct hw_slice text_or(struct hw_slice text, struct hw_slice otherwise)
{
    return text.size > 0 ? text : otherwise;
}

static void read_sender(struct hl7_reader *reader)
{
    struct hw_slice application = hd_text(reader, reader->reading->sending_application);
    struct hw_slice facility = hd_text(reader, reader->reading->sending_facility);
    struct hw_slice first, last;

    application = hl7_cut(&reader->scratch, application, HL7_AUTHORITY_SIZE_MAX);
    facility = hl7_cut(&reader->scratch, facility, HL7_AUTHORITY_SIZE_MAX);
    reader->facility = facility;
    first = hl7_scratch_copy(&reader->scratch, facility.data, facility.size);
    (void)hl7_scratch_copy(&reader->scratch, "/", 1);
    last = hl7_scratch_copy(&reader->scratch, application.data, application.size);
    reader->source = hw_slice_of(first.data, (size_t)(last.data + last.size - first.data));
    reader->organisation = reader->visit_authority = facility;
    reader->registered = find_source(reader->options, reader->source);
    if (reader->registered != NULL) {
        reader->organisation = text_or(reader->registered->organisation, facility);
        reader->visit_authority = text_or(reader->registered->visit_authority, facility);
    }
}

static bool may_assert(const struct hw_hl7_source *source, enum hw_kind kind)
{
    return source == NULL || (source->asserted[kind / 64] >> kind % 64 & 1u) != 0;
}

static int64_t sequence_of(struct hw_slice text)
{
    int64_t number = 0;

    text = hl7_trim(text);
    if (text.size == 0 || text.size > 18)
        return -1;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return -1;
        number = number * 10 + (text.data[i] - '0');
    }
    return number;
}

#define BIT(field) (UINT64_C(1) << HW_FIELD_##field)

/* What is said of a person, not of a stay. */
static const uint64_t person_bits = BIT(BORN_HASH) | BIT(ADULT_FROM_DAY) | BIT(SEX) | BIT(ZONE) |
    BIT(COUNCIL) | BIT(COUNCIL_PROPOSED) | BIT(RESTRICTED) | BIT(DIED_AT) | BIT(DIED);

/* Of a referral's message: the person, and what tracking segments say of the way out. */
static const uint64_t referral_bits = BIT(MEETS) | BIT(READY_AT) | BIT(PATHWAY) | BIT(REASON) |
    BIT(RESPONSIBLE) | BIT(NEEDS) | BIT(CRITERIA_REASON) | BIT(REFERRAL) | BIT(DIRECTION) |
    BIT(URGENCY) | BIT(NEEDED_FROM) | BIT(AGE_YEARS);

/* What else of a referral a sender may have a place for (hl7.mapping), and where it comes from. */
static const uint64_t particulars_bits = BIT(SITE) | BIT(PACKAGE) | BIT(FAST_TRACK) |
    BIT(NOT_BEFORE) | BIT(PREFERRED) | BIT(REFUSED) | BIT(CONSENT) | BIT(FUNDING);

/* The fields that an event of this kind takes; the rest of what was read is let go. */
static uint64_t taken_bits(const struct hl7_reader *reader, bool has_stay_key)
{
    uint16_t needs = reader->trigger->needs;

    if (needs & HL7_MOVED)
        return BIT(ADMITTED_AT);
    if (needs & HL7_BARE)
        return 0;
    switch ((unsigned)reader->trigger->kind) {
    case HW_KIND_REFERRAL_RECEIVED:
    case HW_KIND_REFERRAL_UPDATED:
        return person_bits | referral_bits | particulars_bits;
    case HW_KIND_REFERRAL_WITHDRAWN:
        return person_bits | referral_bits;
    case HW_KIND_SPELL_EXPECTED:
    case HW_KIND_SPELL_EXPECTED_WITHDRAWN:
        return ~BIT(CLASS); /* The class of a stay that has not begun is not said yet. */
    case HW_KIND_SPELL_DISCHARGE_CANCELLED:
        return ~(BIT(DISCHARGED_AT) | BIT(DESTINATION) | BIT(DISCHARGE_METHOD));
    default:
        break;
    }
    if ((needs & HL7_LOOSE) && !has_stay_key)
        return person_bits;
    return ~UINT64_C(0);
}

static bool has_stay_key(const struct hw_event *event)
{
    return event->visit.number.size > 0 ||
        (hw_event_has(event, HW_FIELD_ADMITTED_AT) && event->identifiers_count > 0);
}

static void check_stay_key(struct hl7_reader *reader)
{
    uint16_t needs = reader->trigger->needs;

    if (!(needs & (HL7_STAY | HL7_MOVED)) || has_stay_key(reader->event))
        return;
    hl7_fault(reader, HL7_RANK_STAY, 101, "PV1", 19, 0,
        needs & HL7_MOVED
            ? "no stay is named: send its visit number in PV1-19 or MRG-5"
            : "no stay is named: send its visit number in PV1-19, or the time of admission in "
              "PV1-44");
}

/* What the trigger itself says, beside its fields. */
static void apply_trigger(struct hl7_reader *reader, const struct hl7_class *class)
{
    struct hw_event *event = reader->event;
    uint8_t number = reader->trigger->number;

    if (reader->trigger->kind == HW_KIND_SPELL_ADMITTED ||
        reader->trigger->kind == HW_KIND_SPELL_CLASS_CHANGED) {
        if (class->said == HL7_CLASS_EMPTY)
            event->flags |= HW_FLAG_CLASS_EMPTY;
        /* An A01 and an A06 mean an inpatient, an A07 one no longer, where no class says so. */
        if (class->said != HL7_CLASS_KNOWN)
            hw_event_set_text(event, HW_FIELD_CLASS, hw_slice_text(number == 7 ? "O" : "I"));
    }
    if (number == 25)
        hw_event_clear(event, HW_FIELD_EXPECTED_DISCHARGE);
    if (number == 26) {
        event->set &= ~BIT(EXPECTED_DISCHARGE);
        event->cleared &= ~BIT(EXPECTED_DISCHARGE);
    }
}

/* The fields of the key that are the same for every event of a message. */
static void set_key(struct hl7_reader *reader)
{
    struct hw_event *event = reader->event;
    const struct hw_slice sender[] = {reader->reading->sending_application,
        reader->reading->sending_facility, reader->reading->control_id};

    event->recorded = reader->recorded;
    if (!hw_time_is(event->recorded))
        event->recorded = hw_time_is(reader->sent) ? reader->sent : event->happened;
    event->sent = reader->sent;
    event->message_sequence = sequence_of(hl7_msh_field(&reader->message, 13));
    event->control_id = hl7_cut(&reader->scratch,
        hl7_text(&reader->scratch, reader->reading->control_id), HW_CONTROL_ID_SIZE_MAX);
    event->source = reader->source;
    event->organisation = reader->organisation;
    event->message_id_hash = hw_hash_parts(sender, 3);
}

/* All bytes but the content of MSH-7. */
static struct hw_hash hash_content(const struct hl7_reader *reader)
{
    struct hw_slice bytes = reader->message.bytes;
    struct hw_slice sent = hl7_msh_field(&reader->message, 7);
    struct hw_hash halves[2];
    size_t before;

    if (sent.data == NULL)
        return hw_hash_bytes(bytes);
    before = (size_t)(sent.data - bytes.data);
    halves[0] = hw_hash_bytes(hw_slice_of(bytes.data, before));
    halves[1] = hw_hash_bytes(hw_slice_of(sent.data + sent.size, bytes.size - before - sent.size));
    return hw_hash_bytes(hw_slice_of(halves, sizeof halves));
}

static void group_take(struct hl7_reader *reader, const struct hl7_group *group)
{
    reader->pid = &group->pid;
    reader->pv1 = &group->pv1;
}

static void read_event(struct hl7_reader *reader, const struct hl7_group *group)
{
    struct hw_event *event = reader->event;
    struct hl7_class class;
    uint64_t bits;
    uint32_t flags;
    bool stay_key;

    hw_event_init(event, (enum hw_kind)reader->trigger->kind);
    class = hl7_class_of_group(reader);
    hl7_identity_read(reader, group);
    hl7_visit_read(reader, group);
    flags = event->flags;
    hl7_values_read(reader, group);
    hl7_mappings_read(reader);
    if (reader->trigger->needs & HL7_BARE)
        event->flags = flags; /* What is not taken cannot be odd. */
    event->happened = hl7_event_time(reader);
    if (!hw_time_is(event->happened))
        hl7_fault(reader, HL7_RANK_VALUE, 101, "EVN", 2, 0,
            "no event time: send one of EVN-6, EVN-2, MSH-7, PV1-44 or PV1-45");
    set_key(reader);
    if (!(reader->trigger->needs & HL7_BARE) && hw_time_is(event->happened))
        hl7_person_read(reader);
    apply_trigger(reader, &class);
    if (reader->trigger->kind >= HW_KIND_REFERRAL_RECEIVED &&
        reader->trigger->kind <= HW_KIND_REFERRAL_WITHDRAWN)
        hl7_referral_read(reader, &class);
    check_stay_key(reader);
    stay_key = has_stay_key(event);
    bits = taken_bits(reader, stay_key);
    event->set &= bits;
    event->cleared &= bits;
    if ((reader->trigger->needs & HL7_LOOSE) && !stay_key)
        event->kind = HW_KIND_PERSON_UPDATED;
    if (!may_assert(reader->registered, event->kind))
        event->flags |= HW_FLAG_NOT_ASSERTED;
}

/* Whether a message has what its trigger repeats: a second person, not too many groups. */
static void check_groups(struct hl7_reader *reader)
{
    if ((reader->trigger->needs & HL7_TWO) && reader->message.groups_count < 2) {
        reader->group = 1;
        hl7_fault(reader, HL7_RANK_IDENTITY, 101, "PID", 3, 0,
            "the trigger is about two people: send a second PID");
        reader->group = 0;
    }
    if ((reader->trigger->needs & HL7_EACH) && reader->message.groups_cut)
        hl7_fault(reader, HL7_RANK_ORDER, 207, "PID", 0, 0,
            "there are more than eight groups in one message: send them in several messages");
}

static void read_content(struct hl7_reader *reader)
{
    struct hw_hl7_reading *reading = reader->reading;
    uint16_t needs = reader->trigger->needs;
    uint32_t count = needs & HL7_EACH ? reader->message.groups_count : 1;

    hl7_times_read(reader);
    check_groups(reader);
    for (uint32_t i = 0; i < count; i++) {
        reader->group = i;
        reader->event = &reading->events[i];
        if (i > 0)
            group_take(reader, &reader->message.groups[i]);
        read_event(reader, &reader->message.groups[i]);
        if ((needs & HL7_TWO) && !(needs & HL7_EACH) && reader->message.groups_count > 1)
            hl7_identity_read_other(reader, &reader->message.groups[1]);
    }
    if (reader->rank != HL7_RANK_NONE)
        return;
    reading->events[0].message_hash = hash_content(reader);
    for (uint32_t i = 0; i < count; i++) {
        struct hw_event *event = &reading->events[i];

        event->message_hash = reading->events[0].message_hash;
        event->flags |= reader->scratch.flags;
        hw_event_finish(event);
    }
    reading->verdict = HW_VERDICT_TAKEN;
    reading->events_count = count;
}

/* The class filter, then the content; both have the trigger. */
static void read_handled(struct hl7_reader *reader)
{
    struct hw_hl7_reading *reading = reader->reading;
    const struct hl7_trigger *trigger = reader->trigger;
    struct hl7_class class;

    reading->meaning = trigger->meaning;
    group_take(reader, &reader->message.groups[0]);
    if (trigger->needs & HL7_OPENS) {
        class = hl7_class_of_group(reader);
        if (!hl7_class_passes(trigger->number, &class)) {
            ignore(reading, hl7_class_ignored(&class));
            return;
        }
        if (trigger->kind == HW_KIND_SPELL_ADMITTED)
            reading->meaning = hl7_class_admitted(trigger->number, &class);
    }
    read_sender(reader);
    read_content(reader);
}

void hw_hl7_read(const struct hw_hl7_options *options, struct hw_slice message, uint8_t *scratch,
    struct hw_hl7_reading *ret_reading)
{
    struct hl7_reader reader;
    struct hl7_header_fault fault;

    reader.options = options;
    reader.reading = ret_reading;
    reader.rank = HL7_RANK_NONE;
    reader.is_plain = false;
    reader.group = 0;
    reader.parted = reader.classed = (struct hw_slice){0};
    reader.clocks_count = 0;
    for (int i = 0; i < HL7_CLOCKS; i++)
        reader.clocks[i].first = HL7_CLOCK_NONE;
    hl7_reading_init(ret_reading);
    hl7_message_index(&reader.message, message);
    reader.scratch = (struct hl7_scratch){scratch, scratch + HW_HL7_SCRATCH_SIZE,
        reader.message.delimiters, HL7_UTF8, 0, false, false};
    if (reader.message.has_msh) {
        ret_reading->is_hl7 = true;
        hl7_header_read(&reader);
    }
    if (hl7_is_acknowledgement(&reader)) {
        ret_reading->verdict = HW_VERDICT_UNANSWERED;
        ret_reading->meaning = "counted, never acknowledged";
        return;
    }
    fault = hl7_header_fault_find(&reader);
    if (fault.code != 0) {
        hl7_header_refuse(ret_reading, &fault);
        return;
    }
    reader.trigger = hl7_trigger_find(reader.type, ret_reading->trigger);
    if (reader.trigger == NULL) {
        set_aside(&reader);
        return;
    }
    hl7_charset_settle(&reader.scratch, hl7_msh_field(&reader.message, 18), reader.message.bytes,
        reader.message.is_ascii);
    reader.scratch.no_escapes = reader.message.delimiters.escape == 0;
    reader.is_plain = reader.message.delimiters.subcomponent == 0 && reader.scratch.no_escapes &&
        (reader.scratch.ascii || reader.scratch.charset == HL7_UTF8);
    read_handled(&reader);
}
