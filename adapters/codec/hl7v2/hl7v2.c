#include "codec/hl7v2/reader.h"

#include <stdio.h>

/* What each code of HL7 table 0357 stands for in a header. */
struct header_fault {
    uint16_t code;
    unsigned field;
    const char *words;
};

bool hl7_in_list(struct hw_slice text, const struct hw_slice *list, uint32_t list_count)
{
    if (text.size == 0)
        return false;
    for (uint32_t i = 0; i < list_count; i++)
        if (hw_slice_equal(text, list[i]))
            return true;
    return false;
}

struct hw_slice hl7_component(
    const struct hl7_reader *reader, struct hw_slice repetition, uint32_t component)
{
    const struct hl7_delimiters *delimiters = &reader->message.delimiters;

    return hl7_trim(hl7_part(
        hl7_part(repetition, component, delimiters->component), 1, delimiters->subcomponent));
}

enum hl7_said hl7_time(struct hl7_reader *reader, struct hw_slice raw, struct hw_time *ret_time)
{
    raw = hl7_component(reader, hl7_part(raw, 1, reader->message.delimiters.repetition), 1);
    if (raw.size == 0)
        return HL7_ABSENT;
    if (hl7_is_null(raw))
        return HL7_CLEARED;
    if (hw_time_parse_hl7(raw, ret_time) != HW_OK)
        return HL7_UNREADABLE;
    if (ret_time->flags & HW_TIME_AMBIGUOUS)
        reader->scratch.flags |= HW_FLAG_TIME_AMBIGUOUS;
    if (ret_time->flags & HW_TIME_MISSING)
        reader->scratch.flags |= HW_FLAG_TIME_MISSING;
    return HL7_GIVEN;
}

static void place(
    char where[24], const char *segment, unsigned sequence, unsigned field, unsigned component)
{
    if (component > 0)
        snprintf(where, 24, "%s^%u^%u^1^%u", segment, sequence, field, component);
    else if (field > 0)
        snprintf(where, 24, "%s^%u^%u", segment, sequence, field);
    else
        snprintf(where, 24, "%s", segment);
}

static void refuse(struct hw_hl7_reading *reading, bool header, uint16_t code, const char *words)
{
    reading->verdict = HW_VERDICT_REFUSED;
    reading->header = header;
    reading->code = code;
    reading->meaning = header ? "refused (header)" : "refused (content)";
    snprintf(reading->reason, sizeof reading->reason, "%s", words);
}

void hl7_fault(struct hl7_reader *reader, enum hl7_rank rank, uint16_t code, const char *segment,
    unsigned field, unsigned component, const char *words)
{
    if (rank >= reader->rank)
        return;
    reader->rank = rank;
    refuse(reader->reading, false, code, words);
    place(reader->reading->where, segment, reader->group + 1, field, component);
}

/* Classes of HL7 table 0004, and W of the UK standard. */
static const char known_classes[] = "EIOPRBCNUW";

struct hl7_class hl7_class_read(struct hl7_reader *reader, struct hw_slice raw)
{
    const struct hw_hl7_options *options = reader->options;
    struct hl7_class class = {.said = HL7_CLASS_EMPTY};
    struct hw_slice said = hl7_text(&reader->scratch, raw);
    bool known;

    if (said.size == 0 || hl7_is_null(said))
        return class;
    known = said.size == 1 && memchr(known_classes, said.data[0], sizeof known_classes - 1) != NULL;
    for (uint32_t i = 0; i < options->classes_count; i++) {
        if (!hw_slice_equal(said, options->classes[i].said))
            continue;
        said = options->classes[i].class_;
        known = true;
        break;
    }
    class.inpatient =
        hl7_in_list(said, options->inpatient_classes, options->inpatient_classes_count);
    class.tracked = class.inpatient ||
        hl7_in_list(said, options->tracked_classes, options->tracked_classes_count);
    class.said = known || class.tracked ? HL7_CLASS_KNOWN : HL7_CLASS_UNKNOWN;
    class.text = class.inpatient ? hw_slice_text("I") : said;
    return class;
}

static struct hl7_class class_of_group(struct hl7_reader *reader, const struct hl7_group *group)
{
    struct hl7_fields fields;

    hl7_fields_cut(&fields, group->pv1, reader->message.delimiters.field);
    return hl7_class_read(reader,
        hl7_component(
            reader, hl7_part(hl7_field(&fields, 2), 1, reader->message.delimiters.repetition), 1));
}

/* Words with the class in them, for each class that has one letter. */
#define CLASS_WORDS(X)                                                                             \
    X('B', "B")                                                                                    \
    X('C', "C")                                                                                    \
    X('E', "E") X('I', "I") X('N', "N") X('O', "O") X('P', "P") X('R', "R") X('U', "U")            \
        X('W', "W")

static const char *class_words(const struct hl7_class *class, const char *const words[26],
    const char *empty, const char *other)
{
    if (class->said == HL7_CLASS_EMPTY)
        return empty;
    if (class->text.size == 1 && class->text.data[0] >= 'A' && class->text.data[0] <= 'Z' &&
        words[class->text.data[0] - 'A'] != NULL)
        return words[class->text.data[0] - 'A'];
    return other;
}

static const char *ignored_words(const struct hl7_class *class)
{
#define WORDS(letter, text) [(letter) - 'A'] = "ignored (class " text ")",
    static const char *const words[26] = {CLASS_WORDS(WORDS)};
#undef WORDS
    return class_words(class, words, "ignored (class empty)", "ignored (class unknown)");
}

static const char *admitted_words(uint8_t number, const struct hl7_class *class)
{
#define WORDS(letter, text)                                                                        \
    [(letter) - 'A'] = "spell.admitted (class " text ": tracked, not in hospital)",
    static const char *const admitted[26] = {CLASS_WORDS(WORDS)};
#undef WORDS
#define WORDS(letter, text)                                                                        \
    [(letter) - 'A'] = "attendance (class " text ": tracked, not in hospital)",
    static const char *const attended[26] = {CLASS_WORDS(WORDS)};
#undef WORDS

    if (class->inpatient)
        return "spell.admitted";
    if (class->said == HL7_CLASS_UNKNOWN)
        return "spell.admitted (class unknown: flagged)";
    if (number == 4)
        return class_words(class, attended, "", "attendance (tracked, not in hospital)");
    return class_words(class, admitted, "spell.admitted (class empty: flagged)",
        "spell.admitted (tracked, not in hospital)");
}

/*
 * The class filter: what opens a stay is looked at only if its class is tracked.  An unknown or
 * empty class counts as inpatient in an A01, as untracked in an A04; an expected admission may be
 * of class P, or of none yet.
 */
static bool passes_filter(uint8_t number, const struct hl7_class *class)
{
    if (class->tracked)
        return true;
    if (number == 4)
        return false;
    if (class->said != HL7_CLASS_KNOWN)
        return true;
    return (number == 5 || number == 14) && hw_slice_is(class->text, "P");
}

static void ignore(struct hw_hl7_reading *reading, const char *meaning)
{
    reading->verdict = HW_VERDICT_IGNORED;
    reading->meaning = meaning;
}

static bool is_blank(struct hw_slice text)
{
    return hl7_trim(text).size == 0;
}

static bool is_version_2(struct hw_slice version)
{
    return version.size >= 3 && version.data[0] == '2' && version.data[1] == '.' &&
        version.data[2] >= '0' && version.data[2] <= '9';
}

/* MSH-15 and MSH-16 (table 0155). */
static enum hw_hl7_ask ask_of(struct hw_slice said)
{
    static const struct {
        const char *text;
        enum hw_hl7_ask ask;
    } asks[] = {
        {"AL", HW_ASK_ALWAYS}, {"NE", HW_ASK_NEVER}, {"ER", HW_ASK_ERROR}, {"SU", HW_ASK_SUCCESS}};

    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
        if (hw_slice_is(hl7_trim(said), asks[i].text))
            return asks[i].ask;
    return HW_ASK_EMPTY;
}

static void read_header(struct hl7_reader *reader)
{
    const struct hl7_delimiters *delimiters = &reader->message.delimiters;
    struct hw_hl7_reading *reading = reader->reading;
    const struct hl7_fields *msh = &reader->msh;

    hl7_fields_cut(
        &reader->msh, reader->message.msh, delimiters->field != 0 ? delimiters->field : '|');
    reading->delimiters[0] = delimiters->field;
    reading->delimiters[1] = delimiters->component;
    reading->delimiters[2] = delimiters->repetition;
    reading->delimiters[3] = delimiters->escape;
    reading->delimiters[4] = delimiters->subcomponent;
    reading->sending_application = hl7_msh_field(msh, 3);
    reading->sending_facility = hl7_msh_field(msh, 4);
    reading->receiving_application = hl7_msh_field(msh, 5);
    reading->receiving_facility = hl7_msh_field(msh, 6);
    reading->trigger = hl7_trim(hl7_part(hl7_msh_field(msh, 9), 2, delimiters->component));
    reading->control_id = hl7_msh_field(msh, 10);
    reading->processing_id = hl7_msh_field(msh, 11);
    reading->version = hl7_msh_field(msh, 12);
    reading->accept_ask = ask_of(hl7_msh_field(msh, 15));
    reading->application_ask = ask_of(hl7_msh_field(msh, 16));
}

static struct hw_slice message_type(const struct hl7_reader *reader)
{
    return hl7_component(reader, hl7_msh_field(&reader->msh, 9), 1);
}

/* The first fault of the header in the contract's order; code 0 when it is good. */
static struct header_fault find_header_fault(const struct hl7_reader *reader)
{
    const struct hw_hl7_options *options = reader->options;
    const struct hw_hl7_reading *reading = reader->reading;

    switch (reader->message.shape) {
    case HL7_SHAPE_NO_MSH:
        return (struct header_fault){
            100, 0, "the message does not begin with MSH: send one message a frame, MSH first"};
    case HL7_SHAPE_SECOND_MSH:
        return (struct header_fault){100, 0,
            "a second MSH, or a batch or file header, stands in the frame: send each message in a "
            "frame of its own"};
    case HL7_SHAPE_DELIMITERS:
        return (struct header_fault){102, 2,
            "the delimiters are not one to five distinct punctuation characters: send MSH-1 and "
            "MSH-2 as in MSH|^~\\&|"};
    case HL7_SHAPE_GOOD:
        break;
    }
    if (is_blank(reading->control_id))
        return (struct header_fault){101, 10, "there is no message control id: send one in MSH-10"};
    if (!is_version_2(hl7_component(reader, reading->version, 1)))
        return (struct header_fault){203, 12, "the version is not 2.x: send it in MSH-12"};
    if (!hl7_in_list(hl7_component(reader, reading->processing_id, 1), options->processing_ids,
            options->processing_ids_count))
        return (struct header_fault){202, 11,
            "the processing id is not accepted here: send a listed one in MSH-11, or list it in "
            "hl7.processing_ids"};
    if (message_type(reader).size == 0)
        return (struct header_fault){200, 9, "there is no message type: send it in MSH-9"};
    return (struct header_fault){0};
}

static bool is_acknowledgement(const struct hl7_reader *reader)
{
    struct hw_slice type;

    if (!reader->message.has_msh || reader->message.delimiters.component == 0)
        return false;
    type = message_type(reader);
    return hw_slice_is(type, "ACK") || hw_slice_is(type, "MCF");
}

static void refuse_header(struct hw_hl7_reading *reading, const struct header_fault *fault)
{
    refuse(reading, true, fault->code, fault->words);
    place(reading->where, "MSH", 1, fault->field, 0);
}

/* A type or trigger that is not in the table; other responses are ignored whatever is set. */
static void set_aside(struct hl7_reader *reader)
{
    bool known_type =
        hw_slice_is(message_type(reader), "ADT") || hw_slice_is(message_type(reader), "REF");

    if (!reader->options->reject_unhandled || reader->message.has_msa)
        ignore(reader->reading, "ignored");
    else if (known_type)
        refuse_header(reader->reading,
            &(struct header_fault){201, 9,
                "the trigger event is not handled here: stop sending it, or set hl7.unhandled: "
                "accept"});
    else
        refuse_header(reader->reading,
            &(struct header_fault){200, 9,
                "the message type is not handled here: stop sending it, or set hl7.unhandled: "
                "accept"});
}

/* The first component of a header field, or its second where that is empty (HD). */
static struct hw_slice hd_text(struct hl7_reader *reader, struct hw_slice field)
{
    struct hw_slice text = hl7_text(&reader->scratch, hl7_component(reader, field, 1));

    if (text.size == 0)
        text = hl7_text(&reader->scratch, hl7_component(reader, field, 2));
    return text;
}

enum { SOURCE_SIZE_MAX = 250 }; /* bytes of MSH-3 or MSH-4 that are kept; HL7 has 227 */

static void read_sender(struct hl7_reader *reader)
{
    struct hw_slice application = hd_text(reader, reader->reading->sending_application);
    struct hw_slice facility = hd_text(reader, reader->reading->sending_facility);
    struct hw_slice first, last;

    if (application.size > SOURCE_SIZE_MAX)
        application.size = SOURCE_SIZE_MAX;
    if (facility.size > SOURCE_SIZE_MAX)
        facility.size = SOURCE_SIZE_MAX;
    reader->organisation = facility;
    first = hl7_scratch_copy(&reader->scratch, facility.data, facility.size);
    (void)hl7_scratch_copy(&reader->scratch, "/", 1);
    last = hl7_scratch_copy(&reader->scratch, application.data, application.size);
    reader->source = hw_slice_of(first.data, (size_t)(last.data + last.size - first.data));
}

/* MSH-7, EVN-2 and EVN-6.  An unreadable MSH-7 is dropped, the others are faults. */
static void read_times(struct hl7_reader *reader)
{
    static const char words[] =
        "the time cannot be read: send YYYYMMDDHHMM[SS][+ZZZZ], or leave the field empty";
    struct hl7_fields evn;

    reader->sent = reader->recorded = reader->occurred = hw_time_none();
    if (hl7_time(reader, hl7_msh_field(&reader->msh, 7), &reader->sent) == HL7_UNREADABLE)
        reader->scratch.flags |= HW_FLAG_VALUE_DROPPED;
    hl7_fields_cut(&evn, reader->message.evn, reader->message.delimiters.field);
    if (hl7_time(reader, hl7_field(&evn, 2), &reader->recorded) == HL7_UNREADABLE)
        hl7_fault(reader, HL7_RANK_VALUE, 102, "EVN", 2, 0, words);
    if (hl7_time(reader, hl7_field(&evn, 6), &reader->occurred) == HL7_UNREADABLE)
        hl7_fault(reader, HL7_RANK_VALUE, 102, "EVN", 6, 0, words);
}

static struct hw_time pv1_time(const struct hw_event *event, enum hw_field field)
{
    return hw_event_has(event, field) ? event->values[field].time : hw_time_none();
}

/* Event time: EVN-6, else EVN-2, else MSH-7, else PV1-44/45 - of a discharge the latter first. */
static struct hw_time event_time(const struct hl7_reader *reader)
{
    const struct hw_event *event = reader->event;
    bool discharge = reader->trigger->kind == HW_KIND_SPELL_DISCHARGED;
    const struct hw_time times[] = {
        reader->occurred,
        reader->recorded,
        reader->sent,
        pv1_time(event, discharge ? HW_FIELD_DISCHARGED_AT : HW_FIELD_ADMITTED_AT),
        pv1_time(event, discharge ? HW_FIELD_ADMITTED_AT : HW_FIELD_DISCHARGED_AT),
    };

    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (hw_time_is(times[i]))
            return times[i];
    return hw_time_none();
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
    BIT(RESPONSIBLE) | BIT(NEEDS) | BIT(CRITERIA_REASON) | BIT(REFERRAL);

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

static struct hw_slice ei_field(
    const struct hl7_reader *reader, struct hw_slice segment, uint32_t number)
{
    struct hl7_fields fields;

    hl7_fields_cut(&fields, segment, reader->message.delimiters.field);
    return hl7_part(hl7_field(&fields, number), 1, reader->message.delimiters.repetition);
}

/* A referral is AUTHORITY/ID: RF1-6, else ORC-2, else OBR-2, else sender and control id. */
static void read_referral(struct hl7_reader *reader)
{
    const struct hw_slice names[] = {
        ei_field(reader, reader->message.rf1, 6),
        ei_field(reader, reader->message.orc, 2),
        ei_field(reader, reader->message.obr, 2),
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
            authority = reader->organisation;
    }
    if (id.size == 0)
        id = hl7_text(&reader->scratch, reader->reading->control_id);
    if (id.size + authority.size + 1 > HW_TEXT_SIZE_MAX) {
        reader->event->flags |= HW_FLAG_TEXT_CUT;
        authority.size = authority.size > 256 ? 256 : authority.size;
        id.size = id.size > 256 ? 256 : id.size;
    }
    first = hl7_scratch_copy(&reader->scratch, authority.data, authority.size);
    (void)hl7_scratch_copy(&reader->scratch, "/", 1);
    last = hl7_scratch_copy(&reader->scratch, id.data, id.size);
    if (last.size > 0)
        hw_event_set_text(reader->event, HW_FIELD_REFERRAL,
            hw_slice_of(first.data, (size_t)(last.data + last.size - first.data)));
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
    event->message_sequence = sequence_of(hl7_msh_field(&reader->msh, 13));
    event->control_id = hl7_text(&reader->scratch, reader->reading->control_id);
    if (event->control_id.size > HW_CONTROL_ID_SIZE_MAX) {
        event->control_id.size = HW_CONTROL_ID_SIZE_MAX;
        event->flags |= HW_FLAG_TEXT_CUT;
    }
    event->source = reader->source;
    event->organisation = reader->organisation;
    event->message_id_hash = hw_hash_parts(sender, 3);
}

/* All bytes but the content of MSH-7. */
static struct hw_hash hash_content(const struct hl7_reader *reader)
{
    struct hw_slice bytes = reader->message.bytes;
    struct hw_slice sent = hl7_msh_field(&reader->msh, 7);
    struct hw_hash halves[2];
    size_t before;

    if (sent.data == NULL)
        return hw_hash_bytes(bytes);
    before = (size_t)(sent.data - bytes.data);
    halves[0] = hw_hash_bytes(hw_slice_of(bytes.data, before));
    halves[1] = hw_hash_bytes(hw_slice_of(sent.data + sent.size, bytes.size - before - sent.size));
    return hw_hash_bytes(hw_slice_of(halves, sizeof halves));
}

static void read_event(struct hl7_reader *reader, const struct hl7_group *group)
{
    struct hw_event *event = reader->event;
    struct hl7_class class = class_of_group(reader, group);
    uint64_t bits;
    bool stay_key;

    hw_event_init(event, (enum hw_kind)reader->trigger->kind);
    hl7_identity_read(reader, group);
    hl7_visit_read(reader, group);
    hl7_values_read(reader, group);
    hl7_mappings_read(reader);
    event->happened = event_time(reader);
    if (!hw_time_is(event->happened))
        hl7_fault(reader, HL7_RANK_VALUE, 101, "EVN", 2, 0,
            "no event time: send one of EVN-6, EVN-2, MSH-7, PV1-44 or PV1-45");
    set_key(reader);
    if (!(reader->trigger->needs & HL7_BARE) && hw_time_is(event->happened))
        hl7_person_read(reader, group->pid);
    apply_trigger(reader, &class);
    if (reader->trigger->kind >= HW_KIND_REFERRAL_RECEIVED &&
        reader->trigger->kind <= HW_KIND_REFERRAL_WITHDRAWN)
        read_referral(reader);
    check_stay_key(reader);
    stay_key = has_stay_key(event);
    bits = taken_bits(reader, stay_key);
    event->set &= bits;
    event->cleared &= bits;
    if ((reader->trigger->needs & HL7_LOOSE) && !stay_key)
        event->kind = HW_KIND_PERSON_UPDATED;
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

    read_times(reader);
    check_groups(reader);
    for (uint32_t i = 0; i < count; i++) {
        reader->group = i;
        reader->event = &reading->events[i];
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
    if (trigger->needs & HL7_OPENS) {
        class = class_of_group(reader, &reader->message.groups[0]);
        if (!passes_filter(trigger->number, &class)) {
            ignore(reading, ignored_words(&class));
            return;
        }
        if (trigger->kind == HW_KIND_SPELL_ADMITTED)
            reading->meaning = admitted_words(trigger->number, &class);
    }
    read_sender(reader);
    read_content(reader);
}

static void reading_init(struct hw_hl7_reading *reading)
{
    reading->verdict = HW_VERDICT_REFUSED;
    reading->header = false;
    reading->code = 0;
    reading->where[0] = '\0';
    reading->reason[0] = '\0';
    reading->meaning = "";
    reading->events_count = 0;
    reading->accept_ask = reading->application_ask = HW_ASK_EMPTY;
    reading->sending_application = reading->sending_facility = (struct hw_slice){0};
    reading->receiving_application = reading->receiving_facility = (struct hw_slice){0};
    reading->control_id = reading->processing_id = (struct hw_slice){0};
    reading->version = reading->trigger = (struct hw_slice){0};
    memset(reading->delimiters, 0, sizeof reading->delimiters);
    reading->is_hl7 = false;
}

void hw_hl7_read(const struct hw_hl7_options *options, struct hw_slice message, uint8_t *scratch,
    struct hw_hl7_reading *ret_reading)
{
    struct hl7_reader reader;
    struct header_fault fault;

    reader.options = options;
    reader.reading = ret_reading;
    reader.rank = HL7_RANK_NONE;
    reader.group = 0;
    reading_init(ret_reading);
    hl7_message_index(&reader.message, message);
    reader.scratch = (struct hl7_scratch){
        scratch, scratch + HW_HL7_SCRATCH_SIZE, reader.message.delimiters, HL7_UTF8, 0};
    if (reader.message.has_msh) {
        ret_reading->is_hl7 = true;
        read_header(&reader);
    }
    if (is_acknowledgement(&reader)) {
        ret_reading->verdict = HW_VERDICT_UNANSWERED;
        ret_reading->meaning = "counted, never acknowledged";
        return;
    }
    fault = find_header_fault(&reader);
    if (fault.code != 0) {
        refuse_header(ret_reading, &fault);
        return;
    }
    reader.trigger = hl7_trigger_find(message_type(&reader), ret_reading->trigger);
    if (reader.trigger == NULL) {
        set_aside(&reader);
        return;
    }
    hl7_charset_settle(&reader.scratch, hl7_msh_field(&reader.msh, 18), reader.message.bytes);
    read_handled(&reader);
}

void hw_hl7_refuse_frame(struct hw_slice head, struct hw_hl7_reading *ret_reading)
{
    struct hl7_reader reader;

    reader.reading = ret_reading;
    reading_init(ret_reading);
    hl7_message_index(&reader.message, head);
    if (reader.message.has_msh) {
        ret_reading->is_hl7 = true;
        read_header(&reader);
    }
    refuse_header(ret_reading,
        &(struct header_fault){207, 0,
            "the frame is larger than mllp.max_frame: send it in parts, or raise the limit"});
}
