/*
 * Anything may come as JSON: each value of a text is read as an event and as a decision, gives a
 * verdict that holds together, the same one twice, events that fit a record, and a refusal with a
 * place and words that do not repeat what was sent.
 */
#include <stdlib.h>

#include "codec/cloudevents/cloudevents.h"
#include "codec/cloudevents/text.h"
#include "fuzz.h"
#include "homeward/record.h"

#define MUST(fact) ((fact) ? (void)0 : abort())

enum { VALUES_MAX = 64, MORE_MAX = 64 };

static uint8_t scratch[HW_CE_SCRATCH_SIZE], scratch_again[HW_CE_SCRATCH_SIZE];
static struct hw_ce_reading reading, again;

static const struct hw_ce_options *options_of(void)
{
    static struct hw_ce_source sources[1];
    static struct hw_ce_postcode postcodes[2];
    static struct hw_ce_options options;

    if (options.sources != NULL)
        return &options;
    sources[0] = (struct hw_ce_source){.source = hw_slice_text("LCC/HUB"),
        .organisation = hw_slice_text("LCC"),
        .visit_authority = hw_slice_text("RWE"),
        .asserted = {UINT64_MAX, 3}};
    postcodes[0] =
        (struct hw_ce_postcode){hw_slice_text("LE8"), hw_slice_text("BLA"), hw_slice_text("508")};
    postcodes[1] =
        (struct hw_ce_postcode){hw_slice_text("LE"), hw_slice_text("LEI"), hw_slice_text("")};
    options = (struct hw_ce_options){sources, 1, postcodes, 2};
    return &options;
}

static void check_event(const struct hw_event *event)
{
    static uint8_t record[HW_RECORD_SIZE_MAX];
    static struct hw_event decoded;
    size_t size = hw_record_encode(event, 1, 0, record, sizeof record);

    MUST(size > 0);
    MUST(hw_record_decode(hw_slice_of(record, size), true, &decoded) == HW_OK);
    MUST(decoded.set == event->set && decoded.cleared == event->cleared);
    MUST(decoded.kind == event->kind);
    MUST((event->set & event->cleared) == 0);
}

static void check_more(const json_t *json)
{
    static struct hw_event event;

    for (unsigned i = 0; i < reading.more && i < MORE_MAX; i++) {
        hw_ce_more(&reading, json, i, &event);
        MUST(hw_hash_equal(event.message_id_hash, reading.event.message_id_hash));
        check_event(&event);
    }
}

static void check(const json_t *json)
{
    MUST(reading.taken == again.taken);
    MUST(strcmp(reading.pointer, again.pointer) == 0 && strcmp(reading.words, again.words) == 0);
    MUST(reading.taken == (reading.words[0] == '\0'));
    if (!reading.taken)
        return;
    MUST(reading.event.kind != HW_KIND_NONE);
    MUST(reading.event.set == again.event.set && reading.event.flags == again.event.flags);
    MUST(hw_hash_equal(reading.event.message_hash, again.event.message_hash));
    check_event(&reading.event);
    check_more(json);
}

static void read_both(const json_t *json)
{
    const struct hw_ce_options *options = options_of();
    struct hw_slice by = hw_slice_text("local:fuzz");

    hw_ce_read(options, json, scratch, &reading);
    hw_ce_read(options, json, scratch_again, &again);
    check(json);
    hw_ce_read_decision(options, json, by, 1767225600000, scratch, &reading);
    hw_ce_read_decision(options, json, by, 1767225600000, scratch_again, &again);
    check(json);
}

static void read_value(const json_t *json)
{
    size_t index;
    json_t *entry;

    if (!json_is_array(json))
        read_both(json);
    json_array_foreach(json, index, entry)
    {
        if (index < VALUES_MAX)
            read_both(entry);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_slice text = hw_slice_of(data, size), bytes;
    char words[HW_CE_TEXT_WORDS_SIZE];
    json_t *json;

    for (unsigned i = 0; i < VALUES_MAX; i++) {
        const uint8_t *before = text.data;

        switch (hw_ce_text_next(&text, &json, &bytes, words)) {
        case HW_CE_NEXT_END:
            return 0;
        case HW_CE_NEXT_VALUE:
            read_value(json);
            json_decref(json);
            break;
        case HW_CE_NEXT_WRONG:
            MUST(words[0] != '\0');
            break;
        }
        MUST(text.data > before && text.data == bytes.data + bytes.size);
    }
    return 0;
}
