/*
 * values.h - one member of an event's data, by its form; private to this folder.
 */
#ifndef HW_CE_VALUES_H
#define HW_CE_VALUES_H

#include "codec/cloudevents/cloudevents.h"
#include "codec/cloudevents/types.h"

struct hw_ce_reader {
    const struct hw_ce_options *options;
    struct hw_event *event;
    struct hw_ce_reading *reading;
    struct hw_slice authority; /* of bare ids */
    uint8_t *scratch, *scratch_end;
    struct hw_slice born; /* as read; used once happened is known */
    struct hw_time born_time;
    unsigned unknown;
    bool in_data;
};

/* Say what is wrong with a member and how to mend it; returns false. */
bool hw_ce_refuse(struct hw_ce_reader *reader, const char *member, const char *words);

/* Take a member; false: refused.  null clears. */
bool hw_ce_value(struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value);

/* What needs all of the person: age when it happened. */
void hw_ce_finish_person(struct hw_ce_reader *reader);

#endif
