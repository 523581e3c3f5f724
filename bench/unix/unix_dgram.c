/* unix-dgram: bound to path names in the private folder and connected both ways; the names are gone
 * before the first message. unix-unconnected: neither connected nor named in the file system; each
 * message is sent to an abstract name, and blocks while max_dgram_qlen of them wait there. */
#include <sys/socket.h>

#include "fdpair.h"
#include "unconnected.h"
#include "unix.h"

struct unix_dgram {
	struct fdpair pair;
	struct unix_address address[SIDES];
};

static int unix_dgram_setup(void *state, const struct link_params *params)
{
	struct unix_dgram *link = state;
	int err = 0;

	fdpair_init(&link->pair);
	for (enum side side = SIDE_PRODUCER; side < SIDES && !err; side++) {
		struct fdpair_end *end = &link->pair.end[side];

		err = unix_bind_path(&end->in, SOCK_DGRAM, side, &link->address[side], params);
		end->out = end->in;
	}
	for (enum side side = SIDE_PRODUCER; side < SIDES && !err; side++)
		err = unix_connect(link->pair.end[side].out, &link->address[side_peer(side)]);
	if (!err)
		err = fdpair_probe_packet(&link->pair, params);
	return err ? err : fdpair_finish_sockets(&link->pair, params);
}

static void unix_dgram_teardown(void *state)
{
	struct unix_dgram *link = state;

	for (int side = 0; side < SIDES; side++)
		unix_remove(&link->address[side]);
	fdpair_teardown(&link->pair);
}

static int unix_unconnected_setup(void *state, const struct link_params *params)
{
	struct unconnected *link = state;
	struct unix_address address;
	int err = 0;

	fdpair_init(&link->pair);
	for (int side = 0; side < SIDES && !err; side++) {
		struct fdpair_end *end = &link->pair.end[side];

		err = unix_bind_abstract(&end->in, SOCK_DGRAM, &address, params);
		end->out = end->in;
	}
	return err ? err : unconnected_finish(link, params);
}

const struct transport transport_unix_dgram = {
	.name = "unix-dgram",
	.summary = "Unix datagram sockets bound to path names and connected",
	.traits = TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct unix_dgram),
	.setup = unix_dgram_setup,
	FDPAIR_PACKETS,
	.teardown = unix_dgram_teardown,
};

const struct transport transport_unix_unconnected = {
	.name = "unix-unconnected",
	.summary = "Unix datagrams to an abstract name, unconnected: sendto(2), sender checked",
	.traits = TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct unconnected),
	.setup = unix_unconnected_setup,
	.attach = unconnected_attach,
	.send = unconnected_send,
	.recv = unconnected_recv,
	.teardown = fdpair_teardown,
	.descriptor = fdpair_descriptor,
};
