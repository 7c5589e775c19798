/*
 * file.h - whole reads and writes over the environment, and words for what went wrong.
 *
 * Thread: as the file handle (env.h).
 */
#ifndef HW_FILE_H
#define HW_FILE_H

#include "homeward/status.h"
#include "runtime/env.h"
#include "runtime/runtime.h"

enum { HW_PATH_SIZE = 4096 };

/* Write all of size bytes at offset, however many calls it takes.  0 or a negative errno. */
int hw_file_write(struct hw_env *env, int file, const void *data, size_t size, uint64_t offset);

/* Write size zeros at offset: real ones, so that the blocks are there (building block 18). */
int hw_file_zero(struct hw_env *env, int file, uint64_t offset, uint64_t size);

/*
 * Write again what stands between from and to.  After a failed sync the cache may hold what the
 * disk does not, marked clean, and a later sync, even of another process, says that all is well:
 * what a start is to rely on is written anew and then synced.  0 or a negative errno.
 */
int hw_file_rewrite(struct hw_env *env, int file, uint64_t from, uint64_t to);

/* Read up to size bytes at offset: fewer only at the end of the file.  Count or negative errno. */
int64_t hw_file_read(struct hw_env *env, int file, void *data, size_t size, uint64_t offset);

/*
 * Numbers of the files in dir that are named by 20 digits and ending (".hwj"), ascending, in
 * *ret_numbers (from malloc, the caller's to free).  0 or a negative errno.
 */
int hw_file_numbers(struct hw_env *env, const char *dir, const char *ending, uint64_t **ret_numbers,
    size_t *ret_count);

/* dir/NNNNNNNNNNNNNNNNNNNN and ending to path, which has room: data_dir was checked at open. */
void hw_file_number_path(
    char path[HW_PATH_SIZE], const char *dir, uint64_t number, const char *ending);

/* A negative errno as a status: HW_E_NO_SPACE, HW_E_READ_ONLY, HW_E_NOT_FOUND or HW_E_IO. */
enum hw_status hw_file_status(int64_t failed);

/* dir/name to path.  False when it does not fit. */
bool hw_file_path(char path[HW_PATH_SIZE], const char *dir, const char *name);

/* Write words to error, cut to its size. */
__attribute__((format(printf, 2, 3))) void hw_error_set(
    char error[HW_ERROR_TEXT_SIZE], const char *format, ...);

/* "cannot VERB PATH: REASON. REMEDY" for a negative errno; returns hw_file_status(failed). */
enum hw_status hw_error_file(
    char error[HW_ERROR_TEXT_SIZE], const char *verb, const char *path, int64_t failed);

#endif
