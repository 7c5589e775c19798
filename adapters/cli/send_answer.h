/*
 * send_answer.h - an acknowledgement as its receiver reads it: MSA and the first ERR.
 */
#ifndef HW_SEND_ANSWER_H
#define HW_SEND_ANSWER_H

#include "homeward/slice.h"

/* Borrowed from the bytes read; what is not there is empty. */
struct hw_send_answer {
    struct hw_slice code;       /* MSA-1 */
    struct hw_slice control_id; /* MSA-2 */
    struct hw_slice note;       /* MSA-3 */
    struct hw_slice condition;  /* ERR-3.1, else MSA-6.1 */
    struct hw_slice words;      /* ERR-8, else ERR-7, else ERR-3.2, else MSA-3 */
};

/* False: it is no acknowledgement (no MSH, no MSA, or a code that is none). */
bool hw_send_answer_read(struct hw_slice bytes, struct hw_send_answer *ret_answer);

/* The three things a code can mean. */
static inline bool hw_send_answer_accepts(const struct hw_send_answer *answer)
{
    return answer->code.data[1] == 'A';
}

static inline bool hw_send_answer_commits(const struct hw_send_answer *answer)
{
    return answer->code.data[0] == 'C';
}

#endif
