#include "resource/effect.h"

#include "resource/json.h"
#include "resource/names.h"

static void set_text(
    json_t *message, const char *name, const struct hw_engine *engine, uint32_t text)
{
    json_object_set_new(message, name, hw_json_text(hw_engine_text(engine, text)));
}

static void add_delay(
    const struct hw_engine *engine, const struct hw_effect *effect, json_t *message)
{
    json_object_set_new(message, "reference", hw_json_reference('S', effect->reference));
    set_text(message, "site", engine, effect->site);
    set_text(message, "reason", engine, effect->reason);
    set_text(message, "responsible", engine, effect->responsible);
    json_object_set_new(message, "inferred", json_boolean(effect->inferred));
    json_object_set_new(message, "since", hw_json_moment(effect->since_ms));
    hw_json_set_duration(message, NULL, effect->ms);
    json_object_set_new(message, "annulled", json_boolean(effect->annulled));
}

/* What is said of the referral wherever one is concerned. */
static void add_referral(const struct hw_effect *effect, json_t *message)
{
    json_object_set_new(message, "referral", hw_json_reference('R', effect->referral));
    json_object_set_new(message, "spell", hw_json_reference('S', effect->stay));
    json_object_set_new(
        message, "direction", hw_json_name(hw_name_of_direction(effect->direction)));
    json_object_set_new(message, "pathway", hw_json_name(hw_name_of_pathway(effect->pathway)));
    json_object_set_new(message, "waited_minutes", json_integer(effect->ms / HW_MINUTE_MS));
}

static void add_route(
    const struct hw_engine *engine, const struct hw_effect *effect, json_t *message)
{
    json_object_set_new(message, "reference", hw_json_reference('O', effect->reference));
    json_object_set_new(message, "version", json_integer(effect->version));
    json_object_set_new(message, "state", hw_json_name(effect->word));
    set_text(message, "service", engine, effect->service);
    add_referral(effect, message);
    json_object_set_new(message, "units", json_integer(effect->units));
    json_object_set_new(message, "automatic", json_boolean(effect->automatic));
    json_object_set_new(message, "starts_at", hw_json_moment(effect->starts_ms));
    json_object_set_new(message, effect->kind == HW_EFFECT_ROUTE_SUSPENDED ? "until" : "expires_at",
        hw_json_moment(effect->since_ms));
    set_text(message, "reason", engine, effect->reason);
}

static void add_held(const struct hw_effect *effect, json_t *message)
{
    json_object_set_new(message, "reference", hw_json_reference('R', effect->reference));
    json_object_set_new(message, "service", json_null());
    add_referral(effect, message);
    json_object_set_new(message, "held", hw_json_held(effect->held));
    json_object_set_new(message, "until", hw_json_moment(effect->since_ms));
}

static void add_capacity(
    const struct hw_engine *engine, const struct hw_effect *effect, json_t *message)
{
    set_text(message, "service", engine, effect->service);
    json_object_set_new(message, "capacity", json_integer(effect->capacity));
    json_object_set_new(message, "held", json_integer(effect->units));
    json_object_set_new(message, "free", json_integer(effect->available));
    json_object_set_new(message, "suspended", json_boolean(effect->suspended));
    json_object_set_new(message, "declared_at", hw_json_moment(effect->since_ms));
}

static void add_alert(
    const struct hw_engine *engine, const struct hw_effect *effect, json_t *message)
{
    json_object_set_new(message, "reference", hw_json_reference('A', effect->reference));
    json_object_set_new(message, "alert", hw_json_name(effect->word));
    add_referral(effect, message);
    set_text(message, "service", engine, effect->service);
    json_object_set_new(message, "at", hw_json_moment(effect->since_ms));
}

static void add_automation(
    const struct hw_engine *engine, const struct hw_effect *effect, json_t *message)
{
    json_object_set_new(message, "scope", hw_json_name(effect->scope));
    set_text(message, "code", engine, effect->service);
    json_object_set_new(message, "mode", hw_json_name(effect->word));
    json_object_set_new(message, "until", hw_json_moment(effect->since_ms));
}

void hw_effect_add_json(
    const struct hw_engine *engine, const struct hw_effect *effect, json_t *message)
{
    switch ((enum hw_effect_kind)effect->kind) {
    case HW_EFFECT_DELAY_STARTED:
    case HW_EFFECT_DELAY_CHANGED:
    case HW_EFFECT_DELAY_ENDED:
        add_delay(engine, effect, message);
        break;
    case HW_EFFECT_ROUTE_PROPOSED:
    case HW_EFFECT_ROUTE_OFFERED:
    case HW_EFFECT_ROUTE_ANSWERED:
    case HW_EFFECT_ROUTE_EXPIRED:
    case HW_EFFECT_ROUTE_SUSPENDED:
    case HW_EFFECT_ROUTE_STARTED:
    case HW_EFFECT_ROUTE_ENDED:
        add_route(engine, effect, message);
        break;
    case HW_EFFECT_ROUTE_HELD:
        add_held(effect, message);
        break;
    case HW_EFFECT_CAPACITY:
        add_capacity(engine, effect, message);
        break;
    case HW_EFFECT_ALERT_RAISED:
    case HW_EFFECT_ALERT_CLEARED:
        add_alert(engine, effect, message);
        break;
    case HW_EFFECT_AUTOMATION:
        add_automation(engine, effect, message);
        break;
    }
}
