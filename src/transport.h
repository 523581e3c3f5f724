/* The transport contract: how bytes cross from one process to the other.
 *
 * A transport owns descriptors, names and mappings. It never forks, prints, exits, allocates in the
 * hot path or reads a clock. The harness owns processes, CPUs, buffers, clocks, counts, deadlines
 * and the memory of the state. Every function returns 0 or -errno with a note (fail.h), teardown
 * aside. */
#ifndef IPCMARK_TRANSPORT_H
#define IPCMARK_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum side { SIDE_PRODUCER, SIDE_CONSUMER, SIDES };

static inline enum side side_peer(enum side side)
{
	return side == SIDE_PRODUCER ? SIDE_CONSUMER : SIDE_PRODUCER;
}

/* How an end waits for the next message, or for room to send one. The words are in wait.h. */
enum wait_mode {
	WAIT_NONE,     /* nothing to wait for (null) */
	WAIT_BLOCK,    /* sleep in the system call that moves the bytes */
	WAIT_FUTEX,    /* sleep on a word of shared memory */
	WAIT_SEM,      /* sleep on a POSIX semaphore in shared memory */
	WAIT_CONDVAR,  /* sleep on a process-shared condition variable */
	WAIT_EVENTFD,  /* sleep in read(2) of an eventfd */
	WAIT_POLL,     /* sleep in poll(2), then move the bytes */
	WAIT_SELECT,   /* sleep in select(2) */
	WAIT_EPOLL,    /* sleep in epoll_wait(2), level-triggered */
	WAIT_EPOLL_ET, /* the same, edge-triggered: the descriptor is drained first */
	WAIT_IO_URING, /* sleep in io_uring_enter(2) */
	WAIT_HYBRID,   /* spin for a bounded time, then sleep on a futex */
	WAIT_SPIN,     /* ask again and again, without sleeping */
	WAIT_MODES,
};

#define WAIT_SET(mode) (1U << (mode))

/* Buffer sizes in bytes, as asked for and as the kernel granted them; 0: does not apply, or was not
 * asked for (the system's default). */
struct link_buffers {
	int64_t pipe_bytes, sndbuf_bytes, rcvbuf_bytes, ring_bytes;
	int64_t queue_bytes; /* of messages that fit a queue */
};

struct leftovers;

struct link_params {
	enum wait_mode wait;
	size_t message_bytes; /* of every message of the link */
	uint32_t nonce;       /* of the run: every message carries it */
	const char *folder;   /* private (0700) and empty: for path names */
	size_t buffer_bytes;  /* of each direction, asked for (TRAIT_BUFFER); 0: the default */
	uint32_t batch;       /* the most messages of one send_many or recv_many; 0: unused */
	bool threads; /* the sides are threads of one process, each with a copy of the state: they
			 share the descriptors, so attach closes none */
	struct link_buffers *requested, *effective; /* setup fills both; zeroed before */
	struct leftovers *leftovers; /* for what stands in no folder (leftovers.h); or NULL */
};

enum transport_trait {
	TRAIT_LOSSY =
		1 << 0, /* may lose, repeat or reorder messages: they are counted, not an error */
	TRAIT_HARNESS = 1 << 1, /* no IPC at all: measures the harness itself */
	TRAIT_TCP = 1 << 2,     /* runs over TCP, which may send something again */
	TRAIT_BYTES = 1 << 3,   /* a byte stream: send takes a message in parts, too */
	TRAIT_BUFFER = 1 << 4,  /* the size of its buffer can be asked for */
};

struct transport {
	const char *name;    /* word on the command line and in the JSON */
	const char *summary; /* one line for `ipcmark list` */
	unsigned traits;     /* of enum transport_trait */
	unsigned waits;      /* WAIT_SET(...) of each wait that it supports */
	size_t max_message;  /* bytes; 0: no limit of its own */
	size_t state_size;   /* the harness allocates it, zeroed, one for each link */

	/* Parent, before the fork: builds BOTH ends. -ENOSYS, -EPROTONOSUPPORT, -EAFNOSUPPORT,
	 * -EPERM, -EMSGSIZE (this size does not fit) and -ENAMETOOLONG (nor does a name in the
	 * folder) mean that the cell is skipped here, with its reason. Leaves the state so that
	 * teardown can take it, whether it succeeds or not. */
	int (*setup)(void *state, const struct link_params *params);

	/* Child, after pinning: keeps its own end, closes the other's. The same errors mean the
	 * same as those of setup. */
	int (*attach)(void *state, enum side side);

	/* Child, hot: the whole message of `bytes` (the link's message_bytes). */
	int (*send)(void *state, const void *message, size_t bytes);

	/* Child, hot: exactly one message, complete, in the caller's buffer. */
	int (*recv)(void *state, void *message, size_t bytes);

	/* Parent: after both sides attached and before the first message, and after any failure.
	 * Removes every name and releases the parent's hold. Accepts half-built state and being
	 * called twice. */
	void (*teardown)(void *state);

	/* What follows is NULL where the mechanism has no such thing. */

	/* Parent, after both sides have ended, and after any failure: removes what had to outlive
	 * teardown (the identifier of a SysV queue). Accepts half-built state and being called
	 * twice. */
	void (*finish)(void *state);

	/* Child, hot: where the next message is to be made, for a mechanism that hands over memory
	 * instead of copying it: message_bytes, filled with anything. The next send is of this
	 * address, or of any other, which is then copied. */
	unsigned char *(*reserve)(void *state);

	/* Child, hot: `count` messages of `bytes` each that lie one behind the other, with one
	 * system call where the mechanism lets it; all of them. Both this and recv_many, or none.
	 */
	int (*send_many)(void *state, const void *messages, size_t bytes, uint32_t count);

	/* Child, hot: at least one message and at most `count`, as many as are there. Their number,
	 * or -errno. */
	int (*recv_many)(void *state, void *messages, size_t bytes, uint32_t count);

	/* Child, after attach: the descriptor that is readable when a message has come. */
	int (*descriptor)(const void *state);

	/* Connections while messages flow (pattern connect). */
	const struct rendezvous *rendezvous;
};

/* Connections that are made and closed while messages flow. Takes the place of
 * setup and attach; the transport's send and recv move messages over the connection that is open,
 * teardown and finish are the transport's. */
struct rendezvous {
	/* Parent, before the fork: what the consumer accepts from. As setup. */
	int (*listen)(void *state, const struct link_params *params);

	/* Child, after pinning: keeps what its side needs. */
	int (*attach)(void *state, enum side side);

	int (*connect)(void *state); /* producer, hot: opens a connection */
	int (*accept)(void *state);  /* consumer, hot: takes the next one */

	/* Either side, hot: closes its end of the connection. The producer's end goes first. */
	int (*hang_up)(void *state);

	/* Connections that one run may make before names for them run out, and what limits them;
	 * UINT64_MAX: as many as it likes. Parent. */
	uint64_t (*most)(const char **limit);
};

/* All of them, in the order of every table: null first. Ends with NULL. Defined in
 * bench/registry.c. */
extern const struct transport *const transport_registry[];

/* By its name; NULL where there is none. */
const struct transport *transport_find(const char *name);

#endif
