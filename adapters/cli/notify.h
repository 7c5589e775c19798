/*
 * notify.h - telling the service manager how it goes (sd_notify's protocol, without its library).
 */
#ifndef HW_CLI_NOTIFY_H
#define HW_CLI_NOTIFY_H

/*
 * Send a state such as "READY=1" as one datagram to the socket named by NOTIFY_SOCKET; nothing
 * where the variable is not set.  That nobody listens is no reason to stop: failures are silent.
 */
void hw_notify(const char *state);

#endif
