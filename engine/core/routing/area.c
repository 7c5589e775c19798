#include "core/routing/area.h"

#include "core/routing/profile.h"

static struct hw_service *service_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, services, hw_service, handle);
}

static struct hw_area *area_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, areas, hw_area, handle);
}

static struct hw_cover *cover_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, covers, hw_cover, handle);
}

/* ---- areas by name ---- */

static uint64_t area_key(const struct hw_engine *engine, uint32_t zone, uint32_t council)
{
    const uint32_t words[] = {zone, council};

    return hw_hash_keyed(engine->options.hash_key, hw_slice_of(words, sizeof words));
}

uint64_t hw_area_hash(const void *owner, uint32_t handle)
{
    const struct hw_engine *engine = owner;

    return area_key(engine, area_at(engine, handle)->zone, area_at(engine, handle)->council);
}

static uint32_t area_find(const struct hw_engine *engine, uint32_t zone, uint32_t council)
{
    uint64_t key = area_key(engine, zone, council);
    uint32_t position = 0, handle;

    while ((handle = hw_table_next(&engine->area_table, key, &position)) != 0)
        if (area_at(engine, handle)->zone == zone && area_at(engine, handle)->council == council)
            return handle;
    return 0;
}

static uint32_t area_take(struct hw_engine *engine, uint32_t zone, uint32_t council)
{
    uint32_t handle = area_find(engine, zone, council);

    if (handle != 0)
        return handle;
    handle = hw_arena_take(&engine->areas);
    *area_at(engine, handle) = (struct hw_area){.zone = zone, .council = council};
    hw_table_put(&engine->area_table, area_key(engine, zone, council), handle);
    return handle;
}

/* ---- services ---- */

static void cover(struct hw_engine *engine, uint32_t service, uint32_t zone, uint32_t council)
{
    uint32_t area = area_take(engine, zone, council), handle;
    uint32_t *first = &area_at(engine, area)->covers;

    /* Listed twice is listed once. */
    for (uint32_t at = service_at(engine, service)->covers; at != 0;
         at = cover_at(engine, at)->service_next)
        if (cover_at(engine, at)->area == area)
            return;
    handle = hw_arena_take(&engine->covers);
    *cover_at(engine, handle) = (struct hw_cover){.area = area,
        .service = service,
        .area_next = *first,
        .service_next = service_at(engine, service)->covers};
    if (*first != 0)
        cover_at(engine, *first)->area_previous = handle;
    *first = handle;
    service_at(engine, service)->covers = handle;
}

static void uncover(struct hw_engine *engine, uint32_t service)
{
    uint32_t *first = &service_at(engine, service)->covers;

    while (*first != 0) {
        uint32_t handle = *first;
        const struct hw_cover *record = cover_at(engine, handle);

        *first = record->service_next;
        if (record->area_next != 0)
            cover_at(engine, record->area_next)->area_previous = record->area_previous;
        if (record->area_previous != 0)
            cover_at(engine, record->area_previous)->area_next = record->area_next;
        else
            area_at(engine, record->area)->covers = record->area_next;
        hw_arena_give(&engine->covers, handle);
    }
}

void hw_area_cover(struct hw_engine *engine, uint32_t handle)
{
    const struct hw_service *service = service_at(engine, handle);
    uint32_t list = service->all_zones ? service->councils : service->zones;

    uncover(engine, handle);
    if (service->all_zones && list == 0)
        cover(engine, handle, 0, 0);
    for (uint32_t at = list; at != 0; at = HW_AT(engine, links, hw_link, at)->next) {
        uint32_t code = HW_AT(engine, links, hw_link, at)->code;

        if (code != 0)
            cover(engine, handle, service->all_zones ? 0 : code, service->all_zones ? code : 0);
    }
}

/* ---- profiles ---- */

void hw_area_settle(struct hw_engine *engine, uint32_t handle)
{
    struct hw_profile *profile = hw_profile_at(engine, handle);

    if (profile->zone != 0) {
        uint32_t *first = &area_at(engine, area_take(engine, profile->zone, 0))->profiles;

        profile->zone_next = *first;
        *first = handle;
    }
    if (profile->council != 0) {
        uint32_t *first = &area_at(engine, area_take(engine, 0, profile->council))->profiles;

        profile->council_next = *first;
        *first = handle;
    }
}

/* ---- each with each ---- */

static void services_in(
    struct hw_engine *engine, uint32_t profile, uint32_t area, hw_area_pair *pair)
{
    if (area == 0)
        return;
    for (uint32_t at = area_at(engine, area)->covers; at != 0; at = cover_at(engine, at)->area_next)
        pair(engine, profile, cover_at(engine, at)->service);
}

void hw_area_services(struct hw_engine *engine, uint32_t handle, hw_area_pair *pair)
{
    const struct hw_profile *profile = hw_profile_at(engine, handle);

    if (profile->zone != 0)
        services_in(engine, handle, area_find(engine, profile->zone, 0), pair);
    if (profile->council != 0)
        services_in(engine, handle, area_find(engine, 0, profile->council), pair);
    services_in(engine, handle, area_find(engine, 0, 0), pair);
}

static void profiles_in(
    struct hw_engine *engine, const struct hw_area *area, uint32_t service, hw_area_pair *pair)
{
    if (area->zone == 0 && area->council == 0) {
        for (uint32_t profile = 1; profile < engine->profiles.count; profile++)
            pair(engine, profile, service);
        return;
    }
    for (uint32_t at = area->profiles; at != 0; at = area->zone != 0
             ? hw_profile_at(engine, at)->zone_next
             : hw_profile_at(engine, at)->council_next)
        pair(engine, at, service);
}

void hw_area_profiles(struct hw_engine *engine, uint32_t service, hw_area_pair *pair)
{
    for (uint32_t at = service_at(engine, service)->covers; at != 0;
         at = cover_at(engine, at)->service_next)
        profiles_in(engine, area_at(engine, cover_at(engine, at)->area), service, pair);
}
