#define _GNU_SOURCE /* memmem */
#include "cli/explain_event.h"

#include "cli/explain_choice.h"
#include "cli/explain_mode.h"
#include "homeward/services.h"

#include <string.h>

static struct hw_slice text(const struct hw_told *told, enum hw_field field)
{
    return hw_event_text(told->event, field);
}

static bool has(const struct hw_told *told, enum hw_field field)
{
    return hw_event_has(told->event, field);
}

/* before and "14:30" of a field that holds a time; nothing where it has none. */
static void add_time(
    struct hw_words *words, const struct hw_told *told, const char *before, enum hw_field field)
{
    if (!has(told, field))
        return;
    hw_words_add(words, "%s", before);
    hw_words_add_moment(words, told->event->values[field].time.start_ms, told->accepted_ms);
}

/* " (no capacity in zone)", ": what was noted". */
static void add_why(struct hw_words *words, const struct hw_told *told)
{
    struct hw_slice reason = text(told, HW_FIELD_REASON);

    if (reason.size == 0)
        return;
    hw_words_add(words, ", because: ");
    hw_words_add_code(words, reason);
}

/* The match an event speaks of, as it stands now; false: there is none. */
static bool match_of(const struct hw_told *told, struct hw_match_view *ret_view)
{
    return has(told, HW_FIELD_OFFER) &&
        hw_match_view(
            told->engine, (uint64_t)told->event->values[HW_FIELD_OFFER].number, ret_view) == HW_OK;
}

/* The service an event is about: as it says, else that of its offer. */
static void add_service(struct hw_words *words, const struct hw_told *told)
{
    struct hw_match_view match;
    struct hw_slice code = text(told, HW_FIELD_SERVICE);

    if (code.size == 0 && match_of(told, &match))
        code = match.service;
    if (code.size == 0)
        hw_words_add(words, "the service");
    else
        hw_words_add_service(words, told->engine, code);
}

static void add_who(struct hw_words *words, const struct hw_told *told)
{
    hw_words_add_who(words, text(told, HW_FIELD_BY));
}

static void add_offer(struct hw_words *words, const struct hw_told *told)
{
    char reference[HW_REFERENCE_TEXT_SIZE];

    if (has(told, HW_FIELD_OFFER))
        hw_words_add(words, " %s",
            hw_reference_format(
                'O', (uint64_t)told->event->values[HW_FIELD_OFFER].number, reference));
}

/* A command that was refused: what was wrong, so that nobody believes it was done. */
static bool was_refused(const struct hw_told *told, const char **ret_words)
{
    struct hw_command_result result = hw_engine_command_result(told->engine);

    *ret_words = result.words;
    return result.status != HW_OK && result.words != NULL;
}

/* ---- the stay ---- */

static void add_place(struct hw_words *words, const struct hw_told *told)
{
    struct hw_slice ward = text(told, HW_FIELD_WARD), site = text(told, HW_FIELD_SITE);

    if (ward.size > 0)
        hw_words_add(words, " ward %.*s", (int)ward.size, (const char *)ward.data);
    if (site.size > 0)
        hw_words_add(
            words, "%s %.*s", ward.size > 0 ? " at" : "", (int)site.size, (const char *)site.data);
}

static void tell_admitted(struct hw_words *words, const struct hw_told *told)
{
    hw_words_add(words, "Admitted to hospital");
    if (has(told, HW_FIELD_SITE))
        hw_words_add(words, ",");
    add_place(words, told);
    hw_words_add(words, ".");
    if (has(told, HW_FIELD_PATHWAY))
        hw_words_add(words, " Way out: pathway %.*s.", (int)text(told, HW_FIELD_PATHWAY).size,
            (const char *)text(told, HW_FIELD_PATHWAY).data);
}

static void tell_moved(struct hw_words *words, const struct hw_told *told)
{
    if (!has(told, HW_FIELD_WARD) && !has(told, HW_FIELD_SITE))
        return;
    hw_words_add(words, "Moved to");
    add_place(words, told);
    hw_words_add(words, ".");
}

static bool is_79(const struct hw_told *told)
{
    return hw_slice_is(text(told, HW_FIELD_DESTINATION), "79") ||
        hw_slice_is(text(told, HW_FIELD_DISCHARGE_METHOD), "4");
}

static void tell_discharged(struct hw_words *words, const struct hw_told *told)
{
    struct hw_slice destination = text(told, HW_FIELD_DESTINATION);

    if (is_79(told))
        hw_words_add(words, "The person died in hospital.");
    else if (hw_slice_is(destination, "19"))
        hw_words_add(words, "Left hospital for their own home.");
    else if (destination.size > 0)
        hw_words_add(words, "Left hospital (destination code %.*s).", (int)destination.size,
            (const char *)destination.data);
    else
        hw_words_add(words, "Left hospital.");
}

static void tell_criteria(struct hw_words *words, const struct hw_told *told)
{
    struct hw_slice code = text(told, HW_FIELD_CRITERIA_REASON);

    if (!has(told, HW_FIELD_MEETS))
        return;
    if (told->event->values[HW_FIELD_MEETS].number == 0) {
        hw_words_add(words,
            "Reviewed: no longer meets the criteria to reside, so is ready to leave hospital.");
        return;
    }
    hw_words_add(words, "Reviewed: meets the criteria to reside, so has to stay in hospital");
    if (code.size > 0)
        hw_words_add(words, " (criterion %.*s)", (int)code.size, (const char *)code.data);
    hw_words_add(words, ".");
}

static void tell_ready(struct hw_words *words, const struct hw_told *told)
{
    if (hw_event_clears(told->event, HW_FIELD_READY_AT)) {
        hw_words_add(words, "No longer said to be ready to leave.");
        return;
    }
    hw_words_add(words, "Said to be ready to leave hospital");
    add_time(words, told, ", from ", HW_FIELD_READY_AT);
    if (has(told, HW_FIELD_PATHWAY))
        hw_words_add(words, ", by pathway %.*s", (int)text(told, HW_FIELD_PATHWAY).size,
            (const char *)text(told, HW_FIELD_PATHWAY).data);
    hw_words_add(words, ".");
}

static void add_side(struct hw_words *words, const struct hw_told *told)
{
    struct hw_slice side = text(told, HW_FIELD_RESPONSIBLE);

    if (hw_slice_is(side, "NHS"))
        hw_words_add(words, " It is for the NHS to end.");
    else if (hw_slice_is(side, "SC"))
        hw_words_add(words, " It is for social care to end.");
    else if (hw_slice_is(side, "BOTH"))
        hw_words_add(words, " It is for the NHS and social care together to end.");
}

static void tell_reason(struct hw_words *words, const struct hw_told *told)
{
    if (!has(told, HW_FIELD_REASON)) {
        hw_words_add(words, "The reason for waiting was withdrawn.");
        return;
    }
    hw_words_add(words,
        told->event->kind == HW_KIND_DECIDED_REASON
            ? "Nobody has said what the wait is for. Homeward takes it to be: "
            : "Waiting for: ");
    hw_words_add_reason(words, text(told, HW_FIELD_REASON));
    hw_words_add(words, ".");
    add_side(words, told);
}

static void tell_wait(struct hw_words *words, const struct hw_told *told)
{
    struct hw_slice blocks = text(told, HW_FIELD_BLOCKS);

    hw_words_add(words,
        told->event->kind == HW_KIND_WAIT_CLOSED         ? "A wait is over: "
            : told->event->kind == HW_KIND_WAIT_VERIFIED ? "A wait goes on: "
                                                         : "A wait began: ");
    if (has(told, HW_FIELD_REASON))
        hw_words_add_reason(words, text(told, HW_FIELD_REASON));
    else
        hw_words_add_code(words, text(told, HW_FIELD_WAIT));
    hw_words_add(words, ".");
    if (told->event->kind == HW_KIND_WAIT_OPENED && blocks.size > 0)
        hw_words_add(words, " Until it is over there is to be no %.*s.", (int)blocks.size,
            (const char *)blocks.data);
}

/* ---- the referral ---- */

static void add_list(
    struct hw_words *words, const char *before, const struct hw_told *told, enum hw_field field)
{
    struct hw_slice list = text(told, field);

    if (list.size == 0)
        return;
    hw_words_add(words, " %s ", before);
    for (size_t i = 0; i < list.size; i++)
        if (list.data[i] == ';')
            hw_words_add(words, ", ");
        else
            hw_words_add(words, "%c", list.data[i]);
    hw_words_add(words, ".");
}

static void add_particulars(struct hw_words *words, const struct hw_told *told)
{
    struct hw_slice consent = text(told, HW_FIELD_CONSENT);

    if (has(told, HW_FIELD_NEEDS)) {
        hw_words_add(words, " Needs ");
        hw_words_add_needs(words, text(told, HW_FIELD_NEEDS));
        hw_words_add(words, ".");
    }
    if (has(told, HW_FIELD_FAST_TRACK) && told->event->values[HW_FIELD_FAST_TRACK].number != 0)
        hw_words_add(words, " Fast track: near the end of life.");
    add_list(words, "Pathway", told, HW_FIELD_PATHWAY);
    add_list(words, "Responsible council", told, HW_FIELD_COUNCIL);
    add_list(words, "Will be in zone", told, HW_FIELD_ZONE);
    add_list(words, "Would like", told, HW_FIELD_PREFERRED);
    add_list(words, "Does not want", told, HW_FIELD_REFUSED);
    if (has(told, HW_FIELD_NEEDED_FROM)) {
        hw_words_add(words, " Support is needed from ");
        add_time(words, told, "", HW_FIELD_NEEDED_FROM);
        hw_words_add(words, ".");
    }
    if (has(told, HW_FIELD_NOT_BEFORE)) {
        hw_words_add(words, " Not before ");
        add_time(words, told, "", HW_FIELD_NOT_BEFORE);
        hw_words_add(words, ".");
    }
    if (hw_slice_is(consent, "refused"))
        hw_words_add(words, " The person has refused to be referred.");
    else if (hw_slice_is(consent, "pending"))
        hw_words_add(words, " The person has not yet agreed to be referred.");
    else if (hw_slice_is(consent, "best_interests"))
        hw_words_add(words, " Referred in the person's best interests.");
}

static void tell_received(struct hw_words *words, const struct hw_told *told)
{
    struct hw_slice source = told->event->source;

    hw_words_add(words, "Referred");
    if (source.size > 0)
        hw_words_add(words, " by %.*s", (int)source.size, (const char *)source.data);
    if (hw_slice_is(text(told, HW_FIELD_DIRECTION), "step_up"))
        hw_words_add(words, " for support at home, so as not to go into hospital (step up)");
    else if (hw_slice_is(text(told, HW_FIELD_DIRECTION), "step_down"))
        hw_words_add(words, " for support to leave hospital (step down)");
    if (hw_slice_is(text(told, HW_FIELD_URGENCY), "2h"))
        hw_words_add(words, ", within 2 hours");
    else if (hw_slice_is(text(told, HW_FIELD_URGENCY), "2d"))
        hw_words_add(words, ", within 2 days");
    hw_words_add(words, ".");
    add_particulars(words, told);
}

static void tell_updated(struct hw_words *words, const struct hw_told *told)
{
    hw_words_add(words, "The referral was changed.");
    add_particulars(words, told);
}

static void tell_withdrawn(struct hw_words *words, const struct hw_told *told)
{
    hw_words_add(words, "The referral was withdrawn");
    add_why(words, told);
    hw_words_add(words, ".");
}

/* ---- proposals and offers ---- */

static void tell_proposed(struct hw_words *words, const struct hw_told *told)
{
    bool observed = hw_slice_is(text(told, HW_FIELD_OUTCOME), "observed");

    if (has(told, HW_FIELD_OFFER)) {
        hw_words_add(words, "Nobody had decided and nothing had changed: ");
        add_service(words, told);
        hw_words_add(words, " is proposed on");
        add_time(words, told, ", until ", HW_FIELD_UNTIL);
        hw_words_add(words, ".");
        return;
    }
    hw_words_add(words, observed ? "Homeward would have proposed " : "Homeward proposed ");
    add_service(words, told);
    if (observed) {
        hw_words_add(words, ". It only observes: nothing was kept and nobody was asked.");
    } else {
        hw_words_add(words, " and keeps its place");
        add_time(words, told, " until ", HW_FIELD_UNTIL);
        hw_words_add(words, "; a person has to approve it.");
    }
    hw_explain_choice_words(words, told->engine, text(told, HW_FIELD_DETAIL));
}

/* Until when the service has to answer, from the offer as it stands. */
static void add_answer_by(struct hw_words *words, const struct hw_told *told)
{
    struct hw_match_view match;

    if (has(told, HW_FIELD_UNTIL)) {
        add_time(words, told, ", which has to answer by ", HW_FIELD_UNTIL);
    } else if (match_of(told, &match) && match.expires_ms != HW_TIME_OPEN &&
        match.expires_ms != HW_TIME_NONE) {
        hw_words_add(words, ", which has to answer by ");
        hw_words_add_moment(words, match.expires_ms, told->accepted_ms);
    }
    hw_words_add(words, ".");
}

static void tell_offered(struct hw_words *words, const struct hw_told *told)
{
    hw_words_add(words, "A rule of automation sent the offer");
    add_offer(words, told);
    hw_words_add(words, " to ");
    add_service(words, told);
    add_answer_by(words, told);
}

static void tell_approved(struct hw_words *words, const struct hw_told *told)
{
    add_who(words, told);
    hw_words_add(words, " approved the proposal");
    add_why(words, told);
    hw_words_add(words, ". Offer");
    add_offer(words, told);
    hw_words_add(words, " went to ");
    add_service(words, told);
    add_answer_by(words, told);
}

static void tell_rejected(struct hw_words *words, const struct hw_told *told)
{
    add_who(words, told);
    hw_words_add(words, " rejected the proposal of ");
    add_service(words, told);
    add_why(words, told);
    hw_words_add(words, ".");
}

static void tell_made(struct hw_words *words, const struct hw_told *told)
{
    add_who(words, told);
    hw_words_add(words, " chose ");
    add_service(words, told);
    add_why(words, told);
    hw_words_add(words, ": an offer went out at once.");
    if (has(told, HW_FIELD_DETAIL)) {
        hw_words_add(words, " Set aside by name: ");
        hw_words_add_code(words, text(told, HW_FIELD_DETAIL));
        hw_words_add(words, ".");
    }
}

static void tell_extended(struct hw_words *words, const struct hw_told *told)
{
    add_who(words, told);
    hw_words_add(words, " gave ");
    add_service(words, told);
    hw_words_add(words, " more time");
    add_time(words, told, ", until ", HW_FIELD_UNTIL);
    add_why(words, told);
    hw_words_add(words, ".");
}

static void tell_offer_withdrawn(struct hw_words *words, const struct hw_told *told)
{
    add_who(words, told);
    hw_words_add(words, " withdrew the offer to ");
    add_service(words, told);
    add_why(words, told);
    hw_words_add(words, ".");
}

/* The answers of providers (domain 6.2). */
static const struct {
    const char *answer, *words;
} answers[] = {
    {"accepted", "accepted"},
    {"accepted_with_changes", "accepted, with changes"},
    {"declined", "declined"},
    {"assessing", "wants to assess the person first"},
    {"withdrawn", "took its acceptance back"},
    {"handed_back", "handed the person back"},
};

static void tell_answered(struct hw_words *words, const struct hw_told *told)
{
    if (told->event->kind == HW_KIND_DECIDE_OFFER_ANSWERED) {
        add_who(words, told);
        hw_words_add(words, " noted that ");
    }
    add_service(words, told);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (hw_slice_is(text(told, HW_FIELD_ANSWER), answers[i].answer))
            hw_words_add(words, " %s", answers[i].words);
    add_why(words, told);
    add_time(words, told, "; support is to start at ", HW_FIELD_STARTS_AT);
    hw_words_add(words, ".");
}

static void tell_accepted(struct hw_words *words, const struct hw_told *told)
{
    add_service(words, told);
    hw_words_add(words, " takes people without being asked: accepted at once.");
}

static void tell_ended(struct hw_words *words, const struct hw_told *told)
{
    struct hw_slice reason = text(told, HW_FIELD_REASON);
    struct hw_match_view match;
    bool offered = match_of(told, &match) &&
        (match.offered_ms != HW_TIME_NONE || match.started_ms != HW_TIME_NONE);

    if (hw_slice_is(reason, "expired")) {
        add_service(words, told);
        hw_words_add(words,
            offered ? " did not answer in time: the offer ran out and its place is free again."
                    : " is no longer proposed: nobody decided in time, and something has changed.");
        return;
    }
    hw_words_add(words,
        offered ? "Homeward called off what was arranged with " : "Homeward no longer proposes ");
    add_service(words, told);
    hw_words_add(words, ": ");
    if (hw_slice_is(reason, "died"))
        hw_words_add(words, "the person has died");
    else if (hw_slice_is(reason, "lapsed"))
        hw_words_add(words, "their package was kept until now, and nobody said that it goes on");
    else if (hw_slice_is(reason, "referral_ended"))
        hw_words_add(words, "the referral is over");
    else if (hw_slice_is(reason, "accepted_elsewhere"))
        hw_words_add(words, "another service has accepted");
    else if (hw_slice_is(reason, "not_ready"))
        hw_words_add(words, "the person is not ready to leave any more");
    else
        hw_words_add_rule(words, reason);
    hw_words_add(words, ".");
}

static void tell_suspended(struct hw_words *words, const struct hw_told *told)
{
    if (!has(told, HW_FIELD_UNTIL)) {
        hw_words_add(words, "What was suspended with ");
        add_service(words, told);
        hw_words_add(words, " goes on.");
        return;
    }
    hw_words_add(words, "What is arranged with ");
    add_service(words, told);
    hw_words_add(words, " is suspended: nobody is to go to the person now. Its place is kept");
    add_time(words, told, " until ", HW_FIELD_UNTIL);
    hw_words_add(words, ".");
}

/* ---- alerts ---- */

static void tell_alert(struct hw_words *words, const struct hw_told *told)
{
    unsigned kind = hw_alert_of(text(told, HW_FIELD_REASON));
    struct hw_slice what = text(told, HW_FIELD_OUTCOME);

    if (hw_slice_is(what, "repeated"))
        return; /* What stands is told once; that it is rung again is no news in a story. */
    if (kind == 0 || hw_slice_is(what, "cleared")) {
        if (kind == 0)
            hw_words_add(words, "An alert is over.");
        else
            hw_words_add(words, "This alert is over: \"%s\".", hw_alert_words(kind));
        return;
    }
    hw_words_add(words, "ALERT: %s.", hw_alert_words(kind));
}

static void tell_acknowledged(struct hw_words *words, const struct hw_told *told)
{
    add_who(words, told);
    hw_words_add(words, " has seen the alert");
    if (text(told, HW_FIELD_ANSWER).size > 0) {
        hw_words_add(words, " and says: ");
        hw_words_add_code(words, text(told, HW_FIELD_ANSWER));
    }
    add_why(words, told);
    hw_words_add(words, ".");
}

/* ---- decisions about the referral ---- */

static const struct {
    uint8_t kind;
    const char *words; /* behind who it was */
    bool service;
} decisions[] = {
    {HW_KIND_DECIDE_REFERRAL_HELD, "put the referral on hold", false},
    {HW_KIND_DECIDE_REFERRAL_RELEASED, "released the referral", false},
    {HW_KIND_DECIDE_REFERRAL_PINNED, "asked for", true},
    {HW_KIND_DECIDE_REFERRAL_UNPINNED, "no longer asks for", true},
    {HW_KIND_DECIDE_REFERRAL_EXCLUDED, "ruled out", true},
    {HW_KIND_DECIDE_REFERRAL_INCLUDED, "no longer rules out", true},
    {HW_KIND_DECIDE_IDENTITY_JOINED, "said that two records are one person", false},
    {HW_KIND_DECIDE_IDENTITY_PARTED, "said that two records are two people", false},
};

static void tell_decision(struct hw_words *words, const struct hw_told *told)
{
    add_who(words, told);
    for (size_t i = 0; i < sizeof decisions / sizeof *decisions; i++) {
        if (decisions[i].kind != told->event->kind)
            continue;
        hw_words_add(words, " %s%s", decisions[i].words, decisions[i].service ? " " : "");
        if (decisions[i].service)
            add_service(words, told);
    }
    add_time(words, told, " until ", HW_FIELD_UNTIL);
    add_why(words, told);
    hw_words_add(words, ".");
}

/* What somebody wanted to do, where it was refused: behind "tried to". */
static const struct {
    uint8_t kind;
    const char *words;
    bool service;
} tries[] = {
    {HW_KIND_DECIDE_PROPOSAL_APPROVED, "approve the proposal of", true},
    {HW_KIND_DECIDE_PROPOSAL_REJECTED, "reject the proposal of", true},
    {HW_KIND_DECIDE_OFFER_MADE, "choose", true},
    {HW_KIND_DECIDE_OFFER_EXTENDED, "give more time to", true},
    {HW_KIND_DECIDE_OFFER_WITHDRAWN, "withdraw the offer to", true},
    {HW_KIND_DECIDE_OFFER_ANSWERED, "note the answer of", true},
    {HW_KIND_DECIDE_REFERRAL_HELD, "put the referral on hold", false},
    {HW_KIND_DECIDE_REFERRAL_RELEASED, "release the referral", false},
    {HW_KIND_DECIDE_REFERRAL_PINNED, "ask for", true},
    {HW_KIND_DECIDE_REFERRAL_UNPINNED, "no longer ask for", true},
    {HW_KIND_DECIDE_REFERRAL_EXCLUDED, "rule out", true},
    {HW_KIND_DECIDE_REFERRAL_INCLUDED, "no longer rule out", true},
    {HW_KIND_DECIDE_REFERRAL_PRIORITY, "decide when it is due", false},
    {HW_KIND_DECIDE_ALERT_ACKNOWLEDGED, "look after the alert", false},
};

/* A decision that was refused, in its own words; false: it is none of the decisions above. */
static bool tell_refused(struct hw_words *words, const struct hw_told *told, const char *refused)
{
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        if (tries[i].kind != told->event->kind)
            continue;
        add_who(words, told);
        hw_words_add(words, " tried to %s%s", tries[i].words, tries[i].service ? " " : "");
        if (tries[i].service)
            add_service(words, told);
        add_why(words, told);
        hw_words_add(words, "; refused, and nothing was changed: %s.", refused);
        return true;
    }
    return false;
}

static void tell_priority(struct hw_words *words, const struct hw_told *told)
{
    add_who(words, told);
    hw_words_add(words, " decided that it is due");
    add_time(words, told, " at ", HW_FIELD_UNTIL);
    add_why(words, told);
    hw_words_add(words, ".");
}

static void tell_settled(struct hw_words *words, const struct hw_told *told)
{
    add_who(words, told);
    hw_words_add(words, " settled what the wait is for: ");
    hw_words_add_reason(words, text(told, HW_FIELD_REASON));
    hw_words_add(words, ".");
    add_side(words, told);
}

/* ---- placements ---- */

static void tell_started(struct hw_words *words, const struct hw_told *told)
{
    hw_words_add(words, "Support by ");
    add_service(words, told);
    hw_words_add(words, " began.");
}

static void tell_units(struct hw_words *words, const struct hw_told *told)
{
    hw_words_add(words, "Support by ");
    add_service(words, told);
    hw_words_add(words, " is %lld hours a week from now on.",
        (long long)told->event->values[HW_FIELD_UNITS].number);
}

static void add_onward(struct hw_words *words, const struct hw_told *told)
{
    if (!has(told, HW_FIELD_DESTINATION))
        return;
    hw_words_add(words, "; onward to: ");
    hw_words_add_code(words, text(told, HW_FIELD_DESTINATION));
}

static void tell_reviewed(struct hw_words *words, const struct hw_told *told)
{
    add_service(words, told);
    hw_words_add(words, " reviewed the person: ");
    hw_words_add(words, "%s",
        hw_slice_is(text(told, HW_FIELD_DETAIL), "ready_to_leave") ? "ready to move on"
                                                                   : "support is to go on for now");
    add_onward(words, told);
    hw_words_add(words, ".");
}

static void tell_finished(struct hw_words *words, const struct hw_told *told)
{
    hw_words_add(words, "Support by ");
    add_service(words, told);
    hw_words_add(words, " ended");
    if (has(told, HW_FIELD_OUTCOME)) {
        hw_words_add(words, ": ");
        hw_words_add_code(words, text(told, HW_FIELD_OUTCOME));
    }
    add_onward(words, told);
    hw_words_add(words, ".");
}

static void tell_package(struct hw_words *words, const struct hw_told *told)
{
    hw_words_add(words,
        told->event->kind == HW_KIND_PACKAGE_SUSPENDED    ? "The care they had before, by "
            : told->event->kind == HW_KIND_PACKAGE_LAPSED ? "The care kept for them, by "
                                                          : "The care they had before, by ");
    add_service(words, told);
    hw_words_add(words,
        told->event->kind == HW_KIND_PACKAGE_SUSPENDED    ? ", is interrupted"
            : told->event->kind == HW_KIND_PACKAGE_LAPSED ? ", is kept no longer"
                                                          : ", goes on again");
    add_time(words, told, " and kept until ", HW_FIELD_UNTIL);
    hw_words_add(words, ".");
}

static bool detail_says(const struct hw_told *told, const char *pair)
{
    struct hw_slice detail = text(told, HW_FIELD_DETAIL);

    return memmem(detail.data, detail.size, pair, strlen(pair)) != NULL;
}

static void tell_outcome(struct hw_words *words, const struct hw_told *told)
{
    if (detail_says(told, "contacted=false"))
        hw_words_add(words, "Looked up some time afterwards: could not be reached.");
    else if (detail_says(told, "at_home=true"))
        hw_words_add(words, "Looked up some time afterwards: lives at home.");
    else
        hw_words_add(words, "Looked up some time afterwards: is not at home.");
}

/* ---- the table ---- */

static const struct {
    uint8_t kind;
    const char *sentence; /* all that is said, where tell is NULL */
    void (*tell)(struct hw_words *words, const struct hw_told *told);
} kinds[] = {
    {HW_KIND_SPELL_ADMITTED, NULL, tell_admitted},
    {HW_KIND_SPELL_MOVED, NULL, tell_moved},
    {HW_KIND_SPELL_DISCHARGED, NULL, tell_discharged},
    {HW_KIND_SPELL_LEAVE_STARTED, "Went on leave.", NULL},
    {HW_KIND_SPELL_LEAVE_ENDED, "Came back from leave.", NULL},
    {HW_KIND_SPELL_ADMISSION_CANCELLED, "The admission was said to be a mistake.", NULL},
    {HW_KIND_SPELL_MOVE_CANCELLED, "The move was said to be a mistake.", NULL},
    {HW_KIND_SPELL_DISCHARGE_CANCELLED,
        "The discharge was said to be a mistake: the person is in hospital still.", NULL},
    {HW_KIND_SPELL_CRITERIA_TO_RESIDE, NULL, tell_criteria},
    {HW_KIND_SPELL_DISCHARGE_READY, NULL, tell_ready},
    {HW_KIND_SPELL_DELAY_REASON, NULL, tell_reason},
    {HW_KIND_DECIDED_REASON, NULL, tell_reason},
    {HW_KIND_DECIDE_REASON_SETTLED, NULL, tell_settled},
    {HW_KIND_WAIT_OPENED, NULL, tell_wait},
    {HW_KIND_WAIT_VERIFIED, NULL, tell_wait},
    {HW_KIND_WAIT_CLOSED, NULL, tell_wait},
    {HW_KIND_PERSON_DIED, "The person is said to have died. Contact and offers stop at once.",
        NULL},
    {HW_KIND_PERSON_DEATH_WITHDRAWN, "The death was said to be a mistake.", NULL},
    {HW_KIND_PERSON_MERGED, "Two records were said to be one person.", NULL},
    {HW_KIND_PERSON_UNMERGED, "Records said to be one person are two again.", NULL},
    {HW_KIND_REFERRAL_RECEIVED, NULL, tell_received},
    {HW_KIND_REFERRAL_UPDATED, NULL, tell_updated},
    {HW_KIND_REFERRAL_WITHDRAWN, NULL, tell_withdrawn},
    {HW_KIND_CONTACT_FIRST, "Somebody was with the person for the first time.", NULL},
    {HW_KIND_DECIDED_PROPOSAL, NULL, tell_proposed},
    {HW_KIND_DECIDED_OFFER, NULL, tell_offered},
    {HW_KIND_DECIDED_ACCEPTANCE, NULL, tell_accepted},
    {HW_KIND_DECIDED_EXPIRY, NULL, tell_ended},
    {HW_KIND_DECIDED_SUSPENSION, NULL, tell_suspended},
    {HW_KIND_DECIDED_ALERT, NULL, tell_alert},
    {HW_KIND_DECIDE_PROPOSAL_APPROVED, NULL, tell_approved},
    {HW_KIND_DECIDE_PROPOSAL_REJECTED, NULL, tell_rejected},
    {HW_KIND_DECIDE_OFFER_MADE, NULL, tell_made},
    {HW_KIND_DECIDE_OFFER_EXTENDED, NULL, tell_extended},
    {HW_KIND_DECIDE_OFFER_WITHDRAWN, NULL, tell_offer_withdrawn},
    {HW_KIND_DECIDE_OFFER_ANSWERED, NULL, tell_answered},
    {HW_KIND_OFFER_ANSWERED, NULL, tell_answered},
    {HW_KIND_DECIDE_REFERRAL_HELD, NULL, tell_decision},
    {HW_KIND_DECIDE_REFERRAL_RELEASED, NULL, tell_decision},
    {HW_KIND_DECIDE_REFERRAL_PINNED, NULL, tell_decision},
    {HW_KIND_DECIDE_REFERRAL_UNPINNED, NULL, tell_decision},
    {HW_KIND_DECIDE_REFERRAL_EXCLUDED, NULL, tell_decision},
    {HW_KIND_DECIDE_REFERRAL_INCLUDED, NULL, tell_decision},
    {HW_KIND_DECIDE_IDENTITY_JOINED, NULL, tell_decision},
    {HW_KIND_DECIDE_IDENTITY_PARTED, NULL, tell_decision},
    {HW_KIND_DECIDE_REFERRAL_PRIORITY, NULL, tell_priority},
    {HW_KIND_DECIDE_ALERT_ACKNOWLEDGED, NULL, tell_acknowledged},
    {HW_KIND_DECIDE_ROUTING_MODE, NULL, hw_explain_mode_words},
    {HW_KIND_PLACEMENT_STARTED, NULL, tell_started},
    {HW_KIND_PLACEMENT_UNITS_CHANGED, NULL, tell_units},
    {HW_KIND_PLACEMENT_REVIEWED, NULL, tell_reviewed},
    {HW_KIND_PLACEMENT_ENDED, NULL, tell_finished},
    {HW_KIND_PACKAGE_SUSPENDED, NULL, tell_package},
    {HW_KIND_PACKAGE_LAPSED, NULL, tell_package},
    {HW_KIND_PACKAGE_RESTARTED, NULL, tell_package},
    {HW_KIND_OUTCOME_REVIEWED, NULL, tell_outcome},
};

/* When it happened, where it was heard of long after. */
static void add_late(struct hw_words *words, const struct hw_told *told)
{
    enum { LATE_MINUTES = 15 };
    int64_t happened = told->event->happened.start_ms;

    if (!hw_time_is(told->event->happened) || told->event->kind >= HW_KIND_DECIDED_PROPOSAL ||
        told->accepted_ms - happened < LATE_MINUTES * HW_MINUTE_MS)
        return;
    hw_words_add(words, " (It happened at ");
    hw_words_add_moment(words, happened, told->accepted_ms);
    hw_words_add(words, "; Homeward heard of it now.)");
}

static void tell_as_done(struct hw_words *words, const struct hw_told *told)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].kind != told->event->kind)
            continue;
        if (kinds[i].tell == NULL)
            hw_words_add(words, "%s", kinds[i].sentence);
        else
            kinds[i].tell(words, told);
    }
}

void hw_explain_event(struct hw_words *words, const struct hw_told *told)
{
    enum hw_kind kind = told->event->kind;
    const char *refused = NULL;

    if (kind < HW_KIND_REFERRAL_RECEIVED || kind >= HW_KIND_DECIDED_PROPOSAL ||
        !was_refused(told, &refused)) {
        tell_as_done(words, told);
    } else if (!tell_refused(words, told, refused)) {
        tell_as_done(words, told);
        if (words->size > 0)
            hw_words_add(words, " This was refused, and nothing was changed: %s.", refused);
    }
    if (words->size > 0)
        add_late(words, told);
}
