/*
 * Goal: the messages of a file, without what surrounds them.
 * Method: files in small with the messages they hold.
 */
#include "codec/hl7v2/batch.h"

#include <criterion/criterion.h>

static const struct {
    const char *name, *file;
    const char *messages[4];
} files[] = {
    {"one", "MSH|^~\\&|A\rPID|1\r", {"MSH|^~\\&|A\rPID|1"}},
    {"one without an end", "MSH|^~\\&|A\rPID|1", {"MSH|^~\\&|A\rPID|1"}},
    {"two", "MSH|^~\\&|A\nPID|1\nMSH|^~\\&|B\n", {"MSH|^~\\&|A\nPID|1", "MSH|^~\\&|B"}},
    {"blank lines", "\r\n\r\nMSH|^~\\&|A\r\n\r\nMSH|^~\\&|B\r\n", {"MSH|^~\\&|A", "MSH|^~\\&|B"}},
    {"a batch", "FHS|^~\\&|F\rBHS|^~\\&|B\rMSH|^~\\&|A\rPID|1\rBTS|1\rFTS|1\r",
        {"MSH|^~\\&|A\rPID|1"}},
    {"two batches", "BHS|x\rMSH|^~\\&|A\rBTS|1\rBHS|y\rMSH|^~\\&|B\rBTS|1\r",
        {"MSH|^~\\&|A", "MSH|^~\\&|B"}},
    {"after a trailer", "MSH|^~\\&|A\rBTS|1\rPID|lost\r", {"MSH|^~\\&|A"}},
    {"frames", "\x0bMSH|^~\\&|A\rPID|1\r\x1c\r\x0bMSH|^~\\&|B\r\x1c\r",
        {"MSH|^~\\&|A\rPID|1\r", "MSH|^~\\&|B\r"}},
    {"frames on one line", "\x0bMSH|^~\\&|A\x1c\x0bMSH|^~\\&|B\x1c",
        {"MSH|^~\\&|A", "MSH|^~\\&|B"}},
    {"a byte order mark", "\xef\xbb\xbfMSH|^~\\&|A\r", {"MSH|^~\\&|A"}},
    {"nothing before MSH", "some text\rPID|1\rMSH|^~\\&|A\r", {"MSH|^~\\&|A"}},
    {"no MSH", "PID|1\rMSH MSH:9\r MSH|^~\\&|A\r", {NULL}},
    {"empty", "", {NULL}},
    {"MSH inside a line", "MSH|^~\\&|A\rNTE|MSH|^~\\&|B\r", {"MSH|^~\\&|A\rNTE|MSH|^~\\&|B"}},
    {"other delimiters", "MSH$%~\\&$A\rMSH|^~\\&|B", {"MSH$%~\\&$A", "MSH|^~\\&|B"}},
    {"0x1C inside",
        "MSH|^~\\&|A\x1c"
        "B\rPID|1",
        {"MSH|^~\\&|A\x1c"
         "B\rPID|1"}},
};

Test(hl7v2_batch, splits)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct hw_slice rest = hw_slice_text(files[i].file), message;
        size_t count = 0;

        while (hw_hl7_batch_next(&rest, &message)) {
            cr_assert(count < 4 && files[i].messages[count] != NULL, "%s: too many", files[i].name);
            cr_expect(hw_slice_is(message, files[i].messages[count]), "%s: %.*s", files[i].name,
                HW_SLICE_ARGS(message));
            count++;
        }
        cr_expect(count == 4 || files[i].messages[count] == NULL, "%s: too few", files[i].name);
    }
}
