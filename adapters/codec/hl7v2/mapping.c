/* A sender's own fields as our attributes (hl7.mapping). */
#include "codec/hl7v2/reader.h"

static enum hl7_how how_of(enum hw_field field)
{
    if (field == HW_FIELD_CLASS)
        return HL7_CLASS;
    if (field == HW_FIELD_NEEDS || field == HW_FIELD_PREFERRED || field == HW_FIELD_REFUSED)
        return HL7_LIST;
    switch (hw_field_type(field)) {
    case HW_VALUE_TIME:
        return HL7_TIME;
    case HW_VALUE_BOOL:
        return HL7_FLAG;
    case HW_VALUE_TEXT:
    case HW_VALUE_NUMBER:
        break;
    }
    return HL7_CODE;
}

/* Whether a line is what a mapping looks for; its fields, cut. */
static bool matches(struct hl7_reader *reader, const struct hw_hl7_mapping *mapping,
    struct hw_slice line, struct hl7_segment *fields)
{
    struct hw_slice code;

    if (!hl7_line_is(&reader->message, line, mapping->segment))
        return false;
    (void)hl7_segment_cut(&reader->message, line.data, fields);
    reader->message.cuts_count -= fields->count; /* Nobody else needs them. */
    if (mapping->code.size == 0)
        return true;
    code = hl7_part(hl7_field(fields, 3), 1, reader->message.delimiters.component);
    return hw_slice_equal(hl7_trim(code), mapping->code);
}

/* The first line that matches speaks; field 0 is OBX-5. */
static void read_one(struct hl7_reader *reader, const struct hw_hl7_mapping *mapping)
{
    struct hl7_taken taken = {.segment = "",
        .attribute = (uint8_t)mapping->field,
        .how = (uint8_t)how_of(mapping->field)};
    struct hw_slice rest = reader->message.bytes;
    struct hw_slice line, value;
    struct hl7_segment fields;

    taken.component = (uint8_t)(mapping->component > 0 ? mapping->component : 1);
    while (hl7_line_next(&rest, &line)) {
        if (!matches(reader, mapping, line, &fields))
            continue;
        value = hl7_field(&fields, mapping->field_number > 0 ? mapping->field_number : 5);
        hl7_value_take(reader, &taken, value);
        return;
    }
}

void hl7_mappings_read(struct hl7_reader *reader)
{
    for (uint32_t i = 0; i < reader->options->mappings_count; i++) {
        const struct hw_hl7_mapping *mapping = &reader->options->mappings[i];

        if (hw_field_type(mapping->field) == HW_VALUE_NUMBER)
            continue; /* Birth dates as numbers are made here, never sent. */
        if (mapping->sender.size == 0 || hw_slice_equal(mapping->sender, reader->source))
            read_one(reader, mapping);
    }
}
