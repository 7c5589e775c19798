/*
 * Goal: a file that ends too early is not taken for a shorter history.
 * Method: every file cut at every byte (in the middle of padding, and in snapshots, at some;
 *         HOMEWARD_LONG=1: at all), judged by oracle.h.
 */
#include "oracle.h"
#include "tap.h"

#include <inttypes.h>

static void cut_file(struct oracle *oracle, unsigned at, size_t step)
{
    char path[DISK_PATH_SIZE], what[DISK_PATH_SIZE + 40];
    size_t size = oracle_disk(oracle)->files[at].size, dull = 0;

    (void)snprintf(path, sizeof path, "%s", oracle_disk(oracle)->files[at].path);
    for (size_t cut = 0; cut < size; cut++) {
        struct disk_file *file = &oracle_disk(oracle)->files[at];
        bool skipped = disk_is_dull(file, cut) ? dull++ % 251 != 0 : cut % step != 0;

        /* The last byte of anything, and the first behind it, are where mistakes are made. */
        if (skipped && !oracle_is_long() && cut % 512 != 0 && cut + 1 != size)
            continue;
        file->size = cut;
        (void)snprintf(what, sizeof what, "%s: cut at %zu", path, cut);
        oracle_judge(oracle, what);
    }
}

int main(void)
{
    static const enum disk_kind disks[] = {DISK_KILLED, DISK_CLOSED, DISK_BARE};

    for (size_t i = 0; i < sizeof disks / sizeof *disks; i++) {
        struct oracle *oracle = oracle_new(disks[i]);

        for (unsigned at = 0; at < oracle_disk(oracle)->files_count; at++) {
            const char *path = oracle_disk(oracle)->files[at].path;
            size_t step = strstr(path, ".hws") != NULL ? 397 : disks[i] == DISK_KILLED ? 3 : 11;

            cut_file(oracle, at, step);
        }
        tap_case("files cut short", disk_name(disks[i]), oracle_report(oracle, "cuts"));
        oracle_free(oracle);
    }
    return tap_end();
}
