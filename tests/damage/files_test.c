/*
 * Goal: a data directory whose files were moved about by hand is not taken for a whole one.
 * Method: each file deleted, emptied, given another's name, doubled, swapped, taken from another
 *         log; then pairs of files deleted, which is the limit of what can be noticed; judged by
 *         oracle.h.
 */
#include "oracle.h"
#include "tap.h"

#include <inttypes.h>
#include <stdlib.h>

static struct disk *other; /* of another log, in every other way alike */

static void judge(struct oracle *oracle, const char *how, const char *a, const char *b)
{
    char what[3 * DISK_PATH_SIZE];

    (void)snprintf(what, sizeof what, "%s: %s %s", how, a, b);
    oracle_judge(oracle, what);
}

static void delete_it(struct oracle *oracle, unsigned at)
{
    char path[DISK_PATH_SIZE];

    memcpy(path, oracle_disk(oracle)->files[at].path, sizeof path);
    oracle_disk(oracle)->files[at].path[0] = '\0';
    judge(oracle, "deleted", path, "");
}

static void empty_it(struct oracle *oracle, unsigned at)
{
    oracle_disk(oracle)->files[at].size = 0;
    judge(oracle, "emptied", oracle_disk(oracle)->files[at].path, "");
}

static bool is_numbered(const char *path)
{
    return strstr(path, ".hw") != NULL;
}

/* The same folder and ending with another number. */
static void name_it(char path[DISK_PATH_SIZE], const char *like, uint64_t number)
{
    size_t folder = (size_t)(strrchr(like, '/') - like);

    (void)snprintf(path, DISK_PATH_SIZE, "%.*s/%020" PRIu64 "%s", (int)folder, like, number,
        strrchr(like, '.'));
}

/* Renamed, and doubled: under numbers around its own, and far away. */
static void renumber(struct oracle *oracle, unsigned at)
{
    static const int64_t steps[] = {-3, -1, 1, 3, 1000};
    char path[DISK_PATH_SIZE], before[DISK_PATH_SIZE];

    memcpy(before, oracle_disk(oracle)->files[at].path, sizeof before);
    if (!is_numbered(before))
        return;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        int64_t number = strtoll(strrchr(before, '/') + 1, NULL, 10) + steps[i];

        if (number <= 0)
            continue;
        name_it(path, before, (uint64_t)number);
        if (disk_find(oracle_disk(oracle), path) != NULL)
            continue;
        disk_copy(oracle_disk(oracle), &oracle_disk(oracle)->files[at], path);
        judge(oracle, "doubled", before, path);
        memcpy(oracle_disk(oracle)->files[at].path, path, sizeof path);
        judge(oracle, "renamed", before, path);
    }
}

static bool are_alike(const struct disk_file *a, const struct disk_file *b)
{
    return strcmp(strrchr(a->path, '/') + 1, strrchr(b->path, '/') + 1) != 0 &&
        is_numbered(a->path) && is_numbered(b->path) &&
        strcmp(strrchr(a->path, '.'), strrchr(b->path, '.')) == 0;
}

/* One's content under another's name; and the other way round too. */
static void replace(struct oracle *oracle, unsigned at, unsigned by)
{
    static struct disk_file kept;
    struct disk_file *files = oracle_disk(oracle)->files;

    if (!are_alike(&files[at], &files[by]))
        return;
    disk_copy(oracle_disk(oracle), &files[by], files[at].path);
    judge(oracle, "replaced", files[at].path, files[by].path);
    kept = files[at];
    disk_copy(oracle_disk(oracle), &files[by], files[at].path);
    disk_copy(oracle_disk(oracle), &kept, files[by].path);
    judge(oracle, "swapped", files[at].path, files[by].path);
}

/* The other log's file of the same name; appended to its own copy. */
static void mistake(struct oracle *oracle, unsigned at)
{
    struct disk_file *file = &oracle_disk(oracle)->files[at];
    struct disk_file *stranger = disk_find(other, file->path);

    if (stranger != NULL) {
        disk_copy(oracle_disk(oracle), stranger, file->path);
        judge(oracle, "of another log", file->path, "");
    }
    if (file->size > DISK_BYTES_MAX / 2)
        return;
    memcpy(file->bytes + file->size, file->bytes, file->size);
    file->size *= 2;
    judge(oracle, "twice in one", file->path, "");
}

static void move_about(struct oracle *oracle)
{
    for (unsigned at = 0; at < oracle_disk(oracle)->files_count; at++) {
        delete_it(oracle, at);
        empty_it(oracle, at);
        renumber(oracle, at);
        mistake(oracle, at);
        for (unsigned by = 0; by < oracle_disk(oracle)->files_count; by++)
            replace(oracle, at, by);
    }
}

/* Two at a time. */
static void delete_pairs(struct oracle *oracle)
{
    unsigned count = oracle_disk(oracle)->files_count;

    for (unsigned a = 0; a < count; a++)
        for (unsigned b = a + 1; b < count; b++) {
            struct disk_file *files = oracle_disk(oracle)->files;
            char first[DISK_PATH_SIZE], second[DISK_PATH_SIZE];

            memcpy(first, files[a].path, sizeof first);
            memcpy(second, files[b].path, sizeof second);
            files[a].path[0] = files[b].path[0] = '\0';
            judge(oracle, "both deleted", first, second);
        }
}

int main(void)
{
    static const enum disk_kind disks[] = {DISK_KILLED, DISK_CLOSED, DISK_BARE};

    other = disk_make(DISK_OTHER);
    for (size_t i = 0; i < sizeof disks / sizeof *disks; i++) {
        struct oracle *oracle = oracle_new(disks[i]);

        move_about(oracle);
        tap_case("files moved about", disk_name(disks[i]), oracle_report(oracle, "files"));
        delete_pairs(oracle);
        tap_case("two files deleted", disk_name(disks[i]), oracle_report(oracle, "pairs of files"));
        oracle_free(oracle);
    }
    free(other);
    return tap_end();
}
