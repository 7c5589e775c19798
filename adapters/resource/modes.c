#include "resource/modes.h"

#include "resource/json.h"
#include "resource/names.h"
#include "resource/resources.h"
#include "resource/summary.h"

static json_t *mode_json(const struct hw_mode_view *view)
{
    json_t *row = json_object();

    json_object_set_new(row, "scope", hw_json_name(view->scope));
    json_object_set_new(row, "code", hw_json_text(view->code));
    json_object_set_new(row, "mode", hw_json_name(view->mode));
    json_object_set_new(row, "by", hw_json_text(view->by));
    json_object_set_new(row, "reason", hw_json_text(view->reason));
    json_object_set_new(row, "since", hw_json_moment(view->since_ms));
    json_object_set_new(row, "until", hw_json_moment(view->until_ms));
    return row;
}

json_t *hw_modes_json(const struct hw_engine *engine)
{
    json_t *rows = json_array();
    struct hw_mode_view view;

    for (uint32_t at = 0; (at = hw_mode_walk(engine, at, &view)) != 0;)
        json_array_append_new(rows, mode_json(&view));
    return rows;
}

json_t *hw_paused_json(const struct hw_engine *engine, uint64_t referral, struct hw_slice service)
{
    json_t *rows = json_array();
    struct hw_mode_view view;

    for (uint32_t at = 0; (at = hw_paused_walk(engine, referral, service, at, &view)) != 0;)
        json_array_append_new(rows, mode_json(&view));
    return rows;
}

enum hw_answer hw_resource_modes(
    struct hw_resources *resources, const json_t *parameters, json_t **ret_body)
{
    struct hw_summary summary = hw_resources_summary(resources);

    (void)parameters;
    *ret_body = hw_summary_head(&summary);
    json_object_set_new(*ret_body, "modes", hw_modes_json(resources->options.engine));
    return HW_ANSWER_OK;
}
