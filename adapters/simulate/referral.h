/*
 * referral.h - one referral as it unfolds: what is asked for, and what becomes of it.
 *
 * A small set of moments, as a stay has (stay.h): each step gives the earliest as one event.
 * Nothing here knows how an event is written.  Moments are simulated, milliseconds UTC.
 */
#ifndef HW_SIM_REFERRAL_H
#define HW_SIM_REFERRAL_H

#include "simulate/stay.h"
#include "simulate/want.h"

/* In the order in which they run when due at once: name, type of the event. */
#define HW_SIM_MOMENT_LIST(X)                                                                      \
    X(RECEIVED, "referral.received")                                                               \
    X(CONTACT, "contact.first")                                                                    \
    X(PHONED, "placement.started") /* arranged without an offer (R13) */                           \
    X(STARTED, "placement.started")                                                                \
    X(UNITS, "placement.units_changed")                                                            \
    X(BACK, "spell.admitted") /* in hospital again (R15) */                                        \
    X(REVIEWED, "placement.reviewed")                                                              \
    X(DIED, "person.died")                                                                         \
    X(ENDED, "placement.ended")                                                                    \
    X(WITHDRAWN, "referral.withdrawn")                                                             \
    X(HOME_AGAIN, "spell.discharged")                                                              \
    X(DAY_91, "outcome.reviewed")

enum hw_sim_moment {
#define HW_SIM_MOMENT_ENUM(name, type) HW_SIM_MOMENT_##name,
    HW_SIM_MOMENT_LIST(HW_SIM_MOMENT_ENUM)
#undef HW_SIM_MOMENT_ENUM
        HW_SIM_MOMENTS
};

enum { HW_SIM_REFERENCE_SIZE = 16 };

struct hw_sim_referral {
    int64_t at_ms[HW_SIM_MOMENTS]; /* HW_TIME_OPEN: not, or no more */
    int64_t received_ms;           /* before the feed began perhaps; it is told when it begins */
    int64_t leaves_ms;             /* when the person is where the service comes to */
    struct hw_sim_chance chance;
    struct hw_sim_person person;
    uint32_t number;
    uint32_t visit; /* of the spell; 0: from home */
    uint32_t needs;
    struct hw_sim_package package;
    char service[HW_SIM_CODE_SIZE];        /* rung up, or that has accepted */
    char reference[HW_SIM_REFERENCE_SIZE]; /* as the engine calls it; "" not known */
    const char *sequel;
    uint8_t want, kind; /* enum hw_sim_want, enum hw_service_kind */
    uint8_t pathway;    /* 0: from home */
    bool fast_track, accepted, started, further;
};

/* Somebody in hospital, ready on pathway 1 to 3: everything is drawn at once.  person: who. */
void hw_sim_referral_leaving(struct hw_sim_referral *referral, uint64_t seed, uint32_t number,
    const struct hw_sim_stay *stay, const struct hw_sim_person *person);

/* Somebody at home who is referred at a moment. */
void hw_sim_referral_from_home(struct hw_sim_referral *referral, uint64_t seed, uint32_t number,
    enum hw_sim_want want, const struct hw_sim_person *person, int64_t received_ms);

/*
 * The engine is asked from live_ms on: what would have begun by phone after it waits for an offer,
 * but for those that are arranged by phone even so.
 */
void hw_sim_referral_ask(struct hw_sim_referral *referral, int64_t live_ms);

/* A service has said yes at now_ms. */
void hw_sim_referral_accept(struct hw_sim_referral *referral, const char *service,
    enum hw_service_kind kind, int64_t now_ms);

/* When something is next to happen; HW_TIME_OPEN: it is over. */
int64_t hw_sim_referral_due(const struct hw_sim_referral *referral);

/* Take what is due next; false: that it is nothing to tell. */
bool hw_sim_referral_step(struct hw_sim_referral *referral, enum hw_sim_moment *ret_moment);

/* Whether anything of it is still to be told at a moment. */
bool hw_sim_referral_open_at(const struct hw_sim_referral *referral, int64_t at_ms);

/* Units of the package, in hours a week, as the engine counts them; 0: it has none. */
unsigned hw_sim_package_hours(struct hw_sim_package package);

#endif
