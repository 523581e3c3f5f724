/* zmq: a pair of ZeroMQ PAIR sockets over ipc://, which are Unix stream sockets with a thread of
 * the library at each end. A message goes from the side to its thread, through the socket to the
 * other thread, and from there to the other side; it is copied into the library's memory by
 * zmq_send and out of it, into the consumer's buffer, by zmq_recv.
 *
 * The context is made by the side itself, after it was pinned: the library's threads run where the
 * side runs, so its CPU carries both. A side that spins gives way to them (sched_yield).
 *
 * Options are the library's own but for the reconnect interval and, for large messages, the
 * high-water marks: what may wait in memory is bounded by bytes, too. A full queue blocks its
 * sender, and nothing is lost. */
#include <errno.h>

#include "fail.h"
#include "fdpair.h"

#define ZMQ_WAITS (WAIT_SET(WAIT_BLOCK) | WAIT_SET(WAIT_SPIN))

#ifdef IPCMARK_HAVE_ZMQ

#include <sched.h>
#include <zmq.h>

#include "endpoint.h"

#define QUEUE_MESSAGES     1000 /* the library's default */
#define QUEUE_BYTES        ((size_t)16 << 20)
#define RECONNECT_AFTER_MS 1

struct zmq_link {
	struct endpoint endpoint;
	size_t message_bytes;
	int flags;    /* of zmq_send and zmq_recv */
	void *socket; /* after attach */
};

static int zmq_setup(void *state, const struct link_params *params)
{
	struct zmq_link *link = state;

	link->message_bytes = params->message_bytes;
	link->flags = params->wait == WAIT_SPIN ? ZMQ_DONTWAIT : 0;
	return endpoint_open(&link->endpoint, params);
}

static void zmq_teardown(void *state)
{
	endpoint_close(&((struct zmq_link *)state)->endpoint);
}

static int zmq_fail(const char *call)
{
	return fail_text(errno, "%s: %s", call, zmq_strerror(errno));
}

/* After a call that moved nothing: 0 to try again, or the error. */
static int zmq_again(const char *call)
{
	if (errno == EINTR)
		return 0;
	if (errno != EAGAIN)
		return zmq_fail(call);
	sched_yield();
	return 0;
}

__attribute__((hot)) static int zmq_transport_send(void *state, const void *message, size_t bytes)
{
	struct zmq_link *link = state;

	while (zmq_send(link->socket, message, bytes, link->flags) < 0) {
		int err = zmq_again("zmq_send");

		if (err)
			return err;
	}
	return 0;
}

__attribute__((hot)) static int zmq_transport_recv(void *state, void *message, size_t bytes)
{
	struct zmq_link *link = state;
	int got;

	while ((got = zmq_recv(link->socket, message, bytes, link->flags)) < 0) {
		int err = zmq_again("zmq_recv");

		if (err)
			return err;
	}
	if ((size_t)got != bytes)
		return fail_text(EBADMSG, "zmq_recv: %d bytes instead of %zu", got, bytes);
	return 0;
}

static int zmq_configure(const struct zmq_link *link)
{
	size_t fitting = QUEUE_BYTES / link->message_bytes;
	const struct {
		int option, value;
	} settings[] = {
		{ZMQ_SNDHWM, fitting < QUEUE_MESSAGES ? (int)fitting : QUEUE_MESSAGES},
		{ZMQ_RCVHWM, fitting < QUEUE_MESSAGES ? (int)fitting : QUEUE_MESSAGES},
		{ZMQ_RECONNECT_IVL, RECONNECT_AFTER_MS},
		{ZMQ_LINGER, 0},
	};

	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
		if (zmq_setsockopt(link->socket, settings[i].option, &settings[i].value,
			    sizeof settings[i].value) < 0)
			return zmq_fail("zmq_setsockopt");
	return 0;
}

static int zmq_attach(void *state, enum side side)
{
	struct zmq_link *link = state;
	void *context = zmq_ctx_new();

	if (!context)
		return zmq_fail("zmq_ctx_new");
	link->socket = zmq_socket(context, ZMQ_PAIR);
	if (!link->socket)
		return zmq_fail("zmq_socket");

	int err = zmq_configure(link);

	if (err)
		return err;
	if (side == SIDE_CONSUMER && zmq_bind(link->socket, link->endpoint.url) < 0)
		return zmq_fail("zmq_bind");
	if (side == SIDE_PRODUCER && zmq_connect(link->socket, link->endpoint.url) < 0)
		return zmq_fail("zmq_connect");
	return endpoint_greet(link, side, zmq_transport_send, zmq_transport_recv);
}

#else

struct zmq_link {
	struct fdpair pair;
};

static int zmq_setup(void *state, const struct link_params *params)
{
	(void)params;
	fdpair_init(state);
	return fail_text(ENOSYS, "built without ZeroMQ (libzmq3-dev)");
}

#define zmq_attach         fdpair_attach
#define zmq_transport_send fdpair_send
#define zmq_transport_recv fdpair_recv
#define zmq_teardown       fdpair_teardown

#endif

const struct transport transport_zmq = {
	.name = "zmq",
	.summary = "ZeroMQ PAIR sockets over ipc://, with the library's threads on the sides' CPUs",
	.waits = ZMQ_WAITS,
	.state_size = sizeof(struct zmq_link),
	.setup = zmq_setup,
	.attach = zmq_attach,
	.send = zmq_transport_send,
	.recv = zmq_transport_recv,
	.teardown = zmq_teardown,
};
