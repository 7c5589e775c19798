#include "simulate/offer.h"

#include "simulate/chance.h"
#include "simulate/hub_rates.h"

#include <stddef.h>

static const uint64_t offer_stream = UINT64_C(8) << 40, approval_stream = UINT64_C(9) << 40;

static struct hw_sim_chance chance_of(
    uint64_t seed, uint64_t stream, const char *reference, unsigned version)
{
    struct hw_sim_chance chance;
    uint64_t mixed = version;

    for (; *reference != '\0'; reference++)
        mixed = hw_sim_mix(mixed ^ (uint8_t)*reference);
    hw_sim_chance_seed(&chance, seed ^ mixed, stream);
    return chance;
}

struct way {
    uint8_t accepted, changed, declined; /* of 100 */
    uint16_t least, most;                /* minutes */
};

static const struct way ways[HW_SERVICE_KINDS] = {
#define WAY(kind, accepted, changed, declined, least, most)                                        \
    [HW_SERVICE_##kind] = {accepted, changed, declined, least, most},
    HW_SIM_ANSWER_LIST(WAY)
#undef WAY
};

static const char *decline_of(struct hw_sim_chance *chance)
{
    static const char *const reasons[] = {
#define REASON(reason, weight) reason,
        HW_SIM_DECLINE_LIST(REASON)
#undef REASON
    };
    static const uint16_t weights[] = {
#define WEIGHT(reason, weight) weight,
        HW_SIM_DECLINE_LIST(WEIGHT)
#undef WEIGHT
    };

    return reasons[hw_sim_pick(chance, weights, sizeof weights / sizeof *weights)];
}

struct hw_sim_offer_plan hw_sim_offer_plan_of(
    uint64_t seed, const char *reference, unsigned version, enum hw_service_kind kind)
{
    struct hw_sim_chance chance = chance_of(seed, offer_stream, reference, version);
    const struct way *way = &ways[kind == HW_SERVICE_NONE ? HW_SERVICE_HOME_CARE : kind];
    struct hw_sim_offer_plan plan = {0};
    uint32_t said = hw_sim_below(&chance, 100);

    plan.minutes = (uint32_t)hw_sim_between(&chance, way->least, way->most);
    plan.assesses =
        kind == HW_SERVICE_CARE_HOME_RESIDENTIAL || kind == HW_SERVICE_CARE_HOME_NURSING;
    if (said < way->accepted) {
        plan.answer = "accepted";
    } else if (said < (uint32_t)way->accepted + way->changed) {
        plan.answer = "accepted_with_changes";
    } else if (said < (uint32_t)way->accepted + way->changed + way->declined) {
        plan.answer = "declined";
        plan.reason = decline_of(&chance);
    }
    return plan;
}

uint32_t hw_sim_approval_minutes(uint64_t seed, const char *reference, unsigned version)
{
    struct hw_sim_chance chance = chance_of(seed, approval_stream, reference, version);

    /* Nine in ten are agreed with the ward and the family: assumed. */
    return hw_sim_below(&chance, 10) < 9 ? (uint32_t)hw_sim_between(&chance, 5, 60) : 0;
}
