#include "runtime/log_writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct hw_writer {
    struct hw_writer_options options;
    struct hw_env *env;
    char dir[HW_PATH_SIZE];
    char path[HW_PATH_SIZE]; /* of the newest segment */
    char spare_path[HW_PATH_SIZE];
    int file, spare, mark_file; /* -1: not open */
    bool turn_over;             /* the next block begins a segment */
    uint64_t segment;           /* first sequence of the newest segment */
    uint64_t end;               /* offset behind the last block */
    uint64_t synced_end;        /* ... behind the last durable one */
    uint64_t prepared;          /* zeros reach this offset */
    uint64_t spare_prepared;
    uint64_t sequence;        /* of the last record put */
    uint64_t synced_sequence; /* ... of the last durable one */
    struct hw_watermark mark;
};

static enum hw_status failed_at(
    const char *verb, const char *path, int64_t failed, char error[HW_ERROR_TEXT_SIZE])
{
    enum hw_status status = hw_error_file(error, verb, path, failed);

    return status == HW_E_READ_ONLY || status == HW_E_NO_SPACE ? status : HW_E_IO;
}

/* --- room --------------------------------------------------------------------------------- */

/* size zeros from offset on, synced so that blocks need not be. */
static int fill(struct hw_writer *writer, int file, uint64_t offset, uint64_t size)
{
    int64_t before = writer->env->size(writer->env->context, file);
    int failed = hw_file_zero(writer->env, file, offset, size);

    if (failed < 0) {
        /* What little space there was is others' again; if not, the next try writes over it.  Never
         * shorter than it was: the watermark may know that length. */
        if (before >= (int64_t)offset)
            (void)writer->env->truncate(writer->env->context, file, (uint64_t)before);
        return failed;
    }
    failed = writer->env->sync(writer->env->context, file);
    /* Blocks not synced yet may have been lost with it: then it is final, full disk or not. */
    return failed < 0 && file == writer->file && hw_writer_unsynced(writer) ? -EIO : failed;
}

/* Zeros from *prepared on: a step of them, or where that finds no space what is needed. */
static enum hw_status extend(struct hw_writer *writer, int file, const char *path,
    uint64_t *prepared, uint64_t need, char error[HW_ERROR_TEXT_SIZE])
{
    uint64_t least = need > *prepared ? need - *prepared : 0;
    uint64_t size = least > writer->options.prepare_size ? least : writer->options.prepare_size;
    int failed = fill(writer, file, *prepared, size);

    if (least > 0 && least < size && hw_file_status(failed) == HW_E_NO_SPACE) {
        size = least;
        failed = fill(writer, file, *prepared, size);
    }
    if (failed < 0)
        return failed_at("fill with zeros", path, failed, error);
    *prepared += size;
    return HW_OK;
}

static enum hw_status extend_spare(
    struct hw_writer *writer, uint64_t need, char error[HW_ERROR_TEXT_SIZE])
{
    if (writer->spare < 0) {
        int file = writer->env->open(writer->env->context, writer->spare_path,
            HW_ENV_READ | HW_ENV_WRITE | HW_ENV_CREATE | HW_ENV_EXCLUSIVE);

        if (file < 0)
            return failed_at("make", writer->spare_path, file, error);
        writer->spare = file;
        writer->spare_prepared = 0;
    }
    return extend(writer, writer->spare, writer->spare_path, &writer->spare_prepared, need, error);
}

bool hw_writer_turns_over(const struct hw_writer *writer)
{
    return writer->turn_over;
}

bool hw_writer_has_room(const struct hw_writer *writer, size_t size, bool turn_over)
{
    if (turn_over)
        return writer->spare >= 0 && HW_SEGMENT_HEADER_SIZE + size <= writer->spare_prepared;
    return writer->end + size <= writer->prepared;
}

enum hw_status hw_writer_make_room(
    struct hw_writer *writer, size_t size, bool turn_over, char error[HW_ERROR_TEXT_SIZE])
{
    if (hw_writer_has_room(writer, size, turn_over))
        return HW_OK;
    if (turn_over)
        return extend_spare(writer, HW_SEGMENT_HEADER_SIZE + size, error);
    return extend(writer, writer->file, writer->path, &writer->prepared, writer->end + size, error);
}

bool hw_writer_wants_room(const struct hw_writer *writer)
{
    uint64_t ready = writer->prepared > writer->end ? writer->prepared - writer->end : 0;

    return ready + (writer->spare >= 0 ? writer->spare_prepared : 0) < writer->options.ahead_size;
}

enum hw_status hw_writer_prepare(struct hw_writer *writer, char error[HW_ERROR_TEXT_SIZE])
{
    /* The last block of a segment may reach past its size. */
    if (writer->turn_over ||
        writer->prepared >= writer->options.segment_size + writer->options.prepare_size)
        return extend_spare(writer, 0, error);
    return extend(writer, writer->file, writer->path, &writer->prepared, 0, error);
}

/* --- blocks ------------------------------------------------------------------------------- */

/* The spare file becomes the segment that begins with this block. */
static enum hw_status turn_over(
    struct hw_writer *writer, const struct hw_writer_block *block, char error[HW_ERROR_TEXT_SIZE])
{
    uint8_t bytes[HW_SEGMENT_HEADER_SIZE];
    struct hw_segment_header header = writer->options.header;
    int failed;

    header.first_sequence = block->first_sequence;
    header.accepted_ms = block->accepted_ms;
    header.digest = block->digest;
    header.quick_digest = block->quick_digest;
    hw_segment_header_write(&header, bytes);
    hw_file_number_path(writer->path, writer->dir, block->first_sequence, HW_SEGMENT_ENDING);
    failed = hw_file_write(writer->env, writer->spare, bytes, sizeof bytes, 0);
    if (failed == 0)
        failed = writer->env->sync(writer->env->context, writer->spare);
    if (failed == 0)
        failed = writer->env->rename(writer->env->context, writer->spare_path, writer->path);
    if (failed == 0)
        failed = writer->env->sync_dir(writer->env->context, writer->dir);
    if (failed < 0)
        return failed_at("begin", writer->path, failed, error);
    if (writer->file >= 0)
        (void)writer->env->close(writer->env->context, writer->file); /* Synced before. */
    writer->file = writer->spare;
    writer->spare = -1;
    writer->prepared = writer->spare_prepared;
    writer->segment = block->first_sequence;
    writer->end = writer->synced_end = HW_SEGMENT_HEADER_SIZE;
    writer->turn_over = false;
    return hw_writer_mark(writer, error);
}

enum hw_status hw_writer_put(
    struct hw_writer *writer, const struct hw_writer_block *block, char error[HW_ERROR_TEXT_SIZE])
{
    enum hw_status status;
    int failed;

    HW_ASSERT(hw_writer_has_room(writer, block->size, block->turn_over));
    HW_ASSERT(block->first_sequence == writer->sequence + 1);
    if (writer->turn_over)
        HW_ASSERT(block->turn_over);
    if (block->turn_over) {
        status = hw_writer_sync(writer, error);
        if (status == HW_OK)
            status = turn_over(writer, block, error);
        if (status != HW_OK)
            return status;
    }
    hw_block_write(block->bytes, block->first_sequence, block->count,
        block->size - HW_BLOCK_HEADER_SIZE, writer->synced_end, writer->options.header.log_id.low);
    failed = hw_file_write(writer->env, writer->file, block->bytes, block->size, writer->end);
    if (failed < 0)
        return failed_at("write", writer->path, failed, error);
    writer->end += block->size;
    writer->sequence += block->count;
    return HW_OK;
}

enum hw_status hw_writer_sync(struct hw_writer *writer, char error[HW_ERROR_TEXT_SIZE])
{
    int failed;

    if (!hw_writer_unsynced(writer))
        return HW_OK;
    failed = writer->env->sync(writer->env->context, writer->file);
    if (failed < 0)
        return failed_at("sync", writer->path, failed, error);
    writer->synced_end = writer->end;
    writer->synced_sequence = writer->sequence;
    return HW_OK;
}

bool hw_writer_unsynced(const struct hw_writer *writer)
{
    return writer->synced_end < writer->end;
}

bool hw_writer_unmarked(const struct hw_writer *writer)
{
    return writer->mark.sequence < writer->sequence || writer->mark.segment != writer->segment;
}

enum hw_status hw_writer_mark(struct hw_writer *writer, char error[HW_ERROR_TEXT_SIZE])
{
    enum hw_status status = hw_writer_sync(writer, error);
    int failed;

    if (status != HW_OK)
        return status;
    writer->mark.generation++;
    writer->mark.log_id = writer->options.header.log_id;
    writer->mark.segment = writer->segment;
    writer->mark.end = writer->synced_end;
    writer->mark.sequence = writer->synced_sequence;
    writer->mark.size = writer->prepared;
    failed = hw_watermark_write(writer->env, writer->mark_file, &writer->mark);
    return failed < 0 ? failed_at("write the watermark in", writer->dir, failed, error) : HW_OK;
}

/* --- open and close ----------------------------------------------------------------------- */

static bool same_settings(const struct hw_segment_header *a, const struct hw_segment_header *b)
{
    return a->format == b->format && a->rules == b->rules && a->dedupe_ms == b->dedupe_ms &&
        a->history_open_ms == b->history_open_ms &&
        memcmp(&a->limits, &b->limits, sizeof a->limits) == 0;
}

/* What is known to be on disk of the segment that tail is in: the watermark says so. */
static uint64_t marked_end(const struct hw_writer *writer, const struct hw_log_tail *tail)
{
    const struct hw_watermark *mark = &writer->mark;

    return mark->segment == tail->segment.first_sequence && mark->end <= tail->end
        ? mark->end
        : HW_SEGMENT_HEADER_SIZE;
}

/*
 * Open the newest segment for writing, its torn tail overwritten, all of it synced: what is not
 * known to be on disk is written again, for the last run may have died of a failed sync.
 */
static enum hw_status open_tail(
    struct hw_writer *writer, const struct hw_log_tail *tail, char error[HW_ERROR_TEXT_SIZE])
{
    int failed;

    hw_file_number_path(writer->path, writer->dir, tail->segment.first_sequence, HW_SEGMENT_ENDING);
    writer->file =
        writer->env->open(writer->env->context, writer->path, HW_ENV_READ | HW_ENV_WRITE);
    if (writer->file < 0)
        return failed_at("write", writer->path, writer->file, error);
    failed = hw_file_rewrite(writer->env, writer->file, marked_end(writer, tail), tail->end);
    if (failed == 0 && tail->torn_size > 0)
        failed = hw_file_zero(writer->env, writer->file, tail->end, tail->torn_size);
    if (failed == 0)
        failed = writer->env->sync(writer->env->context, writer->file);
    if (failed < 0)
        return failed_at("write", writer->path, failed, error);
    writer->segment = tail->segment.first_sequence;
    writer->end = writer->synced_end = tail->end;
    writer->prepared =
        tail->end; /* Zeros behind it may be in the cache alone: they are written again. */
    writer->sequence = writer->synced_sequence = tail->next_sequence - 1;
    writer->turn_over = !same_settings(&tail->segment, &writer->options.header);
    return HW_OK;
}

/* A log is never begun over one that is there, whoever says that there is none. */
static enum hw_status check_empty(struct hw_writer *writer, char error[HW_ERROR_TEXT_SIZE])
{
    uint64_t *firsts;
    size_t count;
    int failed = hw_file_numbers(writer->env, writer->dir, HW_SEGMENT_ENDING, &firsts, &count);

    if (failed < 0)
        return failed_at("list", writer->dir, failed, error);
    free(firsts);
    if (count == 0)
        return HW_OK;
    hw_error_set(
        error, "%s holds segments, which could not be read a moment ago; start again", writer->dir);
    return HW_E_IO;
}

/* A log's first segment.  Its header is on disk before anything else is. */
static enum hw_status begin_log(struct hw_writer *writer, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_writer_block first = {.first_sequence = 1, .accepted_ms = HW_TIME_NONE};
    enum hw_status status = check_empty(writer, error);

    if (status == HW_OK)
        status = extend_spare(writer, HW_SEGMENT_HEADER_SIZE, error);
    if (status == HW_OK)
        status = turn_over(writer, &first, error);
    if (status != HW_OK && writer->spare >= 0) /* Leave no trace on a disk that may be full. */
        (void)writer->env->unlink(writer->env->context, writer->spare_path);
    return status;
}

static enum hw_status open_files(
    struct hw_writer *writer, const struct hw_log_tail *tail, char error[HW_ERROR_TEXT_SIZE])
{
    enum hw_status status = hw_watermark_read(writer->env, writer->dir, &writer->mark, NULL, error);
    int unlinked;

    if (status != HW_OK && status != HW_E_NOT_FOUND)
        return status;
    HW_ASSERT(hw_file_path(writer->spare_path, writer->dir, "spare"));
    unlinked = writer->env->unlink(writer->env->context, writer->spare_path);
    if (unlinked < 0 && unlinked != -ENOENT)
        return failed_at("remove", writer->spare_path, unlinked, error);
    writer->mark_file = hw_watermark_open(writer->env, writer->dir);
    if (writer->mark_file < 0)
        return failed_at("write the watermark in", writer->dir, writer->mark_file, error);
    if (tail == NULL)
        return begin_log(writer, error);
    status = open_tail(writer, tail, error);
    if (status != HW_OK || !hw_writer_unmarked(writer))
        return status;
    /* Also makes the folder's entries durable, should the last run have died before it could. */
    unlinked = writer->env->sync_dir(writer->env->context, writer->dir);
    if (unlinked < 0)
        return failed_at("sync", writer->dir, unlinked, error);
    return hw_writer_mark(writer, error);
}

enum hw_status hw_writer_open(const struct hw_writer_options *options,
    const struct hw_log_tail *tail, struct hw_writer **ret_writer, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_writer *writer = calloc(1, sizeof *writer);
    enum hw_status status;

    if (writer == NULL) {
        hw_error_set(error, "no memory for the journal; give the process more");
        return HW_E_MEMORY;
    }
    writer->options = *options;
    writer->env = options->env;
    (void)snprintf(writer->dir, sizeof writer->dir, "%s", options->dir);
    writer->options.dir = writer->dir;
    writer->file = writer->spare = writer->mark_file = -1;
    status = open_files(writer, tail, error);
    if (status != HW_OK) {
        hw_writer_close(writer);
        return status;
    }
    *ret_writer = writer;
    return HW_OK;
}

void hw_writer_close(struct hw_writer *writer)
{
    const int files[] = {writer->file, writer->spare, writer->mark_file};

    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (files[i] >= 0)
            (void)writer->env->close(writer->env->context, files[i]); /* Synced, or of no worth. */
    free(writer);
}
