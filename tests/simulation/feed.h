/*
 * feed.h - what the hospitals of one seed have to say: HL7 v2 messages, and what must become of
 * each.
 *
 * A few people and stays; admissions, moves, updates, discharges, cancels, merges; late, doubled,
 * one control id used twice, ignored, refused.  What must become of a message is read with the
 * codec alone: fate and answers follow from its bytes, its records too but for place and time.
 */
#ifndef HW_TEST_FEED_H
#define HW_TEST_FEED_H

#include "codec/hl7v2/hl7v2.h"
#include "support/random.h"

enum {
    FEEDS_MAX = 4,
    MESSAGES_MAX = 48,
    MESSAGE_SIZE_MAX = 1024,
    MESSAGE_RECORDS_MAX = 2,
    REFERRALS_MAX = 12, /* they and the messages are a set of bits */
    REFERRAL_SIZE_MAX = 1024,
};
_Static_assert(MESSAGES_MAX + REFERRALS_MAX <= 64, "a bit for each");

/* What messages in generated feeds say they are sent around; hospitals speak of the days before. */
#define FEED_START_MS INT64_C(1795255200000) /* 2026-11-21T10:00:00Z */

struct message {
    char bytes[MESSAGE_SIZE_MAX]; /* content of the frame */
    size_t size;
    unsigned feed;
    unsigned same; /* index of the message it repeats; its own: none */
    enum hw_verdict verdict;
    struct hw_hl7_answers answers;
    char control_id[40];
    struct hw_hash id_hash, content_hash;
    /* Records as they must stand in the journal, whatever their sequence and accepted time. */
    uint8_t *records[MESSAGE_RECORDS_MAX];
    size_t record_sizes[MESSAGE_RECORDS_MAX];
    unsigned records_count;
};

/* A referral as it must stand in the journal; the discharge hub says it when it likes (desk.h). */
struct referral {
    uint64_t bytes[REFERRAL_SIZE_MAX / sizeof(uint64_t)];
    size_t size;
    struct hw_hash id, content;
};

struct feeds {
    struct message messages[MESSAGES_MAX]; /* each feed sends its own in this order */
    unsigned count, feeds_count;
    unsigned late, cancels, merges, deaths; /* messages of these kinds */
    struct referral referrals[REFERRALS_MAX];
    unsigned referrals_count;
};

/* The feeds of a seed; feeds_free() gives back what it took. */
void feeds_make(struct feeds *feeds, uint64_t seed, unsigned messages_max);
void feeds_free(struct feeds *feeds);

#endif
