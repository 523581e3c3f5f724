/* udp, udp6 and udp-unconnected: two sockets over the loopback address. All but the last are
 * connected to each other. See udp.h. */
#include "udp.h"

#include "unconnected.h"

int udp_bind(struct fdpair *pair, enum side side, union inet_address *at,
	const struct link_params *params)
{
	struct fdpair_end *end = &pair->end[side];
	int err = inet_bind(&end->in, SOCK_DGRAM, at, params);

	end->out = end->in;
	return err;
}

int udp_join(struct fdpair *pair, const union inet_address address[SIDES],
	const struct link_params *params)
{
	int err = inet_connect(pair->end[SIDE_PRODUCER].out, &address[SIDE_CONSUMER]);

	if (!err)
		err = inet_connect(pair->end[SIDE_CONSUMER].out, &address[SIDE_PRODUCER]);
	if (!err)
		err = fdpair_probe_packet(pair, params);
	return err ? err : fdpair_finish_sockets(pair, params);
}

/* Both sides at loopback addresses, which come back. */
static int bind_both(struct fdpair *pair, int family, union inet_address address[SIDES],
	const struct link_params *params)
{
	int err = 0;

	fdpair_init(pair);
	for (enum side side = SIDE_PRODUCER; side < SIDES && !err; side++) {
		address[side] = inet_loopback(family);
		err = udp_bind(pair, side, &address[side], params);
	}
	return err;
}

static int udp_open(struct fdpair *pair, int family, const struct link_params *params)
{
	union inet_address address[SIDES];
	int err = bind_both(pair, family, address, params);

	return err ? err : udp_join(pair, address, params);
}

static int udp_unconnected_setup(void *state, const struct link_params *params)
{
	struct unconnected *link = state;
	union inet_address address[SIDES];
	int err = bind_both(&link->pair, AF_INET, address, params);

	return err ? err : inet_unreachable(unconnected_finish(link, params));
}

static int udp_setup(void *state, const struct link_params *params)
{
	return udp_open(state, AF_INET, params);
}

static int udp6_setup(void *state, const struct link_params *params)
{
	return udp_open(state, AF_INET6, params);
}

const struct transport transport_udp = {
	.name = "udp",
	.summary = "UDP over 127.0.0.1, connected; may lose messages",
	.traits = TRAIT_LOSSY | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.max_message = UDP_MAX_PAYLOAD,
	.state_size = sizeof(struct fdpair),
	.setup = udp_setup,
	FDPAIR_PACKETS,
	.teardown = fdpair_teardown,
};

const struct transport transport_udp_unconnected = {
	.name = "udp-unconnected",
	.summary = "UDP over 127.0.0.1, unconnected: sendto(2), sender checked; may lose messages",
	.traits = TRAIT_LOSSY | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.max_message = UDP_MAX_PAYLOAD,
	.state_size = sizeof(struct unconnected),
	.setup = udp_unconnected_setup,
	.attach = unconnected_attach,
	.send = unconnected_send,
	.recv = unconnected_recv,
	.teardown = fdpair_teardown,
	.descriptor = fdpair_descriptor,
};

const struct transport transport_udp6 = {
	.name = "udp6",
	.summary = "UDP over ::1, connected; may lose messages",
	.traits = TRAIT_LOSSY | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.max_message = UDP6_MAX_PAYLOAD,
	.state_size = sizeof(struct fdpair),
	.setup = udp6_setup,
	FDPAIR_PACKETS,
	.teardown = fdpair_teardown,
};
