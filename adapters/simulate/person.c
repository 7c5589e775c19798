#include "simulate/person.h"

#include "homeward/time.h"
#include "simulate/rates.h"

#include <stdio.h>

/* Of every twenty numbers: three children, two mothers, five adults, ten from 65 on. */
static const struct {
    uint8_t first, count, age_min, age_span;
} pools[HW_SIM_CARES] = {
    [HW_SIM_CHILD] = {0, 3, 1, 15},
    [HW_SIM_MOTHER] = {3, 2, 19, 22},
    [HW_SIM_ADULT] = {5, 5, 19, 45},
    [HW_SIM_OLDER] = {10, 10, 65, 32},
};

static const char *const families[] = {"ZZASHDOWN", "ZZBARKBY", "ZZCROFTON", "ZZDALBY", "ZZENDERBY",
    "ZZFOXTON", "ZZGADDESBY", "ZZHALLATON", "ZZILSTON", "ZZKEYHAM", "ZZLAUNDE", "ZZMARKFIELD",
    "ZZNARBOROUGH", "ZZOADBY", "ZZPACKINGTON", "ZZQUORN", "ZZROTHLEY", "ZZSAPCOTE", "ZZTHURCASTON",
    "ZZULLESTHORPE", "ZZWISTOW", "ZZYELVERTOFT"};

static const char *const given_female[] = {"ADA", "BERYL", "CLARA", "DORIS", "EDITH", "FREDA",
    "GRACE", "HILDA", "IRIS", "JEAN", "KATHLEEN", "MINA", "NISHA", "PARVATI"};
static const char *const given_male[] = {"ALBERT", "BASIL", "CYRIL", "DEV", "ERNEST", "FRANK",
    "GEORGE", "HARISH", "IVOR", "JACK", "KARAM", "LEONARD", "MOHAN", "NORMAN"};

#define COUNT(list) (uint32_t)(sizeof(list) / sizeof *(list))

uint32_t hw_sim_person_pick(struct hw_sim_chance *chance, enum hw_sim_care care, uint32_t people)
{
    uint32_t twenty = hw_sim_below(chance, people / 20);

    return twenty * 20 + pools[care].first + hw_sim_below(chance, pools[care].count);
}

static enum hw_sim_care care_of(uint32_t number)
{
    unsigned within = number % 20;

    return within < 3 ? HW_SIM_CHILD
        : within < 5  ? HW_SIM_MOTHER
        : within < 10 ? HW_SIM_ADULT
                      : HW_SIM_OLDER;
}

/* The check digit of nine digits, 10 where there is none (NHS Data Dictionary, NHS NUMBER). */
static unsigned check_digit(const char *digits)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < 9; i++)
        sum += (unsigned)(digits[i] - '0') * (10 - i);
    unsigned rest = 11 - sum % 11;
    return rest == 11 ? 0 : rest;
}

/* 999, five digits of the number, and the n-th ninth digit that has a check digit: at least nine
 * do. */
static void nhs_number(char nhs[11], uint32_t number)
{
    unsigned nth = number % 9;

    snprintf(nhs, 11, "999%05u", (unsigned)(number / 9 % 100000));
    for (int digit = 0; digit <= 9; digit++) {
        nhs[8] = (char)('0' + digit);
        unsigned check = check_digit(nhs);
        if (check == 10)
            continue;
        if (nth-- == 0) {
            nhs[9] = (char)('0' + check);
            break;
        }
    }
    nhs[10] = '\0';
}

static void postcode_of(struct hw_sim_person *person, struct hw_sim_chance *chance)
{
    static const char letters[] = "ABDEFGHJLNPQRSTUWXYZ"; /* Those in use in the second half. */

    snprintf(person->postcode, sizeof person->postcode, "%s %u%c%c", person->district->code,
        hw_sim_below(chance, 10), letters[hw_sim_below(chance, sizeof letters - 1)],
        letters[hw_sim_below(chance, sizeof letters - 1)]);
}

void hw_sim_person_of(
    struct hw_sim_person *person, uint64_t seed, uint32_t number, int year, const uint32_t *rates)
{
    struct hw_sim_chance chance;
    enum hw_sim_care care = care_of(number);

    hw_sim_chance_seed(&chance, seed ^ UINT64_C(0x70656f706c65), number);
    person->number = number;
    person->sex = care == HW_SIM_MOTHER || hw_sim_below(&chance, 100) < 53 ? 'F' : 'M';
    person->family = families[hw_sim_below(&chance, COUNT(families))];
    person->given = person->sex == 'F' ? given_female[hw_sim_below(&chance, COUNT(given_female))]
                                       : given_male[hw_sim_below(&chance, COUNT(given_male))];
    int born_year = year - pools[care].age_min - (int)hw_sim_below(&chance, pools[care].age_span);
    int month = hw_sim_between(&chance, 1, 12);
    int day = hw_sim_between(&chance, 1, 28);
    person->born_day = hw_day_from_civil(born_year, month, day);
    snprintf(person->born, sizeof person->born, "%04u%02u%02u", (unsigned)born_year % 10000u,
        (unsigned)month % 100u, (unsigned)day % 100u);
    person->district =
        hw_sim_district_pick(&chance, hw_sim_happens(&chance, rates[HW_SIM_RATE_OUT_OF_AREA]));
    postcode_of(person, &chance);
    person->house = 1 + hw_sim_below(&chance, 199);
    person->restricted = hw_sim_happens(&chance, rates[HW_SIM_RATE_RESTRICTED]);
    snprintf(person->local, sizeof person->local, "S%07u", (unsigned)number);
    nhs_number(person->nhs, number);
    if (number >= HW_SIM_PEOPLE_DEFAULT ||
        hw_sim_happens(&chance, rates[HW_SIM_RATE_NO_NHS_NUMBER]))
        person->nhs[0] = '\0';
}
