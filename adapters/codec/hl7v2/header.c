/* MSH: what an answer needs of it, and the faults it can have, in the contract's order. */
#include "codec/hl7v2/reader.h"

#include <stdio.h>

void hl7_place(
    char where[24], const char *segment, unsigned sequence, unsigned field, unsigned component)
{
    if (component > 0)
        snprintf(where, 24, "%s^%u^%u^1^%u", segment, sequence, field, component);
    else if (field > 0)
        snprintf(where, 24, "%s^%u^%u", segment, sequence, field);
    else
        snprintf(where, 24, "%s", segment);
}

void hl7_refuse(struct hw_hl7_reading *reading, bool header, uint16_t code, const char *words)
{
    reading->verdict = HW_VERDICT_REFUSED;
    reading->header = header;
    reading->code = code;
    reading->meaning = header ? "refused (header)" : "refused (content)";
    snprintf(reading->reason, sizeof reading->reason, "%s", words);
}

void hl7_reading_init(struct hw_hl7_reading *reading)
{
    reading->verdict = HW_VERDICT_REFUSED;
    reading->header = false;
    reading->code = 0;
    reading->where[0] = '\0';
    reading->reason[0] = '\0';
    reading->meaning = "";
    reading->events_count = 0;
    reading->accept_ask = reading->application_ask = HW_ASK_EMPTY;
    reading->sending_application = reading->sending_facility = (struct hw_slice){0};
    reading->receiving_application = reading->receiving_facility = (struct hw_slice){0};
    reading->control_id = reading->processing_id = (struct hw_slice){0};
    reading->version = reading->trigger = (struct hw_slice){0};
    memset(reading->delimiters, 0, sizeof reading->delimiters);
    reading->is_hl7 = false;
}

static bool is_blank(struct hw_slice text)
{
    return hl7_trim(text).size == 0;
}

static bool is_version_2(struct hw_slice version)
{
    return version.size >= 3 && version.data[0] == '2' && version.data[1] == '.' &&
        version.data[2] >= '0' && version.data[2] <= '9';
}

/* MSH-15 and MSH-16 (table 0155). */
static enum hw_hl7_ask ask_of(struct hw_slice said)
{
    static const struct {
        const char *text;
        enum hw_hl7_ask ask;
    } asks[] = {
        {"AL", HW_ASK_ALWAYS}, {"NE", HW_ASK_NEVER}, {"ER", HW_ASK_ERROR}, {"SU", HW_ASK_SUCCESS}};

    said = hl7_trim(said);
    for (size_t i = 0; said.size > 0 && i < sizeof asks / sizeof *asks; i++)
        if (hw_slice_is(said, asks[i].text))
            return asks[i].ask;
    return HW_ASK_EMPTY;
}

/* Most messages have neither subcomponents nor escapes: nobody need look for them again. */
static void drop_unused(struct hl7_message *message)
{
    struct hl7_delimiters *delimiters = &message->delimiters;
    const uint8_t *from = message->msh.start;
    size_t size = (size_t)(message->tail.end - from);

    if (message->shape == HL7_SHAPE_DELIMITERS)
        return;
    if (!message->has_special || memchr(from, delimiters->subcomponent, size) == NULL)
        delimiters->subcomponent = 0;
    if (!message->has_special || memchr(from, delimiters->escape, size) == NULL)
        delimiters->escape = 0;
}

/* Whether three characters are none of them the separator. */
static bool is_three(const uint8_t *at, uint8_t separator)
{
    return at[0] != separator && at[1] != separator && at[2] != separator;
}

/* MSH-9, nearly always of the form ADT^A01 or ADT^A01^ADT_A01. */
static void read_type(struct hl7_reader *reader, struct hw_slice field)
{
    uint8_t separator = reader->message.delimiters.component;

    if (field.size >= 7 && separator != 0 && is_three(field.data, separator) &&
        field.data[3] == separator && is_three(field.data + 4, separator) &&
        (field.size == 7 || field.data[7] == separator)) {
        reader->type = hl7_part_first(reader, hw_slice_of(field.data, 3));
        reader->reading->trigger = hl7_trim(hw_slice_of(field.data + 4, 3));
        return;
    }
    reader->type = hl7_component(reader, field, 1);
    reader->reading->trigger = hl7_trim(hl7_part(field, 2, separator));
}

void hl7_header_read(struct hl7_reader *reader)
{
    const struct hl7_delimiters *delimiters = &reader->message.delimiters;
    struct hw_hl7_reading *reading = reader->reading;
    struct hl7_message *message = &reader->message;

    reading->delimiters[0] = delimiters->field;
    reading->delimiters[1] = delimiters->component;
    reading->delimiters[2] = delimiters->repetition;
    reading->delimiters[3] = delimiters->escape;
    reading->delimiters[4] = delimiters->subcomponent;
    drop_unused(message);
    reading->sending_application = hl7_msh_field(message, 3);
    reading->sending_facility = hl7_msh_field(message, 4);
    reading->receiving_application = hl7_msh_field(message, 5);
    reading->receiving_facility = hl7_msh_field(message, 6);
    read_type(reader, hl7_msh_field(message, 9));
    reading->control_id = hl7_msh_field(message, 10);
    reading->processing_id = hl7_msh_field(message, 11);
    reading->version = hl7_msh_field(message, 12);
    reading->accept_ask = ask_of(hl7_msh_field(message, 15));
    reading->application_ask = ask_of(hl7_msh_field(message, 16));
}

/* The first fault of the header in the contract's order; code 0 when it is good. */
struct hl7_header_fault hl7_header_fault_find(const struct hl7_reader *reader)
{
    const struct hw_hl7_options *options = reader->options;
    const struct hw_hl7_reading *reading = reader->reading;

    switch (reader->message.shape) {
    case HL7_SHAPE_NO_MSH:
        return (struct hl7_header_fault){
            100, 0, "the message does not begin with MSH: send one message a frame, MSH first"};
    case HL7_SHAPE_SECOND_MSH:
        return (struct hl7_header_fault){100, 0,
            "a second MSH, or a batch or file header, stands in the frame: send each message in a "
            "frame of its own"};
    case HL7_SHAPE_DELIMITERS:
        return (struct hl7_header_fault){102, 2,
            "the delimiters are not one to five distinct punctuation characters: send MSH-1 and "
            "MSH-2 as in MSH|^~\\&|"};
    case HL7_SHAPE_GOOD:
        break;
    }
    if (is_blank(reading->control_id))
        return (struct hl7_header_fault){
            101, 10, "there is no message control id: send one in MSH-10"};
    if (!is_version_2(hl7_component(reader, reading->version, 1)))
        return (struct hl7_header_fault){203, 12, "the version is not 2.x: send it in MSH-12"};
    if (!hl7_in_list(hl7_component(reader, reading->processing_id, 1), options->processing_ids,
            options->processing_ids_count))
        return (struct hl7_header_fault){202, 11,
            "the processing id is not accepted here: send a listed one in MSH-11, or list it in "
            "hl7.processing_ids"};
    if (reader->type.size == 0)
        return (struct hl7_header_fault){200, 9, "there is no message type: send it in MSH-9"};
    return (struct hl7_header_fault){0};
}

bool hl7_is_acknowledgement(const struct hl7_reader *reader)
{
    if (!reader->message.has_msh || reader->message.delimiters.component == 0)
        return false;
    return hw_slice_is(reader->type, "ACK") || hw_slice_is(reader->type, "MCF");
}

void hl7_header_refuse(struct hw_hl7_reading *reading, const struct hl7_header_fault *fault)
{
    hl7_refuse(reading, true, fault->code, fault->words);
    hl7_place(reading->where, "MSH", 1, fault->field, 0);
}

void hw_hl7_refuse_frame(struct hw_slice head, struct hw_hl7_reading *ret_reading)
{
    struct hl7_reader reader;

    reader.reading = ret_reading;
    hl7_reading_init(ret_reading);
    hl7_message_index(&reader.message, head);
    if (reader.message.has_msh) {
        ret_reading->is_hl7 = true;
        hl7_header_read(&reader);
    }
    hl7_header_refuse(ret_reading,
        &(struct hl7_header_fault){207, 0,
            "the frame is larger than mllp.max_frame: send it in parts, or raise the limit"});
}
