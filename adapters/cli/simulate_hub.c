#include "cli/simulate_hub.h"

#include "cli/simulate_send.h"
#include "homeward/time.h"
#include "simulate/hub.h"
#include "simulate/offer.h"

#include <jansson.h>
#include <nanomsg/nn.h>
#include <nanomsg/reqrep.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE_MAX = 256,   /* events in line */
    BATCH_MAX = 64,   /* events in one question */
    PLANS_MAX = 2048, /* offers and proposals that will be answered */
    POLL_MS = 250,    /* how often the server is asked what it offers */
    RESEND_MS = 5000, /* a lost question is put again */
    QUESTION_SIZE = BATCH_MAX * HW_SIM_EVENT_SIZE + 64,
};

/* An event in line, and what its acknowledgement means. */
struct event {
    char bytes[HW_SIM_EVENT_SIZE];
    uint32_t size;
    uint32_t referral; /* to be named; 0: not */
    uint8_t moment;    /* enum hw_sim_moment; HW_SIM_MOMENTS: an answer */
    int32_t plan;      /* the answer to an offer that this is; -1: none */
};

/* An offer or proposal that was seen: what will be said, and when. */
struct plan {
    char reference[HW_SIM_REFERENCE_SIZE], referral[HW_SIM_REFERENCE_SIZE];
    char service[HW_SIM_CODE_SIZE];
    struct hw_sim_offer_plan answer;
    int64_t at_ms, assessing_at_ms; /* real; HW_TIME_OPEN: said, or never */
    uint64_t seen;                  /* the round in which the server last told of it */
    unsigned version;
    enum hw_service_kind kind;
    bool proposal;
};

enum question { NOTHING, EVENTS, SERVICES, OFFERS, PROPOSALS, DECISION };

struct hw_simulate_hub {
    struct hw_simulate_hub_options options;
    struct hw_simulate_hub_said said;
    struct event *line;
    struct plan *plans;
    json_t *kinds; /* code of a service to its kind */
    char *question;
    uint64_t serial, round;
    int64_t asked_ms, polled_ms;
    uint32_t first, count, sent; /* of the line; sent: in the question under way */
    uint32_t plans_count;
    int socket;
    enum question asked, last_poll;
};

struct hw_simulate_hub *hw_simulate_hub_new(const struct hw_simulate_hub_options *options)
{
    struct hw_simulate_hub *hub = calloc(1, sizeof *hub);
    int again_ms = RESEND_MS, any_size = -1;

    if (hub == NULL)
        return NULL;
    hub->options = *options;
    hub->socket = -1;
    hub->line = calloc(LINE_MAX, sizeof *hub->line);
    hub->plans = calloc(PLANS_MAX, sizeof *hub->plans);
    hub->question = malloc(QUESTION_SIZE);
    if (hub->line == NULL || hub->plans == NULL || hub->question == NULL) {
        fputs("homeward: simulate: out of memory\n", stderr);
        hw_simulate_hub_free(hub);
        return NULL;
    }
    hub->socket = nn_socket(AF_SP, NN_REQ);
    (void)nn_setsockopt(hub->socket, NN_REQ, NN_REQ_RESEND_IVL, &again_ms, sizeof again_ms);
    (void)nn_setsockopt(hub->socket, NN_SOL_SOCKET, NN_RCVMAXSIZE, &any_size, sizeof any_size);
    if (strncmp(options->target, "nn+", 3) != 0 ||
        nn_connect(hub->socket, options->target + 3) < 0) {
        fprintf(stderr,
            "homeward: simulate: --hub %s: give the server's query address such as "
            "nn+tcp://127.0.0.1:5562\n",
            options->target);
        hw_simulate_hub_free(hub);
        return NULL;
    }
    return hub;
}

void hw_simulate_hub_free(struct hw_simulate_hub *hub)
{
    if (hub == NULL)
        return;
    if (hub->socket >= 0)
        (void)nn_close(hub->socket);
    json_decref(hub->kinds);
    free(hub->line);
    free(hub->plans);
    free(hub->question);
    free(hub);
}

/* --- The line of events. --- */

static struct event *put(struct hw_simulate_hub *hub)
{
    struct event *event;

    if (hub->count == LINE_MAX)
        return NULL;
    event = &hub->line[(hub->first + hub->count++) % LINE_MAX];
    event->referral = 0;
    event->moment = HW_SIM_MOMENTS;
    event->plan = -1;
    return event;
}

bool hw_simulate_hub_offer(struct hw_simulate_hub *hub, const struct hw_simulation_message *message)
{
    struct event *event = put(hub);

    if (event == NULL)
        return false;
    memcpy(event->bytes, message->bytes.data, message->bytes.size);
    event->size = (uint32_t)message->bytes.size;
    event->moment = message->moment;
    event->referral = message->moment == HW_SIM_MOMENT_RECEIVED ? message->referral : 0;
    return true;
}

uint32_t hw_simulate_hub_waiting(const struct hw_simulate_hub *hub)
{
    return hub->count;
}

struct hw_simulate_hub_said hw_simulate_hub_said(const struct hw_simulate_hub *hub)
{
    struct hw_simulate_hub_said said = hub->said;

    said.silent_ms = hub->asked == NOTHING ? 0 : hw_simulate_now_ms() - hub->asked_ms;
    return said;
}

/* --- Asking. --- */

static bool ask(struct hw_simulate_hub *hub, enum question what, size_t size)
{
    if (nn_send(hub->socket, hub->question, size, NN_DONTWAIT) < 0)
        return false;
    hub->asked = what;
    hub->asked_ms = hw_simulate_now_ms();
    return true;
}

static void ask_text(struct hw_simulate_hub *hub, enum question what, const char *text)
{
    size_t size = strlen(text);

    memcpy(hub->question, text, size);
    (void)ask(hub, what, size);
}

static void ask_events(struct hw_simulate_hub *hub)
{
    static const char head[] = "{\"ingest\":[", tail[] = "]}";
    uint32_t count = hub->count < BATCH_MAX ? hub->count : BATCH_MAX;
    size_t size = sizeof head - 1;

    memcpy(hub->question, head, size);
    for (uint32_t i = 0; i < count; i++) {
        const struct event *event = &hub->line[(hub->first + i) % LINE_MAX];

        if (i > 0)
            hub->question[size++] = ',';
        memcpy(hub->question + size, event->bytes, event->size);
        size += event->size;
    }
    memcpy(hub->question + size, tail, sizeof tail - 1);
    if (ask(hub, EVENTS, size + sizeof tail - 1))
        hub->sent = count;
}

/* --- What the server offers, and what will be said to it. --- */

static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));

    return text == NULL ? "" : text;
}

static enum hw_service_kind kind_of(const struct hw_simulate_hub *hub, const char *service)
{
    return (enum hw_service_kind)hw_service_kind_of(hw_slice_text(text_of(hub->kinds, service)));
}

static struct plan *plan_of(struct hw_simulate_hub *hub, const char *reference, unsigned version)
{
    for (uint32_t i = 0; i < hub->plans_count; i++)
        if (hub->plans[i].version == version && strcmp(hub->plans[i].reference, reference) == 0)
            return &hub->plans[i];
    return NULL;
}

/* A simulated span as it passes by the real clock. */
static int64_t span(const struct hw_simulate_hub *hub, uint32_t minutes)
{
    return (int64_t)minutes * HW_MINUTE_MS * 1000 / hub->options.speed_thousand;
}

/* An earlier version of the same offer: more time, or an answer that it is looked into. */
static bool is_seen(const struct hw_simulate_hub *hub, const struct plan *plan)
{
    for (uint32_t i = 0; i < hub->plans_count; i++)
        if (&hub->plans[i] != plan && !hub->plans[i].proposal &&
            strcmp(hub->plans[i].reference, plan->reference) == 0)
            return true;
    return false;
}

static void plan_new(struct hw_simulate_hub *hub, const json_t *row, bool proposal)
{
    struct plan *plan;
    uint32_t minutes;
    int64_t now = hw_simulate_now_ms();

    if (hub->plans_count == PLANS_MAX)
        return; /* Asked again when others are over. */
    plan = &hub->plans[hub->plans_count++];
    *plan = (struct plan){.proposal = proposal,
        .version = (unsigned)json_integer_value(json_object_get(row, "version")),
        .seen = hub->round,
        .at_ms = HW_TIME_OPEN,
        .assessing_at_ms = HW_TIME_OPEN};
    (void)snprintf(plan->reference, sizeof plan->reference, "%s", text_of(row, "reference"));
    (void)snprintf(plan->referral, sizeof plan->referral, "%s", text_of(row, "referral"));
    (void)snprintf(plan->service, sizeof plan->service, "%s", text_of(row, "service"));
    plan->kind = kind_of(hub, plan->service);
    if (proposal) {
        minutes = hw_sim_approval_minutes(hub->options.seed, plan->reference, plan->version);
        plan->at_ms = now + span(hub, minutes == 0 ? 30 : minutes);
        plan->answer.answer = minutes == 0 ? "proposal.rejected" : "proposal.approved";
        return;
    }
    plan->answer =
        hw_sim_offer_plan_of(hub->options.seed, plan->reference, plan->version, plan->kind);
    hub->said.offers_seen += !is_seen(hub, plan);
    if (plan->answer.answer != NULL)
        plan->at_ms = now + span(hub, plan->answer.minutes);
    if (plan->answer.assesses)
        plan->assessing_at_ms = now + span(hub, plan->answer.minutes / 2);
}

static void take_list(struct hw_simulate_hub *hub, const json_t *answer, bool proposal)
{
    const json_t *rows = json_object_get(answer, proposal ? "proposals" : "offers"), *row;
    size_t index;

    hub->round++;
    json_array_foreach(rows, index, row)
    {
        unsigned version = (unsigned)json_integer_value(json_object_get(row, "version"));
        struct plan *plan = plan_of(hub, text_of(row, "reference"), version);

        if (plan != NULL)
            plan->seen = hub->round;
        else
            plan_new(hub, row, proposal);
    }
    /* What the server tells of no more is over; what is on its way is still needed. */
    for (uint32_t i = 0; i < hub->plans_count && hub->count == 0;) {
        struct plan *plan = &hub->plans[i];

        if (plan->proposal == proposal && plan->seen != hub->round)
            *plan = hub->plans[--hub->plans_count];
        else
            i++;
    }
}

static void take_services(struct hw_simulate_hub *hub, const json_t *answer)
{
    const json_t *row;
    size_t index;

    json_decref(hub->kinds);
    hub->kinds = json_object();
    json_array_foreach(json_object_get(answer, "services"), index, row)
    {
        json_object_set(hub->kinds, text_of(row, "service"), json_object_get(row, "kind"));
    }
}

static void take_accepted(struct hw_simulate_hub *hub, const struct plan *plan)
{
    int64_t now = hw_simulation_moment_ms(hub->options.simulation, hw_simulate_now_ms());

    if (plan->answer.reason != NULL) {
        hub->said.offers_declined++;
        return;
    }
    hub->said.offers_accepted++;
    hw_sim_hub_accept(
        hw_simulation_hub(hub->options.simulation), plan->referral, plan->service, plan->kind, now);
}

/* One row for each event of the question.  Without room the rest is sent again. */
static void take_results(struct hw_simulate_hub *hub, const json_t *answer)
{
    const json_t *rows = json_object_get(answer, "results"), *row;
    size_t index;

    json_array_foreach(rows, index, row)
    {
        struct event *event = &hub->line[hub->first];
        const char *outcome = text_of(row, "outcome");

        if (index == hub->sent || strcmp(outcome, "full") == 0)
            break;
        if (strcmp(outcome, "rejected") == 0) {
            hub->said.rejected++;
        } else {
            hub->said.accepted++;
            hub->said.started += event->moment == HW_SIM_MOMENT_STARTED;
            hub->said.ended += event->moment == HW_SIM_MOMENT_ENDED;
            if (event->referral != 0)
                hw_sim_hub_name(hw_simulation_hub(hub->options.simulation), event->referral,
                    text_of(row, "reference"));
            if (event->plan >= 0 && (uint32_t)event->plan < hub->plans_count)
                take_accepted(hub, &hub->plans[event->plan]);
        }
        hub->first = (hub->first + 1) % LINE_MAX;
        hub->count--;
    }
    hub->sent = 0;
}

static void take_decision(struct hw_simulate_hub *hub, const json_t *answer)
{
    if (strcmp(text_of(answer, "outcome"), "accepted") == 0)
        hub->said.approved++;
}

static void take(struct hw_simulate_hub *hub, void *message, int size)
{
    json_t *answer = json_loadb(message, (size_t)size, 0, NULL);

    switch (hub->asked) {
    case EVENTS:
        take_results(hub, answer);
        break;
    case SERVICES:
        take_services(hub, answer);
        break;
    case OFFERS:
    case PROPOSALS:
        take_list(hub, answer, hub->asked == PROPOSALS);
        break;
    case DECISION:
        take_decision(hub, answer);
        break;
    case NOTHING:
        break;
    }
    hub->asked = NOTHING;
    json_decref(answer);
}

/* --- Answering. --- */

static void say_answer(struct hw_simulate_hub *hub, uint32_t index, bool assessing, int64_t now)
{
    struct plan *plan = &hub->plans[index];
    struct event *event = put(hub);
    struct hw_sim_answer answer = {.answer = assessing ? "assessing" : plan->answer.answer,
        .reason = assessing ? NULL : plan->answer.reason,
        .starts_at_ms = HW_TIME_OPEN};

    if (event == NULL)
        return;
    if (!assessing && plan->answer.reason == NULL && plan->answer.answer[8] != '\0')
        answer.starts_at_ms = now + span(hub, 240); /* accepted_with_changes: four hours on */
    event->size = (uint32_t)hw_sim_event_answer(
        plan->reference, plan->version, &answer, now, ++hub->serial, event->bytes);
    if (assessing) {
        plan->assessing_at_ms = HW_TIME_OPEN;
        return;
    }
    event->plan = (int32_t)index;
    plan->at_ms = HW_TIME_OPEN;
}

/* Answers of services that are due, into the line. */
static void say_answers(struct hw_simulate_hub *hub)
{
    int64_t now = hw_simulate_now_ms();

    for (uint32_t i = 0; i < hub->plans_count && hub->count < LINE_MAX; i++) {
        struct plan *plan = &hub->plans[i];

        if (plan->proposal)
            continue;
        if (plan->assessing_at_ms <= now)
            say_answer(hub, i, true, now);
        else if (plan->at_ms <= now)
            say_answer(hub, i, false, now);
    }
}

/* One decision of the hub's person that is due.  True: it was asked for. */
static bool decide(struct hw_simulate_hub *hub)
{
    int64_t now = hw_simulate_now_ms();

    for (uint32_t i = 0; i < hub->plans_count; i++) {
        struct plan *plan = &hub->plans[i];
        int size;

        if (!plan->proposal || plan->at_ms > now)
            continue;
        size = snprintf(hub->question, QUESTION_SIZE,
            "{\"decide\":{\"decision\":\"%s\",\"proposal\":\"%s\",\"version\":%u,"
            "\"reason\":\"simulated\"}}",
            plan->answer.answer, plan->reference, plan->version);
        if (!ask(hub, DECISION, (size_t)size))
            return false;
        plan->at_ms = HW_TIME_OPEN;
        return true;
    }
    return false;
}

/* In turns what is offered and what is proposed. */
static void poll_server(struct hw_simulate_hub *hub)
{
    int64_t now = hw_simulate_now_ms();

    if (hub->kinds == NULL) {
        ask_text(hub, SERVICES, "{\"query\":\"services\"}");
        return;
    }
    if (now - hub->polled_ms < POLL_MS / 2)
        return;
    hub->polled_ms = now;
    hub->last_poll = hub->last_poll == OFFERS ? PROPOSALS : OFFERS;
    ask_text(hub, hub->last_poll,
        hub->last_poll == OFFERS ? "{\"query\":\"offers\",\"limit\":1000}"
                                 : "{\"query\":\"proposals\",\"limit\":1000}");
}

void hw_simulate_hub_turn(struct hw_simulate_hub *hub, bool live)
{
    void *message = NULL;
    int size;

    if (hub->asked != NOTHING) {
        size = nn_recv(hub->socket, &message, NN_MSG, NN_DONTWAIT);
        if (size < 0)
            return;
        take(hub, message, size);
        (void)nn_freemsg(message);
    }
    if (live)
        say_answers(hub);
    if (hub->count > 0)
        ask_events(hub);
    else if (live && !decide(hub))
        poll_server(hub);
}
