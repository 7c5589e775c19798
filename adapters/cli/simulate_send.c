#include "cli/simulate_send.h"

#include "cli/command.h"
#include "cli/simulate_hub.h"
#include "homeward/time.h"
#include "link/mllp/address.h"
#include "simulate/sender.h"

#include <inttypes.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum {
    WINDOW = 512,
    PATIENCE_MS = 60000, /* without an answer or a connection */
    SHOW_TERMINAL_MS = 1000,
    SHOW_LOG_MS = 10000,
    SHOW_HUB_MS = 2000, /* what services answered is looked for there, by the demo */
    TURN_MS = 200,      /* a stop is noticed within this */
    HUB_TURN_MS = 10,
};

static volatile sig_atomic_t stopped;

static void on_stop(int number)
{
    (void)number;
    stopped = 1;
}

int64_t hw_simulate_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct stream {
    struct hw_simulation *simulation;
    struct hw_sim_sender *sender;
    struct hw_simulate_hub *hub; /* NULL: hospitals only */
    const char *target;
    struct hw_simulation_message message; /* the next one */
    int64_t live_from_ms;
    int64_t shown_at_ms, started_ms;
    uint64_t offered;
    bool has_message, was_told;
};

static void fetch(struct stream *stream)
{
    stream->has_message = hw_simulation_next(stream->simulation, &stream->message);
}

/* When the next message is due by the real clock; 0: at once. */
static int64_t due_ms(const struct stream *stream)
{
    if (stream->message.at_ms <= stream->live_from_ms)
        return 0;
    return hw_simulation_real_ms(stream->simulation, stream->message.at_ms);
}

static void offer_due(struct stream *stream)
{
    int64_t now = hw_simulate_now_ms();

    while (stream->has_message && due_ms(stream) <= now) {
        if (stream->message.is_event ? !hw_simulate_hub_offer(stream->hub, &stream->message)
                                     : !hw_sim_sender_offer(stream->sender, stream->message.bytes))
            return;
        stream->offered += !stream->message.is_event;
        fetch(stream);
    }
}

static bool is_waiting(const struct stream *stream)
{
    return hw_sim_sender_waiting(stream->sender) > 0 ||
        (stream->hub != NULL && hw_simulate_hub_waiting(stream->hub) > 0);
}

static int wait_of(const struct stream *stream)
{
    int64_t left;
    int turn = stream->hub == NULL ? TURN_MS : HUB_TURN_MS;

    if (!stream->has_message || hw_sim_sender_waiting(stream->sender) == WINDOW)
        return turn;
    left = due_ms(stream) - hw_simulate_now_ms();
    if (left <= 0) /* An event for which there is no room must not make this loop spin. */
        return stream->message.is_event ? 1 : 0;
    return left < turn ? (int)left : turn;
}

static void show_hub(const struct stream *stream)
{
    struct hw_simulate_hub_said said = hw_simulate_hub_said(stream->hub);

    fprintf(stderr,
        "; hub %" PRIu64 ", rejected %" PRIu64 ", offers %" PRIu64 ": accepted %" PRIu64
        ", declined %" PRIu64 "; decided %" PRIu64 "; started %" PRIu64 ", ended %" PRIu64,
        said.accepted, said.rejected, said.offers_seen, said.offers_accepted, said.offers_declined,
        said.approved, said.started, said.ended);
}

static void show(struct stream *stream, bool is_last)
{
    struct hw_sim_sent sent = hw_sim_sender_sent(stream->sender);
    int64_t now = hw_simulate_now_ms();
    bool terminal = isatty(2) != 0;
    int64_t elapsed = now - stream->started_ms;
    char at[HW_TIME_TEXT_SIZE] = "the end";

    int64_t every = terminal ? SHOW_TERMINAL_MS : stream->hub != NULL ? SHOW_HUB_MS : SHOW_LOG_MS;

    if (!is_last && now - stream->shown_at_ms < every)
        return;
    stream->shown_at_ms = now;
    if (stream->has_message)
        hw_time_format(hw_simulation_real_ms(stream->simulation, stream->message.at_ms), at);
    fprintf(stderr,
        "%ssent %" PRIu64 ", accepted %" PRIu64 " (duplicate %" PRIu64 ", ignored %" PRIu64
        "), rejected %" PRIu64 ", %" PRId64 "/s, at %s%s%s",
        terminal ? "\r" : "", stream->offered, sent.accepted, sent.duplicate, sent.ignored,
        sent.rejected, (int64_t)(sent.accepted + sent.rejected) * 1000 / (elapsed + 1), at,
        sent.is_connected || is_last ? "" : ", not connected",
        stream->hub != NULL        ? ""
            : terminal && !is_last ? "\x1b[K"
                                   : "\n");
    if (stream->hub == NULL)
        return;
    show_hub(stream);
    fputs(terminal && !is_last ? "\x1b[K" : "\n", stderr);
}

static void tell_live(struct stream *stream)
{
    if (stream->was_told || !stream->has_message || due_ms(stream) == 0 || is_waiting(stream))
        return;
    stream->was_told = true;
    fprintf(stderr, "%scaught up after %" PRId64 " s; live from here, until stopped\n",
        isatty(2) != 0 ? "\n" : "", (hw_simulate_now_ms() - stream->started_ms) / 1000);
}

static int pump(struct stream *stream)
{
    while (!stopped && (stream->has_message || is_waiting(stream))) {
        offer_due(stream);
        hw_sim_sender_turn(stream->sender, wait_of(stream));
        if (stream->hub != NULL)
            hw_simulate_hub_turn(stream->hub, stream->was_told);
        tell_live(stream);
        show(stream, false);
        struct hw_sim_sent sent = hw_sim_sender_sent(stream->sender);
        if (sent.silent_ms > PATIENCE_MS) {
            fprintf(stderr, "\nhomeward: simulate: %s: %s for a minute; is it serving there?\n",
                stream->target, sent.is_connected ? "no answer" : "no connection");
            return HW_EXIT_FAILED;
        }
        if (stream->hub != NULL && hw_simulate_hub_said(stream->hub).silent_ms > PATIENCE_MS) {
            fputs("\nhomeward: simulate: --hub: no answer for a minute; is it the address of "
                  "queries?\n",
                stderr);
            return HW_EXIT_FAILED;
        }
    }
    return HW_EXIT_OK;
}

/* After a stop: what is in flight is answered, or a second passes. */
static void drain(struct stream *stream)
{
    int64_t until = hw_simulate_now_ms() + 1000;

    while (hw_sim_sender_waiting(stream->sender) > 0 && hw_simulate_now_ms() < until)
        hw_sim_sender_turn(stream->sender, 50);
}

static int run(struct stream *stream, const char *hub, const struct hw_simulation_options *options)
{
    struct sigaction action = {.sa_handler = on_stop};
    struct hw_simulate_hub_options hub_options = {.target = hub,
        .simulation = stream->simulation,
        .seed = options->seed,
        .speed_thousand = options->speed_thousand};
    int code;

    if (hub != NULL && (stream->hub = hw_simulate_hub_new(&hub_options)) == NULL)
        return HW_EXIT_FAILED;
    stopped = 0;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    fetch(stream);
    code = pump(stream);
    if (code == HW_EXIT_OK)
        drain(stream);
    show(stream, true);
    hw_simulate_hub_free(stream->hub);
    return code;
}

int hw_simulate_send(struct hw_simulation *simulation, const char *target, const char *hub,
    const struct hw_simulation_options *options)
{
    struct sockaddr_storage address;

    if (hw_address_resolve(target + sizeof "mllp://" - 1, &address) != HW_OK) {
        fprintf(
            stderr, "homeward: simulate: %s: not known; a target is mllp://HOST:PORT\n", target);
        return HW_EXIT_FAILED;
    }
    struct stream stream = {.simulation = simulation,
        .target = target,
        .live_from_ms = options->live_from_ms,
        .started_ms = hw_simulate_now_ms(),
        .sender = hw_sim_sender_new(&address, WINDOW)};
    if (stream.sender == NULL) {
        fputs("homeward: simulate: out of memory\n", stderr);
        return HW_EXIT_FAILED;
    }
    int code = run(&stream, hub, options);
    hw_sim_sender_free(stream.sender);
    return code;
}
