/* Attributes of person and stay, field by field (taken.h), and what makes one unreadable. */
#include "codec/hl7v2/reader.h"
#include "codec/hl7v2/taken.h"
#include "homeward/reasons.h"

/* Lists of domain.md 4.3 and CONTRACT 3.1; a code outside its list is kept, flagged. */
/* clang-format off */
#define CODE_LISTS(X)                                                                              \
    X(METHOD, "11", "12", "13", "21", "22", "23", "24", "25", "2A", "2B", "2C", "2D", "28", "31", \
        "32", "81", "82", "83", "98", "99")                                                        \
    X(SOURCE_OF_ADMISSION, "19", "29", "39", "49", "51", "52", "53", "54", "65", "66", "79", "85", \
        "87", "88", "98", "99")                                                                    \
    X(DESTINATION, "19", "29", "30", "37", "38", "48", "49", "50", "51", "52", "53", "54", "65",   \
        "66", "79", "84", "85", "87", "88", "98", "99")                                            \
    X(DISCHARGE_METHOD, "1", "2", "3", "4", "5", "6", "7", "8", "9")                               \
    X(SEX, "F", "M", "O", "U", "A", "N", "C", "X", "I", "0", "1", "2", "9")                        \
    X(PATHWAY, "P0", "P1", "P2", "P3")                                                             \
    X(RESPONSIBLE, "NHS", "SC", "BOTH")                                                            \
    X(CRITERIA_REASON, "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12")

enum { CODE_SIZE_MAX = 4, CODES_MAX = 24 };

/* Filled up with zeros, which are no code; a field that is not named here has no list. */
static const char code_lists[HW_FIELD_COUNT][CODES_MAX][CODE_SIZE_MAX] = {
#define CODES(attribute, ...) [HW_FIELD_##attribute] = {__VA_ARGS__},
    CODE_LISTS(CODES)
#undef CODES
};
/* clang-format on */

/* All codes of a list are compared, four at a time and without a branch. */
static inline bool is_in_list(const char codes[CODES_MAX][CODE_SIZE_MAX], uint32_t wanted)
{
    typedef uint32_t four __attribute__((vector_size(16)));
    typedef uint64_t two __attribute__((vector_size(16)));
    four found = {0};
    two either;

    for (size_t i = 0; i < CODES_MAX; i += 4) {
        four some;

        memcpy(&some, codes[i], sizeof some);
        found |= (four)(some == wanted);
    }
    either = (two)found;
    return (either[0] | either[1]) != 0;
}

static inline bool is_known_code(uint8_t attribute, struct hw_slice code)
{
    uint8_t wanted[CODE_SIZE_MAX] = {0};
    uint32_t word;

    if (attribute == HW_FIELD_REASON)
        return hw_reason_find(code) != NULL;
    if (code_lists[attribute][0][0] == '\0')
        return true;
    if (code.size > CODE_SIZE_MAX || code.data[code.size - 1] == '\0')
        return false;
    hw_slice_copy(wanted, code);
    memcpy(&word, wanted, sizeof word);
    return is_in_list(code_lists[attribute], word);
}

/* The components of the first repetition of a field: all are cut at once and kept. */
static void cut_parts(struct hl7_reader *reader, struct hw_slice field)
{
    size_t size = hl7_components_cut(&reader->message, field, reader->parts);

    reader->parted = field;
    reader->parted_repeats = size < field.size;
}

static inline struct hw_slice part_of(
    struct hl7_reader *reader, struct hw_slice field, uint32_t component)
{
    if (field.data != reader->parted.data || field.size != reader->parted.size)
        cut_parts(reader, field);
    return reader->parts[component - 1];
}

/*
 * Whether a component of a plain message is a text as it lies, which is then *ret_part.  False says
 * nothing: look closer.
 */
static inline bool is_plain_part(
    struct hl7_reader *reader, struct hw_slice field, uint32_t component, struct hw_slice *ret_part)
{
    if (!reader->is_plain || field.size == 2) /* which could be "", of all its parts */
        return false;
    *ret_part = part_of(reader, field, component);
    return hl7_is_trim(*ret_part) && ret_part->size <= HW_TEXT_SIZE_MAX &&
        (ret_part->size > 0 || !reader->parted_repeats);
}

/* The wanted component of the first repetition that has one. */
static struct hw_slice search(struct hl7_reader *reader, struct hw_slice field, uint32_t component)
{
    struct hw_slice repetition, found = {0};

    while (found.size == 0 &&
        hl7_repetition_next(&field, reader->message.delimiters.repetition, &repetition))
        found = hl7_component(reader, repetition, component);
    return found;
}

/* The same; nearly always it is the first repetition. */
static struct hw_slice first_said(
    struct hl7_reader *reader, struct hw_slice field, uint32_t component)
{
    struct hw_slice said;

    if (component == 1) {
        said = hl7_first(reader, field);
        return said.size > 0 ? said : search(reader, field, component);
    }
    if (hl7_is_null(hl7_trim(field)))
        return hl7_trim(field); /* The whole field is deleted, and so is each part of it. */
    if (component > HL7_PARTS)
        return search(reader, field, component);
    said = hl7_part_first(reader, part_of(reader, field, component));
    return said.size > 0 || !reader->parted_repeats ? said : search(reader, field, component);
}

static void fault_value(
    struct hl7_reader *reader, const struct hl7_taken *taken, uint16_t code, const char *words)
{
    hl7_fault(reader, HL7_RANK_VALUE, code, taken->segment, taken->field, 0, words);
}

/* What a row's field says; false if nothing, or that its attribute is cleared, which is done. */
static inline bool is_said(struct hl7_reader *reader, const struct hl7_taken *taken,
    struct hw_slice raw, struct hw_slice *ret_said)
{
    *ret_said = first_said(reader, raw, taken->component);
    if (ret_said->size == 0)
        return false;
    if (!hl7_is_null(*ret_said))
        return true;
    hw_event_clear(reader->event, (enum hw_field)taken->attribute);
    return false;
}

static void take_time(struct hl7_reader *reader, const struct hl7_taken *taken, struct hw_slice raw)
{
    enum hl7_said said = HL7_ABSENT;
    struct hw_time time;

    if (taken->component == 1)
        said = hl7_time(reader, raw, &time);
    if (said == HL7_ABSENT)
        said = hl7_time_said(reader, first_said(reader, raw, taken->component), &time);
    switch (said) {
    case HL7_GIVEN:
        hw_event_set_time(reader->event, (enum hw_field)taken->attribute, time);
        return;
    case HL7_CLEARED:
        hw_event_clear(reader->event, (enum hw_field)taken->attribute);
        return;
    case HL7_UNREADABLE:
        if (taken->how == HL7_MOMENT)
            fault_value(reader, taken, 102,
                "the time cannot be read: send YYYYMMDDHHMM[SS][+ZZZZ], or leave the field empty");
        else
            reader->event->flags |= HW_FLAG_VALUE_DROPPED;
        return;
    case HL7_ABSENT:
        return;
    }
}

/* Y or N as *ret_yes; false if it is neither. */
static bool read_yes(struct hw_slice said, bool *ret_yes)
{
    if (said.size != 1)
        return false;
    *ret_yes = said.data[0] == 'Y' || said.data[0] == 'y';
    return *ret_yes || said.data[0] == 'N' || said.data[0] == 'n';
}

static void take_yes(struct hl7_reader *reader, const struct hl7_taken *taken, struct hw_slice raw)
{
    struct hw_slice said;
    bool yes;

    if (!is_said(reader, taken, raw, &said))
        return;
    if (read_yes(said, &yes))
        hw_event_set_bool(
            reader->event, (enum hw_field)taken->attribute, taken->how == HL7_FIT ? !yes : yes);
    else if (taken->how == HL7_FLAG)
        reader->event->flags |= HW_FLAG_VALUE_DROPPED;
    else
        fault_value(reader, taken, 103,
            "the value is neither Y nor N: send one of them, or leave "
            "the field empty");
}

/* All repetitions that say something, joined by semicolons. */
static void take_list(
    struct hl7_reader *reader, const struct hl7_taken *taken, struct hw_slice field)
{
    struct hw_slice repetition, whole;
    uint8_t list[HW_TEXT_SIZE_MAX];
    size_t size = 0;

    if (!is_said(reader, taken, field, &whole))
        return;
    while (hl7_repetition_next(&field, reader->message.delimiters.repetition, &repetition)) {
        struct hw_slice text =
            hl7_text(&reader->scratch, hl7_component(reader, repetition, taken->component));

        if (text.size == 0 || hl7_is_null(text))
            continue;
        if (text.size + (size > 0) > sizeof list - size) {
            reader->event->flags |= HW_FLAG_LIST_CUT;
            break;
        }
        if (size > 0)
            list[size++] = ';';
        memcpy(list + size, text.data, text.size);
        size += text.size;
    }
    whole = hl7_scratch_copy(&reader->scratch, list, size);
    if (whole.size > 0)
        hw_event_set_text(reader->event, (enum hw_field)taken->attribute, whole);
}

static void take_class(
    struct hl7_reader *reader, const struct hl7_taken *taken, struct hw_slice raw)
{
    struct hl7_class class;
    struct hw_slice said;

    if (!is_said(reader, taken, raw, &said))
        return;
    class = hl7_class_read(reader, said);
    if (class.said == HL7_CLASS_KNOWN)
        hw_event_set_text(reader->event, HW_FIELD_CLASS, class.text);
    else if (class.said == HL7_CLASS_UNKNOWN)
        reader->event->flags |= HW_FLAG_CLASS_UNKNOWN;
}

static void take_code(struct hl7_reader *reader, const struct hl7_taken *taken, struct hw_slice raw)
{
    struct hw_slice said, text;

    if (!is_said(reader, taken, raw, &said))
        return;
    text = hl7_text(&reader->scratch, said);
    if (text.size == 0)
        return;
    hw_event_set_text(reader->event, (enum hw_field)taken->attribute, text);
    if (!is_known_code(taken->attribute, text))
        reader->event->flags |= HW_FLAG_CODE_UNKNOWN;
}

static void take_hide(struct hl7_reader *reader, const struct hl7_taken *taken, struct hw_slice raw)
{
    struct hw_slice said;

    if (is_said(reader, taken, raw, &said))
        hw_event_set_bool(reader->event, (enum hw_field)taken->attribute,
            !hw_slice_is(said, "N") && !hw_slice_is(said, "0"));
}

static void take_slow(struct hl7_reader *reader, const struct hl7_taken *taken, struct hw_slice raw)
{
    switch ((enum hl7_how)taken->how) {
    case HL7_CODE:
        take_code(reader, taken, raw);
        return;
    case HL7_MOMENT:
    case HL7_TIME:
        take_time(reader, taken, raw);
        return;
    case HL7_YESNO:
    case HL7_FIT:
    case HL7_FLAG:
        take_yes(reader, taken, raw);
        return;
    case HL7_HIDE:
        take_hide(reader, taken, raw);
        return;
    case HL7_LIST:
        take_list(reader, taken, raw);
        return;
    case HL7_CLASS:
        take_class(reader, taken, raw);
        return;
    }
}

/*
 * One row.  It is known when this is built, so that little is left for a code that is a field, or a
 * component, as it lies; all others are looked at more closely.
 */
static inline __attribute__((always_inline)) void take(
    struct hl7_reader *reader, const struct hl7_taken *taken, struct hw_slice raw)
{
    struct hw_slice said = raw;

    if (raw.size == 0)
        return;
    if (taken->how != HL7_CODE ||
        (!(taken->component == 1 && hl7_is_plain(reader, raw)) &&
            !is_plain_part(reader, raw, taken->component, &said)) ||
        hl7_is_null(said)) {
        take_slow(reader, taken, raw);
        return;
    }
    if (said.size == 0)
        return;
    hw_event_set_text(reader->event, (enum hw_field)taken->attribute, said);
    if (!is_known_code(taken->attribute, said))
        reader->event->flags |= HW_FLAG_CODE_UNKNOWN;
}

void hl7_value_take(struct hl7_reader *reader, const struct hl7_taken *taken, struct hw_slice raw)
{
    if (raw.size > 0)
        take_slow(reader, taken, raw);
}

/* Both times of one message, as intervals: refused when the whole of PV1-45 lies before PV1-44. */
static void check_order(struct hl7_reader *reader)
{
    const struct hw_event *event = reader->event;

    if (!hw_event_has(event, HW_FIELD_ADMITTED_AT) || !hw_event_has(event, HW_FIELD_DISCHARGED_AT))
        return;
    if (hw_time_end(event->values[HW_FIELD_DISCHARGED_AT].time) <=
        event->values[HW_FIELD_ADMITTED_AT].time.start_ms)
        hl7_fault(reader, HL7_RANK_ORDER, 207, "PV1", 45, 0,
            "the discharge (PV1-45) lies before the admission (PV1-44): correct the one that is "
            "wrong");
}

/* Where the segments of taken.h are. */
#define SEGMENT_PID(reader, group) ((reader)->pid)
#define SEGMENT_PV1(reader, group) ((reader)->pv1)
#define SEGMENT_PV2(reader, group) (&(group)->pv2)
#define SEGMENT_ZU1(reader, group) (&(group)->zu1)
#define SEGMENT_ZDT(reader, group) (&(group)->zdt)

/* A line of code a row: each has its own branches, which the processor learns one by one. */
void hl7_values_read(struct hl7_reader *reader, const struct hl7_group *group)
{
#define TAKE(segment_, field_, component_, attribute_, how_)                                       \
    {                                                                                              \
        static const struct hl7_taken row = {                                                      \
            #segment_, field_, component_, HW_FIELD_##attribute_, HL7_##how_};                     \
        take(reader, &row, hl7_field(SEGMENT_##segment_(reader, group), field_));                  \
    }
    HL7_TAKEN_LIST(TAKE)
#undef TAKE
    check_order(reader);
}
