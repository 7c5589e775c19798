/*
 * top_terminal.h - the terminal of `homeward top`: a screen of its own, given back whatever
 * happens.
 *
 * One per process: signals have no other way to find it.  Main thread.
 */
#ifndef HW_CLI_TOP_TERMINAL_H
#define HW_CLI_TOP_TERMINAL_H

#include <stdbool.h>

/* Whether standard input and output are a terminal. */
bool hw_terminal_is(void);

/*
 * Take the screen: keys come one by one and unseen.  It is given back by hw_terminal_close(), at
 * exit, and when a signal ends the process.
 */
void hw_terminal_open(void);
void hw_terminal_close(void);

/* SIGINT, SIGTERM, SIGHUP or SIGQUIT came: close and go. */
bool hw_terminal_ended(void);

/* Columns and lines now; 80 by 24 where they are not known. */
void hw_terminal_size(unsigned *ret_columns, unsigned *ret_lines);

/* Show text, whose lines end in "\n", from the top left corner; what stood there is gone. */
void hw_terminal_show(const char *text);

#endif
