#include "core/routing/reason.h"

#include "core/people/people.h"
#include "core/routing/choose.h"
#include "core/routing/match.h"
#include "core/routing/package.h"
#include "core/routing/profile.h"
#include "core/routing/reach.h"
#include "core/routing/referral.h"
#include "core/routing/rules.h"
#include "core/services/service.h"
#include "core/stays/inferred.h"
#include "homeward/services.h"

/* ---- whose word counts ---- */

/* The furthest open referral of a stay out of hospital, of equals the first; 0: none. */
static uint32_t furthest_of(const struct hw_engine *engine, uint32_t identifier, uint32_t leader)
{
    uint32_t furthest = 0, at = identifier;

    do {
        for (uint32_t other = hw_referrals_of(engine, at); other != 0;
             other = hw_referral_at(engine, other)->identifier_next) {
            const struct hw_referral *record = hw_referral_at(engine, other);

            if (record->state == HW_REFERRAL_ENDED || record->direction != HW_STEP_DOWN ||
                record->spell == 0 || hw_stay_at(engine, record->spell)->leader != leader)
                continue;
            if (furthest == 0 || record->state > hw_referral_at(engine, furthest)->state ||
                (record->state == hw_referral_at(engine, furthest)->state && other < furthest))
                furthest = other;
        }
        at = hw_identifier_at(engine, at)->person_next;
    } while (at != identifier);
    return furthest;
}

/* ---- which service ---- */

/* The service of the match that got furthest; 0: nothing is live. */
static uint32_t service_in_hand(
    const struct hw_engine *engine, uint32_t referral, enum hw_match_state *ret_state)
{
    uint32_t service = 0;

    *ret_state = HW_MATCH_NONE;
    for (uint32_t at = hw_referral_at(engine, referral)->matches; at != 0;
         at = hw_match_at(engine, at)->referral_next) {
        const struct hw_match *match = hw_match_at(engine, at);

        if (!hw_match_is_live(match) || match->state <= *ret_state)
            continue;
        *ret_state = (enum hw_match_state)match->state;
        service = match->service;
    }
    return service;
}

/* The first in order of those that could take the person; *ret_free: one of them can now. */
static uint32_t service_awaited(const struct hw_engine *engine, uint32_t referral, bool *ret_free)
{
    const struct hw_referral *record = hw_referral_at(engine, referral);
    const struct hw_reach *best = NULL;

    *ret_free = false;
    if (record->standing == 0)
        return 0;
    for (uint32_t at = hw_profile_at(engine, record->standing)->reaches; at != 0 && !*ret_free;
         at = hw_reach_at(engine, at)->profile_next) {
        const struct hw_reach *reach = hw_reach_at(engine, at);
        const char *words;
        int64_t start_ms;

        if (hw_rules_lasting(engine, referral, reach->service) != 0)
            continue;
        *ret_free =
            hw_rule_of_referral(engine, referral, reach->service, &start_ms) == HW_RULE_NONE;
        if (best == NULL || hw_choice_order(engine, referral, reach, 0, best, 0, &words) < 0)
            best = reach;
    }
    return best == NULL ? 0 : best->service;
}

/* ---- the words ---- */

/* Where nobody is commissioned: what the pathway asks for. */
static const char *reason_of_pathway(unsigned pathway)
{
    switch (pathway) {
    case HW_P1:
        return hw_service_kind_room(HW_SERVICE_REABLEMENT);
    case HW_P2:
        return hw_service_kind_room(HW_SERVICE_BED_INTERMEDIATE);
    case HW_P3:
        return hw_service_kind_room(HW_SERVICE_CARE_HOME_NURSING);
    default:
        return NULL;
    }
}

static void name_service(
    const struct hw_engine *engine, uint32_t service, struct hw_reason_wanted *wanted)
{
    struct hw_slice commissioner;

    wanted->service = service;
    if (service == 0)
        return;
    commissioner = hw_engine_text(engine, hw_service_at(engine, service)->commissioner);
    if (hw_slice_is(commissioner, "NHS") || hw_slice_is(commissioner, "SC") ||
        hw_slice_is(commissioner, "BOTH"))
        wanted->side = commissioner;
}

/* The table of R3, for a referral. */
static void read_referral(
    const struct hw_engine *engine, uint32_t referral, struct hw_reason_wanted *wanted)
{
    const struct hw_referral *record = hw_referral_at(engine, referral);
    enum hw_match_state state;
    uint32_t service = service_in_hand(engine, referral, &state);
    bool is_free = state == HW_MATCH_PROPOSED;

    if (service == 0)
        service = service_awaited(engine, referral, &is_free);
    if (is_free) {
        wanted->reason = "TH2";
        return;
    }
    if (service == 0) {
        wanted->reason = reason_of_pathway(record->pathway);
        return;
    }
    name_service(engine, service, wanted);
    wanted->reason = hw_service_kind_arranging(hw_service_at(engine, service)->kind);
    if (wanted->reason == NULL) { /* Somebody named a service that nobody has declared (R13). */
        wanted->reason = reason_of_pathway(record->pathway);
        return;
    }
    /* Equipment has no reason of its own for its arrangements: it is still what is missing. */
    if (state == HW_MATCH_NONE || *wanted->reason == '\0')
        wanted->reason = hw_service_kind_room(hw_service_at(engine, service)->kind);
}

static bool is_decided(
    const struct hw_engine *engine, uint32_t leader, const struct hw_reason_wanted *wanted)
{
    const struct hw_inference *last = hw_inferred_last(engine, leader);

    if (last == NULL || last->reason == 0)
        return wanted->reason == NULL;
    return wanted->reason != NULL &&
        hw_slice_is(hw_engine_text(engine, last->reason), wanted->reason) &&
        hw_slice_equal(hw_engine_text(engine, last->side), wanted->side);
}

struct hw_reason_wanted hw_reason_wanted(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);
    struct hw_reason_wanted wanted = {.side = hw_slice_text("unassigned")};
    uint32_t leader, furthest, package;

    if (referral->spell == 0 || referral->identifier == 0 ||
        (referral->seen & HW_SEEN_READY) == 0 || (referral->seen & HW_SEEN_DEAD) != 0)
        return wanted;
    leader = hw_stay_at(engine, referral->spell)->leader;
    if (hw_stay_at(engine, leader)->sealed)
        return wanted;
    furthest = furthest_of(engine, referral->identifier, leader);
    if (furthest != 0)
        read_referral(engine, furthest, &wanted);
    else if ((package = hw_package_awaited(engine, referral->identifier, leader)) != 0) {
        wanted.reason = "CA11";
        name_service(engine, package, &wanted);
    }
    if (wanted.reason == NULL)
        wanted.side = (struct hw_slice){0};
    if (!is_decided(engine, leader, &wanted))
        wanted.stay = leader;
    return wanted;
}
