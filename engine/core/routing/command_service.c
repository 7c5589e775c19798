#include "core/routing/command_parts.h"

#include "core/routing/agenda.h"
#include "core/routing/match.h"

void hw__command_declare_service(const struct hw_command *command)
{
    struct hw_engine *engine = command->engine;
    uint32_t name = hw__code(command, HW_FIELD_SERVICE), service;
    struct hw_slice list = hw__text(command, HW_FIELD_DETAIL);

    if (name == 0) {
        hw__refuse(command, HW_E_INVALID, "service is missing");
        return;
    }
    service = hw_service_take(engine, name);
    while (list.size > 0) {
        const uint8_t *end = memchr(list.data, '\n', list.size);
        size_t size = end == NULL ? list.size : (size_t)(end - list.data);
        const uint8_t *equals = memchr(list.data, '=', size);
        size_t key_size = equals == NULL ? size : (size_t)(equals - list.data);

        if (equals == NULL ||
            !hw_service_set(engine, service, hw_slice_of(list.data, key_size),
                hw_slice_of(equals + 1, size - key_size - 1)))
            hw__refuse(command, HW_E_INVALID, "a key of the service or its value is not known");
        size += end == NULL ? 0 : 1;
        list = hw_slice_of(list.data + size, list.size - size);
    }
}

void hw__command_take_capacity(const struct hw_command *command)
{
    struct hw_engine *engine = command->engine;
    uint32_t name = hw__code(command, HW_FIELD_SERVICE), handle;
    int64_t capacity = hw__count(command, HW_FIELD_UNITS, -1);
    int64_t declared = hw__moment(command, HW_FIELD_REVIEWED_AT, command->event->happened.start_ms);
    struct hw_service *service;

    if (name == 0 || capacity < 0 || capacity > HW_UNITS_MAX) {
        hw__refuse(command, HW_E_INVALID, "service or capacity is missing, or capacity is absurd");
        return;
    }
    handle = hw_service_take(engine, name);
    service = hw_service_at(engine, handle);
    hw_tell_capacity(engine, handle);
    if (service->declared_at_ms != HW_TIME_NONE && declared < service->declared_at_ms) {
        hw__refuse(command, HW_E_STALE, "a later declaration is known");
        return;
    }
    service->capacity = (int32_t)capacity;
    service->declared_at_ms = declared;
    hw_match_count_told(engine, handle);
    /* What was proposed with old capacity may go now that it is known anew (R16). */
    for (uint32_t at = service->matches; at != 0; at = hw_match_at(engine, at)->service_next)
        if (hw_match_at(engine, at)->state == HW_MATCH_PROPOSED)
            hw_agenda_referral(engine, hw_match_at(engine, at)->referral);
    hw_agenda_service(engine, handle);
}

void hw__command_suspend_service(const struct hw_command *command)
{
    struct hw_engine *engine = command->engine;
    uint32_t name = hw__code(command, HW_FIELD_SERVICE), handle;

    if (name == 0) {
        hw__refuse(command, HW_E_INVALID, "service is missing");
        return;
    }
    handle = hw_service_take(engine, name);
    hw_tell_capacity(engine, handle);
    hw_service_at(engine, handle)->suspended = command->event->kind == HW_KIND_SERVICE_SUSPENDED;
    hw_agenda_service(engine, handle);
}
