/*
 * hl7v2_letter.h - messages of our own, written as the fields in which they differ from a usual
 * one.
 *
 * A text is tokens between blanks: "PV1-2=E" sets a field ("_" stands for a blank, "PID-3=" empties
 * it), "PID.2-3=..." is of the second PID, "-PV1" takes the whole segment away.  Later tokens win.
 * People and numbers are made up; NHS numbers are of the test range.
 */
#ifndef HW_TEST_HL7V2_LETTER_H
#define HW_TEST_HL7V2_LETTER_H

#include "codec/hl7v2/hl7v2.h"

/*
 * The message of a trigger ("A01", "I12") with the fields of text; segments end in CR.  Borrowed
 * until the next call but three.
 */
const char *letter(const char *trigger, const char *text);

/* Read a message with these options (NULL: the defaults).  Borrowed until the next call. */
const struct hw_hl7_reading *letter_read(const struct hw_hl7_options *options, const char *message);

/* letter_read(NULL, letter(trigger, text)). */
const struct hw_hl7_reading *letter_of(const char *trigger, const char *text);

/* "AA", "AA ignored", "AE 101 PID^1^3", "none". */
const char *letter_fate(const struct hw_hl7_reading *reading);

/* A field of an event as text: "-" absent, "cleared", else its value; times as RFC 3339. */
const char *letter_field(const struct hw_event *event, enum hw_field field);

#endif
