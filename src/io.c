/* See io.h. One loop over bytes and one over datagrams, instantiated for each system call by
 * inlining. */
#include "io.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "fail.h"
#include "spin.h"
#include "transfer.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* A system call, and how it is called in messages. */
struct call {
	long number;
	long flags;
	const char *name;
};

static const struct call calls[] = {
	[IO_READ] = {SYS_read, 0, "read"},
	[IO_WRITE] = {SYS_write, 0, "write"},
	[IO_RECV] = {SYS_recvfrom, 0, "recv"},
	[IO_SEND] = {SYS_sendto, MSG_NOSIGNAL, "send"},
	/* MSG_TRUNC: the true length of a datagram that does not fit */
	[IO_RECV_PACKET] = {SYS_recvfrom, MSG_TRUNC, "recv"},
	[IO_SEND_PACKET] = {SYS_sendto, MSG_NOSIGNAL, "send"},
};

static int spin(void *context)
{
	(void)context;
	spin_relax();
	return 0;
}

const struct io_waiter io_spinning = {.wait = spin};

int io_again(const char *call, ssize_t moved, const struct io_waiter *waiter)
{
	if (moved == 0)
		return fail_text(EPIPE, "%s: the peer is gone (end of file)", call);
	if (moved == -EINTR)
		return 0;
	if (moved != -EAGAIN)
		return fail_with((int)-moved, call);
	return waiter->wait(waiter->context);
}

/* Goes on after a first call whose outcome was `moved`, not all of it. */
static int whole_from(const struct call *call, int fd, struct iovec rest, ssize_t moved,
	const struct io_waiter *waiter)
{
	for (;;) {
		int err = moved > 0 ? 0 : io_again(call->name, moved, waiter);

		if (err)
			return err;
		if (moved > 0) {
			rest.iov_base = (char *)rest.iov_base + moved;
			rest.iov_len -= (size_t)moved;
		}
		if (rest.iov_len == 0)
			return 0;
		moved = transfer(call->number, fd, rest.iov_base, rest.iov_len, call->flags);
	}
}

static int packet_from(const struct call *call, int fd, struct iovec packet, ssize_t moved,
	const struct io_waiter *waiter)
{
	while (moved != (ssize_t)packet.iov_len) {
		int err = moved > 0
			? fail_text(EMSGSIZE, "%s: a datagram of %zd bytes instead of %zu",
				  call->name, moved, packet.iov_len)
			: io_again(call->name, moved, waiter);

		if (err)
			return err;
		moved = transfer(call->number, fd, packet.iov_base, packet.iov_len, call->flags);
	}
	return 0;
}

static __attribute__((noinline)) int whole_rest(
	const struct call *call, int fd, void *buffer, size_t bytes, ssize_t moved)
{
	return whole_from(call, fd, (struct iovec){buffer, bytes}, moved, &io_spinning);
}

static __attribute__((noinline)) int packet_rest(
	const struct call *call, int fd, void *buffer, size_t bytes, ssize_t moved)
{
	return packet_from(call, fd, (struct iovec){buffer, bytes}, moved, &io_spinning);
}

__attribute__((hot)) int io_move(
	enum io_call name, int fd, void *buffer, size_t bytes, const struct io_waiter *waiter)
{
	const struct call *call = &calls[name];
	const struct iovec all = {buffer, bytes};
	ssize_t moved = transfer(call->number, fd, buffer, bytes, call->flags);

	if (name == IO_RECV_PACKET || name == IO_SEND_PACKET)
		return packet_from(call, fd, all, moved, waiter);
	return whole_from(call, fd, all, moved, waiter);
}

/* The hot path is a leaf: one system call, one comparison. */
ALWAYS_INLINE int whole(const struct call *call, int fd, const void *buffer, size_t bytes)
{
	ssize_t moved = transfer(call->number, fd, (void *)buffer, bytes, call->flags);

	if (__builtin_expect(moved == (ssize_t)bytes, 1))
		return 0;
	return whole_rest(call, fd, (void *)buffer, bytes, moved);
}

ALWAYS_INLINE int packet(const struct call *call, int fd, const void *buffer, size_t bytes)
{
	ssize_t moved = transfer(call->number, fd, (void *)buffer, bytes, call->flags);

	if (__builtin_expect(moved == (ssize_t)bytes, 1))
		return 0;
	return packet_rest(call, fd, (void *)buffer, bytes, moved);
}

__attribute__((hot)) ssize_t io_some(
	enum io_call name, int fd, void *buffer, size_t bytes, const struct io_waiter *waiter)
{
	const struct call *call = &calls[name];

	for (;;) {
		ssize_t moved = transfer(call->number, fd, buffer, bytes, call->flags);

		if (moved > 0)
			return moved;

		int err = io_again(call->name, moved, waiter);

		if (err)
			return err;
	}
}

__attribute__((hot)) int io_read(int fd, void *buffer, size_t bytes)
{
	return whole(&calls[IO_READ], fd, buffer, bytes);
}

__attribute__((hot)) int io_write(int fd, const void *buffer, size_t bytes)
{
	return whole(&calls[IO_WRITE], fd, buffer, bytes);
}

__attribute__((hot)) int io_recv(int fd, void *buffer, size_t bytes)
{
	return whole(&calls[IO_RECV], fd, buffer, bytes);
}

__attribute__((hot)) int io_send(int fd, const void *buffer, size_t bytes)
{
	return whole(&calls[IO_SEND], fd, buffer, bytes);
}

__attribute__((hot)) int io_recv_packet(int fd, void *buffer, size_t bytes)
{
	return packet(&calls[IO_RECV_PACKET], fd, buffer, bytes);
}

__attribute__((hot)) int io_send_packet(int fd, const void *buffer, size_t bytes)
{
	return packet(&calls[IO_SEND_PACKET], fd, buffer, bytes);
}
