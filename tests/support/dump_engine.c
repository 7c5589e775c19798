/* The histories of an engine, read through its public interface only. */
#include "support/dump.h"

#include <stdlib.h>

static struct hw_slice text_of(const struct hw_engine *engine, uint32_t text)
{
    return text == 0 ? (struct hw_slice){0} : hw_engine_text(engine, text);
}

static const struct chronicle_place *copy_places(
    const struct hw_engine *engine, const struct hw_history *history)
{
    struct chronicle_place *places = calloc(history->places_count + 1u, sizeof *places);

    HW_ASSERT(places != NULL);
    for (uint32_t i = 0; i < history->places_count; i++) {
        const struct hw_place *place = &history->places[i];

        places[i] = (struct chronicle_place){place->start_ms, text_of(engine, place->site),
            text_of(engine, place->ward), text_of(engine, place->room),
            text_of(engine, place->bed)};
    }
    return places;
}

static const struct hw_period *copy_periods(const struct hw_history *history)
{
    struct hw_period *periods = calloc(history->periods_count + 1u, sizeof *periods);

    HW_ASSERT(periods != NULL);
    if (history->periods_count > 0)
        memcpy(periods, history->periods, history->periods_count * sizeof *periods);
    return periods;
}

static const struct chronicle_charge *copy_charges(
    const struct hw_engine *engine, const struct hw_history *history)
{
    struct chronicle_charge *charges = calloc(history->charges_count + 1u, sizeof *charges);

    HW_ASSERT(charges != NULL);
    for (uint32_t i = 0; i < history->charges_count; i++) {
        const struct hw_charge *charge = &history->charges[i];

        charges[i] = (struct chronicle_charge){.start_ms = charge->start_ms,
            .end_ms = charge->end_ms,
            .period = charge->period,
            .reason = text_of(engine, charge->reason),
            .responsible = text_of(engine, charge->responsible),
            .site = text_of(engine, charge->site),
            .council = text_of(engine, charge->council),
            .inferred = charge->inferred,
            .contested = charge->contested};
    }
    return charges;
}

static struct chronicle chronicle_of(
    const struct hw_engine *engine, const struct hw_history *history)
{
    return (struct chronicle){
        .findings = history->findings,
        .admitted_ms = history->admitted_ms,
        .ended_ms = history->ended_ms,
        .inpatient_ms = history->inpatient_ms,
        .expected_discharge_ms = history->expected_discharge_ms,
        .expected_discharge_day = history->expected_discharge_day,
        .end = history->end,
        .admission_inferred = history->admission_inferred,
        .counted = history->counted,
        .restricted = history->restricted,
        .on_leave = history->on_leave,
        .pathway = history->pathway,
        .specialty = text_of(engine, history->specialty),
        .class_ = text_of(engine, history->class_),
        .council = text_of(engine, history->council),
        .zone = text_of(engine, history->zone),
        .destination = text_of(engine, history->destination),
        .places = copy_places(engine, history),
        .periods = copy_periods(history),
        .charges = copy_charges(engine, history),
        .places_count = history->places_count,
        .periods_count = history->periods_count,
        .charges_count = history->charges_count,
    };
}

uint32_t chronicles_of_engine(struct hw_engine *engine, struct chronicle **ret_chronicles)
{
    struct chronicle *chronicles = NULL;
    uint32_t count = 0, handle = 0;
    struct hw_history history;

    while ((handle = hw_history_next(engine, handle, &history)) != 0) {
        chronicles = realloc(chronicles, (count + 1) * sizeof *chronicles);
        HW_ASSERT(chronicles != NULL);
        chronicles[count++] = chronicle_of(engine, &history);
    }
    *ret_chronicles = chronicles;
    return count;
}

void chronicles_free(struct chronicle *chronicles, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        free((void *)(uintptr_t)chronicles[i].places);
        free((void *)(uintptr_t)chronicles[i].periods);
        free((void *)(uintptr_t)chronicles[i].charges);
    }
    free(chronicles);
}

char *dump_engine(struct hw_engine *engine, uint64_t findings_mask)
{
    struct chronicle *chronicles;
    uint32_t count = chronicles_of_engine(engine, &chronicles);
    char *text = dump_chronicles(chronicles, count, findings_mask);

    chronicles_free(chronicles, count);
    return text;
}
