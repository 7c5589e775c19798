/*
 * Goal: what a message said is one event, whoever said it and in whatever order it came, and who it
 *       is about is never guessed.
 * Method: examples from the domain page, identifiers in every order, limits from both sides.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>

#include "guard.h"
#include "homeward/event.h"
#include "random.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TEXT(text)   hw_slice_text(text)

static const struct {
    const char *text;
    const char *digits; /* NULL: no NHS number */
} nhs_numbers[] = {
    /* domain.md 4.1 */
    {"9990000018", "9990000018"},
    {"999 000 0018", "9990000018"},
    {"999-123-4578", "9991234578"},
    {" 9998765439 ", "9998765439"},
    {"9990000050", "9990000050"}, /* check digit 0, from 11 */
    {"9990000019", NULL},         /* wrong check digit */
    {"9991234587", NULL},         /* last two swapped */
    {"9990000000", NULL},         /* the check would be 10 */
    {"0000000000", NULL},         /* nobody */
    {"", NULL},
    {"   ", NULL},
    {"999000001", NULL},
    {"99900000180", NULL},
    {"99900000 1 8 0", NULL},
    {"999000001X", NULL},
    {"999.000.0018", NULL},
    {"9990000018\t", NULL},
    {"U9990000018", NULL},
};

Test(event, nhs_numbers)
{
    struct guard guard = guard_new(32);

    for (size_t i = 0; i < COUNT(nhs_numbers); i++) {
        const char *text = nhs_numbers[i].text;
        char digits[11] = {0};
        bool valid = hw_nhs_number(guard_copy(&guard, text, strlen(text)), digits);

        cr_expect(valid == (nhs_numbers[i].digits != NULL), "\"%s\"", text);
        if (valid)
            cr_expect_str_eq(digits, nhs_numbers[i].digits, "\"%s\"", text);
    }
    guard_free(&guard);
}

/* Of the ten last digits at most one is right, and a wrong digit anywhere else is noticed. */
Test(event, nhs_number_has_one_check_digit_and_notices_one_wrong_digit)
{
    unsigned long wrong = 0, without = 0;

    for (unsigned nine = 999000000; nine < 999000000 + 20000; nine++) {
        char text[11], digits[10];
        unsigned valid = 0;
        char right = 0;

        for (unsigned last = 0; last <= 9; last++) {
            (void)snprintf(text, sizeof text, "%09u%u", nine, last);
            if (hw_nhs_number(hw_slice_of(text, 10), digits)) {
                valid++;
                right = text[9];
            }
        }
        wrong += valid > 1;
        without += valid == 0;
        text[9] = right;
        for (int at = 0; valid == 1 && at < 9; at++) {
            char kept = text[at];

            text[at] = kept == '9' ? '0' : (char)(kept + 1);
            wrong += hw_nhs_number(hw_slice_of(text, 10), digits);
            text[at] = kept;
        }
    }
    cr_expect(eq(ulong, wrong, 0));
    /* One in eleven has no check digit at all. */
    cr_expect(gt(ulong, without, 20000 / 11 - 20));
    cr_expect(lt(ulong, without, 20000 / 11 + 20));
}

Test(event, kinds_have_types_and_types_kinds)
{
    unsigned kinds = 0;

    for (unsigned number = 0; number < 256; number++) {
        const char *type = hw_kind_type((enum hw_kind)number);

        if (type == NULL)
            continue;
        kinds++;
        cr_expect(hw_kind_of(TEXT(type)) == (enum hw_kind)number, "%s", type);
    }
    cr_expect(gt(uint, kinds, 70));
    cr_expect_null(hw_kind_type(HW_KIND_NONE));
    cr_expect(hw_kind_of(TEXT("spell.admitted")) == HW_KIND_SPELL_ADMITTED);
    cr_expect(hw_kind_of(TEXT("spell.admitte")) == HW_KIND_NONE);
    cr_expect(hw_kind_of(TEXT("")) == HW_KIND_NONE);
    cr_expect_eq(HW_KIND_SPELL_ADMITTED, 16, "numbers stand in journals");
    cr_expect_eq(HW_KIND_REFERRAL_RECEIVED, 64, "numbers stand in journals");
}

Test(event, fields_have_names_of_their_own)
{
    for (int i = 0; i < HW_FIELD_COUNT; i++) {
        cr_assert_not_null(hw_field_name(i), "field %d", i);
        for (int k = 0; k < i; k++)
            cr_expect_str_neq(hw_field_name(i), hw_field_name(k));
    }
    cr_expect_str_eq(hw_field_name(HW_FIELD_READY_AT), "ready_at");
    cr_expect(hw_field_type(HW_FIELD_READY_AT) == HW_VALUE_TIME);
    cr_expect(hw_field_type(HW_FIELD_MEETS) == HW_VALUE_BOOL);
    cr_expect(hw_field_type(HW_FIELD_WARD) == HW_VALUE_TEXT);
    cr_expect(hw_field_type(HW_FIELD_ADULT_FROM_DAY) == HW_VALUE_NUMBER);
}

Test(event, a_field_is_absent_cleared_or_set_and_the_last_said_holds)
{
    struct hw_event event;

    hw_event_init(&event, HW_KIND_SPELL_UPDATED);
    cr_expect(not(hw_event_has(&event, HW_FIELD_WARD)));
    cr_expect(not(hw_event_clears(&event, HW_FIELD_WARD)));
    cr_expect(eq(sz, hw_event_text(&event, HW_FIELD_WARD).size, 0));

    hw_event_set_text(&event, HW_FIELD_WARD, TEXT("W1"));
    cr_expect(hw_event_has(&event, HW_FIELD_WARD));
    cr_expect(hw_slice_is(hw_event_text(&event, HW_FIELD_WARD), "W1"));

    hw_event_clear(&event, HW_FIELD_WARD);
    cr_expect(not(hw_event_has(&event, HW_FIELD_WARD)));
    cr_expect(hw_event_clears(&event, HW_FIELD_WARD));
    cr_expect(eq(sz, hw_event_text(&event, HW_FIELD_WARD).size, 0));

    hw_event_set_text(&event, HW_FIELD_WARD, TEXT("W2"));
    cr_expect(not(hw_event_clears(&event, HW_FIELD_WARD)));
    hw_event_set_bool(&event, HW_FIELD_MEETS, false);
    cr_expect(hw_event_has(&event, HW_FIELD_MEETS));
    cr_expect(eq(i64, event.values[HW_FIELD_MEETS].number, 0));
    cr_expect(eq(u32, event.flags, 0));
}

Test(event, a_value_of_another_type_ends_the_process, .signal = SIGABRT)
{
    struct hw_event event;

    hw_event_init(&event, HW_KIND_SPELL_UPDATED);
    hw_event_set_bool(&event, HW_FIELD_WARD, true);
    cr_fatal("went on");
}

Test(event, long_texts_are_cut_between_characters)
{
    static char text[HW_TEXT_SIZE_MAX + 8];
    struct hw_event event;

    memset(text, 'x', sizeof text);
    hw_event_init(&event, HW_KIND_SPELL_UPDATED);
    hw_event_set_text(&event, HW_FIELD_NOTE, hw_slice_of(text, HW_TEXT_SIZE_MAX));
    cr_expect(eq(sz, hw_event_text(&event, HW_FIELD_NOTE).size, HW_TEXT_SIZE_MAX));
    cr_expect(eq(u32, event.flags, 0));

    hw_event_set_text(&event, HW_FIELD_NOTE, hw_slice_of(text, HW_TEXT_SIZE_MAX + 1));
    cr_expect(eq(sz, hw_event_text(&event, HW_FIELD_NOTE).size, HW_TEXT_SIZE_MAX));
    cr_expect(eq(u32, event.flags, HW_FLAG_TEXT_CUT));

    /* A character of 2, 3 and 4 bytes across the cut goes as a whole. */
    for (int inside = 1; inside <= 3; inside++) {
        memset(text, 'x', sizeof text);
        text[HW_TEXT_SIZE_MAX - inside] = (char)(inside == 1 ? 0xc3 : inside == 2 ? 0xe2 : 0xf0);
        memset(text + HW_TEXT_SIZE_MAX - inside + 1, 0x82, (size_t)inside);
        hw_event_set_text(&event, HW_FIELD_NOTE, hw_slice_of(text, sizeof text));
        cr_expect(
            eq(sz, hw_event_text(&event, HW_FIELD_NOTE).size, (size_t)(HW_TEXT_SIZE_MAX - inside)),
            "%d bytes before the cut", inside);
    }

    /* What is no UTF-8 is cut where it stands. */
    memset(text, 0x82, sizeof text);
    hw_event_set_text(&event, HW_FIELD_NOTE, hw_slice_of(text, sizeof text));
    cr_expect(eq(sz, hw_event_text(&event, HW_FIELD_NOTE).size, HW_TEXT_SIZE_MAX));
}

Test(event, finishing_cuts_what_codecs_set_themselves)
{
    static char text[70000];
    struct hw_event event;

    memset(text, 'x', sizeof text);
    hw_event_init(&event, HW_KIND_SPELL_ADMITTED);
    event.name = event.source = event.visit.number = event.control_id =
        hw_slice_of(text, sizeof text);
    hw_event_finish(&event);
    cr_expect(eq(sz, event.name.size, HW_TEXT_SIZE_MAX));
    cr_expect(eq(sz, event.source.size, HW_TEXT_SIZE_MAX));
    cr_expect(eq(sz, event.visit.number.size, HW_TEXT_SIZE_MAX));
    cr_expect(eq(sz, event.control_id.size, HW_CONTROL_ID_SIZE_MAX));
    cr_expect(eq(u32, event.flags, HW_FLAG_TEXT_CUT));
}

struct known_as {
    uint8_t type;
    const char *authority, *id;
};

/* Adds the identifiers in the order of a permutation, and finishes. */
static void tell(struct hw_event *event, const struct known_as *list, const int *order, int count)
{
    for (int i = 0; i < count; i++)
        cr_assert(hw_event_add_identifier(
            event, list[order[i]].type, TEXT(list[order[i]].authority), TEXT(list[order[i]].id)));
    hw_event_finish(event);
}

static void swap(int *a, int *b)
{
    int kept = *a;

    *a = *b;
    *b = kept;
}

/* The next permutation in lexical order; false after the last. */
static bool next_order(int *order, int count)
{
    int at = count - 2, with = count - 1;

    while (at >= 0 && order[at] > order[at + 1])
        at--;
    if (at < 0)
        return false;
    while (order[with] < order[at])
        with--;
    swap(&order[at], &order[with]);
    for (int low = at + 1, high = count - 1; low < high; low++, high--)
        swap(&order[low], &order[high]);
    return true;
}

Test(event, identifiers_are_sorted_without_doubles_in_every_order)
{
    static const struct known_as said[] = {
        {HW_IDENTIFIER_LOCAL, "RWE", "L2"},
        {HW_IDENTIFIER_NHS, "", "9990000018"},
        {HW_IDENTIFIER_LOCAL, "RWE", "L1"},
        {HW_IDENTIFIER_LOCAL, "RT5", "Z9"},
        {HW_IDENTIFIER_LOCAL, "RWE", "L2"},
        {HW_IDENTIFIER_LOCAL, "RWE", "L10"},
    };
    static const char *const wanted[] = {"9990000018", "Z9", "L1", "L10", "L2"};
    int order[] = {0, 1, 2, 3, 4, 5};
    unsigned orders = 0;

    do {
        struct hw_event event;

        hw_event_init(&event, HW_KIND_SPELL_ADMITTED);
        tell(&event, said, order, COUNT(said));
        cr_assert(eq(u8, event.identifiers_count, COUNT(wanted)));
        for (size_t i = 0; i < COUNT(wanted); i++) {
            cr_expect(hw_slice_is(event.identifiers[i].id, wanted[i]), "order %u", orders);
            cr_expect(not(hw_hash_is_zero(event.identifiers[i].hash)));
            for (size_t k = 0; k < i; k++)
                cr_expect(not(hw_hash_equal(event.identifiers[i].hash, event.identifiers[k].hash)));
        }
        orders++;
    } while (next_order(order, COUNT(said)));
    cr_expect(eq(uint, orders, 720));
}

/* CONTRACT R6: whose identifier is part of the stay's key. */
static const struct {
    const char *name, *visit_authority;
    struct known_as said[4];
    const char *wanted;
} stay_keys[] = {
    {"the visit authority's own", "RWE",
        {{HW_IDENTIFIER_NHS, "", "9990000018"}, {HW_IDENTIFIER_LOCAL, "RT5", "A1"},
            {HW_IDENTIFIER_LOCAL, "RWE", "M7"}},
        "M7"},
    {"the least of several of that authority", "RWE",
        {{HW_IDENTIFIER_LOCAL, "RWE", "M9"}, {HW_IDENTIFIER_LOCAL, "RWE", "M10"},
            {HW_IDENTIFIER_LOCAL, "RT5", "A1"}},
        "M10"},
    {"the least of all when it gave none", "RJE",
        {{HW_IDENTIFIER_LOCAL, "RT5", "B2"}, {HW_IDENTIFIER_LOCAL, "RWE", "A1"},
            {HW_IDENTIFIER_NHS, "", "9990000018"}},
        "A1"},
    {"the NHS number when there is nothing else", "RWE", {{HW_IDENTIFIER_NHS, "", "9990000018"}},
        "9990000018"},
    {"an authority in another case is another one", "rwe",
        {{HW_IDENTIFIER_LOCAL, "RWE", "B2"}, {HW_IDENTIFIER_LOCAL, "RXX", "A1"}}, "A1"},
};

Test(event, identifier_of_the_stay_key)
{
    for (size_t i = 0; i < COUNT(stay_keys); i++) {
        int order[] = {0, 1, 2, 3}, count = 0;

        while (count < 4 && stay_keys[i].said[count].id != NULL)
            count++;
        do {
            struct hw_event event;

            hw_event_init(&event, HW_KIND_SPELL_ADMITTED);
            event.visit.authority = TEXT(stay_keys[i].visit_authority);
            event.visit.number = TEXT("V1");
            tell(&event, stay_keys[i].said, order, count);
            cr_expect(event.has_stay);
            cr_expect(hw_slice_is(event.identifiers[event.stay_identifier].id, stay_keys[i].wanted),
                "%s", stay_keys[i].name);
        } while (next_order(order, count));
    }
}

Test(event, a_stay_is_named_by_visit_or_by_person_and_admission)
{
    struct hw_event event;

    hw_event_init(&event, HW_KIND_SPELL_ADMITTED);
    hw_event_finish(&event);
    cr_expect(not(event.has_stay), "nothing names it");

    hw_event_init(&event, HW_KIND_SPELL_ADMITTED);
    hw_event_set_time(&event, HW_FIELD_ADMITTED_AT, hw_time_at(0));
    hw_event_finish(&event);
    cr_expect(not(event.has_stay), "an admission of nobody");

    cr_assert(hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, TEXT("RWE"), TEXT("L1")));
    hw_event_finish(&event);
    cr_expect(event.has_stay, "somebody's admission at a time");
    cr_expect(hw_hash_is_zero(event.visit.hash), "without a visit number");

    hw_event_init(&event, HW_KIND_SPELL_ADMITTED);
    event.visit.number = TEXT("V1");
    hw_event_finish(&event);
    cr_expect(event.has_stay, "a visit number alone");
    cr_expect(not(hw_hash_is_zero(event.visit.hash)));
}

Test(event, a_hash_covers_type_authority_and_id)
{
    static const struct known_as pairs[][2] = {
        {{HW_IDENTIFIER_LOCAL, "RWE", "1"}, {HW_IDENTIFIER_LOCAL, "RWE", "2"}},
        {{HW_IDENTIFIER_LOCAL, "RWE", "1"}, {HW_IDENTIFIER_LOCAL, "RWE1", ""}},
        {{HW_IDENTIFIER_LOCAL, "", "9990000018"}, {HW_IDENTIFIER_NHS, "", "9990000018"}},
    };

    for (size_t i = 0; i < COUNT(pairs); i++) {
        static const int order[] = {0, 1};
        struct hw_event event;

        hw_event_init(&event, HW_KIND_PERSON_UPDATED);
        tell(&event, pairs[i], order, 2);
        cr_assert(eq(u8, event.identifiers_count, 2));
        cr_expect(not(hw_hash_equal(event.identifiers[0].hash, event.identifiers[1].hash)));
    }
}

Test(event, a_full_list_refuses_and_says_so)
{
    struct hw_event event;

    hw_event_init(&event, HW_KIND_PERSON_UPDATED);
    for (int i = 0; i < HW_IDENTIFIERS_MAX; i++)
        cr_expect(hw_event_add_retired(&event, HW_IDENTIFIER_LOCAL, TEXT("RWE"), TEXT("L1")));
    cr_expect(eq(u32, event.flags, 0));
    cr_expect(not(hw_event_add_retired(&event, HW_IDENTIFIER_LOCAL, TEXT("RWE"), TEXT("L2"))));
    cr_expect(eq(u32, event.flags, HW_FLAG_LIST_CUT));
    hw_event_finish(&event);
    cr_expect(eq(u8, event.retired_count, 1), "twelve times the same is one");

    hw_event_init(&event, HW_KIND_PERSON_UPDATED);
    for (int i = 0; i < HW_IDENTIFIERS_MAX; i++)
        cr_expect(hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, TEXT("RWE"), TEXT("L1")));
    cr_expect(not(hw_event_add_identifier(&event, HW_IDENTIFIER_NHS, TEXT(""), TEXT("1"))));
}

static struct hw_time hl7(const char *text)
{
    struct hw_time time;

    cr_assert(hw_time_parse_hl7(TEXT(text), &time) == HW_OK);
    return time;
}

static void born(struct hw_event *event, const char *happened, const char *when)
{
    hw_event_init(event, HW_KIND_SPELL_ADMITTED);
    if (happened != NULL)
        event->happened = hl7(happened);
    hw_event_set_born(event, hl7(when));
}

Test(event, adult_from_the_last_day_a_birth_date_could_mean)
{
    static const struct {
        const char *happened, *born;
        int year, month, day; /* adult from; year 0: long adult */
    } rows[] = {
        {"20261121", "20090517", 2027, 5, 17},
        {"20261121", "20080517", 2026, 5, 17},
        {"20261121", "200805", 2026, 5, 31},
        {"20261121", "2008", 2026, 12, 31},
        {"20261121", "20080229", 2026, 3, 1},
        {"20261121", "19450508", 0, 0, 0},
        {NULL, "19450508", 1963, 5, 8},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct hw_event event;
        int64_t wanted =
            rows[i].year == 0 ? 0 : hw_day_from_civil(rows[i].year, rows[i].month, rows[i].day);

        born(&event, rows[i].happened, rows[i].born);
        cr_expect(
            eq(i64, event.values[HW_FIELD_ADULT_FROM_DAY].number, wanted), "born %s", rows[i].born);
    }
}

Test(event, birth_dates_are_equal_or_not_and_nothing_more)
{
    struct hw_event a, b;

    born(&a, "20261121", "19450508");
    born(&b, "20260101", "194505081200");
    cr_expect(eq(i64, a.values[HW_FIELD_BORN_HASH].number, b.values[HW_FIELD_BORN_HASH].number),
        "the hour of birth does not matter");
    born(&b, "20261121", "19450509");
    cr_expect(ne(i64, a.values[HW_FIELD_BORN_HASH].number, b.values[HW_FIELD_BORN_HASH].number));
    born(&a, "20261121", "19450101");
    born(&b, "20261121", "1945");
    cr_expect(ne(i64, a.values[HW_FIELD_BORN_HASH].number, b.values[HW_FIELD_BORN_HASH].number),
        "a year is not its first day");
}

/* A placeholder in NHS numbers must not make strangers one person; alone it is all there is. */
Test(event, a_placeholder_is_dropped_beside_another_identifier)
{
    struct hw_event event;

    hw_event_init(&event, HW_KIND_PERSON_UPDATED);
    hw_event_add_identifier(
        &event, HW_IDENTIFIER_NHS, hw_slice_text(""), hw_slice_text("1111111111"));
    hw_event_add_identifier(&event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text("S1"));
    hw_event_finish(&event);
    cr_assert_eq(event.identifiers_count, 1);
    cr_expect_eq(event.identifiers[0].type, HW_IDENTIFIER_LOCAL);
    cr_expect_neq(event.flags & HW_FLAG_NHS_NUMBER_INVALID, 0);

    hw_event_init(&event, HW_KIND_PERSON_UPDATED);
    hw_event_add_identifier(
        &event, HW_IDENTIFIER_NHS, hw_slice_text(""), hw_slice_text("1111111111"));
    hw_event_finish(&event);
    cr_assert_eq(event.identifiers_count, 1);
    cr_expect_eq(event.flags & HW_FLAG_NHS_NUMBER_INVALID, 0);
}
