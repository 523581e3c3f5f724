/* io_uring(7): a poll of each descriptor is submitted once, and again after it has completed, so
 * that submitting and waiting are one system call. */
#include <errno.h>

#include "fail.h"
#include "ready_way.h"

#ifdef IPCMARK_HAVE_LIBURING

#include <liburing.h>
#include <poll.h>
#include <stdlib.h>

/* Completions are posted when this thread enters the kernel to wait for them, not by interrupting
 * it; older kernels take less. */
int ready_open_ring(struct io_uring *ring, unsigned entries)
{
	static const unsigned flags[] = {
		IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_DEFER_TASKRUN,
		IORING_SETUP_COOP_TASKRUN, 0};
	int err = -EINVAL;

	for (size_t i = 0; err == -EINVAL && i < sizeof flags / sizeof flags[0]; i++)
		err = io_uring_queue_init(entries, ring, IORING_SETUP_CLAMP | flags[i]);
	return err ? ready_refuse_ring(err) : 0;
}

struct uring_set {
	struct io_uring ring;
	bool is_open;
	int *fds;        /* by index; NULL: none */
	uint32_t *again; /* of those that are to be submitted again */
	uint32_t again_count;
	unsigned events;
};

static int uring_open(void *state, enum ready_for event, size_t most)
{
	struct uring_set *set = state;
	unsigned entries = 1;

	while (entries < most)
		entries *= 2;
	set->events = event == READY_TO_READ ? POLLIN : POLLOUT;
	set->fds = calloc(most, sizeof *set->fds);
	set->again = calloc(most, sizeof *set->again);
	if (!set->fds || !set->again)
		return fail("calloc");

	int err = ready_open_ring(&set->ring, entries);

	set->is_open = !err;
	return err;
}

static int uring_add(void *state, int fd, uint32_t index)
{
	struct uring_set *set = state;

	set->fds[index] = fd;
	set->again[set->again_count++] = index;
	return 0;
}

static int uring_submit_again(struct uring_set *set)
{
	for (; set->again_count > 0; set->again_count--) {
		uint32_t index = set->again[set->again_count - 1];
		struct io_uring_sqe *sqe = io_uring_get_sqe(&set->ring);

		if (!sqe) { /* more descriptors than the kernel's largest ring has entries */
			int err = io_uring_submit(&set->ring);

			if (err < 0)
				return fail_with(-err, "io_uring_enter");
			sqe = io_uring_get_sqe(&set->ring);
		}
		io_uring_prep_poll_add(sqe, set->fds[index], set->events);
		sqe->user_data = index;
	}
	return 0;
}

__attribute__((hot)) static int uring_wait(void *state, uint32_t *which, size_t room)
{
	struct uring_set *set = state;
	struct io_uring_cqe *cqe;
	unsigned head, found = 0;
	int err = uring_submit_again(set);

	while (!err && !io_uring_cq_ready(&set->ring)) {
		err = io_uring_submit_and_wait(&set->ring, 1);
		err = err >= 0 || err == -EINTR ? 0 : fail_with(-err, "io_uring_enter");
	}
	if (err)
		return err;
	io_uring_for_each_cqe(&set->ring, head, cqe)
	{
		if (found == room)
			break;
		if (cqe->res < 0) {
			err = fail_with(-cqe->res, "IORING_OP_POLL_ADD");
			break;
		}
		which[found++] = (uint32_t)cqe->user_data;
		set->again[set->again_count++] = (uint32_t)cqe->user_data;
	}
	io_uring_cq_advance(&set->ring, found);
	return err ? err : (int)found;
}

static void uring_close(void *state)
{
	struct uring_set *set = state;

	if (set->is_open)
		io_uring_queue_exit(&set->ring);
	free(set->fds);
	free(set->again);
}

#else

struct uring_set {
	char none;
};

static int uring_open(void *state, enum ready_for event, size_t most)
{
	(void)state, (void)event, (void)most;
	return fail_text(ENOSYS, "built without liburing (liburing-dev)");
}

static int uring_add(void *state, int fd, uint32_t index)
{
	(void)state, (void)fd, (void)index;
	return -ENOSYS;
}

static int uring_wait(void *state, uint32_t *which, size_t room)
{
	(void)state, (void)which, (void)room;
	return -ENOSYS;
}

static void uring_close(void *state)
{
	(void)state;
}

#endif

const struct ready_way ready_way_io_uring = {
	.state_size = sizeof(struct uring_set),
	.open = uring_open,
	.add = uring_add,
	.wait = uring_wait,
	.close = uring_close,
};
