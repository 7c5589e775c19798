#include "hub.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "runtime/memory.h"

const char *const hub_hart[] = {"kind", "reablement", "unit", "slots", "zones", "all", "councils",
    "509", "capabilities", "personal_care;therapy;medication", "capacity", "1", "provider", "LCC",
    NULL};
const char *const hub_crisis[] = {"kind", "crisis_response", "unit", "slots", "zones", "BLA:1",
    "directions", "step_up", "capabilities", "personal_care;carer_breakdown", "capacity", "2",
    NULL};
const char *const hub_ward[] = {"kind", "community_hospital", "unit", "beds", "zones", "all",
    "directions", "step_down", "capabilities", "personal_care;nursing;bed;therapy", "capacity", "1",
    NULL};

enum { JOURNAL_SIZE = 8 << 20 };

static struct hw_engine *engine_new(void)
{
    struct hw_engine_options options = {.memory = hw_memory_system(),
        .limits = hw_limits_default(),
        .hash_key = {1, 2},
        .dedupe_ms = 35 * HW_DAY_MS,
        .history_open_ms = 90 * HW_DAY_MS};
    struct hw_engine *engine = NULL;

    options.limits.message_ids = 1 << 16;
    cr_assert(eq(int, hw_engine_new(&options, &engine), HW_OK));
    return engine;
}

int64_t hub_at(const char *text)
{
    struct hw_time time;

    cr_assert(eq(int, hw_time_parse_iso(hw_slice_text(text), &time), HW_OK));
    return time.start_ms;
}

struct hub hub_new(void)
{
    return (struct hub){.engine = engine_new(),
        .journal = malloc(JOURNAL_SIZE),
        .now_ms = hub_at("2026-03-02T08:00:00Z")};
}

void hub_apply(struct hub *hub, const struct hw_event *event)
{
    size_t size = hw_record_encode(
        event, ++hub->sequence, hub->now_ms, hub->journal + hub->size, JOURNAL_SIZE - hub->size);

    cr_assert(ne(sz, size, 0));
    cr_assert(
        eq(int, hw_engine_apply(hub->engine, hw_slice_of(hub->journal + hub->size, size)), HW_OK));
    hub->size += size;
    cr_assert(hw_routing_holds(hub->engine));
    if (hub->on_record != NULL)
        hub->on_record(hub);
}

void hub_decide(struct hub *hub)
{
    const struct hw_event *decided;

    while ((decided = hw_engine_decided(hub->engine)) != NULL) {
        struct hw_event copy = *decided;

        cr_assert(lt(uint, ++hub->decisions, 1000), "decisions without end");
        hub_apply(hub, &copy);
    }
}

void hub_pass(struct hub *hub, int64_t ms)
{
    int64_t until = hub->now_ms + ms;

    while (hw_engine_due_ms(hub->engine) <= until && hub->sequence > 0) {
        struct hw_event tick;

        hw_event_init(&tick, HW_KIND_CLOCK_TICK);
        if (hub->now_ms < hw_engine_due_ms(hub->engine))
            hub->now_ms = hw_engine_due_ms(hub->engine);
        hub_apply(hub, &tick);
        hub_decide(hub);
    }
    hub->now_ms = until;
}

struct hw_command_result hub_submit(struct hub *hub, struct hw_event *event)
{
    struct hw_command_result result;

    hub_pass(hub, 1);
    hw_event_finish(event);
    hub_apply(hub, event);
    result = hw_engine_command_result(hub->engine);
    hub_decide(hub);
    return result;
}

struct hw_event hub_said(const struct hub *hub, enum hw_kind kind)
{
    struct hw_event event;

    hw_event_init(&event, kind);
    event.happened = event.recorded = event.sent = hw_time_at(hub->now_ms);
    event.organisation = hw_slice_text("RWE");
    event.source = hw_slice_text("RWE/HUB");
    return event;
}

void hub_setting(struct hub *hub, const char *key, const char *value)
{
    struct hw_event event = hub_said(hub, HW_KIND_CONFIGURATION);

    hw_event_set_text(&event, HW_FIELD_CONFIGURATION_KEY, hw_slice_text(key));
    hw_event_set_text(&event, HW_FIELD_CONFIGURATION_VALUE, hw_slice_text(value));
    (void)hub_submit(hub, &event);
}

void hub_service(struct hub *hub, const char *code, const char *const *pairs)
{
    hub_setting(hub, "silence/*", "44640"); /* What is told here is told when it matters (R16). */
    for (; *pairs != NULL; pairs += 2) {
        char key[128];

        snprintf(key, sizeof key, "services/%s/%s", code, pairs[0]);
        hub_setting(hub, key, pairs[1]);
    }
}

void hub_admit(struct hub *hub, const char *local, const char *visit, const char *pathway)
{
    struct hw_event event = hub_said(hub, HW_KIND_SPELL_ADMITTED);

    hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(local));
    event.visit.authority = hw_slice_text("RWE");
    event.visit.number = hw_slice_text(visit);
    hw_event_set_text(&event, HW_FIELD_SITE, hw_slice_text("RWEAA"));
    hw_event_set_text(&event, HW_FIELD_CLASS, hw_slice_text("I"));
    hw_event_set_text(&event, HW_FIELD_PATHWAY, hw_slice_text(pathway));
    hw_event_set_text(&event, HW_FIELD_COUNCIL, hw_slice_text("509"));
    (void)hub_submit(hub, &event);
}

void hub_about_spell(
    struct hub *hub, enum hw_kind kind, const char *local, const char *visit, int meets)
{
    struct hw_event event = hub_said(hub, kind);

    hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(local));
    event.visit.authority = hw_slice_text("RWE");
    event.visit.number = hw_slice_text(visit);
    if (meets >= 0)
        hw_event_set_bool(&event, HW_FIELD_MEETS, meets != 0);
    (void)hub_submit(hub, &event);
}

uint64_t hub_refer(struct hub *hub, const char *name, const char *local, const char *visit,
    const char *direction, const char *needs)
{
    struct hw_event event = hub_said(hub, HW_KIND_REFERRAL_RECEIVED);

    hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(local));
    if (visit != NULL) {
        event.visit.authority = hw_slice_text("RWE");
        event.visit.number = hw_slice_text(visit);
    }
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text(name));
    hw_event_set_text(&event, HW_FIELD_DIRECTION, hw_slice_text(direction));
    hw_event_set_text(&event, HW_FIELD_NEEDS, hw_slice_text(needs));
    hw_event_set_text(&event, HW_FIELD_COUNCIL, hw_slice_text("509"));
    hw_event_set_text(&event, HW_FIELD_ZONE, hw_slice_text("BLA"));
    return hub_submit(hub, &event).reference;
}

struct hw_command_result hub_tell(
    struct hub *hub, enum hw_kind kind, uint64_t offer, int64_t version, const char *answer)
{
    struct hw_event event = hub_said(hub, kind);

    hw_event_set_number(&event, HW_FIELD_OFFER, (int64_t)offer);
    hw_event_set_number(&event, HW_FIELD_VERSION, version);
    hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
    if (answer != NULL)
        hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text(answer));
    return hub_submit(hub, &event);
}

struct hw_command_result hub_placement(
    struct hub *hub, enum hw_kind kind, const char *referral, const char *code)
{
    struct hw_event event = hub_said(hub, kind);

    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text(referral));
    hw_event_set_text(&event, HW_FIELD_SERVICE, hw_slice_text(code));
    return hub_submit(hub, &event);
}

struct hw_match_view hub_newest(struct hub *hub, uint64_t referral)
{
    struct hw_match_view view = {.state = "none"};

    (void)hw_match_walk(hub->engine, referral, 0, &view);
    return view;
}

struct hw_alert_view hub_alert(struct hub *hub, uint64_t referral, const char *kind)
{
    struct hw_alert_view view;

    for (uint32_t at = 0; (at = hw_alert_walk_referral(hub->engine, referral, at, &view)) != 0;)
        if (strcmp(view.kind, kind) == 0)
            return view;
    return (struct hw_alert_view){.kind = "none", .cleared_ms = 0};
}

bool hub_stands(struct hub *hub, uint64_t referral, const char *kind)
{
    return hub_alert(hub, referral, kind).cleared_ms == HW_TIME_OPEN;
}

struct hw_referral_view hub_referral(struct hub *hub, uint64_t referral)
{
    struct hw_referral_view view;

    cr_assert(eq(int, hw_referral_view(hub->engine, referral, &view), HW_OK));
    return view;
}

struct hw_service_view hub_service_of(struct hub *hub, const char *code)
{
    struct hw_service_view view = {.available = -999};

    for (uint32_t i = 0; i < hw_services_count(hub->engine); i++) {
        hw_service_view(hub->engine, i, &view);
        if (hw_slice_is(view.code, code))
            return view;
    }
    cr_assert(false, "no service %s", code);
    return view;
}

int64_t hub_figure(struct hub *hub, enum hw_routing_figure figure)
{
    int64_t counts[HW_ROUTING_FIGURES];

    hw_routing_total(hub->engine, counts);
    return counts[figure];
}

void hub_free(struct hub *hub)
{
    struct hw_engine *again = engine_new();
    struct hw_hash before = hw_engine_state_digest(hub->engine), after;

    for (size_t used = 0; used < hub->size;) {
        struct hw_record_header header;
        struct hw_slice rest = hw_slice_of(hub->journal + used, hub->size - used);

        cr_assert(eq(int, hw_record_header(rest, &header), HW_OK));
        cr_assert(eq(int, hw_engine_apply(again, hw_slice_of(rest.data, header.size)), HW_OK));
        used += header.size;
    }
    after = hw_engine_state_digest(again);
    cr_expect(hw_hash_equal(before, after));
    cr_expect(eq(u64, hw_engine_decisions_differ(again), 0));
    hw_engine_free(again);
    hw_engine_free(hub->engine);
    free(hub->journal);
}
