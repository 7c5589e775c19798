/* R3 and R4: who waits for what, and whose claim it is; each millisecond in one account. */
#include "support/model_parts.h"

/* DTOC codes (domain.md 2.3): who may be responsible. */
static const struct {
    const char *code;
    const char *sides;
} dtoc[] = {
    {"A", "NHS SC BOTH"},
    {"B", "NHS SC BOTH"},
    {"C", "NHS"},
    {"Di", "NHS SC"},
    {"Dii", "NHS SC BOTH"},
    {"E", "NHS SC BOTH"},
    {"F", "NHS SC BOTH"},
    {"G", "NHS SC"},
    {"H", "NHS SC"},
    {"I", "NHS"},
    {"O", "NHS SC BOTH"},
};

/* SitRep reasons (domain.md 2.5, R3): how many of each; hospital process is the NHS's own. */
static const struct {
    const char *letters;
    int first, last;
    const char *sides;
} sitrep[] = {
    {"HP", 0, 7, "NHS"},
    {"WC", 1, 4, "NHS SC BOTH"},
    {"TH", 1, 3, "NHS SC BOTH"},
    {"IF", 1, 12, "NHS SC BOTH"},
    {"CA", 1, 11, "NHS SC BOTH"},
};

static const char *sides_of(struct hw_slice reason)
{
    for (size_t i = 0; i < sizeof dtoc / sizeof *dtoc; i++)
        if (hw_slice_is(reason, dtoc[i].code))
            return dtoc[i].sides;
    for (size_t i = 0; i < sizeof sitrep / sizeof *sitrep; i++) {
        for (int number = sitrep[i].first; number <= sitrep[i].last; number++) {
            char code[] = {sitrep[i].letters[0], sitrep[i].letters[1], 0, 0, 0};

            if (number >= 10)
                code[2] = '1';
            code[number >= 10 ? 3 : 2] = (char)('0' + number % 10);
            if (hw_slice_is(reason, code))
                return sitrep[i].sides;
        }
    }
    return NULL;
}

bool reason_known(struct hw_slice reason)
{
    return sides_of(reason) != NULL;
}

struct hw_slice reason_only_side(struct hw_slice reason)
{
    const char *sides = sides_of(reason);

    return sides != NULL && strchr(sides, ' ') == NULL ? hw_slice_text(sides)
                                                       : (struct hw_slice){0};
}

bool reason_allows(struct hw_slice reason, struct hw_slice side)
{
    const char *sides = sides_of(reason);

    while (sides != NULL && *sides != '\0') {
        size_t size = strcspn(sides, " ");

        if (hw_slice_equal(side, hw_slice_of(sides, size)))
            return true;
        sides += size;
        sides += *sides == ' ';
    }
    return false;
}

struct primary {
    struct hw_slice reason, responsible;
    bool inferred, contested;
};

static bool same_primary(const struct primary *a, const struct primary *b)
{
    return hw_slice_equal(a->reason, b->reason) && hw_slice_equal(a->responsible, b->responsible);
}

static bool is_wait(const struct fact *fact)
{
    return fact->event->kind == HW_KIND_WAIT_OPENED || fact->event->kind == HW_KIND_WAIT_VERIFIED ||
        fact->event->kind == HW_KIND_WAIT_CLOSED;
}

static bool is_settlement(const struct fact *fact)
{
    return fact->event->kind == HW_KIND_DECIDE_REASON_SETTLED;
}

static bool is_statement(const struct fact *fact)
{
    return fact->kind == FACT_REASON && !fact->ahead && !is_wait(fact) && !is_settlement(fact);
}

static struct primary account(const struct hw_event *event)
{
    struct primary said = {hw_event_text(event, HW_FIELD_REASON),
        hw_event_text(event, HW_FIELD_RESPONSIBLE), false, false};

    /* "Without a side it is the code's only side, else unassigned." */
    if (said.responsible.size == 0)
        said.responsible = reason_only_side(said.reason);
    return said;
}

/*
 * From when on a statement holds in a period: "a reason standing when the period opens, or first
 * said in the fact that opened it, holds from its start", one said before the last period's end
 * not at all (HW_TIME_OPEN).
 */
static int64_t holds_from(const struct fact *fact, const struct opened *opened)
{
    int64_t said_ms = fact->event->happened.start_ms;

    if (opened->closed_by != NULL && fact_order(fact, opened->closed_by) < 0)
        return HW_TIME_OPEN;
    if (opened->closed_by == NULL && opened->closed_ms != HW_TIME_NONE &&
        said_ms < opened->closed_ms)
        return HW_TIME_OPEN;
    if (fact->event == opened->opener->event || fact_order(fact, opened->opener) < 0)
        return opened->period.start_ms;
    return said_ms > opened->period.start_ms ? said_ms : opened->period.start_ms;
}

/* The last settlement in effect: "holds until a statement dated after it". */
static const struct fact *settlement_at(
    const struct stay *stay, const struct opened *opened, int64_t at_ms, bool *ret_reaches_back);

/* R4: the last claim of each organisation; the later by key stands, contested where they differ. */
static bool claimed_at(
    const struct stay *stay, const struct opened *opened, int64_t at_ms, struct primary *ret_said)
{
    LIST(const struct fact *) claims = {0};
    bool any = false, contested = false;
    struct primary first = {0};

    for (uint32_t i = 0; i < stay->facts.count; i++) {
        const struct fact *fact = &stay->facts.at[i];

        if (fact->kind == FACT_REASON && !fact->ahead && is_settlement(fact) &&
            fact->event->happened.start_ms <= at_ms)
            claims.count = 0; /* Settled: what was claimed before is over. */
        if (is_statement(fact) && holds_from(fact, opened) <= at_ms)
            LIST_ADD(&claims, fact);
    }
    for (uint32_t i = 0; i < claims.count; i++) {
        const struct hw_event *event = claims.at[i]->event;
        bool last = true;

        for (uint32_t j = i + 1; j < claims.count; j++)
            if (hw_slice_equal(event->organisation, claims.at[j]->event->organisation))
                last = false;
        if (!last || !hw_event_has(event, HW_FIELD_REASON))
            continue;
        *ret_said = account(event);
        if (any && !same_primary(&first, ret_said))
            contested = true;
        if (!any)
            first = *ret_said;
        any = true;
    }
    free(claims.at);
    ret_said->contested = contested;
    return any;
}

static const struct fact *settlement_at(
    const struct stay *stay, const struct opened *opened, int64_t at_ms, bool *ret_reaches_back)
{
    const struct fact *settled = NULL;

    *ret_reaches_back = false;
    for (uint32_t i = 0; i < stay->facts.count; i++) {
        const struct fact *fact = &stay->facts.at[i];
        int64_t said_ms = fact->event->happened.start_ms;
        struct primary said;

        if (fact->kind != FACT_REASON || fact->ahead)
            continue;
        if (is_settlement(fact) && said_ms <= at_ms) {
            settled = fact;
        } else if (is_settlement(fact) && said_ms > at_ms && settled == NULL) {
            /* It covers the contested interval it was made in, back to where that began. */
            bool covers = claimed_at(stay, opened, said_ms - 1, &said) && said.contested;

            for (uint32_t j = 0; j < stay->facts.count && covers; j++) {
                int64_t ms = stay->facts.at[j].event->happened.start_ms;

                if (is_statement(&stay->facts.at[j]) && ms > at_ms && ms < said_ms)
                    covers = claimed_at(stay, opened, ms, &said) && said.contested;
            }
            covers = covers && claimed_at(stay, opened, at_ms, &said) && said.contested;
            if (covers) {
                *ret_reaches_back = true;
                return fact;
            }
        } else if (is_statement(fact) && settled != NULL && said_ms <= at_ms &&
            said_ms > settled->event->happened.start_ms) {
            settled = NULL;
        }
    }
    return settled;
}

struct wait {
    struct hw_slice id;
    int64_t opened_ms;
    bool open;
    struct primary said;
};

/* "Else the open wait opened earliest (ties by id)." */
static bool waits_at(const struct stay *stay, int64_t at_ms, struct primary *ret_said)
{
    LIST(struct wait) waits = {0};
    const struct wait *first = NULL;

    for (uint32_t i = 0; i < stay->facts.count; i++) {
        const struct fact *fact = &stay->facts.at[i];
        struct hw_slice id = hw_event_text(fact->event, HW_FIELD_WAIT);
        struct wait *wait = NULL;

        if (fact->kind != FACT_REASON || fact->ahead || !is_wait(fact) ||
            fact->event->happened.start_ms > at_ms)
            continue;
        for (uint32_t j = 0; j < waits.count; j++)
            if (hw_slice_equal(waits.at[j].id, id))
                wait = &waits.at[j];
        if (wait == NULL) {
            LIST_ADD(&waits, (struct wait){.id = id});
            wait = &waits.at[waits.count - 1];
        }
        if (fact->event->kind == HW_KIND_WAIT_OPENED && !wait->open)
            wait->opened_ms = fact->event->happened.start_ms;
        if (fact->event->kind == HW_KIND_WAIT_OPENED)
            wait->open = true;
        if (fact->event->kind == HW_KIND_WAIT_CLOSED)
            wait->open = false;
        if (hw_event_has(fact->event, HW_FIELD_REASON))
            wait->said = account(fact->event);
    }
    for (uint32_t i = 0; i < waits.count; i++) {
        const struct wait *wait = &waits.at[i];

        if (!wait->open || wait->said.reason.size == 0)
            continue;
        if (first == NULL || wait->opened_ms < first->opened_ms ||
            (wait->opened_ms == first->opened_ms && hw_slice_compare(wait->id, first->id) < 0))
            first = wait;
    }
    if (first != NULL)
        *ret_said = first->said;
    free(waits.at);
    return first != NULL;
}

/* "No referral, pathway P0 or unknown: HP0; no referral, P1 to P3: HP3." */
static struct primary inferred_at(const struct stay *stay, int64_t at_ms)
{
    struct hw_slice pathway = said_at(&stay->pathways, at_ms);
    bool hub =
        hw_slice_is(pathway, "P1") || hw_slice_is(pathway, "P2") || hw_slice_is(pathway, "P3");

    return (struct primary){hw_slice_text(hub ? "HP3" : "HP0"), {0}, true, false};
}

/* R3: exactly one reason and one side at each instant. */
static struct primary primary_at(
    const struct stay *stay, const struct opened *opened, int64_t at_ms)
{
    struct primary primary = {0};
    bool reaches_back;
    const struct fact *settled = settlement_at(stay, opened, at_ms, &reaches_back);

    if (settled != NULL && (reaches_back || settled->event->happened.start_ms <= at_ms))
        return account(settled->event);
    if (!claimed_at(stay, opened, at_ms, &primary)) {
        primary = (struct primary){0};
        if (!waits_at(stay, at_ms, &primary))
            primary = inferred_at(stay, at_ms);
        primary.contested = false;
    }
    if (at_ms >= opened->contested.start_ms && at_ms < opened->contested.end_ms)
        primary.contested = true;
    return primary;
}

/* The first instant after at_ms at which anything said may change the account. */
static int64_t next_change(
    const struct model *model, const struct stay *stay, const struct opened *opened, int64_t at_ms)
{
    int64_t next_ms = opened->period.end_ms;

#define CONSIDER(ms)                                                                               \
    do {                                                                                           \
        if ((ms) > at_ms && (ms) < next_ms)                                                        \
            next_ms = (ms);                                                                        \
    } while (0)
    for (uint32_t i = 0; i < stay->facts.count; i++)
        CONSIDER(stay->facts.at[i].event->happened.start_ms);
    for (uint32_t i = 0; i < stay->places.count; i++)
        CONSIDER(stay->places.at[i].start_ms);
    CONSIDER(opened->contested.start_ms);
    CONSIDER(opened->contested.end_ms);
    if (stay->person >= 0) {
        const struct person *person = &model->persons.at[stay->person];

        for (uint32_t i = 0; i < person->council.count; i++)
            CONSIDER(person->council.at[i].from_ms);
        for (uint32_t i = 0; i < person->council_proposed.count; i++)
            CONSIDER(person->council_proposed.at[i].from_ms);
    }
#undef CONSIDER
    return next_ms;
}

static struct hw_slice site_at(const struct stay *stay, int64_t at_ms)
{
    struct hw_slice site = {0};

    for (uint32_t i = 0; i < stay->places.count; i++)
        if (i == 0 || stay->places.at[i].start_ms <= at_ms)
            site = stay->places.at[i].site;
    return site;
}

/* "A council proposed from the postcode counts where none was said." */
static struct hw_slice council_at(const struct model *model, const struct stay *stay, int64_t at_ms)
{
    struct hw_slice council = {0};

    if (stay->person < 0)
        return council;
    council = said_at(&model->persons.at[stay->person].council, at_ms);
    if (council.size == 0)
        council = said_at(&model->persons.at[stay->person].council_proposed, at_ms);
    return council;
}

static void find_codes(struct stay *stay)
{
    for (uint32_t i = 0; i < stay->facts.count; i++) {
        const struct fact *fact = &stay->facts.at[i];
        struct primary said;

        if (fact->kind != FACT_REASON || !hw_event_has(fact->event, HW_FIELD_REASON))
            continue;
        said = account(fact->event);
        if (!reason_known(said.reason))
            stay->findings |= UINT64_C(1) << HW_FINDING_REASON_UNKNOWN;
        else if (said.responsible.size > 0 && !reason_allows(said.reason, said.responsible))
            stay->findings |= UINT64_C(1) << HW_FINDING_SIDE_NOT_ALLOWED;
    }
}

static void find_pathways(struct stay *stay)
{
    for (uint32_t i = 0; i < stay->facts.count; i++) {
        const struct fact *fact = &stay->facts.at[i];

        if (fact->kind != FACT_UPDATE || fact->ahead)
            continue;
        if (hw_event_has(fact->event, HW_FIELD_PATHWAY))
            LIST_ADD(&stay->pathways,
                (struct said){
                    fact->event->happened.start_ms, hw_event_text(fact->event, HW_FIELD_PATHWAY)});
        else if (hw_event_clears(fact->event, HW_FIELD_PATHWAY))
            LIST_ADD(&stay->pathways, (struct said){fact->event->happened.start_ms, {0}});
    }
}

void stay_charge(const struct model *model, struct stay *stay)
{
    opened_list opened = {0};

    find_codes(stay);
    find_pathways(stay);
    stay_opened(stay, &opened);
    for (uint32_t i = 0; i < opened.count; i++) {
        const struct hw_period *period = &opened.at[i].period;

        for (int64_t at_ms = period->start_ms; at_ms < period->end_ms;) {
            int64_t next_ms = next_change(model, stay, &opened.at[i], at_ms);
            struct primary primary = primary_at(stay, &opened.at[i], at_ms);

            LIST_ADD(&stay->charges,
                (struct chronicle_charge){at_ms, next_ms, i, primary.reason, primary.responsible,
                    site_at(stay, at_ms), council_at(model, stay, at_ms), primary.inferred,
                    primary.contested});
            if (primary.contested)
                stay->findings |= UINT64_C(1) << HW_FINDING_CONTESTED;
            at_ms = next_ms;
        }
    }
    free(opened.at);
}
