/*
 * text.h - texts of a message as UTF-8: character set, escapes, blanks, length.
 *
 * What needs no change is returned as it lies in the message; the rest is written to a scratch
 * buffer that only grows during one message.  Pure; one thread per scratch.
 */
#ifndef HW_HL7_TEXT_H
#define HW_HL7_TEXT_H

#include "codec/hl7v2/message.h"

enum hl7_charset { HL7_UTF8, HL7_LATIN1, HL7_WINDOWS1252 };

struct hl7_scratch {
    uint8_t *at;
    uint8_t *end;
    struct hl7_delimiters delimiters;
    enum hl7_charset charset;
    uint32_t flags;  /* HW_FLAG_*: what was odd about the texts so far */
    bool ascii;      /* all of the message is; false where nobody looked */
    bool no_escapes; /* the message has none; false where nobody looked */
};

/*
 * Settle the character set of a message from MSH-18 and its bytes, all of them ASCII or not.  An
 * unknown name, or none with bytes past ASCII, is UTF-8 if the bytes are, else ISO 8859-1, flagged.
 */
void hl7_charset_settle(
    struct hl7_scratch *scratch, struct hw_slice name, struct hw_slice bytes, bool ascii);

/* Whether all of bytes is well formed UTF-8 (RFC 3629). */
bool hl7_is_utf8(struct hw_slice bytes);

/*
 * The text of raw: trimmed, escapes decoded, UTF-8, at most HW_TEXT_SIZE_MAX bytes (cut, flagged).
 * Empty, flagged VALUE_DROPPED, when the scratch buffer is full.
 */
struct hw_slice hl7_text_decode(struct hl7_scratch *scratch, struct hw_slice raw);

static inline struct hw_slice hl7_text(struct hl7_scratch *scratch, struct hw_slice raw)
{
    if (scratch->no_escapes && (scratch->ascii || scratch->charset == HL7_UTF8) &&
        raw.size <= HW_TEXT_SIZE_MAX)
        return hl7_trim(raw);
    return hl7_text_decode(scratch, raw);
}

/* The first limit bytes of a longer text at most, not ending inside a character; flagged. */
struct hw_slice hl7_cut_long(struct hl7_scratch *scratch, struct hw_slice text, size_t limit);

static inline struct hw_slice hl7_cut(
    struct hl7_scratch *scratch, struct hw_slice text, size_t limit)
{
    return text.size <= limit ? text : hl7_cut_long(scratch, text, limit);
}

/* A copy of bytes in scratch; empty, flagged VALUE_DROPPED, when it is full. */
static inline struct hw_slice hl7_scratch_copy(
    struct hl7_scratch *scratch, const void *bytes, size_t size)
{
    struct hw_slice copy = {scratch->at, size};

    if ((size_t)(scratch->end - scratch->at) < size) {
        scratch->flags |= HW_FLAG_VALUE_DROPPED;
        return (struct hw_slice){0};
    }
    hw_slice_copy(scratch->at, hw_slice_of(bytes, size));
    scratch->at += size;
    return copy;
}

#endif
