#include "runtime/log_reader.h"
#include "homeward/version.h"
#include "runtime/bytes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { WINDOW_SIZE = 1024 * 1024, SCAN_STEP = 64 * 1024 };

#define RESTORE                                                                                    \
    "restore the data directory from a backup; 'homeward verify' lists all that is damaged"

struct hw_log {
    struct hw_env *env;
    char dir[HW_PATH_SIZE];
    char path[HW_PATH_SIZE]; /* of the segment being read */
    uint64_t *firsts;        /* of all segments, ascending */
    size_t firsts_count, index;
    int file;
    struct hw_segment_header segment;
    uint64_t at;       /* offset of the next block */
    bool segment_read; /* a block of this segment has been given */
    uint64_t next_sequence;
    uint64_t from_sequence;
    int64_t accepted_ms;
    struct hw_watermark mark;
    uint64_t expected; /* the log must reach this sequence */
    uint64_t file_size, torn_size;
    uint8_t *window; /* bytes [window_at, window_at + window_used) of the file */
    size_t window_room, window_used;
    uint64_t window_at;
};

/* --- bytes -------------------------------------------------------------------------------- */

/* Have size bytes at offset in the window, fewer at the end of the file.  Count or -errno. */
static int64_t load(struct hw_log *log, uint64_t offset, size_t size)
{
    size_t kept = 0;
    int64_t count;

    if (offset >= log->window_at && offset - log->window_at <= log->window_used) {
        kept = log->window_used - (size_t)(offset - log->window_at);
        if (kept >= size)
            return (int64_t)kept;
    }
    if (size > log->window_room) {
        size_t room = size > WINDOW_SIZE ? size : WINDOW_SIZE;
        uint8_t *window = realloc(log->window, room);

        if (window == NULL)
            return -ENOMEM;
        log->window = window;
        log->window_room = room;
    }
    if (kept > 0)
        memmove(log->window, log->window + (offset - log->window_at), kept);
    log->window_at = offset;
    log->window_used = kept;
    count = hw_file_read(
        log->env, log->file, log->window + kept, log->window_room - kept, offset + kept);
    if (count < 0)
        return count;
    log->window_used += (size_t)count;
    return (int64_t)log->window_used;
}

static struct hw_slice loaded(const struct hw_log *log, uint64_t offset)
{
    size_t before = (size_t)(offset - log->window_at);

    return hw_slice_of(log->window + before, log->window_used - before);
}

static enum hw_status io_failed(
    const struct hw_log *log, int64_t failed, char error[HW_ERROR_TEXT_SIZE])
{
    enum hw_status status = hw_error_file(error, "read", log->path, failed);

    /* What was listed and is not there is no end of the log, and no log that is to be begun. */
    return status == HW_E_NOT_FOUND ? HW_E_IO : status;
}

/* --- segments ----------------------------------------------------------------------------- */

static void close_segment(struct hw_log *log)
{
    if (log->file >= 0)
        (void)log->env->close(log->env->context, log->file); /* Read only. */
    log->file = -1;
    log->window_used = 0;
    log->window_at = 0;
}

static enum hw_status check_header(struct hw_log *log, char error[HW_ERROR_TEXT_SIZE])
{
    uint8_t bytes[HW_SEGMENT_HEADER_SIZE] = {0};
    int64_t count = hw_file_read(log->env, log->file, bytes, sizeof bytes, 0);
    struct hw_segment_header header;
    enum hw_status status;

    if (count < 0)
        return io_failed(log, count, error);
    status = hw_segment_header_read(bytes, &header);
    if (status == HW_E_VERSION) {
        hw_error_set(error,
            "%s: offset 12: written in format %" PRIu32 " by a newer version of homeward, this one "
            "reads up to %u; install that version, or restore a copy made before it ran",
            log->path, header.format, HW_FORMAT_VERSION);
        return status;
    }
    if (status == HW_OK && header.first_sequence != log->firsts[log->index])
        status = HW_E_DAMAGED;
    if (status == HW_OK && log->index > 0 && log->segment.county[0] != '\0' &&
        !hw_hash_equal(header.log_id, log->segment.log_id))
        status = HW_E_DAMAGED;
    if (status != HW_OK) {
        log->at = 0;
        hw_error_set(error, "%s: offset 0: the segment's header is damaged; " RESTORE, log->path);
        return status;
    }
    log->segment = header;
    return HW_OK;
}

static enum hw_status open_segment(struct hw_log *log, size_t index, char error[HW_ERROR_TEXT_SIZE])
{
    int file;

    close_segment(log);
    hw_file_number_path(log->path, log->dir, log->firsts[index], HW_SEGMENT_ENDING);
    file = log->env->open(log->env->context, log->path, HW_ENV_READ);
    if (file < 0)
        return io_failed(log, file, error);
    log->file = file;
    log->index = index;
    log->at = HW_SEGMENT_HEADER_SIZE;
    log->segment_read = false;
    return check_header(log, error);
}

/* The last segment that starts not behind sequence. */
static size_t find_segment(const struct hw_log *log, uint64_t sequence)
{
    size_t index = 0;

    while (index + 1 < log->firsts_count && log->firsts[index + 1] <= sequence)
        index++;
    return index;
}

static enum hw_status relist(struct hw_log *log, char error[HW_ERROR_TEXT_SIZE])
{
    uint64_t *firsts;
    size_t count;
    int failed = hw_file_numbers(log->env, log->dir, HW_SEGMENT_ENDING, &firsts, &count);

    if (failed < 0)
        return hw_error_file(error, "list", log->dir, failed);
    free(log->firsts);
    log->firsts = firsts;
    log->firsts_count = count;
    return HW_OK;
}

static enum hw_status missing(struct hw_log *log, char error[HW_ERROR_TEXT_SIZE])
{
    hw_error_set(error,
        "%s: offset %" PRIu64 ": acknowledged records %" PRIu64 " to %" PRIu64
        " should be here and are not; " RESTORE
        "; to go on without them move the file watermark and the snapshots away",
        log->path, log->at, log->next_sequence, log->expected);
    return HW_E_DAMAGED;
}

static enum hw_status missing_before(struct hw_log *log, char error[HW_ERROR_TEXT_SIZE])
{
    hw_error_set(error,
        "%s: the segments with records %" PRIu64 " to %" PRIu64 " are missing; " RESTORE, log->dir,
        log->from_sequence, log->firsts[0] - 1);
    return HW_E_DAMAGED;
}

/* No segment at all is a new log, unless the watermark knows of one. */
static enum hw_status missing_all(struct hw_log *log, char error[HW_ERROR_TEXT_SIZE])
{
    (void)snprintf(log->path, sizeof log->path, "%s", log->dir);
    log->next_sequence = 1;
    log->expected = log->mark.sequence;
    return missing(log, error);
}

enum hw_status hw_log_open(struct hw_env *env, const char *dir, uint64_t from_sequence,
    struct hw_log **ret_log, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_log *log = calloc(1, sizeof *log);
    enum hw_status status;

    if (log == NULL) {
        hw_error_set(error, "no memory to read %s; give the process more", dir);
        return HW_E_MEMORY;
    }
    log->env = env;
    log->file = -1;
    log->from_sequence = from_sequence == 0 ? 1 : from_sequence;
    (void)snprintf(log->dir, sizeof log->dir, "%s", dir); /* Too long: open will say so. */
    status = hw_watermark_read(env, dir, &log->mark, NULL, error);
    if (status == HW_OK || status == HW_E_NOT_FOUND)
        status = relist(log, error);
    if (status == HW_OK && log->firsts_count == 0)
        status = log->mark.sequence == 0 ? HW_E_NOT_FOUND : missing_all(log, error);
    if (status == HW_OK && log->from_sequence < log->firsts[0])
        status = missing_before(log, error);
    if (status == HW_OK)
        status = open_segment(log, find_segment(log, log->from_sequence), error);
    if (status != HW_OK) {
        hw_log_close(log);
        return status;
    }
    log->next_sequence = log->segment.first_sequence;
    log->accepted_ms = log->segment.accepted_ms;
    log->expected = log->mark.sequence;
    *ret_log = log;
    return HW_OK;
}

void hw_log_close(struct hw_log *log)
{
    if (log == NULL)
        return;
    close_segment(log);
    free(log->firsts);
    free(log->window);
    free(log);
}

const struct hw_segment_header *hw_log_segment(const struct hw_log *log)
{
    return &log->segment;
}

void hw_log_expect(struct hw_log *log, uint64_t sequence)
{
    if (log->expected < sequence)
        log->expected = sequence;
}

/* --- blocks ------------------------------------------------------------------------------- */

/* Whether the records of a block are what its header says, and follow the ones before. */
static enum hw_status check_records(struct hw_log *log, const struct hw_block *block)
{
    struct hw_slice left = block->records;
    int64_t accepted_ms = log->accepted_ms;

    if (block->first_sequence != log->next_sequence || block->durable_end > log->at)
        return HW_E_DAMAGED;
    for (uint32_t i = 0; i < block->count; i++) {
        struct hw_record_header header;
        enum hw_status status = hw_record_header(left, &header);

        if (status != HW_OK)
            return status == HW_E_VERSION ? status : HW_E_DAMAGED;
        if (header.sequence != block->first_sequence + i || header.accepted_ms < accepted_ms)
            return HW_E_DAMAGED;
        accepted_ms = header.accepted_ms;
        left = hw_slice_of(left.data + header.size, left.size - header.size);
    }
    if (left.size != 0)
        return HW_E_DAMAGED;
    log->accepted_ms = accepted_ms;
    return HW_OK;
}

/* The block at log->at.  HW_E_DAMAGED: no whole block; HW_E_INVALID: whole, but not the next. */
static enum hw_status read_block(
    struct hw_log *log, struct hw_block *block, size_t *ret_size, char error[HW_ERROR_TEXT_SIZE])
{
    size_t size = HW_BLOCK_HEADER_SIZE;
    enum hw_status status = HW_E_PARTIAL;

    for (int tries = 0; tries < 2 && status == HW_E_PARTIAL; tries++) {
        int64_t count = load(log, log->at, size);

        if (count < 0)
            return io_failed(log, count, error);
        status = hw_block_read(loaded(log, log->at), log->segment.log_id.low, block, &size);
    }
    if (status != HW_OK)
        return HW_E_DAMAGED;
    status = check_records(log, block);
    if (status == HW_E_VERSION) {
        hw_error_set(error,
            "%s: offset %" PRIu64 ": a record of a newer schema; install the version of homeward "
            "that wrote it",
            log->path, log->at);
        return status;
    }
    *ret_size = size;
    return status == HW_OK ? HW_OK : HW_E_INVALID;
}

/* Offset behind the last byte from offset on that is not zero; offset when all are. */
static int64_t find_end(struct hw_log *log, uint64_t offset)
{
    uint64_t end = offset;

    log->file_size = offset;
    for (;;) {
        int64_t count = load(log, offset, SCAN_STEP);
        struct hw_slice bytes;

        if (count <= 0)
            return count < 0 ? count : (int64_t)end;
        bytes = loaded(log, offset);
        if (!hw_is_zero(bytes.data, bytes.size)) {
            size_t used = bytes.size;

            while (bytes.data[used - 1] == 0)
                used--;
            end = offset + used;
        }
        offset += bytes.size;
        log->file_size = offset;
    }
}

/* Whether a whole block between offset and end says that offset had been passed durably. */
static int64_t passed_durably(struct hw_log *log, uint64_t offset, uint64_t end)
{
    for (uint64_t at = offset; at < end; at += 8) {
        struct hw_block block = {0};
        size_t size;
        int64_t count = load(log, at, HW_BLOCK_HEADER_SIZE);

        if (count < HW_BLOCK_HEADER_SIZE)
            return count < 0 ? count : 0;
        if (hw_block_read(loaded(log, at), log->segment.log_id.low, &block, &size) ==
            HW_E_PARTIAL) {
            count = load(log, at, size);
            if (count < 0)
                return count;
        }
        if (hw_block_read(loaded(log, at), log->segment.log_id.low, &block, &size) == HW_OK &&
            block.durable_end > offset && block.first_sequence > log->next_sequence)
            return 1;
    }
    return 0;
}

static enum hw_status damaged(struct hw_log *log, char error[HW_ERROR_TEXT_SIZE])
{
    hw_error_set(error,
        "%s: offset %" PRIu64 ": the block that starts with record %" PRIu64
        " is damaged; " RESTORE,
        log->path, log->at, log->next_sequence);
    return HW_E_DAMAGED;
}

/* The newest segment ends here: is that as far as the watermark and the snapshots go? */
static enum hw_status check_reach(struct hw_log *log, char error[HW_ERROR_TEXT_SIZE])
{
    const struct hw_watermark *mark = &log->mark;

    if (mark->generation > 0 && !hw_hash_equal(mark->log_id, log->segment.log_id)) {
        hw_error_set(error,
            "%s/watermark: offset 24: it is of another log than the segments beside it; put the "
            "right one back, or move it away to go on with the records there are",
            log->dir);
        return HW_E_DAMAGED;
    }
    if (log->expected >= log->next_sequence)
        return missing(log, error);
    if (mark->segment > log->segment.first_sequence) {
        hw_error_set(error,
            "%s: offset %" PRIu64 ": the segment that begins with record %" PRIu64
            " should follow and is missing; " RESTORE
            "; to go on without it move the file watermark away",
            log->path, log->at, mark->segment);
        return HW_E_DAMAGED;
    }
    if (mark->segment == log->segment.first_sequence && log->file_size < mark->size) {
        hw_error_set(error,
            "%s: offset %" PRIu64 ": the file ends here and reached to %" PRIu64
            ": records may be missing; " RESTORE
            "; to go on with those there are move the file watermark away",
            log->path, log->file_size, mark->size);
        return HW_E_DAMAGED;
    }
    return HW_OK;
}

/* There is no block at log->at.  HW_E_NOT_FOUND: that is the end of the log. */
static enum hw_status judge_end(struct hw_log *log, bool newest, char error[HW_ERROR_TEXT_SIZE])
{
    int64_t end = find_end(log, log->at), passed;
    enum hw_status status;

    if (end < 0)
        return io_failed(log, end, error);
    log->torn_size = (uint64_t)end - log->at;
    if (!newest)
        return log->torn_size > 0 ? damaged(log, error) : HW_OK;
    status = check_reach(log, error);
    if (status != HW_OK)
        return status;
    passed = log->torn_size > 0 ? passed_durably(log, log->at, (uint64_t)end) : 0;
    if (passed < 0)
        return io_failed(log, passed, error);
    return passed > 0 ? damaged(log, error) : HW_E_NOT_FOUND;
}

/* Go on with the segment that follows, if its first record is the next one. */
static enum hw_status follow(struct hw_log *log, char error[HW_ERROR_TEXT_SIZE])
{
    int64_t accepted_ms = log->accepted_ms;
    uint64_t end = log->at;
    enum hw_status status;

    if (log->firsts[log->index + 1] != log->next_sequence) {
        hw_error_set(error,
            "%s: offset %" PRIu64 ": records %" PRIu64 " to %" PRIu64 " are missing; " RESTORE,
            log->path, end, log->next_sequence, log->firsts[log->index + 1] - 1);
        return HW_E_DAMAGED;
    }
    status = open_segment(log, log->index + 1, error);
    if (status == HW_OK && log->segment.accepted_ms != accepted_ms) {
        hw_error_set(
            error, "%s: offset 64: does not follow the segment before; " RESTORE, log->path);
        status = HW_E_DAMAGED;
    }
    return status;
}

static enum hw_status give(
    struct hw_log *log, const struct hw_block *block, size_t size, struct hw_log_block *ret_block)
{
    *ret_block = (struct hw_log_block){*block, &log->segment, log->at, !log->segment_read};
    log->segment_read = true;
    log->at += size;
    log->next_sequence += block->count;
    return HW_OK;
}

/* One more look, at what is on disk now: a running server may have written it meanwhile. */
static enum hw_status look_again(
    struct hw_log *log, struct hw_block *block, size_t *ret_size, char error[HW_ERROR_TEXT_SIZE])
{
    log->window_used = 0;
    log->window_at = 0;
    return read_block(log, block, ret_size, error);
}

/* The block at log->at cannot be read: the end of a segment, of the log, or damage. */
static enum hw_status at_end(
    struct hw_log *log, struct hw_log_block *ret_block, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_block block = {0};
    size_t size = 0;
    bool newest;
    enum hw_status judged, status = relist(log, error);

    if (status != HW_OK)
        return status == HW_E_NOT_FOUND ? HW_E_IO : status; /* The folder was there. */
    log->index = find_segment(log, log->segment.first_sequence);
    newest = log->index + 1 >= log->firsts_count;
    judged = judge_end(log, newest, error);
    if (judged == HW_E_NOT_FOUND)
        return judged;
    if (judged != HW_OK && judged != HW_E_DAMAGED)
        return judged;
    if (look_again(log, &block, &size, error) == HW_OK)
        return give(log, &block, size, ret_block);
    return judged == HW_OK ? follow(log, error) : judge_end(log, newest, error);
}

enum hw_status hw_log_next(
    struct hw_log *log, struct hw_log_block *ret_block, char error[HW_ERROR_TEXT_SIZE])
{
    for (;;) {
        struct hw_block block = {0};
        size_t size = 0;
        enum hw_status status = read_block(log, &block, &size, error);

        if (status == HW_E_INVALID)
            return damaged(log, error);
        if (status == HW_OK)
            status = give(log, &block, size, ret_block);
        else if (status == HW_E_DAMAGED)
            status = at_end(log, ret_block, error);
        else
            return status;
        if (status != HW_OK)
            return status;
        if (log->segment_read && log->next_sequence > log->from_sequence)
            return HW_OK; /* A block was given, and no segment begun behind it. */
    }
}

void hw_log_tail(const struct hw_log *log, struct hw_log_tail *ret_tail)
{
    *ret_tail = (struct hw_log_tail){
        .segment = log->segment,
        .next_sequence = log->next_sequence,
        .end = log->at,
        .file_size = log->file_size,
        .torn_size = log->torn_size,
        .accepted_ms = log->accepted_ms,
    };
}

const char *hw_log_place(const struct hw_log *log, uint64_t *ret_offset)
{
    *ret_offset = log->at;
    return log->path;
}
