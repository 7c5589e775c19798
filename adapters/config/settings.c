#include "config/settings.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

/* Settings on their way into a list that grows. */
struct collecting {
    struct hw_tree *tree;
    struct hw_setting *list;
    uint32_t count, room;
};

/* Add one, unless it says nothing. */
__attribute__((format(printf, 3, 4))) static void collect(
    struct collecting *collecting, const char *value, const char *format, ...)
{
    char key[HW_TEXT_SIZE_MAX];
    va_list list;

    if (*value == '\0')
        return;
    va_start(list, format);
    vsnprintf(key, sizeof key, format, list);
    va_end(list);
    if (collecting->count == collecting->room) {
        collecting->room = collecting->room * 2 + 64;
        collecting->list = realloc(collecting->list, collecting->room * sizeof *collecting->list);
        if (collecting->list == NULL)
            hw_no_memory();
    }
    collecting->list[collecting->count++] = (struct hw_setting){
        hw_tree_text(collecting->tree, hw_slice_text(key)),
        hw_tree_text(collecting->tree, hw_slice_text(value)),
    };
}

/* A count as text; 0 stands for not known. */
static const char *count_text(int64_t count, char text[24])
{
    snprintf(text, 24, "%" PRId64, count);
    return count == 0 ? "" : text;
}

static void collect_site(struct collecting *into, const struct hw_config_site *site)
{
    char beds[24];

    collect(into, site->name, "sites/%s/name", site->code);
    collect(into, site->organisation, "sites/%s/organisation", site->code);
    collect(into, count_text(site->beds, beds), "sites/%s/beds", site->code);
    for (uint32_t i = 0; i < site->wards_count; i++) {
        const struct hw_config_ward *ward = &site->wards[i];

        collect(into, ward->name, "sites/%s/wards/%s/name", site->code, ward->code);
        collect(into, ward->kind, "sites/%s/wards/%s/kind", site->code, ward->code);
        collect(into, strcmp(ward->sex, "any") == 0 ? "" : ward->sex, "sites/%s/wards/%s/sex",
            site->code, ward->code);
        collect(
            into, count_text(ward->beds, beds), "sites/%s/wards/%s/beds", site->code, ward->code);
    }
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct hw_setting *)a)->key, ((const struct hw_setting *)b)->key);
}

const struct hw_setting *hw_settings_of(struct hw_config *config, uint32_t *ret_count)
{
    const struct hw_config_top *keys = config->keys;
    struct collecting into = {.tree = &config->tree};

    for (uint32_t i = 0; i < keys->sites_count; i++)
        collect_site(&into, &keys->sites[i]);
    for (uint32_t i = 0; i < keys->zones_count; i++) {
        collect(&into, keys->zones[i].name, "zones/%s/name", keys->zones[i].code);
        collect(&into, keys->zones[i].council, "zones/%s/council", keys->zones[i].code);
        collect(&into, keys->zones[i].area, "zones/%s/area", keys->zones[i].code);
    }
    for (uint32_t i = 0; i < keys->councils_count; i++)
        collect(&into, keys->councils[i].name, "councils/%s/name", keys->councils[i].code);

    size_t size = into.count * sizeof *into.list;
    struct hw_setting *settings = hw_tree_take(&config->tree, size + 1);
    if (into.count > 0) {
        qsort(into.list, into.count, sizeof *into.list, by_key);
        memcpy(settings, into.list, size);
    }
    free(into.list);
    *ret_count = into.count;
    return settings;
}

static bool is_wanted(
    const struct hw_setting *settings, uint32_t settings_count, struct hw_slice key)
{
    uint32_t low = 0, high = settings_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = hw_slice_compare(hw_slice_text(settings[middle].key), key);

        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static void change(struct hw_event *event, struct hw_slice key, struct hw_slice value)
{
    hw_event_init(event, HW_KIND_CONFIGURATION);
    event->message_sequence = -1;
    event->source = hw_slice_text("homeward/configuration");
    hw_event_set_text(event, HW_FIELD_CONFIGURATION_KEY, key);
    if (value.size > 0)
        hw_event_set_text(event, HW_FIELD_CONFIGURATION_VALUE, value);
    else
        hw_event_clear(event, HW_FIELD_CONFIGURATION_VALUE);
    hw_event_finish(event);
}

uint32_t hw_settings_changes(struct hw_config *config, const struct hw_setting *settings,
    uint32_t settings_count, const struct hw_engine *engine, struct hw_event **ret_events)
{
    uint32_t held = hw_engine_settings(engine), count = 0;
    struct hw_event *events =
        hw_tree_take(&config->tree, ((size_t)held + settings_count + 1) * sizeof *events);
    struct hw_slice key, value;

    for (uint32_t i = 0; i < settings_count; i++) {
        key = hw_slice_text(settings[i].key);
        value = hw_slice_text(settings[i].value);
        if (!hw_slice_equal(hw_engine_setting(engine, key), value))
            change(&events[count++], key, value);
    }
    for (uint32_t i = 0; i < held; i++) {
        hw_engine_setting_at(engine, i, &key, &value);
        if (value.size == 0 || is_wanted(settings, settings_count, key))
            continue;
        /* The engine's own text goes with the next apply. */
        change(&events[count++], hw_slice_text(hw_tree_text(&config->tree, key)),
            (struct hw_slice){0});
    }
    *ret_events = events;
    return count;
}
