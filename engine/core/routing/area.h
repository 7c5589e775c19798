/*
 * area.h - where services work and people will be, so that the two find one another by place.
 *
 * An area is a zone; or, for services that work in all zones, what a council answers for, or, for
 * those that work for any council, everywhere.  A service covers the areas it lists; a profile lies
 * in at most three.  So a new profile looks at the services of its areas and not at all of them,
 * and a service that changed at the profiles of its own.  Whether they fit is asked by rules.h.
 */
#ifndef HW_AREA_H
#define HW_AREA_H

#include "core/state.h"

/* A service's zones or councils changed: what it covers is found anew. */
void hw_area_cover(struct hw_engine *engine, uint32_t service);

/* A new profile: into the areas it lies in, for good. */
void hw_area_settle(struct hw_engine *engine, uint32_t profile);

/* Tell of each service that covers where a profile lies, of each profile in what one covers. */
typedef void hw_area_pair(struct hw_engine *engine, uint32_t profile, uint32_t service);
void hw_area_services(struct hw_engine *engine, uint32_t profile, hw_area_pair *pair);
void hw_area_profiles(struct hw_engine *engine, uint32_t service, hw_area_pair *pair);

hw_table_hash hw_area_hash;

#endif
