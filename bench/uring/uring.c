/* io_uring(7) over the descriptors of plain transports: what it costs to submit a transfer and wait
 * for it, where the plain one calls read(2) and write(2), or recv(2) and send(2).
 *
 * The plain transport of that name opens the link and closes it. Each side has a ring of its own,
 * made in the thread that uses it. A message is one entry, submitted and waited for in one system
 * call; of a batch each message is one entry, and all are submitted and waited for in one system
 * call. The entries of a batch are linked, so that they are carried out one after the other: else a
 * stream's bytes could change places. A link breaks at a short transfer, and what was cancelled is
 * submitted again.
 *
 * Descriptors block: io_uring tries, arms a poll where nothing can be moved, and tries again. (On a
 * non-blocking one it would return at once.) Before Linux 6.4 pipes are handed to a kernel thread
 * instead. */
#include <errno.h>

#include "fail.h"
#include "fdpair.h"

#define URING_WAITS (WAIT_SET(WAIT_IO_URING) | WAIT_SET(WAIT_SPIN))

#ifdef IPCMARK_HAVE_LIBURING

#include <assert.h>
#include <stdalign.h>
#include <sys/socket.h>

#include "round.h"
#include "uring_ring.h"

#define PLAIN_STATE_BYTES 1024

static const struct uring_call uring_read = {
	.opcode = IORING_OP_READ, .offset = UINT64_MAX, .name = "IORING_OP_READ"};
static const struct uring_call uring_write = {
	.opcode = IORING_OP_WRITE, .offset = UINT64_MAX, .name = "IORING_OP_WRITE"};
static const struct uring_call uring_recv = {
	.opcode = IORING_OP_RECV, .flags = MSG_WAITALL, .name = "IORING_OP_RECV"};
static const struct uring_call uring_recv_some = {
	.opcode = IORING_OP_RECV, .name = "IORING_OP_RECV"};
static const struct uring_call uring_send = {
	.opcode = IORING_OP_SEND, .flags = MSG_NOSIGNAL | MSG_WAITALL, .name = "IORING_OP_SEND"};
/* MSG_TRUNC: the true length of a datagram that does not fit */
static const struct uring_call uring_recv_packet = {
	.opcode = IORING_OP_RECV, .is_packet = true, .flags = MSG_TRUNC, .name = "IORING_OP_RECV"};
static const struct uring_call uring_send_packet = {.opcode = IORING_OP_SEND,
	.is_packet = true,
	.flags = MSG_NOSIGNAL,
	.name = "IORING_OP_SEND"};

struct uring_link {
	const struct transport *plain; /* NULL: not set up */
	enum wait_mode wait;
	uint32_t batch;
	struct uring_ring ring; /* after attach */
	/* the plain transport's, which begins with a struct fdpair */
	alignas(max_align_t) unsigned char state[PLAIN_STATE_BYTES];
};

static const struct fdpair *uring_pair(const struct uring_link *link)
{
	return (const void *)link->state;
}

/* A ring is made and closed, to tell in time whether this machine lets it. */
static int uring_setup(struct uring_link *link, const char *plain, const struct link_params *params)
{
	struct link_params blocking = *params;
	const struct transport *transport = transport_find(plain);
	struct uring_ring trial;
	int err = uring_ring_open(&trial, 1, params->wait);

	if (err)
		return err;
	uring_ring_close(&trial);
	assert(transport && transport->state_size <= sizeof link->state);
	link->wait = params->wait;
	link->batch = params->batch;
	link->plain = transport;
	blocking.wait = WAIT_BLOCK;
	blocking.batch = 0;
	return transport->setup(link->state, &blocking);
}

static int uring_attach(void *state, enum side side)
{
	struct uring_link *link = state;
	int err = link->plain->attach(link->state, side);

	return err ? err : uring_ring_open(&link->ring, link->batch, link->wait);
}

static void uring_teardown(void *state)
{
	struct uring_link *link = state;

	if (link->plain)
		link->plain->teardown(link->state);
}

__attribute__((hot)) static int uring_out(struct uring_link *link, const struct uring_call *call,
	const void *messages, size_t bytes, uint32_t count)
{
	struct uring_run run = {.from = (unsigned char *)messages,
		.message_bytes = bytes,
		.all_bytes = bytes * count};

	return uring_ring_move(&link->ring, call, uring_pair(link)->out, &run);
}

__attribute__((hot)) static int uring_in(
	struct uring_link *link, const struct uring_call *call, void *message, size_t bytes)
{
	struct uring_run run = {.from = message, .message_bytes = bytes, .all_bytes = bytes};

	return uring_ring_move(&link->ring, call, uring_pair(link)->in, &run);
}

/* One entry for all that is there, and one more for the rest of the last message. */
__attribute__((hot)) static int uring_in_many(struct uring_link *link,
	const struct uring_call *call, unsigned char *messages, size_t bytes, uint32_t count)
{
	struct uring_run run = {
		.from = messages, .message_bytes = bytes * count, .all_bytes = bytes * count};
	int fd = uring_pair(link)->in;
	int err = uring_ring_move_some(&link->ring, call, fd, &run);

	run.message_bytes = run.all_bytes = round_up(run.done_bytes, bytes);
	if (!err)
		err = uring_ring_move(&link->ring, call, fd, &run);
	return err ? err : (int)(run.all_bytes / bytes);
}

static int uring_pipe_setup(void *state, const struct link_params *params)
{
	return uring_setup(state, "pipe", params);
}

static int uring_pipe_send(void *state, const void *message, size_t bytes)
{
	return uring_out(state, &uring_write, message, bytes, 1);
}

static int uring_pipe_recv(void *state, void *message, size_t bytes)
{
	return uring_in(state, &uring_read, message, bytes);
}

static int uring_pipe_send_many(void *state, const void *messages, size_t bytes, uint32_t count)
{
	return uring_out(state, &uring_write, messages, bytes, count);
}

static int uring_pipe_recv_many(void *state, void *messages, size_t bytes, uint32_t count)
{
	return uring_in_many(state, &uring_read, messages, bytes, count);
}

static int uring_socketpair_setup(void *state, const struct link_params *params)
{
	return uring_setup(state, "socketpair-stream", params);
}

static int uring_tcp_setup(void *state, const struct link_params *params)
{
	return uring_setup(state, "tcp", params);
}

static int uring_stream_send(void *state, const void *message, size_t bytes)
{
	return uring_out(state, &uring_send, message, bytes, 1);
}

static int uring_stream_recv(void *state, void *message, size_t bytes)
{
	return uring_in(state, &uring_recv, message, bytes);
}

static int uring_stream_send_many(void *state, const void *messages, size_t bytes, uint32_t count)
{
	return uring_out(state, &uring_send, messages, bytes, count);
}

static int uring_stream_recv_many(void *state, void *messages, size_t bytes, uint32_t count)
{
	return uring_in_many(state, &uring_recv_some, messages, bytes, count);
}

static int uring_udp_setup(void *state, const struct link_params *params)
{
	return uring_setup(state, "udp", params);
}

static int uring_packet_send(void *state, const void *message, size_t bytes)
{
	return uring_out(state, &uring_send_packet, message, bytes, 1);
}

static int uring_packet_recv(void *state, void *message, size_t bytes)
{
	return uring_in(state, &uring_recv_packet, message, bytes);
}

#define URING_SLOTS(opening, calls)                                                         \
	.state_size = sizeof(struct uring_link), .setup = uring_##opening##_setup,          \
	.attach = uring_attach, .send = uring_##calls##_send, .recv = uring_##calls##_recv, \
	.teardown = uring_teardown

#define URING_STREAM_SLOTS(opening, calls)                                   \
	URING_SLOTS(opening, calls), .send_many = uring_##calls##_send_many, \
				     .recv_many = uring_##calls##_recv_many

#else

struct uring_link {
	struct fdpair pair;
};

static int uring_setup(void *state, const struct link_params *params)
{
	(void)params;
	fdpair_init(state);
	return fail_text(ENOSYS, "built without liburing (liburing-dev)");
}

#define URING_SLOTS(opening, calls)                                                             \
	.state_size = sizeof(struct uring_link), .setup = uring_setup, .attach = fdpair_attach, \
	.send = fdpair_send, .recv = fdpair_recv, .teardown = fdpair_teardown

#define URING_STREAM_SLOTS(opening, calls) URING_SLOTS(opening, calls)

#endif

const struct transport transport_uring_pipe = {
	.name = "uring-pipe",
	.summary = "pipe, by IORING_OP_WRITE and READ",
	.traits = TRAIT_BYTES | TRAIT_BUFFER,
	.waits = URING_WAITS,
	URING_STREAM_SLOTS(pipe, pipe),
};

const struct transport transport_uring_socketpair = {
	.name = "uring-socketpair",
	.summary = "socketpair-stream, by IORING_OP_SEND and RECV",
	.traits = TRAIT_BYTES | TRAIT_BUFFER,
	.waits = URING_WAITS,
	URING_STREAM_SLOTS(socketpair, stream),
};

const struct transport transport_uring_tcp = {
	.name = "uring-tcp",
	.summary = "tcp, by IORING_OP_SEND and RECV",
	.traits = TRAIT_TCP | TRAIT_BYTES | TRAIT_BUFFER,
	.waits = URING_WAITS,
	URING_STREAM_SLOTS(tcp, stream),
};

const struct transport transport_uring_udp = {
	.name = "uring-udp",
	.summary = "udp, by IORING_OP_SEND and RECV; may lose messages",
	.traits = TRAIT_LOSSY | TRAIT_BUFFER,
	.waits = URING_WAITS,
	.max_message = UDP_MAX_PAYLOAD,
	URING_SLOTS(udp, packet),
};
