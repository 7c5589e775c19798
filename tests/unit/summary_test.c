/*
 * Goal: `summary` has exactly the fields of CONTRACT 5.2, in their order, with exact durations and
 *       null for what is not known.
 * Method: the contract's own example as the figures of a double, its JSON written out by hand.
 */
#include "resource/json.h"
#include "resource/summary.h"

#include "../support/engine_double.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

static struct hw_slice text(const char *words)
{
    return hw_slice_text(words);
}

/* The figures of the contract's example. */
static struct hw_figures example(void)
{
    return (struct hw_figures){
        .in_hospital = 812,
        .ready = 143,
        .ready_ms = 32833800000,
        .delayed = 131,
        .delayed_days = 361,
        .ready_today_ms = 4716720000,
        .by_pathway = {31, 62, 24, 18, 8},
        .expected_today = 41,
        .stay_7 = 390,
        .stay_14 = 221,
        .stay_21 = 140,
        .admitted_today = 96,
        .discharged_today = 88,
    };
}

static struct hw_summary summary_of(const struct hw_feeds *feeds)
{
    return (struct hw_summary){double_engine_pointer(), feeds, double_engine.accepted_ms};
}

static void expect_json(json_t *json, const char *wanted)
{
    size_t size;
    char *got = hw_json_dump(json, &size);

    cr_expect(eq(str, got, (char *)wanted));
    cr_expect(eq(sz, size, strlen(wanted)));
    free(got);
    json_decref(json);
}

/* Figures of a row; those of referrals make no sense for a ward. */
#define FIGURES(down, up, proposed, offered, accepted, placed, home, held, past, starting)         \
    "\"not_meeting_criteria\":143,\"ready\":143,\"ready_hours\":9120.5,"                           \
    "\"ready_ms\":32833800000,\"delayed\":131,\"delayed_days\":361,"                               \
    "\"ready_today_hours\":1310.2,\"ready_today_ms\":4716720000,"                                  \
    "\"by_pathway\":{\"P0\":31,\"P1\":62,\"P2\":24,\"P3\":18,\"none\":8},"                         \
    "\"waiting_step_down\":" #down ",\"waiting_step_up\":" #up ",\"proposed\":" #proposed          \
    ",\"offered\":" #offered ",\"accepted_not_started\":" #accepted ",\"placed\":" #placed         \
    ",\"home_not_started\":" #home ",\"held\":" #held ",\"past_review\":" #past                    \
    ",\"expected_today\":41,\"starting_today\":" #starting                                         \
    ",\"stay_7\":390,\"stay_14\":221,\"stay_21\":140,\"admitted_today\":96,"                       \
    "\"discharged_today\":88"
#define EXAMPLE_FIGURES FIGURES(77, 4, 9, 12, 22, 301, 3, 2, 6, 17)
#define WARD_FIGURES    FIGURES(null, null, null, null, null, null, null, null, null, null)

static void set_routing(void)
{
    static const int64_t routing[HW_ROUTING_FIGURES] = {
        [HW_ROUTING_WAITING_STEP_DOWN] = 77,
        [HW_ROUTING_WAITING_STEP_UP] = 4,
        [HW_ROUTING_PROPOSED] = 9,
        [HW_ROUTING_OFFERED] = 12,
        [HW_ROUTING_ACCEPTED] = 22,
        [HW_ROUTING_PLACED] = 301,
        [HW_ROUTING_HOME] = 3,
        [HW_ROUTING_HELD] = 2,
        [HW_ROUTING_PAST_REVIEW] = 6,
        [HW_ROUTING_STARTING] = 17,
    };

    memcpy(double_engine.routing, routing, sizeof routing);
}

Test(summary, the_whole_as_the_contract_writes_it)
{
    double_engine_reset();
    set_routing();
    double_engine.total = example();
    double_engine.beds = 1716;
    double_engine.rows[HW_BY_SITE][0] = (struct hw_row){
        .code = text("RWEAA"), .name = text("Infirmary"), .beds = 900, .figures = example()};
    double_engine.rows_count[HW_BY_SITE] = 1;
    double_engine.rows[HW_BY_WARD][0] = (struct hw_row){
        .code = text("W1"), .site = text("RWEAA"), .beds = -1, .figures = example()};
    double_engine.rows[HW_BY_WARD][1] = (struct hw_row){
        .code = text("W1"), .site = text("RWEAE"), .beds = -1, .figures = example()};
    double_engine.rows_count[HW_BY_WARD] = 2;
    double_engine.rows[HW_BY_COUNCIL][0] =
        (struct hw_row){.code = text("508"), .beds = -1, .figures = example()};
    double_engine.rows_count[HW_BY_COUNCIL] = 1;
    double_engine.reasons[0] =
        (struct hw_reason_row){text("HP0"), text("unassigned"), true, false, 0, 3600000};
    double_engine.reasons[1] =
        (struct hw_reason_row){text("E"), text("SC"), false, true, 31, 8316000000};
    double_engine.reasons_count = 2;

    struct hw_feeds *feeds = hw_feeds_new(HW_HOUR_MS, double_engine.accepted_ms - HW_DAY_MS);
    hw_feeds_note(feeds, text("RWE/PAS"), text("RWEAA"), double_engine.accepted_ms - 61000,
        double_engine.accepted_ms - 60000);
    struct hw_summary summary = summary_of(feeds);

    expect_json(hw_summary_all(&summary),
        "{\"sequence\":1234,\"as_at\":\"2026-11-21T10:15:00.000Z\","
        "\"total\":{\"in_hospital\":812,\"beds\":1716," EXAMPLE_FIGURES "},"
        "\"sites\":[{\"site\":\"RWEAA\",\"name\":\"Infirmary\",\"in_hospital\":812,"
        "\"beds\":900," EXAMPLE_FIGURES ",\"stale\":false,\"reasons\":["
        "{\"reason\":\"E\",\"responsible\":\"SC\",\"inferred\":false,\"contested\":true,"
        "\"people\":31,\"hours\":2310.0,\"ms\":8316000000},"
        "{\"reason\":\"HP0\",\"responsible\":\"unassigned\",\"inferred\":true,\"contested\":false,"
        "\"people\":0,\"hours\":1.0,\"ms\":3600000}],"
        "\"wards\":[{\"ward\":\"W1\",\"name\":null,\"in_hospital\":812,\"beds\":"
        "null," WARD_FIGURES "}]}],"
        "\"councils\":[{\"council\":\"508\",\"name\":null,\"in_hospital\":812,"
        "\"beds\":null," EXAMPLE_FIGURES "}],"
        "\"zones\":[],\"services\":[],\"modes\":[],"
        "\"feeds\":[{\"source\":\"RWE/PAS\",\"last_event\":\"2026-11-21T10:13:59.000Z\","
        "\"last_arrival\":\"2026-11-21T10:14:00.000Z\",\"stale\":false}]}");
    hw_feeds_free(feeds);
}

/* Hours: at most four decimals, half up, and never more digits than were meant. */
static const struct {
    int64_t ms;
    const char *hours;
} hours[] = {
    {0, "0.0"},
    {1, "0.0"},
    {179, "0.0"},
    {180, "0.0001"}, /* exactly half a ten-thousandth */
    {359, "0.0001"},
    {539, "0.0001"},
    {540, "0.0002"},
    {3600000, "1.0"},
    {3599999, "1.0"},
    {3599820, "1.0"},
    {3599819, "0.9999"},
    {1200000, "0.3333"},
    {2400000, "0.6667"},
    {32833800000, "9120.5"},
    {4716720000, "1310.2"},
    {35999999999999, "10000000.0"},
    {360001080000000, "100000300.0"},
    {360000000000360, "100000000.0001"},
    {-180, "0.0"},
    {-181, "-0.0001"},
    {-3600000, "-1.0"},
};

Test(summary, hours_are_exact)
{
    for (size_t i = 0; i < sizeof hours / sizeof *hours; i++) {
        json_t *list = json_pack("[o]", hw_json_hours(hours[i].ms));
        char wanted[40];
        size_t size;
        char *got = hw_json_dump(list, &size);

        snprintf(wanted, sizeof wanted, "[%s]", hours[i].hours);
        cr_expect(eq(str, got, wanted), "%lld ms", (long long)hours[i].ms);
        free(got);
        json_decref(list);
    }
}

Test(summary, every_ms_has_its_hours_to_four_decimals)
{
    /* Against long division, over a range where each digit takes each value. */
    for (int64_t ms = 0; ms < 40 * HW_HOUR_MS; ms += 1237) {
        json_t *list = json_pack("[o]", hw_json_hours(ms));
        int64_t units = (ms + 180) / 360;
        char wanted[40];
        size_t size;
        char *got = hw_json_dump(list, &size);
        int length = snprintf(wanted, sizeof wanted, "[%lld.%04lld", (long long)(units / 10000),
            (long long)(units % 10000));

        while (wanted[length - 1] == '0' && wanted[length - 2] != '.')
            length--;
        snprintf(wanted + length, sizeof wanted - (size_t)length, "]");
        cr_assert(eq(str, got, wanted), "%lld ms", (long long)ms);
        free(got);
        json_decref(list);
    }
}

Test(summary, text_that_is_no_utf8_is_mended)
{
    json_t *mended = hw_json_text(hw_slice_of("W\xE9"
                                              "1",
        3));

    cr_expect(eq(str, (char *)json_string_value(mended),
        "W\xEF\xBF\xBD"
        "1"));
    json_decref(mended);
    json_t *none = hw_json_text(hw_slice_text(""));
    cr_expect(none == json_null());
}

static const struct {
    const char *story;
    int64_t heard_min; /* minutes ago the only feed spoke; below 0: never */
    int64_t started_min;
    const char *site;
    bool stale;
} silences[] = {
    {"just heard", 1, 600, "A", false},
    {"an hour ago, to the millisecond", 60, 600, "A", false},
    {"longer than an hour ago", 61, 600, "A", true},
    {"nobody spoke of this site, just started", -1, 10, "A", false},
    {"nobody spoke of this site for an hour", -1, 61, "A", true},
    {"the feed speaks of another site only", 1, 600, "B", true},
    {"the feed spoke of it eight days ago: it is not heard", 8 * 24 * 60, 9 * 24 * 60, "A", true},
};

/* H-09 */
Test(feeds, silence_is_not_calm)
{
    const int64_t now_ms = 1795256100000;

    for (size_t i = 0; i < sizeof silences / sizeof *silences; i++) {
        struct hw_feeds *feeds =
            hw_feeds_new(HW_HOUR_MS, now_ms - silences[i].started_min * HW_MINUTE_MS);

        if (silences[i].heard_min >= 0)
            hw_feeds_note(feeds, text("RWE/PAS"), text("A"), HW_TIME_NONE,
                now_ms - silences[i].heard_min * HW_MINUTE_MS);
        bool stale = hw_feeds_site_stale(feeds, text(silences[i].site), now_ms);
        cr_expect(stale == silences[i].stale, "%s", silences[i].story);
        hw_feeds_free(feeds);
    }
}

Test(feeds, each_may_be_silent_as_long_as_it_is_expected_to_be)
{
    struct hw_feeds *feeds = hw_feeds_new(HW_HOUR_MS, 0);
    const int64_t now_ms = 10 * HW_HOUR_MS;
    struct hw_feed feed;

    hw_feeds_expect(feeds, text("RWE/DAILY"), 26 * HW_HOUR_MS);
    hw_feeds_note(feeds, text("RWE/DAILY"), text("A"), 5, now_ms - 5 * HW_HOUR_MS);
    hw_feeds_note(feeds, text("RWE/PAS"), text("B"), 5, now_ms - 20 * HW_MINUTE_MS);
    cr_expect(not(hw_feeds_site_stale(feeds, text("A"), now_ms)));
    cr_expect(not(hw_feeds_site_stale(feeds, text("B"), now_ms)));
    hw_feeds_at(feeds, 0, now_ms + 22 * HW_HOUR_MS, &feed);
    cr_expect(eq(str, (char *)feed.source, "RWE/DAILY"));
    cr_expect(feed.stale);

    /* Said of a feed that was heard already; and taken back again. */
    hw_feeds_expect(feeds, text("RWE/PAS"), 10 * HW_MINUTE_MS);
    cr_expect(hw_feeds_site_stale(feeds, text("B"), now_ms));
    hw_feeds_expect_none(feeds);
    cr_expect(hw_feeds_site_stale(feeds, text("A"), now_ms));
    cr_expect(not(hw_feeds_site_stale(feeds, text("B"), now_ms)));
    hw_feeds_free(feeds);
}

Test(feeds, count_what_was_kept_without_effect)
{
    struct hw_feeds *feeds = hw_feeds_new(HW_HOUR_MS, 0);
    struct hw_feed feed;

    hw_feeds_note(feeds, text("a"), text(""), 5, 10);
    hw_feeds_note(feeds, text("b"), text(""), 5, 10);
    hw_feeds_note_not_asserted(feeds, text("b"));
    hw_feeds_note_not_asserted(feeds, text("b"));
    hw_feeds_at(feeds, 0, 10, &feed);
    cr_expect(eq(u64, feed.not_asserted, 0));
    hw_feeds_at(feeds, 1, 10, &feed);
    cr_expect(eq(u64, feed.not_asserted, 2));
    hw_feeds_free(feeds);
}

Test(feeds, one_stale_feed_of_two_makes_the_site_stale)
{
    struct hw_feeds *feeds = hw_feeds_new(HW_HOUR_MS, 0);
    const int64_t now_ms = 10 * HW_HOUR_MS;

    hw_feeds_note(feeds, text("RWE/PAS"), text("A"), 5, now_ms);
    hw_feeds_note(feeds, text("RWE/WARD"), text("A"), 5, now_ms - 2 * HW_HOUR_MS);
    cr_expect(hw_feeds_site_stale(feeds, text("A"), now_ms));
    hw_feeds_free(feeds);
}

Test(feeds, are_listed_by_name_and_keep_the_latest)
{
    struct hw_feeds *feeds = hw_feeds_new(HW_HOUR_MS, HW_TIME_NONE);
    struct hw_feed feed;

    hw_feeds_note(feeds, text("b"), text(""), 700, 1000);
    hw_feeds_note(feeds, text("a"), text(""), HW_TIME_NONE, 1001);
    hw_feeds_note(feeds, text("b"), text(""), 600, 1002);
    cr_assert(eq(u32, hw_feeds_count(feeds), 2));
    hw_feeds_at(feeds, 0, 1002, &feed);
    cr_expect(eq(str, (char *)feed.source, "a"));
    cr_expect(eq(i64, feed.last_event_ms, HW_TIME_NONE));
    hw_feeds_at(feeds, 1, 1002 + HW_HOUR_MS + 1, &feed);
    cr_expect(eq(i64, feed.last_event_ms, 700));
    cr_expect(eq(i64, feed.last_arrival_ms, 1002));
    cr_expect(feed.stale);
    hw_feeds_free(feeds);
}

Test(feeds, of_too_many_those_heard_longest_ago_are_forgotten)
{
    struct hw_feeds *feeds = hw_feeds_new(HW_HOUR_MS, 0);
    struct hw_feed feed;
    char name[16];

    for (int i = 0; i < HW_FEEDS_MAX + 10; i++) {
        snprintf(name, sizeof name, "S%03d", (i * 11) % (HW_FEEDS_MAX + 10));
        hw_feeds_note(feeds, text(name), text("A"), i, i + 1);
    }
    cr_assert(eq(u32, hw_feeds_count(feeds), HW_FEEDS_MAX));
    char before[HW_FEED_TEXT_SIZE_MAX + 1] = "";
    for (uint32_t i = 0; i < hw_feeds_count(feeds); i++) {
        hw_feeds_at(feeds, i, 0, &feed);
        cr_expect(strcmp(before, feed.source) < 0, "%s, then %s", before, feed.source);
        cr_expect(feed.last_arrival_ms > 10, "%s", feed.source);
        snprintf(before, sizeof before, "%s", feed.source);
    }
    hw_feeds_free(feeds);
}
