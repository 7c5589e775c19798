#include "simulate/want.h"

#include "simulate/hub_rates.h"

#include <stdio.h>
#include <string.h>

#define N(need) (UINT32_C(1) << HW_NEED_##need)

/* A need that comes on top of those everybody has, with so many of 100. */
struct extra {
    uint32_t needs;
    uint8_t percent;
};

enum { EXTRAS_MAX = 7 };

struct want {
    uint32_t needs;
    struct extra extras[EXTRAS_MAX];
    uint16_t year[3]; /* from home, a year: 508, 509, 510 */
    uint8_t urgency;
    bool package;
};

/*
 * People a year: 1,318 crisis referrals, 770 of mental-health recovery, 1,662 items of equipment,
 * 1,573 of telecare, 385 new carers in half a year (MPS); 5,449 Lightbulb cases in 25 months (OSC);
 * 6,343 crisis episodes of Leicester (ICRS); 726 telecare installations of Leicester (City).  The
 * others, and all needs, are assumed.
 */
/* clang-format off */
static const struct want wants[HW_SIM_WANTS] = {
    [HW_SIM_WANT_CRISIS] = {N(PERSONAL_CARE), {{N(EQUIPMENT), 30}, {N(THERAPY), 40},
        {N(CARER_BREAKDOWN), 15}, {N(NIGHT), 15}, {N(DEMENTIA), 12}, {N(CATHETER), 6}},
        {1318, 6343, 60}, HW_URGENCY_2H, false},
    [HW_SIM_WANT_MIND_CRISIS] = {N(MENTAL_HEALTH), {{N(CARER_BREAKDOWN), 20}},
        {180, 0, 0}, HW_URGENCY_2H, false},
    [HW_SIM_WANT_REABLEMENT] = {N(PERSONAL_CARE), {{N(THERAPY), 60}, {N(MEDICATION), 40},
        {N(EQUIPMENT), 25}}, {900, 450, 50}, HW_URGENCY_2D, true},
    [HW_SIM_WANT_MIND] = {N(MENTAL_HEALTH), {{0, 0}}, {770, 0, 0}, HW_URGENCY_ROUTINE, false},
    [HW_SIM_WANT_EQUIPMENT] = {N(EQUIPMENT), {{0, 0}}, {1662, 0, 0}, HW_URGENCY_ROUTINE, false},
    [HW_SIM_WANT_TELECARE] = {N(TELECARE), {{0, 0}}, {1573, 726, 40}, HW_URGENCY_ROUTINE, false},
    [HW_SIM_WANT_HOUSING] = {N(HOUSING), {{N(EQUIPMENT), 40}}, {2617, 0, 0},
        HW_URGENCY_ROUTINE, false},
    [HW_SIM_WANT_CARER] = {N(CARER_BREAKDOWN), {{0, 0}}, {770, 200, 30},
        HW_URGENCY_ROUTINE, false},
    [HW_SIM_WANT_HOME] = {N(PERSONAL_CARE), {{N(THERAPY), 45}, {N(MEDICATION), 40},
        {N(CONTINENCE), 25}, {N(EQUIPMENT), 15}, {N(TELECARE), 10}, {N(CATHETER), 4},
        {N(INTERPRETER), 4}}, {0}, HW_URGENCY_ROUTINE, true},
    [HW_SIM_WANT_HOME_DOUBLE] = {N(PERSONAL_CARE) | N(DOUBLE_HANDED), {{N(HOIST), 55},
        {N(MEDICATION), 50}, {N(CONTINENCE), 40}}, {0}, HW_URGENCY_ROUTINE, true},
    [HW_SIM_WANT_HOME_DEMENTIA] = {N(PERSONAL_CARE) | N(DEMENTIA), {{N(MEDICATION), 60},
        {N(CONTINENCE), 40}}, {0}, HW_URGENCY_ROUTINE, true},
    [HW_SIM_WANT_HOME_NURSING] = {N(NURSING) | N(PERSONAL_CARE), {{N(CATHETER), 30},
        {N(MEDICATION), 60}, {N(TIME_CRITICAL_MEDICINE), 30}, {N(PEG), 8}, {N(OXYGEN), 15},
        {N(END_OF_LIFE), 10}}, {0}, HW_URGENCY_ROUTINE, true},
    [HW_SIM_WANT_HOME_UNMET] = {N(BARIATRIC) | N(ONE_TO_ONE) | N(PEG), {{0, 0}}, {0},
        HW_URGENCY_ROUTINE, true},
    [HW_SIM_WANT_BED] = {N(BED) | N(PERSONAL_CARE), {{N(THERAPY), 80}, {N(MEDICATION), 60},
        {N(CONTINENCE), 35}, {N(DEMENTIA), 20}, {N(HOIST) | N(DOUBLE_HANDED), 20},
        {N(SINGLE_ROOM), 8}}, {0}, HW_URGENCY_ROUTINE, false},
    [HW_SIM_WANT_BED_NURSING] = {N(BED) | N(NURSING) | N(PERSONAL_CARE), {{N(THERAPY), 60},
        {N(MEDICATION), 70}, {N(CATHETER), 25}, {N(OXYGEN), 10}, {N(INFECTION), 10}}, {0},
        HW_URGENCY_ROUTINE, false},
    [HW_SIM_WANT_CARE] = {N(BED) | N(PERSONAL_CARE), {{N(DEMENTIA), 45}, {N(MEDICATION), 70},
        {N(CONTINENCE), 50}, {N(HOIST), 20}}, {0}, HW_URGENCY_ROUTINE, false},
    [HW_SIM_WANT_CARE_NURSING] = {N(BED) | N(NURSING) | N(PERSONAL_CARE), {{N(DEMENTIA), 35},
        {N(MEDICATION), 80}, {N(CONTINENCE), 60}, {N(PEG), 6}, {N(END_OF_LIFE), 10}}, {0},
        HW_URGENCY_ROUTINE, false},
    [HW_SIM_WANT_HOSTEL] = {N(BED) | N(MENTAL_HEALTH), {{N(HOUSING), 50}, {N(MEDICATION), 60}},
        {0}, HW_URGENCY_ROUTINE, false},
};

/* Who is rung up: what is wanted, council, beginning of the code, whether the area follows. */
static const struct call {
    uint8_t want;
    const char *council, *code;
    bool area;
    uint8_t kind;
    uint16_t weight;
} calls[] = {
    {HW_SIM_WANT_CRISIS, "508", "CRISIS", false, HW_SERVICE_CRISIS_RESPONSE, 1},
    {HW_SIM_WANT_CRISIS, "509", "LEI-ICRS", false, HW_SERVICE_CRISIS_RESPONSE, 1},
    {HW_SIM_WANT_CRISIS, "510", "RUT-REABLEMENT", false, HW_SERVICE_REABLEMENT, 1},
    {HW_SIM_WANT_MIND_CRISIS, "508", "MH-CRISIS", false, HW_SERVICE_CRISIS_RESPONSE, 1},
    {HW_SIM_WANT_REABLEMENT, "508", "HART", false, HW_SERVICE_REABLEMENT, 1},
    {HW_SIM_WANT_REABLEMENT, "509", "LEI-REABLEMENT", false, HW_SERVICE_REABLEMENT, 1},
    {HW_SIM_WANT_REABLEMENT, "510", "RUT-REABLEMENT", false, HW_SERVICE_REABLEMENT, 1},
    {HW_SIM_WANT_MIND, "508", "MH-RECOVERY", false, HW_SERVICE_REABLEMENT, 1},
    {HW_SIM_WANT_EQUIPMENT, "508", "EQUIPMENT", false, HW_SERVICE_EQUIPMENT, 1},
    {HW_SIM_WANT_TELECARE, "508", "TELECARE", false, HW_SERVICE_EQUIPMENT, 1},
    {HW_SIM_WANT_TELECARE, "509", "LEI-EQUIPMENT", false, HW_SERVICE_EQUIPMENT, 1},
    {HW_SIM_WANT_TELECARE, "510", "RUT-REABLEMENT", false, HW_SERVICE_REABLEMENT, 1},
    {HW_SIM_WANT_HOUSING, "508", "LIGHTBULB", false, HW_SERVICE_HOUSING, 1},
    {HW_SIM_WANT_CARER, "508", "CARERS", false, HW_SERVICE_VOLUNTARY, 2},
    {HW_SIM_WANT_CARER, "508", "VOLUNTARY", false, HW_SERVICE_VOLUNTARY, 1},
    {HW_SIM_WANT_CARER, "509", "LEI-SUPPORT", false, HW_SERVICE_VOLUNTARY, 1},
    {HW_SIM_WANT_CARER, "510", "RUT-REABLEMENT", false, HW_SERVICE_REABLEMENT, 1},
    {HW_SIM_WANT_HOME, "508", "HART", false, HW_SERVICE_REABLEMENT, 50},
    {HW_SIM_WANT_HOME, "508", "HTLAH-", true, HW_SERVICE_HOME_CARE, 45},
    {HW_SIM_WANT_HOME, "508", "HOMECARE-DISCHARGE", false, HW_SERVICE_HOME_CARE, 5},
    {HW_SIM_WANT_HOME, "509", "LEI-REABLEMENT", false, HW_SERVICE_REABLEMENT, 85},
    {HW_SIM_WANT_HOME, "509", "LEI-HOMECARE", false, HW_SERVICE_HOME_CARE, 15},
    {HW_SIM_WANT_HOME, "510", "RUT-REABLEMENT", false, HW_SERVICE_REABLEMENT, 45},
    {HW_SIM_WANT_HOME, "510", "RUT-HOMECARE", false, HW_SERVICE_HOME_CARE, 55},
    {HW_SIM_WANT_HOME_DOUBLE, "508", "DOUBLE-HANDED", false, HW_SERVICE_HOME_CARE, 1},
    {HW_SIM_WANT_HOME_DOUBLE, "509", "LEI-HOMECARE", false, HW_SERVICE_HOME_CARE, 1},
    {HW_SIM_WANT_HOME_DOUBLE, "510", "RUT-HOMECARE", false, HW_SERVICE_HOME_CARE, 1},
    {HW_SIM_WANT_HOME_DEMENTIA, "508", "HOMECARE-DEMENTIA", false, HW_SERVICE_HOME_CARE, 1},
    {HW_SIM_WANT_HOME_DEMENTIA, "509", "LEI-HOMECARE", false, HW_SERVICE_HOME_CARE, 1},
    {HW_SIM_WANT_HOME_DEMENTIA, "510", "RUT-HOMECARE", false, HW_SERVICE_HOME_CARE, 1},
    {HW_SIM_WANT_HOME_NURSING, "", "HOMECARE-HEALTH", false, HW_SERVICE_COMMUNITY_NURSING, 1},
    {HW_SIM_WANT_HOME_UNMET, "", "HOMECARE-HEALTH", false, HW_SERVICE_COMMUNITY_NURSING, 1},
    {HW_SIM_WANT_BED, "508", "REABLEMENT-BEDS-NORTH", false, HW_SERVICE_BED_INTERMEDIATE, 1},
    {HW_SIM_WANT_BED, "508", "REABLEMENT-BEDS-SOUTH", false, HW_SERVICE_BED_INTERMEDIATE, 1},
    {HW_SIM_WANT_BED, "509", "LEI-BEDS", false, HW_SERVICE_BED_INTERMEDIATE, 1},
    {HW_SIM_WANT_BED, "510", "CH-OAKHAM", false, HW_SERVICE_COMMUNITY_HOSPITAL, 1},
    {HW_SIM_WANT_BED_NURSING, "", "CH-LOUGHBOROUGH", false, HW_SERVICE_COMMUNITY_HOSPITAL, 40},
    {HW_SIM_WANT_BED_NURSING, "", "CH-COALVILLE", false, HW_SERVICE_COMMUNITY_HOSPITAL, 24},
    {HW_SIM_WANT_BED_NURSING, "", "CH-HINCKLEY", false, HW_SERVICE_COMMUNITY_HOSPITAL, 23},
    {HW_SIM_WANT_BED_NURSING, "", "CH-MELTON", false, HW_SERVICE_COMMUNITY_HOSPITAL, 17},
    {HW_SIM_WANT_BED_NURSING, "", "CH-HARBOROUGH", false, HW_SERVICE_COMMUNITY_HOSPITAL, 20},
    {HW_SIM_WANT_CARE, "508", "RESIDENTIAL-", true, HW_SERVICE_CARE_HOME_RESIDENTIAL, 1},
    {HW_SIM_WANT_CARE, "509", "LEI-CARE-HOMES", false, HW_SERVICE_CARE_HOME_NURSING, 1},
    {HW_SIM_WANT_CARE, "510", "RUT-CARE-HOMES", false, HW_SERVICE_CARE_HOME_NURSING, 1},
    {HW_SIM_WANT_CARE_NURSING, "508", "NURSING-", true, HW_SERVICE_CARE_HOME_NURSING, 1},
    {HW_SIM_WANT_CARE_NURSING, "509", "LEI-CARE-HOMES", false, HW_SERVICE_CARE_HOME_NURSING, 1},
    {HW_SIM_WANT_CARE_NURSING, "510", "RUT-CARE-HOMES", false, HW_SERVICE_CARE_HOME_NURSING, 1},
    {HW_SIM_WANT_HOSTEL, "", "HOSTEL", false, HW_SERVICE_HOSTEL, 1},
};

/* Which lot a postcode district lies in: as the zones of leicestershire.yaml have it. */
static const struct {
    const char *district, *area;
} areas[] = {
    {"LE19", "BLABY"}, {"LE8", "BLABY"}, {"LE9", "BLABY"},
    {"LE11", "CHARNWOOD"}, {"LE7", "CHARNWOOD"}, {"LE12", "CHARNWOOD"},
    {"LE16", "HARBOROUGH"}, {"LE17", "HARBOROUGH"},
    {"LE10", "HINCKLEY"}, {"LE6", "HINCKLEY"},
    {"LE13", "MELTON"}, {"LE14", "MELTON"},
    {"LE67", "NWLEICS"}, {"LE65", "NWLEICS"},
    {"LE18", "OADBY"},
};

/*
 * Days in service, each as likely as the next.  Home: mean 15, median 8; beds: mean 35, median 31;
 * care homes: mean 45, median 43 (D2A: means 12-19, 34-43, 32-59; medians 5-9, 30-34, 29-50).
 * Crisis response up to three days (MPS), the hostel up to nine months, recovery up to 12 weeks.
 */
static const uint8_t home_days[] = {1, 2, 3, 4, 5, 6, 8, 10, 14, 20, 30, 42, 56};
static const uint8_t bed_days[] = {8, 14, 20, 24, 28, 30, 32, 36, 42, 50, 60, 75};
static const uint8_t care_days[] = {10, 20, 29, 35, 40, 43, 50, 60, 75, 90};
static const uint8_t crisis_days[] = {1, 2, 2, 3, 3};
static const uint8_t hostel_days[] = {60, 90, 120, 150, 180, 210, 240};
static const uint8_t item_days[] = {1, 1, 2};
static const uint8_t support_days[] = {14, 28, 42, 56, 70};
/* clang-format on */

uint32_t hw_sim_want_year(enum hw_sim_want want, const char *council)
{
    static const char *const councils[] = {"508", "509", "510"};

    for (size_t i = 0; i < sizeof councils / sizeof *councils; i++)
        if (strcmp(councils[i], council) == 0)
            return wants[want].year[i];
    return 0;
}

enum hw_sim_want hw_sim_want_of_pathway(struct hw_sim_chance *chance, unsigned pathway)
{
    uint32_t at = hw_sim_below(chance, HW_SIM_RATE_WHOLE);

    if (pathway == 1) {
        static const struct {
            uint32_t rate;
            enum hw_sim_want want;
        } at_home[] = {
            {HW_SIM_HUB_UNMET, HW_SIM_WANT_HOME_UNMET},
            {HW_SIM_HUB_DOUBLE_HANDED, HW_SIM_WANT_HOME_DOUBLE},
            {HW_SIM_HUB_DEMENTIA_HOME, HW_SIM_WANT_HOME_DEMENTIA},
            {HW_SIM_HUB_NURSING_HOME, HW_SIM_WANT_HOME_NURSING},
        };

        for (size_t i = 0; i < sizeof at_home / sizeof *at_home; i++) {
            if (at < at_home[i].rate)
                return at_home[i].want;
            at -= at_home[i].rate;
        }
        return HW_SIM_WANT_HOME;
    }
    if (pathway == 2)
        return at < HW_SIM_HUB_NURSING_BED ? HW_SIM_WANT_BED_NURSING : HW_SIM_WANT_BED;
    if (at < HW_SIM_HUB_RECOVERY_HOSTEL)
        return HW_SIM_WANT_HOSTEL;
    return at < HW_SIM_HUB_RECOVERY_HOSTEL + HW_SIM_HUB_NURSING_CARE ? HW_SIM_WANT_CARE_NURSING
                                                                     : HW_SIM_WANT_CARE;
}

enum hw_urgency hw_sim_want_urgency(enum hw_sim_want want)
{
    return (enum hw_urgency)wants[want].urgency;
}

uint32_t hw_sim_want_needs(enum hw_sim_want want, struct hw_sim_chance *chance)
{
    uint32_t needs = wants[want].needs;

    for (int i = 0; i < EXTRAS_MAX; i++)
        if (hw_sim_below(chance, 100) < wants[want].extras[i].percent)
            needs |= wants[want].extras[i].needs;
    return needs;
}

struct hw_sim_package hw_sim_want_package(enum hw_sim_want want, struct hw_sim_chance *chance)
{
    static const uint16_t calls_of[] = {10, 25, 25, 40}; /* 1 to 4 a day: assumed */
    struct hw_sim_package package = {0};

    if (!wants[want].package)
        return package;
    package.calls = (uint8_t)(1 + hw_sim_pick(chance, calls_of, 4));
    package.minutes = hw_sim_below(chance, 100) < 70 ? 30 : 45;
    package.carers = (wants[want].needs & N(DOUBLE_HANDED)) != 0 ? 2 : 1;
    return package;
}

static const char *area_of(const char *district)
{
    for (size_t i = 0; i < sizeof areas / sizeof *areas; i++)
        if (strcmp(areas[i].district, district) == 0)
            return areas[i].area;
    return "BLABY";
}

static bool is_called(const struct call *call, enum hw_sim_want want, const char *council)
{
    return call->want == want && (*call->council == '\0' || strcmp(call->council, council) == 0);
}

void hw_sim_want_service(enum hw_sim_want want, const char *council, const char *district,
    struct hw_sim_chance *chance, char code[HW_SIM_CODE_SIZE], enum hw_service_kind *ret_kind)
{
    const struct call *found = NULL;
    uint32_t sum = 0, at;

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        sum += is_called(&calls[i], want, council) ? calls[i].weight : 0;
    at = hw_sim_below(chance, sum > 0 ? sum : 1);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (!is_called(&calls[i], want, council))
            continue;
        found = &calls[i];
        if (at < found->weight)
            break;
        at -= found->weight;
    }
    *ret_kind = found == NULL ? HW_SERVICE_NONE : (enum hw_service_kind)found->kind;
    (void)snprintf(code, HW_SIM_CODE_SIZE, "%s%s", found == NULL ? "" : found->code,
        found != NULL && found->area ? area_of(district) : "");
}

int hw_sim_days_of(enum hw_service_kind kind, struct hw_sim_chance *chance)
{
#define PICK(days) days[hw_sim_below(chance, sizeof days)]
    switch (kind) {
    case HW_SERVICE_CRISIS_RESPONSE:
        return PICK(crisis_days);
    case HW_SERVICE_BED_INTERMEDIATE:
    case HW_SERVICE_COMMUNITY_HOSPITAL:
        return PICK(bed_days);
    case HW_SERVICE_CARE_HOME_RESIDENTIAL:
    case HW_SERVICE_CARE_HOME_NURSING:
        return PICK(care_days);
    case HW_SERVICE_HOSTEL:
        return PICK(hostel_days);
    case HW_SERVICE_EQUIPMENT:
        return PICK(item_days);
    case HW_SERVICE_HOUSING:
    case HW_SERVICE_VOLUNTARY:
        return PICK(support_days);
    case HW_SERVICE_NONE:
    case HW_SERVICE_REABLEMENT:
    case HW_SERVICE_HOME_CARE:
    case HW_SERVICE_COMMUNITY_NURSING:
    case HW_SERVICE_EXTRA_CARE:
    case HW_SERVICE_VIRTUAL_WARD:
    case HW_SERVICE_HOSPICE:
    case HW_SERVICE_NIGHT_SITTING:
    case HW_SERVICE_KINDS:
        break;
    }
    return PICK(home_days);
#undef PICK
}
