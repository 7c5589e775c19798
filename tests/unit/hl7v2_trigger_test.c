/*
 * Goal: each trigger of the contract's table is the event the contract says, and is refused without
 *       what it needs.
 * Method: one row a trigger: the fields beside a usual message, the kind, the meaning; then the
 * same message without its person, its stay, its second person.
 */
#include "hl7v2_letter.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define MERGE "-PV1 MRG-1=S7654321^^^RWE^MR"
#define TWO   "PID.2-3=S7654321^^^RWE^MR"

static const struct {
    const char *trigger, *text;
    enum hw_kind kind;
    const char *meaning;
    bool stay, one_person, retired; /* what it is refused without */
} rows[] = {
    {"A01", "", HW_KIND_SPELL_ADMITTED, "spell.admitted", true, true, false},
    {"A02", "", HW_KIND_SPELL_MOVED, "spell.moved", true, true, false},
    {"A03", "", HW_KIND_SPELL_DISCHARGED, "spell.discharged", true, true, false},
    {"A04", "", HW_KIND_SPELL_ADMITTED, "spell.admitted", true, true, false},
    {"A04", "PV1-2=E", HW_KIND_SPELL_ADMITTED, "attendance (class E: tracked, not in hospital)",
        true, true, false},
    {"A05", "", HW_KIND_SPELL_EXPECTED, "expected admission", true, true, false},
    {"A06", "", HW_KIND_SPELL_CLASS_CHANGED, "class changed to inpatient", true, true, false},
    {"A07", "PV1-2=O", HW_KIND_SPELL_CLASS_CHANGED, "class changed from inpatient", true, true,
        false},
    {"A08", "", HW_KIND_SPELL_UPDATED, "update of person and stay", false, true, false},
    {"A11", "", HW_KIND_SPELL_ADMISSION_CANCELLED, "spell.admission_cancelled", true, true, false},
    {"A12", "", HW_KIND_SPELL_MOVE_CANCELLED, "spell.move_cancelled", true, true, false},
    {"A13", "", HW_KIND_SPELL_DISCHARGE_CANCELLED, "spell.discharge_cancelled", true, true, false},
    {"A14", "", HW_KIND_SPELL_EXPECTED, "expected admission", true, true, false},
    {"A15", "", HW_KIND_SPELL_UPDATED, "pending move", true, true, false},
    {"A16", "", HW_KIND_SPELL_UPDATED, "expected discharge (pending discharge)", true, true, false},
    {"A17", TWO " PV1.2-19=V2", HW_KIND_SPELL_MOVED, "spell.moved (two people change places)",
        false, true, false},
    {"A21", "", HW_KIND_SPELL_LEAVE_STARTED, "spell.leave_started", true, true, false},
    {"A22", "", HW_KIND_SPELL_LEAVE_ENDED, "spell.leave_ended", true, true, false},
    {"A24", TWO, HW_KIND_PERSON_LINKED, "people linked", false, true, false},
    {"A25", "", HW_KIND_SPELL_UPDATED, "pending discharge cancelled", false, true, false},
    {"A26", "", HW_KIND_SPELL_UPDATED, "pending move cancelled", false, true, false},
    {"A28", "", HW_KIND_SPELL_UPDATED, "update of person (new)", false, true, false},
    {"A30", MERGE, HW_KIND_PERSON_MERGED, "person.merged", false, true, true},
    {"A31", "", HW_KIND_SPELL_UPDATED, "update of person", false, true, false},
    {"A34", MERGE, HW_KIND_PERSON_MERGED, "person.merged", false, true, true},
    {"A36", MERGE, HW_KIND_PERSON_MERGED, "person.merged", false, true, true},
    {"A37", TWO, HW_KIND_PERSON_UNMERGED, "people unlinked", false, true, false},
    {"A38", "", HW_KIND_SPELL_EXPECTED_WITHDRAWN, "expected admission withdrawn", true, true,
        false},
    {"A40", MERGE, HW_KIND_PERSON_MERGED, "person.merged", false, true, true},
    {"A42", "MRG-5=V0", HW_KIND_VISITS_MERGED, "visits merged", true, true, false},
    {"A43", MERGE, HW_KIND_IDENTIFIER_MOVED, "identifier moved", false, true, true},
    {"A44", "", HW_KIND_SPELL_REASSIGNED, "stay moved to another person", true, true, false},
    {"A45", "", HW_KIND_SPELL_REASSIGNED, "stay moved to another person", true, true, false},
    {"A47", MERGE, HW_KIND_IDENTIFIER_CHANGED, "identifier changed", false, true, true},
    {"A52", "", HW_KIND_SPELL_LEAVE_START_CANCELLED, "spell.leave_start_cancelled", true, true,
        false},
    {"A53", "", HW_KIND_SPELL_LEAVE_END_CANCELLED, "spell.leave_end_cancelled", true, true, false},
    {"I12", "RF1-6=R1", HW_KIND_REFERRAL_RECEIVED, "referral.received", false, true, false},
    {"I13", "RF1-6=R1", HW_KIND_REFERRAL_UPDATED, "referral.updated", false, true, false},
    {"I14", "RF1-6=R1", HW_KIND_REFERRAL_WITHDRAWN, "referral.withdrawn", false, true, false},
};

enum { ROWS = sizeof rows / sizeof *rows };

static const char *fate_with(size_t i, const char *more)
{
    char text[256];

    snprintf(text, sizeof text, "%s %s", rows[i].text, more);
    return letter_fate(letter_of(rows[i].trigger, text));
}

Test(hl7v2_trigger, each_is_its_kind)
{
    for (size_t i = 0; i < ROWS; i++) {
        const struct hw_hl7_reading *reading = letter_of(rows[i].trigger, rows[i].text);

        cr_assert_str_eq(letter_fate(reading), "AA", "%s: %s", rows[i].trigger, reading->reason);
        cr_expect(reading->events_count == (strcmp(rows[i].trigger, "A17") == 0 ? 2 : 1), "%s",
            rows[i].trigger);
        cr_expect(reading->events[0].kind == rows[i].kind, "%s: %s", rows[i].trigger,
            hw_kind_type(reading->events[0].kind));
        cr_expect_str_eq(reading->meaning, rows[i].meaning, "%s", rows[i].trigger);
    }
}

Test(hl7v2_trigger, none_without_its_person)
{
    for (size_t i = 0; i < ROWS; i++)
        cr_expect_str_eq(fate_with(i, "PID-3="), "AE 101 PID^1^3", "%s", rows[i].trigger);
}

Test(hl7v2_trigger, a_stay_key_where_one_is_needed)
{
    for (size_t i = 0; i < ROWS; i++) {
        const char *fate = fate_with(i, "PV1-19=");

        cr_expect_str_eq(fate, rows[i].stay ? "AE 101 PV1^1^19" : "AA", "%s", rows[i].trigger);
        if (rows[i].stay && strcmp(rows[i].trigger, "A42") != 0)
            cr_expect_str_eq(
                fate_with(i, "PV1-19= PV1-44=202602280900"), "AA", "%s", rows[i].trigger);
    }
}

Test(hl7v2_trigger, something_to_retire_where_it_is_needed)
{
    for (size_t i = 0; i < ROWS; i++)
        cr_expect_str_eq(fate_with(i, "MRG-1="), rows[i].retired ? "AE 101 MRG^1^1" : "AA", "%s",
            rows[i].trigger);
}

Test(hl7v2_trigger, two_people_where_two_are_needed)
{
    static const char *const triggers[] = {"A17", "A24", "A37"};

    for (size_t i = 0; i < 3; i++) {
        cr_expect_str_eq(letter_fate(letter_of(triggers[i], "")), "AE 101 PID^2^3");
        cr_expect_str_eq(letter_fate(letter_of(triggers[i], "PID.2-5=DOE")),
            strcmp(triggers[i], "A17") == 0 ? "AE 101 PID^2^3" : "AE 101 PID^1^3");
    }
}

Test(hl7v2_trigger, mrg_5_names_the_stay_of_a44_and_a45_and_both_are_needed_in_a42)
{
    const struct hw_hl7_reading *reading;

    cr_expect_str_eq(letter_fate(letter_of("A44", "PV1-19= MRG-5=V9")), "AA");
    reading = letter_of("A45", "PV1-19= MRG-1=S9^^^RWE MRG-5=V9^^^RWE");
    cr_expect_str_eq(letter_fate(reading), "AA");
    cr_expect(hw_slice_is(reading->events[0].visit.number, "V9"));
    cr_expect(reading->events[0].retired_count == 1);
    cr_expect(reading->events[0].has_stay);
    cr_expect_str_eq(letter_fate(letter_of("A42", "MRG-5=")), "AE 101 MRG^1^5");
    reading = letter_of("A42", "MRG-5=V0^^^OLD");
    cr_expect(hw_slice_is(reading->events[0].retired_visit.number, "V0"));
    cr_expect(hw_slice_is(reading->events[0].retired_visit.authority, "OLD"));
    cr_expect(hw_slice_is(reading->events[0].visit.number, "V1001"));
}

Test(hl7v2_trigger, what_is_not_in_the_table)
{
    static const char *const types[] = {"ADT^A09", "ADT^A18", "ADT^A27", "ADT^A29", "ADT^A54",
        "ADT^A99", "ADT^A00", "ADT^", "ADT", "ADT^A1", "ADT^B01", "ADT^A011", "REF^I11", "REF^I15",
        "REF^A01", "ORU^R01", "XYZ^A01"};
    struct hw_hl7_options reject;

    hw_hl7_options_init(&reject);
    reject.reject_unhandled = true;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        bool known = strncmp(types[i], "ADT", 3) == 0 || strncmp(types[i], "REF", 3) == 0;
        char text[64];

        snprintf(text, sizeof text, "MSH-9=%s", types[i]);
        cr_expect_str_eq(letter_fate(letter_of("A01", text)), "AA ignored", "%s", types[i]);
        cr_expect_str_eq(letter_fate(letter_read(&reject, letter("A01", text))),
            known ? "AR 201 MSH^1^9" : "AR 200 MSH^1^9", "%s", types[i]);
    }
    cr_expect_str_eq(letter_fate(letter_read(&reject, letter("A01", "MSH-9=RSP^K11 MSA-1=AA"))),
        "AA ignored", "other responses are ignored whatever is set");
}

Test(hl7v2_trigger, merges_take_nothing_else)
{
    static const char *const triggers[] = {"A40", "A24", "A42", "A43", "A45", "A47"};

    for (size_t i = 0; i < sizeof triggers / sizeof *triggers; i++) {
        const struct hw_hl7_reading *reading = letter_of(triggers[i],
            strcmp(triggers[i], "A24") == 0
                ? "PID.2-3=S3^^^RWE PID-8=? PID-29=2026 PV1-16=Y"
                : "MRG-1=S2^^^RWE MRG-5=V0 PID-8=? PID-29=2026 PV1-16=Y PV1-44=2026");
        const struct hw_event *event = &reading->events[0];

        cr_assert_str_eq(letter_fate(reading), "AA", "%s", triggers[i]);
        cr_expect((event->set & ~(UINT64_C(1) << HW_FIELD_ADMITTED_AT)) == 0, "%s", triggers[i]);
        cr_expect(event->cleared == 0, "%s", triggers[i]);
        cr_expect(event->flags == 0, "%s", triggers[i]);
        cr_expect(
            event->name.size + event->born.size + event->postcode.size == 0, "%s", triggers[i]);
    }
}

Test(hl7v2_trigger, every_pair_of_a_merge_is_an_event)
{
    const struct hw_hl7_reading *reading = letter_of("A40",
        "-PV1 MRG-1=S2^^^RWE PID.2-3=S3^^^RWE MRG.2-1=S4^^^RWE PID.3-3=S5^^^RWE MRG.3-1=S6^^^RWE");

    cr_assert(reading->events_count == 3);
    cr_expect(hw_slice_is(reading->events[0].retired[0].id, "S2"));
    cr_expect(hw_slice_is(reading->events[2].identifiers[0].id, "S5"));
    cr_expect(hw_slice_is(reading->events[2].retired[0].id, "S6"));
    cr_expect_str_eq(
        letter_fate(letter_of("A40", "-PV1 MRG-1=S2^^^RWE PID.2-3=S3^^^RWE")), "AE 101 MRG^2^1");
}

Test(hl7v2_trigger, more_groups_than_fit_are_refused_not_dropped)
{
    char text[512] = "-PV1 MRG-1=S0^^^RWE";

    for (int i = 2; i <= HW_HL7_EVENTS_MAX + 1; i++) {
        size_t size = strlen(text);

        if (i == HW_HL7_EVENTS_MAX + 1)
            cr_expect_str_eq(letter_fate(letter_of("A40", text)), "AA");
        snprintf(text + size, sizeof text - size, " PID.%d-3=P%d MRG.%d-1=M%d", i, i, i, i);
    }
    cr_expect_str_eq(letter_fate(letter_of("A40", text)), "AE 207 PID");
}

Test(hl7v2_trigger, two_change_places)
{
    const struct hw_hl7_reading *reading =
        letter_of("A17", "PID.2-3=S2^^^RWE PV1.2-3=W2^^B9^RWEAE PV1.2-19=V2");

    cr_assert(reading->events_count == 2);
    cr_expect_str_eq(letter_field(&reading->events[0], HW_FIELD_WARD), "W1");
    cr_expect_str_eq(letter_field(&reading->events[1], HW_FIELD_WARD), "W2");
    cr_expect_str_eq(letter_field(&reading->events[1], HW_FIELD_SITE), "RWEAE");
    cr_expect(hw_slice_is(reading->events[1].visit.number, "V2"));
    cr_expect(reading->events[1].kind == HW_KIND_SPELL_MOVED);
}
