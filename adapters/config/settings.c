#include "config/settings.h"
#include "config/value.h"

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

/* Entries of a list as one text, separated by ;. */
static const char *joined(const struct collecting *into, char *const *list, uint32_t count)
{
    char text[HW_TEXT_SIZE_MAX + 1];
    size_t size = 0;

    text[0] = '\0';
    for (uint32_t i = 0; i < count && size < sizeof text - 1; i++)
        size +=
            (size_t)snprintf(text + size, sizeof text - size, "%s%s", i > 0 ? ";" : "", list[i]);
    return hw_tree_text(into->tree, hw_slice_text(text));
}

/* Defaults of keys.h and of the engine. */
enum { ROUTINE_TARGET_MINUTES = 72 * 60, START_GRACE_MINUTES = 2 * 60, SILENCE_MINUTES = 60 };

static void collect_number(
    struct collecting *into, int64_t number, const char *service, const char *key)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, number);
    collect(into, text, "services/%s/%s", service, key);
}

/* Keys and values as the engine reads them (core/services/service.h). */
static void collect_service(struct collecting *into, const struct hw_config_service *service)
{
    const char *code = service->code;
    unsigned from, to;

#define SAY(key) collect(into, service->key, "services/%s/" #key, code)
#define SAY_LIST(key)                                                                              \
    collect(into, joined(into, service->key, service->key##_count), "services/%s/" #key, code)
    SAY(name);
    SAY(provider);
    SAY(commissioner);
    SAY(kind);
    SAY_LIST(directions);
    SAY_LIST(councils);
    SAY_LIST(zones);
    SAY(unit);
    SAY(basis);
    SAY_LIST(capabilities);
    SAY_LIST(pathways);
    SAY_LIST(funding);
    SAY(answer_hours);
    SAY(hours);
    SAY(sex);
#undef SAY_LIST
#undef SAY
    collect_number(into, service->capacity, code, "capacity");
    collect_number(into, service->capacity_ttl, code, "capacity_ttl_minutes");
    collect_number(into, service->starts_per_day, code, "starts_per_day");
    collect_number(into, service->max_stay, code, "max_stay_minutes");
    collect_number(into, service->proposal_ttl, code, "proposal_ttl_minutes");
    collect_number(into, service->offer_ttl, code, "offer_ttl_minutes");
    collect_number(into, service->offers_at_once, code, "offers_at_once");
    collect_number(into, service->step_up_reserve, code, "step_up_reserve");
    collect_number(into, service->suspend_hold, code, "suspend_hold_minutes");
    collect_number(into, service->cost_per_day, code, "cost_per_day_pence");
    collect(into, service->auto_accept ? "true" : "false", "services/%s/auto_accept", code);
    (void)hw_value_ages(service->age, &from, &to);
    collect_number(into, from, code, "age_from");
    collect_number(into, to, code, "age_to");
}

/* Only what is not as the engine has it anyway. */
static void collect_routing(struct collecting *into, const struct hw_config_top *keys)
{
    const struct hw_config_routing *routing = &keys->routing;
    char text[24];

    if (strcmp(routing->mode, "propose") != 0)
        collect(into, routing->mode, "routing/mode");
    if (routing->use_cost)
        collect(into, "true", "routing/use_cost");
    snprintf(text, sizeof text, "%" PRId64, routing->routine_target);
    if (routing->routine_target != ROUTINE_TARGET_MINUTES)
        collect(into, text, "routing/routine_target_minutes");
    snprintf(text, sizeof text, "%" PRId64, routing->start_grace);
    if (routing->start_grace != START_GRACE_MINUTES)
        collect(into, text, "routing/start_grace_minutes");
    collect(into, joined(into, keys->automation.allow, keys->automation.allow_count),
        "routing/automation");
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
    collect_routing(&into, keys);
    for (uint32_t i = 0; i < keys->sources_count; i++) {
        char text[24];

        snprintf(text, sizeof text, "%" PRId64, keys->sources[i].expected_silence_minutes);
        if (keys->sources[i].expected_silence_minutes != SILENCE_MINUTES)
            collect(&into, text, "silence/%s", keys->sources[i].source);
    }
    for (uint32_t i = 0; i < keys->services_count; i++)
        collect_service(&into, &keys->services[i]);

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
