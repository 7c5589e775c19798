#include "core/routing/command_parts.h"

#include "core/routing/match.h"
#include "core/routing/referral.h"
#include "core/routing/rules.h"

/* The proposal or offer of a version: what is stale or another's is refused with what stands. */
static uint32_t known_match(const struct hw_command *command)
{
    struct hw_engine *engine = command->engine;
    uint32_t handle = hw_match_find(engine, (uint64_t)hw__count(command, HW_FIELD_OFFER, 0));
    uint32_t service = hw__code(command, HW_FIELD_SERVICE);
    const struct hw_match *match;

    if (handle == 0) {
        hw__refuse(command, HW_E_NOT_FOUND, "there is no such proposal or offer");
        return 0;
    }
    match = hw_match_at(engine, handle);
    hw__about(command, match->reference, match->version);
    if (service != 0 && hw_service_at(engine, match->service)->code != service) {
        hw__refuse(command, HW_E_CONFLICT, "the offer was made to another service");
        return 0;
    }
    if (hw__says(command, HW_FIELD_VERSION) &&
        hw__count(command, HW_FIELD_VERSION, 0) != (int64_t)match->version) {
        hw__refuse(command, HW_E_STALE, "that version is not the present one");
        return 0;
    }
    return handle;
}

void hw__command_step(const struct hw_command *command, uint32_t handle, enum hw_match_step step)
{
    struct hw_engine *engine = command->engine;
    enum hw_step_end end = hw_match_take(engine, handle, step);

    hw__about(
        command, hw_match_at(engine, handle)->reference, hw_match_at(engine, handle)->version);
    if (end == HW_STEP_REFUSED)
        hw__refuse(command, HW_E_CONFLICT, "its state does not allow that");
}

static int64_t answer_until(const struct hw_engine *engine, const struct hw_match *match)
{
    const struct hw_service *service = hw_service_at(engine, match->service);

    return hw_hours_after(&service->answer_hours, engine->root.accepted_ms, service->offer_ttl_ms);
}

void hw__command_approve(const struct hw_command *command)
{
    uint32_t handle = known_match(command);
    struct hw_match *match;

    if (handle == 0)
        return;
    match = hw_match_at(command->engine, handle);
    match->by = hw__code(command, HW_FIELD_BY);
    match->expires_ms = hw__moment(command, HW_FIELD_UNTIL, answer_until(command->engine, match));
    hw__command_step(command, handle, HW_STEP_APPROVE);
}

void hw__command_reject(const struct hw_command *command)
{
    uint32_t handle = known_match(command);

    if (handle == 0)
        return;
    hw_match_at(command->engine, handle)->reason = hw__code(command, HW_FIELD_REASON);
    hw__command_step(command, handle, HW_STEP_REJECT);
}

void hw__command_withdraw_offer(const struct hw_command *command)
{
    uint32_t handle = known_match(command);

    if (handle == 0)
        return;
    hw_match_at(command->engine, handle)->reason = hw__code(command, HW_FIELD_REASON);
    hw__command_step(command, handle, HW_STEP_WITHDRAW);
}

void hw__command_extend_offer(const struct hw_command *command)
{
    uint32_t handle = known_match(command);
    struct hw_match *match;

    if (handle == 0)
        return;
    match = hw_match_at(command->engine, handle);
    if (!hw__says(command, HW_FIELD_UNTIL)) {
        hw__refuse(command, HW_E_INVALID, "until is missing");
        return;
    }
    match->expires_ms = hw__moment(command, HW_FIELD_UNTIL, match->expires_ms);
    hw__command_step(command, handle, HW_STEP_RENEW);
}

/* A late acceptance becomes a new proposal, where there is still room (R10). */
static void propose_again(const struct hw_command *command, uint32_t late)
{
    struct hw_engine *engine = command->engine;
    const struct hw_match *match = hw_match_at(engine, late);
    uint32_t referral = match->referral, service = match->service, again;
    int32_t units = hw_rule_units(engine, referral, service);

    if (!hw_referral_waits(hw_referral_at(engine, referral)) ||
        hw_service_free(hw_service_at(engine, service)) < units) {
        hw__refuse(command, HW_E_CONFLICT, "it came too late: the person or the place is taken");
        return;
    }
    again = hw_match_new(engine, referral, service, units, HW_MATCH_PROPOSED);
    hw_match_set_start(engine, again,
        hw__moment(command, HW_FIELD_STARTS_AT, hw_match_at(engine, late)->starts_ms));
    hw_match_at(engine, again)->expires_ms =
        engine->root.accepted_ms + hw_service_at(engine, service)->proposal_ttl_ms;
    hw_match_set_timer(engine, again);
    hw_referral_follow(engine, referral);
    hw_tell_match(engine, HW_EFFECT_ROUTE_PROPOSED, again);
    hw__about(command, hw_match_at(engine, again)->reference, 1);
}

/* Answers of providers (domain 6.2): word, step. */
static const struct {
    const char *word;
    enum hw_match_step step;
} answers[] = {
    {"accepted", HW_STEP_ACCEPT},
    {"accepted_with_changes", HW_STEP_ACCEPT},
    {"declined", HW_STEP_DECLINE},
    {"assessing", HW_STEP_ASSESS},
    {"withdrawn", HW_STEP_REVOKE},
    {"handed_back", HW_STEP_HAND_BACK},
};

void hw__command_take_answer(const struct hw_command *command)
{
    uint32_t handle = known_match(command);
    struct hw_match *match;

    if (handle == 0)
        return;
    match = hw_match_at(command->engine, handle);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        enum hw_match_state next;

        if (!hw__is(command, HW_FIELD_ANSWER, answers[i].word))
            continue;
        if (hw_match_look((enum hw_match_state)match->state, answers[i].step, &next) ==
            HW_STEP_LATE) {
            propose_again(command, handle);
            return;
        }
        match->reason = hw__code(command, HW_FIELD_REASON);
        if (answers[i].step == HW_STEP_ACCEPT)
            hw_match_set_start(
                command->engine, handle, hw__moment(command, HW_FIELD_STARTS_AT, match->starts_ms));
        hw__command_step(command, handle, answers[i].step);
        return;
    }
    hw__refuse(command, HW_E_INVALID,
        "answer is none of accepted, accepted_with_changes, declined, assessing, withdrawn, "
        "handed_back");
}

/* The hub's own choice: rules may be set aside by name, but never a refusal or a death (3.3). */
void hw__command_make_offer(const struct hw_command *command)
{
    struct hw_engine *engine = command->engine;
    uint32_t referral = hw__known_referral(command), handle;
    uint32_t service = hw_service_find(engine, hw__code(command, HW_FIELD_SERVICE));
    struct hw_referral *record;
    struct hw_match *match;

    if (referral == 0)
        return;
    record = hw_referral_at(engine, referral);
    if (service == 0) {
        hw__refuse(command, HW_E_NOT_FOUND, "the service is not known");
        return;
    }
    if (record->state == HW_REFERRAL_ENDED ||
        (record->held & (HW_HELD_BY_DEATH | HW_HELD_BY_IDENTITY)) != 0 ||
        hw_rule_of_choice(engine, referral, service) == HW_RULE_REFUSED) {
        hw__refuse(command, HW_E_CONFLICT,
            "the person refused it, has died, is not surely known, or the referral is over");
        return;
    }
    if (hw_match_live(engine, referral, service) != 0) {
        hw__refuse(command, HW_E_CONFLICT, "there is a live proposal, offer or placement already");
        return;
    }
    handle = hw_match_new(
        engine, referral, service, hw_rule_units(engine, referral, service), HW_MATCH_PROPOSED);
    match = hw_match_at(engine, handle);
    match->by = hw__code(command, HW_FIELD_BY);
    match->overrides = hw__code(command, HW_FIELD_DETAIL);
    if (match->overrides == 0)
        match->overrides = hw__code(command, HW_FIELD_BY);
    hw_match_set_start(
        engine, handle, hw__moment(command, HW_FIELD_STARTS_AT, engine->root.accepted_ms));
    match->expires_ms = answer_until(engine, match);
    hw__command_step(command, handle, HW_STEP_APPROVE);
}
