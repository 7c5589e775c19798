#include "core/services/service.h"

#include "core/routing/agenda.h"
#include "core/routing/match.h"
#include "core/routing/profile.h"
#include "core/routing/tell.h"
#include "core/routing/unreferred.h"
#include "homeward/services.h"

static struct hw_service *service_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, services, hw_service, handle);
}

static struct hw_link *link_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, links, hw_link, handle);
}

/* ---- look-up ---- */

static uint64_t code_key(const struct hw_engine *engine, uint32_t code)
{
    return hw_hash_keyed(engine->options.hash_key, hw_slice_of(&code, sizeof code));
}

uint64_t hw_service_hash(const void *owner, uint32_t handle)
{
    const struct hw_engine *engine = owner;

    return code_key(engine, service_at(engine, handle)->code);
}

uint32_t hw_service_find(const struct hw_engine *engine, uint32_t code)
{
    uint64_t key = code_key(engine, code);
    uint32_t position = 0, handle;

    while ((handle = hw_table_next(&engine->service_table, key, &position)) != 0)
        if (service_at(engine, handle)->code == code)
            return handle;
    return 0;
}

/* Where nothing is said: the contract's times (CONTRACT 6, R10, R15), and whoever is answering. */
enum {
    PROPOSAL_TTL_MINUTES = 30,
    OFFER_TTL_MINUTES = 120,
    SUSPEND_HOLD_HOURS = 48,
    CAPACITY_TTL_HOURS = 24,
};

uint32_t hw_service_take(struct hw_engine *engine, uint32_t code)
{
    uint32_t handle = hw_service_find(engine, code);

    if (handle != 0)
        return handle;
    handle = hw_arena_take(&engine->services);
    *service_at(engine, handle) = (struct hw_service){
        .hours = hw_hours_always(),
        .answer_hours = hw_hours_always(),
        .code = code,
        .directions = HW_STEP_UP | HW_STEP_DOWN,
        .basis = HW_BASIS_MANAGED,
        .offers_at_once = 1,
        .age_to = UINT16_MAX,
        .declared_at_ms = HW_TIME_NONE,
        .capacity_from_ms = HW_TIME_NONE,
        .last_offer_ms = HW_TIME_NONE,
        .capacity_ttl_ms = CAPACITY_TTL_HOURS * HW_HOUR_MS,
        .proposal_ttl_ms = PROPOSAL_TTL_MINUTES * HW_MINUTE_MS,
        .offer_ttl_ms = OFFER_TTL_MINUTES * HW_MINUTE_MS,
        .suspend_hold_ms = SUSPEND_HOLD_HOURS * HW_HOUR_MS,
    };
    hw_table_put(&engine->service_table, code_key(engine, code), handle);
    if (handle == 1)
        hw_unreferred_look_at_all(engine);
    return handle;
}

/* ---- values ---- */

static void free_links(struct hw_engine *engine, uint32_t *list)
{
    while (*list != 0) {
        uint32_t next = link_at(engine, *list)->next;

        hw_arena_give(&engine->links, *list);
        *list = next;
    }
}

/* CODE or CODE:RANK; without a rank they stand in the order given. */
static void add_link(
    struct hw_engine *engine, uint32_t **end, struct hw_slice entry, uint16_t position)
{
    const uint8_t *colon = memchr(entry.data, ':', entry.size);
    int64_t rank = position;
    uint32_t handle = hw_arena_take(&engine->links);
    struct hw_link *link = link_at(engine, handle);

    if (colon != NULL) {
        size_t size = (size_t)(colon - entry.data);

        if (!hw_service_read_count(hw_slice_of(colon + 1, entry.size - size - 1), &rank) ||
            rank == 0 || rank > UINT16_MAX)
            rank = position;
        entry.size = size;
    }
    link->code = hw_text_intern(engine, entry);
    link->rank = (uint16_t)rank;
    **end = handle;
    *end = &link->next;
}

static void read_list(struct hw_engine *engine, struct hw_slice value, uint32_t *list)
{
    struct hw_slice entry;
    uint32_t *end = list;
    uint16_t position = 0;

    free_links(engine, list);
    while (position < HW_SERVICE_LIST_MAX && hw_service_next_entry(&value, &entry))
        add_link(engine, &end, entry, ++position);
}

static void read_pathways(struct hw_slice value, uint8_t *ret_bits)
{
    struct hw_slice entry;
    unsigned bits = 0;

    while (hw_service_next_entry(&value, &entry))
        bits |= 1u << (entry.data[1] - '0');
    *ret_bits = (uint8_t)bits;
}

static void read_directions(struct hw_slice value, uint8_t *ret_bits)
{
    struct hw_slice entry;
    unsigned bits = 0;

    while (hw_service_next_entry(&value, &entry))
        bits |= hw_direction_of(entry);
    *ret_bits = (uint8_t)bits;
}

static uint32_t read_needs(struct hw_slice value)
{
    bool unknown;

    return hw_needs_of(value, &unknown);
}

static int64_t read_number(struct hw_slice value)
{
    int64_t number = 0;

    (void)hw_service_read_count(value, &number); /* It was looked at. */
    return number;
}

unsigned hw_sex_of(struct hw_slice text)
{
    if (hw_slice_is(text, "any"))
        return HW_SEX_ANY;
    if (hw_slice_is(text, "female") || hw_slice_is(text, "F"))
        return HW_SEX_FEMALE;
    return hw_slice_is(text, "male") || hw_slice_is(text, "M") ? HW_SEX_MALE : HW_SEX_UNKNOWN;
}

/* ---- setting a key ---- */

/* Values were looked at (hw_service_key_wrong): nothing here can fail. */
#define SET_TEXT(member)         service->member = hw_text_intern(engine, value)
#define SET_KIND(member)         service->member = (uint8_t)hw_service_kind_of(value)
#define SET_UNIT(member)         service->member = (uint8_t)hw_unit_of(value)
#define SET_BASIS(member)        service->member = (uint8_t)hw_basis_of(value)
#define SET_DIRECTIONS(member)   read_directions(value, &service->member)
#define SET_PATHWAYS(member)     read_pathways(value, &service->member)
#define SET_LIST(member)         read_list(engine, value, &service->member)
#define SET_HOURS(member)        (void)hw_hours_read(value, &service->member)
#define SET_SEX(member)          service->member = (uint8_t)hw_sex_of(value)
#define SET_FLAG(member)         service->member = hw_slice_is(value, "true")
#define SET_NEEDS(member)        service->member = read_needs(value)
#define SET_COUNT(member)        service->member = (__typeof__(service->member))read_number(value)
#define SET_STARTS(member)       SET_COUNT(member)
#define SET_AT_ONCE(member)      SET_COUNT(member)
#define SET_PENCE(member)        SET_COUNT(member)
#define SET_AGE(member)          SET_COUNT(member)
#define SET_MINUTES(member)      service->member = read_number(value) * HW_MINUTE_MS
#define SET_SOME_MINUTES(member) SET_MINUTES(member)

static void set_member(struct hw_engine *engine, struct hw_service *service, struct hw_slice key,
    struct hw_slice value)
{
#define KEY_IF(name, reader, member)                                                               \
    if (hw_slice_is(key, name))                                                                    \
        SET_##reader(member);
    HW_SERVICE_KEY_LIST(KEY_IF)
#undef KEY_IF
}

/* Keys that the unchanging rules look at (rules.h): only these change whom it could serve. */
static bool is_reach_key(struct hw_slice key)
{
    static const char *const keys[] = {"kind", "directions", "councils", "zones", "unit",
        "capabilities", "pathways", "funding", "sex"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (hw_slice_is(key, keys[i]))
            return true;
    return false;
}

bool hw_service_set(
    struct hw_engine *engine, uint32_t handle, struct hw_slice key, struct hw_slice value)
{
    struct hw_service *service = service_at(engine, handle);

    if (hw_service_key_wrong(key, value) != NULL)
        return false;
    hw_tell_capacity(engine, handle);
    set_member(engine, service, key, value);
    if (hw_slice_is(key, "zones"))
        service->all_zones = service->zones != 0 &&
            hw_slice_is(hw_engine_text(engine, link_at(engine, service->zones)->code), "all");
    service->known = service->kind != HW_SERVICE_NONE && service->unit != 0;
    hw_match_count_told(engine, handle);
    if (is_reach_key(key))
        hw_profile_reach_service(engine, handle);
    hw_agenda_service(engine, handle);
    return true;
}

/* ---- asking ---- */

uint32_t hw_service_zone_rank(
    const struct hw_engine *engine, const struct hw_service *service, uint32_t zone)
{
    if (service->all_zones)
        return link_at(engine, service->zones)->rank; /* all, or all:RANK */
    if (zone == 0)
        return 0;
    for (uint32_t at = service->zones; at != 0; at = link_at(engine, at)->next)
        if (link_at(engine, at)->code == zone)
            return link_at(engine, at)->rank;
    return 0;
}

bool hw_service_lists(const struct hw_engine *engine, uint32_t list, uint32_t code)
{
    if (list == 0)
        return true;
    for (uint32_t at = list; at != 0; at = link_at(engine, at)->next)
        if (link_at(engine, at)->code == code)
            return true;
    return false;
}

int64_t hw_service_stale_from_ms(const struct hw_service *service)
{
    if (service->basis != HW_BASIS_DECLARED)
        return HW_TIME_OPEN;
    return service->declared_at_ms == HW_TIME_NONE
        ? HW_TIME_NONE
        : service->declared_at_ms + service->capacity_ttl_ms + 1;
}

bool hw_service_is_stale(const struct hw_service *service, int64_t now_ms)
{
    return now_ms >= hw_service_stale_from_ms(service);
}
