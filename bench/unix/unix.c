/* Unix domain sockets: pairs without a name, and sockets bound to path names in the private folder.
 * A path is only a meeting place: it is gone before the first message.
 *
 * unix-dgram is bound and connected both ways; an unconnected sender behaves differently (it blocks
 * at max_dgram_qlen) and is another transport. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fail.h"
#include "fdpair.h"

struct unix_link {
	struct fdpair pair;
	int listener;                      /* -1: not open */
	struct sockaddr_un address[SIDES]; /* sun_path "": no such name */
};

static int socketpair_open(struct fdpair *pair, int type)
{
	int fd[SIDES];

	fdpair_init(pair);
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fd) < 0)
		return fail("socketpair");
	for (int side = 0; side < SIDES; side++)
		pair->end[side] = (struct fdpair_end){.in = fd[side], .out = fd[side]};
	return 0;
}

static int socketpair_stream_setup(void *state, const struct link_params *params)
{
	int err = socketpair_open(state, SOCK_STREAM);

	return err ? err : fdpair_finish_sockets(state, params);
}

static int socketpair_dgram_setup(void *state, const struct link_params *params)
{
	int err = socketpair_open(state, SOCK_DGRAM);

	if (!err)
		err = fdpair_probe_packet(state, params);
	return err ? err : fdpair_finish_sockets(state, params);
}

static void unix_init(struct unix_link *link)
{
	fdpair_init(&link->pair);
	link->listener = -1;
}

/* A new socket in *fd, bound to the folder's name for `side`. */
static int unix_bind(struct unix_link *link, int *fd, int type, enum side side, const char *folder)
{
	struct sockaddr_un *address = &link->address[side];
	size_t room = sizeof address->sun_path;

	*fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return fail("socket(AF_UNIX)");

	int length = snprintf(address->sun_path, room, "%s/socket-%d", folder, (int)side);

	address->sun_family = AF_UNIX;
	if (length >= (int)room || bind(*fd, (struct sockaddr *)address, sizeof *address) < 0) {
		address->sun_path[0] = '\0';
		return length < (int)room ? fail("bind")
					  : fail_text(ENAMETOOLONG,
						    "%s: too long for the name of a socket: set "
						    "TMPDIR to a shorter one",
						    folder);
	}
	return 0;
}

static int unix_connect(int fd, const struct sockaddr_un *address)
{
	return connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 ? fail("connect")
										  : 0;
}

/* connect(2) completes against the listen queue, so one process builds both ends without waiting.
 */
static int unix_stream_setup(void *state, const struct link_params *params)
{
	struct unix_link *link = state;
	struct fdpair_end *producer = &link->pair.end[SIDE_PRODUCER],
			  *consumer = &link->pair.end[SIDE_CONSUMER];

	unix_init(link);

	int err = unix_bind(link, &link->listener, SOCK_STREAM, SIDE_CONSUMER, params->folder);

	if (err)
		return err;
	if (listen(link->listener, 1) < 0)
		return fail("listen");
	producer->in = producer->out = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (producer->in < 0)
		return fail("socket(AF_UNIX)");
	err = unix_connect(producer->in, &link->address[SIDE_CONSUMER]);
	if (err)
		return err;
	consumer->in = consumer->out = accept4(link->listener, NULL, NULL, SOCK_CLOEXEC);
	if (consumer->in < 0)
		return fail("accept4");
	return fdpair_finish_sockets(&link->pair, params);
}

static int unix_dgram_setup(void *state, const struct link_params *params)
{
	struct unix_link *link = state;
	int err = 0;

	unix_init(link);
	for (enum side side = SIDE_PRODUCER; side < SIDES && !err; side++) {
		struct fdpair_end *end = &link->pair.end[side];

		err = unix_bind(link, &end->in, SOCK_DGRAM, side, params->folder);
		end->out = end->in;
	}
	for (enum side side = SIDE_PRODUCER; side < SIDES && !err; side++)
		err = unix_connect(link->pair.end[side].out, &link->address[side_peer(side)]);
	if (!err)
		err = fdpair_probe_packet(&link->pair, params);
	return err ? err : fdpair_finish_sockets(&link->pair, params);
}

static int unix_attach(void *state, enum side side)
{
	struct unix_link *link = state;

	if (link->listener >= 0)
		close(link->listener);
	link->listener = -1;
	return fdpair_attach(&link->pair, side);
}

static void unix_teardown(void *state)
{
	struct unix_link *link = state;

	for (int side = 0; side < SIDES; side++) {
		if (link->address[side].sun_path[0])
			unlink(link->address[side].sun_path);
		link->address[side].sun_path[0] = '\0';
	}
	if (link->listener >= 0)
		close(link->listener);
	link->listener = -1;
	fdpair_teardown(&link->pair);
}

const struct transport transport_socketpair_stream = {
	.name = "socketpair-stream",
	.summary = "an unnamed pair of Unix stream sockets",
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct fdpair),
	.setup = socketpair_stream_setup,
	.attach = fdpair_attach,
	.send = fdpair_send,
	.recv = fdpair_recv,
	.teardown = fdpair_teardown,
	.send_many = fdpair_send_many,
	.recv_many = fdpair_recv_many,
};

const struct transport transport_socketpair_dgram = {
	.name = "socketpair-dgram",
	.summary = "an unnamed pair of Unix datagram sockets",
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct fdpair),
	.setup = socketpair_dgram_setup,
	.attach = fdpair_attach,
	.send = fdpair_send_packet,
	.recv = fdpair_recv_packet,
	.teardown = fdpair_teardown,
	.send_many = fdpair_send_packets,
	.recv_many = fdpair_recv_packets,
};

const struct transport transport_unix_stream = {
	.name = "unix-stream",
	.summary = "Unix stream sockets that meet at a path name",
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct unix_link),
	.setup = unix_stream_setup,
	.attach = unix_attach,
	.send = fdpair_send,
	.recv = fdpair_recv,
	.teardown = unix_teardown,
	.send_many = fdpair_send_many,
	.recv_many = fdpair_recv_many,
};

const struct transport transport_unix_dgram = {
	.name = "unix-dgram",
	.summary = "Unix datagram sockets bound to path names and connected",
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct unix_link),
	.setup = unix_dgram_setup,
	.attach = unix_attach,
	.send = fdpair_send_packet,
	.recv = fdpair_recv_packet,
	.teardown = unix_teardown,
	.send_many = fdpair_send_packets,
	.recv_many = fdpair_recv_packets,
};
