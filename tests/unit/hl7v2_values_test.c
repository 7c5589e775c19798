/*
 * Goal: each field gives the attribute that the contract says; empty says nothing, "" clears.
 * Method: one field changed in a usual message, one attribute looked at.
 */
#include "homeward/record.h"
#include "hl7v2_letter.h"

#include <criterion/criterion.h>
#include <stdio.h>

static const struct {
    const char *text;
    enum hw_field field;
    const char *value;
    uint32_t flags;
} rows[] = {
    {"PV1-3=W1^R2^B3^RWEAA", HW_FIELD_WARD, "W1", 0},
    {"PV1-3=W1^R2^B3^RWEAA", HW_FIELD_ROOM, "R2", 0},
    {"PV1-3=W1^R2^B3^RWEAA", HW_FIELD_BED, "B3", 0},
    {"PV1-3=W1^R2^B3^RWEAA&1.2.3&ISO", HW_FIELD_SITE, "RWEAA", 0},
    {"PV1-3=W1", HW_FIELD_BED, "-", 0},
    {"PV1-3=W1^^\"\"", HW_FIELD_BED, "cleared", 0},
    {"PV1-3=\"\"", HW_FIELD_WARD, "cleared", 0},
    {"PV1-3=\"\"", HW_FIELD_SITE, "cleared", 0},
    {"PV1-3=", HW_FIELD_WARD, "-", 0},
    {"PV1-3=_W1_", HW_FIELD_WARD, "W1", 0},
    {"PV1-3=A\\T\\E", HW_FIELD_WARD, "A&E", 0},
    {"PV1-4=21", HW_FIELD_METHOD, "21", 0},
    {"PV1-4=~2D", HW_FIELD_METHOD, "2D", 0},
    {"PV1-4=77", HW_FIELD_METHOD, "77", HW_FLAG_CODE_UNKNOWN},
    {"PV1-4=1", HW_FIELD_METHOD, "1", HW_FLAG_CODE_UNKNOWN},
    {"PV1-10=430", HW_FIELD_SPECIALTY, "430", 0},
    {"PV1-10=\"\"", HW_FIELD_SPECIALTY, "cleared", 0},
    {"PV1-14=19", HW_FIELD_SOURCE_OF_ADMISSION, "19", 0},
    {"PV1-16=Y", HW_FIELD_RESTRICTED, "true", 0},
    {"PV1-16=VIP", HW_FIELD_RESTRICTED, "true", 0},
    {"PV1-16=N", HW_FIELD_RESTRICTED, "false", 0},
    {"PV1-16=0", HW_FIELD_RESTRICTED, "false", 0},
    {"PV1-16=", HW_FIELD_RESTRICTED, "-", 0},
    {"PV1-16=\"\"", HW_FIELD_RESTRICTED, "cleared", 0},
    {"PV1-36=19", HW_FIELD_DESTINATION, "19", 0},
    {"PV1-36=\"\"", HW_FIELD_DESTINATION, "cleared", 0},
    {"PV1-44=202602281230", HW_FIELD_ADMITTED_AT, "2026-02-28T12:30:00.000Z", 0},
    {"PV1-44=202607011230", HW_FIELD_ADMITTED_AT, "2026-07-01T11:30:00.000Z", 0},
    {"PV1-44=202607011230^M", HW_FIELD_ADMITTED_AT, "2026-07-01T11:30:00.000Z", 0},
    {"PV1-44=20260701123015123", HW_FIELD_ADMITTED_AT, "2026-07-01T11:30:15.123Z", 0},
    {"PV1-44=20260701123015.1239+0200", HW_FIELD_ADMITTED_AT, "2026-07-01T10:30:15.123Z", 0},
    {"PV1-45=202602281230~202603", HW_FIELD_DISCHARGED_AT, "2026-02-28T12:30:00.000Z", 0},
    {"PV1-45=\"\"", HW_FIELD_DISCHARGED_AT, "cleared", 0},
    {"PV2-8=20260401", HW_FIELD_EXPECTED_ADMISSION, "2026-03-31T23:00:00.000Z", 0},
    {"PV2-9=20260310", HW_FIELD_EXPECTED_DISCHARGE, "2026-03-10T00:00:00.000Z", 0},
    {"PV2-9=\"\"", HW_FIELD_EXPECTED_DISCHARGE, "cleared", 0},
    {"PV2-9=soon", HW_FIELD_EXPECTED_DISCHARGE, "-", HW_FLAG_VALUE_DROPPED},
    {"PID-8=M", HW_FIELD_SEX, "M", 0},
    {"PID-8=Q", HW_FIELD_SEX, "Q", HW_FLAG_CODE_UNKNOWN},
    {"PID-29=202603010315", HW_FIELD_DIED_AT, "2026-03-01T03:15:00.000Z", 0},
    {"PID-29=\"\"", HW_FIELD_DIED_AT, "cleared", 0},
    {"PID-30=Y", HW_FIELD_DIED, "true", 0},
    {"PID-30=N", HW_FIELD_DIED, "false", 0},
    {"PID-30=\"\"", HW_FIELD_DIED, "cleared", 0},
    {"PID-30=perhaps", HW_FIELD_DIED, "-", HW_FLAG_VALUE_DROPPED},
    {"ZU1-22=Y", HW_FIELD_MEETS, "false", 0},
    {"ZU1-22=N", HW_FIELD_MEETS, "true", 0},
    {"ZU1-24=202603010800", HW_FIELD_READY_AT, "2026-03-01T08:00:00.000Z", 0},
    {"ZDT-1=Y", HW_FIELD_MEETS, "true", 0},
    {"ZDT-1=N", HW_FIELD_MEETS, "false", 0},
    {"ZDT-1=N ZU1-22=N", HW_FIELD_MEETS, "false", 0},
    {"ZDT-1=\"\"", HW_FIELD_MEETS, "cleared", 0},
    {"ZDT-2=202603010900", HW_FIELD_READY_AT, "2026-03-01T09:00:00.000Z", 0},
    {"ZDT-2=\"\"", HW_FIELD_READY_AT, "cleared", 0},
    {"ZDT-3=P1", HW_FIELD_PATHWAY, "P1", 0},
    {"ZDT-3=P9", HW_FIELD_PATHWAY, "P9", HW_FLAG_CODE_UNKNOWN},
    {"ZDT-3=P", HW_FIELD_PATHWAY, "P", HW_FLAG_CODE_UNKNOWN},
    {"ZDT-4=CA1", HW_FIELD_REASON, "CA1", 0},
    {"ZDT-4=Dii", HW_FIELD_REASON, "Dii", 0},
    {"ZDT-4=CA12", HW_FIELD_REASON, "CA12", HW_FLAG_CODE_UNKNOWN},
    {"ZDT-4=transport", HW_FIELD_REASON, "transport", HW_FLAG_CODE_UNKNOWN},
    {"ZDT-4=\"\"", HW_FIELD_REASON, "cleared", 0},
    {"ZDT-5=SC", HW_FIELD_RESPONSIBLE, "SC", 0},
    {"ZDT-5=US", HW_FIELD_RESPONSIBLE, "US", HW_FLAG_CODE_UNKNOWN},
    {"ZDT-6=hoist~~double_handed~oxygen^O2", HW_FIELD_NEEDS, "hoist;double handed;oxygen", 0},
    {"ZDT-6=\"\"", HW_FIELD_NEEDS, "cleared", 0},
    {"ZDT-7=07", HW_FIELD_CRITERIA_REASON, "07", 0},
    {"ZDT-7=13", HW_FIELD_CRITERIA_REASON, "13", HW_FLAG_CODE_UNKNOWN},
};

Test(hl7v2_values, each_field)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct hw_hl7_reading *reading = letter_of("A08", rows[i].text);

        cr_assert_str_eq(letter_fate(reading), "AA", "%s", rows[i].text);
        cr_expect_str_eq(
            letter_field(&reading->events[0], rows[i].field), rows[i].value, "%s", rows[i].text);
        cr_expect(reading->events[0].flags == rows[i].flags, "%s: %x", rows[i].text,
            reading->events[0].flags);
    }
}

Test(hl7v2_values, without_a_stay_only_what_is_of_the_person)
{
    const struct hw_event *event =
        &letter_of("A08", "PV1-19= PV1-16=Y PV1-10=430 ZDT-1=N PID-30=Y")->events[0];

    cr_expect(event->kind == HW_KIND_PERSON_UPDATED);
    cr_expect(!event->has_stay);
    cr_expect_str_eq(letter_field(event, HW_FIELD_RESTRICTED), "true");
    cr_expect_str_eq(letter_field(event, HW_FIELD_DIED), "true");
    cr_expect_str_eq(letter_field(event, HW_FIELD_SEX), "F");
    cr_expect_str_eq(letter_field(event, HW_FIELD_WARD), "-");
    cr_expect_str_eq(letter_field(event, HW_FIELD_SPECIALTY), "-");
    cr_expect_str_eq(letter_field(event, HW_FIELD_MEETS), "-");
    event = &letter_of("A31", "PV1-19= PV1-44=2026")->events[0];
    cr_expect(event->kind == HW_KIND_SPELL_UPDATED && event->has_stay);
}

Test(hl7v2_values, pending_and_its_cancels)
{
    cr_expect_str_eq(
        letter_field(&letter_of("A16", "PV2-9=20260310")->events[0], HW_FIELD_EXPECTED_DISCHARGE),
        "2026-03-10T00:00:00.000Z");
    cr_expect_str_eq(
        letter_field(&letter_of("A25", "PV2-9=20260310")->events[0], HW_FIELD_EXPECTED_DISCHARGE),
        "cleared");
    cr_expect_str_eq(
        letter_field(&letter_of("A26", "PV2-9=20260310")->events[0], HW_FIELD_EXPECTED_DISCHARGE),
        "-");
    cr_expect_str_eq(
        letter_field(&letter_of("A26", "PV2-9=\"\"")->events[0], HW_FIELD_EXPECTED_DISCHARGE), "-");
}

Test(hl7v2_values, a_cancelled_discharge_says_nothing_of_a_discharge)
{
    const struct hw_event *event =
        &letter_of("A13", "PV1-36=19 PV1-45=202603010900 PV1-10=430")->events[0];

    cr_expect_str_eq(letter_field(event, HW_FIELD_DESTINATION), "-");
    cr_expect_str_eq(letter_field(event, HW_FIELD_DISCHARGED_AT), "-");
    cr_expect_str_eq(letter_field(event, HW_FIELD_SPECIALTY), "430");
}

static struct hw_slice text_of(const char *text)
{
    return hw_slice_text(text);
}

Test(hl7v2_values, fields_of_the_senders_own)
{
    struct hw_hl7_mapping mappings[] = {
        {text_of("RWE/PAS"), HW_FIELD_REASON, text_of("ZDS"), {0}, 3, 2},
        {{0}, HW_FIELD_PATHWAY, text_of("OBX"), text_of("PATH"), 5, 0},
        {{0}, HW_FIELD_READY_AT, text_of("ZDS"), {0}, 4, 1},
        {{0}, HW_FIELD_DISCHARGE_METHOD, text_of("ZDS"), {0}, 5, 1},
        {{0}, HW_FIELD_MEETS, text_of("ZDS"), {0}, 6, 0},
        {text_of("RT5/PAS"), HW_FIELD_SPECIALTY, text_of("ZDS"), {0}, 3, 2},
        {{0}, HW_FIELD_ADULT_FROM_DAY, text_of("ZDS"), {0}, 3, 1},
    };
    struct hw_hl7_options options;
    const struct hw_hl7_reading *reading;
    const struct hw_event *event;

    hw_hl7_options_init(&options);
    options.mappings = mappings;
    options.mappings_count = sizeof mappings / sizeof *mappings;
    reading = letter_read(&options,
        letter("A08",
            "OBX-3=TEMP OBX-5=37 OBX.2-3=PATH^x OBX.2-5=P2 ZDS-3=1^CA1 "
            "ZDS-4=202603011000 ZDS-5=4 ZDS-6=N PID-7="));
    event = &reading->events[0];
    cr_assert_str_eq(letter_fate(reading), "AA");
    cr_expect_str_eq(letter_field(event, HW_FIELD_REASON), "CA1");
    cr_expect_str_eq(letter_field(event, HW_FIELD_PATHWAY), "P2");
    cr_expect_str_eq(letter_field(event, HW_FIELD_READY_AT), "2026-03-01T10:00:00.000Z");
    cr_expect_str_eq(letter_field(event, HW_FIELD_DISCHARGE_METHOD), "4");
    cr_expect_str_eq(letter_field(event, HW_FIELD_MEETS), "false");
    cr_expect_str_eq(letter_field(event, HW_FIELD_SPECIALTY), "-", "another sender's");
    cr_expect_str_eq(letter_field(event, HW_FIELD_ADULT_FROM_DAY), "-", "never sent");
    reading = letter_read(&options, letter("A08", "ZDS-4=junk ZDS-3=1^\"\""));
    cr_expect_str_eq(letter_fate(reading), "AA");
    cr_expect_str_eq(letter_field(&reading->events[0], HW_FIELD_READY_AT), "-");
    cr_expect_str_eq(letter_field(&reading->events[0], HW_FIELD_REASON), "cleared");
    cr_expect((reading->events[0].flags & HW_FLAG_VALUE_DROPPED) != 0);
}

Test(hl7v2_values, a_record_holds_whatever_a_message_said)
{
    static char text[32768];
    static uint8_t record[HW_RECORD_SIZE_MAX];
    static char big[1500];
    const struct hw_hl7_reading *reading;
    size_t size;

    memset(big, 'x', sizeof big - 1);
    size = snprintf(
        text, sizeof text, "MSH|^~\\&|%s|%s|||20260301||ADT^A01|%s|P|2.4\r", big, big, big);
    size += snprintf(text + size, sizeof text - size, "PID|||");
    for (int i = 0; i < 20; i++)
        size += snprintf(text + size, sizeof text - size, "%.150s%d^^^%.150s~", big, i, big);
    size += snprintf(text + size, sizeof text - size, "||%s^%.20s\rPV1||I|%s^%s^%s^%s\r", big, big,
        big, big, big, big);
    cr_assert(size < sizeof text - 1);
    reading = letter_read(NULL, text);
    cr_expect_str_eq(letter_fate(reading), "AE 101 PV1^1^19");
    snprintf(text + size, sizeof text - size, "PV1|");
    memcpy(text + size - 1, "||||||||||||||||V1\r", 20);
    reading = letter_read(NULL, text);
    cr_assert_str_eq(letter_fate(reading), "AA", "%s", reading->reason);
    cr_expect((reading->events[0].flags & HW_FLAG_LIST_CUT) != 0);
    cr_expect((reading->events[0].flags & HW_FLAG_TEXT_CUT) != 0);
    cr_expect(reading->events[0].identifiers_count == HW_IDENTIFIERS_MAX);
    cr_expect(hw_record_encode(&reading->events[0], 1, 0, record, sizeof record) > 0);
}
