/*
 * Goal: what a ready person waits for is inferred from how far their referral is, as R3 says, by
 *       decisions that hold until the next and are no part of the history.
 * Method: a small hub; at each step the last charge of the stay is read, and its history digest
 *         compared with that of the same facts without referrals.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "support/hub.h"

static struct hw_history history_of(struct hub *hub)
{
    struct hw_history history = {.charges_count = 0};

    cr_assert(ne(u32, hw_history_next(hub->engine, 0, &history), 0));
    return history;
}

/* "REASON side", of what is charged last. */
static const char *charged(struct hub *hub)
{
    static char text[80];
    struct hw_history history = history_of(hub);
    const struct hw_charge *last;
    struct hw_slice reason, side;

    if (history.charges_count == 0)
        return "nothing";
    last = &history.charges[history.charges_count - 1];
    reason = hw_engine_text(hub->engine, last->reason);
    side = hw_engine_text(hub->engine, last->responsible);
    snprintf(text, sizeof text, "%.*s %.*s%s", (int)reason.size, (const char *)reason.data,
        (int)side.size, (const char *)side.data, last->inferred ? "" : " said");
    return text;
}

#define CHARGED(hub, wanted) cr_expect(eq(str, (char *)charged(hub), (char *)(wanted)))

static void ready(struct hub *hub)
{
    hub_admit(hub, "S1", "V1", "P1");
    hub_about_spell(hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S1", "V1", 0);
}

static struct hw_match_view tell(
    struct hub *hub, uint64_t referral, enum hw_kind kind, const char *answer)
{
    struct hw_match_view match = hub_newest(hub, referral);

    cr_expect(eq(int, hub_tell(hub, kind, match.reference, match.version, answer).status, HW_OK));
    return hub_newest(hub, referral);
}

Test(reason, follows_the_referral_from_the_hub_to_the_start)
{
    struct hub hub = hub_new();
    uint64_t referral;

    hub_service(&hub, "HART", hub_hart);
    hub_setting(&hub, "services/HART/commissioner", "SC");
    ready(&hub);
    CHARGED(&hub, "HP3 unassigned");
    hub_pass(&hub, HW_HOUR_MS);
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    CHARGED(&hub, "TH2 unassigned"); /* HART has room, and was not yet asked. */
    hub_pass(&hub, HW_HOUR_MS);
    tell(&hub, referral, HW_KIND_DECIDE_PROPOSAL_APPROVED, NULL);
    CHARGED(&hub, "IF1 SC");
    tell(&hub, referral, HW_KIND_OFFER_ANSWERED, "declined");
    CHARGED(&hub, "CA1 SC"); /* Nothing is free for this person. */
    hub_free(&hub);
}

Test(reason, nothing_free_is_a_wait_for_the_kind_that_comes_first)
{
    struct hub hub = hub_new();

    hub_service(&hub, "HART", hub_hart);
    hub_setting(&hub, "services/HART/capacity", "0");
    hub_setting(&hub, "services/HART/commissioner", "BOTH");
    ready(&hub);
    hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    CHARGED(&hub, "CA1 BOTH");
    hub_setting(&hub, "services/HART/capacity", "1");
    CHARGED(&hub, "TH2 unassigned");
    hub_free(&hub);
}

Test(reason, without_anybody_commissioned_the_pathway_tells)
{
    struct hub hub = hub_new();

    ready(&hub);
    hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    CHARGED(&hub, "CA1 unassigned");
    hub_free(&hub);
}

Test(reason, a_referral_withdrawn_leaves_it_to_the_pathway)
{
    struct hub hub = hub_new();
    struct hw_event event;

    hub_service(&hub, "HART", hub_hart);
    ready(&hub);
    hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    CHARGED(&hub, "TH2 unassigned");
    event = hub_said(&hub, HW_KIND_REFERRAL_WITHDRAWN);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    (void)hub_submit(&hub, &event);
    CHARGED(&hub, "HP3 unassigned");
    hub_free(&hub);
}

Test(reason, of_two_referrals_the_furthest_tells)
{
    struct hub hub = hub_new();
    uint64_t first;

    hub_service(&hub, "HART", hub_hart);
    ready(&hub);
    first = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    hub_refer(&hub, "LCC/2", "S1", "V1", "step_down", "personal_care");
    tell(&hub, first, HW_KIND_DECIDE_PROPOSAL_APPROVED, NULL);
    CHARGED(&hub, "IF1 unassigned");
    hub_free(&hub);
}

Test(reason, what_a_feed_says_outright_goes_before)
{
    struct hub hub = hub_new();
    struct hw_event event;

    hub_service(&hub, "HART", hub_hart);
    ready(&hub);
    hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    event = hub_said(&hub, HW_KIND_SPELL_DELAY_REASON);
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S1"));
    event.visit.authority = hw_slice_text("RWE");
    event.visit.number = hw_slice_text("V1");
    hw_event_set_text(&event, HW_FIELD_REASON, hw_slice_text("E"));
    hw_event_set_text(&event, HW_FIELD_RESPONSIBLE, hw_slice_text("SC"));
    (void)hub_submit(&hub, &event);
    CHARGED(&hub, "E SC said");
    hub_free(&hub);
}

/* Each millisecond is charged once, and decisions leave the history as it is. */
Test(reason, accounts_sum_to_the_ready_time_and_the_history_is_the_same)
{
    struct hub hub = hub_new(), plain = hub_new();
    struct hw_history history;
    uint64_t referral;
    int64_t sum = 0;

    for (int both = 0; both < 2; both++) {
        struct hub *one = both ? &plain : &hub;

        ready(one);
        hub_pass(one, HW_HOUR_MS);
    }
    hub_service(&hub, "HART", hub_hart);
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    hub_pass(&hub, HW_HOUR_MS);
    tell(&hub, referral, HW_KIND_DECIDE_PROPOSAL_APPROVED, NULL);
    hub_pass(&hub, HW_HOUR_MS);
    tell(&hub, referral, HW_KIND_OFFER_ANSWERED, "declined");
    history = history_of(&hub);
    cr_assert(eq(u32, history.charges_count, 4)); /* HP3, TH2, IF1, CA1 */
    for (uint32_t i = 0; i + 1 < history.charges_count; i++) {
        cr_expect(eq(i64, history.charges[i].end_ms, history.charges[i + 1].start_ms));
        sum += history.charges[i].end_ms - history.charges[i].start_ms;
    }
    cr_expect(eq(i64, sum, history.charges[3].start_ms - history.periods[0].start_ms));
    cr_expect(hw_hash_equal(
        hw_engine_history_digest(hub.engine), hw_engine_history_digest(plain.engine)));
    hub_free(&plain);
    hub_free(&hub);
}

/* Kinds of service and what waiting for them is called: R3, line by line. */
static const struct {
    const char *kind, *pathway, *unit, *room, *arranging;
} kinds[] = {
    {"reablement", "P1", "slots", "CA1 NHS", "IF1 NHS"},
    {"crisis_response", "P1", "slots", "CA1 NHS", "IF1 NHS"},
    {"home_care", "P1", "hours_per_week", "CA2 NHS", "IF2 NHS"},
    {"extra_care", "P1", "slots", "CA2 NHS", "IF2 NHS"},
    {"night_sitting", "P1", "slots", "CA2 NHS", "IF2 NHS"},
    {"voluntary", "P0", "slots", "CA2 NHS", "IF2 NHS"},
    {"community_nursing", "P1", "slots", "CA3 NHS", "IF3 NHS"},
    {"virtual_ward", "P1", "slots", "CA3 NHS", "IF3 NHS"},
    {"housing", "P1", "slots", "CA4 NHS", "IF4 NHS"},
    {"hostel", "P2", "beds", "CA4 NHS", "IF4 NHS"},
    {"bed_intermediate", "P2", "beds", "CA5 NHS", "IF5 NHS"},
    {"community_hospital", "P2", "beds", "CA5 NHS", "IF5 NHS"},
    {"care_home_residential", "P3", "beds", "CA7 NHS", "IF6 NHS"},
    {"care_home_nursing", "P3", "beds", "CA7 NHS", "IF6 NHS"},
    {"hospice", "P3", "beds", "CA8 NHS", "IF7 NHS"},
    {"equipment", "P1", "slots", "CA10 NHS", "CA10 NHS"},
};

Test(reason, each_kind_has_its_own)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *const pairs[] = {"kind", kinds[i].kind, "unit", kinds[i].unit, "zones", "all",
            "capabilities", "personal_care", "commissioner", "NHS", "capacity", "0", NULL};
        struct hub hub = hub_new();
        uint64_t referral;

        hub_service(&hub, "ONE", pairs);
        hub_admit(&hub, "S1", "V1", kinds[i].pathway);
        hub_about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S1", "V1", 0);
        referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
        CHARGED(&hub, kinds[i].room);
        hub_setting(&hub, "services/ONE/capacity", "1");
        CHARGED(&hub, "TH2 unassigned");
        tell(&hub, referral, HW_KIND_DECIDE_PROPOSAL_APPROVED, NULL);
        CHARGED(&hub, kinds[i].arranging);
        tell(&hub, referral, HW_KIND_OFFER_ANSWERED, "accepted");
        CHARGED(&hub, kinds[i].arranging);
        hub_free(&hub);
    }
}

Test(reason, of_a_service_that_nobody_has_declared_is_that_of_the_pathway)
{
    struct hub hub = hub_new();

    hub_service(&hub, "HART", hub_hart);
    ready(&hub);
    (void)hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    (void)hub_placement(&hub, HW_KIND_PLACEMENT_STARTED, "LCC/1", "UNHEARD");
    cr_expect(eq(int, hub_service_of(&hub, "UNHEARD").held, 1));
    CHARGED(&hub, "CA1 unassigned");
    hub_free(&hub);
}
