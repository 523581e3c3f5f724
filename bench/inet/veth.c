/* tcp-veth and udp-veth: the two sides are in two network namespaces joined by a veth pair, which
 * is what two containers on one machine pay: another device and its queue, and an MTU of 1500
 * bytes, where lo has 65536. Checksums and segmentation are left to the "hardware" as veth does by
 * default: nobody computes them. A datagram of more than 1472 bytes crosses in fragments.
 *
 * The processes are in the harness's namespace, only their sockets are not: the counters in
 * /proc/net, which tell the harness of retransmitted segments, know nothing of these connections.
 * When the sockets are closed the kernel removes interfaces and namespaces in the background. */
#include "netns.h"
#include "tcp.h"
#include "udp.h"

/* Whatever fails, the harness is in its own namespace again. */
static int veth_open(void *state, const struct link_params *params,
	int (*build)(void *, const struct netns *, const struct link_params *))
{
	struct netns netns;
	int err = netns_open(&netns), lost = 0;

	if (!err) {
		err = build(state, &netns, params);
		lost = netns_leave(&netns);
	}
	netns_close(&netns);
	return lost ? lost : err;
}

/* The handshake leaves each side with the other's hardware address. */
static int tcp_veth_build(void *state, const struct netns *netns, const struct link_params *params)
{
	struct tcp *tcp = state;
	int err = netns_enter(netns, SIDE_CONSUMER);

	if (!err)
		err = tcp_listen(tcp, netns_address(SIDE_CONSUMER), params);
	if (!err)
		err = netns_enter(netns, SIDE_PRODUCER);
	if (!err)
		err = tcp_join(tcp, netns_address(SIDE_PRODUCER), params);
	if (!err)
		err = tcp_set_nodelay(tcp);
	return err ? err : fdpair_finish_sockets(&tcp->pair, params);
}

static int tcp_veth_setup(void *state, const struct link_params *params)
{
	fdpair_init(state);
	return veth_open(state, params, tcp_veth_build);
}

/* The probe of udp_join does here what TCP's handshake does. */
static int udp_veth_build(void *state, const struct netns *netns, const struct link_params *params)
{
	union inet_address address[SIDES];
	int err = 0;

	for (enum side side = SIDE_PRODUCER; side < SIDES && !err; side++) {
		address[side] = netns_address(side);
		err = netns_enter(netns, side);
		if (!err)
			err = udp_bind(state, side, &address[side], params);
	}
	return err ? err : udp_join(state, address, params);
}

static int udp_veth_setup(void *state, const struct link_params *params)
{
	fdpair_init(state);
	return veth_open(state, params, udp_veth_build);
}

const struct transport transport_tcp_veth = {
	.name = "tcp-veth",
	.summary = "TCP between two network namespaces over a veth pair (MTU 1500), TCP_NODELAY",
	.traits = TRAIT_TCP | TRAIT_BYTES | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct tcp),
	.setup = tcp_veth_setup,
	FDPAIR_STREAMS,
	.teardown = fdpair_teardown,
};

const struct transport transport_udp_veth = {
	.name = "udp-veth",
	.summary = "UDP between two network namespaces over a veth pair (MTU 1500), connected; may "
		   "lose messages",
	.traits = TRAIT_LOSSY | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.max_message = UDP_MAX_PAYLOAD,
	.state_size = sizeof(struct fdpair),
	.setup = udp_veth_setup,
	FDPAIR_PACKETS,
	.teardown = fdpair_teardown,
};
