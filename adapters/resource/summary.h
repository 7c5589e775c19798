/*
 * summary.h - the figures of the county as JSON, whole and row by row (CONTRACT 5.2, R2).
 *
 * The same rows serve the resource `summary` and the nanomsg topics metrics/...  A figure whose
 * machinery does not exist is null, never 0.  Loop thread.
 */
#ifndef HW_RESOURCE_SUMMARY_H
#define HW_RESOURCE_SUMMARY_H

#include "resource/resource.h"

/* Whose figures, and when: as_at_ms as figures.h wants it. */
struct hw_summary {
    const struct hw_engine *engine;
    const struct hw_feeds *feeds; /* may be NULL */
    int64_t as_at_ms;
};

/* The figures as of now. */
struct hw_summary hw_resources_summary(const struct hw_resources *resources);

/* {"sequence":..., "as_at":...}: how every answer begins. */
json_t *hw_summary_head(const struct hw_summary *summary);

/* Add the figures of the county to object. */
void hw_summary_add_total(const struct hw_summary *summary, json_t *object);

/*
 * Add one row of a dimension to object: its code under the dimension's name, name, figures; a site
 * also stale, reasons and wards.  index below hw_figures_rows().  HW_BY_WARD is not for this.
 */
void hw_summary_add_row(
    const struct hw_summary *summary, enum hw_dimension dimension, uint32_t index, json_t *object);

/*
 * Add the row of a service to object; its code, borrowed until the next apply.  index below
 * hw_services_count().  The version is another one whenever the row is.
 */
struct hw_slice hw_summary_add_service(
    const struct hw_summary *summary, uint32_t index, json_t *object);
uint64_t hw_summary_service_version(const struct hw_summary *summary, uint32_t index);

/* The whole resource. */
json_t *hw_summary_all(const struct hw_summary *summary);

/* [{"source","last_event","last_arrival","stale"}]. */
json_t *hw_summary_feeds(const struct hw_summary *summary);

#endif
