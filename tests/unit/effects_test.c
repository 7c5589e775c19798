/*
 * Goal: whoever listens hears of every change of routing once, when it happens, and of nothing that
 *       did not change (CONTRACT 5.1).
 * Method: days of a small hub; what its records tell is written down as text and compared.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "../support/hub.h"

static char heard[8192];

static const char *const names[] = {[HW_EFFECT_DELAY_STARTED] = "delay",
    [HW_EFFECT_DELAY_CHANGED] = "delay",
    [HW_EFFECT_DELAY_ENDED] = "delay",
    [HW_EFFECT_ROUTE_PROPOSED] = "proposed",
    [HW_EFFECT_ROUTE_OFFERED] = "offered",
    [HW_EFFECT_ROUTE_ANSWERED] = "answered",
    [HW_EFFECT_ROUTE_EXPIRED] = "expired",
    [HW_EFFECT_ROUTE_HELD] = "held",
    [HW_EFFECT_ROUTE_SUSPENDED] = "suspended",
    [HW_EFFECT_ROUTE_STARTED] = "started",
    [HW_EFFECT_ROUTE_ENDED] = "ended",
    [HW_EFFECT_CAPACITY] = "capacity",
    [HW_EFFECT_ALERT_RAISED] = "raised",
    [HW_EFFECT_ALERT_CLEARED] = "cleared",
    [HW_EFFECT_AUTOMATION] = "automation"};

static void hear(struct hub *hub)
{
    uint32_t count;
    const struct hw_effect *effects = hw_engine_effects(hub->engine, &count);

    for (uint32_t i = 0; i < count; i++) {
        const struct hw_effect *effect = &effects[i];
        char *end = heard + strlen(heard);
        size_t room = (size_t)(heard + sizeof heard - end);

        if (effect->kind <= HW_EFFECT_DELAY_ENDED)
            continue;
        cr_expect(eq(u64, effect->sequence, hw_engine_sequence(hub->engine)));
        if (effect->kind == HW_EFFECT_CAPACITY)
            snprintf(end, room, "capacity:%d/%d/%d%s ", effect->capacity, effect->units,
                effect->available, effect->suspended ? "!" : "");
        else if (effect->kind == HW_EFFECT_ROUTE_HELD)
            snprintf(end, room, "held:%u ", effect->held);
        else if (effect->kind == HW_EFFECT_ROUTE_SUSPENDED)
            snprintf(end, room, "suspended:%s ", effect->since_ms == HW_TIME_NONE ? "no" : "until");
        else if (effect->kind == HW_EFFECT_AUTOMATION)
            snprintf(end, room, "automation:%s:%s ", effect->scope, effect->word);
        else
            snprintf(end, room, "%s:%s ", names[effect->kind], effect->word);
    }
}

static const char *told(void)
{
    static char text[sizeof heard];

    memcpy(text, heard, sizeof heard);
    *heard = '\0';
    return text;
}
#define TOLD(wanted)                                                                               \
    do {                                                                                           \
        char *text = (char *)told();                                                               \
        cr_expect(eq(str, text, (char *)(wanted)), "line %d", __LINE__);                           \
    } while (0)

static struct hub hub_hearing(void)
{
    struct hub hub = hub_new();

    *heard = '\0';
    hub.on_record = hear;
    return hub;
}

Test(effects, a_way_home_is_told_step_by_step)
{
    struct hub hub = hub_hearing();
    uint64_t referral;
    struct hw_match_view match;

    hub_service(&hub, "HART", hub_hart);
    TOLD("capacity:1/0/1 ");
    hub_admit(&hub, "S1", "V1", "P1");
    TOLD("");
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    TOLD("capacity:1/1/0 proposed:proposed ");
    match = hub_newest(&hub, referral);
    hub_tell(&hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, match.reference, 1, NULL);
    TOLD("offered:offered ");
    /* Refused: nothing changed, nothing is told. */
    hub_tell(&hub, HW_KIND_OFFER_ANSWERED, match.reference, 1, "accepted");
    TOLD("");
    hub_tell(&hub, HW_KIND_OFFER_ANSWERED, match.reference, 2, "assessing");
    TOLD("answered:assessing ");
    hub_tell(&hub, HW_KIND_OFFER_ANSWERED, match.reference, 3, "accepted");
    TOLD("answered:accepted ");
    /* The same again is done before: a step that moves nothing. */
    hub_tell(&hub, HW_KIND_OFFER_ANSWERED, match.reference, 4, "accepted");
    TOLD("");
    /* In hospital still: it is the discharge that is told late, nobody is back there. */
    hub_placement(&hub, HW_KIND_PLACEMENT_STARTED, "LCC/1", "HART");
    TOLD("started:started ");
    hub_about_spell(&hub, HW_KIND_SPELL_DISCHARGED, "S1", "V1", -1);
    TOLD("");
    hub_admit(&hub, "S1", "V2", "P1");
    TOLD("suspended:until ");
    hub_about_spell(&hub, HW_KIND_SPELL_DISCHARGED, "S1", "V2", -1);
    TOLD("suspended:no ");
    hub_placement(&hub, HW_KIND_PLACEMENT_ENDED, "LCC/1", "HART");
    TOLD("capacity:1/0/1 ended:ended ");
    hub_free(&hub);
}

/* A new person is proposed and, unless told otherwise, offered; what was told so far is dropped. */
static struct hw_match_view offered(struct hub *hub, const char *name, const char *local)
{
    uint64_t referral = hub_refer(hub, name, local, NULL, "step_up", "personal_care");
    struct hw_match_view match = hub_newest(hub, referral);

    hub_tell(hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, match.reference, match.version, NULL);
    (void)told();
    return hub_newest(hub, referral);
}

Test(effects, what_is_rejected_declined_or_runs_out_is_told)
{
    struct hub hub = hub_hearing();
    struct hw_match_view match;
    uint64_t referral;

    hub_service(&hub, "HART", hub_hart);
    (void)told();
    referral = hub_refer(&hub, "LCC/1", "S1", NULL, "step_up", "personal_care");
    TOLD("capacity:1/1/0 proposed:proposed ");
    hub_tell(&hub, HW_KIND_DECIDE_PROPOSAL_REJECTED, hub_newest(&hub, referral).reference, 1, NULL);
    TOLD("capacity:1/0/1 ended:rejected raised:nobody_left ");

    match = offered(&hub, "LCC/2", "S2");
    hub_tell(&hub, HW_KIND_OFFER_ANSWERED, match.reference, match.version, "declined");
    TOLD("capacity:1/0/1 answered:declined raised:nobody_left ");

    match = offered(&hub, "LCC/3", "S3");
    hub_pass(&hub, 2 * HW_HOUR_MS);
    cr_expect(strstr(told(), "capacity:1/0/1 expired:expired ") != NULL);
    hub_free(&hub);
}

Test(effects, holds_alerts_and_modes_are_told_when_they_begin_and_end)
{
    struct hub hub = hub_hearing();
    struct hw_event event;

    hub_refer(&hub, "LCC/1", "S1", NULL, "step_up", "personal_care");
    TOLD("raised:no_commissioned_service ");
    hub_service(&hub, "HART", hub_hart);
    cr_expect(strstr(told(), "cleared:no_commissioned_service ") != NULL);

    event = hub_said(&hub, HW_KIND_DECIDE_REFERRAL_HELD);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    (void)hub_submit(&hub, &event);
    cr_expect(strncmp(told(), "held:1 ", 7) == 0);
    event = hub_said(&hub, HW_KIND_DECIDE_REFERRAL_RELEASED);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    (void)hub_submit(&hub, &event);
    cr_expect(strncmp(told(), "held:0 ", 7) == 0);

    for (int again = 0; again < 2; again++) {
        event = hub_said(&hub, HW_KIND_DECIDE_ROUTING_MODE);
        hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text("service:HART"));
        hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text("paused"));
        (void)hub_submit(&hub, &event);
        cr_expect(strncmp(told(), again ? "" : "automation:service:paused ", again ? 1 : 26) == 0);
    }
    hub_setting(&hub, "routing/mode", "observe");
    cr_expect(strncmp(told(), "automation:all:observe ", 23) == 0);
    hub_free(&hub);
}

Test(effects, capacity_is_told_when_it_is_another_and_not_when_it_is_said_again)
{
    struct hub hub = hub_hearing();
    struct hw_event event;

    hub_service(&hub, "HART", hub_hart);
    (void)told();
    for (int again = 0; again < 2; again++) {
        event = hub_said(&hub, HW_KIND_SERVICE_CAPACITY);
        event.happened = hw_time_at(hub.now_ms - HW_HOUR_MS + again);
        hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text("HART"));
        hw_event_set_number(&event, HW_FIELD_UNITS, 3);
        hw_event_set_time(&event, HW_FIELD_REVIEWED_AT, hw_time_at(hub.now_ms - HW_HOUR_MS * 1));
        if (again)
            hw_event_set_time(&event, HW_FIELD_REVIEWED_AT,
                hw_time_at(hub.now_ms - 2 * HW_HOUR_MS)); /* an older one: refused */
        (void)hub_submit(&hub, &event);
        TOLD(again ? "" : "capacity:3/0/3 ");
    }
    for (int again = 0; again < 2; again++) {
        event = hub_said(&hub, HW_KIND_SERVICE_SUSPENDED);
        hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text("HART"));
        (void)hub_submit(&hub, &event);
        TOLD(again ? "" : "capacity:3/0/3! ");
    }
    hub_free(&hub);
}
