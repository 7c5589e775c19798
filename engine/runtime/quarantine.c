#include "runtime/quarantine.h"
#include "homeward/hash.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BATCH_SIZE_MAX = 2 * HW_QUARANTINE_BYTES_MAX, RETRY_SECONDS = 1 };

struct kept {
    uint64_t id, segment, offset, size;
    struct hw_hash source;
    bool dropped;
};

struct batch {
    uint8_t *bytes;
    size_t used, room;
    uint64_t last_id;
};

struct hw_quarantine {
    struct hw_quarantine_options options;
    struct hw_env *env;
    char data_dir[HW_PATH_SIZE], dir[HW_PATH_SIZE];
    struct batch batches[2];
    struct batch *filling;
    uint64_t next_id;

    /* The thread's while it runs: what is on disk. */
    int file;
    uint64_t segment, end; /* the newest: id of its first entry, offset behind its last */
    struct kept *kept;     /* by id, oldest first */
    size_t kept_count, kept_room;

    pthread_t thread;
    bool thread_runs;
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    struct batch *out;
    bool stop;
    char error[HW_ERROR_TEXT_SIZE], warning[HW_ERROR_TEXT_SIZE];
    atomic_uint_fast64_t durable, dropped;
    atomic_bool failed, no_space, warned;
};

/* --- what is on disk ---------------------------------------------------------------------- */

/* Remember an entry.  False: no memory; then its quota is not kept to until the next start. */
static bool remember(struct hw_quarantine *quarantine, const struct kept *kept)
{
    if (quarantine->kept_count == quarantine->kept_room) {
        size_t room = quarantine->kept_room == 0 ? 256 : quarantine->kept_room * 2;
        struct kept *list = realloc(quarantine->kept, room * sizeof *list);

        if (list == NULL)
            return false;
        quarantine->kept = list;
        quarantine->kept_room = room;
    }
    quarantine->kept[quarantine->kept_count++] = *kept;
    return true;
}

static void drop(struct hw_quarantine *quarantine, struct kept *kept)
{
    char path[HW_PATH_SIZE];
    int file;

    kept->dropped = true;
    atomic_fetch_add(&quarantine->dropped, 1);
    hw_quarantine_segment_path(quarantine->dir, kept->segment, path);
    file = quarantine->env->open(quarantine->env->context, path, HW_ENV_READ | HW_ENV_WRITE);
    if (file < 0)
        return;
    /* Not synced: a mark that a crash undoes is made again at the next start. */
    (void)hw_quarantine_entry_drop(quarantine->env, file, kept->offset);
    (void)quarantine->env->close(quarantine->env->context, file);
}

/* The source of the newest entry stays within its quota: its oldest go. */
static void keep_quota(struct hw_quarantine *quarantine, struct hw_hash source)
{
    uint64_t sum = 0;

    for (size_t i = quarantine->kept_count; i > 0; i--) {
        struct kept *kept = &quarantine->kept[i - 1];

        if (kept->dropped || !hw_hash_equal(kept->source, source))
            continue;
        sum += kept->size;
        if (sum > quarantine->options.source_quota && i < quarantine->kept_count)
            drop(quarantine, kept);
    }
}

/* Forget the first count entries, all of one closed segment, and its file. */
static void forget_segment(struct hw_quarantine *quarantine, size_t count)
{
    char path[HW_PATH_SIZE];

    hw_quarantine_segment_path(quarantine->dir, quarantine->kept[0].segment, path);
    (void)quarantine->env->unlink(quarantine->env->context, path); /* Tried again at start. */
    quarantine->kept_count -= count;
    memmove(quarantine->kept, quarantine->kept + count,
        quarantine->kept_count * sizeof *quarantine->kept);
}

/* Closed segments go when nothing in them is kept, or when all together are too much. */
static void trim(struct hw_quarantine *quarantine)
{
    uint64_t most = HW_QUARANTINE_SOURCES * quarantine->options.source_quota, total = 0;

    for (size_t i = 0; i < quarantine->kept_count; i++)
        total += quarantine->kept[i].size;
    while (quarantine->kept_count > 0 && quarantine->kept[0].segment != quarantine->segment) {
        uint64_t segment = quarantine->kept[0].segment, size = 0, live = 0;
        size_t count = 0;

        for (; count < quarantine->kept_count && quarantine->kept[count].segment == segment;
             count++) {
            size += quarantine->kept[count].size;
            live += !quarantine->kept[count].dropped;
        }
        if (live > 0 && total <= most)
            return;
        atomic_fetch_add(&quarantine->dropped, live);
        total -= size;
        forget_segment(quarantine, count);
    }
}

struct load {
    struct hw_quarantine *quarantine;
    uint64_t segment;
};

static bool load_entry(
    void *context, const struct hw_quarantined *entry, uint64_t offset, size_t size)
{
    struct load *load = context;
    struct kept kept = {
        .id = entry->id,
        .segment = load->segment,
        .offset = offset,
        .size = size,
        .source = hw_hash_bytes(entry->refused.source),
        .dropped = entry->dropped,
    };

    if (entry->id >= load->quarantine->next_id)
        load->quarantine->next_id = entry->id + 1;
    return remember(load->quarantine, &kept);
}

static enum hw_status begin_segment(
    struct hw_quarantine *quarantine, uint64_t first, char error[HW_ERROR_TEXT_SIZE])
{
    char path[HW_PATH_SIZE];
    int file, failed;

    hw_quarantine_segment_path(quarantine->dir, first, path);
    file = quarantine->env->open(
        quarantine->env->context, path, HW_ENV_READ | HW_ENV_WRITE | HW_ENV_CREATE);
    if (file < 0)
        return hw_error_file(error, "write", path, file);
    failed = quarantine->env->sync_dir(quarantine->env->context, quarantine->dir);
    if (failed < 0) {
        (void)quarantine->env->close(quarantine->env->context, file);
        return hw_error_file(error, "sync", quarantine->dir, failed);
    }
    if (quarantine->file >= 0)
        (void)quarantine->env->close(quarantine->env->context, quarantine->file); /* Synced. */
    quarantine->file = file;
    quarantine->segment = first;
    quarantine->end = 0;
    return HW_OK;
}

/* Heard at the first turn: something refused is not there any more, in the middle or at the end. */
static void warn_of_damage(
    struct hw_quarantine *quarantine, const char *path, const struct hw_quarantine_walked *walked)
{
    bool damaged = hw_quarantine_damage(path, walked, quarantine->warning);

    if (!damaged && walked->size > walked->end)
        hw_error_set(quarantine->warning,
            "%s: offset %" PRIu64 ": %" PRIu64 " bytes at the end are no whole refused input: of a "
            "write that never finished, and was not answered; unless the machine was cut off then, "
            "restore this file from a backup",
            path, walked->end, walked->size - walked->end);
    if (damaged || walked->size > walked->end)
        atomic_store(&quarantine->warned, true);
}

static enum hw_status load_segments(
    struct hw_quarantine *quarantine, char error[HW_ERROR_TEXT_SIZE])
{
    struct load load = {.quarantine = quarantine};
    struct hw_quarantine_walked walked = {0};
    char path[HW_PATH_SIZE];
    uint64_t *firsts;
    size_t count;
    int failed = hw_quarantine_segments(
        quarantine->env, quarantine->data_dir, quarantine->dir, &firsts, &count);
    enum hw_status status;

    if (failed < 0)
        return hw_error_file(error, "list the quarantine of", quarantine->data_dir, failed);
    for (size_t i = 0; i < count && failed >= 0; i++) {
        load.segment = firsts[i];
        if (firsts[i] > quarantine->next_id)
            quarantine->next_id = firsts[i];
        hw_quarantine_segment_path(quarantine->dir, firsts[i], path);
        failed = hw_quarantine_segment_walk(
            quarantine->env, path, firsts[i], load_entry, &load, &walked);
        if (failed == 0)
            warn_of_damage(quarantine, path, &walked);
    }
    if (failed < 0)
        status = hw_error_file(error, "read", path, failed);
    else
        status = begin_segment(quarantine, count > 0 ? firsts[count - 1] : 1, error);
    free(firsts);
    if (status != HW_OK)
        return status;
    quarantine->end = walked.end;
    failed = walked.size > walked.end
        ? quarantine->env->truncate(quarantine->env->context, quarantine->file, walked.end)
        : 0;
    if (failed == 0) /* The last run may have died of a failed sync. */
        failed = hw_file_rewrite(quarantine->env, quarantine->file, 0, walked.end);
    if (failed == 0)
        failed = quarantine->env->sync(quarantine->env->context, quarantine->file);
    return failed < 0 ? hw_error_file(error, "write", path, failed) : HW_OK;
}

/* --- writing ------------------------------------------------------------------------------ */

static bool account_entry(
    struct hw_quarantine *quarantine, const uint8_t *bytes, uint64_t offset, size_t *ret_size)
{
    struct kept kept = {.segment = quarantine->segment, .offset = offset};
    uint32_t sizes[6];
    uint64_t id;
    size_t size = HW_QUARANTINE_HEADER_SIZE;

    memcpy(&id, bytes + 8, sizeof id);
    memcpy(sizes, bytes + 24, sizeof sizes);
    for (int i = 0; i < 6; i++)
        size += sizes[i];
    kept.id = id;
    kept.size = (size + 7) & ~(size_t)7;
    kept.source = hw_hash_bytes(hw_slice_of(bytes + HW_QUARANTINE_HEADER_SIZE, sizes[0]));
    *ret_size = kept.size;
    if (!remember(quarantine, &kept))
        return false;
    keep_quota(quarantine, kept.source);
    return true;
}

static enum hw_status write_batch(
    struct hw_quarantine *quarantine, struct batch *batch, char error[HW_ERROR_TEXT_SIZE])
{
    uint64_t first;
    enum hw_status status = HW_OK;
    int failed;

    memcpy(&first, batch->bytes + 8, sizeof first);
    if (quarantine->end >= quarantine->options.segment_size)
        status = begin_segment(quarantine, first, error);
    if (status != HW_OK)
        return status;
    failed = hw_file_write(
        quarantine->env, quarantine->file, batch->bytes, batch->used, quarantine->end);
    if (failed < 0)
        return hw_error_file(error, "write the quarantine in", quarantine->dir, failed);
    failed = quarantine->env->sync(quarantine->env->context, quarantine->file);
    if (failed < 0) {
        (void)hw_error_file(error, "sync the quarantine in", quarantine->dir, failed);
        return HW_E_IO; /* Final, full disk or not: it is not known what was kept. */
    }
    atomic_store_explicit(&quarantine->durable, batch->last_id, memory_order_release);
    for (size_t at = 0, size; at < batch->used; at += size)
        if (!account_entry(quarantine, batch->bytes + at, quarantine->end + at, &size))
            break;
    quarantine->end += batch->used;
    batch->used = 0;
    trim(quarantine);
    return HW_OK;
}

/* Write what is out; the lock is held before and after. */
static void perform(struct hw_quarantine *quarantine)
{
    char error[HW_ERROR_TEXT_SIZE] = "";
    enum hw_status status;

    pthread_mutex_unlock(&quarantine->lock);
    status = write_batch(quarantine, quarantine->out, error);
    pthread_mutex_lock(&quarantine->lock);
    if (status == HW_E_NO_SPACE && !atomic_load(&quarantine->no_space)) {
        memcpy(quarantine->warning, error, sizeof quarantine->warning);
        atomic_store(&quarantine->warned, true);
    }
    atomic_store(&quarantine->no_space, status == HW_E_NO_SPACE);
    if (status == HW_OK)
        quarantine->out = NULL;
    if (status != HW_OK && status != HW_E_NO_SPACE) {
        memcpy(quarantine->error, error, sizeof quarantine->error);
        atomic_store(&quarantine->failed, true);
    }
    pthread_cond_signal(&quarantine->done);
    hw_wakeup_tell(quarantine->options.wakeup);
}

static void wait_for_space(struct hw_quarantine *quarantine)
{
    struct timespec until;

    HW_ASSERT(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
    until.tv_sec += RETRY_SECONDS;
    (void)pthread_cond_timedwait(&quarantine->work, &quarantine->lock, &until); /* Either. */
}

static void *quarantine_thread(void *argument)
{
    struct hw_quarantine *quarantine = argument;
    bool full = false;

    pthread_mutex_lock(&quarantine->lock);
    while (!quarantine->stop) {
        if (quarantine->out == NULL || atomic_load(&quarantine->failed)) {
            pthread_cond_wait(&quarantine->work, &quarantine->lock);
        } else if (full) {
            wait_for_space(quarantine);
            full = false;
        } else {
            perform(quarantine);
            full = atomic_load(&quarantine->no_space);
        }
    }
    pthread_mutex_unlock(&quarantine->lock);
    return NULL;
}

/* --- the loop's side ---------------------------------------------------------------------- */

enum hw_status hw_quarantine_add(struct hw_quarantine *quarantine, int64_t time_ms,
    const struct hw_refused *refused, uint64_t *ret_id)
{
    struct batch *batch = quarantine->filling;
    size_t size = hw_quarantine_entry_size(refused);

    if (atomic_load(&quarantine->failed))
        return HW_E_IO;
    if (size > BATCH_SIZE_MAX - batch->used)
        return HW_E_FULL;
    if (size > batch->room - batch->used) {
        size_t room = batch->used + size + 64 * 1024;
        uint8_t *bytes = realloc(batch->bytes, room);

        if (bytes == NULL)
            return HW_E_FULL;
        batch->bytes = bytes;
        batch->room = room;
    }
    hw_quarantine_entry_write(batch->bytes + batch->used, quarantine->next_id, time_ms, refused);
    batch->used += size;
    batch->last_id = quarantine->next_id++;
    *ret_id = batch->last_id;
    return HW_OK;
}

void hw_quarantine_flush(struct hw_quarantine *quarantine)
{
    if (quarantine->filling->used == 0 && !quarantine->options.threadless)
        return;
    if (atomic_load(&quarantine->failed))
        return;
    pthread_mutex_lock(&quarantine->lock);
    if (quarantine->out == NULL && quarantine->filling->used > 0) {
        quarantine->out = quarantine->filling;
        quarantine->filling = &quarantine->batches[quarantine->filling == quarantine->batches];
        pthread_cond_signal(&quarantine->work);
    }
    if (quarantine->options.threadless && quarantine->out != NULL)
        perform(quarantine);
    pthread_mutex_unlock(&quarantine->lock);
}

uint64_t hw_quarantine_durable(const struct hw_quarantine *quarantine)
{
    return atomic_load_explicit(&quarantine->durable, memory_order_acquire);
}

uint64_t hw_quarantine_dropped(const struct hw_quarantine *quarantine)
{
    return atomic_load(&quarantine->dropped);
}

bool hw_quarantine_failed(struct hw_quarantine *quarantine, char error[HW_ERROR_TEXT_SIZE])
{
    if (!atomic_load(&quarantine->failed))
        return false;
    pthread_mutex_lock(&quarantine->lock);
    memcpy(error, quarantine->error, HW_ERROR_TEXT_SIZE);
    pthread_mutex_unlock(&quarantine->lock);
    return true;
}

bool hw_quarantine_full(const struct hw_quarantine *quarantine)
{
    return atomic_load_explicit(&quarantine->no_space, memory_order_relaxed);
}

bool hw_quarantine_warning(struct hw_quarantine *quarantine, char warning[HW_ERROR_TEXT_SIZE])
{
    if (!atomic_exchange(&quarantine->warned, false))
        return false;
    pthread_mutex_lock(&quarantine->lock);
    memcpy(warning, quarantine->warning, HW_ERROR_TEXT_SIZE);
    pthread_mutex_unlock(&quarantine->lock);
    return true;
}

/* --- open and close ----------------------------------------------------------------------- */

static enum hw_status start(struct hw_quarantine *quarantine, char error[HW_ERROR_TEXT_SIZE])
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&quarantine->lock, NULL);
    pthread_cond_init(&quarantine->work, &monotonic);
    pthread_cond_init(&quarantine->done, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (quarantine->options.threadless)
        return HW_OK;
    quarantine->thread_runs =
        pthread_create(&quarantine->thread, NULL, quarantine_thread, quarantine) == 0;
    if (quarantine->thread_runs)
        return HW_OK;
    hw_error_set(error, "cannot start the quarantine's thread; raise the limit of processes");
    return HW_E_MEMORY;
}

static void release(struct hw_quarantine *quarantine)
{
    if (quarantine->file >= 0)
        (void)quarantine->env->close(quarantine->env->context, quarantine->file); /* Synced. */
    free(quarantine->batches[0].bytes);
    free(quarantine->batches[1].bytes);
    free(quarantine->kept);
    free(quarantine);
}

enum hw_status hw_quarantine_open(const struct hw_quarantine_options *options,
    struct hw_quarantine **ret_quarantine, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_quarantine *quarantine = calloc(1, sizeof *quarantine);
    enum hw_status status;

    if (quarantine == NULL) {
        hw_error_set(error, "no memory for the quarantine; give the process more");
        return HW_E_MEMORY;
    }
    quarantine->options = *options;
    if (quarantine->options.segment_size == 0)
        quarantine->options.segment_size = HW_QUARANTINE_SEGMENT_SIZE;
    quarantine->env = options->env;
    quarantine->file = -1;
    quarantine->next_id = 1;
    quarantine->filling = quarantine->batches;
    (void)snprintf(quarantine->data_dir, sizeof quarantine->data_dir, "%s", options->data_dir);
    status = load_segments(quarantine, error);
    if (status == HW_OK)
        status = start(quarantine, error);
    if (status != HW_OK) {
        release(quarantine);
        return status;
    }
    atomic_store(&quarantine->durable, quarantine->next_id - 1);
    trim(quarantine);
    *ret_quarantine = quarantine;
    return HW_OK;
}

enum hw_status hw_quarantine_close(struct hw_quarantine *quarantine, char error[HW_ERROR_TEXT_SIZE])
{
    struct batch *left[2];
    enum hw_status status = HW_OK;

    pthread_mutex_lock(&quarantine->lock);
    while (quarantine->thread_runs && quarantine->out != NULL &&
        !atomic_load(&quarantine->failed) && !atomic_load(&quarantine->no_space))
        pthread_cond_wait(&quarantine->done, &quarantine->lock);
    quarantine->stop = true;
    pthread_cond_signal(&quarantine->work);
    pthread_mutex_unlock(&quarantine->lock);
    if (quarantine->thread_runs)
        pthread_join(quarantine->thread, NULL);
    left[0] = quarantine->out;
    left[1] = quarantine->filling;
    if (hw_quarantine_failed(quarantine, error))
        status = HW_E_IO;
    for (int i = 0; i < 2 && status == HW_OK; i++)
        if (left[i] != NULL && left[i]->used > 0)
            status = write_batch(quarantine, left[i], error);
    pthread_cond_destroy(&quarantine->work);
    pthread_cond_destroy(&quarantine->done);
    pthread_mutex_destroy(&quarantine->lock);
    release(quarantine);
    return status;
}
