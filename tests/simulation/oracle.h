/*
 * oracle.h - what must be true after every start, whatever happened before it.
 *
 *   acknowledged ⊆ recovered ⊆ sent; whole messages, byte for byte; nothing twice;
 *   of each feed a beginning without gaps, in the order it was sent;
 *   the state is that of a replay of the whole journal, by digest;
 *   commands answered are there, once, in the order they were said; decisions as watch.h says;
 *   the history is that of the reference model and of an engine told the same in another order;
 *   what was refused and answered is in quarantine, with its bytes.
 */
#ifndef HW_TEST_ORACLE_H
#define HW_TEST_ORACLE_H

#include "desk.h"
#include "watch.h"

enum { REFERENCES_MAX = 256 };

/* What a set of messages folds to, told in the order they were made. */
struct reference {
    uint64_t set; /* bit of each message */
    struct hw_hash digest, text;
};

struct oracle {
    struct ledger *ledger; /* of the present run, as are desk and watch */
    struct desk *desk;
    struct watch *watch;
    /* For all runs over the same feeds. */
    struct reference references[REFERENCES_MAX];
    unsigned references_count;
    /* Filled by each check. */
    uint64_t sequences[MESSAGES_MAX]; /* of the first record of each message recovered; 0 none */
    unsigned records[MESSAGES_MAX];   /* how many of its records were */
    uint64_t commands[COMMANDS_MAX];  /* of the record of each command recovered; 0: none */
    uint64_t last_sequence, last_message_sequence;
    unsigned last_message;
    int64_t latest_ms; /* accepted time no record may pass */
};

void oracle_init(struct oracle *oracle);

/* Check a data directory that runtime has just opened.  latest_ms: the latest the clock has been;
 * HW_TIME_OPEN: not known. */
void oracle_check(struct oracle *oracle, struct hw_env *env, const char *data_dir,
    struct hw_runtime *runtime, int64_t latest_ms);

/* At the end: everything taken is there, and 'homeward verify' finds nothing. */
void oracle_check_end(struct oracle *oracle, struct hw_env *env, const char *data_dir);

#endif
