/* The life of one side: the child's half of a pair. */
#ifndef IPCMARK_SIDE_H
#define IPCMARK_SIDE_H

#include <sys/types.h>

#include "links.h"
#include "pair.h"

struct side_start {
	enum side side;
	struct cpu_pair cpus;      /* of both */
	pid_t harness;             /* the parent that the child must not outlive */
	int control;               /* its control socket */
	const struct links *links; /* after setup */
	uint32_t nonce;            /* of the first of them */
	const struct link_buffers *effective;
	struct tally *tally[SIDES];
};

/* Pins itself, attaches, reports, waits for "go", exchanges, reports, and leaves the process. Two
 * reports of an int32_t each: 0, or -errno with the reason in the tally. */
_Noreturn void side_main(const struct pair_params *params, const struct side_start *start);

/* The same for both sides at once, each in a thread of this process and with its own copy of the
 * states. */
_Noreturn void side_main_both(
	const struct pair_params *params, const struct side_start start[SIDES]);

#endif
