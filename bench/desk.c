#include "desk.h"

#include <stdio.h>
#include <stdlib.h>

static void stop(const char *what, const char *words)
{
    fprintf(stderr, "bench: %s: %s\n", what, words);
    exit(1);
}

void bench_desk_open(struct bench_desk *desk, uint32_t people, int64_t now_ms)
{
    memset(desk, 0, sizeof *desk);
    desk->now_ms = now_ms;
    bench_feed_open(&desk->feed, people, HW_DAY_MS, 90 * HW_DAY_MS);
}

void bench_desk_close(struct bench_desk *desk)
{
    bench_feed_close(&desk->feed);
}

struct hw_event bench_desk_said(const struct bench_desk *desk, enum hw_kind kind)
{
    struct hw_event event;

    hw_event_init(&event, kind);
    event.happened = event.recorded = event.sent = hw_time_at(desk->now_ms);
    event.organisation = hw_slice_text("RWE");
    event.source = hw_slice_text("RWE/HUB");
    return event;
}

static void apply(struct bench_desk *desk, const struct hw_event *event)
{
    static uint8_t record[HW_RECORD_SIZE_MAX];
    uint64_t sequence = ++desk->feed.sequence;
    size_t size = hw_record_encode(event, sequence, desk->now_ms, record, sizeof record);
    uint64_t start = bench_cpu_ns();
    enum hw_status status = hw_engine_apply(desk->feed.engine, hw_slice_of(record, size));

    desk->apply_ns += bench_cpu_ns() - start;
    if (status != HW_OK)
        stop("a record was not applied", hw_status_text(status));
}

static void decide(struct bench_desk *desk)
{
    const struct hw_event *decided;

    while ((decided = hw_engine_decided(desk->feed.engine)) != NULL) {
        struct hw_event copy = *decided;

        apply(desk, &copy);
        desk->decisions++;
        if (desk->decided != NULL)
            desk->decided(desk->context, &copy, desk->feed.sequence);
    }
}

void bench_desk_submit(struct bench_desk *desk, struct hw_event *event)
{
    struct hw_command_result result;

    hw_event_finish(event);
    apply(desk, event);
    result = hw_engine_command_result(desk->feed.engine);
    if (result.status != HW_OK)
        stop("a command was refused", result.words == NULL ? "" : result.words);
    decide(desk);
}

void bench_desk_set(struct bench_desk *desk, const char *path, const char *value)
{
    struct hw_event event = bench_desk_said(desk, HW_KIND_CONFIGURATION);

    hw_event_set_text(&event, HW_FIELD_CONFIGURATION_KEY, hw_slice_text(path));
    hw_event_set_text(&event, HW_FIELD_CONFIGURATION_VALUE, hw_slice_text(value));
    bench_desk_submit(desk, &event);
}

void bench_desk_service(struct bench_desk *desk, const char *code, const char *const *pairs)
{
    bench_desk_set(desk, "silence/*", "44640"); /* Nothing is told but what is measured (R16). */
    for (; *pairs != NULL; pairs += 2) {
        char path[128];

        snprintf(path, sizeof path, "services/%s/%s", code, pairs[0]);
        bench_desk_set(desk, path, pairs[1]);
    }
}

bool bench_desk_wait(struct bench_desk *desk, int64_t until_ms)
{
    int64_t due = hw_engine_due_ms(desk->feed.engine);
    struct hw_event tick;

    if (desk->feed.sequence == 0 || due > until_ms) {
        desk->now_ms = until_ms > desk->now_ms ? until_ms : desk->now_ms;
        return false;
    }
    hw_event_init(&tick, HW_KIND_CLOCK_TICK);
    desk->now_ms = due > desk->now_ms ? due : desk->now_ms;
    apply(desk, &tick);
    decide(desk);
    return true;
}
