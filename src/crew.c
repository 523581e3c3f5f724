/* See crew.h. Every child holds the writing end of one pipe: its end of file says that all are
 * gone, and a child that fails puts its reason in. */
#include "crew.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "affinity.h"
#include "fail.h"
#include "interrupt.h"
#include "memory.h"

/* Smaller than PIPE_BUF, so that those of several children don't mix. */
struct word {
	int err;
	char reason[FAIL_TEXT_BYTES];
};

struct crew {
	const int *cpus;
	size_t count;
	int (*work)(void *shared, size_t member);
	void *shared;
	pid_t parent;
	pid_t *children; /* 0: not started, or reaped */
	int words[2];
};

void *crew_share(size_t bytes)
{
	void *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED) {
		fail("mmap");
		return NULL;
	}
	return shared;
}

void crew_unshare(void *shared, size_t bytes)
{
	if (shared)
		munmap(shared, bytes);
}

static int settle_in(const struct crew *crew, size_t member)
{
	prctl(PR_SET_NAME, "ipcmark-crew");
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return fail("prctl(PR_SET_PDEATHSIG)");
	if (getppid() != crew->parent)
		return fail_text(ESRCH, "the parent is gone");
	if (crew->cpus[member] < 0)
		return fail_text(EINVAL, "CPU %d: expected a CPU to pin to", crew->cpus[member]);
	return affinity_pin(crew->cpus[member]);
}

static _Noreturn void member_main(const struct crew *crew, size_t member)
{
	int err = settle_in(crew, member);
	struct word word;

	close(crew->words[0]);
	if (!err)
		err = crew->work(crew->shared, member);
	if (err) {
		word = (struct word){.err = err};
		snprintf(word.reason, sizeof word.reason, "%s", fail_reason());
		(void)!write(crew->words[1], &word, sizeof word);
	}
	_exit(0);
}

static int start(struct crew *crew)
{
	for (size_t i = 0; i < crew->count; i++) {
		pid_t child = fork();

		if (child < 0)
			return fail("fork");
		if (child == 0)
			member_main(crew, i);
		crew->children[i] = child;
	}
	return 0;
}

/* 0 when all are gone without a word, or the first error. */
static int hear(int words)
{
	struct pollfd fds[] = {
		{.fd = words, .events = POLLIN},
		{.fd = interrupt_fd(), .events = POLLIN},
	};
	struct word word;
	ssize_t got;

	while (poll(fds, 2, -1) < 0)
		if (errno != EINTR)
			return fail("poll");
	if (fds[1].revents)
		return fail_text(EINTR, "interrupted");
	got = read(words, &word, sizeof word);
	if (got == 0)
		return 0;
	return got == sizeof word ? fail_text(-word.err, "%s", word.reason) : fail("read");
}

/* Waits for all, of whom some may still be at work when something went wrong. */
static int dismiss(struct crew *crew, int err)
{
	for (size_t i = 0; i < crew->count; i++) {
		int status = 0;

		if (!crew->children[i])
			continue;
		if (err)
			kill(crew->children[i], SIGKILL);
		while (waitpid(crew->children[i], &status, 0) < 0 && errno == EINTR)
			;
		if (!err && WIFSIGNALED(status))
			err = fail_text(EIO, "the child on CPU %d was killed by signal %d (%s)",
				crew->cpus[i], WTERMSIG(status), strsignal(WTERMSIG(status)));
	}
	return err;
}

int crew_run(const int *cpus, size_t count, int (*work)(void *shared, size_t member), void *shared)
{
	struct crew crew = {
		.cpus = cpus, .count = count, .work = work, .shared = shared, .parent = getpid()};
	int err;

	if (pipe2(crew.words, O_CLOEXEC) < 0)
		return fail("pipe2");
	crew.children = memory_zeroed(count, sizeof *crew.children);
	err = start(&crew);
	close(crew.words[1]);
	if (!err)
		err = hear(crew.words[0]);
	err = dismiss(&crew, err);
	close(crew.words[0]);
	free(crew.children);
	return err;
}
