/*
 * Goal: what people settle of a spell, of who is whom and of alerts is settled by references, the
 * only names there are outside (CONTRACT 3.3, 5), and what names nothing is refused in words.
 * Method: a small hub's stories (hub.h): invariants after every record, a replay of each at the
 * end.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "hub.h"

/* A decision with what it names, as text; *text NULL: nothing. */
static struct hw_command_result decide(
    struct hub *hub, enum hw_kind kind, const char *detail, const char *referral)
{
    struct hw_event event = hub_said(hub, kind);

    if (detail != NULL)
        hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text(detail));
    if (referral != NULL)
        hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text(referral));
    if (kind == HW_KIND_DECIDE_REASON_SETTLED) {
        hw_event_set_text(&event, HW_FIELD_REASON, hw_slice_text("E"));
        hw_event_set_text(&event, HW_FIELD_RESPONSIBLE, hw_slice_text("SC"));
    }
    hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
    return hub_submit(hub, &event);
}

/* Admitted; the sequence that did it is the spell's reference, written into text. */
static uint64_t admit(
    struct hub *hub, const char *local, const char *visit, char text[HW_REFERENCE_TEXT_SIZE])
{
    uint64_t stay = hub->sequence + 1;

    hub_admit(hub, local, visit, "P1");
    (void)hw_reference_format('S', stay, text);
    return stay;
}

/* What the spell waits for now: the code of its last charge; "" : nothing. */
static struct hw_slice reason_of(struct hub *hub, uint64_t stay)
{
    struct hw_history history;

    if (hw_history_find(hub->engine, stay, &history) != HW_OK || history.charges_count == 0)
        return (struct hw_slice){0};
    return hw_engine_text(hub->engine, history.charges[history.charges_count - 1].reason);
}

Test(named, a_reason_is_settled_by_the_spell_s_reference)
{
    char text[HW_REFERENCE_TEXT_SIZE], none[HW_REFERENCE_TEXT_SIZE];
    struct hub hub = hub_new();
    uint64_t stay = admit(&hub, "S1", "V1", text);
    struct hw_command_result result;

    hub_about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S1", "V1", 0);
    cr_expect(not(hw_slice_is(reason_of(&hub, stay), "E")));
    hub_pass(&hub, HW_HOUR_MS);
    result = decide(&hub, HW_KIND_DECIDE_REASON_SETTLED, text, NULL);
    cr_expect(eq(int, result.status, HW_OK));
    cr_expect(eq(u64, result.reference, stay));
    cr_expect(hw_slice_is(reason_of(&hub, stay), "E"));

    (void)hw_reference_format('S', hub.sequence + 100, none);
    result = decide(&hub, HW_KIND_DECIDE_REASON_SETTLED, none, NULL);
    cr_expect(eq(int, result.status, HW_E_NOT_FOUND));
    cr_expect(hw_slice_is(reason_of(&hub, stay), "E"));
    hub_free(&hub);
}

/* After 90 days the figures of a spell are settled for good. */
Test(named, of_a_sealed_spell_nothing_is_settled_any_more)
{
    char text[HW_REFERENCE_TEXT_SIZE];
    struct hub hub = hub_new();

    (void)admit(&hub, "S1", "V1", text);
    hub_about_spell(&hub, HW_KIND_SPELL_DISCHARGED, "S1", "V1", -1);
    hub_pass(&hub, 92 * HW_DAY_MS);
    cr_expect(
        eq(int, decide(&hub, HW_KIND_DECIDE_REASON_SETTLED, text, NULL).status, HW_E_CONFLICT));
    hub_free(&hub);
}

/* A referral of one is a referral of the other while they are one person. */
Test(named, two_are_one_and_two_again_by_their_references)
{
    char first[HW_REFERENCE_TEXT_SIZE], second[HW_REFERENCE_TEXT_SIZE];
    char referred[HW_REFERENCE_TEXT_SIZE], lines[64];
    struct hub hub = hub_new();
    uint64_t referral;

    hub_service(&hub, "HART", hub_hart);
    (void)admit(&hub, "S1", "V1", first);
    (void)admit(&hub, "S2", "V2", second);
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    (void)hub_refer(&hub, "LCC/2", "S2", "V2", "step_down", "personal_care");
    cr_expect(not(hub_referral(&hub, referral).double_referral));

    snprintf(lines, sizeof lines, "person=%s\nother=%s\n", first, second);
    cr_expect(eq(int, decide(&hub, HW_KIND_DECIDE_IDENTITY_JOINED, lines, NULL).status, HW_OK));
    cr_expect(hub_referral(&hub, referral).double_referral);

    /* The same by whose referral it is. */
    (void)hw_reference_format('R', referral, referred);
    snprintf(lines, sizeof lines, "person=%s\nother=%s\n", referred, second);
    cr_expect(eq(int, decide(&hub, HW_KIND_DECIDE_IDENTITY_PARTED, lines, NULL).status, HW_OK));
    cr_expect(not(hub_referral(&hub, referral).double_referral));

    snprintf(lines, sizeof lines, "person=%s\nother=S0000\n", first);
    cr_expect(
        eq(int, decide(&hub, HW_KIND_DECIDE_IDENTITY_JOINED, lines, NULL).status, HW_E_NOT_FOUND));
    snprintf(lines, sizeof lines, "person=R0000\nother=%s\n", first);
    cr_expect(
        eq(int, decide(&hub, HW_KIND_DECIDE_IDENTITY_JOINED, lines, NULL).status, HW_E_NOT_FOUND));
    cr_expect(not(hub_referral(&hub, referral).double_referral));
    hub_free(&hub);
}

/* An alert that is named beside what it is not about is a slip: nothing is seen to. */
Test(named, an_alert_is_seen_to_by_what_it_is_about)
{
    char stay[HW_REFERENCE_TEXT_SIZE], other[HW_REFERENCE_TEXT_SIZE];
    struct hub hub = hub_new();
    struct hw_event event;
    struct hw_alert_view view;
    uint64_t referral;

    hub_service(&hub, "HART", hub_hart);
    (void)admit(&hub, "S1", "V1", stay);
    (void)admit(&hub, "S2", "V2", other);
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "levitation");
    cr_assert(ne(u32, hw_alert_walk_referral(hub.engine, referral, 0, &view), 0));

    event = hub_said(&hub, HW_KIND_DECIDE_ALERT_ACKNOWLEDGED);
    hw_event_set_number(&event, HW_FIELD_OFFER, (int64_t)view.reference);
    hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text(other));
    cr_expect(eq(int, hub_submit(&hub, &event).status, HW_E_CONFLICT));
    hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text(stay));
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/2"));
    cr_expect(eq(int, hub_submit(&hub, &event).status, HW_E_CONFLICT));
    cr_assert(eq(int, hw_alert_view(hub.engine, view.reference, &view), HW_OK));
    cr_expect(eq(i64, view.acknowledged_ms, HW_TIME_NONE));
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    cr_expect(eq(int, hub_submit(&hub, &event).status, HW_OK));
    cr_assert(eq(int, hw_alert_view(hub.engine, view.reference, &view), HW_OK));
    cr_expect(ne(i64, view.acknowledged_ms, HW_TIME_NONE));
    cr_expect(eq(
        int, decide(&hub, HW_KIND_DECIDE_ALERT_ACKNOWLEDGED, other, NULL).status, HW_E_CONFLICT));
    hub_free(&hub);
}
