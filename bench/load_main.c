/*
 * load_main.c - send messages to a server and say what came back.
 *
 * usage: load make FILE SEED COUNT PEOPLE
 *        load mllp|redis PORT FILE FIRST COUNT CONNECTIONS WINDOW [RATE]
 *
 * Prints figures for bench/run.py.  Exit 1: the server did not answer everything, or answered one
 * message with the acknowledgement of another.
 */
#include "bench.h"
#include "load.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static int usage(const char *name)
{
    fprintf(stderr,
        "usage: %s make FILE SEED COUNT PEOPLE\n"
        "       %s mllp|redis PORT FILE FIRST COUNT CONNECTIONS WINDOW [RATE]\n",
        name, name);
    return 2;
}

static uint64_t number(const char *text)
{
    return strtoull(text, NULL, 10);
}

static void print_result(const struct load_result *result)
{
    static const struct {
        const char *name;
        uint32_t share;
    } shares[] = {{"p50_ns", 500000}, {"p90_ns", 900000}, {"p99_ns", 990000}, {"p999_ns", 999000}};

    bench_figure("wall_ns", (double)result->wall_ns);
    bench_figure("answered", (double)result->answered);
    bench_figure("accepted", (double)result->accepted);
    bench_figure("wrong", (double)result->wrong);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        bench_figure(
            shares[i].name, (double)hw_histogram_quantile(&result->latency_ns, shares[i].share));
    bench_figure("max_ns", (double)result->latency_ns.greatest);
}

int main(int argc, char **argv)
{
    struct load_options options = {0};
    struct load_file file;
    static struct load_result result;

    if (argc == 6 && strcmp(argv[1], "make") == 0) {
        load_file_make(argv[2], number(argv[3]), number(argv[4]), (uint32_t)number(argv[5]));
        return 0;
    }
    bool is_redis = argc > 1 && strcmp(argv[1], "redis") == 0;
    if ((argc != 8 && argc != 9) || (!is_redis && strcmp(argv[1], "mllp") != 0))
        return usage(argv[0]);
    load_file_open(&file, argv[3]);
    options.file = &file;
    options.protocol = is_redis ? LOAD_REDIS : LOAD_MLLP;
    options.port = (uint16_t)number(argv[2]);
    options.first = number(argv[4]);
    options.count = number(argv[5]);
    options.connections = (unsigned)number(argv[6]);
    options.window = (unsigned)number(argv[7]);
    options.rate = argc == 9 ? number(argv[8]) : 0;
    bool is_fine = load_run(&options, &result);
    print_result(&result);
    if (!is_fine)
        fprintf(stderr, "load: only %" PRIu64 " of %zu messages were answered\n", result.answered,
            options.count);
    else if (result.wrong > 0)
        fprintf(stderr, "load: %" PRIu64 " answers belong to another message\n", result.wrong);
    return is_fine && result.wrong == 0 ? 0 : 1;
}
