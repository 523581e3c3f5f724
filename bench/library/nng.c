/* nng: a pair of nng pair0 sockets over ipc://, which are Unix stream sockets served by threads of
 * the library. A message is copied into the library's memory by nng_send and out of it, into the
 * consumer's buffer, by nng_recv.
 *
 * The socket is made by the side itself, after it was pinned: the library's threads run where the
 * side runs, so its CPU carries both. A side that spins gives way to them (sched_yield).
 *
 * Options are the library's own but for the reconnect times: no queue beyond what is on its way. A
 * sender waits until its message was taken, and nothing is lost. */
#include <errno.h>

#include "fail.h"
#include "fdpair.h"

#define NNG_WAITS (WAIT_SET(WAIT_BLOCK) | WAIT_SET(WAIT_SPIN))

#ifdef IPCMARK_HAVE_NNG

#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>
#include <sched.h>

#include "endpoint.h"

#define RECONNECT_AFTER_MS 1

struct nng_link {
	struct endpoint endpoint;
	int flags;         /* of nng_send and nng_recv */
	nng_socket socket; /* after attach */
};

static int nng_setup(void *state, const struct link_params *params)
{
	struct nng_link *link = state;

	link->flags = params->wait == WAIT_SPIN ? NNG_FLAG_NONBLOCK : 0;
	return endpoint_open(&link->endpoint, params);
}

static void nng_teardown(void *state)
{
	endpoint_close(&((struct nng_link *)state)->endpoint);
}

/* After a call that failed; the library has numbers of its own. */
static int nng_fail(const char *call, int error)
{
	int err = EIO;

	if (error & NNG_ESYSERR)
		err = error & ~NNG_ESYSERR;
	else if (error == NNG_ECLOSED || error == NNG_ECONNRESET || error == NNG_ECONNSHUT)
		err = EPIPE;
	else if (error == NNG_ENOMEM)
		err = ENOMEM;
	return fail_text(err, "%s: %s", call, nng_strerror(error));
}

/* After a call that moved nothing: 0 to try again, or the error. */
static int nng_again(const char *call, int error)
{
	if (error == NNG_EINTR)
		return 0;
	if (error != NNG_EAGAIN)
		return nng_fail(call, error);
	sched_yield();
	return 0;
}

__attribute__((hot)) static int nng_transport_send(void *state, const void *message, size_t bytes)
{
	struct nng_link *link = state;
	int error;

	while ((error = nng_send(link->socket, (void *)message, bytes, link->flags)) != 0) {
		int err = nng_again("nng_send", error);

		if (err)
			return err;
	}
	return 0;
}

__attribute__((hot)) static int nng_transport_recv(void *state, void *message, size_t bytes)
{
	struct nng_link *link = state;
	size_t got = bytes;
	int error;

	while ((error = nng_recv(link->socket, message, &got, link->flags)) != 0) {
		int err = nng_again("nng_recv", error);

		if (err)
			return err;
		got = bytes;
	}
	if (got != bytes)
		return fail_text(EBADMSG, "nng_recv: %zu bytes instead of %zu", got, bytes);
	return 0;
}

static int nng_attach(void *state, enum side side)
{
	struct nng_link *link = state;
	int error = nng_pair0_open(&link->socket);

	if (!error)
		error = nng_socket_set_ms(link->socket, NNG_OPT_RECONNMINT, RECONNECT_AFTER_MS);
	if (!error)
		error = nng_socket_set_ms(link->socket, NNG_OPT_RECONNMAXT, RECONNECT_AFTER_MS);
	if (error)
		return nng_fail("nng_pair0_open", error);
	if (side == SIDE_CONSUMER) {
		error = nng_listen(link->socket, link->endpoint.url, NULL, 0);
		if (error)
			return nng_fail("nng_listen", error);
	} else {
		/* tries again by itself until the other side listens */
		error = nng_dial(link->socket, link->endpoint.url, NULL, NNG_FLAG_NONBLOCK);
		if (error)
			return nng_fail("nng_dial", error);
	}
	return endpoint_greet(link, side, nng_transport_send, nng_transport_recv);
}

#else

struct nng_link {
	struct fdpair pair;
};

static int nng_setup(void *state, const struct link_params *params)
{
	(void)params;
	fdpair_init(state);
	return fail_text(ENOSYS, "built without nng (libnng-dev)");
}

#define nng_attach         fdpair_attach
#define nng_transport_send fdpair_send
#define nng_transport_recv fdpair_recv
#define nng_teardown       fdpair_teardown

#endif

const struct transport transport_nng = {
	.name = "nng",
	.summary = "nng pair0 sockets over ipc://, with the library's threads on the sides' CPUs",
	.waits = NNG_WAITS,
	.state_size = sizeof(struct nng_link),
	.setup = nng_setup,
	.attach = nng_attach,
	.send = nng_transport_send,
	.recv = nng_transport_recv,
	.teardown = nng_teardown,
};
