/*
 * Goal: the two shipped counties say what the councils' documents say.
 * Method: load both; compare with the figures of the documents, typed here once more from them.
 */
#include "config/config.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void say(void *context, const char *line)
{
    (void)context;
    cr_log_error("%s", line);
}

static struct hw_config load(const char *name)
{
    char file[1024];
    struct hw_config config;
    struct hw_report report = {.say = say};
    struct hw_config_sources sources = {.file = file};

    snprintf(file, sizeof file, "%s/%s.yaml", EXAMPLES, name);
    cr_assert(hw_config_load(&sources, &report, &config) == HW_OK, "%s", file);
    return config;
}

static const struct hw_config_service *service_of(const struct hw_config *config, const char *code)
{
    for (uint32_t i = 0; i < config->keys->services_count; i++)
        if (strcmp(config->keys->services[i].code, code) == 0)
            return &config->keys->services[i];
    cr_assert(false, "no service %s", code);
    return NULL;
}

/* Services whose code begins with text; *ret_sum of their capacities. */
static unsigned count_of(const struct hw_config *config, const char *text, int64_t *ret_sum)
{
    unsigned count = 0;

    *ret_sum = 0;
    for (uint32_t i = 0; i < config->keys->services_count; i++) {
        if (strncmp(config->keys->services[i].code, text, strlen(text)) != 0)
            continue;
        count++;
        *ret_sum += config->keys->services[i].capacity;
    }
    return count;
}

/* The number before words in the name of a service. */
static int64_t in_name(const struct hw_config_service *service, const char *words)
{
    const char *at = strstr(service->name, words);

    cr_assert(at != NULL, "%s: no%s", service->name, words);
    while (at > service->name && at[-1] >= '0' && at[-1] <= '9')
        at--;
    return strtoll(at, NULL, 10);
}

/* CQC on 1 October 2015, as the Market Position Statement has it. */
static const struct {
    const char *district;
    int nursing, nursing_homes, residential, residential_homes;
} care_homes[] = {
    {"BLABY", 137, 3, 462, 21},
    {"CHARNWOOD", 489, 10, 831, 47},
    {"HARBOROUGH", 246, 3, 354, 14},
    {"HINCKLEY", 159, 3, 615, 27},
    {"MELTON", 61, 1, 276, 9},
    {"NWLEICS", 234, 5, 376, 19},
    {"OADBY", 195, 4, 383, 14},
};

static void homes_are(
    const struct hw_config *config, const char *kind, const char *district, int beds, int homes)
{
    char code[64];

    snprintf(code, sizeof code, "%s-%s", kind, district);
    const struct hw_config_service *service = service_of(config, code);
    cr_expect(eq(i64, in_name(service, " beds"), beds), "%s", code);
    cr_expect(eq(i64, in_name(service, " home"), homes), "%s", code);
    cr_expect(eq(i64, service->capacity, (beds * 5 + 50) / 100), "%s: 95 %% are occupied", code);
    cr_expect_str_eq(service->basis, "declared");
    cr_expect_str_eq(service->unit, "beds");
}

Test(examples, care_homes_of_leicestershire_by_district)
{
    struct hw_config config = load("leicestershire");
    int beds = 0, homes = 0;

    for (size_t i = 0; i < sizeof care_homes / sizeof *care_homes; i++) {
        homes_are(&config, "NURSING", care_homes[i].district, care_homes[i].nursing,
            care_homes[i].nursing_homes);
        homes_are(&config, "RESIDENTIAL", care_homes[i].district, care_homes[i].residential,
            care_homes[i].residential_homes);
        beds += care_homes[i].nursing + care_homes[i].residential;
        homes += care_homes[i].nursing_homes + care_homes[i].residential_homes;
    }
    cr_expect(eq(int, beds, 4818), "the document's own total");
    cr_expect(eq(int, homes, 180));
    hw_config_free(&config);
}

/* People (or items) in a year, days each, at once: rounded up. */
static int64_t at_once(int64_t year, int64_t days)
{
    return (year * days + 364) / 365;
}

Test(examples, capacities_of_leicestershire)
{
    struct hw_config config = load("leicestershire");
    const struct hw_config_service *hostel = service_of(&config, "HOSTEL");
    int64_t sum;

    cr_expect(eq(i64, hostel->capacity, 11));
    cr_expect_str_eq(hostel->kind, "hostel");
    cr_expect(eq(i64, hostel->max_stay, 274 * 24 * 60), "nine months");
    cr_expect(eq(i64, service_of(&config, "CRISIS")->capacity, at_once(1318, 3)));
    cr_expect(eq(i64, service_of(&config, "CRISIS")->max_stay, 72 * 60));
    cr_expect(eq(i64, service_of(&config, "MH-RECOVERY")->capacity, at_once(770, 84)));
    cr_expect(eq(i64, service_of(&config, "EQUIPMENT")->capacity, at_once(1662, 2)));
    cr_expect(eq(i64, service_of(&config, "TELECARE")->capacity, at_once(1573, 2)));
    cr_expect(eq(i64, service_of(&config, "CARERS")->capacity, at_once(770, 42)));
    cr_expect(eq(i64, service_of(&config, "LIGHTBULB")->capacity, 5449 * 42 / 760));
    cr_expect(eq(i64, service_of(&config, "LEI-ICRS")->capacity, at_once(6343, 3)));
    cr_expect(eq(i64, service_of(&config, "LEI-EQUIPMENT")->capacity, at_once(726, 2)));
    cr_expect(eq(uint, count_of(&config, "EXTRA-CARE-", &sum), 4), "four districts");
    cr_expect(eq(uint, count_of(&config, "HTLAH-LOCAL-", &sum), 3));
    cr_expect(eq(i64, sum, 3 * 250));
    cr_expect(eq(uint, count_of(&config, "HTLAH-", &sum), 7 + 3), "a lot a district, and beside");
    cr_expect(eq(uint, count_of(&config, "CH-", &sum), 6));
    cr_expect_str_eq(service_of(&config, "HTLAH-MELTON")->zones[0], "melton:1");
    cr_expect_str_eq(service_of(&config, "DOUBLE-HANDED")->zones[0], "all:3");
    cr_expect_str_eq(service_of(&config, "NURSING-OADBY")->zones[1], "blaby:2");
    cr_expect(eq(uint, config.keys->councils_count, 3));
    hw_config_free(&config);
}

Test(examples, leicestershire_has_a_service_of_each_kind_its_documents_name)
{
    static const char *const kinds[] = {"crisis_response", "reablement", "home_care",
        "community_nursing", "bed_intermediate", "community_hospital", "extra_care",
        "care_home_residential", "care_home_nursing", "hostel", "equipment", "housing", "voluntary",
        "night_sitting"};
    struct hw_config config = load("leicestershire");

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        unsigned count = 0;

        for (uint32_t j = 0; j < config.keys->services_count; j++)
            count += strcmp(config.keys->services[j].kind, kinds[i]) == 0;
        cr_expect(count > 0, "%s", kinds[i]);
    }
    hw_config_free(&config);
}

Test(examples, capacities_of_kent)
{
    struct hw_config config = load("kent");
    int64_t sum;

    cr_expect(eq(uint, count_of(&config, "KEAH-", &sum), 2));
    cr_expect(eq(i64, sum, at_once(8131, 21)), "8,131 adults had enablement");
    int64_t hours = (12356 / 20 + 1) * 10 - 2; /* 617.8 people start, ten hours each */
    cr_expect(eq(i64, hours, 6178));
    cr_expect(eq(i64, service_of(&config, "HOMECARE-SPOT")->capacity, (hours * 15 + 50) / 100));
    cr_expect(eq(i64, service_of(&config, "HOMECARE-WEST")->capacity, (hours * 85 / 4 + 50) / 100));
    cr_expect(eq(i64, service_of(&config, "HOUSING")->capacity, 1500 + 138 + 18));
    cr_expect(eq(uint, config.keys->councils_count, 2));
    cr_expect(eq(uint, config.keys->zones_count, 13), "twelve districts and Medway");
    hw_config_free(&config);
}

/* A council or zone nobody knows would be a service nobody can come to. */
static void names_are_known(const struct hw_config *config)
{
    const struct hw_config_top *keys = config->keys;

    for (uint32_t i = 0; i < keys->services_count; i++) {
        const struct hw_config_service *service = &keys->services[i];

        for (uint32_t j = 0; j < service->councils_count; j++) {
            bool found = false;

            for (uint32_t k = 0; k < keys->councils_count; k++)
                found = found || strcmp(service->councils[j], keys->councils[k].code) == 0;
            cr_expect(found, "%s: council %s", service->code, service->councils[j]);
        }
        for (uint32_t j = 0; j < service->zones_count; j++) {
            size_t size = strcspn(service->zones[j], ":");
            bool found = size == 3 && strncmp(service->zones[j], "all", size) == 0;

            for (uint32_t k = 0; k < keys->zones_count; k++)
                found = found ||
                    (strlen(keys->zones[k].code) == size &&
                        strncmp(service->zones[j], keys->zones[k].code, size) == 0);
            cr_expect(found, "%s: zone %s", service->code, service->zones[j]);
        }
    }
}

Test(examples, services_work_for_councils_and_zones_that_are_there)
{
    static const char *const names[] = {"leicestershire", "kent"};

    for (size_t i = 0; i < 2; i++) {
        struct hw_config config = load(names[i]);

        names_are_known(&config);
        hw_config_free(&config);
    }
}

Test(examples, a_postcode_district_lies_in_one_zone)
{
    static const char *const names[] = {"leicestershire", "kent"};

    for (size_t i = 0; i < 2; i++) {
        struct hw_config config = load(names[i]);
        const struct hw_config_top *keys = config.keys;

        for (uint32_t a = 0; a < keys->zones_count; a++)
            for (uint32_t b = 0; b < a; b++)
                for (uint32_t c = 0; c < keys->zones[a].postcodes_count; c++)
                    for (uint32_t d = 0; d < keys->zones[b].postcodes_count; d++)
                        cr_expect(
                            strcmp(keys->zones[a].postcodes[c], keys->zones[b].postcodes[d]) != 0,
                            "%s: %s", names[i], keys->zones[a].postcodes[c]);
        hw_config_free(&config);
    }
}
