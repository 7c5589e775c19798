#include "runtime/snapshot.h"
#include "homeward/version.h"
#include "runtime/bytes.h"
#include "runtime/crc32c.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static const uint8_t magic[8] = {'H', 'W', 'S', 'N', 'A', 'P', '1', '\n'};

enum { ROWS_AT = 128, ROW_SIZE = 16, READ_STEP = 256 * 1024 };

_Static_assert(ROWS_AT + HW_SNAPSHOT_PARTS_MAX * ROW_SIZE <= HW_SNAPSHOT_PAGE, "rows fit");

/* --- names -------------------------------------------------------------------------------- */

static void path_of(const char *data_dir, uint64_t sequence, char path[HW_PATH_SIZE])
{
    char dir[HW_PATH_SIZE];

    HW_ASSERT(hw_file_path(dir, data_dir, "snapshots"));
    hw_file_number_path(path, dir, sequence, ".hws");
}

int hw_snapshot_list(
    struct hw_env *env, const char *data_dir, uint64_t **ret_sequences, size_t *ret_count)
{
    char dir[HW_PATH_SIZE];

    if (!hw_file_path(dir, data_dir, "snapshots"))
        return -ENAMETOOLONG;
    return hw_file_numbers(env, dir, ".hws", ret_sequences, ret_count);
}

/* --- write -------------------------------------------------------------------------------- */

static uint64_t page_up(uint64_t size)
{
    return (size + HW_SNAPSHOT_PAGE - 1) / HW_SNAPSHOT_PAGE * HW_SNAPSHOT_PAGE;
}

static void header_write(
    const struct hw_engine *engine, const struct hw_snapshot *about, uint8_t page[HW_SNAPSHOT_PAGE])
{
    struct hw_hash digest = hw_engine_state_digest(engine);

    memcpy(page, magic, sizeof magic);
    hw_put_u32(page + 12, HW_FORMAT_VERSION);
    hw_put_u32(page + 16, HW_RULES_VERSION);
    hw_put_u32(page + 20, hw_engine_image_count(engine));
    hw_put_u64(page + 24, about->log_id.low);
    hw_put_u64(page + 32, about->log_id.high);
    hw_put_u64(page + 40, hw_engine_sequence(engine));
    hw_put_u64(page + 48, (uint64_t)hw_engine_accepted_ms(engine));
    hw_put_u64(page + 56, digest.low);
    hw_put_u64(page + 64, digest.high);
    hw_put_u64(page + 72, (uint64_t)about->clock_pending_ms);
    hw_put_u64(page + 80, (uint64_t)about->dedupe_ms);
    hw_put_u64(page + 88, (uint64_t)about->history_open_ms);
    memcpy(page + 96, &about->limits, sizeof about->limits);
    hw_put_u32(page + 8, hw_crc32c(hw_slice_of(page + 12, HW_SNAPSHOT_PAGE - 12)));
}

/* Parts, then the header that vouches for them, then a sync. */
static int write_file(
    struct hw_env *env, int file, const struct hw_engine *engine, const struct hw_snapshot *about)
{
    uint8_t page[HW_SNAPSHOT_PAGE] = {0};
    uint32_t parts = hw_engine_image_count(engine);
    uint64_t at = HW_SNAPSHOT_PAGE;
    int failed = 0;

    HW_ASSERT(parts <= HW_SNAPSHOT_PARTS_MAX);
    for (uint32_t i = 0; i < parts && failed == 0; i++) {
        struct hw_slice part = hw_engine_image_part(engine, i);

        hw_put_u64(page + ROWS_AT + i * ROW_SIZE, part.size);
        hw_put_u32(page + ROWS_AT + i * ROW_SIZE + 8, hw_crc32c(part));
        failed = hw_file_write(env, file, part.data, part.size, at);
        at = page_up(at + part.size);
    }
    header_write(engine, about, page);
    if (failed == 0)
        failed = hw_file_write(env, file, page, sizeof page, 0);
    return failed == 0 ? env->sync(env->context, file) : failed;
}

static void drop_old(struct hw_env *env, const char *data_dir)
{
    uint64_t *sequences;
    size_t count;
    char path[HW_PATH_SIZE];

    if (hw_snapshot_list(env, data_dir, &sequences, &count) < 0)
        return; /* One more than two is no harm; the next writing tries again. */
    for (size_t i = 0; i + HW_SNAPSHOTS_KEPT < count; i++) {
        path_of(data_dir, sequences[i], path);
        (void)env->unlink(env->context, path);
    }
    free(sequences);
}

enum hw_status hw_snapshot_write(struct hw_env *env, const char *data_dir,
    const struct hw_engine *engine, const struct hw_snapshot *about, char error[HW_ERROR_TEXT_SIZE])
{
    char dir[HW_PATH_SIZE], writing[HW_PATH_SIZE], path[HW_PATH_SIZE];
    int file, failed;

    HW_ASSERT(hw_file_path(dir, data_dir, "snapshots"));
    HW_ASSERT(hw_file_path(writing, dir, "writing"));
    path_of(data_dir, hw_engine_sequence(engine), path);
    (void)env->unlink(env->context, writing); /* Of a writing that was cut short; mostly absent. */
    file = env->open(env->context, writing, HW_ENV_READ | HW_ENV_WRITE | HW_ENV_CREATE);
    if (file < 0)
        return hw_error_file(error, "write", writing, file);
    failed = write_file(env, file, engine, about);
    (void)env->close(env->context, file); /* Synced, or given up. */
    if (failed == 0)
        failed = env->rename(env->context, writing, path);
    if (failed == 0)
        failed = env->sync_dir(env->context, dir);
    if (failed < 0) {
        (void)env->unlink(env->context, writing);
        return hw_error_file(error, "write", path, failed);
    }
    drop_old(env, data_dir);
    return HW_OK;
}

/* --- read --------------------------------------------------------------------------------- */

static enum hw_status damaged(
    const char *path, uint64_t offset, const char *what, char error[HW_ERROR_TEXT_SIZE])
{
    hw_error_set(error,
        "%s: offset %" PRIu64 ": %s; remove this file: the journal alone gives the same state",
        path, offset, what);
    return HW_E_DAMAGED;
}

static enum hw_status header_read(const char *path, const uint8_t page[HW_SNAPSHOT_PAGE],
    uint64_t sequence, struct hw_snapshot *ret, char error[HW_ERROR_TEXT_SIZE])
{
    if (memcmp(page, magic, sizeof magic) != 0 ||
        hw_get_u32(page + 8) != hw_crc32c(hw_slice_of(page + 12, HW_SNAPSHOT_PAGE - 12)))
        return damaged(path, 0, "the snapshot's header is damaged", error);
    ret->format = hw_get_u32(page + 12);
    ret->rules = hw_get_u32(page + 16);
    ret->parts = hw_get_u32(page + 20);
    ret->log_id = (struct hw_hash){hw_get_u64(page + 24), hw_get_u64(page + 32)};
    ret->sequence = hw_get_u64(page + 40);
    ret->accepted_ms = (int64_t)hw_get_u64(page + 48);
    ret->digest = (struct hw_hash){hw_get_u64(page + 56), hw_get_u64(page + 64)};
    ret->clock_pending_ms = (int64_t)hw_get_u64(page + 72);
    ret->dedupe_ms = (int64_t)hw_get_u64(page + 80);
    ret->history_open_ms = (int64_t)hw_get_u64(page + 88);
    memcpy(&ret->limits, page + 96, sizeof ret->limits);
    if (ret->format > HW_FORMAT_VERSION) {
        hw_error_set(error, "%s: offset 12: written in format %" PRIu32 " by a newer version", path,
            ret->format);
        return HW_E_VERSION;
    }
    if (ret->sequence != sequence || ret->parts > HW_SNAPSHOT_PARTS_MAX)
        return damaged(path, 20, "the snapshot's header is damaged", error);
    return HW_OK;
}

/* A snapshot being read: its file and its first page. */
struct reading {
    struct hw_env *env;
    char path[HW_PATH_SIZE];
    int file;
    uint64_t file_size;
    uint8_t page[HW_SNAPSHOT_PAGE];
    uint8_t *window; /* READ_STEP bytes, while parts are read */
    struct hw_snapshot about;
};

static enum hw_status reading_open(struct reading *reading, struct hw_env *env,
    const char *data_dir, uint64_t sequence, char error[HW_ERROR_TEXT_SIZE])
{
    enum hw_status status;
    int64_t count, file_size;

    path_of(data_dir, sequence, reading->path);
    memset(reading->page, 0, sizeof reading->page);
    reading->env = env;
    reading->file = env->open(env->context, reading->path, HW_ENV_READ);
    if (reading->file < 0)
        return hw_error_file(error, "read", reading->path, reading->file);
    count = hw_file_read(env, reading->file, reading->page, sizeof reading->page, 0);
    file_size = env->size(env->context, reading->file);
    reading->file_size = file_size < 0 ? 0 : (uint64_t)file_size;
    if (count < 0 || file_size < 0)
        status = hw_error_file(error, "read", reading->path, count < 0 ? count : file_size);
    else
        status = header_read(reading->path, reading->page, sequence, &reading->about, error);
    if (status != HW_OK)
        (void)env->close(env->context, reading->file); /* Read only. */
    return status;
}

/*
 * Read size bytes at at to space, in steps whose checksum is made while they are at hand; space
 * NULL: only look at them.  A count below size: the file ends.  Count or a negative errno.
 */
static int64_t read_part(
    struct reading *reading, uint64_t at, uint64_t size, uint8_t *space, uint32_t *ret_checksum)
{
    uint64_t done = 0;

    *ret_checksum = 0;
    while (done < size) {
        size_t step = size - done < READ_STEP ? (size_t)(size - done) : READ_STEP;
        uint8_t *to = space != NULL ? space + done : reading->window;
        int64_t count = hw_file_read(reading->env, reading->file, to, step, at + done);

        if (count < 0)
            return count;
        *ret_checksum = hw_crc32c_more(*ret_checksum, hw_slice_of(to, (size_t)count));
        done += (uint64_t)count;
        if ((size_t)count < step)
            break;
    }
    return (int64_t)done;
}

/* What stands between a part and the next, or the end of the file, is zeros.  1, 0 or -errno. */
static int64_t is_padded(struct reading *reading, uint64_t end)
{
    uint8_t page[HW_SNAPSHOT_PAGE];
    uint64_t next = page_up(end) < reading->file_size ? page_up(end) : reading->file_size;
    int64_t count = 0;

    if (next > end)
        count = hw_file_read(reading->env, reading->file, page, (size_t)(next - end), end);
    if (count < 0)
        return count;
    return (uint64_t)count == (next > end ? next - end : 0) && hw_is_zero(page, (size_t)count);
}

/* The first part, small, is read and handed over; the others are read to where they belong. */
static enum hw_status load_part(struct reading *reading, uint32_t part, uint64_t at, uint64_t size,
    struct hw_engine *engine, char error[HW_ERROR_TEXT_SIZE])
{
    uint32_t wanted = hw_get_u32(reading->page + ROWS_AT + part * ROW_SIZE + 8), checksum;
    uint8_t *space = NULL;
    int64_t count, padded;

    if (size > reading->file_size || at > reading->file_size - size)
        return damaged(reading->path, reading->file_size, "the snapshot is too short", error);
    if (engine != NULL && part > 0) {
        space = hw_engine_image_space(engine, part, (size_t)size);
        if (space == NULL)
            return damaged(reading->path, at, "a part of the snapshot cannot be loaded", error);
    }
    count = read_part(reading, at, size, space, &checksum);
    padded = is_padded(reading, at + size);
    if (count < 0 || padded < 0)
        return hw_error_file(error, "read", reading->path, count < 0 ? count : padded);
    if ((uint64_t)count < size || checksum != wanted || padded == 0)
        return damaged(reading->path, at, "a part of the snapshot is damaged", error);
    if (engine != NULL && part == 0 &&
        (size > READ_STEP ||
            hw_engine_image_load(engine, 0, hw_slice_of(reading->window, (size_t)size)) != HW_OK))
        return damaged(reading->path, at, "a part of the snapshot cannot be loaded", error);
    return HW_OK;
}

static enum hw_status load_parts(
    struct reading *reading, struct hw_engine *engine, char error[HW_ERROR_TEXT_SIZE])
{
    uint64_t at = HW_SNAPSHOT_PAGE, end = at;
    enum hw_status status = HW_OK;

    for (uint32_t i = 0; i < reading->about.parts && status == HW_OK; i++) {
        uint64_t size = hw_get_u64(reading->page + ROWS_AT + i * ROW_SIZE);

        status = load_part(reading, i, at, size, engine, error);
        end = at + size;
        at = page_up(end);
    }
    if (status == HW_OK && reading->file_size != end)
        status = damaged(reading->path, end, "the snapshot is longer than its parts", error);
    if (status == HW_OK && engine != NULL &&
        !hw_hash_equal(hw_engine_state_digest(engine), reading->about.digest))
        status = damaged(reading->path, 56, "the state loaded has another digest", error);
    if (status == HW_OK && engine != NULL) {
        status = hw_engine_image_end(engine);
        if (status != HW_OK)
            hw_error_set(error,
                "%s: no memory for its tables; raise the limits, or give the process more",
                reading->path);
    }
    return status;
}

enum hw_status hw_snapshot_header(struct hw_env *env, const char *data_dir, uint64_t sequence,
    struct hw_snapshot *ret_snapshot, char error[HW_ERROR_TEXT_SIZE])
{
    struct reading reading;
    enum hw_status status = reading_open(&reading, env, data_dir, sequence, error);

    if (status != HW_OK)
        return status;
    (void)env->close(env->context, reading.file); /* Read only. */
    *ret_snapshot = reading.about;
    return HW_OK;
}

enum hw_status hw_snapshot_load(struct hw_env *env, const char *data_dir, uint64_t sequence,
    struct hw_engine *engine, char error[HW_ERROR_TEXT_SIZE])
{
    struct reading reading;
    enum hw_status status = reading_open(&reading, env, data_dir, sequence, error);

    if (status != HW_OK)
        return status;
    reading.window = malloc(READ_STEP);
    if (reading.window == NULL) {
        hw_error_set(error, "no memory to read %s; give the process more", reading.path);
        status = HW_E_MEMORY;
    } else {
        status = load_parts(&reading, engine, error);
    }
    free(reading.window);
    (void)env->close(env->context, reading.file); /* Read only. */
    return status;
}
