#include "core/routing/referral.h"

#include "core/people/people.h"
#include "core/room.h"
#include "core/routing/agenda.h"
#include "core/routing/match.h"
#include "core/routing/profile.h"
#include "core/routing/share.h"
#include "core/routing/situation.h"
#include "core/routing/tell.h"
#include "core/routing/timer.h"
#include "core/routing/unreferred.h"
#include "homeward/services.h"

/* R8: how long each kind may wait. */
enum { DUE_2H_HOURS = 2, DUE_2D_HOURS = 48 };

static struct hw_link *link_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, links, hw_link, handle);
}

/* ---- look-up ---- */

static uint64_t word_key(const struct hw_engine *engine, uint32_t word)
{
    return hw_hash_keyed(engine->options.hash_key, hw_slice_of(&word, sizeof word));
}

uint64_t hw_referral_hash(const void *owner, uint32_t handle)
{
    const struct hw_engine *engine = owner;

    return word_key(engine, hw_referral_at(engine, handle)->name);
}

uint64_t hw_referral_person_hash(const void *owner, uint32_t handle)
{
    const struct hw_engine *engine = owner;

    return word_key(engine, HW_AT(engine, referred, hw_referred, handle)->identifier);
}

uint32_t hw_referral_find(const struct hw_engine *engine, uint32_t name)
{
    uint64_t key = word_key(engine, name);
    uint32_t position = 0, handle;

    while ((handle = hw_table_next(&engine->referral_table, key, &position)) != 0)
        if (hw_referral_at(engine, handle)->name == name)
            return handle;
    return 0;
}

uint32_t hw_referral_by_reference(const struct hw_engine *engine, uint64_t reference)
{
    uint32_t low = 1, high = engine->referrals.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (hw_referral_at(engine, middle)->reference < reference)
            low = middle + 1;
        else
            high = middle;
    }
    return low < engine->referrals.count && hw_referral_at(engine, low)->reference == reference
        ? low
        : 0;
}

uint32_t hw_referral_take(struct hw_engine *engine, uint32_t name)
{
    uint32_t handle = hw_referral_find(engine, name);

    if (handle != 0)
        return handle;
    handle = hw_arena_take(&engine->referrals);
    *hw_referral_at(engine, handle) = (struct hw_referral){
        .reference = engine->root.sequence,
        .name = name,
        .received_ms = engine->root.accepted_ms,
        .needed_from_ms = HW_TIME_NONE,
        .not_before_ms = HW_TIME_NONE,
        .clock_ms = engine->root.accepted_ms,
        .due_ms = HW_TIME_OPEN,
        .ready_clock_ms = HW_TIME_NONE,
        .left_ms = HW_TIME_NONE,
        .admitted_ms = HW_TIME_NONE,
        .own_clock_ms = engine->root.accepted_ms,
        .kept_clock_ms = HW_TIME_OPEN,
        .priority_due_ms = HW_TIME_NONE,
        .held_until_ms = HW_TIME_OPEN,
        .first_contact_ms = HW_TIME_NONE,
        .pathway = HW_P_NONE,
        .said_pathway = HW_P_NONE,
        .sex = HW_SEX_UNKNOWN,
        .age_years = -1,
        .share = {.figure = HW_ROUTING_FIGURES},
    };
    hw_table_put(&engine->referral_table, word_key(engine, name), handle);
    return handle;
}

/* ---- whose it is ---- */

static uint32_t referred_find(const struct hw_engine *engine, uint32_t identifier)
{
    uint64_t key = word_key(engine, identifier);
    uint32_t position = 0, handle;

    while ((handle = hw_table_next(&engine->referred_table, key, &position)) != 0)
        if (HW_AT(engine, referred, hw_referred, handle)->identifier == identifier)
            return handle;
    return 0;
}

uint32_t hw_referrals_of(const struct hw_engine *engine, uint32_t identifier)
{
    uint32_t handle = referred_find(engine, identifier);

    return handle == 0 ? 0 : HW_AT(engine, referred, hw_referred, handle)->referrals;
}

static struct hw_referred *referred_take(struct hw_engine *engine, uint32_t identifier)
{
    uint32_t handle = referred_find(engine, identifier);

    if (handle == 0) {
        handle = hw_arena_take(&engine->referred);
        HW_AT(engine, referred, hw_referred, handle)->identifier = identifier;
        hw_table_put(&engine->referred_table, word_key(engine, identifier), handle);
    }
    return HW_AT(engine, referred, hw_referred, handle);
}

static void leave_person(struct hw_engine *engine, uint32_t handle)
{
    struct hw_referral *referral = hw_referral_at(engine, handle);
    uint32_t *at;

    if (referral->identifier == 0)
        return;
    at = &referred_take(engine, referral->identifier)->referrals;
    while (*at != handle)
        at = &hw_referral_at(engine, *at)->identifier_next;
    *at = referral->identifier_next;
}

/* Whether they are referred at all may be another matter now (R14). */
static void hear_of_person(struct hw_engine *engine, uint32_t identifier)
{
    if (identifier != 0)
        hw_unreferred_hear(engine, hw_person_of(engine, identifier));
}

void hw_referral_set_person(struct hw_engine *engine, uint32_t handle, uint32_t identifier)
{
    struct hw_referral *referral = hw_referral_at(engine, handle);
    struct hw_referred *of;
    bool changes = referral->identifier != 0 &&
        hw_person_of(engine, referral->identifier) != hw_person_of(engine, identifier);

    if (referral->identifier == identifier || identifier == 0)
        return;
    leave_person(engine, handle);
    hear_of_person(engine, referral->identifier);
    hear_of_person(engine, identifier);
    of = referred_take(engine, identifier);
    referral->identifier = identifier;
    referral->identifier_next = of->referrals;
    of->referrals = handle;
    referral->whose = (struct hw_hash){0};
    if (changes)
        hw_referral_hold(engine, handle, HW_HELD_BY_IDENTITY, HW_TIME_OPEN);
}

/* ---- the queue ---- */

/* R8: what a wait is counted from, and when it should be over. */
static int64_t clock_of(const struct hw_referral *referral, int64_t expected_ms)
{
    if (referral->direction != HW_STEP_DOWN)
        return referral->received_ms;
    if (referral->ready_clock_ms != HW_TIME_NONE)
        return referral->ready_clock_ms;
    if (referral->needed_from_ms != HW_TIME_NONE)
        return referral->needed_from_ms;
    return expected_ms != HW_TIME_NONE ? expected_ms : referral->received_ms;
}

static int64_t due_of(const struct hw_engine *engine, const struct hw_referral *referral)
{
    if (referral->priority_due_ms != HW_TIME_NONE)
        return referral->priority_due_ms;
    if (referral->urgency == HW_URGENCY_2H)
        return referral->received_ms + DUE_2H_HOURS * HW_HOUR_MS;
    if (referral->urgency == HW_URGENCY_2D)
        return referral->received_ms + DUE_2D_HOURS * HW_HOUR_MS;
    return referral->clock_ms + engine->root.routing.routine_target_ms;
}

bool hw_referral_is_away(const struct hw_referral *referral)
{
    if ((referral->seen & HW_SEEN_IN_HOSPITAL) == 0)
        return false;
    if (referral->direction != HW_STEP_DOWN || referral->left_ms != HW_TIME_NONE)
        return true;
    return (referral->seen & HW_SEEN_READY) == 0 && referral->ready_clock_ms != HW_TIME_NONE;
}

/* A proposal to somebody who is away would end at once, and be made again without end. */
bool hw_referral_waits(const struct hw_referral *referral)
{
    return referral->state == HW_REFERRAL_WAITING && referral->held == 0 &&
        referral->direction != 0 && !hw_referral_is_away(referral);
}

void hw_referral_open(struct hw_engine *engine, uint32_t handle)
{
    hw_profile_leave(engine, handle);
}

/* What its person's stays say now; what the referral itself says goes before. */
static void look_at_person(struct hw_referral *referral, const struct hw_situation *now)
{
    if (now->first_ready_ms != HW_TIME_NONE &&
        (referral->ready_clock_ms == HW_TIME_NONE ||
            now->first_ready_ms < referral->ready_clock_ms))
        referral->ready_clock_ms = now->first_ready_ms;
    referral->spell = now->stay;
    referral->left_ms = now->left_ms;
    referral->admitted_ms = now->admitted_ms;
    referral->own_clock_ms = clock_of(referral, now->expected_ms);
    referral->pathway = now->pathway < HW_P_NONE ? now->pathway : referral->said_pathway;
    referral->council = referral->said_council != 0 ? referral->said_council
        : now->council != 0                         ? now->council
                                                    : referral->home_council;
    referral->zone = referral->said_zone != 0 ? referral->said_zone : now->zone;
    if (now->site != 0)
        referral->site = now->site;
    referral->seen = (uint16_t)((now->in_hospital ? HW_SEEN_IN_HOSPITAL : 0) |
        (now->ready ? HW_SEEN_READY : 0) | (now->dead ? HW_SEEN_DEAD : 0) |
        (now->dead_twice ? HW_SEEN_DEATH_TWICE : 0) | (now->restricted ? HW_SEEN_RESTRICTED : 0) |
        (now->unconfirmed ? HW_SEEN_UNCONFIRMED : 0) |
        (now->possible_match ? HW_SEEN_POSSIBLE_MATCH : 0) | (now->minor ? HW_SEEN_MINOR : 0));
    referral->flags &= (uint16_t)~HW_REFERRAL_START_BLOCKED;
    referral->flags |= now->blocks_start ? HW_REFERRAL_START_BLOCKED : 0;
}

/* The holds that stand from now on; told where they are others than before. */
static void set_held(struct hw_engine *engine, uint32_t handle, unsigned held)
{
    struct hw_referral *referral = hw_referral_at(engine, handle);

    if (referral->held == held)
        return;
    referral->held = (uint8_t)held;
    hw_tell_held(engine, handle);
}

/* What holds it that follows from its person; a death confirmed is confirmed while it lasts. */
static void hold_by_situation(
    struct hw_engine *engine, uint32_t handle, const struct hw_situation *now)
{
    struct hw_referral *referral = hw_referral_at(engine, handle);
    unsigned held = referral->held & ~(unsigned)(HW_HELD_BY_DEATH | HW_HELD_BY_WAIT);

    held |= now->dead ? HW_HELD_BY_DEATH : 0;
    held |= now->blocks_offer ? HW_HELD_BY_WAIT : 0;
    set_held(engine, handle, held);
    if (!now->dead)
        referral->flags &= (uint16_t) ~(HW_REFERRAL_DEATH_CONFIRMED | HW_REFERRAL_AFTER_DEATH);
}

/* ---- whose it is now (R6) ---- */

/* Of the identifiers of its person with handles below a number. */
static struct hw_hash identity_of(
    const struct hw_engine *engine, uint32_t identifier, uint32_t below)
{
    struct hw_hash sum = {0};
    uint32_t at = identifier;

    do {
        const struct hw_identifier_record *record = hw_identifier_at(engine, at);

        if (at < below) {
            sum.low += record->hash.low;
            sum.high += record->hash.high;
        }
        at = record->person_next;
    } while (at != identifier);
    return sum;
}

/*
 * A name that nobody had before makes nobody somebody else.  But whom one of those known before
 * has joined or left is to be looked at, if anything is arranged for them; and so is whoever may
 * be two people.
 */
static void look_at_identity(struct hw_engine *engine, uint32_t handle, bool was_possible_match)
{
    struct hw_referral *referral = hw_referral_at(engine, handle);
    struct hw_hash known, all;
    bool changed;

    if (referral->identifier == 0)
        return;
    known = identity_of(engine, referral->identifier, engine->identifiers_before);
    all = identity_of(engine, referral->identifier, UINT32_MAX);
    changed = !hw_hash_is_zero(referral->whose) && !hw_hash_equal(referral->whose, known) &&
        !hw_hash_equal(referral->whose, all);
    changed |= !hw_hash_is_zero(referral->whose) && !was_possible_match &&
        (referral->seen & HW_SEEN_POSSIBLE_MATCH) != 0;
    referral->whose = all;
    if (changed && referral->state >= HW_REFERRAL_PROPOSED && referral->state <= HW_REFERRAL_PLACED)
        set_held(engine, handle, referral->held | (unsigned)HW_HELD_BY_IDENTITY);
}

/* Somebody in one service who is referred on to another waits for it as anybody else. */
static bool is_double(const struct hw_referral *one, const struct hw_referral *other)
{
    return one->direction == other->direction &&
        (one->state == HW_REFERRAL_PLACED) == (other->state == HW_REFERRAL_PLACED);
}

/* Nobody has so many at once; where data says so, more of them are not told of one another. */
enum { OTHERS_MAX = 32 };

/* Call for each other referral of the person that is not over; of very many, for the newest. */
static void each_other(struct hw_engine *engine, uint32_t handle,
    void (*call)(struct hw_engine *engine, uint32_t handle, uint32_t other))
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);
    uint32_t at = referral->identifier, count = 0;

    if (at == 0)
        return;
    do {
        for (uint32_t other = hw_referrals_of(engine, at); other != 0 && count < OTHERS_MAX;
             other = hw_referral_at(engine, other)->identifier_next)
            if (other != handle && hw_referral_at(engine, other)->state != HW_REFERRAL_ENDED) {
                call(engine, handle, other);
                count++;
            }
        at = hw_identifier_at(engine, at)->person_next;
    } while (at != referral->identifier && count < OTHERS_MAX);
}

/*
 * Somebody in service who is referred on waits since the service said that they could go, and is
 * not without care as long as it goes on.  Only a referral made at home is one from there.
 */
static void note_service(struct hw_engine *engine, uint32_t handle, uint32_t other)
{
    struct hw_referral *referral = hw_referral_at(engine, handle);

    for (uint32_t at = hw_referral_at(engine, other)->matches; at != 0;
         at = hw_match_at(engine, at)->referral_next) {
        const struct hw_match *match = hw_match_at(engine, at);

        if (match->state != HW_MATCH_STARTED)
            continue;
        if (match->ready_to_leave && match->suspended_for != HW_SUSPENDED_AWAY &&
            match->ready_since_ms < referral->clock_ms)
            referral->clock_ms = match->ready_since_ms;
        if (match->suspended_for == HW_SUSPENDED_NOT && match->package == HW_PACKAGE_NONE &&
            match->started_ms <= referral->received_ms &&
            referral->left_ms <= referral->received_ms)
            referral->flags |= HW_REFERRAL_ONWARD;
    }
}

/* Two referrals of one person are one wait: the earliest clock counts for both. */
static void note_other(struct hw_engine *engine, uint32_t handle, uint32_t other)
{
    struct hw_referral *referral = hw_referral_at(engine, handle);
    const struct hw_referral *same = hw_referral_at(engine, other);

    if (same->state == HW_REFERRAL_PLACED && referral->state != HW_REFERRAL_PLACED)
        note_service(engine, handle, other);
    if (!is_double(referral, same))
        return;
    referral->flags |= HW_REFERRAL_DOUBLE;
    if (referral->state >= HW_REFERRAL_OFFERED && same->state >= HW_REFERRAL_OFFERED)
        referral->flags |= HW_REFERRAL_DOUBLE_OFFER;
    if (same->own_clock_ms < referral->clock_ms)
        referral->clock_ms = same->own_clock_ms;
}

static void look_at_others(struct hw_engine *engine, uint32_t handle)
{
    struct hw_referral *referral = hw_referral_at(engine, handle);

    referral->flags &=
        (uint16_t) ~(HW_REFERRAL_DOUBLE | HW_REFERRAL_DOUBLE_OFFER | HW_REFERRAL_ONWARD);
    referral->clock_ms = referral->own_clock_ms < referral->kept_clock_ms ? referral->own_clock_ms
                                                                          : referral->kept_clock_ms;
    if (referral->state != HW_REFERRAL_ENDED)
        each_other(engine, handle, note_other);
    referral->due_ms = due_of(engine, referral);
}

/* It is over: what it had waited is not lost. */
static void keep_clock(struct hw_engine *engine, uint32_t handle, uint32_t other)
{
    const struct hw_referral *over = hw_referral_at(engine, handle);
    struct hw_referral *same = hw_referral_at(engine, other);

    if (is_double(over, same) && over->own_clock_ms < same->kept_clock_ms)
        same->kept_clock_ms = over->own_clock_ms;
}

/* It was served: who was referred on from there waits since the service said that they could go. */
static void keep_ready(struct hw_engine *engine, uint32_t handle, uint32_t other)
{
    struct hw_referral *same = hw_referral_at(engine, other);

    for (uint32_t at = hw_referral_at(engine, handle)->matches; at != 0;
         at = hw_match_at(engine, at)->referral_next) {
        const struct hw_match *match = hw_match_at(engine, at);

        if (match->state == HW_MATCH_FINISHED && match->ready_to_leave &&
            same->state != HW_REFERRAL_PLACED && match->ready_since_ms < same->kept_clock_ms)
            same->kept_clock_ms = match->ready_since_ms;
    }
}

/* ---- following ---- */

static enum hw_referral_state furthest(const struct hw_engine *engine, uint32_t handle)
{
    static const uint8_t states[HW_MATCH_STATES] = {
        [HW_MATCH_PROPOSED] = HW_REFERRAL_PROPOSED,
        [HW_MATCH_OFFERED] = HW_REFERRAL_OFFERED,
        [HW_MATCH_ACCEPTED] = HW_REFERRAL_ACCEPTED,
        [HW_MATCH_STARTED] = HW_REFERRAL_PLACED,
    };
    enum hw_referral_state state = HW_REFERRAL_WAITING;

    for (uint32_t at = hw_referral_at(engine, handle)->matches; at != 0;
         at = hw_match_at(engine, at)->referral_next)
        if (states[hw_match_at(engine, at)->state] > state)
            state = (enum hw_referral_state)states[hw_match_at(engine, at)->state];
    return state;
}

int64_t hw_referral_contact_due(const struct hw_referral *referral)
{
    if (referral->urgency == HW_URGENCY_2H)
        return referral->received_ms + DUE_2H_HOURS * HW_HOUR_MS;
    if (referral->urgency == HW_URGENCY_2D)
        return referral->received_ms + DUE_2D_HOURS * HW_HOUR_MS;
    return HW_TIME_OPEN;
}

/* The first of its moments ahead at which something is to be remarked on (R8, R14). */
static int64_t next_ms(const struct hw_engine *engine, uint32_t handle)
{
    const struct hw_referral *referral = hw_referral_at(engine, handle);
    int64_t now = engine->root.accepted_ms, next = HW_TIME_OPEN, at;

    if (referral->state == HW_REFERRAL_ENDED)
        return HW_TIME_OPEN;
    if ((referral->held & HW_HELD_BY_PERSON) != 0)
        next = referral->held_until_ms;
    at = hw_referral_contact_due(referral);
    if (referral->first_contact_ms == HW_TIME_NONE && at > now && at < next)
        next = at;
    for (uint32_t match = referral->matches; match != 0;
         match = hw_match_at(engine, match)->referral_next) {
        at = hw_match_at(engine, match)->starts_ms + engine->root.routing.start_grace_ms;
        if (hw_match_at(engine, match)->state == HW_MATCH_ACCEPTED && at > now && at < next)
            next = at;
    }
    /* What was excluded or pinned for a time only. */
    for (uint32_t link = referral->links; link != 0; link = link_at(engine, link)->next) {
        at = link_at(engine, link)->until_ms;
        if (at > now && at < next)
            next = at;
    }
    return next;
}

/* No start was agreed while a wait blocked it: what was said of one holds from now at the earliest.
 */
static void agree_starts(struct hw_engine *engine, const struct hw_referral *referral)
{
    for (uint32_t at = referral->matches; at != 0; at = hw_match_at(engine, at)->referral_next) {
        struct hw_match *match = hw_match_at(engine, at);

        if (match->state == HW_MATCH_ACCEPTED && match->starts_ms < engine->root.accepted_ms)
            hw_match_set_start(engine, at, engine->root.accepted_ms);
    }
}

static void look_again(struct hw_engine *engine, uint32_t handle)
{
    struct hw_referral *referral = hw_referral_at(engine, handle);
    bool was_possible_match = (referral->seen & HW_SEEN_POSSIBLE_MATCH) != 0;
    bool was_blocked = (referral->flags & HW_REFERRAL_START_BLOCKED) != 0;
    struct hw_situation now;

    hw_profile_leave(engine, handle);
    if (referral->state != HW_REFERRAL_ENDED)
        referral->state = (uint8_t)furthest(engine, handle);
    hw_situation_of(engine, referral->identifier, referral->stay, &now);
    look_at_person(referral, &now);
    if (was_blocked && !now.blocks_start)
        agree_starts(engine, referral);
    hold_by_situation(engine, handle, &now);
    look_at_identity(engine, handle, was_possible_match);
    look_at_others(engine, handle);
    if (referral->state <= HW_REFERRAL_OFFERED)
        referral->standing = hw_profile_of(engine, referral);
    if (hw_referral_waits(referral))
        hw_profile_join(engine, handle);
    hw_routing_timer_set(engine, HW_TIMER_REFERRAL, handle, next_ms(engine, handle));
    hw_referral_count(engine, handle);
    hw_agenda_referral(engine, handle);
}

static void tell_other(struct hw_engine *engine, uint32_t handle, uint32_t other)
{
    (void)handle;
    look_again(engine, other);
}

void hw_referral_follow(struct hw_engine *engine, uint32_t handle)
{
    struct hw_referral *referral = hw_referral_at(engine, handle);

    look_again(engine, handle);
    /* The person's other referrals hear of what makes them double. */
    if (referral->told_state == referral->state + 1 &&
        referral->told_direction == referral->direction)
        return;
    referral->told_state = (uint8_t)(referral->state + 1);
    referral->told_direction = referral->direction;
    each_other(engine, handle, tell_other);
    hear_of_person(engine, referral->identifier);
}

void hw_referral_tell_others(struct hw_engine *engine, uint32_t handle)
{
    each_other(engine, handle, tell_other);
}

/* ---- ending and holding ---- */

static void end(struct hw_engine *engine, uint32_t handle, uint32_t reason)
{
    struct hw_referral *referral = hw_referral_at(engine, handle);

    hw_profile_leave(engine, handle);
    referral->state = HW_REFERRAL_ENDED;
    referral->standing = 0;
    referral->end_reason = reason;
    hw_referral_follow(engine, handle);
}

void hw_referral_end(struct hw_engine *engine, uint32_t handle, uint32_t reason)
{
    each_other(engine, handle, keep_clock);
    end(engine, handle, reason);
}

void hw_referral_finish(struct hw_engine *engine, uint32_t handle, uint32_t reason)
{
    each_other(engine, handle, keep_ready);
    end(engine, handle, reason);
}

void hw_referral_hold(
    struct hw_engine *engine, uint32_t handle, enum hw_hold hold, int64_t until_ms)
{
    struct hw_referral *referral = hw_referral_at(engine, handle);

    hw_profile_leave(engine, handle);
    if (hold == HW_HELD_BY_PERSON)
        referral->held_until_ms = until_ms;
    set_held(engine, handle, referral->held | (unsigned)hold);
    hw_referral_follow(engine, handle);
}

void hw_referral_release(struct hw_engine *engine, uint32_t handle, enum hw_hold hold)
{
    hw_profile_leave(engine, handle);
    set_held(engine, handle, hw_referral_at(engine, handle)->held & (uint8_t)~hold);
    hw_referral_follow(engine, handle);
}

void hw_referral_due(struct hw_engine *engine, uint32_t handle)
{
    struct hw_referral *referral = hw_referral_at(engine, handle);

    if ((referral->held & HW_HELD_BY_PERSON) == 0 ||
        referral->held_until_ms > engine->root.accepted_ms) {
        hw_referral_follow(engine, handle); /* Its start is overdue. */
        return;
    }
    /* A lapsed hold returns with an alert (CONTRACT 3.3). */
    referral->flags |= HW_REFERRAL_HOLD_LAPSED;
    hw_referral_release(engine, handle, HW_HELD_BY_PERSON);
}

/* ---- hearing ---- */

void hw_referral_hear(struct hw_engine *engine, uint32_t person)
{
    uint32_t at = person;

    hw_unreferred_hear(engine, person);
    if (engine->referrals.count == 1)
        return;
    do {
        for (uint32_t referral = hw_referrals_of(engine, at); referral != 0;
             referral = hw_referral_at(engine, referral)->identifier_next)
            if (hw_referral_at(engine, referral)->state != HW_REFERRAL_ENDED) {
                /* Room was seen to for a few of one person: so it is for each of very many. */
                hw_room_more(engine);
                hw_referral_follow(engine, referral);
            }
        at = hw_identifier_at(engine, at)->person_next;
    } while (at != person);
}

/* ---- lists ---- */

void hw_referral_link(struct hw_engine *engine, uint32_t handle, enum hw_link_kind kind,
    uint32_t code, int64_t until_ms)
{
    struct hw_referral *referral = hw_referral_at(engine, handle);
    uint32_t link;

    hw_referral_unlink(engine, handle, kind, code);
    link = hw_arena_take(&engine->links);
    *link_at(engine, link) = (struct hw_link){
        .code = code, .kind = (uint8_t)kind, .until_ms = until_ms, .next = referral->links};
    referral->links = link;
}

void hw_referral_unlink(
    struct hw_engine *engine, uint32_t handle, enum hw_link_kind kind, uint32_t code)
{
    uint32_t *at = &hw_referral_at(engine, handle)->links;

    while (*at != 0) {
        uint32_t link = *at;

        if (link_at(engine, link)->kind == kind &&
            (code == 0 || link_at(engine, link)->code == code)) {
            *at = link_at(engine, link)->next;
            hw_arena_give(&engine->links, link);
        } else {
            at = &link_at(engine, link)->next;
        }
    }
}
