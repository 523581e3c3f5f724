/* Bare loops: what the harness is measured against, written as anybody would, with the C library's
 * calls. Each makes the same system calls, or moves the same bytes, as a cell of ipcmark and does
 * nothing else: no stamp, no check, no histogram, two clock reads in all. */
#ifndef IPCMARK_BARE_H
#define IPCMARK_BARE_H

#include <stddef.h>
#include <stdint.h>

#include "affinity.h"

enum bare_kind {
	BARE_PIPE_PINGPONG,
	BARE_SOCKETPAIR_PINGPONG,
	BARE_CACHE_LINE_PINGPONG, /* one flag each way, each in a line of its own; no payload */
	BARE_RING_STREAM,         /* indices cached on both sides, a copy in and a copy out */
	BARE_BEST_RING_STREAM,    /* see bare_ring.c; 64 or 4096 bytes */
	BARE_BEST_RING_PINGPONG,  /* 64 bytes */
	BARE_PIPE_STREAM,
	BARE_PIPE_STAMPED, /* as above, with a clock read before and after each round trip */
	BARE_SOCKETPAIR_STAMPED,
};

struct bare_params {
	enum bare_kind kind;
	size_t bytes; /* of a message */
	uint64_t warmup, count;
	struct cpu_pair cpus;
};

/* Forks two processes, pins them, moves the messages. Returns ns for a round trip (timed at the
 * producer) or for a message (timed at the consumer); ends the program where anything fails. */
double bare_run(const struct bare_params *params);

#endif
