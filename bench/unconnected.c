/* See unconnected.h. */
#include "unconnected.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "fail.h"

static int read_name(int fd, struct unconnected_name *name)
{
	name->bytes = sizeof name->storage;
	return getsockname(fd, &name->any, &name->bytes) < 0 ? fail("getsockname") : 0;
}

int unconnected_finish(struct unconnected *link, const struct link_params *params)
{
	int err = 0;

	for (int side = 0; side < SIDES && !err; side++)
		err = read_name(link->pair.end[side].in, &link->name[side]);
	if (!err)
		err = fdpair_probe_packet_to(&link->pair, params, &link->name[SIDE_CONSUMER].any,
			link->name[SIDE_CONSUMER].bytes);
	if (!err)
		err = fdpair_note_sockets(&link->pair, params);
	link->send_flags = MSG_NOSIGNAL | (params->wait == WAIT_SPIN ? MSG_DONTWAIT : 0);
	link->recv_flags = MSG_TRUNC | (params->wait == WAIT_BLOCK ? 0 : MSG_DONTWAIT);
	return err;
}

int unconnected_attach(void *state, enum side side)
{
	struct unconnected *link = state;

	link->peer = link->name[side_peer(side)];
	return fdpair_attach(&link->pair, side);
}

static int wrong_size(const char *call, ssize_t moved, size_t bytes)
{
	return fail_text(
		EMSGSIZE, "%s: a datagram of %zd bytes instead of %zu", call, moved, bytes);
}

__attribute__((hot)) int unconnected_send(void *state, const void *message, size_t bytes)
{
	struct unconnected *link = state;

	for (;;) {
		ssize_t sent = sendto(link->pair.out, message, bytes, link->send_flags,
			&link->peer.any, link->peer.bytes);

		if (sent >= 0)
			return sent == (ssize_t)bytes ? 0 : wrong_size("sendto", sent, bytes);

		int err = fdpair_retry_out(&link->pair, "sendto", sent);

		if (err)
			return err;
	}
}

/* The kernel gives a name the same bytes each time, whether it is asked for or comes with a
 * datagram. */
static bool is_peer(const struct unconnected *link, const struct unconnected_name *from)
{
	return from->bytes == link->peer.bytes &&
		memcmp(&from->any, &link->peer.any, from->bytes) == 0;
}

__attribute__((hot)) int unconnected_recv(void *state, void *message, size_t bytes)
{
	struct unconnected *link = state;
	struct unconnected_name from;
	int err = fdpair_await_message(&link->pair);

	while (!err) {
		from.bytes = sizeof from.storage;

		ssize_t got = recvfrom(
			link->pair.in, message, bytes, link->recv_flags, &from.any, &from.bytes);

		if (got >= 0 && is_peer(link, &from))
			return got == (ssize_t)bytes ? 0 : wrong_size("recvfrom", got, bytes);
		if (got < 0)
			err = fdpair_retry_in(&link->pair, "recvfrom", got);
	}
	return err;
}
