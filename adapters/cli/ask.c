#include "cli/ask.h"

#include <nanomsg/nn.h>
#include <nanomsg/reqrep.h>

#include <stdio.h>
#include <string.h>

enum { AGAIN_MS = 20000 }; /* a question is sent again after so long without an answer */

static const char tcp[] = "nn+tcp://", ipc[] = "nn+ipc://";

bool hw_ask_is_url(const char *url)
{
    const char *colon = strrchr(url, ':');

    if (strncmp(url, ipc, sizeof ipc - 1) == 0)
        return url[sizeof ipc - 1] != '\0';
    return strncmp(url, tcp, sizeof tcp - 1) == 0 && colon > url + sizeof tcp - 1 &&
        colon[1] != '\0' && strspn(colon + 1, "0123456789") == strlen(colon + 1);
}

static enum hw_status refuse(struct hw_ask *ask, enum hw_status status, const char *what)
{
    (void)snprintf(
        ask->error, sizeof ask->error, "%s: %s: %s", ask->address, what, nn_strerror(nn_errno()));
    hw_ask_close(ask);
    return status;
}

enum hw_status hw_ask_open(struct hw_ask *ask, const char *url)
{
    int again_ms = AGAIN_MS, size_max = -1; /* Answers may be long. */

    ask->socket = -1;
    ask->error[0] = '\0';
    if (!hw_ask_is_url(url) || strlen(url) >= sizeof ask->address) {
        (void)snprintf(ask->error, sizeof ask->error,
            "write nn+tcp://HOST:PORT or nn+ipc://PATH, as nanomsg.query of the engine");
        return HW_E_INVALID;
    }
    (void)snprintf(ask->address, sizeof ask->address, "%s", url + 3);
    ask->socket = nn_socket(AF_SP, NN_REQ);
    if (ask->socket < 0)
        return refuse(ask, HW_E_IO, "no socket could be opened");
    (void)nn_setsockopt(ask->socket, NN_REQ, NN_REQ_RESEND_IVL, &again_ms, sizeof again_ms);
    (void)nn_setsockopt(ask->socket, NN_SOL_SOCKET, NN_RCVMAXSIZE, &size_max, sizeof size_max);
    if (nn_connect(ask->socket, ask->address) < 0)
        return refuse(ask, HW_E_INVALID, "not an address");
    return HW_OK;
}

void hw_ask_close(struct hw_ask *ask)
{
    if (ask->socket >= 0)
        (void)nn_close(ask->socket);
    ask->socket = -1;
}

void hw_ask_once(struct hw_ask *ask)
{
    int never_ms = INT32_MAX;

    (void)nn_setsockopt(ask->socket, NN_REQ, NN_REQ_RESEND_IVL, &never_ms, sizeof never_ms);
}

json_t *hw_ask_for(struct hw_ask *ask, const char *question, size_t size, int64_t timeout_ms)
{
    int wait_ms = timeout_ms > INT32_MAX ? INT32_MAX : (int)timeout_ms;
    json_error_t error;
    void *message = NULL;
    json_t *answer;
    int got;

    (void)nn_setsockopt(ask->socket, NN_SOL_SOCKET, NN_SNDTIMEO, &wait_ms, sizeof wait_ms);
    (void)nn_setsockopt(ask->socket, NN_SOL_SOCKET, NN_RCVTIMEO, &wait_ms, sizeof wait_ms);
    if (nn_send(ask->socket, question, size, 0) < 0 ||
        (got = nn_recv(ask->socket, &message, NN_MSG, 0)) < 0) {
        (void)snprintf(ask->error, sizeof ask->error,
            "no answer from %s within %d s: is the engine running (homeward serve), and is that "
            "its nanomsg.query?",
            ask->address, wait_ms / 1000);
        return NULL;
    }
    answer = json_loadb(message, (size_t)got, 0, &error);
    (void)nn_freemsg(message);
    if (answer == NULL)
        (void)snprintf(ask->error, sizeof ask->error,
            "what answers at %s does not speak as an engine does", ask->address);
    return answer;
}
