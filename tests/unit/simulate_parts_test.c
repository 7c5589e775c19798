/*
 * Goal: the small parts of the simulator are exact: its chance, its people, its clock text, the
 *       order of its queue, the beds of its county.
 * Method: published vectors and sums worked by hand.
 */
#include "homeward/event.h"
#include "simulate/queue.h"
#include "simulate/rates.h"
#include "simulate/stamp.h"
#include "simulate/stay.h"

#include <criterion/criterion.h>

Test(simulate_parts, chance_is_xoshiro256_starstar)
{
    /* The generator's published answers to the state 1, 2, 3, 4. */
    struct hw_sim_chance chance = {{1, 2, 3, 4}};

    cr_expect(hw_sim_chance_next(&chance) == 11520);
    cr_expect(hw_sim_chance_next(&chance) == 0);
    cr_expect(hw_sim_chance_next(&chance) == 1509978240);
    cr_expect(hw_sim_chance_next(&chance) == UINT64_C(1215971899390074240));
}

Test(simulate_parts, picks_follow_their_weights)
{
    static const uint16_t weights[] = {0, 30, 70, 0};
    unsigned seen[4] = {0};
    struct hw_sim_chance chance;

    hw_sim_chance_seed(&chance, 7, 1);
    for (int i = 0; i < 10000; i++)
        seen[hw_sim_pick(&chance, weights, 4)]++;
    cr_expect(seen[0] == 0 && seen[3] == 0);
    cr_expect(seen[1] > 2800 && seen[1] < 3200, "%u", seen[1]);
}

Test(simulate_parts, people_have_right_check_digits_and_numbers_of_their_own)
{
    uint32_t rates[HW_SIM_RATES] = {0};
    char last[11] = "";
    unsigned without = 0;

    rates[HW_SIM_RATE_NO_NHS_NUMBER] = 2000;
    for (uint32_t number = 0; number < 20000; number++) {
        struct hw_sim_person person;
        char digits[10];

        hw_sim_person_of(&person, 5, number, 2026, rates);
        if (person.nhs[0] == '\0') {
            without++;
            continue;
        }
        cr_assert(strncmp(person.nhs, "999", 3) == 0, "%s", person.nhs);
        cr_assert(hw_nhs_number(hw_slice_text(person.nhs), digits), "%s", person.nhs);
        cr_assert(strcmp(person.nhs, last) > 0, "numbers rise with the person: none comes twice");
        cr_assert(strncmp(person.family, "ZZ", 2) == 0);
        memcpy(last, person.nhs, sizeof last);
    }
    cr_expect(without > 300 && without < 500, "%u", without);
}

Test(simulate_parts, clock_text_is_london)
{
    static const struct {
        int year, month, day, minute; /* UTC */
        const char *text;
    } rows[] = {
        {2026, 1, 5, 0, "20260105000000"},
        {2026, 7, 1, 23 * 60 + 30, "20260702003000"},
        {2026, 3, 29, 60, "20260329020000"},
        {2026, 10, 25, 30, "20261025013000"},      /* the first 01:30 */
        {2026, 10, 25, 90, "20261025013000+0000"}, /* the second */
        {2026, 10, 25, 120, "20261025020000"},
    };
    struct hw_sim_stamp stamp;

    hw_sim_stamp_init(&stamp, HW_TIME_OPEN, 1000);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[HW_SIM_STAMP_SIZE];
        int64_t ms = hw_day_from_civil(rows[i].year, rows[i].month, rows[i].day) * HW_DAY_MS +
            rows[i].minute * HW_MINUTE_MS;
        struct hw_time time;

        *hw_sim_stamp_write(&stamp, text, ms) = '\0';
        cr_expect_str_eq(text, rows[i].text);
        cr_assert(hw_time_parse_hl7(hw_slice_text(text), &time) == HW_OK);
        cr_expect(time.start_ms == ms, "%s is read as another moment", text);
    }
}

Test(simulate_parts, live_moments_are_compressed_and_keep_their_order)
{
    struct hw_sim_stamp stamp;

    hw_sim_stamp_init(&stamp, 1000000, 60000); /* sixty times as fast */
    cr_expect(hw_sim_stamp_real(&stamp, 999) == 999);
    cr_expect(hw_sim_stamp_real(&stamp, 1000000) == 1000000);
    cr_expect(hw_sim_stamp_real(&stamp, 1000000 + 60000) == 1001000);
    cr_expect(hw_sim_stamp_real(&stamp, 1000000 + 120000) == 1002000);
}

Test(simulate_parts, queue_gives_by_moment_then_by_order)
{
    static const int at[] = {5, 3, 9, 3, 1, 5, 3, 0, 9};
    struct hw_sim_queue queue = {0};
    int last_at = -1, last_index = -1;

    for (int round = 0; round < 3; round++) { /* Buffers are used again. */
        for (int i = 0; i < 9; i++)
            cr_assert(hw_sim_queue_push(&queue, at[i], hw_slice_of(&i, sizeof i)));
        last_at = last_index = -1;
        for (int i = 0; i < 9; i++) {
            int64_t due = hw_sim_queue_due(&queue);
            struct hw_slice slice = hw_sim_queue_pop(&queue);
            int index;

            cr_assert(slice.size == sizeof index);
            memcpy(&index, slice.data, sizeof index);
            cr_expect(due == at[index]);
            cr_expect(due > last_at || (due == last_at && index > last_index));
            last_at = (int)due;
            last_index = index;
        }
        cr_expect(hw_sim_queue_due(&queue) == HW_TIME_OPEN);
    }
    hw_sim_queue_free(&queue);
}

Test(simulate_parts, county_has_its_published_beds_and_lends_each_once)
{
    struct hw_sim_county county;
    struct hw_sim_chance chance;
    unsigned taken = 0;
    uint8_t bed;

    hw_sim_county_init(&county);
    cr_expect(hw_sim_county_beds(&county) == 1716, "%u", hw_sim_county_beds(&county));
    hw_sim_chance_seed(&chance, 1, 1);
    for (int i = 0; i < 2000; i++) {
        uint8_t ward = hw_sim_county_take(&county, HW_SIM_ELDERLY, HW_SIM_NO_WARD, &chance, &bed);
        cr_assert(county.wards[ward].kind == HW_SIM_ELDERLY);
        taken += bed != HW_SIM_NO_BED;
    }
    cr_expect(taken == 6 * 28 + 4 * 24, "%u", taken);
}

Test(simulate_parts, every_reason_is_said_for_some_pathway_by_some_side)
{
    uint32_t count;

    cr_assert(hw_sim_reason_at(0, &count) != NULL);
    cr_expect(count == 37 + 11, "%u", count);
    for (uint32_t i = 0; i < count; i++) {
        const struct hw_sim_reason *reason = hw_sim_reason_at(i, &count);
        cr_expect(reason->pathways != 0 && reason->weight > 0 && reason->sides[0] != NULL, "%s",
            reason->code);
    }
}
