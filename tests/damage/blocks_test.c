/*
 * Goal: a disk that loses, repeats or mixes up what it was given is found out.
 * Method: sectors and commit blocks zeroed, doubled, swapped, put where another file's should be,
 *         or where those of another log should be; judged by oracle.h.
 */
#include "oracle.h"
#include "runtime/segment.h"
#include "tap.h"

#include <inttypes.h>
#include <stdlib.h>

enum { SECTOR = 512, BLOCKS_MAX = 64 };

static struct disk *other; /* of another log, in every other way alike */

/* A range of bytes of one file. */
struct range {
    unsigned file;
    size_t at, size;
};

static uint8_t *bytes_of(struct oracle *oracle, struct range range)
{
    return oracle_disk(oracle)->files[range.file].bytes + range.at;
}

static void judge(struct oracle *oracle, const char *how, struct range to, struct range from)
{
    const struct disk *disk = oracle_disk(oracle);
    char what[3 * DISK_PATH_SIZE];

    (void)snprintf(what, sizeof what, "%s: %zu bytes at %zu of %s, with %zu of %s", how, to.size,
        to.at, disk->files[to.file].path, from.at, disk->files[from.file].path);
    if (oracle_is_damaged(oracle)) /* Else the bytes are what they were. */
        oracle_judge(oracle, what);
}

static void zero(struct oracle *oracle, struct range range)
{
    memset(bytes_of(oracle, range), 0, range.size);
    judge(oracle, "zeroed", range, range);
}

static void overwrite(struct oracle *oracle, struct range to, struct range from)
{
    to.size = from.size = to.size < from.size ? to.size : from.size;
    memmove(bytes_of(oracle, to), bytes_of(oracle, from), to.size);
    judge(oracle, "overwritten", to, from);
}

static void swap(struct oracle *oracle, struct range a, struct range b)
{
    static uint8_t kept[DISK_BYTES_MAX];

    a.size = b.size = a.size < b.size ? a.size : b.size;
    memcpy(kept, bytes_of(oracle, a), a.size);
    memmove(bytes_of(oracle, a), bytes_of(oracle, b), a.size);
    memcpy(bytes_of(oracle, b), kept, a.size);
    judge(oracle, "swapped", a, b);
}

/* What another log has at this very place. */
static void mistake(struct oracle *oracle, struct range range)
{
    struct disk_file *stranger = disk_find(other, oracle_disk(oracle)->files[range.file].path);

    if (stranger == NULL || stranger->size < range.at + range.size)
        return;
    memcpy(bytes_of(oracle, range), stranger->bytes + range.at, range.size);
    judge(oracle, "of another log", range, range);
}

/* --- sectors ------------------------------------------------------------------------------- */

static struct range sector(struct oracle *oracle, unsigned file, size_t at)
{
    size_t size = oracle_disk(oracle)->files[file].size;

    return (struct range){file, at, size - at < SECTOR ? size - at : SECTOR};
}

/* One sector, with those of all files a step apart. */
static void mix_sector(struct oracle *oracle, struct range to, size_t step)
{
    const struct disk *disk = oracle_disk(oracle);

    zero(oracle, to);
    mistake(oracle, to);
    for (unsigned file = 0; file < disk->files_count; file++)
        for (size_t at = to.at % step; at < disk->files[file].size; at += step) {
            struct range from = sector(oracle, file, at);

            if (file == to.file && at == to.at)
                continue;
            overwrite(oracle, to, from);
            if (from.file > to.file)
                swap(oracle, to, from);
        }
}

static void mix_sectors(struct oracle *oracle)
{
    const struct disk *disk = oracle_disk(oracle);
    size_t step = oracle_is_long() ? SECTOR : 16 * SECTOR;

    for (unsigned file = 0; file < disk->files_count; file++)
        for (size_t at = 0; at < disk->files[file].size; at += SECTOR) {
            bool is_snapshot = strstr(disk->files[file].path, ".hws") != NULL;

            if (is_snapshot && !oracle_is_long() && at / SECTOR % 16 != 0)
                continue;
            mix_sector(oracle, sector(oracle, file, at), step);
        }
}

/* --- commit blocks ------------------------------------------------------------------------- */

static unsigned find_blocks(struct oracle *oracle, struct range blocks[BLOCKS_MAX])
{
    const struct disk *disk = oracle_disk(oracle);
    unsigned count = 0;

    for (unsigned i = 0; i < disk->files_count; i++) {
        const struct disk_file *file = &disk->files[i];
        struct hw_segment_header header;
        struct hw_block block;
        size_t size, at = HW_SEGMENT_HEADER_SIZE;

        if (strstr(file->path, ".hwj") == NULL)
            continue;
        HW_ASSERT(hw_segment_header_read(file->bytes, &header) == HW_OK);
        while (hw_block_read(hw_slice_of(file->bytes + at, file->size - at), header.log_id.low,
                   &block, &size) == HW_OK) {
            HW_ASSERT(count < BLOCKS_MAX);
            blocks[count++] = (struct range){i, at, size};
            at += size;
        }
    }
    return count;
}

/* A block goes, and those behind it move up. */
static void close_up(struct oracle *oracle, struct range range)
{
    struct disk_file *file = &oracle_disk(oracle)->files[range.file];

    memmove(file->bytes + range.at, file->bytes + range.at + range.size,
        file->size - range.at - range.size);
    memset(file->bytes + file->size - range.size, 0, range.size);
    judge(oracle, "left out", range, range);
}

/* A block comes once more, and those behind it move down, over the zeros. */
static void repeat(struct oracle *oracle, struct range range)
{
    struct disk_file *file = &oracle_disk(oracle)->files[range.file];

    memmove(file->bytes + range.at + range.size, file->bytes + range.at,
        file->size - range.at - range.size);
    judge(oracle, "repeated", range, range);
}

static void mix_blocks(struct oracle *oracle)
{
    struct range blocks[BLOCKS_MAX];
    unsigned count = find_blocks(oracle, blocks);

    for (unsigned i = 0; i < count; i++) {
        zero(oracle, blocks[i]);
        mistake(oracle, blocks[i]);
        close_up(oracle, blocks[i]);
        repeat(oracle, blocks[i]);
        for (unsigned j = 0; j < count; j++) {
            if (i != j)
                overwrite(oracle, blocks[i], blocks[j]);
            if (i < j)
                swap(oracle, blocks[i], blocks[j]);
        }
    }
}

int main(void)
{
    static const enum disk_kind disks[] = {DISK_KILLED, DISK_CLOSED, DISK_BARE};

    other = disk_make(DISK_OTHER);
    for (size_t i = 0; i < sizeof disks / sizeof *disks; i++) {
        struct oracle *oracle = oracle_new(disks[i]);

        mix_blocks(oracle);
        tap_case(
            "commit blocks mixed up", disk_name(disks[i]), oracle_report(oracle, "commit blocks"));
        mix_sectors(oracle);
        tap_case("sectors mixed up", disk_name(disks[i]), oracle_report(oracle, "sectors"));
        oracle_free(oracle);
    }
    free(other);
    return tap_end();
}
