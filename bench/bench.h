/*
 * bench.h - what all benches share: arguments, clocks, medians, and how results are printed.
 *
 * Each bench prints its parameters, a hash of what it computed, then its figures.  Two programs are
 * compared in turns (A B A B ...) within one run; what counts is the ratio of their medians, since
 * machines differ and neighbours are noisy.
 */
#ifndef HW_BENCH_H
#define HW_BENCH_H

#include "homeward/hash.h"

enum { BENCH_TURNS_MAX = 32 };

/* Of one thing measured in turns. */
struct bench_times {
    uint64_t ns[BENCH_TURNS_MAX];
    unsigned count;
};

/* A number that may be given: --NAME VALUE. */
struct bench_option {
    const char *name;
    uint64_t value; /* before: the default */
    uint64_t tiny;  /* the default with --tiny */
};

/*
 * Read arguments into options, the last of which has no name.  Returns whether --tiny stood among
 * them: a smoke test, where results are checked and times are not looked at.  Anything unknown:
 * says so and exits 2.
 */
bool bench_arguments(int argc, char **argv, const char *what, struct bench_option *options);

/* CPU time of this thread: what neighbours take does not count. */
uint64_t bench_cpu_ns(void);
uint64_t bench_wall_ns(void);

void bench_add(struct bench_times *times, uint64_t ns);
uint64_t bench_median(const struct bench_times *times);

/* Fold more bytes into a running hash of results. */
void bench_fold(struct hw_hash *hash, const void *data, size_t size);

void bench_print_hash(const char *name, struct hw_hash hash);

/* A figure for bench/run.py: "figure NAME VALUE".  The same name again is another turn. */
void bench_figure(const char *name, double value);

/* One case of a smoke run, as TAP; bench_end() prints the plan and gives the exit code. */
void bench_case(bool is_good, const char *name);
int bench_end(void);

/* Messages of the synthetic county, one after the other. */
struct bench_messages {
    uint8_t *bytes;
    size_t *starts; /* count + 1 of them */
    size_t count;
};

/* The first count messages of a seed; ends the program when memory runs out. */
void bench_messages_make(
    struct bench_messages *messages, uint64_t seed, size_t count, uint32_t people);
void bench_messages_free(struct bench_messages *messages);

static inline struct hw_slice bench_message(const struct bench_messages *messages, size_t index)
{
    size_t start = messages->starts[index];

    return hw_slice_of(messages->bytes + start, messages->starts[index + 1] - start);
}

#endif
