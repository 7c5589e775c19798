#include "simulate/cloudevent.h"

#include "homeward/time.h"
#include "simulate/hub_rates.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Who says it: the hub's system, the services', the hospital's. */
static const char hub_source[] = "LLR/HUB", service_source[] = "LLR/SERVICES",
                  hospital_source[] = "RWE/EPR";

struct text {
    char *out;
    size_t size;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int size = vsnprintf(text->out + text->size, HW_SIM_EVENT_SIZE - text->size, format, arguments);
    va_end(arguments);
    if (size > 0 && (size_t)size < HW_SIM_EVENT_SIZE - text->size)
        text->size += (size_t)size;
}

static void put_head(struct text *text, const char *type, const char *source, uint64_t serial,
    const char *letter, int64_t real_ms)
{
    char time[HW_TIME_TEXT_SIZE];

    put(text,
        "{\"specversion\":\"1.0\",\"id\":\"%s%" PRIu64
        "\",\"source\":\"%s\",\"type\":\"homeward.%s\",\"time\":\"%s\",\"data\":{",
        letter, serial, source, type, hw_time_format(real_ms, time));
}

static void put_person(struct text *text, const struct hw_sim_person *person)
{
    put(text, "\"person\":{");
    if (*person->nhs != '\0')
        put(text, "\"nhs\":\"%s\",", person->nhs);
    put(text,
        "\"local\":[{\"authority\":\"RWE\",\"id\":\"%s\"}],\"born\":\"%.4s-%.2s-%.2s\","
        "\"sex\":\"%s\",\"postcode\":\"%s\",\"name\":\"%s %s\"}",
        person->local, person->born, person->born + 4, person->born + 6,
        person->sex == 'F' ? "female" : "male", person->postcode, person->given, person->family);
}

static void put_referral(struct text *text, const struct hw_sim_referral *referral)
{
    put(text, "\"referral\":\"LLR/R%07u\"", (unsigned)referral->number);
}

static void put_needs(struct text *text, uint32_t needs)
{
    const char *comma = "";

    put(text, ",\"needs\":[");
    for (unsigned i = 0; i < HW_NEED_COUNT; i++) {
        if ((needs >> i & 1u) == 0)
            continue;
        put(text, "%s\"%s\"", comma, hw_need_name(i));
        comma = ",";
    }
    put(text, "]");
}

static void put_received(struct text *text, const struct hw_sim_referral *referral)
{
    static const char *const urgencies[] = {
        [HW_URGENCY_ROUTINE] = "routine", [HW_URGENCY_2D] = "2d", [HW_URGENCY_2H] = "2h"};
    const struct hw_sim_package *package = &referral->package;

    put(text, ",");
    put_person(text, &referral->person);
    if (referral->visit != 0)
        put(text, ",\"direction\":\"step_down\",\"spell\":\"RWE/V%09u\",\"pathway\":\"P%u\"",
            (unsigned)referral->visit, (unsigned)referral->pathway);
    else
        put(text, ",\"direction\":\"step_up\"");
    put(text, ",\"council\":\"%s\",\"urgency\":\"%s\"", referral->person.district->council,
        urgencies[hw_sim_want_urgency((enum hw_sim_want)referral->want)]);
    put_needs(text, referral->needs);
    if (package->calls > 0)
        put(text, ",\"package\":{\"calls\":%u,\"minutes\":%u,\"carers\":%u}",
            (unsigned)package->calls, (unsigned)package->minutes, (unsigned)package->carers);
    if (referral->fast_track)
        put(text, ",\"fast_track\":true");
}

static void put_placement(struct text *text, const struct hw_sim_referral *referral)
{
    put_referral(text, referral);
    put(text, ",\"service\":\"%s\"", referral->service);
}

static void put_back(struct text *text, const struct hw_sim_referral *referral)
{
    put_person(text, &referral->person);
    put(text,
        ",\"spell\":\"RWE/H%09u\",\"site\":\"RWEAA\",\"ward\":\"AMU1\",\"method\":\"21\","
        "\"class\":\"I\"",
        (unsigned)referral->number);
}

/* Where they are on day 91, and whether they could be reached (ASCOF 2B(1)). */
static void put_day_91(
    struct text *text, const struct hw_sim_referral *referral, const char *moment)
{
    struct hw_sim_chance chance = referral->chance;
    bool home = hw_sim_happens(&chance, HW_SIM_HUB_AT_HOME_91);
    bool reached = home || !hw_sim_happens(&chance, HW_SIM_HUB_NOT_REACHED_91);

    if (strcmp(referral->sequel, "hospital") == 0)
        home = false;
    put_person(text, &referral->person);
    put(text, ",\"at\":\"%s\",\"at_home\":%s,\"place\":\"%s\",\"contacted\":%s", moment,
        home ? "true" : "false", home ? "home" : "care_home", reached ? "true" : "false");
}

static void put_data(struct text *text, const struct hw_sim_referral *referral,
    enum hw_sim_moment moment, const char *time)
{
    switch (moment) {
    case HW_SIM_MOMENT_RECEIVED:
        put_referral(text, referral);
        put_received(text, referral);
        break;
    case HW_SIM_MOMENT_CONTACT:
        put_referral(text, referral);
        put(text, ",\"at\":\"%s\"", time);
        break;
    case HW_SIM_MOMENT_PHONED:
    case HW_SIM_MOMENT_STARTED:
        put_placement(text, referral);
        break;
    case HW_SIM_MOMENT_UNITS:
        put_placement(text, referral);
        put(text, ",\"units\":%u", (hw_sim_package_hours(referral->package) + 1) / 2);
        break;
    case HW_SIM_MOMENT_REVIEWED:
        put_placement(text, referral);
        put(text, ",\"ready_to_leave\":true,\"onward\":\"long_term_support\"");
        break;
    case HW_SIM_MOMENT_ENDED:
        put_placement(text, referral);
        put(text, ",\"outcome\":\"%s\"", referral->sequel);
        break;
    case HW_SIM_MOMENT_WITHDRAWN:
        put_referral(text, referral);
        put(text, ",\"reason\":\"not_needed\"");
        break;
    case HW_SIM_MOMENT_BACK:
        put_back(text, referral);
        break;
    case HW_SIM_MOMENT_HOME_AGAIN:
        put(text, "\"spell\":\"RWE/H%09u\",\"destination\":\"19\",\"method\":\"1\"",
            (unsigned)referral->number);
        break;
    case HW_SIM_MOMENT_DIED:
        put_person(text, &referral->person);
        put(text, ",\"died_at\":\"%s\"", time);
        break;
    case HW_SIM_MOMENT_DAY_91:
        put_day_91(text, referral, time);
        break;
    case HW_SIM_MOMENTS:
        break;
    }
}

static const char *source_of(enum hw_sim_moment moment)
{
    if (moment == HW_SIM_MOMENT_BACK || moment == HW_SIM_MOMENT_HOME_AGAIN)
        return hospital_source;
    return moment >= HW_SIM_MOMENT_PHONED && moment <= HW_SIM_MOMENT_ENDED &&
            moment != HW_SIM_MOMENT_DIED
        ? service_source
        : hub_source;
}

size_t hw_sim_event_write(const struct hw_sim_referral *referral, enum hw_sim_moment moment,
    int64_t at_ms, const struct hw_sim_stamp *stamp, uint64_t serial, char out[HW_SIM_EVENT_SIZE])
{
    static const char *const types[] = {
#define MOMENT_TYPE(name, type) type,
        HW_SIM_MOMENT_LIST(MOMENT_TYPE)
#undef MOMENT_TYPE
    };
    struct text text = {.out = out};
    char time[HW_TIME_TEXT_SIZE];
    int64_t real_ms = hw_sim_stamp_real(stamp, at_ms);

    put_head(&text, types[moment], source_of(moment), serial, "E", real_ms);
    put_data(&text, referral, moment, hw_time_format(real_ms, time));
    put(&text, "}}");
    return text.size;
}

size_t hw_sim_event_answer(const char *offer, unsigned version, const struct hw_sim_answer *answer,
    int64_t at_ms, uint64_t serial, char out[HW_SIM_EVENT_SIZE])
{
    struct text text = {.out = out};
    char time[HW_TIME_TEXT_SIZE];

    put_head(&text, "offer.answered", service_source, serial, "A", at_ms);
    put(&text, "\"offer\":\"%s\",\"version\":%u,\"answer\":\"%s\",\"by\":\"duty manager\"", offer,
        version, answer->answer);
    if (answer->reason != NULL)
        put(&text, ",\"reason\":\"%s\"", answer->reason);
    if (answer->starts_at_ms != HW_TIME_OPEN)
        put(&text, ",\"starts_at\":\"%s\"", hw_time_format(answer->starts_at_ms, time));
    put(&text, "}}");
    return text.size;
}
