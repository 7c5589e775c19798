#include "core/routing/reach.h"

#include "core/routing/profile.h"
#include "core/routing/rules.h"
#include "core/services/service.h"

static struct hw_service *service_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, services, hw_service, handle);
}

/* ---- the queue of a service: a treap ---- */

static uint32_t first_of(const struct hw_engine *engine, const struct hw_reach *reach)
{
    return hw_profile_at(engine, reach->profile)->first;
}

static bool before(const struct hw_engine *engine, uint32_t left, uint32_t right)
{
    const struct hw_reach *a = hw_reach_at(engine, left), *b = hw_reach_at(engine, right);

    if (a->first_key != b->first_key)
        return a->first_key < b->first_key;
    return hw_queue_order(engine, first_of(engine, a), first_of(engine, b)) < 0;
}

/* Spread, but the same in every engine with the same history. */
static uint64_t priority_of(uint32_t handle)
{
    uint64_t x = handle * UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return x ^ x >> 32;
}

static uint32_t *queue_of(const struct hw_engine *engine, const struct hw_reach *reach)
{
    unsigned direction = hw_profile_at(engine, reach->profile)->direction;

    HW_ASSERT(direction == HW_STEP_UP || direction == HW_STEP_DOWN);
    return &service_at(engine, reach->service)->queues[direction - 1];
}

static void split(const struct hw_engine *engine, uint32_t root, uint32_t reach,
    uint32_t *ret_before, uint32_t *ret_behind)
{
    while (root != 0) {
        struct hw_reach *record = hw_reach_at(engine, root);

        if (before(engine, root, reach)) {
            *ret_before = root;
            ret_before = &record->right;
            root = record->right;
        } else {
            *ret_behind = root;
            ret_behind = &record->left;
            root = record->left;
        }
    }
    *ret_before = *ret_behind = 0;
}

static uint32_t join(const struct hw_engine *engine, uint32_t before, uint32_t behind)
{
    uint32_t root = 0, *at = &root;

    while (before != 0 && behind != 0)
        if (priority_of(before) > priority_of(behind)) {
            *at = before;
            at = &hw_reach_at(engine, before)->right;
            before = *at;
        } else {
            *at = behind;
            at = &hw_reach_at(engine, behind)->left;
            behind = *at;
        }
    *at = before != 0 ? before : behind;
    return root;
}

static uint32_t *step(const struct hw_engine *engine, uint32_t at, uint32_t reach)
{
    struct hw_reach *record = hw_reach_at(engine, at);

    return before(engine, at, reach) ? &record->right : &record->left;
}

static void put_in(const struct hw_engine *engine, uint32_t handle)
{
    struct hw_reach *reach = hw_reach_at(engine, handle);
    uint32_t *root = queue_of(engine, reach);

    reach->first_key = hw_queue_key(engine, first_of(engine, reach));
    while (*root != 0 && priority_of(*root) > priority_of(handle))
        root = step(engine, *root, handle);
    split(engine, *root, handle, &reach->left, &reach->right);
    *root = handle;
}

static void take_out(const struct hw_engine *engine, uint32_t handle)
{
    struct hw_reach *reach = hw_reach_at(engine, handle);
    uint32_t *root = queue_of(engine, reach);

    while (*root != handle) {
        HW_ASSERT(*root != 0);
        root = step(engine, *root, handle);
    }
    *root = join(engine, reach->left, reach->right);
    reach->left = reach->right = 0;
}

void hw_reach_close(struct hw_engine *engine, uint32_t profile)
{
    const struct hw_profile *record = hw_profile_at(engine, profile);

    if (record->first == 0)
        return;
    for (uint32_t at = record->reaches; at != 0; at = hw_reach_at(engine, at)->profile_next)
        take_out(engine, at);
}

void hw_reach_open(struct hw_engine *engine, uint32_t profile)
{
    const struct hw_profile *record = hw_profile_at(engine, profile);

    if (record->first == 0)
        return;
    for (uint32_t at = record->reaches; at != 0; at = hw_reach_at(engine, at)->profile_next)
        put_in(engine, at);
}

uint32_t hw_reach_first(
    const struct hw_engine *engine, uint32_t service, enum hw_direction direction)
{
    uint32_t at = service_at(engine, service)->queues[direction - 1];

    while (at != 0 && hw_reach_at(engine, at)->left != 0)
        at = hw_reach_at(engine, at)->left;
    return at;
}

uint32_t hw_reach_next(const struct hw_engine *engine, uint32_t reach)
{
    uint32_t at = *queue_of(engine, hw_reach_at(engine, reach)), next = 0;

    while (at != 0)
        if (at != reach && before(engine, reach, at)) {
            next = at;
            at = hw_reach_at(engine, at)->left;
        } else {
            at = hw_reach_at(engine, at)->right;
        }
    return next;
}

/* ---- made and dropped ---- */

static unsigned bits(uint32_t set)
{
    unsigned count = 0;

    for (; set != 0; set &= set - 1)
        count++;
    return count;
}

void hw_reach_add(struct hw_engine *engine, uint32_t profile, uint32_t service)
{
    struct hw_profile *of = hw_profile_at(engine, profile);
    struct hw_service *by = service_at(engine, service);
    uint32_t handle;

    if (hw_rule_of_profile(engine, of, service) != HW_RULE_NONE)
        return;
    handle = hw_arena_take(&engine->reaches);
    *hw_reach_at(engine, handle) = (struct hw_reach){
        .profile = profile,
        .service = service,
        .profile_next = of->reaches,
        .service_next = by->reaches,
        .rank = (uint16_t)hw_service_zone_rank(engine, by, of->zone),
        .unused_capabilities = (uint16_t)bits(by->capabilities & ~of->needs),
    };
    if (of->reaches != 0)
        hw_reach_at(engine, of->reaches)->profile_previous = handle;
    of->reaches = handle;
    by->reaches = handle;
    by->waiting += of->waiting;
    if (of->first != 0)
        put_in(engine, handle);
}

void hw_reach_drop(struct hw_engine *engine, uint32_t service)
{
    struct hw_service *by = service_at(engine, service);

    while (by->reaches != 0) {
        uint32_t handle = by->reaches;
        const struct hw_reach *reach = hw_reach_at(engine, handle);
        struct hw_profile *of = hw_profile_at(engine, reach->profile);

        if (reach->profile_next != 0)
            hw_reach_at(engine, reach->profile_next)->profile_previous = reach->profile_previous;
        if (reach->profile_previous != 0)
            hw_reach_at(engine, reach->profile_previous)->profile_next = reach->profile_next;
        else
            of->reaches = reach->profile_next;
        by->reaches = reach->service_next;
        hw_arena_give(&engine->reaches, handle);
    }
    by->queues[0] = by->queues[1] = 0;
    by->waiting = 0;
}
