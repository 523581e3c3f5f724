/* Whole transfers over descriptors: partial reads and writes, EINTR, EAGAIN of a spinning end, and
 * the death of the peer are handled here and nowhere else. */
#ifndef IPCMARK_IO_H
#define IPCMARK_IO_H

#include <stddef.h>
#include <sys/types.h>

/* Byte streams: moves all of the bytes. On a non-blocking descriptor they spin.
 * 0, or -errno with a note; end of file is -EPIPE ("the peer is gone"). */
int io_read(int fd, void *buffer, size_t bytes);        /* read(2): pipes, files */
int io_write(int fd, const void *buffer, size_t bytes); /* write(2) */
int io_recv(int fd, void *buffer, size_t bytes);        /* recv(2): stream sockets */
int io_send(int fd, const void *buffer, size_t bytes);  /* send(2), MSG_NOSIGNAL */

/* Datagrams: exactly one of exactly `bytes` bytes, else -EMSGSIZE; an empty one looks like the end
 * of file. */
int io_recv_packet(int fd, void *buffer, size_t bytes);
int io_send_packet(int fd, const void *buffer, size_t bytes);

/* One of the above, by its name. */
enum io_call { IO_READ, IO_WRITE, IO_RECV, IO_SEND, IO_RECV_PACKET, IO_SEND_PACKET };

/* What a non-blocking end does instead of spinning when nothing can be moved. */
struct io_waiter {
	int (*wait)(void *context); /* returns when it is worth trying again: 0, or -errno */
	void *context;
};

/* Where nothing else is told: it spins. */
extern const struct io_waiter io_spinning;

/* After a call of one's own that moved nothing: `moved` is 0 at the end of file, else -errno. 0 to
 * try again, after a wait where the descriptor was not ready; else the error, noted with the call's
 * name. */
int io_again(const char *call, ssize_t moved, const struct io_waiter *waiter);

/* As IO_READ or IO_RECV, but content with one byte: the number that came, or -errno. */
ssize_t io_some(
	enum io_call name, int fd, void *buffer, size_t bytes, const struct io_waiter *waiter);

/* As the call of that name, over a non-blocking descriptor, with `waiter` where it would spin. */
int io_move(enum io_call name, int fd, void *buffer, size_t bytes, const struct io_waiter *waiter);

#endif
