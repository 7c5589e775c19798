#include "core/routing/beside.h"

#include "core/routing/match.h"
#include "core/routing/referral.h"
#include "core/services/service.h"

/* What a referral is out to, and how many it may be out to as far as those allow. */
struct beside {
    unsigned out, pencilled, taken;
    int32_t at_once;
    uint8_t kind; /* enum hw_service_kind of the last one */
    bool mixed;   /* they are of different kinds: a hub chose so */
};

static struct beside look(const struct hw_engine *engine, uint32_t referral)
{
    struct beside beside = {.at_once = INT32_MAX};

    for (uint32_t at = hw_referral_at(engine, referral)->matches; at != 0;
         at = hw_match_at(engine, at)->referral_next) {
        const struct hw_match *match = hw_match_at(engine, at);
        const struct hw_service *service = hw_service_at(engine, match->service);

        if (!hw_match_is_live(match))
            continue;
        beside.out += match->state == HW_MATCH_OFFERED;
        beside.pencilled += match->state == HW_MATCH_PROPOSED;
        beside.taken += match->state == HW_MATCH_ACCEPTED || match->state == HW_MATCH_STARTED;
        beside.mixed |= beside.kind != 0 && beside.kind != service->kind;
        beside.kind = service->kind;
        if (service->offers_at_once < beside.at_once)
            beside.at_once = service->offers_at_once;
    }
    return beside;
}

static bool has_room(const struct beside *beside, int32_t at_once)
{
    return beside->out > 0 && beside->pencilled == 0 && beside->taken == 0 && !beside->mixed &&
        (int32_t)beside->out < at_once;
}

bool hw_beside_wants(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);
    struct beside beside;

    if (referral->state != HW_REFERRAL_OFFERED || referral->held != 0)
        return false;
    beside = look(engine, handle);
    return has_room(&beside, beside.at_once);
}

bool hw_beside_may(const struct hw_engine *engine, uint32_t referral, uint32_t handle)
{
    const struct hw_service *service = hw_service_at(engine, handle);
    struct beside beside = look(engine, referral);

    return has_room(&beside,
               service->offers_at_once < beside.at_once ? service->offers_at_once
                                                        : beside.at_once) &&
        beside.kind == service->kind && hw_match_live(engine, referral, handle) == 0;
}

bool hw_beside_is_taken(const struct hw_engine *engine, uint32_t referral)
{
    return look(engine, referral).taken > 0;
}

unsigned hw_beside_count(const struct hw_engine *engine, uint32_t referral)
{
    struct beside beside = look(engine, referral);

    return beside.out + beside.pencilled;
}
