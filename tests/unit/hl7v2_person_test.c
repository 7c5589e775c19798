/*
 * Goal: who a message is about: identifiers with their authorities, birth date, name, address.
 * Method: a usual message with one field of PID or PV1 changed.
 */
#include "hl7v2_letter.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* "N:9990000018 L:RWE/S1", sorted; a star at the one of the stay key. */
static const char *people(const struct hw_identifier *list, uint8_t count, int stay)
{
    static char text[512];
    size_t size = 0;

    text[0] = '\0';
    for (uint8_t i = 0; i < count; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, "%s%s%s%.*s%s%.*s",
            i > 0 ? " " : "", i == stay ? "*" : "",
            list[i].type == HW_IDENTIFIER_NHS ? "N" : "L:", HW_SLICE_ARGS(list[i].authority),
            list[i].type == HW_IDENTIFIER_NHS ? ":" : "/", HW_SLICE_ARGS(list[i].id));
    return text;
}

static const struct {
    const char *text, *people;
    uint32_t flags;
} rows[] = {
    {"", "N:9990000018 *L:RWE/S1234567", 0},
    {"PID-3=999_000_0018^^^X^NH", "*N:9990000018", 0},
    {"PID-3=999-123-4578^^^NHS&1.2&ISO", "*N:9991234578", 0},
    {"PID-3=9998765439^^^NHSNBR~9998765439^^^^NHSNMBR", "*N:9998765439", 0},
    {"PID-3=S1^^^RWE^MR~9990000019^^^NHS^NH", "*L:RWE/S1", HW_FLAG_NHS_NUMBER_INVALID},
    {"PID-3=S1", "*L:RWE/S1", 0},
    {"PID-3=S1^^^&1.2.3&ISO", "*L:1.2.3/S1", 0},
    {"PID-3=S2^^^RWE~S1^^^RWE~S1^^^RWE", "*L:RWE/S1 L:RWE/S2", 0},
    {"PID-3=A^^^RT5~Z^^^RWE", "L:RT5/A *L:RWE/Z", 0},
    {"PID-3=B^^^RT5~A^^^RX9", "L:RT5/B *L:RX9/A", 0},
    {"PID-3=\"\"~S1^^^RWE", "*L:RWE/S1", 0},
    {"PID-3= PID-2=S7", "*L:RWE/S7", HW_FLAG_IDENTITY_FROM_PID2},
    {"PID-3= PID-2=S7 PID-4=S8", "*L:RWE/S7 L:RWE/S8", HW_FLAG_IDENTITY_FROM_PID2},
    {"PID-3= PID-4=9990000018^^^NHS", "*N:9990000018", HW_FLAG_IDENTITY_FROM_PID2},
    {"PID-3= PID-4=S8 MSH-4=", "*L:/S8", HW_FLAG_IDENTITY_FROM_PID2},
    {"PID-3=S1^^^RWE PID-2=S7", "*L:RWE/S1", 0},
};

Test(hl7v2_person, identifiers)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct hw_hl7_reading *reading = letter_of("A01", rows[i].text);
        const struct hw_event *event = &reading->events[0];

        cr_assert_str_eq(letter_fate(reading), "AA", "%s", rows[i].text);
        cr_expect_str_eq(
            people(event->identifiers, event->identifiers_count, event->stay_identifier),
            rows[i].people, "%s", rows[i].text);
        cr_expect(event->flags == rows[i].flags, "%s: %x", rows[i].text, event->flags);
    }
}

Test(hl7v2_person, nobody)
{
    static const char *const texts[] = {"PID-3=", "-PID", "PID-3=\"\"", "PID-3=^^^RWE^MR",
        "PID-3=9990000019^^^NHS", "PID-3=9990000019^^^NHS PID-2=S1", "PID-3=999000001^^^NHS"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect(strncmp(letter_fate(letter_of("A01", texts[i])), "AE 101 PID^1^3", 14) == 0, "%s",
            texts[i]);
}

Test(hl7v2_person, nhs_numbers_as_configured)
{
    struct hw_hl7_options options;
    const struct hw_event *event;

    hw_hl7_options_init(&options);
    options.nhs_ids[0] = hw_slice_text("SPINE");
    options.nhs_ids_count = 1;
    event = &letter_read(&options, letter("A01", "PID-3=9990000018^^^SPINE~9991234578^^^NHS^NH"))
                 ->events[0];
    cr_expect_str_eq(
        people(event->identifiers, event->identifiers_count, -1), "N:9990000018 L:NHS/9991234578");
}

Test(hl7v2_person, links_and_merges_name_both)
{
    const struct hw_event *event;

    event = &letter_of("A24", "PID-3=S1^^^RWE PID.2-3=S2^^^RWE~9990000018^^^NHS")->events[0];
    cr_expect_str_eq(people(event->identifiers, event->identifiers_count, -1), "L:RWE/S1");
    cr_expect_str_eq(people(event->retired, event->retired_count, -1), "N:9990000018 L:RWE/S2");
    event = &letter_of("A40", "PID-3=S1^^^RWE MRG-1=S3~S2")->events[0];
    cr_expect_str_eq(people(event->retired, event->retired_count, -1), "L:RWE/S2 L:RWE/S3");
    cr_expect(!event->has_stay);
}

Test(hl7v2_person, visits)
{
    const struct hw_event *event = &letter_of("A01", "PV1-19=V1^^^SITE&x^VN~V2")->events[0];

    cr_expect(hw_slice_is(event->visit.number, "V1"));
    cr_expect(hw_slice_is(event->visit.authority, "SITE"));
    event = &letter_of("A01", "PV1-19=V1")->events[0];
    cr_expect(hw_slice_is(event->visit.authority, "RWE"), "the sending facility's");
    cr_expect(event->has_stay);
    event = &letter_of("A01", "PV1-19= PV1-44=202603010900")->events[0];
    cr_expect(event->has_stay);
    cr_expect(event->visit.number.size == 0);
}

/*
 * A source is MSH-4/MSH-3: whose claims it makes and whose numbers its visits have, if not its
 * facility's (CONTRACT R4, R6).  A person's identifiers stay the facility's.
 */
static const struct {
    const char *text, *organisation, *authority, *identifier;
} registered[] = {
    {"PV1-19=V1 PID-3=L1", "RWE00", "UHL", "RWE"},
    {"PV1-19=V1^^^SITE PID-3=L1^^^OTHER", "RWE00", "SITE", "OTHER"},
    {"PV1-19=V1 PID-3=L1 MSH-3=WARD", "RWE", "WARDS", "RWE"},
    {"PV1-19=V1 PID-3=L1 MSH-3=LAB", "RWE", "RWE", "RWE"},
    {"PV1-19=V1 PID-3=L1 MSH-3=PA", "RWE", "RWE", "RWE"},
    {"PV1-19=V1 PID-3=L1 MSH-4=RT5", "RT5", "RT5", "RT5"},
};

Test(hl7v2_person, sources_as_configured)
{
    const struct hw_hl7_source sources[] = {
        {hw_slice_text("RWE/PAS"), hw_slice_text("RWE00"), hw_slice_text("UHL"),
            {UINT64_MAX, UINT64_MAX}},
        {hw_slice_text("RWE/WARD"), {0}, hw_slice_text("WARDS"), {UINT64_MAX, UINT64_MAX}},
    };
    struct hw_hl7_options options;

    hw_hl7_options_init(&options);
    options.sources = sources;
    options.sources_count = 2;
    for (size_t i = 0; i < sizeof registered / sizeof *registered; i++) {
        const char *text = registered[i].text;
        const struct hw_event *event = &letter_read(&options, letter("A01", text))->events[0];

        cr_expect(hw_slice_is(event->organisation, registered[i].organisation), "%s", text);
        cr_expect(hw_slice_is(event->visit.authority, registered[i].authority), "%s", text);
        cr_expect(
            hw_slice_is(event->identifiers[0].authority, registered[i].identifier), "%s", text);
        cr_expect(!(event->flags & HW_FLAG_NOT_ASSERTED), "%s", text);
    }
}

Test(hl7v2_person, what_a_source_may_not_assert_is_kept_and_flagged)
{
    const struct hw_hl7_source source = {hw_slice_text("RWE/PAS"), {0}, {0},
        {UINT64_C(1) << HW_KIND_SPELL_ADMITTED, UINT64_C(1) << (HW_KIND_REFERRAL_RECEIVED - 64)}};
    static const struct {
        const char *trigger;
        bool may;
    } asked[] = {{"A01", true}, {"A03", false}, {"A08", false}, {"I12", true}, {"I13", false}};
    struct hw_hl7_options options;

    hw_hl7_options_init(&options);
    options.sources = &source;
    options.sources_count = 1;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        const struct hw_hl7_reading *reading =
            letter_read(&options, letter(asked[i].trigger, "ZDT-4=E"));

        cr_assert_str_eq(letter_fate(reading), "AA");
        cr_expect((reading->events[0].flags & HW_FLAG_NOT_ASSERTED) == (asked[i].may ? 0 : 1 << 14),
            "%s", asked[i].trigger);
        cr_expect_str_eq(letter_field(&reading->events[0], HW_FIELD_REASON),
            hw_event_has(&reading->events[0], HW_FIELD_REASON) ? "E" : "-");
    }
}

static const struct {
    const char *said, *born;
    bool dropped;
} births[] = {
    {"19500102", "1950-01-02", false},
    {"195001", "1950-01", false},
    {"1950", "1950", false},
    {"19500102233000", "1950-01-02", false},
    {"20000611230000+0000", "2000-06-11", false},
    {"", "", false},
    {"19501302", "", true},
    {"unknown", "", true},
};

Test(hl7v2_person, birth_dates_are_dates_as_said)
{
    for (size_t i = 0; i < sizeof births / sizeof *births; i++) {
        char text[64];
        const struct hw_event *event;

        snprintf(text, sizeof text, "PID-7=%s", births[i].said);
        event = &letter_of("A01", text)->events[0];
        cr_expect(hw_slice_is(event->born, births[i].born), "%s", text);
        cr_expect(
            hw_event_has(event, HW_FIELD_BORN_HASH) == (births[i].born[0] != '\0'), "%s", text);
        cr_expect(((event->flags & HW_FLAG_VALUE_DROPPED) != 0) == births[i].dropped, "%s", text);
    }
    cr_expect(hw_event_clears(&letter_of("A08", "PID-7=\"\"")->events[0], HW_FIELD_BORN_HASH));
}

Test(hl7v2_person, names_are_for_display)
{
    cr_expect(hw_slice_is(letter_of("A01", "PID-5=SMITH^ANN^B")->events[0].name, "ANN SMITH"));
    cr_expect(hw_slice_is(letter_of("A01", "PID-5=SMITH&VAN^ANN")->events[0].name, "ANN SMITH"));
    cr_expect(hw_slice_is(letter_of("A01", "PID-5=SMITH~JONES")->events[0].name, "SMITH"));
    cr_expect(hw_slice_is(letter_of("A01", "PID-5=^ANN")->events[0].name, "ANN"));
    cr_expect(letter_of("A01", "PID-5=")->events[0].name.size == 0);
}

static const struct {
    const char *address, *postcode, *zone, *council;
} addresses[] = {
    {"^^^^LE11_3TU", "LE11 3TU", "CHARNWOOD", "LEICESTERSHIRE"},
    {"1_High_St^^Town^^le113tu", "LE11 3TU", "CHARNWOOD", "LEICESTERSHIRE"},
    {"^^^^~^^^^LE11_3TU", "LE11 3TU", "CHARNWOOD", "LEICESTERSHIRE"},
    {"^^^^LE1_5WW", "LE1 5WW", "CITY", "LEICESTER"},
    {"^^^^LE15_6HP", "LE15 6HP", "REST", "LEICESTERSHIRE"},
    {"^^^^LE12_5AA", "LE12 5AA", "SECTOR", "LEICESTERSHIRE"},
    {"^^^^LE12_6AA", "LE12 6AA", "REST", "LEICESTERSHIRE"},
    {"^^^^EC1A_1BB", "EC1A 1BB", "LONDON", "cleared"},
    {"^^^^L1_8JQ", "L1 8JQ", "cleared", "cleared"},
    {"^^^^75001", "75001", "-", "-"},
    {"^^^^LE11", "LE11", "-", "-"},
    {"\"\"", "", "cleared", "cleared"},
    {"", "", "-", "-"},
};

#define SLICE(text)                                                                                \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

Test(hl7v2_person, postcodes_give_zone_and_council)
{
    static const struct hw_hl7_postcode postcodes[] = {
        {SLICE("LE"), SLICE("REST"), SLICE("LEICESTERSHIRE")},
        {SLICE("LE1"), SLICE("CITY"), SLICE("LEICESTER")},
        {SLICE("LE11"), SLICE("CHARNWOOD"), SLICE("LEICESTERSHIRE")},
        {SLICE("LE12 5"), SLICE("SECTOR"), SLICE("LEICESTERSHIRE")},
        {SLICE("EC1"), SLICE("LONDON"), {NULL, 0}},
    };
    struct hw_hl7_options options;

    hw_hl7_options_init(&options);
    options.postcodes = postcodes;
    options.postcodes_count = sizeof postcodes / sizeof *postcodes;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        const struct hw_event *event;
        char text[64];

        snprintf(text, sizeof text, "PID-11=%s", addresses[i].address);
        event = &letter_read(&options, letter("A31", text))->events[0];
        cr_expect(hw_slice_is(event->postcode, addresses[i].postcode), "%s", text);
        cr_expect_str_eq(letter_field(event, HW_FIELD_ZONE), addresses[i].zone, "%s", text);
        cr_expect_str_eq(
            letter_field(event, HW_FIELD_COUNCIL_PROPOSED), addresses[i].council, "%s", text);
        cr_expect(((event->flags & HW_FLAG_COUNCIL_PROPOSED) != 0) ==
                hw_event_has(event, HW_FIELD_COUNCIL_PROPOSED),
            "%s", text);
    }
}
