#include "core/routing/rules.h"

#include "core/routing/match.h"
#include "core/routing/starts.h"
#include "core/services/service.h"

/* A start is looked for in this time from when it is needed (R9). */
enum { START_WITHIN_DAYS = 7 };

static const struct {
    const char *name, *words;
} rules[HW_RULES] = {
#define RULE_ROW(number, name, text, words) [number] = {text, words},
    HW_RULE_LIST(RULE_ROW)
#undef RULE_ROW
};

const char *hw_rule_name(enum hw_rule rule)
{
    return rule < HW_RULES ? rules[rule].name : NULL;
}

const char *hw_rule_words(enum hw_rule rule)
{
    return rule < HW_RULES ? rules[rule].words : NULL;
}

/* ---- what the service is ---- */

/* Out of hospital, P2 and P3 never go home by proposal and P0 and P1 never to a new bed. */
static bool fits_pathway(const struct hw_profile *profile, const struct hw_service *service)
{
    bool bed = hw_service_kind_is_bed(service->kind);

    if (profile->direction != HW_STEP_DOWN)
        return true;
    switch (profile->pathway) {
    case HW_P0:
    case HW_P1:
        return !bed;
    case HW_P2:
    case HW_P3:
        return bed;
    default:
        return false;
    }
}

enum hw_rule hw_rule_of_profile(
    const struct hw_engine *engine, const struct hw_profile *profile, uint32_t handle)
{
    const struct hw_service *service = HW_AT(engine, services, hw_service, handle);

    if (!service->known)
        return HW_RULE_INCOMPLETE_SERVICE;
    if ((service->directions & profile->direction) == 0)
        return HW_RULE_DIRECTION;
    if (!hw_service_lists(engine, service->councils, profile->council))
        return HW_RULE_COUNCIL;
    if (hw_service_zone_rank(engine, service, profile->zone) == 0)
        return HW_RULE_ZONE;
    if (service->pathways != 0 && profile->pathway < HW_P_NONE &&
        (service->pathways >> profile->pathway & 1u) == 0)
        return HW_RULE_PATHWAY;
    if (!fits_pathway(profile, service))
        return HW_RULE_HOME_OR_BED;
    if ((profile->needs & ~service->capabilities) != 0)
        return HW_RULE_NEEDS;
    if (service->sex != HW_SEX_ANY && service->sex != profile->sex)
        return HW_RULE_SEX;
    if (service->funding != 0 && !hw_service_lists(engine, service->funding, profile->funding))
        return HW_RULE_FUNDING;
    return HW_RULE_NONE;
}

/* ---- this person, now ---- */

static bool has_link(const struct hw_engine *engine, const struct hw_referral *referral,
    uint32_t code, enum hw_link_kind kind)
{
    for (uint32_t at = referral->links; at != 0; at = HW_AT(engine, links, hw_link, at)->next) {
        const struct hw_link *link = HW_AT(engine, links, hw_link, at);

        if (link->kind == kind && link->code == code && link->until_ms > engine->root.accepted_ms)
            return true;
    }
    return false;
}

static bool has_declined(
    const struct hw_engine *engine, const struct hw_referral *referral, uint32_t service)
{
    for (uint32_t at = referral->matches; at != 0;
         at = HW_AT(engine, matches, hw_match, at)->referral_next) {
        const struct hw_match *match = HW_AT(engine, matches, hw_match, at);

        if (match->service == service &&
            (match->state == HW_MATCH_DECLINED || match->state == HW_MATCH_REJECTED ||
                match->state == HW_MATCH_HANDED_BACK))
            return true;
    }
    return false;
}

static bool fits_age(const struct hw_referral *referral, const struct hw_service *service)
{
    bool limited = service->age_from > 0 || service->age_to < UINT16_MAX;

    if (referral->age_years < 0)
        return !limited;
    return referral->age_years >= service->age_from && referral->age_years <= service->age_to;
}

int32_t hw_rule_units(const struct hw_engine *engine, uint32_t referral, uint32_t service)
{
    const struct hw_referral *record = HW_AT(engine, referrals, hw_referral, referral);

    if (HW_AT(engine, services, hw_service, service)->unit != HW_UNIT_HOURS)
        return 1;
    return record->units > 0 ? record->units : 1;
}

static int64_t latest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The first moment it could begin: wanted, open, and with a start free that day. */
static bool find_start(const struct hw_engine *engine, const struct hw_referral *referral,
    const struct hw_service *service, int64_t *ret_start_ms)
{
    int64_t wanted =
        latest(latest(engine->root.accepted_ms, referral->not_before_ms), referral->needed_from_ms);
    int64_t last =
        latest(engine->root.accepted_ms, referral->needed_from_ms) + START_WITHIN_DAYS * HW_DAY_MS;
    int64_t at = hw_hours_next(&service->hours, wanted);

    while (at <= last) {
        int32_t day = hw_london_day(at);

        if (service->starts_per_day <= 0 ||
            hw_starts_on(engine, service, day) < (uint32_t)service->starts_per_day) {
            *ret_start_ms = at;
            return true;
        }
        at = hw_hours_next(&service->hours, hw_london_midnight(day + 1));
    }
    return false;
}

enum hw_rule hw_rule_of_waiting(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_referral *referral = HW_AT(engine, referrals, hw_referral, handle);

    if (referral->needs_unknown)
        return HW_RULE_NEEDS_UNKNOWN;
    if (referral->direction == 0 ||
        (referral->direction == HW_STEP_DOWN && referral->pathway >= HW_P_NONE))
        return HW_RULE_NOT_READY_TO_MATCH;
    if (referral->held & HW_HELD_BY_WAIT)
        return HW_RULE_BLOCKED;
    if (referral->consent != 0 && referral->consent != engine->text_consent_given &&
        referral->consent != engine->text_best_interests)
        return HW_RULE_CONSENT;
    return HW_RULE_NONE;
}

enum hw_rule hw_rule_of_choice(const struct hw_engine *engine, uint32_t handle, uint32_t of_service)
{
    const struct hw_referral *referral = HW_AT(engine, referrals, hw_referral, handle);
    const struct hw_service *service = HW_AT(engine, services, hw_service, of_service);

    if (!fits_age(referral, service))
        return HW_RULE_AGE;
    if (has_link(engine, referral, service->code, HW_LINK_REFUSED))
        return HW_RULE_REFUSED;
    if (has_link(engine, referral, service->code, HW_LINK_EXCLUDED))
        return HW_RULE_EXCLUDED;
    return HW_RULE_NONE;
}

enum hw_rule hw_rule_of_referral(
    const struct hw_engine *engine, uint32_t handle, uint32_t of_service, int64_t *ret_start_ms)
{
    const struct hw_referral *referral = HW_AT(engine, referrals, hw_referral, handle);
    const struct hw_service *service = HW_AT(engine, services, hw_service, of_service);
    int32_t units = hw_rule_units(engine, handle, of_service), room = hw_service_free(service);
    enum hw_rule rule = hw_rule_of_choice(engine, handle, of_service);

    if (rule != HW_RULE_NONE)
        return rule;
    if (has_declined(engine, referral, of_service))
        return HW_RULE_DECLINED;
    if (service->suspended)
        return HW_RULE_SUSPENDED;
    if (room < units)
        return HW_RULE_UNITS;
    if (referral->direction == HW_STEP_DOWN && room - service->step_up_reserve < units)
        return HW_RULE_RESERVE;
    if (!find_start(engine, referral, service, ret_start_ms))
        return HW_RULE_START;
    return HW_RULE_NONE;
}
