/*
 * Goal: the story of a referral has all that happened to its person and nothing of anybody else;
 *       the story of a stay has that stay alone and the referrals tied to it.
 * Method: two people, two stays of one of them, a referral each; every record is asked of as it is
 *         applied, and what belongs to a story is written down by its kind.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "../support/hub.h"

static uint64_t referral, stay; /* whose story is written */
static char story[2048];

static void hear(struct hub *hub)
{
    struct hw_record_header header;
    struct hw_event event;
    size_t used = 0;

    /* The last record of the journal is the one just applied. */
    while (used < hub->size) {
        cr_assert(eq(int,
            hw_record_header(hw_slice_of(hub->journal + used, hub->size - used), &header), HW_OK));
        used += header.size;
    }
    cr_assert(eq(int,
        hw_record_decode(
            hw_slice_of(hub->journal + used - header.size, header.size), false, &event),
        HW_OK));
    if (hw_event_concerns(hub->engine, &event, referral, stay))
        snprintf(
            story + strlen(story), sizeof story - strlen(story), "%s ", hw_kind_type(event.kind));
}

/* A day with two people; the first goes home, and is back in hospital on another visit. */
static void tell(const char *wanted)
{
    struct hub hub = hub_new();

    *story = '\0';
    hub.on_record = hear;
    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    hub_admit(&hub, "S2", "V2", "P1");
    hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    hub_refer(&hub, "LCC/2", "S2", "V2", "step_down", "nursing");
    hub_about_spell(&hub, HW_KIND_SPELL_DISCHARGED, "S1", "V1", -1);
    hub_about_spell(&hub, HW_KIND_SPELL_DISCHARGED, "S2", "V2", -1);
    hub_admit(&hub, "S1", "V3", "P1");
    cr_expect(strstr(story, wanted) == story, "%s", story);
    cr_expect(strstr(story, "configuration.changed") == NULL, "%s", story);
    hub_free(&hub);
}

/* References are sequences: found by running the day once. */
static uint64_t reference_of(const char *name, bool of_stay)
{
    struct hub hub = hub_new();
    struct hw_referral_view view;
    uint64_t found;

    hub_service(&hub, "HART", hub_hart);
    hub_admit(&hub, "S1", "V1", "P1");
    hub_admit(&hub, "S2", "V2", "P1");
    found = hub_refer(&hub, "LCC/1", "S1", "V1", "step_down", "personal_care");
    if (strcmp(name, "LCC/2") == 0)
        found = hub_refer(&hub, "LCC/2", "S2", "V2", "step_down", "nursing");
    cr_assert(eq(int, hw_referral_view(hub.engine, found, &view), HW_OK));
    found = of_stay ? view.stay : found;
    hub_free(&hub);
    return found;
}

Test(concern, a_referral_has_what_happened_to_its_person_since)
{
    referral = reference_of("LCC/1", false), stay = 0;
    tell("referral.received route.proposed ");
    cr_expect(strstr(story, "spell.discharged ") != NULL, "%s", story);
    cr_expect(strstr(story, "spell.admitted ") != NULL, "back in hospital: %s", story);
    cr_expect(
        strstr(strstr(story, "referral.received") + 1, "referral.received") == NULL, "%s", story);
}

Test(concern, a_stay_has_itself_and_the_referrals_tied_to_it)
{
    referral = 0, stay = reference_of("LCC/1", true);
    tell("spell.admitted referral.received route.proposed ");
    cr_expect(strstr(story, "spell.discharged ") != NULL, "%s", story);
    cr_expect(strstr(strstr(story, "spell.admitted") + 1, "spell.admitted") == NULL,
        "another stay: %s", story);
}

Test(concern, nobody_else_is_in_it)
{
    referral = reference_of("LCC/2", false), stay = 0;
    tell("referral.received ");
    cr_expect(strstr(story, "route.proposed") == NULL, "%s", story);
}

Test(concern, what_is_not_known_has_no_story)
{
    referral = 999999, stay = 0;
    tell("");
    cr_expect(eq(str, story, ""));
}
