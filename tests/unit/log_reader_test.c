/*
 * Goal: whatever the bytes of a journal say, they are given whole and in order, or what is wrong
 *       with them is named; a reader beside a running server sees what it writes meanwhile.
 * Method: segments, blocks and watermarks made here by hand, checksums right and contents wrong;
 *         every read of the operating system failing in turn.
 */
#include "runtime/log_reader.h"
#include "homeward/version.h"
#include "runtime/bytes.h"
#include "runtime/crc32c.h"
#include "support/fault_env.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>

enum { LOG_ID = 7, SEGMENT_SIZE = 16 * 1024, FIRST_SEGMENT = 1 };

static const char dir[] = "/journal";
static char error[HW_ERROR_TEXT_SIZE];
static struct fault_env *fault;

static void begin(void)
{
    fault = fault_new(1);
    cr_assert(eq(int, fault_table(fault)->make_dir(fault, dir), 0));
}

static void end(void)
{
    fault_free(fault);
}

TestSuite(log_reader, .init = begin, .fini = end);

/* --- a journal by hand --------------------------------------------------------------------- */

struct segment {
    uint8_t *bytes; /* SEGMENT_SIZE or more, from calloc */
    size_t size, end;
    uint64_t first, next;
    int64_t accepted_ms; /* of the last record */
    size_t block;        /* where the open block begins */
    uint32_t count;      /* of its records */
};

static struct segment segment_new(uint64_t first, int64_t accepted_ms, size_t size)
{
    struct segment segment = {.bytes = calloc(1, size),
        .size = size,
        .end = HW_SEGMENT_HEADER_SIZE,
        .first = first,
        .next = first,
        .accepted_ms = accepted_ms};
    struct hw_segment_header header = {.format = HW_FORMAT_VERSION,
        .rules = HW_RULES_VERSION,
        .log_id = {LOG_ID, 9},
        .first_sequence = first,
        .accepted_ms = accepted_ms,
        .county = "Leicestershire"};

    cr_assert(ne(ptr, segment.bytes, NULL));
    hw_segment_header_write(&header, segment.bytes);
    return segment;
}

/* A record to the open block; its bytes, to be spoilt before the block is closed. */
static uint8_t *add_record(struct segment *segment, uint64_t sequence, int64_t accepted_ms)
{
    struct hw_event event;
    uint8_t *at;

    if (segment->count == 0) {
        segment->block = segment->end;
        segment->end += HW_BLOCK_HEADER_SIZE;
    }
    at = segment->bytes + segment->end;
    hw_event_init(&event, HW_KIND_SPELL_UPDATED);
    hw_event_set_text(&event, HW_FIELD_NOTE, hw_slice_text("one night more"));
    segment->end +=
        hw_record_encode(&event, sequence, accepted_ms, at, segment->size - segment->end);
    segment->next = sequence + 1;
    segment->accepted_ms = accepted_ms;
    segment->count++;
    return at;
}

static void close_block_as(struct segment *segment, uint64_t first, uint64_t durable_end)
{
    hw_block_write(segment->bytes + segment->block, first, segment->count,
        segment->end - segment->block - HW_BLOCK_HEADER_SIZE, durable_end, LOG_ID);
    segment->count = 0;
}

static void close_block(struct segment *segment)
{
    close_block_as(segment, segment->next - segment->count, segment->block);
}

/* Blocks of one record each. */
static void add_blocks(struct segment *segment, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        add_record(segment, segment->next, segment->accepted_ms + 1);
        close_block(segment);
    }
}

static void path_of(char path[HW_PATH_SIZE], uint64_t first)
{
    hw_file_number_path(path, dir, first, HW_SEGMENT_ENDING);
}

static void put(const struct segment *segment)
{
    char path[HW_PATH_SIZE];

    path_of(path, segment->first);
    fault_put(fault, path, segment->bytes, segment->size);
}

static void put_and_free(struct segment *segment)
{
    put(segment);
    free(segment->bytes);
}

/* Read all of it from a sequence on: the status at its end, and how many records there were. */
static enum hw_status read_log(uint64_t from, uint64_t *ret_records, struct hw_log_tail *ret_tail)
{
    struct hw_log *log;
    struct hw_log_block block;
    enum hw_status status;

    *ret_records = 0;
    error[0] = '\0';
    status = hw_log_open(fault_table(fault), dir, from, &log, error);
    if (status != HW_OK)
        return status;
    while ((status = hw_log_next(log, &block, error)) == HW_OK)
        *ret_records += block.block.count;
    if (status == HW_E_NOT_FOUND && ret_tail != NULL)
        hw_log_tail(log, ret_tail);
    hw_log_close(log);
    return status;
}

static void expect_damage(uint64_t records_before, const char *words)
{
    uint64_t records;

    cr_expect(eq(int, read_log(1, &records, NULL), HW_E_DAMAGED), "%s: %s", words, error);
    cr_expect(eq(u64, records, records_before), "%s", words);
    cr_expect(strstr(error, words) != NULL, "%s, not %s", error, words);
}

/* --- blocks -------------------------------------------------------------------------------- */

Test(log_reader, sequence_0_is_the_beginning)
{
    struct segment segment = segment_new(1, HW_TIME_NONE, SEGMENT_SIZE);
    uint64_t records;

    segment.accepted_ms = 0;
    add_blocks(&segment, 3);
    put_and_free(&segment);
    cr_expect(eq(int, read_log(0, &records, NULL), HW_E_NOT_FOUND));
    cr_expect(eq(u64, records, 3));
    hw_log_close(NULL); /* As free(). */
}

/* One whole block, then one of three records of which one thing is wrong, its checksum right. */
static struct segment before_the_wrong_one(void)
{
    struct segment segment = segment_new(1, HW_TIME_NONE, SEGMENT_SIZE);

    segment.accepted_ms = 100;
    add_blocks(&segment, 1);
    return segment;
}

static uint8_t *add_three(struct segment *segment)
{
    uint8_t *middle;

    add_record(segment, 2, 102);
    middle = add_record(segment, 3, 103);
    add_record(segment, 4, 104);
    return middle;
}

static void expect_wrong(struct segment *segment, const char *what)
{
    close_block_as(segment, 2, segment->block);
    put_and_free(segment);
    expect_damage(1, "record 2 is damaged");
    cr_expect(strstr(error, "offset") != NULL, "%s: %s", what, error);
}

Test(log_reader, a_block_of_wrong_contents_is_damage_though_its_checksum_is_right)
{
    struct segment segment = before_the_wrong_one();

    add_three(&segment)[0] = 9; /* no size of a record */
    expect_wrong(&segment, "size");

    segment = before_the_wrong_one();
    add_three(&segment)[16] = 4; /* its sequence */
    expect_wrong(&segment, "sequence");

    segment = before_the_wrong_one();
    add_three(&segment)[24] = 90; /* its accepted time, before those of the others */
    expect_wrong(&segment, "accepted time");

    segment = before_the_wrong_one();
    add_three(&segment);
    segment.end += 8; /* more than the three are */
    expect_wrong(&segment, "size of the block");
}

Test(log_reader, a_block_that_is_not_the_next_is_damage)
{
    struct segment segment = before_the_wrong_one();

    add_record(&segment, 3, 103);
    close_block(&segment);
    put_and_free(&segment);
    expect_damage(1, "record 2 is damaged");

    segment = before_the_wrong_one();
    add_record(&segment, 2, 103);
    close_block_as(&segment, 2, segment.block + 8); /* what was durable reaches into it */
    put_and_free(&segment);
    expect_damage(1, "record 2 is damaged");
}

Test(log_reader, a_record_of_a_newer_schema_asks_for_a_newer_program)
{
    struct segment segment = before_the_wrong_one();
    uint64_t records;

    add_three(&segment)[6] = HW_RECORD_SCHEMA + 1;
    close_block(&segment);
    put_and_free(&segment);
    cr_expect(eq(int, read_log(1, &records, NULL), HW_E_VERSION));
    cr_expect(eq(u64, records, 1));
    cr_expect(strstr(error, "newer schema") != NULL, "%s", error);
}

/* --- the end of the log ---------------------------------------------------------------------- */

/* A block that cannot be read, then one that says how far all was durable when it was written. */
static struct segment torn_before(uint64_t sequence, uint64_t durable_behind)
{
    struct segment segment = before_the_wrong_one();
    size_t torn = segment.end;

    add_blocks(&segment, 1);
    segment.bytes[torn + HW_BLOCK_HEADER_SIZE + 8] ^= 1;
    add_record(&segment, sequence, 300);
    close_block_as(&segment, sequence, torn + durable_behind);
    return segment;
}

Test(log_reader, a_later_block_tells_damage_from_a_torn_tail)
{
    struct segment segment = torn_before(3, 8);
    struct hw_log_tail tail;
    uint64_t records;

    put_and_free(&segment);
    expect_damage(1, "record 2 is damaged");

    segment = torn_before(3, 0); /* written before what is torn was known durable */
    put(&segment);
    cr_expect(eq(int, read_log(1, &records, &tail), HW_E_NOT_FOUND), "%s", error);
    cr_expect(eq(u64, records, 1));
    cr_expect(eq(u64, tail.end + tail.torn_size, segment.end));
    free(segment.bytes);

    segment = torn_before(2, 8); /* left over from a segment's earlier life: no later block */
    put_and_free(&segment);
    cr_expect(eq(int, read_log(1, &records, NULL), HW_E_NOT_FOUND), "%s", error);
    cr_expect(eq(u64, records, 1));
}

enum { BIG = 3 * 1024 * 1024, FAR = 1024 * 1024 - 64 };

/* A torn tail, and across the end of what is read at a time the header of a long block. */
static struct segment with_a_long_block(bool whole)
{
    struct segment segment = segment_new(1, HW_TIME_NONE, BIG);
    uint8_t *at;

    segment.accepted_ms = 100;
    add_blocks(&segment, 1);
    segment.bytes[segment.end] = 0x5a;
    segment.block = segment.end + FAR;
    segment.end = segment.block + HW_BLOCK_HEADER_SIZE;
    segment.count = 1;
    at = add_record(&segment, 3, 300);
    segment.count = 1;
    while (segment.end < segment.block + FAR) /* a block that one read does not hold */
        add_record(&segment, segment.next, 300);
    close_block_as(&segment, 3, segment.block - FAR + 8);
    if (!whole)
        at[8] ^= 1;
    return segment;
}

Test(log_reader, a_later_block_is_read_to_its_end)
{
    struct segment segment = with_a_long_block(true);
    uint64_t records;

    put_and_free(&segment);
    expect_damage(1, "record 2 is damaged");

    segment = with_a_long_block(false);
    put_and_free(&segment);
    cr_expect(eq(int, read_log(1, &records, NULL), HW_E_NOT_FOUND), "%s", error);
    cr_expect(eq(u64, records, 1));
}

Test(log_reader, every_read_that_fails_is_said)
{
    struct segment segment = with_a_long_block(true);
    uint64_t records, nth, before;

    put_and_free(&segment);
    for (nth = 1; nth < 1000; nth++) {
        before = fault_count(fault, FAULT_READ);
        fault_fail(fault, FAULT_READ, nth, -EIO, false);
        if (read_log(1, &records, NULL) == HW_E_DAMAGED)
            break; /* All went well: that was damage. */
        cr_expect(ge(u64, fault_count(fault, FAULT_READ) - before, nth));
        cr_expect(strstr(error, "cannot read") != NULL, "%lu: %s", nth, error);
    }
    cr_expect(gt(u64, nth, 4));
    cr_expect(lt(u64, nth, 1000));
}

/* --- the watermark --------------------------------------------------------------------------- */

static void put_mark(struct hw_watermark mark)
{
    int file = hw_watermark_open(fault_table(fault), dir);

    mark.log_id = (struct hw_hash){LOG_ID, 9};
    cr_assert(ge(int, file, 0));
    cr_assert(eq(int, hw_watermark_write(fault_table(fault), file, &mark), 0));
    cr_assert(eq(int, fault_table(fault)->close(fault, file), 0));
}

Test(log_reader, a_segment_shorter_than_the_watermark_knows_it_is_damage)
{
    struct segment segment = before_the_wrong_one();
    uint64_t records;

    put_mark((struct hw_watermark){.generation = 1,
        .segment = FIRST_SEGMENT,
        .end = segment.end,
        .sequence = 1,
        .size = SEGMENT_SIZE});
    put(&segment);
    cr_expect(eq(int, read_log(1, &records, NULL), HW_E_NOT_FOUND), "%s", error);
    segment.size -= 512; /* Zeros, and perhaps records. */
    put_and_free(&segment);
    expect_damage(1, "the file ends here");
}

Test(log_reader, a_last_segment_that_the_watermark_knows_is_missed)
{
    struct segment segment = before_the_wrong_one();

    put_mark((struct hw_watermark){.generation = 1, .segment = 2, .sequence = 1});
    put_and_free(&segment);
    expect_damage(1, "should follow and is missing");
}

/* Slots: what stands in each, and what is made of it. */
static uint8_t slots[HW_WATERMARK_SIZE];

static void slot_write(unsigned slot, uint64_t generation)
{
    uint8_t *at = slots + slot * HW_WATERMARK_SLOT_SIZE;

    memset(at, 0, HW_WATERMARK_SLOT_SIZE);
    memcpy(at, "HWMARK1\n", 8);
    hw_put_u64(at + 16, generation);
    hw_put_u64(at + 56, generation * 10);
    hw_put_u32(at + 8, hw_crc32c(hw_slice_of(at + 12, 60)));
}

static enum hw_status read_mark(struct hw_watermark *ret_mark, bool *ret_torn)
{
    fault_put(fault, "/journal/watermark", slots, sizeof slots);
    return hw_watermark_read(fault_table(fault), dir, ret_mark, ret_torn, error);
}

Test(log_reader, the_newer_whole_slot_counts)
{
    struct hw_watermark mark;
    bool torn;

    memset(slots, 0, sizeof slots);
    cr_expect(eq(int, read_mark(&mark, &torn), HW_E_NOT_FOUND));
    cr_expect(not(torn));
    slot_write(1, 1);
    cr_expect(eq(int, read_mark(&mark, &torn), HW_OK));
    cr_expect(not(torn), "the other has never been written");
    cr_expect(eq(u64, mark.sequence, 10));
    slot_write(0, 2);
    cr_expect(eq(int, read_mark(&mark, &torn), HW_OK));
    cr_expect(eq(u64, mark.sequence, 20));
    slot_write(1, 3);
    cr_expect(eq(int, read_mark(&mark, &torn), HW_OK));
    cr_expect(eq(u64, mark.sequence, 30));
    cr_expect(not(torn));
}

Test(log_reader, a_bad_slot_is_passed_over_and_told_of)
{
    struct hw_watermark mark;
    bool torn;

    slot_write(0, 2);
    slot_write(1, 2); /* Its checksum is right, its place is not. */
    cr_expect(eq(int, read_mark(&mark, &torn), HW_OK));
    cr_expect(torn);
    cr_expect(eq(u64, mark.sequence, 20));
    slot_write(0, 3);
    slot_write(1, 3);
    cr_expect(eq(int, read_mark(&mark, &torn), HW_OK));
    cr_expect(torn);
    cr_expect(eq(u64, mark.sequence, 30));
    memset(slots, 0, HW_WATERMARK_SLOT_SIZE); /* Beside generation 3 there was another. */
    cr_expect(eq(int, read_mark(&mark, &torn), HW_OK));
    cr_expect(torn);
    slot_write(0, 2);
    memset(slots + HW_WATERMARK_SLOT_SIZE, 0, HW_WATERMARK_SLOT_SIZE);
    cr_expect(eq(int, read_mark(&mark, &torn), HW_OK));
    cr_expect(torn);
    slots[HW_WATERMARK_SLOT_SIZE - 1] = 1; /* Behind what the checksum is of. */
    cr_expect(eq(int, read_mark(&mark, &torn), HW_E_NOT_FOUND), "only ever one was there: torn");
    cr_expect(torn);
}

Test(log_reader, two_bad_slots_leave_nothing_to_go_by)
{
    struct hw_watermark mark;
    struct segment segment = before_the_wrong_one();

    put_and_free(&segment);
    slot_write(0, 2);
    slot_write(1, 3);
    slots[8] ^= 1;
    slots[HW_WATERMARK_SLOT_SIZE] ^= 1;
    cr_expect(eq(int, read_mark(&mark, NULL), HW_E_DAMAGED));
    expect_damage(0, "both slots are damaged");

    memset(slots, 0, sizeof slots);
    slots[HW_WATERMARK_SLOT_SIZE] = 1; /* The very first write, torn. */
    cr_expect(eq(int, read_mark(&mark, NULL), HW_E_NOT_FOUND));
}

Test(log_reader, a_watermark_that_cannot_be_read_or_written_is_said)
{
    struct hw_watermark mark;
    int file;

    slot_write(1, 1);
    fault_put(fault, "/journal/watermark", slots, sizeof slots);
    fault_fail(fault, FAULT_OPEN, 1, -EACCES, false);
    cr_expect(eq(int, hw_watermark_read(fault_table(fault), dir, &mark, NULL, error), //
        HW_E_READ_ONLY));
    fault_fail(fault, FAULT_READ, 1, -EIO, false);
    cr_expect(eq(int, hw_watermark_read(fault_table(fault), dir, &mark, NULL, error), HW_E_IO));
    fault_fail(fault, FAULT_OPEN, 1, -EACCES, false);
    cr_expect(eq(int, hw_watermark_open(fault_table(fault), dir), -EACCES));
    fault_put(fault, "/journal/watermark", slots, 100);
    fault_fail(fault, FAULT_WRITE, 1, -ENOSPC, false);
    cr_expect(eq(int, hw_watermark_open(fault_table(fault), dir), -ENOSPC));
    fault_fail(fault, FAULT_SYNC, 1, -EIO, false);
    cr_expect(eq(int, hw_watermark_open(fault_table(fault), dir), -EIO));
    file = hw_watermark_open(fault_table(fault), dir);
    cr_assert(ge(int, file, 0));
    fault_fail(fault, FAULT_WRITE, 1, -EIO, false);
    cr_expect(eq(int, hw_watermark_write(fault_table(fault), file, &mark), -EIO));
}

/* --- segments -------------------------------------------------------------------------------- */

Test(log_reader, a_segment_that_does_not_follow_is_damage)
{
    struct segment first = before_the_wrong_one(), second;

    put_and_free(&first);
    second = segment_new(2, 99, SEGMENT_SIZE); /* The record before was accepted at 101. */
    add_blocks(&second, 1);
    put_and_free(&second);
    expect_damage(1, "does not follow");

    second = segment_new(3, 101, SEGMENT_SIZE);
    put_and_free(&second);
    fault_table(fault)->unlink(fault, "/journal/00000000000000000002.hwj");
    expect_damage(1, "records 2 to 2 are missing");
}

/* What a header says of its county, and a block of its records, must be possible. */
Test(log_reader, impossible_headers_are_damage)
{
    struct segment segment = before_the_wrong_one();
    struct hw_segment_header header;
    struct hw_block block;
    size_t size;
    static const uint32_t counties[] = {0, HW_COUNTY_SIZE_MAX + 1};

    for (int i = 0; i < 2; i++) {
        hw_put_u32(segment.bytes + 132, counties[i]);
        hw_put_u32(segment.bytes + 8,
            hw_crc32c(hw_slice_of(segment.bytes + 12, HW_SEGMENT_HEADER_SIZE - 12)));
        cr_expect(eq(int, hw_segment_header_read(segment.bytes, &header), HW_E_DAMAGED));
    }
    uint8_t *at = segment.bytes + segment.block;
    hw_put_u32(at + 16, 0); /* no records */
    hw_put_u32(
        at + 4, hw_crc32c(hw_slice_of(at + 8, HW_BLOCK_HEADER_SIZE - 8 + hw_get_u32(at + 20))));
    cr_expect(
        eq(int, hw_block_read(hw_slice_of(at, segment.size - segment.block), LOG_ID, &block, &size),
            HW_E_DAMAGED));
    free(segment.bytes);
}

/* --- beside a running server ------------------------------------------------------------------ */

static struct segment running[2]; /* the first as it is a moment later, and the one that follows */
static bool writes;

static int list_meanwhile(
    void *context, const char *path, bool (*visit)(void *visitor, const char *name), void *visitor)
{
    if (writes) {
        writes = false;
        put(&running[0]);
        put(&running[1]);
    }
    return fault_table(fault)->list(context, path, visit, visitor);
}

Test(log_reader, what_a_server_writes_while_its_end_is_looked_at_is_given)
{
    struct hw_env env = *fault_table(fault);
    struct hw_log *log;
    struct hw_log_block block;

    env.list = list_meanwhile;
    running[0] = before_the_wrong_one();
    put(&running[0]);
    cr_assert(eq(int, hw_log_open(&env, dir, 1, &log, error), HW_OK), "%s", error);
    cr_assert(eq(int, hw_log_next(log, &block, error), HW_OK));
    add_blocks(&running[0], 1);
    running[1] = segment_new(3, running[0].accepted_ms, SEGMENT_SIZE);
    add_blocks(&running[1], 1);
    writes = true;
    for (uint64_t sequence = 2; sequence <= 3; sequence++) {
        cr_assert(eq(int, hw_log_next(log, &block, error), HW_OK), "%s", error);
        cr_expect(eq(u64, block.block.first_sequence, sequence));
        cr_expect(eq(int, block.first_in_segment, sequence == 3));
    }
    cr_expect(eq(int, hw_log_next(log, &block, error), HW_E_NOT_FOUND));
    hw_log_close(log);
    free(running[0].bytes);
    free(running[1].bytes);
}
