#include "core/routing/package.h"

#include "core/people/people.h"
#include "core/routing/match.h"
#include "core/routing/referral.h"
#include "core/routing/tell.h"

/* How well a match answers to "the package": more is better, 0 not at all. */
static unsigned likeness(const struct hw_match *match, bool any_live)
{
    if (match->state == HW_MATCH_STARTED)
        return HW_MATCH_STARTED;
    if (hw_match_is_live(match))
        return any_live ? match->state : 0;
    return match->state == HW_MATCH_FINISHED && match->package != HW_PACKAGE_NONE ? 1 : 0;
}

uint32_t hw_package_find(
    const struct hw_engine *engine, uint32_t identifier, uint32_t service, bool any_live)
{
    uint32_t best = 0, at = identifier;
    unsigned most = 0;

    do {
        for (uint32_t referral = hw_referrals_of(engine, at); referral != 0;
             referral = hw_referral_at(engine, referral)->identifier_next)
            for (uint32_t match = hw_referral_at(engine, referral)->matches; match != 0;
                 match = hw_match_at(engine, match)->referral_next) {
                unsigned alike = hw_match_at(engine, match)->service == service
                    ? likeness(hw_match_at(engine, match), any_live)
                    : 0;

                if (alike > most || (alike > 0 && alike == most && match > best)) {
                    most = alike;
                    best = match;
                }
            }
        at = hw_identifier_at(engine, at)->person_next;
    } while (at != identifier);
    return best;
}

void hw_package_suspend(struct hw_engine *engine, uint32_t handle, int64_t until_ms)
{
    struct hw_match *match = hw_match_at(engine, handle);
    bool goes_on = until_ms == HW_TIME_NONE;

    match->suspended_for = goes_on ? HW_SUSPENDED_NOT : HW_SUSPENDED_PACKAGE;
    match->suspended_ms = goes_on ? HW_TIME_NONE : engine->root.accepted_ms;
    match->suspended_until_ms = until_ms;
    match->version++;
    hw_match_set_timer(engine, handle);
    hw_referral_follow(engine, match->referral);
    hw_referral_tell_others(engine, match->referral); /* They may go on from it. */
    hw_tell_match(engine, HW_EFFECT_ROUTE_SUSPENDED, handle);
}

void hw_package_end(struct hw_engine *engine, uint32_t handle)
{
    struct hw_match *match = hw_match_at(engine, handle);
    struct hw_referral *referral = hw_referral_at(engine, match->referral);

    match->package = HW_PACKAGE_KNOWN;
    referral->flags |= HW_REFERRAL_PACKAGE_LAPSED; /* An alert, until it restarts. */
    (void)hw_match_take(engine, handle, HW_STEP_FINISH);
    hw_referral_finish(engine, match->referral, match->reason);
}

static uint32_t interrupted(const struct hw_engine *engine, uint32_t referral)
{
    for (uint32_t at = hw_referral_at(engine, referral)->matches; at != 0;
         at = hw_match_at(engine, at)->referral_next)
        if (hw_match_at(engine, at)->state == HW_MATCH_STARTED &&
            hw_match_at(engine, at)->package >= HW_PACKAGE_KEPT)
            return hw_match_at(engine, at)->service;
    return 0;
}

uint32_t hw_package_awaited(const struct hw_engine *engine, uint32_t identifier, uint32_t leader)
{
    uint32_t first = 0, service = 0, at = identifier;

    do {
        for (uint32_t other = hw_referrals_of(engine, at); other != 0;
             other = hw_referral_at(engine, other)->identifier_next) {
            const struct hw_referral *record = hw_referral_at(engine, other);
            uint32_t of;

            if (record->spell == 0 || hw_stay_at(engine, record->spell)->leader != leader ||
                record->pathway != HW_P0 || (first != 0 && other > first))
                continue;
            of = interrupted(engine, other);
            if (of == 0)
                continue;
            first = other;
            service = of;
        }
        at = hw_identifier_at(engine, at)->person_next;
    } while (at != identifier);
    return service;
}
