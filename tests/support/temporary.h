/*
 * temporary.h - a folder of a test's own, below TMPDIR, gone afterwards.
 */
#ifndef HW_TEST_TEMPORARY_H
#define HW_TEST_TEMPORARY_H

#include "runtime/file.h"

/* Make one; its path to folder.  Ends the test when it cannot. */
void temporary_make(char folder[HW_PATH_SIZE]);

/* Remove it and all below it. */
void temporary_remove(const char *folder);

/* Copy all below from to the folder to, which is made. */
void temporary_copy(const char *from, const char *to);

#endif
