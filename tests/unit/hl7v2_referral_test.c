/*
 * Goal: a REF becomes a referral: named, with its way, its urgency and when it is needed; what it
 *       does not say is not made up.
 * Method: one field changed in a usual message of an inpatient, one attribute looked at.
 */
#include "hl7v2_letter.h"

#include <criterion/criterion.h>

static const struct {
    const char *trigger, *text;
    enum hw_field field;
    const char *value;
    uint32_t flags;
} rows[] = {
    {"I12", "RF1-6=77^HUB", HW_FIELD_REFERRAL, "HUB/77", 0},
    {"I12", "RF1-6=77^HUB ORC-2=88^OTHER", HW_FIELD_REFERRAL, "HUB/77", 0},
    {"I12", "RF1-6=\"\" ORC-2=88^OTHER", HW_FIELD_REFERRAL, "OTHER/88", 0},
    {"I12", "OBR-2=99^THIRD", HW_FIELD_REFERRAL, "THIRD/99", 0},
    {"I12", "MSH-10=C1 MSH-3=PAS MSH-4=RWE", HW_FIELD_REFERRAL, "RWE/PAS/C1", 0},
    {"I12", "PV1-2=I RF1-6=1^A", HW_FIELD_DIRECTION, "step_down", 0},
    {"I12", "PV1-2=E RF1-6=1^A", HW_FIELD_DIRECTION, "step_up", 0},
    {"I12", "-PV1 RF1-6=1^A", HW_FIELD_DIRECTION, "step_up", 0},
    {"I13", "-PV1 RF1-6=1^A", HW_FIELD_DIRECTION, "-", 0},
    {"I12", "PV1-2= RF1-6=1^A", HW_FIELD_DIRECTION, "-", 0},
    {"I14", "PV1-2=I RF1-6=1^A", HW_FIELD_DIRECTION, "-", 0},
    {"I12", "RF1-2=S^Stat^HL70280", HW_FIELD_URGENCY, "2h", 0},
    {"I12", "RF1-2=A", HW_FIELD_URGENCY, "2d", 0},
    {"I12", "RF1-2=R", HW_FIELD_URGENCY, "routine", 0},
    {"I12", "RF1-2=2d", HW_FIELD_URGENCY, "2d", 0},
    {"I12", "RF1-2=SOON", HW_FIELD_URGENCY, "SOON", HW_FLAG_CODE_UNKNOWN},
    {"I12", "RF1-2=", HW_FIELD_URGENCY, "-", 0},
    {"I12", "RF1-7=20260401", HW_FIELD_NEEDED_FROM, "2026-03-31T23:00:00.000Z", 0},
    {"I13", "RF1-7=\"\"", HW_FIELD_NEEDED_FROM, "cleared", 0},
    {"I12", "RF1-7=soon", HW_FIELD_NEEDED_FROM, "-", HW_FLAG_VALUE_DROPPED},
    {"I12", "PV1-3=W1^R2^B3^RWEAA", HW_FIELD_SITE, "RWEAA", 0},
    {"I12", "PV1-3=W1^R2^B3^RWEAA", HW_FIELD_WARD, "-", 0},
    {"I12", "ZDT-3=P1", HW_FIELD_PATHWAY, "P1", 0},
    {"I12", "ZDT-6=therapy~nursing", HW_FIELD_NEEDS, "therapy;nursing", 0},
    {"I12", "ZDT-2=202602281230", HW_FIELD_READY_AT, "2026-02-28T12:30:00.000Z", 0},
    {"I12", "PID-7=19400302 EVN-2=20260302090000 EVN-6=", HW_FIELD_AGE_YEARS, "86", 0},
    {"I12", "PID-7=19400303 EVN-2=20260302090000 EVN-6=", HW_FIELD_AGE_YEARS, "85", 0},
    {"I12", "PID-7=", HW_FIELD_AGE_YEARS, "-", 0},
};

Test(hl7v2_referral, what_a_ref_says)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct hw_hl7_reading *reading = letter_of(rows[i].trigger, rows[i].text);

        cr_assert_str_eq(letter_fate(reading), "AA", "%s", rows[i].text);
        cr_expect_str_eq(
            letter_field(&reading->events[0], rows[i].field), rows[i].value, "%s", rows[i].text);
        cr_expect((reading->events[0].flags & rows[i].flags) == rows[i].flags, "%s", rows[i].text);
    }
}

static const struct {
    const char *trigger;
    enum hw_kind kind;
} kinds[] = {
    {"I12", HW_KIND_REFERRAL_RECEIVED},
    {"I13", HW_KIND_REFERRAL_UPDATED},
    {"I14", HW_KIND_REFERRAL_WITHDRAWN},
};

Test(hl7v2_referral, three_triggers_are_three_kinds)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct hw_hl7_reading *reading = letter_of(kinds[i].trigger, "RF1-6=77^HUB");

        cr_expect_eq(reading->events_count, 1);
        cr_expect_eq(reading->events[0].kind, kinds[i].kind, "%s", kinds[i].trigger);
    }
}

Test(hl7v2_referral, nobody_is_refused_as_elsewhere)
{
    cr_expect_str_eq(letter_fate(letter_of("I12", "PID-3= PID-2= RF1-6=77^HUB")), "AE 101 PID^1^3");
}

Test(hl7v2_referral, a_mapping_goes_before_what_rf1_says)
{
    static const struct hw_hl7_mapping mappings[] = {
        {.field = HW_FIELD_URGENCY,
            .segment = {(const uint8_t *)"RF1", 3},
            .field_number = 3,
            .component = 1},
        {.field = HW_FIELD_PREFERRED,
            .segment = {(const uint8_t *)"RF1", 3},
            .field_number = 4,
            .component = 1},
    };
    struct hw_hl7_options options;
    const struct hw_hl7_reading *reading;

    hw_hl7_options_init(&options);
    options.mappings = mappings;
    options.mappings_count = 2;
    reading = letter_read(&options, letter("I12", "RF1-2=R RF1-3=2h RF1-4=HART~HTLAH RF1-6=1^A"));
    cr_assert_eq(reading->events_count, 1);
    cr_expect_str_eq(letter_field(&reading->events[0], HW_FIELD_URGENCY), "2h");
    cr_expect_str_eq(letter_field(&reading->events[0], HW_FIELD_PREFERRED), "HART;HTLAH");
}
