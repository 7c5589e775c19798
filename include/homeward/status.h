/*
 * status.h - what a call came to, and the assertion that is always on.
 *
 * Three kinds of wrong are kept apart: a wrong program (HW_ASSERT ends the process: a restart
 * replays the journal), wrong input or no room (a status; nothing changed), a wrong world such as
 * a disk (a status to the adapter).  Any thread.
 */
#ifndef HOMEWARD_STATUS_H
#define HOMEWARD_STATUS_H

/* number, name, sentence.  Numbers are never used again for something else. */
#define HW_STATUS_LIST(X)                                                                          \
    X(0, OK, "done")                                                                               \
    X(1, E_PARTIAL, "more bytes are needed")                                                       \
    X(2, E_FULL, "there is no room")                                                               \
    X(3, E_INVALID, "the input is not well formed")                                                \
    X(4, E_DAMAGED, "stored bytes are not what was written")                                       \
    X(5, E_VERSION, "written by a newer version of this program")                                  \
    X(6, E_LOCKED, "another process uses the data directory")                                      \
    X(7, E_COUNTY, "the data directory belongs to another county")                                 \
    X(8, E_IO, "the operating system refused or failed")                                           \
    X(9, E_NO_SPACE, "the disk is full")                                                           \
    X(10, E_READ_ONLY, "the data directory cannot be written")                                     \
    X(11, E_NOT_FOUND, "there is no such thing")                                                   \
    X(12, E_MEMORY, "memory could not be reserved")                                                \
    X(13, E_STALE, "it has changed since")                                                         \
    X(14, E_CONFLICT, "what stands does not allow it")

enum hw_status {
#define HW_STATUS_ENUM(number, name, sentence) HW_##name = number,
    HW_STATUS_LIST(HW_STATUS_ENUM)
#undef HW_STATUS_ENUM
};

#define HW_MUST_CHECK __attribute__((warn_unused_result))

/* The sentence of a status; static storage. */
const char *hw_status_text(enum hw_status status);

/* Always on.  One fact per line, said positively; never about input from outside. */
#define HW_ASSERT(fact) ((fact) ? (void)0 : hw_assert_failed(#fact, __FILE__, __LINE__))

/* Writes the fact and its place to standard error and aborts. */
__attribute__((noreturn)) void hw_assert_failed(const char *fact, const char *file, int line);

#endif
