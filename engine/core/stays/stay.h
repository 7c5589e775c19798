/*
 * stay.h - stays: which facts are whose, and what each stay adds to figures (CONTRACT R0, R2, R6).
 *
 * A stay record is one key as said: (identifier, visit).  Keys that resolve to one person and one
 * visit form a group, which is what the outside calls a spell; its first (least key) is the leader
 * and carries what the group adds to figures.
 */
#ifndef HW_STAY_H
#define HW_STAY_H

#include "core/stays/fold.h"
#include "core/stays/list.h"

/* The record of (identifier, visit hash), made when new; sequence names it outside. */
uint32_t hw_stay_take(struct hw_engine *engine, uint32_t identifier, struct hw_hash visit_hash,
    uint64_t sequence, bool *ret_new);

/* The record that a reference names (hw_stay.reference); 0: none. */
uint32_t hw_stay_by_reference(const struct hw_engine *engine, uint64_t reference);

/* The same by the reference as it is written, S...; 0: it is none, or not known. */
uint32_t hw_stay_named(const struct hw_engine *engine, struct hw_slice text);

/* The visit record of a hash, made when new. */
uint32_t hw_visit_take(struct hw_engine *engine, struct hw_hash visit_hash);

/* The visit part of a stay key where there is no visit number: the admission to the minute. */
struct hw_hash hw_visit_of_admission(int64_t admitted_ms);

/* Facts of one list before it is frozen (R0; DESIGN). */
enum { HW_LIST_FACTS_MAX = HW_FOLD_FACTS_MAX / 2 };

/*
 * Put a fact (copied; room was ensured) into the list of stay (0: of no stay) and, when it says
 * council, zone or death, of identifier.  What is said of a sealed stay is not put in.
 */
enum hw_list_added hw_stay_add_fact(
    struct hw_engine *engine, uint32_t stay, uint32_t identifier, const struct hw_fact *fact);

/* Whether no more facts are put in. */
bool hw_stay_is_frozen(const struct hw_engine *engine, const struct hw_stay *stay);

/*
 * Whether a fact that is not yet there tells the person's other stays anything: a death, the end of
 * one, or another council or zone than was in force.  The same value again is not news (R0,
 * registers).
 */
bool hw_person_hears(
    const struct hw_engine *engine, uint32_t identifier, const struct hw_fact *fact);

/* Walk all stays of the person of an identifier; 0 is the end. */
struct hw_stay_walk {
    uint32_t first, identifier, stay;
};
struct hw_stay_walk hw_stay_walk(const struct hw_engine *engine, uint32_t identifier);
uint32_t hw_stay_next(const struct hw_engine *engine, struct hw_stay_walk *walk);

/* Keep a fact, its content known, that names a visit without saying whose. */
void hw_visit_add_fact(struct hw_engine *engine, uint32_t visit, const struct hw_fact *fact);

/* Stays of a visit belong elsewhere from now on (A42, A44, A45): copied, once per key. */
void hw_visit_add_redirect(
    struct hw_engine *engine, uint32_t from_visit, const struct hw_redirect *redirect);

/* Follow the redirects of a stay in the order of their keys: its owner and its visit now. */
void hw_stay_settle(struct hw_engine *engine, uint32_t stay);

/* Call for each stay that said this visit. */
void hw_visit_each_stay(struct hw_engine *engine, uint32_t visit,
    void (*call)(struct hw_engine *engine, uint32_t stay));

/* Form anew the groups of all stays of the person of identifier.  Shares must be out. */
void hw_person_regroup(struct hw_engine *engine, uint32_t identifier);

/* Take the shares of all stays of a person out of the totals; put them in again. */
void hw_person_withdraw(struct hw_engine *engine, uint32_t identifier);
void hw_person_contribute(struct hw_engine *engine, uint32_t identifier);

/* One stay's facts changed: fold its group and bring its share up to date. */
void hw_stay_refresh(struct hw_engine *engine, uint32_t stay);

/* Fold the group of a leader as it is; nothing is changed. */
void hw_stay_fold(struct hw_engine *engine, uint32_t leader, struct hw_history *ret_history);

/*
 * The death of somebody as said of the person alone, whatever stays they have or have not (R7):
 * HW_TIME_OPEN: alive; by how many organisations (2 or more: confirmed).
 */
struct hw_person_death {
    int64_t died_ms;
    uint32_t sources;
};
struct hw_person_death hw_person_death(struct hw_engine *engine, uint32_t person);

/* Its timer is due: a boundary came into effect. */
void hw_stay_due(struct hw_engine *engine, uint32_t leader);

hw_table_hash hw_stay_hash, hw_visit_hash;

#endif
