/* Who a message is about, and which stay (CONTRACT 3.1 "Person", R6). */
#include "codec/hl7v2/reader.h"

struct identifiers {
    bool said;        /* something stood there */
    bool nhs_invalid; /* an NHS number that fails its check digit */
    uint32_t count;   /* usable ones */
};

/* The components of a CX: id^check^scheme^authority^type. */
enum { CX_ID, CX_CHECK, CX_SCHEME, CX_AUTHORITY, CX_TYPE, CX_PARTS };
_Static_assert((int)CX_PARTS == (int)HL7_PARTS, "a CX is cut whole");

/* A name of an assigning authority (HD): its namespace, else its universal id. */
static struct hw_slice authority_of(struct hl7_reader *reader, struct hw_slice hd)
{
    uint8_t separator = reader->message.delimiters.subcomponent;
    struct hw_slice name = hl7_component_text(reader, hd);

    if (name.size == 0 && hd.size > 0)
        name = hl7_text(&reader->scratch, hl7_part(hd, 2, separator));
    return hl7_is_null(name) ? (struct hw_slice){0} : name;
}

static void add(struct hl7_reader *reader, bool retired, uint8_t type, struct hw_slice authority,
    struct hw_slice id)
{
    if (retired)
        (void)hw_event_add_retired(reader->event, type, authority, id);
    else
        (void)hw_event_add_identifier(reader->event, type, authority, id);
}

static void read_cx(struct hl7_reader *reader, const struct hw_slice cx[CX_PARTS], bool retired,
    struct identifiers *found)
{
    const struct hw_hl7_options *options = reader->options;
    struct hw_slice id = hl7_component_text(reader, cx[CX_ID]);
    struct hw_slice authority, type;
    char digits[10];

    if (id.size == 0 || hl7_is_null(id))
        return;
    found->said = true;
    authority = authority_of(reader, cx[CX_AUTHORITY]);
    type = hl7_component_text(reader, cx[CX_TYPE]);
    if (hl7_in_list(authority, options->nhs_ids, options->nhs_ids_count) ||
        hl7_in_list(type, options->nhs_ids, options->nhs_ids_count)) {
        if (!hw_nhs_number(id, digits)) {
            found->nhs_invalid = true;
            reader->event->flags |= HW_FLAG_NHS_NUMBER_INVALID;
            return;
        }
        if (id.size != sizeof digits) /* With blanks or hyphens between them. */
            id = hl7_scratch_copy(&reader->scratch, digits, sizeof digits);
        if (id.size == 0)
            return;
        add(reader, retired, HW_IDENTIFIER_NHS, (struct hw_slice){0}, id);
        found->count++;
        return;
    }
    if (authority.size == 0)
        authority = reader->facility;
    if (id.size > HL7_IDENTIFIER_SIZE_MAX || authority.size > HL7_AUTHORITY_SIZE_MAX) {
        reader->event->flags |= HW_FLAG_VALUE_DROPPED;
        return;
    }
    add(reader, retired, HW_IDENTIFIER_LOCAL, authority, id);
    found->count++;
}

static void read_cx_list(
    struct hl7_reader *reader, struct hw_slice field, bool retired, struct identifiers *found)
{
    struct hw_slice cx[CX_PARTS];

    while (field.size > 0) {
        size_t size = hl7_components_cut(&reader->message, field, cx);

        read_cx(reader, cx, retired, found);
        field = hl7_after_repetition(field, size);
    }
}

/* PID-3; where it says nothing PID-2 and PID-4, flagged. */
static struct identifiers read_pid(
    struct hl7_reader *reader, const struct hl7_segment *pid, bool other)
{
    struct identifiers found = {0};

    read_cx_list(reader, hl7_field(pid, 3), other, &found);
    if (found.said)
        return found;
    read_cx_list(reader, hl7_field(pid, 2), other, &found);
    read_cx_list(reader, hl7_field(pid, 4), other, &found);
    if (found.count > 0)
        reader->event->flags |= HW_FLAG_IDENTITY_FROM_PID2;
    return found;
}

static void fault_identity(
    struct hl7_reader *reader, const struct identifiers *found, const char *segment, unsigned field)
{
    if (found->count > 0)
        return;
    hl7_fault(reader, HL7_RANK_IDENTITY, 101, segment, field, found->nhs_invalid ? 1 : 0,
        found->nhs_invalid ? "the only identifier is an NHS number that fails its check digit: "
                             "correct it, or send the local number beside it"
            : segment[0] == 'M'
            ? "no identifier to retire: send the old one in MRG-1 with its authority"
            : "no usable identifier of the person: send an NHS number or a local "
              "number with its authority in PID-3");
}

static void read_retired(struct hl7_reader *reader, const struct hl7_group *group)
{
    struct identifiers found = {0};

    read_cx_list(reader, hl7_field(&group->mrg, 1), true, &found);
    if (reader->trigger->needs & HL7_RETIRED)
        fault_identity(reader, &found, "MRG", 1);
}

void hl7_identity_read(struct hl7_reader *reader, const struct hl7_group *group)
{
    struct identifiers found = read_pid(reader, reader->pid, false);

    fault_identity(reader, &found, "PID", 3);
    if (reader->trigger->needs & (HL7_RETIRED | HL7_MOVED))
        read_retired(reader, group);
}

void hl7_identity_read_other(struct hl7_reader *reader, const struct hl7_group *group)
{
    struct identifiers found = read_pid(reader, &group->pid, true);

    fault_identity(reader, &found, "PID", 3);
}

/* A visit number (CX) with its authority; by default the source's, else the sending facility. */
static struct hw_visit read_visit(struct hl7_reader *reader, struct hw_slice field)
{
    struct hw_visit visit = {0};
    struct hw_slice cx[CX_PARTS];

    (void)hl7_components_cut(&reader->message, field, cx);
    visit.number = hl7_component_text(reader, cx[CX_ID]);
    if (visit.number.size == 0 || hl7_is_null(visit.number))
        return (struct hw_visit){0};
    visit.authority = authority_of(reader, cx[CX_AUTHORITY]);
    if (visit.authority.size == 0)
        visit.authority = reader->visit_authority;
    if (visit.number.size > HL7_IDENTIFIER_SIZE_MAX ||
        visit.authority.size > HL7_AUTHORITY_SIZE_MAX) {
        reader->event->flags |= HW_FLAG_VALUE_DROPPED;
        return (struct hw_visit){0};
    }
    return visit;
}

void hl7_visit_read(struct hl7_reader *reader, const struct hl7_group *group)
{
    uint16_t needs = reader->trigger->needs;
    struct hw_event *event = reader->event;

    if ((needs & HL7_BARE) && !(needs & (HL7_VISITS | HL7_MOVED)))
        return;
    event->visit = read_visit(reader, hl7_field(reader->pv1, 19));
    if (needs & (HL7_VISITS | HL7_MOVED)) {
        event->retired_visit = read_visit(reader, hl7_field(&group->mrg, 5));
    }
    if (needs & HL7_VISITS) {
        if (event->visit.number.size == 0)
            hl7_fault(reader, HL7_RANK_STAY, 101, "PV1", 19, 0,
                "no visit number that survives: send it in PV1-19");
        else if (event->retired_visit.number.size == 0)
            hl7_fault(reader, HL7_RANK_STAY, 101, "MRG", 5, 0,
                "no visit number to retire: send it in MRG-5");
    }
    if ((needs & HL7_MOVED) && event->visit.number.size == 0)
        event->visit = event->retired_visit;
}
