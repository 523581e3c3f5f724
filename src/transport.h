/* The transport contract: how bytes cross from one process to the other.
 *
 * A transport owns descriptors, names and mappings. It never forks, prints, exits, allocates in the
 * hot path or reads a clock. The harness owns processes, CPUs, buffers, clocks, counts, deadlines
 * and the memory of the state. Every function returns 0 or -errno with a note (fail.h), teardown
 * aside. */
#ifndef IPCMARK_TRANSPORT_H
#define IPCMARK_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

enum side { SIDE_PRODUCER, SIDE_CONSUMER, SIDES };

static inline enum side side_peer(enum side side)
{
	return side == SIDE_PRODUCER ? SIDE_CONSUMER : SIDE_PRODUCER;
}

/* How an end waits for the next message, or for room to send one. The words are in wait.h. */
enum wait_mode {
	WAIT_NONE,  /* nothing to wait for (null) */
	WAIT_BLOCK, /* sleep in the system call that moves the bytes */
	WAIT_SPIN,  /* ask again and again, without sleeping */
	WAIT_FUTEX, /* sleep on a word of shared memory */
	WAIT_MODES,
};

#define WAIT_SET(mode) (1U << (mode))

/* Buffer sizes in bytes, as asked for and as the kernel granted them; 0: does not apply, or was not
 * asked for (the system's default). */
struct link_buffers {
	int64_t pipe_bytes, sndbuf_bytes, rcvbuf_bytes, ring_bytes;
};

struct link_params {
	enum wait_mode wait;
	size_t message_bytes;                       /* of every message of the link */
	uint32_t nonce;                             /* of the run: every message carries it */
	const char *folder;                         /* private (0700) and empty: for path names */
	struct link_buffers *requested, *effective; /* setup fills both; zeroed before */
};

enum transport_trait {
	TRAIT_LOSSY =
		1 << 0, /* may lose, repeat or reorder messages: they are counted, not an error */
	TRAIT_HARNESS = 1 << 1, /* no IPC at all: measures the harness itself */
	TRAIT_TCP = 1 << 2,     /* runs over TCP, which may send something again */
};

struct transport {
	const char *name;    /* word on the command line and in the JSON */
	const char *summary; /* one line for `ipcmark list` */
	unsigned traits;     /* of enum transport_trait */
	unsigned waits;      /* WAIT_SET(...) of each wait that it supports */
	size_t max_message;  /* bytes; 0: no limit of its own */
	size_t state_size;   /* the harness allocates it, zeroed, one for each link */

	/* Parent, before the fork: builds BOTH ends. -ENOSYS, -EPROTONOSUPPORT, -EAFNOSUPPORT,
	 * -EPERM and -EMSGSIZE (this size does not fit) mean that the cell is skipped here, with
	 * its reason. Leaves the state so that teardown can take it, whether it succeeds or not. */
	int (*setup)(void *state, const struct link_params *params);

	/* Child, after pinning: keeps its own end, closes the other's. */
	int (*attach)(void *state, enum side side);

	/* Child, hot: the whole message of `bytes` (the link's message_bytes). */
	int (*send)(void *state, const void *message, size_t bytes);

	/* Child, hot: exactly one message, complete, in the caller's buffer. */
	int (*recv)(void *state, void *message, size_t bytes);

	/* Parent: after both sides attached and before the first message, and after any failure.
	 * Removes every name and releases the parent's hold. Accepts half-built state and being
	 * called twice. */
	void (*teardown)(void *state);
};

/* All of them, in the order of every table: null first. Ends with NULL. Defined in
 * bench/registry.c. */
extern const struct transport *const transport_registry[];

/* By its name; NULL where there is none. */
const struct transport *transport_find(const char *name);

#endif
