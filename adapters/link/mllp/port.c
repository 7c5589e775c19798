#include "link/mllp/port.h"

static struct hw_submitted runtime_submit(
    void *context, struct hw_event *events, uint32_t events_count)
{
    return hw_runtime_submit(context, events, events_count);
}

static enum hw_status runtime_quarantine(
    void *context, const struct hw_refused *refused, uint64_t *ret_id)
{
    return hw_runtime_quarantine(context, refused, ret_id);
}

static uint64_t runtime_durable(void *context)
{
    return hw_runtime_durable(context);
}

static uint64_t runtime_quarantine_durable(void *context)
{
    return hw_runtime_quarantine_durable(context);
}

static int64_t runtime_now_ms(void *context)
{
    return hw_runtime_now_ms(context);
}

struct hw_mllp_port hw_mllp_port_of(struct hw_runtime *runtime)
{
    return (struct hw_mllp_port){
        .context = runtime,
        .submit = runtime_submit,
        .quarantine = runtime_quarantine,
        .durable = runtime_durable,
        .quarantine_durable = runtime_quarantine_durable,
        .now_ms = runtime_now_ms,
    };
}
