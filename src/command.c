/* See command.h. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exit_code.h"
#include "fail.h"

static void held(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGQUIT);
	sigaddset(set, SIGCHLD);
}

void command_hold_signals(sigset_t *before)
{
	sigset_t set;

	held(&set);
	signal(SIGCHLD, SIG_DFL); /* where it was ignored, there would be nothing to wait for */
	sigprocmask(SIG_BLOCK, &set, before);
}

/* In the child; says the error to the program if it returns. */
static _Noreturn void become(char **argv, const sigset_t *before, pid_t program, int failure)
{
	int32_t err;

	/* what this program ignores for itself */
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != program)
		_exit(EXIT_SIGNAL + SIGTERM);
	sigprocmask(SIG_SETMASK, before, NULL);
	execvp(argv[0], argv);
	err = errno;
	(void)!write(failure, &err, sizeof err);
	_exit(EXIT_USAGE);
}

/* 0 once the command runs, or what execvp said. */
static int hear_failure(int fd)
{
	int32_t err = 0;
	ssize_t got;

	while ((got = read(fd, &err, sizeof err)) < 0 && errno == EINTR)
		;
	return got == sizeof err ? err : 0;
}

static int await(pid_t pid)
{
	sigset_t set;

	held(&set);
	for (;;) {
		siginfo_t info;
		int status;
		int number = sigwaitinfo(&set, &info);

		if (number > 0 && number != SIGCHLD && info.si_code <= 0) /* a process sent it */
			kill(pid, number);
		if (number == SIGCHLD && waitpid(pid, &status, WNOHANG) == pid)
			return WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status)
						   : WEXITSTATUS(status);
	}
}

int command_run(char **argv, const sigset_t *before)
{
	pid_t program = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail("pipe2");

	pid_t pid = fork();

	if (pid == 0)
		become(argv, before, program, ends[1]);
	close(ends[1]);

	int err = pid < 0 ? errno : hear_failure(ends[0]);

	close(ends[0]);
	if (pid < 0)
		return fail_with(err, "fork");
	if (!err)
		return await(pid);
	waitpid(pid, NULL, 0);
	return fail_with(err, argv[0]);
}
