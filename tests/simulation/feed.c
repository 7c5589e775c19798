#include "feed.h"
#include "homeward/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { PEOPLE = 3, STAYS = 4, TIME_SIZE = 24 };

struct world {
    struct random random;
    struct feeds *feeds;
    unsigned asks[FEEDS_MAX]; /* how each feed wants to be answered */
    int owner[STAYS];
};

static const char *const asks[] = {"", "|||AL|NE", "|||AL|AL"}; /* MSH-13 to 16 */

static uint64_t below(struct world *world, uint64_t bound)
{
    return random_below(&world->random, bound);
}

static bool chance(struct world *world, unsigned percent)
{
    return below(world, 100) < percent;
}

/* --- one message -------------------------------------------------------------------------- */

static void stamp(int64_t ms, char text[TIME_SIZE])
{
    char iso[HW_TIME_TEXT_SIZE];

    /* November: London is at UTC. */
    hw_time_format(ms, iso);
    (void)snprintf(text, TIME_SIZE, "%.4s%.2s%.2s%.2s%.2s%.2s", iso, iso + 5, iso + 8, iso + 11,
        iso + 14, iso + 17);
}

__attribute__((format(printf, 2, 3))) static void put(
    struct message *message, const char *format, ...)
{
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(
        message->bytes + message->size, MESSAGE_SIZE_MAX - message->size, format, arguments);
    va_end(arguments);
    HW_ASSERT(size >= 0);
    message->size += (size_t)size;
    HW_ASSERT(message->size < MESSAGE_SIZE_MAX);
}

static struct message *new_message(struct world *world)
{
    struct feeds *feeds = world->feeds;
    struct message *message = &feeds->messages[feeds->count];

    HW_ASSERT(feeds->count < MESSAGES_MAX);
    memset(message, 0, sizeof *message);
    message->same = feeds->count;
    message->feed = (unsigned)below(world, feeds->feeds_count);
    feeds->count++;
    return message;
}

static void put_header(struct world *world, struct message *message, const char *trigger,
    int64_t happened_ms, int64_t recorded_ms)
{
    char happened[TIME_SIZE], recorded[TIME_SIZE];

    stamp(happened_ms, happened);
    stamp(recorded_ms, recorded);
    put(message, "MSH|^~\\&|PAS%u|RWE|HOMEWARD|HUB|%s||ADT^%s|F%uM%u|P|2.4%s\r", message->feed,
        recorded, trigger, message->feed, world->feeds->count, asks[world->asks[message->feed]]);
    put(message, "EVN||%s||||%s\r", recorded, happened);
}

static void put_person(struct world *world, struct message *message, int person)
{
    static const char *const nhs[PEOPLE] = {"9990000018", "9990000050", "9991234578"};

    put(message, "PID|||");
    if (chance(world, 60))
        put(message, "%s^^^NHS^NH~", nhs[person]);
    put(message, "S%d^^^RWE^MR||SMITH^ANN||195%d0102|F", person, person);
    if (chance(world, 3)) {
        put(message, "||||||||||||||||||||||Y");
        world->feeds->deaths++;
    }
    put(message, "\r");
}

static void put_stay(struct world *world, struct message *message, int stay, const char *class)
{
    put(message, "PV1||%s|W%u^R1^B%u^RWEA%c||||||||||||||||V%d^^^RWE\r", class,
        (unsigned)below(world, 3), (unsigned)below(world, 9), chance(world, 50) ? 'A' : 'E', stay);
}

/* Ready, or not, since when or from when on: timers fire at what lies ahead. */
static void put_tracking(struct world *world, struct message *message, int64_t happened_ms)
{
    static const char *const reasons[] = {"E|NHS", "A|", "C|NHS", "Di|SC", "|"};
    char ready[TIME_SIZE] = "";

    if (chance(world, 60))
        stamp(happened_ms + ((int64_t)below(world, 40) - 20) * HW_HOUR_MS, ready);
    put(message, "ZDT|%s|%s|P%u|%s\r",
        chance(world, 50)       ? "N"
            : chance(world, 40) ? "Y"
                                : "",
        ready, (unsigned)below(world, 4), reasons[below(world, 5)]);
}

/* --- kinds of message --------------------------------------------------------------------- */

static int64_t some_time(struct world *world)
{
    return FEED_START_MS + ((int64_t)below(world, 50 * 60) - 48 * 60) * HW_MINUTE_MS;
}

static void speak(struct world *world, const char *trigger, int stay)
{
    struct message *message = new_message(world);
    int64_t happened_ms = some_time(world), recorded_ms = happened_ms;

    if (chance(world, 20)) {
        recorded_ms += (int64_t)below(world, 2000) * HW_MINUTE_MS;
        world->feeds->late++;
    }
    put_header(world, message, trigger, happened_ms, recorded_ms);
    put_person(world, message, world->owner[stay]);
    put_stay(world, message, stay, "I");
    if (strcmp(trigger, "A08") == 0 || chance(world, 20))
        put_tracking(world, message, happened_ms);
}

static void merge(struct world *world)
{
    struct message *message = new_message(world);
    int64_t ms = some_time(world);

    put_header(world, message, "A40", ms, ms);
    put(message, "PID|||S%u^^^RWE^MR\r", (unsigned)below(world, PEOPLE));
    put(message, "MRG|S%u^^^RWE^MR\r", (unsigned)below(world, PEOPLE) + 3);
    world->feeds->merges++;
}

/* Two people change places: two records, or none. */
static void swap(struct world *world)
{
    struct message *message = new_message(world);
    int64_t ms = some_time(world);

    put_header(world, message, "A17", ms, ms);
    for (int stay = 0; stay < 2; stay++) {
        put_person(world, message, world->owner[stay]);
        put_stay(world, message, stay, "I");
    }
}

static void speak_of_a_person(struct world *world)
{
    struct message *message = new_message(world);
    int64_t ms = some_time(world);

    put_header(world, message, "A31", ms, ms);
    put_person(world, message, (int)below(world, PEOPLE));
}

static void be_ignored(struct world *world)
{
    struct message *message = new_message(world);
    int64_t ms = some_time(world);

    put_header(world, message, chance(world, 50) ? "A60" : "A01", ms, ms);
    put_person(world, message, 0);
    put_stay(world, message, 0, "O");
}

static void be_refused(struct world *world)
{
    struct message *message = new_message(world);
    int64_t ms = some_time(world);

    switch (below(world, 4)) {
    case 0: /* Nobody. */
        put_header(world, message, "A01", ms, ms);
        put(message, "PID|||\r");
        put_stay(world, message, 0, "I");
        break;
    case 1: /* A time that is none. */
        put_header(world, message, "A03", ms, ms);
        put_person(world, message, 0);
        put_stay(world, message, 0, "I");
        put(message, "ZDT||2026-99\r");
        break;
    case 2: /* A processing id that is not ours: refused at the header. */
        put(message, "MSH|^~\\&|PAS%u|RWE|HOMEWARD|HUB|20261121||ADT^A01|F%uM%u|T|2.4%s\r",
            message->feed, message->feed, world->feeds->count, asks[world->asks[message->feed]]);
        break;
    default: /* No HL7 at all. */
        put(message, "HELLO %u\r", world->feeds->count);
    }
}

/* One that was said before, word for word or but for the time of sending. */
static void double_up(struct world *world)
{
    unsigned of = (unsigned)below(world, world->feeds->count);
    struct message *message = new_message(world);
    const struct message *first = &world->feeds->messages[of];
    char *sent;

    memcpy(message->bytes, first->bytes, sizeof message->bytes);
    message->size = first->size;
    message->feed = first->feed;
    message->same = first->same;
    sent = strstr(message->bytes, "HUB|2026");
    if (sent != NULL && chance(world, 50) && strncmp(message->bytes, "MSH", 3) == 0)
        memcpy(sent + 4, "2027", 4);
}

/* Another message under the control id of one before. */
static void reuse_id(struct world *world)
{
    unsigned of = (unsigned)below(world, world->feeds->count);
    const struct message *first = &world->feeds->messages[of];
    struct message *message;

    if (strncmp(first->bytes, "MSH", 3) != 0 || strstr(first->bytes, "PV1||I|W") == NULL)
        return;
    message = new_message(world);
    memcpy(message->bytes, first->bytes, sizeof message->bytes);
    message->size = first->size;
    message->feed = first->feed;
    put(message, "NTE|1||%u\r", world->feeds->count); /* Of the content, and of no meaning. */
}

static void say_something(struct world *world)
{
    static const char *const cancels[] = {"A11", "A12", "A13", "A52", "A53"};
    int stay = (int)below(world, STAYS);
    uint64_t what = below(world, 100);

    if (what < 40) {
        speak(world, "A08", stay);
    } else if (what < 50) {
        speak(world, "A02", stay);
    } else if (what < 58) {
        speak(world, "A03", stay);
    } else if (what < 60) {
        swap(world);
    } else if (what < 63) {
        speak(world, chance(world, 50) ? "A21" : "A22", stay);
    } else if (what < 70) {
        speak(world, cancels[below(world, 5)], stay);
        world->feeds->cancels++;
    } else if (what < 73) {
        merge(world);
    } else if (what < 76) {
        speak_of_a_person(world);
    } else if (what < 80) {
        be_ignored(world);
    } else if (what < 88) {
        be_refused(world);
    } else if (what < 95) {
        double_up(world);
    } else {
        reuse_id(world);
    }
}

/* --- referrals ---------------------------------------------------------------------------- */

/* Somebody is referred, from a stay or from home; what is not said is not known. */
static void refer(struct world *world)
{
    static const char *const urgencies[] = {"2h", "2d", "routine"};
    static const char *const needs[] = {"personal_care", "nursing", "personal_care;nursing"};
    static const char *const pathways[] = {"P1", "P1", "P2", "P0"};
    unsigned number = world->feeds->referrals_count;
    struct referral *referral = &world->feeds->referrals[number];
    int stay = (int)below(world, STAYS);
    char name[24], person[8], visit[8];
    struct hw_event event;

    hw_event_init(&event, HW_KIND_REFERRAL_RECEIVED);
    event.happened = event.recorded = event.sent =
        hw_time_at(FEED_START_MS + (int64_t)below(world, 90) * HW_MINUTE_MS);
    event.source = hw_slice_text("HUB/DESK");
    event.organisation = hw_slice_text("HUB");
    (void)snprintf(name, sizeof name, "HUB/%u", number);
    (void)snprintf(person, sizeof person, "S%d", world->owner[stay]);
    (void)snprintf(visit, sizeof visit, "V%d", stay);
    (void)hw_event_add_identifier(
        &event, HW_IDENTIFIER_LOCAL, hw_slice_text("RWE"), hw_slice_text(person));
    hw_event_set_text(&event, HW_FIELD_REFERRAL, hw_slice_text(name));
    if (chance(world, 60)) {
        hw_event_set_text(&event, HW_FIELD_DIRECTION, hw_slice_text("step_down"));
        hw_event_set_text(&event, HW_FIELD_PATHWAY, hw_slice_text(pathways[below(world, 4)]));
        event.visit.authority = hw_slice_text("RWE");
        event.visit.number = hw_slice_text(visit);
    } else {
        hw_event_set_text(&event, HW_FIELD_DIRECTION, hw_slice_text("step_up"));
        hw_event_set_text(&event, HW_FIELD_URGENCY, hw_slice_text(urgencies[below(world, 3)]));
    }
    hw_event_set_text(&event, HW_FIELD_NEEDS, hw_slice_text(needs[below(world, 3)]));
    hw_event_set_text(&event, HW_FIELD_ZONE, hw_slice_text(chance(world, 70) ? "BLA" : "CHA"));
    hw_event_set_text(&event, HW_FIELD_COUNCIL, hw_slice_text("509"));
    hw_event_set_number(&event, HW_FIELD_AGE_YEARS, 40 + (int64_t)below(world, 50));
    event.message_id_hash = referral->id = hw_hash_bytes(hw_slice_text(name));
    event.message_hash = referral->content =
        hw_hash_bytes(hw_slice_of(&referral->id, sizeof referral->id));
    hw_event_finish(&event);
    referral->size =
        hw_record_encode(&event, 1, 0, (uint8_t *)referral->bytes, sizeof referral->bytes);
    HW_ASSERT(referral->size > 0);
    world->feeds->referrals_count++;
}

/* --- what must become of it --------------------------------------------------------------- */

static void expect(struct message *message)
{
    static uint64_t buffer[HW_RECORD_SIZE_MAX / sizeof(uint64_t)];
    static uint8_t scratch[HW_HL7_SCRATCH_SIZE];
    static struct hw_hl7_reading reading;
    struct hw_hl7_options options;

    hw_hl7_options_init(&options);
    hw_hl7_read(&options, hw_slice_of(message->bytes, message->size), scratch, &reading);
    message->verdict = reading.verdict;
    message->answers = hw_hl7_answers_for(&reading, HW_ACK_AUTO);
    HW_ASSERT(message->answers.count > 0);
    HW_ASSERT(reading.control_id.size < sizeof message->control_id);
    (void)snprintf(
        message->control_id, sizeof message->control_id, "%.*s", HW_SLICE_ARGS(reading.control_id));
    if (reading.verdict != HW_VERDICT_TAKEN || reading.events_count == 0)
        return;
    HW_ASSERT(reading.events_count <= MESSAGE_RECORDS_MAX);
    message->id_hash = reading.events[0].message_id_hash;
    message->content_hash = reading.events[0].message_hash;
    message->records_count = reading.events_count;
    for (unsigned i = 0; i < reading.events_count; i++) {
        size_t size = hw_record_encode(&reading.events[i], 1, 0, (uint8_t *)buffer, sizeof buffer);

        HW_ASSERT(size > 0);
        message->records[i] = malloc(size);
        HW_ASSERT(message->records[i] != NULL);
        memcpy(message->records[i], buffer, size);
        message->record_sizes[i] = size;
    }
}

void feeds_make(struct feeds *feeds, uint64_t seed, unsigned messages_max)
{
    struct world world = {.random = {seed}, .feeds = feeds};
    unsigned wanted = messages_max / 2 + (unsigned)below(&world, messages_max / 2 + 1);

    feeds->count = feeds->late = feeds->cancels = feeds->merges = feeds->deaths = 0;
    feeds->referrals_count = 0;
    feeds->feeds_count = 1 + (unsigned)below(&world, FEEDS_MAX);
    for (unsigned i = 0; i < FEEDS_MAX; i++)
        world.asks[i] = chance(&world, 60) ? 0 : (unsigned)below(&world, 3);
    for (int i = 0; i < STAYS; i++)
        world.owner[i] = (int)below(&world, PEOPLE);
    speak(&world, "A01", 0);
    for (int i = 1; i < STAYS && feeds->count < wanted; i++)
        if (chance(&world, 80))
            speak(&world, "A01", i);
    while (feeds->count < wanted)
        say_something(&world);
    for (unsigned i = 0; i < feeds->count; i++)
        expect(&feeds->messages[i]);
    wanted = 2 + (unsigned)below(&world, messages_max < MESSAGES_MAX ? 3 : REFERRALS_MAX - 1);
    for (unsigned i = 0; i < wanted; i++)
        refer(&world);
}

void feeds_free(struct feeds *feeds)
{
    for (unsigned i = 0; i < feeds->count; i++)
        for (unsigned j = 0; j < feeds->messages[i].records_count; j++)
            free(feeds->messages[i].records[j]);
}
