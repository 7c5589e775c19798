#include "core/routing/command_parts.h"

#include "core/routing/match.h"
#include "core/routing/package.h"
#include "core/routing/referral.h"
#include "core/routing/rules.h"

/*
 * Care that nobody had told of: a referral of its own, named by the record that first spoke of it.
 * It says no direction, so nothing is ever proposed for it; names that feeds say have a '/'.
 */
static uint32_t own_referral(const struct hw_command *command)
{
    struct hw_engine *engine = command->engine;
    int64_t units = hw__count(command, HW_FIELD_UNITS, 0);
    char text[HW_REFERENCE_TEXT_SIZE];
    uint32_t referral = hw_referral_take(engine,
        hw_text_intern(
            engine, hw_slice_text(hw_reference_format('R', engine->root.sequence, text))));

    hw_referral_at(engine, referral)->units =
        units > 0 && units <= HW_UNITS_MAX ? (int32_t)units : 0;
    hw_referral_set_person(engine, referral, command->identifier);
    return referral;
}

/* The match in service: begun now where it was not, or was thought to be over (R13). */
static uint32_t in_service(
    const struct hw_command *command, uint32_t service, uint32_t match, int64_t began_ms)
{
    struct hw_engine *engine = command->engine;
    uint32_t referral;

    if (match != 0 && hw_match_at(engine, match)->state == HW_MATCH_STARTED)
        return match;
    if (match == 0 || !hw_match_is_live(hw_match_at(engine, match))) {
        /* One that was over has no start of its own: it is the same care. */
        if (match != 0)
            began_ms = hw_match_at(engine, match)->started_ms;
        referral = match != 0 ? hw_match_at(engine, match)->referral : own_referral(command);
        match = hw_match_new(
            engine, referral, service, hw_rule_units(engine, referral, service), HW_MATCH_EXPIRED);
    }
    referral = hw_match_at(engine, match)->referral;
    hw_match_at(engine, match)->started_ms = began_ms;
    hw__command_set_review(command, match);
    if (hw_referral_at(engine, referral)->state == HW_REFERRAL_ENDED)
        hw_referral_at(engine, referral)->state = HW_REFERRAL_WAITING;
    hw__command_step(command, match, HW_STEP_START);
    return match;
}

static void suspend(const struct hw_command *command, uint32_t service, uint32_t match)
{
    struct hw_engine *engine = command->engine;
    bool dated = hw__says(command, HW_FIELD_UNTIL);

    /* Since when they had it nobody has said. */
    match = in_service(command, service, match, HW_TIME_NONE);
    hw_match_at(engine, match)->package = dated ? HW_PACKAGE_KEPT : HW_PACKAGE_OPEN;
    hw_match_at(engine, match)->package_ms = hw__said_at(command);
    hw__command_take_units(command, match);
    hw_package_suspend(engine, match,
        dated ? hw__moment(command, HW_FIELD_UNTIL, HW_TIME_NONE)
              : engine->root.accepted_ms + hw_service_at(engine, service)->suspend_hold_ms);
}

static void restart(const struct hw_command *command, uint32_t service, uint32_t match)
{
    struct hw_engine *engine = command->engine;
    struct hw_match *record;

    match = in_service(command, service, match, hw__said_at(command));
    record = hw_match_at(engine, match);
    record->package = HW_PACKAGE_KNOWN;
    record->package_ms = hw__said_at(command);
    hw_referral_at(engine, record->referral)->flags &= (uint16_t)~HW_REFERRAL_PACKAGE_LAPSED;
    hw__command_take_units(command, match);
    if (record->suspended_until_ms != HW_TIME_NONE)
        hw_package_suspend(engine, match, HW_TIME_NONE);
    else
        hw_referral_follow(engine, record->referral);
}

static void lapse(const struct hw_command *command, uint32_t match)
{
    struct hw_engine *engine = command->engine;
    struct hw_match *record = hw_match_at(engine, match);

    record->package_ms = hw__said_at(command);
    if (record->state != HW_MATCH_STARTED)
        return; /* It was over. */
    record->reason = record->outcome = hw_text_intern(engine, hw_slice_text("lapsed"));
    hw_package_end(engine, match);
    record->ended_ms = hw__said_at(command);
}

void hw__command_take_package(const struct hw_command *command)
{
    struct hw_engine *engine = command->engine;
    uint32_t code = hw__code(command, HW_FIELD_SERVICE), service, match;
    enum hw_kind kind = command->event->kind;

    if (command->identifier == 0 || code == 0) {
        hw__refuse(command, HW_E_INVALID, "person or service is missing");
        return;
    }
    service = hw_service_take(engine, code);
    match =
        hw_package_find(engine, command->identifier, service, kind == HW_KIND_PACKAGE_RESTARTED);
    if (match == 0 && kind == HW_KIND_PACKAGE_LAPSED) {
        hw__refuse(command, HW_E_NOT_FOUND, "no package of this person by this service is known");
        return;
    }
    /* What was said later stands, though this came behind it. */
    if (match == 0 || hw_match_at(engine, match)->package_ms <= hw__said_at(command)) {
        if (kind == HW_KIND_PACKAGE_SUSPENDED)
            suspend(command, service, match);
        else if (kind == HW_KIND_PACKAGE_RESTARTED)
            restart(command, service, match);
        else
            lapse(command, match);
        match = hw_package_find(engine, command->identifier, service, false);
    }
    hw__about(
        command, 'O', hw_match_at(engine, match)->reference, hw_match_at(engine, match)->version);
}
