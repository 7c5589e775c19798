#include "resource/feeds.h"

#include <stdlib.h>

#define SITE_MEMORY_MS (7 * HW_DAY_MS) /* CONTRACT R16 */

struct site {
    char code[HW_FEED_TEXT_SIZE_MAX + 1];
    int64_t last_ms; /* when the source last spoke of it */
};

struct feed {
    char source[HW_FEED_TEXT_SIZE_MAX + 1];
    int64_t last_event_ms;
    int64_t last_arrival_ms;
    int64_t silence_ms; /* expected of it */
    uint64_t not_asserted;
    uint32_t sites_count;
    struct site sites[HW_FEED_SITES_MAX];
};

struct expected {
    char source[HW_FEED_TEXT_SIZE_MAX + 1];
    int64_t silence_ms;
};

struct hw_feeds {
    int64_t silence_ms; /* of all others than those expected */
    int64_t started_ms; /* of the first message where there was no time before it */
    uint32_t count;
    struct feed *feeds[HW_FEEDS_MAX]; /* by source, bytewise */
    uint32_t expected_count;
    struct expected expected[HW_FEEDS_MAX];
};

struct hw_feeds *hw_feeds_new(int64_t silence_ms, int64_t started_ms)
{
    struct hw_feeds *feeds = calloc(1, sizeof *feeds);

    HW_ASSERT(silence_ms > 0);
    if (feeds == NULL)
        return NULL;
    feeds->silence_ms = silence_ms;
    feeds->started_ms = started_ms;
    return feeds;
}

void hw_feeds_free(struct hw_feeds *feeds)
{
    if (feeds == NULL)
        return;
    for (uint32_t i = 0; i < feeds->count; i++)
        free(feeds->feeds[i]);
    free(feeds);
}

static void text_copy(char *to, struct hw_slice text)
{
    size_t size = text.size < HW_FEED_TEXT_SIZE_MAX ? text.size : HW_FEED_TEXT_SIZE_MAX;

    memcpy(to, text.data, size);
    to[size] = '\0';
}

static bool text_is(const char *text, struct hw_slice slice)
{
    char cut[HW_FEED_TEXT_SIZE_MAX + 1];

    text_copy(cut, slice);
    return strcmp(text, cut) == 0;
}

static int64_t max_ms(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The place of a source among the sorted ones, whether or not it is there. */
static uint32_t feed_place(const struct hw_feeds *feeds, const char *source)
{
    uint32_t low = 0;
    uint32_t high = feeds->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(feeds->feeds[middle]->source, source) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int64_t expected_silence_ms(const struct hw_feeds *feeds, const char *source)
{
    for (uint32_t i = 0; i < feeds->expected_count; i++)
        if (strcmp(feeds->expected[i].source, source) == 0)
            return feeds->expected[i].silence_ms;
    return feeds->silence_ms;
}

void hw_feeds_expect(struct hw_feeds *feeds, struct hw_slice source, int64_t silence_ms)
{
    HW_ASSERT(silence_ms > 0);
    if (feeds->expected_count == HW_FEEDS_MAX)
        return;
    struct expected *expected = &feeds->expected[feeds->expected_count++];
    text_copy(expected->source, source);
    expected->silence_ms = silence_ms;
    uint32_t place = feed_place(feeds, expected->source);
    if (place < feeds->count && strcmp(feeds->feeds[place]->source, expected->source) == 0)
        feeds->feeds[place]->silence_ms = silence_ms;
}

void hw_feeds_expect_none(struct hw_feeds *feeds)
{
    feeds->expected_count = 0;
    for (uint32_t i = 0; i < feeds->count; i++)
        feeds->feeds[i]->silence_ms = feeds->silence_ms;
}

static struct feed *feed_remove_oldest(struct hw_feeds *feeds)
{
    uint32_t oldest = 0;

    for (uint32_t i = 1; i < feeds->count; i++)
        if (feeds->feeds[i]->last_arrival_ms < feeds->feeds[oldest]->last_arrival_ms)
            oldest = i;
    struct feed *feed = feeds->feeds[oldest];
    feeds->count--;
    memmove(&feeds->feeds[oldest], &feeds->feeds[oldest + 1],
        (feeds->count - oldest) * sizeof *feeds->feeds);
    return feed;
}

/* The feed of a source, made when it is new; NULL without memory. */
static struct feed *feed_of(struct hw_feeds *feeds, struct hw_slice source)
{
    char text[HW_FEED_TEXT_SIZE_MAX + 1];

    text_copy(text, source);
    uint32_t place = feed_place(feeds, text);
    if (place < feeds->count && strcmp(feeds->feeds[place]->source, text) == 0)
        return feeds->feeds[place];

    struct feed *feed =
        feeds->count < HW_FEEDS_MAX ? malloc(sizeof *feed) : feed_remove_oldest(feeds);
    if (feed == NULL)
        return NULL;
    memcpy(feed->source, text, sizeof text);
    feed->last_event_ms = HW_TIME_NONE;
    feed->last_arrival_ms = HW_TIME_NONE;
    feed->silence_ms = expected_silence_ms(feeds, text);
    feed->not_asserted = 0;
    feed->sites_count = 0;

    place = feed_place(feeds, text); /* It moves when the oldest made room. */
    memmove(&feeds->feeds[place + 1], &feeds->feeds[place],
        (feeds->count - place) * sizeof *feeds->feeds);
    feeds->feeds[place] = feed;
    feeds->count++;
    return feed;
}

static void site_note(struct feed *feed, struct hw_slice code, int64_t now_ms)
{
    uint32_t oldest = 0;

    for (uint32_t i = 0; i < feed->sites_count; i++) {
        if (text_is(feed->sites[i].code, code)) {
            feed->sites[i].last_ms = max_ms(feed->sites[i].last_ms, now_ms);
            return;
        }
        if (feed->sites[i].last_ms < feed->sites[oldest].last_ms)
            oldest = i;
    }
    if (feed->sites_count < HW_FEED_SITES_MAX)
        oldest = feed->sites_count++;
    text_copy(feed->sites[oldest].code, code);
    feed->sites[oldest].last_ms = now_ms;
}

void hw_feeds_note(struct hw_feeds *feeds, struct hw_slice source, struct hw_slice site,
    int64_t event_ms, int64_t arrival_ms)
{
    HW_ASSERT(arrival_ms != HW_TIME_NONE);
    if (source.size == 0)
        return;
    if (feeds->started_ms == HW_TIME_NONE)
        feeds->started_ms = arrival_ms;

    struct feed *feed = feed_of(feeds, source);
    if (feed == NULL)
        return;
    feed->last_event_ms = max_ms(feed->last_event_ms, event_ms);
    feed->last_arrival_ms = max_ms(feed->last_arrival_ms, arrival_ms);
    if (site.size > 0)
        site_note(feed, site, arrival_ms);
}

void hw_feeds_note_not_asserted(struct hw_feeds *feeds, struct hw_slice source)
{
    struct feed *feed = source.size == 0 ? NULL : feed_of(feeds, source);

    if (feed != NULL)
        feed->not_asserted++;
}

uint32_t hw_feeds_count(const struct hw_feeds *feeds)
{
    return feeds == NULL ? 0 : feeds->count;
}

static bool feed_stale(const struct feed *feed, int64_t now_ms)
{
    return now_ms - feed->last_arrival_ms > feed->silence_ms;
}

void hw_feeds_at(
    const struct hw_feeds *feeds, uint32_t index, int64_t now_ms, struct hw_feed *ret_feed)
{
    HW_ASSERT(index < feeds->count);
    const struct feed *feed = feeds->feeds[index];

    *ret_feed = (struct hw_feed){
        .source = feed->source,
        .last_event_ms = feed->last_event_ms,
        .last_arrival_ms = feed->last_arrival_ms,
        .not_asserted = feed->not_asserted,
        .stale = feed_stale(feed, now_ms),
    };
}

bool hw_feeds_site_stale(const struct hw_feeds *feeds, struct hw_slice code, int64_t now_ms)
{
    bool heard = false;

    if (feeds == NULL || feeds->started_ms == HW_TIME_NONE)
        return false;
    for (uint32_t i = 0; i < feeds->count; i++) {
        const struct feed *feed = feeds->feeds[i];

        for (uint32_t k = 0; k < feed->sites_count; k++) {
            if (now_ms - feed->sites[k].last_ms > SITE_MEMORY_MS ||
                !text_is(feed->sites[k].code, code))
                continue;
            if (feed_stale(feed, now_ms))
                return true;
            heard = true;
        }
    }
    return !heard && now_ms - feeds->started_ms > feeds->silence_ms;
}
