/*
 * simulate_send.h - the synthetic county to a receiver: as fast as it takes, or live.
 */
#ifndef HW_CLI_SIMULATE_SEND_H
#define HW_CLI_SIMULATE_SEND_H

#include "simulate/simulate.h"

/*
 * Send all messages to target ("mllp://HOST:PORT") and events to hub ("nn+tcp://HOST:PORT"; NULL:
 * there are none): those up to live_from_ms of the simulation as fast as they are taken, later ones
 * when the real clock reaches them.  Ends when all is sent and answered, or at SIGINT or SIGTERM.
 * Progress and a summary go to stderr.  Returns an exit code: HW_EXIT_FAILED when a receiver could
 * not be reached or stopped answering.  options: those of the simulation.  Main thread.
 */
int hw_simulate_send(struct hw_simulation *simulation, const char *target, const char *hub,
    const struct hw_simulation_options *options);

/* Now, UTC, milliseconds. */
int64_t hw_simulate_now_ms(void);

#endif
