#include "support/paused.h"

/* Not more time for what was proposed or went out before, which a person may give. */
static bool goes_out(const struct hw_engine *engine, const struct hw_effect *effect, bool by_person)
{
    struct hw_match_view match;

    if (effect->kind == HW_EFFECT_ROUTE_PROPOSED)
        return !by_person || effect->version == 1;
    return effect->kind == HW_EFFECT_ROUTE_OFFERED &&
        hw_match_view(engine, effect->reference, &match) == HW_OK &&
        match.offered_ms == hw_engine_accepted_ms(engine);
}

bool paused_is_broken(const struct hw_engine *engine, bool by_person)
{
    uint32_t count;
    const struct hw_effect *effects = hw_engine_effects(engine, &count);
    struct hw_mode_view view;

    for (uint32_t i = 0; i < count; i++)
        if (goes_out(engine, &effects[i], by_person) &&
            hw_paused_walk(engine, effects[i].referral, hw_engine_text(engine, effects[i].service),
                0, &view) != 0)
            return true;
    return false;
}
