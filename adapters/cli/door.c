#include "cli/door.h"

#include "homeward/routing.h"
#include "resource/json.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct hw_entry {
    struct hw_ce_options options;
    struct hw_runtime *runtime;
    char by[80]; /* who decides: the local user (CONTRACT 5.1) */
    struct hw_ce_reading reading;
    uint8_t scratch[HW_CE_SCRATCH_SIZE];
};

struct hw_entry *hw_entry_new(const struct hw_ce_options *options, struct hw_runtime *runtime)
{
    struct hw_entry *entry = calloc(1, sizeof *entry);
    const struct passwd *user;

    if (entry == NULL)
        return NULL;
    entry->options = *options;
    entry->runtime = runtime;
    user = getpwuid(getuid());
    (void)snprintf(entry->by, sizeof entry->by, "local:%s", user == NULL ? "?" : user->pw_name);
    return entry;
}

void hw_entry_free(struct hw_entry *entry)
{
    free(entry);
}

void hw_entry_set_options(struct hw_entry *entry, const struct hw_ce_options *options)
{
    entry->options = *options;
}

/* ---- answering ---- */

static json_t *outcome_json(const char *outcome, const char *pointer, const char *words)
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
static json_t *result_json(const struct hw_engine *engine, enum hw_kind kind)
{
    struct hw_command_result result = hw_engine_command_result(engine);
    char text[HW_REFERENCE_TEXT_SIZE];
    bool offer = kind == HW_KIND_OFFER_ANSWERED ||
        (kind >= HW_KIND_DECIDE_PROPOSAL_APPROVED && kind <= HW_KIND_DECIDE_OFFER_ANSWERED);
    json_t *row =
        outcome_json(result.status == HW_OK ? "accepted" : "rejected", NULL, result.words);

    if (result.status != HW_OK)
        json_object_set_new(row, "status", json_string(hw_status_text(result.status)));
    if (result.reference != 0)
        json_object_set_new(row, "reference",
            json_string(hw_reference_format(offer ? 'O' : 'R', result.reference, text)));
    if (result.version != 0)
        json_object_set_new(row, "version", json_integer(result.version));
    return row;
}

/* ---- taking ---- */

static json_t *refuse(struct hw_entry *entry, const json_t *json, uint64_t *ret_refused)
{
    char *bytes = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    struct hw_refused refused = {
        .source = entry->reading.event.source,
        .link = hw_slice_text("nanomsg"),
        .code = hw_slice_text("rejected"),
        .where = hw_slice_text(entry->reading.pointer),
        .reason = hw_slice_text(entry->reading.words),
        .bytes = bytes == NULL ? (struct hw_slice){0} : hw_slice_text(bytes),
    };
    enum hw_status status =
        bytes == NULL ? HW_E_MEMORY : hw_runtime_quarantine(entry->runtime, &refused, ret_refused);

    free(bytes);
    if (status != HW_OK)
        return outcome_json("full", NULL, "it could not be kept: send it again later");
    return outcome_json("rejected", entry->reading.pointer, entry->reading.words);
}

static json_t *submit(struct hw_entry *entry)
{
    struct hw_event *event = &entry->reading.event;
    struct hw_submitted submitted = hw_runtime_submit(entry->runtime, event, 1);

    switch (submitted.outcome) {
    case HW_OUTCOME_FULL:
        return outcome_json("full", NULL, "there is no room now: send it again later");
    case HW_OUTCOME_DUPLICATE:
        return outcome_json("duplicate", NULL, NULL);
    case HW_OUTCOME_TAKEN:
        break;
    }
    if (event->kind < HW_KIND_REFERRAL_RECEIVED)
        return outcome_json("accepted", NULL, NULL);
    return result_json(hw_runtime_engine(entry->runtime), event->kind);
}

static json_t *take(
    struct hw_entry *entry, const json_t *json, bool decision, uint64_t *ret_refused)
{
    const json_t *id = json_object_get(json, "id");
    json_t *row;

    if (decision)
        hw_ce_read_decision(&entry->options, json, hw_slice_text(entry->by),
            hw_runtime_now_ms(entry->runtime), entry->scratch, &entry->reading);
    else
        hw_ce_read(&entry->options, json, entry->scratch, &entry->reading);
    row = entry->reading.taken ? submit(entry) : refuse(entry, json, ret_refused);
    if (json_is_string(id) && row != NULL)
        json_object_set_new(row, "id", json_string(json_string_value(id)));
    return row;
}

static json_t *ingest(void *context, const json_t *events, uint64_t *ret_refused)
{
    struct hw_entry *entry = context;
    json_t *body, *rows, *event;
    size_t index;

    if (!json_is_array(events))
        return outcome_json("rejected", "/ingest", "ingest is a list of CloudEvents");
    rows = json_array();
    json_array_foreach(events, index, event)
    {
        json_t *row = take(entry, event, false, ret_refused);

        json_array_append_new(rows, row);
    }
    body = json_object();
    json_object_set_new(body, "results", rows);
    return body;
}

static json_t *decide(void *context, const json_t *decision, uint64_t *ret_refused)
{
    return take(context, decision, true, ret_refused);
}

static uint64_t refused_durable(void *context)
{
    const struct hw_entry *entry = context;

    return hw_runtime_quarantine_durable(entry->runtime);
}

struct hw_door hw_entry_door(struct hw_entry *entry)
{
    return (struct hw_door){entry, ingest, decide, refused_durable};
}
