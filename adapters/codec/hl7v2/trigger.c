#include "codec/hl7v2/trigger.h"

#define ROW(number_, kind_, needs_, meaning_)                                                      \
    [number_] = {                                                                                  \
        .meaning = (meaning_), .needs = (needs_), .kind = HW_KIND_##kind_, .number = number_},

/* clang-format off */
static const struct hl7_trigger adt[] = { HL7_ADT_LIST(ROW) };
static const struct hl7_trigger ref[] = { HL7_REF_LIST(ROW) };
/* clang-format on */

_Static_assert(HW_KIND_DECIDED_RESTATEMENT <= UINT8_MAX, "a kind fits a byte");

const struct hl7_trigger *hl7_trigger_find(struct hw_slice type, struct hw_slice event)
{
    const struct hl7_trigger *table;
    size_t count, number;
    uint8_t letter;

    if (type.size != 3 || event.size != 3)
        return NULL;
    if (memcmp(type.data, "ADT", 3) == 0) {
        table = adt;
        count = sizeof adt / sizeof *adt;
        letter = 'A';
    } else if (memcmp(type.data, "REF", 3) == 0) {
        table = ref;
        count = sizeof ref / sizeof *ref;
        letter = 'I';
    } else {
        return NULL;
    }
    if (event.data[0] != letter || event.data[1] < '0' || event.data[1] > '9' ||
        event.data[2] < '0' || event.data[2] > '9')
        return NULL;
    number = (size_t)(event.data[1] - '0') * 10 + (size_t)(event.data[2] - '0');
    if (number >= count || table[number].meaning == NULL)
        return NULL;
    return &table[number];
}
