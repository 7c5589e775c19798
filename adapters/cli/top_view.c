#include "cli/top_view.h"

#include "cli/top_canvas.h"
#include "homeward/time.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    WIDTH_MIN = 10,
    LINES_MAX = 500,
    REASONS_MAX = 64,
    SILENT_MS = 25000, /* everything is said every 10 s */
    FIGURE_SIZE = 40,
    FIXED_LINES = 17,   /* of a picture with no rows at all */
    SERVICES_LINES = 3, /* more where there are services */
    SERVICES_MAX = 512, /* looked at for those to show */
    ROWS_OF_FILE = 12,
    EXTRA_MAX = 40, /* further columns are for bars */
    WIDE = 36,      /* columns beyond 80 that the rest of the Home First line takes */
    TALL = 30,      /* lines from which on more than two scopes are named */
    PAUSED_FEW = 2,
    PAUSED_MORE = 6,
};

/* ---- figures as text ---- */

/* 1234567 as "1,234,567". */
static const char *grouped(char text[FIGURE_SIZE], int64_t count)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)(count < 0 ? -count : count));
    size_t size = 0;

    if (count < 0)
        text[size++] = '-';
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[size++] = ',';
        text[size++] = digits[i];
    }
    text[size] = '\0';
    return text;
}

/* A count of a row; "-" where it is not known. */
static const char *count_text(char text[FIGURE_SIZE], const json_t *row, const char *name)
{
    const json_t *value = json_object_get(row, name);

    return json_is_integer(value) ? grouped(text, json_integer_value(value)) : "-";
}

static int64_t count_of(const json_t *row, const char *name)
{
    return json_integer_value(json_object_get(row, name));
}

/* Hours with one decimal. */
static const char *hours_text(char text[FIGURE_SIZE], int64_t ms)
{
    int64_t tenths = (ms + HW_HOUR_MS / 20) / (HW_HOUR_MS / 10);
    size_t size = strlen(grouped(text, tenths / 10));

    (void)snprintf(text + size, FIGURE_SIZE - size, ".%d", (int)(tenths % 10));
    return text;
}

/* "18% of WHAT", "all of WHAT" and never 100% where somebody is left; empty where not known. */
static const char *share_text(
    char text[FIGURE_SIZE], int64_t part, int64_t whole, const char *of_what)
{
    int64_t percent = whole > 0 ? (part * 100 + whole / 2) / whole : 0;

    *text = '\0';
    if (percent == 100 && part < whole)
        percent = 99;
    if (whole > 0 && part == whole)
        (void)snprintf(text, FIGURE_SIZE, "all of %s", of_what);
    else if (whole > 0)
        (void)snprintf(text, FIGURE_SIZE, "%lld%% of %s", (long long)percent, of_what);
    return text;
}

static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));

    return text != NULL ? text : "";
}

static int64_t moment_of(const char *text)
{
    struct hw_time time;

    return hw_time_parse_iso(hw_slice_text(text), &time) == HW_OK ? time.start_ms : HW_TIME_NONE;
}

/* "10:15" in London. */
static const char *clock_text(char text[FIGURE_SIZE], int64_t ms)
{
    int64_t minutes;

    if (ms == HW_TIME_NONE)
        return "--:--";
    minutes = (ms + hw_london_offset(ms)) / HW_MINUTE_MS % (24 * 60);
    (void)snprintf(text, FIGURE_SIZE, "%02d:%02d", (int)(minutes / 60), (int)(minutes % 60));
    return text;
}

/* "Sat 21 Nov 2026 10:15:32" in London. */
static const char *date_text(char text[FIGURE_SIZE], int64_t ms)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int year, month, day;

    if (ms == HW_TIME_NONE || ms < 0)
        return "";
    int32_t london = hw_london_day(ms);
    int64_t seconds = (ms + hw_london_offset(ms)) / HW_SECOND_MS % (24 * 60 * 60);
    hw_civil_from_day(london, &year, &month, &day);
    (void)snprintf(text, FIGURE_SIZE, "%s %d %s %d %02d:%02d:%02d", days[london % 7], day,
        months[month - 1], year, (int)(seconds / 3600), (int)(seconds / 60 % 60),
        (int)(seconds % 60));
    return text;
}

/* ---- the parts of the picture ---- */

struct picture {
    struct hw_canvas canvas;
    const struct hw_top_model *model;
    const struct hw_top_look *look;
    unsigned sites, services, reasons, events; /* rows that are shown */
    unsigned paused;                           /* lines about what is paused */
    unsigned extra; /* columns beyond 80, for names and words before anything else */
};

static void draw_header(struct picture *picture)
{
    const struct hw_top_model *model = picture->model;
    struct hw_canvas *canvas = &picture->canvas;
    int64_t silent_ms = picture->look->now_ms - model->heard_ms;
    char date[FIGURE_SIZE], sequence[FIGURE_SIZE], state[FIGURE_SIZE];
    enum hw_style style = HW_GOOD;

    (void)snprintf(state, sizeof state, "live");
    if (picture->look->height == 0) {
        *state = '\0';
    } else if (silent_ms > SILENT_MS) {
        (void)snprintf(state, sizeof state, "no word for %lld s", (long long)(silent_ms / 1000));
        style = HW_BAD;
    }
    hw_canvas_put(canvas, HW_TITLE, " Homeward");
    hw_canvas_put(canvas, HW_PLAIN, "  %s", date_text(date, model->as_at_ms));
    hw_canvas_put(canvas, HW_FAINT, "  record %s", grouped(sequence, model->sequence));
    if (model->rate >= 0)
        hw_canvas_put(canvas, HW_FAINT, "  %s/s", grouped(date, model->rate));
    hw_canvas_right(canvas, canvas->width, style, "%s", state);
    hw_canvas_end_line(canvas);
    hw_canvas_end_line(canvas);
}

/* Six figures, each a label, a number and what it means. */
static void draw_totals(struct picture *picture)
{
    const json_t *total = json_object_get(picture->model->summary, "total");
    struct hw_canvas *canvas = &picture->canvas;
    int64_t here = count_of(total, "in_hospital"), ready = count_of(total, "ready");
    char number[6][FIGURE_SIZE], note[6][FIGURE_SIZE];
    const struct {
        const char *label, *value, *note;
        enum hw_style style;
    } figures[] = {
        {"In hospital", count_text(number[0], total, "in_hospital"),
            share_text(note[0], here, count_of(total, "beds"), "beds"), HW_STRONG},
        {"Ready", count_text(number[1], total, "ready"), share_text(note[1], ready, here, "them"),
            HW_STRONG},
        {"Delayed", count_text(number[2], total, "delayed"),
            share_text(note[2], count_of(total, "delayed"), ready, "them"), HW_WARN},
        {"Delayed days", count_text(number[3], total, "delayed_days"), "in nights", HW_WARN},
        {"Ready hours", hours_text(number[4], count_of(total, "ready_ms")), "so far", HW_STRONG},
        {"Hours today", hours_text(number[5], count_of(total, "ready_today_ms")), "since 00:00",
            HW_STRONG},
    };
    static const unsigned ends[] = {14, 27, 41, 55, 68, 81};
    unsigned count = sizeof figures / sizeof *figures;

    for (unsigned i = 0; i < count; i++)
        hw_canvas_left(canvas, ends[i], HW_FAINT, " %s", figures[i].label);
    hw_canvas_end_line(canvas);
    for (unsigned i = 0; i < count; i++)
        hw_canvas_left(canvas, ends[i], figures[i].style, " %s", figures[i].value);
    hw_canvas_end_line(canvas);
    for (unsigned i = 0; i < count; i++)
        hw_canvas_left(canvas, ends[i], HW_FAINT, " %s", figures[i].note);
    hw_canvas_end_line(canvas);
    hw_canvas_end_line(canvas);
}

static void put_figure(
    struct hw_canvas *canvas, const json_t *row, const char *label, const char *name)
{
    char text[FIGURE_SIZE];

    hw_canvas_put(canvas, HW_FAINT, "  %s ", label);
    hw_canvas_put(canvas, HW_PLAIN, "%s", count_text(text, row, name));
}

static void draw_day(struct picture *picture)
{
    static const char *const names[] = {"P0", "P1", "P2", "P3", "none"};
    const json_t *total = json_object_get(picture->model->summary, "total");
    const json_t *pathways = json_object_get(total, "by_pathway");
    struct hw_canvas *canvas = &picture->canvas;
    char text[FIGURE_SIZE];

    hw_canvas_put(canvas, HW_STRONG, " Today");
    put_figure(canvas, total, "admitted", "admitted_today");
    put_figure(canvas, total, "discharged", "discharged_today");
    put_figure(canvas, total, "expected out", "expected_today");
    hw_canvas_end_line(canvas);
    hw_canvas_put(canvas, HW_STRONG, " Stays");
    put_figure(canvas, total, "7+", "stay_7");
    put_figure(canvas, total, "14+", "stay_14");
    put_figure(canvas, total, "21+", "stay_21");
    hw_canvas_put(canvas, HW_STRONG, "    Pathway");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        hw_canvas_put(canvas, HW_FAINT, " %s ", names[i]);
        hw_canvas_put(canvas, HW_PLAIN, "%s", count_text(text, pathways, names[i]));
    }
    hw_canvas_end_line(canvas);
    hw_canvas_end_line(canvas);
}

/* Where each number of a site's row ends. */
static const struct {
    const char *label, *name;
    unsigned column;
} columns[] = {
    {"In", "in_hospital", 32},
    {"Beds", "beds", 38},
    {"Ready", "ready", 45},
    {"Delayed", "delayed", 54},
    {"Days", "delayed_days", 61},
    {"Hours", NULL, 71},
    {"21+", "stay_21", 77},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static void draw_site(struct picture *picture, const json_t *site)
{
    struct hw_canvas *canvas = &picture->canvas;
    bool stale = json_is_true(json_object_get(site, "stale"));
    char text[FIGURE_SIZE];

    hw_canvas_left(canvas, 27 + picture->extra, stale ? HW_BAD : HW_PLAIN, " %s%s %s",
        text_of(site, "site"), stale ? " [stale]" : "", text_of(site, "name"));
    for (unsigned i = 0; i < COLUMNS; i++)
        hw_canvas_right(canvas, columns[i].column + picture->extra, HW_PLAIN, "%s",
            columns[i].name != NULL ? count_text(text, site, columns[i].name)
                                    : hours_text(text, count_of(site, "ready_ms")));
    hw_canvas_end_line(canvas);
}

static void draw_sites(struct picture *picture)
{
    const json_t *sites = json_object_get(picture->model->summary, "sites");
    struct hw_canvas *canvas = &picture->canvas;
    size_t count = json_array_size(sites);
    char some[FIGURE_SIZE] = "";

    if (picture->sites < count)
        (void)snprintf(some, sizeof some, " (%u of %zu)", picture->sites, count);
    hw_canvas_left(canvas, 27 + picture->extra, HW_STRONG, " Site%s", some);
    for (unsigned i = 0; i < COLUMNS; i++)
        hw_canvas_right(
            canvas, columns[i].column + picture->extra, HW_FAINT, "%s", columns[i].label);
    hw_canvas_end_line(canvas);
    for (unsigned i = 0; i < picture->sites; i++)
        draw_site(picture, json_array_get(sites, i));
    hw_canvas_end_line(canvas);
}

/* Most people waiting first; then least free, then as they came. */
static int service_order(const void *a, const void *b)
{
    const json_t *left = *(json_t *const *)a, *right = *(json_t *const *)b;
    int64_t waiting = count_of(right, "waiting") - count_of(left, "waiting");
    int64_t space = count_of(left, "free") - count_of(right, "free");

    if (waiting != 0)
        return waiting < 0 ? -1 : 1;
    if (space != 0)
        return space < 0 ? -1 : 1;
    return strcmp(text_of(left, "service"), text_of(right, "service"));
}

/* Where each number of a service's row ends. */
static const struct {
    const char *label, *name;
    unsigned column;
} service_columns[] = {
    {"Waiting", "waiting", 38},
    {"Free", "free", 45},
    {"Held", "held", 54},
    {"Capacity", "capacity", 64},
    {"Past review", "past_review", 77},
};
enum { SERVICE_COLUMNS = sizeof service_columns / sizeof *service_columns };

/* Not with all others: that everything is paused stands above. */
static bool is_paused_itself(const json_t *service)
{
    const json_t *mode;
    size_t index;

    json_array_foreach(json_object_get(service, "paused"), index, mode)
    {
        if (strcmp(text_of(mode, "scope"), "all") != 0)
            return true;
    }
    return false;
}

static void draw_service(struct picture *picture, const json_t *service)
{
    struct hw_canvas *canvas = &picture->canvas;
    bool suspended = json_is_true(json_object_get(service, "suspended"));
    bool stale = json_is_true(json_object_get(service, "stale"));
    bool paused = is_paused_itself(service);
    char text[FIGURE_SIZE];

    hw_canvas_left(canvas, 27 + picture->extra, suspended || paused || stale ? HW_BAD : HW_PLAIN,
        " %s%s %s", text_of(service, "service"),
        suspended    ? " [suspended]"
            : paused ? " [paused]"
            : stale  ? " [stale]"
                     : "",
        text_of(service, "name"));
    for (unsigned i = 0; i < SERVICE_COLUMNS; i++)
        hw_canvas_right(canvas, service_columns[i].column + picture->extra, HW_PLAIN, "%s",
            count_text(text, service, service_columns[i].name));
    hw_canvas_end_line(canvas);
}

/* "everything", "service HART", "step-up referrals". */
static void put_scope(struct hw_canvas *canvas, const json_t *mode)
{
    const char *scope = text_of(mode, "scope"), *code = text_of(mode, "code");

    if (strcmp(scope, "all") == 0)
        hw_canvas_put(canvas, HW_BAD, "everything");
    else if (strcmp(scope, "direction") == 0)
        hw_canvas_put(
            canvas, HW_BAD, "%s referrals", strcmp(code, "step_up") == 0 ? "step-up" : "step-down");
    else
        hw_canvas_put(canvas, HW_BAD, "%s %s", scope, code);
}

/* " until 12:00", with the day where it is another one. */
static void put_time(
    struct picture *picture, const char *before, const json_t *mode, const char *name)
{
    char text[FIGURE_SIZE];
    int64_t at_ms = moment_of(text_of(mode, name));

    if (at_ms == HW_TIME_NONE)
        return;
    if (hw_london_day(at_ms) == hw_london_day(picture->model->as_at_ms))
        (void)clock_text(text, at_ms);
    else
        (void)date_text(text, at_ms);
    hw_canvas_put(&picture->canvas, HW_BAD, " %s %s", before, text);
}

/* Whom that name decides under: "anna" of "local:anna". */
static const char *who_text(const char *by)
{
    static const char local[] = "local:";

    return by + (strncmp(by, local, sizeof local - 1) == 0 ? sizeof local - 1 : 0);
}

static void draw_pause(struct picture *picture, const json_t *mode)
{
    struct hw_canvas *canvas = &picture->canvas;
    const char *by = who_text(text_of(mode, "by")), *reason = text_of(mode, "reason");

    hw_canvas_put(canvas, HW_BAD, " PAUSED  ");
    put_scope(canvas, mode);
    put_time(picture, "since", mode, "since");
    put_time(picture, "until", mode, "until");
    hw_canvas_put(canvas, HW_BAD, " by %s%s%s", *by != '\0' ? by : "the configuration",
        *reason != '\0' ? ": " : "", reason);
    hw_canvas_end_line(canvas);
}

static bool is_paused(const json_t *mode)
{
    return strcmp(text_of(mode, "mode"), "paused") == 0;
}

static unsigned count_paused(const struct hw_top_model *model)
{
    unsigned count = 0;
    const json_t *mode;
    size_t index;

    json_array_foreach(json_object_get(model->summary, "modes"), index, mode)
    {
        count += is_paused(mode);
    }
    return count;
}

/* Each scope where nothing is proposed or offered; the last line tells of those left out. */
static void draw_paused(struct picture *picture)
{
    unsigned all = count_paused(picture->model), shown = 0;
    const json_t *mode;
    size_t index;

    json_array_foreach(json_object_get(picture->model->summary, "modes"), index, mode)
    {
        if (!is_paused(mode) || shown == picture->paused)
            continue;
        shown++;
        if (shown < picture->paused || shown == all) {
            draw_pause(picture, mode);
            continue;
        }
        hw_canvas_put(&picture->canvas, HW_BAD, " PAUSED  and %u scopes more", all - shown + 1);
        hw_canvas_end_line(&picture->canvas);
    }
}

/* How far routing goes by itself where nothing narrower is said. */
static const char *mode_of_all(const struct hw_top_model *model)
{
    const json_t *mode;
    size_t index;

    json_array_foreach(json_object_get(model->summary, "modes"), index, mode)
    {
        if (strcmp(text_of(mode, "scope"), "all") == 0)
            return text_of(mode, "mode");
    }
    return "";
}

/* Of the Home First line: who is home without care is never cut, a cut figure is another one. */
static void draw_home_first(struct picture *picture)
{
    static const struct {
        const char *label, *name;
        bool wide; /* only where there is room for all */
    } figures[] = {
        {"waiting", "waiting_step_down", false},
        {"in crisis", "waiting_step_up", false},
        {"proposed", "proposed", true},
        {"offered", "offered", false},
        {"accepted", "accepted_not_started", true},
        {"placed", "placed", false},
    };
    const json_t *total = json_object_get(picture->model->summary, "total");
    struct hw_canvas *canvas = &picture->canvas;
    char text[FIGURE_SIZE];
    size_t last = strlen("  home, no care ") + strlen(count_text(text, total, "home_not_started"));

    hw_canvas_put(canvas, HW_STRONG, " Home First");
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        size_t size =
            strlen(figures[i].label) + 3 + strlen(count_text(text, total, figures[i].name));

        if ((!figures[i].wide || picture->extra >= WIDE) &&
            canvas->column + size + last <= canvas->width)
            put_figure(canvas, total, figures[i].label, figures[i].name);
    }
    put_figure(canvas, total, "home, no care", "home_not_started");
    if (picture->extra >= WIDE && *mode_of_all(picture->model) != '\0')
        hw_canvas_put(canvas, HW_FAINT, "  mode %s", mode_of_all(picture->model));
    hw_canvas_end_line(canvas);
}

/* Referrals on their way, then the services most people wait for. */
static void draw_services(struct picture *picture)
{
    const json_t *services = json_object_get(picture->model->summary, "services");
    struct hw_canvas *canvas = &picture->canvas;
    size_t all = json_array_size(services), count = all > SERVICES_MAX ? SERVICES_MAX : all;
    const json_t *order[SERVICES_MAX];
    char some[FIGURE_SIZE] = "";

    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++)
        order[i] = json_array_get(services, i);
    qsort(order, count, sizeof *order, service_order);
    draw_home_first(picture);
    draw_paused(picture);
    if (picture->services < all)
        (void)snprintf(some, sizeof some, " (%u of %zu)", picture->services, all);
    hw_canvas_left(canvas, 27 + picture->extra, HW_STRONG, " Service%s", some);
    for (unsigned i = 0; i < SERVICE_COLUMNS; i++)
        hw_canvas_right(canvas, service_columns[i].column + picture->extra, HW_FAINT, "%s",
            service_columns[i].label);
    hw_canvas_end_line(canvas);
    for (unsigned i = 0; i < picture->services && i < count; i++)
        draw_service(picture, order[i]);
    hw_canvas_end_line(canvas);
}

static const char *side_text(const char *responsible)
{
    static const struct {
        const char *code, *text;
    } sides[] = {
        {"NHS", "NHS"}, {"SC", "social care"}, {"BOTH", "both"}, {"unassigned", "unassigned"}};

    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        if (strcmp(responsible, sides[i].code) == 0)
            return sides[i].text;
    return responsible;
}

/* A bar as long as its share of the longest; only where there is room for one. */
static void draw_bar(struct picture *picture, int64_t ms, int64_t longest_ms)
{
    struct hw_canvas *canvas = &picture->canvas;
    unsigned room = canvas->width > 84 + picture->extra ? canvas->width - 84 - picture->extra : 0;

    if (longest_ms <= 0 || room < 8)
        return;
    room = room > 40 ? 40 : room;
    hw_canvas_put(canvas, HW_PLAIN, "  ");
    for (int64_t length = ms * room / longest_ms; length > 0; length--)
        hw_canvas_put(canvas, HW_TITLE, "%s", picture->look->utf8 ? "\xE2\x96\x88" : "#");
}

/* The words of a reason under a heading that says already that it is waited for. */
static const char *reason_words(const struct hw_top_model *model, const char *reason)
{
    static const char awaiting[] = "Awaiting ";
    const char *words = hw_top_model_reason(model, reason);

    if (words == reason)
        return "";
    return words + (strncmp(words, awaiting, sizeof awaiting - 1) == 0 ? sizeof awaiting - 1 : 0);
}

static void draw_reasons(
    struct picture *picture, const struct hw_top_reason *reasons, unsigned count)
{
    struct hw_canvas *canvas = &picture->canvas;
    char some[FIGURE_SIZE] = "", text[FIGURE_SIZE];
    unsigned extra = picture->extra;

    if (picture->reasons < count)
        (void)snprintf(some, sizeof some, " (%u of %u)", picture->reasons, count);
    hw_canvas_put(canvas, HW_STRONG, " Waiting for%s", some);
    hw_canvas_left(canvas, 48 + extra, HW_FAINT, "  ~ inferred ! contested");
    hw_canvas_left(canvas, 60 + extra, HW_FAINT, "Side");
    hw_canvas_right(canvas, 67 + extra, HW_FAINT, "People");
    hw_canvas_right(canvas, 77 + extra, HW_FAINT, "Hours");
    hw_canvas_end_line(canvas);
    for (unsigned i = 0; i < picture->reasons; i++) {
        const struct hw_top_reason *reason = &reasons[i];

        hw_canvas_left(canvas, 6, HW_PLAIN, " %s", reason->reason);
        hw_canvas_left(canvas, 48 + extra, HW_PLAIN, "%s%s%s", reason->inferred ? "~" : "",
            reason->contested ? "!" : "", reason_words(picture->model, reason->reason));
        hw_canvas_left(canvas, 60 + extra, HW_PLAIN, "%s", side_text(reason->responsible));
        hw_canvas_right(canvas, 67 + extra, HW_PLAIN, "%s", grouped(text, reason->people));
        hw_canvas_right(canvas, 77 + extra, HW_PLAIN, "%s", hours_text(text, reason->ms));
        draw_bar(picture, reason->ms, reasons[0].ms);
        hw_canvas_end_line(canvas);
    }
    hw_canvas_end_line(canvas);
}

static void draw_event(struct picture *picture, const struct hw_top_event *event)
{
    struct hw_canvas *canvas = &picture->canvas;
    char clock[FIGURE_SIZE], hours[FIGURE_SIZE], what[2 * FIGURE_SIZE];
    bool ended = strcmp(event->kind, "ended") == 0;

    (void)snprintf(what, sizeof what, "%s %s %s h", event->kind, ended ? "after" : "at",
        hours_text(hours, event->ms));
    if (strcmp(event->kind, "started") == 0)
        (void)snprintf(what, sizeof what, "ready to leave");
    if (event->annulled)
        (void)snprintf(what, sizeof what, "never was ready");
    hw_canvas_left(canvas, 8, HW_FAINT, " %s", clock_text(clock, event->at_ms));
    hw_canvas_left(canvas, 32, ended ? HW_GOOD : HW_PLAIN, "%s", what);
    hw_canvas_left(canvas, 43, HW_PLAIN, "%s", event->reference);
    hw_canvas_left(canvas, 51, HW_PLAIN, "%s", event->site);
    hw_canvas_put(canvas, HW_PLAIN, "%s, %s", hw_top_model_reason(picture->model, event->reason),
        side_text(event->responsible));
    hw_canvas_end_line(canvas);
}

static void draw_events(struct picture *picture)
{
    const struct hw_top_model *model = picture->model;
    struct hw_canvas *canvas = &picture->canvas;

    hw_canvas_put(canvas, HW_STRONG, " Just now");
    if (model->events_count == 0)
        hw_canvas_put(canvas, HW_FAINT, "  no delay began or ended since this view was opened");
    else if (picture->events == 0)
        hw_canvas_put(canvas, HW_FAINT, "  a taller window shows what begins and ends");
    hw_canvas_end_line(canvas);
    for (unsigned i = 0; i < picture->events; i++)
        draw_event(picture, &model->events[(model->events_count - 1 - i) % HW_TOP_EVENTS]);
    hw_canvas_end_line(canvas);
}

/* Stale ones first: they are why a figure may be wrong. */
static void draw_feeds(struct picture *picture)
{
    const json_t *feeds = json_object_get(picture->model->summary, "feeds");
    struct hw_canvas *canvas = &picture->canvas;
    char clock[FIGURE_SIZE];
    size_t index;
    json_t *feed;

    hw_canvas_put(canvas, HW_STRONG, " Feeds");
    if (json_array_size(feeds) == 0)
        hw_canvas_put(canvas, HW_WARN, "  none was heard since the engine started");
    for (int stale = 1; stale >= 0; stale--) {
        json_array_foreach(feeds, index, feed)
        {
            const char *arrival = clock_text(clock, moment_of(text_of(feed, "last_arrival")));

            if (json_is_true(json_object_get(feed, "stale")) != stale)
                continue;
            hw_canvas_put(canvas, stale ? HW_BAD : HW_PLAIN, "  %s %s%s", text_of(feed, "source"),
                stale ? "silent since " : "", arrival);
        }
    }
    hw_canvas_end_line(canvas);
}

static void draw_footer(struct picture *picture)
{
    struct hw_canvas *canvas = &picture->canvas;

    if (picture->look->height == 0)
        return;
    hw_canvas_put(canvas, HW_FAINT, " q quits");
    hw_canvas_right(canvas, canvas->width, HW_FAINT, "%s", picture->look->address);
    hw_canvas_end_line(canvas);
}

/* ---- the whole ---- */

/* Hand out the lines there are: in turn, to whoever has more to show. */
static void share_lines(
    struct picture *picture, unsigned sites, unsigned services, unsigned reasons, unsigned events)
{
    unsigned *const turns[] = {&picture->sites, &picture->services, &picture->reasons,
        &picture->sites, &picture->reasons, &picture->events};
    const unsigned wants[] = {sites, services, reasons, sites, reasons, events};
    unsigned height = picture->look->height;
    unsigned fixed = FIXED_LINES + (services > 0 ? SERVICES_LINES + picture->paused : 0);
    unsigned left = height > fixed ? height - fixed : 0;
    bool given = true;

    while (left > 0 && given) {
        given = false;
        for (unsigned i = 0; i < sizeof wants / sizeof *wants && left > 0; i++) {
            if (*turns[i] >= wants[i])
                continue;
            (*turns[i])++;
            left--;
            given = true;
        }
    }
}

static unsigned min_u(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

char *hw_top_view(const struct hw_top_model *model, const struct hw_top_look *look)
{
    struct picture picture = {.model = model, .look = look};
    struct hw_top_reason reasons[REASONS_MAX];
    unsigned reasons_count = hw_top_model_reasons(model, reasons, REASONS_MAX);
    unsigned sites_count = (unsigned)json_array_size(json_object_get(model->summary, "sites"));
    unsigned services_count =
        (unsigned)json_array_size(json_object_get(model->summary, "services"));
    unsigned events_count = min_u(model->events_count, HW_TOP_EVENTS);
    unsigned width = look->width > WIDTH_MIN ? look->width : WIDTH_MIN;

    picture.paused = min_u(count_paused(model),
        look->height == 0         ? ROWS_OF_FILE
            : look->height < TALL ? PAUSED_FEW
                                  : PAUSED_MORE);
    if (look->height == 0) {
        picture.sites = sites_count;
        picture.services = min_u(services_count, ROWS_OF_FILE);
        picture.reasons = min_u(reasons_count, ROWS_OF_FILE);
        picture.events = min_u(events_count, ROWS_OF_FILE);
    } else {
        share_lines(&picture, sites_count, min_u(services_count, SERVICES_MAX), reasons_count,
            events_count);
    }
    picture.extra = min_u(width > 80 ? width - 80 : 0, EXTRA_MAX);
    hw_canvas_init(
        &picture.canvas, width, look->height != 0 ? look->height : LINES_MAX, look->colour);
    draw_header(&picture);
    draw_totals(&picture);
    draw_day(&picture);
    draw_sites(&picture);
    draw_services(&picture);
    draw_reasons(&picture, reasons, reasons_count);
    if (look->height != 0)
        draw_events(&picture);
    draw_feeds(&picture);
    draw_footer(&picture);
    return picture.canvas.text;
}
