#include "resource/names.h"

#include "homeward/engine.h"
#include "homeward/figures.h"

const char *hw_name_of_direction(unsigned direction)
{
    static const char *const names[] = {NULL, "step_up", "step_down"};

    return direction < sizeof names / sizeof *names ? names[direction] : NULL;
}

const char *hw_name_of_pathway(unsigned pathway)
{
    static const char *const names[] = {"P0", "P1", "P2", "P3"};

    return pathway < HW_P_NONE ? names[pathway] : NULL;
}

const char *hw_name_of_urgency(unsigned urgency)
{
    static const char *const names[] = {"routine", "2d", "2h"};

    return urgency < sizeof names / sizeof *names ? names[urgency] : NULL;
}

json_t *hw_json_name(const char *name)
{
    return name == NULL ? json_null() : json_string(name);
}

json_t *hw_json_reference(char prefix, uint64_t sequence)
{
    char text[HW_REFERENCE_TEXT_SIZE];

    return sequence == 0 ? json_null() : json_string(hw_reference_format(prefix, sequence, text));
}

json_t *hw_json_held(unsigned held)
{
    static const char *const names[] = {"person", "identity", "death", "wait"};
    json_t *list = json_array();

    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if ((held >> i & 1u) != 0)
            json_array_append_new(list, json_string(names[i]));
    return list;
}
