/*
 * Goal: the codec takes every message of a clean county, without a flag; of a disordered one it
 *       refuses only what was broken on purpose, and takes the message put right.
 * Method: whole runs of a small county through hw_hl7_read().
 */
#include "codec/hl7v2/hl7v2.h"
#include "simulate/simulate.h"

#include <criterion/criterion.h>

static struct hw_hl7_options hl7;
static struct hw_hl7_reading reading;
static uint8_t scratch[HW_HL7_SCRATCH_SIZE];

static void options_of(struct hw_simulation_options *options, uint64_t seed)
{
    hw_hl7_options_init(&hl7);
    hw_simulation_options_init(options);
    options->seed = seed;
    options->people = 200000;
    options->end_ms = options->start_ms + 10 * HW_DAY_MS;
}

Test(simulate_codec, every_clean_message_is_taken_as_meant)
{
    struct hw_simulation_options options;
    struct hw_simulation_message message;
    unsigned count = 0, ready = 0, reasons = 0, merged = 0, died = 0, cancels = 0;

    options_of(&options, 11);
    options.clean = true;
    options.rates[HW_SIM_RATE_MERGED] = 5000;
    options.rates[HW_SIM_RATE_UNMERGED] = 50000;
    options.rates[HW_SIM_RATE_CANCEL_DISCHARGE] = 5000;
    struct hw_simulation *simulation = hw_simulation_new(&options);
    while (hw_simulation_next(simulation, &message)) {
        hw_hl7_read(&hl7, message.bytes, scratch, &reading);
        cr_assert(reading.verdict == HW_VERDICT_TAKEN, "%s: %.*s", reading.reason,
            HW_SLICE_ARGS(message.bytes));
        cr_assert(reading.events_count > 0);
        for (uint32_t i = 0; i < reading.events_count; i++) {
            const struct hw_event *event = &reading.events[i];

            cr_assert((event->flags & ~(unsigned)HW_FLAG_COUNCIL_PROPOSED) == 0, "flags %x: %.*s",
                event->flags, HW_SLICE_ARGS(message.bytes));
            ready += hw_event_has(event, HW_FIELD_READY_AT);
            reasons += hw_event_has(event, HW_FIELD_REASON);
            died += hw_event_has(event, HW_FIELD_DIED_AT);
            merged +=
                event->kind == HW_KIND_PERSON_MERGED || event->kind == HW_KIND_PERSON_UNMERGED;
            cancels += event->kind == HW_KIND_SPELL_DISCHARGE_CANCELLED;
        }
        count++;
    }
    hw_simulation_free(simulation);
    cr_expect(count > 20000, "%u messages", count);
    cr_expect(ready > 500 && reasons > 300, "%u, %u", ready, reasons);
    cr_expect(merged > 10 && died > 10 && cancels > 5, "%u, %u, %u", merged, died, cancels);
}

Test(simulate_codec, of_disorder_only_the_broken_is_refused)
{
    struct hw_simulation_options options;
    struct hw_simulation_message message;
    uint64_t refused = 0, flagged = 0, cut = 0;

    options_of(&options, 12);
    options.rates[HW_SIM_RATE_MALFORMED] = 2000;
    struct hw_simulation *simulation = hw_simulation_new(&options);
    while (hw_simulation_next(simulation, &message)) {
        hw_hl7_read(&hl7, message.bytes, scratch, &reading);
        cut += reading.verdict == HW_VERDICT_IGNORED; /* An A04 cut off before its class. */
        if (reading.verdict == HW_VERDICT_REFUSED) {
            refused++;
            cr_expect(
                reading.code == 101 || reading.code == 102, "%u %s", reading.code, reading.reason);
            cr_expect(memcmp(reading.control_id.data, "SIM", 3) == 0, "put right and refused");
        } else if (reading.events_count > 0 &&
            (reading.events[0].flags & HW_FLAG_NHS_NUMBER_INVALID) != 0) {
            flagged++;
        }
    }
    uint64_t broken = hw_simulation_counts(simulation)[HW_SIM_RATE_MALFORMED];
    hw_simulation_free(simulation);
    /* A quarter each: a bad date, no identifier, a bad check digit (taken), cut off (if a stay is
     * needed refused, else taken as news of a person). */
    cr_expect(refused * 10 > broken * 4 && refused * 10 < broken * 8, "%lu of %lu",
        (unsigned long)refused, (unsigned long)broken);
    cr_expect(flagged * 10 > broken && flagged * 10 < broken * 4, "%lu of %lu",
        (unsigned long)flagged, (unsigned long)broken);
    cr_expect(cut < broken / 20, "%lu of %lu", (unsigned long)cut, (unsigned long)broken);
}
