#include "core/routing/command_parts.h"

#include "core/routing/match.h"
#include "core/routing/mode.h"
#include "core/routing/referral.h"
#include "core/routing/rules.h"
#include "core/routing/safety.h"

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
    hw__about(command, 'O', match->reference, match->version);
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
        command, 'O', hw_match_at(engine, handle)->reference, hw_match_at(engine, handle)->version);
    if (end == HW_STEP_REFUSED)
        hw__refuse(command, HW_E_CONFLICT, "its state does not allow that");
}

/* Whether a step would be taken: what is refused, or was done before, changes nothing. */
static bool may_step(const struct hw_command *command, uint32_t handle, enum hw_match_step step)
{
    enum hw_match_state next,
        state = (enum hw_match_state)hw_match_at(command->engine, handle)->state;
    enum hw_step_end end = hw_match_look(state, step, &next);

    if (end == HW_STEP_REFUSED)
        hw__refuse(command, HW_E_CONFLICT, "its state does not allow that");
    return end == HW_STEP_DONE;
}

/* A decision that somebody must answer for: who, and what it is about; 0, refused, without. */
static uint32_t decided_match(const struct hw_command *command, enum hw_match_step step)
{
    uint32_t handle = known_match(command);

    if (handle == 0 || !may_step(command, handle, step))
        return 0;
    if (hw__text(command, HW_FIELD_BY).size == 0) {
        hw__refuse(command, HW_E_INVALID, "by is missing: a named person decides");
        return 0;
    }
    return handle;
}

/* Paused sends nothing, whoever would send it (R10): the mode is to be set first. */
static bool may_send(const struct hw_command *command, uint32_t referral, uint32_t service)
{
    if (hw_mode_of(command->engine, referral, service) != HW_MODE_PAUSED)
        return true;
    hw__refuse(command, HW_E_CONFLICT,
        "it is paused here and nothing is sent: set another routing.mode first");
    return false;
}

void hw__command_approve(const struct hw_command *command)
{
    uint32_t handle = decided_match(command, HW_STEP_APPROVE);
    const char *words;
    struct hw_match *match;

    if (handle == 0)
        return;
    match = hw_match_at(command->engine, handle);
    words = hw_safety_forbids(command->engine, match->referral);
    if (words != NULL)
        hw__refuse(command, HW_E_CONFLICT, words);
    if (words != NULL || !may_send(command, match->referral, match->service))
        return;
    match->by = hw__code(command, HW_FIELD_BY);
    match->reason = hw__code(command, HW_FIELD_REASON);
    match->expires_ms =
        hw__moment(command, HW_FIELD_UNTIL, hw_match_answer_until(command->engine, handle));
    hw__command_step(command, handle, HW_STEP_APPROVE);
}

static void end_match(const struct hw_command *command, enum hw_match_step step)
{
    uint32_t handle = decided_match(command, step);

    if (handle == 0)
        return;
    hw_match_at(command->engine, handle)->reason = hw__code(command, HW_FIELD_REASON);
    hw__command_step(command, handle, step);
}

void hw__command_reject(const struct hw_command *command)
{
    end_match(command, HW_STEP_REJECT);
}

void hw__command_withdraw_offer(const struct hw_command *command)
{
    uint32_t handle =
        hw_match_find(command->engine, (uint64_t)hw__count(command, HW_FIELD_OFFER, 0));

    end_match(command, HW_STEP_WITHDRAW);
    if (handle != 0 && command->engine->command.status == HW_OK)
        hw_match_at(command->engine, handle)->called_off = 1;
}

void hw__command_extend_offer(const struct hw_command *command)
{
    uint32_t handle = decided_match(command, HW_STEP_RENEW);

    if (handle == 0)
        return;
    if (hw__moment(command, HW_FIELD_UNTIL, HW_TIME_NONE) <= command->engine->root.accepted_ms) {
        hw__refuse(command, HW_E_INVALID, "until is missing, or over already");
        return;
    }
    hw_match_at(command->engine, handle)->expires_ms =
        hw__moment(command, HW_FIELD_UNTIL, HW_TIME_NONE);
    hw__command_step(command, handle, HW_STEP_RENEW);
}

static bool may_propose_again(const struct hw_engine *engine, uint32_t referral, uint32_t service)
{
    const struct hw_referral *record = hw_referral_at(engine, referral);

    return record->state <= HW_REFERRAL_OFFERED && record->held == 0 &&
        hw_match_live(engine, referral, service) == 0 &&
        hw_rules_lasting(engine, referral, service) == 0;
}

/* It is proposed to that service already: the acceptance belongs to that proposal, made anew. */
static bool stands_again(const struct hw_command *command, uint32_t referral, uint32_t service)
{
    struct hw_engine *engine = command->engine;
    uint32_t again = hw_match_live(engine, referral, service);

    if (again == 0 || hw_match_at(engine, again)->state != HW_MATCH_PROPOSED)
        return false;
    hw_match_set_start(engine, again,
        hw__moment(command, HW_FIELD_STARTS_AT, hw_match_at(engine, again)->starts_ms));
    hw__command_step(command, again, HW_STEP_RENEW);
    return true;
}

/*
 * A late acceptance becomes a new proposal, where there is still room and nobody else accepted
 * (R10); beside another that is live it is a double offer, which is shown.
 */
static void propose_again(const struct hw_command *command, uint32_t late)
{
    struct hw_engine *engine = command->engine;
    const struct hw_match *match = hw_match_at(engine, late);
    uint32_t referral = match->referral, service = match->service, again;
    int32_t units = hw_rule_units(engine, referral, service);

    if (hw_mode_of(engine, referral, service) == HW_MODE_PAUSED) {
        hw__refuse(command, HW_E_CONFLICT,
            "it came too late, and here it is paused: nothing is proposed again");
        return;
    }
    if (stands_again(command, referral, service))
        return;
    if (!may_propose_again(engine, referral, service) ||
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
    hw__about(command, 'O', hw_match_at(engine, again)->reference, 1);
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

/* A death stops an offer at once: nobody takes it up, and nobody rings (R7). */
static bool is_of_the_dead(const struct hw_engine *engine, const struct hw_match *match)
{
    return (hw_referral_at(engine, match->referral)->held & HW_HELD_BY_DEATH) != 0;
}

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
        if (!may_step(command, handle, answers[i].step))
            return;
        if (answers[i].step == HW_STEP_ACCEPT && is_of_the_dead(command->engine, match)) {
            hw__refuse(command, HW_E_CONFLICT, "the person is recorded as dead: it is stopped");
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

/* ---- the hub's own offer ---- */

/* Rules set aside by name, as bits; false, refused, where a name is none. */
static bool read_overrides(const struct hw_command *command, uint32_t *ret_bits)
{
    struct hw_slice list = hw__text(command, HW_FIELD_DETAIL);

    *ret_bits = 0;
    for (size_t start = 0, at = 0; at <= list.size; at++) {
        enum hw_rule rule;

        if (at < list.size && list.data[at] != ';')
            continue;
        rule = hw_rule_named(hw_slice_of(list.data + start, at - start));
        if (at > start && rule == HW_RULE_NONE) {
            hw__refuse(command, HW_E_INVALID, "a name in override is no rule: see why-not");
            return false;
        }
        *ret_bits |= at > start ? UINT32_C(1) << rule : 0;
        start = at + 1;
    }
    return true;
}

/* What nobody sets aside: the person's refusal, death, an identity hold, what is over (3.3). */
static const char *never(
    const struct hw_command *command, uint32_t referral, uint32_t service, uint32_t rules)
{
    const struct hw_engine *engine = command->engine;
    const struct hw_referral *record = hw_referral_at(engine, referral);

    if (record->state == HW_REFERRAL_ENDED)
        return "the referral is over";
    if ((record->held & HW_HELD_BY_DEATH) != 0 || (record->seen & HW_SEEN_DEAD) != 0)
        return "the person has died";
    if (record->held & HW_HELD_BY_IDENTITY)
        return "whose referral this is has changed: settle that and release it first";
    if ((rules >> HW_RULE_REFUSED & 1u) != 0 ||
        hw_slice_is(hw_engine_text(engine, record->consent), "refused"))
        return "the person has refused: nobody sets that aside";
    if (rules >> HW_RULE_INCOMPLETE_SERVICE & 1u)
        return "kind or unit of the service are not known: declare them first";
    if (hw_match_live(engine, referral, service) != 0)
        return "there is a live proposal, offer or placement already";
    if (record->state == HW_REFERRAL_ACCEPTED || record->state == HW_REFERRAL_PLACED)
        return "another service has accepted: withdraw that first";
    return NULL;
}

/* Whether the hub may offer this; refused in words where not. */
static bool may_offer(
    const struct hw_command *command, uint32_t referral, uint32_t service, uint32_t *ret_overrides)
{
    uint32_t rules = hw_rules_between(command->engine, referral, service);
    const char *words = never(command, referral, service, rules);
    enum hw_rule rule;

    if (words != NULL) {
        hw__refuse(command, HW_E_CONFLICT, words);
        return false;
    }
    if (!read_overrides(command, ret_overrides))
        return false;
    rule = hw_rule_first(rules & ~*ret_overrides);
    if (rule != HW_RULE_NONE) {
        hw__refuse(command, HW_E_CONFLICT, hw_rule_unless(rule));
        return false;
    }
    *ret_overrides &= rules; /* What was not in the way was not set aside. */
    return true;
}

void hw__command_make_offer(const struct hw_command *command)
{
    struct hw_engine *engine = command->engine;
    uint32_t referral = hw__known_referral(command), handle, overrides;
    uint32_t service = hw_service_find(engine, hw__code(command, HW_FIELD_SERVICE));
    struct hw_match *match;

    if (referral == 0)
        return;
    if (service == 0) {
        hw__refuse(command, HW_E_NOT_FOUND, "the service is not known");
        return;
    }
    if (hw__text(command, HW_FIELD_BY).size == 0) {
        hw__refuse(command, HW_E_INVALID, "by is missing: a named person decides");
        return;
    }
    if (!may_offer(command, referral, service, &overrides) || !may_send(command, referral, service))
        return;
    handle = hw_match_new(
        engine, referral, service, hw_rule_units(engine, referral, service), HW_MATCH_PROPOSED);
    match = hw_match_at(engine, handle);
    match->by_hub = 1;
    match->by = hw__code(command, HW_FIELD_BY);
    match->reason = hw__code(command, HW_FIELD_REASON);
    match->overrides = overrides;
    hw_match_set_start(
        engine, handle, hw__moment(command, HW_FIELD_STARTS_AT, engine->root.accepted_ms));
    match->expires_ms = hw_match_answer_until(engine, handle);
    hw__command_step(command, handle, HW_STEP_APPROVE);
}
