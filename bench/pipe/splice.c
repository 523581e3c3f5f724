/* pipe-vmsplice and splice: the sender hands its pages over to the pipe, by reference; the receiver
 * reads them as it reads any pipe. So the payload is copied once, into the consumer's buffer, where
 * a plain pipe copies it twice and allocates pages in between. What is sent from elsewhere than
 * from the pool (`reserve`), as an echo is, is copied into the pool first: as many copies as a
 * plain pipe's. Messages go whole, not in parts (no TRAIT_BYTES): a part would push fewer pages out
 * of the pipe than the pool counts on.
 *
 * The pipes are those of `pipe`, of the same capacity. A message as large as the pipe fills it, so
 * the two sides take turns: what is saved shows where no time goes into sleeping and waking up, in
 * a wait that spins or in a pipe that holds several messages. */
#include <fcntl.h>
#include <sys/uio.h>

#include "fdpair.h"
#include "pipe.h"
#include "pool.h"

struct handover {
	struct fdpair pair; /* the first: its slots take this state */
	struct pool pool;
	size_t message_bytes;
	unsigned flags; /* of the system call that hands over */
};

static int handover_setup(void *state, const struct link_params *params)
{
	struct handover *link = state;

	link->message_bytes = params->message_bytes;
	link->flags = params->wait == WAIT_BLOCK ? 0 : SPLICE_F_NONBLOCK;
	return pipe_setup(&link->pair, params);
}

static int handover_attach(struct handover *link, enum side side, enum pool_kind kind)
{
	int err = fdpair_attach(&link->pair, side);

	return err ? err : pool_open(&link->pool, kind, link->message_bytes, link->pair.out);
}

static int vmsplice_attach(void *state, enum side side)
{
	return handover_attach(state, side, POOL_ANONYMOUS);
}

static int splice_attach(void *state, enum side side)
{
	return handover_attach(state, side, POOL_FILE);
}

static unsigned char *handover_reserve(void *state)
{
	return pool_reserve(&((struct handover *)state)->pool);
}

__attribute__((hot)) static int vmsplice_send(void *state, const void *message, size_t bytes)
{
	struct handover *link = state;
	const unsigned char *from = pool_take(&link->pool, message, bytes);

	while (bytes > 0) {
		const struct iovec rest = {(void *)from, bytes};
		ssize_t moved = vmsplice(link->pair.out, &rest, 1, link->flags);
		int err = moved > 0 ? 0 : fdpair_retry_out(&link->pair, "vmsplice", moved);

		if (err)
			return err;
		if (moved > 0) {
			from += moved;
			bytes -= (size_t)moved;
		}
	}
	return 0;
}

__attribute__((hot)) static int splice_send(void *state, const void *message, size_t bytes)
{
	struct handover *link = state;
	loff_t at = pool_take(&link->pool, message, bytes) - link->pool.memory;
	loff_t end = at + (loff_t)bytes;

	while (at < end) {
		ssize_t moved = splice(
			link->pool.fd, &at, link->pair.out, NULL, (size_t)(end - at), link->flags);
		int err = moved > 0 ? 0 : fdpair_retry_out(&link->pair, "splice", moved);

		if (err)
			return err;
	}
	return 0;
}

const struct transport transport_pipe_vmsplice = {
	.name = "pipe-vmsplice",
	.summary = "pipes that take the sender's pages by vmsplice(2); read, so copied once",
	.traits = TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct handover),
	.setup = handover_setup,
	.attach = vmsplice_attach,
	.send = vmsplice_send,
	.recv = fdpair_read,
	.teardown = fdpair_teardown,
	.reserve = handover_reserve,
	.descriptor = fdpair_descriptor,
};

const struct transport transport_splice = {
	.name = "splice",
	.summary = "pipes that take pages of a memfd by splice(2); read, so copied once",
	.traits = TRAIT_BUFFER,
	.waits = FDPAIR_WAITS,
	.state_size = sizeof(struct handover),
	.setup = handover_setup,
	.attach = splice_attach,
	.send = splice_send,
	.recv = fdpair_read,
	.teardown = fdpair_teardown,
	.reserve = handover_reserve,
	.descriptor = fdpair_descriptor,
};
