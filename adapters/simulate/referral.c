#include "simulate/referral.h"

#include "homeward/time.h"
#include "simulate/hub_rates.h"

#include <stdio.h>
#include <string.h>

#define MINUTES(n) ((int64_t)(n)*HW_MINUTE_MS)
#define HOURS(n)   ((int64_t)(n)*HW_HOUR_MS)
#define DAYS(n)    ((int64_t)(n)*HW_DAY_MS)

/* A stream of its own for each referral: what the engine decides changes no other. */
static const uint64_t referral_stream = UINT64_C(7) << 40;

static int64_t minutes(struct hw_sim_referral *referral, int least, int most)
{
    return MINUTES(hw_sim_between(&referral->chance, least, most));
}

static void clear(struct hw_sim_referral *referral, uint64_t seed, uint32_t number,
    const struct hw_sim_person *person)
{
    memset(referral, 0, sizeof *referral);
    for (int i = 0; i < HW_SIM_MOMENTS; i++)
        referral->at_ms[i] = HW_TIME_OPEN;
    hw_sim_chance_seed(&referral->chance, seed, referral_stream + number);
    referral->number = number;
    referral->person = *person;
}

static void draw_what(struct hw_sim_referral *referral, enum hw_sim_want want)
{
    enum hw_service_kind kind;

    referral->want = (uint8_t)want;
    referral->needs = hw_sim_want_needs(want, &referral->chance);
    referral->package = hw_sim_want_package(want, &referral->chance);
    hw_sim_want_service(want, referral->person.district->council, referral->person.district->code,
        &referral->chance, referral->service, &kind);
    referral->kind = (uint8_t)kind;
}

static void draw_sequel(struct hw_sim_referral *referral)
{
    static const char *const names[] = {
#define SEQUEL_NAME(name, weight) name,
        HW_SIM_SEQUEL_LIST(SEQUEL_NAME)
#undef SEQUEL_NAME
    };
    static const uint16_t weights[] = {
#define SEQUEL_WEIGHT(name, weight) weight,
        HW_SIM_SEQUEL_LIST(SEQUEL_WEIGHT)
#undef SEQUEL_WEIGHT
    };

    referral->sequel =
        names[hw_sim_pick(&referral->chance, weights, sizeof weights / sizeof *weights)];
    if (referral->kind == HW_SERVICE_CRISIS_RESPONSE) {
        referral->further = hw_sim_happens(&referral->chance, HW_SIM_HUB_HANDED_ON);
        referral->sequel = referral->further ? "further_short_term" : "no_needs";
    }
}

/* All that follows a start. */
static void draw_service(struct hw_sim_referral *referral, int64_t start_ms)
{
    int64_t days = DAYS(hw_sim_days_of((enum hw_service_kind)referral->kind, &referral->chance));
    int64_t end = start_ms + days + minutes(referral, -180, 180);
    bool bed = hw_service_kind_is_bed(referral->kind);

    draw_sequel(referral);
    if (hw_sim_happens(&referral->chance, HW_SIM_HUB_MOVES_ON_LATE)) {
        referral->at_ms[HW_SIM_MOMENT_REVIEWED] = end;
        end += minutes(referral, 24 * 60, 9 * 24 * 60);
    }
    if (referral->package.calls > 1 && days > DAYS(3) && !bed &&
        hw_sim_happens(&referral->chance, HW_SIM_HUB_UNITS_LESS))
        referral->at_ms[HW_SIM_MOMENT_UNITS] = start_ms + days / 3;
    if (days > DAYS(2) && hw_sim_happens(&referral->chance, HW_SIM_HUB_BACK_IN_HOSPITAL)) {
        referral->at_ms[HW_SIM_MOMENT_BACK] = start_ms + days / 2;
        referral->at_ms[HW_SIM_MOMENT_HOME_AGAIN] =
            start_ms + days / 2 + minutes(referral, 1500, 5000);
        /* Half come back within two days and go on; for the others it is over. */
        if (hw_sim_below(&referral->chance, 2) == 0) {
            end = start_ms + days / 2 + minutes(referral, 1440, 2880);
            referral->sequel = "hospital";
        }
    } else if (hw_sim_happens(&referral->chance, HW_SIM_HUB_DIED)) {
        referral->at_ms[HW_SIM_MOMENT_DIED] = start_ms + days / 2;
        end = start_ms + days / 2 + minutes(referral, 60, 600);
        referral->sequel = "died";
    }
    referral->at_ms[HW_SIM_MOMENT_ENDED] = end;
    if (referral->visit != 0 && !bed && strcmp(referral->sequel, "died") != 0 &&
        referral->person.born_day + 65 * 365 < hw_london_day(start_ms))
        referral->at_ms[HW_SIM_MOMENT_DAY_91] = referral->leaves_ms + DAYS(91);
}

static void draw_start(struct hw_sim_referral *referral, int64_t start_ms)
{
    referral->at_ms[HW_SIM_MOMENT_PHONED] = start_ms;
    draw_service(referral, start_ms);
}

void hw_sim_referral_leaving(struct hw_sim_referral *referral, uint64_t seed, uint32_t number,
    const struct hw_sim_stay *stay, const struct hw_sim_person *person)
{
    const struct hw_sim_plan *plan = &stay->plan;

    clear(referral, seed, number, person);
    referral->visit = stay->serial;
    referral->pathway = plan->pathway;
    referral->fast_track = hw_sim_happens(&referral->chance, HW_SIM_HUB_FAST_TRACK);
    draw_what(referral, hw_sim_want_of_pathway(&referral->chance, referral->pathway));
    if (referral->fast_track)
        referral->needs |= UINT32_C(1) << HW_NEED_END_OF_LIFE;
    /* Within hours of readiness, and never after they have left. */
    referral->received_ms = plan->ready[0].said_ms + minutes(referral, 10, 180);
    if (referral->received_ms >= plan->ended_ms)
        referral->received_ms = plan->ended_ms - MINUTES(5);
    referral->leaves_ms = plan->ended_ms;
    referral->at_ms[HW_SIM_MOMENT_RECEIVED] = referral->received_ms;
    if (plan->end == HW_SIM_END_DISCHARGED)
        draw_start(referral, plan->ended_ms + minutes(referral, 45, 300));
    else
        referral->at_ms[HW_SIM_MOMENT_WITHDRAWN] = plan->ended_ms + minutes(referral, 30, 900);
}

void hw_sim_referral_from_home(struct hw_sim_referral *referral, uint64_t seed, uint32_t number,
    enum hw_sim_want want, const struct hw_sim_person *person, int64_t received_ms)
{
    enum hw_urgency urgency = hw_sim_want_urgency(want);
    int64_t first;

    clear(referral, seed, number, person);
    draw_what(referral, want);
    referral->received_ms = referral->leaves_ms = received_ms;
    referral->at_ms[HW_SIM_MOMENT_RECEIVED] = received_ms;
    if (urgency == HW_URGENCY_2H)
        first = received_ms +
            (hw_sim_happens(&referral->chance, HW_SIM_HUB_SEEN_IN_TIME)
                    ? minutes(referral, 20, 115)
                    : minutes(referral, 121, 300));
    else if (urgency == HW_URGENCY_2D)
        first = received_ms + minutes(referral, 180, 52 * 60);
    else
        first = received_ms + minutes(referral, 12 * 60, 80 * 60);
    referral->at_ms[HW_SIM_MOMENT_CONTACT] = first;
    draw_start(referral, first + minutes(referral, 10, 60));
}

/* What has not begun is drawn anew when it begins. */
static void forget_service(struct hw_sim_referral *referral)
{
    for (int i = HW_SIM_MOMENT_PHONED; i < HW_SIM_MOMENTS; i++)
        referral->at_ms[i] = HW_TIME_OPEN;
}

void hw_sim_referral_ask(struct hw_sim_referral *referral, int64_t live_ms)
{
    int64_t planned = referral->at_ms[HW_SIM_MOMENT_PHONED];

    if (planned == HW_TIME_OPEN || planned <= live_ms)
        return;
    forget_service(referral);
    if (hw_sim_happens(&referral->chance, HW_SIM_HUB_BY_PHONE))
        referral->at_ms[HW_SIM_MOMENT_PHONED] = planned + minutes(referral, 120, 600);
    else
        referral->at_ms[HW_SIM_MOMENT_WITHDRAWN] = planned + DAYS(14);
}

void hw_sim_referral_accept(struct hw_sim_referral *referral, const char *service,
    enum hw_service_kind kind, int64_t now_ms)
{
    int64_t ready = referral->leaves_ms > now_ms ? referral->leaves_ms : now_ms;

    if (referral->started)
        return;
    forget_service(referral);
    (void)snprintf(referral->service, sizeof referral->service, "%s", service);
    referral->kind = (uint8_t)kind;
    referral->accepted = true;
    referral->at_ms[HW_SIM_MOMENT_STARTED] = ready + minutes(referral, 30, 300);
}

int64_t hw_sim_referral_due(const struct hw_sim_referral *referral)
{
    int64_t due = HW_TIME_OPEN;

    for (int i = 0; i < HW_SIM_MOMENTS; i++)
        if (referral->at_ms[i] < due)
            due = referral->at_ms[i];
    return due;
}

bool hw_sim_referral_step(struct hw_sim_referral *referral, enum hw_sim_moment *ret_moment)
{
    int64_t due = hw_sim_referral_due(referral);
    int moment = 0;

    while (referral->at_ms[moment] != due)
        moment++;
    referral->at_ms[moment] = HW_TIME_OPEN;
    *ret_moment = (enum hw_sim_moment)moment;
    if (moment == HW_SIM_MOMENT_PHONED || moment == HW_SIM_MOMENT_STARTED) {
        /* In history what follows was drawn with the start. */
        if (referral->at_ms[HW_SIM_MOMENT_ENDED] == HW_TIME_OPEN)
            draw_service(referral, due);
        referral->started = true;
    }
    return moment != HW_SIM_MOMENT_PHONED || *referral->service != '\0';
}

bool hw_sim_referral_open_at(const struct hw_sim_referral *referral, int64_t at_ms)
{
    return referral->at_ms[HW_SIM_MOMENT_RECEIVED] >= at_ms ||
        (referral->at_ms[HW_SIM_MOMENT_ENDED] != HW_TIME_OPEN &&
            referral->at_ms[HW_SIM_MOMENT_ENDED] >= at_ms) ||
        (referral->at_ms[HW_SIM_MOMENT_WITHDRAWN] != HW_TIME_OPEN &&
            referral->at_ms[HW_SIM_MOMENT_WITHDRAWN] >= at_ms);
}

unsigned hw_sim_package_hours(struct hw_sim_package package)
{
    unsigned minutes = (unsigned)package.calls * package.minutes * package.carers * 7;

    return (minutes + 59) / 60;
}
