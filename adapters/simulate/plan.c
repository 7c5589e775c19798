#include "simulate/plan.h"

#include "homeward/time.h"
#include "simulate/rates.h"

#include <string.h>

#define MINUTES(n) ((int64_t)(n)*HW_MINUTE_MS)
#define HOURS(n)   ((int64_t)(n)*HW_HOUR_MS)

static int64_t moment(int32_t day, int minute)
{
    return hw_london_midnight(day) + MINUTES(minute);
}

static unsigned weekday(int32_t day)
{
    return (unsigned)(day + 3) % 7; /* 1970-01-01 was a Thursday; 0 is Monday. */
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

uint32_t hw_sim_arrivals(enum hw_sim_arrival arrival, unsigned weekday_index)
{
    static const uint16_t count[HW_SIM_ARRIVALS][7] = {
        [HW_SIM_ARRIVAL_EMERGENCY] = {240, 232, 228, 228, 228, 214, 212},
        [HW_SIM_ARRIVAL_ELECTIVE] = {72, 72, 72, 72, 72, 0, 0},
        [HW_SIM_ARRIVAL_ATTENDANCE] = {140, 125, 120, 120, 120, 125, 130},
        [HW_SIM_ARRIVAL_CHILD] = {50, 46, 45, 45, 45, 40, 40},
        [HW_SIM_ARRIVAL_MOTHER] = {38, 38, 38, 38, 38, 30, 30},
    };

    return count[arrival][weekday_index % 7];
}

/* A minute of the day, by hours of different weight. */
static int minute_of(struct hw_sim_chance *chance, const uint16_t hours[24])
{
    return (int)hw_sim_pick(chance, hours, 24) * 60 + (int)hw_sim_below(chance, 60);
}

static const uint16_t admission_hours[24] = {
    28, 24, 22, 18, 16, 14, 14, 16, 22, 30, 40, 48, 54, 58, 60, 62, 64, 66, 64, 58, 52, 46, 40, 34};

/* Three in five leave by 17:00, as published. */
static const uint16_t discharge_hours[24] = {
    0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 6, 8, 9, 10, 11, 11, 10, 10, 10, 9, 7, 5, 3, 2};

/* Days from admission to being ready to leave: a long right tail. */
struct band {
    uint8_t low, high;
    uint16_t weight;
};

static const struct band adult_days[] = {{0, 0, 138}, {1, 1, 200}, {2, 2, 140}, {3, 3, 105},
    {4, 4, 82}, {5, 5, 64}, {6, 6, 52}, {7, 9, 85}, {10, 13, 55}, {14, 20, 48}, {21, 34, 24},
    {35, 60, 6}, {61, 90, 1}};
static const struct band child_days[] = {{0, 0, 40}, {1, 1, 40}, {2, 2, 12}, {3, 6, 8}};
static const struct band mother_days[] = {{1, 1, 50}, {2, 2, 30}, {3, 4, 20}};

/* Days from ready to leaving, of those delayed at all (124 trust-months from April 2024). */
static const struct band delay_days[] = {
    {1, 1, 287}, {2, 3, 231}, {4, 6, 177}, {7, 13, 174}, {14, 20, 62}, {21, 27, 70}};

/* Of two draws the lower: long bands are fuller at their near end. */
static int days_of(struct hw_sim_chance *chance, const struct band *bands, uint32_t count)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < count; i++)
        sum += bands[i].weight;
    uint32_t at = hw_sim_below(chance, sum);
    uint32_t i = 0;
    while (at >= bands[i].weight)
        at -= bands[i++].weight;
    int one = hw_sim_between(chance, bands[i].low, bands[i].high);
    int other = hw_sim_between(chance, bands[i].low, bands[i].high);
    return one < other ? one : other;
}

#define DAYS_OF(chance, bands) days_of(chance, bands, sizeof(bands) / sizeof *(bands))

/* Fewer leave at the weekend: those it does not suit stay until the next day that suits. */
static int32_t leaving_day(struct hw_sim_chance *chance, int32_t day)
{
    for (int tries = 0; tries < 6; tries++, day++) {
        if (hw_sim_happens(chance, hw_sim_leaves_on(weekday(day))))
            break;
    }
    return day;
}

static void draw_booking(struct hw_sim_plan *plan, struct hw_sim_chance *chance, int32_t day)
{
    int32_t admission = day + hw_sim_between(chance, 1, 14);

    while (weekday(admission) > 4)
        admission++;
    plan->booked_ms = moment(day, hw_sim_between(chance, 9 * 60, 16 * 60));
    plan->admitted_ms = moment(admission, hw_sim_between(chance, 6 * 60 + 30, 10 * 60));
    plan->first_kind = hw_sim_below(chance, 100) < 65 ? HW_SIM_SURGICAL : HW_SIM_ORTHOPAEDIC;
    if (hw_sim_below(chance, 100) < 4) {
        plan->withdrawn_ms = plan->booked_ms +
            MINUTES(hw_sim_between(
                chance, 30, (int)((plan->admitted_ms - plan->booked_ms) / HW_MINUTE_MS) - 30));
        plan->end = HW_SIM_END_WITHDRAWN;
        plan->ended_ms = plan->withdrawn_ms;
    }
}

/* Nine in twenty come through the emergency department; the others straight to a ward. */
static void draw_emergency(
    struct hw_sim_plan *plan, struct hw_sim_chance *chance, int32_t day, bool same_day)
{
    int minute =
        same_day ? hw_sim_between(chance, 6 * 60, 13 * 60) : minute_of(chance, admission_hours);

    plan->emergency = true;
    plan->admitted_ms =
        moment(day + 1, minute); /* A day ahead: the wait before it may begin today. */
    plan->first_kind = hw_sim_below(chance, 100) < 6 ? HW_SIM_CRITICAL : HW_SIM_ASSESSMENT;
    if (hw_sim_below(chance, 100) < 60) {
        plan->registered_ms = plan->admitted_ms - MINUTES(hw_sim_between(chance, 100, 479));
        plan->by_admission = hw_sim_below(chance, 100) < 30;
    }
}

static const uint8_t base_kinds[] = {HW_SIM_MEDICAL, HW_SIM_ELDERLY, HW_SIM_HEART_LUNG,
    HW_SIM_SURGICAL, HW_SIM_ORTHOPAEDIC, HW_SIM_CRITICAL};

static void add_move(struct hw_sim_plan *plan, int64_t at_ms, uint8_t kind)
{
    if (plan->moves_count == HW_SIM_MOVES_MAX || at_ms > plan->ended_ms - HOURS(2))
        return;
    plan->move_ms[plan->moves_count] = at_ms;
    plan->move_kind[plan->moves_count++] = kind;
}

static void draw_moves(
    struct hw_sim_plan *plan, struct hw_sim_chance *chance, const uint32_t *rates)
{
    static const uint16_t younger[] = {32, 4, 34, 22, 8, 2};
    static const uint16_t older[] = {26, 34, 24, 10, 8, 1};
    const uint16_t *weights = plan->care == HW_SIM_OLDER ? older : younger;
    int64_t at = plan->admitted_ms + MINUTES(hw_sim_between(chance, 180, 30 * 60));

    if (plan->emergency)
        add_move(plan, at, base_kinds[hw_sim_pick(chance, weights, 6)]);
    at += MINUTES(hw_sim_between(chance, 12 * 60, 6 * 24 * 60));
    if (hw_sim_below(chance, 100) < 24)
        add_move(plan, at, base_kinds[hw_sim_pick(chance, weights, 6)]);
    at += MINUTES(hw_sim_between(chance, 24 * 60, 9 * 24 * 60));
    if (hw_sim_below(chance, 100) < 12)
        add_move(plan, at, base_kinds[hw_sim_pick(chance, weights, 5)]);
    if (plan->moves_count > 0 && hw_sim_happens(chance, rates[HW_SIM_RATE_CANCEL_MOVE]))
        plan->move_cancelled_ms =
            plan->move_ms[plan->moves_count - 1] + MINUTES(hw_sim_between(chance, 10, 50));
}

static void draw_pathway(struct hw_sim_plan *plan, struct hw_sim_chance *chance, int delay)
{
    static const uint16_t at_once[] = {92, 7, 1, 0};
    static const uint16_t delayed[] = {28, 39, 20, 13};

    plan->pathway = (uint8_t)hw_sim_pick(chance, delay > 0 ? delayed : at_once, 4);
    plan->pathway_later = plan->pathway;
    if (delay > 3 && plan->pathway == 1 && hw_sim_below(chance, 100) < 12) {
        plan->pathway_later = 2;
        plan->pathway_changed_ms =
            plan->ready[0].said_ms + MINUTES(hw_sim_between(chance, 600, 2880));
    }
}

static struct hw_sim_why *add_why(
    struct hw_sim_plan *plan, struct hw_sim_chance *chance, int64_t at_ms, bool early)
{
    struct hw_sim_why *why = &plan->why[plan->why_count];
    unsigned pathway = at_ms >= plan->pathway_changed_ms ? plan->pathway_later : plan->pathway;
    unsigned sides = 0;

    if (plan->why_count == HW_SIM_WHYS_MAX)
        return NULL;
    why->at_ms = at_ms;
    why->reason = hw_sim_reason_pick(chance, pathway, early);
    while (sides < 3 && why->reason->sides[sides] != NULL)
        sides++;
    why->side =
        why->reason->sides[hw_sim_below(chance, 100) < 65 ? 0 : hw_sim_below(chance, sides)];
    plan->why_count++;
    return why;
}

/* The reason stands from the start of a period; the longer it lasts, the more it changes. */
static void draw_whys(struct hw_sim_plan *plan, struct hw_sim_chance *chance)
{
    for (unsigned i = 0; i < plan->ready_count; i++) {
        const struct hw_sim_ready *ready = &plan->ready[i];
        int64_t at = ready->said_ms;
        int64_t length = ready->end_ms - ready->said_ms;

        if (length < HOURS(20) && hw_sim_below(chance, 100) < 45)
            continue;
        add_why(plan, chance, ready->start_ms, true);
        while (length > HOURS(20) && plan->why_count < HW_SIM_WHYS_MAX) {
            at += MINUTES(hw_sim_between(chance, 4 * 60, 60 * 24 * (length > HOURS(120) ? 7 : 2)));
            if (at > ready->end_ms - MINUTES(30))
                break;
            add_why(plan, chance, at, false);
        }
    }
}

static void draw_setback(
    struct hw_sim_plan *plan, struct hw_sim_chance *chance, int32_t ready_day, int32_t end_day)
{
    int days = end_day - ready_day;
    int32_t worse_day = ready_day + 1 + (int32_t)hw_sim_below(chance, (uint32_t)(days - 3));
    int32_t better_day =
        worse_day + 1 + (int32_t)hw_sim_below(chance, (uint32_t)(end_day - worse_day - 1));
    struct hw_sim_ready *first = &plan->ready[0], *second = &plan->ready[1];

    first->end_ms = moment(worse_day, hw_sim_between(chance, 9 * 60, 15 * 60));
    second->start_ms = moment(better_day, hw_sim_between(chance, 8 * 60, 16 * 60));
    second->said_ms = second->start_ms + MINUTES(hw_sim_between(chance, 0, 60));
    second->end_ms = plan->ended_ms;
    plan->ready_count = 2;
}

static void draw_ready(struct hw_sim_plan *plan, struct hw_sim_chance *chance, int32_t end_day,
    int delay, const uint32_t *rates)
{
    struct hw_sim_ready *ready = &plan->ready[0];
    int32_t ready_day = end_day - delay;

    if (delay > 0)
        ready->start_ms = moment(ready_day, hw_sim_between(chance, 8 * 60, 16 * 60));
    else
        ready->start_ms = plan->ended_ms - MINUTES(hw_sim_between(chance, 60, 300));
    ready->start_ms = most(ready->start_ms, plan->admitted_ms + MINUTES(45));
    ready->said_ms = least(
        ready->start_ms + MINUTES(hw_sim_between(chance, 0, 75)), plan->ended_ms - MINUTES(10));
    ready->end_ms = plan->ended_ms;
    plan->ready_count = 1;
    plan->names_time = hw_sim_below(chance, 100) < 80;
    if (delay > 3 && hw_sim_happens(chance, rates[HW_SIM_RATE_SETBACK]))
        draw_setback(plan, chance, ready_day, end_day);
    for (unsigned i = 0; i < plan->ready_count && !plan->names_time; i++)
        plan->ready[i].start_ms = plan->ready[i].said_ms;
    draw_pathway(plan, chance, delay);
    if (!plan->standard)
        draw_whys(plan, chance);
}

/* Discharged too early on paper: an A03 that an A13 takes back. */
static void draw_false_end(struct hw_sim_plan *plan, struct hw_sim_chance *chance)
{
    int64_t before = plan->ended_ms - HOURS(2);
    int64_t after = plan->admitted_ms + HOURS(1);

    if (plan->ready_count > 0)
        after = most(after, plan->ready[plan->ready_count - 1].said_ms + MINUTES(10));
    if (before < after)
        return;
    int room = (int)(least(before - after, HOURS(18)) / HW_MINUTE_MS);
    plan->false_end_ms = before - MINUTES(hw_sim_between(chance, 0, room));
    plan->false_end_cancelled_ms = plan->false_end_ms + MINUTES(hw_sim_between(chance, 20, 100));
}

static void draw_leave(struct hw_sim_plan *plan, struct hw_sim_chance *chance)
{
    int32_t day = hw_london_day(plan->admitted_ms) + hw_sim_between(chance, 2, 4);

    plan->leave_ms = moment(day, hw_sim_between(chance, 9 * 60, 12 * 60));
    plan->back_ms = moment(day + 1, hw_sim_between(chance, 15 * 60, 20 * 60));
    if (plan->back_ms > plan->ended_ms - HOURS(4))
        plan->leave_ms = plan->back_ms = HW_TIME_OPEN;
}

static void draw_merge(
    struct hw_sim_plan *plan, struct hw_sim_chance *chance, const uint32_t *rates)
{
    int64_t at = plan->admitted_ms + MINUTES(hw_sim_between(chance, 60, 36 * 60));

    if (at > plan->ended_ms - HOURS(4) || plan->booked_ms != HW_TIME_OPEN)
        return;
    plan->merge_ms = at;
    if (!hw_sim_happens(chance, rates[HW_SIM_RATE_UNMERGED]))
        return;
    plan->unmerge_ms = at + MINUTES(hw_sim_between(chance, 10, 60));
    plan->merge_again_ms = plan->unmerge_ms + MINUTES(hw_sim_between(chance, 10, 90));
}

static void draw_expected(struct hw_sim_plan *plan, struct hw_sim_chance *chance, int days)
{
    int hopeful = days - hw_sim_between(chance, -1, 2);

    plan->expected_said_ms = plan->admitted_ms + MINUTES(hw_sim_between(chance, 120, 40 * 60));
    plan->expected_ms =
        moment(hw_london_day(plan->admitted_ms) + (hopeful < 1 ? 1 : hopeful), 12 * 60);
    if (plan->expected_said_ms > plan->ended_ms - HOURS(1))
        plan->expected_said_ms = plan->expected_ms = HW_TIME_OPEN;
}

/* The incidents of an adult's stay, once its end is known. */
static void draw_incidents(
    struct hw_sim_plan *plan, struct hw_sim_chance *chance, int days, const uint32_t *rates)
{
    draw_moves(plan, chance, rates);
    draw_expected(plan, chance, days);
    if (days > 5 && hw_sim_happens(chance, rates[HW_SIM_RATE_LEAVE]))
        draw_leave(plan, chance);
    if (hw_sim_happens(chance, rates[HW_SIM_RATE_MERGED]))
        draw_merge(plan, chance, rates);
    if (plan->end == HW_SIM_END_DISCHARGED &&
        hw_sim_happens(chance, rates[HW_SIM_RATE_CANCEL_DISCHARGE]))
        draw_false_end(plan, chance);
}

static void draw_adult(struct hw_sim_plan *plan, struct hw_sim_chance *chance, int32_t day,
    bool emergency, const uint32_t *rates)
{
    int days = DAYS_OF(chance, adult_days);
    int delay =
        hw_sim_happens(chance, rates[HW_SIM_RATE_DELAYED]) ? DAYS_OF(chance, delay_days) : 0;
    bool dies = hw_sim_happens(chance, rates[HW_SIM_RATE_DIED]);

    if (delay > 0 && days == 0)
        days = 1; /* Told to wait on the day of arrival: ready the next. */
    plan->standard = hw_sim_happens(chance, rates[HW_SIM_RATE_STANDARD_SEGMENT]);
    if (emergency)
        draw_emergency(plan, chance, day, days == 0);
    else
        draw_booking(plan, chance, day);
    if (plan->end == HW_SIM_END_WITHDRAWN)
        return;
    int32_t admitted_day = hw_london_day(plan->admitted_ms);
    int32_t end_day = admitted_day + days + delay;
    if (!dies && days + delay > 0)
        end_day = leaving_day(chance, end_day);
    plan->ended_ms = days + delay == 0
        ? plan->admitted_ms + MINUTES(hw_sim_between(chance, 180, 600))
        : moment(
              end_day, dies ? (int)hw_sim_below(chance, 1440) : minute_of(chance, discharge_hours));
    plan->ended_ms = most(plan->ended_ms, plan->admitted_ms + HOURS(3));
    plan->end = dies ? HW_SIM_END_DIED : HW_SIM_END_DISCHARGED;
    if (delay > 0 || (!dies && hw_sim_below(chance, 100) < 97))
        draw_ready(plan, chance, end_day, delay, rates);
    if (dies && hw_sim_below(chance, 100) < 30)
        plan->death_said_ms = plan->ended_ms + MINUTES(hw_sim_between(chance, 5, 60));
    draw_incidents(plan, chance, days, rates);
    if (emergency && hw_sim_happens(chance, rates[HW_SIM_RATE_CANCEL_ADMIT])) {
        plan->end = HW_SIM_END_CANCELLED;
        plan->by_admission = true; /* An A11 takes back an admission, not a change of class. */
        plan->ended_ms = plan->admit_cancelled_ms =
            plan->admitted_ms + MINUTES(hw_sim_between(chance, 15, 40));
    }
}

/* Children and mothers: no reviews, no readiness; their figures are not those of adult acute care.
 */
static void draw_other(
    struct hw_sim_plan *plan, struct hw_sim_chance *chance, int32_t day, bool child)
{
    int days = child ? DAYS_OF(chance, child_days) : DAYS_OF(chance, mother_days);

    plan->care = child ? HW_SIM_CHILD : HW_SIM_MOTHER;
    plan->first_kind = child ? HW_SIM_CHILDREN : HW_SIM_MATERNITY;
    plan->admitted_ms = moment(day + 1, minute_of(chance, admission_hours));
    plan->ended_ms =
        moment(hw_london_day(plan->admitted_ms) + days, minute_of(chance, discharge_hours));
    plan->ended_ms = most(plan->ended_ms, plan->admitted_ms + HOURS(4));
}

static void draw_attendance(struct hw_sim_plan *plan, struct hw_sim_chance *chance, int32_t day)
{
    plan->emergency = true;
    plan->end = HW_SIM_END_NOT_ADMITTED;
    plan->registered_ms = moment(day + 1, minute_of(chance, admission_hours));
    plan->ended_ms = plan->registered_ms + MINUTES(hw_sim_between(chance, 60, 300));
}

static void plan_clear(struct hw_sim_plan *plan)
{
    memset(plan, 0, sizeof *plan);
    plan->booked_ms = plan->withdrawn_ms = plan->registered_ms = plan->admitted_ms = HW_TIME_OPEN;
    plan->admit_cancelled_ms = plan->ended_ms = plan->move_cancelled_ms = HW_TIME_OPEN;
    plan->leave_ms = plan->back_ms = plan->expected_said_ms = plan->expected_ms = HW_TIME_OPEN;
    plan->false_end_ms = plan->false_end_cancelled_ms = plan->death_said_ms = HW_TIME_OPEN;
    plan->merge_ms = plan->unmerge_ms = plan->merge_again_ms = HW_TIME_OPEN;
    plan->pathway_changed_ms = HW_TIME_OPEN;
}

void hw_sim_plan_draw(struct hw_sim_plan *plan, struct hw_sim_chance *chance,
    enum hw_sim_arrival arrival, int32_t day, const uint32_t *rates)
{
    plan_clear(plan);
    plan->care = hw_sim_below(chance, 100) < 62 ? HW_SIM_OLDER : HW_SIM_ADULT;
    if (arrival == HW_SIM_ARRIVAL_ATTENDANCE)
        draw_attendance(plan, chance, day);
    else if (arrival == HW_SIM_ARRIVAL_CHILD || arrival == HW_SIM_ARRIVAL_MOTHER)
        draw_other(plan, chance, day, arrival == HW_SIM_ARRIVAL_CHILD);
    else
        draw_adult(plan, chance, day, arrival == HW_SIM_ARRIVAL_EMERGENCY, rates);
}
