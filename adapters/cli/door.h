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

/* options are copied, what they point at is borrowed; runtime is borrowed.  NULL: no memory. */
struct hw_entry *hw_entry_new(const struct hw_ce_options *options, struct hw_runtime *runtime);
void hw_entry_free(struct hw_entry *entry);

/* The configuration was read anew. */
void hw_entry_set_options(struct hw_entry *entry, const struct hw_ce_options *options);

/* The calls for a link; entry is borrowed. */
struct hw_door hw_entry_door(struct hw_entry *entry);

#endif
