/*
 * trigger.h - what each trigger event means here, as data (CONTRACT 3.1, table of triggers).
 */
#ifndef HW_HL7_TRIGGER_H
#define HW_HL7_TRIGGER_H

#include "homeward/event.h"

/* What a trigger needs, or it is refused with 101; and how its message is read. */
enum hl7_needs {
    HL7_PERSON = 1 << 0,  /* PID-3, or what stands for it */
    HL7_STAY = 1 << 1,    /* PV1-19, else PV1-44 beside an identifier */
    HL7_RETIRED = 1 << 2, /* MRG-1 */
    HL7_TWO = 1 << 3,     /* a second PID: the other person */
    HL7_VISITS = 1 << 4,  /* MRG-5 and PV1-19 */
    HL7_MOVED = 1 << 5, /* a stay key, for which MRG-5 serves as well; MRG-1 names its old owner */
    HL7_OPENS = 1 << 6, /* opens a stay: the class filter applies */
    HL7_BARE = 1 << 7,  /* only identifiers are taken: nothing about person or stay */
    HL7_EACH = 1 << 8,  /* every PID or PID/MRG group is an event of its own */
    HL7_LOOSE = 1 << 9, /* without a stay key it speaks of the person alone */
};

/* number of the trigger, kind, needs, meaning (the words of decode and counters) */
#define HL7_ADT_LIST(X)                                                                            \
    X(1, SPELL_ADMITTED, HL7_PERSON | HL7_STAY | HL7_OPENS, "spell.admitted")                      \
    X(2, SPELL_MOVED, HL7_PERSON | HL7_STAY, "spell.moved")                                        \
    X(3, SPELL_DISCHARGED, HL7_PERSON | HL7_STAY, "spell.discharged")                              \
    X(4, SPELL_ADMITTED, HL7_PERSON | HL7_STAY | HL7_OPENS, "spell.admitted")                      \
    X(5, SPELL_EXPECTED, HL7_PERSON | HL7_STAY | HL7_OPENS, "expected admission")                  \
    X(6, SPELL_CLASS_CHANGED, HL7_PERSON | HL7_STAY, "class changed to inpatient")                 \
    X(7, SPELL_CLASS_CHANGED, HL7_PERSON | HL7_STAY, "class changed from inpatient")               \
    X(8, SPELL_UPDATED, HL7_PERSON | HL7_LOOSE, "update of person and stay")                       \
    X(11, SPELL_ADMISSION_CANCELLED, HL7_PERSON | HL7_STAY, "spell.admission_cancelled")           \
    X(12, SPELL_MOVE_CANCELLED, HL7_PERSON | HL7_STAY, "spell.move_cancelled")                     \
    X(13, SPELL_DISCHARGE_CANCELLED, HL7_PERSON | HL7_STAY, "spell.discharge_cancelled")           \
    X(14, SPELL_EXPECTED, HL7_PERSON | HL7_STAY | HL7_OPENS, "expected admission")                 \
    X(15, SPELL_UPDATED, HL7_PERSON | HL7_STAY, "pending move")                                    \
    X(16, SPELL_UPDATED, HL7_PERSON | HL7_STAY, "expected discharge (pending discharge)")          \
    X(17, SPELL_MOVED, HL7_PERSON | HL7_TWO | HL7_LOOSE | HL7_EACH,                                \
        "spell.moved (two people change places)")                                                  \
    X(21, SPELL_LEAVE_STARTED, HL7_PERSON | HL7_STAY, "spell.leave_started")                       \
    X(22, SPELL_LEAVE_ENDED, HL7_PERSON | HL7_STAY, "spell.leave_ended")                           \
    X(24, PERSON_LINKED, HL7_PERSON | HL7_TWO | HL7_BARE, "people linked")                         \
    X(25, SPELL_UPDATED, HL7_PERSON | HL7_LOOSE, "pending discharge cancelled")                    \
    X(26, SPELL_UPDATED, HL7_PERSON | HL7_LOOSE, "pending move cancelled")                         \
    X(28, SPELL_UPDATED, HL7_PERSON | HL7_LOOSE, "update of person (new)")                         \
    X(30, PERSON_MERGED, HL7_PERSON | HL7_RETIRED | HL7_BARE | HL7_EACH, "person.merged")          \
    X(31, SPELL_UPDATED, HL7_PERSON | HL7_LOOSE, "update of person")                               \
    X(34, PERSON_MERGED, HL7_PERSON | HL7_RETIRED | HL7_BARE | HL7_EACH, "person.merged")          \
    X(36, PERSON_MERGED, HL7_PERSON | HL7_RETIRED | HL7_BARE | HL7_EACH, "person.merged")          \
    X(37, PERSON_UNMERGED, HL7_PERSON | HL7_TWO | HL7_BARE, "people unlinked")                     \
    X(38, SPELL_EXPECTED_WITHDRAWN, HL7_PERSON | HL7_STAY, "expected admission withdrawn")         \
    X(40, PERSON_MERGED, HL7_PERSON | HL7_RETIRED | HL7_BARE | HL7_EACH, "person.merged")          \
    X(42, VISITS_MERGED, HL7_PERSON | HL7_VISITS | HL7_BARE | HL7_EACH, "visits merged")           \
    X(43, IDENTIFIER_MOVED, HL7_PERSON | HL7_RETIRED | HL7_BARE | HL7_EACH, "identifier moved")    \
    X(44, SPELL_REASSIGNED, HL7_PERSON | HL7_MOVED | HL7_BARE | HL7_EACH,                          \
        "stay moved to another person")                                                            \
    X(45, SPELL_REASSIGNED, HL7_PERSON | HL7_MOVED | HL7_BARE | HL7_EACH,                          \
        "stay moved to another person")                                                            \
    X(47, IDENTIFIER_CHANGED, HL7_PERSON | HL7_RETIRED | HL7_BARE | HL7_EACH,                      \
        "identifier changed")                                                                      \
    X(52, SPELL_LEAVE_START_CANCELLED, HL7_PERSON | HL7_STAY, "spell.leave_start_cancelled")       \
    X(53, SPELL_LEAVE_END_CANCELLED, HL7_PERSON | HL7_STAY, "spell.leave_end_cancelled")

#define HL7_REF_LIST(X)                                                                            \
    X(12, REFERRAL_RECEIVED, HL7_PERSON, "referral.received")                                      \
    X(13, REFERRAL_UPDATED, HL7_PERSON, "referral.updated")                                        \
    X(14, REFERRAL_WITHDRAWN, HL7_PERSON, "referral.withdrawn")

struct hl7_trigger {
    const char *meaning;
    uint16_t needs;
    uint8_t kind;   /* enum hw_kind */
    uint8_t number; /* 1 of A01, 12 of I12 */
};

/* The trigger of MSH-9.1 and MSH-9.2; NULL for one that is not in the table. */
const struct hl7_trigger *hl7_trigger_find(struct hw_slice type, struct hw_slice event);

#endif
