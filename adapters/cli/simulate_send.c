#include "cli/simulate_send.h"

#include "cli/command.h"
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
    TURN_MS = 200, /* a stop is noticed within this */
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

    while (stream->has_message && due_ms(stream) <= now &&
        hw_sim_sender_offer(stream->sender, stream->message.bytes)) {
        stream->offered++;
        fetch(stream);
    }
}

static int wait_of(const struct stream *stream)
{
    int64_t left;

    if (!stream->has_message || hw_sim_sender_waiting(stream->sender) == WINDOW)
        return TURN_MS;
    left = due_ms(stream) - hw_simulate_now_ms();
    return left <= 0 ? 0 : left < TURN_MS ? (int)left : TURN_MS;
}

static void show(struct stream *stream, bool is_last)
{
    struct hw_sim_sent sent = hw_sim_sender_sent(stream->sender);
    int64_t now = hw_simulate_now_ms();
    bool terminal = isatty(2) != 0;
    int64_t elapsed = now - stream->started_ms;
    char at[HW_TIME_TEXT_SIZE] = "the end";

    if (!is_last && now - stream->shown_at_ms < (terminal ? SHOW_TERMINAL_MS : SHOW_LOG_MS))
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
        terminal && !is_last ? "\x1b[K" : "\n");
}

static void tell_live(struct stream *stream)
{
    if (stream->was_told || !stream->has_message || due_ms(stream) == 0 ||
        hw_sim_sender_waiting(stream->sender) > 0)
        return;
    stream->was_told = true;
    fprintf(stderr, "%scaught up after %" PRId64 " s; live from here, until stopped\n",
        isatty(2) != 0 ? "\n" : "", (hw_simulate_now_ms() - stream->started_ms) / 1000);
}

static int pump(struct stream *stream)
{
    while (!stopped && (stream->has_message || hw_sim_sender_waiting(stream->sender) > 0)) {
        offer_due(stream);
        hw_sim_sender_turn(stream->sender, wait_of(stream));
        tell_live(stream);
        show(stream, false);
        struct hw_sim_sent sent = hw_sim_sender_sent(stream->sender);
        if (sent.silent_ms > PATIENCE_MS) {
            fprintf(stderr, "\nhomeward: simulate: %s: %s for a minute; is it serving there?\n",
                stream->target, sent.is_connected ? "no answer" : "no connection");
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

int hw_simulate_send(struct hw_simulation *simulation, const char *target, int64_t live_from_ms)
{
    struct sockaddr_storage address;
    struct sigaction action = {.sa_handler = on_stop};

    if (hw_address_resolve(target + sizeof "mllp://" - 1, &address) != HW_OK) {
        fprintf(
            stderr, "homeward: simulate: %s: not known; a target is mllp://HOST:PORT\n", target);
        return HW_EXIT_FAILED;
    }
    struct stream stream = {.simulation = simulation,
        .target = target,
        .live_from_ms = live_from_ms,
        .started_ms = hw_simulate_now_ms(),
        .sender = hw_sim_sender_new(&address, WINDOW)};
    if (stream.sender == NULL) {
        fputs("homeward: simulate: out of memory\n", stderr);
        return HW_EXIT_FAILED;
    }
    stopped = 0;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    fetch(&stream);
    int code = pump(&stream);
    if (code == HW_EXIT_OK)
        drain(&stream);
    show(&stream, true);
    hw_sim_sender_free(stream.sender);
    return code;
}
