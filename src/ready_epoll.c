/* epoll(7), level- and edge-triggered: the kernel keeps the set, a call tells what is ready. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "fail.h"
#include "ready_way.h"

struct epoll_set {
	int epoll;                  /* -1: none */
	struct epoll_event *events; /* NULL: none; `room` of them */
	size_t room;
	uint32_t interest;
};

static int epoll_open_for(struct epoll_set *set, uint32_t interest, size_t most)
{
	set->interest = interest;
	set->room = most;
	set->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (set->epoll < 0)
		return fail("epoll_create1");
	set->events = calloc(most, sizeof *set->events);
	return set->events ? 0 : fail("calloc");
}

static int epoll_open(void *state, enum ready_for event, size_t most)
{
	return epoll_open_for(state, event == READY_TO_READ ? EPOLLIN : EPOLLOUT, most);
}

static int epoll_et_open(void *state, enum ready_for event, size_t most)
{
	return epoll_open_for(state, (event == READY_TO_READ ? EPOLLIN : EPOLLOUT) | EPOLLET, most);
}

static int epoll_add(void *state, int fd, uint32_t index)
{
	const struct epoll_set *set = state;
	struct epoll_event event = {.events = set->interest, .data.u32 = index};

	return epoll_ctl(set->epoll, EPOLL_CTL_ADD, fd, &event) < 0
		? fail("epoll_ctl(EPOLL_CTL_ADD)")
		: 0;
}

__attribute__((hot)) static int epoll_wait_some(void *state, uint32_t *which, size_t room)
{
	const struct epoll_set *set = state;
	int ready;

	do
		ready = epoll_wait(
			set->epoll, set->events, (int)(room < set->room ? room : set->room), -1);
	while (ready < 0 && errno == EINTR);
	if (ready < 0)
		return fail("epoll_wait");
	for (int i = 0; i < ready; i++)
		which[i] = set->events[i].data.u32;
	return ready;
}

static void epoll_close(void *state)
{
	struct epoll_set *set = state;

	if (set->epoll >= 0)
		close(set->epoll);
	free(set->events);
}

const struct ready_way ready_way_epoll = {
	.state_size = sizeof(struct epoll_set),
	.open = epoll_open,
	.add = epoll_add,
	.wait = epoll_wait_some,
	.close = epoll_close,
};

const struct ready_way ready_way_epoll_et = {
	.state_size = sizeof(struct epoll_set),
	.open = epoll_et_open,
	.add = epoll_add,
	.wait = epoll_wait_some,
	.close = epoll_close,
};
