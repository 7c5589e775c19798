/*
 * routing.h - stories with commands: referrals, answers and decisions of people.
 *
 * Commands are sequenced, so such a story is told in the order of its lines, each line at its own
 * time.  After every record units must add up and no offer may stand without an approval or a
 * rule; at the end the journal, replayed through an image at any of several places, must give the
 * same state and the same decisions.
 */
#ifndef HW_TEST_SCENARIO_ROUTING_H
#define HW_TEST_SCENARIO_ROUTING_H

#include "support/story.h"

/* Whether all answers are those worked by hand; says which are not. */
bool tell_routing(const struct story *story);

#endif
