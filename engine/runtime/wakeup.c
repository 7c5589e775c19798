#include "runtime/wakeup.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <unistd.h>

void hw_wakeup_open(struct hw_wakeup *wakeup)
{
    wakeup->handle = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    atomic_store(&wakeup->told, false);
    wakeup->owed = 0;
}

void hw_wakeup_close(struct hw_wakeup *wakeup)
{
    if (wakeup->handle >= 0)
        (void)close(wakeup->handle);
    wakeup->handle = -1;
}

void hw_wakeup_tell(struct hw_wakeup *wakeup)
{
    uint64_t one = 1;

    if (wakeup == NULL || wakeup->handle < 0 || atomic_exchange(&wakeup->told, true))
        return;
    /* Fails only when the counter is full: then the handle is readable already. */
    while (write(wakeup->handle, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}

/*
 * Each change of told to true is followed by one write, which may come late: it is read then.  One
 * read may find a write whose change was not seen yet: it is seen in the next round, so that told
 * is false when the news are looked at.
 */
void hw_wakeup_hear(struct hw_wakeup *wakeup)
{
    uint64_t count;
    ssize_t size;

    if (wakeup->handle < 0)
        return;
    for (;;) {
        if (atomic_load(&wakeup->told)) {                /* Nobody else takes it back ... */
            (void)atomic_exchange(&wakeup->told, false); /* ... but the last teller's news count. */
            wakeup->owed++;
        }
        if (wakeup->owed <= 0)
            return;
        do
            size = read(wakeup->handle, &count, sizeof count);
        while (size < 0 && errno == EINTR);
        if (size < 0)
            return;
        wakeup->owed -= (int64_t)count;
    }
}
