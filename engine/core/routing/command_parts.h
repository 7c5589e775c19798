/*
 * command_parts.h - what the files of commands share: the command itself, how it is read, how it is
 * answered.  Private to command*.c.
 *
 * A command is done by one function, named in the table of command.c; each says in the engine's
 * command result what it was about, and what was wrong where it refused.
 */
#ifndef HW_COMMAND_PARTS_H
#define HW_COMMAND_PARTS_H

#include "core/routing/command.h"
#include "core/routing/match.h"
#include "core/routing/tell.h"
#include "core/services/service.h"

struct hw_command {
    struct hw_engine *engine;
    const struct hw_event *event;
    uint32_t identifier, stay; /* records of whom and of what it names; 0: none */
};

typedef void hw_command_take(const struct hw_command *command);

/* command_referral.c */
hw_command_take hw__command_take_referral, hw__command_withdraw_referral, hw__command_take_contact;

/* The referral that is named, by name; refused in words, and 0, when it is not known. */
uint32_t hw__known_referral(const struct hw_command *command);

/* command_match.c */
hw_command_take hw__command_take_answer, hw__command_approve, hw__command_reject,
    hw__command_make_offer, hw__command_extend_offer, hw__command_withdraw_offer;

/* A step of a match: what it is about is answered; refused in words where the table has none. */
void hw__command_step(const struct hw_command *command, uint32_t match, enum hw_match_step step);

/* command_placement.c */
hw_command_take hw__command_take_placement;

/* When the review of somebody in service is due, from when they began (R12). */
void hw__command_set_review(const struct hw_command *command, uint32_t match);

/* Hours a week as said; a slot or a bed is one, whatever is said (R9). */
void hw__command_take_units(const struct hw_command *command, uint32_t match);

/* command_package.c */
hw_command_take hw__command_take_package;

/* command_service.c */
hw_command_take hw__command_declare_service, hw__command_take_capacity, hw__command_suspend_service;

/* command_decision.c */
hw_command_take hw__command_take_mode, hw__command_hold_referral, hw__command_release_referral,
    hw__command_link_referral, hw__command_set_priority, hw__command_acknowledge_alert;

/* ---- answering ---- */

static inline void hw__refuse(
    const struct hw_command *command, enum hw_status status, const char *words)
{
    command->engine->command.status = status;
    command->engine->command.words = words;
}

/* What a command is about: the letter of its reference (hw_reference_format()), the reference. */
static inline void hw__about(
    const struct hw_command *command, char prefix, uint64_t reference, uint32_t version)
{
    command->engine->command.prefix = prefix;
    command->engine->command.reference = reference;
    command->engine->command.version = version;
}

/* ---- reading ---- */

static inline bool hw__says(const struct hw_command *command, enum hw_field field)
{
    return hw_event_has(command->event, field);
}

static inline struct hw_slice hw__text(const struct hw_command *command, enum hw_field field)
{
    return hw_event_text(command->event, field);
}

static inline uint32_t hw__code(const struct hw_command *command, enum hw_field field)
{
    return hw_text_intern(command->engine, hw__text(command, field));
}

static inline int64_t hw__moment(
    const struct hw_command *command, enum hw_field field, int64_t otherwise)
{
    return hw__says(command, field) ? command->event->values[field].time.start_ms : otherwise;
}

/* When it happened; what is told ahead of its time happened now. */
static inline int64_t hw__said_at(const struct hw_command *command)
{
    int64_t now = command->engine->root.accepted_ms;

    return command->event->happened.start_ms < now ? command->event->happened.start_ms : now;
}

static inline int64_t hw__count(
    const struct hw_command *command, enum hw_field field, int64_t otherwise)
{
    return hw__says(command, field) ? command->event->values[field].number : otherwise;
}

static inline bool hw__flag(const struct hw_command *command, enum hw_field field)
{
    return hw__count(command, field, 0) != 0;
}

static inline bool hw__is(const struct hw_command *command, enum hw_field field, const char *word)
{
    return hw_slice_is(hw__text(command, field), word);
}

#endif
