/* poll(2) and select(2): the whole set is handed over at each call, and looked through after it. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/select.h>

#include "fail.h"
#include "ready_way.h"

struct poll_set {
	struct pollfd *fds; /* NULL: none */
	short events;
	uint32_t count;
};

static int poll_open(void *state, enum ready_for event, size_t most)
{
	struct poll_set *set = state;

	set->events = event == READY_TO_READ ? POLLIN : POLLOUT;
	set->fds = calloc(most, sizeof *set->fds);
	return set->fds ? 0 : fail("calloc");
}

static int poll_add(void *state, int fd, uint32_t index)
{
	struct poll_set *set = state;

	set->fds[index] = (struct pollfd){.fd = fd, .events = set->events};
	set->count = index + 1;
	return 0;
}

__attribute__((hot)) static int poll_wait(void *state, uint32_t *which, size_t room)
{
	const struct poll_set *set = state;
	size_t found = 0;
	int ready;

	do
		ready = poll(set->fds, set->count, -1);
	while (ready < 0 && errno == EINTR);
	if (ready < 0)
		return fail("poll");
	for (uint32_t i = 0; ready > 0 && found < room; i++) {
		if (set->fds[i].revents) {
			which[found++] = i;
			ready--;
		}
	}
	return (int)found;
}

static void poll_close(void *state)
{
	free(((struct poll_set *)state)->fds);
}

const struct ready_way ready_way_poll = {
	.state_size = sizeof(struct poll_set),
	.open = poll_open,
	.add = poll_add,
	.wait = poll_wait,
	.close = poll_close,
};

struct select_set {
	fd_set fds;
	int *by_index; /* NULL: none */
	uint32_t count;
	int highest;
	enum ready_for event;
};

static int select_open(void *state, enum ready_for event, size_t most)
{
	struct select_set *set = state;

	FD_ZERO(&set->fds);
	set->highest = -1;
	set->event = event;
	set->by_index = calloc(most, sizeof *set->by_index);
	return set->by_index ? 0 : fail("calloc");
}

static int select_add(void *state, int fd, uint32_t index)
{
	struct select_set *set = state;

	if (fd >= FD_SETSIZE)
		return fail_text(EMSGSIZE,
			"select(2) takes descriptors below FD_SETSIZE (%d): this one is %d",
			FD_SETSIZE, fd);
	FD_SET(fd, &set->fds);
	set->by_index[index] = fd;
	set->count = index + 1;
	if (fd > set->highest)
		set->highest = fd;
	return 0;
}

__attribute__((hot)) static int select_wait(void *state, uint32_t *which, size_t room)
{
	const struct select_set *set = state;
	bool reads = set->event == READY_TO_READ;
	size_t found = 0;
	fd_set fds;
	int ready;

	do {
		fds = set->fds;
		ready = select(
			set->highest + 1, reads ? &fds : NULL, reads ? NULL : &fds, NULL, NULL);
	} while (ready < 0 && errno == EINTR);
	if (ready < 0)
		return fail("select");
	for (uint32_t i = 0; i < set->count && ready > 0 && found < room; i++) {
		if (FD_ISSET(set->by_index[i], &fds)) {
			which[found++] = i;
			ready--;
		}
	}
	return (int)found;
}

static void select_close(void *state)
{
	free(((struct select_set *)state)->by_index);
}

const struct ready_way ready_way_select = {
	.state_size = sizeof(struct select_set),
	.open = select_open,
	.add = select_add,
	.wait = select_wait,
	.close = select_close,
};
