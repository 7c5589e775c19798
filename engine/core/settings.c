#include "core/settings.h"

#include "core/figures/rows.h"
#include "core/routing/mode.h"
#include "core/routing/unsure.h"
#include "core/routing/referral.h"
#include "core/routing/tell.h"
#include "core/services/service.h"
#include "core/stays/stay.h"

static struct hw_setting_record *setting_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, settings, hw_setting_record, handle);
}

static uint64_t key_hash(const struct hw_engine *engine, uint32_t key)
{
    return hw_hash_keyed(engine->options.hash_key, hw_slice_of(&key, sizeof key));
}

uint64_t hw_setting_hash(const void *owner, uint32_t handle)
{
    return key_hash(owner, setting_at(owner, handle)->key);
}

static uint32_t find_setting(const struct hw_engine *engine, uint32_t key)
{
    uint64_t hash = key_hash(engine, key);
    uint32_t position = 0, handle;

    while ((handle = hw_table_next(&engine->setting_table, hash, &position)) != 0)
        if (setting_at(engine, handle)->key == key)
            return handle;
    return 0;
}

struct hw_slice hw_engine_setting(const struct hw_engine *engine, struct hw_slice key)
{
    uint32_t text = hw_text_find(engine, key);
    uint32_t handle = text == 0 ? 0 : find_setting(engine, text);

    return handle == 0 ? (struct hw_slice){0}
                       : hw_engine_text(engine, setting_at(engine, handle)->value);
}

uint32_t hw_engine_settings(const struct hw_engine *engine)
{
    return engine->settings.count - 1;
}

void hw_engine_setting_at(const struct hw_engine *engine, uint32_t index, struct hw_slice *ret_key,
    struct hw_slice *ret_value)
{
    const struct hw_setting_record *setting = setting_at(engine, index + 1);

    *ret_key = hw_engine_text(engine, setting->key);
    *ret_value = hw_engine_text(engine, setting->value);
}

/* The next part of a key, up to the slash. */
static struct hw_slice part(struct hw_slice *key)
{
    const uint8_t *slash = key->size == 0 ? NULL : memchr(key->data, '/', key->size);
    struct hw_slice first = {key->data, slash == NULL ? key->size : (size_t)(slash - key->data)};

    *key =
        slash == NULL ? (struct hw_slice){0} : hw_slice_of(slash + 1, key->size - first.size - 1);
    return first;
}

static int64_t number(struct hw_slice text)
{
    int64_t value = 0;

    if (text.size == 0 || text.size > 9)
        return -1;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return -1;
        value = value * 10 + (text.data[i] - '0');
    }
    return value;
}

/* A ward's kind decides whether its stays are counted: all are looked at again. */
static void refresh_all(struct hw_engine *engine)
{
    for (uint32_t stay = 1; stay < engine->stays.count; stay++)
        if (hw_stay_at(engine, stay)->leader == stay)
            hw_stay_refresh(engine, stay);
}

static void set_row(
    struct hw_engine *engine, uint32_t handle, struct hw_slice what, struct hw_slice value)
{
    struct hw_row_record *row = hw_row_at(engine, handle);

    row->configured = 1;
    row->version++;
    if (hw_slice_is(what, "name"))
        row->name = hw_text_intern(engine, value);
    else if (hw_slice_is(what, "beds"))
        row->beds = number(value);
    else if (hw_slice_is(what, "kind")) {
        row->kind = hw_text_intern(engine, value);
        refresh_all(engine);
    }
}

/* What holds where nobody has said otherwise. */
static void set_mode(struct hw_engine *engine, uint8_t mode)
{
    if (engine->root.routing.mode != mode)
        hw_tell_mode(engine, "all", 0, hw_mode_name(mode), HW_TIME_OPEN);
    engine->root.routing.mode = mode;
}

/* What is configured holds for those who wait already: their due times, and what may be done. */
static void follow_all(struct hw_engine *engine)
{
    for (uint32_t i = 1; i < engine->referrals.count; i++)
        if (hw_referral_at(engine, i)->state != HW_REFERRAL_ENDED)
            hw_referral_follow(engine, i);
}

/* An empty value: no longer configured, so as it is without. */
static void set_routing(struct hw_engine *engine, struct hw_slice what, struct hw_slice value)
{
    struct hw_routing_settings *routing = &engine->root.routing;
    const struct hw_routing_settings usual = hw_routing_usual(), before = *routing;
    int64_t minutes = number(value);

    if (hw_slice_is(what, "mode"))
        set_mode(engine, hw_mode_number(value) != 0 ? (uint8_t)hw_mode_number(value) : usual.mode);
    else if (hw_slice_is(what, "routine_target_minutes"))
        routing->routine_target_ms = minutes > 0 ? minutes * HW_MINUTE_MS : usual.routine_target_ms;
    else if (hw_slice_is(what, "start_grace_minutes"))
        routing->start_grace_ms = minutes >= 0 ? minutes * HW_MINUTE_MS : usual.start_grace_ms;
    else if (hw_slice_is(what, "use_cost"))
        routing->use_cost = hw_slice_is(value, "true");
    else if (hw_slice_is(what, "automation"))
        routing->automation = hw_mode_kinds(value);
    if (memcmp(&before, routing, sizeof before) != 0)
        follow_all(engine);
}

static void take_effect(struct hw_engine *engine, struct hw_slice key, struct hw_slice value)
{
    struct hw_slice whole = key, what = part(&key);
    struct hw_slice code = part(&key);
    struct hw_slice next = part(&key);
    uint32_t text = hw_text_intern(engine, code);

    if (hw_slice_is(what, "silence")) /* A source has slashes of its own. */
        hw_unsure_expect(engine, hw_slice_of(whole.data + 8, whole.size > 8 ? whole.size - 8 : 0),
            number(value));
    if (hw_slice_is(what, "routing"))
        set_routing(engine, code, value);
    if (text == 0 || next.size == 0)
        return;
    if (hw_slice_is(what, "services"))
        (void)hw_service_set(engine, hw_service_take(engine, text), next, value);
    if (hw_slice_is(what, "sites") && hw_slice_is(next, "wards")) {
        uint32_t ward = hw_text_intern(engine, part(&key));

        if (ward != 0)
            set_row(engine, hw_row_take(engine, HW_BY_WARD, text, ward), part(&key), value);
    } else if (hw_slice_is(what, "sites")) {
        set_row(engine, hw_row_take(engine, HW_BY_SITE, 0, text), next, value);
    } else if (hw_slice_is(what, "zones")) {
        set_row(engine, hw_row_take(engine, HW_BY_ZONE, 0, text), next, value);
    } else if (hw_slice_is(what, "councils")) {
        set_row(engine, hw_row_take(engine, HW_BY_COUNCIL, 0, text), next, value);
    }
}

void hw_setting_apply(struct hw_engine *engine, const struct hw_event *event)
{
    struct hw_slice key = hw_event_text(event, HW_FIELD_CONFIGURATION_KEY);
    struct hw_slice value = hw_event_text(event, HW_FIELD_CONFIGURATION_VALUE);
    uint32_t text = hw_text_intern(engine, key);
    uint32_t handle = text == 0 ? 0 : find_setting(engine, text);

    if (text == 0)
        return;
    if (handle == 0) {
        handle = hw_arena_take(&engine->settings);
        setting_at(engine, handle)->key = text;
        hw_table_put(&engine->setting_table, key_hash(engine, text), handle);
    }
    setting_at(engine, handle)->value = hw_text_intern(engine, value);
    take_effect(engine, hw_engine_text(engine, text), value);
}
