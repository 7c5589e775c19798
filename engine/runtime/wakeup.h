/*
 * wakeup.h - how a thread tells the loop that there is news: a handle that becomes readable.
 *
 * It is written once until the loop has heard, and read only when it was written: news that come
 * while the loop is at work cost no call of the system.  hw_wakeup_tell() by any thread, after the
 * news were stored; the others by the loop thread.
 */
#ifndef HW_WAKEUP_H
#define HW_WAKEUP_H

#include <stdatomic.h>
#include <stdint.h>

struct hw_wakeup {
    int handle; /* an eventfd; -1: nobody waits */
    atomic_bool told;
    int64_t owed; /* writes heard of and not yet read; the loop's */
};

/* handle is -1 where the system has none left. */
void hw_wakeup_open(struct hw_wakeup *wakeup);
void hw_wakeup_close(struct hw_wakeup *wakeup);

/* There is news.  wakeup may be NULL: nobody waits. */
void hw_wakeup_tell(struct hw_wakeup *wakeup);

/* About to look at all news: what is told from here on makes the handle readable again. */
void hw_wakeup_hear(struct hw_wakeup *wakeup);

#endif
