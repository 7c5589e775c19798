/*
 * socket.h - one bound nanomsg socket.
 */
#ifndef HW_LINK_NANOMSG_SOCKET_H
#define HW_LINK_NANOMSG_SOCKET_H

#include "homeward/status.h"

#include <stddef.h>

enum { HW_SOCKET_ADDRESS_SIZE = 256 }; /* nanomsg takes 128; a free port may be put in */

struct hw_socket {
    int number; /* nanomsg's; -1: none */
    char address[HW_SOCKET_ADDRESS_SIZE];
};

/*
 * Open a socket of a domain (AF_SP, AF_SP_RAW) and protocol (NN_PUB, NN_REP) and bind it.  Port 0
 * of a tcp:// address takes a free one.  HW_OK, HW_E_INVALID or HW_E_IO with error written and
 * nothing open; key ("nanomsg.publish") names the setting in it.
 */
HW_MUST_CHECK enum hw_status hw_socket_bind(struct hw_socket *socket, int domain, int protocol,
    const char *key, const char *address, char *error, size_t error_size);

/* Close; nothing when it is not open. */
void hw_socket_close(struct hw_socket *socket);

#endif
