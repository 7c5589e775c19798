/*
 * Goal: what a person must look at is raised once, told again until it is seen, and over when what
 * raised it is; several may stand about one referral, each under its own reference.
 * Method: a small hub's stories (hub.h), which also replays each and compares the decisions.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "hub.h"

static unsigned standing(struct hub *hub)
{
    struct hw_alert_view view;
    unsigned count = 0;

    for (uint32_t at = 0; (at = hw_alert_walk(hub->engine, at, &view)) != 0;) {
        cr_expect(eq(i64, view.cleared_ms, HW_TIME_OPEN));
        count++;
    }
    return count;
}

static struct hw_command_result acknowledge(
    struct hub *hub, uint64_t alert, const char *action, const char *note)
{
    struct hw_event event = hub_said(hub, HW_KIND_DECIDE_ALERT_ACKNOWLEDGED);

    hw_event_set_number(&event, HW_FIELD_OFFER, (int64_t)alert);
    hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
    if (action != NULL)
        hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text(action));
    if (note != NULL)
        hw_event_set_text(&event, HW_FIELD_NOTE, hw_slice_text(note));
    return hub_submit(hub, &event);
}

/* A 2-hour referral in a zone. */
static uint64_t urgent(struct hub *hub, const char *name, const char *local, const char *needs)
{
    struct hw_event event = hub_said(hub, HW_KIND_REFERRAL_RECEIVED);

    hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(local));
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text(name));
    hw_event_set_text(&event, HW_FIELD_DIRECTION, hw_slice_text("step_up"));
    hw_event_set_text(&event, HW_FIELD_URGENCY, hw_slice_text("2h"));
    hw_event_set_text(&event, HW_FIELD_NEEDS, hw_slice_text(needs));
    hw_event_set_text(&event, HW_FIELD_ZONE, hw_slice_text("BLA"));
    return hub_submit(hub, &event).reference;
}

Test(alert, names_and_words_are_there_for_each_and_lead_back)
{
    for (unsigned kind = 1; kind < HW_ALERT_KINDS; kind++) {
        cr_expect(eq(uint, hw_alert_of(hw_slice_text(hw_alert_name(kind))), kind));
        cr_expect(gt(sz, strlen(hw_alert_words(kind)), 10));
    }
    cr_expect(eq(uint, hw_alert_of(hw_slice_text("no such")), HW_ALERT_NONE));
}

/* H-14: a 2-hour referral that nothing can take is told at once. */
Test(alert, a_2_hour_referral_that_nothing_can_take_is_told_at_once_every_quarter_until_seen)
{
    struct hub hub = hub_new();
    uint64_t first, second, third;
    struct hw_alert_view view;

    hub_service(&hub, "CRISIS", hub_crisis); /* Two places. */
    first = urgent(&hub, "GP/1", "S1", "personal_care");
    second = urgent(&hub, "GP/2", "S2", "personal_care");
    third = urgent(&hub, "GP/3", "S3", "personal_care");
    cr_expect(not(hub_stands(&hub, first, "urgent_unmet")));
    cr_expect(not(hub_stands(&hub, second, "urgent_unmet")));
    view = hub_alert(&hub, third, "urgent_unmet");
    cr_expect(eq(i64, view.since_ms, hub.now_ms));
    cr_expect(eq(u64, view.referral, third));
    cr_expect(eq(u32, view.repeats, 0));

    hub_pass(&hub, 31 * HW_MINUTE_MS);
    cr_expect(eq(u32, hub_alert(&hub, third, "urgent_unmet").repeats, 2));
    cr_expect(eq(u64, hub_alert(&hub, third, "urgent_unmet").reference, view.reference));

    cr_expect(eq(int, acknowledge(&hub, view.reference, "called", "the GP knows").status, HW_OK));
    hub_pass(&hub, HW_HOUR_MS);
    view = hub_alert(&hub, third, "urgent_unmet");
    cr_expect(eq(u32, view.repeats, 2));
    cr_expect(hw_slice_is(view.by, "nurse"));
    cr_expect(hw_slice_is(view.action, "called"));
    cr_expect(hw_slice_is(view.note, "the GP knows"));
    cr_expect(hub_stands(&hub, third, "urgent_unmet"), "seen is not over");

    hub_setting(&hub, "services/CRISIS/capacity", "3");
    cr_expect(not(hub_stands(&hub, third, "urgent_unmet")));
    cr_expect(eq(int, acknowledge(&hub, view.reference, NULL, NULL).status, HW_E_CONFLICT));
    cr_expect(eq(int, acknowledge(&hub, 1, NULL, NULL).status, HW_E_NOT_FOUND));
    hub_free(&hub);
}

/* H-14: the standard runs out with nobody there, whatever is offered. */
Test(alert, nobody_there_in_two_hours_is_told_until_somebody_is)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_event event;

    hub_service(&hub, "CRISIS", hub_crisis);
    referral = urgent(&hub, "GP/1", "S1", "personal_care");
    hub_pass(&hub, 2 * HW_HOUR_MS - HW_MINUTE_MS);
    cr_expect(not(hub_stands(&hub, referral, "contact_overdue")));
    hub_pass(&hub, 2 * HW_MINUTE_MS);
    cr_expect(hub_stands(&hub, referral, "contact_overdue"));
    event = hub_said(&hub, HW_KIND_CONTACT_FIRST);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("GP/1"));
    cr_expect(eq(int, hub_submit(&hub, &event).status, HW_OK));
    cr_expect(not(hub_stands(&hub, referral, "contact_overdue")));
    hub_free(&hub);
}

/* H-04: what nobody offers does not wait in silence. */
Test(alert, needs_that_nobody_gives_are_told_and_over_when_somebody_does)
{
    struct hub hub = hub_new();
    uint64_t referral;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "peg");
    cr_expect(hub_stands(&hub, referral, "no_commissioned_service"));
    cr_expect(eq(str, (char *)hub_referral(&hub, referral).alert, "no_commissioned_service"));
    hub_setting(&hub, "services/HART/capabilities", "personal_care;peg");
    cr_expect(not(hub_stands(&hub, referral, "no_commissioned_service")));
    hub_setting(&hub, "services/HART/capacity", "0");
    hub_setting(&hub, "services/HART/capabilities", "personal_care");
    cr_expect(ne(str, (char *)hub_newest(&hub, referral).state, "offered"));
    cr_expect(hub_stands(&hub, referral, "no_commissioned_service"));
    hub_free(&hub);
}

/* H-04 */
Test(alert, a_need_or_a_zone_in_no_list_is_told_as_such)
{
    struct hub hub = hub_new();
    uint64_t need, zone;
    struct hw_event event;

    hub_service(&hub, "CRISIS", hub_crisis); /* In BLA alone. */
    need = urgent(&hub, "GP/1", "S1", "personal_care;levitation");
    cr_expect(hub_stands(&hub, need, "code_unknown"));
    cr_expect(eq(str, (char *)hub_newest(&hub, need).state, "none"));
    event = hub_said(&hub, HW_KIND_REFERRAL_RECEIVED);
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S2"));
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("GP/2"));
    hw_event_set_text(&event, HW_FIELD_DIRECTION, hw_slice_text("step_up"));
    hw_event_set_text(&event, HW_FIELD_NEEDS, hw_slice_text("personal_care"));
    hw_event_set_text(&event, HW_FIELD_ZONE, hw_slice_text("NOWHERE"));
    zone = hub_submit(&hub, &event).reference;
    cr_expect(hub_stands(&hub, zone, "code_unknown"));
    cr_expect(not(hub_stands(&hub, zone, "no_commissioned_service")));

    event = hub_said(&hub, HW_KIND_REFERRAL_UPDATED);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("GP/2"));
    hw_event_set_text(&event, HW_FIELD_ZONE, hw_slice_text("BLA"));
    (void)hub_submit(&hub, &event);
    cr_expect(not(hub_stands(&hub, zone, "code_unknown")));
    cr_expect(eq(str, (char *)hub_newest(&hub, zone).state, "proposed"));
    hub_free(&hub);
}

/* H-04 */
Test(alert, when_all_have_declined_the_hub_is_told)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_match_view match;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    match = hub_newest(&hub, referral);
    cr_expect(not(hub_stands(&hub, referral, "nobody_left")));
    (void)hub_tell(&hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, match.reference, match.version, NULL);
    match = hub_newest(&hub, referral);
    (void)hub_tell(&hub, HW_KIND_OFFER_ANSWERED, match.reference, match.version, "declined");
    cr_expect(hub_stands(&hub, referral, "nobody_left"));
    hub_service(&hub, "HART2", hub_hart);
    cr_expect(not(hub_stands(&hub, referral, "nobody_left")));
    cr_expect(hw_slice_is(hub_newest(&hub, referral).service, "HART2"));
    hub_free(&hub);
}

/* H-04: what is missing is asked for when the person could go. */
Test(alert, a_referral_that_does_not_say_enough_is_told_when_its_time_has_come)
{
    struct hub hub = hub_new();
    uint64_t referral;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "");
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    cr_expect(not(hub_stands(&hub, referral, "incomplete")));
    hub_about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S1", "V1", 0);
    cr_expect(hub_stands(&hub, referral, "incomplete"));
    hub_free(&hub);
}

/* H-11: capacity cut below what is held. */
Test(alert, a_shortfall_of_a_service_is_told_while_it_lasts)
{
    struct hub hub = hub_new();
    struct hw_alert_view view;
    uint32_t at;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    (void)hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    (void)hub_placement(&hub, HW_KIND_PLACEMENT_STARTED, "LCC/1", "HART");
    cr_expect(eq(uint, standing(&hub), 0));
    hub_setting(&hub, "services/HART/capacity", "0");
    cr_expect(eq(i64, hub_service_of(&hub, "HART").available, -1));
    at = hw_alert_walk(hub.engine, 0, &view);
    cr_assert(ne(u32, at, 0));
    cr_expect(eq(str, (char *)view.kind, "shortfall"));
    cr_expect(hw_slice_is(view.service, "HART"));
    cr_expect(eq(u64, view.referral, 0));
    (void)hub_placement(&hub, HW_KIND_PLACEMENT_ENDED, "LCC/1", "HART");
    cr_expect(eq(uint, standing(&hub), 0));
    hub_free(&hub);
}

Test(alert, several_stand_about_one_referral_each_with_its_own_reference)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_alert_view unmet, nobody;

    hub_service(&hub, "CRISIS", hub_crisis);
    referral = urgent(&hub, "GP/1", "S1", "peg");
    unmet = hub_alert(&hub, referral, "urgent_unmet");
    nobody = hub_alert(&hub, referral, "no_commissioned_service");
    cr_expect(ne(u64, unmet.reference, nobody.reference));
    cr_expect(eq(uint, standing(&hub), 2));
    cr_expect(eq(int, acknowledge(&hub, nobody.reference, NULL, NULL).status, HW_OK));
    hub_pass(&hub, HW_HOUR_MS + HW_MINUTE_MS);
    cr_expect(eq(u32, hub_alert(&hub, referral, "no_commissioned_service").repeats, 0));
    cr_expect(gt(u32, hub_alert(&hub, referral, "urgent_unmet").repeats, 0));
    hub_free(&hub);
}

/* One that nobody answers is told ever more rarely, but for the grave ones: once a day at least. */
Test(alert, what_is_not_grave_is_told_hourly_then_more_rarely_to_once_a_day)
{
    struct hub hub = hub_new();
    uint64_t referral;

    hub_admit(&hub, "S1", "V1", "P1");
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    hub_pass(&hub, HW_HOUR_MS + HW_MINUTE_MS);
    cr_expect(eq(u32, hub_alert(&hub, referral, "no_commissioned_service").repeats, 1));
    hub_pass(&hub, 2 * HW_HOUR_MS);
    cr_expect(eq(u32, hub_alert(&hub, referral, "no_commissioned_service").repeats, 2));
    hub_pass(&hub, 28 * HW_HOUR_MS);
    cr_expect(eq(u32, hub_alert(&hub, referral, "no_commissioned_service").repeats, 5));
    hub_pass(&hub, 24 * HW_HOUR_MS);
    cr_expect(eq(u32, hub_alert(&hub, referral, "no_commissioned_service").repeats, 6));
    hub_free(&hub);
}

Test(alert, a_lapsed_hold_returns_with_an_alert_until_it_is_seen)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_event event;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    event = hub_said(&hub, HW_KIND_DECIDE_REFERRAL_HELD);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    hw_event_set_time(&event, HW_FIELD_UNTIL, hw_time_at(hub.now_ms + HW_HOUR_MS));
    cr_expect(eq(int, hub_submit(&hub, &event).status, HW_OK));
    hub_pass(&hub, HW_HOUR_MS + HW_MINUTE_MS);
    cr_expect(hub_stands(&hub, referral, "hold_lapsed"));
    cr_expect(eq(int,
        acknowledge(&hub, hub_alert(&hub, referral, "hold_lapsed").reference, NULL, NULL).status,
        HW_OK));
    cr_expect(not(hub_stands(&hub, referral, "hold_lapsed")));
    hub_free(&hub);
}
