#include "run.h"
#include "network.h"
#include "runtime/segment.h"
#include "runtime/snapshot.h"

#include <errno.h>
#include <stdlib.h>

enum {
    STEPS_MAX = 2500, /* then it does not come to its end */
    CALM_AFTER = 1000,
    RESTARTS_MAX = 16, /* then nothing more goes wrong */
    OPENS_MAX = 12,
    BATCH_SIZE = 512 * 1024,
    CROWDED_SIZE = HW_RECORD_SIZE_MAX + 512, /* a batch that a tick and a record fill */
    COMMANDS_WILD = 90,
    COMMANDS_SCRIPT = 14,
};

#define DATA_DIR "/data"

struct run {
    const struct run_plan *plan;
    struct ledger *ledger;
    struct oracle *oracle;
    struct random random;
    struct fault_env *fault;
    struct network network;
    struct desk desk;
    struct watch watch;
    struct hw_runtime_options options;
    struct hw_runtime *runtime; /* NULL: no server, or one that starts */
    int64_t wall_ms, latest_ms, monotonic_ns;
    struct fault_chances chances;
    bool server_failed; /* it said so, and would have ended at once */
    bool inside;        /* in a sync */
    bool restarted;
    bool damaged; /* by us: a warning is right */
    unsigned steps, restarts, space_at;
};

static uint64_t below(struct run *run, uint64_t bound)
{
    return random_below(&run->random, bound);
}

static bool chance(struct run *run, unsigned percent)
{
    return below(run, 100) < percent;
}

/* --- time --------------------------------------------------------------------------------- */

static void set_clock(struct run *run)
{
    if (run->wall_ms > run->latest_ms)
        run->latest_ms = run->wall_ms;
    fault_set_clock(run->fault, run->wall_ms, run->monotonic_ns);
}

static void pass(struct run *run, int64_t ms)
{
    run->wall_ms += ms;
    run->monotonic_ns += ms * 1000000;
    set_clock(run);
}

static void pass_some(struct run *run)
{
    uint64_t most = chance(run, 60) ? 4 : chance(run, 75) ? 120 : 1500;

    pass(run, (int64_t)below(run, most));
}

/* Long enough for proposals, offers and holds to run out. */
static void let_a_while_pass(struct run *run)
{
    run->wall_ms += (int64_t)below(run, 25 * HW_MINUTE_MS);
    set_clock(run);
    run->ledger->tally.waits++;
}

static void step_clock(struct run *run, bool forward)
{
    int64_t ms = 1000 + (int64_t)below(run, 3 * HW_HOUR_MS);

    run->wall_ms += forward ? ms : -ms;
    set_clock(run);
    if (forward)
        run->ledger->tally.forward++;
    else
        run->ledger->tally.backward++;
}

/* A sync takes its time: messages come, answers leave, the loop turns. */
static void meanwhile(void *context, const char *path)
{
    struct run *run = context;

    if (run->inside || run->runtime == NULL || run->server_failed || !chance(run, 30))
        return;
    run->inside = true;
    run->ledger->tally.slow_syncs++;
    pass(run, (int64_t)below(run, 200));
    network_step(&run->network, run->monotonic_ns);
    desk_step(&run->desk);
    /* The journal's thread writes while the loop turns; quarantine's own work is one of its turns.
     */
    if (strstr(path, "/journal") != NULL && chance(run, 50))
        (void)hw_runtime_turn(run->runtime);
    run->inside = false;
}

/* --- the server --------------------------------------------------------------------------- */

static void on_durable(void *context, uint64_t sequence)
{
    struct run *run = context;

    if (run->runtime != NULL && !fault_is_dead(run->fault))
        network_durable(&run->network, sequence);
    if (run->runtime != NULL && !fault_is_dead(run->fault))
        desk_durable(&run->desk, sequence);
}

static void on_applied(void *context, const struct hw_engine *engine)
{
    struct run *run = context;

    watch_applied(&run->watch, engine);
}

static void on_failed(void *context, const char *what)
{
    struct run *run = context;

    (void)what;
    run->server_failed = true;
}

static void on_warning(void *context, const char *text)
{
    struct run *run = context;

    if (fault_is_dead(run->fault) || run->damaged)
        return;
    run->ledger->tally.torn_tails += strstr(text, "never finished") != NULL;
    /* Under its own name a snapshot is whole, and of the state it says. */
    if (strstr(text, "remove this file") != NULL || strstr(text, "digests differ") != NULL ||
        strstr(text, "of the running engine") != NULL)
        ledger_fail(run->ledger, "warned: %s", text);
}

static void set_options(struct run *run)
{
    run->watch.crowded = run->plan->wild && chance(run, 25);
    run->ledger->tally.crowded += run->watch.crowded;
    run->options = (struct hw_runtime_options){
        .env = fault_table(run->fault),
        .data_dir = DATA_DIR,
        .county = "Leicestershire",
        .dedupe_ms = 35 * HW_DAY_MS,
        .history_open_ms = 90 * HW_DAY_MS,
        .event_clock = chance(run, 20),
        .on_durable = on_durable,
        .on_failed = on_failed,
        .on_applied = on_applied,
        .on_warning = on_warning,
        .context = run,
        .batch_size = run->watch.crowded ? CROWDED_SIZE : BATCH_SIZE,
        .segment_size = 6 * 1024 + below(run, 16) * 1024,
        .prepare_size = 2 * 1024 + below(run, 6) * 1024,
        .snapshot_records = 6 + below(run, 20),
        .quarantine_segment_size = 300 + below(run, 1500),
        .threadless = true,
    };
    run->ledger->tally.event_clocks += run->options.event_clock;
}

static void set_chances(struct run *run)
{
    static const struct fault_chances none;

    if (run->plan->wild && run->restarts < RESTARTS_MAX && run->steps < CALM_AFTER)
        fault_set_chances(run->fault, &run->chances);
    else
        fault_set_chances(run->fault, &none);
}

static void check(struct run *run, struct hw_runtime *runtime)
{
    static const struct fault_chances none;
    int64_t latest_ms = run->options.event_clock ? HW_TIME_OPEN : run->latest_ms;
    uint64_t *sequences;
    size_t count;

    fault_set_chances(run->fault, &none);
    oracle_check(run->oracle, run->options.env, DATA_DIR, runtime, latest_ms);
    if (hw_snapshot_list(run->options.env, DATA_DIR, &sequences, &count) == 0) {
        run->ledger->tally.snapshots_begun_from += count > 0;
        free(sequences);
    }
    set_chances(run);
}

/* The machine or the process has ended, at this very moment. */
static void end_machine(struct run *run)
{
    ledger_note(run->ledger, "ended", fault_boundaries(run->fault));
    if (chance(run, run->plan->wild ? 60 : 85))
        fault_crash(run->fault);
    else
        fault_kill(run->fault);
    run->server_failed = false;
}

/* How many calls have gone wrong by themselves. */
static uint64_t misfortunes(const struct run *run)
{
    const struct fault_tally *tally = fault_tally(run->fault);
    uint64_t sum = tally->no_space;

    for (int i = 0; i < FAULT_CALLS; i++)
        sum += tally->failed[i];
    return sum;
}

/* Start the server, as often as it takes. */
static void open_server(struct run *run)
{
    char error[HW_ERROR_TEXT_SIZE] = "";
    struct hw_runtime *runtime;

    for (unsigned tries = 0; tries < OPENS_MAX && !ledger_failed(run->ledger); tries++) {
        uint64_t before = misfortunes(run);
        enum hw_status status = hw_runtime_open(&run->options, &runtime, error);

        if (status == HW_OK && !fault_is_dead(run->fault)) {
            check(run, runtime);
            run->runtime = runtime;
            network_up(&run->network, runtime);
            desk_up(&run->desk, runtime);
            return;
        }
        if (fault_is_dead(run->fault))
            run->ledger->tally.crashes_opening++;
        else if (misfortunes(run) == before)
            ledger_fail(run->ledger, "it does not start: %s", error);
        if (status == HW_OK)
            (void)hw_runtime_close(runtime, false);
        run->ledger->tally.failed_opens++;
        run->restarts++;
        set_chances(run);
        fault_disk_size(run->fault, UINT64_MAX); /* Somebody has made space. */
        end_machine(run);
    }
    ledger_fail(run->ledger, "it does not start, however often: %s", error);
}

static void close_server(struct run *run, bool clean)
{
    struct hw_runtime *runtime = run->runtime;

    network_down(&run->network);
    desk_down(&run->desk);
    run->runtime = NULL;
    if (!clean)
        fault_die(run->fault);
    (void)hw_runtime_close(runtime, clean && chance(run, 50)); /* What matters is what is there. */
    if (fault_is_dead(run->fault) || run->server_failed || chance(run, 30))
        end_machine(run);
}

static void restart(struct run *run, bool clean)
{
    run->restarts++;
    if (clean)
        run->ledger->tally.clean_restarts++;
    else if (run->server_failed && !fault_is_dead(run->fault))
        run->ledger->tally.failed_restarts++;
    else
        run->ledger->tally.crashed_restarts++;
    close_server(run, clean);
    set_chances(run);
    open_server(run);
}

static void turn(struct run *run)
{
    uint64_t before = fault_tally(run->fault)->syncs_failed;

    (void)hw_runtime_turn(run->runtime);
    if (fault_tally(run->fault)->syncs_failed > before && !run->server_failed &&
        !fault_is_dead(run->fault))
        ledger_fail(run->ledger, "a sync has failed, and the server goes on");
    if (fault_is_dead(run->fault) || run->server_failed)
        restart(run, false);
}

/* --- what goes wrong ---------------------------------------------------------------------- */

static void fail_a_call(struct run *run)
{
    enum fault_call call = chance(run, 25) ? FAULT_SYNC : (enum fault_call)below(run, FAULT_CALLS);

    /* Files are cut, renamed and removed seldom: the next one. */
    fault_fail(run->fault, call, call > FAULT_SYNC_DIR ? 1 : 1 + below(run, 5), -EIO, false);
}

static void fill_disk(struct run *run)
{
    run->ledger->tally.full_disks++;
    fault_disk_size(run->fault, fault_used(run->fault) + below(run, 8 * 1024));
    run->space_at = run->steps + 20 + (unsigned)below(run, 100);
    if (chance(run, 60)) /* What found no space is cut off again; or cannot be. */
        fault_fail(run->fault, FAULT_TRUNCATE, 1, chance(run, 50) ? FAULT_ENDS : -EIO, false);
}

static void something_goes_wrong(struct run *run)
{
    uint64_t what = below(run, 1000);

    if (run->steps >= run->space_at)
        fault_disk_size(run->fault, UINT64_MAX);
    if (run->restarts >= RESTARTS_MAX || run->steps >= CALM_AFTER)
        return;
    if (what < 25)
        network_cut(&run->network);
    else if (what < 32)
        network_half_close(&run->network);
    else if (what < 40)
        step_clock(run, true);
    else if (what < 48)
        step_clock(run, false);
    else if (what < 64)
        fault_crash_at(run->fault, 1 + below(run, 12), chance(run, 50));
    else if (what < 84)
        fail_a_call(run);
    else if (what < 92)
        fill_disk(run);
    else if (what < 100)
        restart(run, true);
}

/* The script: now and then a cut, a timer, and half way through a restart in good order. */
static void script(struct run *run)
{
    uint64_t what = below(run, 1000);
    unsigned done = 0;

    for (unsigned i = 0; i < run->network.lines_count; i++)
        done += run->network.lines[i].done;
    if (what < 15)
        network_cut(&run->network);
    else if (what < 25)
        step_clock(run, chance(run, 70));
    if (!run->restarted && done > run->ledger->feeds->count / 2) {
        run->restarted = true;
        restart(run, true);
    }
}

/* --- a disk that does not keep its word ---------------------------------------------------- */

static uint8_t *newest(struct run *run, const char *folder, const char *ending, size_t *ret_size)
{
    char path[HW_PATH_SIZE];
    uint64_t *numbers;
    size_t count;
    uint8_t *bytes = NULL;

    if (hw_file_numbers(run->options.env, folder, ending, &numbers, &count) != 0 || count == 0)
        return NULL;
    hw_file_number_path(path, folder, numbers[count - 1], ending);
    bytes = fault_bytes(run->fault, path, ret_size);
    free(numbers);
    return bytes;
}

/* A snapshot with a wrong bit costs time, and nothing else. */
static void damage_snapshot(struct run *run)
{
    size_t size;
    uint8_t *bytes = newest(run, DATA_DIR "/snapshots", ".hws", &size);

    if (bytes == NULL)
        return;
    bytes[below(run, size)] ^= (uint8_t)(1u << below(run, 8));
    run->ledger->tally.damaged_snapshots++;
    open_server(run);
    if (run->runtime != NULL)
        close_server(run, true);
}

/* The newest block was durable, and is gone: that must not look like the end of the log. */
static void forget_block(struct run *run)
{
    char error[HW_ERROR_TEXT_SIZE];
    struct hw_runtime *runtime;
    size_t size, end, used;
    uint8_t *bytes = newest(run, DATA_DIR "/journal", ".hwj", &size);

    for (end = bytes == NULL ? 0 : size; end > 0 && bytes[end - 1] == 0; end--)
        continue;
    if (end <= HW_SEGMENT_HEADER_SIZE)
        return;
    used = end - HW_SEGMENT_HEADER_SIZE;
    memset(bytes + end - (used < 64 ? used : 64), 0, used < 64 ? used : 64);
    run->ledger->tally.forgotten_blocks++;
    if (hw_runtime_open(&run->options, &runtime, error) != HW_OK)
        return;
    ledger_fail(run->ledger, "an acknowledged record is gone, and the server starts all the same");
    (void)hw_runtime_close(runtime, false);
}

static void damage(struct run *run)
{
    run->damaged = true;
    if (chance(run, 50))
        damage_snapshot(run);
    if (!ledger_failed(run->ledger))
        forget_block(run);
}

/* --- a run -------------------------------------------------------------------------------- */

static void begin(struct run *run)
{
    run->fault = fault_new(run->plan->seed ^ run->plan->crash_at << 32);
    run->random.state = run->plan->seed * 3;
    network_init(&run->network, run->ledger, run->plan->seed * 5);
    watch_init(&run->watch, run->ledger);
    run->oracle->ledger = run->ledger;
    run->oracle->desk = &run->desk;
    run->oracle->watch = &run->watch;
    run->wall_ms = FEED_START_MS;
    run->monotonic_ns = 1000000000;
    set_clock(run);
    set_options(run);
    desk_init(&run->desk, run->ledger, run->plan->seed * 7,
        run->plan->wild ? (unsigned)below(run, COMMANDS_WILD) : COMMANDS_SCRIPT,
        run->watch.crowded);
    fault_names_by_luck(run->fault, true);
    fault_tell(run->fault, run->ledger->told);
    fault_meanwhile(run->fault, meanwhile, run);
    if (run->plan->wild) {
        for (int i = 0; i < FAULT_CALLS; i++)
            run->chances.fail[i] = chance(run, 30) ? (unsigned)below(run, 60) : 0;
        run->chances.short_reads = chance(run, 40) ? (unsigned)below(run, 4000) : 0;
        run->chances.short_writes = chance(run, 40) ? (unsigned)below(run, 4000) : 0;
    }
    set_chances(run);
    fault_crash_at(run->fault, run->plan->crash_at, run->plan->crash_after);
    open_server(run);
}

static void count_files(const struct run *run)
{
    uint64_t *numbers;
    size_t count;

    if (hw_file_numbers(run->options.env, DATA_DIR "/journal", ".hwj", &numbers, &count) == 0) {
        run->ledger->tally.segments += count - 1;
        free(numbers);
    }
    if (hw_file_numbers(run->options.env, DATA_DIR "/quarantine", ".hwq", &numbers, &count) == 0) {
        run->ledger->tally.quarantine_files += count - 1;
        free(numbers);
    }
}

/* All is answered: nothing more goes wrong, but that the power goes, and all is still there. */
static void finish(struct run *run)
{
    run->steps = STEPS_MAX;
    fault_disk_size(run->fault, UINT64_MAX);
    fault_crash_at(run->fault, 0, false);
    for (int i = 0; i < FAULT_CALLS; i++)
        fault_fail(run->fault, (enum fault_call)i, 0, 0, false);
    set_chances(run);
    close_server(run, chance(run, 50));
    open_server(run);
    if (ledger_failed(run->ledger))
        return;
    count_files(run);
    oracle_check_end(run->oracle, run->options.env, DATA_DIR);
    close_server(run, true);
    if (run->plan->wild)
        damage(run);
}

static void step(struct run *run)
{
    run->steps++;
    pass_some(run);
    if (chance(run, 2))
        let_a_while_pass(run);
    network_step(&run->network, run->monotonic_ns);
    desk_step(&run->desk);
    turn(run);
    if (ledger_failed(run->ledger))
        return;
    if (run->plan->wild)
        something_goes_wrong(run);
    else
        script(run);
}

uint64_t run(const struct run_plan *plan, const struct feeds *feeds, struct oracle *oracle,
    struct ledger *ledger)
{
    static struct run run;
    uint64_t boundaries;

    ledger_init(ledger, feeds);
    ledger->told = getenv("HOMEWARD_TELL") != NULL ? stderr : NULL;
    run = (struct run){.plan = plan, .ledger = ledger, .oracle = oracle};
    begin(&run);
    while (!ledger_failed(ledger) && (!network_is_done(&run.network) || !desk_is_done(&run.desk))) {
        step(&run);
        if (run.steps >= STEPS_MAX)
            ledger_fail(ledger, "not all is answered after %d steps", STEPS_MAX);
    }
    boundaries = fault_boundaries(run.fault);
    if (!ledger_failed(ledger))
        finish(&run);
    if (run.runtime != NULL)
        close_server(&run, false);
    network_free(&run.network);
    ledger->tally.disk = *fault_tally(run.fault);
    ledger_note(ledger, "disk", fault_trace(run.fault).low);
    fault_free(run.fault);
    return boundaries;
}
