/*
 * command.h - the commands of the executable: one table, from which --help and the choice are made.
 *
 * A command lives in a file of its own name.  It reads its arguments with args.h, prints what was
 * asked for to stdout and everything else to stderr, and returns an exit code.  A command is in
 * the table when it works.
 */
#ifndef HW_CLI_COMMAND_H
#define HW_CLI_COMMAND_H

/* CONTRACT 1: exit 0 ok, 1 failed, 2 wrong usage. */
enum hw_exit { HW_EXIT_OK = 0, HW_EXIT_FAILED = 1, HW_EXIT_USAGE = 2 };

/* name, what it does.  Its function is hw_command_NAME(); argv[0] is the command's name. */
/* clang-format off */
#define HW_COMMAND_LIST(X)                                                                         \
    X(check, "checks a configuration, prints it, lists all keys")                                  \
    X(serve, "runs the engine until it is told to stop")                                           \
    X(decode, "what a message would be read as or refused for; stores nothing")                    \
    X(send, "sends HL7 v2 messages or CloudEvents and sums up the answers")                        \
    X(decide, "the decisions of people: approve, offer, hold, exclude, modes")                     \
    X(replay, "the state as of any moment, from the journal, as JSON; reads only")                 \
    X(explain, "the life of a stay or referral in plain English; reads only")                      \
    X(report, "figures of days: capacity, outcomes, step-up; reads only")                          \
    X(verify, "reads every record, snapshot and digest again; reads only")                         \
    X(quarantine, "what was refused, why, and the bytes themselves")                               \
    X(simulate, "writes the messages of a synthetic county")                                       \
    X(top, "shows the figures of a running engine as they change")
/* clang-format on */

#define HW_COMMAND_DECLARE(name, does) int hw_command_##name(int argc, char **argv);
HW_COMMAND_LIST(HW_COMMAND_DECLARE)
#undef HW_COMMAND_DECLARE

#endif
