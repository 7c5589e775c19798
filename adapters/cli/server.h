/*
 * server.h - the parts of a running server and how they hang together: one loop, one runtime, the
 * links around it.
 *
 * Start: data directory, resources, settings, listeners, ready.  A turn of the loop: what came in
 * is submitted as it is read, then handed to the disk (uv_check), what became durable is answered
 * (on_durable), timers that are due are fired (uv_prepare).  Stop: no more is accepted, what was
 * taken is synced and answered, a snapshot is written.  Loop thread.
 */
#ifndef HW_CLI_SERVER_H
#define HW_CLI_SERVER_H

#include "cli/derive.h"
#include "cli/door.h"
#include "cli/log.h"
#include "cli/settle.h"
#include "link/nanomsg/nanomsg.h"
#include "resource/resource.h"

#include <uv.h>

enum hw_server_state {
    HW_SERVER_STARTING,
    HW_SERVER_RUNNING,
    HW_SERVER_DRAINING, /* the links finish what they began */
    HW_SERVER_SYNCING,  /* what was applied becomes durable */
    HW_SERVER_CLOSING,  /* handles close; then the loop ends */
};

struct hw_server {
    struct hw_log log;
    const struct hw_settle *settle;
    struct hw_config first;    /* of the start: links borrow from it */
    struct hw_config current;  /* of the last reload; keys NULL: still the first */
    struct hw_hl7_options hl7; /* replaced in place by a reload */

    struct hw_runtime *runtime;
    struct hw_resources *resources;
    struct hw_feeds *feeds;
    struct hw_mllp *mllp;
    struct hw_nanomsg *nanomsg;
    struct hw_entry *entry; /* of CloudEvents and decisions */
    struct hw_mllp_port port;

    /* Settings on their way into the journal: all in one commit block. */
    struct hw_event *settings;
    uint32_t settings_count; /* 0: none waits */

    uv_loop_t loop;
    uv_prepare_t prepare;
    uv_check_t check;
    uv_poll_t wakeup;
    uv_timer_t due, watch;
    uint64_t due_ms; /* when due fires, by the loop's clock */
    uv_signal_t terminate, interrupt, reload, report;
    bool handles_open;

    enum hw_server_state state;
    unsigned warned_percent; /* of memory */
};

/* Open everything and say ready.  False: the reason was logged, all is closed again. */
bool hw_server_start(struct hw_server *server);

/* Until it was told to stop and has.  Returns the exit code. */
int hw_server_run(struct hw_server *server);

/* SIGHUP: read the configuration again and take over what can be; all or nothing. */
void hw_server_reload(struct hw_server *server);

/* Hand on settings that wait; false when there was no room for all. */
bool hw_server_submit_settings(struct hw_server *server);

/* Compare a configuration's settings with the engine's; what differs waits to be submitted. */
void hw_server_take_settings(struct hw_server *server, struct hw_config *config);

#endif
