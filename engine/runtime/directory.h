/*
 * directory.h - the folders of a data directory, and the lock that one server at a time has on it.
 *
 *   DATA_DIR/lock         flock; holds the process id of the server
 *   DATA_DIR/journal/     segment.h, watermark.h
 *   DATA_DIR/snapshots/   snapshot.h
 *   DATA_DIR/quarantine/  quarantine.h
 */
#ifndef HW_DIRECTORY_H
#define HW_DIRECTORY_H

#include "runtime/file.h"

/*
 * Make data_dir and its folders where absent, and lock it.  *ret_lock is the handle whose closing
 * gives the lock up.  HW_E_LOCKED ("locked by pid N"), HW_E_READ_ONLY, HW_E_NO_SPACE, HW_E_IO,
 * HW_E_INVALID (path too long).
 */
HW_MUST_CHECK enum hw_status hw_directory_lock(
    struct hw_env *env, const char *data_dir, int *ret_lock, char error[HW_ERROR_TEXT_SIZE]);

#endif
