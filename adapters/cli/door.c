#include "cli/door.h"

#include "codec/cloudevents/text.h"
#include "cli/dry_run.h"
#include "cli/outcome.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SHARE = 64 }; /* events of a text in one turn of the loop */

struct hw_entry {
    struct hw_entry_options options;
    struct hw_entry_counts counts;
    char by[80]; /* who decides: the local user (CONTRACT 5.1) */
    struct hw_ce_reading reading;
    uint8_t scratch[HW_CE_SCRATCH_SIZE];
    uint64_t later; /* number of the last answer that was promised */
};

/*
 * The name of the account this process runs under, to text; its number where /etc/passwd has none.
 * False where there is no memory to look.  Not asked of getpwuid: that loads modules, and ends the
 * process where it finds no memory for them.
 */
static bool local_user(char *text, size_t size)
{
    FILE *file = fopen("/etc/passwd", "re");
    char lines[1024], block[1024];
    struct passwd one, *user = NULL;
    uid_t uid = getuid();
    int status = file == NULL ? errno : 0;

    if (file != NULL)
        (void)setvbuf(file, block, _IOFBF, sizeof block);
    while (status == 0) {
        status = fgetpwent_r(file, &one, lines, sizeof lines, &user);
        if (status == 0 && one.pw_uid == uid)
            break;
    }
    if (status == 0)
        (void)snprintf(text, size, "local:%s", user->pw_name);
    else
        (void)snprintf(text, size, "local:%u", (unsigned)uid);
    if (file != NULL)
        fclose(file);
    return status != ENOMEM;
}

struct hw_entry *hw_entry_new(const struct hw_entry_options *options)
{
    struct hw_entry *entry = calloc(1, sizeof *entry);

    if (entry == NULL)
        return NULL;
    entry->options = *options;
    if (!local_user(entry->by, sizeof entry->by)) {
        free(entry);
        return NULL;
    }
    return entry;
}

void hw_entry_free(struct hw_entry *entry)
{
    free(entry);
}

void hw_entry_set_options(struct hw_entry *entry, const struct hw_ce_options *options)
{
    entry->options.codec = *options;
}

const struct hw_entry_counts *hw_entry_counts(const struct hw_entry *entry)
{
    return &entry->counts;
}

/* ---- taking ---- */

/* Keep what is refused; false: there is no room for it now. */
static bool quarantine(struct hw_entry *entry, struct hw_slice source, struct hw_slice bytes,
    const char *where, const char *words, uint64_t *ret_refused)
{
    struct hw_refused refused = {
        .source = source.size > 0 ? source : hw_slice_text("nanomsg"),
        .link = hw_slice_text("nanomsg"),
        .code = hw_slice_text("rejected"),
        .where = hw_slice_text(where),
        .reason = hw_slice_text(words),
        .bytes = bytes,
    };

    return hw_runtime_quarantine(entry->options.runtime, &refused, ret_refused) == HW_OK;
}

static json_t *full(struct hw_entry *entry)
{
    entry->counts.full++;
    return hw_outcome_json("full", NULL, "there is no room now: send it again later");
}

static json_t *refuse(struct hw_entry *entry, const json_t *json, uint64_t *ret_refused)
{
    const struct hw_ce_reading *reading = &entry->reading;
    char *bytes = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    bool kept = bytes != NULL &&
        quarantine(entry, reading->event.source, hw_slice_text(bytes), reading->pointer,
            reading->words, ret_refused);

    free(bytes);
    if (!kept)
        return full(entry);
    entry->counts.rejected++;
    return hw_outcome_json("rejected", reading->pointer, reading->words);
}

/* All events of what was read, in one commit block. */
static struct hw_submitted submit_all(struct hw_entry *entry, const json_t *json)
{
    const struct hw_entry_options *options = &entry->options;
    unsigned more = entry->reading.more;
    struct hw_submitted submitted = {.outcome = HW_OUTCOME_FULL};
    struct hw_event *events;

    if (more == 0)
        return options->submit(options->context, &entry->reading.event, 1);
    events = malloc((more + 1) * sizeof *events);
    if (events == NULL)
        return submitted;
    events[0] = entry->reading.event;
    for (unsigned i = 0; i < more; i++)
        hw_ce_more(&entry->reading, json, i, &events[i + 1]);
    submitted = options->submit(options->context, events, more + 1);
    entry->reading.event.flags |= events[0].flags;
    free(events);
    return submitted;
}

static void add_unknown(const struct hw_entry *entry, json_t *row)
{
    if (entry->reading.unknown > 0)
        json_object_set_new(row, "unknown_fields", json_integer(entry->reading.unknown));
}

static json_t *submit(struct hw_entry *entry, const json_t *json)
{
    struct hw_submitted submitted = submit_all(entry, json);
    enum hw_kind kind = entry->reading.event.kind;
    json_t *row;

    if (submitted.outcome == HW_OUTCOME_FULL)
        return full(entry);
    if (submitted.outcome == HW_OUTCOME_DUPLICATE) {
        entry->counts.duplicate++;
        return hw_outcome_json("duplicate", NULL, NULL);
    }
    row = hw_outcome_applied(hw_runtime_engine(entry->options.runtime), kind);
    if (strcmp(json_string_value(json_object_get(row, "outcome")), "accepted") == 0)
        entry->counts.accepted++;
    else
        entry->counts.rejected++;
    entry->counts.unknown_fields += entry->reading.unknown;
    entry->counts.id_reused += (entry->reading.event.flags & HW_FLAG_CONTROL_ID_REUSED) != 0;
    hw_outcome_add_remarks(row, entry->reading.event.flags);
    add_unknown(entry, row);
    return row;
}

static json_t *take(
    struct hw_entry *entry, const json_t *json, bool decision, uint64_t *ret_refused)
{
    const json_t *id = json_object_get(json, "id");
    json_t *row;

    if (decision)
        hw_ce_read_decision(&entry->options.codec, json, hw_slice_text(entry->by),
            hw_runtime_now_ms(entry->options.runtime), entry->scratch, &entry->reading);
    else
        hw_ce_read(&entry->options.codec, json, entry->scratch, &entry->reading);
    if (!decision)
        entry->counts.events++;
    row = entry->reading.taken ? submit(entry, json) : refuse(entry, json, ret_refused);
    if (json_is_string(id) && row != NULL)
        json_object_set_new(row, "id", json_string(json_string_value(id)));
    return row;
}

/* ---- acknowledged ---- */

/* The same words as HTTP's codes: all taken, some, none, no room. */
static const char *status_of(unsigned taken, unsigned rejected, unsigned full_count)
{
    if (full_count > 0)
        return "full";
    if (rejected == 0)
        return "all";
    return taken > 0 ? "some" : "none";
}

static json_t *ingest(void *context, const json_t *events, uint64_t *ret_refused)
{
    struct hw_entry *entry = context;
    unsigned taken = 0, rejected = 0, full_count = 0;
    json_t *body, *rows, *event;
    size_t index;

    if (!json_is_array(events))
        return hw_outcome_json("rejected", "/ingest", "ingest is a list of CloudEvents");
    rows = json_array();
    json_array_foreach(events, index, event)
    {
        json_t *row = take(entry, event, false, ret_refused);
        const char *outcome = json_string_value(json_object_get(row, "outcome"));

        full_count += strcmp(outcome, "full") == 0;
        rejected += strcmp(outcome, "rejected") == 0;
        taken += strcmp(outcome, "accepted") == 0 || strcmp(outcome, "duplicate") == 0;
        json_array_append_new(rows, row);
    }
    body = json_object();
    json_object_set_new(body, "taken", json_string(status_of(taken, rejected, full_count)));
    json_object_set_new(body, "results", rows);
    return body;
}

/* What would come of a decision: nothing is taken, refused or counted. */
static json_t *try_decision(struct hw_entry *entry, const json_t *decision, uint64_t *ret_later)
{
    const struct hw_entry_options *options = &entry->options;
    json_t *said = json_deep_copy(decision), *beside = json_object();
    const json_t *id = json_object_get(decision, "id");
    json_t *answer = NULL;

    (void)json_object_del(said, "dry_run");
    hw_ce_read_decision(&options->codec, said, hw_slice_text(entry->by),
        hw_runtime_now_ms(options->runtime), entry->scratch, &entry->reading);
    if (json_is_string(id))
        json_object_set_new(beside, "id", json_string(json_string_value(id)));
    add_unknown(entry, beside);
    if (entry->reading.taken)
        answer = hw_dry_run(&(struct hw_dry_run){options->runtime, &entry->reading.event, beside,
                                ++entry->later, options->answer, options->context},
            ret_later);
    else
        answer = hw_outcome_json("rejected", entry->reading.pointer, entry->reading.words);
    json_decref(beside);
    json_decref(said);
    return answer;
}

static json_t *decide(
    void *context, const json_t *decision, uint64_t *ret_refused, uint64_t *ret_later)
{
    if (json_is_true(json_object_get(decision, "dry_run")))
        return try_decision(context, decision, ret_later);
    return take(context, decision, true, ret_refused);
}

static uint64_t refused_durable(void *context)
{
    const struct hw_entry *entry = context;

    return hw_runtime_quarantine_durable(entry->options.runtime);
}

/* ---- at most once ---- */

/* One event nobody waits to hear about; false: there is no room for it now. */
static bool pull_one(struct hw_entry *entry, const json_t *json)
{
    uint64_t refused = 0;
    json_t *row = take(entry, json, false, &refused);
    bool taken = strcmp(json_string_value(json_object_get(row, "outcome")), "full") != 0;

    json_decref(row);
    if (taken)
        entry->counts.pulled++;
    else
        entry->counts.events--; /* It comes again. */
    return taken;
}

/* Events of an array from where it was left; false: there is no room. */
static bool pull_array(struct hw_entry *entry, struct hw_pulling *pulling, unsigned *share)
{
    while (pulling->index < json_array_size(pulling->array) && *share > 0) {
        if (!pull_one(entry, json_array_get(pulling->array, pulling->index)))
            return false;
        pulling->index++;
        (*share)--;
    }
    if (pulling->index == json_array_size(pulling->array)) {
        json_decref(pulling->array);
        pulling->array = NULL;
        pulling->index = 0;
    }
    return true;
}

/* The next value of a text; false: there is no room for it. */
static bool pull_value(
    struct hw_entry *entry, struct hw_slice *left, struct hw_pulling *pulling, bool *ret_end)
{
    char words[HW_CE_TEXT_WORDS_SIZE];
    struct hw_slice bytes;
    json_t *json = NULL;
    uint64_t refused;
    bool taken;

    switch (hw_ce_text_next(left, &json, &bytes, words)) {
    case HW_CE_NEXT_END:
        *ret_end = true;
        return true;
    case HW_CE_NEXT_WRONG:
        taken = quarantine(entry, hw_slice_text(""), bytes, "", words, &refused);
        entry->counts.events += taken;
        entry->counts.pulled += taken;
        entry->counts.rejected += taken;
        return taken;
    case HW_CE_NEXT_VALUE:
        break;
    }
    if (json_is_array(json)) {
        pulling->array = json;
        return true;
    }
    taken = pull_one(entry, json);
    json_decref(json);
    return taken;
}

static enum hw_pulled pull(void *context, struct hw_slice text, struct hw_pulling *pulling)
{
    struct hw_entry *entry = context;
    unsigned share = SHARE;

    while (share > 0) {
        struct hw_slice left = hw_slice_of(text.data + pulling->taken, text.size - pulling->taken);
        bool end = false;

        if (pulling->array != NULL) {
            if (!pull_array(entry, pulling, &share))
                return HW_PULLED_FULL;
            continue;
        }
        if (!pull_value(entry, &left, pulling, &end))
            return HW_PULLED_FULL;
        if (end)
            return HW_PULLED_ALL;
        pulling->taken = text.size - left.size;
        share--;
    }
    return HW_PULLED_PART;
}

struct hw_door hw_entry_door(struct hw_entry *entry)
{
    return (struct hw_door){entry, ingest, decide, refused_durable, pull};
}
