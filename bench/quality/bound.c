#include "bound.h"

#include "schedule.h"

#include <stdlib.h>
#include <string.h>

/*
 * One way to serve somebody: asked just after one moment of the grid (or when ready), begun and
 * left after others.  It is in the way at all moments from first to last, not included.
 */
struct way {
    double cost; /* hours from ready to start */
    uint16_t first, last;
    uint16_t service;
};

struct grid {
    const struct county *county;
    unsigned group;
    uint32_t moments;
    struct way *ways; /* of all people, one after the other */
    size_t ways_count, ways_room;
    size_t first_way[COUNTY_PEOPLE_MAX + 1]; /* of each person */
    double *room, *price, *used;             /* [service][moment], in parts of the capacity */
    double *sum;                             /* prices up to a moment */
    double *step;                            /* of prices, the last */
    double weight[COUNTY_SERVICES_MAX];      /* people it has room for; 0: not of the group */
};

static int64_t moment_ms(const struct grid *grid, uint32_t moment)
{
    return grid->county->start_ms + (int64_t)moment * BOUND_STEP_HOURS * HW_HOUR_MS;
}

/* The first moment not before ms. */
static uint32_t moment_from(const struct grid *grid, int64_t ms)
{
    int64_t step = BOUND_STEP_HOURS * HW_HOUR_MS, since = ms - grid->county->start_ms;
    int64_t moment = since <= 0 ? 0 : (since + step - 1) / step;

    return moment < grid->moments ? (uint32_t)moment : grid->moments;
}

static void add_way(struct grid *grid, struct way way)
{
    if (grid->ways_count == grid->ways_room) {
        grid->ways_room = grid->ways_room * 2 + 4096;
        grid->ways = schedule_need(realloc(grid->ways, grid->ways_room * sizeof *grid->ways));
    }
    grid->ways[grid->ways_count++] = way;
}

/*
 * Asked at any time in a cell, support begins no earlier and the place is kept no shorter at its
 * end than if asked at the cell's start: that one is enough.
 */
static void add_ways(struct grid *grid, uint32_t person, uint32_t service)
{
    const struct county *county = grid->county;
    int64_t ready_ms = county->people[person].ready_ms;
    uint32_t first = moment_from(grid, ready_ms);

    for (uint32_t cell = first; cell <= grid->moments; cell++) {
        int64_t asked_ms = cell == first ? ready_ms : moment_ms(grid, cell - 1);
        int64_t begins_ms =
            county_begin_ms(county, service, county_answer_ms(county, person, service, asked_ms));
        struct way way = {.cost = (double)(begins_ms - ready_ms) / (double)HW_HOUR_MS,
            .first = (uint16_t)cell,
            .last = (uint16_t)moment_from(grid, begins_ms + county->people[person].stay_ms),
            .service = (uint16_t)service};

        if (begins_ms >= county->end_ms)
            return;
        add_way(grid, way);
    }
}

static bool is_of(const struct grid *grid, uint32_t person)
{
    return county_group((enum county_class)grid->county->people[person].class) == grid->group;
}

static double *table(const struct grid *grid)
{
    return schedule_need(
        calloc((size_t)grid->county->services_count * (grid->moments + 1), sizeof(double)));
}

static size_t place(const struct grid *grid, uint32_t service, uint32_t moment)
{
    return (size_t)service * (grid->moments + 1) + moment;
}

static void grid_make(struct grid *grid, const struct county *county, unsigned group)
{
    grid->county = county;
    grid->group = group;
    grid->moments =
        (uint32_t)((county->end_ms - county->start_ms) / (BOUND_STEP_HOURS * HW_HOUR_MS));
    grid->room = table(grid);
    grid->price = table(grid);
    grid->used = table(grid);
    grid->sum = table(grid);
    grid->step = table(grid);
    for (size_t i = 0; i < (size_t)county->services_count * (grid->moments + 1); i++)
        grid->room[i] = 1;
    for (uint32_t i = 0; i < county->placed_count; i++) {
        const struct county_placed *placed = &county->placed[i];
        uint32_t ends = moment_from(grid, placed->ends_ms);

        for (uint32_t moment = 0; moment < ends; moment++)
            grid->room[place(grid, placed->service, moment)] -=
                (double)placed->units / county->services[placed->service].capacity;
    }
    for (uint32_t person = 0; person < county->people_count; person++) {
        grid->first_way[person] = grid->ways_count;
        if (!is_of(grid, person))
            continue;
        for (uint32_t service = 0; service < county->services_count; service++)
            if (county_fits(county, person, service)) {
                grid->weight[service] = (double)county->services[service].capacity /
                    (county->services[service].unit == HW_UNIT_HOURS ? COUNTY_HOURS_MEAN : 1);
                if (county_says_yes(county, person, service))
                    add_ways(grid, person, service);
            }
    }
    grid->first_way[county->people_count] = grid->ways_count;
}

static void grid_free(struct grid *grid)
{
    free(grid->ways);
    free(grid->room);
    free(grid->price);
    free(grid->used);
    free(grid->sum);
    free(grid->step);
}

/* The least that one person costs at these prices; what they use is added. */
static double serve(struct grid *grid, uint32_t person)
{
    const struct county *county = grid->county;
    double least = (double)(county->end_ms - county->people[person].ready_ms) / (double)HW_HOUR_MS;
    const struct way *best = NULL;

    for (size_t i = grid->first_way[person]; i < grid->first_way[person + 1]; i++) {
        const struct way *way = &grid->ways[i];
        const double *sum = grid->sum + place(grid, way->service, 0);
        double units = (double)county_units(county, person, way->service) /
            county->services[way->service].capacity;
        double cost = way->cost + units * (sum[way->last] - sum[way->first]);

        if (cost < least) {
            least = cost;
            best = way;
        }
    }
    if (best != NULL) {
        double units = (double)county_units(county, person, best->service) /
            county->services[best->service].capacity;

        /* As differences: added up when all have been served. */
        grid->used[place(grid, best->service, best->first)] += units;
        grid->used[place(grid, best->service, best->last)] -= units;
    }
    return least;
}

/* What these prices prove; used is then what would be used beyond what there is. */
static double prove(struct grid *grid)
{
    uint32_t services = grid->county->services_count;
    double total = 0;

    memset(grid->used, 0, (size_t)services * (grid->moments + 1) * sizeof(double));
    for (uint32_t service = 0; service < services; service++)
        for (uint32_t moment = 0; moment < grid->moments; moment++) {
            size_t at = place(grid, service, moment);

            grid->sum[at + 1] = grid->sum[at] + grid->price[at];
            total -= grid->price[at] * grid->room[at];
        }
    for (uint32_t person = 0; person < grid->county->people_count; person++)
        if (is_of(grid, person))
            total += serve(grid, person);
    for (uint32_t service = 0; service < services; service++) {
        double used = 0;

        for (uint32_t moment = 0; moment < grid->moments; moment++) {
            size_t at = place(grid, service, moment);

            used += grid->used[at];
            grid->used[at] = used - grid->room[at];
        }
    }
    return total;
}

/*
 * One price for all services of the group at a moment, by the people each has room for: a coarser
 * relaxation, which finds in few steps where in the quarter room is short.  Then each by itself.
 */
static void pool(const struct grid *grid)
{
    for (uint32_t moment = 0; moment < grid->moments; moment++) {
        double weights = 0, mean = 0;

        for (uint32_t service = 0; service < grid->county->services_count; service++) {
            double weight = grid->weight[service];

            weights += weight * weight;
            mean += weight * grid->step[place(grid, service, moment)];
        }
        for (uint32_t service = 0; service < grid->county->services_count; service++)
            grid->step[place(grid, service, moment)] = mean / weights * grid->weight[service];
    }
}

/* The way to go from here: mostly what is used beyond what there is, partly as before. */
static double direct(struct grid *grid, bool pooled)
{
    const double keep = 0.7;
    size_t all = (size_t)grid->county->services_count * (grid->moments + 1);
    double square = 0;

    for (size_t i = 0; i < all; i++)
        grid->step[i] = grid->used[i] + keep * grid->step[i];
    if (pooled)
        pool(grid);
    for (size_t i = 0; i < all; i++)
        if (grid->price[i] > 0 || grid->step[i] > 0)
            square += grid->step[i] * grid->step[i];
    return square;
}

double bound_ready_hours(
    const struct county *county, unsigned group, double reached, uint32_t steps)
{
    struct grid *grid = schedule_need(calloc(1, sizeof *grid));
    double best = 0, pace = 1;
    uint32_t since = 0;

    grid_make(grid, county, group);
    for (uint32_t step = 0; step < steps; step++) {
        double proved = prove(grid), square, stride;

        since = proved > best ? 0 : since + 1;
        best = proved > best ? proved : best;
        square = direct(grid, step < steps / 2);
        if (square == 0)
            break;
        if (since >= 10 || step == steps / 2) {
            pace = step == steps / 2 ? 0.5 : pace / 1.5;
            since = 0;
        }
        stride = pace * (reached - proved) / square;
        for (size_t i = 0; i < (size_t)county->services_count * (grid->moments + 1); i++) {
            double price = grid->price[i] + stride * grid->step[i];

            grid->price[i] = price > 0 ? price : 0;
        }
    }
    grid_free(grid);
    free(grid);
    return best;
}
