#include "runtime/quarantine_log.h"
#include "runtime/bytes.h"
#include "runtime/crc32c.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEPT_MAGIC = 0x52515748, DROPPED_MAGIC = 0x44515748 }; /* "HWQR", "HWQD" */
enum { PARTS = 6, BYTES_PART = 5 };

/* --- one entry ---------------------------------------------------------------------------- */

static void parts_of(const struct hw_refused *refused, struct hw_slice parts[PARTS])
{
    const struct hw_slice all[PARTS] = {refused->source, refused->link, refused->code,
        refused->where, refused->reason, refused->bytes};

    for (int i = 0; i < PARTS; i++) {
        size_t most = i == BYTES_PART ? HW_QUARANTINE_BYTES_MAX : HW_QUARANTINE_TEXT_MAX;

        parts[i] = hw_slice_of(all[i].data, all[i].size < most ? all[i].size : most);
    }
}

size_t hw_quarantine_entry_size(const struct hw_refused *refused)
{
    struct hw_slice parts[PARTS];
    size_t size = HW_QUARANTINE_HEADER_SIZE;

    parts_of(refused, parts);
    for (int i = 0; i < PARTS; i++)
        size += parts[i].size;
    return hw_pad8(size);
}

void hw_quarantine_entry_write(
    uint8_t *bytes, uint64_t id, int64_t time_ms, const struct hw_refused *refused)
{
    size_t size = hw_quarantine_entry_size(refused);
    uint8_t *at = bytes + HW_QUARANTINE_HEADER_SIZE;
    struct hw_slice parts[PARTS];

    memset(bytes, 0, HW_QUARANTINE_HEADER_SIZE);
    memset(bytes + size - 8, 0, 8); /* Padding; the last part overwrites its share. */
    parts_of(refused, parts);
    hw_put_u32(bytes, KEPT_MAGIC);
    hw_put_u64(bytes + 8, id);
    hw_put_u64(bytes + 16, (uint64_t)time_ms);
    hw_put_u32(
        bytes + 48, refused->bytes.size < UINT32_MAX ? (uint32_t)refused->bytes.size : UINT32_MAX);
    for (int i = 0; i < PARTS; i++) {
        hw_put_u32(bytes + 24 + 4 * i, (uint32_t)parts[i].size);
        if (parts[i].size > 0)
            memcpy(at, parts[i].data, parts[i].size);
        at += parts[i].size;
    }
    hw_put_u32(bytes + 4, hw_crc32c(hw_slice_of(bytes + 8, size - 8)));
}

/* The entry at the start of bytes; its size, or 0 when there is no whole one. */
static size_t entry_read(struct hw_slice bytes, struct hw_quarantined *ret_entry)
{
    const uint8_t *at = bytes.data;
    struct hw_slice parts[PARTS];
    uint64_t size = HW_QUARANTINE_HEADER_SIZE;
    uint32_t magic;

    if (bytes.size < HW_QUARANTINE_HEADER_SIZE)
        return 0;
    magic = hw_get_u32(at);
    if (magic != KEPT_MAGIC && magic != DROPPED_MAGIC)
        return 0;
    for (int i = 0; i < PARTS; i++) {
        parts[i].size = hw_get_u32(at + 24 + 4 * i);
        size += parts[i].size;
    }
    size = (size + 7) & ~UINT64_C(7);
    if (size > bytes.size || hw_get_u32(at + 4) != hw_crc32c(hw_slice_of(at + 8, (size_t)size - 8)))
        return 0;
    at += HW_QUARANTINE_HEADER_SIZE;
    for (int i = 0; i < PARTS; i++) {
        parts[i].data = at;
        at += parts[i].size;
    }
    *ret_entry = (struct hw_quarantined){
        .id = hw_get_u64(bytes.data + 8),
        .time_ms = (int64_t)hw_get_u64(bytes.data + 16),
        .whole_size = hw_get_u32(bytes.data + 48),
        .dropped = magic == DROPPED_MAGIC,
        .refused = {parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]},
    };
    return (size_t)size;
}

int hw_quarantine_entry_drop(struct hw_env *env, int file, uint64_t offset)
{
    uint8_t magic[4];

    hw_put_u32(magic, DROPPED_MAGIC);
    return hw_file_write(env, file, magic, sizeof magic, offset);
}

/* --- segments ----------------------------------------------------------------------------- */

#define ENDING ".hwq"

int hw_quarantine_segments(struct hw_env *env, const char *data_dir, char dir[HW_PATH_SIZE],
    uint64_t **ret_firsts, size_t *ret_count)
{
    if (!hw_file_path(dir, data_dir, "quarantine"))
        return -ENAMETOOLONG;
    return hw_file_numbers(env, dir, ENDING, ret_firsts, ret_count);
}

void hw_quarantine_segment_path(const char *dir, uint64_t first, char path[HW_PATH_SIZE])
{
    hw_file_number_path(path, dir, first, ENDING);
}

/* All of a file, from malloc.  0 or a negative errno. */
static int read_whole(struct hw_env *env, const char *path, uint8_t **ret_bytes, size_t *ret_size)
{
    int file = env->open(env->context, path, HW_ENV_READ);
    int64_t size, count = 0;
    uint8_t *bytes = NULL;

    if (file < 0)
        return file;
    size = env->size(env->context, file);
    if (size >= 0) {
        bytes = malloc((size_t)size + 1);
        count = bytes == NULL ? -ENOMEM : hw_file_read(env, file, bytes, (size_t)size, 0);
        if (count >= 0 && count < size) /* It only ever grows beside us, or is cut at a start. */
            count = -EIO;
    }
    (void)env->close(env->context, file); /* Read only. */
    if (size < 0 || count < 0) {
        free(bytes);
        return (int)(size < 0 ? size : count);
    }
    *ret_bytes = bytes;
    *ret_size = (size_t)count;
    return 0;
}

/*
 * The next whole entry from *at on, behind damaged ones if need be; its size, or 0.  What a damaged
 * entry holds came from outside and may look like an entry: its id must fit those around.
 */
static size_t find_entry(
    struct hw_slice bytes, size_t *at, uint64_t next_id, struct hw_quarantined *ret_entry)
{
    for (size_t from = *at, to = from; to < bytes.size; to += 8) {
        size_t size = entry_read(hw_slice_of(bytes.data + to, bytes.size - to), ret_entry);
        uint64_t skipped = (to - from) / HW_QUARANTINE_HEADER_SIZE;

        if (size == 0 || (to > from && ret_entry->id - next_id > skipped))
            continue;
        *at = to;
        return size;
    }
    return 0;
}

int hw_quarantine_segment_walk(struct hw_env *env, const char *path, uint64_t first,
    hw_quarantine_walk walk, void *context, struct hw_quarantine_walked *ret_walked)
{
    struct hw_quarantine_walked walked = {.next_id = first};
    uint8_t *bytes = NULL;
    size_t bytes_size = 0, size, at = 0;
    struct hw_quarantined entry;
    int failed = read_whole(env, path, &bytes, &bytes_size);

    if (failed < 0)
        return failed;
    walked.size = bytes_size;
    while ((size = find_entry(hw_slice_of(bytes, bytes_size), &at, walked.next_id, &entry)) > 0) {
        if (!walked.damaged && (at > walked.end || entry.id != walked.next_id)) {
            walked.damaged = true;
            walked.damaged_at = walked.end;
        }
        walked.end = at + size;
        walked.next_id = entry.id + 1;
        if (!walk(context, &entry, at, size))
            break;
        at += size;
    }
    *ret_walked = walked;
    free(bytes);
    return 0;
}

bool hw_quarantine_damage(
    const char *path, const struct hw_quarantine_walked *walked, char error[HW_ERROR_TEXT_SIZE])
{
    if (walked->damaged)
        hw_error_set(error,
            "%s: offset %" PRIu64 ": refused inputs are damaged or missing here; the others can be "
            "read and the journal is not concerned; restore this file from a backup if there is "
            "one",
            path, walked->damaged_at);
    return walked->damaged;
}

/* --- list and show ------------------------------------------------------------------------ */

struct visiting {
    bool (*visit)(void *context, const struct hw_quarantined *entry);
    void *context;
    uint64_t only; /* this id; 0: all */
    uint64_t last; /* id visited */
    bool stopped, found;
};

static bool visit_entry(
    void *context, const struct hw_quarantined *entry, uint64_t offset, size_t size)
{
    struct visiting *visiting = context;

    (void)offset;
    (void)size;
    if (entry->dropped || entry->id <= visiting->last ||
        (visiting->only != 0 && entry->id != visiting->only))
        return true;
    visiting->last = entry->id;
    visiting->found = true;
    visiting->stopped = !visiting->visit(visiting->context, entry) || visiting->only != 0;
    return !visiting->stopped;
}

static enum hw_status visit_all(struct hw_env *env, const char *data_dir, struct visiting *visiting,
    char error[HW_ERROR_TEXT_SIZE])
{
    char dir[HW_PATH_SIZE], path[HW_PATH_SIZE];
    struct hw_quarantine_walked walked;
    uint64_t *firsts;
    size_t count;
    enum hw_status status = HW_OK;
    int failed = hw_quarantine_segments(env, data_dir, dir, &firsts, &count);

    if (failed < 0)
        return hw_error_file(error, "list the quarantine of", data_dir, failed);
    for (size_t i = 0; i < count && failed >= 0 && !visiting->stopped; i++) {
        if (visiting->only != 0 && i + 1 < count && firsts[i + 1] <= visiting->only)
            continue;
        hw_quarantine_segment_path(dir, firsts[i], path);
        failed = hw_quarantine_segment_walk(env, path, firsts[i], visit_entry, visiting, &walked);
        if (failed == -ENOENT) /* Its entries were all dropped meanwhile. */
            failed = 0;
        else if (failed == 0 && hw_quarantine_damage(path, &walked, error))
            status = HW_E_DAMAGED;
    }
    free(firsts);
    return failed < 0 ? hw_error_file(error, "read", path, failed) : status;
}

enum hw_status hw_quarantine_list(struct hw_env *env, const char *data_dir,
    bool (*visit)(void *context, const struct hw_quarantined *entry), void *context,
    char error[HW_ERROR_TEXT_SIZE])
{
    struct visiting visiting = {.visit = visit, .context = context};

    return visit_all(env, data_dir, &visiting, error);
}

enum hw_status hw_quarantine_show(struct hw_env *env, const char *data_dir, uint64_t id,
    bool (*visit)(void *context, const struct hw_quarantined *entry), void *context,
    char error[HW_ERROR_TEXT_SIZE])
{
    struct visiting visiting = {.visit = visit, .context = context, .only = id};
    enum hw_status status = visit_all(env, data_dir, &visiting, error);

    if (visiting.found)
        return HW_OK;
    if (status == HW_E_DAMAGED)
        return HW_E_NOT_FOUND;
    if (status != HW_OK)
        return status;
    hw_error_set(error,
        "%s: quarantine holds no input %" PRIu64
        "; 'homeward quarantine list' names those it does (the oldest of a source make room)",
        data_dir, id);
    return HW_E_NOT_FOUND;
}
