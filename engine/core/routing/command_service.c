#include "core/routing/command_parts.h"

#include "core/services/capacity.h"
#include "homeward/services.h"

/* A service that is known; refused in words, and 0, when it is not. */
static uint32_t known_service(const struct hw_command *command)
{
    struct hw_slice code = hw__text(command, HW_FIELD_SERVICE);
    uint32_t text = hw_text_find(command->engine, code);
    uint32_t service = text == 0 ? 0 : hw_service_find(command->engine, text);

    if (code.size == 0)
        hw__refuse(command, HW_E_INVALID, "service is missing");
    else if (service == 0)
        hw__refuse(command, HW_E_NOT_FOUND,
            "the service is not known: mend its code, or declare it first (service.declared, or "
            "services in the configuration)");
    return service;
}

/* What a message says of capacity; false, refused, where nobody can mean it. */
static bool read_capacity(const struct hw_command *command, struct hw_capacity_said *ret_said)
{
    int64_t capacity = hw__count(command, HW_FIELD_UNITS, -1);

    *ret_said = (struct hw_capacity_said){
        .what = HW_SAID_CAPACITY,
        .value = (int32_t)capacity,
        .declared_ms = hw__moment(command, HW_FIELD_REVIEWED_AT, command->event->happened.start_ms),
        .from_ms = hw__moment(command, HW_FIELD_STARTS_AT, HW_TIME_NONE),
    };
    if (capacity >= 0 && capacity <= HW_UNITS_MAX)
        return true;
    hw__refuse(command, HW_E_INVALID, "capacity must be a whole number from 0 to 1000000");
    return false;
}

/* Whether it may be said of a service, refused in words where not. */
static bool may_say(
    const struct hw_command *command, uint32_t service, const struct hw_capacity_said *said)
{
    enum hw_status status;
    const char *words = hw_capacity_refuses(command->engine, service, said, &status);

    if (words != NULL)
        hw__refuse(command, status, words);
    return words == NULL;
}

/* ---- service.declared ---- */

/* The next line "key=value" off a list; false at the end. */
static bool next_pair(struct hw_slice *list, struct hw_slice *ret_key, struct hw_slice *ret_value)
{
    const uint8_t *end = list->size == 0 ? NULL : memchr(list->data, '\n', list->size);
    size_t size = end == NULL ? list->size : (size_t)(end - list->data);
    const uint8_t *equals = size == 0 ? NULL : memchr(list->data, '=', size);
    size_t key_size = equals == NULL ? size : (size_t)(equals - list->data);

    if (list->size == 0)
        return false;
    *ret_key = hw_slice_of(list->data, key_size);
    *ret_value =
        equals == NULL ? (struct hw_slice){0} : hw_slice_of(equals + 1, size - key_size - 1);
    size += end == NULL ? 0 : 1;
    *list = hw_slice_of(list->data + size, list->size - size);
    return true;
}

/* All of what is declared may be taken: nothing of it is, where any is wrong. */
static bool may_declare(const struct hw_command *command)
{
    uint32_t text = hw_text_find(command->engine, hw__text(command, HW_FIELD_SERVICE));
    uint32_t service = text == 0 ? 0 : hw_service_find(command->engine, text);
    struct hw_slice list = hw__text(command, HW_FIELD_DETAIL), key, value;
    struct hw_capacity_said said;

    while (next_pair(&list, &key, &value))
        if (hw_service_key_wrong(key, value) != NULL) {
            hw__refuse(command, HW_E_INVALID,
                "a key of the service or its value is wrong: nothing of it was taken");
            return false;
        }
    /* Its capacity comes in a record behind this one, and is refused with it. */
    if (!hw__says(command, HW_FIELD_UNITS))
        return true;
    return read_capacity(command, &said) && (service == 0 || may_say(command, service, &said));
}

void hw__command_declare_service(const struct hw_command *command)
{
    struct hw_engine *engine = command->engine;
    struct hw_slice list = hw__text(command, HW_FIELD_DETAIL), key, value;
    uint32_t service;

    if (hw__text(command, HW_FIELD_SERVICE).size == 0) {
        hw__refuse(command, HW_E_INVALID, "service is missing");
        return;
    }
    if (!may_declare(command))
        return;
    service = hw_service_take(engine, hw__code(command, HW_FIELD_SERVICE));
    while (next_pair(&list, &key, &value))
        (void)hw_service_set(engine, service, key, value); /* It was looked at. */
}

/* ---- how much there is of it, and whether it takes people ---- */

void hw__command_take_capacity(const struct hw_command *command)
{
    struct hw_capacity_said said;
    uint32_t service = known_service(command);

    if (service != 0 && read_capacity(command, &said) && may_say(command, service, &said))
        hw_capacity_say(command->engine, service, &said);
}

void hw__command_suspend_service(const struct hw_command *command)
{
    struct hw_capacity_said said = {
        .what = HW_SAID_SUSPENDED,
        .value = command->event->kind == HW_KIND_SERVICE_SUSPENDED,
        .declared_ms = hw__moment(command, HW_FIELD_REVIEWED_AT, command->event->happened.start_ms),
        .from_ms = hw__moment(command, HW_FIELD_STARTS_AT, HW_TIME_NONE),
    };
    uint32_t service = known_service(command);

    if (service != 0 && may_say(command, service, &said))
        hw_capacity_say(command->engine, service, &said);
}
