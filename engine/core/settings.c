#include "core/settings.h"

#include "core/figures/rows.h"
#include "core/stays/stay.h"

static struct hw_setting_record *setting_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, settings, hw_setting_record, handle);
}

static uint32_t find_setting(const struct hw_engine *engine, uint32_t key)
{
    for (uint32_t handle = 1; handle < engine->settings.count; handle++)
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

static void take_effect(struct hw_engine *engine, struct hw_slice key, struct hw_slice value)
{
    struct hw_slice what = part(&key);
    struct hw_slice code = part(&key);
    struct hw_slice next = part(&key);
    uint32_t text = hw_text_intern(engine, code);

    if (text == 0 || next.size == 0)
        return;
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
    }
    setting_at(engine, handle)->value = hw_text_intern(engine, value);
    take_effect(engine, hw_engine_text(engine, text), value);
}
