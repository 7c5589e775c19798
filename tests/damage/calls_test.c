/*
 * Goal: whatever the operating system refuses, nothing that was acknowledged is lost, and the next
 *       start, with all well again, finds it.
 * Method: a few lives of a server, and readers of its disk, over and over: each call to the
 *         environment fails once, then from then on, as a broken disk, a full one, one that takes
 *         no byte; each request for memory or a thread likewise (of the rarer kinds, in a
 *         server's life, each fifth or second; HOMEWARD_LONG=1: all).
 *
 * Prints TAP, and as comments how many calls there were.
 */
#include "look.h"
#include "runtime/quarantine_log.h"
#include "runtime/replay.h"
#include "runtime/snapshot.h"
#include "runtime/verify.h"
#include "support/failing.h"
#include "tap.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum { TURNS = 40 };

static struct sound sound;     /* of the disk that is begun with */
static struct logged logged;   /* of the life under way */
static unsigned wrong, starts; /* of the case; lives that began */
static bool vanishes;          /* files may be gone: a server drops what it does not need */
static const char *trouble;    /* what goes wrong now, for the log */
static uint64_t trouble_at;

static void complain(const char *what, const char *words)
{
    if (wrong++ < 20)
        printf("# %s %" PRIu64 ": %s: %s\n", trouble, trouble_at, what, words);
}

/* --- lives --------------------------------------------------------------------------------- */

static void refuse(struct hw_runtime *runtime)
{
    struct hw_refused refused = {.source = hw_slice_text("RWE/PAS"), .bytes = hw_slice_text("?")};
    uint64_t id;

    (void)!hw_runtime_quarantine(runtime, &refused, &id); /* It may be refused in its turn. */
}

/* Messages and refusals, time going on between them, until it is over or has failed. */
static void work(struct fault_env *fault, struct hw_runtime *runtime)
{
    int64_t now_ns = 0;

    for (uint64_t number = 100; number < 100 + TURNS; number++) {
        if (number % 4 == 0)
            (void)logged_submit(runtime, number, LOGGED_START_MS); /* Taken or not. */
        if (number % 16 == 1)
            refuse(runtime);
        now_ns += number % 5 == 0 ? INT64_C(1100000000) : 1000000;
        fault_set_clock(fault, LOGGED_START_MS + now_ns / 1000000, now_ns);
        hw_runtime_turn(runtime);
    }
}

static void live(struct fault_env *fault, struct hw_env *env)
{
    struct hw_runtime_options options = disk_options(env, &logged);
    struct hw_runtime *runtime;
    char error[HW_ERROR_TEXT_SIZE] = "";

    logged = (struct logged){0};
    options.snapshot_records = 7;
    options.quarantine_quota = 200;
    if (hw_runtime_open(&options, &runtime, error) != HW_OK) {
        if (error[0] == '\0')
            complain("a start was refused without a word", "");
        return;
    }
    starts++;
    work(fault, runtime);
    (void)hw_runtime_close(runtime, true); /* May fail: what was told before is what counts. */
}

/* All well again: every record that was said to be durable is there. */
static void look_after(struct fault_env *fault, uint64_t before)
{
    struct hw_runtime_options options = disk_options(fault_table(fault), &(struct logged){0});
    uint64_t durable = logged.durable > before ? logged.durable : before;
    struct hw_runtime *runtime;
    char error[HW_ERROR_TEXT_SIZE] = "";

    fault_kill(fault);
    if (hw_runtime_open(&options, &runtime, error) != HW_OK) {
        complain("the next start was refused", error);
        return;
    }
    if (hw_engine_sequence(hw_runtime_engine(runtime)) < durable)
        complain("acknowledged records are gone", "");
    if (hw_runtime_close(runtime, false) != HW_OK)
        complain("the next server could not stop", "");
}

/* --- readers ------------------------------------------------------------------------------- */

static bool see(void *context, const struct hw_quarantined *entry)
{
    (void)entry;
    ++*(unsigned *)context;
    return true;
}

static void hear(void *context, const char *text)
{
    (void)text;
    ++*(unsigned *)context;
}

static void read_replay(struct hw_env *env, bool full)
{
    struct hw_replay_options options = hw_replay_options_default(env, "/data");
    struct hw_replay replay;
    char error[HW_ERROR_TEXT_SIZE] = "";

    options.full = full;
    if (hw_replay(&options, &replay, error) != HW_OK) {
        if (error[0] == '\0')
            complain("a replay failed without a word", "");
        return;
    }
    if (hw_engine_sequence(replay.engine) != sound.sequence ||
        !hw_hash_equal(hw_engine_state_digest(replay.engine), sound.state))
        complain("a replay came to another state", "");
    hw_engine_free(replay.engine);
}

static void read_verify(struct hw_env *env)
{
    unsigned said = 0;
    struct hw_verify_options options = {
        .env = env, .data_dir = "/data", .on_damage = hear, .on_notice = hear, .context = &said};
    struct hw_verify_report report = {0};
    char error[HW_ERROR_TEXT_SIZE] = "";
    enum hw_status status = hw_verify(&options, &report, error);

    if (status != HW_OK && error[0] == '\0')
        complain("verify failed without a word", "");
    if (status == HW_OK &&
        (report.last_sequence != sound.sequence ||
            (report.quarantined != sound.refused_count && !vanishes)))
        complain("verify passed less than there is", "");
}

static void read_refused(struct hw_env *env)
{
    unsigned seen = 0;
    char error[HW_ERROR_TEXT_SIZE] = "";

    if (hw_quarantine_list(env, "/data", see, &seen, error) == HW_OK && !vanishes &&
        seen != sound.refused_count)
        complain("a list was short", "");
    seen = 0;
    if (hw_quarantine_show(env, "/data", 2, see, &seen, error) == HW_OK && seen != 1)
        complain("an input was shown twice, or not", "");
}

static void read_all(struct fault_env *fault, struct hw_env *env)
{
    (void)fault;
    read_replay(env, false);
    read_replay(env, true);
    read_verify(env);
    read_refused(env);
}

/* --- all calls in turn --------------------------------------------------------------------- */

struct course {
    const char *name;
    void (*run)(struct fault_env *fault, struct hw_env *env);
    enum disk_kind kind;
    bool empty; /* there is no disk yet */
    bool reads; /* and writes nothing */
};

/* An empty disk, or the sound one, with a torn tail where it was killed. */
static struct fault_env *begin(const struct course *course, struct disk *disk)
{
    struct disk_file *newest = disk_nth(disk, ".hwj", disk_count(disk, ".hwj") - 1);
    struct fault_env *fault;

    if (course->empty) {
        fault = fault_new(3);
        fault_set_clock(fault, LOGGED_START_MS, 0);
        return fault;
    }
    if (disk->kind == DISK_KILLED)
        memset(newest->bytes + newest->size - 100, 0xa5, 24);
    return disk_put(disk);
}

/* Once, with what was arranged to go wrong; how many calls and requests there were. */
static void run_once(const struct course *course, struct disk *disk, uint64_t nth, int error,
    bool forever, bool memory, uint64_t *ret_count)
{
    struct fault_env *fault = begin(course, disk);
    struct hw_env *env = failing_table(fault_table(fault));

    logged = (struct logged){0};
    trouble_at = nth;
    failing_call(memory ? 0 : nth, error, forever);
    failing_memory(memory ? nth : 0, forever);
    course->run(fault, env);
    *ret_count = memory ? failing_memory_requests() : failing_calls();
    failing_call(0, 0, false);
    failing_memory(0, false);
    if (!course->reads)
        look_after(fault, course->empty ? 0 : sound.sequence);
    fault_free(fault);
}

static const struct {
    const char *name;
    int error;
    bool forever, memory;
} troubles[] = {
    {"EIO at call", EIO, false, false},
    {"EIO from call", EIO, true, false},
    {"ENOSPC at call", ENOSPC, false, false},
    {"ENOSPC from call", ENOSPC, true, false},
    {"EROFS at call", EROFS, false, false},
    {"ENOENT at call", ENOENT, false, false},
    {"no byte at call", 0, false, false},
    {"no memory at request", 0, false, true},
    {"no memory from request", 0, true, true},
};

static const struct course courses[] = {
    {"a first start", live, DISK_CLOSED, true, false},
    {"a start behind a kill", live, DISK_KILLED, false, false},
    {"readers", read_all, DISK_CLOSED, false, true},
};

static void run_course(const struct course *course, size_t at)
{
    struct disk *disk = disk_make(course->kind);
    const char *is_long = getenv("HOMEWARD_LONG");
    bool all = (is_long != NULL && strcmp(is_long, "1") == 0) || course->reads || at == 0;
    uint64_t count, nth = 1, step = all ? 1 : troubles[at].memory ? 2 : 5;

    sound = look_sound(disk);
    wrong = starts = 0;
    trouble = troubles[at].name;
    vanishes = troubles[at].error == ENOENT;
    for (;; nth += step) {
        run_once(course, disk, nth, troubles[at].error, troubles[at].forever, troubles[at].memory,
            &count);
        if (count < nth) /* It was never reached. */
            break;
    }
    printf("# %s, %s: %" PRIu64 " in turn, %u lives\n", course->name, trouble, (nth - 1) / step,
        starts);
    tap_case(course->name, trouble, wrong + (nth < 10));
    free(disk);
}

int main(int argc, char **argv)
{
    size_t only = argc > 1 ? strtoul(argv[1], NULL, 10) : SIZE_MAX; /* for a person at work */

    for (size_t i = 0; i < sizeof courses / sizeof *courses; i++)
        for (size_t at = 0; at < sizeof troubles / sizeof *troubles; at++)
            if (only == SIZE_MAX || only == i)
                run_course(&courses[i], at);
    return tap_end();
}
