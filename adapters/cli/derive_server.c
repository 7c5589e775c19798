#include "cli/derive.h"
#include "config/value.h"

static enum hw_hl7_ack_mode ack_mode(const char *mode)
{
    return (enum hw_hl7_ack_mode)hw_value_choice(mode, "auto|original|enhanced|none");
}

void hw_derive_mllp(struct hw_config *config, struct hw_mllp_options *ret_options)
{
    const struct hw_config_mllp *keys = &config->keys->mllp;
    struct hw_mllp_sender *senders =
        hw_tree_take(&config->tree, keys->ack_mode_count * sizeof *senders + 1);
    struct hw_mllp_options options;

    _Static_assert(HW_ACK_ENHANCED_COMMIT == 2 && HW_ACK_NONE == 3, "the order of the choices");
    hw_mllp_options_init(&options);
    options.listen = keys->listen;
    options.frame_size_max = (size_t)keys->max_frame;
    options.connections_max = (uint32_t)keys->connections_max;
    options.buffers_size_max = (size_t)keys->buffers;
    options.half_frame_ms = keys->half_frame_seconds * HW_SECOND_MS;
    options.stalled_ms = keys->stalled_seconds * HW_SECOND_MS;
    options.idle_ms = keys->idle_seconds * HW_SECOND_MS;
    options.ack_mode = HW_ACK_AUTO;
    options.senders = senders;
    for (uint32_t i = 0; i < keys->ack_mode_count; i++) {
        const struct hw_config_mode *key = &keys->ack_mode[i];

        if (strcmp(key->sender, "*") == 0)
            options.ack_mode = ack_mode(key->mode);
        else
            senders[options.senders_count++] =
                (struct hw_mllp_sender){hw_slice_text(key->sender), ack_mode(key->mode)};
    }
    *ret_options = options;
}

void hw_derive_feeds(const struct hw_config_top *keys, struct hw_feeds *feeds)
{
    hw_feeds_expect_none(feeds);
    for (uint32_t i = 0; i < keys->sources_count; i++)
        hw_feeds_expect(feeds, hw_slice_text(keys->sources[i].source),
            keys->sources[i].expected_silence_minutes * HW_MINUTE_MS);
}

static struct hw_limits limits_of(const struct hw_config_limits *keys)
{
    struct hw_limits limits = hw_limits_default();

#define TAKE_LIMIT(name)                                                                           \
    if (keys->name != 0)                                                                           \
        limits.name = (uint32_t)keys->name;
    TAKE_LIMIT(identifiers)
    TAKE_LIMIT(stays)
    TAKE_LIMIT(facts)
    TAKE_LIMIT(charges)
    TAKE_LIMIT(texts)
    TAKE_LIMIT(text_bytes)
    TAKE_LIMIT(message_ids)
#undef TAKE_LIMIT
    return limits;
}

void hw_derive_runtime(const struct hw_config_top *keys, struct hw_runtime_options *ret_options)
{
    int policy;
    int64_t interval_ms;

    HW_ASSERT(hw_value_sync(keys->journal.sync, &policy, &interval_ms));
    *ret_options = (struct hw_runtime_options){
        .data_dir = keys->data_dir,
        .county = keys->county,
        .limits = limits_of(&keys->limits),
        .dedupe_ms = keys->dedupe.days * HW_DAY_MS,
        .history_open_ms = keys->history.open_days * HW_DAY_MS,
        .sync = (enum hw_sync_policy)policy,
        .sync_interval_ms = interval_ms,
        .quarantine_quota = (uint64_t)keys->quarantine.quota,
        .event_clock = strcmp(keys->clock, "events") == 0,
    };
}
