/*
 * command.h - what feeds and people say to routing: referrals, answers, placements, services and
 * decisions (CONTRACT 3.2, 3.3, R10-R15).
 *
 * Unlike facts these are commands: sequenced first, then taken or refused in words
 * (hw_engine_command_result).  What is refused changes nothing and is still in the journal.  True
 * facts are never refused (R13): a start without an offer is taken and flagged.
 */
#ifndef HW_COMMAND_H
#define HW_COMMAND_H

#include "core/state.h"

/* Whether a kind of record is for here. */
bool hw_command_is(enum hw_kind kind);

/*
 * Do what an event says.  identifier: the record of its person (0: none was named); stay: the one
 * it names (0: none).
 */
void hw_command_apply(
    struct hw_engine *engine, const struct hw_event *event, uint32_t identifier, uint32_t stay);

#endif
