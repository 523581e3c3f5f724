/* See host_lock.h. The holder listens and never accepts: whoever connects waits in its queue, and
 * is hung up on when the holder closes the socket. */
#include "host_lock.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fail.h"

#define NAME       "ipcmark measures"
#define MOMENT_MS  10  /* the holder has bound and does not listen yet, or its queue is full */
#define QUEUE_MOST 128 /* who waits */

static int open_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? fail("socket(AF_UNIX)") : fd;
}

static socklen_t lock_address(struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(address->sun_path + 1, NAME, sizeof NAME - 1); /* a name that begins with NUL */
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof NAME);
}

/* A descriptor in the holder's queue, or -errno. */
static int queue_up(void)
{
	struct sockaddr_un address;
	socklen_t length = lock_address(&address);
	int fd = open_socket();

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, length) < 0) {
		int err = fail("connect");

		close(fd);
		return err;
	}
	return fd;
}

static pid_t peer_of(int queued)
{
	struct ucred peer = {0};
	socklen_t length = sizeof peer;

	return queued >= 0 && getsockopt(queued, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0
		? peer.pid
		: 0;
}

static int hold(int *fd)
{
	struct sockaddr_un address;
	socklen_t length = lock_address(&address);
	int err, bound = open_socket();

	if (bound < 0)
		return bound;
	if (bind(bound, (const struct sockaddr *)&address, length) == 0 &&
		listen(bound, QUEUE_MOST) == 0) {
		*fd = bound;
		return 0;
	}
	err = fail("the lock of measurements");
	close(bound);
	return err;
}

/* hold(), and where another has it a place in its queue (negative where that failed). */
static int hold_or_queue(int *fd, int *queued, pid_t *holder)
{
	int err = hold(fd);

	*queued = -1;
	*holder = 0;
	if (err != -EADDRINUSE)
		return err;
	*queued = queue_up();
	*holder = peer_of(*queued);
	if (*holder)
		return fail_text(
			EADDRINUSE, "another measurement runs: process %ld", (long)*holder);
	return fail_text(EADDRINUSE, "another measurement runs");
}

int host_lock_take(int *fd, pid_t *holder)
{
	int queued, err = hold_or_queue(fd, &queued, holder);

	if (queued >= 0)
		close(queued);
	return err;
}

/* Until the holder hangs up. Nobody ever writes to a queued socket. */
static int await(int queued, int interrupt_fd)
{
	struct pollfd fds[] = {
		{.fd = queued, .events = POLLIN},
		{.fd = interrupt_fd, .events = POLLIN},
	};

	while (poll(fds, 2, queued < 0 ? MOMENT_MS : -1) < 0)
		if (errno != EINTR)
			return fail("poll");
	return fds[1].revents ? fail_text(EINTR, "interrupted") : 0;
}

int host_lock_wait(
	int *fd, int interrupt_fd, void (*waiting)(void *context, pid_t holder), void *context)
{
	pid_t holder;
	int queued, err;

	while ((err = hold_or_queue(fd, &queued, &holder)) == -EADDRINUSE) {
		if (waiting && queued >= 0) {
			waiting(context, holder);
			waiting = NULL;
		}
		err = await(queued, interrupt_fd);
		if (queued >= 0)
			close(queued);
		if (err)
			return err;
	}
	return err;
}

void host_lock_release(int fd)
{
	close(fd);
}
