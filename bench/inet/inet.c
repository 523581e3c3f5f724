/* tcp and udp over 127.0.0.1, on ports that the kernel gives. tcp has TCP_NODELAY; udp is connected
 * both ways, so no stranger's datagram arrives. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "fdpair.h"

#define UDP_MAX_PAYLOAD 65507 /* 65535 less the headers of IPv4 and UDP */

struct tcp {
	struct fdpair pair;
	int listener; /* -1: not open */
};

/* A new socket in *fd, bound to a free port of the loopback address; its address in *address. */
static int inet_bind(int *fd, int type, struct sockaddr_in *address)
{
	socklen_t length = sizeof *address;

	*address = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	*fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return fail("socket(AF_INET)");
	if (bind(*fd, (struct sockaddr *)address, sizeof *address) < 0)
		return fail("bind");
	return getsockname(*fd, (struct sockaddr *)address, &length) < 0 ? fail("getsockname") : 0;
}

static int inet_connect(int fd, const struct sockaddr_in *address)
{
	return connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 ? fail("connect")
										  : 0;
}

static int tcp_nodelay(int fd)
{
	int on = 1;

	return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0
		? fail("setsockopt(TCP_NODELAY)")
		: 0;
}

/* Takes connections until it is the producer's own: any local user may have been quicker. */
static int tcp_accept(struct tcp *tcp, in_port_t producer_port)
{
	struct fdpair_end *end = &tcp->pair.end[SIDE_CONSUMER];

	for (;;) {
		struct sockaddr_in peer = {0};
		socklen_t length = sizeof peer;
		int fd = accept4(tcp->listener, (struct sockaddr *)&peer, &length, SOCK_CLOEXEC);

		if (fd < 0)
			return fail("accept4");
		if (peer.sin_port == producer_port) {
			end->in = end->out = fd;
			return 0;
		}
		close(fd);
	}
}

static int tcp_setup(void *state, const struct link_params *params)
{
	struct tcp *tcp = state;
	struct fdpair_end *producer = &tcp->pair.end[SIDE_PRODUCER];
	struct sockaddr_in listening, own;

	fdpair_init(&tcp->pair);
	tcp->listener = -1;

	int err = inet_bind(&tcp->listener, SOCK_STREAM, &listening);

	if (!err && listen(tcp->listener, 8) < 0)
		err = fail("listen");
	if (!err)
		err = inet_bind(&producer->in, SOCK_STREAM, &own);
	producer->out = producer->in;
	if (!err)
		err = inet_connect(producer->in, &listening);
	if (!err)
		err = tcp_accept(tcp, own.sin_port);
	for (int side = 0; side < SIDES && !err; side++)
		err = tcp_nodelay(tcp->pair.end[side].out);
	return err ? err : fdpair_finish_sockets(&tcp->pair, params);
}

static void tcp_close_listener(struct tcp *tcp)
{
	if (tcp->listener >= 0)
		close(tcp->listener);
	tcp->listener = -1;
}

static int tcp_attach(void *state, enum side side)
{
	tcp_close_listener(state);
	return fdpair_attach(state, side);
}

static void tcp_teardown(void *state)
{
	tcp_close_listener(state);
	fdpair_teardown(state);
}

static int udp_setup(void *state, const struct link_params *params)
{
	struct fdpair *pair = state;
	struct sockaddr_in address[SIDES];
	int err = 0;

	fdpair_init(pair);
	for (int side = 0; side < SIDES && !err; side++) {
		err = inet_bind(&pair->end[side].in, SOCK_DGRAM, &address[side]);
		pair->end[side].out = pair->end[side].in;
	}
	for (enum side side = SIDE_PRODUCER; side < SIDES && !err; side++)
		err = inet_connect(pair->end[side].out, &address[side_peer(side)]);
	if (!err)
		err = fdpair_probe_packet(pair, params);
	return err ? err : fdpair_finish_sockets(pair, params);
}

const struct transport transport_tcp = {
	.name = "tcp",
	.summary = "TCP over 127.0.0.1, TCP_NODELAY",
	.traits = TRAIT_TCP,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct tcp),
	.setup = tcp_setup,
	.attach = tcp_attach,
	.send = fdpair_send,
	.recv = fdpair_recv,
	.teardown = tcp_teardown,
	.send_many = fdpair_send_many,
	.recv_many = fdpair_recv_many,
};

const struct transport transport_udp = {
	.name = "udp",
	.summary = "UDP over 127.0.0.1, connected; may lose messages",
	.traits = TRAIT_LOSSY,
	.waits = FDPAIR_WAITS,
	.max_message = UDP_MAX_PAYLOAD,
	.state_size = sizeof(struct fdpair),
	.setup = udp_setup,
	.attach = fdpair_attach,
	.send = fdpair_send_packet,
	.recv = fdpair_recv_packet,
	.teardown = fdpair_teardown,
	.send_many = fdpair_send_packets,
	.recv_many = fdpair_recv_packets,
};
