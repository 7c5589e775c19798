#include "core/routing/command.h"

#include "core/routing/agenda.h"
#include "core/routing/match.h"
#include "core/routing/mode.h"
#include "core/routing/referral.h"
#include "core/routing/rules.h"
#include "core/services/service.h"

struct command {
    struct hw_engine *engine;
    const struct hw_event *event;
    uint32_t identifier, stay;
};

static struct hw_service *service_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, services, hw_service, handle);
}

/* ---- answering ---- */

static void refuse(const struct command *command, enum hw_status status, const char *words)
{
    command->engine->command.status = status;
    command->engine->command.words = words;
}

static void about(const struct command *command, uint64_t reference, uint32_t version)
{
    command->engine->command.reference = reference;
    command->engine->command.version = version;
}

/* ---- reading ---- */

static bool says(const struct command *command, enum hw_field field)
{
    return hw_event_has(command->event, field);
}

static struct hw_slice text(const struct command *command, enum hw_field field)
{
    return hw_event_text(command->event, field);
}

static uint32_t code(const struct command *command, enum hw_field field)
{
    return hw_text_intern(command->engine, text(command, field));
}

static int64_t moment(const struct command *command, enum hw_field field, int64_t otherwise)
{
    return says(command, field) ? command->event->values[field].time.start_ms : otherwise;
}

static int64_t count(const struct command *command, enum hw_field field, int64_t otherwise)
{
    return says(command, field) ? command->event->values[field].number : otherwise;
}

static bool flag(const struct command *command, enum hw_field field)
{
    return count(command, field, 0) != 0;
}

static bool is(const struct command *command, enum hw_field field, const char *word)
{
    return hw_slice_is(text(command, field), word);
}

/* ---- referrals ---- */

/* What a field says, or clears, goes to a member; absent says nothing. */
#define TAKE_CODE(field, member)                                                                   \
    if (says(command, HW_FIELD_##field) || hw_event_clears(command->event, HW_FIELD_##field))      \
    referral->member = code(command, HW_FIELD_##field)
#define TAKE_TIME(field, member)                                                                   \
    if (says(command, HW_FIELD_##field) || hw_event_clears(command->event, HW_FIELD_##field))      \
    referral->member = moment(command, HW_FIELD_##field, HW_TIME_NONE)

static uint8_t pathway_of(struct hw_slice name)
{
    return name.size == 2 && name.data[0] == 'P' && name.data[1] >= '0' && name.data[1] <= '3'
        ? (uint8_t)(name.data[1] - '0')
        : (uint8_t)HW_P_NONE;
}

static void take_list(
    const struct command *command, uint32_t referral, enum hw_field field, enum hw_link_kind kind)
{
    struct hw_slice list = text(command, field);

    if (!says(command, field) && !hw_event_clears(command->event, field))
        return;
    hw_referral_unlink(command->engine, referral, kind, 0);
    for (size_t start = 0, at = 0; at <= list.size; at++) {
        if (at < list.size && list.data[at] != ';')
            continue;
        if (at > start)
            hw_referral_link(command->engine, referral, kind,
                hw_text_intern(command->engine, hw_slice_of(list.data + start, at - start)),
                HW_TIME_OPEN);
        start = at + 1;
    }
}

/* "4;30;2;..." calls a day, minutes a call, carers: hours a week, rounded up (R9). */
static int32_t hours_of_package(struct hw_slice package)
{
    int64_t numbers[3] = {0, 0, 1}, product = 7;
    size_t part = 0;

    for (size_t i = 0; i < package.size && part < 3; i++) {
        if (package.data[i] == ';') {
            part++;
            if (part == 2)
                numbers[2] = 0;
        } else if (package.data[i] >= '0' && package.data[i] <= '9' && numbers[part] < 10000) {
            numbers[part] = numbers[part] * 10 + (package.data[i] - '0');
        } else if (part < 2) {
            return 0;
        }
    }
    if (numbers[2] == 0)
        numbers[2] = 1;
    for (int i = 0; i < 3; i++)
        product *= numbers[i];
    return product / 60 > HW_UNITS_MAX ? HW_UNITS_MAX : (int32_t)((product + 59) / 60);
}

static void take_particulars(const struct command *command, struct hw_referral *referral)
{
    bool unknown = false;

    if (says(command, HW_FIELD_DIRECTION))
        referral->direction = (uint8_t)hw_direction_of(text(command, HW_FIELD_DIRECTION));
    if (says(command, HW_FIELD_URGENCY))
        referral->urgency = (uint8_t)hw_urgency_of(text(command, HW_FIELD_URGENCY));
    if (says(command, HW_FIELD_PATHWAY))
        referral->said_pathway = pathway_of(text(command, HW_FIELD_PATHWAY));
    if (says(command, HW_FIELD_NEEDS)) {
        referral->needs = hw_needs_of(text(command, HW_FIELD_NEEDS), &unknown);
        referral->needs_unknown = unknown;
    }
    if (says(command, HW_FIELD_FAST_TRACK))
        referral->fast_track = flag(command, HW_FIELD_FAST_TRACK);
    if (says(command, HW_FIELD_SEX))
        referral->sex = (uint8_t)hw_sex_of(text(command, HW_FIELD_SEX));
    if (says(command, HW_FIELD_AGE_YEARS))
        referral->age_years = (int16_t)(count(command, HW_FIELD_AGE_YEARS, -1) & 0xff);
    if (says(command, HW_FIELD_PACKAGE))
        referral->units = hours_of_package(text(command, HW_FIELD_PACKAGE));
    if (says(command, HW_FIELD_UNITS))
        referral->units = (int32_t)(count(command, HW_FIELD_UNITS, 0) & 0xffffff);
    TAKE_CODE(PACKAGE, package);
    TAKE_CODE(COUNCIL, said_council);
    TAKE_CODE(ZONE, said_zone);
    TAKE_CODE(FUNDING, funding);
    TAKE_CODE(CONSENT, consent);
    TAKE_CODE(SITE, site);
    TAKE_TIME(NEEDED_FROM, needed_from_ms);
    TAKE_TIME(NOT_BEFORE, not_before_ms);
}

/* Another open referral of the person in the same direction: shown, never dropped (domain 10: 13).
 */
static void flag_double(const struct command *command, uint32_t handle)
{
    struct hw_referral *referral = hw_referral_at(command->engine, handle);

    for (uint32_t at = hw_referrals_of(command->engine, referral->identifier); at != 0;
         at = hw_referral_at(command->engine, at)->identifier_next) {
        struct hw_referral *other = hw_referral_at(command->engine, at);

        if (at == handle || other->state == HW_REFERRAL_ENDED ||
            other->direction != referral->direction)
            continue;
        other->flags |= HW_REFERRAL_DOUBLE;
        referral->flags |= HW_REFERRAL_DOUBLE;
    }
}

static void take_referral(const struct command *command)
{
    struct hw_engine *engine = command->engine;
    uint32_t name = code(command, HW_FIELD_REFERRAL);
    bool received = command->event->kind == HW_KIND_REFERRAL_RECEIVED;
    bool known = hw_referral_find(engine, name) != 0;
    uint32_t handle;
    struct hw_referral *referral;

    if (name == 0) {
        refuse(command, HW_E_INVALID, "referral is missing");
        return;
    }
    handle = hw_referral_take(engine, name);
    referral = hw_referral_at(engine, handle);
    hw_referral_open(engine, handle);
    if (!received && !known)
        referral->flags |= HW_REFERRAL_UNKNOWN;
    if (received && (!known || (referral->flags & HW_REFERRAL_UNKNOWN))) {
        int64_t happened = command->event->happened.start_ms;

        referral->flags &= (uint8_t)~HW_REFERRAL_UNKNOWN;
        referral->received_ms =
            happened < engine->root.accepted_ms ? happened : engine->root.accepted_ms;
    }
    if (command->identifier != 0)
        hw_referral_set_person(engine, handle, command->identifier);
    if (command->stay != 0)
        referral->stay = command->stay;
    take_particulars(command, referral);
    take_list(command, handle, HW_FIELD_PREFERRED, HW_LINK_PREFERRED);
    take_list(command, handle, HW_FIELD_REFUSED, HW_LINK_REFUSED);
    flag_double(command, handle);
    hw_referral_follow(engine, handle);
    if (referral->seen & HW_SEEN_DEAD)
        referral->flags |= HW_REFERRAL_AFTER_DEATH;
    about(command, referral->reference, 0);
}

/* The referral that is named, by name; refused in words when it is not known. */
static uint32_t known_referral(const struct command *command)
{
    uint32_t handle = hw_referral_find(command->engine, code(command, HW_FIELD_REFERRAL));

    if (handle == 0)
        refuse(command, HW_E_NOT_FOUND, "the referral is not known");
    else
        about(command, hw_referral_at(command->engine, handle)->reference, 0);
    return handle;
}

static void withdraw_referral(const struct command *command)
{
    uint32_t handle = known_referral(command);

    if (handle != 0)
        hw_referral_end(command->engine, handle, code(command, HW_FIELD_REASON));
}

static void take_contact(const struct command *command)
{
    uint32_t handle = known_referral(command);
    int64_t at = command->event->happened.start_ms;
    struct hw_referral *referral;

    if (handle == 0)
        return;
    referral = hw_referral_at(command->engine, handle);
    if (referral->first_contact_ms == HW_TIME_NONE || at < referral->first_contact_ms)
        referral->first_contact_ms = at;
}

/* ---- proposals, offers and answers ---- */

/* The proposal or offer of a version: what is stale or another's is refused with what stands. */
static uint32_t known_match(const struct command *command)
{
    struct hw_engine *engine = command->engine;
    uint32_t handle = hw_match_find(engine, (uint64_t)count(command, HW_FIELD_OFFER, 0));
    uint32_t service = code(command, HW_FIELD_SERVICE);
    const struct hw_match *match;

    if (handle == 0) {
        refuse(command, HW_E_NOT_FOUND, "there is no such proposal or offer");
        return 0;
    }
    match = hw_match_at(engine, handle);
    about(command, match->reference, match->version);
    if (service != 0 && service_at(engine, match->service)->code != service) {
        refuse(command, HW_E_CONFLICT, "the offer was made to another service");
        return 0;
    }
    if (says(command, HW_FIELD_VERSION) &&
        count(command, HW_FIELD_VERSION, 0) != (int64_t)match->version) {
        refuse(command, HW_E_STALE, "that version is not the present one");
        return 0;
    }
    return handle;
}

static void step(const struct command *command, uint32_t handle, enum hw_match_step step)
{
    struct hw_engine *engine = command->engine;
    enum hw_step_end end = hw_match_take(engine, handle, step);

    about(command, hw_match_at(engine, handle)->reference, hw_match_at(engine, handle)->version);
    if (end == HW_STEP_REFUSED)
        refuse(command, HW_E_CONFLICT, "its state does not allow that");
}

static int64_t answer_until(const struct hw_engine *engine, const struct hw_match *match)
{
    const struct hw_service *service = service_at(engine, match->service);

    return hw_hours_after(&service->answer_hours, engine->root.accepted_ms, service->offer_ttl_ms);
}

static void approve(const struct command *command)
{
    uint32_t handle = known_match(command);
    struct hw_match *match;

    if (handle == 0)
        return;
    match = hw_match_at(command->engine, handle);
    match->by = code(command, HW_FIELD_BY);
    match->expires_ms = moment(command, HW_FIELD_UNTIL, answer_until(command->engine, match));
    step(command, handle, HW_STEP_APPROVE);
}

static void reject(const struct command *command)
{
    uint32_t handle = known_match(command);

    if (handle == 0)
        return;
    hw_match_at(command->engine, handle)->reason = code(command, HW_FIELD_REASON);
    step(command, handle, HW_STEP_REJECT);
}

static void withdraw_offer(const struct command *command)
{
    uint32_t handle = known_match(command);

    if (handle == 0)
        return;
    hw_match_at(command->engine, handle)->reason = code(command, HW_FIELD_REASON);
    step(command, handle, HW_STEP_WITHDRAW);
}

static void extend_offer(const struct command *command)
{
    uint32_t handle = known_match(command);
    struct hw_match *match;

    if (handle == 0)
        return;
    match = hw_match_at(command->engine, handle);
    if (!says(command, HW_FIELD_UNTIL)) {
        refuse(command, HW_E_INVALID, "until is missing");
        return;
    }
    match->expires_ms = moment(command, HW_FIELD_UNTIL, match->expires_ms);
    step(command, handle, HW_STEP_RENEW);
}

/* A late acceptance becomes a new proposal, where there is still room (R10). */
static void propose_again(const struct command *command, uint32_t late)
{
    struct hw_engine *engine = command->engine;
    const struct hw_match *match = hw_match_at(engine, late);
    uint32_t referral = match->referral, service = match->service, again;
    int32_t units = hw_rule_units(engine, referral, service);

    if (!hw_referral_waits(hw_referral_at(engine, referral)) ||
        hw_service_free(service_at(engine, service)) < units) {
        refuse(command, HW_E_CONFLICT, "it came too late: the person or the place is taken");
        return;
    }
    again = hw_match_new(engine, referral, service, units, HW_MATCH_PROPOSED);
    hw_match_at(engine, again)->starts_ms =
        moment(command, HW_FIELD_STARTS_AT, hw_match_at(engine, late)->starts_ms);
    hw_match_at(engine, again)->expires_ms =
        engine->root.accepted_ms + service_at(engine, service)->proposal_ttl_ms;
    hw_match_set_timer(engine, again);
    hw_referral_follow(engine, referral);
    about(command, hw_match_at(engine, again)->reference, 1);
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

static void take_answer(const struct command *command)
{
    uint32_t handle = known_match(command);
    struct hw_match *match;

    if (handle == 0)
        return;
    match = hw_match_at(command->engine, handle);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        enum hw_match_state next;

        if (!is(command, HW_FIELD_ANSWER, answers[i].word))
            continue;
        if (hw_match_look((enum hw_match_state)match->state, answers[i].step, &next) ==
            HW_STEP_LATE) {
            propose_again(command, handle);
            return;
        }
        match->reason = code(command, HW_FIELD_REASON);
        if (answers[i].step == HW_STEP_ACCEPT)
            match->starts_ms = moment(command, HW_FIELD_STARTS_AT, match->starts_ms);
        step(command, handle, answers[i].step);
        return;
    }
    refuse(command, HW_E_INVALID,
        "answer is none of accepted, accepted_with_changes, declined, assessing, withdrawn, "
        "handed_back");
}

/* The hub's own choice: rules may be set aside by name, but never a refusal or a death (3.3). */
static void make_offer(const struct command *command)
{
    struct hw_engine *engine = command->engine;
    uint32_t referral = known_referral(command), handle;
    uint32_t service = hw_service_find(engine, code(command, HW_FIELD_SERVICE));
    struct hw_referral *record;
    struct hw_match *match;

    if (referral == 0)
        return;
    record = hw_referral_at(engine, referral);
    if (service == 0) {
        refuse(command, HW_E_NOT_FOUND, "the service is not known");
        return;
    }
    if (record->state == HW_REFERRAL_ENDED ||
        (record->held & (HW_HELD_BY_DEATH | HW_HELD_BY_IDENTITY)) != 0 ||
        hw_rule_of_choice(engine, referral, service) == HW_RULE_REFUSED) {
        refuse(command, HW_E_CONFLICT,
            "the person refused it, has died, is not surely known, or the referral is over");
        return;
    }
    if (hw_match_live(engine, referral, service) != 0) {
        refuse(command, HW_E_CONFLICT, "there is a live proposal, offer or placement already");
        return;
    }
    handle = hw_match_new(
        engine, referral, service, hw_rule_units(engine, referral, service), HW_MATCH_PROPOSED);
    match = hw_match_at(engine, handle);
    match->by = code(command, HW_FIELD_BY);
    match->overrides = code(command, HW_FIELD_DETAIL);
    if (match->overrides == 0)
        match->overrides = code(command, HW_FIELD_BY);
    match->starts_ms = moment(command, HW_FIELD_STARTS_AT, engine->root.accepted_ms);
    match->expires_ms = answer_until(engine, match);
    step(command, handle, HW_STEP_APPROVE);
}

/* ---- placements ---- */

/* The last match of a referral with a service that may be what a provider speaks of. */
static uint32_t match_spoken_of(const struct hw_engine *engine, uint32_t referral, uint32_t service)
{
    uint32_t at = hw_match_live(engine, referral, service);

    if (at != 0)
        return at;
    for (at = hw_referral_at(engine, referral)->matches; at != 0;
         at = hw_match_at(engine, at)->referral_next)
        if (hw_match_at(engine, at)->service == service &&
            hw_match_at(engine, at)->state != HW_MATCH_FINISHED &&
            hw_match_at(engine, at)->state != HW_MATCH_OBSERVED)
            return at;
    return 0;
}

struct placement {
    uint32_t referral, service, match;
};

/* What a placement event is about: made where it is not known, because it is true (R13). */
static bool placement_of(const struct command *command, struct placement *ret_placement)
{
    struct hw_engine *engine = command->engine;
    uint32_t name = code(command, HW_FIELD_REFERRAL), service = code(command, HW_FIELD_SERVICE);

    if (name == 0 || service == 0) {
        refuse(command, HW_E_INVALID, "referral or service is missing");
        return false;
    }
    ret_placement->referral = hw_referral_find(engine, name);
    if (ret_placement->referral == 0) {
        ret_placement->referral = hw_referral_take(engine, name);
        hw_referral_at(engine, ret_placement->referral)->flags |= HW_REFERRAL_UNKNOWN;
        hw_referral_set_person(engine, ret_placement->referral, command->identifier);
    }
    ret_placement->service = hw_service_take(engine, service);
    ret_placement->match = match_spoken_of(engine, ret_placement->referral, ret_placement->service);
    return true;
}

static void start_placement(const struct command *command, struct placement *placement)
{
    struct hw_engine *engine = command->engine;
    const struct hw_service *service = service_at(engine, placement->service);
    int64_t at = command->event->happened.start_ms;
    struct hw_match *match;

    if (placement->match == 0)
        placement->match = hw_match_new(engine, placement->referral, placement->service,
            hw_rule_units(engine, placement->referral, placement->service), HW_MATCH_EXPIRED);
    match = hw_match_at(engine, placement->match);
    if (match->started_ms == HW_TIME_NONE || match->state != HW_MATCH_STARTED)
        match->started_ms = at < engine->root.accepted_ms ? at : engine->root.accepted_ms;
    if (service->max_stay_ms > 0)
        match->review_due_ms = match->started_ms + service->max_stay_ms;
    step(command, placement->match, HW_STEP_START);
    if (says(command, HW_FIELD_UNITS))
        hw_match_set_units(
            engine, placement->match, (int32_t)(count(command, HW_FIELD_UNITS, 1) & 0xffffff));
}

static void take_placement(const struct command *command)
{
    struct hw_engine *engine = command->engine;
    struct placement placement;
    struct hw_match *match;

    if (!placement_of(command, &placement))
        return;
    if (command->event->kind == HW_KIND_PLACEMENT_STARTED || placement.match == 0 ||
        hw_match_at(engine, placement.match)->state != HW_MATCH_STARTED)
        start_placement(command, &placement);
    match = hw_match_at(engine, placement.match);
    if (command->event->kind == HW_KIND_PLACEMENT_UNITS_CHANGED)
        hw_match_set_units(
            engine, placement.match, (int32_t)(count(command, HW_FIELD_UNITS, 1) & 0xffffff));
    if (command->event->kind == HW_KIND_PLACEMENT_REVIEWED) {
        match->ready_to_leave = is(command, HW_FIELD_DETAIL, "ready_to_leave");
        match->reviewed_ms = command->event->happened.start_ms;
    }
    if (command->event->kind == HW_KIND_PLACEMENT_ENDED) {
        match->outcome = code(command, HW_FIELD_OUTCOME);
        step(command, placement.match, HW_STEP_FINISH);
        match->ended_ms = command->event->happened.start_ms;
        hw_referral_end(engine, placement.referral, match->outcome);
    }
}

/* ---- services ---- */

static void declare_service(const struct command *command)
{
    struct hw_engine *engine = command->engine;
    uint32_t name = code(command, HW_FIELD_SERVICE), service;
    struct hw_slice list = text(command, HW_FIELD_DETAIL);

    if (name == 0) {
        refuse(command, HW_E_INVALID, "service is missing");
        return;
    }
    service = hw_service_take(engine, name);
    while (list.size > 0) {
        const uint8_t *end = memchr(list.data, '\n', list.size);
        size_t size = end == NULL ? list.size : (size_t)(end - list.data);
        const uint8_t *equals = memchr(list.data, '=', size);
        size_t key_size = equals == NULL ? size : (size_t)(equals - list.data);

        if (equals == NULL ||
            !hw_service_set(engine, service, hw_slice_of(list.data, key_size),
                hw_slice_of(equals + 1, size - key_size - 1)))
            refuse(command, HW_E_INVALID, "a key of the service or its value is not known");
        size += end == NULL ? 0 : 1;
        list = hw_slice_of(list.data + size, list.size - size);
    }
}

static void take_capacity(const struct command *command)
{
    struct hw_engine *engine = command->engine;
    uint32_t name = code(command, HW_FIELD_SERVICE), handle;
    int64_t capacity = count(command, HW_FIELD_UNITS, -1);
    int64_t declared = moment(command, HW_FIELD_REVIEWED_AT, command->event->happened.start_ms);
    struct hw_service *service;

    if (name == 0 || capacity < 0 || capacity > HW_UNITS_MAX) {
        refuse(command, HW_E_INVALID, "service or capacity is missing, or capacity is absurd");
        return;
    }
    handle = hw_service_take(engine, name);
    service = service_at(engine, handle);
    if (service->declared_at_ms != HW_TIME_NONE && declared < service->declared_at_ms) {
        refuse(command, HW_E_STALE, "a later declaration is known");
        return;
    }
    service->capacity = (int32_t)capacity;
    service->declared_at_ms = declared;
    hw_match_count_told(engine, handle);
    hw_agenda_service(engine, handle);
}

static void suspend_service(const struct command *command)
{
    struct hw_engine *engine = command->engine;
    uint32_t name = code(command, HW_FIELD_SERVICE), handle;

    if (name == 0) {
        refuse(command, HW_E_INVALID, "service is missing");
        return;
    }
    handle = hw_service_take(engine, name);
    service_at(engine, handle)->suspended = command->event->kind == HW_KIND_SERVICE_SUSPENDED;
    hw_agenda_service(engine, handle);
}

/* ---- decisions of people about referrals ---- */

static void take_mode(const struct command *command)
{
    if (!hw_mode_set(command->engine, text(command, HW_FIELD_DETAIL),
            text(command, HW_FIELD_ANSWER), moment(command, HW_FIELD_UNTIL, HW_TIME_OPEN)))
        refuse(command, HW_E_INVALID,
            "scope is not all or KIND:CODE, or mode none of observe, propose, offer, paused");
}

static void hold_referral(const struct command *command)
{
    uint32_t handle = known_referral(command);

    if (handle != 0)
        hw_referral_hold(command->engine, handle, HW_HELD_BY_PERSON,
            moment(command, HW_FIELD_UNTIL, HW_TIME_OPEN));
}

static void release_referral(const struct command *command)
{
    uint32_t handle = known_referral(command);

    if (handle == 0)
        return;
    hw_referral_at(command->engine, handle)->flags &= (uint8_t)~HW_REFERRAL_HOLD_LAPSED;
    hw_referral_release(
        command->engine, handle, (enum hw_hold)(HW_HELD_BY_PERSON | HW_HELD_BY_IDENTITY));
}

static void link_referral(const struct command *command)
{
    enum hw_link_kind kind = command->event->kind == HW_KIND_DECIDE_REFERRAL_PINNED ||
            command->event->kind == HW_KIND_DECIDE_REFERRAL_UNPINNED
        ? HW_LINK_PINNED
        : HW_LINK_EXCLUDED;
    bool add = command->event->kind == HW_KIND_DECIDE_REFERRAL_PINNED ||
        command->event->kind == HW_KIND_DECIDE_REFERRAL_EXCLUDED;
    uint32_t handle = known_referral(command), service = code(command, HW_FIELD_SERVICE);

    if (handle == 0)
        return;
    if (service == 0) {
        refuse(command, HW_E_INVALID, "service is missing");
        return;
    }
    if (add)
        hw_referral_link(
            command->engine, handle, kind, service, moment(command, HW_FIELD_UNTIL, HW_TIME_OPEN));
    else
        hw_referral_unlink(command->engine, handle, kind, service);
    hw_referral_follow(command->engine, handle);
}

static void set_priority(const struct command *command)
{
    uint32_t handle = known_referral(command);

    if (handle == 0)
        return;
    hw_referral_open(command->engine, handle);
    hw_referral_at(command->engine, handle)->priority_due_ms =
        moment(command, HW_FIELD_UNTIL, HW_TIME_NONE);
    hw_referral_follow(command->engine, handle);
}

static void acknowledge_alert(const struct command *command)
{
    uint32_t handle = known_referral(command);

    if (handle == 0)
        return;
    hw_referral_at(command->engine, handle)->flags &=
        (uint8_t) ~(HW_REFERRAL_HOLD_LAPSED | HW_REFERRAL_HOLD_OVER);
    hw_agenda_referral(command->engine, handle);
}

/* ---- the table ---- */

static const struct {
    uint8_t kind;
    void (*take)(const struct command *command);
} commands[] = {
    {HW_KIND_REFERRAL_RECEIVED, take_referral},
    {HW_KIND_REFERRAL_UPDATED, take_referral},
    {HW_KIND_REFERRAL_WITHDRAWN, withdraw_referral},
    {HW_KIND_CONTACT_FIRST, take_contact},
    {HW_KIND_OFFER_ANSWERED, take_answer},
    {HW_KIND_PLACEMENT_STARTED, take_placement},
    {HW_KIND_PLACEMENT_UNITS_CHANGED, take_placement},
    {HW_KIND_PLACEMENT_REVIEWED, take_placement},
    {HW_KIND_PLACEMENT_ENDED, take_placement},
    {HW_KIND_SERVICE_DECLARED, declare_service},
    {HW_KIND_SERVICE_CAPACITY, take_capacity},
    {HW_KIND_SERVICE_SUSPENDED, suspend_service},
    {HW_KIND_SERVICE_RESUMED, suspend_service},
    {HW_KIND_DECIDE_ROUTING_MODE, take_mode},
    {HW_KIND_DECIDE_PROPOSAL_APPROVED, approve},
    {HW_KIND_DECIDE_PROPOSAL_REJECTED, reject},
    {HW_KIND_DECIDE_OFFER_MADE, make_offer},
    {HW_KIND_DECIDE_OFFER_EXTENDED, extend_offer},
    {HW_KIND_DECIDE_OFFER_WITHDRAWN, withdraw_offer},
    {HW_KIND_DECIDE_OFFER_ANSWERED, take_answer},
    {HW_KIND_DECIDE_REFERRAL_HELD, hold_referral},
    {HW_KIND_DECIDE_REFERRAL_RELEASED, release_referral},
    {HW_KIND_DECIDE_REFERRAL_PINNED, link_referral},
    {HW_KIND_DECIDE_REFERRAL_UNPINNED, link_referral},
    {HW_KIND_DECIDE_REFERRAL_EXCLUDED, link_referral},
    {HW_KIND_DECIDE_REFERRAL_INCLUDED, link_referral},
    {HW_KIND_DECIDE_REFERRAL_PRIORITY, set_priority},
    {HW_KIND_DECIDE_ALERT_ACKNOWLEDGED, acknowledge_alert},
};

bool hw_command_is(enum hw_kind kind)
{
    /* What people say of a reason or of who is whom are facts (R0, R4, R6). */
    return kind >= HW_KIND_REFERRAL_RECEIVED && kind < HW_KIND_DECIDED_PROPOSAL &&
        kind != HW_KIND_DECIDE_REASON_SETTLED && kind != HW_KIND_DECIDE_IDENTITY_JOINED &&
        kind != HW_KIND_DECIDE_IDENTITY_PARTED;
}

void hw_command_apply(
    struct hw_engine *engine, const struct hw_event *event, uint32_t identifier, uint32_t stay)
{
    struct command command = {engine, event, identifier, stay};

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (commands[i].kind == event->kind) {
            commands[i].take(&command);
            return;
        }
}
