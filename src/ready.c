/* See ready.h. */
#include "ready.h"

#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "fail.h"
#include "ready_way.h"

struct ready {
	const struct ready_way *way;
	uint32_t count;
	size_t most;
	alignas(max_align_t) unsigned char state[];
};

static const struct ready_way *way_of(enum wait_mode wait)
{
	switch (wait) {
	case WAIT_POLL: return &ready_way_poll;
	case WAIT_SELECT: return &ready_way_select;
	case WAIT_EPOLL: return &ready_way_epoll;
	case WAIT_EPOLL_ET: return &ready_way_epoll_et;
	case WAIT_IO_URING: return &ready_way_io_uring;
	default: return NULL;
	}
}

struct ready *ready_open(enum wait_mode wait, enum ready_for event, size_t most, int *err)
{
	const struct ready_way *way = way_of(wait);

	assert(way && most > 0);

	struct ready *ready = calloc(1, sizeof *ready + way->state_size);

	if (!ready) {
		*err = fail("calloc");
		return NULL;
	}
	ready->way = way;
	ready->most = most;
	*err = way->open(ready->state, event, most);
	if (*err) {
		ready_close(ready);
		return NULL;
	}
	return ready;
}

int ready_add(struct ready *ready, int fd)
{
	assert(ready->count < ready->most);

	int err = ready->way->add(ready->state, fd, ready->count);

	if (!err)
		ready->count++;
	return err;
}

__attribute__((hot)) int ready_wait(struct ready *ready, uint32_t *which, size_t room)
{
	return ready->way->wait(ready->state, which, room);
}

int ready_refuse_ring(int err)
{
	struct rlimit locked;

	if (err == -EPERM)
		return fail_text(EPERM,
			"io_uring_setup: %s (sysctl kernel.io_uring_disabled, or a sandbox)",
			strerror(EPERM));
	if (err == -ENOMEM && getrlimit(RLIMIT_MEMLOCK, &locked) == 0 &&
		locked.rlim_cur != RLIM_INFINITY)
		return fail_text(EPERM,
			"io_uring_setup: %s: this user may lock %llu bytes (ulimit -l)",
			strerror(ENOMEM), (unsigned long long)locked.rlim_cur);
	return fail_text(-err, "io_uring_setup: %s", strerror(-err));
}

void ready_close(struct ready *ready)
{
	if (!ready)
		return;
	ready->way->close(ready->state);
	free(ready);
}
