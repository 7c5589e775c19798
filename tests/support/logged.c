#include "support/logged.h"

#include <stdio.h>

static void durable(void *context, uint64_t sequence)
{
    ((struct logged *)context)->durable = sequence;
}

static void failed(void *context, const char *what)
{
    struct logged *logged = context;

    logged->failed++;
    snprintf(logged->failure, sizeof logged->failure, "%s", what);
}

static void warned(void *context, const char *text)
{
    struct logged *logged = context;

    logged->warned++;
    snprintf(logged->warning, sizeof logged->warning, "%s", text);
}

static void applied(void *context, const struct hw_engine *engine)
{
    (void)engine;
    ((struct logged *)context)->applied++;
}

struct hw_runtime_options logged_options(
    struct hw_env *env, const char *data_dir, struct logged *logged)
{
    return (struct hw_runtime_options){
        .env = env,
        .data_dir = data_dir,
        .county = "Leicestershire",
        .dedupe_ms = 35 * HW_DAY_MS,
        .history_open_ms = 90 * HW_DAY_MS,
        .on_durable = durable,
        .on_failed = failed,
        .on_warning = warned,
        .on_applied = applied,
        .context = logged,
        .batch_size = 1024 * 1024,
        .segment_size = 32 * 1024,
        .prepare_size = 16 * 1024,
        .threadless = true,
    };
}

void logged_event(struct hw_event *event, uint64_t number, int64_t happened_ms)
{
    static char texts[8][32]; /* Borrowed by the event; submit encodes it at once. */
    char *text = texts[number % 8];

    snprintf(text, sizeof texts[0], "%llu", (unsigned long long)number);
    hw_event_init(event, HW_KIND_SPELL_ADMITTED);
    event->happened = event->recorded = event->sent = hw_time_at(happened_ms);
    event->control_id = hw_slice_text(text);
    event->source = hw_slice_text("RWE/PAS");
    event->organisation = hw_slice_text("RWE");
    event->visit.authority = hw_slice_text("RWE");
    event->visit.number = hw_slice_text(text);
    event->message_id_hash = hw_hash_bytes(hw_slice_text(text));
    event->message_hash = hw_hash_bytes(hw_slice_text(text));
    hw_event_set_text(event, HW_FIELD_SITE, hw_slice_text("RWEAA"));
    hw_event_set_text(event, HW_FIELD_WARD, hw_slice_text("W1"));
    hw_event_set_text(event, HW_FIELD_CLASS, hw_slice_text("I"));
    hw_event_add_identifier(event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(text));
    hw_event_finish(event);
}

struct hw_submitted logged_submit(struct hw_runtime *runtime, uint64_t number, int64_t happened_ms)
{
    struct hw_event event;

    logged_event(&event, number, happened_ms);
    return hw_runtime_submit(runtime, &event, 1);
}

struct hw_snapshot logged_closed(struct fault_env *fault, struct hw_env *env, const char *data_dir)
{
    struct logged logged = {0};
    struct hw_runtime_options options = logged_options(env, data_dir, &logged);
    struct hw_runtime *runtime = NULL;
    struct hw_snapshot about;
    char error[HW_ERROR_TEXT_SIZE];

    fault_set_clock(fault, LOGGED_START_MS, 0);
    HW_ASSERT(hw_runtime_open(&options, &runtime, error) == HW_OK);
    for (uint64_t number = 1; number <= 20; number++)
        logged_submit(runtime, number, LOGGED_START_MS);
    hw_runtime_turn(runtime);
    about = (struct hw_snapshot){
        .sequence = hw_engine_sequence(hw_runtime_engine(runtime)),
        .digest = hw_engine_state_digest(hw_runtime_engine(runtime)),
        .dedupe_ms = options.dedupe_ms,
        .history_open_ms = options.history_open_ms,
    };
    hw_runtime_close(runtime, false);
    return about;
}
