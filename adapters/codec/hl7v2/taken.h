/*
 * taken.h - which field of a message becomes which attribute, as data (CONTRACT 3.1).
 *
 * The acceptance sheet (README.md) is checked against this list by tests/unit/hl7v2_taken_test.c.
 */
#ifndef HW_HL7_TAKEN_H
#define HW_HL7_TAKEN_H

/*
 * segment, field, component, attribute, how.  How:
 *   CODE    a code or text of the first repetition that has one; unknown codes kept, flagged
 *   MOMENT  a time; unreadable: AE 102
 *   TIME    a time; unreadable: dropped, flagged
 *   YESNO   Y or N; anything else: AE 103
 *   FIT     ZU1-22, medically fit: Y is criteria not met, N met; anything else: AE 103
 *   FLAG    Y or N; anything else: dropped, flagged
 *   HIDE    PV1-16: restricts unless N or 0
 *   LIST    all repetitions, joined by ;
 *   CLASS   PV1-2: after hl7.classes; a class of hl7.inpatient_classes is I
 */
#define HL7_TAKEN_LIST(X)                                                                          \
    X(PID, 8, 1, SEX, CODE)                                                                        \
    X(PID, 29, 1, DIED_AT, MOMENT)                                                                 \
    X(PID, 30, 1, DIED, FLAG)                                                                      \
    X(PV1, 2, 1, CLASS, CLASS)                                                                     \
    X(PV1, 3, 1, WARD, CODE)                                                                       \
    X(PV1, 3, 2, ROOM, CODE)                                                                       \
    X(PV1, 3, 3, BED, CODE)                                                                        \
    X(PV1, 3, 4, SITE, CODE)                                                                       \
    X(PV1, 4, 1, METHOD, CODE)                                                                     \
    X(PV1, 10, 1, SPECIALTY, CODE)                                                                 \
    X(PV1, 14, 1, SOURCE_OF_ADMISSION, CODE)                                                       \
    X(PV1, 16, 1, RESTRICTED, HIDE)                                                                \
    X(PV1, 36, 1, DESTINATION, CODE)                                                               \
    X(PV1, 44, 1, ADMITTED_AT, MOMENT)                                                             \
    X(PV1, 45, 1, DISCHARGED_AT, MOMENT)                                                           \
    X(PV2, 8, 1, EXPECTED_ADMISSION, TIME)                                                         \
    X(PV2, 9, 1, EXPECTED_DISCHARGE, TIME)                                                         \
    X(ZU1, 22, 1, MEETS, FIT)                                                                      \
    X(ZU1, 24, 1, READY_AT, MOMENT)                                                                \
    X(ZDT, 1, 1, MEETS, YESNO)                                                                     \
    X(ZDT, 2, 1, READY_AT, MOMENT)                                                                 \
    X(ZDT, 3, 1, PATHWAY, CODE)                                                                    \
    X(ZDT, 4, 1, REASON, CODE)                                                                     \
    X(ZDT, 5, 1, RESPONSIBLE, CODE)                                                                \
    X(ZDT, 6, 1, NEEDS, LIST)                                                                      \
    X(ZDT, 7, 1, CRITERIA_REASON, CODE)

#endif
