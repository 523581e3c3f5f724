/* See io.h. One loop over bytes and one over datagrams, instantiated for each system call by
 * inlining. */
#include "io.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

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

static const struct call call_read = {SYS_read, 0, "read"};
static const struct call call_write = {SYS_write, 0, "write"};
static const struct call call_recv = {SYS_recvfrom, 0, "recv"};
static const struct call call_send = {SYS_sendto, MSG_NOSIGNAL, "send"};
/* MSG_TRUNC: the true length of a datagram that does not fit */
static const struct call call_recv_packet = {SYS_recvfrom, MSG_TRUNC, "recv"};

/* After a call that moved nothing: 0 to try again, or the error. */
static int again(const struct call *call, ssize_t moved)
{
	if (moved == 0)
		return fail_text(EPIPE, "%s: the peer is gone (end of file)", call->name);
	if (moved == -EINTR)
		return 0;
	if (moved != -EAGAIN)
		return fail_text((int)-moved, "%s: %s", call->name, strerror((int)-moved));
	spin_relax();
	return 0;
}

/* Goes on after a first call whose outcome was `moved`, not all of it. */
static __attribute__((noinline)) int whole_rest(
	const struct call *call, int fd, char *at, size_t bytes, ssize_t moved)
{
	for (;;) {
		int err = moved > 0 ? 0 : again(call, moved);

		if (err)
			return err;
		if (moved > 0) {
			at += moved;
			bytes -= (size_t)moved;
		}
		if (bytes == 0)
			return 0;
		moved = transfer(call->number, fd, at, bytes, call->flags);
	}
}

static __attribute__((noinline)) int packet_rest(
	const struct call *call, int fd, void *buffer, size_t bytes, ssize_t moved)
{
	while (moved != (ssize_t)bytes) {
		int err = moved > 0
			? fail_text(EMSGSIZE, "%s: a datagram of %zd bytes instead of %zu",
				  call->name, moved, bytes)
			: again(call, moved);

		if (err)
			return err;
		moved = transfer(call->number, fd, buffer, bytes, call->flags);
	}
	return 0;
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

__attribute__((hot)) int io_read(int fd, void *buffer, size_t bytes)
{
	return whole(&call_read, fd, buffer, bytes);
}

__attribute__((hot)) int io_write(int fd, const void *buffer, size_t bytes)
{
	return whole(&call_write, fd, buffer, bytes);
}

__attribute__((hot)) int io_recv(int fd, void *buffer, size_t bytes)
{
	return whole(&call_recv, fd, buffer, bytes);
}

__attribute__((hot)) int io_send(int fd, const void *buffer, size_t bytes)
{
	return whole(&call_send, fd, buffer, bytes);
}

__attribute__((hot)) int io_recv_packet(int fd, void *buffer, size_t bytes)
{
	return packet(&call_recv_packet, fd, buffer, bytes);
}

__attribute__((hot)) int io_send_packet(int fd, const void *buffer, size_t bytes)
{
	return packet(&call_send, fd, buffer, bytes);
}
