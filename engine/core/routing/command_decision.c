#include "core/routing/command_parts.h"

#include "core/routing/agenda.h"
#include "core/routing/alert.h"
#include "core/routing/mode.h"
#include "core/routing/referral.h"
#include "core/routing/safety.h"
#include "core/stays/stay.h"

void hw__command_take_mode(const struct hw_command *command)
{
    const struct hw_mode_said said = {
        .until_ms = hw__moment(command, HW_FIELD_UNTIL, HW_TIME_OPEN),
        .by = hw__code(command, HW_FIELD_BY),
        .reason = hw__code(command, HW_FIELD_REASON),
    };

    if (!hw_mode_set(command->engine, hw__text(command, HW_FIELD_DETAIL),
            hw__text(command, HW_FIELD_ANSWER), &said))
        hw__refuse(command, HW_E_INVALID,
            "scope is not all or KIND:CODE, or mode none of observe, propose, offer, paused");
}

void hw__command_hold_referral(const struct hw_command *command)
{
    uint32_t handle = hw__known_referral(command);

    if (handle != 0)
        hw_referral_hold(command->engine, handle, HW_HELD_BY_PERSON,
            hw__moment(command, HW_FIELD_UNTIL, HW_TIME_OPEN));
}

void hw__command_release_referral(const struct hw_command *command)
{
    uint32_t handle = hw__known_referral(command);

    if (handle == 0)
        return;
    hw_referral_at(command->engine, handle)->flags &= (uint16_t)~HW_REFERRAL_HOLD_LAPSED;
    hw_referral_release(
        command->engine, handle, (enum hw_hold)(HW_HELD_BY_PERSON | HW_HELD_BY_IDENTITY));
    hw_safety_released(command->engine, handle);
}

/* Whoever declined may be asked again: included is the opposite of that, too. */
static void forgive(struct hw_engine *engine, uint32_t referral, uint32_t code)
{
    for (uint32_t at = hw_referral_at(engine, referral)->matches; at != 0;
         at = hw_match_at(engine, at)->referral_next)
        if (hw_service_at(engine, hw_match_at(engine, at)->service)->code == code)
            hw_match_at(engine, at)->forgiven = 1;
}

void hw__command_link_referral(const struct hw_command *command)
{
    enum hw_link_kind kind = command->event->kind == HW_KIND_DECIDE_REFERRAL_PINNED ||
            command->event->kind == HW_KIND_DECIDE_REFERRAL_UNPINNED
        ? HW_LINK_PINNED
        : HW_LINK_EXCLUDED;
    bool add = command->event->kind == HW_KIND_DECIDE_REFERRAL_PINNED ||
        command->event->kind == HW_KIND_DECIDE_REFERRAL_EXCLUDED;
    uint32_t handle = hw__known_referral(command), service = hw__code(command, HW_FIELD_SERVICE);

    if (handle == 0)
        return;
    if (service == 0) {
        hw__refuse(command, HW_E_INVALID, "service is missing");
        return;
    }
    /* Whoever mistypes whom they exclude would believe that it is out. */
    if (hw_service_find(command->engine, service) == 0) {
        hw__refuse(command, HW_E_NOT_FOUND, "the service is not known: mend its code");
        return;
    }
    if (add)
        hw_referral_link(command->engine, handle, kind, service,
            hw__moment(command, HW_FIELD_UNTIL, HW_TIME_OPEN));
    else
        hw_referral_unlink(command->engine, handle, kind, service);
    if (command->event->kind == HW_KIND_DECIDE_REFERRAL_INCLUDED)
        forgive(command->engine, handle, service);
    hw_referral_follow(command->engine, handle);
}

void hw__command_set_priority(const struct hw_command *command)
{
    uint32_t handle = hw__known_referral(command);

    if (handle == 0)
        return;
    hw_referral_open(command->engine, handle);
    hw_referral_at(command->engine, handle)->priority_due_ms =
        hw__moment(command, HW_FIELD_UNTIL, HW_TIME_NONE);
    hw_referral_follow(command->engine, handle);
}

static void acknowledge(const struct hw_command *command, uint32_t alert)
{
    hw_alert_acknowledge(command->engine, alert, hw__code(command, HW_FIELD_BY),
        hw__code(command, HW_FIELD_ANSWER), hw__code(command, HW_FIELD_NOTE));
    hw_safety_acknowledged(command->engine, alert, hw__text(command, HW_FIELD_ANSWER));
}

/* All that stand of a list. */
static void acknowledge_all(const struct hw_command *command, uint32_t alerts)
{
    bool any = false;

    for (uint32_t at = alerts; at != 0; at = hw_alert_at(command->engine, at)->subject_next)
        if (hw_alert_at(command->engine, at)->cleared_ms == HW_TIME_OPEN) {
            acknowledge(command, at);
            any = true;
        }
    if (!any)
        hw__refuse(command, HW_E_CONFLICT, "no alert stands about it");
}

/* Of a spell, by its reference or as a feed names it. */
static void acknowledge_spell(const struct hw_command *command)
{
    struct hw_slice named = hw__text(command, HW_FIELD_DETAIL);
    uint32_t stay = named.size > 0 ? hw_stay_named(command->engine, named) : command->stay;

    if (stay == 0) {
        hw__refuse(command, HW_E_NOT_FOUND,
            named.size > 0 ? "there is no such spell"
                           : "no spell has this number, or several have: say it by its reference");
        return;
    }
    stay = hw_stay_at(command->engine, stay)->leader;
    hw__about(command, 'S', hw_stay_at(command->engine, stay)->reference, 0);
    acknowledge_all(command, hw_stay_at(command->engine, stay)->alerts);
}

/* The spell an alert is about, or that its referral is tied to; 0: none. */
static uint32_t stay_of_alert(const struct hw_engine *engine, const struct hw_alert *alert)
{
    uint32_t stay = alert->about == HW_ALERT_ABOUT_STAY ? alert->subject
        : alert->about == HW_ALERT_ABOUT_REFERRAL ? hw_referral_at(engine, alert->subject)->stay
                                                  : 0;

    return stay == 0 ? 0 : hw_stay_at(engine, stay)->leader;
}

/* Whether an alert is about what was named beside it, if anything was. */
static bool is_about(const struct hw_command *command, const struct hw_alert *alert)
{
    const struct hw_engine *engine = command->engine;
    uint32_t stay = command->stay;

    if (hw__says(command, HW_FIELD_REFERRAL) &&
        (alert->about != HW_ALERT_ABOUT_REFERRAL || alert->subject != hw__known_referral(command)))
        return false;
    if (hw__says(command, HW_FIELD_DETAIL)) {
        stay = hw_stay_named(engine, hw__text(command, HW_FIELD_DETAIL));
        if (stay == 0)
            return false;
    }
    if (stay == 0)
        return !command->event->has_stay;
    return hw_stay_at(engine, stay)->leader == stay_of_alert(engine, alert);
}

void hw__command_acknowledge_alert(const struct hw_command *command)
{
    uint32_t alert = 0, referral;
    bool fits;

    if (!hw__says(command, HW_FIELD_OFFER) && hw__says(command, HW_FIELD_REFERRAL)) {
        referral = hw__known_referral(command);
        if (referral != 0)
            acknowledge_all(command, hw_referral_at(command->engine, referral)->alerts);
        return;
    }
    if (!hw__says(command, HW_FIELD_OFFER) &&
        (hw__says(command, HW_FIELD_DETAIL) || command->event->has_stay)) {
        acknowledge_spell(command);
        return;
    }
    alert = hw_alert_find(command->engine, (uint64_t)hw__count(command, HW_FIELD_OFFER, 0));
    if (alert == 0) {
        hw__refuse(command, HW_E_NOT_FOUND, "there is no such alert");
        return;
    }
    fits = is_about(command, hw_alert_at(command->engine, alert));
    hw__about(command, 'A', hw_alert_at(command->engine, alert)->reference, 0);
    if (!fits) {
        hw__refuse(command, HW_E_CONFLICT, "the alert is about something else");
        return;
    }
    if (hw_alert_at(command->engine, alert)->cleared_ms != HW_TIME_OPEN)
        hw__refuse(command, HW_E_CONFLICT, "what it told of is over");
    else
        acknowledge(command, alert);
}
