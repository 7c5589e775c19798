#include "link/mllp/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOST_SIZE_MAX = 256 };

/* Split at the last colon; brackets around an IPv6 address are taken off. */
static bool split(const char *text, char host[HOST_SIZE_MAX], const char **ret_port)
{
    const char *colon = strrchr(text, ':');

    if (colon == NULL)
        return false;
    size_t size = (size_t)(colon - text);
    if (size >= 2 && text[0] == '[' && text[size - 1] == ']') {
        text++;
        size -= 2;
    } else if (memchr(text, ':', size) != NULL) {
        return false;
    }
    if (size >= HOST_SIZE_MAX)
        return false;
    memcpy(host, text, size);
    host[size] = '\0';
    *ret_port = colon + 1;
    return true;
}

static bool is_port(const char *text)
{
    size_t size = strspn(text, "0123456789");

    return size > 0 && size <= 5 && text[size] == '\0' && strtoul(text, NULL, 10) <= UINT16_MAX;
}

enum hw_status hw_address_resolve(const char *text, struct sockaddr_storage *ret_address)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *found;
    char host[HOST_SIZE_MAX];
    const char *port;

    if (!split(text, host, &port) || !is_port(port))
        return HW_E_INVALID;
    bool all = host[0] == '\0' || strcmp(host, "*") == 0;
    if (all)
        hints.ai_flags |= AI_PASSIVE;
    int failed = getaddrinfo(all ? NULL : host, port, &hints, &found);
    if (failed != 0)
        return failed == EAI_MEMORY ? HW_E_MEMORY : HW_E_NOT_FOUND;
    memset(ret_address, 0, sizeof *ret_address);
    memcpy(ret_address, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return HW_OK;
}

char *hw_address_format(const struct sockaddr *address, char text[HW_ADDRESS_TEXT_SIZE])
{
    char host[INET6_ADDRSTRLEN] = "?";

    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof in6);
        inet_ntop(AF_INET6, &in6.sin6_addr, host, sizeof host);
        snprintf(text, HW_ADDRESS_TEXT_SIZE, "[%s]:%u", host, ntohs(in6.sin6_port));
    } else if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        inet_ntop(AF_INET, &in.sin_addr, host, sizeof host);
        snprintf(text, HW_ADDRESS_TEXT_SIZE, "%s:%u", host, ntohs(in.sin_port));
    } else {
        snprintf(text, HW_ADDRESS_TEXT_SIZE, "?");
    }
    return text;
}
