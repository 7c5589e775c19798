/*
 * resources.h - what the resource functions share; private to this folder.
 */
#ifndef HW_RESOURCE_RESOURCES_H
#define HW_RESOURCE_RESOURCES_H

#include "homeward/routing.h"
#include "resource/ready.h"
#include "resource/resource.h"
#include "resource/summary.h"

struct hw_resources {
    struct hw_resources_options options;
    struct hw_ready *ready;
};

/* A text parameter, empty when not given; an integer one, or other. */
struct hw_slice hw_resource_text(const json_t *parameters, const char *name);
int64_t hw_resource_integer(const json_t *parameters, const char *name, int64_t other);

/* {"error":words, "parameter":name} */
__attribute__((format(printf, 2, 3))) json_t *hw_resource_wrong(
    const char *parameter, const char *format, ...);

hw_resource_function hw_resource_delays;
hw_resource_function hw_resource_spell;

hw_resource_function hw_resource_services, hw_resource_waiting, hw_resource_referral,
    hw_resource_proposals, hw_resource_offers, hw_resource_placements, hw_resource_alerts,
    hw_resource_modes, hw_resource_why_not;

/* Whether a referral is of the direction, pathway, council, zone and site asked for, as far as any.
 */
bool hw_resource_wants_referral(const struct hw_referral_view *view, const json_t *parameters);

/* Rows of all services, as summary and services show them. */
json_t *hw_services_json(const struct hw_summary *summary);

extern const struct hw_parameter hw_services_parameters[], hw_waiting_parameters[],
    hw_matches_parameters[], hw_alerts_parameters[], hw_referral_parameters[],
    hw_why_not_parameters[], hw_placements_parameters[];
extern const struct hw_parameter hw_delays_parameters[];
extern const struct hw_parameter hw_spell_parameters[];

#endif
