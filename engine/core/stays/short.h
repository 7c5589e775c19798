/*
 * short.h - the short cut of R0: a fact that sorts last, and whose effect can be told without
 * folding the stay anew.
 *
 * Six in ten messages are updates, and most of those say again what is known, or another expected
 * discharge.  Last by key, an update can touch only this:
 *
 *   what it says            taken by the short cut                       else folded anew
 *   expected discharge      counted on another day                       if a timer has to be set
 *   destination             no figure shows it
 *   not dead (PID-30)       no death was ever said (the caller asked)    else folded anew
 *   council, zone           as in force (the caller asked)               another
 *   specialty               as in force                                  another: care type
 *   pathway                 as in force, or there is no ready period     another: charges
 *   PV1-44                  the moment of the one admission there is     a correction
 *   PV1-45                  there is no discharge to correct             a correction
 *   class and place         never: an admission was said before it, so movements own them
 *   anything                                                             dated too far ahead
 *
 * Only of a stay that is plain (enum hw_plain): the only one of its group, nothing said of its
 * visit alone, its admission said by a message.  With options.check_short_cuts each one is compared
 * with the whole fold.
 */
#ifndef HW_SHORT_H
#define HW_SHORT_H

#include "core/stays/fact.h"

/*
 * Bring the share of stay up to date for fact, which was just put last into its list and tells the
 * person's other stays nothing.  False, with nothing changed, when the stay is to be folded anew.
 */
bool hw_short_cut(struct hw_engine *engine, uint32_t stay, const struct hw_fact *fact);

#endif
