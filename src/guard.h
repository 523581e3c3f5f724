/* A process that sleeps beside the program and acts when the program is gone, however it went:
 * killed, too. */
#ifndef IPCMARK_GUARD_H
#define IPCMARK_GUARD_H

#include <stdbool.h>
#include <sys/types.h>

struct guard {
	pid_t pid;
	int alive; /* while this end is open somewhere in the program or its children, the guard
		      sleeps */
};

/* Forks the guard, which runs act() and ends. It has its own session, no signal but SIGKILL and
 * SIGSTOP reaches it, and of the program's descriptors it holds only `program`: the other end of
 * guard->alive, a stream socket. 0, or -errno with a note; then there is nothing to end. */
int guard_start(
	struct guard *guard, void (*act)(int program, const void *context), const void *context);

/* In the guard: returns when the program is gone. */
void guard_sleep(int program);

/* Wakes the guard and waits for its end. False if it was killed before it had acted. */
bool guard_end(struct guard *guard);

#endif
