/* See interrupt.h. The signals stay blocked and pending: nothing runs in a handler. */
#include "interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "fail.h"

static int fd = -1;

static void watched(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
}

int interrupt_catch(void)
{
	sigset_t set;

	watched(&set);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return fail("sigprocmask");
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? fail("signalfd") : 0;
}

int interrupt_fd(void)
{
	return fd;
}

int interrupt_pending(void)
{
	sigset_t pending;

	if (fd < 0 || sigpending(&pending) < 0)
		return 0;
	if (sigismember(&pending, SIGINT))
		return SIGINT;
	return sigismember(&pending, SIGTERM) ? SIGTERM : 0;
}

void interrupt_release(void)
{
	struct signalfd_siginfo taken;
	sigset_t set;

	if (fd < 0)
		return;
	(void)!read(fd, &taken, sizeof taken);
	close(fd);
	fd = -1;
	watched(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}
