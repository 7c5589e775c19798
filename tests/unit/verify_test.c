/*
 * Goal: verify passes a sound directory, names what is damaged with file and offset, and goes on
 *       behind it.
 * Method: the real engine, a disk in memory, one thing broken at a time.
 */
#include "runtime/verify.h"
#include "runtime/segment.h"
#include "support/logged.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

static struct fault_env *fault;
static struct logged logged;
static struct hw_runtime_options options;
static struct hw_runtime *runtime;
static struct hw_verify_report report;
static char error[HW_ERROR_TEXT_SIZE];
static char said[16][HW_ERROR_TEXT_SIZE];
static unsigned said_count, noticed;

static void feed(uint64_t from, uint64_t to)
{
    for (uint64_t number = from; number <= to; number++) {
        logged_submit(runtime, number, LOGGED_START_MS - (int64_t)number);
        hw_runtime_turn(runtime);
    }
}

static void open_it(void)
{
    cr_assert(eq(int, hw_runtime_open(&options, &runtime, error), HW_OK), "%s", error);
}

/* Two snapshots, several segments, one refused input. */
static void begin(void)
{
    struct hw_refused refused = {.source = hw_slice_text("RWE/PAS"),
        .code = hw_slice_text("AE 101"),
        .bytes = hw_slice_text("MSH|^~\\&|")};
    uint64_t id;

    said_count = noticed = 0;
    fault = fault_new(31);
    logged = (struct logged){0};
    options = logged_options(fault_table(fault), "/data", &logged);
    options.segment_size = 16 * 1024;
    fault_set_clock(fault, LOGGED_START_MS, 0);
    open_it();
    feed(1, 60);
    cr_assert(eq(int, hw_runtime_quarantine(runtime, &refused, &id), HW_OK));
    hw_runtime_close(runtime, true);
    open_it();
    feed(61, 90);
    hw_runtime_close(runtime, true);
    open_it();
    feed(91, 100);
    hw_runtime_close(runtime, false);
}

static void end(void)
{
    fault_free(fault);
}

TestSuite(verify, .init = begin, .fini = end);

static void damage(void *context, const char *text)
{
    (void)context;
    snprintf(said[said_count++ % 16], sizeof said[0], "%s", text);
}

static void notice(void *context, const char *text)
{
    (void)context;
    (void)text;
    noticed++;
}

static enum hw_status verify(void)
{
    struct hw_verify_options verify_options = {
        .env = fault_table(fault), .data_dir = "/data", .on_damage = damage, .on_notice = notice};

    said_count = noticed = 0;
    return hw_verify(&verify_options, &report, error);
}

static uint8_t *bytes_of(const char *path, size_t *ret_size)
{
    uint8_t *bytes = fault_bytes(fault, path, ret_size);

    cr_assert(ne(ptr, bytes, NULL), "%s", path);
    return bytes;
}

Test(verify, a_sound_directory)
{
    cr_assert(eq(int, verify(), HW_OK), "%s: %s", error, said[0]);
    cr_expect(eq(u32, report.damages, 0));
    cr_expect(gt(u64, report.segments, 2));
    cr_expect(eq(u64, report.records, report.last_sequence));
    cr_expect(ge(u64, report.records, 101));
    cr_expect(eq(u32, report.snapshots, 2));
    cr_expect(ge(u32, report.digests, 4), "two snapshots and the segments between");
    cr_expect(eq(u64, report.quarantined, 1));
    cr_expect(eq(uint, noticed, 0));
    open_it();
    cr_expect(
        hw_hash_equal(report.state_digest, hw_engine_state_digest(hw_runtime_engine(runtime))));
    cr_expect(eq(int, verify(), HW_OK), "beside a server");
    hw_runtime_close(runtime, false);
}

Test(verify, damage_in_one_segment_does_not_hide_the_next)
{
    uint64_t *firsts, segments;
    size_t count, size;
    char first[HW_PATH_SIZE], second[HW_PATH_SIZE];

    cr_assert(eq(int, verify(), HW_OK));
    segments = report.segments;
    cr_assert(
        eq(int, hw_file_numbers(fault_table(fault), "/data/journal", ".hwj", &firsts, &count), 0));
    cr_assert(ge(sz, count, 3));
    hw_file_number_path(first, "/data/journal", firsts[0], ".hwj");
    hw_file_number_path(second, "/data/journal", firsts[1], ".hwj");
    bytes_of(first, &size)[HW_SEGMENT_HEADER_SIZE + 50] ^= 4;
    bytes_of(second, &size)[20] ^= 4;
    cr_expect(eq(int, verify(), HW_E_DAMAGED));
    cr_expect(eq(uint, said_count, 2));
    cr_expect(
        strstr(said[0], first) != NULL && strstr(said[0], "offset 4096") != NULL, "%s", said[0]);
    cr_expect(
        strstr(said[1], second) != NULL && strstr(said[1], "offset 0") != NULL, "%s", said[1]);
    cr_expect(eq(u64, report.segments, segments - 2));
    free(firsts);
}

/* The header is whole and says what was so when it was written; this state is another. */
Test(verify, a_state_that_comes_out_otherwise)
{
    struct hw_segment_header header;
    uint64_t *firsts;
    size_t count, size;
    char path[HW_PATH_SIZE];
    uint8_t *bytes;

    cr_assert(
        eq(int, hw_file_numbers(fault_table(fault), "/data/journal", ".hwj", &firsts, &count), 0));
    hw_file_number_path(path, "/data/journal", firsts[1], ".hwj");
    bytes = bytes_of(path, &size);
    cr_assert(eq(int, hw_segment_header_read(bytes, &header), HW_OK));
    cr_assert(not(hw_hash_is_zero(header.quick_digest)), "it costs little, so it is always there");
    cr_assert(not(hw_hash_is_zero(header.digest)));
    header.quick_digest.low++;
    hw_segment_header_write(&header, bytes);
    cr_expect(eq(int, verify(), HW_E_DAMAGED));
    cr_expect(eq(uint, said_count, 1));
    cr_expect(strstr(said[0], "digests differ") != NULL, "%s", said[0]);
    header.digest.high++;
    hw_segment_header_write(&header, bytes);
    cr_expect(eq(int, verify(), HW_E_DAMAGED));
    cr_expect(eq(uint, said_count, 2));
    free(firsts);
}

Test(verify, a_snapshot_a_watermark_a_refused_input)
{
    static const struct {
        const char *path;
        size_t offset;
        const char *words;
    } breaks[] = {
        {"/data/journal/watermark", 30, "watermark"},
        {"/data/journal/watermark", 4096 + 30, "offset 4096"},
    };
    uint64_t *sequences;
    size_t size, count;
    char path[HW_PATH_SIZE];

    for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
        bytes_of(breaks[i].path, &size)[breaks[i].offset] ^= 1;
        cr_expect(eq(int, verify(), HW_E_DAMAGED));
        cr_expect(eq(uint, said_count, 1));
        cr_expect(strstr(said[0], breaks[i].words) != NULL, "%s", said[0]);
        cr_expect(gt(u32, report.digests, 0), "the journal is applied all the same");
        bytes_of(breaks[i].path, &size)[breaks[i].offset] ^= 1;
    }
    cr_assert(eq(int,
        hw_file_numbers(fault_table(fault), "/data/snapshots", ".hws", &sequences, &count), 0));
    cr_assert(eq(sz, count, 2));
    hw_file_number_path(path, "/data/snapshots", sequences[0], ".hws");
    bytes_of(path, &size)[4096] ^= 1;
    cr_expect(eq(int, verify(), HW_E_DAMAGED));
    cr_expect(strstr(said[0], path) != NULL, "%s", said[0]);
    bytes_of(path, &size)[4096] ^= 1;
    bytes_of("/data/quarantine/00000000000000000001.hwq", &size)[20] ^= 1;
    cr_expect(eq(int, verify(), HW_OK), "the newest file's end may be torn");
    cr_expect(eq(uint, noticed, 1));
    cr_expect(eq(u64, report.quarantined, 0));
    free(sequences);
}

Test(verify, a_lost_end_is_damage)
{
    uint64_t *firsts;
    size_t count, size;
    char path[HW_PATH_SIZE];
    uint8_t *bytes;

    cr_assert(
        eq(int, hw_file_numbers(fault_table(fault), "/data/journal", ".hwj", &firsts, &count), 0));
    hw_file_number_path(path, "/data/journal", firsts[count - 1], ".hwj");
    bytes = bytes_of(path, &size);
    memset(bytes + HW_SEGMENT_HEADER_SIZE, 0, size - HW_SEGMENT_HEADER_SIZE);
    cr_expect(eq(int, verify(), HW_E_DAMAGED));
    cr_expect(strstr(said[0], "acknowledged records") != NULL, "%s", said[0]);
    free(firsts);
}

Test(verify, nothing_there)
{
    fault_table(fault)->make_dir(fault, "/empty");
    fault_table(fault)->make_dir(fault, "/empty/journal");
    struct hw_verify_options nothing = {.env = fault_table(fault), .data_dir = "/empty"};

    cr_expect(eq(int, hw_verify(&nothing, &report, error), HW_E_NOT_FOUND));
    cr_expect(strstr(error, "/empty") != NULL, "%s", error);
}

/* What stands in the journal as decided was not what this engine wanted there (R5). */
Test(verify, a_decision_that_would_be_made_otherwise)
{
    struct hw_event event;

    cr_assert(eq(int, verify(), HW_OK));
    cr_expect(eq(u64, report.decisions_differ, 0));
    open_it();
    hw_event_init(&event, HW_KIND_DECIDED_ALERT);
    event.happened = event.recorded = hw_time_at(LOGGED_START_MS);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    hw_event_finish(&event);
    cr_assert(eq(int, hw_runtime_submit(runtime, &event, 1).outcome, HW_OUTCOME_TAKEN));
    hw_runtime_close(runtime, false);
    cr_expect(eq(int, verify(), HW_E_DAMAGED));
    cr_expect(eq(u64, report.decisions, 1));
    cr_expect(eq(u64, report.decisions_differ, 1));
    cr_expect(ne(ptr, (void *)strstr(said[0], "decision"), NULL), "%s", said[0]);
}
