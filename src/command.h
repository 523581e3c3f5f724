/* A command that runs in the place of this program: with its descriptors, its terminal and its
 * signals, and whose end is this program's. */
#ifndef IPCMARK_COMMAND_H
#define IPCMARK_COMMAND_H

#include <signal.h>

/* From now on SIGINT, SIGTERM, SIGHUP and SIGQUIT wait for command_run(). The mask so far goes to
 * *before. */
void command_hold_signals(sigset_t *before);

/* Runs argv[0] of $PATH with the signal mask *before and waits for its end. Signals that a process
 * sent to this program are sent on to it; those of the terminal reach it anyway. It is sent SIGTERM
 * when this program dies. Returns its exit code, 128 + N when signal N killed it, or -errno with a
 * note when it could not be run. */
int command_run(char **argv, const sigset_t *before);

#endif
