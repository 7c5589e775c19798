/*
 * The resource `spell`: what is known of one stay, by its reference.
 */
#include "resource/alerts.h"
#include "resource/json.h"
#include "resource/resources.h"
#include "resource/stay.h"

enum { LIST_MAX = 200 }; /* places, periods, charges: of more, the latest; the counts say so */

const struct hw_parameter hw_spell_parameters[] = {
    {"reference", "the spell's reference, S...", HW_PARAMETER_TEXT, true, 0, 0, NULL},
    {0},
};

static json_t *text_json(const struct hw_engine *engine, uint32_t text)
{
    return hw_json_text(hw_engine_text(engine, text));
}

static uint32_t first_shown(uint32_t count)
{
    return count > LIST_MAX ? count - LIST_MAX : 0;
}

static json_t *places_json(const struct hw_engine *engine, const struct hw_history *history)
{
    json_t *list = json_array();

    for (uint32_t i = first_shown(history->places_count); i < history->places_count; i++) {
        const struct hw_place *place = &history->places[i];
        json_t *row = json_object();

        json_object_set_new(row, "from", hw_json_moment(place->start_ms));
        json_object_set_new(row, "site", text_json(engine, place->site));
        json_object_set_new(row, "ward", text_json(engine, place->ward));
        json_object_set_new(row, "room", text_json(engine, place->room));
        json_object_set_new(row, "bed", text_json(engine, place->bed));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *periods_json(const struct hw_history *history, int64_t now_ms)
{
    json_t *list = json_array();

    for (uint32_t i = first_shown(history->periods_count); i < history->periods_count; i++) {
        const struct hw_period *period = &history->periods[i];
        int64_t until_ms = period->end_ms < now_ms ? period->end_ms : now_ms;
        int32_t days = hw_london_day(until_ms) - period->start_day;
        json_t *row = json_object();

        json_object_set_new(row, "from", hw_json_moment(period->start_ms));
        json_object_set_new(row, "to", hw_json_moment(period->end_ms));
        hw_json_set_duration(
            row, NULL, hw_stay_length_ms(period->start_ms, period->end_ms, now_ms));
        json_object_set_new(row, "days", json_integer(days > 0 ? days : 0));
        json_object_set_new(
            row, "precision", json_string(period->day_precision != 0 ? "day" : "moment"));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *charges_json(
    const struct hw_engine *engine, const struct hw_history *history, int64_t now_ms)
{
    json_t *list = json_array();

    for (uint32_t i = first_shown(history->charges_count); i < history->charges_count; i++) {
        const struct hw_charge *charge = &history->charges[i];
        json_t *row = json_object();

        json_object_set_new(row, "from", hw_json_moment(charge->start_ms));
        json_object_set_new(row, "to", hw_json_moment(charge->end_ms));
        json_object_set_new(row, "reason", text_json(engine, charge->reason));
        json_object_set_new(row, "responsible", text_json(engine, charge->responsible));
        json_object_set_new(row, "site", text_json(engine, charge->site));
        json_object_set_new(row, "council", text_json(engine, charge->council));
        json_object_set_new(row, "inferred", json_boolean(charge->inferred != 0));
        json_object_set_new(row, "contested", json_boolean(charge->contested != 0));
        hw_json_set_duration(
            row, NULL, hw_stay_length_ms(charge->start_ms, charge->end_ms, now_ms));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *findings_json(uint64_t findings)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < HW_FINDING_COUNT; i++) {
        if ((findings >> i & 1u) == 0)
            continue;
        json_t *row = json_object();
        json_object_set_new(row, "finding", json_string(hw_finding_name((enum hw_finding)i)));
        json_object_set_new(row, "sentence", json_string(hw_finding_text((enum hw_finding)i)));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *end_json(unsigned end)
{
    switch ((enum hw_end)end) {
    case HW_END_DISCHARGED:
        return json_string("discharged");
    case HW_END_DIED:
        return json_string("died");
    case HW_END_NONE:
        break;
    }
    return json_null();
}

static void add_history(
    json_t *body, const struct hw_engine *engine, const struct hw_history *history, int64_t now_ms)
{
    char reference[HW_REFERENCE_TEXT_SIZE];

    (void)hw_reference_format('S', history->reference, reference);
    json_object_set_new(body, "reference", json_string(reference));
    json_object_set_new(body, "admitted_at", hw_json_moment(history->admitted_ms));
    json_object_set_new(body, "admission_inferred", json_boolean(history->admission_inferred != 0));
    json_object_set_new(body, "inpatient_since", hw_json_moment(history->inpatient_ms));
    json_object_set_new(body, "ended_at", hw_json_moment(history->ended_ms));
    json_object_set_new(body, "end", end_json(history->end));
    json_object_set_new(body, "expected_discharge", hw_json_moment(history->expected_discharge_ms));
    json_object_set_new(body, "on_leave", json_boolean(history->on_leave != 0));
    json_object_set_new(body, "adult_acute", json_boolean(history->counted != 0));
    json_object_set_new(body, "pathway", json_string(hw_stay_pathway(history->pathway)));
    json_object_set_new(body, "class", text_json(engine, history->class_));
    json_object_set_new(body, "specialty", text_json(engine, history->specialty));
    json_object_set_new(body, "council", text_json(engine, history->council));
    json_object_set_new(body, "zone", text_json(engine, history->zone));
    json_object_set_new(body, "destination", text_json(engine, history->destination));
    json_object_set_new(body, "places_count", json_integer(history->places_count));
    json_object_set_new(body, "places", places_json(engine, history));
    json_object_set_new(body, "ready_periods_count", json_integer(history->periods_count));
    json_object_set_new(body, "ready_periods", periods_json(history, now_ms));
    json_object_set_new(body, "charges_count", json_integer(history->charges_count));
    json_object_set_new(body, "charges", charges_json(engine, history, now_ms));
    json_object_set_new(body, "findings", findings_json(history->findings));
    json_object_set_new(body, "alerts", hw_alerts_of_spell_json(engine, history->reference));
}

enum hw_answer hw_resource_spell(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    struct hw_slice reference = hw_resource_text(parameters, "reference");
    struct hw_engine *engine = resources->options.engine;
    struct hw_history history;
    uint64_t sequence;

    if (hw_reference_parse(reference, 'S', &sequence) != HW_OK) {
        *ret_body = hw_resource_wrong("reference",
            "a spell's reference begins with S and ends with its check character: copy it whole");
        return HW_ANSWER_BAD_REQUEST;
    }
    /* Restricted people are named nowhere: whoever asks learns no more than of a wrong reference.
     */
    if (hw_history_find(engine, sequence, &history) != HW_OK || history.restricted) {
        *ret_body = hw_resource_error("there is no spell of this reference to show");
        return HW_ANSWER_NOT_FOUND;
    }
    struct hw_summary summary = hw_resources_summary(resources);
    *ret_body = hw_summary_head(&summary);
    add_history(*ret_body, engine, &history, summary.as_at_ms);
    return HW_ANSWER_OK;
}
