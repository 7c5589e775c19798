#include "cli/dry_run.h"

#include "homeward/routing.h"
#include "resource/json.h"

enum { FOLLOWS_MAX = 256 }; /* more than these are not told: "more" says so */

static json_t *answer_json(const char *outcome, const char *words)
{
    json_t *answer = json_object();

    json_object_set_new(answer, "outcome", json_string(outcome));
    json_object_set_new(answer, "dry_run", json_true());
    if (words != NULL)
        json_object_set_new(answer, "error", hw_json_text(hw_slice_text(words)));
    return answer;
}

static void set_text(json_t *row, const char *key, struct hw_slice text)
{
    if (text.size > 0)
        json_object_set_new(row, key, hw_json_text(text));
}

/* One decision as it took effect; a referral is told by its reference, never by its name. */
static void tell(
    const struct hw_engine *engine, const struct hw_event *event, json_t *why, json_t *follows)
{
    uint64_t reference = hw_event_has(event, HW_FIELD_OFFER)
        ? (uint64_t)event->values[HW_FIELD_OFFER].number
        : hw_engine_sequence(engine);
    char text[HW_REFERENCE_TEXT_SIZE];
    struct hw_match_view match;
    json_t *row;

    if (hw_match_view(engine, reference, &match) != HW_OK)
        return; /* What is inferred or alerted moves nobody. */
    row = json_object();
    json_object_set_new(row, "decision", json_string(hw_kind_type(event->kind)));
    json_object_set_new(
        row, "referral", json_string(hw_reference_format('R', match.referral, text)));
    json_object_set_new(row, "offer", json_string(hw_reference_format('O', reference, text)));
    json_object_set_new(row, "service", hw_json_text(match.service));
    json_object_set_new(row, "state", json_string(match.state));
    set_text(row, "reason", hw_event_text(event, HW_FIELD_REASON));
    if (why != NULL)
        json_object_set(row, "explanation", why);
    json_array_append_new(follows, row);
}

static enum hw_status apply(
    struct hw_engine *engine, int64_t accepted_ms, const struct hw_event *event)
{
    return hw_engine_apply_event(engine, hw_engine_sequence(engine) + 1, accepted_ms, event);
}

/* All that the engine then decides, as it would stand behind the decision in the journal. */
static enum hw_status follow(struct hw_engine *engine, json_t *follows, bool *ret_more)
{
    const struct hw_event *decided;
    enum hw_status status = HW_OK;

    for (unsigned i = 0; (decided = hw_engine_decided(engine)) != NULL && status == HW_OK; i++) {
        if (i == FOLLOWS_MAX) {
            *ret_more = true;
            return HW_OK;
        }
        struct hw_event event = *decided;
        /* The next decision is explained in the same place. */
        json_t *why = hw_event_has(&event, HW_FIELD_DETAIL)
            ? hw_json_text(hw_event_text(&event, HW_FIELD_DETAIL))
            : NULL;

        status = apply(engine, hw_engine_accepted_ms(engine), &event);
        if (status == HW_OK)
            tell(engine, &event, why, follows);
        json_decref(why);
    }
    return status;
}

static json_t *attempt(struct hw_engine *engine, const struct hw_event *event, int64_t now_ms)
{
    json_t *follows = json_array(), *answer;
    struct hw_command_result result;
    enum hw_status status = HW_OK;
    struct hw_event tick;
    bool more = false;

    if (now_ms < hw_engine_accepted_ms(engine))
        now_ms = hw_engine_accepted_ms(engine);
    hw_event_init(&tick, HW_KIND_CLOCK_TICK);
    if (hw_engine_due_ms(engine) <= now_ms)
        status = apply(engine, now_ms, &tick);
    if (status == HW_OK)
        status = apply(engine, now_ms, event);
    result = hw_engine_command_result(engine);
    if (status == HW_OK)
        status = follow(engine, follows, &more);
    if (status != HW_OK)
        answer = answer_json("rejected", "there is no room to try it: raise the limits");
    else
        answer = answer_json(result.status == HW_OK ? "accepted" : "rejected", result.words);
    json_object_set_new(answer, "follows", follows);
    if (more)
        json_object_set_new(answer, "more", json_true());
    return answer;
}

json_t *hw_dry_run(const struct hw_engine *engine, const struct hw_event *event, int64_t now_ms)
{
    struct hw_engine *clone;
    json_t *answer;

    if (hw_engine_image_size(engine) > HW_DRY_RUN_SIZE_MAX)
        return answer_json("rejected",
            "there is too much state to try this without keeping the live engine waiting: ask "
            "why-not for one service, or decide and undo it");
    if (hw_engine_clone(engine, &clone) != HW_OK)
        return answer_json("rejected", "there is no memory to try it in: try again later");
    answer = attempt(clone, event, now_ms);
    hw_engine_free(clone);
    return answer;
}
