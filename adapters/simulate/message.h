/*
 * message.h - a notice as an HL7 v2.4 ADT message, the way British hospital systems write them.
 *
 * Segments end in CR.  Movements come from PAS, reviews of the criteria to reside from EPR; both
 * are of organisation RWE.
 */
#ifndef HW_SIM_MESSAGE_H
#define HW_SIM_MESSAGE_H

#include "simulate/stamp.h"
#include "simulate/stay.h"

enum { HW_SIM_MESSAGE_SIZE = 2048 }; /* bytes; any message is shorter */

/* Where in a message what may be sent broken or again stands: offsets in bytes. */
struct hw_sim_marks {
    uint16_t control_id;                   /* of its ten digits */
    uint16_t recorded;                     /* of EVN-2 */
    uint16_t identifiers, identifiers_end; /* of PID-3 */
    uint16_t name;                         /* inside PID-5; 0: no person is named */
};

/* Write the message; returns its size.  Everything it reads stays the caller's. */
size_t hw_sim_message_write(const struct hw_sim_notice *notice, const struct hw_sim_county *county,
    struct hw_sim_stamp *stamp, uint64_t number, char out[HW_SIM_MESSAGE_SIZE],
    struct hw_sim_marks *ret_marks);

#endif
