#include "cli/send_events.h"

#include "cli/ask.h"
#include "codec/cloudevents/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

enum {
    BATCH_SIZE_MAX = 240 * 1024, /* bytes of a question; the engine takes 256 KiB */
    PAUSE_FIRST_MS = 20,
    PAUSE_MAX_MS = 2000,
    SHOW_MS = 500,
};

/* ---- the input ---- */

void hw_send_events_free(struct hw_send_events *events)
{
    for (size_t i = 0; i < events->count; i++)
        free(events->events[i].text);
    free(events->events);
    *events = (struct hw_send_events){.count = 0};
}

static void add_wrong(struct hw_send_events *events, const char *words)
{
    if (events->wrong++ == 0)
        (void)snprintf(events->wrong_words, sizeof events->wrong_words, "%s", words);
}

static bool add_event(struct hw_send_events *events, const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

    if (text == NULL)
        return false;
    if (strlen(text) > BATCH_SIZE_MAX) {
        free(text);
        add_wrong(events, "an event of more than 240 KiB is not sent");
        return true;
    }
    if (events->count == events->capacity) {
        size_t capacity = events->capacity > 0 ? 2 * events->capacity : 256;
        struct hw_send_event *more = realloc(events->events, capacity * sizeof *more);

        if (more == NULL) {
            free(text);
            return false;
        }
        events->events = more;
        events->capacity = capacity;
    }
    events->events[events->count++] = (struct hw_send_event){text, strlen(text)};
    return true;
}

static bool add_value(struct hw_send_events *events, const json_t *json)
{
    size_t index;
    json_t *entry;

    if (!json_is_array(json))
        return add_event(events, json);
    json_array_foreach(json, index, entry)
    {
        if (!add_event(events, entry))
            return false;
    }
    return true;
}

bool hw_send_events_add(struct hw_send_events *events, struct hw_slice text)
{
    char words[HW_CE_TEXT_WORDS_SIZE];
    struct hw_slice bytes;
    json_t *json;
    bool good = true;

    while (good) {
        switch (hw_ce_text_next(&text, &json, &bytes, words)) {
        case HW_CE_NEXT_END:
            return true;
        case HW_CE_NEXT_WRONG:
            add_wrong(events, words);
            break;
        case HW_CE_NEXT_VALUE:
            good = add_value(events, json);
            json_decref(json);
            break;
        }
    }
    return false;
}

/* ---- sending ---- */

struct run {
    const struct hw_send_options *options;
    const struct hw_send_events *events;
    struct hw_send_result *result;
    struct hw_ask ask;
    char *question;
    size_t *batch; /* indices of the events in it */
    size_t batch_count;
    uint64_t total; /* to send: what could be read, as often as asked */
    uint64_t started_ns, shown_ns;
};

static const struct hw_send_event *event_at(const struct run *run, uint64_t number)
{
    return &run->events->events[number % run->events->count];
}

/* {"ingest":[...]} of what stands in the batch. */
static size_t compose(struct run *run)
{
    static const char head[] = "{\"ingest\":[";
    size_t used = sizeof head - 1;

    memcpy(run->question, head, used);
    for (size_t i = 0; i < run->batch_count; i++) {
        const struct hw_send_event *event = event_at(run, run->batch[i]);

        if (i > 0)
            run->question[used++] = ',';
        memcpy(run->question + used, event->text, event->size);
        used += event->size;
    }
    memcpy(run->question + used, "]}", 2);
    return used + 2;
}

static void give_up(struct run *run, const char *why)
{
    run->result->gave_up = true;
    (void)snprintf(run->result->why, sizeof run->result->why, "%s", why);
}

static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));

    return text == NULL ? "" : text;
}

/* One event's fate; whether it has one: what had no room has none. */
static bool settle(struct run *run, const json_t *row, uint64_t ns)
{
    struct hw_send_result *result = run->result;
    const char *outcome = text_of(row, "outcome");

    if (strcmp(outcome, "full") == 0)
        return false;
    hw_histogram_add(&result->ack_ns, ns);
    if (strcmp(outcome, "accepted") == 0) {
        result->accepted++;
    } else if (strcmp(outcome, "duplicate") == 0) {
        result->duplicate++;
    } else {
        const char *pointer = text_of(row, "pointer");

        hw_send_count_reason(result, hw_slice_text("rejected"),
            hw_slice_text(*pointer != '\0' ? pointer : text_of(row, "status")),
            hw_slice_text(text_of(row, "error")));
        result->rejected++;
    }
    return true;
}

/* Send the batch; what had no room stays in it.  False: given up. */
static bool exchange(struct run *run)
{
    uint64_t sent_ns = uv_hrtime(), ns;
    json_t *answer = hw_ask_for(&run->ask, run->question, compose(run), run->options->timeout_ms);
    const json_t *rows = json_object_get(answer, "results");
    size_t left = 0;

    ns = uv_hrtime() - sent_ns;
    if (answer == NULL || json_array_size(rows) != run->batch_count) {
        const char *words = text_of(answer, "error");

        give_up(run,
            answer == NULL       ? run->ask.error
                : *words != '\0' ? words
                                 : "the answer is not about what was sent");
        json_decref(answer);
        return false;
    }
    for (size_t i = 0; i < run->batch_count; i++)
        if (!settle(run, json_array_get(rows, i), ns))
            run->batch[left++] = run->batch[i];
    run->batch_count = left;
    json_decref(answer);
    return true;
}

static void show(struct run *run, bool last)
{
    uint64_t now_ns = uv_hrtime();

    if (!run->options->progress || (!last && now_ns - run->shown_ns < SHOW_MS * 1000000ull))
        return;
    run->shown_ns = now_ns;
    fprintf(stderr, "\rsent %llu of %llu, accepted %llu, duplicate %llu, rejected %llu\x1b[K%s",
        (unsigned long long)run->result->sent, (unsigned long long)run->result->messages,
        (unsigned long long)run->result->accepted, (unsigned long long)run->result->duplicate,
        (unsigned long long)run->result->rejected, last ? "\n" : "");
}

static void sleep_ms(uint64_t ms)
{
    if (ms > 0)
        (void)usleep((useconds_t)(ms * 1000));
}

/* No sooner than the rate allows. */
static void pace(const struct run *run)
{
    uint64_t due_ms, now_ms = (uv_hrtime() - run->started_ns) / 1000000;

    if (run->options->rate == 0)
        return;
    due_ms = run->result->sent * 1000 / run->options->rate;
    if (due_ms > now_ms)
        sleep_ms(due_ms - now_ms);
}

/* Until all of the batch have their fate.  False: given up. */
static bool settle_batch(struct run *run)
{
    uint64_t pause_ms = PAUSE_FIRST_MS, began_ns = uv_hrtime();

    for (;;) {
        size_t before = run->batch_count;

        if (!exchange(run))
            return false;
        show(run, false);
        if (run->batch_count == 0)
            return true;
        if (run->batch_count < before) {
            pause_ms = PAUSE_FIRST_MS;
            began_ns = uv_hrtime();
        }
        if ((uv_hrtime() - began_ns) / 1000000 > (uint64_t)run->options->timeout_ms) {
            give_up(run, "the engine has no room: it says why in its log");
            return false;
        }
        run->result->resent += run->batch_count;
        sleep_ms(pause_ms);
        pause_ms = pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : pause_ms * 2;
    }
}

static void send_all(struct run *run)
{
    uint64_t next = 0;

    while (next < run->total) {
        size_t size = 16; /* of what stands around the events */

        run->batch_count = 0;
        pace(run);
        while (next < run->total && run->batch_count < run->options->window &&
            size + event_at(run, next)->size + 1 <= BATCH_SIZE_MAX + 16) {
            size += event_at(run, next)->size + 1;
            run->batch[run->batch_count++] = next++;
        }
        HW_ASSERT(run->batch_count > 0);
        run->result->sent += run->batch_count;
        if (!settle_batch(run))
            return;
    }
}

void hw_send_events_run(const struct hw_send_options *options, const struct hw_send_events *events,
    struct hw_send_result *ret_result)
{
    struct run run = {.options = options,
        .events = events,
        .result = ret_result,
        .question = malloc(BATCH_SIZE_MAX + 32),
        .batch = malloc(options->window * sizeof *run.batch),
        .started_ns = uv_hrtime()};

    memset(ret_result, 0, sizeof *ret_result);
    hw_histogram_init(&ret_result->ack_ns);
    run.total = (uint64_t)events->count * options->repeat;
    ret_result->messages = run.total + events->wrong;
    ret_result->rejected = events->wrong;
    for (uint64_t i = 0; i < events->wrong; i++)
        hw_send_count_reason(ret_result, hw_slice_text("unread"), hw_slice_text(""),
            hw_slice_text(events->wrong_words));
    if (run.question == NULL || run.batch == NULL)
        give_up(&run, "out of memory");
    else if (hw_ask_open(&run.ask, options->target) != HW_OK)
        give_up(&run, run.ask.error);
    else {
        send_all(&run);
        hw_ask_close(&run.ask);
        show(&run, true);
    }
    ret_result->elapsed_ns = (int64_t)(uv_hrtime() - run.started_ns);
    free(run.question);
    free(run.batch);
}
