/*
 * sender.h - messages to an MLLP receiver: many in flight, answers in order, connection made again.
 *
 * One thread, one connection, poll(2).  What was not answered when a connection broke is sent
 * again on the next, as real interface engines do: a receiver that stored it says duplicate.
 */
#ifndef HW_SIM_SENDER_H
#define HW_SIM_SENDER_H

#include "homeward/slice.h"

#include <sys/socket.h>

struct hw_sim_sender; /* Opaque. */

struct hw_sim_sent {
    uint64_t accepted; /* AA or CA, duplicates and ignored ones included */
    uint64_t duplicate;
    uint64_t ignored;
    uint64_t rejected;    /* AE, AR, CE, CR */
    uint64_t connections; /* made so far */
    int64_t silent_ms;    /* since the last answer or connection; 0 when nothing is waited for */
    bool is_connected;
};

/* At most window messages in flight.  NULL: out of memory. */
struct hw_sim_sender *hw_sim_sender_new(const struct sockaddr_storage *address, uint32_t window);
void hw_sim_sender_free(struct hw_sim_sender *sender);

/* Put a message (copied) in line.  False: the window is full, or out of memory. */
bool hw_sim_sender_offer(struct hw_sim_sender *sender, struct hw_slice message);

/* Connect, write and read what can be, waiting at most timeout_ms for the first of it. */
void hw_sim_sender_turn(struct hw_sim_sender *sender, int timeout_ms);

/* Messages without an answer. */
uint32_t hw_sim_sender_waiting(const struct hw_sim_sender *sender);

struct hw_sim_sent hw_sim_sender_sent(const struct hw_sim_sender *sender);

#endif
