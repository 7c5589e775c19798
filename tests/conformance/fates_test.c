/*
 * Goal: real messages that nobody here wrote meet the fate that the contract gives them.
 * Method: every message of every sample file (fates.csv: one row each) is read twice, with default
 *         options and with P, T and D allowed; verdict, code, meaning, the answers on the wire and
 *         the echo of the control id must be those of its row.  One test a file.
 *
 * usage: fates_test SOURCE_ROOT [SAMPLES]; HOMEWARD_SAMPLES wins, else
 * SOURCE_ROOT/../shared/samples. Without that folder everything is skipped, and says so.
 */
#include "codec/hl7v2/batch.h"
#include "codec/hl7v2/hl7v2.h"
#include "conformance/fates.h"

#include <stdio.h>
#include <stdlib.h>

static const char *verdict_word(const struct hw_hl7_reading *reading)
{
    switch (reading->verdict) {
    case HW_VERDICT_TAKEN:
    case HW_VERDICT_IGNORED:
        return "AA";
    case HW_VERDICT_REFUSED:
        return reading->header ? "AR" : "AE";
    case HW_VERDICT_UNANSWERED:
        return "none";
    }
    return "?";
}

static unsigned complain(
    const struct csv *row, bool allowed, const char *what, const char *wanted, const char *got)
{
    printf("# message %s (%s)%s: %s: wanted \"%s\", got \"%s\"\n", row->cells[FATES_MESSAGE],
        row->cells[FATES_TYPE], allowed ? " with P, T, D" : "", what, wanted, got);
    return 1;
}

static unsigned check(
    const struct csv *row, bool allowed, const char *what, const char *wanted, const char *got)
{
    return strcmp(wanted, got) == 0 ? 0 : complain(row, allowed, what, wanted, got);
}

/* The answers are as many as owed, framed by nothing, and name the message they answer. */
static unsigned check_answers(
    const struct csv *row, bool allowed, const struct hw_hl7_reading *reading, const char *wire)
{
    struct hw_hl7_answers answers = hw_hl7_answers_for(reading, HW_ACK_AUTO);
    char words[16] = "none";
    uint8_t bytes[1024];
    unsigned wrong = 0;

    if (answers.count > 0)
        snprintf(words, sizeof words, "%s%s%s", answers.code[0], answers.count > 1 ? "+" : "",
            answers.count > 1 ? answers.code[1] : "");
    wrong += check(row, allowed, "on the wire", wire, words);
    for (unsigned i = 0; i < answers.count; i++) {
        size_t size = hw_hl7_answer(
            reading, answers.code[i], (struct hw_slice){0}, 0, 1, bytes, sizeof bytes - 1);
        char wanted[300];

        bytes[size] = '\0';
        snprintf(wanted, sizeof wanted, "\rMSA%c%s%c%.199s\r", bytes[3], answers.code[i], bytes[3],
            row->cells[FATES_CONTROL_ID]);
        if (fates_is_plain(row->cells[FATES_CONTROL_ID]) && strlen((char *)bytes) == size &&
            strstr((char *)bytes, wanted) == NULL)
            wrong +=
                complain(row, allowed, "echo of MSH-10", row->cells[FATES_CONTROL_ID], "another");
        if (size == 0)
            wrong += complain(row, allowed, "answer", "one of at most 1,024 bytes", "a longer one");
    }
    return wrong;
}

static unsigned check_message(const struct csv *row, struct hw_slice message, bool allowed)
{
    static struct hw_hl7_reading reading;
    static uint8_t scratch[HW_HL7_SCRATCH_SIZE];
    struct fate fate = fates_of(row, allowed);
    struct hw_hl7_options options;
    char code[8] = "";
    unsigned wrong = 0;

    hw_hl7_options_init(&options);
    if (allowed) {
        options.processing_ids[1] = hw_slice_text("T");
        options.processing_ids[2] = hw_slice_text("D");
        options.processing_ids_count = 3;
    }
    hw_hl7_read(&options, message, scratch, &reading);
    if (reading.verdict == HW_VERDICT_REFUSED)
        snprintf(code, sizeof code, "%u", (unsigned)reading.code);
    wrong += check(row, allowed, "fate", fate.fate, verdict_word(&reading));
    wrong += check(row, allowed, "code", fate.code, code);
    if (reading.verdict != HW_VERDICT_REFUSED)
        wrong += check(row, allowed, "event", fate.event, reading.meaning);
    else if (reading.reason[0] == '\0' || reading.where[0] == '\0')
        wrong += complain(row, allowed, "refusal", "a place and a reason", reading.reason);
    if ((reading.verdict == HW_VERDICT_TAKEN) != (reading.events_count > 0))
        wrong += complain(row, allowed, "events", "some if and only if taken", "otherwise");
    return wrong + check_answers(row, allowed, &reading, fate.wire);
}

/* One sample file: its rows stand together.  Leaves the row at the first of the next file. */
static unsigned check_file(struct fates *fates)
{
    struct csv *row = &fates->row;
    char name[FATES_PATH_SIZE];
    struct hw_slice rest, message;
    unsigned wrong = 0;

    snprintf(name, sizeof name, "%s", row->cells[FATES_FILE]);
    struct fates_buffer file = fates_read(fates, name);
    if (file.data == NULL)
        wrong += complain(row, false, "file", "readable", "not readable");
    rest = hw_slice_of(file.data, file.size);
    do {
        if (row->count < FATES_COLUMNS) {
            wrong += complain(row, false, "row", "whole", "cut");
        } else if (file.data != NULL && hw_hl7_batch_next(&rest, &message)) {
            wrong += check_message(row, message, false);
            wrong += check_message(row, message, true);
        } else {
            wrong += complain(row, false, "splitting", "a message", "none");
        }
        fates->more = csv_next(row);
    } while (fates->more && strcmp(row->cells[FATES_FILE], name) == 0);
    if (file.data != NULL && hw_hl7_batch_next(&rest, &message)) {
        printf("# more messages than rows\n");
        wrong++;
    }
    free(file.data);
    return wrong;
}

int main(int argc, char **argv)
{
    unsigned tests = 0, failed = 0;
    struct fates fates;

    if (!fates_open(&fates, argc > 1 ? argv[1] : ".", argc > 2 ? argv[2] : ""))
        return 0;
    while (fates.more) {
        char name[FATES_PATH_SIZE];

        snprintf(name, sizeof name, "%s", fates.row.cells[FATES_FILE]);
        unsigned wrong = check_file(&fates);
        printf("%s %u - %s\n", wrong == 0 ? "ok" : "not ok", ++tests, name);
        failed += wrong > 0;
    }
    printf("1..%u\n", tests);
    fates_close(&fates);
    return failed > 0;
}
