/*
 * Goal: what would come of a decision is told in the words of what then comes of it, and telling it
 *       changes nothing.
 * Method: a small hub; each decision is tried on a clone of it first, then taken, and the two
 * states compared.
 */
#include "cli/dry_run.h"
#include "cli/outcome.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/hub.h"

static struct hw_engine *clone; /* after the last attempt */

static json_t *attempt(struct hub *hub, struct hw_event *event)
{
    struct hw_hash before = hw_engine_state_digest(hub->engine);
    struct hw_trial trial = {.accepted_ms = hub->now_ms + 1}; /* As hub_submit() lets time pass. */
    uint8_t *record = malloc(HW_RECORD_SIZE_MAX);
    json_t *answer;

    hw_event_finish(event);
    trial.record = hw_slice_of(record, hw_record_encode(event, 1, 0, record, HW_RECORD_SIZE_MAX));
    hw_engine_free(clone);
    cr_assert(eq(int, hw_engine_clone(hub->engine, &clone), HW_OK));
    answer = hw_dry_run_on(clone, &trial);
    cr_expect(hw_hash_equal(hw_engine_state_digest(hub->engine), before));
    cr_expect(eq(ptr, json_object_get(answer, "dry_run"), json_true()));
    free(record);
    return answer;
}

/* What was tried is done: it comes to what was told. */
static void take(struct hub *hub, struct hw_event *event)
{
    (void)hub_submit(hub, event);
    cr_expect(hw_hash_equal(hw_engine_state_digest(hub->engine), hw_engine_state_digest(clone)));
}

static void end(struct hub *hub)
{
    hw_engine_free(clone);
    clone = NULL;
    hub_free(hub);
}

static const char *at(const json_t *answer, size_t row, const char *key)
{
    const char *text = json_string_value(
        json_object_get(json_array_get(json_object_get(answer, "follows"), row), key));

    return text == NULL ? "nothing" : text;
}

static struct hw_event decision(struct hub *hub, enum hw_kind kind, uint64_t referral)
{
    struct hw_match_view match = hub_newest(hub, referral);
    struct hw_event event = hub_said(hub, kind);

    hw_event_set_number(&event, HW_FIELD_OFFER, (int64_t)match.reference);
    hw_event_set_number(&event, HW_FIELD_VERSION, match.version);
    hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
    return event;
}

Test(dry_run, who_would_move_is_told_and_nobody_moves)
{
    struct hub hub = hub_new();
    uint64_t first, second;
    struct hw_event event;
    json_t *answer;
    char text[HW_REFERENCE_TEXT_SIZE];

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    hub_admit(&hub, "S2", "V2", "P1");
    first = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    second = hub_refer(&hub, "LCC/2", "S2", "V2", "step_down", "personal_care");
    event = decision(&hub, HW_KIND_DECIDE_PROPOSAL_REJECTED, first);
    answer = attempt(&hub, &event);
    cr_expect(eq(str, (char *)json_string_value(json_object_get(answer, "outcome")), "accepted"));
    cr_expect(eq(str, (char *)at(answer, 0, "decision"), "route.proposed"));
    cr_expect(eq(str, (char *)at(answer, 0, "referral"), hw_reference_format('R', second, text)));
    cr_expect(eq(str, (char *)at(answer, 0, "service"), "HART"));
    cr_expect(ne(ptr, (void *)strstr(at(answer, 0, "explanation"), "HART"), NULL));
    json_decref(answer);
    cr_expect(eq(str, (char *)hub_newest(&hub, second).state, "none"));

    take(&hub, &event);
    cr_expect(eq(str, (char *)hub_newest(&hub, second).state, "proposed"));
    end(&hub);
}

Test(dry_run, what_would_be_refused_says_why)
{
    struct hub hub = hub_new();
    uint64_t first;
    struct hw_event event;
    json_t *answer;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    first = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    event = decision(&hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, first);
    hw_event_set_number(&event, HW_FIELD_VERSION, 7);
    answer = attempt(&hub, &event);
    cr_expect(eq(str, (char *)json_string_value(json_object_get(answer, "outcome")), "rejected"));
    cr_expect(ne(ptr, json_object_get(answer, "error"), NULL));
    cr_expect(eq(i64, json_integer_value(json_object_get(answer, "version")), 1));
    cr_expect(eq(sz, json_array_size(json_object_get(answer, "follows")), 0));
    json_decref(answer);
    take(&hub, &event);
    end(&hub);
}

/* The reference in what is answered to an event that is taken. */
static const char *answered(
    struct hub *hub, struct hw_event *event, char text[HW_REFERENCE_TEXT_SIZE])
{
    enum hw_kind kind = event->kind;
    json_t *answer;

    (void)hub_submit(hub, event);
    answer = hw_outcome_applied(hub->engine, kind);
    snprintf(text, HW_REFERENCE_TEXT_SIZE, "%s",
        json_string_value(json_object_get(answer, "reference")));
    json_decref(answer);
    return text;
}

Test(dry_run, an_answer_names_what_it_is_about_by_its_own_letter)
{
    struct hub hub = hub_new();
    uint64_t referral, stay;
    struct hw_alert_view alert;
    struct hw_event event;
    char wanted[HW_REFERENCE_TEXT_SIZE], text[HW_REFERENCE_TEXT_SIZE];

    hub_service(&hub, "HART", hub_hart);
    stay = hub.sequence + 1;
    hub_admit(&hub, "S1", "V1", "P1");
    hub_about_spell(&hub, HW_KIND_SPELL_CRITERIA_TO_RESIDE, "S1", "V1", 0);
    referral = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");

    event = hub_said(&hub, HW_KIND_DECIDE_OFFER_MADE);
    (void)hw_reference_format('R', referral, wanted);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text(wanted));
    hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text("NOWHERE"));
    cr_expect(eq(str, (char *)answered(&hub, &event, text), wanted), "a refused offer has none");

    event = decision(&hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, referral);
    (void)hw_reference_format('O', hub_newest(&hub, referral).reference, wanted);
    cr_expect(eq(str, (char *)answered(&hub, &event, text), wanted));

    event = hub_said(&hub, HW_KIND_DECIDE_REASON_SETTLED);
    (void)hw_reference_format('S', stay, wanted);
    hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text(wanted));
    hw_event_set_text(&event, HW_FIELD_REASON, hw_slice_text("E"));
    cr_expect(eq(str, (char *)answered(&hub, &event, text), wanted));

    (void)hub_refer(&hub, "LCC/2", "S2", NULL, "step_up", "no_such_need");
    cr_assert(ne(u32, hw_alert_walk(hub.engine, 0, &alert), 0));
    event = hub_said(&hub, HW_KIND_DECIDE_ALERT_ACKNOWLEDGED);
    hw_event_set_number(&event, HW_FIELD_OFFER, (int64_t)alert.reference);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/2"));
    (void)hw_reference_format('A', alert.reference, wanted);
    cr_expect(eq(str, (char *)answered(&hub, &event, text), wanted), "though it names a referral");
    hub_free(&hub);
}

Test(dry_run, somebody_who_was_decided_on_already_is_no_news)
{
    struct hub hub = hub_new();
    uint64_t first;
    struct hw_event event;
    json_t *answer;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    first = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    event = decision(&hub, HW_KIND_DECIDE_PROPOSAL_APPROVED, first);
    event.message_id_hash = event.message_hash = (struct hw_hash){1, 2};
    (void)hub_submit(&hub, &event);
    answer = attempt(&hub, &event);
    cr_expect(eq(str, (char *)json_string_value(json_object_get(answer, "outcome")), "duplicate"));
    json_decref(answer);
    event.message_hash.low++;
    answer = attempt(&hub, &event);
    cr_expect(eq(str, (char *)json_string_value(json_object_get(answer, "outcome")), "rejected"));
    cr_expect(
        eq(str, (char *)json_string_value(json_array_get(json_object_get(answer, "remarks"), 0)),
            "id_reused"));
    json_decref(answer);
    end(&hub);
}

/* 300 wait for what one service has: all of them move. */
Test(dry_run, more_who_move_than_are_told)
{
    struct hub hub = hub_new();
    struct hw_event event;
    json_t *answer;
    char id[16];

    hub_service(&hub, "HART", hub_hart);
    hub_setting(&hub, "services/HART/capacity", "0");
    for (int i = 0; i < 300; i++) {
        snprintf(id, sizeof id, "%d", i);
        hub_admit(&hub, id, id, "P1");
        (void)hub_refer(&hub, id, id, id, "step_down", "personal_care");
    }
    event = hub_said(&hub, HW_KIND_SERVICE_CAPACITY);
    hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text("HART"));
    hw_event_set_number(&event, HW_FIELD_UNITS, 300);
    answer = attempt(&hub, &event);
    cr_expect(eq(ptr, json_object_get(answer, "more"), json_true()));
    cr_expect(eq(sz, json_array_size(json_object_get(answer, "follows")), 256));
    json_decref(answer);
    end(&hub);
}

Test(dry_run, a_clone_is_the_same_and_goes_its_own_way)
{
    struct hub hub = hub_new();

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    cr_assert(eq(int, hw_engine_clone(hub.engine, &clone), HW_OK));
    cr_expect(hw_hash_equal(hw_engine_state_digest(hub.engine), hw_engine_state_digest(clone)));
    hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    cr_expect(
        not(hw_hash_equal(hw_engine_state_digest(hub.engine), hw_engine_state_digest(clone))));
    end(&hub);
}
