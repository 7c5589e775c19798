#include "core/routing/unreferred.h"

#include "core/people/people.h"
#include "core/routing/agenda.h"
#include "core/routing/alert.h"
#include "core/routing/match.h"
#include "core/routing/referral.h"
#include "core/routing/situation.h"
#include "core/stays/stay.h"

/* The first record is no service. */
static bool routes(const struct hw_engine *engine)
{
    return engine->services.count > 1;
}

/* Over, by what is in force, or told of before: only those need be folded. */
static bool is_worth_a_look(const struct hw_engine *engine, uint32_t stay)
{
    const struct hw_stay *record = hw_stay_at(engine, stay);

    if (record->alerts != 0)
        return true;
    return record->leader == stay && !record->sealed && record->open != 0 &&
        hw_open_at(engine, record->open)->ended_ms != HW_TIME_OPEN;
}

/* Only the latest spell says where somebody is now: of the others what was told may be over. */
void hw_unreferred_hear(struct hw_engine *engine, uint32_t person)
{
    struct hw_stay_walk walk;
    uint32_t stay, latest;

    if (!routes(engine))
        return;
    latest = hw_situation_latest(engine, person);
    walk = hw_stay_walk(engine, person);
    while ((stay = hw_stay_next(engine, &walk)) != 0)
        if (stay == latest ? is_worth_a_look(engine, stay)
                           : hw_alert_standing(engine, hw_stay_at(engine, stay)->alerts,
                                 HW_ALERT_HOME_NOT_REFERRED) != 0)
            hw_agenda_stay(engine, stay);
}

void hw_unreferred_look_at_all(struct hw_engine *engine)
{
    for (uint32_t stay = 1; stay < engine->stays.count; stay++)
        if (is_worth_a_look(engine, stay))
            hw_agenda_stay(engine, stay);
}

/* ---- what there is of referrals ---- */

/* Support that goes on, or was still given at a moment, or began after it; HW_TIME_OPEN: never. */
static bool was_given(
    const struct hw_engine *engine, const struct hw_referral *referral, int64_t since_ms)
{
    for (uint32_t at = referral->matches; at != 0; at = hw_match_at(engine, at)->referral_next) {
        const struct hw_match *match = hw_match_at(engine, at);

        if (match->state == HW_MATCH_STARTED ||
            (match->started_ms != HW_TIME_NONE && match->ended_ms >= since_ms))
            return true;
    }
    return false;
}

/* Of all their numbers: one that is open, of whatever direction, or support since they left. */
static bool is_referred(const struct hw_engine *engine, uint32_t stay, int64_t left_ms)
{
    uint32_t person = hw_person_of(engine, hw_stay_at(engine, stay)->owner), at = person;

    if (engine->referrals.count == 1)
        return false;
    do {
        for (uint32_t referral = hw_referrals_of(engine, at); referral != 0;
             referral = hw_referral_at(engine, referral)->identifier_next)
            if (hw_referral_at(engine, referral)->state != HW_REFERRAL_ENDED ||
                was_given(engine, hw_referral_at(engine, referral), left_ms))
                return true;
        at = hw_identifier_at(engine, at)->person_next;
    } while (at != person);
    return false;
}

/* ---- where the person is ---- */

/* Discharged to another hospital, its beds for mothers or minds included: nobody is home. */
static bool is_hospital(struct hw_slice destination)
{
    static const char *const codes[] = {"49", "50", "51", "52", "53", "84", "87"};

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (hw_slice_is(destination, codes[i]))
            return true;
    return false;
}

static bool is_home(const struct hw_engine *engine, const struct hw_situation *now, uint32_t stay)
{
    return now->stay == stay && now->left_ms != HW_TIME_NONE && !now->in_hospital && !now->dead &&
        now->pathway > HW_P0 && now->pathway < HW_P_NONE &&
        !is_hospital(hw_engine_text(engine, now->destination));
}

/* Somebody has seen to this leaving; another one later is news. */
static bool is_seen_to(const struct hw_engine *engine, uint32_t stay, int64_t left_ms)
{
    uint32_t latest = hw_stay_at(engine, stay)->alerts;

    return latest != 0 && hw_alert_at(engine, latest)->acknowledged_ms >= left_ms;
}

bool hw_unreferred_is(struct hw_engine *engine, uint32_t stay)
{
    const struct hw_stay *record = hw_stay_at(engine, stay);
    struct hw_situation now;

    if (!routes(engine) || record->leader != stay || record->sealed ||
        is_referred(engine, stay, HW_TIME_OPEN))
        return false;
    hw_situation_of(engine, record->owner, 0, &now); /* Of the latest spell: where they are now. */
    return is_home(engine, &now, stay) && !is_seen_to(engine, stay, now.left_ms) &&
        !is_referred(engine, stay, now.left_ms);
}
