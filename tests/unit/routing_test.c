/*
 * Goal: people matched to capacity, by proposal and decision: what one small hub's day gives.
 * Method: records through hw_engine_apply(), the engine's own decisions applied behind them as the
 * runtime does; invariants after every record; at the end a replay must give the same state.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "hub.h"

static void is(struct hw_match_view view, const char *state, int line)
{
    cr_expect(eq(str, (char *)view.state, (char *)state), "line %d", line);
}
#define IS(view, state) is(view, state, __LINE__)

Test(routing, a_person_goes_home_by_proposal_approval_acceptance_and_start)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_match_view match;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    match = hub_newest(&hub, referral);
    IS(match, "proposed");
    cr_expect(eq(i64, hub_service_of(&hub, "HART").held, 1));
    cr_expect(eq(i64, hub_figure(&hub, HW_ROUTING_PROPOSED), 1));

    cr_expect(
        eq(int, hub_tell(&hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, match.reference, 9, NULL).status,
            HW_E_STALE));
    cr_expect(eq(int,
        hub_tell(&hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, match.reference, 1, NULL).status, HW_OK));
    match = hub_newest(&hub, referral);
    IS(match, "offered");
    cr_expect(eq(int,
        hub_tell(&hub, HW_KIND_OFFER_ANSWERED, match.reference, match.version, "accepted").status,
        HW_OK));
    IS(hub_newest(&hub, referral), "accepted");
    cr_expect(
        eq(int, hub_placement(&hub, HW_KIND_PLACEMENT_STARTED, "LCC/1", "HART").status, HW_OK));
    IS(hub_newest(&hub, referral), "started");
    cr_expect(eq(i64, hub_figure(&hub, HW_ROUTING_PLACED), 1));
    cr_expect(eq(int, hub_placement(&hub, HW_KIND_PLACEMENT_ENDED, "LCC/1", "HART").status, HW_OK));
    IS(hub_newest(&hub, referral), "ended");
    cr_expect(eq(i64, hub_service_of(&hub, "HART").available, 1));
    hub_free(&hub);
}

Test(routing, a_freed_unit_goes_to_the_first_in_the_queue)
{
    struct hub hub = hub_new();
    uint64_t first, second, third;
    struct hw_match_view match;

    hub_service(&hub, "HART", hub_hart);
    for (int i = 1; i <= 3; i++) {
        char local[8], visit[8];

        snprintf(local, sizeof local, "S%d", i);
        snprintf(visit, sizeof visit, "V%d", i);
        hub_admit(&hub, local, visit, "P1");
    }
    first = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    hub_about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S3", "V3", 0);
    hub_pass(&hub, HW_HOUR_MS);
    hub_about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S2", "V2", 0);
    second = hub_refer(&hub, "LCC/2", "S2", "V2", "step_down", "personal_care");
    third = hub_refer(&hub, "LCC/3", "S3", "V3", "step_down", "personal_care");
    IS(hub_newest(&hub, first), "proposed");
    IS(hub_newest(&hub, second), "none");
    cr_expect(eq(i64, hub_service_of(&hub, "HART").waiting, 2));

    /* Ready longest goes first, though referred last. */
    match = hub_newest(&hub, first);
    cr_expect(eq(int,
        hub_tell(&hub, HW_KIND_DECIDE_PROPOSAL_REJECTED, match.reference, match.version, NULL)
            .status,
        HW_OK));
    IS(hub_newest(&hub, third), "proposed");
    IS(hub_newest(&hub, second), "none");
    hub_free(&hub);
}

Test(routing, pathways_decide_between_home_and_bed)
{
    struct hub hub = hub_new();
    uint64_t home, bed;
    enum hw_rule rule;

    hub_service(&hub, "HART", hub_hart);
    hub_service(&hub, "WARD", hub_ward);
    hub_admit(&hub, "S1", "V1", "P1");
    hub_admit(&hub, "S2", "V2", "P2");
    home = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    bed = hub_refer(&hub, "LCC/2", "S2", "V2", "step_down", "personal_care");
    cr_expect(hw_slice_is(hub_newest(&hub, home).service, "HART"));
    cr_expect(hw_slice_is(hub_newest(&hub, bed).service, "WARD"));
    cr_expect(eq(int, hw_why_not(hub.engine, home, hw_slice_text("WARD"), &rule), HW_OK));
    cr_expect(eq(int, rule, HW_RULE_HOME_OR_BED));
    hub_free(&hub);
}

Test(routing, a_proposal_is_renewed_and_a_late_acceptance_becomes_a_new_one)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_match_view match;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    hub_pass(&hub, 31 * HW_MINUTE_MS);
    match = hub_newest(&hub, referral);
    IS(match, "proposed");
    cr_expect(eq(u32, match.version, 2));
    hub_tell(&hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, match.reference, match.version, NULL);
    match = hub_newest(&hub, referral);
    IS(match, "offered");
    hub_setting(&hub, "services/HART/capacity", "2");
    hub_pass(&hub, 3 * HW_HOUR_MS);
    /* Nobody answered in time: it expired, and the next proposal went out. */
    cr_expect(ne(u64, hub_newest(&hub, referral).reference, match.reference));
    hub_free(&hub);
}

Test(routing, paused_stops_everything_at_once)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_event event;

    hub_service(&hub, "HART", hub_hart);
    event = hub_said(&hub, HW_KIND_DECIDE_ROUTING_MODE);
    hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text("council:509"));
    hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text("paused"));
    cr_expect(eq(int, hub_submit(&hub, &event).status, HW_OK));
    hub_admit(&hub, "S1", "V1", "P1");
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    IS(hub_newest(&hub, referral), "none");
    event = hub_said(&hub, HW_KIND_DECIDE_ROUTING_MODE);
    hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text("council:509"));
    hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text("offer"));
    (void)hub_submit(&hub, &event);
    IS(hub_newest(&hub, referral), "proposed"); /* Nothing is automated yet. */
    hub_setting(&hub, "routing/automation", "reablement");
    event = hub_said(&hub, HW_KIND_DECIDE_ROUTING_MODE);
    hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text("all"));
    hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text("offer"));
    (void)hub_submit(&hub, &event);
    IS(hub_newest(&hub, referral), "offered");
    cr_expect(hub_newest(&hub, referral).automatic);
    hub_free(&hub);
}

Test(routing, death_stops_offers_and_a_cancelled_discharge_restores_all)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_event event;
    struct hw_referral_view view;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    hub_about_spell(&hub, HW_KIND_SPELL_DISCHARGED, "S1", "V1", -1);
    cr_expect(eq(i64, hub_figure(&hub, HW_ROUTING_HOME), 1));
    cr_assert(eq(int, hw_referral_view(hub.engine, referral, &view), HW_OK));
    cr_expect(eq(str, (char *)view.alert, "home_not_started"));

    event = hub_said(&hub, HW_KIND_PERSON_DIED);
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S1"));
    hw_event_set_time(&event, HW_FIELD_DIED_AT, hw_time_at(hub.now_ms));
    (void)hub_submit(&hub, &event);
    IS(hub_newest(&hub, referral), "withdrawn");
    hub_free(&hub);
}

Test(routing, an_urgent_step_up_goes_before_and_alerts_where_nothing_takes_it)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_event event;
    struct hw_referral_view view;

    hub_service(&hub, "CRISIS", hub_crisis);
    referral = hub_refer(&hub, "GP/1", "S1", NULL, "step_up", "carer_breakdown");
    IS(hub_newest(&hub, referral), "proposed");
    event = hub_said(&hub, HW_KIND_REFERRAL_RECEIVED);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("GP/2"));
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S2"));
    hw_event_set_text(&event, HW_FIELD_DIRECTION, hw_slice_text("step_up"));
    hw_event_set_text(&event, HW_FIELD_URGENCY, hw_slice_text("2h"));
    hw_event_set_text(&event, HW_FIELD_NEEDS, hw_slice_text("nursing"));
    hw_event_set_text(&event, HW_FIELD_ZONE, hw_slice_text("BLA"));
    referral = hub_submit(&hub, &event).reference;
    cr_assert(eq(int, hw_referral_view(hub.engine, referral, &view), HW_OK));
    cr_expect(eq(str, (char *)view.alert, "no_commissioned_service"));
    hub_free(&hub);
}

Test(routing, true_facts_are_taken)
{
    struct hub hub = hub_new();
    uint64_t referral;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    cr_expect(
        eq(int, hub_placement(&hub, HW_KIND_PLACEMENT_STARTED, "LCC/7", "HART").status, HW_OK));
    cr_expect(eq(i64, hub_service_of(&hub, "HART").available, 0));
    referral = hub_refer(&hub, "LCC/7", "S1", "V1", "step_down", "personal_care");
    cr_expect(hub_newest(&hub, referral).unasked);
    cr_expect(eq(int, hub_placement(&hub, HW_KIND_PLACEMENT_ENDED, "LCC/7", "HART").status, HW_OK));
    cr_expect(eq(i64, hub_service_of(&hub, "HART").available, 1));
    hub_free(&hub);
}
