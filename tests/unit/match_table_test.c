/*
 * Goal: what can happen to a match is one table, and every cell of it does what it says: done, done
 *       before, late, or refused; and what is refused changes nothing.
 * Method: the table once more, by hand.  For every state a small hub is brought to it by what a hub
 *         does; then every step is taken there, first as the table is asked, then as the command
 *         that stands for it.  A cell that was not visited fails.
 */
#include "core/routing/match.h"
#include "support/hub.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

/* ---- the table by hand ---- */

/*
 * A letter: the state it leads to; '=' it was so before; '!' too late, worth a new proposal;
 * '.' refused.  The states:
 */
static const char letters[HW_MATCH_STATES + 1] = "?OPFASXRDWHE";

static const char *const names[HW_MATCH_STATES] = {"none", "observed", "proposed", "offered",
    "accepted", "started", "expired", "rejected", "declined", "withdrawn", "handed_back", "ended"};

/* approve reject renew expire withdraw | accept decline assess revoke hand_back | start finish */
static const char *const cells[HW_MATCH_STATES] = {
    [HW_MATCH_NONE] = "............",
    /* What would have been proposed: nobody knows of it; yet somebody may start (R13). */
    [HW_MATCH_OBSERVED] = "...XW.....S.",
    /* Nobody was asked yet, so nobody can answer. */
    [HW_MATCH_PROPOSED] = "FRPXW.....S.",
    [HW_MATCH_OFFERED] = "=.FXWADF..S.",
    /* A place that was promised may be declined or handed back until it begins. */
    [HW_MATCH_ACCEPTED] = "=...W=D.DHS.",
    [HW_MATCH_STARTED] = "=....=...H=E",
    /* Over: an acceptance comes late (R10), a start is true all the same. */
    [HW_MATCH_EXPIRED] = "...==!=...S.",
    [HW_MATCH_REJECTED] = ".=..=.....S.",
    [HW_MATCH_DECLINED] = "....=!=.=.S.",
    [HW_MATCH_WITHDRAWN] = "....=!=.=.S.",
    [HW_MATCH_HANDED_BACK] = ".........=S.",
    [HW_MATCH_FINISHED] = "...........=",
};

static bool is_live(char letter)
{
    return letter == 'P' || letter == 'F' || letter == 'A' || letter == 'S';
}

/* ---- a hub with one match in a state ---- */

struct bench {
    struct hub hub;
    uint64_t referral;
    struct hw_match_view match;
};

static void set_mode(struct hub *hub, const char *mode)
{
    struct hw_event event = hub_said(hub, HW_KIND_DECIDE_ROUTING_MODE);

    hw_event_set_text(&event, HW_FIELD_DETAIL, hw_slice_text("all"));
    hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text(mode));
    cr_assert(eq(int, hub_submit(hub, &event).status, HW_OK));
}

/* While paused nothing expires; on hold it does, and nothing else is proposed. */
static void let_expire(struct bench *bench)
{
    struct hw_event event;

    set_mode(&bench->hub, "propose");
    event = hub_said(&bench->hub, HW_KIND_DECIDE_REFERRAL_HELD);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
    cr_assert(eq(int, hub_submit(&bench->hub, &event).status, HW_OK));
    hub_pass(&bench->hub, 3 * HW_HOUR_MS);
    set_mode(&bench->hub, "paused");
    event = hub_said(&bench->hub, HW_KIND_DECIDE_REFERRAL_RELEASED);
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text("LCC/1"));
    hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
    cr_assert(eq(int, hub_submit(&bench->hub, &event).status, HW_OK));
}

static void tell(struct bench *bench, enum hw_kind kind, const char *answer)
{
    bool approves = kind == HW_KIND_DECIDE_PROPOSAL_APPROVED; /* Which paused would not let out. */

    bench->match = hub_newest(&bench->hub, bench->referral);
    if (approves)
        set_mode(&bench->hub, "propose");
    cr_assert(eq(int,
        hub_tell(&bench->hub, kind, bench->match.reference, bench->match.version, answer).status,
        HW_OK));
    if (approves)
        set_mode(&bench->hub, "paused");
}

static void bring(struct bench *bench, enum hw_match_state state)
{
    struct hub *hub = &bench->hub;

    *hub = hub_new();
    hub_service(hub, "HART", hub_hart);
    if (state == HW_MATCH_OBSERVED)
        set_mode(hub, "observe");
    hub_admit(hub, "S1", "V1", "P1");
    bench->referral = hub_refer(hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    /* From here on nothing happens by itself: a place given back is not proposed anew. */
    set_mode(hub, "paused");
    if (state == HW_MATCH_REJECTED)
        tell(bench, HW_KIND_DECIDE_PROPOSAL_REJECTED, NULL);
    if (state >= HW_MATCH_OFFERED && state != HW_MATCH_REJECTED)
        tell(bench, HW_KIND_DECIDE_PROPOSAL_APPROVED, NULL);
    if (state == HW_MATCH_EXPIRED)
        let_expire(bench);
    if (state == HW_MATCH_DECLINED)
        tell(bench, HW_KIND_OFFER_ANSWERED, "declined");
    if (state == HW_MATCH_WITHDRAWN)
        tell(bench, HW_KIND_DECIDE_OFFER_WITHDRAWN, NULL);
    if (state == HW_MATCH_ACCEPTED || state == HW_MATCH_STARTED || state == HW_MATCH_FINISHED ||
        state == HW_MATCH_HANDED_BACK)
        tell(bench, HW_KIND_OFFER_ANSWERED, "accepted");
    if (state == HW_MATCH_STARTED || state == HW_MATCH_FINISHED)
        (void)hub_placement(hub, HW_KIND_PLACEMENT_STARTED, "LCC/1", "HART");
    if (state == HW_MATCH_HANDED_BACK)
        tell(bench, HW_KIND_OFFER_ANSWERED, "handed_back");
    if (state == HW_MATCH_FINISHED)
        (void)hub_placement(hub, HW_KIND_PLACEMENT_ENDED, "LCC/1", "HART");
    bench->match = hub_newest(hub, bench->referral);
    cr_assert(eq(str, (char *)bench->match.state, (char *)names[state]));
}

/* Without the replay: steps were taken that no journal knows of. */
static void leave(struct bench *bench)
{
    hw_engine_free(bench->hub.engine);
    free(bench->hub.journal);
}

/* ---- each cell, as the table is asked ---- */

static enum hw_step_end end_of(char cell)
{
    if (cell == '.')
        return HW_STEP_REFUSED;
    if (cell == '!')
        return HW_STEP_LATE;
    return cell == '=' ? HW_STEP_AGAIN : HW_STEP_DONE;
}

static void expect_cell(struct bench *bench, enum hw_match_state from, enum hw_match_step step)
{
    struct hw_engine *engine = bench->hub.engine;
    uint32_t handle = hw_match_find(engine, bench->match.reference);
    char cell = cells[from][step];
    bool moves = end_of(cell) == HW_STEP_DONE;
    char after = moves ? cell : letters[from];
    struct hw_match_view view;

    hw_match_at(engine, handle)->automatic = 1; /* No offer without an approval or a rule. */
    cr_expect(eq(int, hw_match_take(engine, handle, step), end_of(cell)), "%s, step %d",
        names[from], step);
    cr_assert(eq(int, hw_match_view(engine, bench->match.reference, &view), HW_OK));
    cr_expect(eq(str, (char *)view.state, (char *)names[strchr(letters, after) - letters]),
        "%s, step %d", names[from], step);
    cr_expect(
        eq(u32, view.version, bench->match.version + moves), "%s, step %d", names[from], step);
    cr_expect(eq(int, view.live, is_live(after)), "%s, step %d", names[from], step);
    cr_expect(eq(i64, hub_service_of(&bench->hub, "HART").held, is_live(after)), "%s, step %d",
        names[from], step);
    cr_expect(hw_routing_holds(engine), "%s, step %d", names[from], step);
}

Test(match_table, every_cell_does_what_it_says)
{
    unsigned visited = 0, ends[4] = {0};

    for (unsigned from = HW_MATCH_NONE + 1; from < HW_MATCH_STATES; from++)
        for (unsigned step = 0; step < HW_MATCH_STEPS; step++) {
            struct bench bench;

            bring(&bench, from);
            expect_cell(&bench, from, step);
            leave(&bench);
            visited++;
            ends[end_of(cells[from][step])]++;
        }
    cr_expect(eq(uint, visited, (HW_MATCH_STATES - 1) * HW_MATCH_STEPS));
    /* An arrow was added or lost: tell its story above. */
    cr_expect(eq(uint, ends[HW_STEP_DONE], 28));
    cr_expect(eq(uint, ends[HW_STEP_AGAIN], 19));
    cr_expect(eq(uint, ends[HW_STEP_LATE], 3));
}

Test(match_table, nothing_happens_to_what_is_not_there)
{
    for (unsigned step = 0; step < HW_MATCH_STEPS; step++) {
        enum hw_match_state next = HW_MATCH_STATES;

        cr_expect(eq(int, hw_match_look(HW_MATCH_NONE, step, &next), HW_STEP_REFUSED));
        cr_expect(eq(int, next, HW_MATCH_NONE));
    }
}

/* ---- each cell, by the command that stands for it ---- */

static const struct {
    enum hw_match_step step;
    enum hw_kind kind;
    const char *answer;
} commands[] = {
    {HW_STEP_APPROVE, HW_KIND_DECIDE_PROPOSAL_APPROVED, NULL},
    {HW_STEP_REJECT, HW_KIND_DECIDE_PROPOSAL_REJECTED, NULL},
    {HW_STEP_RENEW, HW_KIND_DECIDE_OFFER_EXTENDED, NULL},
    {HW_STEP_WITHDRAW, HW_KIND_DECIDE_OFFER_WITHDRAWN, NULL},
    {HW_STEP_ACCEPT, HW_KIND_OFFER_ANSWERED, "accepted"},
    {HW_STEP_ACCEPT, HW_KIND_OFFER_ANSWERED, "accepted_with_changes"},
    {HW_STEP_ACCEPT, HW_KIND_DECIDE_OFFER_ANSWERED, "accepted"},
    {HW_STEP_DECLINE, HW_KIND_OFFER_ANSWERED, "declined"},
    {HW_STEP_ASSESS, HW_KIND_OFFER_ANSWERED, "assessing"},
    {HW_STEP_REVOKE, HW_KIND_OFFER_ANSWERED, "withdrawn"},
    {HW_STEP_HAND_BACK, HW_KIND_OFFER_ANSWERED, "handed_back"},
};

static void expect_command(
    struct bench *bench, enum hw_match_state from, enum hw_match_step step, struct hw_event *event)
{
    char cell = cells[from][step];
    char after = end_of(cell) == HW_STEP_DONE ? cell : letters[from];
    enum hw_status status;
    struct hw_match_view view;

    if (step == HW_STEP_APPROVE && from >= HW_MATCH_PROPOSED && from <= HW_MATCH_STARTED)
        set_mode(&bench->hub, "propose");
    if (cell ==
        '!') /* Where it is paused nothing comes of it; and nothing else is to be proposed. */
        set_mode(&bench->hub, "observe");
    status = hub_submit(&bench->hub, event).status;
    cr_expect(
        eq(int, status, cell == '.' ? HW_E_CONFLICT : HW_OK), "%s, step %d", names[from], step);
    cr_assert(eq(int, hw_match_view(bench->hub.engine, bench->match.reference, &view), HW_OK));
    cr_expect(eq(str, (char *)view.state, (char *)names[strchr(letters, after) - letters]),
        "%s, step %d", names[from], step);
    if (cell == '!') { /* R10: a late acceptance becomes a new proposal. */
        view = hub_newest(&bench->hub, bench->referral);
        cr_expect(ne(u64, view.reference, bench->match.reference));
        cr_expect(eq(str, (char *)view.state, (char *)"proposed"));
    }
}

Test(match_table, every_command_ends_as_its_cell_says)
{
    unsigned visited = 0;

    for (unsigned from = HW_MATCH_NONE + 1; from < HW_MATCH_STATES; from++)
        for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
            struct bench bench;
            struct hw_event event;

            bring(&bench, from);
            event = hub_said(&bench.hub, commands[i].kind);
            hw_event_set_number(&event, HW_FIELD_OFFER, (int64_t)bench.match.reference);
            hw_event_set_number(&event, HW_FIELD_VERSION, bench.match.version);
            hw_event_set_text(&event, HW_FIELD_BY, hw_slice_text("nurse"));
            hw_event_set_time(&event, HW_FIELD_UNTIL, hw_time_at(bench.hub.now_ms + HW_DAY_MS));
            if (commands[i].answer != NULL)
                hw_event_set_text(&event, HW_FIELD_ANSWER, hw_slice_text(commands[i].answer));
            expect_command(&bench, from, commands[i].step, &event);
            hub_free(&bench.hub); /* Replays it all. */
            visited++;
        }
    cr_expect(eq(uint, visited, (HW_MATCH_STATES - 1) * sizeof commands / sizeof *commands));
}

/* A start and an end are true whatever stands (R13): made, or told again. */
static const struct {
    const char *after_start, *after_end;
} facts[HW_MATCH_STATES] = {
    [HW_MATCH_OBSERVED] = {"observed", "observed"}, /* another match begins */
    [HW_MATCH_PROPOSED] = {"started", "ended"},
    [HW_MATCH_OFFERED] = {"started", "ended"},
    [HW_MATCH_ACCEPTED] = {"started", "ended"},
    [HW_MATCH_STARTED] = {"started", "ended"},
    [HW_MATCH_EXPIRED] = {"started", "ended"},
    [HW_MATCH_REJECTED] = {"started", "ended"},
    [HW_MATCH_DECLINED] = {"started", "ended"},
    [HW_MATCH_WITHDRAWN] = {"started", "ended"},
    [HW_MATCH_HANDED_BACK] = {"started", "ended"},
    [HW_MATCH_FINISHED] = {"ended", "ended"}, /* another stay in service, or said again */
};

static void expect_fact(
    enum hw_match_state from, enum hw_kind kind, const char *after, int64_t held)
{
    struct bench bench;
    struct hw_match_view view;

    bring(&bench, from);
    hub_pass(&bench.hub, HW_HOUR_MS);
    cr_expect(eq(int, hub_placement(&bench.hub, kind, "LCC/1", "HART").status, HW_OK));
    cr_assert(eq(int, hw_match_view(bench.hub.engine, bench.match.reference, &view), HW_OK));
    cr_expect(eq(str, (char *)view.state, (char *)after), "from %s", names[from]);
    cr_expect(eq(i64, hub_service_of(&bench.hub, "HART").held, held), "from %s", names[from]);
    hub_free(&bench.hub);
}

Test(match_table, a_start_and_an_end_are_true_from_any_state)
{
    for (unsigned from = HW_MATCH_NONE + 1; from < HW_MATCH_STATES; from++) {
        expect_fact(from, HW_KIND_PLACEMENT_STARTED, facts[from].after_start, 1);
        expect_fact(from, HW_KIND_PLACEMENT_ENDED, facts[from].after_end, 0);
    }
}
