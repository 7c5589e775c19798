#include "cli/dry_run.h"

#include "cli/outcome.h"
#include "homeward/routing.h"
#include "resource/json.h"

#include <stdlib.h>

enum { FOLLOWS_MAX = 256 }; /* more than these are not told: "more" says so */

static void set_text(json_t *row, const char *key, struct hw_slice text)
{
    if (text.size > 0)
        json_object_set_new(row, key, hw_json_text(text));
}

/* A referral is told by its reference, never by its name. */
static void add_match(json_t *row, const struct hw_match_view *match)
{
    char text[HW_REFERENCE_TEXT_SIZE];

    json_object_set_new(
        row, "referral", json_string(hw_reference_format('R', match->referral, text)));
    json_object_set_new(
        row, "offer", json_string(hw_reference_format('O', match->reference, text)));
    json_object_set_new(row, "service", hw_json_text(match->service));
    json_object_set_new(row, "state", json_string(match->state));
}

/* One decision as it took effect. */
static bool tell(void *context, const struct hw_engine *engine, const struct hw_event *event)
{
    json_t *follows = context;
    uint64_t reference = hw_event_has(event, HW_FIELD_OFFER)
        ? (uint64_t)event->values[HW_FIELD_OFFER].number
        : hw_engine_sequence(engine);
    struct hw_match_view match;
    json_t *row;

    if (hw_match_view(engine, reference, &match) != HW_OK)
        return true; /* What is inferred or alerted moves nobody. */
    row = json_object();
    json_object_set_new(row, "decision", json_string(hw_kind_type(event->kind)));
    add_match(row, &match);
    set_text(row, "reason", hw_event_text(event, HW_FIELD_REASON));
    set_text(row, "explanation", hw_event_text(event, HW_FIELD_DETAIL));
    json_array_append_new(follows, row);
    return json_array_size(follows) < FOLLOWS_MAX;
}

/* What submit would have answered, and how the match it speaks of would stand. */
static json_t *answer_json(
    const struct hw_engine *engine, enum hw_status status, const struct hw_tried *tried)
{
    struct hw_command_result result = hw_engine_command_result(engine);
    struct hw_match_view match;
    json_t *answer, *stands;

    if (status != HW_OK)
        return hw_outcome_json(
            "rejected", NULL, "there is no room to try it: raise the limits, or free some memory");
    if (tried->seen == HW_SEEN_DUPLICATE)
        return hw_outcome_json("duplicate", NULL, NULL);
    answer = hw_outcome_applied(engine, tried->kind);
    hw_outcome_add_remarks(answer, tried->flags);
    if (result.prefix == 'O' && hw_match_view(engine, result.reference, &match) == HW_OK) {
        stands = json_object();
        add_match(stands, &match);
        json_object_set_new(answer, "stands", stands);
    }
    return answer;
}

json_t *hw_dry_run_on(struct hw_engine *engine, const struct hw_trial *trial)
{
    struct hw_trial told = *trial;
    struct hw_tried tried = {.seen = HW_SEEN_NEW};
    json_t *follows = json_array(), *answer;

    told.decided = tell;
    told.context = follows;
    answer = answer_json(engine, hw_trial_run(engine, &told, &tried), &tried);
    json_object_set_new(answer, "dry_run", json_true());
    json_object_set_new(answer, "follows", follows);
    if (tried.more)
        json_object_set_new(answer, "more", json_true());
    return answer;
}

/* ---- beside the running engine ---- */

struct asked {
    struct hw_dry_run dry_run;
    json_t *answer; /* NULL: there is none yet */
};

static void on_engine(void *context, struct hw_engine *engine, const struct hw_trial *trial)
{
    struct asked *asked = context;

    asked->answer = hw_dry_run_on(engine, trial);
}

static json_t *refused(const char *words)
{
    json_t *answer = hw_outcome_json("rejected", NULL, words);

    json_object_set_new(answer, "dry_run", json_true());
    return answer;
}

static const char *words_of(enum hw_status status, const char *error)
{
    if (status == HW_E_MEMORY || status == HW_E_FULL)
        return "there is no memory for a second state to try it in: give the process more, or try "
               "again later";
    return *error != '\0' ? error : hw_status_text(status);
}

static void on_done(void *context, enum hw_status status, const char *error)
{
    struct asked *asked = context;
    const struct hw_dry_run *dry_run = &asked->dry_run;

    if (asked->answer == NULL)
        asked->answer = refused(words_of(status, error));
    json_object_update_missing(asked->answer, dry_run->beside);
    dry_run->answer(dry_run->context, dry_run->later, asked->answer);
    json_decref(asked->answer);
    json_decref(dry_run->beside);
    free(asked);
}

json_t *hw_dry_run(const struct hw_dry_run *dry_run, uint64_t *ret_later)
{
    struct asked *asked = calloc(1, sizeof *asked);
    struct hw_attempt attempt = {on_engine, on_done, asked};
    enum hw_status status = HW_E_MEMORY;

    if (asked != NULL) {
        asked->dry_run = *dry_run;
        status = hw_runtime_try(dry_run->runtime, dry_run->event, &attempt);
    }
    if (status == HW_OK) {
        json_incref(dry_run->beside);
        *ret_later = dry_run->later;
        return NULL;
    }
    free(asked);
    return refused(status == HW_E_FULL
            ? "several dry runs wait already: try again when they are answered"
            : words_of(status, ""));
}
