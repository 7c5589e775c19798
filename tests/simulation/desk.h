/*
 * desk.h - what services, providers and the people of the discharge hub say in a run: commands,
 * each an event of its own through the door that CloudEvents take.
 *
 * Referrals bring people, so they are made before the run, with its feeds (feed.h).  All else is
 * said of what stands when it is said: proposals approved, offers answered, placements started and
 * ended.  A command is said again, the same, until it is answered; of each the desk knows whether
 * an answer has come.  At the end everything that was referred is ended.
 */
#ifndef HW_TEST_DESK_H
#define HW_TEST_DESK_H

#include "ledger.h"
#include "runtime/runtime.h"

enum { COMMANDS_MAX = 256, COMMAND_SIZE_MAX = 1024 };

struct command {
    uint64_t bytes[COMMAND_SIZE_MAX / sizeof(uint64_t)]; /* its record, whatever its place */
    size_t size;
    struct hw_hash id, content;
    unsigned referral;   /* of feeds; REFERRALS_MAX: none */
    uint64_t release;    /* 0: not under way */
    bool said, answered; /* it reached a server; its answer came back */
    bool known;          /* the present server took it */
    bool again;          /* it was said before and the answer was lost */
};

struct desk {
    struct ledger *ledger;
    struct random random;
    struct hw_runtime *runtime; /* NULL: no server */
    struct command commands[COMMANDS_MAX];
    unsigned count, wanted, referrals;
    bool wordy; /* each has a note that leaves a crowded block no room for a decision */
    bool ended; /* all that was referred is over */
};

/* wanted: commands said before all is brought to an end; wordy: with long notes. */
void desk_init(
    struct desk *desk, struct ledger *ledger, uint64_t seed, unsigned wanted, bool wordy);

/* A server listens, or has ended; something happens; more is durable, so that answers leave. */
void desk_up(struct desk *desk, struct hw_runtime *runtime);
void desk_down(struct desk *desk);
void desk_step(struct desk *desk);
void desk_durable(struct desk *desk, uint64_t sequence);

/* Whether every command is answered and everything is over. */
bool desk_is_done(const struct desk *desk);

/* The command a record is of; COMMANDS_MAX: none. */
unsigned desk_find(const struct desk *desk, struct hw_hash id, struct hw_hash content);

#endif
