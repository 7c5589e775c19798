/*
 * truth.h - what truly happened, one JSON object a line, so that counted figures can be checked.
 *
 *   visit, local, nhs         identifiers, as sent (nhs null where there is none)
 *   care                      adult, child, mother
 *   counted                   whether figures of adult acute stays count it
 *   site, ward, council       where last, and who is responsible by postcode (null outside)
 *   registered_ms, inpatient_ms, ended_ms    null where it did not happen (yet)
 *   end                       open, discharged, died, cancelled, withdrawn, not_admitted
 *   pathway                   P0..P3, null where none was said
 *   ready                     [{start_ms, end_ms or null, reasons: [{from_ms, reason,
 * responsible}]}]
 *
 * Times are milliseconds UTC as they were written.  Only what the feed said by its end stands here.
 */
#ifndef HW_SIM_TRUTH_H
#define HW_SIM_TRUTH_H

#include "simulate/stamp.h"
#include "simulate/stay.h"

#include <stdio.h>

/* Write errors stay with the FILE, for its owner to find. */
void hw_sim_truth_write(FILE *out, const struct hw_sim_stay *stay,
    const struct hw_sim_county *county, const struct hw_sim_stamp *stamp);

#endif
