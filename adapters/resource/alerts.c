#include "resource/alerts.h"

#include "resource/json.h"
#include "resource/names.h"
#include "resource/resources.h"
#include "resource/summary.h"

enum { LIST_DEFAULT = 100, LIST_MOST = 1000 };

const struct hw_parameter hw_alerts_parameters[] = {
    {"limit", "how many at most", HW_PARAMETER_INTEGER, false, 1, LIST_MOST, NULL},
    {"alert", "only of this kind, such as home_not_started", HW_PARAMETER_TEXT, false, 0, 0, NULL},
    {"service", "only about this service", HW_PARAMETER_TEXT, false, 0, 0, NULL},
    {0},
};

static json_t *alert_json(const struct hw_alert_view *view)
{
    json_t *row = json_object();

    json_object_set_new(row, "reference", hw_json_reference('A', view->reference));
    json_object_set_new(row, "alert", hw_json_name(view->kind));
    json_object_set_new(row, "words", hw_json_name(view->words));
    json_object_set_new(row, "referral", hw_json_reference('R', view->referral));
    json_object_set_new(row, "spell", hw_json_reference('S', view->stay));
    json_object_set_new(row, "service", hw_json_text(view->service));
    json_object_set_new(row, "raised_at", hw_json_moment(view->since_ms));
    json_object_set_new(row, "told_at", hw_json_moment(view->told_ms));
    json_object_set_new(row, "repeats", json_integer(view->repeats));
    json_object_set_new(row, "acknowledged_at", hw_json_moment(view->acknowledged_ms));
    json_object_set_new(row, "by", hw_json_text(view->by));
    json_object_set_new(row, "action", hw_json_text(view->action));
    json_object_set_new(row, "note", hw_json_text(view->note));
    json_object_set_new(row, "cleared_at", hw_json_moment(view->cleared_ms));
    return row;
}

json_t *hw_alerts_json(const struct hw_engine *engine, uint64_t referral)
{
    json_t *rows = json_array();
    struct hw_alert_view view;

    for (uint32_t at = 0; (at = hw_alert_walk_referral(engine, referral, at, &view)) != 0;)
        json_array_append_new(rows, alert_json(&view));
    return rows;
}

json_t *hw_alerts_of_spell_json(const struct hw_engine *engine, uint64_t stay)
{
    json_t *rows = json_array();
    struct hw_alert_view view;

    for (uint32_t at = 0; (at = hw_alert_walk_stay(engine, stay, at, &view)) != 0;)
        json_array_append_new(rows, alert_json(&view));
    return rows;
}

static bool is_wanted(const struct hw_alert_view *view, const json_t *parameters)
{
    struct hw_slice kind = hw_resource_text(parameters, "alert");
    struct hw_slice service = hw_resource_text(parameters, "service");

    return !view->restricted && (kind.size == 0 || hw_slice_is(kind, view->kind)) &&
        (service.size == 0 || hw_slice_equal(service, view->service));
}

enum hw_answer hw_resource_alerts(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    struct hw_summary summary = hw_resources_summary(resources);
    int64_t limit = hw_resource_integer(parameters, "limit", LIST_DEFAULT), total = 0;
    struct hw_alert_view view;
    json_t *rows = json_array();

    for (uint32_t at = 0; (at = hw_alert_walk(resources->options.engine, at, &view)) != 0;)
        if (is_wanted(&view, parameters) && total++ < limit)
            json_array_append_new(rows, alert_json(&view));
    *ret_body = hw_summary_head(&summary);
    json_object_set_new(*ret_body, "count", json_integer(total));
    json_object_set_new(*ret_body, "alerts", rows);
    return HW_ANSWER_OK;
}
