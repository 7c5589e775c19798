#include "disk.h"
#include "runtime/file.h"
#include "said.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const folders[] = {"/data/journal", "/data/snapshots", "/data/quarantine"};

const char *disk_name(enum disk_kind kind)
{
    static const char *const names[DISK_KINDS] = {"closed", "bare", "killed", "other"};

    return names[kind];
}

struct hw_runtime_options disk_options(struct hw_env *env, struct logged *logged)
{
    struct hw_runtime_options options = logged_options(env, "/data", logged);

    /* Segments of a header, some blocks, and some zeros behind them. */
    options.segment_size = 4096 + 1200;
    options.prepare_size = 512;
    return options;
}

/* --- taking and putting ------------------------------------------------------------------- */

struct taking {
    struct disk *disk;
    struct fault_env *fault;
    const char *folder;
};

static bool take_file(void *context, const char *name)
{
    struct taking *taking = context;
    struct disk_file *file = &taking->disk->files[taking->disk->files_count];
    const uint8_t *bytes;

    HW_ASSERT(taking->disk->files_count < DISK_FILES_MAX);
    HW_ASSERT(
        snprintf(file->path, sizeof file->path, "%s/%s", taking->folder, name) < DISK_PATH_SIZE);
    bytes = fault_bytes(taking->fault, file->path, &file->size);
    HW_ASSERT(file->size <= DISK_BYTES_MAX);
    if (file->size > 0)
        memcpy(file->bytes, bytes, file->size);
    taking->disk->files_count++;
    return true;
}

static int by_path(const void *a, const void *b)
{
    const struct disk_file *left = a, *right = b;

    return strcmp(left->path, right->path);
}

static void take(struct disk *disk, struct fault_env *fault)
{
    struct hw_env *env = fault_table(fault);

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        struct taking taking = {disk, fault, folders[i]};

        HW_ASSERT(env->list(env->context, folders[i], take_file, &taking) == 0);
    }
    qsort(disk->files, disk->files_count, sizeof *disk->files, by_path);
}

struct fault_env *disk_put(const struct disk *disk)
{
    struct fault_env *fault = fault_new(1);
    struct hw_env *env = fault_table(fault);

    fault_set_clock(fault, LOGGED_START_MS, 0);
    HW_ASSERT(env->make_dir(env->context, "/data") == 0);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        HW_ASSERT(env->make_dir(env->context, folders[i]) == 0);
    for (unsigned i = 0; i < disk->files_count; i++)
        if (disk->files[i].path[0] != '\0')
            fault_put(fault, disk->files[i].path, disk->files[i].bytes, disk->files[i].size);
    return fault;
}

/* --- making ------------------------------------------------------------------------------- */

struct life {
    struct fault_env *fault;
    struct logged logged;
    struct hw_runtime_options options;
    struct hw_runtime *runtime;
};

static void begin(struct life *life)
{
    char error[HW_ERROR_TEXT_SIZE];

    life->options = disk_options(fault_table(life->fault), &life->logged);
    HW_ASSERT(hw_runtime_open(&life->options, &life->runtime, error) == HW_OK);
}

static void end(struct life *life, bool snapshot)
{
    HW_ASSERT(hw_runtime_close(life->runtime, snapshot) == HW_OK);
}

/* Messages from to to, in blocks of one or two. */
static void feed(struct life *life, uint64_t from, uint64_t to)
{
    for (uint64_t number = from; number <= to; number++) {
        struct hw_submitted submitted =
            said_submit(life->runtime, number, LOGGED_START_MS - (int64_t)number * 1000);

        HW_ASSERT(submitted.outcome == HW_OUTCOME_TAKEN);
        if (number % 3 != 0)
            hw_runtime_turn(life->runtime);
    }
    hw_runtime_turn(life->runtime);
}

static void refuse(struct life *life, const char *bytes)
{
    struct hw_refused refused = {.source = hw_slice_text("RWE/PAS"),
        .link = hw_slice_text("mllp"),
        .code = hw_slice_text("AE 101"),
        .where = hw_slice_text("MSH"),
        .reason = hw_slice_text("required field missing"),
        .bytes = hw_slice_text(bytes)};
    uint64_t id;

    HW_ASSERT(hw_runtime_quarantine(life->runtime, &refused, &id) == HW_OK);
    hw_runtime_turn(life->runtime);
}

static void live(struct life *life, enum disk_kind kind)
{
    bool snapshot = kind != DISK_BARE;

    begin(life);
    feed(life, 1, 5);
    refuse(life, "MSH|^~\\&|PAS|RWE|HW|LLR|20261121||ADT^A01|1|P|");
    end(life, snapshot);
    begin(life);
    refuse(life, "nothing of the kind");
    feed(life, 6, 8);
    end(life, snapshot);
    begin(life);
    feed(life, 9, 18);
    refuse(life, "MSH|^~\\&|PAS|RWE|HW|LLR|20261121||ADT^A99|2|P|2.4");
}

struct disk *disk_make(enum disk_kind kind)
{
    struct disk *disk = calloc(1, sizeof *disk);
    struct life life = {.fault = fault_new(kind == DISK_OTHER ? 77 : 5)};

    HW_ASSERT(disk != NULL);
    disk->kind = kind;
    fault_set_clock(life.fault, LOGGED_START_MS, 0);
    live(&life, kind);
    disk->acknowledged = life.logged.durable;
    if (kind == DISK_KILLED) /* What is on disk while it runs is what a kill leaves. */
        take(disk, life.fault);
    end(&life, false);
    if (kind != DISK_KILLED)
        take(disk, life.fault);
    fault_free(life.fault);
    return disk;
}

/* --- files -------------------------------------------------------------------------------- */

struct disk_file *disk_find(struct disk *disk, const char *path)
{
    for (unsigned i = 0; i < disk->files_count; i++)
        if (strcmp(disk->files[i].path, path) == 0)
            return &disk->files[i];
    return NULL;
}

struct disk_file *disk_nth(struct disk *disk, const char *ending, unsigned index)
{
    for (unsigned i = 0; i < disk->files_count; i++) {
        size_t size = strlen(disk->files[i].path), ending_size = strlen(ending);

        if (size < ending_size || strcmp(disk->files[i].path + size - ending_size, ending) != 0)
            continue;
        if (index-- == 0)
            return &disk->files[i];
    }
    return NULL;
}

unsigned disk_count(struct disk *disk, const char *ending)
{
    unsigned count = 0;

    while (disk_nth(disk, ending, count) != NULL)
        count++;
    return count;
}

void disk_copy(struct disk *disk, const struct disk_file *file, const char *path)
{
    struct disk_file *copy = disk_find(disk, path);

    if (copy == NULL) {
        HW_ASSERT(disk->files_count < DISK_FILES_MAX);
        copy = &disk->files[disk->files_count++];
        (void)snprintf(copy->path, sizeof copy->path, "%s", path);
    }
    copy->size = file->size;
    memmove(copy->bytes, file->bytes, file->size);
}

bool disk_is_dull(const struct disk_file *file, size_t offset)
{
    for (size_t i = offset < 16 ? 0 : offset - 16; i < offset + 16 && i < file->size; i++)
        if (file->bytes[i] != 0)
            return false;
    return true;
}
