#include "link/nanomsg/socket.h"

#include <nanomsg/nn.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FREE_PORT_TRIES = 16 };

/* A port nobody uses now; 0: there is none. */
static unsigned free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unsigned port = 0;

    if (probe >= 0 && bind(probe, (struct sockaddr *)&address, size) == 0 &&
        getsockname(probe, (struct sockaddr *)&address, &size) == 0)
        port = ntohs(address.sin_port);
    if (probe >= 0)
        (void)close(probe);
    return port;
}

/* nanomsg refuses port 0 and cannot tell which port it took: choose one, again if it is taken
 * meanwhile. */
static int bind_free(struct hw_socket *socket, const char *address)
{
    int host_size = (int)strlen(address) - 1; /* without the 0 */
    int rc = -1;

    for (int i = 0; i < FREE_PORT_TRIES; i++) {
        (void)snprintf(
            socket->address, sizeof socket->address, "%.*s%u", host_size, address, free_port());
        rc = nn_bind(socket->number, socket->address);
        if (rc >= 0 || nn_errno() != EADDRINUSE)
            break;
    }
    return rc;
}

static bool wants_free_port(const char *address)
{
    size_t size = strlen(address);

    return strncmp(address, "tcp://", 6) == 0 && size > 8 && strcmp(address + size - 2, ":0") == 0;
}

static const char *advice(int number)
{
    switch (number) {
    case EADDRINUSE:
        return "another process listens there: end it (ss -ltnp shows it) or set another port";
    case EACCES:
        return "it may not be opened: set a port above 1023, or a folder this user may write";
    case ENOENT:
        return "the folder does not exist: make it, or set another";
    case ENODEV:
    case EADDRNOTAVAIL:
        return "this machine has no such address: set one of its own, such as 127.0.0.1";
    case ENAMETOOLONG:
        return "it is too long: set a shorter one";
    default:
        return "set tcp://HOST:PORT or ipc://PATH";
    }
}

static enum hw_status status_of(int number)
{
    switch (number) {
    case EINVAL:
    case EPROTONOSUPPORT:
    case ENODEV:
    case ENAMETOOLONG:
        return HW_E_INVALID;
    default:
        return HW_E_IO;
    }
}

enum hw_status hw_socket_bind(struct hw_socket *socket, int domain, int protocol, const char *key,
    const char *address, char *error, size_t error_size)
{
    int rc;

    socket->number = nn_socket(domain, protocol);
    if (socket->number < 0) {
        (void)snprintf(error, error_size, "%s: nanomsg cannot open a socket: %s", key,
            nn_strerror(nn_errno()));
        return HW_E_IO;
    }
    if (wants_free_port(address)) {
        rc = bind_free(socket, address);
    } else {
        (void)snprintf(socket->address, sizeof socket->address, "%s", address);
        rc = nn_bind(socket->number, address);
    }
    if (rc >= 0)
        return HW_OK;

    int number = nn_errno();
    (void)snprintf(error, error_size, "%s: cannot listen at %s (%s): %s", key, address,
        nn_strerror(number), advice(number));
    hw_socket_close(socket);
    return status_of(number);
}

void hw_socket_close(struct hw_socket *socket)
{
    if (socket->number >= 0)
        (void)nn_close(socket->number);
    socket->number = -1;
}
