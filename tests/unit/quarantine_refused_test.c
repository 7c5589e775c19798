/*
 * Goal: whatever the system refuses the quarantine, no input that was answered is lost and nothing
 *       is answered that is not kept; a full disk is waited out, any other failure is final.
 * Method: a disk in memory of which each call fails in turn, memory refused in turn; with its
 *         thread too, whose writing is held up.
 */
#include "runtime/bytes.h"
#include "runtime/quarantine.h"
#include "support/failing.h"
#include "support/fault_env.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DIR "/data/quarantine"

static struct fault_env *fault;
static struct hw_env *env;
static struct hw_quarantine *quarantine;
static struct hw_quarantine_options options;
static char error[HW_ERROR_TEXT_SIZE];

static void begin(void)
{
    fault = fault_new(58);
    env = failing_table(fault_table(fault));
    env->make_dir(env->context, "/data");
    env->make_dir(env->context, DIR);
    options = (struct hw_quarantine_options){
        .env = env, .data_dir = "/data", .source_quota = 10000, .threadless = true};
}

static void end(void)
{
    fault_free(fault);
}

TestSuite(quarantine_refused, .init = begin, .fini = end, .timeout = 60);

static void open_it(void)
{
    cr_assert(eq(int, hw_quarantine_open(&options, &quarantine, error), HW_OK), "%s", error);
}

static enum hw_status close_it(void)
{
    error[0] = '\0';
    return hw_quarantine_close(quarantine, error);
}

static enum hw_status add(const char *source, struct hw_slice bytes, uint64_t *ret_id)
{
    struct hw_refused refused = {.source = hw_slice_text(source), .bytes = bytes};

    return hw_quarantine_add(quarantine, 1000, &refused, ret_id);
}

static void add_one(const char *source)
{
    uint64_t id;

    cr_assert(eq(int, add(source, hw_slice_text("refused"), &id), HW_OK));
    hw_quarantine_flush(quarantine);
}

static bool see(void *context, const struct hw_quarantined *entry)
{
    (void)entry;
    ++*(unsigned *)context;
    return true;
}

static unsigned listed(void)
{
    unsigned count = 0;

    cr_expect(eq(int, hw_quarantine_list(env, "/data", see, &count, error), HW_OK), "%s", error);
    return count;
}

static size_t segments(uint64_t *ret_newest)
{
    uint64_t *firsts;
    size_t count;

    cr_assert(eq(int, hw_file_numbers(env, DIR, ".hwq", &firsts, &count), 0));
    *ret_newest = count > 0 ? firsts[count - 1] : 0;
    free(firsts);
    return count;
}

/* --- quotas and segments ------------------------------------------------------------------- */

Test(quarantine_refused, the_newest_is_kept_whatever_its_size)
{
    uint64_t id;

    options.source_quota = 32;
    open_it();
    add_one("RWE");
    cr_expect(eq(uint, listed(), 1));
    cr_assert(eq(int, add("RWE", hw_slice_text("another"), &id), HW_OK));
    hw_quarantine_flush(quarantine);
    cr_expect(eq(uint, listed(), 1));
    cr_expect(eq(int, close_it(), HW_OK));
}

/* Each source within its own, and yet too many sources: closed segments go, the oldest first. */
Test(quarantine_refused, all_together_have_a_quota)
{
    char source[16];
    uint64_t newest;

    options.source_quota = 128;
    options.segment_size = 256;
    open_it();
    for (unsigned i = 0; i < 200; i++) {
        (void)snprintf(source, sizeof source, "SOURCE%u", i);
        add_one(source);
    }
    cr_expect(le(uint, listed(), HW_QUARANTINE_SOURCES * 128 / 72 + 5));
    cr_expect(ge(uint, listed(), HW_QUARANTINE_SOURCES * 128 / 80 - 5));
    cr_expect(ge(u64, hw_quarantine_dropped(quarantine), 150));
    cr_expect(gt(sz, segments(&newest), 2));
    cr_expect(eq(int, close_it(), HW_OK));
}

/* A segment was begun and the machine ended: what stands before it is all there is. */
Test(quarantine_refused, a_newest_segment_without_an_entry)
{
    uint64_t id, newest;

    options.source_quota = 32;
    open_it();
    add_one("KENT");
    add_one("RWE");
    cr_expect(eq(int, close_it(), HW_OK));
    fault_put(fault, DIR "/00000000000000000009.hwq", "", 0);
    open_it();
    cr_expect(eq(u64, hw_quarantine_durable(quarantine), 8), "as its name says");
    cr_expect(eq(uint, listed(), 2));
    cr_assert(eq(int, add("RWE", hw_slice_text("refused"), &id), HW_OK));
    cr_expect(eq(u64, id, 9));
    cr_expect(eq(int, close_it(), HW_OK));
    cr_expect(eq(sz, segments(&newest), 2));
    cr_expect(eq(u64, newest, 9));
}

Test(quarantine_refused, a_doubled_file_gives_no_id_twice)
{
    size_t size;
    uint8_t *bytes;
    uint64_t id;

    open_it();
    add_one("RWE");
    add_one("RWE");
    cr_expect(eq(int, close_it(), HW_OK));
    bytes = fault_bytes(fault, DIR "/00000000000000000001.hwq", &size);
    fault_put(fault, DIR "/00000000000000000007.hwq", bytes, size);
    open_it();
    cr_expect(hw_quarantine_warning(quarantine, error));
    cr_expect(strstr(error, "damaged or missing") != NULL, "%s", error);
    cr_expect(not(hw_quarantine_warning(quarantine, error)), "once");
    cr_assert(eq(int, add("RWE", hw_slice_text("refused"), &id), HW_OK));
    cr_expect(eq(u64, id, 7));
    cr_expect(eq(int, close_it(), HW_OK));
}

/* What was dropped while its file could not be marked is dropped again at the next start. */
Test(quarantine_refused, a_mark_that_cannot_be_made)
{
    options.source_quota = 100;
    open_it();
    add_one("RWE");
    fault_fail(fault, FAULT_OPEN, 1, -EIO, true);
    add_one("RWE");
    fault_fail(fault, FAULT_OPEN, 0, 0, false);
    cr_expect(eq(u64, hw_quarantine_dropped(quarantine), 1));
    cr_expect(eq(uint, listed(), 2));
    add_one("RWE");
    cr_expect(eq(uint, listed(), 2), "the one without a mark, and the newest");
    cr_expect(eq(int, close_it(), HW_OK));
}

/* --- starts -------------------------------------------------------------------------------- */

static void put_two_segments(bool torn)
{
    static const char tail[16] = "HWQR, torn";
    size_t size;
    uint8_t *bytes, *longer;

    end();
    begin();
    options.segment_size = 64;
    open_it();
    add_one("RWE");
    add_one("RWE");
    cr_assert(eq(int, close_it(), HW_OK));
    if (!torn)
        return;
    bytes = fault_bytes(fault, DIR "/00000000000000000002.hwq", &size);
    longer = malloc(size + sizeof tail);
    memcpy(longer, bytes, size);
    memcpy(longer + size, tail, sizeof tail);
    fault_put(fault, DIR "/00000000000000000002.hwq", longer, size + sizeof tail);
    free(longer);
}

static void each_start_fails(bool torn, bool memory, enum hw_status wanted)
{
    for (uint64_t nth = 1;; nth++) {
        enum hw_status status;
        uint64_t count;

        put_two_segments(torn);
        error[0] = '\0';
        failing_call(memory ? 0 : nth, EIO, false);
        failing_memory(memory ? nth : 0, false);
        status = hw_quarantine_open(&options, &quarantine, error);
        count = memory ? failing_memory_requests() : failing_calls();
        failing_call(0, 0, false);
        failing_memory(0, false);
        if (status == HW_OK) {
            cr_expect(eq(int, close_it(), HW_OK), "%s", error);
        } else {
            cr_expect(eq(int, status, wanted), "%lu: %s", nth, error);
            cr_expect(ne(int, error[0], '\0'), "%lu", nth);
        }
        open_it();
        cr_expect(eq(u64, hw_quarantine_durable(quarantine), 2), "%lu", nth);
        cr_expect(eq(int, close_it(), HW_OK));
        cr_expect(eq(uint, listed(), 2), "%lu", nth);
        if (nth > count)
            break;
    }
}

Test(quarantine_refused, each_call_of_a_start_fails)
{
    each_start_fails(false, false, HW_E_IO);
    each_start_fails(true, false, HW_E_IO);
}

Test(quarantine_refused, each_request_of_a_start_fails)
{
    each_start_fails(true, true, HW_E_MEMORY);
}

Test(quarantine_refused, no_thread_is_told)
{
    unsigned told = 0;

    for (uint64_t nth = 1; nth < 10; nth++) {
        put_two_segments(false);
        options.threadless = false;
        failing_memory(nth, false);
        if (hw_quarantine_open(&options, &quarantine, error) == HW_OK)
            cr_expect(eq(int, close_it(), HW_OK));
        else
            told += strstr(error, "cannot start the quarantine's thread") != NULL;
        failing_memory(0, false);
    }
    cr_expect(eq(uint, told, 1));
}

/* --- writing ------------------------------------------------------------------------------- */

/* Segments so small that each batch begins one. */
Test(quarantine_refused, each_call_of_a_writing_fails)
{
    unsigned failed = 0;

    for (uint64_t nth = 1;; nth++) {
        uint64_t calls, id;

        put_two_segments(false);
        open_it();
        cr_assert(eq(int, add("RWE", hw_slice_text("third"), &id), HW_OK));
        failing_call(nth, EIO, false);
        hw_quarantine_flush(quarantine);
        calls = failing_calls();
        failing_call(0, 0, false);
        if (hw_quarantine_failed(quarantine, error)) {
            failed++;
            cr_expect(strstr(error, "/data") != NULL, "call %lu: %s", nth, error);
            cr_expect(eq(u64, hw_quarantine_durable(quarantine), 2));
            cr_expect(eq(int, add("RWE", hw_slice_text("fourth"), &id), HW_E_IO));
            hw_quarantine_flush(quarantine);
            cr_expect(eq(int, close_it(), HW_E_IO));
        } else {
            cr_expect(eq(u64, hw_quarantine_durable(quarantine), 3));
            cr_expect(eq(int, close_it(), HW_OK));
            cr_expect(eq(uint, listed(), 3));
        }
        if (nth > calls)
            break;
    }
    cr_expect(eq(uint, failed, 4), "open, sync of the folder, write, sync");
}

/* It is kept; only its source's quota is not, until the next start. */
Test(quarantine_refused, no_memory_to_remember_it)
{
    uint64_t id;

    open_it();
    cr_assert(eq(int, add("RWE", hw_slice_text("refused"), &id), HW_OK));
    failing_memory(1, false);
    hw_quarantine_flush(quarantine);
    failing_memory(0, false);
    cr_expect(eq(u64, hw_quarantine_durable(quarantine), 1));
    cr_expect(eq(int, close_it(), HW_OK));
    cr_expect(eq(uint, listed(), 1));
}

Test(quarantine_refused, no_room_to_wait_in)
{
    static uint8_t bytes[HW_QUARANTINE_BYTES_MAX];
    uint64_t id, taken = 0;

    open_it();
    failing_memory(1, false);
    cr_expect(eq(int, add("RWE", hw_slice_text("refused"), &id), HW_E_FULL));
    failing_memory(0, false);
    while (taken < 10 && add("RWE", hw_slice_of(bytes, sizeof bytes), &id) == HW_OK)
        taken++;
    cr_expect(eq(u64, taken, 1), "as large as they come: a second does not wait beside it");
    cr_expect(eq(int, close_it(), HW_OK));
}

Test(quarantine_refused, a_full_disk_is_told_once)
{
    open_it();
    fault_disk_size(fault, 10);
    add_one("RWE");
    cr_expect(hw_quarantine_full(quarantine));
    cr_expect(hw_quarantine_warning(quarantine, error));
    cr_expect(strstr(error, "free some space") != NULL, "%s", error);
    hw_quarantine_flush(quarantine);
    cr_expect(hw_quarantine_full(quarantine));
    cr_expect(not(hw_quarantine_warning(quarantine, error)));
    cr_expect(eq(int, close_it(), HW_E_NO_SPACE), "it was not answered");
    fault_disk_size(fault, UINT64_MAX);
}

/* A full disk that cannot say whether it kept what it took. */
Test(quarantine_refused, a_sync_on_a_full_disk_is_final)
{
    open_it();
    fault_fail(fault, FAULT_SYNC, 1, -ENOSPC, false);
    add_one("RWE");
    cr_expect(hw_quarantine_failed(quarantine, error));
    cr_expect(eq(int, close_it(), HW_E_IO));
}

/* --- with its thread ----------------------------------------------------------------------- */

static atomic_uint writes; /* begun */
static atomic_bool held;   /* they wait */

static int64_t write_held(
    void *context, int file, const struct iovec *parts, int parts_count, uint64_t offset)
{
    atomic_fetch_add(&writes, 1);
    while (atomic_load(&held))
        usleep(1000);
    usleep(20000); /* By now whoever let it go waits for it. */
    return fault_table(fault)->write(context, file, parts, parts_count, offset);
}

static void open_with_thread(void)
{
    options.threadless = false;
    env->write = write_held;
    atomic_store(&writes, 0);
    atomic_store(&held, true);
    open_it();
}

static void wait_for_writes(unsigned count)
{
    while (atomic_load(&writes) < count)
        usleep(1000);
}

Test(quarantine_refused, what_is_being_written_is_waited_for)
{
    uint64_t id;

    open_with_thread();
    add_one("RWE");
    wait_for_writes(1);
    cr_assert(eq(int, add("RWE", hw_slice_text("waits"), &id), HW_OK));
    hw_quarantine_flush(quarantine);
    cr_expect(eq(u64, hw_quarantine_durable(quarantine), 0));
    atomic_store(&held, false);
    cr_expect(eq(int, close_it(), HW_OK), "%s", error);
    cr_expect(eq(uint, listed(), 2));
}

Test(quarantine_refused, a_failure_in_the_thread_is_final)
{
    open_with_thread();
    fault_fail(fault, FAULT_SYNC, 1, -EIO, false);
    atomic_store(&held, false);
    add_one("RWE");
    while (!hw_quarantine_failed(quarantine, error))
        usleep(1000);
    hw_quarantine_flush(quarantine);
    cr_expect(eq(int, close_it(), HW_E_IO));
    cr_expect(eq(uint, atomic_load(&writes), 1), "it is not tried again");
}

static void open_on_a_full_disk(void)
{
    open_with_thread();
    atomic_store(&held, false);
    fault_disk_size(fault, 10);
    add_one("RWE");
    while (!hw_quarantine_full(quarantine))
        usleep(1000);
}

Test(quarantine_refused, the_thread_waits_for_space)
{
    open_on_a_full_disk();
    wait_for_writes(2);
    fault_disk_size(fault, UINT64_MAX);
    while (hw_quarantine_durable(quarantine) < 1)
        usleep(1000);
    cr_expect(not(hw_quarantine_full(quarantine)));
    cr_expect(eq(int, close_it(), HW_OK), "%s", error);
    cr_expect(eq(uint, listed(), 1));
}

Test(quarantine_refused, who_stops_does_not_wait_for_space)
{
    open_on_a_full_disk();
    cr_expect(eq(int, close_it(), HW_E_NO_SPACE));
    fault_disk_size(fault, UINT64_MAX);
}
