/*
 * Goal: while the engine does not know enough, nothing is sent, expires or is accepted by itself;
 *       as soon as it does, what was kept back goes on (CONTRACT R16).
 * Method: a small hub with a feed that falls silent, delivers what it kept back, or was stopped.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "support/hub.h"

#define STATE(view, wanted) cr_expect(eq(str, (char *)(view).state, (char *)(wanted)))

static void mode(struct hub *hub, const char *word)
{
    struct hw_event event = hub_said(hub, HW_KIND_DECIDE_ROUTING_MODE);

    hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text("all"));
    hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text(word));
    cr_assert(eq(int, hub_submit(hub, &event).status, HW_OK));
}

/* The hospital's feed speaks of its site; sent says how old what it delivers is. */
static void hear(struct hub *hub, int64_t sent_ms)
{
    struct hw_event event = hub_said(hub, HW_KIND_SPELL_UPDATED);

    event.source = hw_slice_text("RWE/PAS");
    event.recorded = event.sent = hw_time_at(sent_ms);
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S8"));
    event.visit.authority = hw_slice_text("RWE");
    event.visit.number = hw_slice_text("V8");
    hw_event_set_text(&event, HW_FIELD_SITE, hw_slice_text("RWEAA"));
    (void)hub_submit(hub, &event);
}

/* Two services of which one automates; the hub's own feed is never missed. */
static uint64_t begin(struct hub *hub)
{
    hub_service(hub, "HART", hub_hart);
    hub_setting(hub, "silence/RWE/HUB", "44640");
    hub_setting(hub, "silence/RWE/PAS", "");
    hub_setting(hub, "silence/*", "");
    hub_admit(hub, "S1", "V1", "P1");
    hear(hub, hub->now_ms);
    return hub_refer(hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
}

static void approve(struct hub *hub, uint64_t referral)
{
    struct hw_match_view match = hub_newest(hub, referral);

    hub_tell(hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, match.reference, match.version, NULL);
}

Test(unsure, an_offer_does_not_expire_while_the_feed_is_silent)
{
    struct hub hub = hub_new();
    uint64_t referral = begin(&hub);
    uint64_t reference;

    approve(&hub, referral);
    reference = hub_newest(&hub, referral).reference;
    hub_pass(&hub, 3 * HW_HOUR_MS); /* Its two hours are over, the feed's sixty minutes, too. */
    STATE(hub_newest(&hub, referral), "offered");
    hear(&hub, hub.now_ms);
    cr_expect(ne(u64, hub_newest(&hub, referral).reference, reference));
    STATE(hub_newest(&hub, referral), "proposed");
    hub_free(&hub);
}

Test(unsure, an_answer_is_taken_all_the_same)
{
    struct hub hub = hub_new();
    uint64_t referral = begin(&hub);
    struct hw_match_view match;

    approve(&hub, referral);
    hub_pass(&hub, 3 * HW_HOUR_MS);
    match = hub_newest(&hub, referral);
    cr_expect(eq(int,
        hub_tell(&hub, HW_KIND_OFFER_ANSWERED, match.reference, match.version, "accepted").status,
        HW_OK));
    STATE(hub_newest(&hub, referral), "accepted");
    hub_free(&hub);
}

Test(unsure, nothing_is_sent_by_itself_until_the_feed_speaks_again)
{
    struct hub hub = hub_new();
    uint64_t referral = begin(&hub);

    hub_setting(&hub, "routing/automation", "reablement");
    hub_pass(&hub, 2 * HW_HOUR_MS);
    mode(&hub, "offer");
    STATE(hub_newest(&hub, referral), "proposed");
    hear(&hub, hub.now_ms - 90 * HW_MINUTE_MS); /* What it kept back: it is not up to date yet. */
    STATE(hub_newest(&hub, referral), "proposed");
    hear(&hub, hub.now_ms);
    STATE(hub_newest(&hub, referral), "offered");
    cr_expect(hub_newest(&hub, referral).automatic);
    hub_free(&hub);
}

Test(unsure, a_feed_that_fell_silent_for_good_is_forgotten_after_seven_days)
{
    struct hub hub = hub_new();
    uint64_t referral = begin(&hub);

    hub_setting(&hub, "routing/automation", "reablement");
    hub_pass(&hub, 2 * HW_HOUR_MS);
    mode(&hub, "offer");
    STATE(hub_newest(&hub, referral), "proposed");
    hub_pass(&hub, 6 * HW_DAY_MS);
    STATE(hub_newest(&hub, referral), "proposed");
    hub_pass(&hub, 2 * HW_DAY_MS);
    cr_expect(hub_newest(&hub, referral).offered_ms != HW_TIME_NONE);
    hub_free(&hub);
}

Test(unsure, expected_silence_is_each_feeds_own)
{
    struct hub hub = hub_new();
    uint64_t referral = begin(&hub);

    hub_setting(&hub, "routing/automation", "reablement");
    hub_setting(&hub, "silence/RWE/PAS", "240");
    hub_pass(&hub, 3 * HW_HOUR_MS);
    mode(&hub, "offer");
    STATE(hub_newest(&hub, referral), "offered");
    hub_free(&hub);
}

Test(unsure, after_a_stop_an_open_offer_has_fifteen_minutes)
{
    struct hub hub = hub_new();
    uint64_t referral = begin(&hub);
    struct hw_event tick;
    int64_t stopped_ms;

    hub_setting(&hub, "silence/*", "44640");
    approve(&hub, referral);
    cr_expect(hw_engine_wants_resuming(hub.engine));
    hub.now_ms += 6 * HW_HOUR_MS; /* Nobody was there to tick. */
    stopped_ms = hub.now_ms;
    hw_event_init(&tick, HW_KIND_CLOCK_TICK);
    hw_event_set_text(&tick, HW_FIELD_DETAIL, hw_slice_text("resumed"));
    hub_apply(&hub, &tick);
    hub_decide(&hub);
    STATE(hub_newest(&hub, referral), "offered");
    cr_expect(eq(i64, hub_newest(&hub, referral).expires_ms, stopped_ms + 15 * HW_MINUTE_MS));
    hub_pass(&hub, 14 * HW_MINUTE_MS);
    STATE(hub_newest(&hub, referral), "offered");
    hub_pass(&hub, 2 * HW_MINUTE_MS);
    STATE(hub_newest(&hub, referral), "proposed");
    hub_free(&hub);
}

Test(unsure, for_two_minutes_after_a_stop_nothing_goes)
{
    struct hub hub = hub_new();
    uint64_t referral = begin(&hub);
    struct hw_event tick;

    hub_setting(&hub, "silence/*", "44640");
    hub_setting(&hub, "routing/automation", "reablement");
    hub_pass(&hub, HW_MINUTE_MS);
    hw_event_init(&tick, HW_KIND_CLOCK_TICK);
    hw_event_set_text(&tick, HW_FIELD_DETAIL, hw_slice_text("resumed"));
    hub_apply(&hub, &tick);
    hub_decide(&hub);
    mode(&hub, "offer");
    STATE(hub_newest(&hub, referral), "proposed");
    hub_pass(&hub, 3 * HW_MINUTE_MS);
    STATE(hub_newest(&hub, referral), "offered");
    hub_free(&hub);
}

/* Declared capacity that is too old: proposed, with its age, and never used by itself. */
Test(unsure, stale_capacity_is_proposed_and_never_used_by_itself)
{
    struct hub hub = hub_new();
    uint64_t referral;
    struct hw_event event;

    hub_setting(&hub, "services/HART/basis", "declared");
    hub_setting(&hub, "services/HART/capacity_ttl_minutes", "60");
    hub_setting(&hub, "routing/automation", "reablement");
    mode(&hub, "offer");
    hub_service(&hub, "HART", hub_hart);
    hub_setting(&hub, "silence/*", "44640");
    event = hub_said(&hub, HW_KIND_SERVICE_CAPACITY);
    hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text("HART"));
    hw_event_set_number(&event, HW_FIELD_UNITS, 1);
    (void)hub_submit(&hub, &event);
    hub_pass(&hub, 2 * HW_HOUR_MS);
    hub_admit(&hub, "S1", "V1", "P1");
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    STATE(hub_newest(&hub, referral), "proposed");
    cr_expect(hub_service_of(&hub, "HART").stale);
    event.happened = event.recorded = event.sent = hw_time_at(hub.now_ms);
    (void)hub_submit(&hub, &event);
    STATE(hub_newest(&hub, referral), "offered");
    /* Whoever asks later, with no record between, is told of that instant. */
    cr_expect(not(hub_service_of(&hub, "HART").stale));
    cr_expect(eq(i64, hub_service_of(&hub, "HART").stale_from_ms,
        hub_service_of(&hub, "HART").declared_at_ms + HW_HOUR_MS + 1));
    hub_setting(&hub, "services/HART/basis", "managed");
    cr_expect(eq(i64, hub_service_of(&hub, "HART").stale_from_ms, HW_TIME_OPEN));
    hub_free(&hub);
}
