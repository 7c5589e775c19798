/*
 * feeds.h - when each source was last heard: what makes a figure stale (CONTRACT R16, 5.2).
 *
 * Filled by whoever takes messages in, read by the resources.  It is about this process and not
 * part of state: after a restart a source is unknown until it speaks.  Loop thread.
 */
#ifndef HW_RESOURCE_FEEDS_H
#define HW_RESOURCE_FEEDS_H

#include "homeward/slice.h"
#include "homeward/time.h"

struct hw_feeds; /* Opaque. */

enum {
    HW_FEEDS_MAX = 256,         /* sources; of more, those heard longest ago are forgotten */
    HW_FEED_SITES_MAX = 64,     /* sites a source is known to speak of */
    HW_FEED_TEXT_SIZE_MAX = 64, /* bytes of a source or site; longer ones are cut */
};

/*
 * silence_ms: expected silence of a source (default of CONTRACT R16: an hour); at least 1.
 * started_ms: now, as answers state it; HW_TIME_NONE when there is none yet.  NULL: no memory.
 */
struct hw_feeds *hw_feeds_new(int64_t silence_ms, int64_t started_ms);
void hw_feeds_free(struct hw_feeds *feeds);

/*
 * Expect source to speak at least so often; silence_ms at least 1.  Copied; at most HW_FEEDS_MAX
 * are.  hw_feeds_expect_none(): the same of all again.
 */
void hw_feeds_expect(struct hw_feeds *feeds, struct hw_slice source, int64_t silence_ms);
void hw_feeds_expect_none(struct hw_feeds *feeds);

/*
 * A message of source ("RWE/PAS") was taken at arrival_ms (now, as answers state it).  event_ms:
 * when what it told happened, HW_TIME_NONE if it says nothing of that.  site: the site it speaks
 * of, empty where it names none.  All are copied.
 */
void hw_feeds_note(struct hw_feeds *feeds, struct hw_slice source, struct hw_slice site,
    int64_t event_ms, int64_t arrival_ms);

/* An event of source, noted before, was kept without effect (NOT_ASSERTED). */
void hw_feeds_note_not_asserted(struct hw_feeds *feeds, struct hw_slice source);

struct hw_feed {
    const char *source;
    int64_t last_event_ms; /* the latest told; HW_TIME_NONE: none */
    int64_t last_arrival_ms;
    uint64_t not_asserted; /* events that it may not assert: kept without effect */
    bool stale;            /* silent for longer than expected */
};

/* Sources, by name; index below the count.  Borrowed until the next note. */
uint32_t hw_feeds_count(const struct hw_feeds *feeds);
void hw_feeds_at(
    const struct hw_feeds *feeds, uint32_t index, int64_t now_ms, struct hw_feed *ret_feed);

/*
 * Whether what is known of a site may be old: a source that spoke of it in the last 7 days is
 * stale, or none has spoken of it and the process has waited longer than the expected silence.
 */
bool hw_feeds_site_stale(const struct hw_feeds *feeds, struct hw_slice site, int64_t now_ms);

#endif
