/*
 * Goal: same seed, same bytes; what truly happens does not depend on the disorder of the way; each
 *       rate of the table is kept.
 * Method: whole runs of a small county, hashed and counted.
 */
#include "homeward/hash.h"
#include "homeward/time.h"
#include "simulate/simulate.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct run {
    struct hw_hash hash;  /* of all bytes */
    struct hw_hash truth; /* of the truth */
    uint64_t messages;
    uint64_t counts[HW_SIM_RATES];
    size_t truth_size;
};

static void options_of(struct hw_simulation_options *options, uint64_t seed, int days)
{
    hw_simulation_options_init(options);
    options->seed = seed;
    options->people = 100000;
    options->end_ms = options->start_ms + days * HW_DAY_MS;
}

static struct run run_of(struct hw_simulation_options *options)
{
    struct run run = {0};
    struct hw_simulation_message message;
    char *truth = NULL;
    int64_t last_ms = 0;

    options->truth = open_memstream(&truth, &run.truth_size);
    struct hw_simulation *simulation = hw_simulation_new(options);
    cr_assert(simulation != NULL);
    while (hw_simulation_next(simulation, &message)) {
        struct hw_slice parts[] = {hw_slice_of(&run.hash, sizeof run.hash), message.bytes};

        cr_assert(message.at_ms >= last_ms);
        last_ms = message.at_ms;
        run.hash = hw_hash_parts(parts, 2);
        run.messages++;
    }
    cr_assert(!hw_simulation_failed(simulation));
    memcpy(run.counts, hw_simulation_counts(simulation), sizeof run.counts);
    hw_simulation_free(simulation);
    fclose(options->truth);
    run.truth = hw_hash_bytes(hw_slice_of(truth, run.truth_size));
    free(truth);
    return run;
}

Test(simulate_stream, same_seed_same_bytes)
{
    struct hw_simulation_options options;

    options_of(&options, 42, 10);
    struct run one = run_of(&options);
    struct run same = run_of(&options);
    options.seed = 43;
    struct run other = run_of(&options);

    cr_expect(hw_hash_equal(one.hash, same.hash));
    cr_expect(hw_hash_equal(one.truth, same.truth));
    cr_expect(!hw_hash_equal(one.hash, other.hash));
    cr_expect(!hw_hash_equal(one.truth, other.truth));
}

Test(simulate_stream, disorder_changes_nothing_that_is_true)
{
    struct hw_simulation_options options;

    options_of(&options, 42, 10);
    struct run wild = run_of(&options);
    options.clean = true;
    struct run clean = run_of(&options);

    cr_expect(wild.truth_size > 10000);
    cr_expect(hw_hash_equal(wild.truth, clean.truth));
    cr_expect(wild.messages > clean.messages);
    for (unsigned i = 0; i < HW_SIM_RATES; i++)
        cr_expect(clean.counts[i] == 0, "rate %u", i);
}

/* Of so many tries so many may happen: five deviations of the root, and two for the smallest. */
static void expect_near(const char *name, uint64_t tries, uint64_t seen, uint32_t rate)
{
    uint64_t wanted = tries * rate / 100000, spread = 0;

    while (spread * spread < wanted)
        spread++;
    spread = 5 * spread + 2;
    cr_expect(seen + spread >= wanted && seen <= wanted + spread, "%s: %lu of %lu, wanted %lu",
        name, (unsigned long)seen, (unsigned long)tries, (unsigned long)wanted);
}

Test(simulate_stream, disorder_keeps_its_rates_over_thirty_days)
{
    struct hw_simulation_options options;

    options_of(&options, 9, 30);
    struct run run = run_of(&options);
    options.clean = true;
    uint64_t messages = run_of(&options).messages;

    cr_assert(messages > 30000);
    expect_near("late", messages, run.counts[HW_SIM_RATE_LATE], 4000);
    expect_near("very late", messages, run.counts[HW_SIM_RATE_VERY_LATE], 200);
    expect_near("swapped", messages, run.counts[HW_SIM_RATE_SWAPPED], 2000);
    expect_near("doubled", messages, run.counts[HW_SIM_RATE_DOUBLED], 2000);
    expect_near("resent", messages, run.counts[HW_SIM_RATE_RESENT], 500);
    expect_near("malformed", messages, run.counts[HW_SIM_RATE_MALFORMED], 200);
    cr_expect(run.messages ==
        messages + run.counts[HW_SIM_RATE_DOUBLED] + run.counts[HW_SIM_RATE_RESENT] +
            run.counts[HW_SIM_RATE_MALFORMED]);
}

Test(simulate_stream, a_rate_of_nothing_is_none_and_of_all_is_all)
{
    struct hw_simulation_options options;

    options_of(&options, 3, 2);
    options.clean = true;
    uint64_t messages = run_of(&options).messages;
    options.clean = false;
    for (unsigned i = HW_SIM_RATE_LATE; i < HW_SIM_RATES; i++)
        options.rates[i] = 0;
    cr_expect(run_of(&options).messages == messages);
    options.rates[HW_SIM_RATE_DOUBLED] = 100000;
    cr_expect(run_of(&options).messages == messages * 2);
}
