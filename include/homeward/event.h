/*
 * event.h - the canonical event: what one message said, the same for every format.
 *
 * A codec fills a struct hw_event, hw_event_finish() completes it, hw_record_encode() (record.h)
 * writes it for the journal, and hw_record_decode() gives back the same event for the core.  An
 * event has three kinds of content:
 *
 *   key        when it happened, when it was recorded, and what else orders facts (CONTRACT R0)
 *   fields     one value each, by number; each is absent (says nothing), cleared or set
 *   identity   texts that name a person: kept in a section of their own so that erasure can
 *              replace them; the core sees hashes of them only
 *
 * All slices are borrowed from the message (or record) the event was read from.  Any thread.
 */
#ifndef HOMEWARD_EVENT_H
#define HOMEWARD_EVENT_H

#include "homeward/hash.h"
#include "homeward/slice.h"
#include "homeward/status.h"
#include "homeward/time.h"

/*
 * Kinds of record: number, name, type as CONTRACT 3.2 and 3.3 name it (without "homeward.").
 * Numbers are never used again.  Kinds without a CloudEvents twin come from HL7 v2 triggers or
 * from the engine itself.
 */
#define HW_KIND_LIST(X)                                                                            \
    /* The log itself. */                                                                          \
    X(1, LOG_OPENED, "log.opened")                                                                 \
    X(2, CLOCK_TICK, "clock.tick")                                                                 \
    X(3, CONFIGURATION, "configuration.changed")                                                   \
    X(4, ERASURE, "identity.erased")                                                               \
    /* Movements of a spell. */                                                                    \
    X(16, SPELL_ADMITTED, "spell.admitted")                                                        \
    X(17, SPELL_MOVED, "spell.moved")                                                              \
    X(18, SPELL_DISCHARGED, "spell.discharged")                                                    \
    X(19, SPELL_CLASS_CHANGED, "spell.class_changed")                                              \
    X(20, SPELL_LEAVE_STARTED, "spell.leave_started")                                              \
    X(21, SPELL_LEAVE_ENDED, "spell.leave_ended")                                                  \
    X(22, SPELL_ADMISSION_CANCELLED, "spell.admission_cancelled")                                  \
    X(23, SPELL_MOVE_CANCELLED, "spell.move_cancelled")                                            \
    X(24, SPELL_DISCHARGE_CANCELLED, "spell.discharge_cancelled")                                  \
    X(25, SPELL_LEAVE_START_CANCELLED, "spell.leave_start_cancelled")                              \
    X(26, SPELL_LEAVE_END_CANCELLED, "spell.leave_end_cancelled")                                  \
    X(27, SPELL_EXPECTED, "spell.expected")                                                        \
    X(28, SPELL_EXPECTED_WITHDRAWN, "spell.expected_withdrawn")                                    \
    /* What else is said of a spell. */                                                            \
    X(32, SPELL_UPDATED, "spell.updated")                                                          \
    X(33, SPELL_CRITERIA_TO_RESIDE, "spell.criteria_to_reside")                                    \
    X(34, SPELL_DISCHARGE_READY, "spell.discharge_ready")                                          \
    X(35, SPELL_DELAY_REASON, "spell.delay_reason")                                                \
    X(36, WAIT_OPENED, "wait.opened")                                                              \
    X(37, WAIT_VERIFIED, "wait.verified")                                                          \
    X(38, WAIT_CLOSED, "wait.closed")                                                              \
    X(39, CENSUS_TAKEN, "census.taken")                                                            \
    X(40, NOTICE_ASSESSMENT, "notice.assessment")                                                  \
    X(41, NOTICE_DISCHARGE, "notice.discharge")                                                    \
    /* People and what they are known by. */                                                       \
    X(48, PERSON_UPDATED, "person.updated")                                                        \
    X(49, PERSON_MERGED, "person.merged")                                                          \
    X(50, PERSON_UNMERGED, "person.unmerged")                                                      \
    X(51, PERSON_LINKED, "person.linked")                                                          \
    X(52, PERSON_DIED, "person.died")                                                              \
    X(53, PERSON_DEATH_WITHDRAWN, "person.death_withdrawn")                                        \
    X(54, IDENTIFIER_MOVED, "person.identifier_moved")                                             \
    X(55, IDENTIFIER_CHANGED, "person.identifier_changed")                                         \
    X(56, VISITS_MERGED, "spell.visits_merged")                                                    \
    X(57, SPELL_REASSIGNED, "spell.reassigned")                                                    \
    /* Referrals, offers, placements, services: reserved, applied by later work. */                \
    X(64, REFERRAL_RECEIVED, "referral.received")                                                  \
    X(65, REFERRAL_UPDATED, "referral.updated")                                                    \
    X(66, REFERRAL_WITHDRAWN, "referral.withdrawn")                                                \
    X(67, CONTACT_FIRST, "contact.first")                                                          \
    X(68, OFFER_ANSWERED, "offer.answered")                                                        \
    X(69, PLACEMENT_STARTED, "placement.started")                                                  \
    X(70, PLACEMENT_UNITS_CHANGED, "placement.units_changed")                                      \
    X(71, PLACEMENT_REVIEWED, "placement.reviewed")                                                \
    X(72, PLACEMENT_ENDED, "placement.ended")                                                      \
    X(73, PACKAGE_SUSPENDED, "package.suspended")                                                  \
    X(74, PACKAGE_LAPSED, "package.lapsed")                                                        \
    X(75, PACKAGE_RESTARTED, "package.restarted")                                                  \
    X(76, SERVICE_DECLARED, "service.declared")                                                    \
    X(77, SERVICE_CAPACITY, "service.capacity")                                                    \
    X(78, SERVICE_SUSPENDED, "service.suspended")                                                  \
    X(79, SERVICE_RESUMED, "service.resumed")                                                      \
    X(80, OUTCOME_REVIEWED, "outcome.reviewed")                                                    \
    /* Decisions of people and of the engine: reserved but for reason.settled. */                  \
    X(96, DECIDE_ROUTING_MODE, "routing.mode")                                                     \
    X(97, DECIDE_PROPOSAL_APPROVED, "proposal.approved")                                           \
    X(98, DECIDE_PROPOSAL_REJECTED, "proposal.rejected")                                           \
    X(99, DECIDE_OFFER_MADE, "offer.made")                                                         \
    X(100, DECIDE_OFFER_EXTENDED, "offer.extended")                                                \
    X(101, DECIDE_OFFER_WITHDRAWN, "offer.withdrawn")                                              \
    X(102, DECIDE_OFFER_ANSWERED, "decision.offer.answered")                                       \
    X(103, DECIDE_REFERRAL_HELD, "referral.held")                                                  \
    X(104, DECIDE_REFERRAL_RELEASED, "referral.released")                                          \
    X(105, DECIDE_REFERRAL_PINNED, "referral.pinned")                                              \
    X(106, DECIDE_REFERRAL_UNPINNED, "referral.unpinned")                                          \
    X(107, DECIDE_REFERRAL_EXCLUDED, "referral.excluded")                                          \
    X(108, DECIDE_REFERRAL_INCLUDED, "referral.included")                                          \
    X(109, DECIDE_REFERRAL_PRIORITY, "referral.priority_set")                                      \
    X(110, DECIDE_IDENTITY_JOINED, "identity.joined")                                              \
    X(111, DECIDE_IDENTITY_PARTED, "identity.parted")                                              \
    X(112, DECIDE_REASON_SETTLED, "reason.settled")                                                \
    X(113, DECIDE_ALERT_ACKNOWLEDGED, "alert.acknowledged")                                        \
    X(114, DECIDE_REPORT_SENT, "report.sent")                                                      \
    X(128, DECIDED_PROPOSAL, "route.proposed")                                                     \
    X(129, DECIDED_OFFER, "route.offered")                                                         \
    X(130, DECIDED_EXPIRY, "route.expired")                                                        \
    X(131, DECIDED_REASON, "reason.inferred")                                                      \
    X(132, DECIDED_ALERT, "alert.raised")                                                          \
    X(133, DECIDED_RESTATEMENT, "figures.restated")                                                \
    X(134, DECIDED_SUSPENSION, "route.suspended")                                                  \
    X(135, DECIDED_ACCEPTANCE, "route.accepted")

enum hw_kind {
    HW_KIND_NONE = 0,
#define HW_KIND_ENUM(number, name, type) HW_KIND_##name = number,
    HW_KIND_LIST(HW_KIND_ENUM)
#undef HW_KIND_ENUM
};

/* "spell.admitted"; NULL for a number that is no kind.  Static storage. */
const char *hw_kind_type(enum hw_kind kind);

/* The kind of a type; HW_KIND_NONE if there is none. */
enum hw_kind hw_kind_of(struct hw_slice type);

/*
 * Fields: number, NAME, name as CONTRACT 3.2 names it, kind of value (TEXT, TIME, BOOL, NUMBER).
 * Numbers are never used again.  Texts are at most HW_TEXT_SIZE_MAX bytes.
 */
#define HW_FIELD_LIST(X)                                                                           \
    X(0, SITE, "site", TEXT)                                                                       \
    X(1, WARD, "ward", TEXT)                                                                       \
    X(2, ROOM, "room", TEXT)                                                                       \
    X(3, BED, "bed", TEXT)                                                                         \
    X(4, CLASS, "class", TEXT)         /* one of HL7 table 0004, after hl7.classes */              \
    X(5, SPECIALTY, "specialty", TEXT) /* treatment function code */                               \
    X(6, METHOD, "method", TEXT)       /* of admission */                                          \
    X(7, SOURCE_OF_ADMISSION, "source_of_admission", TEXT)                                         \
    X(8, ADMITTED_AT, "admitted_at", TIME)            /* PV1-44 */                                 \
    X(9, DISCHARGED_AT, "discharged_at", TIME)        /* PV1-45 */                                 \
    X(10, DESTINATION, "destination", TEXT)           /* of discharge: NHS code; 79 died */        \
    X(11, DISCHARGE_METHOD, "discharge_method", TEXT) /* 4 died */                                 \
    X(12, EXPECTED_DISCHARGE, "expected_discharge", TIME)                                          \
    X(13, EXPECTED_ADMISSION, "expected_admission", TIME)                                          \
    X(14, MEETS, "meets", BOOL) /* criteria to reside met: true blocks readiness */                \
    X(15, CRITERIA_REASON, "criteria_reason", TEXT) /* 01..12 */                                   \
    X(16, READY_AT, "ready_at", TIME)               /* cleared: readiness withdrawn */             \
    X(17, PATHWAY, "pathway", TEXT)                 /* P0..P3 */                                   \
    X(18, REASON, "reason", TEXT)                   /* DTOC or SitRep key */                       \
    X(19, RESPONSIBLE, "responsible", TEXT)         /* NHS, SC, BOTH */                            \
    X(20, NEEDS, "needs", TEXT)                     /* separated by ; */                           \
    X(21, REVIEWED_AT, "reviewed_at", TIME)                                                        \
    X(22, BORN_HASH, "born_hash", NUMBER) /* of the birth date: equal or not, nothing more */      \
    X(23, ADULT_FROM_DAY, "adult_from_day", NUMBER) /* London day of the 18th birthday */          \
    X(24, SEX, "sex", TEXT)                                                                        \
    X(25, ZONE, "zone", TEXT)                                                                      \
    X(26, COUNCIL, "council", TEXT)                   /* as people decided it */                   \
    X(27, COUNCIL_PROPOSED, "council_proposed", TEXT) /* from the postcode */                      \
    X(28, RESTRICTED, "restricted", BOOL)                                                          \
    X(29, DIED_AT, "died_at", TIME)                                                                \
    X(30, DIED, "died", BOOL)                                                                      \
    X(31, WAIT, "wait", TEXT) /* id of a wait within its spell */                                  \
    X(32, OWNER, "owner", TEXT)                                                                    \
    X(33, BLOCKS, "blocks", TEXT) /* offer, start */                                               \
    X(34, SETTLED_UNTIL, "settled_until", TIME)                                                    \
    X(35, CONFIGURATION_KEY, "key", TEXT) /* of configuration.changed: sites.RWEAA.wards.W1 ... */ \
    X(36, CONFIGURATION_VALUE, "value", TEXT)                                                      \
    X(37, REFERRAL, "referral", TEXT)                                                              \
    X(38, BY, "by", TEXT) /* who decided */                                                        \
    X(39, NOTE, "note", TEXT)                                                                      \
    /* Referrals, services, offers and placements (CONTRACT 3.2, 3.3). */                          \
    X(40, DIRECTION, "direction", TEXT) /* step_up, step_down */                                   \
    X(41, URGENCY, "urgency", TEXT)     /* 2h, 2d, routine */                                      \
    X(42, FAST_TRACK, "fast_track", BOOL)                                                          \
    X(43, UNITS, "units", NUMBER) /* of a placement; capacity of a service */                      \
    X(44, NEEDED_FROM, "needed_from", TIME)                                                        \
    X(45, NOT_BEFORE, "not_before", TIME)                                                          \
    X(46, PREFERRED, "preferred", TEXT) /* services, separated by ; */                             \
    X(47, REFUSED, "refused", TEXT)     /* services, separated by ; */                             \
    X(48, CONSENT, "consent", TEXT)     /* given, refused, pending, best_interests */              \
    X(49, FUNDING, "funding", TEXT)                                                                \
    X(50, PACKAGE, "package", TEXT) /* calls a day;minutes a call;carers */                        \
    X(51, SERVICE, "service", TEXT)                                                                \
    X(52, AGE_YEARS, "age_years", NUMBER) /* when it happened; in place of the birth date */       \
    X(53, OFFER, "offer", NUMBER)         /* sequence that named it, or an alert */                \
    X(54, VERSION, "version", NUMBER)     /* of that proposal or offer */                          \
    X(55, ANSWER, "answer", TEXT)         /* of a provider; a mode */                              \
    X(56, STARTS_AT, "starts_at", TIME)                                                            \
    X(57, OUTCOME, "outcome", TEXT)                                                                \
    X(58, UNTIL, "until", TIME)   /* of a hold, a mode, an offer */                                \
    X(59, DETAIL, "detail", TEXT) /* of its kind: scope of a mode, overrides, keys of a service */

enum hw_field {
#define HW_FIELD_ENUM(number, name, text, type) HW_FIELD_##name = number,
    HW_FIELD_LIST(HW_FIELD_ENUM)
#undef HW_FIELD_ENUM
        HW_FIELD_COUNT
};
_Static_assert(HW_FIELD_COUNT <= 64, "presence is a 64-bit map");

enum hw_value_type { HW_VALUE_TEXT, HW_VALUE_TIME, HW_VALUE_BOOL, HW_VALUE_NUMBER };

/* Name and value type of a field; field below HW_FIELD_COUNT. */
const char *hw_field_name(enum hw_field field);

static inline enum hw_value_type hw_field_type(enum hw_field field)
{
    static const uint8_t types[] = {
#define HW_FIELD_TYPE(number, name, text, type) [number] = HW_VALUE_##type,
        HW_FIELD_LIST(HW_FIELD_TYPE)
#undef HW_FIELD_TYPE
    };

    HW_ASSERT(field < HW_FIELD_COUNT);
    return (enum hw_value_type)types[field];
}

/* What was odd about a message that was taken all the same; bit numbers. */
#define HW_FLAG_LIST(X)                                                                            \
    X(0, TIME_AMBIGUOUS, "a time in the hour that happens twice was read as the first")            \
    X(1, TIME_MISSING, "a time in the hour that March leaves out was moved forward")               \
    X(2, NHS_NUMBER_INVALID, "an NHS number fails its check digit and was not used")               \
    X(3, CLASS_UNKNOWN, "the patient class is not a known word")                                   \
    X(4, CLASS_EMPTY, "no patient class was given")                                                \
    X(5, CHARACTER_SET_UNKNOWN, "the character set is unknown: read as UTF-8 or ISO 8859-1")       \
    X(6, CONTROL_ID_REUSED, "the control id was used before for other content")                    \
    X(7, CODE_UNKNOWN, "a code is not in its list and was kept as said")                           \
    X(8, VALUE_DROPPED, "a value could not be read and was dropped")                               \
    X(9, IDENTITY_FROM_PID2, "the identity was taken from PID-2 or PID-4")                         \
    X(10, COUNCIL_PROPOSED, "the council was proposed from the postcode")                          \
    X(11, LIST_CUT, "a list had more entries than are kept")                                       \
    X(12, TEXT_CUT, "a text was longer than is kept")                                              \
    X(13, REFERRAL_UNKNOWN, "the referral is not known here")                                      \
    X(14, NOT_ASSERTED, "its source may not assert this: kept and shown, without effect")

enum hw_flag {
#define HW_FLAG_ENUM(number, name, sentence) HW_FLAG_##name = 1u << number,
    HW_FLAG_LIST(HW_FLAG_ENUM)
#undef HW_FLAG_ENUM
};

enum {
    HW_TEXT_SIZE_MAX = 1024,      /* bytes of any text of an event */
    HW_IDENTIFIERS_MAX = 12,      /* of one person in one message; more are dropped, flagged */
    HW_CONTROL_ID_SIZE_MAX = 199, /* bytes; HL7 2.9 length of MSH-10 */
};

enum hw_identifier_type { HW_IDENTIFIER_NHS = 1, HW_IDENTIFIER_LOCAL = 2 };

/* Something a person is known by.  hash covers type, authority and id (hw_event_finish). */
struct hw_identifier {
    struct hw_hash hash;
    struct hw_slice authority; /* "" for NHS numbers */
    struct hw_slice id;        /* identity text; empty after erasure */
    uint8_t type;              /* enum hw_identifier_type */
};

/* A visit number and who gave it.  hash covers both; zero when there is no visit number. */
struct hw_visit {
    struct hw_hash hash;
    struct hw_slice authority;
    struct hw_slice number; /* identity text; empty after erasure */
};

struct hw_value {
    union {
        struct hw_slice text;
        struct hw_time time;
        int64_t number; /* NUMBER; BOOL as 0 or 1 */
    };
};

struct hw_event {
    enum hw_kind kind;
    uint32_t flags; /* HW_FLAG_* */

    /* The key.  happened: EVN-6, else EVN-2, else MSH-7 ...; recorded: EVN-2, else MSH-7. */
    struct hw_time happened;
    struct hw_time recorded;
    struct hw_time sent;        /* MSH-7 */
    int64_t message_sequence;   /* MSH-13; -1 when not given */
    struct hw_slice control_id; /* MSH-10, or the CloudEvents id */

    struct hw_slice source;       /* MSH-4/MSH-3, or the CloudEvents source */
    struct hw_slice organisation; /* whose claim this is: the source's, else MSH-4 */

    /* For the duplicate window: sender and id; content without MSH-7. */
    struct hw_hash message_id_hash;
    struct hw_hash message_hash;

    uint64_t set;     /* bit of each field that has a value */
    uint64_t cleared; /* bit of each field that was cleared ("" or null); never also in set */
    struct hw_value values[HW_FIELD_COUNT];

    /* Who: sorted (NHS first, then by authority and id), without doubles, after finishing. */
    struct hw_identifier identifiers[HW_IDENTIFIERS_MAX];
    uint8_t identifiers_count;
    uint8_t stay_identifier; /* index of the one that is part of the stay key (R6) */
    uint8_t retired_count;
    struct hw_identifier retired[HW_IDENTIFIERS_MAX]; /* MRG-1; the other person of a link */

    /* Which stay.  Where there is no visit number the key is (identifier, admitted_at). */
    struct hw_visit visit;
    struct hw_visit retired_visit; /* MRG-5 */
    bool has_stay;                 /* the message names a stay, and facts about one count */

    /* Identity texts for display; the core never sees them. */
    struct hw_slice name;
    struct hw_slice born;     /* YYYY-MM-DD as far as known */
    struct hw_slice postcode; /* normalised */
};

/* An event with nothing said.  Cheap: values are not touched. */
void hw_event_init(struct hw_event *event, enum hw_kind kind);

static inline bool hw_event_has(const struct hw_event *event, enum hw_field field)
{
    return (event->set >> field & 1u) != 0;
}

static inline bool hw_event_clears(const struct hw_event *event, enum hw_field field)
{
    return (event->cleared >> field & 1u) != 0;
}

/*
 * The first size_max bytes of text at most, cut between characters of UTF-8, flagged.  For texts
 * that are longer than size_max.
 */
struct hw_slice hw_event_cut(struct hw_event *event, struct hw_slice text, size_t size_max);

/* Give a field a value of its type.  Inline: with a field that is known, only the store is left. */
static inline struct hw_value *hw_event_set_value(
    struct hw_event *event, enum hw_field field, enum hw_value_type type)
{
    HW_ASSERT(hw_field_type(field) == type);
    event->set |= UINT64_C(1) << field;
    event->cleared &= ~(UINT64_C(1) << field);
    return &event->values[field];
}

static inline void hw_event_set_text(
    struct hw_event *event, enum hw_field field, struct hw_slice text)
{
    if (text.size > HW_TEXT_SIZE_MAX)
        text = hw_event_cut(event, text, HW_TEXT_SIZE_MAX);
    hw_event_set_value(event, field, HW_VALUE_TEXT)->text = text;
}

static inline void hw_event_set_time(
    struct hw_event *event, enum hw_field field, struct hw_time time)
{
    HW_ASSERT(hw_time_is(time));
    hw_event_set_value(event, field, HW_VALUE_TIME)->time = time;
}

static inline void hw_event_set_bool(struct hw_event *event, enum hw_field field, bool value)
{
    hw_event_set_value(event, field, HW_VALUE_BOOL)->number = value;
}

static inline void hw_event_set_number(struct hw_event *event, enum hw_field field, int64_t number)
{
    hw_event_set_value(event, field, HW_VALUE_NUMBER)->number = number;
}

static inline void hw_event_clear(struct hw_event *event, enum hw_field field)
{
    HW_ASSERT(field < HW_FIELD_COUNT);
    event->cleared |= UINT64_C(1) << field;
    event->set &= ~(UINT64_C(1) << field);
}

/* The value of a text field, empty when absent or cleared. */
struct hw_slice hw_event_text(const struct hw_event *event, enum hw_field field);

/*
 * Add an identifier (borrowed).  type is enum hw_identifier_type.  Returns false, flagging
 * LIST_CUT, when there is no room.
 */
bool hw_event_add_identifier(
    struct hw_event *event, uint8_t type, struct hw_slice authority, struct hw_slice id);
bool hw_event_add_retired(
    struct hw_event *event, uint8_t type, struct hw_slice authority, struct hw_slice id);

/*
 * Birth date, of any precision (not HW_PRECISION_NONE): sets BORN_HASH and ADULT_FROM_DAY.
 * Adulthood counts from the last day it could mean; it is day 0 for somebody long adult when it
 * happened, so set happened first.  The text for display is the codec's to set.
 */
void hw_event_set_born(struct hw_event *event, struct hw_time born);

/*
 * Complete an event read by a codec: hashes, order of identifiers, the identifier of the stay key
 * (R6: the least local one of the visit's authority as sent, else the least of all local ones,
 * else the NHS number), has_stay.  An NHS number of one digit ten times, which senders fill in for
 * what they do not know, is dropped beside another identifier.  Texts too long are cut, flagged.
 * Call once, after everything else is set.
 */
void hw_event_finish(struct hw_event *event);

/*
 * NHS number: ten digits (blanks and hyphens between them allowed) whose check digit is right
 * (NHS Data Dictionary, NHS NUMBER); not ten zeros.  Writes the ten digits to digits.  False if it
 * is none: digits then holds nothing of use.
 */
bool hw_nhs_number(struct hw_slice text, char digits[10]);

#endif
