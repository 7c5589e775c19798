/*
 * disk.h - a small data directory as bytes, to be damaged, opened, and put right again.
 *
 * It is made by the real runtime: a few dozen records of stays and of a hub (said.h) in segments of
 * a page or two, two snapshots, some refused inputs.  Small on purpose: every bit of it is going to
 * be wrong once.
 */
#ifndef HW_TEST_DISK_H
#define HW_TEST_DISK_H

#include "runtime/runtime.h"
#include "support/fault_env.h"
#include "support/logged.h"

enum {
    DISK_PATH_SIZE = 96,
    DISK_FILES_MAX = 32,
    DISK_BYTES_MAX = 256 * 1024, /* of one file */
};

/* How the last server ended, and what stands beside the journal. */
enum disk_kind {
    DISK_CLOSED, /* in order: the watermark knows of everything; two snapshots */
    DISK_BARE,   /* in order, without a snapshot: every segment is read at every start */
    DISK_KILLED, /* killed behind the last watermark: a few acknowledged blocks that it knows not */
    DISK_OTHER,  /* as DISK_CLOSED, of another log: its bytes have no business here */
    DISK_KINDS
};

/* "closed", "bare" ... */
const char *disk_name(enum disk_kind kind);

struct disk_file {
    char path[DISK_PATH_SIZE]; /* "/data/journal/..."; empty: deleted */
    uint8_t bytes[DISK_BYTES_MAX];
    size_t size;
};

struct disk {
    enum disk_kind kind;
    struct disk_file files[DISK_FILES_MAX];
    unsigned files_count;
    uint64_t acknowledged; /* the last sequence a sender was told of */
};

/* Make one.  From malloc: free() it. */
struct disk *disk_make(enum disk_kind kind);

/* The options it was made and is to be opened with; callbacks fill logged. */
struct hw_runtime_options disk_options(struct hw_env *env, struct logged *logged);

/* Its files on a new disk in memory: fault_free() it. */
struct fault_env *disk_put(const struct disk *disk);

/* The file at path, NULL: there is none. */
struct disk_file *disk_find(struct disk *disk, const char *path);

/* The index-th file whose path ends so, in ascending order of names; NULL: there are fewer. */
struct disk_file *disk_nth(struct disk *disk, const char *ending, unsigned index);
unsigned disk_count(struct disk *disk, const char *ending);

/* Whether all bytes around offset are zero: padding, the same all over. */
bool disk_is_dull(const struct disk_file *file, size_t offset);

/* A copy of file under another path. */
void disk_copy(struct disk *disk, const struct disk_file *file, const char *path);

#endif
