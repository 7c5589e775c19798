/*
 * top.c - homeward top: the county's figures in a terminal, as they change.
 *
 * It is a client like any other: it asks for `summary`, listens to what is published, and asks
 * again where something was missed and every 15 s (feeds are not published).
 */
#include "cli/args.h"
#include "cli/command.h"
#include "cli/top_model.h"
#include "cli/top_terminal.h"
#include "cli/top_view.h"

#include <nanomsg/nn.h>
#include <nanomsg/pubsub.h>
#include <nanomsg/reqrep.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    FIRST_ANSWER_MS = 3000,
    ASK_MS = 15000,    /* for the summary, in any case */
    ASK_SOON_MS = 500, /* when something was missed: at most this often */
    FRAME_MS = 200,
    CLOCK_MS = 1000,
    MESSAGES_MAX = 1000, /* read before the next picture */
    ADDRESS_SIZE = 128,
    ONCE = 256,
};

static const struct hw_option options[] = {
    {'p', "publish", "ADDRESS", "where the engine publishes (default tcp://127.0.0.1:5561)"},
    {'q', "query", "ADDRESS", "where it answers (default tcp://127.0.0.1:5562)"},
    {'u', "url", "URL", "nn+tcp://HOST:PORT of the query socket; publishes at the port before it"},
    {ONCE, "once", NULL, "print one picture and end, also on a terminal"},
};

static const struct hw_usage usage = {
    .command = "top",
    .synopsis = "[--url URL | --publish ADDRESS --query ADDRESS] [--once]",
    .sentence = "Shows who is in hospital, ready and delayed, where and what for, and where there\n"
                "are services: who waits for them, what is free, what is paused and by whom, as\n"
                "it changes. q quits. Where the output is no terminal, it prints one picture and\n"
                "ends.",
    .options = options,
    .options_count = sizeof options / sizeof *options,
};

struct top {
    char publish[ADDRESS_SIZE];
    char query[ADDRESS_SIZE];
    bool once;
    int subscriber, asker;
    int64_t asked_ms; /* when the last question went */
    bool waiting;     /* for its answer */
    struct hw_top_model model;
};

static int64_t monotonic_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- arguments ---- */

/* "nn+tcp://HOST:PORT" to both addresses.  False: it is none. */
static bool url_set(struct top *top, const char *url)
{
    static const char scheme[] = "nn+tcp://";
    const char *host = url + sizeof scheme - 1;
    char *end;

    if (strncmp(url, scheme, sizeof scheme - 1) != 0)
        return false;
    const char *colon = strrchr(host, ':');
    if (colon == NULL || colon == host || colon - host > ADDRESS_SIZE / 2)
        return false;
    unsigned long port = strtoul(colon + 1, &end, 10);
    if (*end != '\0' || end == colon + 1 || port < 2 || port > 65535)
        return false;
    (void)snprintf(
        top->query, sizeof top->query, "tcp://%.*s:%lu", (int)(colon - host), host, port);
    (void)snprintf(
        top->publish, sizeof top->publish, "tcp://%.*s:%lu", (int)(colon - host), host, port - 1);
    return true;
}

/* HW_EXIT_OK and *ret_done false: go on. */
static int arguments_read(struct top *top, int argc, char **argv, bool *ret_done)
{
    struct hw_args args;
    const char *value = NULL;
    int found;

    *ret_done = true;
    hw_args_init(&args, &usage, argc, argv);
    while ((found = hw_args_next(&args, &value)) != HW_ARG_END) {
        switch (found) {
        case HW_ARG_HELP:
            return HW_EXIT_OK;
        case HW_ARG_WRONG:
            return HW_EXIT_USAGE;
        case 'p':
            (void)snprintf(top->publish, sizeof top->publish, "%s", value);
            break;
        case 'q':
            (void)snprintf(top->query, sizeof top->query, "%s", value);
            break;
        case 'u':
            if (!url_set(top, value))
                return hw_args_wrong(&usage,
                    "--url %s: give nn+tcp://HOST:PORT, such as nn+tcp://127.0.0.1:5562", value);
            break;
        case ONCE:
            top->once = true;
            break;
        default:
            return hw_args_wrong(&usage, "top takes no \"%s\"", value);
        }
    }
    *ret_done = false;
    return HW_EXIT_OK;
}

/* ---- the engine ---- */

static bool connect_to(int socket, const char *what, const char *address)
{
    if (nn_connect(socket, address) >= 0)
        return true;
    (void)fprintf(stderr, "homeward top: %s %s: %s: give tcp://HOST:PORT or ipc://PATH\n", what,
        address, nn_strerror(nn_errno()));
    return false;
}

static bool sockets_open(struct top *top)
{
    int again_ms = 1000;   /* A lost question is asked again after this long. */
    int receive_size = -1; /* A summary of a large county is large. */

    top->subscriber = nn_socket(AF_SP, NN_SUB);
    top->asker = nn_socket(AF_SP, NN_REQ);
    if (top->subscriber < 0 || top->asker < 0) {
        (void)fprintf(stderr, "homeward top: cannot open a socket: %s\n", nn_strerror(nn_errno()));
        return false;
    }
    (void)nn_setsockopt(top->subscriber, NN_SUB, NN_SUB_SUBSCRIBE, "metrics/", 8);
    (void)nn_setsockopt(top->subscriber, NN_SUB, NN_SUB_SUBSCRIBE, "delay/", 6);
    (void)nn_setsockopt(top->subscriber, NN_SUB, NN_SUB_SUBSCRIBE, "automation/", 11);
    (void)nn_setsockopt(top->asker, NN_REQ, NN_REQ_RESEND_IVL, &again_ms, sizeof again_ms);
    (void)nn_setsockopt(
        top->subscriber, NN_SOL_SOCKET, NN_RCVMAXSIZE, &receive_size, sizeof receive_size);
    (void)nn_setsockopt(
        top->asker, NN_SOL_SOCKET, NN_RCVMAXSIZE, &receive_size, sizeof receive_size);
    return connect_to(top->subscriber, "--publish", top->publish) &&
        connect_to(top->asker, "--query", top->query);
}

static void sockets_close(const struct top *top)
{
    if (top->subscriber >= 0)
        (void)nn_close(top->subscriber);
    if (top->asker >= 0)
        (void)nn_close(top->asker);
}

static void ask(struct top *top, const char *question)
{
    top->asked_ms = monotonic_ms();
    top->waiting = nn_send(top->asker, question, strlen(question), NN_DONTWAIT) >= 0;
}

/* Take one message of a socket, if there is one. */
static bool take(struct top *top, int socket,
    void (*put)(struct hw_top_model *model, struct hw_slice message, int64_t now_ms))
{
    void *message = NULL;
    int size = nn_recv(socket, &message, NN_MSG, NN_DONTWAIT);

    if (size < 0)
        return false;
    put(&top->model, hw_slice_of(message, (size_t)size), monotonic_ms());
    (void)nn_freemsg(message);
    return true;
}

/* Read what came.  Whether anything did. */
static bool take_all(struct top *top)
{
    bool news = false;

    for (int i = 0; i < MESSAGES_MAX && take(top, top->subscriber, hw_top_model_message); i++)
        news = true;
    if (take(top, top->asker, hw_top_model_answer)) {
        top->waiting = false;
        news = true;
    }
    return news;
}

static int receive_fd(int socket)
{
    int fd = -1;
    size_t size = sizeof fd;

    return nn_getsockopt(socket, NN_SOL_SOCKET, NN_RCVFD, &fd, &size) == 0 ? fd : -1;
}

/* Wait until something came or a key was struck; a signal ends it as well. */
static void wait_for(const struct top *top, int keys, int64_t ms)
{
    struct pollfd handles[] = {
        {.fd = receive_fd(top->subscriber), .events = POLLIN},
        {.fd = receive_fd(top->asker), .events = POLLIN},
        {.fd = keys, .events = POLLIN},
    };

    (void)poll(handles, sizeof handles / sizeof *handles, ms > 0 ? (int)ms : 0);
}

/* The answer to a question, waited for; false: none came in time. */
static bool ask_first(struct top *top, const char *question)
{
    int64_t until_ms = monotonic_ms() + FIRST_ANSWER_MS;

    ask(top, question);
    while (top->waiting && monotonic_ms() < until_ms) {
        wait_for(top, -1, until_ms - monotonic_ms());
        (void)take_all(top);
    }
    return !top->waiting;
}

/* ---- the picture ---- */

static bool is_set(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && *value != '\0';
}

static bool is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);

        if (value != NULL && *value != '\0') /* The first that is set decides. */
            return strstr(value, "UTF-8") != NULL || strstr(value, "utf8") != NULL;
    }
    return false;
}

static char *picture(const struct top *top, unsigned width, unsigned height)
{
    const char *terminal = getenv("TERM");
    struct hw_top_look look = {
        .width = width,
        .height = height,
        .colour = height > 0 && !is_set("NO_COLOR") &&
            (terminal == NULL || strcmp(terminal, "dumb") != 0),
        .utf8 = is_utf8(),
        .now_ms = monotonic_ms(),
        .address = top->query,
    };

    return hw_top_view(&top->model, &look);
}

static void show(const struct top *top)
{
    unsigned width, height;

    hw_terminal_size(&width, &height);
    char *text = picture(top, width, height);
    if (text != NULL)
        hw_terminal_show(text);
    free(text);
}

static bool print_once(const struct top *top)
{
    unsigned width = 80, height;

    if (hw_terminal_is())
        hw_terminal_size(&width, &height);
    char *text = picture(top, width, 0);
    bool printed = text != NULL && fputs(text, stdout) >= 0 && fflush(stdout) == 0;
    free(text);
    return printed;
}

static bool quit_struck(void)
{
    char keys[32];
    ssize_t size = read(STDIN_FILENO, keys, sizeof keys);

    for (ssize_t i = 0; i < size; i++)
        if (keys[i] == 'q' || keys[i] == 'Q')
            return true;
    return false;
}

/* Ask for the summary when it is time. */
static void ask_again(struct top *top)
{
    int64_t passed_ms = monotonic_ms() - top->asked_ms;

    if (!top->waiting && passed_ms >= (top->model.stale_rows ? ASK_SOON_MS : ASK_MS))
        ask(top, "{\"query\":\"summary\"}");
}

static void watch(struct top *top)
{
    int64_t shown_ms = 0;
    bool news = true;

    hw_terminal_open();
    while (!hw_terminal_ended() && !quit_struck()) {
        int64_t next_ms = shown_ms + (news ? FRAME_MS : CLOCK_MS);

        if (monotonic_ms() >= next_ms) {
            show(top);
            shown_ms = monotonic_ms();
            news = false;
            continue;
        }
        wait_for(top, STDIN_FILENO, next_ms - monotonic_ms());
        news = take_all(top) || news;
        ask_again(top);
    }
    hw_terminal_close();
}

static int run(struct top *top)
{
    if (!sockets_open(top))
        return HW_EXIT_USAGE;
    if (!ask_first(top, "{\"query\":\"summary\"}") || top->model.summary == NULL) {
        (void)fprintf(stderr,
            "homeward top: no engine at %s: start one with homeward serve, or name its address "
            "with --query\n",
            top->query);
        return HW_EXIT_FAILED;
    }
    (void)ask_first(top, "{\"query\":\"reasons\"}"); /* Without it, codes are shown as they are. */
    if (top->once || !hw_terminal_is())
        return print_once(top) ? HW_EXIT_OK : HW_EXIT_FAILED;
    watch(top);
    return HW_EXIT_OK;
}

int hw_command_top(int argc, char **argv)
{
    struct top top = {.publish = "tcp://127.0.0.1:5561",
        .query = "tcp://127.0.0.1:5562",
        .subscriber = -1,
        .asker = -1};
    bool done;
    int code = arguments_read(&top, argc, argv, &done);

    if (done)
        return code;
    hw_top_model_init(&top.model);
    code = run(&top);
    sockets_close(&top);
    hw_top_model_free(&top.model);
    return code;
}
