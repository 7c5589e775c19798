/*
 * keys.c - the keys of a service and what each may say (CONTRACT 6).
 *
 * Asked twice: by whoever reads a declaration, which is refused whole where it is wrong, and by the
 * engine before it takes one.  The bounds are those of the configuration.
 */
#include "core/services/service.h"
#include "homeward/services.h"

enum {
    DAY_MINUTES = 24 * 60,
    STANDS_MINUTES_MAX = 366 * DAY_MINUTES, /* of what stands until somebody answers */
    MINUTES_MAX = 3660 * DAY_MINUTES,
    STARTS_MAX = 100000,
    AT_ONCE_MAX = 16,
    PENCE_MAX = 100000000,
    AGE_MAX = 150,
};

bool hw_service_read_count(struct hw_slice text, int64_t *ret_value)
{
    int64_t value = 0;

    if (text.size == 0 || text.size > 9)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = value * 10 + (text.data[i] - '0');
    }
    *ret_value = value;
    return true;
}

bool hw_service_next_entry(struct hw_slice *list, struct hw_slice *ret_entry)
{
    while (list->size > 0) {
        size_t size = 0, used;

        while (size < list->size && list->data[size] != ';')
            size++;
        used = size < list->size ? size + 1 : size;
        *ret_entry = hw_slice_of(list->data, size);
        *list = hw_slice_of(list->data + used, list->size - used);
        while (ret_entry->size > 0 && ret_entry->data[0] == ' ')
            *ret_entry = hw_slice_of(ret_entry->data + 1, ret_entry->size - 1);
        while (ret_entry->size > 0 && ret_entry->data[ret_entry->size - 1] == ' ')
            ret_entry->size--;
        if (ret_entry->size > 0)
            return true;
    }
    return false;
}

/* ---- what is wrong with a value; NULL: nothing ---- */

static const char *wrong_number(
    struct hw_slice value, int64_t least, int64_t most, const char *words)
{
    int64_t number;

    return hw_service_read_count(value, &number) && number >= least && number <= most ? NULL
                                                                                      : words;
}

/* CODE or CODE:RANK, and not more than are kept. */
static const char *wrong_list(struct hw_slice value)
{
    struct hw_slice entry;
    unsigned count = 0;

    while (hw_service_next_entry(&value, &entry)) {
        const uint8_t *colon = memchr(entry.data, ':', entry.size);
        size_t size = colon == NULL ? entry.size : (size_t)(colon - entry.data);

        if (++count > HW_SERVICE_LIST_MAX)
            return "has more than 256 entries";
        if (size == 0 ||
            (colon != NULL &&
                wrong_number(hw_slice_of(colon + 1, entry.size - size - 1), 1, UINT16_MAX, "") !=
                    NULL))
            return "must be codes, or codes with a rank from 1 to 65535, such as BLA:1";
    }
    return NULL;
}

static const char *wrong_pathways(struct hw_slice value)
{
    struct hw_slice entry;

    while (hw_service_next_entry(&value, &entry))
        if (entry.size != 2 || entry.data[0] != 'P' || entry.data[1] < '0' || entry.data[1] > '3')
            return "must be some of P0, P1, P2, P3";
    return NULL;
}

static const char *wrong_directions(struct hw_slice value)
{
    struct hw_slice entry;
    unsigned bits = 0;

    while (hw_service_next_entry(&value, &entry)) {
        unsigned direction = hw_direction_of(entry);

        if (direction == 0)
            return "must be step_up, step_down or both";
        bits |= direction;
    }
    return bits != 0 ? NULL : "must be step_up, step_down or both";
}

static const char *wrong_needs(struct hw_slice value)
{
    bool unknown;

    (void)hw_needs_of(value, &unknown);
    return unknown ? "must be needs of the list" : NULL;
}

static const char *wrong_hours(struct hw_slice value)
{
    struct hw_hours hours;

    return hw_hours_read(value, &hours) ? NULL : "must be as in Mo-Fr 08:00-18:00, or 24/7";
}

#define WRONG_TEXT(value) NULL
/* No kind: nobody is proposed to it. */
#define WRONG_KIND(value)                                                                          \
    ((value).size == 0 || hw_service_kind_of(value) != HW_SERVICE_NONE                             \
            ? NULL                                                                                 \
            : "must be a kind of the list")
#define WRONG_UNIT(value)  (hw_unit_of(value) != 0 ? NULL : "must be slots, beds or hours_per_week")
#define WRONG_BASIS(value) (hw_basis_of(value) != 0 ? NULL : "must be managed or declared")
#define WRONG_SEX(value)   (hw_sex_of(value) != HW_SEX_UNKNOWN ? NULL : "must be any, female or male")
#define WRONG_FLAG(value)                                                                          \
    (hw_slice_is(value, "true") || hw_slice_is(value, "false") ? NULL : "must be true or false")
#define WRONG_DIRECTIONS(value) wrong_directions(value)
#define WRONG_PATHWAYS(value)   wrong_pathways(value)
#define WRONG_LIST(value)       wrong_list(value)
#define WRONG_NEEDS(value)      wrong_needs(value)
#define WRONG_HOURS(value)      wrong_hours(value)
#define WRONG_COUNT(value)                                                                         \
    wrong_number(value, 0, HW_UNITS_MAX, "must be a whole number from 0 to 1000000")
#define WRONG_STARTS(value)                                                                        \
    wrong_number(value, 0, STARTS_MAX, "must be a whole number from 0 to 100000")
#define WRONG_AT_ONCE(value)                                                                       \
    wrong_number(value, 1, AT_ONCE_MAX, "must be a whole number from 1 to 16")
#define WRONG_PENCE(value)                                                                         \
    wrong_number(value, 0, PENCE_MAX, "must be whole pence from 0 to 100000000")
/* UINT16_MAX: no limit. */
#define WRONG_AGE(value)                                                                           \
    (hw_slice_is(value, "65535")                                                                   \
            ? NULL                                                                                 \
            : wrong_number(value, 0, AGE_MAX, "must be an age from 0 to 150 years"))
#define WRONG_MINUTES(value)                                                                       \
    wrong_number(value, 0, MINUTES_MAX, "must be from 0 minutes to 3660 days")
/* What stands for no time would end, and be made again, without end. */
#define WRONG_SOME_MINUTES(value)                                                                  \
    wrong_number(value, 1, STANDS_MINUTES_MAX, "must be from 1 minute to 366 days")

const char *hw_service_key_wrong(struct hw_slice key, struct hw_slice value)
{
#define WRONG_IF(name, reader, member)                                                             \
    if (hw_slice_is(key, name))                                                                    \
        return WRONG_##reader(value);
    HW_SERVICE_KEY_LIST(WRONG_IF)
#undef WRONG_IF
    return "is no key of a service";
}
