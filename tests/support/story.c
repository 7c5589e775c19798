#include "support/story_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Everybody is born on 1940-05-04 unless a line says otherwise: an adult of known age. */
enum { BORN_UNLESS_SAID = -10834 };

static bool identifier_said(struct reader *reader, struct hw_identifier *ret_identifier)
{
    if (story_take(reader, "person")) {
        *ret_identifier = (struct hw_identifier){
            .type = HW_IDENTIFIER_NHS, .id = hw_slice_text(story_word(reader, "an NHS number"))};
        return true;
    }
    if (story_take(reader, "local")) {
        *ret_identifier = (struct hw_identifier){.type = HW_IDENTIFIER_LOCAL};
        story_pair(reader, &ret_identifier->authority, &ret_identifier->id);
        return true;
    }
    return false;
}

static const struct {
    const char *name;
    enum hw_kind kind;
} verbs[] = {
    {"A01 admitted", HW_KIND_SPELL_ADMITTED},
    {"A04 registered", HW_KIND_SPELL_ADMITTED},
    {"A02 moved", HW_KIND_SPELL_MOVED},
    {"A17 changed places", HW_KIND_SPELL_MOVED},
    {"A03 discharged", HW_KIND_SPELL_DISCHARGED},
    {"A05 expected", HW_KIND_SPELL_EXPECTED},
    {"A14 expected", HW_KIND_SPELL_EXPECTED},
    {"A38 expectation cancelled", HW_KIND_SPELL_EXPECTED_WITHDRAWN},
    {"A06 becomes inpatient", HW_KIND_SPELL_CLASS_CHANGED},
    {"A07 becomes outpatient", HW_KIND_SPELL_CLASS_CHANGED},
    {"A08 updated", HW_KIND_SPELL_UPDATED},
    {"A31 person updated", HW_KIND_PERSON_UPDATED},
    {"A28 person added", HW_KIND_PERSON_UPDATED},
    {"A11 admission cancelled", HW_KIND_SPELL_ADMISSION_CANCELLED},
    {"A12 move cancelled", HW_KIND_SPELL_MOVE_CANCELLED},
    {"A13 discharge cancelled", HW_KIND_SPELL_DISCHARGE_CANCELLED},
    {"A15 move pending", HW_KIND_SPELL_UPDATED},
    {"A16 discharge pending", HW_KIND_SPELL_UPDATED},
    {"A25 pending discharge cancelled", HW_KIND_SPELL_UPDATED},
    {"A26 pending move cancelled", HW_KIND_SPELL_UPDATED},
    {"A21 leave starts", HW_KIND_SPELL_LEAVE_STARTED},
    {"A22 leave ends", HW_KIND_SPELL_LEAVE_ENDED},
    {"A52 leave start cancelled", HW_KIND_SPELL_LEAVE_START_CANCELLED},
    {"A53 leave end cancelled", HW_KIND_SPELL_LEAVE_END_CANCELLED},
    {"A34 merged", HW_KIND_PERSON_MERGED},
    {"A30 merged", HW_KIND_PERSON_MERGED},
    {"A36 merged", HW_KIND_PERSON_MERGED},
    {"A40 merged", HW_KIND_PERSON_MERGED},
    {"A24 linked", HW_KIND_PERSON_LINKED},
    {"A37 unlinked", HW_KIND_PERSON_UNMERGED},
    {"A42 visits merged", HW_KIND_VISITS_MERGED},
    {"A43 identifier moved", HW_KIND_IDENTIFIER_MOVED},
    {"A47 identifier changed", HW_KIND_IDENTIFIER_CHANGED},
    {"A44 account moved", HW_KIND_SPELL_REASSIGNED},
    {"A45 visit moved", HW_KIND_SPELL_REASSIGNED},
    {"unmerged", HW_KIND_PERSON_UNMERGED},
    {"updated", HW_KIND_SPELL_UPDATED},
    {"review", HW_KIND_SPELL_CRITERIA_TO_RESIDE},
    {"ready", HW_KIND_SPELL_DISCHARGE_READY},
    {"says", HW_KIND_SPELL_DELAY_REASON},
    {"wait opened", HW_KIND_WAIT_OPENED},
    {"wait verified", HW_KIND_WAIT_VERIFIED},
    {"wait closed", HW_KIND_WAIT_CLOSED},
    {"died", HW_KIND_PERSON_DIED},
    {"death withdrawn", HW_KIND_PERSON_DEATH_WITHDRAWN},
    {"settled", HW_KIND_DECIDE_REASON_SETTLED},
};

static const struct {
    const char *name;
    enum hw_field field;
} attributes[] = {
    {"site", HW_FIELD_SITE},
    {"ward", HW_FIELD_WARD},
    {"room", HW_FIELD_ROOM},
    {"bed", HW_FIELD_BED},
    {"class", HW_FIELD_CLASS},
    {"specialty", HW_FIELD_SPECIALTY},
    {"admitted", HW_FIELD_ADMITTED_AT},
    {"discharged", HW_FIELD_DISCHARGED_AT},
    {"destination", HW_FIELD_DESTINATION},
    {"method", HW_FIELD_DISCHARGE_METHOD},
    {"expected", HW_FIELD_EXPECTED_DISCHARGE},
    {"comes", HW_FIELD_EXPECTED_ADMISSION},
    {"since", HW_FIELD_READY_AT},
    {"ready", HW_FIELD_READY_AT},
    {"reviewed", HW_FIELD_REVIEWED_AT},
    {"criteria code", HW_FIELD_CRITERIA_REASON},
    {"pathway", HW_FIELD_PATHWAY},
    {"reason", HW_FIELD_REASON},
    {"side", HW_FIELD_RESPONSIBLE},
    {"council", HW_FIELD_COUNCIL},
    {"proposed council", HW_FIELD_COUNCIL_PROPOSED},
    {"zone", HW_FIELD_ZONE},
    {"restricted", HW_FIELD_RESTRICTED},
    {"dead", HW_FIELD_DIED},
    {"death", HW_FIELD_DIED_AT},
    {"wait", HW_FIELD_WAIT},
    {"owner", HW_FIELD_OWNER},
    {"blocks", HW_FIELD_BLOCKS},
};

static void value_said(struct reader *reader, struct hw_event *event, enum hw_field field)
{
    if (story_take(reader, "\"\"") || story_take(reader, "withdrawn")) {
        hw_event_clear(event, field);
        return;
    }
    switch (hw_field_type(field)) {
    case HW_VALUE_TIME:
        hw_event_set_time(event, field, story_time_said(reader));
        return;
    case HW_VALUE_BOOL:
        hw_event_set_bool(event, field, story_peek(reader)[0] == 'y');
        if (!story_take(reader, "yes"))
            story_demand(reader, "no");
        return;
    case HW_VALUE_TEXT:
        hw_event_set_text(event, field, hw_slice_text(story_word(reader, hw_field_name(field))));
        return;
    case HW_VALUE_NUMBER:
        break;
    }
    story_wrong(reader, "%s cannot be said here", hw_field_name(field));
}

static bool attribute_said(struct reader *reader, struct hw_event *event)
{
    if (story_take(reader, "criteria to reside not met") ||
        story_take(reader, "criteria to reside met")) {
        hw_event_set_bool(
            event, HW_FIELD_MEETS, strcmp(reader->tokens[reader->at - 2], "not") != 0);
        return true;
    }
    if (story_take(reader, "fit for discharge yes") || story_take(reader, "fit for discharge no")) {
        hw_event_set_bool(event, HW_FIELD_MEETS, strcmp(reader->tokens[reader->at - 1], "no") == 0);
        return true;
    }
    if (story_take(reader, "to")) {
        struct hw_slice ward, site;

        story_pair(reader, &ward, &site);
        if (ward.size > 0)
            hw_event_set_text(event, HW_FIELD_WARD, ward);
        hw_event_set_text(event, HW_FIELD_SITE, site);
        return true;
    }
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        if (story_take(reader, attributes[i].name)) {
            value_said(reader, event, attributes[i].field);
            return true;
        }
    }
    return false;
}

bool story_envelope_said(struct reader *reader, struct hw_event *event, bool *fresh)
{
    struct hw_identifier identifier;

    if (story_take(reader, "recorded")) {
        event->recorded = story_time_said(reader);
        event->sent = event->recorded;
    } else if (story_take(reader, "sent")) {
        event->sent = story_time_said(reader);
    } else if (story_take(reader, "of")) {
        event->happened = story_time_said(reader);
    } else if (story_take(reader, "arrives")) {
        reader->arrives_ms = story_time_said(reader).start_ms;
    } else if (story_take(reader, "id")) {
        event->control_id = hw_slice_text(story_word(reader, "a control id"));
    } else if (story_take(reader, "from")) {
        event->source = hw_slice_text(story_word(reader, "ORGANISATION/SYSTEM"));
        event->organisation =
            hw_slice_of(event->source.data, strcspn((const char *)event->source.data, "/"));
    } else if (story_take(reader, "born unknown")) {
        reader->born = hw_time_none();
    } else if (story_take(reader, "born")) {
        reader->born = story_time_said(reader);
    } else if (story_take(reader, "visit none")) {
        reader->visit = (struct hw_visit){0};
    } else if (story_take(reader, "visit")) {
        story_pair(reader, &reader->visit.authority, &reader->visit.number);
    } else if (story_take(reader, "person none")) {
        reader->who_count = 0;
    } else if (identifier_said(reader, &identifier)) {
        if (*fresh) {
            reader->who_count = 0;
            reader->born = (struct hw_time){
                .start_ms = hw_london_midnight(BORN_UNLESS_SAID), .precision = HW_PRECISION_DAY};
        }
        *fresh = false;
        reader->who[reader->who_count++] = identifier;
    } else {
        return false;
    }
    return true;
}

void story_address(struct reader *reader, struct hw_event *event)
{
    for (int i = 0; i < reader->who_count; i++)
        (void)hw_event_add_identifier(
            event, reader->who[i].type, reader->who[i].authority, reader->who[i].id);
    event->visit = reader->visit;
    if (reader->who_count > 0 && hw_time_is(reader->born))
        hw_event_set_born(event, reader->born);
}

/* "local RWE/S2 visit RWE/V2 into local RWE/S1 visit RWE/V1": what is retired, then what stays. */
static void identity_said(struct reader *reader, struct hw_event *event)
{
    bool into = false;

    while (reader->at < reader->count) {
        struct hw_identifier id;
        bool fresh = false;

        if (story_take(reader, "into") || story_take(reader, "with") ||
            story_take(reader, "out of")) {
            into = true;
        } else if (story_take(reader, "visit")) {
            struct hw_visit *visit = into ? &event->visit : &event->retired_visit;

            story_pair(reader, &visit->authority, &visit->number);
        } else if (identifier_said(reader, &id)) {
            if (into)
                (void)hw_event_add_identifier(event, id.type, id.authority, id.id);
            else
                (void)hw_event_add_retired(event, id.type, id.authority, id.id);
        } else if (!story_envelope_said(reader, event, &fresh)) {
            story_wrong(reader, "'%s' is not understood here", story_peek(reader));
        }
    }
    if (event->kind == HW_KIND_SPELL_REASSIGNED && event->visit.number.size == 0)
        event->visit = event->retired_visit; /* MRG-5 serves as stay key. */
    if (event->kind == HW_KIND_VISITS_MERGED && event->identifiers_count == 0)
        for (int i = 0; i < reader->who_count; i++)
            (void)hw_event_add_identifier(
                event, reader->who[i].type, reader->who[i].authority, reader->who[i].id);
}

static bool is_identity(enum hw_kind kind)
{
    return kind == HW_KIND_PERSON_MERGED || kind == HW_KIND_PERSON_UNMERGED ||
        kind == HW_KIND_PERSON_LINKED || kind == HW_KIND_IDENTIFIER_MOVED ||
        kind == HW_KIND_IDENTIFIER_CHANGED || kind == HW_KIND_VISITS_MERGED ||
        kind == HW_KIND_SPELL_REASSIGNED;
}

struct story_step *story_add_step(struct reader *reader)
{
    struct story *story = reader->story;

    if (story == NULL)
        story_wrong(reader, "a line before the first 'Scenario:'");
    story->steps = realloc(story->steps, (story->steps_count + 1u) * sizeof *story->steps);
    HW_ASSERT(story->steps != NULL);
    memset(&story->steps[story->steps_count], 0, sizeof *story->steps);
    return &story->steps[story->steps_count++];
}

/* So that the duplicate window has something to go by: sender and id, and what was said. */
static void sign(struct reader *reader, struct hw_event *event)
{
    struct hw_slice parts[] = {
        event->source, event->control_id, hw_slice_of(&reader->line, sizeof reader->line)};

    event->message_id_hash = hw_hash_parts(parts, 2);
    event->message_hash = hw_hash_parts(parts, 3);
}

void story_begin(
    struct reader *reader, struct story_step *step, enum hw_kind kind, struct hw_time happened)
{
    struct hw_event *event = &step->event;
    char *control_id = story_keep(reader, 16);

    step->is_message = true;
    reader->arrives_ms = HW_TIME_NONE;
    hw_event_init(event, kind);
    event->happened = event->recorded = event->sent = happened;
    event->source = hw_slice_text("RWE/PAS");
    event->organisation = hw_slice_text("RWE");
    snprintf(control_id, 16, "%u", 1000 + reader->messages++);
    event->control_id = hw_slice_text(control_id);
}

void story_finish(struct reader *reader, struct story_step *step)
{
    step->arrival.at_ms = reader->arrives_ms;
    sign(reader, &step->event);
    hw_event_finish(&step->event);
}

static void read_message(struct reader *reader)
{
    struct story_step *step;
    struct hw_event *event;
    struct hw_time happened = story_time_said(reader);
    enum hw_kind kind = HW_KIND_NONE;
    bool fresh = true;

    if (story_routing_message(reader, happened))
        return;
    step = story_add_step(reader);
    event = &step->event;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs && kind == HW_KIND_NONE; i++)
        if (story_take(reader, verbs[i].name))
            kind = verbs[i].kind;
    if (kind == HW_KIND_NONE)
        story_wrong(reader, "'%s' is no message that is known here", story_peek(reader));
    story_begin(reader, step, kind, happened);
    if (kind == HW_KIND_PERSON_DIED)
        hw_event_set_bool(event, HW_FIELD_DIED, true);
    if (kind == HW_KIND_PERSON_DEATH_WITHDRAWN)
        hw_event_set_bool(event, HW_FIELD_DIED, false);
    if (is_identity(kind)) {
        identity_said(reader, event);
    } else {
        while (reader->at < reader->count)
            if (!story_envelope_said(reader, event, &fresh) && !attribute_said(reader, event))
                story_wrong(reader, "'%s' is not understood", story_peek(reader));
        story_address(reader, event);
    }
    story_finish(reader, step);
    if (is_identity(kind) || kind == HW_KIND_PERSON_UPDATED || kind == HW_KIND_PERSON_DIED ||
        kind == HW_KIND_PERSON_DEATH_WITHDRAWN)
        event->has_stay = false;
}

/* "Given site RWEAA with ward W1 of kind acute": settings, journaled before anything else. */
void story_setting(struct reader *reader, const char *value, const char *format, ...)
{
    struct story_step *step = story_add_step(reader);
    char *key = story_keep(reader, 256);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(key, 256, format, arguments);
    va_end(arguments);
    step->is_message = true;
    hw_event_init(&step->event, HW_KIND_CONFIGURATION);
    step->event.happened = step->event.recorded = hw_time_at(0);
    hw_event_set_text(&step->event, HW_FIELD_CONFIGURATION_KEY, hw_slice_text(key));
    hw_event_set_text(&step->event, HW_FIELD_CONFIGURATION_VALUE, hw_slice_text(value));
    hw_event_finish(&step->event);
    reader->story->given_count = reader->story->steps_count;
}

static void read_given(struct reader *reader)
{
    const char *site, *ward;

    if (story_routing_given(reader))
        return;
    story_demand(reader, "site");
    site = story_word(reader, "a site");
    story_setting(reader, site, "sites/%s/name", site);
    while (reader->at < reader->count) {
        if (story_take(reader, "beds")) {
            story_setting(reader, story_word(reader, "a number"), "sites/%s/beds", site);
            continue;
        }
        story_demand(reader, "with ward");
        ward = story_word(reader, "a ward");
        story_demand(reader, "of kind");
        story_setting(reader, story_word(reader, "a kind"), "sites/%s/wards/%s/kind", site, ward);
    }
}

#define FIGURE(text, member)                                                                       \
    {                                                                                              \
        text, offsetof(struct hw_figures, member)                                                  \
    }
static const struct {
    const char *name;
    size_t offset;
} figures[] = {
    FIGURE("in hospital", in_hospital),
    FIGURE("ready hours", ready_ms),
    FIGURE("ready today hours", ready_today_ms),
    FIGURE("ready", ready),
    FIGURE("delayed days", delayed_days),
    FIGURE("delayed", delayed),
    FIGURE("pathway P0", by_pathway[HW_P0]),
    FIGURE("pathway P1", by_pathway[HW_P1]),
    FIGURE("pathway P2", by_pathway[HW_P2]),
    FIGURE("pathway P3", by_pathway[HW_P3]),
    FIGURE("pathway none", by_pathway[HW_P_NONE]),
    FIGURE("expected today", expected_today),
    FIGURE("stay 7", stay_7),
    FIGURE("stay 14", stay_14),
    FIGURE("stay 21", stay_21),
    FIGURE("admitted today", admitted_today),
    FIGURE("discharged today", discharged_today),
};

/* "reason E/SC [inferred] [contested] 1 person 50 hours", "account E/SC council 508 50 hours". */
static void read_account(struct reader *reader, struct story_expectation *expectation)
{
    story_pair(reader, &expectation->reason, &expectation->side);
    for (;;) {
        if (story_take(reader, "inferred"))
            expectation->inferred = true;
        else if (story_take(reader, "contested"))
            expectation->contested = true;
        else if (story_take(reader, "council"))
            expectation->council = hw_slice_text(story_word(reader, "a council"));
        else if (story_take(reader, "site"))
            expectation->site = hw_slice_text(story_word(reader, "a site"));
        else
            break;
    }
    if (expectation->kind == EXPECT_REASON) {
        expectation->people = story_number(reader);
        if (!story_take(reader, "person"))
            story_demand(reader, "people");
    }
    expectation->value = story_hours(reader);
    if (!story_take(reader, "hours"))
        story_demand(reader, "hour");
}

/* "finding none", "finding cancel without target [2]". */
static void read_finding(struct reader *reader, struct story_expectation *expectation)
{
    char name[128] = "";

    expectation->finding = -1;
    expectation->value = 1;
    if (story_take(reader, "none"))
        return;
#define FINDING_IF(bit, upper, sentence)                                                           \
    if (expectation->finding < 0) {                                                                \
        snprintf(name, sizeof name, "%s", #upper);                                                 \
        for (char *c = name; *c != '\0'; c++)                                                      \
            *c = *c == '_' ? ' ' : (char)(*c | 0x20);                                              \
        if (story_take(reader, name))                                                              \
            expectation->finding = bit;                                                            \
    }
    HW_FINDING_LIST(FINDING_IF)
#undef FINDING_IF
    if (expectation->finding < 0)
        story_wrong(reader, "'%s' is no finding", story_peek(reader));
    if (story_peek(reader)[0] >= '0' && story_peek(reader)[0] <= '9')
        expectation->value = story_number(reader);
}

static void read_figure(struct reader *reader, struct story_expectation *expectation)
{
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        if (!story_take(reader, figures[i].name))
            continue;
        expectation->kind = EXPECT_FIGURE;
        expectation->name = figures[i].name;
        expectation->offset = figures[i].offset;
        expectation->value =
            strstr(expectation->name, "hours") != NULL ? story_hours(reader) : story_number(reader);
        return;
    }
    story_wrong(reader, "'%s' is no figure", story_peek(reader));
}

static void read_expectation(struct reader *reader, struct story_expectation *expectation)
{
    if (story_take(reader, "reason")) {
        expectation->kind = EXPECT_REASON;
        read_account(reader, expectation);
    } else if (story_take(reader, "account")) {
        expectation->kind = EXPECT_ACCOUNT;
        read_account(reader, expectation);
    } else if (story_take(reader, "finding")) {
        expectation->kind = EXPECT_FINDING;
        read_finding(reader, expectation);
    } else if (story_take(reader, "ready from")) {
        expectation->kind = EXPECT_PERIOD;
        expectation->from_ms = story_time_said(reader).start_ms;
        story_demand(reader, "until");
        expectation->to_ms =
            story_take(reader, "open") ? HW_TIME_OPEN : story_time_said(reader).start_ms;
    } else if (story_take(reader, "ready periods")) {
        expectation->kind = EXPECT_PERIODS;
        expectation->value = story_number(reader);
    } else if (story_take(reader, "stays")) {
        expectation->kind = EXPECT_STAYS;
        expectation->value = story_number(reader);
    } else if (story_take(reader, "died")) {
        expectation->kind = EXPECT_DIED;
        expectation->value = story_number(reader);
    } else if (story_take(reader, "on leave")) {
        expectation->kind = EXPECT_LEAVE;
        expectation->value = story_number(reader);
    } else {
        read_figure(reader, expectation);
    }
}

static void read_scope(struct reader *reader, struct story_expectation *scope)
{
    scope->scope = SCOPE_TOTAL;
    if (story_take(reader, "site")) {
        scope->scope = SCOPE_SITE;
        scope->code = hw_slice_text(story_word(reader, "a site"));
    } else if (story_take(reader, "ward")) {
        scope->scope = SCOPE_WARD;
        story_pair(reader, &scope->code, &scope->site);
    } else if (story_take(reader, "council")) {
        scope->scope = SCOPE_COUNCIL;
        scope->code = hw_slice_text(story_word(reader, "a council"));
    } else if (story_take(reader, "zone")) {
        scope->scope = SCOPE_ZONE;
        scope->code = hw_slice_text(story_word(reader, "a zone"));
    }
}

/* "Then at TIME [site X] in hospital 1, ready 1", "And finding none". */
static void read_question(struct reader *reader)
{
    struct story_expectation scope = {0};

    if (story_take(reader, "at"))
        reader->ask_ms = story_time_said(reader).start_ms;
    if (story_routing_question(reader))
        return;
    read_scope(reader, &scope);
    while (reader->at < reader->count) {
        struct story_step *step;

        if (story_routing_figure(reader, &scope))
            continue;
        step = story_add_step(reader);
        step->expectation = scope;
        step->expectation.at_ms = reader->ask_ms;
        step->expectation.line = reader->line;
        read_expectation(reader, &step->expectation);
    }
}

static void begin_scenario(struct reader *reader, const char *title)
{
    struct stories *stories = reader->stories;
    size_t size = strcspn(title, "\r\n");
    char *copy = story_keep(reader, size + 1);

    memcpy(copy, title, size);
    stories->stories = realloc(stories->stories, (stories->count + 1u) * sizeof *stories->stories);
    HW_ASSERT(stories->stories != NULL);
    reader->story = &stories->stories[stories->count++];
    *reader->story =
        (struct story){.title = copy, .every_order = strstr(copy, "[every order]") != NULL};
    reader->who_count = 0;
    reader->visit = (struct hw_visit){0};
    reader->born = hw_time_none();
    reader->ask_ms = HW_TIME_NONE;
}

static void read_line(struct reader *reader, char *line)
{
    char *comment = strchr(line, '#');
    char *text;

    if (comment != NULL)
        *comment = '\0';
    text = line + strspn(line, " \t\r");
    if (strncmp(text, "Scenario: ", 10) == 0) {
        begin_scenario(reader, text + 10);
        return;
    }
    story_split(reader, text);
    if (reader->count == 0)
        return;
    if (story_looks_like_date(reader->tokens[0]))
        read_message(reader);
    else if (story_take(reader, "Given"))
        read_given(reader);
    else if (story_take(reader, "Then") || story_take(reader, "And"))
        read_question(reader);
    else if (story_take(reader, "But"))
        story_routing_refused(reader);
    else
        story_wrong(
            reader, "a line begins with 'Scenario:', 'Given', 'Then', 'And', 'But' or a date");
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long size;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0) {
        perror(path);
        exit(2);
    }
    rewind(file);
    text = calloc((size_t)size + 1, 1);
    HW_ASSERT(text != NULL);
    if (fread(text, 1, (size_t)size, file) != (size_t)size) {
        perror(path);
        exit(2);
    }
    fclose(file);
    return text;
}

void stories_read(const char *path, struct stories *ret_stories)
{
    struct reader reader = {.path = path, .stories = ret_stories};

    *ret_stories = (struct stories){.text = read_file(path)};
    for (char *line = ret_stories->text, *end; *line != '\0'; line = end) {
        end = line + strcspn(line, "\n");
        if (*end == '\n')
            *end++ = '\0';
        reader.line++;
        read_line(&reader, line);
    }
}

void stories_free(struct stories *stories)
{
    for (uint32_t i = 0; i < stories->count; i++)
        free(stories->stories[i].steps);
    for (uint32_t i = 0; i < stories->blocks_count; i++)
        free(stories->blocks[i]);
    free(stories->blocks);
    free(stories->stories);
    free(stories->text);
}

int64_t story_figure(const struct hw_figures *all, const struct story_expectation *expectation)
{
    int64_t value;

    memcpy(&value, (const char *)all + expectation->offset, sizeof value);
    return value;
}
