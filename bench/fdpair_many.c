/* Several messages in one system call, over the descriptors of fdpair.h. The messages lie one
 * behind the other, but each has a vector of its own, as it would in a program. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "fail.h"
#include "fdpair.h"

struct fdpair_vectors {
	struct iovec *messages;   /* behind the headers */
	struct mmsghdr headers[]; /* each with one of the messages */
};

int fdpair_open_vectors(struct fdpair *pair, uint32_t count)
{
	struct fdpair_vectors *vectors = calloc(1,
		sizeof *vectors +
			count * (sizeof vectors->headers[0] + sizeof vectors->messages[0]));

	if (!vectors)
		return fail("calloc");
	vectors->messages = (struct iovec *)&vectors->headers[count];
	for (uint32_t i = 0; i < count; i++)
		vectors->headers[i].msg_hdr =
			(struct msghdr){.msg_iov = &vectors->messages[i], .msg_iovlen = 1};
	pair->vectors = vectors;
	return 0;
}

static struct iovec *lay_out(
	struct fdpair *pair, const void *messages, size_t bytes, uint32_t count)
{
	struct iovec *vectors = pair->vectors->messages;
	char *at = (char *)messages;

	for (uint32_t i = 0; i < count; i++, at += bytes)
		vectors[i] = (struct iovec){.iov_base = at, .iov_len = bytes};
	return vectors;
}

/* -errno for -1. */
static ssize_t moved_or_errno(ssize_t moved)
{
	return moved < 0 ? -errno : moved;
}

/* What a call left over goes without vectors: it lies in one piece. */
static int send_rest(
	struct fdpair *pair, enum io_call call, const char *messages, size_t all, ssize_t moved)
{
	const struct io_waiter waiter = fdpair_waiter(pair->writable);

	if (moved == (ssize_t)all)
		return 0;
	return io_move(call, pair->out, (char *)messages + moved, all - (size_t)moved, &waiter);
}

__attribute__((hot)) int fdpair_write_many(
	void *state, const void *messages, size_t bytes, uint32_t count)
{
	struct fdpair *pair = state;
	const struct iovec *vectors = lay_out(pair, messages, bytes, count);

	for (;;) {
		ssize_t moved = writev(pair->out, vectors, (int)count);
		int err = moved > 0 ? 0 : fdpair_retry_out(pair, "writev", moved);

		if (err)
			return err;
		if (moved > 0)
			return send_rest(pair, IO_WRITE, messages, bytes * count, moved);
	}
}

__attribute__((hot)) int fdpair_send_many(
	void *state, const void *messages, size_t bytes, uint32_t count)
{
	struct fdpair *pair = state;
	const struct msghdr header = {
		.msg_iov = lay_out(pair, messages, bytes, count), .msg_iovlen = count};

	for (;;) {
		ssize_t moved = sendmsg(pair->out, &header, MSG_NOSIGNAL);
		int err = moved > 0 ? 0 : fdpair_retry_out(pair, "sendmsg", moved);

		if (err)
			return err;
		if (moved > 0)
			return send_rest(pair, IO_SEND, messages, bytes * count, moved);
	}
}

/* What has come, and the rest of the message that it ends in. */
static int recv_some(
	struct fdpair *pair, enum io_call call, char *messages, size_t bytes, uint32_t count)
{
	const struct io_waiter waiter = fdpair_waiter(pair->readable);
	int err = fdpair_await_message(pair);

	if (err)
		return err;

	ssize_t came = io_some(call, pair->in, messages, bytes * count, &waiter);

	if (came < 0)
		return (int)came;

	size_t begun = (size_t)came % bytes;

	if (begun)
		err = io_move(call, pair->in, messages + came, bytes - begun, &waiter);
	return err ? err : (int)((size_t)came / bytes + (begun > 0));
}

__attribute__((hot)) int fdpair_read_many(void *state, void *messages, size_t bytes, uint32_t count)
{
	return recv_some(state, IO_READ, messages, bytes, count);
}

__attribute__((hot)) int fdpair_recv_many(void *state, void *messages, size_t bytes, uint32_t count)
{
	return recv_some(state, IO_RECV, messages, bytes, count);
}

__attribute__((hot)) int fdpair_send_packets(
	void *state, const void *messages, size_t bytes, uint32_t count)
{
	struct fdpair *pair = state;
	const struct io_waiter waiter = fdpair_waiter(pair->writable);
	struct mmsghdr *headers = pair->vectors->headers;
	uint32_t sent = 0;

	lay_out(pair, messages, bytes, count);
	while (sent < count) {
		ssize_t moved = moved_or_errno(
			sendmmsg(pair->out, headers + sent, count - sent, MSG_NOSIGNAL));
		int err = moved > 0 ? 0 : io_again("sendmmsg", moved, &waiter);

		if (err)
			return err;
		sent += moved > 0 ? (uint32_t)moved : 0;
	}
	return 0;
}

__attribute__((hot)) int fdpair_recv_packets(
	void *state, void *messages, size_t bytes, uint32_t count)
{
	struct fdpair *pair = state;
	const struct io_waiter waiter = fdpair_waiter(pair->readable);
	struct mmsghdr *headers = pair->vectors->headers;
	int err = fdpair_await_message(pair);
	ssize_t came = 0;

	lay_out(pair, messages, bytes, count);
	while (!err && came <= 0) {
		came = moved_or_errno(
			recvmmsg(pair->in, headers, count, MSG_WAITFORONE | MSG_TRUNC, NULL));
		if (came > 0 && headers[0].msg_len == 0)
			came = 0; /* the end of a seqpacket's file */
		err = came > 0 ? 0 : io_again("recvmmsg", came, &waiter);
	}
	for (ssize_t i = 0; i < came && !err; i++)
		if (headers[i].msg_len == 0)
			came = i; /* again the end: the next call tells of it */
		else if (headers[i].msg_len != bytes)
			err = fail_text(EMSGSIZE, "recvmmsg: a datagram of %u bytes instead of %zu",
				headers[i].msg_len, bytes);
	return err ? err : (int)came;
}
