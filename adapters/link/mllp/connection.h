/*
 * connection.h - one MLLP connection without its socket: bytes in, answers out (CONTRACT 3.1).
 *
 * Frames are read, submitted or put into quarantine through a table of calls (struct hw_mllp_port),
 * and answered strictly in order, each answer when what it stands for is durable.  Deterministic:
 * the same bytes, in any split, and the same port give the same answers.
 *
 *   state   takes frames   goes on to
 *   OPEN    yes            LAST (the peer has ended, a frame too large, drain), GONE (reset)
 *   LAST    no             GONE, by its owner, when the last answer has left
 *   GONE    no             -
 *
 * It wants to be read from (hw_connection_reads) unless a frame found no room in the journal, or
 * its answers pile up: then hw_connection_service() takes it on from there.  One thread.
 */
#ifndef HW_MLLP_CONNECTION_H
#define HW_MLLP_CONNECTION_H

#include "link/mllp/framer.h"
#include "link/mllp/mllp.h"
#include "link/mllp/outbox.h"

enum {
    HW_OUTBOX_SIZE_MAX = 256 * 1024, /* bytes of answers; beyond, no frame is taken */
    HW_READ_SIZE_MAX = 64 * 1024,    /* bytes given to hw_connection_receive() at once */
    HW_TOO_LARGE_KEPT = 64 * 1024,   /* bytes of a frame too large that go to quarantine */
    HW_PEER_TEXT_SIZE = 64,
};

/* What the connections of one listener share.  It must not move while one lives. */
struct hw_mllp_shared {
    const struct hw_mllp_options *options; /* borrowed; its port is set */
    const struct hw_mllp_port *port;
    struct hw_mllp_counters counters;
    struct hw_buffers buffers;
    struct hw_durable durable;
    uint64_t answer_id;            /* MSH-10 of our next answer */
    int64_t now_ms;                /* MSH-7 of answers: when the bytes in hand were taken up */
    struct hw_hl7_reading reading; /* of the message in hand */
    uint8_t scratch[HW_HL7_SCRATCH_SIZE];
};

void hw_mllp_shared_init(struct hw_mllp_shared *shared, const struct hw_mllp_options *options,
    const struct hw_mllp_port *port);
void hw_mllp_shared_free(struct hw_mllp_shared *shared);

/* More is durable, in the journal (sequence is the last) or in quarantine; serve each after it. */
void hw_mllp_shared_durable(struct hw_mllp_shared *shared, uint64_t sequence);

enum hw_connection_state { HW_CONNECTION_OPEN, HW_CONNECTION_LAST, HW_CONNECTION_GONE };

struct hw_connection {
    struct hw_mllp_shared *shared;
    struct hw_framer framer;
    struct hw_buffer input; /* received and not yet taken */
    /* A frame that found no room stands at the start of input: its content, and with its end. */
    size_t kept_size, kept_total;
    bool keeps;    /* there is one, or frames behind answers that pile up */
    uint8_t state; /* enum hw_connection_state */
    struct hw_outbox outbox;
    int64_t received_ns;          /* when bytes came last */
    const char *why;              /* it ends by our doing; NULL otherwise; static text */
    char peer[HW_PEER_TEXT_SIZE]; /* its address, for quarantine */
};

void hw_connection_init(
    struct hw_connection *connection, struct hw_mllp_shared *shared, const char *peer);

/*
 * Take bytes (at most HW_READ_SIZE_MAX) that came at now_ns (monotonic).  Only while it reads;
 * in state LAST they are passed over.
 */
void hw_connection_receive(struct hw_connection *connection, struct hw_slice bytes, int64_t now_ns);

/* After more became durable or answers were written: go on, and let answers go. */
void hw_connection_service(struct hw_connection *connection);

/* What may be written now; borrowed until the next call on this connection. */
struct hw_slice hw_connection_output(const struct hw_connection *connection);

/* size bytes of it were written at now_ns. */
void hw_connection_written(struct hw_connection *connection, size_t size, int64_t now_ns);

/* Take nothing more (the peer has ended its side; drain); what was taken is still answered. */
void hw_connection_stop(struct hw_connection *connection);

/* It is gone (reset, limit of time, close): forget all of it. */
void hw_connection_drop(struct hw_connection *connection);

/* Whether bytes should be read for it. */
bool hw_connection_reads(const struct hw_connection *connection);

/* Whether part of a frame is here, and the rest is the peer's to send. */
bool hw_connection_is_inside_frame(const struct hw_connection *connection);

/* Whether nothing is left to answer and it should be closed. */
bool hw_connection_is_done(const struct hw_connection *connection);

#endif
