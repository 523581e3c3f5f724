/* tcp, tcp6 and tcp-nagle: one connection over the loopback address. All but tcp-nagle send at once
 * what they are given (TCP_NODELAY). See tcp.h. */
#include "tcp.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "fail.h"
#include "ports.h"

#define BACKLOG 8 /* strangers may knock */

int tcp_listen(struct tcp *tcp, union inet_address at, const struct link_params *params)
{
	int err = inet_bind(&tcp->pair.listener, SOCK_STREAM, &at, params);

	tcp->address = at;
	if (!err && listen(tcp->pair.listener, BACKLOG) < 0)
		err = fail("listen");
	return err;
}

/* connect(2) completes against the listen queue, so one process builds both ends without waiting.
 */
int tcp_join(struct tcp *tcp, union inet_address from, const struct link_params *params)
{
	struct fdpair_end *producer = &tcp->pair.end[SIDE_PRODUCER],
			  *consumer = &tcp->pair.end[SIDE_CONSUMER];
	int err = inet_connect_from(&producer->in, &from, &tcp->address, params);

	producer->out = producer->in;
	if (!err)
		err = inet_accept(tcp->pair.listener, &consumer->in, &from);
	consumer->out = consumer->in;
	fdpair_close_listener(&tcp->pair);
	return err;
}

static int set_nodelay(int fd)
{
	int on = 1;

	return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0
		? fail("setsockopt(TCP_NODELAY)")
		: 0;
}

int tcp_set_nodelay(struct tcp *tcp)
{
	int err = set_nodelay(tcp->pair.end[SIDE_PRODUCER].out);

	return err ? err : set_nodelay(tcp->pair.end[SIDE_CONSUMER].out);
}

static int open_both(struct tcp *tcp, int family, const struct link_params *params)
{
	fdpair_init(&tcp->pair);

	int err = tcp_listen(tcp, inet_loopback(family), params);

	return err ? err : tcp_join(tcp, inet_loopback(family), params);
}

int tcp_open(struct tcp *tcp, int family, const struct link_params *params)
{
	int err = open_both(tcp, family, params);

	if (!err)
		err = tcp_set_nodelay(tcp);
	return err ? err : fdpair_finish_sockets(&tcp->pair, params);
}

static int meeting_listen(struct tcp *tcp, int family, const struct link_params *params)
{
	fdpair_init(&tcp->pair);

	int err = tcp_listen(tcp, inet_loopback(family), params);

	if (!err)
		err = inet_find_route(&tcp->address); /* nobody connects before the first message */
	if (!err)
		err = set_nodelay(tcp->pair.listener); /* its connections inherit it */
	return err ? err : fdpair_start_meeting(&tcp->pair, params);
}

static int meeting_listen4(void *state, const struct link_params *params)
{
	return meeting_listen(state, AF_INET, params);
}

static int meeting_listen6(void *state, const struct link_params *params)
{
	return meeting_listen(state, AF_INET6, params);
}

__attribute__((hot)) static int meeting_connect(void *state)
{
	struct tcp *tcp = state;
	int fd = socket(tcp->address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	tcp->pair.in = tcp->pair.out = fd;
	if (fd < 0)
		return fail("socket");

	int err = set_nodelay(fd);

	return err ? err : inet_connect(fd, &tcp->address);
}

static uint64_t meeting_most(const char **limit)
{
	return ports_most("", limit);
}

/* accept takes any: whose connection it is shows in its message, as a stranger doesn't know the
 * run's nonce, and a wrong one fails the run. */
static const struct rendezvous tcp_rendezvous = {
	.listen = meeting_listen4,
	.attach = fdpair_attach_meeting,
	.connect = meeting_connect,
	.accept = fdpair_accept_meeting,
	.hang_up = fdpair_hang_up,
	.most = meeting_most,
};

static const struct rendezvous tcp6_rendezvous = {
	.listen = meeting_listen6,
	.attach = fdpair_attach_meeting,
	.connect = meeting_connect,
	.accept = fdpair_accept_meeting,
	.hang_up = fdpair_hang_up,
	.most = meeting_most,
};

static int tcp_setup(void *state, const struct link_params *params)
{
	return tcp_open(state, AF_INET, params);
}

static int tcp6_setup(void *state, const struct link_params *params)
{
	return tcp_open(state, AF_INET6, params);
}

static int tcp_nagle_setup(void *state, const struct link_params *params)
{
	struct tcp *tcp = state;
	int err = open_both(tcp, AF_INET, params);

	return err ? err : fdpair_finish_sockets(&tcp->pair, params);
}

const struct transport transport_tcp = {
	.name = "tcp",
	.summary = "TCP over 127.0.0.1, TCP_NODELAY",
	.traits = TRAIT_TCP | TRAIT_BYTES | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct tcp),
	.setup = tcp_setup,
	FDPAIR_STREAMS,
	.teardown = fdpair_teardown,
	.rendezvous = &tcp_rendezvous,
};

const struct transport transport_tcp6 = {
	.name = "tcp6",
	.summary = "TCP over ::1, TCP_NODELAY",
	.traits = TRAIT_TCP | TRAIT_BYTES | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct tcp),
	.setup = tcp6_setup,
	FDPAIR_STREAMS,
	.teardown = fdpair_teardown,
	.rendezvous = &tcp6_rendezvous,
};

const struct transport transport_tcp_nagle = {
	.name = "tcp-nagle",
	.summary = "TCP over 127.0.0.1 with Nagle's algorithm: small segments wait for an ACK",
	.traits = TRAIT_TCP | TRAIT_BYTES | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct tcp),
	.setup = tcp_nagle_setup,
	FDPAIR_STREAMS,
	.teardown = fdpair_teardown,
};
