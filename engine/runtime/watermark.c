#include "runtime/watermark.h"
#include "runtime/bytes.h"
#include "runtime/crc32c.h"

#include <errno.h>

static const uint8_t magic[8] = {'H', 'W', 'M', 'A', 'R', 'K', '1', '\n'};

enum { SLOT_USED = 72 };

static enum hw_status slot_read(
    const uint8_t slot[HW_WATERMARK_SLOT_SIZE], struct hw_watermark *ret_mark)
{
    if (hw_is_zero(slot, HW_WATERMARK_SLOT_SIZE))
        return HW_E_NOT_FOUND;
    if (memcmp(slot, magic, sizeof magic) != 0 ||
        hw_get_u32(slot + 8) != hw_crc32c(hw_slice_of(slot + 12, SLOT_USED - 12)) ||
        !hw_is_zero(slot + SLOT_USED, HW_WATERMARK_SLOT_SIZE - SLOT_USED))
        return HW_E_DAMAGED;
    ret_mark->generation = hw_get_u64(slot + 16);
    ret_mark->log_id = (struct hw_hash){hw_get_u64(slot + 24), hw_get_u64(slot + 32)};
    ret_mark->segment = hw_get_u64(slot + 40);
    ret_mark->end = hw_get_u64(slot + 48);
    ret_mark->sequence = hw_get_u64(slot + 56);
    ret_mark->size = hw_get_u64(slot + 64);
    return HW_OK;
}

void hw_watermark_slots_read(const uint8_t slots[HW_WATERMARK_SIZE],
    struct hw_watermark ret_marks[2], enum hw_status ret_read[2])
{
    for (unsigned i = 0; i < 2; i++) {
        ret_marks[i] = (struct hw_watermark){0};
        ret_read[i] = slot_read(slots + i * HW_WATERMARK_SLOT_SIZE, &ret_marks[i]);
        if (ret_read[i] == HW_OK && ret_marks[i].generation % 2 != i)
            ret_read[i] = HW_E_DAMAGED;
    }
    for (unsigned i = 0; i < 2; i++)
        if (ret_read[i] == HW_OK && ret_marks[i].generation >= 2 &&
            ret_read[1 - i] == HW_E_NOT_FOUND)
            ret_read[1 - i] = HW_E_DAMAGED;
}

static enum hw_status choose(const uint8_t *slots, struct hw_watermark *ret_mark, bool *ret_torn)
{
    struct hw_watermark marks[2];
    enum hw_status read[2];
    unsigned newer;

    hw_watermark_slots_read(slots, marks, read);
    if (ret_torn != NULL)
        *ret_torn = read[0] == HW_E_DAMAGED || read[1] == HW_E_DAMAGED;
    /* One slot never written beside a bad one: the very first write was torn. */
    if (read[0] != HW_OK && read[1] != HW_OK)
        return read[0] == HW_E_DAMAGED && read[1] == HW_E_DAMAGED ? HW_E_DAMAGED : HW_E_NOT_FOUND;
    if (read[0] == HW_OK && read[1] == HW_OK)
        newer = marks[1].generation > marks[0].generation;
    else
        newer = read[1] == HW_OK;
    *ret_mark = marks[newer];
    return HW_OK;
}

enum hw_status hw_watermark_read(struct hw_env *env, const char *dir, struct hw_watermark *ret_mark,
    bool *ret_torn, char error[HW_ERROR_TEXT_SIZE])
{
    uint8_t slots[HW_WATERMARK_SIZE] = {0};
    char path[HW_PATH_SIZE];
    enum hw_status status;
    int64_t count;
    int file;

    *ret_mark = (struct hw_watermark){0};
    HW_ASSERT(hw_file_path(path, dir, "watermark"));
    file = env->open(env->context, path, HW_ENV_READ);
    if (file == -ENOENT)
        return HW_E_NOT_FOUND;
    if (file < 0)
        return hw_error_file(error, "read", path, file);
    count = hw_file_read(env, file, slots, sizeof slots, 0);
    (void)env->close(env->context, file); /* Read only. */
    if (count < 0) {
        (void)hw_error_file(error, "read", path, count);
        return HW_E_IO;
    }
    status = choose(slots, ret_mark, ret_torn);
    if (status == HW_E_DAMAGED)
        hw_error_set(error,
            "%s: both slots are damaged, so it cannot be told whether acknowledged records are "
            "missing; run 'homeward verify', and to go on with what is there move this file away",
            path);
    return status;
}

/* Both slots have their space from the start: a disk that fills up later cannot refuse a mark. */
static int64_t take_space(struct hw_env *env, int file)
{
    static const uint8_t zeros[HW_WATERMARK_SIZE];
    int64_t size = env->size(env->context, file);

    if (size < 0 || size >= HW_WATERMARK_SIZE)
        return size;
    size = hw_file_write(env, file, zeros, (size_t)(HW_WATERMARK_SIZE - size), (uint64_t)size);
    return size < 0 ? size : env->sync(env->context, file);
}

int hw_watermark_open(struct hw_env *env, const char *dir)
{
    char path[HW_PATH_SIZE];
    int64_t failed;
    int file;

    HW_ASSERT(hw_file_path(path, dir, "watermark"));
    file = env->open(env->context, path, HW_ENV_READ | HW_ENV_WRITE | HW_ENV_CREATE);
    if (file < 0)
        return file;
    failed = take_space(env, file);
    if (failed >= 0)
        return file;
    (void)env->close(env->context, file); /* Nothing was written that counts. */
    return (int)failed;
}

int hw_watermark_write(struct hw_env *env, int file, const struct hw_watermark *mark)
{
    uint8_t slot[HW_WATERMARK_SLOT_SIZE] = {0};
    int failed;

    memcpy(slot, magic, sizeof magic);
    hw_put_u64(slot + 16, mark->generation);
    hw_put_u64(slot + 24, mark->log_id.low);
    hw_put_u64(slot + 32, mark->log_id.high);
    hw_put_u64(slot + 40, mark->segment);
    hw_put_u64(slot + 48, mark->end);
    hw_put_u64(slot + 56, mark->sequence);
    hw_put_u64(slot + 64, mark->size);
    hw_put_u32(slot + 8, hw_crc32c(hw_slice_of(slot + 12, SLOT_USED - 12)));
    failed =
        hw_file_write(env, file, slot, sizeof slot, mark->generation % 2 * HW_WATERMARK_SLOT_SIZE);
    return failed < 0 ? failed : env->sync(env->context, file);
}
