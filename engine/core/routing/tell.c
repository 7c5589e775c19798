#include "core/routing/tell.h"

#include "core/routing/alert.h"
#include "core/routing/match.h"
#include "core/routing/referral.h"
#include "core/routing/situation.h"
#include "core/services/service.h"

static struct hw_service *service_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, services, hw_service, handle);
}

/* NULL: there were too many in this record. */
static struct hw_effect *add(struct hw_engine *engine, enum hw_effect_kind kind)
{
    struct hw_effect *effect;

    if (engine->effects_count == HW_EFFECTS_MAX)
        return NULL;
    effect = &engine->effects[engine->effects_count++];
    *effect = (struct hw_effect){
        .sequence = engine->root.sequence,
        .since_ms = HW_TIME_NONE,
        .kind = (uint8_t)kind,
        .pathway = HW_P_NONE,
    };
    return effect;
}

/* What is told of a referral in every effect about it. */
static void set_referral(const struct hw_engine *engine, struct hw_effect *effect, uint32_t handle)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);
    int64_t waited = engine->root.accepted_ms - referral->clock_ms;

    effect->referral = referral->reference;
    effect->stay = referral->stay == 0 ? 0 : hw_stay_at(engine, referral->stay)->reference;
    effect->ms = waited > 0 ? waited : 0;
    effect->direction = referral->direction;
    effect->pathway = referral->pathway;
    effect->held = referral->held;
    effect->restricted = (referral->seen & HW_SEEN_RESTRICTED) != 0;
}

/* The same of a spell whose person was never referred. */
static void set_stay(struct hw_engine *engine, struct hw_effect *effect, uint32_t handle)
{
    const struct hw_stay *stay = hw_stay_at(engine, handle);
    struct hw_situation now;

    hw_situation_of(engine, stay->owner, stay->leader, &now);
    effect->stay = stay->reference;
    if (now.left_ms != HW_TIME_NONE)
        effect->ms = engine->root.accepted_ms - now.left_ms;
    effect->direction = HW_STEP_DOWN;
    effect->pathway = now.pathway;
    effect->restricted = now.restricted;
}

void hw_tell_match(struct hw_engine *engine, enum hw_effect_kind kind, uint32_t handle)
{
    const struct hw_match *match = hw_match_at(engine, handle);
    struct hw_effect *effect = add(engine, kind);

    if (effect == NULL)
        return;
    set_referral(engine, effect, match->referral);
    effect->reference = match->reference;
    effect->service = service_at(engine, match->service)->code;
    effect->reason = match->outcome != 0 ? match->outcome : match->reason;
    effect->word = hw_match_state_name(match->state);
    effect->version = match->version;
    effect->units = match->units;
    effect->starts_ms = match->starts_ms;
    effect->since_ms =
        kind == HW_EFFECT_ROUTE_SUSPENDED ? match->suspended_until_ms : match->expires_ms;
    effect->automatic = match->automatic != 0;
    if (match->assessing)
        effect->word = "assessing";
}

void hw_tell_held(struct hw_engine *engine, uint32_t referral)
{
    struct hw_effect *effect = add(engine, HW_EFFECT_ROUTE_HELD);

    if (effect == NULL)
        return;
    set_referral(engine, effect, referral);
    effect->reference = effect->referral;
    if (effect->held & HW_HELD_BY_PERSON)
        effect->since_ms = hw_referral_at(engine, referral)->held_until_ms;
}

/* ---- capacity ---- */

static void set_capacity(const struct hw_engine *engine, struct hw_effect *effect)
{
    const struct hw_service *service = service_at(engine, effect->index + 1);

    effect->capacity = service->capacity;
    effect->units = service->held;
    effect->available = hw_service_free(service);
    effect->suspended = service->suspended != 0;
    effect->since_ms = service->declared_at_ms;
}

void hw_tell_capacity(struct hw_engine *engine, uint32_t service)
{
    struct hw_effect *effect;

    for (uint32_t i = 0; i < engine->effects_count; i++)
        if (engine->effects[i].kind == HW_EFFECT_CAPACITY &&
            engine->effects[i].index == service - 1)
            return;
    effect = add(engine, HW_EFFECT_CAPACITY);
    if (effect == NULL)
        return;
    effect->index = service - 1;
    effect->service = service_at(engine, service)->code;
    set_capacity(engine, effect);
}

void hw_tell_finish(struct hw_engine *engine)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < engine->effects_count; i++) {
        struct hw_effect *effect = &engine->effects[i];

        if (effect->kind == HW_EFFECT_CAPACITY) {
            struct hw_effect before = *effect;

            set_capacity(engine, effect);
            if (before.capacity == effect->capacity && before.units == effect->units &&
                before.available == effect->available && before.suspended == effect->suspended &&
                before.since_ms == effect->since_ms)
                continue;
        }
        if (kept != i)
            engine->effects[kept] = *effect;
        kept++;
    }
    engine->effects_count = kept;
}

/* ---- alerts and modes ---- */

void hw_tell_alert(struct hw_engine *engine, bool raised, uint32_t handle)
{
    const struct hw_alert *alert = hw_alert_at(engine, handle);
    struct hw_effect *effect =
        add(engine, raised ? HW_EFFECT_ALERT_RAISED : HW_EFFECT_ALERT_CLEARED);

    if (effect == NULL)
        return;
    if (alert->about == HW_ALERT_ABOUT_REFERRAL)
        set_referral(engine, effect, alert->subject);
    else if (alert->about == HW_ALERT_ABOUT_STAY)
        set_stay(engine, effect, alert->subject);
    else
        effect->service = HW_AT(engine, services, hw_service, alert->subject)->code;
    effect->reference = alert->reference;
    effect->word = hw_alert_name(alert->kind);
    effect->since_ms = alert->since_ms;
}

void hw_tell_mode(
    struct hw_engine *engine, const char *scope, uint32_t code, const char *mode, int64_t until_ms)
{
    struct hw_effect *effect = add(engine, HW_EFFECT_AUTOMATION);

    if (effect == NULL)
        return;
    effect->scope = scope;
    effect->service = code;
    effect->word = mode;
    effect->since_ms = until_ms;
}
