/*
 * hl7v2.h - HL7 v2 messages to canonical events and to their acknowledgements (CONTRACT 3.1).
 *
 * Pure and in place: no allocation, no clock, no state between messages; a fate follows from the
 * bytes and the options alone.  Slices of a reading are borrowed from the message and the scratch
 * buffer.  One thread per scratch buffer.
 */
#ifndef HW_HL7V2_H
#define HW_HL7V2_H

#include "homeward/event.h"

enum { HW_HL7_LIST_MAX = 32, HW_HL7_EVENTS_MAX = 8, HW_HL7_SCRATCH_SIZE = 64 * 1024 };

enum hw_hl7_ack_mode { HW_ACK_AUTO, HW_ACK_ORIGINAL, HW_ACK_ENHANCED_COMMIT, HW_ACK_NONE };

/* One line of hl7.mapping: this sender's segment-field-component (or OBX code) is our attribute. */
struct hw_hl7_mapping {
    struct hw_slice sender;  /* MSH-4/MSH-3; empty: all */
    enum hw_field field;     /* our attribute */
    struct hw_slice segment; /* "ZDS"; "OBX" with code */
    struct hw_slice code;    /* OBX-3.1 to look for; else empty */
    uint16_t field_number;   /* from 1 */
    uint16_t component;      /* from 1; 0: the whole field */
};

/* A zone's postcode districts: "LE11" or "LE" prefixes, longest match wins. */
struct hw_hl7_postcode {
    struct hw_slice district;
    struct hw_slice zone;
    struct hw_slice council;
};

struct hw_hl7_class {
    struct hw_slice said;
    struct hw_slice class_;
}; /* hl7.classes */

/*
 * A feed that is not what its MSH says (sources).  What it may not assert is read like all else and
 * flagged NOT_ASSERTED: kept, shown, without effect.
 */
struct hw_hl7_source {
    struct hw_slice source;          /* MSH-4/MSH-3, decoded */
    struct hw_slice organisation;    /* whose claims these are; empty: MSH-4 */
    struct hw_slice visit_authority; /* where PV1-19.4 is empty; empty: MSH-4 */
    uint64_t asserted[2];            /* bit of each enum hw_kind it may assert */
};

struct hw_hl7_options {
    bool reject_unhandled;                           /* hl7.unhandled: reject */
    struct hw_slice processing_ids[HW_HL7_LIST_MAX]; /* [P] */
    struct hw_slice nhs_ids[HW_HL7_LIST_MAX];        /* authorities and types of NHS numbers */
    struct hw_slice inpatient_classes[HW_HL7_LIST_MAX];
    struct hw_slice tracked_classes[HW_HL7_LIST_MAX];
    uint32_t processing_ids_count, nhs_ids_count, inpatient_classes_count, tracked_classes_count;
    const struct hw_hl7_class *classes;
    uint32_t classes_count;
    const struct hw_hl7_mapping *mappings;
    uint32_t mappings_count;
    const struct hw_hl7_postcode *postcodes;
    uint32_t postcodes_count;
    const struct hw_hl7_source *sources;
    uint32_t sources_count;
};

/* The defaults of CONTRACT 2. */
void hw_hl7_options_init(struct hw_hl7_options *options);

enum hw_verdict {
    HW_VERDICT_TAKEN,      /* events[] are to be submitted; AA */
    HW_VERDICT_IGNORED,    /* deliberately; AA with MSA-3 "ignored" */
    HW_VERDICT_REFUSED,    /* AE (content) or AR (header, unreadable) */
    HW_VERDICT_UNANSWERED, /* an acknowledgement that came as a message: counted only */
};

/* MSH-15/16 as said (table 0155); an unknown value counts as empty. */
enum hw_hl7_ask { HW_ASK_EMPTY, HW_ASK_ALWAYS, HW_ASK_NEVER, HW_ASK_ERROR, HW_ASK_SUCCESS };

struct hw_hl7_reading {
    enum hw_verdict verdict;
    bool header;         /* refused at the header: AR/CR */
    uint16_t code;       /* table 0357: 100, 101, 102, 103, 200..203, 207 */
    char where[24];      /* ERR-2: "PID^1^3" ; "" unknown */
    char reason[160];    /* words: what is wrong and how to mend it; no identifiers */
    const char *meaning; /* "spell.admitted", "ignored (class O)" ...: for decode and counters */
    struct hw_event events[HW_HL7_EVENTS_MAX];
    uint32_t events_count;
    enum hw_hl7_ask accept_ask, application_ask; /* MSH-15, MSH-16 */
    /* Of the header, for the answer and the logs; borrowed. */
    struct hw_slice sending_application, sending_facility, receiving_application,
        receiving_facility, control_id, processing_id, version, trigger;
    uint8_t delimiters[5]; /* field, component, repetition, escape, subcomponent; 0: none */
    bool is_hl7;           /* an MSH was found; without one an answer has the usual delimiters */
};

/*
 * Read one message (the content of one frame).  scratch (HW_HL7_SCRATCH_SIZE bytes) takes what
 * must be decoded: escapes, ISO 8859-1, normalised codes.  Never fails: refusals are a verdict.
 */
void hw_hl7_read(const struct hw_hl7_options *options, struct hw_slice message, uint8_t *scratch,
    struct hw_hl7_reading *ret_reading);

/*
 * Refuse the frame that begins with head because it is too large: AR/CR 207.  What its MSH says is
 * there for the answer, if head holds all of it.
 */
void hw_hl7_refuse_frame(struct hw_slice head, struct hw_hl7_reading *ret_reading);

/* What is answered: none, or one or two of CA CE CR / AA AE AR, in order. */
struct hw_hl7_answers {
    uint8_t count;
    char code[2][3];
};

/* The answers asked for (CONTRACT 3.1, acknowledgement). */
struct hw_hl7_answers hw_hl7_answers_for(
    const struct hw_hl7_reading *reading, enum hw_hl7_ack_mode mode);

/*
 * Build one acknowledgement (MSH, MSA, and ERR when refused), without MLLP framing.  note goes to
 * MSA-3 ("duplicate", "ignored" or empty); now_ms to MSH-7; control_id is ours (MSH-10).  Returns
 * its size; 0 when buffer is too small (1,024 bytes always suffice).
 */
size_t hw_hl7_answer(const struct hw_hl7_reading *reading, const char *code, struct hw_slice note,
    int64_t now_ms, uint64_t control_id, uint8_t *buffer, size_t buffer_size);

#endif
