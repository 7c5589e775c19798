/*
 * Goal: what the engine counts is what truly happened: stays, ready periods, reasons and sides, to
 *       the millisecond; and the disorder of the way changes none of it.
 * Method: a synthetic county through codec and core, beside the truth that the county wrote.
 */
#include "codec/hl7v2/hl7v2.h"
#include "homeward/figures.h"
#include "runtime/memory.h"
#include "simulate/simulate.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static struct hw_hl7_options hl7;
static struct hw_hl7_reading reading;
static uint8_t scratch[HW_HL7_SCRATCH_SIZE];
static uint8_t record[HW_RECORD_SIZE_MAX];

/* Lines of text, sorted: one for each stay, so that two accounts of a county can be compared. */
struct account {
    char **lines;
    size_t count, room;
    int64_t in_hospital, ready, delayed;
};

static void account_add(struct account *account, char *line)
{
    if (account->count == account->room) {
        account->room = account->room == 0 ? 1024 : account->room * 2;
        account->lines = realloc(account->lines, account->room * sizeof *account->lines);
        cr_assert(account->lines != NULL);
    }
    account->lines[account->count++] = line;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void account_sort(struct account *account)
{
    qsort(account->lines, account->count, sizeof *account->lines, by_text);
}

static void account_free(struct account *account)
{
    for (size_t i = 0; i < account->count; i++)
        free(account->lines[i]);
    free(account->lines);
}

static void put_end(FILE *out, int64_t ms)
{
    if (ms == HW_TIME_OPEN)
        fputs("-open", out);
    else
        fprintf(out, "-%" PRId64, ms);
}

/* --- The engine's account. --- */

static void put_charges(
    FILE *out, const struct hw_engine *engine, const struct hw_history *history, uint32_t period)
{
    for (uint32_t i = 0; i < history->charges_count; i++) {
        const struct hw_charge *charge = &history->charges[i];
        uint32_t last = i;

        if (charge->period != period || charge->inferred)
            continue;
        /* One reason over two wards is two charges. */
        while (last + 1 < history->charges_count && history->charges[last + 1].period == period &&
            history->charges[last + 1].reason == charge->reason &&
            history->charges[last + 1].responsible == charge->responsible)
            last++;
        fprintf(out, " %.*s/%.*s@%" PRId64, HW_SLICE_ARGS(hw_engine_text(engine, charge->reason)),
            HW_SLICE_ARGS(hw_engine_text(engine, charge->responsible)), charge->start_ms);
        put_end(out, history->charges[last].end_ms);
        i = last;
    }
}

static char *history_line(const struct hw_engine *engine, const struct hw_history *history)
{
    char *line = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&line, &size);

    fprintf(out, "%" PRId64, history->inpatient_ms);
    put_end(out, history->ended_ms);
    fprintf(out, " %s%s",
        history->end == HW_END_DIED ? "died"
            : history->end          ? "left"
                                    : "there",
        history->counted ? " counted" : "");
    for (uint32_t i = 0; i < history->periods_count; i++) {
        fprintf(out, " ready@%" PRId64, history->periods[i].start_ms);
        put_end(out, history->periods[i].end_ms);
        put_charges(out, engine, history, i);
    }
    fclose(out);
    return line;
}

static uint64_t sequence;

static void apply(struct hw_engine *engine, const struct hw_event *event, int64_t at_ms)
{
    size_t size = hw_record_encode(event, ++sequence, at_ms, record, sizeof record);

    cr_assert(size > 0);
    cr_assert(hw_engine_apply(engine, hw_slice_of(record, size)) == HW_OK);
}

static void tick(struct hw_engine *engine, int64_t at_ms)
{
    while (hw_engine_due_ms(engine) <= at_ms) {
        struct hw_event event;

        hw_event_init(&event, HW_KIND_CLOCK_TICK);
        apply(engine, &event, at_ms);
    }
}

static void take(struct hw_engine *engine, const struct hw_simulation_message *message)
{
    hw_hl7_read(&hl7, message->bytes, scratch, &reading);
    for (uint32_t i = 0; i < reading.events_count; i++) {
        tick(engine, message->at_ms);
        apply(engine, &reading.events[i], message->at_ms);
    }
}

static struct account count(struct hw_engine *engine, int64_t now_ms)
{
    struct account account = {0};
    struct hw_history history;
    struct hw_figures figures;

    for (uint32_t at = hw_history_next(engine, 0, &history); at != 0;
         at = hw_history_next(engine, at, &history)) {
        if (history.inpatient_ms != HW_TIME_NONE)
            account_add(&account, history_line(engine, &history));
    }
    account_sort(&account);
    hw_figures_total(engine, now_ms, &figures);
    account.in_hospital = figures.in_hospital;
    account.ready = figures.ready;
    account.delayed = figures.delayed;
    return account;
}

/* --- The county's account. --- */

static int64_t moment_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_integer(value) ? json_integer_value(value) : HW_TIME_OPEN;
}

static void put_reasons(FILE *out, const json_t *reasons, int64_t end_ms)
{
    size_t count = json_array_size(reasons);

    for (size_t i = 0; i < count; i++) {
        const json_t *why = json_array_get(reasons, i);
        const char *code = json_string_value(json_object_get(why, "reason"));
        const char *side = json_string_value(json_object_get(why, "responsible"));
        size_t last = i;

        /* Saying the same again is not saying it. */
        for (; last + 1 < count; last++) {
            const json_t *next = json_array_get(reasons, last + 1);
            if (strcmp(json_string_value(json_object_get(next, "reason")), code) != 0 ||
                strcmp(json_string_value(json_object_get(next, "responsible")), side) != 0)
                break;
        }
        fprintf(out, " %s/%s@%" PRId64, code, side, moment_of(why, "from_ms"));
        put_end(out,
            last + 1 < count ? moment_of(json_array_get(reasons, last + 1), "from_ms") : end_ms);
        i = last;
    }
}

static char *truth_line(const json_t *stay)
{
    const json_t *ready = json_object_get(stay, "ready");
    const char *end = json_string_value(json_object_get(stay, "end"));
    char *line = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&line, &size);

    fprintf(out, "%" PRId64, moment_of(stay, "inpatient_ms"));
    put_end(out, moment_of(stay, "ended_ms"));
    fprintf(out, " %s%s",
        strcmp(end, "died") == 0       ? "died"
            : strcmp(end, "open") == 0 ? "there"
                                       : "left",
        json_is_true(json_object_get(stay, "counted")) ? " counted" : "");
    for (size_t i = 0; i < json_array_size(ready); i++) {
        const json_t *period = json_array_get(ready, i);

        fprintf(out, " ready@%" PRId64, moment_of(period, "start_ms"));
        put_end(out, moment_of(period, "end_ms"));
        put_reasons(out, json_object_get(period, "reasons"), moment_of(period, "end_ms"));
    }
    fclose(out);
    return line;
}

static void count_open(struct account *account, const json_t *stay, int64_t now_ms)
{
    const json_t *ready = json_object_get(stay, "ready");

    if (!json_is_true(json_object_get(stay, "counted")) ||
        moment_of(stay, "ended_ms") != HW_TIME_OPEN)
        return;
    account->in_hospital++;
    if (json_array_size(ready) == 0)
        return;
    const json_t *last = json_array_get(ready, json_array_size(ready) - 1);
    if (moment_of(last, "end_ms") != HW_TIME_OPEN)
        return;
    account->ready++;
    account->delayed += hw_london_day(moment_of(last, "start_ms")) < hw_london_day(now_ms);
}

static struct account truth_of(const char *text, int64_t now_ms)
{
    struct account account = {0};

    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        json_t *stay = json_loadb(line, (size_t)(strchr(line, '\n') - line), 0, NULL);
        const char *end = json_string_value(json_object_get(stay, "end"));

        if (moment_of(stay, "inpatient_ms") != HW_TIME_OPEN && strcmp(end, "cancelled") != 0) {
            account_add(&account, truth_line(stay));
            count_open(&account, stay, now_ms);
        }
        json_decref(stay);
    }
    account_sort(&account);
    return account;
}

/* --- The comparison. --- */

/* Prints what one has and the other has not; returns how many. */
static size_t differences(const struct account *truth, const struct account *counted)
{
    size_t i = 0, j = 0, found = 0;

    while (i < truth->count || j < counted->count) {
        int order = i == truth->count ? 1
            : j == counted->count     ? -1
                                      : strcmp(truth->lines[i], counted->lines[j]);

        if (order == 0) {
            i++;
            j++;
            continue;
        }
        if (++found <= 20)
            fprintf(stderr, "%s %s\n", order < 0 ? "true:   " : "counted:",
                order < 0 ? truth->lines[i] : counted->lines[j]);
        if (order < 0)
            i++;
        else
            j++;
    }
    return found;
}

static void compare(uint64_t seed, uint32_t people, int days, bool clean)
{
    struct hw_engine_options engine_options = {.limits = hw_limits_default(),
        .memory = hw_memory_system(),
        .hash_key = {1, 2},
        .dedupe_ms = 35 * HW_DAY_MS,
        .history_open_ms = 90 * HW_DAY_MS};
    struct hw_simulation_options options;
    struct hw_simulation_message message = {.at_ms = 0};
    struct hw_engine *engine;
    char *text = NULL;
    size_t size = 0;

    hw_hl7_options_init(&hl7);
    hw_simulation_options_init(&options);
    options.seed = seed;
    options.people = people;
    options.clean = clean;
    options.end_ms = options.start_ms + days * HW_DAY_MS;
    options.rates[HW_SIM_RATE_CANCEL_ADMIT] = 3000; /* Rare things, often enough to be seen. */
    options.rates[HW_SIM_RATE_CANCEL_MOVE] = 5000;
    options.rates[HW_SIM_RATE_CANCEL_DISCHARGE] = 5000;
    options.rates[HW_SIM_RATE_MERGED] = 3000;
    options.rates[HW_SIM_RATE_UNMERGED] = 50000;
    options.rates[HW_SIM_RATE_LEAVE] = 5000;
    options.truth = open_memstream(&text, &size);
    cr_assert(hw_engine_new(&engine_options, &engine) == HW_OK);
    struct hw_simulation *simulation = hw_simulation_new(&options);
    sequence = 0;
    int64_t last_ms = 0;
    while (hw_simulation_next(simulation, &message)) {
        last_ms = message.at_ms;
        take(engine, &message);
    }
    hw_simulation_free(simulation);
    fclose(options.truth);
    int64_t now_ms = last_ms > options.end_ms ? last_ms : options.end_ms;
    tick(engine, now_ms);

    struct account truth = truth_of(text, now_ms), counted = count(engine, now_ms);
    size_t found = differences(&truth, &counted);
    cr_expect(truth.count > 500, "%zu stays", truth.count);
    cr_expect(
        found == 0, "seed %" PRIu64 ": %zu differences of %zu stays", seed, found, truth.count);
    cr_expect(truth.in_hospital == counted.in_hospital,
        "in hospital: %" PRId64 ", counted %" PRId64, truth.in_hospital, counted.in_hospital);
    cr_expect(truth.ready == counted.ready, "ready: %" PRId64 ", counted %" PRId64, truth.ready,
        counted.ready);
    cr_expect(truth.delayed == counted.delayed, "delayed: %" PRId64 ", counted %" PRId64,
        truth.delayed, counted.delayed);
    account_free(&truth);
    account_free(&counted);
    hw_engine_free(engine);
    free(text);
}

Test(simulate_truth, a_clean_county_is_counted_as_it_was)
{
    compare(1, 60000, 20, true);
}

Test(simulate_truth, a_disordered_county_is_counted_as_it_was)
{
    compare(2, 60000, 20, false);
}

/* 85 days: the clocks change on 29 March. */
Test(simulate_truth, over_the_change_of_the_clocks)
{
    compare(3, 25000, 85, true);
}
