/*
 * match.h - a referral and a service: proposed, offered, accepted, started, over (CONTRACT
 * R10-R15).
 *
 * One record from the first proposal to the last day.  Its states and what moves it between them
 * are one table (match.c): a step that the table does not have is refused in words and changes
 * nothing; so two acceptances, an answer to what expired, or a start without acceptance each have
 * their one defined end.  Units are held in live states only, and given back in the same step.
 */
#ifndef HW_MATCH_H
#define HW_MATCH_H

#include "core/state.h"
#include "homeward/routing.h"

/* What can happen to a match: NAME, words for the explanation. */
#define HW_MATCH_STEP_LIST(X)                                                                      \
    X(APPROVE, "the offer was approved")                                                           \
    X(REJECT, "the proposal was rejected")                                                         \
    X(RENEW, "the proposal was renewed")                                                           \
    X(EXPIRE, "its time ran out")                                                                  \
    X(WITHDRAW, "it was withdrawn")                                                                \
    X(ACCEPT, "the service accepted")                                                              \
    X(DECLINE, "the service declined")                                                             \
    X(ASSESS, "the service is assessing")                                                          \
    X(REVOKE, "the service withdrew its answer")                                                   \
    X(HAND_BACK, "the service handed it back")                                                     \
    X(START, "the support started")                                                                \
    X(FINISH, "the support ended")

enum hw_match_step {
#define HW_MATCH_STEP_ENUM(name, words) HW_STEP_##name,
    HW_MATCH_STEP_LIST(HW_MATCH_STEP_ENUM)
#undef HW_MATCH_STEP_ENUM
        HW_MATCH_STEPS
};

/* What a step leads to: done, done before, late (worth a new proposal), or refused. */
enum hw_step_end { HW_STEP_DONE, HW_STEP_AGAIN, HW_STEP_LATE, HW_STEP_REFUSED };

static inline struct hw_match *hw_match_at(const struct hw_engine *engine, uint32_t handle)
{
    return HW_AT(engine, matches, hw_match, handle);
}

/* "proposed", "offered" ...: how the outside calls a state (enum hw_match_state). */
const char *hw_match_state_name(unsigned state);

/* Proposed, offered, accepted or started: its units are held. */
bool hw_match_is_live(const struct hw_match *match);

/* What a step would lead to from a state; *ret_next is the state it leads to when DONE. */
enum hw_step_end hw_match_look(
    enum hw_match_state state, enum hw_match_step step, enum hw_match_state *ret_next);

/*
 * A new match of a referral and a service in a first state (OBSERVED, PROPOSED or STARTED), its
 * units held; named by the record being applied.
 */
uint32_t hw_match_new(struct hw_engine *engine, uint32_t referral, uint32_t service, int32_t units,
    enum hw_match_state state);

/* Take a step.  DONE: state, version, units, timer, referral and agenda follow. */
enum hw_step_end hw_match_take(struct hw_engine *engine, uint32_t match, enum hw_match_step step);

/* When it begins, as agreed or proposed: the only way to say so (starts.h counts them). */
void hw_match_set_start(struct hw_engine *engine, uint32_t match, int64_t starts_ms);

/* Its units from now on (weekly hours change during a stay in service). */
void hw_match_set_units(struct hw_engine *engine, uint32_t match, int32_t units);

/* A service's declaration or basis changed: which placements it leaves out is found anew. */
void hw_match_count_told(struct hw_engine *engine, uint32_t service);

/*
 * Until when an offer that goes out now may be answered: its time runs in the service's answer
 * hours; of a 2-hour referral on the wall clock (R10).
 */
int64_t hw_match_answer_until(const struct hw_engine *engine, uint32_t match);

/* When something about it is next due; set anew after any of its times changed. */
void hw_match_set_timer(struct hw_engine *engine, uint32_t match);

/* Its timer is due: it goes on the agenda. */
void hw_match_due(struct hw_engine *engine, uint32_t match);

/* The newest match by the sequence that named it; 0: none. */
uint32_t hw_match_find(const struct hw_engine *engine, uint64_t reference);

/* The live match of a referral and a service (0 of either: any); 0: none. */
uint32_t hw_match_live(const struct hw_engine *engine, uint32_t referral, uint32_t service);

#endif
