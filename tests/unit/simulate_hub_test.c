/*
 * Goal: the synthetic hub and its services say what a server takes, in the documents' proportions,
 *       and the hospitals say the same with them and without.
 * Method: a county read by the codec, counted, and run twice; answers to many offers, counted.
 */
#include "codec/cloudevents/cloudevents.h"
#include "config/config.h"
#include "homeward/time.h"
#include "simulate/hub_rates.h"
#include "simulate/offer.h"
#include "simulate/simulate.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <xxhash.h>

/* What a run gives, told apart by what is an event. */
struct told {
    XXH64_hash_t messages, events;
    uint64_t messages_count, events_count;
};

static struct told run(uint64_t seed, bool hub)
{
    struct hw_simulation_options options;
    struct hw_simulation_message message;
    struct told told = {0};
    int64_t last = INT64_MIN;

    hw_simulation_options_init(&options);
    options.seed = seed;
    options.people = 60000;
    options.end_ms = options.start_ms + 5 * HW_DAY_MS;
    options.hub = hub;
    struct hw_simulation *simulation = hw_simulation_new(&options);
    cr_assert(simulation != NULL);
    while (hw_simulation_next(simulation, &message)) {
        XXH64_hash_t *hash = message.is_event ? &told.events : &told.messages;

        cr_assert(message.at_ms >= last, "time goes back");
        last = message.at_ms;
        *hash = XXH64(message.bytes.data, message.bytes.size, *hash);
        *(message.is_event ? &told.events_count : &told.messages_count) += 1;
    }
    cr_assert(hw_simulation_failed(simulation) == false);
    hw_simulation_free(simulation);
    return told;
}

Test(simulate_hub, hospitals_say_the_same_with_a_hub_and_without)
{
    struct told with = run(7, true), without = run(7, false);

    cr_expect(eq(u64, with.messages_count, without.messages_count));
    cr_expect(eq(u64, with.messages, without.messages));
    cr_expect(eq(u64, without.events_count, 0));
    cr_expect(with.events_count > 100);
}

Test(simulate_hub, same_seed_same_events_another_others)
{
    struct told once = run(7, true), again = run(7, true), other = run(8, true);

    cr_expect(eq(u64, once.events, again.events));
    cr_expect(ne(u64, once.events, other.events));
}

static void say(void *context, const char *line)
{
    (void)context;
    cr_log_error("%s", line);
}

static struct hw_config leicestershire(void)
{
    struct hw_config config;
    struct hw_report report = {.say = say};
    struct hw_config_sources sources = {.file = EXAMPLES "/leicestershire.yaml"};

    cr_assert(hw_config_load(&sources, &report, &config) == HW_OK);
    return config;
}

static bool has_service(const struct hw_config *config, const char *code)
{
    for (uint32_t i = 0; i < config->keys->services_count; i++)
        if (strcmp(config->keys->services[i].code, code) == 0)
            return true;
    return false;
}

struct counts {
    unsigned received, urgent_508, started, ended, no_needs, contacts, beds, by_kind;
};

static void count(struct counts *counts, const json_t *event, const struct hw_config *config)
{
    const char *type = json_string_value(json_object_get(event, "type"));
    const json_t *data = json_object_get(event, "data");
    const char *service = json_string_value(json_object_get(data, "service"));
    const char *outcome = json_string_value(json_object_get(data, "outcome"));
    const char *urgency = json_string_value(json_object_get(data, "urgency"));

    if (service != NULL)
        cr_expect(has_service(config, service), "%s is not in the example", service);
    counts->received += strcmp(type, "homeward.referral.received") == 0;
    counts->started += strcmp(type, "homeward.placement.started") == 0;
    counts->ended += strcmp(type, "homeward.placement.ended") == 0;
    counts->contacts += strcmp(type, "homeward.contact.first") == 0;
    counts->no_needs += outcome != NULL && strcmp(outcome, "no_needs") == 0;
    counts->urgent_508 += urgency != NULL && strcmp(urgency, "2h") == 0 &&
        strcmp(json_string_value(json_object_get(data, "council")), "508") == 0;
}

/* Every event of a month, as a server would read it. */
Test(simulate_hub, a_server_takes_every_event_and_they_are_as_many_as_documents_say)
{
    static struct hw_ce_reading reading;
    static uint8_t scratch[HW_CE_SCRATCH_SIZE];
    struct hw_config config = leicestershire();
    struct hw_ce_options codec = {0};
    struct hw_simulation_options options;
    struct hw_simulation_message message;
    struct counts counts = {0};

    hw_simulation_options_init(&options);
    options.hub = true;
    struct hw_simulation *simulation = hw_simulation_new(&options);
    cr_assert(simulation != NULL);
    while (hw_simulation_next(simulation, &message)) {
        if (!message.is_event)
            continue;
        json_t *event = json_loadb((const char *)message.bytes.data, message.bytes.size, 0, NULL);
        cr_assert(event != NULL, "%.*s", (int)message.bytes.size, message.bytes.data);
        hw_ce_read(&codec, event, scratch, &reading);
        cr_assert(reading.taken, "%s %s: %.*s", reading.pointer, reading.words,
            (int)message.bytes.size, message.bytes.data);
        count(&counts, event, &config);
        json_decref(event);
    }
    hw_simulation_free(simulation);
    hw_config_free(&config);
    /* 1,318 crisis referrals and 180 of mental health a year: 123 in 30 days, give or take. */
    cr_expect(counts.urgent_508 > 95 && counts.urgent_508 < 155, "%u", counts.urgent_508);
    /* Two in five need nothing further; crisis response makes it more (SALT). */
    cr_expect(counts.no_needs * 100 > counts.ended * 38, "%u of %u", counts.no_needs, counts.ended);
    cr_expect(counts.no_needs * 100 < counts.ended * 60);
    cr_expect(counts.started > counts.received * 8 / 10, "nobody to ask: nearly all were rung up");
    cr_expect(counts.contacts > 500);
}

static const struct {
    enum hw_service_kind kind;
    unsigned accepted, changed, declined;
} wanted[] = {
#define ROW(kind, accepted, changed, declined, least, most)                                        \
    {HW_SERVICE_##kind, accepted, changed, declined},
    HW_SIM_ANSWER_LIST(ROW)
#undef ROW
};

enum { OFFERS = 4000 };

static bool is_about(unsigned count, unsigned percent)
{
    unsigned at = OFFERS * percent / 100, give = 3 * OFFERS / 100;

    return count + give >= at && count <= at + give;
}

Test(simulate_hub, services_answer_by_kind_and_the_same_offer_the_same)
{
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        unsigned accepted = 0, changed = 0, declined = 0;

        for (unsigned offer = 0; offer < OFFERS; offer++) {
            char reference[16];

            (void)snprintf(reference, sizeof reference, "O%u", offer);
            struct hw_sim_offer_plan plan = hw_sim_offer_plan_of(3, reference, 2, wanted[i].kind);
            struct hw_sim_offer_plan again = hw_sim_offer_plan_of(3, reference, 2, wanted[i].kind);
            cr_assert(plan.answer == again.answer && plan.minutes == again.minutes);
            bool declines = plan.answer != NULL && strcmp(plan.answer, "declined") == 0;
            cr_assert(declines == (plan.reason != NULL));
            accepted += plan.answer != NULL && strcmp(plan.answer, "accepted") == 0;
            changed += plan.answer != NULL && strcmp(plan.answer, "accepted_with_changes") == 0;
            declined += plan.answer != NULL && strcmp(plan.answer, "declined") == 0;
        }
        cr_expect(is_about(accepted, wanted[i].accepted), "kind %u", wanted[i].kind);
        cr_expect(is_about(changed, wanted[i].changed), "kind %u", wanted[i].kind);
        cr_expect(is_about(declined, wanted[i].declined), "kind %u", wanted[i].kind);
    }
}
