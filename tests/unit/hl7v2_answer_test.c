/*
 * Goal: exactly the answers that were asked for, in the sender's own delimiters, naming the message
 *       and, where refused, the place and the remedy.
 * Method: every MSH-15 with every MSH-16 for each verdict, worked by hand; answers byte for byte.
 */
#include "hl7v2_letter.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* Columns: taken or ignored, refused for content, refused at the header. */
static const struct {
    const char *accept, *application;
    const char *taken, *content, *header;
} modes[] = {
    {"", "", "AA", "AE", "AR"},
    {"", "AL", "AA", "AE", "AR"},
    {"", "NE", "", "", ""},
    {"", "ER", "", "AE", "AR"},
    {"", "SU", "AA", "", ""},
    {"AL", "", "CA", "CE", "CR"},
    {"AL", "AL", "CA+AA", "CA+AE", "CR"},
    {"AL", "NE", "CA", "CE", "CR"},
    {"AL", "ER", "CA", "CA+AE", "CR"},
    {"AL", "SU", "CA+AA", "CE", "CR"},
    {"NE", "", "", "", ""},
    {"NE", "AL", "AA", "AE", "AR"},
    {"NE", "NE", "", "", ""},
    {"NE", "ER", "", "AE", "AR"},
    {"NE", "SU", "AA", "", ""},
    {"ER", "", "", "CE", "CR"},
    {"ER", "AL", "AA", "AE", "CR"},
    {"ER", "NE", "", "CE", "CR"},
    {"ER", "ER", "", "AE", "CR"},
    {"ER", "SU", "AA", "CE", "CR"},
    {"SU", "", "CA", "", ""},
    {"SU", "AL", "CA+AA", "CA+AE", "AR"},
    {"SU", "NE", "CA", "", ""},
    {"SU", "ER", "CA", "CA+AE", "AR"},
    {"SU", "SU", "CA+AA", "", ""},
    {"??", "0", "AA", "AE", "AR"},
    {"_AL_", "??", "CA", "CE", "CR"},
};

static const char *answers_of(const struct hw_hl7_reading *reading, enum hw_hl7_ack_mode mode)
{
    static char words[16];
    struct hw_hl7_answers answers = hw_hl7_answers_for(reading, mode);

    snprintf(words, sizeof words, "%s%s%s", answers.count > 0 ? answers.code[0] : "",
        answers.count > 1 ? "+" : "", answers.count > 1 ? answers.code[1] : "");
    return words;
}

static const char *asked(size_t i, const char *more)
{
    char text[128];

    snprintf(
        text, sizeof text, "MSH-15=%s MSH-16=%s %s", modes[i].accept, modes[i].application, more);
    return answers_of(letter_of("A01", text), HW_ACK_AUTO);
}

Test(hl7v2_answer, as_asked)
{
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        cr_expect_str_eq(
            asked(i, ""), modes[i].taken, "%s/%s taken", modes[i].accept, modes[i].application);
        cr_expect_str_eq(asked(i, "PV1-2=O"), modes[i].taken, "%s/%s ignored", modes[i].accept,
            modes[i].application);
        cr_expect_str_eq(asked(i, "PID-3="), modes[i].content, "%s/%s content", modes[i].accept,
            modes[i].application);
        cr_expect_str_eq(asked(i, "MSH-11=X"), modes[i].header, "%s/%s header", modes[i].accept,
            modes[i].application);
        cr_expect_str_eq(asked(i, "MSH-9=ACK"), "", "never acknowledged");
    }
}

Test(hl7v2_answer, as_fixed_for_a_sender)
{
    const struct hw_hl7_reading *reading = letter_of("A01", "MSH-15=NE MSH-16=NE");

    cr_expect_str_eq(answers_of(reading, HW_ACK_ORIGINAL), "AA");
    cr_expect_str_eq(answers_of(reading, HW_ACK_ENHANCED_COMMIT), "CA");
    cr_expect_str_eq(answers_of(reading, HW_ACK_NONE), "");
    reading = letter_of("A01", "PID-3=");
    cr_expect_str_eq(answers_of(reading, HW_ACK_ORIGINAL), "AE");
    cr_expect_str_eq(answers_of(reading, HW_ACK_ENHANCED_COMMIT), "CE");
    reading = letter_of("A01", "MSH-9=ACK");
    cr_expect_str_eq(answers_of(reading, HW_ACK_ORIGINAL), "");
}

/* 2026-07-01 11:00 UTC, noon in London. */
static const int64_t now_ms = INT64_C(1782903600000);

static const char *answer_text(
    const struct hw_hl7_reading *reading, const char *code, const char *note)
{
    static char text[1025];
    size_t size = hw_hl7_answer(
        reading, code, hw_slice_text(note), now_ms, 42, (uint8_t *)text, sizeof text - 1);

    cr_assert(size > 0);
    text[size] = '\0';
    cr_expect(strlen(text) == size);
    return text;
}

Test(hl7v2_answer, accepted)
{
    cr_expect_str_eq(answer_text(letter_of("A01", ""), "AA", ""),
        "MSH|^~\\&|HOMEWARD|HUB|PAS|RWE|20260701120000+0100||ACK^A01^ACK|42|P|2.4\r"
        "MSA|AA|ID1\r");
    cr_expect_str_eq(answer_text(letter_of("A01", ""), "CA", "duplicate"),
        "MSH|^~\\&|HOMEWARD|HUB|PAS|RWE|20260701120000+0100||ACK^A01^ACK|42|P|2.4\r"
        "MSA|CA|ID1|duplicate\r");
}

Test(hl7v2_answer, refused)
{
    cr_expect_str_eq(answer_text(letter_of("A01", "PV1-19="), "AE", ""),
        "MSH|^~\\&|HOMEWARD|HUB|PAS|RWE|20260701120000+0100||ACK^A01^ACK|42|P|2.4\r"
        "MSA|AE|ID1\r"
        "ERR||PV1^1^19|101^Required field missing^HL70357|E||||no stay is named: send its visit "
        "number in PV1-19, or the time of admission in PV1-44\r");
    cr_expect(strstr(answer_text(letter_of("A01", "PV1-19="), "CA", ""), "ERR") == NULL,
        "the commit of a refused message is no refusal");
}

Test(hl7v2_answer, in_other_delimiters)
{
    const struct hw_hl7_reading *reading =
        letter_read(NULL, "MSH:^~\\&:PAS:RWE:::2026::ADT^A01:ID1:P:2.4");
    const char *text = answer_text(reading, "AE", "");

    cr_expect(strncmp(text, "MSH:^~\\&:::PAS:RWE:", 19) == 0, "%s", text);
    cr_expect(strstr(text,
                  "PID^1^3:101^Required field missing^HL70357:E::::no usable identifier "
                  "of the person\\F\\ send") != NULL,
        "%s", text);
    reading = letter_read(NULL, "MSH,^,PAS,RWE,,,2026,,ADT^A01,ID1,P,2.4");
    text = answer_text(reading, "AE", "");
    cr_expect(strncmp(text, "MSH,^,,,PAS,RWE,", 16) == 0, "%s", text);
}

Test(hl7v2_answer, to_what_is_no_message)
{
    cr_expect_str_eq(answer_text(letter_read(NULL, "hello"), "AR", ""),
        "MSH|^~\\&|||||20260701120000+0100||ACK|42|P|2.4\r"
        "MSA|AR|\r"
        "ERR||MSH|100^Segment sequence error^HL70357|E||||the message does not begin with MSH: "
        "send one message a frame, MSH first\r");
}

Test(hl7v2_answer, cannot_be_made_to_end_a_frame)
{
    const struct hw_hl7_reading *reading =
        letter_of("A01", "MSH-10=ID\x1c MSH-12=2.4\x1c MSH-3=\x0b PID-3=");
    const char *text = answer_text(reading, "AE", "");

    cr_expect(strchr(text, 0x1c) == NULL);
    cr_expect(strchr(text, 0x0b) == NULL);
    cr_expect(strstr(text, "MSA|AE|ID?\r") != NULL, "%s", text);
}

Test(hl7v2_answer, to_broken_delimiters_is_whole)
{
    const struct hw_hl7_reading *reading = letter_read(NULL, "MSH$$PA|S$RWE$$$2026$$ADT$ID1$P$2.4");
    const char *text = answer_text(reading, "AR", "");

    cr_expect(strncmp(text, "MSH|^~\\&|||PA?S|RWE|", 20) == 0, "%s", text);
    cr_expect(strstr(text, "\rMSA|AR|ID1\r") != NULL, "%s", text);
}

Test(hl7v2_answer, always_fits_and_never_runs_over)
{
    static char message[8192];
    static uint8_t buffer[1024];
    static char big[600];
    const struct hw_hl7_reading *reading;
    size_t size;

    memset(big, 'x', sizeof big - 1);
    snprintf(message, sizeof message, "MSH|^~\\&|%s|%s|%s|%s|2026||ADT^%s|%s|%s|%s", big, big, big,
        big, big, big, big, big);
    reading = letter_read(NULL, message);
    size = hw_hl7_answer(reading, "AR", hw_slice_text(big), now_ms, UINT64_MAX, buffer, 1024);
    cr_expect(size > 0);
    for (size_t room = 0; room < size; room++)
        cr_expect(
            hw_hl7_answer(reading, "AR", hw_slice_text(big), now_ms, UINT64_MAX, buffer, room) == 0,
            "%zu", room);
}

Test(hl7v2_answer, is_itself_a_message_nobody_answers)
{
    const struct hw_hl7_reading *reading =
        letter_read(NULL, answer_text(letter_of("A01", ""), "AA", ""));

    cr_expect(reading->verdict == HW_VERDICT_UNANSWERED);
}
