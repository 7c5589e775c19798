#include "core/routing/command_parts.h"

#include "core/routing/match.h"
#include "core/routing/referral.h"
#include "core/routing/rules.h"

/* Whether what was said belongs to a stay in service that is over: its end again, or before it. */
static bool is_of_finished(const struct hw_command *command, const struct hw_match *match)
{
    return match->state == HW_MATCH_FINISHED &&
        (command->event->kind == HW_KIND_PLACEMENT_ENDED ||
            command->event->happened.start_ms <= match->ended_ms);
}

/* The last match of a referral with a service that may be what a provider speaks of. */
static uint32_t match_spoken_of(
    const struct hw_command *command, uint32_t referral, uint32_t service)
{
    const struct hw_engine *engine = command->engine;
    uint32_t at = hw_match_live(engine, referral, service);

    if (at != 0)
        return at;
    for (at = hw_referral_at(engine, referral)->matches; at != 0;
         at = hw_match_at(engine, at)->referral_next) {
        const struct hw_match *match = hw_match_at(engine, at);

        if (match->service != service || match->state == HW_MATCH_OBSERVED)
            continue;
        if (match->state != HW_MATCH_FINISHED || is_of_finished(command, match))
            return at;
    }
    return 0;
}

struct placement {
    uint32_t referral, service, match;
};

/* What a placement event is about: made where it is not known, because it is true (R13). */
static bool placement_of(const struct hw_command *command, struct placement *ret_placement)
{
    struct hw_engine *engine = command->engine;
    uint32_t name = hw__code(command, HW_FIELD_REFERRAL),
             service = hw__code(command, HW_FIELD_SERVICE);

    if (name == 0 || service == 0) {
        hw__refuse(command, HW_E_INVALID, "referral or service is missing");
        return false;
    }
    ret_placement->referral = hw_referral_find(engine, name);
    if (ret_placement->referral == 0) {
        ret_placement->referral = hw_referral_take(engine, name);
        hw_referral_at(engine, ret_placement->referral)->flags |= HW_REFERRAL_UNKNOWN;
        hw_referral_set_person(engine, ret_placement->referral, command->identifier);
    }
    ret_placement->service = hw_service_take(engine, service);
    ret_placement->match =
        match_spoken_of(command, ret_placement->referral, ret_placement->service);
    return true;
}

void hw__command_take_units(const struct hw_command *command, uint32_t match)
{
    const struct hw_engine *engine = command->engine;
    int64_t units = hw__count(command, HW_FIELD_UNITS, 0);

    if (!hw__says(command, HW_FIELD_UNITS) ||
        hw_service_at(engine, hw_match_at(engine, match)->service)->unit != HW_UNIT_HOURS)
        return;
    if (units < 0 || units > HW_UNITS_OF_ONE_MAX) {
        hw__refuse(command, HW_E_INVALID, "units are absurd: the rest was taken");
        return;
    }
    hw_match_set_units(command->engine, match, (int32_t)units);
}

/* R12: what holds where the service does not say how long people stay. */
enum { CRISIS_HOURS = 72, REABLEMENT_DAYS = 42 };

static int64_t stay_of(const struct hw_service *service)
{
    if (service->max_stay_ms > 0)
        return service->max_stay_ms;
    if (service->kind == HW_SERVICE_CRISIS_RESPONSE)
        return CRISIS_HOURS * HW_HOUR_MS;
    return service->kind == HW_SERVICE_REABLEMENT ? REABLEMENT_DAYS * HW_DAY_MS : 0;
}

void hw__command_set_review(const struct hw_command *command, uint32_t handle)
{
    struct hw_match *match = hw_match_at(command->engine, handle);
    int64_t stay_ms = stay_of(hw_service_at(command->engine, match->service));

    if (match->started_ms != HW_TIME_NONE && stay_ms > 0)
        match->review_due_ms = match->started_ms + stay_ms;
}

static void start_placement(const struct hw_command *command, struct placement *placement)
{
    struct hw_engine *engine = command->engine;
    struct hw_match *match;

    if (placement->match == 0)
        placement->match = hw_match_new(engine, placement->referral, placement->service,
            hw_rule_units(engine, placement->referral, placement->service), HW_MATCH_EXPIRED);
    match = hw_match_at(engine, placement->match);
    if (match->started_ms == HW_TIME_NONE || match->state != HW_MATCH_STARTED)
        match->started_ms = hw__said_at(command);
    hw__command_set_review(command, placement->match);
    /* Somebody is in service: the referral is not over, whoever ended it. */
    if (hw_referral_at(engine, placement->referral)->state == HW_REFERRAL_ENDED)
        hw_referral_at(engine, placement->referral)->state = HW_REFERRAL_WAITING;
    hw__command_step(command, placement->match, HW_STEP_START);
    hw__command_take_units(command, placement->match);
}

/*
 * What a review found holds until a later one, whichever is heard of first; but one that is dated
 * ahead of now does not keep others away.
 */
static void take_review(const struct hw_command *command, const struct placement *placement)
{
    struct hw_match *match = hw_match_at(command->engine, placement->match);
    bool ready = hw__is(command, HW_FIELD_DETAIL, "ready_to_leave");
    int64_t at = command->event->happened.start_ms;

    if (at < match->reviewed_ms && match->reviewed_ms <= command->engine->root.accepted_ms)
        return;
    match->reviewed_ms = at;
    if (!ready)
        match->ready_since_ms = HW_TIME_NONE;
    else if (!match->ready_to_leave)
        match->ready_since_ms = at;
    match->ready_to_leave = ready;
    if (hw__says(command, HW_FIELD_DESTINATION))
        match->onward = hw__code(command, HW_FIELD_DESTINATION);
    hw_referral_tell_others(command->engine, placement->referral);
}

/* Over, and said again: nobody starts anew, and what it came to may be put right. */
static void repeat_finished(const struct hw_command *command, struct hw_match *match)
{
    hw__about(command, 'O', match->reference, match->version);
    if (command->event->kind == HW_KIND_PLACEMENT_ENDED && hw__says(command, HW_FIELD_OUTCOME))
        match->outcome = hw__code(command, HW_FIELD_OUTCOME);
    if (command->event->kind == HW_KIND_PLACEMENT_ENDED && hw__says(command, HW_FIELD_DESTINATION))
        match->onward = hw__code(command, HW_FIELD_DESTINATION);
}

void hw__command_take_placement(const struct hw_command *command)
{
    struct hw_engine *engine = command->engine;
    struct placement placement;
    struct hw_match *match;

    if (!placement_of(command, &placement))
        return;
    if (placement.match != 0 && hw_match_at(engine, placement.match)->state == HW_MATCH_FINISHED) {
        repeat_finished(command, hw_match_at(engine, placement.match));
        return;
    }
    if (command->event->kind == HW_KIND_PLACEMENT_STARTED || placement.match == 0 ||
        hw_match_at(engine, placement.match)->state != HW_MATCH_STARTED)
        start_placement(command, &placement);
    match = hw_match_at(engine, placement.match);
    if (command->event->kind == HW_KIND_PLACEMENT_UNITS_CHANGED)
        hw__command_take_units(command, placement.match);
    if (command->event->kind == HW_KIND_PLACEMENT_REVIEWED)
        take_review(command, &placement);
    if (command->event->kind == HW_KIND_PLACEMENT_ENDED) {
        match->outcome = hw__code(command, HW_FIELD_OUTCOME);
        if (hw__says(command, HW_FIELD_DESTINATION))
            match->onward = hw__code(command, HW_FIELD_DESTINATION);
        hw__command_step(command, placement.match, HW_STEP_FINISH);
        match->ended_ms = command->event->happened.start_ms;
        hw_referral_finish(engine, placement.referral, match->outcome);
    }
}
