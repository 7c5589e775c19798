/*
 * story_command.c - referrals, answers, placements, capacity and decisions as a story tells them
 * (CONTRACT 3.2, 3.3).  Which proposal or offer is meant is found when the story is told.
 */
#include "support/story_parts.h"

#include <stdio.h>
#include <stdlib.h>

static void set_text(struct hw_event *event, enum hw_field field, const char *text)
{
    hw_event_set_text(event, field, hw_slice_text(text));
}

/* ---- what a referral says ---- */

static const struct {
    const char *name;
    enum hw_field field;
} attributes[] = {
    {"urgency", HW_FIELD_URGENCY},
    {"pathway", HW_FIELD_PATHWAY},
    {"proposed council", HW_FIELD_COUNCIL_PROPOSED},
    {"council", HW_FIELD_COUNCIL},
    {"zone", HW_FIELD_ZONE},
    {"hospital", HW_FIELD_SITE},
    {"needed from", HW_FIELD_NEEDED_FROM},
    {"not before", HW_FIELD_NOT_BEFORE},
    {"consent", HW_FIELD_CONSENT},
    {"funding", HW_FIELD_FUNDING},
    {"units", HW_FIELD_UNITS},
    {"age", HW_FIELD_AGE_YEARS},
    {"sex", HW_FIELD_SEX},
    {"because", HW_FIELD_REASON},
    {"starts", HW_FIELD_STARTS_AT},
    {"holds from", HW_FIELD_STARTS_AT},
    {"until", HW_FIELD_UNTIL},
    {"due", HW_FIELD_UNTIL},
    {"held until", HW_FIELD_UNTIL},
    {"declared", HW_FIELD_REVIEWED_AT},
    {"outcome", HW_FIELD_OUTCOME},
    {"onward", HW_FIELD_DESTINATION},
    {"action", HW_FIELD_ANSWER},
    {"by", HW_FIELD_BY},
    {"direction", HW_FIELD_DIRECTION},
};

static void value_said(struct reader *reader, struct hw_event *event, enum hw_field field)
{
    if (story_take(reader, "\"\"")) {
        hw_event_clear(event, field);
        return;
    }
    switch (hw_field_type(field)) {
    case HW_VALUE_TIME:
        hw_event_set_time(event, field, story_time_said(reader));
        return;
    case HW_VALUE_NUMBER:
        hw_event_set_number(event, field, story_number(reader));
        return;
    case HW_VALUE_TEXT:
        set_text(event, field, story_word(reader, hw_field_name(field)));
        return;
    case HW_VALUE_BOOL:
        break;
    }
    story_wrong(reader, "%s cannot be said here", hw_field_name(field));
}

/* "package of 4 calls of 30 minutes by 2 carers" */
static void package_said(struct reader *reader, struct hw_event *event)
{
    char *text = story_keep(reader, 64);
    long long calls, minutes, carers = 1;

    calls = story_number(reader);
    story_demand(reader, "calls of");
    minutes = story_number(reader);
    story_demand(reader, "minutes");
    if (story_take(reader, "by")) {
        carers = story_number(reader);
        story_demand(reader, "carers");
    }
    snprintf(text, 64, "%lld;%lld;%lld", calls, minutes, carers);
    set_text(event, HW_FIELD_PACKAGE, text);
}

static bool particular_said(struct reader *reader, struct hw_event *event)
{
    if (story_take(reader, "step down"))
        set_text(event, HW_FIELD_DIRECTION, "step_down");
    else if (story_take(reader, "step up"))
        set_text(event, HW_FIELD_DIRECTION, "step_up");
    else if (story_take(reader, "fast track"))
        hw_event_set_bool(event, HW_FIELD_FAST_TRACK, true);
    else if (story_take(reader, "needs"))
        set_text(event, HW_FIELD_NEEDS, story_list(reader));
    else if (story_take(reader, "prefers"))
        set_text(event, HW_FIELD_PREFERRED, story_list(reader));
    else if (story_take(reader, "refuses nothing"))
        hw_event_clear(event, HW_FIELD_REFUSED);
    else if (story_take(reader, "refuses"))
        set_text(event, HW_FIELD_REFUSED, story_list(reader));
    else if (story_take(reader, "setting aside"))
        set_text(event, HW_FIELD_DETAIL, story_list(reader));
    else if (story_take(reader, "package of"))
        package_said(reader, event);
    else
        return false;
    return true;
}

static bool attribute_said(struct reader *reader, struct hw_event *event)
{
    if (particular_said(reader, event))
        return true;
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        if (story_take(reader, attributes[i].name)) {
            value_said(reader, event, attributes[i].field);
            return true;
        }
    return false;
}

/* What stands behind the verb: about the match, about the event, about whom. */
static void rest_said(struct reader *reader, struct story_step *step, bool about_person)
{
    struct hw_event *event = &step->event;
    bool fresh = true;

    while (reader->at < reader->count) {
        about_person |= strcmp(story_peek(reader), "visit") == 0; /* Said, be it of nobody. */
        if (story_take(reader, "version"))
            hw_event_set_number(event, HW_FIELD_VERSION, story_number(reader));
        else if (story_take(reader, "any version"))
            step->arrival.any = true;
        else if (story_take(reader, "the first time"))
            step->arrival.oldest = true;
        else if (story_take(reader, "offer"))
            hw_event_set_number(event, HW_FIELD_OFFER, story_number(reader));
        else if (!attribute_said(reader, event) && !story_envelope_said(reader, event, &fresh))
            story_wrong(reader, "'%s' is not understood", story_peek(reader));
    }
    if (about_person || !fresh)
        story_address(reader, event);
}

static struct story_step *begin(struct reader *reader, enum hw_kind kind, struct hw_time happened)
{
    struct story_step *step = story_add_step(reader);

    story_begin(reader, step, kind, happened);
    step->arrival.is_command = true;
    reader->story->in_order = true;
    return step;
}

/* ---- referrals ---- */

static void read_referral(struct reader *reader, struct hw_time happened)
{
    const char *name = story_word(reader, "a referral");
    enum hw_kind kind = HW_KIND_NONE;
    struct story_step *step;

    if (story_take(reader, "received"))
        kind = HW_KIND_REFERRAL_RECEIVED;
    else if (story_take(reader, "updated"))
        kind = HW_KIND_REFERRAL_UPDATED;
    else if (story_take(reader, "withdrawn"))
        kind = HW_KIND_REFERRAL_WITHDRAWN;
    else
        story_wrong(reader, "a referral is received, updated or withdrawn");
    step = begin(reader, kind, happened);
    if (strcmp(name, "nameless") != 0)
        set_text(&step->event, HW_FIELD_REFERRAL, name);
    rest_said(reader, step, kind == HW_KIND_REFERRAL_RECEIVED);
    story_finish(reader, step);
}

/* ---- what services say ---- */

/* The match that is meant: of this referral with this service. */
static void means(struct story_step *step, const char *referral, const char *service)
{
    step->arrival.referral = hw_slice_text(referral);
    step->arrival.service = hw_slice_text(service);
}

static const struct {
    const char *phrase, *answer;
} answers[] = {
    {"accepts with changes", "accepted_with_changes"},
    {"accepts", "accepted"},
    {"declines", "declined"},
    {"assesses", "assessing"},
    {"withdraws its answer to", "withdrawn"},
    {"hands back", "handed_back"},
};

static const char *answer_said(struct reader *reader)
{
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (story_take(reader, answers[i].phrase))
            return answers[i].answer;
    if (story_take(reader, "answers"))
        return story_word(reader, "an answer");
    return NULL;
}

/* "LCC/1", or "LCC/1 as offered to HART" where another service answers. */
static void read_answer(struct reader *reader, struct hw_time happened, enum hw_kind kind,
    const char *service, const char *answer)
{
    struct story_step *step = begin(reader, kind, happened);
    const char *referral = story_word(reader, "a referral");

    set_text(&step->event, HW_FIELD_ANSWER, answer);
    means(step, referral, service);
    if (story_take(reader, "as offered to")) {
        set_text(&step->event, HW_FIELD_SERVICE, service);
        means(step, referral, story_word(reader, "a service"));
    }
    rest_said(reader, step, false);
    story_finish(reader, step);
}

static const struct {
    const char *phrase;
    enum hw_kind kind;
} placements[] = {
    {"started", HW_KIND_PLACEMENT_STARTED},
    {"changed", HW_KIND_PLACEMENT_UNITS_CHANGED},
    {"reviewed", HW_KIND_PLACEMENT_REVIEWED},
    {"ended", HW_KIND_PLACEMENT_ENDED},
};

static bool read_placement(struct reader *reader, struct hw_time happened, const char *service)
{
    for (size_t i = 0; i < sizeof placements / sizeof *placements; i++) {
        struct story_step *step;

        if (!story_take(reader, placements[i].phrase))
            continue;
        step = begin(reader, placements[i].kind, happened);
        set_text(&step->event, HW_FIELD_SERVICE, service);
        set_text(&step->event, HW_FIELD_REFERRAL, story_word(reader, "a referral"));
        if (story_take(reader, "ready to leave"))
            set_text(&step->event, HW_FIELD_DETAIL, "ready_to_leave");
        rest_said(reader, step, false);
        story_finish(reader, step);
        return true;
    }
    return false;
}

static const struct {
    const char *phrase;
    enum hw_kind kind;
} packages[] = {
    {"suspends the package", HW_KIND_PACKAGE_SUSPENDED},
    {"lets the package lapse", HW_KIND_PACKAGE_LAPSED},
    {"restarts the package", HW_KIND_PACKAGE_RESTARTED},
};

static bool read_package(struct reader *reader, struct hw_time happened, const char *service)
{
    for (size_t i = 0; i < sizeof packages / sizeof *packages; i++) {
        struct story_step *step;

        if (!story_take(reader, packages[i].phrase))
            continue;
        step = begin(reader, packages[i].kind, happened);
        set_text(&step->event, HW_FIELD_SERVICE, service);
        rest_said(reader, step, true);
        story_finish(reader, step);
        return true;
    }
    return false;
}

static void read_standing(struct reader *reader, struct hw_time happened, const char *service)
{
    enum hw_kind kind = HW_KIND_NONE;
    struct story_step *step;

    if (story_take(reader, "has capacity"))
        kind = HW_KIND_SERVICE_CAPACITY;
    else if (story_take(reader, "suspended"))
        kind = HW_KIND_SERVICE_SUSPENDED;
    else if (story_take(reader, "resumed"))
        kind = HW_KIND_SERVICE_RESUMED;
    else if (story_take(reader, "declares itself"))
        kind = HW_KIND_SERVICE_DECLARED;
    else
        story_wrong(reader, "'%s' is nothing that a service says", story_peek(reader));
    step = begin(reader, kind, happened);
    set_text(&step->event, HW_FIELD_SERVICE, service);
    if (kind == HW_KIND_SERVICE_CAPACITY)
        hw_event_set_number(&step->event, HW_FIELD_UNITS, story_number(reader));
    if (kind == HW_KIND_SERVICE_DECLARED)
        set_text(&step->event, HW_FIELD_DETAIL, story_service_declared(reader));
    rest_said(reader, step, false);
    story_finish(reader, step);
}

static void read_service(struct reader *reader, struct hw_time happened)
{
    const char *service = story_word(reader, "a service");
    const char *answer = answer_said(reader);

    if (answer != NULL)
        read_answer(reader, happened, HW_KIND_OFFER_ANSWERED, service, answer);
    else if (!read_placement(reader, happened, service) && !read_package(reader, happened, service))
        read_standing(reader, happened, service);
}

/* ---- what people decide ---- */

/* What a decision names: a match (referral and service), a referral, or both as fields. */
enum names { A_MATCH, A_REFERRAL, BOTH };

static const struct {
    const char *verb, *between;
    enum hw_kind kind;
    enum names names;
} decisions[] = {
    {"approves", "to", HW_KIND_DECIDE_PROPOSAL_APPROVED, A_MATCH},
    {"rejects", "to", HW_KIND_DECIDE_PROPOSAL_REJECTED, A_MATCH},
    {"offers", "to", HW_KIND_DECIDE_OFFER_MADE, BOTH},
    {"extends", "to", HW_KIND_DECIDE_OFFER_EXTENDED, A_MATCH},
    {"withdraws", "from", HW_KIND_DECIDE_OFFER_WITHDRAWN, A_MATCH},
    {"holds", NULL, HW_KIND_DECIDE_REFERRAL_HELD, A_REFERRAL},
    {"releases", NULL, HW_KIND_DECIDE_REFERRAL_RELEASED, A_REFERRAL},
    {"pins", "to", HW_KIND_DECIDE_REFERRAL_PINNED, BOTH},
    {"unpins", "from", HW_KIND_DECIDE_REFERRAL_UNPINNED, BOTH},
    {"excludes", "from", HW_KIND_DECIDE_REFERRAL_EXCLUDED, BOTH},
    {"includes", "for", HW_KIND_DECIDE_REFERRAL_INCLUDED, BOTH},
    {"sets the priority of", NULL, HW_KIND_DECIDE_REFERRAL_PRIORITY, A_REFERRAL},
    {"acknowledges", NULL, HW_KIND_DECIDE_ALERT_ACKNOWLEDGED, A_REFERRAL},
};

/* "hub sets council:508 to paused until 2026-03-02 18:00" */
static void read_mode(struct reader *reader, struct hw_time happened)
{
    struct story_step *step = begin(reader, HW_KIND_DECIDE_ROUTING_MODE, happened);

    set_text(&step->event, HW_FIELD_DETAIL, story_word(reader, "a scope"));
    story_demand(reader, "to");
    set_text(&step->event, HW_FIELD_ANSWER, story_word(reader, "a mode"));
    rest_said(reader, step, false);
    story_finish(reader, step);
}

/* Services come first in "hub excludes HART from LCC/1": a referral has a stroke in it. */
static void name(
    struct reader *reader, struct story_step *step, const char *between, enum names names)
{
    const char *first = story_word(reader, "a referral"), *second = "";

    if (between != NULL && story_take(reader, between))
        second = story_word(reader, "a service");
    if (strchr(second, '/') != NULL) {
        const char *kept = first;

        first = second;
        second = kept;
    }
    if (names == A_MATCH) {
        means(step, first, second);
        return;
    }
    set_text(&step->event, HW_FIELD_REFERRAL, first);
    if (*second != '\0')
        set_text(&step->event, HW_FIELD_SERVICE, second);
}

static void read_decision(struct reader *reader, struct hw_time happened)
{
    if (story_take(reader, "sets the priority of"))
        reader->at -= 4;
    else if (story_take(reader, "sets")) {
        read_mode(reader, happened);
        return;
    }
    if (story_take(reader, "notes that")) {
        const char *service = story_word(reader, "a service"), *answer = answer_said(reader);

        if (answer == NULL)
            story_wrong(reader, "'%s' is no answer", story_peek(reader));
        read_answer(reader, happened, HW_KIND_DECIDE_OFFER_ANSWERED, service, answer);
        return;
    }
    if (story_take(reader, "acknowledges the spell")) {
        struct story_step *step = begin(reader, HW_KIND_DECIDE_ALERT_ACKNOWLEDGED, happened);

        set_text(&step->event, HW_FIELD_BY, "nurse");
        rest_said(reader, step, true);
        story_finish(reader, step);
        return;
    }
    for (size_t i = 0; i < sizeof decisions / sizeof *decisions; i++) {
        struct story_step *step;

        if (!story_take(reader, decisions[i].verb))
            continue;
        step = begin(reader, decisions[i].kind, happened);
        set_text(&step->event, HW_FIELD_BY, "nurse");
        name(reader, step, decisions[i].between, decisions[i].names);
        rest_said(reader, step, false);
        story_finish(reader, step);
        return;
    }
    story_wrong(reader, "'%s' is nothing that a hub decides", story_peek(reader));
}

/* ---- lines ---- */

/* "setting services/HART/capacity 3", while the story runs. */
static void read_setting(struct reader *reader, struct hw_time happened)
{
    struct story_step *step = begin(reader, HW_KIND_CONFIGURATION, happened);

    step->arrival.is_command = false;
    set_text(&step->event, HW_FIELD_CONFIGURATION_KEY, story_word(reader, "a key"));
    set_text(&step->event, HW_FIELD_CONFIGURATION_VALUE,
        story_take(reader, "\"\"") ? "" : story_word(reader, "a value"));
    story_finish(reader, step);
}

bool story_routing_message(struct reader *reader, struct hw_time happened)
{
    bool away = story_take(reader, "after a stop");

    if (story_take(reader, "referral")) {
        read_referral(reader, happened);
    } else if (story_take(reader, "service")) {
        read_service(reader, happened);
    } else if (story_take(reader, "hub")) {
        read_decision(reader, happened);
    } else if (story_take(reader, "setting")) {
        read_setting(reader, happened);
    } else if (story_take(reader, "first contact for")) {
        struct story_step *step = begin(reader, HW_KIND_CONTACT_FIRST, happened);

        set_text(&step->event, HW_FIELD_REFERRAL, story_word(reader, "a referral"));
        rest_said(reader, step, false);
        story_finish(reader, step);
    } else if (away) {
        story_wrong(reader, "'%s' is no command", story_peek(reader));
    } else {
        return false;
    }
    reader->story->steps[reader->story->steps_count - 1].arrival.away = away;
    return true;
}
