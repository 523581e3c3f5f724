/* tcp-zerocopy: TCP over 127.0.0.1 with MSG_ZEROCOPY: send(2) pins the pages of the message and
 * queues them as they are, and the kernel tells over the socket's error queue when it is done with
 * them. Over loopback it saves no copy: the kernel copies what would reach a socket of the same
 * machine (its notes carry SO_EE_CODE_ZEROCOPY_COPIED). What is measured is what the pinning and
 * the notes cost. The receiver has the payload in its buffer, as with tcp.
 *
 * Messages are made in a pool of buffers, one after the other, and a buffer is taken again when the
 * kernel has done with it. Notes make the socket ready for every wait (POLLERR), so they are taken
 * before each; this is also why there is no descriptor to tell of messages. */
#include <time.h> /* <linux/errqueue.h> has a struct timespec, and does not say where from */

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "round.h"
#include "spin.h"
#include "tcp.h"

/* Half of what a user may usually lock (ulimit -l), and both sides are one user's. */
#define POOL_BYTES  ((size_t)4 << 20)
#define SLOTS_LEAST 4
#define SLOTS_MOST  64
#define PIECE_LEAST ((size_t)4096)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* The kernel numbers the calls of send(2) from 0, and names them by these numbers. */
struct slot {
	unsigned char *memory;
	uint32_t first, calls; /* those that took the message that is in it */
	uint32_t pending;      /* of them, those that the kernel has not done with */
};

struct zerocopy {
	struct tcp tcp;
	size_t message_bytes;
	struct slot slots[SLOTS_MOST];
	uint32_t slot_count, next; /* next: of the slots */
	uint32_t calls, pending;   /* calls: wraps, as the kernel's number does */
	int err;                   /* of a reserve, which can't tell: the next send does */
};

static int enable(int fd)
{
	int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof on) == 0)
		return 0;
	return errno == ENOPROTOOPT || errno == EOPNOTSUPP
		? fail_text(EPROTONOSUPPORT, "no MSG_ZEROCOPY in this kernel (Linux 4.14 has it)")
		: fail("setsockopt(SO_ZEROCOPY)");
}

static int zerocopy_setup(void *state, const struct link_params *params)
{
	struct zerocopy *zerocopy = state;
	int err = tcp_open(&zerocopy->tcp, AF_INET, params);

	zerocopy->message_bytes = params->message_bytes;
	for (int side = 0; side < SIDES && !err; side++)
		err = enable(zerocopy->tcp.pair.end[side].out);
	return err;
}

static uint32_t slot_count_for(size_t slot_bytes)
{
	size_t count = POOL_BYTES / slot_bytes;

	return count < SLOTS_LEAST   ? SLOTS_LEAST
		: count > SLOTS_MOST ? SLOTS_MOST
				     : (uint32_t)count;
}

static int too_little_locked(int err)
{
	return fail_text(err,
		"send(MSG_ZEROCOPY): no memory may be locked any more: raise ulimit -l, "
		"or net.core.optmem_max");
}

/* Whether the pages that both sides pin at least, with the two that the kernel adds for a message
 * that is aligned badly, may be locked: it looks at this before it finds that the socket is not
 * connected (EPIPE). */
static int check_locking(const struct zerocopy *zerocopy, const void *pool, size_t page)
{
	size_t bytes =
		zerocopy->message_bytes < PIECE_LEAST ? zerocopy->message_bytes : PIECE_LEAST;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return fail("socket");
	err = enable(fd);
	if (!err &&
		send(fd, pool, SIDES * (bytes / page + 1) * page, MSG_ZEROCOPY | MSG_NOSIGNAL) <
			0 &&
		errno == ENOBUFS)
		err = too_little_locked(EPERM);
	close(fd);
	return err;
}

/* Whole pages: what is pinned holds one message. */
static int zerocopy_attach(void *state, enum side side)
{
	struct zerocopy *zerocopy = state;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t slot_bytes = round_up(zerocopy->message_bytes, page);
	uint32_t count = slot_count_for(slot_bytes);
	int err;
	unsigned char *pool = mmap(NULL, count * slot_bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (pool == MAP_FAILED)
		return fail("mmap");
	for (uint32_t i = 0; i < count; i++)
		zerocopy->slots[i].memory = pool + i * slot_bytes;
	zerocopy->slot_count = count;
	err = check_locking(zerocopy, pool, page);
	return err ? err : fdpair_attach(state, side);
}

static uint32_t within(int32_t position, uint32_t end)
{
	return position < 0 ? 0 : (uint32_t)position > end ? end : (uint32_t)position;
}

/* The kernel has done with these calls. Notes come in order but after a retransmission. */
static void complete(struct zerocopy *zerocopy, uint32_t first, uint32_t last)
{
	for (uint32_t i = 0; i < zerocopy->slot_count; i++) {
		struct slot *slot = &zerocopy->slots[i];

		if (slot->pending == 0)
			continue;

		uint32_t done = within((int32_t)(last + 1 - slot->first), slot->calls) -
			within((int32_t)(first - slot->first), slot->calls);

		slot->pending -= done;
		zerocopy->pending -= done;
	}
}

/* One note from the error queue: 1, 0 when there is none, or -errno. Never blocks. */
static int take_note(struct zerocopy *zerocopy)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(
			sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in))];
	} control;
	struct msghdr note = {.msg_control = &control, .msg_controllen = sizeof control};
	struct sock_extended_err what;
	const struct cmsghdr *cmsg;

	if (recvmsg(zerocopy->tcp.pair.out, &note, MSG_ERRQUEUE) < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : fail("recvmsg(MSG_ERRQUEUE)");
	cmsg = CMSG_FIRSTHDR(&note);
	if (!cmsg || cmsg->cmsg_level != SOL_IP || cmsg->cmsg_type != IP_RECVERR)
		return fail_text(EBADMSG, "recvmsg(MSG_ERRQUEUE): not a note of IP_RECVERR");
	memcpy(&what, CMSG_DATA(cmsg), sizeof what);
	if (what.ee_origin == SO_EE_ORIGIN_ZEROCOPY)
		complete(zerocopy, what.ee_info, what.ee_data);
	return 1;
}

static int take_notes(struct zerocopy *zerocopy)
{
	int taken;

	do
		taken = take_note(zerocopy);
	while (taken > 0);
	return taken;
}

/* Takes a note, or waits until there may be one. Only while some are to come: a connection that is
 * over has given them all. */
static int await_note(struct zerocopy *zerocopy)
{
	struct pollfd queue = {.fd = zerocopy->tcp.pair.out}; /* POLLERR is always told */
	int taken = take_note(zerocopy);

	if (taken != 0)
		return taken < 0 ? taken : 0;
	if (zerocopy->tcp.pair.wait == WAIT_SPIN) {
		spin_relax();
		return 0;
	}
	if (poll(&queue, 1, -1) < 0)
		return errno == EINTR ? 0 : fail("poll");
	taken = take_note(zerocopy);
	if (taken == 0 && queue.revents & POLLHUP)
		return fail_text(EPIPE, "send: the peer is gone (MSG_ZEROCOPY without an answer)");
	return taken < 0 ? taken : 0;
}

__attribute__((hot)) static unsigned char *zerocopy_reserve(void *state)
{
	struct zerocopy *zerocopy = state;
	struct slot *slot = &zerocopy->slots[zerocopy->next];

	while (UNLIKELY(slot->pending > 0) && !zerocopy->err)
		zerocopy->err = await_note(zerocopy);
	return slot->memory;
}

/* The kernel locks no more of this user's memory, or has no room for more notes. What it still
 * holds of ours it gives back; where that is nothing, less of it at a time may do. */
static int spare(struct zerocopy *zerocopy, size_t *piece)
{
	if (zerocopy->pending > 0)
		return await_note(zerocopy);
	if (*piece <= PIECE_LEAST)
		return too_little_locked(ENOBUFS);
	*piece /= 2;
	return 0;
}

/* After a send(2) that moved nothing: 0 when it is worth trying again, or the error. */
static int send_again(struct zerocopy *zerocopy, ssize_t moved, size_t *piece)
{
	int why = moved < 0 ? errno : 0, err = 0;

	if (why == ENOBUFS)
		return spare(zerocopy, piece);
	if (why == EAGAIN && fdpair_is_awaited(&zerocopy->tcp.pair))
		err = take_notes(zerocopy);
	errno = why;
	return err ? err : fdpair_retry_out(&zerocopy->tcp.pair, "send", moved);
}

static int send_slot(struct zerocopy *zerocopy, struct slot *slot, size_t bytes)
{
	const unsigned char *rest = slot->memory;
	size_t piece = bytes;
	int err = 0;

	slot->first = zerocopy->calls;
	slot->calls = 0;
	while (bytes > 0 && !err) {
		ssize_t moved = send(zerocopy->tcp.pair.out, rest, bytes < piece ? bytes : piece,
			MSG_ZEROCOPY | MSG_NOSIGNAL);

		if (moved <= 0) {
			err = send_again(zerocopy, moved, &piece);
			continue;
		}
		rest += moved;
		bytes -= (size_t)moved;
		zerocopy->calls++;
		zerocopy->pending++;
		slot->calls++;
		slot->pending++;
	}
	return err;
}

__attribute__((hot)) static int zerocopy_send(void *state, const void *message, size_t bytes)
{
	struct zerocopy *zerocopy = state;
	struct slot *slot = &zerocopy->slots[zerocopy->next];

	if (message != slot->memory)
		memcpy(zerocopy_reserve(zerocopy), message, bytes);
	if (UNLIKELY(zerocopy->err))
		return zerocopy->err;
	zerocopy->next = zerocopy->next + 1 < zerocopy->slot_count ? zerocopy->next + 1 : 0;
	return send_slot(zerocopy, slot, bytes);
}

static int await_message(void *state)
{
	int err = take_notes(state);

	return err ? err : fdpair_await_readable(state);
}

__attribute__((hot)) static int zerocopy_recv(void *state, void *message, size_t bytes)
{
	struct zerocopy *zerocopy = state;
	const struct io_waiter waiter = {.wait = await_message, .context = state};
	int err;

	if (!fdpair_is_awaited(&zerocopy->tcp.pair))
		return fdpair_recv(state, message, bytes);
	err = take_notes(zerocopy);
	if (!err)
		err = fdpair_await_message(&zerocopy->tcp.pair);
	return err ? err : io_move(IO_RECV, zerocopy->tcp.pair.in, message, bytes, &waiter);
}

const struct transport transport_tcp_zerocopy = {
	.name = "tcp-zerocopy",
	.summary = "TCP over 127.0.0.1 with MSG_ZEROCOPY: pinned, and over loopback copied all the "
		   "same",
	.traits = TRAIT_TCP | TRAIT_BYTES | TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct zerocopy),
	.setup = zerocopy_setup,
	.attach = zerocopy_attach,
	.send = zerocopy_send,
	.recv = zerocopy_recv,
	.teardown = fdpair_teardown,
	.reserve = zerocopy_reserve,
};
