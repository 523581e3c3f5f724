/* socketpair-stream, -seqpacket and -dgram: two Unix sockets that never had a name. */
#include <sys/socket.h>

#include "fdpair.h"

static int socketpair_open(struct fdpair *pair, int type, const struct link_params *params)
{
	fdpair_init(pair);

	int err = fdpair_open_socketpair(pair, type, params);

	if (!err && type != SOCK_STREAM)
		err = fdpair_probe_packet(pair, params);
	return err ? err : fdpair_finish_sockets(pair, params);
}

static int socketpair_stream_setup(void *state, const struct link_params *params)
{
	return socketpair_open(state, SOCK_STREAM, params);
}

static int socketpair_seqpacket_setup(void *state, const struct link_params *params)
{
	return socketpair_open(state, SOCK_SEQPACKET, params);
}

static int socketpair_dgram_setup(void *state, const struct link_params *params)
{
	return socketpair_open(state, SOCK_DGRAM, params);
}

const struct transport transport_socketpair_stream = {
	.name = "socketpair-stream",
	.summary = "an unnamed pair of Unix stream sockets",
	.traits = TRAIT_BYTES | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct fdpair),
	.setup = socketpair_stream_setup,
	FDPAIR_STREAMS,
	.teardown = fdpair_teardown,
};

const struct transport transport_socketpair_seqpacket = {
	.name = "socketpair-seqpacket",
	.summary = "an unnamed pair of Unix sockets that keep the bounds of messages",
	.traits = TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct fdpair),
	.setup = socketpair_seqpacket_setup,
	FDPAIR_PACKETS,
	.teardown = fdpair_teardown,
};

const struct transport transport_socketpair_dgram = {
	.name = "socketpair-dgram",
	.summary = "an unnamed pair of Unix datagram sockets",
	.traits = TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct fdpair),
	.setup = socketpair_dgram_setup,
	FDPAIR_PACKETS,
	.teardown = fdpair_teardown,
};
