/*
 * Goal: what explain says reads as English, on London's clock, and says no more than is known.
 * Method: words for moments, durations, codes and explanations, beside what a nurse would write.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "cli/explain_choice.h"
#include "../support/hub.h"

static struct hw_words words;

static void setup(void)
{
    hw_words_init(&words);
}
TestSuite(explain, .init = setup);

static char *moment(const char *of, const char *about, bool day)
{
    hw_words_init(&words);
    if (day)
        hw_words_add_day_moment(&words, hub_at(of), hub_at(about));
    else
        hw_words_add_moment(&words, hub_at(of), hub_at(about));
    return words.text;
}

Test(explain, times_are_those_of_the_clock_on_the_wall)
{
    cr_expect(eq(str, moment("2026-03-04T14:30:00Z", "2026-03-04T09:00:00Z", false), "14:30"));
    cr_expect(eq(str, moment("2026-03-04T14:30:00Z", "2026-03-04T09:00:00Z", true), "14:30 today"));
    cr_expect(eq(str, moment("2026-07-04T23:30:00Z", "2026-07-04T09:00:00Z", false),
        "00:30 tomorrow")); /* summer time: it is Sunday already */
    cr_expect(eq(str, moment("2026-03-03T08:00:00Z", "2026-03-04T09:00:00Z", false),
        "08:00 the day before"));
    cr_expect(eq(str, moment("2026-03-28T12:00:00Z", "2026-03-04T09:00:00Z", false),
        "12:00 on Saturday 28 March"));
    cr_expect(eq(str, moment("2027-01-01T00:00:00Z", "2026-12-25T09:00:00Z", false),
        "00:00 on Friday 1 January 2027"));
}

Test(explain, durations_have_two_units_at_most)
{
    static const struct {
        int64_t ms;
        const char *text;
    } all[] = {
        {59999, "less than a minute"},
        {HW_MINUTE_MS, "1 minute"},
        {125 * HW_MINUTE_MS, "2 hours 5 minutes"},
        {HW_HOUR_MS, "1 hour"},
        {25 * HW_HOUR_MS, "1 day 1 hour"},
        {72 * HW_HOUR_MS + 59 * HW_MINUTE_MS, "3 days"},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        hw_words_init(&words);
        hw_words_add_duration(&words, all[i].ms);
        cr_expect(eq(str, words.text, (char *)all[i].text));
    }
}

Test(explain, what_people_write_does_nothing_to_a_terminal)
{
    hw_words_add(&words, "because: %s.",
        "flood\033[2J\nin\tW1\x7f \xc2\x9b"
        "2J caf\xc3\xa9 \xc2\xa3"
        "5");
    cr_expect(eq(str, words.text,
        "because: flood?[2J?in?W1? \xc2?2J caf\xc3\xa9 \xc2\xa3"
        "5."));
    hw_words_init(&words);
    hw_words_add_code(&words, hw_slice_text("no_bed\033c\xc2\x9b"));
    cr_expect(eq(str, words.text, "no bed?c\xc2?"));
    hw_words_init(&words);
    hw_words_add_who(&words, hw_slice_text("local:anna\r\033]0;x\a"));
    cr_expect(eq(str, words.text, "anna??]0;x?"));
}

Test(explain, codes_are_words)
{
    hw_words_add_needs(&words, hw_slice_text("hoist;personal_care;dementia"));
    cr_expect(eq(str, words.text, "personal care, dementia care and a hoist"));
    hw_words_init(&words);
    hw_words_add_needs(&words, hw_slice_text("personal_care;levitation"));
    cr_expect(eq(str, words.text, "personal care and something that is in no list"));
    hw_words_init(&words);
    hw_words_add_who(&words, hw_slice_text("local:anna"));
    hw_words_add(&words, ", ");
    hw_words_add_who(&words, hw_slice_text(""));
    cr_expect(eq(str, words.text, "anna, Somebody"));
    hw_words_init(&words);
    hw_words_add_reason(&words, hw_slice_text("E"));
    hw_words_add(&words, "; ");
    hw_words_add_reason(&words, hw_slice_text("no_such"));
    cr_expect(eq(str, words.text, "Awaiting care package in own home (E); no such"));
}

Test(explain, a_choice_says_what_came_after_and_what_stood_in_the_way)
{
    static const char *const named[] = {
        "kind", "reablement", "unit", "slots", "name", "Home First", "capacity", "1", NULL};
    struct hub hub = hub_new();

    hub_service(&hub, "HF", named);
    hw_explain_choice_words(&words, hub.engine,
        hw_slice_text("HF>B its code>C the contract for that zone|D:units;E:zone;F:units;+12"));
    cr_expect(eq(str, words.text,
        " It came before B (by its code); then C (by the contract for that zone). Not D; F: "
        "they have no room. Not E: it does not reach where the person will be. 12 other services "
        "had a "
        "rule in their way as well."));
    hw_words_init(&words);
    hw_explain_choice_words(&words, hub.engine, hw_slice_text("B|HF:units;"));
    cr_expect(eq(str, words.text,
        " No other service could take the person. Not Home First: it has no room."));
    hw_words_init(&words);
    hw_explain_choice_words(&words, hub.engine, hw_slice_text(""));
    cr_expect(eq(str, words.text, ""));
    hub_free(&hub);
}

/* Numbers of rules have gaps, and what ends something need be no rule at all. */
Test(explain, a_rule_is_its_words_and_anything_else_its_code)
{
    static const struct {
        const char *name, *one, *many;
    } rules[] = {
        {"units", "it has no room", "they have no room"},
        {"needs", "it cannot give all that the person needs",
            "they cannot give all that the person needs"},
        {"excluded", "somebody has excluded it", "somebody has excluded them"},
        {"rejected", "somebody has rejected it for this person",
            "somebody has rejected them for this person"},
        {"consent", "there is no consent yet", "there is no consent yet"},
        {"accepted_elsewhere", "accepted elsewhere", "accepted elsewhere"},
    };

    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        hw_words_init(&words);
        hw_words_add_rule(&words, hw_slice_text(rules[i].name));
        cr_expect(eq(str, words.text, (char *)rules[i].one));
        hw_words_init(&words);
        hw_words_add_rule_of_many(&words, hw_slice_text(rules[i].name));
        cr_expect(eq(str, words.text, (char *)rules[i].many));
    }
}

Test(explain, what_does_not_fit_is_cut)
{
    for (int i = 0; i < 2000; i++)
        hw_words_add(&words, "0123456789");
    cr_expect(eq(sz, words.size, HW_WORDS_SIZE - 1));
    cr_expect(eq(sz, strlen(words.text), HW_WORDS_SIZE - 1));
}
