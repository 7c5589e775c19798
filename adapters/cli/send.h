/*
 * send.h - `homeward send`: HL7 v2 messages from files or standard input to a listener, answers
 * matched and counted (CONTRACT 1).
 */
#ifndef HW_SEND_H
#define HW_SEND_H

/*
 * argv[0] is "send".  Runs a loop of its own.  Returns the exit status: 0 all accepted, 1 some were
 * not or the target could not be reached, 2 wrong usage.
 */
int hw_send_main(int argc, char **argv);

#endif
