/*
 * Goal: what would come of a decision is told in the words of what then comes of it, and telling it
 *       changes nothing.
 * Method: a small hub; each decision is tried first, the state compared, then taken.
 */
#include "cli/dry_run.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "support/hub.h"

static json_t *attempt(struct hub *hub, struct hw_event *event)
{
    struct hw_hash before = hw_engine_state_digest(hub->engine);
    json_t *answer;

    hw_event_finish(event);
    answer = hw_dry_run(hub->engine, event, hub->now_ms);
    cr_expect(hw_hash_equal(hw_engine_state_digest(hub->engine), before));
    cr_expect(eq(ptr, json_object_get(answer, "dry_run"), json_true()));
    return answer;
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

    (void)hub_submit(&hub, &event);
    cr_expect(eq(str, (char *)hub_newest(&hub, second).state, "proposed"));
    hub_free(&hub);
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
    cr_expect(eq(sz, json_array_size(json_object_get(answer, "follows")), 0));
    json_decref(answer);
    hub_free(&hub);
}

Test(dry_run, too_much_state_is_refused_in_words)
{
    struct hub hub = hub_new();
    struct hw_event event;
    json_t *answer;
    char id[16];

    for (int i = 0; hw_engine_image_size(hub.engine) <= HW_DRY_RUN_SIZE_MAX; i++) {
        snprintf(id, sizeof id, "N%d", i);
        hub_admit(&hub, id, id, "P1");
    }
    event = hub_said(&hub, HW_KIND_DECIDE_ROUTING_MODE);
    answer = attempt(&hub, &event);
    cr_expect(eq(str, (char *)json_string_value(json_object_get(answer, "outcome")), "rejected"));
    json_decref(answer);
    hub_free(&hub);
}

Test(dry_run, a_clone_is_the_same_and_goes_its_own_way)
{
    struct hub hub = hub_new();
    struct hw_engine *clone;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    cr_assert(eq(int, hw_engine_clone(hub.engine, &clone), HW_OK));
    cr_expect(hw_hash_equal(hw_engine_state_digest(hub.engine), hw_engine_state_digest(clone)));
    hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    cr_expect(
        not(hw_hash_equal(hw_engine_state_digest(hub.engine), hw_engine_state_digest(clone))));
    hw_engine_free(clone);
    hub_free(&hub);
}
