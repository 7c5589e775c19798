#include "core/routing/agenda.h"

#include "core/routing/match.h"
#include "core/routing/referral.h"

/* Queues through a link and a flag in the records themselves; heads stand in the root. */
#define AGENDA(name, at)                                                                           \
    void hw_agenda_##name(struct hw_engine *engine, uint32_t handle)                               \
    {                                                                                              \
        struct hw_queue_ends *ends = &engine->root.agenda_##name;                                  \
                                                                                                   \
        if (at(engine, handle)->on_agenda)                                                         \
            return;                                                                                \
        at(engine, handle)->on_agenda = 1;                                                         \
        at(engine, handle)->agenda_next = 0;                                                       \
        if (ends->last == 0)                                                                       \
            ends->first = handle;                                                                  \
        else                                                                                       \
            at(engine, ends->last)->agenda_next = handle;                                          \
        ends->last = handle;                                                                       \
    }                                                                                              \
                                                                                                   \
    uint32_t hw_agenda_first_##name(const struct hw_engine *engine)                                \
    {                                                                                              \
        return engine->root.agenda_##name.first;                                                   \
    }                                                                                              \
                                                                                                   \
    void hw_agenda_drop_##name(struct hw_engine *engine)                                           \
    {                                                                                              \
        struct hw_queue_ends *ends = &engine->root.agenda_##name;                                  \
        uint32_t handle = ends->first;                                                             \
                                                                                                   \
        HW_ASSERT(handle != 0);                                                                    \
        ends->first = at(engine, handle)->agenda_next;                                             \
        if (ends->first == 0)                                                                      \
            ends->last = 0;                                                                        \
        at(engine, handle)->on_agenda = 0;                                                         \
        at(engine, handle)->agenda_next = 0;                                                       \
    }

static struct hw_service *service_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, services, hw_service, handle);
}

AGENDA(match, hw_match_at)
AGENDA(referral, hw_referral_at)
AGENDA(service, service_at)
AGENDA(stay, hw_stay_at)
