/*
 * Goal: whatever disk, network, clock and power do, what was acknowledged is there, once, in order,
 *       and gives the state it would give without any of it; and nothing else is there.
 * Method: whole servers (engine, runtime, MLLP connections, HL7 v2 codec) on one thread over a
 * disk, lines and clocks in memory, all from one seed.  Most seeds are wild: everything goes wrong
 *         by chance.  Every tenth is a crash seed: one script, run again for each of its boundaries
 *         (write, sync, sync of a folder, rename, truncation, removal) with the machine ending
 *         before it and behind it.  After every start the oracle (oracle.h) looks.
 *
 * Arguments: [FIRST_SEED [COUNT]], or --caught NAME SEEDS: a mistake is compiled in, and one of so
 * many seeds must find it.  HOMEWARD_LONG=1 runs 10,000 seeds.  Prints TAP.
 */
#include "run.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum {
    SEEDS = 100,
    SEEDS_LONG = 10000,
    CRASH_SEED_EVERY = 10,
    BOUNDARIES_MAX = 200, /* of a crash seed */
    CRASH_MESSAGES = 12,
};

static struct {
    const char *program, *mistake; /* mistake: NULL: none is to be caught */
    uint64_t seed;
} present;

/* --- an assertion or a signal ends it ----------------------------------------------------- */

static void say_and_end(int signal_number)
{
    char text[512];
    int size;

    if (present.mistake != NULL)
        size =
            snprintf(text, sizeof text, "ok 1 - %s: caught at seed %" PRIu64 ": it ended\n1..1\n",
                present.mistake, present.seed);
    else
        size = snprintf(text, sizeof text,
            "# seed %" PRIu64 " fails; again with: %s %" PRIu64 " 1\n"
            "not ok 1 - signal %d\n",
            present.seed, present.program, present.seed, signal_number);
    (void)!write(STDOUT_FILENO, text, (size_t)size);
    _exit(present.mistake == NULL);
}

/* --- seeds -------------------------------------------------------------------------------- */

struct outcome {
    struct ledger ledger; /* of the last run; it failed or was the last */
    struct run_plan plan;
    uint64_t runs, boundaries;
    struct tally tally;
};

static bool run_one(const struct run_plan *plan, const struct feeds *feeds, struct oracle *oracle,
    struct outcome *outcome)
{
    uint64_t boundaries = run(plan, feeds, oracle, &outcome->ledger);

    outcome->plan = *plan;
    outcome->runs++;
    outcome->boundaries += boundaries;
    tally_add(&outcome->tally, &outcome->ledger.tally);
    return !ledger_failed(&outcome->ledger);
}

static bool is_crash_seed(uint64_t seed)
{
    return seed % CRASH_SEED_EVERY == 0;
}

/* The script without a crash, then with one at each boundary. */
static bool run_crashes(
    uint64_t seed, const struct feeds *feeds, struct oracle *oracle, struct outcome *outcome)
{
    struct run_plan plan = {.seed = seed};
    uint64_t boundaries;

    if (!run_one(&plan, feeds, oracle, outcome))
        return false;
    boundaries = outcome->boundaries;
    if (boundaries > BOUNDARIES_MAX)
        boundaries = BOUNDARIES_MAX;
    for (uint64_t i = 2; i < 2 * boundaries + 2; i++) {
        plan.crash_at = i / 2;
        plan.crash_after = i % 2 == 1;
        if (!run_one(&plan, feeds, oracle, outcome))
            return false;
    }
    outcome->boundaries = boundaries;
    return true;
}

static bool run_seed(uint64_t seed, struct outcome *outcome)
{
    static struct feeds feeds;
    static struct oracle oracle;
    struct run_plan plan = {.seed = seed, .wild = true};
    bool well;

    present.seed = seed;
    memset(outcome, 0, sizeof *outcome);
    oracle_init(&oracle);
    feeds_make(&feeds, seed, is_crash_seed(seed) ? CRASH_MESSAGES : MESSAGES_MAX);
    if (is_crash_seed(seed))
        well = run_crashes(seed, &feeds, &oracle, outcome);
    else
        well = run_one(&plan, &feeds, &oracle, outcome);
    feeds_free(&feeds);
    return well;
}

static void report(uint64_t seed, const struct outcome *outcome)
{
    printf("# seed %" PRIu64 " fails; again with: %s %" PRIu64 " 1\n", seed, present.program, seed);
    if (outcome->plan.crash_at > 0)
        printf("# with the machine ending %s boundary %" PRIu64 "\n",
            outcome->plan.crash_after ? "behind" : "before", outcome->plan.crash_at);
    printf("# %s\n", outcome->ledger.failure);
}

/* --- the test ----------------------------------------------------------------------------- */

/* Crash seeds come last: one takes as long as a hundred others. */
static int catch_mistake(const char *name, uint64_t seeds)
{
    static struct outcome outcome;

    present.mistake = name;
    for (uint64_t i = 0; i < 2 * seeds; i++) {
        uint64_t seed = 1 + i % seeds;

        if (is_crash_seed(seed) != (i >= seeds) || run_seed(seed, &outcome))
            continue;
        printf("ok 1 - %s: caught at seed %" PRIu64 ": %s\n1..1\n", name, seed,
            outcome.ledger.failure);
        return 0;
    }
    printf("not ok 1 - %s: not caught by %" PRIu64 " seeds\n1..1\n", name, seeds);
    return 1;
}

/* The same seed twice: all that happened, all that was written, byte for byte. */
static bool is_repeatable(uint64_t seed)
{
    static struct outcome outcome;
    struct hw_hash first;
    bool well = run_seed(seed, &outcome);

    first = outcome.ledger.trace;
    well = run_seed(seed, &outcome) && well;
    return well && hw_hash_equal(first, outcome.ledger.trace);
}

static uint64_t seeds_wanted(void)
{
    const char *many = getenv("HOMEWARD_LONG");

    return many != NULL && *many == '1' ? SEEDS_LONG : SEEDS;
}

static int run_seeds(uint64_t first, uint64_t count, bool complete)
{
    static struct outcome outcome;
    static struct tally sum;
    uint64_t failed = 0, runs = 0, boundaries = 0, crash_seeds = 0;
    unsigned zero;

    printf("# seeds %" PRIu64 " to %" PRIu64 "\n", first, first + count - 1);
    for (uint64_t seed = first; seed < first + count && failed < 10; seed++) {
        if (!run_seed(seed, &outcome)) {
            failed++;
            report(seed, &outcome);
        }
        runs += outcome.runs;
        crash_seeds += is_crash_seed(seed);
        boundaries += is_crash_seed(seed) ? outcome.boundaries : 0;
        tally_add(&sum, &outcome.tally);
    }
    printf("# %" PRIu64 " runs, %" PRIu64 " crash seeds with %" PRIu64 " boundaries\n", runs,
        crash_seeds, boundaries);
    zero = tally_print(&sum);
    printf("%s 1 - nothing acknowledged is lost, nothing else is there\n",
        failed == 0 ? "ok" : "not ok");
    if (!complete) {
        printf("1..1\n");
        return failed > 0;
    }
    printf("%s 2 - everything that can go wrong went wrong (%u never did)\n",
        zero == 0 ? "ok" : "not ok", zero);
    bool repeatable = is_repeatable(1) && is_repeatable(CRASH_SEED_EVERY);
    printf("%s 3 - the same seed is the same run, byte for byte\n1..3\n",
        repeatable ? "ok" : "not ok");
    return failed > 0 || zero > 0 || !repeatable;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : seeds_wanted();

    present.program = argv[0];
    /* Engines are made by the thousand here, and are small: large pages would all be cleared. */
    (void)prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    (void)signal(SIGABRT, say_and_end);
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 4 && strcmp(argv[1], "--caught") == 0)
        return catch_mistake(argv[2], strtoull(argv[3], NULL, 10));
    return run_seeds(first, count, argc == 1);
}
