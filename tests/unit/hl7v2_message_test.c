/*
 * Goal: a message is cut where it says it is to be cut, and nowhere else.
 * Method: delimiters, line ends and groups as tables; the field cutter against a slow one, on
 *         messages that end where memory ends.
 */
#include "codec/hl7v2/message.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "guard.h"

static const struct {
    const char *msh;
    enum hl7_shape shape;
} headers[] = {
    {"MSH|^~\\&|A", HL7_SHAPE_GOOD},
    {"MSH|^~\\&", HL7_SHAPE_GOOD},
    {"MSH|^", HL7_SHAPE_GOOD},
    {"MSH|^~|A", HL7_SHAPE_GOOD},
    {"MSH|^~\\&#|A", HL7_SHAPE_GOOD},
    {"MSH$%~\\&$A", HL7_SHAPE_GOOD},
    {"MSH|^~\\&#!|A", HL7_SHAPE_DELIMITERS},
    {"MSH|^~\\\\&|A", HL7_SHAPE_DELIMITERS},
    {"MSH||A", HL7_SHAPE_DELIMITERS},
    {"MSH|", HL7_SHAPE_DELIMITERS},
    {"MSH", HL7_SHAPE_DELIMITERS},
    {"MSH |^~\\&", HL7_SHAPE_DELIMITERS},
    {"MSH|^~ &|A", HL7_SHAPE_DELIMITERS},
    {"MSH|^~0&|A", HL7_SHAPE_DELIMITERS},
    {"MSH|\xc3\xa9|A", HL7_SHAPE_DELIMITERS},
    {"", HL7_SHAPE_NO_MSH},
    {"PID|1", HL7_SHAPE_NO_MSH},
    {"PID|1\rMSH|^~\\&|A", HL7_SHAPE_NO_MSH},
    {"FHS|^~\\&\rMSH|^~\\&|A", HL7_SHAPE_NO_MSH},
    {" MSH|^~\\&|A", HL7_SHAPE_NO_MSH},
    {"MSHA|^~\\&|A", HL7_SHAPE_NO_MSH},
    {"a line of text\r\r\nMSH|^~\\&|A", HL7_SHAPE_GOOD},
    {"\xef\xbb\xbfMSH|^~\\&|A", HL7_SHAPE_GOOD},
    {"MSH|^~\\&|A\rMSH|^~\\&|B", HL7_SHAPE_SECOND_MSH},
    {"MSH|^~\\&|A\rFHS|^~\\&", HL7_SHAPE_SECOND_MSH},
    {"MSH|^~\\&|A\nBHS|^~\\&", HL7_SHAPE_SECOND_MSH},
    {"MSH|^~\\&|A\rNTE|MSH|", HL7_SHAPE_GOOD},
};

Test(hl7v2_message, shapes)
{
    static struct hl7_message message;

    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        hl7_message_index(&message, hw_slice_text(headers[i].msh));
        cr_expect(message.shape == headers[i].shape, "%s: %d", headers[i].msh, message.shape);
    }
}

Test(hl7v2_message, what_is_not_declared_does_not_exist)
{
    static struct hl7_message message;

    hl7_message_index(&message, hw_slice_text("MSH|^~"));
    cr_expect(message.delimiters.component == '^');
    cr_expect(message.delimiters.repetition == '~');
    cr_expect(message.delimiters.escape == 0);
    cr_expect(message.delimiters.subcomponent == 0);
    cr_expect(hl7_part(hw_slice_of("a\0b", 3), 1, 0).size == 3);
    cr_expect(hl7_part(hw_slice_of("a\0b", 3), 2, 0).size == 0);
}

/* A segment from its start to its end. */
static struct hw_slice line_of(const struct hl7_segment *segment)
{
    if (segment->count == 0)
        return (struct hw_slice){0};
    return hw_slice_of(segment->start, segment->cuts[segment->count - 1]);
}

Test(hl7v2_message, any_line_end)
{
    static const char *const ends[] = {"\r", "\n", "\r\n", "\r\r", "\n\n\r", "\r\n\r\n"};
    static struct hl7_message message;
    char text[256];

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(text, sizeof text, "MSH|^~\\&|A%sEVN|x%sno segment%spid|y%sPID|z%sPV1|w", ends[i],
            ends[i], ends[i], ends[i], ends[i]);
        hl7_message_index(&message, hw_slice_text(text));
        cr_expect(hw_slice_is(line_of(&message.evn), "EVN|x"), "end %zu", i);
        cr_expect(hw_slice_is(line_of(&message.groups[0].pid), "PID|z"), "end %zu", i);
        cr_expect(hw_slice_is(line_of(&message.groups[0].pv1), "PV1|w"), "end %zu", i);
        cr_expect(message.groups_count == 1);
    }
}

Test(hl7v2_message, groups)
{
    static struct hl7_message message;

    hl7_message_index(&message,
        hw_slice_text("MSH|^~\\&|A\rPID|1\rPV1|1\rPID|2\rPV1|2\rPV2|2\rMRG|2\rMRG|3\rPV1|3"));
    cr_assert(message.groups_count == 3);
    cr_expect(hw_slice_is(line_of(&message.groups[0].pv1), "PV1|1"));
    cr_expect(hw_slice_is(line_of(&message.groups[1].pid), "PID|2"));
    cr_expect(hw_slice_is(line_of(&message.groups[1].pv2), "PV2|2"));
    cr_expect(hw_slice_is(line_of(&message.groups[1].mrg), "MRG|2"));
    cr_expect(
        hw_slice_is(line_of(&message.groups[2].pid), "PID|2"), "A45 repeats MRG under one PID");
    cr_expect(hw_slice_is(line_of(&message.groups[2].pv1), "PV1|3"));
    cr_expect(!message.groups_cut);
}

Test(hl7v2_message, more_groups_than_are_kept)
{
    static struct hl7_message message;
    char text[512] = "MSH|^~\\&|A";

    for (int i = 0; i < HW_HL7_EVENTS_MAX; i++)
        strcat(text, "\rPID|1\rMRG|1");
    hl7_message_index(&message, hw_slice_text(text));
    cr_expect(message.groups_count == HW_HL7_EVENTS_MAX && !message.groups_cut);
    strcat(text, "\rPID|1");
    hl7_message_index(&message, hw_slice_text(text));
    cr_expect(message.groups_count == HW_HL7_EVENTS_MAX && message.groups_cut);
}

/* Field number of text the slow way. */
static struct hw_slice slow_field(struct hw_slice text, uint32_t number, uint8_t separator)
{
    size_t start = 0, end;

    for (; number > 0; number--) {
        while (start < text.size && text.data[start] != separator)
            start++;
        if (start == text.size)
            return (struct hw_slice){0};
        start++;
    }
    for (end = start; end < text.size && text.data[end] != separator; end++)
        ;
    return hw_slice_of(text.data + start, end - start);
}

/* A line "PID|" and random bytes, of which a third are separators and some end it. */
static size_t make_line(uint8_t *bytes, size_t size, uint32_t *seed)
{
    memcpy(bytes, "PID|", 4);
    for (size_t i = 4; i < size; i++) {
        *seed = *seed * 1664525u + 1013904223u;
        bytes[i] = (*seed >> 24) % 3 == 0 ? '|' : (uint8_t)(*seed >> 16);
        if ((*seed >> 8) % 256 > 1 && (bytes[i] == '\r' || bytes[i] == '\n'))
            bytes[i] = '^';
    }
    return size;
}

Test(hl7v2_message, the_field_cutter_agrees_with_a_slow_one)
{
    static struct hl7_message message;
    struct guard guard = guard_new(512);
    uint32_t seed = 20260301;

    for (int round = 0; round < 4000; round++) {
        uint8_t bytes[512] = "MSH|^~\\&|A\r";
        size_t head = strlen((char *)bytes);
        size_t size = make_line(bytes + head, 4 + (size_t)(round % 300), &seed);
        struct hw_slice text = guard_copy(&guard, bytes, head + size);
        struct hw_slice line = hw_slice_of(text.data + head, 0);

        while (line.size < size && line.data[line.size] != '\r' && line.data[line.size] != '\n')
            line.size++;
        hl7_message_index(&message, text);
        for (uint32_t number = 1; number < HL7_FIELDS_MAX; number++) {
            struct hw_slice wanted = slow_field(line, number, '|');

            cr_assert(hw_slice_equal(hl7_field(&message.groups[0].pid, number), wanted),
                "round %d, field %u", round, number);
        }
        cr_expect(hl7_field(&message.groups[0].pid, HL7_FIELDS_MAX).size == 0);
    }
}

Test(hl7v2_message, msh_is_counted_from_its_separator)
{
    static struct hl7_message message;

    hl7_message_index(&message, hw_slice_text("MSH|^~\\&|three||five\rEVN|"));
    cr_expect(hw_slice_is(hl7_msh_field(&message, 3), "three"));
    cr_expect(hl7_msh_field(&message, 4).size == 0);
    cr_expect(hw_slice_is(hl7_msh_field(&message, 5), "five"));
    cr_expect(hl7_msh_field(&message, 6).data == NULL);
    hl7_message_index(&message, hw_slice_text("MSH||three||five"));
    cr_expect(hw_slice_is(hl7_msh_field(&message, 3), "three"), "though its delimiters are broken");
    hl7_message_index(&message, hw_slice_text("MSH"));
    cr_expect(message.has_msh && hl7_msh_field(&message, 3).size == 0);
}

Test(hl7v2_message, ascii_is_said_of_all_bytes)
{
    static const char *const others[] = {"\xe9\rMSH|^~\\&|A", "MSH|^~\\&|\xe9",
        "MSH|^~\\&|A\rZZZ|\xe9", "MSH|^~\\&|A\rPID|\xe9\rEVN|", "MSH|^~\\&|A\rx\n\xe9"};
    static struct hl7_message message;

    hl7_message_index(&message, hw_slice_text("x\rMSH|^~\\&|A\rPID|\rZZZ|"));
    cr_expect(message.is_ascii);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        hl7_message_index(&message, hw_slice_text(others[i]));
        cr_expect(message.has_msh && !message.is_ascii, "%zu", i);
    }
}

Test(hl7v2_message, parts_and_repetitions)
{
    struct hw_slice rest = hw_slice_text("a~~b"), repetition;

    cr_expect(hw_slice_is(hl7_part(hw_slice_text("a^b^c"), 1, '^'), "a"));
    cr_expect(hw_slice_is(hl7_part(hw_slice_text("a^b^c"), 3, '^'), "c"));
    cr_expect(hl7_part(hw_slice_text("a^b^c"), 4, '^').size == 0);
    cr_expect(hl7_part(hw_slice_text("a^^c"), 2, '^').size == 0);
    cr_expect(hl7_repetition_next(&rest, '~', &repetition) && hw_slice_is(repetition, "a"));
    cr_expect(hl7_repetition_next(&rest, '~', &repetition) && repetition.size == 0);
    cr_expect(hl7_repetition_next(&rest, '~', &repetition) && hw_slice_is(repetition, "b"));
    cr_expect(!hl7_repetition_next(&rest, '~', &repetition));
}
