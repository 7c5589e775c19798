/*
 * answers.h - answers on their way to whoever asked: the output gate of the query socket.
 *
 * The socket is a raw one: the header that came with a question goes back with its answer, so many
 * may be pending at once.  Answers leave in the order of their sequences, once durable; one that is
 * promised for later keeps nobody waiting.  Bounded in number and bytes.  Loop thread.
 */
#ifndef HW_LINK_NANOMSG_ANSWERS_H
#define HW_LINK_NANOMSG_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HW_ANSWERS_MAX = 256,
    HW_PROMISES_MAX = 32,                   /* of the same number */
    HW_ANSWERS_SIZE_MAX = 16 * 1024 * 1024, /* bytes; one more answer may go past it */
};

struct hw_pending_answer {
    void *header; /* nanomsg's; owned */
    char *text;   /* owned, malloc */
    size_t size;
    uint64_t release; /* sequence in the journal; 0: at once */
    uint64_t refused; /* id in quarantine; 0: none */
};

/* An answer that is yet to be made. */
struct hw_promise {
    void *header;   /* nanomsg's; owned */
    uint64_t later; /* its number */
};

struct hw_answers {
    struct hw_pending_answer ring[HW_ANSWERS_MAX];
    struct hw_promise promises[HW_PROMISES_MAX];
    uint32_t first, count, promised;
    size_t size;
};

/* Whether another question may be read. */
bool hw_answers_has_room(const struct hw_answers *answers);

/* Takes answer; there must be room. */
void hw_answers_add(struct hw_answers *answers, struct hw_pending_answer answer);

/* Takes header; there must be room. */
void hw_answers_promise(struct hw_answers *answers, void *header, uint64_t later);

/* The promised answer, at last: takes text, malloc (NULL: whoever asked asks again). */
void hw_answers_keep(struct hw_answers *answers, uint64_t later, char *text, size_t size);

/* Send through socket what is released by what is durable, in the journal and in quarantine;
 * peers that are gone are passed over. */
void hw_answers_send(
    struct hw_answers *answers, int socket, uint64_t durable, uint64_t refused_durable);

/* Give up what is left. */
void hw_answers_drop(struct hw_answers *answers);

#endif
