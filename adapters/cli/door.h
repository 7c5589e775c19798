/*
 * door.h - CloudEvents and decisions on their way into the runtime, and what is answered.
 *
 * One codec and one runtime behind the calls that links make (link/nanomsg/door.h).  Refused input
 * goes to quarantine with its bytes before its refusal is answered.  Loop thread.
 */
#ifndef HW_CLI_DOOR_H
#define HW_CLI_DOOR_H

#include "codec/cloudevents/cloudevents.h"
#include "link/nanomsg/door.h"
#include "runtime/runtime.h"

struct hw_entry; /* Opaque. */

/* What came in as CloudEvents since the start. */
#define HW_ENTRY_COUNT_LIST(X)                                                                     \
    X(events, "events read")                                                                       \
    X(accepted, "taken")                                                                           \
    X(duplicate, "known already: nothing changed")                                                 \
    X(rejected, "refused for what they say, or for what they are about")                           \
    X(full, "not taken for want of room")                                                          \
    X(pulled, "of events: came through nanomsg.ingest, where nobody is told")                      \
    X(unknown_fields, "members that mean nothing here")                                            \
    X(id_reused, "events with the id of another: taken")

struct hw_entry_counts {
#define HW_ENTRY_COUNT_MEMBER(name, words) uint64_t name;
    HW_ENTRY_COUNT_LIST(HW_ENTRY_COUNT_MEMBER)
#undef HW_ENTRY_COUNT_MEMBER
};

struct hw_entry_options {
    struct hw_ce_options codec; /* copied; what it points at is borrowed */
    struct hw_runtime *runtime; /* borrowed */
    /* Take the events of one message, as hw_runtime_submit(), and note that its feed spoke. */
    struct hw_submitted (*submit)(void *context, struct hw_event *events, uint32_t events_count);
    /* The answer that was promised under later; released when it returns. */
    void (*answer)(void *context, uint64_t later, const json_t *answer);
    void *context; /* of both */
};

/* NULL: no memory. */
struct hw_entry *hw_entry_new(const struct hw_entry_options *options);
void hw_entry_free(struct hw_entry *entry);

/* The configuration was read anew. */
void hw_entry_set_options(struct hw_entry *entry, const struct hw_ce_options *options);

const struct hw_entry_counts *hw_entry_counts(const struct hw_entry *entry);

/* The calls for a link; entry is borrowed. */
struct hw_door hw_entry_door(struct hw_entry *entry);

#endif
