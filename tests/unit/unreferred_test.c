/*
 * Goal: whoever went home on pathway P1 to P3 and was never referred is told of, and no longer than
 * that is so (CONTRACT R14; hazard H-10).
 * Method: a small hub's stories (hub.h): invariants after every record, a replay of each at the
 * end.  What happens by the clock and by feeds stands in routing_home_without_care.scenario.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "hub.h"

/* The newest alert about a spell of this kind; kind "none": there was never any. */
static struct hw_alert_view newest(struct hub *hub, uint64_t stay)
{
    struct hw_alert_view view = {.kind = "none"};

    (void)hw_alert_walk_stay(hub->engine, stay, 0, &view);
    return view;
}

static bool stands(struct hub *hub, uint64_t stay)
{
    return newest(hub, stay).cleared_ms == HW_TIME_OPEN;
}

static struct hub hub_with_service(void)
{
    struct hub hub = hub_new();

    hub_service(&hub, "HART", hub_hart);
    return hub;
}

/* Admitted, and home again; the sequence that admitted them is the spell's reference. */
static uint64_t gone_home(struct hub *hub, const char *local, const char *visit)
{
    uint64_t stay = hub->sequence + 1;

    hub_admit(hub, local, visit, "P1");
    hub_pass(hub, HW_HOUR_MS);
    hub_about_spell(hub, HW_KIND_SPELL_DISCHARGED, local, visit, -1);
    return stay;
}

static struct hw_command_result acknowledge(
    struct hub *hub, enum hw_field field, uint64_t reference)
{
    struct hw_event event = hub_said(hub, HW_KIND_DECIDE_ALERT_ACKNOWLEDGED);
    char text[HW_REFERENCE_TEXT_SIZE];

    if (field == HW_FIELD_OFFER)
        hw_event_set_number(&event, field, (int64_t)reference);
    else {
        (void)hw_reference_format('S', reference, text);
        hw_event_set_text(&event, field, hw_slice_text(text));
    }
    hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
    return hub_submit(hub, &event);
}

Test(unreferred, an_alert_is_about_the_spell_and_ends_with_a_referral)
{
    struct hub hub = hub_with_service();
    uint64_t stay = gone_home(&hub, "S1", "V1");
    struct hw_alert_view view = newest(&hub, stay);
    struct hw_history history;

    cr_expect(eq(str, (char *)view.kind, "home_not_referred"));
    cr_expect(eq(u64, view.stay, stay));
    cr_expect(eq(u64, view.referral, 0));
    cr_expect(eq(sz, view.service.size, 0));
    cr_expect(not(view.restricted));
    cr_assert(eq(int, hw_history_find(hub.engine, stay, &history), HW_OK));
    cr_expect(ne(u64, history.findings >> HW_FINDING_HOME_NOT_REFERRED & 1u, 0));
    (void)hub_refer(&hub, "LCC/1", "S1", NULL, "step_down", "personal_care");
    cr_expect(not(stands(&hub, stay)));
    cr_assert(eq(int, hw_history_find(hub.engine, stay, &history), HW_OK));
    cr_expect(eq(u64, history.findings >> HW_FINDING_HOME_NOT_REFERRED & 1u, 0));
    hub_free(&hub);
}

/* Whose referral it is may be put right: then nobody was referred after all. */
Test(unreferred, a_referral_that_turns_out_to_be_of_somebody_else_was_none)
{
    struct hub hub = hub_with_service();
    uint64_t stay = gone_home(&hub, "S1", "V1"), other;
    struct hw_event event;

    (void)hub_refer(&hub, "LCC/1", "S1", NULL, "step_down", "personal_care");
    cr_expect(not(stands(&hub, stay)));
    other = gone_home(&hub, "S2", "V2");
    cr_expect(stands(&hub, other));
    event = hub_said(&hub, HW_KIND_REFERRAL_UPDATED);
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S2"));
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    (void)hub_submit(&hub, &event);
    cr_expect(stands(&hub, stay));
    cr_expect(not(stands(&hub, other)));
    hub_free(&hub);
}

/* A hospital that closes its own referral ends no support. */
Test(unreferred, whoever_is_in_service_is_seen_to_whatever_became_of_the_referral)
{
    struct hub hub = hub_with_service();
    uint64_t stay;
    struct hw_event event;

    hub_admit(&hub, "S1", "V1", "P1");
    stay = hub.sequence;
    (void)hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    hub_about_spell(&hub, HW_KIND_SPELL_DISCHARGED, "S1", "V1", -1);
    event = hub_said(&hub, HW_KIND_PLACEMENT_STARTED);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text("HART"));
    cr_assert(eq(int, hub_submit(&hub, &event).status, HW_OK));
    event = hub_said(&hub, HW_KIND_REFERRAL_WITHDRAWN);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    cr_assert(eq(int, hub_submit(&hub, &event).status, HW_OK));
    cr_expect(not(stands(&hub, stay)));
    event = hub_said(&hub, HW_KIND_PLACEMENT_ENDED);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text("HART"));
    (void)hub_submit(&hub, &event);
    cr_expect(not(stands(&hub, stay)), "there was support since they left");
    hub_free(&hub);
}

Test(unreferred, it_is_repeated_ever_more_rarely_until_somebody_has_seen_it)
{
    static const enum hw_field by[] = {HW_FIELD_OFFER, HW_FIELD_DETAIL};

    for (size_t i = 0; i < sizeof by / sizeof *by; i++) {
        struct hub hub = hub_with_service();
        uint64_t stay = gone_home(&hub, "S1", "V1");
        struct hw_command_result result;

        hub_pass(&hub, HW_DAY_MS);
        cr_expect(eq(u32, newest(&hub, stay).repeats, 4), "after 1, 3, 7 and 15 hours");
        result =
            acknowledge(&hub, by[i], by[i] == HW_FIELD_OFFER ? newest(&hub, stay).reference : stay);
        cr_expect(eq(int, result.status, HW_OK));
        cr_expect(eq(
            u64, result.reference, by[i] == HW_FIELD_OFFER ? newest(&hub, stay).reference : stay));
        cr_expect(not(stands(&hub, stay)));
        cr_expect(ne(i64, newest(&hub, stay).acknowledged_ms, HW_TIME_NONE));
        hub_pass(&hub, 3 * HW_DAY_MS);
        cr_expect(not(stands(&hub, stay)));
        cr_expect(eq(int, acknowledge(&hub, HW_FIELD_DETAIL, stay).status, HW_E_CONFLICT));
        cr_expect(eq(int, acknowledge(&hub, HW_FIELD_DETAIL, hub.sequence).status, HW_E_NOT_FOUND));
        hub_free(&hub);
    }
}

/* One person under two numbers: their spells go together, and what was told of goes with them. */
Test(unreferred, a_merge_with_somebody_who_was_referred_ends_it)
{
    struct hub hub = hub_with_service();
    uint64_t stay = gone_home(&hub, "S1", "V1");
    struct hw_event event;

    hub_admit(&hub, "S2", "V2", "P1");
    hub_about_spell(&hub, HW_KIND_SPELL_DISCHARGED, "S2", "V2", -1);
    (void)hub_refer(&hub, "LCC/1", "S2", NULL, "step_down", "personal_care");
    cr_expect(stands(&hub, stay));
    event = hub_said(&hub, HW_KIND_PERSON_MERGED);
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S2"));
    hw_event_add_retired(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S1"));
    (void)hub_submit(&hub, &event);
    cr_expect(not(stands(&hub, stay)));
    event.kind = HW_KIND_PERSON_UNMERGED;
    (void)hub_submit(&hub, &event);
    hub_free(&hub);
}

/* Restricted people are counted and named nowhere. */
Test(unreferred, of_somebody_restricted_it_says_so)
{
    struct hub hub = hub_with_service();
    uint64_t stay = gone_home(&hub, "S1", "V1");
    struct hw_event event = hub_said(&hub, HW_KIND_PERSON_UPDATED);

    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S1"));
    hw_event_set_bool(&event, HW_FIELD_RESTRICTED, true);
    (void)hub_submit(&hub, &event);
    cr_expect(newest(&hub, stay).restricted);
    hub_free(&hub);
}

/* Whoever left before there was any service is looked at when there is one. */
Test(unreferred, the_first_service_finds_who_left_before)
{
    struct hub hub = hub_new();
    uint64_t stay = gone_home(&hub, "S1", "V1");

    cr_expect(eq(str, (char *)newest(&hub, stay).kind, "none"));
    hub_service(&hub, "HART", hub_hart);
    cr_expect(stands(&hub, stay));
    hub_free(&hub);
}

/* History is sealed after 90 days: nothing is known of the spell from then on. */
Test(unreferred, it_ends_when_the_spell_is_sealed)
{
    struct hub hub = hub_with_service();
    uint64_t stay = gone_home(&hub, "S1", "V1");

    hub_pass(&hub, 89 * HW_DAY_MS);
    cr_expect(stands(&hub, stay));
    hub_pass(&hub, 3 * HW_DAY_MS);
    cr_expect(not(stands(&hub, stay)));
    hub_free(&hub);
}

/* What is told outside names the spell and its pathway, and no referral. */
static struct hw_effect told;

static void hear(struct hub *hub)
{
    uint32_t count;
    const struct hw_effect *effects = hw_engine_effects(hub->engine, &count);

    for (uint32_t i = 0; i < count; i++)
        if (effects[i].kind == HW_EFFECT_ALERT_RAISED)
            told = effects[i];
}

Test(unreferred, what_is_told_at_once_names_the_spell)
{
    struct hub hub = hub_with_service();
    uint64_t stay;

    hub.on_record = hear;
    stay = gone_home(&hub, "S1", "V1");
    cr_expect(eq(u64, told.stay, stay));
    cr_expect(eq(u64, told.referral, 0));
    cr_expect(eq(uint, told.pathway, HW_P1));
    cr_assert(told.word != NULL);
    cr_expect(eq(str, (char *)told.word, "home_not_referred"));
    hub_free(&hub);
}
