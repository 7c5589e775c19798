/*
 * derive.h - from the keys of a configuration to the options of the parts that use them.
 *
 * Slices and tables point into the configuration and live as long as it does.  One thread.
 */
#ifndef HW_CLI_DERIVE_H
#define HW_CLI_DERIVE_H

#include "codec/cloudevents/cloudevents.h"
#include "codec/hl7v2/hl7v2.h"
#include "config/config.h"
#include "link/mllp/mllp.h"
#include "resource/feeds.h"
#include "runtime/runtime.h"

/* hl7.*, sources and the postcodes of zones. */
void hw_derive_hl7(struct hw_config *config, struct hw_hl7_options *ret_options);

/* The same sources and postcodes for CloudEvents, from what hw_derive_hl7() made of them. */
void hw_derive_ce(
    struct hw_config *config, const struct hw_hl7_options *hl7, struct hw_ce_options *ret_options);

/* What sources say of silence, for feeds to expect. */
void hw_derive_feeds(const struct hw_config_top *keys, struct hw_feeds *feeds);

/* mllp.*; codec, runtime, port and log are the caller's to set. */
void hw_derive_mllp(struct hw_config *config, struct hw_mllp_options *ret_options);

/* data_dir, county, clock, limits, dedupe, history and journal; env and callbacks are not set. */
void hw_derive_runtime(const struct hw_config_top *keys, struct hw_runtime_options *ret_options);

#endif
