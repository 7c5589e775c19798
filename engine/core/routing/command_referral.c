#include "core/routing/command_parts.h"

#include "core/people/people.h"
#include "core/routing/referral.h"

/* What a field says, or clears, goes to a member; absent says nothing. */
#define TAKE_CODE(field, member)                                                                   \
    if (hw__says(command, HW_FIELD_##field) || hw_event_clears(command->event, HW_FIELD_##field))  \
    referral->member = hw__code(command, HW_FIELD_##field)
#define TAKE_TIME(field, member)                                                                   \
    if (hw__says(command, HW_FIELD_##field) || hw_event_clears(command->event, HW_FIELD_##field))  \
    referral->member = hw__moment(command, HW_FIELD_##field, HW_TIME_NONE)

static uint8_t pathway_of(struct hw_slice name)
{
    return name.size == 2 && name.data[0] == 'P' && name.data[1] >= '0' && name.data[1] <= '3'
        ? (uint8_t)(name.data[1] - '0')
        : (uint8_t)HW_P_NONE;
}

static void take_list(const struct hw_command *command, uint32_t referral, enum hw_field field,
    enum hw_link_kind kind)
{
    struct hw_slice list = hw__text(command, field);

    if (!hw__says(command, field) && !hw_event_clears(command->event, field))
        return;
    hw_referral_unlink(command->engine, referral, kind, 0);
    for (size_t start = 0, at = 0; at <= list.size; at++) {
        if (at < list.size && list.data[at] != ';')
            continue;
        if (at > start)
            hw_referral_link(command->engine, referral, kind,
                hw_text_intern(command->engine, hw_slice_of(list.data + start, at - start)),
                HW_TIME_OPEN);
        start = at + 1;
    }
}

/* "4;30;2;..." calls a day, minutes a call, carers: hours a week, rounded up (R9). */
static int32_t hours_of_package(struct hw_slice package)
{
    int64_t numbers[3] = {0, 0, 1}, product = 7;
    size_t part = 0;

    for (size_t i = 0; i < package.size && part < 3; i++) {
        if (package.data[i] == ';') {
            part++;
            if (part == 2)
                numbers[2] = 0;
        } else if (package.data[i] >= '0' && package.data[i] <= '9' && numbers[part] < 10000) {
            numbers[part] = numbers[part] * 10 + (package.data[i] - '0');
        } else if (part < 2) {
            return 0;
        }
    }
    if (numbers[2] == 0)
        numbers[2] = 1;
    for (int i = 0; i < 3; i++)
        product *= numbers[i];
    product = (product + 59) / 60;
    return product > HW_UNITS_OF_ONE_MAX ? HW_UNITS_OF_ONE_MAX : (int32_t)product;
}

enum { AGE_MAX = 150 };

/* A number that nobody can mean is as if it had not been said. */
static int64_t within(int64_t value, int64_t most, int64_t otherwise)
{
    return value >= 0 && value <= most ? value : otherwise;
}

static void take_particulars(const struct hw_command *command, struct hw_referral *referral)
{
    bool unknown = false;

    if (hw__says(command, HW_FIELD_DIRECTION))
        referral->direction = (uint8_t)hw_direction_of(hw__text(command, HW_FIELD_DIRECTION));
    if (hw__says(command, HW_FIELD_URGENCY)) {
        referral->urgency = (uint8_t)hw_urgency_of(hw__text(command, HW_FIELD_URGENCY));
        /* Who wrote 2hrs did not mean three days: nobody is matched until it is put right. */
        referral->urgency_unknown = referral->urgency == HW_URGENCY_ROUTINE &&
            !hw__is(command, HW_FIELD_URGENCY, "routine");
    }
    if (hw__says(command, HW_FIELD_PATHWAY))
        referral->said_pathway = pathway_of(hw__text(command, HW_FIELD_PATHWAY));
    if (hw__says(command, HW_FIELD_NEEDS)) {
        referral->needs = hw_needs_of(hw__text(command, HW_FIELD_NEEDS), &unknown);
        referral->needs_unknown = unknown;
    }
    if (hw__says(command, HW_FIELD_FAST_TRACK))
        referral->fast_track = hw__flag(command, HW_FIELD_FAST_TRACK);
    if (hw__says(command, HW_FIELD_SEX))
        referral->sex = (uint8_t)hw_sex_of(hw__text(command, HW_FIELD_SEX));
    if (hw__says(command, HW_FIELD_AGE_YEARS))
        referral->age_years =
            (int16_t)within(hw__count(command, HW_FIELD_AGE_YEARS, -1), AGE_MAX, -1);
    if (hw__says(command, HW_FIELD_PACKAGE))
        referral->units = hours_of_package(hw__text(command, HW_FIELD_PACKAGE));
    if (hw__says(command, HW_FIELD_UNITS))
        referral->units =
            (int32_t)within(hw__count(command, HW_FIELD_UNITS, 0), HW_UNITS_OF_ONE_MAX, 0);
    TAKE_CODE(PACKAGE, package);
    TAKE_CODE(COUNCIL, said_council);
    TAKE_CODE(COUNCIL_PROPOSED, home_council);
    TAKE_CODE(ZONE, said_zone);
    TAKE_CODE(FUNDING, funding);
    TAKE_CODE(CONSENT, consent);
    TAKE_CODE(SITE, site);
    TAKE_TIME(NEEDED_FROM, needed_from_ms);
    TAKE_TIME(NOT_BEFORE, not_before_ms);
}

/* A spell named without a person may be anybody's: another's is not tied to this referral. */
static bool is_of_person(const struct hw_command *command, const struct hw_referral *referral)
{
    const struct hw_engine *engine = command->engine;
    uint32_t owner = hw_stay_at(engine, command->stay)->owner;

    return referral->identifier != 0 &&
        hw_person_of(engine, referral->identifier) == hw_person_of(engine, owner);
}

void hw__command_take_referral(const struct hw_command *command)
{
    struct hw_engine *engine = command->engine;
    uint32_t name = hw__code(command, HW_FIELD_REFERRAL);
    bool received = command->event->kind == HW_KIND_REFERRAL_RECEIVED;
    bool known = hw_referral_find(engine, name) != 0;
    uint32_t handle;
    struct hw_referral *referral;

    if (name == 0) {
        hw__refuse(command, HW_E_INVALID, "referral is missing");
        return;
    }
    handle = hw_referral_take(engine, name);
    referral = hw_referral_at(engine, handle);
    if (received && referral->state == HW_REFERRAL_ENDED) {
        hw__about(command, 'R', referral->reference, 0);
        hw__refuse(command, HW_E_CONFLICT,
            "the referral is over: who asks again sends another, with an id of its own");
        return;
    }
    hw_referral_open(engine, handle);
    if (!received && !known)
        referral->flags |= HW_REFERRAL_UNKNOWN;
    if (received && (!known || (referral->flags & HW_REFERRAL_UNKNOWN))) {
        int64_t happened = command->event->happened.start_ms;

        referral->flags &= (uint16_t)~HW_REFERRAL_UNKNOWN;
        referral->received_ms =
            happened < engine->root.accepted_ms ? happened : engine->root.accepted_ms;
    }
    if (command->identifier != 0)
        hw_referral_set_person(engine, handle, command->identifier);
    if (command->stay != 0 && (command->identifier != 0 || is_of_person(command, referral)))
        referral->stay = command->stay;
    take_particulars(command, referral);
    take_list(command, handle, HW_FIELD_PREFERRED, HW_LINK_PREFERRED);
    take_list(command, handle, HW_FIELD_REFUSED, HW_LINK_REFUSED);
    hw_referral_follow(engine, handle);
    if (!known && (referral->seen & HW_SEEN_DEAD) != 0)
        referral->flags |= HW_REFERRAL_AFTER_DEATH;
    hw__about(command, 'R', referral->reference, 0);
}

uint32_t hw__known_referral(const struct hw_command *command)
{
    uint64_t reference;
    uint32_t handle;

    /* Outside it has a reference; a name as a system said it has an authority (3.2, 5). */
    if (hw_reference_parse(hw__text(command, HW_FIELD_REFERRAL), 'R', &reference) == HW_OK)
        handle = hw_referral_by_reference(command->engine, reference);
    else
        handle = hw_referral_find(command->engine, hw__code(command, HW_FIELD_REFERRAL));
    if (handle == 0)
        hw__refuse(command, HW_E_NOT_FOUND, "the referral is not known");
    else
        hw__about(command, 'R', hw_referral_at(command->engine, handle)->reference, 0);
    return handle;
}

void hw__command_withdraw_referral(const struct hw_command *command)
{
    uint32_t handle = hw__known_referral(command);

    if (handle != 0)
        hw_referral_end(command->engine, handle, hw__code(command, HW_FIELD_REASON));
}

void hw__command_take_contact(const struct hw_command *command)
{
    uint32_t handle = hw__known_referral(command);
    int64_t at = command->event->happened.start_ms;
    struct hw_referral *referral;

    if (handle == 0)
        return;
    referral = hw_referral_at(command->engine, handle);
    if (referral->first_contact_ms == HW_TIME_NONE || at < referral->first_contact_ms)
        referral->first_contact_ms = at;
    hw_referral_follow(command->engine, handle);
}
