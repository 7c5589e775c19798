/* Acknowledgements: which ones are owed, and their bytes (CONTRACT 3.1). */
#include "codec/hl7v2/hl7v2.h"
#include "codec/hl7v2/message.h"

static void owe(struct hw_hl7_answers *answers, const char *code)
{
    memcpy(answers->code[answers->count++], code, 3);
}

/* Whether an answer of this outcome was asked for. */
static bool asks(enum hw_hl7_ask ask, bool good)
{
    switch (ask) {
    case HW_ASK_ALWAYS:
        return true;
    case HW_ASK_ERROR:
        return !good;
    case HW_ASK_SUCCESS:
        return good;
    case HW_ASK_NEVER:
    case HW_ASK_EMPTY: /* beside one that is filled */
        break;
    }
    return false;
}

static struct hw_hl7_answers enhanced(
    const struct hw_hl7_reading *reading, enum hw_hl7_ask accept, enum hw_hl7_ask application)
{
    struct hw_hl7_answers answers = {0};

    if (reading->verdict != HW_VERDICT_REFUSED) {
        if (asks(accept, true))
            owe(&answers, "CA");
        if (asks(application, true))
            owe(&answers, "AA");
    } else if (reading->header) {
        if (asks(accept, false))
            owe(&answers, "CR");
        else if (asks(application, false))
            owe(&answers, "AR");
    } else if (asks(application, false)) {
        if (asks(accept, true))
            owe(&answers, "CA");
        owe(&answers, "AE");
    } else if (asks(accept, false)) {
        owe(&answers, "CE");
    }
    return answers;
}

struct hw_hl7_answers hw_hl7_answers_for(
    const struct hw_hl7_reading *reading, enum hw_hl7_ack_mode mode)
{
    struct hw_hl7_answers answers = {0};

    if (reading->verdict == HW_VERDICT_UNANSWERED)
        return answers;
    if (mode == HW_ACK_NONE)
        return answers;
    if (mode == HW_ACK_ENHANCED_COMMIT)
        return enhanced(reading, HW_ASK_ALWAYS, HW_ASK_NEVER);
    if (mode == HW_ACK_AUTO &&
        (reading->accept_ask != HW_ASK_EMPTY || reading->application_ask != HW_ASK_EMPTY))
        return enhanced(reading, reading->accept_ask, reading->application_ask);
    owe(&answers, reading->verdict != HW_VERDICT_REFUSED ? "AA" : reading->header ? "AR" : "AE");
    return answers;
}

/* Most bytes of a header field that are echoed, so that an answer never passes 1,024. */
enum { ECHO_SIZE_MAX = 96, VERSION_SIZE_MAX = 24 };

struct writer {
    uint8_t *at;
    uint8_t *end;
    bool full;
    struct hl7_delimiters delimiters;
};

static void put(struct writer *writer, uint8_t c)
{
    if (writer->at == writer->end)
        writer->full = true;
    else
        *writer->at++ = c;
}

static void put_bytes(struct writer *writer, struct hw_slice bytes)
{
    if (bytes.size > (size_t)(writer->end - writer->at)) {
        writer->full = true;
        return;
    }
    hw_slice_copy(writer->at, bytes);
    writer->at += bytes.size;
}

static inline void put_plain(struct writer *writer, const char *text)
{
    put_bytes(writer, hw_slice_text(text));
}

static void put_fields(struct writer *writer, unsigned count)
{
    while (count-- > 0)
        put(writer, writer->delimiters.field);
}

/* A number in decimal digits. */
static void put_number(struct writer *writer, uint64_t number)
{
    uint8_t digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put_bytes(writer, hw_slice_of(digits + at, sizeof digits - at));
}

/*
 * As it came.  What could end a frame, a segment or (where the delimiters were broken, and are
 * ours) a field early was no character of a name.
 */
static void put_echo(struct writer *writer, struct hw_slice raw, size_t size_max)
{
    size_t size = raw.size < size_max ? raw.size : size_max;
    uint8_t field = writer->delimiters.field;

    if (size > (size_t)(writer->end - writer->at)) {
        writer->full = true;
        return;
    }
    for (size_t i = 0; i < size; i++) {
        uint8_t c = raw.data[i];

        writer->at[i] = c < 0x20 || c == field ? '?' : c;
    }
    writer->at += size;
}

/* The letter of the escape sequence for c; 0 if c is no delimiter. */
static uint8_t escape_letter(const struct hl7_delimiters *delimiters, uint8_t c)
{
    if (c == delimiters->field)
        return 'F';
    if (c == delimiters->component)
        return 'S';
    if (c == delimiters->subcomponent)
        return 'T';
    if (c == delimiters->repetition)
        return 'R';
    if (c == delimiters->escape)
        return 'E';
    return 0;
}

/* Words of ours: a delimiter in them is escaped, or a blank where there is no escape character. */
static void put_words(struct writer *writer, const char *words)
{
    for (; *words != '\0'; words++) {
        uint8_t letter = escape_letter(&writer->delimiters, (uint8_t)*words);

        if (letter == 0) {
            put(writer, (uint8_t)*words);
        } else if (writer->delimiters.escape == 0) {
            put(writer, ' ');
        } else {
            put(writer, writer->delimiters.escape);
            put(writer, letter);
            put(writer, writer->delimiters.escape);
        }
    }
}

static void put_component(struct writer *writer)
{
    put(writer, writer->delimiters.component);
}

/* "PID^1^3" with the message's own component separator. */
static void put_place(struct writer *writer, const char *where)
{
    for (; *where != '\0'; where++)
        put(writer, *where == '^' ? writer->delimiters.component : (uint8_t)*where);
}

/* Names of HL7 table 0357. */
static const char *code_name(uint16_t code)
{
    switch (code) {
    case 100:
        return "Segment sequence error";
    case 101:
        return "Required field missing";
    case 102:
        return "Data type error";
    case 103:
        return "Table value not found";
    case 200:
        return "Unsupported message type";
    case 201:
        return "Unsupported event code";
    case 202:
        return "Unsupported processing id";
    case 203:
        return "Unsupported version id";
    default:
        return "Application internal error";
    }
}

/* Those of the message; where it declares none that can be used, the usual ones. */
static struct hl7_delimiters delimiters_of(const struct hw_hl7_reading *reading)
{
    struct hl7_delimiters delimiters = {reading->delimiters[0], reading->delimiters[1],
        reading->delimiters[2], reading->delimiters[3], reading->delimiters[4]};

    if (delimiters.field == 0 || delimiters.component == 0)
        delimiters = (struct hl7_delimiters){'|', '^', '~', '\\', '&'};
    return delimiters;
}

static void put_msh(struct writer *writer, const struct hw_hl7_reading *reading, int64_t now_ms,
    uint64_t control_id)
{
    const struct hl7_delimiters *delimiters = &writer->delimiters;
    const uint8_t declared[] = {delimiters->component, delimiters->repetition, delimiters->escape,
        delimiters->subcomponent};
    char text[HW_TIME_TEXT_SIZE];

    put_plain(writer, "MSH");
    put_fields(writer, 1);
    for (size_t i = 0; i < sizeof declared && declared[i] != 0; i++)
        put(writer, declared[i]);
    put_fields(writer, 1);
    put_echo(writer, reading->receiving_application, ECHO_SIZE_MAX);
    put_fields(writer, 1);
    put_echo(writer, reading->receiving_facility, ECHO_SIZE_MAX);
    put_fields(writer, 1);
    put_echo(writer, reading->sending_application, ECHO_SIZE_MAX);
    put_fields(writer, 1);
    put_echo(writer, reading->sending_facility, ECHO_SIZE_MAX);
    put_fields(writer, 1);
    put_plain(writer, hw_time_format_hl7(now_ms, true, text));
    put_fields(writer, 2);
    put_plain(writer, "ACK");
    if (reading->trigger.size > 0) {
        put_component(writer);
        put_echo(writer, reading->trigger, 8);
        put_component(writer);
        put_plain(writer, "ACK");
    }
    put_fields(writer, 1);
    put_number(writer, control_id);
    put_fields(writer, 1);
    if (hl7_trim(reading->processing_id).size > 0)
        put_echo(writer, reading->processing_id, 8);
    else
        put_plain(writer, "P");
    put_fields(writer, 1);
    if (hl7_trim(reading->version).size > 0)
        put_echo(writer, reading->version, VERSION_SIZE_MAX);
    else
        put_plain(writer, "2.4");
    put(writer, '\r');
}

/* ERR-2 where, ERR-3 code, ERR-4 severity, ERR-8 words for the user. */
static void put_err(struct writer *writer, const struct hw_hl7_reading *reading)
{
    put_plain(writer, "ERR");
    put_fields(writer, 2);
    put_place(writer, reading->where);
    put_fields(writer, 1);
    put_number(writer, reading->code);
    put_component(writer);
    put_words(writer, code_name(reading->code));
    put_component(writer);
    put_plain(writer, "HL70357");
    put_fields(writer, 1);
    put_plain(writer, "E");
    put_fields(writer, 4);
    put_words(writer, reading->reason);
    put(writer, '\r');
}

size_t hw_hl7_answer(const struct hw_hl7_reading *reading, const char *code, struct hw_slice note,
    int64_t now_ms, uint64_t control_id, uint8_t *buffer, size_t buffer_size)
{
    struct writer writer = {buffer, buffer + buffer_size, false, delimiters_of(reading)};

    put_msh(&writer, reading, now_ms, control_id);
    put_plain(&writer, "MSA");
    put_fields(&writer, 1);
    put_plain(&writer, code);
    put_fields(&writer, 1);
    put_echo(&writer, reading->control_id, HW_CONTROL_ID_SIZE_MAX);
    if (note.size > 0) {
        put_fields(&writer, 1);
        put_echo(&writer, note, 32);
    }
    put(&writer, '\r');
    if (reading->verdict == HW_VERDICT_REFUSED && code[1] != 'A')
        put_err(&writer, reading);
    return writer.full ? 0 : (size_t)(writer.at - buffer);
}
