#include "homeward/reasons.h"

#include "homeward/status.h"

#define N  HW_SIDE_NHS
#define S  HW_SIDE_SC
#define NS (HW_SIDE_NHS | HW_SIDE_SC)
#define A  (HW_SIDE_NHS | HW_SIDE_SC | HW_SIDE_BOTH)

/* clang-format off */
#define DTOC(key, text, sides) {key, text, "", "2010-08-01", "", sides}
#define SITREP(key, text, dtoc, sides) {key, text, dtoc, "2024-05-27", "", sides}
static const struct hw_reason reasons[] = {
    DTOC("A", "Awaiting completion of assessment", A),
    DTOC("B", "Awaiting public funding", A),
    DTOC("C", "Awaiting further non-acute NHS care", N),
    DTOC("Di", "Awaiting residential home placement or availability", NS),
    DTOC("Dii", "Awaiting nursing home placement or availability", A),
    DTOC("E", "Awaiting care package in own home", A),
    DTOC("F", "Awaiting community equipment and adaptations", A),
    DTOC("G", "Patient or family choice", NS),
    DTOC("H", "Disputes", NS),
    DTOC("I", "Housing - patients not covered by the Care Act", N),
    DTOC("O", "Other", A),
    SITREP("HP0", "Hospital process, not recorded", "A", N),
    SITREP("HP1", "Awaiting therapy review of need for supported discharge", "A", N),
    SITREP("HP2", "Awaiting medical review of need for supported discharge", "A", N),
    SITREP("HP3", "Awaiting referral to care transfer hub for supported discharge", "A", N),
    SITREP("HP4", "Awaiting patient transport services", "O", N),
    SITREP("HP5", "Awaiting medicines to take home, discharge letter or other discharge documentation", "O", N),
    SITREP("HP6", "Remaining in hospital due to infection prevention and control restrictions", "O", N),
    SITREP("HP7", "Awaiting formal decision to discharge (inc diagnostic test results)", "A", N),
    SITREP("WC1", "Patient /family/carer concerns over discharge readiness", "G", A),
    SITREP("WC2", "Ongoing safeguarding concern", "O", A),
    SITREP("WC3", "Awaiting determination of mental capacity", "A", A),
    SITREP("WC4", "Issues with discharge destination readiness", "O", A),
    SITREP("TH1", "Waiting for confirmation of immediate care needs and pathway", "A", A),
    SITREP("TH2", "Awaiting necessary referrals by care transfer hub", "A", A),
    SITREP("TH3", "Awaiting confirmation of funding eligibility", "B", A),
    SITREP("IF1", "Home based rehabilitation, reablement or recovery service arrangements still underway (Pathway 1)", "E", A),
    SITREP("IF2", "Other home-based social care service arrangements still underway (Pathway 1)", "E", A),
    SITREP("IF3", "Other home-based community health service arrangements still underway (Pathway 1)", "C", A),
    SITREP("IF4", "Housing provision arrangement for homelessness still underway (Pathway 0 or 1)", "I", A),
    SITREP("IF5", "Bed-based rehabilitation, reablement or recovery service arrangements still underway (Pathway 2)", "C", A),
    SITREP("IF6", "Residential/nursing home care arrangements still underway (Pathway 3)", "Di", A),
    SITREP("IF7", "End of life care inc Fast-Track CHC arrangement still underway (Pathway 1 or 3)", "C", A),
    SITREP("IF8", "Further action requested by agreed provider", "O", A),
    SITREP("IF9", "Homeless with no recourse to public funds", "I", A),
    SITREP("IF10", "Self-funded care package arrangements still underway", "G", A),
    SITREP("IF11", "Patient/family/carer choice discussions on package still underway", "G", A),
    SITREP("IF12", "Out of area discharge arrangements requested but not completed", "O", A),
    SITREP("CA1", "Home-based rehabilitation, reablement or recovery services not yet available (Pathway 1)", "E", A),
    SITREP("CA2", "Other home-based social care service not yet available (Pathway 1)", "E", A),
    SITREP("CA3", "Other home-based community health services not yet available (Pathway 1)", "C", A),
    SITREP("CA4", "Housing provision not yet available (Pathway 0 or 1)", "I", A),
    SITREP("CA5", "Bed-based rehabilitation, reablement or recovery services not yet available (Pathway 2)", "C", A),
    SITREP("CA6", "Mental health admitted patient care not yet available (Pathway 2)", "C", A),
    SITREP("CA7", "Residential/nursing home care not yet available (Pathway 3)", "Di", A),
    SITREP("CA8", "End of life care inc Fast-Track CHC not yet available (Pathway 1 or 3)", "C", A),
    SITREP("CA9", "Housing adaptations not yet completed (Pathway 1 or 3)", "F", A),
    SITREP("CA10", "Equipment and associated training not yet delivered (Pathway 1-3)", "F", A),
    SITREP("CA11", "Awaiting restart of existing social care arrangements (Pathway 0)", "E", A),
};
/* clang-format on */
_Static_assert(sizeof reasons / sizeof *reasons == HW_REASONS_COUNT, "the count is the list's");

const struct hw_reason *hw_reason_at(unsigned index)
{
    HW_ASSERT(index < HW_REASONS_COUNT);
    return &reasons[index];
}

const struct hw_reason *hw_reason_find(struct hw_slice key)
{
    for (unsigned i = 0; i < HW_REASONS_COUNT; i++)
        if (hw_slice_is(key, reasons[i].key))
            return &reasons[i];
    return NULL;
}

unsigned hw_side_of(struct hw_slice text)
{
    if (hw_slice_is(text, "NHS"))
        return HW_SIDE_NHS;
    if (hw_slice_is(text, "SC"))
        return HW_SIDE_SC;
    return hw_slice_is(text, "BOTH") ? HW_SIDE_BOTH : 0;
}

const char *hw_reason_side(const struct hw_reason *reason)
{
    if (reason != NULL && reason->sides == HW_SIDE_NHS)
        return "NHS";
    if (reason != NULL && reason->sides == HW_SIDE_SC)
        return "SC";
    return "unassigned";
}
