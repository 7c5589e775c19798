/*
 * send_link.h - messages over MLLP connections, and what was answered.
 *
 * Each connection keeps at most window messages in flight and expects the answers in their order;
 * MSA-2 is compared with the MSH-10 sent.  A connection that closes is made again, after a pause
 * that doubles, and what was not answered on it is sent again: the receiver knows duplicates.
 */
#ifndef HW_SEND_LINK_H
#define HW_SEND_LINK_H

#include "cli/histogram.h"
#include "cli/send_input.h"

#include <sys/socket.h>

struct hw_send_options {
    struct sockaddr_storage address;
    const char *target;   /* as the user wrote it; for messages */
    uint32_t connections; /* from 1 */
    uint32_t window;      /* messages in flight on each; from 1 */
    uint32_t rate;        /* messages a second over all connections; 0: as fast as they go */
    uint32_t repeat;      /* how often the input is sent; from 1 */
    int64_t timeout_ms;   /* give up after so long without any answer */
    bool progress;        /* on stderr, while it runs */
    bool quiet;           /* no remarks on stderr */
};

enum { HW_SEND_REASONS_MAX = 64, HW_SEND_REASON_SIZE = 192 };

/* Refusals of one kind. */
struct hw_send_reason {
    char code[12];                   /* AE, AR, CE, CR; rejected, unread */
    char condition[96];              /* ERR-3.1; JSON pointer, or status of a command */
    char words[HW_SEND_REASON_SIZE]; /* ERR-8, else ERR-7, else ERR-3.2, else MSA-3; error */
    uint64_t count;
};

struct hw_send_result {
    uint64_t messages; /* to send */
    uint64_t sent;     /* sent at least once */
    uint64_t accepted; /* AA or CA, without the two below */
    uint64_t duplicate;
    uint64_t ignored;
    uint64_t rejected;
    uint64_t unasked;    /* asked for no answer, or for one that silence stands for */
    uint64_t mismatched; /* the answer names another message */
    uint64_t resent;     /* sendings after the first */
    uint64_t strays;     /* answers to nothing */
    struct hw_send_reason reasons[HW_SEND_REASONS_MAX];
    uint32_t reasons_count;     /* the last takes all further kinds */
    struct hw_histogram ack_ns; /* from the first byte handed over to the answer */
    int64_t elapsed_ns;
    bool gave_up; /* and why */
    char why[256];
};

/* Send input as options say; returns when all is answered or it gave up.  Runs a loop of its own.
 */
void hw_send_link_run(const struct hw_send_options *options, const struct hw_send_input *input,
    struct hw_send_result *ret_result);

/* Count a refusal with those of its kind; of too many kinds the last takes the rest. */
void hw_send_count_reason(struct hw_send_result *result, struct hw_slice code,
    struct hw_slice condition, struct hw_slice words);

/* Whether every message was accepted, known already, ignored or asked for no answer. */
bool hw_send_is_ok(const struct hw_send_result *result);

#endif
