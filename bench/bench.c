#include "bench.h"

#include "homeward/time.h"
#include "simulate/simulate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

static unsigned cases, failures;

static bool read_option(struct bench_option *options, const char *name, const char *value)
{
    for (struct bench_option *option = options; option->name != NULL; option++) {
        if (strncmp(name, "--", 2) == 0 && strcmp(name + 2, option->name) == 0 && value != NULL) {
            option->value = strtoull(value, NULL, 10);
            return true;
        }
    }
    return false;
}

bool bench_arguments(int argc, char **argv, const char *what, struct bench_option *options)
{
    bool is_tiny = false;

    for (int i = 1; i < argc; i++)
        is_tiny = is_tiny || strcmp(argv[i], "--tiny") == 0;
    for (struct bench_option *option = options; is_tiny && option->name != NULL; option++)
        option->value = option->tiny;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--tiny") == 0)
            continue;
        if (read_option(options, argv[i], argv[i + 1])) {
            i++;
            continue;
        }
        fprintf(stderr, "usage: %s [--tiny]", argv[0]);
        for (const struct bench_option *option = options; option->name != NULL; option++)
            fprintf(stderr, " [--%s N]", option->name);
        fprintf(stderr, "\n%s\n", what);
        exit(2);
    }
    return is_tiny;
}

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t bench_cpu_ns(void)
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t bench_wall_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

void bench_add(struct bench_times *times, uint64_t ns)
{
    if (times->count < BENCH_TURNS_MAX)
        times->ns[times->count++] = ns;
}

static int by_value(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

uint64_t bench_median(const struct bench_times *times)
{
    uint64_t sorted[BENCH_TURNS_MAX];

    if (times->count == 0)
        return 0;
    memcpy(sorted, times->ns, times->count * sizeof *sorted);
    qsort(sorted, times->count, sizeof *sorted, by_value);
    return sorted[times->count / 2];
}

void bench_fold(struct hw_hash *hash, const void *data, size_t size)
{
    struct hw_slice parts[] = {hw_slice_of(hash, sizeof *hash), hw_slice_of(data, size)};

    *hash = hw_hash_parts(parts, 2);
}

void bench_print_hash(const char *name, struct hw_hash hash)
{
    printf("# result %s: %016" PRIx64 "%016" PRIx64 "\n", name, hash.high, hash.low);
}

void bench_figure(const char *name, double value)
{
    printf("figure %s %.17g\n", name, value);
    fflush(stdout);
}

void bench_case(bool is_good, const char *name)
{
    printf("%sok %u - %s\n", is_good ? "" : "not ", ++cases, name);
    failures += !is_good;
}

int bench_end(void)
{
    printf("1..%u\n", cases);
    return failures == 0 ? 0 : 1;
}

static void *need(void *memory)
{
    if (memory == NULL) {
        fputs("bench: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

void bench_messages_make(
    struct bench_messages *messages, uint64_t seed, size_t count, uint32_t people)
{
    struct hw_simulation_options options;
    struct hw_simulation_message message;
    size_t room = count * 512, used = 0;

    hw_simulation_options_init(&options);
    options.seed = seed;
    options.people = people;
    options.end_ms = HW_TIME_OPEN;
    struct hw_simulation *simulation = need(hw_simulation_new(&options));
    messages->bytes = need(malloc(room));
    messages->starts = need(malloc((count + 1) * sizeof *messages->starts));
    for (messages->count = 0; messages->count < count; messages->count++) {
        if (!hw_simulation_next(simulation, &message))
            need(NULL);
        if (used + message.bytes.size > room) {
            room += room / 2;
            messages->bytes = need(realloc(messages->bytes, room));
        }
        memcpy(messages->bytes + used, message.bytes.data, message.bytes.size);
        messages->starts[messages->count] = used;
        used += message.bytes.size;
    }
    messages->starts[count] = used;
    hw_simulation_free(simulation);
}

void bench_messages_free(struct bench_messages *messages)
{
    free(messages->bytes);
    free(messages->starts);
}
