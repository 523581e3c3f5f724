/* See io.h. One loop, instantiated for each system call by inlining. */
#include "io.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "spin.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* After a call that moved nothing: 0 to try again, or the error. */
static int again(ssize_t moved, const char *call)
{
	if (moved == 0)
		return fail_text(EPIPE, "%s: the peer is gone (end of file)", call);
	if (errno == EINTR)
		return 0;
	if (errno != EAGAIN)
		return fail(call);
	spin_relax();
	return 0;
}

ALWAYS_INLINE ssize_t call_read(int fd, char *at, size_t bytes)
{
	return read(fd, at, bytes);
}

ALWAYS_INLINE ssize_t call_write(int fd, char *at, size_t bytes)
{
	return write(fd, at, bytes);
}

ALWAYS_INLINE ssize_t call_recv(int fd, char *at, size_t bytes)
{
	return recv(fd, at, bytes, 0);
}

/* MSG_TRUNC: the true length of a datagram that does not fit. */
ALWAYS_INLINE ssize_t call_recv_packet(int fd, char *at, size_t bytes)
{
	return recv(fd, at, bytes, MSG_TRUNC);
}

ALWAYS_INLINE ssize_t call_send(int fd, char *at, size_t bytes)
{
	return send(fd, at, bytes, MSG_NOSIGNAL);
}

ALWAYS_INLINE int whole(
	ssize_t (*call)(int, char *, size_t), const char *name, int fd, char *at, size_t bytes)
{
	for (;;) {
		ssize_t moved = call(fd, at, bytes);

		if (moved > 0) {
			at += moved;
			bytes -= (size_t)moved;
			if (bytes == 0)
				return 0;
		} else {
			int err = again(moved, name);

			if (err)
				return err;
		}
	}
}

ALWAYS_INLINE int packet(
	ssize_t (*call)(int, char *, size_t), const char *name, int fd, char *at, size_t bytes)
{
	for (;;) {
		ssize_t moved = call(fd, at, bytes);

		if (moved == (ssize_t)bytes)
			return 0;
		if (moved > 0)
			return fail_text(EMSGSIZE, "%s: a datagram of %zd bytes instead of %zu",
				name, moved, bytes);

		int err = again(moved, name);

		if (err)
			return err;
	}
}

int io_read(int fd, void *buffer, size_t bytes)
{
	return whole(call_read, "read", fd, buffer, bytes);
}

int io_write(int fd, const void *buffer, size_t bytes)
{
	return whole(call_write, "write", fd, (char *)buffer, bytes);
}

int io_recv(int fd, void *buffer, size_t bytes)
{
	return whole(call_recv, "recv", fd, buffer, bytes);
}

int io_send(int fd, const void *buffer, size_t bytes)
{
	return whole(call_send, "send", fd, (char *)buffer, bytes);
}

int io_recv_packet(int fd, void *buffer, size_t bytes)
{
	return packet(call_recv_packet, "recv", fd, buffer, bytes);
}

int io_send_packet(int fd, const void *buffer, size_t bytes)
{
	return packet(call_send, "send", fd, (char *)buffer, bytes);
}
