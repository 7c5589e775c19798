/*
 * Goal: no bit of a data directory can be wrong without being noticed, or it makes no difference.
 * Method: one bit at a time.  Every bit of the journal is read by what every start does first;
 *         every bit of watermark, snapshots and refused inputs by what reads them (in the middle of
 *         padding, one bit of each byte); and a share of them by servers, replay and verify, judged
 *         by oracle.h.  HOMEWARD_LONG=1: every bit by all of these.
 *
 * Prints TAP, and as comments how often which outcome came.
 */
#include "oracle.h"
#include "runtime/quarantine_log.h"
#include "runtime/snapshot.h"
#include "runtime/watermark.h"
#include "tap.h"

#include <inttypes.h>
#include <stdlib.h>

/* --- everything, one bit of each byte ------------------------------------------------------ */

static void flip_file(struct oracle *oracle, unsigned at, size_t step)
{
    const struct disk_file *sound = &oracle_disk(oracle)->files[at];
    char path[DISK_PATH_SIZE], what[DISK_PATH_SIZE + 40];
    size_t size = sound->size, dull = 0;

    (void)snprintf(path, sizeof path, "%s", sound->path);
    for (size_t offset = 0; offset < size; offset++) {
        bool skipped = disk_is_dull(&oracle_disk(oracle)->files[at], offset) ? dull++ % 509 != 0
                                                                             : offset % step != 0;

        for (unsigned bit = 0; bit < 8; bit++) {
            if (!oracle_is_long() && (skipped || bit != offset / step % 8))
                continue;
            oracle_disk(oracle)->files[at].bytes[offset] ^= (uint8_t)(1u << bit);
            (void)snprintf(what, sizeof what, "%s: bit %u of byte %zu", path, bit, offset);
            oracle_judge(oracle, what);
        }
    }
}

/* Bytes of the journal and the small files are few; of snapshots there are many alike.  Segments
 * and small files are the same on all disks: what differs is what stands beside them. */
static void flip_all(struct oracle *oracle)
{
    for (unsigned i = 0; i < oracle_disk(oracle)->files_count; i++) {
        const struct disk *disk = oracle_disk(oracle);
        size_t step = disk->kind == DISK_KILLED ? 3 : 11;

        flip_file(oracle, i, strstr(disk->files[i].path, ".hws") != NULL ? 97 : step);
    }
}

/* --- every bit, by what reads it ----------------------------------------------------------- */

struct flips {
    struct fault_env *fault;
    const struct disk *disk;
    unsigned flips, wrong, counts[OUTCOMES];
};

static void count(struct flips *flips, enum outcome outcome, unsigned allowed)
{
    flips->flips++;
    for (unsigned i = 0; i < OUTCOMES; i++)
        flips->counts[i] += outcome == (enum outcome)(1u << i);
    flips->wrong += (outcome & allowed) == 0;
}

static void tell(const struct flips *flips, const char *what)
{
    printf("# %s, %s: %u bits:", disk_name(flips->disk->kind), what, flips->flips);
    for (unsigned i = 0; i < OUTCOMES; i++)
        if (flips->counts[i] > 0)
            printf(" %u %s;", flips->counts[i], outcome_name((enum outcome)(1u << i)));
    printf("\n");
    tap_case(what, disk_name(flips->disk->kind), flips->wrong + (flips->flips == 0));
}

static bool ends_in(const char *path, const char *ending)
{
    size_t size = strlen(path), ending_size = strlen(ending);

    return size >= ending_size && strcmp(path + size - ending_size, ending) == 0;
}

/* Call look for each bit of each file that ends so. */
static void flip_each(
    struct flips *flips, const char *ending, void (*look_at)(struct flips *flips, size_t offset))
{
    for (unsigned i = 0; i < flips->disk->files_count; i++) {
        size_t size;
        uint8_t *bytes;

        if (!ends_in(flips->disk->files[i].path, ending))
            continue;
        bytes = fault_bytes(flips->fault, flips->disk->files[i].path, &size);
        for (size_t offset = 0; offset < size; offset++)
            for (unsigned bit = 0; bit < 8; bit++) {
                if (!oracle_is_long() && disk_is_dull(&flips->disk->files[i], offset) &&
                    bit != offset % 8)
                    continue;
                bytes[offset] ^= (uint8_t)(1u << bit);
                look_at(flips, offset);
                bytes[offset] ^= (uint8_t)(1u << bit);
            }
    }
}

/* SAID and SHORTER are for the last segment's end alone; there oracle.c knows which. */
static void journal_bit(struct flips *flips, size_t offset)
{
    (void)offset;
    count(flips, look_at_journal(flips->fault, flips->disk->acknowledged),
        SAID | REPORTED | (flips->disk->kind == DISK_KILLED ? SHORTER : 0));
}

/* A snapshot with a wrong bit is none. */
static void snapshot_bit(struct flips *flips, size_t offset)
{
    char error[HW_ERROR_TEXT_SIZE] = "";
    uint64_t *sequences;
    size_t sequences_count;
    unsigned refused = 0;

    (void)offset;
    HW_ASSERT(
        hw_snapshot_list(fault_table(flips->fault), "/data", &sequences, &sequences_count) == 0);
    for (size_t i = 0; i < sequences_count; i++)
        refused += hw_snapshot_load(
                       fault_table(flips->fault), "/data", sequences[i], NULL, error) != HW_OK;
    free(sequences);
    count(flips, refused == 1 ? REPORTED : SAME, REPORTED);
}

/* A slot with a wrong bit is none, and the other one serves. */
static void watermark_bit(struct flips *flips, size_t offset)
{
    char error[HW_ERROR_TEXT_SIZE] = "";
    struct hw_watermark mark;
    bool torn = false;
    enum hw_status status =
        hw_watermark_read(fault_table(flips->fault), "/data/journal", &mark, &torn, error);

    (void)offset;
    count(flips, status == HW_OK && torn ? REPORTED : SAME, REPORTED);
}

static bool count_entry(
    void *context, const struct hw_quarantined *entry, uint64_t offset, size_t size)
{
    (void)entry, (void)offset, (void)size;
    ++*(unsigned *)context;
    return true;
}

/* An entry with a wrong bit is none, it is said so, and all others are there. */
static void refused_bit(struct flips *flips, size_t offset)
{
    struct hw_quarantine_walked walked = {0};
    unsigned entries = 0;
    char dir[HW_PATH_SIZE], path[HW_PATH_SIZE];
    uint64_t *firsts;
    size_t firsts_count;

    (void)offset;
    HW_ASSERT(hw_quarantine_segments(
                  fault_table(flips->fault), "/data", dir, &firsts, &firsts_count) == 0);
    hw_quarantine_segment_path(dir, firsts[0], path);
    HW_ASSERT(hw_quarantine_segment_walk(
                  fault_table(flips->fault), path, firsts[0], count_entry, &entries, &walked) == 0);
    free(firsts);
    count(flips, entries == 2 && (walked.damaged || walked.end < walked.size) ? REPORTED : SAME,
        REPORTED);
}

static const struct {
    const char *what, *ending;
    void (*look_at)(struct flips *flips, size_t offset);
} kinds[] = {
    {"bits of the journal, read", ".hwj", journal_bit},
    {"bits of the watermark, read", "/watermark", watermark_bit},
    {"bits of the snapshots, read", ".hws", snapshot_bit},
    {"bits of the refused inputs, read", ".hwq", refused_bit},
};

static void flip_quickly(enum disk_kind kind)
{
    struct disk *disk = disk_make(kind);

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct flips flips = {.fault = disk_put(disk), .disk = disk};

        flip_each(&flips, kinds[i].ending, kinds[i].look_at);
        tell(&flips, kinds[i].what);
        fault_free(flips.fault);
    }
    free(disk);
}

int main(void)
{
    static const enum disk_kind disks[] = {DISK_KILLED, DISK_CLOSED, DISK_BARE};

    flip_quickly(DISK_KILLED);
    for (size_t i = 0; i < sizeof disks / sizeof *disks; i++) {
        struct oracle *oracle = oracle_new(disks[i]);

        flip_all(oracle);
        tap_case("bits, by a server, replay and verify", disk_name(disks[i]),
            oracle_report(oracle, "bits"));
        oracle_free(oracle);
    }
    return tap_end();
}
