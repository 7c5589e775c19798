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
    STANDS_DAYS_MAX = 366, /* of a proposal or an offer, as configuration has it */
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

/* ---- readers of values ---- */

static bool read_count(struct hw_slice text, int64_t *ret_value)
{
    int64_t value = 0;

    if (text.size == 0 || text.size > 9)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = value * 10 + (text.data[i] - '0');
    }
    *ret_value = value;
    return true;
}

/* The next entry of a list separated by ;, blanks around it cut off; false at the end. */
static bool next_entry(struct hw_slice *list, struct hw_slice *ret_entry)
{
    while (list->size > 0) {
        size_t size = 0, used;

        while (size < list->size && list->data[size] != ';')
            size++;
        used = size < list->size ? size + 1 : size;
        *ret_entry = hw_slice_of(list->data, size);
        *list = hw_slice_of(list->data + used, list->size - used);
        while (ret_entry->size > 0 && ret_entry->data[0] == ' ')
            *ret_entry = hw_slice_of(ret_entry->data + 1, ret_entry->size - 1);
        while (ret_entry->size > 0 && ret_entry->data[ret_entry->size - 1] == ' ')
            ret_entry->size--;
        if (ret_entry->size > 0)
            return true;
    }
    return false;
}

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

        if (!read_count(hw_slice_of(colon + 1, entry.size - size - 1), &rank) || rank == 0 ||
            rank > UINT16_MAX)
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
    while (position < HW_SERVICE_LIST_MAX && next_entry(&value, &entry))
        add_link(engine, &end, entry, ++position);
}

static bool read_pathways(struct hw_slice value, uint8_t *ret_bits)
{
    struct hw_slice entry;
    unsigned bits = 0;

    while (next_entry(&value, &entry)) {
        if (entry.size != 2 || entry.data[0] != 'P' || entry.data[1] < '0' || entry.data[1] > '3')
            return false;
        bits |= 1u << (entry.data[1] - '0');
    }
    *ret_bits = (uint8_t)bits;
    return true;
}

static bool read_directions(struct hw_slice value, uint8_t *ret_bits)
{
    struct hw_slice entry;
    unsigned bits = 0;

    while (next_entry(&value, &entry)) {
        unsigned direction = hw_direction_of(entry);

        if (direction == 0)
            return false;
        bits |= direction;
    }
    *ret_bits = (uint8_t)bits;
    return bits != 0;
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

#define SET_TEXT(member)       (service->member = hw_text_intern(engine, value), true)
#define SET_KIND(member)       set_small(&service->member, hw_service_kind_of(value))
#define SET_UNIT(member)       set_small(&service->member, hw_unit_of(value))
#define SET_BASIS(member)      set_small(&service->member, hw_basis_of(value))
#define SET_DIRECTIONS(member) read_directions(value, &service->member)
#define SET_PATHWAYS(member)   read_pathways(value, &service->member)
#define SET_LIST(member)       (read_list(engine, value, &service->member), true)
#define SET_HOURS(member)      hw_hours_read(value, &service->member)
#define SET_SEX(member)                                                                            \
    (hw_sex_of(value) != HW_SEX_UNKNOWN && (service->member = (uint8_t)hw_sex_of(value), true))
#define SET_FLAG(member)  set_flag(&service->member, value)
#define SET_NEEDS(member) set_needs(&service->member, value)
#define SET_COUNT(member)                                                                          \
    (read_count(value, &number) && (service->member = (__typeof__(service->member))number, true))
#define SET_MINUTES(member)                                                                        \
    (read_count(value, &number) && (service->member = number * HW_MINUTE_MS, true))
/* What stands for no time would end, and be made again, without end. */
#define SET_SOME_MINUTES(member)                                                                   \
    (read_count(value, &number) && number > 0 && number <= STANDS_DAYS_MAX * 24 * 60 &&            \
        (service->member = number * HW_MINUTE_MS, true))

static bool set_small(uint8_t *member, unsigned value)
{
    if (value == 0)
        return false;
    *member = (uint8_t)value;
    return true;
}

static bool set_flag(uint8_t *member, struct hw_slice value)
{
    if (!hw_slice_is(value, "true") && !hw_slice_is(value, "false"))
        return false;
    *member = hw_slice_is(value, "true");
    return true;
}

static bool set_needs(uint32_t *member, struct hw_slice value)
{
    bool unknown;
    uint32_t bits = hw_needs_of(value, &unknown);

    if (unknown)
        return false;
    *member = bits;
    return true;
}

static bool set_member(struct hw_engine *engine, struct hw_service *service, struct hw_slice key,
    struct hw_slice value)
{
    int64_t number = 0;

#define KEY_IF(name, reader, member)                                                               \
    if (hw_slice_is(key, name))                                                                    \
        return SET_##reader(member);
    HW_SERVICE_KEY_LIST(KEY_IF)
#undef KEY_IF
    return false;
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

    hw_tell_capacity(engine, handle);
    /* No longer configured: without a kind nobody is proposed to it; the rest stands as it was. */
    if (value.size == 0 && hw_slice_is(key, "kind"))
        service->kind = HW_SERVICE_NONE;
    else if (!set_member(engine, service, key, value))
        return false;
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

bool hw_service_is_stale(const struct hw_service *service, int64_t now_ms)
{
    return service->basis == HW_BASIS_DECLARED &&
        (service->declared_at_ms == HW_TIME_NONE ||
            now_ms - service->declared_at_ms > service->capacity_ttl_ms);
}
