/*
 * services.h - what services are, in the words everybody uses (CONTRACT 6, R9; domain 1.3-1.5, 6).
 *
 * Lists as data: needs, kinds, units, directions, urgencies, answers, hard rules.  Numbers are kept
 * in the journal and never used again; names are those of the contract.  Static data; any thread.
 */
#ifndef HOMEWARD_SERVICES_H
#define HOMEWARD_SERVICES_H

#include "homeward/slice.h"

/* What a person needs, and what a service can give: number (a bit), NAME, name, words. */
#define HW_NEED_LIST(X)                                                                            \
    X(0, PERSONAL_CARE, "personal_care", "personal care")                                          \
    X(1, DOUBLE_HANDED, "double_handed", "two carers at a time")                                   \
    X(2, NIGHT, "night", "care at night")                                                          \
    X(3, DEMENTIA, "dementia", "dementia care")                                                    \
    X(4, NURSING, "nursing", "nursing")                                                            \
    X(5, END_OF_LIFE, "end_of_life", "end-of-life care")                                           \
    X(6, MENTAL_HEALTH, "mental_health", "mental health support")                                  \
    X(7, LEARNING_DISABILITY, "learning_disability", "learning disability support")                \
    X(8, BARIATRIC, "bariatric", "bariatric care")                                                 \
    X(9, EQUIPMENT, "equipment", "equipment")                                                      \
    X(10, TELECARE, "telecare", "telecare")                                                        \
    X(11, HOUSING, "housing", "housing help")                                                      \
    X(12, THERAPY, "therapy", "therapy")                                                           \
    X(13, BED, "bed", "a bed")                                                                     \
    X(14, CARER_BREAKDOWN, "carer_breakdown", "cover for a carer who cannot go on")                \
    X(15, CONTINENCE, "continence", "continence care")                                             \
    X(16, MEDICATION, "medication", "help with medicines")                                         \
    X(17, TIME_CRITICAL_MEDICINE, "time_critical_medicine", "medicines at exact times")            \
    X(18, CATHETER, "catheter", "catheter care")                                                   \
    X(19, PEG, "peg", "PEG feeding")                                                               \
    X(20, OXYGEN, "oxygen", "oxygen")                                                              \
    X(21, HOIST, "hoist", "a hoist")                                                               \
    X(22, INFECTION, "infection", "care with an infection")                                        \
    X(23, SINGLE_ROOM, "single_room", "a single room")                                             \
    X(24, ONE_TO_ONE, "one_to_one", "one-to-one care")                                             \
    X(25, INTERPRETER, "interpreter", "an interpreter")

enum hw_need {
#define HW_NEED_ENUM(number, name, text, words) HW_NEED_##name = number,
    HW_NEED_LIST(HW_NEED_ENUM)
#undef HW_NEED_ENUM
        HW_NEED_COUNT
};

/*
 * Kinds of service: number, NAME, name, 1 if it gives a bed (R9), the SitRep reason of a wait for
 * its arrangements and of a wait for room in it (R3; "" where there is none).
 */
#define HW_SERVICE_KIND_LIST(X)                                                                    \
    X(1, CRISIS_RESPONSE, "crisis_response", 0, "IF1", "CA1")                                      \
    X(2, REABLEMENT, "reablement", 0, "IF1", "CA1")                                                \
    X(3, HOME_CARE, "home_care", 0, "IF2", "CA2")                                                  \
    X(4, COMMUNITY_NURSING, "community_nursing", 0, "IF3", "CA3")                                  \
    X(5, BED_INTERMEDIATE, "bed_intermediate", 1, "IF5", "CA5")                                    \
    X(6, COMMUNITY_HOSPITAL, "community_hospital", 1, "IF5", "CA5")                                \
    X(7, EXTRA_CARE, "extra_care", 0, "IF2", "CA2")                                                \
    X(8, CARE_HOME_RESIDENTIAL, "care_home_residential", 1, "IF6", "CA7")                          \
    X(9, CARE_HOME_NURSING, "care_home_nursing", 1, "IF6", "CA7")                                  \
    X(10, VIRTUAL_WARD, "virtual_ward", 0, "IF3", "CA3")                                           \
    X(11, HOSPICE, "hospice", 1, "IF7", "CA8")                                                     \
    X(12, HOSTEL, "hostel", 1, "IF4", "CA4")                                                       \
    X(13, EQUIPMENT, "equipment", 0, "", "CA10")                                                   \
    X(14, HOUSING, "housing", 0, "IF4", "CA4")                                                     \
    X(15, VOLUNTARY, "voluntary", 0, "IF2", "CA2")                                                 \
    X(16, NIGHT_SITTING, "night_sitting", 0, "IF2", "CA2")

enum hw_service_kind {
    HW_SERVICE_NONE,
#define HW_SERVICE_KIND_ENUM(number, name, text, bed, arranging, room) HW_SERVICE_##name = number,
    HW_SERVICE_KIND_LIST(HW_SERVICE_KIND_ENUM)
#undef HW_SERVICE_KIND_ENUM
        HW_SERVICE_KINDS
};

/* What capacity is counted in: one slot or bed a person, or hours a week (R9). */
enum hw_unit { HW_UNIT_SLOTS = 1, HW_UNIT_BEDS, HW_UNIT_HOURS };

/* managed: all use passes through here; declared: free as told, less what was placed since. */
enum hw_basis { HW_BASIS_MANAGED = 1, HW_BASIS_DECLARED };

/* Bits: a service may take both. */
enum hw_direction { HW_STEP_UP = 1, HW_STEP_DOWN = 2 };

enum hw_urgency { HW_URGENCY_ROUTINE, HW_URGENCY_2D, HW_URGENCY_2H };

/* Name of a number of the lists above; NULL when it is none. */
const char *hw_need_name(unsigned need);
const char *hw_need_words(unsigned need);
const char *hw_service_kind_name(unsigned kind);
bool hw_service_kind_is_bed(unsigned kind);
const char *hw_service_kind_arranging(unsigned kind);
const char *hw_service_kind_room(unsigned kind);
const char *hw_unit_name(unsigned unit);

/* Number of a name; HW_NEED_COUNT, HW_SERVICE_NONE, 0, 0, 0 when it is none. */
unsigned hw_need_of(struct hw_slice name);
unsigned hw_service_kind_of(struct hw_slice name);
unsigned hw_unit_of(struct hw_slice name);
unsigned hw_basis_of(struct hw_slice name);
unsigned hw_direction_of(struct hw_slice name);

/* "2h", "2d", else routine. */
unsigned hw_urgency_of(struct hw_slice name);

/*
 * Bits of a list of needs separated by ; (blanks allowed).  *ret_unknown: some name is no need:
 * such a referral is matched with nothing until it is put right (CONTRACT 3.2).
 */
uint32_t hw_needs_of(struct hw_slice list, bool *ret_unknown);

/*
 * What is wrong with a key of a declared service or with its value, as the journal has them
 * ("offer_ttl_minutes", "120"; lists separated by ;): static words to stand behind the key's name,
 * NULL when nothing is.
 */
const char *hw_service_key_wrong(struct hw_slice key, struct hw_slice value);

#endif
