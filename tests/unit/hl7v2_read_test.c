/*
 * Goal: what a message is refused or ignored for, and which of several faults is said.
 * Method: a usual message with the fields that matter changed, and its fate.
 */
#include "hl7v2_letter.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct story {
    const char *trigger, *text, *fate;
};

static void tell(const struct story *stories, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct hw_hl7_reading *reading = letter_of(stories[i].trigger, stories[i].text);

        cr_expect_str_eq(letter_fate(reading), stories[i].fate, "%s %s: %s (%s)",
            stories[i].trigger, stories[i].text, letter_fate(reading), reading->reason);
        if (reading->verdict == HW_VERDICT_REFUSED) {
            cr_expect(strlen(reading->reason) > 10, "%s", stories[i].text);
            cr_expect(strlen(reading->reason) < sizeof reading->reason - 1, "%s: cut short",
                stories[i].text);
        }
    }
}

#define TELL(stories) tell(stories, sizeof(stories) / sizeof *(stories))

Test(hl7v2_read, headers)
{
    static const struct story stories[] = {
        {"A01", "MSH-10=", "AR 101 MSH^1^10"},
        {"A01", "MSH-10=_", "AR 101 MSH^1^10"},
        {"A01", "MSH-12=", "AR 203 MSH^1^12"},
        {"A01", "MSH-12=3.0", "AR 203 MSH^1^12"},
        {"A01", "MSH-12=2", "AR 203 MSH^1^12"},
        {"A01", "MSH-12=2.x", "AR 203 MSH^1^12"},
        {"A01", "MSH-12=2.5.1", "AA"},
        {"A01", "MSH-12=2.5^FRA^2.11", "AA"},
        {"A01", "MSH-11=", "AR 202 MSH^1^11"},
        {"A01", "MSH-11=T", "AR 202 MSH^1^11"},
        {"A01", "MSH-11=P^", "AA"},
        {"A01", "MSH-11=PP", "AR 202 MSH^1^11"},
        {"A01", "MSH-9=", "AR 200 MSH^1^9"},
        {"A01", "MSH-9=^A01", "AR 200 MSH^1^9"},
        {"A01", "MSH-10= MSH-12= MSH-11= MSH-9=", "AR 101 MSH^1^10"},
        {"A01", "MSH-12= MSH-11= MSH-9=", "AR 203 MSH^1^12"},
        {"A01", "MSH-11= MSH-9=", "AR 202 MSH^1^11"},
        {"A01", "MSH-11=T PID-3=", "AR 202 MSH^1^11"},
        {"A01", "MSH.2-10=ID2", "AR 100 MSH"},
        {"A01", "BHS-3=x", "AR 100 MSH"},
        {"A01", "MSH.2-10=ID2 MSH-10=", "AR 100 MSH"},
        {"A01", "MSH-9=ACK^A01", "none"},
        {"A01", "MSH-9=MCF", "none"},
        {"A01", "MSH-9=ACK MSH-11=T MSH-12= MSH-10=", "none"},
    };

    TELL(stories);
}

Test(hl7v2_read, what_is_no_message)
{
    static const struct {
        const char *bytes, *fate;
        bool is_hl7;
    } rows[] = {
        {"", "AR 100 MSH", false},
        {"hello", "AR 100 MSH", false},
        {"PID|||1", "AR 100 MSH", false},
        {"FHS|^~\\&|A\rMSH|^~\\&|A|B|||||ADT^A01|1|P|2.4", "AR 100 MSH", true},
        {"MSH", "AR 102 MSH^1^2", true},
        {"MSH||A|B|||||ACK|1|P|2.4", "AR 102 MSH^1^2", true},
        {"MSH|^^|A|B|||||ADT^A01|1|P|2.4", "AR 102 MSH^1^2", true},
        {"MSH|^~\\&", "AR 101 MSH^1^10", true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct hw_hl7_reading *reading = letter_read(NULL, rows[i].bytes);

        cr_expect_str_eq(letter_fate(reading), rows[i].fate, "%s", rows[i].bytes);
        cr_expect(reading->is_hl7 == rows[i].is_hl7, "%s", rows[i].bytes);
    }
}

Test(hl7v2_read, other_delimiters)
{
    const struct hw_hl7_reading *reading = letter_read(NULL,
        "MSH$%!*@$PAS$RWE$$$202603011000$$ADT%A02$ID1$P$2.3\n"
        "PID$$$S1%%%RWE%MR!9990000018%%%NHS@x%NH\nPV1$$I$W*S*1%%B2%RWEAA$$$$$$$$$$$$$$$$V1");

    cr_assert_str_eq(letter_fate(reading), "AA", "%s", reading->reason);
    cr_expect_str_eq(letter_field(&reading->events[0], HW_FIELD_WARD), "W%1");
    cr_expect_str_eq(letter_field(&reading->events[0], HW_FIELD_BED), "B2");
    cr_expect(reading->events[0].identifiers_count == 2);
}

Test(hl7v2_read, content_in_its_order)
{
    static const struct story stories[] = {
        {"A01", "EVN-2=2026x", "AE 102 EVN^1^2"},
        {"A01", "EVN-6=20261301", "AE 102 EVN^1^6"},
        {"A01", "PV1-44=yesterday", "AE 102 PV1^1^44"},
        {"A01", "PV1-45=20260231", "AE 102 PV1^1^45"},
        {"A01", "ZDT-2=soon", "AE 102 ZDT^1^2"},
        {"A01", "ZU1-24=soon", "AE 102 ZU1^1^24"},
        {"A01", "PID-29=x", "AE 102 PID^1^29"},
        {"A01", "ZDT-1=maybe", "AE 103 ZDT^1^1"},
        {"A01", "ZU1-22=1", "AE 103 ZU1^1^22"},
        {"A01", "PV1-44=202603011000 PV1-45=202603010959", "AE 207 PV1^1^45"},
        {"A01", "PV1-44=20260301100030 PV1-45=202603011000", "AA"},
        {"A01", "PV1-44=20260301100030 PV1-45=20260301", "AA"},
        {"A01", "PV1-44=20260301 PV1-45=20260228", "AE 207 PV1^1^45"},
        {"A31", "PV1-44=20260301 PV1-45=20260228", "AE 207 PV1^1^45"},
        {"A01", "EVN-2= EVN-6= MSH-7=", "AE 101 EVN^1^2"},
        {"A01", "EVN-2= EVN-6= MSH-7= PV1-44=20260301", "AA"},
        {"A03", "EVN-2= EVN-6= MSH-7= PV1-45=20260301", "AA"},
        {"A01", "MSH-7=junk", "AA"},
        {"A01", "PID-7=junk PV2-8=junk PV2-9=junk PID-30=perhaps", "AA"},
        {"A01", "PID-3= EVN-2=x PV1-19= PV1-44=2026 PV1-45=2025", "AE 101 PID^1^3"},
        {"A01", "EVN-2=x PV1-19= ", "AE 102 EVN^1^2"},
        {"A01", "PV1-19= PV1-45=2026", "AE 101 PV1^1^19"},
        {"A01", "PV1-19=\"\"", "AE 101 PV1^1^19"},
        {"A01", "-PV1", "AE 101 PV1^1^19"},
        {"A01", "-EVN", "AA"},
        {"A08", "-PV1", "AA"},
        {"A08", "-PV1 PID-3=", "AE 101 PID^1^3"},
    };

    TELL(stories);
}

Test(hl7v2_read, the_class_filter)
{
    static const struct {
        const char *trigger, *class;
        const char *fate, *meaning;
    } rows[] = {
        {"A01", "I", "AA", "spell.admitted"},
        {"A01", "E", "AA", "spell.admitted (class E: tracked, not in hospital)"},
        {"A01", "O", "AA ignored", "ignored (class O)"},
        {"A01", "P", "AA ignored", "ignored (class P)"},
        {"A01", "W", "AA ignored", "ignored (class W)"},
        {"A01", "", "AA", "spell.admitted (class empty: flagged)"},
        {"A01", "\"\"", "AA", "spell.admitted (class empty: flagged)"},
        {"A01", "DAY_CASE", "AA", "spell.admitted (class unknown: flagged)"},
        {"A04", "I", "AA", "spell.admitted"},
        {"A04", "E", "AA", "attendance (class E: tracked, not in hospital)"},
        {"A04", "O", "AA ignored", "ignored (class O)"},
        {"A04", "", "AA ignored", "ignored (class empty)"},
        {"A04", "ODD", "AA ignored", "ignored (class unknown)"},
        {"A05", "P", "AA", "expected admission"},
        {"A14", "P", "AA", "expected admission"},
        {"A05", "O", "AA ignored", "ignored (class O)"},
        {"A05", "", "AA", "expected admission"},
        {"A02", "O", "AA", "spell.moved"},
        {"A08", "P", "AA", "update of person and stay"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct hw_hl7_reading *reading;
        char text[64];

        snprintf(text, sizeof text, "PV1-2=%s", rows[i].class);
        reading = letter_of(rows[i].trigger, text);
        cr_expect_str_eq(letter_fate(reading), rows[i].fate, "%s %s", rows[i].trigger, text);
        cr_expect_str_eq(reading->meaning, rows[i].meaning, "%s %s", rows[i].trigger, text);
    }
    cr_expect_str_eq(letter_fate(letter_of("A01", "PV1-2=O PID-3= EVN-2=x")), "AA ignored",
        "before the rest is looked at");
    cr_expect_str_eq(letter_fate(letter_of("A01", "PV1-2=O MSH-11=T")), "AR 202 MSH^1^11",
        "but after the header");
}

Test(hl7v2_read, classes_as_configured)
{
    static const struct hw_hl7_class classes[] = {
        {{(const uint8_t *)"DAY", 3}, {(const uint8_t *)"O", 1}},
        {{(const uint8_t *)"WARD", 4}, {(const uint8_t *)"B", 1}}};
    struct hw_hl7_options options;
    const struct hw_hl7_reading *reading;

    hw_hl7_options_init(&options);
    options.classes = classes;
    options.classes_count = 2;
    options.inpatient_classes[1] = hw_slice_text("B");
    options.inpatient_classes_count = 2;
    reading = letter_read(&options, letter("A01", "PV1-2=DAY"));
    cr_expect_str_eq(reading->meaning, "ignored (class O)");
    reading = letter_read(&options, letter("A01", "PV1-2=WARD"));
    cr_expect_str_eq(reading->meaning, "spell.admitted");
    cr_expect_str_eq(letter_field(&reading->events[0], HW_FIELD_CLASS), "I");
    reading = letter_read(&options, letter("A02", "PV1-2=DAY"));
    cr_expect_str_eq(letter_field(&reading->events[0], HW_FIELD_CLASS), "O");
}

Test(hl7v2_read, the_class_field)
{
    static const struct {
        const char *trigger, *text, *class;
        uint32_t flags;
    } rows[] = {
        {"A01", "PV1-2=I", "I", 0},
        {"A01", "PV1-2=E", "E", 0},
        {"A01", "PV1-2=", "I", HW_FLAG_CLASS_EMPTY},
        {"A01", "PV1-2=ODD", "I", HW_FLAG_CLASS_UNKNOWN},
        {"A02", "PV1-2=", "-", 0},
        {"A02", "PV1-2=ODD", "-", HW_FLAG_CLASS_UNKNOWN},
        {"A06", "PV1-2=", "I", HW_FLAG_CLASS_EMPTY},
        {"A07", "PV1-2=", "O", HW_FLAG_CLASS_EMPTY},
        {"A07", "PV1-2=E", "E", 0},
        {"A05", "PV1-2=I", "-", 0},
        {"A38", "PV1-2=I", "-", 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct hw_hl7_reading *reading = letter_of(rows[i].trigger, rows[i].text);

        cr_expect_str_eq(letter_field(&reading->events[0], HW_FIELD_CLASS), rows[i].class, "%s %s",
            rows[i].trigger, rows[i].text);
        cr_expect((reading->events[0].flags & (HW_FLAG_CLASS_EMPTY | HW_FLAG_CLASS_UNKNOWN)) ==
                rows[i].flags,
            "%s %s", rows[i].trigger, rows[i].text);
    }
}

Test(hl7v2_read, the_key)
{
    const struct hw_event *event = &letter_of("A01", "MSH-13=17")->events[0];
    char text[HW_TIME_TEXT_SIZE];

    cr_expect_str_eq(hw_time_format(event->happened.start_ms, text), "2026-03-01T10:00:00.000Z");
    cr_expect_str_eq(hw_time_format(event->recorded.start_ms, text), "2026-03-01T10:14:00.000Z");
    cr_expect_str_eq(hw_time_format(event->sent.start_ms, text), "2026-03-01T10:15:00.000Z");
    cr_expect(event->message_sequence == 17);
    cr_expect(hw_slice_is(event->control_id, "ID1"));
    cr_expect(hw_slice_is(event->source, "RWE/PAS"));
    cr_expect(hw_slice_is(event->organisation, "RWE"));
    event = &letter_of("A01", "EVN-6= MSH-13=x")->events[0];
    cr_expect_str_eq(hw_time_format(event->happened.start_ms, text), "2026-03-01T10:14:00.000Z");
    cr_expect(event->message_sequence == -1);
    event = &letter_of("A01", "EVN-6= EVN-2=")->events[0];
    cr_expect_str_eq(hw_time_format(event->happened.start_ms, text), "2026-03-01T10:15:00.000Z");
    cr_expect(event->recorded.start_ms == event->sent.start_ms);
    event = &letter_of("A03", "EVN-6= EVN-2= MSH-7= PV1-44=20260228 PV1-45=20260301")->events[0];
    cr_expect_str_eq(hw_time_format(event->happened.start_ms, text), "2026-03-01T00:00:00.000Z");
    cr_expect(event->recorded.start_ms == event->happened.start_ms);
    cr_expect(!hw_time_is(event->sent));
}

Test(hl7v2_read, duplicates_are_known_by_sender_id_and_all_bytes_but_msh_7)
{
    struct hw_event first = letter_of("A01", "")->events[0];
    struct hw_event again = letter_of("A01", "MSH-7=20270101")->events[0];
    struct hw_event reused = letter_of("A01", "PID-8=M")->events[0];
    struct hw_event other = letter_of("A01", "MSH-4=RT5")->events[0];

    cr_expect(hw_hash_equal(first.message_id_hash, again.message_id_hash));
    cr_expect(hw_hash_equal(first.message_hash, again.message_hash));
    cr_expect(hw_hash_equal(first.message_id_hash, reused.message_id_hash));
    cr_expect(!hw_hash_equal(first.message_hash, reused.message_hash));
    cr_expect(!hw_hash_equal(first.message_id_hash, other.message_id_hash));
}

Test(hl7v2_read, times_of_the_two_odd_hours_are_flagged)
{
    cr_expect(
        (letter_of("A01", "EVN-6=20261025013000")->events[0].flags & HW_FLAG_TIME_AMBIGUOUS) != 0);
    cr_expect(
        (letter_of("A01", "EVN-6=20260329013000")->events[0].flags & HW_FLAG_TIME_MISSING) != 0);
    cr_expect(letter_of("A01", "EVN-6=20260329013000+0000")->events[0].flags == 0);
}

Test(hl7v2_read, character_set_of_the_message)
{
    const struct hw_hl7_reading *reading = letter_of("A01", "PID-5=M\xfcller MSH-18=8859/1");

    cr_expect(hw_slice_is(reading->events[0].name, "M\xc3\xbcller"));
    cr_expect(reading->events[0].flags == 0);
    reading = letter_of("A01", "PID-5=M\xfcller");
    cr_expect(hw_slice_is(reading->events[0].name, "M\xc3\xbcller"));
    cr_expect(reading->events[0].flags == HW_FLAG_CHARACTER_SET_UNKNOWN);
    reading = letter_of("A01", "PID-5=M\xc3\xbcller MSH-18=UNICODE_UTF-8");
    cr_expect(hw_slice_is(reading->events[0].name, "M\xc3\xbcller"));
    cr_expect(reading->events[0].flags == 0);
}

Test(hl7v2_read, no_reason_names_a_person)
{
    static const char *const bad[] = {"PV1-19=", "PID-3=9990000019^^^NHS", "EVN-2=9990000018",
        "ZDT-1=SMITH", "PID-29=SMITH", "PV1-44=2026 PV1-45=2025"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct hw_hl7_reading *reading = letter_of("A01", bad[i]);

        cr_assert(reading->verdict == HW_VERDICT_REFUSED, "%s", bad[i]);
        cr_expect(strstr(reading->reason, "SMITH") == NULL);
        cr_expect(strstr(reading->reason, "999") == NULL);
        cr_expect(strstr(reading->reason, "1950") == NULL);
    }
}

Test(hl7v2_read, referrals_are_named)
{
    static const struct {
        const char *text, *referral;
    } rows[] = {
        {"RF1-6=R1^HUB", "HUB/R1"},
        {"RF1-6=R1", "RWE/R1"},
        {"RF1-6= ORC-2=R2^GP OBR-2=R3", "GP/R2"},
        {"OBR-2=R3^GP", "GP/R3"},
        {"RF1-6=\"\" ORC-2=R2", "RWE/R2"},
        {"", "RWE/PAS/ID1"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct hw_event *event = &letter_of("I12", rows[i].text)->events[0];

        cr_expect_str_eq(
            letter_field(event, HW_FIELD_REFERRAL), rows[i].referral, "%s", rows[i].text);
        cr_expect_str_eq(letter_field(event, HW_FIELD_WARD), "-", "the visit it comes from stays");
        cr_expect_str_eq(letter_field(event, HW_FIELD_SEX), "F");
        cr_expect(hw_slice_is(event->visit.number, "V1001"));
    }
}

Test(hl7v2_read, a_frame_too_large_is_refused_by_what_is_there_of_it)
{
    static struct hw_hl7_reading reading;

    hw_hl7_refuse_frame(hw_slice_text(letter("A01", "")), &reading);
    cr_expect_str_eq(letter_fate(&reading), "AR 207 MSH");
    cr_expect(hw_slice_is(reading.control_id, "ID1"));
    hw_hl7_refuse_frame(hw_slice_text("xyz"), &reading);
    cr_expect_str_eq(letter_fate(&reading), "AR 207 MSH");
    cr_expect(!reading.is_hl7);
}
