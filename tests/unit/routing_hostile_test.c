/*
 * Goal: what people and feeds may say that nobody means ends in words or in one decision: never in
 * decisions without end, and never in a record that an engine can not take.
 * Method: a small hub (support/hub.h), which fails where decisions do not end.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "support/hub.h"

#define STATE(view, wanted) cr_expect(eq(str, (char *)(view).state, (char *)(wanted)))

static const char *const second[] = {"kind", "reablement", "unit", "slots", "zones", "all",
    "councils", "509", "capabilities", "personal_care;therapy;medication", "capacity", "1",
    "offers_at_once", "2", NULL};

static uint64_t one_who_waits(struct hub *hub)
{
    hub_service(hub, "HART", hub_hart);
    hub_admit(hub, "S1", "V1", "P1");
    return hub_refer(hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
}

static struct hw_command_result approve(struct hub *hub, uint64_t referral)
{
    struct hw_match_view match = hub_newest(hub, referral);

    return hub_tell(hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, match.reference, match.version, NULL);
}

static void automate(struct hub *hub)
{
    hub_setting(hub, "routing/automation", "reablement");
    hub_setting(hub, "routing/mode", "offer");
}

static void update(struct hub *hub, enum hw_field field, const char *value)
{
    struct hw_event event = hub_said(hub, HW_KIND_REFERRAL_UPDATED);

    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    hw_event_set_text(&event, field, hw_slice_text(value));
    cr_expect(eq(int, hub_submit(hub, &event).status, HW_OK));
}

Test(routing_hostile, a_proposal_that_stands_for_no_time_is_not_renewed_without_end)
{
    struct hub hub = hub_new();
    uint64_t referral = one_who_waits(&hub);

    hub_setting(&hub, "services/HART/proposal_ttl_minutes", "0");
    hub_pass(&hub, HW_HOUR_MS);
    STATE(hub_newest(&hub, referral), "proposed");
    hub_free(&hub);
}

Test(routing_hostile, an_offer_that_stands_for_no_time_is_not_made_without_end)
{
    struct hub hub = hub_new();
    uint64_t referral;

    automate(&hub);
    hub_service(&hub, "HART", hub_hart);
    hub_setting(&hub, "services/HART/offer_ttl_minutes", "0");
    referral = one_who_waits(&hub);
    STATE(hub_newest(&hub, referral), "offered");
    hub_free(&hub);
}

Test(routing_hostile, nobody_else_is_asked_about_somebody_who_is_ready_no_longer)
{
    struct hub hub = hub_new();
    uint64_t referral = one_who_waits(&hub);

    hub_service(&hub, "TWO", second);
    hub_setting(&hub, "services/HART/offers_at_once", "2");
    hub_about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S1", "V1", 0);
    hub_setting(&hub, "services/TWO/capacity", "0");
    approve(&hub, referral);
    hub_about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S1", "V1", 1);
    hub_setting(&hub, "services/TWO/capacity", "1");
    STATE(hub_newest(&hub, referral), "offered");
    hub_free(&hub);
}

Test(routing_hostile, an_offer_suspended_for_less_than_it_may_take_still_expires)
{
    struct hub hub = hub_new();
    uint64_t referral = one_who_waits(&hub);

    hub_setting(&hub, "services/HART/offer_ttl_minutes", "6000");
    hub_about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S1", "V1", 0);
    approve(&hub, referral);
    hub_about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S1", "V1", 1);
    STATE(hub_newest(&hub, referral), "offered");
    hub_pass(&hub, 49 * HW_HOUR_MS);
    STATE(hub_newest(&hub, referral), "offered");
    hub_about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S1", "V1", 0);
    hub_pass(&hub, 101 * HW_HOUR_MS);
    cr_expect(ne(str, (char *)hub_newest(&hub, referral).state, (char *)"offered"));
    hub_free(&hub);
}

Test(routing_hostile, a_placement_kept_for_somebody_in_hospital_is_past_its_review_all_the_same)
{
    struct hub hub = hub_new();
    uint64_t referral = one_who_waits(&hub);

    hub_setting(&hub, "services/HART/max_stay_minutes", "7200");
    (void)hub_placement(&hub, HW_KIND_PLACEMENT_STARTED, "LCC/1", "HART");
    STATE(hub_newest(&hub, referral), "started");
    hub_about_spell(&hub, HW_KIND_SPELL_DISCHARGED, "S1", "V1", -1);
    hub_pass(&hub, HW_DAY_MS);
    hub_admit(&hub, "S1", "V2", "P1");
    cr_expect(ne(i64, hub_newest(&hub, referral).suspended_until_ms, HW_TIME_NONE));
    hub_pass(&hub, 6 * HW_DAY_MS);
    cr_expect(hub_newest(&hub, referral).past_review);
    hub_free(&hub);
}

Test(routing_hostile, who_withdraws_consent_is_not_offered_anywhere)
{
    struct hub hub = hub_new();
    uint64_t referral = one_who_waits(&hub);

    STATE(hub_newest(&hub, referral), "proposed");
    update(&hub, HW_FIELD_CONSENT, "refused");
    STATE(hub_newest(&hub, referral), "withdrawn");
    update(&hub, HW_FIELD_CONSENT, "given");
    STATE(hub_newest(&hub, referral), "proposed");
    approve(&hub, referral);
    STATE(hub_newest(&hub, referral), "offered");
    update(&hub, HW_FIELD_CONSENT, "refused");
    STATE(hub_newest(&hub, referral), "withdrawn");
    hub_free(&hub);
}

/* A list of so many codes of two letters that nobody said before. */
static const char *codes(char *text, unsigned first)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-";
    size_t size = 0;

    for (unsigned i = first; i < first + 250; i++) {
        text[size++] = letters[i & 63];
        text[size++] = letters[i >> 6 & 63];
        text[size++] = letters[i >> 12 & 63];
        text[size++] = ';';
    }
    text[size] = '\0';
    return text;
}

Test(routing_hostile, lists_of_very_many_new_codes_find_room)
{
    struct hub hub = hub_new();
    char text[1024];

    (void)one_who_waits(&hub);
    for (unsigned i = 0; i < 160; i++) {
        struct hw_event event = hub_said(&hub, HW_KIND_REFERRAL_UPDATED);
        char other[1024];

        hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
        hw_event_set_text(&event, HW_FIELD_PREFERRED, hw_slice_text(codes(text, i * 500)));
        hw_event_set_text(&event, HW_FIELD_REFUSED, hw_slice_text(codes(other, i * 500 + 250)));
        cr_expect(eq(int, hub_submit(&hub, &event).status, HW_OK));
    }
    hub_free(&hub);
}

Test(routing_hostile, very_many_placements_of_very_many_hours_are_all_counted)
{
    struct hub hub = hub_new();

    hub_service(&hub, "HART", hub_hart);
    hub_setting(&hub, "services/HART/unit", "hours_per_week");
    for (unsigned i = 0; i < 2200; i++) {
        struct hw_event event = hub_said(&hub, HW_KIND_PLACEMENT_STARTED);
        char name[16];

        snprintf(name, sizeof name, "LCC/%u", i);
        hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text(name));
        hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text("HART"));
        hw_event_set_number(&event, HW_FIELD_UNITS, 1000000);
        (void)hub_submit(&hub, &event);
        hub.decisions = 0;
    }
    hub_free(&hub);
}

Test(routing_hostile, an_answer_that_may_take_a_minute_a_week_is_reckoned_in_no_time)
{
    struct hub hub = hub_new();
    uint64_t referral = one_who_waits(&hub);

    hub_setting(&hub, "services/HART/answer_hours", "Mo 09:00-09:01");
    hub_setting(&hub, "services/HART/offer_ttl_minutes", "999999999");
    approve(&hub, referral);
    STATE(hub_newest(&hub, referral), "offered");
    hub_free(&hub);
}

/* ---- what a person called off, or asks for twice ---- */

static enum hw_status decide(struct hub *hub, enum hw_kind kind, const char *service)
{
    struct hw_event event = hub_said(hub, kind);

    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text(service));
    hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
    return hub_submit(hub, &event).status;
}

Test(routing_hostile, an_offer_the_hub_withdrew_is_not_sent_again_by_itself)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_match_view match;

    automate(&hub);
    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    match = hub_newest(&hub, referral);
    STATE(match, "offered");
    cr_expect(eq(int,
        hub_tell(&hub, HW_KIND_DECIDE_OFFER_WITHDRAWN, match.reference, match.version, NULL).status,
        HW_OK));
    cr_expect(ne(str, (char *)hub_newest(&hub, referral).state, (char *)"offered"));
    hub_free(&hub);
}

Test(routing_hostile, a_referral_received_again_after_it_was_withdrawn_is_not_lost)
{
    struct hub hub = hub_new();
    uint64_t referral = one_who_waits(&hub);
    struct hw_event event = hub_said(&hub, HW_KIND_REFERRAL_WITHDRAWN);
    struct hw_command_result result;

    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    hub_submit(&hub, &event);
    event = hub_said(&hub, HW_KIND_REFERRAL_RECEIVED);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    hw_event_set_text(&event, HW_FIELD_DIRECTION, hw_slice_text("step_down"));
    result = hub_submit(&hub, &event);
    cr_expect(result.status != HW_OK || hub_newest(&hub, referral).live, "status %d state %s",
        result.status, hub_referral(&hub, referral).state);
    hub_free(&hub);
}

Test(routing_hostile, a_second_offer_of_the_hub_beside_an_accepted_one)
{
    struct hub hub = hub_new();
    uint64_t referral = one_who_waits(&hub);
    struct hw_match_view match;

    hub_service(&hub, "TWO", second);
    approve(&hub, referral);
    match = hub_newest(&hub, referral);
    hub_tell(&hub, HW_KIND_OFFER_ANSWERED, match.reference, match.version, "accepted");
    cr_expect(ne(int, decide(&hub, HW_KIND_DECIDE_OFFER_MADE, "TWO"), HW_OK));
    hub_free(&hub);
}
