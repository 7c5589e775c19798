/*
 * live_bench.c - how long does it take to learn how many people are ready to leave, by site?
 *
 * usage: live_bench [--people N] ...      in the process
 *        live_bench ask ADDRESS COUNT     a nanomsg REQ to a running engine: the whole summary
 */
#include "feed.h"

#include "cli/histogram.h"
#include "homeward/figures.h"

#include <inttypes.h>
#include <nanomsg/nn.h>
#include <nanomsg/reqrep.h>
#include <stdio.h>
#include <stdlib.h>

enum { PEOPLE, RECORDS, TURNS };
enum { SITES_MAX = 8, TIMES = 20000 };

static struct bench_option options[] = {
    [PEOPLE] = {"people", 200000, 1000},
    [RECORDS] = {"records", 200000, 3000},
    [TURNS] = {"turns", 5, 1},
    {NULL, 0, 0},
};

static uint8_t record[HW_RECORD_SIZE_MAX];

static void take_some(struct bench_feed *feed, struct bench_mix *mix, uint64_t count)
{
    struct bench_mixed mixed;

    for (uint64_t i = 0; i < count; i++) {
        bench_mix_next(mix, record, &mixed);
        bench_feed_take(feed, &mixed, record);
    }
}

/* People ready at every site; returns how many in all. */
static int64_t ready_by_site(
    const struct hw_engine *engine, int64_t at_ms, int64_t ready[SITES_MAX])
{
    uint32_t sites = hw_figures_rows(engine, HW_BY_SITE);
    struct hw_row row;
    int64_t all = 0;

    for (uint32_t i = 0; i < sites && i < SITES_MAX; i++) {
        hw_figures_row(engine, HW_BY_SITE, i, at_ms, &row);
        ready[i] = row.figures.ready;
        all += ready[i];
    }
    return all;
}

static bool is_ready(const struct hw_history *history, int64_t at_ms)
{
    const struct hw_period *last = &history->periods[history->periods_count - 1];

    return history->counted && history->periods_count > 0 && last->start_ms <= at_ms &&
        last->end_ms > at_ms;
}

/*
 * The same, counted the slow way: every stay there is; without those of people with two open stays,
 * of which one counts, or with all of them.
 */
static int64_t ready_counted(struct hw_engine *engine, bool with_twofold)
{
    struct hw_history history;
    int64_t all = 0, at_ms = hw_engine_accepted_ms(engine);

    for (uint32_t handle = 0; (handle = hw_history_next(engine, handle, &history)) != 0;)
        all += is_ready(&history, at_ms) &&
            (with_twofold || (history.findings >> HW_FINDING_TWO_OPEN_STAYS & 1) == 0);
    return all;
}

static int ask(const char *address, uint64_t count)
{
    static const char question[] = "{\"query\":\"summary\"}";
    static struct hw_histogram latency;
    int patience_ms = 10000, size = -1, number = nn_socket(AF_SP, NN_REQ);

    if (number < 0 || nn_connect(number, address) < 0 ||
        nn_setsockopt(number, NN_SOL_SOCKET, NN_RCVTIMEO, &patience_ms, sizeof patience_ms) < 0)
        return 1;
    hw_histogram_init(&latency);
    for (uint64_t i = 0; i < count; i++) {
        char *answer = NULL;
        uint64_t start = bench_wall_ns();

        if (nn_send(number, question, sizeof question - 1, 0) < 0 ||
            (size = nn_recv(number, &answer, NN_MSG, 0)) < 0) {
            fprintf(stderr, "live_bench: %s\n", nn_strerror(nn_errno()));
            return 1;
        }
        hw_histogram_add(&latency, bench_wall_ns() - start);
        nn_freemsg(answer);
    }
    bench_figure("answer_bytes", size);
    bench_figure("ask_ns", (double)hw_histogram_quantile(&latency, 500000));
    nn_close(number);
    return 0;
}

int main(int argc, char **argv)
{
    struct bench_feed feed = {0};
    int64_t ready[SITES_MAX], all = 0;

    if (argc == 4 && strcmp(argv[1], "ask") == 0)
        return ask(argv[2], strtoull(argv[3], NULL, 10));
    bool is_tiny = bench_arguments(argc, argv, "Ready to leave, by site.", options);
    uint32_t people = (uint32_t)options[PEOPLE].value;
    struct bench_mix *mix = bench_mix_new(people, 1, BENCH_STEP_MS);
    bench_feed_open(&feed, people, 35 * HW_DAY_MS, 90 * HW_DAY_MS);
    take_some(&feed, mix, people + options[RECORDS].value);
    for (uint64_t turn = 0; turn < options[TURNS].value; turn++) {
        uint64_t start = bench_cpu_ns();

        for (int i = 0; i < TIMES; i++)
            all = ready_by_site(feed.engine, hw_engine_accepted_ms(feed.engine), ready);
        bench_figure("figure_ns", (double)(bench_cpu_ns() - start) / TIMES);
    }
    printf("# live_bench: %" PRIu32 " people, %" PRId64 " of them ready\n", people, all);
    bench_figure("ready", (double)all);
    if (is_tiny)
        bench_case(all > 0 && all >= ready_counted(feed.engine, false) &&
                all <= ready_counted(feed.engine, true),
            "the figure is what is counted");
    bench_mix_free(mix);
    bench_feed_close(&feed);
    return is_tiny ? bench_end() : 0;
}
