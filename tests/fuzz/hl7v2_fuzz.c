/*
 * Anything may come in a frame: reading it stays inside its bytes, gives a verdict that holds
 * together, the same one twice, events that fit a record, and an answer that fits its buffer and is
 * no message that asks for one itself.  As a file it splits into messages that are read as well.
 */
#include <stdlib.h>

#include "codec/hl7v2/batch.h"
#include "codec/hl7v2/hl7v2.h"
#include "fuzz.h"
#include "homeward/record.h"

static uint8_t scratch[HW_HL7_SCRATCH_SIZE];

#define MUST(fact) ((fact) ? (void)0 : abort())

static struct hw_slice slice_of(const char *text)
{
    return hw_slice_text(text);
}

static const struct hw_hl7_options *options_of(void)
{
    static const struct hw_hl7_postcode postcodes[2];
    static struct hw_hl7_mapping mappings[3];
    static struct hw_hl7_options options;

    if (options.mappings != NULL)
        return &options;
    hw_hl7_options_init(&options);
    options.processing_ids[1] = slice_of("T");
    options.processing_ids_count = 2;
    mappings[0] = (struct hw_hl7_mapping){
        .field = HW_FIELD_REASON, .segment = slice_of("ZDS"), .field_number = 3};
    mappings[1] = (struct hw_hl7_mapping){.field = HW_FIELD_READY_AT,
        .segment = slice_of("OBX"),
        .code = slice_of("READY"),
        .field_number = 5};
    mappings[2] = (struct hw_hl7_mapping){
        .field = HW_FIELD_NEEDS, .segment = slice_of("ZDS"), .field_number = 60, .component = 9};
    options.mappings_count = 3;
    options.postcodes = postcodes;
    options.postcodes_count = 2;
    options.mappings = mappings;
    return &options;
}

static void check_events(struct hw_hl7_reading *reading)
{
    static uint8_t record[HW_RECORD_SIZE_MAX];
    struct hw_event again;

    for (uint32_t i = 0; i < reading->events_count; i++) {
        struct hw_event *event = &reading->events[i];
        size_t size = hw_record_encode(event, 1, 0, record, sizeof record);

        MUST(size > 0);
        MUST(hw_record_decode(hw_slice_of(record, size), true, &again) == HW_OK);
        MUST(again.set == event->set && again.cleared == event->cleared);
        MUST((event->set & event->cleared) == 0);
        MUST(hw_time_is(event->happened) && hw_time_is(event->recorded));
        MUST(event->identifiers_count > 0);
    }
}

static void check_answers(const struct hw_hl7_reading *reading)
{
    static struct hw_hl7_reading answered;
    struct hw_hl7_answers answers = hw_hl7_answers_for(reading, HW_ACK_AUTO);
    uint8_t buffer[1024];

    MUST(answers.count <= 2);
    for (uint8_t i = 0; i < answers.count; i++) {
        size_t size = hw_hl7_answer(
            reading, answers.code[i], slice_of("duplicate"), 0, 1, buffer, sizeof buffer);

        MUST(size > 0);
        MUST(memchr(buffer, 0x1c, size) == NULL && memchr(buffer, 0x0b, size) == NULL);
        hw_hl7_read(options_of(), hw_slice_of(buffer, size), scratch, &answered);
        MUST(answered.verdict == HW_VERDICT_UNANSWERED);
    }
}

static void read_message(struct hw_slice message)
{
    static struct hw_hl7_reading reading;
    enum hw_verdict verdict;
    struct hw_hash hash = {0};

    hw_hl7_read(options_of(), message, scratch, &reading);
    verdict = reading.verdict;
    MUST((verdict == HW_VERDICT_TAKEN) == (reading.events_count > 0));
    MUST((verdict == HW_VERDICT_REFUSED) == (reading.code != 0));
    MUST((verdict == HW_VERDICT_REFUSED) == (reading.reason[0] != '\0'));
    MUST(reading.meaning != NULL && reading.meaning[0] != '\0');
    check_events(&reading);
    if (reading.events_count > 0)
        hash = reading.events[0].message_hash;
    hw_hl7_read(options_of(), message, scratch, &reading);
    MUST(reading.verdict == verdict);
    MUST(reading.events_count == 0 || hw_hash_equal(hash, reading.events[0].message_hash));
    check_answers(&reading);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct hw_hl7_reading reading;
    struct hw_slice bytes = hw_slice_of(data, size);
    struct hw_slice rest = bytes, message;

    read_message(bytes);
    hw_hl7_refuse_frame(bytes, &reading);
    check_answers(&reading);
    while (hw_hl7_batch_next(&rest, &message)) {
        MUST(message.size >= 4 && memcmp(message.data, "MSH", 3) == 0);
        MUST(message.data >= data && message.data + message.size <= data + size);
        read_message(message);
    }
    return 0;
}
