/*
 * ledger.h - what the world outside knows of the messages of a run, the first thing that was wrong,
 * and how often each misfortune happened.
 */
#ifndef HW_TEST_LEDGER_H
#define HW_TEST_LEDGER_H

#include "feed.h"
#include "support/fault_env.h"

/* What happened beside the calls that fault_env.h counts: name, what it is. */
#define TALLY_LIST(X)                                                                              \
    X(cuts, "connections cut, what was under way lost")                                            \
    X(cuts_inside_frame, "of them in the middle of a message")                                     \
    X(half_closes, "connections whose sender said that it had ended")                              \
    X(resends, "messages sent again for want of an answer")                                        \
    X(pieces, "deliveries that ended inside a message")                                            \
    X(slow_readers, "times a sender left its answers unread")                                      \
    X(answers_lost, "bytes of answers lost under way")                                             \
    X(duplicates, "messages answered as duplicates")                                               \
    X(reused_ids, "records taken under a control id used before")                                  \
    X(late, "messages recorded late")                                                              \
    X(cancels, "cancelling messages")                                                              \
    X(merges, "merging messages")                                                                  \
    X(deaths, "messages that say somebody has died")                                               \
    X(commands, "commands of the discharge hub and of providers answered")                         \
    X(commands_again, "of them said again, for want of an answer")                                 \
    X(commands_refused, "of them refused, in words")                                               \
    X(decisions, "decisions of the engine read again from a journal")                              \
    X(proposals, "of them proposals")                                                              \
    X(offers, "of them offers that automation allows")                                             \
    X(acceptances, "of them acceptances of a service's own")                                       \
    X(expiries, "of them ends of proposals and offers")                                            \
    X(suspensions, "of them placements suspended or resumed")                                      \
    X(alerts, "of them alerts")                                                                    \
    X(crowded, "runs whose blocks have no room for all decisions of a cause")                      \
    X(decisions_left, "starts that found a decision still to be written")                          \
    X(services_empty, "services that hold nothing once all is over")                               \
    X(waits, "times a while went by")                                                              \
    X(refused, "refusals answered")                                                                \
    X(ignored, "messages ignored on purpose")                                                      \
    X(full, "messages that found no room at first")                                                \
    X(forward, "steps of the clock forward")                                                       \
    X(backward, "steps of the clock backward")                                                     \
    X(ticks, "timers that fired")                                                                  \
    X(slow_syncs, "syncs during which other things happened")                                      \
    X(clean_restarts, "restarts in good order")                                                    \
    X(crashed_restarts, "restarts after the machine or the process ended")                         \
    X(failed_restarts, "restarts after a failed write or sync")                                    \
    X(failed_opens, "starts that failed and were repeated")                                        \
    X(crashes_opening, "crashes while starting")                                                   \
    X(snapshots_begun_from, "starts from a snapshot")                                              \
    X(full_disks, "times the disk was full")                                                       \
    X(torn_tails, "torn ends of the journal dropped at a start")                                   \
    X(segments, "segments of the journal beyond the first")                                        \
    X(quarantine_files, "files of the quarantine beyond the first")                                \
    X(damaged_snapshots, "snapshots with a wrong bit")                                             \
    X(forgotten_blocks, "durable blocks that the disk forgot")                                     \
    X(recoveries, "recoveries checked")                                                            \
    X(event_clocks, "runs under the event clock")

struct tally {
#define TALLY_FIELD(name, text) uint64_t name;
    TALLY_LIST(TALLY_FIELD)
#undef TALLY_FIELD
    struct fault_tally disk;
};

void tally_add(struct tally *sum, const struct tally *more);

/* Print all of it as TAP comments.  How many are zero. */
unsigned tally_print(const struct tally *tally);

struct ledger {
    const struct feeds *feeds;
    bool delivered[MESSAGES_MAX]; /* all its bytes have reached a server */
    bool answered[MESSAGES_MAX];  /* an answer has reached its sender */
    bool known[MESSAGES_MAX];     /* of messages that repeat none: the present server took it */
    struct tally tally;
    struct hw_hash trace; /* of all that happened */
    FILE *told;           /* all that happened is printed there; NULL: nowhere */
    char failure[1024];   /* ""; the first thing that was wrong */
};

void ledger_init(struct ledger *ledger, const struct feeds *feeds);

/* Something is wrong.  Only the first is kept. */
__attribute__((format(printf, 2, 3))) void ledger_fail(
    struct ledger *ledger, const char *format, ...);

static inline bool ledger_failed(const struct ledger *ledger)
{
    return ledger->failure[0] != '\0';
}

/* Something happened: to the trace. */
void ledger_note(struct ledger *ledger, const char *what, uint64_t number);

/* The message an event is of, the one that repeats none; MESSAGES_MAX: none. */
unsigned ledger_find(const struct ledger *ledger, struct hw_hash id, struct hw_hash content);

#endif
