#include "cli/server.h"
#include "cli/notify.h"
#include "homeward/version.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    DRAIN_MS = 10000,         /* what the links get to finish */
    WATCH_MS = 5000,          /* how often memory is looked at */
    MEMORY_WARN_PERCENT = 80, /* and every 5 from there */
    SETTINGS_TRIES = 10000,   /* of a millisecond, at the start */
};

/* ---- what the runtime tells ---- */

static void on_durable(void *context, uint64_t sequence)
{
    struct hw_server *server = context;

    if (server->mllp != NULL)
        hw_mllp_on_durable(server->mllp, sequence);
    if (server->nanomsg != NULL)
        hw_nanomsg_durable(server->nanomsg, sequence);
}

static void on_applied(void *context, const struct hw_engine *engine)
{
    struct hw_server *server = context;

    (void)engine;
    if (server->resources != NULL)
        hw_resources_applied(server->resources);
    if (server->nanomsg != NULL)
        hw_nanomsg_applied(server->nanomsg);
}

static void on_warning(void *context, const char *text)
{
    const struct hw_server *server = context;

    hw_log(&server->log, HW_LOG_WARNING, "runtime", "{s:s}", "warning", text);
}

/* What was not written must not be answered, so nothing is: senders repeat it to the next process.
 */
static void on_failed(void *context, const char *what)
{
    const struct hw_server *server = context;

    hw_log(&server->log, HW_LOG_ERROR, "stopped: the journal cannot be written", "{s:s}", "error",
        what);
    _exit(1);
}

/* ---- what the links ask ---- */

/* The feed spoke: of what, and when.  People who decide are no feed, and never silent. */
static void note_feed(const struct hw_server *server, const struct hw_event *events,
    uint32_t events_count, bool duplicate)
{
    const struct hw_event *event = &events[0];
    struct hw_slice site = hw_event_text(event, HW_FIELD_SITE);
    /* What was just taken was accepted now. */
    int64_t now_ms = duplicate ? hw_runtime_now_ms(server->runtime)
                               : hw_engine_accepted_ms(hw_runtime_engine(server->runtime));

    if (event->kind >= HW_KIND_DECIDE_ROUTING_MODE)
        return;
    for (uint32_t i = 1; i < events_count && site.size == 0; i++)
        site = hw_event_text(&events[i], HW_FIELD_SITE);
    hw_feeds_note(server->feeds, event->source, site,
        hw_time_is(event->happened) ? event->happened.start_ms : HW_TIME_NONE, now_ms);
    for (uint32_t i = 0; i < events_count && !duplicate; i++)
        if (events[i].flags & HW_FLAG_NOT_ASSERTED)
            hw_feeds_note_not_asserted(server->feeds, event->source);
}

static struct hw_submitted port_submit(
    void *context, struct hw_event *events, uint32_t events_count)
{
    struct hw_server *server = context;
    struct hw_submitted submitted = hw_runtime_submit(server->runtime, events, events_count);

    if (submitted.outcome != HW_OUTCOME_FULL)
        note_feed(server, events, events_count, submitted.outcome == HW_OUTCOME_DUPLICATE);
    return submitted;
}

static enum hw_status port_quarantine(
    void *context, const struct hw_refused *refused, uint64_t *ret_id)
{
    struct hw_server *server = context;

    return hw_runtime_quarantine(server->runtime, refused, ret_id);
}

static void entry_answer(void *context, uint64_t later, const json_t *answer)
{
    const struct hw_server *server = context;

    if (server->nanomsg != NULL) /* Else nobody is there to hear it. */
        hw_nanomsg_answer(server->nanomsg, later, answer);
}

static uint64_t port_durable(void *context)
{
    return hw_runtime_durable(((struct hw_server *)context)->runtime);
}

static uint64_t port_quarantine_durable(void *context)
{
    return hw_runtime_quarantine_durable(((struct hw_server *)context)->runtime);
}

static int64_t now_ms(void *context)
{
    return hw_runtime_now_ms(((struct hw_server *)context)->runtime);
}

static void mllp_log(void *context, enum hw_mllp_level level, const char *text)
{
    const struct hw_server *server = context;

    _Static_assert((int)HW_MLLP_ERROR == (int)HW_LOG_ERROR, "the same levels");
    hw_log(&server->log, (enum hw_log_level)level, "mllp", "{s:s}", "text", text);
}

static void nanomsg_log(void *context, const char *words)
{
    const struct hw_server *server = context;

    hw_log(&server->log, HW_LOG_WARNING, "nanomsg", "{s:s}", "text", words);
}

/* ---- stopping ---- */

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void close_handles(struct hw_server *server)
{
    uv_handle_t *const handles[] = {
        (uv_handle_t *)&server->prepare,
        (uv_handle_t *)&server->check,
        (uv_handle_t *)&server->due,
        (uv_handle_t *)&server->watch,
        (uv_handle_t *)&server->terminate,
        (uv_handle_t *)&server->interrupt,
        (uv_handle_t *)&server->reload,
        (uv_handle_t *)&server->report,
    };

    if (!server->handles_open)
        return;
    server->handles_open = false;
    for (size_t i = 0; i < sizeof handles / sizeof *handles; i++)
        close_handle(handles[i]);
    if (hw_runtime_wakeup_fd(server->runtime) >= 0)
        close_handle((uv_handle_t *)&server->wakeup);
}

static void on_nanomsg_closed(void *context)
{
    struct hw_server *server = context;

    server->nanomsg = NULL;
    close_handles(server);
}

/* All is durable and all answers have left: say the last to subscribers and close. */
static void finish(struct hw_server *server)
{
    server->state = HW_SERVER_CLOSING;
    if (server->nanomsg == NULL) {
        close_handles(server);
        return;
    }
    hw_nanomsg_drain(server->nanomsg);
    hw_nanomsg_close(server->nanomsg, on_nanomsg_closed, server);
}

static void on_mllp_drained(void *context)
{
    struct hw_server *server = context;

    server->state = HW_SERVER_SYNCING;
}

static void on_stop_signal(uv_signal_t *handle, int signal_number)
{
    struct hw_server *server = handle->data;

    if (server->state != HW_SERVER_RUNNING) {
        hw_log(&server->log, HW_LOG_WARNING, "stopped at once, by a second signal", NULL);
        _exit(1);
    }
    hw_log(&server->log, HW_LOG_INFO, "stopping", "{s:s}", "signal",
        signal_number == SIGINT ? "SIGINT" : "SIGTERM");
    hw_notify("STOPPING=1");
    server->state = HW_SERVER_DRAINING;
    if (server->nanomsg != NULL)
        hw_nanomsg_stop(server->nanomsg);
    hw_runtime_give_up_trials(server->runtime);
    hw_mllp_drain(server->mllp, DRAIN_MS, on_mllp_drained, server);
}

/* ---- the loop ---- */

static void on_due(uv_timer_t *handle)
{
    (void)handle; /* It woke the loop; the turn does the rest. */
}

static void on_wakeup(uv_poll_t *handle, int status, int events)
{
    (void)handle, (void)status, (void)events; /* As above. */
}

/* Nothing stands in their way, and still there is no room: they would wait for ever. */
static void drop_settings(struct hw_server *server)
{
    hw_log(&server->log, HW_LOG_ERROR, "settings not taken over", "{s:i, s:s}", "count",
        (int)server->settings_count, "remedy",
        "make room on the disk or raise limits, or change fewer at once; then send SIGHUP again");
    server->settings_count = 0;
}

/*
 * On the way to the end: all is durable, or the disk is full and nothing more will be.  Then nobody
 * was told of it, and senders repeat it to the next process.
 */
static void settle_stop(struct hw_server *server)
{
    bool is_full = hw_runtime_is_full(server->runtime);

    if (server->state == HW_SERVER_DRAINING && is_full)
        hw_mllp_drain_now(server->mllp);
    if (server->state == HW_SERVER_SYNCING && !hw_runtime_is_trying(server->runtime) &&
        (is_full ||
            hw_runtime_durable(server->runtime) >=
                hw_engine_sequence(hw_runtime_engine(server->runtime))))
        finish(server);
}

/* It may fire a second early, which costs a turn: starting it anew for every message costs more. */
static void wake_in(struct hw_server *server, int64_t next_ms)
{
    uint64_t due_ms = uv_now(&server->loop) + (uint64_t)next_ms;

    if (uv_is_active((uv_handle_t *)&server->due) && due_ms >= server->due_ms &&
        due_ms - server->due_ms < HW_SECOND_MS)
        return;
    server->due_ms = due_ms;
    (void)uv_timer_start(&server->due, on_due, (uint64_t)next_ms, 0);
}

static void turn(struct hw_server *server)
{
    if (!hw_server_submit_settings(server) &&
        hw_runtime_durable(server->runtime) >=
            hw_engine_sequence(hw_runtime_engine(server->runtime)))
        drop_settings(server);
    int64_t next_ms = hw_runtime_turn(server->runtime);

    if (server->state >= HW_SERVER_CLOSING)
        return;
    if (next_ms < 0)
        (void)uv_timer_stop(&server->due);
    else
        wake_in(server, next_ms);
    settle_stop(server);
}

static void on_prepare(uv_prepare_t *handle)
{
    turn(handle->data);
}

static void on_check(uv_check_t *handle)
{
    turn(handle->data);
}

/* Warn at 80 % and at every 5 % from there; again when it comes back to it. */
static void on_watch(uv_timer_t *handle)
{
    struct hw_server *server = handle->data;
    unsigned percent, step;

    (void)hw_engine_has_room(hw_runtime_engine(server->runtime), &percent);
    step = percent < MEMORY_WARN_PERCENT ? 0 : percent - percent % 5;
    if (step > server->warned_percent)
        hw_log(&server->log, HW_LOG_WARNING, "memory fills", "{s:i, s:s}", "percent", (int)percent,
            "remedy", "raise limits and restart; at 100 % nothing more is read");
    server->warned_percent = step;
}

static void on_reload(uv_signal_t *handle, int signal_number)
{
    struct hw_server *server = handle->data;

    (void)signal_number;
    if (server->state == HW_SERVER_RUNNING)
        hw_server_reload(server);
}

/* SIGUSR1: what an operator looks at first. */
static void on_report(uv_signal_t *handle, int signal_number)
{
    struct hw_server *server = handle->data;
    const struct hw_engine *engine = hw_runtime_engine(server->runtime);
    json_t *fields = json_object();
    unsigned percent;

    (void)signal_number;
    (void)hw_engine_has_room(engine, &percent);
    json_object_set_new(fields, "sequence", json_integer((json_int_t)hw_engine_sequence(engine)));
    json_object_set_new(
        fields, "durable", json_integer((json_int_t)hw_runtime_durable(server->runtime)));
    json_object_set_new(fields, "memory_percent", json_integer(percent));
    const struct hw_mllp_counters *counters = hw_mllp_counters(server->mllp);
#define REPORT_COUNTER(name, text)                                                                 \
    json_object_set_new(fields, #name, json_integer((json_int_t)counters->name));
    HW_MLLP_COUNTER_LIST(REPORT_COUNTER)
#undef REPORT_COUNTER
    const struct hw_entry_counts *entered = hw_entry_counts(server->entry);
#define REPORT_ENTERED(name, words)                                                                \
    json_object_set_new(fields, "cloudevents_" #name, json_integer((json_int_t)entered->name));
    HW_ENTRY_COUNT_LIST(REPORT_ENTERED)
#undef REPORT_ENTERED
    hw_log_object(&server->log, HW_LOG_INFO, "state", fields);
}

static void open_signal(
    struct hw_server *server, uv_signal_t *handle, uv_signal_cb callback, int signal_number)
{
    HW_ASSERT(uv_signal_init(&server->loop, handle) == 0);
    handle->data = server;
    HW_ASSERT(uv_signal_start(handle, callback, signal_number) == 0);
}

static void open_handles(struct hw_server *server)
{
    int wakeup_fd = hw_runtime_wakeup_fd(server->runtime);

    (void)uv_prepare_init(&server->loop, &server->prepare);
    (void)uv_check_init(&server->loop, &server->check);
    (void)uv_timer_init(&server->loop, &server->due);
    (void)uv_timer_init(&server->loop, &server->watch);
    server->prepare.data = server->check.data = server->due.data = server->watch.data = server;
    (void)uv_prepare_start(&server->prepare, on_prepare);
    (void)uv_check_start(&server->check, on_check);
    (void)uv_timer_start(&server->watch, on_watch, 0, WATCH_MS);
    if (wakeup_fd >= 0) {
        HW_ASSERT(uv_poll_init(&server->loop, &server->wakeup, wakeup_fd) == 0);
        HW_ASSERT(uv_poll_start(&server->wakeup, UV_READABLE, on_wakeup) == 0);
    }
    open_signal(server, &server->terminate, on_stop_signal, SIGTERM);
    open_signal(server, &server->interrupt, on_stop_signal, SIGINT);
    open_signal(server, &server->reload, on_reload, SIGHUP);
    open_signal(server, &server->report, on_report, SIGUSR1);
    server->handles_open = true;
}

/* ---- starting ---- */

/* Each connection takes a handle; the limit that may be raised without asking is. */
static void raise_handle_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static bool refuse(const struct hw_server *server, const char *error)
{
    hw_log(&server->log, HW_LOG_ERROR, "not started", "{s:s}", "error", error);
    return false;
}

static bool open_runtime(struct hw_server *server)
{
    struct hw_runtime_options options;
    char error[HW_ERROR_TEXT_SIZE] = "";

    hw_derive_runtime(server->first.keys, &options);
    options.env = hw_env_posix();
    options.on_durable = on_durable;
    options.on_applied = on_applied;
    options.on_failed = on_failed;
    options.on_warning = on_warning;
    options.context = server;
    hw_notify("STATUS=replaying the journal");
    if (hw_runtime_open(&options, &server->runtime, error) != HW_OK)
        return refuse(server, error);
    return true;
}

static bool open_resources(struct hw_server *server)
{
    server->feeds = hw_feeds_new(HW_HOUR_MS, hw_runtime_now_ms(server->runtime));
    server->resources = hw_resources_new(&(struct hw_resources_options){
        .engine = hw_runtime_engine(server->runtime),
        .feeds = server->feeds,
        .now_ms = now_ms,
        .context = server,
    });
    if (server->feeds == NULL || server->resources == NULL)
        return refuse(server, hw_status_text(HW_E_MEMORY));
    hw_derive_feeds(server->first.keys, server->feeds);
    return true;
}

/* The journal tells the configuration before it tells the first message under it. */
static bool journal_settings(struct hw_server *server)
{
    hw_server_take_settings(server, &server->first);
    for (unsigned tries = 0; tries < SETTINGS_TRIES; tries++) {
        bool all = hw_server_submit_settings(server);

        (void)hw_runtime_turn(server->runtime);
        if (all)
            return true;
        if (hw_runtime_is_full(server->runtime))
            return refuse(server,
                "data_dir: its disk is full: the configuration cannot be written to the journal; "
                "free some space and start again");
        usleep(1000);
    }
    return refuse(server,
        "limits: there is no room for the sites and zones of the configuration, or more of them "
        "are "
        "new than go into the journal at once (4 MiB): raise limits.texts, or add them in parts");
}

static bool open_mllp(struct hw_server *server)
{
    struct hw_mllp_options options;
    char error[HW_MLLP_ERROR_SIZE] = "";

    server->port = (struct hw_mllp_port){
        .context = server,
        .submit = port_submit,
        .quarantine = port_quarantine,
        .durable = port_durable,
        .quarantine_durable = port_quarantine_durable,
        .now_ms = now_ms,
    };
    hw_derive_mllp(&server->first, &options);
    options.codec = &server->hl7;
    options.runtime = server->runtime;
    options.port = &server->port;
    options.log = mllp_log;
    options.context = server;
    if (hw_mllp_new(&server->loop, &options, &server->mllp, error) != HW_OK)
        return refuse(server, error);
    return true;
}

static const char *url_or_none(const char *url)
{
    return strcmp(url, "off") == 0 ? NULL : url;
}

static bool open_entry(struct hw_server *server)
{
    struct hw_entry_options options = {.runtime = server->runtime,
        .submit = port_submit,
        .answer = entry_answer,
        .context = server};

    hw_derive_ce(&server->first, &server->hl7, &options.codec);
    server->entry = hw_entry_new(&options);
    return server->entry != NULL || refuse(server, "no memory");
}

static bool open_nanomsg(struct hw_server *server)
{
    const struct hw_config_top *keys = server->first.keys;
    struct hw_env *env = hw_env_posix();
    char error[HW_ERROR_TEXT_SIZE] = "";
    struct hw_nanomsg_options options = {
        .loop = &server->loop,
        .publish = url_or_none(keys->nanomsg.publish),
        .query = url_or_none(keys->nanomsg.query),
        .ingest = url_or_none(keys->nanomsg.ingest),
        .interval_ms = keys->metrics.interval_ms,
        .durable = hw_runtime_durable(server->runtime),
        .resources = server->resources,
        .door = hw_entry_door(server->entry),
        .log = nanomsg_log,
        .context = server,
    };

    if (options.publish == NULL && options.query == NULL && options.ingest == NULL)
        return true;
    env->random(env->context, &options.run, sizeof options.run);
    options.run >>= 12; /* Exact in JSON, whoever reads it. */
    if (hw_nanomsg_new(&options, &server->nanomsg, error) != HW_OK)
        return refuse(server, error);
    return true;
}

static void add_address(json_t *fields, const char *name, const char *address)
{
    if (address != NULL)
        json_object_set_new(fields, name, json_string(address));
}

static void say_ready(struct hw_server *server)
{
    const struct hw_config_top *keys = server->first.keys;
    uint64_t sequence = hw_engine_sequence(hw_runtime_engine(server->runtime));
    json_t *fields = json_object();

    add_address(fields, "mllp", hw_mllp_address(server->mllp));
    if (server->nanomsg != NULL) {
        add_address(fields, "publish", hw_nanomsg_publish_address(server->nanomsg));
        add_address(fields, "query", hw_nanomsg_query_address(server->nanomsg));
        add_address(fields, "ingest", hw_nanomsg_ingest_address(server->nanomsg));
    }
    json_object_set_new(fields, "county", json_string(keys->county));
    json_object_set_new(fields, "data_dir", json_string(keys->data_dir));
    json_object_set_new(fields, "sequence", json_integer((json_int_t)sequence));
    json_object_set_new(fields, "clock", json_string(keys->clock));
    json_object_set_new(fields, "sync", json_string(keys->journal.sync));
    json_object_set_new(fields, "version", json_string(HW_VERSION));
    json_object_set_new(fields, "pid", json_integer(getpid()));
    hw_log_object(&server->log, HW_LOG_INFO, "ready", fields);
    hw_notify("READY=1\nSTATUS=running");
}

/* What can surprise is said once more where it will be read after the surprise. */
static void say_warnings(const struct hw_server *server)
{
    const struct hw_config_top *keys = server->first.keys;

    if (strcmp(keys->journal.sync, "always") != 0)
        hw_log(&server->log, HW_LOG_WARNING,
            "what was acknowledged can be lost when the machine stops", "{s:s}", "journal.sync",
            keys->journal.sync);
    if (keys->listen.trusted_network)
        hw_log(&server->log, HW_LOG_WARNING, "anybody on the network can send and read", "{s:b}",
            "listen.trusted_network", 1);
}

static void say_closed(const struct hw_server *server, enum hw_status status)
{
    if (status == HW_E_NO_SPACE)
        hw_log(&server->log, HW_LOG_WARNING, "the disk was full at the end", "{s:s}", "remedy",
            "nobody was told of what could not be stored: senders repeat it; free some space");
    else if (status != HW_OK)
        hw_log(&server->log, HW_LOG_ERROR, "the data directory was not closed well", "{s:s}",
            "error", hw_status_text(status));
}

/* Release in the reverse order; the loop runs until it has let go of all handles. */
static void close_all(struct hw_server *server, bool snapshot)
{
    if (server->mllp != NULL)
        hw_mllp_free(server->mllp);
    if (server->nanomsg != NULL)
        hw_nanomsg_close(server->nanomsg, NULL, NULL);
    close_handles(server);
    (void)uv_run(&server->loop, UV_RUN_DEFAULT);
    HW_ASSERT(uv_loop_close(&server->loop) == 0);
    hw_entry_free(server->entry);
    server->entry = NULL;
    hw_resources_free(server->resources);
    server->resources = NULL;
    server->nanomsg = NULL;
    server->mllp = NULL;
    if (server->runtime != NULL)
        say_closed(server, hw_runtime_close(server->runtime, snapshot));
    hw_feeds_free(server->feeds);
    if (server->current.keys != NULL)
        hw_config_free(&server->current);
}

bool hw_server_start(struct hw_server *server)
{
    const struct hw_config_top *keys = server->first.keys;
    char error[HW_MLLP_ERROR_SIZE] = "";

    hw_log_set(&server->log, stderr, keys->log.level, keys->log.format);
    say_warnings(server);
    raise_handle_limit();
    if (uv_loop_init(&server->loop) != 0)
        return refuse(server, "no memory, or no handle, for the loop; give the process more");
    hw_derive_hl7(&server->first, &server->hl7);
    if (!open_runtime(server) || !open_resources(server) || !open_mllp(server) ||
        !open_entry(server) || !open_nanomsg(server) || !journal_settings(server)) {
        close_all(server, false);
        return false;
    }
    if (hw_mllp_start(server->mllp, error) != HW_OK) {
        refuse(server, error);
        close_all(server, false);
        return false;
    }
    /* Behind the links, because libuv calls the last started first: what came in a turn is handed
     * to the disk, and where that was quick answered, before the links see to their connections. */
    open_handles(server);
    server->state = HW_SERVER_RUNNING;
    say_ready(server);
    return true;
}

int hw_server_run(struct hw_server *server)
{
    (void)uv_run(&server->loop, UV_RUN_DEFAULT);
    uint64_t sequence = hw_engine_sequence(hw_runtime_engine(server->runtime));
    close_all(server, true);
    hw_log(&server->log, HW_LOG_INFO, "stopped", "{s:I}", "sequence", (json_int_t)sequence);
    return 0;
}
