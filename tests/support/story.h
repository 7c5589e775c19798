/*
 * story.h - scenarios in plain text (tests/scenario/README.md is the grammar's home).
 *
 * A story is a list of steps in the order of their lines: messages, as canonical events, and
 * questions with the answers worked by hand.  Events borrow from the story.
 */
#ifndef HW_TEST_STORY_H
#define HW_TEST_STORY_H

#include "homeward/figures.h"

enum story_expectation_kind {
    EXPECT_FIGURE,  /* a number of struct hw_figures */
    EXPECT_REASON,  /* people and hours of a reason */
    EXPECT_ACCOUNT, /* hours of an account in the ledger */
    EXPECT_FINDING, /* stays with a finding; finding -1: none at all */
    EXPECT_STAYS,   /* how many stays there are */
    EXPECT_DIED,    /* how many of them ended by death */
    EXPECT_LEAVE,   /* how many of them are on leave */
    EXPECT_PERIODS, /* how many ready periods there are */
    EXPECT_PERIOD,  /* a ready period from, to */
    EXPECT_ROUTING, /* something of routing, as text: struct story_ask */
};

/* What is asked of routing; the answer is a text or a number. */
enum story_ask_kind {
    ASK_FIGURE,      /* a number of enum hw_routing_figure, of all or of a row */
    ASK_SERVICE,     /* what of a service */
    ASK_REFERRAL,    /* what of a referral */
    ASK_MATCH,       /* what of the newest match of a referral and a service */
    ASK_WHY_NOT,     /* the words of the rule between a referral and a service; "nothing" */
    ASK_CHOSEN,      /* why service came before other in the last proposal to referral */
    ASK_PASSED_OVER, /* the rule that kept service out of the last proposal to referral */
    ASK_REFUSED,     /* what became of the last command */
    ASK_ALERTS,      /* how many alerts stand */
    ASK_SPELL,       /* the alert that stands about a spell */
};

struct story_ask {
    enum story_ask_kind kind;
    const char *what; /* of a service, referral or match: a word of the tables in routing.c */
    struct hw_slice referral, service, other;
    unsigned figure;
    const char *expected;
};

enum story_scope { SCOPE_TOTAL, SCOPE_SITE, SCOPE_WARD, SCOPE_COUNCIL, SCOPE_ZONE };

struct story_expectation {
    enum story_expectation_kind kind;
    enum story_scope scope;
    struct hw_slice code, site; /* of the scope */
    int64_t at_ms;
    int line;
    const char *name; /* of the figure */
    size_t offset;    /* of the figure in struct hw_figures */
    int64_t value;    /* count or milliseconds */
    int64_t people;
    struct hw_slice reason, side, council;
    bool inferred, contested;
    int finding;
    int64_t from_ms, to_ms;
    struct story_ask ask; /* of EXPECT_ROUTING */
};

/*
 * How a message of a routing story arrives, and which proposal or offer it means: offer and version
 * are filled in when it is told.
 */
struct story_arrival {
    int64_t at_ms; /* HW_TIME_NONE: when it happened, or when the one before it arrived */
    struct hw_slice referral, service;
    bool oldest; /* of several the first; else the newest */
    bool any;    /* version is not said */
    bool away;   /* nothing ran since the message before: the engine was stopped */
    bool is_command;
};

struct story_step {
    bool is_message;
    struct hw_event event;                /* finished; of a message */
    struct story_arrival arrival;         /* of a message */
    struct story_expectation expectation; /* of a question */
};

struct story {
    char *title; /* with its tags: [every order], H-nn */
    bool every_order;
    bool in_order; /* has commands: told in the order of its lines only */
    struct story_step *steps;
    uint32_t steps_count;
    uint32_t given_count; /* leading steps that are settings: they stay first */
};

struct stories {
    struct story *stories;
    uint32_t count;
    char *text; /* what everything borrows from */
    void **blocks;
    uint32_t blocks_count;
};

/* Read a file of scenarios.  Ends the process with file, line and what is wrong. */
void stories_read(const char *path, struct stories *ret_stories);
void stories_free(struct stories *stories);

/* "ready hours" of hours etc.: the figure at a moment. */
int64_t story_figure(const struct hw_figures *figures, const struct story_expectation *expectation);

#endif
