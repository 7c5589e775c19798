/*
 * concern.c - what a record is about, for whoever tells the story of a stay or a referral.
 */
#include "core/named.h"
#include "core/people/people.h"
#include "core/routing/alert.h"
#include "core/routing/match.h"
#include "core/routing/mode.h"
#include "core/routing/referral.h"
#include "core/stays/stay.h"

/* What a story is about: a person, and of their stays and referrals these only (0: any). */
struct story {
    uint32_t person, stay, referral;
};

static struct story story_of(const struct hw_engine *engine, uint64_t referral, uint64_t stay)
{
    struct story story = {
        .referral = referral == 0 ? 0 : hw_referral_by_reference(engine, referral)};
    uint32_t named = stay == 0 ? 0 : hw_stay_by_reference(engine, stay), identifier = 0;

    if (named != 0) {
        story.stay = hw_stay_at(engine, named)->leader;
        identifier = hw_stay_at(engine, story.stay)->owner;
    } else if (story.referral != 0) {
        identifier = hw_referral_at(engine, story.referral)->identifier;
    }
    story.person = identifier == 0 ? 0 : hw_person_of(engine, identifier);
    return story;
}

/* The referral an event speaks of, by its reference or name, by an offer or an alert; 0: none. */
static uint32_t referral_of(const struct hw_engine *engine, const struct hw_event *event)
{
    struct hw_slice text = hw_event_text(event, HW_FIELD_REFERRAL);
    uint32_t name = hw_text_find(engine, text), of;
    uint64_t reference;

    if (text.size > 0 && hw_reference_parse(text, 'R', &reference) == HW_OK)
        return hw_referral_by_reference(engine, reference);
    if (name != 0)
        return hw_referral_find(engine, name);
    if (!hw_event_has(event, HW_FIELD_OFFER))
        return 0;
    reference = (uint64_t)event->values[HW_FIELD_OFFER].number;
    if (event->kind == HW_KIND_DECIDE_ALERT_ACKNOWLEDGED) {
        of = hw_alert_find(engine, reference);
        return of == 0 || hw_alert_at(engine, of)->about != HW_ALERT_ABOUT_REFERRAL
            ? 0
            : hw_alert_at(engine, of)->subject;
    }
    of = hw_match_find(engine, reference);
    return of == 0 ? 0 : hw_match_at(engine, of)->referral;
}

/* A referral is of a story if it is its own or, of a stay's, tied to that stay. */
static bool has_referral(
    const struct hw_engine *engine, const struct story *story, uint32_t referral)
{
    uint32_t stay = hw_referral_at(engine, referral)->stay;

    if (story->referral != 0)
        return referral == story->referral;
    return stay != 0 && hw_stay_at(engine, stay)->leader == story->stay;
}

static bool is_of_person(
    const struct hw_engine *engine, const struct story *story, struct hw_slice reference)
{
    uint32_t identifier = hw_named_person(engine, reference);

    return identifier != 0 && hw_person_of(engine, identifier) == story->person;
}

static bool has_person(
    const struct hw_engine *engine, const struct story *story, const struct hw_event *event)
{
    for (uint8_t i = 0; i < event->identifiers_count; i++) {
        uint32_t identifier = hw_identifier_find(engine, event->identifiers[i].hash);

        if (identifier != 0 && hw_person_of(engine, identifier) == story->person)
            return true;
    }
    if (!hw_people_is_settled(event->kind))
        return false;
    return is_of_person(engine, story, hw_named_part(event, "person")) ||
        is_of_person(engine, story, hw_named_part(event, "other"));
}

/* Whether the visit an event names is one of the person's; *ret_leader: its stay. */
static bool has_visit(const struct hw_engine *engine, const struct story *story,
    const struct hw_event *event, uint32_t *ret_leader)
{
    struct hw_stay_walk walk = hw_stay_walk(engine, story->person);
    uint32_t stay;

    while ((stay = hw_stay_next(engine, &walk)) != 0) {
        const struct hw_stay *record = hw_stay_at(engine, stay);

        if (!hw_hash_equal(
                HW_AT(engine, visits, hw_visit_record, record->visit)->hash, event->visit.hash))
            continue;
        *ret_leader = record->leader;
        return true;
    }
    return false;
}

/* The spell that is named by its reference, or that an alert seen to was about; 0: none. */
static uint32_t stay_of(const struct hw_engine *engine, const struct hw_event *event)
{
    uint32_t alert;

    if (event->kind != HW_KIND_DECIDE_ALERT_ACKNOWLEDGED || !hw_event_has(event, HW_FIELD_OFFER))
        return hw_stay_named(engine, hw_event_text(event, HW_FIELD_DETAIL));
    alert = hw_alert_find(engine, (uint64_t)event->values[HW_FIELD_OFFER].number);
    return alert == 0 || hw_alert_at(engine, alert)->about != HW_ALERT_ABOUT_STAY
        ? 0
        : hw_alert_at(engine, alert)->subject;
}

/* Of a stay's story if it is that one, of a referral's if it is its person's. */
static bool has_stay(const struct hw_engine *engine, const struct story *story, uint32_t stay)
{
    if (story->stay != 0)
        return hw_stay_at(engine, stay)->leader == story->stay;
    return hw_person_of(engine, hw_stay_at(engine, stay)->owner) == story->person;
}

bool hw_event_concerns(const struct hw_engine *engine, const struct hw_event *event,
    uint64_t of_referral, uint64_t of_stay)
{
    struct story story = story_of(engine, of_referral, of_stay);
    uint32_t referral = referral_of(engine, event), stay = stay_of(engine, event), leader = 0;

    if (referral != 0)
        return has_referral(engine, &story, referral);
    if (stay != 0)
        return has_stay(engine, &story, stay);
    if (event->kind == HW_KIND_DECIDE_ROUTING_MODE)
        return story.referral != 0 && hw_mode_touches(engine, event, story.referral);
    if (story.person == 0 || event->kind < HW_KIND_SPELL_ADMITTED)
        return false;
    if (!hw_hash_is_zero(event->visit.hash))
        return has_visit(engine, &story, event, &leader) &&
            (story.stay == 0 || leader == story.stay);
    return has_person(engine, &story, event);
}
