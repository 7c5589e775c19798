/*
 * Goal: `homeward top` shows what was published, notices what it missed, fits every terminal and
 *       lets no code from a feed move a cursor.
 * Method: model and picture alone, fed with messages as nanomsg brings them.
 */
#include "cli/top_canvas.h"
#include "cli/top_view.h"
#include "homeward/time.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#define FIGURES                                                                                    \
    "\"in_hospital\":812,\"beds\":1716,\"not_meeting_criteria\":143,\"ready\":143,"                \
    "\"ready_hours\":9120.5,\"ready_ms\":32833800000,\"delayed\":131,\"delayed_days\":361,"        \
    "\"ready_today_hours\":1310.2,\"ready_today_ms\":4716720000,"                                  \
    "\"by_pathway\":{\"P0\":31,\"P1\":62,\"P2\":24,\"P3\":18,\"none\":8},\"expected_today\":41,"   \
    "\"stay_7\":390,\"stay_14\":221,\"stay_21\":140,\"admitted_today\":96,\"discharged_today\":88"

#define REASON(reason, side, people, ms)                                                           \
    "{\"reason\":\"" reason "\",\"responsible\":\"" side "\",\"inferred\":false,"                  \
    "\"contested\":false,\"people\":" people ",\"hours\":1,\"ms\":" ms "}"

static const char summary[] =
    "{\"sequence\":1234,\"as_at\":\"2026-07-21T10:15:00.000Z\",\"total\":{" FIGURES "},"
    "\"sites\":[{\"site\":\"RWEAA\",\"name\":\"Infirmary\"," FIGURES ",\"stale\":true,"
    "\"reasons\":[" REASON("E", "SC", "31", "3600000") "," REASON("A", "NHS", "2",
        "36000") "]},"
                 "{\"site\":\"RWEAE\",\"name\":null," FIGURES ",\"stale\":false,"
                 "\"reasons\":[" REASON("E", "SC", "4",
                     "3600000") "]}],"
                                "\"feeds\":[{\"source\":\"RWE/"
                                "PAS\",\"last_arrival\":\"2026-07-21T08:05:00.000Z\","
                                "\"stale\":true}]}";

static struct hw_top_model model;

static void setup(void)
{
    hw_top_model_init(&model);
    hw_top_model_answer(&model, hw_slice_text(summary), 1000);
}

static void teardown(void)
{
    hw_top_model_free(&model);
}

TestSuite(top, .init = setup, .fini = teardown);

static char *draw(unsigned width, unsigned height, bool colour, int64_t now_ms)
{
    struct hw_top_look look = {.width = width,
        .height = height,
        .colour = colour,
        .now_ms = now_ms,
        .address = "tcp://127.0.0.1:5562"};

    return hw_top_view(&model, &look);
}

static void message(const char *text, int64_t now_ms)
{
    hw_top_model_message(&model, hw_slice_text(text), now_ms);
}

static void expect_shown(const char *words, bool shown)
{
    char *text = draw(80, 24, false, 2000);

    cr_expect(shown == (strstr(text, words) != NULL), "\"%s\" in\n%s", words, text);
    free(text);
}

Test(top, the_picture_at_80_by_24)
{
    char *text = draw(80, 24, false, 2000);

    cr_expect(eq(str, text,
        " Homeward  Tue 21 Jul 2026 11:15:00  record 1,234                           live\n"
        "\n"
        " In hospital   Ready        Delayed       Delayed days  Ready hours  Hours today\n"
        " 812           143          131           361           9,120.5      1,310.2\n"
        " 47% of beds   18% of them  92% of them   in nights     so far       since 00:00\n"
        "\n"
        " Today  admitted 96  discharged 88  expected out 41\n"
        " Stays  7+ 390  14+ 221  21+ 140    Pathway P0 31 P1 62 P2 24 P3 18 none 8\n"
        "\n"
        " Site                         In  Beds  Ready  Delayed   Days     Hours   21+\n"
        " RWEAA [stale] Infirmary     812 1,716    143      131    361   9,120.5   140\n"
        " RWEAE                       812 1,716    143      131    361   9,120.5   140\n"
        "\n"
        " Waiting for  ~ inferred ! contested            Side         People     Hours\n"
        " E                                              social care      35       2.0\n"
        " A                                              NHS               2       0.0\n"
        "\n"
        " Just now  no delay began or ended since this view was opened\n"
        "\n"
        " Feeds  RWE/PAS silent since 09:05\n"
        " q quits                                                    tcp://127.0.0.1:5562\n"));
    free(text);
}

Test(top, a_share_of_all_is_whole_and_of_nearly_all_is_not)
{
#define TOTAL(ready, delayed)                                                                      \
    "{\"sequence\":1,\"as_at\":\"2026-07-21T10:15:00.000Z\",\"total\":{\"in_hospital\":208,"       \
    "\"beds\":200,\"ready\":" #ready ",\"delayed\":" #delayed "},\"sites\":[],\"feeds\":[]}"
    hw_top_model_answer(&model, hw_slice_text(TOTAL(208, 207)), 1500);
    expect_shown(" 104% of beds  all of them  99% of them   in nights", true);
    hw_top_model_answer(&model, hw_slice_text(TOTAL(207, 207)), 1500);
    expect_shown(" 104% of beds  99% of them  all of them   in nights", true);
#undef TOTAL
}

#define SERVICE(code, capacity, held, open, waiting, more)                                         \
    "{\"service\":\"" code "\",\"name\":\"Home First\",\"capacity\":" capacity ",\"held\":" held   \
    ",\"free\":" open ",\"waiting\":" waiting ",\"past_review\":1" more "}"
static const char with_services[] =
    "{\"sequence\":1234,\"as_at\":\"2026-07-21T10:15:00.000Z\",\"total\":{" FIGURES
    ",\"waiting_step_down\":77,\"waiting_step_up\":4,\"offered\":12,\"placed\":301,"
    "\"home_not_started\":3},\"sites\":[{\"site\":\"RWEAA\"," FIGURES
    ",\"reasons\":[" REASON("E", "SC", "31", "3600000") "]}],\"services\":[" SERVICE(
        "BED4", "6", "2", "4", "0", "") "," SERVICE("HART", "40", "43", "-3", "9",
        ",\"suspended\":true") "," SERVICE("OADBY", "5", "5", "0", "2", "") "],\"feeds\":[]}";

#define PAUSED(scope, code, more)                                                                  \
    "{\"scope\":\"" scope "\",\"code\":" code ",\"mode\":\"paused\"" more "}"
#define MODES_BEHIND(modes) "],\"modes\":[" modes "],\"feeds\":[]}"
#define PAUSED_SUMMARY(modes)                                                                      \
    "{\"sequence\":1234,\"as_at\":\"2026-07-21T10:15:00.000Z\",\"total\":{" FIGURES                \
    "},\"sites\":[],\"services\":[" SERVICE("HART", "40", "43", "-3", "9",                         \
        ",\"paused\":[" PAUSED("service", "\"HART\"", "") "]") "," SERVICE("OADBY", "5", "5", "0", \
        "2", ",\"paused\":[" PAUSED("all", "null", "") "]") MODES_BEHIND(modes)

/* Which scope, by whom, until when: without asking, and at once when it changes. */
Test(top, what_is_paused_stands_above_the_services)
{
    hw_top_model_answer(&model,
        hw_slice_text(PAUSED_SUMMARY("{\"scope\":\"pathway\",\"code\":\"P1\",\"mode\":\"offer\"}"
                                     "," PAUSED("all", "null",
                                         ",\"by\":\"local:anna\",\"reason\":\"bed meeting\","
                                         "\"since\":\"2026-07-21T09:00:00.000Z\",\"until\":\"2026-"
                                         "07-21T11:00:00.000Z\"") "," PAUSED("service", "\"HART\"",
                                         ",\"by\":null,\"since\":null,\"until\":\"2026-07-22T06:00:"
                                         "00.000Z\""))),
        1500);
    expect_shown(" PAUSED  everything since 10:00 until 12:00 by anna: bed meeting\n"
                 " PAUSED  service HART until Wed 22 Jul 2026 07:00:00 by the configuration\n",
        true);
    expect_shown("\n HART [paused] Home First", true);
    expect_shown("\n OADBY Home First", true);
    cr_expect(eq(int, model.stale_rows, 0));
    message("automation/changed {\"sequence\":1235,\"run\":\"a\",\"number\":1,\"scope\":\"all\","
            "\"code\":null,\"mode\":\"propose\",\"until\":null}",
        1600);
    cr_expect(eq(int, model.stale_rows, 1), "who did it, and why, is to be asked");
}

/* More than there is room for are counted, and the picture ends where it should. */
Test(top, many_paused_scopes_fit_a_small_terminal)
{
    hw_top_model_answer(&model,
        hw_slice_text(PAUSED_SUMMARY(PAUSED("zone", "\"A\"", "") "," PAUSED("zone", "\"B\"",
            "") "," PAUSED("direction", "\"step_up\"", "") "," PAUSED("site", "\"C\"", ""))),
        1500);
    expect_shown(" PAUSED  zone A by the configuration\n PAUSED  and 3 scopes more\n", true);
    expect_shown(" q quits", true);
    char *text = draw(80, 40, false, 2000);
    cr_expect(strstr(text, " PAUSED  step-up referrals by") != NULL, "%s", text);
    cr_expect(strstr(text, " PAUSED  site C by") != NULL, "%s", text);
    free(text);
}

/* The figures of a big county: what does not fit is left out whole, never who is without care. */
Test(top, no_figure_of_home_first_is_cut)
{
    hw_top_model_answer(&model,
        hw_slice_text(
            "{\"sequence\":1,\"as_at\":\"2026-07-21T10:15:00.000Z\",\"total\":{"
            "\"waiting_step_down\":136,\"waiting_step_up\":122,\"offered\":284,"
            "\"placed\":1630,\"home_not_started\":123},\"sites\":[],\"services\":[" SERVICE(
                "HART", "40", "43", "-3", "9", "") "],\"feeds\":[]}"),
        1500);
    expect_shown(" Home First  waiting 136  in crisis 122  offered 284  home, no care 123\n", true);
}

/* Those most people wait for come first, and every other part of the picture is still there. */
Test(top, services_stand_beside_the_rest_at_80_by_24)
{
    hw_top_model_answer(&model, hw_slice_text(with_services), 1500);
    char *text = draw(80, 24, false, 2000);

    cr_expect(
        strstr(text,
            " Home First  waiting 77  in crisis 4  offered 12  placed 301  home, no care 3\n"
            " Service (2 of 3)              Waiting   Free     Held  Capacity  Past review\n"
            " HART [suspended] Home Fir           9     -3       43        40            1\n"
            " OADBY Home First                    2      0        5         5            1\n") !=
            NULL,
        "%s", text);
    cr_expect(strstr(text, " RWEAA") != NULL && strstr(text, " q quits") != NULL, "%s", text);
    free(text);

    message("metrics/service/OADBY {\"number\":1,\"sequence\":1235,\"service\":\"OADBY\","
            "\"waiting\":30,\"free\":1}",
        1600);
    text = draw(80, 24, false, 2000);
    cr_expect(strstr(text, "Past review\n OADBY ") != NULL, "%s", text);
    free(text);
}

Test(top, fits_any_terminal)
{
    hw_top_model_answer(&model, hw_slice_text(with_services), 1500);
    for (int i = 0; i < 90; i++)
        message("delay/started {\"number\":1,\"reference\":\"S1\",\"site\":\"A\"}", 1500);
    for (unsigned width = 10; width < 200; width += 7) {
        for (unsigned height = 1; height < 60; height += 3) {
            char *text = draw(width, height, false, 2000);
            unsigned lines = 0;

            for (char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1, lines++)
                cr_assert(strcspn(line, "\n") <= width, "%u x %u: %s", width, height, line);
            cr_expect(lines <= height, "%u x %u: %u lines", width, height, lines);
            free(text);
        }
    }
}

Test(top, a_file_gets_all_sites_and_no_keys)
{
    char *text = draw(80, 0, false, 2000);

    cr_expect(strstr(text, "RWEAE") != NULL);
    cr_expect(strstr(text, "q quits") == NULL);
    cr_expect(strstr(text, "\033") == NULL);
    free(text);
}

Test(top, colours_only_where_asked_for)
{
    char *plain = draw(80, 24, false, 2000);
    char *coloured = draw(80, 24, true, 2000);

    cr_expect(strchr(plain, '\033') == NULL);
    cr_expect(strchr(coloured, '\033') != NULL);
    free(plain);
    free(coloured);
}

Test(top, what_is_published_is_shown)
{
    message("metrics/total {\"sequence\":1235,\"run\":\"a\",\"number\":1,"
            "\"as_at\":\"2026-07-21T10:15:01.000Z\",\"in_hospital\":900,\"beds\":null}",
        1500);
    expect_shown(" 900 ", true);
    expect_shown("record 1,235", true);
    message("metrics/site/RWEAE {\"sequence\":1236,\"run\":\"a\",\"number\":1,"
            "\"site\":\"RWEAE\",\"in_hospital\":77}",
        1500);
    expect_shown("RWEAE                        77     -", true);
    message(
        "metrics/site/NEW {\"sequence\":1236,\"run\":\"a\",\"number\":1,\"site\":\"NEW\"}", 1500);
    expect_shown("NEW", true);
    cr_expect(eq(int, model.stale_rows, 0));

    /* Older than what is shown: it changes nothing. */
    message("metrics/total {\"sequence\":1200,\"run\":\"a\",\"number\":2,\"in_hospital\":1}", 1500);
    expect_shown(" 900 ", true);
}

Test(top, a_gap_in_the_numbers_asks_for_the_summary)
{
    message("metrics/total {\"sequence\":1235,\"run\":\"a\",\"number\":5}", 1500);
    message("delay/ended {\"sequence\":1235,\"run\":\"a\",\"number\":9}", 1500);
    message("metrics/total {\"sequence\":1235,\"run\":\"a\",\"number\":6}", 1500);
    cr_expect(eq(int, model.stale_rows, 0));
    message("metrics/total {\"sequence\":1235,\"run\":\"a\",\"number\":8}", 1500);
    cr_expect(eq(int, model.stale_rows, 1));
    hw_top_model_answer(&model, hw_slice_text(summary), 1600);
    cr_expect(eq(int, model.stale_rows, 0));
}

Test(top, an_engine_started_anew_is_believed)
{
    message("metrics/total {\"sequence\":1235,\"run\":\"a\",\"number\":5}", 1500);
    message("metrics/total {\"sequence\":3,\"run\":\"b\",\"number\":1,\"in_hospital\":4}", 1600);
    cr_expect(eq(int, model.stale_rows, 1));
    expect_shown("record 3 ", true);
}

Test(top, delays_are_told_as_they_come)
{
    message("delay/started {\"sequence\":1235,\"run\":\"a\",\"number\":1,\"reference\":\"S7K\","
            "\"site\":\"RWEAA\",\"reason\":\"E\",\"responsible\":\"SC\",\"inferred\":false,"
            "\"since\":\"2026-07-21T10:00:00.000Z\",\"hours\":0,\"ms\":0,\"annulled\":false}",
        1500);
    expect_shown(" 11:00  ready to leave          S7K        RWEAA   E, social care", true);
    message("delay/ended {\"sequence\":1236,\"run\":\"a\",\"number\":1,\"reference\":\"S7K\","
            "\"site\":\"RWEAA\",\"reason\":\"E\",\"responsible\":\"SC\",\"inferred\":false,"
            "\"since\":\"2026-07-21T10:00:00.000Z\",\"hours\":1.5,\"ms\":5400000,"
            "\"annulled\":false}",
        1500);
    expect_shown(" 12:30  ended after 1.5 h       S7K        RWEAA   E, social care", true);
    hw_top_model_answer(&model,
        hw_slice_text("{\"reasons\":[{\"reason\":\"E\",\"text\":\"Care package at home\"}]}"),
        1600);
    expect_shown("RWEAA   Care package at home, so", true);
    expect_shown(" E    Care package at home", true);
}

Test(top, silence_is_told)
{
    char *text = draw(80, 24, false, 1000 + 40000);

    cr_expect(strstr(text, "no word for 40 s\n") != NULL, "%s", text);
    free(text);
}

Test(top, nothing_of_a_message_reaches_the_terminal_as_a_command)
{
    message("metrics/site/X {\"sequence\":1236,\"run\":\"a\",\"number\":1,"
            "\"site\":\"X\\u001b[2J\\u009b\",\"name\":\"\\u0007\\r\\n\\u007f\"}",
        1500);
    expect_shown("X?[2J? ????", true);
}

/* Whatever comes: the picture is drawn all the same. */
static const char *const strange[] = {"", " ", "metrics/total", "metrics/total ", "x {}",
    "metrics/total []", "metrics/total {\"sequence\":\"a\",\"number\":{}}",
    "metrics/site/A {\"site\":7,\"sequence\":9999}", "delay/started {\"since\":7,\"ms\":\"x\"}",
    "delay/ {}", "metrics/total {\"sequence\":99999,\"by_pathway\":[],\"ready_ms\":-1}"};

Test(top, strange_messages_do_no_harm)
{
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        message(strange[i], 1500);
        hw_top_model_answer(&model, hw_slice_text(strange[i]), 1500);
    }
    hw_top_model_answer(&model, hw_slice_text("{\"total\":{}}"), 1500);
    expect_shown("Homeward", true);
}

Test(top, the_rate_is_of_some_seconds)
{
    expect_shown("/s", false);
    message("metrics/total {\"sequence\":1334,\"run\":\"a\",\"number\":1}", 6000);
    expect_shown("  20/s", true); /* 100 records in 5 s */
}
