/* One side's ring: moves memory by entries of one kind, and waits for them. Only where there is
 * liburing. Errors are -errno with a note. */
#ifndef IPCMARK_URING_RING_H
#define IPCMARK_URING_RING_H

#include <liburing.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transport.h"

struct uring_ring {
	struct io_uring ring;
	unsigned entries;
	bool spins;
};

/* One kind of entry. */
struct uring_call {
	uint8_t opcode;
	bool is_packet; /* moves all of a message, or none of it */
	int flags;      /* MSG_... */
	uint64_t offset;
	const char *name; /* in messages */
};

/* Memory that is to be filled or sent, an entry for every message_bytes of it. */
struct uring_run {
	unsigned char *from;
	size_t message_bytes, all_bytes, done_bytes;
};

/* For the thread that calls it, with room for `entries` (one at least), or what the kernel gives.
 * -EPERM and -ENOSYS where this machine does not let io_uring be used. */
int uring_ring_open(struct uring_ring *ring, uint32_t entries, enum wait_mode wait);

void uring_ring_close(struct uring_ring *ring);

/* Moves the rest of the run: an entry for each message, linked, as many at once as the ring takes.
 * End of file is -EPIPE. Hot. */
int uring_ring_move(
	struct uring_ring *ring, const struct uring_call *call, int fd, struct uring_run *run);

/* Moves what is there, one byte at least. Hot. */
int uring_ring_move_some(
	struct uring_ring *ring, const struct uring_call *call, int fd, struct uring_run *run);

#endif
