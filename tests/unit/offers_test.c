/*
 * Goal: an offer ends in one of few ways, each with one defined next step: who declined is not
 * asked again, who did not answer is asked last, several are asked where a service says so, and the
 *       hub's own offer sets aside what it names and nothing else.
 * Method: a small hub (support/hub.h): records, the decisions behind them, a replay at the end.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "core/routing/match.h"
#include "core/routing/mode.h"
#include "support/hub.h"

static const char *const second[] = {"kind", "reablement", "unit", "slots", "zones", "BLA:2",
    "councils", "509", "capabilities", "personal_care;therapy;medication", "capacity", "1",
    "provider", "LCC2", NULL};
static const char *const third[] = {"kind", "reablement", "unit", "slots", "zones", "BLA:3",
    "councils", "509", "capabilities", "personal_care;therapy;medication", "capacity", "1",
    "provider", "LCC3", NULL};

#define STATE(view, wanted) cr_expect(eq(str, (char *)(view).state, (char *)(wanted)))

/* One person on P1 who waits for the first so many of HART (rank 1), TWO and THREE. */
static uint64_t wait_for_one_of(struct hub *hub, unsigned services)
{
    if (services > 0)
        hub_service(hub, "HART", hub_hart);
    if (services > 1)
        hub_service(hub, "TWO", second);
    if (services > 2)
        hub_service(hub, "THREE", third);
    hub_admit(hub, "S1", "V1", "P1");
    return hub_refer(hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
}

static struct hw_match_view of(struct hub *hub, uint64_t referral, const char *service)
{
    struct hw_match_view view, found = {.state = "none"};

    for (uint32_t at = 0; (at = hw_match_walk(hub->engine, referral, at, &view)) != 0;)
        if (hw_slice_is(view.service, service))
            return view;
    return found;
}

static enum hw_status approve(struct hub *hub, uint64_t referral)
{
    struct hw_match_view match = hub_newest(hub, referral);

    return hub_tell(hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, match.reference, match.version, NULL)
        .status;
}

static enum hw_status answer(
    struct hub *hub, uint64_t referral, const char *service, const char *word)
{
    struct hw_match_view match = of(hub, referral, service);

    return hub_tell(hub, HW_KIND_OFFER_ANSWERED, match.reference, match.version, word).status;
}

static struct hw_event about(
    struct hub *hub, enum hw_kind kind, const char *referral, const char *service)
{
    struct hw_event event = hub_said(hub, kind);

    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text(referral));
    hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text(service));
    hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
    return event;
}

static enum hw_status decide(
    struct hub *hub, enum hw_kind kind, const char *referral, const char *service)
{
    struct hw_event event = about(hub, kind, referral, service);

    return hub_submit(hub, &event).status;
}

static enum hw_status mode(struct hub *hub, const char *scope, const char *word, int64_t until_ms)
{
    struct hw_event event = hub_said(hub, HW_KIND_DECIDE_ROUTING_MODE);

    hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text(scope));
    hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text(word));
    if (until_ms != HW_TIME_OPEN)
        hw_event_set_time(&event, HW_FIELD_UNTIL, hw_time_at(until_ms));
    return hub_submit(hub, &event).status;
}

/* ---- declines ---- */

Test(offers, after_a_decline_the_next_is_proposed_at_once_and_the_first_is_not_asked_again)
{
    struct hub hub = hub_new();
    uint64_t referral = wait_for_one_of(&hub, 2);
    enum hw_rule rule;

    cr_expect(hw_slice_is(hub_newest(&hub, referral).service, "HART"));
    approve(&hub, referral);
    cr_expect(eq(int, answer(&hub, referral, "HART", "declined"), HW_OK));
    STATE(of(&hub, referral, "TWO"), "proposed");
    cr_assert(eq(int, hw_why_not(hub.engine, referral, hw_slice_text("HART"), &rule), HW_OK));
    cr_expect(eq(int, rule, HW_RULE_DECLINED));
    approve(&hub, referral);
    answer(&hub, referral, "TWO", "declined");
    STATE(hub_newest(&hub, referral), "declined");
    hub_pass(&hub, 2 * HW_DAY_MS);
    STATE(hub_newest(&hub, referral), "declined");

    /* Somebody includes it again: it may be asked. */
    cr_expect(eq(int, decide(&hub, HW_KIND_DECIDE_REFERRAL_INCLUDED, "LCC/1", "TWO"), HW_OK));
    STATE(hub_newest(&hub, referral), "proposed");
    cr_expect(hw_slice_is(hub_newest(&hub, referral).service, "TWO"));
    hub_free(&hub);
}

Test(offers, a_decline_is_of_what_was_asked)
{
    struct hub hub = hub_new();
    uint64_t referral = wait_for_one_of(&hub, 1);
    struct hw_event event;

    approve(&hub, referral);
    answer(&hub, referral, "HART", "declined");
    STATE(hub_newest(&hub, referral), "declined");
    event = hub_said(&hub, HW_KIND_REFERRAL_UPDATED);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    hw_event_set_text(&event, HW_FIELD_NEEDS, hw_slice_text("therapy"));
    (void)hub_submit(&hub, &event);
    STATE(hub_newest(&hub, referral), "proposed");
    hub_free(&hub);
}

Test(offers, who_did_not_answer_is_asked_behind_all_others)
{
    struct hub hub = hub_new();
    uint64_t referral = wait_for_one_of(&hub, 2);

    approve(&hub, referral);
    hub_pass(&hub, 2 * HW_HOUR_MS + HW_MINUTE_MS);
    STATE(of(&hub, referral, "HART"), "expired");
    STATE(of(&hub, referral, "TWO"), "proposed");
    approve(&hub, referral);
    hub_pass(&hub, 2 * HW_HOUR_MS + HW_MINUTE_MS);
    /* Neither did: the order is as ever. */
    STATE(of(&hub, referral, "HART"), "proposed");
    hub_free(&hub);
}

Test(offers, a_hand_back_blocks_and_frees)
{
    struct hub hub = hub_new();
    uint64_t referral = wait_for_one_of(&hub, 1);

    approve(&hub, referral);
    answer(&hub, referral, "HART", "accepted");
    STATE(hub_newest(&hub, referral), "accepted");
    answer(&hub, referral, "HART", "handed_back");
    STATE(hub_newest(&hub, referral), "handed_back");
    cr_expect(eq(i64, hub_service_of(&hub, "HART").available, 1));
    cr_expect(eq(i64, hub_figure(&hub, HW_ROUTING_WAITING_STEP_DOWN), 1));
    hub_free(&hub);
}

/* ---- several at once ---- */

Test(offers, out_to_several_of_a_kind_until_the_first_accepts)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_match_view late;

    hub_setting(&hub, "services/HART/offers_at_once", "2");
    hub_setting(&hub, "services/TWO/offers_at_once", "2");
    referral = wait_for_one_of(&hub, 3);
    STATE(of(&hub, referral, "HART"), "proposed");
    STATE(of(&hub, referral, "TWO"), "none");
    approve(&hub, referral);
    STATE(of(&hub, referral, "TWO"), "proposed");
    approve(&hub, referral);
    STATE(of(&hub, referral, "HART"), "offered");
    STATE(of(&hub, referral, "TWO"), "offered");
    STATE(of(&hub, referral, "THREE"), "none"); /* It may be out to two, and THREE to one. */
    cr_expect(eq(i64, hub_service_of(&hub, "HART").held, 1));
    cr_expect(eq(i64, hub_service_of(&hub, "TWO").held, 1));
    cr_expect(hub_referral(&hub, referral).double_offer);
    cr_expect(eq(i64, hub_figure(&hub, HW_ROUTING_OFFERED), 1));

    cr_expect(eq(int, answer(&hub, referral, "TWO", "accepted"), HW_OK));
    STATE(of(&hub, referral, "HART"), "withdrawn");
    cr_expect(hw_slice_is(of(&hub, referral, "HART").reason, "accepted_elsewhere"));
    cr_expect(eq(i64, hub_service_of(&hub, "HART").held, 0));
    cr_expect(not(hub_referral(&hub, referral).double_offer));
    /* The other acceptance was on its way: too late, and said so. */
    late = of(&hub, referral, "HART");
    cr_expect(eq(int,
        hub_tell(&hub, HW_KIND_OFFER_ANSWERED, late.reference, late.version, "accepted").status,
        HW_E_CONFLICT));
    STATE(of(&hub, referral, "TWO"), "accepted");
    hub_free(&hub);
}

Test(offers, where_one_of_several_declines_the_next_takes_its_place)
{
    struct hub hub = hub_new();
    uint64_t referral;

    hub_setting(&hub, "services/HART/offers_at_once", "2");
    hub_setting(&hub, "services/TWO/offers_at_once", "2");
    hub_setting(&hub, "services/THREE/offers_at_once", "3");
    referral = wait_for_one_of(&hub, 3);
    approve(&hub, referral);
    approve(&hub, referral);
    answer(&hub, referral, "HART", "declined");
    STATE(of(&hub, referral, "TWO"), "offered");
    STATE(of(&hub, referral, "THREE"), "proposed");
    hub_free(&hub);
}

Test(offers, a_late_acceptance_beside_another_proposal_is_shown_as_double)
{
    struct hub hub = hub_new();
    uint64_t referral = wait_for_one_of(&hub, 2);

    approve(&hub, referral);
    hub_pass(&hub, 2 * HW_HOUR_MS + HW_MINUTE_MS);
    STATE(of(&hub, referral, "TWO"), "proposed");
    cr_expect(eq(int, answer(&hub, referral, "HART", "accepted"), HW_OK));
    STATE(of(&hub, referral, "HART"), "proposed");
    STATE(of(&hub, referral, "TWO"), "proposed");
    cr_expect(hub_referral(&hub, referral).double_offer);
    approve(&hub, referral);
    answer(&hub, referral, "HART", "accepted");
    STATE(of(&hub, referral, "TWO"), "withdrawn");
    hub_free(&hub);
}

/* ---- the hub's own offer ---- */

static struct hw_command_result make_offer(
    struct hub *hub, const char *referral, const char *service, const char *overrides)
{
    struct hw_event event = about(hub, HW_KIND_DECIDE_OFFER_MADE, referral, service);

    if (overrides != NULL)
        hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text(overrides));
    return hub_submit(hub, &event);
}

Test(offers, the_hub_sets_rules_aside_by_name_and_no_others)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_command_result result;

    hub_service(&hub, "WARD", hub_ward);
    hub_setting(&hub, "services/WARD/capacity", "0");
    referral = wait_for_one_of(&hub, 0);
    result = make_offer(&hub, "LCC/1", "WARD", NULL);
    cr_expect(eq(int, result.status, HW_E_CONFLICT));
    cr_expect(ne(ptr, (void *)strstr(result.words, "home_or_bed"), NULL));
    result = make_offer(&hub, "LCC/1", "WARD", "home_or_bed");
    cr_expect(ne(ptr, (void *)strstr(result.words, "units"), NULL));
    cr_expect(eq(int, make_offer(&hub, "LCC/1", "WARD", "no_such_rule").status, HW_E_INVALID));
    STATE(of(&hub, referral, "WARD"), "none");
    cr_expect(eq(int, make_offer(&hub, "LCC/1", "WARD", "units;home_or_bed;age").status, HW_OK));
    STATE(of(&hub, referral, "WARD"), "offered");
    cr_expect(of(&hub, referral, "WARD").by_hub);
    cr_expect(eq(u32, of(&hub, referral, "WARD").overrides,
        1u << HW_RULE_UNITS | 1u << HW_RULE_HOME_OR_BED));
    cr_expect(eq(i64, hub_service_of(&hub, "WARD").available, -1)); /* A shortfall, shown. */

    /* Undone by its opposite. */
    result = hub_tell(&hub, HW_KIND_DECIDE_OFFER_WITHDRAWN, of(&hub, referral, "WARD").reference,
        of(&hub, referral, "WARD").version, NULL);
    cr_expect(eq(int, result.status, HW_OK));
    STATE(of(&hub, referral, "WARD"), "withdrawn");
    hub_free(&hub);
}

Test(offers, nobody_sets_aside_a_refusal_a_death_or_an_unsettled_identity)
{
    struct hub hub = hub_new();
    uint64_t referral = wait_for_one_of(&hub, 0);
    struct hw_event event;

    hub_setting(&hub, "services/HART/capacity", "0");
    for (const char *const *pair = hub_hart; *pair != NULL; pair += 2) {
        char key[64];

        snprintf(key, sizeof key, "services/HART/%s", pair[0]);
        if (strcmp(pair[0], "capacity") != 0)
            hub_setting(&hub, key, pair[1]);
    }
    event = hub_said(&hub, HW_KIND_REFERRAL_UPDATED);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    hw_event_set_text(&event, HW_FIELD_REFUSED, hw_slice_text("HART"));
    (void)hub_submit(&hub, &event);
    cr_expect(eq(int, make_offer(&hub, "LCC/1", "HART", "units;refused").status, HW_E_CONFLICT));
    event = hub_said(&hub, HW_KIND_REFERRAL_UPDATED);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    hw_event_clear(&event, HW_FIELD_REFUSED);
    hw_event_set_text(&event, HW_FIELD_CONSENT, hw_slice_text("refused"));
    (void)hub_submit(&hub, &event);
    cr_expect(eq(int, make_offer(&hub, "LCC/1", "HART", "units;consent").status, HW_E_CONFLICT));
    event = hub_said(&hub, HW_KIND_REFERRAL_UPDATED);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    hw_event_set_text(&event, HW_FIELD_CONSENT, hw_slice_text("given"));
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S9"));
    (void)hub_submit(&hub, &event);
    cr_expect(eq(int, make_offer(&hub, "LCC/1", "HART", "units").status, HW_E_CONFLICT));
    cr_expect(eq(i64, hub_figure(&hub, HW_ROUTING_HELD), 1));
    STATE(hub_newest(&hub, referral), "none");
    hub_free(&hub);
}

Test(offers, what_is_refused_changes_nothing)
{
    struct hub hub = hub_new();
    uint64_t referral = wait_for_one_of(&hub, 1);
    struct hw_match_view before, after;
    struct hw_event event;

    approve(&hub, referral);
    answer(&hub, referral, "HART", "accepted");
    before = hub_newest(&hub, referral);
    event = hub_said(&hub, HW_KIND_DECIDE_OFFER_EXTENDED);
    hw_event_set_number(&event, HW_FIELD_OFFER, (int64_t)before.reference);
    hw_event_set_number(&event, HW_FIELD_VERSION, before.version);
    hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
    hw_event_set_time(&event, HW_FIELD_UNTIL, hw_time_at(hub.now_ms + HW_DAY_MS));
    cr_expect(eq(int, hub_submit(&hub, &event).status, HW_E_CONFLICT));
    hub_tell(&hub, HW_KIND_DECIDE_PROPOSAL_REJECTED, before.reference, before.version, NULL);
    after = hub_newest(&hub, referral);
    cr_expect(eq(i64, after.expires_ms, before.expires_ms));
    cr_expect(eq(u32, after.version, before.version));
    cr_expect(eq(sz, after.reason.size, before.reason.size));

    /* A decision without a name is none. */
    event = about(&hub, HW_KIND_DECIDE_OFFER_MADE, "LCC/1", "HART");
    hw_event_clear(&event, HW_FIELD_BY);
    cr_expect(eq(int, hub_submit(&hub, &event).status, HW_E_INVALID));
    hub_free(&hub);
}

Test(offers, extended_until_another_time)
{
    struct hub hub = hub_new();
    uint64_t referral = wait_for_one_of(&hub, 1);
    struct hw_match_view match;
    struct hw_event event;

    approve(&hub, referral);
    match = hub_newest(&hub, referral);
    event = hub_said(&hub, HW_KIND_DECIDE_OFFER_EXTENDED);
    hw_event_set_number(&event, HW_FIELD_OFFER, (int64_t)match.reference);
    hw_event_set_number(&event, HW_FIELD_VERSION, match.version);
    hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
    hw_event_set_time(&event, HW_FIELD_UNTIL, hw_time_at(hub.now_ms + 5 * HW_HOUR_MS));
    cr_expect(eq(int, hub_submit(&hub, &event).status, HW_OK));
    hub_pass(&hub, 4 * HW_HOUR_MS);
    STATE(hub_newest(&hub, referral), "offered");
    hub_pass(&hub, 2 * HW_HOUR_MS);
    STATE(of(&hub, referral, "HART"), "proposed"); /* It expired; nobody else is there to ask. */
    cr_expect(ne(u64, hub_newest(&hub, referral).reference, match.reference));
    hub_free(&hub);
}

/* ---- modes ---- */

Test(offers, a_mode_lapses_at_its_time_and_what_it_kept_back_goes)
{
    struct hub hub = hub_new();
    uint64_t referral;

    hub_setting(&hub, "routing/automation", "reablement");
    cr_expect(eq(int, mode(&hub, "all", "offer", HW_TIME_OPEN), HW_OK));
    cr_expect(eq(int, mode(&hub, "council:509", "propose", hub.now_ms + HW_HOUR_MS), HW_OK));
    referral = wait_for_one_of(&hub, 1);
    STATE(hub_newest(&hub, referral), "proposed"); /* The narrower scope wins. */
    hub_pass(&hub, HW_HOUR_MS);
    STATE(hub_newest(&hub, referral), "offered");
    cr_expect(hub_newest(&hub, referral).automatic);
    hub_free(&hub);
}

Test(offers, paused_keeps_everything_as_it_stands)
{
    struct hub hub = hub_new();
    uint64_t referral = wait_for_one_of(&hub, 1);
    struct hw_match_view match;

    approve(&hub, referral);
    cr_expect(eq(int, mode(&hub, "service:HART", "paused", HW_TIME_OPEN), HW_OK));
    hub_pass(&hub, HW_DAY_MS);
    match = hub_newest(&hub, referral);
    STATE(match, "offered"); /* Not expired by itself ... */
    cr_expect(eq(int, answer(&hub, referral, "HART", "accepted"), HW_OK)); /* ... and answered. */
    STATE(hub_newest(&hub, referral), "accepted");
    hub_free(&hub);
}

Test(offers, when_a_pause_ends_what_ran_out_meanwhile_expires)
{
    struct hub hub = hub_new();
    uint64_t referral = wait_for_one_of(&hub, 2);

    approve(&hub, referral);
    cr_expect(eq(int, mode(&hub, "all", "paused", hub.now_ms + HW_DAY_MS), HW_OK));
    hub_pass(&hub, HW_DAY_MS - HW_HOUR_MS);
    STATE(of(&hub, referral, "HART"), "offered");
    hub_pass(&hub, 2 * HW_HOUR_MS);
    STATE(of(&hub, referral, "HART"), "expired");
    STATE(of(&hub, referral, "TWO"), "proposed");
    hub_free(&hub);
}

Test(offers, observe_says_once_what_it_would_do)
{
    struct hub hub = hub_new();
    uint64_t referral;

    cr_expect(eq(int, mode(&hub, "direction:step_down", "observe", HW_TIME_OPEN), HW_OK));
    referral = wait_for_one_of(&hub, 1);
    STATE(hub_newest(&hub, referral), "observed");
    cr_expect(eq(i64, hub_service_of(&hub, "HART").held, 0));
    cr_expect(eq(i64, hub_figure(&hub, HW_ROUTING_WAITING_STEP_DOWN), 1));
    hub_free(&hub);
}

Test(offers, a_scope_or_mode_that_is_none_is_refused)
{
    struct hub hub = hub_new();

    cr_expect(eq(int, mode(&hub, "all", "go", HW_TIME_OPEN), HW_E_INVALID));
    cr_expect(eq(int, mode(&hub, "all:508", "offer", HW_TIME_OPEN), HW_E_INVALID));
    cr_expect(eq(int, mode(&hub, "ward:W1", "offer", HW_TIME_OPEN), HW_E_INVALID));
    cr_expect(eq(int, mode(&hub, "site", "offer", HW_TIME_OPEN), HW_E_INVALID));
    hub_free(&hub);
}

/* ---- decisions about a referral, and their opposites ---- */

Test(offers, each_decision_is_undone_by_its_opposite)
{
    struct hub hub = hub_new();
    uint64_t referral = wait_for_one_of(&hub, 2);

    decide(&hub, HW_KIND_DECIDE_REFERRAL_EXCLUDED, "LCC/1", "HART");
    STATE(of(&hub, referral, "HART"), "withdrawn");
    STATE(of(&hub, referral, "TWO"), "proposed");
    decide(&hub, HW_KIND_DECIDE_REFERRAL_EXCLUDED, "LCC/1", "TWO");
    STATE(hub_newest(&hub, referral), "withdrawn");
    decide(&hub, HW_KIND_DECIDE_REFERRAL_PINNED, "LCC/1", "TWO");
    decide(&hub, HW_KIND_DECIDE_REFERRAL_INCLUDED, "LCC/1", "TWO");
    decide(&hub, HW_KIND_DECIDE_REFERRAL_INCLUDED, "LCC/1", "HART");
    STATE(of(&hub, referral, "TWO"), "proposed");
    decide(&hub, HW_KIND_DECIDE_REFERRAL_EXCLUDED, "LCC/1", "TWO");
    STATE(of(&hub, referral, "HART"), "proposed");
    decide(&hub, HW_KIND_DECIDE_REFERRAL_UNPINNED, "LCC/1", "TWO");
    decide(&hub, HW_KIND_DECIDE_REFERRAL_HELD, "LCC/1", "");
    cr_expect(eq(int, hub_referral(&hub, referral).held, HW_HELD_BY_PERSON));
    decide(&hub, HW_KIND_DECIDE_REFERRAL_RELEASED, "LCC/1", "");
    cr_expect(eq(int, hub_referral(&hub, referral).held, 0));
    hub_free(&hub);
}

Test(offers, an_exclusion_for_a_time_ends_by_itself)
{
    struct hub hub = hub_new();
    uint64_t referral = wait_for_one_of(&hub, 1);
    struct hw_event event = about(&hub, HW_KIND_DECIDE_REFERRAL_EXCLUDED, "LCC/1", "HART");

    hw_event_set_time(&event, HW_FIELD_UNTIL, hw_time_at(hub.now_ms + HW_HOUR_MS));
    (void)hub_submit(&hub, &event);
    STATE(hub_newest(&hub, referral), "withdrawn");
    hub_pass(&hub, 2 * HW_HOUR_MS);
    STATE(hub_newest(&hub, referral), "proposed");
    hub_free(&hub);
}

/* ---- the table ---- */

/*
 * Every cell, worked by hand: a state a row, a step a column; o s f ... the state it leads to by
 * its first letters, = done before, ! late, . refused.
 */
static const struct {
    enum hw_match_state state;
    const char *cells[HW_MATCH_STEPS];
} table[] = {
    /* approve, reject, renew, expire, withdraw, accept, decline, assess, revoke, hand back, start,
     * finish */
    {HW_MATCH_NONE, {".", ".", ".", ".", ".", ".", ".", ".", ".", ".", ".", "."}},
    {HW_MATCH_OBSERVED,
        {".", ".", ".", "expired", "withdrawn", ".", ".", ".", ".", ".", "started", "."}},
    {HW_MATCH_PROPOSED,
        {"offered", "rejected", "proposed", "expired", "withdrawn", ".", ".", ".", ".", ".",
            "started", "."}},
    {HW_MATCH_OFFERED,
        {"=", ".", "offered", "expired", "withdrawn", "accepted", "declined", "offered", ".", ".",
            "started", "."}},
    {HW_MATCH_ACCEPTED,
        {"=", ".", ".", ".", "withdrawn", "=", "declined", ".", "declined", "handed_back",
            "started", "."}},
    {HW_MATCH_STARTED,
        {"=", ".", ".", ".", ".", "=", ".", ".", ".", "handed_back", "=", "finished"}},
    {HW_MATCH_EXPIRED, {".", ".", ".", "=", "=", "!", "=", ".", ".", ".", "started", "."}},
    {HW_MATCH_REJECTED, {".", "=", ".", ".", "=", ".", ".", ".", ".", ".", "started", "."}},
    {HW_MATCH_DECLINED, {".", ".", ".", ".", "=", "!", "=", ".", "=", ".", "started", "."}},
    {HW_MATCH_WITHDRAWN, {".", ".", ".", ".", "=", "!", "=", ".", "=", ".", "started", "."}},
    {HW_MATCH_HANDED_BACK, {".", ".", ".", ".", ".", ".", ".", ".", ".", "=", "started", "."}},
    {HW_MATCH_FINISHED, {".", ".", ".", ".", ".", ".", ".", ".", ".", ".", ".", "="}},
};

static const char *const names[HW_MATCH_STATES] = {"none", "observed", "proposed", "offered",
    "accepted", "started", "expired", "rejected", "declined", "withdrawn", "handed_back",
    "finished"};

Test(offers, every_cell_of_the_table)
{
    cr_assert(eq(sz, sizeof table / sizeof *table, HW_MATCH_STATES));
    for (size_t row = 0; row < HW_MATCH_STATES; row++)
        for (unsigned step = 0; step < HW_MATCH_STEPS; step++) {
            enum hw_match_state next;
            enum hw_step_end end = hw_match_look(table[row].state, (enum hw_match_step)step, &next);
            const char *is = end == HW_STEP_REFUSED ? "."
                : end == HW_STEP_AGAIN              ? "="
                : end == HW_STEP_LATE               ? "!"
                                                    : names[next];

            cr_expect(eq(str, (char *)is, (char *)table[row].cells[step]), "state %s, step %u",
                names[table[row].state], step);
            cr_expect(end == HW_STEP_DONE || next == table[row].state);
        }
}

/* A step that is refused, or was done before, leaves the match and the service as they were. */
Test(offers, only_what_leads_somewhere_changes_anything)
{
    for (unsigned state = HW_MATCH_OBSERVED; state < HW_MATCH_STATES; state++)
        for (unsigned step = 0; step < HW_MATCH_STEPS; step++) {
            struct hub hub = hub_new();
            uint64_t referral = wait_for_one_of(&hub, 1);
            struct hw_match *match = hw_match_at(
                hub.engine, hw_match_find(hub.engine, hub_newest(&hub, referral).reference));
            struct hw_match before;
            enum hw_match_state next;
            struct hw_hash digest;

            /* The table is asked about a state that it was put into, not led to. */
            match->state = (uint8_t)state;
            before = *match;
            digest = hw_engine_state_digest(hub.engine);
            if (hw_match_look((enum hw_match_state)state, (enum hw_match_step)step, &next) !=
                HW_STEP_DONE) {
                (void)hw_match_take(hub.engine, hw_match_find(hub.engine, before.reference),
                    (enum hw_match_step)step);
                cr_expect(hw_hash_equal(hw_engine_state_digest(hub.engine), digest),
                    "state %u, step %u", state, step);
            }
            match->state = HW_MATCH_PROPOSED;
            hub_free(&hub);
        }
}
