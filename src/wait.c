/* See wait.h. */
#include "wait.h"

#include <assert.h>

static const struct {
	const char *name, *summary;
	bool sleeps;
} waits[WAIT_MODES] = {
	[WAIT_NONE] = {"none", "nothing to wait for", false},
	[WAIT_BLOCK] = {"block", "sleep in the system call that moves the bytes", true},
	[WAIT_FUTEX] = {"futex", "sleep on a word of shared memory; the other side wakes it", true},
	[WAIT_SEM] = {"sem", "sleep on a POSIX semaphore in shared memory", true},
	[WAIT_CONDVAR] = {"condvar", "sleep on a process-shared condition variable", true},
	[WAIT_EVENTFD] = {"eventfd", "sleep in read(2) of an eventfd", true},
	[WAIT_POLL] = {"poll", "poll(2), then move the bytes", true},
	[WAIT_SELECT] = {"select", "select(2), then move the bytes", true},
	[WAIT_EPOLL] = {"epoll", "epoll_wait(2), level-triggered", true},
	[WAIT_EPOLL_ET] = {"epoll-et", "epoll_wait(2), edge-triggered: drain, then wait", true},
	[WAIT_IO_URING] = {"io-uring", "wait for a completion of io_uring", true},
	[WAIT_HYBRID] = {"hybrid", "spin for a bounded time, then sleep on a futex", false},
	[WAIT_SPIN] = {"spin", "ask again without sleeping: burns a CPU on each side", false},
};

const char *wait_name(enum wait_mode mode)
{
	assert(mode < WAIT_MODES);
	return waits[mode].name;
}

const char *wait_summary(enum wait_mode mode)
{
	assert(mode < WAIT_MODES);
	return waits[mode].summary;
}

bool wait_sleeps(enum wait_mode mode)
{
	assert(mode < WAIT_MODES);
	return waits[mode].sleeps;
}

enum wait_mode wait_usual(unsigned set)
{
	enum wait_mode mode = WAIT_NONE;

	assert(set && set < WAIT_SET(WAIT_MODES));
	while (!(set & WAIT_SET(mode)))
		mode++;
	return mode;
}
