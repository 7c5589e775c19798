/*
 * Goal: the journal hears of a configuration exactly what is new in it.
 * Method: an engine that holds given settings, a configuration, and the changes expected.
 */
#include "config/settings.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

static const struct hw_setting *held;
static uint32_t held_count;

/* The engine's side: what was journaled before. */
uint32_t hw_engine_settings(const struct hw_engine *engine)
{
    (void)engine;
    return held_count;
}

void hw_engine_setting_at(const struct hw_engine *engine, uint32_t index, struct hw_slice *ret_key,
    struct hw_slice *ret_value)
{
    (void)engine;
    *ret_key = hw_slice_text(held[index].key);
    *ret_value = hw_slice_text(held[index].value);
}

struct hw_slice hw_engine_setting(const struct hw_engine *engine, struct hw_slice key)
{
    (void)engine;
    for (uint32_t i = 0; i < held_count; i++) {
        if (hw_slice_is(key, held[i].key))
            return hw_slice_text(held[i].value);
    }
    return (struct hw_slice){0};
}

static void say(void *context, const char *line)
{
    (void)context;
    cr_log_error("%s", line);
}

/* "key=value" lines of what would be journaled; "key-" for what is cleared. */
static void changes_of(const char *sites, const struct hw_setting *settings, uint32_t count,
    char *text, size_t text_size)
{
    const char *set = sites;
    struct hw_report report = {.say = say};
    struct hw_config_sources sources = {.sets = &set, .sets_count = 1};
    struct hw_config config;
    struct hw_event *events;
    uint32_t wanted_count;
    size_t size = 0;

    held = settings;
    held_count = count;
    *text = '\0';
    cr_assert(hw_config_load(&sources, &report, &config) == HW_OK);
    const struct hw_setting *wanted = hw_settings_of(&config, &wanted_count);
    uint32_t changes = hw_settings_changes(&config, wanted, wanted_count, NULL, &events);
    for (uint32_t i = 0; i < changes; i++) {
        struct hw_slice key = hw_event_text(&events[i], HW_FIELD_CONFIGURATION_KEY);
        struct hw_slice value = hw_event_text(&events[i], HW_FIELD_CONFIGURATION_VALUE);
        bool cleared = hw_event_clears(&events[i], HW_FIELD_CONFIGURATION_VALUE);

        cr_expect(events[i].kind == HW_KIND_CONFIGURATION);
        cr_expect(not(hw_time_is(events[i].happened)), "a configuration moves no clock");
        size += (size_t)snprintf(text + size, text_size - size, "%.*s%s%.*s\n", HW_SLICE_ARGS(key),
            cleared ? "-" : "=", HW_SLICE_ARGS(value));
    }
    hw_config_free(&config);
}

#define SITE "sites=[{code: A, name: One, beds: 9, wards: [{code: W, kind: acute, beds: 3}]}]"

static const struct hw_setting as_site[] = {
    {"sites/A/beds", "9"},
    {"sites/A/name", "One"},
    {"sites/A/wards/W/beds", "3"},
    {"sites/A/wards/W/kind", "acute"},
};

Test(settings, the_first_time_all_are_journaled)
{
    char text[512];

    changes_of(SITE, NULL, 0, text, sizeof text);
    cr_expect(eq(str, text,
        "sites/A/beds=9\nsites/A/name=One\nsites/A/wards/W/beds=3\n"
        "sites/A/wards/W/kind=acute\n"));
}

Test(settings, what_is_known_is_not_said_again)
{
    char text[512];

    changes_of(SITE, as_site, 4, text, sizeof text);
    cr_expect(eq(str, text, ""));
}

Test(settings, what_differs_is_set_and_what_is_gone_is_cleared)
{
    char text[512];

    changes_of("sites=[{code: A, name: Two, beds: 9}]", as_site, 4, text, sizeof text);
    cr_expect(eq(str, text, "sites/A/name=Two\nsites/A/wards/W/beds-\nsites/A/wards/W/kind-\n"));
}

Test(settings, zones_and_councils_are_told_without_their_postcodes)
{
    char text[512];

    changes_of("zones=[{code: Z, name: Zone, council: '5', postcodes: [LE1], area: rural}]", NULL,
        0, text, sizeof text);
    cr_expect(eq(str, text, "zones/Z/area=rural\nzones/Z/council=5\nzones/Z/name=Zone\n"));
}
