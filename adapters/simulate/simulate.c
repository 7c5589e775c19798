#include "simulate/simulate.h"

#include "homeward/status.h"
#include "homeward/time.h"
#include "simulate/hub.h"
#include "simulate/message.h"
#include "simulate/person.h"
#include "simulate/queue.h"
#include "simulate/truth.h"

#include <stdlib.h>

/* Long enough that nobody who is there at the start came before it. */
enum { WARM_DAYS = 150 };

struct due {
    int64_t at_ms;
    uint32_t serial;
    uint32_t index; /* of the stay */
};

struct hw_simulation {
    struct hw_simulation_options options;
    struct hw_sim_world world;
    struct hw_sim_stamp stamp;
    struct hw_sim_chance arrivals, way;
    struct hw_sim_queue queue;
    struct hw_sim_hub *hub;    /* NULL: hospitals only */
    struct hw_sim_stay *stays; /* pool; free ones are in spare */
    uint32_t *spare;
    struct due *heap;
    uint32_t heap_count, spare_count, stays_count, capacity;
    uint8_t *taken; /* bit of each person who is in hospital, booked or dead */
    uint32_t serial;
    int32_t next_day;
    uint64_t number; /* of the last message */
    uint64_t counts[HW_SIM_RATES];
    bool finished, failed;
    char buffer[HW_SIM_MESSAGE_SIZE];
};

void hw_simulation_options_init(struct hw_simulation_options *options)
{
    static const uint32_t rates[HW_SIM_RATES] = {
#define RATE_NORMAL(name, option, normal, of, sentence) normal,
        HW_SIM_RATE_LIST(RATE_NORMAL)
#undef RATE_NORMAL
    };
    int32_t day = hw_day_from_civil(2026, 1, 5);

    *options = (struct hw_simulation_options){
        .seed = 1,
        .people = HW_SIM_PEOPLE_DEFAULT,
        .start_ms = hw_london_midnight(day),
        .end_ms = hw_london_midnight(day + 30),
        .live_from_ms = HW_TIME_OPEN,
        .speed_thousand = 1000,
    };
    memcpy(options->rates, rates, sizeof rates);
}

/* --- The heap of stays by when something is next to happen in them. --- */

static bool is_before(const struct due *a, const struct due *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->serial < b->serial;
}

static void sift_down(struct hw_simulation *simulation, struct due due)
{
    struct due *heap = simulation->heap;
    uint32_t i = 0;

    for (;;) {
        uint32_t child = i * 2 + 1;

        if (child >= simulation->heap_count)
            break;
        if (child + 1 < simulation->heap_count && is_before(&heap[child + 1], &heap[child]))
            child++;
        if (!is_before(&heap[child], &due))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = due;
}

static void heap_push(struct hw_simulation *simulation, struct due due)
{
    struct due *heap = simulation->heap;
    uint32_t i = simulation->heap_count++;

    while (i > 0 && is_before(&due, &heap[(i - 1) / 2])) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap[i] = due;
}

static void heap_pop(struct hw_simulation *simulation)
{
    struct due last = simulation->heap[--simulation->heap_count];

    if (simulation->heap_count > 0)
        sift_down(simulation, last);
}

/* --- People and stays. --- */

static bool is_taken(const struct hw_simulation *simulation, uint32_t person)
{
    return (simulation->taken[person / 8] >> (person % 8) & 1) != 0;
}

static void set_taken(struct hw_simulation *simulation, uint32_t person, bool taken)
{
    uint8_t bit = (uint8_t)(1u << (person % 8));

    if (taken)
        simulation->taken[person / 8] |= bit;
    else
        simulation->taken[person / 8] &= (uint8_t)~bit;
}

/* Somebody who is at home; in a county far too small for its hospital, whoever comes last. */
static uint32_t pick_person(struct hw_simulation *simulation, enum hw_sim_care care)
{
    uint32_t person = 0;

    for (int tries = 0; tries < 100; tries++) {
        person = hw_sim_person_pick(&simulation->arrivals, care, simulation->options.people);
        if (!is_taken(simulation, person))
            break;
    }
    return person;
}

static bool pool_grow(struct hw_simulation *simulation)
{
    uint32_t capacity = simulation->capacity == 0 ? 1024 : simulation->capacity * 2;
    struct hw_sim_stay *stays = realloc(simulation->stays, capacity * sizeof *stays);

    if (stays != NULL)
        simulation->stays = stays;
    struct due *heap = realloc(simulation->heap, capacity * sizeof *heap);
    if (heap != NULL)
        simulation->heap = heap;
    uint32_t *spare = realloc(simulation->spare, capacity * sizeof *spare);
    if (spare != NULL)
        simulation->spare = spare;
    if (stays == NULL || heap == NULL || spare == NULL)
        return false;
    simulation->capacity = capacity;
    return true;
}

static bool arrive(struct hw_simulation *simulation, enum hw_sim_arrival arrival, int32_t day)
{
    if (simulation->spare_count == 0 && simulation->stays_count == simulation->capacity &&
        !pool_grow(simulation))
        return false;
    uint32_t index = simulation->spare_count > 0 ? simulation->spare[--simulation->spare_count]
                                                 : simulation->stays_count++;
    struct hw_sim_stay *stay = &simulation->stays[index];

    hw_sim_stay_begin(stay, &simulation->world, arrival, day, ++simulation->serial);
    if (stay->muted && stay->plan.ended_ms <= simulation->world.start_ms) {
        if (simulation->hub != NULL && !hw_sim_hub_stay(simulation->hub, stay, false))
            return false;
        simulation->spare[simulation->spare_count++] = index; /* Gone before the feed began. */
        return true;
    }
    uint32_t person = pick_person(simulation, (enum hw_sim_care)stay->plan.care);
    set_taken(simulation, person, true);
    hw_sim_stay_name(stay, &simulation->world, person);
    if (simulation->hub != NULL && !hw_sim_hub_stay(simulation->hub, stay, true))
        return false;
    heap_push(simulation,
        (struct due){.at_ms = hw_sim_stay_due(stay), .serial = stay->serial, .index = index});
    return true;
}

/* As many as the people of the county need, give or take the root of it. */
static uint32_t arrivals_of(struct hw_simulation *simulation, enum hw_sim_arrival arrival)
{
    unsigned weekday = (unsigned)(simulation->next_day + 3) % 7;
    uint64_t scaled = (uint64_t)hw_sim_arrivals(arrival, weekday) * simulation->options.people;
    int count = (int)(scaled / HW_SIM_PEOPLE_DEFAULT);
    int spread = 0;

    if (hw_sim_below(&simulation->arrivals, HW_SIM_PEOPLE_DEFAULT) < scaled % HW_SIM_PEOPLE_DEFAULT)
        count++;
    while ((spread + 1) * (spread + 1) <= count)
        spread++;
    count += hw_sim_between(&simulation->arrivals, -spread, spread);
    return (uint32_t)count;
}

static void begin_day(struct hw_simulation *simulation)
{
    for (int arrival = 0; arrival < HW_SIM_ARRIVALS; arrival++) {
        uint32_t count = arrivals_of(simulation, (enum hw_sim_arrival)arrival);

        for (uint32_t i = 0; i < count && !simulation->failed; i++) {
            if (!arrive(simulation, (enum hw_sim_arrival)arrival, simulation->next_day))
                simulation->failed = true;
        }
    }
    if (simulation->hub != NULL && !hw_sim_hub_day(simulation->hub, simulation->next_day))
        simulation->failed = true;
    simulation->next_day++;
}

static void leave(struct hw_simulation *simulation, uint32_t index)
{
    struct hw_sim_stay *stay = &simulation->stays[index];

    if (simulation->options.truth != NULL && !stay->muted)
        hw_sim_truth_write(
            simulation->options.truth, stay, &simulation->world.county, &simulation->stamp);
    if (stay->plan.end != HW_SIM_END_DIED)
        set_taken(simulation, stay->person.number, false);
    simulation->spare[simulation->spare_count++] = index;
}

/* --- The way from the hospital to here. --- */

static bool strays(struct hw_simulation *simulation, enum hw_sim_rate rate)
{
    if (!hw_sim_happens(&simulation->way, simulation->options.rates[rate]))
        return false;
    simulation->counts[rate]++;
    return true;
}

static int64_t seconds(struct hw_simulation *simulation, int from, int to)
{
    return (int64_t)hw_sim_between(&simulation->way, from, to) * HW_SECOND_MS;
}

static void hold(struct hw_simulation *simulation, int64_t at_ms, const char *bytes, size_t size)
{
    if (!hw_sim_queue_push(&simulation->queue, at_ms, hw_slice_of(bytes, size)))
        simulation->failed = true;
}

/* An impossible month and day, in place of those said. */
static void spoil_date(char *date)
{
    static const char impossible[] = {'2', '0', '2', '6', '1', '3', '4', '5'};

    memcpy(date, impossible, sizeof impossible);
}

/* A broken copy of the message: an impossible date, no identifier, a wrong check digit, cut off. */
static void hold_broken(
    struct hw_simulation *simulation, int64_t at_ms, size_t size, const struct hw_sim_marks *marks)
{
    char broken[HW_SIM_MESSAGE_SIZE];
    size_t ids = marks->identifiers, ids_end = marks->identifiers_end;
    bool has_nhs = memcmp(simulation->buffer + ids, "999", 3) == 0;

    memcpy(broken, simulation->buffer, size);
    switch (hw_sim_below(&simulation->way, has_nhs ? 4 : 3)) {
    case 0:
        spoil_date(broken + marks->recorded);
        break;
    case 1:
        memmove(broken + ids, broken + ids_end, size - ids_end);
        size -= ids_end - ids;
        break;
    case 2:
        size = marks->name;
        break;
    default:
        broken[ids + 9] = (char)('0' + (broken[ids + 9] - '0' + 1) % 10);
        break;
    }
    hold(simulation, at_ms, broken, size);
}

/* The three letters before the number of a control id. */
static void mark_id(char *id, const char *letters)
{
    for (int i = 0; i < 3; i++)
        id[i] = letters[i];
}

/* When the message comes in, and what else comes of it. */
static int64_t travel(struct hw_simulation *simulation, const struct hw_sim_notice *notice,
    size_t size, const struct hw_sim_marks *marks)
{
    char *id = simulation->buffer + marks->control_id - 3;
    int64_t at = notice->recorded_ms;

    if (simulation->options.clean)
        return at;
    if (notice->cancelled_ms != HW_TIME_OPEN && strays(simulation, HW_SIM_RATE_CANCEL_FIRST))
        at = notice->cancelled_ms + seconds(simulation, 360, 1500);
    else if (strays(simulation, HW_SIM_RATE_LATE))
        at += seconds(simulation, 300, 21600);
    else if (strays(simulation, HW_SIM_RATE_VERY_LATE))
        at += seconds(simulation, 86400, 259200);
    else if (strays(simulation, HW_SIM_RATE_SWAPPED))
        at += seconds(simulation, 10, 240);
    if (strays(simulation, HW_SIM_RATE_DOUBLED))
        hold(simulation, at + seconds(simulation, 1, 600), simulation->buffer, size);
    if (strays(simulation, HW_SIM_RATE_RESENT)) {
        mark_id(id, "RSN");
        hold(simulation, at + seconds(simulation, 60, 3600), simulation->buffer, size);
        mark_id(id, "SIM");
    }
    if (strays(simulation, HW_SIM_RATE_MALFORMED)) {
        hold_broken(simulation, at, size, marks);
        mark_id(id, "FIX");
        at += seconds(simulation, 300, 3600);
    }
    return at;
}

/* --- The whole. --- */

static struct hw_simulation *add_hub(struct hw_simulation *simulation)
{
    struct hw_sim_hub_options options = {.seed = simulation->options.seed,
        .people = simulation->options.people,
        .start_ms = simulation->options.start_ms,
        .live_from_ms = simulation->options.live_from_ms,
        .world = &simulation->world,
        .stamp = &simulation->stamp};

    if (!simulation->options.hub)
        return simulation;
    simulation->hub = hw_sim_hub_new(&options);
    if (simulation->hub != NULL)
        return simulation;
    hw_simulation_free(simulation);
    return NULL;
}

struct hw_simulation *hw_simulation_new(const struct hw_simulation_options *options)
{
    struct hw_simulation *simulation = calloc(1, sizeof *simulation);
    int year, month, day;

    if (simulation == NULL)
        return NULL;
    simulation->options = *options;
    simulation->taken = calloc(options->people / 8 + 1, 1);
    if (simulation->taken == NULL) {
        free(simulation);
        return NULL;
    }
    int32_t first_day = hw_london_day(options->start_ms);
    hw_civil_from_day(first_day, &year, &month, &day);
    hw_sim_county_init(&simulation->world.county);
    simulation->world.rates = simulation->options.rates;
    simulation->world.seed = options->seed;
    simulation->world.start_ms = options->start_ms;
    simulation->world.year = year;
    hw_sim_stamp_init(&simulation->stamp, options->live_from_ms, options->speed_thousand);
    hw_sim_chance_seed(&simulation->arrivals, options->seed, UINT64_C(1) << 40);
    hw_sim_chance_seed(&simulation->way, options->seed, UINT64_C(2) << 40);
    simulation->next_day = first_day - WARM_DAYS;
    return add_hub(simulation);
}

void hw_simulation_free(struct hw_simulation *simulation)
{
    if (simulation == NULL)
        return;
    hw_sim_queue_free(&simulation->queue);
    hw_sim_hub_free(simulation->hub);
    free(simulation->taken);
    free(simulation->stays);
    free(simulation->spare);
    free(simulation->heap);
    free(simulation);
}

/* Let one thing happen to the stay that is first.  True: a message stands in the buffer. */
static bool step_stay(struct hw_simulation *simulation, size_t *ret_size,
    struct hw_sim_notice *ret_notice, struct hw_sim_marks *ret_marks)
{
    struct due *top = &simulation->heap[0];
    uint32_t index = top->index;
    struct hw_sim_stay *stay = &simulation->stays[index];
    bool said = hw_sim_stay_step(stay, &simulation->world, ret_notice);

    if (said)
        *ret_size = hw_sim_message_write(ret_notice, &simulation->world.county, &simulation->stamp,
            ++simulation->number, simulation->buffer, ret_marks);
    if (stay->over) {
        leave(simulation, index);
        heap_pop(simulation);
    } else {
        struct due due = *top;

        due.at_ms = hw_sim_stay_due(stay);
        sift_down(simulation, due);
    }
    return said;
}

static void finish(struct hw_simulation *simulation)
{
    if (!simulation->finished && simulation->options.truth != NULL) {
        for (uint32_t i = 0; i < simulation->heap_count; i++) {
            const struct hw_sim_stay *stay = &simulation->stays[simulation->heap[i].index];

            if (!stay->muted && hw_sim_stay_due(stay) != HW_TIME_OPEN)
                hw_sim_truth_write(
                    simulation->options.truth, stay, &simulation->world.county, &simulation->stamp);
        }
    }
    simulation->finished = true;
}

/* The next moment of the world; HW_TIME_OPEN once it has ended. */
static int64_t world_due(const struct hw_simulation *simulation, bool *ret_day)
{
    int64_t day = hw_london_midnight(simulation->next_day);
    int64_t stay = simulation->heap_count > 0 ? simulation->heap[0].at_ms : HW_TIME_OPEN;
    int64_t due = day <= stay ? day : stay;

    *ret_day = day <= stay;
    return due < simulation->options.end_ms ? due : HW_TIME_OPEN;
}

/* The next event of the hub, if it is due by then.  Those of one moment come before messages. */
static bool next_event(
    struct hw_simulation *simulation, int64_t until_ms, struct hw_simulation_message *ret_message)
{
    struct hw_sim_hub_event event;
    int64_t at;

    if (simulation->hub == NULL)
        return false;
    while ((at = hw_sim_hub_due(simulation->hub)) <= until_ms && at < simulation->options.end_ms) {
        if (!hw_sim_hub_next(simulation->hub, &event))
            continue;
        *ret_message = (struct hw_simulation_message){.at_ms = at,
            .bytes = event.bytes,
            .is_event = true,
            .moment = (uint8_t)event.moment,
            .referral = event.referral};
        return true;
    }
    return false;
}

bool hw_simulation_next(struct hw_simulation *simulation, struct hw_simulation_message *ret_message)
{
    struct hw_sim_notice notice;
    struct hw_sim_marks marks;
    size_t size = 0;
    bool is_day;

    while (!simulation->failed) {
        int64_t due = world_due(simulation, &is_day);
        int64_t held = hw_sim_queue_due(&simulation->queue);

        if (next_event(simulation, held < due ? held : due, ret_message))
            return true;
        if (held <= due && held != HW_TIME_OPEN) {
            *ret_message = (struct hw_simulation_message){
                .at_ms = held, .bytes = hw_sim_queue_pop(&simulation->queue)};
            return true;
        }
        if (due == HW_TIME_OPEN)
            break;
        if (is_day) {
            begin_day(simulation);
            continue;
        }
        if (!step_stay(simulation, &size, &notice, &marks))
            continue;
        int64_t at = travel(simulation, &notice, size, &marks);
        if (at > due) {
            hold(simulation, at, simulation->buffer, size);
            continue;
        }
        *ret_message = (struct hw_simulation_message){
            .at_ms = due, .bytes = hw_slice_of(simulation->buffer, size)};
        return true;
    }
    finish(simulation);
    return false;
}

bool hw_simulation_failed(const struct hw_simulation *simulation)
{
    return simulation->failed;
}

struct hw_sim_hub *hw_simulation_hub(struct hw_simulation *simulation)
{
    return simulation->hub;
}

const uint64_t *hw_simulation_counts(const struct hw_simulation *simulation)
{
    return simulation->counts;
}

int64_t hw_simulation_real_ms(const struct hw_simulation *simulation, int64_t at_ms)
{
    return hw_sim_stamp_real(&simulation->stamp, at_ms);
}

int64_t hw_simulation_moment_ms(const struct hw_simulation *simulation, int64_t real_ms)
{
    return hw_sim_stamp_moment(&simulation->stamp, real_ms);
}
