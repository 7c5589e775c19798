/*
 * message.h - one HL7 v2 message cut up in place: delimiters, segments, fields, components.
 *
 * One pass over the bytes finds the segments and cuts those that are read here into fields; the
 * rest is passed over.  A delimiter that the message does not declare is 0 and never matches.  All
 * slices are borrowed from the message.  Pure; any thread.
 */
#ifndef HW_HL7_MESSAGE_H
#define HW_HL7_MESSAGE_H

#include "codec/hl7v2/hl7v2.h"
#include "codec/hl7v2/scan.h"

enum {
    HL7_FIELDS_MAX = 54, /* of a segment, its name included: PV1-45 is the farthest that is read */
    HL7_SEGMENTS_MAX = 5 + 6 * HW_HL7_EVENTS_MAX, /* that can be kept of one message */
    HL7_CUTS_MAX = (HL7_SEGMENTS_MAX + 1) * HL7_FIELDS_MAX + HL7_WORD_SIZE,
};

struct hl7_delimiters {
    uint8_t field, component, repetition, escape, subcomponent;
};

/*
 * A segment and where its fields end: field n, the name being 0, lies between cuts n - 1 and n.
 * What was not found has no fields.
 */
struct hl7_segment {
    const uint8_t *start;
    const uint32_t *cuts; /* counted from start; in the message's list of them */
    uint32_t count;       /* of fields, at most HL7_FIELDS_MAX */
};

/* The segments of one person (and stay): all that stands between one PID and the next. */
struct hl7_group {
    struct hl7_segment pid, pv1, pv2, mrg, zu1, zdt;
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
    struct hl7_tail tail;
    struct hl7_delimiters delimiters;
    struct hl7_sought sought;              /* what a scan looks for; the field separator always */
    struct hl7_mark component, repetition; /* one that is missing is what no field holds */
    enum hl7_shape shape;
    bool is_ascii;    /* all bytes are; of a message of good shape */
    bool has_special; /* escapes or subcomponents, perhaps */
    bool has_msh;
    bool has_msa;
    bool groups_cut;   /* there were more groups than HW_HL7_EVENTS_MAX */
    uint32_t msh_lead; /* the field of MSH that msh calls 0 */
    struct hl7_segment msh, evn, rf1, orc, obr;
    struct hl7_group groups[HW_HL7_EVENTS_MAX];
    uint32_t groups_count; /* at least 1 */
    uint32_t cuts_count;
    uint32_t cuts[HL7_CUTS_MAX];
};

/* Find the segments of bytes. */
void hl7_message_index(struct hl7_message *message, struct hw_slice bytes);

/* Cut the line at start into fields; returns where the next one starts, at most the end. */
const uint8_t *hl7_segment_cut(
    struct hl7_message *message, const uint8_t *start, struct hl7_segment *ret_segment);

/* Take the next line (ended by CR, LF or the end) off *rest; false when there is none. */
bool hl7_line_next(struct hw_slice *rest, struct hw_slice *ret_line);

/* Whether line is the segment called name (three characters). */
bool hl7_line_is(const struct hl7_message *message, struct hw_slice line, struct hw_slice name);

/* Field number (from 1; for MSH see hl7_msh_field); empty when there is none. */
static inline struct hw_slice hl7_field(const struct hl7_segment *segment, uint32_t number)
{
    uint32_t from;

    if (number >= segment->count)
        return (struct hw_slice){0};
    from = segment->cuts[number - 1] + 1;
    return (struct hw_slice){segment->start + from, segment->cuts[number] - from};
}

/* Field number of MSH, from 3. */
static inline struct hw_slice hl7_msh_field(const struct hl7_message *message, uint32_t number)
{
    return hl7_field(&message->msh, number - message->msh_lead);
}

/*
 * The first components of the first repetition of a field; empty slices for those it does not
 * have.  Returns the size of that repetition.
 */
size_t hl7_components_cut(
    const struct hl7_message *message, struct hw_slice field, struct hw_slice parts[HL7_PARTS]);

/* What is left of a field after a repetition of that size and its separator. */
static inline struct hw_slice hl7_after_repetition(struct hw_slice field, size_t size)
{
    size += size < field.size;
    return (struct hw_slice){field.data + size, field.size - size};
}

/* Part number (from 1) of text cut at separator; the whole is part 1 where separator is 0. */
struct hw_slice hl7_part(struct hw_slice text, uint32_t number, uint8_t separator);

/* Take the next repetition off *rest; false at the end.  *rest starts as the whole field. */
bool hl7_repetition_next(struct hw_slice *rest, uint8_t separator, struct hw_slice *ret_repetition);

/* Whether text has no blanks at either end; few have any. */
static inline bool hl7_is_trim(struct hw_slice text)
{
    return text.size == 0 || (text.data[0] > ' ' && text.data[text.size - 1] > ' ');
}

/* Without blanks at either end. */
struct hw_slice hl7_trim_blanks(struct hw_slice text);

static inline struct hw_slice hl7_trim(struct hw_slice text)
{
    return hl7_is_trim(text) ? text : hl7_trim_blanks(text);
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
