/* See guard.h. */
#include "guard.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "io.h"

static _Noreturn void guard_main(
	int program, void (*act)(int program, const void *context), const void *context)
{
	sigset_t all;

	/* what ends the program, its group or its session must not end the guard first; and it must
	 * not hold open what the program's own reader waits on */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	setsid();
	prctl(PR_SET_NAME, "ipcmark-guard");
	if (dup2(program, STDIN_FILENO) < 0)
		_exit(1);
	closefrom(STDIN_FILENO + 1);
	act(STDIN_FILENO, context);
	_exit(0);
}

int guard_start(
	struct guard *guard, void (*act)(int program, const void *context), const void *context)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return fail("socketpair");
	guard->alive = ends[0];
	guard->pid = fork();
	if (guard->pid == 0)
		guard_main(ends[1], act, context);
	close(ends[1]);
	if (guard->pid > 0)
		return 0;
	close(ends[0]);
	return fail("fork");
}

void guard_sleep(int program)
{
	char byte;

	(void)io_recv(program, &byte, 1); /* ends with the last holder of the other end */
}

bool guard_end(struct guard *guard)
{
	int status = 0;

	close(guard->alive);
	while (waitpid(guard->pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
