/*
 * Goal: a refused input that was answered is there, whatever happened; a source that sends much
 *       rubbish loses its own oldest, and nobody else's.
 * Method: a disk in memory, threads off; once with the thread on a real folder.
 */
#include "runtime/quarantine.h"
#include "support/fault_env.h"
#include "support/temporary.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct fault_env *fault;
static struct hw_quarantine *quarantine;
static struct hw_quarantine_options options;
static char error[HW_ERROR_TEXT_SIZE];

static void begin(void)
{
    fault = fault_new(41);
    fault_table(fault)->make_dir(fault, "/data");
    fault_table(fault)->make_dir(fault, "/data/quarantine");
    options = (struct hw_quarantine_options){
        .env = fault_table(fault), .data_dir = "/data", .source_quota = 10000, .threadless = true};
}

static void end(void)
{
    fault_free(fault);
}

TestSuite(quarantine, .init = begin, .fini = end);

static void open_it(void)
{
    cr_assert(eq(int, hw_quarantine_open(&options, &quarantine, error), HW_OK), "%s", error);
}

static uint64_t add(const char *source, const char *bytes)
{
    struct hw_refused refused = {hw_slice_text(source), hw_slice_text("mllp"),
        hw_slice_text("AE 101"), hw_slice_text("PID^1^3"), hw_slice_text("no usable identity"),
        hw_slice_text(bytes)};
    uint64_t id = 0;

    cr_assert(eq(int, hw_quarantine_add(quarantine, 1000, &refused, &id), HW_OK));
    return id;
}

struct seen {
    unsigned count, of_rwe;
    uint64_t first, last;
    char bytes[64];
    char code[64];
};

static bool see(void *context, const struct hw_quarantined *entry)
{
    struct seen *seen = context;

    seen->count++;
    seen->of_rwe += hw_slice_is(entry->refused.source, "RWE");
    if (seen->first == 0)
        seen->first = entry->id;
    cr_expect(gt(u64, entry->id, seen->last), "ascending");
    seen->last = entry->id;
    snprintf(seen->bytes, sizeof seen->bytes, "%.*s", HW_SLICE_ARGS(entry->refused.bytes));
    snprintf(seen->code, sizeof seen->code, "%.*s", HW_SLICE_ARGS(entry->refused.code));
    return true;
}

static struct seen list(void)
{
    struct seen seen = {0};

    cr_assert(eq(int, hw_quarantine_list(options.env, options.data_dir, see, &seen, error), HW_OK));
    return seen;
}

Test(quarantine, keeps_lists_and_shows)
{
    struct seen seen = {0};

    open_it();
    cr_expect(eq(u64, add("RWE", "one"), 1));
    cr_expect(eq(u64, add("RWE", "two"), 2));
    cr_expect(eq(u64, hw_quarantine_durable(quarantine), 0));
    hw_quarantine_flush(quarantine);
    cr_expect(eq(u64, hw_quarantine_durable(quarantine), 2));
    cr_expect(eq(uint, list().count, 2));
    cr_expect(eq(int, hw_quarantine_show(options.env, "/data", 2, see, &seen, error), HW_OK));
    cr_expect(eq(str, seen.bytes, "two"));
    cr_expect(eq(str, seen.code, "AE 101"));
    cr_expect(
        eq(int, hw_quarantine_show(options.env, "/data", 3, see, &seen, error), HW_E_NOT_FOUND));
    cr_expect(strstr(error, "quarantine list") != NULL, "%s", error);
    cr_expect(eq(int, hw_quarantine_close(quarantine, error), HW_OK));
}

Test(quarantine, ids_go_on_after_opening_again)
{
    open_it();
    add("RWE", "one");
    cr_expect(eq(int, hw_quarantine_close(quarantine, error), HW_OK));
    open_it();
    cr_expect(eq(u64, hw_quarantine_durable(quarantine), 1));
    cr_expect(eq(u64, add("RWE", "two"), 2));
    cr_expect(eq(int, hw_quarantine_close(quarantine, error), HW_OK));
    cr_expect(eq(uint, list().count, 2));
}

Test(quarantine, a_source_makes_room_for_itself)
{
    char bytes[1001];
    struct seen seen;

    memset(bytes, 'x', 1000);
    bytes[1000] = '\0';
    open_it();
    add("KENT", "theirs stays");
    for (int i = 0; i < 50; i++) {
        add("RWE", bytes);
        hw_quarantine_flush(quarantine);
    }
    seen = list();
    cr_expect(eq(u64, seen.first, 1), "the other source's");
    cr_expect(eq(uint, seen.of_rwe, 9), "9 of 1,112 bytes are within 10,000");
    cr_expect(eq(u64, seen.last, 51), "the newest");
    cr_expect(eq(u64, hw_quarantine_dropped(quarantine), 41));
    cr_expect(eq(int, hw_quarantine_close(quarantine, error), HW_OK));
    open_it();
    cr_expect(eq(uint, list().of_rwe, 9));
    cr_expect(eq(u64, add("RWE", "next"), 52));
    cr_expect(eq(int, hw_quarantine_close(quarantine, error), HW_OK));
}

Test(quarantine, the_disk_is_given_back)
{
    static char bytes[1000001];
    uint64_t *firsts;
    size_t count;

    memset(bytes, 'x', sizeof bytes - 1);
    options.source_quota = 3000000;
    open_it();
    for (int i = 0; i < 60; i++) {
        add("RWE", bytes);
        hw_quarantine_flush(quarantine);
    }
    cr_expect(eq(uint, list().count, 2));
    cr_assert(
        eq(int, hw_file_numbers(options.env, "/data/quarantine", ".hwq", &firsts, &count), 0));
    cr_expect(le(sz, count, 2), "60 MB came, segments of 16 MB went");
    free(firsts);
    cr_expect(eq(int, hw_quarantine_close(quarantine, error), HW_OK));
}

Test(quarantine, a_failed_sync_is_final)
{
    struct hw_refused refused = {.bytes = hw_slice_text("x")};
    uint64_t id;

    open_it();
    add("RWE", "one");
    fault_fail(fault, FAULT_SYNC, 1, -EIO, false);
    hw_quarantine_flush(quarantine);
    cr_expect(hw_quarantine_failed(quarantine, error));
    cr_expect(eq(u64, hw_quarantine_durable(quarantine), 0));
    cr_expect(eq(int, hw_quarantine_add(quarantine, 1, &refused, &id), HW_E_IO));
    hw_quarantine_flush(quarantine);
    cr_expect(eq(u64, hw_quarantine_durable(quarantine), 0));
    cr_expect(eq(int, hw_quarantine_close(quarantine, error), HW_E_IO));
}

Test(quarantine, a_full_disk_is_waited_out)
{
    open_it();
    add("RWE", "one");
    fault_disk_size(fault, 10);
    hw_quarantine_flush(quarantine);
    cr_expect(not(hw_quarantine_failed(quarantine, error)));
    cr_expect(eq(u64, hw_quarantine_durable(quarantine), 0));
    fault_disk_size(fault, UINT64_MAX);
    hw_quarantine_flush(quarantine);
    cr_expect(eq(u64, hw_quarantine_durable(quarantine), 1));
    cr_expect(eq(int, hw_quarantine_close(quarantine, error), HW_OK));
}

Test(quarantine, a_power_cut_loses_nothing_answered)
{
    for (uint64_t seed = 1; seed <= 50; seed++) {
        uint64_t durable = 0;

        end();
        begin();
        fault_free(fault);
        fault = fault_new(seed);
        fault_table(fault)->make_dir(fault, "/data");
        fault_table(fault)->make_dir(fault, "/data/quarantine");
        options.env = fault_table(fault);
        for (int cut = 0; cut < 4; cut++) {
            open_it();
            cr_expect(ge(u64, hw_quarantine_durable(quarantine), durable), "seed %lu", seed);
            cr_expect(ge(u64, list().count, durable), "seed %lu", seed);
            fault_fail(fault, FAULT_SYNC, 1 + seed % 5, -EIO, true);
            for (int i = 0; i < 8 && !hw_quarantine_failed(quarantine, error); i++) {
                add("RWE", "something refused");
                hw_quarantine_flush(quarantine);
                durable = hw_quarantine_durable(quarantine);
            }
            (void)hw_quarantine_close(quarantine, error); /* Whatever it still manages. */
            fault_fail(fault, FAULT_SYNC, 0, 0, false);
            fault_crash(fault);
        }
    }
}

Test(quarantine, long_input_is_cut_and_said_so)
{
    static uint8_t bytes[HW_QUARANTINE_BYTES_MAX + 5];
    struct hw_refused refused = {.source = hw_slice_text("RWE"), .bytes = {bytes, sizeof bytes}};
    uint8_t *entry = malloc(hw_quarantine_entry_size(&refused));
    uint32_t whole;

    hw_quarantine_entry_write(entry, 1, 2, &refused);
    memcpy(&whole, entry + 48, sizeof whole);
    cr_expect(eq(u32, whole, sizeof bytes));
    cr_expect(lt(sz, hw_quarantine_entry_size(&refused), HW_QUARANTINE_BYTES_MAX + 100));
    free(entry);
}

Test(quarantine, with_its_thread)
{
    char folder[HW_PATH_SIZE], path[HW_PATH_SIZE];

    temporary_make(folder);
    cr_assert(hw_file_path(path, folder, "quarantine"));
    options.env = hw_env_posix();
    options.data_dir = folder;
    options.threadless = false;
    options.source_quota = 1 << 20;
    cr_assert(eq(int, options.env->make_dir(options.env->context, path), 0));
    open_it();
    for (uint64_t i = 1; i <= 300; i++) {
        cr_expect(eq(u64, add("RWE", "refused"), i));
        hw_quarantine_flush(quarantine);
    }
    while (hw_quarantine_durable(quarantine) < 300) {
        hw_quarantine_flush(quarantine);
        usleep(1000);
    }
    cr_expect(eq(uint, list().count, 300));
    cr_expect(eq(int, hw_quarantine_close(quarantine, error), HW_OK));
    temporary_remove(folder);
}
