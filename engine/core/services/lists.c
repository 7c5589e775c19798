#include "homeward/services.h"

static const struct {
    const char *name, *words;
} needs[HW_NEED_COUNT] = {
#define NEED_ROW(number, name, text, words) [number] = {text, words},
    HW_NEED_LIST(NEED_ROW)
#undef NEED_ROW
};

static const struct {
    const char *name, *arranging, *room;
    bool bed;
} kinds[HW_SERVICE_KINDS] = {
#define KIND_ROW(number, name, text, bed, arranging, room) [number] = {text, arranging, room, bed},
    HW_SERVICE_KIND_LIST(KIND_ROW)
#undef KIND_ROW
};

static const char *const units[] = {NULL, "slots", "beds", "hours_per_week"};
static const char *const bases[] = {NULL, "managed", "declared"};
static const char *const directions[] = {NULL, "step_up", "step_down"};

#define COUNT_OF(list) (sizeof(list) / sizeof *(list))

static unsigned find(const char *const *names, size_t count, struct hw_slice name)
{
    for (unsigned i = 1; i < count; i++)
        if (hw_slice_is(name, names[i]))
            return i;
    return 0;
}

const char *hw_need_name(unsigned need)
{
    return need < HW_NEED_COUNT ? needs[need].name : NULL;
}

const char *hw_need_words(unsigned need)
{
    return need < HW_NEED_COUNT ? needs[need].words : NULL;
}

const char *hw_service_kind_name(unsigned kind)
{
    return kind < HW_SERVICE_KINDS ? kinds[kind].name : NULL;
}

bool hw_service_kind_is_bed(unsigned kind)
{
    return kind < HW_SERVICE_KINDS && kinds[kind].bed;
}

const char *hw_service_kind_arranging(unsigned kind)
{
    return kind < HW_SERVICE_KINDS ? kinds[kind].arranging : NULL;
}

const char *hw_service_kind_room(unsigned kind)
{
    return kind < HW_SERVICE_KINDS ? kinds[kind].room : NULL;
}

const char *hw_unit_name(unsigned unit)
{
    return unit < COUNT_OF(units) ? units[unit] : NULL;
}

unsigned hw_need_of(struct hw_slice name)
{
    for (unsigned i = 0; i < HW_NEED_COUNT; i++)
        if (hw_slice_is(name, needs[i].name))
            return i;
    return HW_NEED_COUNT;
}

unsigned hw_service_kind_of(struct hw_slice name)
{
    for (unsigned i = 1; i < HW_SERVICE_KINDS; i++)
        if (hw_slice_is(name, kinds[i].name))
            return i;
    return HW_SERVICE_NONE;
}

unsigned hw_unit_of(struct hw_slice name)
{
    return find(units, COUNT_OF(units), name);
}

unsigned hw_basis_of(struct hw_slice name)
{
    return find(bases, COUNT_OF(bases), name);
}

unsigned hw_direction_of(struct hw_slice name)
{
    return find(directions, COUNT_OF(directions), name);
}

unsigned hw_urgency_of(struct hw_slice name)
{
    if (hw_slice_is(name, "2h"))
        return HW_URGENCY_2H;
    return hw_slice_is(name, "2d") ? HW_URGENCY_2D : HW_URGENCY_ROUTINE;
}

uint32_t hw_needs_of(struct hw_slice list, bool *ret_unknown)
{
    uint32_t bits = 0;
    size_t at = 0;

    *ret_unknown = false;
    while (at < list.size) {
        size_t start = at, end;
        unsigned need;

        while (at < list.size && list.data[at] != ';')
            at++;
        end = at++;
        while (start < end && list.data[start] == ' ')
            start++;
        while (end > start && list.data[end - 1] == ' ')
            end--;
        if (start == end)
            continue;
        need = hw_need_of(hw_slice_of(list.data + start, end - start));
        if (need == HW_NEED_COUNT)
            *ret_unknown = true;
        else
            bits |= UINT32_C(1) << need;
    }
    return bits;
}
