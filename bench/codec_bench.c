/*
 * codec_bench.c - what does it cost to make a canonical event of an HL7 v2 message?
 *
 * A: hw_hl7_read(), bytes to events, hashes and verdict.  B: splitter.c over the same bytes.  In
 * turns; medians of CPU time.
 */
#include "bench.h"

#include "codec/hl7v2/hl7v2.h"
#include "splitter.h"

#include <inttypes.h>
#include <stdio.h>

enum { MESSAGES, ROUNDS, PAIRS };

static struct bench_option options[] = {
    [MESSAGES] = {"messages", 50000, 2000},
    [ROUNDS] = {"rounds", 4, 1},
    [PAIRS] = {"pairs", 5, 2},
    {NULL, 0, 0},
};

struct outcome {
    uint64_t taken, ignored, refused, events;
    struct hw_hash hash;
};

static struct hw_hl7_reading reading;
static uint8_t scratch[HW_HL7_SCRATCH_SIZE];
static struct bench_field fields[BENCH_FIELDS_MAX];

/* The compiler must believe that somebody looks. */
static void look(const void *data)
{
    __asm__ volatile("" : : "r"(data) : "memory");
}

static uint64_t time_codec(
    const struct hw_hl7_options *how, const struct bench_messages *messages, unsigned rounds)
{
    uint64_t start = bench_cpu_ns();

    for (unsigned round = 0; round < rounds; round++) {
        for (size_t i = 0; i < messages->count; i++) {
            hw_hl7_read(how, bench_message(messages, i), scratch, &reading);
            look(&reading);
        }
    }
    return bench_cpu_ns() - start;
}

static uint64_t time_splitter(const struct bench_messages *messages, unsigned rounds)
{
    uint64_t start = bench_cpu_ns();

    for (unsigned round = 0; round < rounds; round++) {
        for (size_t i = 0; i < messages->count; i++) {
            uint32_t count = bench_split(bench_message(messages, i), fields);

            look(fields);
            look(&count);
        }
    }
    return bench_cpu_ns() - start;
}

/* What was read, apart from the clocks. */
static struct outcome read_all(
    const struct hw_hl7_options *how, const struct bench_messages *messages)
{
    struct outcome outcome = {0};

    for (size_t i = 0; i < messages->count; i++) {
        hw_hl7_read(how, bench_message(messages, i), scratch, &reading);
        outcome.taken += reading.verdict == HW_VERDICT_TAKEN;
        outcome.ignored += reading.verdict == HW_VERDICT_IGNORED;
        outcome.refused += reading.verdict == HW_VERDICT_REFUSED;
        outcome.events += reading.events_count;
        for (uint32_t event = 0; event < reading.events_count; event++) {
            bench_fold(&outcome.hash, &reading.events[event].kind, sizeof(enum hw_kind));
            bench_fold(&outcome.hash, &reading.events[event].message_hash, sizeof(struct hw_hash));
            bench_fold(&outcome.hash, &reading.events[event].set, sizeof(uint64_t));
        }
    }
    return outcome;
}

/* Fields counted the slow way: separators, and ends of segments that are not empty. */
static bool is_split_right(const struct bench_messages *messages)
{
    for (size_t i = 0; i < messages->count; i++) {
        struct hw_slice message = bench_message(messages, i);
        uint32_t wanted = 0;

        for (size_t at = 0; at < message.size; at++)
            wanted += message.data[at] == '|' || message.data[at] == '\r';
        wanted += message.size > 0 && message.data[message.size - 1] != '\r';
        if (bench_split(message, fields) != wanted)
            return false;
    }
    return true;
}

/* Of one turn each, for the driver. */
static void print_turn(
    const struct bench_messages *messages, unsigned rounds, uint64_t codec_ns, uint64_t splitter_ns)
{
    double bytes = (double)messages->starts[messages->count] * rounds;
    double count = (double)messages->count * rounds;

    bench_figure("codec_mb_s", bytes * 1e3 / (double)(codec_ns + 1));
    bench_figure("splitter_mb_s", bytes * 1e3 / (double)(splitter_ns + 1));
    bench_figure("codec_ns", (double)codec_ns / count);
    bench_figure("splitter_ns", (double)splitter_ns / count);
}

static void check(const struct hw_hl7_options *how, const struct bench_messages *messages,
    const struct outcome *outcome)
{
    struct outcome again = read_all(how, messages);

    bench_case(hw_hash_equal(outcome->hash, again.hash), "reading twice gives the same events");
    bench_case(outcome->taken + outcome->ignored + outcome->refused == messages->count,
        "every message has a fate");
    bench_case(
        outcome->refused * 100 < messages->count && outcome->taken > 0, "hardly any is refused");
    bench_case(is_split_right(messages), "the splitter finds every field");
}

int main(int argc, char **argv)
{
    bool is_tiny = bench_arguments(argc, argv, "HL7 v2 bytes to canonical events.", options);
    unsigned rounds = (unsigned)options[ROUNDS].value;
    struct bench_messages messages;
    struct hw_hl7_options how;

    hw_hl7_options_init(&how);
    bench_messages_make(&messages, 1, options[MESSAGES].value, 900000);
    printf("# codec_bench: %zu messages of seed 1, %zu bytes, %u rounds a turn\n", messages.count,
        messages.starts[messages.count], rounds);
    struct outcome outcome = read_all(&how, &messages);
    printf("# taken %" PRIu64 ", ignored %" PRIu64 ", refused %" PRIu64 ", events %" PRIu64 "\n",
        outcome.taken, outcome.ignored, outcome.refused, outcome.events);
    bench_print_hash("codec", outcome.hash);
    for (uint64_t pair = 0; pair < options[PAIRS].value; pair++) {
        uint64_t codec_ns = time_codec(&how, &messages, rounds);

        print_turn(&messages, rounds, codec_ns, time_splitter(&messages, rounds));
    }
    if (is_tiny)
        check(&how, &messages, &outcome);
    bench_messages_free(&messages);
    return is_tiny ? bench_end() : 0;
}
