/* tls and tls-kernel: TLS over TCP on 127.0.0.1, as OpenSSL does it: AES-128-GCM, the handshake
 * over before the first message. With tls, OpenSSL makes the records: each is copied and encrypted
 * in user space, and takes two calls to receive, its header and the rest, as OpenSSL reads unless
 * it is told to read ahead. With tls-kernel (TLS_TX and TLS_RX of tcp(7)'s TCP_ULP "tls") the
 * kernel does.
 *
 * A message is a record, or one for each 16 KiB of it: when all of it has been received, none of
 * the next is inside OpenSSL, so the descriptor tells what is to come. Keys are never renewed. */
#include <errno.h>

#include "fail.h"
#include "tcp.h"

#ifdef IPCMARK_HAVE_OPENSSL

#include <openssl/err.h>
#include <string.h>

#include "tls_session.h"

struct tls {
	struct tcp tcp;
	SSL *end[SIDES]; /* NULL: none */
	SSL *own;        /* after attach */
};

static int tls_handshake(struct tls *tls, bool kernel)
{
	const int fd[SIDES] = {
		tls->tcp.pair.end[SIDE_PRODUCER].in, tls->tcp.pair.end[SIDE_CONSUMER].in};
	SSL_CTX *context;
	int err = tls_session_context(&context, kernel);

	if (err)
		return err;
	err = tls_session_open(tls->end, (SSL_CTX *const[SIDES]){context, context}, fd);
	SSL_CTX_free(context); /* the ends hold on to it */
	return err || !kernel ? err : tls_session_in_kernel(tls->end);
}

static int tls_open(struct tls *tls, const struct link_params *params, bool kernel)
{
	struct link_params shaking_hands = *params;

	shaking_hands.wait = WAIT_SPIN; /* neither end may sleep until the other has spoken */

	int err = tcp_open(&tls->tcp, AF_INET, &shaking_hands);

	if (!err)
		err = tls_handshake(tls, kernel);
	return err ? err : fdpair_set_wait(&tls->tcp.pair, params);
}

static int tls_setup(void *state, const struct link_params *params)
{
	return tls_open(state, params, false);
}

static int tls_kernel_setup(void *state, const struct link_params *params)
{
	return tls_open(state, params, true);
}

static int tls_attach(void *state, enum side side)
{
	struct tls *tls = state;

	tls->own = tls->end[side];
	return fdpair_attach(state, side);
}

static int tls_gone(const char *call)
{
	return fail_text(EPIPE, "%s: the peer is gone (end of file)", call);
}

/* After a call that moved nothing: 0 when it is worth trying again, or the error. */
static int tls_again(struct tls *tls, const char *call)
{
	int saved = errno;

	switch (SSL_get_error(tls->own, 0)) {
	/* or a signal came while it blocked */
	case SSL_ERROR_WANT_WRITE: return fdpair_await_writable(&tls->tcp.pair);
	case SSL_ERROR_WANT_READ: return fdpair_await_readable(&tls->tcp.pair);
	case SSL_ERROR_ZERO_RETURN: return tls_gone(call);
	case SSL_ERROR_SYSCALL:
		return fail_text(saved ? saved : EIO, "%s: %s", call, strerror(saved));
	default:
		if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
			return tls_gone(call);
		return tls_session_fail(call);
	}
}

/* OpenSSL writes all of it before it says so: it is called again with what it was called with. */
__attribute__((hot)) static int tls_send(void *state, const void *message, size_t bytes)
{
	struct tls *tls = state;
	size_t written;
	int err = 0;

	while (!err && !SSL_write_ex(tls->own, message, bytes, &written))
		err = tls_again(tls, "SSL_write");
	return err;
}

/* A record at a time. What OpenSSL has taken from the socket already must not be waited for. */
__attribute__((hot)) static int tls_recv(void *state, void *message, size_t bytes)
{
	struct tls *tls = state;
	char *rest = message;
	int err = 0;

	if (!SSL_has_pending(tls->own))
		err = fdpair_await_message(&tls->tcp.pair);
	while (!err && bytes > 0) {
		size_t got = 0;

		if (!SSL_read_ex(tls->own, rest, bytes, &got))
			err = tls_again(tls, "SSL_read");
		rest += got;
		bytes -= got;
	}
	return err;
}

static void tls_teardown(void *state)
{
	struct tls *tls = state;

	tls_session_close(tls->end);
	fdpair_teardown(&tls->tcp.pair);
}

#else

struct tls {
	struct fdpair pair;
};

static int tls_setup(void *state, const struct link_params *params)
{
	(void)params;
	fdpair_init(state);
	return fail_text(ENOSYS, "built without OpenSSL (libssl-dev)");
}

#define tls_kernel_setup tls_setup
#define tls_attach       fdpair_attach
#define tls_send         fdpair_send
#define tls_recv         fdpair_recv
#define tls_teardown     fdpair_teardown

#endif

const struct transport transport_tls = {
	.name = "tls",
	.summary = "TLS 1.3 (TLS_AES_128_GCM_SHA256) over TCP on 127.0.0.1, the records by OpenSSL",
	.traits = TRAIT_TCP | TRAIT_BYTES | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct tls),
	.setup = tls_setup,
	.attach = tls_attach,
	.send = tls_send,
	.recv = tls_recv,
	.teardown = tls_teardown,
	.descriptor = fdpair_descriptor,
};

const struct transport transport_tls_kernel = {
	.name = "tls-kernel",
	.summary = "TLS 1.2 (ECDHE-ECDSA-AES128-GCM-SHA256) over TCP on 127.0.0.1, records by the "
		   "kernel",
	.traits = TRAIT_TCP | TRAIT_BYTES | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct tls),
	.setup = tls_kernel_setup,
	.attach = tls_attach,
	.send = tls_send,
	.recv = tls_recv,
	.teardown = tls_teardown,
	.descriptor = fdpair_descriptor,
};
