/*
 * Goal: of a damaged quarantine every whole entry is still found, nothing that only looks like one
 *       is, and what is damaged or cannot be read is said.
 * Method: segments written by hand on a disk in memory, damaged, doubled, swapped; each call and
 *         each request for memory refused.
 */
#include "runtime/bytes.h"
#include "runtime/crc32c.h"
#include "runtime/quarantine_log.h"
#include "support/failing.h"
#include "support/fault_env.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>

#define DIR "/data/quarantine"

enum { ROOM = 64 * 1024 };

static struct fault_env *fault;
static struct hw_env *env;
static char error[HW_ERROR_TEXT_SIZE];

struct segment {
    uint8_t bytes[ROOM];
    size_t size;
};

static struct segment segment;

static void begin(void)
{
    fault = fault_new(57);
    env = failing_table(fault_table(fault));
    env->make_dir(env->context, "/data");
    env->make_dir(env->context, DIR);
    segment.size = 0;
}

static void end(void)
{
    fault_free(fault);
}

TestSuite(quarantine_log, .init = begin, .fini = end);

/* Append an entry; where it stands. */
static size_t add(uint64_t id, struct hw_slice bytes)
{
    struct hw_refused refused = {.source = hw_slice_text("RWE"), .bytes = bytes};
    size_t at = segment.size, size = hw_quarantine_entry_size(&refused);

    cr_assert(le(sz, at + size, sizeof segment.bytes));
    hw_quarantine_entry_write(segment.bytes + at, id, 1000, &refused);
    segment.size += size;
    return at;
}

static void put(uint64_t first)
{
    char path[HW_PATH_SIZE];

    hw_quarantine_segment_path(DIR, first, path);
    fault_put(fault, path, segment.bytes, segment.size);
}

struct seen {
    unsigned count, most; /* most: then no more */
    uint64_t ids[16];
};

static bool see(void *context, const struct hw_quarantined *entry)
{
    struct seen *seen = context;

    cr_assert(lt(uint, seen->count, 16));
    seen->ids[seen->count++] = entry->id;
    return seen->count != seen->most;
}

static bool walk(void *context, const struct hw_quarantined *entry, uint64_t offset, size_t size)
{
    (void)offset;
    (void)size;
    return see(context, entry);
}

static enum hw_status list(struct seen *seen)
{
    error[0] = '\0';
    seen->count = 0;
    return hw_quarantine_list(env, "/data", see, seen, error);
}

/* --- entries that are none ----------------------------------------------------------------- */

Test(quarantine_log, what_is_behind_a_damaged_entry_is_found)
{
    struct hw_quarantine_walked walked;
    struct seen seen = {0};
    size_t second, third;

    add(1, hw_slice_text("one"));
    second = add(2, hw_slice_text("two"));
    third = add(3, hw_slice_text("three"));
    add(4, hw_slice_text("four"));
    segment.bytes[second + HW_QUARANTINE_HEADER_SIZE] ^= 1;
    put(1);
    cr_expect(eq(int, list(&seen), HW_E_DAMAGED));
    cr_expect(strstr(error, "are damaged or missing here") != NULL, "%s", error);
    cr_expect(seen.count == 3 && seen.ids[1] == 3 && seen.ids[2] == 4);
    segment.bytes[third] ^= 1;
    put(1);
    cr_expect(eq(int, list(&seen), HW_E_DAMAGED));
    cr_expect(seen.count == 2 && seen.ids[1] == 4, "two in a row");
    cr_assert(eq(int,
        hw_quarantine_segment_walk(
            env, DIR "/00000000000000000001.hwq", 1, walk, &(struct seen){0}, &walked),
        0));
    cr_expect(walked.damaged && walked.damaged_at == second && walked.next_id == 5);
}

/* What was refused may hold anything: an entry of this very quarantine. */
Test(quarantine_log, an_entry_within_a_damaged_one_is_none)
{
    struct hw_refused inner = {.source = hw_slice_text("RWE"), .bytes = hw_slice_text("old")};
    static uint8_t within[256];
    struct seen seen = {0};
    size_t size = hw_quarantine_entry_size(&inner), first;

    memset(within, 'x', sizeof within);
    hw_quarantine_entry_write(within + 5, 900, 1, &inner); /* "RWE" and 5 make it a multiple of 8 */
    first = add(1, hw_slice_of(within, size + 13));
    add(2, hw_slice_text("two"));
    segment.bytes[first + 16] ^= 1;
    put(1);
    cr_expect(eq(int, list(&seen), HW_E_DAMAGED));
    cr_expect(seen.count == 1 && seen.ids[0] == 2, "%u", seen.count);
}

Test(quarantine_log, sizes_larger_than_the_file_are_no_entry)
{
    struct seen seen = {0};
    size_t second;

    add(1, hw_slice_text("one"));
    second = add(2, hw_slice_text("two"));
    for (int part = 0; part < 6; part++)
        hw_put_u32(segment.bytes + second + 24 + 4 * part, UINT32_MAX);
    put(1);
    cr_expect(eq(int, list(&seen), HW_OK), "%s", error);
    cr_expect(eq(uint, seen.count, 1), "at the end it may be torn");
}

Test(quarantine_log, an_entry_that_is_missing_is_told)
{
    struct seen seen = {0};

    add(1, hw_slice_text("one"));
    add(3, hw_slice_text("three"));
    put(1);
    cr_expect(eq(int, list(&seen), HW_E_DAMAGED));
    cr_expect(eq(uint, seen.count, 2));
    cr_expect(strstr(error, "offset 64") != NULL, "%s", error);
}

Test(quarantine_log, a_size_that_no_number_holds)
{
    static uint8_t bytes[HW_QUARANTINE_BYTES_MAX];
    struct hw_refused refused = {.bytes = {bytes, (size_t)UINT32_MAX + 7}};
    uint8_t *entry = malloc(hw_quarantine_entry_size(&refused)); /* It is cut before it is read. */

    hw_quarantine_entry_write(entry, 1, 2, &refused);
    cr_expect(eq(u32, hw_get_u32(entry + 48), UINT32_MAX));
    free(entry);
}

/* --- list and show ------------------------------------------------------------------------- */

Test(quarantine_log, a_file_doubled_is_listed_once)
{
    struct seen seen = {0};

    add(1, hw_slice_text("one"));
    add(2, hw_slice_text("two"));
    put(1);
    put(7);
    cr_expect(eq(int, list(&seen), HW_E_DAMAGED), "its entries are not those of its name");
    cr_expect(eq(uint, seen.count, 2));
}

Test(quarantine_log, a_list_stops_where_it_is_told)
{
    struct seen seen = {.most = 1};

    add(1, hw_slice_text("one"));
    add(2, hw_slice_text("two"));
    put(1);
    segment.size = 0;
    add(3, hw_slice_text("three"));
    put(3);
    cr_expect(eq(int, list(&seen), HW_OK), "%s", error);
    cr_expect(eq(uint, seen.count, 1));
}

/* Only the file it can be in is read. */
Test(quarantine_log, one_is_shown_from_its_file)
{
    for (uint64_t first = 1; first <= 5; first += 2) {
        segment.size = 0;
        add(first, hw_slice_text("one"));
        add(first + 1, hw_slice_text("two"));
        put(first);
    }
    for (uint64_t id = 1; id <= 7; id++) {
        struct seen seen = {0};
        uint64_t opens = fault_count(fault, FAULT_OPEN);

        cr_expect(eq(int, hw_quarantine_show(env, "/data", id, see, &seen, error),
            id < 7 ? HW_OK : HW_E_NOT_FOUND));
        cr_expect(seen.count == (id < 7) && (id == 7 || seen.ids[0] == id));
        cr_expect(eq(u64, fault_count(fault, FAULT_OPEN) - opens, 1));
    }
}

Test(quarantine_log, one_that_is_damaged_is_not_found_and_said_so)
{
    struct seen seen = {0};

    add(1, hw_slice_text("one"));
    add(2, hw_slice_text("two"));
    segment.bytes[20] ^= 1;
    put(1);
    cr_expect(eq(int, hw_quarantine_show(env, "/data", 1, see, &seen, error), HW_E_NOT_FOUND));
    cr_expect(strstr(error, "are damaged or missing here") != NULL, "%s", error);
    cr_expect(eq(int, hw_quarantine_show(env, "/data", 2, see, &seen, error), HW_OK));
}

/* --- what the system refuses --------------------------------------------------------------- */

static int64_t size_wrong(void *context, int file)
{
    return fault_table(fault)->size(context, file) + 8;
}

Test(quarantine_log, a_file_that_ends_while_it_is_read)
{
    struct seen seen = {0};

    add(1, hw_slice_text("one"));
    put(1);
    env->size = size_wrong;
    cr_expect(eq(int, list(&seen), HW_E_IO));
    cr_expect(strstr(error, ".hwq") != NULL, "%s", error);
}

Test(quarantine_log, a_file_gone_meanwhile_is_no_failure)
{
    struct seen seen = {0};

    add(1, hw_slice_text("one"));
    put(1);
    segment.size = 0;
    add(2, hw_slice_text("two"));
    put(2);
    fault_fail(fault, FAULT_OPEN, 1, -ENOENT, false);
    cr_expect(eq(int, list(&seen), HW_OK), "%s", error);
    cr_expect(seen.count == 1 && seen.ids[0] == 2);
}

Test(quarantine_log, each_call_that_fails_is_told)
{
    struct seen seen = {0};
    unsigned refused = 0;

    add(1, hw_slice_text("one"));
    put(1);
    segment.size = 0;
    add(2, hw_slice_text("two"));
    put(2);
    for (uint64_t nth = 1;; nth++) {
        enum hw_status status;
        uint64_t calls;

        failing_call(nth, EIO, false);
        status = list(&seen);
        calls = failing_calls();
        if (nth > calls) {
            failing_call(0, 0, false);
            break;
        }
        refused += status == HW_E_IO;
        if (status == HW_OK)
            cr_expect(eq(uint, seen.count, 2));
        else
            cr_expect(strstr(error, "/data") != NULL, "%s", error);
        failing_call(nth, EIO, false);
        if (hw_quarantine_show(env, "/data", 2, see, &(struct seen){0}, error) != HW_OK)
            cr_expect(strstr(error, "/data") != NULL, "%s", error);
        failing_call(0, 0, false);
    }
    cr_expect(eq(uint, refused, 7), "list; open, size, read of both");
}

Test(quarantine_log, no_memory_is_told)
{
    struct seen seen = {0};

    add(1, hw_slice_text("one"));
    put(1);
    for (uint64_t nth = 1; nth <= 2; nth++) {
        failing_memory(nth, false);
        cr_expect(eq(int, list(&seen), HW_E_MEMORY), "request %lu", nth);
        failing_memory(0, false);
        cr_expect(strstr(error, "/data") != NULL, "%s", error);
    }
}

Test(quarantine_log, a_path_too_long_is_refused)
{
    static char path[HW_PATH_SIZE];
    struct seen seen = {0};

    memset(path, 'd', HW_PATH_SIZE - 4);
    cr_expect(eq(int, hw_quarantine_list(env, path, see, &seen, error), HW_E_IO));
}
