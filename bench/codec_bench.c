/*
 * codec_bench.c - what does it cost to make a canonical event of an HL7 v2 message?
 *
 * A: hw_hl7_read(), bytes to events, hashes and verdict.  B: splitter.c over the same bytes.  In
 * turns, five pairs (more in a full run), medians of CPU time.
 */
#include "bench.h"

#include "codec/hl7v2/hl7v2.h"
#include "splitter.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
    size_t messages;
    unsigned rounds, pairs;
} sizes[] = {
    [BENCH_TINY] = {2000, 1, 2},
    [BENCH_QUICK] = {20000, 2, 5},
    [BENCH_NORMAL] = {50000, 4, 5},
    [BENCH_FULL] = {200000, 4, 15},
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
    const struct hw_hl7_options *options, const struct bench_messages *messages, unsigned rounds)
{
    uint64_t start = bench_cpu_ns();

    for (unsigned round = 0; round < rounds; round++) {
        for (size_t i = 0; i < messages->count; i++) {
            hw_hl7_read(options, bench_message(messages, i), scratch, &reading);
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
    const struct hw_hl7_options *options, const struct bench_messages *messages)
{
    struct outcome outcome = {0};

    for (size_t i = 0; i < messages->count; i++) {
        hw_hl7_read(options, bench_message(messages, i), scratch, &reading);
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

static void print_figures(const struct bench_messages *messages, unsigned rounds,
    const struct bench_times *codec, const struct bench_times *splitter)
{
    uint64_t count = messages->count * rounds;
    uint64_t bytes = messages->starts[messages->count] * rounds;
    uint64_t a = bench_median(codec), b = bench_median(splitter);

    if (count == 0)
        return;
    printf("codec:    %5" PRIu64 " ns a message, %4" PRIu64 " MB/s, %8" PRIu64 " messages/s\n",
        a / count, bytes * 1000 / (a + 1), count * UINT64_C(1000000000) / (a + 1));
    printf("splitter: %5" PRIu64 " ns a message, %4" PRIu64 " MB/s\n", b / count,
        bytes * 1000 / (b + 1));
    printf("ratio:    %" PRIu64 ".%02" PRIu64 " (codec / splitter; medians of %u pairs)\n",
        a / (b + 1), a * 100 / (b + 1) % 100, codec->count);
}

int main(int argc, char **argv)
{
    enum bench_size size = bench_arguments(argc, argv, "HL7 v2 bytes to canonical events.");
    struct bench_times codec = {0}, splitter = {0};
    struct bench_messages messages;
    struct hw_hl7_options options;

    hw_hl7_options_init(&options);
    bench_messages_make(&messages, 1, sizes[size].messages, 900000);
    printf("# codec_bench: %zu messages of seed 1, %zu bytes, %u rounds a turn, %u pairs\n",
        messages.count, messages.starts[messages.count], sizes[size].rounds, sizes[size].pairs);
    struct outcome outcome = read_all(&options, &messages);
    printf("# taken %" PRIu64 ", ignored %" PRIu64 ", refused %" PRIu64 ", events %" PRIu64 "\n",
        outcome.taken, outcome.ignored, outcome.refused, outcome.events);
    bench_print_hash("codec", outcome.hash);
    for (unsigned pair = 0; pair < sizes[size].pairs; pair++) {
        bench_add(&codec, time_codec(&options, &messages, sizes[size].rounds));
        bench_add(&splitter, time_splitter(&messages, sizes[size].rounds));
    }
    if (size == BENCH_TINY) {
        struct outcome again = read_all(&options, &messages);

        bench_case(hw_hash_equal(outcome.hash, again.hash), "reading twice gives the same events");
        bench_case(outcome.taken + outcome.ignored + outcome.refused == messages.count,
            "every message has a fate");
        bench_case(
            outcome.refused * 100 < messages.count && outcome.taken > 0, "hardly any is refused");
        bench_case(is_split_right(&messages), "the splitter finds every field");
    } else {
        print_figures(&messages, sizes[size].rounds, &codec, &splitter);
    }
    bench_messages_free(&messages);
    return size == BENCH_TINY ? bench_end() : 0;
}
