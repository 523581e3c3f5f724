/* See uring_ring.h. */
#ifdef IPCMARK_HAVE_LIBURING

#include "uring_ring.h"

#include <errno.h>
#include <string.h>

#include "fail.h"
#include "ready.h"

int uring_ring_open(struct uring_ring *ring, uint32_t entries, enum wait_mode wait)
{
	int err = ready_open_ring(&ring->ring, entries > 1 ? entries : 1);

	if (err)
		return err;
	ring->entries = io_uring_sq_space_left(&ring->ring);
	ring->spins = wait == WAIT_SPIN;
	return 0;
}

void uring_ring_close(struct uring_ring *ring)
{
	io_uring_queue_exit(&ring->ring);
}

/* Submits what was prepared, and waits until `count` have completed. */
__attribute__((hot)) static int ring_await(struct uring_ring *ring, unsigned count)
{
	while (io_uring_cq_ready(&ring->ring) < count) {
		int err = ring->spins ? io_uring_submit_and_get_events(&ring->ring)
				      : io_uring_submit_and_wait(&ring->ring, count);

		if (err < 0 && err != -EINTR)
			return fail_with(-err, "io_uring_enter");
	}
	return 0;
}

/* Prepares an entry for each message that is not done; the first may be done in part. Their number.
 */
__attribute__((hot)) static unsigned ring_prepare(
	struct uring_ring *ring, const struct uring_call *call, int fd, const struct uring_run *run)
{
	struct io_uring_sqe *sqe = NULL;
	size_t at = run->done_bytes;
	unsigned count = 0;

	for (; at < run->all_bytes && count < ring->entries; count++) {
		size_t bytes = run->message_bytes - at % run->message_bytes;

		if (sqe)
			sqe->flags |= IOSQE_IO_LINK;
		sqe = io_uring_get_sqe(&ring->ring);
		io_uring_prep_rw(
			call->opcode, sqe, fd, run->from + at, (unsigned)bytes, call->offset);
		sqe->msg_flags = (uint32_t)call->flags;
		sqe->user_data = bytes;
		at += bytes;
	}
	return count;
}

/* What an entry that moved nothing, or not all of a packet, means: 0 to try again, or the error. */
static int ring_again(const struct uring_call *call, int result, size_t bytes)
{
	if (result == 0)
		return fail_text(EPIPE, "%s: the peer is gone (end of file)", call->name);
	if (result > 0)
		return fail_text(EMSGSIZE, "%s: a datagram of %d bytes instead of %zu", call->name,
			result, bytes);
	if (result == -EINTR || result == -EAGAIN || result == -ECANCELED)
		return 0;
	return fail_with(-result, call->name);
}

/* Takes all completions. Of linked entries some are whole, then at most one is short or an error,
 * and the rest are cancelled: so what was moved lies in one piece. */
__attribute__((hot)) static int ring_complete(
	struct uring_ring *ring, const struct uring_call *call, struct uring_run *run)
{
	struct io_uring_cqe *cqe;
	unsigned head, count = 0;
	int err = 0;

	io_uring_for_each_cqe(&ring->ring, head, cqe)
	{
		if (cqe->res > 0 && (!call->is_packet || (size_t)cqe->res == cqe->user_data))
			run->done_bytes += (size_t)cqe->res;
		else if (!err)
			err = ring_again(call, cqe->res, cqe->user_data);
		count++;
	}
	io_uring_cq_advance(&ring->ring, count);
	return err;
}

/* What the ring takes at once: submitted, and waited for. */
__attribute__((hot)) static int ring_turn(
	struct uring_ring *ring, const struct uring_call *call, int fd, struct uring_run *run)
{
	int err = ring_await(ring, ring_prepare(ring, call, fd, run));

	return err ? err : ring_complete(ring, call, run);
}

__attribute__((hot)) int uring_ring_move(
	struct uring_ring *ring, const struct uring_call *call, int fd, struct uring_run *run)
{
	int err = 0;

	while (run->done_bytes < run->all_bytes && !err)
		err = ring_turn(ring, call, fd, run);
	return err;
}

__attribute__((hot)) int uring_ring_move_some(
	struct uring_ring *ring, const struct uring_call *call, int fd, struct uring_run *run)
{
	int err = 0;

	while (run->done_bytes == 0 && !err)
		err = ring_turn(ring, call, fd, run);
	return err;
}

#endif
