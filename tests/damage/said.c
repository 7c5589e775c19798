#include "said.h"
#include "homeward/routing.h"
#include "support/logged.h"

#include <stdio.h>

/* A row is a message: what it says and of whom; any other number is an admission. */
static const struct {
    uint64_t number;
    enum hw_kind kind;
    const char *referral, *person, *service, *answer, *detail;
} said[] = {
    {1, HW_KIND_SERVICE_DECLARED, NULL, NULL, "HART", NULL,
        "kind=reablement\nunit=slots\ncapacity=1\nzones=all\ncapabilities=personal_care"},
    {2, HW_KIND_REFERRAL_RECEIVED, "R1", "P1", NULL, NULL, NULL},
    {3, HW_KIND_DECIDE_PROPOSAL_APPROVED, NULL, NULL, NULL, NULL, NULL},
    {4, HW_KIND_OFFER_ANSWERED, NULL, NULL, NULL, "accepted", NULL},
    {6, HW_KIND_PLACEMENT_STARTED, "R1", NULL, "HART", NULL, NULL},
    {7, HW_KIND_REFERRAL_RECEIVED, "R2", "P2", NULL, NULL, NULL},
    {8, HW_KIND_SERVICE_CAPACITY, NULL, NULL, "HART", NULL, NULL},
    {9, HW_KIND_DECIDE_PROPOSAL_APPROVED, NULL, NULL, NULL, NULL, NULL},
    {10, HW_KIND_OFFER_ANSWERED, NULL, NULL, NULL, "declined", NULL},
    {11, HW_KIND_DECIDE_REFERRAL_HELD, "R2", NULL, NULL, NULL, NULL},
    {13, HW_KIND_REFERRAL_RECEIVED, "R3", "P3", NULL, NULL, NULL},
    {14, HW_KIND_DECIDE_PROPOSAL_APPROVED, NULL, NULL, NULL, NULL, NULL},
    {16, HW_KIND_PLACEMENT_REVIEWED, "R1", NULL, "HART", NULL, "ready_to_leave"},
    {17, HW_KIND_DECIDE_ROUTING_MODE, NULL, NULL, NULL, "paused", "all"},
};

static void put(struct hw_event *event, enum hw_field field, const char *text)
{
    if (text != NULL)
        hw_event_set_text(event, field, hw_slice_text(text));
}

/* The newest proposal or offer, so that it can be answered. */
static void name_match(struct hw_event *event, const struct hw_engine *engine)
{
    struct hw_match_view match, newest = {.reference = 0};
    uint32_t handle = 0;

    while ((handle = hw_match_walk(engine, 0, handle, &match)) != 0)
        if (match.live && match.reference > newest.reference)
            newest = match;
    hw_event_set_number(event, HW_FIELD_OFFER, (int64_t)newest.reference);
    hw_event_set_number(event, HW_FIELD_VERSION, newest.version);
}

static void add_person(struct hw_event *event, const char *person)
{
    hw_event_add_identifier(
        event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(person));
    put(event, HW_FIELD_DIRECTION, "step_up");
    put(event, HW_FIELD_NEEDS, "personal_care");
    put(event, HW_FIELD_ZONE, "BLA");
}

struct hw_submitted said_submit(struct hw_runtime *runtime, uint64_t number, int64_t now_ms)
{
    struct hw_event event;
    size_t row = 0;

    while (row < sizeof said / sizeof *said && said[row].number != number)
        row++;
    if (row == sizeof said / sizeof *said)
        return logged_submit(runtime, number, now_ms);
    hw_event_init(&event, said[row].kind);
    event.happened = event.recorded = event.sent = hw_time_at(now_ms);
    event.source = hw_slice_text("LCC/HUB");
    event.organisation = hw_slice_text("LCC");
    event.message_id_hash = event.message_hash = hw_hash_bytes(hw_slice_of(&number, sizeof number));
    put(&event, HW_FIELD_REFERRAL, said[row].referral);
    put(&event, HW_FIELD_SERVICE, said[row].service);
    put(&event, HW_FIELD_ANSWER, said[row].answer);
    put(&event, HW_FIELD_DETAIL, said[row].detail);
    if (said[row].person != NULL)
        add_person(&event, said[row].person);
    if (said[row].kind == HW_KIND_SERVICE_CAPACITY)
        hw_event_set_number(&event, HW_FIELD_UNITS, 2);
    if (said[row].kind == HW_KIND_DECIDE_PROPOSAL_APPROVED ||
        said[row].kind == HW_KIND_OFFER_ANSWERED)
        name_match(&event, hw_runtime_engine(runtime));
    if (said[row].kind >= HW_KIND_DECIDE_ROUTING_MODE)
        put(&event, HW_FIELD_BY, "nurse");
    hw_event_finish(&event);
    return hw_runtime_submit(runtime, &event, 1);
}
