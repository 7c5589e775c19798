/* What a PID says of the person besides identifiers: name, birth date, address. */
#include "codec/hl7v2/reader.h"

enum { POSTCODE_SIZE_MAX = 16, BIRTH_DATE_DIGITS = 8 };

/* "Given Family", for display only. */
static void read_name(struct hl7_reader *reader, struct hw_slice field)
{
    struct hw_slice family, given, first, second, parts[HL7_PARTS];

    (void)hl7_components_cut(&reader->message, field, parts);
    family = hl7_component_text(reader, parts[0]);
    given = hl7_component_text(reader, parts[1]);
    if (hl7_is_null(family) || family.size + given.size + 1 > HW_TEXT_SIZE_MAX)
        return;
    if (given.size == 0 || hl7_is_null(given) || family.size == 0) {
        reader->event->name = family.size == 0 ? given : family;
        return;
    }
    first = hl7_scratch_copy(&reader->scratch, given.data, given.size);
    (void)hl7_scratch_copy(&reader->scratch, " ", 1);
    second = hl7_scratch_copy(&reader->scratch, family.data, family.size);
    if (first.size > 0 && second.size > 0)
        reader->event->name =
            hw_slice_of(first.data, (size_t)(second.data + second.size - first.data));
}

/* A birth date is a date as said: the clock behind it, and its offset, do not move it. */
static void read_born(struct hl7_reader *reader, struct hw_slice field)
{
    struct hw_event *event = reader->event;
    struct hw_slice raw = hl7_first(reader, field);
    struct hw_time born;
    char text[] = "YYYY-MM-DD";

    if (raw.size == 0)
        return;
    if (hl7_is_null(raw)) {
        hw_event_clear(event, HW_FIELD_BORN_HASH);
        hw_event_clear(event, HW_FIELD_ADULT_FROM_DAY);
        return;
    }
    if (raw.size > BIRTH_DATE_DIGITS)
        raw.size = BIRTH_DATE_DIGITS;
    if (hw_time_parse_hl7(raw, &born) != HW_OK || born.precision > HW_PRECISION_DAY) {
        event->flags |= HW_FLAG_VALUE_DROPPED;
        return;
    }
    hw_event_set_born(event, born);
    memcpy(text, raw.data, 4);
    if (raw.size >= 6)
        memcpy(text + 5, raw.data + 4, 2);
    if (raw.size >= 8)
        memcpy(text + 8, raw.data + 6, 2);
    event->born = hl7_scratch_copy(&reader->scratch, text,
        born.precision == HW_PRECISION_YEAR        ? 4
            : born.precision == HW_PRECISION_MONTH ? 7
                                                   : 10);
}

static bool is_letter(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Capitals and digits without blanks; 0 if it holds anything else or is too long. */
static size_t squeeze(struct hw_slice said, uint8_t squeezed[POSTCODE_SIZE_MAX])
{
    size_t size = 0;

    for (size_t i = 0; i < said.size; i++) {
        uint8_t c = said.data[i];

        if (c == ' ')
            continue;
        if (c >= 'a' && c <= 'z')
            c = (uint8_t)(c - 'a' + 'A');
        if ((!is_letter(c) && !is_digit(c)) || size == POSTCODE_SIZE_MAX)
            return 0;
        squeezed[size++] = c;
    }
    return size;
}

/* "le11 3tu" to "LE11 3TU"; returns the size of the outward part, 0 if it is no UK postcode. */
static size_t normalise(struct hw_slice said, uint8_t normal[POSTCODE_SIZE_MAX + 1])
{
    uint8_t squeezed[POSTCODE_SIZE_MAX];
    size_t size = squeeze(said, squeezed);
    size_t outward;

    if (size < 5 || size > 7)
        return 0;
    outward = size - 3;
    if (!is_letter(squeezed[0]) || !is_digit(squeezed[outward]) ||
        !is_letter(squeezed[outward + 1]) || !is_letter(squeezed[outward + 2]))
        return 0;
    memcpy(normal, squeezed, outward);
    normal[outward] = ' ';
    memcpy(normal + outward + 1, squeezed + outward, 3);
    return outward;
}

/*
 * Whether a district of the configuration covers a postcode: an area ("LE") all that go on with a
 * digit, a district ("LE1") itself and what goes on with a letter ("EC1" has "EC1A"), but "LE1" is
 * not "LE11"; a sector ("LE11 3") by its characters.
 */
static bool covers(struct hw_slice district, struct hw_slice postcode)
{
    uint8_t last, next;

    if (district.size == 0 || district.size > postcode.size ||
        memcmp(district.data, postcode.data, district.size) != 0)
        return false;
    if (memchr(district.data, ' ', district.size) != NULL || district.size == postcode.size)
        return true;
    last = district.data[district.size - 1];
    next = postcode.data[district.size];
    if (next == ' ')
        return true;
    return is_letter(last) ? is_digit(next) : is_letter(next);
}

/* Zone and proposed council of a postcode: the longest district that covers it. */
static void propose(struct hl7_reader *reader, struct hw_slice postcode)
{
    const struct hw_hl7_options *options = reader->options;
    const struct hw_hl7_postcode *best = NULL;
    struct hw_event *event = reader->event;

    if (options->postcodes_count == 0)
        return;
    for (uint32_t i = 0; i < options->postcodes_count; i++) {
        const struct hw_hl7_postcode *row = &options->postcodes[i];

        if (covers(row->district, postcode) &&
            (best == NULL || row->district.size > best->district.size))
            best = row;
    }
    /* A new address outside every zone takes the old zone away. */
    if (best != NULL && best->zone.size > 0)
        hw_event_set_text(event, HW_FIELD_ZONE, best->zone);
    else
        hw_event_clear(event, HW_FIELD_ZONE);
    if (best != NULL && best->council.size > 0) {
        hw_event_set_text(event, HW_FIELD_COUNCIL_PROPOSED, best->council);
        event->flags |= HW_FLAG_COUNCIL_PROPOSED;
    } else {
        hw_event_clear(event, HW_FIELD_COUNCIL_PROPOSED);
    }
}

static void read_address(struct hl7_reader *reader, struct hw_slice field)
{
    struct hw_event *event = reader->event;
    struct hw_slice said = {0}, parts[HL7_PARTS];
    uint8_t normal[POSTCODE_SIZE_MAX + 1];
    size_t outward;

    if (hl7_is_null(hl7_trim(field))) {
        hw_event_clear(event, HW_FIELD_ZONE);
        hw_event_clear(event, HW_FIELD_COUNCIL_PROPOSED);
        return;
    }
    while (said.size == 0 && field.size > 0) {
        size_t size = hl7_components_cut(&reader->message, field, parts);

        said = hl7_component_text(reader, parts[4]);
        field = hl7_after_repetition(field, size);
    }
    if (said.size == 0 || hl7_is_null(said))
        return;
    outward = normalise(said, normal);
    if (outward == 0) {
        if (said.size <= POSTCODE_SIZE_MAX)
            event->postcode = said; /* Of another country, or mistyped: shown, not used. */
        return;
    }
    event->postcode = said;
    if (!hw_slice_equal(said, hw_slice_of(normal, outward + 4)))
        event->postcode = hl7_scratch_copy(&reader->scratch, normal, outward + 4);
    if (event->postcode.size > 0)
        propose(reader, event->postcode);
}

void hl7_person_read(struct hl7_reader *reader)
{
    read_name(reader, hl7_field(reader->pid, 5));
    read_born(reader, hl7_field(reader->pid, 7));
    read_address(reader, hl7_field(reader->pid, 11));
}
