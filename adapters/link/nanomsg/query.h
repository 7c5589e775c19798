/*
 * query.h - one question on the query socket, from its text to the text of the answer.
 *
 * {"query":NAME, parameters...} asks for a resource (resource.h).  {"ingest":[...]} brings
 * CloudEvents and {"decide":{...}} a decision of the local user, through the door.  No sockets.
 * Loop thread.
 */
#ifndef HW_LINK_NANOMSG_QUERY_H
#define HW_LINK_NANOMSG_QUERY_H

#include "link/nanomsg/door.h"
#include "resource/resource.h"

enum {
    HW_QUERY_SIZE_MAX = 16 * 1024,   /* bytes of a question: it is read in one go */
    HW_INGEST_SIZE_MAX = 256 * 1024, /* of what brings events: some hundreds at a time */
};

/*
 * The answer, JSON, for the caller to free; NULL: no memory, or *ret_later is the number under
 * which the door gives it later; else 0.  *ret_states: it tells what was applied, so it waits until
 * the engine's present sequence is durable; else it may go at once.  *ret_refused: it tells of
 * refused input, and waits until that id is durable in quarantine; 0.
 */
char *hw_query_answer(struct hw_resources *resources, const struct hw_door *door,
    struct hw_slice question, size_t *ret_size, bool *ret_states, uint64_t *ret_refused,
    uint64_t *ret_later);

#endif
