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
    struct hw_slice authority;      /* of bare ids */
    uint8_t *scratch, *scratch_end; /* for lists and normal forms */
    uint8_t *details, *details_end; /* for "key=value\n" lines: where the next one goes */
    struct hw_slice born;           /* as read; used once happened is known */
    struct hw_time born_time;
    unsigned unknown;
    bool in_data;    /* members stand in /data */
    bool references; /* what is named may be named by its reference */
};

/*
 * Say what is wrong with a member ("person/born") and how to mend it; returns false.  The first
 * refusal stands.
 */
bool hw_ce_refuse(struct hw_ce_reader *reader, const char *member, const char *words);

/* The same in the words of the field's form. */
bool hw_ce_refuse_form(struct hw_ce_reader *reader, const struct hw_ce_field *field);

/* Take a member; false: refused.  null clears where a field can be cleared. */
bool hw_ce_value(struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value);

/* ---- parts of it, each in a file of its own ---- */

/* people.c: a person; retired: one whose identifiers go to another's. */
bool hw_ce_take_person(struct hw_ce_reader *reader, const struct hw_ce_field *field,
    const json_t *value, bool retired);

/* people.c: a postcode that says where the person will be, before where they live (R9). */
bool hw_ce_take_destination(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value);

/* people.c: what needs all of the person: age when it happened. */
void hw_ce_finish_person(struct hw_ce_reader *reader);

/* pairs.c: a form from PAIR_TEXT on. */
bool hw_ce_take_pair(
    struct hw_ce_reader *reader, const struct hw_ce_field *field, const json_t *value);

/* A JSON string's bytes; with blanks cut off both ends. */
struct hw_slice hw_ce_text(const json_t *value);
struct hw_slice hw_ce_trimmed(const json_t *value);

/* Parts one behind the other in the scratch; empty when there is no room. */
struct hw_slice hw_ce_keep(
    struct hw_ce_reader *reader, const struct hw_slice *parts, size_t parts_count);

/* Flag a word that is in no list. */
void hw_ce_know(struct hw_ce_reader *reader, const char *codes, struct hw_slice text);

/* Flag what was odd about a time. */
void hw_ce_know_time(struct hw_ce_reader *reader, struct hw_time time);

/* Members of object that are none of names ("nhs|local"): counted. */
void hw_ce_count_unknown(struct hw_ce_reader *reader, const json_t *object, const char *names);

/* AUTHORITY/ID split at the last slash; a bare id is of the source's authority. */
void hw_ce_split(struct hw_slice authority, struct hw_slice name, struct hw_slice *ret_authority,
    struct hw_slice *ret_id);

#endif
