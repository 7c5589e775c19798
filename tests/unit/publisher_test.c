/*
 * Goal: what is published follows CONTRACT 5.1: on change, numbered by topic, never before it is
 *       durable, bounded; questions are answered whatever they are, each to who asked.
 * Method: an engine double; first the publisher alone with its messages caught in memory, then the
 *       real sockets on a real loop, driven turn by turn (no waiting for a clock to pass).
 */
#define _GNU_SOURCE /* memmem */
#include "link/nanomsg/nanomsg.h"
#include "link/nanomsg/publisher.h"
#include "link/nanomsg/query.h"

#include "../support/engine_double.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <nanomsg/nn.h>
#include <nanomsg/pubsub.h>
#include <nanomsg/reqrep.h>
#include <stdlib.h>

enum { SITE = 1, REASON, SIDE, CAUGHT_MAX = 8192 };

static int64_t now_ms;
static struct hw_resources *resources;
static struct hw_publisher *publisher;

/* Messages sent, as "TOPIC JSON". */
static char *caught[CAUGHT_MAX];
static unsigned caught_count;
static bool heard;

static void catch (void *context, const char *text, size_t size)
{
    (void)context;
    cr_assert(caught_count < CAUGHT_MAX);
    caught[caught_count++] = strndup(text, size);
}

static bool is_heard(void *context)
{
    (void)context;
    return heard;
}

static void forget(void)
{
    for (unsigned i = 0; i < caught_count; i++)
        free(caught[i]);
    caught_count = 0;
}

static void setup(void)
{
    double_engine_reset();
    now_ms = double_engine.accepted_ms;
    double_engine.texts[SITE] = "RWEAA";
    double_engine.texts[REASON] = "E";
    double_engine.texts[SIDE] = "SC";
    heard = true;

    struct hw_resources_options options = {
        .engine = double_engine_pointer(), .now_ms = double_now_ms, .context = &now_ms};
    resources = hw_resources_new(&options);
    struct hw_publisher_options publishing = {
        .resources = resources, .run = 0xabc, .listening = is_heard, .send = catch};
    publisher = hw_publisher_new(&publishing);
}

static void teardown(void)
{
    forget();
    hw_publisher_free(publisher);
    hw_resources_free(resources);
}

TestSuite(publisher, .init = setup, .fini = teardown);

static void row_set(enum hw_dimension dimension, uint32_t index, const char *code, uint64_t version)
{
    double_engine.rows[dimension][index] =
        (struct hw_row){.code = hw_slice_text(code), .beds = -1, .version = version};
    if (double_engine.rows_count[dimension] <= index)
        double_engine.rows_count[dimension] = index + 1;
}

/* A whole round, in as many steps as it takes; returns how many. */
static unsigned run_round(bool all, uint64_t durable)
{
    unsigned steps = 1;

    hw_publisher_round(publisher, all);
    while (hw_publisher_step(publisher, durable))
        steps++;
    return steps;
}

/* The topics of what was caught, a blank after each. */
static const char *topics_caught(void)
{
    static char text[4096];

    *text = '\0';
    for (unsigned i = 0; i < caught_count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s ",
            (int)strcspn(caught[i], " "), caught[i]);
    return text;
}

static json_int_t number_of(unsigned index)
{
    json_t *json = json_loads(strchr(caught[index], ' ') + 1, 0, NULL);
    json_int_t number = json_integer_value(json_object_get(json, "number"));

    json_decref(json);
    return number;
}

Test(publisher, a_round_says_what_changed_and_nothing_else)
{
    row_set(HW_BY_SITE, 0, "RWEAA", 1);
    row_set(HW_BY_SITE, 1, "RWEAE", 1);
    row_set(HW_BY_COUNCIL, 0, "508", 1);
    row_set(HW_BY_ZONE, 0, "BLABY NORTH", 1);

    run_round(false, 1234);
    cr_expect(eq(str, (char *)topics_caught(),
        "metrics/total metrics/site/RWEAA metrics/site/RWEAE metrics/council/508 "
        "metrics/zone/BLABY_NORTH "));

    /* No record since: nothing is even looked at. */
    forget();
    run_round(false, 1234);
    cr_expect(eq(uint, caught_count, 0));

    /* A record that moved one site: its row and the county's, each with its next number. */
    double_engine.sequence = 1235;
    row_set(HW_BY_SITE, 1, "RWEAE", 2);
    run_round(false, 1235);
    cr_expect(eq(str, (char *)topics_caught(), "metrics/total metrics/site/RWEAE "));
    cr_expect(eq(i64, number_of(0), 2));
    cr_expect(eq(i64, number_of(1), 2));

    /* All of them, changed or not; those not said meanwhile have number 2 now. */
    forget();
    run_round(true, 1235);
    cr_expect(eq(uint, caught_count, 5));
    cr_expect(eq(i64, number_of(0), 3));
    cr_expect(eq(i64, number_of(1), 2));
    cr_expect(eq(i64, number_of(2), 3));
}

Test(publisher, a_message_is_topic_blank_json)
{
    row_set(HW_BY_COUNCIL, 0, "508", 1);
    double_engine.rows[HW_BY_COUNCIL][0].figures.ready = 7;
    run_round(true, 1234);

    cr_assert(eq(uint, caught_count, 2));
    const char *wanted = "metrics/council/508 {\"sequence\":1234,\"run\":\"0000000000000abc\","
                         "\"number\":1,\"as_at\":\"2026-11-21T10:15:00.000Z\",\"council\":\"508\","
                         "\"name\":null,\"in_hospital\":0,\"beds\":null,"
                         "\"not_meeting_criteria\":7,\"ready\":7,";
    cr_expect(strncmp(caught[1], wanted, strlen(wanted)) == 0, "%s", caught[1]);
}

Test(publisher, nothing_leaves_before_it_is_durable)
{
    row_set(HW_BY_SITE, 0, "RWEAA", 1);
    double_engine.effects[0] =
        (struct hw_effect){.kind = HW_EFFECT_DELAY_STARTED, .sequence = 1234, .reference = 7};
    double_engine.effects_count = 1;
    hw_publisher_effects(publisher);

    run_round(true, 1233);
    cr_expect(eq(uint, caught_count, 0));
    hw_publisher_step(publisher, 1233);
    cr_expect(eq(uint, caught_count, 0));
    hw_publisher_step(publisher, 1234);
    cr_expect(eq(str, (char *)topics_caught(), "delay/started metrics/total metrics/site/RWEAA "));
}

Test(publisher, more_rows_than_may_wait_are_built_as_room_comes)
{
    static char codes[300][8];

    for (unsigned i = 0; i < 300; i++) {
        snprintf(codes[i], sizeof codes[i], "Z%u", i);
        row_set(HW_BY_ZONE, i, codes[i], 1);
    }
    /* The disk is behind: a bounded number waits, however long it takes. */
    run_round(true, 1233);
    for (unsigned i = 0; i < 1000; i++)
        cr_assert(hw_publisher_step(publisher, 1233) == false);
    cr_expect(eq(uint, caught_count, 0));

    unsigned steps = run_round(false, 1234);
    cr_expect(eq(uint, caught_count, 301));
    cr_expect(steps > 10, "300 rows in %u steps", steps);
    cr_expect(eq(uint, (unsigned)number_of(300), 1));
}

Test(publisher, delays_tell_what_the_contract_says)
{
    double_engine.effects[0] = (struct hw_effect){.kind = HW_EFFECT_DELAY_ENDED,
        .sequence = 1234,
        .reference = 7,
        .since_ms = now_ms - 5400000,
        .ms = 5400000,
        .site = SITE,
        .reason = REASON,
        .responsible = SIDE,
        .inferred = true,
        .annulled = true};
    double_engine.effects_count = 1;
    hw_publisher_effects(publisher);
    hw_publisher_step(publisher, 1234);

    cr_assert(eq(uint, caught_count, 1));
    cr_expect(eq(str, caught[0],
        "delay/ended {\"sequence\":1234,\"run\":\"0000000000000abc\",\"number\":1,"
        "\"reference\":\"S7\",\"site\":\"RWEAA\",\"reason\":\"E\",\"responsible\":\"SC\","
        "\"inferred\":true,\"since\":\"2026-11-21T08:45:00.000Z\",\"hours\":1.5,\"ms\":5400000,"
        "\"annulled\":true}"));
}

Test(publisher, routes_tell_what_the_contract_says)
{
    double_engine.effects[0] = (struct hw_effect){.kind = HW_EFFECT_ROUTE_OFFERED,
        .sequence = 1234,
        .reference = 9,
        .referral = 8,
        .stay = 7,
        .version = 2,
        .units = 1,
        .service = SITE,
        .direction = 2,
        .pathway = 1,
        .word = "offered",
        .ms = 91 * HW_MINUTE_MS + 59999,
        .starts_ms = HW_TIME_NONE,
        .since_ms = now_ms};
    double_engine.effects[1] = (struct hw_effect){
        .kind = HW_EFFECT_ALERT_RAISED, .reference = 9, .word = "hold_over", .since_ms = now_ms};
    double_engine.effects[2] = (struct hw_effect){.kind = HW_EFFECT_AUTOMATION,
        .scope = "service",
        .service = SITE,
        .word = "paused",
        .since_ms = HW_TIME_OPEN};
    double_engine.effects[3] = (struct hw_effect){
        .kind = HW_EFFECT_ROUTE_HELD, .reference = 8, .referral = 8, .held = 5, .since_ms = now_ms};
    double_engine.effects_count = 4;
    hw_publisher_effects(publisher);
    hw_publisher_step(publisher, 1234);

    cr_assert(eq(uint, caught_count, 4));
    cr_expect(eq(str, caught[0],
        "route/offered {\"sequence\":1234,\"run\":\"0000000000000abc\",\"number\":1,"
        "\"reference\":\"O9\",\"version\":2,\"state\":\"offered\",\"service\":\"RWEAA\","
        "\"referral\":\"R8\",\"spell\":\"S7\",\"direction\":\"step_down\",\"pathway\":\"P1\","
        "\"waited_minutes\":91,\"units\":1,\"automatic\":false,\"starts_at\":null,"
        "\"expires_at\":\"2026-11-21T10:15:00.000Z\",\"reason\":null}"));
    cr_expect(strstr(caught[1], "alert/raised ") == caught[1]);
    cr_expect(strstr(caught[1], "\"reference\":\"A9\",\"alert\":\"hold_over\"") != NULL);
    cr_expect(strstr(caught[2],
                  "\"number\":1,\"scope\":\"service\",\"code\":\"RWEAA\",\"mode\":\"paused\","
                  "\"until\":null}") != NULL);
    cr_expect(strstr(caught[3], "\"held\":[\"person\",\"death\"]") != NULL);
}

Test(publisher, each_service_has_a_capacity_topic_with_numbers_of_its_own)
{
    for (unsigned i = 0; i < 3; i++)
        double_engine.effects[i] = (struct hw_effect){.kind = HW_EFFECT_CAPACITY,
            .index = i == 1 ? 5 : 0,
            .service = i == 1 ? SITE : REASON,
            .capacity = 4,
            .units = 5,
            .available = -1,
            .since_ms = HW_TIME_NONE};
    double_engine.effects_count = 3;
    hw_publisher_effects(publisher);
    hw_publisher_step(publisher, 1234);

    cr_expect(eq(str, (char *)topics_caught(), "capacity/E capacity/RWEAA capacity/E "));
    cr_expect(eq(i64, number_of(0), 1));
    cr_expect(eq(i64, number_of(1), 1));
    cr_expect(eq(i64, number_of(2), 2));
    cr_expect(strstr(caught[2],
                  "\"capacity\":4,\"held\":5,\"free\":-1,\"suspended\":false,"
                  "\"declared_at\":null}") != NULL);
}

Test(publisher, restricted_people_are_named_nowhere)
{
    double_engine.effects[0] =
        (struct hw_effect){.kind = HW_EFFECT_DELAY_STARTED, .reference = 7, .restricted = true};
    double_engine.effects[1] = (struct hw_effect){.kind = HW_EFFECT_DELAY_STARTED, .reference = 8};
    double_engine.effects_count = 2;
    hw_publisher_effects(publisher);
    hw_publisher_step(publisher, 1234);
    cr_assert(eq(uint, caught_count, 1));
    cr_expect(strstr(caught[0], "\"S8\"") != NULL);
    cr_expect(eq(i64, number_of(0), 1));
}

Test(publisher, delays_past_the_queue_leave_a_gap_in_the_numbers)
{
    double_engine.effects[0] =
        (struct hw_effect){.kind = HW_EFFECT_DELAY_STARTED, .sequence = 1235, .reference = 7};
    double_engine.effects_count = 1;
    for (unsigned i = 0; i < HW_TELLING_QUEUED_MAX + 5; i++)
        hw_publisher_effects(publisher);
    cr_expect(eq(u64, hw_publisher_left_out(publisher), 5));
    while (hw_publisher_step(publisher, 1235))
        ;
    cr_assert(eq(uint, caught_count, HW_TELLING_QUEUED_MAX));
    cr_expect(eq(i64, number_of(caught_count - 1), HW_TELLING_QUEUED_MAX));

    hw_publisher_effects(publisher);
    hw_publisher_step(publisher, 1235);
    cr_expect(eq(i64, number_of(caught_count - 1), HW_TELLING_QUEUED_MAX + 6));
}

Test(publisher, without_a_listener_nothing_is_built_and_numbers_go_on)
{
    heard = false;
    row_set(HW_BY_SITE, 0, "RWEAA", 1);
    double_engine.effects[0] = (struct hw_effect){.kind = HW_EFFECT_DELAY_CHANGED, .reference = 7};
    double_engine.effects_count = 1;
    hw_publisher_effects(publisher);
    run_round(true, 1234);
    cr_expect(eq(uint, caught_count, 0));

    /* Whoever comes hears of the change that nobody heard. */
    heard = true;
    hw_publisher_effects(publisher);
    run_round(false, 1234);
    cr_expect(eq(str, (char *)topics_caught(), "delay/changed metrics/total metrics/site/RWEAA "));
    cr_expect(eq(i64, number_of(0), 2));
}

/* A question and words of its answer; states: it tells what was applied. */
static const struct {
    const char *question, *answer;
    bool states;
} questions[] = {
    {"{\"query\":\"summary\"}", "{\"sequence\":1234,", true},
    {"{\"query\":\"delays\",\"limit\":5}", "\"delays\":[]", true},
    {"{\"query\":\"delays\",\"limit\":-5}", "\"parameter\":\"limit\"", false},
    {"{\"query\":\"weather\"}", "there is no \\\"weather\\\"", false},
    {"{\"query\":7}", "a question is an object", false},
    {"{}", "a question is an object", false},
    {"[]", "a question is an object", false},
    {"7", "the question is not JSON: line 1, column 1", false},
    {"", "the question is not JSON: line 1, column 0", false},
    {"{\"query\":\n\"summary\" oops}", "line 2, column 14", false},
    {"{\"query\":\"summary\",\"query\":\"delays\"}", "not JSON", false},
    {"{\"ingest\":[]}", "events and decisions are not taken here", false},
    {"{\"decide\":{}}", "events and decisions are not taken here", false},
};

static const struct hw_door no_door = {.context = NULL};

Test(publisher, every_question_has_an_answer)
{
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        size_t size;
        uint64_t refused, later;
        bool states;
        char *answer = hw_query_answer(resources, &no_door, hw_slice_text(questions[i].question),
            &size, &states, &refused, &later);

        cr_assert(answer != NULL);
        cr_expect(
            strstr(answer, questions[i].answer) != NULL, "%s: %s", questions[i].question, answer);
        cr_expect(states == questions[i].states, "%s", questions[i].question);
        cr_expect(eq(sz, size, strlen(answer)));
        free(answer);
    }
}

Test(publisher, a_malformed_question_is_not_repeated)
{
    size_t size;
    uint64_t refused, later;
    bool states;
    char *answer = hw_query_answer(resources, &no_door, hw_slice_text("{\"query\": 9434765919}x{"),
        &size, &states, &refused, &later);

    cr_expect(strstr(answer, "943476") == NULL, "%s", answer);
    free(answer);
}

Test(publisher, a_question_too_long_is_refused)
{
    size_t size;
    uint64_t refused, later;
    bool states;
    char *question = calloc(1, HW_INGEST_SIZE_MAX + 1);
    char *answer = hw_query_answer(resources, &no_door,
        hw_slice_of(question, HW_INGEST_SIZE_MAX + 1), &size, &states, &refused, &later);

    cr_expect(eq(str, answer,
        "{\"error\":\"a question may have 16384 bytes at most, and 262144 with events\"}"));
    free(answer);
    free(question);
}

/* ---- the sockets ---- */

static uv_loop_t loop;
static struct hw_nanomsg *nanomsg;
static int subscriber, asker;

static uint64_t promised; /* number of the last answer that comes later */

static json_t *later(
    void *context, const json_t *decision, uint64_t *ret_refused, uint64_t *ret_later)
{
    (void)context, (void)decision, (void)ret_refused;
    *ret_later = ++promised;
    return NULL;
}

static void live_setup(void)
{
    setup();
    uv_loop_init(&loop);
    struct hw_nanomsg_options options = {.loop = &loop,
        .publish = "tcp://127.0.0.1:0",
        .query = "tcp://127.0.0.1:0",
        .interval_ms = 10,
        .run = 1,
        .durable = 1233,
        .resources = resources,
        .door = {.decide = later}};
    char error[HW_ERROR_TEXT_SIZE] = "";

    cr_assert(hw_nanomsg_new(&options, &nanomsg, error) == HW_OK, "%s", error);
    subscriber = nn_socket(AF_SP, NN_SUB);
    nn_setsockopt(subscriber, NN_SUB, NN_SUB_SUBSCRIBE, "", 0);
    cr_assert(nn_connect(subscriber, hw_nanomsg_publish_address(nanomsg)) >= 0);
    asker = nn_socket(AF_SP, NN_REQ);
    cr_assert(nn_connect(asker, hw_nanomsg_query_address(nanomsg)) >= 0);
}

static bool over;

static void on_closed(void *context)
{
    (void)context;
    over = true;
}

static void live_teardown(void)
{
    hw_nanomsg_drain(nanomsg);
    hw_nanomsg_close(nanomsg, on_closed, NULL);
    uv_run(&loop, UV_RUN_DEFAULT); /* Ends: nothing of it is left on the loop. */
    cr_expect(over);
    cr_expect(uv_loop_close(&loop) == 0);
    nn_close(subscriber);
    nn_close(asker);
    teardown();
}

TestSuite(nanomsg, .init = live_setup, .fini = live_teardown);

/* Turn the loop until something can be read from a socket; what it was, for nn_freemsg(). */
static char *read_from(int socket, int *ret_size)
{
    char *message = NULL;

    for (;;) {
        *ret_size = nn_recv(socket, &message, NN_MSG, NN_DONTWAIT);
        if (*ret_size >= 0)
            return message;
        uv_run(&loop, UV_RUN_ONCE);
    }
}

static void expect_answer(int socket, const char *words)
{
    int size;
    char *message = read_from(socket, &size);

    cr_expect(memmem(message, (size_t)size, words, strlen(words)) != NULL, "%.*s", size, message);
    nn_freemsg(message);
}

Test(nanomsg, an_answer_waits_until_it_is_durable_and_an_error_does_not)
{
    int other = nn_socket(AF_SP, NN_REQ);
    char *message;

    cr_assert(nn_connect(other, hw_nanomsg_query_address(nanomsg)) >= 0);
    nn_send(other, "{", 1, 0);
    expect_answer(other, "the question is not JSON");

    nn_send(asker, "{\"query\":\"health\"}", 18, 0);
    for (int i = 0; i < 30; i++) { /* Each turn is an interval of the metrics timer. */
        uv_run(&loop, UV_RUN_ONCE);
        cr_assert(nn_recv(asker, &message, NN_MSG, NN_DONTWAIT) < 0, "answered before its time");
    }
    hw_nanomsg_durable(nanomsg, 1234);
    expect_answer(asker, "\"sequence\":1234");
    nn_close(other);
}

Test(nanomsg, many_ask_at_once_and_each_gets_its_own_answer)
{
    enum { ASKERS = 40 };
    int askers[ASKERS];

    hw_nanomsg_durable(nanomsg, 1234);
    for (int i = 0; i < ASKERS; i++) {
        char question[64];
        int size = snprintf(question, sizeof question, "{\"query\":\"n%d.\"}", i);

        askers[i] = nn_socket(AF_SP, NN_REQ);
        cr_assert(nn_connect(askers[i], hw_nanomsg_query_address(nanomsg)) >= 0);
        nn_send(askers[i], question, (size_t)size, 0);
    }
    for (int i = ASKERS - 1; i >= 0; i--) {
        char words[32];

        snprintf(words, sizeof words, "no \\\"n%d.\\\"", i);
        expect_answer(askers[i], words);
        nn_close(askers[i]);
    }
}

static void keep(uint64_t number, const char *words)
{
    json_t *body = json_pack("{s:s}", "said", words);

    hw_nanomsg_answer(nanomsg, number, body);
    json_decref(body);
}

/* What is promised last is kept first, and one promise is never kept. */
Test(nanomsg, a_promised_answer_keeps_nobody_waiting)
{
    int other = nn_socket(AF_SP, NN_REQ), third = nn_socket(AF_SP, NN_REQ);

    cr_assert(nn_connect(other, hw_nanomsg_query_address(nanomsg)) >= 0);
    cr_assert(nn_connect(third, hw_nanomsg_query_address(nanomsg)) >= 0);
    hw_nanomsg_durable(nanomsg, 1234);
    nn_send(asker, "{\"decide\":{}}", 13, 0);
    while (promised < 1)
        uv_run(&loop, UV_RUN_ONCE);
    nn_send(other, "{\"decide\":{}}", 13, 0);
    while (promised < 2)
        uv_run(&loop, UV_RUN_ONCE);
    nn_send(third, "{\"query\":\"health\"}", 18, 0);
    expect_answer(third, "\"status\":\"ok\"");
    keep(2, "to the other");
    expect_answer(other, "to the other");
    nn_send(third, "{\"decide\":{}}", 13, 0);
    while (promised < 3)
        uv_run(&loop, UV_RUN_ONCE);
    keep(1, "to the first");
    expect_answer(asker, "to the first");
    nn_close(other);
    nn_close(third);
}

Test(nanomsg, an_asker_who_is_gone_harms_nobody)
{
    int gone = nn_socket(AF_SP, NN_REQ);

    cr_assert(nn_connect(gone, hw_nanomsg_query_address(nanomsg)) >= 0);
    nn_send(gone, "{\"query\":\"health\"}", 18, 0);
    nn_send(asker, "{\"query\":\"health\"}", 18, 0);
    for (int i = 0; i < 30; i++)
        uv_run(&loop, UV_RUN_ONCE);
    nn_close(gone);
    hw_nanomsg_durable(nanomsg, 1234);
    expect_answer(asker, "\"status\":\"ok\"");
}

Test(nanomsg, changes_are_published)
{
    int size;

    row_set(HW_BY_SITE, 0, "RWEAA", 1);
    hw_nanomsg_durable(nanomsg, 1234);
    for (bool site = false, total = false; !site || !total;) {
        char *message = read_from(subscriber, &size);

        total = total || strncmp(message, "metrics/total {\"sequence\":1234,", 31) == 0;
        site = site || strncmp(message, "metrics/site/RWEAA {\"sequence\":1234,", 36) == 0;
        nn_freemsg(message);
    }
    double_engine.effects[0] =
        (struct hw_effect){.kind = HW_EFFECT_DELAY_STARTED, .sequence = 1235, .reference = 7};
    double_engine.effects_count = 1;
    double_engine.sequence = 1235;
    hw_nanomsg_applied(nanomsg);
    hw_nanomsg_durable(nanomsg, 1235);
    for (bool started = false; !started;) {
        char *message = read_from(subscriber, &size);

        started = strncmp(message, "delay/started {\"sequence\":1235,", 31) == 0;
        nn_freemsg(message);
    }
}

Test(nanomsg, an_address_in_use_is_told_with_what_to_do)
{
    struct hw_nanomsg_options options = {.loop = &loop,
        .publish = hw_nanomsg_publish_address(nanomsg),
        .interval_ms = 10,
        .resources = resources};
    struct hw_nanomsg *other = NULL;
    char error[HW_ERROR_TEXT_SIZE] = "";

    cr_expect(eq(int, hw_nanomsg_new(&options, &other, error), HW_E_IO));
    cr_expect(other == NULL);
    cr_expect(
        strstr(error, "nanomsg.publish: cannot listen at tcp://127.0.0.1:") != NULL, "%s", error);
    cr_expect(strstr(error, "set another port") != NULL, "%s", error);

    options.publish = "http://127.0.0.1:80";
    cr_expect(eq(int, hw_nanomsg_new(&options, &other, error), HW_E_INVALID));
    cr_expect(strstr(error, "set tcp://HOST:PORT or ipc://PATH") != NULL, "%s", error);
}

/* The README's table of topics is that of the code, word for word. */
Test(publisher, the_readme_names_every_topic)
{
    FILE *file = fopen(NANOMSG_README, "r");
    char readme[16384];

    cr_assert(file != NULL);
    readme[fread(readme, 1, sizeof readme - 1, file)] = '\0';
    fclose(file);

#define EXPECT_ROW(id, topic, when, what)                                                          \
    cr_expect(strstr(readme, "\n| `" topic "` | " when " | " what " |\n") != NULL,                 \
        "the table lacks: | `%s` | %s | %s |", topic, when, what);
    HW_TOPIC_LIST(EXPECT_ROW)
#undef EXPECT_ROW

    unsigned rows = 0;
    for (const char *row = strstr(readme, "\n| `"); row != NULL; row = strstr(row + 1, "\n| `"))
        rows++;
    cr_expect(eq(uint, rows, HW_TOPIC_COUNT), "the table has a row that the code has not");
}
