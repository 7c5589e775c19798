#include "cli/top_model.h"

#include "homeward/time.h"

#include <stdlib.h>

void hw_top_model_init(struct hw_top_model *model)
{
    memset(model, 0, sizeof *model);
    model->numbers = json_object();
    model->as_at_ms = HW_TIME_NONE;
    model->rate = -1;
}

void hw_top_model_free(struct hw_top_model *model)
{
    json_decref(model->summary);
    json_decref(model->reasons);
    json_decref(model->numbers);
}

static int64_t moment_of(const json_t *json)
{
    const char *text = json_string_value(json);
    struct hw_time time;

    if (text == NULL || hw_time_parse_iso(hw_slice_text(text), &time) != HW_OK)
        return HW_TIME_NONE;
    return time.start_ms;
}

/* text, cut to what a word holds. */
static void word_copy(char word[HW_TOP_WORD], const char *text)
{
    size_t size = strnlen(text, HW_TOP_WORD - 1);

    memcpy(word, text, size);
    word[size] = '\0';
}

static void word_set(char word[HW_TOP_WORD], const json_t *json, const char *other)
{
    const char *text = json_string_value(json);

    word_copy(word, text != NULL ? text : other);
}

/* Records a second, over some seconds at a time. */
static void rate_note(struct hw_top_model *model, int64_t now_ms)
{
    int64_t passed_ms = now_ms - model->rate_from_ms;

    if (model->rate_from_ms != 0 && passed_ms < HW_TOP_RATE_MS)
        return;
    if (model->rate_from_ms != 0)
        model->rate =
            ((model->sequence - model->rate_from_sequence) * 1000 + passed_ms / 2) / passed_ms;
    model->rate_from_ms = now_ms;
    model->rate_from_sequence = model->sequence;
}

/* Take sequence and time from an answer or message.  False: it is older than what is shown. */
static bool advance(struct hw_top_model *model, const json_t *json, int64_t now_ms)
{
    int64_t sequence = json_integer_value(json_object_get(json, "sequence"));
    int64_t as_at_ms = moment_of(json_object_get(json, "as_at"));

    model->heard_ms = now_ms;
    if (sequence < model->sequence)
        return false;
    model->sequence = sequence;
    if (as_at_ms != HW_TIME_NONE && as_at_ms > model->as_at_ms)
        model->as_at_ms = as_at_ms;
    rate_note(model, now_ms);
    return true;
}

void hw_top_model_answer(struct hw_top_model *model, struct hw_slice answer, int64_t now_ms)
{
    json_t *json = json_loadb((const char *)answer.data, answer.size, 0, NULL);

    if (json_is_array(json_object_get(json, "reasons"))) {
        json_decref(model->reasons);
        model->reasons = json_incref(json);
    } else if (json_is_object(json_object_get(json, "total"))) {
        /* It is the truth, even where its sequence is less: then the engine has started anew. */
        model->sequence = 0;
        (void)advance(model, json, now_ms);
        model->as_at_ms = moment_of(json_object_get(json, "as_at"));
        json_decref(model->summary);
        model->summary = json_incref(json);
        model->stale_rows = false;
    }
    json_decref(json);
}

/* A gap in a topic's numbers, or another run: what is shown may be old. */
static void numbers_check(struct hw_top_model *model, const char *topic, const json_t *json)
{
    json_int_t number = json_integer_value(json_object_get(json, "number"));
    json_int_t last = json_integer_value(json_object_get(model->numbers, topic));
    const char *run = json_string_value(json_object_get(json, "run"));

    if (run != NULL && strcmp(run, model->run) != 0) {
        if (*model->run != '\0') {
            model->stale_rows = true;
            model->sequence = 0;
            model->rate_from_ms = 0;
            model->rate = -1;
        }
        word_set(model->run, json_object_get(json, "run"), "");
        json_object_clear(model->numbers);
        last = 0;
    }
    if (last != 0 && number != last + 1)
        model->stale_rows = true;
    json_object_set_new(model->numbers, topic, json_integer(number));
}

static void row_replace(json_t *rows, const char *key, json_t *row)
{
    const char *code = json_string_value(json_object_get(row, key));
    size_t index;
    json_t *old;

    if (code == NULL || !json_is_array(rows))
        return;
    json_array_foreach(rows, index, old)
    {
        const char *other = json_string_value(json_object_get(old, key));

        if (other != NULL && strcmp(other, code) == 0) {
            json_array_set(rows, index, row);
            return;
        }
    }
    json_array_append(rows, row);
}

static void event_add(struct hw_top_model *model, const char *kind, const json_t *json)
{
    struct hw_top_event *event = &model->events[model->events_count++ % HW_TOP_EVENTS];
    int64_t since_ms = moment_of(json_object_get(json, "since"));

    word_copy(event->kind, kind);
    word_set(event->reference, json_object_get(json, "reference"), "-");
    word_set(event->site, json_object_get(json, "site"), "-");
    word_set(event->reason, json_object_get(json, "reason"), "-");
    word_set(event->responsible, json_object_get(json, "responsible"), "-");
    event->ms = json_integer_value(json_object_get(json, "ms"));
    event->at_ms = since_ms == HW_TIME_NONE ? HW_TIME_NONE : since_ms + event->ms;
    event->annulled = json_is_true(json_object_get(json, "annulled"));
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void apply(struct hw_top_model *model, const char *topic, json_t *json, int64_t now_ms)
{
    numbers_check(model, topic, json);
    if (starts_with(topic, "delay/")) {
        model->heard_ms = now_ms;
        event_add(model, topic + strlen("delay/"), json);
        return;
    }
    if (starts_with(topic, "automation/")) {
        model->stale_rows = true; /* Who said so, and why, only the summary tells. */
        return;
    }
    if (!advance(model, json, now_ms) || model->summary == NULL)
        return;
    if (strcmp(topic, "metrics/total") == 0)
        json_object_set(model->summary, "total", json);
    else if (starts_with(topic, "metrics/site/"))
        row_replace(json_object_get(model->summary, "sites"), "site", json);
    else if (starts_with(topic, "metrics/service/"))
        row_replace(json_object_get(model->summary, "services"), "service", json);
}

void hw_top_model_message(struct hw_top_model *model, struct hw_slice message, int64_t now_ms)
{
    const uint8_t *blank = message.size > 0 ? memchr(message.data, ' ', message.size) : NULL;
    char topic[256];

    if (blank == NULL || (size_t)(blank - message.data) >= sizeof topic)
        return;
    size_t size = (size_t)(blank - message.data);
    memcpy(topic, message.data, size);
    topic[size] = '\0';

    json_t *json = json_loadb((const char *)blank + 1, message.size - size - 1, 0, NULL);
    if (json_is_object(json))
        apply(model, topic, json, now_ms);
    json_decref(json);
}

const char *hw_top_model_reason(const struct hw_top_model *model, const char *key)
{
    size_t index;
    json_t *row;

    json_array_foreach(json_object_get(model->reasons, "reasons"), index, row)
    {
        const char *reason = json_string_value(json_object_get(row, "reason"));
        const char *text = json_string_value(json_object_get(row, "text"));

        if (reason != NULL && text != NULL && strcmp(reason, key) == 0)
            return text;
    }
    return key;
}

static int reason_order(const void *a, const void *b)
{
    const struct hw_top_reason *left = a;
    const struct hw_top_reason *right = b;

    if (left->ms != right->ms)
        return left->ms > right->ms ? -1 : 1;
    int order = strcmp(left->reason, right->reason);
    return order != 0 ? order : strcmp(left->responsible, right->responsible);
}

/* The row a reason and side belong to, made when there is room; NULL: there is none. */
static struct hw_top_reason *reason_row(struct hw_top_reason *reasons, unsigned *count,
    unsigned reasons_max, const struct hw_top_reason *wanted)
{
    for (unsigned i = 0; i < *count; i++)
        if (strcmp(reasons[i].reason, wanted->reason) == 0 &&
            strcmp(reasons[i].responsible, wanted->responsible) == 0)
            return &reasons[i];
    if (*count == reasons_max)
        return NULL;
    reasons[*count] = *wanted;
    return &reasons[(*count)++];
}

static void reason_add(
    struct hw_top_reason *reasons, unsigned *count, unsigned reasons_max, const json_t *json)
{
    struct hw_top_reason wanted = {.inferred = true};

    word_set(wanted.reason, json_object_get(json, "reason"), "-");
    word_set(wanted.responsible, json_object_get(json, "responsible"), "-");
    struct hw_top_reason *row = reason_row(reasons, count, reasons_max, &wanted);
    if (row == NULL)
        return;
    row->people += json_integer_value(json_object_get(json, "people"));
    row->ms += json_integer_value(json_object_get(json, "ms"));
    row->inferred = row->inferred && json_is_true(json_object_get(json, "inferred"));
    row->contested = row->contested || json_is_true(json_object_get(json, "contested"));
}

unsigned hw_top_model_reasons(
    const struct hw_top_model *model, struct hw_top_reason *reasons, unsigned reasons_max)
{
    unsigned count = 0;
    size_t site_index, index;
    json_t *site, *row;

    json_array_foreach(json_object_get(model->summary, "sites"), site_index, site)
    {
        json_array_foreach(json_object_get(site, "reasons"), index, row)
        {
            reason_add(reasons, &count, reasons_max, row);
        }
    }
    qsort(reasons, count, sizeof *reasons, reason_order);
    return count;
}
