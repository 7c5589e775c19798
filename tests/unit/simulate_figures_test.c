/*
 * Goal: the synthetic county has the published figures of the hospitals it is modelled on, so that
 *       what is seen in a demonstration is what would be seen there.
 * Method: eight weeks of the default county, counted from the truth it writes.
 */
#include "homeward/time.h"
#include "simulate/simulate.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>

enum { DAYS = 56, BANDS = 6 };

struct figures {
    int64_t in_hospital[DAYS], ready[DAYS]; /* at the midnight that begins the day */
    int64_t not_meeting[DAYS];              /* at any time of the day */
    int64_t discharged[7];                  /* by weekday, Monday first */
    int64_t discharges, said_ready, delayed, delayed_days, died;
    int64_t bands[BANDS]; /* delays of 1, 2-3, 4-6, 7-13, 14-20, 21+ days */
    int64_t councils[4];  /* 508, 509, 510, none */
};

static int64_t moment_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_integer(value) ? json_integer_value(value) : HW_TIME_OPEN;
}

/* Days of the run at whose midnight something that lasts [from, to) is there. */
static void add_midnights(int64_t *counts, int32_t first_day, int64_t from, int64_t to)
{
    for (int day = 0; day < DAYS; day++) {
        int64_t midnight = hw_london_midnight(first_day + day);
        counts[day] += from < midnight && midnight <= to;
    }
}

static void add_ready(struct figures *figures, int32_t first_day, const json_t *stay)
{
    const json_t *ready = json_object_get(stay, "ready");
    bool seen[DAYS] = {false};

    for (size_t i = 0; i < json_array_size(ready); i++) {
        int64_t from = moment_of(json_array_get(ready, i), "start_ms");
        int64_t to = moment_of(json_array_get(ready, i), "end_ms");

        add_midnights(figures->ready, first_day, from, to);
        for (int day = 0; day < DAYS; day++)
            seen[day] |= hw_london_day(from) <= first_day + day &&
                (to == HW_TIME_OPEN || first_day + day <= hw_london_day(to));
    }
    for (int day = 0; day < DAYS; day++)
        figures->not_meeting[day] += seen[day];
}

static void add_discharge(struct figures *figures, const json_t *stay)
{
    static const int32_t upper[BANDS] = {1, 3, 6, 13, 20, 1000};
    const json_t *ready = json_object_get(stay, "ready");
    int32_t day = hw_london_day(moment_of(stay, "ended_ms"));

    figures->discharges++;
    figures->discharged[(day + 3) % 7]++;
    if (json_array_size(ready) == 0)
        return;
    int32_t delay = day - hw_london_day(moment_of(json_array_get(ready, 0), "start_ms"));
    figures->said_ready++;
    if (delay == 0)
        return;
    figures->delayed++;
    figures->delayed_days += delay;
    int band = 0;
    while (delay > upper[band])
        band++;
    figures->bands[band]++;
}

static void add_stay(struct figures *figures, int32_t first_day, const json_t *stay)
{
    static const char *const councils[] = {"508", "509", "510"};
    const char *end = json_string_value(json_object_get(stay, "end"));
    const char *council = json_string_value(json_object_get(stay, "council"));
    int which = 0;

    if (!json_is_true(json_object_get(stay, "counted")))
        return;
    add_midnights(figures->in_hospital, first_day, moment_of(stay, "inpatient_ms"),
        moment_of(stay, "ended_ms"));
    add_ready(figures, first_day, stay);
    figures->died += strcmp(end, "died") == 0;
    while (which < 3 && (council == NULL || strcmp(council, councils[which]) != 0))
        which++;
    figures->councils[which]++;
    if (strcmp(end, "discharged") == 0)
        add_discharge(figures, stay);
}

static void figures_of(struct figures *figures, uint64_t seed)
{
    struct hw_simulation_options options;
    struct hw_simulation_message message;
    char *text = NULL;
    size_t size = 0;

    hw_simulation_options_init(&options);
    int32_t first_day = hw_london_day(options.start_ms);
    options.seed = seed;
    options.clean = true;
    options.end_ms = hw_london_midnight(first_day + DAYS);
    options.truth = open_memstream(&text, &size);
    struct hw_simulation *simulation = hw_simulation_new(&options);
    while (hw_simulation_next(simulation, &message))
        continue;
    hw_simulation_free(simulation);
    fclose(options.truth);
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        json_t *stay = json_loadb(line, (size_t)(strchr(line, '\n') - line), 0, NULL);

        add_stay(figures, first_day, stay);
        json_decref(stay);
    }
    free(text);
}

static int64_t mean(const int64_t *values)
{
    int64_t sum = 0;

    for (int day = 1; day < DAYS; day++) /* The first midnight is the beginning itself. */
        sum += values[day];
    return sum / (DAYS - 1);
}

static void expect_within(const char *name, int64_t value, int64_t least, int64_t most)
{
    cr_expect(value >= least && value <= most, "%s: %ld, wanted %ld to %ld", name, (long)value,
        (long)least, (long)most);
}

Test(simulate_figures, are_those_published)
{
    /* Leicester, September 2024 to August 2025: discharged a day, Monday first. */
    static const int64_t weekdays[7] = {252, 312, 303, 303, 324, 209, 154};
    /* Delays by length, of a thousand (seven trusts; the last band is shorter here). */
    static const int64_t bands[BANDS] = {287, 231, 177, 174, 62, 70};
    static struct figures figures;
    char name[32];

    figures_of(&figures, 4);
    expect_within("in hospital at midnight", mean(figures.in_hospital), 1540, 1660);
    expect_within("ready at midnight", mean(figures.ready), 180, 230);
    expect_within("not meeting in the day", mean(figures.not_meeting), 430, 500);
    expect_within("discharged a day", figures.discharges / DAYS, 255, 275);
    for (int day = 0; day < 7; day++) {
        snprintf(name, sizeof name, "discharged on weekday %d", day);
        expect_within(name, figures.discharged[day] * 7 / DAYS, weekdays[day] * 92 / 100,
            weekdays[day] * 108 / 100);
    }
    expect_within("delayed, of a thousand", figures.delayed * 1000 / figures.said_ready, 130, 152);
    for (int band = 0; band < BANDS; band++) {
        snprintf(name, sizeof name, "delay band %d", band);
        expect_within(
            name, figures.bands[band] * 1000 / figures.delayed, bands[band] - 35, bands[band] + 35);
    }
    expect_within(
        "mean delay, tenths of a day", figures.delayed_days * 10 / figures.delayed, 50, 65);
    expect_within("deaths a day", figures.died / DAYS, 7, 12);
    int64_t all =
        figures.councils[0] + figures.councils[1] + figures.councils[2] + figures.councils[3];
    expect_within("of the county, per cent", figures.councils[0] * 100 / all, 45, 60);
    expect_within("of the city, per cent", figures.councils[1] * 100 / all, 32, 46);
    expect_within("of Rutland, per cent", figures.councils[2] * 100 / all, 2, 5);
    expect_within("from outside, per cent", figures.councils[3] * 100 / all, 4, 8);
}
