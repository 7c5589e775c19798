#include "runtime/journal.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define IDLE_NS         INT64_C(10000000)   /* without a record before the watermark is written */
#define RETRY_NS        INT64_C(1000000000) /* between two tries to find room on a full disk */
#define QUICK_SYNC_NS   INT64_C(500000)     /* on average: then small batches go inline */
#define SHORTEST_NAP_NS INT64_C(1000000)
#define NEVER_NS        INT64_MAX

enum { INLINE_SIZE = 64 * 1024 };

struct batch {
    uint8_t *bytes; /* room for a block header, then the records */
    size_t used;    /* bytes of records */
    uint64_t first_sequence;
    uint32_t count;
    bool turn_over;      /* begins a segment */
    int64_t accepted_ms; /* before its first record */
    struct hw_hash digest, quick_digest;
};

struct hw_journal {
    struct hw_journal_options options;
    struct hw_env *env;
    struct batch batches[2];
    struct batch *filling; /* the loop thread's */
    uint64_t next_sequence;
    bool turn_over;        /* the next batch begins a segment */
    uint64_t segment_used; /* bytes of the segment, the open batch included */

    /* Whoever set busy, under the lock, has the writer until it clears it. */
    struct hw_writer *writer;
    pthread_t thread;
    bool thread_runs;
    pthread_mutex_t lock;
    pthread_cond_t work; /* for the thread: a batch, or an end */
    pthread_cond_t done; /* for close: the batch that was out is not any more */
    bool busy, stop, asleep;
    bool full; /* the disk, as warned of */
    struct batch *out;
    int64_t written_ns;     /* when the last batch was written */
    int64_t unsynced_ns;    /* when the first batch after the last sync was; 0 none */
    int64_t retry_ns;       /* not before this is room ahead tried for again */
    int64_t write_retry_ns; /* ... and room for the batch that is out */
    char error[HW_ERROR_TEXT_SIZE];
    char warning[HW_ERROR_TEXT_SIZE];

    atomic_uint_fast64_t durable;
    atomic_int_fast64_t sync_ns; /* running mean */
    atomic_bool failed, no_space, warned;
};

static int64_t now_ns(const struct hw_journal *journal)
{
    return journal->env->monotonic_ns(journal->env->context);
}

/* --- with the writer: the caller is busy, the lock is free -------------------------------- */

static enum hw_status sync_timed(struct hw_journal *journal, char error[HW_ERROR_TEXT_SIZE])
{
    int64_t start = now_ns(journal);
    enum hw_status status = hw_writer_sync(journal->writer, error);
    int64_t mean = atomic_load_explicit(&journal->sync_ns, memory_order_relaxed);

    mean += (now_ns(journal) - start - mean) / 8;
    atomic_store_explicit(&journal->sync_ns, mean, memory_order_relaxed);
    return status;
}

static enum hw_status write_batch(
    struct hw_journal *journal, struct batch *batch, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_writer_block block = {
        .bytes = batch->bytes,
        .size = HW_BLOCK_HEADER_SIZE + batch->used,
        .first_sequence = batch->first_sequence,
        .count = batch->count,
        .turn_over = batch->turn_over,
        .accepted_ms = batch->accepted_ms,
        .digest = batch->digest,
        .quick_digest = batch->quick_digest,
    };
    enum hw_status status =
        hw_writer_make_room(journal->writer, block.size, block.turn_over, error);

    if (status != HW_OK)
        return status;
    status = hw_writer_put(journal->writer, &block, error);
    if (status == HW_OK && journal->options.sync_interval_ms == 0)
        status = sync_timed(journal, error);
    if (status != HW_OK)
        return HW_E_IO; /* Final, whatever it was: the end of the file is not known any more. */
    atomic_store_explicit(
        &journal->durable, batch->first_sequence + batch->count - 1, memory_order_release);
    batch->used = 0;
    batch->count = 0;
    return HW_OK;
}

/* --- what came of it: under the lock ------------------------------------------------------ */

static void fail(struct hw_journal *journal, const char *error)
{
    memcpy(journal->error, error, HW_ERROR_TEXT_SIZE);
    atomic_store(&journal->failed, true);
}

/* One warning for each change: the disk has become full, and has room again. */
static void note_full(struct hw_journal *journal, bool full, const char *text)
{
    if (journal->full == full)
        return;
    journal->full = full;
    memcpy(journal->warning, text, HW_ERROR_TEXT_SIZE);
    atomic_store(&journal->warned, true);
}

/* A full disk is waited out; anything else ends it. */
static void settle_full(
    struct hw_journal *journal, enum hw_status status, int64_t *retry_ns, const char *error)
{
    if (status != HW_E_NO_SPACE) {
        fail(journal, error);
        return;
    }
    *retry_ns = now_ns(journal) + RETRY_NS;
    note_full(journal, true, error);
}

/* Room was made ahead, or could not be. */
static void settle_prepare(struct hw_journal *journal, enum hw_status status, const char *error)
{
    char text[HW_ERROR_TEXT_SIZE];

    if (status != HW_OK) {
        settle_full(journal, status, &journal->retry_ns, error);
        return;
    }
    if (!journal->full)
        return;
    journal->write_retry_ns = 0;
    hw_error_set(
        text, "%s: the disk has room again: the journal goes on", journal->options.writer.dir);
    note_full(journal, false, text);
}

/* A batch was written; or found no room, so that no more records are taken until it does. */
static void settle_batch(struct hw_journal *journal, enum hw_status status, const char *error)
{
    if (status != HW_OK) {
        settle_full(journal, status, &journal->write_retry_ns, error);
        atomic_store(&journal->no_space, status == HW_E_NO_SPACE);
        return;
    }
    atomic_store(&journal->no_space, false);
    journal->write_retry_ns = 0;
    journal->written_ns = now_ns(journal);
    if (journal->unsynced_ns == 0 && hw_writer_unsynced(journal->writer))
        journal->unsynced_ns = journal->written_ns;
}

/* --- the thread --------------------------------------------------------------------------- */

enum job { JOB_NONE, JOB_WRITE, JOB_PREPARE, JOB_SYNC, JOB_MARK };

static int64_t sync_due_ns(const struct hw_journal *journal)
{
    if (journal->options.sync_interval_ms <= 0 || journal->unsynced_ns == 0)
        return NEVER_NS;
    return journal->unsynced_ns + journal->options.sync_interval_ms * 1000000;
}

static int64_t mark_due_ns(const struct hw_journal *journal)
{
    if (journal->options.sync_interval_ms < 0 || !hw_writer_unmarked(journal->writer))
        return NEVER_NS;
    return journal->written_ns + IDLE_NS;
}

static int64_t room_due_ns(const struct hw_journal *journal)
{
    return hw_writer_wants_room(journal->writer) ? journal->retry_ns : NEVER_NS;
}

static int64_t write_due_ns(const struct hw_journal *journal)
{
    if (journal->out == NULL)
        return NEVER_NS;
    return journal->write_retry_ns;
}

/* What to do now; if nothing, *ret_due is when there will be something. */
static enum job choose(const struct hw_journal *journal, int64_t now, int64_t *ret_due)
{
    static const struct {
        int64_t (*due_ns)(const struct hw_journal *journal);
        enum job job;
    } jobs[] = {
        {write_due_ns, JOB_WRITE},
        {room_due_ns, JOB_PREPARE},
        {sync_due_ns, JOB_SYNC},
        {mark_due_ns, JOB_MARK},
    };

    *ret_due = NEVER_NS;
    if (atomic_load(&journal->failed) || journal->busy)
        return JOB_NONE;
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        int64_t due = jobs[i].due_ns(journal);

        if (due <= now)
            return jobs[i].job;
        if (due < *ret_due)
            *ret_due = due;
    }
    return JOB_NONE;
}

static enum hw_status run(struct hw_journal *journal, enum job job, char error[HW_ERROR_TEXT_SIZE])
{
    if (job == JOB_WRITE)
        return write_batch(journal, journal->out, error);
    if (job == JOB_PREPARE)
        return hw_writer_prepare(journal->writer, error);
    if (job == JOB_SYNC)
        return sync_timed(journal, error);
    HW_ASSERT(job == JOB_MARK);
    return hw_writer_mark(journal->writer, error);
}

static void settle(
    struct hw_journal *journal, enum job job, enum hw_status status, const char *error)
{
    if (job == JOB_WRITE) {
        settle_batch(journal, status, error);
        if (status == HW_OK)
            journal->out = NULL;
        pthread_cond_signal(&journal->done);
    } else if (job == JOB_PREPARE) {
        settle_prepare(journal, status, error);
    } else if (status != HW_OK) {
        fail(journal, error);
    } else { /* Whoever was busy, nobody else wrote: all is synced. */
        HW_ASSERT(!hw_writer_unsynced(journal->writer));
        journal->unsynced_ns = 0;
    }
    if (atomic_load(&journal->failed))
        pthread_cond_signal(&journal->done);
}

static void perform(struct hw_journal *journal, enum job job)
{
    char error[HW_ERROR_TEXT_SIZE] = "";
    enum hw_status status;

    journal->busy = true;
    pthread_mutex_unlock(&journal->lock);
    status = run(journal, job, error);
    pthread_mutex_lock(&journal->lock);
    journal->busy = false;
    settle(journal, job, status, error);
    if (job == JOB_WRITE || status != HW_OK)
        hw_wakeup_tell(journal->options.wakeup);
}

/* Wait for work until due by the environment's clock. */
static void nap(struct hw_journal *journal, int64_t due)
{
    int64_t left = due == NEVER_NS ? NEVER_NS : due - now_ns(journal);
    struct timespec until;

    if (due == NEVER_NS) {
        journal->asleep = true;
        pthread_cond_wait(&journal->work, &journal->lock);
        journal->asleep = false;
        return;
    }
    left = left < SHORTEST_NAP_NS ? SHORTEST_NAP_NS : left;
    HW_ASSERT(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
    until.tv_nsec += (long)left;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_cond_timedwait(&journal->work, &journal->lock, &until); /* Either is fine. */
}

static void *journal_thread(void *argument)
{
    struct hw_journal *journal = argument;

    pthread_mutex_lock(&journal->lock);
    while (!journal->stop) {
        int64_t due;
        enum job job = choose(journal, now_ns(journal), &due);

        if (job == JOB_NONE)
            nap(journal, due);
        else
            perform(journal, job);
    }
    pthread_mutex_unlock(&journal->lock);
    return NULL;
}

/* --- the loop's side ---------------------------------------------------------------------- */

static struct batch *other(struct hw_journal *journal)
{
    return &journal->batches[journal->filling == journal->batches];
}

static bool inline_pays(const struct hw_journal *journal)
{
    return journal->filling->used <= INLINE_SIZE &&
        atomic_load_explicit(&journal->sync_ns, memory_order_relaxed) < QUICK_SYNC_NS &&
        hw_writer_has_room(journal->writer, HW_BLOCK_HEADER_SIZE + journal->filling->used,
            journal->filling->turn_over);
}

static void write_inline(struct hw_journal *journal)
{
    char error[HW_ERROR_TEXT_SIZE] = "";
    enum hw_status status;

    journal->busy = true;
    pthread_mutex_unlock(&journal->lock);
    status = write_batch(journal, journal->filling, error);
    pthread_mutex_lock(&journal->lock);
    journal->busy = false;
    settle_batch(journal, status, error);
    if (journal->asleep)
        pthread_cond_signal(&journal->work);
}

/* The filling batch goes out; while it is written, or waits for room, the other one fills. */
static void hand_over(struct hw_journal *journal)
{
    journal->out = journal->filling;
    journal->filling = other(journal);
}

/* Without a thread: everything it would do, when flush is called. */
static void flush_threadless(struct hw_journal *journal)
{
    enum job job;
    int64_t due;

    if (journal->filling->count > 0 && journal->out == NULL)
        hand_over(journal);
    for (int jobs = 0; jobs < 4; jobs++) {
        job = choose(journal, now_ns(journal), &due);
        if (job != JOB_NONE)
            perform(journal, job);
    }
}

void hw_journal_flush(struct hw_journal *journal)
{
    if (journal->filling->count == 0 && !journal->options.threadless)
        return;
    if (atomic_load(&journal->failed))
        return;
    pthread_mutex_lock(&journal->lock);
    if (journal->options.threadless) {
        flush_threadless(journal);
    } else if (journal->out == NULL) {
        if (!journal->busy && inline_pays(journal)) {
            write_inline(journal);
        } else {
            hand_over(journal);
            pthread_cond_signal(&journal->work);
        }
    }
    pthread_mutex_unlock(&journal->lock);
}

uint64_t hw_journal_next(const struct hw_journal *journal)
{
    return journal->next_sequence;
}

bool hw_journal_has_room(const struct hw_journal *journal, size_t size)
{
    return journal->options.batch_size - journal->filling->used >= size &&
        !atomic_load_explicit(&journal->no_space, memory_order_relaxed) &&
        !atomic_load_explicit(&journal->failed, memory_order_relaxed);
}

bool hw_journal_empty(const struct hw_journal *journal)
{
    return journal->filling->count == 0;
}

bool hw_journal_turns_over(const struct hw_journal *journal)
{
    return journal->turn_over || journal->segment_used >= journal->options.writer.segment_size;
}

void hw_journal_begin(struct hw_journal *journal, int64_t accepted_ms, struct hw_hash digest,
    struct hw_hash quick_digest)
{
    HW_ASSERT(journal->filling->count == 0);
    journal->filling->turn_over = hw_journal_turns_over(journal);
    if (journal->filling->turn_over)
        journal->segment_used = HW_SEGMENT_HEADER_SIZE;
    journal->segment_used += HW_BLOCK_HEADER_SIZE;
    journal->turn_over = false;
    journal->filling->first_sequence = journal->next_sequence;
    journal->filling->accepted_ms = accepted_ms;
    journal->filling->digest = digest;
    journal->filling->quick_digest = quick_digest;
}

uint8_t *hw_journal_space(struct hw_journal *journal, size_t *ret_size)
{
    *ret_size = journal->options.batch_size - journal->filling->used;
    return journal->filling->bytes + HW_BLOCK_HEADER_SIZE + journal->filling->used;
}

void hw_journal_append(struct hw_journal *journal, size_t size)
{
    HW_ASSERT(size % 8 == 0);
    HW_ASSERT(size <= journal->options.batch_size - journal->filling->used);
    journal->filling->used += size;
    journal->segment_used += size;
    journal->filling->count++;
    journal->next_sequence++;
}

void hw_journal_drop(struct hw_journal *journal)
{
    journal->filling->used = journal->filling->count = 0;
}

uint64_t hw_journal_durable(const struct hw_journal *journal)
{
    return atomic_load_explicit(&journal->durable, memory_order_acquire);
}

bool hw_journal_failed(struct hw_journal *journal, char error[HW_ERROR_TEXT_SIZE])
{
    if (!atomic_load(&journal->failed))
        return false;
    pthread_mutex_lock(&journal->lock);
    memcpy(error, journal->error, HW_ERROR_TEXT_SIZE);
    pthread_mutex_unlock(&journal->lock);
    return true;
}

bool hw_journal_full(const struct hw_journal *journal)
{
    return atomic_load_explicit(&journal->no_space, memory_order_relaxed);
}

bool hw_journal_warning(struct hw_journal *journal, char warning[HW_ERROR_TEXT_SIZE])
{
    if (!atomic_exchange(&journal->warned, false))
        return false;
    pthread_mutex_lock(&journal->lock);
    memcpy(warning, journal->warning, HW_ERROR_TEXT_SIZE);
    pthread_mutex_unlock(&journal->lock);
    return true;
}

/* --- open and close ----------------------------------------------------------------------- */

static enum hw_status start(struct hw_journal *journal, char error[HW_ERROR_TEXT_SIZE])
{
    pthread_condattr_t monotonic;
    bool started;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&journal->lock, NULL);
    pthread_cond_init(&journal->work, &monotonic);
    pthread_cond_init(&journal->done, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (journal->options.threadless)
        return HW_OK;
    started = pthread_create(&journal->thread, NULL, journal_thread, journal) == 0;
    journal->thread_runs = started;
    if (started)
        return HW_OK;
    hw_error_set(error, "cannot start the journal's thread; raise the limit of processes");
    return HW_E_MEMORY;
}

static void release(struct hw_journal *journal)
{
    pthread_cond_destroy(&journal->work);
    pthread_cond_destroy(&journal->done);
    pthread_mutex_destroy(&journal->lock);
    if (journal->writer != NULL)
        hw_writer_close(journal->writer);
    free(journal->batches[0].bytes);
    free(journal->batches[1].bytes);
    free(journal);
}

enum hw_status hw_journal_open(const struct hw_journal_options *options,
    const struct hw_log_tail *tail, struct hw_journal **ret_journal, char error[HW_ERROR_TEXT_SIZE])
{
    struct hw_journal *journal = calloc(1, sizeof *journal);
    enum hw_status status;

    HW_ASSERT(options->batch_size <= HW_BLOCK_CONTENT_MAX);
    if (journal == NULL) {
        hw_error_set(error, "no memory for the journal; give the process more");
        return HW_E_MEMORY;
    }
    journal->options = *options;
    journal->env = options->writer.env;
    journal->filling = journal->batches;
    journal->next_sequence = tail == NULL ? 1 : tail->next_sequence;
    atomic_store(&journal->durable, journal->next_sequence - 1);
    for (int i = 0; i < 2; i++)
        journal->batches[i].bytes = malloc(HW_BLOCK_HEADER_SIZE + options->batch_size);
    hw_error_set(error, "no memory for the journal's batches; give the process more");
    status = HW_E_MEMORY;
    if (journal->batches[0].bytes != NULL && journal->batches[1].bytes != NULL)
        status = hw_writer_open(&options->writer, tail, &journal->writer, error);
    if (status == HW_OK) {
        journal->turn_over = hw_writer_turns_over(journal->writer);
        journal->segment_used = tail == NULL ? HW_SEGMENT_HEADER_SIZE : tail->end;
        status = start(journal, error);
    }
    if (status != HW_OK) {
        release(journal);
        return status;
    }
    *ret_journal = journal;
    return HW_OK;
}

/* Let what is out be written, unless it cannot be. */
static void drain(struct hw_journal *journal)
{
    while (
        journal->out != NULL && !atomic_load(&journal->failed) && !atomic_load(&journal->no_space))
        pthread_cond_wait(&journal->done, &journal->lock);
}

static void stop_thread(struct hw_journal *journal)
{
    if (!journal->thread_runs)
        return;
    pthread_mutex_lock(&journal->lock);
    drain(journal);
    journal->stop = true;
    pthread_cond_signal(&journal->work);
    pthread_mutex_unlock(&journal->lock);
    pthread_join(journal->thread, NULL);
}

enum hw_status hw_journal_close(struct hw_journal *journal, char error[HW_ERROR_TEXT_SIZE])
{
    struct batch *left[2];
    enum hw_status status = HW_OK;

    stop_thread(journal);
    left[0] = journal->out;
    left[1] = journal->filling;
    if (hw_journal_failed(journal, error))
        status = HW_E_IO;
    for (int i = 0; i < 2 && status == HW_OK; i++)
        if (left[i] != NULL && left[i]->count > 0)
            status = write_batch(journal, left[i], error);
    if (status == HW_OK && hw_writer_unmarked(journal->writer))
        status = hw_writer_mark(journal->writer, error);
    release(journal);
    return status;
}
