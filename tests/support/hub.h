/*
 * hub.h - one small discharge hub for tests: an engine, its journal and the clock on the wall.
 *
 * What is submitted is applied as the runtime does it: a tick before what is due, the engine's own
 * decisions behind what caused them, invariants after every record; hub_free() replays the journal
 * into a new engine, which must come to the same state by the same decisions.  Criterion tests
 * only: what does not hold fails the test.  The hub begins at 08:00 on 2 March 2026.
 */
#ifndef HW_TEST_HUB_H
#define HW_TEST_HUB_H

#include "homeward/routing.h"

struct hub {
    struct hw_engine *engine;
    uint8_t *journal;
    size_t size;
    uint64_t sequence;
    int64_t now_ms;
    unsigned decisions;
    void (*on_record)(struct hub *hub); /* after each, decisions among them; may be NULL */
};

/* Configurations of services: pairs, then NULL.  Reablement, one slot; crisis response, two, step
 * up only; a community hospital ward, one bed, step down only. */
extern const char *const hub_hart[];
extern const char *const hub_crisis[];
extern const char *const hub_ward[];

struct hub hub_new(void);
void hub_free(struct hub *hub);

/* ---- records ---- */

/* An event of the hub's source, now. */
struct hw_event hub_said(const struct hub *hub, enum hw_kind kind);

/* One record alone; the decisions that follow from it; time with its ticks; all of it. */
void hub_apply(struct hub *hub, const struct hw_event *event);
void hub_decide(struct hub *hub);
void hub_pass(struct hub *hub, int64_t ms);
struct hw_command_result hub_submit(struct hub *hub, struct hw_event *event);

void hub_setting(struct hub *hub, const char *key, const char *value);
void hub_service(struct hub *hub, const char *code, const char *const *pairs);

/* ---- what happens in a hub; people by local number, spells by visit number ---- */

void hub_admit(struct hub *hub, const char *local, const char *visit, const char *pathway);

/* meets: 0 or 1; -1: nothing is said of criteria to reside. */
void hub_about_spell(
    struct hub *hub, enum hw_kind kind, const char *local, const char *visit, int meets);

/* Returns the reference.  visit NULL: no spell is named. */
uint64_t hub_refer(struct hub *hub, const char *name, const char *local, const char *visit,
    const char *direction, const char *needs);

/* About a proposal or an offer; answer NULL: none. */
struct hw_command_result hub_tell(
    struct hub *hub, enum hw_kind kind, uint64_t offer, int64_t version, const char *answer);
struct hw_command_result hub_placement(
    struct hub *hub, enum hw_kind kind, const char *referral, const char *code);

/* ---- what stands ---- */

int64_t hub_at(const char *text); /* "2026-03-02T08:00:00Z" */

/* state "none": there is no match. */
struct hw_match_view hub_newest(struct hub *hub, uint64_t referral);
/* The newest alert of a kind about a referral; kind "none": there never was one. */
struct hw_alert_view hub_alert(struct hub *hub, uint64_t referral, const char *kind);
bool hub_stands(struct hub *hub, uint64_t referral, const char *kind);
struct hw_referral_view hub_referral(struct hub *hub, uint64_t referral);
struct hw_service_view hub_service_of(struct hub *hub, const char *code);
int64_t hub_figure(struct hub *hub, enum hw_routing_figure figure);

#endif
