#include "core/routing/profile.h"

#include "core/routing/agenda.h"
#include "core/routing/alert.h"
#include "core/routing/area.h"
#include "core/routing/reach.h"

static struct hw_referral *referral_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, referrals, hw_referral, handle);
}

static struct hw_service *service_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, services, hw_service, handle);
}

/* ---- order (R8) ---- */

/* 2-hour referrals first, then fast track, each by receipt; all others by due time. */
static unsigned class_of(const struct hw_referral *referral)
{
    if (referral->urgency == HW_URGENCY_2H)
        return 0;
    return referral->fast_track ? 1 : 2;
}

static int order_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int hw_queue_order(const struct hw_engine *engine, uint32_t a, uint32_t b)
{
    const struct hw_referral *left = referral_at(engine, a), *right = referral_at(engine, b);
    int order = (int)class_of(left) - (int)class_of(right);

    if (order == 0 && class_of(left) == 1)
        order = order_i64(left->received_ms, right->received_ms);
    else if (order == 0)
        order = order_i64(left->due_ms, right->due_ms);
    if (order == 0)
        order = order_i64(left->clock_ms, right->clock_ms);
    if (order == 0)
        order = (left->reference > right->reference) - (left->reference < right->reference);
    return order;
}

int64_t hw_queue_key(const struct hw_engine *engine, uint32_t handle)
{
    const int64_t most = INT64_C(1) << 59; /* Times without end come behind all others, alike. */
    const struct hw_referral *referral = referral_at(engine, handle);
    unsigned class = class_of(referral);
    int64_t ms = class == 1 ? referral->received_ms : referral->due_ms;

    ms = ms < -most ? -most : ms >= most ? most - 1 : ms;
    return (int64_t) class * 2 * most + ms;
}

/* ---- the queue: a treap whose priorities follow from references ---- */

static uint64_t priority_of(const struct hw_engine *engine, uint32_t handle)
{
    uint64_t reference = referral_at(engine, handle)->reference;

    return hw_hash_keyed(engine->options.hash_key, hw_slice_of(&reference, sizeof reference));
}

/* Cut a tree into those before referral and those behind it. */
static void split(const struct hw_engine *engine, uint32_t root, uint32_t referral,
    uint32_t *ret_before, uint32_t *ret_behind)
{
    while (root != 0) {
        struct hw_referral *record = referral_at(engine, root);

        if (hw_queue_order(engine, root, referral) < 0) {
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

    while (before != 0 && behind != 0) {
        if (priority_of(engine, before) > priority_of(engine, behind)) {
            *at = before;
            at = &referral_at(engine, before)->right;
            before = *at;
        } else {
            *at = behind;
            at = &referral_at(engine, behind)->left;
            behind = *at;
        }
    }
    *at = before != 0 ? before : behind;
    return root;
}

static void insert(const struct hw_engine *engine, uint32_t *root, uint32_t referral)
{
    struct hw_referral *record = referral_at(engine, referral);
    uint64_t priority = priority_of(engine, referral);

    while (*root != 0 && priority_of(engine, *root) > priority)
        root = hw_queue_order(engine, *root, referral) < 0 ? &referral_at(engine, *root)->right
                                                           : &referral_at(engine, *root)->left;
    split(engine, *root, referral, &record->left, &record->right);
    *root = referral;
}

static void take_out(const struct hw_engine *engine, uint32_t *root, uint32_t referral)
{
    struct hw_referral *record = referral_at(engine, referral);

    while (*root != referral) {
        HW_ASSERT(*root != 0);
        root = hw_queue_order(engine, *root, referral) < 0 ? &referral_at(engine, *root)->right
                                                           : &referral_at(engine, *root)->left;
    }
    *root = join(engine, record->left, record->right);
    record->left = record->right = 0;
}

static uint32_t leftmost(const struct hw_engine *engine, uint32_t at)
{
    while (at != 0 && referral_at(engine, at)->left != 0)
        at = referral_at(engine, at)->left;
    return at;
}

uint32_t hw_profile_next(const struct hw_engine *engine, uint32_t profile, uint32_t referral)
{
    uint32_t at = hw_profile_at(engine, profile)->root, next = 0;

    while (at != 0)
        if (hw_queue_order(engine, referral, at) < 0) {
            next = at;
            at = referral_at(engine, at)->left;
        } else {
            at = referral_at(engine, at)->right;
        }
    return next;
}

/* ---- profiles and what reaches them ---- */

/* The first bytes of a profile are what it goes by. */
enum { PROFILE_KEY_SIZE = offsetof(struct hw_profile, root) };

static uint64_t profile_key(const struct hw_engine *engine, const struct hw_profile *profile)
{
    return hw_hash_keyed(engine->options.hash_key, hw_slice_of(profile, PROFILE_KEY_SIZE));
}

uint64_t hw_profile_hash(const void *owner, uint32_t handle)
{
    const struct hw_engine *engine = owner;

    return profile_key(engine, hw_profile_at(engine, handle));
}

/*
 * Whoever waits where nobody else could serve them: it may be told that nobody can, now.  And what
 * stands between the service and somebody: rules may have come between the two.
 */
static void look_at_dependent(struct hw_engine *engine, uint32_t service)
{
    for (uint32_t at = service_at(engine, service)->matches; at != 0;
         at = HW_AT(engine, matches, hw_match, at)->service_next)
        hw_agenda_referral(engine, HW_AT(engine, matches, hw_match, at)->referral);
    for (uint32_t at = service_at(engine, service)->reaches; at != 0;
         at = hw_reach_at(engine, at)->service_next) {
        const struct hw_reach *reach = hw_reach_at(engine, at);

        if (reach->profile_next != 0 || reach->profile_previous != 0)
            continue;
        for (uint32_t first = hw_profile_at(engine, reach->profile)->first; first != 0;
             first = hw_profile_next(engine, reach->profile, first))
            hw_agenda_referral(engine, first);
    }
}

void hw_profile_reach_service(struct hw_engine *engine, uint32_t service)
{
    look_at_dependent(engine, service);
    hw_reach_drop(engine, service);
    hw_area_cover(engine, service);
    hw_area_profiles(engine, service, hw_reach_add);
    hw_alert_look_again(engine);
}

static uint32_t profile_take(struct hw_engine *engine, const struct hw_profile *like)
{
    uint64_t key = profile_key(engine, like);
    uint32_t position = 0, handle;

    while ((handle = hw_table_next(&engine->profile_table, key, &position)) != 0)
        if (memcmp(hw_profile_at(engine, handle), like, PROFILE_KEY_SIZE) == 0)
            return handle;
    handle = hw_arena_take(&engine->profiles);
    *hw_profile_at(engine, handle) = *like;
    hw_table_put(&engine->profile_table, key, handle);
    hw_area_settle(engine, handle);
    hw_area_services(engine, handle, hw_reach_add);
    return handle;
}

static void count_waiting(struct hw_engine *engine, uint32_t profile, uint32_t change)
{
    hw_profile_at(engine, profile)->waiting += change;
    for (uint32_t at = hw_profile_at(engine, profile)->reaches; at != 0;
         at = hw_reach_at(engine, at)->profile_next)
        service_at(engine, hw_reach_at(engine, at)->service)->waiting += change;
}

struct hw_profile hw_profile_like(const struct hw_referral *referral)
{
    return (struct hw_profile){
        .council = referral->council,
        .zone = referral->zone,
        .funding = referral->funding,
        .needs = referral->needs,
        .direction = referral->direction,
        .pathway = referral->pathway,
        .sex = referral->sex,
    };
}

uint32_t hw_profile_of(struct hw_engine *engine, const struct hw_referral *referral)
{
    struct hw_profile like = hw_profile_like(referral);

    return profile_take(engine, &like);
}

void hw_profile_join(struct hw_engine *engine, uint32_t handle)
{
    struct hw_referral *referral = referral_at(engine, handle);
    struct hw_profile *profile;
    bool comes_first;

    HW_ASSERT(referral->profile == 0);
    referral->profile = hw_profile_of(engine, referral);
    profile = hw_profile_at(engine, referral->profile);
    comes_first = profile->first == 0 || hw_queue_order(engine, handle, profile->first) < 0;
    if (comes_first)
        hw_reach_close(engine, referral->profile);
    insert(engine, &profile->root, handle);
    if (comes_first) {
        profile->first = handle;
        hw_reach_open(engine, referral->profile);
    }
    count_waiting(engine, referral->profile, 1);
}

void hw_profile_leave(struct hw_engine *engine, uint32_t handle)
{
    struct hw_referral *referral = referral_at(engine, handle);
    struct hw_profile *profile;
    bool was_first;

    if (referral->profile == 0)
        return;
    profile = hw_profile_at(engine, referral->profile);
    was_first = profile->first == handle;
    if (was_first)
        hw_reach_close(engine, referral->profile);
    take_out(engine, &profile->root, handle);
    if (was_first) {
        profile->first = leftmost(engine, profile->root);
        hw_reach_open(engine, referral->profile);
    }
    count_waiting(engine, referral->profile, UINT32_MAX);
    referral->profile = 0;
}
