/* What all transports made of descriptors share: two ends, each with a descriptor to read and one
 * to write (the same one for a socket). A transport opens them in setup; the rest is here.
 *
 * It begins the state of its transport, so the functions below fit the slots of struct transport.
 */
#ifndef IPCMARK_FDPAIR_H
#define IPCMARK_FDPAIR_H

#include <sys/socket.h>

#include "io.h"
#include "ready.h"
#include "transport.h"

#define FDPAIR_WAITS (WAIT_SET(WAIT_BLOCK) | WAIT_SET(WAIT_SPIN) | READY_WAITS)

struct fdpair_end {
	int in, out; /* -1: not open */
};

struct fdpair {
	struct fdpair_end end[SIDES];
	enum side side;
	int in, out;  /* after attach: this side's */
	int listener; /* where ends are made by connecting; -1: none */
	enum wait_mode wait;
	bool threads;                      /* the other side needs our copy of its descriptors */
	struct ready *readable, *writable; /* after attach: of in and out; NULL: not needed */
	uint32_t batch;
	struct fdpair_vectors *vectors; /* after attach: of send_many; NULL: not needed */
};

/* The first thing in setup: nothing is open. */
void fdpair_init(struct fdpair *pair);

/* The last thing in setup: makes all descriptors non-blocking unless the wait is to block. */
int fdpair_set_wait(struct fdpair *pair, const struct link_params *params);

/* Two unnamed Unix sockets of a type, with the buffers that the link asks for. */
int fdpair_open_socketpair(struct fdpair *pair, int type, const struct link_params *params);

/* The next connection in *fd; a signal doesn't end it. *peer, unless NULL, gets the address that it
 * comes from, as of accept(2). */
int fdpair_accept(int listener, int *fd, struct sockaddr *peer, socklen_t *peer_bytes);

/* connect(2); a signal doesn't end it. */
int fdpair_connect(int fd, const struct sockaddr *to, socklen_t to_bytes);

/* Once there is nobody left to connect. Again: nothing. */
void fdpair_close_listener(struct fdpair *pair);

/* For each other socket of the link, before it is connected or listens: the buffers that the link
 * asks for, if it does. The kernel doubles them, up to a limit. */
int fdpair_size_socket(int fd, const struct link_params *params);

/* For sockets, the last thing in setup: the above, and the buffer sizes that the kernel granted.
 * fdpair_note_sockets leaves the descriptors blocking, whatever the wait. */
int fdpair_finish_sockets(struct fdpair *pair, const struct link_params *params);
int fdpair_note_sockets(struct fdpair *pair, const struct link_params *params);

#define UDP_MAX_PAYLOAD 65507 /* bytes: 65535 less the headers of IPv4 and UDP */

/* For datagram sockets: -EMSGSIZE with a reason unless one message of the link's size goes from one
 * end to the other. Before fdpair_finish_sockets. Unconnected, it goes to an address. */
int fdpair_probe_packet(struct fdpair *pair, const struct link_params *params);
int fdpair_probe_packet_to(struct fdpair *pair, const struct link_params *params,
	const struct sockaddr *to, socklen_t to_bytes);

/* -ENAMETOOLONG with a reason: the link's folder is too long for the path of `what` ("a FIFO"). */
int fdpair_name_too_long(const struct link_params *params, const char *what);

/* Slots. -ENOSYS and -EPERM from attach: this machine lacks the wait. */
int fdpair_attach(void *state, enum side side);
void fdpair_teardown(void *state);
int fdpair_descriptor(const void *state);
int fdpair_write(void *state, const void *message, size_t bytes); /* pipes */
int fdpair_read(void *state, void *message, size_t bytes);
int fdpair_send(void *state, const void *message, size_t bytes); /* stream sockets */
int fdpair_recv(void *state, void *message, size_t bytes);
int fdpair_send_packet(void *state, const void *message, size_t bytes); /* datagram sockets */
int fdpair_recv_packet(void *state, void *message, size_t bytes);

/* Slots send_many and recv_many: writev(2) and read(2) of pipes, sendmsg(2) and recv(2) of stream
 * sockets, sendmmsg(2) and recvmmsg(2) of datagram sockets. */
int fdpair_write_many(void *state, const void *messages, size_t bytes, uint32_t count);
int fdpair_read_many(void *state, void *messages, size_t bytes, uint32_t count);
int fdpair_send_many(void *state, const void *messages, size_t bytes, uint32_t count);
int fdpair_recv_many(void *state, void *messages, size_t bytes, uint32_t count);
int fdpair_send_packets(void *state, const void *messages, size_t bytes, uint32_t count);
int fdpair_recv_packets(void *state, void *messages, size_t bytes, uint32_t count);

/* All slots but setup and teardown of transports whose state begins with a struct fdpair, for their
 * initializers. */
#define FDPAIR_PIPES                                                        \
	.attach = fdpair_attach, .send = fdpair_write, .recv = fdpair_read, \
	.send_many = fdpair_write_many, .recv_many = fdpair_read_many,      \
	.descriptor = fdpair_descriptor
#define FDPAIR_STREAMS                                                     \
	.attach = fdpair_attach, .send = fdpair_send, .recv = fdpair_recv, \
	.send_many = fdpair_send_many, .recv_many = fdpair_recv_many,      \
	.descriptor = fdpair_descriptor
#define FDPAIR_PACKETS                                                                   \
	.attach = fdpair_attach, .send = fdpair_send_packet, .recv = fdpair_recv_packet, \
	.send_many = fdpair_send_packets, .recv_many = fdpair_recv_packets,              \
	.descriptor = fdpair_descriptor

/* For attach: room for the vectors of `count` messages, in one piece of malloc(3). 0, or -errno. */
int fdpair_open_vectors(struct fdpair *pair, uint32_t count);

/* For mechanisms that call others than io.h. Before an attempt to receive: sleeps where the wait is
 * one of READY_WAITS (edge-triggered it returns at once), else nothing. 0, or -errno. */
int fdpair_await_message(struct fdpair *pair);

/* After an attempt that found nothing, until it is worth trying again: sleeps where
 * fdpair_is_awaited (a wait of READY_WAITS), spins elsewhere. */
static inline bool fdpair_is_awaited(const struct fdpair *pair)
{
	return pair->readable != NULL;
}
int fdpair_await_readable(struct fdpair *pair);
int fdpair_await_writable(struct fdpair *pair);

/* The same for io.h. */
struct io_waiter fdpair_waiter(struct ready *ready);

/* After such a call that moved nothing (0: end of file; negative: errno says why): io_again. */
int fdpair_retry_in(struct fdpair *pair, const char *call, ssize_t moved);
int fdpair_retry_out(struct fdpair *pair, const char *call, ssize_t moved);

/* For rendezvous (transport.h) over stream sockets, where connect and accept set in and out. The
 * last thing in its listen: -ENOSYS for links that connections aren't made for. */
int fdpair_start_meeting(struct fdpair *pair, const struct link_params *params);

/* Its slots. The consumer's end waits for the end of file before it hangs up, so the producer's is
 * closed first and keeps what TCP must remember of a connection (TIME_WAIT). */
int fdpair_attach_meeting(void *state, enum side side);
int fdpair_accept_meeting(void *state);
int fdpair_hang_up(void *state);

#endif
