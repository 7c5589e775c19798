/*
 * address.h - "HOST:PORT" as text and as a socket address.
 */
#ifndef HW_MLLP_ADDRESS_H
#define HW_MLLP_ADDRESS_H

#include "homeward/status.h"

#include <stdbool.h>
#include <sys/socket.h>

enum { HW_ADDRESS_TEXT_SIZE = 64 };

/*
 * Resolve "127.0.0.1:2575", "[::1]:2575", "name:2575", ":2575" or "*:2575" (all addresses).  Names
 * are looked up and the call waits for that: startup only.
 *   HW_E_INVALID    not of that form
 *   HW_E_NOT_FOUND  the name is not known
 *   HW_E_MEMORY     it could not be looked up
 */
HW_MUST_CHECK enum hw_status hw_address_resolve(
    const char *text, struct sockaddr_storage *ret_address);

/* "127.0.0.1:2575" or "[::1]:2575".  Returns text. */
char *hw_address_format(const struct sockaddr *address, char text[HW_ADDRESS_TEXT_SIZE]);

#endif
