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
#include "conformance/csv.h"

#include <stdio.h>
#include <stdlib.h>

enum { PATH_SIZE = 1024 };

/* Columns of fates.csv. */
enum {
    FILE_,
    MESSAGE,
    TYPE,
    CONTROL_ID = 5,
    FATE = 6,
    CODE,
    EVENT,
    WIRE = 11,
    FATE_PTD,
    CODE_PTD,
    EVENT_PTD,
    WIRE_PTD,
    COLUMNS
};

/* Where a row contradicts CONTRACT.md the contract is right: these rows are read as stated here. */
static const struct {
    const char *file;
    unsigned message;
    const char *fate, *code, *event, *wire;
    const char *reason;
} exceptions[] = {
    {"hl7v2/microsoft-fhir-converter/ADT-A05-01.hl7", 1, "AA", "", "expected admission", "AA",
        "3.1: class P passes in A05"},
    {"hl7v2/microsoft-fhir-converter/ADT-A14-01.hl7", 1, "AA", "", "expected admission", "AA",
        "3.1: class P passes in A14"},
    {"hl7v2/balneario/adt_a17.hl7", 1, "AA", "", "spell.moved (two people change places)", "AA",
        "3.1: A17 is two moves"},
};

struct buffer {
    char *data;
    size_t size;
};

/* A whole file with one byte of room behind it; data is NULL when it cannot be read. */
static struct buffer read_file(const char *path)
{
    struct buffer buffer = {NULL, 0};
    FILE *file = fopen(path, "rb");
    long size;

    if (file == NULL)
        return buffer;
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 &&
        fseek(file, 0, SEEK_SET) == 0) {
        buffer.data = malloc((size_t)size + 1);
        if (buffer.data != NULL)
            buffer.size = fread(buffer.data, 1, (size_t)size, file);
    }
    fclose(file);
    return buffer;
}

struct fate {
    const char *fate, *code, *event, *wire;
};

static struct fate fate_of_row(const struct csv *row, bool allowed)
{
    struct fate fate = {row->cells[allowed ? FATE_PTD : FATE],
        row->cells[allowed ? CODE_PTD : CODE], row->cells[allowed ? EVENT_PTD : EVENT],
        row->cells[allowed ? WIRE_PTD : WIRE]};

    for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
        if (strcmp(row->cells[FILE_], exceptions[i].file) == 0 &&
            (unsigned)atoi(row->cells[MESSAGE]) == exceptions[i].message &&
            strcmp(fate.fate, "AA") == 0)
            return (struct fate){
                exceptions[i].fate, exceptions[i].code, exceptions[i].event, exceptions[i].wire};
    return fate;
}

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
    printf("# message %s (%s)%s: %s: wanted \"%s\", got \"%s\"\n", row->cells[MESSAGE],
        row->cells[TYPE], allowed ? " with P, T, D" : "", what, wanted, got);
    return 1;
}

static unsigned check(
    const struct csv *row, bool allowed, const char *what, const char *wanted, const char *got)
{
    return strcmp(wanted, got) == 0 ? 0 : complain(row, allowed, what, wanted, got);
}

static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text < 0x20 || *text > 0x7e)
            return false;
    return true;
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
            row->cells[CONTROL_ID]);
        if (is_plain(row->cells[CONTROL_ID]) && strlen((char *)bytes) == size &&
            strstr((char *)bytes, wanted) == NULL)
            wrong += complain(row, allowed, "echo of MSH-10", row->cells[CONTROL_ID], "another");
        if (size == 0)
            wrong += complain(row, allowed, "answer", "one of at most 1,024 bytes", "a longer one");
    }
    return wrong;
}

static unsigned check_message(const struct csv *row, struct hw_slice message, bool allowed)
{
    static struct hw_hl7_reading reading;
    static uint8_t scratch[HW_HL7_SCRATCH_SIZE];
    struct fate fate = fate_of_row(row, allowed);
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

/* One sample file: its rows stand together.  Leaves row at the first row of the next file. */
static unsigned check_file(const char *samples, struct csv *row, bool *more)
{
    char path[2 * PATH_SIZE], name[PATH_SIZE / 2];
    struct buffer file;
    struct hw_slice rest, message;
    unsigned wrong = 0;

    snprintf(name, sizeof name, "%s", row->cells[FILE_]);
    snprintf(path, sizeof path, "%s/%s", samples, name);
    file = read_file(path);
    if (file.data == NULL)
        wrong += complain(row, false, "file", "readable", "not readable");
    rest = hw_slice_of(file.data, file.size);
    do {
        if (row->count < COLUMNS) {
            wrong += complain(row, false, "row", "whole", "cut");
        } else if (file.data != NULL && hw_hl7_batch_next(&rest, &message)) {
            wrong += check_message(row, message, false);
            wrong += check_message(row, message, true);
        } else {
            wrong += complain(row, false, "splitting", "a message", "none");
        }
        *more = csv_next(row);
    } while (*more && strcmp(row->cells[FILE_], name) == 0);
    if (file.data != NULL && hw_hl7_batch_next(&rest, &message)) {
        printf("# more messages than rows\n");
        wrong++;
    }
    free(file.data);
    return wrong;
}

int main(int argc, char **argv)
{
    const char *samples = getenv("HOMEWARD_SAMPLES");
    char place[PATH_SIZE], path[2 * PATH_SIZE];
    unsigned tests = 0, failed = 0;
    struct buffer table;
    struct csv row;
    bool more;

    snprintf(place, sizeof place, "%s/../shared/samples", argc > 1 ? argv[1] : ".");
    if (samples == NULL || samples[0] == '\0')
        samples = argc > 2 && argv[2][0] != '\0' ? argv[2] : place;
    snprintf(path, sizeof path, "%s/fates.csv", samples);
    table = read_file(path);
    if (table.data == NULL) {
        printf("1..0 # SKIP no samples: set HOMEWARD_SAMPLES to the folder of fates.csv\n");
        return 0;
    }
    row = (struct csv){.at = table.data, .end = table.data + table.size};
    more = csv_next(&row) && csv_next(&row); /* The first row names the columns. */
    while (more) {
        char name[PATH_SIZE / 2];
        unsigned wrong;

        snprintf(name, sizeof name, "%s", row.cells[FILE_]);
        wrong = check_file(samples, &row, &more);
        printf("%s %u - %s\n", wrong == 0 ? "ok" : "not ok", ++tests, name);
        failed += wrong > 0;
    }
    printf("1..%u\n", tests);
    free(table.data);
    return failed > 0;
}
