#include "simulate/hub.h"

#include "homeward/time.h"
#include "simulate/hub_rates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct due {
    int64_t at_ms;
    uint32_t index; /* of the referral */
};

struct hw_sim_hub {
    struct hw_sim_hub_options options;
    struct hw_sim_chance chance;
    struct hw_sim_referral *referrals; /* pool; free ones are in spare */
    uint32_t *spare, *place;           /* place: where in the heap a referral is */
    struct due *heap;
    uint32_t heap_count, spare_count, referrals_count, capacity;
    uint32_t number;
    uint64_t serial;
    char buffer[HW_SIM_EVENT_SIZE];
};

static const uint64_t hub_stream = UINT64_C(6) << 40;

struct hw_sim_hub *hw_sim_hub_new(const struct hw_sim_hub_options *options)
{
    struct hw_sim_hub *hub = calloc(1, sizeof *hub);

    if (hub == NULL)
        return NULL;
    hub->options = *options;
    hw_sim_chance_seed(&hub->chance, options->seed, hub_stream);
    return hub;
}

void hw_sim_hub_free(struct hw_sim_hub *hub)
{
    if (hub == NULL)
        return;
    free(hub->referrals);
    free(hub->spare);
    free(hub->place);
    free(hub->heap);
    free(hub);
}

/* --- The heap of referrals by when something is next to happen. --- */

static bool is_before(const struct hw_sim_hub *hub, struct due a, struct due b)
{
    if (a.at_ms != b.at_ms)
        return a.at_ms < b.at_ms;
    return hub->referrals[a.index].number < hub->referrals[b.index].number;
}

static void set(struct hw_sim_hub *hub, uint32_t i, struct due due)
{
    hub->heap[i] = due;
    hub->place[due.index] = i;
}

static void sift(struct hw_sim_hub *hub, uint32_t i, struct due due)
{
    struct due *heap = hub->heap;

    while (i > 0 && is_before(hub, due, heap[(i - 1) / 2])) {
        set(hub, i, heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    for (;;) {
        uint32_t child = i * 2 + 1;

        if (child >= hub->heap_count)
            break;
        if (child + 1 < hub->heap_count && is_before(hub, heap[child + 1], heap[child]))
            child++;
        if (!is_before(hub, heap[child], due))
            break;
        set(hub, i, heap[child]);
        i = child;
    }
    set(hub, i, due);
}

static void replan(struct hw_sim_hub *hub, uint32_t index)
{
    sift(hub, hub->place[index],
        (struct due){.at_ms = hw_sim_referral_due(&hub->referrals[index]), .index = index});
}

static void drop_first(struct hw_sim_hub *hub)
{
    struct due last = hub->heap[--hub->heap_count];

    hub->spare[hub->spare_count++] = hub->heap[0].index;
    if (hub->heap_count > 0)
        sift(hub, 0, last);
}

/* --- Who is referred. --- */

static bool grow(struct hw_sim_hub *hub)
{
    uint32_t capacity = hub->capacity == 0 ? 512 : hub->capacity * 2;
    struct hw_sim_referral *referrals = realloc(hub->referrals, capacity * sizeof *referrals);
    uint32_t *spare = realloc(hub->spare, capacity * sizeof *spare);
    uint32_t *place = realloc(hub->place, capacity * sizeof *place);
    struct due *heap = realloc(hub->heap, capacity * sizeof *heap);

    hub->referrals = referrals != NULL ? referrals : hub->referrals;
    hub->spare = spare != NULL ? spare : hub->spare;
    hub->place = place != NULL ? place : hub->place;
    hub->heap = heap != NULL ? heap : hub->heap;
    if (referrals == NULL || spare == NULL || place == NULL || heap == NULL)
        return false;
    hub->capacity = capacity;
    return true;
}

static bool add(struct hw_sim_hub *hub, const struct hw_sim_referral *referral)
{
    uint32_t index;

    if (!hw_sim_referral_open_at(referral, hub->options.start_ms))
        return true; /* Over before the feed began. */
    if (hub->spare_count == 0 && hub->referrals_count == hub->capacity && !grow(hub))
        return false;
    index = hub->spare_count > 0 ? hub->spare[--hub->spare_count] : hub->referrals_count++;
    hub->referrals[index] = *referral;
    hw_sim_referral_ask(&hub->referrals[index], hub->options.live_from_ms);
    hub->heap_count++;
    sift(hub, hub->heap_count - 1,
        (struct due){.at_ms = hw_sim_referral_due(&hub->referrals[index]), .index = index});
    return true;
}

/* Somebody of a council, NULL: of any; the hub's own draw. */
static struct hw_sim_person somebody(struct hw_sim_hub *hub, const char *council)
{
    const struct hw_sim_world *world = hub->options.world;
    struct hw_sim_person person;
    int tries = 0;

    do {
        enum hw_sim_care care = hw_sim_below(&hub->chance, 100) < 75 ? HW_SIM_OLDER : HW_SIM_ADULT;
        uint32_t number = hw_sim_person_pick(&hub->chance, care, hub->options.people);

        hw_sim_person_of(&person, world->seed, number, world->year, world->rates);
    } while ((council == NULL ? *person.district->council == '\0'
                              : strcmp(person.district->council, council) != 0) &&
        ++tries < 400);
    return person;
}

bool hw_sim_hub_stay(struct hw_sim_hub *hub, const struct hw_sim_stay *stay, bool named)
{
    const struct hw_sim_plan *plan = &stay->plan;
    struct hw_sim_referral referral;
    struct hw_sim_person person;

    if (plan->ready_count == 0 || plan->pathway == 0 ||
        (plan->end != HW_SIM_END_DISCHARGED && plan->end != HW_SIM_END_DIED))
        return true;
    person = named ? stay->person : somebody(hub, NULL);
    if (*person.district->council == '\0')
        return true; /* Another county's to place. */
    hw_sim_referral_leaving(&referral, hub->options.seed, ++hub->number, stay, &person);
    return add(hub, &referral);
}

/* So many of a year on one day, the rest by chance. */
static uint32_t on_a_day(struct hw_sim_hub *hub, uint32_t year)
{
    uint64_t scaled = (uint64_t)year * hub->options.people;
    uint64_t whole = UINT64_C(365) * HW_SIM_PEOPLE_DEFAULT;
    uint32_t mean = (uint32_t)(scaled * 1000 / whole), count = 0; /* in thousandths */

    /* As many as chance has it, about the mean: each of twice as many comes or does not. */
    for (uint32_t i = 0; i < mean * 2 / 1000; i++)
        count += hw_sim_below(&hub->chance, 2);
    count += hw_sim_below(&hub->chance, 2000) < mean * 2 % 1000;
    return count;
}

bool hw_sim_hub_day(struct hw_sim_hub *hub, int32_t day)
{
    static const char *const councils[] = {"508", "509", "510"};

    for (int want = 0; want < HW_SIM_WANTS_FROM_HOME; want++) {
        for (size_t i = 0; i < sizeof councils / sizeof *councils; i++) {
            uint32_t count = on_a_day(hub, hw_sim_want_year((enum hw_sim_want)want, councils[i]));

            while (count-- > 0) {
                struct hw_sim_person person = somebody(hub, councils[i]);
                struct hw_sim_referral referral;
                /* Cover is 08:00 to 20:00, and most come in it. */
                int minute = hw_sim_below(&hub->chance, 100) < 88
                    ? hw_sim_between(&hub->chance, 8 * 60, 20 * 60)
                    : (int)hw_sim_below(&hub->chance, 1440);

                hw_sim_referral_from_home(&referral, hub->options.seed, ++hub->number,
                    (enum hw_sim_want)want, &person,
                    hw_london_midnight(day) + (int64_t)minute * HW_MINUTE_MS);
                if (!add(hub, &referral))
                    return false;
            }
        }
    }
    return true;
}

/* --- What happens. --- */

int64_t hw_sim_hub_due(const struct hw_sim_hub *hub)
{
    int64_t due = hub->heap_count == 0 ? HW_TIME_OPEN : hub->heap[0].at_ms;

    return due < hub->options.start_ms ? hub->options.start_ms : due;
}

/* Crisis response is over and more is wanted: another referral, of the same person. */
static bool hand_on(struct hw_sim_hub *hub, uint32_t index, int64_t at_ms)
{
    struct hw_sim_referral next;

    hub->referrals[index].further = false;
    hw_sim_referral_from_home(&next, hub->options.seed, ++hub->number, HW_SIM_WANT_REABLEMENT,
        &hub->referrals[index].person, at_ms);
    return add(hub, &next);
}

bool hw_sim_hub_next(struct hw_sim_hub *hub, struct hw_sim_hub_event *ret_event)
{
    struct due due = hub->heap[0];
    struct hw_sim_referral *referral = &hub->referrals[due.index];
    bool told = hw_sim_referral_step(referral, &ret_event->moment);

    if (told) {
        ret_event->referral = referral->number;
        ret_event->bytes = hw_slice_of(hub->buffer,
            hw_sim_event_write(referral, ret_event->moment, due.at_ms, hub->options.stamp,
                ++hub->serial, hub->buffer));
    }
    if (hw_sim_referral_due(referral) != HW_TIME_OPEN) {
        replan(hub, due.index);
        return told;
    }
    if (referral->further)
        (void)hand_on(hub, due.index, due.at_ms); /* Without memory they are not handed on. */
    drop_first(hub);
    return told;
}

/* --- What the engine says. --- */

void hw_sim_hub_name(struct hw_sim_hub *hub, uint32_t referral, const char *reference)
{
    for (uint32_t i = 0; i < hub->heap_count; i++) {
        struct hw_sim_referral *at = &hub->referrals[hub->heap[i].index];

        if (at->number == referral)
            (void)snprintf(at->reference, sizeof at->reference, "%s", reference);
    }
}

void hw_sim_hub_accept(struct hw_sim_hub *hub, const char *reference, const char *service,
    enum hw_service_kind kind, int64_t now_ms)
{
    for (uint32_t i = 0; i < hub->heap_count; i++) {
        uint32_t index = hub->heap[i].index;

        if (strcmp(hub->referrals[index].reference, reference) != 0)
            continue;
        hw_sim_referral_accept(&hub->referrals[index], service, kind, now_ms);
        replan(hub, index);
        return;
    }
}
