/*
 * Goal: what a provider says of care somebody had before holds its units as long as it says and no
 *       longer, and never two times (CONTRACT 3.2 package.*, R7, R13, R15, R16).
 * Method: a small hub; hub.c checks after every record that units add up, and replays the journal.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "support/hub.h"

static struct hw_command_result package(struct hub *hub, enum hw_kind kind, int64_t until_ms)
{
    struct hw_event event = hub_said(hub, kind);

    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S1"));
    hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text("HART"));
    if (until_ms != HW_TIME_NONE)
        hw_event_set_time(&event, HW_FIELD_UNTIL, hw_time_at(until_ms));
    return hub_submit(hub, &event);
}

static int64_t held(struct hub *hub)
{
    return hub_service_of(hub, "HART").held;
}

static struct hub begin(void)
{
    struct hub hub = hub_new();

    hub_service(&hub, "HART", hub_hart);
    hub_setting(&hub, "silence/*", "44640");
    hub_admit(&hub, "S1", "V1", "P0");
    return hub;
}

Test(package, said_again_it_holds_its_units_once)
{
    struct hub hub = begin();

    cr_expect(eq(
        int, package(&hub, HW_KIND_PACKAGE_SUSPENDED, hub.now_ms + 24 * HW_HOUR_MS).status, HW_OK));
    cr_expect(eq(i64, held(&hub), 1));
    cr_expect(eq(
        int, package(&hub, HW_KIND_PACKAGE_SUSPENDED, hub.now_ms + 48 * HW_HOUR_MS).status, HW_OK));
    cr_expect(eq(i64, held(&hub), 1));
    hub_pass(&hub, 25 * HW_HOUR_MS);
    cr_expect(eq(i64, held(&hub), 1));
    hub_pass(&hub, 24 * HW_HOUR_MS);
    cr_expect(eq(i64, held(&hub), 0));
    hub_free(&hub);
}

Test(package, that_is_said_to_be_kept_until_a_day_gone_by_is_over)
{
    struct hub hub = begin();

    cr_expect(
        eq(int, package(&hub, HW_KIND_PACKAGE_SUSPENDED, hub.now_ms - HW_HOUR_MS).status, HW_OK));
    cr_expect(eq(i64, held(&hub), 0));
    hub_free(&hub);
}

Test(package, without_a_day_is_kept_and_the_hub_is_asked)
{
    struct hub hub = begin();
    struct hw_referral_view referral;

    package(&hub, HW_KIND_PACKAGE_SUSPENDED, HW_TIME_NONE);
    hub_pass(&hub, 49 * HW_HOUR_MS);
    cr_expect(eq(i64, held(&hub), 1));
    cr_assert(ne(u32, hw_referral_walk(hub.engine, 0, &referral), 0));
    cr_expect(eq(str, (char *)referral.alert, "hold_over"));
    hub_free(&hub);
}

Test(package, whose_restart_was_told_late_goes_on)
{
    struct hub hub = begin();

    package(&hub, HW_KIND_PACKAGE_SUSPENDED, hub.now_ms + 24 * HW_HOUR_MS);
    hub_pass(&hub, 25 * HW_HOUR_MS);
    cr_expect(eq(i64, held(&hub), 0));
    package(&hub, HW_KIND_PACKAGE_RESTARTED, HW_TIME_NONE);
    cr_expect(eq(i64, held(&hub), 1));
    cr_expect(eq(i64, hub_figure(&hub, HW_ROUTING_PLACED), 1));
    hub_free(&hub);
}

Test(package, of_somebody_who_died_is_kept_for_a_day)
{
    struct hub hub = begin();
    struct hw_event event;

    package(&hub, HW_KIND_PACKAGE_SUSPENDED, hub.now_ms + 240 * HW_HOUR_MS);
    event = hub_said(&hub, HW_KIND_PERSON_DIED);
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S1"));
    hw_event_set_bool(&event, HW_FIELD_DIED, true);
    hw_event_set_time(&event, HW_FIELD_DIED_AT, hw_time_at(hub.now_ms));
    (void)hub_submit(&hub, &event);
    hub_pass(&hub, 23 * HW_HOUR_MS);
    cr_expect(eq(i64, held(&hub), 1));
    hub_pass(&hub, 2 * HW_HOUR_MS);
    cr_expect(eq(i64, held(&hub), 0));
    hub_free(&hub);
}

Test(package, does_not_lapse_while_its_restart_may_not_have_been_heard)
{
    struct hub hub = begin();

    package(&hub, HW_KIND_PACKAGE_SUSPENDED, hub.now_ms + 24 * HW_HOUR_MS);
    hub_setting(&hub, "silence/*", "");
    hub_pass(&hub, 25 * HW_HOUR_MS);
    cr_expect(eq(i64, held(&hub), 1));
    hub_admit(&hub, "S2", "V2", "P0"); /* The feed speaks again. */
    cr_expect(eq(i64, held(&hub), 0));
    hub_free(&hub);
}

Test(package, restarted_takes_what_was_offered_into_service)
{
    struct hub hub = hub_new();
    uint64_t referral;

    hub_service(&hub, "HART", hub_hart);
    referral = hub_refer(&hub, "GP/1", "S1", NULL, "step_up", "personal_care");
    cr_expect(eq(str, (char *)hub_newest(&hub, referral).state, "proposed"));
    package(&hub, HW_KIND_PACKAGE_RESTARTED, HW_TIME_NONE);
    cr_expect(eq(str, (char *)hub_newest(&hub, referral).state, "started"));
    cr_expect(eq(i64, held(&hub), 1));
    hub_free(&hub);
}

Test(package, of_nobody_or_of_no_service_is_refused)
{
    struct hub hub = begin();
    struct hw_event event = hub_said(&hub, HW_KIND_PACKAGE_SUSPENDED);

    hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text("HART"));
    cr_expect(eq(int, hub_submit(&hub, &event).status, HW_E_INVALID));
    cr_expect(eq(int, package(&hub, HW_KIND_PACKAGE_LAPSED, HW_TIME_NONE).status, HW_E_NOT_FOUND));
    cr_expect(eq(i64, held(&hub), 0));
    hub_free(&hub);
}
