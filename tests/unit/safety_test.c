/*
 * Goal: nobody comes to harm by what is arranged: the dead are left alone and the living found
 * again, nobody is taken for another, whoever is back in hospital keeps their place, whoever is
 * home without care is seen (CONTRACT R6, R7, R14, R15).
 * Method: a small hub's stories (hub.h): invariants after every record, a replay of each at the
 * end.  The hazards they show are those of tests/hazards/HAZARDS.tsv.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "hub.h"

/* ---- telling ---- */

static struct hw_event about(const struct hub *hub, enum hw_kind kind, const char *local)
{
    struct hw_event event = hub_said(hub, kind);

    hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(local));
    return event;
}

static void died(struct hub *hub, const char *local, const char *organisation)
{
    struct hw_event event = about(hub, HW_KIND_PERSON_DIED, local);

    event.organisation = hw_slice_text(organisation);
    hw_event_set_time(&event, HW_FIELD_DIED_AT, hw_time_at(hub->now_ms));
    (void)hub_submit(hub, &event);
}

static void lives(struct hub *hub, const char *local)
{
    struct hw_event event = about(hub, HW_KIND_PERSON_DEATH_WITHDRAWN, local);

    (void)hub_submit(hub, &event);
}

static void two(struct hub *hub, enum hw_kind kind, const char *local, const char *other)
{
    struct hw_event event = about(hub, kind, local);

    hw_event_add_retired(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(other));
    (void)hub_submit(hub, &event);
}

static struct hw_command_result decide(struct hub *hub, enum hw_kind kind, const char *referral)
{
    struct hw_event event = hub_said(hub, kind);

    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text(referral));
    hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
    return hub_submit(hub, &event);
}

static struct hw_command_result acknowledge(
    struct hub *hub, uint64_t referral, const char *kind, const char *action)
{
    struct hw_event event = hub_said(hub, HW_KIND_DECIDE_ALERT_ACKNOWLEDGED);

    hw_event_set_number(&event, HW_FIELD_OFFER, (int64_t)hub_alert(hub, referral, kind).reference);
    hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
    hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text(action));
    return hub_submit(hub, &event);
}

static void is(struct hw_match_view view, const char *state, int line)
{
    cr_expect(eq(str, (char *)view.state, (char *)state), "line %d", line);
}
#define IS(view, state) is(view, state, __LINE__)

/* One person ready in hospital, referred to the one place of HART; told as far as state. */
static uint64_t arranged(struct hub *hub, const char *state)
{
    uint64_t referral;
    struct hw_match_view match;

    hub_service(hub, "HART", hub_hart);
    hub_admit(hub, "S1", "V1", "P1");
    hub_about_spell(hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S1", "V1", 0);
    referral = hub_refer(hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    match = hub_newest(hub, referral);
    if (strcmp(state, "proposed") == 0)
        return referral;
    (void)hub_tell(hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, match.reference, match.version, NULL);
    match = hub_newest(hub, referral);
    if (strcmp(state, "offered") == 0)
        return referral;
    (void)hub_tell(hub, HW_KIND_OFFER_ANSWERED, match.reference, match.version, "accepted");
    if (strcmp(state, "accepted") == 0)
        return referral;
    hub_about_spell(hub, HW_KIND_SPELL_DISCHARGED, "S1", "V1", -1);
    (void)hub_placement(hub, HW_KIND_PLACEMENT_STARTED, "LCC/1", "HART");
    return referral;
}

/* ---- death (R7) ---- */

static const char *const promised[] = {"offered", "accepted", "started"};

/* H-06: the dead are not phoned; units stay until it is sure. */
Test(safety, a_death_stops_what_is_arranged_at_once_and_keeps_units_for_a_day)
{
    for (size_t i = 0; i < sizeof promised / sizeof *promised; i++) {
        struct hub hub = hub_new();
        uint64_t referral = arranged(&hub, promised[i]);

        died(&hub, "S1", "RWE");
        IS(hub_newest(&hub, referral), promised[i]);
        cr_expect(ne(i64, hub_newest(&hub, referral).suspended_until_ms, HW_TIME_NONE));
        cr_expect(eq(i64, hub_service_of(&hub, "HART").held, 1));
        cr_expect(hub_stands(&hub, referral, "death_to_confirm"));
        cr_expect(eq(uint, hub_referral(&hub, referral).held & 4, 4));
        hub_pass(&hub, 23 * HW_HOUR_MS);
        cr_expect(eq(i64, hub_service_of(&hub, "HART").held, 1));
        hub_pass(&hub, 2 * HW_HOUR_MS);
        cr_expect(not(hub_newest(&hub, referral).live));
        cr_expect(eq(i64, hub_service_of(&hub, "HART").held, 0));
        cr_expect(not(hub_stands(&hub, referral, "death_to_confirm")));
        hub_free(&hub);
    }
}

/* H-06 */
Test(safety, a_second_organisation_or_a_person_confirms_a_death_and_units_are_released)
{
    for (size_t i = 0; i < sizeof promised / sizeof *promised; i++) {
        struct hub hub = hub_new();
        uint64_t referral = arranged(&hub, promised[i]);

        died(&hub, "S1", "RWE");
        hub_pass(&hub, HW_HOUR_MS);
        died(&hub, "S1", "RWE"); /* The same source says it again. */
        cr_expect(eq(i64, hub_service_of(&hub, "HART").held, 1));
        if (i % 2 == 0)
            died(&hub, "S1", "LCC");
        else
            cr_expect(eq(
                int, acknowledge(&hub, referral, "death_to_confirm", "confirmed").status, HW_OK));
        cr_expect(eq(i64, hub_service_of(&hub, "HART").held, 0), "%s", promised[i]);
        hub_free(&hub);
    }
}

/* H-06: a wrong word costs nothing. */
Test(safety, a_death_withdrawn_restores_what_was_arranged_with_its_clock)
{
    for (size_t i = 0; i < sizeof promised / sizeof *promised; i++) {
        struct hub hub = hub_new();
        uint64_t referral = arranged(&hub, promised[i]);
        int64_t clock = hub_referral(&hub, referral).clock_ms;

        died(&hub, "S1", "RWE");
        hub_pass(&hub, 3 * HW_HOUR_MS); /* Longer than the offer had. */
        IS(hub_newest(&hub, referral), promised[i]);
        lives(&hub, "S1");
        IS(hub_newest(&hub, referral), promised[i]);
        cr_expect(eq(i64, hub_newest(&hub, referral).suspended_until_ms, HW_TIME_NONE));
        cr_expect(eq(i64, hub_referral(&hub, referral).clock_ms, clock));
        cr_expect(eq(uint, hub_referral(&hub, referral).held, 0));
        cr_expect(not(hub_stands(&hub, referral, "death_to_confirm")));
        hub_free(&hub);
    }
}

/* H-06: a proposal of which nobody was told ends at once, and comes again. */
Test(safety, a_proposal_for_the_dead_ends_and_comes_again_when_they_live)
{
    struct hub hub = hub_new();
    uint64_t referral = arranged(&hub, "proposed");

    died(&hub, "S1", "RWE");
    IS(hub_newest(&hub, referral), "withdrawn");
    cr_expect(eq(i64, hub_service_of(&hub, "HART").held, 0));
    cr_expect(eq(i64, hub_figure(&hub, HW_ROUTING_WAITING_STEP_DOWN), 0));
    lives(&hub, "S1");
    IS(hub_newest(&hub, referral), "proposed");
    hub_free(&hub);
}

/* H-06: nobody of them ever was in hospital. */
Test(safety, death_is_heard_of_people_without_any_stay)
{
    struct hub hub = hub_new();
    uint64_t referral;

    hub_service(&hub, "CRISIS", hub_crisis);
    referral = hub_refer(&hub, "GP/1", "S7", NULL, "step_up", "personal_care");
    IS(hub_newest(&hub, referral), "proposed");
    died(&hub, "S7", "GP");
    IS(hub_newest(&hub, referral), "withdrawn");
    cr_expect(eq(uint, hub_referral(&hub, referral).held & 4, 4));
    lives(&hub, "S7");
    IS(hub_newest(&hub, referral), "proposed");
    hub_free(&hub);
}

/* H-06: destination 79 says so, too; the discharge cancelled, they live. */
Test(safety, a_discharge_that_says_died_counts_as_one_word_until_it_is_cancelled)
{
    struct hub hub = hub_new();
    uint64_t referral = arranged(&hub, "accepted");
    struct hw_event event = about(&hub, HW_KIND_SPELL_DISCHARGED, "S1");

    event.visit.authority = hw_slice_text("RWE");
    event.visit.number = hw_slice_text("V1");
    hw_event_set_text(&event, HW_FIELD_DESTINATION, hw_slice_text("79"));
    (void)hub_submit(&hub, &event);
    cr_expect(hub_stands(&hub, referral, "death_to_confirm"));
    cr_expect(not(hub_stands(&hub, referral, "home_not_started")));
    cr_expect(eq(i64, hub_figure(&hub, HW_ROUTING_HOME), 0));
    hub_about_spell(&hub, HW_KIND_SPELL_DISCHARGE_CANCELLED, "S1", "V1", -1);
    cr_expect(not(hub_stands(&hub, referral, "death_to_confirm")));
    IS(hub_newest(&hub, referral), "accepted");
    hub_free(&hub);
}

/* H-06 */
Test(safety, a_referral_for_the_dead_is_taken_told_and_offered_to_nobody)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_event event;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    died(&hub, "S1", "RWE");
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    cr_assert(ne(u64, referral, 0));
    cr_expect(hub_stands(&hub, referral, "referral_for_dead"));
    IS(hub_newest(&hub, referral), "none");
    event = hub_said(&hub, HW_KIND_DECIDE_OFFER_MADE);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text("HART"));
    hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
    cr_expect(eq(int, hub_submit(&hub, &event).status, HW_E_CONFLICT));
    cr_expect(eq(int, acknowledge(&hub, referral, "referral_for_dead", "seen").status, HW_OK));
    cr_expect(not(hub_stands(&hub, referral, "referral_for_dead")));
    hub_free(&hub);
}

/* ---- who it is (R6) ---- */

/* H-01: a wrong merge sends nobody anywhere. */
Test(safety, a_merge_under_a_live_offer_holds_it_until_a_person_releases_it)
{
    static const char *const states[] = {"proposed", "offered", "accepted", "started"};

    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        struct hub hub = hub_new();
        uint64_t referral = arranged(&hub, states[i]);
        struct hw_match_view match = hub_newest(&hub, referral);

        hub_admit(&hub, "S2", "V2", "P1");
        two(&hub, HW_KIND_PERSON_MERGED, "S1", "S2"); /* S2 into S1 */
        cr_expect(eq(uint, hub_referral(&hub, referral).held & 2, 2), "%s", states[i]);
        cr_expect(hub_stands(&hub, referral, "identity_changed"));
        if (i == 0)
            cr_expect(eq(int,
                hub_tell(
                    &hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, match.reference, match.version, NULL)
                    .status,
                HW_E_CONFLICT));
        hub_pass(&hub, 5 * HW_HOUR_MS); /* Time does not run against it. */
        IS(hub_newest(&hub, referral), states[i]);
        cr_expect(eq(i64, hub_service_of(&hub, "HART").held, 1));
        cr_expect(eq(int, decide(&hub, HW_KIND_DECIDE_REFERRAL_RELEASED, "LCC/1").status, HW_OK));
        cr_expect(eq(uint, hub_referral(&hub, referral).held, 0));
        cr_expect(not(hub_stands(&hub, referral, "identity_changed")));
        hub_free(&hub);
    }
}

/* H-01 */
Test(safety, every_change_of_who_is_whom_holds_and_a_new_name_for_somebody_does_not)
{
    static const struct {
        enum hw_kind first, then;
    } changes[] = {
        {HW_KIND_PERSON_MERGED, HW_KIND_PERSON_UNMERGED},
        {HW_KIND_PERSON_LINKED, HW_KIND_NONE},
        {HW_KIND_IDENTIFIER_MOVED, HW_KIND_NONE},
        {HW_KIND_IDENTIFIER_CHANGED, HW_KIND_NONE},
        {HW_KIND_DECIDE_IDENTITY_JOINED, HW_KIND_DECIDE_IDENTITY_PARTED},
    };

    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct hub hub = hub_new();
        uint64_t referral = arranged(&hub, "offered");
        struct hw_event event = about(&hub, HW_KIND_SPELL_UPDATED, "S1");

        /* A name that nobody had before is no other person. */
        event.visit.authority = hw_slice_text("RWE");
        event.visit.number = hw_slice_text("V1");
        hw_event_add_identifier(
            &event, HW_IDENTIFIER_NHS, hw_slice_text(""), hw_slice_text("9990000018"));
        (void)hub_submit(&hub, &event);
        cr_expect(eq(uint, hub_referral(&hub, referral).held, 0), "change %zu", i);

        hub_admit(&hub, "S2", "V2", "P1");
        two(&hub, changes[i].first, "S1", "S2");
        cr_expect(eq(uint, hub_referral(&hub, referral).held, 2), "change %zu", i);
        (void)decide(&hub, HW_KIND_DECIDE_REFERRAL_RELEASED, "LCC/1");
        cr_expect(eq(uint, hub_referral(&hub, referral).held, 0), "change %zu", i);
        if (changes[i].then != HW_KIND_NONE) {
            two(&hub, changes[i].then, "S1", "S2");
            cr_expect(eq(uint, hub_referral(&hub, referral).held, 2), "undone %zu", i);
        }
        hub_free(&hub);
    }
}

/* One NHS number for both, and a birth date of its own for each. */
static void is_born(struct hub *hub, const char *local, int64_t born)
{
    struct hw_event event = about(hub, HW_KIND_PERSON_UPDATED, local);

    hw_event_add_identifier(
        &event, HW_IDENTIFIER_NHS, hw_slice_text(""), hw_slice_text("9990000018"));
    hw_event_set_number(&event, HW_FIELD_BORN_HASH, born);
    (void)hub_submit(hub, &event);
}

/* H-01: while two records may be one person nothing goes by itself; a person's word settles it. */
Test(safety, a_possible_match_is_settled_by_whoever_joins_or_parts_the_two)
{
    static const enum hw_kind words[] = {
        HW_KIND_DECIDE_IDENTITY_JOINED, HW_KIND_DECIDE_IDENTITY_PARTED};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct hub hub = hub_new();
        uint64_t referral;

        hub_service(&hub, "HART", hub_hart);
        hub_setting(&hub, "routing/mode", "offer");
        hub_setting(&hub, "routing/automation", "reablement");
        hub_admit(&hub, "S1", "V1", "P1");
        hub_about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S1", "V1", 0);
        is_born(&hub, "S1", 11);
        is_born(&hub, "S2", 22);
        referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
        IS(hub_newest(&hub, referral), "proposed");
        two(&hub, words[i], "S1", "S2");
        (void)decide(&hub, HW_KIND_DECIDE_REFERRAL_RELEASED, "LCC/1");
        IS(hub_newest(&hub, referral), "offered");
        cr_expect(hub_newest(&hub, referral).automatic, "word %zu", i);
        /* A third of another date asks anew. */
        is_born(&hub, "S3", 33);
        cr_expect(eq(uint, hub_referral(&hub, referral).held, 2), "word %zu", i);
        hub_free(&hub);
    }
}

/* H-05: two referrals that become one person's: shown, and the earliest clock kept. */
Test(safety, two_referrals_of_one_person_are_shown_and_wait_as_one)
{
    struct hub hub = hub_new();
    uint64_t first, second;
    int64_t clock;

    hub_service(&hub, "HART", hub_hart);
    hub_setting(&hub, "services/HART/capacity", "2");
    hub_admit(&hub, "S1", "V1", "P1");
    hub_about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S1", "V1", 0);
    first = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    clock = hub_referral(&hub, first).clock_ms;
    hub_pass(&hub, 5 * HW_HOUR_MS);
    hub_admit(&hub, "S2", "V2", "P1");
    hub_about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S2", "V2", 0);
    second = hub_refer(&hub, "RWE/2", "S2", "V2", "step_down", "personal_care");
    cr_expect(gt(i64, hub_referral(&hub, second).clock_ms, clock));
    cr_expect(not(hub_referral(&hub, second).double_referral));

    two(&hub, HW_KIND_PERSON_MERGED, "S1", "S2");
    cr_expect(hub_referral(&hub, first).double_referral);
    cr_expect(hub_referral(&hub, second).double_referral);
    cr_expect(hub_stands(&hub, first, "double_referral"));
    cr_expect(hub_stands(&hub, second, "double_referral"));
    cr_expect(eq(i64, hub_referral(&hub, second).clock_ms, clock));

    /* One is withdrawn as the double it is: what it had waited is not lost. */
    (void)decide(&hub, HW_KIND_REFERRAL_WITHDRAWN, "LCC/1");
    cr_expect(not(hub_referral(&hub, second).double_referral));
    cr_expect(not(hub_stands(&hub, second, "double_referral")));
    cr_expect(eq(i64, hub_referral(&hub, second).clock_ms, clock));
    hub_free(&hub);
}

/* H-05 */
Test(safety, offers_to_two_services_for_what_becomes_one_person_are_shown)
{
    struct hub hub = hub_new();
    uint64_t first = arranged(&hub, "offered"), second;
    struct hw_match_view match;

    hub_setting(&hub, "services/HART/capacity", "2");
    hub_admit(&hub, "S2", "V2", "P1");
    second = hub_refer(&hub, "RWE/2", "S2", "V2", "step_down", "personal_care");
    match = hub_newest(&hub, second);
    (void)hub_tell(&hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, match.reference, match.version, NULL);
    IS(hub_newest(&hub, second), "offered");
    two(&hub, HW_KIND_PERSON_LINKED, "S1", "S2");
    cr_expect(hub_stands(&hub, first, "double_offer"));
    cr_expect(hub_stands(&hub, second, "double_offer"));
    two(&hub, HW_KIND_PERSON_UNMERGED, "S1", "S2");
    cr_expect(not(hub_stands(&hub, first, "double_offer")));
    cr_expect(not(hub_stands(&hub, second, "double_offer")));
    hub_free(&hub);
}

/* H-01: a referral that names another person than before is held, whatever is arranged. */
Test(safety, a_referral_said_to_be_another_persons_is_held)
{
    struct hub hub = hub_new();
    uint64_t referral = arranged(&hub, "offered");
    struct hw_event event;

    hub_admit(&hub, "S2", "V2", "P1");
    event = about(&hub, HW_KIND_REFERRAL_UPDATED, "S2");
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    (void)hub_submit(&hub, &event);
    cr_expect(eq(uint, hub_referral(&hub, referral).held & 2, 2));
    cr_expect(hub_stands(&hub, referral, "identity_changed"));
    hub_free(&hub);
}

/* H-01: somebody whose records were merged before is found by the name that was retired. */
Test(safety, a_referral_under_a_retired_name_is_of_the_person_it_was_merged_into)
{
    struct hub hub = hub_new();
    uint64_t referral;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    hub_admit(&hub, "S2", "V2", "P2");
    two(&hub, HW_KIND_PERSON_MERGED, "S1", "S2");
    referral = hub_refer(&hub, "LCC/1", "S2", "V1", "step_down", "personal_care");
    died(&hub, "S1", "RWE");
    cr_expect(eq(uint, hub_referral(&hub, referral).held & 4, 4));
    hub_free(&hub);
}

/* ---- waits and consent (R9, R10) ---- */

static void wait(struct hub *hub, enum hw_kind kind, const char *id, const char *blocks)
{
    struct hw_event event = about(hub, kind, "S1");

    event.visit.authority = hw_slice_text("RWE");
    event.visit.number = hw_slice_text("V1");
    hw_event_set_text(&event, HW_FIELD_WAIT, hw_slice_text(id));
    hw_event_set_text(&event, HW_FIELD_REASON, hw_slice_text("F"));
    if (blocks != NULL)
        hw_event_set_text(&event, HW_FIELD_BLOCKS, hw_slice_text(blocks));
    (void)hub_submit(hub, &event);
}

/* H-13: nothing goes out past an open block. */
Test(safety, an_open_wait_that_blocks_offers_lets_none_go_until_it_is_closed)
{
    struct hub hub = hub_new();
    uint64_t referral = arranged(&hub, "proposed");
    enum hw_rule rule;

    wait(&hub, HW_KIND_WAIT_OPENED, "W1", "offer");
    IS(hub_newest(&hub, referral), "withdrawn");
    cr_expect(eq(uint, hub_referral(&hub, referral).held, 8));
    cr_expect(eq(int, hw_why_not(hub.engine, referral, hw_slice_text("HART"), &rule), HW_OK));
    cr_expect(eq(int, rule, HW_RULE_BLOCKED));
    cr_expect(eq(i64, hub_figure(&hub, HW_ROUTING_WAITING_STEP_DOWN), 1));
    wait(&hub, HW_KIND_WAIT_OPENED, "W2", NULL); /* Another, which blocks nothing. */
    wait(&hub, HW_KIND_WAIT_CLOSED, "W1", NULL);
    cr_expect(eq(uint, hub_referral(&hub, referral).held, 0));
    IS(hub_newest(&hub, referral), "proposed");
    hub_free(&hub);
}

/* H-13: the offer goes, and may be accepted; but nothing is agreed until the wait is over. */
Test(safety, an_open_wait_that_blocks_the_start_lets_the_offer_go_and_agrees_no_start)
{
    struct hub hub = hub_new();
    uint64_t referral = arranged(&hub, "offered");
    struct hw_match_view match = hub_newest(&hub, referral);

    wait(&hub, HW_KIND_WAIT_OPENED, "W1", "start");
    IS(hub_newest(&hub, referral), "offered");
    (void)hub_tell(&hub, HW_KIND_OFFER_ANSWERED, match.reference, match.version, "accepted");
    IS(hub_newest(&hub, referral), "accepted");
    cr_expect(eq(i64, hub_figure(&hub, HW_ROUTING_STARTING), 0));
    hub_about_spell(&hub, HW_KIND_SPELL_DISCHARGED, "S1", "V1", -1);
    cr_expect(hub_stands(&hub, referral, "home_not_started"), "nothing is agreed");
    wait(&hub, HW_KIND_WAIT_CLOSED, "W1", NULL);
    cr_expect(not(hub_stands(&hub, referral, "home_not_started")));
    cr_expect(eq(i64, hub_figure(&hub, HW_ROUTING_STARTING), 1));
    hub_pass(&hub, 2 * HW_HOUR_MS + HW_MINUTE_MS);
    cr_expect(hub_stands(&hub, referral, "home_not_started"), "agreed, and two hours past");
    hub_free(&hub);
}

/* H-13 */
Test(safety, consent_that_is_pending_or_refused_lets_no_offer_go)
{
    static const char *const words[] = {"pending", "refused"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct hub hub = hub_new();
        uint64_t referral = arranged(&hub, "proposed");
        struct hw_event event = hub_said(&hub, HW_KIND_REFERRAL_UPDATED);

        hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
        hw_event_set_text(&event, HW_FIELD_CONSENT, hw_slice_text(words[i]));
        (void)hub_submit(&hub, &event);
        IS(hub_newest(&hub, referral), "withdrawn");
        event = hub_said(&hub, HW_KIND_DECIDE_OFFER_MADE);
        hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
        hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text("HART"));
        hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
        hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text("consent"));
        cr_expect(eq(int, hub_submit(&hub, &event).status, i == 0 ? HW_OK : HW_E_CONFLICT));
        hub_free(&hub);
    }
}

/* H-13: what was accepted is put before the hub when what it rested on changes. */
Test(safety, an_accepted_offer_whose_grounds_change_is_put_before_the_hub)
{
    struct hub hub = hub_new();
    uint64_t referral = arranged(&hub, "accepted");
    struct hw_event event = hub_said(&hub, HW_KIND_REFERRAL_UPDATED);

    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    hw_event_set_text(&event, HW_FIELD_NEEDS, hw_slice_text("personal_care;peg"));
    (void)hub_submit(&hub, &event);
    IS(hub_newest(&hub, referral), "accepted");
    cr_expect(hub_stands(&hub, referral, "offer_in_doubt"));
    hub_free(&hub);
}

/* ---- home, and back (R14, R15) ---- */

/* H-03: a lost or late discharge, a cancelled one: nothing is lost by it. */
Test(safety, a_discharge_closes_no_referral_and_cancelled_restores_everything)
{
    static const char *const states[] = {"proposed", "offered", "accepted"};

    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        struct hub hub = hub_new();
        uint64_t referral = arranged(&hub, states[i]);
        int64_t clock = hub_referral(&hub, referral).clock_ms;

        hub_about_spell(&hub, HW_KIND_SPELL_DISCHARGED, "S1", "V1", -1);
        IS(hub_newest(&hub, referral), states[i]);
        cr_expect(eq(i64, hub_figure(&hub, HW_ROUTING_HOME), 1));
        cr_expect(ne(i64, hub_referral(&hub, referral).left_ms, HW_TIME_NONE));
        cr_expect(eq(int, hub_stands(&hub, referral, "home_not_started"), i < 2));
        hub_about_spell(&hub, HW_KIND_SPELL_DISCHARGE_CANCELLED, "S1", "V1", -1);
        IS(hub_newest(&hub, referral), states[i]);
        cr_expect(eq(i64, hub_figure(&hub, HW_ROUTING_HOME), 0));
        cr_expect(eq(i64, hub_referral(&hub, referral).left_ms, HW_TIME_NONE));
        cr_expect(eq(i64, hub_referral(&hub, referral).clock_ms, clock));
        cr_expect(not(hub_stands(&hub, referral, "home_not_started")));
        hub_free(&hub);
    }
}

/* H-10: care that never came. */
Test(safety, home_and_two_hours_past_the_agreed_start_is_told_until_it_starts)
{
    struct hub hub = hub_new();
    uint64_t referral = arranged(&hub, "accepted");

    hub_about_spell(&hub, HW_KIND_SPELL_DISCHARGED, "S1", "V1", -1);
    cr_expect(not(hub_stands(&hub, referral, "home_not_started")));
    hub_pass(&hub, 2 * HW_HOUR_MS + HW_MINUTE_MS);
    cr_expect(hub_stands(&hub, referral, "home_not_started"));
    hub_pass(&hub, HW_HOUR_MS);
    cr_expect(ge(u32, hub_alert(&hub, referral, "home_not_started").repeats, 3));
    (void)hub_placement(&hub, HW_KIND_PLACEMENT_STARTED, "LCC/1", "HART");
    cr_expect(not(hub_stands(&hub, referral, "home_not_started")));
    cr_expect(eq(i64, hub_figure(&hub, HW_ROUTING_HOME), 0));
    hub_free(&hub);
}

/* H-10: in hospital still, and the agreed start is past. */
Test(safety, an_agreed_start_that_is_past_is_told_of_whoever_it_is)
{
    struct hub hub = hub_new();
    uint64_t referral = arranged(&hub, "accepted");

    hub_pass(&hub, 2 * HW_HOUR_MS + HW_MINUTE_MS);
    cr_expect(hub_stands(&hub, referral, "start_overdue"));
    cr_expect(not(hub_stands(&hub, referral, "home_not_started")));
    hub_free(&hub);
}

/* H-12: back in hospital: the service waits, the place is kept, then the hub is asked. */
Test(safety, somebody_admitted_again_keeps_their_place_for_two_days_then_the_hub_is_asked)
{
    struct hub hub = hub_new();
    uint64_t referral = arranged(&hub, "started");

    hub_pass(&hub, HW_DAY_MS);
    hub_admit(&hub, "S1", "V9", "P1");
    cr_expect(ne(i64, hub_newest(&hub, referral).suspended_until_ms, HW_TIME_NONE));
    cr_expect(eq(i64, hub_service_of(&hub, "HART").held, 1));
    hub_pass(&hub, 47 * HW_HOUR_MS);
    cr_expect(not(hub_stands(&hub, referral, "hold_over")));
    hub_pass(&hub, 2 * HW_HOUR_MS);
    cr_expect(hub_stands(&hub, referral, "hold_over"));
    cr_expect(eq(i64, hub_service_of(&hub, "HART").held, 1), "nothing is given up unasked");

    cr_expect(eq(int, acknowledge(&hub, referral, "hold_over", "kept").status, HW_OK));
    cr_expect(not(hub_stands(&hub, referral, "hold_over")));
    hub_pass(&hub, 49 * HW_HOUR_MS);
    cr_expect(hub_stands(&hub, referral, "hold_over"));
    cr_expect(eq(int, acknowledge(&hub, referral, "hold_over", "given_up").status, HW_OK));
    cr_expect(eq(i64, hub_service_of(&hub, "HART").held, 0));
    cr_expect(not(hub_stands(&hub, referral, "hold_over")));
    hub_free(&hub);
}

/* H-12 */
Test(safety, an_admission_that_never_was_resumes_what_was_suspended)
{
    struct hub hub = hub_new();
    uint64_t referral = arranged(&hub, "started");

    hub_pass(&hub, HW_DAY_MS);
    hub_admit(&hub, "S1", "V9", "P1");
    cr_expect(ne(i64, hub_newest(&hub, referral).suspended_until_ms, HW_TIME_NONE));
    hub_about_spell(&hub, HW_KIND_SPELL_ADMISSION_CANCELLED, "S1", "V9", -1);
    cr_expect(eq(i64, hub_newest(&hub, referral).suspended_until_ms, HW_TIME_NONE));
    IS(hub_newest(&hub, referral), "started");
    hub_free(&hub);
}

/* H-02: a stale "ready" starts nothing. */
Test(safety, somebody_ready_no_longer_is_not_offered_and_what_was_is_suspended)
{
    static const char *const states[] = {"proposed", "offered", "accepted"};

    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        struct hub hub = hub_new();
        uint64_t referral = arranged(&hub, states[i]);
        enum hw_rule rule;

        hub_about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S1", "V1", 1);
        if (i == 0) {
            IS(hub_newest(&hub, referral), "withdrawn");
            cr_expect(
                eq(int, hw_why_not(hub.engine, referral, hw_slice_text("HART"), &rule), HW_OK));
            cr_expect(eq(int, rule, HW_RULE_AWAY));
        } else {
            IS(hub_newest(&hub, referral), states[i]);
            cr_expect(ne(i64, hub_newest(&hub, referral).suspended_until_ms, HW_TIME_NONE));
        }
        hub_pass(&hub, 3 * HW_HOUR_MS);
        hub_about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S1", "V1", 0);
        IS(hub_newest(&hub, referral), states[i]);
        cr_expect(eq(i64, hub_newest(&hub, referral).suspended_until_ms, HW_TIME_NONE));
        hub_free(&hub);
    }
}

/* H-12: care began before the discharge was told: nobody is "back in hospital". */
Test(safety, a_discharge_told_late_suspends_nothing)
{
    struct hub hub = hub_new();
    uint64_t referral = arranged(&hub, "accepted");

    (void)hub_placement(&hub, HW_KIND_PLACEMENT_STARTED, "LCC/1", "HART");
    cr_expect(eq(i64, hub_newest(&hub, referral).suspended_until_ms, HW_TIME_NONE));
    hub_about_spell(&hub, HW_KIND_SPELL_DISCHARGED, "S1", "V1", -1);
    cr_expect(eq(i64, hub_newest(&hub, referral).suspended_until_ms, HW_TIME_NONE));
    IS(hub_newest(&hub, referral), "started");
    hub_free(&hub);
}

/* H-10: referred when they were home already. */
Test(safety, a_referral_for_somebody_home_already_is_told_at_once)
{
    struct hub hub = hub_new();
    uint64_t referral;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    hub_about_spell(&hub, HW_KIND_SPELL_DISCHARGED, "S1", "V1", -1);
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    cr_expect(hub_stands(&hub, referral, "home_not_started"));
    IS(hub_newest(&hub, referral), "proposed");
    hub_free(&hub);
}
