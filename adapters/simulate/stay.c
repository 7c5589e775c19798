#include "simulate/stay.h"

#include "homeward/time.h"
#include "simulate/rates.h"

#include <stdio.h>

#define SECONDS(n) ((int64_t)(n)*HW_SECOND_MS)
#define MINUTES(n) ((int64_t)(n)*HW_MINUTE_MS)

/* How soon somebody enters what happened: mostly within minutes, now and then hours later. */
static int64_t entry_lag(struct hw_sim_chance *chance, bool soon)
{
    unsigned which = hw_sim_below(chance, 100);

    if (soon || which < 80)
        return SECONDS(hw_sim_between(chance, 10, soon ? 240 : 600));
    if (which < 97)
        return SECONDS(hw_sim_between(chance, 600, 3600));
    return SECONDS(hw_sim_between(chance, 3600, 36000));
}

static void say(struct hw_sim_notice *notice, struct hw_sim_stay *stay, const char *trigger,
    int64_t happened_ms)
{
    *notice = (struct hw_sim_notice){
        .stay = stay,
        .trigger = trigger,
        .happened_ms = happened_ms,
        .recorded_ms = happened_ms,
        .cancelled_ms = HW_TIME_OPEN,
        .ready_ms = HW_TIME_OPEN,
        .expected_ms = HW_TIME_OPEN,
        .expected_admission_ms = HW_TIME_OPEN,
        .died_ms = HW_TIME_OPEN,
        .discharged_ms = HW_TIME_OPEN,
        .pathway = -1,
    };
}

static void say_movement(struct hw_sim_notice *notice, struct hw_sim_stay *stay,
    const char *trigger, int64_t happened_ms, int64_t cancelled_ms)
{
    say(notice, stay, trigger, happened_ms);
    notice->cancelled_ms = cancelled_ms;
    notice->recorded_ms += entry_lag(&stay->chance, cancelled_ms != HW_TIME_OPEN);
}

/* A cancel names the moment of what it cancels, and is recorded now. */
static void say_cancel(struct hw_sim_notice *notice, struct hw_sim_stay *stay, const char *trigger,
    int64_t cancelled_ms, int64_t now_ms)
{
    say(notice, stay, trigger, cancelled_ms);
    notice->recorded_ms = now_ms + MINUTES(5); /* After the entry lag of its target. */
    notice->cancels = true;
}

/* What is now known of readiness, as every review repeats it. */
static void say_review(struct hw_sim_notice *notice, struct hw_sim_stay *stay)
{
    static const uint8_t codes[] = {2, 3, 4, 4, 6, 6, 8, 8, 9, 10, 11, 12, 1};
    const struct hw_sim_plan *plan = &stay->plan;

    notice->reviewed = true;
    notice->meets = !stay->ready;
    if (!stay->ready) {
        notice->criteria_code = codes[hw_sim_below(&stay->chance, sizeof codes)];
        return;
    }
    if (plan->names_time)
        notice->ready_ms = plan->ready[stay->ready_done - 1].start_ms;
    notice->pathway =
        (int8_t)(stay->at_ms[HW_SIM_PATHWAY] == HW_TIME_OPEN ? plan->pathway_later : plan->pathway);
    /* A reason said in an earlier ready period is no longer one. */
    if (stay->whys_done > 0 &&
        plan->why[stay->whys_done - 1].at_ms >= plan->ready[stay->ready_done - 1].start_ms)
        notice->why = &plan->why[stay->whys_done - 1];
}

static bool is_reviewed(const struct hw_sim_stay *stay)
{
    return stay->plan.care == HW_SIM_ADULT || stay->plan.care == HW_SIM_OLDER;
}

int64_t hw_sim_stay_begun(const struct hw_sim_stay *stay)
{
    const struct hw_sim_plan *plan = &stay->plan;

    if (stay->class_ == 'P')
        return HW_TIME_OPEN;
    if (stay->class_ == 'E' || (plan->registered_ms != HW_TIME_OPEN && !plan->by_admission))
        return plan->registered_ms;
    return plan->admitted_ms;
}

/* Where somebody lies; beds are taken and given back as people move. */
static void lie(struct hw_sim_stay *stay, struct hw_sim_world *world, enum hw_sim_ward_kind kind)
{
    uint8_t old_ward = stay->ward, old_bed = stay->bed;

    stay->ward = hw_sim_county_take(&world->county, kind, old_ward, &stay->chance, &stay->bed);
    hw_sim_county_give_back(&world->county, old_ward, old_bed);
    stay->prior_ward = old_ward;
    stay->prior_bed = old_bed;
}

static int64_t next_review(struct hw_sim_stay *stay, int64_t after_ms)
{
    int32_t day = hw_london_day(after_ms);
    int64_t at;

    do {
        at = hw_london_midnight(day++) + SECONDS(hw_sim_between(&stay->chance, 30600, 41400));
    } while (at <= after_ms);
    return at;
}

/* The reasons of a period that are said later than its beginning. */
static void schedule_why(struct hw_sim_stay *stay)
{
    stay->at_ms[HW_SIM_WHY] = stay->whys_done < stay->plan.why_count
        ? stay->plan.why[stay->whys_done].at_ms
        : HW_TIME_OPEN;
    /* The first reason of the next period is said with that period. */
    if (stay->ready_done < stay->plan.ready_count &&
        stay->at_ms[HW_SIM_WHY] >= stay->plan.ready[stay->ready_done].start_ms)
        stay->at_ms[HW_SIM_WHY] = HW_TIME_OPEN;
}

static bool on_load(struct hw_sim_stay *stay, struct hw_sim_notice *notice, int64_t now)
{
    if (stay->class_ == 'P') {
        say(notice, stay, "A05", stay->plan.booked_ms);
        notice->expected_admission_ms = stay->plan.admitted_ms;
    } else if (stay->class_ == 'E') {
        say(notice, stay, "A04", stay->plan.registered_ms);
    } else {
        stay->plan.by_admission = true; /* One admission is all that the feed will have said. */
        say(notice, stay, "A01", stay->plan.admitted_ms);
    }
    stay->muted = false;
    notice->recorded_ms = now;
    if (stay->class_ == 'I' && is_reviewed(stay))
        stay->at_ms[HW_SIM_LOAD_STATE] = now;
    return true;
}

/* The state at the first transfer: what was said and is over by then, the feed never says. */
static bool on_load_state(struct hw_sim_stay *stay, struct hw_sim_notice *notice, int64_t now)
{
    struct hw_sim_plan *plan = &stay->plan;

    plan->names_time = true;
    stay->first_ready = (uint8_t)(stay->ready ? stay->ready_done - 1 : stay->ready_done);
    stay->first_why = stay->whys_done;
    say(notice, stay, "A08", now);
    say_review(notice, stay);
    notice->expected_ms = stay->expected_ms;
    if (notice->why != NULL) {
        stay->first_why = (uint8_t)(stay->whys_done - 1);
        plan->why[stay->first_why].at_ms = plan->ready[stay->first_ready].start_ms;
    }
    return true;
}

static bool on_admit(
    struct hw_sim_stay *stay, struct hw_sim_world *world, struct hw_sim_notice *notice, int64_t now)
{
    const struct hw_sim_plan *plan = &stay->plan;
    bool by_class = stay->class_ == 'E' && !plan->by_admission;

    stay->class_ = 'I';
    lie(stay, world, plan->first_kind);
    say_movement(notice, stay, by_class ? "A06" : "A01", now, plan->admit_cancelled_ms);
    if (is_reviewed(stay))
        stay->at_ms[HW_SIM_REVIEW] = next_review(stay, now + MINUTES(30));
    stay->at_ms[HW_SIM_UPDATE] = now + MINUTES(hw_sim_between(&stay->chance, 30, 240));
    if (hw_sim_below(&stay->chance, 100) < 15)
        stay->at_ms[HW_SIM_PERSON] = now + SECONDS(hw_sim_between(&stay->chance, 3600, 172800));
    return true;
}

static bool on_move(
    struct hw_sim_stay *stay, struct hw_sim_world *world, struct hw_sim_notice *notice, int64_t now)
{
    const struct hw_sim_plan *plan = &stay->plan;

    lie(stay, world, plan->move_kind[stay->moves_done++]);
    stay->at_ms[HW_SIM_MOVE] =
        stay->moves_done < plan->moves_count ? plan->move_ms[stay->moves_done] : HW_TIME_OPEN;
    say_movement(notice, stay, "A02", now,
        stay->moves_done == plan->moves_count ? plan->move_cancelled_ms : HW_TIME_OPEN);
    return true;
}

/* Back where they were, or on a trolley there if the bed has gone. */
static bool on_cancel_move(
    struct hw_sim_stay *stay, struct hw_sim_world *world, struct hw_sim_notice *notice, int64_t now)
{
    uint8_t ward = stay->prior_ward, bed = stay->prior_bed;
    uint64_t bit = bed == HW_SIM_NO_BED ? 0 : UINT64_C(1) << bed;

    if ((world->county.wards[ward].taken & bit) != 0)
        bed = HW_SIM_NO_BED;
    else
        world->county.wards[ward].taken |= bit;
    hw_sim_county_give_back(&world->county, stay->ward, stay->bed);
    stay->prior_ward = stay->ward;
    stay->prior_bed = stay->bed;
    stay->ward = ward;
    stay->bed = bed;
    say_cancel(notice, stay, "A12", stay->plan.move_ms[stay->moves_done - 1], now);
    return true;
}

static bool on_ready(struct hw_sim_stay *stay, struct hw_sim_notice *notice, int64_t now)
{
    const struct hw_sim_plan *plan = &stay->plan;
    const struct hw_sim_ready *ready = &plan->ready[stay->ready_done++];

    stay->ready = true;
    stay->at_ms[HW_SIM_WORSE] = ready->end_ms < plan->ended_ms ? ready->end_ms : HW_TIME_OPEN;
    stay->at_ms[HW_SIM_READY] = HW_TIME_OPEN;
    /* The reason that stands from the beginning is said with it. */
    if (stay->whys_done < plan->why_count && plan->why[stay->whys_done].at_ms <= ready->start_ms)
        stay->whys_done++;
    schedule_why(stay);
    say(notice, stay, "A08", now);
    say_review(notice, stay);
    return true;
}

static bool on_worse(struct hw_sim_stay *stay, struct hw_sim_notice *notice, int64_t now)
{
    const struct hw_sim_plan *plan = &stay->plan;

    stay->ready = false;
    stay->at_ms[HW_SIM_READY] = plan->ready[stay->ready_done].said_ms;
    stay->at_ms[HW_SIM_WHY] = HW_TIME_OPEN;
    say(notice, stay, "A08", now);
    say_review(notice, stay);
    return true;
}

static bool on_why(struct hw_sim_stay *stay, struct hw_sim_notice *notice, int64_t now)
{
    stay->whys_done++;
    schedule_why(stay);
    say(notice, stay, "A08", now);
    say_review(notice, stay);
    return true;
}

/* The daily review; an expected discharge that has come and gone slips on. */
static bool on_review(struct hw_sim_stay *stay, struct hw_sim_notice *notice, int64_t now)
{
    const struct hw_sim_plan *plan = &stay->plan;
    bool unsaid = stay->ready_done < plan->ready_count &&
        now >= plan->ready[stay->ready_done].start_ms && !stay->ready;

    stay->at_ms[HW_SIM_REVIEW] = next_review(stay, now);
    if (unsaid)
        return false; /* Ready, and about to be said so. */
    if (stay->expected_ms != HW_TIME_OPEN && stay->expected_ms <= now)
        stay->expected_ms = now + (int64_t)hw_sim_between(&stay->chance, 1, 3) * HW_DAY_MS;
    say(notice, stay, "A08", now);
    say_review(notice, stay);
    notice->expected_ms = stay->expected_ms;
    return true;
}

static bool on_update(struct hw_sim_stay *stay, struct hw_sim_notice *notice, int64_t now)
{
    stay->at_ms[HW_SIM_UPDATE] = now + SECONDS(hw_sim_between(&stay->chance, 5400, 25200));
    say(notice, stay, "A08", now);
    if (hw_sim_below(&stay->chance, 4) == 0)
        notice->expected_ms = stay->expected_ms;
    return true;
}

/* Fields 4 to 11 of PID. */
static void write_rest(struct hw_sim_stay *stay)
{
    const struct hw_sim_person *person = &stay->person;
    int size = snprintf(stay->rest, sizeof stay->rest, "||%s^%s||%s|%c|||%u TEST ROAD^^%s^^%s",
        person->family, person->given, person->born, person->sex, person->house,
        person->district->town, person->postcode);

    stay->rest_size = (uint16_t)size;
}

static bool on_person(struct hw_sim_stay *stay, struct hw_sim_notice *notice, int64_t now)
{
    stay->person.house = stay->person.house % 199 + 1; /* Put right, or moved next door. */
    write_rest(stay);
    say(notice, stay, "A31", now);
    return true;
}

static const char *destination_of(const struct hw_sim_stay *stay)
{
    static const char *const by_pathway[] = {"19", "19", "51", "85"};

    return stay->plan.end == HW_SIM_END_DIED ? "79" : by_pathway[stay->plan.pathway_later];
}

static bool on_false_end(struct hw_sim_stay *stay, struct hw_sim_notice *notice, int64_t now)
{
    say_movement(notice, stay, "A03", now, stay->plan.false_end_cancelled_ms);
    notice->discharged_ms = now;
    notice->destination = destination_of(stay);
    return true;
}

static bool on_end(
    struct hw_sim_stay *stay, struct hw_sim_world *world, struct hw_sim_notice *notice, int64_t now)
{
    say_movement(notice, stay, "A03", stay->plan.ended_ms, HW_TIME_OPEN);
    notice->discharged_ms = stay->plan.ended_ms;
    notice->destination = destination_of(stay);
    if (stay->plan.end == HW_SIM_END_DIED)
        notice->died_ms = stay->plan.ended_ms;
    if (stay->plan.death_said_ms != HW_TIME_OPEN)
        notice->recorded_ms = now;
    hw_sim_county_give_back(&world->county, stay->ward, stay->bed);
    stay->over = true;
    return true;
}

static bool on_cancel_admit(
    struct hw_sim_stay *stay, struct hw_sim_world *world, struct hw_sim_notice *notice, int64_t now)
{
    say_cancel(notice, stay, "A11", stay->plan.admitted_ms, now);
    hw_sim_county_give_back(&world->county, stay->ward, stay->bed);
    stay->over = true;
    return true;
}

static bool run(struct hw_sim_stay *stay, struct hw_sim_world *world, enum hw_sim_process process,
    int64_t now, struct hw_sim_notice *notice)
{
    struct hw_sim_plan *plan = &stay->plan;

    switch (process) {
    case HW_SIM_LOAD:
        return on_load(stay, notice, now);
    case HW_SIM_LOAD_STATE:
        return on_load_state(stay, notice, now);
    case HW_SIM_BOOK:
        say(notice, stay, "A05", now);
        notice->expected_admission_ms = plan->admitted_ms;
        return true;
    case HW_SIM_WITHDRAW:
        say(notice, stay, "A38", now);
        stay->over = true;
        return true;
    case HW_SIM_REGISTER:
        stay->class_ = 'E';
        stay->ward = world->county.first[HW_SIM_EMERGENCY];
        say_movement(notice, stay, "A04", now, HW_TIME_OPEN);
        return true;
    case HW_SIM_ADMIT:
        return on_admit(stay, world, notice, now);
    case HW_SIM_CANCEL_ADMIT:
        return on_cancel_admit(stay, world, notice, now);
    case HW_SIM_MERGE:
    case HW_SIM_MERGE_AGAIN:
        stay->temporary = false;
        say(notice, stay, "A40", now);
        return true;
    case HW_SIM_UNMERGE:
        say(notice, stay, "A37", now);
        return true;
    case HW_SIM_MOVE:
        return on_move(stay, world, notice, now);
    case HW_SIM_CANCEL_MOVE:
        return on_cancel_move(stay, world, notice, now);
    case HW_SIM_LEAVE:
        say_movement(notice, stay, "A21", now, HW_TIME_OPEN);
        return true;
    case HW_SIM_BACK:
        say_movement(notice, stay, "A22", now, HW_TIME_OPEN);
        return true;
    case HW_SIM_EXPECTED:
        stay->expected_ms = plan->expected_ms;
        say(notice, stay, "A08", now);
        notice->expected_ms = stay->expected_ms;
        return true;
    case HW_SIM_WORSE:
        return on_worse(stay, notice, now);
    case HW_SIM_READY:
        return on_ready(stay, notice, now);
    case HW_SIM_WHY:
        return on_why(stay, notice, now);
    case HW_SIM_PATHWAY:
        if (!stay->ready)
            return false; /* The next statement of readiness says it. */
        say(notice, stay, "A08", now);
        say_review(notice, stay);
        return true;
    case HW_SIM_REVIEW:
        return on_review(stay, notice, now);
    case HW_SIM_UPDATE:
        return on_update(stay, notice, now);
    case HW_SIM_PERSON:
        return on_person(stay, notice, now);
    case HW_SIM_FALSE_END:
        return on_false_end(stay, notice, now);
    case HW_SIM_CANCEL_FALSE_END:
        say_cancel(notice, stay, "A13", plan->false_end_ms, now);
        return true;
    case HW_SIM_PENDING:
        stay->expected_ms = plan->ended_ms;
        say(notice, stay, "A16", now);
        notice->expected_ms = stay->expected_ms;
        return true;
    case HW_SIM_DEATH:
        say(notice, stay, "A31", now);
        notice->died_ms = plan->ended_ms;
        return true;
    case HW_SIM_END:
        return on_end(stay, world, notice, now);
    case HW_SIM_PROCESSES:
        break;
    }
    return false;
}

static enum hw_sim_process earliest(const struct hw_sim_stay *stay)
{
    unsigned first = 0;

    for (unsigned i = 1; i < HW_SIM_PROCESSES; i++) {
        if (stay->at_ms[i] < stay->at_ms[first])
            first = i;
    }
    return (enum hw_sim_process)first;
}

int64_t hw_sim_stay_due(const struct hw_sim_stay *stay)
{
    return stay->over ? HW_TIME_OPEN : stay->at_ms[earliest(stay)];
}

bool hw_sim_stay_step(
    struct hw_sim_stay *stay, struct hw_sim_world *world, struct hw_sim_notice *ret_notice)
{
    enum hw_sim_process process = earliest(stay);
    int64_t now = stay->at_ms[process];
    bool was_muted = stay->muted && process != HW_SIM_LOAD;

    stay->at_ms[process] = HW_TIME_OPEN;
    return run(stay, world, process, now, ret_notice) && !was_muted;
}

/* What the feed could never know of: incidents over before it began. */
static void forget_before(struct hw_sim_plan *plan, int64_t start_ms)
{
    if (plan->merge_ms < start_ms)
        plan->merge_ms = plan->unmerge_ms = plan->merge_again_ms = HW_TIME_OPEN;
    if (plan->leave_ms < start_ms)
        plan->leave_ms = plan->back_ms = HW_TIME_OPEN;
    if (plan->false_end_ms < start_ms)
        plan->false_end_ms = plan->false_end_cancelled_ms = HW_TIME_OPEN;
}

static void schedule(struct hw_sim_stay *stay)
{
    const struct hw_sim_plan *plan = &stay->plan;
    int64_t *at = stay->at_ms;
    bool admitted = plan->end != HW_SIM_END_WITHDRAWN && plan->end != HW_SIM_END_NOT_ADMITTED;

    for (unsigned i = 0; i < HW_SIM_PROCESSES; i++)
        at[i] = HW_TIME_OPEN;
    at[HW_SIM_BOOK] = plan->booked_ms;
    at[HW_SIM_WITHDRAW] = plan->withdrawn_ms;
    at[HW_SIM_REGISTER] = plan->registered_ms;
    at[HW_SIM_CANCEL_ADMIT] = plan->admit_cancelled_ms;
    if (plan->end == HW_SIM_END_NOT_ADMITTED)
        at[HW_SIM_END] = plan->ended_ms;
    if (!admitted)
        return;
    at[HW_SIM_ADMIT] = plan->admitted_ms;
    at[HW_SIM_MERGE] = plan->merge_ms;
    at[HW_SIM_UNMERGE] = plan->unmerge_ms;
    at[HW_SIM_MERGE_AGAIN] = plan->merge_again_ms;
    at[HW_SIM_MOVE] = plan->moves_count > 0 ? plan->move_ms[0] : HW_TIME_OPEN;
    at[HW_SIM_CANCEL_MOVE] = plan->move_cancelled_ms;
    at[HW_SIM_LEAVE] = plan->leave_ms;
    at[HW_SIM_BACK] = plan->back_ms;
    at[HW_SIM_EXPECTED] = plan->expected_said_ms;
    at[HW_SIM_READY] = plan->ready_count > 0 ? plan->ready[0].said_ms : HW_TIME_OPEN;
    at[HW_SIM_PATHWAY] = plan->pathway_changed_ms;
    at[HW_SIM_FALSE_END] = plan->false_end_ms;
    at[HW_SIM_CANCEL_FALSE_END] = plan->false_end_cancelled_ms;
    at[HW_SIM_DEATH] = plan->death_said_ms;
    at[HW_SIM_END] =
        plan->death_said_ms == HW_TIME_OPEN ? plan->ended_ms : plan->death_said_ms + MINUTES(20);
    if (plan->expected_said_ms < plan->ended_ms && plan->end != HW_SIM_END_CANCELLED &&
        hw_sim_below(&stay->chance, 100) < 12)
        at[HW_SIM_PENDING] = plan->ended_ms - MINUTES(hw_sim_between(&stay->chance, 30, 55));
}

void hw_sim_stay_begin(struct hw_sim_stay *stay, const struct hw_sim_world *world,
    enum hw_sim_arrival arrival, int32_t day, uint32_t serial)
{
    hw_sim_chance_seed(&stay->chance, world->seed, serial);
    hw_sim_plan_draw(&stay->plan, &stay->chance, arrival, day, world->rates);
    stay->serial = serial;
    stay->expected_ms = HW_TIME_OPEN;
    stay->ward = stay->prior_ward = HW_SIM_NO_WARD;
    stay->bed = stay->prior_bed = HW_SIM_NO_BED;
    stay->moves_done = stay->ready_done = stay->whys_done = 0;
    stay->first_ready = stay->first_why = 0;
    stay->class_ = 'P';
    stay->ready = stay->over = stay->muted = false;
    forget_before(&stay->plan, world->start_ms);
    stay->temporary = stay->plan.merge_ms != HW_TIME_OPEN;
    schedule(stay);
    if (hw_sim_stay_due(stay) < world->start_ms) {
        stay->muted = true;
        stay->at_ms[HW_SIM_LOAD] =
            world->start_ms + (int64_t)hw_sim_below(&stay->chance, 600) * HW_SECOND_MS;
    }
}

void hw_sim_stay_name(
    struct hw_sim_stay *stay, const struct hw_sim_world *world, uint32_t person_number)
{
    hw_sim_person_of(&stay->person, world->seed, person_number, world->year, world->rates);
    write_rest(stay);
}
