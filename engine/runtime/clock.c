#include "runtime/clock.h"

void hw_clock_init(struct hw_clock *clock, bool events)
{
    *clock = (struct hw_clock){
        .events = events,
        .now_ms = events ? HW_CLOCK_START : HW_TIME_NONE,
        .pending_ms = HW_TIME_NONE,
    };
}

static bool tells_time(const struct hw_event *event)
{
    return event->kind >= HW_KIND_SPELL_ADMITTED && hw_time_is(event->happened);
}

/* One event time on the event clock. */
static void hear(struct hw_clock *clock, int64_t event_ms)
{
    int64_t pending = clock->pending_ms;

    if (event_ms <= clock->now_ms)
        return;
    if (pending != HW_TIME_NONE && event_ms >= pending - HW_CLOCK_AHEAD_MS &&
        event_ms <= pending + HW_CLOCK_AHEAD_MS) {
        clock->now_ms = event_ms > pending ? event_ms : pending;
        clock->pending_ms = HW_TIME_NONE;
    } else if (clock->now_ms == HW_CLOCK_START || event_ms - clock->now_ms <= HW_CLOCK_AHEAD_MS) {
        clock->now_ms = event_ms;
    } else {
        clock->pending_ms = event_ms;
    }
}

struct hw_clock hw_clock_after(const struct hw_clock *clock, int64_t wall_ms,
    const struct hw_event *events, uint32_t events_count)
{
    struct hw_clock after = *clock;
    int64_t latest = HW_TIME_NONE;

    if (!clock->events) {
        after.now_ms = wall_ms > clock->now_ms ? wall_ms : clock->now_ms;
        return after;
    }
    /* One message speaks once: its own events do not vouch for one another. */
    for (uint32_t i = 0; i < events_count; i++)
        if (tells_time(&events[i]) && events[i].happened.start_ms > latest)
            latest = events[i].happened.start_ms;
    if (latest != HW_TIME_NONE)
        hear(&after, latest);
    return after;
}

void hw_clock_replay(struct hw_clock *clock, int64_t accepted_ms, const struct hw_event *event)
{
    if (clock->events && tells_time(event) && event->happened.start_ms > accepted_ms)
        clock->pending_ms = event->happened.start_ms;
    else if (clock->pending_ms != HW_TIME_NONE && clock->pending_ms <= accepted_ms)
        clock->pending_ms = HW_TIME_NONE;
    clock->now_ms = accepted_ms;
}
