/*
 * Goal: what a message asks for is read from it, and answers are read as their sender meant them.
 * Method: headers and acknowledgements with the result written beside them.
 */
#include "cli/send_answer.h"
#include "cli/send_input.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

/* What text is when it stands in a file: one that has no name, reached through its descriptor. */
static enum hw_status add(struct hw_send_input *input, const char *text)
{
    FILE *file = tmpfile();
    char path[64];

    cr_assert(file != NULL);
    cr_assert(fputs(text, file) >= 0 && fflush(file) == 0);
    rewind(file);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
    enum hw_status status = hw_send_input_add(input, path);
    fclose(file);
    return status;
}

Test(send_input, messages_of_files)
{
    struct hw_send_input input;

    hw_send_input_init(&input);
    cr_expect(eq(int, add(&input, "no message at all\n"), HW_E_NOT_FOUND));
    cr_expect(eq(int, hw_send_input_add(&input, "/nowhere/at/all"), HW_E_IO));
    cr_expect(eq(int,
        add(&input,
            "FHS|^~\\&\rMSH|^~\\&|A|B|C|D|1||ADT^A01|one|P|2.4\rPV1|1\r"
            "MSH|^~\\&|A|B|C|D|1||ADT^A01|two|P|2.4\rPV1|1\rFTS|2\r"),
        HW_OK));
    cr_expect(eq(int, add(&input, "\x0bMSH#^~\\&#A#B#C#D#1##ADT^A01#three#P#2.4\r\x1c\r"), HW_OK));
    cr_assert(eq(sz, input.count, 3));
    cr_expect(hw_slice_is(input.messages[0].control_id, "one"));
    cr_expect(hw_slice_is(input.messages[1].control_id, "two"));
    cr_expect(hw_slice_is(input.messages[2].control_id, "three"));
    hw_send_input_free(&input);
}

Test(send_input, what_a_message_asks_for)
{
    static const struct {
        const char *fields;
        enum hw_send_expects expects;
    } rows[] = {
        {"", HW_EXPECTS_ONE},
        {"|||", HW_EXPECTS_ONE},
        {"|||AL|NE", HW_EXPECTS_ONE},
        {"|||AL", HW_EXPECTS_ONE},
        {"|||AL|AL", HW_EXPECTS_TWO},
        {"||||AL", HW_EXPECTS_ONE},
        {"|||NE|NE", HW_EXPECTS_NONE},
        {"|||NE", HW_EXPECTS_NONE},
        {"|||ER|NE", HW_EXPECTS_MAYBE},
        {"|||NE|SU", HW_EXPECTS_MAYBE},
        {"|||??|", HW_EXPECTS_ONE},
    };
    char text[256];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hw_send_input input;
        hw_send_input_init(&input);
        snprintf(text, sizeof text, "MSH|^~\\&|A|B|C|D|1||ADT^A01|id|P|2.4%s\r", rows[i].fields);
        cr_assert(eq(int, add(&input, text), HW_OK));
        cr_expect(eq(int, input.messages[0].expects, rows[i].expects), "%s", rows[i].fields);
        hw_send_input_free(&input);
    }
}

Test(send_answer, fields_by_the_delimiters_of_the_answer)
{
    struct hw_send_answer answer;
    const char *text = "MSH#*~\\&#A#B\rMSA#AE#id-1#note\rERR##PID*1*3#101*Required#E####words\r"
                       "ERR##X#102\r";

    cr_assert(hw_send_answer_read(hw_slice_text(text), &answer));
    cr_expect(hw_slice_is(answer.code, "AE"));
    cr_expect(hw_slice_is(answer.control_id, "id-1"));
    cr_expect(hw_slice_is(answer.note, "note"));
    cr_expect(hw_slice_is(answer.condition, "101"), "the first ERR counts");
    cr_expect(hw_slice_is(answer.words, "words"));
    cr_expect(eq(int, hw_send_answer_accepts(&answer), 0));
    cr_expect(eq(int, hw_send_answer_commits(&answer), 0));
}

Test(send_answer, words_from_wherever_they_are)
{
    static const struct {
        const char *segments, *words;
    } rows[] = {
        {"MSA|AE|1\rERR|||101^Required|E|||diagnosis|user", "user"},
        {"MSA|AE|1\rERR|||101^Required|E|||diagnosis", "diagnosis"},
        {"MSA|AE|1\rERR|||101^Required|E", "Required"},
        {"MSA|AE|1|said here", "said here"},
        {"MSA|AE|1", ""},
    };
    struct hw_send_answer answer;
    char text[256];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(text, sizeof text, "MSH|^~\\&|A\r%s\r", rows[i].segments);
        cr_assert(hw_send_answer_read(hw_slice_text(text), &answer));
        cr_expect(hw_slice_is(answer.words, rows[i].words), "%s", rows[i].segments);
    }
}

Test(send_answer, what_is_no_acknowledgement)
{
    static const char *const texts[] = {"", "MSH", "MSH|^~\\&|A\r", "MSH|^~\\&|A\rMSA|ZZ|1\r",
        "MSH|^~\\&|A\rMSA|A|1\r", "HTTP/1.1 400 Bad Request\r\n"};
    struct hw_send_answer answer;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect(
            eq(int, hw_send_answer_read(hw_slice_text(texts[i]), &answer), 0), "%s", texts[i]);
}
