/*
 * network.h - senders, lines and the server's end of each: the connection code that the MLLP link
 * runs, without its sockets.
 *
 * A sender keeps some messages under way and sends again, on a new connection and in order, what
 * was not answered on the one that went.  Bytes come in pieces; a cut loses what is under way, at
 * any byte; a sender may leave its answers unread.  Each answer is checked when it arrives: for the
 * message that is next, with the code and note that message must have.
 */
#ifndef HW_TEST_NETWORK_H
#define HW_TEST_NETWORK_H

#include "ledger.h"
#include "link/mllp/connection.h"

enum { WIRE_SIZE = 32 * 1024 };

struct wire {
    uint8_t bytes[WIRE_SIZE];
    size_t used;
};

struct line {
    unsigned order[MESSAGES_MAX]; /* indexes of the feed's messages */
    unsigned count;
    unsigned done;    /* of them, wholly answered */
    unsigned answers; /* heard for the next one */
    unsigned sent;    /* put on the wire of this connection */
    unsigned window;  /* under way at most */
    unsigned most;    /* ever sent: beyond done it is sent again */
    bool up, slow;
    struct hw_connection connection;
    struct wire to_server, to_sender;
    size_t delivered, ends[MESSAGES_MAX]; /* bytes of this connection; behind each message */
    size_t put;
    unsigned handled;                /* messages that the server has looked at */
    bool is_duplicate[MESSAGES_MAX]; /* by place in order */
};

struct network {
    struct ledger *ledger;
    struct random random;
    struct line lines[FEEDS_MAX];
    unsigned lines_count;
    struct hw_hl7_options codec;
    struct hw_mllp_options options;
    struct hw_mllp_port port, runtime_port;
    struct hw_mllp_shared *shared; /* NULL: no server */
    struct line *in_hand;
    int64_t now_ns;
};

void network_init(struct network *network, struct ledger *ledger, uint64_t seed);
void network_free(struct network *network);

/* A server listens, or has ended: its connections are gone, and what it had sent may arrive. */
void network_up(struct network *network, struct hw_runtime *runtime);
void network_down(struct network *network);

/* Something happens on each line. */
void network_step(struct network *network, int64_t now_ns);

/* More is durable: answers leave. */
void network_durable(struct network *network, uint64_t sequence);

/* One line is cut; one sender says that it has ended. */
void network_cut(struct network *network);
void network_half_close(struct network *network);

/* Whether every message is answered. */
bool network_is_done(const struct network *network);

#endif
