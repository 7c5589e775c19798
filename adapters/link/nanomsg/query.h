/*
 * query.h - one question on the query socket, from its text to the text of the answer.
 *
 * {"query":NAME, parameters...} asks for a resource (resource.h).  {"ingest":[...]} and
 * {"decide":{...}} are refused with what they come with.  No sockets.  Loop thread.
 */
#ifndef HW_LINK_NANOMSG_QUERY_H
#define HW_LINK_NANOMSG_QUERY_H

#include "resource/resource.h"

enum { HW_QUERY_SIZE_MAX = 16 * 1024 }; /* bytes of a question: it is read in one go */

/*
 * The answer, JSON, for the caller to free; NULL: no memory.  *ret_states: it tells what was
 * applied, so it waits until the engine's present sequence is durable; else it may go at once.
 */
char *hw_query_answer(
    struct hw_resources *resources, struct hw_slice question, size_t *ret_size, bool *ret_states);

#endif
