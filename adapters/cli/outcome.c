#include "cli/outcome.h"

#include "homeward/routing.h"
#include "resource/json.h"

json_t *hw_outcome_json(const char *outcome, const char *pointer, const char *words)
{
    json_t *row = json_object();

    json_object_set_new(row, "outcome", json_string(outcome));
    if (pointer != NULL && *pointer != '\0')
        json_object_set_new(row, "pointer", hw_json_text(hw_slice_text(pointer)));
    if (words != NULL)
        json_object_set_new(row, "error", hw_json_text(hw_slice_text(words)));
    return row;
}

/* What apply made of a command: its reference, or what was wrong and what stands. */
static json_t *command_json(const struct hw_engine *engine)
{
    struct hw_command_result result = hw_engine_command_result(engine);
    char text[HW_REFERENCE_TEXT_SIZE];
    json_t *row =
        hw_outcome_json(result.status == HW_OK ? "accepted" : "rejected", NULL, result.words);

    if (result.status != HW_OK)
        json_object_set_new(row, "status", json_string(hw_status_text(result.status)));
    if (result.reference != 0)
        json_object_set_new(row, "reference",
            json_string(hw_reference_format(result.prefix, result.reference, text)));
    if (result.version != 0)
        json_object_set_new(row, "version", json_integer(result.version));
    return row;
}

json_t *hw_outcome_applied(const struct hw_engine *engine, enum hw_kind kind)
{
    if (kind < HW_KIND_REFERRAL_RECEIVED) /* Facts are taken, whatever they say. */
        return hw_outcome_json("accepted", NULL, NULL);
    return command_json(engine);
}

void hw_outcome_add_remarks(json_t *row, uint32_t flags)
{
    json_t *remarks = json_array();

#define ADD_REMARK(number, name, sentence)                                                         \
    if ((flags & HW_FLAG_##name) != 0)                                                             \
        json_array_append_new(remarks,                                                             \
            json_string(HW_FLAG_##name == HW_FLAG_CONTROL_ID_REUSED ? "id_reused" : sentence));
    HW_FLAG_LIST(ADD_REMARK)
#undef ADD_REMARK
    if (json_array_size(remarks) > 0)
        json_object_set(row, "remarks", remarks);
    json_decref(remarks);
}
