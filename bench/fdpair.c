/* See fdpair.h. */
#include "fdpair.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"

#define PROBE_TIMEOUT_MS 1000
#define UNLIKELY(x)      __builtin_expect(!!(x), 0)

static void end_close(struct fdpair_end *end)
{
	if (end->in >= 0)
		close(end->in);
	if (end->out >= 0 && end->out != end->in)
		close(end->out);
	end->in = end->out = -1;
}

void fdpair_init(struct fdpair *pair)
{
	for (int side = 0; side < SIDES; side++)
		pair->end[side] = (struct fdpair_end){.in = -1, .out = -1};
	pair->in = pair->out = pair->listener = -1;
}

static void note_link(struct fdpair *pair, const struct link_params *params)
{
	pair->wait = params->wait;
	pair->threads = params->threads;
	pair->batch = params->batch;
}

static int set_blocking(int fd, int blocking)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return fail("fcntl(F_GETFL)");
	flags = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
	return fcntl(fd, F_SETFL, flags) < 0 ? fail("fcntl(F_SETFL)") : 0;
}

int fdpair_set_wait(struct fdpair *pair, const struct link_params *params)
{
	int blocking = params->wait == WAIT_BLOCK;
	int err = 0;

	note_link(pair, params);
	for (int side = 0; side < SIDES && !err; side++) {
		err = set_blocking(pair->end[side].in, blocking);
		if (!err)
			err = set_blocking(pair->end[side].out, blocking);
	}
	return err;
}

int fdpair_open_socketpair(struct fdpair *pair, int type, const struct link_params *params)
{
	int fd[SIDES];
	int err = 0;

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fd) < 0)
		return fail("socketpair");
	for (int side = 0; side < SIDES; side++)
		pair->end[side] = (struct fdpair_end){.in = fd[side], .out = fd[side]};
	for (int side = 0; side < SIDES && !err; side++)
		err = fdpair_size_socket(fd[side], params);
	return err;
}

void fdpair_close_listener(struct fdpair *pair)
{
	if (pair->listener >= 0)
		close(pair->listener);
	pair->listener = -1;
}

/* An interrupted connect(2) goes on in the kernel; called again, it waits for the outcome. */
int fdpair_connect(int fd, const struct sockaddr *to, socklen_t to_bytes)
{
	while (connect(fd, to, to_bytes) < 0)
		if (errno != EINTR)
			return fail("connect");
	return 0;
}

int fdpair_accept(int listener, int *fd, struct sockaddr *peer, socklen_t *peer_bytes)
{
	do
		*fd = accept4(listener, peer, peer_bytes, SOCK_CLOEXEC);
	while (*fd < 0 && errno == EINTR);
	return *fd < 0 ? fail("accept4") : 0;
}

int fdpair_size_socket(int fd, const struct link_params *params)
{
	int bytes = params->buffer_bytes < INT_MAX ? (int)params->buffer_bytes : INT_MAX;

	if (bytes == 0)
		return 0;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) < 0)
		return fail("setsockopt(SO_SNDBUF, SO_RCVBUF)");
	params->requested->sndbuf_bytes = params->requested->rcvbuf_bytes = bytes;
	return 0;
}

static int socket_buffer(int fd, int option, int64_t *bytes)
{
	int granted = 0;
	socklen_t length = sizeof granted;

	if (getsockopt(fd, SOL_SOCKET, option, &granted, &length) < 0)
		return fail("getsockopt(SO_SNDBUF, SO_RCVBUF)");
	*bytes = granted;
	return 0;
}

int fdpair_note_sockets(struct fdpair *pair, const struct link_params *params)
{
	int err = socket_buffer(
		pair->end[SIDE_PRODUCER].out, SO_SNDBUF, &params->effective->sndbuf_bytes);

	if (!err)
		err = socket_buffer(
			pair->end[SIDE_CONSUMER].in, SO_RCVBUF, &params->effective->rcvbuf_bytes);
	note_link(pair, params);
	return err;
}

int fdpair_finish_sockets(struct fdpair *pair, const struct link_params *params)
{
	int err = fdpair_note_sockets(pair, params);

	return err ? err : fdpair_set_wait(pair, params);
}

int fdpair_probe_packet(struct fdpair *pair, const struct link_params *params)
{
	return fdpair_probe_packet_to(pair, params, NULL, 0);
}

static bool arrives(int fd, void *packet, size_t bytes)
{
	struct pollfd arrival = {.fd = fd, .events = POLLIN};
	int ready;

	do
		ready = poll(&arrival, 1, PROBE_TIMEOUT_MS);
	while (ready < 0 && errno == EINTR);
	return ready == 1 && recv(fd, packet, bytes, MSG_DONTWAIT) == (ssize_t)bytes;
}

int fdpair_probe_packet_to(struct fdpair *pair, const struct link_params *params,
	const struct sockaddr *to, socklen_t to_bytes)
{
	size_t bytes = params->message_bytes;
	char *message = calloc(1, bytes);
	int err = 0;

	if (!message)
		return fail("calloc");
	if (sendto(pair->end[SIDE_PRODUCER].out, message, bytes, MSG_DONTWAIT | MSG_NOSIGNAL, to,
		    to_bytes) != (ssize_t)bytes)
		err = errno == EMSGSIZE || errno == EAGAIN || errno == ENOBUFS
			? fail_text(EMSGSIZE,
				  "a datagram of %zu bytes does not fit the socket's buffer", bytes)
			: fail("sendto");
	else if (!arrives(pair->end[SIDE_CONSUMER].in, message, bytes))
		err = fail_text(EMSGSIZE, "a datagram of %zu bytes does not arrive whole", bytes);
	free(message);
	return err;
}

int fdpair_name_too_long(const struct link_params *params, const char *what)
{
	return fail_text(ENAMETOOLONG,
		"%s: too long for the name of %s: set TMPDIR to a shorter one", params->folder,
		what);
}

static int open_ready(const struct fdpair *pair, struct ready **ready, enum ready_for event, int fd)
{
	int err;

	*ready = ready_open(pair->wait, event, 1, &err);
	return err ? err : ready_add(*ready, fd);
}

int fdpair_attach(void *state, enum side side)
{
	struct fdpair *pair = state;

	if (!pair->threads)
		end_close(&pair->end[side_peer(side)]);
	pair->side = side;
	pair->in = pair->end[side].in;
	pair->out = pair->end[side].out;

	int err = pair->batch ? fdpair_open_vectors(pair, pair->batch) : 0;

	if (err || !(READY_WAITS & WAIT_SET(pair->wait)))
		return err;
	err = open_ready(pair, &pair->readable, READY_TO_READ, pair->in);
	return err ? err : open_ready(pair, &pair->writable, READY_TO_WRITE, pair->out);
}

int fdpair_descriptor(const void *state)
{
	return ((const struct fdpair *)state)->in;
}

void fdpair_teardown(void *state)
{
	struct fdpair *pair = state;

	for (int side = 0; side < SIDES; side++)
		end_close(&pair->end[side]);
	fdpair_close_listener(pair);
}

__attribute__((hot)) static int await(void *ready)
{
	uint32_t which;
	int found = ready_wait(ready, &which, 1);

	return found < 0 ? found : 0;
}

struct io_waiter fdpair_waiter(struct ready *ready)
{
	return ready ? (struct io_waiter){.wait = await, .context = ready} : io_spinning;
}

static int try_again_later(struct ready *ready)
{
	const struct io_waiter waiter = fdpair_waiter(ready);

	return waiter.wait(waiter.context);
}

int fdpair_await_readable(struct fdpair *pair)
{
	return try_again_later(pair->readable);
}

int fdpair_await_writable(struct fdpair *pair)
{
	return try_again_later(pair->writable);
}

/* Level-triggered: wait, then read. Edge-triggered: what is there is read first, as no edge will
 * tell of it. */
int fdpair_await_message(struct fdpair *pair)
{
	return !pair->readable || pair->wait == WAIT_EPOLL_ET ? 0 : await(pair->readable);
}

static int retry(struct ready *ready, const char *call, ssize_t moved)
{
	const struct io_waiter waiter = fdpair_waiter(ready);

	return io_again(call, moved < 0 ? -errno : moved, &waiter);
}

int fdpair_retry_in(struct fdpair *pair, const char *call, ssize_t moved)
{
	return retry(pair->readable, call, moved);
}

int fdpair_retry_out(struct fdpair *pair, const char *call, ssize_t moved)
{
	return retry(pair->writable, call, moved);
}

__attribute__((hot)) static int out_awaited(
	struct fdpair *pair, enum io_call call, const void *message, size_t bytes)
{
	const struct io_waiter waiter = fdpair_waiter(pair->writable);

	return io_move(call, pair->out, (void *)message, bytes, &waiter);
}

__attribute__((hot)) static int in_awaited(
	struct fdpair *pair, enum io_call call, void *message, size_t bytes)
{
	const struct io_waiter waiter = fdpair_waiter(pair->readable);
	int err = fdpair_await_message(pair);

	return err ? err : io_move(call, pair->in, message, bytes, &waiter);
}

__attribute__((hot)) int fdpair_write(void *state, const void *message, size_t bytes)
{
	struct fdpair *pair = state;

	if (UNLIKELY(fdpair_is_awaited(pair)))
		return out_awaited(pair, IO_WRITE, message, bytes);
	return io_write(pair->out, message, bytes);
}

__attribute__((hot)) int fdpair_read(void *state, void *message, size_t bytes)
{
	struct fdpair *pair = state;

	if (UNLIKELY(fdpair_is_awaited(pair)))
		return in_awaited(pair, IO_READ, message, bytes);
	return io_read(pair->in, message, bytes);
}

__attribute__((hot)) int fdpair_send(void *state, const void *message, size_t bytes)
{
	struct fdpair *pair = state;

	if (UNLIKELY(fdpair_is_awaited(pair)))
		return out_awaited(pair, IO_SEND, message, bytes);
	return io_send(pair->out, message, bytes);
}

__attribute__((hot)) int fdpair_recv(void *state, void *message, size_t bytes)
{
	struct fdpair *pair = state;

	if (UNLIKELY(fdpair_is_awaited(pair)))
		return in_awaited(pair, IO_RECV, message, bytes);
	return io_recv(pair->in, message, bytes);
}

__attribute__((hot)) int fdpair_send_packet(void *state, const void *message, size_t bytes)
{
	struct fdpair *pair = state;

	if (UNLIKELY(fdpair_is_awaited(pair)))
		return out_awaited(pair, IO_SEND_PACKET, message, bytes);
	return io_send_packet(pair->out, message, bytes);
}

__attribute__((hot)) int fdpair_recv_packet(void *state, void *message, size_t bytes)
{
	struct fdpair *pair = state;

	if (UNLIKELY(fdpair_is_awaited(pair)))
		return in_awaited(pair, IO_RECV_PACKET, message, bytes);
	return io_recv_packet(pair->in, message, bytes);
}
