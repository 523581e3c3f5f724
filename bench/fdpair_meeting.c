/* Connections of stream sockets that are made while messages flow (struct rendezvous), over the
 * descriptors of fdpair.h. */
#include <errno.h>
#include <unistd.h>

#include "fail.h"
#include "fdpair.h"

int fdpair_start_meeting(struct fdpair *pair, const struct link_params *params)
{
	if (params->wait != WAIT_BLOCK)
		return fail_text(ENOSYS, "connections are made with the wait block only");
	if (params->threads)
		return fail_text(ENOSYS, "connections are made between processes only");
	if (params->buffer_bytes)
		return fail_text(ENOSYS, "connections are made with the system's buffers only");
	pair->wait = params->wait;
	return 0;
}

int fdpair_attach_meeting(void *state, enum side side)
{
	struct fdpair *pair = state;

	if (side == SIDE_PRODUCER)
		fdpair_close_listener(pair);
	pair->side = side;
	return 0;
}

__attribute__((hot)) int fdpair_accept_meeting(void *state)
{
	struct fdpair *pair = state;
	int err = fdpair_accept(pair->listener, &pair->in, NULL, NULL);

	pair->out = pair->in;
	return err;
}

static int await_end(int fd)
{
	char more;
	ssize_t got;

	do
		got = recv(fd, &more, sizeof more, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return fail("recv");
	return got == 0 ? 0 : fail_text(EPROTO, "something came after a connection's last message");
}

__attribute__((hot)) int fdpair_hang_up(void *state)
{
	struct fdpair *pair = state;
	int fd = pair->in;
	int err = pair->side == SIDE_CONSUMER ? await_end(fd) : 0;

	if (err)
		return err;
	pair->in = pair->out = -1;
	return close(fd) < 0 ? fail("close") : 0;
}
