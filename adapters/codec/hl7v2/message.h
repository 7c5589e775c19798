/*
 * message.h - one HL7 v2 message cut up in place: delimiters, segments, fields, components.
 *
 * One pass over the bytes finds the segments that are read here; only those are cut into fields,
 * and only when they are asked for.  A delimiter that the message does not declare is 0 and never
 * matches.  All slices are borrowed from the message.  Pure; any thread.
 */
#ifndef HW_HL7_MESSAGE_H
#define HW_HL7_MESSAGE_H

#include "codec/hl7v2/bits.h"
#include "codec/hl7v2/hl7v2.h"

enum { HL7_FIELDS_MAX = 54 }; /* PV1-45 is the farthest that is read by number */

struct hl7_delimiters {
    uint8_t field, component, repetition, escape, subcomponent;
};

/* A segment cut at its field separators: field n is [start[n], start[n + 1] - 1), 0 is the name. */
struct hl7_fields {
    uint32_t count;
    const uint8_t *start[HL7_FIELDS_MAX + HL7_BLOCK_SIZE + 1]; /* cut a block at a time */
};

/* The segments of one person (and stay): all that stands between one PID and the next. */
struct hl7_group {
    struct hw_slice pid, pv1, pv2, mrg, zu1, zdt;
};

/* What is wrong with the shape of a message, before any field is read. */
enum hl7_shape {
    HL7_SHAPE_GOOD,
    HL7_SHAPE_NO_MSH,     /* no MSH, or another segment before it */
    HL7_SHAPE_SECOND_MSH, /* a second MSH, or a batch or file header or trailer */
    HL7_SHAPE_DELIMITERS, /* MSH-1/2 are not one to five distinct punctuation characters */
};

struct hl7_message {
    struct hw_slice bytes; /* without the byte order mark */
    struct hl7_delimiters delimiters;
    struct hl7_marks marks; /* all delimiters but the field separator */
    enum hl7_shape shape;
    bool has_msh;
    bool has_msa;
    bool groups_cut; /* there were more groups than HW_HL7_EVENTS_MAX */
    struct hw_slice msh, evn, rf1, orc, obr;
    struct hl7_group groups[HW_HL7_EVENTS_MAX];
    uint32_t groups_count; /* at least 1 */
};

/* Find the segments of bytes. */
void hl7_message_index(struct hl7_message *message, struct hw_slice bytes);

/* Take the next line (ended by CR, LF or the end) off *rest; false when there is none. */
bool hl7_line_next(struct hw_slice *rest, struct hw_slice *ret_line);

/* Whether line is the segment called name (three characters). */
bool hl7_line_is(const struct hl7_message *message, struct hw_slice line, struct hw_slice name);

/* Cut segment at separator. */
void hl7_fields_cut(struct hl7_fields *fields, struct hw_slice segment, uint8_t separator);

/* Field number (from 1; for MSH see hl7_msh_field); empty when there is none. */
static inline struct hw_slice hl7_field(const struct hl7_fields *fields, uint32_t number)
{
    if (number >= fields->count)
        return (struct hw_slice){0};
    return (struct hw_slice){
        fields->start[number], (size_t)(fields->start[number + 1] - 1 - fields->start[number])};
}

/* MSH-1 is the separator itself, so MSH-3 is the second field that is cut. */
static inline struct hw_slice hl7_msh_field(const struct hl7_fields *fields, uint32_t number)
{
    return hl7_field(fields, number - 1);
}

/* Part number (from 1) of text cut at separator; the whole is part 1 where separator is 0. */
struct hw_slice hl7_part(struct hw_slice text, uint32_t number, uint8_t separator);

/* Take the next repetition off *rest; false at the end.  *rest starts as the whole field. */
bool hl7_repetition_next(struct hw_slice *rest, uint8_t separator, struct hw_slice *ret_repetition);

static inline bool hl7_is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* Without blanks at either end. */
static inline struct hw_slice hl7_trim(struct hw_slice text)
{
    while (text.size > 0 && hl7_is_blank(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && hl7_is_blank(text.data[text.size - 1]))
        text.size--;
    return text;
}

/*
 * Whether text is short and has no delimiters and no blanks around it, as most fields: it is then
 * its own first repetition, component and subcomponent.  False says nothing: look closer.
 */
static inline bool hl7_is_plain(const struct hl7_message *message, struct hw_slice text)
{
    return text.size > 0 && text.size <= HL7_BLOCK_SIZE && !hl7_is_blank(text.data[0]) &&
        !hl7_is_blank(text.data[text.size - 1]) && hl7_is_unmarked(&message->marks, text);
}

/* HL7's "delete this value". */
static inline bool hl7_is_null(struct hw_slice text)
{
    return text.size == 2 && text.data[0] == '"' && text.data[1] == '"';
}

static inline bool hl7_is_punctuation(uint8_t c)
{
    return (c >= 0x21 && c <= 0x2f) || (c >= 0x3a && c <= 0x40) || (c >= 0x5b && c <= 0x60) ||
        (c >= 0x7b && c <= 0x7e);
}

#endif
