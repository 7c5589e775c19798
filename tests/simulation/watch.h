/*
 * watch.h - what must be true of routing after every record, live and in every recovery (CONTRACT
 * R5, R10).
 *
 *   units held are those of live proposals, offers and placements, and no offer went unapproved;
 *   the engine would have made each decision that it takes from the journal;
 *   what stands in the journal is what the engine decided when it was written, byte for byte, its
 *   explanation with it; behind its cause, in the same block; and one cause has few of them.
 */
#ifndef HW_TEST_WATCH_H
#define HW_TEST_WATCH_H

#include "ledger.h"
#include "homeward/engine.h"
#include "homeward/record.h"
#include "runtime/env.h"

enum { WATCHED_MAX = 8192 };

struct watch {
    struct ledger *ledger;
    struct hw_hash decided[WATCHED_MAX]; /* by sequence: the decision that is to stand there */
    bool tick;                           /* the record read last; its decisions come next */
    unsigned in_a_row;                   /* decisions read behind the last cause */
    bool crowded;                        /* blocks have no room for all that one cause brings */
};

void watch_init(struct watch *watch, struct ledger *ledger);

/* A server applied a record. */
void watch_applied(struct watch *watch, const struct hw_engine *engine);

/* A record read from the journal again was applied to engine. */
void watch_read(struct watch *watch, const struct hw_engine *engine, struct hw_slice record,
    const struct hw_record_header *header);

/* The engine and the journal that a server begins with. */
void watch_opened(struct watch *watch, const struct hw_engine *engine, struct hw_env *env,
    const char *journal_dir);

#endif
