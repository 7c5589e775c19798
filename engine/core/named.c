#include "core/named.h"

#include "core/routing/referral.h"
#include "core/stays/stay.h"

struct hw_slice hw_named_part(const struct hw_event *event, const char *key)
{
    struct hw_slice text = hw_event_text(event, HW_FIELD_DETAIL), line;
    size_t size = strlen(key);

    while (text.size > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.size);

        line = hw_slice_of(text.data, end == NULL ? text.size : (size_t)(end - text.data));
        text = end == NULL ? (struct hw_slice){0} : hw_slice_of(end + 1, text.size - line.size - 1);
        if (line.size > size && memcmp(line.data, key, size) == 0 && line.data[size] == '=')
            return hw_slice_of(line.data + size + 1, line.size - size - 1);
    }
    return (struct hw_slice){0};
}

uint32_t hw_named_person(const struct hw_engine *engine, struct hw_slice reference)
{
    uint32_t stay = hw_stay_named(engine, reference), referral;
    uint64_t number;

    if (stay != 0)
        return hw_stay_at(engine, stay)->owner;
    if (reference.size == 0 || hw_reference_parse(reference, 'R', &number) != HW_OK)
        return 0;
    referral = hw_referral_by_reference(engine, number);
    return referral == 0 ? 0 : hw_referral_at(engine, referral)->identifier;
}
