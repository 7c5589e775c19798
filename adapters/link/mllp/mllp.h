/*
 * mllp.h - HL7 v2 over MLLP on libuv: the listener, its connections and what it counted
 * (CONTRACT 3.1).
 *
 * Frames go to the codec, events to the runtime, answers back when they are durable.  What happens
 * on one connection is connection.h, which knows no socket; here are sockets, limits of time and
 * the turn of the loop.  All calls on the loop thread.
 */
#ifndef HW_MLLP_H
#define HW_MLLP_H

#include "codec/hl7v2/hl7v2.h"
#include "runtime/runtime.h"

#include <uv.h>

struct hw_mllp; /* Opaque. */

/* The acknowledgement fixed for one sender (mllp.ack_mode). */
struct hw_mllp_sender {
    struct hw_slice sender; /* MSH-4/MSH-3; empty: all */
    enum hw_hl7_ack_mode mode;
};

enum hw_mllp_level { HW_MLLP_DEBUG, HW_MLLP_INFO, HW_MLLP_WARNING, HW_MLLP_ERROR };

/*
 * What the link asks of the rest of the engine.  Tests and the simulation bring their own.  Submit
 * and quarantine may say that there is no room (HW_OUTCOME_FULL, HW_E_FULL): they are asked again,
 * with the same, after on_durable.  Any other failure of quarantine closes the connection.
 */
struct hw_mllp_port {
    void *context;
    struct hw_submitted (*submit)(
        void *context, struct hw_event *events, uint32_t events_count); /* hw_runtime_submit() */
    enum hw_status (*quarantine)(void *context, const struct hw_refused *refused, uint64_t *ret_id);
    uint64_t (*durable)(void *context);            /* last sequence on stable storage */
    uint64_t (*quarantine_durable)(void *context); /* last quarantine id there */
    int64_t (*now_ms)(void *context);              /* for MSH-7 of answers */
};

struct hw_mllp_options {
    const char *listen;       /* "127.0.0.1:2575", "[::1]:2575", "localhost:0"; copied */
    size_t frame_size_max;    /* bytes of content (mllp.max_frame) */
    uint32_t connections_max; /* beyond: accepted and closed at once */
    size_t buffers_size_max;  /* bytes held for all connections together; see README.md */
    int64_t half_frame_ms;    /* silence allowed inside a frame */
    int64_t stalled_ms;       /* how long a peer may leave its answers unread */
    int64_t idle_ms;          /* silence allowed between frames; 0: any, lines stay up for days */
    int64_t linger_ms;        /* how long the peer's rest is read and dropped before a close */
    /* Borrowed until free; what they point to may change between turns (SIGHUP). */
    const struct hw_hl7_options *codec;
    const struct hw_mllp_sender *senders; /* first match wins */
    uint32_t senders_count;
    enum hw_hl7_ack_mode ack_mode;   /* of all other senders */
    struct hw_runtime *runtime;      /* borrowed until free */
    const struct hw_mllp_port *port; /* borrowed; NULL: that of the runtime */
    /* Texts hold addresses and counts, never anything of a message.  NULL: silent. */
    void (*log)(void *context, enum hw_mllp_level level, const char *text);
    void *context; /* of log */
};

/* The defaults: 1 MiB, 10,000 connections, 256 MiB, 60 s, 300 s, any, 2 s. */
void hw_mllp_options_init(struct hw_mllp_options *options);

/* What was counted since the start: name, what it is.  Gauges are marked. */
#define HW_MLLP_COUNTER_LIST(X)                                                                    \
    X(connections_open, "connections open now (gauge)")                                            \
    X(connections, "connections accepted")                                                         \
    X(connections_refused, "connections closed at once, over the limit")                           \
    X(buffered_bytes, "bytes held for connections now (gauge)")                                    \
    X(bytes_in, "bytes received")                                                                  \
    X(bytes_out, "bytes sent")                                                                     \
    X(stray_bytes, "bytes passed over between frames")                                             \
    X(frames, "whole frames")                                                                      \
    X(taken, "messages taken")                                                                     \
    X(duplicate, "messages taken before, and answered so")                                         \
    X(ignored, "messages ignored on purpose")                                                      \
    X(refused, "messages refused")                                                                 \
    X(unanswered, "acknowledgements that came as messages")                                        \
    X(answers, "answers sent")                                                                     \
    X(answers_lost, "answers whose connection went first")                                         \
    X(frames_too_large, "frames larger than the limit")                                            \
    X(frames_cut, "frames whose connection went before their end")                                 \
    X(paused, "times reading stopped because nothing more could be taken")                         \
    X(closed_half_frame, "connections closed: silent inside a frame")                              \
    X(closed_stalled, "connections closed: answers left unread")                                   \
    X(closed_idle, "connections closed: silent for too long")                                      \
    X(closed_unstored, "connections closed: what they sent could not be kept")

/* Condition codes of refusals (table 0357); the last takes any other. */
#define HW_MLLP_CODE_LIST(X) X(100) X(101) X(102) X(103) X(200) X(201) X(202) X(203) X(207) X(0)

enum {
#define HW_MLLP_CODE_ONE(code) +1
    HW_MLLP_CODES = HW_MLLP_CODE_LIST(HW_MLLP_CODE_ONE),
#undef HW_MLLP_CODE_ONE
};

/* Upper bounds of the acknowledgement histogram, in microseconds; above the last: one more. */
/* clang-format off */
#define HW_MLLP_LATENCY_LIST(X)                                                                    \
    X(100) X(250) X(500) X(1000) X(2500) X(5000) X(10000) X(25000) X(50000) X(100000) X(250000)    \
    X(1000000)
/* clang-format on */

enum {
#define HW_MLLP_LATENCY_ONE(us) +1
    HW_MLLP_LATENCIES = HW_MLLP_LATENCY_LIST(HW_MLLP_LATENCY_ONE),
#undef HW_MLLP_LATENCY_ONE
};

struct hw_mllp_counters {
#define HW_MLLP_COUNTER_FIELD(name, text) uint64_t name;
    HW_MLLP_COUNTER_LIST(HW_MLLP_COUNTER_FIELD)
#undef HW_MLLP_COUNTER_FIELD
    uint64_t refused_ae[HW_MLLP_CODES]; /* by code, in the order of HW_MLLP_CODE_LIST */
    uint64_t refused_ar[HW_MLLP_CODES];
    /* From the last byte of a message to its answer handed to the system; not cumulative. */
    uint64_t latency[HW_MLLP_LATENCIES + 1];
    uint64_t latency_ns;
};

enum { HW_MLLP_ERROR_SIZE = 256 };

/*
 * Bind and listen; nothing is accepted before hw_mllp_start().  options are copied but for what
 * they borrow.  On failure error says what, where and how to mend it.
 *   HW_E_INVALID  the address is none; HW_E_IO  it cannot be bound; HW_E_MEMORY
 */
HW_MUST_CHECK enum hw_status hw_mllp_new(uv_loop_t *loop, const struct hw_mllp_options *options,
    struct hw_mllp **ret_mllp, char error[HW_MLLP_ERROR_SIZE]);

/* "127.0.0.1:2575", the real port where 0 was asked for; as long as mllp lives. */
const char *hw_mllp_address(const struct hw_mllp *mllp);

/* Answer so from the next message on; senders is borrowed as in the options. */
void hw_mllp_set_ack_modes(struct hw_mllp *mllp, const struct hw_mllp_sender *senders,
    uint32_t senders_count, enum hw_hl7_ack_mode otherwise);

/* Accept connections.  HW_E_IO with error. */
HW_MUST_CHECK enum hw_status hw_mllp_start(struct hw_mllp *mllp, char error[HW_MLLP_ERROR_SIZE]);

/*
 * More is durable: let go what waited for it, read on where reading had stopped.  Call it from
 * the runtime's on_durable, also when only quarantine ids became durable.
 */
void hw_mllp_on_durable(struct hw_mllp *mllp, uint64_t sequence);

/*
 * Stop accepting and reading, send the answers of all that was taken, close.  done is called once,
 * from the loop, when every handle is closed, at the latest soon after limit_ms; free follows.  The
 * runtime must go on turning meanwhile.
 */
void hw_mllp_drain(
    struct hw_mllp *mllp, int64_t limit_ms, void (*done)(void *context), void *context);

/* While it drains: nothing more will become durable, so close what still waits for that. */
void hw_mllp_drain_now(struct hw_mllp *mllp);

/* Close what is open and release.  What is open goes when the loop has run the close callbacks. */
void hw_mllp_free(struct hw_mllp *mllp);

/* Borrowed as long as mllp lives. */
const struct hw_mllp_counters *hw_mllp_counters(const struct hw_mllp *mllp);

#endif
