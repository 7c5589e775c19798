/*
 * rows.h - how rows of the table are written; for types.c and decisions.c only.
 */
#ifndef HW_CE_ROWS_H
#define HW_CE_ROWS_H

#include "codec/cloudevents/types.h"
#include "homeward/services.h"

/* Forms that go to no field name the first: it is not looked at. */
#define F(text, form, field, need, codes, saying)                                                  \
    {                                                                                              \
        text, HW_CE_##form, HW_FIELD_##field, HW_CE_##need, codes, saying                          \
    }
#define END                                                                                        \
    {                                                                                              \
        .name = NULL                                                                               \
    }
#define PERSON(need)   F("person", PERSON, SITE, need, NULL, "whom it is about")
#define SPELL(need)    F("spell", SPELL, SITE, need, NULL, "the stay in hospital")
#define REFERRAL(need) F("referral", REFERRAL, REFERRAL, need, NULL, "the request for support")
#define SERVICE        F("service", CODE, SERVICE, REQUIRED, NULL, "code of the service")
#define SITE(need)     F("site", CODE, SITE, need, NULL, "code of the hospital site")
#define WARD           F("ward", CODE, WARD, OPTIONAL, NULL, "code of the ward")
#define BED            F("bed", CODE, BED, OPTIONAL, NULL, "code of the bed")
#define COUNCIL                                                                                    \
    F("council", CODE, COUNCIL, OPTIONAL, NULL, "responsible council, as people decided it")

#define WORDS_PATHWAY                                           "P0|P1|P2|P3"
#define WORDS_SIDE                                              "NHS|SC|BOTH"
#define WORDS_CLASS                                             "I|E|O|P|R|B|C|N|U"
#define WORDS_SEX                                               "male|female|other|unknown|M|F|O|U"
#define WORDS_NEED_OF(number, name, text, words)                "|" text
#define WORDS_NEEDS                                             HW_NEED_LIST(WORDS_NEED_OF)
#define WORDS_KIND_OF(number, name, text, bed, arranging, room) "|" text
#define WORDS_KINDS                                             HW_SERVICE_KIND_LIST(WORDS_KIND_OF)
#define WORDS_ANSWERS                                           "accepted|accepted_with_changes|declined|assessing|withdrawn|handed_back"

#endif
