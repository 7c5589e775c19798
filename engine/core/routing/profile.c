#include "core/routing/profile.h"

#include "core/routing/rules.h"
#include "core/services/service.h"

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

uint32_t hw_profile_first(const struct hw_engine *engine, uint32_t profile)
{
    uint32_t at = hw_profile_at(engine, profile)->root;

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

static unsigned bits(uint32_t set)
{
    unsigned count = 0;

    for (; set != 0; set &= set - 1)
        count++;
    return count;
}

static void add_reach(struct hw_engine *engine, uint32_t profile, uint32_t service)
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
    of->reaches = handle;
    by->reaches = handle;
    by->waiting += of->waiting;
}

static void drop_reaches(struct hw_engine *engine, uint32_t service)
{
    struct hw_service *by = service_at(engine, service);

    while (by->reaches != 0) {
        uint32_t handle = by->reaches;
        struct hw_reach *reach = hw_reach_at(engine, handle);
        uint32_t *at = &hw_profile_at(engine, reach->profile)->reaches;

        while (*at != handle)
            at = &hw_reach_at(engine, *at)->profile_next;
        *at = reach->profile_next;
        by->reaches = reach->service_next;
        hw_arena_give(&engine->reaches, handle);
    }
    by->waiting = 0;
}

void hw_profile_reach_service(struct hw_engine *engine, uint32_t service)
{
    drop_reaches(engine, service);
    for (uint32_t profile = 1; profile < engine->profiles.count; profile++)
        add_reach(engine, profile, service);
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
    for (uint32_t service = 1; service < engine->services.count; service++)
        add_reach(engine, handle, service);
    return handle;
}

static void count_waiting(struct hw_engine *engine, uint32_t profile, uint32_t change)
{
    hw_profile_at(engine, profile)->waiting += change;
    for (uint32_t at = hw_profile_at(engine, profile)->reaches; at != 0;
         at = hw_reach_at(engine, at)->profile_next)
        service_at(engine, hw_reach_at(engine, at)->service)->waiting += change;
}

void hw_profile_join(struct hw_engine *engine, uint32_t handle)
{
    struct hw_referral *referral = referral_at(engine, handle);
    struct hw_profile like = {
        .council = referral->council,
        .zone = referral->zone,
        .funding = referral->funding,
        .needs = referral->needs,
        .direction = referral->direction,
        .pathway = referral->pathway,
        .sex = referral->sex,
    };

    HW_ASSERT(referral->profile == 0);
    referral->profile = profile_take(engine, &like);
    insert(engine, &hw_profile_at(engine, referral->profile)->root, handle);
    count_waiting(engine, referral->profile, 1);
}

void hw_profile_leave(struct hw_engine *engine, uint32_t handle)
{
    struct hw_referral *referral = referral_at(engine, handle);

    if (referral->profile == 0)
        return;
    take_out(engine, &hw_profile_at(engine, referral->profile)->root, handle);
    count_waiting(engine, referral->profile, UINT32_MAX);
    referral->profile = 0;
}
