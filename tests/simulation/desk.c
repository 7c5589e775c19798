#include "desk.h"
#include "homeward/record.h"
#include "homeward/routing.h"

#include <inttypes.h>
#include <stdio.h>

enum { SERVICES = 3, ANSWERS_LOST_PERCENT = 10, NOTE_SIZE = 400 };

static uint64_t below(struct desk *desk, uint64_t bound)
{
    return random_below(&desk->random, bound);
}

static bool chance(struct desk *desk, unsigned percent)
{
    return below(desk, 100) < percent;
}

static const struct hw_engine *engine_of(const struct desk *desk)
{
    return hw_runtime_engine(desk->runtime);
}

/* --- a command ---------------------------------------------------------------------------- */

static struct hw_event new_event(struct desk *desk, enum hw_kind kind)
{
    struct hw_event event;
    int64_t now_ms = hw_runtime_now_ms(desk->runtime);

    if (now_ms < FEED_START_MS - HW_DAY_MS)
        now_ms = FEED_START_MS - HW_DAY_MS; /* The event clock knows of no event yet. */
    hw_event_init(&event, kind);
    event.happened = event.recorded = event.sent =
        hw_time_at(now_ms + (int64_t)below(desk, 20) * HW_SECOND_MS);
    event.source = hw_slice_text("HUB/DESK");
    event.organisation = hw_slice_text("HUB");
    return event;
}

static void put_text(struct hw_event *event, enum hw_field field, const char *text)
{
    hw_event_set_text(event, field, hw_slice_text(text));
}

/* It will be said, and said again until it is answered. */
static void add(struct desk *desk, struct hw_event *event)
{
    struct command *command = &desk->commands[desk->count];
    unsigned number = desk->count;
    char note[NOTE_SIZE];

    HW_ASSERT(desk->count < COMMANDS_MAX);
    *command = (struct command){.referral = REFERRALS_MAX};
    if (desk->wordy) {
        memset(note, 'n', sizeof note);
        hw_event_set_text(event, HW_FIELD_NOTE, hw_slice_of(note, sizeof note));
    }
    event->message_id_hash = hw_hash_bytes(hw_slice_of(&number, sizeof number));
    event->message_hash = hw_hash_bytes(hw_slice_of(&event->message_id_hash, 8));
    hw_event_finish(event);
    command->id = event->message_id_hash;
    command->content = event->message_hash;
    command->size = hw_record_encode(event, 1, 0, (uint8_t *)command->bytes, sizeof command->bytes);
    HW_ASSERT(command->size > 0);
    desk->count++;
}

/* Referrals stand in the feeds: they say who people are. */
static void add_referral(struct desk *desk)
{
    const struct referral *made = &desk->ledger->feeds->referrals[desk->referrals];
    struct command *command = &desk->commands[desk->count];

    HW_ASSERT(desk->count < COMMANDS_MAX);
    *command = (struct command){
        .referral = desk->referrals, .id = made->id, .content = made->content, .size = made->size};
    memcpy(command->bytes, made->bytes, made->size);
    desk->referrals++;
    desk->count++;
}

/* --- services ------------------------------------------------------------------------------ */

static const char *const codes[SERVICES] = {"HART", "CRISIS", "WARD"};
static const char *const particulars[SERVICES] = {
    "kind=reablement\nunit=slots\ncapacity=2\nzones=BLA;CHA\ncapabilities=personal_care;nursing\n"
    "proposal_ttl_minutes=20\noffer_ttl_minutes=30\nauto_accept=true",
    "kind=crisis_response\nunit=slots\ncapacity=1\nzones=all\ncapabilities=personal_care;nursing\n"
    "proposal_ttl_minutes=10\noffer_ttl_minutes=20\nmax_stay_minutes=60\nsuspend_hold_minutes=90",
    "kind=community_hospital\nunit=beds\ncapacity=1\nzones=all\ndirections=step_down\n"
    "capabilities=personal_care;nursing\noffer_ttl_minutes=45\nsuspend_hold_minutes=60"};

static const char *some_service(struct desk *desk)
{
    return codes[below(desk, SERVICES)];
}

static void declare(struct desk *desk, unsigned service, const char *detail)
{
    struct hw_event event = new_event(desk, HW_KIND_SERVICE_DECLARED);

    put_text(&event, HW_FIELD_SERVICE, codes[service]);
    put_text(&event, HW_FIELD_DETAIL, detail);
    add(desk, &event);
}

static void set(struct desk *desk, const char *key, const char *value)
{
    struct hw_event event = new_event(desk, HW_KIND_CONFIGURATION);

    put_text(&event, HW_FIELD_CONFIGURATION_KEY, key);
    put_text(&event, HW_FIELD_CONFIGURATION_VALUE, value);
    add(desk, &event);
}

static void change_service(struct desk *desk)
{
    static const char *const changes[] = {
        "zones=all", "zones=BLA", "funding=NHS", "councils=509", "step_up_reserve=1"};
    struct hw_event event;

    switch (below(desk, 4)) {
    case 0:
        declare(desk, (unsigned)below(desk, SERVICES), changes[below(desk, 5)]);
        return;
    case 1:
        event =
            new_event(desk, chance(desk, 40) ? HW_KIND_SERVICE_SUSPENDED : HW_KIND_SERVICE_RESUMED);
        break;
    default: /* Less than is held, too. */
        event = new_event(desk, HW_KIND_SERVICE_CAPACITY);
        hw_event_set_number(&event, HW_FIELD_UNITS, (int64_t)below(desk, 5));
    }
    put_text(&event, HW_FIELD_SERVICE, some_service(desk));
    add(desk, &event);
}

static void set_mode(struct desk *desk)
{
    static const char *const modes[] = {"observe", "propose", "offer", "offer", "paused"};
    static const char *const scopes[] = {"all", "service:HART", "direction:step_down",
        "council:509", "pathway:P2", "zone:BLA", "site:RWEAA"};
    struct hw_event event = new_event(desk, HW_KIND_DECIDE_ROUTING_MODE);

    put_text(&event, HW_FIELD_DETAIL, scopes[below(desk, 7)]);
    put_text(&event, HW_FIELD_ANSWER, modes[below(desk, 5)]);
    if (chance(desk, 40))
        hw_event_set_time(&event, HW_FIELD_UNTIL,
            hw_time_at(event.happened.start_ms + (int64_t)below(desk, 60) * HW_MINUTE_MS));
    add(desk, &event);
}

/* --- about referrals ----------------------------------------------------------------------- */

/* Any that is not over; false: there is none. */
static bool some_referral(struct desk *desk, struct hw_referral_view *ret_view)
{
    struct hw_referral_view view;
    uint32_t handle = 0;
    unsigned seen = 0;

    while ((handle = hw_referral_walk(engine_of(desk), handle, &view)) != 0)
        if (strcmp(view.state, "ended") != 0 && below(desk, ++seen) == 0)
            *ret_view = view;
    return seen > 0;
}

static void speak_of(struct desk *desk, enum hw_kind kind, const struct hw_referral_view *referral)
{
    struct hw_event event = new_event(desk, kind);

    hw_event_set_text(&event, HW_FIELD_REFERRAL, referral->name);
    put_text(&event, HW_FIELD_SERVICE, some_service(desk));
    put_text(&event, HW_FIELD_BY, "nurse");
    if (chance(desk, 50))
        hw_event_set_time(&event, HW_FIELD_UNTIL,
            hw_time_at(event.happened.start_ms + (int64_t)below(desk, 90) * HW_MINUTE_MS));
    add(desk, &event);
}

static void decide_of_referral(struct desk *desk)
{
    static const enum hw_kind kinds[] = {HW_KIND_DECIDE_REFERRAL_HELD,
        HW_KIND_DECIDE_REFERRAL_RELEASED, HW_KIND_DECIDE_REFERRAL_PINNED,
        HW_KIND_DECIDE_REFERRAL_UNPINNED, HW_KIND_DECIDE_REFERRAL_EXCLUDED,
        HW_KIND_DECIDE_REFERRAL_INCLUDED, HW_KIND_DECIDE_REFERRAL_PRIORITY,
        HW_KIND_DECIDE_ALERT_ACKNOWLEDGED, HW_KIND_DECIDE_OFFER_MADE, HW_KIND_DECIDE_OFFER_MADE,
        HW_KIND_CONTACT_FIRST, HW_KIND_PLACEMENT_STARTED, HW_KIND_REFERRAL_WITHDRAWN};
    struct hw_referral_view referral;

    if (some_referral(desk, &referral))
        speak_of(desk, kinds[below(desk, sizeof kinds / sizeof *kinds)], &referral);
}

static void update_referral(struct desk *desk)
{
    static const char *const pathways[] = {"P0", "P1", "P2", "P3"};
    static const char *const needs[] = {"personal_care", "personal_care;nursing", "unheard_of"};
    struct hw_event event = new_event(desk, HW_KIND_REFERRAL_UPDATED);
    struct hw_referral_view referral;

    if (!some_referral(desk, &referral))
        return;
    hw_event_set_text(&event, HW_FIELD_REFERRAL, referral.name);
    if (chance(desk, 50))
        put_text(&event, HW_FIELD_PATHWAY, pathways[below(desk, 4)]);
    if (chance(desk, 50))
        put_text(&event, HW_FIELD_NEEDS, needs[below(desk, 3)]);
    if (chance(desk, 20))
        put_text(&event, HW_FIELD_REFUSED, some_service(desk));
    if (chance(desk, 20))
        put_text(&event, HW_FIELD_ZONE, "CHA");
    add(desk, &event);
}

/* --- about proposals, offers and placements ------------------------------------------------ */

static bool some_match(struct desk *desk, bool live, struct hw_match_view *ret_view)
{
    struct hw_match_view view;
    uint32_t handle = 0;
    unsigned seen = 0;

    while ((handle = hw_match_walk(engine_of(desk), 0, handle, &view)) != 0)
        if (view.live == live && below(desk, ++seen) == 0)
            *ret_view = view;
    return seen > 0;
}

static void answer(
    struct desk *desk, enum hw_kind kind, const struct hw_match_view *match, const char *word)
{
    struct hw_event event = new_event(desk, kind);
    /* Now and then of a version that is no longer the present one. */
    int64_t version = (int64_t)match->version - (match->version > 1 && chance(desk, 10));

    hw_event_set_number(&event, HW_FIELD_OFFER, (int64_t)match->reference);
    hw_event_set_number(&event, HW_FIELD_VERSION, version);
    put_text(&event, HW_FIELD_BY, "nurse");
    put_text(&event, HW_FIELD_REASON, "said");
    if (word != NULL)
        put_text(&event, HW_FIELD_ANSWER, word);
    if (kind == HW_KIND_DECIDE_OFFER_EXTENDED)
        hw_event_set_time(&event, HW_FIELD_UNTIL,
            hw_time_at(event.happened.start_ms + ((int64_t)below(desk, 60) - 5) * HW_MINUTE_MS));
    if (chance(desk, 30))
        hw_event_set_time(&event, HW_FIELD_STARTS_AT,
            hw_time_at(event.happened.start_ms + (int64_t)below(desk, 600) * HW_MINUTE_MS));
    add(desk, &event);
}

static void place(struct desk *desk, enum hw_kind kind, const struct hw_match_view *match)
{
    struct hw_event event = new_event(desk, kind);
    struct hw_referral_view referral;

    if (hw_referral_view(engine_of(desk), match->referral, &referral) != HW_OK)
        return;
    hw_event_set_text(&event, HW_FIELD_REFERRAL, referral.name);
    hw_event_set_text(&event, HW_FIELD_SERVICE, match->service);
    if (kind == HW_KIND_PLACEMENT_UNITS_CHANGED)
        hw_event_set_number(&event, HW_FIELD_UNITS, (int64_t)below(desk, 4));
    if (kind == HW_KIND_PLACEMENT_REVIEWED)
        put_text(&event, HW_FIELD_DETAIL, "ready_to_leave");
    if (kind == HW_KIND_PLACEMENT_ENDED)
        put_text(&event, HW_FIELD_OUTCOME, "independent");
    add(desk, &event);
}

static void follow_match(struct desk *desk)
{
    static const char *const words[] = {"accepted", "accepted", "accepted_with_changes", "declined",
        "assessing", "withdrawn", "handed_back", "perhaps"};
    static const enum hw_kind later[] = {
        HW_KIND_PLACEMENT_UNITS_CHANGED, HW_KIND_PLACEMENT_REVIEWED, HW_KIND_PLACEMENT_ENDED};
    struct hw_match_view match;

    if (!some_match(desk, chance(desk, 90), &match))
        return;
    if (strcmp(match.state, "proposed") == 0 && chance(desk, 80))
        answer(desk,
            chance(desk, 75) ? HW_KIND_DECIDE_PROPOSAL_APPROVED : HW_KIND_DECIDE_PROPOSAL_REJECTED,
            &match, NULL);
    else if (strcmp(match.state, "accepted") == 0 && chance(desk, 70))
        place(desk, HW_KIND_PLACEMENT_STARTED, &match);
    else if (strcmp(match.state, "started") == 0 && chance(desk, 70))
        place(desk, later[below(desk, 3)], &match);
    else if (chance(desk, 25))
        answer(desk,
            chance(desk, 50) ? HW_KIND_DECIDE_OFFER_EXTENDED : HW_KIND_DECIDE_OFFER_WITHDRAWN,
            &match, NULL);
    else
        answer(desk, chance(desk, 70) ? HW_KIND_OFFER_ANSWERED : HW_KIND_DECIDE_OFFER_ANSWERED,
            &match, words[below(desk, 8)]);
}

/* --- a day --------------------------------------------------------------------------------- */

static void open_services(struct desk *desk)
{
    for (unsigned i = 0; i < SERVICES; i++)
        declare(desk, i, particulars[i]);
    if (chance(desk, 60))
        set(desk, "routing/automation", "reablement;crisis_response");
    if (chance(desk, 30))
        set(desk, "routing/start_grace_minutes", "15");
    if (chance(desk, 50))
        set_mode(desk);
}

static void say_something(struct desk *desk)
{
    uint64_t what = below(desk, 100);

    if (desk->referrals < desk->ledger->feeds->referrals_count && what < 35)
        add_referral(desk);
    else if (what < 65)
        follow_match(desk);
    else if (what < 80)
        decide_of_referral(desk);
    else if (what < 87)
        update_referral(desk);
    else if (what < 95)
        change_service(desk);
    else
        set_mode(desk);
}

/* All that was begun is brought to an end, one thing after the other. */
static void end_something(struct desk *desk)
{
    struct hw_match_view match;
    struct hw_referral_view referral;
    uint32_t handle = 0;

    while ((handle = hw_match_walk(engine_of(desk), 0, handle, &match)) != 0)
        if (match.live && strcmp(match.state, "started") == 0) {
            place(desk, HW_KIND_PLACEMENT_ENDED, &match);
            return;
        }
    if (some_referral(desk, &referral))
        speak_of(desk, HW_KIND_REFERRAL_WITHDRAWN, &referral);
    else
        desk->ended = true;
}

static void check_ended(struct desk *desk)
{
    struct hw_service_view service;

    for (uint32_t i = 0; i < hw_services_count(engine_of(desk)); i++) {
        hw_service_view(engine_of(desk), i, &service);
        if (service.held != 0)
            ledger_fail(desk->ledger, "all is over, and %.*s holds %" PRId64 " units",
                HW_SLICE_ARGS(service.code), service.held);
        desk->ledger->tally.services_empty++;
    }
}

/* --- saying it ----------------------------------------------------------------------------- */

static void hear_outcome(struct desk *desk, struct command *command, enum hw_outcome outcome)
{
    struct ledger *ledger = desk->ledger;
    struct hw_command_result result = hw_engine_command_result(engine_of(desk));

    if ((outcome == HW_OUTCOME_DUPLICATE) != command->known)
        ledger_fail(ledger, "command %u: %s", (unsigned)(command - desk->commands),
            command->known ? "taken before and not known any more"
                           : "said to be a duplicate, and is none");
    command->known = true;
    if (outcome == HW_OUTCOME_TAKEN)
        ledger->tally.commands_refused += result.status != HW_OK;
}

/* In order; false: there is no room now. */
static bool say(struct desk *desk, struct command *command)
{
    struct hw_submitted submitted;
    struct hw_event event;

    HW_ASSERT(hw_record_decode(hw_slice_of(command->bytes, command->size), true, &event) == HW_OK);
    command->said = true;
    submitted = hw_runtime_submit(desk->runtime, &event, 1);
    if (submitted.outcome == HW_OUTCOME_FULL) {
        desk->ledger->tally.full++;
        return false;
    }
    desk->ledger->tally.commands_again += command->again;
    command->again = true;
    hear_outcome(desk, command, submitted.outcome);
    command->release = submitted.release_sequence;
    ledger_note(desk->ledger, "said", (uint64_t)(command - desk->commands));
    return true;
}

static bool all_answered(const struct desk *desk)
{
    for (unsigned i = 0; i < desk->count; i++)
        if (!desk->commands[i].answered)
            return false;
    return true;
}

void desk_step(struct desk *desk)
{
    if (desk->runtime == NULL || ledger_failed(desk->ledger) || !chance(desk, 40))
        return;
    desk_durable(desk, hw_runtime_durable(desk->runtime)); /* A duplicate's has been for long. */
    for (unsigned i = 0; i < desk->count; i++)
        if (!desk->commands[i].answered && desk->commands[i].release == 0 &&
            !say(desk, &desk->commands[i]))
            return;
    if (desk->ended || (!all_answered(desk) && chance(desk, 60)))
        return;
    if (desk->count == 0)
        open_services(desk);
    else if (desk->count < desk->wanted)
        say_something(desk);
    else if (all_answered(desk) && hw_engine_decided(engine_of(desk)) == NULL)
        end_something(desk);
    if (desk->ended)
        check_ended(desk);
}

void desk_durable(struct desk *desk, uint64_t sequence)
{
    for (unsigned i = 0; i < desk->count; i++) {
        struct command *command = &desk->commands[i];

        if (command->release == 0 || command->release > sequence)
            continue;
        command->release = 0;
        command->answered = !chance(desk, ANSWERS_LOST_PERCENT);
        desk->ledger->tally.commands += command->answered;
    }
}

void desk_up(struct desk *desk, struct hw_runtime *runtime)
{
    desk->runtime = runtime;
}

void desk_down(struct desk *desk)
{
    desk->runtime = NULL;
    for (unsigned i = 0; i < desk->count; i++)
        desk->commands[i].release = 0;
}

void desk_init(struct desk *desk, struct ledger *ledger, uint64_t seed, unsigned wanted, bool wordy)
{
    memset(desk, 0, sizeof *desk);
    desk->ledger = ledger;
    desk->random.state = seed;
    desk->wanted = wanted;
    desk->wordy = wordy;
}

bool desk_is_done(const struct desk *desk)
{
    return desk->ended && all_answered(desk);
}

unsigned desk_find(const struct desk *desk, struct hw_hash id, struct hw_hash content)
{
    for (unsigned i = 0; i < desk->count; i++)
        if (hw_hash_equal(desk->commands[i].id, id) &&
            hw_hash_equal(desk->commands[i].content, content))
            return i;
    return COMMANDS_MAX;
}
