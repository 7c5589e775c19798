/*
 * Goal: a snapshot that cannot be read, or is not what it says, is refused with the reason, and the
 *       engine it was to go to is told so; what cannot be written leaves the older ones.
 * Method: the real engine, a disk in memory of which each call fails in turn; snapshots made by
 *         hand whose checksums are right and whose sense is not.
 */
#include "runtime/bytes.h"
#include "runtime/crc32c.h"
#include "runtime/memory.h"
#include "runtime/snapshot.h"
#include "support/failing.h"
#include "support/logged.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { PAGE = HW_SNAPSHOT_PAGE, ROWS_AT = 128, SEQUENCE = 60 };

static struct fault_env *fault;
static struct hw_env *env;
static struct hw_engine *taken; /* of which the snapshot is */
static char path[HW_PATH_SIZE], error[HW_ERROR_TEXT_SIZE];

/* --- engines ------------------------------------------------------------------------------- */

static uint64_t commits_left;

static bool commit_some(void *context, void *address, size_t size)
{
    (void)context;
    if (commits_left == 0)
        return false;
    commits_left--;
    return hw_memory_system().commit(NULL, address, size);
}

static struct hw_engine *new_engine(void)
{
    struct hw_engine_options options = {
        .limits = hw_limits_default(), .memory = hw_memory_system(), .hash_key = {1, 2}};
    struct hw_engine *engine;

    options.memory.commit = commit_some;
    commits_left = UINT64_MAX;
    cr_assert(eq(int, hw_engine_new(&options, &engine), HW_OK));
    return engine;
}

static void feed(struct hw_engine *engine, uint64_t from, uint64_t to)
{
    static uint8_t record[HW_RECORD_SIZE_MAX];
    struct hw_event event;

    for (uint64_t number = from; number <= to; number++) {
        size_t size;

        logged_event(&event, number, LOGGED_START_MS);
        size = hw_record_encode(&event, number, LOGGED_START_MS, record, sizeof record);
        cr_assert(eq(int, hw_engine_apply(engine, hw_slice_of(record, size)), HW_OK));
    }
}

static enum hw_status write_it(const struct hw_engine *engine)
{
    struct hw_snapshot about = {.log_id = {5, 6}};

    return hw_snapshot_write(env, "/data", engine, &about, error);
}

static enum hw_status load(struct hw_engine *engine)
{
    error[0] = '\0';
    return hw_snapshot_load(env, "/data", SEQUENCE, engine, error);
}

static void begin(void)
{
    fault = fault_new(53);
    env = failing_table(fault_table(fault));
    env->make_dir(env->context, "/data");
    env->make_dir(env->context, "/data/snapshots");
    taken = new_engine();
    feed(taken, 1, SEQUENCE);
    cr_assert(eq(int, write_it(taken), HW_OK), "%s", error);
    hw_file_number_path(path, "/data/snapshots", SEQUENCE, ".hws");
}

static void end(void)
{
    hw_engine_free(taken);
    fault_free(fault);
}

TestSuite(snapshot_refused, .init = begin, .fini = end);

/* --- snapshots by hand --------------------------------------------------------------------- */

static uint8_t *header(void)
{
    size_t size;

    return fault_bytes(fault, path, &size);
}

static void seal(void)
{
    hw_put_u32(header() + 8, hw_crc32c(hw_slice_of(header() + 12, PAGE - 12)));
}

/* The header as it is, over parts of these sizes, all zeros and as their checksums say. */
static void put_parts(const uint64_t *sizes, uint32_t count)
{
    static uint8_t bytes[8 * PAGE + 512 * 1024];
    uint64_t at = PAGE, end = PAGE;

    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, header(), PAGE);
    hw_put_u32(bytes + 20, count);
    for (uint32_t i = 0; i < count; i++) {
        hw_put_u64(bytes + ROWS_AT + 16 * i, sizes[i]);
        hw_put_u32(bytes + ROWS_AT + 16 * i + 8, hw_crc32c(hw_slice_of(bytes + at, sizes[i])));
        end = at + sizes[i];
        at = (end + PAGE - 1) / PAGE * PAGE;
        cr_assert(lt(u64, at, sizeof bytes));
    }
    fault_put(fault, path, bytes, end);
    seal();
}

static void is_refused(struct hw_engine *engine, enum hw_status status, const char *words)
{
    cr_expect(eq(int, load(engine), status), "%s: %s", words, error);
    cr_expect(strstr(error, path) == error, "%s", error);
    cr_expect(strstr(error, words) != NULL, "%s, wanted %s", error, words);
}

Test(snapshot_refused, a_header_of_a_newer_version)
{
    hw_put_u32(header() + 12, 2);
    seal();
    is_refused(NULL, HW_E_VERSION, "newer version");
}

Test(snapshot_refused, a_header_that_is_another_records)
{
    hw_put_u64(header() + 40, SEQUENCE + 1);
    seal();
    is_refused(NULL, HW_E_DAMAGED, "header is damaged");
}

Test(snapshot_refused, more_parts_than_there_can_be)
{
    hw_put_u32(header() + 20, HW_SNAPSHOT_PARTS_MAX + 1);
    seal();
    is_refused(NULL, HW_E_DAMAGED, "header is damaged");
}

Test(snapshot_refused, a_part_larger_than_the_file)
{
    hw_put_u64(header() + ROWS_AT + 16, UINT64_MAX);
    seal();
    is_refused(NULL, HW_E_DAMAGED, "too short");
}

Test(snapshot_refused, parts_the_engine_has_no_place_for)
{
    static const uint64_t small[] = {8}, large[] = {300 * 1024};
    struct hw_engine *engine = new_engine();
    uint64_t second = hw_get_u64(header() + ROWS_AT + 16);

    hw_put_u64(header() + ROWS_AT + 16, second - 8);
    seal();
    is_refused(engine, HW_E_DAMAGED, "cannot be loaded");
    put_parts(small, 1);
    cr_expect(eq(int, load(NULL), HW_OK), "as a file it is sound: %s", error);
    is_refused(engine, HW_E_DAMAGED, "cannot be loaded");
    put_parts(large, 1);
    cr_expect(eq(int, load(NULL), HW_OK), "as a file it is sound: %s", error);
    is_refused(engine, HW_E_DAMAGED, "cannot be loaded");
    hw_engine_free(engine);
}

Test(snapshot_refused, a_file_longer_than_its_parts)
{
    static const uint64_t sizes[] = {8, 16};
    static uint8_t longer[2 * PAGE + 17];
    uint8_t *bytes;
    size_t size;

    put_parts(sizes, 2);
    bytes = fault_bytes(fault, path, &size);
    cr_assert(eq(sz, size, 2 * PAGE + 16));
    memcpy(longer, bytes, size);
    cr_expect(eq(int, load(NULL), HW_OK), "%s", error);
    fault_put(fault, path, longer, sizeof longer);
    is_refused(NULL, HW_E_DAMAGED, "longer than its parts");
    longer[sizeof longer - 1] = 1;
    fault_put(fault, path, longer, sizeof longer);
    is_refused(NULL, HW_E_DAMAGED, "part of the snapshot is damaged");
}

Test(snapshot_refused, a_state_of_another_digest)
{
    struct hw_engine *engine = new_engine();

    header()[56] ^= 1;
    seal();
    cr_expect(eq(int, load(NULL), HW_OK), "only loading it tells: %s", error);
    is_refused(engine, HW_E_DAMAGED, "another digest");
    hw_engine_free(engine);
}

/* --- what the system refuses --------------------------------------------------------------- */

static int64_t size_added;

static int64_t size_wrong(void *context, int file)
{
    return fault_table(fault)->size(context, file) + size_added;
}

/* It was longer when it was asked how long it is. */
Test(snapshot_refused, a_file_that_ends_while_it_is_read)
{
    size_t size;
    uint8_t *bytes = fault_bytes(fault, path, &size), *copy = malloc(size);

    memcpy(copy, bytes, size);
    env->size = size_wrong;
    size_added = 1; /* zeros behind the last part that are not there */
    is_refused(NULL, HW_E_DAMAGED, "part of the snapshot is damaged");
    fault_put(fault, path, copy, size - 1);
    is_refused(NULL, HW_E_DAMAGED, "part of the snapshot is damaged");
    free(copy);
}

Test(snapshot_refused, each_call_that_fails_is_told)
{
    struct hw_snapshot about;
    uint64_t refused[2] = {0};
    struct hw_engine *engine;

    for (uint64_t nth = 1;; nth++) {
        enum hw_status status;
        uint64_t calls;

        engine = new_engine();
        failing_call(nth, EIO, false);
        status = load(engine);
        calls = failing_calls();
        failing_call(0, 0, false);
        if (status == HW_OK)
            cr_expect(hw_hash_equal(hw_engine_state_digest(engine), hw_engine_state_digest(taken)));
        hw_engine_free(engine);
        if (nth > calls)
            break;
        refused[status == HW_E_IO]++;
        cr_expect(status == HW_OK || strstr(error, path) != NULL, "call %lu: %s", nth, error);
    }
    cr_expect(gt(u64, refused[1], 20), "each read");
    cr_expect(le(u64, refused[0], 1), "closing what was only read says nothing");
    failing_call(1, EIO, false);
    cr_expect(eq(int, hw_snapshot_header(env, "/data", SEQUENCE, &about, error), HW_E_IO));
    failing_call(0, 0, false);
    cr_expect(eq(int, hw_snapshot_header(env, "/data", 1, &about, error), HW_E_NOT_FOUND));
    cr_expect(eq(int, hw_snapshot_load(env, "/data", 1, NULL, error), HW_E_NOT_FOUND));
}

Test(snapshot_refused, no_memory_to_read_it)
{
    enum hw_status status;

    failing_memory(1, false);
    status = load(NULL);
    failing_memory(0, false);
    cr_expect(eq(int, status, HW_E_MEMORY));
    cr_expect(strstr(error, path) != NULL && strstr(error, "no memory") != NULL, "%s", error);
}

/* So many that a table is made larger than a new engine's. */
Test(snapshot_refused, no_memory_for_its_tables)
{
    uint64_t refused = 0, allowed = 0;
    enum hw_status status;

    feed(taken, SEQUENCE + 1, 17000);
    cr_assert(eq(int, write_it(taken), HW_OK), "%s", error);
    do {
        struct hw_engine *engine = new_engine();

        commits_left = allowed++;
        status = hw_snapshot_load(env, "/data", 17000, engine, error);
        refused += status != HW_OK && strstr(error, "no memory for its tables") != NULL;
        hw_engine_free(engine);
        cr_assert(lt(u64, allowed, 1000));
    } while (status != HW_OK);
    cr_expect(gt(u64, refused, 0));
}

/* --- writing ------------------------------------------------------------------------------- */

Test(snapshot_refused, each_call_of_a_writing_fails)
{
    for (uint64_t nth = 1;; nth++) {
        struct hw_snapshot about;
        enum hw_status status;
        uint64_t calls;

        end();
        begin();
        feed(taken, SEQUENCE + 1, SEQUENCE + 1);
        failing_call(nth, EIO, false);
        status = write_it(taken);
        calls = failing_calls();
        failing_call(0, 0, false);
        if (nth > calls)
            break;
        cr_expect(eq(int, load(NULL), HW_OK), "call %lu: the older one: %s", nth, error);
        if (status == HW_OK)
            cr_expect(
                eq(int, hw_snapshot_header(env, "/data", SEQUENCE + 1, &about, error), HW_OK));
    }
}

Test(snapshot_refused, a_path_too_long_has_none)
{
    static char long_path[HW_PATH_SIZE];
    uint64_t *sequences;
    size_t count;

    memset(long_path, 'd', HW_PATH_SIZE - 4);
    cr_expect(eq(int, hw_snapshot_list(env, long_path, &sequences, &count), -ENAMETOOLONG));
}
