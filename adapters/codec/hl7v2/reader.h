/*
 * reader.h - what reading one message carries along; private to the codec.
 *
 * Events are built whole before anything is refused: each fault found is kept if it ranks before
 * the one held, so that the order of precedence (CONTRACT 3.1) is one comparison.
 */
#ifndef HW_HL7_READER_H
#define HW_HL7_READER_H

#include "codec/hl7v2/text.h"
#include "codec/hl7v2/trigger.h"

/*
 * Bytes.  A longer identifier is none: kept whole or not at all, since a cut one could be
 * another's. A sender's name (HL7: 227) is cut.
 */
enum { HL7_IDENTIFIER_SIZE_MAX = 199, HL7_AUTHORITY_SIZE_MAX = 199 };

/* Of several faults of content the first of these is answered. */
enum hl7_rank { HL7_RANK_IDENTITY, HL7_RANK_VALUE, HL7_RANK_STAY, HL7_RANK_ORDER, HL7_RANK_NONE };

/* How the patient class (PV1-2) was said. */
enum hl7_class_said { HL7_CLASS_EMPTY, HL7_CLASS_UNKNOWN, HL7_CLASS_KNOWN };

struct hl7_class {
    enum hl7_class_said said;
    struct hw_slice text; /* after hl7.classes; "I" for inpatient classes */
    bool inpatient;
    bool tracked;
};

/* A field of HL7_CLOCK_SIZE bytes that is a time, and what it means. */
#define HL7_CLOCK_NONE UINT64_C(0x0d0d0d0d0d0d0d0d) /* for first: no field holds a line end */
struct hl7_clock {
    uint64_t first, last; /* eight bytes of the field each; they overlap */
    struct hw_time time;
};

enum { HL7_CLOCKS = 2, HL7_CLOCK_SIZE = 14 };

struct hl7_reader {
    const struct hw_hl7_options *options;
    struct hl7_message message;
    struct hl7_scratch scratch;
    bool is_plain; /* a message without subcomponents and escapes, whose texts are as they lie */
    struct hw_slice type; /* MSH-9.1 */
    const struct hl7_trigger *trigger;
    struct hw_hl7_reading *reading;
    enum hl7_rank rank; /* of the fault held in reading; HL7_RANK_NONE: none */

    /* The same for every event of the message. */
    struct hw_slice facility;                /* MSH-4 */
    struct hw_slice source;                  /* MSH-4/MSH-3 */
    struct hw_slice organisation;            /* the source's, else MSH-4 */
    struct hw_slice visit_authority;         /* the same */
    const struct hw_hl7_source *registered;  /* NULL: sources says nothing of it */
    struct hw_time sent, recorded, occurred; /* MSH-7, EVN-2, EVN-6 */

    /* Of the group being read. */
    struct hw_event *event;
    uint32_t group;
    const struct hl7_segment *pid, *pv1;

    /* The last field that several components were asked of: those of its first repetition. */
    struct hw_slice parted;
    struct hw_slice parts[HL7_PARTS];
    bool parted_repeats; /* it has another repetition */

    /* The last class read: it is asked for by filter, trigger and values. */
    struct hw_slice classed;
    struct hl7_class class_;

    /* The last times read: most messages say the same one several times. */
    struct hl7_clock clocks[HL7_CLOCKS];
    uint32_t clocks_count; /* ever put there */
};

/* How a value stands in a message. */
enum hl7_said { HL7_ABSENT, HL7_CLEARED, HL7_GIVEN, HL7_UNREADABLE };

/* A fault of the header; code 0: none. */
struct hl7_header_fault {
    uint16_t code;  /* table 0357 */
    unsigned field; /* of MSH; 0: the whole */
    const char *words;
};

/* header.c */
void hl7_reading_init(struct hw_hl7_reading *reading);
void hl7_header_read(struct hl7_reader *reader);
bool hl7_is_acknowledgement(const struct hl7_reader *reader);
struct hl7_header_fault hl7_header_fault_find(const struct hl7_reader *reader);
void hl7_header_refuse(struct hw_hl7_reading *reading, const struct hl7_header_fault *fault);
void hl7_refuse(struct hw_hl7_reading *reading, bool header, uint16_t code, const char *words);

/* ERR-2 form: segment^sequence^field[^1^component]. */
void hl7_place(
    char where[24], const char *segment, unsigned sequence, unsigned field, unsigned component);

/* class.c: the class of PV1-2 as said; of a group; whether it passes the filter; its words. */
struct hl7_class hl7_class_read(struct hl7_reader *reader, struct hw_slice raw);
struct hl7_class hl7_class_of_group(struct hl7_reader *reader);
bool hl7_class_passes(uint8_t number, const struct hl7_class *class);
const char *hl7_class_ignored(const struct hl7_class *class);
const char *hl7_class_admitted(uint8_t number, const struct hl7_class *class);

/* Hold a fault: table 0357 code, place ("PID^1^3", sequence put in by group), words. */
void hl7_fault(struct hl7_reader *reader, enum hl7_rank rank, uint16_t code, const char *segment,
    unsigned field, unsigned component, const char *words);

/* Subcomponent 1 of a component; blanks cut; raw. */
static inline struct hw_slice hl7_part_first(
    const struct hl7_reader *reader, struct hw_slice component)
{
    uint8_t separator = reader->message.delimiters.subcomponent;

    return hl7_trim(separator == 0 ? component : hl7_part(component, 1, separator));
}

/* The text of a component's subcomponent 1: nearly always the component as it lies. */
struct hw_slice hl7_component_text_slow(struct hl7_reader *reader, struct hw_slice component);

static inline struct hw_slice hl7_component_text(
    struct hl7_reader *reader, struct hw_slice component)
{
    if (reader->is_plain && component.size <= HW_TEXT_SIZE_MAX && hl7_is_trim(component))
        return component;
    return hl7_component_text_slow(reader, component);
}

/*
 * Whether a field of a plain message has one repetition, one component and no blanks around it, so
 * that it is a text as it lies, as most are.  False says nothing: look closer.
 */
static inline bool hl7_is_plain(const struct hl7_reader *reader, struct hw_slice field)
{
    const struct hl7_message *message = &reader->message;
    unsigned hits;

    if (field.size == 0 || field.size > HL7_BLOCK_SIZE || !reader->is_plain || !hl7_is_trim(field))
        return false;
    hits = hl7_block_hits(
        hl7_word_at(&message->tail, field.data), message->component, message->repetition);
    return (hits & ((2u << (field.size - 1)) - 1)) == 0;
}

/* Component component, subcomponent 1, of repetition; blanks cut; raw. */
static inline struct hw_slice hl7_component(
    const struct hl7_reader *reader, struct hw_slice repetition, uint32_t component)
{
    const struct hl7_message *message = &reader->message;

    if (component != 1)
        return hl7_part_first(
            reader, hl7_part(repetition, component, message->delimiters.component));
    repetition.size = hl7_until(&message->tail, repetition, message->component, message->component);
    return hl7_part_first(reader, repetition);
}

/* The same of the first repetition of field, component 1: what stands before either separator. */
static inline struct hw_slice hl7_first(const struct hl7_reader *reader, struct hw_slice field)
{
    const struct hl7_message *message = &reader->message;

    field.size = hl7_until(&message->tail, field, message->component, message->repetition);
    return hl7_part_first(reader, field);
}

/* The first repetition of field. */
static inline struct hw_slice hl7_first_repetition(
    const struct hl7_reader *reader, struct hw_slice field)
{
    const struct hl7_message *message = &reader->message;

    field.size = hl7_until(&message->tail, field, message->repetition, message->repetition);
    return field;
}

/* A time: its first component, of the first repetition.  Flags of the clock go to the scratch. */
enum hl7_said hl7_time(struct hl7_reader *reader, struct hw_slice raw, struct hw_time *ret_time);

/* The same of that component itself. */
enum hl7_said hl7_time_said(
    struct hl7_reader *reader, struct hw_slice said, struct hw_time *ret_time);

/* times.c: MSH-7, EVN-2 and EVN-6.  An unreadable MSH-7 is dropped, the others are faults. */
void hl7_times_read(struct hl7_reader *reader);

/* Event time: EVN-6, else EVN-2, else MSH-7, else PV1-44/45 - of a discharge the latter first. */
struct hw_time hl7_event_time(const struct hl7_reader *reader);

bool hl7_in_list(struct hw_slice text, const struct hw_slice *list, uint32_t list_count);

/* identity.c: who and which stay, into reader->event; faults 101. */
void hl7_identity_read(struct hl7_reader *reader, const struct hl7_group *group);
/* The other person of a link. */
void hl7_identity_read_other(struct hl7_reader *reader, const struct hl7_group *group);
void hl7_visit_read(struct hl7_reader *reader, const struct hl7_group *group);
/* referral.c: which referral a REF is about (AUTHORITY/ID), and what RF1 and PV1 say of it. */
void hl7_referral_read(struct hl7_reader *reader, const struct hl7_class *class);

/* values.c: attributes of person and stay, into reader->event; faults 102, 103, 207. */
void hl7_values_read(struct hl7_reader *reader, const struct hl7_group *group);

/* person.c: name, birth date, address. */
void hl7_person_read(struct hl7_reader *reader);

/* mapping.c: the sender's own fields (hl7.mapping). */
void hl7_mappings_read(struct hl7_reader *reader);

/* value of one attribute, how as in taken.h. */
enum hl7_how {
    HL7_CODE,
    HL7_MOMENT,
    HL7_TIME,
    HL7_YESNO,
    HL7_FIT,
    HL7_FLAG,
    HL7_HIDE,
    HL7_LIST,
    HL7_CLASS
};
struct hl7_taken {
    const char *segment;
    uint8_t field;
    uint8_t component;
    uint8_t attribute; /* enum hw_field */
    uint8_t how;       /* enum hl7_how */
};
void hl7_value_take(struct hl7_reader *reader, const struct hl7_taken *taken, struct hw_slice raw);

#endif
