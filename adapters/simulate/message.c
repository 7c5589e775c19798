#include "simulate/message.h"

#include "homeward/time.h"

#include <string.h>

#define PUT(out, literal) put(out, literal, sizeof(literal) - 1)

static char *put(char *out, const char *text, size_t size)
{
    memcpy(out, text, size);
    return out + size;
}

static char *put_text(char *out, const char *text)
{
    return put(out, text, strlen(text));
}

static char *put_digits(char *out, uint64_t number, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        out[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return out + digits;
}

static char *put_moment(struct hw_sim_stamp *stamp, char *out, int64_t ms)
{
    return ms == HW_TIME_OPEN ? out : hw_sim_stamp_write(stamp, out, ms);
}

static bool is_trigger(const struct hw_sim_notice *notice, const char *trigger)
{
    return memcmp(notice->trigger, trigger, 3) == 0;
}

static char *put_header(const struct hw_sim_notice *notice, struct hw_sim_stamp *stamp,
    uint64_t number, char *out, const char *start, struct hw_sim_marks *marks)
{
    out = PUT(out, "MSH|^~\\&|");
    out = notice->reviewed ? PUT(out, "EPR") : PUT(out, "PAS");
    out = PUT(out, "|RWE|HOMEWARD|LLR|");
    out = put_moment(stamp, out, notice->recorded_ms);
    out = PUT(out, "||ADT^");
    out = put(out, notice->trigger, 3);
    out = PUT(out, "|SIM");
    marks->control_id = (uint16_t)(out - start);
    out = put_digits(out, number, 10);
    out = PUT(out, "|P|2.4\rEVN||");
    marks->recorded = (uint16_t)(out - start);
    out = put_moment(stamp, out, notice->recorded_ms);
    out = PUT(out, "||||");
    out = put_moment(stamp, out, notice->happened_ms);
    return PUT(out, "\r");
}

/* The number somebody has until it is known who they are. */
static char *put_temporary(char *out, const struct hw_sim_stay *stay)
{
    out = PUT(out, "T");
    out = put_digits(out, stay->serial, 8);
    return PUT(out, "^^^RWE^MR");
}

static char *put_identifiers(char *out, const struct hw_sim_stay *stay)
{
    if (stay->temporary)
        return put_temporary(out, stay);
    if (stay->person.nhs[0] != '\0') {
        out = put(out, stay->person.nhs, 10);
        out = PUT(out, "^^^NHS^NH~");
    }
    out = put_text(out, stay->person.local);
    return PUT(out, "^^^RWE^MR");
}

static char *put_person(const struct hw_sim_notice *notice, struct hw_sim_stamp *stamp, char *out,
    const char *start, struct hw_sim_marks *marks)
{
    const struct hw_sim_stay *stay = notice->stay;

    out = PUT(out, "PID|1||");
    marks->identifiers = (uint16_t)(out - start);
    out = put_identifiers(out, stay);
    marks->identifiers_end = (uint16_t)(out - start);
    marks->name = (uint16_t)(marks->identifiers_end + 4); /* "||" and two letters of the name */
    out = put(out, stay->rest, stay->rest_size);
    if (notice->died_ms != HW_TIME_OPEN) {
        out = PUT(out, "||||||||||||||||||"); /* PID-12 to PID-28 */
        out = put_moment(stamp, out, notice->died_ms);
        out = PUT(out, "|Y");
    }
    return PUT(out, "\r");
}

/* ward^room^bed^site: six beds to a bay. */
static char *put_place(char *out, const struct hw_sim_county *county, uint8_t ward, uint8_t bed)
{
    if (ward == HW_SIM_NO_WARD)
        return out;
    const struct hw_sim_ward *place = &county->wards[ward];

    out = put_text(out, place->code);
    if (bed == HW_SIM_NO_BED) {
        out = PUT(out, "^^^");
    } else {
        out = PUT(out, "^B");
        out = put_digits(out, bed / 6u + 1, 1);
        out = PUT(out, "^");
        out = put_digits(out, bed + 1u, 2);
        out = PUT(out, "^");
    }
    return put_text(out, place->site);
}

static const char *admission_method(const struct hw_sim_stay *stay)
{
    if (stay->plan.booked_ms != HW_TIME_OPEN)
        return "11";
    if (stay->plan.care == HW_SIM_MOTHER)
        return "31";
    return stay->plan.registered_ms != HW_TIME_OPEN ? "21" : "22";
}

static char *put_visit(const struct hw_sim_notice *notice, const struct hw_sim_county *county,
    struct hw_sim_stamp *stamp, char *out)
{
    const struct hw_sim_stay *stay = notice->stay;
    bool moved = is_trigger(notice, "A02") || is_trigger(notice, "A12");

    out = PUT(out, "PV1|1|");
    *out++ = stay->class_;
    *out++ = '|';
    out = put_place(out, county, stay->ward, stay->bed);
    *out++ = '|';
    out = put_text(out, admission_method(stay));
    out = PUT(out, "||");
    if (moved)
        out = put_place(out, county, stay->prior_ward, stay->prior_bed);
    out = PUT(out, "||||"); /* to PV1-10 */
    if (stay->ward != HW_SIM_NO_WARD)
        out = put_text(out, county->wards[stay->ward].specialty);
    out = PUT(out, "||||19||"); /* PV1-14; to PV1-16 */
    if (stay->person.restricted)
        *out++ = 'Y';
    out = PUT(out, "|||V"); /* to PV1-19 */
    out = put_digits(out, stay->serial, 9);
    out = PUT(out, "^^^RWE^VN|||||||||||||||||"); /* to PV1-36 */
    if (notice->destination != NULL)
        out = put_text(out, notice->destination);
    out = PUT(out, "||||||||"); /* to PV1-44 */
    out = put_moment(stamp, out, hw_sim_stay_begun(stay));
    if (notice->discharged_ms != HW_TIME_OPEN) {
        *out++ = '|';
        out = put_moment(stamp, out, notice->discharged_ms);
    }
    return PUT(out, "\r");
}

static char *put_expected(const struct hw_sim_notice *notice, struct hw_sim_stamp *stamp, char *out)
{
    int64_t now = notice->recorded_ms;

    if (notice->expected_ms == HW_TIME_OPEN && notice->expected_admission_ms == HW_TIME_OPEN)
        return out;
    out = PUT(out, "PV2||||||||");
    out = put_moment(stamp, out, notice->expected_admission_ms);
    if (notice->expected_ms != HW_TIME_OPEN) {
        /* As far ahead of what is written for now as it truly is, also when streaming fast. */
        int64_t real = hw_sim_stamp_real(stamp, now) + (notice->expected_ms - now);
        struct hw_sim_stamp plain = {.live_from_ms = HW_TIME_OPEN};

        *out++ = '|';
        if (stamp->live_from_ms == HW_TIME_OPEN)
            out = hw_sim_stamp_date(stamp, out, notice->expected_ms);
        else {
            hw_sim_stamp_init(&plain, HW_TIME_OPEN, 1000);
            out = hw_sim_stamp_date(&plain, out, real);
        }
    }
    return PUT(out, "\r");
}

static char *put_needs(char *out, unsigned pathway)
{
    static const char *const needs[] = {"", "personal_care~therapy", "bed~therapy", "bed~nursing"};

    return put_text(out, needs[pathway]);
}

/* The local segment: ZDT (criteria, ready time, pathway, reason, side, needs, criteria code). */
static char *put_tracking(const struct hw_sim_notice *notice, struct hw_sim_stamp *stamp, char *out)
{
    out = notice->meets ? PUT(out, "ZDT|Y|") : PUT(out, "ZDT|N|");
    out = put_moment(stamp, out, notice->ready_ms);
    if (notice->pathway >= 0) {
        out = PUT(out, "|P");
        out = put_digits(out, (uint64_t)notice->pathway, 1);
        *out++ = '|';
    } else {
        out = PUT(out, "||");
    }
    if (notice->why != NULL) {
        out = put_text(out, notice->why->reason->code);
        *out++ = '|';
        out = put_text(out, notice->why->side);
        *out++ = '|';
    } else {
        out = PUT(out, "||");
    }
    if (notice->pathway >= 0)
        out = put_needs(out, (unsigned)notice->pathway);
    if (notice->meets) {
        *out++ = '|';
        out = put_digits(out, notice->criteria_code, 2);
    }
    return PUT(out, "\r");
}

/* The segment of the British standard: ZU1-22 medically fit, ZU1-24 ready since. */
static char *put_standard(const struct hw_sim_notice *notice, struct hw_sim_stamp *stamp, char *out)
{
    out = PUT(out, "ZU1||||||||||||||||||||||");
    *out++ = notice->meets ? 'N' : 'Y';
    if (notice->ready_ms != HW_TIME_OPEN) {
        out = PUT(out, "||");
        out = put_moment(stamp, out, notice->ready_ms);
    }
    return PUT(out, "\r");
}

static char *put_other(const struct hw_sim_notice *notice, char *out)
{
    if (is_trigger(notice, "A40")) {
        out = PUT(out, "MRG|");
        out = put_temporary(out, notice->stay);
    } else {
        out = PUT(out, "PID|2||");
        out = put_temporary(out, notice->stay);
    }
    return PUT(out, "\r");
}

size_t hw_sim_message_write(const struct hw_sim_notice *notice, const struct hw_sim_county *county,
    struct hw_sim_stamp *stamp, uint64_t number, char out[HW_SIM_MESSAGE_SIZE],
    struct hw_sim_marks *ret_marks)
{
    char *start = out;

    out = put_header(notice, stamp, number, out, start, ret_marks);
    out = put_person(notice, stamp, out, start, ret_marks);
    if (is_trigger(notice, "A40") || is_trigger(notice, "A37"))
        return (size_t)(put_other(notice, out) - start);
    if (is_trigger(notice, "A31"))
        return (size_t)(out - start);
    out = put_visit(notice, county, stamp, out);
    out = put_expected(notice, stamp, out);
    if (notice->reviewed && notice->stay->plan.standard)
        out = put_standard(notice, stamp, out);
    else if (notice->reviewed)
        out = put_tracking(notice, stamp, out);
    return (size_t)(out - start);
}
